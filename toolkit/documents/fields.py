"""What the papers say of an edition: the fields of the templates, by the names that stand in them. Nothing is read or written here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.documents.report import idle_members, report_fields
from toolkit.evaluation import Evaluation, panel_of
from toolkit.evaluation.contributions import award_lines
from toolkit.evaluation.grades import grade_names
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.indicators.panel import judged_by_panel
from toolkit.minutes.decisions import made_public
from toolkit.minutes.journal import Entry, Journal
from toolkit.minutes.objections import Objections, working_days_after
from toolkit.minutes.wording import done
from toolkit.publication.extract import Extract, pinyin
from toolkit.publication.notice import FINGERPRINTS, RANKED, UNRANKED
from toolkit.publication.site import Period
from toolkit.records.references import RESULT_COUNTS
from toolkit.reports import wording
from toolkit.reports.articles import HAVING, award_rules, counted
from toolkit.reports.list_tables import list_fingerprint
from toolkit.reports.papers import BLANK, day_or_blank, scheme_fields
from toolkit.reports.plan_tables import waited
from toolkit.reports.probability_tables import bottom_line
from toolkit.reports.rule_tables import heading_on_form
from toolkit.reports.score_cards import ScoreCard, card_tables, outcome, score_cards
from toolkit.scheme import ROUNDS
from toolkit.scheme.criteria import Indicator
from toolkit.scheme.outcomes import PERMISSIONS, Consent, Permission

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.indicators.phases import Standing
    from toolkit.records import Records
    from toolkit.records.dictionary import Tables
    from toolkit.scheme import Scheme
    from toolkit.sensitivity.robustness import Firmness

DRAFT = Phrase("草　稿", "DRAFT")
UNPUBLISHED = Phrase("放假安排尚未公布，止日待定", "a day to be fixed once the public holidays are announced")

Fields = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Owing:
    """A member that has not handed in what phases ask for: its key, name and class, and what."""

    member: str
    name: str
    class_: str
    what: tuple[Standing, ...]


@dataclass(frozen=True)
class Coded:
    """A member whose score card lies under lock: what its card's file is called, its name, where the card opens, and by which code."""

    file: str
    name: str
    address: str
    code: str


