"""What can be wrong with ties, vetoes and awards, and with requirements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import Any

from toolkit.ground.text import Phrase, joined, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import KeyPath, Raw, at, is_number
from toolkit.scheme.checks.tree import BOUNDS, LAST_RESORTS, NODE_LISTS, clash, ids, items, unknown
from toolkit.scheme.outcomes import FIRST_PLACES, FRACTION, SHORTLIST

TOGETHER = ("any_of", "all_of", "none_of")
NODE, CONDITION, AWARD = Phrase("节点", "node"), Phrase("条件", "condition"), Phrase("奖项", "award")


def nodes(raw: Raw) -> list[str]:
    """Everything that has a score: the tree, the adjustments, the total."""
    return [*ids(raw, *NODE_LISTS, "adjustment", "sum"), "total"]


def requirement_faults(raw: Raw, path: KeyPath) -> Iterator[Fault]:
    """Every fault of the requirements listed at `path`."""
    listed = at(raw, path)
    for place, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            yield from _subject(raw, (*path, place), item)
            yield from _together(raw, (*path, place), item) if set(item) & set(TOGETHER) else _bounds((*path, place), item)
            if item.get("classes") and at(raw, ("members", "class")) is None:
                rule = Phrase("办法没有会员类别，不能只向某类会员要求", "the scheme has no classes of members to ask it of")
                yield Fault((*path, place, "classes"), rule, Phrase("请在 [members] 中写 class，或删去这一项", "name [members] class, or remove it"))


def _subject(raw: Raw, path: KeyPath, item: Raw) -> Iterator[Fault]:
    named = [key for key in ("node", "condition", *TOGETHER) if key in item]
    if len(named) != 1:
        rule = Phrase("要写 node（节点）、condition（条件）、any_of、all_of、none_of 之一", "a requirement names a node or a condition, or is any_of, all_of or none_of others")
        yield Fault(path, rule, Phrase("请只写其中一项", "write just one of them"))
    if "at_least" in item and "any_of" not in item:
        rule = Phrase("at_least 是 any_of 中至少几项，没有写 any_of", "`at_least` says how many of `any_of`, and there is no `any_of`")
        yield Fault((*path, "at_least"), rule, Phrase("请写 any_of，或改用 least", "write `any_of`, or `least`"))
    if len(named) != 1 or named[0] in TOGETHER:
        return
    key, kind, known = ("node", NODE, nodes(raw)) if "node" in item else ("condition", CONDITION, ids(raw, "condition"))
    given = item[key]
    if isinstance(given, str) and given not in known:
        yield unknown((*path, key), kind, given, known, raw)


def _together(raw: Raw, path: KeyPath, item: Raw) -> Iterator[Fault]:
    """Of a requirement made of others: it has parts, as many as it asks for, and no bounds of its own."""
    for key in (key for key in TOGETHER if key in item):
        listed = item[key] if isinstance(item[key], list) else []
        if not listed:
            rule = phrase("{key} 是空的", "`{key}` is empty", key=key)
            yield Fault((*path, key), rule, Phrase("请逐条写出", "list what it is made of"))
        least = item.get("at_least", 1)
        if key == "any_of" and is_number(least) and least > len(listed) > 0:
            rule = phrase("{n} 项中要求 {k} 项，无人能达到", "{k} of {n:requirement|requirements}: nobody can meet that", n=len(listed), k=least)
            yield Fault((*path, "at_least"), rule, phrase("请写 {n} 或更小的数", "write {n} or less", n=len(listed)))
        yield from requirement_faults(raw, (*path, key))
    for key in (key for key in (*BOUNDS, "among", "first") if key in item):
        rule = phrase("{key} 要写在其中的某一项里", "`{key}` belongs to one of its parts", key=key)
        yield Fault((*path, key), rule, Phrase("请移到相应的一项里", "move it there"))


def _first(path: KeyPath, item: Raw) -> Iterator[Fault]:
    """Of who has to be among the first at a node: of an award alone, and by a share or a number."""
    first = item["first"]
    if path[0] != "award":
        rule = Phrase("名次只能在奖项（[[award]]）里要求", "a place among the first can be asked for by an award alone")
        yield Fault((*path, "first"), rule, Phrase("请改用 least 等要求得分；等级按名次定的，最接近的是 [grades] 的 quota", "ask for a score by `least` or the like; for grades by place the nearest is `quota` in [grades]"))
    for key in (key for key in (*BOUNDS, "among", "condition") if key in item):
        rule = phrase("first 不与 {key} 同用", "`first` does not go with `{key}`", key=key)
        mend = Phrase("名次要看得分：请写 node", "places go by a score: name a `node`") if key == "condition" else Phrase("请分写成两条要求", "write two requirements")
        yield Fault((*path, key), rule, mend)
    if isinstance(first, dict) and len(first.keys() & {"share", "number"}) != 1:
        rule = Phrase("要写 share（前百分之几）或 number（前几名）之一", "it names a `share` or a `number`")
        yield Fault((*path, "first"), rule, Phrase("请只写其中一项", "write just one of them"))


def _bounds(path: KeyPath, item: Raw) -> Iterator[Fault]:
    if "first" in item:
        yield from _first(path, item)
        return
    written = [key for key in BOUNDS if key in item]
    if not written and not item.get("among"):
        rule = Phrase("没有写明要求什么", "it asks for nothing")
        mend = Phrase("请写 least、above、most、below、among，或要求名次的 first", "write `least`, `above`, `most`, `below` or `among`, or `first` for a place")
        yield Fault(path, rule, mend)
    if "among" in item and "node" in item:
        rule = Phrase("得分不能用 among", "a score is not asked for by `among`")
        yield Fault((*path, "among"), rule, Phrase("请改用 least 等；among 用于条件", "use `least` or the like; `among` is for conditions"))
    yield from _numbers(path, item, written)


def _numbers(path: KeyPath, item: Raw, written: list[str]) -> Iterator[Fault]:
    """Of the bounds as numbers: a fraction of a score, which nobody reaches exactly, and two that leave nothing between them."""
    fractions = [key for key in written if isinstance(item[key], str) and FRACTION.fullmatch(item[key])]
    for key in fractions if "node" in item else ():
        rule = Phrase("得分四舍五入后才比，写分数会把恰好达到的也挡在外面", "scores are compared rounded, and a fraction would keep out who reaches it exactly")
        yield Fault((*path, key), rule, Phrase("请写成与得分同样位数的小数，如 66.67", "write a number with as many decimals as scores have, such as 66.67"))
    if any(key not in fractions and not is_number(item[key]) for key in written):
        return
    if empty := clash({key: Fraction(item[key]) if key in fractions else item[key] for key in written}):
        low, high = empty
        a, b = (item[key] if key in fractions else format(item[key], "g") for key in empty)
        rule = phrase("{low} = {a} 与 {high} = {b} 矛盾，无人能同时达到", "`{low}` = {a} and `{high}` = {b} cannot both be met", low=low, a=a, high=high, b=b)
        yield Fault((*path, high), rule, Phrase("请改正其中一个数", "mend one of the two"))


def outcomes_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of ties, eligibility, vetoes and awards, and of what goes by the lower total."""
    return chain(_ties(raw), _lower_first(raw), requirement_faults(raw, ("eligibility", "require")), _shortlist(raw), _vetoes(raw), _awards(raw))


