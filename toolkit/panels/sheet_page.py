"""One expert's score sheet as a workbook: heads, members class by class, and how it is printed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolkit.display import display_width
from toolkit.forms.checks import check
from toolkit.forms.columns import FormColumn, form_columns
from toolkit.forms.names import label_of
from toolkit.forms.sheet import HEAD, HEADING_ROW, FormBook
from toolkit.panels.judged import judged_by_panel
from toolkit.panels.recusal import RECUSED
from toolkit.reading.heading_faults import letters
from toolkit.references import member_column
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.scheme import Scheme
    from toolkit.tables import Table

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
    """

    expert: str
    members: pd.DataFrame
    recused: frozenset[str]
    round: str
    digest: str


def sheet_bytes(sheet: ScoreSheet, scheme: Scheme, name: str, table: Table) -> bytes:
    """One workbook; the same bytes every time."""
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as file:
        file.set_properties({"title": sheet.expert, "created": dt.datetime.combine(scheme.as_of, dt.time()), "author": "committee"})
        _Page(FormBook(file, scheme.language), sheet, scheme, name, table).write()
    return content.getvalue()


class _Page:
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
        title = phrase("{title}　专家评分表", "{title}: score sheet", title=self._scheme.title).into(language)
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
                self._score(row, place, column, self._shut(column, member, class_))
            elif column.key in known:
                look = {"text_wrap": True, "indent": 1} if column.key == self._table.names else {"align": "center"}
                self._page.write_string(row, place, known[column.key], self._book.format(num_format="@", **look))
            else:
                self._page.write_blank(row, place, None, self._book.format(locked=False, text_wrap=True))

    def _shut(self, column: FormColumn, member: str, class_: str) -> str | None:
        """What stands where nothing is to be scored; None where something is."""
        item = self._scored[column.key]
        if item.applies_to and class_ not in item.applies_to:
            return DASH if DASH in column.spec.missing else ""
        return RECUSED if member in self._sheet.recused else None

    def _score(self, row: int, place: int, column: FormColumn, shut: str | None) -> None:
        if shut is not None:
            self._page.write_string(row, place, shut, self._book.format(align="center", bg_color=SHUT))
            return
        self._page.write_blank(row, place, None, self._book.format(align="center", locked=False, num_format="General"))
        self._page.data_validation(row, place, row, place, check(column, f"{letters(place)}{row + 1}", "", self._book.language))

    def _width(self, column: FormColumn) -> float:
        if column.key == self._table.names:
            return 36
        if column.key in self._known:
            cells = [self._sheet.expert] if column.key == self._expert else map(str, self._sheet.members.index)
            return max(map(display_width, (column.name, *cells))) + 4
        return max(column.width, 11)

    def _print(self) -> None:
        """A4 landscape. No fit to pages: beside it Excel forgets where a class begins a page."""
        said = {"title": _quiet(self._scheme.title), "round": _quiet(self._sheet.round), "digest": self._sheet.digest, "expert": self._sheet.expert}
        self._page.set_landscape()
        self._page.set_paper(9)
        self._page.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.8)
        self._page.set_print_scale(self._scale)
        self._page.center_horizontally()
        self._page.repeat_rows(0, HEADING_ROW)
        self._page.set_header(_short(HEADER.into(self._book.language), said))
        self._page.set_footer(phrase(FOOTER.zh, FOOTER.en, **said).into(self._book.language))


def _short(pattern: str, said: Mapping[str, str]) -> str:
    """A header of no more characters than Excel takes: the title is cut."""
    over = len(pattern.format(**said)) - LONGEST
    return pattern.format(**{**said, "title": said["title"][: max(len(said["title"]) - max(over, 0), 0)]})


def _quiet(text: str) -> str:
    """Text in which a header sees no commands."""
    return text.replace("&", "&&")
