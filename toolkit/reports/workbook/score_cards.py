"""得分单: one workbook for each member, to be printed on A4 and mailed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ground.text import OFFICE, Phrase, phrase, whom_to_ask
from toolkit.ground.writing import fit, named_apart, placed_in
from toolkit.publication.english import english_of, fields_in_english
from toolkit.reports import wording
from toolkit.reports.plan_tables import CAPTION as AHEAD
from toolkit.reports.plan_tables import CARD as AHEAD_COLUMNS
from toolkit.reports.score_cards import (
    ADDS_UP,
    CAPTIONS,
    LINES,
    PARTS,
    RECORDS,
    VETOES,
    Card,
    ScoreCard,
    card_tables,
    outcome,
    score_cards,
)
from toolkit.reports.workbook.book import HEAD, Book

if TYPE_CHECKING:

    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.ground.display import Table
    from toolkit.records import Records
    from toolkit.reports.columns import ListColumn
    from toolkit.scheme import Scheme

CARD, OBJECTION = Phrase("得分单", "Score card"), Phrase("如有异议", "To object")
GREY = "#EDEDED"  # light enough to be read on a black-and-white print
# All tables stand on one grid of narrow columns; each says how many of them its own columns take.
GRID, NARROW, WIDE = 24, 3.3, 4.0  # WIDE: the characters that a narrow column adds to a merged one
PAIR = (4, 20)
ROOM = 745.0
"""Points of rows that have room on a page, with some to spare for programs that fit rows otherwise."""
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?")
OBJECT = Phrase(
    "请{when}以书面形式、使用真实名称向{whom}提出，写明对本单哪一项或哪一条记录（文件、工作表、行）有异议、应当是什么，并附证明材料。",
    "Write to {whom} {when}, in your own name: which item or record (file, sheet, row) is wrong, what it should be, and the proof.",
)


def write_cards(
    evaluation: Evaluation,
    records: Records,
    folder: Path,
    members: Collection[str] | None = None,
    progress: Callable[[Card], None] | None = None,
    *,
    ahead: pd.DataFrame | None = None,
) -> list[Path]:
    """A workbook for each member (or some), in `folder`, in the order of the list; the same bytes each time.

    Parameters
    ----------
    progress
        Called with the tables of each card once it is written.
    ahead
        What changes by itself, of all members; without it no card tells of later days.

    Raises
    ------
    Refused
        When one cannot be written, for instance because it is open.
    """
    written: list[Path] = []
    names = card_names({str(member): str(name) for member, name in evaluation.ranking["name"].items()})
    with placed_in(folder) as unfinished:
        for card in score_cards(evaluation, records, members, ahead):
            name, tables = names[card.member], card_tables(evaluation, card, records)
            (unfinished / name).touch(0o600)  # for its member alone
            write_card(evaluation, card, tables, unfinished / name)
            written.append(folder / name)
            if progress:
                progress(tables)
    return written


def card_names(names: Mapping[str, str], suffix: str = ".xlsx") -> dict[str, str]:
    """A file name for each member, safe on every system, by its key.

    Examples
    --------
    >>> card_names({"001": "甲/乙公司", "A:1": "CON "})
    {'001': '得分单_甲_乙公司_001.xlsx', 'A:1': '得分单__CON_A_1.xlsx'}
    """
    files: dict[str, str] = {}
    taken: set[str] = set()
    for member in sorted(names):
        stem = "_".join((CARD.zh, fit(names[member]), fit(member, 38)))  # with an ending at most 255 bytes
        files[member] = f"{named_apart(stem, taken)}{suffix}"
    return files


def write_card(evaluation: Evaluation, card: ScoreCard, tables: Card, path: Path) -> None:
    """One member's card as a workbook of one sheet: A4 upright, one page wide, to be read in black and white."""
    book = Book(evaluation, path)
    page, language = _CardSheet(book), book.language
    page.footer(card)
    page.heading(english_of(evaluation.scheme).get(evaluation.scheme.title, evaluation.scheme.title), 15, 30, align="center")
    page.heading(CARD.into(language), 13, 26, align="center")
    for label, answer in card_head(evaluation, card):
        page.pair(label, answer)
    page.table(CAPTIONS["parts"], tables.parts, PARTS, ADDS_UP.into(language), begins=False)
    page.table(CAPTIONS["lines"], tables.lines, LINES)
    page.table(CAPTIONS["vetoes"], tables.vetoes, VETOES)
    page.table(AHEAD, tables.ahead, AHEAD_COLUMNS, tables.ahead.note)
    page.part()
    page.heading(OBJECTION.into(language), 11, 27, valign="bottom")
    page.line(how_to_object(evaluation.scheme).into(language), 10)
    page.table(CAPTIONS["records"], tables.records, RECORDS)
    page.sheet.set_h_pagebreaks(page_breaks(page.heights, page.parts))  # for programs that heed a break on fitted pages
    book.save()


