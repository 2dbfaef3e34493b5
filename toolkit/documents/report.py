"""The report of the action to the authority, as far as the records tell it: what was done in each task and phase, by how many, what is achieved and what is not.

Every register (a table of the data dictionary) that tells of members is counted; a task of the action plan is told by the registers that
belong to it, known by the ids of the house's template. What no register tells is left to the secretariat, and said to be so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.evaluation.contributions import award_lines
from toolkit.evaluation.grades import grade_names
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.indicators.phases import Standing, Task, progress, standings, tasks
from toolkit.publication.disclosures import deeds
from toolkit.publication.extract import pinyin
from toolkit.reports.articles import counted, day_in_words
from toolkit.reports.plan_tables import PROGRESS, said_voluntary, task_state
from toolkit.reports.wording import BLANK

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.records.dictionary import Table, Tables
    from toolkit.scheme import Scheme
    from toolkit.scheme.measures import Measure

ACTIVITIES, EXCHANGE, EXCHANGED = "activities", "exchange", ("论坛", "研讨", "交流", "考察", "沙龙")
"""Of the register of activities, those of a kind that is no training: a part of its own."""
TASKS = {
    Phrase("法制教育与业务培训", "Legal education and professional training"): (ACTIVITIES, "courses", "materials", "questions"),
    Phrase("交流、研讨与会刊", "Exchange, seminars and the journal"): (EXCHANGE, "articles", "correspondents", "proposals", "surveys", "needs"),
    Phrase("诚信自律公约与承诺", "The convention and the pledges"): ("pledges",),
    Phrase("诚信信息的汇报与公示", "Reporting and publishing integrity information"): ("conduct", "complaints"),
    Phrase("组织保障", "Organisation and support"): ("appointments", "council", "plans", "workplan", "liaison", "dues"),
}
"""The tasks of the action plan, and the registers that tell of each."""
BROAD = {"activities", "articles", "surveys", "pledges", "materials", "needs", "courses"}
"""Registers in which every member is meant to be found."""
SHOWN_STATES = 8
UNDONE = ("未答复", "未签", "未缴", "未开展", "未参加", "未交")
"""States of a record that tell of nothing its member did."""
EVENTS = ("event_id", "survey_id")
"""The columns of what was held for many members at once: as often as they have different values."""


@dataclass(frozen=True)
class Register:
    """What a register comes to.

    Parameters
    ----------
    name
        As on its form.
    rows, outside
        How many records, and how many of them are dated outside the period.
    members
        Whose; None where it is of no member, or need not name one and names none.
    states, years
        How many records of each state, column by column, and of each year.
    held
        How many events they tell of; 0 where they tell of none.
    undone
        How many records say that the member did nothing; their members are not counted.
    spans
        How long it took: of each day that follows the day of the record, by the data dictionary, what it and that day are called, how many records have it, and after how many days on average and at most.
    """

    name: str
    rows: int
    outside: int
    members: frozenset[str] | None
    states: Mapping[str, Mapping[str, int]]
    years: Mapping[int, int]
    held: int
    undone: int = 0
    spans: tuple[tuple[str, str, int, float, int], ...] = ()

    @property
    def idle(self) -> list[str]:
        """The states there are of records that say that the member did nothing."""
        return [state for states in self.states.values() for state in states if state in UNDONE]


def report_fields(evaluation: Evaluation, records: Records, language: Language = "zh", day: dt.date | None = None) -> dict[str, Any]:
    """The fields of the report; the phases stand as on `day`, or the as-of date."""
    registers, members = _registers(evaluation, records), evaluation.members
    told, idle = _by_task(registers, evaluation, records), idle_members(evaluation)
    plan = _Plan.of(evaluation.scheme, records, day or evaluation.scheme.as_of)

    def all_of(sentences: Iterable[Phrase]) -> list[str]:
        return [sentence.into(language) for sentence in sentences]

    return {
        "总体": all_of(_overall(evaluation, registers, len(members) - len(idle))),
        "空表": all_of(_empty(evaluation, records)),
        "登记": [_row(one, len(members)) for one in registers.values()],
        "任务": [{"序": counted(place, language), "题": title.into(language), "句": all_of(sentences)} for place, (title, sentences) in enumerate(_tasks(told, len(members)), 1)],
        **plan.fields(language),
        "类别表": _classes(evaluation, {*members.index} - {*idle.index}, language),
        "未参与": all_of([_unmoved(len(idle), len(members))]),
        "评优": all_of(_awards(evaluation)),
        "等级表": _grades(evaluation),
        "完成": all_of([*plan.achieved(), *_reached(registers, len(members))]) or all_of([TO_ADD]),
        "不足": all_of([*plan.lacking(), *_lacking(evaluation, registers, _unheard(told, records.tables), len(idle))]) or all_of([TO_ADD]),
    }


def _row(one: Register, members: int) -> dict[str, str]:
    whose = one.members
    told = {"家数": BLANK, "占比": BLANK, "图": ""} if whose is None else {"家数": f"{len(whose):,}", "占比": _share(len(whose), members or 1), "图": bar(len(whose) / (members or 1))}
    return {"名称": one.name, "条数": f"{one.rows:,}", **told}


def bar(share: float, cells: int = 10) -> str:
    """A share as a bar of block signs, to an eighth of a sign: a picture that every reader of Word has.

    Examples
    --------
    >>> bar(0.5, 4), bar(0.59, 4), bar(0, 4)
    ('██', '██▍', '')
    """
    whole, part = divmod(round(min(max(share, 0.0), 1.0) * cells * 8), 8)
    return "█" * whole + " ▏▎▍▌▋▊▉"[part].strip()


@dataclass(frozen=True, eq=False)
class _Plan:
    """The phases of the action as they stand on a day."""

    scheme: Scheme
    tables: Tables
    day: dt.date
    asked: tuple[Standing, ...]
    work: tuple[Task, ...]

    @classmethod
    def of(cls, scheme: Scheme, records: Records, day: dt.date) -> _Plan:
        known = records.as_of(day)
        return cls(scheme, records.tables, day, standings(scheme, known, day) if scheme.phases else (), tasks(scheme, known, day))

    def fields(self, language: Language) -> dict[str, Any]:
        """The phases, the secretariat's own work, and what was asked of members."""
        phases = []
        for place, phase in enumerate(self.scheme.phases, 1):
            first, last = (day_in_words(day, language) for day in (phase.from_, phase.to))
            when = phrase("{first}至{last}，{state.zh}", "{first} to {last}, {state.en}", first=first, last=last, state=PROGRESS[progress(phase, self.day)])
            done = phrase("工作内容：{zh}。", "Work: {en}.", zh="；".join(phase.work), en="; ".join(phase.work))
            phases.append({"序": counted(place, language), "名称": phase.label, "起止": when.into(language), "句": [done.into(language)] if phase.work else []})
        work = [{"事项": one.item, "截止": str(one.by or BLANK), "完成": str(one.done or BLANK), "凭据": one.evidence, "情况": task_state(one).into(language)} for one in self.work]
        return {"阶段": phases, "工作": work, "要求": [_asked_row(one, self.tables, language) for one in self.asked], "统计日": day_in_words(self.day, language)}

    def achieved(self) -> Iterator[Phrase]:
        """What was asked for and is complete, and how much of the work is done."""
        for one in self.asked:
            label = one.demand.label
            if one.done and one.demand.together:
                yield phrase("“{label}”：合计 {n:g}，达到要求。", "“{label}”: {n:g} together, as asked for.", label=label, n=one.together[1])
            elif one.demand.offered and one.taken:
                yield phrase("“{label}”由会员自愿参加，已有 {n} 家（占 {share}）。", "“{label}”, voluntary: {n:member has|members have} taken part ({share}).",
                             label=label, n=one.taken, share=_share(one.taken, len(one.members)))  # fmt: skip
            elif one.done and len(one.members) and not one.demand.offered:
                yield phrase("“{label}”：应交 {n} 家，全部交齐。", "“{label}”: complete, of {n:member|members} asked.", label=label, n=len(one.members))
        planned = [one for one in self.work if one.phase is not None]
        if planned:
            done = sum(one.done is not None for one in planned)
            yield phrase("列入各阶段的秘书处工作 {n} 项，完成 {done} 项。", "Of {n:item|items} of work planned for the secretariat, done: {done}.", n=len(planned), done=done)

    def lacking(self) -> Iterator[Phrase]:
        """What was asked for, is due and not complete, but for what is voluntary, and the work that is overdue."""
        for one in (one for one in self.asked if self.day >= one.by):
            label, missing = one.demand.label, len(one.outstanding)
            if one.demand.together and not one.done:
                yield phrase("“{label}”：合计 {n:g}，没有达到要求（{least:g}）。", "“{label}”: {n:g} together, less than asked for ({least:g}).", label=label, n=one.together[1], least=one.demand.least)
            elif missing and not one.demand.offered:
                yield phrase("“{label}”：应交 {n} 家，未交 {missing} 家（{share}）。", "“{label}”: missing from {missing} of {n:member|members} ({share}).",
                             label=label, n=len(one.members), missing=missing, share=_share(missing, len(one.members)))  # fmt: skip
        for task in self.work:
            if task.overdue:
                yield phrase("“{item}”没有完成（截止 {by}）。", "“{item}” is not done (due {by}).", item=task.item, by=task.by)


