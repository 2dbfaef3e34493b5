"""The list as of other days: by hand, the same as with the day written into the scheme, and marked as a trial wherever it is written."""

from __future__ import annotations

import csv
import datetime as dt
import math
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.examples import examples
from tests.test_edition_cases import written
from toolkit.__main__ import app
from toolkit.comparison.ahead import LEAVES, changes_ahead, other_days
from toolkit.edition import Edition, open_edition
from toolkit.evaluation import Evaluation, evaluate, evaluate_as_of, rescored
from toolkit.ground.problems import Refused
from toolkit.interactive.board_details import turning
from toolkit.reports import TABLES, WORKBOOK, plan_tables
from toolkit.reports.card_pages import card_texts
from toolkit.reports.columns import Lexicon
from toolkit.reports.plan_tables import ahead_table
from toolkit.reports.score_cards import card_tables, score_cards
from toolkit.scheme.shapes import Percentile
from toolkit.sensitivity.choices.scenario import BaseCase, Scenario
from toolkit.sensitivity.scenarios import OfficialRuns

CASE = tomllib.loads((Path(__file__).parent / "cases" / "days.toml").read_text("utf-8"))
AS_OF, LAST = dt.date(2026, 12, 31), dt.date(2028, 12, 31)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(CASE, tmp_path_factory.mktemp("days") / "e")


@pytest.fixture(scope="module")
def edition(folder: Path) -> Edition:
    return open_edition(folder)


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def said(evaluation: Evaluation) -> dict[str, Any]:
    ranking = evaluation.ranking
    return {"total": ranking["total"].to_dict(), "grade": ranking["grade"].to_dict(), "top": sorted(evaluation.awards["member"])}


def test_who_has_no_total_then_is_told_so_and_who_leaves_needs_no_word() -> None:
    """Whatever it had before."""
    lexicon = Lexicon.without_scheme("en")
    assert [plan_tables._moves({"cause": cause, "total": math.nan, "total_before": 80.0}, lexicon).en for cause in ("expires", LEAVES)] == ["no total", "—"]


def test_the_list_of_each_day_is_the_one_worked_out_by_hand(edition: Edition) -> None:
    expected: dict[str, Any] = {"total": {}, "grade": {}, "top": []}
    for number, case in enumerate(CASE["day"]):
        if number:  # and on the day before nothing has changed yet
            assert said(evaluate_as_of(edition.scheme, edition.records, case["day"] - dt.timedelta(days=1))) == expected, case["day"]
        for gone in case.get("gone", ()):
            del expected["total"][gone], expected["grade"][gone]
        expected = {"total": expected["total"] | case.get("total", {}), "grade": expected["grade"] | case.get("grade", {}), "top": sorted(case.get("top", expected["top"]))}
        assert said(evaluate_as_of(edition.scheme, edition.records, case["day"])) == expected, case["day"]


def test_a_trial_is_the_list_of_a_scheme_with_that_day(edition: Edition) -> None:
    day = dt.date(2027, 7, 1)
    trial, other = evaluate_as_of(edition.scheme, edition.records, day), evaluate(edition.scheme.with_(as_of=day), edition.records)
    assert trial.ranking.equals(other.ranking)
    assert trial.decided_as_of == AS_OF
    assert other.trial is None
    assert [problem.column for problem in trial.problems if "试算" in problem.rule.zh] == ["as_of"]  # said, and once
    assert evaluate_as_of(edition.scheme, edition.records, AS_OF).trial is None


def test_a_trial_stands_in_a_folder_of_its_own_and_says_so_on_every_line(folder: Path, tmp_path: Path) -> None:
    run("evaluate", folder, "--out", tmp_path)
    decided = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert "试算" in run("evaluate", folder, "--out", tmp_path, "--as-of", "2027-07-01")
    own = tmp_path / "as-of-2027-07-01"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == decided
    assert {path.name for path in own.iterdir()} == {*TABLES, WORKBOOK}
    for name in TABLES:
        heading, *rows = csv.reader((own / name).read_text("utf-8-sig").splitlines())
        assert heading[-1] == "trial"
        assert all(row[-1] == "试算：按 2027-07-01 计（评价基准日为 2026-12-31），不是评定结果" for row in rows)
    assert all("试算：按 2027-07-01" in str(sheet["A2"].value) for sheet in openpyxl.load_workbook(own / WORKBOOK))