def _ties(raw: Raw) -> Iterator[Fault]:
    ties = raw.get("ties")
    known = [*nodes(raw), FIRST_PLACES, *LAST_RESORTS]
    yield from _compared_twice(ties if isinstance(ties, list) else [])
    for place, name in enumerate(ties if isinstance(ties, list) else ()):
        if isinstance(name, dict):
            yield from _tie_rule(raw, ("ties", place), name)
        elif name in ids(raw, "condition"):
            rule = phrase("“{name}”是条件，要写明哪一头在前", "`{name}` is a condition: say which way it settles", name=name)
            yield Fault(("ties", place), rule, phrase('请写 {{ condition = "{name}", better = "higher" }}（或 "lower"，或 order）', 'write {{ condition = "{name}", better = "higher" }}, or "lower", or an `order`', name=name))
        elif isinstance(name, str) and name[:1] == "-" and name[1:] in known:
            rule = phrase("“{name}”不存在", "there is no node `{name}`", name=name)
            yield Fault(("ties", place), rule, phrase('低者在前请写 {{ node = "{node}", better = "lower" }}', 'for the lower first write {{ node = "{node}", better = "lower" }}', node=name[1:]))
        elif name not in known:
            yield unknown(("ties", place), NODE, name, known, raw)
        elif name in LAST_RESORTS and isinstance(ties, list) and place != len(ties) - 1:
            rule = phrase("“{name}”之后不能再有别的办法", "nothing can follow `{name}`", name=name)
            yield Fault(("ties", place), rule, Phrase("请放在最后", "put it last"))
        elif name == FIRST_PLACES and isinstance(ties, list) and name in ties[:place]:
            rule = phrase("“{name}”重复", "`{name}` is named twice", name=name)
            yield Fault(("ties", place), rule, Phrase("请只保留前一个", "keep the first alone"))


