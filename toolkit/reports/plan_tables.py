"""The plan of the action for the secretariat: its calendar, what is due and what is late, and who has not answered.

And what changes by itself as days pass, in words: for the committee member by member, and on a member's own card.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.comparison.ahead import GRADE_ENDS, LEAVES, OTHERS
from toolkit.ground.text import Language, Phrase, discreet, joined, phrase
from toolkit.indicators.phases import Standing, Task, due_day, dues, progress
from toolkit.indicators.selection import BEGINS, HAPPENED, LAPSES, REPAIRABLE, REPAIRED, WITHDRAWN
from toolkit.reports import wording
from toolkit.reports.columns import (
    RIGHT,
    Lexicon,
    ListColumn,
    Row,
    SheetColumn,
    class_,
    listing,
    one_of,
    rows_of,
    text,
)
from toolkit.reports.wording import BLANK, WORDS

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.display import Table
    from toolkit.records import Records
    from toolkit.scheme import Demand, Scheme


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
COUNTED = Phrase(
    "应交、按时、补交、未交都是家数；“合计”的要求看全体会员之和；自愿的事项只记参加的家数。",
    "Asked, in time, late and missing are numbers of members; what is asked of all together is their sum; of what is voluntary only those who take part are counted.",
)
VOLUNTARY, STILL_OPEN = Phrase("自愿", "voluntary"), Phrase("自愿，尚可参加", "voluntary, still open")
WAS_OPEN = ("自愿，截止已过 {n} 天", "voluntary, was due {n:day|days} ago")


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
         "state": PROGRESS["to_come"] if day < phase.from_ else _offered(by, day) if demand.offered else days_left(by, day)}
        for phase in scheme.phases for demand in phase.asks
    ]  # fmt: skip
    return listing(DUES, rows, Lexicon(scheme, language), ASKED, COUNTED)


def outstanding_table(scheme: Scheme, rows: Iterable[Mapping[str, Any]], language: Language) -> Table:
    """Who has not handed in what; of `outstanding_rows`."""
    return listing(OUTSTANDING, [dict(row) for row in rows], Lexicon(scheme, language), Phrase("还没有交的会员（自愿的事项不算未交）", "Who has not handed it in (what is voluntary is not owed)"))


def outstanding_rows(owed: Mapping[str, Iterable[Standing]], members: pd.DataFrame) -> list[dict[str, Any]]:
    """A row for each member and thing that it has not handed in."""
    return [
        {"member": member, "name": str(members.at[member, "name"]), "class": members.at[member, "class"], "phase": one.phase.label,
         "label": Phrase(*(f"{one.demand.label}{said}" for said in (said_voluntary(one.demand).zh, said_voluntary(one.demand).en))), "by": one.by, "state": waited(one)}
        for member, listed in owed.items() for one in listed
    ]  # fmt: skip


def outstanding_cells(rows: Iterable[Mapping[str, Any]], scheme: Scheme, language: Language) -> pd.DataFrame:
    """The same as the text of a file's cells, under the headings of the table."""
    import pandas as pd

    from toolkit.reports.csv_files import text_cells

    table = outstanding_table(scheme, rows, language)
    return text_cells(pd.DataFrame(list(table.rows), columns=list(table.headings)))


def said_voluntary(demand: Demand) -> Phrase:
    """What follows the name of a thing that is voluntary and does not say so itself."""
    return Phrase(f"（{VOLUNTARY.zh}）", f" ({VOLUNTARY.en})") if demand.offered and VOLUNTARY.zh not in demand.label else Phrase("", "")


def waited(one: Standing) -> Phrase:
    """How long something is overdue, or how many days are left; of what is voluntary whether it is still open."""
    return (_offered if one.demand.offered else _left)(one.by, one.day)


def _offered(by: dt.date, day: dt.date) -> Phrase:
    return STILL_OPEN if day <= by else phrase(*WAS_OPEN, n=(day - by).days)


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
    asked = VOLUNTARY if one.demand.offered else len(one.members)
    if one.day < one.phase.from_:
        return {"asked": asked, "in_time": "—", "late": "—", "missing": "—"}
    if one.demand.offered:
        return {"asked": asked, "in_time": one.taken, "late": "—", "missing": "—"}
    return {"asked": asked, "in_time": int(one.in_time.sum()), "late": int(one.late.sum()), "missing": len(one.outstanding)}


def _state(one: Standing, state: str) -> Phrase:
    said = {"done": Phrase("已齐", "complete"), "to_come": Phrase("未开始", "to come")}.get(state) or waited(one)
    return phrase("{zh}（合计）", "{en} (all together)", zh=said.zh, en=said.en) if one.demand.together else said



