"""The committee's ballots as a notebook shows them: by code, never by name, and a sentence where there is nothing to show.

A notebook is run for editions with ballots and without, and in a sealed bag that may hold none: each of these tables
says so instead of failing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from toolkit.ballots.ballot import group_label
from toolkit.ballots.decided import decided_by_each, decided_by_group
from toolkit.ballots.group import GroupWeights, group_weights
from toolkit.ballots.tables import MEANS, agreement_table, decided_table
from toolkit.display import Table
from toolkit.errors import Refused
from toolkit.scheme import Weighting
from toolkit.standings import LEFT, RIGHT
from toolkit.text import Language, Phrase

if TYPE_CHECKING:
    from toolkit.ballots.folder import Ballots
    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme

NONE = Phrase("这里没有判断票（封存包是否保留，由办法的 weighting.publish 决定）。", "There is no ballot here; whether a sealed bag keeps them, `weighting.publish` says.")
BALLOTS = Phrase("专家判断票", "The experts' ballots")


def decided_overview(evaluation: Evaluation, ballots: Ballots, language: Language = "zh", top: int = 2) -> Table:
    """What the group's weights would decide, and each expert's own: how many awards change, and the first `top` members."""

    def table(found: GroupWeights) -> Table:
        group = decided_by_group(evaluation, found)
        return decided_table(decided_by_each(evaluation, ballots), evaluation, ballots, language, top, group=group)

    return _table(table, ballots, language)


def agreement_overview(ballots: Ballots, language: Language = "zh") -> Table:
    """For each group of siblings how far the experts agree: see `toolkit.ballots.tables.agreement_table`."""
    return _table(lambda found: agreement_table(found, language), ballots, language)


def means_overview(ballots: Ballots, language: Language = "zh") -> Table:
    """The group's weights by every rule that can join these ballots, beside the scheme's; the scheme's rule is marked."""
    return _table(lambda found: _means(found, ballots, language), ballots, language)


def _table(table: Callable[[GroupWeights], Table], ballots: Ballots, language: Language) -> Table:
    """The table, or why there is none."""
    if not ballots.listed:
        return Table((BALLOTS.into(language),), ((NONE.into(language),),))
    try:
        return table(group_weights(ballots))
    except Refused as refused:
        return Table((BALLOTS.into(language),), tuple((problem.line(language).strip(),) for problem in refused.problems))


def _means(found: GroupWeights, ballots: Ballots, language: Language) -> Table:
    scheme = found.scheme
    joined = {rule: weights for rule in MEANS if (weights := _joined(ballots, scheme, rule))}
    headings = [Phrase("分组", "Group"), Phrase("指标", "Node"), Phrase("办法现行", "Scheme")]
    marks = [f"{MEANS[rule].into(language)}{' *' if rule == found.rule.aggregate else ''}" for rule in joined]
    rows, breaks = [], []
    for group, judged in found.groups.items():
        now = {node: scheme.nodes[node].weight for node in judged.nodes}
        for place, node in enumerate(judged.nodes):
            first = group_label(scheme, group).into(language) if place == 0 else ""
            figures = (now[node] / sum(now.values()) * 100, *(weights[node] for weights in joined.values()))
            rows.append((first, scheme.label(node), *(f"{figure:.{found.rule.decimals}f}" for figure in figures)))
        breaks.append(len(rows) - 1)
    caption = Phrase("专家组的权重，按不同的汇总办法（%）", "The group's weights by different rules (%)").into(language)
    note = Phrase("* 为办法所定；各组合计均为 100。", "* is the scheme's rule. Each group sums to 100.")
    return Table(
        (*(heading.into(language) for heading in headings), *marks), tuple(rows), caption,
        (LEFT, LEFT, *[RIGHT] * (1 + len(marks))), tuple(breaks[:-1]), note.into(language),
    )  # fmt: skip


def _joined(ballots: Ballots, scheme: Scheme, rule: str) -> dict[str, float]:
    """The weights by one rule; empty where it cannot join these ballots."""
    decided = (scheme.weighting or Weighting()).model_copy(update={"aggregate": rule})
    try:
        return dict(group_weights(ballots, scheme.model_copy(update={"weighting": decided})).weights)
    except Refused:
        return {}
