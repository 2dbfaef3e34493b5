"""Tuning: a scheme moved by hand, and what is only tried beside it. A `Tuning` in, a `Tuning` out: nothing here evaluates, draws or writes.

Weights are moved as shares: percents that sum to 100 among siblings, whatever the scheme's own terms are.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from toolkit.ground.problems import Refused, refuse
from toolkit.ground.ranking import rounded
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.interactive.what_if import NOTHING, WhatIf
from toolkit.scheme.amendments import diff

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.amendments import Amendment

LANGUAGES: tuple[Language, Language] = ("zh", "en")
DECIMALS = 2
"""Of a share that was moved: what is shown is what is meant, and what is adopted."""
POINTS_DECIMALS = 6
SLACK = 0.05
"""Percent: what rounding alone, move by move, may make of a share."""
MOST_STEPS = 200
"""Steps that can be undone."""
UNLOCK = Phrase("请先解除锁定", "unlock it first")
UNLOCK_ONE = Phrase("请先给其中一项解除锁定", "unlock one of them first")


@dataclass(frozen=True)
class Step:
    """Where undo and redo lead: a scheme, what was tried beside it, and which of its weights were moved by hand, the last one last."""

    scheme: Scheme
    what_if: WhatIf = NOTHING
    by_hand: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Tuning:
    """A scheme as the sliders stand, and the way there.

    Parameters
    ----------
    decided
        The scheme as the committee decided it.
    scheme
        The scheme as it stands now.
    locked
        Ids of nodes whose shares stay when a sibling is moved; a step back or forth that alters such a share unlocks it.
    past, future
        What undo and redo lead back to, the nearest last.
    gesture
        What moved last: moves of one gesture, such as a drag, are undone together, and count from where it began.
    what_if
        What is left out for a trial, or whose weights hold: never a part of what is adopted.
    by_hand
        Nodes whose shares were moved since the decided scheme, the last one last; others only gave way.
    """

    decided: Scheme
    scheme: Scheme
    locked: frozenset[str] = frozenset()
    past: tuple[Step, ...] = ()
    future: tuple[Step, ...] = ()
    gesture: str = ""
    what_if: WhatIf = NOTHING
    by_hand: tuple[str, ...] = ()

    @classmethod
    def of(cls, scheme: Scheme) -> Tuning:
        """Nothing moved yet."""
        return cls(scheme, scheme)

    @property
    def step(self) -> Step:
        """Where it stands."""
        return Step(self.scheme, self.what_if, self.by_hand)


def shares(scheme: Scheme) -> dict[str, float]:
    """The share of every node among its siblings, in percent."""
    if scheme.weights == "percent":
        return {key: node.weight for key, node in scheme.nodes.items()}
    sums = _sums(scheme)
    return {key: 100.0 * node.weight / sums[node.group] if sums[node.group] else 0.0 for key, node in scheme.nodes.items()}


def share_at(scheme: Scheme, node: str, weight: float) -> float:
    """The share, in percent, that a node would have by another weight in the scheme's own terms, its siblings as they weigh."""
    if scheme.weights == "percent":
        return weight
    others = _sums(scheme)[scheme.nodes[node].group] - scheme.nodes[node].weight
    return 100.0 if math.isinf(weight) else 100.0 * weight / (weight + others) if weight + others else 0.0


def changes_told(decided: Scheme, scheme: Scheme) -> tuple[Amendment, ...]:
    """What a scheme decides otherwise, its weights as the shares that the sliders show; in the scheme's own terms where no share is another to be seen."""
    shown = [one.with_weights({node: float(rounded(share, DECIMALS)) for node, share in shares(one).items()}) if one.weights == "points" else one for one in (decided, scheme)]
    return diff(*shown) or diff(decided, scheme)


def ranges(tuning: Tuning) -> dict[str, tuple[float, float]]:
    """From where to where each share can be moved; both ends are the same where it cannot."""
    now, nodes, families = shares(tuning.scheme), tuning.scheme.nodes, dict[str | None, list[str]]()
    for node, item in nodes.items():
        families.setdefault(item.group, []).append(node)
    return {node: _range(tuning.locked, node, families[item.group], now) for node, item in nodes.items()}


