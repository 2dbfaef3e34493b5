"""The nasty workbooks saved as .xls and .ods by LibreOffice come back with the same rows and errors."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from tests.nasty.files import FILES
from tests.nasty.loading import load, read_rows
from tests.nasty.nasty import Nasty

OFFICE = shutil.which("soffice")
CHANGED = {  # LibreOffice itself changes what they say
    "formula_never_calculated": "it calculates",
    "stray_cell_in_the_last_corner": "no .xls has that cell",
    "hours_true": "it writes 1",
}


def _workbooks() -> dict[str, Nasty]:
    made = {maker.__name__: maker() for maker in FILES}
    return {
        name: nasty
        for name, nasty in made.items()
        if nasty.name == "签到.xlsx" and nasty.content.startswith(b"PK") and name not in CHANGED
        if not any("damaged" in words for _, _, words in nasty.errors)
    }


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_what_libre_office_saves_comes_back_the_same(kind: str, tmp_path: Path) -> None:
    workbooks = _workbooks()
    for name, nasty in workbooks.items():
        (tmp_path / f"{name}.xlsx").write_bytes(nasty.content)
    subprocess.run(
        [str(OFFICE), "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", kind, "--outdir",
         str(tmp_path), *map(str, sorted(tmp_path.glob("*.xlsx")))],
        check=True, capture_output=True, timeout=400,
    )  # fmt: skip
    wrong = {}
    for name, nasty in workbooks.items():
        folder = tmp_path / f"{name}_folder"
        folder.mkdir()
        records = load(folder, f"签到.{kind}", (tmp_path / f"{name}.{kind}").read_bytes(), nasty.sheet)
        errors = [(p.row, p.column) for p in records.problems.errors]
        expected = [(row, column) for row, column, _ in nasty.errors if row is not None]
        try:
            assert [error for error in errors if error[0]][: len(expected)] == expected or not expected
            assert bool(errors) == bool(nasty.errors)
            pd.testing.assert_frame_equal(read_rows(records), read_rows(nasty.rows))
        except AssertionError as error:
            wrong[name] = f"{error}\n{records.problems.text('en')}"
    assert not wrong, "\n\n".join(f"{name}: {text}" for name, text in wrong.items())
