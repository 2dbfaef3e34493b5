"""JSON Schemas of the files a committee writes, so that an editor completes keys and marks mistakes while typing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.scheme import Scheme
from toolkit.scheme.words import KEYS
from toolkit.tables import Tables

if TYPE_CHECKING:
    from toolkit.toml_file import Decision
    from toolkit.toml_places import Raw

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[Decision]] = {"scheme": Scheme, "tables": Tables}


def editor_schema(name: str) -> Raw:
    """The JSON Schema of ``scheme.toml`` or ``tables.toml``, with each key's Chinese and English name as its title.

    Editors that know TOML find it by the line ``#:schema ./scheme.schema.json`` on top of the file. It says what single
    fields may hold; what only the whole can show, such as weights that sum to 99, ``committee check`` says.

    Parameters
    ----------
    name
        "scheme" or "tables".
    """
    schema = MODELS[name].model_json_schema(by_alias=True)
    return {"$schema": DIALECT, **_titled(schema)}


def write_editor_schemas(folder: Path) -> tuple[Path, ...]:
    """Write ``scheme.schema.json`` and ``tables.schema.json`` into `folder`."""
    paths = tuple(folder / f"{name}.schema.json" for name in MODELS)
    for name, path in zip(MODELS, paths, strict=True):
        text = json.dumps(editor_schema(name), ensure_ascii=False, indent=1)
        path.write_text(f"{text}\n", "utf-8", newline="\n")
    return paths


def _titled(node: Any) -> Any:
    if isinstance(node, list):
        return [_titled(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _titled(item) for key, item in node.items()}
    for key, item in found.get("properties", {}).items():
        if isinstance(item, dict) and key in KEYS:
            item["title"] = f"{KEYS[key].zh} / {KEYS[key].en}"
    return found
