"""Whether the data dictionary has every table and column that a scheme names, of types that serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from toolkit.ground.problems import Problem, Problems, did_you_mean
from toolkit.ground.text import Phrase, phrase
from toolkit.panels.experts import RECUSALS, RECUSED
from toolkit.records.dictionary import TYPES, Column, Table, Tables
from toolkit.records.values import YES
from toolkit.scheme import Demand, Scheme
from toolkit.scheme.measures import Measure, Range, Selection, State, Window
from toolkit.scheme.outcomes import Veto
from toolkit.scheme.shapes import Category

if TYPE_CHECKING:
    from toolkit.scheme.criteria import Indicator

NUMBERS = ("number", "money", "percent")
WORDS = ("text", "choice")
OF_NUMBERS = {"sum", "mean", "weighted_mean", "max", "min", "ratio", "panel"}
AGREES = YES | {"同意"}
PREVIOUS = {"total": NUMBERS, "rank": NUMBERS, "award": ("text", "choice"), "grade": ("text", "choice")}
MEMBER_COLUMNS = {
    "former_names": ("text",),
    "former_code": ("member", "credit_code"),
    "head_office": ("member", "credit_code"),
    "left": ("date",),
}


def reference_problems(scheme: Scheme, tables: Tables, file: str = "scheme.toml") -> Problems:
    """Everything the scheme names that `tables` does not hold, or holds as another type."""
    faults = chain(
        _members(scheme, tables),
        *(_measure(f"indicator[{item.id}].measure", item.measure, scheme, tables) for item in scheme.indicators),
        *(_shape(item.id, item.measure, isinstance(item.value, Category), tables) for item in scheme.indicators),
        *(_measure(f"adjustment[{item.id}].measure", item.measure, scheme, tables) for item in scheme.adjustments),
        *(_points(item.id, item.measure, tables) for item in scheme.adjustments),
        *(_measure(f"condition[{item.id}].measure", item.measure, scheme, tables) for item in scheme.conditions),
        *(_veto(f"veto[{item.id}]", item, scheme, tables) for item in scheme.vetoes),
        *(_demand(f"phase[{phase.id}].asks[{n}]", demand, scheme, tables) for phase in scheme.phases for n, demand in enumerate(phase.asks, 1)),
        *(_conditions_as(place, id_, wanted, scheme, tables) for place, id_, wanted in _conditions_named(scheme)),
        _ties_compared(scheme, tables),
        _previous(scheme, tables),
        _consent(scheme, tables),
        _shown_records(scheme, tables),
        *(_panel_table(*named, tables) for named in (*_panel_tables(scheme), *_registers(scheme))),
        *(_states(f"appointment[{one.id}].where", Selection(table=one.table, where=one.where), tables) for one in scheme.appointments if one.table in tables.table),
        *(_recusal(item, tables) for item in scheme.indicators if item.measure.take == "panel" and _by_experts(scheme)),
    )
    return Problems(tuple(Problem("error", rule, mend, file=file, column=place) for place, rule, mend in dict.fromkeys(faults)))


RESULT_COUNTS = {
    "scorers": Phrase("{of}评分人数", "{of}: scorers"),
    "recused": Phrase("{of}回避人数", "{of}: recused"),
    "missing": Phrase("{of}尚未评分人数", "{of}: yet to score"),
}
"""How many experts stand behind a panel's score, each with its heading behind that of the score."""
ReferenceFaults = Iterator[tuple[str, Phrase, Phrase]]


def member_column(table: Table, name: str, scheme: Scheme) -> str | None:
    """The column of `table` that says which member a row is about."""
    return scheme.members.key if name == scheme.members.table else table.member


def _missing(place: str, what: Phrase, name: str, known: list[str]) -> tuple[str, Phrase, Phrase]:
    rule = phrase("数据字典 tables.toml 里没有{zh}“{name}”", "tables.toml has no {en} `{name}`", zh=what.zh, en=what.en, name=name)
    return place, rule, did_you_mean(name, known) or phrase("现有：{known}", "known: {known}", known=", ".join(known))


