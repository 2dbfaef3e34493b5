"""What can be wrong with grades: their bands, the places of bands, what they ask for, and how far they rise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Any

from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import KeyPath, Raw, at, is_number
from toolkit.scheme.checks.outcomes import CONDITION, quota_faults, requirement_faults, scores_asked
from toolkit.scheme.checks.tree import ids, unknown

GRADE = Phrase("等级", "grade")
# What grades may ask for, the column it needs, and what to say without that.
GROUNDS: tuple[tuple[KeyPath, KeyPath, Phrase, Phrase], ...] = (
    (("grades", "rise_at_most"), ("previous", "grade"),
     Phrase("限制升级，但没有写明上届等级在哪里", "rising is bounded, but nothing says where the previous grades stand"),
     Phrase("请在 [previous] 中写 grade", "write `grade` in [previous]")),
    (("grades", "rise_require"), ("previous", "grade"),
     Phrase("写了升级须满足的条件，但没有写明上届等级在哪里", "it says what rising requires, but nothing says where the previous grades stand"),
     Phrase("请在 [previous] 中写 grade", "write `grade` in [previous]")),
    (("grades", "eligible_only"), ("eligibility", "require"),
     Phrase("只评符合申报条件的会员，但办法没有申报条件", "only eligible members are graded, but nothing says who is"),
     Phrase("请写 [eligibility]，或删去这一项", "write [eligibility], or remove it")),
    (("grades", "applied_only"), ("members", "applied"),
     Phrase("只评申报的会员，但没有写明谁申报了", "only applicants are graded, but nothing says who applied"),
     Phrase("请在 [members] 中写 applied，或删去这一项", "name [members] applied, or remove it")),
)  # fmt: skip


def grades_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of the grades."""
    pairs = _pairs(raw)
    if pairs is None:
        return ()
    names = [str(band[0]) for band in at(raw, ("grades", "bands")) if isinstance(band, list) and band]
    return chain(_order(raw, pairs), _repeats(names), _reach(raw, pairs), _names(raw, names), _band_quotas(raw, names), _rise(raw), _groundless(raw))


def _pairs(raw: Raw) -> list[Any] | None:
    bands = at(raw, ("grades", "bands"))
    if not isinstance(bands, list):
        return None
    return [band for band in bands if isinstance(band, list) and len(band) == 2 and is_number(band[1])]


def _order(raw: Raw, pairs: list[Any]) -> Iterator[Fault]:
    placed = at(raw, ("grades", "quota"))
    if at(raw, ("total", "better")) == "lower":  # refused beside grades, with their bounds turned round
        return
    for above, below in pairwise(pairs):
        level = below[1] == above[1] and isinstance(placed, dict) and above[0] in placed
        if below[1] >= above[1] and not level:
            rule = phrase(
                "等级 {below} 的下限 {low:g} 不低于 {above} 的下限 {high:g}，两档重叠",
                "the lower bound {low:g} of {below} is not below the {high:g} of {above}: the bands overlap",
                below=below[0], low=below[1], above=above[0], high=above[1],
            )  # fmt: skip
            mend = Phrase("请从高到低排列各档下限", "order the bands from the highest bound down")
            yield Fault(("grades", "bands"), rule, mend)


def _repeats(names: list[str]) -> Iterator[Fault]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        rule = phrase("等级“{name}”写了两次", "the grade `{name}` is written twice", name=name)
        yield Fault(("grades", "bands"), rule, Phrase("请换一个名称", "give one another name"))


def _reach(raw: Raw, pairs: list[Any]) -> Iterator[Fault]:
    """A bound above the scale is reached by nobody, unless points are added to the total."""
    scale = raw.get("scale", 100)
    if not is_number(scale) or raw.get("adjustment"):
        return
    for name, bound in pairs:
        if bound > scale:
            rule = phrase(
                "等级 {name} 的下限 {bound:g} 高于满分 {scale:g}", "the lower bound {bound:g} of {name} is above the scale of {scale:g}",
                name=name, bound=bound, scale=scale,
            )  # fmt: skip
            yield Fault(("grades", "bands"), rule, Phrase("没有会员能达到，请改正下限", "nobody can reach it: mend the bound"))


def _names(raw: Raw, names: list[str]) -> Iterator[Fault]:
    default, required = at(raw, ("grades", "default")), at(raw, ("grades", "require"))
    if isinstance(default, str) and default not in names:
        yield unknown(("grades", "default"), GRADE, default, names)
    for grade in required if isinstance(required, dict) else ():
        if grade not in names:
            yield unknown(("grades", "require", grade), GRADE, grade, names)
        yield from requirement_faults(raw, ("grades", "require", grade))
    yield from _facts(raw, ("grades", "rise_require"))
    apart = at(raw, ("grades", "apart"))
    for place, item in enumerate(apart if isinstance(apart, list) else ()):
        if isinstance(item, dict):
            yield from _apart(raw, ("grades", "apart", place), item, names)


