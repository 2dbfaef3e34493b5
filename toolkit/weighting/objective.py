"""Weights from the values themselves (客观赋权): entropy, CRITIC, MEREC, standard deviation, first principal component.

A second opinion, never a judgement: they say which indicators tell the members apart, not which ones matter.
A constant indicator tells nobody apart: its share is 0, and the result says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.problems import Problem, refuse, stop_at
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import Phrase, phrase
from toolkit.weighting.direct import OptionalNames, divided, input_fault, labels_of, settled_sum

LEVEL = 1e-12


@dataclass(frozen=True, eq=False)
class ObjectiveWeights:
    """Shares that values give their indicators.

    Parameters
    ----------
    shares : float64[indicators]
        Sum to 1; 0 for constant indicators.
    constant
        Names of the indicators with one and the same value for all members.
    note
        What to say of them; both languages empty when there are none.
    """

    shares: Floats
    constant: tuple[str, ...]
    note: Phrase


def entropy_shares(values: ArrayLike, names: OptionalNames = None) -> Floats:
    """Entropy weights (熵权法): the less evenly the members share an indicator's sum, the more it weighs.

    p_ij = x_ij / sum_i x_ij, e_j = -sum_i p_ij ln p_ij / ln m with m members, shares in proportion to 1 - e_j.

    Parameters
    ----------
    values : float64[members, indicators]
        On their common scale, at least 0, larger is better. Zero points count as 0 ln 0 = 0.
    names
        The indicators' names for messages; C1, C2, ... where none are given.

    Returns
    -------
    float64[indicators]
        Shares that sum to 1; see `objective_weights` for constant indicators.

    Raises
    ------
    Refused
        For values lacking or negative, by name; if all indicators are constant, or there are fewer than 2 members.

    References
    ----------
    Zeleny, M. (1982). Multiple Criteria Decision Making. McGraw-Hill, ch. 7. Hwang, C. L., Yoon, K. (1981).
    Multiple Attribute Decision Making. Springer, p. 52.

    Examples
    --------
    >>> entropy_shares([[80, 100, 50], [80, 0, 50], [80, 50, 60]]).round(4).tolist()
    [0.0, 0.9918, 0.0082]
    """
    return objective_weights(values, "entropy", names).shares


def critic_shares(values: ArrayLike, names: OptionalNames = None) -> Floats:
    """CRITIC weights: much spread, and little said already by the other indicators.

    Columns are scaled to [0, 1] by their least and largest value; shares in proportion to
    s_j sum_k (1 - r_jk), with s the standard deviation (divisor m - 1) and r Pearson's correlation; a constant
    indicator is left out of the sum. If every such product is 0, as when all indicators agree perfectly: the spread alone.

    Parameters, Returns and Raises as in `entropy_shares`; values may be negative.

    References
    ----------
    Diakoulaki, D., Mavrotas, G., Papayannakis, L. (1995). Determining objective weights in multiple criteria problems:
    the CRITIC method. Computers & Operations Research 22(7), 763-770.

    Examples
    --------
    The first two indicators say the same; the third says something else.

    >>> critic_shares([[0, 10, 5], [5, 20, 0], [10, 30, 5]]).round(4).tolist()
    [0.2321, 0.2321, 0.5359]
    """
    return objective_weights(values, "critic", names).shares


def merec_shares(values: ArrayLike, names: OptionalNames = None) -> Floats:
    """MEREC weights: an indicator weighs by how much the members' performance changes when it is removed.

    With n_ij = min_k x_kj / x_ij and m indicators, S_i = ln(1 + sum_j |ln n_ij| / m), and S_ij the same with j left out of
    the sum, m unchanged; shares in proportion to E_j = sum_i |S_ij - S_i|. Constant indicators are left out first, of m too:
    as published they would count in m, and move the others' shares a little. Of an indicator of which less is better
    give 1 / x: the published x_ij / max_k x_kj is just that.

    Parameters, Returns and Raises as in `entropy_shares`; values must be above 0.

    References
    ----------
    Keshavarz-Ghorabaee, M., Amiri, M., Zavadskas, E. K., Turskis, Z., Antucheviciene, J. (2021). Determination of
    objective weights using a new method based on the removal effects of criteria (MEREC). Symmetry 13(4), 525.

    Examples
    --------
    The published example, five by four; of the last two less is better:

    >>> values = np.array([[450, 8000, 54, 145], [10, 9100, 2, 160], [100, 8200, 31, 153], [220, 9300, 1, 162], [5, 8400, 23, 158]])
    >>> merec_shares(np.column_stack([values[:, :2], 1 / values[:, 2:]])).round(4).tolist()
    [0.5752, 0.0141, 0.4016, 0.0091]
    """
    return objective_weights(values, "merec", names).shares


def deviation_shares(values: ArrayLike, names: OptionalNames = None) -> Floats:
    """Shares in proportion to the standard deviations of the values as they are, on their common scale.

    Parameters, Returns and Raises as in `entropy_shares`; values may be negative.

    Examples
    --------
    >>> deviation_shares([[0, 40], [100, 60]]).round(4).tolist()
    [0.8333, 0.1667]
    """
    return objective_weights(values, "deviation", names).shares


def component_shares(values: ArrayLike, names: OptionalNames = None) -> Floats:
    """Shares in proportion to the squared loadings of the first principal component of the correlations.

    The squared entries of the first unit eigenvector of the correlation matrix: what part of the component
    each indicator makes up. Where the largest eigenvalue is shared (uncorrelated indicators), the mean over its
    eigenvectors, so that the answer does not hang on the order of columns.

    Parameters, Returns and Raises as in `entropy_shares`; values may be negative.

    References
    ----------
    OECD, JRC (2008). Handbook on Constructing Composite Indicators, section 6.1 (squared factor loadings).

    Examples
    --------
    >>> component_shares([[0, 10, 5], [5, 20, 0], [10, 30, 5]]).round(4).tolist()
    [0.5, 0.5, 0.0]
    """
    return objective_weights(values, "component", names).shares


def objective_weights(values: ArrayLike, method: str, names: OptionalNames = None) -> ObjectiveWeights:
    """Weights by "entropy", "critic", "merec", "deviation" or "component", with the constant indicators named.

    Parameters and Raises as in `entropy_shares`, and for an unknown method.

    Examples
    --------
    >>> found = objective_weights([[60, 1], [60, 9]], "critic", ["pledge", "hours"])
    >>> found.shares.tolist(), found.note.en
    ([0.0, 1.0], 'all members have the same value: pledge; share 0')
    """
    if method not in METHODS:
        raise refuse(
            phrase("没有这种方法：{m}", "there is no such method: {m}", m=method),
            phrase("请用 {known} 之一", "use one of {known}", known=", ".join(METHODS)),
        )
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or len(table) < 2 or not table.shape[1]:
        raise refuse(
            phrase("应为“会员×指标”的表，至少两位会员，现为 {s}", "a table of two members or more x indicators is wanted, not {s}", s=table.shape),
            Phrase("请每位会员一行", "give each member a row"),
        )
    labels = labels_of(table.shape[1], names)
    stop_at(_faults(table, labels, method))
    # Rows in an order of their own, so that the order of members changes no bit of the result.
    table = table[np.lexsort(table.T[::-1])]
    varied = _varied(table)
    weights = np.zeros(len(labels))
    weights[varied] = METHODS[method](table[:, varied])
    constant = tuple(name for name, varies in zip(labels, varied, strict=True) if not varies)
    return ObjectiveWeights(divided(weights), constant, _note(constant))


def _varied(table: Floats) -> Mask:
    """Which indicators are not constant, rounding errors apart."""
    return np.asarray(np.ptp(table, axis=0) > LEVEL * np.abs(table).max(axis=0), dtype=np.bool_)


def _entropy(table: Floats) -> Floats:
    """1 - e_j, as the mean of x ln x - x + 1 with x the values over their mean: exact for almost even columns too."""
    beyond = table / (settled_sum(table, axis=0) / len(table)) - 1
    logarithms = np.log1p(beyond, out=np.zeros_like(beyond), where=beyond > -1)
    return np.asarray(settled_sum((1 + beyond) * logarithms - beyond, axis=0) / (len(table) * np.log(len(table))))


def _critic(table: Floats) -> Floats:
    spread = np.std(table, axis=0, ddof=1) / np.ptp(table, axis=0)
    conflict = np.maximum(1 - _correlations(table), 0.0)
    np.fill_diagonal(conflict, 0.0)
    weights = spread * settled_sum(conflict)
    return np.asarray(weights if weights.max() > LEVEL else spread)


def _merec(table: Floats) -> Floats:
    worse = np.log(table / table.min(axis=0)) / table.shape[1]
    whole = settled_sum(worse, axis=1)[:, None]
    return settled_sum(np.log1p(worse / (1 + np.maximum(whole - worse, 0.0))), axis=0)


def _deviation(table: Floats) -> Floats:
    return np.asarray(np.std(table, axis=0, ddof=1))


def _component(table: Floats) -> Floats:
    roots, vectors = np.linalg.eigh(_correlations(table))
    largest = roots > roots[-1] - 1e-9 * len(roots)
    return np.asarray((vectors[:, largest] ** 2).sum(axis=1))


def _correlations(table: Floats) -> Floats:
    return np.corrcoef(table, rowvar=False).reshape(table.shape[1], table.shape[1])


METHODS: dict[str, Callable[[Floats], Floats]] = {
    "entropy": _entropy,
    "critic": _critic,
    "merec": _merec,
    "deviation": _deviation,
    "component": _component,
}


def _note(constant: tuple[str, ...]) -> Phrase:
    if not constant:
        return Phrase("", "")
    listed = ", ".join(constant)
    return phrase("所有会员取值相同：{x}；权重为 0", "all members have the same value: {x}; share 0", x=listed)


def _faults(table: Floats, labels: Sequence[str], method: str) -> Iterator[Problem]:
    for name, column in zip(labels, table.T, strict=True):
        lacking = int((~np.isfinite(column)).sum())
        if lacking:
            rule = phrase("{n} 位会员没有数值", "{n:member has|members have} no value", n=lacking)
            yield input_fault(rule, Phrase("请先按办法补缺，或不计这些会员", "fill it in as the scheme says, or leave them out"), name)
        elif method == "entropy" and column.min() < 0:
            rule = Phrase("熵权法不能用于负数", "entropy weights cannot take negative values")
            yield input_fault(rule, Phrase("请先换算到 0 以上的标度", "bring it to a scale above 0 first"), name, column.min())
        elif method == "merec" and column.min() <= 0:
            rule = Phrase("MEREC 法只能用于大于 0 的数", "MEREC weights take values above 0 alone")
            yield input_fault(rule, Phrase("请先换算到大于 0 的标度", "bring it to a scale above 0 first"), name, column.min())
    if np.isfinite(table).all() and not _varied(table).any():
        rule = Phrase("所有指标都是常数，分不出权重", "all indicators are constant: no weight can be told")
        yield input_fault(rule, Phrase("请换一组指标", "take other indicators"))
