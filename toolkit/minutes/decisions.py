"""What the committee decides, entered into the minutes: ties settled, and the states an edition passes through; and read again from there."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from toolkit.ground.problems import Problem, Problems, nearest, refuse, stop_at
from toolkit.ground.ranking import Placing, Ruling, Tie
from toolkit.ground.text import Phrase, discreet, figure, joined, listed, phrase
from toolkit.ground.writing import edition_lock
from toolkit.minutes.adoption import ADOPTION, FOUND, ON_DISK, SCHEME, WORDING, enter_found, entered
from toolkit.minutes.journal import ASK, JOURNAL, Entry, Journal, read_journal, refuse_unsaid
from toolkit.minutes.mends import OBJECTION
from toolkit.scheme import load_scheme
from toolkit.scheme.outcomes import SHORTLIST, SHORTLIST_TITLE

RULING, PLACING, STATE, RULES_LOST = "ruling", "placing", "state", "rules_lost"
NOT_OPEN = Phrase("没有待委员会裁定的同分", "nothing there is level and left to the committee")
BY_LIST = Phrase("初审入围的同分不用 decide 裁定", "a tie at the shortlist is not ruled on by `decide`")
RECORD_IT = Phrase(
    '请把委员会定下的入围名单填入 [shortlist] 的 decided 所指的条件（没有写的，请先写 decided = "条件"）',
    'record the list that the committee decided where `decided` of [shortlist] looks (write decided = "CONDITION" first where it is not there)',
)
SCORE = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,4})?")
NO_SCORE = Phrase("不是至多四位小数的评分", "is no score of at most four decimals")
GIVE_SCORE = Phrase("请写数字，如 85", "write a number, such as 85")
LOOK = Phrase("用 committee evaluate 看现在的名单", "see the list as it is: committee evaluate")
A_NUMBER = Phrase("请写一个数", "write a number")
NOT_LEVEL = Phrase("不在同分之列", "is not among those level")
NOT_TOGETHER = (
    Phrase("这几家不能一起选：同组的会超过限额，或不足应有的家数", "these cannot be chosen together: more alike than there may be, or fewer than there have to be"),
    Phrase("请另选", "choose others"),
)
NOT_PAID = (
    Phrase("不能这样选：经费余额不够，或选了之后余下的经费还够资助其中另一家", "not so: more than the budget has left, or it would pay for another of them besides"),
    Phrase("可选经费够的任何几家，只要余下的不够再资助其中任何一家", "choose any the budget pays for, so long as it would pay for none of the others besides"),
)
AGAIN = Phrase("一家会员写了两次", "a member is named twice")
FINAL = "decided"
PUBLIC = frozenset({"publicised", FINAL})
"""The states in which others than the committee know the list."""
IS_DECIDED = Phrase("本届已决定，不能再改动", "the edition is decided: nothing of it changes")
WITHDRAW = Phrase("如确需改动，请先由会长办公会或理事会撤回：state withdrawn", "where it has to, the president's meeting or council withdraws it first: state withdrawn")
ANEW = Phrase(
    "请退回，重新评审，已封存的另封一版，再公示：state 已评审，committee seal 届次 --as 新版次 --revises 原版次 --because 理由，state 公示中",
    "send it back, have it reviewed, sealed anew where it was sealed, and made public: state reviewed, committee seal DIR --as NEW --revises FORMER --because WHY, state publicised",
)
REVIEW_ANEW = Phrase("请退回，重新评审：state 拟定，state 已评审", "send it back, and have it reviewed anew: state draft, then state reviewed")
SAME_RULING = ("提醒：与第 {n} 条的裁定相同，名单不因此变动", "note: it rules as no. {n} does, and moves nothing in the list")
UNUSUAL = (
    "提醒：照所写记为“{by}”所定。同分、待定位次和异议依例由专家委员会、会长办公会或理事会裁定，请写明是哪次会议（同分和待定位次可以再裁定一次，以后一次为准）",
    "note: entered as decided by `{by}`. Ties, open places and objections are for the expert committee, the president's meeting or the council: name which meeting it was (a tie or a place can be ruled on once more, and the later ruling holds)",
)
GARBLED = Phrase("这条裁定写得不全，不能采用", "this ruling does not say all that a ruling says")
NO_STATE = Phrase("这条没有写明本届转为哪一状态，不作数", "this line names no state, and does not count")


@dataclass(frozen=True)
class State:
    """What an edition can be: its word, how minutes say it, what it may follow, and who may say so (`whose` is looked for in the name given)."""

    word: str
    title: Phrase
    after: tuple[str, ...]
    body: Phrase
    whose: re.Pattern[str]


_COUNCIL = r"会长|理事|常务|president|council|chair"
_EXPERTS = rf"专家|评审|评委|委员会|expert|committee|panel|{_COUNCIL}"
_OFFICE = rf"秘书|办公室|secretar|office|{_EXPERTS}"
_BODY = re.compile(
    r"[0-9〇一二三四五六七八九十年月日届第次全体扩大副正会长理事常务专家评审选优表彰奖办公联席工作党组协]*(?:委员会|办公会|理事会|专家组|评审组|会议)(?:第[0-9一二三四五六七八九十]+次(?:会议)?)?"
    r"|(?:the )?(?:(?:expert|executive|presidents?|presidents?'s?|standing|review|award) )*(?:committee|council|board|panel|meeting)",
    re.IGNORECASE,
)
"""What a body is called, in words that are nobody's name."""
STATES: Mapping[str, State] = {
    state.word: state
    for state in (
        State("draft", Phrase("拟定", "draft"), ("reviewed", "publicised", "withdrawn"), Phrase("秘书处", "the secretariat"), re.compile(_OFFICE, re.IGNORECASE)),
        State("reviewed", Phrase("已评审", "reviewed"), ("draft", "publicised"), Phrase("专家委员会", "the expert committee"), re.compile(_EXPERTS, re.IGNORECASE)),
        State("publicised", Phrase("公示中", "publicised"), ("reviewed",), Phrase("秘书处", "the secretariat"), re.compile(_OFFICE, re.IGNORECASE)),
        State("decided", Phrase("已决定", "decided"), ("publicised",), Phrase("会长办公会或理事会", "the president's meeting or council"), re.compile(_COUNCIL, re.IGNORECASE)),
        State("withdrawn", Phrase("已撤回", "withdrawn"), ("publicised", "decided"), Phrase("会长办公会或理事会", "the president's meeting or council"), re.compile(_COUNCIL, re.IGNORECASE)),
    )
}  # fmt: skip
"""An edition begins as a draft. A review or a notice can be sent back; what was decided can only be withdrawn, and then drafted anew."""


