"""Score sheets to be filled in: one workbook for each expert, members down, indicators across, 回避 where it is due.

They are printed and signed, typed into, and put where the data dictionary says: then they are records like others. An expert may
also fill its own in on a page; what was scored so far stands in the same workbook, which is read and written again.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.edition import load_plan
from toolkit.evaluation import in_stages
from toolkit.forms import label_of
from toolkit.forms.columns import FormColumn, cell_check, form_columns
from toolkit.forms.entry_sheet import HEAD, HEADING_ROW, FormBook, form_book
from toolkit.ground.display import display_width
from toolkit.ground.problems import Problem, Problems, Refused, refuse, stop_at
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.writing import edition_lock, placed_in, write_whole
from toolkit.indicators.panel import judged_by_panel, judging, recusals_due
from toolkit.panels.experts import RECUSED
from toolkit.records.dictionary import PLACE, Table, load_tables
from toolkit.records.headings import letters
from toolkit.records.reading import load_records
from toolkit.records.references import member_column, reference_problems
from toolkit.scheme import load_scheme

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator


DASH = "—"  # read as missing: nothing is to be scored here
SHUT = "#D9D9D9"
ROW, TOP, PAPER = 26, 130, 455  # points: a member, what stands above them on each page, and the height of the paper
ACROSS = 100  # characters across the paper at full size, where fonts are wide
NARROWEST = 40  # percent: below it nobody can read the paper
HINTS = Phrase(
    "专家 {expert}。{points}请在白格内评分；“回避”和灰格不填；未评留空，不要填 0。如另有利害关系，请填“回避”。",
    "Expert {expert}. {points}Score in the white cells; leave 回避 and grey ones as they are; leave empty what you have not scored. "
    "Write 回避 where you have an interest that is not known yet.",
)
HEADER = Phrase("&L&10{title}&C&10{round}&R&10办法摘要 {digest}", "&L&10{title}&C&10{round}&R&10scheme {digest}")
FOOTER = Phrase(
    "&L&10专家 {expert}　签名：＿＿＿＿＿＿＿＿＿　日期：＿＿＿＿年＿＿月＿＿日&R&10第 &P 页　共 &N 页",
    "&L&10Expert {expert}   signature: ____________________   date: ______________&R&10page &P of &N",
)
LONGEST = 255  # characters of a header in Excel


@dataclass(frozen=True, eq=False)
class ScoreSheet:
    """One expert's sheet, before it is written.

    Parameters
    ----------
    expert
        Its pseudonym.
    members : DataFrame
        Who is to be scored, class by class: index member, columns name, class.
    recused : frozenset
        From whom the expert withdraws.
    round, digest
        What the head of each page says of the round, and of the scheme.
    given
        What the expert entered so far, by member and column: a score, or 回避 of its own accord.
    """

    expert: str
    members: pd.DataFrame
    recused: frozenset[str]
    round: str
    digest: str
    given: Mapping[tuple[str, str], float | str] = field(default_factory=dict)

    def shut(self, item: Indicator, member: str, class_: str) -> str | None:
        """What stands where nothing is to be scored, a dash or 回避; None where something is."""
        if item.applies_to and class_ not in item.applies_to:
            return DASH
        return RECUSED if member in self.recused else None


def sheet_bytes(sheet: ScoreSheet, scheme: Scheme, name: str, table: Table) -> bytes:
    """One workbook; the same bytes every time."""
    content = io.BytesIO()
    with form_book(content, sheet.expert, scheme) as book:
        _ScorePage(book, sheet, scheme, name, table).write()
    return content.getvalue()


class _ScorePage:
    """The one sheet of a workbook, being written."""

    def __init__(self, book: FormBook, sheet: ScoreSheet, scheme: Scheme, name: str, table: Table) -> None:
        self._book, self._sheet, self._scheme, self._table = book, sheet, scheme, table
        coded = bool(len(sheet.members)) and all(len(str(key)) == 18 for key in sheet.members.index)
        self._columns = form_columns(table, coded=coded)
        self._member = member_column(table, name, scheme)
        self._expert = scheme.panel.expert if scheme.panel else ""
        self._known = {self._expert, self._member, table.names}
        self._scored = {str(item.measure.column): item for item in judged_by_panel(scheme)}
        self._page: Any = book.file.add_worksheet(table.sheet or label_of(name, table)[:31])

    def write(self) -> None:
        """Heads, members class by class, and how it is printed."""
        for place, column in enumerate(self._columns):
            self._page.set_column(place, place, self._width(column), self._book.bare())
        self._top()
        row, breaks = HEADING_ROW + 1, []
        for class_, members in self._sheet.members.groupby("class", sort=True):
            for first in range(0, len(members), self._rows_on_paper):
                breaks.append(row)
                if class_:
                    self._banner(row, str(class_), len(members), continued=first > 0)
                    row += 1
                for member, name in members["name"].iloc[first : first + self._rows_on_paper].items():
                    self._row(row, str(member), str(name), str(class_))
                    row += 1
        self._page.set_h_pagebreaks(breaks[1:])
        self._page.freeze_panes(HEADING_ROW + 1, 0)
        self._page.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
        self._print()

    def _top(self) -> None:
        language = self._book.language
        title = self._scheme.called(self._scheme.title)
        title = phrase("{title}　专家评分表", "{title}: score sheet", title=title).into(language)
        hint = phrase(HINTS.zh, HINTS.en, expert=self._sheet.expert, points=self._range().into(language)).into(language)
        last = len(self._columns) - 1
        self._page.set_row(0, 28)
        self._page.set_row(1, 32)
        self._page.write_string(0, 0, title, self._book.bare(font_name=HEAD, font_size=16))
        self._page.merge_range(1, 0, 1, last, hint, self._book.bare(font_size=10, text_wrap=True))  # expert, member, a score: three at least
        self._page.set_row(HEADING_ROW, 16 * max(len(column.heading_lines) for column in self._columns) + 10)
        for place, column in enumerate(self._columns):
            scored = column.key in self._scored
            heading = "\n".join(column.heading_lines).lstrip("*")  # what is filled in beforehand asks for nothing
            self._page.write_string(HEADING_ROW, place, heading, self._book.heading(required=scored))

    def _range(self) -> Phrase:
        """Between which points all indicators are scored, where they are scored alike."""
        ranges = {column.bounds for column in self._columns if column.key in self._scored}
        if len(ranges) != 1 or None in ranges:
            return Phrase("", "")
        (low, high), = (bounds for bounds in ranges if bounds)
        return phrase("每项 {low:g}—{high:g} 分。", "{low:g} to {high:g} points each. ", low=low, high=high)

    @property
    def _scale(self) -> int:
        """How large it is printed, in percent."""
        wide = sum(map(self._width, self._columns))
        return int(max(NARROWEST, min(100, 100 * ACROSS / wide)))

    @property
    def _rows_on_paper(self) -> int:
        """How many members stand on one page below the headings and the class."""
        return max(1, int((PAPER * 100 / self._scale - TOP) / ROW))

    def _banner(self, row: int, class_: str, count: int, *, continued: bool) -> None:
        """The class, once on each page."""
        more = Phrase("，续", ", continued") if continued else Phrase("", "")
        text = phrase("{name}（{n} 家{zh}）", "{name} ({n}{en})", name=class_, n=count, zh=more.zh, en=more.en).into(self._book.language)
        look = self._book.format(font_name=HEAD, bg_color="#EDEDED", indent=1)
        self._page.set_row(row, 22)
        self._page.merge_range(row, 0, row, len(self._columns) - 1, text, look)

    def _row(self, row: int, member: str, name: str, class_: str) -> None:
        known = {self._member: member, self._table.names: name, self._expert: self._sheet.expert}
        self._page.set_row(row, ROW)
        for place, column in enumerate(self._columns):
            if column.key in self._scored:
                self._score(row, place, column, self._shut(column, member, class_), self._sheet.given.get((member, column.key)))
            elif column.key in known:
                look = {"text_wrap": True, "indent": 1} if column.key == self._table.names else {"align": "center"}
                self._page.write_string(row, place, known[column.key], self._book.format(num_format="@", **look))
            else:
                self._page.write_blank(row, place, None, self._book.format(locked=False, text_wrap=True))

    def _shut(self, column: FormColumn, member: str, class_: str) -> str | None:
        """What stands where nothing is to be scored; None where something is."""
        shut = self._sheet.shut(self._scored[column.key], member, class_)
        return "" if shut == DASH and DASH not in column.spec.missing else shut

    def _score(self, row: int, place: int, column: FormColumn, shut: str | None, given: float | str | None) -> None:
        if shut is not None:
            self._page.write_string(row, place, shut, self._book.format(align="center", bg_color=SHUT))
            return
        look = self._book.format(align="center", locked=False, num_format="General")
        if given is None:
            self._page.write_blank(row, place, None, look)
        else:
            self._page.write(row, place, given, look)
        self._page.data_validation(row, place, row, place, cell_check(column, f"{letters(place)}{row + 1}", "", self._book.language))

    def _width(self, column: FormColumn) -> float:
        if column.key == self._table.names:
            return 36
        if column.key in self._known:
            cells = [self._sheet.expert] if column.key == self._expert else map(str, self._sheet.members.index)
            return max(map(display_width, (column.name, *cells))) + 4
        return max(column.width, 11)

    def _print(self) -> None:
        """A4 landscape. No fit to pages: beside it Excel forgets where a class begins a page."""
        texts = {"title": _quiet(self._scheme.title), "round": _quiet(self._sheet.round), "digest": self._sheet.digest, "expert": self._sheet.expert}
        self._page.set_landscape()
        self._page.set_paper(9)
        self._page.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.8)
        self._page.set_print_scale(self._scale)
        self._page.center_horizontally()
        self._page.repeat_rows(0, HEADING_ROW)
        self._page.set_header(_short(HEADER.into(self._book.language), texts))
        self._page.set_footer(phrase(FOOTER.zh, FOOTER.en, **texts).into(self._book.language))


def _short(pattern: str, texts: Mapping[str, str]) -> str:
    """A header of no more characters than Excel takes: the title is cut."""
    over = len(pattern.format(**texts)) - LONGEST
    return pattern.format(**{**texts, "title": texts["title"][: max(len(texts["title"]) - max(over, 0), 0)]})


def _quiet(text: str) -> str:
    """Text in which a header sees no commands."""
    return text.replace("&", "&&")


def write_score_sheets(folder: Path, out: Path, round_: str = "") -> tuple[Path, ...]:
    """A sheet for each expert on the panel of the edition in `folder`, written into `out`.

    Parameters
    ----------
    round_
        What the head of each page says, such as 复审第一轮.

    Raises
    ------
    Refused
        When no panel is named, when members, experts or interests hold errors, when the panel is not made up as the
        scheme says, and when other sheets of these names lie in `out`; then none is written.
    """
    scheme, tables = load_plan(folder)
    stop_at(reference_problems(scheme, tables))
    name, table = _sheets_table(scheme, tables.table)
    sheets = _sheets(folder, scheme, tables.table, round_)
    content = {out / file_name(table, sheet.expert): sheet_bytes(sheet, scheme, name, table) for sheet in sheets}
    taken = [path for path, new in content.items() if path.exists() and path.read_bytes() != new]
    if taken:
        rule, mend = Phrase("这里已有同名的另一份评分表，不能覆盖", "another sheet of this name is there"), Phrase("请移走或另指文件夹", "move it away, or name another folder")
        raise Refused(Problems(tuple(Problem("error", rule, mend, file=path.name) for path in taken)))
    with placed_in(out) as unfinished:
        for path, new in content.items():
            (unfinished / path.name).write_bytes(new)
    return tuple(content)


def file_name(table: Table, expert: str) -> str:
    """What an expert's sheet is called, so that the data dictionary finds it.

    Raises
    ------
    Refused
        When the dictionary names one file for all of them.

    Examples
    --------
    >>> from toolkit.records.dictionary import Column
    >>> file_name(Table(file="ballots/评分表*.xlsx", column={"expert": Column(type="text")}), "E07")
    '评分表E07.xlsx'
    """
    name = Path(table.file or "").name
    if "*" not in name or not name.endswith(".xlsx"):
        rule = Phrase("评分表每位专家一个文件，file 要含 * 并以 .xlsx 结尾", "there is a sheet for each expert: `file` needs a * and ends in .xlsx")
        mend = Phrase('例如 file = "ballots/评分表*.xlsx"', 'such as file = "ballots/评分表*.xlsx"')
        raise refuse(rule, mend, file="tables.toml", value=table.file or "")
    return name.replace("*", expert, 1).replace("*", "")


def goes_to(folder: Path) -> str:
    """Where the sheets of an edition are put when they came back."""
    tables = load_tables(folder / "tables.toml")
    return _sheets_table(load_scheme(folder / "scheme.toml"), tables.table)[1].file or ""


def _sheets_table(scheme: Scheme, tables: Mapping[str, Table]) -> tuple[str, Table]:
    items = judged_by_panel(scheme)
    if scheme.panel is None or scheme.panel.experts is None or not items:
        rule = Phrase("办法没有由专家评分的指标，或没有写专家表", "no indicator is scored by experts, or no table says who they are")
        mend = Phrase('请写 take = "panel" 和 [panel] experts', 'write take = "panel", and `experts` in [panel]')
        raise refuse(rule, mend, file="scheme.toml", column="panel")
    named = {str(item.measure.table) for item in items}
    if len(named) > 1:
        rule = Phrase("各指标的评分分在几张表里", "indicators are scored in several tables")
        raise refuse(rule, Phrase("请放在一张表里", "put them into one"), file="scheme.toml", column="panel.table", value="、".join(sorted(named)))
    return (name := named.pop()), tables[name]


def _sheets(folder: Path, scheme: Scheme, tables: Mapping[str, Table], round_: str) -> Iterator[ScoreSheet]:
    """The sheets of everybody on the panel. What was scored before is not read."""
    import pandas as pd

    from toolkit.records.dictionary import Tables

    scored = {str(item.measure.table) for item in judged_by_panel(scheme)}
    known = Tables.model_validate({"table": {name: table for name, table in tables.items() if name not in scored}})
    records = load_records(folder, known, scheme.members).as_of(scheme.as_of)
    blank = {name: pd.DataFrame({column: pd.Series(dtype=object) for column in (*tables[name].column, *PLACE)}) for name in scored}
    whole = replace(records, tables=records.tables.model_copy(update={"table": dict(tables)}), frames={**records.frames, **blank},
                    not_applicable={**records.not_applicable, **{name: pd.DataFrame() for name in scored}})  # fmt: skip
    if not records.problems.errors:
        whole, _ = in_stages(scheme, whole)
    judged = judging(scheme, whole)
    stop_at(records.problems.errors + judged.problems.errors)
    recused = recusals_due(scheme, whole, judged.experts).mask
    members = _to_score(scheme, whole.members)
    digest = file_digest(folder / "scheme.toml")[:12]
    for expert in judged.experts:
        yield ScoreSheet(expert, members, frozenset(recused.index[recused[expert]].astype(str)), round_, digest)


UNIT = re.compile(r"（[^（）]*）$")
TAKEN = Phrase("这位专家的评分已经在另一个文件里", "this expert's scores are in another file already")
ELSEWHERE = Phrase("请在那个文件里继续填，或先移走它", "go on in that file, or move it away first")
MORE = Phrase("这一行有别的内容（如另写的意见），或这一家已不在名单、须回避，在这里接着填会丢失", "this row holds more, such as a remark, or its member is not to be scored any more: it would be lost here")
IN_EXCEL = Phrase("请在 Excel 里接着填，或先移走它", "go on in Excel, or move it away first")
MEANWHILE = Phrase("评分表打开以后被别处改过，没有保存", "the sheet was changed elsewhere since it was opened: nothing is saved")
ANEW = Phrase("请重新打开再填", "open it anew, and go on")
NOT_SEATED = Phrase("专家组里没有这个专家代号", "there is no such expert on the panel")


@dataclass(frozen=True, eq=False)
class OwnSheet:
    """One expert's sheet as it is filled in on a page.

    Parameters
    ----------
    sheet
        With what was entered so far.
    name, table
        The table of score sheets, and its entry in the data dictionary.
    folder, path
        The edition's, and where in it the sheet is kept.
    opened
        The bytes that stood there when it was opened, or that were written last; None for none.
    """

    scheme: Scheme
    sheet: ScoreSheet
    name: str
    table: Table
    folder: Path
    path: Path
    opened: bytes | None

    @property
    def scored(self) -> dict[str, Indicator]:
        """The indicators to be scored, by their column."""
        return {str(item.measure.column): item for item in judged_by_panel(self.scheme)}

    def open_cells(self) -> Iterator[tuple[str, str]]:
        """Every member and column that this expert may score."""
        for member, class_ in self.sheet.members["class"].items():
            yield from ((str(member), column) for column, item in self.scored.items() if self.sheet.shut(item, str(member), str(class_)) is None)

    def with_entry(self, member: str, column: str, entry: float | str | None) -> OwnSheet:
        """With a score, 回避, or None for nothing, in a cell that may be scored.

        Raises
        ------
        Refused
            For a cell that may not be, and a score out of range; it is not repeated.
        """
        if (member, column) not in set(self.open_cells()):
            raise refuse(Phrase("这一格不用评", "nothing is to be scored here"), Phrase("请评白格", "score the white cells"))
        bounds = self.table.column[column].range
        if isinstance(entry, float) and bounds and not bounds[0] <= entry <= bounds[1]:
            rule = phrase("“{label}”超出范围", "`{label}` is out of range", label=self.scored[column].label)
            raise refuse(rule, phrase("请填 {a:g}—{b:g}", "give {a:g} to {b:g}", a=bounds[0], b=bounds[1]))
        given = {cell: each for cell, each in self.sheet.given.items() if cell != (member, column)}
        return replace(self, sheet=replace(self.sheet, given=given if entry is None else {**given, (member, column): entry}))

    @property
    def on_disk(self) -> bytes | None:
        """What stands now where the sheet is kept; None for nothing."""
        return self.path.read_bytes() if self.path.is_file() else None

    def saved(self) -> OwnSheet:
        """Written to where the panel's sheets are read, unless the file was changed meanwhile.

        Raises
        ------
        Refused
            When it was, or cannot be written.
        """
        content = sheet_bytes(self.sheet, self.scheme, self.name, self.table)
        with edition_lock(self.folder):
            if self.on_disk != self.opened:
                raise refuse(MEANWHILE, ANEW, file=self.path.name)
            write_whole(self.path, content)
        return replace(self, opened=content)


def own_sheet(folder: Path, expert: str) -> OwnSheet:
    """The sheet of one expert of the edition in `folder`, with what it entered so far.

    Raises
    ------
    Refused
        For an expert that is not on the panel; when its scores are in another file, or its file holds what would be lost;
        and as `write_score_sheets` does.
    """
    scheme, tables = load_plan(folder)
    stop_at(reference_problems(scheme, tables))
    name, table = _sheets_table(scheme, tables.table)
    sheet = next((sheet for sheet in _sheets(folder, scheme, tables.table, "") if sheet.expert.upper() == expert.upper()), None)
    if sheet is None:
        raise refuse(NOT_SEATED, Phrase("请核对代号", "check the code"))
    path = folder / Path(table.file or "").parent / file_name(table, sheet.expert)
    own = OwnSheet(scheme, sheet, name, table, folder, path, path.read_bytes() if path.is_file() else None)
    return _with_former(own, tables.table)


def _with_former(own: OwnSheet, tables: Mapping[str, Table]) -> OwnSheet:
    """With the entries that the expert's file holds, every one of which the page can show."""
    from toolkit.records.dictionary import Tables

    read = {name: tables[name] for name in (own.scheme.members.table, own.name)}
    records = load_records(own.folder, Tables.model_validate({"table": read}), own.scheme.members)
    shown = own.path.relative_to(own.folder).as_posix()
    stop_at(problem for problem in records.problems.errors if problem.file == shown)
    rows = records.frames[own.name]
    rows = rows[rows[own.scheme.panel.expert if own.scheme.panel else ""] == own.sheet.expert]
    elsewhere = sorted({str(file) for file in rows["_file"]} - {shown})
    if elsewhere:
        raise refuse(TAKEN, ELSEWHERE, file=elsewhere[0])
    own = replace(own, sheet=replace(own.sheet, given=dict(_entries(own, rows, records.not_applicable[own.name]))))
    if lost := _lost(own):
        raise Refused(Problems(tuple(Problem("error", MORE, IN_EXCEL, file=shown, row=row) for row in lost)))
    return own


