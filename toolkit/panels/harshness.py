"""Harsh and lenient scorers (偏严与偏宽): how far each expert lies from the others on the same members. Shown, never dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from toolkit.panels.score_table import admitted, exact_sums, quotient
from toolkit.ranking import Floats, Integers

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.panels.score_table import Table

NOISE = 1e-9  # points: what is nearer is rounding, not harshness


def expert_deviations(scores: Table, recused: Table | None = None, *, level: float = 0.95) -> pd.DataFrame:
    """How far each expert's scores lie above or below those of the others, on the members they share.

    On each member that another expert scored too, d = own score - mean of the others' scores. The deviation is the
    mean of d, its error s / sqrt(n). The intervals are Student's, widened (Bonferroni) so that with probability
    `level` all of them hold together: among fifty experts who are alike it seldom marks a single one.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.score_table.admitted`.
    level
        Between 0 and 1.

    Returns
    -------
    DataFrame
        Index expert, in the order given. Columns: scored (members), compared (of them, scored by another too),
        deviation (points; above 0 lenient, below 0 harsh), error, low, high (NaN of fewer than two compared), stance:
        "lenient" or "harsh" where the interval leaves out 0, "unremarkable", or "unknown" with fewer than two.

    Examples
    --------
    >>> given = np.array([[80, 82, 70], [90, 91, 80], [60, 63, 50], [75, 76, 66]])
    >>> expert_deviations(given)[["deviation", "stance"]].round(2).values.tolist()
    [[4.0, 'lenient'], [6.62, 'lenient'], [-10.62, 'harsh']]
    """
    import pandas as pd

    frame = admitted(scores, recused)
    table = frame.to_numpy()
    others = (~np.isnan(table)).sum(axis=1)[:, None] - 1
    apart = table - quotient(exact_sums(table, axis=1)[:, None] - np.nan_to_num(table), np.maximum(others, 0))
    compared = (~np.isnan(apart)).sum(axis=0)
    deviation = quotient(exact_sums(apart, axis=0), compared)
    squares = exact_sums((apart - deviation) ** 2, axis=0)
    error = np.sqrt(quotient(squares, np.maximum(compared - 1, 0) * compared))
    reach = error * _student(compared, level)
    columns = {
        "scored": (~np.isnan(table)).sum(axis=0),
        "compared": compared,
        "deviation": deviation,
        "error": error,
        "low": deviation - reach,
        "high": deviation + reach,
        "stance": _stances(deviation, reach),
    }
    return pd.DataFrame(columns, index=frame.columns)


def _student(compared: Integers, level: float) -> Floats:
    """Student's quantile for each expert, for intervals that hold together."""
    from scipy.special import stdtrit

    together = max(int((compared > 1).sum()), 1)
    return np.asarray(stdtrit(np.maximum(compared - 1, 1), 1 - (1 - level) / (2 * together)), dtype=np.float64)


def _stances(deviation: Floats, reach: Floats) -> list[str]:
    outside = np.abs(deviation) > reach + NOISE
    marked = np.where(outside, np.where(deviation > 0, "lenient", "harsh"), "unremarkable")
    return [str(stance) for stance in np.where(np.isnan(reach), "unknown", marked)]
