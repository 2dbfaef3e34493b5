"""Trade-offs: ratios between as many pairs of criteria as were judged, the weights nearest to them, and whether they hang together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.problems import Problem, refuse, stop_at
from toolkit.ground.ranking import Floats, Integers, Mask
from toolkit.ground.text import Phrase, phrase
from toolkit.weighting.direct import OptionalNames, divided, input_fault, labels_of


def nearest_logarithms(ratios: Floats, counts: Floats) -> Floats:
    """Logarithms of the weights whose ratios come nearest to those judged: logarithmic least squares.

    Minimises the sum over judged pairs of (ln r_ij - y_i + y_j)^2, which is the linear system L y = b with L the
    Laplacian of the graph of judged pairs and b_i the sum of row i. Complete, it is the mean of each row.

    Parameters
    ----------
    ratios : float64[n, n]
        ln of the judged ratio of i to j, summed over repeated judgements; 0 where there is none; antisymmetric.
    counts : float64[n, n]
        How many judgements there are of each pair; symmetric, diagonal 0. The graph must be connected.

    Returns
    -------
    float64[n]
        y, with mean 0.

    References
    ----------
    Bozóki, S., Fülöp, J., Rónyai, L. (2010). On optimal completion of incomplete pairwise comparison matrices.
    Mathematical and Computer Modelling 52(1-2), 318-333.
    """
    n = len(ratios)
    # Adding 1/n everywhere fixes the free constant: the solution has sum 0.
    laplacian = np.diag(counts.sum(axis=1)) - counts + np.full((n, n), 1.0 / n)
    return np.asarray(np.linalg.solve(laplacian, ratios.sum(axis=1)))


def connected_parts(joined: Mask) -> list[list[int]]:
    """The parts of a graph that hang together, each in rising order, by their first node.

    Examples
    --------
    >>> link = np.zeros((4, 4), bool)
    >>> link[0, 2] = link[2, 0] = True
    >>> connected_parts(link)
    [[0, 2], [1], [3]]
    """
    unseen, whole_parts = list(range(len(joined))), []
    while unseen:
        part, edge = {unseen[0]}, [unseen[0]]
        while edge:
            fresh = set(np.flatnonzero(joined[edge.pop()]).tolist()) - part
            part |= fresh
            edge += sorted(fresh)
        whole_parts.append(sorted(part))
        unseen = [node for node in unseen if node not in part]
    return whole_parts


def refuse_parts(joined: Mask, names: Sequence[str]) -> None:
    """Refuse judgements that fall into parts between which nothing was compared.

    Raises
    ------
    Refused
        Naming the parts and one comparison that would join the first two.
    """
    apart = connected_parts(joined)
    if len(apart) == 1:
        return
    listed = [", ".join(names[node] for node in part) for part in apart]
    raise refuse(
        phrase(
            "比较分成互不相连的 {n} 部分：{zh}",
            "the comparisons fall into {n:part|parts} that are not compared with one another: {en}",
            n=len(apart),
            zh="；".join(listed),
            en="; ".join(listed),
        ),
        phrase(
            "请补上各部分之间的比较，例如“{a}”与“{b}”",
            "compare across the parts, such as {a} with {b}",
            a=names[apart[0][0]],
            b=names[apart[1][0]],
        ),
    )


@dataclass(frozen=True, eq=False)
class TradeOffs:
    """Weights from indifference ratios, and how well the ratios agree with one another.

    Parameters
    ----------
    shares : float64[criteria]
        Sum to 1.
    residuals : float64[pairs]
        ln(judged ratio) - ln(ratio of the weights), in the order of the pairs; all 0 when they agree.
    worst
        The pair with the largest residual, as its place among the pairs; the first of equals.
    coherence
        The largest factor by which a judged ratio differs from the weights' own: 1 when all agree.
    checks
        How many ratios there are beyond the fewest that settle the weights; 0 means that nothing was checked.
    """

    shares: Floats
    residuals: Floats
    worst: int
    coherence: float
    checks: int


def trade_off_shares(pairs: ArrayLike, ratios: ArrayLike, count: int, names: OptionalNames = None) -> Floats:
    """The shares nearest to the judged ratios; see `trade_off_judgement`.

    Examples
    --------
    >>> trade_off_shares([(0, 1), (1, 2)], [2, 1], 3).round(6).tolist()
    [0.5, 0.25, 0.25]
    """
    return trade_off_judgement(pairs, ratios, count, names).shares


def trade_off_judgement(pairs: ArrayLike, ratios: ArrayLike, count: int, names: OptionalNames = None) -> TradeOffs:
    """Weights w with w_i / w_j nearest to the ratio judged for each pair (i, j), by logarithmic least squares.

    An expert who finds 10 hours of training as good as 25 answers to surveys, where the scale of the one runs over
    40 hours and of the other over 50 answers, has judged w_hours x 10/40 = w_answers x 25/50: a ratio of 2.

    Parameters
    ----------
    pairs : int[pairs, 2]
        Places of the criteria compared, from 0. A pair may come more than once.
    ratios : float64[pairs]
        Weight of the first over weight of the second, above 0.
    count
        How many criteria there are.
    names
        The criteria's names for messages; C1, C2, ... where none are given.

    Raises
    ------
    Refused
        For a place that does not exist, a criterion compared with itself, a ratio that is not above 0, and
        pairs that leave criteria apart (naming the parts).

    References
    ----------
    Keeney, R. L., Raiffa, H. (1976). Decisions with Multiple Objectives. Wiley, ch. 3. Crawford, G., Williams, C.
    (1985). A note on the analysis of subjective judgment matrices. J. Mathematical Psychology 29(4), 387-405.

    Examples
    --------
    >>> judged = trade_off_judgement([(0, 1), (1, 2), (0, 2)], [2, 2, 8], 3)
    >>> judged.shares.round(4).tolist(), round(judged.coherence, 4), judged.checks
    ([0.6434, 0.2553, 0.1013], 1.2599, 1)
    """
    labels = labels_of(count, names)
    pair, ratio = _pairs(pairs, ratios)
    stop_at(_faults(pair, ratio, labels))
    logarithms, counts = np.zeros((count, count)), np.zeros((count, count))
    for way, sign in ((pair, 1.0), (pair[:, ::-1], -1.0)):
        np.add.at(logarithms, (way[:, 0], way[:, 1]), sign * np.log(ratio))
        np.add.at(counts, (way[:, 0], way[:, 1]), 1.0)
    refuse_parts(counts > 0, labels)
    y = nearest_logarithms(logarithms, counts)
    residuals = np.log(ratio) - y[pair[:, 0]] + y[pair[:, 1]]
    size = np.abs(residuals)
    worst = int(size.argmax()) if size.size else 0
    coherence = float(np.exp(size.max(initial=0.0)))
    return TradeOffs(divided(np.exp(y)), residuals, worst, coherence, len(pair) - count + 1)


def _pairs(pairs: ArrayLike, ratios: ArrayLike) -> tuple[Integers, Floats]:
    pair, ratio = np.asarray(pairs, dtype=np.int64).reshape(-1, 2), np.asarray(ratios, dtype=np.float64).ravel()
    if len(pair) != len(ratio):
        raise refuse(
            phrase("{n} 对指标，{m} 个比值", "{n:pair|pairs} but {m:ratio|ratios}", n=len(pair), m=len(ratio)),
            Phrase("请给每一对一个比值", "give each pair one ratio"),
        )
    return pair, ratio


def _faults(pairs: Integers, ratios: Floats, labels: Sequence[str]) -> Iterator[Problem]:
    for (first, second), ratio in zip(pairs.tolist(), ratios.tolist(), strict=True):
        if not (0 <= first < len(labels) and 0 <= second < len(labels)):
            rule = phrase("指标只有 {n} 项（从 0 数起）", "there are {n} criteria, counted from 0", n=len(labels))
            yield input_fault(rule, Phrase("请改正序号", "mend the place"), value=f"{first}, {second}")
            continue
        place = f"{labels[first]} : {labels[second]}"
        if first == second:
            rule = Phrase("一项指标与自己相比", "a criterion is compared with itself")
            yield input_fault(rule, Phrase("请换成另一项", "name another one"), place)
        if not (np.isfinite(ratio) and ratio > 0):
            rule = Phrase("比值必须大于 0", "a ratio is above 0")
            yield input_fault(rule, Phrase("请写大于 0 的数", "write a number above 0"), place, ratio)
