"""The plan of the action for the secretariat: its calendar, what is due and what is late, and who has not answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from toolkit.ground.text import Phrase, phrase
from toolkit.indicators.phases import Standing, Task, due_day, dues, progress
from toolkit.reports.columns import RIGHT, Lexicon, ListColumn, class_, listing, one_of, text
from toolkit.reports.wording import BLANK

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.ground.display import Table
    from toolkit.ground.text import Language
    from toolkit.scheme import Scheme

PROGRESS = {"to_come": Phrase("未开始", "to come"), "under_way": Phrase("进行中", "under way"), "over": Phrase("已结束", "over")}
CALENDAR = (
    ListColumn(Phrase("阶段", "Phase"), "label", text),
    ListColumn(Phrase("起", "From"), "from", text),
    ListColumn(Phrase("止", "To"), "to", text),
    ListColumn(Phrase("状态", "State"), "progress", one_of(PROGRESS)),
    ListColumn(Phrase("工作内容", "What is done"), "work", lambda value, lexicon: ("；" if lexicon.language == "zh" else "; ").join(value)),
)
DUES = (
    ListColumn(Phrase("阶段", "Phase"), "phase", text),
    ListColumn(Phrase("要求", "Asked for"), "label", text),
    ListColumn(Phrase("截止", "Due"), "by", text),
    ListColumn(Phrase("应交", "Asked"), "asked", text, RIGHT),
    ListColumn(Phrase("按时", "In time"), "in_time", text, RIGHT),
    ListColumn(Phrase("补交", "Late"), "late", text, RIGHT),
    ListColumn(Phrase("未交", "Missing"), "missing", text, RIGHT),
    ListColumn(Phrase("情况", "How it stands"), "state", text),
)
OUTSTANDING = (
    ListColumn(Phrase("会员", "Member"), "member", text),
    ListColumn(Phrase("名称", "Name"), "name", text),
    ListColumn(Phrase("类别", "Class"), "class", class_),
    ListColumn(Phrase("阶段", "Phase"), "phase", text),
    ListColumn(Phrase("未交事项", "Not handed in"), "label", text),
    ListColumn(Phrase("截止", "Due"), "by", text),
    ListColumn(Phrase("情况", "How it stands"), "state", text),
)
WORK = (
    ListColumn(Phrase("阶段", "Phase"), "phase", text),
    ListColumn(Phrase("工作事项", "Work"), "item", text),
    ListColumn(Phrase("截止", "Due"), "by", text),
    ListColumn(Phrase("完成", "Done"), "done", text),
    ListColumn(Phrase("凭据", "Evidence"), "evidence", text),
    ListColumn(Phrase("情况", "How it stands"), "state", text),
)
UNPLANNED = Phrase("（各阶段没有这一项）", "(of no phase)")
ASKED = Phrase("要求会员做到的", "What members are asked for")
COUNTED = Phrase("应交、按时、补交、未交都是家数；“合计”的要求看全体会员之和。", "Asked, in time, late and missing are numbers of members; what is asked of all together is their sum.")


def calendar_table(scheme: Scheme, day: dt.date, language: Language) -> Table:
    """Every phase with its days, how far it is on `day`, and what the secretariat does in it."""
    rows = [{"label": phase.label, "from": phase.from_, "to": phase.to, "progress": progress(phase, day), "work": phase.work} for phase in scheme.phases]
    caption = phrase("行动日历（{day}）", "The action's calendar on {day}", day=day)
    return listing(CALENDAR, rows, Lexicon(scheme, language), caption).without_blank_columns()


def dues_table(scheme: Scheme, standing: Iterable[Standing], language: Language) -> Table:
    """Everything the phases ask: by when, of how many, and how it stands."""
    rows = [{"phase": one.phase.label, "label": one.demand.label, "by": one.by, "state": _state(one, state), **_counts(one)} for one, state in dues(tuple(standing))]
    return listing(DUES, rows, Lexicon(scheme, language), ASKED, COUNTED)


def work_table(scheme: Scheme, tasks: Iterable[Task], language: Language) -> Table:
    """The secretariat's own work: what is done, on which day and by which evidence, and what is late."""
    rows = [
        {"phase": task.phase.label if task.phase else UNPLANNED, "item": task.item, "by": task.by or BLANK, "done": task.done or BLANK, "evidence": task.evidence, "state": task_state(task)}
        for task in tasks
    ]
    return listing(WORK, rows, Lexicon(scheme, language), Phrase("秘书处的工作", "The work of the secretariat"))


