"""The minutes as a secretary writes them: each entry with its number, day and hour, who decided what, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from toolkit.ground.text import Language, Phrase, in_words_before, joined, one_line, phrase
from toolkit.minutes.adoption import ADOPTION, FOUND, ON_DISK, RULED
from toolkit.minutes.decisions import PLACING, RULES_LOST, RULING, STATE, STATES, state_of
from toolkit.minutes.journal import Entry, Journal
from toolkit.minutes.mends import ANEW, MENDS, OBJECTION, UPHELD, mends_of
from toolkit.scheme import role_in_words

EMPTY = Phrase("还没有记录。", "No entry yet.")
NOBODY = Phrase("", "")
UNPROVED = Phrase(
    "由谁决定，照记入的人所写，程序不核实身份。签署一版封存包的人，一并签署了封存时的末条指纹，即到那时为止的全部记录；其后的记录不在签名之内。",
    "Who decided is as whoever entered it wrote: no program has proved it. Who signs a bag signs the digest of the last entry of that time with it, and so all entries up to there, and none after.",
)
OUTCOMES = {"upheld": Phrase("成立", "upheld"), "rejected": Phrase("不成立", "rejected")}
Details = Mapping[str, Any]


def minutes_text(journal: Journal, language: Language) -> str:
    """All entries in order, and at the end how many there are, the state of the edition and the head of the chain."""
    if not journal.entries:
        return EMPTY.into(language)
    parts = [_entry_text(entry, language) for entry in journal.entries]
    return "\n\n".join([*parts, _foot(journal).into(language)])


def with_what_is_left(entry: Entry) -> Phrase:
    """What an entry says was done, in a sentence; and what is to be done by hand now, where it asks for that."""
    upholds = entry.what == OBJECTION and entry.details.get("outcome") == UPHELD
    return joined([done(entry), _by_hand(entry.details)], "", "") if upholds else done(entry)


def done(entry: Entry) -> Phrase:
    """What an entry says was done alone, as it stands in the minutes of a meeting: what the office does next is no decision of it."""
    words = KINDS.get(entry.what)
    try:
        return words(entry.details) if words else _unforeseen(entry)
    except (KeyError, TypeError, ValueError, AttributeError):
        return _unforeseen(entry)


def _entry_text(entry: Entry, language: Language) -> str:
    who = one_line(entry.by)
    by = Phrase(f"　{who}", f", {who}") if who else NOBODY
    head = phrase("第 {n} 条　{time}{by.zh}", "{n}. {time}{by.en}", n=entry.number, time=f"{entry.time:%Y-%m-%d %H:%M}", by=by)
    reason = [phrase("理由：{why}", "Because: {why}", why=entry.reason)] if entry.reason else []
    indent = "　　" if language == "zh" else "   "
    return "\n".join([head.into(language), *(f"{indent}{one_line(words.into(language))}" for words in (with_what_is_left(entry), *reason))])


def _foot(journal: Journal) -> Phrase:
    state = STATES[state_of(journal)].title
    whole = Phrase("逐条相扣，核对无误", "each linked to the one before")
    if journal.problems.errors:
        whole = Phrase("但记录链有问题，不可尽信", "but the chain is broken: do not rely on it")
    return phrase(
        "共 {n} 条，{whole.zh}。本届现为：{state.zh}。末条指纹：{head}\n" + UNPROVED.zh,
        "{n:entry|entries}, {whole.en}. The edition is: {state.en}. Digest of the last: {head}\n" + UNPROVED.en,
        n=len(journal.entries), whole=whole, state=state, head=journal.head,
    )  # fmt: skip


def _adopted(details: Details) -> Phrase:
    changes = _listed(details["changes"])
    if details.get("of") == "ballots":
        changes = Phrase(WEIGHTS.sub("", changes.zh), WEIGHTS.sub("", changes.en))
        return phrase("采用专家组权重：{zh}。", "Adopted the group's weights: {en}.", zh=changes.zh, en=changes.en)
    return phrase("修改评选办法：{zh}。", "Amended the scheme: {en}.", zh=changes.zh, en=changes.en)


def _found(details: Details) -> Phrase:
    changes = _listed(details["changes"])
    return phrase("发现评选办法已在记录之外改动：{zh}。", "Found the scheme changed without an entry: {en}.", zh=changes.zh, en=changes.en)


def _on_disk(details: Details) -> Phrase:
    changes = Phrase("、".join(details["changes"]), ", ".join(details["changes"]))
    if rulings := details.get(RULED):
        lines = Phrase("、".join(map(str, rulings)), ", ".join(map(str, rulings)))
        return phrase("照工作记录第 {lines.zh} 条裁定改了：{zh}；别无改动。", "Mended as ruled (entry {lines.en}): {en}; nothing else was changed there.", lines=lines, zh=changes.zh, en=changes.en)
    return phrase("发现下列材料已在记录之外改动：{zh}。", "Found changed without an entry: {en}.", zh=changes.zh, en=changes.en)


def _ruled(details: Details) -> Phrase:
    called = {key: name or key for key, name in details["tied"]}
    award = Phrase(f"“{details['label']}”{_in(details['class']).zh}", f"`{details['label']}`{_in(details['class']).en}")
    if not details["given"]:
        return phrase("撤销工作记录第 {line} 条对{zh}同分的裁定。", "Lifted the ruling of entry {line} on the tie at {en}.", line=details["lifts"], zh=award.zh, en=award.en)
    given, tied = (joined([Phrase(called[key], called[key]) for key in keys], "、") for keys in (details["given"], called))
    left = phrase("剩余名额 {n} 个", "{n:place|places} left", n=details["places"])
    if details.get("by_budget"):
        left = phrase("经费余额最多够 {n} 家", "the budget has enough left for {n} at most", n=details["places"])
    return phrase(
        "裁定同分：{award.zh}{left.zh}，{tied.zh}完全同分，授予{given.zh}。",
        "Settled a tie: {award.en}, {left.en}, {tied.en} level in every way; given to {given.en}.",
        award=award, left=left, tied=tied, given=given,
    )  # fmt: skip


def _given(details: Details) -> Phrase:
    whose = details["name"] or details["member"]
    if not details["score"]:
        return phrase("撤销为{whose}“{label}”所定的分数。", "Lifted the score given to {whose} for `{label}`.", whose=whose, label=details["label"])
    return phrase("专家组未能评分，“{label}”为{whose}定 {score} 分。", "The panel could not score: {whose} is given {score} for `{label}`.",
                  whose=whose, label=details["label"], score=details["score"])  # fmt: skip


def _in(class_: str) -> Phrase:
    return Phrase(f"（{class_}）", f" ({class_})") if class_ else Phrase("", "")


def _state(details: Details) -> Phrase:
    title = STATES[details["state"]].title
    return phrase("本届转为“{zh}”。", "The edition is now: {en}.", zh=title.zh, en=title.en)


def _objection(details: Details) -> Phrase:
    outcome, told = OUTCOMES[details["outcome"]], details.get("moves", [])
    moves = phrase("照此重算，变动的会员：{zh}。", " Computed so, these move: {en}.", zh="；".join(told), en="; ".join(told)) if told else NOBODY
    return phrase("第 {n} 号异议裁定{zh}。{moves.zh}", "Objection {n}: {en}.{moves.en}", n=details["objection"], zh=outcome.zh, en=outcome.en, moves=moves)


def carried_out(details: Details) -> Phrase:
    """What became of records and results by a ruling whose mends, if it asks for any, are done; room to write it where nobody said what it asks for.

    Examples
    --------
    >>> carried_out({"outcome": "rejected"}).en
    'It changes neither the records nor the published results.'
    """
    if details["outcome"] != UPHELD:
        return Phrase("本件异议不改变记录，也不改变公示的结果", "It changes neither the records nor the published results.")
    if MENDS not in details:
        return Phrase("【裁定时没有写明记录怎样改，请秘书处核对后在此写明：更正了哪里，或者不须更正】",
                      "[The ruling does not say what becomes of the records. To be filled in by the secretariat: what was corrected, or that nothing had to be.]")  # fmt: skip
    mended, moved = len(details[MENDS]) - sum(mend.stays for mend in mends_of(details)), len(details.get("moves", []))
    if not mended:
        return Phrase("按裁定记录不须更改，公示的结果不因本件异议改变", "By the ruling no record is to be changed, and the published results stand as far as this objection goes.")
    result = phrase("照此重新计算，奖项、等级或名次变动的会员 {n} 家，以更正后公布的结果为准", "Computed anew, {n:member has|members have} another award, grade or rank; the results published after the correction hold.", n=moved)
    unmoved = Phrase("照此重新计算，没有会员的奖项、等级或名次变动", "Computed anew, no member's award, grade or rank changes.")
    return phrase("记录已照裁定更正 {n} 处；{result.zh}", "The records were corrected as was ruled, in {n:place|places}. {result.en}", n=mended, result=result if moved else unmoved)


def _by_hand(details: Details) -> Phrase:
    """What is to be done by hand now: a ruling changes no record."""
    places, asked = [mend.words for mend in mends_of(details) if not mend.stays], details.get(MENDS)
    if isinstance(asked, list) and len(asked) == sum(mend.stays for mend in mends_of(details)) and not in_words_before("1.0.0"):
        return Phrase("记录不必改动。", " No record is to be changed.")
    where = joined(places, "；", "; ") if places else Phrase("请在原文件中照裁定改正", "mend their files as was ruled")
    how = Phrase("committee seal", "committee seal") if in_words_before("1.0.0") else Phrase(f"如 {ANEW[0]}", f"such as {ANEW[1]}")
    return phrase("记录并未因此改动，须手工改好：{where.zh}；改好后另封一版（{how.zh}）。",
                  " No record is changed by this; by hand: {where.en}; then seal a new revision ({how.en}).", where=where, how=how)  # fmt: skip


def _sealed(details: Details) -> Phrase:
    how = [
        phrase("，替代 {revises}", ", in place of {revises}", revises=details["revises"]) if details.get("revises") else NOBODY,
        Phrase("，记录开启之前的规则", ", the rules before the records") if details.get("rules") else NOBODY,
        Phrase("（封存包先已在，照现状记入）", " (the bag was there already: entered as found)") if details.get("found") else NOBODY,
    ]
    how_words = joined(how, "", "")
    return phrase("封存 {revision}{how.zh}。封存包指纹：{bag}", "Sealed {revision}{how.en}. Digest of the bag: {bag}",
                  revision=details["revision"], how=how_words, bag=details["bag"])  # fmt: skip


def _rules_lost(details: Details) -> Phrase:
    return phrase(
        "打开记录之前封存的办法（封存包指纹：{bag}）已经没有了；此后办法又改了什么，无从对照。",
        "The rules sealed before the records (digest of the bag: {bag}) are there no more: what was decided otherwise since cannot be held against them.",
        bag=details["bag"],
    )  # fmt: skip


def _signed(details: Details) -> Phrase:
    role = role_in_words(str(details["role"]))
    return phrase("以“{role.zh}”身份签署 {revision}，密钥 {key}。", "Signed as {role.en}: {revision}, key {key}.",
                  role=role, revision=details["revision"], key=details["key"])  # fmt: skip


def _listed(changes: list[str]) -> Phrase:
    """Changes one after the other; what several next to each other change is named once: 权重：甲 40 → 58，乙 60 → 42."""
    told: list[str] = []
    what = ""
    for change in changes:
        one = MOVED.fullmatch(change)
        if one and one["what"] == what:
            told[-1] += f"{STOPS[one['stop']]}{one['moved']}"
        else:
            told.append(change)
        what = one["what"] if one else ""
    return Phrase("；".join(told), "; ".join(told))


MOVED = re.compile(r"(?P<what>[^：:]+)(?P<stop>：|: )(?P<moved>[^，,、；]+ → [^，,、；]+)")
"""A change of one value by another: 权重：参加活动 40 → 58."""
STOPS = {"：": "，", ": ": ", "}
"""What stands between what was changed and where, and between two such places, in either language."""
WEIGHTS = re.compile(r"^(权重：|weight: )")


KINDS: Mapping[str, Callable[[Details], Phrase]] = {
    ADOPTION: _adopted, FOUND: _found, ON_DISK: _on_disk, RULING: _ruled, PLACING: _given, STATE: _state, OBJECTION: _objection, RULES_LOST: _rules_lost, "seal": _sealed, "signature": _signed,
}  # fmt: skip


def _unforeseen(entry: Entry) -> Phrase:
    """An entry of a kind this room does not know: its word, and whatever of its details is text or a number."""
    told = "，".join(_plain(entry.details))
    return Phrase(f"{entry.what}：{told}。" if told else f"{entry.what}。", f"{entry.what}: {told}." if told else f"{entry.what}.")


def _plain(details: Details) -> Iterator[str]:
    for key, value in details.items():
        if isinstance(value, str | int) and value != "" and not isinstance(value, bool):
            yield f"{key} {value}"
