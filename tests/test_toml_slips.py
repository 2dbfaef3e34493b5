"""Slips of the pen in a TOML text: every one on its line, with what to write instead; none where there is none."""

from __future__ import annotations

import datetime as dt
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SCHEME, TABLES
from tests.panels.judged import SCHEME as JUDGED
from tests.test_scheme import changed, faults
from toolkit.ground.problems import Refused
from toolkit.ground.resources import house_folder
from toolkit.ground.toml_syntax import PARSER, parser_words, slips, with_quoted_keys
from toolkit.records.dictionary import table_faults
from toolkit.scheme import read_scheme
from toolkit.scheme.checks import scheme_faults

WEIGHT, DAY = "weight = 60", "as_of    = 2018-12-31"


@pytest.mark.parametrize(
    ("old", "new", "value", "mend"),
    [
        (WEIGHT, "weight = 59,5", "59,5", "请写 59.5"),
        (WEIGHT, "weight = 1,000", "1,000", "请写 1000"),
        (WEIGHT, "weight = 60%", "60%", "权重 30% 写 30；比例 10% 写 0.1"),
        (WEIGHT, "weight ＝ 60", "＝", "请改为半角的 ="),
        (WEIGHT, "weight = ６０.５", "６０５", "请改为半角的 605"),
        ("share = 0.34,", "share = 0,34,", "0,34", "请写 0.34"),
        ('label = "学习交流"', "label = “学习交流”", "“”", '请改为半角的 "'),
        ('label = "学习交流"', "label = “学习—交流（一）”", "“”", '请改为半角的 "'),
        ('id = "learning"', "id = learning", "learning", '请写 "learning"'),
        ("share = 0.34,", "share = True,", "True", "请写 true"),
        ('"conduct_group", "joint"]', '"conduct_group"， "joint"]', "，", "请改为半角的 ,"),
        (WEIGHT, "weight = 60\0", "U+0000", "请删去它，或把这一行重写"),
        (DAY, "as_of = 2018/12/31", "2018/12/31", "请写 2018-12-31"),
        (DAY, "as_of = 2018-3-5", "2018-3-5", "请写 2018-03-05"),
    ],
)
def test_each_slip_is_named_on_its_line_with_its_mend(tmp_path: Path, old: str, new: str, value: str, mend: str) -> None:
    text = changed((old, new))
    (problem,) = faults(tmp_path, text)
    assert (problem.value, problem.mend.zh, problem.file) == (value, mend, "scheme.toml")
    assert text.splitlines()[int(problem.row or 0) - 1] in new or new in text.splitlines()[int(problem.row or 0) - 1]


def test_all_slips_are_told_at_once_and_what_stopped_the_reader_before_them(tmp_path: Path) -> None:
    found = faults(tmp_path, changed((DAY, "as_of = 2018.12.31"), (WEIGHT, "weight = 59,5"), ("seed     = 12", "seed = = 12")))
    assert [problem.value for problem in found] == ["2018.12.31", "59,5"]
    found = faults(tmp_path, changed(("schema   = 1", "schema = = 1"), (WEIGHT, "weight = 59,5")))
    assert [problem.row for problem in found] == [1, 19]
    assert found[0].rule.zh == "不是合法的 TOML：等号后面的值写法不对，文字要用引号括起来"


@pytest.mark.parametrize("text", ["a = [1,5]", 'a = "29,5；30%"', "a = 1 # ，30% 2018/1/1", "a = '''\n，1%\n'''", "轻微 = 1", "a = { b = 1, c = 2 }"])
def test_what_may_stand_so_is_no_slip(text: str) -> None:
    tomllib.loads(with_quoted_keys(text))
    assert slips(text) == []


@pytest.mark.parametrize(("swap", "words"), [
    ((WEIGHT, 'weight = "59,5"'), "请写 59.5，不加引号"), (('value = { shape = "linear", worst = 0, best = 40 }', "value = { worst = 0, best = 40 }"), "请补上种类"),
])  # fmt: skip
def test_a_value_of_another_kind_is_mended_on_its_line_below_a_text_of_several(tmp_path: Path, swap: tuple[str, str], words: str) -> None:
    text = changed(('title    = "小型联合会年度评选办法"', 'title    = """小型联合会\n年度评选办法"""'), swap)
    (problem,) = faults(tmp_path, text)
    assert words in problem.mend.zh
    assert swap[1] in text.splitlines()[int(problem.row or 0) - 1]


