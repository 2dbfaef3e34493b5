"""Score sheets in an evaluation: recusal enforced, places open below the quorum, nothing of a single expert let out."""

from __future__ import annotations

import math
import os
import random
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.examples import examples
from tests.panels.judged import (
    EXPERTS,
    MEMBERS,
    SCHEME,
    SEVEN,
    SHEETS,
    SHEETS_OF_SEVEN,
    TABLES,
    write,
    write_judged_edition,
)
from toolkit.__main__ import app
from toolkit.comparison.records import examined_at
from toolkit.documents.fields import Case, _places_left
from toolkit.documents.report import report_fields
from toolkit.edition import Edition, check_edition, open_edition
from toolkit.evaluation import evaluate
from toolkit.forms.returns import returns
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase, former_words
from toolkit.indicators.evidence import evidence
from toolkit.indicators.panel import Judging, judging
from toolkit.records import Records
from toolkit.records.databases.connection import read_address
from toolkit.records.databases.survey import RemoteTable
from toolkit.reports.csv_files import write_results
from toolkit.reports.list_tables import awards_table
from toolkit.reports.views import list_headline
from toolkit.scheme import Scheme


def test_the_score_is_the_trimmed_mean_of_those_who_may_score(tmp_path: Path) -> None:
    edition = open_edition(write_judged_edition(tmp_path))
    raw = evaluate(edition.scheme, edition.records).indicators
    assert raw.loc["M1", "innovation"] == pytest.approx((86 + 88) / 2)  # E01 withdraws; 60.5 and 90 are left out
    assert raw.loc["M2", "innovation"] == pytest.approx((79 + 80 + 81) / 3)
    assert raw.loc["M3", "service"] == pytest.approx((86 + 88) / 2)  # E05 has not scored it
    assert raw.loc["M4", "innovation"] == 60.0  # 40 and 62 are left out; E02 withdraws, E05 has not scored


def test_below_the_quorum_there_is_no_score_and_the_place_is_open(tmp_path: Path) -> None:
    sheets = SHEETS | {"E03": {member: row for member, row in SHEETS["E03"].items() if member != "M4"}}
    edition = open_edition(write_judged_edition(tmp_path, sheets))
    found = evaluate(edition.scheme, edition.records)
    assert math.isnan(found.indicators.loc["M4", "innovation"])
    assert "位次待定，“创新”本项应有至少 3 位专家评分，现收到 2 份（回避 1 位，未评 2 位）" in found.ranking.loc["M4", "reason"]
    assert "没有总分" in found.ranking.loc["M4", "reason"]
    assert found.ranking["rank"].isna().tolist() == [False, False, False, True]
    said = [p for p in found.problems if p.severity == "warning" and p.column == "indicator[service]"]
    assert [p.value for p in said] == ["丁采购中心（M4）"]


def test_whoever_did_not_apply_is_asked_of_nobody(tmp_path: Path) -> None:
    scheme = SCHEME.replace('class = "kind"', 'class = "kind"\napplied = "applied"').replace('missing = "unranked"', 'missing = "error"')
    tables = TABLES.replace("[table.experts]\n", '[table.members.column.applied]\nheadings = ["是否申报"]\ntype = "boolean"\n[table.experts]\n', 1)
    sheets = {expert: {member: (70, 70) if score == ("回避", "回避") and member == "M4" else score for member, score in rows.items() if member != "M3"}
              for expert, rows in SHEETS.items()} | {"E05": dict.fromkeys(("M1", "M2", "M4"), (80, 81))}  # fmt: skip
    folder = write_judged_edition(tmp_path, sheets, scheme=scheme, tables=tables, interests=())
    said = {code: f"{code},{name},{kind},{'否' if code == 'M3' else '是'}" for code, (name, kind) in MEMBERS.items()}
    write(folder / "records/会员名册.csv", "会员代码,会员名称,类别,是否申报", list(said.values()))
    edition, evaluation, problems = examined_at(folder)
    assert "M3" not in problems.text("en")
    assert not problems.errors
    assert edition is not None
    assert evaluation is not None
    assert not evaluation.applicable.loc["M3"].any()
    said["M3"] = said["M3"].replace("否", "是")
    write(folder / "records/会员名册.csv", "会员代码,会员名称,类别,是否申报", list(said.values()))
    assert "member M3 lacks `创新`" in examined_at(folder)[2].errors.text("en")