def already_ruled(journal: Journal, entry: Entry) -> Phrase | None:
    """What is to be said of a ruling on a tie that says the same as the one that stood before it; None of any other."""
    now = _ruling(entry) if entry.what == RULING else None
    former = next((ruling.line for ruling in rulings_of(journal) if now is not None and (ruling.tie, ruling.given) == (now.tie, now.given)), None)
    return None if former is None else phrase(*SAME_RULING, n=former)


def unusual_body(entry: Entry) -> Phrase | None:
    """What is to be said where a ruling is entered as of somebody who is no committee, meeting or council; None where it is one."""
    if entry.what not in {RULING, PLACING, OBJECTION} or STATES["reviewed"].whose.search(entry.by):
        return None
    return phrase(*UNUSUAL, by=entry.by)


def decide_tie(
    folder: Path,
    ties: Sequence[Tie],
    award: str,
    members: Collection[str],
    *,
    by: str,
    reason: str,
    class_: str | None = None,
    names: Mapping[Any, Any] | None = None,
) -> Entry:
    """Enter how the committee settled a tie of the edition in `folder`: which of those level are given the places left.

    From then on the edition's evaluations give them; a later ruling on the same award and class takes the place of this one.

    Parameters
    ----------
    ties
        What is left to the committee: `Evaluation.left_to_committee`.
    award, class_
        The award by its id or its label, and the class where ties of it are open in several.
    members
        Those who are given the places, by key or by exact name: as many as there are. None lifts the ruling that stands.
    by, reason
        Who decided, and why; telephone and identity numbers in them are masked.
    names
        What members are called, by key, so that the minutes can be read by themselves.

    Raises
    ------
    Refused
        When there is no such tie, other members are named than are level, or more or fewer than there are places; when name or
        reason is empty; when another writer holds the edition, or it cannot be written.
    """
    with edition_lock(folder):
        refuse_decided(read_journal(folder))
        labels = {item.id: item.label for item in load_scheme(folder / SCHEME).awards}
        award, called = meant(award, labels), {str(key): str(name) for key, name in (names if names is not None else {}).items()}
        level = {key: called.get(key, "") for tie in ties for key in tie.members}
        keys = tuple(meant(member, level) for member in members)
        standing = rulings_of(read_journal(folder))
        details = _ruled(_tie_meant(ties, award, keys, class_, labels), keys, called, _beside(standing, ties)) if keys else _lifted(standing, award, class_)
        return entered(folder, RULING, by, reason, {**details, "label": labels.get(award, award)})


