"""Contributions: the points each part of a member's score adds to its total, to the last decimal shown.

Award lines: in each class, for each award, the last score that was awarded, and who stands near to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.evaluation.aggregation import Branch, gather, observed_weights
from toolkit.evaluation.contests import Contest
from toolkit.evaluation.decisions import awaited
from toolkit.evaluation.scores import TOTAL, Tree, total_bounds
from toolkit.evaluation.turns import Turns
from toolkit.ground.ranking import Floats, rounded
from toolkit.ground.text import in_words_before

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation


BOUNDS, GATHERED = "total.bounds", "total.gathered"
SLACK = 1e-7  # of the last decimal: what sums of floats may be off
NOISE = 1e-9  # points: a total so near its bound is not held by it


def contributions(evaluation: Evaluation) -> pd.DataFrame:
    """What each part adds to the total, in points rounded so that a row sums to the member's total exactly.

    Below means that add up (arithmetic, conditional, sum) each indicator has its own points: its value times its
    share of the weights that count for the member. A group gathered in another way (geometric, harmonic, minimum) cannot
    be taken apart, and adds its points as one; so do all of them together where the total is gathered so. Adjustments
    add theirs. The points are cut to the scheme's decimals, and the units that are left go to the largest remainders, of
    equal ones to the first.

    Returns
    -------
    DataFrame
        Index member, as `evaluation.members`; a column for each indicator or group that adds points (or one,
        ``total.gathered``, where the total cannot be taken apart), each adjustment, and ``total.bounds``: what the floor
        or the cap of the total adds or takes. NaN where a part does not count for the member, and throughout for a
        member without a total.

    References
    ----------
    Largest remainders: Hamilton's method of apportionment.
    """
    scores = evaluation.scores.loc[evaluation.members.index]
    exact = additions(evaluation.tree, scores[list(evaluation.tree.nodes)])
    for item in evaluation.scheme.adjustments:
        exact[item.id] = scores[item.id].fillna(0.0)
    total = rounded(scores[TOTAL].to_numpy(np.float64), evaluation.scheme.decimals)
    exact[BOUNDS] = _bounded(evaluation, exact)
    exact.loc[np.isnan(total)] = np.nan
    unit = 10.0**evaluation.scheme.decimals
    shown = _apportioned(exact.to_numpy(np.float64) * unit, np.round(total * unit)) / unit
    return pd.DataFrame(shown, index=exact.index, columns=exact.columns)


def additions(tree: Tree, scores: pd.DataFrame) -> pd.DataFrame:
    """The unrounded points of every node that adds to the total by itself, members x such nodes; NaN where it does not count."""
    apart = {tree.nodes[branch.node] for branch in tree.branches if _adds_up(branch)}
    if TOTAL not in apart:
        return pd.DataFrame({GATHERED: _gathered(tree, scores)}, index=scores.index)
    factors = node_factors(tree, scores, counted=True)
    alone = [node for node in factors if node not in apart]
    return factors[alone] * scores[alone].astype(np.float64)


def _adds_up(branch: Branch) -> bool:
    """Whether a group's score is the sum of what its children add to it."""
    return branch.power == 1 and branch.shape is None


def _gathered(tree: Tree, scores: pd.DataFrame) -> Floats:
    """The total as its branch makes it of the topmost nodes, before anything is added to it."""
    top = tree.branches[-1]
    children = [(scores[tree.nodes[child]].to_numpy(np.float64), float(tree.weights[child])) for child in top.children]
    without = np.isnan(scores[TOTAL].to_numpy(np.float64)) if top.compares else None  # who has no total is not compared with
    return gather(replace(top, least_present=None), children, len(scores), without=without)


def node_factors(tree: Tree, scores: pd.DataFrame, *, counted: bool = False) -> pd.DataFrame:
    """What a point at a node adds to the total, float64, members x nodes as far down as means add up.

    The product of the shares on the way up, of the weights that count for the member. NaN where the node does not count.
    As `counted` where something is rounded or held on the way, so that points times factors sum to the scores as they stand.
    """
    known = {place: scores[node].to_numpy(np.float64) for place, node in enumerate(tree.nodes)}
    root = len(tree.nodes) - 1
    factors: dict[int, Floats] = {root: np.where(np.isnan(known[root]), np.nan, 1.0)}
    for branch in reversed(tree.branches):
        if branch.node not in factors or not _adds_up(branch):
            continue
        shares = _shares(tree, branch, known)
        worth = _rounded_worth(branch, shares, [known[child] for child in branch.children], known[branch.node]) if counted and branch.stepped else shares
        for child, share in zip(branch.children, worth, strict=True):
            factors[child] = factors[branch.node] * share * branch.full
    return pd.DataFrame({tree.nodes[node]: factors[node] for node in sorted(factors) if node != root}, index=scores.index)


