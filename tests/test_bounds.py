from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tests.contested import contested
from tests.examples import examples
from tests.invented import evaluation, group, indicator, members, scheme
from tests.straight import straight
from tests.test_stability import listed, two
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.many import weights_of
from toolkit.evaluation.scores import leaves_of, order_of, shares_of
from toolkit.ground.problems import Refused
from toolkit.sensitivity.bounds import (
    RankProgrammes,
    WeightBounds,
    WeightHull,
    WeightOrder,
    around,
    award_bounds,
    necessary_and_possible,
    proved_awards,
    rank_bounds,
)
from toolkit.sensitivity.bounds.leads import Extremes, Leads
from toolkit.sensitivity.weights.draws import WeightDraws

QUICK = settings(max_examples=examples(8), phases=(Phase.explicit, Phase.reuse, Phase.generate))


def drawn(asked: Evaluation, share: float, rng: np.random.Generator) -> np.ndarray:
    """Shares of every node within a part of the voted ones."""
    found = asked.tree.shares
    for branch in asked.tree.branches:
        own = list(branch.children)
        voted = found[own]
        for _ in range(50):
            some = voted * (1 + share * rng.uniform(-1, 1, len(own)))
            some /= some.sum()
            if (np.abs(some - voted) <= share * voted + 1e-12).all():
                found[own] = some
                break
    return found


def relisted(asked: Evaluation, shares: np.ndarray) -> Evaluation:
    return rescored(asked, asked.scheme.with_weights(weights_of(asked.scheme, asked.tree, shares)))


def assert_within(asked: Evaluation, ranks: pd.DataFrame, awards: pd.DataFrame, after: Evaluation) -> None:
    held = listed(after)
    for member, rank in after.ranking["rank"].dropna().items():
        assert ranks["best"][str(member)] <= rank <= ranks["worst"][str(member)]
    for row in awards.to_dict("records"):
        assert row["holds"] == ((row["award"], row["member"]) in listed(asked))
        assert ((row["award"], row["member"]) in held) in {"certain": {True}, "never": {False}, "possible": {True, False}}[row["standing"]]


@QUICK
@given(asked=straight() | contested(), share=st.sampled_from([0.0, 0.1, 0.4]), programmes=st.booleans())
def test_no_weights_within_the_bounds_give_another_rank_or_award(asked: Evaluation, share: float, *, programmes: bool) -> None:
    spec, rng = around(asked.scheme, share), np.random.default_rng(0)
    ranks, awards = rank_bounds(asked, spec, programmes=programmes), award_bounds(asked, spec)
    for _ in range(8):
        assert_within(asked, ranks, awards, relisted(asked, drawn(asked, share, rng)))


@QUICK
@given(
    asked=straight() | contested(), programmes=st.booleans(),
    rows=st.lists(st.lists(st.integers(1, 9), min_size=12, max_size=12), min_size=1, max_size=3),
)  # fmt: skip
def test_no_mixture_of_vectors_gives_another_rank_or_award(asked: Evaluation, rows: list[list[int]], *, programmes: bool) -> None:
    names = [item.id for item in asked.scheme.indicators]
    spec = WeightHull(pd.DataFrame([row[: len(names)] for row in rows], columns=names, dtype=np.float64))
    ranks, awards = rank_bounds(asked, spec, programmes=programmes), award_bounds(asked, spec)
    vertices, rng = spec.leaves(asked.tree), np.random.default_rng(0)
    for parts in rng.dirichlet(np.ones(len(rows)), 6):
        assert_within(asked, ranks, awards, relisted(asked, shares_of(asked.tree, (parts @ vertices)[None, :])[0]))
    if len(rows) == 1:
        assert (ranks["best"] == ranks["worst"]).all()
        assert "possible" not in set(awards["standing"])


@QUICK
@given(straight() | contested())
def test_the_voted_weights_alone_give_the_ranks_themselves(asked: Evaluation) -> None:
    names = [item.id for item in asked.scheme.indicators]
    spec = WeightHull(pd.DataFrame(leaves_of(asked.tree, asked.tree.shares[None, :]), columns=names))
    found, now = rank_bounds(asked, spec), asked.ranking["rank"].dropna()
    assert found["best"].sort_index().tolist() == now.sort_index().tolist()
    assert (found["best"] == found["worst"]).all()