def _compared_twice(ties: list[Any]) -> Iterator[Fault]:
    """What is compared again: who is level in it once stays so."""
    before = set[tuple[str, str]]()
    for place, item in enumerate(ties):
        pairs = [(key, item[key]) for key in ("node", "condition") if isinstance(item.get(key), str)] if isinstance(item, dict) else [("node", item)] * isinstance(item, str)
        for kind, name in pairs:
            if (kind, name) in before and isinstance(item, dict):
                rule = phrase("“{name}”前面已经比过，再比分不出先后", "`{name}` was compared before: who is level in it stays so", name=name)
                yield Fault(("ties", place), rule, Phrase("请只保留一处，并核对哪一头在前", "keep one of the two, and check which way it settles"))
            before.add((kind, name))


LOWER = 'total.better = "lower"'


def _lower_first(raw: Raw) -> Iterator[Fault]:
    """What cannot be said, or could be read either way, where the lower total is the better one."""
    if at(raw, ("total", "better")) != "lower":
        return
    ties = raw.get("ties")
    for place, name in enumerate(ties if isinstance(ties, list) else ()):
        if isinstance(name, str) and name in nodes(raw):
            rule = phrase("总分低者在前，“{name}”是高者在前还是低者在前，要写明", "the lower total is first: say which way `{name}` settles", name=name)
            yield Fault(("ties", place), rule, phrase('请写 {{ node = "{name}", better = "lower" }}，或 better = "higher"', 'write {{ node = "{name}", better = "lower" }}, or better = "higher"', name=name))
    for place, item in items(raw, "award"):
        if item.get("minimum"):
            rule = Phrase("总分低者在前，最低分（minimum）会把最好的挡在外面", "the lower total is first, and a least score would keep out the best")
            yield Fault(("award", place, "minimum"), rule, Phrase("要求分数不超过多少，请写 require = [{ node = …, most = … }]；确要下限，写 least", "ask for scores up to a bound by require = [{ node = ..., most = ... }]; for a least one, if that is meant, by `least` there"))
        if item.get("by", "total") != "total":
            rule = Phrase("总分低者在前时，名额只能按总分排", "where the lower total is first, places can go by the total alone")
            yield Fault(("award", place, "by"), rule, Phrase("请删去 by；按一项得分排的奖项，最接近的办法是另立一个办法", "remove `by`; the nearest to an award by one node is a scheme of its own"))
    for key, what in (("grades", Phrase("等级", "grades go")), ("shortlist", Phrase("初审入围", "a shortlist goes"))):
        if isinstance(raw.get(key), dict):
            rule = phrase("{what.zh}按分数从高到低定，不能与 {lower} 同用", "{what.en} from the highest score down, and cannot stand beside {lower}", what=what, lower=LOWER)
            yield Fault((key,), rule, _turned_round(raw, key))


