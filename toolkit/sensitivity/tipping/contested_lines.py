"""The lines of an evaluation as pairs: who holds an award, and who of those free to take it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from toolkit.awards.contests import tie_nodes
from toolkit.awards.requirements import rounded_scores
from toolkit.awards.terms import Terms
from toolkit.ranking import rounded
from toolkit.scoring import TOTAL, node_scores
from toolkit.sensitivity.tipping.rivals import Rivals, Rule

if TYPE_CHECKING:
    from toolkit.awards.contests import Contest
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Mask
    from toolkit.scheme.outcomes import Requirement


def exact_scores(evaluation: Evaluation) -> dict[str, Floats]:
    """Unrounded scores, float64[members], at every node; the total with its adjustments, not held in its bounds."""
    tree, members = evaluation.tree, evaluation.members.index
    names = list(tree.nodes[tree.leaves])
    values = evaluation.values.loc[members, names].to_numpy(np.float64)
    table = node_scores(tree, values, evaluation.applicable.loc[members, names].to_numpy(np.bool_))
    found = dict(zip(tree.nodes, table.T.copy(), strict=True))
    for item in evaluation.scheme.adjustments:
        found[item.id] = evaluation.scores.loc[members, item.id].to_numpy(np.float64)
        found[TOTAL] = found[TOTAL] + np.nan_to_num(found[item.id])
    found[TOTAL] = np.where(evaluation.scores.loc[members, TOTAL].isna(), np.nan, found[TOTAL])
    return found


def terms_of(evaluation: Evaluation) -> Terms:
    """The terms of the awards of an evaluation."""
    return Terms.of(evaluation.scheme, evaluation.members, evaluation.vetoes, evaluation.measured.conditions)


def looked_at(terms: Terms) -> list[str]:
    """The nodes whose scores decide awards: the total, what settles ties, what places go by, and what bars ask of."""
    scheme = terms.scheme
    asked = [str(item.node) for own in (terms.eligibility, *terms.bars.values()) for item, _ in own.nodes]
    return list(dict.fromkeys([TOTAL, *tie_nodes(scheme), *(award.by for award in scheme.awards), *asked]))


def decided(evaluation: Evaluation) -> list[Contest]:
    """Every award in every pool as it stands."""
    return terms_of(evaluation).contests(rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index]))


def rivals(evaluation: Evaluation) -> list[Rivals]:
    """The pairs of every contest; where all classes together are bounded, of all members, none of them certain.

    Those level at a line are rivals of one another, and of all who could come to stand beside them.
    """
    terms, contests = terms_of(evaluation), decided(evaluation)
    score = rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])
    part = terms.applied & ~np.isnan(score(TOTAL))
    found: list[Rivals] = []
    held: dict[str, Mask] = {}
    for award in evaluation.scheme.awards:
        own = [contest for contest in contests if contest.award.id == award.id]
        free = part & ~np.logical_or.reduce([terms.barred[award.id], *(held[e] for e in held if e not in award.beside)])
        given, able = (_spread(own, [getattr(each, what) for each in own], len(part)) for what in ("given", "able"))
        bounded = award.quota is not None and award.quota.in_all is not None
        between = _held_between(evaluation, award.by)
        level = _spread(own, [_level(each, bounded=bounded) for each in own], len(part))
        pools = [np.arange(len(part))] if bounded else [contest.positions for contest in own]
        for pool in pools:
            others = pool[free[pool] & ~given[pool]]
            found.append(Rivals(pool[given[pool]], others, able[others] & (not bounded), award.by, *between))
            beside = pool[level[pool] | (free[pool] & ~given[pool])]
            found.append(Rivals(pool[level[pool]], beside, np.zeros(len(beside), np.bool_), award.by, *between))
        held[award.id] = given
    return found


def rule_of(evaluation: Evaluation) -> Rule:
    """Where the list of an evaluation can change."""
    contested = [own for own in rivals(evaluation) if own.held.size and own.others.size]
    return Rule(contested, bars_of(evaluation), tie_nodes(evaluation.scheme), evaluation.scheme.decimals)


def bars_of(evaluation: Evaluation) -> list[tuple[str, float]]:
    """Every score that decides something: node, and the unrounded score from which its rounded one is over the bar."""
    scheme, terms = evaluation.scheme, terms_of(evaluation)
    asked = [item for own in (terms.eligibility, *terms.bars.values()) for item, _ in own.nodes]
    found = [(str(item.node), level) for item in asked for level in _levels(item, scheme.decimals)]
    step = 10.0**-scheme.decimals  # held in its bounds a total leaves the bound's rounded score only half a step on
    held = [
        (TOTAL, float(level))
        for bound in (scheme.total.floor, scheme.total.cap)
        if bound is not None
        for level in (bound, *(np.floor(bound / step + 1e-6) * step + by * step / 2 for by in (-1, 1, 3)))
    ]
    return [*found, *held]


def _levels(item: Requirement, decimals: int) -> Iterator[float]:
    """The boundaries of rounding on both sides of what a requirement asks."""
    step = 10.0**-decimals
    for bound in (item.least, item.above, item.most, item.below):
        if bound is not None:
            near = np.floor(bound / step + 1e-6) * step
            yield from (float(rounded(near, decimals) + by * step / 2) for by in (-1, 1))


def _held_between(evaluation: Evaluation, node: str) -> tuple[float, float]:
    """The bounds a score is held in."""
    total = evaluation.scheme.total
    floor, cap = (total.floor, total.cap) if node == TOTAL else (None, None)
    return -np.inf if floor is None else float(floor), np.inf if cap is None else float(cap)


def _level(contest: Contest, *, bounded: bool) -> Mask:
    """Who stands level at a line: in an open tie, or with more members than there are places (并列)."""
    given = contest.given
    crowded = given.any() and (bounded or (contest.places is not None and int(given.sum()) > contest.places))
    last = given & (contest.order == contest.order[given].max()) if crowded else np.zeros_like(given)
    return contest.open | contest.shared | last


def _spread(contests: list[Contest], masks: list[Mask], members: int) -> Mask:
    found = np.zeros(members, np.bool_)
    for contest, mask in zip(contests, masks, strict=True):
        found[contest.positions[mask]] = True
    return found
