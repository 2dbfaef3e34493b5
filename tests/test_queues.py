"""Queues: who is ahead of whom is what comparing every two of a contest says."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from toolkit.evaluation.many import queued

ENTRY = st.tuples(st.integers(0, 3), st.integers(1, 3), st.integers(0, 2))


@given(st.lists(ENTRY, max_size=12), st.integers(0, 2))
def test_ahead_and_level_are_those_of_every_pair(entries: list[tuple[int, int, int]], keys: int) -> None:
    columns = np.array(entries, dtype=np.int16).reshape(-1, 3).T
    ahead, level = queued(columns[0].astype(np.intp), list(columns[1 : 1 + keys]))
    scores = [entry[1 : 1 + keys] for entry in entries]
    for place, (own, score) in enumerate(zip(entries, scores, strict=True)):
        rivals = [other for entry, other in zip(entries, scores, strict=True) if entry[0] == own[0]]
        assert ahead[place] == sum(other > score for other in rivals)
        assert level[place] == rivals.count(score)
