"""Small invented schemes and evaluations, for the tests of what is decided and asked."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tests.altered import altered
from toolkit.evaluation import Evaluation
from toolkit.evaluation.decisions import Decided, decide_awards
from toolkit.evaluation.grades import decide_grades
from toolkit.evaluation.scores import TOTAL, Tree, adjusted, scores
from toolkit.evaluation.values import stepped
from toolkit.ground.problems import Problems
from toolkit.indicators import Indicators
from toolkit.scheme import Scheme
from toolkit.scheme.checks.tree import ADDED

MEASURE = {"column": "members.x"}
VALUE = {"shape": "linear", "worst": 0, "best": 100}
NO_VETOES = pd.DataFrame(columns=["member", "veto", "table", "file", "sheet", "row"])


def indicator(id_: str, weight: float = 1, group: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "label": id_,
        "weight": weight,
        "group": group,
        "measure": MEASURE,
        "value": VALUE,
        **more,
    }


def group(
    id_: str, weight: float = 1, parent: str | None = None, aggregate: str = "arithmetic", **more: Any
) -> dict[str, Any]:
    return {"id": id_, "label": id_, "weight": weight, "group": parent, "aggregate": aggregate, **more}


def scheme(**parts: Any) -> Scheme:
    """A scheme of the given parts; members compete by class unless `members` says otherwise."""
    written = {
        "schema": 1,
        "title": "invented",
        "edition": "test",
        "as_of": "2018-12-31",
        "weights": "points",
        "members": {"table": "members", "key": "key", "name": "name", "class": "class"},
        "indicator": [indicator("a")],
    }
    return Scheme.model_validate_json(json.dumps(written | parts))


def members(n: int, classes: list[str] | None = None, applied: list[bool] | None = None) -> pd.DataFrame:
    """Members m0, m1, ..., all of one class and applied unless told."""
    index = pd.Index([f"m{i}" for i in range(n)], name="member", dtype="str")
    columns = {"name": list(index), "class": classes or [""] * n, "applied": applied or [True] * n}
    return pd.DataFrame(columns, index=index)


def totals(*numbers: float, **nodes: list[float]) -> pd.DataFrame:
    """Scores of members m0, m1, ...: their totals, and other nodes by name."""
    index = pd.Index([f"m{i}" for i in range(len(numbers))], name="member", dtype="str")
    return pd.DataFrame({**nodes, TOTAL: list(numbers)}, index=index, dtype=np.float64)


def decided(
    rules: Scheme,
    table: pd.DataFrame,
    who: pd.DataFrame | None = None,
    vetoes: pd.DataFrame = NO_VETOES,
    conditions: pd.DataFrame | None = None,
) -> Decided:
    return decide_awards(rules, members(len(table)) if who is None else who, table, vetoes, conditions=conditions)


def scored(
    rules: Scheme,
    tree: Tree,
    values: pd.DataFrame,
    adjustments: pd.DataFrame,
    applicable: pd.DataFrame | None = None,
) -> pd.DataFrame:
    nodes = scores(tree, values, applicable)
    total = adjusted(nodes[TOTAL].to_numpy(), [adjustments[name].to_numpy(np.float64) for name in adjustments], rules.total)
    known = pd.concat([nodes.drop(columns=TOTAL), adjustments], axis=1)
    sums = {item.id: known[list(item.of)].sum(axis=1, min_count=1) if item.aggregate == "sum" else known[list(item.of)].agg(item.aggregate[:3], axis=1) for item in rules.sums}
    return known.assign(**sums, **{TOTAL: total})


def evaluation(
    rules: Scheme,
    who: pd.DataFrame,
    values: pd.DataFrame,
    adjustments: pd.DataFrame | None = None,
    vetoes: pd.DataFrame = NO_VETOES,
    applicable: pd.DataFrame | None = None,
    conditions: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> Evaluation:
    """What `evaluate` gives, from values instead of records."""
    known = pd.DataFrame(index=who.index) if conditions is None else conditions
    before = pd.DataFrame(index=who.index) if previous is None else previous
    points = pd.DataFrame(index=who.index) if adjustments is None else adjustments
    applying = values.notna() if applicable is None else applicable
    raw, values = values, values.assign(**{item.id: stepped(item, values[item.id].to_numpy(np.float64)) for item in rules.indicators})
    table = scored(rules, Tree.of(rules).among(who["class"]), values, points, applying)
    outcome = decide_awards(rules, who, table, vetoes, conditions=known)
    grading = decide_grades(rules, who, table, vetoes, conditions=known, previous=before)
    ranking = who[["name", "class"]].assign(
        total=table[TOTAL],
        rank=outcome.rank,
        tied=outcome.tied,
        award=outcome.award,
        grade=grading.grade,
        reason=outcome.reason,
    )
    measured = Indicators(raw, applying, points, vetoes, values.notna().any(axis=1), Problems(), known, before)
    parts = {"values": values, "scores": table, "decided": outcome, "grading": grading, "ranking": ranking, "problems": Problems()}
    return altered(Evaluation(rules, who, measured), **parts)


AGGREGATES = (
    "arithmetic",
    "arithmetic",
    "geometric",
    "harmonic",
    "minimum",
    "sum",
    "power(2)",
    "power(-0.5)",
    "maximum",
    "median",
    "product",
)
RESHAPED = ({"shape": "linear", "worst": 100, "best": 0}, {"shape": "steps", "steps": [[25, 40], [60, 100]]}, {"shape": "piecewise", "points": [[0, 0], [50, 80], [100, 30]]},
            {"shape": "share_of_best"}, {"shape": "min_max", "within": "class"}, {"shape": "rank", "better": "lower", "within": "class"}, {"shape": "z_score", "mean": 50, "deviation": 10},
            {"shape": "z_score", "mean": 50, "deviation": 10, "found": {"all": {"mean": 40, "deviation": 25, "lowest": 0}}})


STEPS: st.SearchStrategy[dict[str, Any]] = st.sampled_from([
    {}, {}, {"decimals": 0}, {"decimals": 1, "rounding": "down"}, {"decimals": 2, "decimals_of": "score"}, {"decimals": 0, "rounding": "down", "decimals_of": "score"},
])  # fmt: skip


@st.composite
def trees(
    draw: st.DrawFn, aggregates: tuple[str, ...] = AGGREGATES, *, looking: bool = False, stepped: bool = False
) -> dict[str, Any]:
    """The groups and indicators of a scheme: up to five groups, some of them inside others.

    With `stepped` some nodes round their points or their score before they are added up. With `looking` groups and the total may look at what is observed, and the total is gathered and bounded anyhow.
    """
    kind, weight = st.sampled_from(aggregates), st.integers(1, 60)
    groups = [group(f"g{i}", draw(weight), None, draw(kind)) for i in range(draw(st.integers(0, 5)))]
    for place, own in enumerate(groups[2:], start=2):
        own["group"] = draw(st.sampled_from([None, *(earlier["id"] for earlier in groups[:place])]))
    ids = [g["id"] for g in groups]
    parents = [*ids, *draw(st.lists(st.sampled_from([None, *ids]), min_size=1, max_size=5))]
    indicators = [indicator(f"x{i}", draw(weight), g) for i, g in enumerate(parents)]
    above = {None: "arithmetic", **{own["id"]: own["aggregate"] for own in groups}}
    for node in (*groups, *indicators) if stepped else ():
        node.update(draw(STEPS))
        if "decimals" in node and above[node["group"]] not in ADDED:
            node["decimals_of"] = "score"  # no points are added up there
    for node in groups if stepped else ():
        node.update(draw(st.sampled_from([{}, {}, {"cap": 40}, {"cap": 0.5}])))
    tree: dict[str, Any] = {"group": groups, "indicator": indicators}
    if looking:
        tree["total"] = {"aggregate": draw(kind), "floor": draw(st.sampled_from([None, 12.345])),
                         "cap": draw(st.sampled_from([None, 80]))}  # fmt: skip
        for made, parent in ((tree["total"], None), *((own, own["id"]) for own in groups)):
            made.update(draw(looks([node["id"] for node in (*groups, *indicators) if node["group"] == parent])))
    return tree


@st.composite
def looks(draw: st.DrawFn, children: list[str]) -> dict[str, Any]:
    """How a group may look at what is observed: conditional weights, a least share present, both or neither."""
    found: dict[str, Any] = {"least_present": draw(st.sampled_from([None, None, 0.5, 0.6, 1.0, *([2] if len(children) > 1 else [])]))}
    if draw(st.integers(0, 3)) == 3:
        found["value"] = draw(st.sampled_from(RESHAPED))
    if draw(st.integers(0, 3)) == 3:
        found |= {"aggregate": "sum", "not_applicable": draw(st.sampled_from([0, 0, "rescale"]))}
    if "aggregate" not in found and draw(st.booleans()):
        subsets = st.sets(st.sampled_from(children), min_size=1).map(sorted)
        observed = draw(st.lists(subsets, min_size=1, max_size=3, unique_by=tuple))
        weights = st.integers(1, 9) | st.just(0)
        found |= {"aggregate": "conditional", "when": [
            {"observed": own, "weights": {own[0]: draw(st.integers(1, 9)), **{c: draw(weights) for c in own[1:]}}}
            for own in observed
        ]}  # fmt: skip
    return found


@st.composite
def applicability(draw: st.DrawFn, values: pd.DataFrame) -> pd.DataFrame:
    """Which indicators apply: those with a value, and some of the others."""
    row = st.lists(st.booleans(), min_size=values.shape[1], max_size=values.shape[1])
    rows = draw(st.lists(row, min_size=len(values), max_size=len(values)))
    return values.notna() | pd.DataFrame(rows, values.index, values.columns, dtype=bool)


@st.composite
def tables(draw: st.DrawFn, rules: Scheme, who: pd.DataFrame, *, gaps: bool = True) -> pd.DataFrame:
    """Values of every indicator: coarse, so that totals tie; with gaps where allowed."""
    cell = st.sampled_from([0.0, 10.0, 25.0, 50.0, 60.0, 75.0, 99.99, 100.0, *([np.nan] if gaps else [])])
    row = st.lists(cell, min_size=len(rules.indicators), max_size=len(rules.indicators))
    rows = draw(st.lists(row, min_size=len(who), max_size=len(who)))
    columns = [item.id for item in rules.indicators]
    frame = pd.DataFrame(rows, index=who.index, columns=columns, dtype=np.float64)
    if gaps and rules.groups:  # a whole group that does not count for some
        absent = draw(st.sampled_from(rules.groups)).id
        gone = [item.id for item in rules.indicators if item.group == absent]
        frame.loc[draw(st.lists(st.sampled_from(list(who.index)), max_size=3, unique=True)), gone] = np.nan
    return frame


@st.composite
def evaluations(draw: st.DrawFn) -> Evaluation:
    """Whole evaluations: classes, quotas, bars, requirements, ties, vetoes, adjustments, members that did not apply."""
    tree = draw(trees(looking=True))
    nodes = [item["id"] for item in (*tree["group"], *tree["indicator"])]
    node, share = st.sampled_from(nodes), st.sampled_from([0.1, 0.25, 0.3, 0.5])
    awards = []
    for id_ in draw(st.sampled_from([("first",), ("first", "second")])):
        quota: dict[str, Any] = {
            "within": draw(st.sampled_from(["class", "all"])),
            "least": draw(st.integers(0, 1)),
        }
        quota |= draw(
            st.one_of(share.map(lambda s: {"share": s}), st.integers(quota["least"], 3).map(lambda n: {"number": n}))
        )
        quota["rounding"] = draw(st.sampled_from(["floor", "ceil", "half_up"]))
        award: dict[str, Any] = {
            "id": id_,
            "label": id_,
            "minimum": {TOTAL: draw(st.sampled_from([0, 40, 60]))},
        }
        award |= {"quota": quota} if draw(st.integers(0, 4)) else {}
        award |= {"require": [{"node": draw(node), "least": 25}]} if draw(st.booleans()) else {}
        awards.append(award)
    last = draw(st.sampled_from([["joint"], ["committee"]]))
    rules = scheme(
        **tree,
        award=awards,
        ties=[*draw(st.lists(st.one_of(node, st.just("first_places")), max_size=2, unique=True)), *last],
        decimals=draw(st.integers(0, 2)),
        language=draw(st.sampled_from(["zh", "en"])),
        seed=draw(st.integers(0, 99)),
        adjustment=[{"id": "bonus", "label": "bonus", "measure": MEASURE}],
        veto=[{"id": "grave", "label": "grave", "when": {"table": "t"}, "effect": {"award": "none"}}],
    )
    n = draw(st.integers(1, 9))
    classes = draw(st.lists(st.sampled_from(["A", "B"]), min_size=n, max_size=n))
    who = members(
        n, classes, draw(st.lists(st.sampled_from([True, True, True, False]), min_size=n, max_size=n))
    )
    points = draw(st.lists(st.sampled_from([0.0, 0.0, 2.5, -30.0]), min_size=n, max_size=n))
    struck = draw(st.lists(st.sampled_from(list(who.index)), max_size=1))
    vetoes = pd.DataFrame(
        [(m, "grave", "t", "t.csv", "", 2) for m in struck], columns=list(NO_VETOES.columns)
    )
    adjustments = pd.DataFrame({"bonus": points}, index=who.index)
    values = draw(tables(rules, who))
    return evaluation(rules, who, values, adjustments, vetoes, draw(applicability(values)))
