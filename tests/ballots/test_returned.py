"""A form filled in comes back as the ballot it says; every bad cell is told by sheet and row, no name with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from tests.ballots.voters import NAME, small_scheme
from toolkit.ballots import Ballot, load_ballots, write_ballot
from toolkit.ballots.ballot import Ahp, DividedPoints
from toolkit.forms.ballots import VALUE, returned_ballot, write_ballot_forms
from toolkit.ground.problems import Problems, Refused
from toolkit.scheme import Scheme

FILLED = {
    "cast": "2018年12月3日",
    "points|total|learning": 65, "points|total|conduct": "３５",
    "ahp|learning|hours|talks": "3", "ahp|learning|talks|essays": "1/2", "ahp|learning|hours|essays": 2,
}  # fmt: skip


def filled(path: Path, cells: Mapping[str, object]) -> Path:
    """The form with these cells filled in, as a person would: by what stands in the hidden column."""
    book = openpyxl.load_workbook(path)
    left = dict(cells)
    for sheet in book:
        for row in sheet.iter_rows():
            if row[0].value in left:
                sheet.cell(row[0].row, VALUE + 1).value = left.pop(row[0].value)
    assert not left
    book.save(path)
    return path


@pytest.fixture
def edition(tmp_path: Path) -> Path:
    (tmp_path / "edition").mkdir()
    (tmp_path / "edition" / "scheme.toml").write_text("edition = 1", "utf-8")  # only its digest is looked at
    return tmp_path / "edition"


def form(edition: Path, expert: str = "E01", scheme: Scheme | None = None) -> Path:
    return write_ballot_forms(edition, scheme or small_scheme(), edition.parent / "out", [expert])[0]


def back(path: Path, edition: Path) -> tuple[Ballot, Problems]:
    return returned_ballot(path, small_scheme(), edition)


def test_a_form_comes_back_as_the_ballot_it_says_and_counts(edition: Path) -> None:
    ballot, problems = back(filled(form(edition), FILLED), edition)
    assert not problems
    assert ballot == Ballot(
        expert="E01", cast=dt.date(2018, 12, 3),
        weights={
            "total": DividedPoints(method="points", points={"learning": 65.0, "conduct": 35.0}),
            "learning": Ahp(method="ahp", comparisons=(("hours", "talks", 3.0), ("hours", "essays", 2.0), ("talks", "essays", 0.5))),
        },
    )  # fmt: skip
    write_ballot(edition, ballot)
    assert [one.state for one in load_ballots(edition, small_scheme()).listed] == ["counted"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"points|total|learning": 60}, "the points must sum to 100, not 95"),
        ({"points|total|learning": "多"}, '"多": not a number from 0 to 100'),
        ({"points|learning|hours": 50}, "below learning both sheets are filled in"),
        ({"ahp|learning|hours|talks": 12}, "not on the scale 1/9 to 9"),
        ({"cast": "去年"}, "the date is lacking or no date"),
        ({"cast": 12}, "the date is lacking or no date"),
        ({"expert": NAME}, "goes by a code, never by name"),
    ],
)
def test_a_bad_cell_is_refused_in_plain_words(edition: Path, change: dict[str, object], said: str) -> None:
    with pytest.raises(Refused) as refused:
        back(filled(form(edition), FILLED | change), edition)
    text = refused.value.problems.text("en")
    assert said in text
    assert NAME not in text + refused.value.problems.text()
    assert "权重判断票_E01.xlsx" in text


@pytest.mark.parametrize("typed", [dt.date(2018, 12, 3), dt.datetime(2018, 12, 3, 9), 43437, "2018-12-03"])  # noqa: DTZ001 - a cell has no zone
def test_a_date_is_that_day_however_the_cell_holds_it_and_no_round_is_the_first(edition: Path, typed: object) -> None:
    ballot, _ = back(filled(form(edition), FILLED | {"cast": typed, "round": None}), edition)
    assert (ballot.cast, ballot.round) == (dt.date(2018, 12, 3), 1)


def test_a_cell_for_what_the_scheme_has_no_more_is_told_with_the_nearest(edition: Path) -> None:
    former = small_scheme()
    former = former.model_copy(update={"indicators": tuple(item.model_copy(update={"id": item.id.replace("talks", "talk")}) for item in former.indicators)})
    path = filled(form(edition, scheme=former), {"points|learning|talk": 50, "points|total|learning": 50, "points|total|conduct": 50})
    with pytest.raises(Refused) as refused:
        back(path, edition)
    assert "the scheme has no `talk`: the form is of another scheme; it has `talks`; use a new form" in refused.value.problems.text("en")


def test_a_form_left_empty_or_another_workbook_is_refused_without_its_name(edition: Path, tmp_path: Path) -> None:
    path = form(edition)
    for cells in ({}, {"cast": "2018-12-03"}):
        with pytest.raises(Refused) as refused:
            back(filled(path, cells), edition)
        assert [problem.rule.en for problem in refused.value.problems] == ["nothing is filled in"]
    other = tmp_path / f"{NAME}.xlsx"
    openpyxl.Workbook().save(other)
    for content in (other.read_bytes(), b"no workbook at all"):
        other.write_bytes(content)
        with pytest.raises(Refused, match="is no ballot form") as refused:
            back(other, edition)
        assert NAME not in str(refused.value)


def test_a_form_of_another_scheme_is_told(edition: Path) -> None:
    path = filled(form(edition), FILLED)
    (edition / "scheme.toml").write_text("edition = 2", "utf-8")
    assert [problem.severity for problem in back(path, edition)[1]] == ["warning"]


def test_gaps_are_left_to_the_list(edition: Path) -> None:
    cells = {key: value for key, value in FILLED.items() if not key.startswith("ahp")}
    write_ballot(edition, back(filled(form(edition), cells), edition)[0])
    assert [one.state for one in load_ballots(edition, small_scheme()).listed] == ["incomplete"]
