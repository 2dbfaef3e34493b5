"""What two schemes have in common, so that what was worked out under one holds under the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator


def measured_alike(one: Scheme, other: Scheme) -> bool:
    """Whether two schemes measure the same things in the same records."""
    return _measured_by(one) == _measured_by(other)


def valued_alike(one: Scheme, other: Scheme) -> bool:
    """Whether the values are the same under two schemes: nothing differs but weights and groups."""
    if one.scale != other.scale or len(one.indicators) != len(other.indicators):
        return False
    pairs = zip(one.indicators, other.indicators, strict=True)
    return all(own is held or _valued(own) == _valued(held) for own, held in pairs)


def asked_alike(one: Scheme, other: Scheme) -> bool:
    """Whether the terms of the awards are the same under two schemes that measure the same things."""
    return _asked_by(one) == _asked_by(other)


def _measured_by(scheme: Scheme) -> tuple[object, ...]:
    indicators = tuple((item.id, item.measure, item.applies_to) for item in scheme.indicators)
    counted = (scheme.adjustments, scheme.conditions, scheme.vetoes, scheme.previous, scheme.panel)
    return (indicators, *counted, scheme.window, scheme.members, scheme.as_of, scheme.period)


def _valued(item: Indicator) -> dict[str, object]:
    return {key: held for key, held in vars(item).items() if key not in {"weight", "group"}}


def _asked_by(scheme: Scheme) -> tuple[object, ...]:
    groups = tuple((group.id, group.group) for group in scheme.groups)
    indicators = tuple((item.id, item.group) for item in scheme.indicators)
    return (scheme.awards, scheme.eligibility, groups, indicators)
