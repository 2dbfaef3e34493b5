"""The page's own script: on any scheme it comes to the same values, totals, ranks, awards and grades as the package, to the last bit."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.browser import Reader, chromium
from tests.contested import contested
from tests.invented import NO_VETOES, indicator, members, scheme
from toolkit.evaluation import Evaluation, scored
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.ranking import Ruling
from toolkit.ground.resources import house_folder
from toolkit.ground.text import Phrase
from toolkit.indicators import Indicators, adjustment_points
from toolkit.publication.extract import Extract
from toolkit.publication.open_rows import OpenRows
from toolkit.publication.opening import open_rows
from toolkit.publication.recomputation import MEASURED, SETTLED, STRUCK, page_data, scheme_data
from toolkit.reports.results_page import page_words, results_page
from toolkit.scheme import Scheme, load_scheme

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = "".join((house_folder("templates/results") / name).read_text("utf-8") for name in ("scores.js", "recompute.js"))
CELL = st.sampled_from([0.0, 0.0, 1.0, 2.0, 3.0, 7.0, 12.5, 0.1, 0.3, 33.3, 0.333333333333333, 50.0, 60.0, 88.88, 99.99, 100.0, 1e6, -4.0, math.nan])
NUMBER = st.sampled_from([0.5, 1.0, 2.5, 3.3, 7.0, 10.0, 33.3])
CURVED = ("log", "logistic", "power")
"""Shapes made of functions that IEEE 754 does not fix to the last bit."""


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, Any]:
    """Any shape, with any of its parameters."""
    name = draw(st.sampled_from([
        "linear", "log", "points", "steps", "piecewise", "target", "logistic", "power", "category", "min_max", "z_score", "share_of_best", "percentile", "rank",
        "borda", "exponential_rank",
    ]))  # fmt: skip
    ends = st.sampled_from([(0.0, 40.0), (100.0, 0.0), (1.0, 3.0), (0.1, 0.3)])
    ranged: dict[str, Any] = {"to": draw(st.sampled_from([(10.0, 90.0), (0.1, 0.7)]))} if draw(st.integers(0, 3)) == 0 else {}
    better = {"better": draw(st.sampled_from(["higher", "lower"])), "within": draw(st.sampled_from(["all", "class"]))}
    rising = sorted(draw(st.lists(CELL.filter(math.isfinite), min_size=2, max_size=4, unique=True)))
    pairs = [(bound, draw(st.sampled_from([0.0, 25.0, 33.3, 60.0, 99.9]))) for bound in rising]
    ties = {"ties": draw(st.sampled_from(["best", "average", "worst"]))}
    worst, best = draw(ends)
    own: dict[str, Any] = {
        "linear": ranged | {"worst": worst, "best": best} | ({"clamp": False} if draw(st.integers(0, 4)) == 0 else {}),
        "log": ranged | {"worst": worst + 1, "best": best + 2},
        "points": {"per": draw(st.sampled_from([20.0, -5.0, 3.3])), "base": draw(st.sampled_from([0.0, 60.0])), **draw(st.sampled_from([{}, {"cap": 77.7}]))},
        "steps": {"steps": pairs, "below": draw(st.sampled_from([0.0, 5.5]))},
        "piecewise": {"points": pairs, **draw(st.sampled_from([{}, {"below": 1.5}, {"beyond": 0.0}]))},
        "power": {"coefficient": draw(NUMBER), "zero": draw(NUMBER), "exponent": 1.4, "better": better["better"]},
        "target": ranged | draw(st.sampled_from([{"best": (3.0, 33.3), "worst": (0.0, 99.9)}, {"best": (3.0, 60.0), "worst": (3.0, 99.9)}])),
        "logistic": ranged | {"middle": draw(NUMBER), "steepness": 0.2, "better": better["better"]},
        "category": {"points": {"AA": 100.0, "A": 66.6, "3": 12.0, "true": 50.0}, **draw(st.sampled_from([{}, {"other": 7.0}]))},
        "min_max": ranged | better,
        "z_score": better | {"mean": 50.0, "deviation": draw(NUMBER), "sample": draw(st.booleans())},
        "share_of_best": ranged | better,
        "percentile": ranged | better | ties,
        "rank": ranged | better | ties,
        "borda": ranged | better | ties,
        "exponential_rank": better | {"rate": 23.0},
    }[name]
    return {"shape": name, **own}


@st.composite
def valued(draw: st.DrawFn, item: dict[str, Any]) -> dict[str, Any]:
    """An indicator with a shape, a policy for gaps, a treatment of outliers, and classes it applies to."""
    shape = draw(shapes())
    policies = ["worst", "exclude", "exclude", "class_median", "class_mean", "median", "mean", "unranked", "error", 40.0]
    more: dict[str, Any] = {"value": shape, "missing": draw(st.sampled_from(policies))}
    relative = shape["shape"] in {"min_max", "z_score", "percentile", "rank", "borda", "share_of_best", "exponential_rank"}
    if shape["shape"] != "category" and draw(st.integers(0, 3)) == 0:
        treatments: list[dict[str, Any]] = [{"treat": "winsorise", "tails": [0.2, 0.2]}, {"treat": "winsorise", "skewness": 0.5, "kurtosis": 0.5, "most": 2}]
        treatments += [{"treat": "log"}, {"treat": "box_cox", "lambda": draw(st.sampled_from([0.0, 0.5, 2.0]))}] if relative else []
        more["outliers"] = draw(st.sampled_from(treatments))
    if shape["shape"] != "category" and more["missing"] not in {"worst", "exclude", "unranked", "error"}:
        more["missing_of"] = draw(st.sampled_from(["value", "raw"]))
    more |= {"applies_to": ["A"]} if draw(st.integers(0, 4)) == 0 else {}
    return item | more | draw(steps())


@st.composite
def steps(draw: st.DrawFn, *, of: bool = True) -> dict[str, Any]:
    """How a node or an adjustment is rounded before it counts; mostly not at all."""
    if draw(st.integers(0, 4)):
        return {}
    own = {"decimals": draw(st.integers(0, 2)), "rounding": draw(st.sampled_from(["half_up", "down"]))}
    return own | ({"decimals_of": draw(st.sampled_from(["points", "score"]))} if of else {})


@st.composite
def cases(draw: st.DrawFn, *, wide: bool = False) -> Evaluation | None:
    """A whole evaluation with everything a scheme can ask for, measured anyhow, of more members if wide; None where the scheme cannot be computed."""
    one = draw(contested(limited=False))
    one = widened(one) if wide else one
    raw_scheme = one.scheme.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    raw_scheme["indicator"] = [draw(valued(item)) for item in raw_scheme["indicator"]]
    bounds = draw(st.sampled_from([{}, {"per": 2.5}, {"cap": -3.3}, {"floor": -10.0, "cap": 2.0}, {"per": -1.1, "floor": -2.2}]))
    raw_scheme["adjustment"] = [raw_scheme["adjustment"][0] | bounds | draw(steps(of=False))]
    raw_scheme["group"] = [own | draw(steps()) | draw(st.sampled_from([{}, {}, {"cap": 55.5}])) for own in raw_scheme.get("group", [])]
    raw_scheme["total"] = raw_scheme.get("total", {}) | draw(st.sampled_from([{}, {}, {"floor": 12.345, "cap": 80.0}]))
    raw_scheme["grades"] = draw(grades(one.scheme))
    raw_scheme["veto"] = [*raw_scheme["veto"], {"id": "direct", "when": {"table": "t"}, "effect": {"grade": draw(st.sampled_from(["B", "D"]))}}]
    rules = Scheme.model_validate_json(json.dumps(raw_scheme))
    n, index = len(one.members), one.members.index
    some = {"min_size": n, "max_size": n}
    state = st.sampled_from(["AA", "A", 3.0, True, "??", None])
    named = {item.id for item in rules.indicators if item.value is not None and item.value.shape == "category"}
    columns = {item.id: draw(st.lists(state if item.id in named else CELL, **some)) for item in rules.indicators}
    raw = pd.DataFrame({key: pd.Series(cells, index=index, dtype=object if key in named else "float64") for key, cells in columns.items()})
    applicable = pd.DataFrame({item.id: one.members["class"].isin(item.applies_to or ["A", "B"]).to_numpy() & np.array(draw(st.lists(st.sampled_from([True] * 9 + [False]), **some))) for item in rules.indicators}, index=index)
    amounts = pd.DataFrame({"bonus": draw(st.lists(st.sampled_from([0.0, 0.0, 2.5, -3.3, math.nan, -30.0]), **some))}, index=index)
    points = pd.DataFrame({"bonus": adjustment_points(rules.adjustments[0], amounts["bonus"])}, index=index)
    struck = [(member, "direct", "t", "t.csv", "", 2) for member in draw(st.lists(st.sampled_from(list(index)), max_size=2, unique=True))]
    vetoes = pd.concat([one.vetoes, pd.DataFrame(struck, columns=list(NO_VETOES.columns))], ignore_index=True)
    recorded = pd.Series(draw(st.lists(st.sampled_from([True, True, False]), **some)), index=index)
    previous = pd.DataFrame({"grade": draw(st.lists(st.sampled_from(["A", "B", "C", "", None, "D"]), **some))}, index=index)
    measured = Indicators(raw, applicable, points, vetoes, recorded, Problems(), one.measured.conditions, previous, behind=amounts)
    try:
        evaluation = scored(Evaluation(rules, one.members, measured))
    except Refused:  # a negative score in a mean that takes none, a gap that the scheme does not spare
        return None
    return ruled(draw, evaluation)


def widened(one: Evaluation) -> Evaluation:
    """The same scheme with eighteen members of one class or two."""
    who = pd.DataFrame({"name": "n", "class": ["A"] * 10 + ["B"] * 8, "applied": [True] * 17 + [False]}, index=pd.Index([f"m{place:02}" for place in range(18)], name="member"))
    conditions = pd.DataFrame({"number": [float(place % 4) for place in range(18)], "state": ["AA", "A", "B"] * 6}, index=who.index)
    return replace(one, members=who, measured=replace(one.measured, vetoes=NO_VETOES, conditions=conditions))


def ruled(draw: st.DrawFn, evaluation: Evaluation) -> Evaluation:
    """The same with some of its open ties settled by the committee."""
    if not evaluation.ties or draw(st.booleans()):
        return evaluation
    tie = draw(st.sampled_from(evaluation.ties))
    chosen = tuple(sorted(draw(st.permutations(tie.members))[: tie.places]))
    return scored(Evaluation(evaluation.scheme, evaluation.members, evaluation.measured, rulings=(Ruling(tie, chosen, dt.date(2019, 1, 1), "", 1),)))


@st.composite
def grades(draw: st.DrawFn, rules: Scheme) -> dict[str, Any]:
    """Bands with what else they ask for, a grade for newcomers, a bound on rising."""
    node = draw(st.sampled_from(["total", *rules.nodes]))
    return {
        "bands": [["A", draw(st.sampled_from([60, 33.3]))], ["B", 25], ["C", 0]],
        "require": draw(st.sampled_from([{}, {"A": [{"node": node, "least": 50}]}, {"A": [{"condition": "number", "above": 1}], "B": [{"node": node, "below": 99.99}]}])),
        **draw(st.sampled_from([{}, {"default": "C"}, {"default": "B"}])),
        **draw(st.sampled_from([{}, {"rise_at_most": 0}, {"rise_at_most": 1}])),
        "applied_only": draw(st.booleans()),
        "above": draw(st.sampled_from([[], ["A"]])),
    }


def many(count: int, start: int = 0, *, wide: bool = False) -> list[Evaluation]:
    """So many cases, the same in every run."""
    found: list[Evaluation] = []

    @seed(start)
    @settings(max_examples=count, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases(wide=wide))
    def collect(case: Evaluation | None) -> None:
        if case is not None:
            found.append(case)

    collect()
    return found


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        own = browser.new_page()
        own.add_script_tag(content=SCRIPT)
        yield own


def everything(case: Evaluation) -> dict[str, Any]:
    """The page's data of an evaluation of which every row is open."""
    known, nobody = case.measured, {"withheld": ["class", "from", "to"], "classes": ["class", "taking_part", "left_out"], "lines": ["award", "class", "places", "winners", "unnamed"]}
    struck = known.vetoes.groupby("member")["veto"].agg(" ".join).reindex(case.members.index).fillna("")
    members = case.members.assign(recorded=known.recorded, vetoes=struck)
    rows = OpenRows(
        case.resolved, members, known.raw, known.applicable, known.behind, known.conditions, known.previous,
        **{name: pd.DataFrame(columns=columns) for name, columns in nobody.items()}, rulings=case.rulings,
    )  # fmt: skip
    return page_data(rows)


