"""What can be wrong with grades: bands that overlap, names that lead nowhere, rising without a previous edition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Any

from toolkit.scheme.faults.plain import is_number, unknown
from toolkit.scheme.faults.requirements import requirement_faults
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import Raw, at

GRADE = Phrase("等级", "grade")


def grades_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of the grades."""
    pairs = _pairs(raw)
    if pairs is None:
        return ()
    names = [str(band[0]) for band in at(raw, ("grades", "bands")) if isinstance(band, list) and band]
    return chain(_order(pairs), _repeats(names), _reach(raw, pairs), _names(raw, names), _rise(raw), _applied(raw))


def _pairs(raw: Raw) -> list[Any] | None:
    bands = at(raw, ("grades", "bands"))
    if not isinstance(bands, list):
        return None
    return [band for band in bands if isinstance(band, list) and len(band) == 2 and is_number(band[1])]


def _order(pairs: list[Any]) -> Iterator[Fault]:
    for above, below in pairwise(pairs):
        if below[1] >= above[1]:
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


def _rise(raw: Raw) -> Iterator[Fault]:
    if at(raw, ("grades", "rise_at_most")) is not None and at(raw, ("previous", "grade")) is None:
        rule = Phrase("限制升级，但没有写明上届等级在哪里", "rising is bounded, but nothing says where the previous grades stand")
        mend = Phrase("请在 [previous] 中写 grade", "write `grade` in [previous]")
        yield Fault(("grades", "rise_at_most"), rule, mend)


def _applied(raw: Raw) -> Iterator[Fault]:
    if at(raw, ("grades", "applied_only")) is True and at(raw, ("members", "applied")) is None:
        rule = Phrase("只评申报的会员，但没有写明谁申报了", "only applicants are graded, but nothing says who applied")
        mend = Phrase("请在 [members] 中写 applied，或删去这一项", "name [members] applied, or remove it")
        yield Fault(("grades", "applied_only"), rule, mend)