@dataclass(frozen=True, eq=False)
class Case:
    """All that papers are made of.

    Parameters
    ----------
    scheme, tables
        What was decided, and the data dictionary: enough for papers that come before any record.
    known
        The edition, evaluated, and what it was made of; None where there are no records yet.
    journal, objections
        Its minutes, and what was objected.
    extract
        What the public may read of it; None where it was not sealed, or may not be published.
    firmness
        How firm the list is; None where it was not looked at.
    starts
        The first day of each round of the notice, in their order, as far as they are known.
    day
        The day the papers bear; None for a blank.
    written
        The day as of which phases and work are told where they bear none; None for the as-of date.
    digest
        SHA-256 of the scheme.
    registers
        The registers of those appointed, where they were read before there are other records.
    owing
        Who has not handed in what the phases of the action ask for.
    coded
        Whose score cards lie on a site under lock.
    sealed
        Whether it is sealed, so that the page about its robustness lies beside it.
    language
        That of the papers; the names that the edition gives are written in English as far as its `[english]` says them.
    """

    scheme: Scheme
    tables: Tables
    known: tuple[Evaluation, Records] | None = None
    journal: Journal = field(default_factory=Journal)
    objections: Objections = field(default_factory=Objections)
    extract: Extract | None = None
    firmness: Firmness | None = None
    starts: tuple[dt.date, ...] = ()
    day: dt.date | None = None
    written: dt.date | None = None
    digest: str = ""
    registers: Mapping[str, pd.DataFrame] | None = None
    owing: tuple[Owing, ...] = ()
    coded: tuple[Coded, ...] = ()
    sealed: bool = False
    language: Language = "zh"

    @classmethod
    def of(cls, evaluation: Evaluation, records: Records, **more: Any) -> Case:
        """Of an edition that was evaluated."""
        return cls(evaluation.scheme, records.tables, (evaluation, records), **more)

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation, where there is one."""
        assert self.known is not None
        return self.known[0]

    @property
    def records(self) -> Records:
        """What it was made of, where there is something."""
        assert self.known is not None
        return self.known[1]

    @property
    def frames(self) -> Mapping[str, pd.DataFrame] | None:
        """The registers, all of them or those that were read; None where none could be."""
        return self.known[1].frames if self.known else self.registers

    def says(self, words: Phrase) -> str:
        """Words in the language of the papers."""
        return words.into(self.language)

    def on(self, day: dt.date | None) -> str:
        """A day, or room to write one."""
        return day_or_blank(day, self.language)


def common_fields(case: Case, *, draft: bool) -> Fields:
    """The fields that every paper has."""
    blank, days = BLANK[case.language], case.scheme.publication.working_days if case.scheme.publication else 0
    return {
        **scheme_fields(case.scheme, case.language, Period(case.starts[-1] if case.starts else None, days) if days else None, case.digest),
        "日期": case.on(case.day), "草稿标记": case.says(DRAFT) if draft else "", "已封存": case.sealed,
        "会员数": len(case.evaluation.members) if case.known else blank, "申报数": int(case.evaluation.members["applied"].sum()) if case.known else blank,
        "类别一览": case.says(wording.JOIN).join(classes(case)) or case.says(Phrase("各类会员", "members of every kind")),
    }  # fmt: skip


def classes(case: Case) -> Iterable[str]:
    """The kinds of members: those there are, or those that the register allows."""
    if case.known:
        return sorted({str(name) for name in case.evaluation.members["class"].dropna()}, key=pinyin)
    register = case.tables.table.get(case.scheme.members.table)
    column = register.column.get(case.scheme.members.class_ or "") if register else None
    return column.choices if column else ()


ASKED_AS: Mapping[Permission, Phrase] = {
    "award": Phrase("单位名称、类别和所获奖项", "name, class and award"),
    "total": Phrase("任何人可用各项数值重新计算", "the total, which anyone can compute again of the values of the indicators"),
    "bad": Phrase("有效期内，标明依据和期限", "bad conduct, while it counts, with grounds and term"),
    "pledge": Phrase("已签订承诺书、签订日期和版本", "that the pledge is signed, the day and the version"),
}
"""What a pledge says of the items of consent that their names alone do not tell."""


def pledge_fields(case: Case) -> Fields:
    """What a pledge asks leave to publish: the items of `[publication.consent]`, each in the words of the form, unless members are asked on their application, which is named; and what is published without asking."""
    consent = case.scheme.consent
    if consent is None:
        return {"公开事项": [], "公开选择处": "", "公开义务": ""}
    on_application = asked_on_application(case)
    besides = {} if on_application else _asked_besides(case.tables, consent)
    asked: dict[str, list[Permission]] = {name: [] for name in besides}
    for item, column in consent.columns.items() if consent.table and not on_application else ():
        asked.setdefault(heading_on_form(case.tables, str(consent.table), column) or column, []).append(item)
    borne = [phrase("{zh}（{article}）", "{en} ({article})", zh=PERMISSIONS[item].zh, en=PERMISSIONS[item].en, article=article) for item, article in consent.obliged.items()]
    named = {name: Phrase(name.removeprefix(AGREED) + (f"（{note}）" if note else ""), name.removeprefix(AGREED)) for name, note in besides.items()}
    return {"公开事项": [case.says(_asked_in_words(name, items) if items else named[name]) for name, items in asked.items()],
            "公开选择处": case.tables.label(str(consent.table)) if on_application and consent.columns else "", "公开义务": case.says(joined(borne, "、", "; "))}  # fmt: skip


def asked_on_application(case: Case) -> bool:
    """Whether members choose what may be published on their application: what they tick on another paper is entered nowhere."""
    consent, applied = case.scheme.consent, (case.scheme.members.applied or "").partition(".")[0]
    return consent is not None and bool(consent.table) and consent.table == applied


AGREED = "同意公开"
"""How a form calls leave to publish something."""


def _asked_besides(tables: Tables, consent: Consent) -> dict[str, str]:
    """What the form asks leave to publish beyond what the edition publishes, as a list of members, and what it says of it."""
    known = {*consent.columns.values()}
    columns = tables.table[consent.table].column if consent.table in tables.table and consent.columns else {}
    named = {column.headings[0]: column.note.rstrip("。") for id_, column in columns.items() if column.type == "boolean" and column.headings and id_ not in known}
    return {name: note for name, note in named.items() if name.startswith(AGREED)}


def _asked_in_words(name: str, items: Iterable[Permission]) -> Phrase:
    """An item of a pledge as the form calls it, without what the head of the table says, and what that comes to."""
    told = joined([ASKED_AS.get(item, PERMISSIONS[item]) for item in items], "；", "; ")
    called = name.removeprefix(AGREED) or name
    return Phrase(called if called in told.zh and len(told.zh) - len(called) < 3 else f"{called}（{told.zh}）", f"{told.en} ({name})")


def award_fields(case: Case, *, public: bool) -> Fields:
    """Awards with who is given them: to the public those who may be named, else all of them."""
    scheme, extract = case.scheme, case.extract
    rows = list(extract.rows) if public and extract else [] if public or not case.known else _all_rows(case.evaluation, case.language)
    counts = case.evaluation.awards["award"].value_counts().to_dict() if case.known else {}
    awards = []
    for place, (award, (_, decided)) in enumerate(zip(scheme.awards, award_rules(scheme, case.tables), strict=True), 1):
        mine = [row for row in rows if row.get("award", award.label if len(scheme.awards) == 1 else "") == award.label]  # awards may be left out of what is public
        given = int(counts.get(award.id, 0))
        awards.append({"序": counted(place, case.language), "名称": award.label, "家数": given, "规定": case.says(decided),
                       "分类": list(_by_class(mine, case)), "未列": given - len(mine) if public else 0})  # fmt: skip
    ranked = bool(extract and extract.notice["order"] == "rank")
    return {"奖项": awards, "排列说明": case.says(RANKED if ranked else UNRANKED), "评出": case.says(_selected(awards)), "表彰对象": case.says(_praised(awards)), "受表彰的": case.says(_honoured(awards))}


def list_fields(case: Case, *, public: bool) -> Fields:
    """The list as a notice, minutes or a report has it: by awards; by grades, of those whose grade is published, where the awards say that alone."""
    fields = award_fields(case, public=public)
    if not case.scheme.lists_grades or case.known is None:
        return fields
    graded, rows = case.evaluation.ranking["grade"], list(case.extract.rows) if case.extract else []
    listed = [(name, [row for row in rows if row.get("grade") == name]) for name in grade_names(case.scheme)]
    awards = [{"序": counted(place, case.language), "名称": case.says(phrase("{name} 级", "Grade {name}", name=name)), "家数": len(mine), "规定": "", "分类": list(_by_class(mine, case)), "未列": 0}
              for place, (name, mine) in enumerate(((name, mine) for name, mine in listed if mine), 1)]  # fmt: skip
    told = phrase("评定信用等级 {n} 家，其中同意公开、列入名单的 {m} 家", "{n:was|were} graded; {m} agreed to be listed", n=int((graded != "").sum()), m=case.evaluation.awards["member"].nunique())
    return {**fields, "奖项": awards, "评出": case.says(told)}


def _all_rows(evaluation: Evaluation, language: Language) -> list[dict[str, str]]:
    labels = {award.id: award.label for award in evaluation.scheme.awards}
    members = evaluation.members
    rows = [{"member": str(member), "name": str(members.at[member, "name"]), "class": wording.class_name(members.at[member, "class"], language), "award": labels[award]}
            for award, member in zip(evaluation.awards["award"], evaluation.awards["member"], strict=True)]  # fmt: skip
    return sorted(rows, key=lambda row: (pinyin(row["class"]), pinyin(row["name"])))


def _by_class(rows: Iterable[Mapping[str, str]], case: Case) -> Iterator[Fields]:
    names: dict[str, list[str]] = {}
    for row in rows:
        names.setdefault(row.get("class", ""), []).append(row.get("name", ""))
    for class_, listed in names.items():
        yield {"类别": class_ or case.says(wording.EVERYONE), "名单": listed}


def _selected(awards: list[Fields]) -> Phrase:
    given = _listed(award for award in awards if award["家数"])
    return phrase("评出{zh}", "the following were selected: {en}", zh=given.zh, en=given.en) if given.zh else Phrase("没有评出获奖会员", "nobody was selected for an award")


def _listed(awards: Iterable[Fields]) -> Phrase:
    return joined([phrase("{name} {n} 家", "{name}, {n:member|members}", name=award["名称"], n=award["家数"]) for award in awards], "、", "; ")


def _praised(awards: list[Fields]) -> Phrase:
    given = [award for award in awards if award["家数"]]
    return Phrase("、".join(f"{award['家数']} 家{award['名称']}" for award in given) or "　　家会员", _listed(given).en or "________ members")


def _honoured(awards: list[Fields]) -> Phrase:
    """Who is commended, as a title has it: by their awards, as long as these are short."""
    labels = "、".join(award["名称"] for award in awards if award["家数"])
    return Phrase(labels if 0 < len(labels) <= HONOURED else "获奖会员", "members")


HONOURED = 12
"""Characters of awards' names that a title has room for."""


