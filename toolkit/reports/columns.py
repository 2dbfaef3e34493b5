"""Columns of the lists that people are handed: each list is declared once, for the table, the CSV file and the sheet alike.

A `ListColumn` says which value of a row it shows, under which heading and how it is written. `listing` makes a table of such columns,
`toolkit.reports.csv_files` a CSV file and `toolkit.reports.workbook.book` a sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd

from toolkit.ground.display import Align, Table
from toolkit.ground.ranking import rounded
from toolkit.ground.text import Language, Phrase, in_words_before
from toolkit.reports import wording
from toolkit.reports.wording import BLANK, absent, class_name

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Group, Indicator

LEFT: Align = "left"
RIGHT: Align = "right"
CENTER: Align = "center"

Row = dict[Any, Any]

NONE = Phrase("没有", "None")
"""What stands below the headings of a list with nothing in it."""


@dataclass(frozen=True)
class Lexicon:
    """What values are put into words with: the scheme's labels and decimals, the members' names, the reader's language."""

    scheme: Scheme
    language: Language
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, evaluation: Evaluation, language: Language | None = None) -> Lexicon:
        """That of an evaluation; the scheme's language where no other is asked for."""
        return cls(evaluation.scheme, language or evaluation.scheme.language, evaluation.members["name"])  # type: ignore[arg-type]

    @classmethod
    def without_scheme(cls, language: Language) -> Lexicon:
        """For lists that show nothing of a scheme."""
        return cls(None, language)  # type: ignore[arg-type]

    @cached_property
    def nodes(self) -> Mapping[str, Group | Indicator]:
        """The nodes of the scheme by their ids, gathered once for all rows."""
        return self.scheme.nodes

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {}

    def label(self, item: str) -> str:
        """What a reader calls a node, an adjustment, an award or a veto, looked for once."""
        if item not in self._labels:
            self._labels[item] = self.scheme.label(item)
        return self._labels[item]

    def joined(self, texts: Iterable[str]) -> str:
        """Several things, one after another, as the language parts them."""
        return wording.JOIN.into(self.language).join(texts)

    def members(self, members: Iterable[str]) -> str:
        """Members by name, one after another."""
        return self.joined(str(self.names[member]) for member in members)


InWords: TypeAlias = Callable[[Any, Lexicon], Any]
"""A value of a row, put into words."""


def text(value: Any, lexicon: Lexicon) -> str:
    """As it is; a phrase in the reader's language."""
    return value.into(lexicon.language) if isinstance(value, Phrase) else str(value)


def class_(value: Any, lexicon: Lexicon) -> str:
    """A class of members."""
    return class_name(value, lexicon.language)


def award(value: Any, lexicon: Lexicon) -> str:
    """An award by its label, a dash for none."""
    return wording.award_label(lexicon.scheme, value)


def label(value: Any, lexicon: Lexicon) -> str:
    """A node, condition, veto or award by its label."""
    return lexicon.label(value)


def member(value: Any, lexicon: Lexicon) -> str:
    """A member by name; by its key where it has none."""
    return str(lexicon.names.get(value, value))


def place(value: Any, _: Lexicon) -> str:
    """A rank, or another whole number; a dash where there is none."""
    return wording.place(value)


def points(value: Any, lexicon: Lexicon) -> str:
    """A score with the scheme's decimals."""
    return wording.points(value, lexicon.scheme.decimals)


def signed(value: Any, lexicon: Lexicon) -> str:
    """A difference of scores with its sign."""
    return wording.signed(value, lexicon.scheme.decimals)


def yes_no(value: Any, lexicon: Lexicon) -> str:
    """True or false in a word."""
    return (wording.YES if value else wording.NO).into(lexicon.language)


def one_of(phrases: Mapping[Any, Phrase]) -> InWords:
    """The phrase that stands for the value."""
    return lambda value, lexicon: phrases[value].into(lexicon.language)


def written(form: str) -> InWords:
    """A number in a format of Python's, such as ``.2f``; a dash where there is none."""
    return lambda value, _: BLANK if absent(value) else format(value, form)