def test_the_decided_day_is_no_trial_and_nonsense_is_none(folder: Path, tmp_path: Path) -> None:
    assert "试算" not in run("evaluate", folder, "--out", tmp_path, "--as-of", AS_OF)
    assert (tmp_path / "ranking.csv").is_file()
    done = CliRunner().invoke(app, ["evaluate", str(folder), "--out", str(tmp_path), "--as-of", "2027年7月"])
    assert done.exit_code == 2
    assert "没有“2027年7月”这一天" in done.output
    done = CliRunner().invoke(app, ["evaluate", str(folder), "--out", str(tmp_path), "--as-of", "9999-12-31"])
    assert done.exit_code == 2
    assert "太远" in done.output


def test_a_day_before_the_period_is_refused(edition: Edition) -> None:
    scheme = edition.scheme.with_(period=[dt.date(2026, 1, 1), AS_OF])
    with pytest.raises(Refused, match="2025-01-01"):
        evaluate_as_of(scheme, edition.records, dt.date(2025, 1, 1))


# ---- what changes by itself ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ahead(edition: Edition) -> pd.DataFrame:
    return changes_ahead(evaluate(edition.scheme, edition.records), edition.records)


def test_every_change_is_found_with_its_day_its_cause_and_its_record(ahead: pd.DataFrame) -> None:
    told = [[str(row.day), row.member, row.cause, row.item, row.row] for row in ahead.itertuples(index=False)]
    assert told == [case["told"] for case in CASE["change"]]


def test_before_and_after_are_those_of_the_lists_worked_out_by_hand(ahead: pd.DataFrame) -> None:
    row = ahead[ahead["member"] == "丁"].iloc[1]
    assert (row["total_before"], row["total"], row["award_before"], row["award"], row["grade"], row["amount"]) == (85, 81, "top", "", "A", "4")
    gone = ahead[ahead["cause"] == "leaves"].iloc[0]
    assert (gone["total_before"], gone["award_before"], gone["award"], gone["grade"]) == (95, "top", "", "")
    assert np.isnan(gone["total"])
    assert pd.isna(gone["rank"])


def test_what_changes_is_a_file_and_a_sheet_where_it_is_asked_for(folder: Path, ahead: pd.DataFrame, tmp_path: Path) -> None:
    assert "今后 2 年有 6 天会自行发生变化，涉及 6 家会员" in run("evaluate", folder, "--out", tmp_path, "--ahead", 2)
    listed = list(csv.DictReader((tmp_path / "changes_ahead.csv").read_text("utf-8-sig").splitlines()))
    assert list(listed[0]) == [*ahead.columns]
    assert [row["day"] for row in listed] == ahead["day"].map(str).tolist()
    assert listed[0]["total"] == "75.00"
    sheet = openpyxl.load_workbook(tmp_path / WORKBOOK)["今后的变化"]
    assert [cell.value or "" for cell in sheet[4]][:9] == ["2027-02-10", "戊公司", "", "修复", "不良行为扣分", "records/conduct.csv", "", 5, "-10"]
    run("evaluate", folder, "--out", tmp_path)  # not asked for, and what was there before is true no more
    assert not (tmp_path / "changes_ahead.csv").exists()
    assert "今后的变化" not in openpyxl.load_workbook(tmp_path / WORKBOOK).sheetnames