def _column(place: str, table: str, column: str, tables: Tables) -> ReferenceFaults:
    if table not in tables.table:
        yield _missing(place, Phrase("数据表", "table"), table, list(tables.table))
    elif column not in tables.table[table].column:
        yield _missing(place, Phrase("列", "column"), f"{table}.{column}", [f"{table}.{c}" for c in tables.table[table].column])
    elif tables.table[table].column[column].personal:
        rule = phrase("“{name}”是个人信息列，不参与评价", "`{name}` is personal and has no part in an evaluation", name=column)
        yield place, rule, Phrase("请指定另一列", "name another column")


def _spec(table: str, column: str | None, tables: Tables) -> Column | None:
    entry = tables.table.get(table)
    return entry.column.get(column) if entry and column else None


def _members(scheme: Scheme, tables: Tables) -> ReferenceFaults:
    spec = scheme.members
    named = {"key": spec.key, "name": spec.name, "class": spec.class_, "former_names": spec.former_names,
             "former_code": spec.former_code, "head_office": spec.head_office, "left": spec.left}  # fmt: skip
    if spec.table not in tables.table:
        yield _missing("members.table", Phrase("数据表", "table"), spec.table, list(tables.table))
        return
    for key, column in named.items():
        if column:
            yield from _column(f"members.{key}", spec.table, column, tables)
            yield from _kind(f"members.{key}", spec.table, column, MEMBER_COLUMNS.get(key), tables)
    if spec.applied:
        table, _, column = spec.applied.rpartition(".")
        yield from _column("members.applied", table or spec.table, column, tables)
    yield from _states("members.skip", Selection(table=spec.table, where=spec.skip), tables)


def _selection(place: str, selection: Selection, scheme: Scheme, tables: Tables) -> ReferenceFaults:
    table = tables.table.get(selection.table)
    if table is None:
        yield _missing(f"{place}.table", Phrase("数据表", "table"), selection.table, list(tables.table))
        return
    if member_column(table, selection.table, scheme) is None:
        rule = phrase("数据表“{name}”没有会员列", "the table `{name}` has no member column", name=selection.table)
        yield place, rule, Phrase("请在 tables.toml 里把一列的 type 写成 member", 'give a column the type "member"')
    for column in selection.once_per:
        yield from _column(f"{place}.once_per", selection.table, column, tables)
    yield from _states(f"{place}.where", selection, tables)
    window = scheme.window.get(selection.window or "")
    if window:
        yield from _window(f"window.{selection.window}", window, selection.table, tables)
    if selection.in_period and not table.date:
        rule = phrase("要看是否发生在评价期内，需要知道日期列", "`in_period` needs to know the date column of `{table}`", table=selection.table)
        yield f"{place}.in_period", rule, phrase("请在 tables.toml 的 [table.{t}] 写 date", "give [table.{t}] a `date`", t=selection.table)


def _window(place: str, window: Window, table: str, tables: Tables) -> ReferenceFaults:
    for key, column in window.dates.items():
        yield from _column(f"{place}.{key}", table, column, tables)
        yield from _kind(f"{place}.{key}", table, column, ("date",), tables)
    if window.column:
        yield from _column(f"{place}.column", table, window.column, tables)
        if _spec(table, window.column, tables):
            for key in ("lasts", "repairable_after"):
                spans = Selection(table=table, where={window.column: tuple(getattr(window, key))})
                yield from _states(f"{place}.{key}", spans, tables)
    for key, states in (("skip", window.skip), ("appeal", window.appeal)):
        yield from _states(f"{place}.{key}", Selection(table=table, where=states), tables)


def _type_words(kind: str) -> str:
    """A type of columns in Chinese, with the word that tables.toml has for it."""
    return f"“{TYPES[kind].zh}”（{kind}）" if kind in TYPES else f"“{kind}”"


