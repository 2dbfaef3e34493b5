"""Tables of which choice matters: whose opinion would have given an award, and what the list depends on most."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from toolkit import wording
from toolkit.diagnostics.tables import percent
from toolkit.display import Table
from toolkit.scoring import TOTAL
from toolkit.standings import CENTER, LEFT, RIGHT, Row, rows_of
from toolkit.text import Phrase, phrase
from toolkit.wording import class_name, headings

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme
    from toolkit.text import Language

KINDS = {
    "weights": Phrase("权重：{label}", "weights: {label}"), "error": Phrase("测量误差：{label}", "error: {label}"),
    "given": Phrase("另给的数值", "given values"),
    "late": Phrase("迟报记录：{label}", "late records: {label}"), "missing": Phrase("缺失数据如何处理", "what fills gaps"),
    "goalposts": Phrase("满分与零分的标准", "goalposts"), "aggregation": Phrase("合成方法", "means"), "valuing": Phrase("计分方法", "shapes"),
}  # fmt: skip
WEIGHTS, FIRST_LEVEL = Phrase("权重", "weights"), Phrase("一级指标", "first level")
VARIANCE = (Phrase("哪项选择", "Choice"), Phrase("单独造成", "Alone"), Phrase("误差", "Error"), Phrase("连同其他", "With others"), Phrase("误差", "Error"))
CENTRAL = (Phrase("可能性", "Chance"), Phrase("照此权重", "Under these"))


def central_table(evaluation: Evaluation, found: pd.DataFrame, award: str, top: int = 15, language: Language | None = None) -> Table:
    """Whose opinion it would express to give an award to those who missed it: the mean of the weights under which they have it.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.central_weights`, of this award.
    """
    to, scheme = language or evaluation.scheme.language, evaluation.scheme
    shown = contenders(evaluation, found, award)[:top]
    voted, central = wording.shares(scheme), top_weights(scheme, found.loc[shown])
    note = Phrase(
        "括号内为表决的权重。各列是能得此奖的那些抽样的平均权重；“照此权重”：按这一平均权重，是否真能得奖。",
        "Voted weights in brackets. The columns give the mean of the weights in the draws in which the award is won; under these: whether that mean wins it.",
    )
    names = [phrase("{label}（{voted}）", "{label} ({voted})", label=scheme.label(node), voted=wording.figure(voted[node])).into(to) for node in central.columns]
    return Table(
        (*headings(to, "class", "member"), *(name.into(to) for name in CENTRAL), *names),
        tuple(
            (class_name(own["class"], to), own["name"], percent(row["probability"]),
             _surely(row["confidence"]).into(to), *(f"{weight:.1f}" for weight in weights.values()))
            for weights, own, row in zip(rows_of(central), rows_of(evaluation.ranking.loc[shown]), rows_of(found.loc[shown]), strict=True)
        ),
        phrase("怎样的权重会让他们得到{award}", "Weights that would give them {award}", award=wording.award_label(scheme, award)).into(to),
        (LEFT, LEFT, RIGHT, CENTER, *[RIGHT] * len(names)), note=note.into(to),
    )  # fmt: skip


def _surely(confidence: float) -> Phrase:
    """A yes or no where values are as measured, else a chance."""
    if 0 < confidence < 1:
        return Phrase(percent(confidence), percent(confidence))
    return wording.YES if confidence else wording.NO


def central_tables(evaluation: Evaluation, found: pd.DataFrame) -> Table:
    """The same for every award, one below the other; the award is named in a column of its own.

    Parameters
    ----------
    found
        The frames of several awards, with a column `award` and one `member`.
    """
    to, scheme = evaluation.scheme.language, evaluation.scheme
    parts = [(each, central_table(evaluation, found[found["award"] == each.id].set_index("member"), each.id)) for each in scheme.awards]
    return replace(
        parts[0][1],
        headings=(*headings(to, "award"), *parts[0][1].headings),
        rows=tuple((award.label, *row) for award, table in parts for row in table.rows),
        caption=Phrase("怎样的权重会让他们获奖", "Weights that would give them an award").into(to),
        alignment=(LEFT, *parts[0][1].alignment),
    )


def contenders(evaluation: Evaluation, found: pd.DataFrame, award: str) -> list[str]:
    """Who does not hold an award, and no award before it, but would in some draws; the likeliest first."""
    ids = [each.id for each in evaluation.scheme.awards]
    holders = set(evaluation.awards.loc[evaluation.awards["award"].isin(ids[: ids.index(award) + 1]), "member"])
    likely = found.loc[found["probability"] > 0, "probability"].sort_values(ascending=False, kind="stable")
    return [str(member) for member in likely.index if member not in holders]


def top_weights(scheme: Scheme, found: pd.DataFrame) -> pd.DataFrame:
    """Central weights of the nodes directly under the total, in percent of the whole; a column each."""
    own: dict[str, list[str]] = {node.id: [] for node in scheme.children()}
    top = ""
    for node, parent, _ in wording.outline(scheme):
        top = node.id if parent is None else top
        if node.id in found.columns:
            own[top].append(node.id)
    return found[[]].assign(**{node: found[leaves].sum(axis=1) for node, leaves in own.items()})


def variance_table(evaluation: Evaluation, found: pd.DataFrame, member: str = "", language: Language | None = None) -> Table:
    """Which choice decides the list, or one member's rank: the largest first.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.variance_shares`.
    """
    to = language or evaluation.scheme.language
    note = phrase(
        "“单独造成”：只这一项不定时名单变动的部分；“连同其他”：加上它与其他选择共同造成的部分，各项相加可超过 100%。设计 {rows} 行；误差为自助法标准误，比它小的差别没有意义。",
        "Alone: the part of the list's variance due to this choice only; with others: and to what it does together with them, which can add up to more "
        "than 100%. {rows} rows; differences below the bootstrap standard errors mean nothing.",
        rows=found.attrs["rows"],
    )  # fmt: skip
    names = ("first", "first_error", "total", "total_error")
    return Table(
        tuple(name.into(to) for name in VARIANCE),
        tuple((choice_in_words(evaluation.scheme, row["factor"]).into(to), *(percent(row[name], 0) for name in names)) for row in shares_of_target(found, member)),
        variance_title(evaluation, member).into(to), (LEFT, *[RIGHT] * 4), note=note.into(to),
    )  # fmt: skip


def shares_of_target(found: pd.DataFrame, member: str = "") -> list[Row]:
    """The rows of `variance_shares` for the list, or for one member's rank, the largest first; shares below 0 are noise, and 0."""
    own = found[(found["target"] == ("rank" if member else "list")) & (found["member"] == member)]
    return rows_of(own.assign(first=own["first"].clip(lower=0), total=own["total"].clip(lower=0)).sort_values("total", ascending=False, kind="stable"))


def variance_title(evaluation: Evaluation, member: str = "") -> Phrase:
    """What is asked, of the list or of a member."""
    if not member:
        return Phrase("名单变不变，主要取决于哪项选择", "Which choice the list depends on")
    who = evaluation.members.loc[member, "name"]
    return phrase("{who}的名次主要取决于哪项选择", "Which choice the rank of {who} depends on", who=who)


def choice_in_words(scheme: Scheme, factor: str) -> Phrase:
    """A factor of `toolkit.sensitivity.choices` in words: 权重：学习培训."""
    kind, _, about = factor.partition(".")
    if kind == "weights" and not about:
        return WEIGHTS
    label = FIRST_LEVEL if about == TOTAL else Phrase(scheme.label(about), scheme.label(about))
    said, number = KINDS[kind], f" {about}" if about.isdigit() else ""
    return Phrase(said.zh.replace("{label}", label.zh) + number, said.en.replace("{label}", label.en) + number)
