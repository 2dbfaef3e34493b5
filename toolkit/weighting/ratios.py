"""Ratios between criteria, as many as were judged: the weights nearest to them, and whether they hang together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from toolkit.errors import refuse
from toolkit.ranking import Floats, Mask
from toolkit.text import phrase


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


def parts(joined: Mask) -> list[list[int]]:
    """The parts of a graph that hang together, each in rising order, by their first node.

    Examples
    --------
    >>> link = np.zeros((4, 4), bool)
    >>> link[0, 2] = link[2, 0] = True
    >>> parts(link)
    [[0, 2], [1], [3]]
    """
    unseen, found = list(range(len(joined))), []
    while unseen:
        part, edge = {unseen[0]}, [unseen[0]]
        while edge:
            fresh = set(np.flatnonzero(joined[edge.pop()]).tolist()) - part
            part |= fresh
            edge += sorted(fresh)
        found.append(sorted(part))
        unseen = [node for node in unseen if node not in part]
    return found


def refuse_parts(joined: Mask, names: Sequence[str]) -> None:
    """Refuse judgements that fall into parts between which nothing was compared.

    Raises
    ------
    Refused
        Naming the parts and one comparison that would join the first two.
    """
    apart = parts(joined)
    if len(apart) == 1:
        return
    listed = [", ".join(names[node] for node in part) for part in apart]
    raise refuse(
        phrase(
            "比较分成互不相连的 {n} 部分：{zh}",
            "the comparisons fall into {n} parts that are not compared with one another: {en}",
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
