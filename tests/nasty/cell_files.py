"""Files with nasty cells: codes, numbers, units, percentages, dates, missing marks, formulas and personal data."""

# ruff: noqa: DTZ001 - records hold local days
from __future__ import annotations

import datetime as dt
import io

import openpyxl

from tests.nasty.nasty import (
    DAY,
    GOOD,
    HEADING,
    JIA,
    NAN,
    NEXT,
    PHONE,
    READ,
    YI,
    Book,
    Nasty,
    Worksheet,
    csv,
    good,
    one,
    xlsx,
)

ROW = (JIA, "E1", 8.0, DAY, 1200.0, 0.35)


def _wrong(column: int, cell: object, words: str) -> Nasty:
    """One row with one wrong cell."""
    return Nasty(xlsx(one(column, cell)), rows=(), errors=((2, HEADING[column], words),))


def code_kept_as_a_number() -> Nasty:
    return _wrong(0, 913501000001000043, "15 digits only")


def code_in_scientific_notation() -> Nasty:
    return Nasty(csv(one(0, "9.135E+17")), "签到.csv", (), ((2, "信用代码", "in scientific notation"),))


def code_with_the_letter_o() -> Nasty:
    return _wrong(0, "91350100MO00100Y43", f"is it {JIA}?")


def code_with_two_digits_swapped() -> Nasty:
    return _wrong(0, "91350100M00010Y043", f"is it {JIA}?")


def code_of_nobody() -> Nasty:
    return _wrong(0, "91350211M000100Y43", "no such member")


def code_left_empty() -> Nasty:
    return _wrong(0, "", "a required cell is empty")


def code_wide_small_and_with_spaces() -> Nasty:
    cells = " ９１３５０１００ m000100y43\u200b"
    return Nasty(xlsx(one(0, cells)), rows=(ROW,))


def same_row_twice() -> Nasty:
    rows = good((f" {JIA.lower()}", "E1", 1))
    return Nasty(xlsx(rows), errors=((4, "信用代码、活动编号", "the same as row 2"),))


def numbers_wide_with_separators_and_units() -> Nasty:
    rows = [HEADING, (JIA, "E1", "８ 学时", "2018-03-05", "￥１，２００．００元", "３５％", ""), (YI, "E2", "4.5（学时）", NEXT, "", "", "")]
    return Nasty(xlsx(rows))


def money_in_ten_thousands_in_the_cell() -> Nasty:
    rows = [HEADING, (*GOOD[0][:4], "0.12万元", "35%", ""), (*GOOD[1][:4], "1,835.0534（万元）", "", "")]
    read = (READ[0], (YI, "E2", 4.5, NEXT, 18350534.0, NAN))
    notes = ("written in `万元`, and taken as 1200 元", "taken as 18350534 元")
    return Nasty(xlsx(rows), rows=read, notes=notes)


def money_shown_in_ten_thousands_by_its_format() -> Nasty:
    def tweak(book: Book, sheet: Worksheet) -> None:
        sheet.write("E2", 0.12, book.add_format({"num_format": '#,##0.00"万元"'}))

    return Nasty(xlsx(good(), tweak), notes=("written in `万元`, and taken as 1200 元",))


def money_only_shown_smaller_by_its_format() -> Nasty:
    def tweak(book: Book, sheet: Worksheet) -> None:
        sheet.write("E2", 1200, book.add_format({"num_format": '0!.0000"万元"'}))

    return Nasty(xlsx(good(), tweak))


def money_of_another_country() -> Nasty:
    return _wrong(4, "480万美元", "unit `万美元` is not the column's unit `元`")


def money_with_words_behind() -> Nasty:
    return _wrong(4, "150,000+年度保证金", "not a number")


def money_grouped_wrongly() -> Nasty:
    return _wrong(4, "12,00", "not a number")


def money_in_brackets_as_bookkeepers_write_it() -> Nasty:
    return _wrong(4, "(1,200.00)", "not a number")


def hours_in_words() -> Nasty:
    return _wrong(2, "八", "write 8")


def hours_as_a_time_of_day() -> Nasty:
    def tweak(book: Book, sheet: Worksheet) -> None:
        sheet.write_datetime("C2", dt.time(8), book.add_format({"num_format": "hh:mm"}))

    return Nasty(xlsx(one(2, ""), tweak), rows=(), errors=((2, "学时", "not a number"),))


def hours_as_a_date_since_excel_guessed() -> Nasty:
    return _wrong(2, dt.datetime(2018, 8, 1), "not a number")


