"""Windows: on which days a record counts, by sentences a committee can read and by a second way of counting."""

from __future__ import annotations

import calendar
import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from toolkit.ground.problems import Refused
from toolkit.ground.toml_reader import tuples
from toolkit.indicators.selection import Calendar, Source, selected
from toolkit.records.cells import read_cells
from toolkit.records.dictionary import Column, Tables, load_tables
from toolkit.records.references import reference_problems
from toolkit.reports.scheme_wording import window_in_words
from toolkit.scheme import Scheme
from toolkit.scheme.checks.measures import measures_faults
from toolkit.scheme.measures import Selection, Window, read_span
from toolkit.scheme.writing import plain_values

RULES = tomllib.loads((Path(__file__).parent / "cases" / "windows.toml").read_text("utf-8"))["rule"]
CASES = [
    pytest.param(rule["window"], case, id=f"{rule['title'][:12]}-{case['says'][:24]}") for rule in RULES for case in rule["case"]
]
DATE = Column(type="date", forever=("长期",), day_missing="last")
WORDS = ("程度", "状态")


def window(**said: Any) -> Window:
    return Window.model_validate(tuples(said))


def source(rows: Iterable[Mapping[str, Any]], dates: Iterable[str], happened: str | None = None) -> Source:
    """Records of one member in memory: dates as they would be written in a cell."""
    columns = {name: pd.Series([row.get(name) for row in rows], dtype="object") for name in (*dates, *WORDS)}
    read = {name: [cell.value for cell in read_cells(columns[name].fillna(""), DATE)] for name in dates}
    frame = pd.DataFrame({**{n: pd.Series(v, dtype="datetime64[us]") for n, v in read.items()},
                          **{n: columns[n] for n in WORDS}})  # fmt: skip
    kinds = {name: pa.timestamp("us") for name in dates} | {"_row": pa.int64()}
    schema = pa.schema([pa.field(n, kinds.get(n, pa.string())) for n in (*dates, *WORDS, "code", "_file", "_sheet", "_row")])
    frame = frame.assign(code="甲", _file="f", _sheet="", _row=range(2, len(frame) + 2))
    return Source(ibis.memtable(pa.Table.from_pandas(frame, schema=schema)), "code", happened, (*dates, *WORDS))


def rows_counting(asked: Source, rule: Window, day: dt.date) -> list[int]:
    chosen = selected(asked, Selection(table="t", window="w"), Calendar(day, None, {"w": rule}))
    return sorted(row - 2 for row in chosen["_row"].to_pyarrow().to_pylist())


@pytest.mark.parametrize(("said", "case"), CASES)
def test_sentences(said: dict[str, Any], case: dict[str, Any]) -> None:
    rule = window(**said)
    asked = source([case["record"]], rule.dates.values())
    for day in (*case["counts"], *case["not"]):
        assert rows_counting(asked, rule, dt.date.fromisoformat(day)) == [0] * (day in case["counts"]), day


def test_every_rule_names_its_source() -> None:
    assert all(rule["source"] and rule["case"] for rule in RULES)


# ---- a second way of counting, day by day in plain Python ------------------------------------------------------------


def later(day: dt.date, words: str) -> dt.date:
    length, unit = read_span(words)
    if unit == "day":
        return day + dt.timedelta(days=length)
    months = day.year * 12 + day.month - 1 + length * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def counts(rule: Window, row: Mapping[str, Any], day: dt.date) -> bool:
    begin, until, least = row["认定日期"], row.get("截止日期"), row.get("限制期满")
    words = rule.lasts.get(row.get("程度") or "", rule.otherwise)
    end = until or (later(begin, words) if words else None)
    if end and least:
        end = max(end, least)
    closings = [closing for name in ("修复日期", "撤销日期") if (closing := row.get(name))]
    over = end is not None and (day > end if rule.end_day == "counts" else day >= end)
    skipped = row.get("状态") in rule.skip.get("状态", ()) and not any(closing > day for closing in closings)
    return begin <= day and not over and not skipped and not any(closing <= day for closing in closings)


