from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings

from tests.contested import contested
from tests.examples import examples
from tests.straight import straight
from tests.test_stability import two, under
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.many import siblings_of
from toolkit.sensitivity.tipping.lines import or_better
from toolkit.sensitivity.tipping.one_weight import nearest_weights, stability_intervals

QUICK = settings(max_examples=examples(6), phases=(Phase.explicit, Phase.reuse, Phase.generate))


def pairs(asked: Evaluation) -> list[tuple[str, str]]:
    return [(award.id, str(member)) for award in asked.scheme.awards for member in asked.members.index]


def holding(asked: Evaluation, award: str) -> set[str]:
    counted = or_better(asked.scheme, award)
    return set(asked.awards.loc[asked.awards["award"].isin(counted), "member"])


@QUICK
@given(straight() | contested())
def test_the_weight_that_is_told_turns_the_outcome(asked: Evaluation) -> None:
    for row in nearest_weights(asked, pairs(asked)).to_dict("records"):
        before, member, node = holding(asked, row["award"]), str(row["member"]), str(row["node"])
        assert (member in before) == row["holds"]
        place = asked.tree.nodes.index(node)
        others = sum(asked.tree.weights[each] for each in siblings_of(asked.tree, place) if each != place)
        if row["to"] == float("inf") or not others:
            continue
        after = holding(rescored(asked, asked.scheme.with_weights({node: row["to"]})), row["award"])
        assert (member in after) != row["holds"]
        assert set(row["gained"]) == after - before - {member}
        assert set(row["lost"]) == before - after - {member}


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_nothing_nearer_turns_it_among_the_single_weights(decimals: int) -> None:
    asked = two(decimals)
    safe = stability_intervals(asked).set_index("node")
    found = nearest_weights(asked, pairs(asked))
    assert len(found)
    for row in found.to_dict("records"):
        within = safe.loc[row["node"]]
        assert not within["lowest"] + 1e-6 < row["to"] < within["highest"] - 1e-6


@pytest.mark.parametrize("members", [["m0", "m1", "m2"], ["m2", "m1", "m0"]])
def test_two_decimals_are_enough_to_say_it_and_the_order_asked_in_is_kept(members: list[str]) -> None:
    # m0 has 50 + 40 a and is rounded down to the 72.2 of m1, 75 - 5 a, below a = 0.55625
    found = nearest_weights(two(), [("first", member) for member in members])
    assert [member for member in members if member != "m2"] == list(found["member"])  # m2 has 10 of everything
    first = found.set_index("member").loc["m0"]
    assert (first["weight"], first["to"], first["lost"]) in {(60.0, 55.62, ()), (40.0, 44.38, ())}
    assert under(two(), "a", 55.62) == set()  # level: left open
    assert found.set_index("member").loc["m1", "lost"] == ("m0",)


def test_a_better_award_counts_too() -> None:
    rules = two().scheme
    second = rules.awards[0].model_copy(update={"id": "next", "label": "next"})
    more = rescored(two(), rules.model_copy(update={"awards": (*rules.awards, second)}))
    assert or_better(more.scheme, "next") == ["first", "next"]
    found = nearest_weights(more, [("next", "m0"), ("next", "m1"), ("next", "m2")])
    assert list(found["member"]) == []  # m0 and m1 have one of the two under any weights, m2 neither