def test_the_panel_is_judged_once_when_an_edition_is_read_and_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judgings: list[Judging] = []

    def counted(scheme: Scheme, records: Records) -> Judging:
        judgings.append(judging(scheme, records))
        return judgings[-1]

    monkeypatch.setattr("toolkit.edition.judging", counted)
    monkeypatch.setattr("toolkit.indicators.judging", counted)
    edition, evaluation, _ = examined_at(write_judged_edition(tmp_path))
    assert edition is not None
    assert evaluation is not None
    assert judgings == [edition.judged]
    again = evaluate(edition.scheme, edition.records)
    assert len(judgings) == 2
    assert again.measured.raw.equals(evaluation.measured.raw)
    assert again.problems == evaluation.problems


def test_an_entry_where_recusal_is_due_is_refused_by_place_and_without_the_score(tmp_path: Path) -> None:
    sheets = SHEETS | {"E01": SHEETS["E01"] | {"M1": (99.5, "回避")}}
    folder = write_judged_edition(tmp_path, sheets)
    problem, = check_edition(folder)[1].errors
    assert (problem.file, problem.sheet, problem.row, problem.column) == ("ballots/评分表1.xlsx", "评分表", 2, "创新")
    assert "E01" in problem.rule.zh
    assert problem.value == "甲招标代理公司（M1）"
    assert "99.5" not in problem.line("zh") + problem.line("en")
    with pytest.raises(Refused):
        open_edition(folder)
    edition, _ = check_edition(folder)
    assert edition is not None
    with pytest.raises(Refused, match="withdraws from this member"):
        evaluate(edition.scheme, edition.records)


def test_an_entry_despite_recusal_moves_no_score_even_before_it_is_taken_out(tmp_path: Path) -> None:
    given = {"written": ("回避", "回避"), "empty": ("", ""), "rogue": (100, 100)}
    found = {}
    for name, row in given.items():
        folder = write_judged_edition(tmp_path / name, SHEETS | {"E01": SHEETS["E01"] | {"M1": row}})
        edition, _ = check_edition(folder)
        assert edition is not None
        found[name] = judging(edition.scheme, edition.records).indicators["innovation"]
    for each in found.values():
        assert each.results.members.equals(found["written"].results.members)
        assert each.results.members.loc["M1", "recused"] == 1
        assert math.isnan(each.scores.loc["M1", "E01"])


def test_rivals_of_the_employer_are_left_out_where_the_scheme_says_so(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path, scheme=SCHEME + "rivals = true\n")
    problems = check_edition(folder)[1].errors
    assert {p.value for p in problems} == {"乙招标代理公司（M2）"}
    assert len(problems) == 2


def test_an_expert_may_withdraw_of_its_own_accord_and_that_is_noted(tmp_path: Path) -> None:
    sheets = SHEETS | {"E04": SHEETS["E04"] | {"M3": ("回避", "回避")}}
    edition = open_edition(write_judged_edition(tmp_path, sheets))
    found = evaluate(edition.scheme, edition.records)
    assert found.indicators.loc["M3", "innovation"] == pytest.approx((90.1 + 91.7) / 2)
    assert [p.row for p in found.problems if "自行回避" in p.rule.zh] == [4, 4]


def test_a_score_beside_a_recusal_counts_and_is_told(tmp_path: Path) -> None:
    edition = open_edition(write_judged_edition(tmp_path, SHEETS | {"E04": SHEETS["E04"] | {"M3": ("回 避", 88)}}))
    found = judging(edition.scheme, edition.records)
    told = next(p for p in found.problems if "这一格却评了分" in p.rule.zh)
    assert (told.severity, told.sheet, told.row, told.column, told.value) == ("warning", "评分表", 4, "服务", "丙采购中心（M3）")
    assert told.rule.zh == "专家 E04 对该会员的“创新”填了回避，这一格却评了分，照常计入"
    assert found.indicators["service"].scores.loc["M3", "E04"] == 88
    assert found.indicators["innovation"].recused.loc["M3", "E04"]
    with former_words("0.7.0"):  # which told nothing of it
        assert not any("这一格却评了分" in problem.rule.zh for problem in judging(edition.scheme, edition.records).problems)


