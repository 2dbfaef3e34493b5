"""From one judgement to shares, and weights that sum to 100."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit import weighting
from toolkit.ballots.ballot import Ahp, BestWorst, DividedPoints, RankOrder, Swing, TradeOff
from toolkit.ballots.folder import judged, unjudged, whole_weights
from toolkit.ground.problems import Refused

NODES = ["a", "b", "c"]
LABELS = ["学时", "承诺", "投稿"]
WHOLE = {
    "points": DividedPoints(method="points", points={"c": 20.0, "a": 50.0, "b": 30.0}),
    "swing": Swing(method="swing", swings={"b": 60.0, "a": 100.0, "c": 40.0}),
    "ahp": Ahp(method="ahp", comparisons=(("b", "a", 0.5), ("c", "b", 0.5))),
    "best_worst": BestWorst(method="best_worst", best="a", worst="c", best_to_others={"b": 2.0, "c": 4.0}, others_to_worst={"a": 4.0, "b": 2.0}),
    "rank_order": RankOrder(method="rank_order", order=("a", ("b", "c"))),
    "trade_off": TradeOff(method="trade_off", pairs=(("a", "b", 2.0), ("b", "c", 2.0))),
}


def test_every_method_gives_shares_in_the_order_of_the_scheme() -> None:
    found = {name: judged(one, NODES, LABELS).shares.round(4).tolist() for name, one in WHOLE.items()}
    assert found == {
        "points": [0.5, 0.3, 0.2],
        "swing": [0.5, 0.3, 0.2],
        "ahp": [0.5714, 0.2857, 0.1429],
        "best_worst": [0.5714, 0.2857, 0.1429],
        "rank_order": weighting.rank_order_shares([1, 2, 2]).round(4).tolist(),
        "trade_off": [0.5714, 0.2857, 0.1429],
    }
    thrice = TradeOff(method="trade_off", pairs=(("a", "b", 2.0), ("b", "c", 2.0), ("a", "c", 6.0)))
    assert judged(thrice, NODES, LABELS).coherence.en == "off by a factor of 1.14 at most"


@given(st.permutations(NODES), st.sampled_from(sorted(WHOLE)))
def test_shares_go_with_their_nodes(order: list[str], method: str) -> None:
    base = dict(zip(NODES, judged(WHOLE[method], NODES, LABELS).shares, strict=True))
    turned = judged(WHOLE[method], order, order).shares
    assert np.allclose(turned, [base[node] for node in order], atol=1e-9)


def test_a_contradiction_is_told_with_its_smallest_mend() -> None:
    circle = Ahp(method="ahp", comparisons=(("a", "b", 3), ("b", "c", 4), ("a", "c", 0.5)))
    found = judged(circle, NODES, LABELS)
    assert found.doubt is not None
    assert found.mend is not None
    assert found.doubt.zh == "两两比较前后矛盾，一致性比率 CR 为 1.06，应小于 0.1"
    assert found.mend.zh == "请再想一想“学时”与“承诺”之比：现为 3；若为 1/3，CR 由 1.06 降到 0.09"


def test_a_best_worst_contradiction_names_the_node_and_is_told_with_its_smallest_mend() -> None:
    wrong = BestWorst(method="best_worst", best="a", worst="c", best_to_others={"b": 8.0, "c": 9.0}, others_to_worst={"a": 9.0, "b": 8.0})
    found = judged(wrong, NODES, LABELS)
    assert found.doubt is not None
    assert found.mend is not None
    assert found.doubt.zh == "最优最劣判断前后矛盾，输入一致性比率 0.76 超过 0.14：“承诺”的两次判断相乘应接近 9，现为 64"
    assert found.mend.zh == "请再想一想“学时”与“承诺”之比：现为 8；若为 2，输入一致性比率由 0.76 降到 0.097"
    doubtful = BestWorst(method="best_worst", best="b", worst="c", best_to_others={"a": 5.0, "c": 9.0, "d": 9.0, "e": 9.0}, others_to_worst={"a": 9.0, "b": 9.0, "d": 4.0, "e": 8.0})
    several = judged(doubtful, ["a", "b", "c", "d", "e"], list("甲乙丙丁戊"))
    assert several.mend is not None
    assert several.mend.zh.endswith("，都改之后，输入一致性比率由 0.88 降到 0.29")
    assert several.mend.zh.count("请再想一想") == 3
    assert several.mend.zh.count("降到") == 1
    assert found.least


@pytest.mark.parametrize("method", sorted(WHOLE))
def test_nothing_is_lacking_of_a_whole_judgement_and_a_fourth_node_is(method: str) -> None:
    assert unjudged(WHOLE[method], NODES) == ()
    assert unjudged(WHOLE[method], [*NODES, "d"]) == ("d",)


def test_points_that_sum_to_95_are_refused_with_what_is_lacking() -> None:
    with pytest.raises(Refused) as refused:
        judged(DividedPoints(method="points", points={"a": 50.0, "b": 30.0, "c": 15.0}), NODES, LABELS)
    assert "请再分出 5 分" in refused.value.problems.text()


SHARES = st.lists(st.floats(0.001, 1000), min_size=1, max_size=12).map(lambda x: np.array(x) / np.sum(x))


@given(SHARES, st.integers(0, 6))
def test_they_sum_to_exactly_100_and_each_is_next_to_its_share(shares: np.ndarray, decimals: int) -> None:
    found = whole_weights(shares, decimals)
    unit = 10**decimals
    assert round((found * unit).sum()) == 100 * unit
    assert abs(found.sum() - 100) < 1e-9
    assert (np.abs(found - shares * 100) < 1 / unit + 1e-9).all()


def test_largest_remainders_go_up_and_of_equals_the_first() -> None:
    assert whole_weights(np.array([0.404, 0.349, 0.247]), 0).tolist() == [40, 35, 25]
    assert whole_weights(np.array([0.466, 0.466, 0.068]), 0).tolist() == [47, 46, 7]
    assert whole_weights(np.array([1, 1, 1]) / 3, 0).tolist() == [34, 33, 33]
