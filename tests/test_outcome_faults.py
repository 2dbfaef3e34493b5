"""What can be wrong with outcomes: each fault named at its line, with the mend, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SCHEME
from toolkit.ground.problems import Problem, Refused
from toolkit.scheme import load_scheme
from toolkit.scheme.checks import grades_faults, scheme_faults
from toolkit.scheme.checks.outcomes import quota_faults

CONDITION = '[[condition]]\nid = "years"\nmeasure = { column = "members.pledge" }\n'


def faults(folder: Path, text: str) -> list[Problem]:
    path = folder / "scheme.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load_scheme(path)
    return list(refused.value.problems)


def mean(measure: str) -> str:
    return SCHEME + f'\n[[condition]]\nid = "m"\nmeasure = {{ {measure} }}\n'


def award(more: str) -> str:
    return SCHEME + f'\n[[award]]\nid = "third"\n{more}\n'


def ties(first: str) -> str:
    return SCHEME.replace('ties     = ["conduct_group"', f"ties     = [{first}") + '\n[[award]]\nid = "third"\n'


def veto(more: str) -> str:
    return SCHEME + f'\n[[veto]]\nid = "v"\nwhen = {{ table = "conduct" }}\neffect = {{ award = "none" }}\n{more}\n'


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (award("require = [{ least = 3 }]"), "award[third].require[1]", "names a node or a condition"),
        (award('require = [{ any_of = [{ node = "total", least = 3 }], at_least = 2 }]'), "award[third].require[1].at_least", "nobody can meet that"),
        (award('require = [{ none_of = [{ node = "totl", least = 3 }] }]'), "award[third].require[1].none_of[1].node", "no node `totl`"),
        (award('require = [{ all_of = [{ node = "total", least = 3 }], most = 2 }]'), "award[third].require[1].most", "belongs to one of its parts"),
        (award('require = [{ all_of = [{ node = "total", least = 3 }], first = { number = 1 } }]'), "award[third].require[1].first", "belongs to one of its parts"),
        (award('require = [{ any_of = [{ node = "total", least = 3 }], first = { number = 1 } }]'), "award[third].require[1].first", "belongs to one of its parts"),
        (award('require = [{ node = "total", least = "200/3" }]'), "award[third].require[1].least", "who reaches it exactly"),
        (award('require = [{ condition = "years", least = "2/3", most = "1/3" }]') + CONDITION, "award[third].require[1].most", "`least` = 2/3 and `most` = 1/3 cannot both be met"),
        (award('require = [{ condition = "years", least = "2/3", most = 0.5 }]') + CONDITION, "award[third].require[1].most", "cannot both be met"),
        (award('require = [{ node = "total", least = 3, at_least = 2 }]'), "award[third].require[1].at_least", "no `any_of`"),
        (award('require = [{ node = "total", condition = "years", least = 3 }]'), "award[third].require[1]", "names a node or a condition"),
        (award('require = [{ condition = "yaers", least = 3 }]'), "award[third].require[1].condition", "no condition `yaers`"),
        (award('require = [{ node = "pldege", least = 3 }]'), "award[third].require[1].node", "no node `pldege`"),
        (award('require = [{ node = "total", first = { share = 0.3, number = 2 } }]'), "award[third].require[1].first", "a `share` or a `number`"),
        (award('require = [{ node = "total", first = { share = 0.3 }, least = 60 }]'), "award[third].require[1].least", "does not go with `least`"),
        (award('require = [{ condition = "years", first = { number = 2 } }]') + CONDITION, "award[third].require[1].condition", "does not go with `condition`"),
        (SCHEME + '\n[eligibility]\nrequire = [{ node = "total", first = { number = 3 } }]\n', "eligibility.require[1].first", "by an award alone"),
        (award('require = [{ condition = "years" }]'), "award[third].require[1]", "asks for nothing"),
        (award('require = [{ node = "total", among = ["A"] }]'), "award[third].require[1].among", "not asked for by `among`"),
        (award('require = [{ node = "total", least = 80, most = 60 }]'), "award[third].require[1].most", "cannot both be met"),
        (award('require = [{ node = "total", above = 80, most = 80 }]'), "award[third].require[1].most", "cannot both be met"),
        (SCHEME + '\n[[sum]]\nid = "s"\nof = ["pldege"]\n', "sum[s].of[1]", "no indicator `pldege`"),
        (SCHEME + '\n[[sum]]\nid = "s"\nof = ["pledge", "pledge"]\n', "sum[s].of[2]", "named twice"),
        (SCHEME + '\n[[sum]]\nid = "s"\nof = ["total"]\n', "sum[s].of[1]", "no indicator `total`"),
        (award('by = "totl"'), "award[third].by", "no node `totl`"),
        (award('beside = ["outstandng"]'), "award[third].beside[1]", "no award `outstandng`"),
        (award('beside = ["third"]'), "award[third].beside[1]", "beside itself"),
        (award("reserve = 2"), "award[third].reserve", "no reserves"),
        (award("quota = { share = 0.3, least = 4, most = 2 }"), "award[third].quota.most", "but at most 2"),
        (award("quota = { number = 0, least = 1 }"), "award[third].quota.number", "0 places, but at least 1: 1 would be given"),
        (mean('take = "count", table = "conduct", mean_on = [2018-06-30, 2019-06-30]'), "condition[m].measure.mean_on[2]", "after the as-of date"),
        (mean('take = "count", table = "conduct", mean_on = [2018-06-30]'), "condition[m].measure.mean_on", "two days or more"),
        (mean('take = "any", table = "conduct", mean_on = [2018-06-30, 2018-12-31]'), "condition[m].measure.mean_on", "no number here"),
        (mean('column = "members.pledge", mean_on = [2018-06-30, 2018-12-31]'), "condition[m].measure.mean_on", "needs `take`"),
        (award("quota = { number = { } }"), "award[third].quota.number", "is empty"),
        (award('quota = { number = { 甲 = 3 }, within = "all" }'), "award[third].quota.number", "do not compete apart"),
        (award("quota = { in_all = 3 }"), "award[third].quota", "a share or a number"),
        (SCHEME.replace('"joint"]', '{ node = "total", better = "lower" }, { node = "total" }, "joint"]'), "ties[3]", "was compared before"),
        (SCHEME.replace('"joint"]', '{ condition = "years", order = ["a", "b", "a"] }, "joint"]') + award("")[len(SCHEME):], "ties[2].order[3]", "stands in `order` twice"),
        (SCHEME + "\n[eligibility]\nrequire = [{ least = 3 }]\n", "eligibility.require[1]", "names a node or a condition"),
        (SCHEME + '\n[[veto]]\nid = "v"\nwhen = { table = "conduct" }\neffect = { lower_by = 1 }\n', "veto[v].effect.lower_by", "the scheme has none"),
        (SCHEME + '\n[[veto]]\nid = "v"\nwhen = { table = "conduct" }\neffect = { award = ["advancd"] }\n', "veto[v].effect.award[1]", "no award `advancd`"),
        (SCHEME + '\n[[veto]]\nid = "v"\nwhen = { table = "conduct" }\neffect = {}\n', "veto[v].effect", "does nothing"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["A", 0]]\n', "grades.bands", "written twice"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 0]]\nrise_at_most = 1\n', "grades.rise_at_most", "previous grades stand"),
        (SCHEME + '\n[grades]\nbands = [["A", 60]]\nrequire = { A = [{ condition = "years", most = 1, least = 2 }] }\n', "grades.require.A[1].most", "cannot both be met"),
        (SCHEME + '\n[grades]\nbands = [["A", 60]]\napplied_only = true\n', "grades.applied_only", "nothing says who applied"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 0]]\nquota = { B = { share = 0.1 } }\n', "grades.quota.B", "the last band"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 0]]\nquota = { A = { share = 0.1, in_all = 3 }, X = { number = 1 } }\n', "grades.quota.A.in_all", "no such key"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 0]]\nquota = { X = { number = 1 } }\n', "grades.quota.X", "no grade `X`"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 60], ["C", 0]]\ncumulative = true\nquota = { A = { number = 3 }, B = { number = 1 } }\n', "grades.quota.B.number", "is less than the 3 of A"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 0]]\nabove = ["X"]\n', "grades.above[1]", "no grade `X`"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 0]]\nlevel = "worse"\n', "grades.level", "there is no `quota`"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 0]]\nrise_at_most = "x"\n[previous]\ntable = "conduct"\ngrade = "act_id"\n', "grades.rise_at_most", "no condition `x`"),
        (SCHEME + '\n[grades]\nbands = [["A", 60]]\neligible_only = true\n', "grades.eligible_only", "nothing says who is"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 60], ["C", 0]]\nquota = { B = { number = 1 } }\n', "grades.bands", "overlap"),
        (SCHEME + "\n[total]\nvalue = { shape = [] }\n", "total.value.shape", "unknown name"),
        (SCHEME + "\n[total]\nvalue = { shape = { a = 1 } }\n", "total.value.shape", "unknown name"),
        (SCHEME + "\n[total]\nleast_present = 9\n", "total.least_present", "nobody has one"),
        (veto("at_least = 1.5"), "veto[v].at_least", "is whole"),
        (veto("at_most = -3"), "veto[v].at_most", "belongs to `sum`"),
        (veto('sum = "points"'), "veto[v].sum", "needs `at_least` or"),
        (veto('sum = "points"\nat_least = 3\nat_most = -3'), "veto[v].sum", "needs `at_least` or"),
        (veto('sum = "points"\nat_most = 3'), "veto[v].at_most", "must be less than 0"),
        (veto('sum = "points"\nat_least = 3\ndistinct = "act_id"'), "veto[v].distinct", "do not go together"),
        (award("require = [{ any_of = [] }]"), "award[third].require[1].any_of", "is empty"),
        (award("reserve = 2\nquota = { number = 2, handed_on = false }"), "award[third].reserve", "have no reserves"),
        (award('beside = ["fourth"]\n[[award]]\nid = "fourth"'), "award[third].beside[1]", "does not come before this award"),
        (award('quota = { share = "1 in 3" }'), "award[third].quota.share", "must be a number or a fraction"),
        (award('quota = { share = "30 %" }'), "award[third].quota.share", "must be a number or a fraction"),
        (award('quota = { share = "4/3" }'), "award[third].quota.share", "more than 0 and at most 1"),
        (award('quota = { number = 3, per = [{ condition = "years", most = 1 }] }'), "award[third].quota.per", "in one condition"),
        (award('quota = { least = 1, per = { condition = "years", most = 2 }, within = "all" }'), "award[third].quota.least", "without a number or a share"),
        (award('quota = { number = 3, cost = "years", within = "all" }'), "award[third].quota.cost", "belongs to a `budget`"),
        (award('quota = { number = 3, in_all = 2, per = { condition = "years", most = 1 }, within = "class" }'), "award[third].quota.in_all", "do not go together"),
        (award("quota = { number = 3, in_all = 2, handed_on = false }"), "award[third].quota.handed_on", "do not go together"),
        (award('quota = { number = 3, per = { condition = "years" }, within = "all" }'), "award[third].quota.per", "neither how many at most"),
        (award('quota = { number = 3, per = { condition = "years", least = 2, most = 1 }, within = "all" }'), "award[third].quota.per.most", "at least 2, but at most 1"),
        (award('quota = { budget = 9, cost = "years", per = { condition = "years", least = 1 }, within = "all" }'), "award[third].quota.per.least", "says nothing"),
        (award('quota = { budget = 9, within = "all" }'), "award[third].quota.cost", "nothing says what each member costs"),
        (award('quota = { budget = 9, cost = "years", within = "all" }'), "award[third].quota.budget", "cannot all be funded"),
        (award('quota = { budget = 9, cost = "years", number = 2, within = "all" }'), "award[third].quota.number", "beside a `budget` there is no `number`"),
        (ties('"years"'), "ties[1]", "say which way it settles"),
        (ties('"-conduct_group"'), "ties[1]", "no node `-conduct_group`"),
        (ties('{ condition = "yaers", better = "higher" }'), "ties[1].condition", "no condition `yaers`"),
        (ties('{ condition = "years", better = "higher", order = ["a"] }'), "ties[1].order", "without `better`"),
        (SCHEME + '\n[shortlist]\nquota = { number = 3 }\n[[award]]\nid = "shortlist"\n', "award[shortlist].id", "is reserved"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 0]]\nrequire = { X = [{ node = "total", least = 3 }] }\n', "grades.require.X", "no grade `X`"),
        (SCHEME + '\n[grades]\nbands = [["A", 60], ["B", 60], ["C", 0]]\ncumulative = true\nquota = { A = { number = 1 }, B = { number = 3, within = "all" } }\n', "grades.quota.B.within", "is another than that of A"),
        (SCHEME + "\n[panel]\nminimum = 5\nrivals = true\n", "panel.rivals", "no table says who employs it"),
        (SCHEME + '\n[panel]\nminimum = 5\noutside = "two of three"\n', "panel.outside", "must be a fraction"),
        (mean('table = "scores", column = "x", take = "panel"'), "condition[m].measure.take", "a panel scores indicators only"),
        (mean('column = "members.answers", times = "answers"'), "condition[m].measure.times", "a table and a column"),
        (mean('column = "members.answers", times = "members.answers", over = "members.answers"'), "condition[m].measure.times", "cannot stand together"),
        (mean('table = "activities", take = "sum", column = "hours", times = "members.answers"'), "condition[m].measure.times", "read as it stands"),
        (mean('table = "activities", take = "sum", column = "kind", crossed_with = "kind", points = { 讲座 = 3 }'), "condition[m].measure.points.讲座", "for each state of the other column"),
        (SCHEME.replace('missing = "worst"\nsource', 'missing = 3\nmissing_of = "raw"\nsource').replace('shape = "linear", worst = 0, best = 40', 'shape = "category", points = { a = 3 }'), "indicator[hours].missing_of", "cannot stand in for a state"),
        (SCHEME.replace('shape = "linear", worst = 0, best = 40', 'shape = "benchmark", trim_from = 5'), "indicator[hours].value.trim_from", "not by how much"),
        (SCHEME + '\n[[sum]]\nid = "s"\nlabel = "s"\nof = ["learning"]\n', "sum[s].of[1]", "no part of a plain sum"),
        (SCHEME + '\n[window.w]\nfrom = "found"\nrepairable_after = { 轻微 = "1 month" }\n', "window.w", "needs `column` and `repaired`"),
        (veto("").replace('effect = { award = "none" }', "effect = { award = [] }"), "veto[v].effect.award", "it names no award"),
    ],
)
def test_each_fault_is_named_at_its_place(tmp_path: Path, text: str, place: str, said: str) -> None:
    text = text.replace("\n[[award]]", f"\n{CONDITION}\n[[award]]", 1)
    found = {problem.column: problem for problem in faults(tmp_path, text)}
    assert place in found, found
    problem = found[place]
    assert said in problem.rule.en
    assert problem.rule.zh
    assert problem.mend.zh
    assert problem.row is not None


def test_a_cell_is_asked_for_in_the_names_that_are_written_and_once(tmp_path: Path) -> None:
    (problem,) = [one for one in faults(tmp_path, mean('table = "members", column = "pledge"')) if one.column.startswith("condition[m]")]
    assert 'column = "members.pledge", without `table`' in problem.mend.en


def test_a_cap_before_a_shape_is_told() -> None:
    group = {"id": "g", "cap": 50, "value": {"shape": "min_max"}}
    assert [fault.severity for fault in scheme_faults({"group": [group]}) if fault.path == ("group", 0, "cap")] == ["note"]
    assert not [fault for fault in scheme_faults({"group": [group | {"value": None}]}) if fault.path == ("group", 0, "cap")]


def test_a_quota_without_a_number_is_asked_for_one_and_true_is_told_as_it_is_written(tmp_path: Path) -> None:
    problem = next(one for one in faults(tmp_path, award("quota = { handed_on = false }")) if one.column == "award[third].quota")
    assert problem.mend.en == "write one of them"
    assert any(one.value == "true" for one in faults(tmp_path, award("reserve = true")))


def test_bounds_of_places_that_contradict_each_other_are_asked_about() -> None:
    def told(**quota: object) -> list[tuple[str, str]]:
        return [(fault.severity, fault.rule.en) for fault in quota_faults({"members": {"class": "kind"}}, ("quota",), quota)]

    assert told(number=2, most=1) == [("warning", "2 places, but at most 1: 1 would be given")]
    assert told(number={"x": 2}, most=1) == told(number=2, most=1)
    assert told(share=0.5, least=2, in_all=1) == [("warning", "at least 2 places in each class, and 1 at most in all")]
    assert told(number=1, most=1) == told(share=0.5, least=1, in_all=1) == []


def test_a_band_above_the_scale_can_only_be_reached_with_points_added() -> None:
    raw = {"grades": {"bands": [["A", 160], ["B", 0]]}}
    assert [fault.rule.en for fault in grades_faults(raw)] == ["the lower bound 160 of A is above the scale of 100"]
    assert not list(grades_faults(raw | {"adjustment": [{}]}))


def test_a_sound_scheme_that_uses_everything_is_no_question(tmp_path: Path) -> None:
    text = SCHEME.replace("\n[[award]]", f"\n{CONDITION}\n[[award]]", 1) + """
