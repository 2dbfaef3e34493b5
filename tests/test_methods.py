"""Do other methods agree: ranks beside the list, agreement, the chosen, and ranks turned round."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.examples import examples
from tests.invented import evaluation, group, indicator, members, scheme
from tests.test_diagnostics import shuffled
from toolkit.evaluation import Evaluation
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.ranking import competition_ranks
from toolkit.ground.statistics import correlation
from toolkit.sensitivity.methods import (
    METHODS,
    agreement_of_methods,
    chosen_by_methods,
    methods,
    rank_reversals,
    values_and_shares,
    weighted_rank_correlation,
)
from toolkit.sensitivity.methods.kernels import spotis

FEW = settings(max_examples=examples(15), suppress_health_check=[HealthCheck.too_slow])


def asked(table: list[list[float]], weights: list[float], classes: list[str] | None = None, places: int = 1) -> Evaluation:
    who = members(len(table), classes)
    names = [f"x{place}" for place in range(len(weights))]
    rules = scheme(
        indicator=[indicator(name, weight, missing="exclude") for name, weight in zip(names, weights, strict=True)],
        award=[{"id": "prize", "label": "prize", "quota": {"number": places}}],
        members={"table": "members", "key": "key", "name": "name", **({"class": "class"} if classes else {})},
    )
    return evaluation(rules, who, pd.DataFrame(table, index=who.index, columns=names))


BALANCED = asked([[95, 20], [60, 60], [40, 80], [10, 10]], [60, 40])


def test_the_list_stands_beside_every_method() -> None:
    found = methods(BALANCED)
    assert found.columns.tolist() == ["class", "list", *METHODS]
    assert found["list"].tolist() == found["arithmetic"].tolist() == [1, 2, 3, 4]  # 65, 60, 56, 10
    assert found["geometric"].tolist() == [3, 1, 2, 4]  # 50.9, 60, 52.8, 10
    assert found["vikor"].tolist() == [2, 1, 3, 4]


@FEW
@given(contested())
def test_without_adjustments_and_means_of_other_kinds_the_arithmetic_mean_is_the_total(one: Evaluation) -> None:
    if any(branch.power != 1 or branch.full != 1 or branch.stepped for branch in one.tree.branches):
        return
    values, shares = values_and_shares(one)
    if one.scheme.total.better == "lower":  # the better the higher, in every method
        top = max(one.scheme.scale, float(one.values.max(axis=None)))
        values = top - values
    total = np.where(shares.any(axis=1), (np.nan_to_num(values) * shares).sum(axis=1), np.nan)
    bonus = one.scores["bonus"].fillna(0).to_numpy()
    np.testing.assert_allclose(total + bonus, one.scores[TOTAL].to_numpy(), atol=1e-7)


def test_a_share_goes_to_the_siblings_not_to_all() -> None:
    who = members(2)
    rules = scheme(
        group=[group("g", 50), group("h", 50)],
        indicator=[indicator("a", 50, "g", missing="exclude"), indicator("b", 50, "g"), indicator("c", 100, "h")],
    )
    one = evaluation(rules, who, pd.DataFrame({"a": [1.0, np.nan], "b": 1.0, "c": 1.0}, index=who.index))
    assert values_and_shares(one)[1].tolist() == [[0.25, 0.25, 0.5], [0, 0.5, 0.5]]


@settings(FEW, max_examples=examples(6))  # three tables of a list, twice
@given(contested())
def test_the_order_of_members_changes_nothing(one: Evaluation) -> None:
    class Still:
        """A shuffle that turns the members round."""

        def shuffle(self, order: list[str]) -> None:
            order.reverse()

    other = shuffled(one, Still())
    pd.testing.assert_frame_equal(methods(other).sort_index(), methods(one).sort_index())
    pd.testing.assert_frame_equal(agreement_of_methods(other), agreement_of_methods(one))
    pd.testing.assert_frame_equal(chosen_by_methods(other), chosen_by_methods(one))


def test_classes_are_ranked_apart() -> None:
    one = asked([[90, 10], [80, 80], [10, 10], [20, 20]], [50, 50], ["B", "A", "A", "B"])
    assert methods(one)["borda"].tolist() == [1, 1, 2, 1]
    assert agreement_of_methods(one)["class"].unique().tolist() == ["A", "B"]


def test_agreement_is_one_with_itself_and_less_where_they_differ() -> None:
    found = agreement_of_methods(BALANCED).set_index(["one", "other"])
    assert found.loc[("list", "arithmetic"), ["n", "kendall", "spearman", "weighted"]].tolist() == [4, 1, 1, 1]
    pair = found.loc[("list", "vikor"), ["kendall", "spearman", "weighted"]].tolist()
    assert pair == pytest.approx([2 / 3, 0.8, 0.72])


def test_the_weighted_correlation_is_that_of_pymcdm() -> None:
    """pymcdm 1.4.0, correlations.rw."""
    assert weighted_rank_correlation([1, 2, 3, 4, 5, 6], [2, 1, 3, 5, 4, 6]) == pytest.approx(0.8693877551020408)
    assert weighted_rank_correlation([1, 2, 3], [3, 2, 1]) == -1


def test_who_is_chosen_by_every_method() -> None:
    found = chosen_by_methods(asked([[95, 20], [60, 60], [40, 80], [10, 10]], [60, 40], places=2)).set_index("member")
    assert found["all"].to_dict()["m1"]
    assert found.loc["m0", ["list", "arithmetic"]].all()
    assert not found.loc["m0", ["geometric", "all"]].any()
    assert found.loc["m1", "chosen"] == len(METHODS)
    assert "m3" not in found.index


def test_who_holds_the_first_award_is_not_chosen_for_the_second() -> None:
    awards = [{"id": name, "label": name, "quota": {"number": 1}} for name in ("first", "second")]
    one = evaluation(BALANCED.scheme.with_({"award": awards}), BALANCED.members, BALANCED.values)
    found = chosen_by_methods(one).set_index(["award", "member"])
    assert ("first", "m0") in found.index
    assert ("second", "m0") not in found.index


@FEW
@given(contested())
def test_no_method_chooses_who_holds_an_earlier_award_or_is_barred(one: Evaluation) -> None:
    found = chosen_by_methods(one)
    struck = set(one.vetoes.loc[one.vetoes["veto"] == "grave", "member"])
    assert not struck & set(found["member"])
    beside = {award.id: award.beside for award in one.scheme.awards}
    for row in found.itertuples():
        earlier = list(beside)[: list(beside).index(str(row.award))]
        held = one.awards.loc[(one.awards["member"] == row.member), "award"]
        assert not set(held) & (set(earlier) - set(beside[str(row.award)]))


@FEW
@given(contested())
def test_the_chosen_hold_the_list_and_each_award_is_told(one: Evaluation) -> None:
    found = chosen_by_methods(one)
    held = {(row.award, row.member) for row in found[found["list"]].itertuples()}
    assert held == set(zip(one.awards["award"], one.awards["member"], strict=True))




def test_only_methods_that_look_at_the_others_turn_ranks_round() -> None:
    rng = np.random.default_rng(3)
    found = pd.concat([rank_reversals(asked(rng.integers(0, 100, (6, 3)).astype(float).tolist(), [40, 30, 30])) for _ in range(12)])
    turned = found.groupby("method")["turned"].sum()
    assert turned[["arithmetic", "geometric"]].tolist() == [0, 0]
    assert (turned[["topsis", "vikor", "borda"]] > 0).all()
    assert set(found["why"]) == {"last", "dominated"}


def test_methods_of_ones_own_are_asked_by_name() -> None:
    found = methods(BALANCED, {"spotis": lambda values, shares: spotis(values, shares, ideal=60.0)})
    assert found["spotis"].tolist() == [3, 1, 2, 4]


@given(st.lists(st.integers(1, 4), min_size=2, max_size=6), st.data())
def test_a_correlation_without_meaning_has_no_weighted_twin(one: list[int], data: st.DataObject) -> None:
    """Where one ranking tells nobody apart there is none; with shared places it may leave its range, and is not given."""
    other = data.draw(st.lists(st.integers(1, 4), min_size=len(one), max_size=len(one)))
    ranks = [competition_ranks(np.array(numbers, dtype=float)) for numbers in (one, other)]
    weighted = weighted_rank_correlation(*ranks)
    assert np.isnan(weighted) or -1 <= weighted <= 1
    assert np.isnan(weighted) or not np.isnan(correlation(*(each.astype(float) for each in ranks)))


def test_shared_places_can_carry_a_weighted_correlation_out_of_its_range() -> None:
    assert np.isnan(weighted_rank_correlation([1, 1, 3], [2, 3, 1]))
