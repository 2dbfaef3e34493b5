from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drawing import graded_under
from tests.examples import examples
from tests.few_lines import found, indicator_text, scheme_text
from tests.invented import MEASURE, NO_VETOES, evaluation, group, indicator, members, scheme, totals
from tests.rule_by_hand import RuleByHand
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.grades import (
    GradeOutcomes,
    decide_grades,
    grade_problems,
    place_problems,
    valid_until,
)
from toolkit.evaluation.quotas import places
from toolkit.evaluation.scores import Tree
from toolkit.sensitivity import WeightDraws, grade_probabilities

BANDS = [["AAA", 90], ["AA", 80], ["A", 70], ["B", 60], ["C", 0]]
GRAVE = {"id": "grave", "label": "严重失信", "when": {"table": "t"}}


def grade(
    total: float,
    vetoes: pd.DataFrame = NO_VETOES,
    nodes: dict[str, list[float]] | None = None,
    **parts: object,
) -> str:
    rules = scheme(**{"grades": {"bands": BANDS, "default": "B"}, **parts})
    return str(decide_grades(rules, members(1), totals(total, **(nodes or {"a": [0.0]})), vetoes).grade.iloc[0])


def struck(*vetoes: str) -> pd.DataFrame:
    return pd.DataFrame(
        [("m0", veto, "t", "t.csv", "", 2) for veto in vetoes], columns=list(NO_VETOES.columns)
    )


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (90, "AAA"),
        (89.995, "AAA"),
        (89.994, "AA"),
        (80, "AA"),
        (79.99, "A"),
        (60, "B"),
        (0, "C"),
        (-12, "C"),
        (np.nan, "B"),
    ],
)
def test_the_lower_bound_counts_on_the_rounded_total(total: float, expected: str) -> None:
    assert grade(total) == expected


@pytest.mark.parametrize(("a", "expected"), [(60.0, "AAA"), (59.99, "AA"), (10.0, "A"), (np.nan, "A")])
def test_who_lacks_what_a_grade_requires_falls_to_the_next_that_it_reaches(a: float, expected: str) -> None:
    needs = {"AAA": [{"node": "a", "least": 60}], "AA": [{"node": "a", "least": 20}]}
    assert grade(95, nodes={"a": [a]}, grades={"bands": BANDS, "require": needs}) == expected


def test_what_does_not_apply_to_a_class_is_not_required_of_it() -> None:
    needs = {"AAA": [{"node": "g", "least": 60}]}
    rules = scheme(
        group=[group("g")],
        indicator=[indicator("a", 1, "g", applies_to=["采购人"]), indicator("b")],
        grades={"bands": BANDS, "require": needs},
    )
    who = members(2, ["采购人", "拍卖"])
    assert decide_grades(rules, who, totals(95, 95, g=[np.nan, np.nan]), NO_VETOES).grade.tolist() == ["AA", "AAA"]


@pytest.mark.parametrize(
    ("own", "given_", "expected"), [(95, "D", "D"), (95, "B", "B"), (10, "B", "C"), (np.nan, "D", "D")]
)
def test_a_veto_gives_its_grade_and_never_raises_one(own: float, given_: str, expected: str) -> None:
    assert grade(own, struck("grave"), veto=[GRAVE | {"effect": {"grade": given_}}]) == expected
    assert grade(own, veto=[GRAVE | {"effect": {"grade": given_}}]) != "D"


def test_of_several_vetoes_the_lowest_grade_holds() -> None:
    vetoes = [GRAVE | {"id": id_, "effect": {"grade": to}} for id_, to in (("x", "C"), ("y", "A"))]
    assert grade(95, struck("y", "x"), veto=vetoes) == "C"


def test_a_veto_of_awards_alone_leaves_the_grade() -> None:
    assert grade(95, struck("grave"), veto=[GRAVE | {"effect": {"award": "none"}}]) == "AAA"


def test_without_grades_nobody_is_graded() -> None:
    assert decide_grades(scheme(), members(2), totals(90, 20), NO_VETOES).grade.tolist() == ["", ""]


@given(st.lists(st.floats(-20, 120), min_size=2, max_size=8))
def test_a_higher_total_never_has_a_lower_grade(numbers: list[float]) -> None:
    found = decide_grades(
        scheme(grades={"bands": BANDS}), members(len(numbers)), totals(*sorted(numbers)), NO_VETOES
    ).grade
    order = [name for name, _ in reversed(BANDS)]
    places = [order.index(name) for name in found]
    assert places == sorted(places)


