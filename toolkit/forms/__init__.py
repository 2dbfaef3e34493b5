"""Entry forms: for each file that the data dictionary names an Excel workbook that comes back as the reader wants it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.forms.columns import FormColumn, form_columns
from toolkit.forms.entry_sheet import (
    HEADING_ROW,
    TITLE,
    FormBook,
    FormPart,
    form_book,
    write_notes,
    write_sheet,
)
from toolkit.ground.display import Table
from toolkit.ground.problems import Problems, Refused, refuse
from toolkit.ground.text import Language, Phrase, listed, phrase
from toolkit.ground.writing import fit, placed_in
from toolkit.records.dictionary import Table as Recorded
from toolkit.records.dictionary import Tables
from toolkit.records.files import INSTRUCTIONS
from toolkit.records.headings import letters

if TYPE_CHECKING:
    from toolkit.scheme import Scheme


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
        apart = "" if table.sheet and sheet.casefold() not in taken else name
        books.setdefault((table.file, apart), {})[name] = _allowed_name(name, sheet)
    names = _file_names(books, tables)
    return tuple(Form(names[key], sheets, key[0]) for key, sheets in books.items())


def forms_table(written: Sequence[Form], language: Language = "zh") -> Table:
    """Each form, the sheets to fill in, and which file it becomes once it came back."""
    headings = (Phrase("填报表", "form"), Phrase("工作表", "sheets"), Phrase("收回后放入", "goes to"))
    rows = tuple((form.name, listed(form.tables.values()).into(language), form.goes_to) for form in written)
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
        file, apart = key
        stem = re.sub(r"\[[^\]]*\]|[*?]", "", Path(file).name.split(".")[0]).strip(" _-—（(")
        first = next(iter(books[key]))
        stem = fit(stem or label_of(first, tables.table[first]), 60)
        taken = {name.casefold() for name in names.values()}
        options = (f"{stem}.xlsx", f"{stem}（{apart or first}）.xlsx")
        names[key] = next(name for name in (*options, *_numbered(stem)) if name.casefold() not in taken)
    return names


def _numbered(stem: str) -> Iterator[str]:
    yield from (f"{stem}（{number}）.xlsx" for number in range(2, 1000))


FOLDER = "forms"
LISTS = Phrase("选项", "Lists")  # the reader passes over the first


def form_bytes(form: Form, tables: Tables, scheme: Scheme) -> bytes:
    """The workbook of one form: first the sheet 填表说明, then the sheets to fill in; the same bytes every time."""
    content = io.BytesIO()
    coded = _goes_by_code(tables, scheme)
    with form_book(content, Path(form.name).stem, scheme) as book:
        parts = [
            FormPart(tables.table[name], label_of(name, tables.table[name]), form_columns(tables.table[name], coded=coded))
            for name in form.tables
        ]
        taken = {sheet.casefold() for sheet in form.tables.values()}
        write_notes(book, _notes_name(taken, scheme), dict(zip(form.tables, parts, strict=True)), scheme, Path(form.name).stem)
        lists = _free_name(LISTS.into(scheme.language), taken)
        places = _places_of_lists(lists, [columns for _, _, columns in parts])
        for part, sheet, lists_of in zip(parts, form.tables.values(), places, strict=True):
            write_sheet(book, sheet, part, lists_of)
        if any(places):
            _write_lists(book, lists, [column for _, _, columns in parts for column in columns])
    return content.getvalue()


def write_forms(folder: Path, tables: Tables, scheme: Scheme) -> tuple[Form, ...]:
    """Write every form into `folder`, over forms of the same name.

    Raises
    ------
    Refused
        When one of them has been filled in there, or is open elsewhere; then none is written.
    """
    wanted = forms(tables)
    faults = [fault for form in wanted if (fault := _in_use(folder / form.name))]
    if faults:
        raise Refused(Problems(tuple(problem for fault in faults for problem in fault.problems)))
    with placed_in(folder) as unfinished:
        for form in wanted:
            (unfinished / form.name).write_bytes(form_bytes(form, tables, scheme))
    return wanted


def filled_rows(path: Path) -> int:
    """How many rows below the headings of a form hold something."""
    import python_calamine as calamine

    with calamine.CalamineWorkbook.from_path(path) as workbook:
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible == calamine.SheetVisibleEnum.Visible and sheet.name.casefold() not in INSTRUCTIONS
        ]
        rows = [
            row
            for name in visible
            for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)[HEADING_ROW + 1 :]
        ]
    return sum(any(str(cell).strip() for cell in row) for row in rows)


def _in_use(path: Path) -> Refused | None:
    """Why a form at `path` must not be written over."""
    if not path.exists():
        return None
    try:
        rows = filled_rows(path)
    except Exception:  # noqa: BLE001 - whatever the reader says of it, it is not a form of ours that nobody touched
        rule = Phrase("这里已有同名文件，且不是填报表", "a file of this name is there, and no form")
        return refuse(rule, Phrase("请移走或改名后再试", "move it away or rename it"), file=f"{FOLDER}/{path.name}")
    if not rows:
        return None
    rule = phrase("表里已填了 {rows} 行，不能覆盖", "{rows:row is|rows are} filled in: it is not written over", rows=rows)
    mend = Phrase("请把它移到 records/，再重新生成", "move it to records/ and try again")
    return refuse(rule, mend, file=f"{FOLDER}/{path.name}")


def _goes_by_code(tables: Tables, scheme: Scheme) -> bool:
    members = tables.table.get(scheme.members.table)
    key = members.column.get(scheme.members.key) if members else None
    return key is not None and key.type == "credit_code"


def _notes_name(taken: set[str], scheme: Scheme) -> str:
    """What the first sheet is called: a name that the reader passes over."""
    names = (TITLE.into(scheme.language), "填表说明", "填写说明", "说明", "readme")
    return next(name for name in names if name.casefold() not in taken)


def _free_name(name: str, taken: set[str]) -> str:
    return name if name.casefold() not in taken else _free_name(f"{name}_", taken)


def _places_of_lists(sheet: str, parts: Sequence[Sequence[FormColumn]]) -> list[dict[str, str]]:
    """For each part, column id to the formula of the cells that list its drop-down."""
    places: list[dict[str, str]] = []
    number = 0
    for columns in parts:
        formulas: dict[str, str] = {}
        for column in columns:
            if column.choices:
                letter = letters(number)
                formulas[column.key] = f"='{sheet}'!${letter}$2:${letter}${len(column.choices) + 1}"
                number += 1
        places.append(formulas)
    return places


def _write_lists(book: FormBook, name: str, columns: Sequence[FormColumn]) -> None:
    sheet: Any = book.file.add_worksheet(name)
    sheet.hide()
    for place, column in enumerate(column for column in columns if column.choices):
        sheet.write_string(0, place, column.heading)
        for row, choice in enumerate(column.choices, start=1):
            sheet.write_string(row, place, choice.into(book.language))
