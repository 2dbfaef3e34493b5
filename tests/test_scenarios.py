"""How sure each award, rank and grade is: every draw is the official run, and the draws are counted as they fall."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.altered import altered
from tests.examples import examples
from tests.invented import evaluation, evaluations, indicator, members, scheme
from toolkit import evaluate, open_edition
from toolkit.evaluation import Evaluation, rescored
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase
from toolkit.scheme.outcomes import Effect, Grades, Requirement
from toolkit.sensitivity.choices import (
    Aggregations,
    Choices,
    Goalposts,
    LateRecords,
    MeasurementErrors,
    MissingPolicies,
    Valuings,
)
from toolkit.sensitivity.choices.scenario import BaseCase
from toolkit.sensitivity.scenarios import Counted, OfficialRuns, Scenarios, reason_of, scenario_probabilities
from toolkit.sensitivity.weights.draws import GivenWeights, WeightDraws

GRADES = Grades(
    bands=(("A", 70.0), ("B", 40.0), ("C", 0.0)), default="B",
    require={"A": (Requirement(node="x0", least=50.0),)},
)  # fmt: skip
ALL = (
    MeasurementErrors(0.2, most=100.0),
    Goalposts(0.2),
    Valuings(("own", "min_max", "percentile", "z_score", "rank", "borda", "share_of_best")),
    Aggregations(("arithmetic", "geometric", "minimum", "power(2)"), ("total",)),
    WeightDraws(spread=0.4),
    MissingPolicies(("worst", "exclude", "mean", "class_median", "unranked", 30.0, "observed")),
)


@st.composite
def run_evaluations(draw: st.DrawFn) -> Evaluation:
    """Evaluations as `evaluate` gives them, with gaps, stand-ins for them, and grades."""
    made = draw(evaluations())
    policies = st.sampled_from(["worst", "exclude", "class_median", "median", "unranked"])
    imputing = st.sampled_from([("worst", "value"), ("median", "raw"), ("class_median", "raw"), (20.0, "raw")])
    gaps = st.tuples(policies, st.just("value")) | imputing
    items = tuple(item.model_copy(update=dict(zip(("missing", "missing_of"), draw(gaps), strict=True))) for item in made.scheme.indicators)
    vetoes = tuple(veto.model_copy(update={"effect": Effect(award="none", grade="D")}) for veto in made.scheme.vetoes)
    grades = draw(st.sampled_from([None, GRADES, GRADES.model_copy(update={"applied_only": True})]))
    rules = made.scheme.model_copy(update={"indicators": items, "grades": grades, "vetoes": vetoes})
    return rescored(replace(made, scheme=made.scheme.model_copy(update={"vetoes": vetoes})), rules)


def able(asked: Evaluation, specs: tuple[Any, ...]) -> Choices:
    """Of some specifications those that can be asked of an evaluation."""
    fitting = []
    for spec in specs:
        try:
            Scenarios.of(asked, Choices(spec))
            fitting.append(spec)
        except Refused:
            continue
    return Choices(*fitting)


@given(run_evaluations(), st.integers(0, 99), st.lists(st.sampled_from(ALL), min_size=1, max_size=6, unique_by=id))
def test_every_draw_is_the_evaluation_of_its_scheme(asked: Evaluation, draw: int, specs: list[Any]) -> None:
    scenarios = Scenarios.of(asked, able(asked, tuple(specs)))
    scenario, runs = scenarios[draw], OfficialRuns.of(scenarios.ground)
    try:
        whole = scenario.evaluated
    except Refused:
        with pytest.raises(Refused):
            runs.outcome(scenario)
        return
    found, index = runs.outcome(scenario), asked.members.index
    ranking = whole.ranking.loc[index]
    np.testing.assert_array_equal(found.total, ranking["total"].to_numpy(np.float64))
    assert found.rank.tolist() == ranking["rank"].fillna(0).astype(int).tolist()
    listed = {(award.id, member) for award, own in zip(asked.scheme.awards, found.given, strict=True) for member in index[own]}
    assert listed == set(zip(whole.awards["award"], whole.awards["member"], strict=True))
    if runs.grades:
        assert [runs.grades.names[place] for place in found.grade] == ranking["grade"].tolist()


@settings(max_examples=examples(12))
@given(run_evaluations())
def test_without_any_choice_everything_is_certain(asked: Evaluation) -> None:
    found = scenario_probabilities(asked, Choices(), draws=3)
    assert set(found["probability"]) <= {0.0, 1.0}
    assert (found["error"] == 0).all()
    sure = found[found["probability"] == 1.0]
    given_ = sure[(sure["kind"] == "award") & (sure["outcome"] != "none")]
    assert set(zip(given_["outcome"], given_["member"], strict=True)) == set(zip(asked.awards["award"], asked.awards["member"], strict=True))
    rank = sure[sure["kind"] == "rank"].set_index("member")["outcome"]
    assert rank.to_dict() == {m: "none" if pd.isna(r) else str(r) for m, r in asked.ranking["rank"].items()}
    if asked.scheme.grades:
        grade = sure[sure["kind"] == "grade"].set_index("member")["outcome"]
        assert grade.to_dict() == {m: g or "none" for m, g in asked.ranking["grade"].items()}


@settings(max_examples=examples(8))
@given(run_evaluations(), st.randoms(use_true_random=False))
def test_the_order_of_members_changes_nothing(asked: Evaluation, random: Any) -> None:
    order = list(asked.members.index)
    random.shuffle(order)
    measured = replace(asked.measured, raw=asked.measured.raw.loc[order], applicable=asked.measured.applicable.loc[order])
    shuffled = altered(asked, members=asked.members.loc[order], values=asked.values.loc[order], measured=measured)
    one, other = (scenario_probabilities(item, able(asked, ALL), draws=8) for item in (asked, shuffled))
    by = ["kind", "member", "outcome"]
    pd.testing.assert_frame_equal(one.sort_values(by, ignore_index=True), other.sort_values(by, ignore_index=True))
    assert list(dict.fromkeys(other.loc[other["kind"] == "award", "member"])) == order


@settings(max_examples=examples(8))
@given(run_evaluations())
def test_probabilities_are_shares_of_the_runs(asked: Evaluation) -> None:
    found = scenario_probabilities(asked, able(asked, ALL), draws=20)
    runs = found.attrs["draws"] - found.attrs["failed"]
    failed = found[found["kind"] == "failed"]
    assert round(failed["probability"].sum() * 20) == found.attrs["failed"]
    assert (found.loc[found["kind"] != "failed", "probability"] * max(runs, 1) % 1).round(9).isin([0.0, 1.0]).all()
    together = found[found["kind"] != "failed"].groupby(["kind", "member"])["probability"].sum()
    assert np.allclose(together, 1)
    own = found[found["kind"] != "failed"]
    assert np.allclose(own["error"] ** 2 * max(runs, 1), own["probability"] * (1 - own["probability"]))


def contest(**more: Any) -> Evaluation:
    """m1 is one talk behind m0; one prize, level members left open."""
    talks = indicator("talks", 1, measure={"take": "count", "table": "t"})
    rules = scheme(indicator=[talks], award=[{"id": "prize", "label": "奖", "quota": {"number": 1}}], **more)
    who = members(2)
    return evaluation(rules, who, pd.DataFrame({"talks": [51.0, 50.0]}, who.index))


def test_the_chance_of_a_late_record() -> None:
    found = scenario_probabilities(contest(), Choices(LateRecords(0.3)), draws=1500)
    rows = {(row.kind, row.member, row.outcome): row for row in found.itertuples()}
    # m1 never wins: with one record more it is level, and the tie stays open, unless m0 has one more too
    wins, level = rows["award", "m0", "prize"], rows["rank", "m1", "1"]
    assert abs(wins.probability - (1 - 0.7 * 0.3)) < 4 * wins.error
    assert rows["award", "m1", "prize"].probability == 0
    assert abs(level.probability - 0.7 * 0.3) < 4 * level.error
    assert ("rank", "m1", "3") not in rows


def test_a_draw_is_a_function_of_seed_and_number() -> None:
    spec = Choices(LateRecords(0.3), WeightDraws())
    one, other = (Scenarios.of(contest(), spec, seed=5) for _ in range(2))
    backwards = [other[draw].raw["talks"].tolist() for draw in range(19, -1, -1)][::-1]
    assert [one[draw].raw["talks"].tolist() for draw in range(20)] == backwards
    assert [Scenarios.of(contest(), spec, seed=6)[draw].raw["talks"].tolist() for draw in range(20)] != backwards
    more = Scenarios.of(contest(), Choices(LateRecords(0.3), Goalposts(0.1)), seed=5)
    assert [more[draw].raw["talks"].tolist() for draw in range(20)] == backwards  # other choices move none of this one


def test_what_is_asked_can_go_to_another_process() -> None:
    scenarios = pickle.loads(pickle.dumps(Scenarios.of(contest(), Choices(*ALL[:2], ALL[4]))))
    runs = pickle.loads(pickle.dumps(OfficialRuns.of(scenarios.ground)))
    assert runs.outcome(scenarios[3]).total.tolist() == scenarios[3].evaluated.scores["total"].tolist()


@pytest.mark.parametrize(("language", "said"), [("zh", "total：“总分”的合成方法不能用于负分"), ("en", "total: the aggregate of total cannot take scores below 0")])
def test_runs_that_cannot_be_computed_are_counted_by_reason(language: str, said: str) -> None:
    far = evaluation(
        scheme(indicator=[indicator("a"), indicator("b")], language=language), members(40),
        pd.DataFrame({"a": [*np.linspace(90, 99, 39), 0.0], "b": 50.0}, members(40).index),
    )  # fmt: skip
    spec = Choices(Valuings(("own", "z_score"), ("a",)), Aggregations(("arithmetic", "geometric")))
    found = scenario_probabilities(far, spec, draws=200)
    failed = found[found["kind"] == "failed"]
    assert failed["outcome"].tolist() == [said]
    assert abs(failed["probability"].iloc[0] - 0.25) < 4 * failed["error"].iloc[0]
    assert found.attrs["failed"] == round(200 * failed["probability"].iloc[0])
    never = scenario_probabilities(far, Choices(Valuings(("z_score",), ("a",)), Aggregations(("geometric",))), draws=3)
    assert never["kind"].tolist() == ["failed"]
    assert never["probability"].tolist() == [1.0]


@pytest.mark.parametrize(("policy", "rank"), [("unranked", "none"), ("worst", "3"), (70.0, "1"), ("observed", "1"), ("exclude", "none")])
def test_a_gap_costs_a_place_or_not(policy: str | float, rank: str) -> None:
    rules = scheme(indicator=[indicator("a", missing="unranked")])
    values = pd.DataFrame({"a": [50.0, np.nan, 50.0]}, members(3).index)
    applying = pd.DataFrame(data=True, index=values.index, columns=values.columns)
    asked = rescored(evaluation(rules, members(3), values, applicable=applying), rules)
    assert certain(asked, MissingPolicies((policy,))).loc["m1", "rank"] == rank


def test_what_a_shape_cannot_value_fails_the_run_as_it_does_the_evaluation() -> None:
    below = evaluation(scheme(indicator=[indicator("a")], language="en"), members(2), pd.DataFrame({"a": [-3.0, 50.0]}, members(2).index))
    spec = Choices(Valuings(("share_of_best",)))
    with pytest.raises(Refused, match="1 negative value:"):
        assert Scenarios.of(below, spec)[0].evaluated
    found = scenario_probabilities(below, spec, draws=2)
    assert found["outcome"].tolist() == ["indicator[a].value: `a` has 1 negative value: no share of the best"]


def test_reasons_that_differ_in_numbers_alone_are_one() -> None:
    counted = Counted.nothing(OfficialRuns.of(BaseCase.of(contest())))
    for number in (3, 5, 12.5):
        rule = Phrase(f"有 {number} 个负数", f"{number} negative values")
        counted.fail(reason_of(Refused(Problems((Problem("error", rule, rule, column="a"),)))))
    counted.fail(Phrase("别的", "another"), 4)
    assert list(counted.failures.values()) == [(Phrase("a：有 3 个负数", "a: 3 negative values"), 3), (Phrase("别的", "another"), 4)]
    assert counted.failed == 7


def certain(asked: Evaluation, spec: Any) -> pd.DataFrame:
    """Award, rank and grade of each member, where one draw says them with certainty."""
    found = scenario_probabilities(asked, Choices(spec), draws=1)
    sure = found[found["probability"] == 1.0]
    return sure.pivot_table(index="member", columns="kind", values="outcome", aggfunc="first")


def official(asked: Evaluation) -> pd.DataFrame:
    """The same of an evaluation."""
    ranking = asked.ranking.sort_index()
    rank = ranking["rank"].astype(object).map(lambda place: "none" if pd.isna(place) else str(place))
    return pd.DataFrame({"award": ranking["award"].replace("", "none"), "rank": rank})


def agrees(asked: Evaluation, spec: Any, other: Evaluation) -> None:
    """One draw of a specification comes to what another evaluation does, which is not what was asked about."""
    found, expected = certain(asked, spec), official(other)
    assert found["award"].to_dict() == expected["award"].to_dict()
    assert found["rank"].to_dict() == expected["rank"].to_dict()
    scenarios = Scenarios.of(asked, Choices(spec))
    drawn = OfficialRuns.of(scenarios.ground).outcome(scenarios[0]).total
    assert drawn.tolist() == other.scores["total"].tolist()
    assert drawn.tolist() != asked.scores["total"].tolist()


@pytest.mark.parametrize(("spec", "written"), [
    (MissingPolicies((20.0,)), {"indicator[answers].missing": 20.0}),
    (MissingPolicies(("class_mean",)), {"indicator[answers].missing": "class_mean"}),
    (Aggregations(("harmonic",), ("conduct_group", "total")), {"group[conduct_group].aggregate": "harmonic", "total.aggregate": "harmonic"}),
    (Valuings(("percentile",), ("hours",)), {"indicator[hours].value": {"shape": "percentile", "better": "higher"}}),
    (Valuings(("z_score",), ("hours", "answers")), {
        f"indicator[{name}].value": {"shape": "z_score", "better": "higher", "mean": 50.0, "deviation": 10.0} for name in ("hours", "answers")
    }),
])  # fmt: skip
def test_a_choice_that_is_forced_is_the_scheme_with_it_written_in(small_edition: Path, spec: Any, written: dict[str, Any]) -> None:
    edition = open_edition(small_edition)
    asked = evaluate(edition.scheme, edition.records)
    agrees(asked, spec, evaluate(edition.scheme.with_(written), edition.records))


def test_weights_goalposts_and_errors_are_as_if_they_had_been_written_down(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    asked = evaluate(edition.scheme, edition.records)
    vector = pd.DataFrame({"hours": [10.0], "talks": [10.0], "pledge": [40.0], "answers": [40.0]})
    weights = {"learning": 20.0, "conduct_group": 80.0, "hours": 50.0, "talks": 50.0, "pledge": 50.0, "answers": 50.0}
    agrees(asked, GivenWeights(vector), evaluate(edition.scheme.with_weights(weights), edition.records))
    moved = Scenarios.of(asked, Choices(Goalposts(0.3)))[0]
    posts = {f"indicator[{name}].value.{end}": getattr(item.value, end) for name, item in moved.items.items() for end in ("worst", "best")}
    assert len(posts) == 4
    agrees(asked, Goalposts(0.3), evaluate(edition.scheme.with_(posts), edition.records))
    spec = MeasurementErrors(2.0, ("answers",), relative=False, most=10.0)
    answers = Scenarios.of(asked, Choices(spec))[0].raw["answers"]
    roll = small_edition / "records" / "会员名册.csv"
    lines = [line.split(",") for line in roll.read_text("utf-8-sig").splitlines()]
    for line in lines[1:]:
        number = answers[asked.members.index.get_loc(line[0])]
        line[4] = "" if np.isnan(number) else f"{number:.9f}"
    roll.write_text("\n".join(map(",".join, lines)) + "\n", "utf-8-sig")
    again = open_edition(small_edition)
    agrees(asked, spec, evaluate(again.scheme, again.records))


def test_a_late_record_is_as_if_it_had_come_in(small_edition: Path) -> None:
    import xlsxwriter

    edition = open_edition(small_edition)
    asked = evaluate(edition.scheme, edition.records)
    spec = LateRecords(0.5, ("talks",))
    late = Scenarios.of(asked, Choices(spec))[0].raw["talks"] - asked.indicators["talks"]
    with xlsxwriter.Workbook(small_edition / "records" / "签到补.xlsx", {"in_memory": True}) as book:
        sheet = book.add_worksheet("签到")
        sheet.write_row(0, 0, ("会员代码", "形式", "学时"))
        for row, member in enumerate(late.index[late > 0], start=1):
            sheet.write_row(row, 0, (member, "讲座", 0))
    again = open_edition(small_edition)
    agrees(asked, spec, evaluate(again.scheme, again.records))


def test_what_cannot_be_asked_is_refused_before_anything_runs() -> None:
    with pytest.raises(Refused, match="is `talks` meant"):
        scenario_probabilities(contest(), Choices(LateRecords(0.5, ("talk",))), progress=lambda _: pytest.fail("it ran"))
    with pytest.raises(Refused, match="it is at least 1"):
        scenario_probabilities(contest(), Choices(), draws=0)
    with pytest.raises(Refused, match="it is above 0"):
        scenario_probabilities(contest(), Choices(), precision=0.0)


def test_workers_have_no_influence() -> None:
    done: list[int] = []
    spec = Choices(*ALL[:2], WeightDraws())
    whole = scenario_probabilities(contest(), spec, draws=200, progress=done.append)
    with ThreadPoolExecutor(3) as executor:
        spread = scenario_probabilities(contest(), spec, draws=200, executor=executor)
    pd.testing.assert_frame_equal(whole, spread, check_exact=True)
    assert whole.attrs == spread.attrs
    assert done == [64, 128, 192, 200]


def test_draws_are_made_until_the_precision_is_met() -> None:
    wanted = scenario_probabilities(contest(), Choices(LateRecords(0.5)), draws=5000, precision=0.03)
    assert wanted.attrs["met"]
    assert wanted.attrs["largest_error"] <= 0.03
    assert 192 <= wanted.attrs["draws"] <= 320  # 0.25 / n = 0.03^2 at n = 278
    short = scenario_probabilities(contest(), Choices(LateRecords(0.5)), draws=64, precision=0.03)
    assert not short.attrs["met"]
    same = scenario_probabilities(contest(), Choices(LateRecords(0.5)), draws=wanted.attrs["draws"])
    pd.testing.assert_frame_equal(wanted, same)