DAYS = st.dates(dt.date(2015, 12, 1), dt.date(2021, 3, 31))
NEAR = st.sampled_from([dt.date(2016, 2, 29), dt.date(2018, 11, 30), dt.date(2018, 12, 31), dt.date(2020, 1, 31), dt.date(2020, 8, 31)])
SPANS = st.sampled_from(["1 month", "3 months", "6 months", "1 year", "3 years", "90 days", "1 day"])
ENDINGS = {"until": "截止日期", "at_least_until": "限制期满", "repaired": "修复日期", "withdrawn": "撤销日期"}


@st.composite
def rules(draw: st.DrawFn) -> Window:
    said: dict[str, Any] = {"from": "认定日期", "end_day": draw(st.sampled_from(["counts", "excluded"]))}
    said |= {key: column for key, column in ENDINGS.items() if draw(st.booleans())}
    if draw(st.booleans()):
        said |= {"column": "程度", "lasts": draw(st.dictionaries(st.sampled_from(["轻微", "一般", "严重"]), SPANS))}
    if draw(st.booleans()):
        said["otherwise"] = draw(SPANS)
    if draw(st.booleans()):
        said["skip"] = {"状态": ["已修复", "已撤销"]}
    return window(**said)


@st.composite
def records(draw: st.DrawFn, rule: Window) -> dict[str, Any]:
    row: dict[str, Any] = {"认定日期": draw(DAYS | NEAR), "程度": draw(st.sampled_from(["轻微", "一般", "严重", "其他", None]))}
    row |= {column: draw(st.none() | DAYS) for column in rule.dates.values() if column != "认定日期"}
    return {**row, "状态": draw(st.sampled_from(["有效", "已修复", "已撤销", None]))}


@settings(max_examples=examples(20))
@given(st.data())
def test_a_record_counts_on_exactly_the_days_of_its_window(data: st.DataObject) -> None:
    rule = data.draw(rules())
    rows = data.draw(st.lists(records(rule), min_size=1, max_size=12))
    asked = source([{k: v if k in WORDS else v and v.isoformat() for k, v in row.items()} for row in rows], rule.dates.values())
    near = [later(row["认定日期"], "1 year") + dt.timedelta(days=n) for row in rows for n in (-1, 0, 1)]
    for day in {data.draw(DAYS), data.draw(st.sampled_from(near)), data.draw(DAYS)}:
        assert rows_counting(asked, rule, day) == [n for n, row in enumerate(rows) if counts(rule, row, day)]


@settings(max_examples=examples(12))
@given(st.data())
def test_a_later_day_never_revives_an_expired_record(data: st.DataObject) -> None:
    rule = data.draw(rules())
    row = data.draw(records(rule))
    asked = source([{k: v if k in WORDS else v and v.isoformat() for k, v in row.items()}], rule.dates.values())
    days = sorted(data.draw(st.sets(st.dates(row["认定日期"], dt.date(2025, 1, 1)), min_size=2, max_size=6)))
    found = [bool(rows_counting(asked, rule, day)) for day in days]
    assert found == sorted(found, reverse=True)


HAPPENED = "发生日期"


@given(st.data())
def test_beside_a_window_the_period_asks_when_it_happened(data: st.DataObject) -> None:
    rule, day = data.draw(rules()), data.draw(DAYS)
    row = st.tuples(records(rule), st.none() | DAYS | NEAR).map(lambda both: {**both[0], HAPPENED: both[1]})
    rows = data.draw(st.lists(row, min_size=1, max_size=12))
    begins = data.draw(st.sampled_from([each[HAPPENED] for each in rows if each[HAPPENED]] or [day]))
    period = begins, data.draw(st.dates(begins, dt.date(2022, 12, 31)))
    dates = [*rule.dates.values(), HAPPENED]
    asked = source([{k: v if k in WORDS else v and v.isoformat() for k, v in each.items()} for each in rows], dates, HAPPENED)
    happened = pd.to_datetime(pd.Series([each[HAPPENED] for each in rows]))
    within = (happened.between(*map(pd.Timestamp, period)) & (happened <= pd.Timestamp(day))).to_numpy()
    alive = pd.Series([counts(rule, each, day) for each in rows]).to_numpy()
    said: dict[str, tuple[dict[str, Any], Any]] = {
        "both": ({"window": "w", "in_period": True}, within & alive), "window": ({"window": "w"}, alive), "period": ({}, within)}
    for name, (more, right) in said.items():
        chosen = selected(asked, Selection(table="t", **more), Calendar(day, period, {"w": rule}))
        assert sorted(chosen["_row"].to_pyarrow().to_pylist()) == [n + 2 for n in range(len(rows)) if right[n]], name


