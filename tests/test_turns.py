"""Turns: who is before whom in every pool."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toolkit.evaluation.awards import Pools, Turns
from toolkit.ground.ranking import competition_ranks

KEY = st.sampled_from([0.0, -0.0, 1.5, 60.0, 60.01, 60.015, -1e18, float("nan")])
MEMBER = st.tuples(st.sampled_from(["甲", "乙", "", None]), KEY, KEY, st.booleans())
MEMBERS = st.lists(MEMBER, max_size=12)


def lined(asked: list[tuple[str | None, float, float, bool]]) -> tuple[Turns, list[np.ndarray], np.ndarray]:
    """Turns of such members, the keys they go by, and who is chosen."""
    classes = np.array([member[0] for member in asked], dtype=object)
    keys = [np.array([member[place] for member in asked], dtype=np.float64) for place in (1, 2)]
    return Turns.of(Pools.by_class(classes), *keys, decimals=2), keys, np.array([member[3] for member in asked], dtype=np.bool_)


@given(MEMBERS)
def test_every_member_is_in_the_pool_of_its_class(asked: list[tuple[str | None, float, float, bool]]) -> None:
    turns = lined(asked)[0]
    found = {name: own.tolist() for name, own in turns.pools}
    expected: dict[str, list[int]] = {}
    for position, (name, *_) in enumerate(asked):
        expected.setdefault(name or "", []).append(position)
    assert found == expected
    assert list(turns.pools.names) == sorted(expected)


@given(MEMBERS)
def test_ranks_are_those_of_each_pool_by_itself(asked: list[tuple[str | None, float, float, bool]]) -> None:
    turns, keys, chosen = lined(asked)
    found = turns.ranks(chosen)
    for _, own in turns.pools:
        first = np.where(chosen[own], keys[0][own], np.nan)
        assert found[own].tolist() == competition_ranks(first, keys[1][own]).tolist()


@given(MEMBERS)
def test_queues_hold_the_chosen_that_are_ranked_from_the_best_down(asked: list[tuple[str | None, float, float, bool]]) -> None:
    turns, keys, chosen = lined(asked)
    for (_, own), queue in zip(turns.pools, turns.queues(chosen), strict=True):
        assert sorted(turns.order[queue]) == [place for place in own if chosen[place] and not np.isnan(keys[0][place])]
        assert (np.diff(turns.standings[queue]) >= 0).all()
    assert turns.pools.counted(chosen) == [int(chosen[own].sum()) for _, own in turns.pools]


def test_all_together_are_one_pool() -> None:
    assert [(name, own.tolist()) for name, own in Pools.together(3)] == [("", [0, 1, 2])]
    assert Pools.together(0).counted(np.zeros(0, np.bool_)) == [0]  # and still a pool where nobody is


def test_there_may_be_more_classes_than_a_byte_counts() -> None:
    classes = np.array([f"{place % 300:03}" for place in range(600)], dtype=object)
    assert [own.tolist() for _, own in Pools.by_class(classes)] == [[place, place + 300] for place in range(300)]
