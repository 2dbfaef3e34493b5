from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from itertools import product
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings

from tests.contested import contested
from tests.drawing import decided_under, flat
from tests.examples import examples
from toolkit.evaluation import Evaluation
from toolkit.evaluation.scores import Tree, leaves_of
from toolkit.ground.problems import Refused
from toolkit.sensitivity import (
    Choices,
    GivenWeights,
    MeasurementErrors,
    UniformWeights,
    WeightDraws,
    central_weights,
    scenario_probabilities,
)
from toolkit.sensitivity.central_weights import JointDraws
from toolkit.sensitivity.weights.draws import BLOCK

PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(max_examples=examples(6), phases=PHASES)
@given(contested())
def test_they_are_the_means_over_the_official_lists(asked: Evaluation) -> None:
    spec = WeightDraws(draws=8, spread=0.6)
    shares = next(spec.blocks(Tree.of(asked.scheme), asked.scheme.seed))
    leaves, outcomes = leaves_of(asked.tree, shares), [decided_under(asked, one) for one in shares]
    names = [item.id for item in asked.scheme.indicators]
    first = asked.scheme.awards[0].id
    for sought in (1, 2, first):
        found = central_weights(asked, spec, sought)
        for member in asked.members.index:
            if sought == first:
                had = np.array([member in set(one.awards.loc[one.awards["award"] == first, "member"]) for one in outcomes])
            else:
                had = np.array([one.rank[member] == sought if pd.notna(one.rank[member]) else False for one in outcomes])
            assert found.loc[member, "probability"] == had.mean()
            if not had.any():
                assert found.loc[member, [*names, "confidence"]].isna().all()
                continue
            own = 100 * leaves[had]
            assert found.loc[member, names].to_numpy(float) == pytest.approx(own.mean(axis=0), abs=1e-6)
            errors = [f"{name}_error" for name in names]
            assert found.loc[member, errors].to_numpy(float) == pytest.approx(own.std(axis=0) / np.sqrt(had.sum()), abs=2e-3)


def test_two_criteria_by_hand() -> None:
    # x wins for a weight of a above 1/2: its central weights are (3/4, 1/4); in the middle z is never first
    asked = flat({"a": [100, 0, 49], "b": [0, 100, 49]})
    found = central_weights(asked, UniformWeights(draws=20_000))
    assert found.loc["m0", ["a", "b"]].to_numpy(float) == pytest.approx([75, 25], abs=0.6)
    assert found.loc["m0", "a_error"] == pytest.approx(50 / np.sqrt(12) / np.sqrt(10_000), rel=0.05)
    assert found["confidence"].tolist()[:2] == [1, 1]
    assert found.loc["m2"].isna()[["confidence", "a", "b"]].all()
    assert found.loc["m2", "probability"] == 0
    second = central_weights(asked, UniformWeights(draws=20_000), 2)
    assert second.loc["m2", "probability"] > 0.9
    assert second.loc["m2", "confidence"] == 0  # in the very middle it is last, 49 beside 50 and 50


def test_three_criteria_have_the_centre_of_their_triangle() -> None:
    # each is best where its own criterion weighs most: a third of the triangle, its centre of area (11, 3.5, 3.5) / 18
    asked = flat({name: [100 if name == own else 0 for own in "abc"] for name in "abc"})
    found = central_weights(asked, UniformWeights(draws=20_000))
    assert found["probability"].to_numpy() == pytest.approx(1 / 3, abs=0.015)
    centre = np.full((3, 3), 3.5 / 18) + np.eye(3) * 7.5 / 18
    assert found[["a", "b", "c"]].to_numpy() == pytest.approx(100 * centre, abs=1)


def test_a_rank_may_not_survive_the_mean_of_its_weights() -> None:
    # m0 is last at either end and never in the middle: its central weights are the middle, where it is not last
    asked = flat({"a": [60, 0, 100, 50], "b": [60, 100, 0, 50]})
    weights = GivenWeights(pd.DataFrame({"a": [1.0, 0, 9, 1], "b": [0.0, 1, 1, 9]}))
    found = central_weights(asked, weights, 2)
    assert found.loc["m0", ["a", "b", "confidence"]].tolist() == pytest.approx([50, 50, 0])