def told_by_package(case: Evaluation, listed: list[str]) -> list[dict[str, Any]]:
    """What the package says of every member, in the order of the list."""
    order, decided = pd.Index(listed), case.decided
    places = case.members.index.get_indexer(order)
    masks: dict[str, dict[str, Any]] = {"awards": {}, "open": {}, "beyond": {}, "shared": {}}
    for allotment in decided.allotments:
        none = np.zeros(len(order), np.bool_)
        of = allotment.decision
        for key, mask in (("awards", of.given[0]), ("open", of.open[0]), ("beyond", none if of.beyond is None else of.beyond[0]), ("shared", none if of.shared is None else of.shared[0])):
            masks[key][allotment.award.id] = mask
    turns = {(row.member, row.award): row.order for row in case.reserves.itertuples()}
    rows = []
    for member, place in zip(order, places, strict=True):
        line = case.ranking.loc[member]
        rows.append({
            "values": [none_for_nan(case.values.loc[member, item.id]) for item in case.scheme.indicators],
            "scores": {node: none_for_nan(score) for node, score in case.scores.loc[member].items()},
            "total": none_for_nan(line["total"]),
            "rank": 0 if pd.isna(line["rank"]) else int(line["rank"]),
            "tied": bool(line["tied"]),
            **{key: [award for award, mask in own.items() if mask[place]] for key, own in masks.items()},
            "reserve": {award.id: int(turns[member, award.id]) for award in case.scheme.awards if (member, award.id) in turns},
            "grade": line["grade"],
        })  # fmt: skip
    return rows


