"""What can be wrong with ties, vetoes and awards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from toolkit.scheme.faults.grades import grades_faults
from toolkit.scheme.faults.plain import LAST_RESORTS, ids, is_number, items, unknown
from toolkit.scheme.faults.requirements import AWARD, NODE, nodes, requirement_faults
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import KeyPath, Raw, at


def outcomes_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of ties, eligibility, vetoes, awards and grades."""
    checks = (_ties, _eligibility, _vetoes, _awards, grades_faults)
    return chain.from_iterable(check(raw) for check in checks)


def _ties(raw: Raw) -> Iterator[Fault]:
    ties = raw.get("ties")
    known = [*nodes(raw), *LAST_RESORTS]
    for place, name in enumerate(ties if isinstance(ties, list) else ()):
        if name not in known:
            yield unknown(("ties", place), NODE, name, known, raw)
        elif name in LAST_RESORTS and isinstance(ties, list) and place != len(ties) - 1:
            rule = phrase("“{name}”之后不能再有别的办法", "nothing can follow `{name}`", name=name)
            yield Fault(("ties", place), rule, Phrase("请放在最后", "put it last"))


def _eligibility(raw: Raw) -> Iterator[Fault]:
    yield from requirement_faults(raw, ("eligibility", "require"))


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
            yield from _quota(raw, (*path, "quota"), item["quota"])
        minimum = item.get("minimum")
        for node in minimum if isinstance(minimum, dict) else ():
            if node not in known:
                yield unknown((*path, "minimum", node), NODE, node, known, raw)
        yield from requirement_faults(raw, (*path, "require"))
        if isinstance(item.get("by"), str) and item["by"] not in known:
            yield unknown((*path, "by"), NODE, item["by"], known, raw)
        if isinstance(item.get("beside"), list):
            yield from _beside(raw, (*path, "beside"), item["beside"], awards[:place])
        if item.get("reserve") and not isinstance(item.get("quota"), dict):
            rule = Phrase("没有名额就没有候补", "without a quota there are no reserves")
            yield Fault((*path, "reserve"), rule, Phrase("请写 quota，或删去这一项", "write `quota`, or remove it"))


def _award_names(raw: Raw, path: KeyPath, named: list[object]) -> Iterator[Fault]:
    known = ids(raw, "award")
    for place, name in enumerate(named):
        if name not in known:
            yield unknown((*path, place), AWARD, name, known, raw)
    if not named:
        rule = Phrase("没有写任何奖项", "it names no award")
        yield Fault(path, rule, Phrase('请写奖项编号；一律不得获奖写 "none"', 'name awards, or write "none" for all'))


def _beside(raw: Raw, path: KeyPath, named: list[object], earlier: list[Any]) -> Iterator[Fault]:
    own, known = at(raw, path[:2]).get("id"), ids(raw, "award")
    for place, name in enumerate(named):
        if name not in known:
            yield unknown((*path, place), AWARD, name, [id_ for id_ in known if id_ in earlier], raw)
        elif name == own:
            rule = phrase("奖项“{name}”写了与自己兼得", "`{name}` is to stand beside itself", name=name)
            yield Fault((*path, place), rule, Phrase("请删去，或写另一个奖项", "remove it, or name another award"))
        elif name not in earlier:
            rule = phrase("“{name}”不在本奖项之前", "`{name}` does not come before this award", name=name)
            mend = Phrase("只写排在前面的奖项；要兼得后面的奖项，请写在后面的奖项里", "name earlier awards only; a later award says itself that it stands beside this one")
            yield Fault((*path, place), rule, mend)


def _quota(raw: Raw, path: KeyPath, quota: Raw) -> Iterator[Fault]:
    if ("share" in quota) == ("number" in quota):
        rule = Phrase("名额要写 share（比例）或 number（个数）之一", "a quota is a share or a number")
        yield Fault(path, rule, Phrase("请只写其中一项", "write just one of them"))
    least, most = quota.get("least", 0), quota.get("most")
    if is_number(least) and is_number(most) and least > most:
        rule = phrase("至少 {least} 个名额，又最多 {most} 个", "at least {least} places, but at most {most}", least=least, most=most)
        yield Fault((*path, "most"), rule, Phrase("请改正其中一个数", "mend one of the two"))
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


