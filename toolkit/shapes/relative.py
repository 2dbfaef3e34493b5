"""What shapes have in common whose values depend on the members themselves: what they find, and for whom.

What a relative shape finds among the members is kept in `found`, and values are computed through it alone. A shape
with `found` is *resolved*: a member that joins later is measured by it and moves nobody. What an earlier edition
found may be written into a scheme by hand.

All members count that the records hold and to whom the indicator applies, whether they applied for an award or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from toolkit.shapes.scale import Better, Ranged

if TYPE_CHECKING:
    import numpy.typing as npt

    from toolkit.shapes.scale import Floats

    Places = npt.NDArray[np.intp]

EVERYONE = "all"
Within = Literal["all", "class"]


class Relative(Ranged):
    """A shape resolved among all members, or within each class; `found` is keyed by class, or by ``all``."""

    better: Better = "higher"
    within: Within = "all"
    found: dict[str, Any] | None = None

    def find(self, given: Floats, scale: float) -> Any:
        """What `given`, raw values without a gap and at least one, show: the entry of `found`."""
        raise NotImplementedError

    def through(self, entry: Any, raw: Floats, scale: float) -> Floats:
        """Values of `raw` by an entry of `found`."""
        raise NotImplementedError

    def read(self, entry: Any) -> Any:
        """An entry of `found` as `through` wants it."""
        return entry

    def written(self, entry: Any) -> Any:
        """What `find` gave as an entry of `found`."""
        return entry

    def values(self, raw: Floats, scale: float, classes: Any = None) -> Floats:
        """Values of `raw`, shape (members,); `classes`, shape (members,), are needed ``within = "class"``.

        NaN where raw is NaN, and in a class for which a resolved shape has found nothing.
        """
        values = np.full(np.shape(raw), np.nan)
        for _, members, entry in self._entries(raw, scale, classes):
            values[members] = self.through(entry, raw[members], scale)
        return values

    def resolved(self, raw: Floats, scale: float, classes: Any = None) -> Self:
        """The shape with what it found; itself where it has already found something."""
        if self.found is not None:
            return self
        entries = {name: self.written(entry) for name, _, entry in self._entries(raw, scale, classes)}
        return self.model_copy(update={"found": entries})

    def worst(self, raw: Floats, scale: float, classes: Any = None) -> Floats:  # noqa: ARG002 - some must look
        """What stands in for a missing value of each member under ``missing = "worst"``."""
        return np.full(np.shape(raw), self.lowest)

    def divisions(self, classes: Any, size: int) -> Iterator[tuple[str, slice | Places]]:
        """The members that are looked at together: a class, or all; with the places of its members."""
        if self.within == EVERYONE:
            yield EVERYONE, slice(None)
        else:
            yield from by_class(np.full(size, "") if classes is None else classes)

    def _entries(self, raw: Floats, scale: float, classes: Any) -> Iterator[tuple[str, slice | Places, Any]]:
        for name, members in self.divisions(classes, len(raw)):
            if self.found is not None:
                if name in self.found:
                    yield name, members, self.read(self.found[name])
                continue
            given = raw[members][~np.isnan(raw[members])]
            if len(given):
                yield name, members, self.find(given, scale)


def by_class(classes: Any) -> Iterator[tuple[str, Places]]:
    """Each class, in the order of their names, with the places of its members; `classes` has shape (members,)."""
    import pandas as pd

    codes, names = pd.factorize(np.asarray(classes, dtype=object))
    if len(names) < np.iinfo(np.int16).max:
        codes = codes.astype(np.int16)  # sorted by radix, ten times as fast
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(names) + 1))
    for place in sorted(range(len(names)), key=lambda place: str(names[place])):
        yield str(names[place]), order[ends[place] : ends[place + 1]]
