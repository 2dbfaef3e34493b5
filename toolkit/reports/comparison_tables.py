"""What changes between two evaluations, as tables: the list, by which change each member moved, and the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.comparison.shares import CAUSES, PLACES_SHOWN, Shares, shown_shares
from toolkit.ground.display import Table, shortened
from toolkit.ground.text import Language, Phrase, discreet, joined, listed, phrase
from toolkit.reports import wording
from toolkit.reports.columns import (
    RIGHT,
    InWords,
    Lexicon,
    ListColumn,
    Row,
    award,
    class_,
    listing,
    one_of,
    place,
    points,
    row_of,
    rows_of,
)
from toolkit.reports.wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolkit.comparison import Comparison
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
FILE_HEADING = Phrase("文件", "File")
MOST_NAMED, MOST_CARRIED = 5, 10  # members in a sentence, and such sentences
MOST_SHOWN = 40  # columns of a terminal for one cell
NONE, UNGRADED, UNRANKED = Phrase("未获奖", "no award"), Phrase("无等级", "no grade"), Phrase("不排名", "not ranked")
ABSENT = Phrase("不在名册", "not a member")
ASPECTS = {"awards": Phrase("", ""), "grade": Phrase("信用等级", "grade "), "rank": Phrase("名次", "rank ")}
SEVERAL = Phrase("几项改动合起来所致，去掉其中任何一项仍会变动", "by several changes together: it moves without any one of them, too")


def _before_and_after(key: str, before: Scheme, words: InWords) -> InWords:
    """What a member had and has of something, parted by an arrow; once where it is the same."""

    def cell(row: Row, lexicon: Lexicon) -> str:
        return _arrow(words(row[f"{key}_before"], Lexicon(before, lexicon.language)), words(row[key], lexicon))

    return cell


def _arrow(before: str, after: str) -> str:
    return after if before == after else f"{before} → {after}"


def _shortened(value: Any, _: Lexicon) -> str:
    return shortened(discreet(value), MOST_SHOWN)


RECORDS = (
    ListColumn(Phrase("变化", "Change"), "kind", one_of(RECORD_CHANGES)),
    ListColumn(Phrase("表", "Table"), "table"),
    ListColumn(Phrase("会员", "Member"), "member", _shortened),
    ListColumn(Phrase("主键", "Key"), "key", _shortened),
    ListColumn(Phrase("列", "Column"), "column"),
    ListColumn(Phrase("原来", "Before"), "before", _shortened),
    ListColumn(Phrase("现在", "Now"), "after", _shortened),
)
COMPARISON = (
    ListColumn(WORDS["member"], "name"),
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["change"], "change"),
    ListColumn(WORDS["total"], "totals", align=RIGHT),
    ListColumn(WORDS["cause"], "cause"),
)


def changes_table(before: Evaluation, after: Evaluation, top: int = 20) -> Table:
    """Who moves in or out of an award, up or down, between two evaluations of the same members."""
    moved = _moves(before, after)
    counts = moved["change"].value_counts()
    note = phrase(
        "进入 {into}，退出 {out}，改奖 {other}，名次上升 {up}，下降 {down}；以上列出 {shown} 个。",
        "in {into}, out {out}, another award {other}, up {up}, down {down}; {shown} are shown.",
        shown=min(top, len(moved)), **{name: int(counts.get(name, 0)) for name in CHANGES},
    )  # fmt: skip
    columns = (
        ListColumn(WORDS["change"], "change", one_of(CHANGES)),
        ListColumn(WORDS["member"], "name"),
        ListColumn(WORDS["class"], "class", class_),
        ListColumn(WORDS["award"], words=_before_and_after("award", before.scheme, award)),
        ListColumn(WORDS["rank"], words=_before_and_after("rank", before.scheme, place), align=RIGHT),
        ListColumn(WORDS["total"], words=_before_and_after("total", before.scheme, points), align=RIGHT),
    )
    return listing(columns, moved.head(top), Lexicon.of(after), Phrase("名单的变化", "What changes in the list"), note)


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


def record_changes_table(changes: pd.DataFrame, after: Records, language: Language = "zh", top: int = 50) -> Table:
    """What `toolkit.comparison.records.changed_records` found, in the words of the data dictionary and with members' names."""
    counts = changes["kind"].value_counts()
    listed = pd.concat([changes[changes["kind"] != "moved"], _moved_together(changes)])
    note = phrase(
        "新增 {added} 行，删除 {removed} 行，更改 {changed} 格，换文件 {moved} 行；以上列出 {shown} 条。只比较被采用的行。",
        "{added:row|rows} added, {removed} removed, {changed:cell|cells} changed, {moved:row|rows} moved to another file; {shown} are "
        "shown. Accepted rows only.",
        shown=min(top, len(listed)), **{name: int(counts.get(name, 0)) for name in RECORD_CHANGES},
    )  # fmt: skip
    rows = [row | _of_dictionary(row, after) for row in rows_of(listed.head(top))]
    return listing(RECORDS, rows, Lexicon.without_scheme(language), Phrase("记录的变化", "What changes in the records"), note)