def why(total: float, vetoes: pd.DataFrame = NO_VETOES, a: float = 0.0, language: str = "zh", **parts: object) -> str:
    rules = scheme(**{"grades": {"bands": BANDS, "default": "B"}, "language": language, **parts})
    table = totals(total, a=[a])
    return str(decide_grades(rules, members(1), table, vetoes).reason.iloc[0])


def test_every_grade_has_its_reason() -> None:
    assert why(84.5) == "信用等级 AA（80 分起）"
    assert why(84.5, language="en") == "credit grade AA (from 80)"
    assert why(np.nan) == "无总分，信用等级定为 B"


def test_a_better_grade_missed_by_a_requirement_is_told() -> None:
    rules = {"bands": BANDS, "require": {"AAA": [{"node": "a", "least": 60}]}}
    assert why(95, a=59.99, grades=rules) == "总分够 AAA 级，但a低于 60，信用等级 AA"
    assert why(95, a=60, grades=rules) == "信用等级 AAA（90 分起）"


def test_a_grade_given_directly_is_told() -> None:
    veto = GRAVE | {"effect": {"grade": "D"}}
    assert why(95, struck("grave"), veto=[veto]) == "信用等级直接定为 D"


def test_a_grade_asks_for_one_of_several_and_a_share_of_less_than_one_place_is_told() -> None:
    """The second and the third would have A, and the third meets neither of two; of three a tenth is no place."""
    asked = '\n[grades]\nbands = [["A", 60], ["B", 0]]\nrequire = { A = [{ any_of = [{ node = "x", least = 80 }, { node = "y", least = 80 }] }] }\n'
    rows = [("K", 90, 0), ("K", 50, 90), ("K", 70, 70)]
    case = found(scheme_text(indicator_text("x"), indicator_text("y", 0.5), asked), ["x", "y"], rows)
    assert case.ranking["grade"].sort_index().tolist() == ["A", "A", "B"]
    case = found(scheme_text(indicator_text("x"), '\n[grades]\nbands = [["A", 60], ["B", 0]]\nquota = { A = { share = 0.1 } }\n'), ["x"], [row[:2] for row in rows])
    assert [problem.rule.en for problem in case.problems if problem.column == "grades.quota.A"] == ["grade A: 0 places, their share is less than one"]


def test_a_newcomer_of_whom_nothing_is_recorded_has_the_default_grade() -> None:
    rules = scheme(grades={"bands": BANDS, "default": "B"})
    who, table = members(2), totals(5, 5, a=[5.0, 5.0])
    recorded = pd.Series([False, True], index=who.index)
    found = decide_grades(rules, who, table, NO_VETOES, recorded=recorded).grade
    assert found.tolist() == ["B", "C"]
    said = decide_grades(rules, who, table, NO_VETOES, recorded=recorded).reason
    assert said.tolist() == ["尚无任何记录，信用等级定为 B", "信用等级 C（0 分起）"]


@pytest.mark.parametrize("only", [True, False])
def test_where_applicants_only_are_graded_nobody_else_has_a_grade_whatever_struck_it(only: bool) -> None:  # noqa: FBT001 - a parameter
    rules = scheme(grades={"bands": BANDS, "default": "B", "applied_only": only}, veto=[GRAVE | {"effect": {"grade": "D"}}])
    who, table = members(3, applied=[True, False, False]), totals(85, 85, np.nan, a=[0.0, 0.0, 0.0])
    vetoes = pd.DataFrame({"member": ["m1"], "veto": ["grave"]})
    assert decide_grades(rules, who, table, vetoes).grade.tolist() == (["AA", "", ""] if only else ["AA", "D", "B"])
    said = decide_grades(rules, who, table, vetoes).reason.tolist()
    assert (said[1:] == ["未申报，不评定信用等级"] * 2) is only


# ---- the previous edition, vetoes that lower, and how long a grade holds ----------------------------------------------