def none_for_nan(number: float) -> float | None:
    return None if math.isnan(number) else float(number)


def told_by_page(page: Page, every: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the script says of every page's data, in one call; NaN comes as null."""
    said = page.evaluate("(all) => all.map((data) => JSON.stringify(recompute.run(data)))", every)
    return [json.loads(one) for one in said]


def exact(case: Evaluation) -> bool:
    """Whether all of a scheme is made of additions, multiplications and divisions, which every machine rounds alike."""
    written = json.dumps(case.scheme.model_dump(mode="json", by_alias=True))
    return not any(f'"{word}"' in written for word in ("log", "logistic", "power", "box_cox", "geometric")) and '"power(' not in written


def differences(case: Evaluation, order: list[str], said: dict[str, Any]) -> list[str]:
    if "refused" in said:
        return [f"refused: {said['refused']}"]
    found = []
    for place, (ours, theirs) in enumerate(zip(told_by_package(case, order), said["members"], strict=True)):
        for key, value in ours.items():
            if key in {"values", "scores"}:
                pairs = zip(value, theirs[key], strict=True) if key == "values" else ((own, theirs[key][node]) for node, own in value.items())
                wrong = [(a, b) for a, b in pairs if not (a == b if exact(case) or a is None or b is None else math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12))]
                found += [f"{place} {key}: {wrong}"] * bool(wrong)
            elif value != theirs[key]:
                found.append(f"{place} {key}: package {value}, page {theirs[key]}")
    return found