@pytest.mark.parametrize(
    ("experts", "rule"),
    [
        (EXPERTS[:4], "and the number is to be odd"),
        ([line.replace("是", "否") for line in EXPERTS], "at least 2/3 of the experts are from outside"),
        ([*EXPERTS[:4], "钱七七,钱七七,,是"], "experts go by pseudonyms, never by name"),
    ],
)
def test_a_panel_made_up_otherwise_than_the_scheme_says_is_refused(tmp_path: Path, experts: list[str], rule: str) -> None:
    folder = write_judged_edition(tmp_path, experts=experts)
    problems = check_edition(folder)[1].errors
    assert rule in problems.text("en")
    assert "钱七七" not in problems.text("zh")


def test_without_a_table_of_experts_the_panel_is_whoever_handed_in_a_sheet(tmp_path: Path) -> None:
    scheme = SCHEME.replace('experts = "experts"\n', "")
    interests = ("E02,M4,配偶", "E77,M1,亲属")  # the latter has not scored yet
    edition = open_edition(write_judged_edition(tmp_path / "some", scheme=scheme, interests=interests))
    judged = judging(edition.scheme, edition.records)
    assert judged.experts == ("E01", "E02", "E03", "E04", "E05")
    assert judged.indicators["service"].results.members["recused"].tolist() == [1, 0, 0, 1]  # E01 wrote it, E02 declared it
    nobody = open_edition(write_judged_edition(tmp_path / "none", {"E01": {}}, scheme=scheme))
    unscored = evaluate(nobody.scheme, nobody.records)
    assert unscored.ranking["reason"].str.contains("位次待定").all()
    for told in (unscored.problems.text("zh"), str(awards_table(unscored).note), repr(list_headline(unscored).lines)):
        assert (re.search("评分(尚未确定|未定|还没有定)", told) is not None, "宁缺毋滥" in told) == (True, False), told
    case = Case.of(unscored, nobody.records)
    for lines, empty in ((list(_places_left(case)), "空缺 "), (report_fields(unscored, nobody.records)["不足"], "名额空缺"), ([list_headline(unscored).text], "空缺 "), ([problem.rule.zh for problem in unscored.problems], "空缺 ")):
        said = "".join(line if isinstance(line, str) else line.zh for line in lines)
        assert ("待" in said, empty in said) == (True, False), said


def test_a_member_that_left_is_not_scored_and_its_rows_stay(tmp_path: Path) -> None:
    tables = TABLES.replace("[table.experts]\nfile", '[table.members.column.left]\nheadings = ["退会日"]\ntype = "date"\n[table.experts]\nfile')
    folder = write_judged_edition(tmp_path, tables=tables, scheme=SCHEME.replace('class = "kind"', 'class = "kind"\nleft = "left"'))
    register = folder / "records/会员名册.csv"
    lines = register.read_text("utf-8-sig").splitlines()
    register.write_text("\n".join(f"{line},{day}" for line, day in zip(lines, ("退会日", "", "", "", "2018-06-30"), strict=True)) + "\n", "utf-8")
    edition = open_edition(folder)
    judged = judging(edition.scheme, edition.records)
    assert judged.indicators["service"].scores.index.tolist() == ["M1", "M2", "M3"]
    assert evaluate(edition.scheme, edition.records).indicators.index.tolist() == ["M1", "M2", "M3"]


def test_rows_of_strangers_and_second_rows_are_refused(tmp_path: Path) -> None:
    tables = TABLES.replace('unique = ["expert", "code"]\n', "")
    sheets = {"E01": SHEETS["E01"], "E99": {"M2": (70, 70)}}
    again = SHEETS | {"E02 ": SHEETS["E02"]}
    one, two = (check_edition(write_judged_edition(tmp_path / str(place), given, tables=tables))[1].errors
                for place, given in enumerate((SHEETS | sheets, again)))  # fmt: skip
    assert [p.rule.en for p in one] == ["there is no such expert on the panel"]
    assert {p.rule.en for p in two} == {"expert E02 scored this member twice"}


def test_the_order_of_sheets_rows_and_members_changes_not_a_bit(tmp_path: Path) -> None:
    turned = {expert: dict(reversed([*rows.items()])) for expert, rows in reversed(SHEETS_OF_SEVEN.items())}
    for harshness in ("none", "zscore", "mixed_model"):
        scheme = SCHEME + f'harshness = "{harshness}"\n'
        one, two = (open_edition(write_judged_edition(tmp_path / f"{harshness}{place}", sheets, scheme=scheme, members=SEVEN))
                    for place, sheets in enumerate((SHEETS_OF_SEVEN, turned)))  # fmt: skip
        first, second = (evaluate(each.scheme, each.records) for each in (one, two))
        assert first.indicators.equals(second.indicators)
        assert first.ranking["reason"].equals(second.ranking["reason"])