def _moved_together(changes: pd.DataFrame) -> pd.DataFrame:
    """One line for all rows that moved from one file to another, with their number as the key."""
    files = ["table", "column", "before", "after", "kind"]
    moved = changes[changes["kind"] == "moved"].groupby(files, sort=False, as_index=False).size()
    return moved.assign(key="× " + moved["size"].astype(str), member="")


def _of_dictionary(row: Row, after: Records) -> dict[str, Any]:
    """A changed record's table and column by their labels, its member by name."""
    return {
        "table": after.tables.label(row["table"]),
        "column": FILE_HEADING if row["column"] == "_file" else after.tables.heading(row["table"], row["column"]),
        "member": str(after.members["name"].get(row["member"], row["member"])),
    }


def shares_table(
    shares: Shares, before: tuple[Evaluation, Records], after: tuple[Evaluation, Records], changes: pd.DataFrame, language: Language | None = None, *, top: int = 50
) -> Table:
    """Who moved, and by each cause how much of the change of its total and of its place; below, whose records moved others.

    Parameters
    ----------
    changes
        As `toolkit.comparison.records.changed_records` gives it, to say what changed in the records of who moved others.
    """
    old, new = before[0].scheme, after[0].scheme
    decimals = max(old.decimals, new.decimals)
    totals, ranks = shown_shares(shares.total, decimals), shown_shares(shares.rank, PLACES_SHOWN)
    rows = [
        row | {cause: _share(totals[cause][member], ranks[cause][member]) for cause in totals}
        for member, row in zip(shares.moved.index[:top], rows_of(shares.moved.head(top)), strict=True)
    ]
    note = phrase(
        "变动 {n} 个会员，以上列出 {shown} 个。每项原因之下，前为总分的变化，后为名次的变化（负数为名次上升），各项相加即全部变化。",
        "{n:member|members} moved, {shown} are shown. Below each cause stands what it is of the change of the total, then of the rank "
        "(below 0 is up); they sum to the whole.",
        n=len(shares.moved), shown=len(rows),
    )  # fmt: skip
    columns = (
        ListColumn(WORDS["member"], "name"),
        ListColumn(WORDS["class"], "class", class_),
        ListColumn(WORDS["award"], words=_before_and_after("award", old, award)),
        ListColumn(WORDS["rank"], words=_before_and_after("rank", old, place), align=RIGHT),
        ListColumn(WORDS["total"], words=_before_and_after("total", old, points), align=RIGHT),
        *(ListColumn(CAUSES[cause], cause, align=RIGHT) for cause in map(str, totals)),
    )
    caption = Phrase("谁因此变动，各项原因各占多少", "Who moved, and how much of it by which cause")
    return listing(columns, rows, Lexicon.of(after[0], language), caption, joined([note, *_carried(shares, (before, after), changes)], "", " "))


def _share(total: Any, rank: Any) -> str:
    if total is None and rank is None:
        return "—"
    whole = rank if rank is None or rank != int(rank) else int(rank)
    return " | ".join("—" if part is None else f"{part:+}" if part else "0" for part in (total, whole))


def _carried(shares: Shares, sides: tuple[tuple[Evaluation, Records], ...], changes: pd.DataFrame) -> list[Phrase]:
    """Whose changed records moved others, a sentence each."""
    told, roll = [], {evaluation.scheme.members.table for evaluation, _ in sides}
    of = changes["member"].where(~changes["table"].isin(roll) | (changes["member"] != ""), changes["key"])
    carriers = shares.carriers[shares.carriers["record"] != shares.carriers["member"]]
    for record in map(str, carriers["record"].unique()):
        moved = [str(shares.moved["name"][member]) for member in carriers["member"][carriers["record"] == record]]
        names = phrase("{names.zh}等 {n} 个会员", "{n:member|members} ({names.en}, ...)", names=listed(moved[:MOST_NAMED]), n=len(moved))
        names = names if len(moved) > MOST_NAMED else listed(moved)
        owner = next(str(side.members["name"][record]) for side, _ in reversed(sides) if record in side.members.index)
        told.append(phrase(
            "若没有{owner}的记录改动（{what.zh}），{who.zh}仍与原来一样。", "Without the change of {owner}'s records ({what.en}), {who.en} would stand as before.",
            owner=owner, what=_in_brief(changes[of == record], sides[-1][1]), who=names,
        ))  # fmt: skip
    return told[:MOST_CARRIED]


def _in_brief(changes: pd.DataFrame, records: Records) -> Phrase:
    """The first of some changed records, and how many more."""
    brief = [f"{row['table']} {row['column']} {row['before']} → {row['after']}" for row in (row | _of_dictionary(row, records) for row in rows_of(changes.head(2)))]
    more = f" +{len(changes) - 2}" if len(changes) > len(brief) else ""
    return Phrase(*(shortened(discreet(stop.join(" ".join(text.split()) for text in brief)), 2 * MOST_SHOWN) + more for stop in ("；", "; ")))


