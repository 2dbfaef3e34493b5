"""Searches that run side by side: each says what it wants to know next, and all of them are answered at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from toolkit.ranking import Floats

Told = TypeVar("Told")
Found = TypeVar("Found")
Search: TypeAlias = Generator[Floats, Told, Found]
"""Asks about numbers, float64[n], is told of each of them, and ends with what it found."""


def together(searches: Sequence[Search[Told, Found]], answers: Callable[[dict[int, Floats]], Iterable[Told]]) -> list[Found]:
    """What each search finds: one answer to all costs hardly more than one answer to one.

    Parameters
    ----------
    answers
        Given what is asked, by the places of the searches that still ask, the answer to each in the same order.

    Examples
    --------
    >>> import numpy as np
    >>> def root(square: float) -> Search[list[bool], float]:
    ...     tried = np.arange(10.0)
    ...     enough = yield tried
    ...     return float(tried[enough.index(True)])
    >>> together([root(9), root(25)], lambda asked: [[x * x >= (9, 25)[at] for x in own] for at, own in asked.items()])
    [3.0, 5.0]
    """
    found: dict[int, Found] = {}
    told: dict[int, Any] = dict.fromkeys(range(len(searches)))
    while told:
        asked: dict[int, Floats] = {}
        for place, answer in told.items():
            try:
                asked[place] = searches[place].send(answer)
            except StopIteration as end:
                found[place] = end.value
        told = dict(zip(asked, answers(asked), strict=True)) if asked else {}
    return [found[place] for place in range(len(searches))]
