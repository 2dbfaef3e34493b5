"""A cell is a value, missing, not applicable, or a problem: what people write, and what each means."""

# ruff: noqa: DTZ001 - records hold local days
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from toolkit.records.cells import Cell, read_cell, read_cells
from toolkit.records.dictionary import Column
from toolkit.records.members import Register

CODE = "91350100M000100Y43"
PUBLISHED_FAILURE = "91350211M0000XUF46"


def read(raw: object, **column: Any) -> Cell:
    return read_cell(raw, Column(**column))


def mend(cell: Cell) -> str:
    assert cell.state == "problem"
    assert cell.value is None
    assert cell.finding is not None
    return f"{cell.finding.rule.en}; {cell.finding.mend.en}"


@pytest.mark.parametrize(
    ("raw", "unit", "value"),
    [
        (40.0, "", 40.0),
        (40, "", 40.0),
        ("40", "", 40.0),
        ("４０", "", 40.0),
        ("40学时", "学时", 40.0),
        ("40 (学时)", "学时", 40.0),
        ("1,835.0534", "万元", 1835.0534),
        ("400,000", "元", 400000.0),
        ("１，２３４．５", "", 1234.5),
        ("1980000.00 元", "元", 1980000.0),
        ("0元 人民币", "元", 0.0),
        ("￥12.5", "元", 12.5),
        ("480.000000（万元）", "万元", 480.0),
        ("-3", "", -3.0),
        ("−3", "", -3.0),
        ("+.5", "", 0.5),
        ("1e3", "", 1000.0),
    ],
)
def test_numbers_that_are_clear_are_read(raw: object, unit: str, value: float) -> None:
    assert read(raw, type="money", unit=unit) == Cell("value", value)
    assert read(raw, type="number", unit=unit) == Cell("value", value)


@pytest.mark.parametrize(
    "raw",
    ["八", "nan", "NaN", "inf", "-Infinity", "1e999", "12,34", "1,2345", "1 2", "1.2.3", "电子保函", "0x10", "35%",
     True, dt.date(2018, 3, 5), dt.time(1), "150,000+年度保证金", "٣", "约40", "1_000"],
)  # fmt: skip
def test_what_is_no_number_is_never_one(raw: object) -> None:
    assert "not a number" in mend(read(raw, type="number")) or "follows the number" in mend(
        read(raw, type="number")
    )


def test_a_chinese_numeral_is_offered_as_a_number() -> None:
    assert mend(read("八", type="number")) == "not a number; write 8, or leave the cell empty if unknown"


@pytest.mark.parametrize(
    ("raw", "unit", "value"),
    [
        ("5万元", "元", 50000.0),
        ("1,835.0534（万元）", "元", 18350534.0),
        ("480万", "元", 4800000.0),
        ("￥0.29亿元", "元", 29000000.0),
        ("12345.67元", "万元", 1.234567),
        ("3千人", "人", 3000.0),
    ],
)
def test_a_clear_multiple_of_the_unit_is_converted_in_decimals_and_said(raw: str, unit: str, value: float) -> None:
    cell = read(raw, type="money", unit=unit)
    assert (cell.state, cell.value) == ("value", value)
    assert cell.finding is not None
    assert "written in" in cell.finding.rule.en


def test_the_unit_of_bare_numbers_may_be_said_by_the_sheet() -> None:
    column = Column(type="money", unit="元", range=(0, 2e7))
    cells = read_cells([1835.0534, "0.29", "7元", "3万元", 5000], column, written_in="万元")
    assert [cell.value for cell in cells] == [18350534.0, 2900.0, 7.0, 30000.0, None]
    assert "outside 0 to 2e+07 元" in mend(cells[4])
    assert read("1e9999999999999999999万元", type="money").state == "problem"


def test_money_is_in_yuan_where_nothing_is_said() -> None:
    assert read("￥12.5元", type="money") == Cell("value", 12.5)
    assert read("2万元", type="money").value == 20000.0


def test_another_unit_is_never_converted() -> None:
    assert "`美元` is not the column's unit `元`" in mend(read("5美元", type="money", unit="元"))
    assert "`天` is not the column's unit `学时`" in mend(read("5天", type="number", unit="学时"))
    assert "the column has no unit" in mend(read("40学时", type="number"))


def test_the_range_counts_its_ends() -> None:
    cells = read_cells([0.0, "80", 80.5, "-1"], Column(type="number", unit="学时", range=(0, 80)))
    assert [cell.state for cell in cells] == ["value", "value", "problem", "problem"]
    assert "outside 0 to 80 学时" in mend(cells[2])


