"""The rule before the data: every finding is known to be true, nothing that happens was called impossible, and certificates hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.few_lines import award_text, indicator_text, scheme_text, write_edition
from tests.invented import group, indicator, members, scheme
from toolkit.commands import app
from toolkit.edition import load_plan
from toolkit.evaluation.scores import TOTAL
from toolkit.examination import Examination, class_sizes, examine
from toolkit.examination.monotone import certificate, obstacles
from toolkit.examination.reach import reach
from toolkit.examination.rules import Rules
from toolkit.examination.small_editions import Drawn, Ground, grid, loses
from toolkit.ground.toml_reader import StrictModel
from toolkit.records.dictionary import Column, Tables
from toolkit.records.dictionary import Table as Recorded
from toolkit.scheme import Scheme
from toolkit.scheme.criteria import Adjustment, Group, Indicator, Total
from toolkit.scheme.measures import Measure
from toolkit.scheme.outcomes import Award, Grades, Quota, Requirement, Veto
from toolkit.scheme.shapes import Power
from toolkit.scheme.shapes.absolute import ValueShape

DEMO = Path(__file__).parents[1] / "data" / "demo"
TOP = {"id": "top", "label": "优秀", "quota": {"number": 1}}
NEXT = {"id": "next", "label": "先进", "quota": {"number": 1}}
LOW = {"shape": "steps", "steps": [[1, 40], [3, 70]]}
"""At most 70."""
HIGH = {"shape": "steps", "steps": [[1, 60], [3, 100]], "below": 50}
"""At least 50."""
COUNT = {"take": "count", "table": "acts"}
STATE = {"take": "latest", "table": "acts", "column": "state"}


def found(rules: Scheme, sizes: dict[str, int] | None = None) -> dict[str, str]:
    """What is found in the rules, by its place."""
    return {problem.column: problem.rule.zh for problem in examine(rules, None, sizes, tries=0).problems}


def two(a: dict[str, Any] | None = None, b: dict[str, Any] | None = None, **parts: Any) -> Scheme:
    """A scheme of two indicators that nobody lacks."""
    return scheme(indicator=[indicator("a", **{"missing": "worst", **(a or {})}), indicator("b", **{"missing": "worst", **(b or {})})], **{"ties": ["joint"], "award": [TOP], **parts})


BEST = {"take": "sum", "table": "acts", "column": "level", "points": {"国家级": 8, "省级": 4}, "once_per": ["project"], "keep": "highest", "best": 3}
"""At most 24."""


def in_group(a: dict[str, Any] | None = None, award: list[Any] | None = None, grades: dict[str, Any] | None = None, **more: Any) -> Scheme:
    """The same two indicators, the first alone in a group."""
    return two({"group": "g", **(a or {})}, award=award or [TOP], grades=grades, group=[group("g", **more)])


KINDS = {"table": "members", "key": "key", "name": "name"}
"""Members of no class."""
NO_TOTAL = {"applies_to": ["甲"]}
BEFORE = {"id": "all", "label": "先进"}
BELOW = {"measure": COUNT, "value": {"shape": "linear", "worst": 10, "best": 100, "clamp": False}}
"""Below 0 where nothing is recorded, which a geometric mean does not take."""
DEAD = {
    "no classes": (two({"value": LOW}, {"value": LOW}, members=KINDS, award=[{**TOP, "minimum": {"total": 80}}]), None, "award[top]", "总分最高只有 70.00"),
    "nothing applies to a class": (two(NO_TOTAL, NO_TOTAL, award=[{**TOP, "minimum": {"total": 60}}]), {"甲": 4, "乙": 4}, "award[top]", "而它对此类会员没有得分"),
    "too few routes asked of a class": (two(award=[{**TOP, "require": [{"any_of": [{"node": "a", "least": 1, "classes": ["甲"]}, {"node": "b", "least": 1}], "at_least": 2}]}]), {"甲": 4, "乙": 4}, "award[top]", "而对此类会员只问其中 1 项"),
    "all taken before, though a veto bars from both": (two(award=[BEFORE, TOP], veto=[{"id": "v", "label": "否决", "when": {"table": "acts"}, "effect": {"award": ["all", "top"]}}]), None, "award[top]", "都先获得不限名额的“先进”"),
    "a total out of reach": (two({"value": LOW}, {"value": LOW}, award=[{**TOP, "minimum": {"total": 80}}]), None, "award[top]", "总分最高只有 70.00 = a 50% × 70 + b 50% × 70"),
    "two bars that exclude each other": (two(award=[{**TOP, "minimum": {"total": 80}, "require": [{"node": "a", "most": 50}]}]), None, "award[top]", "只能在 0 至 75"),
    "nobody takes part": (two({"value": LOW}, eligibility={"require": [{"node": "a", "least": 90}]}), None, "eligibility", "a最高只有 70.00"),
    "a class without places": (two(award=[{**TOP, "quota": {"share": 0.2}}]), {"甲": 4, "乙": 10}, "award[top]", "“甲”没有人能获得“优秀”：共 4 家，即使全部参评，按 0.2 也不足一个名额"),
    "no place at all": (two(award=[{**TOP, "quota": {"number": 0}}]), None, "award[top]", "名额为 0"),
    "all taken before": (two(award=[{"id": "all", "label": "先进", "minimum": {"total": 60}}, {**TOP, "minimum": {"total": 80}}]), None, "award[top]", "先获得不限名额的“先进”"),
    "a band too high": (two({"value": LOW}, {"value": LOW}, grades={"bands": [["A", 90], ["B", 60], ["C", 0]]}), None, "grades.bands", "没有人能评为 A：要求总分不低于 90.00 分，而总分最高只有 70.00 = a 50% × 70"),
    "a band too low": (two({"value": HIGH, "measure": COUNT}, {"value": HIGH, "measure": COUNT}, grades={"bands": [["A", 90], ["B", 50], ["C", 0]]}), None, "grades.bands", "没有人能评为 C：总分最低也有 50.00，已够 B 的 50 分"),
    "a total's idle cap": (two({"value": LOW}, {"value": LOW}, total={"cap": 90}), None, "total.cap", "总分最高只有 70"),
    "a line that the tables go past": (two({"value": {"shape": "piecewise", "points": [[0, 0], [10, 80]]}, "measure": BEST}), None, "indicator[a].value.beyond", "表中允许的数值在折线的端点 10 之外（最远 24），都按该点的 80 分计"),
    "an idle bar": (two({"value": HIGH, "measure": COUNT}, award=[{**TOP, "require": [{"node": "a", "least": 50}]}]), None, "award[top]", "谁也挡不住"),
    "an idle veto": (two(grades={"bands": [["A", 50], ["B", 0]]}, veto=[{"id": "v", "label": "否决", "when": {"table": "acts"}, "effect": {"grade": "A"}}]), None, "veto[v]", "A 已是最高一级"),
    "an idle bound on places": (two(award=[{**TOP, "quota": {"share": 0.5, "most": 9}}]), {"甲": 10, "乙": 4}, "award[top].quota.most", "即使全部参评也只有 5 个"),
    "no weight": (two({"weight": 0}), None, "indicator[a]", "权重是 0"),
    "one value for all": (two({"measure": STATE, "value": {"shape": "category", "points": {"x": 60}, "other": 60}}), None, "indicator[a]", "无论怎样都是 60 分"),
    "an idle cap of a group": (in_group(a={"value": LOW}, cap=80), None, "group[g].cap", "“g”的 cap = 80 永远不起作用：“g”最高只有 70"),
    "a capped group": (in_group({"measure": COUNT}, cap=60, award=[{**TOP, "minimum": {"total": 85}}]), None, "award[top]", "总分最高只有 80.00 = g 50% × 60 + b 50% × 100；其中 g 60（合计最多计 60）"),
    "a group valued by a shape": (in_group(value={"shape": "target", "best": [40, 60], "worst": [0, 100], "to": [0, 50]}, award=[{**TOP, "minimum": {"g": 60}}]), None, "award[top]", "g最高只有 50"),
    "a total valued by a falling shape": (two(total={"value": {"shape": "linear", "worst": 120, "best": 0}}, grades={"bands": [["A", 50], ["D", 0], ["E", -1]]}, award=[]), None, "grades.bands", "总分最低也有 16.67"),
    "points of the best rows": (two({"measure": BEST}, award=[{**TOP, "minimum": {"a": 25}}]), None, "award[top]", "a最高只有 24"),
    "no route is open": (two({"value": LOW}, award=[{**TOP, "require": [{"any_of": [{"node": "a", "least": 80}, {"all_of": [{"node": "b", "least": 10}, {"node": "a", "above": 70}]}]}]}]), None, "award[top]", "能达到的只有 0 项（例如要求a不低于 80.00 分，而a最高只有 70.00）"),
    "two of three routes": (two({"value": LOW}, award=[{**TOP, "require": [{"at_least": 2, "any_of": [{"node": "a", "least": 80}, {"node": "a", "least": 90}, {"node": "b", "least": 50}]}]}]), None, "award[top]", "能达到的只有 1 项"),
    "a route closed by another bar": (two(award=[{**TOP, "minimum": {"total": 80}, "require": [{"any_of": [{"node": "a", "most": 50}, {"node": "b", "most": 50}]}]}]), None, "award[top]", "能达到的只有 0 项"),
    "what is forbidden is so of all": (two({"value": HIGH, "measure": COUNT}, award=[{**TOP, "require": [{"none_of": [{"node": "a", "least": 50}]}]}]), None, "award[top]", "其中有一项人人如此"),
    "one of several that all must meet": (two({"value": HIGH, "measure": COUNT}, award=[{**TOP, "require": [{"all_of": [{"node": "a", "least": 50}, {"node": "b", "least": 50}]}]}]), None, "award[top]", "a不低于 50.00 分，谁也挡不住"),
    "a route that is open to all": (two({"value": HIGH, "measure": COUNT}, award=[{**TOP, "require": [{"any_of": [{"node": "a", "least": 50}, {"node": "b", "least": 50}]}]}]), None, "award[top]", "谁也挡不住"),
    "a sum out of reach": (two({"value": LOW}, sum=[{"id": "s", "label": "合计", "of": ["a", "b"], "aggregate": "sum"}], award=[{**TOP, "require": [{"node": "s", "least": 180}]}]), None, "award[top]", "合计最高只有 170"),
    "the greater of two out of reach": (two({"value": LOW}, {"value": LOW}, sum=[{"id": "s", "label": "较高者", "of": ["a", "b"], "aggregate": "maximum"}], award=[{**TOP, "require": [{"node": "s", "least": 80}]}]), None, "award[top]", "较高者最高只有 70"),
    "a condition out of reach": (two(condition=[{"id": "c", "label": "次数", "measure": COUNT}], award=[{**TOP, "require": [{"condition": "c", "below": 0}]}]), None, "award[top]", "而可填的在 0 至"),
    "the first of too few": (two(award=[{**TOP, "require": [{"node": "a", "first": {"share": 0.1}}]}]), {"甲": 4, "乙": 5}, "award[top]", "按比例也不足 1 名"),
    "one band only": (two(grades={"bands": [["A", 0]]}, award=[], veto=[{"id": "v", "label": "否决", "when": {"table": "acts"}, "effect": {"lower_by": 1}}]), None, "veto[v]", "只有一个等级，无级可降"),
    "an idle floor": (two(adjustment=[{"id": "p", "label": "加分", "measure": COUNT, "floor": -5}]), None, "adjustment[p].floor", "永远不起作用"),
    "never the lowest": (two({"value": HIGH, "measure": COUNT}, {"value": {"shape": "steps", "steps": [[1, 50]]}, "measure": COUNT}, total={"aggregate": "minimum"}), None, "indicator[a]", "最低也有 50"),
}  # fmt: skip


SAID: dict[type[StrictModel], str] = {
    Group: "id label weight group aggregate when least_present not_applicable cap value source decimals rounding decimals_of",
    Total: "aggregate when least_present not_applicable value floor cap better",
    Indicator: "id label weight measure value unit group missing missing_of stands_in outliers applies_to source decimals rounding decimals_of",
    Adjustment: "id label measure per cap floor source decimals rounding",
    Measure: "take table column weight over times where among window in_period once_per unverified points crossed_with keep best discard better mean_on",
    Requirement: "node condition least above most below among classes any_of at_least all_of none_of first",
    Award: "id label quota minimum require by beside reserve source",
    Quota: "share number within rounding least most in_all per budget cost overrun handed_on",
    Grades: "bands above quota cumulative level eligible_only require default valid_for rise_at_most rise_require apart applied_only source",
    Veto: "id label when effect at_least distinct sum at_most source",
}
"""The keys of which the examination knows what they do to its spans and proofs."""


@pytest.mark.parametrize("part", SAID)
def test_whoever_gives_a_rule_a_key_says_what_the_examination_makes_of_it(part: type[StrictModel]) -> None:
    """A key that no span heeds would have things called impossible that are not: look at `toolkit/examination`, then enter it here."""
    assert set(part.model_fields) == set(SAID[part].split())
    assert {type_.__module__.rpartition(".")[2] for type_ in subclasses(ValueShape)} == {"absolute", "curves", "relative", "placed", "benchmark", "states"}


def subclasses(kind: type[Any]) -> list[type[Any]]:
    return [each for own in kind.__subclasses__() for each in (own, *subclasses(own))]


@pytest.mark.parametrize("case", DEAD)
def test_what_can_never_act_is_told_with_its_arithmetic(case: str) -> None:
    rules, sizes, place, words = DEAD[case]
    told = found(rules, sizes)
    assert words in told[place]
    assert len(told) == 1, told


@pytest.mark.parametrize("rules", [
    two(),
    two({"value": LOW}, award=[{**TOP, "minimum": {"total": 85}}]),
    two({"missing": "exclude", "value": LOW}, award=[{**TOP, "minimum": {"total": 100}}]),
    two(award=[{"id": "all", "label": "先进", "minimum": {"total": 60}}, {**TOP, "beside": ["all"]}]),
    two({"weight": 0}, ties=["a", "joint"]),
    two({"weight": 0}, award=[{**TOP, "require": [{"node": "a", "least": 60}]}]),
    two({"weight": 0}, award=[{**TOP, "require": [{"any_of": [{"node": "a", "least": 60}, {"node": "b", "least": 90}]}]}]),
    two(award=[{"id": "all", "label": "先进", "require": [{"any_of": [{"node": "a", "least": 60}, {"node": "b", "least": 90}]}]},
               {**TOP, "require": [{"none_of": [{"node": "a", "least": 60}]}]}]),
    two({"value": {"shape": "z_score"}}, award=[{**TOP, "minimum": {"total": 300}}]),
    two(grades={"bands": [["A", 50], ["B", 0]], "quota": {"A": {"number": 1}}}, veto=[{"id": "v", "label": "直评", "when": {"table": "acts"}, "effect": {"grade": "A"}}]),
    in_group(cap=60), in_group(value={"shape": "target", "best": [40, 60], "worst": [0, 100]}, award=[{**TOP, "minimum": {"total": 100}}]),
    two({"measure": BEST}, award=[{**TOP, "minimum": {"a": 24}}]),
    two({"value": LOW}, award=[{**TOP, "require": [{"at_least": 2, "any_of": [{"node": "a", "least": 70}, {"node": "a", "least": 90}, {"node": "b", "least": 50}]}]}]),
    two(award=[{**TOP, "require": [{"none_of": [{"node": "a", "below": 60}, {"node": "b", "below": 60}]}]}]),
    two(award=[{"id": "all", "label": "先进", "require": [{"none_of": [{"node": "a", "least": 60}]}]}, {**TOP, "require": [{"none_of": [{"node": "b", "least": 60}]}]}]),
    two(award=[{**BEFORE, "require": [{"node": "a", "least": 60}]}, {**TOP, "require": [{"node": "b", "least": 60}]}]),
    two(condition=[{"id": "c", "label": "状态", "measure": STATE}], award=[{**BEFORE, "require": [{"condition": "c", "among": ["好"]}]}, {**TOP, "require": [{"condition": "c", "among": ["好", "中"]}]}]),
    two(award=[{**TOP, "require": [{"any_of": [{"node": "a", "first": {"number": 3}}, {"node": "b", "least": 60}]}]}]),
    two(grades={"bands": [["A", 80], ["B", 0]], "default": "B"}),
    two(BELOW, total={"aggregate": "geometric"}, grades={"bands": [["A", 80], ["B", 0]], "default": "A"}),
])  # fmt: skip
def test_what_can_act_is_not_called_dead(rules: Scheme) -> None:
    assert found(rules) == {}


ACTS = Tables(table={"acts": Recorded(file="records/acts.csv", column={
    "code": Column(type="member"), "state": Column(type="choice", choices=("好", "差")),
    "more": Column(type="number", range=(0, 10)), "less": Column(type="number", range=(-10, 0)),
})})  # fmt: skip


@pytest.mark.parametrize(("place", "part", "words"), [
    ("veto[v]", {"at_least": 3, "distinct": "state"}, "要有 3 种，而只有 2 种可填"), ("veto[v]", {"at_most": -1, "sum": "more"}, "而所记都不小于 0"),
    ("veto[v]", {"at_least": 1, "sum": "less"}, "而所记都不大于 0"), ("award[top]", {"among": ["中"]}, "而可填的只有 好、差"), ("", {"among": ["好", "中"]}, ""),
])  # fmt: skip
def test_what_the_tables_do_not_let_happen_is_told(place: str, part: dict[str, Any], words: str) -> None:
    state = {"id": "c", "label": "状态", "measure": STATE}
    veto = [{"id": "v", "label": "否决", "when": {"table": "acts"}, "effect": {"award": "none"}, **part}] if "veto" in place else []
    rules = two(veto=veto, condition=[] if veto else [state], award=[TOP if veto else {**TOP, "require": [{"condition": "c", **part}]}])
    told = {problem.column: problem.rule.zh for problem in examine(rules, ACTS, None, tries=0).problems}
    assert set(told) == {*filter(None, [place])}
    assert words in told.get(place, "")


MANY = [indicator(f"x{place}", missing="exclude") for place in range(16)]


@pytest.mark.parametrize(("rules", "class_", "low", "high"), [
    (two({"applies_to": ["甲"]}, sum=[{"id": "g", "label": "合计", "of": ["a"], "aggregate": "sum"}]), "乙", np.inf, -np.inf),
    (in_group({"applies_to": ["甲"]}, value={"shape": "min_max"}), "乙", np.inf, -np.inf), (in_group(value={"shape": "min_max"}), "", 0, 100),
    (in_group({"value": {"shape": "z_score"}}, value={"shape": "target", "best": [40, 60], "worst": [0, 100]}), "", -np.inf, np.inf),
    (in_group({"value": {"shape": "z_score"}}, aggregate="geometric"), "", 0, np.inf), (in_group({"value": {"shape": "borda"}}), "", 0, np.inf),
    (in_group({"missing": 3, "missing_of": "raw", "value": LOW}), "", 0, 70), (in_group({"weight": 0}), "", np.inf, -np.inf),
    (scheme(group=[group("g")], indicator=[{**item, "group": "g"} for item in MANY[:9]]), "", 0, 100), (scheme(group=[group("g", aggregate="maximum")], indicator=[{**item, "group": "g"} for item in MANY]), "", -np.inf, np.inf),
])  # fmt: skip
def test_a_span_is_as_wide_as_it_has_to_be(rules: Scheme, class_: str, low: float, high: float) -> None:
    span = reach(rules, None, class_)["g"]
    assert (span.low, span.high) == (low, high)


def drawn_scheme(draws: np.random.Generator) -> Scheme:
    """Any scheme of up to six indicators in up to two groups."""
    shapes: list[Any] = [LOW, HIGH, {"shape": "linear", "worst": 0, "best": 100}, {"shape": "linear", "worst": 9, "best": 0}, {"shape": "min_max"},
                         {"shape": "points", "per": 7, "cap": 60}, {"shape": "percentile"}, {"shape": "target", "best": [3, 5], "worst": [1, 9]}]  # fmt: skip
    groups = [group(f"g{place}", int(draws.integers(0, 4)) or 1, None, str(draws.choice(["arithmetic", "geometric", "minimum", "maximum", "sum"]))) for place in range(2)]
    policies = ["worst", "exclude", 30, "class_median"]
    nodes = [indicator(f"x{place}", int(draws.integers(0, 5)) or 1, [None, "g0", "g1"][place % 3], value=shapes[draws.integers(len(shapes))],
                       missing=policies[draws.integers(4)],
                       **({"decimals": int(draws.integers(0, 3)), "decimals_of": str(draws.choice(["score", "points"] if place % 3 == 0 else ["score"]))} if draws.random() < 0.3 else {})) for place in range(6)]  # fmt: skip
    bars = [{"node": str(draws.choice(["x0", "x1", "g0"])), str(draws.choice(["least", "most"])): int(draws.integers(0, 100))} for _ in range(draws.integers(3))]
    awards = [{**TOP, "minimum": {"total": int(draws.integers(20, 95))}, "require": bars}, {**NEXT, "quota": None}]
    grades = {"bands": [["A", 80], ["B", int(draws.integers(30, 79))], ["C", 20], ["D", 0]]}
    return scheme(group=groups, indicator=nodes, award=awards, grades=grades, ties=["joint"], total={"cap": 95})


def test_nothing_that_happens_was_called_impossible() -> None:
    draws, dead = np.random.default_rng(7), 0
    for _ in range(15):
        rules = Rules(drawn_scheme(draws))
        told = examine(rules.scheme, tries=0).problems
        never = {problem.column for problem in told if problem.severity == "warning"}
        unreached = {problem.rule.zh.removeprefix("没有人能评为 ")[0] for problem in told if problem.column == "grades.bands"}
        dead += bool(never)
        for _ in range(8):
            pair = Drawn(rules, rules.scheme.indicators[0]).pair(draws)
            if pair is None:
                continue
            ground, raw, _ = pair
            score, spans = ground.score(raw), rules.spans[""]
            for node, span in ((node, span) for node, span in spans.items() if not span.empty):
                known = score(node)[~np.isnan(score(node))]
                assert ((known >= span.rounded(2).low) & (known <= span.rounded(2).high)).all(), node
                assert not span.sure or len(known) == ground.count, node
            for one in ground.standings(score):
                assert not {f"award[{award}]" for award in one.given} & never
                assert one.grade not in unreached
    assert dead


COSTS = {
    "a relative shape, and a bar another falls below": (two({"value": {"shape": "share_of_best"}}, award=[{**TOP, "minimum": {"total": 60}}, NEXT]), "award"),
    "a quota by applicants whom it makes fewer": (two({"value": {"shape": "min_max"}}, eligibility={"require": [{"node": "total", "least": 40}]}, award=[{**TOP, "quota": {"share": 0.5}}]), "award"),
    "a gap that is left out": (two({"missing": "exclude"}), "award"),
    "a gap that counts as the middle": (two({"missing": "class_median"}), "award"),
    "a gap worth more than a low value": (two({"missing": 60}), "award"),
    "weights that depend on what is there": (two({"missing": "exclude"}, total={"aggregate": "conditional", "when": [{"observed": ["b"], "weights": {"b": 1}}]}), "award"),
    "a bar from above": (two(award=[{**TOP, "require": [{"node": "a", "most": 80}]}]), "award"),
    "a group whose shape falls": (in_group(value={"shape": "target", "best": [40, 60], "worst": [0, 100]}), "award"),
    "what is not to be": (two(award=[{**TOP, "require": [{"none_of": [{"node": "a", "least": 80}]}]}]), "award"),
    "a benchmark of bids that each moves": (two({"value": {"shape": "benchmark", "per_above": 1, "per_below": 0}}, award=[{**TOP, "minimum": {"b": 30}, "require": [{"node": "a", "least": 99}]}, NEXT]), "award"),
    "a value below what stands in": (two({"value": {"shape": "linear", "worst": 0, "best": 100, "clamp": False}}), "award"),
    "a yes that a bar from above is against": (two({"measure": {"take": "any", "table": "acts"}, "value": {"shape": "category", "points": {"true": 100, "false": 0}}}, award=[{**TOP, "require": [{"node": "a", "most": 80}]}]), "award"),
    "the lower total first, and a bar from below": (two({"measure": COUNT}, total={"better": "lower"}, award=[{**TOP, "require": [{"node": "a", "least": 20}]}]), "award"),
    "the lower total first, and a gap that counts as the least": (two(total={"better": "lower"}), "award"),
    "a grade that asks for little": (two(award=[], grades={"bands": [["A", 60], ["B", 0]], "require": {"A": [{"node": "a", "below": 90}]}}), "grade"),
}  # fmt: skip


@pytest.mark.parametrize("case", COSTS)
def test_where_doing_better_costs_a_small_example_is_found(case: str) -> None:
    rules, loss = COSTS[case]
    found_ = certificate(Rules(rules), rules.indicators[0], tries=1500)
    example = found_.example
    assert found_.verdict == "refuted"
    assert example is not None
    assert example.loss == loss
    own = {key: [list(raw[key]) for raw in (example.before, example.after)] for key in example.before}
    changed = [key for key, (old, new) in own.items() if not pd.Series(old, dtype=object).equals(pd.Series(new, dtype=object))]
    assert changed == ["a"]
    assert loses(example.ground, example.before, example.after) == loss
    assert "别的都不变" in found_.why.zh
    assert "nothing else changes" in found_.why.en


def test_what_a_mean_cannot_take_is_no_example() -> None:
    raw = {name: np.array([50.0]) for name in "ab"}
    assert loses(Ground(two(BELOW, total={"aggregate": "geometric"}), "", 1), raw, raw | {"a": np.array([0.0])}) is None


def test_without_classes_all_are_one() -> None:
    assert [class_sizes(scheme(members=KINDS), members(count)) for count in (3, 0)] == [{"": 3}, {}]


def test_a_shape_that_falls_again_is_told_by_its_values() -> None:
    rules = two({"value": {"shape": "target", "best": [40, 60], "worst": [20, 100]}})
    found_ = certificate(Rules(rules), rules.indicators[0])
    assert found_.verdict == "refuted"
    assert "先升后降" in found_.why.zh


def test_of_a_benchmark_neither_more_nor_less_is_better() -> None:
    rules = two({"value": {"shape": "benchmark", "per_above": 1, "per_below": 0.5}})
    found_ = certificate(Rules(rules), rules.indicators[0])
    assert (found_.verdict, found_.example) == ("refuted", None)
    assert "等于基准的最好" in found_.why.zh


def test_a_grade_beside_the_order_is_neither_better_nor_worse() -> None:
    apart = {"grade": "M", "instead_of": ["A"], "require": [{"condition": "new", "among": ["true"]}]}
    rules = two(award=[], condition=[{"id": "new", "label": "新办", "measure": {"column": "members.new"}}], grades={"bands": [["A", 60], ["B", 0]], "apart": [apart]})
    found_ = certificate(Rules(rules), rules.indicators[0], tries=60)
    assert found_.verdict == "open"
    assert "M 在等级次序之外" in found_.why.zh


def test_places_that_level_ones_lose_are_not_called_proved() -> None:
    rules = two(award=[], grades={"bands": [["A", 60], ["B", 60], ["C", 0]], "quota": {"A": {"number": 1}, "B": {"number": 1}}, "level": "worse"})
    found_ = certificate(Rules(rules), rules.indicators[0], tries=20)
    assert found_.verdict != "proved"


def test_the_newest_keys_of_quotas_and_ties_are_known() -> None:
    """What hangs on others is told by its name; a direction of ties that doing better turns against one is, and one that nothing moves is no obstacle."""
    facts = [{"id": name, "label": name, "measure": {"column": f"members.{name}"}} for name in ("city", "cost")]
    for quota, words in (({"number": 2, "per": {"condition": "city", "most": 1}}, "同组限额"), ({"budget": 9, "cost": "cost"}, "经费总额"), ({"number": 2, "handed_on": False}, "名额不递补")):
        rules = two(award=[{**TOP, "quota": quota}], condition=facts)
        assert not found(rules, {"": 5}), quota
        told = certificate(Rules(rules), rules.indicators[0], tries=5)
        assert (told.verdict, words in told.why.zh) == ("open", True)
    for tie, verdict in (({"condition": "cost", "better": "lower"}, "proved"), ({"node": "b", "better": "lower"}, "proved"), ({"node": "a", "better": "higher"}, "proved"), ({"node": "a", "better": "lower"}, "open")):
        rules = two(ties=[tie, "joint"], condition=facts)
        assert certificate(Rules(rules), rules.indicators[0], tries=0).verdict == verdict, tie


def test_a_shortlist_that_nobody_can_reach_is_told_once() -> None:
    rules = two({"value": LOW}, shortlist={"by": "a", "quota": {"number": 3}, "minimum": {"a": 80}})
    assert found(rules) == {"shortlist": "没有人能获得“复审入围”：要求a不低于 80.00 分，而a最高只有 70.00"}
    nobody = two(shortlist={"by": "a", "quota": {"number": 0}})
    assert "名额为 0" in found(nobody)["shortlist"]
    assert "shortlist" not in found(two(shortlist={"by": "a", "quota": {"number": 3}}))


def test_levelled_experts_and_first_places_are_not_called_proved() -> None:
    levelled = two({"measure": {"take": "panel", "table": "sheets", "column": "score"}}, panel={"harshness": "zscore", "table": "sheets"})
    first = two(ties=["first_places", "joint"], award=[TOP, NEXT])
    for rules, words in ((levelled, "专家宽严"), (first, "第一的项数")):
        found_ = certificate(Rules(rules), rules.indicators[0], tries=20)
        assert found_.verdict == "open"
        assert words in found_.why.zh
        assert "20 个小例子" in found_.why.zh


def test_what_need_not_rise_is_not_claimed() -> None:
    for aggregate, verdict in (("maximum", "proved"), ("median", "proved"), ("quotient", "open"), ("product", "proved")):
        rules = two({"value": LOW, "measure": COUNT}, {"value": LOW, "measure": COUNT}, total={"aggregate": aggregate, "cap": 99}, award=[{**TOP, "minimum": {"total": 80}}])
        assert set(found(rules)) == (set() if aggregate == "quotient" else {"award[top]", "total.cap"})
        assert certificate(Rules(rules), rules.indicators[0], tries=0).verdict == verdict


@pytest.mark.parametrize(("rules", "words"), [
    (two({"outliers": {"treat": "winsorise", "most": 1}}), "离群值处理要看全体会员"), (two({"missing": 3, "missing_of": "raw"}), "未填的原始值按 3 计"),
    (two({"missing": "unranked"}, grades={"bands": [["A", 60], ["B", 0]], "default": "A"}), "没有总分的按默认等级"),
    (in_group(value={"shape": "min_max"}), "合成后按会员相互比较计分"), (in_group(value={"shape": "min_max", "better": "lower", "found": {"all": {"least": 0, "greatest": 100}}}), "合成后的计分并非只升不降"),
    (two(BELOW, total={"aggregate": "geometric"}, grades={"bands": [["A", 60], ["B", 0]], "quota": {"A": {"number": 1}}, "level": "worse"}), "末位同分的都不给"),
    (two({"value": {"shape": "logistic", "middle": 50, "steepness": 0.1}}, award=[{**TOP, "require": [{"node": "a", "first": {"number": 1}}]}]), "有的要求用了这里尚不认识的写法"),
])  # fmt: skip
def test_each_obstacle_of_a_proof_is_named(rules: Scheme, words: str) -> None:
    found_ = certificate(Rules(rules), rules.indicators[0], tries=3)
    assert found_.verdict != "proved"
    assert words in "".join(why.zh for why in obstacles(Rules(rules), rules.indicators[0]))


def proved_schemes() -> list[Scheme]:
    """Schemes whose first indicator is proved: bars, two awards, ties, groups, shapes, bounds, grades."""
    grades = {"bands": [["A", 80], ["B", 50], ["C", 0]], "require": {"A": [{"node": "a", "least": 30}]}}
    bars = [{**TOP, "minimum": {"total": 60}, "require": [{"node": "a", "least": 40}]}, NEXT]
    relative = {"value": {"shape": "min_max"}}
    return [
        two(award=bars, grades=grades), two(b=relative, award=bars, ties=["a", "committee"]),
        two({"value": LOW}, award=[{**TOP, "quota": {"share": 0.4, "in_all": 1}}, {**NEXT, "by": "b"}], total={"aggregate": "geometric", "cap": 90}),
        in_group({"measure": COUNT}, cap=60, decimals=0, decimals_of="score", award=[{**TOP, "require": [{"any_of": [{"node": "a", "least": 40}, {"node": "b", "least": 90}]}, {"none_of": [{"node": "a", "below": 20}]}]}, NEXT]),
        in_group({"measure": BEST, "value": {"shape": "points", "per": 4}}, value={"shape": "steps", "steps": [[20, 40], [60, 100]]}, award=bars, grades=grades),
        two(award=bars, condition=[{"id": "new", "label": "新办", "measure": {"column": "members.new"}}],
            grades={**grades, "rise_at_most": 1, "rise_require": [{"condition": "new", "among": ["true"]}],
                    "apart": [{"grade": "M", "instead_of": ["A", "B", "C"], "require": [{"condition": "new", "among": ["false"]}]}]}),
        two({"value": {"shape": "linear", "worst": 9, "best": 0}}, {"missing": "exclude"}, award=bars, total={"aggregate": "minimum"}, grades=grades),
        two({"measure": COUNT, "value": {"shape": "points", "per": 9}}, {"missing": 30}, total={"better": "lower", "cap": 90}, ties=[{"node": "a", "better": "lower"}, "joint"],
            award=[{**TOP, "require": [{"node": "a", "most": 60}, {"none_of": [{"node": "a", "least": 70}]}]}, NEXT]),
    ]


@pytest.mark.parametrize("tries", [120, pytest.param(2000, marks=pytest.mark.slow)])
def test_what_is_proved_withstands_random_editions(tries: int) -> None:
    for rules in proved_schemes():
        assert certificate(Rules(rules), rules.indicators[0], tries=0).verdict == "proved"
        drawn, draws = Drawn(Rules(rules), rules.indicators[0]), np.random.default_rng(3)
        assert [example for _ in range(tries) if (example := drawn.example(draws)) is not None] == []


def test_a_curve_is_looked_at_where_it_comes_to_the_scale_if_that_is_a_number() -> None:
    plan, _ = load_plan(DEMO)
    curved = [plan.indicators[0].model_copy(update={"value": Power(shape="power", coefficient=5, zero=0, exponent=exponent)}) for exponent in (0.001, 2)]
    flat, steep = (grid(item, Rules(plan)) for item in curved)
    assert np.isfinite(flat).all()
    assert np.abs(steep - 20**0.5).min() < 1e-5


def test_small_editions_are_decided_as_the_whole_rule_decides() -> None:
    plan, tables = load_plan(DEMO)
    for rules in (Rules(plan, tables), *map(Rules, proved_schemes())):
        drawn, draws = Drawn(rules, rules.scheme.indicators[0]), np.random.default_rng(5)
        for _ in range(3):
            ground, raw, _ = drawn.pair(draws) or pytest.fail("nothing drawn")
            whole, quick = ground.evaluation(raw), ground.standings(ground.score(raw))
            assert [one.total for one in quick] == pytest.approx(whole.scores[TOTAL].tolist(), nan_ok=True, abs=0)
            assert [one.given[0] if one.given else "" for one in quick] == whole.decided.award.tolist()
            assert [one.grade for one in quick] == whole.grading.grade.tolist()


@pytest.fixture(scope="module")
def demo() -> Examination:
    plan, tables = load_plan(DEMO)
    return examine(plan, tables, dict.fromkeys(("投标人", "采购人", "招标代理机构", "造价咨询企业"), 40) | {"拍卖企业": 4}, tries=150)


def test_the_demo_has_a_class_without_places_and_a_default_above_the_first_record(demo: Examination) -> None:
    assert {(problem.column, problem.severity) for problem in demo.problems} == {("award[advanced]", "warning"), ("grades.default", "note")}


def test_the_demo_is_certified(demo: Examination) -> None:
    verdicts = {one.indicator: one.verdict for one in demo.certificates}
    assert {verdict for id_, verdict in verdicts.items() if id_ not in {"persons", "council_duty", "regulator_score"}} == {"proved"}
    assert verdicts["council_duty"] == verdicts["regulator_score"] == "refuted"
    assert set(demo.examples["example"]) == {"council_duty", "regulator_score"}
    assert Ground(demo.scheme, "", 2).names == ["甲", "乙"]
    told = next(one.why for one in demo.certificates if one.verdict == "refuted")
    assert not set("甲乙丙") & set(told.en)
    assert " of A " in told.en


@pytest.mark.parametrize(("language", "words"), [("zh", "[会] b："), ("en", "[It can] b: ")])
def test_the_command_tells_and_writes(tmp_path: Path, language: str, words: str) -> None:
    text = scheme_text(indicator_text("a"), indicator_text("b", missing="exclude"), award_text("share = 0.2", "minimum = { total = 101 }\n"),
                       '\n[grades]\nbands = [["A", 50], ["B", 0]]\n')  # fmt: skip
    edition = write_edition(tmp_path / "e", text, ["a", "b"], [("甲", 1, 2), ("乙", 3, 4)])
    done = CliRunner().invoke(app, ["examine", str(edition), "--out", str(tmp_path / "out"), "--language", language])
    assert done.exit_code == 0, done.output
    assert words in done.output
    assert "100.00 = a 50% × 100 + b 50% × 100" in done.output
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"findings.csv", "certificates.csv", "counterexamples.csv", "one_expert.csv"}
    assert pd.read_csv(tmp_path / "out" / "certificates.csv")["verdict"].tolist() == ["proved", "refuted"]
    assert pd.read_csv(tmp_path / "out" / "findings.csv")["row"].tolist() != [None]