def test_happened_in_the_period_and_still_in_force() -> None:
    rule = window(**{"from": "认定日期", "otherwise": "1 year"})
    acts = [("2018-03-01", "2018-03-01"), ("2016-05-01", "2018-02-01"), ("2017-11-01", "2017-11-02"), ("2018-06-01", "2019-02-01")]
    asked = source([{HAPPENED: done, "认定日期": found} for done, found in acts], [HAPPENED, "认定日期"], HAPPENED)
    period = dt.date(2017, 10, 1), dt.date(2018, 12, 31)
    rows = selected(asked, Selection(table="t", window="w", in_period=True), Calendar(dt.date(2018, 12, 31), period, {"w": rule}))
    assert rows["_row"].to_pyarrow().to_pylist() == [2]  # too old an act, a finding run out, a finding still to come


# ---- what is written wrongly -----------------------------------------------------------------------------------------

TABLES = Tables.model_validate(tuples({"table": {
    "members": {"file": "m.csv", "column": {"code": {"type": "text"}, "name": {"type": "text"}}},
    "conduct": {"file": "c.csv", "column": {
        "code": {"type": "member"}, "found": {"type": "date"}, "ended": {"type": "date"}, "note": {"type": "text"},
        "phone": {"type": "date", "personal": True},
        "severity": {"type": "choice", "choices": ["轻微", "一般"]}, "status": {"type": "choice", "choices": ["有效", "已修复"]},
    }},
}}))  # fmt: skip


def scheme(**said: Any) -> Scheme:
    asked = {"table": "conduct", "take": "count", "window": "w"}
    indicator = {"id": "i", "label": "i", "weight": 100, "measure": asked, "value": {"shape": "linear", "worst": 9, "best": 0}}
    return Scheme.model_validate(tuples({
        "schema": 1, "title": "t", "edition": "e", "as_of": dt.date(2018, 12, 31), "indicator": [indicator], "window": {"w": said},
        "members": {"table": "members", "key": "code", "name": "name"},
    }))  # fmt: skip


@pytest.mark.parametrize(
    ("said", "place", "mend"),
    [
        ({"repaired": "endd"}, "window.w.repaired", "is `conduct.ended` meant?"),
        ({"withdrawn": "note"}, "window.w.withdrawn", "name another column, or change its type"),
        ({"until": "phone"}, "window.w.until", "name another column"),
        ({"at_least_until": "untill"}, "window.w.at_least_until", ""),
        ({"column": "severty", "lasts": {"轻微": "1 year"}}, "window.w.column", "is `conduct.severity` meant?"),
        ({"column": "severity", "lasts": {"轻徽": "1 year"}}, "window.w.lasts.severity", "known: 轻微, 一般"),
        ({"skip": {"status": ["已修夏"]}}, "window.w.skip.status", "is `已修复` meant?"),
    ],
)
def test_a_window_is_held_to_the_tables(said: dict[str, Any], place: str, mend: str) -> None:
    assert not reference_problems(scheme(**{"from": "found"}), TABLES)
    (problem,) = reference_problems(scheme(**{"from": "found", **said}), TABLES)
    assert (problem.column, problem.severity) == (place, "error")
    assert mend in problem.mend.en