def notice_fields(case: Case, round_: str) -> Fields:
    """One round of the notice: its days, and the fingerprints by which it can be computed again."""
    digests = case.extract.notice["digests"] if case.extract else {}
    return {**list_fields(case, public=True), "轮次": case.says(round_in_words(round_, case.scheme.english)), "公示期": case.says(_notice_days(case, case.scheme.papers.rounds.index(round_))), "替代": case.says(_replaced(case)),
            "指纹": [{"名称": case.says(name), "值": digests[key]} for key, name in FINGERPRINTS.items() if digests.get(key)]}  # fmt: skip


def _replaced(case: Case) -> Phrase:
    """In place of which notice this one stands, and why: of a revision, that of the one made public before it was sealed; nothing where none was."""
    notice = case.extract.notice if case.extract else {}
    shown = made_public(case.journal, str(notice.get("revision", ""))) if notice.get("revises") else None
    if shown is None:
        return Phrase("", "")
    day, former = shown
    return phrase("本公示替代自{day}起公示的第 {former} 版，原公示同时作废。更正的理由：{why}。", "This notice takes the place of that of revision {former}, public since {day}, which no longer holds. Reason for the correction: {why}.",
                  day=case.on(day), former=former, why=str(notice["because"]).rstrip("。. "))  # fmt: skip