@QUICK
@given(straight() | contested(), st.data())
def test_an_order_of_importance_bounds_every_weighting_that_keeps_it(asked: Evaluation, data: st.DataObject) -> None:
    children = [child.id for child in asked.scheme.children()]
    order = tuple(data.draw(st.permutations(children)))
    spec, rng = WeightOrder({"total": order}), np.random.default_rng(0)
    ranks, awards = rank_bounds(asked, spec), award_bounds(asked, spec)
    for _ in range(6):
        shares = asked.tree.shares
        shares[[asked.tree.nodes.index(child) for child in order]] = np.sort(rng.dirichlet(np.ones(len(order))))[::-1]
        assert_within(asked, ranks, awards, relisted(asked, shares))


def test_programmes_hold_an_order_of_importance_and_what_stays_as_it_was_voted() -> None:
    """With a before b, m0's 90 and 50 come to 70 at least and m1's 70 and 75 to 72.5 at most, of half the total: either may be ahead, but not where all stays as voted."""
    rules = scheme(group=[group("g", 50)], indicator=[indicator("a", 60, "g"), indicator("b", 40, "g"), indicator("c", 50)], weights="percent")
    values = pd.DataFrame({"a": [90.0, 70.0, 10.0], "b": [50.0, 75.0, 10.0], "c": [50.0, 50.0, 0.0]}, index=members(3).index)
    asked = evaluation(rules, members(3), values)
    for spec, ranks in ((WeightOrder({"g": ("a", "b")}), [[1, 2], [1, 2], [3, 3]]), (WeightBounds(fixed=("total",)), [[1, 2], [1, 2], [3, 3]]), (WeightBounds(fixed=("total", "g")), [[1, 1], [2, 2], [3, 3]])):
        assert rank_bounds(asked, spec, programmes=True)[["best", "worst"]].to_numpy().tolist() == ranks, spec


@QUICK
@given(straight() | contested(), st.integers(0, 99))
def test_bounds_hold_every_draw_that_lies_within_them(asked: Evaluation, seed: int) -> None:
    shares = np.concatenate(list(WeightDraws(draws=24, spread=0.3).blocks(asked.tree, seed)))
    ends = {node: (100 * own.min(), 100 * own.max()) for node, own in zip(asked.tree.nodes[:-1], shares.T, strict=False)}
    spec = WeightBounds({node: max(0.0, low - 1e-9) for node, (low, _) in ends.items()}, {node: min(100.0, high + 1e-9) for node, (_, high) in ends.items()})
    ranks, awards = rank_bounds(asked, spec, programmes=True), award_bounds(asked, spec)
    for own in shares[:6]:
        assert_within(asked, ranks, awards, relisted(asked, own))


def leads_of(asked: Evaluation, spec: WeightBounds | WeightOrder) -> pd.DataFrame:
    """For each two members of a class by how much one is ahead of the other, and whether it certainly stands above."""
    leads, index, rows, by = Leads.of(asked, spec), asked.members.index, [], order_of(asked.scheme, "total")
    for _, pool in leads.pools("class"):
        sure, _ = leads.related(by, pool, np.ones(len(pool), np.bool_))
        ends = [leads.extremes.most(by, *pair) for pair in ((pool.repeat(len(pool)), np.tile(pool, len(pool))), (np.tile(pool, len(pool)), pool.repeat(len(pool))))]
        (most, exact), (behind, too) = ((lead.reshape(sure.shape), whole.reshape(sure.shape)) for lead, whole in ends)
        rows += [
            (index[pool[at[0]]], index[pool[at[1]]], -behind[at], most[at], sure[at], exact[at] and too[at])
            for at in np.ndindex(sure.shape) if at[0] != at[1]
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=["member", "other", "least", "most", "necessary", "exact"]).set_index(["member", "other"])


@QUICK
@given(straight(bounded=False), st.sampled_from([0.1, 0.5]))
def test_the_least_and_the_most_lead_are_linear_programmes(asked: Evaluation, share: float) -> None:
    spec = around(asked.scheme, share)
    programmes = RankProgrammes.of(Extremes.of(asked, spec), spec, 1.0, settled=False)
    for pair, row in leads_of(asked, spec).iloc[:6].iterrows():
        gap = np.subtract(*(programmes.effects[asked.members.index.get_loc(who)] for who in np.array(pair)))
        ends = [
            linprog(sign * gap, A_ub=programmes.limits, b_ub=np.zeros(len(programmes.limits)), A_eq=np.ones((1, len(gap))), b_eq=[1.0])
            for sign in (1, -1)
        ]
        assert row["exact"]
        assert (row["least"], row["most"]) == pytest.approx((ends[0].fun, -ends[1].fun), abs=1e-6)
        step = 10.0**-asked.scheme.decimals
        if abs(row["least"] - step) > 1e-6:
            assert row["necessary"] == (ends[0].fun >= step)


