"""Forms: the same bytes every time, never over a filled one, and each expert's own place only."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.ballots.test_returned import filled
from tests.ballots.voters import NAME, edition, slip, small_scheme
from toolkit.forms.ballots import write_ballot_forms
from toolkit.ground.problems import Refused

SLIPS = {"E01.toml": slip("E01", 80), "E02.toml": slip("E02", 60), "E03.toml": slip("E03", 55)}


def ready(folder: Path) -> Path:
    edition(folder, SLIPS)
    (folder / "scheme.toml").write_text("edition = 1", "utf-8")  # only its digest is looked at
    return folder


def texts(path: Path) -> list[str]:
    return [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_the_second_round_shows_ones_own_place_and_nobody_elses(tmp_path: Path) -> None:
    paths = write_ballot_forms(ready(tmp_path), small_scheme(round=2), tmp_path / "out")
    assert [path.name for path in paths] == [f"权重判断票_E0{n}_第2轮.xlsx" for n in (1, 2, 3)]
    said = texts(paths[1])
    row = said[said.index("points|total|learning") :][3:7]  # key, number and label come first
    assert row == ["60.0", "57.5", "60.0", "70.0"]
    assert not {NAME, "E01", "E03", "55.0", "80.0"} & set(said)


def test_the_first_round_shows_no_weights_that_could_sway(tmp_path: Path) -> None:
    said = texts(write_ballot_forms(ready(tmp_path), small_scheme(), tmp_path / "out", ["E07"])[0])
    assert not {"60.0", "80.0", "60", "40"} & set(said)


def test_without_experts_there_is_one_blank_form(tmp_path: Path) -> None:
    (tmp_path / "scheme.toml").write_text("edition = 1", "utf-8")
    assert [path.name for path in write_ballot_forms(tmp_path, small_scheme(), tmp_path / "out")] == ["权重判断票.xlsx"]


def test_a_filled_form_is_not_written_over(tmp_path: Path) -> None:
    folder = ready(tmp_path)
    first = write_ballot_forms(folder, small_scheme(), tmp_path / "out", ["E01"])[0]
    content = first.read_bytes()
    assert write_ballot_forms(folder, small_scheme(), tmp_path / "out", ["E01"])[0].read_bytes() == content
    kept = filled(first, {"points|total|learning": 60}).read_bytes()
    with pytest.raises(Refused, match="not written over"):
        write_ballot_forms(folder, small_scheme(), tmp_path / "out", ["E01"])
    assert first.read_bytes() == kept


def test_every_page_bears_round_digest_page_and_signature(tmp_path: Path) -> None:
    path = write_ballot_forms(ready(tmp_path), small_scheme(), tmp_path / "out", ["E01"])[0]
    sheets = openpyxl.load_workbook(path).worksheets[1:]
    for sheet in sheets:
        assert sheet.oddFooter.left.text.startswith("专家（签名）")
        assert "&P" in sheet.oddFooter.center.text
        assert "第 1 轮" in sheet.oddHeader.right.text
        assert (sheet.page_setup.paperSize, sheet.protection.sheet) == (9, True)


def test_a_form_for_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        write_ballot_forms(ready(tmp_path), small_scheme(), tmp_path / "out", [NAME])
    assert NAME not in str(refused.value)


def test_an_english_form_names_everything_as_the_scheme_says_it_in_english(tmp_path: Path) -> None:
    scheme = small_scheme()
    names = {scheme.title, *(item.label for item in (*scheme.groups, *scheme.indicators))}
    english = {name: f"Name {place}" for place, name in enumerate(sorted(names))}
    (path,) = write_ballot_forms(ready(tmp_path), scheme.with_({"language": "en", "english": english}), tmp_path / "out", ["E01"])
    said = texts(path)
    assert not [text for text in said if any(name in text for name in names) and "|" not in text]  # of hidden keys
    assert {english[item.label] for item in scheme.indicators if item.group == "learning"} <= set(said)
    assert f"{english[scheme.title]}: ballot (Points)" in said