def _lost(own: OwnSheet) -> list[int]:
    """The rows of the expert's file, from 1 up, that would not be there any more once the page had written it: its headings may stand without a unit."""
    if own.opened is None:
        return []
    kept = {_said(row) for row in _cells(sheet_bytes(own.sheet, own.scheme, own.name, own.table))}
    return [place for place, row in enumerate(map(_said, _cells(own.opened)), 1) if row and row not in kept]


def _said(row: Iterable[object]) -> tuple[object, ...]:
    """What stands in a row up to its last filled cell, units of headings apart."""
    cells = [UNIT.sub("", cell) if isinstance(cell, str) else cell for cell in row]
    while cells and cells[-1] == "":
        cells.pop()
    return tuple(cells)


def _entries(own: OwnSheet, rows: pd.DataFrame, apart: pd.DataFrame) -> Iterator[tuple[tuple[str, str], float | str]]:
    """What stands in the cells that may be scored."""
    member, open_cells = rows[str(member_column(own.table, own.name, own.scheme))], set(own.open_cells())
    for column in own.scored:
        withdrawn = set(apart.index[apart[column]]) if column in apart else set()
        for place, key, score in zip(rows.index, member, rows[column], strict=True):
            if (str(key), column) in open_cells and (place in withdrawn or score == score):  # noqa: PLR0124 - NaN is not itself
                yield (str(key), column), RECUSED if place in withdrawn else float(score)


def _cells(content: bytes) -> list[list[object]]:
    """Every cell of a workbook's first sheet."""
    import python_calamine as calamine

    return [list(row) for row in calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)]


def _to_score(scheme: Scheme, members: pd.DataFrame) -> pd.DataFrame:
    """Who applied, and is of a class that some indicator of the panel applies to; class by class."""
    items = judged_by_panel(scheme)
    every = any(not item.applies_to for item in items)
    classes = {name for item in items for name in item.applies_to}
    kept = members[members["applied"].astype(bool) & (every | members["class"].isin(list(classes)))]
    return kept.rename_axis("member").sort_values(["class", "member"])
