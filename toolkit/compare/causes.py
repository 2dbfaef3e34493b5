"""Causes: what was decided or recorded otherwise between two evaluations, each as one change that can be made or undone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from toolkit.scheme import Scheme
from toolkit.scheme.amendments import Amendment, diff
from toolkit.scheme.faults import scheme_faults
from toolkit.scheme.paths import plain, put, steps
from toolkit.text import Phrase
from toolkit.toml_file import modelled

if TYPE_CHECKING:
    from toolkit.toml_places import Raw

RECORDS = Phrase("记录的变化", "the records")
NODES = ("group", "indicator")
WEIGHT = re.compile(r"(?:group|indicator)\[([^\]]+)\]\.weight")
KINDS: dict[str, Literal["added", "removed", "moved", "changed"]] = {
    "added": "removed", "removed": "added", "moved": "moved", "changed": "changed",
}  # fmt: skip


@dataclass(frozen=True)
class Cause:
    """One change, as a committee would vote on it.

    Parameters
    ----------
    words
        The change as a minute says it; the weights of one group of siblings are one change.
    amendments
        What it does to the scheme; empty for the change of the records.
    """

    words: Phrase
    amendments: tuple[Amendment, ...] = ()

    @property
    def of_records(self) -> bool:
        """Whether it is the records that changed."""
        return not self.amendments


def scheme_causes(before: Scheme, after: Scheme) -> tuple[Cause, ...]:
    """The changes between two schemes, in their order.

    The weights of siblings go together, and with them the nodes that were added or removed among them where weights
    are percentages: neither can be voted without the other.
    """
    found: list[tuple[set[str], list[Amendment]]] = []
    for amendment in diff(before, after):
        keys = _together(amendment, before, after)
        joined = [cluster for cluster in found if cluster[0] & keys]
        if not joined:
            found.append((keys, [amendment]))
            continue
        for keys_of, amendments in joined[1:]:
            keys |= keys_of
            joined[0][1].extend(amendments)
        joined[0][0].update(keys)
        joined[0][1].append(amendment)
        found = [cluster for cluster in found if not any(cluster is other for other in joined[1:])]
    return tuple(Cause(_joined([each.words for each in amendments]), tuple(amendments)) for _, amendments in found)


def made(scheme: Scheme, cause: Cause, order: Scheme) -> Scheme:
    """`scheme` with one change made; new items stand where `order` has them.

    Raises
    ------
    Refused
        When such a scheme would be impossible or contradictory.
    """
    raw, like = plain(scheme), plain(order)
    for amendment in cause.amendments:
        if amendment.kind == "moved":
            raw[amendment.place] = _in_order(raw[amendment.place], amendment.after)
        else:
            put(raw, amendment.place, amendment.after)
    for key in {key for key in map(_list_of, cause.amendments) if key and raw.get(key)}:
        raw[key] = _inserted(raw[key], [item["id"] for item in like.get(key, [])], _new(cause, key))
    return modelled(raw, Scheme, scheme_faults, "scheme.toml")[0]


def undone(scheme: Scheme, cause: Cause, order: Scheme) -> Scheme:
    """`scheme` without one change that was made to it; see `made`."""
    turned = [replace(each, kind=KINDS[each.kind], before=each.after, after=each.before) for each in cause.amendments]
    return made(scheme, replace(cause, amendments=tuple(turned)), order)


def _together(amendment: Amendment, before: Scheme, after: Scheme) -> set[str]:
    """The groups whose weights an amendment is about; its own place for any other, which stands alone."""
    if match := WEIGHT.fullmatch(amendment.place):
        return {f"weights of {scheme.nodes[match[1]].group}" for scheme in (before, after)}
    step = steps(amendment.place)[-1]
    item = amendment.after or amendment.before
    if not isinstance(step, tuple) or step[0] not in NODES or "percent" not in {before.weights, after.weights}:
        return {amendment.place}
    own = {f"weights of {step[1]}"} if step[0] == "group" else set()
    return {f"weights of {item.get('group')}", *own}


def _joined(words: Sequence[Phrase]) -> Phrase:
    """Several amendments as one change; the weights of siblings under one word."""
    said = [Phrase(_bare(each.zh, "权重：", place), _bare(each.en, "weight: ", place)) for place, each in enumerate(words)]
    return Phrase("，".join(each.zh for each in said), ", ".join(each.en for each in said))


def _bare(said: str, prefix: str, place: int) -> str:
    return said.removeprefix(prefix) if place else said


def _list_of(amendment: Amendment) -> str:
    """The list an amendment adds an item to, empty for any other."""
    step = steps(amendment.place)[-1]
    return step[0] if amendment.kind == "added" and isinstance(step, tuple) else ""


def _new(cause: Cause, key: str) -> list[str]:
    added = (steps(each.place)[-1] for each in cause.amendments if each.kind == "added")
    return [step[1] for step in added if isinstance(step, tuple) and step[0] == key]


def _in_order(items: list[Raw], ids: Sequence[str]) -> list[Raw]:
    """The items named by `ids` in that order, in the places they hold together; the others where they are."""
    turn = iter(sorted((item for item in items if item["id"] in ids), key=lambda item: ids.index(item["id"])))
    return [next(turn) if item["id"] in ids else item for item in items]


def _inserted(items: list[Raw], like: Sequence[str], new: Iterable[str]) -> list[Raw]:
    """New items moved behind the nearest one that stands before them in `like`."""
    listed = list(items)
    for id_ in new:
        item: Any = next(each for each in listed if each["id"] == id_)
        listed.remove(item)
        earlier = set(like[: like.index(id_)]) if id_ in like else {each["id"] for each in listed}
        place = max((count for count, each in enumerate(listed, start=1) if each["id"] in earlier), default=0)
        listed.insert(place, item)
    return listed