def test_in_words_each_member_and_day_is_one_line(edition: Edition, ahead: pd.DataFrame) -> None:
    table = ahead_table(evaluate(edition.scheme, edition.records), ahead, edition.records)
    assert table.rows[1] == ("2027-03-15", "甲公司", "全部会员", "conduct第 2 行有效期满，不再计入“不良行为扣分”（-5）", "总分 84.00（此前 79.00）；奖项仍为 —；等级 A（此前 B）")
    assert len(table.rows) == len(ahead)


def test_one_member_asked_alone_has_its_own_changes(edition: Edition, ahead: pd.DataFrame) -> None:
    evaluation, days = evaluate(edition.scheme, edition.records), other_days(edition.scheme, edition.records)
    for member in "甲己":
        own = ahead[(ahead["member"] == member) & (ahead["cause"] != "others")].reset_index(drop=True)
        assert changes_ahead(evaluation, edition.records, days=days, member=member).equals(own)


def test_in_two_stages_too_each_day_is_the_list_of_that_day(edition: Edition) -> None:
    """Who comes to the second stage may be another then: a grave record that ends lets its member in."""
    scheme = edition.scheme.with_(REPAIRABLE | {"shortlist": {"by": "score", "quota": {"number": 2}}})
    rows = changes_ahead(evaluate(scheme, edition.records), edition.records)
    assert len(rows)
    (row,) = rows[rows["cause"] == "repairable"].itertuples(index=False)
    assert row.total == pytest.approx(evaluate_as_of(scheme, repaired_by_hand(edition.records, row.row, row.day), row.day).ranking.loc[str(row.member), "total"], nan_ok=True)
    for day in rows["day"].unique()[-3:]:
        ranking = evaluate_as_of(scheme, edition.records, day).ranking
        told = rows[(rows["day"] == day) & (rows["cause"] != "leaves")]
        assert told["award"].tolist() == ranking.loc[told["member"], "award"].tolist()
        assert told["total"].tolist() == pytest.approx(ranking.loc[told["member"], "total"].tolist(), nan_ok=True)


def test_a_grade_that_was_decided_ends_on_the_day_after_its_last(edition: Edition) -> None:
    scheme = edition.scheme.with_({"grades.valid_for": "1 year"})
    rows = changes_ahead(evaluate(scheme, edition.records), edition.records)
    ends = rows[rows["cause"] == "grade_ends"]
    assert {str(day) for day in ends["day"]} == {"2028-01-01"}
    assert sorted(ends["member"]) == sorted("甲乙丙丁戊庚")  # whoever is on the list still
    assert (ends["grade"] == ends["grade_before"]).all()


# ---- what may be repaired --------------------------------------------------------------------------------------------

REPAIRABLE = {"window.by_severity.repairable_after": {"一般": "3 months", "严重": "4 years", "轻微": "1 month"}}


def repaired_by_hand(records: Any, row: int, day: dt.date) -> Any:
    frame = records.frames["conduct"].copy()
    frame.loc[frame["_row"] == row, "repaired_on"] = pd.Timestamp(day)
    return replace(records, frames={**records.frames, "conduct": frame})


def test_what_may_be_repaired_is_told_with_what_would_follow(edition: Edition) -> None:
    """甲's finding of 2026-03-14 may be repaired since 06-15; 戊's will be anyway; 乙's runs out before; what happens by itself is as without the key."""
    scheme = edition.scheme.with_(REPAIRABLE)
    evaluation = evaluate(scheme, edition.records)
    rows = changes_ahead(evaluation, edition.records)
    (row,) = rows[rows["cause"] == "repairable"].itertuples(index=False)
    assert (str(row.day), row.member, row.item, row.row, row.total_before, row.total, row.grade_before, row.grade) == ("2027-01-01", "甲", "bad", 2, 79, 84, "B", "A")
    assert rows[rows["cause"] != "repairable"].reset_index(drop=True).equals(changes_ahead(evaluate(edition.scheme, edition.records), edition.records))
    own = rows[(rows["member"] == "甲") & (rows["cause"] != "others")].reset_index(drop=True)
    assert changes_ahead(evaluation, edition.records, member="甲").equals(own)
    card = next(score_cards(evaluation, edition.records, ["甲"], rows))
    assert card_tables(evaluation, card, edition.records).ahead.rows[0][1:] == (
        "conduct第 2 行已可申请修复，现计入“不良行为扣分”（-5）", "如当日修复：总分 84.00（不修复则 79.00）；奖项仍为 —；等级 A（不修复则 B）")  # fmt: skip


