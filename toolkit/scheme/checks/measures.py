"""What can be wrong with measures, the ranges that columns are to lie in, value shapes and outlier treatments."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import TypeGuard, TypeVar

from pydantic import TypeAdapter, ValidationError

from toolkit.ground.problems import nearest
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import Fault, tuples
from toolkit.ground.toml_syntax import KeyPath, Raw, is_number
from toolkit.scheme.checks.tree import BOUNDS, clash, items, unknown
from toolkit.scheme.criteria import ALONE, MIDDLES
from toolkit.scheme.outliers import TREATMENTS
from toolkit.scheme.shapes import SHAPES, Shape

T = TypeVar("T")

MEASURED = (("indicator", "measure"), ("adjustment", "measure"), ("condition", "measure"), ("veto", "when"))
NEED_TAKE = {"table", "where", "among", "window", "in_period", "once_per", "unverified", "weight", "points", "crossed_with", "keep", "best", "discard", "better", "mean_on"}
NEED_COLUMN = {"sum", "distinct", "latest", "mean", "weighted_mean", "max", "min", "panel"}
ALL = {*NEED_COLUMN, "count", "any", "ratio"}
GOES_WITH = {
    "weight": ("weighted_mean",),
    "over": ("ratio",),
    "among": ("ratio",),
    "points": ("sum", "mean", "max", "min"),
    "keep": ("sum", "mean"),
    "best": ("sum", "mean"),
    "discard": ("sum", "mean"),
    "column": ("distinct", "sum", "mean", "weighted_mean", "max", "min", "latest", "ratio", "panel"),
}


def measures_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of what is measured, and when."""
    windows = list(raw["window"]) if isinstance(raw.get("window"), dict) else []
    for path, measure in _measured(raw):
        window = measure.get("window")
        if isinstance(window, str) and window not in windows:
            yield unknown((*path, "window"), Phrase("时限", "window"), window, windows)
        if path[-1] == "measure" and measure.get("take") is None:
            yield from _bare(path, measure)
            continue
        yield from _in_period(path, measure, raw)
        yield from _late(path, measure, raw)
        yield from _taken(path, measure) if path[-1] == "measure" else ()
    yield from _period(raw)


def _measured(raw: Raw) -> Iterator[tuple[KeyPath, Raw]]:
    """Every measure and selection of the scheme, with its place."""
    for name, key in MEASURED:
        for place, item in items(raw, name):
            if isinstance(measure := item.get(key), dict):
                yield (name, place, key), measure
    for path, demand in demands(raw):
        if isinstance(measure := demand.get("measure"), dict):
            yield (*path, "measure"), measure


def demands(raw: Raw) -> Iterator[tuple[KeyPath, Raw]]:
    """What each phase asks, with its place."""
    for place, phase in items(raw, "phase"):
        for n, demand in items(phase, "asks"):
            yield ("phase", place, "asks", n), demand


def _in_period(path: KeyPath, measure: Raw, raw: Raw) -> Iterator[Fault]:
    """The period beside a window needs both; alone it is asked of every dated row already."""
    if "in_period" not in measure:
        return
    if measure.get("window") is None:
        rule = Phrase("没有 window 时本来就只计评价期内的记录", "without `window` only records of the period count anyway")
        yield Fault((*path, "in_period"), rule, Phrase("请删去 in_period，或补上 window", "remove `in_period`, or add a `window`"))
    elif measure["in_period"] is True and raw.get("period") is None:
        rule = Phrase("要求发生在评价期内，但办法没有写评价期", "records are to lie in the period, but the scheme has none")
        mend = Phrase("请写 period = [起日, 止日]，或删去 in_period", "write period = [first day, last day], or remove `in_period`")
        yield Fault((*path, "in_period"), rule, mend)


def _bare(path: KeyPath, measure: Raw) -> Iterator[Fault]:
    """A value read as it stands: table and column in one word, perhaps over another."""
    if not _is_cell(measure.get("column")):
        rule = Phrase("没有写明怎样取数", "it does not say what to take")
        yield Fault((*path, "column"), rule, _as_cell(measure))
    elif isinstance(measure.get("over"), str) and not _is_cell(measure["over"]):
        rule = Phrase("没有 take 时，除数也要写成“表.列”", "without `take` the divisor is a table and a column too")
        yield Fault((*path, "over"), rule, Phrase('请写 over = "表.列"', 'write over = "table.column"'))
    elif isinstance(measure.get("times"), str) and not _is_cell(measure["times"]):
        rule = Phrase("乘数要写成“表.列”", "the factor is a table and a column")
        yield Fault((*path, "times"), rule, Phrase('请写 times = "表.列"', 'write times = "table.column"'))
    elif "over" in measure and "times" in measure:
        rule = Phrase("over 与 times 只能写一个", "`over` and `times` cannot stand together")
        yield Fault((*path, "times"), rule, Phrase("请删去一个，或把两步合成一列填入表中", "remove one, or record what two steps come to as a column"))
    named = set() if _is_cell(measure.get("column")) else {"table"}  # of which the first fault has told what to do
    for key in sorted(NEED_TAKE & set(measure) - named):
        rule = phrase("没有 take 时不能写“{key}”", "`{key}` needs `take`", key=key)
        yield Fault((*path, key), rule, Phrase("请补上 take，或删去这一项", "add `take`, or remove it"))


