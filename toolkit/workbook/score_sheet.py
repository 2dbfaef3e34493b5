"""The sheet 得分: every score with its weight above it, group scores and totals as formulas to check by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from math import isclose, isnan, prod
from typing import TYPE_CHECKING, Any

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from toolkit.ranking import rounded
from toolkit.scheme.criteria import Group
from toolkit.text import Phrase
from toolkit.wording import NOT_APPLICABLE
from toolkit.workbook.book import HEADING_ROW, Book

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator

TOTAL = "total"
LEFT = (
    (Phrase("会员类别", "Class"), 12.0),
    (Phrase("会员名称", "Member"), 30.0),
    (Phrase("会员代码", "Key"), 20.0),
)
NOTE = Phrase(
    "权重行以下为各会员得分；小计与总分为公式，可逐项复核",
    "weights stand above the scores; subtotals and totals are formulas",
)
WEIGHT, SUBTOTAL, SUM = Phrase("权重", "Weight"), Phrase("小计", "Subtotal"), Phrase("总分", "Total")


@dataclass(frozen=True)
class Heading:
    """One column of scores: its node, the level it stands on, and how many columns stand under it."""

    node: Group | Indicator
    level: int
    width: int

    @property
    def is_group(self) -> bool:
        """Whether the column is the subtotal of the columns before it."""
        return isinstance(self.node, Group)


def write_score_sheet(book: Book) -> None:
    """One row a member in the order of the ranking, one column a node, children before their subtotal."""
    headings = tree_columns(book.evaluation.scheme)
    levels = max(heading.level for heading in headings) + 1
    weight_row = HEADING_ROW + levels
    sheet = book.sheet("scores", NOTE, top=weight_row + 1, left=2)
    _write_headings(book, sheet, headings, levels)
    places = {heading.node.id: column for column, heading in enumerate(headings, start=len(LEFT))}
    ranking = book.evaluation.ranking
    page = _Page(book, sheet, weight_row, headings, places)
    left = zip(ranking["class"].tolist(), ranking["name"].tolist(), ranking.index.tolist(), strict=True)
    for row, (texts, scores, applies) in enumerate(zip(left, *_rows(book), strict=True), start=weight_row + 1):
        for column, text in enumerate(texts):
            book.cell(sheet, row, column, str(text), page.text)
        _Row(page, row, scores, applies).write()
    last = len(LEFT) + len(headings) + len(book.evaluation.scheme.adjustments)
    sheet.autofilter(weight_row, 0, weight_row + len(ranking), last)


def tree_columns(scheme: Scheme, parent: str | None = None, level: int = 0) -> list[Heading]:
    """The nodes of the tree in the order of the columns: every group after all that stands under it."""
    columns: list[Heading] = []
    for node in scheme.children(parent):
        below = tree_columns(scheme, node.id, level + 1)
        columns += [*below, Heading(node, level, len(below) + 1)]
    return columns


def _rows(book: Book) -> tuple[Iterator[dict[str, float]], Iterator[dict[str, bool]]]:
    """The scores of every member by node, and whether each indicator applies to it, in the order of the ranking."""
    evaluation, order = book.evaluation, book.evaluation.ranking.index
    scores, applicable = evaluation.scores.loc[order].astype(np.float64), evaluation.applicable.loc[order].astype(np.bool_)
    return _by_row(scores, len(order)), _by_row(applicable, len(order))


def _by_row(frame: pd.DataFrame, rows: int) -> Iterator[dict[str, Any]]:
    names = [str(name) for name in frame]
    cells = zip(*(frame[name].tolist() for name in frame), strict=True) if names else repeat((), rows)
    return (dict(zip(names, row, strict=True)) for row in cells)


def _write_headings(book: Book, sheet: Any, headings: Sequence[Heading], levels: int) -> None:
    bottom = HEADING_ROW + levels - 1
    for column, (said, width) in enumerate(LEFT):
        sheet.set_column(column, column, width)
        _merge(sheet, (HEADING_ROW, column, bottom, column), said.into(book.language), book.heading)
        sheet.write_string(
            bottom + 1, column, WEIGHT.into(book.language) if column == 1 else "", book.heading
        )
    for column, heading in enumerate(headings, start=len(LEFT)):
        sheet.set_column(column, column, 11)
        top = HEADING_ROW + heading.level
        if heading.is_group:
            first = column - heading.width + 1
            _merge(sheet, (top, first, top, column), heading.node.label, book.heading)
            top = min(top + 1, bottom)
        label = SUBTOTAL.into(book.language) if heading.is_group else heading.node.label
        _merge(sheet, (top, column, bottom, column), label, book.heading)
        sheet.write_number(
            bottom + 1, column, heading.node.weight, book.number(bold=True, bg_color="#F2F2F2")
        )
    beyond = [each.label for each in book.evaluation.scheme.adjustments] + [SUM.into(book.language)]
    for column, label in enumerate(beyond, start=len(LEFT) + len(headings)):
        sheet.set_column(column, column, 11)
        _merge(sheet, (HEADING_ROW, column, bottom, column), label, book.heading)
        sheet.write_string(bottom + 1, column, "", book.heading)


def _merge(sheet: Any, cells: tuple[int, int, int, int], text: str, form: Any) -> None:
    """A heading over the cells from top, left to bottom, right."""
    top, left, bottom, right = cells
    if (top, left) != (bottom, right):
        sheet.merge_range(*cells, "", form)
    sheet.write_string(top, left, text, form)


@dataclass(frozen=True)
class _Page:
    """What all rows of the sheet share; formats and the tree are looked up once."""

    book: Book
    sheet: Any
    weight_row: int
    headings: Sequence[Heading]
    places: dict[str, int]

    @cached_property
    def scheme(self) -> Scheme:
        return self.book.evaluation.scheme

    @cached_property
    def text(self) -> Any:
        return self.book.format()

    @cached_property
    def number(self) -> Any:
        return self.book.number(self.scheme.decimals)

    @cached_property
    def subtotal(self) -> Any:
        return self.book.number(self.scheme.decimals, bg_color="#F2F2F2")

    @cached_property
    def total(self) -> Any:
        return self.book.number(self.scheme.decimals, bold=True, bg_color="#E7E6E6")

    @cached_property
    def weighed(self) -> dict[str | None, list[tuple[str, float, int]]]:
        """The children of each group, and of the total, that have a weight: node, weight and column."""
        groups = [None, *(heading.node.id for heading in self.headings if heading.is_group)]
        return {
            group: [(child.id, child.weight, self.places[child.id]) for child in self.scheme.children(group) if child.weight > 0]
            for group in groups
        }

    @cached_property
    def letters(self) -> list[str]:
        """The name of every column."""
        return [xl_col_to_name(column) for column in range(len(LEFT) + len(self.headings) + len(self.scheme.adjustments) + 1)]


@dataclass(frozen=True)
class _Row:
    """The row of one member; a formula stands only where it gives the score that was computed."""

    page: _Page
    row: int
    scores: dict[str, float]
    applies: dict[str, bool]

    def write(self) -> None:
        page = self.page
        for heading in page.headings:
            node, score = heading.node, self.scores[heading.node.id]
            formula = self._mean(node.id, score, node.aggregate) if isinstance(node, Group) else None
            form = page.subtotal if heading.is_group else page.number
            self._cell(page.places[node.id], node.id, score, f"={formula}" if formula else None, form)
        after = len(LEFT) + len(page.headings)
        for column, each in enumerate(page.scheme.adjustments, start=after):
            self._cell(column, each.id, self.scores[each.id], None, page.number)
        last = after + len(page.scheme.adjustments)
        self._cell(last, TOTAL, self.scores[TOTAL], self._total(after, last), page.total)

    def _cell(self, column: int, node: str, score: float, formula: str | None, form: Any) -> None:
        page = self.page
        if isnan(score):
            said = "" if self.applies.get(node, True) else NOT_APPLICABLE.into(page.book.language)
            page.book.cell(page.sheet, self.row, column, said, form)
        elif formula:
            page.sheet.write_formula(self.row, column, formula, form, score)
        else:
            page.sheet.write_number(self.row, column, score, form)

    def _mean(self, group: str | None, score: float, aggregate: str) -> str | None:
        """The formula of a weighted mean of the children that count, or None where it would not give `score`."""
        counted = [
            (weight, self.scores[child], column)
            for child, weight, column in self.page.weighed[group]
            if not isnan(self.scores[child])
        ]
        if not counted:
            return None
        weight = sum(weight for weight, _, _ in counted)
        columns = [column for _, _, column in counted]
        if aggregate == "arithmetic":
            same = sum(weight * value for weight, value, _ in counted) / weight
            return self._weighted_sum(columns) if isclose(same, score, rel_tol=1e-9, abs_tol=1e-9) else None
        if aggregate == "geometric" and all(value > 0 for _, value, _ in counted):
            same = prod(value ** (each / weight) for each, value, _ in counted)
            return (
                self._weighted_product(columns) if isclose(same, score, rel_tol=1e-9, abs_tol=1e-9) else None
            )
        return None

    def _weighted_sum(self, columns: list[int]) -> str:
        if len(columns) > 1 and columns == list(range(columns[0], columns[-1] + 1)):
            weights = f"{self._weight(columns[0])}:{self._weight(columns[-1])}"
            scores = f"{self._score(columns[0])}:{self._score(columns[-1])}"
            return f"SUMPRODUCT({weights},{scores})/SUM({weights})"
        products = "+".join(f"{self._weight(column)}*{self._score(column)}" for column in columns)
        return f"({products})/({'+'.join(map(self._weight, columns))})"

    def _weighted_product(self, columns: list[int]) -> str:
        weight = "+".join(map(self._weight, columns))
        return "*".join(f"{self._score(column)}^({self._weight(column)}/({weight}))" for column in columns)

    def _total(self, first: int, last: int) -> str | None:
        """The total rounded as the scheme says, or None where the formula would not give the total computed."""
        scheme = self.page.scheme
        added = [0.0 if isnan(self.scores[each.id]) else self.scores[each.id] for each in scheme.adjustments]
        tops = [(weight, self.scores[child]) for child, weight, _ in self.page.weighed[None] if not isnan(self.scores[child])]
        if not tops:
            return None
        mean = sum(weight * score for weight, score in tops) / sum(weight for weight, _ in tops)
        if float(rounded(mean + sum(added), scheme.decimals)) != self.scores[TOTAL]:
            return None
        formula = self._mean(None, mean, "arithmetic")
        adjustments = "".join(f"+N({self._score(column)})" for column in range(first, last))
        return f"=ROUND({formula}{adjustments},{scheme.decimals})"

    def _weight(self, column: int) -> str:
        return f"{self.page.letters[column]}${self.page.weight_row + 1}"

    def _score(self, column: int) -> str:
        return f"{self.page.letters[column]}{self.row + 1}"
