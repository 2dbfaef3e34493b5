"""A new edition: a folder with a scheme, a data dictionary and the entry forms made of it, and JSON Schemas that help an editor with both."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.edition import load_plan
from toolkit.forms import FOLDER, Form, write_forms
from toolkit.ground.problems import nearest, refuse
from toolkit.ground.resources import house_folder
from toolkit.ground.text import Phrase, key_words, phrase
from toolkit.ground.writing import placed_in
from toolkit.records.dictionary import Tables
from toolkit.scheme import Scheme
from toolkit.scheme.amendments import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.ground.text import Language
    from toolkit.ground.toml_reader import StrictModel
    from toolkit.ground.toml_syntax import Raw


DIALECT = "https://json-schema.org/draft/2020-12/schema"
MODELS: dict[str, type[StrictModel]] = {"scheme": Scheme, "tables": Tables}


def editor_schema(name: str) -> Raw:
    """The JSON Schema of ``scheme.toml`` or ``tables.toml``, with each key's name as its title and what it says as its description, Chinese before English.

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
    titled = {key: _titled(item) for key, item in node.items()}
    if "properties" in titled:
        titled.pop("description", None)  # what a programmer reads of the model
    for key, item in titled.get("properties", {}).items():
        if isinstance(item, dict):
            if key in KEYS:
                item["title"] = f"{KEYS[key].zh} / {KEYS[key].en}"
            if words := key_words(str(titled.get("title")), key):
                item["description"] = f"{words.zh}\n{words.en}"
    return titled


FILES = ("scheme.toml", "tables.toml")
EMPTY = ("records", "ballots")


def new_edition(folder: Path, template: str = "federation") -> tuple[Form, ...]:
    """An edition in `folder` as the template has it: scheme, data dictionary, forms, and rooms for what comes back.

    Parameters
    ----------
    folder
        Empty, or not there yet.
    template
        A folder of ``templates/editions``.

    Raises
    ------
    Refused
        When the folder holds something or cannot be written, or there is no such template.
    """
    return begun_edition(folder, template, lambda _: None)


def begun_edition(folder: Path, template: str, change: Callable[[Path], None]) -> tuple[Form, ...]:
    """An edition as the template has it, but for what `change` does to its files before the forms are made; nothing is left where it is refused."""
    source = _template(template)
    refuse_filled(folder)
    with placed_in(folder) as unfinished:
        for name in EMPTY:
            (unfinished / name).mkdir(parents=True)
        for name in FILES:
            shutil.copyfile(source / name, unfinished / name)
        change(unfinished)
        write_editor_schemas(unfinished)
        return renewed_forms(unfinished)


def refuse_filled(folder: Path) -> None:
    """Refuse a place where something stands already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        rule = Phrase("文件夹不是空的", "the folder is not empty")
        raise refuse(rule, Phrase("请另指一个空文件夹", "name an empty one"), file=str(folder))


def renewed_forms(folder: Path) -> tuple[Form, ...]:
    """The forms of the edition in `folder`, written again after its data dictionary was edited.

    Raises
    ------
    Refused
        When scheme or data dictionary cannot be read, or a form has been filled in where it lies.
    """
    scheme, tables = load_plan(folder)
    return write_forms(folder / FOLDER, tables, scheme)


def templates(language: Language = "zh") -> dict[str, str]:
    """The title of each template by its name: what an edition can begin with; in English as its scheme says it.

    Examples
    --------
    >>> templates()["hdi"], templates("en")["hdi"]
    ('人类发展指数', 'Human Development Index')
    """
    schemes = {path.name: tomllib.loads((path / FILES[0]).read_text("utf-8")) for path in _folders()}
    return {name: str(scheme.get("english", {}).get(scheme["title"], scheme["title"]) if language == "en" else scheme["title"]) for name, scheme in schemes.items()}


def left_over(folder: Path, written: tuple[Form, ...]) -> tuple[str, ...]:
    """Workbooks in the forms folder of `folder` that belong to no table any more."""
    names = {form.name for form in written}
    return tuple(sorted(path.name for path in (folder / FOLDER).glob("*.xlsx") if path.name not in names))


def _folders() -> list[Path]:
    return sorted(path for path in house_folder("templates/editions").iterdir() if path.is_dir())


def _template(name: str) -> Path:
    known = {path.name: path for path in _folders()}
    if name in known:
        return known[name]
    guess, listed = nearest(name, known), ", ".join(known)
    rule = phrase("没有名为“{name}”的模板", "there is no template called `{name}`", name=name)
    mend = phrase("可用的模板：{listed}", "templates: {listed}", listed=listed)
    if guess:
        mend = phrase("是否应为“{guess}”？可用的模板：{listed}", "is `{guess}` meant? templates: {listed}", guess=guess, listed=listed)
    raise refuse(rule, mend)