def meant(word: str, names: Mapping[Any, Any]) -> str:
    """The key of what is meant by its key or its exact name; the word itself where none or several are called so."""
    called = [str(key) for key, name in names.items() if str(name).strip() == word.strip()]
    return called[0] if word not in names and len(called) == 1 else word


def likely(word: str, names: Mapping[Any, Any]) -> Phrase | None:
    """The question whether a member is meant that is called nearly so, with its key and its name; None where none is."""
    keys = {text: str(key) for key, name in names.items() for text in (str(name), str(key))}
    guess = nearest(word.strip(), keys)
    return phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=_called(keys[guess], names)) if guess else None


def _called(key: str, names: Mapping[Any, Any]) -> str:
    """A member by its key and its name."""
    return f"{key} {names.get(key, '')}".strip()


def _tie_meant(ties: Sequence[Tie], award: str, members: Collection[str], class_: str | None, labels: Mapping[str, str]) -> Tie:
    """The tie whose members are named most."""
    open_ = [tie for tie in ties if tie.award == award and class_ in {None, tie.class_}]
    if not open_:
        known = joined([Phrase(f"{labels.get(tie.award, '')}（{tie.award}）{tie.class_}", f"{labels.get(tie.award, '')} ({tie.award}) {tie.class_}".strip()) for tie in ties], "、")
        mend = phrase("待裁定的有：{known.zh}", "left to the committee: {known.en}", known=known) if ties else LOOK
        if award in {SHORTLIST, SHORTLIST_TITLE.zh, SHORTLIST_TITLE.en}:
            raise refuse(BY_LIST, RECORD_IT, column=award, value=class_ or "")
        raise refuse(NOT_OPEN, mend, column=award, value=class_ or "")
    return max(open_, key=lambda tie: len(set(members) & set(tie.members)))


def _beside(standing: Sequence[Ruling], ties: Sequence[Tie]) -> list[Ruling]:
    """The rulings on ties that are there still, beside which another tie of the same award and class can be ruled on."""
    return [ruling for ruling in standing if ruling.tie in ties]


def _ruled(tie: Tie, members: tuple[str, ...], names: Mapping[Any, Any], standing: Sequence[Ruling]) -> dict[str, Any]:
    problems = [_strange(tie, member, names) for member in members if member not in tie.members]
    if len(set(members)) < len(members):
        problems.append(Problem("error", AGAIN, phrase("请只写一次", "name it once"), column=tie.award))
    elif not problems and not tie.by_budget and len(members) != tie.places:
        rule = phrase("剩余名额 {places} 个，写了 {n} 家", "{places:place|places} left, {n} named", places=tie.places, n=len(members))
        problems.append(Problem("error", rule, phrase("请写满 {n} 家", "name {n}", n=tie.places), column=tie.award, value=tie.class_))
    elif not problems and tie.allows is not None and not tie.allows(members):
        problems.append(Problem("error", *(NOT_PAID if tie.by_budget else NOT_TOGETHER), column=tie.award, value=tie.class_))
    stop_at(problems)
    tied = [[member, str(names.get(member, ""))] for member in tie.members]
    lines = [ruling.line for ruling in standing if (ruling.tie.award, ruling.tie.class_) == (tie.award, tie.class_) and ruling.tie != tie]
    beside = ({"beside": lines} if lines else {}) | ({"by_budget": True} if tie.by_budget else {})
    return {"award": tie.award, "class": tie.class_, "places": tie.places, "tied": tied, "given": sorted(members), **beside}


def _strange(tie: Tie, member: str, names: Mapping[Any, Any]) -> Problem:
    level = {key: names.get(key, "") for key in tie.members}
    all_ = phrase("同分的是：{members.zh}", "level are: {members.en}", members=listed(_called(key, level) for key in level))
    return Problem("error", NOT_LEVEL, (None if member in names else likely(member, level)) or all_, column=tie.award, value=_called(member, names))


