from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.altered import altered
from tests.examples import examples
from tests.invented import (
    applicability,
    evaluation,
    evaluations,
    group,
    indicator,
    members,
    scheme,
    scored,
    tables,
    trees,
)
from toolkit.evaluation import Evaluation
from toolkit.evaluation import many as drawn_standings
from toolkit.evaluation import many_scores as drawn_scores
from toolkit.evaluation import many_scores as patterned_scores
from toolkit.evaluation.decisions import decide_awards
from toolkit.evaluation.many import DrawnLists
from toolkit.evaluation.many_scores import PatternedScores
from toolkit.evaluation.scores import Tree, node_scores
from toolkit.evaluation.steps import Steps
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import rounded
from toolkit.sensitivity import GivenWeights, WeightDraws, award_probabilities


def plain_awards(asked: Evaluation, shares: np.ndarray) -> pd.Series[str]:
    """The awards under one vector of shares, by the rule that makes the official list."""
    tree = Tree.of(asked.scheme).among(asked.members["class"]).with_weights(shares)
    table = scored(asked.scheme, tree, asked.values, asked.measured.adjustments, asked.applicable)
    return decide_awards(asked.scheme, asked.members, table, asked.vetoes).award


@settings(max_examples=examples(12))
@given(evaluations(), st.sampled_from([0.05, 0.3, 0.9]), st.sampled_from([0, 1, 16]))
def test_every_draw_follows_the_official_rule(asked: Evaluation, spread: float, patterns: int) -> None:
    spec = WeightDraws(draws=6, spread=spread)
    shares = next(spec.blocks(Tree.of(asked.scheme), asked.scheme.seed))
    few = 1 if patterns else drawn_standings.FEW  # with 1 pairs are always worked out alone
    with patch.object(patterned_scores, "PATTERNS", patterns), patch.object(drawn_standings, "FEW", few):
        drawn = list(DrawnLists.of(asked).awards(shares))
    for draw in range(6):
        expected = plain_awards(asked, shares[draw]).to_numpy()
        for award, given_ in zip(asked.scheme.awards, drawn, strict=True):
            assert (given_[draw] == (expected == award.id)).all()


@settings(max_examples=examples(10))
@given(evaluations(), st.integers(1, 300))
def test_chunks_have_no_influence_and_probabilities_are_shares(asked: Evaluation, chunk: int) -> None:
    spec = WeightDraws(draws=300)
    whole, cut = award_probabilities(asked, spec), award_probabilities(asked, spec, chunk=chunk)
    pd.testing.assert_frame_equal(whole, cut, check_exact=True)
    ids = [award.id for award in asked.scheme.awards]
    assert np.allclose(whole[[*ids, "none"]].sum(axis=1), 1)
    assert (whole.loc[~asked.members["applied"], "none"] == 1).all()
    for id_ in ids:
        assert np.allclose(whole[f"{id_}_error"] ** 2 * 300, whole[id_] * (1 - whole[id_]))


@settings(max_examples=examples(12))
@given(evaluations(), st.randoms(use_true_random=False))
def test_the_order_of_members_has_no_influence(asked: Evaluation, random: object) -> None:
    order = list(asked.members.index)
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = altered(asked, members=asked.members.loc[order], values=asked.values.loc[order])
    one, other = (award_probabilities(item, WeightDraws(draws=50)) for item in (asked, shuffled))
    pd.testing.assert_frame_equal(one, other.loc[one.index], check_exact=True)


def contest() -> Evaluation:
    """Two members, one place: m0 leads on a, m1 on b; voted equal, m0 is ahead by a hair."""
    rules = scheme(
        indicator=[indicator("a", 50), indicator("b", 50)],
        award=[{"id": "prize", "label": "奖", "quota": {"number": 1}}],
    )
    who = members(2)
    return evaluation(rules, who, pd.DataFrame({"a": [81.0, 60.0], "b": [60.0, 80.0]}, index=who.index))


def test_the_probability_is_that_of_the_distribution() -> None:
    # m0 wins when 21 w > 20 (1 - w): w > 20/41; w is Beta(c/2, c/2) with c = 1 / 0.2^2 - 1 = 24
    from scipy.stats import beta

    found = award_probabilities(contest(), WeightDraws(draws=20_000)).loc["m0"].to_dict()
    assert abs(found["prize"] - beta(12, 12).sf(20 / 41)) < 4 * found["prize_error"] + 2e-3


def test_the_spread_is_the_typical_relative_change() -> None:
    tree = Tree.of(
        scheme(
            group=[group("g")],
            indicator=[indicator(x, w, "g") for x, w in zip("abcd", (40, 30, 20, 10), strict=True)],
        )
    )
    drawn = np.concatenate(list(WeightDraws(draws=50_000, spread=0.2).blocks(tree, 1)))[:, 1:5]
    voted = np.array([0.4, 0.3, 0.2, 0.1])
    assert np.allclose(drawn.mean(axis=0), voted, atol=2e-3)
    assert np.sqrt((voted * (drawn.std(axis=0) / voted) ** 2).sum()) == pytest.approx(0.2, rel=0.01)
    assert np.allclose(drawn.sum(axis=1), 1)


def test_a_weight_voted_zero_stays_zero_and_more_draws_begin_with_the_same() -> None:
    tree = Tree.of(scheme(indicator=[indicator("a", 3), indicator("b", 0), indicator("c", 1)]))
    few, many = (np.concatenate(list(WeightDraws(draws=n).blocks(tree, 7))) for n in (300, 1300))
    assert (many[:, 1] == 0).all()
    assert (many[:300] == few).all()
    assert not (few == next(WeightDraws(draws=300, seed=8).blocks(tree, 7))[0]).all()


