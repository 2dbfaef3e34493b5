"""Every nasty file comes back as it must: its rows, or its problems by file, sheet, row and column; and all rows accounted for."""

from __future__ import annotations

import inspect
from pathlib import Path

import pandas as pd
import pytest

from tests.nasty.files import FILES
from tests.nasty.loading import load, read_rows
from tests.nasty.nasty import PHONE, Maker


def test_there_are_at_least_sixty_and_each_says_what_is_nasty() -> None:
    assert len(FILES) >= 60
    assert len({maker.__name__ for maker in FILES}) == len(FILES)
    assert all(inspect.getmodule(maker) for maker in FILES)


@pytest.mark.parametrize("maker", FILES, ids=lambda maker: maker.__name__)
def test_a_nasty_file_comes_back_as_it_must(maker: Maker, tmp_path: Path) -> None:
    nasty = maker()
    records = load(tmp_path, nasty.name, nasty.content, nasty.sheet)
    said = records.problems.text("en")
    errors = [p for p in records.problems if p.severity == "error"]
    found = [(p.row if nasty.errors and e[0] is not None else None, p.column if e[1] else "") for p, e in zip(errors, nasty.errors, strict=False)]  # fmt: skip
    assert found == [(row, column) for row, column, _ in nasty.errors], said
    for problem, (_, _, words) in zip(errors, nasty.errors, strict=True):
        assert words in f"{problem.rule.en}; {problem.mend.en}", said
        assert problem.file == f"records/{nasty.name}"
        assert problem.rule.zh
        assert problem.mend.zh
    notes = [f"{p.rule.en}; {p.mend.en}" for p in records.problems if p.severity != "error"]
    assert len(notes) == len(nasty.notes), said
    for note, words in zip(notes, nasty.notes, strict=True):
        assert words in note, said
    pd.testing.assert_frame_equal(read_rows(records), read_rows(nasty.rows), obj=said)
    _all_rows_are_accounted_for(records.counts, nasty.name, len(nasty.rows), nasty.not_data)
    assert PHONE[3:] not in said + records.problems.text("zh")


def _all_rows_are_accounted_for(counts: pd.DataFrame, name: str, accepted: int, not_data: int) -> None:
    """Read is accepted and refused and not data; of a file refused as a whole nothing is accepted."""
    assert (counts["read"] == counts["accepted"] + counts["refused"] + counts["not_data"]).all()
    here = counts[counts.index.get_level_values("file") == f"records/{name}"]
    assert int(here["accepted"].sum()) == accepted
    if len(here):
        assert int(here["not_data"].sum()) == not_data