def comparison_table(comparison: Comparison, top: int = 50, language: Language | None = None, *, causes: bool = True) -> Table:
    """The members that moved: first those whose awards changed, then the grade, then only the rank.

    Parameters
    ----------
    causes
        Whether to say which change moved whom; not asked where there is but one, and the reader made it.
    """
    moved = comparison.moved
    counts = moved["what"].value_counts()
    note = phrase(
        "奖项变化 {awards} 个会员，仅等级变化 {grade} 个，仅名次变化 {rank} 个；以上列出 {shown} 个。",
        "{awards:member|members} with another award, {grade} with only another grade, {rank} with only another rank; {shown} are shown.",
        shown=min(top, len(moved)), **{what: int(counts.get(what, 0)) for what in ASPECTS},
    )  # fmt: skip
    rows = [_moved(comparison, str(member)) for member in moved.index[:top]]
    caption = Phrase("谁的结果变了，是哪一项改动所致", "Who moved, and by which change") if causes else Phrase("谁的结果会变", "Who would move")
    notes = joined([_legend(comparison), note, _untried(comparison)], "", "") if causes else note
    return listing(COMPARISON if causes else COMPARISON[:-1], rows, Lexicon.of(comparison.after, language), caption, notes)


def moves_in_words(comparison: Comparison) -> list[Phrase]:
    """Of each member that moved what it had and has, in the order of the table."""
    rows = [_moved(comparison, str(member)) for member in comparison.moved.index]
    return [phrase("{name}：{change.zh}", "{name}: {change.en}", name=row["name"], change=row["change"]) for row in rows]


def _moved(comparison: Comparison, member: str) -> Row:
    row = row_of(comparison.moved, member)
    was, is_ = _place_on_list(comparison.before, member, row, "_before"), _place_on_list(comparison.after, member, row, "")
    aspect = ASPECTS[row["what"]]
    totals = (wording.points(row[key], of.scheme.decimals) for key, of in (("total_before", comparison.before), ("total", comparison.after)))
    return {
        "name": row["name"], "class": row["class"], "totals": _arrow(*totals), "cause": why_in_words(comparison, member, _numbered(comparison)),
        "change": Phrase(f"{aspect.zh} {was.zh} → {is_.zh}".strip(), f"{aspect.en}{was.en} → {is_.en}"),
    }  # fmt: skip


def _place_on_list(evaluation: Evaluation, member: str, row: Row, side: str) -> Phrase:
    """What a member has of that by which it moved."""
    standing = row[f"{row['what']}{side}"]
    if member not in evaluation.members.index:
        return ABSENT
    if row["what"] == "awards":
        labels = [evaluation.scheme.label(award) for award in standing]
        return Phrase("、".join(labels), ", ".join(labels)) if labels else NONE
    if row["what"] == "grade":
        return Phrase(standing, standing) if standing else UNGRADED
    return UNRANKED if pd.isna(standing) else phrase("第 {n} 名", "{n}", n=standing)


def why_in_words(comparison: Comparison, member: str, names: Sequence[Phrase]) -> Phrase:
    """Which changes, by these names, alone move a member, and without which it would have stayed."""
    alone, needed = ([names[place] for place, true in row_of(flags, member).items() if true] for flags in (comparison.alone, comparison.needed))
    sentences = [_alone(alone)] * bool(alone) + [_needed(needed, alone)] * bool(needed)
    return joined(sentences, "；", "; ") if sentences else SEVERAL


def _alone(causes: Sequence[Phrase]) -> Phrase:
    if len(causes) == 1:
        return phrase("仅{one.zh}一项即会如此", "{one.en} alone does it", one=causes[0])
    return phrase("{any.zh}中任何一项单独即会如此", "any one of {any.en} does it", any=joined(causes, "、", " or "))


def _needed(causes: Sequence[Phrase], alone: Sequence[Phrase]) -> Phrase:
    if list(causes) == list(alone):
        return Phrase("没有它就不会变动" if len(causes) == 1 else "没有其中任何一项就不会变动", "without it nothing would have moved it")
    return phrase("没有{any.zh}就不会变动", "it would not have moved without {any.en}", any=joined(causes, "或", " or without "))


def _numbered(comparison: Comparison) -> list[Phrase]:
    return [phrase("改动{n}", "change {n}", n=count) for count in range(1, len(comparison.trials) + 1)]


def _legend(comparison: Comparison) -> Phrase:
    """What each number stands for."""
    changes = zip(_numbered(comparison), (trial.cause.words for trial in comparison.trials), strict=True)
    return joined([phrase("{n.zh}：{words.zh}。", "{n.en}: {words.en}. ", n=number, words=words) for number, words in changes], "", "")


def _untried(comparison: Comparison) -> Phrase:
    """The changes that cannot be made, or left out, by themselves."""
    kept = [trial.cause.words for trial in comparison.trials if trial.alone is None or trial.without is None]
    if not kept:
        return Phrase("", "")
    return phrase(
        "以下改动不能单独作出或单独撤回，未能逐一试算：{all.zh}。", " These cannot be made or left out by themselves, and were not tried so: {all.en}.",
        all=joined(kept, "；", "; "),
    )  # fmt: skip
