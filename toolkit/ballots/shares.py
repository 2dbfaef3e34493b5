"""From one judgement to shares: the kernels of `toolkit.weighting` fed by node ids, how coherent it was, and weights that sum to 100."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from toolkit import weighting
from toolkit.ballots.ballot import (
    Ahp,
    BestWorst,
    DividedPoints,
    Judgement,
    RankOrder,
    Swing,
    TradeOff,
    named_nodes,
)
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.weighting import BestWorstResult, Change, Mend
from toolkit.weighting.ahp import scale_text

LIMIT = 0.1
SURE = Phrase("—", "—")


@dataclass(frozen=True, eq=False)
class Judged:
    """One expert's judgement of one group of siblings.

    Parameters
    ----------
    method
        How it was judged: points, ahp, best_worst, swing, rank_order or trade_off.
    shares : float64[nodes]
        Sum to 1, in the order of the scheme.
    coherence
        How far the judgements agree with one another, as a reader is told; a dash where there is nothing to check.
    ratio
        CR of AHP and of best-worst, the largest factor of trade-offs; None otherwise.
    doubt, mend
        What contradicts itself and what to think over, in plain words; None where nothing does.
    matrix : float64[nodes, nodes]
        The comparisons of AHP, to be joined with the others'; None otherwise.
    changes
        What the mend of AHP changes, one comparison each.
    least
        Whether nothing less than that is enough.
    """

    method: str
    shares: Floats
    coherence: Phrase = SURE
    ratio: float | None = None
    doubt: Phrase | None = None
    mend: Phrase | None = None
    matrix: Floats | None = None
    changes: tuple[Change, ...] = ()
    least: bool = False


def judged(judgement: Judgement, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    """The shares of a judgement that names every node of a group.

    Parameters
    ----------
    nodes, labels
        Ids of the siblings in the order of the scheme, and what messages call them.

    Raises
    ------
    Refused
        For numbers the method cannot take; see `toolkit.weighting`.

    Examples
    --------
    >>> from toolkit.ballots.ballot import Ahp
    >>> circle = Ahp(method="ahp", comparisons=(("a", "b", 3), ("b", "c", 4), ("a", "c", 0.5)))
    >>> found = judged(circle, ["a", "b", "c"], ["hours", "pledge", "conduct"])
    >>> found.coherence.en, found.mend.en
    ('CR 1.06', 'think again about `hours` beside `pledge`: 3 now; with 1/3 CR falls from 1.06 to 0.09')
    """
    if isinstance(judgement, Ahp):
        return _ahp(judgement, nodes, labels)
    if isinstance(judgement, BestWorst):
        return _best_worst(judgement, nodes, labels)
    if isinstance(judgement, TradeOff):
        return _trade_off(judgement, nodes, labels)
    if isinstance(judgement, DividedPoints):
        return Judged(judgement.method, weighting.points_shares(_row(judgement.points, nodes), labels))
    if isinstance(judgement, Swing):
        return Judged(judgement.method, weighting.swing_shares(_row(judgement.swings, nodes), labels))
    return _rank_order(judgement, nodes, labels)


def unjudged(judgement: Judgement, nodes: Sequence[str]) -> tuple[str, ...]:
    """The siblings of which a judgement says nothing: what is listed in one row of best-worst but not in the other too."""
    if isinstance(judgement, BestWorst):
        rows = {*judgement.best_to_others, judgement.best}, {*judgement.others_to_worst, judgement.worst}
        return tuple(node for node in nodes if not all(node in row for row in rows))
    named = {node for _, node in named_nodes(judgement.model_dump())}
    return tuple(node for node in nodes if node not in named)


def _row(given: Mapping[str, float], nodes: Sequence[str], itself: str | None = None) -> Floats:
    """The numbers in the order of the nodes; what stands beside itself is 1."""
    return np.array([given.get(node, 1.0 if node == itself else np.nan) for node in nodes])


def _ahp(judgement: Ahp, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    matrix = np.full((len(nodes), len(nodes)), np.nan)
    for first, second, ratio in judgement.comparisons:
        matrix[nodes.index(first), nodes.index(second)] = ratio
    comparison = weighting.ahp_judgement(matrix, labels)
    coherence = Phrase(*[f"CR {shown_ratio(comparison.ratio)}"] * 2)
    if comparison.consistent:
        return Judged("ahp", comparison.shares, coherence, comparison.ratio, matrix=matrix)
    doubt = phrase(
        "两两比较前后矛盾，一致性比率 CR 为 {cr}，应小于 {limit}",
        "the comparisons contradict one another: CR is {cr}, it should be under {limit}",
        cr=shown_ratio(comparison.ratio), limit=LIMIT,
    )  # fmt: skip
    mend = weighting.ahp_mend(matrix, labels)
    return Judged("ahp", comparison.shares, coherence, comparison.ratio, doubt, _mend_words(mend), matrix, mend.changes, mend.least)


def shown_ratio(ratio: float) -> str:
    """A consistency ratio in two decimals; in more where they would not tell on which side of the limit it lies.

    Examples
    --------
    >>> shown_ratio(0.063), shown_ratio(0.098), shown_ratio(0.1004)
    ('0.06', '0.098', '0.1004')
    """
    return next((said for n in (2, 3, 4) if float(said := f"{ratio:.{n}f}") != LIMIT), f"{ratio:.4f}")


def _mend_words(mend: Mend) -> Phrase:
    """The smallest mend in plain words, each change with the CR it leads to."""
    sentences, before = [], mend.before
    for change in mend.changes:
        (a, b), now, then = change.criteria, scale_text(change.now), scale_text(change.then)
        sentences.append(phrase(
            "请再想一想“{a}”与“{b}”之比：现为 {now}；若为 {then}，CR 由 {before} 降到 {after}",
            "think again about `{a}` beside `{b}`: {now} now; with {then} CR falls from {before} to {after}",
            a=a, b=b, now=now, then=then, before=shown_ratio(before), after=shown_ratio(change.ratio),
        ))  # fmt: skip
        before = change.ratio
    if not mend.enough:
        sentences.append(Phrase("仍不够，请重新比较一遍", "which is not enough: compare them all anew"))
    return joined(sentences, "；", "; ")


def _best_worst(judgement: BestWorst, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    rows = _row(judgement.best_to_others, nodes, judgement.best), _row(judgement.others_to_worst, nodes, judgement.worst)
    result = weighting.best_worst_judgement(nodes.index(judgement.best), nodes.index(judgement.worst), *rows, labels)
    coherence = Phrase(*[f"CR {result.ratio:.2f}"] * 2)
    beyond = result.threshold is not None and result.input_ratio > result.threshold + 1e-9
    doubt, mend = _best_worst_doubt(result) if beyond and result.contradictions else (None, None)
    return Judged("best_worst", result.shares, coherence, result.ratio, doubt, mend)


def _best_worst_doubt(result: BestWorstResult) -> tuple[Phrase, Phrase]:
    worst = result.contradictions[0]
    doubt = phrase(
        "最优最劣判断前后矛盾，输入一致性比率 {r:.2f} 超过 {limit:.2f}",
        "the judgements contradict one another: the input-based ratio {r:.2f} is above {limit:.2f}",
        r=result.input_ratio, limit=result.threshold,
    )  # fmt: skip
    mend = phrase(
        "请再想一想“{name}”：两次判断相乘应为 {span:g}，现为 {product:g}",
        "think again about `{name}`: its two judgements should multiply to {span:g}, not {product:g}",
        name=worst.criterion, span=worst.span, product=worst.product,
    )  # fmt: skip
    return doubt, mend


def _trade_off(judgement: TradeOff, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    pairs = [(nodes.index(first), nodes.index(second)) for first, second, _ in judgement.pairs]
    ratios = [ratio for _, _, ratio in judgement.pairs]
    result = weighting.trade_off_judgement(pairs, ratios, len(nodes), labels)
    if result.checks <= 0:
        return Judged("trade_off", result.shares, ratio=result.coherence)
    coherence = phrase("最多差 {f:.2f} 倍", "off by a factor of {f:.2f} at most", f=result.coherence)
    return Judged("trade_off", result.shares, coherence, result.coherence)


def _rank_order(judgement: RankOrder, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    levels = [(item,) if isinstance(item, str) else item for item in judgement.order]
    starts = np.cumsum([1, *map(len, levels)])[:-1].tolist()
    places = {node: float(start) for start, level in zip(starts, levels, strict=True) for node in level}
    return Judged("rank_order", weighting.rank_order_shares(_row(places, nodes), labels, kind=judgement.kind))


def whole_weights(shares: Floats, decimals: int) -> Floats:
    """Shares as percent with so many decimals, summing to 100: the largest remainders are rounded up.

    Of equal remainders the earlier node's goes first; remainders equal to 9 decimals are equal.

    Parameters
    ----------
    shares : float64[nodes]
        Sum to 1.

    Returns
    -------
    float64[nodes]
        Each the float nearest to its decimal number.

    References
    ----------
    Balinski, M. L., Young, H. P. (1982). Fair Representation. Yale University Press (Hamilton's method).

    Examples
    --------
    >>> whole_weights(np.array([1, 1, 1]) / 3, 1).tolist()
    [33.4, 33.3, 33.3]
    """
    unit = 10**decimals
    exact = (np.asarray(shares, dtype=np.float64) * 100 * unit).round(9)
    units = np.floor(exact)
    left = 100 * unit - int(units.sum())
    first = np.argsort(-(exact - units).round(9), kind="stable")[: max(left, 0)]
    units[first] += 1
    return np.asarray(units / unit)
