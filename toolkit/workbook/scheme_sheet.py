"""The sheet 评选办法: what the committee decided, as a table to read beside the scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from toolkit.scheme import Group
from toolkit.text import Language, Phrase
from toolkit.wording import JOIN, MISSING_POLICIES, aggregate_in_words, figure, outline, shape_in_words
from toolkit.workbook.book import HEADING_ROW, Book

if TYPE_CHECKING:
    from toolkit.measures import Measure, Where
    from toolkit.scheme import Award, Indicator, Scheme

COLUMNS = (
    (Phrase("编号", "No."), 8),
    (Phrase("名称", "Name"), 26),
    (Phrase("权重", "Weight"), 9),
    (Phrase("取数", "Measured as"), 31),
    (Phrase("计分", "Scored as"), 33),
    (Phrase("缺失时", "When missing"), 14),
    (Phrase("适用于", "Applies to"), 14),
    (Phrase("依据", "Source"), 18),
)
TAKES = {
    "sum": Phrase("合计", "sum of"),
    "count": Phrase("条数", "count"),
    "any": Phrase("有无", "any"),
    "latest": Phrase("最近一次", "latest"),
}
NOTE = Phrase("权重为在上一级中所占；编号对应指标体系的层级", "a weight is that within the level above")
Line = tuple[str, str, float | str, str, str, str, str, str]


def write_scheme_sheet(book: Book) -> None:
    """The tree with weights, measures and shapes in words, then adjustments, vetoes, awards and grades."""
    sheet = book.sheet("scheme", NOTE, top=HEADING_ROW + 1, left=2)
    book.headings(sheet, HEADING_ROW, COLUMNS)
    text, wrapped = book.format(valign="top"), book.format(text_wrap=True, valign="top")
    forms = [text, wrapped, book.number(valign="top"), *[wrapped] * 5]
    scheme = book.evaluation.scheme
    lines = [*_tree(scheme, book.language), *_beyond(scheme, book.language)]
    book.rows(sheet, HEADING_ROW + 1, lines, forms)
    for row, line in enumerate(lines, start=HEADING_ROW + 1):
        book.height(sheet, row, *zip(line, (width for _, width in COLUMNS), strict=True))


def _tree(scheme: Scheme, language: Language) -> Iterator[Line]:
    for node, _, number in outline(scheme):
        indent = "　" * number.count(".")
        yield (number, f"{indent}{node.label}", node.weight, *_node(node, language), node.source)


def _node(node: Group | Indicator, language: Language) -> tuple[str, str, str, str]:
    if isinstance(node, Group):
        return ("", aggregate_in_words(node.aggregate).into(language), "", "")
    return (
        measure_in_words(node.measure, language),
        shape_in_words(node.value).into(language),
        MISSING_POLICIES[node.missing].into(language),
        JOIN.into(language).join(node.applies_to),
    )


def _beyond(scheme: Scheme, language: Language) -> Iterator[Line]:
    zh = language == "zh"
    for each in scheme.adjustments:
        cap = (
            ""
            if each.cap is None
            else f"{'以' if zh else 'at most '}{figure(each.cap)}{' 分为限' if zh else ''}"
        )
        kind = "加减分" if zh else "adjustment"
        yield (kind, each.label, "", measure_in_words(each.measure, language), cap, "", "", each.source)
    for veto in scheme.vetoes:
        kind = "一票否决" if zh else "veto"
        yield (kind, veto.label, "", _selected(veto.when.table, veto.when.where), "", "", "", veto.source)
    for award in scheme.awards:
        yield (
            "奖项" if zh else "award",
            award.label,
            "",
            "",
            _award(scheme, award, zh=zh),
            "",
            "",
            award.source,
        )
    if scheme.grades:
        bands = (f"{grade} ≥ {figure(least)}" for grade, least in scheme.grades.bands)
        label = "信用等级" if zh else "grades"
        yield ("等级" if zh else "grades", label, "", "", "，".join(bands), "", "", scheme.grades.source)


def measure_in_words(measure: Measure, language: Language) -> str:
    """What is counted for a member: the table, the column and the states that count."""
    table, column = measure.place
    if measure.take is None:
        return f"{table}.{column}"
    return " ".join(
        part for part in (_selected(table, measure.where), TAKES[measure.take].into(language), column) if part
    )


def _selected(table: str, where: Where) -> str:
    states = [f"{column} = {_states(allowed)}" for column, allowed in where.items()]
    return f"{table}（{'，'.join(states)}）" if states else table


def _states(allowed: object) -> str:
    return "、".join(map(str, allowed)) if isinstance(allowed, tuple) else str(allowed)


def _award(scheme: Scheme, award: Award, *, zh: bool) -> str:
    quota = award.quota
    parts = []
    if quota is not None:
        within = (
            ("每类会员" if zh else "of each class ")
            if quota.within == "class"
            else ("全部会员" if zh else "of all ")
        )
        size = (
            f"{figure(quota.share * 100)}%"
            if quota.share is not None
            else f"{quota.number}{' 家' if zh else ''}"
        )
        parts.append(f"{within}{'的 ' if zh and quota.share is not None else ' '}{size}")
    least = [*award.minimum.items(), *((each.node, each.least) for each in award.require)]
    total = "总分" if zh else "total"
    parts += [f"{total if node == 'total' else scheme.label(node)} ≥ {figure(bar)}" for node, bar in least]
    return "，".join(parts) if zh else ", ".join(parts)
