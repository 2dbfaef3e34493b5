"""Files of a nasty layout: titles, merged cells, totals, signatures, hidden parts."""

from __future__ import annotations

from tests.nasty.nasty import (
    GOOD,
    HEADING,
    JIA,
    NAN,
    NEXT,
    READ,
    YI,
    Book,
    Nasty,
    Worksheet,
    csv,
    good,
    refused,
    xlsx,
)


def title_rows_above() -> Nasty:
    rows = [("2018 年培训签到汇总表（学时）",), (), ("填报单位：秘书处", "", "", "", "单位：元"), *good()]
    return Nasty(xlsx(rows))


def code_merged_over_several_rows() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        sheet.merge_range("A4:A6", YI)

    rows = [HEADING, GOOD[0], (), ("", "E2", 4.5, "2018-03-06"), ("", "E3", 1), ("小计", "", 5.5)]
    read = (READ[0], (YI, "E2", 4.5, NEXT, NAN, NAN), (YI, "E3", 1.0, None, NAN, NAN))
    content = xlsx([row if n != 5 else ("", "小计", 5.5) for n, row in enumerate(rows)], tweak)
    return Nasty(content, rows=read, not_data=2, notes=("each of their rows (rows 4-5)",))


def hours_merged_over_several_rows() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        sheet.merge_range("C2:C3", 8)

    errors = ((2, "学时", "a merged number"), (3, "学时", "a merged number"))
    return Nasty(xlsx(good((JIA, "E3", 1)), tweak), rows=((JIA, "E3", 1.0, None, NAN, NAN),), errors=errors)


def cells_merged_across_columns() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        sheet.merge_range("C3:D3", "全天")

    errors = ((3, "学时", "not a number"), (3, "日期", "merged across"))
    return Nasty(xlsx(good(), tweak), rows=READ[:1], errors=errors)


def titles_of_parts_merged_across() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        sheet.merge_range("A2:G2", "一、招标代理机构")
        sheet.merge_range("A4:G4", "二、采购人")

    return Nasty(xlsx((HEADING, (), GOOD[0], (), GOOD[1]), tweak), not_data=2)


def totals_notes_and_signatures_below() -> Nasty:
    ends = [("小计", "", 12.5), ("合 计（学时）", "", "12.5"), (), ("注：以上均为网络学时",), ("填表人：张三", "", "审核人："), ("单位（盖章）：",)]  # fmt: skip
    return Nasty(xlsx(good(*ends)), not_data=6)


def total_with_a_valid_code() -> Nasty:
    content = xlsx((("备注", *HEADING), ("合计", *GOOD[0]), ("", *GOOD[1])))
    return Nasty(content, notes=("columns not read: 备注",))


def headings_repeated_on_each_page() -> Nasty:
    return Nasty(xlsx((HEADING, GOOD[0], (), HEADING, GOOD[1])), not_data=2)


def rows_and_columns_hidden() -> Nasty:
    def tweak(_: Book, sheet: Worksheet) -> None:
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("D:E", None, None, {"hidden": True})

    notes = ("rows 3 are hidden", "hidden columns are read all the same: 日期, 会费")
    return Nasty(xlsx(good(), tweak), notes=notes)


def sheet_hidden_beside() -> Nasty:
    def tweak(book: Book, _: Worksheet) -> None:
        other = book.add_worksheet("旧数据")
        other.write_row(0, 0, HEADING)
        other.hide()
        book.add_worksheet("填表说明").write("A1", "请逐行填写")

    return Nasty(xlsx(good(), tweak), notes=("sheets not read: 旧数据 (hidden); move what is data",))


def sheet_very_hidden_but_asked_for() -> Nasty:
    def tweak(book: Book, sheet: Worksheet) -> None:
        book.add_worksheet("封面").activate()
        sheet.very_hidden()

    return Nasty(xlsx(good(), tweak), sheet="签到", notes=("this sheet is hidden",))


def two_sheets_of_data() -> Nasty:
    return refused(xlsx(good(), lambda book, _: book.add_worksheet("签到2").write("A1", "x")), "签到.xlsx", "several sheets: 签到, 签到2")  # fmt: skip


def sheet_asked_for_is_missing() -> Nasty:
    return Nasty(xlsx(good()), rows=(), errors=((None, "", "is `签到` meant?"),), sheet="签到表")


def thousands_of_empty_rows_with_a_format() -> Nasty:
    def tweak(book: Book, sheet: Worksheet) -> None:
        red = book.add_format({"bg_color": "red"})
        for row in range(3, 3000):
            sheet.write_blank(row, 0, None, red)

    return Nasty(xlsx(good(), tweak))


def stray_cell_in_the_last_corner() -> Nasty:
    return refused(xlsx(good(), lambda _, sheet: sheet.write("XFD1048576", "x")), "签到.xlsx", "stray cell")


def rows_with_blanks_only() -> Nasty:
    return Nasty(xlsx((HEADING, GOOD[0], (" ", "\u3000", "\u200b"), ("", "\xa0"), GOOD[1])), not_data=2)


def data_beginning_in_the_middle_of_the_sheet() -> Nasty:
    rows = [(), (), (), *((("", "", *row)) for row in good())]
    return Nasty(xlsx(rows))


def csv_with_titles_and_totals() -> Nasty:
    rows = [("2018 年签到", *[""] * 6), *good(), ("合计", "", "12.5", "", "", "", "")]
    return Nasty(csv(rows, "gbk"), "签到.csv", not_data=1)


def total_with_a_damaged_code() -> Nasty:
    wrong = ("合计", "91350100MO00100Y43", *GOOD[0][1:])
    content = xlsx((("备注", *HEADING), wrong, ("", *GOOD[1])))
    errors = ((2, "信用代码", f"is it {JIA}?"),)
    return Nasty(content, rows=READ[1:], errors=errors, notes=("columns not read: 备注",))
