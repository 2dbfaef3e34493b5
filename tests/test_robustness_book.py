"""The workbook laid before the president's meeting, and the tables beside it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import write_small_edition
from toolkit import evaluate, open_edition
from toolkit.ground.problems import Refused
from toolkit.reports import ROBUSTNESS
from toolkit.reports.csv_files import write_robustness
from toolkit.reports.probability_tables import bottom_line
from toolkit.reports.workbook.book import SHEETS
from toolkit.reports.workbook.robustness import (
    ACROSS,
    LEAST,
    TABLES,
    WIDEST,
    _fitted,
    _number,
    write_robustness_book,
)
from toolkit.sensitivity import robustness as asking
from toolkit.sensitivity.probabilities import award_probabilities
from toolkit.sensitivity.robustness import QUESTIONS, SLOW, questions_of
from toolkit.sensitivity.weights.draws import WeightDraws


@pytest.fixture(scope="module", params=["zh", "en"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    folder = tmp_path_factory.mktemp("robustness")
    edition = open_edition(write_small_edition(folder / "small"))
    if request.param == "en":  # names that look like numbers
        edition.records.members["name"] = [f"{place:03}" for place in range(len(edition.records.members))]
    scheme = edition.scheme.with_(language=request.param, grades={"bands": (("A", 70.0), ("B", 0.0))})
    asked, spec, told = evaluate(scheme, edition.records), WeightDraws(draws=300, spread=0.5), list[str]()
    chances = award_probabilities(asked, spec)
    with pytest.MonkeyPatch.context() as few:
        few.setattr(asking, "RUNS", 64)
        few.setattr(asking, "ROWS", 16)
        firm, answers = asking.robustness(asked, edition.records, chances, spec=spec, progress=told.append)
    assert sorted(told) == sorted(QUESTIONS)
    assert told[:3] == ["firmness", "award_bounds", "on_a_hair"]
    assert firm.doubted is not None
    write_robustness(answers, folder)
    write_robustness_book(asked, firm, chances, answers, folder)
    return folder, request.param, bottom_line(firm).into(request.param)


def test_a_wide_table_is_made_narrower_by_its_widest_columns() -> None:
    assert _fitted([8.0, 20.0]) == [8.0, 20.0]
    narrow = _fitted([8.0, *[60.0] * 6])
    assert (narrow[0], len({*narrow[1:]}), sum(narrow) <= ACROSS or narrow[1] == LEAST) == (8.0, 1, True)
    assert LEAST <= narrow[1] < WIDEST


def test_every_answer_is_a_table_that_excel_reads(written: tuple[Path, str, str]) -> None:
    folder = written[0]
    assert {path.stem for path in folder.glob("*.csv")} == set(QUESTIONS)
    for path in folder.glob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        heading, *lines = csv.reader(path.read_text("utf-8-sig").splitlines())
        assert all(len(line) == len(heading) for line in lines)
        assert not [cell for line in lines for cell in line if cell.startswith(("(", "{", "[")) or cell in {"nan", "None"}]


def test_only_what_can_be_asked_is_asked_and_the_slow_can_be_left_out(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    asked = evaluate(edition.scheme, edition.records)
    assert set(QUESTIONS) - set(questions_of(asked)) == {"grades"}
    assert set(questions_of(asked)) - set(questions_of(asked, quick=True)) == SLOW


def test_the_one_page_comes_first_and_begins_with_the_bottom_line(written: tuple[Path, str, str]) -> None:
    folder, language, said = written
    book = openpyxl.load_workbook(folder / ROBUSTNESS)
    assert book.sheetnames == [SHEETS[name].into("zh" if language == "zh" else "en") for name in ("firmness", "certainty", *TABLES)]
    page = book.worksheets[0]
    assert page["A2"].value == said
    assert sum(cell.value for cell in page["E"][3:] if isinstance(cell.value, int)) > 0
    (second,) = [row[0].row for row in page.iter_rows(min_row=4) if row[2].value in {"会员", "Member"}]
    assert (page.page_setup.fitToHeight, page.print_title_rows) == (None, f"${second}:${second}")  # None: as many as by default, one


def test_a_name_of_digits_stays_a_name(written: tuple[Path, str, str]) -> None:
    folder, language, _ = written
    if language == "en":
        book = openpyxl.load_workbook(folder / ROBUSTNESS)
        names = {cell.value for row in book.worksheets[0] for cell in row if re.fullmatch(r"0\d\d", str(cell.value))}
        assert names
        assert not [cell for cell in book.worksheets[0]["C"][3:] if isinstance(cell.value, float)]


def test_every_sheet_is_ready_to_print(written: tuple[Path, str, str]) -> None:
    for sheet in openpyxl.load_workbook(written[0] / ROBUSTNESS):
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.freeze_panes is not None
        assert all(cell.data_type != "f" for row in sheet for cell in row)


def test_what_reads_as_a_number_is_one_and_looks_the_same() -> None:
    assert _number("50.4%") == (50.4 / 100, "0.0%")
    assert _number("12") == (12.0, "0")
    assert _number("-0.20") == (-0.2, "0.00")
    assert _number("—") == "—"
    assert _number("1e5") == "1e5"


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(Refused):
        write_robustness({}, tmp_path / "taken")
