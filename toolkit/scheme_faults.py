"""What can be wrong with a scheme beyond single fields: sums, names that lead nowhere, bands that overlap.

Each check takes the file as plain values and yields faults. It passes over what has the wrong type, because
the model reports that, so that one bad field never hides another fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Any

from toolkit.errors import nearest
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import KeyPath, Raw, at

AGGREGATE = r"^(arithmetic|geometric|harmonic|minimum|sum|power\(-?\d+(\.\d+)?\))$"
LAST_RESORTS = ("joint", "committee")
NODE_LISTS = ("group", "indicator")


def scheme_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of a scheme that no single field can see."""
    checks = (_any_indicator, _ids, _parents, _cycles, _weights, _shapes, _measures, _ties, _awards, _grades, _period)
    return chain.from_iterable(check(raw) for check in checks)


def _items(raw: Raw, name: str) -> Iterator[tuple[int, Raw]]:
    listed = raw.get(name)
    for place, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            yield place, item


def _named(raw: Raw, *lists: str) -> list[str]:
    return [item["id"] for name in lists for _, item in _items(raw, name) if isinstance(item.get("id"), str)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - NaN


def _unknown(path: KeyPath, what: Phrase, given: object, known: list[str]) -> Fault:
    guess = nearest(str(given), known)
    rule = phrase("{what}“{given}”不存在", "there is no {en} `{given}`", what=what.zh, en=what.en, given=given)
    mend = phrase("现有：{known}", "known: {known}", known=", ".join(known) or "—")
    if guess:
        mend = phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess)
    return Fault(path, rule, mend)


def _any_indicator(raw: Raw) -> Iterator[Fault]:
    if not raw.get("indicator"):
        rule = Phrase("办法里没有任何指标", "the scheme has no indicator")
        yield Fault(("indicator",), rule, Phrase("请至少写一个 [[indicator]]", "write at least one [[indicator]]"))


def _ids(raw: Raw) -> Iterator[Fault]:
    for lists in ((*NODE_LISTS, "adjustment"), ("award",), ("veto",)):
        first: dict[str, str] = {}
        for name in lists:
            for place, item in _items(raw, name):
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
    groups = _named(raw, "group")
    parents = {item.get("group") for name in NODE_LISTS for _, item in _items(raw, name)}
    for name in NODE_LISTS:
        for place, item in _items(raw, name):
            parent = item.get("group")
            if isinstance(parent, str) and parent not in groups:
                yield _unknown((name, place, "group"), Phrase("分组", "group"), parent, groups)
    for place, item in _items(raw, "group"):
        if item.get("id") not in parents:
            rule = phrase("分组“{id}”下没有指标", "the group `{id}` has no indicator", id=item.get("id"))
            yield Fault(("group", place), rule, Phrase("请加上指标，或删去该分组", "add one, or remove the group"))


def _cycles(raw: Raw) -> Iterator[Fault]:
    parent = {item.get("id"): item.get("group") for _, item in _items(raw, "group") if isinstance(item.get("id"), str)}
    for place, item in _items(raw, "group"):
        seen, here = [item.get("id")], item.get("group")
        while isinstance(here, str) and here not in seen:
            seen.append(here)
            here = parent.get(here)
        if isinstance(here, str) and here == item.get("id"):
            rule = phrase("分组成环：{way}", "groups in a circle: {way}", way=" → ".join(map(str, [*seen, here])))
            yield Fault(("group", place, "group"), rule, Phrase("请改正上级分组", "mend its parent"))


def _weights(raw: Raw) -> Iterator[Fault]:
    siblings: dict[object, list[tuple[KeyPath, str, Any]]] = {}
    groups = _named(raw, "group")
    for name in NODE_LISTS:
        for place, item in _items(raw, name):
            parent = item.get("group")
            if isinstance(parent, str) and parent not in groups:
                # A misspelt parent is one fault: its sums are taken as they were meant.
                parent = nearest(parent, groups) or parent
            siblings.setdefault(parent if isinstance(parent, str) else None, []).append(((name, place), str(item.get("id")), item.get("weight")))
    for parent, nodes in siblings.items():
        if not all(_is_number(weight) and weight >= 0 for _, _, weight in nodes):
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


def _shapes(raw: Raw) -> Iterator[Fault]:
    for place, item in _items(raw, "indicator"):
        shape, path = item.get("value"), ("indicator", place, "value")
        if not isinstance(shape, dict):
            continue
        if _is_number(shape.get("worst")) and shape.get("worst") == shape.get("best"):
            rule = Phrase("最差值与最好值相同，无法换算", "worst and best coincide")
            yield Fault((*path, "best"), rule, Phrase("请写两个不同的数", "write two different numbers"))
        steps = shape.get("steps")
        if not isinstance(steps, list) or not all(isinstance(s, list) and s and _is_number(s[0]) for s in steps):
            continue
        if any(upper[0] <= lower[0] for lower, upper in pairwise(steps)):
            rule = Phrase("各档下限必须逐档升高", "lower bounds must rise from step to step")
            yield Fault((*path, "steps"), rule, Phrase("请按下限从低到高排列", "order them by lower bound"))