@given(st.lists(st.sampled_from([95.0, 85, 75, 65, 10, np.nan]), min_size=1), st.integers(0, 3), st.data())
def test_nobody_rises_further_than_allowed_and_the_unknown_are_free(numbers: list[float], most: int, data: st.DataObject) -> None:
    rules = scheme(grades={"bands": BANDS, "rise_at_most": most}, previous={"table": "old", "grade": "grade"})
    names = [str(name) for name, _ in BANDS]
    before = data.draw(st.lists(st.sampled_from([*names, None, "?"]), min_size=len(numbers), max_size=len(numbers)))
    who, table = members(len(numbers)), totals(*numbers)
    free = decide_grades(rules, who, table, NO_VETOES).grade
    found = decide_grades(rules, who, table, NO_VETOES, previous=pd.DataFrame({"grade": before}, index=who.index)).grade
    for old, by_score, grade_ in zip(before, free, found, strict=True):
        if old not in names or not by_score:
            assert grade_ == by_score
        else:
            assert names.index(grade_) == max(names.index(by_score), names.index(old) - most)


@given(st.sampled_from([95.0, 85, 75, 65, 10]), st.integers(1, 3), st.integers(1, 3), st.sampled_from([("x", "x"), ("x", "y", "x")]))
def test_vetoes_that_lower_add_up_and_stop_at_the_last_band(own: float, one: int, other: int, hit: tuple[str, ...]) -> None:
    vetoes = [GRAVE | {"id": id_, "effect": {"lower_by": by}} for id_, by in (("x", one), ("y", other))]
    names = [str(name) for name, _ in BANDS]
    fall = one + other if "y" in hit else one  # two records of one veto strike once
    assert grade(own, struck(*hit), veto=vetoes) == names[min(names.index(grade(own)) + fall, len(names) - 1)]


def test_a_grade_given_directly_comes_after_the_lowering() -> None:
    vetoes = [GRAVE | {"id": "x", "effect": {"lower_by": 1}}, GRAVE | {"id": "y", "effect": {"grade": "A"}}]
    assert grade(95, struck("x", "y"), veto=vetoes) == "A"
    assert grade(75, struck("x", "y"), veto=vetoes) == "B"  # lowered below the A it would be given


def test_what_bounds_and_lowers_is_told() -> None:
    rules = scheme(
        grades={"bands": BANDS, "rise_at_most": 1},
        previous={"table": "old", "grade": "grade"},
        veto=[GRAVE | {"id": "x", "effect": {"lower_by": 2}}],
    )
    who, table = members(3), totals(95, 95, 95)
    before = pd.DataFrame({"grade": ["B", None, "AA"]}, index=who.index)
    vetoes = struck("x").assign(member="m2")
    said = decide_grades(rules, who, table, vetoes, previous=before).reason
    assert said.tolist() == [
        "信用等级 AAA（90 分起），上届为 B，最多升 1 级，定为 A",
        "信用等级 AAA（90 分起），无上届等级，不受升级限制",
        "信用等级 AAA（90 分起），因一票否决事项降 2 级，定为 A",
    ]
    assert decide_grades(rules, who, table, vetoes, previous=before).grade.tolist() == ["A", "AAA", "A"]


def test_nobody_is_said_to_fall_further_than_the_last_grade() -> None:
    rules = scheme(grades={"bands": BANDS}, veto=[GRAVE | {"id": "x", "effect": {"lower_by": 9}}])
    (said,) = decide_grades(rules, members(1), totals(95), struck("x")).reason
    assert said == f"信用等级 AAA（90 分起），因一票否决事项应降 9 级，至最低的 {BANDS[-1][0]} 为止"


def test_a_condition_that_keeps_a_grade_away_is_told() -> None:
    rules = scheme(
        grades={"bands": [["AA", 95], ["A", 85], ["B", 0]], "require": {"AA": [{"condition": "sections", "least": 3}]}},
        condition=[{"id": "sections", "label": "合同段数", "measure": MEASURE, "unit": "个"}],
    )
    who, table = members(3), totals(96, 96, 96)
    conditions = pd.DataFrame({"sections": [3.0, 2.0, np.nan]}, index=who.index)
    assert decide_grades(rules, who, table, NO_VETOES, conditions=conditions).grade.tolist() == ["AA", "A", "A"]
    assert decide_grades(rules, who, table, NO_VETOES, conditions=conditions).reason.tolist() == [
        "信用等级 AA（95 分起）",
        "总分够 AA 级，但合同段数 2 个，要求不少于 3 个（差 1），信用等级 A",
        "总分够 AA 级，但合同段数无记录，视为不符合，要求不少于 3 个，信用等级 A",
    ]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31)), st.integers(1, 60), st.sampled_from(["day", "month", "year"]))