ON_CARD = 3
"""On a card so many days at most, the next ones."""
CAPTION = Phrase("今后会自行发生的变化", "What changes by itself")
UNKNOWN = Phrase(
    "只凭现有记录，此后的新记录、修复和撤销无从知晓；“其后”是当日的整个名单，含其他会员届时到期的记录。",
    "By the records there are: what is recorded, repaired or withdrawn later cannot be known. What follows is the whole list of that day, with all that lapses of others by then.",
)
NOTHING = Phrase("两年内没有会自行发生的变化。", "Nothing changes by itself within two years.")
CEASES = {
    LAPSES: Phrase("有效期满，不再计入", "has run out and no longer counts for"),
    REPAIRED: Phrase("自此日起修复，不再计入", "is repaired from this day and no longer counts for"),
    WITHDRAWN: Phrase("自此日起撤销，不再计入", "is withdrawn from this day and no longer counts for"),
    REPAIRABLE: Phrase("可自此日起申请修复，现计入", "may be repaired on request from this day; till then it counts for"),
    BEGINS: Phrase("自此日起计入", "counts from this day for"),
    HAPPENED: Phrase("自此日起计入", "counts from this day for"),
}
ALREADY = Phrase("已可申请修复，现计入", "may be repaired on request already; till then it counts for")
BESIDE = {
    LEAVES: Phrase("退会，不再列入名单", "it has left and is on the list no longer"),
    OTHERS: Phrase("本会员的记录不变，其他会员的记录到期或有会员退会", "nothing of its own: records of others lapse, or a member leaves"),
    GRADE_ENDS: Phrase("本次评定的信用等级有效期满", "the grade decided now is valid no longer"),
}
TITLES = {
    LAPSES: Phrase("有效期满", "lapses"), REPAIRED: Phrase("修复", "repaired"), WITHDRAWN: Phrase("撤销", "withdrawn"), REPAIRABLE: Phrase("可申请修复", "may be repaired"),
    BEGINS: Phrase("开始计入", "begins to count"), HAPPENED: Phrase("开始计入", "begins to count"), LEAVES: Phrase("退会", "leaves"),
    OTHERS: Phrase("其他会员变化", "others change"), GRADE_ENDS: Phrase("等级期满", "grade ends"),
}  # fmt: skip
WRAPPED = {"text_wrap": True, "valign": "top"}
DAY = ListColumn(Phrase("自何日起", "From"), "day", sheet=SheetColumn(4))
WHAT = ListColumn(Phrase("发生什么", "What happens"), "what", sheet=SheetColumn(10))
THEN = ListColumn(Phrase("其后（其他不变时）", "What follows, all else unchanged"), "then", sheet=SheetColumn(10))
CARD = (DAY, WHAT, THEN)
LISTED = (DAY, ListColumn(WORDS["member"], "name"), ListColumn(WORDS["class"], "class", class_), WHAT, THEN)


def _cause(value: Any, lexicon: Lexicon) -> str:
    return TITLES[value].into(lexicon.language)


def _item(value: Any, lexicon: Lexicon) -> str:
    return lexicon.label(value) if value else ""


def _award(value: Any, lexicon: Lexicon) -> str:
    return lexicon.joined(lexicon.label(award) for award in str(value).split("; ") if award)


def _iso(value: Any, _: Lexicon) -> str:
    return str(value)


def _before(words: Phrase) -> Phrase:
    return Phrase(f"此前{words.zh}", f"{words.en} before")


SHEET = (
    ListColumn(DAY.heading, "day", sheet=SheetColumn(12, cell=_iso)),
    ListColumn(WORDS["member"], "name", sheet=SheetColumn(30)),
    ListColumn(WORDS["class"], "class", sheet=SheetColumn(16)),
    ListColumn(Phrase("原因", "Cause"), "cause", sheet=SheetColumn(13, cell=_cause)),
    ListColumn(Phrase("所计项目", "Counts for"), "item", sheet=SheetColumn(20, cell=_item)),
    ListColumn(WORDS["file"], "file", sheet=SheetColumn(20)),
    ListColumn(WORDS["sheet"], "sheet", sheet=SheetColumn(11)),
    ListColumn(WORDS["row"], "row", sheet=SheetColumn(7)),
    ListColumn(Phrase("记录所计", "Amount"), "amount", sheet=SheetColumn(9)),
    *(ListColumn(words, key, sheet=look) for key, title, look in (
        ("total", WORDS["total"], SheetColumn(9, figures="scheme")), ("rank", WORDS["rank"], SheetColumn(8)),
        ("award", WORDS["award"], SheetColumn(12, cell=_award)), ("grade", WORDS["grade"], SheetColumn(9)),
    ) for words, key in ((_before(title), f"{key}_before"), (title, key))),
)  # fmt: skip


def ahead_table(evaluation: Evaluation, ahead: pd.DataFrame, records: Records | None = None) -> Table:
    """The calendar of change: a row for each member and day, with what happens and what follows.

    Parameters
    ----------
    ahead
        As `toolkit.comparison.ahead.changes_ahead` gives it.
    records
        Give the tables their labels.
    """
    lexicon = Lexicon.of(evaluation)
    rows = [_line(rows, lexicon, records) | {"name": rows[0]["name"], "class": rows[0]["class"]} for rows in _by_day(rows_of(ahead))]
    return listing(LISTED, rows, lexicon, CAPTION, UNKNOWN if rows else NOTHING)