def round_in_words(round_: str, english: Mapping[str, str]) -> Phrase:
    """What a round of notice is called: by its name in the scheme, and in English as that says in `english`, or as is usual."""
    return Phrase(round_, english.get(round_) or ROUNDS.get(round_, round_))


def _notice_days(case: Case, place: int) -> Phrase:
    """The days of one round, the first or a later one; room to write them where they are not known."""
    count = case.scheme.publication.working_days if case.scheme.publication else 0
    if place >= len(case.starts):
        return phrase("{day}至{day}（{n} 个工作日）。", "From {day} to {day} ({n:working day|working days}).", day=case.on(None), n=count)
    try:
        last = case.on(working_days_after(case.starts[place], count))
    except NotImplementedError:
        last = case.says(UNPUBLISHED)
    return phrase("{first}至{last}（{n} 个工作日，首日不计）。", "From {first} to {last} ({n:working day|working days}, the first day not counted).", first=case.on(case.starts[place]), last=last, n=count)


def certificates(case: Case) -> Iterator[tuple[str, Fields]]:
    """One certificate for each award given, under the code of the member, numbered in the order of the list, after the approval or else the year."""
    after = case.scheme.approval.strip() or (case.scheme.period or (case.scheme.as_of,))[-1].year
    rows = sorted(_all_rows(case.evaluation, case.language), key=lambda row: [award.label for award in case.scheme.awards].index(row["award"]))
    for place, row in enumerate(rows, 1):
        yield row["member"], {"名称": row["name"], "奖项": row["award"], "编号": f"{after}-{place:03d}"}


def with_last(items: list[Fields]) -> list[Fields]:
    """Things of which each but the last begins a new page after it."""
    return [item | {"末": place == len(items) - 1} for place, item in enumerate(items)]


def slip_fields(case: Case) -> Iterator[tuple[str, Fields]]:
    """The score slip of every member, under its code, in the order of the list."""
    for card in score_cards(case.evaluation):
        yield card.member, _slip(case, card)