@pytest.mark.parametrize(
    ("sought", "said"), [("prizes", "is `prize"), (0, "count from 1"), (True, "whole numbers"), (1.5, "whole numbers")]
)
def test_what_is_not_there_is_refused(sought: str | int, said: str) -> None:
    with pytest.raises(Refused, match=said):
        central_weights(flat({"a": [1, 2]}), WeightDraws(draws=5), sought)


ERRORS = Choices(MeasurementErrors(8.0, relative=False, least=-1e9))
ONE = GivenWeights(pd.DataFrame({"a": [1.0], "b": [2.0]}))


def unclamped(values: dict[str, list[float]]) -> Evaluation:
    """As `flat`, the values valued beyond the ends of the scale."""
    made = flat(values)
    items = tuple(item.model_copy(update={"value": item.value.model_copy(update={"clamp": False})}) for item in made.scheme.indicators)
    return replace(made, scheme=made.scheme.model_copy(update={"indicators": items}))


def normal(z: float) -> float:
    return NormalDist().cdf(z)


@settings(max_examples=examples(4), phases=PHASES)
@given(contested())
def test_choices_that_change_nothing_change_nothing(asked: Evaluation) -> None:
    spec, first = WeightDraws(draws=12, spread=0.6), asked.scheme.awards[0].id
    for sought in (1, first):
        expected, found = central_weights(asked, spec, sought), central_weights(asked, spec, sought, Choices())
        if not found.attrs["failed"]:
            pd.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize(("sought", "draws"), [(2, 70), ("prize", 70), pytest.param(2, 530, marks=pytest.mark.slow)])