def _kind(place: str, table: str, column: str, kinds: tuple[str, ...] | None, tables: Tables) -> ReferenceFaults:
    """A column must be of one of `kinds`, where they are named."""
    spec = _spec(table, column, tables)
    if spec and kinds and spec.type not in kinds:
        rule = phrase("“{name}”的类型是{kind}，应为{those}", "`{name}` is {type}, and should be {kinds}",
                      name=column, type=spec.type, kinds=" / ".join(kinds),
                      kind=_type_words(spec.type), those="、".join(map(_type_words, kinds)))  # fmt: skip
        yield place, rule, Phrase("请改用另一列，或改正列的类型", "name another column, or change its type")


def _states(place: str, selection: Selection, tables: Tables) -> ReferenceFaults:
    for column, states in selection.where.items():
        yield from _column(f"{place}.{column}", selection.table, column, tables)
        spec = _spec(selection.table, column, tables)
        if spec is None:
            continue
        if isinstance(states, Range):
            yield from _range(f"{place}.{column}", column, states, spec)
            continue
        for state in states:
            if spec.choices and str(state) not in spec.choices:
                yield _missing(f"{place}.{column}", Phrase("取值", "choice"), str(state), list(spec.choices))
            elif not _same_kind(state, spec.type):
                rule = phrase("“{state}”与列的类型{kind}不符", "`{state}` does not fit the type {type}", state=state, type=spec.type, kind=_type_words(spec.type))
                yield f"{place}.{column}", rule, Phrase("请改写取值，或改正列的类型", "change the state or the type")


def _range(place: str, column: str, range_: Range, spec: Column) -> ReferenceFaults:
    """Numbers lie in a range of numbers, days in one of days."""
    if spec.type in (("date",) if range_.of_days else NUMBERS):
        return
    rule = phrase("“{column}”的类型是{kind}，不能用数字范围", "`{column}` is {type}, and lies in no range of numbers", column=column, type=spec.type, kind=_type_words(spec.type))
    mend = Phrase('请列出取值，如 ["甲", "乙"]，或改用数字列', 'list its states, as in ["A", "B"], or name a column of numbers')
    if range_.of_days:
        rule = phrase("“{column}”的类型是{kind}，不能用日期范围", "`{column}` is {type}, and lies in no range of days", column=column, type=spec.type, kind=_type_words(spec.type))
        mend = Phrase("请改用日期列，或改正列的类型", "name a column of dates, or change its type")
    elif spec.type == "date":
        mend = Phrase("请写日期，如 2018-01-01，不加引号", "write days, as in 2018-01-01, without quotes")
    yield place, rule, mend


def _same_kind(state: State, kind: str) -> bool:
    if kind == "boolean":
        return isinstance(state, bool)
    if kind in NUMBERS:
        return isinstance(state, int | float) and not isinstance(state, bool)
    return isinstance(state, str)


def _measure(place: str, measure: Measure, scheme: Scheme, tables: Tables) -> ReferenceFaults:
    """The rows and columns of a measure; of a quotient or product of two cells both."""
    for key, term in zip(("column", "over" if measure.over else "times"), () if measure.take else measure.terms, strict=False):
        yield from _selection(place, term.selection, scheme, tables)
        yield from _columns(place, {key: term.place[1]}, term.place[0], tables, numbers=len(measure.terms) > 1)
    if measure.take is None or measure.table is None:  # the latter is told of the scheme itself
        return
    yield from _selection(place, measure.selection, scheme, tables)
    yield from _states(f"{place}.among", Selection(table=str(measure.table), where=measure.among), tables)
    named = {"column": measure.column, "weight": measure.weight, "over": measure.over}
    yield from _pointed(place, measure, tables) if measure.points else _columns(place, named, str(measure.table), tables, numbers=measure.take in OF_NUMBERS)
    yield from _kept(place, measure, tables) if measure.keep != "first" else ()
    table = tables.table.get(str(measure.table))
    if measure.take == "latest" and table and not table.date:
        rule = phrase("取最近一条需要知道日期列", "`latest` needs to know the date column of `{table}`", table=measure.table)
        yield place, rule, phrase("请在 tables.toml 的 [table.{t}] 写 date", "give [table.{t}] a `date`", t=measure.table)


