"""The heading of a sheet: where it stands, which of the table's columns each heading means, in which units, and what is wrong with it.

A unit may stand behind a heading in brackets, in a row of units below it, or once for the whole table above it: 单位：万元.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise
from typing import Protocol

from toolkit.ground.problems import Problem, Severity, nearest
from toolkit.ground.text import Phrase, phrase
from toolkit.records.dictionary import NUMERIC, Column
from toolkit.records.findings import half_width, normal_heading, shown
from toolkit.records.values import factor, is_money

ABOVE = re.compile(r"(?:.*[^\w])?(?:金额|货币|计量|数据)?单位:(?:人民币)?([^\s:,;()]+)\)?", re.DOTALL)
BRACKETED_UNIT = re.compile(r"\(([^()0-9]{1,6})\)")
BARE = frozenset({"%", "元", "千元", "万元", "亿元"})


def unit_row(row: Sequence[object]) -> dict[int, str]:
    """The units in a row that holds nothing else, by their place; empty for any other row.

    Examples
    --------
    >>> unit_row(["", "（学时）", "万元"]), unit_row(["甲", "万元"])
    ({1: '学时', 2: '万元'}, {})
    """
    units: dict[int, str] = {}
    for place, cell in enumerate(row):
        text = "".join(half_width(cell).split()) if isinstance(cell, str) else shown(cell)
        bracketed = BRACKETED_UNIT.fullmatch(text)
        if bracketed or text in BARE:
            units[place] = bracketed[1] if bracketed else text
        elif text:
            return {}
    return units


def money_unit_above(rows: Sequence[Sequence[object]]) -> str:
    """The unit of money that a row above the heading gives for the whole table; empty without one.

    Examples
    --------
    >>> money_unit_above([["2018 年会费表"], ["", "单位：万元"]]), money_unit_above([["单位：甲公司"]])
    ('万元', '')
    """
    for row in reversed(rows):
        for cell in row:
            match = ABOVE.fullmatch(half_width(cell).strip("() ")) if isinstance(cell, str) else None
            if match and is_money(match[1]):
                return match[1]
    return ""


DEEPEST_START = 15  # a heading stands within the first rows
DEEPEST = 3  # and takes up to three of them
BRACKETED = re.compile(r"[(\[【〔{]([^()\[\]【】〔〕{}]*)[)\]】〕}]$")

Merge = tuple[tuple[int, int], tuple[int, int]]


class Expected(Protocol):
    """What is known of a column before its heading is seen."""

    @property
    def headings(self) -> tuple[str, ...]: ...  # noqa: D102


@dataclass(frozen=True)
class Heading:
    """One heading as found: its place from the left, its text, and the unit in brackets behind it."""

    place: int
    text: str
    unit: str


@dataclass(frozen=True)
class Headings:
    """The heading of one sheet.

    Parameters
    ----------
    first
        The first row below it, counted from 0.
    rows
        Its rows, normalised, to know them again where they are repeated.
    columns
        Column id to the headings that answer it: one, or more where the sheet is ambiguous.
    exact
        Ids whose heading is one of the column's own word for word, unit and all.
    extra
        Headings that answer no column.
    bare
        Places from the left that have no heading.
    money_unit
        The unit of money that a row above gives for the whole table; empty without one.
    """

    first: int
    rows: frozenset[tuple[str, ...]]
    columns: Mapping[str, tuple[Heading, ...]]
    exact: frozenset[str]
    extra: tuple[Heading, ...]
    bare: tuple[int, ...]
    money_unit: str = ""


def unit_of(heading: str) -> str:
    """What stands in brackets at the end of a heading; empty without brackets.

    Examples
    --------
    >>> unit_of("投标总报价（万元）")
    '万元'
    """
    match = BRACKETED.search(normal_heading(heading))
    return match[1] if match else ""


def find_headings(
    rows: Sequence[Sequence[object]], expected: Mapping[str, Expected], merges: Iterable[Merge] = ()
) -> Headings | None:
    """The heading that answers most of the expected columns; None where no row answers any.

    A heading may take up to three rows: a group's name stands over its columns, and either the lowest name
    or all of them joined may answer.
    """
    known = _known(expected)
    meaning = cache(partial(_meaning, known=known))  # most names stand in several of the blocks that are tried
    best: tuple[int, int, int] | None = None
    tall = [merge for merge in merges if merge[1][0] > merge[0][0]]
    for first in range(min(DEEPEST_START, len(rows))):
        for depth in range(_least_depth(first, tall, rows), DEEPEST + 1):
            if first + depth > min(DEEPEST_START, len(rows)):
                break
            answered = {meaning(name) for names in _names(rows[first : first + depth]) for name in names}
            rank = (len(answered - {None}), -depth, -first)
            best = max(best, rank) if best else rank
    if best is None or best[0] == 0:
        return None
    return _with_units(_headings(rows, -best[2], -best[1], known), rows, -best[2])


def _with_units(headings: Headings, rows: Sequence[Sequence[object]], first: int) -> Headings:
    """The heading with a row of units below it, if there is one, and the unit of money above it."""
    moneyed = replace(headings, money_unit=money_unit_above(rows[:first]))
    units = unit_row(rows[headings.first]) if headings.first < len(rows) else {}
    if not units:
        return moneyed
    columns = {
        key: tuple(replace(h, unit=h.unit or units.get(h.place, "")) for h in answers)
        for key, answers in headings.columns.items()
    }
    row = tuple(normal_heading(shown(cell)) for cell in rows[headings.first])
    return replace(moneyed, first=headings.first + 1, rows=headings.rows | {row}, columns=columns)


def _known(expected: Mapping[str, Expected]) -> dict[str, str]:
    """Column id by normalised heading; whole headings go before those without their unit."""
    named = [(normal_heading(heading), key) for key, column in expected.items() for heading in (key, *column.headings)]
    return {_without_unit(heading): key for heading, key in reversed(named)} | dict(named)


def _without_unit(heading: str) -> str:
    """A normalised heading without the brackets at its end."""
    return BRACKETED.sub("", heading) or heading


def _meaning(name: str, known: Mapping[str, str]) -> str | None:
    heading = normal_heading(name)
    return known.get(heading) or known.get(_without_unit(heading))


def _least_depth(first: int, tall: Sequence[Merge], rows: Sequence[Sequence[object]]) -> int:
    """How many rows a heading that begins at `first` must take, since cells merged downwards reach so far."""
    reach = [
        low[0] - high[0] + 1
        for high, low in tall
        if high[0] == first and high[1] < len(rows[first]) and shown(rows[first][high[1]])
    ]
    return max(reach, default=1)


def _names(block: Sequence[Sequence[object]]) -> list[tuple[str, ...]]:
    """For each place the names it may go by: the lowest, and all of them joined from the top."""
    width = max(map(len, block), default=0)
    texts = [[shown(row[place]) if place < len(row) else "" for place in range(width)] for row in block]
    for upper, lower in pairwise(texts):
        for place in range(1, width):
            upper[place] = upper[place] or (upper[place - 1] if lower[place] else "")
    columns = [[text for text in column if text] for column in zip(*texts, strict=True)]
    return [tuple(dict.fromkeys((column[-1], "".join(column)))) if column else () for column in columns]


def _headings(rows: Sequence[Sequence[object]], first: int, depth: int, known: Mapping[str, str]) -> Headings:
    block = rows[first : first + depth]
    names = _names(block)
    answers: dict[str, list[Heading]] = {}
    extra: list[Heading] = []
    for place, options in enumerate(names):
        name = next((option for option in options if _meaning(option, known)), options[0] if options else "")
        column = _meaning(name, known)
        if name:
            heading = Heading(place, " ".join(name.split()), unit_of(name))
            (answers.setdefault(column, []) if column else extra).append(heading)
    exact = {column: _exact(headings, known) for column, headings in answers.items()}
    extra += [
        h for column, headings in answers.items() if exact[column] for h in headings if h not in exact[column]
    ]
    return Headings(
        first + depth,
        frozenset(tuple(normal_heading(shown(cell)) for cell in row) for row in block),
        {column: tuple(exact[column] or headings) for column, headings in answers.items()},
        frozenset(column for column, headings in exact.items() if headings),
        tuple(extra),
        tuple(place for place, options in enumerate(names) if not options),
    )


def _exact(headings: Sequence[Heading], known: Mapping[str, str]) -> list[Heading]:
    """Headings that the dictionary names with their unit: they go before others of the same name."""
    return [heading for heading in headings if heading.unit and normal_heading(heading.text) in known]


REMARKS = frozenset({"必填", "选填", "可选", "可不填", "如有"})  # in brackets behind a heading, and no unit
LISTED = 12


def no_heading(columns: Mapping[str, Column], place: Problem) -> Problem:
    """A sheet without any heading that the table knows."""
    expected = [column.heading(key) for key, column in columns.items()][:LISTED]
    zh, en = "、".join(expected), ", ".join(expected)
    rule = Phrase("前 15 行里找不到表头", "no heading is found within the first 15 rows")
    mend = phrase("表头应有：{zh}", "the headings should be: {en}", zh=zh, en=en)
    return replace(place, rule=rule, mend=mend)


def heading_problems(headings: Headings, columns: Mapping[str, Column], place: Problem) -> Iterator[Problem]:
    """Every problem of one heading; `place` says where it stands."""
    absent = {key: column for key, column in columns.items() if key not in headings.columns}
    for key, column in absent.items():
        yield _missing(key, column, headings.extra, place)
    for key, answers in headings.columns.items():
        if len(answers) > 1:
            yield _twice(key, answers, columns[key], place)
    yield from _unit_problems(headings, columns, written_units(headings, columns), place)
    yield from _extra(headings.extra, absent, place)


def bare_columns(rows: Sequence[Sequence[object]], headings: Headings, place: Problem) -> Iterator[Problem]:
    """A note for each column that has cells below but no heading."""
    for bare in headings.bare:
        if any(bare < len(row) and shown(row[bare]) for row in rows[headings.first :]):
            rule = phrase(
                "{column} 列没有表头，未读取",
                "column {column} has no heading and is not read",
                column=letters(bare),
            )
            mend = Phrase("如为数据请补上表头", "give it a heading if it is data")
            yield replace(place, severity="note", rule=rule, mend=mend)


def letters(place: int) -> str:
    """A column's letters by its place from the left, counted from 0.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _missing(key: str, column: Column, extra: Sequence[Heading], place: Problem) -> Problem:
    unknown = {normal_heading(heading.text): heading.text for heading in extra}
    wanted = [normal_heading(name) for name in (*column.headings, key)]
    guess = next((unknown[near] for name in wanted if (near := nearest(name, unknown))), None)
    severity: Severity = "error" if column.required else "warning"
    rule = phrase("缺少表头“{name}”", "heading `{name}` is missing", name=column.heading(key))
    mend = Phrase("请补上这一列", "add the column")
    if guess:
        mend = phrase(
            "“{guess}”是否就是它？请改表头，或把它加入 tables.toml 的 headings",
            "is `{guess}` meant? rename it, or add it to the headings in tables.toml",
            guess=guess,
        )
    return replace(place, severity=severity, rule=rule, mend=mend, column=column.heading(key))


