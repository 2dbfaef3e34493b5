"""Stochastic multicriteria acceptability analysis as others published it: acceptabilities, central weights, confidence.

Two drugs against thrombosis after L. D. Lynd and B. J. O'Brien, J. Clin. Epidemiol. 57 (2004), 795-803, three criteria, each measurement
a Beta distribution: the example of the R package smaa (G. van Valkenhoef; tests/Examples/smaa-Ex.Rout.save, N = 10,000) and of
drugis/mcda-elicitation-web (examples/thrombolytics.json; R/test/thrombo.R, N = 10,000, three kinds of weights).
Four antidepressants and placebo after G. van Valkenhoef et al., J. Clin. Epidemiol. 65 (2012), 394-403, six criteria, each a baseline and
relative effects that are normal together, on the logit scale: parameters and results as in drugis/addis, NetworkBenefitRiskTest (N = 10,000).
What is printed there has a Monte Carlo error of its own; ours is added to it, and four of both together are allowed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.invented import evaluation, indicator, members, scheme
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.scores import leaves_of
from toolkit.sensitivity import (
    Choices,
    GivenValues,
    GivenWeights,
    UniformWeights,
    central_weights,
    rank_probabilities,
    scenario_probabilities,
)

THEIRS = 10_000
OURS = 800
SEED = 2001
CRITERIA = ["proximal", "distal", "bleeding"]
SCALES = {"proximal": (0.25, 0.0), "distal": (0.4, 0.15), "bleeding": (0.1, 0.0)}
BETAS = {
    "m0": {"proximal": (20, 116), "distal": (40, 96), "bleeding": (1, 135)},
    "m1": {"proximal": (8, 121), "distal": (32, 97), "bleeding": (5, 124)},
}
"""Heparin and enoxaparin: events and non-events."""
ORDERED = "proximal >= bleeding >= distal"
EXACT = {"proximal": 4.0, "distal": 1.0, "bleeding": 2.0}


def alternatives(raw: dict[str, list[float]], scales: dict[str, tuple[float, float]]) -> Evaluation:
    """Members m0, m1, ... with these raw values, valued linearly from worst to best and beyond."""
    shapes = {name: {"shape": "linear", "worst": worst, "best": best, "clamp": False} for name, (worst, best) in scales.items()}
    rules = scheme(indicator=[indicator(name, value=shape) for name, shape in shapes.items()], decimals=12)
    who = members(len(next(iter(raw.values()))))
    return rescored(evaluation(rules, who, pd.DataFrame(raw, index=who.index)), rules)


@pytest.fixture(scope="module")
def drugs() -> Evaluation:
    means = {name: [own[name][0] / sum(own[name]) for own in BETAS.values()] for name in CRITERIA}
    return alternatives(means, SCALES)


@pytest.fixture(scope="module")
def trials() -> Choices:
    rng = np.random.default_rng(2004)
    draws = {name: {drug: rng.beta(*own[name], size=50_000) for drug, own in BETAS.items()} for name in CRITERIA}
    return Choices(GivenValues({name: pd.DataFrame(own) for name, own in draws.items()}))


def near(found: float, published: float, error: float, theirs: float | None = None) -> None:
    """Four standard errors of both together; theirs that of a chance unless told."""
    own = np.sqrt(published * (1 - published) / THEIRS) if theirs is None else theirs
    assert abs(found - published) < 4 * np.hypot(own, error), (found, published, own, error)


def agrees(found: pd.DataFrame, criteria: list[str], ranks: list[float], central: list[list[float]], confidence: list[float]) -> None:
    """First ranks, central weights in order of the criteria, and confidence factors of all members agree with the print."""
    for number, (_, row) in enumerate(found.iterrows()):
        near(row["probability"], ranks[number], row["probability_error"])
        for name, weight in zip(criteria, central[number], strict=True):
            theirs = row[f"{name}_error"] * np.sqrt(row["probability"] * found.attrs["draws"] / (ranks[number] * THEIRS))
            near(row[name] / 100, weight, row[f"{name}_error"] / 100, theirs / 100)
        # a confidence factor also errs with the central weights it is under: by about as much again
        near(row["confidence"], confidence[number], np.sqrt(2) * row["confidence_error"], np.sqrt(2 * 0.25 / THEIRS))


def test_the_thrombolytics_example_of_the_r_package_smaa_and_of_mcda_web(drugs: Evaluation, trials: Choices) -> None:
    found = central_weights(drugs, UniformWeights(draws=OURS, seed=SEED), 1, trials)
    printed = [[0.1865097, 0.2772205, 0.5362698], [0.4073100, 0.3641477, 0.2285423]]
    agrees(found, CRITERIA, [0.3504, 0.6496], printed, [0.6682, 0.8956])
    again = [[0.197599538560203, 0.278041542207046, 0.524358919232751], [0.411818897723962, 0.357824528300451, 0.230356573975587]]
    agrees(found, CRITERIA, [0.3381, 0.6619], again, [0.6389, 0.8925])


def test_the_same_with_an_order_of_the_weights(drugs: Evaluation, trials: Choices) -> None:
    found = central_weights(drugs, UniformWeights(draws=OURS, statements=(ORDERED,), seed=SEED), 1, trials)
    printed = [[0.52397265721202, 0.121295521278019, 0.354731821509961], [0.622923619837217, 0.110251595486162, 0.266824784676621]]
    agrees(found, CRITERIA, [0.1369, 0.8631], printed, [0.1914, 0.9174])


@pytest.mark.parametrize(("weights", "published"), [(EXACT, 0.1049), ({"proximal": 0.5, "distal": 0.2, "bleeding": 0.3}, 0.1279)])
def test_the_same_with_exact_weights(drugs: Evaluation, trials: Choices, weights: dict[str, float], published: float) -> None:
    spec = GivenWeights(pd.DataFrame([weights]))
    found = scenario_probabilities(drugs, Choices(*trials.parts, spec), draws=OURS)
    chance = found[found["kind"] == "rank"].set_index(["member", "outcome"])
    near(chance.loc[("m0", "1"), "probability"], published, chance.loc[("m0", "1"), "error"])
    near(chance.loc[("m1", "2"), "probability"], published, chance.loc[("m1", "2"), "error"])


BASELINES = {
    "diarrhea": (-2.189737, 0.2074509), "dizziness": (-2.229952, 0.6103081), "responders": (-0.1714358, 0.1129926),
    "headache": (-1.195991, 0.2926644), "insomnia": (-2.607277, 0.1905852), "nausea": (-2.017171, 0.1917053),
}  # fmt: skip
"""Of placebo, and what fluoxetine, paroxetine, sertraline and venlafaxine add to it: means, and covariances from the diagonal on."""
EFFECTS = {
    "diarrhea": (0.60820293, 0.14088424, 0.93203685, 0.09601785),
    "dizziness": (0.1203208, 0.6538699, -0.2203627, 1.1915229),
    "responders": (0.4718129, 0.7258847, 0.6715258, 0.8211993),
    "headache": (0.1964591, 0.1263129, 0.2029933, -0.2254059),
    "insomnia": (0.7978386, 0.7486351, 1.0663029, 0.9744811),
    "nausea": (0.3951561, 0.6442827, 0.6469638, 0.9771107),
}
COVARIANCES = {
    "diarrhea": (0.05366822, 0.04117003, 0.03407600, 0.03788519, 0.08108542, 0.03778130, 0.04324302, 0.05394404, 0.03338272, 0.09859621),
    "dizziness": (0.09124249, 0.07387436, 0.08086186, 0.06457527, 0.14080128, 0.10328788, 0.07030520, 0.14662864, 0.06920427, 0.08590214),
    "responders": (0.013445532, 0.010394690, 0.009881156, 0.010499559, 0.023006616, 0.008196856, 0.010732709, 0.019023866, 0.009210099, 0.019107243),
    "headache": (0.03519380, 0.02755068, 0.02189916, 0.02919822, 0.04847513, 0.02374509, 0.03277411, 0.03259199, 0.02356638, 0.05920276),
    "insomnia": (0.04388258, 0.03516051, 0.02560003, 0.03283164, 0.06255486, 0.02807280, 0.03474863, 0.05402063, 0.02592013, 0.06738850),
    "nausea": (0.04167875, 0.03492591, 0.02952693, 0.03559971, 0.05629741, 0.03102295, 0.03658295, 0.04396177, 0.02899487, 0.05369960),
}


def incidences(rng: np.random.Generator, criterion: str, size: int = 50_000) -> pd.DataFrame:
    """Drawn shares of patients, float64[size, members]: placebo is m0."""
    covariance = np.zeros((4, 4))
    covariance[np.triu_indices(4)] = COVARIANCES[criterion]
    covariance = np.maximum(covariance, covariance.T)
    effects = rng.multivariate_normal(EFFECTS[criterion], covariance, size)
    logits = rng.normal(*BASELINES[criterion], (size, 1)) + np.column_stack((np.zeros(size), effects))
    return pd.DataFrame(1 / (1 + np.exp(-logits)), columns=[f"m{i}" for i in range(5)])


def test_the_antidepressants_of_jsmaa_and_addis_with_errors_that_go_together() -> None:
    rng = np.random.default_rng(2012)
    draws = {criterion: incidences(rng, criterion) for criterion in BASELINES}
    scales = {criterion: (0.0, 1.0) if criterion == "responders" else (1.0, 0.0) for criterion in draws}
    asked = alternatives({name: frame.mean().tolist() for name, frame in draws.items()}, scales)
    choices, weights = Choices(GivenValues(draws)), UniformWeights(draws=1_000, seed=SEED)
    printed = [
        [0.6114, 0.1201, 0.0868, 0.0545, 0.1272], [0.0215, 0.2648, 0.3217, 0.3143, 0.0777], [0.1496, 0.3248, 0.2519, 0.2249, 0.0488],
        [0.0758, 0.1342, 0.1931, 0.2389, 0.3580], [0.1417, 0.1561, 0.1465, 0.1674, 0.3883],
    ]  # fmt: skip
    ranks = scenario_probabilities(asked, Choices(*choices.parts, UniformWeights(draws=20_000)), draws=2_000)
    chance = ranks[ranks["kind"] == "rank"].set_index(["member", "outcome"])["probability"]
    for number, row in enumerate(printed):
        for place, published in enumerate(row, start=1):
            near(chance[f"m{number}", str(place)], published, np.sqrt(published * (1 - published) / 2_000))
    central = [
        [0.17986517, 0.17659262, 0.09069475, 0.1618931, 0.19437357, 0.19658082], [0.08646901, 0.24112709, 0.22045918, 0.1362404, 0.10229834, 0.21340600],
        [0.17593187, 0.12181948, 0.29181468, 0.1293235, 0.13949573, 0.14161473], [0.07495453, 0.31162260, 0.27471687, 0.1266365, 0.09423491, 0.11783455],
        [0.18030730, 0.07638429, 0.27879293, 0.2584503, 0.11542176, 0.09064338],
    ]  # fmt: skip
    found = central_weights(asked, weights, 1, choices)
    agrees(found, list(BASELINES), [row[0] for row in printed], central, [0.9870, 0.1144, 0.5532, 0.5538, 0.6522])


def test_values_as_measured_and_ordered_weights_of_mcda_web() -> None:
    # drugis/mcda-elicitation-web, tmp/smaa-request.json and test/fixtures/smaa-plumber-response.json; weights by hit-and-run
    raw = {"survival": [0.6, 0.5], "severe": [0.6, 0.2], "moderate": [0.35, 0.05]}
    asked = alternatives(raw, {"survival": (0.45, 0.65), "severe": (0.8, 0.0), "moderate": (0.4, 0.0)})
    spec = UniformWeights(draws=20_000, statements=("severe >= survival >= moderate",))
    ranks = rank_probabilities(asked, spec).set_index(["member", "rank"])["probability"]
    assert ranks.to_dict() == {("m0", 2): 1.0, ("m1", 1): 1.0}
    found = central_weights(asked, spec)
    assert found.loc["m0", ["confidence", *raw]].isna().all()
    assert found.loc["m1", "confidence"] == 1
    printed: dict[str, Any] = {
        "survival": (0.2793379184, 0.06809135762, 0.4528930296),
        "severe": (0.6085854056, 0.3844790143, 0.9052430859),
        "moderate": (0.112076676, 0.004447004826, 0.283016633),
    }
    leaves = pd.DataFrame(np.concatenate([leaves_of(asked.tree, shares) for shares in spec.blocks(asked.tree, 0)]), columns=list(raw))
    for name, (mean, low, high) in printed.items():
        error = found.loc["m1", f"{name}_error"] / 100
        near(found.loc["m1", name] / 100, mean, error, np.sqrt(2) * error)
        assert leaves[name].quantile([0.025, 0.975]).tolist() == pytest.approx([low, high], abs=0.015)