def test_grades_hold_as_long_as_windows_do(day: dt.date, length: int, unit: str) -> None:
    rules = scheme(as_of=day.isoformat(), grades={"bands": BANDS, "valid_for": f"{length} {unit}s"})
    assert valid_until(rules) == (pd.Timestamp(day) + pd.DateOffset(**{f"{unit}s": length})).date()
    assert [p.severity for p in grade_problems(rules)] == ["note"]


def test_a_previous_grade_nobody_knows_is_told() -> None:
    rules = scheme(grades={"bands": BANDS, "rise_at_most": 1}, previous={"table": "old", "grade": "grade"}, veto=[GRAVE | {"effect": {"grade": "D"}}])
    before = pd.DataFrame({"grade": ["AAA", "D", "AAAA", None]}, index=members(4).index)
    (problem,) = grade_problems(rules, before)
    assert (problem.severity, problem.value, problem.mend.en) == ("warning", "AAAA", "is `AAA` meant?")
    found = decide_grades(rules, members(4), totals(95, 95, 95, 95), NO_VETOES, previous=before).grade
    assert found.tolist() == ["AAA", "C", "AAA", "AAA"]  # D stands below all bands: up one is the last


def test_a_grade_outside_the_bands_that_is_held_cannot_be_lowered() -> None:
    slight = {"id": "slight", "label": "轻微", "when": {"table": "t"}, "effect": {"lower_by": 1}}
    rules = scheme(
        grades={"bands": BANDS, "rise_at_most": 0}, previous={"table": "old", "grade": "grade"}, veto=[GRAVE | {"effect": {"grade": "D"}}, slight]
    )
    previous = pd.DataFrame({"grade": ["D"]}, index=members(1).index)
    grading = decide_grades(rules, members(1), totals(95, a=[0.0]), struck("slight"), previous=previous)
    assert grading.grade.tolist() == ["D"]
    assert grading.reason.iloc[0].endswith("上届为 D，最多升 0 级，定为 D")


@given(st.lists(st.tuples(st.sampled_from([95.0, 70.0, 69.99, 10.0]), st.sampled_from([True, False, np.nan]), st.sampled_from([0.5, 1.0, np.nan]), st.sampled_from(["A", "C", "M", "D", ""])), min_size=1, max_size=6))
def test_grades_of_many_runs_are_those_of_the_list_with_grades_apart_and_a_rise_to_be_earned(given_: list[tuple[float, object, float, str]]) -> None:
    new = {"condition": "new", "among": [True]}
    rules = scheme(
        condition=[{"id": "new", "measure": MEASURE}, {"id": "held", "measure": MEASURE}], veto=[{"id": "grave", "when": {"table": "t"}, "effect": {"grade": "D"}}],
        grades={
            "bands": [["A", 90], ["B", 70], ["C", 40], ["D", 0]], "rise_require": [{"condition": "held", "least": 1}],
            "apart": [{"grade": "M", "instead_of": ["A", "B"], "require": [new]}],
        },
        previous={"table": "old", "grade": "grade"},
    )  # fmt: skip
    who, (total, newly, held, before) = members(len(given_)), zip(*given_, strict=True)
    values = pd.DataFrame({"a": total}, index=who.index)
    conditions = pd.DataFrame({"new": pd.Series(newly, dtype=object, index=who.index), "held": pd.Series(held, index=who.index)})
    vetoes = pd.DataFrame([("m0", "grave", "t", "t.csv", "", 2)], columns=list(NO_VETOES.columns))
    listed = evaluation(rules, who, values, vetoes=vetoes, conditions=conditions, previous=pd.DataFrame({"grade": before}, index=who.index))
    outcomes = GradeOutcomes.of(listed)
    assert outcomes is not None
    assert [outcomes.names[place] for place in outcomes.grades(listed.decided.score)] == listed.grading.grade.tolist()
    for score, fresh, years, old, grade in zip(total[1:], newly[1:], held[1:], before[1:], listed.grading.grade.tolist()[1:], strict=True):
        order = "ABCD"
        own = next(name for name, bound in (("A", 90), ("B", 70), ("C", 40), ("D", 0)) if score >= bound)
        own = own if old not in set(order) or years >= 1 else order[max(order.index(own), order.index(old))]
        assert grade == ("M" if fresh is True and own in "AB" else own)


# ---- bands with so many places ----------------------------------------------------------------------------------------------


