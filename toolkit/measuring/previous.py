"""The previous edition's results, as a table of the records holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.errors import Problem
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.measuring.engine import Engine
    from toolkit.measuring.single_rows import SingleRows
    from toolkit.scheme import Scheme

NUMBERS = ("total", "rank")


def previous_results(engine: Engine, scheme: Scheme) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """The results that the scheme's [previous] names, by member, and what is wrong with their table.

    Returns
    -------
    frame
        Index member; of the columns total, rank (float64), award, grade (object) those that are named, NaN for a
        member that is not in the table.
    problems
        An error for each row beyond a member's first.
    """
    members = engine.members
    if scheme.previous is None:
        return pd.DataFrame(index=members), ()
    table = engine.previous(scheme.previous)
    columns = {key: table.column(column) for key, column in scheme.previous.columns.items()}
    typed = {
        key: held.astype("float64") if key in NUMBERS else held.astype("object").where(held.notna(), np.nan)
        for key, held in columns.items()
    }
    return pd.DataFrame(typed, index=members), tuple(_repeated(table))


def _repeated(table: SingleRows) -> Iterator[Problem]:
    found = table.repeated()
    for member, file, sheet, row in zip(table.members[found["whose"]], found["_file"], found["_sheet"], found["_row"], strict=True):
        rule = phrase("会员 {member} 在上一届结果中已有一行", "member {member} has a row in the previous results already", member=member)
        mend = Phrase("每个会员只保留一行", "keep one row for each member")
        yield Problem("error", rule, mend, file=file, sheet=sheet, row=int(row), value=str(member))
