"""What COINr prints of its ASEM example: scores, nominal ranks, and how far ranks move when what was assumed is drawn.

W. Becker, G. Caperna, M. Del Sorbo, H. Norlen, E. Papadimitriou, M. Saisana, "COINr: An R package for developing composite
indicators", J. Open Source Software 7 (2022), 4567. The example (R/examples.R): gaps filled by the mean of the continent, outliers
drawn in (at most 5, else the logarithm), minima and maxima as 0 and 100, arithmetic means. Printed: vignette "results"
(scores of the first six, of India), vignette "sensitivity" (RankStats of the first six by code, N = 100).

The vignette draws four assumptions, each by itself: at most 1 to 5 points drawn in; min-max on 1 to 100, or z-scores of mean 10 and
deviation 2; weights of pillars and sub-indexes times 1 +- 25 %, one of 100 sets; arithmetic or geometric means. The first is no choice
of this house: it is one scheme for each number, all equally likely. Its draws of weights and its Sobol indices are not printed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation, evaluate, rescored
from toolkit.scheme.outliers import Winsorise
from toolkit.sensitivity import (
    Aggregations,
    Choices,
    GivenWeights,
    Valuings,
    rank_summary,
    scenario_probabilities,
)

DATA = Path(__file__).parents[2] / "shared" / "data" / "asem"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the published ASEM data are not beside this checkout")

NODES = ["total", "Conn", "Sust", "Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin"]
SCORES = {
    "CHE": [68.38, 62.79, 73.98, 63.41, 32.87, 74.78, 85.94, 56.93, 77.21, 87.85, 56.88],
    "NLD": [64.82, 61.94, 67.70, 64.87, 46.62, 84.55, 71.74, 41.92, 58.73, 86.58, 57.78],
    "DNK": [64.80, 57.10, 72.51, 50.52, 30.43, 78.13, 75.35, 51.04, 69.83, 86.40, 61.29],
    "NOR": [64.47, 57.44, 71.50, 58.18, 25.70, 80.03, 89.46, 33.80, 70.90, 87.00, 56.59],
    "BEL": [63.54, 63.99, 63.09, 71.97, 48.22, 80.84, 75.60, 43.32, 53.01, 86.17, 50.09],
    "SWE": [63.00, 53.87, 72.12, 51.51, 23.87, 80.98, 74.51, 38.50, 66.37, 87.74, 62.27],
    "IND": [39.79, 28.60, 50.99, 18.78, 6.38, 51.90, 59.84, 6.07, 75.34, 22.74, 54.88],
}
RANKS = {"CHE": 1, "NLD": 2, "DNK": 3, "NOR": 4, "BEL": 5, "SWE": 6, "IND": 45}
STATS = pd.DataFrame(
    {
        "AUS": [35, 35.28, 35, 34.00, 38], "AUT": [7, 7.00, 7, 5.95, 9], "BEL": [5, 5.15, 5, 3.00, 9],
        "BGD": [46, 45.46, 46, 41.00, 48], "BGR": [30, 27.59, 28, 24.00, 30], "BRN": [40, 40.07, 40, 37.00, 45],
    },
    index=["nominal", "mean", "q50", "q05", "q95"],
)  # fmt: skip
PILLARS = {"Conn": ["Physical", "ConEcFin", "Political", "Instit", "P2P"], "Sust": ["Environ", "Social", "SusEcFin"]}
THEIRS, OURS = 100, 250
LEVELS = {"q05": 0.05, "q50": 0.5, "q95": 0.95}


@cache
def filled() -> Evaluation:
    """The evaluation with gaps filled by the mean of the continent."""
    edition = open_edition(Path(__file__).parent / "published" / "asem")
    asked = evaluate(edition.scheme, edition.records)
    raw = asked.measured.raw
    continents = pd.read_csv(DATA / "iData.csv").set_index("uCode")["EurAsia_group"].loc[raw.index]
    whole = raw.fillna(raw.groupby(continents).transform("mean"))
    return replace(asked, measured=replace(asked.measured, raw=whole, applicable=whole.notna()))


@cache
def example(most: int, low: float, high: float) -> Evaluation:
    """With at most so many values drawn in, on a scale from `low` to `high`, worst to best."""
    made = filled()
    written: dict[str, object] = {"scale": high}
    for item in made.scheme.indicators:
        raw, treatment = made.measured.raw[item.id].to_numpy(np.float64), Winsorise(treat="winsorise", most=most)
        kind = {"treat": "log"} if treatment.stays_skewed(treatment.applied(raw)) else {"treat": "winsorise", "most": most}
        written[f"indicator[{item.id}].outliers"] = kind
        shape = {"shape": "min_max", "better": getattr(item.value, "better", "higher"), "to": [low, high]}
        written[f"indicator[{item.id}].value"] = shape
    return rescored(made, made.scheme.with_(written))


def noisy(rows: int) -> GivenWeights:
    """Weights of pillars and of sub-indexes, each times a number between 0.75 and 1.25."""
    rng, meta = np.random.default_rng(25), pd.read_csv(DATA / "iMeta.csv").set_index("iCode")
    moved = meta.loc[meta["Level"].isin([2, 3]), "Weight"]
    return GivenWeights(pd.DataFrame(moved.to_numpy() * rng.uniform(0.75, 1.25, (rows, len(moved))), columns=moved.index), among="siblings")


def test_scores_and_nominal_ranks_are_those_printed() -> None:
    found = example(5, 0, 100)
    for country, printed in SCORES.items():
        assert found.scores.loc[country, NODES].round(2).tolist() == printed
        assert found.ranking.loc[country, "rank"] == RANKS[country]
    assert found.ranking.loc[STATS.columns, "rank"].tolist() == STATS.loc["nominal"].tolist()


def test_ranks_under_all_four_assumptions_spread_as_printed() -> None:
    # a fifth of COINr's scale: ranks by either mean are the same, and z-scores have mean 10 and deviation 2 by themselves
    spec = Choices(Valuings(("own", "z_score")), Aggregations(("arithmetic", "geometric")), noisy(400))
    runs = [scenario_probabilities(example(most, 0.2, 20), spec, draws=OURS // 5, seed=most) for most in range(1, 6)]
    assert [run.attrs["failed"] for run in runs] == [0] * 5
    ranks = pd.concat(run[run["kind"] == "rank"] for run in runs)
    for country, printed in STATS.items():
        chance = ranks[ranks["member"] == country].groupby("outcome")["probability"].sum() / 5
        chance.index = chance.index.astype(int)
        chance = chance.sort_index()
        mean = (chance.index * chance).sum()
        spread = np.sqrt(((chance.index - mean) ** 2 * chance).sum())
        assert abs(mean - printed["mean"]) < 4 * spread * np.sqrt(1 / THEIRS + 1 / OURS)
        for quantile, level in LEVELS.items():
            # between ranks whose levels are four standard errors away, theirs and ours; in between theirs are interpolated
            error = 4 * np.sqrt(level * (1 - level) * (1 / THEIRS + 1 / OURS))
            below, above = (chance.index[np.searchsorted(chance.cumsum(), np.clip(at, 1e-9, 1 - 1e-9))] for at in (level - error, level + error))
            assert below <= printed[quantile] <= above


def test_under_drawn_weights_alone_each_rank_is_that_of_the_index_gathered_by_hand() -> None:
    made, spec = example(5, 0, 100), noisy(300)
    drawn = {}
    for number, weights in spec.weights.iterrows():
        subs = {sub: gathered(made.scores, weights, own) for sub, own in PILLARS.items()}
        drawn[number] = gathered(pd.DataFrame(subs), weights, list(PILLARS)).rank(ascending=False)
    by_hand, found = pd.DataFrame(drawn), rank_summary(made, spec).loc[made.members.index]
    assert found["mean"].to_numpy() == pytest.approx(by_hand.mean(axis=1).loc[found.index].to_numpy(), abs=1e-12)
    assert (found[["best", "worst"]].to_numpy() == by_hand.agg(["min", "max"], axis=1).loc[found.index].to_numpy()).all()
    assert (found["worst"] > found["best"]).sum() > 25  # they do move


def gathered(scores: pd.DataFrame, weights: pd.Series[float], nodes: list[str]) -> pd.Series[float]:
    """The mean of some nodes' scores, weighted."""
    return (scores[nodes] * weights[nodes]).sum(axis=1) / weights[nodes].sum()