def by_hand(asked: Evaluation) -> list[str]:
    """The grade of each member, counted one by one; knows nothing of steps, runs and awards."""
    scheme_, who = asked.scheme, asked.members
    wanted = scheme_.grades
    assert wanted is not None
    total = [float(number) for number in asked.decided.score("total")]
    hand = RuleByHand(asked)
    able = [bool(met) for met in asked.award_rule.eligibility.met(asked.decided.score)]
    given_directly = {veto.id: veto.effect.grade for veto in scheme_.vetoes if veto.effect.grade}
    struck_: set[int] = {int(who.index.get_indexer([member])[0]) for member, veto in asked.vetoes[["member", "veto"]].itertuples(index=False) if veto in given_directly}
    band: list[int] = [len(wanted.bands) - 1] * len(who)
    free = [m for m in range(len(who)) if not np.isnan(total[m])]
    for number, (name, bound) in enumerate(wanted.bands):
        enough = [m for m in range(len(who)) if total[m] > bound or (total[m] == bound and name not in wanted.above)]
        had = [m for m in enough if m in free]
        if (quota := wanted.quota.get(name)) is not None:
            offered = [m for m in (enough if wanted.cumulative else had) if m in hand.part and m not in struck_]
            kept = []
            for m in offered:
                same = [other for other in range(len(who)) if quota.within == "all" or who["class"].iloc[other] == who["class"].iloc[m]]
                count = places(quota, len([other for other in hand.part if other in same]), "") or 0
                ahead = [other for other in offered if other in same and hand.key(other, "total") > hand.key(m, "total")]
                level = [other for other in offered if other in same and hand.key(other, "total") == hand.key(m, "total")]
                if len(ahead) + (1 if wanted.level == "better" else len(level)) <= count:
                    kept.append(m)
            had = [m for m in had if m in kept]
        for m in had:
            band[m] = number
            free.remove(m)
    names = [str(name) for name, _ in wanted.bands]
    grades = ["" if np.isnan(total[m]) else names[band[m]] for m in range(len(who))]
    order = [*names, "D"]
    for m in struck_:
        grades[m] = "D" if grades[m] == "" or order.index(grades[m]) < order.index("D") else grades[m]
    return ["" if wanted.eligible_only and not able[m] else grades[m] for m in range(len(who))]


@st.composite
def with_places(draw: st.DrawFn) -> Evaluation:
    """Members of two classes, level ones among them, with bands of so many places."""
    n = draw(st.integers(1, 9))
    some = {"min_size": n, "max_size": n}
    quota = st.fixed_dictionaries({
        "share": st.sampled_from([0.1, 0.34, 0.5, 1.0]), "within": st.sampled_from(["class", "all"]),
        "rounding": st.sampled_from(["floor", "ceil", "half_up"]), "least": st.integers(0, 2),
    })  # fmt: skip
    rules = scheme(
        indicator=[indicator("a"), indicator("b")], decimals=0, ties=draw(st.sampled_from([["b", "joint"], ["committee"], ["first_places", "joint"]])),
        condition=[{"id": "years", "measure": MEASURE}], eligibility={"require": [{"condition": "years", "least": 1}, {"node": "b", "least": 20}]},
        grades={
            "bands": [["A", draw(st.sampled_from([50, 60]))], ["B", 50], ["C", 0]], "quota": {"A": draw(quota)} | draw(st.sampled_from([{}, {"B": {"number": 1}}])),
            "above": draw(st.sampled_from([[], ["A"], ["B"]])), "cumulative": draw(st.booleans()), "level": draw(st.sampled_from(["better", "worse"])),
            "eligible_only": draw(st.booleans()),
        },
        veto=[GRAVE | {"effect": {"grade": "D"}}],
    )  # fmt: skip
    who = members(n, draw(st.lists(st.sampled_from(["A", "B"]), **some)), draw(st.lists(st.sampled_from([True, True, False]), **some)))
    value = st.sampled_from([20.0, 40, 50, 60, 80])
    values = pd.DataFrame({"a": draw(st.lists(value, **some)), "b": draw(st.lists(value, **some))}, index=who.index)
    hit = draw(st.lists(st.sampled_from(list(who.index)), max_size=1))
    vetoes = pd.DataFrame([(member, "grave", "t", "t.csv", "", 2) for member in hit], columns=list(NO_VETOES.columns))
    years = pd.DataFrame({"years": draw(st.lists(st.sampled_from([3.0, 3.0, 0.5, np.nan]), **some))}, index=who.index)
    return evaluation(rules, who, values, vetoes=vetoes, conditions=years)


