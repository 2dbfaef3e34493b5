"""The data dictionary: read strictly, every fault at its line with the nearest right name."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolkit.ground.problems import Refused
from toolkit.records.databases.connection import source_faults
from toolkit.records.dictionary import Column, Tables, load_tables

WHOLE = """\
[table.activities]
file    = "../records/培训签到*.xlsx"
sheet   = "签到"
label   = "签到"
unique  = ["credit_code", "event_id"]
date    = "day"

[table.activities.column.credit_code]
headings = ["统一社会信用代码", "信用代码"]
type     = "member"
required = true

[table.activities.column]
event_id = { type = "text" }
day      = { headings = ["日期"], type = "date" }
hours    = { headings = ["学时"], type = "number", unit = "学时", range = [0, 80], missing = ["", "未填"] }
kind     = { type = "choice", choices = ["学习班", "讲座"] }
share    = { type = "percent", range = [0, 1] }
phone    = { headings = ["联系电话"], type = "text", personal = true }

[table.members]
file = "records/会员.csv"
[table.members.column.credit_code]
type = "credit_code"
[table.members.column.credit_code.accept]
"91350211M0000XUF46" = "早期代码"
"""


def read(text: str, folder: Path) -> Tables:
    path = folder / "tables.toml"
    path.write_text(text, encoding="utf-8")
    return load_tables(path)


def test_a_whole_dictionary_is_read_with_its_defaults(tmp_path: Path) -> None:
    tables = read(WHOLE, tmp_path)
    activities = tables.table["activities"]
    assert list(activities.column) == ["credit_code", "event_id", "day", "hours", "kind", "share", "phone"]
    assert activities.column["hours"].range == (0, 80)
    assert activities.column["hours"].missing == ("", "未填")
    assert {"", "/", "—", "无", "暂缺", "-"} == set(activities.column["day"].missing)
    assert activities.column["day"].not_applicable == ("不适用",)
    assert activities.column["phone"].personal
    assert tables.table["members"].column["credit_code"].accept == {"91350211M0000XUF46": "早期代码"}


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('sheet   = "签到"', 'shet    = "签到"', 3, "is `sheet` meant?"),
        ('type     = "member"', 'type     = "membr"', 10, "is `member` meant?"),
        ('"event_id"]', '"event_ld"]', 5, "is `event_id` meant?"),
        ('date    = "day"', 'date    = "hours"', 6, "not a date column"),
        ('date    = "day"', 'date    = "days"', 6, "is `day` meant?"),
        ('file    = "../records/培训签到*.xlsx"\n', "", 1, "which file"),
        ('file    = "../records/培训签到*.xlsx"', "file = 'records\\a.xlsx'", 2, "relative to the edition"),
        ('date    = "day"', 'date    = "day"\nrelation = "acts"', 7, "goes with `source` only"),
        ("required = true", 'required = "yes"', 11, "true or false"),
        (', choices = ["学习班", "讲座"]', "", 17, "no choices"),
        ('choices = ["学习班", "讲座"]', 'choices = ["Ａ 班", "讲座", "A班"]', 17, "the same as the choice `Ａ 班`"),
        ('choices = ["学习班", "讲座"]', 'choices = ["讲座", "讲座"]', 17, "remove one"),
        ("range = [0, 80]", "range = [80, 0]", 16, "ends before it begins"),
        ("range = [0, 80]", "range = [0]", 16, ""),
        ("range = [0, 1]", "range = [0, 100]", 18, "counts 1 as 100%"),
        ('day      = { headings = ["日期"]', 'day      = { headings = ["信用 代码"]', 15, "belongs to `credit_code`"),
        ('missing = ["", "未填"]', 'missing = ["不适用"], not_applicable = ["不适用"]', 16, "both missing and not"),
        ('type = "date" }', 'type = "date", not_before = "dye" }', 15, "is `day` meant?"),
        ('type = "date" }', 'type = "date", not_before = "hours" }', 15, "not another date column"),
        ('type = "date" }', 'type = "date", not_before = "day" }', 15, "not another date column"),
        ('event_id = { type = "text" }', 'event_id = { type = "text", not_before = "day" }', 14, "does not go with"),
        ('event_id = { type = "text" }', 'event_id = { type = "text", range = [0, 1] }', 14, "does not go with"),
        ('event_id = { type = "text" }', 'event_id = { type = "text" }\n_row = { type = "text" }', 15, "underscore"),
        ("phone    = {", 'phone    = { choices = ["a"],', 19, "does not go with"),
        ('"91350211M0000XUF46" = "早期代码"', '"91350211M0000XUF46" = ""', 26, "not be empty"),
        ('"91350211M0000XUF46" = "早期代码"', '"91350211M0000XUF46" = " "', 26, "with a reason only"),
        ('"91350211M0000XUF46" = "早期代码"', '"91350211m0000xuf46" = "早期代码"', 26, "write 91350211M0000XUF46"),
        ('"91350211M0000XUF46" = "早期代码"', '"91350100M000100Y43" = "早期代码"', 26, "needs no exception"),
    ],
)  # fmt: skip
def test_a_fault_is_named_at_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(Refused) as caught:
        read(WHOLE.replace(old, new, 1), tmp_path)
    problems = list(caught.value.problems)
    assert [problem.row for problem in problems] == [line]
    assert said in f"{problems[0].rule.en}; {problems[0].mend.en}"
    assert problems[0].file == "tables.toml"


@pytest.mark.parametrize(
    ("table", "key", "said"),
    [
        ({"source": "sqlite:a.db"}, "relation", "which table or view"),
        ({"source": "sqlite:a.db", "relation": "a", "file": "a.csv"}, "file", "does not go with `source`"),
        ({"source": "postgresql://host:port/a", "relation": "a"}, "source", "cannot be read"),
        ({"source": "oracle:a", "relation": "a"}, "source", "an unknown kind of source"),
    ],
)
def test_a_table_elsewhere_says_where(table: dict[str, str], key: str, said: str) -> None:
    (fault,) = source_faults(("table", "t"), table)
    assert fault.path == ("table", "t", key)
    assert said in fault.rule.en


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    text = (
        WHOLE.replace('date    = "day"', 'date    = "dya"')
        .replace("personal = true", "personal = 1")
        .replace("[0, 80]", "[9, 8]")
    )
    with pytest.raises(Refused) as caught:
        read(text, tmp_path)
    assert [problem.row for problem in caught.value.problems] == [6, 16, 19]


def test_a_dictionary_without_tables_or_columns_is_refused(tmp_path: Path) -> None:
    for text in (
        "",
        "[table]",
        '[table.a]\nfile = "a.csv"',
        '[table.a]\nfile = "a.csv"\n[table.a.column]',
        "table = 3",
        "table.a = 3",
    ):
        with pytest.raises(Refused):
            read(text, tmp_path)


def test_money_is_in_yuan_unless_said() -> None:
    assert Column(type="money").measure == "元"
    assert Column(type="money", unit="万元").measure == "万元"
    assert not Column(type="number").measure


def test_a_column_does_not_change(tmp_path: Path) -> None:
    column = read(WHOLE, tmp_path).table["activities"].column["day"]
    with pytest.raises(ValueError, match="frozen"):
        column.unit = "天"
