"""What is wrong with a specification of other choices: unknown names, empty ranges, impossible bounds, what cannot be asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from toolkit.ground.problems import Problem, did_you_mean
from toolkit.ground.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme.criteria import Indicator

Reason: TypeAlias = "Callable[[Indicator], Phrase | None]"
"""Why nothing of a kind can be asked of an indicator; None where it can."""


def named(given: Sequence[str] | None, indicators: Sequence[Indicator], reason: Reason) -> tuple[str, ...]:
    """The indicators that are asked about: those given, else all of which it can be asked."""
    able = tuple(item.id for item in indicators if reason(item) is None)
    return able if given is None else known_among(given, able)


def indicator_faults(place: str, given: Sequence[str] | None, indicators: Sequence[Indicator], reason: Reason) -> Iterator[Problem]:
    """Names that are no indicator's, indicators of which it cannot be asked, and a list of none."""
    items = {item.id: item for item in indicators}
    yield from list_faults(f"{place}.indicators", given, "indicators")
    yield from name_faults(f"{place}.indicators", given if isinstance(given, tuple | list) else (), items)
    for name in known_among(given, items):
        why = reason(items[name])
        if why is not None:
            yield fault(f"{place}.indicators", why, Phrase("请删去，或改用别的指标", "leave it out, or name another indicator"), name)
    if given is None and all(reason(item) is not None for item in indicators):
        rule = Phrase("方案中没有一个指标可以这样改变", "the scheme has no indicator that could be changed so")
        yield fault(f"{place}.indicators", rule, Phrase("请删去这一项", "leave this out"))


def known_among(given: object, items: Collection[str]) -> tuple[str, ...]:
    """The known names among those given, each once."""
    return tuple(name for name in dict.fromkeys(given) if name in items) if isinstance(given, tuple | list) else ()


def list_faults(place: str, given: object, key: str) -> Iterator[Problem]:
    """A list that is one word, which would be read letter by letter, that is none, or that is empty."""
    if isinstance(given, str):
        mend = phrase('请写成 {key}=("{given}",)', 'write {key}=("{given}",)', key=key, given=given)
        yield fault(place, Phrase("应是一组名称", "it is a tuple of names"), mend, given)
    elif given is not None and not isinstance(given, tuple | list):
        yield fault(place, Phrase("应是一组名称", "it is a tuple of names"), phrase('请写成 {key}=("…",)', 'write {key}=("...",)', key=key), str(given))
    elif given is not None and not given:
        yield fault(place, Phrase("一个都没有写", "it is empty"), Phrase("至少写一个，或整项删去", "name one or more, or leave all of this out"))


def name_faults(place: str, given: Sequence[str], known: Collection[str]) -> Iterator[Problem]:
    """Names that nobody knows, with the nearest one that is."""
    for name in dict.fromkeys(given):
        if name not in known:
            mend = did_you_mean(str(name), map(str, known)) or phrase("可写：{known}", "known: {known}", known=", ".join(map(str, known)) or "—")
            yield fault(place, Phrase("没有这个名称", "there is no such name"), mend, str(name))


def number_faults(
    place: str, value: float, low: float, high: float, *, least: bool = False, below: bool = False
) -> Iterator[Problem]:
    """A number that is none, or not above `low` (with `least`: or at it) and up to `high` (with `below`: but for it)."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not known or not (low <= value if least else low < value) or not (value < high if below else value <= high):
        zh, en = ("不小于", "at least") if least else ("大于", "above")
        over = phrase("小于 {high:g}", "below {high:g}", high=high) if below else phrase("不大于 {high:g}", "at most {high:g}", high=high)
        more = Phrase("", "") if math.isinf(high) else phrase("，且{over.zh}", " and {over.en}", over=over)
        rule = phrase("应{zh} {low:g}{more.zh}", "it is {en} {low:g}{more.en}", zh=zh, en=en, low=low, more=more)
        yield fault(place, rule, Phrase("请改正", "mend it"), str(value))


def fault(place: str, rule: Phrase, mend: Phrase, value: str = "") -> Problem:
    """One fault of a specification, at its place: ``LateRecords.chance``."""
    return Problem("error", rule, mend, column=place, value=value)
