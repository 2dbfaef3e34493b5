"""What the group's weights and each expert's own would have decided: who would come in, who would fall out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.ballots.group import scheme_with_group_weights
from toolkit.evaluation import rescored

if TYPE_CHECKING:
    from toolkit.ballots.folder import Ballots, Listed
    from toolkit.ballots.group import GroupWeights
    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme

COLUMNS = ["expert", "member", "change", "before", "after"]


def decided_by_each(evaluation: Evaluation, ballots: Ballots) -> pd.DataFrame:
    """Whose award would be another one under each expert's own weights alone, against the list as it stands.

    Parameters
    ----------
    ballots
        Those of the deciding round that count; groups that were not voted on keep the scheme's weights.

    Returns
    -------
    DataFrame
        One row for each expert and member whose award differs, by expert, then member: expert, member, change (into,
        out, other), before, after (ids of awards; empty for none). An expert who decides alike has no row.
    """
    rows = [
        (one.expert, *row)
        for one in ballots.of_round(ballots.deciding)
        for row in _decided(evaluation, scheme_of_one(evaluation.scheme, one))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def decided_by_group(evaluation: Evaluation, weights: GroupWeights) -> pd.DataFrame:
    """The same under the weights that the group would give: columns as of `decided_by_each`, expert empty."""
    rows = [("", *row) for row in _decided(evaluation, scheme_with_group_weights(evaluation.scheme, weights))]
    return pd.DataFrame(rows, columns=COLUMNS)


def _decided(evaluation: Evaluation, scheme: Scheme) -> Iterator[tuple[str, str, str, str]]:
    """Member, change, award before and after, of everybody whose award `scheme` changes."""
    before = evaluation.ranking["award"].sort_index()
    after = rescored(evaluation, scheme).ranking["award"].reindex(before.index)
    for member in before.index[(before != after).to_numpy()]:
        old, new = str(before[member]), str(after[member])
        yield str(member), "into" if not old else "other" if new else "out", old, new


def scheme_of_one(scheme: Scheme, one: Listed) -> Scheme:
    """The scheme with one expert's own weights, as exact as they were judged."""
    weights: dict[str, float] = {}
    for group, judged in one.judged.items():
        nodes = [node.id for node in scheme.children(None if group == "total" else group)]
        weights |= dict(zip(nodes, (judged.shares * 100).tolist(), strict=True))
    return scheme.with_weights(weights)
