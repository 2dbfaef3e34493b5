"""What carries the result: without an indicator, a group, a class, a member it is as if it had never been."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from tests.conftest import write_small_edition
from tests.contested import contested
from tests.examples import examples
from tests.invented import evaluation, group, indicator, members, scheme
from toolkit import evaluate, open_edition
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.ranking import competition_ranks
from toolkit.sensitivity.leave_one_out import (
    RelativeShapes,
    evaluated_without,
    scheme_without,
    without_each_class,
    without_each_member,
    without_nodes,
)

FEW = settings(max_examples=examples(12), suppress_health_check=[HealthCheck.too_slow])
PRIZE = {"id": "prize", "label": "prize", "quota": {"number": 1}}


def awarded(one: Evaluation) -> dict[str, set[str]]:
    """Who is given each award."""
    return {award.id: set(one.awards.loc[one.awards["award"] == award.id, "member"]) for award in one.scheme.awards}


def asked(**columns: list[float]) -> Evaluation:
    who = members(len(next(iter(columns.values()))))
    items = [indicator(name, 1, "g" if name in "bc" else None) for name in columns]
    rules = scheme(group=[group("g", 1)], indicator=items, award=[PRIZE])
    return evaluation(rules, who, pd.DataFrame(columns, index=who.index, dtype=float))


CLOSE = asked(a=[90, 50, 10], b=[10, 60, 20], c=[30, 70, 95])  # totals 55, 57.5, 33.75


def test_the_siblings_have_the_weight_of_what_goes() -> None:
    found = without_nodes(CLOSE).set_index(["kind", "removed"])
    assert found.loc[("group", "g"), ["gained", "lost"]].tolist() == [("m0",), ("m1",)]
    assert found.loc[("indicator", "a"), ["gained", "lost", "moved"]].tolist() == [(), (), 2]  # 20, 65, 57.5
    assert found.loc[("indicator", "b"), "gained"] == ()  # 60, 60, 52.5: level, so nobody has it
    assert found.loc[("indicator", "b"), "lost"] == ("m1",)


def test_what_goes_weighs_nothing_in_any_case_of_a_conditional_group() -> None:
    cases = [{"observed": ["a", "b"], "weights": {"a": 70, "b": 30}}]
    rules = scheme(group=[group("g", aggregate="conditional", when=cases)], indicator=[indicator("a", 60, "g"), indicator("b", 40, "g")])
    (pattern,) = scheme_without(rules, "a").groups[0].when
    assert pattern.weights == {"a": 0, "b": 30}


@FEW
@given(contested())
def test_what_weighs_nothing_is_not_missed(one: Evaluation) -> None:
    node = one.scheme.indicators[0].id
    less = scheme_without(one.scheme, node)
    found = without_nodes(rescored(one, less))
    assert found.loc[found["removed"] == node, "changes"].tolist() == [0] * len(one.scheme.awards)


@FEW
@given(contested())
def test_without_a_member_it_is_the_list_of_the_others(one: Evaluation) -> None:
    gone = str(one.members.index[0])
    kept = one.members.drop(index=gone)
    measured = one.measured
    again = evaluation(
        one.scheme, kept, one.values.loc[kept.index], measured.adjustments.loc[kept.index],
        measured.vetoes[measured.vetoes["member"] != gone], measured.applicable.loc[kept.index], measured.conditions.loc[kept.index],
    )  # fmt: skip
    found = evaluated_without(one, [gone])
    pd.testing.assert_frame_equal(found.values, again.values)
    assert awarded(found) == awarded(again)


@FEW
@given(contested())
def test_what_is_decided_anew_is_what_a_full_evaluation_decides(one: Evaluation) -> None:
    """Only the awards are decided anew; the same as everything worked out again."""
    gone = str(one.members.index[-1])
    found = without_each_member(one, [gone])
    again, now = evaluated_without(one, [gone]), awarded(one)
    then = awarded(again)
    for row in found.to_dict("records"):
        award = row["award"]
        assert (set(row["gained"]), set(row["lost"])) == (then[award] - now[award], now[award] - {gone} - then[award])
        assert row["moved"] == otherwise(one, again)


def otherwise(one: Evaluation, fewer: Evaluation) -> int:
    """How many stand otherwise in their class than the same members did among themselves before."""
    ranks = pd.DataFrame({"class": one.ranking["class"], "before": one.ranking["rank"], "after": fewer.ranking["rank"]}).loc[fewer.members.index]
    ranks = ranks.astype({"before": "float64", "after": "float64"})
    among = ranks.groupby("class")["before"].transform(lambda before: competition_ranks(-before))
    return int((among != ranks["after"].fillna(0)).sum())


def test_places_are_counted_anew_without_a_member(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    whole = evaluate(edition.scheme, edition.records)
    best = whole.ranking.index[0]
    found = without_each_member(whole, [best]).set_index("award")
    assert found["moved"].tolist() == [0, 0]  # the others keep their order among themselves
    gained, lost = found["gained"].to_dict()["outstanding"], found["lost"].to_dict()["advanced"]
    assert [whole.ranking["award"][member] for member in gained] == ["advanced"]
    assert set(gained) <= set(lost)


def test_it_is_what_evaluating_the_others_gives(small_edition: Path, tmp_path: Path) -> None:
    edition = open_edition(small_edition)
    whole = evaluate(edition.scheme, edition.records)
    folder = write_small_edition(tmp_path / "fewer")
    file = folder / "records" / "会员名册.csv"
    file.write_text("\n".join(line for line in file.read_text("utf-8-sig").splitlines() if "105," not in line) + "\n", encoding="utf-8-sig")
    fewer = open_edition(folder)
    again = evaluate(fewer.scheme, fewer.records)
    found = evaluated_without(whole, ["105"])
    pd.testing.assert_frame_equal(found.ranking.drop(columns="reason"), again.ranking.drop(columns="reason"))


@pytest.mark.parametrize(("relative", "points"), [("recomputed", [0.0, 100.0]), ("held", [0.0, 50.0])])
def test_relative_shapes_look_again_or_hold_what_they_found(relative: RelativeShapes, points: list[float]) -> None:
    who = members(3)
    rules = scheme(indicator=[indicator("a", value={"shape": "min_max"})], award=[PRIZE])
    raw = pd.DataFrame({"a": [0.0, 10.0, 20.0]}, index=who.index)
    one = evaluation(rules, who, raw)
    found = evaluated_without(one, ["m2"], relative=relative)
    assert found.scores[TOTAL].tolist() == points


@pytest.mark.parametrize(("relative", "points"), [("recomputed", [50.0, 100.0]), ("held", [25.0, 50.0])])
def test_nodes_that_compare_members_do_too(relative: RelativeShapes, points: list[float]) -> None:
    who = members(4, ["A", "A", "A", "B"])
    rules = scheme(indicator=[indicator("a"), indicator("b")], award=[PRIZE], total={"value": {"shape": "share_of_best", "within": "class"}})
    raw = pd.DataFrame({"a": [0.0, 10.0, 30.0, 90.0], "b": [10.0, 10.0, 10.0, 0.0]}, index=who.index)
    one = evaluation(rules, who, raw)
    assert one.scores[TOTAL].tolist() == [25.0, 50.0, 100.0, 100.0]
    assert evaluated_without(one, ["m2", "m3"], relative=relative).scores[TOTAL].tolist() == points


def test_classes_matter_to_one_another_only_where_they_meet() -> None:
    who = members(4, ["A", "A", "B", "B"])
    raw = pd.DataFrame({"a": [90.0, 80, 70, 60]}, index=who.index)
    apart = evaluation(scheme(award=[PRIZE]), who, raw)
    assert without_each_class(apart)["changes"].tolist() == [0, 0]
    together = evaluation(scheme(award=[PRIZE | {"quota": {"number": 1, "within": "all"}}]), who, raw)
    found = without_each_class(together).set_index("removed")["gained"]
    assert found.to_dict() == {"A": ("m2",), "B": ()}


def test_what_looks_at_all_members_looks_again_unless_it_is_held() -> None:
    """Without m3 the best of a is 50 and no more 100: m2 overtakes m1."""
    columns = {"a": [0.0, 40, 50, 100], "b": [0.0, 62, 48, 0]}
    items = [{**indicator("a", 1), "value": {"shape": "min_max"}}, indicator("b", 1)]
    who = members(4)
    one = evaluation(scheme(indicator=items, award=[PRIZE]), who, pd.DataFrame(columns, index=who.index))
    assert awarded(one)["prize"] == {"m1"}
    assert without_each_member(one, ["m3"])[["gained", "lost"]].to_numpy().tolist() == [[("m2",), ("m1",)]]
    assert without_each_member(one, ["m3"], relative="held")[["gained", "lost"]].to_numpy().tolist() == [[(), ()]]
