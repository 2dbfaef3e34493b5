"""A ballot being filled in, without a page: what stands, what contradicts itself, what mends it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ballots.test_shares import WHOLE
from toolkit.ballots.draft import METHODS, GroupDraft, draft_of, outcome
from toolkit.ground.problems import Refused
from toolkit.weighting import ahp_circles, ahp_ratio

NODES = ("a", "b", "c", "d")
LABELS = ("甲", "乙", "丙", "丁")
STEPS = st.sampled_from([*(1 / n for n in range(9, 1, -1)), *(float(n) for n in range(1, 10))])
PAIRS = [(one, other) for at, one in enumerate(NODES) for other in NODES[at + 1 :]]
NUMBERS = st.lists(st.integers(0, 100), min_size=4, max_size=4).filter(any)


def compared(*ratios: float) -> GroupDraft:
    draft = GroupDraft("ahp")
    for (first, second), ratio in zip(PAIRS, ratios, strict=True):
        draft = draft.with_pair(first, second, ratio, NODES)
    return draft


@given(st.tuples(*[STEPS] * 6))
def test_whatever_contradicts_itself_is_named_and_mended_as_far_as_told(ratios: tuple[float, ...]) -> None:
    draft = compared(*ratios)
    found = outcome(draft, NODES, LABELS)
    ratio = ahp_ratio(draft.matrix(NODES))
    assert found.state == ("doubtful" if ratio >= 0.1 else "done")
    assert bool(found.changes) == (found.state == "doubtful")
    assert found.state == "done" or found.contradictions
    assert sum(found.weights) == pytest.approx(100)
    after = draft.mended(NODES)
    assert (outcome(after, NODES, LABELS).state == "done") or "仍不够" in found.mend.zh
    assert {pair for pair in PAIRS if after.pairs[pair] != draft.pairs[pair]} == set(found.changes)


@given(st.tuples(*[STEPS] * 6))
def test_a_pair_said_the_other_way_round_is_the_same(ratios: tuple[float, ...]) -> None:
    draft, other = compared(*ratios), GroupDraft("ahp")
    for (first, second), ratio in zip(PAIRS, ratios, strict=True):
        other = other.with_pair(second, first, 1 / ratio, NODES)
    assert outcome(draft, NODES, LABELS).weights == outcome(other, NODES, LABELS).weights
    judgement = draft.judgement(NODES)
    assert judgement is not None
    assert draft_of(judgement, NODES).pairs == pytest.approx(draft.pairs)
    assert all(pair[2] >= 1 for pair in judgement.comparisons)  # type: ignore[union-attr]


@pytest.mark.parametrize("method", sorted({*METHODS} - {"ahp"}))
def test_a_draft_is_taken_up_again_from_what_was_handed_in(method: str) -> None:
    assert draft_of(WHOLE[method], NODES[:3]).judgement(NODES[:3]) == WHOLE[method]
    assert draft_of(WHOLE["trade_off"], NODES[:3]) == GroupDraft("points")


@given(NUMBERS)
def test_scaled_points_sum_to_100_and_are_off_by_less_than_one(points: list[int]) -> None:
    scaled = GroupDraft(points=dict(zip(NODES, points, strict=True))).scaled(NODES)
    new = np.array([scaled.points[node] for node in NODES])
    assert new.sum() == 100
    assert (abs(new - 100 * np.array(points) / sum(points)) < 1).all()
    assert outcome(scaled, NODES, LABELS).state == "done"


@given(NUMBERS)
def test_scaled_swings_have_a_largest_of_100(swings: list[int]) -> None:
    assert outcome(GroupDraft("swing", swings=dict(zip(NODES, swings, strict=True))).scaled(NODES), NODES, LABELS).state == "done"


def test_nothing_is_given_before_somebody_gives_it() -> None:
    for method in METHODS:
        found = outcome(GroupDraft(method), NODES, LABELS)
        assert (found.state, found.weights) == ("empty", ())


def test_what_is_lacking_is_named() -> None:
    draft = GroupDraft("ahp").with_pair("a", "b", 3, NODES)
    assert outcome(draft, NODES, LABELS).said.zh == "已比较 1/6；还没有比较：丙、丁"
    apart = draft.with_pair("c", "d", 2, NODES)
    assert outcome(apart, NODES, LABELS).state == "unfinished"
    joined = apart.with_pair("b", "c", 2, NODES)
    assert outcome(joined, NODES, LABELS).state == "done"  # not every pair is needed
    assert outcome(joined.with_pair("b", "c", None, NODES), NODES, LABELS).state == "unfinished"


def test_too_large_a_step_without_a_circle_is_named_by_what_it_should_be() -> None:
    draft = compared(9, 9, 9, 9, 9, 9)
    found = outcome(draft, NODES, LABELS)
    assert found.contradictions[0].zh == "您说“甲”比“乙”为 9、“乙”比“丙”为 9，则“甲”比“丙”应近 9，却说 9"


def test_of_many_circles_some_are_named_and_the_others_counted() -> None:
    nodes, draft = tuple("abcde"), GroupDraft("ahp")
    for at, one in enumerate(nodes):
        for ahead in (1, 2):
            draft = draft.with_pair(one, nodes[(at + ahead) % 5], 9, nodes)
    told = outcome(draft, nodes, tuple("甲乙丙丁戊")).contradictions
    assert (len(told), told[-1].en) == (5, f"and so many more of the kind: {len(ahp_circles(draft.matrix(nodes), nodes)) - 4}")


def test_another_way_keeps_what_was_given_in_this_one() -> None:
    draft = GroupDraft(points={"a": 60.0, "b": 40.0})
    assert draft.by("ahp").by("points") == draft


def test_another_end_takes_back_what_was_compared_with_the_former_one() -> None:
    draft = GroupDraft("best_worst").with_ends("a", "d", NODES)
    for node in "bcd":
        draft = draft.with_number("to_others", node, 3 if node != "d" else 6, NODES)
    for node in "bc":
        draft = draft.with_number("to_worst", node, 2, NODES)
    assert outcome(draft, NODES, LABELS).state in {"done", "doubtful"}
    assert draft.with_ends("a", "c", NODES).to_worst == {}
    assert draft.with_ends("a", "c", NODES).to_others == draft.to_others
    assert draft.with_ends("b", "d", NODES).to_others == {}
    assert outcome(draft.with_ends("a", "a", NODES), NODES, LABELS).state == "empty"


def test_a_best_worst_contradiction_is_mended_at_a_press() -> None:
    draft = GroupDraft("best_worst").with_ends("a", "d", NODES)
    for node, to_best, to_worst in (("b", 2, 4), ("c", 8, 8), ("d", 8, 0)):
        draft = draft.with_number("to_others", node, to_best, NODES)
        draft = draft.with_number("to_worst", node, to_worst, NODES) if to_worst else draft
    found = outcome(draft, NODES, LABELS)
    assert (found.state, found.changes, found.least) == ("doubtful", (("a", "c"),), True)
    assert found.coherence.zh == "输入一致性比率 1.00，不应超过 0.25"  # one measure: that by which it is judged
    mended = draft.mended(NODES)
    assert (mended.to_others, mended.to_worst) == ({"b": 2, "c": 2, "d": 8}, {"b": 4, "c": 8})
    assert outcome(mended, NODES, LABELS).state == "done"
    assert outcome(mended, NODES, LABELS).coherence.zh == "输入一致性比率 0.14，不应超过 0.25"
    assert mended.mended(NODES) == mended


def test_what_a_method_refuses_is_told_with_the_name() -> None:
    draft = GroupDraft("best_worst").with_ends("a", "d", NODES)
    for node, to_best, to_worst in (("b", 5, 2), ("c", 3, 2), ("d", 4, 0)):
        draft = draft.with_number("to_others", node, to_best, NODES)
        draft = draft.with_number("to_worst", node, to_worst, NODES) if to_worst else draft
    found = outcome(draft, NODES, LABELS)
    assert found.state == "unfinished"
    assert found.said.zh.startswith("“乙”现为 5：比最劣（4）离最优还远")


@pytest.mark.parametrize(
    "move",
    [
        lambda draft: draft.with_pair("a", "x", 3, NODES), lambda draft: draft.with_pair("a", "a", 3, NODES), lambda draft: draft.with_pair("a", "b", 0.01, NODES),
        lambda draft: draft.with_pair("a", "b", float("nan"), NODES), lambda draft: draft.with_ends("x", "", NODES), lambda draft: draft.with_order([["a", "a"]], NODES),
        lambda draft: draft.with_number("points", "a", float("nan"), NODES), lambda draft: draft.with_number("points", "a", 101, NODES),
        lambda draft: draft.scaled(NODES), lambda draft: draft.by("lottery"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(move: Any) -> None:
    with pytest.raises(Refused):
        move(GroupDraft())


@given(st.permutations(NODES), st.lists(st.booleans(), min_size=3, max_size=3))
def test_an_order_is_written_and_taken_up_again(order: list[str], tied: list[bool]) -> None:
    levels: list[list[str]] = [[order[0]]]
    for node, level in zip(order[1:], tied, strict=True):
        if level:
            levels[-1].append(node)
        else:
            levels.append([node])
    draft = GroupDraft("rank_order").with_order(levels, NODES)
    judgement = draft.judgement(NODES)
    assert judgement is not None
    assert draft_of(judgement, NODES) == draft