@pytest.mark.parametrize(
    ("raw", "unit", "value"),
    [("35%", "", 0.35), ("３５％", "", 0.35), ("0.7%", "", 0.007), ("100%", "", 1.0), (0.0, "", 0.0), (35.0, "%", 0.35),
     ("35", "%", 0.35), ("-5%", "%", -0.05)],
)  # fmt: skip
def test_a_percentage_becomes_a_share(raw: object, unit: str, value: float) -> None:
    cell = read(raw, type="percent", unit=unit)
    assert cell.state == "value"
    assert cell.value == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize(
    ("raw", "unit"), [(0.35, ""), (0.7, "%"), ("0.7", ""), (35.0, ""), (1.0, "%"), ("1", "")]
)
def test_a_bare_number_in_a_percent_column_is_a_problem(raw: object, unit: str) -> None:
    assert "ambiguous" in mend(read(raw, type="percent", unit=unit))


def test_the_range_of_a_percentage_is_in_its_unit() -> None:
    assert read("29%", type="percent", unit="%", range=(29, 100)).state == "value"
    assert read("129%", type="percent", unit="%", range=(0, 100)).state == "problem"
    assert read("129%", type="percent", range=(0, 1)).state == "problem"


@pytest.mark.parametrize(
    "raw",
    ["2018年3月5日", "2018.3.5", "2018-03-05", "2018/3/5", "20180305", "２０１８年３月５日", "2018 年 3 月 5 日", 20180305.0,
     dt.date(2018, 3, 5), dt.datetime(2018, 3, 5), "2018-03-05 00:00:00", "2018-03-05T00:00", "Mar 5, 2018",
     "20180305 - 00:00:00", "二〇一八年三月五日", "2018年3月5日 星期一", "2018-3-5（周一）", "5 March 2018", "5-Mar-2018",
     "March 5th, 2018", "mar. 5, 2018", "2018 3 5"],
)  # fmt: skip
def test_dates_that_are_clear_are_read(raw: object) -> None:
    assert read(raw, type="date") == Cell("value", dt.datetime(2018, 3, 5))


def test_a_time_of_day_is_kept() -> None:
    assert read("2026-03-13 11:57:26", type="date").value == dt.datetime(2026, 3, 13, 11, 57, 26)
    assert read(dt.datetime(2018, 3, 5, 9, 30), type="date").value == dt.datetime(2018, 3, 5, 9, 30)
    assert read("2999-12-31", type="date").value == dt.datetime(2999, 12, 31)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("3/5/18", "ambiguous"),
        ("03-05-2018", "ambiguous"),
        ("18.3.5", "ambiguous"),
        ("18年3月5日", "ambiguous"),
        ("2018年2月30日", "no such day"),
        ("20181301", "no such day"),
        ("2018-03-05 25:00", "no such day"),
        ("2018年3月", "lacks its day"),
        ("2018-03", "lacks its day"),
        ("201803", "lacks its day"),
        (43164.0, "if 2018-03-05 is meant"),
        ("长期", "not a date"),
        ("2018年3月5日 星期二", "not the weekday"),
        ("二〇一八年二月三十日", "no such day"),
        ("Marvel 5, 2018", "not a date"),
        ("5 Mar 18", "not a date"),
        ("2018-03.05", "not a date"),
        (dt.time(9), "not a date"),
        (True, "not a date"),
        (dt.date(1899, 12, 31), "before 1900"),
        (dt.datetime(2018, 3, 5, tzinfo=dt.UTC), "not a date"),
    ],
)
def test_dates_that_are_not_clear_are_problems(raw: object, said: str) -> None:
    assert said in mend(read(raw, type="date"))


@pytest.mark.parametrize(("raw", "value"), [("是", True), ("有", True), ("√", True), (True, True), (1.0, True), ("TRUE", True),
                                            ("否", False), ("×", False), (False, False), (0.0, False), ("没有", False)])  # fmt: skip
def test_yes_and_no(raw: object, value: object) -> None:
    cell = read(raw, type="boolean")
    assert (cell.state, cell.value) == ("value", value)


def test_what_is_neither_yes_nor_no_is_a_problem() -> None:
    assert "neither yes nor no" in mend(read("是？", type="boolean"))
    assert read(2.0, type="boolean").state == "problem"


def test_none_is_no_beside_have_and_missing_beside_yes_and_no_or_where_the_column_says_so() -> None:
    column, no = Column(type="boolean"), Cell("value", value=False)
    assert read_cells(["有", "无", "/"], column) == [Cell("value", value=True), no, Cell("missing")]
    assert read_cells(["无"], column) == [no]
    assert [cell.state for cell in read_cells(["是", "无", "否"], column)] == ["value", "missing", "value"]
    assert read("无", type="boolean", missing=("无",)).state == "missing"
    assert read("无", type="boolean", missing=("",)) == no


@pytest.mark.parametrize("kind", ["number", "money"])
@pytest.mark.parametrize("raw", ["0", 0, 0.0, -0.0, "0.0", "0.00", "０", "-0", "0元", "0万元", "+0", ".0", "0e5"])
def test_a_number_that_means_missing_does_so_in_every_way_of_writing_it(kind: str, raw: object) -> None:
    assert read(raw, type=kind, unit="元", missing=("0",)).state == "missing"
    assert read(raw, type=kind, unit="元", not_applicable=("0.0",)).state == "not applicable"
    assert read(raw, type=kind, unit="元").state == "value"
    assert read(10, type=kind, missing=("0",)) == Cell("value", 10.0)