@pytest.mark.parametrize("seed", range(3))
def test_programmes_find_the_ranks_that_a_walk_over_all_weights_finds(seed: int) -> None:
    rng, who = np.random.default_rng(seed), members(6)
    rules = scheme(indicator=[indicator(name, 1) for name in "abc"], decimals=6)
    values = pd.DataFrame(rng.integers(0, 101, (6, 3)).astype(float), index=who.index, columns=list("abc"))
    asked = evaluation(rules, who, values)
    steps = np.linspace(0, 1, 401)
    walked = np.array([(one, other, 1 - one - other) for one in steps for other in steps if one + other <= 1])
    above = (walked @ values.to_numpy().T)[:, None, :] > (walked @ values.to_numpy().T)[:, :, None] + 1e-6
    ranks = 1 + above.sum(axis=2)
    found = rank_bounds(asked, WeightBounds(), programmes=True)
    assert found["how"].tolist() == ["programmes"] * 6
    assert found["best"].tolist() == ranks.min(axis=0).tolist()
    assert found["worst"].tolist() == ranks.max(axis=0).tolist()


def test_greco_mousseau_slowinski_2008_necessary_and_possible_by_hand() -> None:
    """Weights in the order a, b, c have the corners (1, 0, 0), (1/2, 1/2, 0) and (1/3, 1/3, 1/3): there lie the most and the least."""
    rules = scheme(indicator=[indicator(name, 1) for name in "abc"], decimals=6)
    values = pd.DataFrame([[80.0, 50, 60], [60, 90, 50], [55, 60, 95], [50, 50, 50]], index=members(4).index, columns=list("abc"))
    found = leads_of(evaluation(rules, members(4), values), WeightOrder({"total": ("a", "b", "c")}))
    ends = {("m0", "m1"): (-10, 20), ("m0", "m2"): (-20 / 3, 25), ("m1", "m2"): (-10 / 3, 17.5), ("m0", "m3"): (40 / 3, 30), ("m2", "m3"): (5, 20)}
    for pair, (least, most) in ends.items():
        assert (found.loc[pair, "least"], found.loc[pair, "most"]) == pytest.approx((least, most))
        assert found.loc[pair, "necessary"] == (least > 0)


def test_two_weights_say_who_can_be_first() -> None:
    asked = two()
    assert rank_bounds(asked, around(asked.scheme, 0.01))["worst"].tolist() == [1, 2, 3]
    wide = rank_bounds(asked, WeightBounds({"a": 50}), programmes=True)
    assert wide[["best", "worst"]].to_numpy().tolist() == [[1, 2], [1, 2], [3, 3]]
    assert award_bounds(asked, WeightBounds({"a": 50}))["standing"].tolist() == ["possible", "possible", "never"]
    pairs = leads_of(asked, WeightBounds({"a": 50}))
    assert pairs.loc[("m0", "m1"), "least"] == pytest.approx(-2.5)  # half each: 70 against 72.5
    assert pairs.loc[("m0", "m1"), "most"] == pytest.approx(20)
    assert pairs.loc[("m0", "m2"), "necessary"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (WeightBounds({"aa": 10}), "aa"), (WeightBounds({"a": 60}, {"a": 40}), "60 exceeds"), (WeightBounds({"a": 60, "b": 50}), "110"),
        (WeightBounds(upper={"a": 30, "b": 30}), "60"), (WeightBounds({"a": -1}), "-1"), (WeightBounds(fixed=("tot",)), "tot"),
        (WeightOrder({"total": ("a",)}), "every child"), (WeightOrder({"g": ("a", "b")}), "g"), (WeightHull(pd.DataFrame({"a": [1.0]})), "b"),
    ],
)  # fmt: skip
def test_a_set_that_does_not_fit_is_refused_by_name(spec: WeightBounds | WeightOrder | WeightHull, said: str) -> None:
    with pytest.raises(Refused, match=said):
        rank_bounds(two(), spec)
    with pytest.raises(Refused, match="between 0 and 1"):
        around(two().scheme, 1.5)