def page_breaks(heights: Sequence[float], parts: Sequence[int]) -> list[int]:
    """Before which rows a new page begins.

    A part that has room on a page is not torn in two. Of a longer one, its first four rows stay together (caption, headings and two more), and its last three.

    Parameters
    ----------
    heights
        Of each row, in points.
    parts
        The first rows of the parts.

    Examples
    --------
    >>> page_breaks([100.0] * 9, [0, 5]), page_breaks([100.0] * 9, [0, 3]), page_breaks([100.0] * 20, [0])
    ([5], [3], [7, 14])
    """
    breaks, used = list[int](), 0.0
    for first, after in pairwise([*parts, len(heights)]):
        together = sum(heights[first:after])
        if used and used + (together if together <= ROOM else sum(heights[first : first + 4])) > ROOM:
            breaks.append(first)
            used = 0.0
        for row in range(first, after):
            if row > first + 1 and used + sum(heights[row : after if row == after - 3 else row + 1]) > ROOM:
                breaks.append(row)
                used = 0.0
            used += heights[row]
    return breaks


class _CardSheet:
    """The sheet being written from the top down, on a grid of narrow columns that all its tables share."""

    def __init__(self, book: Book) -> None:
        self.book, self.row, self.heights, self.parts = book, 0, list[float](), [0]
        self.sheet = sheet = book.file.add_worksheet(CARD.into(book.language))
        sheet.set_column(0, GRID - 1, NARROW)
        sheet.hide_gridlines(2)
        sheet.set_portrait()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.6, top=0.5, bottom=0.6)
        sheet.center_horizontally()

    def footer(self, card: ScoreCard) -> None:
        """By which scheme, which page, whose."""
        digest = self.book.evaluation.digests.get("scheme.toml", "")[:16]
        mark = phrase("评选办法指纹 {digest}", "scheme {digest}", digest=digest) if digest else Phrase("", "")
        page, key = Phrase("第 &P 页，共 &N 页", "page &P of &N"), card.member.replace("&", "&&")[:100]
        self.sheet.set_footer(f"&L&8{mark.into(self.book.language)}&C&8{page.into(self.book.language)}&R&8 {key}")

    def heading(self, text: str, size: float, high: float, **wanted: Any) -> None:
        """A heading across the page."""
        self._cells([text], (GRID,), [self.book.format(border=0, font_name=HEAD, font_size=size, text_wrap=True, **wanted)])
        self.sheet.set_row(self.row - 1, high)
        self.heights[-1] = high

    def part(self) -> None:
        """Begin what is not to be torn in two by the end of a page."""
        self.parts.append(self.row)

    def line(self, text: str, size: float) -> None:
        """A paragraph across the page."""
        self._cells([text], (GRID,), [self.book.format(border=0, font_size=size, text_wrap=True, valign="top")])

    def pair(self, label: Phrase, answer: str) -> None:
        """What is asked of a member, and the answer."""
        forms = [self.book.format(font_name=HEAD, bg_color=GREY), self.book.format(text_wrap=True)]
        self._cells([label.into(self.book.language), answer], PAIR, forms)

    def table(self, caption: Phrase, table: Table, columns: Sequence[ListColumn], note: str = "", *, begins: bool = True) -> None:
        """A table under its caption; nothing where it has no rows. The row after a heavy line is its sum. It is a part of its own where it `begins` one."""
        if not table.rows:
            return
        if begins:
            self.part()
        spans = [int(column.sheet.width) for column in columns if column.sheet]
        self.heading(caption.into(self.book.language), 11, 27, valign="bottom")
        self._cells(table.headings, spans, [self.book.heading] * len(spans))
        for number, row in enumerate(table.rows):
            sums = {"bold": True, "bg_color": GREY} if number - 1 in table.lines_after else {}
            self._cells(row, spans, [self._format(cell, side == "right", sums) for cell, side in zip(row, table.alignment, strict=True)])
        if note:
            self.line(note, 8)

    def _format(self, cell: str, right: bool, sums: dict[str, Any]) -> Any:  # noqa: FBT001 - a side of the cell
        if right and NUMBER.fullmatch(cell):
            decimals = len(cell.partition(".")[2])
            return self.book.number(decimals, indent=1, **sums)
        return self.book.format(text_wrap=True, indent=1, **({"align": "right"} if right else {}), **sums)

    def _cells(self, cells: Sequence[str], spans: Sequence[int], forms: Sequence[Any]) -> None:
        """One row of the page, high enough for its texts; what its format takes for a number goes in as one."""
        self.heights.append(self.book.height(self.sheet, self.row, *((cell, span * WIDE) for cell, span in zip(cells, spans, strict=True))))
        last = 0
        for cell, form, span in zip(cells, forms, spans, strict=True):
            first, last = last, last + span
            self.sheet.merge_range(self.row, first, self.row, last - 1, "", form)
            number = form.num_format not in {0, "General"} and NUMBER.fullmatch(cell)
            self.book.cell(self.sheet, self.row, first, float(cell) if number else cell, form)
        self.row += 1