def _turned_round(raw: Raw, key: str) -> Phrase:
    """The nearest where the lower total cannot be first: lines to be copied, with the bounds of bands that say how much is allowed at most."""
    scale = raw.get("scale", 100)
    line = f'value = {{ shape = "linear", worst = {scale:g}, best = 0 }}' if is_number(scale) else 'value = { shape = "linear", worst = 100, best = 0 }'
    told = phrase("最接近的办法：把 [total] 里的 {lower} 换成 {line}，总分即为满分减去原来的数，越高越好", "the nearest: in [total] write {line} in place of {lower}, so that the total is full marks less what it was, and more is better",
                  lower='better = "lower"', line=line)  # fmt: skip
    bands = at(raw, ("grades", "bands"))
    pairs = [band for band in bands if isinstance(band, list) and len(band) == 2 and is_number(band[1])] if isinstance(bands, list) else []
    bounds = [band[1] for band in pairs]
    if key != "grades" or not is_number(scale) or len(pairs) < 2 or len(pairs) != len(bands) or bounds != sorted(bounds) or bounds[-2] > scale:
        return told
    turned = ", ".join(f'["{name}", {max(scale - most, 0):g}]' for name, most in pairs[:-1]) + f', ["{pairs[-1][0]}", 0]'
    return joined([told, phrase("bands = [{turned}]（各档改写为下限）", "bands = [{turned}], the bounds as least ones", turned=turned)], "；", "; ")


def _tie_rule(raw: Raw, path: KeyPath, item: Raw) -> Iterator[Fault]:
    named = [key for key in ("node", "condition") if key in item]
    if len(named) != 1:
        rule = Phrase("要写 node（节点）或 condition（条件）之一", "it names a node or a condition")
        yield Fault(path, rule, Phrase("请只写其中一项", "write just one of them"))
    for key, kind, known in (("node", NODE, nodes(raw)), ("condition", CONDITION, ids(raw, "condition"))):
        if isinstance(item.get(key), str) and item[key] not in known:
            yield unknown((*path, key), kind, item[key], known, raw)
    if "order" in item and ("node" in item or "better" in item):
        rule = Phrase("order 只用于条件的各种取值，不与 better 同用", "`order` is for the states of a condition, without `better`")
        yield Fault((*path, "order"), rule, Phrase("请只写其中一项", "write one of them"))
    order = item.get("order")
    states = order if isinstance(order, list) else []
    for place, state in enumerate(states):
        if state in states[:place]:
            rule = phrase("“{state}”在 order 里写了两次", "`{state}` stands in `order` twice", state=state)
            yield Fault((*path, "order", place), rule, Phrase("请只保留一处", "keep one of them"))


def scores_asked(listed: object, path: KeyPath) -> Iterator[KeyPath]:
    """Where requirements ask of a node."""
    for place, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            yield from [(*path, place, "node")] if "node" in item else []
            for key in TOGETHER:
                yield from scores_asked(item.get(key), (*path, place, key))