def test_an_evaluation_whose_members_stand_in_another_order_gives_the_same() -> None:
    asked = two()
    turned = replace(asked, members=asked.members.iloc[::-1])
    spec = around(asked.scheme, 0.2)
    assert rank_bounds(turned, spec).sort_index().equals(rank_bounds(asked, spec).sort_index())


@pytest.mark.parametrize(("middle", "pairs", "true"), [(45.0, [1, 3], [2, 3]), (55.0, [1, 3], [1, 2])])
def test_programmes_see_that_two_pairs_cannot_turn_at_once(middle: float, pairs: list[int], true: list[int]) -> None:
    rules = scheme(indicator=[indicator("a", 50), indicator("b", 50)], weights="percent")
    values = pd.DataFrame({"a": [100.0, 0.0, middle], "b": [0.0, 100.0, middle]}, index=members(3).index)
    asked = evaluation(rules, members(3), values)
    for programmes, expected in ((False, pairs), (True, true)):
        assert rank_bounds(asked, WeightBounds(), programmes=programmes).loc["m2", ["best", "worst"]].tolist() == expected
    corners = WeightHull(pd.DataFrame({"a": [1.0, 0.0], "b": [0.0, 1.0]}))
    assert rank_bounds(asked, corners, programmes=True).loc["m2", ["best", "worst"]].tolist() == true


FOUR = [[100, 0], [0, 100], [40, 50], [50, 30]]


def pairs_of(relation: np.ndarray) -> set[str]:
    return {"ABCD"[one] + "ABCD"[other] for one, other in np.argwhere(relation) if one != other}


def test_statements_about_members_by_hand() -> None:
    """A over B says w > 1/2 of the first. A leads C by 110 w - 50 >= 5 and D by 80 w - 30 >= 10; C leads B by 90 w - 50, D leads
    B by 120 w - 70, and C leads D by 20 - 30 w: each of these can be above and below 0. C over D besides says w < 2/3.
    """
    necessary, possible = necessary_and_possible(FOUR, [(0, 1)])
    assert pairs_of(necessary) == {"AB", "AC", "AD"}
    assert pairs_of(possible) == {"AB", "AC", "AD", "BC", "CB", "BD", "DB", "CD", "DC"}
    necessary, possible = necessary_and_possible(FOUR, [(0, 1), (2, 3)])
    assert pairs_of(necessary) == {"AB", "AC", "AD", "CD"}
    necessary, possible = necessary_and_possible(FOUR, [(3, 1)])  # w > 7/12: then 90 w - 50 > 2.5
    assert pairs_of(necessary) == {"AB", "AC", "AD", "CB", "DB"}
    assert pairs_of(possible) == {"AB", "AC", "AD", "CB", "DB", "CD", "DC"}


def test_statements_under_any_value_functions_by_hand() -> None:
    """As before; but C may owe all of the first indicator's value to its first 40 and of the second's to its first 50: C over A."""
    necessary, possible = necessary_and_possible(FOUR, [(0, 1)], monotone=True)
    assert pairs_of(necessary) == {"AB"}
    assert "BA" not in pairs_of(possible)
    assert "CA" in pairs_of(possible)
    # D over B: then A, at least as good as D in the first, need not be over B, for the second's 30 may have done it
    assert pairs_of(necessary_and_possible(FOUR, [(3, 1)], monotone=True)[0]) == {"DB"}
    dominated = [[3, 3], [2, 2], [2, 1]]
    assert np.argwhere(necessary_and_possible(dominated, [], monotone=True)[0]).tolist() == [[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]]
    assert necessary_and_possible([[5, 5], [5, 5]], [], monotone=True)[0].all()