def card_head(evaluation: Evaluation, card: ScoreCard) -> Iterator[tuple[Phrase, str]]:
    """What stands at the head of a card: whose it is, and what came of it."""
    scheme, english = evaluation.scheme, english_of(evaluation.scheme)
    yield wording.WORDS["member"], phrase("{name}（{key}）", "{name} ({key})", name=card.name, key=card.member).into(scheme.language)
    if card.class_:
        yield wording.WORDS["class"], english.get(card.class_, card.class_)
    yield Phrase("评价基准日", "As of"), scheme.as_of.isoformat() if evaluation.trial is None else evaluation.trial.into(scheme.language)
    if scheme.approval:
        yield Phrase("批准文号", "Approved in"), scheme.approval
    yield Phrase("结果", "Outcome"), fields_in_english(outcome(scheme, card).into(scheme.language), english)
    yield wording.WORDS["reason"], fields_in_english(card.reason, english) or wording.BLANK


def how_to_object(scheme: Scheme) -> Phrase:
    """To whom a member writes, until when and what."""
    told = scheme.publication
    days, whom = (told.working_days, whom_to_ask(told.contact, {})) if told else (0, OFFICE)
    when = phrase("在公示期（{n} 个工作日）内", "within the {n} working days of publication", n=days) if days else Phrase("及时", "soon")
    where = phrase("受理：{asked.zh}。", " To: {asked.en}.", asked=told.asked) if told and told.reached else Phrase("", "")
    english = OBJECT.en.format(when=when.en, whom=whom.en) + where.en
    return Phrase(OBJECT.zh.format(when=when.zh, whom=whom.zh) + where.zh, fields_in_english(english, english_of(scheme)))