def _shortlist(raw: Raw) -> Iterator[Fault]:
    """Every fault of the first stage: by what it goes, and that it asks for nothing that the second alone knows."""
    stage, path = raw.get("shortlist"), ("shortlist",)
    if not isinstance(stage, dict):
        return
    known = ids(raw, *NODE_LISTS)
    by, decided, quota = stage.get("by"), stage.get("decided"), stage.get("quota")
    if isinstance(by, str) and by not in known:
        yield unknown((*path, "by"), NODE, by, known, raw)
        return
    if not {"quota", "minimum", "require"} & set(stage):
        rule = Phrase("没有写明怎样入围", "it does not say who comes further")
        yield Fault(path, rule, Phrase("请写 quota（名额）、minimum（最低分）或 require（条件）", "write `quota`, `minimum` or `require`"))
    if isinstance(quota, dict):
        yield from quota_faults(raw, (*path, "quota"), quota)
    if isinstance(decided, str) and decided not in ids(raw, "condition"):
        yield unknown((*path, "decided"), CONDITION, decided, ids(raw, "condition"), raw)
    yield from requirement_faults(raw, (*path, "require"))
    below, minimum, asked = _below(raw, str(by)), stage.get("minimum"), stage.get("require")
    eligible = at(raw, ("eligibility", "require"))
    named: list[tuple[KeyPath, Any]] = [((*path, "minimum", node), node) for node in (minimum if isinstance(minimum, dict) else ())]
    named += [(place, at(raw, place)) for place in (*scores_asked(asked, (*path, "require")), *scores_asked(eligible, ("eligibility", "require")))]
    for place, node in named:
        if node not in below:
            rule = phrase("初审只看“{by}”及其下各项，不能要求“{node}”", "the first stage knows `{by}` and what is below it, and cannot ask for `{node}`", by=by, node=node)
            yield Fault(place, rule, phrase("可用的有：{known}", "what can be asked for: {known}", known="、".join(below)))
    if SHORTLIST in ids(raw, "award"):
        rule = phrase("编号“{id}”另有专用", "the id `{id}` is reserved", id=SHORTLIST)
        yield Fault(("award", ids(raw, "award").index(SHORTLIST), "id"), rule, Phrase("请换一个编号", "give it another id"))


def _below(raw: Raw, node: str) -> list[str]:
    """A node and everything below it."""
    found, parents = [node], [(item.get("id"), item.get("group")) for name in NODE_LISTS for _, item in items(raw, name)]
    for _ in parents:
        found += [str(id_) for id_, group in parents if group in found and id_ not in found]
    return found


def _vetoes(raw: Raw) -> Iterator[Fault]:
    for place, item in items(raw, "veto"):
        yield from _enough(("veto", place), item)
        effect, path = item.get("effect"), ("veto", place, "effect")
        if not isinstance(effect, dict):
            continue
        if not {"award", "grade", "lower_by"} & set(effect):
            rule = Phrase("一票否决没有写明后果", "the veto does nothing")
            yield Fault(path, rule, Phrase("请写 award、grade 或 lower_by", "write `award`, `grade` or `lower_by`"))
        if isinstance(effect.get("award"), list):
            yield from _award_names(raw, (*path, "award"), effect["award"])
        if "lower_by" in effect and not isinstance(raw.get("grades"), dict):
            rule = Phrase("要降级，但办法没有等级", "it takes grades away, but the scheme has none")
            yield Fault((*path, "lower_by"), rule, Phrase("请写 [grades]，或删去这一项", "write [grades], or remove it"))


def _enough(path: KeyPath, veto: Raw) -> Iterator[Fault]:
    """How many records are enough, or what they have to add up to."""
    least = veto.get("at_least", 1)
    if "sum" not in veto:
        if is_number(least) and least % 1:
            whole = Phrase("条数应为整数", "a number of records is whole")
            yield Fault((*path, "at_least"), whole, Phrase("请写整数；若指合计，请写 sum", "write a whole number, or `sum` if it is one"))
        if "at_most" in veto:
            rule = Phrase("at_most 只用于合计", "`at_most` belongs to `sum`")
            yield Fault((*path, "at_most"), rule, Phrase("请写 sum，或删去这一项", "add `sum`, or remove it"))
        return
    if "distinct" in veto:
        rule = Phrase("sum 与 distinct 不能同时写", "`sum` and `distinct` do not go together")
        yield Fault((*path, "distinct"), rule, Phrase("请只写其中一项，或分成两条", "write one of them, or two vetoes"))
    if ("at_least" in veto) == ("at_most" in veto):
        rule = Phrase("合计要写 at_least（达到多少）或 at_most（负数记分，低至多少）之一", "a sum needs `at_least` or, of points below 0, `at_most`")
        yield Fault((*path, "sum"), rule, Phrase("请只写其中一项", "write just one of them"))


