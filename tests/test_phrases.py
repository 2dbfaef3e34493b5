"""Every sentence stands in both languages, and English counts: what is written for many is never said of one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import toolkit
from toolkit.ballots import Ballot
from toolkit.ground.toml_reader import StrictModel
from toolkit.minutes.objections import Objection
from toolkit.publication.open_rows import LINES, RANKING
from toolkit.records.dictionary import Tables
from toolkit.scheme import Scheme

PACKAGE = Path(toolkit.__file__).parent
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
WORD = re.compile(r"[A-Za-z_][\w.\-]*", re.ASCII)
# What stands in the data itself: what has to be typed into a cell, or is the name of a file or a column.
IN_THE_DATA = {"【请改】", "同意", "不同意", "是", "否", "回避", "评分表", "问题说明", "_退回", "退回", "实名", "（", "）", "＿", "、", "…"}
# Signs of products, methods and units, and commands that a reader types.
PROPER = {
    "Excel", "Word", "docx", "WPS", "LibreOffice", "TOML", "UTF-8", "UTF-16", "GB18030", "HTML", "XML", "CSV", "PDF", "SQLite", "Spark", "Java", "SELECT", "CAST", "SHA-256",
    "BagIt", "BAG", "DIR", "OUT", "Ctrl-C", "TOPSIS", "VIKOR", "PROMETHEE", "WASPAS", "SPOTIS", "Box-Cox", "https", "I", "O", "ICC", "JRC", "CR", "W", "V",
    "p", "z", "k", "b", "S", "E", "E01", "E01-2.toml", "r1", "r2", "T", "R", "L", "C", "P", "N",
    "A", "committee", "check", "changes", "decide", "journal", "enter-found", "tie", "place", "innovation", "state", "publicised", "verify", "replay", "fingerprint", "objection", "outstanding", "reviewed", "upheld", "rejected", "if-upheld", "evaluate", "sensitivity", "seal", "panel", "demo", "ballots", "lab", "serve", "cards", "cards-at", "path", "environment.txt", "sensitivity.json", "pip", "install", "evaluation-committee-toolkit", "PGUSER", "PGPASSWORD", "PGSSLMODE",
    "CPython", "Python", "nginx", "processes", "x.duckdb", "x.sqlite", "postgres", "duckdb", "sqlite", "II", "months", "year", "days", "NaN", "conditional", "joint", "as", "revises", "Big5", "MB", "Parquet",
}  # fmt: skip
FILES = re.compile(r"(records|ballots|forms|sealed|scheme|tables|problems|robustness|ranking|awards)?[\w.]*\.(toml|csv|xlsx?|ods|parquet|sqlite|duckdb)|records|forms|x?lsx?|csv|toml|\.\w+")
OF_PYTHON = ("sensitivity", "weighting", "panels", "interactive", "diagnostics")  # what is asked there is asked in Python, by its names


def text_of(node: ast.expr) -> str | None:
    """A text, with {} for what is filled in; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def nodes() -> Iterator[tuple[Path, ast.AST]]:
    """Everything that stands in the files of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield path, node


@cache
def sentences() -> list[tuple[str, str, str]]:
    """Every pair of a Chinese and an English text in the package, with its place."""
    found = []
    for path, node in nodes():
        if not isinstance(node, ast.Call | ast.Tuple):
            continue
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Phrase", "phrase", "_number"}
        parts = node.elts if isinstance(node, ast.Tuple) else node.args[:2] if named else []
        said = [text_of(part) for part in parts]
        if len(said) == 2 and said[0] and said[1] and (named or (CHINESE.search(said[0]) and re.match(r"[A-Z{]", said[1]) and not CHINESE.search(said[1][:5]))):
            found.append((f"{path.relative_to(PACKAGE)}:{node.lineno}", said[0], said[1]))
    return found


def keys_of(model: type[StrictModel]) -> set[str]:
    """Every key and every word to choose from that a file may hold."""
    found: set[str] = set()

    def gather(schema: object) -> None:
        if isinstance(schema, dict):
            found.update(schema.get("properties", {}))
            found.update(str(word) for word in schema.get("enum", ()))
            found.update([str(schema["const"])] if "const" in schema else ())
            found.update(schema.get("discriminator", {}).get("mapping", {}) if isinstance(schema.get("discriminator"), dict) else ())
            for inner in schema.values():
                gather(inner)
        elif isinstance(schema, list):
            for inner in schema:
                gather(inner)

    gather(model.model_json_schema(by_alias=True))
    return found


def test_there_are_sentences_to_look_at() -> None:
    assert len(sentences()) > 1000


def test_no_english_sentence_holds_a_chinese_word() -> None:
    found = {place: said for place, _, en in sentences() if (said := set(CHINESE.findall(en)) - IN_THE_DATA)}
    assert found == {}


def test_no_chinese_sentence_holds_a_word_of_the_code() -> None:
    known = {*LINES, *RANKING, *keys_of(Scheme), *keys_of(Tables), *keys_of(Ballot), *keys_of(Objection), *PROPER, "true", "false", "help", "into", "out", "text", "read", "port", "votes", "rules", "lost"}
    found = {}
    for place, zh, _ in sentences():
        bare = re.sub(r"\{[^{}]*\}|&[A-Z](?=[^\w]|\d)|=[A-Z]+\(.*", "", zh)
        words = {word.strip(".-") for word in WORD.findall(bare)}
        strange = {word for word in words if word.strip("_") and word not in known and not FILES.fullmatch(word) and not set(re.split(r"[.\-]", word)) <= known}
        if strange and not place.startswith(OF_PYTHON):
            found[place] = sorted(strange)
    assert found == {}


@pytest.mark.parametrize("name", ["zh", "en"])
def test_both_languages_fill_in_what_they_name(name: str) -> None:
    empty = [place for place, zh, en in sentences() if not (zh if name == "zh" else en).strip()]
    assert empty == []


COUNTED = re.compile(r"\{\w+(?::[^}|]*)?\} (?:more |other |open )?([a-z]+s)\b")
NOT_MANY = {
    "asks", "belongs", "contradicts", "counts", "decides", "depends", "does", "exceeds", "fails", "falls", "has", "holds", "is", "lacks", "lies",
    "loses", "needs", "says", "shows", "stands", "rises", "takes", "this", "weighs", "wins", "withdraws",
    "points",  # of a score, which may be 1.5
    "records",  # from so many on
}  # fmt: skip


def templates() -> Iterator[tuple[str, int, str]]:
    """Every text of the package that a value is filled into: its file, line and words."""
    for path, node in nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{" in node.value:
            yield path.name, node.lineno, node.value


def test_no_message_counts_one_as_many() -> None:
    found = [(file, line, match[0]) for file, line, text in templates() for match in COUNTED.finditer(text) if match[1] not in NOT_MANY]
    assert found == []
