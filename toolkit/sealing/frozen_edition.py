"""The frozen copy of an edition: everything an evaluation rests on, and nothing else of the folder.

The panel's files as a bag holds them by pseudonym: what was read of them, and nothing else that a workbook carries.

A workbook that came back from an expert may hold its name in a column, a signature, a comment, the file's name and its
properties. Copies are therefore written anew, with every row where it stood, so that the bag computes the same.

The panel in a bag that holds no expert's scores: its own scores alone, so that the bag still computes the same.

In place of score sheets, experts and interests there is one file for each table that was scored: a row for each member
with the panel's score, and how many scored, withdrew or still may score. Scheme and data dictionary of the copy say so.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ballots.ballot import FOLDER, bag_ballots
from toolkit.evaluation import panel_of
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.resources import file_digest, folder_digests
from toolkit.ground.text import Phrase, phrase
from toolkit.indicators.panel import Judging, judged_by_panel, panel_tables, result_rows
from toolkit.minutes.journal import JOURNAL
from toolkit.panels.experts import RECUSED
from toolkit.records.cells import Cell
from toolkit.records.files import read_sheet
from toolkit.records.findings import normal_heading
from toolkit.records.folder import any_case, found_files
from toolkit.records.references import RESULT_COUNTS, member_column, result_column
from toolkit.records.sheet import Intake, take_in
from toolkit.scheme import Panel, load_scheme
from toolkit.scheme.writing import write_scheme
from toolkit.sealing.cards import card_root
from toolkit.sealing.open_bag import open_digest
from toolkit.sealing.parts import DECIDED, EDITION, FOLDERS

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.edition import Edition
    from toolkit.records.dictionary import Column, Table, Tables
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator


def _write_panel_results(edition: Edition, target: Path) -> None:
    """Write the panel's scores of an edition into its frozen copy, and make the copy read them."""
    judged = panel_of(edition.scheme, edition.records, edition.judged)
    for name, items in _by_table(judged_by_panel(edition.scheme)).items():
        place = target / _file(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_results_csv(_rows(edition, judged, name, items).rename(columns=_headings(edition, name, items))))
    _write_tables(edition, target / "tables.toml")
    (target / DECIDED).write_bytes((target / "scheme.toml").read_bytes())
    write_scheme(with_results_alone(edition.scheme), target / "scheme.toml")


def frozen_scheme(scheme: Scheme) -> Scheme:
    """The scheme that the copy of an edition computes with: where the panel's experts are left out, by the panel's own scores."""
    return with_results_alone(scheme) if leaves_experts_out(scheme) else scheme


def leaves_experts_out(scheme: Scheme) -> bool:
    """Whether the copy of an edition holds the panel's own scores in place of its experts'."""
    panel = scheme.panel
    return panel is not None and panel.publish != "pseudonyms" and panel.holds != "results" and bool(judged_by_panel(scheme))


def with_results_alone(scheme: Scheme) -> Scheme:
    """The scheme of an edition that holds no more of its panel than the panel's own scores; letters of appointment are written of no table that it lacks."""
    panel = scheme.panel or Panel()
    start: dict[str, Any] = {} if panel.trim_from is None else {"trim_from": panel.trim_from}  # what is not written stays so
    left_out = {*panel_tables(scheme)}
    appointments = tuple(register for register in scheme.appointments if register.table not in left_out)
    return scheme.model_copy(update={"appointments": appointments, "panel": Panel(minimum=panel.minimum, trim=panel.trim, holds="results", **start)})


def decided_scheme(frozen: Path, scheme: Scheme) -> Scheme:
    """The scheme that was decided in a frozen edition, which computes with `scheme`."""
    return load_scheme(frozen / DECIDED) if (frozen / DECIDED).is_file() else scheme


def like_sealed(scheme: Scheme, sealed: Scheme) -> Scheme:
    """A scheme such as can be computed beside one that was sealed: by the panel's own scores where that has no others."""
    results = sealed.panel is not None and sealed.panel.holds == "results"
    return with_results_alone(scheme) if results and not (scheme.panel and scheme.panel.holds == "results") else scheme


