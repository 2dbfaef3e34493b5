"""Where a record comes from: the channel that told it, whether it has been verified, and whom it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from toolkit.errors import nearest
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_file import Decision
from toolkit.toml_places import KeyPath, Raw

Word = Annotated[str, Field(min_length=1)]
COLUMN, STATE = Phrase("列", "column"), Phrase("取值", "choice")


class Channel(Decision):
    """The column that says which channel told a record, and whose word goes first.

    Where several channels tell of one act, the act is as the first of `order` tells it; a channel that `order` does
    not name comes last.
    """

    column: Word
    order: Annotated[tuple[Word, ...], Field(min_length=1)]


class Verified(Decision):
    """The column that says whether a record has been verified, and the states in which it counts.

    All other records, those without a state among them, are kept and reported and do not count, unless a measure
    says ``unverified = "counts"``.
    """

    column: Word
    counts: Annotated[tuple[Word, ...], Field(min_length=1)]


def provenance_faults(path: KeyPath, table: Raw, columns: Mapping[str, Raw]) -> Iterator[Fault]:
    """Columns and states that `channel`, `verified` and `names` of a table name, and the table does not have."""
    for key, listed in (("channel", "order"), ("verified", "counts")):
        said = table.get(key)
        if isinstance(said, dict):
            yield from _column_fault((*path, key, "column"), said.get("column"), columns)
            yield from _state_faults((*path, key, listed), said, columns)
    yield from _column_fault((*path, "names"), table.get("names"), columns)
    if table.get("date") in columns:
        yield from _column_fault((*path, "date"), table["date"], columns)


def _column_fault(path: KeyPath, name: Any, columns: Mapping[str, Raw]) -> Iterator[Fault]:
    if not isinstance(name, str):
        return
    if name not in columns:
        yield _unknown(path, COLUMN, name, list(columns))
    elif columns[name].get("personal"):
        rule = phrase("“{name}”是个人信息列，不能用在这里", "`{name}` is personal and cannot be used here", name=name)
        yield Fault(path, rule, Phrase("请指定另一列", "name another column"))


def _state_faults(path: KeyPath, said: Raw, columns: Mapping[str, Raw]) -> Iterator[Fault]:
    """States named under `path` that the column cannot hold, or that stand twice."""
    listed, held = said.get(str(path[-1])), columns.get(str(said.get("column")), {})
    choices = held.get("choices")
    for place, state in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(choices, list) and choices and state not in choices:
            yield _unknown((*path, place), STATE, str(state), [str(choice) for choice in choices])
        elif isinstance(listed, list) and state in listed[:place]:
            rule = phrase("“{state}”写了两次", "`{state}` stands twice", state=state)
            yield Fault((*path, place), rule, Phrase("请删去一处", "remove one"))


def _unknown(path: KeyPath, what: Phrase, given: str, known: list[str]) -> Fault:
    guess = nearest(given, known)
    rule = phrase("没有{what}“{given}”", "there is no {en} `{given}`", what=what.zh, en=what.en, given=given)
    mend = phrase("现有：{known}", "known: {known}", known=", ".join(known))
    if guess:
        mend = phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess)
    return Fault(path, rule, mend, given)
