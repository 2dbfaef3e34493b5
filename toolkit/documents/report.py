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

from toolkit.documents.articles import chinese_number
from toolkit.evaluation.contributions import award_lines
from toolkit.publication.disclosures import deeds
from toolkit.publication.extract import pinyin

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.records.dictionary import Table, Tables

ACTIVITIES, EXCHANGE, EXCHANGED = "activities", "exchange", ("论坛", "研讨", "交流", "考察", "沙龙")
"""Of the register of activities, those of a kind that is no training: a part of its own."""
TASKS = {
    "法制教育与业务培训": (ACTIVITIES, "courses", "materials", "questions"),
    "交流、研讨与会刊": (EXCHANGE, "articles", "surveys", "needs"),
    "诚信自律公约与承诺": ("pledges",),
    "诚信信息的汇报与公示": ("conduct", "complaints"),
    "组织保障": ("council", "plans", "liaison", "dues"),
}
"""The tasks of the action plan, and the registers that tell of each."""
BROAD = {"activities", "articles", "surveys", "pledges", "materials", "needs", "courses"}
"""Registers in which every member is meant to be found."""
SHOWN_STATES = 8


def report_fields(evaluation: Evaluation, records: Records) -> dict[str, Any]:
    """The fields of the report."""
    registers, members = _registers(evaluation, records), evaluation.members
    told = _by_task(registers, evaluation, records)
    idle = idle_members(evaluation)
    share = _share(len(idle), len(members))
    return {
        "总体": list(_overall(evaluation, registers, len(members) - len(idle))),
        "登记": [{"名称": one["名称"], "条数": f"{one['条数']:,}", "家数": f"{len(one['会员']):,}", "占比": _share(len(one["会员"]), len(members))} for one in registers.values()],
        "任务": list(_tasks(told, len(members))),
        "类别表": _classes(evaluation, {*members.index} - {*idle.index}),
        "未参与": [f"尚有 {len(idle)} 家会员没有参与任何一项活动（占 {share}），须逐家联系，力求全员参与（名单另附，内部使用）。"] if len(idle) else ["全体会员都参与了活动。"],
        "评优": list(_awards(evaluation)),
        "不足": list(_lacking(evaluation, registers, _unheard(told, records.tables), len(idle))) or ["【请秘书处结合实际补充。】"],
    }


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


def _unheard(told: Mapping[str, Any], tables: Tables) -> list[str]:
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


def _overall(evaluation: Evaluation, registers: Mapping[str, dict[str, Any]], taking_part: int) -> Iterator[str]:
    members = evaluation.members
    classes = members["class"].dropna().nunique()
    yield f"联合会现有会员 {len(members):,} 家" + (f"，分属 {classes} 个类别" if classes else "") + f"。评价期内参与各项活动的会员 {taking_part:,} 家，占 {_share(taking_part, len(members))}。"
    total = sum(one["条数"] for one in registers.values())
    outside = sum(one["期外"] for one in registers.values())
    yield f"各项登记在册的记录共 {total:,} 条" + (f"，其中评价期以外的 {outside:,} 条" if outside else "") + "，情况如下："


def _tasks(registers: Mapping[str, dict[str, Any]], members: int) -> Iterator[dict[str, Any]]:
    for place, (title, names) in enumerate(TASKS.items(), 1):
        sentences = [_told(registers[name], members) for name in names if name in registers]
        yield {"序": chinese_number(place), "题": title, "句": sentences or ["本届记录中没有这一项的登记，由秘书处据实填写：【　　　　】。"]}


def _told(register: Mapping[str, Any], members: int) -> str:
    parts = [f"{register['名称']}：登记 {register['条数']:,} 条，涉及会员 {len(register['会员']):,} 家，占 {_share(len(register['会员']), members)}"]
    parts += [f"按{name}，" + "、".join(f"{state} {count:,} 条" for state, count in states.items()) for name, states in register["各态"].items() if states]
    return "；".join(parts) + "。"


def _classes(evaluation: Evaluation, taking_part: set[Any]) -> list[dict[str, Any]]:
    members, winners = evaluation.members, {*evaluation.awards["member"]}
    rows: list[dict[str, Any]] = []
    for class_, part in sorted(members.groupby(members["class"].fillna("未分类"), observed=True), key=lambda pair: pinyin(str(pair[0]))):
        rows.append({"类别": str(class_), "会员": len(part), "参与": len({*part.index} & taking_part), "申报": int(part["applied"].sum()), "获奖": len({*part.index} & winners)})
    whole = {key: sum(row[key] for row in rows) for key in ("会员", "参与", "申报", "获奖")}
    return [*rows, {"类别": "合　计", **whole}]


def _awards(evaluation: Evaluation) -> Iterator[str]:
    scheme = evaluation.scheme
    counts = evaluation.awards["award"].value_counts()
    given = [f"{award.label} {int(counts.get(award.id, 0))} 家" for award in scheme.awards]
    if given:
        yield f"申报参评的会员 {int(evaluation.members['applied'].sum()):,} 家，依据《{scheme.title}》评出" + "、".join(given) + "。"
    if scheme.grades:
        graded = {str(grade): int(count) for grade, count in evaluation.ranking["grade"].value_counts().items()}
        grades = [f"{grade} 级 {graded[grade]} 家" for grade in dict.fromkeys([*(str(name) for name, _ in scheme.grades.bands), *graded]) if grade and graded.get(grade, 0) > 0]
        yield "信用等级：" + "、".join(grades) + "。"


def _lacking(evaluation: Evaluation, registers: Mapping[str, dict[str, Any]], unheard: Iterable[str], idle: int) -> Iterator[str]:
    vacant = [(line, line.vacant) for line in award_lines(evaluation) if line.vacant]
    if vacant:
        yield f"名额空缺 {sum(count for _, count in vacant)} 个，够格的会员不足，未降低标准。"
    for title in unheard:
        yield f"“{title}”没有登记可查，工作留痕有待加强。"
    thin = [one for name, one in registers.items() if name in BROAD and len(one["会员"]) * 3 < len(evaluation.members)]
    if thin:
        yield "参与面不足三分之一的有：" + "、".join(one["名称"] for one in thin) + "。"
    if idle:
        yield f"有 {idle} 家会员没有参与任何一项活动。"
