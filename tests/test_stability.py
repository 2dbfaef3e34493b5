from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.examples import examples
from tests.invented import evaluation, indicator, members, scheme
from tests.straight import straight
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.many import Lists, siblings_of
from toolkit.ground.ranking import Floats, Mask
from toolkit.sensitivity.tipping import paths
from toolkit.sensitivity.tipping.one_weight import stability_intervals

STEPS = (1e-8, 1e-7, 1e-6)  # more than rounding forgives, and less than the next change may be away


def listed(asked: Evaluation) -> set[tuple[str, str]]:
    return set(zip(asked.awards["award"], asked.awards["member"], strict=True))


def under(asked: Evaluation, node: str, weight: float) -> set[tuple[str, str]]:
    return listed(rescored(asked, asked.scheme.with_weights({node: weight})))


def beyond(asked: Evaluation, node: str, limit: float, step: float) -> float:
    """A weight whose share is a step past a limit, or half of what room there is."""
    tree = asked.tree
    place = tree.nodes.index(node)
    others = float(tree.weights[list(siblings_of(tree, place))].sum() - tree.weights[place])
    share = limit / (limit + others)
    past = share + np.sign(step) * min(abs(step), (1 - share if step > 0 else share) / 2)
    return float(others * past / (1 - past))


def two(decimals: int = 1, **more: object) -> Evaluation:
    """Three members under two weights: m0 is ahead by the first, m1 by the second."""
    rules = scheme(
        indicator=[indicator("a", 60), indicator("b", 40)], weights="percent", decimals=decimals,
        award=[{"id": "first", "label": "first", "quota": {"number": 1}}], **more,
    )  # fmt: skip
    values = pd.DataFrame({"a": [90.0, 70.0, 10.0], "b": [50.0, 75.0, 10.0]}, index=members(3).index)
    return evaluation(rules, members(3), values)


def test_the_end_is_where_rounded_totals_meet_and_not_the_exact_ones() -> None:
    found = stability_intervals(two()).set_index("node")
    # 90 a + 50 (1 - a) and 70 a + 75 (1 - a) meet at a = 5/9; as rounded to 0.1 already a little above
    at = found.loc["a", "lowest"]
    assert 100 * 5 / 9 < at < 100 * (5 / 9 + 0.1 / 45)
    assert found.loc["a", "highest"] == 100
    assert found.loc["a", "lose_below"] == ("m0",)
    assert found.loc["b", "highest"] == pytest.approx(100 - at)
    assert listed(two()) == {("first", "m0")}
    assert under(two(), "a", at + 1e-6) == {("first", "m0")}
    assert under(two(), "a", at - 1e-6) == set()


def test_what_would_take_too_many_lists_is_sought_on_a_grid_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded = {"id": "first", "label": "first", "quota": {"number": 2, "in_all": 2}}
    rules = scheme(indicator=[indicator("a", 60), indicator("b", 40)], weights="percent", decimals=3, award=[bounded])
    draws = np.random.default_rng(2)
    values = pd.DataFrame(draws.uniform(40, 90, (24, 2)).round(1), columns=["a", "b"], index=members(24).index)
    asked, looked = evaluation(rules, members(24, ["A", "B", "C"] * 8), values), 0
    real = Lists.same

    def counting(lists: Lists, shares: Floats) -> Mask:
        nonlocal looked
        looked += len(shares)
        return real(lists, shares)

    monkeypatch.setattr(Lists, "same", counting)
    whole, many, looked = stability_intervals(asked), looked, 0
    monkeypatch.setattr(paths, "MOST_LOOKS", 24 * 200)
    short = stability_intervals(asked)
    assert whole["exact"].all()
    assert many > 4 * (96 + 14 * 8) + 200 >= looked
    assert not short["exact"].all()
    assert short["lowest"].to_numpy() == pytest.approx(whole["lowest"].to_numpy(), abs=0.5)
    pd.testing.assert_frame_equal(short, stability_intervals(asked))


