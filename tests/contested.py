"""Invented evaluations whose outcomes use everything a scheme can ask for: for the tests of awards and of draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.invented import MEASURE, NO_VETOES, evaluation, members, scheme, tables, trees
from toolkit.evaluation import Evaluation
from toolkit.evaluation.scores import TOTAL

RARELY = st.sampled_from([False, False, False, True])
BOUND = st.sampled_from([0, 10, 25, 50, 60, 75])
COUNT = st.integers(0, 3)
APART = [{"grade": "M", "instead_of": ["A"], "require": [{"condition": "state", "among": ["AA", "A"]}]}]


@st.composite
def requirements(draw: st.DrawFn, nodes: list[str], depth: int = 2) -> dict[str, Any]:
    """What may be asked of a node, of a condition or of several together, in every way a scheme can ask."""
    if depth and draw(RARELY):
        parts = draw(st.lists(requirements(nodes, depth - 1), min_size=1, max_size=3))
        together: dict[str, Any] = {draw(st.sampled_from(["any_of", "any_of", "all_of", "none_of"])): parts}
        return together | ({"at_least": draw(st.integers(1, len(parts)))} if "any_of" in together else {}) | ({"classes": ["A"]} if draw(RARELY) else {})
    kind = draw(st.sampled_from(["node", "node", "number", "state"]))
    if kind == "state":
        return {"condition": "state", "among": draw(st.sampled_from([["AA", "A"], ["A", "B"], ["AA"]]))}
    asked: dict[str, Any] = {"node": draw(st.sampled_from(nodes))} if kind == "node" else {"condition": "number"}
    asked[draw(st.sampled_from(["least", "above"]))] = draw(BOUND if kind == "node" else COUNT)
    if draw(RARELY):
        asked[draw(st.sampled_from(["most", "below"]))] = draw(st.sampled_from([76, 99.99, 100]))
    return asked


@st.composite
def quotas(draw: st.DrawFn) -> dict[str, Any]:
    """A quota: a share or a number, one or class by class, with its bounds."""
    share, number = st.sampled_from([0.5, 0.25, 0.3, 0.1, 1.0]), st.sampled_from([2, 1, 3, 0, 4])
    key, size = draw(st.sampled_from([("share", share), ("number", number)]))
    table = draw(RARELY)
    classes = draw(st.sets(st.sampled_from(["A", "B", "C"]), min_size=1)) if table else ()
    quota: dict[str, Any] = {key: {name: draw(size) for name in sorted(classes)} if table else draw(size)}
    quota["within"] = "class" if table else draw(st.sampled_from(["class", "all"]))
    quota |= {"rounding": draw(st.sampled_from(["floor", "ceil", "half_up"])), "least": draw(st.integers(0, 1))}
    if key == "number":  # what `least` would raise is refused
        quota["least"] = min(quota["least"], *quota[key].values()) if table else min(quota["least"], quota[key])
    quota |= {"most": draw(st.integers(1, 2))} if draw(RARELY) else {}
    quota |= {"in_all": draw(st.integers(0, 4))} if draw(RARELY) else {}
    return quota


@st.composite
def limits(draw: st.DrawFn, quota: dict[str, Any], *, joint: bool) -> dict[str, Any]:
    """The same quota, now and then bounded by what hangs on who else has a place: so many alike, or a budget."""
    kind = draw(st.sampled_from(["", "", "", "per", "budget", "strict"]))
    if kind == "budget" and not joint:
        return {"budget": draw(st.integers(0, 8)), "cost": "number", "overrun": draw(st.sampled_from(["stop", "skip"])), "within": quota["within"]}
    if kind == "strict":
        return {key: given for key, given in quota.items() if key != "in_all"} | {"handed_on": False}
    if kind == "per":
        per = draw(st.sampled_from([{"most": 1}, {"most": 2}, {"least": 1}, {"least": 1, "most": 2}, {"least": 2}]))
        return {key: given for key, given in quota.items() if key != "in_all"} | {"per": {"condition": "state"} | per}
    return quota


@st.composite
def contested(draw: st.DrawFn, *, limited: bool = True) -> Evaluation:
    """Whole evaluations with eligibility, conditions, vetoes of some awards, places by class, in all, by a node, beside."""
    tree = draw(trees(stepped=draw(RARELY)))
    leaves = [item["id"] for item in tree["indicator"]]
    sums = [{"id": "plain", "of": [*leaves[: draw(st.integers(1, 3))], "bonus"]}] if draw(RARELY) else []
    nodes = [TOTAL, "bonus", *(item["id"] for item in (*tree["group"], *tree["indicator"], *sums))]
    ids = ["first", "second", "third"][: draw(st.integers(1, 3))]
    awards = [draw(_awards(id_, ids[:place], nodes)) for place, id_ in enumerate(ids)]
    last = draw(st.sampled_from(["committee", "joint"]))
    awards = [award | {"quota": draw(limits(award["quota"], joint=last == "joint"))} if limited and "quota" in award else award for award in awards]
    awards = [award | {"reserve": 0} if award.get("quota", {}).get("handed_on") is False else award for award in awards]
    if not limited:
        awards = [award | {"require": [item for item in award.get("require", ()) if "'first'" not in str(item)]} for award in awards]
    eligibility = {"eligibility": {"require": [draw(requirements(nodes))]}} if draw(RARELY) else {}
    ties: list[Any] = [*draw(st.lists(st.sampled_from(["first_places", *nodes]), max_size=2, unique=True)), *(draw(_directions(nodes)) if limited else [])]
    ties = list({(key.get("node") or key.get("condition")) if isinstance(key, dict) else key: key for key in ties}.values())  # none is compared twice
    grades: dict[str, Any] = {"grades": {"bands": [["A", 60], ["B", 0]], "apart": APART if draw(st.booleans()) else []}}
    if limited and draw(RARELY):  # the lower total first
        tree, grades, ties = tree | {"total": tree.get("total", {}) | {"better": "lower"}}, {}, [way(key) for key in ties]
        awards = [_lower_first(award) for award in awards]
    rules = scheme(
        **tree,
        **eligibility,
        **grades,
        award=awards,
        ties=[*ties, last],
        decimals=draw(st.integers(0, 2)),
        language=draw(st.sampled_from(["zh", "en"])),
        seed=draw(st.integers(0, 99)),
        adjustment=[{"id": "bonus", "measure": MEASURE}],
        sum=sums,
        condition=[{"id": "number", "measure": MEASURE, "unit": "个"}, {"id": "state", "measure": MEASURE}],
        veto=[
            {"id": "grave", "when": {"table": "t"}, "effect": {"award": "none"}},
            {"id": "slight", "when": {"table": "t"}, "effect": {"award": [draw(st.sampled_from(ids))]} | ({"lower_by": 1} if grades else {})},
        ],
    )
    return draw(_measured(rules))


def way(key: Any) -> Any:
    """What settles ties where the lower total is first, its way written down."""
    return {"node": key, "better": "lower"} if isinstance(key, str) and key != "first_places" else key


def _lower_first(award: dict[str, Any]) -> dict[str, Any]:
    """The same award where the lower total is first: its places go by that, and its least scores are the most."""
    asked = [{"node": node, "most": 100 - least} for node, least in award["minimum"].items()]
    return {key: given for key, given in award.items() if key not in {"minimum", "by"}} | {"require": [*asked, *award.get("require", [])]}


def _directions(nodes: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """What settles ties with its direction, now and then."""
    either = st.sampled_from(["higher", "lower"])
    node = st.builds(lambda node, better: {"node": node, "better": better}, st.sampled_from(nodes), either)
    number = st.builds(lambda better: {"condition": "number", "better": better}, either)
    state = st.just({"condition": "state", "order": ["A", "AA"]})
    return st.just([]) | st.lists(node | number | state, max_size=2)


@st.composite
def _among_first(draw: st.DrawFn, nodes: list[str]) -> dict[str, Any]:
    """That a member is among the first at a node, alone or beside another way."""
    size = draw(st.sampled_from([{"number": 1}, {"number": 2}, {"share": 0.5}, {"share": "1/3", "rounding": "ceil"}]))
    asked = {"node": draw(st.sampled_from(nodes)), "first": size | {"within": draw(st.sampled_from(["class", "all"]))}}
    return asked if draw(st.booleans()) else {"any_of": [asked, draw(requirements(nodes, 0))]}


@st.composite
def _awards(draw: st.DrawFn, id_: str, earlier: list[str], nodes: list[str]) -> dict[str, Any]:
    award: dict[str, Any] = {"id": id_, "label": id_, "minimum": {TOTAL: draw(st.sampled_from([0, 0, 0, 40]))}}
    award |= {"quota": draw(quotas()), "reserve": draw(st.integers(0, 2))} if draw(st.integers(0, 4)) else {}
    award |= {"require": [draw(requirements(nodes))]} if draw(RARELY) else {}
    award |= {"require": [draw(_among_first(nodes)), *award.get("require", [])]} if draw(RARELY) else {}
    award |= {"by": draw(st.sampled_from(nodes))} if draw(st.booleans()) else {}
    award |= {"beside": draw(st.sampled_from([earlier, [], earlier[-1:]]))} if earlier else {}
    return award


@st.composite
def _measured(draw: st.DrawFn, rules: Any) -> Evaluation:
    n = draw(st.integers(2, 8))
    some = {"min_size": n, "max_size": n}
    classes = draw(st.lists(st.sampled_from(["A", "A", "A", "B"]), **some))
    who = members(n, classes, draw(st.lists(st.sampled_from([True, True, True, False]), **some)))
    bonus = draw(st.lists(st.sampled_from([0.0, 0.0, 0.0, 2.5, -30.0]), **some))
    keys = st.sampled_from(list(who.index))
    struck = [*((m, "grave") for m in draw(st.lists(keys, max_size=1))), *((m, "slight") for m in draw(st.lists(keys, max_size=2, unique=True)))]
    vetoes = pd.DataFrame([(*pair, "t", "t.csv", "", 2) for pair in struck], columns=list(NO_VETOES.columns))
    conditions = pd.DataFrame(
        {
            "number": draw(st.lists(st.sampled_from([0.0, 1, 2, 3, 4, 77, np.nan]), **some)),
            "state": draw(st.lists(st.sampled_from(["AA", "A", "B", None]), **some)),
        },
        index=who.index,
    )
    adjustments = pd.DataFrame({"bonus": bonus}, index=who.index)
    values = draw(tables(rules, who))
    values = values.round(-2) if draw(st.booleans()) else values  # so coarse that many are level
    return evaluation(rules, who, values, adjustments, vetoes, conditions=conditions)