@cache
def one_edition(harshness: str) -> Edition:
    with TemporaryDirectory() as folder:
        own = SHEETS_OF_SEVEN | {expert: SHEETS_OF_SEVEN[expert] | {"M3": ("回避", "回避")} for expert in ("E04", "E02")}  # they withdraw unasked
        return open_edition(write_judged_edition(Path(folder), own, scheme=SCHEME + f'harshness = "{harshness}"\n', members=SEVEN))


@pytest.mark.slow
@given(st.sampled_from(["none", "zscore", "mixed_model"]), st.randoms(use_true_random=False))
@settings(max_examples=examples(20))
def test_no_order_of_rows_changes_a_bit(harshness: str, rng: random.Random) -> None:
    edition = one_edition(harshness)
    frames, apart = edition.records.frames, edition.records.not_applicable
    order = rng.sample(range(len(frames["panel_scores"])), len(frames["panel_scores"]))
    turned = replace(
        edition.records,
        frames={**frames, "panel_scores": frames["panel_scores"].iloc[order].reset_index(drop=True)},
        not_applicable={**apart, "panel_scores": apart["panel_scores"].iloc[order].reset_index(drop=True)},
    )
    first, second = (judging(edition.scheme, records) for records in (edition.records, turned))
    assert first.problems == second.problems
    for name, each in first.indicators.items():
        assert each.results.members.equals(second.indicators[name].results.members)


@pytest.mark.parametrize("harshness", ["zscore", "mixed_model"])
def test_levelling_only_where_the_scheme_says_so_and_enough_was_scored(tmp_path: Path, harshness: str) -> None:
    scheme = SCHEME + f'harshness = "{harshness}"\n'
    plain = open_edition(write_judged_edition(tmp_path / "plain"))
    few = open_edition(write_judged_edition(tmp_path / "few", scheme=scheme))
    one, two = (evaluate(each.scheme, each.records) for each in (plain, few))
    assert one.indicators.equals(two.indicators)  # four scores are too few
    said = two.problems.text("zh")
    assert "不到 5 个，评分太少，未作宽严校正：专家 E01（3 个）、专家 E02（3 个）、专家 E03（4 个）、专家 E04（4 个）、专家 E05（3 个）" in said
    assert "作宽严校正；校正前后" not in said
    assert "评分太少" not in one.problems.text("zh")
    seven = open_edition(write_judged_edition(tmp_path / "seven", SHEETS_OF_SEVEN, scheme=scheme, members=SEVEN))
    as_given = evaluate(seven.scheme.with_({"panel.harshness": "none"}), seven.records)
    three = evaluate(seven.scheme, seven.records)
    assert not as_given.indicators.equals(three.indicators)
    assert "5 位专家的评分已用" in three.problems.text("zh")
    assert "评分太少" not in three.problems.text("zh")
    assert judging(seven.scheme, seven.records).indicators["innovation"].levelled.experts["shift"].idxmin() == "E04"


def test_experts_who_share_no_member_cannot_be_compared_and_sheets_are_never_large(tmp_path: Path) -> None:
    apart = {expert: {member: (80 + at, 70) for at, member in enumerate(scored)} for expert, scored in zip(SHEETS, (["M1", "M2", "M3"],) * 2 + (["M4", "M5", "M6"],) * 3, strict=True)}
    edition = open_edition(write_judged_edition(tmp_path / "e", apart, scheme=SCHEME + 'harshness = "mixed_model"\n', members=SEVEN, interests=(), experts=[f"{expert},{expert},,是" for expert in SHEETS]))
    assert "experts share no member, and cannot be compared" in judging(edition.scheme, edition.records).problems.text("en")
    assert Judging().taken("innovation", edition.records.members.index).value.isna().all()
    large = replace(edition.records, standing={"panel_scores": RemoteTable(tmp_path, edition.tables.table["panel_scores"], read_address("duckdb:x"), "x", 9)})
    assert edition.scheme.panel is not None
    plain = edition.scheme.panel.model_copy(update={"holds": "results", "experts": None, "interests": None})
    for scheme in (edition.scheme, edition.scheme.model_copy(update={"panel": plain})):
        assert [problem.rule.en for problem in judging(scheme, large).problems] == ["`panel_scores` is too large for score sheets"]