def test_acceptabilities_are_those_of_the_scenarios(sought: str | int, draws: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if draws < BLOCK:  # it takes two blocks all the same
        for module in ("weights.draws", "central_weights"):
            monkeypatch.setattr(import_module(f"toolkit.sensitivity.{module}"), "BLOCK", 64)
    asked = unclamped({"a": [60, 50, 48], "b": [40, 47, 46]})
    weights = GivenWeights(pd.concat([ONE.weights] * draws))
    found = central_weights(asked, weights, sought, ERRORS)
    every = scenario_probabilities(asked, Choices(*ERRORS.parts, ONE), draws=draws)
    kind, outcome = ("award", sought) if sought == "prize" else ("rank", str(sought))
    expected = every[(every["kind"] == kind) & (every["outcome"] == outcome)].set_index("member")["probability"]
    assert found["probability"].to_dict() == expected.reindex(found.index, fill_value=0.0).to_dict()
    assert found["a"].dropna().to_numpy() == pytest.approx(100 / 3)


@pytest.mark.parametrize(
    ("distribution", "chance"),
    [("normal", normal(5 / (8 * np.sqrt(2)))), ("uniform", 1 - (16 - 5) ** 2 / (2 * 16**2))],  # a triangle on -16 to 16
)
def test_confidence_in_one_criterion_is_the_chance_that_a_difference_is_no_error(distribution: str, chance: float) -> None:
    error = MeasurementErrors(8.0, relative=False, distribution=distribution, least=-1e9)
    draws = examples(250)
    found = central_weights(unclamped({"a": [55, 50]}), UniformWeights(draws=draws), 1, Choices(error))
    for member, expected in (("m0", chance), ("m1", 1 - chance)):
        row = found.loc[member]
        assert abs(row["confidence"] - expected) < 4 * row["confidence_error"]
        assert abs(row["probability"] - expected) < 4 * row["probability_error"]
        assert row["confidence_error"] == pytest.approx(np.sqrt(row["confidence"] * (1 - row["confidence"]) / draws))
    assert found.loc["m0", "confidence"] != found.loc["m0", "probability"]  # scenarios of its own


def test_two_criteria_in_closed_form() -> None:
    # under weights (w, 1 - w) m0 leads m1 by 20 (2 w - 1), with an error of variance 2 s^2 (w^2 + (1 - w)^2)
    asked = unclamped({"a": [60, 40], "b": [40, 60]})
    found = central_weights(asked, UniformWeights(draws=examples(250)), 1, ERRORS).loc["m0"]
    weights = (np.arange(2_000) + 0.5) / 2_000
    chance = np.array([normal(20 * (2 * w - 1) / (8 * np.sqrt(2 * (w**2 + (1 - w) ** 2)))) for w in weights])
    central = (weights * chance).sum() / chance.sum()
    assert abs(found["probability"] - 0.5) < 4 * found["probability_error"]
    assert abs(found["a"] / 100 - central) < 4 * found["a_error"] / 100
    own = found["a"] / 100
    confidence = normal(20 * (2 * own - 1) / (8 * np.sqrt(2 * (own**2 + (1 - own) ** 2))))
    assert abs(found["confidence"] - confidence) < 4 * found["confidence_error"]


@pytest.mark.slow
def test_neither_workers_nor_the_order_of_members_change_a_figure() -> None:
    asked, spec = unclamped({"a": [60, 50, 48], "b": [40, 47, 46]}), UniformWeights(draws=520)
    told: list[int] = []
    alone = central_weights(asked, spec, 1, ERRORS, progress=told.append)
    assert told[:2] == [512, 520]
    assert told[2:] == [520 + 64 * block for block in range(1, 9)] + [1_040]  # the scenarios of the confidence
    with ThreadPoolExecutor(2) as executor:
        turned = central_weights(replace(asked, members=asked.members.iloc[::-1]), spec, 1, ERRORS, executor=executor)
    assert list(turned.index) == ["m2", "m1", "m0"]
    pd.testing.assert_frame_equal(turned.loc[alone.index], alone, check_exact=True)


def test_the_seed_is_that_of_the_weights_or_the_scheme() -> None:
    asked, few = unclamped({"a": [60, 50], "b": [40, 47]}), 40
    own, other = (central_weights(asked, UniformWeights(draws=few, seed=seed), 1, ERRORS) for seed in (None, 5))
    assert (own.attrs["seed"], other.attrs["seed"]) == (asked.scheme.seed, 5)
    assert not other.equals(own)


def test_it_draws_until_every_chance_is_as_precise_as_wanted() -> None:
    asked = unclamped({"a": [60, 40], "b": [40, 60]})
    found = central_weights(asked, UniformWeights(draws=5_000), 1, ERRORS, precision=0.03)
    assert found.attrs["draws"] == 512
    assert found.attrs["met"]
    assert found["confidence_error"].max() < found.attrs["largest_error"] <= 0.03


def test_draws_that_cannot_be_computed_are_told_and_left_out() -> None:
    # a harmonic mean has no meaning below 0: an error takes m1 there in about one draw of six
    asked = unclamped({"a": [60, 8], "b": [40, 100]})
    rules = asked.scheme.with_({"total.aggregate": "harmonic"})
    found = central_weights(replace(asked, scheme=rules), GivenWeights(pd.concat([ONE.weights] * 300)), 1, ERRORS)
    assert 20 < found.attrs["failed"] < 80
    assert found["probability"].sum() == pytest.approx(1)


def test_weights_are_said_once_and_choices_have_to_fit() -> None:
    asked = flat({"a": [1, 2]})
    with pytest.raises(Refused, match="which weights"):
        central_weights(asked, UniformWeights(draws=5), 1, Choices(WeightDraws()))
    with pytest.raises(Refused, match="is `a` meant"):
        central_weights(asked, UniformWeights(draws=5), 1, Choices(MeasurementErrors(1.0, ("aa",))))
    with pytest.raises(Refused, match="precision"):
        central_weights(asked, UniformWeights(draws=5), 1, ERRORS, precision=0.0)
    with pytest.raises(Refused, match=r"write Choices\(MeasurementErrors"):
        central_weights(asked, UniformWeights(draws=5), 1, MeasurementErrors(1.0))


@settings(max_examples=examples(4), phases=PHASES)
@given(contested())
def test_confidence_counts_what_the_official_runs_would(asked: Evaluation) -> None:
    spec, choices = WeightDraws(draws=1, seed=5), Choices(MeasurementErrors(0.05))
    for sought in (1, asked.scheme.awards[0].id):
        every = JointDraws.of(asked, spec, choices, sought)
        tree, own = every.scenarios.ground.evaluation.tree, np.arange(len(asked.members))
        shares = next(WeightDraws(draws=len(own), spread=0.6).blocks(tree, 3))
        expected, scenarios = np.zeros(len(own), np.int64), [every.scenarios[draw] for draw in range(4)]
        for scenario, member in product(scenarios, own):
            scenario.shares = shares[member]
            expected[member] += every.has(every.runs.outcome(scenario))[member]
        draws, failed, (had,) = every.confidence(shares, own, range(4))
        assert (draws, failed, had.tolist()) == (4, 0, expected.tolist())
