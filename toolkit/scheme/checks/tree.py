"""What can be wrong with the tree: ids, parents, circles, weights; and how checks find their way in a scheme as plain values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, cast

from toolkit.ground.problems import did_you_mean, nearest
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import KeyPath, Raw, is_number
from toolkit.scheme.outcomes import FIRST_PLACES

SUMS = 1e-9  # how near to 100 siblings have to come, of percents that are no decimals
BOUNDS = ("least", "above", "most", "below")
TOO_SMALL = 10  # how many times the scale exceeds a sum that cannot have been meant
LAST_RESORTS = ("joint", "committee")
NODE_LISTS = ("group", "indicator")


def items(raw: Raw, name: str) -> Iterator[tuple[int, Raw]]:
    """The tables of a list, with their places; what is no table is passed over."""
    listed = raw.get(name)
    for place, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            yield place, item


def ids(raw: Raw, *lists: str) -> list[str]:
    """The ids in some lists."""
    return [item["id"] for name in lists for _, item in items(raw, name) if isinstance(item.get("id"), str)]


def clash(item: Raw) -> tuple[str, str] | None:
    """The lower and the upper bound between which there is nothing; of bounds that can be compared."""
    for low in ("least", "above"):
        for high in ("most", "below"):
            if low in item and high in item:
                open_ = low == "above" or high == "below"
                if item[low] > item[high] or (open_ and item[low] == item[high]):
                    return low, high
    return None


def labelled(raw: Raw, given: object, known: Sequence[str]) -> str | None:
    """The id, of those known, of what bears the label `given`: readers know things by their labels."""
    every = (item for listed in raw.values() if isinstance(listed, list) for item in listed if isinstance(item, dict))
    word = str(given).strip()
    return next((str(item["id"]) for item in every if item.get("label") == word and item.get("id") in known), None)


def item_words(item: Raw) -> Phrase:
    """What a reader calls an item: in Chinese by its label, in English by its id."""
    label = item.get("label")
    return Phrase(label if isinstance(label, str) and label else str(item.get("id")), str(item.get("id")))


def _group(raw: Raw, id_: str) -> Phrase:
    return next((item_words(item) for _, item in items(raw, "group") if item.get("id") == id_), Phrase(id_, id_))


def unknown(path: KeyPath, what: Phrase, given: object, known: list[str], raw: Raw | None = None) -> Fault:
    """The fault of a name that leads nowhere, with the nearest right one; of a label in `raw`, with its id."""
    rule = phrase("{what}“{given}”不存在", "there is no {en} `{given}`", what=what.zh, en=what.en, given=given)
    mend = did_you_mean(str(given), known) or Phrase(f"现有：{'、'.join(known) or '无'}", f"known: {', '.join(known) or '—'}")
    if id_ := labelled(raw or {}, given, known):
        mend = phrase("这是名称，请写它的编号“{id}”", "that is a label: write its id `{id}`", id=id_)
    return Fault(path, rule, mend)


def tree_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of the tree of groups and indicators."""
    return chain.from_iterable(check(raw) for check in (_any_indicator, _ids, _parents, _cycles, _weights, _present, _sums, _scaled_twice, _small_sum))


def _present(raw: Raw) -> Iterator[Fault]:
    """So many children are to have a score where there are fewer: nobody would have one."""
    below = Counter(item.get("group") if isinstance(item.get("group"), str) else None for name in NODE_LISTS for _, item in items(raw, name))
    nodes: list[tuple[KeyPath, object, str | None]] = [(("group", place), item, str(item.get("id"))) for place, item in items(raw, "group")]
    for path, node, id_ in [*nodes, (("total",), raw.get("total"), None)]:
        least: Any = node.get("least_present") if isinstance(node, dict) else None
        count = below[id_]
        if is_number(least) and least > 1 and count < least:
            rule = phrase("至少 {least:g} 项有分，而下级只有 {n} 项：谁也没有得分", "{least:g} children must have a score, and there are {n}: nobody has one", least=least, n=count)
            yield Fault((*path, "least_present"), rule, phrase("请写 {n} 或更小的数，或写 0 到 1 的比例", "write {n} or less, or a share from 0 to 1", n=count))