def _awards(raw: Raw) -> Iterator[Fault]:
    known, awards = nodes(raw), [item.get("id") for _, item in items(raw, "award")]
    for place, item in items(raw, "award"):
        path: KeyPath = ("award", place)
        if isinstance(item.get("quota"), dict):
            yield from quota_faults(raw, (*path, "quota"), item["quota"])
        minimum = item.get("minimum")
        strays = [node for node in minimum if node not in known] if isinstance(minimum, dict) else []
        yield from (unknown((*path, "minimum", node), NODE, node, known, raw) for node in strays)
        yield from requirement_faults(raw, (*path, "require"))
        if isinstance(item.get("by"), str) and item["by"] not in known:
            yield unknown((*path, "by"), NODE, item["by"], known, raw)
        if isinstance(item.get("beside"), list):
            yield from _beside(raw, (*path, "beside"), item["beside"], awards[:place])
        if item.get("reserve") and at(raw, (*path, "quota", "handed_on")) is False:
            rule = Phrase("名额不递补（handed_on = false），就没有候补", "places that are not handed on have no reserves")
            yield Fault((*path, "reserve"), rule, Phrase("请删去其中一项", "remove one of them"))
        if item.get("reserve") and not isinstance(item.get("quota"), dict):
            rule = Phrase("没有名额就没有候补", "without a quota there are no reserves")
            yield Fault((*path, "reserve"), rule, Phrase("请写 quota，或删去这一项", "write `quota`, or remove it"))


def _award_names(raw: Raw, path: KeyPath, named: list[object]) -> Iterator[Fault]:
    known = ids(raw, "award")
    yield from (unknown((*path, place), AWARD, name, known, raw) for place, name in enumerate(named) if name not in known)
    if not named:
        rule = Phrase("没有写任何奖项", "it names no award")
        yield Fault(path, rule, Phrase('请写奖项编号；一律不得获奖写 "none"', 'name awards, or write "none" for all'))


def _beside(raw: Raw, path: KeyPath, named: list[object], earlier: list[Any]) -> Iterator[Fault]:
    award, known = at(raw, path[:2]).get("id"), ids(raw, "award")
    for place, name in enumerate(named):
        if name not in known:
            yield unknown((*path, place), AWARD, name, [id_ for id_ in known if id_ in earlier], raw)
        elif name == award:
            rule = phrase("奖项“{name}”写了与自己兼得", "`{name}` is to stand beside itself", name=name)
            yield Fault((*path, place), rule, Phrase("请删去，或写另一个奖项", "remove it, or name another award"))
        elif name not in earlier:
            rule = phrase("“{name}”不在本奖项之前", "`{name}` does not come before this award", name=name)
            mend = Phrase("只写排在前面的奖项；要兼得后面的奖项，请写在后面的奖项里", "name earlier awards only; a later award says itself that it stands beside this one")
            yield Fault((*path, place), rule, mend)