def _pointed(place: str, measure: Measure, tables: Tables) -> ReferenceFaults:
    """Points go by the states of columns of words, each of which there is."""
    inner = dict.fromkeys(state for points in measure.points.values() if isinstance(points, dict) for state in points)
    for key, column, states in (("column", measure.column, measure.points), ("crossed_with", measure.crossed_with, inner)):
        if column:
            yield from _column(f"{place}.{key}", str(measure.table), column, tables)
            yield from _kind(f"{place}.{key}", str(measure.table), column, WORDS, tables)
            if (spec := _spec(str(measure.table), column, tables)) and spec.type in WORDS:
                yield from _states(f"{place}.points", Selection(table=str(measure.table), where={column: tuple(states)}), tables)


def _kept(place: str, measure: Measure, tables: Tables) -> ReferenceFaults:
    """Of which of several rows tells of an act either the channel decides or its number."""
    for column in measure.once_per:
        yield from _column(f"{place}.once_per", str(measure.table), column, tables)
    table = tables.table.get(str(measure.table))
    if table and table.channel:
        rule = phrase("表“{table}”写明以哪个渠道为准，同一事项不能再按分数取", "`{table}` names the channel whose word goes first: its rows cannot be kept by their number too", table=measure.table)
        yield f"{place}.keep", rule, Phrase("请删去 keep，或删去该表的 channel", "remove `keep`, or the `channel` of the table")


def _columns(place: str, named: Mapping[str, str | None], table: str, tables: Tables, *, numbers: bool) -> ReferenceFaults:
    for key, column in named.items():
        if column is None or table not in tables.table:
            continue
        yield from _column(f"{place}.{key}", table, column, tables)
        spec = _spec(table, column, tables)
        if numbers and spec and spec.type not in NUMBERS:
            rule = phrase("“{column}”的类型是{kind}，这里需要数字", "`{column}` is {type}, and numbers are needed", column=column, type=spec.type, kind=_type_words(spec.type))
            yield f"{place}.{key}", rule, Phrase("请改用数字列", "name a column of numbers")


def _veto(place: str, veto: Veto, scheme: Scheme, tables: Tables) -> ReferenceFaults:
    yield from _selection(f"{place}.when", veto.when, scheme, tables)
    if veto.distinct and veto.when.table in tables.table:
        yield from _column(f"{place}.distinct", veto.when.table, veto.distinct, tables)
    yield from _columns(place, {"sum": veto.sum}, veto.when.table, tables, numbers=True)


def _demand(place: str, demand: Demand, scheme: Scheme, tables: Tables) -> ReferenceFaults:
    """What a phase counts, and by which columns of the members table it says whom it asks."""
    yield from _measure(f"{place}.measure", demand.measure, scheme, tables)
    yield from _states(f"{place}.only", Selection(table=scheme.members.table, where=demand.only), tables)


def _conditions_named(scheme: Scheme) -> Iterator[tuple[str, str, str]]:
    """Conditions that stand for a number, or for yes and no: where they are named, their ids, and which."""
    if scheme.grades and isinstance(scheme.grades.rise_at_most, str):
        yield "grades.rise_at_most", scheme.grades.rise_at_most, "number"
    if scheme.shortlist and scheme.shortlist.decided:
        yield "shortlist.decided", scheme.shortlist.decided, "boolean"
    for award in scheme.awards:
        if award.quota and award.quota.cost:
            yield f"award[{award.id}].quota.cost", award.quota.cost, "number"


def _type_read(measure: Measure, tables: Tables) -> str:
    """Of which type a condition's values are."""
    spec = _spec(*measure.place, tables) if measure.take in {None, "latest"} and len(measure.terms) == 1 else None
    return "boolean" if measure.take == "any" else "number" if spec is None or spec.type in NUMBERS else spec.type


