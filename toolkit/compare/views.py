"""Tables that compare: how sure each award is, and what changes between two evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from toolkit import wording
from toolkit.display import Table, shortened
from toolkit.standings import LEFT, RIGHT, Row, row_of, rows_of
from toolkit.text import Language, Phrase, phrase
from toolkit.wording import class_name, headings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.scheme import Scheme

CHANGES = {
    "into": Phrase("进入", "in"),
    "out": Phrase("退出", "out"),
    "other": Phrase("改奖", "other award"),
    "up": Phrase("上升", "up"),
    "down": Phrase("下降", "down"),
}

RECORD_CHANGES = {
    "added": Phrase("新增", "added"),
    "removed": Phrase("删除", "removed"),
    "changed": Phrase("更改", "changed"),
    "moved": Phrase("换文件", "moved"),
}
RECORD_HEADINGS = (
    Phrase("变化", "Change"), Phrase("表", "Table"), Phrase("会员", "Member"), Phrase("主键", "Key"),
    Phrase("列", "Column"), Phrase("原来", "Before"), Phrase("现在", "Now"),
)  # fmt: skip
FILE_HEADING = Phrase("文件", "File")
MOST_SHOWN = 40  # columns of a terminal for one cell


def certainty_table(probabilities: pd.DataFrame, evaluation: Evaluation, top: int = 20) -> Table:
    """The members whose award is least certain under other weights, the least certain first."""
    scheme = evaluation.scheme
    outcomes = [award.id for award in scheme.awards] + ["none"]
    surest = probabilities[outcomes].max(axis=1)
    unsure = surest[surest < 1].sort_values(kind="stable").index
    labels = [*(award.label for award in scheme.awards), wording.WORDS["none"].into(scheme.language)]
    note = phrase(
        "{n} 个会员的结果会随权重而变，以上为最不确定的 {shown} 个；抽样误差不超过 {error:.1%}。",
        "{n} members' results depend on the weights, the {shown} least certain are shown; error up to {error:.1%}.",
        n=len(unsure),
        shown=min(top, len(unsure)),
        error=_largest_error(probabilities),
    )
    return Table(
        (*headings(scheme.language, "member", "class", "rank", "award"), *labels),
        tuple(
            _chances(evaluation, member, list(probabilities.loc[member, outcomes])) for member in unsure[:top]
        ),
        Phrase("权重变动之下各奖项的把握", "How sure each award is under other weights").into(
            scheme.language
        ),
        (LEFT, LEFT, RIGHT, LEFT, *[RIGHT] * len(outcomes)),
        note=note.into(scheme.language),
    )


def _chances(evaluation: Evaluation, member: str, chances: Sequence[float]) -> tuple[str, ...]:
    scheme, standing = evaluation.scheme, row_of(evaluation.ranking, member)
    return (
        standing["name"],
        class_name(standing["class"], scheme.language),
        wording.place(standing["rank"]),
        wording.award_label(scheme, standing["award"]),
        *(f"{chance:.1%}" for chance in chances),
    )


def changes_table(before: Evaluation, after: Evaluation, top: int = 20) -> Table:
    """Who moves in or out of an award, up or down, between two evaluations of the same members."""
    language = after.scheme.language
    moved = _moves(before, after)
    counts = moved["change"].value_counts()
    note = phrase(
        "进入 {into}，退出 {out}，改奖 {other}，名次上升 {up}，下降 {down}；以上列出 {shown} 个。",
        "in {into}, out {out}, another award {other}, up {up}, down {down}; {shown} are shown.",
        shown=min(top, len(moved)),
        **{name: int(counts.get(name, 0)) for name in CHANGES},
    )
    return Table(
        headings(language, "change", "member", "class", "award", "rank", "total"),
        tuple(_changed(before.scheme, after.scheme, row) for row in rows_of(moved.head(top))),
        Phrase("名单的变化", "What changes in the list").into(language),
        (LEFT, LEFT, LEFT, LEFT, RIGHT, RIGHT),
        note=note.into(language),
    )


def record_changes_table(changes: pd.DataFrame, after: Records, language: Language = "zh", top: int = 50) -> Table:
    """What `toolkit.returns.changes.changed_records` found, in the words of the data dictionary and with members' names."""
    counts = changes["kind"].value_counts()
    counted = {name: int(counts.get(name, 0)) for name in RECORD_CHANGES}
    listed = pd.concat([changes[changes["kind"] != "moved"], _moved_together(changes)])
    note = phrase(
        "新增 {added} 行，删除 {removed} 行，更改 {changed} 格，换文件 {moved} 行；以上列出 {shown} 条。只比较被采用的行。",
        "{added} rows added, {removed} removed, {changed} cells changed, {moved} rows moved to another file; {shown} are "
        "shown. Accepted rows only.",
        shown=min(top, len(listed)),
        **counted,
    )
    return Table(
        tuple(said.into(language) for said in RECORD_HEADINGS),
        tuple(_record_change(row, after, language) for row in rows_of(listed.head(top))),
        Phrase("记录的变化", "What changes in the records").into(language),
        note=note.into(language),
    )


