"""What can be wrong with value shapes and outlier treatments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Any

from toolkit.scheme.faults.plain import is_number, items
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import KeyPath, Raw

RELATIVE = ("min_max", "z_score", "percentile", "rank", "borda", "share_of_best", "exponential_rank")
LADDERS = ("percentile", "rank", "borda", "exponential_rank")
COINCIDE = Phrase("最差值与最好值相同，无法换算", "worst and best coincide")
ASCEND = Phrase("请按从低到高排列", "order them from low to high")


def shapes_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of the indicators' value shapes and outlier treatments."""
    checks = (_goalposts, _rising, _target, _range, _relative, _outliers)
    shaped = [(("indicator", place), item) for place, item in items(raw, "indicator") if isinstance(item.get("value"), dict)]
    return chain.from_iterable(check(path, item, raw) for path, item in shaped for check in checks)


def _goalposts(path: KeyPath, item: Raw, raw: Raw) -> Iterator[Fault]:  # noqa: ARG001 - every check looks at all
    shape = item["value"]
    if is_number(shape.get("worst")) and shape.get("worst") == shape.get("best"):
        yield Fault((*path, "value", "best"), COINCIDE, Phrase("请写两个不同的数", "write two different numbers"))


def _rising(path: KeyPath, item: Raw, raw: Raw) -> Iterator[Fault]:  # noqa: ARG001 - every check looks at all
    for key, rule in (
        ("steps", Phrase("各档下限必须逐档升高", "lower bounds must rise from step to step")),
        ("points", Phrase("各折点的原始值必须逐点升高", "raw values must rise from point to point")),
    ):
        pairs = item["value"].get(key)
        if not isinstance(pairs, list) or not all(isinstance(pair, list) and pair and is_number(pair[0]) for pair in pairs):
            continue
        if any(upper[0] <= lower[0] for lower, upper in pairwise(pairs)):
            mend = Phrase("请按下限从低到高排列", "order them by lower bound") if key == "steps" else ASCEND
            yield Fault((*path, "value", key), rule, mend)


def _target(path: KeyPath, item: Raw, raw: Raw) -> Iterator[Fault]:  # noqa: ARG001 - every check looks at all
    worst, best = item["value"].get("worst"), item["value"].get("best")
    if not (_is_pair(worst) and _is_pair(best)):
        return
    if best[0] > best[1] or worst[0] > worst[1]:
        key = "best" if best[0] > best[1] else "worst"
        yield Fault((*path, "value", key), Phrase("范围的下限高于上限", "the range ends below where it begins"), ASCEND)
    elif worst[0] > best[0] or best[1] > worst[1]:
        rule = Phrase("best 的范围必须在 worst 的范围之内", "the best range must lie within the worst")
        mend = Phrase("请放宽 worst，或收窄 best", "widen `worst`, or narrow `best`")
        yield Fault((*path, "value", "worst"), rule, mend)
    elif worst == best and best[0] == best[1]:
        yield Fault((*path, "value", "worst"), COINCIDE, Phrase("请放宽 worst", "widen `worst`"))


def _range(path: KeyPath, item: Raw, raw: Raw) -> Iterator[Fault]:
    to, scale = item["value"].get("to"), raw.get("scale", 100)
    if not _is_pair(to) or not is_number(scale):
        return
    if to[0] >= to[1]:
        rule = Phrase("分值范围的下限必须低于上限", "the range of values must rise")
        yield Fault((*path, "value", "to"), rule, Phrase("请写成 to = [低, 高]；越低越好请用 better", "write to = [low, high]; for less is better, use `better`"))
    elif to[0] < 0 or to[1] > scale:
        rule = phrase("分值范围超出 0 到满分 {scale:g}", "the range of values leaves the scale from 0 to {scale:g}", scale=scale)
        yield Fault((*path, "value", "to"), rule, Phrase("请收窄 to，或改 scale", "narrow it, or change `scale`"))


def _relative(path: KeyPath, item: Raw, raw: Raw) -> Iterator[Fault]:
    shape, members = item["value"], raw.get("members")
    if shape.get("shape") not in RELATIVE:
        return
    if shape.get("within") == "class" and isinstance(members, dict) and "class" not in members:
        rule = Phrase("办法没有会员类别，不能按类别比较", "the scheme has no classes of members to compare within")
        yield Fault((*path, "value", "within"), rule, Phrase("请在 [members] 写 class，或删去 within", "give [members] a `class`, or remove `within`"))
    found = shape.get("found")
    for name, entry in found.items() if isinstance(found, dict) else ():
        place = (*path, "value", "found", name)
        if shape.get("within", "all") == "all" and name != "all":
            rule = phrase("不分类别比较时，found 只能写 all，不能写“{name}”", 'without `within = "class"` only `all` can stand in `found`, not `{name}`', name=name)
            yield Fault(place, rule, Phrase('请改为 all，或写 within = "class"', 'write `all`, or within = "class"'))
        yield from _entry(place, entry, shape)


def _entry(place: KeyPath, entry: Any, shape: Raw) -> Iterator[Fault]:
    """One entry of `found`: its ends in order, its rungs from the worst to the best."""
    yield from _ends(place, entry)
    if not (shape.get("shape") in LADDERS and isinstance(entry, list) and all(map(_is_pair, entry))):
        return
    turn = -1 if shape.get("better") == "lower" else 1
    if not entry or any(turn * (upper[0] - lower[0]) <= 0 or upper[1] < lower[1] for lower, upper in pairwise(entry)):
        rule = Phrase("各级必须从差到好逐级排列，分值不得下降", "rungs must lead from the worst to the best, and values never fall")
        yield Fault(place, rule, Phrase("请改正 found，或删去后重新确定", "mend `found`, or remove it to have it found anew"))


def _outliers(path: KeyPath, item: Raw, raw: Raw) -> Iterator[Fault]:  # noqa: ARG001 - every check looks at all
    treatment, shape = item.get("outliers"), item["value"].get("shape")
    if not isinstance(treatment, dict):
        return
    if shape == "category":
        rule = Phrase("分类指标没有离群值可言", "named states have no outliers")
        yield Fault((*path, "outliers"), rule, Phrase("请删去 outliers", "remove it"))
    elif treatment.get("treat") in {"log", "box_cox"} and shape not in RELATIVE:
        rule = Phrase("变换改变了单位，只能接着用相对计分", "the transformation changes the unit: only a relative shape can follow")
        mend = Phrase('请改用 min_max 等相对计分，或 shape = "log"', 'use a relative shape such as min_max, or shape = "log"')
        yield Fault((*path, "outliers", "treat"), rule, mend)
    for key in sorted({"skewness", "kurtosis", "most"} & set(treatment)) if "tails" in treatment else ():
        rule = phrase("写了 tails 就不能再写 {key}", "`{key}` cannot stand beside `tails`", key=key)
        yield Fault((*path, "outliers", key), rule, Phrase("请只留一种办法", "keep one of the two"))
    yield from _ends((*path, "outliers", "found"), treatment.get("found"))


def _ends(place: KeyPath, entry: Any) -> Iterator[Fault]:
    ends: list[Any] = [entry.get(key) for key in ("least", "greatest")] if isinstance(entry, dict) else []
    if _is_pair(ends) and ends[0] > ends[1]:
        rule = Phrase("最小值大于最大值", "the least exceeds the greatest")
        yield Fault((*place, "least"), rule, Phrase("请对调", "swap them"))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value))
