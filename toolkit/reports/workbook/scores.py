"""The sheet 得分: every score with its weight above it; group scores and totals as formulas, each with the number it gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import repeat
from math import ceil, inf, isclose, isnan, nan, prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from toolkit.ground.ranking import rounded
from toolkit.ground.text import Phrase, in_words_before, joined, phrase
from toolkit.reports.wording import NOT_APPLICABLE
from toolkit.reports.workbook.book import HEADING_ROW, SHEETS, Book
from toolkit.reports.workbook.compared import HAS_NOT, NONE, ComparedNodes, as_values, frozen, score_format
from toolkit.scheme.criteria import Group, Indicator, Total
from toolkit.scheme.shapes import Relative

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.scheme import Scheme


ObservedCase: TypeAlias = tuple[tuple[bool, ...], tuple[float, ...]]
Formula: TypeAlias = tuple[str, float]
letters = cache(xl_col_to_name)
MOST_CASES, LONGEST = 60, 8000  # a spreadsheet nests 64 functions and takes 8192 characters


class Child(NamedTuple):
    """One child of a group in a member's row: its voted weight, its score (NaN where it has none), and where both stand.

    Where no value is the same as 0 points by the scheme, a `blank_is_zero`; else it does not count.
    """

    weight: float
    score: float
    column: int
    weight_row: int
    row: int
    blank_is_zero: bool = False

    @property
    def counts(self) -> str:
        """Whether it counts: where a cell left blank is taken as 0 all but a text does."""
        return f"(N({self.cell})={self.cell})" if self.blank_is_zero else f"ISNUMBER({self.cell})"

    @property
    def weight_cell(self) -> str:
        """The cell of its weight, the row held fast."""
        return f"{letters(self.column)}${self.weight_row + 1}"

    @property
    def cell(self) -> str:
        """The cell of its score."""
        return f"{letters(self.column)}{self.row + 1}"


@dataclass(frozen=True)
class Rule:
    """How a group is gathered: see `toolkit.evaluation.aggregation.Branch`.

    `cases` are those of a conditional group, in the order of its children. Of `concerned` children, which apply to
    the member, at least the share `least_present` must have a score. No formula is written where something is `stepped`,
    that is, rounded on the way.
    """

    aggregate: str
    cases: tuple[ObservedCase, ...] = ()
    least_present: float | None = None
    concerned: int = 0
    stepped: bool = False


def mean_formula(rule: Rule, parts: Sequence[Child]) -> Formula | None:
    """The formula of a group's score, and the number it gives; None where no formula is written for it.

    It looks at the row itself: change, clear or fill a score, and the weights that count change with it.
    """
    if rule.stepped:
        return None
    if rule.aggregate == "conditional":
        return _conditional(rule, parts)
    weighed = [part for part in parts if part.weight > 0]
    scores = [part.score for part in weighed if not isnan(part.score)]
    shown = weighed if in_words_before("1.0.0") else parts  # what weighs nothing too: somebody may type a weight above it
    if rule.aggregate == "arithmetic" and weighed:
        return _if_enough(rule, parts, (_as_voted(shown), _mean(weighed, [part.weight for part in weighed])))
    if rule.aggregate == "geometric" and weighed and min(scores, default=0.0) >= 0:
        weight = sum(part.weight for part in weighed if not isnan(part.score))
        mean = prod(part.score ** (part.weight / weight) for part in weighed if not isnan(part.score)) if scores else nan
        return _if_enough(rule, parts, (_weighted_product(shown), mean))
    return None


def _conditional(rule: Rule, parts: Sequence[Child]) -> Formula | None:
    """IF(these have a score, their mean under the weights of the case, ...), else, and where a case has the weights above, by these."""
    present, voted = tuple(not isnan(part.score) for part in parts), tuple(part.weight for part in parts)
    weights = next((weights for observed, weights in rule.cases if observed == present), voted)
    formula = _as_voted(parts)
    for observed, given in reversed([case for case in rule.cases if sum(case[0]) == 1 or _apart(case, voted)]):
        formula = f"IF({_exactly(parts, observed)},{_by(parts, given)},{formula})"
    return None if len(rule.cases) > MOST_CASES else _if_enough(rule, parts, (formula, _mean(parts, weights)))


def _if_enough(rule: Rule, parts: Sequence[Child], found: Formula) -> Formula | None:
    """The same, and nothing where fewer children have a score than the rule asks for; None where it is longer than a cell takes."""
    formula, mean = found
    if rule.least_present is not None:
        needed = max(1, ceil((1 if rule.least_present > 1 else max(rule.concerned, 1)) * rule.least_present - 1e-9))
        present = sum(not isnan(part.score) for part in parts)
        formula, mean = f'IF({_count(parts)}<{needed},"",{formula})', mean if present >= needed else nan
    return None if len(formula) > LONGEST else (formula, mean)


def _mean(parts: Sequence[Child], weights: Sequence[float]) -> float:
    counted = [(weight, part.score) for part, weight in zip(parts, weights, strict=True) if not isnan(part.score)]
    whole = sum(weight for weight, _ in counted)
    return sum(weight * score for weight, score in counted) / whole if whole > 0 else nan


def _apart(case: ObservedCase, voted: Sequence[float]) -> bool:
    """Whether a case shares out the weight of several children otherwise than the weights that stand above their scores."""
    above, given = [weight * there for weight, there in zip(voted, case[0], strict=True)], case[1]
    return sum(case[0]) > 1 and not (any(above) and all(isclose(one * sum(above), other * sum(given)) for one, other in zip(given, above, strict=True)))


def _exactly(parts: Sequence[Child], observed: Sequence[bool]) -> str:
    """Whether just these have a score: all of them do, and no more do than they are."""
    there = [part for part, has_score in zip(parts, observed, strict=True) if has_score]
    return f"AND({_count(there)}={len(there)},{_count(parts)}={len(there)})"


def _count(parts: Sequence[Child]) -> str:
    return f"COUNT({parts[0].cell}:{parts[-1].cell})" if len(parts) > 1 and _side_by_side(parts) else f"COUNT({','.join(part.cell for part in parts)})"


def _by(parts: Sequence[Child], weights: Sequence[float]) -> str:
    """The mean under weights that the scheme writes for a case."""
    given = [(weight, part.cell) for part, weight in zip(parts, weights, strict=True) if weight > 0]
    if len(given) == 1:
        return given[0][1]
    return f"({'+'.join(f'{weight:.15g}*{cell}' for weight, cell in given)})/({'+'.join(f'{weight:.15g}' for weight, _ in given)})"


def _as_voted(parts: Sequence[Child]) -> str:
    """The mean of the scores there are by the weights above them; nothing where there are none."""
    if len(parts) > 1 and _side_by_side(parts) and not any(part.blank_is_zero for part in parts):
        weights, scores = f"{parts[0].weight_cell}:{parts[-1].weight_cell}", f"{parts[0].cell}:{parts[-1].cell}"
        there, sums = f"SUMPRODUCT({weights}*ISNUMBER({scores}))", f"SUMPRODUCT({weights},{scores})"
    else:
        there = "+".join(f"{part.weight_cell}*{part.counts}" for part in parts)
        sums = "+".join(f"{part.weight_cell}*N({part.cell})" for part in parts)
        there, sums = f"({there})", f"({sums})"
    return f'IF({there}=0,"",{sums}/{there})'


def _weighted_product(parts: Sequence[Child]) -> str:
    weight = "+".join(f"{part.weight_cell}*{part.counts}" for part in parts)
    has_part = [part.counts if part.weight > 0 else f"AND({part.counts},{part.weight_cell}>0)" for part in parts]  # 0 to the power of 0 is an error to Excel
    product = "*".join(f"IF({counts},N({part.cell})^({part.weight_cell}/({weight})),1)" for part, counts in zip(parts, has_part, strict=True))
    return f'IF({weight}=0,"",{product})'


def _side_by_side(parts: Sequence[Child]) -> bool:
    return [part.column for part in parts] == [*range(parts[0].column, parts[-1].column + 1)]


TOTAL = "total"
LEFT = (
    (Phrase("会员类别", "Class"), 12.0),
    (Phrase("会员名称", "Member"), 30.0),
    (Phrase("会员代码", "Key"), 20.0),
)
NOTE = Phrase("权重行以下为各会员得分；小计与总分为公式，可逐项复核", "weights stand above the scores; subtotals and totals are formulas")
LIVING = Phrase("空着的格不参与计算，清空或填上一个得分，权重随之重新分配；标“不适用”的，该会员没有这一项，请勿填写", 'an empty cell does not count: clear or fill a score and the weights are shared out anew; where "not applicable" stands the member has no such item: leave it so')
ZEROED = Phrase("其中{zh}，空着按 0 分计", "of {en} an empty cell is 0 points")
BESIDE = Phrase("与其他会员相比而得的小计、总分也是公式，所比的分数和比较标准列在总分之后", "what is compared among members is a formula too: the scores that are compared, and the standard, stand beside the total")
APART = Phrase("下列小计、总分，方案为几项同有得分的情形另定了权重，写在公式里，改动权重行不随之变动：{zh}", "where the scheme gives weights of its own for what has a score together they stand in the formulas and do not move with the row of weights: {en}")
WEIGHT, SUBTOTAL, SUM = Phrase("权重", "Weight"), Phrase("小计", "Subtotal"), Phrase("总分", "Total")


@dataclass(frozen=True)
class TreeColumn:
    """One column of scores: its node, the level it stands on, and how many columns stand under it."""

    node: Group | Indicator
    level: int
    width: int

    @property
    def is_group(self) -> bool:
        """Whether the column is the subtotal of the columns before it."""
        return isinstance(self.node, Group)


def blank_is_zero(node: Group | Indicator) -> bool:
    """Whether no value comes to 0 points by the scheme, so that an empty cell does too; of other policies an empty cell does not count."""
    if isinstance(node, Group) or node.imputes:
        return False
    return node.missing == 0 or (node.missing == "worst" and not isinstance(node.value, Relative) and node.value.lowest == 0)


@dataclass(frozen=True)
class ScoreCells:
    """Where each score stands: the column of each node, adjustment and the total, and the row of the first member; and what moves with none of them, in words."""

    sheet: str
    columns: Mapping[str, int]
    top: int
    unmoved: Sequence[Phrase] = ()

    def cell(self, node: str, place: int) -> str:
        """The cell of a node of the member at a place of the list, counted from 0, as another sheet names it."""
        return f"'{self.sheet}'!{letters(self.columns[node])}{self.top + place + 1}"


def write_score_sheet(book: Book) -> ScoreCells:
    """One row a member in the order of the ranking, one column a node, children before their subtotal; where they stand."""
    headings = tree_columns(book.evaluation.scheme)
    levels = max(heading.level for heading in headings) + 1
    weight_row = HEADING_ROW + levels
    ranking, last = book.evaluation.ranking, len(LEFT) + len(headings) + len(book.evaluation.scheme.adjustments)
    places = {heading.node.id: column for column, heading in enumerate(headings, start=len(LEFT))}
    page = _ScoreSheet(book, weight_row, headings, places)
    sheet = page.sheet
    _write_headings(book, sheet, headings, levels, list(page.compared.headings()))
    left = zip(ranking["class"].tolist(), ranking["name"].tolist(), ranking.index.tolist(), strict=True)
    for row, (texts, scores, applies) in enumerate(zip(left, *_rows(book), strict=True), start=weight_row + 1):
        for column, text in enumerate(texts):
            book.cell(sheet, row, column, str(text), page.text)
        _ScoreRow(page, row, scores, applies).write()
    sheet.autofilter(weight_row, 0, weight_row + len(ranking), last)
    beside = {adjustment.id: column for column, adjustment in enumerate(book.evaluation.scheme.adjustments, start=len(LEFT) + len(headings))}
    return ScoreCells(SHEETS["scores"].into(book.language), {**places, **beside, TOTAL: last}, weight_row + 1, page.unmoved)


def tree_columns(scheme: Scheme, parent: str | None = None, level: int = 0) -> list[TreeColumn]:
    """The nodes of the tree in the order of the columns: every group after all that stands under it."""
    columns: list[TreeColumn] = []
    for node in scheme.children(parent):
        below = tree_columns(scheme, node.id, level + 1)
        columns += [*below, TreeColumn(node, level, len(below) + 1)]
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


def _write_headings(book: Book, sheet: Any, headings: Sequence[TreeColumn], levels: int, beside: Sequence[Phrase]) -> None:
    bottom = HEADING_ROW + levels - 1
    for column, (heading_of_member, width) in enumerate(LEFT):
        sheet.set_column(column, column, width)
        _merge(sheet, (HEADING_ROW, column, bottom, column), heading_of_member.into(book.language), book.heading)
        sheet.write_string(bottom + 1, column, WEIGHT.into(book.language) if column == 1 else "", book.heading)
    for column, heading in enumerate(headings, start=len(LEFT)):
        sheet.set_column(column, column, 11)
        top = HEADING_ROW + heading.level
        if heading.is_group:
            first = column - heading.width + 1
            _merge(sheet, (top, first, top, column), heading.node.label, book.heading)
            top = min(top + 1, bottom)
        label = SUBTOTAL.into(book.language) if heading.is_group else heading.node.label
        _merge(sheet, (top, column, bottom, column), label, book.heading)
        sheet.write_number(bottom + 1, column, heading.node.weight, book.number(bold=True, bg_color="#F2F2F2"))
    beyond = [adjustment.label for adjustment in book.evaluation.scheme.adjustments] + [SUM.into(book.language), *(said.into(book.language) for said in beside)]
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
class _ScoreSheet:
    """What all rows of the sheet share; formats and the tree are looked up once."""

    book: Book
    weight_row: int
    headings: Sequence[TreeColumn]
    places: dict[str, int]

    @cached_property
    def sheet(self) -> Any:
        living = [] if in_words_before("0.7.0") else list(self._living())
        note = joined([NOTE, *living, *[BESIDE] * bool(self.compared.nodes), *self.unmoved], "；", "; ")
        return self.book.sheet("scores", note, top=self.weight_row + 1, left=2)

    def _living(self) -> Iterator[Phrase]:
        """What an empty cell comes to, which moves the formulas."""
        yield LIVING
        if zeroed := [heading.node.label for heading in self.headings if blank_is_zero(heading.node)]:
            yield phrase(ZEROED.zh, ZEROED.en, zh="、".join(zeroed), en=", ".join(zeroed))

    @cached_property
    def unmoved(self) -> list[Phrase]:
        """What does not move when scores or weights are changed."""
        weights = {group or TOTAL: [child.weight for child in below] for group, below in self.children.items()}
        apart = [node for node, cases in self.cases.items() if any(_apart(case, weights[node]) for case in cases) and not in_words_before("1.0.0")]
        labels = joined([SUM if node == TOTAL else Phrase(self.scheme.label(node), self.scheme.label(node)) for node in apart], "、", ", ")
        return [*frozen(self.scheme), *[phrase(APART.zh, APART.en, zh=labels.zh, en=labels.en)] * bool(apart), *as_values(self.compared)]

    @cached_property
    def compared(self) -> ComparedNodes:
        evaluation, beside = self.book.evaluation, len(LEFT) + len(self.headings) + len(self.scheme.adjustments) + 1
        unwritten = [node for node in evaluation.compared_at if not self._has_formula(node)]
        return ComparedNodes(evaluation, beside, (self.weight_row + 2, self.weight_row + 1 + len(evaluation.ranking)), unwritten)

    def _has_formula(self, node: str) -> bool:
        """Whether what a node compares is a formula, looked at in the last row, where formulas are longest, with a score for every child."""
        rules: dict[str, Group | Total] = {**{group.id: group for group in self.scheme.groups}, TOTAL: self.scheme.total}
        below = self.children[None if node == TOTAL else node]
        parts = [Child(child.weight, 1.0, self.places[child.id], self.weight_row, self.weight_row + len(self.book.evaluation.ranking)) for child in below]
        return mean_formula(Rule(rules[node].aggregate, self.cases[node], rules[node].least_present, len(below)), parts) is not None

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
    def before(self) -> Any:
        """Of a score that is compared; a dash for who has none."""
        return self.book.format(num_format=score_format(self.scheme.decimals), align="right")

    @cached_property
    def subtotal(self) -> Any:
        return self.book.number(self.scheme.decimals, bg_color="#F2F2F2")

    @cached_property
    def total(self) -> Any:
        return self.book.number(self.scheme.decimals, bold=True, bg_color="#E7E6E6")

    @cached_property
    def children(self) -> dict[str | None, tuple[Group | Indicator, ...]]:
        """What stands under each group, and under the total."""
        groups = [None, *(heading.node.id for heading in self.headings if heading.is_group)]
        return {group: self.scheme.children(group) for group in groups}

    @cached_property
    def class_numbers(self) -> dict[str, int]:
        """The number of each class, by which a formula knows it whatever its name."""
        return {name: number for number, name in enumerate(dict.fromkeys(self.book.evaluation.ranking["class"].astype(str)), start=1)}

    @cached_property
    def exact(self) -> dict[str, float]:
        """The total of every member before points are added and before it is rounded."""
        evaluation = self.book.evaluation
        return dict(zip(evaluation.scaled_values.members, evaluation.nodes[TOTAL].tolist(), strict=True))

    @cached_property
    def cases(self) -> dict[str, tuple[ObservedCase, ...]]:
        """The cases of each conditional group, and of the total."""
        tree = self.book.evaluation.tree
        return {tree.nodes[branch.node]: branch.when for branch in tree.branches}

    @cached_property
    def stepped(self) -> dict[str, bool]:
        """Of each group, and of the total, whether something in it is rounded before the total is."""
        tree = self.book.evaluation.tree
        return {tree.nodes[branch.node]: branch.stepped for branch in tree.branches}


@dataclass(frozen=True)
class _ScoreRow:
    """The row of one member; a formula stands only where it gives the score that was computed.

    Of what is compared among members that is asked of the score before alone: what the formula makes of it, shape by shape, the tests hold.
    """

    page: _ScoreSheet
    row: int
    scores: dict[str, float]
    applies: dict[str, bool]

    def write(self) -> None:
        page = self.page
        for heading in page.headings:
            node, score = heading.node, self.scores[heading.node.id]
            formula = self._subtotal(node, score) if isinstance(node, Group) else None
            form = page.subtotal if heading.is_group else page.number
            self._cell(page.places[node.id], node.id, score, f"={formula}" if formula else None, form)
        after = len(LEFT) + len(page.headings)
        for column, adjustment in enumerate(page.scheme.adjustments, start=after):
            self._cell(column, adjustment.id, self.scores[adjustment.id], None, page.number)
        last = after + len(page.scheme.adjustments)
        self._cell(last, TOTAL, self.scores[TOTAL], self._total(after, last), page.total)
        self._beside()

    def _cell(self, column: int, node: str, score: float, formula: str | None, form: Any) -> None:
        page = self.page
        if formula:
            page.sheet.write_formula(self.row, column, formula, form, "" if isnan(score) else score)
        elif isnan(score):
            state = "" if self.applies.get(node, True) else NOT_APPLICABLE.into(page.book.language)
            page.book.cell(page.sheet, self.row, column, state, form)
        else:
            page.sheet.write_number(self.row, column, score, form)

    def _beside(self) -> None:
        """What is compared, and by what: beside the total."""
        page, row = self.page, self.row + 1
        if not page.compared.nodes:
            return
        place, ranking = self.row - page.weight_row - 1, page.book.evaluation.ranking
        name = str(ranking["class"].iloc[place])
        page.sheet.write_number(self.row, page.compared.column, page.class_numbers[name], page.text)
        rules = {group.id: group for group in page.scheme.groups}
        for id_, node in page.compared.nodes.items():
            before, group = float(node.before[place]), None if id_ == TOTAL else id_
            mean = None if isnan(before) else mean_formula(replace(self._rule(group, rules.get(id_, page.scheme.total)), stepped=False), self._parts(group))
            cap = node.branch.cap
            if mean is not None and isclose(mean[1] if cap is None else min(mean[1], cap), before, rel_tol=0, abs_tol=1e-8):
                formula = mean[0] if cap is None else f"MIN({mean[0]},{cap:.15g})"
                page.sheet.write_formula(self.row, node.column, f"=IFERROR(ROUND({formula},9),{NONE:.0f})", page.before, before)
            else:
                page.sheet.write_number(self.row, node.column, NONE if isnan(before) else before, page.before)
            form = page.text if "place" in node.standards else page.number
            for column, (standard, number) in enumerate(zip(node.found(row), node.numbers[place].tolist(), strict=True), start=node.column + 1):
                if standard is not None and not isnan(number):
                    page.sheet.write_formula(self.row, column, f'=IFERROR({standard},"")', form, number)
                elif not isnan(number):
                    page.sheet.write_number(self.row, column, number, form)

    def _compared(self, id_: str) -> str | None:
        """The formula of a score that is compared among members; None where it is a value, or is not compared."""
        node = self.page.compared.nodes.get(id_)
        if node is None or isnan(node.before[self.row - self.page.weight_row - 1]):
            return None
        return f'IF({node.cell(self.row + 1)}{HAS_NOT},"",{node.value(self.row + 1)})'

    def _subtotal(self, group: Group, score: float) -> str | None:
        """The formula of a group's score, or None where it would not give `score`."""
        if (compared := self._compared(group.id)) is not None:
            return None if isnan(score) else compared
        mean = mean_formula(self._rule(group.id, group), self._parts(group.id))
        if mean is None or (isnan(score) and isnan(mean[1])):
            return mean and mean[0]
        return mean[0] if isclose(mean[1], score, rel_tol=1e-9, abs_tol=1e-9) else None

    def _total(self, first: int, last: int) -> str | None:
        """The total rounded as the scheme says, or None where the formula would not give the total computed."""
        scheme, total = self.page.scheme, self.page.scheme.total
        compared = self._compared(TOTAL)
        mean = (compared, self.page.exact[self.page.book.evaluation.ranking.index[self.row - self.page.weight_row - 1]]) if compared is not None else mean_formula(self._rule(None, total), self._parts(None))
        if mean is None or isnan(mean[1]) != isnan(self.scores[TOTAL]):
            return None
        added = [0.0 if isnan(self.scores[adjustment.id]) else self.scores[adjustment.id] for adjustment in scheme.adjustments]
        low, high = -inf if total.floor is None else total.floor, inf if total.cap is None else total.cap
        if not isnan(mean[1]) and float(rounded(min(max(mean[1] + sum(added), low), high), scheme.decimals)) != self.scores[TOTAL]:
            return None
        formula = mean[0] + "".join(f"+N({letters(column)}{self.row + 1})" for column in range(first, last))
        formula = formula if total.floor is None else f"MAX({formula},{total.floor:.15g})"
        formula = formula if total.cap is None else f"MIN({formula},{total.cap:.15g})"
        formula = f"ROUND({formula},{scheme.decimals})"
        return f'=IFERROR({formula},"")'  # where nothing is observed

    def _rule(self, id_: str | None, rule: Group | Total) -> Rule:
        concerned = sum(self._applies(child) for child in self.page.children[id_]) if rule.least_present else 0
        return Rule(rule.aggregate, self.page.cases[id_ or TOTAL], rule.least_present, concerned, self.page.stepped[id_ or TOTAL])

    def _parts(self, group: str | None) -> list[Child]:
        page = self.page
        return [Child(child.weight, self.scores[child.id], page.places[child.id], page.weight_row, self.row, blank_is_zero(child)) for child in page.children[group]]

    def _applies(self, node: Group | Indicator) -> bool:
        """Whether a node applies to the member: a group where anything under it does; what has a score does."""
        if isinstance(node, Group):
            return any(map(self._applies, self.page.children[node.id]))
        return self.applies[node.id] or not isnan(self.scores[node.id])