def moved(tuning: Tuning, node: str, share: float, *, gesture: str = "") -> Tuning:
    """The tuning with one share moved; the siblings that are not locked divide the rest as they did, as they stood before rounding.

    Siblings that all stand at 0 divide it as before that, or as was decided.

    Parameters
    ----------
    share
        In percent of the siblings' sum; two decimals are kept.
    gesture
        A name that all moves of one drag share; empty for a move by itself.

    Raises
    ------
    Refused
        For no node, no number, a node that is locked or has no free sibling, and a share beyond what is free.
    """
    begun = _begun(tuning, gesture)
    _refuse_unfit(tuning, node, share)
    weights = _shared_out(replace(tuning, scheme=begun.scheme), node, float(rounded(share, DECIMALS)))
    by_hand = (*(one for one in begun.by_hand if one != node), node)
    return _stepped(tuning, begun, replace(begun, scheme=begun.scheme.with_weights(weights), by_hand=by_hand), gesture)


def typed(tuning: Tuning, node: str, share: float) -> Tuning:
    """The tuning with one share typed: it is locked then, so that no later move alters it, as long as two siblings are left to give way.

    Its own lock does not hinder it.

    Raises
    ------
    Refused
        As by `moved`.
    """
    after = moved(replace(tuning, locked=tuning.locked - {node}), node, share)
    group = after.scheme.nodes[node].group
    free = [item.id for item in after.scheme.children(group) if item.id not in after.locked | {node}]
    stays = node in tuning.locked or len(free) > 1
    return replace(after, locked=after.locked | {node} if stays else after.locked)


def turned(tuning: Tuning, path: str, value: object, *, gesture: str = "") -> Tuning:
    """The tuning with something else of the scheme decided otherwise, by its place, as in `Scheme.with_`.

    Raises
    ------
    Refused
        When the scheme would be impossible.
    """
    begun = _begun(tuning, gesture)
    return _stepped(tuning, begun, replace(begun, scheme=begun.scheme.with_({path: value})), gesture)


def tried(tuning: Tuning, what_if: WhatIf) -> Tuning:
    """The tuning with other things left out for a trial, as one step that can be undone."""
    return _stepped(tuning, tuning.step, replace(tuning.step, what_if=what_if), "")


def taken_up(tuning: Tuning, scheme: Scheme) -> Tuning:
    """The tuning with a whole scheme of elsewhere in place of the one that stands, as one step that can be undone."""
    return replace(_stepped(tuning, tuning.step, replace(tuning.step, scheme=scheme, by_hand=()), ""), locked=_still_locked(tuning, scheme))


def toggled(tuning: Tuning, node: str) -> Tuning:
    """The tuning with one share locked, or free again."""
    return replace(tuning, locked=tuning.locked ^ ({node} & tuning.scheme.nodes.keys()), gesture="")


def undone(tuning: Tuning) -> Tuning:
    """One step back; the same where there is none."""
    if not tuning.past:
        return tuning
    *past, step = tuning.past
    return replace(_at(tuning, step), past=tuple(past), future=(*tuning.future, tuning.step))


def redone(tuning: Tuning) -> Tuning:
    """One step forward again; the same where there is none."""
    if not tuning.future:
        return tuning
    *future, step = tuning.future
    return replace(_at(tuning, step), past=(*tuning.past, tuning.step), future=tuple(future))


def _at(tuning: Tuning, step: Step) -> Tuning:
    return replace(tuning, scheme=step.scheme, what_if=step.what_if, by_hand=step.by_hand, locked=_still_locked(tuning, step.scheme), gesture="")


def _still_locked(tuning: Tuning, scheme: Scheme) -> frozenset[str]:
    """The locks whose shares another scheme leaves as they are."""
    then, now = shares(tuning.scheme), shares(scheme)
    return frozenset(node for node in tuning.locked if then[node] == now.get(node))


