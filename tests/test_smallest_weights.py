from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.straight import straight
from tests.test_stability import listed, two
from toolkit.evaluation import Evaluation, rescored
from toolkit.ground.problems import Refused
from toolkit.sensitivity.tipping.all_weights import (
    NORMS,
    Norm,
    smallest_change,
    smallest_weights,
)

QUICK = settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 9)), min_size=2, max_size=5), st.sampled_from(NORMS),
    st.lists(st.floats(0.001, 1), min_size=5, max_size=5),
)  # fmt: skip
def test_no_other_shares_that_close_the_gap_are_nearer(pairs: list[tuple[int, int]], norm: Norm, other: list[float]) -> None:
    gap = np.array([float(g) for g, _ in pairs])
    shares = np.array([float(w) for _, w in pairs]) / sum(w for _, w in pairs)
    found = smallest_change(gap, shares, norm)
    if gap.min() > 0 or gap.max() < 0:
        assert found is None
        return
    assert found is not None
    assert found.min() >= -1e-9
    assert found.sum() == pytest.approx(1)
    assert gap @ found == pytest.approx(0, abs=1e-7)

    def measure(moved: np.ndarray) -> float:
        return float(np.abs(moved).max() if norm == "largest" else np.abs(moved).sum())

    rival = np.array(other[: len(gap)]) / sum(other[: len(gap)])
    ends = np.eye(len(gap))
    if (gap @ rival) * (gap @ shares) <= 0:  # the way there crosses the tie
        part = 0.0 if gap @ shares == 0 else (gap @ shares) / (gap @ shares - gap @ rival)
        assert measure(found - shares) <= measure(part * (rival - shares)) + 1e-7
    for end in ends:
        if (gap @ end) * (gap @ shares) < 0:
            part = (gap @ shares) / (gap @ shares - gap @ end)
            assert measure(found - shares) <= measure(part * (end - shares)) + 1e-7


def test_two_weights_have_only_one_way_to_go() -> None:
    found = smallest_weights(two(decimals=3), near=1).set_index("norm")
    assert found.loc["largest", "tie"] == pytest.approx(100 * (0.6 - 5 / 9))
    assert found.loc["sum", "tie"] == pytest.approx(200 * (0.6 - 5 / 9))
    assert found.loc["largest", "change"] == pytest.approx(found.loc["largest", "tie"], rel=1e-2)


@QUICK
@given(straight() | contested(), st.sampled_from(["total", "groups", None]))
def test_beyond_a_witness_the_list_differs_and_short_of_it_it_does_not(asked: Evaluation, group: str | None) -> None:
    if group == "groups":
        group = asked.scheme.groups[0].id if asked.scheme.groups else "total"
        if not asked.scheme.children(group):
            return
    for row in smallest_weights(asked, group).to_dict("records"):
        if row["weights"] is None:
            continue
        after = rescored(asked, asked.scheme.with_weights(row["weights"]))
        assert listed(after) != listed(asked)
        kept = {node: _between(asked, row["weights"], node, 1 - 1e-6) for node in row["weights"]}
        if row["exact"] and row["change"] > 1e-4 and group is not None:
            assert listed(rescored(asked, asked.scheme.with_weights(kept))) == listed(asked)
        if group is not None:
            change = {norm: _size(asked, after, norm, group) for norm in NORMS}
            assert change[row["norm"]] == pytest.approx(row["change"], abs=1e-5)


def test_where_scores_are_no_plain_sums_nothing_is_computed_for_the_nearest() -> None:
    found = smallest_weights(two(total={"aggregate": "geometric"}), near=1)
    assert found["exact"].tolist() == [None, None]
    assert found["tie"].isna().all()


def test_an_unknown_group_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="totl"):
        smallest_weights(two(), "totl")


def _between(asked: Evaluation, weights: dict[str, float], node: str, part: float) -> float:
    """A weight most of the way from where it stands."""
    tree = asked.tree
    place = tree.nodes.index(node)
    siblings = [tree.nodes[c] for c in next(b.children for b in tree.branches if place in b.children)]
    whole = sum(weights[s] for s in siblings)
    start = tree.shares[place] * whole
    return float(start + part * (weights[node] - start))


def _size(before: Evaluation, after: Evaluation, norm: str, group: str) -> float:
    nodes = [before.tree.nodes.index(child.id) for child in before.scheme.children(None if group == "total" else group)]
    moved = 100 * np.abs(after.tree.shares - before.tree.shares)[nodes]
    return float(moved.max() if norm == "largest" else moved.sum())
