"""Editions as nobody would write them: a text with a few things changed at random, each of them once seen or feared."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

VALUES = (
    *("0", "-1", "1e400", "-1e400", "nan", "1" + "0" * 400, "9223372036854775807", "0.1", "1e-320", "true", '""', '"0"', '"2018"'),
    *("[]", "[[]]", "{}", '{ "" = 1 }', "2018-12-31", "1979-05-27T07:32:00Z", "07:32:00", '"\\u0000"', '"\\ud800"', '"甲"', '"total"', '"member"'),
    *('"none"', '"joint"', '["joint", "joint"]', '"hours"', '"learning"', '"members.answers"', '["代理", "代理"]', "[1, 2]", "[2, 1]", "[nan, inf]"),
    *('[["A", 1], ["A", 1]]', "{ a = { a = { a = 1 } } }", "[" * 40 + "]" * 40, '"' + "长" * 3000 + '"', '"a\\nb"', '"=1+1"', '"％"', '"*"', '"../x"', '"/etc/passwd"'),
)
KEYS = ("123", '""', '"a.b"', "a.b", '"\\n"', "id", "label", "weight", "group", "where", "table", "column", "take", "value", "甲", '" "')
CELLS = (
    *("", " ", "0", "-0", "1e400", "1" + "0" * 400, "nan", "inf", "八", "=1+1", "\x00", "\ufeff", "\u202e", "不适用", "无", "３", "1,000", "100%"),
    *("2018-02-30", "长" * 3000, "true", "001", "１０１", "a" * 40000, "\x85", "\u2028", '"', "'", "-1", "0.1", "1e-320", "99999999999999999999"),
)
SIGNS = ("\x00", "\ufeff", "[", "]", '"', "'", "=", "{", "}", ",", "#", "\\", "，", "“", "\u2028", "\r", "\t", "\x85", ".", "💥")

Mutation = Callable[[list[str], random.Random], None]


def _at(lines: list[str], rng: random.Random) -> int:
    return rng.randrange(len(lines))


def _drop(lines: list[str], rng: random.Random) -> None:
    del lines[_at(lines, rng)]


def _twice(lines: list[str], rng: random.Random) -> None:
    lines.insert(_at(lines, rng), lines[_at(lines, rng)])


def _swap(lines: list[str], rng: random.Random) -> None:
    here, there = _at(lines, rng), _at(lines, rng)
    lines[here], lines[there] = lines[there], lines[here]


def _sign(lines: list[str], rng: random.Random) -> None:
    here = _at(lines, rng)
    place = rng.randrange(len(lines[here]) + 1)
    lines[here] = lines[here][:place] + rng.choice(SIGNS) + lines[here][place + rng.randrange(2) :]


def _value(lines: list[str], rng: random.Random) -> None:
    here = rng.choice([n for n, line in enumerate(lines) if "=" in line] or [0])
    spots = [*re.finditer(r'(?<==)\s*("[^"]*"|\[[^\[\]]*\]|[^\s,{}\[\]]+)', lines[here])]
    if spots:
        spot = rng.choice(spots)
        lines[here] = f"{lines[here][: spot.start()]} {rng.choice(VALUES)}{lines[here][spot.end() :]}"


def _key(lines: list[str], rng: random.Random) -> None:
    here = rng.choice([n for n, line in enumerate(lines) if re.search(r"[\w.]+\s*[=\]]", line)] or [0])
    spots = [*re.finditer(r"[\w]+(?=\s*[=\]])", lines[here])]
    if spots:
        spot = rng.choice(spots)
        lines[here] = lines[here][: spot.start()] + rng.choice(KEYS) + lines[here][spot.end() :]


def _cell(lines: list[str], rng: random.Random) -> None:
    here = _at(lines, rng)
    cells = lines[here].split(",")
    cells[rng.randrange(len(cells))] = rng.choice(CELLS)
    lines[here] = ",".join(cells)


def _column(lines: list[str], rng: random.Random) -> None:
    rows = [line.split(",") for line in lines]
    place = rng.randrange(max(map(len, rows)))
    lines[:] = [",".join(row[:place] + row[place + 1 :]) for row in rows]


TOML: tuple[Mutation, ...] = (_drop, _twice, _swap, _sign, _value, _value, _value, _value, _key, _key)
CSV: tuple[Mutation, ...] = (_drop, _twice, _swap, _sign, _cell, _cell, _cell, _column)


def mutate(folder: Path, rng: random.Random) -> None:
    """Change up to four things in the scheme, the data dictionary and the records of an edition."""
    texts = {"scheme.toml": TOML, "tables.toml": TOML, **{f"records/{path.name}": CSV for path in (folder / "records").glob("*.csv")}}
    for _ in range(rng.randint(1, 4)):
        name = rng.choice(list(texts))
        lines = (folder / name).read_text("utf-8-sig", errors="replace").split("\n")
        rng.choice(texts[name])(lines, rng)
        (folder / name).write_bytes("\n".join(lines or [""]).encode("utf-8", "surrogatepass"))