def _scaled_twice(raw: Raw) -> Iterator[Fault]:
    """A group that adds up fewer points than the scale has, and is weighed besides: 20 points of weight 20 count as 4."""
    scale, total = raw.get("scale", 100), raw.get("total")
    gathered = {item["id"]: item.get("aggregate", "arithmetic") for _, item in items(raw, "group") if isinstance(item.get("id"), str)}
    at_top = total.get("aggregate", "arithmetic") if isinstance(total, dict) else "arithmetic"
    for place, item in items(raw, "group"):
        below: list[Any] = [child.get("weight") for name in NODE_LISTS for _, child in items(raw, name) if child.get("group") == item.get("id")]
        above, weight = gathered.get(str(item.get("group")), at_top), cast("Any", item.get("weight"))
        if item.get("aggregate") != "sum" or above != "sum" or not (is_number(scale) and scale > 0 and is_number(weight) and below and all(map(is_number, below))):
            continue
        most, counts = math.fsum(below), math.fsum(below) * weight / scale
        if weight != scale and abs(most - scale) > SUMS:
            rule = phrase("“{name.zh}”各项合计最高 {most:g} 分，再按权重 {weight:g} 折算，最多只计 {counts:g} 分", "`{name.en}` adds up to {most:g} points at most, and under its own weight, {weight:g}, counts {counts:g} at most",
                          name=item_words(item), most=most, weight=weight, counts=counts)  # fmt: skip
            mend = phrase('合计多少就计多少的，请写 weight = {scale:g}，或删去这一组的 aggregate = "sum"（满分即为权重）；确有此意的可不处理', 'to count what it adds up to write weight = {scale:g}, or remove aggregate = "sum" here (its weight is its points then); leave it if that is meant', scale=scale)
            yield Fault(("group", place, "weight"), rule, mend, severity="warning")


def _small_sum(raw: Raw) -> Iterator[Fault]:
    """A total that adds up next to nothing: who meant scores to be added as they are has written a weight of 1."""
    scale, total = raw.get("scale", 100), raw.get("total")
    below: list[Any] = [item.get("weight") for name in NODE_LISTS for _, item in items(raw, name) if item.get("group") is None]
    if not isinstance(total, dict) or total.get("aggregate") != "sum" or not (is_number(scale) and below and all(map(is_number, below))):
        return
    most = math.fsum(below)
    if most * TOO_SMALL < scale:
        rule = phrase("各项合计最高只有 {most:g} 分（sum 时 weight 是该项的满分，计 得分 × weight ÷ {scale:g}）", "the items add up to {most:g} at most (of a sum a weight is the full marks: an item adds score x weight / {scale:g})", most=most, scale=scale)
        mend = phrase("得分要照原样相加的，每项请写 weight = {scale:g}；确为满分的可不处理", "to add scores as they are write weight = {scale:g} for each; leave it if these are the full marks indeed", scale=scale)
        yield Fault(("total", "aggregate"), rule, mend, severity="warning")


def _sums(raw: Raw) -> Iterator[Fault]:
    """A sum beside the total is of indicators and adjustments, each of them once."""
    known = ids(raw, "indicator", "adjustment")
    for place, item in items(raw, "sum"):
        listed: Any = item.get("of")
        for own, name in enumerate(listed if isinstance(listed, list) else ()):
            path: KeyPath = ("sum", place, "of", own)
            if name in ids(raw, "group"):
                rule = phrase("“{name}”是分组，它的得分要看权重，不能不加权地相加", "`{name}` is a group, whose score hangs on weights: it is no part of a plain sum", name=name)
                yield Fault(path, rule, Phrase("请写它下面的各项指标", "name the indicators below it"))
            elif name not in known:
                yield unknown(path, Phrase("指标", "indicator"), name, known, raw)
            elif name in listed[:own]:
                rule = phrase("“{name}”写了两次", "`{name}` is named twice", name=name)
                yield Fault(path, rule, Phrase("请删去一个", "remove one"))


def _any_indicator(raw: Raw) -> Iterator[Fault]:
    if not raw.get("indicator"):
        rule = Phrase("办法里没有任何指标", "the scheme has no indicator")
        yield Fault(("indicator",), rule, Phrase("请至少写一个 [[indicator]]", "write at least one [[indicator]]"))


def _ids(raw: Raw) -> Iterator[Fault]:
    for lists in ((*NODE_LISTS, "adjustment", "sum", "condition"), ("award",), ("veto",), ("phase",), ("appointment",)):
        first: dict[str, str] = {}
        for name in lists:
            for place, item in items(raw, name):
                given = item.get("id")
                if not isinstance(given, str):
                    continue
                if given in first:
                    rule = phrase("编号“{id}”重复", "the id `{id}` is used twice", id=given)
                    yield Fault((name, place, "id"), rule, Phrase("请换一个编号", "give it another id"))
                elif given in {"total", "member", FIRST_PLACES, *LAST_RESORTS} and name != "award":
                    rule = phrase("编号“{id}”另有专用", "the id `{id}` is reserved", id=given)
                    yield Fault((name, place, "id"), rule, Phrase("请换一个编号", "give it another id"))
                first.setdefault(given, name)


