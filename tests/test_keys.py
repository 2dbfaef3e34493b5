"""Every key a committee can write is explained, everywhere in the same words."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.key_pages import FILES, PAGES, lacking, page
from toolkit.forms.new_edition import editor_schema
from toolkit.ground.problems import Refused
from toolkit.ground.text import key_words
from toolkit.scheme import load_scheme


@pytest.mark.parametrize("file", FILES)
def test_every_key_has_its_words(file: str) -> None:
    assert lacking(FILES[file].model_json_schema(by_alias=True)) == [], "give them words in toolkit/ground/keys.toml"


def test_words_stand_for_keys_that_there_are(request: pytest.FixtureRequest) -> None:
    """A key taken away takes its words with it."""
    written = tomllib.loads((request.config.rootpath / "toolkit" / "ground" / "keys.toml").read_text("utf-8"))
    known: dict[str, set[str]] = {}
    for model in FILES.values():
        schema = model.model_json_schema(by_alias=True)
        for part in (schema, *schema["$defs"].values()):
            known.setdefault(part["title"], set()).update(part.get("properties", {}))
    common = set().union(*known.values())
    assert [f"{model}.{key}" for model, keys in written.items() for key in keys if key not in (common if model == "any" else known.get(model, ()))] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_pages_are_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == page(PAGES[path]), "run `make keys`"


def test_an_editor_and_a_message_say_the_same(tmp_path: Path) -> None:
    words = key_words("Scheme", "as_of")
    assert words
    assert editor_schema("scheme")["properties"]["as_of"]["description"] == f"{words.zh}\n{words.en}"
    path = tmp_path / "scheme.toml"
    path.write_text('schema = 1\ntitle = "t"\nedition = "e"\nmembers = { table = "m", key = "k", name = "n" }\n', "utf-8")
    with pytest.raises(Refused) as refused:
        load_scheme(path)
    assert words.zh in refused.value.problems.text("zh")
    assert words.en in refused.value.problems.text("en")
