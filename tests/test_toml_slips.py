"""Slips of the pen in a TOML text: every one on its line, with what to write instead; none where there is none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_scheme import changed, faults
from toolkit.ground.resources import house_folder
from toolkit.ground.toml_syntax import PARSER, parser_words, slips, with_quoted_keys

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


def test_every_word_of_the_reader_is_chinese() -> None:
    assert all(not words.isascii() and start.isascii() for start, words in PARSER)