def agree(page: Page, cases: list[Evaluation]) -> None:
    data = [everything(case) for case in cases]
    pairs = zip(cases, data, told_by_page(page, data), strict=True)
    wrong = [(own, found) for case, own, said in pairs if (found := differences(case, [row["code"] for row in own["members"]], said))]
    assert not wrong, f"{len(wrong)} of {len(cases)}: {wrong[0][1]}\n{json.dumps(wrong[0][0])}"


def test_the_page_comes_to_the_same(page: Page) -> None:
    own = many(36)
    assert len(own) > 25
    agree(page, own)


@pytest.mark.slow
def test_the_page_comes_to_the_same_on_a_thousand(page: Page) -> None:
    count = 0
    for start in range(1, 14):
        own = many(105, start)
        agree(page, own)
        count += len(own)
    assert count >= 1_000


def opened(case: Evaluation, size: int) -> OpenRows | None:
    """What is opened of a case in which some permit it; None where an open tie or a class left out leaves nothing."""
    if case.ties:
        return None
    random = np.random.default_rng(size)
    willing = pd.DataFrame({item: random.random(len(case.members)) < 0.55 for item in ("award", "grade", "rank", "total", "good", "bad")}, index=case.members.index)
    willing[:] = np.repeat(willing[["award"]].to_numpy(), willing.shape[1], axis=1)
    rows = open_rows(replace(case, measured=replace(case.measured, permitted=willing)))
    return rows if len(rows.members) else None