def _as_cell(measure: Raw) -> Phrase:
    """How a value is read as it stands, in the names that are written; or how rows are taken."""
    table, column = measure.get("table"), measure.get("column")
    if isinstance(table, str) and isinstance(column, str):
        return phrase('照原样取会员自己那一行的一格：去掉 table，写 column = "{table}.{column}"；由多条记录得出一个数：请补上 take',
                      'to read the one cell of each member as it stands: column = "{table}.{column}", without `table`; to make one number of several rows: add `take`', table=table, column=column)  # fmt: skip
    return Phrase('请写 take（并写 table），或写 column = "表.列"', 'write `take` with `table`, or column = "table.column"')


def _days(path: KeyPath, measure: Raw, take: str) -> Iterator[Fault]:
    """Days of which the mean is taken: of a number, and of more days than one."""
    days = measure.get("mean_on")
    if "mean_on" in measure and (take in {"any", "panel"} or path[0] == "phase"):
        rule = Phrase("这里没有可按几个日期平均的数", "there is no number here that could be averaged over days")
        yield Fault((*path, "mean_on"), rule, Phrase("请删去 mean_on", "remove `mean_on`"))
    elif isinstance(days, list) and len(set(map(str, days))) < max(2, len(days)):
        rule = Phrase("求平均的日期至少两个，且不得重复", "a mean is of two days or more, each once")
        yield Fault((*path, "mean_on"), rule, Phrase("请写各个日期，如四个季度末；只看一天的，用 as_of", "write the days, as the ends of four quarters; for one day alone there is `as_of`"))


def _late(path: KeyPath, measure: Raw, raw: Raw) -> Iterator[Fault]:
    """Days that the as-of date has not reached."""
    days, as_of = measure.get("mean_on"), raw.get("as_of")
    for place, day in enumerate(days if isinstance(days, list) else ()):
        if is_day(day) and is_day(as_of) and day > as_of:
            rule = phrase("{day} 晚于评价基准日 {as_of}，那时的情况还不知道", "{day} is after the as-of date {as_of}: how things stood then is not known", day=day, as_of=as_of)
            yield Fault((*path, "mean_on", place), rule, Phrase("请改为不晚于评价基准日的日期", "write a day that is not after it"))


def _is_cell(name: object) -> bool:
    return isinstance(name, str) and name.count(".") == 1 and all(name.split("."))


def _taken(path: KeyPath, measure: Raw) -> Iterator[Fault]:
    """What each take needs, and what has no part in it."""
    take = str(measure["take"])
    if measure.get("table") is None:
        table, _, column = str(measure.get("column")).partition(".")
        parted = phrase('请写 table = "{table}", column = "{column}"', 'write table = "{table}", column = "{column}"', table=table, column=column)
        yield Fault((*path, "table"), Phrase("没有写明数据表", "`table` is missing"), parted if _is_cell(measure.get("column")) else Phrase("请写 table", "add it"))
    if take in NEED_COLUMN and measure.get("column") is None:
        rule = phrase("{take} 需要写明列", "`{take}` needs a column", take=take)
        yield Fault((*path, "column"), rule, Phrase("请写 column", "add `column`"))
    if take == "weighted_mean" and measure.get("weight") is None:
        rule = Phrase("加权平均需要写明权数列", "`weighted_mean` needs a column of weights")
        yield Fault((*path, "weight"), rule, Phrase("请写 weight", "add `weight`"))
    yield from _ratio(path, measure) if take == "ratio" else ()
    yield from _picks(path, measure)
    yield from _days(path, measure, take)
    if "times" in measure:
        rule = Phrase("times 只用于直接取一个单元格", "`times` is for a cell that is read as it stands")
        yield Fault((*path, "times"), rule, Phrase('请删去 take，写 column = "表.列"、times = "表.列"；逐条相乘再合计的，请把乘积填为一列', 'remove `take` and write column = "table.column", times = "table.column"; products of rows are recorded as a column'))
    for key, takes in GOES_WITH.items():
        if key in measure and take not in takes and take in ALL:
            rule = phrase("“{key}”不适用于 {take}", "`{key}` does not go with `{take}`", key=key, take=take)
            mend = phrase("{take} 写不了这一项；写得了的是 {takes}", "this cannot be said of `{take}`; it can of {takes}", take=take, takes=" / ".join(takes))
            yield Fault((*path, key), rule, mend)