def without(records: Any, *rows: int) -> Any:
    frame = records.frames["conduct"]
    return replace(records, frames={**records.frames, "conduct": frame[~frame["_row"].isin(rows)].reset_index(drop=True)})


def test_from_the_day_without_a_list_nobody_stands_anywhere(edition: Edition) -> None:
    """A benchmark of findings of which there are none any more: 甲's ends, or is repaired."""
    findings = {"table": "conduct", "take": "count", "where": {"severity": ["一般"]}, "window": "by_severity"}
    compared = {"label": "c", "weight": 1, "measure": findings, "value": {"shape": "benchmark", "per_above": 1, "per_below": 1}, "missing": "worst"}
    scheme = edition.scheme.with_({"window.by_severity.repairable_after": {"一般": "3 months", "严重": "31 months"}, "indicator[compared]": compared})
    records, last = without(edition.records, 5), dt.date(2027, 3, 15)
    rows = changes_ahead(evaluate(scheme, records), records)
    repaired = rows[rows["cause"] == "repairable"]
    assert (set(repaired["member"]), set(repaired["total"].isna())) == ({"甲", "乙"}, {True})
    assert rows.loc[rows["day"] < last, "total_before"].notna().all()
    assert rows.loc[rows["day"] >= last, "total"].isna().all()
    for there, day in ((records, last), (repaired_by_hand(records, 2, dt.date(2027, 1, 1)), dt.date(2027, 1, 1))):
        with pytest.raises(Refused):
            evaluate_as_of(scheme, there, day)


@pytest.mark.parametrize("bare", [False, True])
def test_a_default_grade_hangs_on_what_is_recorded_that_day(edition: Edition, bare: bool) -> None:  # noqa: FBT001
    scheme, records = edition.scheme.with_({"grades.default": "B"}), without(edition.records, 3)  # nobody is struck
    scheme = scheme.model_copy(update={"adjustments": (), "vetoes": ()}) if bare else scheme
    rows = changes_ahead(evaluate(scheme, records), records)
    for row in rows[rows["cause"] != "leaves"].itertuples(index=False):
        assert row.grade == evaluate_as_of(scheme, records, row.day).ranking.loc[str(row.member), "grade"]
    assert set(rows["cause"]) >= {"lapses", "leaves"}


def test_who_is_compared_is_asked_anew_on_each_day(edition: Edition) -> None:
    """Only members without a finding that counts are compared: whoever becomes one by time or by repair has its score compared, and moves the best of all."""
    clean = {"label": "无有效不良记录", "measure": {"table": "conduct", "take": "count", "where": {"kind": ["不良"]}, "window": "by_severity"}}
    compared = {"label": "c", "weight": 1, "measure": {"column": "members.score"}, "value": {"shape": "min_max", "among": "eligible"}}
    scheme = edition.scheme.with_(REPAIRABLE | {"condition[clean]": clean, "eligibility.require": [{"condition": "clean", "most": 0}], "indicator[compared]": compared})
    decided = evaluate(scheme, edition.records)
    assert sorted(decided.indicators.index[decided.indicators["compared"].isna()]) == ["乙", "戊", "甲"]
    rows = changes_ahead(decided, edition.records)
    by_itself, repaired = rows[rows["cause"] != "repairable"], rows[rows["cause"] == "repairable"]
    assert set(by_itself["cause"]) == {"repaired", "lapses", "leaves"}
    assert set(repaired["member"]) == {"甲"}
    for day in by_itself["day"].unique():
        list_ = evaluate_as_of(scheme, edition.records, day)
        for row in by_itself[by_itself["day"] == day].itertuples(index=False):
            if row.cause != "leaves":
                assert (row.total, row.award, row.grade) == (*list_.ranking.loc[str(row.member), ["total", "award", "grade"]],)
    for row in repaired.itertuples(index=False):
        list_ = evaluate_as_of(scheme, repaired_by_hand(edition.records, row.row, row.day), row.day)
        assert (row.total, row.award, row.grade) == (*list_.ranking.loc[str(row.member), ["total", "award", "grade"]],)
    other = rescored(decided, scheme.with_({"eligibility.require": [{"condition": "clean", "most": 1}]}))  # what is asked of who takes part is no matter of records
    assert other.scores.equals(evaluate(other.scheme, edition.records).scores)
    ground = BaseCase.of(decided)  # another shape for it, which says nothing of whom it compares
    drawn = Scenario(ground, items={"compared": ground.items["compared"].model_copy(update={"value": Percentile(shape="percentile")})})
    assert drawn.evaluated.applicable.equals(decided.applicable.sort_index())
    assert drawn.evaluated.scores["total"].tolist() == pytest.approx(OfficialRuns.of(ground).score(drawn)("total").tolist(), nan_ok=True)


