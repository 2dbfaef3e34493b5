"""The list as a committee reads it: places, totals, awards and grades, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.grade_reasons import grade_reasons
from toolkit.grades import decide_grades
from toolkit.scoring import TOTAL
from toolkit.text import phrase

if TYPE_CHECKING:
    from toolkit.awards import Decided
    from toolkit.indicators import Indicators
    from toolkit.scheme import Scheme


def ranked_list(
    scheme: Scheme, members: pd.DataFrame, table: pd.DataFrame, measured: Indicators, decided: Decided
) -> pd.DataFrame:
    """The list in its order, by class and then rank: see `Evaluation.ranking`. `table` holds the scores."""
    grades = decide_grades(scheme, members, table, measured.vetoes, **_known(measured))
    stop = "。" if scheme.language == "zh" else ". "
    why = grade_reasons(scheme, members, table, measured.vetoes, **_known(measured))
    places = [_open_places(scheme, measured, str(member)) for member in members.index]
    reason = [stop.join(part for part in parts if part) for parts in zip(decided.reason, why, places, strict=True)]
    frame = members[["name", "class"]].assign(
        total=table[TOTAL], rank=decided.rank, tied=decided.tied, award=decided.award, grade=grades, reason=reason
    )
    by_class = ["class"] if scheme.members.class_ else []
    place = frame["rank"].astype("float64").fillna(np.inf)
    order = frame.assign(place=place).sort_index().sort_values([*by_class, "place"], kind="stable").index
    return frame.loc[order].rename_axis("member")


def _known(measured: Indicators) -> dict[str, Any]:
    """What grades look at beside scores and vetoes."""
    return {"recorded": measured.recorded, "conditions": measured.conditions, "previous": measured.previous}


def _open_places(scheme: Scheme, measured: Indicators, member: str) -> str:
    """Which scores of the panel a member still waits for, and why."""
    said = [phrase("位次待定，“{label}”{zh}", "its place is open, `{label}`: {en}", label=scheme.label(id_), zh=why.zh, en=why.en)
            for id_, why in measured.open.get(member, {}).items()]  # fmt: skip
    return ("；" if scheme.language == "zh" else "; ").join(sentence.into(scheme.language) for sentence in said)
