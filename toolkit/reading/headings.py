"""The heading of a sheet: where it stands, and which of the table's columns each heading means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from toolkit.reading.findings import plain, shown
from toolkit.reading.unit_rows import money_unit_above, unit_row

DEEPEST_START = 15  # a heading stands within the first rows
DEEPEST = 3  # and takes up to three of them
BRACKETED = re.compile(r"[(\[【〔{]([^()\[\]【】〔〕{}]*)[)\]】〕}]$")

Merge = tuple[tuple[int, int], tuple[int, int]]


class Expected(Protocol):
    """What is known of a column before its heading is seen."""

    @property
    def headings(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class Heading:
    """One heading as found: its place from the left, its text, and the unit in brackets behind it."""

    place: int
    text: str
    unit: str


@dataclass(frozen=True)
class Headings:
    """The heading of one sheet.

    Parameters
    ----------
    first
        The first row below it, counted from 0.
    rows
        Its rows, normalised, to know them again where they are repeated.
    columns
        Column id to the headings that answer it: one, or more where the sheet is ambiguous.
    exact
        Ids whose heading is one of the column's own word for word, unit and all.
    extra
        Headings that answer no column.
    bare
        Places from the left that have no heading.
    money_unit
        The unit of money that a row above gives for the whole table; empty without one.
    """

    first: int
    rows: frozenset[tuple[str, ...]]
    columns: Mapping[str, tuple[Heading, ...]]
    exact: frozenset[str]
    extra: tuple[Heading, ...]
    bare: tuple[int, ...]
    money_unit: str = ""


def normal_heading(text: str) -> str:
    """A heading as it is compared: half-width, without spaces, line breaks or the asterisk of required ones.

    Examples
    --------
    >>> normal_heading("*保证金 （元）")
    '保证金(元)'
    """
    return "".join(plain(text).casefold().split()).strip("*")


def unit_of(heading: str) -> str:
    """What stands in brackets at the end of a heading; empty without brackets.

    Examples
    --------
    >>> unit_of("投标总报价（万元）")
    '万元'
    """
    match = BRACKETED.search(normal_heading(heading))
    return match[1] if match else ""


def find_headings(
    rows: Sequence[Sequence[object]], expected: Mapping[str, Expected], merges: Iterable[Merge] = ()
) -> Headings | None:
    """The heading that answers most of the expected columns; None where no row answers any.

    A heading may take up to three rows: a group's name stands over its columns, and either the lowest name
    or all of them joined may answer.
    """
    known = _known(expected)
    best: tuple[int, int, int] | None = None
    tall = [merge for merge in merges if merge[1][0] > merge[0][0]]
    for first in range(min(DEEPEST_START, len(rows))):
        for depth in range(_least_depth(first, tall, rows), DEEPEST + 1):
            if first + depth > min(DEEPEST_START, len(rows)):
                break
            answered = {
                _meaning(name, known) for names in _names(rows[first : first + depth]) for name in names
            }
            rank = (len(answered - {None}), -depth, -first)
            best = max(best, rank) if best else rank
    if best is None or best[0] == 0:
        return None
    return _with_units(_headings(rows, -best[2], -best[1], known), rows, -best[2])


def _with_units(headings: Headings, rows: Sequence[Sequence[object]], first: int) -> Headings:
    """The heading with a row of units below it, if there is one, and the unit of money above it."""
    found = replace(headings, money_unit=money_unit_above(rows[:first]))
    units = unit_row(rows[headings.first]) if headings.first < len(rows) else {}
    if not units:
        return found
    columns = {
        key: tuple(replace(h, unit=h.unit or units.get(h.place, "")) for h in answers)
        for key, answers in headings.columns.items()
    }
    row = tuple(normal_heading(shown(cell)) for cell in rows[headings.first])
    return replace(found, first=headings.first + 1, rows=headings.rows | {row}, columns=columns)


def _known(expected: Mapping[str, Expected]) -> dict[str, str]:
    """Column id by normalised heading; whole headings go before those without their unit."""
    named = [(heading, key) for key, column in expected.items() for heading in (key, *column.headings)]
    whole = {normal_heading(heading): key for heading, key in named}
    return {_without_unit(heading): key for heading, key in reversed(named)} | whole


def _without_unit(heading: str) -> str:
    return BRACKETED.sub("", normal_heading(heading)) or normal_heading(heading)


def _meaning(name: str, known: Mapping[str, str]) -> str | None:
    return known.get(normal_heading(name)) or known.get(_without_unit(name))


def _least_depth(first: int, tall: Sequence[Merge], rows: Sequence[Sequence[object]]) -> int:
    """How many rows a heading that begins at `first` must take, since cells merged downwards reach so far."""
    reach = [
        low[0] - high[0] + 1
        for high, low in tall
        if high[0] == first and high[1] < len(rows[first]) and shown(rows[first][high[1]])
    ]
    return max(reach, default=1)


def _names(block: Sequence[Sequence[object]]) -> list[tuple[str, ...]]:
    """For each place the names it may go by: the lowest, and all of them joined from the top."""
    width = max(map(len, block), default=0)
    texts = [[shown(row[place]) if place < len(row) else "" for place in range(width)] for row in block]
    for upper, lower in pairwise(texts):
        for place in range(1, width):
            upper[place] = upper[place] or (upper[place - 1] if lower[place] else "")
    columns = [[text for text in column if text] for column in zip(*texts, strict=True)]
    return [tuple(dict.fromkeys((column[-1], "".join(column)))) if column else () for column in columns]


def _headings(rows: Sequence[Sequence[object]], first: int, depth: int, known: Mapping[str, str]) -> Headings:
    block = rows[first : first + depth]
    names = _names(block)
    answers: dict[str, list[Heading]] = {}
    extra: list[Heading] = []
    for place, options in enumerate(names):
        name = next((option for option in options if _meaning(option, known)), options[0] if options else "")
        column = _meaning(name, known)
        if name:
            heading = Heading(place, " ".join(name.split()), unit_of(name))
            (answers.setdefault(column, []) if column else extra).append(heading)
    exact = {column: _exact(found, known) for column, found in answers.items()}
    extra += [
        h for column, found in answers.items() if exact[column] for h in found if h not in exact[column]
    ]
    return Headings(
        first + depth,
        frozenset(tuple(normal_heading(shown(cell)) for cell in row) for row in block),
        {column: tuple(exact[column] or found) for column, found in answers.items()},
        frozenset(column for column, found in exact.items() if found),
        tuple(extra),
        tuple(place for place, options in enumerate(names) if not options),
    )


def _exact(found: Sequence[Heading], known: Mapping[str, str]) -> list[Heading]:
    """Headings that the dictionary names with their unit: they go before others of the same name."""
    return [heading for heading in found if heading.unit and normal_heading(heading.text) in known]
