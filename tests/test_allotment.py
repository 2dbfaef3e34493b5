"""Allotments: in every draw and pool those are given an award to whom the official rule gives it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toolkit.evaluation.awards import allot
from toolkit.evaluation.many import allot_draws, span
from toolkit.ground.ranking import levels

DRAWS, MEMBERS = 3, 9


def table(highest: int) -> st.SearchStrategy[np.ndarray]:
    """So many draws that every pool has its crowds at the line: numbers drawn one by one are too often all alike."""
    return st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).integers(0, highest + 1, (DRAWS, MEMBERS), dtype=np.int16))


def official(standing: np.ndarray, least: int, count: int | None, keys: list[np.ndarray], *, joint: bool) -> np.ndarray:
    """Who of one pool is given the award in one draw."""
    found = np.zeros(len(standing), np.bool_)
    above = levels(standing, *keys)
    able = np.flatnonzero(standing >= least)
    queue = able[np.argsort(above[able], kind="stable")]
    found[queue[: allot(above[queue], count, joint=joint)[0]]] = True
    return found


@given(
    table(3), st.sampled_from([DRAWS, DRAWS, 1, 0]), st.integers(1, 3), table(1).map(lambda rows: rows[0]),
    st.lists(st.sampled_from([1, 2, 3, 0, 5, None]), min_size=2, max_size=2), st.sampled_from([2, 1, 0]).flatmap(lambda n: st.tuples(*[table(1)] * n)), st.sampled_from(["joint", "committee"]),
)  # fmt: skip
def test_every_draw_and_pool_follows_the_rule(
    rows: np.ndarray, draws: int, least: int, pool: np.ndarray, places: list[int | None], keys: tuple[np.ndarray, ...], last: str
) -> None:
    standing, joint = rows[:draws], last == "joint"
    for own in (pool, np.sort(pool)):  # pools that lie scattered, and pools that are slices
        pools = [(np.flatnonzero(own == name), count) for name, count in enumerate(places)]
        ready = [(span(positions), count) for positions, count in pools]
        found = allot_draws(standing, least, ready, [lambda draw, member, key=key: key[draw, member] for key in keys], joint=joint)
        for draw in range(draws):
            for positions, count in pools:
                expected = official(standing[draw, positions], least, count, [key[draw, positions] for key in keys], joint=joint)
                assert (found[draw, positions] == expected).all()
