"""The report of the action to the authority, as far as the records tell it: what was done, by how many, who took part in nothing, what came of it.

Every register (a table of the data dictionary) that tells of members is counted; a task of the action plan is told by the registers that
belong to it, known by the ids of the house's template. What no register tells is left to the secretariat, and said to be so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.documents.articles import counted
from toolkit.evaluation.contributions import award_lines
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.publication.disclosures import deeds
from toolkit.publication.extract import pinyin

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.records.dictionary import Table, Tables

ACTIVITIES, EXCHANGE, EXCHANGED = "activities", "exchange", ("论坛", "研讨", "交流", "考察", "沙龙")
"""Of the register of activities, those of a kind that is no training: a part of its own."""
TASKS = {
    Phrase("法制教育与业务培训", "Legal education and professional training"): (ACTIVITIES, "courses", "materials", "questions"),
    Phrase("交流、研讨与会刊", "Exchange, seminars and the journal"): (EXCHANGE, "articles", "correspondents", "proposals", "surveys", "needs"),
    Phrase("诚信自律公约与承诺", "The convention and the pledges"): ("pledges",),
    Phrase("诚信信息的汇报与公示", "Reporting and publishing integrity information"): ("conduct", "complaints"),
    Phrase("组织保障", "Organisation and support"): ("council", "plans", "workplan", "liaison", "dues"),
}
"""The tasks of the action plan, and the registers that tell of each."""
BROAD = {"activities", "articles", "surveys", "pledges", "materials", "needs", "courses"}
"""Registers in which every member is meant to be found."""
SHOWN_STATES = 8


def report_fields(evaluation: Evaluation, records: Records, language: Language = "zh") -> dict[str, Any]:
    """The fields of the report."""
    registers, members = _registers(evaluation, records), evaluation.members
    told = _by_task(registers, evaluation, records)
    idle = idle_members(evaluation)
    lacking = list(_lacking(evaluation, registers, _unheard(told, records.tables), len(idle))) or [TO_ADD]

    def all_of(sentences: Iterable[Phrase]) -> list[str]:
        return [sentence.into(language) for sentence in sentences]

    return {
        "总体": all_of(_overall(evaluation, registers, len(members) - len(idle))),
        "登记": [{"名称": one["名称"], "条数": f"{one['条数']:,}", "家数": f"{len(one['会员']):,}", "占比": _share(len(one["会员"]), len(members))} for one in registers.values()],
        "任务": [
            {"序": counted(place, language), "题": title.into(language), "句": all_of(sentences)} for place, (title, sentences) in enumerate(_tasks(told, len(members)), 1)
        ],
        "类别表": _classes(evaluation, {*members.index} - {*idle.index}, language),
        "未参与": all_of([_unmoved(len(idle), len(members))]),
        "评优": all_of(_awards(evaluation)),
        "不足": all_of(lacking),
    }


TO_ADD = Phrase("【请秘书处结合实际补充。】", "[To be added by the secretariat.]")
UNTOLD = Phrase("本届记录中没有这一项的登记，由秘书处据实填写：【　　　　】。", "There is no record of this in the registers; to be filled in by the secretariat: [        ].")


def _unmoved(idle: int, members: int) -> Phrase:
    """How many took part in nothing."""
    if not idle:
        return Phrase("全体会员都参与了活动。", "All members took part.")
    return phrase("尚有 {n} 家会员没有参与任何一项活动（占 {share}），须逐家联系，力求全员参与（名单另附，内部使用）。",
                  "{n:member|members} ({share}) took part in nothing yet. Each is to be contacted, so that all take part (list attached, for internal use).", n=idle, share=_share(idle, members))  # fmt: skip


def idle_members(evaluation: Evaluation) -> pd.DataFrame:
    """The members that took part in nothing: in no indicator that counts or adds up records, but for dues and for what costs points; columns as `Evaluation.members`."""
    busy = np.zeros(len(evaluation.members), dtype=np.bool_)
    for item, _, _, took_part in deeds(evaluation):
        if item.measure.table not in OWED:
            busy |= took_part
    return evaluation.members[~busy]


OWED = {"dues", "members"}
"""Dues are owed whether one takes part or not."""


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "—"


def _registers(evaluation: Evaluation, records: Records) -> dict[str, dict[str, Any]]:
    """Each table that tells of what members did, by its id; neither of the members themselves, nor the panel's sheets, nor what an edition before came to."""
    scheme, kept = evaluation.scheme, {}
    others = {scheme.members.table} | ({scheme.previous.table} if scheme.previous else set()) | {str(item.measure.table) for item in scheme.indicators if item.measure.take == "panel"}
    others |= {table for table in (scheme.panel.table, scheme.panel.experts, scheme.panel.interests) if table} if scheme.panel else set()
    for name, frame in records.frames.items():
        if name not in others and records.tables.table[name].member is not None and not frame.empty:
            kept[name] = _register(records.tables.table[name], frame, evaluation)
    return kept


