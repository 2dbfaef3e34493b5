"""Faults of the tree: every one named, at its line, with its mend."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from toolkit.ground.problems import Problem, Refused
from toolkit.scheme import load_scheme
from toolkit.scheme.checks.tree import tree_faults

HEAD = """\
schema = 1
title = "t"
edition = "e"
as_of = 2018-12-31
members = { table = "members", key = "code", name = "name" }
"""
CONDITIONAL = """
[[group]]
id = "conduct"
weight = 100
aggregate = "conditional"
[[group.when]]
observed = ["bidding"]
weights = { bidding = 1 }
[[group.when]]
observed = ["bidding", "performance"]
weights = { bidding = 0.2, performance = 0.8 }
"""


def node(id_: str, weight: str, group: str = "") -> str:
    return (
        f'\n[[indicator]]\nid = "{id_}"\nweight = {weight}\n{group}\n'
        f'measure = {{ column = "members.{id_}" }}\nvalue = {{ shape = "linear", worst = 0, best = 1 }}\n'
    )


LEAVES = node("bidding", "40", 'group = "conduct"') + node("performance", "60", 'group = "conduct"')
SOUND = HEAD + CONDITIONAL + LEAVES
FLAT = HEAD + node("a", "40") + node("b", "60")


def faults(folder: Path, text: str) -> list[Problem]:
    tomllib.loads(text)
    (folder / "scheme.toml").write_text(text, encoding="utf-8")
    try:
        load_scheme(folder / "scheme.toml")
    except Refused as refused:
        return list(refused.problems)
    return []


def swapped(text: str, old: str, new: str) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


@pytest.mark.parametrize("text", [SOUND, FLAT, swapped(SOUND, "0.2, performance = 0.8", "20, performance = 80")])
def test_a_sound_tree_has_no_fault(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text) == []


@pytest.mark.parametrize(
    ("old", "new", "said", "mend"),
    [
        ('observed = ["bidding"]', 'observed = ["biding"]', "no child `biding`", "is `bidding` meant?"),
        ("weights = { bidding = 1 }", "weights = { biding = 1 }", "no child `biding`", "is `bidding` meant?"),
        ("{ bidding = 1 }", "{ bidding = 1, performance = 0 }", "not in `observed`", "remove it"),
        (", performance = 0.8 }", " }", "weight of `performance` is missing", "add performance = ..."),
        ("{ bidding = 1 }", "{ bidding = 0 }", "all weights of this case are 0", "give one a weight"),
        ("performance = 0.8 }", "performance = 0.7 }", "must sum to 100 (or 1), not 0.9", "change the weights"),
        ('["bidding", "performance"]\nweights = { bidding = 0.2, performance = 0.8 }', '["bidding"]\nweights = { bidding = 1 }',
         "given twice", "keep one"),
        ('["bidding", "performance"]', '["bidding", "performance", "bidding"]', "named twice", "remove one"),
        ('"conditional"', '"arithmetic"', "only for the aggregate conditional", "or remove it"),
        ("{ bidding = 1 }", '{ bidding = "all" }', "must be a number", "without quotes"),
        ("{ bidding = 1 }", "{ bidding = nan }", "NaN", "write a plain number"),
        ("{ bidding = 1 }", "{ bidding = -1 }", "at least 0", "write 0 or more"),
        ("weights = { bidding = 1 }", "weights = { bidding = 1 }\nwieghts = 3", "unknown key", "`weights` meant"),
        ('group = "conduct"', 'group = ["conduct", "other"]', "takes one, and not a list", "write one"),
        ("weight = 100", "weight = 100\nleast_present = 1.2", "at most 1", "write 1 or less"),
        ("weight = 100", 'weight = 100\nvalue = { shape = "category", points = { a = 1 } }', "is for indicators alone", "by `steps`"),
        ('id = "bidding"', 'id = "performance"', "used twice", "another id"),
        ("weight = 100", 'weight = 100\ngroup = "conduct"', "in a circle", "mend its parent"),
        ("weight = 40", "weight = 39.9", "must sum to 100, not 99.9", "change the weights"),
        ("weight = 40", "weight = -40", "at least 0", "write 0 or more"),
        ("weight = 40", "weight = nan", "NaN", "write a plain number"),
        ("weight = 40", 'weight = 40\nmissing = "worst"\nmissing_of = "raw"', "which raw value stands in has to be said", "class_median, class_mean, or a number"),
        ("weight = 40", 'weight = 40\ndecimals_of = "score"', "`decimals_of` without `decimals`", "add `decimals`"),
        ('"conditional"\n[[group.when]]\nobserved = ["bidding"]\nweights = { bidding = 1 }\n[[group.when]]\nobserved = ["bidding", "performance"]\nweights = { bidding = 0.2, performance = 0.8 }',
         '"geometric"\n[[indicator]]\nid = "x"\nweight = 0\ngroup = "conduct"\ndecimals = 1\nmeasure = { column = "members.x" }\nvalue = { shape = "linear", worst = 0, best = 1 }',
         "adds no points up", 'decimals_of = "score"'),
    ],
)  # fmt: skip
def test_each_fault_of_a_conditional_tree_is_named_with_its_mend(
    tmp_path: Path, old: str, new: str, said: str, mend: str
) -> None:
    check(faults(tmp_path, swapped(SOUND, old, new)), said, mend, new)


def test_a_group_whose_points_are_scaled_twice_is_asked_about() -> None:
    def told(**group: object) -> list[str]:
        raw = {"weights": "points", "total": {"aggregate": "sum"}, "group": [{"id": "g", "weight": 20, "aggregate": "sum", **group}],
               "indicator": [{"id": "a", "weight": 8, "group": "g"}, {"id": "b", "weight": 12, "group": "g"}, {"id": "c", "weight": 100}]}  # fmt: skip
        return [fault.rule.en for fault in tree_faults(raw) if fault.severity == "warning"]

    assert told() == ["`g` adds up to 20 points at most, and under its own weight, 20, counts 4 at most"]
    assert told(weight=100) == told(aggregate="arithmetic") == []


def test_a_total_that_adds_up_next_to_nothing_is_asked_about() -> None:
    def told(*weights: float, **total: object) -> list[str]:
        raw = {"weights": "points", "scale": 1000, "total": total, "indicator": [{"id": f"i{n}", "weight": weight} for n, weight in enumerate(weights)]}
        return [fault.rule.en for fault in tree_faults(raw) if fault.severity == "warning"]

    assert told(1, 1, aggregate="sum") == ["the items add up to 2 at most (of a sum a weight is the full marks: an item adds score x weight / 1000)"]
    assert told(1000, 1000, aggregate="sum") == told(60, 40, aggregate="sum") == told(1, 1) == []


@pytest.mark.parametrize(
    ("more", "said", "mend"),
    [
        ('[total]\naggregate = "conditional"', "no weights for any case", "add `when`"),
        ('[total]\naggregate = "conditional"\nwhen = [{ observed = ["c"], weights = { c = 1 } }]', "no child `c`", "known: a, b"),
        ("[total]\nfloor = 90\ncap = 80", "lies above cap 80", "mend one"),
        ("[total]\nleast_present = -0.1", "at least 0", "write 0 or more"),
        ('[total]\naggregate = "avg"', "unknown name", "it is called arithmetic here"),
        ('[total]\naggregate = "max"', "unknown name", "it is called maximum here"),
        ('[total]\naggregate = "vector"', "unknown name", "choose one of: arithmetic, geometric"),
        ("[total]\nbonus = 3", "unknown key `bonus`", "this cannot be said here; what can: aggregate,"),
        ('[total]\nvalue = { shape = "linear", worst = 3, best = 3 }', "coincide", "two different numbers"),
        ('[total]\nvalue = { shape = "linear", worst = 0, best = 3, to = [9, 1] }', "must rise", "write a `worst` above the `best`"),
        ('[[adjustment]]\nid = "bonus"\nfloor = 2\ncap = 1\nmeasure = { column = "members.b" }', "lies above cap 1", "mend one"),
        ('[[group]]\nid = "empty"\nweight = 0', "has no indicator", "add one"),
        ('[[adjustment]]\nid = "bonus"\nrounding = "down"\nmeasure = { column = "members.b" }', "`rounding` without `decimals`", "add `decimals`"),
    ],
)
def test_each_fault_of_the_total_is_named_with_its_mend(tmp_path: Path, more: str, said: str, mend: str) -> None:
    check(faults(tmp_path, swapped(FLAT, "\n[[indicator]]", f"\n{more}\n\n[[indicator]]")), said, mend, more)


@pytest.mark.parametrize("weights", ["points", "percent"])
def test_weights_that_are_all_zero_are_refused(tmp_path: Path, weights: str) -> None:
    text = f'weights = "{weights}"\n' + HEAD + node("a", "0") + node("b", "0")
    (fault,) = faults(tmp_path, text)
    assert "are 0" in fault.rule.en or "not 0" in fault.rule.en


def test_points_need_not_sum_to_anything(tmp_path: Path) -> None:
    assert faults(tmp_path, 'weights = "points"\n' + swapped(SOUND, "0.8", "0.7").replace("weight = 40", "weight = 7")) == []


def check(found: list[Problem], said: str, mend: str, near: str) -> None:
    named = [problem for problem in found if said in problem.rule.en and mend in problem.mend.en]
    assert named, [problem.line("en") for problem in found]
    assert all(problem.row and problem.rule.zh and problem.mend.zh for problem in found), near
