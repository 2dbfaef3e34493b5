"""The panel's own scores where its table holds them instead of experts' sheets, as in a sealed bag that names no expert."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.panels import PanelScores, levelled
from toolkit.panels.judged import Judged
from toolkit.references import RESULT_COUNTS, member_column, result_column

if TYPE_CHECKING:
    from toolkit.records import Records
    from toolkit.scheme import Panel, Scheme
    from toolkit.scheme.criteria import Indicator


def given_results(scheme: Scheme, panel: Panel, records: Records, item: Indicator) -> Judged:
    """An indicator as the panel scored it, read back: of experts nothing is known but how many scored and withdrew."""
    name, column = item.measure.place
    frame = records.frames[name]
    member = str(member_column(records.tables.table[name], name, scheme))
    rows = frame.drop_duplicates(member).set_index(member).reindex(records.members.index)
    counts = {count: rows[result_column(str(column), count)].fillna(0).astype(np.int64) for count in RESULT_COUNTS}
    score = rows[str(column)].astype(np.float64)
    few = np.where(counts["scorers"] + counts["missing"] < panel.minimum, "recusal", "unscored")
    why = pd.Series(np.where(score.notna(), "", few), index=rows.index, dtype=object)
    nobody = pd.DataFrame(index=rows.index, dtype=np.float64)
    results = PanelScores(pd.DataFrame({"score": score, **counts, "why": why}), panel.minimum, panel.trim)
    return Judged(nobody, nobody.astype(bool), levelled(nobody), results)


def result_rows(judged: Judged, column: str) -> pd.DataFrame:
    """The columns that `given_results` reads: index member, the score and the three counts."""
    members = judged.results.members
    counts = {result_column(column, count): members[count] for count in RESULT_COUNTS}
    return pd.DataFrame({column: members["score"], **counts})