def _register(table: Table, frame: pd.DataFrame, evaluation: Evaluation) -> dict[str, Any]:
    """A register: its name, how many records, how many of them outside the period, whose, and how many of each state."""
    return {"名称": table.label, "条数": len(frame), "期外": _outside(table, frame, evaluation.scheme.period),
            "会员": {*frame[str(table.member)].dropna()} & {*evaluation.members.index}, "各态": dict(_states(table, frame))}  # fmt: skip


def _by_task(registers: Mapping[str, dict[str, Any]], evaluation: Evaluation, records: Records) -> dict[str, dict[str, Any]]:
    """The registers as tasks are told of by them: activities that are no training apart."""
    told = dict(registers)
    kinds = _exchanges(records.tables)
    if kinds and ACTIVITIES in told:
        column, names = kinds
        table, frame = records.tables.table[ACTIVITIES], records.frames[ACTIVITIES]
        exchanged = frame[column].isin(names)
        for name, part in ((ACTIVITIES, frame[~exchanged]), (EXCHANGE, frame[exchanged])):
            told.pop(name, None)
            if len(part):
                told[name] = _register(table, part, evaluation)
    return told


def _exchanges(tables: Tables) -> tuple[str, tuple[str, ...]] | None:
    """The column that says of what kind an activity is, and which kinds are no training; None where there is none such."""
    table = tables.table.get(ACTIVITIES)
    for id_, column in table.column.items() if table else ():
        if names := tuple(choice for choice in column.choices if any(word in choice for word in EXCHANGED)):
            return id_, names
    return None


def _unheard(told: Mapping[str, Any], tables: Tables) -> list[Phrase]:
    """The tasks that have registers, and no record in any of them."""
    there = {*tables.table} | ({EXCHANGE} if _exchanges(tables) else set())
    return [title for title, names in TASKS.items() if {*names} & there and not {*names} & {*told}]


def _outside(table: Table, frame: pd.DataFrame, period: tuple[dt.date, dt.date] | None) -> int:
    """How many of a register's records are dated before or after the period."""
    if period is None or table.date is None or table.date not in frame:
        return 0
    days = frame[table.date].dropna().dt.normalize()
    return int((~days.between(*map(pd.Timestamp, period))).sum())


def _states(table: Table, frame: pd.DataFrame) -> Iterator[tuple[str, Mapping[str, int]]]:
    for id_, column in table.column.items():
        if column.type == "choice" and id_ in frame and 1 < len(column.choices) <= SHOWN_STATES:
            counts = frame[id_].value_counts()
            yield column.headings[0] if column.headings else id_, {state: int(counts[state]) for state in column.choices if counts.get(state)}


def _overall(evaluation: Evaluation, registers: Mapping[str, dict[str, Any]], taking_part: int) -> Iterator[Phrase]:
    members = evaluation.members
    classes = members["class"].dropna().nunique()
    yield phrase(
        "联合会现有会员 {n:,} 家{classes.zh}。评价期内参与各项活动的会员 {part:,} 家，占 {share}。",
        "Members of the federation: {n:,}{classes.en}. Within the period {part:,} of them, {share}, took part in its activities.",
        n=len(members), part=taking_part, share=_share(taking_part, len(members)),
        classes=phrase("，分属 {n} 个类别", ", of {n:class|classes}", n=classes) if classes else Phrase("", ""),
    )  # fmt: skip
    total, outside = (sum(one[key] for one in registers.values()) for key in ("条数", "期外"))
    yield phrase(
        "各项登记在册的记录共 {n:,} 条{outside.zh}，情况如下：", "Records in the registers: {n:,}{outside.en}, as follows:",
        n=total, outside=phrase("，其中评价期以外的 {n:,} 条", ", {n:,} of them dated outside the period", n=outside) if outside else Phrase("", ""),
    )  # fmt: skip


