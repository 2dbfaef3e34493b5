"""The table of what the group's weights would decide, and each expert's own: how many awards, and whose first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.display import Table
from toolkit.standings import LEFT, RIGHT
from toolkit.text import Language, Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.ballots.folder import Ballots
    from toolkit.evaluation import Evaluation

CHANGES = {"into": Phrase("进入", "in"), "out": Phrase("退出", "out"), "other": Phrase("改奖", "other award")}
GROUP = Phrase("专家组", "The group")
CAPTION = Phrase("若按专家组的权重，或只按每位专家自己的权重", "By the group's weights, or by each expert's own alone")


def decided_table(
    decided: pd.DataFrame,
    evaluation: Evaluation,
    ballots: Ballots,
    language: Language = "zh",
    top: int = 3,
    *,
    group: pd.DataFrame | None = None,
) -> Table:
    """Who would come in, fall out or get another award: how many, and the first `top` by place.

    Parameters
    ----------
    decided, group
        What `toolkit.ballots.decided.decided_by_each` gives, and `decided_by_group`: in the first row, where given.
    """
    own = {} if group is None else {GROUP.into(language): group}
    own |= {one.expert: decided[decided["expert"] == one.expert] for one in ballots.of_round(ballots.deciding)}
    rows = tuple((who, *_moved(evaluation, awards, top, language)) for who, awards in own.items())
    headings = (Phrase("专家", "Expert"), Phrase("变动", "Changes"), *CHANGES.values())
    spoken = tuple(heading.into(language) for heading in headings)
    note = Phrase("与现名单比较；“改奖”指换成另一奖项。", "Against the list as it stands.").into(language)
    return Table(spoken, rows, CAPTION.into(language), (LEFT, RIGHT), (0,) if group is not None else (), note)


def _moved(evaluation: Evaluation, own: pd.DataFrame, top: int, language: Language) -> tuple[str, ...]:
    """How many awards change, and who is moved which way, by place."""
    order = evaluation.ranking.index
    ways = (set(own.loc[own["change"] == change, "member"]) for change in CHANGES)
    return (str(len(own)), *(_first(evaluation, [member for member in order if member in way], top, language) for way in ways))


def _first(evaluation: Evaluation, members: list[str], top: int, language: Language) -> str:
    """How many, and the names of the first."""
    if not members:
        return "—"
    named = Phrase("、", ", ").into(language).join(evaluation.ranking["name"][members[:top]])
    more = "…" if len(members) > top else ""
    return phrase("{n} 家：{named}{more}", "{n}: {named}{more}", n=len(members), named=named, more=more).into(language)