def task_state(task: Task) -> Phrase:
    """Whether an item is done, in time or late; else how long it is overdue, or how many days are left."""
    if task.done is not None:
        late = (task.done - task.by).days if task.by else 0
        return phrase("已完成，迟 {n} 天", "done {n:day|days} late", n=late) if late > 0 else Phrase("已完成", "done")
    if task.phase is not None and task.day < task.phase.from_:
        return PROGRESS["to_come"]
    return _left(task.by, task.day) if task.by else Phrase("未完成", "not done")


def uncounted_table(scheme: Scheme, day: dt.date, language: Language) -> Table:
    """Everything the phases ask and by when, where there are no records that could be counted."""
    rows = [
        {"phase": phase.label, "label": demand.label, "by": (by := due_day(phase, demand)), "asked": f"≥ {demand.least:g}" if demand.together else "—", **dict.fromkeys(("in_time", "late", "missing"), "—"),
         "state": PROGRESS["to_come"] if day < phase.from_ else days_left(by, day)}
        for phase in scheme.phases for demand in phase.asks
    ]  # fmt: skip
    return listing(DUES, rows, Lexicon(scheme, language), ASKED, COUNTED)


def outstanding_table(scheme: Scheme, rows: Iterable[Mapping[str, Any]], language: Language) -> Table:
    """Who has not handed in what; of `outstanding_rows`."""
    return listing(OUTSTANDING, [dict(row) for row in rows], Lexicon(scheme, language), Phrase("还没有交的会员", "Who has not handed it in"))


def outstanding_rows(owed: Mapping[str, Iterable[Standing]], members: pd.DataFrame) -> list[dict[str, Any]]:
    """A row for each member and thing that it has not handed in."""
    return [
        {"member": member, "name": str(members.at[member, "name"]), "class": members.at[member, "class"], "phase": one.phase.label,
         "label": one.demand.label, "by": one.by, "state": waited(one)}
        for member, listed in owed.items() for one in listed
    ]  # fmt: skip


def outstanding_cells(rows: Iterable[Mapping[str, Any]], scheme: Scheme, language: Language) -> pd.DataFrame:
    """The same as the text of a file's cells, under the headings of the table."""
    import pandas as pd

    from toolkit.reports.csv_files import text_cells

    table = outstanding_table(scheme, rows, language)
    return text_cells(pd.DataFrame(list(table.rows), columns=list(table.headings)))


def waited(one: Standing) -> Phrase:
    """How long something is overdue, or how many days are left."""
    return _left(one.by, one.day)


def _left(by: dt.date, day: dt.date) -> Phrase:
    days = (by - day).days
    return phrase("逾期 {n} 天", "{n:day|days} overdue", n=-days) if days < 0 else days_left(by, day)


def days_left(by: dt.date, day: dt.date) -> Phrase:
    """How many days are left, or how long ago something was due."""
    days = (by - day).days
    if days < 0:
        return phrase("截止已过 {n} 天", "was due {n:day|days} ago", n=-days)
    return phrase("还有 {n} 天", "{n:day|days} left", n=days) if days else Phrase("当天截止", "due that day")


def _counts(one: Standing) -> dict[str, Any]:
    if one.demand.together:
        return {"asked": f"≥ {one.demand.least:g}", "in_time": f"{one.together[0]:g}", "late": f"{max(one.together[1] - one.together[0], 0):g}", "missing": "—"}
    if one.day < one.phase.from_:
        return {"asked": len(one.members), "in_time": "—", "late": "—", "missing": "—"}
    return {"asked": len(one.members), "in_time": int(one.in_time.sum()), "late": int(one.late.sum()), "missing": len(one.outstanding)}


def _state(one: Standing, state: str) -> Phrase:
    said = {"done": Phrase("已齐", "complete"), "to_come": Phrase("未开始", "to come")}.get(state) or waited(one)
    return phrase("{zh}（合计）", "{en} (all together)", zh=said.zh, en=said.en) if one.demand.together else said
