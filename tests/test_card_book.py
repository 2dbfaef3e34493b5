"""得分单: what is mailed is safe to open, the same each time, and fits the paper."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from toolkit import Evaluation, Records, evaluate, open_edition
from toolkit.ground.problems import Refused
from toolkit.reports.workbook.score_cards import ROOM, card_names, page_breaks, write_cards


@pytest.fixture
def small(small_edition: Path) -> tuple[Evaluation, Records]:
    edition = open_edition(small_edition)
    return evaluate(edition.scheme, edition.records), edition.records


def test_a_card_holds_all_of_it_and_no_formula(small: tuple[Evaluation, Records], tmp_path: Path) -> None:
    (path,) = write_cards(*small, tmp_path / "cards", ["003"])
    assert path.name == "得分单_=HYPERLINK(1)公司_003.xlsx"
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    said = [cell.value for cell in cells]
    for text in ("小型联合会年度评选办法", "=HYPERLINK(1)公司（003）", "2018-12-31", "得分构成", "与获奖线的距离", "签到2018.xlsx", "如有异议"):
        assert text in said
    assert small[0].ranking.loc["003", "total"] in said  # as a number
    assert any("在公示期（7 个工作日）内" in str(text) and "秘书处" in str(text) for text in said)
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("portrait", 9)
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert not sheet.row_breaks.brk  # it has room on one page
    digest = small[0].digests.get("scheme.toml", "")[:16]
    assert digest in str(sheet.oddFooter.left.text)


def test_the_same_evaluation_gives_the_same_bytes(small: tuple[Evaluation, Records], tmp_path: Path) -> None:
    first, second = (write_cards(*small, tmp_path / name, ["001", "102"]) for name in ("one", "two"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert len(list((tmp_path / "one").iterdir())) == 2
    assert {path.stat().st_mode & 0o777 for path in first} == {0o600} or os.name == "nt"


@settings(max_examples=examples(60))
@given(st.lists(st.lists(st.sampled_from((17.0, 30.0, 55.0)), min_size=3, max_size=60), min_size=1, max_size=5))
def test_no_table_of_a_card_is_torn_that_has_room_on_a_page_and_no_row_stands_alone(tables: list[list[float]]) -> None:
    heights = [height for table in tables for height in table]
    starts = [sum(map(len, tables[:place])) for place in range(len(tables))]
    breaks = page_breaks(heights, starts)
    for first, after in pairwise([0, *breaks, len(heights)]):
        assert 0 < sum(heights[first:after]) <= ROOM
    for first, after in pairwise([*starts, len(heights)]):
        torn = [row for row in breaks if first < row < after]
        assert not torn or sum(heights[first:after]) > ROOM
        assert all(first + 4 <= row <= after - 3 for row in torn)


@example({"m/": "x", "m:": "X"})  # one name to Windows
@settings(max_examples=examples(18))
@given(st.dictionaries(st.text(min_size=1, max_size=90), st.text(max_size=90), max_size=6))
def test_file_names_are_safe_and_differ(names: dict[str, str]) -> None:
    found = card_names(names)
    assert list(found) == sorted(names)
    assert len({name.casefold() for name in found.values()}) == len(names)
    for name in found.values():
        assert not set('<>:"/\\|?*\n\r\t\0\u202e') & set(name)
        assert len(name.encode("utf-8", "replace")) <= 255
        assert name.startswith("得分单_")


def test_a_folder_that_cannot_be_written_is_named(small: tuple[Evaluation, Records], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        write_cards(*small, tmp_path / "taken")
    assert "taken" in refused.value.problems.text("en")
