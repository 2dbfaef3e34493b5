"""What came of the panel of an edition: who sat, who withdrew, the scores of each indicator, the places left open.

Single experts' scores stay in here: what leaves are the panel's scores, and problems that say no score and no name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import Problems
from toolkit.measuring.quotients import Taken

if TYPE_CHECKING:
    from toolkit.panels import Levelling, PanelScores, Recusals
    from toolkit.records import Records
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator
    from toolkit.text import Phrase


@dataclass(frozen=True, eq=False, repr=False)
class Judged:
    """One indicator as the panel scored it; both frames are member x expert, each in their order.

    Parameters
    ----------
    scores, recused
        float64, NaN where nothing was scored, and bool. What stands in a recused cell is not in `scores`.
    levelled
        What was done to harsh and lenient experts; with ``harshness = "none"`` nothing, and nothing to an expert with too
        few scores to tell (`toolkit.panels.levelling.LEAST`).
    results
        One score for each member, or why there is none.
    """

    scores: pd.DataFrame
    recused: pd.DataFrame
    levelled: Levelling
    results: PanelScores


@dataclass(frozen=True, eq=False, repr=False)
class Judging:
    """The panel of an edition, as its records tell.

    Parameters
    ----------
    experts
        Pseudonyms, in order.
    recusals
        Who withdraws from whom, as declared and by employer; None where that cannot be said.
    indicators
        By the id of each indicator that the panel scores.
    open
        For each member without a score where it should have one: the ids of the indicators, and why.
    problems
        What is wrong with the panel and its sheets. Of an entry despite recusal the place, never the score.
    composition
        Those of them that are about how the panel is made up.
    """

    experts: tuple[str, ...] = ()
    recusals: Recusals | None = None
    indicators: Mapping[str, Judged] = field(default_factory=dict)
    open: Mapping[str, Mapping[str, Phrase]] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    composition: Problems = field(default_factory=Problems)

    def taken(self, item: str, members: pd.Index[str]) -> Taken:
        """The panel's score of an indicator for each member, and how many scored it."""
        if item not in self.indicators:
            return Taken(pd.Series(np.nan, index=members), np.zeros(len(members), np.int64))
        table = self.indicators[item].results.members
        return Taken(table["score"].reindex(members), table["scorers"].reindex(members).to_numpy(np.int64))


def judged_by_panel(scheme: Scheme) -> tuple[Indicator, ...]:
    """The indicators that the panel scores."""
    return tuple(item for item in scheme.indicators if item.measure.take == "panel")


def panel_tables(scheme: Scheme) -> frozenset[str]:
    """The tables of the panel, which are for its chair alone: score sheets, experts, interests."""
    panel = scheme.panel
    named = (panel.table, panel.experts, panel.interests) if panel else ()
    return frozenset({str(item.measure.table) for item in judged_by_panel(scheme)} | {*filter(None, named)}) - {scheme.members.table}


def concerned(item: Indicator, records: Records) -> pd.Series[bool]:
    """Whom the panel has to score: who applied, and is of a class to which the indicator applies."""
    members = records.members
    applies = members["class"].isin(item.applies_to) if item.applies_to else pd.Series(data=True, index=members.index)
    return applies & members["applied"].astype(bool)