def restored(tuning: Tuning) -> Tuning:
    """Back to what was decided with nothing left out, as one step that can be undone; locks go."""
    return replace(_stepped(tuning, tuning.step, Step(tuning.decided), ""), locked=frozenset())


def adopted(tuning: Tuning) -> Tuning:
    """What stands is what is decided; the way there can still be undone, and that adopted in turn."""
    return replace(tuning, decided=tuning.scheme, by_hand=(), gesture="")


def decided_anew(tuning: Tuning, decided: Scheme) -> Tuning:
    """The tuning against another decided scheme; what was moved and turned by hand stays so, where the nodes are the same.

    Siblings that only gave way give way again, from where they are decided now; where nothing was moved, all stand as decided.

    Raises
    ------
    Refused
        When the other scheme has other nodes, or leaves no room for what was turned.
    """
    own = {one.place: one.after for one in diff(tuning.decided, tuning.scheme) if not one.place.endswith("].weight")}
    scheme = _moved_again(tuning, decided)
    then, now = shares(tuning.scheme), shares(scheme)
    locked = frozenset(node for node in tuning.locked if math.isclose(then[node], now[node], abs_tol=10.0**-DECIMALS))
    return replace(tuning, decided=decided, scheme=scheme.with_(own) if own else scheme, locked=locked, past=(Step(decided),), future=(), gesture="")


def overridden(former: Scheme, tuning: Tuning) -> list[str]:
    """Nodes whose shares were decided otherwise since `former` and are others again by the tuning; what was altered most comes first."""
    was, decided, now = shares(former), shares(tuning.decided), shares(tuning.scheme)
    altered = {node: abs(share - was.get(node, share)) for node, share in decided.items()}
    found = [node for node, by in altered.items() if min(by, abs(now[node] - decided[node])) > SLACK]
    return sorted(found, key=lambda node: -altered[node])


def _moved_again(tuning: Tuning, decided: Scheme) -> Scheme:
    """Another decided scheme with the weights moved as the tuning moved them."""
    mine, groups = tuning.scheme, {key: node.group for key, node in decided.nodes.items()}
    if groups != {key: node.group for key, node in mine.nodes.items()}:
        return decided.with_weights({key: node.weight for key, node in mine.nodes.items()})
    scheme = decided
    for group in dict.fromkeys(groups.values()):
        scheme = _family_again(tuning, scheme, [node for node in groups if groups[node] == group])
    return scheme


def _family_again(tuning: Tuning, decided: Scheme, family: Sequence[str]) -> Scheme:
    """A scheme with one family moved as the tuning moved it; as the tuning has it, where it cannot be told which of it moved."""
    was, now, other = shares(tuning.decided), shares(tuning.scheme), shares(decided)
    if all(was.get(node) == now[node] for node in family):
        return decided
    if any(was.get(node) != other[node] for node in family):
        held = [node for node in family if node in tuning.locked]
        known = list(dict.fromkeys([*held, *(node for node in tuning.by_hand if node in family)]))
        if len(known) > len(held):
            return _held(decided, known, now) if len(known) < len(family) else _as_it_stands(tuning, decided, family)
        for by_hand in (held, *([*held, node] for node in family if node not in held)):
            if 0 < len(by_hand) < len(family) and _near(shares(_held(tuning.decided, by_hand, now)), now, family):
                return _held(decided, by_hand, now)
    return _as_it_stands(tuning, decided, family)


def _as_it_stands(tuning: Tuning, decided: Scheme, family: Sequence[str]) -> Scheme:
    return decided.with_weights({node: tuning.scheme.nodes[node].weight for node in family})


def _held(scheme: Scheme, by_hand: Sequence[str], now: Mapping[str, float]) -> Scheme:
    """A scheme with some of a family moved to where they are now, one after the other; the rest gives way."""
    tuning = Tuning.of(scheme)
    for place, node in enumerate(by_hand):
        tuning = moved(replace(tuning, locked=frozenset(by_hand[:place])), node, now[node])
    return tuning.scheme


def _near(one: Mapping[str, float], other: Mapping[str, float], family: Sequence[str]) -> bool:
    return all(abs(one[node] - other[node]) < SLACK for node in family)


