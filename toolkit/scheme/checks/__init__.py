"""What can be wrong with a scheme beyond single fields: sums, names that lead nowhere, bands that overlap.

Each check takes the file as plain values and yields faults. It passes over what has the wrong type, because
the model reports that, so that one bad field never hides another fault.

What can be wrong with the panel: a quorum that trimming uses up, scores of a panel that is not there, or of two.

What can be wrong with how experts set weights: names instead of codes, groups that do not exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import KeyPath, Raw
from toolkit.scheme.checks.measures import measures_faults, ranges_faults, shapes_faults
from toolkit.scheme.checks.outcomes import outcomes_faults
from toolkit.scheme.checks.tree import ids, is_number, items, patterns_faults, tree_faults, unknown
from toolkit.scheme.criteria import GIVE_CODE, NO_CODE, is_pseudonym

OF_EXPERTS = ("expert", "experts", "interests", "rivals", "harshness", "publish")
NOT_SELECTED = ("where", "window", "in_period", "once_per", "unverified")


def panel_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of ``[panel]`` and of what the panel is to score."""
    panel = raw.get("panel")
    if isinstance(panel, dict):
        yield from _quorum(panel)
        yield from _results_alone(panel)
    for path, measure in _scored(raw):
        if panel is None:
            rule = Phrase("由专家评分，但办法没有 [panel]", "experts score it, but the scheme has no [panel]")
            yield Fault((*path, "take"), rule, Phrase("请写 [panel]：minimum、trim", "write [panel] with `minimum` and `trim`"))
        if path[0] != "indicator":
            rule = Phrase("专家评分只用于指标", "a panel scores indicators only")
            yield Fault((*path, "take"), rule, Phrase("请改为指标", "make it an indicator"))
        yield from _place(path, measure, panel if isinstance(panel, dict) else {})


def _quorum(panel: Raw) -> Iterator[Fault]:
    minimum, trim = panel.get("minimum", 5), panel.get("trim", 0)
    if is_number(minimum) and is_number(trim) and minimum <= 2 * trim:
        rule = phrase("至少 {n} 位专家评分，去掉 {trim} 个最高分和 {trim} 个最低分后没有剩下的", "of {n:score|scores}, nothing is left without the {trim} highest and lowest",
                      n=minimum, trim=trim)  # fmt: skip
        mend = phrase("请把 minimum 写成 {n} 以上，或减小 trim", "write a `minimum` of {n} or more, or a smaller `trim`", n=2 * trim + 1)
        yield Fault(("panel", "minimum" if "minimum" in panel else "trim"), rule, mend)
    outside = panel.get("outside")
    above, _, below = outside.partition("/") if isinstance(outside, str) else ("", "", "")
    if above.isdigit() and below.isdigit() and int(above) > int(below):
        rule = Phrase("外部专家的比例大于 1", "more than all of the experts are to be from outside")
        yield Fault(("panel", "outside"), rule, Phrase("请写成 2/3 这样的比例", "write a share such as 2/3"))
    if panel.get("rivals") is True and panel.get("experts") is None:
        rule = Phrase("要回避所在单位的同类会员，却没有专家表", "rivals of an expert's employer are left out, but no table says who employs it")
        yield Fault(("panel", "rivals"), rule, Phrase("请写 experts", "name the table `experts`"))


def _results_alone(panel: Raw) -> Iterator[Fault]:
    """Where only the panel's results are there, nothing can be said of its experts."""
    if panel.get("holds") != "results":
        return
    for key in (key for key in OF_EXPERTS if key in panel):
        rule = phrase("只有专家组的结果，没有各位专家的评分，“{key}”无从适用", "there are the panel's results and no experts' scores: `{key}` does not apply", key=key)
        yield Fault(("panel", key), rule, phrase('请删去 {key}，或写 holds = "sheets"', 'remove {key}, or write holds = "sheets"', key=key))


def _scored(raw: Raw) -> Iterator[tuple[KeyPath, Raw]]:
    for name in ("indicator", "adjustment", "condition"):
        for place, item in items(raw, name):
            measure = item.get("measure")
            if isinstance(measure, dict) and measure.get("take") == "panel":
                yield (name, place, "measure"), measure


def _place(path: KeyPath, measure: Raw, panel: Raw) -> Iterator[Fault]:
    table, sheets = measure.get("table"), panel.get("table")
    if isinstance(table, str) and isinstance(sheets, str) and table != sheets:
        rule = phrase("评分表是“{sheets}”，这里却是“{table}”", "the score sheets are `{sheets}`, and not `{table}`", sheets=sheets, table=table)
        yield Fault((*path, "table"), rule, phrase('请写 table = "{sheets}"', 'write table = "{sheets}"', sheets=sheets))
    for key in (key for key in NOT_SELECTED if key in measure):
        rule = phrase("“{key}”不适用于专家评分", "`{key}` does not go with `panel`", key=key)
        yield Fault((*path, key), rule, Phrase("请删去：所有评分都计入", "remove it: every score counts"))



TOTAL = "total"


def weighting_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of ``[weighting]`` that no single field can see; what stands where a code should is not repeated."""
    weighting = raw.get("weighting")
    if not isinstance(weighting, dict):
        return
    experts = weighting.get("experts")
    if isinstance(experts, dict) and not all(map(is_pseudonym, experts)):
        yield Fault(("weighting", "experts"), NO_CODE, GIVE_CODE)
    voted, known = weighting.get("groups"), [TOTAL, *ids(raw, "group")]
    for place, group in enumerate(voted if isinstance(voted, list | tuple) else ()):
        if isinstance(group, str) and group not in known:
            yield unknown(("weighting", "groups", place), Phrase("分组", "group"), group, known)



def scheme_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of a scheme that no single field can see."""
    checks = (tree_faults, patterns_faults, shapes_faults, measures_faults, ranges_faults, outcomes_faults, weighting_faults, panel_faults)
    return chain.from_iterable(check(raw) for check in checks)
