"""The sheet 名次与奖项复算: places and awards as formulas over the totals of the sheet 得分, each beside what was decided.

A total or a weight that is changed by hand moves them. What a formula cannot say stays a value, and the sheet says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.evaluation.quotas import class_table
from toolkit.evaluation.scores import TOTAL, TURNED, order_of
from toolkit.evaluation.tiebreaks import tie_keys, tie_rules, tie_title
from toolkit.ground.ranking import Mask
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.reports.workbook.book import HEADING_ROW, Book
from toolkit.reports.workbook.compared import CLASS_NUMBER, HAS, HAS_NOT, MOST, NONE, score_format
from toolkit.reports.workbook.scores import ScoreCells, letters
from toolkit.scheme.outcomes import FIRST_PLACES, FIRST_PLACES_TITLE, Award, Requirement, TieRule

if TYPE_CHECKING:
    from toolkit.evaluation.contests import Allotment

NOTE = Phrase(
    "名次、奖项为公式，由“得分”表的总分按同分规则和名额算出；改动得分或权重，这里随之变动。参评、一票否决、申报条件是评审时的数值（“可评”列），公式不重算",
    "places and awards are formulas over the totals of the sheet Scores, by the tie rule and the quotas, and move when scores or weights are changed; who takes "
    "part, vetoes and conditions are values as they were evaluated (the columns May)",
)
NO_FORMULAS = Phrase(
    "会员 {n} 家，超过 {most} 家，不写公式（算一遍要几分钟）；名次和奖项见“排名”“奖项”两表，复算请用 committee verify --replay",
    "members: {n}, more than {most}; no formulas are written, which would take minutes; places and awards stand in their own sheets, and committee verify --replay computes them again",
)
AS_VALUES = Phrase("下列奖项是数值，公式说不出：", "values, as no formula says them: ")
BOUNDED = Phrase("{award}（名额在全部类别合计中另有上限）", "{award} (its places in all classes together are bounded)")
LIMITED = Phrase("{award}（名额要看还有谁获得：同组限额，或经费总额）", "{award} (its places hang on who else has one: so many alike, or a budget)")
NOT_HANDED_ON = Phrase("{award}（名额不递补）", "{award} (its places are not handed on)")
COMPOSED = Phrase("{award}（有由几项组成的要求）", "{award} (a requirement is made of others)")
AMONG_FIRST = Phrase("{award}（要求名次在前多少以内）", "{award} (a place among the first at a node is asked for)")
RULED = Phrase("{award}（同分由委员会裁定）", "{award} (a tie was settled by the committee)")
LOWER_FIRST = Phrase("总分（低者在前）", "Total (lower first)")
PART, TOTAL_KEY, PLACE = Phrase("参评", "Takes part"), Phrase("总分", "Total"), Phrase("名次", "Rank")
MAY, RUNNING, QUOTA = Phrase("{award}·可评", "{award}: may"), Phrase("{award}·在评", "{award}: competes"), Phrase("{award}·名额", "{award}: places")
TURN, LEVEL, GIVEN = Phrase("{award}·排位", "{award}: turn"), Phrase("{award}·同位", "{award}: level"), Phrase("{award}·授予", "{award}: given")
AWARD, AWARDED, RANKED, SAME = Phrase("奖项", "Award"), Phrase("已决定的奖项", "Award decided"), Phrase("已决定的名次", "Rank decided"), Phrase("相符", "Same")
OPEN, YES, NO = Phrase("待定", "open"), Phrase("是", "yes"), Phrase("否", "no")
ROUNDED = {"floor": "INT(ROUND({share},9))", "ceil": "ROUNDUP(ROUND({share},9),0)", "half_up": "ROUND(ROUND({share},9),0)"}
SUMMED = {"sum": "SUM", "maximum": "MAX", "minimum": "MIN"}


def write_place_sheet(book: Book, scores: ScoreCells) -> None:
    """One row a member in the order of the list; for more than `MOST` members, whose formulas would take minutes, a word that there are none."""
    count = len(book.evaluation.ranking)
    if count > MOST:
        book.sheet("places", phrase(NO_FORMULAS.zh, NO_FORMULAS.en, n=count, most=MOST), top=HEADING_ROW + 1, left=2)
    if count > MOST or not count:
        return
    page = _PlaceSheet(book, scores)
    note = NOTE if not page.said else joined([NOTE, Phrase(AS_VALUES.zh + "、".join(s.zh for s in page.said), AS_VALUES.en + ", ".join(s.en for s in page.said))], "。", ". ")
    note = joined([note, *scores.unmoved], "。", ". ")
    sheet = book.sheet("places", note, top=HEADING_ROW + 1, left=2)
    columns = page.columns
    book.headings(sheet, HEADING_ROW, [(column.heading, column.width) for column in columns])
    for place, column in enumerate(columns):
        form = book.format() if column.text else book.format(num_format=column.shown, align="right")
        for row, (formula, value) in enumerate(zip(column.formulas, column.values, strict=True), start=HEADING_ROW + 1):
            if formula is None:
                book.cell(sheet, row, place, value, form)
            else:
                sheet.write_formula(row, place, f"={formula}", form, value)
    sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + count, len(columns) - 1)


@dataclass(frozen=True)
class _Column:
    """A column of the sheet: a formula for each row, or None, and the value that it gives."""

    heading: Phrase
    formulas: Sequence[str | None]
    values: Sequence[Any]
    width: float = 9.0
    text: bool = False
    shown: str = "General"


class _PlaceSheet:
    """The columns one by one, each formula naming those before it."""

    def __init__(self, book: Book, scores: ScoreCells) -> None:
        self.book, self.scores, self.evaluation, self.scheme = book, scores, book.evaluation, book.evaluation.scheme
        self.order = self.evaluation.members.index.get_indexer(self.evaluation.ranking.index)
        self.rows = range(HEADING_ROW + 1, HEADING_ROW + 1 + len(self.order))
        self.columns: list[_Column] = []
        self.said = list(self._said())
        self._members()
        self._ranks()
        self.given: dict[str, int] = {}
        for allotment in self.evaluation.decided.allotments:
            self.given[allotment.award.id] = self._award(allotment)
        self._conclusions()

    @cached_property
    def decimals(self) -> int:
        return self.scheme.decimals

    def add(self, column: _Column) -> int:
        self.columns.append(column)
        return len(self.columns) - 1

    def at(self, column: int, row: int) -> str:
        """A cell of this sheet in the same row."""
        return f"{letters(column)}{row + 1}"

    def all(self, column: int) -> str:
        """A whole column of it."""
        name = letters(column)
        return f"{name}${self.rows[0] + 1}:{name}${self.rows[-1] + 1}"

    def _said(self) -> Iterator[Phrase]:
        for allotment in self.evaluation.decided.allotments:
            if (why := self._unsayable(allotment.award)) is not None:
                yield phrase(why.zh, why.en, award=allotment.award.label)

    def _unsayable(self, award: Award) -> Phrase | None:
        if award.quota is not None and award.quota.in_all is not None:
            return BOUNDED
        if award.quota is not None and award.quota.limited:
            return LIMITED if award.quota.per or award.quota.budget is not None else NOT_HANDED_ON
        if self.evaluation.decided.rule.firsts.keys() & {str(item.node) for item in self.evaluation.decided.rule.bars[award.id].of_nodes}:
            return AMONG_FIRST
        if self.evaluation.decided.rule.bars[award.id].clauses:
            return COMPOSED
        return RULED if any(ruling.tie.award == award.id for ruling in self.evaluation.decided.rulings) else None

    def _members(self) -> None:
        ranking, decided = self.evaluation.ranking, self.evaluation.decided
        classes = decided.rule.classes
        numbers = classes.codes[self.order] + 1 if self.scheme.members.class_ else np.ones(len(self.order), np.int64)
        self._static(Phrase("会员类别", "Class"), ranking["class"].fillna("").astype(str).tolist(), width=12.0, text=True)
        self._static(Phrase("会员名称", "Member"), ranking["name"].astype(str).tolist(), width=30.0, text=True)
        self.class_ = self._static(CLASS_NUMBER, numbers.tolist())
        self.part = self._static(PART, decided.taking_part[self.order].astype(int).tolist())
        self.keys = {TOTAL: self._key(TOTAL, TOTAL_KEY)}

    def _static(self, heading: Phrase, values: Sequence[Any], **look: Any) -> int:
        return self.add(_Column(heading, [None] * len(values), values, **look))

    def _key(self, node: str, heading: Phrase | None = None) -> int:
        """The rounded score at a node, as a number for whoever has none; the total of those alone that take part."""
        values = np.nan_to_num(self.evaluation.decided.score(node)[self.order], nan=NONE)
        formulas, sums = [], {item.id: item for item in self.scheme.sums}
        for place, row in enumerate(self.rows):
            cell = self.scores.cell(node, place) if node not in sums else ",".join(self.scores.cell(part, place) for part in sums[node].of)
            if node in sums:
                formulas.append(f"IF(COUNT({cell})>0,ROUND({SUMMED[sums[node].aggregate]}({cell}),{self.decimals}),{NONE:.0f})")
                continue
            score, asked = (cell, f"AND({self.at(self.part, row)}=1,ISNUMBER({cell}))") if node == TOTAL else (f"ROUND({cell},{self.decimals})", f"ISNUMBER({cell})")
            formulas.append(f"IF({asked},{score},{NONE:.0f})")
        if node == TOTAL:
            values = np.where(self.evaluation.decided.taking_part[self.order], values, NONE)
        label = self.scheme.label(node)
        return self.add(_Column(heading or Phrase(label, label), formulas, values.tolist(), shown=score_format(self.decimals)))

    def key(self, node: str) -> int:
        """The column of a score that is compared, made when it is first asked for."""
        if node not in self.keys:
            rule = TieRule(node=TOTAL, better="lower") if node == TURNED else tie_rules(self.scheme).get(node)
            self.keys[node] = self._first_places() if node == FIRST_PLACES else self._key(node) if rule is None else self._by_rule(node, rule)
        return self.keys[node]

    def _by_rule(self, key: str, rule: TieRule) -> int:
        """What settles ties with its direction: the score turned round, or a fact about each, by which the higher is ahead."""
        if key == TURNED:
            heights, title = np.where(self.evaluation.decided.taking_part, -self.evaluation.decided.score(TOTAL), np.nan), LOWER_FIRST
        else:
            heights, title = self.evaluation.decided.tie_key(key), tie_title(self.scheme, key)
        heights = np.nan_to_num(heights[self.order], nan=NONE)
        if rule.node is None:
            return self._static(title, heights.tolist())
        column, sign = self.key(rule.node), "-" if rule.better == "lower" else ""
        cells = [self.at(column, row) for row in self.rows]
        return self.add(_Column(title, [f"IF({cell}{HAS_NOT},{NONE:.0f},{sign}{cell})" for cell in cells], heights.tolist()))

    def _first_places(self) -> int:
        """On how many indicators each is first: a value."""
        return self._static(FIRST_PLACES_TITLE, self.evaluation.decided.first_places[self.order].tolist())

    def _ranks(self) -> None:
        keys = [self.key(key) for key in (order_of(self.scheme, TOTAL), *tie_keys(self.scheme))]
        ranks = self.evaluation.decided.ranks[self.order]
        formulas = [f'IF({self.at(keys[0], row)}{HAS_NOT},"",1+SUMPRODUCT(({self.all(self.class_)}={self.at(self.class_, row)})*{self._ahead(keys, row)}))' for row in self.rows]
        self.rank = self.add(_Column(PLACE, formulas, [int(rank) or "" for rank in ranks], shown="0"))

    def _ahead(self, keys: Sequence[int], row: int) -> str:
        """Who of a column is ahead of a row, as a product of truths: a higher first key, or level in it and ahead in the others."""
        key, *others = keys
        higher = f"({self.all(key)}>{self.at(key, row)})"
        return f"({higher}+({self.all(key)}={self.at(key, row)})*{self._ahead(others, row)})" if others else higher

    def _award(self, allotment: Allotment) -> int:
        """The columns of one award; the one that says who is given it."""
        award, decision = allotment.award, allotment
        name = {"award": award.label}
        given = [1 if own else OPEN.into(self.book.language) if open_ else "" for own, open_ in zip(decision.given[self.order], decision.open[self.order], strict=True)]
        if self._unsayable(award) is not None:
            return self._static(phrase(GIVEN.zh, GIVEN.en, **name), given)
        keys = [self.key(key) for key in (order_of(self.scheme, award.by), *tie_keys(self.scheme))]
        may = self._static(phrase(MAY.zh, MAY.en, **name), self._may(award).astype(int)[self.order].tolist())
        bars = [(item, spared[self.order], self.key(str(item.node))) for item, spared in self.evaluation.decided.rule.bars[award.id].nodes]
        before = [column for id_, column in self.given.items() if id_ not in award.beside]
        able = self._running(award, may, bars, before, decision.able[self.order])
        places = self._places(award)
        turn, level = self._turns(award, able, keys)
        return self.add(_Column(phrase(GIVEN.zh, GIVEN.en, **name), [self._given(row, able, places, turn, level) for row in self.rows], given))

    def _may(self, award: Award) -> Mask:
        """Who takes part, is struck by no veto and meets every condition that is no score; bool[members]."""
        rule = self.evaluation.decided.rule
        return np.asarray(self.evaluation.decided.taking_part & ~rule.barred[award.id] & rule.bars[award.id].able)

    def _running(self, award: Award, may: int, bars: Sequence[tuple[Requirement, Mask, int]], before: Sequence[int], able: Mask) -> int:
        formulas = []
        for place, row in enumerate(self.rows):
            tests = [f"{self.at(may, row)}=1", f"{self.at(self.keys[TOTAL], row)}{HAS}", f"{self.at(self.key(award.by), row)}{HAS}"]
            for item, spared, column in bars:
                tests += [] if spared[place] else list(_tests(item, self.at(column, row)))
            tests += [f"{self.at(column, row)}<>1" for column in before]
            formulas.append(f"IF(AND({','.join(dict.fromkeys(tests))}),1,0)")
        return self.add(_Column(phrase(RUNNING.zh, RUNNING.en, award=award.label), formulas, able.astype(int).tolist()))

    def _places(self, award: Award) -> int | None:
        """The places there are in the member's class; None where there is no limit."""
        if award.quota is None:
            return None
        quota, decided = award.quota, self.evaluation.decided
        counts = np.zeros(len(self.evaluation.members), np.int64)
        names = np.full(len(counts), "", dtype=object)
        for contest in decided.contests:
            if contest.award.id == award.id:
                counts[contest.positions], names[contest.positions] = contest.places or 0, contest.class_
        together = quota.within == "all" or not self.scheme.members.class_
        part, table, formulas = decided.taking_part, class_table(quota), list[str | None]()
        for place, row in zip(self.order, self.rows, strict=True):
            name = str(names[place])
            share = quota.share.get(name) if isinstance(quota.share, dict) else quota.share
            if share is None or (table is not None and name not in table):
                formulas.append(None)
                continue
            mates = names == name
            taking = f"COUNTIF({self.all(self.part)},1)" if together else f"COUNTIFS({self.all(self.class_)},{self.at(self.class_, row)},{self.all(self.part)},1)"
            inner = ROUNDED[quota.rounding].format(share=f"{taking}*{share if isinstance(share, str) else f'{share:.15g}'}")
            inner = f"MAX({inner},{quota.least})" if quota.least else inner
            inner = f"MIN({inner},{quota.most})" if quota.most is not None else inner
            formulas.append(inner if _by_formula(share, int(part[mates].sum()), quota.rounding, quota.least, quota.most) == counts[place] else None)
        return self.add(_Column(phrase(QUOTA.zh, QUOTA.en, award=award.label), formulas, counts[self.order].tolist()))

    def _turns(self, award: Award, able: int, keys: Sequence[int]) -> tuple[int, int]:
        """The place among those who compete, and how many are level there."""
        orders, levels = np.zeros(len(self.order), np.int64), np.zeros(len(self.order), np.int64)
        for contest in self.evaluation.decided.contests:
            if contest.award.id == award.id:
                orders[contest.positions] = contest.order
                levels[contest.positions] = np.bincount(contest.order)[contest.order]
        pool = "" if award.quota is not None and award.quota.within == "all" else f"({self.all(self.class_)}={{own}})*"
        turns, level = [], []
        for row in self.rows:
            among = f"{pool.format(own=self.at(self.class_, row))}({self.all(able)}=1)*"
            equal = "*".join(f"({self.all(key)}={self.at(key, row)})" for key in keys)
            turns.append(f'IF({self.at(able, row)}=1,1+SUMPRODUCT({among}{self._ahead(keys, row)}),"")')
            level.append(f'IF({self.at(able, row)}=1,SUMPRODUCT({among}{equal}),"")')
        name = {"award": award.label}
        shown = [[int(number) if order else "" for number, order in zip(column[self.order], orders[self.order], strict=True)] for column in (orders, levels)]
        first = self.add(_Column(phrase(TURN.zh, TURN.en, **name), turns, shown[0]))
        return first, self.add(_Column(phrase(LEVEL.zh, LEVEL.en, **name), level, shown[1]))

    def _given(self, row: int, able: int, places: int | None, turn: int, level: int) -> str:
        if places is None:
            return f'IF({self.at(able, row)}=1,1,"")'
        last, limit = self.at(turn, row), self.at(places, row)
        if self.evaluation.decided.rule.joint:
            return f'IF({self.at(able, row)}<>1,"",IF({last}<={limit},1,""))'
        open_ = OPEN.into(self.book.language)
        return f'IF({self.at(able, row)}<>1,"",IF({last}+{self.at(level, row)}-1<={limit},1,IF({last}<={limit},"{open_}","")))'

    def _conclusions(self) -> None:
        """The award by name, what was decided, and whether the two are the same."""
        ranking, language = self.evaluation.ranking, self.book.language
        labels = {award.id: award.label[:120] for award in self.scheme.awards}
        decided = [labels.get(award, "") for award in ranking["award"]]
        ranks = [int(rank) or "" for rank in self.evaluation.decided.ranks[self.order]]
        named = self._named(labels)
        told, rank = self._static(AWARDED, decided, width=14.0, text=True), self._static(RANKED, ranks)
        yes, no = YES.into(language), NO.into(language)
        same = [f'IF(AND({self.at(self.rank, row)}&""={self.at(rank, row)}&"",{self.at(named, row)}&""={self.at(told, row)}&""),"{yes}","{no}")' for row in self.rows]
        self.add(_Column(SAME, same, [yes] * len(same), text=True))

    def _named(self, labels: Mapping[str, str]) -> int:
        """The first award that a member is given, by name."""
        formulas = []
        for row in self.rows:
            formula = '""'
            for id_, column in reversed(self.given.items()):
                formula = f"IF({self.at(column, row)}=1,{_quoted(labels[id_])},{formula})"
            formulas.append(formula)
        return self.add(_Column(AWARD, formulas, [labels.get(award, "") for award in self.evaluation.ranking["award"]], width=14.0, text=True))


def _quoted(label: str) -> str:
    """A label as text within a formula, which takes no more than 255 characters of it."""
    return '"' + label[:120].replace('"', '""') + '"'


def _tests(item: Requirement, cell: str) -> Iterator[str]:
    """What is asked of a score, as tests of a cell."""
    yield f"{cell}{HAS}"
    for sign, bound in ((">=", item.least), (">", item.above), ("<=", item.most), ("<", item.below)):
        if bound is not None:
            yield f"{cell}{sign}{bound:.15g}"


def _by_formula(share: float | str, taking: int, rounding: str, least: int, most: int | None) -> int:
    """The places that the formula gives."""
    top, bottom = (int(part) for part in share.split("/")) if isinstance(share, str) else (share, 1)
    part = round(taking * top / bottom, 9)
    whole = {"floor": math.floor(part), "ceil": math.ceil(part), "half_up": math.floor(part + 0.5)}[rounding]
    whole = max(whole, least)
    return whole if most is None else min(whole, most)