def _by_table(items: Iterable[Indicator]) -> dict[str, list[Indicator]]:
    tables: dict[str, list[Indicator]] = {}
    for item in items:
        tables.setdefault(str(item.measure.table), []).append(item)
    return tables


def _file(table: str) -> str:
    return f"ballots/{table}.csv"


def _rows(edition: Edition, judged: Judging, name: str, items: list[Indicator]) -> pd.DataFrame:
    """What the panel gave, member by member; two indicators may read one column."""
    import pandas as pd

    columns = {str(item.measure.column): judged.indicators[item.id] for item in items}
    member = member_column(edition.tables.table[name], name, edition.scheme)
    rows = pd.concat([result_rows(result, column) for column, result in columns.items()], axis=1)
    return rows.rename_axis(member).sort_index().reset_index()


def _results_csv(rows: pd.DataFrame) -> bytes:
    """A float as it reads back to the same bits; a place left open as an empty cell."""
    content = io.StringIO()
    lines = ([_cell(cell) for cell in row] for row in rows.itertuples(index=False))
    csv.writer(content, lineterminator="\n").writerows([list(rows.columns), *lines])
    return content.getvalue().encode("utf-8-sig")


def _cell(cell: Any) -> str:
    if isinstance(cell, float):
        return "" if cell != cell else repr(float(cell))  # noqa: PLR0124 - NaN is not itself
    return str(cell)


def _write_tables(edition: Edition, path: Path) -> None:
    """The data dictionary without the panel's tables, and with those of its results."""
    import tomlkit

    document = tomlkit.parse(path.read_text("utf-8-sig"))
    tables: Any = document["table"]
    scored = _by_table(judged_by_panel(edition.scheme))
    for name in panel_tables(edition.scheme):
        del tables[name]
    for name, items in scored.items():
        tables[name] = _table(edition, name, items)
    path.write_text(tomlkit.dumps(document), "utf-8", newline="\n")


def _table(edition: Edition, name: str, items: list[Indicator]) -> dict[str, Any]:
    table = edition.tables.table[name]
    member, headings = str(member_column(table, name, edition.scheme)), _headings(edition, name, items)
    kinds = {key: {"type": "number"} for key in headings} | {member: {"type": table.column[member].type, "required": True}}
    columns = {key: ({} if heading == key else {"headings": [heading]}) | kinds[key] for key, heading in headings.items()}
    return {"file": _file(name), "label": table.label, "unique": [member], "column": columns}


def _headings(edition: Edition, name: str, items: list[Indicator]) -> dict[str, str]:
    """What each column of the panel's results is called in its file, in the language of the scheme; its id where that could be another's."""
    table = edition.tables.table[name]
    member = str(member_column(table, name, edition.scheme))
    called = {key: next(iter(table.column[key].headings), key) for key in (member, *(str(item.measure.column) for item in items))}
    for column in [key for key in called if key != member]:
        counts = {result_column(column, count): words.into(edition.scheme.language).format(of=called[column]) for count, words in RESULT_COUNTS.items()}
        called = {key: heading for one, told in called.items() for key, heading in ({one: told} | (counts if one == column else {})).items()}
    owners = Counter(text for key, heading in called.items() for text in {normal_heading(key), normal_heading(heading)})
    return {key: heading if owners[normal_heading(heading)] == 1 else key for key, heading in called.items()}


WRITTEN = (".xlsx", ".csv")
EARLIEST = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook's clock has no zone, and this one tells nothing
TOLD = ("id", "employer", "expert", "member")
Grid = list[list[object]]


def panel_files(folder: Path, scheme: Scheme, tables: Tables) -> dict[str, tuple[str, Table]]:
    """The files of score sheets, experts and interests in an edition: by name what each is called in a bag, and its table.

    Raises
    ------
    Refused
        For a file of a kind that cannot be written anew, and one that several tables read.
    """
    named: dict[str, tuple[str, Table]] = {}
    secret = panel_tables(scheme)
    for table in (read for name, read in tables.table.items() if name in secret and read.file):
        files, _ = found_files(folder, table)
        for number, name in enumerate(files, start=1):
            if name in named or not name.lower().endswith(WRITTEN):
                rule = Phrase("专家组的文件应为 .xlsx 或 .csv，每张表各用一个文件", "the panel's files are .xlsx or .csv, each for one table")
                raise refuse(rule, Phrase("请另存后改写 tables.toml", "save it so, and name it so in tables.toml"), file=name)
            named[name] = (_numbered(table.file or name, name, number), table)
    return named


