"""Best-worst comparisons as they were judged: checked, and where they contradict one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import Problem, refuse
from toolkit.ranking import Floats
from toolkit.text import Phrase, phrase
from toolkit.weighting.judgement import Names, fault, judged, stop_at

MOST = 9.0


@dataclass(frozen=True, eq=False)
class BestWorst:
    """Checked best-worst comparisons.

    Parameters
    ----------
    best, worst
        Places, from 0.
    from_best, to_worst : float64[criteria]
        a_Bj and a_jW, 1 to 9.
    names
        The criteria's names.
    """

    best: int
    worst: int
    from_best: Floats
    to_worst: Floats
    names: tuple[str, ...]

    @property
    def span(self) -> float:
        """a_BW: how many times as important the best is as the worst."""
        return float(self.from_best[self.worst])


@dataclass(frozen=True)
class Contradiction:
    """A criterion whose two judgements do not multiply to a_BW.

    Parameters
    ----------
    criterion, place
        Its name, and its place from 0.
    product, span
        a_Bj x a_jW, and a_BW which it should be.
    ratio
        |product - span| / (span^2 - span): 0 consistent, 1 as bad as can be.
    """

    criterion: str
    place: int
    product: float
    span: float
    ratio: float


def best_worst_input(
    best: int, worst: int, best_to_others: ArrayLike, others_to_worst: ArrayLike, names: Names = None
) -> BestWorst:
    """Best-worst comparisons, checked.

    Raises
    ------
    Refused
        For a place that does not exist; judgements that are not 1 to 9; a best or worst that is not 1 beside itself;
        a_BW not the same in both rows; a criterion judged further from the best, or further above the worst, than
        best and worst are from each other; best and worst one and the same although some differ.
    """
    (first, labels), (second, _) = judged(best_to_others, names), judged(others_to_worst, names)
    count = len(labels)
    if len(second) != count or not (0 <= best < count and 0 <= worst < count):
        raise refuse(
            phrase(
                "两行判断各 {n}、{m} 项，最优第 {b}、最劣第 {w}（从 0 数起）",
                "rows of {n} and {m} judgements, best {b} and worst {w} (counted from 0)",
                n=count,
                m=len(second),
                b=best,
                w=worst,
            ),
            Phrase("请让两行等长，并指明其中的最优和最劣", "let both rows be as long, and best and worst among them"),
        )
    given = BestWorst(best, worst, first, second, labels)
    stop_at(_faults(given))
    return given


def contradictions(given: BestWorst) -> tuple[Contradiction, ...]:
    """Criteria with a_Bj x a_jW other than a_BW, the worst first; those level in the order of the criteria."""
    products = given.from_best * given.to_worst
    scale = given.span * (given.span - 1) or 1.0
    found = [
        Contradiction(given.names[place], place, product, given.span, abs(product - given.span) / scale)
        for place, product in enumerate(products.tolist())
        if place not in {given.best, given.worst} and abs(product - given.span) > 1e-9
    ]
    return tuple(sorted(found, key=lambda one: (-one.ratio, one.place)))


def _faults(given: BestWorst) -> Iterator[Problem]:
    for row, place in ((given.from_best, "best : {}"), (given.to_worst, "{} : worst")):
        for name, value in zip(given.names, row.tolist(), strict=True):
            if not 1 <= value <= MOST:
                rule = Phrase("应为 1 至 9", "1 to 9 is wanted")
                yield fault(rule, Phrase("请写 1 至 9", "write 1 to 9"), place.format(name), value)
    yield from _ends(given)
    yield from _beyond(given)


def _ends(given: BestWorst) -> Iterator[Problem]:
    best, worst, one = given.names[given.best], given.names[given.worst], Phrase("请写 1", "write 1")
    if given.from_best[given.best] != 1:
        rule = Phrase("最优与自己相比应为 1", "the best is 1 beside itself")
        yield fault(rule, one, f"best : {best}", given.from_best[given.best])
    if given.to_worst[given.worst] != 1:
        rule = Phrase("最劣与自己相比应为 1", "the worst is 1 beside itself")
        yield fault(rule, one, f"{worst} : worst", given.to_worst[given.worst])
    if given.to_worst[given.best] != given.span:
        rule = phrase(
            "最优比最劣在两行里不同：{a:g} 与 {b:g}",
            "best : worst differs between the rows: {a:g} and {b:g}",
            a=given.span,
            b=given.to_worst[given.best],
        )
        yield fault(rule, Phrase("请统一为一个数", "make them the same"), f"{best} : {worst}")
    if given.best == given.worst and np.any(given.from_best * given.to_worst != 1):
        rule = Phrase("最优与最劣是同一项，其余各项却不相等", "best and worst are the same, yet the others differ")
        yield fault(rule, Phrase("请另选最优或最劣", "choose another best or worst"), best)


def _beyond(given: BestWorst) -> Iterator[Problem]:
    """Judgements by which another criterion would be the best or the worst."""
    for name, down, up in zip(given.names, given.from_best.tolist(), given.to_worst.tolist(), strict=True):
        if given.span < down <= MOST:
            rule = phrase(
                "比最劣（{a:g}）离最优还远", "further from the best than the worst is ({a:g})", a=given.span
            )
            yield fault(rule, Phrase("请改判断，或改选它为最劣", "mend it, or make it the worst"), name, down)
        if given.span < up <= MOST:
            rule = phrase(
                "比最优（{a:g}）高出最劣还多", "further above the worst than the best is ({a:g})", a=given.span
            )
            yield fault(rule, Phrase("请改判断，或改选它为最优", "mend it, or make it the best"), name, up)
