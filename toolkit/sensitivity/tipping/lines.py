"""The lines of a list: who has an award, and who of those free to take it has not; with searches that run side by side."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

from toolkit.evaluation.many import as_columns
from toolkit.evaluation.scores import (
    TOTAL,
    TURNED,
    Tree,
    adjusted,
    node_scores,
    order_of,
    sums_beside,
    total_bounds,
)
from toolkit.ground.ranking import Floats, Mask, rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.contests import Contest
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Award, Requirement


@dataclass(frozen=True, eq=False)
class Rivals:
    """Who stands on either side of one line: positions of members, by the score at the node `by`.

    Parameters
    ----------
    winners, others : intp[n]
        Who has the award, and who is free to take it and has it not.
    able : bool[others]
        Who of the others is over every bar.
    firm
        Whether the list is another one as soon as one of these is ahead of a winner. It need not be where all classes
        together are bounded, nor among members level at a line, who are rivals of one another.
    """

    by: str
    winners: NDArray[np.intp]
    others: NDArray[np.intp]
    able: Mask
    firm: bool = True


def exact_scores(evaluation: Evaluation) -> dict[str, Floats]:
    """Unrounded scores, float64[members], at every node; the total with its adjustments, not held in its bounds, and turned round."""
    tree, (values, applicable, points) = evaluation.tree, as_columns(evaluation)
    scores = dict(zip(tree.nodes, node_scores(tree, values, applicable).T.copy(), strict=True)) | points
    scores |= sums_beside(evaluation.scheme, scores)
    unranked = evaluation.scores.loc[evaluation.members.index, TOTAL].isna().to_numpy(np.bool_)
    total = adjusted(scores[TOTAL], points.values(), unranked=unranked)
    return scores | {TOTAL: total, TURNED: -total}


def score_bounds(evaluation: Evaluation, node: str) -> tuple[float, float]:
    """The bounds a score is held in: those of the total, infinite where there is none."""
    low, high = total_bounds(evaluation.scheme.total) if node in {TOTAL, TURNED} else (-np.inf, np.inf)
    return (-high, -low) if node == TURNED else (low, high)


def is_linear(tree: Tree) -> bool:
    """Whether the total of members that lack nothing is the weighted sum of their values, whatever the weights."""
    return all(branch.power == branch.full == 1 and branch.settled for branch in tree.branches)


def or_better(scheme: Scheme, award: str) -> list[str]:
    """An award and those decided before it that leave it to others: who has one of these has that award or a better one."""
    ids = [item.id for item in scheme.awards]
    beside_it = next(item.beside for item in scheme.awards if item.id == award)
    return [*(id_ for id_ in ids[: ids.index(award)] if id_ not in beside_it), award]


def sides(contest: Contest) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Who has an award, the lowest first, and who missed it though over every bar, the best first; nobody where one side is empty."""
    missed = contest.able & ~contest.given
    if not contest.given.any() or not missed.any():
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    order = np.lexsort(tuple(-np.nan_to_num(key, nan=-np.inf) for key in reversed(contest.keys)))
    winners, others = (contest.positions[order[mask[order]]] for mask in (contest.given, missed))
    return winners[::-1], others


def rivals(evaluation: Evaluation) -> Iterator[Rivals]:
    """Those on either side of every line, and those level at one; of all classes together where these are bounded."""
    contests, scheme = evaluation.decided.contests, evaluation.scheme
    given = {award.id: np.zeros(len(evaluation.members), np.bool_) for award in scheme.awards}
    for contest in contests:
        given[contest.award.id][contest.positions[contest.given]] = True
    for award in scheme.awards:
        taken = np.logical_or.reduce([given[id_] for id_ in or_better(scheme, award.id)])
        lines = [contest for contest in contests if contest.award.id == award.id]
        bounded = award.quota is not None and (award.quota.in_all is not None or award.quota.limited)
        for pool in [lines] if bounded else [[line] for line in lines]:
            yield from _rivals(order_of(scheme, award.by), award, pool, taken, bounded=bounded)


