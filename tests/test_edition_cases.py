"""Whole editions written as real rules are, with outcomes worked out by hand: `tests/cases/editions/*.toml`.

Each holds a scheme, the columns of its members table (others are described in `tables`), the records as CSV, and what is
expected of the members in the order of their codes: `raw` indicators, `scores`, and the `list`, of whose reasons it says what
they have to hold.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.few_lines import run

CASES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "cases" / "editions").glob("*.toml"))}


def written(case: dict[str, Any], folder: Path) -> Path:
    """The edition of a case, in a folder."""
    (folder / "records").mkdir(parents=True)
    (folder / "scheme.toml").write_text(case["scheme"], encoding="utf-8")
    columns = {"code": "text", "name": "text", **case["columns"]}
    described = "".join(f'[table.members.column.{name}]\nheadings = ["{name}"]\ntype = "{kind}"\n' for name, kind in columns.items())
    tables = '[table.members]\nfile = "records/members.csv"\nunique = ["code"]\n' + described + case.get("tables", "")
    (folder / "tables.toml").write_text(tables, encoding="utf-8")
    for name, text in case["records"].items():
        (folder / "records" / f"{name}.csv").write_text(text.lstrip(), encoding="utf-8-sig")
    return folder


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_real_rule_comes_to_what_it_says(case: dict[str, Any], tmp_path: Path) -> None:
    evaluation = run(written(case, tmp_path / "e"))
    assert not evaluation.problems.errors
    frames = {"raw": evaluation.indicators, "scores": evaluation.scores, "list": evaluation.ranking}
    for column, expected, frame in [(*item, frames[part]) for part in frames for item in case.get(part, {}).items()]:
        found = frame[column].sort_index().tolist()
        if column == "reason":
            assert [part for part, said in zip(expected, found, strict=True) if part not in said] == [], found
        else:
            assert found == (pytest.approx(expected, abs=1e-12) if isinstance(expected[0], float) else expected), column
