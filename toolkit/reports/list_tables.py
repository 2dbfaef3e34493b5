"""Tables of the list: who stands where and why, who is awarded, and who is near the line.

Who moved between two evaluations and by which change, as a table and in a sentence for each.

Tables that compare: how sure each award is, and what changes between two evaluations.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.evaluation.contributions import Line, award_lines, distances
from toolkit.ground.display import Align, Table, shortened
from toolkit.ground.text import Language, Phrase, discreet, figure, phrase
from toolkit.reports import wording
from toolkit.reports.wording import class_name, headings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from toolkit.comparison import Comparison
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.scheme import Scheme


LEFT: Align = "left"
RIGHT: Align = "right"
CENTER: Align = "center"

Row = dict[Any, Any]


def ranking_table(evaluation: Evaluation, class_: str | None = None, top: int = 10) -> Table:
    """The first `top` of one class, or of every class when none is named."""
    scheme, ranking = evaluation.scheme, evaluation.ranking
    chosen = ranking if class_ is None else ranking[ranking["class"] == class_]
    shown = chosen[chosen["rank"].notna()].groupby("class", sort=False, dropna=False).head(top)
    classes = [class_name(name, scheme.language) for name in shown["class"]]
    what = class_ or Phrase("各类会员", "Each class").into(scheme.language)
    names = ("rank", "member", "class", "total", "tied", "award", "grade", "reason")
    table = Table(
        headings(scheme.language, *names),
        tuple(
            _standing(scheme, row, "" if class_ else name)
            for name, row in zip(classes, rows_of(shown), strict=True)
        ),
        phrase("{what}：前 {top} 名", "{what}: the first {top}", top=top, what=what).into(scheme.language),
        (RIGHT, LEFT, LEFT, RIGHT, CENTER),
        lines_after=breaks(classes),
    )
    return table.without_blank_columns()


def _standing(scheme: Scheme, row: Row, class_: str) -> tuple[str, ...]:
    return (
        wording.place(row["rank"]),
        row["name"],
        class_,
        wording.points(row["total"], scheme.decimals),
        "=" if row["tied"] else "",
        wording.award_label(scheme, row["award"]),
        row["grade"],
        row["reason"],
    )


def awards_table(evaluation: Evaluation, language: Language | None = None) -> Table:
    """For each class and award: members, applied, places, awarded and the lowest total awarded.

    Below it, whatever the numbers do not say by themselves: empty places, more given than there are, places left open.
    """
    scheme, language = evaluation.scheme, language or evaluation.scheme.language
    lines = award_lines(evaluation)
    rows = tuple(
        (
            class_name(line.class_, language),
            str(line.members),
            str(line.applied),
            wording.award_label(scheme, line.award),
            wording.BLANK if line.places is None else str(line.places),
            str(line.awarded),
            wording.BLANK if line.total is None else wording.points(line.total, scheme.decimals),
        )
        for line in lines
    )
    return Table(
        headings(language, "class", "members", "applied", "award", "places", "awarded", "line"),
        rows,
        Phrase("各类名额与获奖线", "Places and award lines by class").into(language),
        (LEFT, RIGHT, RIGHT, LEFT, RIGHT, RIGHT, RIGHT),
        lines_after=breaks([row[0] for row in rows]),
        note=(" " if language == "en" else "").join(filter(None, (told.into(language) for told in _beneath(evaluation, lines)))),
    )


def _beneath(evaluation: Evaluation, lines: Sequence[Line]) -> Iterator[Phrase]:
    scheme, places = evaluation.scheme, Phrase("待委员会决定的名额", "Places for the committee to decide")
    yield _vacancies(scheme, lines)
    counts = [(line.class_, line.award, line.places, line.awarded) for line in lines]
    bounds = [(award.id, award.quota.in_all) for award in scheme.awards if award.quota is not None]
    counts += [("", id_, bound, sum(line.awarded for line in lines if line.award == id_)) for id_, bound in bounds]
    passed = [(class_, award, f"{there}→{given}") for class_, award, there, given in counts if there is not None and given > there]
    yield _counted(scheme, Phrase("同分并列，一并授予（名额→获奖）", "More given than places, all level (places→given)"), passed)
    yield _counted(scheme, places, [(tie.class_, tie.award, str(tie.places)) for tie in evaluation.ties])


def _counted(scheme: Scheme, what: Phrase, counts: Sequence[tuple[str, str, str]]) -> Phrase:
    """What there is of something, award by award; nothing where there is none."""
    if not counts:
        return Phrase("", "")
    zh = "；".join(f"{class_name(class_, 'zh')}{wording.award_label(scheme, award)} {count}" for class_, award, count in counts)
    en = "; ".join(f"{class_name(class_, 'en')}, {wording.award_label(scheme, award)}: {count}" for class_, award, count in counts)
    return Phrase(f"{what.zh}：{zh}。", f"{what.en}: {en}.")


def _vacancies(scheme: Scheme, lines: Sequence[Line]) -> Phrase:
    """Which places stay empty, where any do."""
    empty = [line for line in lines if line.vacant]
    if not empty:
        return Phrase("", "")
    zh = "；".join(f"{class_name(e.class_, 'zh')}{wording.award_label(scheme, e.award)} {e.vacant} 个" for e in empty)
    en = "; ".join(f"{class_name(e.class_, 'en')}, {wording.award_label(scheme, e.award)}: {e.vacant}" for e in empty)
    return Phrase(f"空缺名额（宁缺毋滥）：{zh}。", f"Places left empty: {en}.")


def near_line_table(evaluation: Evaluation, within: float = 0.5) -> Table:
    """The members whose total lies within so many points of an award line that concerns them."""
    language = evaluation.scheme.language
    near = distances(evaluation)
    near = near[near["distance"].abs() <= within]
    caption = phrase(
        "距获奖线 {n} 分以内的会员", "Members within {n} points of a line", n=figure(within)
    )
    lines = list(zip(near["class"], near["award"], near["above"], strict=True))
    return Table(
        headings(language, "class", "which", "member", "rank", "total", "distance", "award"),
        tuple(_near(evaluation, row) for row in rows_of(near)),
        caption.into(language),
        (LEFT, LEFT, LEFT, RIGHT, RIGHT, RIGHT, LEFT),
        lines_after=tuple(n for n, (one, other) in enumerate(pairwise(lines)) if one != other and one[2]),
        note=Phrase(
            "深色横线即获奖线。线上会员：比未获该奖者的最高分多几分；线下会员：比获奖最低分少几分。",
            "The dark line is the award line: how far above the best who missed, or below the last who made it.",
        ).into(language),
    )


def ties_table(evaluation: Evaluation) -> Table:
    """The ties that the scheme leaves open: who is level at which line, and how many places are left."""
    scheme = evaluation.scheme
    rows = tuple(
        (
            class_name(tie.class_, scheme.language),
            wording.award_label(scheme, tie.award),
            str(tie.places),
            wording.JOIN.into(scheme.language).join(
                str(evaluation.ranking.loc[key, "name"]) for key in tie.members
            ),
        )
        for tie in evaluation.ties
    )
    note = phrase("共 {n} 处并列由委员会裁定。", "{n:tie|ties} for the committee to settle.", n=len(rows))
    return Table(
        headings(scheme.language, "class", "award", "places", "level"),
        rows,
        Phrase("待委员会裁定的并列", "Ties for the committee to settle").into(scheme.language),
        (LEFT, LEFT, RIGHT, LEFT),
        note=note.into(scheme.language),
    )


def _near(evaluation: Evaluation, row: Row) -> tuple[str, ...]:
    scheme, standing = evaluation.scheme, row_of(evaluation.ranking, row["member"])
    return (
        class_name(row["class"], scheme.language),
        wording.award_label(scheme, row["award"]),
        standing["name"],
        wording.place(standing["rank"]),
        wording.points(row["total"], scheme.decimals),
        wording.signed(row["distance"], scheme.decimals),
        wording.award_label(scheme, standing["award"]),
    )


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows as dictionaries by column."""
    return [
        dict(zip(frame.columns, cells, strict=True)) for cells in frame.itertuples(index=False, name=None)
    ]


