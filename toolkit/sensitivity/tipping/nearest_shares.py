"""The shares nearest to some that meet linear conditions: each a small linear programme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from toolkit.ranking import Floats

Norm = Literal["largest", "sum"]
NORMS: tuple[Norm, ...] = ("largest", "sum")
Row: TypeAlias = "tuple[Floats, float]"
"""A condition g . s <= c: g float64[n], and c."""


def moved(way: Floats, norm: Norm) -> float:
    """How long a way is: its largest single change, or the sum of all."""
    return float(np.abs(way).max() if norm == "largest" else np.abs(way).sum())


def smallest_change(gap: Floats, shares: Floats, norm: Norm) -> Floats | None:
    """The shares nearest to some, at least 0 and with the same sum, at which a gap closes; None where none do.

    Minimises max |s - shares| or sum |s - shares| subject to gap . s = 0, by HiGHS.

    Parameters
    ----------
    gap, shares : float64[n]
        What one member is ahead of the other for each whole share, and the shares as they stand.

    Examples
    --------
    >>> smallest_change(np.array([20.0, -25.0]), np.array([0.6, 0.4]), "largest").round(4).tolist()
    [0.5556, 0.4444]
    """
    return nearest_shares(shares, norm, [(gap, 0.0), (-gap, 0.0)])


def nearest_shares(shares: Floats, norm: Norm, rows: Sequence[Row]) -> Floats | None:
    """The shares nearest to some, at least 0 and with the same sum, that meet all conditions; None where none do."""
    from scipy.optimize import linprog

    n, least = len(shares), 1 if norm == "largest" else len(shares)
    over = np.ones((n, 1)) if norm == "largest" else np.eye(n)
    sizes = [max(float(np.abs(gap).max()), 1e-12) for gap, _ in rows]
    held = np.array([[*(gap / size), *np.zeros(least)] for (gap, _), size in zip(rows, sizes, strict=True)]).reshape(-1, n + least)
    to = [(bound - float(gap @ shares)) / size for (gap, bound), size in zip(rows, sizes, strict=True)]
    found = linprog(
        np.concatenate([np.zeros(n), np.ones(least)]),
        A_ub=np.vstack([np.block([[np.eye(n), -over], [-np.eye(n), -over]]), held]), b_ub=np.concatenate([np.zeros(2 * n), to]),
        A_eq=np.concatenate([np.ones(n), np.zeros(least)])[None, :], b_eq=np.zeros(1),
        bounds=[*((-float(share), None) for share in shares), *[(0, None)] * least], method="highs",
    )  # fmt: skip
    return shares + np.asarray(found.x[:n], dtype=np.float64) if found.success and found.x is not None else None


def least_ways(gaps: Floats, leads: Floats, norm: Norm) -> Floats:
    """How far it is at least until each lead is nothing, were shares below 0 allowed: float64[rows], inf for never.

    With a largest change t a lead falls by no more than t sum |g - median g|, with a sum of changes t by no more than
    t (max g - min g) / 2.

    Parameters
    ----------
    gaps : float64[rows, n]
        What each lead is for each whole share.
    leads : float64[rows]

    Examples
    --------
    >>> least_ways(np.array([[20.0, -25.0]]), np.array([2.0]), "largest").round(4).tolist()  # as far as the tie above
    [0.0444]
    """
    if norm == "largest":
        rate = np.abs(gaps - np.median(gaps, axis=1)[:, None]).sum(axis=1)
    else:
        rate = (gaps.max(axis=1) - gaps.min(axis=1)) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(leads <= 0, 0.0, np.where(rate > 0, leads / rate, np.inf))