def own_table(evaluation: Evaluation, ahead: Iterable[Row], records: Records | None = None) -> Table:
    """What changes of one member by itself, for its own card: the next days, and how many more there are."""
    lexicon, days = Lexicon.of(evaluation), _by_day(ahead)
    more = phrase("另有 {n} 日的变化，见秘书处的变化一览。", "{n:day|days} more: the secretariat's list has them.", n=len(days) - ON_CARD)
    note = UNKNOWN if len(days) <= ON_CARD else joined([UNKNOWN, more], "", " ")
    return listing(CARD, [_line(rows, lexicon, records) for rows in days[:ON_CARD]], lexicon, CAPTION, note if days else None)


def _by_day(ahead: Iterable[Row]) -> list[list[Row]]:
    """The rows of each member and day together, in the order of days; each record that may be repaired by itself."""
    together: dict[tuple[Any, ...], list[Row]] = {}
    for row in ahead:
        record = tuple(row[name] for name in ("table", "file", "sheet", "row")) if row["cause"] == REPAIRABLE else ()
        together.setdefault((row["day"], row["member"], record), []).append(row)
    return list(together.values())


def _line(rows: list[Row], lexicon: Lexicon, records: Records | None) -> Row:
    """What happens to a member on one day, and what follows."""
    return {"day": str(rows[0]["day"]), "what": _what(rows, lexicon, records).into(lexicon.language), "then": _then(rows[0], lexicon).into(lexicon.language)}


def _what(rows: Iterable[Row], lexicon: Lexicon, records: Records | None) -> Phrase:
    """Each record once, with all that it counted for."""
    by_record: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        by_record.setdefault((row["cause"], row["table"], row["file"], row["sheet"], row["row"]), []).append(row)
    return joined([_of_record(cause, same, lexicon, records) for (cause, *_), same in by_record.items()], "；", "; ")


def _of_record(cause: str, rows: list[Row], lexicon: Lexicon, records: Records | None) -> Phrase:
    if cause in BESIDE:
        return BESIDE[cause]
    name = discreet(records.tables.label(rows[0]["table"]) if records else rows[0]["table"])
    where = phrase("{name}第 {row} 行", "{name}, row {row},", name=name, row=rows[0]["row"]) if rows[0]["row"] else Phrase(name, name)
    items = joined([_counted(row, lexicon) for row in rows], "、", ", ")
    return phrase("{where.zh}{verb.zh}{items.zh}", "{where.en} {verb.en} {items.en}", where=where, verb=_verb(cause, rows[0]["day"], lexicon.scheme.as_of), items=items)


def _verb(cause: str, day: dt.date, as_of: dt.date) -> Phrase:
    return ALREADY if cause == REPAIRABLE and day <= as_of + dt.timedelta(days=1) else CEASES[cause]


def _counted(row: Row, lexicon: Lexicon) -> Phrase:
    label = lexicon.label(row["item"])
    adjusts = any(item.id == row["item"] for item in lexicon.scheme.adjustments)
    amount = f"（{row['amount']}）" if adjusts and row["amount"] else ""
    return Phrase(f"“{label}”{amount}", f"`{label}`{amount.replace('（', ' (').replace('）', ')')}")


def _then(row: Row, lexicon: Lexicon) -> Phrase:
    """Total, award and grade on that day, and what they were the day before where they were others; of a repair what they would be with it."""
    return phrase("如当日修复：{then.zh}", "if repaired then: {then.en}", then=_moves(row, lexicon)) if row["cause"] == REPAIRABLE else _moves(row, lexicon)


def _moves(row: Row, lexicon: Lexicon) -> Phrase:
    if row["cause"] == LEAVES:
        return Phrase(wording.BLANK, wording.BLANK)
    if pd.isna(row["total"]) and not pd.isna(row["total_before"]):
        return Phrase("没有总分", "no total")
    scheme = lexicon.scheme
    told = [("total", WORDS["total"], lambda value: wording.points(value, scheme.decimals))]
    told += [("award", WORDS["award"], lambda value: _award(value, lexicon) or wording.BLANK)] if scheme.awards else []
    told += [("grade", WORDS["grade"], lambda value: value or wording.BLANK)] if scheme.grades else []
    else_ = Phrase("不修复则", "without: ") if row["cause"] == REPAIRABLE else Phrase("此前", "before: ")
    return joined([_moved(title, words(row[f"{key}_before"]), words(row[key]), else_) for key, title, words in told], "；", "; ")


def _moved(title: Phrase, before: str, now: str, else_: Phrase) -> Phrase:
    if before == now:
        return phrase("{title.zh}仍为 {now}", "{title.en} as before: {now}", title=title, now=now)
    return phrase("{title.zh} {now}（{else_.zh} {before}）", "{title.en} {now} ({else_.en}{before})", title=title, now=now, before=before, else_=else_)
