"""Rulings: where the very same tie comes about that the committee settled, those it chose are given the places; in every run, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.ground.ranking import Mask, Ruling

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation.awards import Decision
    from toolkit.evaluation.quotas import Pools

RulingOn: TypeAlias = tuple[Ruling, Mask, Mask]
"""A ruling, the members that were level, and those of them who are given the places: bool[members] each."""


def rulings_on(rulings: Sequence[Ruling], award: str, index: pd.Index[str]) -> list[RulingOn]:
    """The rulings on an award of whose tie every member is there."""
    found = [(ruling, index.isin(ruling.tie.members), index.isin(ruling.given)) for ruling in rulings if ruling.tie.award == award]
    return [(ruling, level, chosen) for ruling, level, chosen in found if level.sum() == len(ruling.tie.members)]


def rule_in_class(decision: Decision, pools: Pools, rulings: Sequence[RulingOn]) -> None:
    """Write what was ruled into the runs in which the very same members stand open in their class for as many places."""
    for ruling, level, chosen in rulings:
        for name, span, count in zip(pools.names, pools.spans, decision.places, strict=True):
            if name == ruling.tie.class_ and count is not None and level[span].sum() == level.sum():
                left = count - decision.given[:, span].sum(axis=1)
                same = np.flatnonzero((decision.open[:, span] == level[span]).all(axis=1) & (left == ruling.tie.places))
                decision.given[np.ix_(same, np.flatnonzero(chosen))] = True
                decision.open[np.ix_(same, np.flatnonzero(level))] = False


def ruled_in_all(decision: Decision, rulings: Sequence[RulingOn]) -> Decision:
    """The same at the line of all classes together; who is not given a place there loses the one of its class."""
    if decision.shared is None or decision.beyond is None:
        return decision
    ceilings = dict(decision.ceilings)
    for ruling, level, chosen in rulings:
        for run, ceiling in decision.ceilings.items():
            if not ruling.tie.class_ and ceiling.left == ruling.tie.places and (decision.shared[run] == level).all():
                decision.given[run] |= chosen
                decision.beyond[run] |= level & ~chosen
                decision.shared[run] = False
                ceilings[run] = replace(ceiling, left=0, level=0)
    return replace(decision, ceilings=ceilings)