def _apart(raw: Raw, path: KeyPath, item: Raw, names: list[str]) -> Iterator[Fault]:
    yield from _facts(raw, (*path, "require"))
    if item.get("grade") in names:
        rule = phrase("“{grade}”已在等级之中", "`{grade}` is one of the bands", grade=item["grade"])
        yield Fault((*path, "grade"), rule, Phrase("请另起一个名称，或改用 require", "give it another name, or use `require`"))
    listed = item.get("instead_of")
    for place, name in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(name, str) and name not in names:
            yield unknown((*path, "instead_of", place), GRADE, name, names)


def _band_quotas(raw: Raw, names: list[str]) -> Iterator[Fault]:
    """What can be wrong with the places of bands."""
    quotas, listed = at(raw, ("grades", "quota")), at(raw, ("grades", "above"))
    for place, name in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(name, str) and name not in names:
            yield unknown(("grades", "above", place), GRADE, name, names)
    for name, quota in (quotas.items() if isinstance(quotas, dict) else ()):
        path: KeyPath = ("grades", "quota", name)
        if name not in names:
            yield unknown(path, GRADE, name, names)
        elif name == names[-1]:
            rule = phrase("“{grade}”是最低一级，够不上别级的都归入，不能限名额", "`{grade}` is the last band, in which everyone else ends: it cannot have so many places", grade=name)
            yield Fault(path, rule, Phrase("请删去，或再加一个更低的等级", "remove it, or add a band below"))
        if isinstance(quota, dict):
            yield from quota_faults(raw, path, quota)
            yield from (Fault((*path, key), *NOT_OF_BANDS) for key in sorted(set(quota) - OF_BANDS))
    if at(raw, ("grades", "cumulative")) is True and isinstance(quotas, dict):
        yield from _falling_places(quotas, names)
    for key in (key for key in ("cumulative", "level") if at(raw, ("grades", key)) is not None and not quotas):
        rule = phrase("{key} 只用于限名额的等级，没有写 quota", "`{key}` is about places of bands, and there is no `quota`", key=key)
        yield Fault(("grades", key), rule, Phrase("请写 quota，或删去这一项", "write `quota`, or remove it"))


def _falling_places(quotas: Raw, names: list[str]) -> Iterator[Fault]:
    """Cumulative places below those of a better band, or counted among others: they hold those of the better band too."""
    counted = [(name, quotas[name]) for name in names if isinstance(quotas.get(name), dict)]
    for (better, more), (name, quota) in pairwise(counted):
        path: KeyPath = ("grades", "quota", name)
        for key in ("number", "share"):
            if is_number(most := more.get(key)) and is_number(own := quota.get(key)) and own < most:
                rule = phrase("{grade} 级以上 {own} 少于 {better} 级的 {most}", "{own} for {grade} and better is less than the {most} of {better}", grade=name, better=better, own=own, most=most)
                yield Fault((*path, key), rule, Phrase("cumulative 时名额连同更高等级，请逐级不减", "with `cumulative` places count those of better bands: they cannot fall"))
        if more.get("within", "class") != quota.get("within", "class"):
            rule = phrase("{grade} 级与 {better} 级的 within 不同", "`within` of {grade} is another than that of {better}", grade=name, better=better)
            yield Fault((*path, "within"), rule, Phrase("cumulative 时各级须在同一范围内计数", "with `cumulative` all bands are counted among the same members"))


OF_BANDS = frozenset({"share", "number", "within", "rounding", "least", "most"})
NOT_OF_BANDS = (
    Phrase("等级的名额没有这一项", "places of bands have no such key"),
    Phrase("请删去；等级的名额可写 share、number、within、rounding、least、most", "remove it: places of bands have `share`, `number`, `within`, `rounding`, `least` and `most`"),
)


def _rise(raw: Raw) -> Iterator[Fault]:
    """By how many bands a member may rise is said by a number or by a condition."""
    named = at(raw, ("grades", "rise_at_most"))
    if isinstance(named, str) and named not in ids(raw, "condition"):
        yield unknown(("grades", "rise_at_most"), CONDITION, named, ids(raw, "condition"), raw)


def _facts(raw: Raw, path: KeyPath) -> Iterator[Fault]:
    """Every fault of requirements that may ask of conditions only, and of no score."""
    yield from requirement_faults(raw, path)
    for place in scores_asked(at(raw, path), path):
        rule = Phrase("这里只能要求条件，不能要求得分", "only conditions can be asked for here, and no score")
        yield Fault(place, rule, Phrase("请用 condition；最接近的办法是把同一取数另写成 [[condition]]", "ask for a condition: the nearest is to measure the same as a [[condition]]"))


def _groundless(raw: Raw) -> Iterator[Fault]:
    """What is asked for without a column that says it."""
    for path, column, rule, mend in GROUNDS:
        asked_for = at(raw, path)
        if asked_for is not None and asked_for is not False and at(raw, column) is None:
            yield Fault(path, rule, mend)