def _ties_compared(scheme: Scheme, tables: Tables) -> ReferenceFaults:
    """Conditions that settle no tie: a text without the order of its states, a date with one."""
    measures = {item.id: item.measure for item in scheme.conditions}
    for place, rule in enumerate(scheme.ties, start=1):
        if isinstance(rule, str) or rule.condition not in measures:
            continue
        kind = _type_read(measures[rule.condition], tables)
        if kind == "text" and not rule.order:
            told = phrase("“{id}”是文字，比不出大小", "`{id}` is a text, of which none is more", id=rule.condition)
            yield f"ties[{place}]", told, Phrase("请写 order，最好的在前", "write `order`, the best first")
        if kind == "date" and rule.order:
            told = phrase("“{id}”是日期，不按 order 比", "`{id}` is a date, which no `order` compares", id=rule.condition)
            yield f"ties[{place}]", told, Phrase('请改写 better = "higher"（晚者在前）或 "lower"', 'write better = "higher", the later first, or "lower"')


def _conditions_as(place: str, id_: str, wanted: str, scheme: Scheme, tables: Tables) -> ReferenceFaults:
    measure = next((item.measure for item in scheme.conditions if item.id == id_), None)
    if measure is not None and _type_read(measure, tables) != wanted:
        rule = phrase("“{id}”要是{zh}", "`{id}` has to be {en}", id=id_, **dict(zip(("zh", "en"), (("数字", "a number") if wanted == "number" else ("是或否", "yes or no")), strict=True)))
        mend = phrase("请让它取 {t} 型的列", "let it read a column of type `{t}`", t=wanted)
        yield place, rule, mend


def _previous(scheme: Scheme, tables: Tables) -> ReferenceFaults:
    """The table of the previous edition's results, and the types of its columns."""
    previous = scheme.previous
    if previous is None:
        return
    yield from _selection("previous", Selection(table=previous.table), scheme, tables)
    for key, column in previous.columns.items() if previous.table in tables.table else ():
        yield from _column(f"previous.{key}", previous.table, column, tables)
        yield from _kind(f"previous.{key}", previous.table, column, PREVIOUS[key], tables)


def agreeing(spec: Column) -> tuple[str, ...]:
    """Of a column's choices those that say yes."""
    return tuple(choice for choice in spec.choices if choice.strip().casefold() in AGREES)


def _consent(scheme: Scheme, tables: Tables) -> ReferenceFaults:
    """The table of consent, and the types of its columns."""
    consent = scheme.consent
    if consent is None or consent.table is None:
        return
    place, table = "publication.consent", consent.table
    yield from _selection(place, Selection(table=table), scheme, tables)
    if table not in tables.table:
        return
    yield from _states(f"{place}.holds", Selection(table=table, where=consent.holds), tables)
    if consent.withdrawn:
        yield from _column(f"{place}.withdrawn", table, consent.withdrawn, tables)
        yield from _kind(f"{place}.withdrawn", table, consent.withdrawn, ("date",), tables)
    if consent.version:
        yield from _column(f"{place}.version", table, consent.version, tables)
        yield from _states(f"{place}.versions", Selection(table=table, where={consent.version: tuple(consent.versions.values())}), tables)
    if scheme.members.class_:
        yield from _states(f"{place}.versions", Selection(table=scheme.members.table, where={scheme.members.class_: tuple(consent.versions)}), tables)
    for item, column in consent.columns.items():
        yield from _column(f"{place}.{item}", table, column, tables)
        yield from _kind(f"{place}.{item}", table, column, ("boolean", "choice"), tables)
        spec = _spec(table, column, tables)
        if spec and spec.type == "choice" and not agreeing(spec):
            rule = phrase("“{column}”没有一个取值表示同意", "no choice of `{column}` says yes", column=column)
            yield f"{place}.{item}", rule, Phrase("请把取值写成“是、否”或“同意、不同意”", "make the choices 是 and 否, or 同意 and 不同意")


def _shown_records(scheme: Scheme, tables: Tables) -> ReferenceFaults:
    """The columns of records that the public is to read: at least one of the tables of conduct has each, and none is personal."""
    selections = [*(item.measure.selection for item in scheme.adjustments), *(veto.when for veto in scheme.vetoes)]
    names = [name for name in dict.fromkeys(selection.table for selection in selections) if name in tables.table]
    for column in scheme.publication.records if scheme.publication and names else ():
        holding = [name for name in names if column in tables.table[name].column]
        for name in holding or names[:1]:
            yield from _column("publication.records", name, column, tables)