def _slip(case: Case, card: ScoreCard) -> Fields:
    tables = card_tables(case.evaluation, card)
    asked = {number for node, _, number in wording.outline(case.scheme) if isinstance(node, Indicator) and node.measure.take == "any"} if case.language == "zh" else set()
    rows = [{"项目": f"{number} {item}".strip(), "原始值": HAVING.get(raw, raw) if number in asked else raw, "分值": value, "权重": share, "得分": points} for number, item, raw, _, value, share, points in tables.parts.rows]
    distances = [case.says(phrase("{award}：{needed}。", "{award}: {needed}.", award=award, needed=needed)) for award, _, _, _, needed in tables.lines.rows]
    result = [phrase("结果：{said.zh}。", "Result: {said.en}.", said=outcome(case.scheme, card))]
    result += [phrase("说明：{why}。", "Reason: {why}.", why=card.reason.rstrip("。. "))] if card.reason else []
    return {"名称": card.name, "类别": card.class_, "结论": [case.says(line) for line in result], "构成": rows, "距离": distances}


LATER = Phrase("尚未封存；封存后见所附的一页稳健性报告。", "Not sealed yet; once it is, see the attached page on robustness.")
BESIDE = Phrase("结论见所附的一页稳健性报告。", "See the attached page on robustness.")


def sealed_as(journal: Journal) -> str:
    """The revision that was sealed last, as the minutes tell; empty where none was."""
    return next((str(entry.details.get("revision", "")) for entry in reversed(journal.entries) if entry.what == "seal"), "")


def minutes_fields(case: Case) -> Fields:
    """The minutes of the evaluation out of the journal."""
    decided = [entry for entry in case.journal.entries if _is_decision(entry)]
    entries = [{"序": place, "句": case.says(_decided(case, entry, place))} for place, entry in enumerate(decided, 1)]
    kept = [case.says(_kept(case, entry)) for entry in case.journal.entries if not _is_decision(entry)]
    firm = bottom_line(case.firmness) if case.firmness else BESIDE if case.sealed or sealed_as(case.journal) else LATER
    return {**list_fields(case, public=False), "记录": entries, "程序记录": kept, "空缺": [case.says(line) for line in _places_left(case)], "回避": [case.says(line) for line in _withdrawn(case)],
            "名单指纹": list_fingerprint(case.evaluation), "把握": case.says(firm), "记录末号": case.journal.entries[-1].number if case.journal.entries else 0, "记录指纹": case.journal.head[:16] or "—"}  # fmt: skip


def _withdrawn(case: Case) -> Iterator[Phrase]:
    """For each indicator that experts score: how many sat, and which withdrew from how many members, by their codes, or how often where only the panel's own scores are there; no member named."""
    if case.known is None or not judged_by_panel(case.scheme):
        return
    labels = {item.id: item.label for item in case.scheme.indicators}
    for id_, judged in panel_of(case.scheme, case.records).indicators.items():
        members, counts = judged.results.members, judged.recused.sum()
        told = joined([phrase("{expert}（{n} 家）", "{expert} from {n:member|members}", expert=expert, n=int(count)) for expert, count in counts[counts > 0].items()], "、")
        often = int(members["recused"].sum())
        withdrew = Phrase("没有需要回避的", "nobody had to withdraw")
        if told.zh:
            withdrew = phrase("依规定回避：{zh}", "withdrew: {en}", zh=told.zh, en=told.en)
        elif often:
            withdrew = phrase("依规定回避共 {n} 人次（一位专家回避一家计一人次）", "{n:withdrawal|withdrawals} in all, one for each expert and member", n=often)
        sat = int(members[[*RESULT_COUNTS]].sum(axis=1).max()) if len(members) else 0
        yield phrase("“{label}”由 {n} 位专家评分，{withdrew.zh}。", "“{label}”: scored by {n:expert|experts}; {withdrew.en}.", label=labels[id_], n=sat, withdrew=withdrew)


def _is_decision(entry: Entry) -> bool:
    """Whether somebody decided what is entered; whoever signs a bag decides nothing by it."""
    return bool(entry.by) and entry.what != "signature"


def _decided(case: Case, entry: Entry, place: int) -> Phrase:
    """What was decided, and its number in the journal where that is not its `place` in the paper."""
    number = phrase("（工作记录第 {n} 条）", " (entry {n} of the journal)", n=entry.number) if entry.number != place else Phrase("", "")
    why = phrase("理由：{why.zh}。", " Reason: {why.en}.", why=_ended(Phrase(entry.reason, entry.reason))) if entry.reason.strip() else Phrase("", "")
    return phrase("{day}，{by}：{said.zh}。{why.zh}{number.zh}", "{day}, {by}: {said.en}.{why.en}{number.en}",
                  day=case.on(entry.time.date()), by=entry.by, said=_ended(done(entry)), why=why, number=number)  # fmt: skip