def quota_faults(raw: Raw, path: KeyPath, quota: Raw) -> Iterator[Fault]:
    """Every fault of the places of an award, of a shortlist or of a band."""
    yield from _limits(raw, path, quota)
    yield from _below_least(path, quota)
    if (quota.keys() >= {"share", "number"}) or not quota.keys() & {"share", "number", "per", "budget"}:
        rule = Phrase("名额要写 share（比例）或 number（个数）之一", "a quota is a share or a number")
        both = quota.keys() >= {"share", "number"}
        yield Fault(path, rule, Phrase("请只写其中一项", "write just one of them") if both else Phrase("请写其中一项", "write one of them"))
    least, most = quota.get("least", 0), quota.get("most")
    if is_number(least) and is_number(most) and least > most:
        rule = phrase("至少 {least} 个名额，又最多 {most} 个", "at least {least:place|places}, but at most {most}", least=least, most=most)
        yield Fault((*path, "most"), rule, Phrase("请改正其中一个数", "mend one of the two"))
    if is_number(in_all := quota.get("in_all")) and is_number(least) and in_all < least:
        rule = phrase("每类至少 {least} 个名额，各类合计却最多 {n} 个", "at least {least:place|places} in each class, and {n} at most in all", least=least, n=in_all)
        yield Fault((*path, "in_all"), rule, Phrase("请改正其中一个数", "mend one of the two"), severity="warning")
    for key in ("share", "number"):
        if not isinstance(quota.get(key), dict):
            continue
        if not quota[key]:
            rule = Phrase("名额表是空的", "the table of places is empty")
            yield Fault((*path, key), rule, Phrase("请写出各类别的名额", "write the places of each class"))
        elif quota.get("within") == "all" or at(raw, ("members", "class")) is None:
            rule = Phrase("名额按类别写，但会员不分类评选", "places are given by class, but classes do not compete apart")
            mend = Phrase('请写一个数；或在 [members] 中写 class，并删去 within = "all"', 'write one number; or name [members] class, without within = "all"')
            yield Fault((*path, key), rule, mend)


def _below_least(path: KeyPath, quota: Raw) -> Iterator[Fault]:
    """Of numbers of places that `least` would raise, or `most` lower: none this time, say, and one all the same."""
    number, least, most = quota.get("number"), quota.get("least", 0), quota.get("most")
    counts: list[tuple[str, Any]] = [*number.items()] if isinstance(number, dict) else [("", number)]
    for name, count in counts:
        if is_number(count) and is_number(least) and count < least:
            rule = phrase("名额 {n} 个，又至少 {least} 个，实际会给 {least} 个", "{n:place|places}, but at least {least}: {least} would be given", n=count, least=least)
            mend = phrase("请删去 least，或把 number 改为 {least}；least 用于按比例（share）的名额", "remove `least`, or let the number be {least}; `least` is for a share", least=least)
            yield Fault((*path, "number", name) if name else (*path, "number"), rule, mend)
        elif is_number(count) and is_number(most) and count > most:
            rule = phrase("名额 {n} 个，又最多 {most} 个，实际只给 {most} 个", "{n:place|places}, but at most {most}: {most} would be given", n=count, most=most)
            mend = phrase("请删去 most，或把 number 改为 {most}；most 用于按比例（share）的名额", "remove `most`, or let the number be {most}; `most` is for a share", most=most)
            yield Fault((*path, "number", name) if name else (*path, "number"), rule, mend, severity="warning")


def _limits(raw: Raw, path: KeyPath, quota: Raw) -> Iterator[Fault]:
    """Of so many per condition, and of a budget."""
    known, per = ids(raw, "condition"), quota.get("per")
    if quota.get("handed_on") is False:
        yield from _not_handed_on(path, quota)
    named = [((*path, "cost"), quota.get("cost"))] + ([((*path, "per", "condition"), per.get("condition"))] if isinstance(per, dict) else [])
    yield from (unknown(place, CONDITION, name, known, raw) for place, name in named if isinstance(name, str) and name not in known)
    if isinstance(per, dict) and not quota.keys() & {"share", "number", "budget"}:
        for key in (key for key in ("least", "most") if key in quota):
            rule = phrase("没有 number 或 share，{key} 没有意义", "without a number or a share, `{key}` says nothing", key=key)
            yield Fault((*path, key), rule, Phrase("请写 number 或 share，或删去这一项；每组的上下限写在 per 里", "write one of them, or remove it; bounds of each belong to `per`"))
    if isinstance(per, dict):
        yield from _per((*path, "per"), per, numbered=bool(quota.keys() & {"share", "number"}))
    yield from _unsaid(raw, path, quota)
    if "budget" in quota:
        yield from _budget(raw, path, quota)
        return
    for stray in (key for key in ("cost", "overrun") if key in quota):
        rule = phrase("{key} 只用于经费总额（budget）", "`{key}` belongs to a `budget`", key=stray)
        yield Fault((*path, stray), rule, Phrase("请写 budget，或删去这一项", "write `budget`, or remove it"))
    if isinstance(per, dict) and "in_all" in quota:
        rule = Phrase("per 与 in_all 不能同时写", "`per` and `in_all` do not go together")
        yield Fault((*path, "in_all"), rule, Phrase('请写 within = "all" 和总数，不写 in_all', 'write within = "all" with the number, and no `in_all`'))