def test_the_page_makes_the_same_of_those_that_are_not_open(page: Page) -> None:
    """Places as ranges, and awards whatever the withheld totals are: the page and the package stand in for the same."""
    found = [rows for place, case in enumerate(many(36, 99, wide=True)) if (rows := opened(case, place)) is not None]
    assert len(found) > 3
    for rows, said in zip(found, told_by_page(page, [data := page_data(rows) for rows in found]), strict=True):
        data = page_data(rows)
        for own, told in zip(said["members"], data["results"], strict=True):
            assert {key: own[key] for key in told} == told
        assert said["settled"]


def test_what_the_page_does_not_know_it_refuses_by_name(page: Page) -> None:
    who = members(2)
    data = everything(measured(scheme(indicator=[indicator("a")], award=[{"id": "x", "label": "x"}]), who))
    changed = [
        ("scheme.indicator.0.value", {"shape": "wavy"}, "indicator[a].value.shape = wavy"),
        ("scheme.total", {"aggregate": "mode"}, "total.aggregate = mode"),
        ("scheme.award.0.lottery", 3, "award[x].lottery"),
        ("scheme.indicator.0.missing", "guessed", "indicator[a].missing = guessed"),
        ("scheme.lucky_number", 7, "lucky_number"),
    ]
    asked = [altered_at(data, path, value) for path, value, _ in changed]
    assert [said["refused"] for said in told_by_page(page, asked)] == [[name] for _, _, name in changed]


NEED: dict[str, dict[str, Any]] = {"requirement": {"node": "a"}, "rank": {"shape": "linear", "worst": 0, "best": 1}, "id": {"id": "x", "label": "x"}}
PARTS: dict[str, tuple[str, dict[str, Any]]] = {
    "Scheme": ("", {}), "Group": ("group.0", NEED["id"] | {"weight": 1}), "Pattern": ("total.when.0", {}), "Total": ("total", {}),
    "Indicator": ("indicator.0", NEED["id"] | {"weight": 1, "value": NEED["rank"]}), "Adjustment": ("adjustment.0", NEED["id"]), "Condition": ("condition.0", NEED["id"]), "Sum": ("sum.0", NEED["id"] | {"of": ["a"]}),
    "Eligibility": ("eligibility", {}), "Requirement": ("award.0.require.0", {}), "Veto": ("veto.0", NEED["id"] | {"effect": {"award": "none"}}),
    "Effect": ("veto.0.effect", {}), "Award": ("award.0", NEED["id"]), "Quota": ("award.0.quota", {"number": 1}), "Grades": ("grades", {"bands": [["A", 0]]}),
}  # fmt: skip
"""Where the parts of a scheme stand in what the page reads, and the least each holds."""
FOUND = frozenset({"Ends", "Moments", "Best", "Fitted"})
"""What shapes found among the members: numbers that the seal wrote, read as they stand."""
OUTSIDE = frozenset({"MembersSpec", "Measure", "Window", "Previous", "Panel", "Publication", "Consent", "Papers", "Phase", "Demand", "Weighting", "Signatures"})
"""Parts that have no say once everything is measured."""
LEFT_OUT = {
    "Scheme": {"schema", "title", "edition", "as_of", "members", "language", "period", "weights", "open_ties", "approval", "seed", "window", "previous", "panel", "publication", "weighting", "signatures", "papers", "phase", "workplan", "appointment", "english"},
    **{part: {"measure", "source"} for part in ("Indicator", "Adjustment", "Condition")}, **{part: {"source"} for part in ("Group", "Sum", "Award", "Grades", "Eligibility")},
    "Veto": {"when", "at_least", "distinct", "sum", "at_most", "source"},
}  # fmt: skip
"""Keys that the page is not given, as they only say what is measured, of whom, or how it is told: whoever adds one here knows that no total, place or award hangs on it."""


