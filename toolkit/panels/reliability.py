"""How far a panel's scores can be relied on: the six intraclass correlations, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.panels.score_table import admitted, exact_sum, exact_sums, quotient
from toolkit.ranking import Floats
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.panels.score_table import Table

NOISE = 1e-13  # of the largest score: what is below it is rounding, not disagreement
FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")


@dataclass(frozen=True, eq=False)
class Intraclass:
    """Intraclass correlations of a panel.

    Parameters
    ----------
    table : DataFrame
        Index "ICC(1,1)" ... "ICC(3,k)"; columns value, low, high, f (of the test that it is 0), df1, df2, p. NaN where
        the scores leave it undefined.
    members, experts, left_out
        On how many members, scored by all experts, it rests; how many experts; how many members are left out because
        someone withdrew from them or has not scored them.
    """

    table: pd.DataFrame
    members: int
    experts: int
    left_out: int

    @property
    def said(self) -> Phrase:
        """On what the figures rest, and why there are none where there are none."""
        counts = {"members": self.members, "experts": self.experts, "left_out": self.left_out}
        if self.members < 2 or self.experts < 2:
            zh, en = "，至少各需 2 个，无法计算", ": two of each are needed, there are no figures"
        else:
            zh = en = ""
        return phrase(
            f"依据 {{experts}} 位专家都已评分的 {{members}} 个会员，另有 {{left_out}} 个因回避或未评而未计入{zh}",
            f"{{members}} members scored by all {{experts}} experts; {{left_out}} left out for recusal or gaps{en}",
            **counts,
        )


def intraclass(scores: Table, recused: Table | None = None, *, level: float = 0.95) -> Intraclass:
    """The six intraclass correlations, on the members that all experts scored.

    Of n members and k experts, with mean squares between members B, within members W, between experts J and rest E:
    ICC(1,1) = (B - W) / (B + (k - 1) W), each member scored by experts of its own; ICC(2,1) = (B - E) / (B + (k - 1) E +
    k (J - E) / n), agreement with any like experts; ICC(3,1) = (B - E) / (B + (k - 1) E), consistency of these very
    ones. ICC(., k) are those of the mean of the k: for a panel's mean score, ICC(2,k) says how far another panel
    would agree.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.score_table.admitted`.
    level
        Of the intervals, between 0 and 1. They are exact for (1, .) and (3, .), Satterthwaite's approximation for (2, .).

    Examples
    --------
    >>> judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> found = intraclass(judges)
    >>> found.table["value"].round(2).tolist()
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    >>> found.said.into("en")
    '6 members scored by all 4 experts; 0 left out for recusal or gaps'

    References
    ----------
    Shrout, P. E. and Fleiss, J. L. (1979), Psychological Bulletin 86, 420-428, with the table of the example;
    McGraw, K. O. and Wong, S. P. (1996), Psychological Methods 1, 30-46 (intervals of ICC(2, .)).
    """
    import pandas as pd

    table = admitted(scores, recused).to_numpy()
    whole = table[~np.isnan(table).any(axis=1)]
    members, experts = whole.shape
    rows = np.full((len(FORMS), 7), np.nan)
    if members > 1 and experts > 1:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            rows = _rows(_Squares.of(whole), level)
    rows[~np.isfinite(rows[:, 0])] = np.nan
    found = pd.DataFrame(rows, index=list(FORMS), columns=["value", "low", "high", "f", "df1", "df2", "p"])
    return Intraclass(found, members, experts, len(table) - members)


@dataclass(frozen=True)
class _Squares:
    """Mean squares of a complete table: between members, within members, between experts, rest."""

    n: int
    k: int
    between: np.float64
    within: np.float64
    experts: np.float64
    rest: np.float64

    @classmethod
    def of(cls, table: Floats) -> _Squares:
        n, k = table.shape
        member = exact_sums(table, axis=1)[:, None] / k
        expert = exact_sums(table, axis=0)[None, :] / n
        mean = exact_sum(table.ravel().tolist()) / table.size
        squares = np.array([
            k * _sum(np.square(member - mean)) / (n - 1),
            _sum(np.square(table - member)) / (n * (k - 1)),
            n * _sum(np.square(expert - mean)) / (k - 1),
            _sum(np.square(table - member - expert + mean)) / ((n - 1) * (k - 1)),
        ])  # fmt: skip
        squares[squares <= (NOISE * np.abs(table).max()) ** 2] = 0.0
        return cls(n, k, *squares)


def _rows(squares: _Squares, level: float) -> Floats:
    n, k = squares.n, squares.k
    b, w, e = squares.between, squares.within, squares.rest
    one = _single(b, w, squares, n * (k - 1), level)
    two = _agreement(squares, level)
    three = _single(b, e, squares, (n - 1) * (k - 1), level)
    singles = np.array([one, two, three])
    many = singles.copy()
    many[:, :3] = _stepped_up(singles[:, :3], k)
    many[0, 0], many[2, 0] = quotient(b - w, b), quotient(b - e, b)
    return np.vstack((singles, many))


def _single(above: np.float64, below: np.float64, squares: _Squares, freedom: int, level: float) -> list[float]:
    """ICC(1,1) or ICC(3,1), its limits and its test, from the two mean squares it compares."""
    f, k, members = above / below, squares.k, squares.n - 1
    low, high = f / _fisher(members, freedom, level), f * _fisher(freedom, members, level)
    return [float(quotient(above - below, above + (k - 1) * below)), _from_f(low, k), _from_f(high, k), *_test(f, members, freedom)]


def _agreement(squares: _Squares, level: float) -> list[float]:
    n, k, b, j, e = squares.n, squares.k, squares.between, squares.experts, squares.rest
    value = quotient(b - e, b + (k - 1) * e + k * (j - e) / n)
    a, c = k * value, n * (1 - value) + k * value * (n - 1)  # McGraw and Wong's a and b, both times n (1 - value)
    freedom = quotient((a * j + c * e) ** 2, (a * j) ** 2 / (k - 1) + (c * e) ** 2 / ((n - 1) * (k - 1)))
    freedom = np.where(np.isnan(freedom), 1.0, freedom)  # full agreement: whatever it is, it is multiplied by 0
    below, above = _fisher(n - 1, freedom, level), _fisher(freedom, n - 1, level)
    rest = k * j + (k * n - k - n) * e
    low = quotient(n * (b - below * e), below * rest + n * b)
    high = quotient(n * (above * b - e), rest + n * above * b)
    return [float(value), float(low), float(high), *_test(b / e, n - 1, (n - 1) * (k - 1))]


def _stepped_up(single: Floats, k: int) -> Floats:
    """Spearman and Brown: the correlation of the mean of k, from that of one."""
    return quotient(k * single, 1 + (k - 1) * single)


def _fisher(above: Floats | float, below: Floats | float, level: float) -> np.float64:
    from scipy.special import fdtri

    return np.float64(fdtri(above, below, 1 - (1 - level) / 2))


def _from_f(f: np.float64, k: int) -> float:
    """(f - 1) / (f + k - 1), also where f is infinite."""
    return float(1 - k / (f + k - 1))


def _test(f: np.float64, above: int, below: int) -> list[float]:
    from scipy.special import fdtrc

    return [float(f), float(above), float(below), float(fdtrc(above, below, f))]


def _sum(squares: Floats) -> float:
    return exact_sum(squares.ravel().tolist())
