"""What is said in English of an edition, and what stays: paths, and a run of Chinese of which a part has no English."""

from __future__ import annotations

import pytest

from tests.invented import indicator, scheme
from toolkit.commands.console import say, show
from toolkit.ground.display import Table
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.text import Phrase
from toolkit.publication.english import (
    fields_in_english,
    in_english,
    lacking_early,
    page_in_english,
    problems_told,
    told_without_english,
)
from toolkit.records.dictionary import Tables

ENGLISH = {"金奖": "Gold", "银奖": "Silver", "讲座": "lecture", "论坛": "forum", "件": "items", "年": "year", "名册": "register", "诚信自律": "Integrity", "秘书处": "the secretariat", "Type A": "Class A"}


@pytest.mark.parametrize(("text", "said"), [
    ("金奖/银奖", "Gold/Silver"), ("件/年: 2", "items/year: 2"), ("讲座/某某会", "lecture/某某会"), ("GDP/年", "GDP/year"),
    ("名册 (records/名册.xlsx, sheet 名册)", "register (records/名册.xlsx, sheet 名册)"), ("讲座: records/讲座/论坛 名册.xlsx, row 3", "lecture: records/讲座/论坛 名册.xlsx, row 3"),
    ("in records/年 论坛 二.xlsx", "in records/年 论坛 二.xlsx"), ("讲座/论坛.xlsx", "讲座/论坛.xlsx"), ("records/讲座", "records/讲座"), ("https://example.org/讲座", "https://example.org/讲座"), ("per hour/年 讲座 (records/讲座.csv)", "per hour/year lecture (records/讲座.csv)"),
    ("Type A", "Class A"), ("Type A, Type AB", "Class A, Type AB"), ("Type A/金奖", "Class A/Gold"),
])  # fmt: skip
def test_a_name_behind_a_slash_is_said_and_a_path_is_not(text: str, said: str) -> None:
    assert in_english(text, ENGLISH) == said
    assert page_in_english(f"<td>{text}</td>", ENGLISH) == f"<td>{said}</td>"


@pytest.mark.parametrize(("text", "said"), [
    ("Under the plan “诚信自律 创优争先” the event", None), ("金奖·某某奖", None), ("诚信自律——创优争先", None), ("讲座/某某会", None), ("秘书处 会员部", None), ("李四　秘书处", None),
    ("金奖·银奖", "Gold·Silver"), ("金奖 银奖", "Gold Silver"), ("讲座/论坛", "lecture/forum"), ("某某公司 — 金奖", "某某公司 — Gold"), ("某某公司: 金奖", "某某公司: Gold"), ("Type A", "Class A"),
])  # fmt: skip
def test_no_run_of_names_is_half_english_in_a_paper(text: str, said: str | None) -> None:
    assert fields_in_english(text, ENGLISH) == (said or text)


def test_where_no_name_lacks_its_english_nothing_is_said() -> None:
    own = scheme(title="办法", english={"办法": "Rules"}, indicator=[indicator("a")])
    assert told_without_english(own, Tables.model_construct(table={}), ['<html lang="en"><p>办法</p></html>']) is None


def test_check_asks_for_the_english_of_all_that_papers_name() -> None:
    papers = {"organisation": "甲会", "action": "“乙行动”行动", "council": "丙会", "authority": "丁局", "rounds": ["公示", "戊公示"]}
    register = {"id": "r", "label": "己委员", "table": "t"}
    labels = [f"壬{sign}" for sign in "甲乙丙丁戊己庚辛"]
    given = scheme(indicator=[indicator(f"a{place}", label=label) for place, label in enumerate(labels)], papers=papers, appointment=[register], phase=[{"id": "p", "label": "庚阶段", "from": "2018-01-01", "to": "2018-12-31", "work": ["辛工作"]}], publication={"consent": {"obliged": {"award": "章程第九条"}}}, english={"甲会": "A"})
    (note,) = lacking_early(given)
    listed = note.rule.zh.partition("：")[2].partition("；")[0].split("、")
    assert set(listed) - {given.title} == {"乙行动", "丙会", "丁局", "戊公示", "己委员", "章程第九条", "庚阶段", "辛工作", *labels}  # each of them, however many


def test_notes_on_the_edition_have_its_english_and_what_is_to_be_found_stays() -> None:
    said = Phrase("`金奖`：13 个名额", "`金奖`: 13 places, 14 given")
    told = Problems(tuple(Problem(severity, said, said, file=file, sheet=sheet, row=None if sheet else 7, value="讲座") for severity, file, sheet in (
        ("warning", "scheme.toml", ""), ("error", "scheme.toml", ""), ("note", "records/名册.xlsx", "名册"), ("note", "records/名册.csv", ""))))  # fmt: skip
    own = scheme(indicator=[indicator("a")], english=ENGLISH)
    assert [(one.rule.en[:4], one.value) for one in problems_told(told, own, "en")] == [("`Gol", "lecture"), *[("`金奖`", "讲座")] * 3]
    assert problems_told(told, own, "zh") == told


def test_a_terminal_says_names_in_english_and_leaves_those_of_members(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(("Member", "讲座"), (("金奖（论坛）公司", "金奖、银奖（讲座）"),), "论坛: 金奖（论坛）公司", note="论坛, 讲座")
    for language in ("en", "zh"):
        show(table, language, ENGLISH, {"金奖（论坛）公司"}, apart=True)
        say(language, Phrase("金奖 → 银奖", "金奖 → 银奖"), ENGLISH)
    english, chinese = capsys.readouterr().out.split("Gold → Silver\n")
    assert [line.split("  ")[0] for line in english.splitlines()] == ["论坛: 金奖（论坛）公司", "Member", "----------------", "金奖（论坛）公司", "forum, lecture", ""]
    assert english.splitlines()[3].endswith("Gold, Silver (lecture)")
    assert chinese == f"{table!r}\n\n金奖 → 银奖\n"
