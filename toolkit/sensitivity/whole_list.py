"""Certainty of the whole list at once: which places are told apart together, and which stand in a zone at a line that cannot be.

A member that keeps its award in 99 of 100 draws is sure by itself; of fifty such members one may still be another in every second
draw. Here one statement is made of all of them at the same time: in 95 of 100 draws everybody outside the zones has, or has not, that
award or a better one, just as the list says. It is the widest such statement with one bound on how often each may differ: the bound is
found in one half of the draws, and the statement tried on the other, which had no say in it.

Of very many members, or in few draws, that is not enough: of 5,000 who turn once in 2,000 draws each, most never turned in the half that was
looked at, and some of them turn in every other draw (what was never seen has a mass of its own: Good 1953). So where the trial finds less
than was asked for, the statement is narrowed: half of the tried draws take away from it, first who turned more often, of those that did
not who is nearest to the line, until it holds in as many as make it hold in a further draw with the chance asked for, whatever the
size (split conformal: Vovk et al. 2005), and a standard error more; the other half of them try it again.

It speaks of lists as they might have been drawn up, each as likely as drawn. A confidence set for ranks that are unknown and only estimated
from samples (Mogstad et al.) asks more, and is wider: of the five best of PISA 2018 in mathematics theirs at 95 % has 12 countries, and
this, of scores drawn about the estimates, 7 of those 12.

References
----------
Good, I. J. (1953). The population frequencies of species and the estimation of population parameters. Biometrika 40(3/4), 237-264.
Vovk, V., Gammerman, A., Shafer, G. (2005). Algorithmic learning in a random world. Springer: the bound that so many of n exchangeable draws
keep, a further one keeps with at least the share of n + 1 that they are.
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
    from toolkit.ground.ranking import Floats, Integers, Mask
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
        The share of so many other draws in which the whole statement held; where it had to be narrowed, of half as many.
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
        Who is given each award in each; every other one of them finds the statement, the rest try it, and narrow it where it fails.
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
    sure, tried = told_at_once(turned, _from_the_line(evaluation, holds), level)
    coverage = 1.0 - float(_fails(tried, sure).mean()) if tried.size else 1.0
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


def told_at_once(turned: Mask, away: Floats, level: float) -> tuple[Mask, Mask]:
    """What is told apart at once as one half of the draws finds it, narrowed by a quarter where the other half does not bear it out.

    Parameters
    ----------
    turned : bool[awards, draws, members]
        Whether each differs from the list in each draw.
    away : float64[awards, members]
        How far from the line each is, in points: of those that never differ the nearest is the least sure.

    Returns
    -------
    bool[awards, members], bool[awards, tried, members]
        What is told apart; and the draws that tried it.
    """
    found, rest = (turned[:, ::2], turned[:, 1::2]) if turned.shape[1] > 1 else (turned, turned)
    sure = told_apart(found, level)
    if _fails(rest, sure).sum() <= _allowed(level, rest.shape[1]):
        return sure, rest
    surest = np.empty(away.size, np.intp)
    surest[np.lexsort((-away.ravel(), found.sum(axis=1).ravel()))] = np.arange(away.size)
    place = surest.reshape(away.shape)
    return sure & (place < _borne_out(place, rest[:, ::2], level)), rest[:, 1::2]


def _borne_out(place: Integers, turned: Mask, level: float) -> int:
    """How many of the surest can be spoken of so that it holds in a further draw with the level for its chance: 0 where the draws are too few to say.

    One standard error is left to be on the safe side, as these draws are a sample too: of six such statements about five hold as often as is said.
    """
    first = np.sort([place[turned[:, draw]].min(initial=place.size) for draw in range(turned.shape[1])])
    may_fail = max(0, int(_allowed(level, len(first) + 1) - np.sqrt(level * (1.0 - level) * len(first))))
    return int(first[may_fail - 1]) if may_fail else 0


def _from_the_line(evaluation: Evaluation, holds: Mask) -> Floats:
    """How far each is from the lowest that has each award or a better one where it competes, in points, float64[awards, members]; infinite for who does not."""
    away, awards = np.full(holds.shape, np.inf), [award.id for award in evaluation.scheme.awards]
    for contest in evaluation.decided.contests:
        row, score = awards.index(contest.award.id), contest.keys[0]
        over = holds[row, contest.positions] & np.isfinite(score)
        if np.isfinite(score).any():
            line = score[over].min() if over.any() else score[np.isfinite(score)].max()
            away[row, contest.positions] = np.where(np.isfinite(score), np.abs(score - line), np.inf)
    return away


def _fails(turned: Mask, sure: Mask) -> Mask:
    """In which draws something differs that was told apart, bool[draws]."""
    return np.asarray((turned & sure[:, None]).any(axis=(0, 2)))


def _allowed(level: float, draws: int) -> float:
    """In how many draws a statement of this level may fail."""
    return float(np.floor((1.0 - level) * draws + 1e-9))


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
    allowed, sure = _allowed(level, turned.shape[1]), np.zeros(often.shape, np.bool_)
    for bound in np.unique(often[often <= allowed]):
        wider = often <= bound
        if _fails(turned, wider).sum() > allowed:
            break
        sure = wider
    return sure


def _or_better(given: Mask, rows: list[list[int]]) -> Mask:
    """Who has each award or a better one, bool[awards, draws, members]."""
    return np.array([given[own].any(axis=0) for own in rows], np.bool_).reshape(len(rows), *given.shape[1:])
