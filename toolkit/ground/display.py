"""What a reader is shown: a `Table` or a still `Picture`, each with one fixed text and HTML or SVG form.

Nothing in them is random or depends on the machine: a notebook's outputs can be compared byte for byte.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

Align = Literal["left", "right", "center"]

_TABLE = (
    "border-collapse:collapse;margin:0.6em 0;font-size:14px;line-height:1.5;"
    "font-variant-numeric:tabular-nums;border-top:2px solid;border-bottom:2px solid"
)
_CAPTION = "caption-side:top;text-align:left;font-weight:bold;padding:0 0 6px 0;color:inherit"
_HEADING = (
    "text-align:{align};vertical-align:bottom;padding:4px 12px 4px 6px;"
    "border-bottom:1px solid;font-weight:bold;white-space:nowrap"
)
_CELL = "text-align:{align};vertical-align:baseline;padding:3px 12px 3px 6px;border-bottom:{line};white-space:{wrap}"
_SHORT = 30
_THIN, _HEAVY = "1px solid rgba(128,128,128,0.35)", "1.5px solid"
_NOTE = "margin:0 0 1em 0;font-size:13px;opacity:0.85"
_DRAWN = re.compile(r'style="max-width:100%([^"]*)"([^>]*)width="([\d.]+pt)" height="[\d.]+pt"')
_NAMED = re.compile(r"`([^`<>\n]+)`")
_ROW = "break-inside:avoid;background:none"
_SAID: ContextVar[Callable[[str], str] | None] = ContextVar("said", default=None)
_FIGURE, _BEHIND = "margin:0;max-width:100%", "cursor:pointer;font-size:13px;opacity:0.85;margin:2px 0 4px 0"
_HEADLINE = "font-size:19px;line-height:1.6;font-weight:bold;margin:0.2em 0 0.6em 0;padding:2px 0 2px 12px;border-left:5px solid #0072b2"


@dataclass(frozen=True)
class Table:
    """A table for a reader: every cell is text as it is to be read.

    Parameters
    ----------
    headings, rows
        One heading a column, one tuple of cells a row.
    caption, note
        What the table shows, above it; how to read it, below.
    alignment
        One of "left", "right", "center" for each column; left where not given.
    lines_after
        Rows, counted from 0, under which a heavier line is drawn: the award line.
    nothing
        What stands in place of rows where there is none.

    Examples
    --------
    >>> Table(("会员", "总分"), (("甲会员", "91.50"), ("乙", "8.00")), "得分", ("left", "right"))
    得分
    会员     总分
    ------  -----
    甲会员  91.50
    乙       8.00
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    alignment: tuple[Align, ...] = ()
    lines_after: tuple[int, ...] = ()
    note: str = ""
    nothing: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headings) for row in self.rows):
            message = "every row of a table has as many cells as there are headings"
            raise ValueError(message)

    def __repr__(self) -> str:
        grid = [tuple(one_line(cell) for cell in row) for row in (self.headings, *self.rows)]
        widths = [max(map(display_width, column)) for column in zip(*grid, strict=True)]
        lines = [self._text_line(cells, widths) for cells in grid]
        rule = "  ".join("-" * width for width in widths)
        for row in sorted(self.lines_after, reverse=True):
            lines.insert(row + 2, rule)
        lines += [one_line(self.nothing)] * bool(self.nothing and not self.rows)
        caption, note = one_line(self.caption), one_line(self.note)
        return "\n".join([*[caption] * bool(caption), lines[0], rule, *lines[1:], *[note] * bool(note)])

    def _repr_html_(self) -> str:
        caption = f'<caption style="{_CAPTION}">{_text(self.caption)}</caption>' if self.caption else ""
        head = "".join(
            f'<th scope="col" style="{_HEADING.format(align=self._align(place))}">{_text(heading)}</th>'
            for place, heading in enumerate(self.headings)
        )
        body = "".join(self._html_row(number, row) for number, row in enumerate(self.rows)) or self._no_row()
        note = f'<p style="{_NOTE}">{_text(self.note)}</p>' if self.note else ""
        return (
            f'<table style="{_TABLE}">{caption}<thead><tr style="{_ROW}">{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>{note}"
        )

    def without_blank_columns(self) -> Table:
        """The same table without the columns that have no cell filled."""
        kept = [place for place in range(len(self.headings)) if any(row[place] for row in self.rows)]
        return replace(
            self,
            headings=tuple(self.headings[place] for place in kept),
            rows=tuple(tuple(row[place] for place in kept) for row in self.rows),
            alignment=tuple(self._align(place) for place in kept),
        )

    def _html_row(self, number: int, row: tuple[str, ...]) -> str:
        line = _HEAVY if number in self.lines_after else _THIN
        cells = "".join(
            f'<td style="{_CELL.format(align=self._align(place), line=line, wrap=_wrap(cell))}">{_text(cell)}</td>'
            for place, cell in enumerate(row)
        )
        return f'<tr style="{_ROW}">{cells}</tr>'

    def _no_row(self) -> str:
        cell = _CELL.format(align="left", line=_THIN, wrap="normal")
        return f'<tr style="{_ROW}"><td colspan="{max(1, len(self.headings))}" style="{cell}">{_text(self.nothing)}</td></tr>' if self.nothing else ""

    def _text_line(self, cells: tuple[str, ...], widths: list[int]) -> str:
        parts = (_padded(cell, width, self._align(place)) for place, (cell, width) in enumerate(zip(cells, widths, strict=True)))
        return "  ".join(parts).rstrip()

    def _align(self, place: int) -> Align:
        return self.alignment[place] if place < len(self.alignment) else "left"


