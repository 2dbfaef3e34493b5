"""The schemas an editor reads say of a file what the toolkit says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from toolkit.forms.new_edition import MODELS, editor_schema, write_editor_schemas
from toolkit.ground.resources import house_folder
from toolkit.records.dictionary import load_tables
from toolkit.scheme import Scheme, load_scheme
from toolkit.scheme.amendments import KEYS
from toolkit.scheme.writing import plain_values

EDITIONS = [house_folder("data/demo"), *sorted(path for path in house_folder("templates/editions").iterdir() if path.is_dir())]


def as_json(value: object) -> object:
    return json.loads(json.dumps(plain_values(value), default=str))


@cache
def validator(name: str) -> Any:
    """What holds a file to its schema, which is one."""
    schema = editor_schema(name)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


@pytest.mark.parametrize("folder", EDITIONS, ids=lambda folder: folder.name)
def test_every_edition_of_the_house_fits(folder: Path) -> None:
    validator("scheme").validate(as_json(load_scheme(folder / "scheme.toml")))
    validator("tables").validate(as_json(load_tables(folder / "tables.toml")))


@pytest.mark.parametrize(
    ("key", "value"),
    [("decimals", -1), ("decimals", "two"), ("ttile", "x"), ("weights", "shares"), ("as_of", 3)],
)
def test_an_editor_marks_what_does_not_fit(key: str, value: object) -> None:
    said = as_json(load_scheme(EDITIONS[0] / "scheme.toml"))
    assert isinstance(said, dict)
    with pytest.raises(jsonschema.ValidationError):
        validator("scheme").validate({**said, key: value})


def test_every_key_of_a_scheme_has_a_name_in_chinese() -> None:
    schema = Scheme.model_json_schema(by_alias=True)
    keys = {key for model in (schema, *schema["$defs"].values()) for key in model.get("properties", {})}
    assert keys - {key.rpartition(".")[2] for key in KEYS} == set()


def test_they_are_written_beside_the_files(tmp_path: Path) -> None:
    assert [path.name for path in write_editor_schemas(tmp_path)] == [f"{name}.schema.json" for name in MODELS]
    assert json.loads((tmp_path / "scheme.schema.json").read_text("utf-8"))["properties"]["decimals"]["title"] == "小数位数 / decimals"
