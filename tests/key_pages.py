"""The pages ``docs/keys.md`` and ``docs/keys.zh-CN.md``: each key of the files that a committee writes, and what it says.

Run ``make keys`` after a key was added or its words in ``toolkit/ground/keys.toml`` were corrected.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from toolkit.ballots.ballot import Ballot
from toolkit.ground.text import Language, Phrase, key_words
from toolkit.minutes.objections import Objection
from toolkit.records.dictionary import Tables
from toolkit.scheme import Scheme

HOUSE = Path(__file__).parents[1]
PAGES: dict[Path, Language] = {HOUSE / "docs" / "keys.md": "en", HOUSE / "docs" / "keys.zh-CN.md": "zh"}
FILES: dict[str, type[BaseModel]] = {"scheme.toml": Scheme, "tables.toml": Tables, "ballots/*.toml": Ballot, "objections/*.toml": Objection}
TITLE = Phrase("每个键的含义", "What each key says")
LEAD = Phrase(
    "这一页由程序按 `toolkit/ground/keys.toml` 生成，编辑器里的提示和出错信息用的是同样的话。*斜体*是必须写的键；括号里是不写时的值。[English](keys.md)",
    "This page is made from `toolkit/ground/keys.toml`; an editor's hover and error messages say the same. Keys in *italics* have to be written; "
    "in brackets stands what holds where one is left out. [中文](keys.zh-CN.md)",
)
TOP = Phrase("最上层", "at the top")
HEADS = Phrase("| 键 | 含义 |", "| key | says |")


def models(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where each model of a file stands, as TOML writes it, and its part of the file's JSON Schema; each once, below what it stands in.

    What a seal fills in (`found`) is left out.
    """
    seen: set[str] = set()

    def below(place: str, model: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        yield place, model
        for key, node in model.get("properties", {}).items():
            for name, step in _referred(node) if key != "found" else ():
                if name not in seen:
                    seen.add(name)
                    yield from below(f"{place}.{key}{step}".lstrip("."), schema["$defs"][name])

    return below("", schema)


def _referred(node: Any, step: str = "") -> Iterator[tuple[str, str]]:
    """The models a key can hold, and what stands between: ``[]`` for a list of them, ``.*`` for names of one's own."""
    if "$ref" in node:
        yield node["$ref"].rsplit("/", 1)[-1], step
    for inner in (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("prefixItems", ())):
        yield from _referred(inner, step)
    for key, sign in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(node.get(key), dict):
            yield from _referred(node[key], step + sign)


def lacking(schema: dict[str, Any]) -> list[str]:
    """The keys of a file that have no words, each with its model."""
    parts = (schema, *schema["$defs"].values())
    return [f"[{part['title']}] {key}" for part in parts for key in part.get("properties", {}) if key_words(part["title"], key) is None]


def page(language: Language) -> str:
    """The page in a language, as Markdown."""
    lines = [f"# {TITLE.into(language)}", "", LEAD.into(language)]
    for file, model in FILES.items():
        lines += ["", f"## {file}"]
        for place, part in models(model.model_json_schema(by_alias=True)):
            if keys := part.get("properties"):
                lines += ["", f"### {_named(place, part) or TOP.into(language)}", "", HEADS.into(language), "|---|---|"]
                lines += [_row(part, key, node, language) for key, node in keys.items()]
    return "\n".join(lines) + "\n"


def _named(place: str, model: dict[str, Any]) -> str:
    """Where it is written, and which kind it is where there are several; empty for the top of the file."""
    first, _, rest = place.partition(".")
    if first.endswith("[]"):
        first = f"[[{first[:-2]}]]"
    elif rest.startswith("*"):
        first, rest = f"[{first}.…]", rest[1:].lstrip(".")
    elif first:
        first = f"[{first}]"
    kinds = [f"{key} = {json.dumps(node['const'])}" for key, node in model["properties"].items() if "const" in node and key in {"shape", "treat", "method"}]
    parts = [part for part in (first, rest.replace("[]", "").replace("*", "…"), *kinds) if part]
    return f"`{' '.join(parts)}`" if parts else ""


def _row(model: dict[str, Any], key: str, node: dict[str, Any], language: Language) -> str:
    words = key_words(model["title"], key)
    name = f"*`{key}`*" if key in model.get("required", ()) else f"`{key}`{_default(node)}"
    return f"| {name} | {words.into(language).replace('|', chr(92) + '|') if words else ''} |"


def _default(node: dict[str, Any]) -> str:
    default = node.get("default")
    return "" if default in (None, "", []) or isinstance(default, dict) else f" ({json.dumps(default, ensure_ascii=False)})"


def main() -> None:
    """Write both pages."""
    for path, language in PAGES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(language), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