def _moved_together(changes: pd.DataFrame) -> pd.DataFrame:
    """One line for all rows that moved from one file to another, with their number as the key."""
    files = ["table", "column", "before", "after", "kind"]
    moved = changes[changes["kind"] == "moved"].groupby(files, sort=False, as_index=False).size()
    return moved.assign(key="× " + moved["size"].astype(str), member="")


def _record_change(row: Row, after: Records, language: Language) -> tuple[str, ...]:
    table = after.tables.table.get(row["table"])
    column = table.column.get(row["column"]) if table else None
    heading = column.headings[0] if column and column.headings else row["column"]
    said = (RECORD_CHANGES[row["kind"]], FILE_HEADING if row["column"] == "_file" else Phrase(heading, heading))
    member = str(after.members["name"].get(row["member"], row["member"]))
    return (
        said[0].into(language),
        table.label if table and table.label else row["table"],
        shortened(member, MOST_SHOWN),
        shortened(row["key"], MOST_SHOWN),
        said[1].into(language),
        shortened(row["before"], MOST_SHOWN),
        shortened(row["after"], MOST_SHOWN),
    )


def _changed(before: Scheme, after: Scheme, row: Row) -> tuple[str, ...]:
    old, new = row["total_before"], row["total"]
    return (
        CHANGES[row["change"]].into(after.language),
        row["name"],
        class_name(row["class"], after.language),
        _arrow(wording.award_label(before, row["award_before"]), wording.award_label(after, row["award"])),
        _arrow(wording.place(row["rank_before"]), wording.place(row["rank"])),
        _arrow(wording.points(old, before.decimals), wording.points(new, after.decimals)),
    )


def _moves(before: Evaluation, after: Evaluation) -> pd.DataFrame:
    """The ranking after, of those that moved only, with `change` and what was before; awards first, then steps."""
    both = after.ranking.join(before.ranking[["award", "rank", "total"]].add_suffix("_before"))
    levels = {award.id: level for level, award in enumerate(after.scheme.awards)}
    both["change"] = [_change(row, levels) for row in rows_of(both)]
    moved = both[both["change"] != ""]
    order = moved["change"].map({name: place for place, name in enumerate(CHANGES)})
    steps = -(moved["rank"] - moved["rank_before"]).abs().fillna(0).astype("int64")
    return moved.assign(order=order, steps=steps).sort_values(["order", "steps"], kind="stable")


def _change(row: Row, levels: Mapping[str, int]) -> str:
    """Which of `CHANGES` a member makes, empty for none."""
    if (row["award"] in levels) != (row["award_before"] in levels):
        return "into" if row["award"] in levels else "out"
    if row["award"] != row["award_before"]:
        return "other"
    if wording.absent(row["rank"]) or wording.absent(row["rank_before"]) or row["rank"] == row["rank_before"]:
        return ""
    return "up" if row["rank"] < row["rank_before"] else "down"


def _arrow(before: str, after: str) -> str:
    return after if before == after else f"{before} → {after}"


def _largest_error(probabilities: pd.DataFrame) -> float:
    errors = [column for column in probabilities if str(column).endswith("_error")]
    return float(probabilities[errors].to_numpy().max(initial=0.0))
