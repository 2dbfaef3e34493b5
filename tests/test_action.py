"""The founding document, sentence by sentence: what docs/action.md and its Chinese sibling say serves it, is there."""

from __future__ import annotations

import re
import tomllib

import pytest

from toolkit.commands import COMMANDS
from toolkit.commands.lab import lab
from toolkit.documents.catalogue import PAPERS, template
from toolkit.documents.report import TASKS
from toolkit.ground.resources import house_folder

HOUSE = house_folder("templates").parent


def listed(page: str, items: str) -> list[list[str]]:
    lines = (HOUSE / "docs" / page).read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(rf"\| ({items})", line)]


ROWS = listed("action.zh-CN.md", "目标|任务|计划|保障")
ENGLISH = listed("action.md", "Aim|Task|Plan|Support")
TABLES = tomllib.loads((house_folder("templates/editions") / "federation" / "tables.toml").read_text("utf-8"))["table"]
NAMES = {function.__name__.replace("_", "-") for function in (*COMMANDS, lab)}
IN_ENGLISH = {paper.title.zh: paper.title.en for paper in PAPERS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_what_serves_an_item_is_there(row: list[str]) -> None:
    _, _, tables, commands, papers, lacking = row
    assert set(re.findall(r"`(\w+)`", tables)) <= set(TABLES)
    assert set(re.findall(r"`([\w-]+)`", commands)) <= NAMES
    assert set(papers.split()) <= {paper.name for paper in PAPERS}
    assert all(template(paper, language).is_file() for paper in PAPERS if paper.name in papers.split() for language in ("zh", "en"))
    assert any((tables, commands, papers, lacking))


def test_both_languages_list_the_same() -> None:
    def plain(row: list[str]) -> tuple[str, str, list[str], bool]:
        return row[2], row[3], sorted(filter(None, row[4].split(" · "))), bool(row[5])

    assert [plain(row) for row in ENGLISH] == [plain([*row[:4], " · ".join(IN_ENGLISH[paper] for paper in row[4].split()), row[5]]) for row in ROWS]


def test_every_item_of_the_plan_is_listed() -> None:
    items = {row[0] for row in ROWS}
    assert items >= {f"任务（{n}）1" for n in "一二"} | {f"任务（{n}）" for n in "三四五六"} | {f"计划（{n}）" for n in "一二三"} | {f"保障（{n}）" for n in "一二三四"}
    assert len(ROWS) >= 40


def test_what_is_lacking_is_told() -> None:
    assert [row[:2] for row in ROWS if row[5]] == [["计划（二）", "行业信息数据调查"]]


def test_every_paper_and_register_is_listed() -> None:
    said = " ".join(" ".join(row) for row in ROWS)
    assert [paper.name for paper in PAPERS if paper.name not in said.split()] == []
    assert [name for name in TABLES if f"`{name}`" not in said] == []


def test_the_report_knows_the_registers() -> None:
    told = {name for names in TASKS.values() for name in names}
    assert set(TABLES) - told == {"members", "applications", "self_reports"}
