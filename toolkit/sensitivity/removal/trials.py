"""Trials: one member measured otherwise, as it would be without one of its records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from toolkit.text import Phrase

Place: TypeAlias = tuple[str, str, str, int]
"""Table, file, sheet and row of a record."""


@dataclass
class Trial:
    """One record struck: what its member would have measured instead.

    Parameters
    ----------
    place, member
        Where the record stands, and whom it tells of.
    items
        What rests on it.
    values
        By item the raw value without it.
    spared
        The vetoes that would no longer strike.
    unknown
        Why nothing can be said; None where something can.
    """

    place: Place
    member: str
    items: tuple[str, ...] = ()
    values: dict[str, float | bool] = field(default_factory=dict)
    spared: tuple[str, ...] = ()
    unknown: Phrase | None = None

    @property
    def told(self) -> tuple[object, ...]:
        """All that its list depends on: records that tell the same come to the same."""
        return self.member, tuple(sorted((name, repr(value)) for name, value in self.values.items())), self.spared