def _shares(tree: Tree, branch: Branch, known: dict[int, Floats]) -> list[Floats]:
    """Each child's share of the weights that count, float64[members]; NaN where it does not count."""
    present = [~np.isnan(known[child]) for child in branch.children]
    voted = [float(tree.weights[child]) for child in branch.children]
    observed = observed_weights(branch, present, voted)
    weights = [np.where(there, weight, 0.0) for there, weight in zip(present, observed, strict=True)]
    whole = sum(voted) if branch.whole else sum(weights[1:], weights[0])
    return [np.where(weight > 0, weight / np.where(whole > 0, whole, 1.0), np.nan) for weight in weights]


def _rounded_worth(branch: Branch, shares: Sequence[Floats], scores: Sequence[Floats], whole: Floats) -> list[Floats]:
    """What a point of each child is worth in a group that rounds or has a cap: so much that its parts sum to its score as it stands."""
    points = [share * score * branch.full for share, score in zip(shares, scores, strict=True)]
    kept = [step.rounded(part) if step else part for part, step in zip(points, branch.points, strict=True)]
    made = np.nansum(kept, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        lifted = np.where(made != 0, whole / made, 1.0) if branch.own or branch.cap is not None else 1.0
        return [np.where(part != 0, share * (new / part) * lifted, share) for share, part, new in zip(shares, points, kept, strict=True)]


def _bounded(evaluation: Evaluation, exact: pd.DataFrame) -> pd.Series[float]:
    total = exact.sum(axis=1)
    change = total.clip(*total_bounds(evaluation.scheme.total)) - total
    return change.mask(change.abs() < NOISE)


def _apportioned(exact: Floats, totals: Floats) -> Floats:
    """Whole numbers below `exact` with the rest of each row given to its largest remainders, NaN left as it is.

    Nothing is left over but a unit for each remainder at most, unless so many decimals are kept that floats do not
    hold them: then each gets the same first.
    """
    counts = ~np.isnan(exact)
    shares = counts & (exact != 0)
    whole = np.where(counts, np.floor(exact + SLACK), 0.0)
    left = np.where(np.isnan(totals), 0.0, totals - whole.sum(axis=1))
    equal = np.floor(left / np.maximum(shares.sum(axis=1), 1))
    left -= equal * shares.sum(axis=1)
    rest = np.where(shares, exact - whole, -np.inf)
    turn = np.argsort(np.argsort(-rest, axis=1, kind="stable"), axis=1)
    return np.where(counts, whole + shares * equal[:, None] + (turn < left[:, None]), np.nan)



DistanceRow = tuple[str, str, str, float, float, bool, bool, bool, bool, bool, str]


@dataclass(frozen=True)
class AwardLine:
    """One award among those who compete for it.

    Parameters
    ----------
    class_
        The class that competes; "" when all members compete together.
    award
        The award's id.
    members, applied
        How many there are, and how many of them take part: they applied, and are eligible.
    places
        How many places there are; None for no limit.
    awarded
        How many hold the award.
    total
        The lowest score that holds it, at the node its places go by, which is the total unless the scheme says
        otherwise; None when nobody does.
    vacant
        How many places stay empty because nobody else is good enough (宁缺毋滥), or are open as yet.
    awaited
        How many members' scores are still to come, until when these places are open.
    """

    class_: str
    award: str
    members: int
    applied: int
    places: int | None
    awarded: int
    total: float | None
    vacant: int = 0
    awaited: int = 0


def award_lines(evaluation: Evaluation) -> tuple[AwardLine, ...]:
    """The line of every award in every class, class by class, awards in the scheme's order."""
    order = list(dict.fromkeys(evaluation.ranking["class"].astype("str").fillna("")))
    lines = [line for line, _ in _contested(evaluation)]
    return tuple(sorted(lines, key=lambda line: order.index(line.class_) if line.class_ in order else -1))


def distances(evaluation: Evaluation) -> pd.DataFrame:
    """How far each ranked member's score lies from where the awards that concern it turn, all else being as it is.

    These are the award it holds, and those it could have moved up to. Who holds the award is measured from the last rival that it has
    to leave behind, the best who missed it for want of a place as a rule, or from the least score that is asked for, whichever is
    nearer. Who missed it is measured from the lowest who holds it, or who is level at its line for the committee to settle, as far as
    its own places go: where these are bounded in all classes together, by those alike or by a budget, from whom it has to leave behind
    there; or from the least score asked for where that lies further up or places are empty.

    Returns
    -------
    DataFrame
        One row for each member and line, by line, the best score first: member, class (the line's, "" for all),
        award (whose line it is), total (the score that award's places go by), distance (in points, how far ahead of it,
        above where the higher score is better; infinite where nobody missed it; NaN where no score is told), above (whether it holds that
        award), passed (whether somebody missed it with more than that: struck, say), minimum (whether it is measured from the least
        score that is asked for), rival (whether it is measured from neither that nor the best who missed it or the last who holds it),
        besides (whether it misses the award for something else too, so that this score alone would not do), untold (why no score is
        told, as `toolkit.evaluation.turns` has it; "" where one is).
    """
    rows = [
        row
        for line, contest in _contested(evaluation)
        for row in _from_line(evaluation, line, contest)
        if contest.lowest is not None or not (in_words_before("1.0.0") or math.isnan(row[4]))
    ]
    columns = ["member", "class", "award", "total", "distance", "above", "passed", "minimum", "rival", "besides", "untold"]
    return pd.DataFrame(rows, columns=columns).sort_values("class", kind="stable", ignore_index=True)


def _contested(evaluation: Evaluation) -> Iterator[tuple[AwardLine, Contest]]:
    """Every award in every pool: by award, then class."""
    decided = evaluation.decided
    for contest in decided.contests:
        won = contest.keys[0][contest.given]
        yield (
            AwardLine(
                contest.class_,
                contest.award.id,
                len(contest.positions),
                int(decided.taking_part[contest.positions].sum()),
                contest.places,
                len(won),
                contest.score(float(won.min())) if won.size else None,
                contest.vacant,
                awaited(decided, contest, evaluation.measured.open),
            ),
            contest,
        )


def _from_line(evaluation: Evaluation, line: AwardLine, contest: Contest) -> Iterator[DistanceRow]:
    """The rows of one line, the best score first."""
    contenders, names, key = _contenders(evaluation, contest), evaluation.members.index[contest.positions], contest.keys[0]
    found = _turns_formerly(contest, contenders) if in_words_before("1.0.0") else contest.turns
    missed = {float(key[place]) for place in contenders if not contest.given[place]}
    for place in contenders:
        if not (in_words_before("1.0.0") and contest.passed_over[place]):
            at, held, by_bar = float(found.at[place]), bool(contest.given[place]), bool(found.by_bar[place])
            rival = not by_bar and math.isfinite(at) and at not in (missed if held else {contest.line, contest.lowest})
            score, distance = contest.score(float(key[place])), round(float(key[place]) - at, 9)
            more = max(missed, default=-math.inf) > at, by_bar, rival, bool(found.besides[place]), str(found.untold[place])
            yield str(names[place]), line.class_, line.award, score, distance, held, *more


def _turns_formerly(contest: Contest, contenders: Sequence[int]) -> Turns:
    """What distances were measured from up to 0.7.0: whoever missed it, and the lowest who holds it, whatever else is asked."""
    key, lowest = contest.keys[0], contest.lowest if contest.lowest is not None else math.nan
    missed = max((float(key[place]) for place in contenders if not contest.given[place] and key[place] <= lowest), default=-math.inf)
    nobody = np.zeros(len(key), np.bool_)
    return Turns(np.where(contest.given, missed, lowest), nobody, nobody, np.full(len(key), "", object))


def _contenders(evaluation: Evaluation, contest: Contest) -> list[int]:
    """The places in a contest of the ranked members without an earlier award that excludes this one, the best first."""
    places = pd.Series(np.arange(len(contest.positions)), index=evaluation.members.index[contest.positions])
    ranked = evaluation.ranking.index[evaluation.ranking.index.isin(places.index[contest.free])]
    score = pd.Series(contest.keys[0], index=places.index).loc[ranked].dropna().sort_values(ascending=False, kind="stable")
    return [int(place) for place in places.loc[score.index]]