def _parents(raw: Raw) -> Iterator[Fault]:
    groups, indicators = ids(raw, "group"), ids(raw, "indicator")
    named = [item.get("group") for name in NODE_LISTS for _, item in items(raw, name)]
    parents = {parent for parent_or_list in named for parent in (parent_or_list if isinstance(parent_or_list, list) else [parent_or_list]) if isinstance(parent, str)}
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
        if isinstance(item.get("id"), str) and item["id"] not in parents:
            rule = phrase("分组“{name.zh}”下没有指标", "the group `{name.en}` has no indicator", name=item_words(item))
            yield Fault(("group", place), rule, Phrase("请加上指标，或删去该分组", "add one, or remove the group"))


def _cycles(raw: Raw) -> Iterator[Fault]:
    parent = {item.get("id"): item.get("group") for _, item in items(raw, "group") if isinstance(item.get("id"), str)}
    for place, item in items(raw, "group"):
        seen, above = [item.get("id")], item.get("group")
        while isinstance(above, str) and above not in seen:
            seen.append(above)
            above = parent.get(above)
        if isinstance(above, str) and above == item.get("id"):
            rule = phrase("分组成环：{way}", "groups in a circle: {way}", way=" → ".join(map(str, [*seen, above])))
            yield Fault(("group", place, "group"), rule, Phrase("请改正上级分组", "mend its parent"))


def _weights(raw: Raw) -> Iterator[Fault]:
    siblings: dict[str | None, list[tuple[KeyPath, Phrase, Any]]] = {}
    groups = ids(raw, "group")
    for name in NODE_LISTS:
        for place, item in items(raw, name):
            siblings.setdefault(_meant(raw, item.get("group"), groups), []).append(((name, place), item_words(item), item.get("weight")))
    percent = raw.get("weights", "percent") == "percent"
    orphans = [siblings.pop(parent) for parent in list(siblings) if parent is not None and parent not in groups]
    for parent, nodes in siblings.items():
        if not all(is_number(weight) and weight >= 0 for _, _, weight in nodes):
            continue
        gap = 100 - sum(weight for _, _, weight in nodes)
        if percent and abs(gap) > SUMS and any(_fills(gap, strays) for strays in orphans):
            continue
        weights = [(name, weight) for _, name, weight in nodes]
        if wrong := weights_fault(_group(raw, parent) if parent else None, weights, percent=percent):
            yield Fault((*nodes[0][0], "weight"), *wrong)


def weights_fault(parent: Phrase | None, weights: Sequence[tuple[Phrase, float]], *, percent: bool) -> tuple[Phrase, Phrase] | None:
    """The rule that siblings' weights break, and the mend; each weight with what its node is called, `parent` None below the total."""
    where = phrase("“{name.zh}”下各项", "{name.en}", name=parent) if parent else Phrase("一级指标", "total")
    total = math.fsum(weight for _, weight in weights)
    if percent and abs(total - 100) > SUMS:
        listed = joined((phrase("{name.zh} {weight:g}", "{name.en} {weight:g}", name=name, weight=weight) for name, weight in weights), " + ", " + ")
        rule = phrase(
            "{where.zh}的权重之和应为 100，现为 {total:.10g}（{listed.zh}）", "weights below `{where.en}` must sum to 100, not {total:.10g} ({listed.en})",
            where=where, total=total, listed=listed,
        )  # fmt: skip
        return rule, Phrase("请调整权重，使其和为 100", "change the weights so that they sum to 100")
    if total == 0:
        rule = phrase("{where.zh}的权重全为 0", "all weights below `{where.en}` are 0", where=where)
        return rule, Phrase("请至少给一项权重", "give one a weight")
    return None


def _meant(raw: Raw, parent: object, groups: list[str]) -> str | None:
    """The group that is meant: a misspelt parent is one fault, and its sums are no others."""
    if isinstance(parent, list):
        return next((group for group in parent if group in groups), None)
    if not isinstance(parent, str) or parent in groups:
        return parent if isinstance(parent, str) else None
    return labelled(raw, parent, groups) or nearest(parent, groups) or parent


def _fills(gap: float, strays: list[tuple[KeyPath, Phrase, Any]]) -> bool:
    """Whether just the weights of those whose parent is unknown are lacking."""
    weights = [weight for _, _, weight in strays]
    return all(map(is_number, weights)) and abs(sum(weights) - gap) < SUMS


CONDITIONAL = "conditional"
ADDED = ("arithmetic", "sum", CONDITIONAL)