def _asked_row(one: Standing, tables: Tables, language: Language) -> dict[str, str]:
    """What a phase asks, and how much of it is there: of all together, with how often or how many it is, or member by member."""
    row = {"要求": f"{one.demand.label}{said_voluntary(one.demand).into(language)}", "截止": str(one.by)}
    if one.demand.together:
        (in_time, now), least, unit = one.together, one.demand.least, _unit(one.demand.measure, tables).into(language)
        return row | {"应交": f"≥{least:g}{unit}", "按时": f"{in_time:g}{unit}", "补交": f"{max(now - in_time, 0):g}{unit}", "未交": BLANK, "率": _share(min(now, least), least), "图": bar(now / least, 5)}
    if one.day < one.phase.from_:
        return row | {"应交": f"{len(one.members)}", "按时": BLANK, "补交": BLANK, "未交": BLANK, "率": BLANK, "图": ""}
    share, done = _share(one.taken, len(one.members) or 1), bar(one.taken / (len(one.members) or 1), 5)
    if one.demand.offered:
        return row | {"应交": BLANK, "按时": f"{one.taken}", "补交": BLANK, "未交": BLANK, "率": share, "图": done}
    in_time, late = int(one.in_time.sum()), int(one.late.sum())
    return row | {"应交": f"{len(one.members)}", "按时": f"{in_time}", "补交": f"{late}", "未交": f"{len(one.outstanding)}", "率": share, "图": done}