def result_column(column: str, count: str) -> str:
    """The column that says how many experts stand behind the panel's score in another one."""
    return f"{column}_{count}"


def _panel_tables(scheme: Scheme) -> Iterator[tuple[str, str, Mapping[str, tuple[str, ...]]]]:
    """The tables of the panel, each with the columns it has to have, and of which types."""
    panel = scheme.panel
    if panel is None:
        return
    judged = [item.measure for item in scheme.indicators if item.measure.take == "panel"]
    if panel.holds == "results":
        for measure in judged:
            counted = {result_column(str(measure.column), count): ("number",) for count in RESULT_COUNTS}
            yield "panel.holds", str(measure.table), counted
        return
    scored = {str(measure.table) for measure in judged}
    for name in sorted(scored | {*filter(None, [panel.table])}):
        yield "panel.expert", name, {panel.expert: WORDS}
    if panel.experts:
        yield "panel.experts", panel.experts, {"id": WORDS}
    if panel.interests:
        yield "panel.interests", panel.interests, {"expert": WORDS, "member": (*WORDS, "member", "credit_code")}


def _registers(scheme: Scheme) -> Iterator[tuple[str, str, Mapping[str, tuple[str, ...]]]]:
    """The registers of the secretariat's work and of those appointed, column by column."""
    named = [("workplan", scheme.workplan), *((f"appointment[{one.id}]", one) for one in scheme.appointments)]
    for place, register in named:
        if register:
            yield place, register.table, {}
            yield from ((place, register.table, {column: ("date",) if key in DAYS else WORDS}) for key, column in register.columns.items())


DAYS = {"done", "due", "from_", "to"}
"""Which columns of a register are days."""


def _panel_table(place: str, table: str, columns: Mapping[str, tuple[str, ...]], tables: Tables) -> ReferenceFaults:
    if table not in tables.table:
        yield _missing(place, Phrase("数据表", "table"), table, list(tables.table))
        return
    for column, kinds in columns.items():
        yield from _column(place, table, column, tables)
        yield from _kind(place, table, column, kinds, tables)


def _by_experts(scheme: Scheme) -> bool:
    return scheme.panel is None or scheme.panel.holds == "sheets"


def _recusal(item: Indicator, tables: Tables) -> ReferenceFaults:
    """A score may be 回避, and its column has to say so."""
    spec = _spec(*item.measure.place, tables)
    if spec and not set(RECUSALS) & set(spec.not_applicable):
        rule = phrase("评分列“{column}”没有写明回避怎样填", "the column of scores `{column}` does not say how a recusal is written", column=item.measure.column)
        mend = phrase('请在 tables.toml 写 not_applicable = ["{word}"]', 'write not_applicable = ["{word}", "{en}"] in tables.toml', word=RECUSED, en=RECUSALS[1])
        yield f"indicator[{item.id}].measure.column", rule, mend


def _points(name: str, measure: Measure, tables: Tables) -> ReferenceFaults:
    """Points are added to a total: what an adjustment reads as it stands is a number, or yes and no."""
    table, column = measure.place
    spec = _spec(table, column, tables)
    if spec and measure.take in {None, "latest"} and spec.type not in (*NUMBERS, "boolean"):
        rule = phrase("“{column}”的类型是{kind}，不能作为分数加减", "`{column}` is {type}, and no points to add",
                      column=column, type=spec.type, kind=_type_words(spec.type))  # fmt: skip
        yield f"adjustment[{name}].measure.column", rule, Phrase("请改用数字列", "name a column of numbers")


def _shape(name: str, measure: Measure, by_category: bool, tables: Tables) -> ReferenceFaults:  # noqa: FBT001 - private
    table, column = measure.place
    spec = _spec(table, column, tables)
    numeric = bool(measure.points) or measure.take in {"sum", "count", "distinct", "ratio"} or (spec is not None and spec.type in NUMBERS)
    if not by_category and (measure.take == "any" or (spec is not None and not numeric)):
        rule = Phrase("这种换算只能用于数字", "this shape needs numbers")
        yield f"indicator[{name}].value", rule, Phrase('请改用 shape = "category"', 'use shape = "category"')
