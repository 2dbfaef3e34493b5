"""Shares of a variance, from runs in a Saltelli design: all results at once, with errors by bootstrap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.ranking import Floats, Mask

CELLS = 1 << 22


@dataclass(frozen=True, eq=False)
class Indices:
    """How much of the variance of each result is due to each factor; float64[factors, results] each.

    Parameters
    ----------
    first, total
        What a factor does alone, and what it does alone and together with others. NaN where the result never varies, or is itself NaN somewhere.
    first_error, total_error
        Standard errors, by bootstrap over the rows of the design.
    deviation : float64[results]
        The standard deviation of each result over the two independent samples.
    """

    first: Floats
    first_error: Floats
    total: Floats
    total_error: Floats
    deviation: Floats


def saltelli_design(factors: int, rows: int, seed: int) -> Floats:
    """A design of SALib: points float64[rows, factors + 2, factors] in [0, 1).

    Of each row the first point is A, the last B, and those between are A with one coordinate of B. The sequence is
    Sobol's, scrambled; `rows` is a power of 2.

    Examples
    --------
    >>> design = saltelli_design(3, 8, seed=1)
    >>> design.shape, bool((design[:, 2, 1] == design[:, -1, 1]).all())
    ((8, 5, 3), True)
    """
    from SALib.sample import sobol  # type: ignore[import-untyped]

    problem = {"num_vars": factors, "names": [f"x{i}" for i in range(factors)], "bounds": [[0.0, 1.0]] * factors}
    points = sobol.sample(problem, rows, calc_second_order=False, scramble=True, seed=seed)
    return np.asarray(points, dtype=np.float64).reshape(rows, factors + 2, factors)


def sobol_indices(results: Floats, seed: int, resamples: int = 100) -> Indices:
    """The indices of results in a design of `saltelli_design`.

    First order: mean of B (AB - A) over the variance; total: half the mean of (A - AB)^2 over it; results are
    standardised first, as in SALib.

    Parameters
    ----------
    results : float64[rows, factors + 2, results]
    seed, resamples
        Of the bootstrap.

    References
    ----------
    Saltelli, A. et al. (2010), Variance based sensitivity analysis of model output, Computer Physics Communications
    181, 259-270, table 2 (b) and (f). Jansen, M. J. W. (1999), Analysis of variance designs for model output, Computer
    Physics Communications 117, 35-43. Standardising and bootstrap as in SALib 1.5, `analyze.sobol`.
    """
    rows, points, count = results.shape
    drawn = np.random.default_rng(seed).integers(rows, size=(rows, resamples))
    size = max(1, CELLS // (rows * points))
    parts = [_indices(results[:, :, start : start + size], _times(drawn)) for start in range(0, max(count, 1), size)]
    first, total = (np.concatenate([part[place] for part in parts], axis=2) for place in (0, 1))
    errors = [found[1:].std(axis=0, ddof=1) for found in (first, total)]
    deviation = np.concatenate([part[2] for part in parts])
    return Indices(first[0], errors[0], total[0], errors[1], deviation)


def _times(drawn: NDArray[np.int64]) -> Floats:
    """How often each row is drawn in each resample, float64[1 + resamples, rows]; once each in the first."""
    rows, resamples = drawn.shape
    times = np.ones((resamples + 1, rows))
    for place, own in enumerate(drawn.T, start=1):
        times[place] = np.bincount(own, minlength=rows)
    return times


def _indices(results: Floats, times: Floats) -> tuple[Floats, Floats, Floats]:
    """First and total, float64[1 + resamples, factors, results], and the deviation of each result."""
    varies = np.ptp(results, axis=(0, 1)) > 0
    centred = np.where(varies, results - results.mean(axis=(0, 1)), 0.0)
    centred /= np.where(varies, centred.std(axis=(0, 1)), 1.0)
    base, last, mixed = centred[:, 0], centred[:, -1], centred[:, 1:-1]
    rows = len(results)
    both = times @ (base + last) / (2 * rows)
    variance = times @ (base**2 + last**2) / (2 * rows) - both**2
    some = variance > np.finfo(np.float64).eps
    alone = np.stack(list(_means(last[:, None] * (mixed - base[:, None]), times)), axis=1)
    whole = np.stack(list(_means((base[:, None] - mixed) ** 2 / 2, times)), axis=1)
    ends = np.concatenate([results[:, 0], results[:, -1]])
    deviation = np.where(np.ptp(ends, axis=0) == 0, 0.0, ends.std(axis=0))
    return _shares(alone, variance, some), _shares(whole, variance, some), deviation


def _shares(parts: Floats, variance: Floats, some: Mask) -> Floats:
    """Parts as shares of the variance: 0 in a resample without any, NaN where there is none at all."""
    shares = np.where(some[:, None], parts / np.where(some, variance, 1.0)[:, None], 0.0)
    return np.where(some[0], shares, np.nan)


def _means(terms: Floats, times: Floats) -> Iterator[Floats]:
    """For each factor the mean of its terms in each resample, float64[1 + resamples, results]."""
    for place in range(terms.shape[1]):
        yield times @ terms[:, place] / len(terms)
