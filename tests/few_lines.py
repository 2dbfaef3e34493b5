"""An edition of a few lines: for figures that went wrong elsewhere, told in public reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from toolkit import Evaluation, Refused, evaluate, open_edition

HEAD = """schema = 1
title = "case"
edition = "case"
language = "en"
as_of = 2018-12-31
decimals = {decimals}
weights = "points"
ties = [{ties}]
approval = "x"
seed = 7

[members]
table = "members"
key = "code"
name = "name"
class = "kind"
"""
SCORE = '{ shape = "linear", worst = 0, best = 100 }'
Cell = str | float | None


def scheme_text(*parts: str, decimals: int = 2, ties: str = '"joint"') -> str:
    """A scheme of these indicators, conditions and awards, as a file says it."""
    return HEAD.format(decimals=decimals, ties=ties) + "".join(parts)


def indicator_text(
    id_: str, weight: float = 1, shape: str = SCORE, *, measure: str = "", missing: str = "worst", more: str = ""
) -> str:
    """An indicator, of its column in the members table unless told."""
    taken = measure or f'{{ column = "members.{id_}" }}'
    return (f'\n[[indicator]]\nid = "{id_}"\nlabel = "{id_}"\nweight = {weight}\nmeasure = {taken}\n'
            f'value = {shape}\nmissing = "{missing}"\n{more}')  # fmt: skip


def award_text(quota: str, more: str = "") -> str:
    """One award."""
    return f'\n[[award]]\nid = "top"\nlabel = "top"\nquota = {{ {quota} }}\n{more}'


def write_edition(
    folder: Path,
    scheme: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    types: Mapping[str, str] | None = None,
    tables: str = "",
    files: Mapping[str, str] | None = None,
) -> Path:
    """An edition whose members M001, M002 ... have a class and the values of `columns`.

    `tables` is added to the data dictionary, `files` to the records.
    """
    (folder / "records").mkdir(parents=True)
    (folder / "scheme.toml").write_text(scheme, encoding="utf-8")
    kinds = dict.fromkeys(("code", "name", "kind"), "text") | {name: (types or {}).get(name, "number") for name in columns}
    described = [f'[table.members.column.{name}]\nheadings = ["{name}"]\ntype = "{kind}"\n' for name, kind in kinds.items()]
    described[0] += "required = true\n"
    table = '[table.members]\nfile = "records/m.csv"\nunique = ["code"]\n'
    (folder / "tables.toml").write_text(table + "".join(described) + tables, encoding="utf-8")
    lines = [",".join(kinds)]
    for number, (class_, *values) in enumerate(rows, 1):
        cells = (f"M{number:03}", f"Member {number}", class_, *values)
        lines.append(",".join("" if cell is None else str(cell) for cell in cells))
    for name, text in {"m.csv": "\n".join(lines) + "\n", **(files or {})}.items():
        (folder / "records" / name).write_text(text, encoding="utf-8-sig")
    return folder


def run(folder: Path) -> Evaluation:
    """The evaluation of an edition folder."""
    edition = open_edition(str(folder))
    return evaluate(edition.scheme, edition.records)


def found(
    scheme: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    types: Mapping[str, str] | None = None,
    tables: str = "",
    files: Mapping[str, str] | None = None,
) -> Evaluation:
    """The evaluation of such an edition."""
    with TemporaryDirectory() as folder:
        return run(write_edition(Path(folder) / "e", scheme, columns, rows, types=types, tables=tables, files=files))


def refused(scheme: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, types: Mapping[str, str] | None = None) -> str:
    """What is said, in English, when such an edition is refused; empty when it is not."""
    try:
        found(scheme, columns, rows, types=types)
    except Refused as said:
        return said.problems.text("en")
    return ""


def totals(evaluation: Evaluation) -> list[float]:
    """The totals in the order of the members."""
    return [float(total) for total in evaluation.ranking["total"].sort_index()]


def given(evaluation: Evaluation) -> int:
    """How many are given an award."""
    return int((evaluation.ranking["award"] != "").sum())
