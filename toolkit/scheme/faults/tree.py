"""What can be wrong with the tree: ids, parents, circles, weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from toolkit.errors import nearest
from toolkit.scheme.faults.plain import LAST_RESORTS, NODE_LISTS, ids, is_number, items, labelled, unknown
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import KeyPath, Raw


def tree_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of the tree of groups and indicators."""
    return chain.from_iterable(check(raw) for check in (_any_indicator, _ids, _parents, _cycles, _weights))


def _any_indicator(raw: Raw) -> Iterator[Fault]:
    if not raw.get("indicator"):
        rule = Phrase("办法里没有任何指标", "the scheme has no indicator")
        yield Fault(("indicator",), rule, Phrase("请至少写一个 [[indicator]]", "write at least one [[indicator]]"))


def _ids(raw: Raw) -> Iterator[Fault]:
    for lists in ((*NODE_LISTS, "adjustment", "condition"), ("award",), ("veto",)):
        first: dict[str, str] = {}
        for name in lists:
            for place, item in items(raw, name):
                given = item.get("id")
                if not isinstance(given, str):
                    continue
                if given in first:
                    rule = phrase("编号“{id}”重复", "the id `{id}` is used twice", id=given)
                    yield Fault((name, place, "id"), rule, Phrase("请换一个编号", "give it another id"))
                elif given in {"total", "member", *LAST_RESORTS} and name != "award":
                    rule = phrase("编号“{id}”另有专用", "the id `{id}` is reserved", id=given)
                    yield Fault((name, place, "id"), rule, Phrase("请换一个编号", "give it another id"))
                first.setdefault(given, name)


def _parents(raw: Raw) -> Iterator[Fault]:
    groups, indicators = ids(raw, "group"), ids(raw, "indicator")
    named = [item.get("group") for name in NODE_LISTS for _, item in items(raw, name)]
    parents = {parent for own in named for parent in (own if isinstance(own, list) else [own]) if isinstance(parent, str)}
    for name in NODE_LISTS:
        for place, item in items(raw, name):
            parent = item.get("group")
            if not isinstance(parent, str) or parent in groups:
                continue
            fault = unknown((name, place, "group"), Phrase("分组", "group"), parent, groups, raw)
            if parent in indicators:
                fault = replace(fault, rule=phrase("“{id}”是指标，不是分组", "`{id}` is an indicator, and no group", id=parent))
            yield fault
    for place, item in items(raw, "group"):
        if item.get("id") not in parents:
            rule = phrase("分组“{id}”下没有指标", "the group `{id}` has no indicator", id=item.get("id"))
            yield Fault(("group", place), rule, Phrase("请加上指标，或删去该分组", "add one, or remove the group"))


def _cycles(raw: Raw) -> Iterator[Fault]:
    parent = {item.get("id"): item.get("group") for _, item in items(raw, "group") if isinstance(item.get("id"), str)}
    for place, item in items(raw, "group"):
        seen, here = [item.get("id")], item.get("group")
        while isinstance(here, str) and here not in seen:
            seen.append(here)
            here = parent.get(here)
        if isinstance(here, str) and here == item.get("id"):
            rule = phrase("分组成环：{way}", "groups in a circle: {way}", way=" → ".join(map(str, [*seen, here])))
            yield Fault(("group", place, "group"), rule, Phrase("请改正上级分组", "mend its parent"))


def _weights(raw: Raw) -> Iterator[Fault]:
    siblings: dict[str | None, list[tuple[KeyPath, str, Any]]] = {}
    groups = ids(raw, "group")
    for name in NODE_LISTS:
        for place, item in items(raw, name):
            siblings.setdefault(_meant(raw, item.get("group"), groups), []).append(((name, place), str(item.get("id")), item.get("weight")))
    lost = [siblings.pop(parent) for parent in list(siblings) if parent is not None and parent not in groups]
    for parent, nodes in siblings.items():
        if not all(is_number(weight) and weight >= 0 for _, _, weight in nodes):
            continue
        total = sum(weight for _, _, weight in nodes)
        where = Phrase("一级指标", "total") if parent is None else phrase("“{id}”下各项", "{id}", id=parent)
        listed = " + ".join(f"{name} {weight:g}" for _, name, weight in nodes)
        if raw.get("weights", "percent") == "percent" and abs(total - 100) > 1e-9:
            if any(_fills(100 - total, strays) for strays in lost):
                continue
            rule = phrase(
                "{zh}的权重之和应为 100，现为 {total:.10g}（{listed}）",
                "weights below `{en}` must sum to 100, not {total:.10g} ({listed})",
                zh=where.zh, en=where.en, total=total, listed=listed,
            )
            mend = Phrase("请调整权重，使其和为 100", "change the weights so that they sum to 100")
            yield Fault((*nodes[0][0], "weight"), rule, mend)
        elif total == 0:
            rule = phrase("{zh}的权重全为 0", "all weights below `{en}` are 0", zh=where.zh, en=where.en)
            yield Fault((*nodes[0][0], "weight"), rule, Phrase("请至少给一项权重", "give one a weight"))


def _meant(raw: Raw, parent: object, groups: list[str]) -> str | None:
    """The group that is meant: a misspelt parent is one fault, and its sums are no others."""
    if isinstance(parent, list):
        return next((own for own in parent if own in groups), None)
    if not isinstance(parent, str) or parent in groups:
        return parent if isinstance(parent, str) else None
    return labelled(raw, parent, groups) or nearest(parent, groups) or parent


def _fills(gap: float, strays: list[tuple[KeyPath, str, Any]]) -> bool:
    """Whether just the weights of those whose parent is unknown are lacking."""
    weights = [weight for _, _, weight in strays]
    return all(map(is_number, weights)) and abs(sum(weights) - gap) < 1e-9