def test_interests_are_of_the_member_that_is_meant_however_their_column_is_typed(tmp_path: Path) -> None:
    head, interests, tail = TABLES.partition("[table.interests.column.member]")
    folder = write_judged_edition(tmp_path / "e", tables=head + interests + tail.replace('type = "member"', 'type = "text"', 1), interests=("E02,Ｍ4,配偶任职",))
    edition, _ = check_edition(folder)
    assert edition is not None
    recusals = judging(edition.scheme, edition.records).recusals
    assert recusals is not None
    assert recusals.grounds["member"].tolist().count("M4") == 1


def test_no_single_score_and_no_name_leaves_the_score_sheets(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "edition")
    edition = open_edition(folder)
    found = evaluate(edition.scheme, edition.records)
    write_results(found, tmp_path / "out")
    told = "".join(path.read_text("utf-8-sig") for path in (tmp_path / "out").glob("*.csv"))
    assert not [name for name in ("张三三", "李四四", "赵六六") if name in told + repr(edition) + repr(found)]
    assert not [score for score in ("71.3", "75.6", "86.1", "60.5", "63.3", "50.2") if score in told]
    assert evidence(edition.scheme, edition.records).empty


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("trim = 1", "trim = 1\ntrim_from = 2", "of 2 scores, nothing is left"), ("trim = 1", "trim_from = 5", "and not how many"),
        ("trim = 1", "trim = 2", "nothing is left without the 2 highest and lowest"),
        (SCHEME[SCHEME.index("[panel]") :], "", "experts score it, but the scheme has no [panel]"),
        ('table = "panel_scores", column = "innovation"', 'table = "members", column = "innovation"', "the score sheets are `panel_scores`"),
        ('column = "innovation" }', 'column = "innovations" }', "is `panel_scores.innovation` meant?"),
        ('experts = "experts"', 'experts = "expert"', "is `experts` meant?"),
        ("trim = 1", 'trim = 1\noutside = "3/2"', "more than all of the experts"),
        ('column = "innovation" }', 'column = "innovation", where = { code = ["M1"] } }', "`where` does not go with `panel`"),
    ],
)  # fmt: skip
def test_faults_of_the_scheme(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in check_edition(write_judged_edition(tmp_path, scheme=SCHEME.replace(old, new)))[1].text("en")


def test_a_column_of_scores_says_how_recusal_is_written(tmp_path: Path) -> None:
    tables = TABLES.replace('not_applicable = ["回避"]\n', "")
    assert "does not say how a recusal is written" in check_edition(write_judged_edition(tmp_path, tables=tables))[1].text("en")


def test_what_changed_in_score_sheets_is_told_without_a_score(tmp_path: Path) -> None:
    old, new = write_judged_edition(tmp_path / "old"), write_judged_edition(tmp_path / "new", SHEETS | {"E04": SHEETS["E04"] | {"M2": (77.7, 50.2)}})
    done = CliRunner().invoke(app, ["changes", str(old), str(new), "--out", str(tmp_path / "out")])
    told = done.output + (tmp_path / "out/changes.csv").read_text("utf-8-sig")
    assert "E04" in told
    assert not [score for score in ("77.7", "50.2", "55") if score in told.replace(str(tmp_path), "")]


def test_whom_an_expert_has_still_to_score_is_counted(tmp_path: Path) -> None:
    said = check_edition(write_judged_edition(tmp_path / "one"))[1].text("en")
    assert "`创新`: expert E05 has not scored 1 member" in said
    assert "`服务`: expert E05 has not scored 2 members" in said
    assert said.count("has not scored") == 2  # nobody is asked for whom it withdraws from
    folder = write_judged_edition(tmp_path / "two", {expert: rows for expert, rows in SHEETS.items() if expert != "E02"})
    now = check_edition(folder)[1].text("en")
    assert ("no score yet of 1 expert: E02;" in now, now.count("has not scored")) == (True, 2)
    with former_words("0.7.0"):
        assert "`创新`: expert E02 has not scored 3 members" in check_edition(folder)[1].text("en")


def test_before_anybody_has_scored_experts_and_places_are_told_in_a_line_each_way(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", {})

    def told() -> list[str]:
        return [problem.rule.en for problem in check_edition(folder)[1] if problem.severity == "warning"]

    def open_places(heard: str, *counts: int) -> list[str]:
        return [f"`{label}`: scores are still to come (at least 3 experts have to score, {heard}); {count} places are open" for label, count in zip(("创新", "服务"), counts, strict=True)]

    assert told() == ["no score yet of 5 experts: E01, E02, E03, E04, E05", *open_places("0 have", 4, 4)]
    with former_words("0.7.0"):
        assert len(told()) == 10 + 8
    write_judged_edition(folder, {"E01": SHEETS["E01"], "E02": {"M1": ("", ""), "M4": ("回避", "回避")}})  # what is due stands on the sheet before
    assert told() == ["no score yet of 4 experts: E02, E03, E04, E05", *open_places("1 has", 4, 4)]


def test_an_employer_by_its_full_name_is_withdrawn_from_and_only_what_is_nearly_a_member_is_told_of(tmp_path: Path) -> None:
    experts = ("E01,张三三,甲招标代理公司,是", "E02,李四四,退休,是", "E03,王五五,某大学,是", "E04,赵六六,乙招标代理公可,是", "E05,钱七七,无,否")
    folder = write_judged_edition(tmp_path / "e", experts=experts)
    for sealed_by, withdrawn, lines in ((None, ["M1"], [5]), ("0.7.0", [], [2, 3, 4, 5])):
        with former_words(sealed_by):
            edition, told = check_edition(folder)
        assert edition is not None
        assert edition.judged is not None
        assert edition.judged.recusals is not None
        mask = edition.judged.recusals.mask["E01"]
        assert [*mask.index[mask]] == withdrawn
        assert [problem.row for problem in told if problem.file == "ballots/专家.csv" and problem.column == "所在单位"] == lines


def test_what_interests_name_wrongly_is_told_under_their_headings(tmp_path: Path) -> None:
    experts = ("E01,张三三,某大学,是", "E02,李四四,乙招标代理公可,是", *(f"{one},{one}名,无,是" for one in ("E03", "E04", "E05")))
    told = check_edition(write_judged_edition(tmp_path / "e", {}, experts=experts, interests=("E2,M4,配偶任职",)))[1]
    assert [problem.column for problem in told if problem.file == "ballots/利害关系.csv"] == ["专家代号"]
    assert [(problem.row, problem.value) for problem in told if problem.column == "所在单位"] == [(3, "")]  # no employer is told beside an error either


def test_a_zero_beside_an_item_that_is_not_scored_is_told_of_and_files_with_errors_of_the_panel_go_back(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", SHEETS | {"E04": SHEETS["E04"] | {"M2": (0, "")}, "E01": SHEETS["E01"] | {"M1": (99, "回避")}})
    edition, told = check_edition(folder)
    assert [(problem.row, problem.column) for problem in told if "像是未评而填的" in problem.rule.zh] == [(3, "创新")]
    assert edition is not None
    assert [(back.file, [problem.row for problem in back.problems]) for back in returns(edition)] == [("ballots/评分表1.xlsx", [2])]
    read, accepted, refused, _ = edition.counts.xs("ballots/评分表1.xlsx", level="file").iloc[0]
    assert (accepted, refused, edition.records.counts["refused"].sum()) == (edition.records.counts.xs("ballots/评分表1.xlsx", level="file").iloc[0]["accepted"] - 1, 1, 0)
    shown = CliRunner().invoke(app, ["check", str(folder), "--return", str(tmp_path / "back")]).stdout
    assert re.search(rf"评分表1\.xlsx +\S+ +{read} +{accepted} +1 ", shown), shown
    (back,) = (tmp_path / "back").iterdir()
    assert f"采用 {accepted} 行，退回 1 行" in "".join(str(row[0].value) for row in openpyxl.load_workbook(back)["退回说明"].iter_rows(max_row=9))
    assert back.stat().st_mode & 0o777 == 0o600 or os.name == "nt"
    named = Problem("error", Phrase("人数应为单数", "the number is to be odd"), Phrase("", ""), file="ballots/专家.csv")
    assert edition.judged is not None
    even = replace(edition, judged=replace(edition.judged, problems=edition.judged.problems + Problems((named,))))
    assert [back.file for back in returns(even)] == ["ballots/评分表1.xlsx"]  # it may hold the experts' names
    with former_words("0.7.0"):
        assert "像是未评而填的" not in check_edition(folder)[1].text()
