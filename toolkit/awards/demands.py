"""Demands in words: what a scheme asks for, and what a member has that falls short of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

import numpy as np

from toolkit.ranking import rounded
from toolkit.scheme.outcomes import Requirement
from toolkit.scoring import TOTAL
from toolkit.shapes import is_missing, state_name
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme import Scheme

NOTHING = Phrase("", "")
YES, NO = Phrase("是", "yes"), Phrase("否", "no")
SCORES = {
    "least": Phrase("不低于", "at least"), "above": Phrase("高于", "more than"),
    "most": Phrase("不超过", "at most"), "below": Phrase("低于", "less than"),
}  # fmt: skip
NUMBERS = SCORES | {"least": Phrase("不少于", "at least"), "above": Phrase("超过", "more than"), "below": Phrase("少于", "less than")}


def shortfall(scheme: Scheme, asker: Phrase, item: Requirement, found: object) -> Phrase:
    """What a member has at the node or condition of a requirement, what `asker` asks for, and the gap.

    Parameters
    ----------
    asker
        The award or grade that asks; empty where the sentence has said so.
    found
        The rounded score, or the condition's raw value; NaN or None where there is none.
    """
    name, asks = subject(scheme, item), f"{asker.en} asks for" if asker.en else "asked for:"
    if _plain(item) and item.least is not None and asker.zh:
        return _below_least(scheme, asker, item.least, found, name)
    wanted = demand(scheme, item)
    if is_missing(found):
        has = Phrase(f"{name.zh}未计分", f"{name.en} not scored")
        if item.condition is not None:
            has = Phrase(f"{name.zh}无记录，视为不符合", f"{name.en} not recorded, which meets nothing")
        by = NOTHING
    else:
        shown, by = _shown(scheme, item, found), _gap_in_words(scheme, item, found)
        has = Phrase(f"{name.zh} {shown.zh}", f"{name.en} {shown.en}")
    return Phrase(f"{has.zh}，{asker.zh}要求{wanted.zh}{by.zh}", f"{has.en}, {asks} {wanted.en}{by.en}")


def subject(scheme: Scheme, item: Requirement) -> Phrase:
    """What a requirement is about: the total, a node or a condition, by its label."""
    if item.node == TOTAL:
        return Phrase("总分", "total")
    label = scheme.label(str(item.node or item.condition))
    return Phrase(label, label)


def demand(scheme: Scheme, item: Requirement) -> Phrase:
    """What a requirement asks for, as it follows 要求: 不少于 3 个, 高于 60 分且不超过 90 分, 为 AA 或 A."""
    unit, words = _unit(scheme, item), SCORES if item.condition is None else NUMBERS
    bounds = [(words[key], getattr(item, key)) for key in words if getattr(item, key) is not None]
    parts = [
        Phrase(f"{word.zh} {number(scheme, item, bound)}{unit.zh}", f"{word.en} {number(scheme, item, bound)}{unit.en}")
        for word, bound in bounds
    ]
    if item.among:
        named = [_state(state) for state in item.among]
        parts.append(Phrase("为 " + " 或 ".join(state.zh for state in named), " or ".join(state.en for state in named)))
    return Phrase("且".join(part.zh for part in parts), " and ".join(part.en for part in parts))


def number(scheme: Scheme, item: Requirement, value: float) -> str:
    """A number as it is compared: a score with its decimals, a condition's number as it is."""
    if item.condition is None:
        return amount(scheme, value)
    return f"{value:.9f}".rstrip("0").rstrip(".")


def amount(scheme: Scheme, score: float) -> str:
    """A score with the scheme's decimals; in full where those would misstate it."""
    text = f"{score:.{scheme.decimals}f}"
    return text if float(text) == score else repr(float(score))


def gap(scheme: Scheme, high: float, low: float) -> str:
    """How much one score lies above another."""
    return amount(scheme, float(rounded(high - low, max(scheme.decimals, 6))))


def _plain(item: Requirement) -> bool:
    """Whether all that is asked for is a least score."""
    return item == Requirement(node=item.node, least=item.least, classes=item.classes)


def _below_least(scheme: Scheme, asker: Phrase, least: float, found: object, name: Phrase) -> Phrase:
    filled = {"zh": name.zh, "en": name.en, "award": asker.zh, "award_en": asker.en, "least": amount(scheme, least)}
    if not _is_number(found) or is_missing(found):
        return phrase("{zh}未计分，{award}要求不低于 {least} 分", "{en} not scored, {award_en} asks for {least}", **filled)
    return phrase(
        "{zh} {score}，{award}要求不低于 {least} 分，还差 {gap} 分",
        "{en} {score}, {gap} short of the {least} that {award_en} asks for",
        score=amount(scheme, found),
        gap=gap(scheme, least, found),
        **filled,
    )


def _gap_in_words(scheme: Scheme, item: Requirement, found: object) -> Phrase:
    """By how much a number misses its bound; nothing for a state, or where it stands on a bound it has to pass."""
    if not _is_number(found):
        return NOTHING
    low = max((bound for bound in (item.least, item.above) if bound is not None), default=None)
    high = min((bound for bound in (item.most, item.below) if bound is not None), default=None)
    if low is not None and found < low:
        by = number(scheme, item, float(rounded(low - found, 9)))
        return Phrase(f"（差 {by}）", f" ({by} short)")
    if high is not None and found > high:
        by = number(scheme, item, float(rounded(found - high, 9)))
        return Phrase(f"（超出 {by}）", f" ({by} over)")
    return NOTHING


def _shown(scheme: Scheme, item: Requirement, found: object) -> Phrase:
    if not _is_number(found):
        return _state(found)
    unit = NOTHING if item.condition is None else _unit(scheme, item)
    return Phrase(f"{number(scheme, item, found)}{unit.zh}", f"{number(scheme, item, found)}{unit.en}")


def _state(state: object) -> Phrase:
    name = state_name(state)
    return {"true": YES, "false": NO}.get(name, Phrase(name, name))


def _unit(scheme: Scheme, item: Requirement) -> Phrase:
    """What follows a number: 分 after a score, the condition's own unit."""
    if item.condition is None:
        return Phrase(" 分", "")
    unit = next((each.unit for each in scheme.conditions if each.id == item.condition), "")
    return Phrase(f" {unit}", f" {unit}") if unit else NOTHING


def _is_number(found: object) -> TypeGuard[float]:
    return isinstance(found, int | float | np.number) and not isinstance(found, bool | np.bool_)