@pytest.mark.parametrize(("end_day", "first"), [("counts", "2027-02-15"), ("excluded", "2027-02-14")])
def test_the_first_day_is_the_one_on_which_the_shortest_time_is_over(edition: Edition, end_day: str, first: str) -> None:
    scheme = edition.scheme.with_({"window.by_severity.repairable_after": {"一般": "11 months"}, "window.by_severity.end_day": end_day})
    rows = changes_ahead(evaluate(scheme, edition.records), edition.records)
    assert rows.loc[rows["cause"] == "repairable", ["day", "member"]].astype(str).to_numpy().tolist() == [[first, "甲"]]


@pytest.mark.slow
@pytest.mark.parametrize("stages", [{}, {"shortlist": {"by": "score", "quota": {"number": 2}}}])
def test_what_would_follow_is_the_list_of_records_in_which_it_is_repaired(wider: Edition, stages: dict[str, Any]) -> None:
    """Rows of all kinds, one act told twice, a veto, a score among the members: each repaired alone, read and evaluated afresh."""
    names = ("code", "kind", "severity", "points", "found_on", "repaired_on", "withdrawn_on", "act")
    days = [dt.date(2026, 11, 1 + n) for n in range(8)]
    rows = [("甲", "不良", "一般", -5, "x"), ("甲", "不良", "一般", -4, "x"), ("乙", "不良", "严重", -9, "y"), ("丁", "不良", "轻微", -1, "z"), ("丁", "良好", "一般", 4, "v"), ("庚", "不良", "一般", -2, "w")]
    frame = pd.DataFrame([(who, kind, how, points, day, None, None, act) for (who, kind, how, points, act), day in zip(rows, days, strict=False)], columns=list(names))
    frame = frame.assign(_file="records/conduct.csv", _sheet="", _row=range(2, len(frame) + 2)).astype({name: "datetime64[us]" for name in names if name.endswith("_on")} | {"points": "float64"})
    records = replace(wider.records, frames={**wider.records.frames, "conduct": frame})
    counted = {"table": "conduct", "take": "sum", "column": "points", "window": "by_severity", "once_per": ("act",)}
    scheme = wider.scheme.with_(REPAIRABLE | stages | {
        "indicator[conduct]": {"label": "c", "weight": 1, "measure": counted, "value": {"shape": "min_max"}, "missing": "worst"}, "window.by_severity.repairable_after": {"一般": "3 months", "严重": "3 months", "轻微": "1 month"},
    })  # fmt: skip
    ahead = changes_ahead(evaluate(scheme, records), records)
    asked = ahead[ahead["cause"] == "repairable"].drop_duplicates(["member", "row"])
    assert sorted(asked["row"]) == ([2, 3, 4, 5, 6, 7] if not stages else sorted(asked["row"]))
    assert len(asked)
    for row in asked.iloc[:1 if stages else 4].itertuples(index=False):
        list_ = evaluate_as_of(scheme, repaired_by_hand(records, row.row, row.day), row.day).ranking.loc[str(row.member)]
        assert row.total == pytest.approx(list_["total"], nan_ok=True)
        assert (row.award, row.grade) == (list_["award"], list_["grade"])


DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2028, 12, 31))
WINDOWS = st.fixed_dictionaries(
    {"end_day": st.sampled_from(["counts", "excluded"]), "otherwise": st.sampled_from([None, "40 days", "2 years"]),
     "lasts": st.sampled_from([{}, {"一般": "1 month", "严重": "18 months"}]), "withdrawn": st.sampled_from([None, "withdrawn_on"]),
     "at_least_until": st.sampled_from([None, "withdrawn_on"]), "skip": st.sampled_from([{}, {"severity": ("轻微",)}])}
)  # fmt: skip
ROWS = st.lists(
    st.tuples(st.sampled_from("甲乙丙丁戊己庚"), st.sampled_from(["不良", "良好"]), st.sampled_from(["轻微", "一般", "严重"]), st.integers(-9, 9),
              DAYS, st.none() | DAYS, st.none() | DAYS, st.sampled_from("xyz")),
    min_size=1, max_size=8,
)  # fmt: skip


@st.composite
def varied(draw: st.DrawFn, edition: Edition) -> Edition:
    """The edition with other records and other windows: days of every kind, acts told twice, relative values, a default grade."""
    rows = draw(ROWS)
    names = ("code", "kind", "severity", "points", "found_on", "repaired_on", "withdrawn_on", "act")
    frame = pd.DataFrame(rows, columns=list(names)).assign(_file="records/conduct.csv", _sheet="", _row=range(2, len(rows) + 2))
    frame = frame.astype({name: "datetime64[us]" for name in names if name.endswith("_on")} | {"points": "float64"})
    once, shape = draw(st.sampled_from([(), ("act",)])), draw(st.sampled_from(["linear", "min_max", "borda"]))
    counted = {"table": "conduct", "take": draw(st.sampled_from(["sum", "count", "any", "distinct", "max"])), "window": "by_severity", "once_per": once}
    counted |= {"column": "points"} if counted["take"] not in {"count", "any"} else {}
    value = {"shape": "category", "points": {"true": 0, "false": 90}} if counted["take"] == "any" else {"shape": shape, "better": "lower"} if shape != "linear" else {"shape": shape, "worst": 9, "best": -9}
    window = {key: said for key, said in draw(WINDOWS).items() if said}
    window |= {"column": "severity"} if "lasts" in window else {}
    scheme = edition.scheme.with_({
        "window.by_severity": {"from": "found_on", "repaired": "repaired_on", **window},
        "indicator[conduct]": {"label": "c", "weight": draw(st.sampled_from([0.5, 1])), "measure": counted, "value": value, "missing": "exclude"},
        "grades.default": draw(st.sampled_from([None, "B"])), "veto[grave].at_least": draw(st.sampled_from([1, 2])),
        **draw(st.sampled_from([{}, {"period": [dt.date(2025, 1, 1), AS_OF], "adjustment[good].measure.in_period": True}])),
    })  # fmt: skip
    records = replace(edition.records, frames={**edition.records.frames, "conduct": frame})
    return replace(edition, scheme=scheme, records=replace(records, tables=edition.records.tables), judged=None)


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=examples(3))
def test_the_list_of_any_day_is_that_of_the_last_change_before_it(wider: Edition, data: st.DataObject) -> None:
    edition = data.draw(varied(wider))
    decided = evaluate(edition.scheme, edition.records)
    rows = changes_ahead(decided, edition.records)
    happening = rows["day"].unique().tolist()
    for day in {data.draw(st.sampled_from(happening)) if happening else LAST, data.draw(st.dates(AS_OF + dt.timedelta(days=1), LAST))}:
        list_ = evaluate_as_of(edition.scheme, edition.records, day)
        ranking, totals = list_.ranking, list_.ranking["total"].to_dict()
        told = decided.ranking["award"].to_dict() | {row.member: row.award for row in rows[rows["day"] <= day].itertuples(index=False)}
        grades = decided.ranking["grade"].to_dict() | {row.member: row.grade for row in rows[rows["day"] <= day].itertuples(index=False)}
        assert [(told[member], grades[member]) for member in ranking.index] == list(zip(ranking["award"], ranking["grade"], strict=True)), day
        for row in rows[rows["day"] == day].itertuples(index=False):
            if row.member in ranking.index:
                assert row.total == pytest.approx(totals[row.member], nan_ok=True)


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    """The edition with two columns more, to be varied."""
    described = CASE["tables"].replace("[table.before]", '[table.conduct.column.withdrawn_on]\ntype = "date"\n[table.conduct.column.act]\ntype = "text"\n[table.before]', 1)
    records = CASE["records"] | {"conduct": "code,kind,severity,points,found_on,repaired_on,withdrawn_on,act\n"}
    return open_edition(written({**CASE, "tables": described, "records": records}, tmp_path_factory.mktemp("wider") / "e"))


