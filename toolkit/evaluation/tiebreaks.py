"""What settles ties between members level on what places go by, and what is known of them for that and for limits of places.

Where the very same tie comes about on which the committee ruled, those it chose are given the places; in every run, and nowhere else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.ranking import Mask, Ruling
from toolkit.ground.text import Phrase
from toolkit.scheme.outcomes import FIRST_PLACES, FIRST_PLACES_TITLE, TieRule
from toolkit.scheme.shapes import is_missing, state_name

if TYPE_CHECKING:
    from toolkit.evaluation.awards import Decision
    from toolkit.evaluation.quotas import Pools
    from toolkit.scheme import Scheme


def tie_keys(scheme: Scheme) -> list[str]:
    """What settles ties, in turn: nodes, `FIRST_PLACES` where it is named, and ``ties[place]`` for what is written with its direction."""
    keys = [key if isinstance(key, str) else f"ties[{place}]" for place, key in enumerate(scheme.ties)]
    return [key for key in keys if key not in {"joint", "committee"}]


def tie_rules(scheme: Scheme) -> dict[str, TieRule]:
    """What settles ties and is written with its direction, by its key."""
    return {f"ties[{place}]": key for place, key in enumerate(scheme.ties) if not isinstance(key, str)}


def tie_nodes(scheme: Scheme) -> list[str]:
    """The nodes among what settles ties."""
    rules = tie_rules(scheme)
    nodes = [rules[key].node if key in rules else key for key in tie_keys(scheme)]
    return [node for node in nodes if node is not None and node != FIRST_PLACES]


def tie_title(scheme: Scheme, key: str) -> Phrase:
    """What settles ties, as it is told, with its direction where that is written."""
    if key == FIRST_PLACES:
        return FIRST_PLACES_TITLE
    rule = tie_rules(scheme).get(key)
    if rule is None:
        return Phrase("总分", "total") if key == TOTAL else Phrase(*[scheme.label(key)] * 2)
    label = scheme.label(str(rule.node or rule.condition)) if rule.node != TOTAL else Phrase("总分", "total").into(scheme.language)
    if rule.order:
        ways = [state_name(state) for state in rule.order]
        return Phrase(f"{label}（{'、'.join(ways)}为序）", f"{label} (in the order {', '.join(ways)})")
    if rule.better == "lower":
        return Phrase(f"{label}（{'低' if rule.node else '小、早'}者在前）", f"{label} ({'lower' if rule.node else 'less, earlier'} first)")
    return Phrase(label, label) if rule.node else Phrase(f"{label}（大、晚者在前）", f"{label} (more, later first)")


def facts_of(scheme: Scheme, index: pd.Index[str], conditions: pd.DataFrame | None) -> dict[str, NDArray[Any]]:
    """What is known of members of the conditions that places hang on: by which they are alike, what each costs; by their keys those that settle ties.

    Those that settle ties are float64[members], the higher ahead, NaN for none; the others object[members].
    """
    quotas = [award.quota for award in scheme.awards if award.quota is not None]
    alike, costs = {quota.per.condition for quota in quotas if quota.per}, {quota.cost for quota in quotas if quota.cost}
    facts: dict[str, NDArray[Any]] = {}
    for name in sorted(alike | costs):
        values = [None] * len(index) if conditions is None else conditions.loc[index, name].tolist()
        facts[name] = np.array(["" if is_missing(value) else state_name(value) if name in alike - costs else value for value in values], dtype=object)
    for key, rule in tie_rules(scheme).items():
        if rule.condition is not None:
            values = [None] * len(index) if conditions is None else conditions.loc[index, rule.condition].tolist()
            facts[key] = np.array([_height(rule, value) for value in values], dtype=np.float64)
    return facts


def _height(rule: TieRule, value: object) -> float:
    """How far ahead a raw value is where it settles ties; NaN for none, and for a state that the order does not name."""
    names = [state_name(state) for state in rule.order]
    if is_missing(value):
        return np.nan
    if names:
        return float(-names.index(state_name(value))) if state_name(value) in names else np.nan
    number = pd.Timestamp(value).value if isinstance(value, dt.date) else value
    sign = -1.0 if rule.better == "lower" else 1.0
    return sign * float(number) if isinstance(number, int | float | np.number) else np.nan



RulingOn: TypeAlias = tuple[Ruling, Mask, Mask]
"""A ruling, the members that were level, and those of them who are given the places: bool[members] each."""


def rulings_on(rulings: Sequence[Ruling], award: str, index: pd.Index[str]) -> list[RulingOn]:
    """The rulings on an award of whose tie every member is there."""
    found = [(ruling, index.isin(ruling.tie.members), index.isin(ruling.given)) for ruling in rulings if ruling.tie.award == award]
    return [(ruling, level, chosen) for ruling, level, chosen in found if level.sum() == len(ruling.tie.members)]


def rule_in_class(decision: Decision, pools: Pools, rulings: Sequence[RulingOn]) -> None:
    """Write what was ruled into the runs in which the very same members stand open in their class for as many places."""
    for ruling, level, chosen in rulings:
        for name, span, count in zip(pools.names, pools.spans, decision.places, strict=True):
            if name == ruling.tie.class_ and count is not None and level[span].sum() == level.sum():
                left = count - decision.given[:, span].sum(axis=1)
                same = np.flatnonzero((decision.open[:, span] == level[span]).all(axis=1) & (left == ruling.tie.places))
                decision.given[np.ix_(same, np.flatnonzero(chosen))] = True
                decision.open[np.ix_(same, np.flatnonzero(level))] = False


def ruled_in_all(decision: Decision, rulings: Sequence[RulingOn]) -> Decision:
    """The same at the line of all classes together; who is not given a place there loses the one of its class."""
    if decision.shared is None or decision.beyond is None:
        return decision
    ceilings = dict(decision.ceilings)
    for ruling, level, chosen in rulings:
        for run, ceiling in decision.ceilings.items():
            if not ruling.tie.class_ and ceiling.left == ruling.tie.places and (decision.shared[run] == level).all():
                decision.given[run] |= chosen
                decision.beyond[run] |= level & ~chosen
                decision.shared[run] = False
                ceilings[run] = replace(ceiling, left=0, level=0)
    return replace(decision, ceilings=ceilings)