@settings(max_examples=examples(15))
@given(with_places())
def test_places_of_bands_are_as_counted_by_hand_and_every_draw_follows(asked: Evaluation) -> None:
    assert asked.grading.grade.tolist() == by_hand(asked)
    outcomes = GradeOutcomes.of(asked)
    assert outcomes is not None
    assert [outcomes.names[place] for place in outcomes.grades(asked.decided.score)] == asked.grading.grade.tolist()
    assert all(asked.grading.reason[asked.grading.grade != ""])
    spec = WeightDraws(draws=3, spread=0.6)
    official = pd.DataFrame([graded_under(asked, one) for one in next(spec.blocks(Tree.of(asked.scheme), asked.scheme.seed))])
    found = grade_probabilities(asked, spec)
    for name in (name for name in map(str, found) if not name.endswith("_error")):
        expected = (official == ("" if name == "none" else name)).mean()
        assert found[name].to_numpy() == pytest.approx(expected[found.index].to_numpy())


def test_what_became_of_level_members_at_a_band_s_last_place_is_told() -> None:
    rules = {"bands": [["A", 0], ["B", 0]], "quota": {"A": {"number": 2}}}
    for level, count, said in (("better", 3, "定 3 家：名额线上同分，一并定为 A 级"), ("worse", 1, "定 1 家：名额线上同分的都不定为 A 级")):
        asked = decide_grades(scheme(grades=rules | {"level": level}), members(4), totals(9, 8, 8, 1), NO_VETOES)
        assert (asked.grade == "A").sum() == count
        assert [said in problem.rule.zh for problem in place_problems(asked)] == [True]
    assert asked.reason.tolist()[1] == "够 A 级的分数和条件，但名额 2 个，与同居第 2 的完全同分，名额不足，信用等级 B"


def test_cumulative_places_that_are_all_given_are_not_told() -> None:
    rules = {"bands": [["A", 60], ["B", 60], ["C", 0]], "quota": {"A": {"number": 1}, "B": {"number": 2}}, "cumulative": True}
    asked = decide_grades(scheme(grades=rules), members(4), totals(90, 80, 70, 65), NO_VETOES)
    assert asked.grade.tolist() == ["A", "B", "C", "C"]
    assert not list(place_problems(asked))


def test_who_is_given_a_grade_directly_takes_no_place_and_who_may_not_rise_keeps_it() -> None:
    rules = {"grades": {"bands": [["A", 0], ["B", 0]], "quota": {"A": {"number": 1}}}}
    direct, lowers = (GRAVE | {"effect": effect} for effect in ({"grade": "D"}, {"lower_by": 1}))
    bands = {"bands": [["A", 85], ["B", 70], ["C", 0]], "quota": {"A": {"number": 1}, "B": {"number": 1}}}
    for given_, own, expected in (("B", 95, "B"), ("A", 95, "A"), ("B", 60, "C"), ("A", 75, "B")):  # never lower than its band without places
        asked = decide_grades(scheme(grades=bands, veto=[GRAVE | {"effect": {"grade": given_}}]), members(3), totals(own, 90, 80), struck("grave"))
        assert asked.grade.tolist() == [expected, "A", "B"]
    assert asked.reason.tolist()[0] == "信用等级 B（70 分起，不参加排名，不占名额）"
    assert decide_grades(scheme(**rules, veto=[direct]), members(3), totals(9, 8, 7), struck("grave")).grade.tolist() == ["D", "A", "B"]
    assert decide_grades(scheme(**rules, veto=[lowers]), members(3), totals(9, 8, 7), struck("grave")).grade.tolist() == ["B", "B", "B"]


def test_a_band_of_so_many_places_may_ask_for_one_of_several() -> None:
    asks = {"A": [{"any_of": [{"node": "a", "least": 90}, {"node": "b", "least": 90}]}]}
    rules = scheme(indicator=[indicator("a"), indicator("b")], grades={"bands": [["A", 60], ["B", 0]], "require": asks, "quota": {"A": {"number": 1}}})
    values = pd.DataFrame({"a": [96.0, 50.0, 89.0], "b": [50.0, 95.0, 89.0]}, index=members(3).index)
    assert rescored(evaluation(rules, members(3), values), rules).grading.grade.tolist() == ["A", "B", "B"]