def _twice(key: str, answers: Sequence[Heading], column: Column, place: Problem) -> Problem:
    zh, en = "、".join(h.text for h in answers), ", ".join(h.text for h in answers)
    where = ", ".join(letters(heading.place) for heading in answers)
    rule = phrase(
        "有几列都对应“{name}”：{zh}（{where} 列）",
        "several columns answer to `{name}`: {en} (columns {where})",
        name=column.heading(key), zh=zh, en=en, where=where,
    )  # fmt: skip
    return replace(
        place,
        rule=rule,
        mend=Phrase("请只留一列，或改名", "keep one, or rename the others"),
        column=column.heading(key),
    )


def written_units(headings: Headings, columns: Mapping[str, Column]) -> dict[str, str]:
    """The unit of the bare numbers of each column that the sheet gives in another unit than agreed."""
    units = {}
    for key, answers in headings.columns.items():
        column, heading = columns[key], answers[0]
        behind = "" if key in headings.exact or heading.unit in REMARKS else heading.unit
        above = headings.money_unit if is_money(column.measure) and key not in headings.exact else ""
        unit = behind or above
        same = unit == half_width(column.measure).casefold() or factor(unit, column.measure) == 1
        if column.type in NUMERIC and unit and not same:
            units[key] = unit
    return units