@dataclass(frozen=True)
class Picture:
    """A still picture as SVG, its text left as text.

    Parameters
    ----------
    svg
        The drawing, from `<svg` on.
    alt
        What is to be seen, in words, for who cannot see it.
    tables
        The same in figures, one click behind the picture.
    behind
        What that click offers; the words of the picture where nothing is said.
    """

    svg: str
    alt: str
    tables: tuple[Table, ...] = ()
    behind: str = ""

    def __repr__(self) -> str:
        return f"[{one_line(self.alt)}]"

    def _repr_html_(self) -> str:
        if not self.tables:
            return f'<figure style="{_FIGURE}">{as_wide_as_the_page(self.svg)}<figcaption style="{_NOTE}">{_text(self.alt)}</figcaption></figure>'
        summary = f'<summary style="{_BEHIND}">{_text(self.behind or self.alt)}</summary>'
        tables = "".join(f'<div style="overflow-x:auto">{table._repr_html_()}</div>' for table in self.tables)
        return f'<figure style="{_FIGURE}">{as_wide_as_the_page(self.svg)}<details>{summary}{tables}</details></figure>'


def as_wide_as_the_page(svg: str) -> str:
    """A drawing as wide as there is room, but no larger than it was drawn."""
    return _DRAWN.sub(r'style="max-width:\3\1"\2width="100%"', svg, count=1)


def drawing_of(page: str) -> str:
    """The drawing in what a `Picture` shows; nothing where there is none."""
    return page[page.index("<svg") : page.index("</svg>") + len("</svg>")] if "</svg>" in page else ""


@dataclass(frozen=True)
class Headline:
    """The bottom line of a page: one sentence, or few, above everything else.

    Parameters
    ----------
    text
        What is said.
    behind, lines
        What a click below it offers, and what it then lays open, line by line.

    Examples
    --------
    >>> Headline("评出 42 家优秀会员")
    评出 42 家优秀会员
    """

    text: str
    behind: str = ""
    lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return one_line(self.text)

    def _repr_html_(self) -> str:
        said = f'<p style="{_HEADLINE}">{_text(self.text)}</p>'
        if not self.lines:
            return said
        lines = "".join(f"<li>{_text(line)}</li>" for line in self.lines)
        return f'{said}<details><summary style="{_BEHIND}">{_text(self.behind)}</summary><ul>{lines}</ul></details>'


@contextmanager
def drawn_as(said: Callable[[str], str]) -> Iterator[None]:
    """Until the end of the block the words of pictures are drawn as `said` says them, each where there is room for that."""
    before = _SAID.set(said)
    try:
        yield
    finally:
        _SAID.reset(before)


def as_drawn(text: str) -> str:
    """What is drawn where a text is to stand: it, unless `drawn_as` says otherwise."""
    said = _SAID.get()
    return text if said is None else said(text)


def one_line(text: str) -> str:
    r"""The text on one line, with every control or direction-changing character made visible as U+FFFD.

    Examples
    --------
    >>> one_line("甲公司\n（分公司）\u202e")
    '甲公司 （分公司）�'
    """
    line = " ".join(text.split())
    return "".join("\ufffd" if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} else sign for sign in line)


def display_width(text: str) -> int:
    """How many columns the text takes in a terminal: a Chinese character takes two.

    Examples
    --------
    >>> display_width("总分 A"), display_width("e\u0301")
    (6, 1)
    """
    return sum(_columns(sign) for sign in text)


def _columns(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1


def shortened(text: str, width: int) -> str:
    """The text cut to `width` terminal columns, with "…" where something was left out.

    Examples
    --------
    >>> shortened("广东某某招标代理有限公司", 12)
    '广东某某招…'
    """
    line = one_line(as_drawn(text))
    if display_width(line) <= width:
        return line
    while display_width(line) > width - 1:
        line = line[:-1]
    return f"{line}…"


def _padded(cell: str, width: int, align: Align) -> str:
    gap = width - display_width(cell)
    left = {"left": 0, "right": gap, "center": gap // 2}[align]
    return f"{' ' * left}{cell}{' ' * (gap - left)}"


def _wrap(cell: str) -> str:
    return "nowrap" if display_width(cell) <= _SHORT else "normal"


def quoted(text: str) -> str:
    """The text with what it names between backticks in marks of quotation, as a reader of pages expects it.

    Examples
    --------
    >>> quoted("`优秀会员`: 13 places")
    '“优秀会员”: 13 places'
    """
    return _NAMED.sub(r"“\1”", text)


def _text(text: str) -> str:
    return quoted(escape(one_line(text), quote=True))
