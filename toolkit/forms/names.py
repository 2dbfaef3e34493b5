"""Which entry forms an edition has: one for each file that its data dictionary names, and what their sheets are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.display import Table
from toolkit.errors import refuse
from toolkit.reading.sheets import INSTRUCTIONS
from toolkit.tables import Table as Recorded
from toolkit.tables import Tables
from toolkit.text import Language, Phrase, phrase

LONGEST_NAME = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")


@dataclass(frozen=True)
class Form:
    """One workbook to be filled in.

    Parameters
    ----------
    name
        Its file name.
    tables
        The tables it is for, by their id, each with the name of its sheet.
    goes_to
        Where it is to be put once it came back: the files that the data dictionary names.
    """

    name: str
    tables: Mapping[str, str]
    goes_to: str


def forms(tables: Tables) -> tuple[Form, ...]:
    """The forms of a data dictionary: one for each file that it names, with a sheet for each of its tables.

    Tables that stand in a database need none.

    Raises
    ------
    Refused
        When a sheet bears a name that no workbook can have.
    """
    books: dict[tuple[str, str], dict[str, str]] = {}
    for name, table in tables.table.items():
        if table.file is None:
            continue
        sheet = table.sheet or _fitting(label_of(name, table))
        taken = {known.casefold() for known in books.get((table.file, ""), {}).values()}
        own = "" if table.sheet and sheet.casefold() not in taken else name
        books.setdefault((table.file, own), {})[name] = _allowed_name(name, sheet)
    names = _file_names(books, tables)
    return tuple(Form(names[key], held, key[0]) for key, held in books.items())


def forms_table(written: Sequence[Form], language: Language = "zh") -> Table:
    """Each form, the sheets to fill in, and which file it becomes once it came back."""
    headings = (Phrase("填报表", "form"), Phrase("工作表", "sheets"), Phrase("收回后放入", "goes to"))
    rows = tuple((form.name, "、".join(form.tables.values()), form.goes_to) for form in written)
    other = [form.goes_to for form in written if not form.goes_to.endswith(".xlsx")]
    note = Phrase("", "")
    if other:
        zh, en = "、".join(other), ", ".join(other)
        note = phrase(
            "不是 .xlsx 的（{zh}）：请在 tables.toml 把 file 改成 .xlsx，或收回后另存为该类型。",
            "Not .xlsx ({en}): name an .xlsx file in tables.toml, or save what came back as such a file.",
            zh=zh, en=en,
        )  # fmt: skip
    return Table(tuple(heading.into(language) for heading in headings), rows, note=note.into(language))


def label_of(name: str, table: Recorded) -> str:
    """What people call a table."""
    return table.label or table.sheet or name


def _fitting(label: str) -> str:
    """A sheet's name made of a label; no sheet is called so by the data dictionary."""
    name = FORBIDDEN.sub("", label).strip()[:LONGEST_NAME].strip("'")
    return name if name and name.casefold() not in INSTRUCTIONS else f"{name}表"


def _allowed_name(table: str, sheet: str) -> str:
    if len(sheet) <= LONGEST_NAME and not FORBIDDEN.search(sheet) and sheet.casefold() != "history":
        return sheet
    rule = phrase("“{sheet}”不能作工作表名", "no sheet can be called `{sheet}`", sheet=sheet)
    mend = Phrase("最多 31 个字，不含 [ ] : * ? / \\", r"31 characters at most, without [ ] : * ? / \ ")
    raise refuse(rule, mend, file="tables.toml", column=f"table.{table}.sheet")


def _file_names(books: Mapping[tuple[str, str], Mapping[str, str]], tables: Tables) -> dict[tuple[str, str], str]:
    """A name for each form, from the file it becomes, without wildcards; no two alike."""
    names: dict[tuple[str, str], str] = {}
    for key in books:
        file, own = key
        stem = re.sub(r"\[[^\]]*\]|[*?]", "", Path(file).name.split(".")[0]).strip(" _-—（(")
        first = next(iter(books[key]))
        stem = stem or re.sub(r'[\\/:*?"<>|]', "", label_of(first, tables.table[first]))
        taken = {name.casefold() for name in names.values()}
        options = (f"{stem}.xlsx", f"{stem}（{own or first}）.xlsx")
        names[key] = next(name for name in (*options, *_numbered(stem)) if name.casefold() not in taken)
    return names


def _numbered(stem: str) -> Iterator[str]:
    yield from (f"{stem}（{number}）.xlsx" for number in range(2, 1000))