# ---- on a member's own card ------------------------------------------------------------------------------------------


def test_a_card_tells_its_member_of_the_next_days_and_of_nobody_else(edition: Edition, ahead: pd.DataFrame) -> None:
    evaluation = evaluate(edition.scheme, edition.records)
    card = next(score_cards(evaluation, edition.records, ["甲"], ahead))
    table = card_tables(evaluation, card, edition.records).ahead
    assert [row[0] for row in table.rows] == ["2027-03-15", "2027-07-01", "2027-09-01"]
    assert table.rows[0][1:] == ("conduct第 2 行有效期满，不再计入“不良行为扣分”（-5）", "总分 84.00（此前 79.00）；奖项仍为 —；等级 A（此前 B）")
    others = {str(name) for name in evaluation.members["name"]} - {"甲公司"}
    assert not [name for name in others if name in repr(table)]
    without = next(score_cards(evaluation, edition.records, ["甲"]))
    assert not card_tables(evaluation, without, edition.records).ahead.rows  # nobody asked


def test_the_board_tells_of_the_same_days(edition: Edition, ahead: pd.DataFrame) -> None:
    evaluation, own = evaluate(edition.scheme, edition.records), ahead[ahead["cause"] != "others"]
    for member in own["member"].unique().tolist():
        *_, last = turning(evaluation, list(evaluation.members.index).index(member), edition, left_out=False)
        days = [str(day) for day in dict.fromkeys(own.loc[own["member"] == member, "day"])]
        assert [row["day"] for row in last["ahead"] if row["state"] == "ahead_day"] == days[:3]
        assert last["ahead"][-1] == {"state": "ahead_note"}


def test_sealed_as_text_a_card_says_so_and_is_the_same_when_made_again(edition: Edition) -> None:
    evaluation, salts = evaluate(edition.scheme, edition.records), dict.fromkeys("甲乙丙丁戊己庚", "0" * 32)
    texts, again = (card_texts(evaluation, edition.records, "r1", salts, changes_ahead(evaluation, edition.records)) for _ in range(2))
    assert texts == again
    assert "今后会自行发生的变化" in texts["甲"]
    assert "今后会自行发生的变化" not in texts["庚"]


def test_a_card_on_paper_says_so(folder: Path, tmp_path: Path) -> None:
    run("cards", folder, "--out", tmp_path, "--member", "乙")
    (path,) = tmp_path.iterdir()
    cells = [str(cell.value) for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row if cell.value]
    assert {"今后会自行发生的变化", "2027-09-01", "总分仍为 88.00；奖项 优秀会员（此前 —）；等级 A（此前 D）"} <= set(cells)
