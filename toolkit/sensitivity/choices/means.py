"""What else could have been decided of how scores are gathered: another mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.scheme.criteria import AGGREGATE
from toolkit.scoring import TOTAL
from toolkit.sensitivity.choices.faults import fault, known_among, list_faults, name_faults
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.errors import Problem
    from toolkit.evaluation import Evaluation
    from toolkit.scheme.criteria import Group, Total
    from toolkit.sensitivity.choices.scenario import Luck, Scenario

MEANS = ("arithmetic", "geometric", "harmonic", "minimum", "power(p)")


@dataclass(frozen=True)
class Aggregations:
    """Another mean: one of some, at all of these nodes alike.

    Parameters
    ----------
    among
        ``arithmetic``, ``geometric``, ``harmonic``, ``minimum`` or ``power(p)``, all equally likely.
    nodes
        Groups, or ``total``; None for all but those that are a ``sum`` or ``conditional``, which no mean can replace.
    """

    among: tuple[str, ...] = ("arithmetic", "geometric", "harmonic")
    nodes: tuple[str, ...] | None = None

    kind = "aggregation"

    def concerns(self, evaluation: Evaluation) -> tuple[str, ...]:
        """The nodes it changes."""
        rules = _rules(evaluation)
        able = [node for node, rule in rules.items() if _no_mean(node, rule) is None]
        return tuple(able) if self.nodes is None else tuple(node for node in dict.fromkeys(self.nodes) if node in able)

    def faults(self, evaluation: Evaluation) -> Iterator[Problem]:
        """All that is wrong with it for an evaluation."""
        rules = _rules(evaluation)
        yield from list_faults("Aggregations.nodes", self.nodes, "nodes")
        yield from name_faults("Aggregations.nodes", self.nodes if isinstance(self.nodes, tuple | list) else (), rules)
        for node in known_among(self.nodes, rules):
            said = _no_mean(node, rules[node])
            if said is not None:
                yield fault("Aggregations.nodes", said, Phrase("请删去", "leave it out"), node)
        yield from list_faults("Aggregations.among", self.among, "among")
        for mean in self.among if isinstance(self.among, tuple | list) else ():
            if mean in {"sum", "conditional"} or not re.match(AGGREGATE, str(mean)):
                yield from name_faults("Aggregations.among", (str(mean),), MEANS)

    def settle(self, names: Sequence[str], scenario: Scenario, luck: Luck) -> None:
        """Put one of the means into a scenario."""
        scenario.aggregates |= dict.fromkeys(names, luck.pick(self.among))


def _rules(evaluation: Evaluation) -> dict[str, Group | Total]:
    scheme = evaluation.scheme
    return {**{group.id: group for group in scheme.groups}, TOTAL: scheme.total}


def _no_mean(node: str, rule: Group | Total) -> Phrase | None:
    if rule.aggregate not in {"sum", "conditional"}:
        return None
    return phrase("“{node}”是 {kind}，不能换成平均", "`{node}` is a {kind}: no mean can replace it", node=node, kind=rule.aggregate)