def _rivals(by: str, award: Award, pool: Sequence[Contest], taken: Mask, *, bounded: bool) -> Iterator[Rivals]:
    positions, given, able = (np.concatenate([getattr(line, name) for line in pool]) for name in ("positions", "given", "able"))
    free, level = ~taken[positions], np.concatenate([_level(line, bounded=bounded) for line in pool])
    if award.quota is not None and (award.quota.budget is not None or not award.quota.handed_on):  # who of the others stands before whom has a say too
        given = level = free | given
    lines = [(given | level, free | level, False)] if bounded else [(given, free, True), (level, free | level, False)]
    for winners, others, firm in lines:
        if winners.any() and others.any():
            yield Rivals(by, positions[winners], positions[others], able[others], firm)


def _level(contest: Contest, *, bounded: bool) -> Mask:
    """Who stands level at a line: in an open tie, or with more members than there are places (并列)."""
    given = contest.given
    crowded = given.any() and (bounded or (contest.places is not None and int(given.sum()) > contest.places))
    last = given & (contest.order == contest.order[given].max()) if crowded else np.zeros_like(given)
    return contest.open | contest.shared | last


def levels(evaluation: Evaluation) -> list[tuple[str, float]]:
    """Nodes, and unrounded scores there at which something is decided: bars, and the bounds of the total."""
    scheme, rule = evaluation.scheme, evaluation.award_rule
    step = 10.0**-scheme.decimals
    bars = [item for requirements in (rule.eligibility, *rule.bars.values()) for item in requirements.of_nodes]
    bounds = [bound for bound in (scheme.total.floor, scheme.total.cap) if bound is not None]
    return [
        *((str(item.node), level) for item in bars if item.node not in rule.firsts for level in _bar_levels(item, scheme.decimals)),
        *((TOTAL, float(bound)) for bound in bounds),  # a bounded total leaves the bound's rounded score only half a step on
        *((TOTAL, float(np.floor(bound / step + 1e-6) * step + by * step / 2)) for bound in bounds for by in (-1, 1, 3)),
    ]


def _bar_levels(item: Requirement, decimals: int) -> Iterator[float]:
    """The boundaries of rounding on both sides of what a requirement asks."""
    step = 10.0**-decimals
    for bound in (item.least, item.above, item.most, item.below):
        if bound is not None:
            near = np.floor(bound / step + 1e-6) * step
            yield from (float(rounded(near, decimals) + by * step / 2) for by in (-1, 1))


Reply = TypeVar("Reply")
Result = TypeVar("Result")
Search: TypeAlias = Generator[Floats, Reply, Result]
"""Asks about numbers, float64[n], is told of each of them, and ends with its result."""


def together(searches: Sequence[Search[Reply, Result]], answers: Callable[[dict[int, Floats]], Iterable[Reply]]) -> list[Result]:
    """The result of each search: one answer to all costs hardly more than one answer to one.

    Parameters
    ----------
    answers
        Given what is asked, by the places of the searches that still ask, the answer to each in the same order.

    Examples
    --------
    >>> import numpy as np
    >>> def root(square: float) -> Search[list[bool], float]:
    ...     numbers = np.arange(10.0)
    ...     enough = yield numbers
    ...     return float(numbers[enough.index(True)])
    >>> together([root(9), root(25)], lambda questions: [[x * x >= (9, 25)[at] for x in xs] for at, xs in questions.items()])
    [3.0, 5.0]
    """
    results: dict[int, Result] = {}
    replies: dict[int, Any] = dict.fromkeys(range(len(searches)))
    while replies:
        questions: dict[int, Floats] = {}
        for place, reply in replies.items():
            try:
                questions[place] = searches[place].send(reply)
            except StopIteration as end:
                results[place] = end.value
        replies = dict(zip(questions, answers(questions), strict=True)) if questions else {}
    return [results[place] for place in range(len(searches))]


def answered(given: Callable[[Floats], Mask], shares: Callable[[int, Floats], Floats], axis: int = 0) -> Callable[[dict[int, Floats]], list[Mask]]:
    """Answers to searches along paths of weights: all lists that are asked about are made in one go.

    Parameters
    ----------
    given
        What the searches are told of shares float64[n, nodes], n along `axis`.
    shares
        Those of moments float64[n] on the path of a search.
    """

    def answers(questions: dict[int, Floats]) -> list[Mask]:
        ends = np.cumsum([len(moments) for moments in questions.values()])[:-1]
        return np.split(given(np.concatenate([shares(place, moments) for place, moments in questions.items()])), ends, axis=axis)

    return answers