[[award]]
id = "third"
quota = { number = { 采购人 = 3 }, most = 2, in_all = 2 }
require = [{ condition = "years", above = 1, below = 9 }, { condition = "years", among = ["AA", 3, true] }]
by = "hours"
beside = ["outstanding"]
reserve = 2

[[veto]]
id = "slight"
when = { table = "conduct" }
at_least = 2
effect = { award = ["third"], lower_by = 1 }

[grades]
bands = [["A", 60], ["B", 0]]
valid_for = "2 years"
rise_at_most = 1

[previous]
table = "old"
grade = "grade"
"""
    path = tmp_path / "scheme.toml"
    path.write_text(text, encoding="utf-8")
    assert load_scheme(path).awards[-1].by == "hours"


def test_nothing_is_asked_of_classes_where_there_are_none() -> None:
    raw = {"award": [{"id": "a", "require": [{"node": "total", "least": 60, "classes": ["甲"]}]}], "members": {}}
    path = ("award", 0, "require", 0, "classes")
    assert path in {fault.path for fault in scheme_faults(raw)}
    assert path not in {fault.path for fault in scheme_faults(raw | {"members": {"class": "kind"}})}


@pytest.mark.parametrize("limit", [{"budget": 4, "cost": "years"}, {"number": 2, "per": {"condition": "years", "most": 1}}])
def test_a_limit_that_each_class_has_anew_is_asked_about(limit: dict[str, object]) -> None:
    raw = {"condition": [{"id": "years"}], "ties": ["committee"], "members": {"class": "kind"}, "award": [{"id": "a", "quota": limit}]}
    place = ("award", 0, "quota", "within")

    def asked(raw: dict[str, object]) -> list[tuple[str, str]]:
        return [(fault.severity, fault.rule.en) for fault in scheme_faults(raw) if fault.path == place]

    (found,) = asked(raw)
    assert found[0] == ("warning" if "budget" in limit else "error")
    assert "anew in each" in found[1]
    assert not asked(raw | {"members": {}})
    for within in ("class", "all"):
        assert not asked(raw | {"award": [{"id": "a", "quota": {**limit, "within": within}}]})


def test_where_the_lower_total_is_first_nothing_reads_two_ways() -> None:
    raw = {
        "total": {"better": "lower"}, "indicator": [{"id": "x"}], "ties": ["x", {"node": "x", "better": "higher"}, "first_places", "committee"],
        "award": [{"id": "a", "minimum": {"total": 60}}, {"id": "b", "by": "x"}], "grades": {"bands": [["A", 60], ["B", 0]]}, "shortlist": {"by": "x", "quota": {"number": 1}},
    }  # fmt: skip
    found = {fault.path: fault.rule.en for fault in scheme_faults(raw) if "lower total" in fault.rule.en or "total.better" in fault.rule.en}
    assert set(found) == {("ties", 0), ("award", 0, "minimum"), ("award", 1, "by"), ("grades",), ("shortlist",)}


def test_bands_of_a_lower_total_are_turned_round_in_lines_to_be_copied() -> None:
    """记分制: no points A, up to 6 B, up to 12 C. The mend is one problem, and what it says is a scheme that works (tests/cases/editions/points_taken.toml)."""
    raw = {"total": {"better": "lower"}, "grades": {"bands": [["A", 0], ["B", 6], ["C", 12], ["D", 60]]}}
    (fault,) = [fault for fault in scheme_faults(raw) if fault.path[0] == "grades"]
    for told in ('value = { shape = "linear", worst = 100, best = 0 }', 'bands = [["A", 100], ["B", 94], ["C", 88], ["D", 0]]'):
        assert told in fault.mend.zh
        assert told in fault.mend.en
    falling = {**raw, "grades": {"bands": [["A", 60], ["B", 0]]}}
    assert ["bands" in fault.mend.en for fault in scheme_faults(falling) if fault.path[0] == "grades"] == [False]


def test_a_bound_that_is_no_fraction_is_told_how_to_write_one(tmp_path: Path) -> None:
    for written in ("-1/3", "2/0", "1 / 3"):
        problem = next(one for one in faults(tmp_path, award(f'require = [{{ condition = "years", least = "{written}" }}]')) if "least" in str(one.column))
        assert (problem.rule.zh, "分母不为 0" in problem.mend.zh) == ("不是分数", True)


def test_grades_apart_and_a_rise_look_at_conditions_alone() -> None:
    held = {"condition": "held", "least": 1}
    apart = {"grade": "A", "instead_of": ["A", "X"], "require": [{"any_of": [held, {"node": "total", "least": 60}]}]}
    raw = {"condition": [{"id": "held"}], "grades": {"bands": [["A", 60], ["B", 0]], "rise_require": [{"node": "total", "least": 70}], "apart": [apart]}, "previous": {"table": "old", "grade": "g"}}
    found = {fault.path: fault.rule.en for fault in grades_faults(raw)}
    assert found == {
        ("grades", "rise_require", 0, "node"): "only conditions can be asked for here, and no score",
        ("grades", "apart", 0, "require", 0, "any_of", 1, "node"): "only conditions can be asked for here, and no score",
        ("grades", "apart", 0, "grade"): "`A` is one of the bands",
        ("grades", "apart", 0, "instead_of", 1): "there is no grade `X`",
    }
    sound = {"bands": [["A", 60], ["B", 0]], "rise_require": [held], "apart": [{**apart, "grade": "M", "instead_of": ["A"], "require": [held]}]}
    assert list(grades_faults({**raw, "grades": sound})) == []
    assert [fault.path for fault in grades_faults({**raw, "grades": sound, "previous": {"table": "old"}})] == [("grades", "rise_require")]