def _picks(path: KeyPath, measure: Raw) -> Iterator[Fault]:
    """What is said of which rows count by their number, and says nothing by itself or contradicts itself."""
    if measure.get("keep", "first") != "first" and not measure.get("once_per"):
        rule = Phrase("keep 是同一事项的几条取哪一条，没有写 once_per", "`keep` says which row of an act counts, and there is no `once_per`")
        yield Fault((*path, "keep"), rule, Phrase('请写 once_per = ["事项列"]，或删去 keep', 'write once_per = ["column of the act"], or remove `keep`'))
    if "best" in measure and "discard" in measure:
        rule = Phrase("best 与 discard 只能写一个", "either `best` or `discard`, not both")
        yield Fault((*path, "discard"), rule, Phrase("请删去其中一个", "remove one of them"))
    if "better" in measure and not {"best", "discard"} & set(measure):
        rule = Phrase("没有 best 或 discard，better 无从适用", "`better` says nothing without `best` or `discard`")
        yield Fault((*path, "better"), rule, Phrase("请删去 better", "remove `better`"))
    yield from _points(path, measure)


def _points(path: KeyPath, measure: Raw) -> Iterator[Fault]:
    """Points of states of one column, or of each pair of states of two."""
    points = measure.get("points")
    given, crossed = points if isinstance(points, dict) else {}, "crossed_with" in measure
    if crossed and not given:
        rule = Phrase("没有 points，crossed_with 无从适用", "`crossed_with` says nothing without `points`")
        yield Fault((*path, "crossed_with"), rule, Phrase("请写 points，或删去 crossed_with", "add `points`, or remove it"))
    for state, number in given.items():
        if isinstance(number, dict) != crossed and (isinstance(number, dict) or is_number(number)):
            rule = phrase("“{state}”应写成一个分数", "`{state}` takes one number", state=state)
            mend = Phrase("请写一个数，或用 crossed_with 写明另一列", "write a number, or name the other column by `crossed_with`")
            if crossed:
                rule = phrase("“{state}”应按另一列分别写明分数", "`{state}` takes a number for each state of the other column", state=state)
                mend = phrase("请写成 {state} = {{ 一等 = 8, 二等 = 5 }} 这样", "write as in {state} = {{ first = 8, second = 5 }}", state=state)
            yield Fault((*path, "points", state), rule, mend)


def _ratio(path: KeyPath, measure: Raw) -> Iterator[Fault]:
    """A ratio is of two columns, or of rows to rows among which they are."""
    if ("column" in measure) != ("over" in measure):
        key, given = ("over", "column") if "column" in measure else ("column", "over")
        rule = phrase("比值要写明两列：有 {given} 就要有 {key}", "a ratio of columns needs both: `{given}` and `{key}`", given=given, key=key)
        yield Fault((*path, key), rule, phrase("请写 {key}；若是行数之比，请删去 {given}", "add `{key}`; for a share of rows, remove `{given}`",
                                               key=key, given=given))  # fmt: skip
    elif "column" not in measure and not measure.get("where"):
        rule = Phrase("行数之比没有写明哪些行计入分子", "a share of rows does not say which rows it counts")
        yield Fault((*path, "where"), rule, Phrase("请写 where，或写 column 和 over", "add `where`, or `column` and `over`"))
    elif "column" in measure and "among" in measure:
        rule = Phrase("among 用于行数之比，不用于两列之比", "`among` belongs to a share of rows, not to a ratio of columns")
        yield Fault((*path, "among"), rule, Phrase("请改用 where", "use `where`"))
    yield from _outside(path, measure.get("where"), measure.get("among"))


