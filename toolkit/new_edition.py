"""A new edition: a folder to start from, with a scheme, a data dictionary and the entry forms made of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from toolkit.errors import nearest, refuse
from toolkit.forms import FOLDER, write_forms
from toolkit.forms.names import Form
from toolkit.house import house_folder
from toolkit.scheme import load_scheme
from toolkit.tables import load_tables
from toolkit.text import Phrase, phrase

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
    source = _template(template)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        rule = Phrase("文件夹不是空的", "the folder is not empty")
        raise refuse(rule, Phrase("请另指一个空文件夹", "name an empty one"), file=str(folder))
    try:
        for name in EMPTY:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copyfile(source / name, folder / name)
    except OSError:
        rule = Phrase("文件夹建不了（没有权限，或上级是文件）", "the folder cannot be made (no permission, or below a file)")
        raise refuse(rule, Phrase("请换一个位置", "choose another place"), file=str(folder)) from None
    return renewed_forms(folder)


def renewed_forms(folder: Path) -> tuple[Form, ...]:
    """The forms of the edition in `folder`, written again after its data dictionary was edited.

    Raises
    ------
    Refused
        When scheme or data dictionary cannot be read, or a form has been filled in where it lies.
    """
    tables, scheme = load_tables(folder / "tables.toml"), load_scheme(folder / "scheme.toml")
    return write_forms(folder / FOLDER, tables, scheme)


def left_over(folder: Path, written: tuple[Form, ...]) -> tuple[str, ...]:
    """Workbooks in the forms folder of `folder` that belong to no table any more."""
    names = {form.name for form in written}
    return tuple(sorted(path.name for path in (folder / FOLDER).glob("*.xlsx") if path.name not in names))


def _template(name: str) -> Path:
    editions = house_folder("templates/editions")
    known = sorted(path.name for path in editions.iterdir() if path.is_dir())
    if name in known:
        return editions / name
    guess = nearest(name, known)
    rule = phrase("没有名为“{name}”的模板", "there is no template called `{name}`", name=name)
    mend = phrase("可用的模板：{known}", "templates: {known}", known=", ".join(known))
    if guess:
        mend = phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess)
    raise refuse(rule, mend)