def _measures(raw: Raw) -> Iterator[Fault]:
    windows = list(raw["window"]) if isinstance(raw.get("window"), dict) else []
    places = [(name, "measure") for name in ("indicator", "adjustment")]
    for name, key in (*places, ("veto", "when")):
        for place, item in _items(raw, name):
            measure, path = item.get(key), (name, place, key)
            if not isinstance(measure, dict):
                continue
            window = measure.get("window")
            if isinstance(window, str) and window not in windows:
                yield _unknown((*path, "window"), Phrase("时限", "window"), window, windows)
            if key == "measure":
                yield from _measure(path, measure)


def _measure(path: KeyPath, measure: Raw) -> Iterator[Fault]:
    take, table, column = (measure.get(key) for key in ("take", "table", "column"))
    if take is None:
        if not (isinstance(column, str) and column.count(".") == 1 and all(column.split("."))):
            rule = Phrase("没有写明怎样取数", "it does not say what to take")
            mend = Phrase('请写 take（并写 table），或写 column = "表.列"', 'write `take` with `table`, or column = "table.column"')
            yield Fault((*path, "column"), rule, mend)
        for key in sorted({"table", "where", "window", "once_per", "unverified"} & set(measure)):
            rule = phrase("没有 take 时不能写“{key}”", "`{key}` needs `take`", key=key)
            yield Fault((*path, key), rule, Phrase("请补上 take，或删去这一项", "add `take`, or remove it"))
        return
    if table is None:
        yield Fault((*path, "table"), Phrase("没有写明数据表", "`table` is missing"), Phrase("请写 table", "add it"))
    if take in {"sum", "latest"} and column is None:
        rule = phrase("{take} 需要写明列", "`{take}` needs a column", take=take)
        yield Fault((*path, "column"), rule, Phrase("请写 column", "add `column`"))


def _ties(raw: Raw) -> Iterator[Fault]:
    ties = raw.get("ties")
    known = [*_named(raw, *NODE_LISTS, "adjustment"), *LAST_RESORTS]
    for place, name in enumerate(ties if isinstance(ties, list) else ()):
        if name not in known:
            yield _unknown(("ties", place), Phrase("节点", "node"), name, known)
        elif name in LAST_RESORTS and isinstance(ties, list) and place != len(ties) - 1:
            rule = phrase("“{name}”之后不能再有别的办法", "nothing can follow `{name}`", name=name)
            yield Fault(("ties", place), rule, Phrase("请放在最后", "put it last"))


def _requirements(raw: Raw, path: KeyPath, known: list[str]) -> Iterator[Fault]:
    listed = at(raw, path)
    for place, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict) and isinstance(item.get("node"), str) and item["node"] not in known:
            yield _unknown((*path, place, "node"), Phrase("节点", "node"), item["node"], known)


def _awards(raw: Raw) -> Iterator[Fault]:
    known = [*_named(raw, *NODE_LISTS, "adjustment"), "total"]
    for place, item in _items(raw, "award"):
        quota, minimum = item.get("quota"), item.get("minimum")
        if isinstance(quota, dict) and ("share" in quota) == ("number" in quota):
            rule = Phrase("名额要写 share（比例）或 number（个数）之一", "a quota is a share or a number")
            yield Fault(("award", place, "quota"), rule, Phrase("请只写其中一项", "write just one of them"))
        for node in minimum if isinstance(minimum, dict) else ():
            if node not in known:
                yield _unknown(("award", place, "minimum", node), Phrase("节点", "node"), node, known)
        yield from _requirements(raw, ("award", place, "require"), known)


def _grades(raw: Raw) -> Iterator[Fault]:
    bands = at(raw, ("grades", "bands"))
    if not isinstance(bands, list):
        return
    pairs = [band for band in bands if isinstance(band, list) and len(band) == 2 and _is_number(band[1])]
    names = [str(band[0]) for band in pairs]
    for above, below in pairwise(pairs):
        if below[1] >= above[1]:
            rule = phrase(
                "等级 {below} 的下限 {low:g} 不低于 {above} 的下限 {high:g}，两档重叠",
                "the lower bound {low:g} of {below} is not below the {high:g} of {above}: the bands overlap",
                below=below[0], low=below[1], above=above[0], high=above[1],
            )
            mend = Phrase("请从高到低排列各档下限", "order the bands from the highest bound down")
            yield Fault(("grades", "bands"), rule, mend)
    required = at(raw, ("grades", "require"))
    default = at(raw, ("grades", "default"))
    for path, grade in [(("grades", "default"), default)] if isinstance(default, str) else []:
        if grade not in names:
            yield _unknown(path, Phrase("等级", "grade"), grade, names)
    for grade in required if isinstance(required, dict) else ():
        if grade not in names:
            yield _unknown(("grades", "require", grade), Phrase("等级", "grade"), grade, names)
        yield from _requirements(raw, ("grades", "require", grade), [*_named(raw, *NODE_LISTS, "adjustment"), "total"])


def _period(raw: Raw) -> Iterator[Fault]:
    period = raw.get("period")
    if isinstance(period, list) and len(period) == 2:
        try:
            backwards = period[0] > period[1]
        except TypeError:
            return
        if backwards:
            rule = Phrase("评价期的起日晚于止日", "the period ends before it begins")
            yield Fault(("period",), rule, Phrase("请对调两个日期", "swap the two days"))