def _outside(path: KeyPath, where: object, among: object) -> Iterator[Fault]:
    """What `among` leaves out cannot be counted among its rows."""
    if not (isinstance(where, dict) and isinstance(among, dict)):
        return
    for column in [column for column in where if column in among]:
        states, among_states = where[column], among[column]
        place = (*path, "where", column)
        if isinstance(states, dict) or isinstance(among_states, dict):
            rule = phrase("“{column}”在 where 和 among 中都有，写成范围时分不清", "a range of `{column}` is in both `where` and `among`", column=column)
            yield Fault(place, rule, Phrase("请只在其中一处写这一列", "ask for this column in one of them"))
        elif isinstance(states, list) and isinstance(among_states, list):
            yield from _left_out(place, column, [state for state in states if state not in among_states])


def _left_out(place: KeyPath, column: str, states: list[object]) -> Iterator[Fault]:
    for state in states:
        rule = phrase("“{state}”不在 among 的“{column}”之内，这些行不会计入", "`{state}` is not among the `{column}` of `among`: no such row is counted",
                      state=state, column=column)  # fmt: skip
        yield Fault(place, rule, Phrase("请补入 among，或从 where 删去", "add it to `among`, or remove it from `where`"))


def _period(raw: Raw) -> Iterator[Fault]:
    """A period that ends before it begins; an as-of date before which there is nothing of it, or not all."""
    period, as_of = raw.get("period"), raw.get("as_of")
    days = [day for day in period if type(day) is dt.date] if isinstance(period, list) else []
    if len(days) != 2 or len(days) != len(period or ()):
        return
    first, last = days
    written = f"{first} — {last}"
    if first > last:
        rule = Phrase("评价期的起日晚于止日", "the period ends before it begins")
        yield Fault(("period",), rule, Phrase("请对调两个日期", "swap the two days"), value=written)
    elif type(as_of) is dt.date and as_of < first:
        rule = phrase("评价基准日早于评价期的起日（{day}），评价期内的记录一条也不能计入", "the as-of date lies before the period begins ({day}): no record of it counts", day=first)
        yield Fault(("as_of",), rule, Phrase("请改正评价基准日或评价期", "mend the as-of date or the period"), value=str(as_of))
    elif type(as_of) is dt.date and as_of < last:
        rule = phrase("评价基准日早于评价期的止日（{day}），其后的记录不计", "the as-of date lies before the period ends ({day}): what comes later does not count", day=last)
        mend = Phrase("如是中途试算可不处理，否则请改正", "leave it for a trial on the way, or mend it")
        yield Fault(("as_of",), rule, mend, value=str(as_of), severity="warning")


MEND = Phrase("请改正其中一个界限", "mend one of the two")


def ranges_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of a range that a column is asked to lie in."""
    for path, columns in _places(raw):
        for column, range_ in columns.items():
            if isinstance(range_, dict):
                yield from _range((*path, column), range_)


def _places(raw: Raw) -> Iterator[tuple[KeyPath, Raw]]:
    """Every table that says what columns are asked to hold."""
    tables: list[tuple[KeyPath, object]] = []
    for path, measure in _measured(raw):
        tables += [((*path, part), measure.get(part)) for part in ("where", "among")]
    tables += [((*path, "only"), demand.get("only")) for path, demand in demands(raw)]
    windows = raw.get("window")
    for name, window in windows.items() if isinstance(windows, dict) else ():
        if isinstance(window, dict):
            tables += [(("window", name, part), window.get(part)) for part in ("skip", "appeal")]
    members = raw.get("members")
    if isinstance(members, dict):
        tables.append((("members", "skip"), members.get("skip")))
    yield from ((path, table) for path, table in tables if isinstance(table, dict))


def _range(path: KeyPath, range_: Raw) -> Iterator[Fault]:
    written = {key: range_[key] for key in BOUNDS if key in range_}
    if not written and not range_:
        rule = Phrase("没有写明范围", "the range has no bounds")
        yield Fault(path, rule, Phrase("请写 least、above、most 或 below", "write `least`, `above`, `most` or `below`"))
    numbers, days = (all(kind(bound) for bound in written.values()) for kind in (is_number, is_day))
    if not numbers and not days:
        if all(is_number(bound) or is_day(bound) for bound in written.values()):
            yield Fault(path, Phrase("一头是数字，一头是日期", "one bound is a number, the other a day"), MEND)
    elif empty := clash(written):
        low, high = empty
        rule = phrase("{low} = {a} 与 {high} = {b} 之间没有任何值", "nothing lies between `{low}` = {a} and `{high}` = {b}",
                      low=low, a=range_[low], high=high, b=range_[high])  # fmt: skip
        yield Fault((*path, high), rule, MEND)


def is_day(bound: object) -> TypeGuard[dt.date]:
    """Whether it is a day, without an hour."""
    return isinstance(bound, dt.date) and not isinstance(bound, dt.datetime)


SAME = 1e-9


def shapes_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of the indicators' value shapes and outlier treatments; those of a misspelt kind as of the nearest."""
    for place, item in items(raw, "indicator"):
        value, treatment = item.get("value"), item.get("outliers")
        if not isinstance(value, dict):
            continue
        path: KeyPath = ("indicator", place)
        yield from _imputed(path, item)
        shape = _kind(SHAPES, value.get("shape"))
        faults = [replace(fault, path=(*path, "value", *fault.path)) for fault in (shape.faults(value, raw) if shape else ())]
        if isinstance(treatment, dict) and (kind := _kind(TREATMENTS, treatment.get("treat"))):
            faults += [replace(fault, path=(*path, "outliers", *fault.path)) for fault in kind.faults(treatment, shape)]
        yield from faults or _full_marks((*path, "value"), value, raw)  # what contradicts itself can have anything
    for path, value in [*((("group", place), item.get("value")) for place, item in items(raw, "group")), (("total",), _table(raw.get("total")).get("value"))]:
        if isinstance(value, dict) and str(value.get("shape")) not in ALONE and (shape := _kind(SHAPES, value.get("shape"))):
            yield from (replace(fault, path=(*path, "value", *fault.path)) for fault in shape.faults(value, raw))