def percents(digits: int = 1) -> InWords:
    """A share in percent, see `percent`."""
    return lambda value, _: percent(value, digits)


def percent(share: float, digits: int = 1) -> str:
    """A share in percent, rounded half up; a dash where there is none.

    Examples
    --------
    >>> percent(0.0375), percent(0.5, 0)
    ('3.8%', '50%')
    """
    return BLANK if absent(share) else f"{float(rounded(100 * share, digits)):.{digits}f}%"


def as_it_is(value: Any, _: Lexicon) -> Any:
    """A cell of a sheet as Python's own value, a date without its midnight; blank where there is none."""
    if type(value) in {float, str}:
        return value
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value


def or_empty(value: Any, lexicon: Lexicon) -> Any:
    """The same; an empty text where there is none."""
    return "" if absent(value) else as_it_is(value, lexicon)


@dataclass(frozen=True)
class SheetColumn:
    """How a column stands on a sheet.

    Parameters
    ----------
    width
        In characters of the sheet's font.
    heading
        Where it reads otherwise than above a table.
    cell
        What is written: a number, a truth or a text.
    look
        Its format, as XlsxWriter names the properties.
    figures
        How numbers are shown: "scheme" with its decimals, "any" as they are; empty for a column of words.
    tall
        How many characters fit into one of the column's width, for a text that makes its row higher; 0 for others.
    """

    width: float
    heading: Phrase | None = None
    cell: InWords = or_empty
    look: Mapping[str, Any] = field(default_factory=dict)
    figures: Literal["", "scheme", "any"] = ""
    tall: float = 0.0


@dataclass(frozen=True)
class ListColumn:
    """One column of a list.

    Parameters
    ----------
    heading
        Above the column.
    key
        Which value of a row it shows; the whole row where it is empty.
    words
        How a table, whose cells are text, shows the value; None where no table has the column.
    align
        In a table.
    sheet
        How it stands on a sheet; None where none has it.
    """

    heading: Phrase
    key: str = ""
    words: InWords | None = text
    align: Align = LEFT
    sheet: SheetColumn | None = None

    def of(self, row: Row) -> Any:
        """What a row has for it."""
        return row[self.key] if self.key else row


def listing(
    columns: Iterable[ListColumn],
    rows: pd.DataFrame | Iterable[Row],
    lexicon: Lexicon,
    caption: Phrase,
    note: Phrase | None = None,
    *,
    parted_by: str = "",
    lines_after: tuple[int, ...] = (),
) -> Table:
    """The rows of a list as a table.

    Parameters
    ----------
    parted_by
        A value of the rows: a heavier line is drawn wherever it changes.
    lines_after
        Rows under which such a line is drawn besides.
    """
    shown = [(column, column.words) for column in columns if column.words]
    listed = rows_of(rows) if isinstance(rows, pd.DataFrame) else list(rows)
    return Table(
        tuple(column.heading.into(lexicon.language) for column, _ in shown),
        tuple(tuple(words(column.of(row), lexicon) for column, words in shown) for row in listed),
        caption.into(lexicon.language),
        tuple(column.align for column, _ in shown),
        (*lines_after, *(breaks([str(row[parted_by]) for row in listed]) if parted_by else ())),
        note.into(lexicon.language) if note else "",
        "" if listed or in_words_before("1.0.0") else NONE.into(lexicon.language),
    )


def led_by(columns: Iterable[ListColumn], *keys: str) -> list[ListColumn]:
    """The columns of a list with those of these keys first, in this order."""
    declared = {column.key: column for column in columns}
    return [declared[key] for key in dict.fromkeys((*keys, *declared))]


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """The rows as dictionaries by column."""
    if frame.empty:
        return []
    columns = list(frame.columns)
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*(frame[name].tolist() for name in columns), strict=True)]


def row_of(frame: pd.DataFrame, member: str) -> Row:
    """The row of one member by column."""
    return dict(frame.loc[member].items())


def breaks(names: Sequence[str]) -> tuple[int, ...]:
    """The rows after which another name begins."""
    return tuple(count for count, (one, other) in enumerate(pairwise(names)) if one != other)