def row_of(frame: pd.DataFrame, member: str) -> Row:
    """The row of one member by column."""
    return dict(frame.loc[member].items())


def breaks(names: Sequence[str]) -> tuple[int, ...]:
    """The rows after which another name begins."""
    return tuple(count for count, (one, other) in enumerate(pairwise(names)) if one != other)



CAPTION = Phrase("谁的结果变了，是哪一项改动所致", "Who moved, and by which change")
NONE, UNGRADED, UNRANKED = Phrase("未获奖", "no award"), Phrase("无等级", "no grade"), Phrase("不排名", "not ranked")
ABSENT = Phrase("不在名册", "not a member")
ASPECTS = {"awards": Phrase("", ""), "grade": Phrase("信用等级", "grade "), "rank": Phrase("名次", "rank ")}
SEVERAL = Phrase("几项改动合起来所致，去掉其中任何一项仍会变动", "by several changes together: it moves without any one of them, too")


def comparison_table(found: Comparison, top: int = 50, language: Language | None = None) -> Table:
    """The members that moved: first those whose awards changed, then the grade, then only the rank."""
    to = language or found.after.scheme.language
    counts = found.moved["what"].value_counts()
    note = phrase(
        "奖项变化 {awards} 个会员，仅等级变化 {grade} 个，仅名次变化 {rank} 个；以上列出 {shown} 个。",
        "{awards:member|members} with another award, {grade} with only another grade, {rank} with only another rank; {shown} are shown.",
        shown=min(top, len(found.moved)), **{what: int(counts.get(what, 0)) for what in ASPECTS},
    )  # fmt: skip
    return Table(
        headings(to, "member", "class", "change", "total", "cause"),
        tuple(_moved(found, str(member), to) for member in found.moved.index[:top]),
        CAPTION.into(to),
        (LEFT, LEFT, LEFT, RIGHT, LEFT),
        note=_legend(found).into(to) + note.into(to) + _untried(found).into(to),
    )


