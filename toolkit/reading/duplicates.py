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
    read = [intake for intake in intakes if unique and all(name in intake.cells for name in unique)]
    told = [_told(intake, unique) for intake in read]
    if len(set().union(*told)) == sum(map(len, told)):  # the usual case, and quick to see
        return
    first: dict[tuple[Value | None, ...], Place] = {}
    for intake, all_values in zip(read, told, strict=True):
        cells_of = [intake.cells[name] for name in unique]
        unclear = {n for cells in cells_of for n, cell in enumerate(cells) if cell.state == "problem"}
        for number, (row, values) in enumerate(zip(intake.rows, all_values, strict=True)):
            if number in unclear:
                continue
            here = (intake.file, intake.sheet, row)
            earlier = first.setdefault(values, here)
            if earlier != here:
                yield _twice(intake, row, earlier, dict(zip(unique, values, strict=True)), columns)


def _told(intake: Intake, unique: Sequence[str]) -> list[tuple[Value | None, ...]]:
    """What each row says in the columns that make it unique."""
    return list(zip(*([cell.value for cell in intake.cells[name]] for name in unique), strict=True))


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
