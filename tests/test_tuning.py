"""Tuning: a scheme in, a scheme out; siblings sum to 100; every step can be undone; what cannot be is refused in words."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import write_small_edition
from toolkit.ground.problems import Refused
from toolkit.ground.resources import house_folder
from toolkit.interactive.shelf import patch_of, patched
from toolkit.interactive.tuning import (
    Tuning,
    decided_anew,
    moved,
    overridden,
    ranges,
    redone,
    restored,
    shares,
    toggled,
    turned,
    typed,
    undone,
)
from toolkit.scheme import Scheme, load_scheme

DEMO = load_scheme(house_folder("data/demo") / "scheme.toml")
NODES = list(DEMO.nodes)
MOVES = st.lists(st.tuples(st.sampled_from(NODES), st.floats(0, 100), st.sampled_from(["", "a", "b"])), max_size=8)


@pytest.fixture
def small(tmp_path: Path) -> Scheme:
    return load_scheme(write_small_edition(tmp_path / "small") / "scheme.toml")


def tried(tuning: Tuning, moves: list[tuple[str, float, str]]) -> Tuning:
    """The tuning after those of the moves that are not refused."""
    for node, share, gesture in moves:
        if ranges(tuning)[node][0] < ranges(tuning)[node][1]:
            tuning = moved(tuning, node, min(share, ranges(tuning)[node][1]), gesture=gesture and node + gesture)
    return tuning


def top(scheme: Scheme) -> list[float]:
    return [node.weight for node in scheme.children()]


@given(MOVES, st.sets(st.sampled_from(NODES), max_size=3))
def test_siblings_sum_to_100_and_locks_hold_whatever_is_moved(moves: list[tuple[str, float, str]], locks: set[str]) -> None:
    tuning = Tuning.of(DEMO)
    for node in locks:
        tuning = toggled(tuning, node)
    after = tried(tuning, moves)
    for parent in {node.group for node in DEMO.nodes.values()}:
        assert math.fsum(node.weight for node in after.scheme.children(parent)) == pytest.approx(100, abs=1e-9)
    for node in locks:
        assert after.scheme.nodes[node].weight == DEMO.nodes[node].weight
    assert after.scheme.with_({}) == after.scheme  # as strict as a file


@given(MOVES)
def test_undo_leads_back_step_by_step_and_redo_forth(moves: list[tuple[str, float, str]]) -> None:
    after = tried(Tuning.of(DEMO), moves)
    back = after
    while back.past:
        back = undone(back)
    assert back.scheme == DEMO
    while back.future:
        back = redone(back)
    assert (back.scheme, back.past) == (after.scheme, after.past)


def test_where_no_step_leads_it_stays_and_another_tree_has_no_room_for_what_was_moved() -> None:
    tuning = Tuning.of(DEMO)
    assert undone(tuning) is redone(tuning) is tuning
    with pytest.raises(Refused, match="law_hours"):
        decided_anew(moved(tuning, "learning", 44), DEMO.model_copy(update={"indicators": tuple(item for item in DEMO.indicators if item.id != "law_hours")}))


def test_what_a_page_keeps_of_a_scheme_makes_it_again() -> None:
    fewer = DEMO.model_copy(update={"indicators": DEMO.indicators[:-1]}).with_weights({"clean_record": 60, "upheld": 40})
    other = [DEMO.model_copy(update={"awards": DEMO.awards[::-1]}), fewer]
    kept = [patch_of(DEMO, scheme) for scheme in other]
    assert [patched(DEMO, patch) for patch in kept] == other
    assert [list(patch) for patch in kept] == [["whole"]] * 2
    with pytest.raises(Refused, match="cannot stand beside"):
        patched(DEMO, [])


def test_siblings_keep_their_ratios() -> None:
    after = moved(Tuning.of(DEMO), "learning", 44)
    assert top(after.scheme) == pytest.approx([44, 20, 16, 12, 8])
    assert top(DEMO) == [30, 25, 20, 15, 10]


def test_what_is_typed_back_gives_the_list_back() -> None:
    begun = moved(typed(moved(Tuning.of(DEMO), "learning", 36.5), "duty", 25), "law_hours", 31.5)
    for tuning in (begun, replace(begun, decided=begun.scheme, past=())):  # moved on from there, and adopted
        for away in (75, 3.33, 99.99, 100):
            there = typed(tuning, "duty", away)
            assert typed(typed(there, "duty", 60.01), "duty", 25).scheme == tuning.scheme
    own = moved(toggled(typed(begun, "duty", 75), "duty"), "conduct", 2.8)  # what is moved meanwhile is not taken back
    assert moved(own, "law_hours", 55).scheme.nodes["conduct"].weight == 2.8


def test_a_drag_is_one_step_and_counts_from_where_it_began() -> None:
    tuning = Tuning.of(DEMO)
    for share in (50, 100, 0, 37.5, 30):
        tuning = moved(tuning, "learning", share, gesture="drag 1")
    assert tuning.scheme == DEMO
    tuning = moved(moved(tuning, "learning", 60, gesture="drag 1"), "learning", 70, gesture="drag 2")
    assert top(undone(tuning).scheme)[0] == 60
    assert undone(undone(tuning)).scheme == DEMO


def test_siblings_that_stand_at_0_come_back_as_decided() -> None:
    after = moved(moved(Tuning.of(DEMO), "learning", 100), "learning", 30)
    assert after.scheme == DEMO


def test_a_locked_sibling_leaves_less_to_move() -> None:
    tuning = toggled(Tuning.of(DEMO), "exchange")
    assert ranges(tuning)["learning"] == (0, 75)
    assert ranges(tuning)["exchange"] == (25, 25)
    assert top(moved(tuning, "learning", 75).scheme) == [75, 25, 0, 0, 0]
    for node in ("duty", "pledging", "conduct"):
        tuning = toggled(tuning, node)
    assert ranges(tuning)["learning"] == (30, 30)
    with pytest.raises(Refused, match="all siblings of"):
        moved(tuning, "learning", 40)
    assert toggled(tuning, "duty").locked == {"exchange", "pledging", "conduct"}
    assert restored(tuning).locked == set()


def test_what_was_typed_stays_when_the_next_is_typed() -> None:
    tuning = Tuning.of(DEMO)
    for node, share in (("learning", 38), ("duty", 12), ("pledging", 10)):
        tuning = typed(tuning, node, share)
    assert [tuning.scheme.nodes[node].weight for node in ("learning", "duty", "pledging")] == [38, 12, 10]
    assert tuning.locked == {"learning", "duty", "pledging"}
    tuning = typed(typed(tuning, "exchange", 22), "learning", 40)  # two are left: no further lock; a locked one can be typed anew
    assert (tuning.locked, top(tuning.scheme)[0]) == (frozenset({"learning", "duty", "pledging"}), 40.0)
    back = undone(tuning)
    assert back.locked == {"duty", "pledging"}  # what a step back alters is not locked any more
    assert math.fsum(top(back.scheme)) == pytest.approx(100)


def test_of_two_siblings_none_is_locked_by_typing(small: Scheme) -> None:
    assert not typed(Tuning.of(small), "learning", 45).locked


@pytest.mark.parametrize(
    ("node", "share", "words"),
    [
        ("learning", 140, "不能是 140：合计是 100；请输入 0 到 75 之间的数"),
        ("learning", 80, "请输入 0 到 75 之间的数"),
        ("learning", -1, "不能是 -1"),
        ("learning", math.nan, "请输入 0 到 100 之间的数"),
        ("learning", math.inf, "0 到 100 之间的数"),
        ("exchange", 20, "“交流贡献”已锁定"),
        ("nothing", 20, "没有这个指标或分组"),
    ],
)
def test_what_cannot_be_is_refused_in_words(node: str, share: float, words: str) -> None:
    with pytest.raises(Refused) as refused:
        moved(toggled(Tuning.of(DEMO), "exchange"), node, share)
    assert words in refused.value.problems.text("zh")


def test_weights_in_points_are_moved_as_shares_and_keep_their_sum(small: Scheme) -> None:
    points = small.model_copy(update={"weights": "points"})
    points = points.with_weights({"learning": 12.0, "conduct_group": 8.0})
    assert shares(points)["learning"] == 60
    after = moved(Tuning.of(points), "learning", 45)
    assert [node.weight for node in after.scheme.children()] == [9.0, 11.0]


def test_other_rules_are_turned_as_strictly_as_in_a_file() -> None:
    after = turned(Tuning.of(DEMO), "award[outstanding].quota.share", 0.12)
    assert after.scheme.awards[0].quota is not None
    assert after.scheme.awards[0].quota.share == 0.12
    assert undone(after).scheme == DEMO
    with pytest.raises(Refused):
        turned(after, "award[outstanding].quota.share", 12)


def test_another_decision_keeps_what_was_moved() -> None:
    other = DEMO.with_weights({"exchange": 40})
    for mine in (moved(Tuning.of(DEMO), "learning", 44), typed(typed(Tuning.of(DEMO), "learning", 44), "conduct", 9)):
        again = decided_anew(mine, other)
        assert again.locked == mine.locked
        assert undone(again).scheme == other
        before, now, decided = (shares(scheme) for scheme in (mine.scheme, again.scheme, other))
        by_hand = {"learning", *mine.locked}
        assert all(now[node] == before[node] for node in by_hand)
        assert len({round(now[node.id] / decided[node.id], 2) for node in DEMO.children() if node.id not in by_hand}) == 1
        assert overridden(DEMO, again)[0] == "exchange"


def test_what_was_dragged_stays_and_only_what_gave_way_gives_way_anew() -> None:
    elsewhere = DEMO.with_weights({DEMO.children("learning")[0].id: 70})
    again = decided_anew(moved(Tuning.of(DEMO), "learning", 44), elsewhere)
    assert shares(again.scheme) == shares(moved(Tuning.of(elsewhere), "learning", 44).scheme)
    assert overridden(DEMO, again) == []
    dragged = moved(moved(Tuning.of(DEMO), "learning", 44), "conduct", 9)
    other = DEMO.with_weights({"exchange": 40})
    for mine in (dragged, undone(moved(dragged, "duty", 3)), redone(undone(dragged))):
        anew, before, decided = shares(decided_anew(mine, other).scheme), shares(dragged.scheme), shares(other)
        assert (anew["learning"], anew["conduct"]) == (before["learning"], 9)
        assert len({round(anew[node.id] / decided[node.id], 2) for node in DEMO.children() if node.id not in {"learning", "conduct"}}) == 1
    unknown = replace(dragged, by_hand=())  # of a variant nobody knows what was moved
    assert top(decided_anew(unknown, other).scheme) == top(dragged.scheme)
