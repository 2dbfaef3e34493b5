"""AHP, the analytic hierarchy process (层次分析法): shares from pairwise comparisons, and how consistent these are.

A matrix on Saaty's scale is checked and completed as it is typed; a hierarchy has one for the children of each node.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias, cast, get_args

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.problems import Problem, did_you_mean, refuse, stop_at
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import Phrase, phrase
from toolkit.weighting.direct import OptionalNames, divided, input_fault, labels_of
from toolkit.weighting.trade_off import nearest_logarithms, refuse_parts

#: A matrix as it is typed: numbers, with None or NaN where two criteria were not compared.
Typed: TypeAlias = ArrayLike | Sequence[Sequence[float | None]]

TOP = 9.0
STEPS = (*(1.0 / step for step in range(9, 1, -1)), *(float(step) for step in range(1, 10)))
ROUNDED = 0.005 + 1e-9
STILL = 1e-12  # logarithms that move by less stand still
MOST_STEPS = 20_000


def comparisons(matrix: Typed, names: OptionalNames = None) -> tuple[Floats, tuple[str, ...]]:
    """A comparison matrix, checked: reciprocal, on the scale 1/9 to 9, all criteria joined by comparisons.

    Of a pair it is enough to fill in one cell. Where both are, the one of at least 1 is taken at its word and the
    other may be its reciprocal rounded to two decimals, as people type it (3 and 0.33).

    Parameters
    ----------
    matrix : float64[n, n]
        How many times as important row i is as column j; NaN where they were not compared.
    names
        The criteria's names for messages; C1, C2, ... where none are given.

    Returns
    -------
    float64[n, n], names
        Exactly reciprocal, diagonal 1, NaN for pairs that were not compared.

    Raises
    ------
    Refused
        If it is not square; for every cell off the scale, off the reciprocal or on the diagonal and not 1; if
        the comparisons leave criteria apart, naming the parts.

    Examples
    --------
    >>> comparisons([[1, 3, None], [0.33, 1, 2], [None, None, 1]])[0].round(4).tolist()
    [[1.0, 3.0, nan], [0.3333, 1.0, 2.0], [nan, 0.5, 1.0]]
    """
    typed = np.array(cast("ArrayLike", matrix), dtype=np.float64)
    if typed.ndim != 2 or typed.shape[0] != typed.shape[1] or not typed.size:
        raise refuse(
            phrase("判断矩阵应为方阵，现为 {s}", "a comparison matrix is square, not {s}", s=typed.shape),
            Phrase("请让行与列是同样的指标", "let rows and columns be the same criteria"),
        )
    labels = labels_of(len(typed), names)
    stop_at(_faults(typed, labels))
    whole = _reciprocal(typed)
    refuse_parts(~np.isnan(whole), labels)
    return whole, labels


def perron(matrix: Floats) -> tuple[float, Floats]:
    """The largest eigenvalue of a checked matrix and its positive eigenvector, which sums to 1.

    Where pairs were not compared, Harker's matrix stands in: 0 for the pair, and 1 more on the diagonal for each.

    References
    ----------
    Harker, P. T. (1987). Incomplete pairwise comparisons in the analytic hierarchy process. Mathematical Modelling
    9(11), 837-848.
    """
    roots, vectors = np.linalg.eig(harker(matrix))
    place = int(roots.real.argmax())
    vector = np.abs(vectors[:, place].real)
    return float(roots[place].real), np.asarray(vector / vector.sum())


def harker(matrix: Floats) -> Floats:
    """Matrices without gaps, with the eigenvector and eigenvalue of the incomplete ones, float64[..., n, n]."""
    gap = np.isnan(matrix)
    return np.asarray(np.where(gap, 0.0, matrix) + gap.sum(axis=-1)[..., None] * np.eye(matrix.shape[-1]))


def row_logarithms(matrix: Floats) -> Floats:
    """Logarithms of the geometric-mean weights (logarithmic least squares where incomplete), with mean 0."""
    given = known(matrix)
    return nearest_logarithms(np.where(given, np.log(np.where(given, matrix, 1.0)), 0.0), given.astype(np.float64))


def known(matrix: Floats) -> Mask:
    """Which pairs were compared, the diagonal left out."""
    return ~np.isnan(matrix) & ~np.eye(len(matrix), dtype=np.bool_)


def scale_text(value: float) -> str:
    """A judgement as people write it: 3 or 1/3.

    Examples
    --------
    >>> scale_text(1 / 7), scale_text(2.0), scale_text(2.34)
    ('1/7', '2', '2.34')
    """
    near = Fraction(value).limit_denominator(9)
    return str(near) if abs(float(near) - value) < 1e-9 else f"{value:.4g}"


def _reciprocal(typed: Floats) -> Floats:
    """The larger side of each pair taken at its word, its mirror made exact."""
    large = np.where(typed >= 1, typed, np.nan)
    large = np.where(large < np.nan_to_num(large.T), np.nan, large)
    whole = np.where(np.isnan(large), 1 / large.T, large)
    whole = np.where(np.isnan(whole), typed, whole)
    whole = np.where(np.isnan(whole), 1 / whole.T, whole)
    np.fill_diagonal(whole, 1.0)
    return whole


def _faults(typed: Floats, labels: Sequence[str]) -> Iterator[Problem]:
    for (row, column), value in np.ndenumerate(typed):
        place, mirror = f"{labels[row]} : {labels[column]}", float(typed[column, row])
        if np.isnan(value):
            continue
        if row == column:
            if value != 1:
                yield input_fault(Phrase("对角线应为 1", "the diagonal is 1"), Phrase("请写 1", "write 1"), place, value)
        elif np.isinf(value) or value <= 0 or max(value, 1 / value) > TOP * (1 + 0.02):
            rule = Phrase("不在 1/9 至 9 的标度上", "not on the scale 1/9 to 9")
            yield input_fault(rule, Phrase("请写 1 至 9，或其倒数", "write 1 to 9 or its reciprocal"), place, value)
        elif row < column and mirror > 0 and not _mirrors(float(value), mirror):
            said = {"a": labels[row], "b": labels[column], "m": mirror}
            rule = phrase("与 {b} : {a} 的 {m:.4g} 不互为倒数", "not the reciprocal of {b} : {a}, {m:.4g}", **said)
            mend = phrase("只留其中一个，或把后者改为 {r}", "leave one of the two out, or make the latter {r}", r=scale_text(1 / value))
            yield input_fault(rule, mend, place, value)


def _mirrors(one: float, other: float) -> bool:
    small, large = sorted((one, other))
    return abs(small - 1 / large) <= ROUNDED


def ahp_completed(matrix: Typed, names: OptionalNames = None) -> Floats:
    """An incomplete matrix completed so that its lambda_max is the least there can be, and so its CI and CR.

    There is one such completion where the comparisons join all criteria. At it a_ij^2 = x_i y_j / (x_j y_i) for every pair
    that was lacking, with x and y the right and left principal eigenvectors: this is repeated until nothing moves.

    Parameters
    ----------
    matrix, names
        As for `comparisons`, with NaN or None where two criteria were not compared.

    Returns
    -------
    float64[n, n]
        Reciprocal and without gaps; what was compared as it was. What was lacking may lie beyond 1/9 to 9.

    Raises
    ------
    Refused
        See `comparisons`: also where the comparisons leave criteria apart, and any completion would do.

    References
    ----------
    Bozóki, S., Fülöp, J., Rónyai, L. (2010). On optimal completion of incomplete pairwise comparison matrices.
    Mathematical and Computer Modelling 52(1-2), 318-333.

    Examples
    --------
    From the first to the last of four, 2 x 4 by way of the second and 1 x 2 by way of the third: 4 is between them.

    >>> ahp_completed([[1, 2, 1, None], [None, 1, 3, 4], [None, None, 1, 2], [None, None, None, 1]])[0].round(9).tolist()
    [1.0, 2.0, 1.0, 4.0]
    """
    return completed(comparisons(matrix, names)[0])


def completed(matrix: Floats) -> Floats:
    """A checked matrix as `ahp_completed` completes it."""
    gap = np.isnan(matrix)
    if not gap.any():
        return matrix
    start = row_logarithms(matrix)
    apart = start[:, None] - start[None, :]
    for _ in range(MOST_STEPS):
        whole = np.where(gap, np.exp(apart), matrix)
        side = (np.log(perron(whole)[1]) - np.log(perron(whole.T)[1])) / 2
        before, apart = apart, side[:, None] - side[None, :]
        if np.abs(apart - before)[gap].max() < STILL:
            break
    return np.where(gap, np.exp(apart), matrix)


By = Literal["eigenvector", "geometric", "completion"]

#: Mean consistency index of random matrices for n = 1, 2, ...: Saaty, T. L. (1980). The Analytic Hierarchy Process.
#: McGraw-Hill, p. 21 (n = 3: 0.58).
SAATY = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
#: The same from 100,000 matrices a size: Alonso, J. A., Lamata, M. T. (2006). Consistency in the analytic hierarchy
#: process: a new approach. Int. J. of Uncertainty, Fuzziness and Knowledge-Based Systems 14(4), 445-459.
ALONSO_LAMATA = (
    *(0.0, 0.0, 0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056, 1.4499, 1.4854),
    *(1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
)
LIMIT = 0.1


@dataclass(frozen=True, eq=False)
class Comparison:
    """Shares from one comparison matrix and the measures of its consistency.

    Parameters
    ----------
    shares : float64[n]
        Sum to 1.
    eigenvalue
        lambda_max, at least n.
    index
        CI = (lambda_max - n) / (n - 1); 0 when perfectly consistent, and for one criterion.
    ratio
        CR = CI / RI; 0 for one or two criteria, which cannot contradict themselves.
    geometric_index
        GCI: the mean square of ln(a_ij w_j / w_i) over the comparisons beyond those needed, with the
        geometric-mean weights. CR = 0.1 is about 0.31 for 3 criteria, 0.35 for 4 and 0.37 for more.
    gaps
        Pairs not compared. With gaps CI and CR flatter: RI is that of complete matrices.
    """

    shares: Floats
    eigenvalue: float
    index: float
    ratio: float
    geometric_index: float
    gaps: int

    @property
    def consistent(self) -> bool:
        """Whether CR is under 0.1, as is customary."""
        return self.ratio < LIMIT


def ahp_shares(matrix: Typed, names: OptionalNames = None, *, by: By = "eigenvector") -> Floats:
    """The shares of a comparison matrix; see `ahp_judgement`.

    Examples
    --------
    >>> ahp_shares([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]]).round(4).tolist()
    [0.5714, 0.2857, 0.1429]
    """
    return ahp_judgement(matrix, names, by=by).shares


def ahp_ratio(
    matrix: Typed, names: OptionalNames = None, *, by: By = "eigenvector", random_index: Sequence[float] = SAATY
) -> float:
    """The consistency ratio CR of a comparison matrix, 0 where it never contradicts itself; see `ahp_judgement`.

    Examples
    --------
    >>> round(ahp_ratio([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]]), 3)
    0.033
    """
    return ahp_judgement(matrix, names, by=by, random_index=random_index).ratio


def ahp_judgement(
    matrix: Typed, names: OptionalNames = None, *, by: By = "eigenvector", random_index: Sequence[float] = SAATY
) -> Comparison:
    """Shares from pairwise comparisons, with lambda_max, CI, CR and the geometric consistency index.

    Parameters
    ----------
    matrix : float64[n, n]
        How many times as important row i is as column j, 1/9 to 9; NaN where not compared. One cell of each pair
        is enough; see `toolkit.weighting.ahp.comparisons`.
    names
        The criteria's names for messages; C1, C2, ... where none are given.
    by
        "eigenvector": the principal eigenvector, by Harker's matrix where pairs are lacking. "geometric": the
        geometric mean of each row, by logarithmic least squares where pairs are lacking. "completion": the principal
        eigenvector, lambda_max, CI and CR of the matrix that `ahp_completed` makes.
    random_index
        RI for 1, 2, ... criteria: `SAATY`, `ALONSO_LAMATA` or one's own.

    Raises
    ------
    Refused
        See `comparisons`; and for more criteria than the random index has.

    References
    ----------
    Saaty (1980). Crawford, G., Williams, C. (1985), J. Mathematical Psychology 29(4), 387-405. Aguarón, J.,
    Moreno-Jiménez, J. M. (2003). The geometric consistency index: approximated thresholds. European Journal of
    Operational Research 147(1), 137-145.

    Examples
    --------
    An expert finds A twice B, B twice C, yet A no more than C: the circle shows.

    >>> judged = ahp_judgement([[1, 2, 1], [None, 1, 2], [None, None, 1]])
    >>> judged.shares.round(3).tolist(), round(judged.ratio, 3), judged.consistent
    ([0.413, 0.327, 0.26], 0.187, False)
    """
    whole, labels = comparisons(matrix, names)
    if by not in get_args(By):
        raise refuse(
            phrase("没有这种方法：{by}", "there is no such method: {by}", by=by),
            Phrase("请用 eigenvector、geometric 或 completion", "use eigenvector, geometric or completion"),
        )
    eigenvalue, vector = perron(completed(whole) if by == "completion" else whole)
    index = consistency_index(eigenvalue, len(labels))
    rows = row_logarithms(whole)
    return Comparison(
        divided(np.exp(rows)) if by == "geometric" else vector,
        eigenvalue,
        index,
        consistency_ratio(index, len(labels), random_index),
        _geometric_index(whole, rows),
        int(np.isnan(whole).sum()) // 2,
    )


def consistency_index(eigenvalue: float, count: int) -> float:
    """CI of an eigenvalue; what is below 0 by rounding is 0."""
    return max(0.0, (eigenvalue - count) / (count - 1)) if count > 1 else 0.0


def consistency_ratio(index: float, count: int, random_index: Sequence[float] = SAATY) -> float:
    """CR = CI / RI; 0 for one or two criteria.

    Raises
    ------
    Refused
        For more criteria than the random index has.
    """
    if count > len(random_index):
        raise refuse(
            phrase(
                "随机一致性指标表只到 {most} 项，现有 {n} 项",
                "the random index goes to {most} criteria, there are {n}",
                most=len(random_index),
                n=count,
            ),
            Phrase("请分组逐层比较，或给出更长的表", "compare them in groups, or give a longer table"),
        )
    return index / random_index[count - 1] if count > 2 else 0.0


def _geometric_index(matrix: Floats, rows: Floats) -> float:
    given = np.triu(known(matrix))
    spare = int(given.sum()) - len(matrix) + 1
    error = (np.log(np.where(given, matrix, 1.0)) - rows[:, None] + rows[None, :])[given]
    return float((error**2).sum() / spare) if spare > 0 else 0.0


Children = Mapping[str, Sequence[str]]


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Shares of the whole at the ends of a tree of comparisons.

    Parameters
    ----------
    shares
        For each end of the tree, its share of the whole; they sum to 1. In the order of the tree.
    within
        For each node but the root, its share among its siblings.
    comparisons
        For each node with children, what its matrix gave.
    ratio
        CR of the whole: each matrix's CI and RI weighted with its node's share, the one sum over the other.
    """

    shares: dict[str, float]
    within: dict[str, float]
    comparisons: dict[str, Comparison]
    ratio: float