@pytest.mark.parametrize("raw", ["0", "0%", "0.0%", 0, "０％"])
def test_a_share_of_0_that_means_missing_does_so_too(raw: object) -> None:
    assert read(raw, type="percent", missing=("0",)).state == "missing"
    assert read(raw, type="percent", unit="%", missing=("0%",), required=True).state == "problem"


def test_a_choice_is_given_as_the_dictionary_writes_it() -> None:
    choices = {"type": "choice", "choices": ("学习班", "讲座（线上）")}
    assert read(" 讲座(线上) ", **choices) == Cell("value", "讲座（线上）")
    assert (
        mend(read("学习", **choices)) == "not one of the choices; is it 学习班? Choices: 学习班、讲座（线上）"
    )


def test_a_missing_mark_that_is_a_choice_is_the_choice() -> None:
    assert read("无", type="choice", choices=("无", "轻微")) == Cell("value", "无")


@pytest.mark.parametrize("raw", ["", "  ", "/", "／", "—", "-", "－", "无", "暂缺", None, "\u200b"])
@pytest.mark.parametrize("kind", ["text", "number", "percent", "date", "member"])
def test_missing_is_missing_in_every_type_and_a_problem_where_required(raw: object, kind: str) -> None:
    assert read(raw, type=kind) == Cell("missing")
    assert "a required cell is empty" in mend(read(raw, type=kind, required=True))


def test_zero_is_not_missing() -> None:
    assert read(0.0, type="number") == Cell("value", 0.0)
    assert read(999.0, type="number", missing=("999",)).state == "missing"


def test_not_applicable_is_neither_missing_nor_a_value_but_names_no_member() -> None:
    assert read("不适用", type="number", required=True) == Cell("not applicable")
    assert read("不适用", type="member", required=True).state == "problem"
    scored = {"type": "number", "not_applicable": ("回避", "recused")}
    assert [read(raw, **scored).state for raw in ("回避", "回 避", "回　避", "recused")] == ["not applicable"] * 4
    assert mend(read("弃权", **scored)) == "not a number; write a number, or leave the cell empty if unknown; to withdraw from it write 回避"
    assert read("回 避", type="text", not_applicable=("回避",)).value == "回 避"


def test_text_keeps_what_was_written() -> None:
    assert read("  甲 公司 ", type="text").value == "甲 公司"
    assert read(5.0, type="text").value == "5"
    assert read("=1+1", type="text").value == "=1+1"
    assert "15 digits" in mend(read(13800138000138001.0, type="text"))
    assert "damaged" in mend(read("甲\ufffd", type="text"))


@pytest.mark.parametrize("raw", ["#N/A", "#DIV/0!", "#REF!", "#SPILL!", "Err:502", "#未计算"])
def test_a_failed_formula_is_a_problem_and_not_missing(raw: str) -> None:
    for kind in ("text", "number", "date"):
        assert "formula" in mend(read(raw, type=kind))


def test_a_failing_credit_code_is_a_problem_unless_accepted_with_a_reason() -> None:
    assert read(f" {CODE.lower()} ", type="credit_code") == Cell("value", CODE)
    assert "check character" in mend(read(PUBLISHED_FAILURE, type="credit_code"))
    cell = read(PUBLISHED_FAILURE, type="credit_code", accept={PUBLISHED_FAILURE: "早期代码"})
    assert (cell.state, cell.value) == ("value", PUBLISHED_FAILURE)
    assert cell.finding is not None
    assert "早期代码" in cell.finding.mend.zh
    assert "took the code for a number" in mend(read(9.135e17, type="credit_code"))


def test_a_member_must_be_known() -> None:
    member = Column(type="member")
    cells = read_cells([f"{CODE[:9]} {CODE[9:].lower()}", CODE[:-1] + "4", "ZZZ"], member, Register.of([CODE]))
    assert cells[0] == Cell("value", CODE)
    assert f"is it {CODE}?" in mend(cells[1])
    assert "add the member" in mend(cells[2])
    assert read_cell("ZZZ", member, None) == Cell("value", "ZZZ")


def test_equal_looking_cells_of_other_types_are_not_confused() -> None:
    assert [c.state for c in read_cells([1.0, True, 1, "1"], Column(type="number"))] == [
        "value",
        "problem",
        "value",
        "value",
    ]


def test_what_a_column_names_as_a_choice_is_no_ditto_mark() -> None:
    column = Column(type="choice", choices=('"', "甲"))
    assert [cell.state for cell in read_cells(['"', "甲", "〃"], column)] == ["value", "value", "problem"]