def _lifted(rulings: Sequence[Ruling], award: str, class_: str | None) -> dict[str, Any]:
    standing = [ruling for ruling in rulings if ruling.tie.award == award and class_ in {None, ruling.tie.class_}]
    if len({ruling.tie.class_ for ruling in standing}) != 1:
        classes = listed(ruling.tie.class_ or "—" for ruling in standing)
        none = Phrase("没有写授予谁，也没有裁定可撤销", "it names nobody who is given a place, and there is no ruling to lift")
        rule = phrase("{n} 条裁定可撤销", "{n:ruling|rulings} to lift", n=len(standing)) if standing else none
        mend = phrase("请用 --class 写明类别：{classes.zh}", "name the class with --class: {classes.en}", classes=classes) if standing else LOOK
        raise refuse(rule, mend, column=award, value=class_ or "")
    return {"award": award, "class": standing[0].tie.class_, "places": 0, "tied": [], "given": [], "lifts": standing[-1].line}


def rulings_of(journal: Journal) -> tuple[Ruling, ...]:
    """The rulings that stand: by award and class the last one, and those beside which it says to stand."""
    standing: dict[tuple[str, str], list[Ruling]] = {}
    for entry in (entry for entry in journal.entries if entry.what == RULING):
        if (ruling := _ruling(entry)) is not None:
            kept, beside = standing.get((ruling.tie.award, ruling.tie.class_), []), entry.details.get("beside")
            kept = [earlier for earlier in kept if isinstance(beside, list) and earlier.line in beside]
            standing[ruling.tie.award, ruling.tie.class_] = [*kept, ruling]
    return tuple(ruling for rulings in standing.values() for ruling in rulings if ruling.given)


def garbled_lines(journal: Journal) -> Problems:
    """An error for each line that was to be a ruling and is none, a warning for each that was to be a state."""
    rulings = [entry for entry in journal.entries if entry.what == RULING and _ruling(entry) is None]
    states = [entry for entry in journal.entries if entry.what == STATE and _state(entry) is None]
    return Problems((
        *(Problem("error", GARBLED, ASK, file=JOURNAL, row=entry.number) for entry in rulings),
        *(Problem("warning", NO_STATE, ASK, file=JOURNAL, row=entry.number) for entry in states),
    ))  # fmt: skip


def _ruling(entry: Entry) -> Ruling | None:
    """A line as a ruling, if it says all of one."""
    said = entry.details
    try:
        tied, given = tuple(sorted(str(key) for key, _ in said["tied"])), tuple(sorted(map(str, said["given"])))
        tie = Tie(str(said["award"]), str(said["class"]), tied, int(said["places"]))
    except (KeyError, TypeError, ValueError):
        return None
    enough = len(given) == tie.places or (said.get("by_budget") is True and 0 < len(given) < tie.places)
    whole = set(given) <= set(tied) and enough and tie.places < max(1, len(tied))
    body = entry.by if _BODY.fullmatch(entry.by) else ""
    return Ruling(tie, given, entry.time.date(), entry.reason, entry.number, body) if whole else None


def score_given(text: str) -> float:
    """A score as it was typed, full-width digits too, of at most four decimals: what cannot be kept as it was said is not taken.

    Raises
    ------
    Refused
        When it is none.
    """
    if not SCORE.fullmatch(score := unicodedata.normalize("NFKC", text).strip()):
        raise refuse(NO_SCORE, GIVE_SCORE, value=text[:20])
    return float(score)


def decide_place(
    folder: Path,
    waiting: Mapping[str, Mapping[str, Any]],
    member: str,
    indicator: str,
    score: float | None,
    *,
    by: str,
    reason: str,
    bounds: tuple[float, float] | None = None,
    names: Mapping[Any, Any] | None = None,
) -> Entry:
    """Enter the score that the committee gives a member of the edition in `folder` where the panel left its place open; None lifts it.

    Parameters
    ----------
    waiting
        The places left open, by member and indicator: `Evaluation.measured.open`.
    bounds
        The lowest and highest score there is.
    by, reason, names
        As for `decide_tie`.

    Raises
    ------
    Refused
        When no such place is open, the score is none or out of bounds, or none was given that could be lifted; else as for `decide_tie`.
    """
    with edition_lock(folder):
        refuse_decided(read_journal(folder))
        if score is None and not any((placing.member, placing.indicator) == (member, indicator) for placing in placings_of(read_journal(folder))):
            raise refuse(Phrase("没有可撤销的定分", "no score was given that could be lifted"), LOOK, column=indicator, value=member)
        if score is not None:
            stop_at(_place_problems(waiting, member, indicator, score, bounds))
        label = load_scheme(folder / SCHEME).label(indicator)
        details = {"member": member, "name": str((names if names is not None else {}).get(member, "")), "indicator": indicator, "label": label}
        return entered(folder, PLACING, by, reason, {**details, "score": "" if score is None else figure(score)})


