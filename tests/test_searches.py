"""Searches that run side by side find what each would find alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toolkit.sensitivity.tipping.lines import Search, together


def halved(goal: float, rounds: int) -> Search[np.ndarray, float]:
    low, high = 0.0, 1.0
    for _ in range(rounds):
        middle = (low + high) / 2
        reached = yield np.array([middle])
        low, high = (low, middle) if reached[0] else (middle, high)
    return high


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9)), max_size=6))
def test_together_each_finds_what_it_finds_alone_in_as_many_rounds_as_the_longest_takes(goals: list[tuple[float, int]]) -> None:
    rounds: list[int] = []

    def answers(asked: dict[int, np.ndarray]) -> list[np.ndarray]:
        rounds.append(len(asked))
        return [own >= goals[place][0] for place, own in asked.items()]

    found = together([halved(*own) for own in goals], answers)
    assert len(rounds) == max((own[1] for own in goals), default=0)
    assert rounds == sorted(rounds, reverse=True)
    for (goal, count), high in zip(goals, found, strict=True):
        assert goal <= high <= goal + 0.5**count or (goal > 1 - 0.5**count and high == 1.0)
