"""What can be wrong with weights that depend on what is observed, and with bounds that cross."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from toolkit.scheme.faults.plain import NODE_LISTS, is_number, items, unknown
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import KeyPath, Raw

CONDITIONAL = "conditional"


def patterns_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of conditional groups and of a conditional total; bounds whose floor lies above their cap."""
    return chain(*(_rule_faults(raw, path, rule, parent) for path, rule, parent in _rules(raw)), _bounds(raw))


def _rules(raw: Raw) -> Iterator[tuple[KeyPath, Raw, str | None]]:
    """Whatever gathers nodes: the groups, and the total of the topmost."""
    for place, item in items(raw, "group"):
        if isinstance(item.get("id"), str):
            yield ("group", place), item, item["id"]
    if isinstance(raw.get("total"), dict):
        yield ("total",), raw["total"], None


def _rule_faults(raw: Raw, path: KeyPath, rule: Raw, parent: str | None) -> Iterator[Fault]:
    conditional, patterns = rule.get("aggregate") == CONDITIONAL, list(items(rule, "when"))
    if conditional and not rule.get("when"):
        what = Phrase("conditional 没有写明各种情形的权重", "conditional, but it gives no weights for any case")
        yield Fault((*path, "aggregate"), what, Phrase("请用 when 写明，或改用 arithmetic", "add `when`, or use arithmetic"))
    if rule.get("when") and not conditional:
        what = Phrase("when 只用于 conditional 合成", "`when` is only for the aggregate conditional")
        yield Fault((*path, "when"), what, Phrase('请写 aggregate = "conditional"，或删去 when', 'write aggregate = "conditional", or remove it'))
    children = [
        str(item["id"])
        for name in NODE_LISTS
        for _, item in items(raw, name)
        if isinstance(item.get("id"), str) and item.get("group") == parent
    ]
    percent = raw.get("weights", "percent") == "percent"
    seen: list[set[str]] = []
    for place, pattern in patterns:
        here = (*path, "when", place)
        observed = [name for name in _listed(pattern.get("observed")) if isinstance(name, str)]
        yield from _observed(here, observed, children, seen)
        weights = pattern.get("weights")
        if isinstance(weights, dict):
            yield from _weights(here, weights, observed, children)
            yield from _sum(here, weights, percent=percent)


def _observed(path: KeyPath, observed: list[str], children: list[str], seen: list[set[str]]) -> Iterator[Fault]:
    """Faults of which nodes a pattern names; `seen` gathers the sets of the patterns so far."""
    for place, name in enumerate(observed):
        if name not in children:
            yield unknown((*path, "observed", place), Phrase("下级节点", "child"), name, children)
        elif name in observed[:place]:
            rule = phrase("“{name}”写了两次", "`{name}` is named twice", name=name)
            yield Fault((*path, "observed", place), rule, Phrase("请删去一处", "remove one"))
    if set(observed) in seen:
        rule = phrase("{names} 的情形写了两次", "the case of {names} is given twice", names=", ".join(observed))
        yield Fault((*path, "observed"), rule, Phrase("请只留一个", "keep one of them"))
    seen.append(set(observed))


def _weights(path: KeyPath, weights: Raw, observed: list[str], children: list[str]) -> Iterator[Fault]:
    """Faults of whose weights a pattern gives: exactly those of the nodes it names."""
    for name in weights:
        if name not in children:
            yield unknown((*path, "weights", name), Phrase("下级节点", "child"), name, observed)
        elif name not in observed:
            rule = phrase("“{name}”不在 observed 里，却有权重", "`{name}` has a weight, but is not in `observed`", name=name)
            yield Fault((*path, "weights", name), rule, Phrase("请删去该权重，或把它写进 observed", "remove it, or name it in `observed`"))
    for name in observed:
        if name not in weights and name in children:
            rule = phrase("缺少“{name}”的权重", "the weight of `{name}` is missing", name=name)
            yield Fault((*path, "weights"), rule, phrase("请补上 {name} = …；不计则写 0", "add {name} = ...; 0 if it is not to count", name=name))


def _sum(path: KeyPath, weights: Raw, *, percent: bool) -> Iterator[Fault]:
    numbers = list(weights.values())
    if not numbers or not all(is_number(weight) and weight >= 0 for weight in numbers):
        return
    total = sum(numbers)
    if total == 0:
        rule = Phrase("该情形下权重全为 0", "all weights of this case are 0")
        yield Fault((*path, "weights"), rule, Phrase("请至少给一项权重", "give one a weight"))
    elif percent and min(abs(total - 100), abs(total - 1)) > 1e-9:
        rule = phrase("该情形下权重之和应为 100（或 1），现为 {total:.10g}", "weights of this case must sum to 100 (or 1), not {total:.10g}", total=total)
        yield Fault((*path, "weights"), rule, Phrase("请调整权重，使其和为 100 或 1", "change the weights so that they sum to 100 or 1"))


def _bounds(raw: Raw) -> Iterator[Fault]:
    bounded: list[tuple[KeyPath, Any]] = [(("adjustment", place), item) for place, item in items(raw, "adjustment")]
    for path, item in [*bounded, (("total",), raw.get("total"))]:
        if not isinstance(item, dict) or not (is_number(item.get("floor")) and is_number(item.get("cap"))):
            continue
        if item["floor"] > item["cap"]:
            rule = phrase("floor {floor:g} 高于 cap {cap:g}", "floor {floor:g} lies above cap {cap:g}", floor=item["floor"], cap=item["cap"])
            yield Fault((*path, "floor"), rule, Phrase("请改正其中一个", "mend one of them"))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