def moved_in_words(found: Comparison, member: str) -> Phrase:
    """What became of a member and why, in one sentence.

    Raises
    ------
    KeyError
        For a member that did not move.
    """
    row, why = row_of(found.moved, member), why_in_words(found, member)
    was, is_ = _sides(found, member)
    of = ASPECTS[row["what"]]
    return phrase("{name}{zh}由{was.zh}变为{is_.zh}：{why.zh}", "{name}: {en}from {was.en} to {is_.en}, {why.en}",
                  name=row["name"], zh=of.zh, en=of.en, was=was, is_=is_, why=why)  # fmt: skip


def why_in_words(found: Comparison, member: str, named: Sequence[Phrase] = ()) -> Phrase:
    """Which changes alone move a member, and without which it would have stayed.

    Parameters
    ----------
    named
        What each change is called; left out, what a minute says of it, in quotation marks.
    """
    named = named or [phrase("“{one.zh}”", "“{one.en}”", one=trial.cause.words) for trial in found.trials]
    alone, needed = ([named[place] for place, true in row_of(flags, member).items() if true] for flags in (found.alone, found.needed))
    said = [_alone(alone)] * bool(alone) + [_needed(needed, alone)] * bool(needed)
    return Phrase("；".join(each.zh for each in said), "; ".join(each.en for each in said)) if said else SEVERAL


def _alone(causes: Sequence[Phrase]) -> Phrase:
    if len(causes) == 1:
        return phrase("仅{one.zh}一项即会如此", "{one.en} alone does it", one=causes[0])
    zh, en = "、".join(each.zh for each in causes), " or ".join(each.en for each in causes)
    return phrase("{zh}中任何一项单独即会如此", "any one of {en} does it", zh=zh, en=en)


