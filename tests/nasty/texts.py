"""Text files that are nasty: encodings, separators, quotes and line ends."""

from __future__ import annotations

import gzip

from tests.nasty.nasty import (
    JIA,
    Nasty,
    csv,
    good,
    refused,
)  # fmt: skip

TEXT = csv(good())
MORE = csv((*good(), (JIA, "学习班甲", 1, "", "", "", ""), (JIA, "学习班乙", 1, "", "", "", "")))


def csv_in_gb18030() -> Nasty:
    return Nasty(csv(good(), "gb18030"), "签到.csv")


def csv_in_utf_8_with_its_mark() -> Nasty:
    return Nasty(csv(good(), "utf-8-sig"), "签到.csv")


def csv_in_utf_16_with_its_mark() -> Nasty:
    return Nasty(csv(good(), "utf-16"), "签到.csv")


def csv_in_utf_16_big_endian_with_its_mark() -> Nasty:
    return Nasty(b"\xfe\xff" + csv(good(), "utf-16-be"), "签到.csv")


def csv_in_utf_16_without_its_mark() -> Nasty:
    return Nasty(csv(good(), "utf-16-le"), "签到.csv")


def csv_in_utf_8_cut_within_a_character() -> Nasty:
    return refused(MORE[: MORE.rindex("乙".encode()) + 2], "签到.csv", "near line 5")


def csv_in_utf_8_with_one_line_pasted_from_gbk() -> Nasty:
    return refused(MORE.replace("学习班甲".encode(), "学习班甲".encode("gbk")), "签到.csv", "near line 4")


def csv_with_the_mark_of_utf_8_before_gbk() -> Nasty:
    return refused(b"\xef\xbb\xbf" + csv(good(), "gbk"), "签到.csv", "near line 1")


def csv_in_big5() -> Nasty:
    lines = csv((("信用代碼", "活動編號"), (JIA, "E1"))).decode().encode("big5")
    return refused(lines, "签到.csv", "seems to be in Big5 or Shift-JIS")


def csv_with_semicolons() -> Nasty:
    return Nasty(csv(good(), mark=";"), "签到.csv")


def txt_with_tabs_in_utf_16() -> Nasty:
    return Nasty(csv(good(), "utf-16", "\t"), "签到.txt")


def csv_with_a_bare_thousands_separator() -> Nasty:
    wrong = f"{JIA},E3,8,2018-03-05,1,200,35%,\r\n".encode()
    return Nasty(TEXT + wrong, "签到.csv", errors=((4, "出席率", "ambiguous"), (4, "联系电话", "does not fit"), (4, "", "more cells")))


def csv_with_a_bare_line_break_in_a_cell() -> Nasty:
    wrong = f"{JIA},E3,8,2018-03-05\n补签,1200,35%,\r\n".encode()
    errors = ((4, "", "fewer cells than headings"), (5, "信用代码", "no such member"), (5, "学时", "unit `%`"), (5, "", "fewer"))  # fmt: skip
    return Nasty(TEXT + wrong, "签到.csv", errors=errors)


def csv_with_an_open_quote() -> Nasty:
    return refused(TEXT.replace(b"E1", b'"E1'), "签到.csv", "quotes do not match")


def csv_with_line_breaks_and_separators_in_quotes() -> Nasty:
    cells = TEXT.replace(b"E1", b'"E1\r\n"').replace(b",1200,", b',"1,200",')
    return Nasty(cells, "签到.csv")


def csv_with_the_line_ends_of_an_old_mac() -> Nasty:
    return Nasty(TEXT.replace(b"\r\n", b"\r"), "签到.csv")


def csv_zipped() -> Nasty:
    return Nasty(gzip.compress(csv(good(), "gbk")), "签到.csv.gz")


def csv_zipped_and_cut() -> Nasty:
    return refused(gzip.compress(TEXT)[:-9], "签到.csv.gz", "damaged")


def csv_with_nothing_in_it() -> Nasty:
    return refused(b"\r\n,,\r\n", "签到.csv", "empty")