def _unit(measure: Measure, tables: Tables) -> Phrase:
    """In what something is counted that is asked of all members together; nothing where it is a sum, in the unit of its column."""
    column = tables.table[str(measure.table)].column.get(measure.column or "")
    if measure.take == "distinct" and column is not None and column.type == "member":
        return Phrase(" 家", "")
    return Phrase("", "") if measure.take == "sum" else Phrase(" 次", "")


def _reached(registers: Mapping[str, Register], members: int) -> Iterator[Phrase]:
    """The registers in which nearly every member is found."""
    wide = [one for name, one in registers.items() if name in BROAD and one.members and len(one.members) >= WIDE * members]
    if wide:
        yield phrase("覆盖面达到九成的有：{zh}。", "At least nine members in ten appear in: {en}.", zh="、".join(one.name for one in wide), en=", ".join(one.name for one in wide))


WIDE = 0.9


TO_ADD = Phrase("【请秘书处结合实际补充。】", "[To be added by the secretariat.]")
UNTOLD = Phrase("本届记录中没有这一项的登记。【请秘书处据实填写】", "There is no record of this in the registers. [To be filled in by the secretariat.]")


def _unmoved(idle: int, members: int) -> Phrase:
    """How many took part in nothing."""
    if not idle:
        return Phrase("全体会员都至少有一项参与记录。", "All members took part in something.")
    return phrase("尚有 {n} 家会员没有任何一项参与记录（占 {share}），须逐家联系，力求全员参与（名单另附，内部使用）。",
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


def _share(part: float, whole: float) -> str:
    """A part of a whole in percent: 100.0% where nothing lacks and nowhere else.

    Examples
    --------
    >>> _share(9999, 10000), _share(607, 608), _share(608, 608)
    ('99.9%', '99.8%', '100.0%')
    """
    return f"{part / whole if part >= whole else min(part / whole, ALMOST):.1%}" if whole else BLANK


ALMOST = 0.999


def _registers(evaluation: Evaluation, records: Records) -> dict[str, Register]:
    """Each table that tells of what members or the secretariat did, by its id; neither of the members themselves, nor the panel's sheets, nor what an edition before came to."""
    return {name: _register(name, records.tables.table[name], records.frames[name], evaluation) for name in _telling(evaluation, records) if not records.frames[name].empty}


def _telling(evaluation: Evaluation, records: Records) -> Iterator[str]:
    scheme = evaluation.scheme
    others = {scheme.members.table} | ({scheme.previous.table} if scheme.previous else set()) | {str(item.measure.table) for item in scheme.indicators if item.measure.take == "panel"}
    others |= {table for table in (scheme.panel.table, scheme.panel.experts, scheme.panel.interests) if table} if scheme.panel else set()
    return (name for name in records.frames if name not in others and (records.tables.table[name].member is not None or name in OWN))


OWN = {name for names in TASKS.values() for name in names}
"""The registers of the house's template, which may be of no member."""


def _register(id_of: str, table: Table, frame: pd.DataFrame, evaluation: Evaluation) -> Register:
    undone = frame[[id_ for id_, column in table.column.items() if column.type == "choice" and id_ in frame]].isin(UNDONE).any(axis=1)
    by_member = table.member is not None and (table.column[table.member].required or frame[table.member].notna().any())
    whose = frozenset({*frame.loc[~undone, table.member].dropna()} & {*evaluation.members.index}) if by_member else None
    dated = table.date is not None and table.date in frame
    years = frame[table.date].dropna().dt.year.value_counts().sort_index().to_dict() if dated else {}
    held = next((int(frame[column].nunique()) for column in EVENTS if column in frame), 0)
    applied = (evaluation.scheme.members.applied or "").partition(".")[0]  # whoever applies does so when the period is over
    outside = 0 if id_of == applied else _outside(table, frame, evaluation.scheme.period)
    return Register(table.label or id_of, len(frame), outside, whose, dict(_states(table, frame)), years, held, int(undone.sum()), tuple(_spans(table, frame)))


def _spans(table: Table, frame: pd.DataFrame) -> Iterator[tuple[str, str, int, float, int]]:
    """How long after the day of a record other days of it came, where the data dictionary says that they follow it."""
    for id_, column in table.column.items():
        if column.not_before == table.date and table.date in frame and id_ in frame:
            days = (frame[id_] - frame[table.date]).dt.days.dropna()
            days = days[days >= 0]
            if len(days):
                yield table.heading(id_), table.heading(str(table.date)), len(days), float(days.mean()), int(days.max())


def _by_task(registers: Mapping[str, Register], evaluation: Evaluation, records: Records) -> dict[str, Register]:
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
                told[name] = _register(ACTIVITIES, table, part, evaluation)
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
            yield table.heading(id_), {state: int(counts[state]) for state in column.choices if counts.get(state)}


def _empty(evaluation: Evaluation, records: Records) -> Iterator[Phrase]:
    """The registers of members or of the house that were handed in without a record: they stand in no table, and are not passed over."""
    tables = records.tables.table
    names = [tables[name].label or name for name in _telling(evaluation, records) if records.frames[name].empty]
    if names:
        yield phrase("尚无记录的登记表：{zh}。", "Registers without a record: {en}.", zh="、".join(names), en=", ".join(names))


def _overall(evaluation: Evaluation, registers: Mapping[str, Register], taking_part: int) -> Iterator[Phrase]:
    members = evaluation.members
    classes = members["class"].dropna().nunique()
    yield phrase(
        "联合会现有会员 {n:,} 家{classes.zh}。评价期内至少有一项参与记录（活动签到、投稿、调查、承诺书、汇报等，会费不算）的会员 {part:,} 家，占 {share}。",
        "Members of the federation: {n:,}{classes.en}. Within the period {part:,} of them, {share}, took part in something (attendance, a text, a survey, a pledge or a report; dues do not count).",
        n=len(members), part=taking_part, share=_share(taking_part, len(members)),
        classes=phrase("，分属 {n} 个类别", ", of {n:class|classes}", n=classes) if classes else Phrase("", ""),
    )  # fmt: skip
    total, outside = sum(one.rows for one in registers.values()), sum(one.outside for one in registers.values())
    yield phrase(
        "各项登记在册的记录共 {n:,} 条{outside.zh}，情况如下：", "Records in the registers: {n:,}{outside.en}, as follows:",
        n=total, outside=phrase("，其中评价期以外的 {n:,} 条", ", {n:,} of them dated outside the period", n=outside) if outside else Phrase("", ""),
    )  # fmt: skip


def _tasks(registers: Mapping[str, Register], members: int) -> Iterator[tuple[Phrase, list[Phrase]]]:
    """Each task of the plan, and what the registers tell of it."""
    for title, names in TASKS.items():
        yield title, [_told(registers[name], members) for name in names if name in registers] or [UNTOLD]


def _told(register: Register, members: int) -> Phrase:
    whose = register.members
    parts = [phrase("{name}：登记 {n:,} 条", "{name}: records {n:,}", name=register.name, n=register.rows)]
    parts += [phrase("共 {n:,} 次", "of {n:event|events}", n=register.held)] if register.held else []
    but = phrase("（{zh}的 {n:,} 条不计）", " (without {n:,} of {en})", n=register.undone, zh="、".join(register.idle), en=", ".join(register.idle)) if register.undone else Phrase("", "")
    parts += [phrase("涉及会员 {n:,} 家，占 {share}{but.zh}", "members {n:,}, {share}{but.en}", n=len(whose), share=_share(len(whose), members), but=but)] if whose is not None else []
    said = [joined(parts)]
    for name, states in register.states.items():
        told = joined([phrase("{state} {n:,} 条", "{state} {n:,}", state=state, n=count) for state, count in states.items()], "、")
        said += [phrase("按{name}，{told.zh}", "by {name}, {told.en}", name=name, told=told)] if states else []
    for end, begin, count, mean, most in register.spans:
        said.append(phrase("已填“{end}”的 {n:,} 条，距“{begin}”平均 {mean:.1f} 天、最长 {most} 天", "{end} filled in: {n:,}, in days after {begin} {mean:.1f} on average and at most {most}", end=end, begin=begin, n=count, mean=mean, most=most))
    if len(register.years) > 1:
        told = joined([phrase("{year} 年 {n:,} 条", "{n:,} in {year}", year=year, n=count) for year, count in register.years.items()], "、")
        said.append(phrase("按年度，{told.zh}", "by year, {told.en}", told=told))
    whole = joined(said, "；", "; ")
    return Phrase(f"{whole.zh}。", f"{whole.en}.")


def _classes(evaluation: Evaluation, taking_part: set[Any], language: Language) -> list[dict[str, Any]]:
    members, winners = evaluation.members, {*evaluation.awards["member"]}
    rows: list[dict[str, Any]] = []
    for class_, part in sorted(members.groupby(members["class"].fillna(UNCLASSED.into(language)), observed=True), key=lambda pair: pinyin(str(pair[0]))):
        rows.append({"类别": str(class_), "会员": len(part), "参与": (busy := len({*part.index} & taking_part)), "率": _share(busy, len(part)), "图": bar(busy / len(part), 6), "申报": int(part["applied"].sum()), "获奖": len({*part.index} & winners)})
    whole = {key: sum(row[key] for row in rows) for key in ("会员", "参与", "申报", "获奖")}
    return [*rows, {"类别": ALL.into(language), **whole, "率": _share(whole["参与"], whole["会员"]), "图": bar(whole["参与"] / whole["会员"] if whole["会员"] else 0.0, 6)}]


UNCLASSED, ALL = Phrase("未分类", "no class"), Phrase("合　计", "Total")


def _awards(evaluation: Evaluation) -> Iterator[Phrase]:
    scheme = evaluation.scheme
    counts = evaluation.awards["award"].value_counts()
    if scheme.awards and not scheme.lists_grades:
        given = joined([phrase("{label} {n} 家", "{label}, {n:member|members}", label=award.label, n=int(counts.get(award.id, 0))) for award in scheme.awards], "、", "; ")
        yield phrase("申报参评的会员 {n:,} 家，依据《{title}》评出{given.zh}。", "Applications: {n:,}. Selected under “{title}”: {given.en}.",
                     n=int(evaluation.members["applied"].sum()), title=scheme.title, given=given)  # fmt: skip
    if scheme.lists_grades:
        yield phrase("申报参评的会员 {n:,} 家，依据《{title}》评定信用等级。", "Applications: {n:,}. Graded under “{title}”.", n=int(evaluation.members["applied"].sum()), title=scheme.title)
    yield from grades_in_words(evaluation)


def grades_in_words(evaluation: Evaluation) -> Iterator[Phrase]:
    """How many have which grade, how many rose, stayed and fell since the last time, and of how many the grade is published where the awards say that alone."""
    rows = _grades(evaluation)
    if not rows:
        return
    grades = joined([phrase("{grade} 级 {n} 家", "{grade} {n}", grade=row["等级"], n=row["家数"]) for row in rows], "、", ", ")
    yield phrase("评定信用等级的会员 {n:,} 家：{zh}。", "Members graded: {n:,}, of them {en}.", n=sum(row["家数"] for row in rows), zh=grades.zh, en=grades.en)
    if moved := _since_last(evaluation):
        rose, stayed, fell, first = moved
        yield phrase("与上次评定相比，等级上升 {rose} 家、不变 {stayed} 家、下降 {fell} 家；上次没有评定的 {first} 家。",
                     "Since the last grading {rose:has|have} risen, {stayed} stayed and {fell} fallen; {first:was|were} not graded then.", rose=rose, stayed=stayed, fell=fell, first=first)  # fmt: skip
    if evaluation.scheme.lists_grades:
        yield phrase("同意公开、列入名单的 {n:,} 家。", "Grades published by leave of the member: {n:,}.", n=evaluation.awards["member"].nunique())


def _since_last(evaluation: Evaluation) -> tuple[int, int, int, int] | None:
    """Of the members graded how many rose above their grade of the last time, kept it, fell below it, or had none that these rules know; None where none had one."""
    before, now = evaluation.measured.previous, evaluation.ranking["grade"]
    if "grade" not in before:
        return None
    order = {name: place for place, name in enumerate(grade_names(evaluation.scheme))}
    then = before["grade"].map(lambda grade: order.get(str(grade).strip()))
    pairs = [(order[str(grade)], then.get(member)) for member, grade in now.items() if str(grade) in order]
    known = [(here, int(there)) for here, there in pairs if there is not None and not pd.isna(there)]
    if not known:
        return None
    return sum(here < there for here, there in known), sum(here == there for here, there in known), sum(here > there for here, there in known), len(pairs) - len(known)


def _grades(evaluation: Evaluation) -> list[dict[str, Any]]:
    """How many members have each grade, from the best down, with a bar; nothing where the scheme gives none."""
    if not evaluation.scheme.grades:
        return []
    graded = {str(grade): int(count) for grade, count in evaluation.ranking["grade"].value_counts().items()}
    names = dict.fromkeys([*(str(name) for name, _ in evaluation.scheme.grades.bands), *graded])
    whole = sum(graded.get(grade, 0) for grade in names if grade)
    return [{"等级": grade, "家数": graded[grade], "占比": _share(graded[grade], whole), "图": bar(graded[grade] / whole)} for grade in names if grade and graded.get(grade, 0) > 0]


def _lacking(evaluation: Evaluation, registers: Mapping[str, Register], unheard: Iterable[Phrase], idle: int) -> Iterator[Phrase]:
    lines = award_lines(evaluation)
    if waiting := sum(line.vacant for line in lines if line.awaited):
        yield phrase("名额待定 {n} 个：有会员的评分还没有定。", "{n:place is|places are} still open: scores of members are to come.", n=waiting)
    if vacant := sum(line.vacant for line in lines if not line.awaited):
        yield phrase("名额空缺 {n} 个，够格的会员不足，未降低标准。", "{n:place|places} stayed empty: too few members qualified, and no standard was lowered.", n=vacant)
    for title in unheard:
        yield phrase("“{title.zh}”没有登记可查，工作留痕有待加强。", "Of “{title.en}” there is no record: records must be kept better.", title=title)
    thin = [one.name for name, one in registers.items() if name in BROAD and len(one.members or ()) * 3 < len(evaluation.members)]
    if thin:
        yield phrase("覆盖面不足三分之一的有：{zh}。", "Less than a third of the members appear in: {en}.", zh="、".join(thin), en=", ".join(thin))
    if idle:
        yield phrase("有 {n} 家会员没有任何一项参与记录。", "{n:member|members} took part in nothing.", n=idle)