def hierarchy_shares(matrices: Mapping[str, Typed], children: Children, *, by: By = "eigenvector") -> dict[str, float]:
    """The share of the whole of each end of the tree; see `hierarchy_judgement`."""
    return hierarchy_judgement(matrices, children, by=by).shares


def hierarchy_judgement(
    matrices: Mapping[str, Typed],
    children: Children,
    *,
    by: By = "eigenvector",
    random_index: Sequence[float] = SAATY,
) -> Hierarchy:
    """Shares of a tree of comparison matrices.

    Parameters
    ----------
    matrices
        For each node with two children or more, the comparisons of its children, in their order.
    children
        For each node that has any, its children. Exactly one node, the root, is nobody's child.

    Raises
    ------
    Refused
        For a node with two parents, a circle, several roots, a lacking or superfluous matrix, or one of another
        size than there are children; and as `ahp_judgement` does, under the names of the children.

    References
    ----------
    Saaty, T. L. (1980). The Analytic Hierarchy Process. McGraw-Hill, ch. 4 (consistency of a hierarchy).

    Examples
    --------
    >>> found = hierarchy_judgement(
    ...     {"total": [[1, 3], [None, 1]], "learning": [[1, 1], [None, 1]]},
    ...     {"total": ["learning", "conduct"], "learning": ["hours", "articles"]},
    ... )
    >>> {name: round(share, 4) for name, share in found.shares.items()}
    {'hours': 0.375, 'articles': 0.375, 'conduct': 0.25}
    """
    stop_at(_tree_faults(children))
    stop_at(_matrix_faults(matrices, children))
    judged = {
        node: ahp_judgement(matrices.get(node, [[1.0]]), list(below), by=by, random_index=random_index)
        for node, below in children.items()
    }
    within = {
        child: float(share)
        for node, below in children.items()
        for child, share in zip(below, judged[node].shares, strict=True)
    }
    whole = dict(_walk(_roots(children)[0], 1.0, children, within))
    ends = {node: share for node, share in whole.items() if node not in children}
    return Hierarchy(ends, within, judged, _ratio(whole, judged, random_index))


