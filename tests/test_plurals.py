"""English counts: what is written for many is never said of one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import toolkit

COUNTED = re.compile(r"\{\w+(?::[^}|]*)?\} (?:more |other |open )?([a-z]+s)\b")
NOT_MANY = {
    "asks", "belongs", "contradicts", "counts", "decides", "depends", "does", "exceeds", "fails", "falls", "has", "holds", "is", "lacks", "lies",
    "loses", "needs", "says", "shows", "stands", "takes", "this", "wins", "withdraws",
    "points",  # of a score, which may be 1.5
    "records",  # from so many on
}  # fmt: skip


def templates() -> Iterator[tuple[str, int, str]]:
    """Every text of the package that a value is filled into: its file, line and words."""
    for path in sorted(Path(toolkit.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{" in node.value:
                yield path.name, node.lineno, node.value


def test_no_message_counts_one_as_many() -> None:
    found = [(file, line, match[0]) for file, line, text in templates() for match in COUNTED.finditer(text) if match[1] not in NOT_MANY]
    assert found == []