def _begun(tuning: Tuning, gesture: str) -> Step:
    """From where a move counts: where its gesture began, else where the tuning stands."""
    return tuning.past[-1] if gesture and gesture == tuning.gesture else tuning.step


def _stepped(tuning: Tuning, begun: Step, step: Step, gesture: str) -> Tuning:
    """A step from `begun`; what leads nowhere is none."""
    stands = replace(tuning, scheme=step.scheme, what_if=step.what_if, by_hand=step.by_hand)
    if gesture and gesture == tuning.gesture:
        return stands
    if step == begun:
        return tuning
    return replace(stands, past=(*tuning.past, begun)[-MOST_STEPS:], future=(), gesture=gesture)


def _range(locked: frozenset[str], node: str, family: Sequence[str], now: Mapping[str, float]) -> tuple[float, float]:
    siblings = [sibling for sibling in family if sibling != node]
    fixed = [sibling for sibling in siblings if sibling in locked]
    if node in locked or len(fixed) == len(siblings):
        return now[node], now[node]
    return 0.0, 100.0 - math.fsum(now[sibling] for sibling in fixed)


def _refuse_unfit(tuning: Tuning, node: str, share: float) -> None:
    nodes = tuning.scheme.nodes
    if node not in nodes:
        tuning.scheme.with_weights({node: share})  # which refuses it, and says what may be meant
    label = nodes[node].label
    if not math.isfinite(share):
        raise refuse(phrase("“{label}”的权重不是数", "the weight of `{label}` is no number", label=label), _from_to(100))
    if node in tuning.locked:
        raise refuse(phrase("“{label}”已锁定", "`{label}` is locked", label=label), UNLOCK)
    family = [item.id for item in tuning.scheme.children(nodes[node].group)]
    lowest, highest = _range(tuning.locked, node, family, shares(tuning.scheme))
    if lowest == highest:
        rule = phrase("“{label}”的同级各项都已锁定，它不能再动", "all siblings of `{label}` are locked, so it cannot be moved", label=label)
        raise refuse(rule, UNLOCK_ONE)
    if not 0.0 <= share <= highest + 10.0**-DECIMALS / 2:
        rule = phrase("“{label}”不能是 {share:g}：合计是 100", "`{label}` cannot be {share:g}: all sum to 100", label=label, share=share)
        raise refuse(rule, _from_to(highest))


def _from_to(highest: float, *, whole: bool = False) -> Phrase:
    if math.isinf(highest):
        return Phrase("请输入整数", "type a whole number") if whole else Phrase("请输入数字", "type a number")
    kind = Phrase("整数", "whole number") if whole else Phrase("数", "number")
    return phrase("请输入 0 到 {highest:g} 之间的{zh}", "type a {en} from 0 to {highest:g}", highest=round(highest, DECIMALS), zh=kind.zh, en=kind.en)


def cannot_be(label: Phrase, said: str, highest: float, *, whole: bool = False) -> Refused:
    """The refusal of what was asked for, up to the most that it can be; inf where it can be any number, or any whole one."""
    said = said.strip()[:40]
    return refuse(Phrase(f"“{label.zh}”不能是“{said}”", f"`{label.en}` cannot be `{said}`"), _from_to(highest, whole=whole))


def both(sentence: Phrase) -> dict[str, str]:
    """A sentence as the page takes it."""
    return {"zh": sentence.zh, "en": sentence.en}


def typed_number(text: str, label: Phrase, highest: float, *, whole: bool = False) -> float:
    """A number as a person types it: full-width digits, a sign of per cent, commas between thousands, and a comma for the point are read as meant.

    Parameters
    ----------
    label, highest
        What it is typed for, and the most it can be, for the words of a refusal.
    whole
        Whether it counts something: then there is no point, nor a comma for it.

    Raises
    ------
    Refused
        For anything else; it names the label and what was typed.

    Examples
    --------
    >>> typed_number("３０．５％", Phrase("学习培训", "learning"), 100)
    30.5
    >>> typed_number("１，２００", Phrase("每类至多", "at most"), math.inf, whole=True)
    1200.0
    """
    plain = unicodedata.normalize("NFKC", text).replace("%", "").strip()
    if re.fullmatch(r"[+-]?[1-9][0-9]{0,2}([,、][0-9]{3})+([.。][0-9]*)?", plain):
        plain = re.sub(r"[,、]", "", plain)
    plain = re.sub(r"[,。、]", ".", plain)
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+", plain) or (whole and "." in plain):
        raise cannot_be(label, text, highest, whole=whole)
    return float(plain)


