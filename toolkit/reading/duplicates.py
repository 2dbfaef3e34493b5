"""Rows that stand twice although their table says that they stand once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from toolkit.errors import Problem
from toolkit.reading.cells import Value
from toolkit.reading.findings import shown
from toolkit.reading.intake import Intake, said
from toolkit.tables import Column
from toolkit.text import Phrase, phrase

Place = tuple[str, str, int]


def duplicate_problems(
    intakes: Sequence[Intake], unique: Sequence[str], columns: Mapping[str, Column]
) -> Iterator[Problem]:
    """An error for each row whose `unique` columns agree with those of an earlier row, named in it.

    Rows with a problem in one of these columns are not compared: nobody knows what they say. Two empty cells
    agree.
    """
    first: dict[tuple[Value | None, ...], Place] = {}
    for intake in intakes:
        if not unique or any(name not in intake.cells for name in unique):
            continue
        cells = [intake.cells[name] for name in unique]
        for row, found in zip(intake.rows, zip(*cells, strict=True), strict=True):
            if any(cell.state == "problem" for cell in found):
                continue
            values = tuple(cell.value for cell in found)
            here = (intake.file, intake.sheet, row)
            earlier = first.setdefault(values, here)
            if earlier != here:
                yield _twice(intake, row, earlier, dict(zip(unique, values, strict=True)), columns)


def _twice(
    intake: Intake,
    row: int,
    earlier: Place,
    values: Mapping[str, Value | None],
    columns: Mapping[str, Column],
) -> Problem:
    file, sheet, line = earlier
    where = " ".join(
        part for part in (file if file != intake.file else "", sheet if sheet != intake.sheet else "") if part
    )
    return Problem(
        "error",
        phrase("与{where}第 {line} 行重复", "the same as row {line}{en}", where=f" {where} " if where else "", line=line,
               en=f" of {where}" if where else ""),
        Phrase("请删去重复的一行；若确为两条记录，请更正这些列", "remove one; if both are meant, correct these columns"),
        file=intake.file,
        sheet=intake.sheet,
        row=row,
        column="、".join(intake.headings[name] for name in values),
        value=" ".join(text for name, value in values.items() if (text := said(shown(value), columns[name]))),
    )  # fmt: skip