@settings(max_examples=examples(15))
@given(st.integers(0, 10_000), st.booleans())
def test_weights_that_agree_keep_what_is_necessary_and_show_what_is_possible(seed: int, monotone: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 10, (4, 3)).astype(float)
    effects = np.hstack([(column[:, None] >= np.unique(column)[None, 1:]) for column in values.T]).astype(float) if monotone else values
    weights = rng.dirichlet(np.ones(effects.shape[1]), 400)
    scores = weights @ effects.T
    order = np.argsort(-scores[0])
    over = [(int(order[0]), int(order[3])), (int(order[1]), int(order[2]))]
    if any(scores[0, one] - scores[0, other] < 1e-6 for one, other in over):
        return
    agree = scores[np.all([scores[:, one] > scores[:, other] for one, other in over], axis=0)]
    necessary, possible = necessary_and_possible(values, over, monotone=monotone)
    ahead = agree[:, :, None] - agree[:, None, :]
    assert (ahead[:, necessary] > -1e-9).all()
    assert possible[(ahead > 1e-9).any(axis=0)].all()
    assert (necessary <= possible).all()
    assert (possible | possible.T).all()
    assert all(necessary[pair] and not possible[pair[::-1]] for pair in over)


def test_statements_that_contradict_or_name_nobody_are_refused() -> None:
    with pytest.raises(Refused, match="no weights agree"):
        necessary_and_possible(FOUR, [(0, 1), (1, 0)])
    with pytest.raises(Refused, match="no weights agree"):
        necessary_and_possible([[2, 2], [1, 1]], [(1, 0)], monotone=True)
    with pytest.raises(Refused, match="no member"):
        necessary_and_possible(FOUR, [(0, 4)])
    with pytest.raises(Refused, match="no gaps"):
        necessary_and_possible([[1, np.nan]], [])


def test_who_applied_and_has_no_total_counts_for_the_places_of_the_others() -> None:
    """A quarter of four is a place, though one of them has no total: the best of the others is given it under any weights."""
    rules = scheme(indicator=[indicator("a", 1), indicator("b", 1)], award=[{"id": "x", "label": "x", "quota": {"share": 0.25}}])
    values = pd.DataFrame({"a": [np.nan, 90.0, 20.0, 10.0], "b": [np.nan, 80.0, 20.0, 10.0]}, index=members(4).index)
    asked = evaluation(rules, members(4), values)
    assert listed(asked) == {("x", "m1")}
    standings = award_bounds(asked, around(rules, 0.1)).set_index("member")["standing"]
    assert standings.to_dict() == {"m1": "certain", "m2": "never", "m3": "never"}


def test_beyond_the_bound_on_work_less_is_proved_nothing_else_and_it_is_told() -> None:
    """Six on a line from 100 down by 4, each 2 better in one indicator than in the other: pairs say more than each by itself."""
    rules = scheme(indicator=[indicator("a", 1), indicator("b", 1)], award=[{"id": "x", "label": "x", "quota": {"number": 2}}])
    values = pd.DataFrame({"a": [90.0, 89, 80, 79, 60, 59], "b": [30.0, 29, 20, 19, 0, 0]}, index=members(6).index)
    asked = evaluation(rules, members(6), values)
    within = around(rules, 0.2)
    whole, passed_over = proved_awards(asked, within)
    part, too_many = proved_awards(asked, within, work=40)
    none, all_of_them = proved_awards(asked, within, work=0)
    assert (passed_over, too_many, all_of_them) == (0, 2, 4)
    assert whole["standing"].tolist() == ["certain", "certain", "never", "never", "never", "never"]
    for less in (part, none):
        proved = less["standing"] != "possible"
        assert less["standing"][proved].equals(whole["standing"][proved])
        assert not proved.all()


def test_by_a_standard_that_was_found_a_group_may_lie_anywhere() -> None:
    """Among n themselves nobody is more than the square root of n deviations from the mean; beside an earlier edition's all may be."""
    shape = {"shape": "z_score", "mean": 50, "deviation": 10, "found": {"all": {"mean": 40, "deviation": 1, "lowest": 0}}}
    group = {"id": "g", "label": "g", "weight": 30, "value": shape}
    rules = scheme(group=[group], indicator=[indicator("a", 1, group="g"), indicator("b", 70)], award=[{"id": "x", "label": "x", "quota": {"number": 1}}])
    values = pd.DataFrame({"a": [60.0, 30, 20, 10], "b": [20.0, 90, 80, 70]}, index=members(4).index)
    asked = evaluation(rules, members(4), values)
    first = asked.ranking.index[0]
    bounds = award_bounds(asked, WeightBounds(lower={"g": 1}, upper={"g": 60})).set_index("member")
    assert (bool(bounds["holds"][first]), bounds["standing"][first] != "never") == (True, True)
