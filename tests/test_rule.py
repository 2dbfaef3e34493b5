"""One rule: what it decides of a list is what counting by hand gives, and what it decides of many runs is the list of each."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.contested import RARELY, contested
from tests.drawing import decided_under
from tests.examples import examples
from tests.invented import MEASURE, evaluation, group, indicator, members, scheme, scored
from tests.rule_by_hand import RuleByHand
from tests.straight import straight
from toolkit.evaluation import Evaluation
from toolkit.evaluation import many as drawn_standings
from toolkit.evaluation.awards import AwardRule, Decision
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.decisions import decide_awards
from toolkit.evaluation.many import DrawnLists
from toolkit.evaluation.quotas import span
from toolkit.evaluation.ranks import ahead_and_level, allot
from toolkit.evaluation.requirements import within
from toolkit.evaluation.scores import Score, Tree, rounded_scores
from toolkit.evaluation.steps import Steps, between
from toolkit.ground.ranking import rounded
from toolkit.scheme.outcomes import Requirement
from toolkit.sensitivity import WeightDraws, award_probabilities

BOUND = st.one_of(st.none(), st.integers(-300, 1100).map(lambda n: n / 10), st.floats(-30, 110))
ENTRY = st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(0, 2))
RUNS, MEMBERS = 3, 9


def terms_of(asked: Evaluation) -> AwardRule:
    return AwardRule.of(asked.scheme, asked.members, asked.vetoes, asked.measured.conditions)


@given(contested(), st.integers(0, 2**32 - 1))
def test_a_list_is_as_by_hand(asked: Evaluation, seed: int) -> None:
    """The list of an evaluation, and lists of coarse scores, of which many are level."""
    same_as_by_hand(asked, rounded_scores(asked.scheme, asked.scores.loc[asked.members.index]))
    rng, levels = np.random.default_rng(seed), np.array([np.nan, 20.0, 50.0, 60.0, 80.0])
    for _ in range(20):
        found = {node: rng.choice(levels[rng.integers(2) :], len(asked.members)) for node in asked.award_rule.nodes}
        same_as_by_hand(asked, found.__getitem__)


def test_level_ones_that_a_budget_does_not_pay_together_are_left_open_whoever_stands_behind() -> None:
    """Of two level at 60, who need 3 and 1 of 3, neither is funded before the committee chooses; one behind them changes nothing in that."""
    rules = scheme(indicator=[indicator("x", 1)], award=[{"id": "a", "label": "a", "quota": {"budget": 3, "cost": "number"}}], condition=[{"id": "number", "measure": MEASURE}])
    who = members(3)
    asked = evaluation(rules, who, pd.DataFrame({"x": [60.0, 60.0, 20.0]}, index=who.index), conditions=pd.DataFrame({"number": [3.0, 1.0, 0.0]}, index=who.index))
    assert [(set(tie.members), tie.places) for tie in asked.ties] == [({"m0", "m1"}, 1)]
    assert not asked.awards.size


def same_as_by_hand(asked: Evaluation, score: Score) -> None:
    run, expected = ListRun.of(terms_of(asked), score), RuleByHand(asked, score)
    assert run.ranks.tolist() == expected.ranks
    for award, own in zip(run.allotments, expected.awards.values(), strict=True):
        for name in ("able", "given", "open", "beyond", "shared"):
            masks = [(contest.positions, getattr(contest, name)) for contest in award.contests]
            assert {int(member) for positions, mask in masks for member in positions[mask]} == getattr(own, name), name
        assert (set(np.flatnonzero(award.given).tolist()), set(np.flatnonzero(award.open).tolist())) == (own.given, own.open)
        turns = {int(m): int(turn) for contest in award.contests for m, turn in zip(contest.positions, contest.reserve, strict=True) if turn}
        assert turns == own.reserve
        assert award.ceiling.level == len(own.shared) if award.ceiling else not own.beyond | own.shared


@pytest.mark.parametrize("largest", [1e13, 1e16, 3e17, 1e30])  # in steps of 0.01: held by a whole number, but not with its class; by none
def test_scores_beyond_whole_numbers_are_ranked_and_awarded(largest: float) -> None:
    rules = scheme(indicator=[indicator("a")], ties=["joint"], award=[{"id": "x", "label": "x", "quota": {"number": 1}}])
    who = members(5, ["A", "B", "C", "A", "E"])
    asked = evaluation(rules, who, pd.DataFrame({"a": [1.0, 2, 3, 4, 5]}, index=who.index))
    totals = np.array([largest, largest / 2, 70.0, largest, np.nan])
    run, expected = ListRun.of(terms_of(asked), lambda _: totals), RuleByHand(asked, lambda _: totals)
    assert run.ranks.tolist() == expected.ranks == [1, 1, 1, 1, 0]
    assert {int(m) for m in np.flatnonzero(run.given[0, 0])} == expected.awards["x"].given == {0, 1, 2, 3}


@given(contested() | straight(), st.sampled_from([0.05, 0.3, 0.9]), st.sampled_from([1, 4, 9]))
def test_many_runs_are_each_decided_as_if_alone(asked: Evaluation, spread: float, runs: int) -> None:
    lists = DrawnLists.of(asked)
    lookup = lists.standings(next(WeightDraws(draws=runs, spread=spread).blocks(asked.tree, asked.scheme.seed)))
    together = [[np.array(mask) for mask in masks(one)] for one in lists.rule.decided(lookup)]
    ranks = lists.rule.ranks_by_member(lookup)
    for run in range(runs):

        def alone(node: str, run: int = run) -> np.ndarray:
            return lookup(node)[[run if len(lookup(node)) > 1 else 0]]

        for several, one in zip(together, lists.rule.decided(alone), strict=True):
            assert [mask[run].tolist() for mask in several] == [mask[0].tolist() for mask in masks(one)]
        assert ranks[run].tolist() == lists.rule.ranks_by_member(alone)[0].tolist()


def test_a_bar_that_some_draws_fail_is_asked_in_every_draw_of_a_first_award_that_all_may_have() -> None:
    award = {"id": "x", "label": "x", "minimum": {"g": 50}}
    rules = scheme(weights="percent", group=[group("g", 60), group("h", 40)], indicator=[indicator("a", 50, "g"), indicator("b", 50, "g"), indicator("c", 100, "h")], award=[award])
    who = members(3)
    asked = evaluation(rules, who, pd.DataFrame({"a": [90.0, 10, 60], "b": [10.0, 90, 60], "c": [70.0, 70, 70]}, index=who.index))
    (given_,) = DrawnLists.of(asked).awards(np.array([[0.6, 0.4, inside, 1 - inside, 1, 1] for inside in (0.8, 0.5, 0.2)]))
    assert given_.tolist() == [[True, False, True], [True, True, True], [False, True, True]]


def test_an_open_tie_takes_as_many_places_in_all_as_its_class_has_in_that_draw() -> None:
    """Half of those of class A who have 50 points: two level ones of four, or one place for the two of them, where others have less."""
    award = {"id": "x", "label": "x", "quota": {"share": 0.5, "in_all": 2, "rounding": "floor"}}
    eligible = {"require": [{"node": "total", "least": 50}]}
    rules = scheme(indicator=[indicator("a", 50), indicator("b", 50)], award=[award], ties=["committee"], eligibility=eligible)
    who = members(6, ["A", "A", "A", "A", "B", "B"])
    asked = evaluation(rules, who, pd.DataFrame({"a": [70.0, 70, 90, 90, 80, 60], "b": [70.0, 70, 0, 0, 80, 60]}, index=who.index))
    lists = DrawnLists.of(asked)
    (found,) = lists.rule.decided(lists.standings(np.array([[0.6, 0.4], [0.5, 0.5]])))
    assert found.given.tolist() == [[False] * 4 + [True, False]] * 2
    assert found.shared is not None
    assert found.shared.tolist() == [[True, True, False, False, False, False], [False] * 6]
    assert found.open.tolist() == [[False] * 6, [True, True, False, False, False, False]]


def masks(decision: Decision) -> list[np.ndarray]:
    none = np.zeros_like(decision.given)
    return [decision.able, decision.given, decision.open, *(none if mask is None else mask for mask in (decision.beyond, decision.shared))]


@pytest.mark.parametrize("score", [60.0, 59.995, -0.01, -3.0, 0.0, 1e9])
def test_a_standing_is_its_score(score: float) -> None:
    steps = Steps.spanning(3, [np.array([score, 7.0, np.nan]), np.array([-1.0])])
    found = steps.of_rounded(np.array([score, 7.0, np.nan]))
    np.testing.assert_equal(steps.scores(found), [score, 7.0, np.nan])
    assert found[2] == 0


def listed(asked: Evaluation, shares: np.ndarray) -> dict[str, set[str]]:
    """Who is given each award under one vector of shares, by the rule that makes the official list."""
    tree = Tree.of(asked.scheme).among(asked.members["class"]).with_weights(shares)
    table = scored(asked.scheme, tree, asked.values, asked.measured.adjustments, asked.applicable)
    found = decide_awards(asked.scheme, asked.members, table, asked.vetoes, conditions=asked.measured.conditions)
    return {award.id: set(found.awards.loc[found.awards["award"] == award.id, "member"]) for award in asked.scheme.awards}


def drawn(asked: Evaluation, shares: np.ndarray) -> list[dict[str, set[str]]]:
    given_ = list(DrawnLists.of(asked).awards(shares))
    ids = [award.id for award in asked.scheme.awards]
    return [
        {id_: set(asked.members.index[mask[draw]]) for id_, mask in zip(ids, given_, strict=True)}
        for draw in range(len(shares))
    ]


@given(contested() | straight(), st.sampled_from([0.05, 0.3, 0.9]), st.sampled_from([1, drawn_standings.FEW]), st.sampled_from([1, 4]))
def test_every_draw_follows_the_official_rule_whatever_it_asks(asked: Evaluation, spread: float, few: int, draws: int) -> None:
    shares = next(WeightDraws(draws=draws, spread=spread).blocks(Tree.of(asked.scheme), asked.scheme.seed))
    with patch.object(drawn_standings, "FEW", few):
        assert drawn(asked, shares) == [listed(asked, one) for one in shares]


@settings(max_examples=examples(15))
@given(contested())
def test_none_is_the_chance_of_no_award_at_all(asked: Evaluation) -> None:
    spec = WeightDraws(draws=20)
    found = award_probabilities(asked, spec)
    sets = [set().union(*one.values()) for one in drawn(asked, next(spec.blocks(Tree.of(asked.scheme), asked.scheme.seed)))]
    for member in asked.members.index:
        assert found.loc[member, "none"] == sum(member not in some for some in sets) / 20


def test_places_by_an_indicator_are_not_for_who_has_no_total() -> None:
    rules = scheme(
        indicator=[indicator("a"), indicator("b", missing="exclude")],
        award=[{"id": "prize", "label": "奖", "by": "a", "quota": {"number": 1}}],
    )
    who = members(2)
    values = pd.DataFrame({"a": [90.0, 60.0], "b": [np.nan, 50.0]}, index=who.index)
    shares = Tree.of(rules).shares[None, :] * np.array([[0.0, 2.0, 1.0]])
    asked = evaluation(rules, who, values)
    assert drawn(asked, shares) == [listed(asked, shares[0])] == [{"prize": {"m1"}}]


def table(highest: int) -> st.SearchStrategy[np.ndarray]:
    """So many runs that every pool has its crowds at the line: numbers drawn one by one are too often all alike."""
    return st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).integers(0, highest + 1, (RUNS, MEMBERS), dtype=np.int16))


def by_hand(standing: list[tuple[int, ...]], least: int, count: int | None, *, joint: bool) -> tuple[list[bool], list[bool]]:
    """Who of one pool is given the award, and who stands open at its line, member by member."""
    able = [own for own in standing if own[0] >= least]
    if count is None or len(able) <= count:
        return [own[0] >= least for own in standing], [False] * len(standing)
    line = sorted(able, reverse=True)[count - 1] if count else None
    if line is None:
        return [False] * len(standing), [False] * len(standing)
    fits = joint or sum(own >= line for own in able) <= count
    given_ = [own in able and (own > line or (fits and own == line)) for own in standing]
    return given_, [own == line and not fits for own in standing]


@given(
    table(3), st.sampled_from([RUNS, RUNS, 1, 0]), st.integers(1, 3), table(1).map(lambda rows: rows[0]),
    st.lists(st.sampled_from([1, 2, 3, 0, 5, None, (1, 3, 2), (0, 2, 2)]), min_size=2, max_size=2),
    st.sampled_from([2, 1, 0]).flatmap(lambda n: st.tuples(*[table(1)] * n)), st.booleans(),
)  # fmt: skip
def test_places_of_a_pool_go_as_by_hand(
    rows: np.ndarray, runs: int, least: int, pool: np.ndarray, places: list[Any], keys: tuple[np.ndarray, ...], joint: bool  # noqa: FBT001
) -> None:
    standing = rows[:runs]
    for own in (pool, np.sort(pool)):  # pools that lie scattered, and pools that are slices
        pools = [(np.flatnonzero(own == name), count) for name, count in enumerate(places)]
        ready = [(span(positions), np.array(count[:runs]) if isinstance(count, tuple) else count) for positions, count in pools]
        given_, open_ = allot(standing, least, ready, [lambda run, member, key=key: key[run, member] for key in keys], joint=joint)
        for run in range(runs):
            for positions, count in pools:
                told_ = [(int(standing[run, member]), *(int(key[run, member]) for key in keys)) for member in positions]
                expected = by_hand(told_, least, count[run] if isinstance(count, tuple) else count, joint=joint)
                assert (given_[run, positions].tolist(), open_[run, positions].tolist()) == expected


@given(st.lists(ENTRY, max_size=12), st.integers(0, 2))
def test_ahead_and_level_are_those_of_every_pair(entries: list[tuple[int, int, int]], keys: int) -> None:
    columns = np.array(entries, dtype=np.int16).reshape(-1, 3).T
    ahead, level = ahead_and_level(columns[0].astype(np.intp), list(columns[1 : 1 + keys]))
    scores = [entry[1 : 1 + keys] for entry in entries]
    for place, (own, score) in enumerate(zip(entries, scores, strict=True)):
        rivals = [other for entry, other in zip(entries, scores, strict=True) if entry[0] == own[0]]
        assert ahead[place] == sum(other > score for other in rivals)
        assert level[place] == rivals.count(score)


@given(BOUND, BOUND, BOUND, BOUND, st.integers(0, 3))
@example(None, None, 10.999999999999986, None, 0)  # what its first 15 digits say is compared
def test_a_standing_lies_between_where_its_score_does(
    least: float | None, above: float | None, most: float | None, below: float | None, decimals: int
) -> None:
    item = Requirement(node="g", least=least, above=above, most=most, below=below)
    bounds = [bound for bound in (least, above, most, below) if bound is not None]
    near = np.array([bound + step for bound in bounds for step in (-1, -0.001, 0, 0.001, 1)] + [-30.0, 0.0, 110.0])
    scores = rounded(np.clip(near, -30, 110), decimals)
    steps = Steps(decimals, -30.0, 110.0)
    low, high = between(item, steps)
    standing = steps.of(scores)
    found = (standing >= low) & (standing < (high if high is not None else np.inf))
    assert (found == within(item, scores)).all()
    assert low >= 1  # a score there is not meets nothing


@st.composite
def asking(draw: st.DrawFn) -> Evaluation:
    """One prize that asks much of what its places go by: at once, up to a bound, of one class alone, or of applicants too."""
    n, scores = draw(st.integers(2, 6)), st.sampled_from([0.0, 25.0, 50.0, 75.0, 100.0])
    some = {"min_size": n, "max_size": n}
    by = draw(st.sampled_from(["total", "g", "a"]))
    bounds = st.sampled_from([{"least": 50}, {"least": 25}, {"least": 25, "below": 90}, {"below": 75}])
    node, classes = st.sampled_from([by, by, "total", "a"]), st.sampled_from([(), ("A",)])
    requirement = st.builds(lambda own, bound, asked: {"node": own, "classes": asked, **bound}, node, bounds, classes)
    asked: dict[str, Any] = {"by": by, "require": [draw(requirement) for _ in range(draw(st.sampled_from([1, 2, 0])))]}
    rules = scheme(
        group=[group("g")], indicator=[indicator("a", 1, "g"), indicator("b", 1, "g"), indicator("c")], ties=["joint"],
        award=[{"id": "x", "label": "x", "quota": {"share": draw(st.sampled_from([0.5, 1.0])), "within": draw(st.sampled_from(["class", "all"]))}, **asked}],
        **({"eligibility": {"require": [draw(requirement)]}} if draw(RARELY) else {}),
    )  # fmt: skip
    applied = draw(st.just([True] * n) | st.lists(st.booleans(), **some))
    who = members(n, draw(st.lists(st.sampled_from(["A", "B"]), **some)), applied)
    return evaluation(rules, who, pd.DataFrame({name: draw(st.lists(scores, **some)) for name in "abc"}, index=who.index))


@given(asking())
def test_an_offer_asks_in_every_draw_what_the_scheme_asks(asked: Evaluation) -> None:
    shares = next(WeightDraws(draws=3, spread=0.6).blocks(asked.tree, 1))
    (given_,) = DrawnLists.of(asked).awards(shares)
    for own, one in zip(given_, shares, strict=True):
        assert set(asked.members.index[own]) == set(decided_under(asked, one).awards["member"])


def test_of_two_bars_at_what_the_places_go_by_the_higher_counts() -> None:
    who = members(2)
    for least, other in ((50, 25), (25, 50)):
        award = {"id": "x", "label": "x", "minimum": {"total": least}, "require": [{"node": "total", "least": other}]}
        asked = evaluation(scheme(indicator=[indicator("a")], award=[award]), who, pd.DataFrame({"a": [60.0, 30.0]}, index=who.index))
        assert [given_.tolist() for given_ in DrawnLists.of(asked).awards(asked.tree.shares[None, :])] == [[[True, False]]]
