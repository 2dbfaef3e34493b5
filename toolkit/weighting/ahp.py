"""AHP, the analytic hierarchy process (层次分析法): shares from pairwise comparisons, and how consistent these are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from toolkit.errors import refuse
from toolkit.ranking import Floats
from toolkit.text import Phrase, phrase
from toolkit.weighting.comparison_matrix import Typed, comparisons, known, perron, row_logarithms
from toolkit.weighting.judgement import Names, divided

By = Literal["eigenvector", "geometric"]

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


def ahp_shares(matrix: Typed, names: Names = None, *, by: By = "eigenvector") -> Floats:
    """The shares of a comparison matrix; see `ahp_judgement`.

    Examples
    --------
    >>> ahp_shares([[1, 2, 4], [1 / 2, 1, 2], [1 / 4, 1 / 2, 1]]).round(4).tolist()
    [0.5714, 0.2857, 0.1429]
    """
    return ahp_judgement(matrix, names, by=by).shares


def ahp_ratio(matrix: Typed, names: Names = None, *, random_index: Sequence[float] = SAATY) -> float:
    """The consistency ratio CR of a comparison matrix, 0 where it never contradicts itself; see `ahp_judgement`.

    Examples
    --------
    >>> round(ahp_ratio([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]]), 3)
    0.033
    """
    return ahp_judgement(matrix, names, random_index=random_index).ratio


def ahp_judgement(
    matrix: Typed, names: Names = None, *, by: By = "eigenvector", random_index: Sequence[float] = SAATY
) -> Comparison:
    """Shares from pairwise comparisons, with lambda_max, CI, CR and the geometric consistency index.

    Parameters
    ----------
    matrix : float64[n, n]
        How many times as important row i is as column j, 1/9 to 9; NaN where not compared. One cell of each pair
        is enough; see `toolkit.weighting.comparison_matrix.comparisons`.
    names
        The criteria's names for messages; C1, C2, ... where none are given.
    by
        "eigenvector": the principal eigenvector, by Harker's matrix where pairs are lacking. "geometric": the
        geometric mean of each row, by logarithmic least squares where pairs are lacking.
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
    if by not in {"eigenvector", "geometric"}:
        raise refuse(
            phrase("没有这种方法：{by}", "there is no such method: {by}", by=by),
            Phrase("请用 eigenvector 或 geometric", "use eigenvector or geometric"),
        )
    eigenvalue, vector = perron(whole)
    index = consistency_index(eigenvalue, len(labels))
    rows = row_logarithms(whole)
    return Comparison(
        vector if by == "eigenvector" else divided(np.exp(rows)),
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
