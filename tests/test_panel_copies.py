"""The panel's files in a bag: the same scores, and no name wherever a workbook may carry one."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment

from tests.panels.judged import SCHEME, SHEETS, TABLES, write_judged_edition
from tests.sealing import sealed, verified, write_house
from toolkit.ballots.ballot import Ballot, DividedPoints, write_ballot
from toolkit.edition import load_plan, open_edition
from toolkit.evaluation import evaluate
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.toml_reader import tuples
from toolkit.publication.extract import public_extract
from toolkit.records.cells import read_cell
from toolkit.records.dictionary import Column
from toolkit.sealing.frozen_edition import (
    _leave_torn_end,
    _unwritable,
    _written,
    freeze_edition,
    panel_files,
)

NAMES = ("张三三", "李四四", "王五五", "赵六六", "配偶任职", "说了一句")
PUBLISHED = 'publish = "pseudonyms"\n'
REMARK = '[table.panel_scores.column.remark]\nheadings = ["评语"]\ntype = "text"\n'


def everything(folder: Path) -> str:
    """All that the files of a folder say, their names included, workbooks unpacked."""
    told = []
    for path in sorted(folder.rglob("*")):
        told.append(path.name)
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                told += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
        elif path.is_file():
            told.append(path.read_text("utf-8-sig"))
    return "\n".join(told)


def sign(path: Path, name: str) -> None:
    """A name wherever an expert's workbook may carry it."""
    book = openpyxl.load_workbook(path)
    book.properties.creator = book.properties.lastModifiedBy = name
    page = book.active
    page["D3"].comment = Comment("说了一句", name)
    page.cell(1, 6).value, page.cell(2, 6).value = "评语", f"{name}说了一句"
    page.cell(9, 1).value = f"填表人：{name}"
    book.save(path.with_name(f"评分表{name}.xlsx"))
    path.unlink()


def signed_edition(folder: Path) -> Path:
    write_judged_edition(folder, scheme=SCHEME + PUBLISHED, tables=TABLES + REMARK)
    for place, name in enumerate(NAMES[:4], start=1):
        sign(folder / f"ballots/评分表{place}.xlsx", name)
    return folder


def test_the_copy_computes_the_same_and_names_nobody(tmp_path: Path) -> None:
    folder = signed_edition(tmp_path / "e")
    assert [name for name in NAMES if name in everything(folder)] == list(NAMES)
    freeze_edition(open_edition(folder), tmp_path / "bag")
    assert [name for name in NAMES if name in everything(tmp_path / "bag")] == []
    one, two = (open_edition(each) for each in (folder, tmp_path / "bag"))
    first, second = (evaluate(each.scheme, each.records) for each in (one, two))
    assert first.scores.equals(second.scores)
    assert first.ranking["reason"].equals(second.ranking["reason"])
    assert sorted(path.name for path in (tmp_path / "bag/ballots").iterdir()) == [
        "专家.csv", "利害关系.csv", *(f"评分表00{n}.xlsx" for n in range(1, 6)),
    ]  # fmt: skip


def test_rows_stand_where_they_stood_and_copies_are_the_same_every_time(tmp_path: Path) -> None:
    folder = signed_edition(tmp_path / "e")
    for name in ("one", "two"):
        freeze_edition(open_edition(folder), tmp_path / name)
    for path in (tmp_path / "one/ballots").iterdir():
        assert path.read_bytes() == (tmp_path / "two/ballots" / path.name).read_bytes()
    rows = open_edition(tmp_path / "one").records.frames["panel_scores"]
    before = open_edition(folder).records.frames["panel_scores"]
    keys = ["expert", "code", "_row", "innovation", "service"]
    first, second = (frame[keys].sort_values(["expert", "code"], ignore_index=True) for frame in (rows, before))
    assert first.equals(second)


def test_a_file_that_cannot_be_written_anew_is_refused(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", SHEETS, tables=TABLES.replace("ballots/专家.csv", "ballots/专家.csv.gz"))
    (folder / "ballots/专家.csv.gz").write_bytes(b"")
    with pytest.raises(Refused, match="the panel's files are"):
        panel_files(folder, *load_plan(folder))


@pytest.mark.parametrize(("raw", "column", "written"), [
    (pd.Timestamp(2019, 1, 7), {"type": "date"}, "2019-01-07"), ("12.5%", {"type": "percent"}, "12.500%"), ("是", {"type": "boolean"}, "是"), ("", {"type": "number"}, ""),
    ("回避", {"type": "number", "not_applicable": ["回避"]}, "回避"), ("不适用", {"type": "number", "not_applicable": ["不适用"]}, "不适用"),
])  # fmt: skip
def test_a_cell_is_written_so_that_it_reads_back_to_the_same(raw: object, column: dict[str, Any], written: str) -> None:
    spec = Column.model_validate(tuples(column))
    assert _written(read := read_cell(raw, spec), spec) == written
    assert read_cell(written, spec) == read


def test_a_line_that_was_not_finished_is_left_out_and_a_name_that_no_list_holds_is_told(tmp_path: Path) -> None:
    for text, left in (("{}\n{", "{}\n"), ("{", ""), ("{}\n", "{}\n")):
        (tmp_path / "journal.jsonl").write_text(text, "utf-8")
        _leave_torn_end(tmp_path / "journal.jsonl")
        assert (tmp_path / "journal.jsonl").read_text("utf-8") == left
    assert [problem.file for problem in _unwritable([Path("records/a.csv"), Path("records/b\n.csv")])] == ["records/b?.csv"]


BORNE = '[publication.consent]\nobliged = { award = "章程第九条" }\n'
APPOINTED = '[[appointment]]\nid = "experts"\ntable = "experts"\nnumber = "id"\n'
"""Letters of appointment to experts, whose table may be left out of a bag."""


@pytest.mark.parametrize("published", [PUBLISHED, ""])
def test_a_sealed_bag_computes_again_and_its_public_part_knows_nothing_of_the_panel(tmp_path: Path, published: str) -> None:
    approved = SCHEME.replace('edition = "judged-2018"', 'edition = "judged-2018"\napproval = "测试〔2019〕1号"')
    weighting = '[weighting]\npublish = "pseudonyms"\nminimum = 1\n' if published else ""
    folder = write_judged_edition(tmp_path / "e", scheme=f'{approved}{published}[publication]\ncontact = "秘书处"\n{BORNE}{APPOINTED}{weighting}')
    write_ballot(folder, Ballot(expert="E01", cast=dt.date(2018, 12, 1), weights={"total": DividedPoints(method="points", points={"innovation": 50, "service": 50})}))
    bag = sealed(folder, write_house(tmp_path / "house"))
    assert verified(bag, replay=True) == Problems()
    evaluation = evaluate(*(getattr(open_edition(bag / "data/edition"), part) for part in ("scheme", "records")))
    public_extract(evaluation, "r1", {}, "2019-03-01").write(tmp_path / "public")
    told = everything(tmp_path / "public") + everything(bag / "data/results")
    assert not [score for score in (*NAMES, "71.3", "75.6", "60.5", "63.3", "50.2") if score in told]
    assert "E01" not in everything(tmp_path / "public")
    assert ("E01" in everything(bag)) == bool(published)