def test_the_period_beside_a_window_needs_a_date_and_both_of_them() -> None:
    raw = plain_values(scheme(**{"from": "found"}))
    measure = raw["indicator"][0]["measure"]
    measure["in_period"] = True
    (undated,) = reference_problems(Scheme.model_validate(tuples(raw)), TABLES)
    assert (undated.column, undated.mend.zh) == ("indicator[i].measure.in_period", "请在 tables.toml 的 [table.conduct] 写 date")
    assert [fault.rule.zh for fault in measures_faults(raw)] == ["要求发生在评价期内，但办法没有写评价期"]
    raw["period"] = [dt.date(2018, 1, 1), dt.date(2018, 12, 31)]
    assert not list(measures_faults(raw))
    del measure["window"]
    (fault,) = measures_faults(raw)
    assert (fault.path, fault.rule.en) == (("indicator", 0, "measure", "in_period"), "without `window` only records of the period count anyway")


def test_spans_need_a_column_and_words_that_can_be_read() -> None:
    for said in ({"lasts": {"轻微": "1 year"}}, {"otherwise": "half a year"}):
        with pytest.raises(ValueError, match=r"lasts|3 months"):
            window(**{"from": "found", **said})


def test_words_for_ever_and_months_belong_to_dates(tmp_path: Path) -> None:
    said = '[table.t]\nfile = "t.csv"\n[table.t.column.x]\ntype = "{}"\nforever = ["长期"]\nday_missing = "last"\n'
    (tmp_path / "tables.toml").write_text(said.format("text"), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        load_tables(tmp_path / "tables.toml")
    assert len(caught.value.problems.errors) == 2
    (tmp_path / "tables.toml").write_text(said.format("date"), encoding="utf-8")
    assert load_tables(tmp_path / "tables.toml").table["t"].column["x"] == DATE


@pytest.mark.parametrize(
    ("written", "day", "value"),
    [
        ("2018年2月", "last", "2018-02-28"),
        ("2018-2", "first", "2018-02-01"),
        ("201802", "last", "2018-02-28"),
        ("2018.10", "first", "2018-10-01"),
        ("2018.1", "first", None),  # October, its 0 dropped by a workbook, or January?
        ("43112", "last", None),  # a day number of Excel, and no month
        ("201813", "last", None),
        ("2018", "last", None),
        ("2018-02-30", "last", None),
    ],
)
def test_a_month_stands_for_one_of_its_days_where_the_table_says_so(written: str, day: Any, value: str | None) -> None:
    (cell,) = read_cells([written], Column(type="date", day_missing=day))
    assert (cell.state, str(cell.value)[:10]) == (("value", value) if value else ("problem", "None"))
    assert read_cells([written], Column(type="date"))[0].state == "problem"


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        ({"from": "found"}, "自 found 起", "from found on"),
        ({"from": "found", "otherwise": "90 days", "end_day": "excluded"}, "自 found 起；有效 90 日；到期当日不计", "from found on; for 90 days; the last day does not count"),
        ({"from": "found", "until": "last", "column": "grade", "lasts": {"轻微": "3 months"}},
         "自 found 起；到 last 为止，未填的：grade 轻微 3 个月；到期当日仍计", "from found on; until last, or where that is empty: grade 轻微 3 months; the last day counts"),
        ({"from": "found", "repaired": "mended", "skip": {"state": ["撤销"]}}, "自 found 起；自 mended（修复）起不计；不计 state = 撤销",
         "from found on; no longer from mended (repaired) on; without state = 撤销"),
        ({"from": "found", "appeal": {"state": ["申诉中"]}, "under_appeal": "skip"}, "自 found 起；申诉中的（state = 申诉中）暂不计",
         "from found on; under appeal (state = 申诉中): left out meanwhile"),
    ],
)  # fmt: skip
def test_the_scheme_sheet_says_how_long_records_count(said: dict[str, Any], zh: str, en: str) -> None:
    words = window_in_words(window(**said))
    assert (words.zh, words.en) == (zh, en)
