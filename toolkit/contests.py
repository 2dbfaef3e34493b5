"""Contests: who competes with whom for the places of an award, and who wins them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.ranking import Floats, Mask, competition_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.scheme import Award, Quota, Scheme

ROUNDINGS = {"floor": ROUND_FLOOR, "ceil": ROUND_CEILING, "half_up": ROUND_HALF_UP}


@dataclass(frozen=True, eq=False)
class Contest:
    """One award in one pool, decided.

    Parameters
    ----------
    award, class_
        The award, and the class that competes for it; "" when all classes compete together.
    positions : intp[n]
        The pool's members, by position among all.
    places
        Places there are; None for no limit.
    able : bool[n]
        Those over every bar that have no earlier award.
    given, open : bool[n]
        Those given the award, and those left level at its line for the committee to settle.
    """

    award: Award
    class_: str
    positions: NDArray[np.intp]
    places: int | None
    able: Mask
    given: Mask
    open: Mask


def places(quota: Quota | None, applicants: int) -> int | None:
    """How many places a quota gives a pool of applicants; None when everyone over the bar is given the award.

    Examples
    --------
    >>> from toolkit.scheme import Quota
    >>> places(Quota(share=0.29), 100), places(Quota(share=0.1, least=1), 4), places(None, 9)
    (29, 1, None)
    """
    if quota is None:
        return None
    if quota.share is None:
        return max(quota.number or 0, quota.least)
    exact = Decimal(repr(quota.share)) * applicants
    return max(int(exact.to_integral_value(ROUNDINGS[quota.rounding])), quota.least)


def allot(eligible: Mask, keys: Sequence[Floats], count: int | None, *, joint: bool) -> tuple[Mask, Mask]:
    """Who of one pool is given an award, and who is left in an open tie at its line.

    Parameters
    ----------
    eligible : bool[n]
    keys : sequence of float64[n]
        Rounded totals, then the nodes that settle ties, in turn.
    count
        Places; None for no limit.
    joint
        Whether all of those level at the line get it.

    Returns
    -------
    given, open : bool[n], bool[n]

    Examples
    --------
    >>> given, open_ = allot(np.ones(3, bool), [np.array([90.0, 80, 80])], 2, joint=False)
    >>> given.tolist(), open_.tolist()
    ([True, False, False], [False, True, True])
    """
    nobody = np.zeros_like(eligible)
    if count is None:
        return eligible, nobody
    ranks = competition_ranks(np.where(eligible, keys[0], np.nan), *keys[1:])
    line = int(ranks[(ranks > 0) & (ranks <= count)].max(initial=0))
    over, at = eligible & (ranks < line), eligible & (ranks == line)
    if joint or int(over.sum() + at.sum()) <= count:
        return over | at, nobody
    return over, at


def pools(
    scheme: Scheme, members: pd.DataFrame, within: str = "class"
) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """Those that compete with one another: the class and the members' positions, class by class."""
    if within == "all" or scheme.members.class_ is None:
        yield "", np.arange(len(members))
        return
    classes = members["class"].astype("str").fillna("").to_numpy(dtype=object)
    for class_ in sorted(set(classes)):
        yield class_, np.flatnonzero(classes == class_)


def entitled(scheme: Scheme, members: pd.DataFrame, vetoes: pd.DataFrame) -> Mask:
    """Who may be offered awards before any score is looked at: applied, and not barred by a veto; bool[n]."""
    barring = [veto.id for veto in scheme.vetoes if veto.effect.award == "none"]
    struck = vetoes.loc[vetoes["veto"].isin(barring), "member"]
    applied = members["applied"].to_numpy(dtype=np.bool_)
    return np.asarray(applied & ~members.index.isin(struck), dtype=np.bool_)


def bars(award: Award) -> tuple[tuple[str, float], ...]:
    """Every least score an award asks for, its minimum first: pairs of node (or "total") and score."""
    return (*award.minimum.items(), *((item.node, item.least) for item in award.require))


def exempt(scheme: Scheme, node: str, classes: pd.Series[str]) -> Mask:
    """The members to whose class a node does not apply, so that nothing of it can be required; bool[n]."""
    indicator = next((item for item in scheme.indicators if item.id == node), None)
    if indicator is not None:
        every = not indicator.applies_to
        return (
            np.zeros(len(classes), np.bool_)
            if every
            else ~classes.isin(indicator.applies_to).to_numpy(np.bool_)
        )
    children = scheme.children(node) if node in scheme.nodes else ()
    below = [exempt(scheme, child.id, classes) for child in children]
    return np.logical_and.reduce(below) if below else np.zeros(len(classes), np.bool_)


def tie_nodes(scheme: Scheme) -> list[str]:
    """The nodes that settle ties, in turn."""
    return [node for node in scheme.ties if node not in {"joint", "committee"}]
