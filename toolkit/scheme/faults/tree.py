"""What can be wrong with the tree: ids, parents, circles, weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from toolkit.errors import nearest
from toolkit.scheme.faults.plain import LAST_RESORTS, NODE_LISTS, ids, is_number, items, unknown
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
    groups = ids(raw, "group")
    named = [item.get("group") for name in NODE_LISTS for _, item in items(raw, name)]
    parents = {parent for own in named for parent in (own if isinstance(own, list) else [own]) if isinstance(parent, str)}
    for name in NODE_LISTS:
        for place, item in items(raw, name):
            parent = item.get("group")
            if isinstance(parent, str) and parent not in groups:
                yield unknown((name, place, "group"), Phrase("分组", "group"), parent, groups)
            elif isinstance(parent, list):
                rule = phrase("“{id}”只能属于一个分组", "`{id}` can stand in one group only", id=item.get("id"))
                yield Fault((name, place, "group", 0), rule, Phrase("请只写一个分组", "name one group"))
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
    siblings: dict[object, list[tuple[KeyPath, str, Any]]] = {}
    groups = ids(raw, "group")
    for name in NODE_LISTS:
        for place, item in items(raw, name):
            parent = item.get("group")
            if isinstance(parent, str) and parent not in groups:
                # A misspelt parent is one fault: its sums are taken as they were meant.
                parent = nearest(parent, groups) or parent
            siblings.setdefault(parent if isinstance(parent, str) else None, []).append(((name, place), str(item.get("id")), item.get("weight")))
    for parent, nodes in siblings.items():
        if not all(is_number(weight) and weight >= 0 for _, _, weight in nodes):
            continue
        total = sum(weight for _, _, weight in nodes)
        where = parent or "total"
        listed = " + ".join(f"{name} {weight:g}" for _, name, weight in nodes)
        if raw.get("weights", "percent") == "percent" and abs(total - 100) > 1e-9:
            rule = phrase(
                "“{where}”下各项权重之和应为 100，现为 {total:.10g}（{listed}）",
                "weights below `{where}` must sum to 100, not {total:.10g} ({listed})",
                where=where, total=total, listed=listed,
            )
            mend = Phrase("请调整权重，使其和为 100", "change the weights so that they sum to 100")
            yield Fault((*nodes[0][0], "weight"), rule, mend)
        elif total == 0:
            rule = phrase("“{where}”下各项权重全为 0", "all weights below `{where}` are 0", where=where)
            yield Fault((*nodes[0][0], "weight"), rule, Phrase("请至少给一项权重", "give one a weight"))
