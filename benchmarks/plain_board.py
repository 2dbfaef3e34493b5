"""What a committee would write for itself: sliders of ipywidgets, a weighted sum in pandas, places by class, one HTML table.

`benchmarks/board.py` shows it in Voilà beside the weight board. It knows neither vetoes nor minimums, ties or deductions, explains
nothing and keeps nothing; with chances it draws other weights in a loop.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from ipywidgets import HTML, FloatSlider, VBox

DRAWS, SPREAD = 1_000, 0.2
QUOTAS = (0.1, 0.3)
"""What share of a class has the first award, and what share one of both."""


def plain_board(values: str, *, chances: bool) -> VBox:
    """Sliders and the list of a CSV: code, class, then a column of 0 to 100 for each indicator."""
    frame = pd.read_csv(values, index_col=0, dtype={"kind": str})
    kinds, points = frame.pop("kind"), frame.fillna(0.0)
    sliders = [FloatSlider(value=100 / len(points.columns), min=0, max=100, step=0.5, description=name) for name in points.columns]
    shown = HTML()

    def answer(_: object = None) -> None:
        weights = np.array([slider.value for slider in sliders])
        listed = pd.DataFrame({"class": kinds, "total": weighted(points, weights).round(2)})
        listed["award"] = np.select([won(listed["total"], kinds, share) for share in QUOTAS], ["outstanding", "advanced"], "")
        if chances:
            listed["P(award)"] = chance(points, kinds, weights)
        shown.value = listed.sort_values("total", ascending=False).to_html()

    for slider in sliders:
        slider.observe(answer, "value")
    answer()
    return VBox([*sliders[:6], shown])


def weighted(points: pd.DataFrame, weights: np.ndarray) -> pd.Series:
    """The total of each member."""
    return points.mul(weights / weights.sum()).sum(axis=1)


def won(totals: pd.Series, kinds: pd.Series, share: float) -> pd.Series:
    """Who is among the best of its class."""
    places = totals.groupby(kinds).rank(ascending=False, method="min")
    return places <= np.floor(share * kinds.map(kinds.value_counts()))


def chance(points: pd.DataFrame, kinds: pd.Series, weights: np.ndarray) -> pd.Series:
    """How often a member has an award when each weight is a fifth more or less."""
    drawn = np.random.default_rng(1).uniform(1 - SPREAD, 1 + SPREAD, (DRAWS, len(weights)))
    kept = pd.Series(0, points.index)
    for one in drawn:
        kept += won(weighted(points, weights * one), kinds, QUOTAS[-1])
    return kept / DRAWS