def patterns_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of conditional groups and of a conditional total; bounds whose floor lies above their cap."""
    return chain(*(_rule_faults(raw, path, rule, parent) for path, rule, parent in _rules(raw)), _bounds(raw), _caps(raw), _steps(raw))


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
    below = [(name, place, item) for name in NODE_LISTS for place, item in items(raw, name) if isinstance(item.get("id"), str) and item.get("group") == parent]
    children = [str(item["id"]) for _, _, item in below]
    yield from _not_applicable(path, rule, below)
    if rule.get("aggregate") == "quotient":
        yield from _quotient(path, [name for name, _, _ in below])
    percent = raw.get("weights", "percent") == "percent"
    seen: list[set[str]] = []
    for place, pattern in patterns:
        case = (*path, "when", place)
        observed = [name for name in _listed(pattern.get("observed")) if isinstance(name, str)]
        yield from _observed(case, observed, children, seen)
        weights = pattern.get("weights")
        if isinstance(weights, dict):
            yield from _pattern_weights(case, weights, observed, children)
            yield from _sum(case, weights, percent=percent)


def _not_applicable(path: KeyPath, rule: Raw, below: list[tuple[str, int, Raw]]) -> Iterator[Fault]:
    """What does not apply is spoken of where points are added up, and what is left out there is not said twice."""
    if rule.get("not_applicable") is None:
        return
    if rule.get("aggregate") != "sum":
        what = Phrase("not_applicable 只用于各项相加（sum）", "`not_applicable` is only for the aggregate sum")
        yield Fault((*path, "not_applicable"), what, Phrase('请写 aggregate = "sum"，或删去 not_applicable', 'write aggregate = "sum", or remove it'))
    elif rule["not_applicable"] == 0:
        for name, place, item in below:
            if item.get("missing") == "exclude":
                what = Phrase("exclude 把权重分给同级，而上级写明不计的项计 0 分", "`exclude` gives its weight to its siblings, while above it what does not count adds 0")
                yield Fault((name, place, "missing"), what, Phrase('请写 missing = 0，或在上级写 not_applicable = "rescale"', 'write missing = 0, or not_applicable = "rescale" above it'))


def _quotient(path: KeyPath, kinds: list[str]) -> Iterator[Fault]:
    if len(kinds) != 2:
        what = phrase("比值是第一项与第二项之比，现有 {n} 项", "a quotient is of two nodes, not of {n}", n=len(kinds))
        yield Fault((*path, "aggregate"), what, Phrase("请在其下只留两项，其余归入分组", "leave two below it, and gather the others in a group"))
    elif kinds[1] != "indicator":
        what = Phrase("比值的除数应是指标", "the divisor of a quotient must be an indicator")
        yield Fault((*path, "aggregate"), what, Phrase("请把除数写成指标；分组写在指标之前，总是被除数", "make the divisor an indicator; a group comes before indicators, and is divided"))


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


def _pattern_weights(path: KeyPath, weights: Raw, observed: list[str], children: list[str]) -> Iterator[Fault]:
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


def _steps(raw: Raw) -> Iterator[Fault]:
    """Of what is rounded on the way: digits there have to be, and points are rounded only where they are added up."""
    gathered: dict[Any, Any] = {item["id"]: item.get("aggregate", "arithmetic") for _, item in items(raw, "group") if isinstance(item.get("id"), str)}
    total = raw.get("total")
    gathered[None] = total.get("aggregate", "arithmetic") if isinstance(total, dict) else "arithmetic"
    for name in (*NODE_LISTS, "adjustment"):
        for place, item in items(raw, name):
            how, parent = item.get("decimals_of", "points"), item.get("group")
            if "decimals" not in item:
                for key in (key for key in ("rounding", "decimals_of") if key in item):
                    rule = phrase("写了 {key}，没有写 decimals", "`{key}` without `decimals`", key=key)
                    yield Fault((name, place, key), rule, phrase("请写 decimals = 位数，或删去 {key}", "add `decimals`, or remove `{key}`", key=key))
            elif name in NODE_LISTS and how == "points" and (parent is None or isinstance(parent, str)) and str(gathered.get(parent, "sum")) not in ADDED:
                rule = phrase("上级的合成方法 {how} 不把各项分数相加，没有所得分数可以取小数位数", "the aggregate {how} above it adds no points up: there are none to round", how=gathered[parent])
                mend = Phrase('请写 decimals_of = "score"（本项得分取小数位数），或删去 decimals', 'write decimals_of = "score" to round its own score, or remove `decimals`')
                yield Fault((name, place, "decimals"), rule, mend)


def _caps(raw: Raw) -> Iterator[Fault]:
    """Of groups that have a cap and a shape: which comes first, since at the total it is the other way round."""
    for place, item in items(raw, "group"):
        if is_number(item.get("cap")) and isinstance(item.get("value"), dict):
            rule = phrase("cap = {cap:g} 封的是各项的合计，之后才按 value 换算，本组得分可以高于它", "`cap` = {cap:g} holds what is gathered, which then becomes what `value` makes of it: the group's score may be above it", cap=item["cap"])
            mend = Phrase("如要封住换算之后的得分，请写在 value 里（如 to、points 的 cap）；总分相反：先换算，最后按 cap 封顶", "to hold the score itself, say so in `value` (by `to`, or the `cap` of points); at the total it is the reverse: `cap` comes after `value`")
            yield Fault(("group", place, "cap"), rule, mend, severity="note")


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