def places_of_keys() -> Iterator[tuple[str, str, dict[str, Any], str, dict[str, Any]]]:
    """Every key that a scheme may have and the page is given: its part, name and schema; where the part stands in the page's scheme, and what it holds."""
    schema = Scheme.model_json_schema(by_alias=True)
    for part, model in {"Scheme": schema, **schema["$defs"]}.items():
        keys = model.get("properties", {})
        shape, treat = (keys.get(name, {}).get("const") for name in ("shape", "treat"))
        if part in PARTS:
            path, base = PARTS[part]
        elif shape or treat:
            path, base = ("indicator.0.value", {"shape": shape}) if shape else ("indicator.0.outliers", {"treat": treat})
        else:
            continue  # it stands below a key that is refused: see the end of the test
        yield from ((part, key, node, path, base) for key, node in keys.items() if key not in LEFT_OUT.get(part, ()))


def words_of(node: dict[str, Any]) -> list[str]:
    """The words that a key may have, where it may have only some."""
    kinds = [node, *node.get("anyOf", ()), *node.get("items", {}).get("anyOf", ()), node.get("items", {})]
    return [word for kind in kinds for word in [*kind.get("enum", ()), *([kind["const"]] if "const" in kind else [])] if isinstance(word, str)]


def planted(path: str, base: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """A scheme as the page reads it with one key more, at its place."""
    rules: dict[str, Any] = {"scale": 100, "decimals": 2, "ties": [], "classes": True, "indicator": [{"id": "a", "weight": 1, "value": dict(NEED["rank"])}]}
    at: Any = rules
    for step in filter(None, path.split(".")):
        if step.isdigit():
            at += [NEED["id"].copy()] if not at else []
            at = at[0]
        else:
            at = at.setdefault(step, [] if step in {"group", "adjustment", "sum", "condition", "veto", "award", "require", "when"} else {})
    at |= base | {key: value}
    return rules


def test_every_key_of_a_scheme_is_computed_or_refused_by_its_name(page: Page) -> None:
    """A key that is new to the script is refused; one that it knows stands in its text with all the words it may have; none is dropped but by a list."""
    assert LEFT_OUT["Scheme"] == set(SETTLED)
    assert all(own <= {*MEASURED, *STRUCK} for part, own in LEFT_OUT.items() if part != "Scheme")
    keys = list(places_of_keys())
    trials = [(key, word, planted(path, base, key, word)) for _, key, node, path, base in keys for word in [*words_of(node), "?"]]
    refused = page.evaluate("(all) => all.map((one) => { try { return recompute.unknown(one); } catch (error) { return ['script']; } })", [rules for *_, rules in trials])
    told: dict[tuple[str, str], list[tuple[str, list[str]]]] = {(part, key): [] for part, key, *_ in keys}
    owners = [(part, key, [f" = {name}" for name in base.values() if isinstance(name, str)]) for part, key, node, _, base in keys for _ in [*words_of(node), "?"]]
    for (part, key, whole), (_, word, _), paths in zip(owners, trials, refused, strict=True):
        told[part, key].append((word, [path for path in paths if key in path or path.endswith(tuple(whole))]))
    for (part, key), found in told.items():
        if all(paths for _, paths in found):
            continue  # refused, whatever it says
        assert re.search(rf"\b{key}\b", SCRIPT), f"{part}.{key} is neither refused nor read"
        unread = [word for word, paths in found[:-1] if not paths and not re.search(rf"\b{word}\b", SCRIPT)]
        assert len(unread) <= 1, f"{part}.{key} = {unread} are neither refused nor read"  # one may be what is done unless another is told
    schema = Scheme.model_json_schema(by_alias=True)
    computed = {part for part, key, *_ in keys} | OUTSIDE | FOUND
    for part, model in {"Scheme": schema, **schema["$defs"]}.items():
        for key, node in model.get("properties", {}).items() if part in computed - OUTSIDE else ():
            if (below := set(re.findall(r"\$defs/(\w+)", json.dumps(node))) - computed) and key not in LEFT_OUT.get(part, ()):
                assert all(paths for _, paths in told[part, key]) or (part, key) == ("Scheme", "ties"), f"{below} below {part}.{key}: computed by the page, refused, or left out?"
    for part, key in {("Quota", "per"), ("Quota", "budget"), ("Grades", "apart"), ("Grades", "quota"), ("Scheme", "shortlist"), ("Total", "better")}:
        assert all(paths for _, paths in told[part, key]), f"{part}.{key}"
    assert {key for (part, key), found in told.items() if part == "Scheme" and not re.search(rf"\b{key}\b", SCRIPT)} == {"shortlist"}, "a new key of a scheme: has it a say in results?"
    of_demo = page.evaluate("recompute.unknown", scheme_data(load_scheme(house_folder("data/demo") / "scheme.toml")))
    assert all(path.endswith((".found", ".stands_in")) for path in of_demo), "the demo's own page computes nothing"  # these the seal writes


def altered_at(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The same data with another thing at a place."""
    copy: dict[str, Any] = json.loads(json.dumps(data))
    *steps, last = path.split(".")
    at: Any = copy
    for step in steps:
        at = at[int(step)] if isinstance(at, list) else at[step]
    at[last] = value
    return copy


def measured(rules: Scheme, who: pd.DataFrame, values: list[float] | None = None) -> Evaluation:
    """An evaluation of one indicator."""
    raw = pd.DataFrame({"a": values or [float(90 - place) for place in range(len(who))]}, index=who.index)
    none, yes = pd.DataFrame(index=who.index), pd.Series(data=True, index=who.index)
    return scored(Evaluation(rules, who, Indicators(raw, raw.notna(), none, NO_VETOES, yes, Problems(), none, none, behind=none)))


HOSTILE = ["<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", '=HYPERLINK("http://evil.test")', "\u202e&lt;b&gt;"]


FINGERPRINT = "0123456789abcdef" * 4


def whole_page(rules: Scheme, who: pd.DataFrame, values: list[float], *, hidden: int = 0) -> str:
    case = measured(rules, who, values)
    permits = np.arange(len(who)) >= hidden
    items = pd.DataFrame(dict.fromkeys(("award", "grade", "rank", "total", "good", "bad"), permits), index=who.index)
    rows = open_rows(replace(case, measured=replace(case.measured, permitted=items)))
    notice = {"title": HOSTILE[1], "edition": HOSTILE[0], "revision": "r1", "language": "zh", "digests": {"open": FINGERPRINT}}
    return results_page(rows, Extract(notice, ({"name": HOSTILE[0], "class": HOSTILE[1], "award": "单列"}, {"name": "只公布获奖的公司", "class": "A", "award": "单列"})))


def award_scheme() -> Scheme:
    award = {"id": "x", "label": HOSTILE[1], "quota": {"number": 2}}
    return scheme(title=HOSTILE[1], indicator=[indicator("a") | {"label": HOSTILE[0]}], award=[award])


def test_the_last_listed_winner_has_the_highest_total_where_the_lower_is_ahead() -> None:
    rules = award_scheme()
    fewest = page_words(rules.model_copy(update={"total": rules.total.model_copy(update={"better": "lower"})}))
    assert fewest["line"] == Phrase("公开名单中的最高获奖分", "Highest listed winner")
    assert not [said for said in fewest.values() if re.search("最低|还要低|lowest|may lie below", f"{said}", re.IGNORECASE)]
    assert page_words(rules)["line"].en == "Lowest listed winner"


class Visit(Reader):
    """The page of results opened from its file by a reader of its own."""

    def __init__(self, browser: Any, path: Any, text: str) -> None:
        super().__init__(browser.new_page(viewport={"width": 1366, "height": 768}))
        path.write_text(text, "utf-8")
        self.open(path).locator("#verdict .said").wait_for()
        self.asked.remove(path.as_uri())

    def verdict(self) -> tuple[str, str]:
        return str(self.page.locator("#verdict").get_attribute("class")), str(self.page.locator("#verdict").inner_text())


def test_the_page_says_that_it_agrees_and_what_does_not(page: Page, tmp_path: Any) -> None:
    who = members(8).assign(name=[*HOSTILE, "甲", "乙", "丙", "丁"])
    text = whole_page(award_scheme(), who, [90.0, 80.0, 80.0, 70.0, 60.0, 50.0, 40.0, 30.0])
    reader = Visit(page.context.browser, tmp_path / "page.html", text)
    assert reader.verdict() == ("verdict good", "本页已在您的浏览器里重新计算：8 家的总分、名次、奖项和各奖项的名额全部一致（公开名单中的最低获奖分均不列出）。")
    assert FINGERPRINT in reader.page.locator("#print").inner_text()
    assert reader.page.locator("#list tbody tr").count() == 8
    names = reader.page.locator("#list td.name").all_inner_texts()
    assert set(HOSTILE[:3]) <= set(names)
    reader.page.fill("#words", "丙")
    assert reader.page.locator("#list td.name").all_inner_texts() == ["丙"]
    assert reader.page.locator("#named").inner_text() == ""
    reader.page.fill("#words", "只公布")
    assert "在下面同意公布获奖的会员里找到了" in reader.page.locator("#shown").inner_text()
    assert reader.page.locator("#named tbody tr").count() == 1
    reader.page.fill("#words", "无此会员")
    assert "没有找到" in reader.page.locator("#shown").inner_text()
    reader.page.fill("#words", "")
    assert reader.page.locator("#named tbody tr").count() == 2
    reader.page.emulate_media(media="print")
    assert not reader.page.locator("#trial h2").is_visible()
    reader.page.emulate_media(media="screen")
    reader.page.locator("td.name button").first.click()
    assert not reader.page.locator("#banner").is_visible()
    reader.page.locator("input[type=number]").first.fill("7")
    assert reader.page.locator("#banner").inner_text().startswith("试算，不是已决定的名单")
    reader.page.get_by_role("button", name="English").click()
    assert "are the same" in reader.verdict()[1]
    assert reader.page.locator("img, iframe, object, a").count() == 0
    assert reader.asked + reader.complaints == []
    forged = text.replace('"total":80.0,"rank":2', '"total":80.5,"rank":2', 1)
    assert forged != text
    css, said = Visit(page.context.browser, tmp_path / "forged.html", forged).verdict()
    assert css == "verdict bad"
    assert "总分重新计算为 80.00，公布的是 80.50" in said


def test_weights_are_tried_only_where_everybody_ranked_is_open(page: Page, tmp_path: Any) -> None:
    who = members(9).assign(name=[f"会员{place}" for place in range(9)])
    text = whole_page(award_scheme(), who, [float(90 - 7 * place) for place in range(9)], hidden=1)
    reader = Visit(page.context.browser, tmp_path / "page.html", text)
    css, said = reader.verdict()
    assert css == "verdict good"
    assert "另有 1 家参加排名" in said
    assert reader.page.locator("input[type=number]").count() == 0
    assert "这里不提供改权重试算" in reader.page.locator("#trial").inner_text()


def test_where_nobody_is_open_nothing_is_said_to_agree_and_nothing_can_be_moved(page: Page, tmp_path: Any) -> None:
    who = members(9).assign(name=[f"会员{place}" for place in range(9)])
    reader = Visit(page.context.browser, tmp_path / "page.html", whole_page(award_scheme(), who, [float(90 - 7 * place) for place in range(9)], hidden=9))
    css, said = reader.verdict()
    assert css == "verdict plain"
    assert "没有公开得分的会员" in said
    assert "一致" not in said
    assert reader.page.locator("#trial").inner_text() == ""
    assert reader.page.locator("#shown").inner_text() == ""
    reader.page.fill("#words", "只公布")
    assert reader.page.locator("#named tbody tr").count() == 1
    assert reader.asked + reader.complaints == []
