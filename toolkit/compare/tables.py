"""Who moved between two evaluations and by which change, as a table and in a sentence for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from toolkit import wording
from toolkit.display import Table
from toolkit.standings import LEFT, RIGHT, Row, row_of
from toolkit.text import Language, Phrase, phrase
from toolkit.wording import class_name, headings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from toolkit.compare import Comparison
    from toolkit.evaluation import Evaluation

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
        "{awards} members with another award, {grade} with only another grade, {rank} with only another rank; {shown} are shown.",
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
    return _standing(found.before, member, row, "_before"), _standing(found.after, member, row, "")


def _standing(evaluation: Evaluation, member: str, row: Row, side: str) -> Phrase:
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