def _unsaid(raw: Raw, path: KeyPath, quota: Raw) -> Iterator[Fault]:
    """A limit that each class has anew where nothing says so: two of each country would be four in two classes, and a budget is spent twice."""
    limit = next((key for key in ("budget", "per") if key in quota), None)
    if limit is None or "within" in quota or at(raw, ("members", "class")) is None:
        return
    what = Phrase("经费总额", "the budget") if limit == "budget" else Phrase("同组限额", "the limit of those alike")
    rule = phrase("会员分类别，{what.zh}在每一类里各算一遍", "members have classes, and {what.en} holds anew in each of them", what=what)
    mend = phrase('请写在 quota 里、与 {limit} 并列：各类合在一起算的，写 within = "all"；每类各算的，写 within = "class"', 'write it in the quota, beside `{limit}`: within = "all" if all of them together are meant; within = "class" if each', limit=limit)
    yield Fault((*path, "within"), rule, mend, severity="warning" if limit == "budget" else "error")


def _not_handed_on(path: KeyPath, quota: Raw) -> Iterator[Fault]:
    """A place that is not handed on is one of a number of places, and nothing else bounds it."""
    for key in (key for key in ("in_all", "per", "budget") if key in quota):
        rule = phrase("handed_on 与 {key} 不能同时写", "`handed_on` and `{key}` do not go together", key=key)
        yield Fault((*path, "handed_on"), rule, Phrase("请只写其中一项", "write just one of them"))


def _per(path: KeyPath, per: Raw, *, numbered: bool) -> Iterator[Fault]:
    least, most = per.get("least", 0), per.get("most", 0)
    if not {"least", "most"} & set(per):
        rule = Phrase("没有写明每组至多或至少几个", "it says neither how many at most nor at least")
        yield Fault(path, rule, Phrase("请写 most 或 least", "write `most` or `least`"))
    elif is_number(least) and is_number(most) and least > most and "most" in per:
        rule = phrase("至少 {least} 个，又至多 {most} 个", "at least {least}, but at most {most}", least=least, most=most)
        yield Fault((*path, "most"), rule, Phrase("请改正其中一个数", "mend one of the two"))
    if "least" in per and not numbered:
        rule = Phrase("名额没有总数，保底没有意义", "without a number of places in all, a least number says nothing")
        yield Fault((*path, "least"), rule, Phrase("请写 number 或 share，或删去 least", "write `number` or `share`, or remove `least`"))


def _budget(raw: Raw, path: KeyPath, quota: Raw) -> Iterator[Fault]:
    if "cost" not in quota:
        rule = Phrase("有经费总额，但没有写明各会员需要多少", "there is a budget, but nothing says what each member costs")
        yield Fault((*path, "cost"), rule, Phrase("请写 cost：一个 [[condition]] 的编号", "write `cost`, the id of a [[condition]]"))
    for key in (key for key in ("share", "number", "least", "most", "in_all", "per") if key in quota):
        rule = phrase("写了经费总额，就不能再写 {key}", "beside a `budget` there is no `{key}`", key=key)
        yield Fault((*path, key), rule, Phrase("请只写其中一项", "write just one of them"))
    ties = raw.get("ties")
    if isinstance(ties, list) and ties[-1:] == ["joint"]:
        rule = Phrase("同分并列（joint）会超出经费总额", "level ones cannot all be funded (`joint`) beyond the budget")
        yield Fault((*path, "budget"), rule, Phrase('请在 ties 最后写 "committee"，由委员会决定', 'end `ties` with "committee"'))
