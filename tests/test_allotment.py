"""Allotments: in every draw and pool those are given an award to whom the official rule gives it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toolkit.awards.contests import allot
from toolkit.ranking import levels
from toolkit.sensitivity.rule.allotment import allot_draws
from toolkit.sensitivity.rule.offers import span

DRAWS, MEMBERS = 3, 9


def table(highest: int) -> st.SearchStrategy[list[list[int]]]:
    row = st.lists(st.integers(0, highest), min_size=MEMBERS, max_size=MEMBERS)
    return st.lists(row, min_size=DRAWS, max_size=DRAWS)


def official(standing: np.ndarray, least: int, count: int | None, keys: list[np.ndarray], *, joint: bool) -> np.ndarray:
    """Who of one pool is given the award in one draw."""
    found = np.zeros(len(standing), np.bool_)
    above = levels(standing, *keys)
    able = np.flatnonzero(standing >= least)
    queue = able[np.argsort(above[able], kind="stable")]
    found[queue[: allot(above[queue], count, joint=joint)[0]]] = True
    return found


@given(
    table(5), st.integers(0, DRAWS), st.integers(1, 4), st.lists(st.integers(0, 2), min_size=MEMBERS, max_size=MEMBERS),
    st.lists(st.none() | st.integers(0, 6), min_size=3, max_size=3), st.lists(table(2), max_size=2), st.sampled_from(["joint", "committee"]),
)  # fmt: skip
def test_every_draw_and_pool_follows_the_rule(
    rows: list[list[int]], draws: int, least: int, pool: list[int], places: list[int | None], told: list[list[list[int]]], last: str
) -> None:
    standing, keys = np.array(rows, dtype=np.int16)[:draws], [np.array(one, dtype=np.int16) for one in told]
    joint = last == "joint"
    for own in (np.array(pool), np.sort(pool)):  # pools that lie scattered, and pools that are slices
        pools = [(np.flatnonzero(own == name), count) for name, count in enumerate(places)]
        ready = [(span(positions), count) for positions, count in pools]
        found = allot_draws(standing, least, ready, [lambda draw, member, key=key: key[draw, member] for key in keys], joint=joint)
        for draw in range(draws):
            for positions, count in pools:
                expected = official(standing[draw, positions], least, count, [key[draw, positions] for key in keys], joint=joint)
                assert (found[draw, positions] == expected).all()