def _kept(case: Case, entry: Entry) -> Phrase:
    who = phrase("{by}：", "{by}: ", by=entry.by) if entry.by else Phrase("", "")
    return phrase("{day}，{who.zh}{said.zh}。", "{day}: {who.en}{said.en}.", day=case.on(entry.time.date()), who=who, said=_ended(done(entry)))


def _ended(words: Phrase) -> Phrase:
    """Words without the stop at their end, and as a paper quotes in English."""
    return Phrase(words.zh.rstrip("。"), re.sub(r"`([^`]*)`", r"“\1”", words.en.rstrip("。. ")))


def _places_left(case: Case) -> Iterator[Phrase]:
    """Places that stay empty, those that wait for scores, and those that wait for a decision on level members."""
    for line in award_lines(case.evaluation):
        where = {"award": case.scheme.label(line.award), "class_": line.class_ or case.says(wording.EVERYONE)}
        if line.vacant and line.awaited:
            yield phrase("{award}（{class_}）有 {n} 个名额待定：{m} 家会员的评分还没有定，定了才知道授予谁、是否空缺。",
                         "{award} ({class_}): {n:place is|places are} open until the scores of {m:member|members} are known.", **where, n=line.vacant, m=line.awaited)  # fmt: skip
        elif line.vacant:
            yield phrase("{award}（{class_}）空缺 {n} 个。", "{award} ({class_}): {n:place stays|places stay} empty.", **where, n=line.vacant)
    for tie in case.evaluation.ties:
        yield phrase(
            "{award}（{class_}）有 {n} 家完全同分，剩余名额 {places} 个，待决定。", "{award} ({class_}): {n:member is|members are} level in every way, {places:place is|places are} left, to be decided.",
            award=case.scheme.label(tie.award), class_=tie.class_ or case.says(wording.EVERYONE), n=len(tie.members), places=tie.places,
        )  # fmt: skip


def reminder_fields(case: Case, owing: Iterable[Owing]) -> Fields:
    """A letter to each member that has not handed in what phases ask for, with the day and how long it is overdue."""
    letters = list(owing)
    return {
        "统计日": case.on(letters[0].what[0].day),
        "催办": with_last([{"名称": one.name, "事项": [{"事项": due.demand.label, "截止": case.on(due.by), "情况": case.says(waited(due))} for due in one.what if not due.demand.offered],
                         "自愿": case.says(wording.JOIN).join(due.demand.label for due in one.what if due.demand.offered and due.day <= due.by)} for one in letters]),
    }


def code_fields(case: Case, coded: Iterable[Coded]) -> Fields:
    """A letter to each member whose score card lies under lock: where it opens, and by which code."""
    return {
        "总指纹": case.extract.notice["digests"].get("cards", "") if case.extract else "",
        "查阅函": with_last([{"名称": one.name, "网址": one.address, "编码": one.code, "直达": f"{one.address}#{one.code}"} for one in coded]),
    }  # fmt: skip


def idle_fields(case: Case) -> Fields:
    """Who took part in nothing yet, by class."""
    idle = idle_members(case.evaluation)
    rows = [{"name": str(name), "class": wording.class_name(class_, case.language)} for name, class_ in zip(idle["name"], idle["class"], strict=True)]
    return {"未参与数": len(rows), "未参与名单": list(_by_class(sorted(rows, key=lambda row: (pinyin(row["class"]), pinyin(row["name"]))), case))}


OF_WINNERS, OF_GRADES = Phrase("获奖会员名单", "Members Given an Award"), Phrase("信用等级公开名单", "Published Grades")
AWARDED, PUBLISHED = Phrase("获奖（家）", "Awarded"), Phrase("公开（家）", "Listed")


def action_fields(case: Case) -> Fields:
    """The report of the action, with those given an award who may be named."""
    named = list_fields(case, public=True) if case.extract and not case.evaluation.awards.empty else {"奖项": []}
    return {**report_fields(case.evaluation, case.records, case.language, case.day or case.written), "获奖": named["奖项"],
            "名单题": case.says(OF_GRADES if case.scheme.lists_grades else OF_WINNERS), "获奖栏": case.says(PUBLISHED if case.scheme.lists_grades else AWARDED)}  # fmt: skip
