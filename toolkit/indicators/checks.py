"""What a reader should know of what was measured: gaps, divisions by 0, rows too many, records under appeal.

What a reader should know of the records asked for: not verified, without a date, told differently by two channels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.ground.decimals import decimal_digits
from toolkit.ground.problems import Problem, Severity, did_you_mean
from toolkit.ground.text import Phrase, phrase
from toolkit.indicators.selection import Source, words_order
from toolkit.records.dictionary import PLACE
from toolkit.records.findings import shown
from toolkit.scheme.checks.measures import SAME, below_full_marks
from toolkit.scheme.measures import Measure, Selection, Window, rows_holding
from toolkit.scheme.shapes.absolute import FAR

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from toolkit.indicators.engine import Engine
    from toolkit.indicators.single_rows import Taken
    from toolkit.records import Records
    from toolkit.records.dictionary import Table, Tables
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Adjustment, Condition, Indicator
    from toolkit.scheme.outcomes import Requirement, Veto


FoundRow = dict[str, Any]


def testimony_problems(
    source: Source, spec: Table, selection: Selection, window: Window | None, column: str | None
) -> Iterator[Problem]:
    """Warnings and notes about the rows that one selection asks for.

    Parameters
    ----------
    source, spec
        The table, and what the data dictionary says of it.
    window
        The window of the selection.
    column
        The column that is measured; None where rows are counted.
    """
    yield from _undated(source, spec, selection, window)
    rows = source.table
    if source.verified and selection.unverified == "left_out":
        counts = rows[source.verified.column].isin(source.verified.counts).fill_null(False)
        yield from _unverified(rows.filter(~counts), spec, source.verified.column)
        rows = rows.filter(counts)
    if source.channel and selection.once_per:
        dates = [*(window.dates.values() if window else ()), *_happening(source, selection)]
        looked_at = dict.fromkeys([column, *dates, window.column if window else None, *selection.where])
        columns = [name for name in looked_at if name and name not in {source.channel.column, *selection.once_per}]
        yield from _conflicts(rows, source, spec, selection.once_per, columns)


def _undated(source: Source, spec: Table, selection: Selection, window: Window | None) -> Iterator[Problem]:
    dates = dict.fromkeys([*([window.from_] if window else []), *_happening(source, selection)])
    rows = source.table
    tests = rows_holding(rows, selection.where)
    for date in [name for name in dates if not spec.column[name].required]:
        for row in _by_file(rows.filter(rows[date].isnull(), *tests)):
            rule = phrase("没有日期，不计入（该文件共 {n} 条，首见此行）", "without a date it does not count ({n} in this file, the first here)",
                          n=row["n"])  # fmt: skip
            yield _at(row, "warning", rule, Phrase("请补填日期", "fill in the date"), spec.heading(date))


def _happening(source: Source, selection: Selection) -> list[str]:
    """The date of the table, where the selection asks when rows happened."""
    return [source.date] if source.date and (selection.window is None or selection.in_period) else []


def _unverified(rows: ir.Table, spec: Table, column: str) -> Iterator[Problem]:
    for row in _by_file(rows, column):
        state = row[column] or ""
        rule = phrase("未核实的记录暂不计入（该文件共 {n} 条，首见此行）", "not verified: kept, and not counted ({n} in this file, the first here)",
                      n=row["n"])  # fmt: skip
        mend = Phrase("核实后请更新状态", "update its state when it is verified")
        yield _at(row, "note", rule, mend, spec.heading(column), state)


def _by_file(rows: ir.Table, *also: str) -> list[FoundRow]:
    """One row for each file, sheet and state: the first row there, and how many there are.

    Rows of a database have no number: all of one source are told together.
    """
    import ibis

    sheet = ibis.ifelse(rows["_row"] == 0, "", rows["_sheet"])
    groups = rows.group_by(_file=rows["_file"], _part=sheet, **{name: rows[name] for name in also})
    counted = groups.agg(_sheet=rows["_sheet"].min(), _row=rows["_row"].min(), n=rows.count()).to_pyarrow().to_pylist()
    return sorted(counted, key=lambda row: [row["_file"], row["_sheet"], *(row[name] or "" for name in also)])


def _conflicts(rows: ir.Table, source: Source, spec: Table, once_per: tuple[str, ...], names: list[str]) -> Iterator[Problem]:
    """A warning for each thing that two channels say differently of one act, at the row whose word is taken."""
    act = [source.member, *once_per]
    named = rows.filter(*(rows[name].notnull() for name in act))
    days = {name: named[name].date() for name in names if spec.column[name].type == "date"}  # windows look at days
    named = named.mutate(**days) if days else named
    counts = {f"_{name}": named[name].nunique() for name in names}
    kinds = named.group_by(act).agg(**counts)
    (several,) = kinds.agg(**{count: (kinds[count] > 1).any() for count in counts}).to_pyarrow().to_pylist() if counts else ({},)
    for name in (name for name in names if several[f"_{name}"]):
        disputed = named.filter(named[name].notnull()).semi_join(kinds.filter(kinds[f"_{name}"] > 1), act)
        order = [*act, *words_order(disputed, source), *PLACE]
        columns = [*act, *PLACE, str(source.channel and source.channel.column), name]
        disputed_rows = disputed.order_by(order).select(*dict.fromkeys(columns)).to_pyarrow().to_pylist()
        yield from _disputes(disputed_rows, act, name, source, spec)


def _disputes(rows: list[FoundRow], act: list[str], name: str, source: Source, spec: Table) -> Iterator[Problem]:
    taken: FoundRow = {}
    for row in rows:
        if not taken or any(row[key] != taken[key] for key in act):
            taken = row
        elif row[name] != taken[name]:
            channel = str(source.channel and source.channel.column)
            where = f"{row['_file']} {row['_sheet']}".strip()
            first, second = row[channel] or "—", taken[channel] or "—"
            rule = phrase(
                "同一行为各渠道说法不一：{second}为“{kept}”，{first}为“{other}”（{where} 第 {line} 行），以{second}为准",
                "one act told differently: `{kept}` by {second}, `{other}` by {first} ({where}, row {line}); the word of {second} is taken",
                kept=_said(taken[name]), other=_said(row[name]), first=first, second=second, where=where, line=row["_row"],
            )  # fmt: skip
            yield _at(taken, "warning", rule, Phrase("请向两方核实", "ask both"), spec.heading(name), _said(taken[name]))


def _said(value: Any) -> str:
    text = shown(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _at(row: FoundRow, severity: Any, rule: Phrase, mend: Phrase, column: str, value: str = "") -> Problem:  # noqa: PLR0917
    return Problem(severity, rule, mend, file=row["_file"], sheet=row["_sheet"], row=int(row["_row"]), column=column, value=value)



def value_problems(
    engine: Engine, records: Records, item: Indicator | Adjustment | Condition, taken: Taken, applicable: pd.Series[bool]
) -> Iterator[Problem]:
    """What is wrong with one thing measured, each by its place."""
    measure = item.measure
    if taken.gaps or measure.picks:
        yield from _gaps(engine, records, measure, item.label)
    if measure.points:
        yield from _unpointed(engine, records, measure)
    if taken.wrong:
        yield from _wrong(engine, records, measure)
    if taken.undivided is not None and taken.undivided.any():
        members = applicable.index[taken.undivided & applicable.to_numpy()]
        yield from _undivided(engine, records, measure, item.label, members)
    if taken.lacking:
        yield from _days_lacking(item, taken, applicable.to_numpy() & _of_its_classes(item, records))
    if measure.take is None:
        for term in measure.terms:
            yield from _repeats(item.label, term, engine.measured([term])[0])


def _gaps(engine: Engine, records: Records, measure: Measure, label: str) -> Iterator[Problem]:
    """A row that is counted but lacks its number adds nothing: said, never silent."""
    for column, (file, sheet, row) in engine.gaps(measure):
        yield Problem(
            "warning",
            phrase("此格为空，该行未计入“{label}”", "empty: this row adds nothing to `{label}`", label=label),
            Phrase("如有数值请补填；确无数值可不处理", "fill it in if there is a number"),
            file=file, sheet=sheet, row=row, column=records.tables.heading(measure.place[0], column),
        )  # fmt: skip


def _unpointed(engine: Engine, records: Records, measure: Measure) -> Iterator[Problem]:
    """A row in a state of which the scheme does not say how many points it gives."""
    for state, (file, sheet, row) in engine.unpointed(measure):
        yield Problem(
            "error", Phrase("办法没有写明这一取值计几分", "the scheme gives no points for this state"),
            Phrase("请改正取值，或在 points 中写明它计几分，或用 where 排除", "mend the state, give it points in `points`, or leave such rows out by `where`"),
            file=file, sheet=sheet, row=row, column=records.tables.heading(measure.place[0], str(measure.column)), value=state,
        )  # fmt: skip


def veto_problems(engine: Engine, records: Records, veto: Veto) -> Iterator[Problem]:
    """Records that lack the number a veto adds up."""
    if veto.sum:
        yield from _gaps(engine, records, Measure(take="sum", column=veto.sum, **dict(veto.when)), veto.label)


def _wrong(engine: Engine, records: Records, measure: Measure) -> Iterator[Problem]:
    """A weight below 0 has no meaning, and numbers too long would not be kept whole."""
    for file, sheet, row in engine.wrong(measure):
        yield Problem(
            "error",
            Phrase("权数不能为负，且应小于 10¹²；被加权的数应在 ±10¹⁵ 之内",
                   "a weight is not below 0 and below 10^12, and what it weighs within ±10^15"),
            Phrase("请改正这一行的数值，或改用较大的单位", "mend the numbers of this row, or take a larger unit"),
            file=file, sheet=sheet, row=row, column=records.tables.heading(measure.place[0], str(measure.weight)),
        )  # fmt: skip


def _undivided(engine: Engine, records: Records, measure: Measure, label: str, members: pd.Index[str]) -> Iterator[Problem]:
    """Nothing can be divided by 0 or by an empty cell: the value is missing, and that is said."""
    divisor = measure.terms[-1]
    table, column = divisor.place if measure.take is None else (measure.place[0], str(measure.divisor))
    places = engine.rows_of(divisor, members) if measure.take is None else {}
    for member in members:
        file, sheet, row = places.get(member, ("", "", None))
        yield Problem(
            "warning",
            phrase("除数为 0 或为空，“{label}”按缺失处理（会员 {member}）",
                   "divided by 0 or by nothing: `{label}` is missing for member {member}", label=label, member=member),
            Phrase("请核对除数；确为 0 可不处理", "check the divisor; leave it if it is 0 indeed"),
            file=file, sheet=sheet, row=row, column=records.tables.heading(table, str(column)),
        )  # fmt: skip


def _of_its_classes(item: Indicator | Adjustment | Condition, records: Records) -> Any:
    classes = getattr(item, "applies_to", ())
    return records.members["class"].isin(classes).to_numpy() if classes else True


def _days_lacking(item: Indicator | Adjustment | Condition, taken: Taken, asked: NDArray[np.bool_]) -> Iterator[Problem]:
    """A member without a number on one of the days has the mean of the others: said, never silent."""
    who = {day: without & asked for day, without in taken.lacking.items() if (without & asked).any()}
    if who:
        few = np.logical_or.reduce([*who.values()])
        counts = [(day, int(without.sum())) for day, without in who.items()]
        rule = phrase("“{label}”按几个日期平均，有 {n} 家会员在其中某天没有数（{zh}；首家：会员 {member}），只按有数的日期平均", "`{label}` is a mean over days, and {n:member has|members have} no number on some of them ({en}; the first: member {member}): the mean is of the other days",
                      label=item.label, n=int(few.sum()), zh="、".join(f"{day} {n} 家" for day, n in counts), en=", ".join(f"{day}: {n}" for day, n in counts), member=taken.value.index[int(few.argmax())])  # fmt: skip
        yield Problem("warning", rule, Phrase("请核对这几天的记录；确无数的（如当时尚未成立）可不处理，应按 0 计的请补一条 0", "check the records of these days; leave it if there was none (not founded yet, say), and record a 0 where 0 is meant"),
                      file="scheme.toml", column=f"{_kind(item)}[{item.id}].measure.mean_on", value=str(taken.value.index[int(few.argmax())]))  # fmt: skip


def _kind(item: Indicator | Adjustment | Condition) -> str:
    return type(item).__name__.lower()


def _repeats(label: str, measure: Measure, measured: Taken) -> Iterator[Problem]:
    """A value read as it stands needs one row for each member."""
    several = measured.rows > 1
    for member, count in zip(measured.value.index[several], measured.rows[several], strict=True):
        yield Problem(
            "error",
            phrase("“{label}”应取一行，却有 {n} 行", "`{label}` reads one row, but there are {n}", label=label, n=int(count)),
            Phrase("请删去多余的行，或用 take 写明怎样合并", "remove rows, or say with `take` how to join them"),
            column=str(measure.column), value=str(member),
        )  # fmt: skip


def class_problems(scheme: Scheme, members: pd.DataFrame) -> Iterator[Problem]:
    """Classes that an indicator applies to, or of which something is required, and nobody is in."""
    known = sorted({str(name) for name in members["class"].dropna()})
    named: list[tuple[Severity, str, tuple[str, ...]]]
    named = [("error", f"indicator[{item.id}].applies_to", item.applies_to) for item in scheme.indicators]
    named += [("warning", f"{place}[{n}].classes", item.classes) for place, items in _required(scheme) for n, item in enumerate(items)]
    named += [("warning", f"{place}[{n}]", part.classes) for place, items in _required(scheme) for n, item in enumerate(items) for part in _parts(item)]
    for severity, place, classes in named:
        for name in (name for name in classes if name not in known):
            mend = did_you_mean(name, known) or Phrase(f"现有类别：{'、'.join(known)}", f"known classes: {', '.join(known)}")
            if name.strip() in known:
                mend = Phrase("请删去首尾的空格", "remove the blanks around it")
            rule = phrase("没有会员属于类别“{name}”", "no member is in the class `{name}`", name=name)
            yield Problem(severity, rule, mend, file="scheme.toml", column=place, value=name)


UNLEDGERED = (
    "会员自报的这一条达到“{veto}”的条件，而“{ledger}”里没有这家会员同一天的这类记录：不影响结果（该文件共 {n} 条，首见此行）",
    "what a member reports here is what `{veto}` asks for, and `{ledger}` has no such record of it on that day: the result goes on without ({n} in this file, the first here)",
)
ENTER_IT = ("请核实；属实的登记到“{ledger}”", "verify it; where it is true, enter it into `{ledger}`")


def unledgered(engine: Engine, scheme: Scheme, records: Records) -> Iterator[Problem]:
    """A warning for each file of another table in which members report what a veto asks for, and its own table has no row of that member and day."""
    for veto in scheme.vetoes:
        for name in _told_elsewhere(veto, records):
            spec, ledger = records.tables.table[name], records.tables.table[veto.when.table]
            told, entered = _meeting(engine, name, veto, scheme), _meeting(engine, veto.when.table, veto, scheme, skipped=False)
            missing = told[~told.set_index(["member", "day"]).index.isin(entered.set_index(["member", "day"]).index)]
            for _, rows in missing.groupby(["_file", "_sheet"], sort=True):
                words = {"veto": veto.label, "ledger": ledger.label or veto.when.table}
                first: FoundRow = dict(rows.sort_values("_row").iloc[0])
                yield _at(first, "warning", phrase(*UNLEDGERED, n=len(rows), **words), phrase(*ENTER_IT, **words), spec.heading(str(spec.date)))


def _told_elsewhere(veto: Veto, records: Records) -> Iterator[str]:
    """The tables in which members report for themselves what a veto asks for: other ones than its own, with the same columns, and a date as it has."""
    own = records.tables.table[veto.when.table]
    asked = {column: own.column[column].type for column in veto.when.where if column in own.column}
    if not asked or len(asked) < len(veto.when.where) or own.date is None:
        return
    for name, spec in records.tables.table.items():
        alike = all(column in spec.column and spec.column[column].type == kind for column, kind in asked.items())
        if name != veto.when.table and name in records.frames and alike and spec.date and any(held.type == "member" for held in spec.column.values()):
            yield name


def _meeting(engine: Engine, name: str, veto: Veto, scheme: Scheme, *, skipped: bool = True) -> pd.DataFrame:
    """The rows of a table that a veto asks for, up to the as-of date and, where it counts by the period, within it, as member, day and place; without those in a state that its window skips."""
    source = engine.source(name)
    rows = source.table.filter(*rows_holding(source.table, veto.when.where))
    window = scheme.window.get(veto.when.window or "")
    for column, states in window.skip.items() if window and skipped else ():
        if column in source.columns:
            rows = rows.filter(~rows[column].isin(states).fill_null(False))
    rows = rows.select(member=rows[source.member], day=rows[str(source.date)].date(), **{place: rows[place] for place in PLACE})
    if scheme.period and (window is None or veto.when.in_period):
        rows = rows.filter(rows["day"].between(*scheme.period))
    frame: pd.DataFrame = rows.filter(rows["day"] <= scheme.as_of).to_pyarrow().to_pandas()
    return frame


def reach_problems(scheme: Scheme, tables: Tables) -> Iterator[Problem]:
    """Indicators that can never have full marks, since the range of their column ends before them."""
    for item in scheme.indicators:
        least, most = measured_range(item.measure, tables)
        alone, within = (item.value.highest(scheme.scale, *ends) for ends in ((), (least, most)))
        if within < scheme.scale * (1 - SAME) <= alone:
            rule, mend = below_full_marks(within, scheme.scale)
            limit = phrase("“{label}”的数据在 {least:g} 至 {most:g} 之间：", "`{label}` is measured from {least:g} to {most:g}: ", label=item.label, least=least, most=most)
            yield Problem("warning", Phrase(limit.zh + rule.zh, limit.en + rule.en), mend, file="scheme.toml", column=f"indicator[{item.id}].value")


def measured_range(measure: Measure, tables: Tables | None) -> tuple[float, float]:
    """Between which numbers all that is measured must lie, by what the tables allow."""
    if measure.take == "ratio" and measure.column is None:
        return 0.0, 1.0
    if measure.take in {"count", "distinct"}:
        return 0.0, FAR
    least, most = _cell_range(measure, tables)
    if measure.take == "sum" and measure.best:
        ends = decimal_digits(measure.best * least), decimal_digits(measure.best * most)
        return max(-FAR, min(0.0, ends[0])), min(FAR, max(0.0, ends[1]))
    if measure.take == "sum":
        return (0.0 if least >= 0 else -FAR), (0.0 if most <= 0 else FAR)
    return (-FAR, FAR) if measure.take in {"ratio", "any"} or measure.over or measure.times else (least, most)


def _cell_range(measure: Measure, tables: Tables | None) -> tuple[float, float]:
    """Between which numbers each cell of its column must lie."""
    table, column = measure.place
    if points := measure.all_points:
        return min(points), max(points)
    spec = tables.table[table].column.get(str(column)) if tables is not None and table in tables.table else None
    if spec is None or spec.range is None:
        return -FAR, FAR
    whole = 100.0 if spec.type == "percent" and spec.unit == "%" else 1.0
    return decimal_digits(spec.range[0] / whole), decimal_digits(spec.range[1] / whole)


def _required(scheme: Scheme) -> Iterator[tuple[str, tuple[Requirement, ...]]]:
    """Everything that is required of members, by its place."""
    if scheme.eligibility:
        yield "eligibility.require", scheme.eligibility.require
    for award in scheme.awards:
        yield f"award[{award.id}].require", award.require
    for grade, items in scheme.grades.require.items() if scheme.grades else ():
        yield f"grades.require.{grade}", items


def _parts(item: Requirement) -> Iterator[Requirement]:
    """Every requirement inside another."""
    for part in item.parts:
        yield part
        yield from _parts(part)


UNDER_APPEAL = Phrase("该记录正在申诉，目前仍计入", "this record is under appeal and counts for now")


def appeal_notes(engine: Engine, scheme: Scheme) -> Iterator[Problem]:
    """Records that count although under appeal, each named once."""
    marking = [selection for selection, _ in _asked(scheme) if _marks(scheme, selection)]
    for table in dict.fromkeys(selection.table for selection in marking):
        selections = {s.model_dump_json(): s for s in marking if s.table == table}
        for file, sheet, row in engine.under_appeal(table, list(selections.values())):
            yield Problem(
                "note",
                UNDER_APPEAL,
                Phrase("申诉有结果后请更新状态", "update its status when the appeal is decided"),
                file=file, sheet=sheet, row=row,
            )  # fmt: skip


def testimonies(engine: Engine, scheme: Scheme, records: Records) -> Iterator[Problem]:
    """What a reader should know of the rows asked for, each said once."""
    selections = {(selection.model_dump_json(), column): (selection, column) for selection, column in _asked(scheme)}
    problems: list[Problem] = []
    for selection, column in selections.values():
        spec, window = records.tables.table[selection.table], scheme.window.get(selection.window or "")
        problems += testimony_problems(engine.source(selection.table), spec, selection, window, column)
    yield from dict.fromkeys(problems)


def _asked(scheme: Scheme) -> Iterator[tuple[Selection, str | None]]:
    """Every selection of rows that are counted or taken from, with the columns that are taken."""
    items: tuple[Indicator | Adjustment | Condition, ...]
    items = (*scheme.indicators, *scheme.adjustments, *scheme.conditions)
    for item in items:
        for term in item.measure.terms if item.measure.take not in {None, "panel"} else ():
            for column in term.numbers or (term.place[1],):
                yield term.selection, column
    for veto in scheme.vetoes:
        yield veto.when, veto.distinct or veto.sum


def _marks(scheme: Scheme, selection: Selection) -> bool:
    window = scheme.window.get(selection.window or "")
    return bool(window and window.appeal and window.under_appeal == "count_and_mark")
