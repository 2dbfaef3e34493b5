"""What can be wrong with the heading of a sheet: missing, twice, unknown, or in another unit than agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from toolkit.errors import Problem, Severity, nearest
from toolkit.reading.findings import plain, shown
from toolkit.reading.headings import Heading, Headings, normal_heading
from toolkit.reading.units import factor, is_money
from toolkit.tables import NUMERIC, Column
from toolkit.text import Phrase, phrase

REMARKS = frozenset({"必填", "选填", "可选", "可不填", "如有"})  # in brackets behind a heading, and no unit
LISTED = 12


def no_heading(columns: Mapping[str, Column], place: Problem) -> Problem:
    """A sheet without any heading that the table knows."""
    expected = [_name(key, column) for key, column in columns.items()][:LISTED]
    zh, en = "、".join(expected), ", ".join(expected)
    rule = Phrase("前 15 行里找不到表头", "no heading is found within the first 15 rows")
    mend = phrase("表头应有：{zh}", "the headings should be: {en}", zh=zh, en=en)
    return replace(place, rule=rule, mend=mend)


def heading_problems(headings: Headings, columns: Mapping[str, Column], place: Problem) -> Iterator[Problem]:
    """Every problem of one heading; `place` says where it stands."""
    absent = {key: column for key, column in columns.items() if key not in headings.columns}
    for key, column in absent.items():
        yield _missing(key, column, headings.extra, place)
    for key, found in headings.columns.items():
        if len(found) > 1:
            yield _twice(key, found, columns[key], place)
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


def _name(key: str, column: Column) -> str:
    return column.headings[0] if column.headings else key


def _missing(key: str, column: Column, extra: Sequence[Heading], place: Problem) -> Problem:
    found = {normal_heading(heading.text): heading.text for heading in extra}
    wanted = [normal_heading(name) for name in (*column.headings, key)]
    guess = next((found[near] for name in wanted if (near := nearest(name, found))), None)
    severity: Severity = "error" if column.required else "warning"
    rule = phrase("缺少表头“{name}”", "heading `{name}` is missing", name=_name(key, column))
    mend = Phrase("请补上这一列", "add the column")
    if guess:
        mend = phrase(
            "“{guess}”是否就是它？请改表头，或把它加入 tables.toml 的 headings",
            "is `{guess}` meant? rename it, or add it to the headings in tables.toml",
            guess=guess,
        )
    return replace(place, severity=severity, rule=rule, mend=mend, column=_name(key, column))


def _twice(key: str, found: Sequence[Heading], column: Column, place: Problem) -> Problem:
    zh, en = "、".join(h.text for h in found), ", ".join(h.text for h in found)
    where = ", ".join(letters(heading.place) for heading in found)
    rule = phrase(
        "有几列都对应“{name}”：{zh}（{where} 列）",
        "several columns answer to `{name}`: {en} (columns {where})",
        name=_name(key, column), zh=zh, en=en, where=where,
    )  # fmt: skip
    return replace(
        place,
        rule=rule,
        mend=Phrase("请只留一列，或改名", "keep one, or rename the others"),
        column=_name(key, column),
    )


def written_units(headings: Headings, columns: Mapping[str, Column]) -> dict[str, str]:
    """The unit of the bare numbers of each column that the sheet gives in another unit than agreed."""
    units = {}
    for key, found in headings.columns.items():
        column, heading = columns[key], found[0]
        own = "" if key in headings.exact or heading.unit in REMARKS else heading.unit
        above = headings.money_unit if is_money(column.measure) and key not in headings.exact else ""
        unit = own or above
        same = unit == plain(column.measure).casefold() or factor(unit, column.measure) == 1
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


def _unit_problem(found: str, column: Column, place: Problem) -> Problem:
    rule = phrase(
        "表头的单位是“{found}”，而该列应为“{unit}”",
        "the heading says `{found}`, but the column is in `{unit}`",
        found=found, unit=column.measure,
    )  # fmt: skip
    mend = phrase(
        "请换算成{unit}并改表头；括号里若不是单位，请把整个表头加入 tables.toml 的 headings",
        "convert it to {unit} and rename it; if no unit is meant, add the whole heading in tables.toml",
        unit=column.measure,
    )
    return replace(place, rule=rule, mend=mend)


def _without_answer(text: str) -> str:
    """A heading nobody knows, without what stands behind a colon: 填表人：… may go on with a person's name."""
    head, colon, answer = plain(text).partition(":")
    return f"{head}：…" if colon and answer else text


def _extra(extra: Sequence[Heading], absent: Mapping[str, Column], place: Problem) -> Iterator[Problem]:
    """A warning for each unknown heading that is like a missing one, and one note that names all others."""
    wanted = {normal_heading(n): _name(key, c) for key, c in absent.items() for n in (key, *c.headings)}
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