def _place_problems(
    waiting: Mapping[str, Mapping[str, Any]], member: str, indicator: str, score: float, bounds: tuple[float, float] | None
) -> Iterator[Problem]:
    if indicator not in waiting.get(member, {}):
        open_ = listed(f"{key} {id_}" for key, ids in waiting.items() for id_ in ids)
        mend = phrase("待定的有：{open.zh}", "open are: {open.en}", open=open_) if open_.zh else LOOK
        yield Problem("error", Phrase("这一位次并未待定", "this place is not open"), mend, column=indicator, value=member)
    low, high = bounds or (-math.inf, math.inf)
    if not (math.isfinite(score) and low <= score <= high):
        mend = phrase("请写 {low:g} 至 {high:g} 的数", "write a number from {low:g} to {high:g}", low=low, high=high) if bounds else A_NUMBER
        yield Problem("error", Phrase("分数超出范围", "the score is out of range"), mend, column=indicator, value=str(score))


def placings_of(journal: Journal) -> tuple[Placing, ...]:
    """The scores that the committee gave, by member and indicator the last one."""
    given: dict[tuple[str, str], Placing | None] = {}
    for entry in journal.entries:
        said = entry.details
        if entry.what == PLACING and {"member", "indicator", "score"} <= set(said):
            member, indicator = str(said["member"]), str(said["indicator"])
            score = float(said["score"]) if re.fullmatch(r"-?\d+(\.\d+)?", str(said["score"])) else None
            given[member, indicator] = None if score is None else Placing(member, indicator, score, entry.time.date(), entry.reason, entry.number)
    return tuple(placing for placing in given.values() if placing is not None)


def rules_lost(journal: Journal) -> Entry | None:
    """The entry that says that the rules sealed before the records are there no more, and why; None where they are."""
    return next((entry for entry in reversed(journal.entries) if entry.what == RULES_LOST), None)


def state_of(journal: Journal) -> str:
    """The state an edition is in, one of `STATES`; "draft" until the minutes say otherwise."""
    return next((word for entry in reversed(journal.entries) if entry.what == STATE and (word := _state(entry))), "draft")


def _state(entry: Entry) -> str | None:
    """The state that a line names, if there is such a one."""
    word = str(entry.details.get("state"))
    return word if word in STATES else None


def publicised_on(journal: Journal) -> tuple[dt.date, ...]:
    """The days on which the edition was made public, by its minutes, in their order."""
    return tuple(entry.time.date() for entry in journal.entries if entry.what == STATE and _state(entry) == "publicised")


def made_public(journal: Journal, before: str) -> tuple[dt.date, str] | None:
    """Which revision was the last to be made public before that one was sealed, and on which day, by the minutes; None where none was."""
    shown, sealed = None, ""
    for entry in journal.entries:
        if entry.what == "seal" and not entry.details.get("rules"):
            sealed = str(entry.details.get("revision", ""))
            if sealed == before:
                break
        elif entry.what == STATE and _state(entry) == "publicised" and sealed:
            shown = (entry.time.date(), sealed)
    return shown


def decided_on(journal: Journal) -> dt.date | None:
    """The day on which the edition was decided, by its minutes; None where it is not."""
    return next((entry.time.date() for entry in reversed(journal.entries) if entry.what == STATE and _state(entry)), None) if state_of(journal) == FINAL else None


def refuse_decided(journal: Journal) -> None:
    """Refuse that something is decided otherwise in an edition which the president's meeting decided.

    Raises
    ------
    Refused
    """
    if state_of(journal) == FINAL:
        raise refuse(IS_DECIDED, WITHDRAW)


def changed_after(journal: Journal) -> Problems:
    """A warning where the list that was made public or decided may be another since, with the first line that changed it."""
    state = next((entry for entry in reversed(journal.entries) if entry.what == STATE and _state(entry)), None)
    return Problems() if state is None or state.details["state"] not in PUBLIC else Problems(tuple(_changed_after(journal, state, ANEW)))