def rounded_off(share: float) -> list[Phrase]:
    """What is told where a share was typed with more decimals than are kept."""
    kept = float(rounded(share, DECIMALS))
    return [] if kept == share else [phrase("权重取两位小数，{typed:.10g} 记为 {kept:.10g}", "weights keep two decimals: {typed:.10g} is taken as {kept:.10g}", typed=share, kept=kept)]


def _shared_out(tuning: Tuning, node: str, share: float) -> dict[str, float]:
    """The weights of a node and all its siblings, in the scheme's own terms."""
    scheme, now = tuning.scheme, shares(tuning.scheme)
    siblings = [item.id for item in scheme.children(scheme.nodes[node].group) if item.id != node]
    free = [sibling for sibling in siblings if sibling not in tuning.locked]
    fixed = {sibling: now[sibling] for sibling in siblings if sibling in tuning.locked}
    rest = max(0.0, 100.0 - math.fsum([share, *fixed.values()]))
    ratios = _ratios_before(tuning, now, free) or _ratios(now, free) or _ratios(shares(tuning.decided), free) or dict.fromkeys(free, 1 / len(free))
    return _weights(scheme, {node: share, **fixed, **_parts(rest, ratios)})


def _parts(rest: float, ratios: Mapping[str, float]) -> dict[str, float]:
    """What is left, divided by ratios, with the decimals that are kept; the largest part takes what rounding leaves."""
    parts = {sibling: round(rest * ratio, DECIMALS) for sibling, ratio in ratios.items()}
    largest = max(parts, key=lambda sibling: parts[sibling])
    parts[largest] = max(0.0, round(parts[largest] + rest - math.fsum(parts.values()), 10))
    return parts


def _ratios_before(tuning: Tuning, now: Mapping[str, float], free: list[str]) -> dict[str, float] | None:
    """The ratios of the step of which the siblings now are but the rounded parts, and of that before it, as far as that goes: what is moved back comes back as it was."""
    stands, found = now, None
    for scheme in (*(step.scheme for step in reversed(tuning.past)), tuning.decided):
        then = shares(scheme)
        ratios = _ratios(then, free)
        if ratios is not None and _are_parts(stands, ratios):
            stands, found = then, ratios
        elif found:
            break
    return found


def _are_parts(stands: Mapping[str, float], ratios: Mapping[str, float]) -> bool:
    parts = _parts(math.fsum(stands.get(sibling, 0.0) for sibling in ratios), ratios)
    return all(abs(part - stands.get(sibling, 0.0)) < 10.0**-DECIMALS / 2 for sibling, part in parts.items())


def _weights(scheme: Scheme, wanted: Mapping[str, float]) -> dict[str, float]:
    """Shares in the scheme's own terms; what is no node stays, to be refused."""
    if scheme.weights == "percent":
        return dict(wanted)
    sums, nodes = _sums(scheme), scheme.nodes
    return {node: round(share / 100.0 * sums[nodes[node].group], POINTS_DECIMALS) if node in nodes else share for node, share in wanted.items()}


def _ratios(now: Mapping[str, float], free: list[str]) -> dict[str, float] | None:
    whole = math.fsum(now.get(node, 0.0) for node in free)
    return {node: now.get(node, 0.0) / whole for node in free} if whole else None


def _sums(scheme: Scheme) -> dict[str | None, float]:
    """What the weights of siblings sum to, by their group."""
    return {group: math.fsum(node.weight for node in scheme.children(group)) for group in {node.group for node in scheme.nodes.values()}}