def _unit_problems(
    headings: Headings, columns: Mapping[str, Column], written: Mapping[str, str], place: Problem
) -> Iterator[Problem]:
    """A note for each column whose numbers are exchanged, an error where nobody can know how."""
    for key, unit in written.items():
        column, name = columns[key], headings.columns[key][0].text
        if column.type == "percent" and unit == "%" and not column.unit:
            continue
        if factor(unit, column.measure) is not None:
            rule = phrase(
                "表上的单位是“{found}”，整列已换算为“{unit}”",
                "the sheet says `{found}`: the whole column is taken into `{unit}`",
                found=unit, unit=column.measure,
            )  # fmt: skip
            mend = Phrase("如不对请更正表上的单位", "correct the unit on the sheet if that is wrong")
            yield replace(place, severity="note", rule=rule, mend=mend, column=name)
        elif column.measure:
            yield _unit_problem(unit, column, replace(place, column=name))


def _unit_problem(unit: str, column: Column, place: Problem) -> Problem:
    rule = phrase(
        "表头的单位是“{found}”，而该列应为“{unit}”",
        "the heading says `{found}`, but the column is in `{unit}`",
        found=unit, unit=column.measure,
    )  # fmt: skip
    mend = phrase(
        "请换算成{unit}并改表头；括号里若不是单位，请把整个表头加入 tables.toml 的 headings",
        "convert it to {unit} and rename it; if no unit is meant, add the whole heading in tables.toml",
        unit=column.measure,
    )
    return replace(place, rule=rule, mend=mend)