def test_no_scheme_of_the_house_has_any() -> None:
    for path in sorted(house_folder("templates").glob("editions/*/*.toml")):
        assert slips(path.read_text("utf-8")) == [], path


@given(st.text(max_size=60))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert [slip.line for slip in slips(text)] == sorted(slip.line for slip in slips(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = 1 2", "值的后面还有多余的内容"), ("a", "键的后面没有等号"), ("[a", "表头的方括号没有成对"), ("a = [1", "列表的方括号没有成对"),
        ("a = {b = 1", "花括号没有成对"), ("a = 2018-02-30", "没有这一天"), ("a = x?", "等号后面的值写法不对"), ("?", "这一行既不是键和值"),
        ('a = "x', "引号没有成对"), ("[a]\n[a]", "同一个表头写了两次"), ("a = 1\na = 2", "同一个键写了两次"), ("a = {b = 1, b = 2}", "同一个键写了两次"),
        ("a = {}\n[a.b]", "同一个表头写了两次"), ('a = "\\d"', "引号里的反斜杠要写成两个"),
    ],
)  # fmt: skip
def test_what_stops_the_reader_is_said_in_chinese(text: str, words: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as stopped:
        tomllib.loads(text)
    assert words in parser_words(str(stopped.value)).zh, stopped.value


def test_a_number_of_thousands_of_digits_is_said_in_chinese(tmp_path: Path) -> None:
    assert "有一个数字长达上千位" in "".join(problem.rule.zh for problem in faults(tmp_path, changed((WEIGHT, f"weight = {'9' * 5000}"))))


def test_every_word_of_the_reader_is_chinese() -> None:
    assert all(not words.isascii() and start.isascii() for start, words in PARSER)


NASTY_TEXTS: dict[str, tuple[bytes, str]] = {
    "deep": (b"[x]\na = " + b"[" * 1000 + b"]" * 1000, "Nested too deeply"),
    "deep tables": (b"[x]\na = " + b"{ a = " * 1000 + b"1" + b" }" * 1000, "Nested too deeply"),
    "dots": (b"[x]\n" + b".".join([b"a"] * 1000) + b" = 1", "Nested too deeply"),
    "digits": (b"[x]\na = 1" + b"0" * 5000, "A number of thousands of digits"),
    "hexadecimal digits": (b"[x]\na = 0x" + b"f" * 5000, "A number of thousands of digits"),
    "endless": (b"[x]\na = 1_" + b"0" * 100_000 + b",5\nb = 1,5", '"1_000000000000000000…": A number of thousands of digits'),
    "surrogate": (b'[x]\na = "\\ud800"', "Escaped character is not a Unicode scalar value"),
    "nul": (b'[x]\na = "\x00"', "not allowed, U+0000"),
    "utf-16": ("title = 1".encode("utf-16"), "not readable as a UTF-8 text file"),
    "gbk": ('title = "办法"'.encode("gbk"), "not readable as a UTF-8 text file"),
    "empty": (b"", "`members` is missing"),
}


@pytest.mark.parametrize("name", NASTY_TEXTS)
def test_whatever_stands_in_the_file_is_answered_in_words(name: str, tmp_path: Path) -> None:
    content, told = NASTY_TEXTS[name]
    (tmp_path / "scheme.toml").write_bytes(SCHEME.encode() + b"\n" + content if content.startswith(b"[x]") else content)
    with pytest.raises(Refused) as refused:
        read_scheme(tmp_path / "scheme.toml")
    assert told in refused.value.problems.text("en")
    assert all(problem.rule.zh != problem.rule.en for problem in refused.value.problems)


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-1" + "0" * 400, "1e400", "-1e400", "nan"])
@pytest.mark.parametrize("key", ["weight = 60", "seed     = 12", "cap = -5", "best = 40", "least = 1 }", "minimum = { total = 50 }"])
def test_a_number_beyond_all_numbers_is_refused_by_its_place(key: str, number: str, tmp_path: Path) -> None:
    (tmp_path / "scheme.toml").write_text(SCHEME.replace(key, re.sub(r"-?\d+", number, key), 1), "utf-8")
    with pytest.raises(Refused) as refused:
        read_scheme(tmp_path / "scheme.toml")
    assert len(refused.value.problems) == 1


def test_a_folder_where_the_file_should_be_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "scheme.toml").mkdir()
    with pytest.raises(Refused, match="it is a folder, and no file"):
        read_scheme(tmp_path / "scheme.toml")


def test_a_mark_before_the_text_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "scheme.toml").write_text(SCHEME, "utf-8-sig")
    assert read_scheme(tmp_path / "scheme.toml")[0].edition == "small-2018"


@pytest.mark.parametrize("mark", ["\u202e", "\u2067"], ids=["override", "isolate"])
@pytest.mark.parametrize(("old", "row"), [('title    = "', 2), ('label = "学习', 18), ('"已签" = 100', 54)])
def test_a_mark_that_turns_what_follows_it_is_refused_and_never_shown(tmp_path: Path, old: str, row: int, mark: str) -> None:
    edition = tmp_path / "data" / "edition"
    edition.mkdir(parents=True)
    (edition / "scheme.toml").write_text(SCHEME.replace(old, old.replace('"', f'"{mark}', 1), 1), "utf-8")
    with pytest.raises(Refused) as refused:
        read_scheme(edition / "scheme.toml")
    (problem,) = refused.value.problems
    assert (problem.row, "改变书写方向" in problem.rule.zh, mark in refused.value.problems.text("zh")) == (row, True, False)
    (tmp_path / "bagit.txt").touch()
    read_scheme(edition / "scheme.toml")  # what was sealed is read as it stands


STRANGE: tuple[Any, ...] = (
    *([], {}, [[]], [{}], {"a": {"a": 1}}, 0, -1, 1.5, math.nan, math.inf, "x", "", True, dt.date(2018, 1, 1)),
    *([1, "a"], ["x", "x"], [["A", 1]], {"": 1}, {"x": [1]}, [[1, 2], [1]], 2**62),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place below a value."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


@pytest.mark.parametrize(("text", "faults_of"), [(SCHEME, scheme_faults), (JUDGED, scheme_faults), (TABLES, table_faults)], ids=["scheme", "panel", "tables"])
def test_no_check_fails_for_a_value_of_another_kind(text: str, faults_of: Any) -> None:
    raw = tomllib.loads(text)
    for path in [*places(raw)]:
        holder: Any = raw
        for part in path[:-1]:
            holder = holder[part]
        before = holder[path[-1]]
        for strange in STRANGE:
            holder[path[-1]] = strange
            assert all(fault.rule.zh for fault in faults_of(raw)), (path, strange)
        holder[path[-1]] = before


@pytest.mark.parametrize(
    ("text", "row", "end"),
    [
        ('a = 1\nties = ["x", "joint"\nb = 2\n', 2, 3),
        ('a = 1\n\n[grades]\nbands = [["AAA", 90],\n  ["AA", 80]\n', 4, 6),
        ("[x]\nkeys = [\n  1\n  2\n]\n", 2, 4),
        ('[[group]]\nid = "a"\nwhere = { kind = ["x"\n[[group]]\nid = "b"\n', 3, 0),
    ],
)
def test_a_bracket_without_its_other_half_is_told_where_it_began(tmp_path: Path, text: str, row: int, end: int) -> None:
    path = tmp_path / "scheme.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(Refused) as refused:
        read_scheme(path)
    found = [problem for problem in refused.value.problems if "括号" in problem.rule.zh]
    assert [(problem.row, f"第 {end} 行" in problem.mend.zh) for problem in found] == [(row, bool(end))]


@pytest.mark.parametrize("key", ["id", "label", "weight"])
def test_a_key_said_twice_hides_nothing_and_brings_no_fault_of_its_own(tmp_path: Path, key: str) -> None:
    lines = SCHEME.splitlines()
    item = next(number for number, line in enumerate(lines) if line == "[[indicator]]")
    said = next(number for number, line in enumerate(lines) if number > item and line.startswith(f"{key} "))
    (problem,) = faults(tmp_path, "\n".join([*lines[: said + 1], lines[said], *lines[said + 1 :]]))
    assert (problem.row, problem.rule.zh) == (said + 2, "不是合法的 TOML：同一个键写了两次")
    assert problem.mend.zh == "请删去一个；如果从这里起是另一项，请在前面补上 [[indicator]] 一行"


@pytest.mark.parametrize(("text", "row", "mend"), [("schema = 1\nschema = 1", 2, "请删去一个"), ("[members]\nkey = [\n1]\nkey = [\n2]", 5, "请删去一个")])
def test_a_key_said_twice_on_the_last_line_is_told_there(tmp_path: Path, text: str, row: int, mend: str) -> None:
    assert [(problem.row, problem.mend.zh) for problem in faults(tmp_path, text) if "两次" in problem.rule.zh] == [(row, mend)]