def _walk(node: str, share: float, children: Children, within: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    yield node, share
    for child in children.get(node, ()):
        yield from _walk(child, share * within[child], children, within)


def _roots(children: Children) -> list[str]:
    below = {child for group in children.values() for child in group}
    return [node for node in children if node not in below]


def _ratio(whole: Mapping[str, float], judged: Mapping[str, Comparison], random_index: Sequence[float]) -> float:
    index = sum(whole[node] * comparison.index for node, comparison in judged.items())
    by_chance = sum(whole[node] * random_index[len(comparison.shares) - 1] for node, comparison in judged.items())
    return index / by_chance if by_chance > 0 else 0.0


def _tree_faults(children: Children) -> Iterator[Problem]:
    parents = Counter(child for group in children.values() for child in group)
    for node, count in parents.items():
        if count > 1:
            rule = phrase("在层次中出现 {n} 次", "stands {n:time|times} in the hierarchy", n=count)
            yield input_fault(rule, Phrase("每个节点只能有一个上级", "let each node have one parent"), node)
    for node, group in children.items():
        if not group:
            yield input_fault(Phrase("没有下级", "it has no children"), Phrase("请从 children 中删去", "leave it out of `children`"), node)
    roots = _roots(children)
    if len(roots) != 1:
        listed = ", ".join(roots) or "—"
        rule = phrase("层次应有一个顶点，现有：{r}", "a hierarchy has one root, not: {r}", r=listed)
        yield input_fault(rule, Phrase("请把其余各项归到一个顶点之下", "put all under one root"))
    elif not parents or max(parents.values()) == 1:
        reached = {name for name, _ in _walk(roots[0], 1.0, children, dict.fromkeys(parents, 1.0))}
        for node in children:
            if node not in reached:
                rule = Phrase("上下级成环，顶点到不了它", "it stands in a circle that the root does not reach")
                yield input_fault(rule, Phrase("请改正上级", "mend its parent"), node)


def _matrix_faults(matrices: Mapping[str, Typed], children: Children) -> Iterator[Problem]:
    for node, group in children.items():
        if node not in matrices and len(group) > 1:
            rule = phrase("缺少下级 {g} 的判断矩阵", "the comparisons of {g} are lacking", g=", ".join(group))
            yield input_fault(rule, Phrase("请补上", "add them"), node)
    for node in matrices:
        if node not in children:
            mend = did_you_mean(node, children) or Phrase("请删去", "leave it out")
            yield input_fault(Phrase("判断矩阵没有对应的节点", "a matrix for no node with children"), mend, node)
