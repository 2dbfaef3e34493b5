"""Rounds of asking (德尔菲法): where each expert stands within the group, who thinks alike, who is far, and who moved between rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.problems import refuse
from toolkit.ground.ranking import Floats, Integers, Mask
from toolkit.ground.text import Phrase, phrase
from toolkit.weighting.direct import OptionalNames, settled_sum, vectors
from toolkit.weighting.group import distances, kendall_w


@dataclass(frozen=True, eq=False)
class Standing:
    """Where every expert stands within the group, for the slip each is handed before the next round.

    Parameters
    ----------
    quartiles : float64[3, criteria]
        Lower quartile, median, upper quartile of the group's shares.
    deviation : float64[experts, criteria]
        Own share less the median.
    outside : int64[experts, criteria]
        -1 below the lower quartile, 1 above the upper one, 0 between them: where a reason is asked for.
    """

    quartiles: Floats
    deviation: Floats
    outside: Integers

    @property
    def spread(self) -> Floats:
        """Upper less lower quartile of each criterion, float64[criteria]."""
        return np.asarray(self.quartiles[2] - self.quartiles[0])


@dataclass(frozen=True, eq=False)
class Movement:
    """What changed between two rounds of the same experts.

    Parameters
    ----------
    moved : float64[experts]
        The part of its weight that each moved, 0 to 1.
    nearer : float64[experts]
        By how much each came nearer to the first round's medians (weight moved); negative: it went away.
    spread : float64[2, criteria]
        The quartiles' distance of each criterion before and after.
    w
        Kendall's W before and after.
    """

    moved: Floats
    nearer: Floats
    spread: Floats
    w: tuple[float, float]

    @property
    def settled(self) -> Floats:
        """By how much the quartiles of each criterion drew together, float64[criteria]; negative: apart."""
        return np.asarray(self.spread[0] - self.spread[1])


def standing(shares: ArrayLike, experts: OptionalNames = None) -> Standing:
    """The group's quartiles and each expert's place among them.

    Parameters
    ----------
    shares : float64[experts, criteria]
        At least 0; each row is divided to sum to 1 first.
    experts
        Their names for messages; E1, E2, ... where none are given.

    Raises
    ------
    Refused
        For a vector lacking numbers, negative or all 0, naming the expert.

    References
    ----------
    Linstone, H. A., Turoff, M. (1975). The Delphi Method. Addison-Wesley.

    Examples
    --------
    >>> slip = standing([[0.5, 0.5], [0.4, 0.6], [0.45, 0.55], [0.8, 0.2], [0.5, 0.5]])
    >>> slip.quartiles[:, 0].tolist(), slip.outside[:, 0].tolist(), round(float(slip.deviation[3, 0]), 2)
    ([0.45, 0.5, 0.5], [0, -1, 0, 1, 0], 0.3)
    """
    table, _ = vectors(shares, experts)
    quartiles = np.quantile(table, [0.25, 0.5, 0.75], axis=0)
    outside = (table > quartiles[2] + 1e-12).astype(np.int64) - (table < quartiles[0] - 1e-12)
    return Standing(quartiles, table - quartiles[1], outside)


def movement(before: ArrayLike, after: ArrayLike, experts: OptionalNames = None) -> Movement:
    """Who moved, and whether the group drew together, between two rounds.

    Parameters
    ----------
    before, after : float64[experts, criteria]
        The same experts and criteria in the same order; two of each or more.

    Raises
    ------
    Refused
        If the two rounds are not of the same shape; see `standing` and `kendall_w`.

    Examples
    --------
    >>> rounds = movement([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5], [0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2], [0.4, 0.3, 0.3], [0.5, 0.2, 0.3]])
    >>> rounds.moved.round(2).tolist(), rounds.nearer.round(2).tolist()
    ([0.0, 0.2, 0.0], [0.0, 0.2, 0.0])
    """
    (first, _), (second, _) = vectors(before, experts), vectors(after, experts)
    if first.shape != second.shape:
        raise refuse(
            phrase("两轮的专家或指标不同：{a} 与 {b}", "the rounds differ in shape: {a} and {b}", a=first.shape, b=second.shape),
            Phrase("请只比较两轮都参加的专家", "compare only experts of both rounds"),
        )
    standings = [standing(first), standing(second)]
    middle = standings[0].quartiles[1]
    return Movement(
        _moved(first, second),
        _moved(first, middle) - _moved(second, middle),
        np.array([round_.spread for round_ in standings]),
        (kendall_w(first), kendall_w(second)),
    )


def _moved(one: Floats, other: Floats) -> Floats:
    return settled_sum(np.abs(one - other)) / 2


MOST_CAMPS = 8
SUBSTANTIAL = 0.25
FENCE = 1.5


@dataclass(frozen=True, eq=False)
class Camps:
    """Experts grouped by likeness of their weights.

    Parameters
    ----------
    camp : int64[experts]
        The camp each belongs to: 1 for the largest (of equally large ones that with the greatest first share).
    silhouette
        Mean silhouette, -1 to 1; 0 when all are one camp.
    centres : float64[camps, criteria]
        The mean shares of each.
    """

    camp: Integers
    silhouette: float
    centres: Floats

    @property
    def count(self) -> int:
        """How many camps."""
        return len(self.centres)


@dataclass(frozen=True, eq=False)
class Distance:
    """How far each expert is from the mean of all others.

    Parameters
    ----------
    moved : float64[experts]
        The part of the whole weight that must be moved to come to the others' mean, 0 to 1.
    deviation : float64[experts, criteria]
        Own share less the others' mean.
    criterion : int64[experts]
        The criterion with the largest deviation, as its place from 0.
    line
        Beyond it an expert is far: the upper quartile of `moved` and 1.5 times the quartiles' distance.
    far : bool[experts]
        Who is.
    """

    moved: Floats
    deviation: Floats
    criterion: Integers
    line: float
    far: Mask


def camps(shares: ArrayLike, experts: OptionalNames = None) -> Camps:
    """Camps of like-minded experts: average linkage on the weight moved, as many as the silhouette favours.

    2 to 8 camps are tried. If the best mean silhouette is not above 0.25 there is no substantial structure, and
    all are one camp. The same experts make the same camps in whatever order they come.

    Parameters
    ----------
    shares : float64[experts, criteria]

    References
    ----------
    Kaufman, L., Rousseeuw, P. J. (1990). Finding Groups in Data. Wiley, pp. 83-88 (silhouette; 0.25).

    Examples
    --------
    >>> found = camps([[0.6, 0.2, 0.2], [0.2, 0.2, 0.6], [0.6, 0.2, 0.2], [0.2, 0.3, 0.5], [0.6, 0.26, 0.14]])
    >>> found.camp.tolist(), found.centres.round(2).tolist()
    ([1, 2, 1, 2, 1], [[0.6, 0.22, 0.18], [0.2, 0.25, 0.55]])
    """
    table, _ = vectors(shares, experts)
    order = np.lexsort(table.T[::-1])
    labels, silhouette = _best_cut(table[order])
    camp = np.empty(len(table), dtype=np.int64)
    camp[order] = _numbered(labels, table[order])
    centres = [settled_sum(table[camp == one], axis=0) / (camp == one).sum() for one in range(1, camp.max() + 1)]
    return Camps(camp, silhouette, np.array(centres))


def far_from_rest(shares: ArrayLike, experts: OptionalNames = None) -> Distance:
    """How far each expert is from the others' mean, on what, and who is far beyond what is usual in the group.

    Parameters
    ----------
    shares : float64[experts, criteria]
        With a single expert all distances are 0.

    References
    ----------
    Tukey, J. W. (1977). Exploratory Data Analysis. Addison-Wesley, ch. 2 (the fence at 1.5 quartile distances).

    Examples
    --------
    >>> own = [[0.5, 0.3, 0.2], [0.5, 0.25, 0.25], [0.45, 0.3, 0.25], [0.45, 0.35, 0.2], [0.1, 0.2, 0.7]]
    >>> found = far_from_rest(own)
    >>> found.far.tolist(), int(found.criterion[4]), round(float(found.deviation[4, 2]), 3)
    ([False, False, False, False, True], 2, 0.475)
    """
    table, _ = vectors(shares, experts)
    others = (settled_sum(table, axis=0) - table) / max(len(table) - 1, 1)
    deviation = table - others if len(table) > 1 else np.zeros_like(table)
    moved = settled_sum(np.abs(deviation)) / 2
    low, high = np.quantile(moved, [0.25, 0.75])
    line = float(high + FENCE * (high - low))
    criterion = np.abs(deviation).round(12).argmax(axis=1)
    return Distance(moved, deviation, criterion, line, moved > line + 1e-9)


def _best_cut(table: Floats) -> tuple[Integers, float]:
    """The cut of the tree with the highest silhouette, the coarsest of equals; one camp where none is substantial."""
    one = np.zeros(len(table), dtype=np.int64)
    if len(table) < 3:
        return one, 0.0
    from scipy.cluster.hierarchy import cut_tree, linkage
    from scipy.spatial.distance import squareform

    apart = distances(table).round(12)
    cuts = cut_tree(linkage(squareform(apart, checks=False), "average"), range(2, min(MOST_CAMPS, len(table) - 1) + 1))
    worth = [round(_silhouette(apart, cut), 9) for cut in cuts.T]
    best = int(np.argmax(worth))
    return (cuts[:, best], worth[best]) if worth[best] > SUBSTANTIAL else (one, 0.0)


def _silhouette(apart: Floats, labels: Integers) -> float:
    """The mean silhouette; an expert alone in its camp counts 0."""
    member = np.eye(labels.max() + 1)[labels]
    size = member.sum(axis=0)
    toward = apart @ member
    within = (toward * member).sum(axis=1) / np.maximum(size[labels] - 1, 1)
    nearest = np.where(member > 0, np.inf, toward / size).min(axis=1)
    larger = np.maximum(within, nearest)
    worth = np.divide(nearest - within, larger, out=np.zeros_like(within), where=larger > 0)
    return float(np.where(size[labels] > 1, worth, 0.0).mean())


def _numbered(labels: Integers, table: Floats) -> Integers:
    """Camps numbered from 1: the largest first; of equals, that with the greatest first row."""
    cut_labels, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    ranking = sorted(range(len(cut_labels)), key=lambda camp: (-sizes[camp], [-x for x in table[first[camp]].tolist()]))
    numbers = np.empty(len(cut_labels), dtype=np.int64)
    numbers[ranking] = np.arange(1, len(cut_labels) + 1)
    return numbers[np.searchsorted(cut_labels, labels)]