def test_given_weights_are_taken_as_they_are() -> None:
    weights = pd.DataFrame({"b": [1.0, 3.0, 0.0, 2.0], "a": [1.0, 1.0, 5.0, 2.0]})
    found = award_probabilities(contest(), GivenWeights(weights))
    assert found["prize"].tolist() == [0.75, 0.25]


def test_given_weights_follow_the_path_through_the_groups() -> None:
    tree = Tree.of(
        scheme(
            group=[group("g", 7), group("h", 1)],
            indicator=[indicator("a", 1, "g"), indicator("b", 1, "g"), indicator("c", 1, "h")],
        )
    )
    shares = next(GivenWeights(pd.DataFrame({"a": [1.0, 0], "b": [2.0, 0], "c": [1.0, 1]})).blocks(tree, 0))
    assert np.allclose(shares, np.array([[0.75, 0.25, 1 / 3, 2 / 3, 1, 1], [0, 1, 0, 0, 1, 1]]))


@pytest.mark.parametrize(
    "wrong", [{"draws": 0}, {"spread": 0.0}, {"spread": 1.0}, {"spred": 0.1}, {"seed": -1}, {"draws": 10.5}]
)
def test_a_misspelt_or_impossible_question_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(Refused) as refused:
        WeightDraws(**wrong)
    (problem,) = refused.value.problems
    assert problem.column == f"WeightDraws.{next(iter(wrong))}"
    assert problem.rule.zh != problem.rule.en


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"a": [1.0], "c": [1.0]}, "no such indicator"),
        ({"a": [1.0]}, "lacking"),
        ({"a": [-1.0], "b": [1.0]}, "not negative"),
        ({"a": [0.0], "b": [0.0]}, "not all 0"),
        ({"a": [np.nan], "b": [1.0]}, "numbers"),
        ({"a": [], "b": []}, "no weights"),
    ],
)
def test_given_weights_that_do_not_fit_are_refused(weights: dict[str, list[float]], said: str) -> None:
    with pytest.raises(Refused, match=said):
        award_probabilities(contest(), GivenWeights(pd.DataFrame(weights)))


def test_progress_is_told_and_many_members_are_taken_in_small_chunks() -> None:
    told: list[int] = []
    award_probabilities(contest(), WeightDraws(draws=1100), progress=told.append)
    assert told == [512, 1024, 1100]


@given(st.lists(st.integers(-40_000, 40_000), min_size=1, max_size=8), st.integers(0, 3))
def test_steps_are_the_rounded_scores_below_zero_too(eighths: list[int], decimals: int) -> None:
    points = np.array(eighths) / 8 / 10**decimals
    steps = Steps(decimals, float(points.min()), float(np.abs(points).max()))
    lifted = (points * steps.fine + steps.half + steps.shift)[None, :]
    cut = steps.cut(lifted, np.flatnonzero(points < 0), np.empty(lifted.shape, steps.dtype))
    assert (cut[0] == steps.of(points)).all()
    assert (cut > 0).all()
    for bar in points:
        assert ((cut[0] >= steps.least(bar)) == (rounded(points, decimals) >= bar)).all()


def scored_by(drawn: PatternedScores, node: int, shares: np.ndarray, plus: np.ndarray) -> np.ndarray:
    """All blocks of a node's scores together."""
    found = np.full((len(shares), len(plus)), np.nan)
    for draws, scores in drawn.node(node, shares, plus):
        assert np.isnan(found[draws]).all()
        found[draws] = scores
    return found


@settings(deadline=None)
@given(st.data(), st.sampled_from([0, 2, 16]))
def test_drawn_scores_are_the_scores(data: st.DataObject, patterns: int) -> None:
    rules = scheme(**data.draw(trees(looking=True)))
    values = data.draw(tables(rules, members(6)))
    applying = data.draw(applicability(values)).to_numpy()
    tree = Tree.of(rules)
    shares = next(WeightDraws(draws=3, seed=data.draw(st.integers(0, 99))).blocks(tree, 0))
    with patch.object(patterned_scores, "PATTERNS", patterns):
        drawn = PatternedScores.of(tree, values.to_numpy(), applying)
    for branch in tree.branches:
        with patch.object(drawn_scores, "FEWEST", 2), patch.object(drawn_scores, "CELLS", 1):
            found = scored_by(drawn, branch.node, shares, np.ones(len(values)))
        for draw in range(len(shares)):
            expected = node_scores(tree.with_weights(shares[draw]), values.to_numpy(), applying)[:, branch.node]
            assert np.allclose(found[draw], np.nan_to_num(expected + 1, nan=0.0), rtol=1e-12)


def test_a_group_that_does_not_count_leaves_its_weight_in_every_draw() -> None:
    rules = scheme(
        group=[group("g", 1), group("h", 2), group("k", 3)],
        indicator=[indicator("a", 1, "g"), indicator("b", 1, "h"), indicator("c", 1, "k")],
    )
    tree, values = (
        Tree.of(rules),
        np.array([[50.0, np.nan, np.nan], [50.0, np.nan, 70.0], [50.0, 60.0, 70.0]]),
    )
    shares = next(WeightDraws(draws=4).blocks(tree, 0))
    drawn = scored_by(PatternedScores.of(tree, values), tree.nodes.index("total"), shares, np.zeros(3))
    g, h, k = shares[:, :3].T
    assert np.allclose(drawn[:, 0], 50)
    assert np.allclose(drawn[:, 1], (50 * g + 70 * k) / (g + k))
    assert np.allclose(drawn[:, 2], 50 * g + 60 * h + 70 * k)