def _write_panel_copies(folder: Path, target: Path, files: Mapping[str, tuple[str, Table]]) -> None:
    """Write each of the files of `folder`, which were read without an error, anew into `target`."""
    for name, (copy, table) in files.items():
        place = target / copy
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_copied((folder / name).read_bytes(), name, table))


def _numbered(pattern: str, name: str, number: int) -> str:
    """A name without what stood for the *: that may be anybody's."""
    return pattern.replace("*", f"{number:03}") if pattern.count("*") == 1 and not set("?[") & set(pattern) else name


def _copied(content: bytes, name: str, table: Table) -> bytes:
    sheet = read_sheet(content, name, table.sheet)
    intake = take_in(sheet, name, table.column, [key for key, column in table.column.items() if column.type == "member"], None)
    grid = _grid(intake, table)
    return _workbook(grid, sheet.name) if name.lower().endswith(".xlsx") else _text(grid)


def _grid(intake: Intake, table: Table) -> Grid:
    """Headings and cells, each row where it stood; personal columns are empty."""
    columns = [key for key in table.column if key in intake.headings]
    first = min(intake.rows, default=2)
    grid: Grid = [[""] * len(columns) for _ in range(max(intake.rows, default=1))]
    grid[first - 2] = [table.heading(key) for key in columns]
    for place, key in enumerate(columns):
        for row, cell in zip(intake.rows, intake.cells[key], strict=True):
            grid[row - 1][place] = _written(cell, table.column[key]) if _needed(key, table) else ""
    return grid


def _needed(key: str, table: Table) -> bool:
    """Whether the panel's scores rest on a column: remarks, and what was declared in particular, stay behind."""
    column = table.column[key]
    kept = column.required or column.type != "text" or key in {*TOLD, *table.unique, table.names}
    return kept and not column.personal


def _written(cell: Cell, column: Column) -> object:
    """A cell such as reads back to the same."""
    if cell.state == "missing":
        return ""
    if cell.state == "not applicable":
        return RECUSED if RECUSED in column.not_applicable else column.not_applicable[0]
    value = cell.value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and column.type == "percent":
        return f"{Decimal(repr(value)) * 100}%"
    return value


def _workbook(grid: Grid, sheet: str) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"author": "committee", "created": EARLIEST})
        page = book.add_worksheet(sheet)
        for number, row in enumerate(grid):
            for place, cell in enumerate(row):
                page.write(number, place, cell)
    return content.getvalue()


def _text(grid: Grid) -> bytes:
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows([repr(cell) if isinstance(cell, float) else cell for cell in row] for row in grid)
    return content.getvalue().encode("utf-8-sig")



CONTROL = re.compile(r"[\x00-\x1f\x7f\\]")


def freeze_edition(edition: Edition, target: Path) -> None:
    """Copy scheme, tables, records and journal of an edition that was read into the new folder `target`.

    Ballots are not copied as they stand, for they may hold names: they are written anew by code where the scheme's
    `weighting.publish` says so, else left out. Score sheets, experts and interests are written anew too where `panel.publish` says so, as they were
    read: without names, remarks and file properties; else the copy holds the panel's own scores in their place.

    Raises
    ------
    Refused
        When tables read files outside the edition, a name cannot be written into a manifest, a file of the panel cannot be
        written anew, or a file is no longer what was read.
    """
    folder, scheme, tables = edition.folder, edition.scheme, edition.tables
    panel = panel_files(folder, scheme, tables)
    names = sorted({path.relative_to(folder) for path in _wanted(folder, tables)} - {Path(name) for name in panel})
    problems = Problems((*_outside(tables), *_unwritable(names)))
    if problems:
        raise Refused(problems)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target / name)
    _leave_torn_end(target / JOURNAL)
    copies = {name.as_posix(): target / name for name in names} | {name: folder / name for name in panel}
    changed = Problems(tuple(_changed(copies, edition.records.digests)))
    if changed:
        raise Refused(changed)
    if leaves_experts_out(scheme):
        _write_panel_results(edition, target)
    else:
        _write_panel_copies(folder, target, panel)
    _freeze_ballots(folder, target, scheme)