def test_without_awards_nothing_ends_and_where_the_full_mark_moves_too_nothing_is_said() -> None:
    graded = two()
    rules = rescored(graded, graded.scheme.model_copy(update={"awards": ()}))
    assert stability_intervals(rules)[["lowest", "highest", "exact"]].to_numpy().tolist() == [[0, 100, True]] * 2
    summed = rescored(graded, graded.scheme.with_({"weights": "points", "total.aggregate": "sum", "indicator[b].weight": 60}))
    assert stability_intervals(summed)["exact"].tolist() == [None, None]
    voted = scheme(indicator=[indicator("a", 60), indicator("b", 40), indicator("c", 0)], weights="percent", award=[{"id": "first", "label": "first", "quota": {"number": 1}}])
    values = pd.DataFrame({"a": [90.0, 70.0], "b": [50.0, 75.0], "c": [0.0, 99.0]}, index=members(2).index)
    found = stability_intervals(evaluation(voted, members(2), values), held=["a"]).set_index("node")  # b has only c to divide with, which weighs nothing
    assert found.loc["b", ["lowest", "highest"]].tolist() == pytest.approx([100 * 27.6 / 74, 40], abs=0.02)


def test_mareschal_1988_three_weights_by_hand() -> None:
    """Intervals in the manner of Mareschal (1988): A leads with 67.5 before C with 66.25 and B with 65."""
    rules = scheme(
        indicator=[indicator("a", 50), indicator("b", 25), indicator("c", 25)], weights="percent", decimals=6,
        award=[{"id": "first", "label": "first", "quota": {"number": 1}}],
    )  # fmt: skip
    values = pd.DataFrame([[80.0, 50, 60], [60, 90, 50], [55, 60, 95]], index=members(3).index, columns=list("abc"))
    found = stability_intervals(evaluation(rules, members(3), values)).set_index("node")
    # a, b and c shared 1 : 1: 80 a + 55 (1 - a) meets C's 55 a + 77.5 (1 - a) at a = 22.5 / 47.5
    # b, a and c shared 2 : 1: 50 b + 220 (1 - b) / 3 meets B's 90 b + 170 (1 - b) / 3 at b = 5 / 17
    # c, a and b shared 2 : 1: A and B are level without c, and C's 95 c + 170 (1 - c) / 3 meets 60 c + 70 (1 - c) at c = 8 / 29
    ends = found[["lowest", "highest"]].to_numpy()
    assert ends == pytest.approx(100 * np.array([[22.5 / 47.5, 1], [0, 5 / 17], [0, 8 / 29]]), abs=1e-4)
    assert found["gain_below"].tolist() == [(), (), ()]
    assert found["lose_below"].tolist() == [("m0",), (), ("m0",)]


@settings(max_examples=examples(10), phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(straight() | contested(), st.data())
def test_within_the_interval_the_list_stays_and_just_beyond_it_is_another(asked: Evaluation, data: st.DataObject) -> None:
    for row in stability_intervals(asked).to_dict("records"):
        node, weight = str(row["node"]), float(row["weight"])
        if row["exact"] is None:
            continue
        for end, moved in (("lowest", "below"), ("highest", "above")):
            limit = float(row[end])
            room = min(limit, 1e6) - weight
            share = data.draw(st.floats(0, 0.999), label=f"{node} {end}")
            if row["exact"] and abs(room) > 1e-5:
                assert under(asked, node, weight + share * (room - np.sign(room) * 1e-6)) == listed(asked)
            free = (end == "lowest" and limit == 0) or np.isinf(limit) or (row["lowest"] == row["highest"])
            if row[f"gain_{moved}"] or row[f"lose_{moved}"]:
                sign = 1 if end == "highest" else -1
                assert any(under(asked, node, beyond(asked, node, limit, sign * step)) != listed(asked) for step in STEPS)
            else:
                assert free
