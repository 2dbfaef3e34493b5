"""A hierarchy of comparisons: one matrix for the children of each node, multiplied down to shares of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from toolkit.errors import Problem, nearest
from toolkit.text import Phrase, phrase
from toolkit.weighting.ahp import SAATY, By, Comparison, ahp_judgement
from toolkit.weighting.comparison_matrix import Typed
from toolkit.weighting.judgement import fault, stop_at

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
    index = sum(whole[node] * found.index for node, found in judged.items())
    by_chance = sum(whole[node] * random_index[len(found.shares) - 1] for node, found in judged.items())
    return index / by_chance if by_chance > 0 else 0.0


def _tree_faults(children: Children) -> Iterator[Problem]:
    parents = Counter(child for group in children.values() for child in group)
    for node, count in parents.items():
        if count > 1:
            rule = phrase("在层次中出现 {n} 次", "stands {n} times in the hierarchy", n=count)
            yield fault(rule, Phrase("每个节点只能有一个上级", "let each node have one parent"), node)
    for node, group in children.items():
        if not group:
            yield fault(Phrase("没有下级", "it has no children"), Phrase("请从 children 中删去", "leave it out of `children`"), node)
    roots = _roots(children)
    if len(roots) != 1:
        listed = ", ".join(roots) or "—"
        rule = phrase("层次应有一个顶点，现有：{r}", "a hierarchy has one root, not: {r}", r=listed)
        yield fault(rule, Phrase("请把其余各项归到一个顶点之下", "put all under one root"))
    elif not parents or max(parents.values()) == 1:
        reached = {name for name, _ in _walk(roots[0], 1.0, children, dict.fromkeys(parents, 1.0))}
        for node in children:
            if node not in reached:
                rule = Phrase("上下级成环，顶点到不了它", "it stands in a circle that the root does not reach")
                yield fault(rule, Phrase("请改正上级", "mend its parent"), node)


def _matrix_faults(matrices: Mapping[str, Typed], children: Children) -> Iterator[Problem]:
    for node, group in children.items():
        if node not in matrices and len(group) > 1:
            rule = phrase("缺少下级 {g} 的判断矩阵", "the comparisons of {g} are lacking", g=", ".join(group))
            yield fault(rule, Phrase("请补上", "add them"), node)
    for node in matrices:
        if node not in children:
            like = nearest(node, children)
            mend = phrase("是否为 {l}？", "is it {l}?", l=like) if like else Phrase("请删去", "leave it out")
            yield fault(Phrase("判断矩阵没有对应的节点", "a matrix for no node with children"), mend, node)
