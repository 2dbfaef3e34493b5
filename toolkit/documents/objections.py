"""What papers say of objections: receipts and replies to whoever objected, and notices to members whose result changed by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from toolkit.documents.fields import Case, Fields, with_last
from toolkit.ground.text import Phrase, listed, phrase
from toolkit.minutes.mends import MENDS, UPHELD, overtaken
from toolkit.minutes.wording import OUTCOMES, carried_out
from toolkit.reports.score_cards import outcome, score_cards

CHANGED = Phrase("结果变动告知书", "Notice of a changed result")
LATER = Phrase(
    "【其后的裁定改动了本件裁定的内容，请秘书处核对后在此写明：记录最后怎样更正，结果有无变动】",
    "[A later ruling changed what this one asks for. To be filled in by the secretariat: what became of the records in the end, and of the results.]",
)
UNMOVED = Phrase("没有会员的结果因异议变动", "no objection changed the result of a member")


def objection_fields(case: Case) -> Fields:
    """Receipts and replies, one for each objection; who objects is written in by hand."""
    listed, entries, later = [], {entry.number: entry.details for entry in case.journal.entries}, _overtaken(case)
    for number, one in sorted(case.objections.listed.items()):
        decided = one.decision
        ruling = phrase("异议{said.zh}", "the objection is {said.en}", said=OUTCOMES[decided.outcome]) if decided else Phrase("", "")
        details = {**entries.get(decided.entry, {}), "outcome": decided.outcome} if decided and number not in later else {}
        changed = LATER if number in later else carried_out(details) if decided else Phrase("", "")
        listed.append({"编号": number, "会员": _called(case, one.member), "收到": case.on(one.received), "期限": case.on(one.answer_by) if one.answer_by else "", "事项": one.about,
                       "决定": case.says(ruling), "更改": case.says(changed), "所涉": case.says(_of_the_concerned(case, one.member, details)), "理由": decided.because if decided else "",
                       "由谁": decided.by if decided else "", "决定日期": case.on(decided.on) if decided else ""})  # fmt: skip
    return {"异议": with_last(listed)}


def _overtaken(case: Case) -> frozenset[int]:
    """The objections whose ruling a later one changed."""
    entries = {entry.number: entry for entry in case.journal.entries}
    ruled = {number: entries[one.decision.entry] for number, one in case.objections.listed.items() if one.decision and one.decision.entry in entries}
    return overtaken({number: entry for number, entry in ruled.items() if "outcome" in entry.details})


def _of_the_concerned(case: Case, member: str, details: Mapping[str, Any]) -> Phrase:
    """What follows for the member whom an upheld objection concerns, where anybody's result moved: what it has now as far as everybody may read that."""
    moves, name = details.get("moves", ()), _called(case, member)
    if not moves or not details.get(MENDS):
        return Phrase("", "")
    if not _of_member(moves, name):
        return Phrase("异议所涉会员的奖项、等级和名次不变。", " The award, grade and rank of the member concerned are as before.")
    has = [row["award"] for row in (case.extract.rows if case.extract else ()) if row.get("name") == name and row.get("award")]
    now = phrase("，更正后公布的奖项为“{award}”", "; as published after the correction it has “{award}”", award=has[0]) if has else Phrase("", "")
    return phrase("其中有异议所涉会员{now.zh}。", " The member concerned is one of them{now.en}.", now=now)


def _called(case: Case, member: str) -> str:
    """A member by its name, whether it is known by that or by its key."""
    names = case.evaluation.members["name"]
    return str(names[member]) if member in names.index else member


def reply_fields(case: Case) -> Fields:
    """Replies alone: to the objections that are ruled on, and whose ruling is carried out."""
    return {"异议": with_last([one for one in objection_fields(case)["异议"] if one["编号"] in case.objections.answerable()])}


def _of_member(moves: Iterable[str], name: str) -> list[str]:
    """Of moves as the minutes tell them those of the member of that name, without it."""
    return [move[len(name) + 1 :].strip() for move in moves if move.startswith((f"{name}：", f"{name}:"))]


def changed_results(case: Case) -> Iterator[tuple[str, Fields]]:
    """A notice to each member whose result changed by objections that were upheld and mended, under its key: what changed by which, and what it has now."""
    rulings = [(number, one.decision.entry) for number, one in sorted(case.objections.listed.items()) if one.decision and one.decision.outcome == UPHELD and number in case.objections.answerable() - _overtaken(case)]
    entries = {entry.number: entry.details for entry in case.journal.entries}
    moved: dict[str, list[Fields]] = {}
    names = case.evaluation.members["name"]
    for number, entry in rulings:
        for member in names.index[~names.duplicated(keep=False)]:
            for change in _of_member(entries.get(entry, {}).get("moves", ()), str(names[member])):
                moved.setdefault(str(member), []).append({"编号": number, "变动": change})
    cards = {card.member: card for card in score_cards(case.evaluation)} if moved else {}
    for member, changes in moved.items():
        numbers = listed([str(change["编号"]) for change in changes])
        yield member, {"名称": str(names[member]), "变动": changes, "号": case.says(numbers), "现在": case.says(outcome(case.scheme, cards[member]))}


def lacks_changes(case: Case) -> Phrase | None:
    """Why there is nobody to be told; None where there is."""
    return next((None for _ in changed_results(case)), UNMOVED)


def letters_of_change(case: Case) -> tuple[Iterator[tuple[str, Fields]], Iterator[tuple[str, Fields]]]:
    """All notices in one, and one each."""
    letters = [*changed_results(case)]
    return iter([("", {"告知": with_last([one for _, one in letters])})]), ((member, {"告知": with_last([one])}) for member, one in letters)
