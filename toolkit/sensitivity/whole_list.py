"""Certainty of the whole list at once: which places are told apart together, and which stand in a zone at a line that cannot be.

A member that keeps its award in 99 of 100 draws is sure by itself; of fifty such members one may still be another in every second
draw. Here one statement is made of all of them at the same time: in 95 of 100 draws everybody outside the zones has, or has not, that
award or a better one, just as the list says. It is the widest such statement with one bound on how often each may differ: the bound is
found in one half of the draws, and the statement tried on the other, which had no say in it.

It speaks of lists as they might have been drawn up, each as likely as drawn. A confidence set for ranks that are unknown and only estimated
from samples (Mogstad et al.) asks more, and is wider: of the five best of PISA 2018 in mathematics theirs at 95 % has 12 countries, and
this, of scores drawn about the estimates, 7 of those 12.

References
----------
Besag, J., Green, P., Higdon, D., Mengersen, K. (1995). Bayesian computation and stochastic systems. Statistical Science 10(1), 3-66,
section 6.3: one bound common to all components, set by how often any of them is outside, makes a region simultaneous.
Mogstad, M., Romano, J. P., Shaikh, A. M., Wilhelm, D. (2024). Inference for ranks with applications to mobility across neighbourhoods and
academic achievement across countries. Review of Economic Studies 91(1), 476-518: why ranks call for statements about all at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.evaluation.many import Lists
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase
from toolkit.sensitivity.tipping.lines import or_better

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Floats, Mask
    from toolkit.sensitivity.weights.draws import WeightSpec

LEVEL, DRAWS = 0.95, 4000
"""Asked for unless another is; and the draws that are enough for it: more are not looked at."""
NOT_A_SHARE = Phrase("把握应在 0 与 1 之间", "a level lies between 0 and 1")
SAY_SHARE = Phrase("例如 0.95", "0.95, say")


@dataclass(frozen=True, eq=False)
class WholeList:
    """Which places of a list are told apart, all at once.

    Parameters
    ----------
    zones : DataFrame
        A row for each award: award; sure, how many hold it or a better one in the statement; zone, how many cannot be told apart from its line,
        and held, how many of these have it or a better one as the list stands.
    members : DataFrame
        A row for each award and member in its zone, likeliest first: award, member; holds, as the list stands; kept, the share of draws in which that is so.
    level
        Asked for.
    coverage, draws
        The share of so many other draws in which the whole statement held.
    """

    zones: pd.DataFrame
    members: pd.DataFrame
    level: float
    coverage: float
    draws: int

    @property
    def zone(self) -> int:
        """How many members stand in a zone at all."""
        return int(self.members["member"].nunique())


def whole_list(evaluation: Evaluation, spec: WeightSpec, level: float = LEVEL) -> WholeList:
    """Which places of the list are told apart together, under other weights the committee might have voted.

    Parameters
    ----------
    spec
        How weights are drawn, of which `DRAWS` at most; every other one of its draws finds the statement, the rest try it.
    level
        In which share of the draws the whole statement is to hold.

    Raises
    ------
    Refused
        When the level is no share, or the weights do not fit the scheme.
    """
    lists, count = Lists.of(evaluation), min(spec.draws, DRAWS)
    given = [lists.given(shares) for shares in _first(spec.blocks(evaluation.tree, evaluation.scheme.seed), count)]
    return told_of(evaluation, np.concatenate(given, axis=1) if evaluation.scheme.awards else np.zeros((0, count, len(evaluation.members)), np.bool_), level)


def told_of(evaluation: Evaluation, given: Mask, level: float = LEVEL) -> WholeList:
    """Which places of the list are told apart together in other lists there might have been, for whatever reason.

    Parameters
    ----------
    given : bool[awards, lists, members]
        Who is given each award in each; every other one of them finds the statement, the rest try it.
    level
        In which share of them the whole statement is to hold.

    Raises
    ------
    Refused
        When the level is no share.
    """
    if not 0 < level < 1:
        raise refuse(NOT_A_SHARE, SAY_SHARE, column="level", value=f"{level:g}")
    scheme = evaluation.scheme
    awards = [award.id for award in scheme.awards]
    rows = [[awards.index(id_) for id_ in or_better(scheme, award)] for award in awards]
    holds = _or_better(Lists.of(evaluation).standing[:, None], rows)[:, 0]
    turned = _or_better(given, rows) != holds[:, None]
    sure = told_apart(turned[:, ::2], level)
    tried = turned[:, 1::2] if turned.shape[1] > 1 else turned
    coverage = 1.0 - float((tried & sure[:, None]).any(axis=(0, 2)).mean()) if tried.size else 1.0
    zones = [(award, int((own & there).sum()), int((~own).sum()), int((~own & there).sum())) for award, own, there in zip(awards, sure, holds, strict=True)]
    frame = pd.DataFrame(zones, columns=["award", "sure", "zone", "held"])
    return WholeList(frame, _zone_members(evaluation, sure, holds, 1.0 - turned.mean(axis=1) if turned.size else np.ones(holds.shape)), level, coverage, tried.shape[1])


def _first(blocks: Iterator[Floats], count: int) -> Iterator[Floats]:
    """The first so many vectors of shares, block by block."""
    while count > 0 and (block := next(blocks, None)) is not None:
        yield block[:count]
        count -= len(block)


def _zone_members(evaluation: Evaluation, sure: Mask, holds: Mask, kept: Floats) -> pd.DataFrame:
    """Everyone in a zone, award by award, the likeliest to have it first."""
    chance, names = np.where(holds, kept, 1.0 - kept), [str(member) for member in evaluation.members.index]
    rows = [
        (award.id, names[place], bool(holds[row, place]), float(kept[row, place]))
        for row, award in enumerate(evaluation.scheme.awards) for place in np.argsort(-chance[row], kind="stable").tolist() if not sure[row, place]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["award", "member", "holds", "kept"])


def told_apart(turned: Mask, level: float) -> Mask:
    """What is told apart at once: all that differs no more often than a bound, the largest for which seldom enough any of it differs.

    Parameters
    ----------
    turned : bool[awards, draws, members]
        Whether each differs from the list in each draw.

    Returns
    -------
    bool[awards, members]

    Examples
    --------
    >>> draws = np.zeros((1, 100, 3), bool)
    >>> draws[0, :3, 0] = draws[0, 3:6, 1] = draws[0, :4, 2] = True  # 3, 3 and 4 of 100: the first two together 6
    >>> told_apart(draws, 0.95).tolist(), told_apart(draws, 0.9).tolist()
    ([[False, False, False]], [[True, True, True]])
    """
    often = turned.sum(axis=1)
    allowed, sure = np.floor((1.0 - level) * turned.shape[1] + 1e-9), np.zeros(often.shape, np.bool_)
    for bound in np.unique(often[often <= allowed]):
        wider = often <= bound
        if (turned & wider[:, None]).any(axis=(0, 2)).sum() > allowed:
            break
        sure = wider
    return sure


def _or_better(given: Mask, rows: list[list[int]]) -> Mask:
    """Who has each award or a better one, bool[awards, draws, members]."""
    return np.array([given[own].any(axis=0) for own in rows], np.bool_).reshape(len(rows), *given.shape[1:])