def _tasks(registers: Mapping[str, dict[str, Any]], members: int) -> Iterator[tuple[Phrase, list[Phrase]]]:
    """Each task of the plan, and what the registers tell of it."""
    for title, names in TASKS.items():
        yield title, [_told(registers[name], members) for name in names if name in registers] or [UNTOLD]


def _told(register: Mapping[str, Any], members: int) -> Phrase:
    parts = [phrase("{name}：登记 {n:,} 条，涉及会员 {whose:,} 家，占 {share}", "{name}: records {n:,}; members {whose:,}, {share}",
                    name=register["名称"], n=register["条数"], whose=len(register["会员"]), share=_share(len(register["会员"]), members))]  # fmt: skip
    for name, states in register["各态"].items():
        told = joined([phrase("{state} {n:,} 条", "{state} {n:,}", state=state, n=count) for state, count in states.items()], "、")
        parts += [phrase("按{name}，{told.zh}", "by {name}, {told.en}", name=name, told=told)] if states else []
    said = joined(parts, "；", "; ")
    return Phrase(f"{said.zh}。", f"{said.en}.")


def _classes(evaluation: Evaluation, taking_part: set[Any], language: Language) -> list[dict[str, Any]]:
    members, winners = evaluation.members, {*evaluation.awards["member"]}
    rows: list[dict[str, Any]] = []
    for class_, part in sorted(members.groupby(members["class"].fillna(UNCLASSED.into(language)), observed=True), key=lambda pair: pinyin(str(pair[0]))):
        rows.append({"类别": str(class_), "会员": len(part), "参与": len({*part.index} & taking_part), "申报": int(part["applied"].sum()), "获奖": len({*part.index} & winners)})
    whole = {key: sum(row[key] for row in rows) for key in ("会员", "参与", "申报", "获奖")}
    return [*rows, {"类别": ALL.into(language), **whole}]


UNCLASSED, ALL = Phrase("未分类", "no class"), Phrase("合　计", "Total")


def _awards(evaluation: Evaluation) -> Iterator[Phrase]:
    scheme = evaluation.scheme
    counts = evaluation.awards["award"].value_counts()
    if scheme.awards:
        given = joined([phrase("{label} {n} 家", "{label}, {n:member|members}", label=award.label, n=int(counts.get(award.id, 0))) for award in scheme.awards], "、", "; ")
        yield phrase("申报参评的会员 {n:,} 家，依据《{title}》评出{given.zh}。", "Applications: {n:,}. Selected under “{title}”: {given.en}.",
                     n=int(evaluation.members["applied"].sum()), title=scheme.title, given=given)  # fmt: skip
    if scheme.grades:
        graded = {str(grade): int(count) for grade, count in evaluation.ranking["grade"].value_counts().items()}
        names = dict.fromkeys([*(str(name) for name, _ in scheme.grades.bands), *graded])
        grades = joined([phrase("{grade} 级 {n} 家", "{grade} {n}", grade=grade, n=graded[grade]) for grade in names if grade and graded.get(grade, 0) > 0], "、")
        yield phrase("信用等级：{zh}。", "Credit grades: {en}.", zh=grades.zh, en=grades.en)


def _lacking(evaluation: Evaluation, registers: Mapping[str, dict[str, Any]], unheard: Iterable[Phrase], idle: int) -> Iterator[Phrase]:
    vacant = sum(line.vacant for line in award_lines(evaluation))
    if vacant:
        yield phrase("名额空缺 {n} 个，够格的会员不足，未降低标准。", "{n:place|places} stayed empty: too few members qualified, and no standard was lowered.", n=vacant)
    for title in unheard:
        yield phrase("“{title.zh}”没有登记可查，工作留痕有待加强。", "Of “{title.en}” there is no record: records must be kept better.", title=title)
    thin = [str(one["名称"]) for name, one in registers.items() if name in BROAD and len(one["会员"]) * 3 < len(evaluation.members)]
    if thin:
        yield phrase("参与面不足三分之一的有：{zh}。", "Less than a third of the members appear in: {en}.", zh="、".join(thin), en=", ".join(thin))
    if idle:
        yield phrase("有 {n} 家会员没有参与任何一项活动。", "{n:member|members} took part in nothing.", n=idle)