def _changed_after(journal: Journal, state: Entry, way: Phrase) -> Iterator[Problem]:
    title = STATES[state.details["state"]].title
    rule = phrase("转为“{title.zh}”之后又有改动，名单可能已不是当时的名单", "changed after it was `{title.en}`: the list may be another by now", title=title)
    for entry in changes_since(journal, state.number)[:1]:
        yield Problem("warning", rule, way, file=JOURNAL, row=entry.number)


def changes_since(journal: Journal, number: int) -> list[Entry]:
    """The entries after that of a `number` by which the list may be another: rulings, places given, and what became of rules and records."""
    return [entry for entry in journal.entries[number:] if entry.what in {RULING, PLACING, ADOPTION, FOUND, ON_DISK} and not _says_the_same(entry)]


def _says_the_same(entry: Entry) -> bool:
    """Whether a line tells of a scheme that was found to say what it had said."""
    return entry.what == FOUND and entry.details.get("changes") in ([WORDING.zh], [WORDING.en])


def state_meant(word: str) -> str:
    """The state that is meant by its word or its title; the word itself where none is."""
    return next((state.word for state in STATES.values() if word in (state.title.zh, state.title.en)), word)


def decide_state(folder: Path, word: str, *, by: str, reason: str, unsealed: Callable[[Journal], Problems] | None = None) -> Entry:
    """Enter that the edition in `folder` is reviewed, publicised, decided or withdrawn, or a draft again; `word` is one of `STATES`, or its title.

    Parameters
    ----------
    unsealed
        What of the edition is not as it was sealed, by its minutes (`toolkit.sealing.states.unlike_newest_bag`): asked before it is made public
        or decided, for what is published is the newest bag.

    Raises
    ------
    Refused
        When there is no such state, it does not follow the one the edition is in, or is not for whoever is named to say; when what is to be made
        public is another than was reviewed, or what is to be decided another than was made public; when name or reason is empty; when another
        writer holds the edition, or it cannot be written.
    """
    refuse_unsaid(by, reason)
    with edition_lock(folder):
        word = state_meant(word)
        if word in PUBLIC:
            enter_found(folder)
        journal = read_journal(folder)
        problems = Problems(tuple(_state_problems(state_of(journal), word, by)))
        if word in PUBLIC and not problems:
            problems += tuple(_changed_on_the_way(journal))
            problems += unsealed(journal) if unsealed else ()
        stop_at(problems)
        return entered(folder, STATE, by, reason, {"state": word})


def _changed_on_the_way(journal: Journal) -> Iterator[Problem]:
    """An error where the list may be another than in the state that the edition is in: what was reviewed is made public, and what was made public is decided."""
    state = next((entry for entry in reversed(journal.entries) if entry.what == STATE and _state(entry)), None)
    for changed in _changed_after(journal, state, ANEW if state.details["state"] in PUBLIC else REVIEW_ANEW) if state else ():
        yield replace(changed, severity="error", value=what_changed(journal.entries[(changed.row or 1) - 1]))


def what_changed(entry: Entry) -> str:
    """What an entry of `changes_since` tells to be changed, in the words of the minutes; whom it is about stands there."""
    told = entry.details.get("changes")
    return discreet("；".join(map(str, told)) if isinstance(told, list) else str(entry.details.get("label", "")))


def _listed(states: Iterable[State]) -> Phrase:
    return joined([Phrase(f"{state.word}（{state.title.zh}）", state.word) for state in states], "、")


def _state_problems(now: str, word: str, by: str) -> Iterator[Problem]:
    state = STATES.get(word)
    if state is None:
        known = _listed(STATES.values())
        yield Problem("error", Phrase("没有这个状态", "there is no such state"), phrase("可写：{known.zh}", "known: {known.en}", known=known), value=word)
        return
    if now not in state.after:
        follow = [other for other in STATES.values() if now in other.after]
        rule = phrase("本届现为“{zh}”，不能直接变为“{next.zh}”", "the edition is {en}, which `{next.en}` does not follow", zh=STATES[now].title.zh,
                      en=STATES[now].title.en, next=state.title)  # fmt: skip
        mend = phrase("其后可为：{next.zh}", "what may follow: {next.en}", next=_listed(follow))
        yield Problem("error", rule, mend, value=word)
    if by.strip() and not state.whose.search(by):
        rule = phrase("“{zh}”应由{body.zh}作出", "`{en}` is for {body.en} to say", zh=state.title.zh, en=state.title.en, body=state.body)
        mend = phrase("请写明是{zh}的哪次会议或哪位经办人", "name which meeting of it, or who of it", zh=state.body.zh)
        yield Problem("error", rule, mend, value=by)
