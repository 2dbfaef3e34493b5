"""docs/panel.zh-CN.md, as a clerk follows it: every command line is run, in its order, and between them the forms are filled in."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import tomllib
from glob import glob
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.ballots.test_returned import filled
from tests.test_documents import text_of
from toolkit.__main__ import app
from toolkit.forms.new_edition import new_edition
from toolkit.ground.resources import house_folder
from toolkit.scheme import load_scheme

HOUSE = Path(__file__).parents[1]
EXAMPLE = HOUSE / "data" / "panel"
MINE = Path("评优")


def lines(page: str) -> list[list[str]]:
    """The command lines of a page, as a shell parts them."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (HOUSE / "docs" / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for line in "".join(blocks).splitlines()]


def forms_come_back() -> None:
    for path in (EXAMPLE / "records").glob("*.xlsx"):
        if not path.name.startswith("专家评分表"):
            assert (MINE / "forms" / path.name).is_file(), path.name  # every file has its form
            shutil.copyfile(path, MINE / "records" / path.name)


def votes_come_back() -> None:
    for path in Path("判断票").iterdir():
        vote = tomllib.loads((EXAMPLE / "ballots" / f"{path.stem[-3:]}.toml").read_text("utf-8"))["weights"]
        filled(path, {"cast": "2020-01-08", **{f"points|{group}|{node}": given for group, one in vote.items() for node, given in one["points"].items()}})


def sheets_come_back() -> None:
    """Each printed sheet filled in with what the example's expert gave, and saved where the data dictionary wants it."""
    for path in Path("评分表").iterdir():
        given = openpyxl.load_workbook(EXAMPLE / "records" / path.name).active
        scores = {row[1].value: [cell.value for cell in row[3:5]] for row in given.iter_rows(min_row=2)}
        book = openpyxl.load_workbook(path)
        for row in book.active.iter_rows(min_row=4):
            for cell, score in zip(row[3:5], scores.get(row[1].value, ()), strict=False):
                assert (cell.value == "回避") == (score == "回避"), (path.name, row[1].value)
                cell.value = score
        book.save(MINE / "records" / path.name)


def an_objection_comes() -> None:
    """The tie is decided by then; the minutes of before would have said that it is open."""
    shutil.copytree(EXAMPLE / "objections", MINE / "objections")


BEFORE = {"documents": forms_come_back, "ballots --read": votes_come_back, "check": sheets_come_back, "decide --if-upheld": an_objection_comes}
"""What somebody does on paper before a command is run, each once."""


def before(line: list[str], left: dict[str, object]) -> None:
    for key in list(left):
        if set(key.split()) <= set(line):
            left.pop(key)()
            return


def test_every_line_of_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMMITTEE_LANGUAGE", "zh")
    left: dict[str, object] = dict(BEFORE)
    said: dict[str, str] = {}
    for program, *words in lines("panel.zh-CN.md"):
        assert program == "committee"
        if "例子" not in words:
            before(words, left)
        done = CliRunner().invoke(app, [found for word in words for found in (sorted(glob(word)) if "*" in word else [word])])  # noqa: PTH207 - as a shell does
        assert done.exit_code == 0, (words, done.output)
        said[" ".join(words)] = done.output
    assert not left
    assert {path.name for path in Path("公文").iterdir()} == {"聘书"} | {f"{name}.docx" for name in ("聘书（专家委员会委员）", "专家承诺与回避声明", "评审会议纪要", "异议受理回执", "异议答复书")}
    weights = {node.id: node.weight for node in load_scheme(MINE / "scheme.toml").children()}
    assert weights == {"recorded": 35, "judged": 65}  # the medians of the seven votes
    ranking = pd.read_csv(Path("结果") / "ranking.csv", dtype={"member": str}).set_index("name")
    assert ranking.at["广州某甲招标代理有限公司", "total"] == 93.5  # 0.35 x 100 + 0.65 x 90
    assert ranking.at["东莞某戊招标代理有限公司", "total"] == 74.83  # 0.35 x 68 + 0.65 x 78.5: without E02, who works there
    assert "待委员会决定" in ranking.at["珠海某丙招标代理有限公司", "reason"]
    assert "最多升 1 级，定为 A" in ranking.at["广州某辛造价咨询有限公司", "reason"]
    assert "珠海某丙招标代理有限公司" in text_of(Path("公文/评审会议纪要.docx").read_bytes())
    assert "待决定" not in text_of(Path("公文/评审会议纪要.docx").read_bytes())
    assert "异议不成立" in text_of(Path("公文/异议答复书.docx").read_bytes())
    assert "E02" in said["panel 评优"]
    assert "汕头某壬" in said["decide 评优 objection 1 --if-upheld"]


def test_minutes_tell_of_a_tie_that_is_open(tmp_path: Path) -> None:
    new_edition(tmp_path / "ed", "expert_panel")
    shutil.copytree(EXAMPLE / "records", tmp_path / "ed" / "records", dirs_exist_ok=True)
    assert CliRunner().invoke(app, ["documents", str(tmp_path / "ed"), "--to", str(tmp_path / "out"), "--only", "评审会议纪要"]).exit_code == 0
    assert "优秀会员（招标代理机构）有 2 家完全同分，剩余名额 1 个，待决定。" in text_of((tmp_path / "out" / "评审会议纪要.docx").read_bytes())


def test_both_pages_have_the_same_commands() -> None:
    def shape(page: str) -> list[list[str]]:
        return [[word for word in line if re.fullmatch(r"[a-z_]+|--[a-z-]+|E0\d|\d+|[0-9A-Z]{18}", word) and word not in {"example", "edition", "papers", "results", "sheets"[1:]}] for line in lines(page)]

    zh, en = shape("panel.zh-CN.md"), shape("panel.md")
    assert [[word for word in line if word not in {"ballots", "sheets"}] for line in zh] == [[word for word in line if word not in {"ballots", "sheets"}] for line in en]


def test_the_example_is_made_again_alike(tmp_path: Path) -> None:
    runpy.run_path(str(EXAMPLE / "make.py"))["write_records"](tmp_path)
    made, kept = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (tmp_path, EXAMPLE / "records"))
    assert made == kept
    assert {path.name for path in house_folder("data/panel").iterdir()} >= {"records", "ballots", "objections", "README.md"}