def _imputed(path: KeyPath, item: Raw) -> Iterator[Fault]:
    """A raw value stands in only where the scheme says which, and where raw values are numbers."""
    missing = item.get("missing", "error")
    if item.get("missing_of") != "raw":
        return
    if item["value"].get("shape") == "category":
        rule = Phrase("按状态计分的指标没有原始数值可补", "a raw number cannot stand in for a state")
        yield Fault((*path, "missing_of"), rule, Phrase("请删去 missing_of；缺失计几分，写 missing = 分数", "remove `missing_of`; how many points a gap has is `missing` = points"))
    elif not is_number(missing) and missing not in MIDDLES:
        rule = phrase("补原始值须写明补什么，而 missing 为“{missing}”", "which raw value stands in has to be said, and `missing` is `{missing}`", missing=missing)
        mend = phrase('请写 missing = "class_median" 等（{middles}）或一个数；否则删去 missing_of', "write `missing` = one of {middles}, or a number; or remove `missing_of`", middles="、".join(MIDDLES))
        yield Fault((*path, "missing_of"), rule, Phrase(mend.zh, mend.en.replace("、", ", ")))


def _table(value: object) -> Raw:
    return value if isinstance(value, dict) else {}


def _kind(kinds: Mapping[str, type[T]], name: object) -> type[T] | None:
    return kinds.get(str(name)) or kinds.get(nearest(str(name), kinds) or "")


@cache
def _shapes() -> TypeAdapter[Shape]:
    return TypeAdapter(Shape)


def _full_marks(path: KeyPath, value: Raw, raw: Raw) -> Iterator[Fault]:
    """What nobody can have all of, whatever is measured: most often points of the total, written as points of the scale; or more."""
    scale = raw.get("scale", 100)
    try:
        shape = _shapes().validate_python(tuples(value))
    except ValidationError:  # told as such
        return
    most = shape.highest(scale) if is_number(scale) and scale > 0 else math.nan
    place = (*path, *[key for key in shape.ceilings if key in value][:1])
    if most < scale * (1 - SAME):
        yield Fault(place, *below_full_marks(most, scale), severity="warning")
    elif shape.lists_values and most > scale * (1 + SAME):
        rule = phrase("本项最高可得 {most:.6g} 分，超过满分 {scale:g} 分", "as much as {most:.6g} can be had here, more than the {scale:g} of the scale", most=most, scale=scale)
        mend = phrase("请改为不超过 {scale:g} 分；另外加分的，请写 [[adjustment]]", "write {scale:g} at most; what is added beside is an [[adjustment]]", scale=scale)
        yield Fault(place, rule, mend, severity="warning")


def below_full_marks(most: float, scale: float) -> tuple[Phrase, Phrase]:
    """What is said of an indicator that can have no more than `most`, and what to do."""
    return (
        phrase("本项最高只能得 {most:.6g} 分，到不了满分 {scale:g} 分", "no more than {most:.6g} of {scale:g} can be had here", most=most, scale=scale),
        phrase("每项先按满分 {scale:g} 分计分，再按权重折算：请改为可得 {scale:g} 分；确有此意的可不处理",
               "each indicator is scored on the whole scale and then weighted: let it reach {scale:g}, or leave it if that is meant", scale=scale),
    )  # fmt: skip