def _leave_torn_end(journal: Path) -> None:
    """Leave out a last line that its writer did not finish: it was never told to be there."""
    if journal.is_file() and not (lines := journal.read_bytes()).endswith(b"\n"):
        journal.write_bytes(lines[: lines.rfind(b"\n") + 1])


def public_digests(data: Path) -> dict[str, str]:
    """Fingerprints of scheme, records, ranking, cards and open bag below the payload `data`, to print on a public page.

    That of the records is the SHA-256 of the lines ``digest  path`` that `sha256sum` gives for `edition/records`,
    sorted by path.
    """
    records = folder_digests(data / "edition" / "records")
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(records.items()))
    return {
        "scheme": file_digest(data / "edition" / "scheme.toml"),
        "records": hashlib.sha256(listed.encode()).hexdigest(),
        "ranking": file_digest(data / "results" / "ranking.csv"),
    } | card_root(data) | open_digest(data)


def _changed(copies: Mapping[str, Path], digests: Mapping[str, str]) -> Iterator[Problem]:
    """An error for each file that holds something else than when the edition was read."""
    for name in sorted(digests.keys() & copies.keys()):
        if file_digest(copies[name]) != digests[name]:
            rule = Phrase("封存时文件已不是读取时的内容", "is no longer what was read: it was changed while the edition was being sealed")
            yield Problem("error", rule, Phrase("请重新封存", "seal again"), file=name)


def _freeze_ballots(folder: Path, target: Path, scheme: Scheme) -> None:
    if not any(folder.glob(f"{FOLDER}/*.toml")):
        return
    for name, text in bag_ballots(folder, scheme).items():
        (target / FOLDER).mkdir(exist_ok=True)
        (target / FOLDER / name).write_text(text, "utf-8", newline="\n")


def _wanted(folder: Path, tables: Tables) -> Iterator[Path]:
    yield from (folder / name for name in EDITION if (folder / name).is_file())
    read = (table.file for table in tables.table.values() if table.file and not _leaves(table.file))
    for place in (
        *(folder / name for name in FOLDERS),
        *(match for pattern in read for match in folder.glob(any_case(pattern))),
    ):
        paths = place.rglob("*") if place.is_dir() else (place,)
        yield from (path for path in paths if path.is_file() and not _is_left_out(path.relative_to(folder)))


def _is_left_out(name: Path) -> bool:
    # Hidden files, and the lock files Excel leaves beside an open workbook.
    return any(part.startswith((".", "~$")) or part == "__pycache__" for part in name.parts)


def _leaves(pattern: str) -> bool:
    return ".." in Path(pattern).parts or Path(pattern).is_absolute()


def _outside(tables: Tables) -> Iterator[Problem]:
    for name, table in tables.table.items():
        if table.file and _leaves(table.file):
            yield Problem(
                "error",
                Phrase(
                    "数据在届次文件夹之外，无法一并封存",
                    "reads a file outside the edition, which cannot be sealed with it",
                ),
                Phrase(
                    "请把文件复制到 records/ 并改写 tables.toml",
                    "copy it into records/ and name it so in tables.toml",
                ),
                file="tables.toml",
                column=name,
                value=table.file,
            )


def _unwritable(names: list[Path]) -> Iterator[Problem]:
    for name in names:
        if CONTROL.search(name.as_posix()):
            rule = Phrase(
                "文件名含有换行等控制字符或反斜杠", "the file's name holds a control character or a backslash"
            )
            shown = CONTROL.sub("?", name.as_posix())
            yield Problem("error", rule, phrase("请改名", "rename it"), file=shown)