def hours_true() -> Nasty:
    return _wrong(2, True, "not a number")


def hours_beyond_their_range() -> Nasty:
    return _wrong(2, 800, "outside 0 to 80 学时")


def hours_infinite() -> Nasty:
    return _wrong(2, "1e999", "not a number")


def share_shown_as_a_percentage() -> Nasty:
    def tweak(book: Book, sheet: Worksheet) -> None:
        sheet.write("F2", 0.35, book.add_format({"num_format": "0.0%"}))

    return Nasty(xlsx(good(), tweak))


def share_bare() -> Nasty:
    return _wrong(5, 0.7, "write 70% or 0.7%")


def missing_not_applicable_and_zero() -> Nasty:
    marks = ("/", "—", "-", "无", "暂缺", "", "不适用", "／", 0)
    rows = [(JIA, f"E{n}", mark, "", "", "", "") for n, mark in enumerate(marks)]
    read = [(JIA, f"E{n}", 0.0 if mark == 0 else NAN, None, NAN, NAN) for n, mark in enumerate(marks)]
    return Nasty(xlsx((HEADING, *rows)), rows=read)


def missing_in_words_nobody_agreed_on() -> Nasty:
    return _wrong(2, "待定", "not a number")


def formula_that_failed() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        for row, error in enumerate(("#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?"), start=3):
            sheet.write_formula(row, 2, "=X", None, error)

    rows = good(*((JIA, f"F{n}") for n in range(5)))
    return Nasty(xlsx(rows, tweak), errors=tuple((row, "学时", "formula failed") for row in range(4, 9)))


def formula_never_calculated() -> Nasty:
    book = openpyxl.Workbook()
    for row in good((JIA, "E3", "=4+4")):
        book.active.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return Nasty(buffer.getvalue(), errors=((4, "学时", "never calculated"),))


def dates_in_a_dozen_ways() -> Nasty:
    ways = ("2018-03-05", "2018/3/5", "2018.3.5", "20180305", 20180305, "2018年3月5日", "2018年03月05号", "２０１８年３月５日",
            "二〇一八年三月五日", "2018年3月5日 星期一", "Mar 5, 2018", "5 March 2018", "5-Mar-2018", "2018 3 5",
            "2018-03-05T00:00:00", "20180305 - 00:00:00", dt.datetime(2018, 3, 5))  # fmt: skip
    rows = [(JIA, f"E{n}", 1, way, "", "", "") for n, way in enumerate(ways)]
    return Nasty(xlsx((HEADING, *rows)), rows=[(JIA, f"E{n}", 1.0, DAY, NAN, NAN) for n in range(len(ways))])


def dates_counted_from_1904() -> Nasty:
    rows = [HEADING, (*GOOD[0][:3], DAY, *GOOD[0][4:]), (*GOOD[1][:3], NEXT, "", "", "")]
    return Nasty(xlsx(rows, date_1904=True))


def dates_nobody_can_read() -> Nasty:
    wrong = {"3/5/18": "ambiguous", "05-03-2018": "ambiguous", "18年3月5日": "ambiguous", "2018年2月30日": "no such day",
             "2018年3月5日 星期二": "weekday", "2018年3月": "lacks its day", 43164: "a number, not a date", "长期": "not a date",
             "2018-13-01": "no such day"}  # fmt: skip
    rows = [(JIA, f"E{n}", 1, cell, "", "", "") for n, cell in enumerate(wrong)]
    errors = tuple((row, "日期", words) for row, words in enumerate(wrong.values(), start=2))
    return Nasty(xlsx((HEADING, *rows)), rows=(), errors=errors)


def text_damaged_on_its_way() -> Nasty:
    return _wrong(1, "学习\ufffd", "the text is damaged")


def personal_cell_that_is_wrong() -> Nasty:
    return _wrong(6, f"{PHONE}转8", "does not fit its column")


def personal_cell_in_a_refused_row() -> Nasty:
    rows = [HEADING, (JIA, "E1", "八", "", "", "", PHONE)]
    return Nasty(xlsx(rows), rows=(), errors=((2, "学时", "write 8"),))


def every_cell_wrong_at_once() -> Nasty:
    rows = [HEADING, ("x", "", "八", "3/5/18", "许多", 0.7, f"{PHONE}?"), GOOD[0]]
    words = ("no such member", "empty", "write 8", "ambiguous", "not a number", "ambiguous", "does not fit")
    errors = tuple((2, name, word) for name, word in zip(HEADING, words, strict=True))
    return Nasty(xlsx(rows), rows=READ[:1], errors=errors)