def _needed(causes: Sequence[Phrase], alone: Sequence[Phrase]) -> Phrase:
    if list(causes) == list(alone):
        return Phrase("没有它就不会变动" if len(causes) == 1 else "没有其中任何一项就不会变动", "without it nothing would have moved it")
    zh, en = "或".join(each.zh for each in causes), " or without ".join(each.en for each in causes)
    return phrase("没有{zh}就不会变动", "it would not have moved without {en}", zh=zh, en=en)


def _numbered(found: Comparison) -> list[Phrase]:
    return [phrase("改动{n}", "change {n}", n=count) for count in range(1, len(found.trials) + 1)]


def _legend(found: Comparison) -> Phrase:
    """What each number stands for."""
    said = [(name, trial.cause.words) for name, trial in zip(_numbered(found), found.trials, strict=True)]
    zh, en = "".join(f"{name.zh}：{words.zh}。" for name, words in said), "".join(f"{name.en}: {words.en}. " for name, words in said)
    return Phrase(zh, en)


def _moved(found: Comparison, member: str, to: Language) -> tuple[str, ...]:
    row = row_of(found.moved, member)
    was, is_ = _sides(found, member)
    of, totals = ASPECTS[row["what"]], _totals(found, row)
    return (
        str(row["name"]),
        class_name(row["class"], to),
        f"{of.into(to)} {was.into(to)} → {is_.into(to)}".strip(),
        totals[0] if totals[0] == totals[1] else " → ".join(totals),
        why_in_words(found, member, _numbered(found)).into(to),
    )


def _totals(found: Comparison, row: Row) -> tuple[str, str]:
    before, after = found.before.scheme.decimals, found.after.scheme.decimals
    return wording.points(row["total_before"], before), wording.points(row["total"], after)


def _sides(found: Comparison, member: str) -> tuple[Phrase, Phrase]:
    row = row_of(found.moved, member)
    return _place_on_list(found.before, member, row, "_before"), _place_on_list(found.after, member, row, "")


def _place_on_list(evaluation: Evaluation, member: str, row: Row, side: str) -> Phrase:
    held = row[f"{row['what']}{side}"]
    if member not in evaluation.members.index:
        return ABSENT
    if row["what"] == "awards":
        labels = [evaluation.scheme.label(award) for award in held]
        return Phrase("、".join(labels), ", ".join(labels)) if labels else NONE
    if row["what"] == "grade":
        return Phrase(held, held) if held else UNGRADED
    return UNRANKED if pd.isna(held) else phrase("第 {n} 名", "{n}", n=held)


def _untried(found: Comparison) -> Phrase:
    """The changes that cannot be made, or left out, by themselves."""
    kept = [trial.cause.words for trial in found.trials if trial.alone is None or trial.without is None]
    if not kept:
        return Phrase("", "")
    return phrase(
        "以下改动不能单独作出或单独撤回，未能逐一试算：{zh}。", " These cannot be made or left out by themselves, and were not tried so: {en}.",
        zh="；".join(each.zh for each in kept), en="; ".join(each.en for each in kept),
    )  # fmt: skip



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
        "{n:member's results|members' results} depend on the weights, the {shown} least certain are shown; error up to {error:.1%}.",
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
    """What `toolkit.comparison.records.changed_records` found, in the words of the data dictionary and with members' names."""
    counts = changes["kind"].value_counts()
    counted = {name: int(counts.get(name, 0)) for name in RECORD_CHANGES}
    listed = pd.concat([changes[changes["kind"] != "moved"], _moved_together(changes)])
    note = phrase(
        "新增 {added} 行，删除 {removed} 行，更改 {changed} 格，换文件 {moved} 行；以上列出 {shown} 条。只比较被采用的行。",
        "{added:row|rows} added, {removed} removed, {changed:cell|cells} changed, {moved:row|rows} moved to another file; {shown} are "
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
        shortened(discreet(member), MOST_SHOWN),
        shortened(discreet(row["key"]), MOST_SHOWN),
        said[1].into(language),
        shortened(discreet(row["before"]), MOST_SHOWN),
        shortened(discreet(row["after"]), MOST_SHOWN),
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