def _without_answer(text: str) -> str:
    """A heading nobody knows, without what stands behind a colon: 填表人：… may go on with a person's name."""
    head, colon, answer = half_width(text).partition(":")
    return f"{head}：…" if colon and answer else text


def _extra(extra: Sequence[Heading], absent: Mapping[str, Column], place: Problem) -> Iterator[Problem]:
    """A warning for each unknown heading that is like a missing one, and one note that names all others."""
    wanted = {normal_heading(n): c.heading(key) for key, c in absent.items() for n in (key, *c.headings)}
    guesses = {_without_answer(heading.text): nearest(normal_heading(heading.text), wanted) for heading in extra}
    for text, guess in guesses.items():
        if guess:
            rule = phrase("不认识的表头“{text}”，未读取", "heading `{text}` is unknown and not read", text=text)
            mend = phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=wanted[guess])
            yield replace(place, severity="warning", rule=rule, mend=mend, column=text)
    others = [text for text, guess in guesses.items() if not guess]
    if others:
        zh, en = "、".join(others), ", ".join(others)
        rule = phrase("这些列未读取：{zh}", "columns not read: {en}", zh=zh, en=en)
        mend = Phrase("如需读取，请写入 tables.toml", "add them to tables.toml if they are to be read")
        yield replace(place, severity="note", rule=rule, mend=mend)
