"""Arrays alone: the figures of the friendly functions, and published ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from tests.panels.score_sheets import JUDGES, OBSERVERS, withdrawn
from toolkit import panels
from toolkit.panels import METRICS

# Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. University of Pennsylvania, sections A and B.
BINARY = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T
LETTERS = np.array([["abcde".index(letter) for letter in row] for row in ("aabbdcccedda", "babbbcccEddd".lower())]).T


@pytest.mark.parametrize(("units", "metric", "published"), [
    (BINARY, "nominal", 0.095), (LETTERS, "nominal", 0.692), (OBSERVERS, "nominal", 0.743), (OBSERVERS, "ordinal", 0.815),
    (OBSERVERS, "interval", 0.849), (OBSERVERS, "ratio", 0.797),
])  # fmt: skip
def test_krippendorff_2011(units: np.ndarray, metric: panels.reliability.Metric, published: float) -> None:
    assert round(panels.alpha_value(units, metric=metric), 3) == published


def test_shrout_and_fleiss_1979() -> None:
    assert panels.intraclass_values(JUDGES).round(2).tolist() == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]


@given(withdrawn())
def test_they_are_the_figures_of_the_friendly_functions(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    scores, recused, _ = case
    members = panels.panel_scores(scores, recused, trim=1, minimum=3).members["score"]
    assert panels.panel_means(scores, recused, trim=1).tolist() == pytest.approx(members.tolist(), nan_ok=True)
    assert panels.mean_deviations(scores, recused).tolist() == pytest.approx(panels.expert_deviations(scores, recused)["deviation"].tolist(), nan_ok=True)
    assert panels.leniencies(scores, recused).tolist() == panels.expert_effects(scores, recused).effects["effect"].tolist()
    assert panels.levelled_scores(scores, recused).shape == scores.shape
    for metric in METRICS:
        friendly = panels.krippendorff_alpha(scores, recused, metric=metric, draws=0).value
        assert panels.alpha_value(scores, recused, metric=metric) == pytest.approx(friendly, nan_ok=True)
    assert panels.intraclass_values(scores, recused).tolist() == pytest.approx(panels.intraclass(scores, recused).table["value"].tolist(), nan_ok=True)
