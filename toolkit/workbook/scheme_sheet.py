"""The sheet 评选办法: what the committee decided, as a table to read beside the scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from toolkit.scheme.criteria import Group
from toolkit.text import Language, Phrase
from toolkit.wording import JOIN, aggregate_in_words, outline
from toolkit.wording.measures import bounds_in_words, measure_in_words, selection_in_words, window_in_words
from toolkit.wording.outcomes import award_in_words, eligibility_in_words, grades_in_words, veto_in_words
from toolkit.wording.shapes import missing_in_words, valued_in_words
from toolkit.workbook.book import HEADING_ROW, Book

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator

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
        measure_in_words(node.measure).into(language),
        valued_in_words(node).into(language),
        missing_in_words(node.missing).into(language),
        JOIN.into(language).join(node.applies_to),
    )


def _beyond(scheme: Scheme, language: Language) -> Iterator[Line]:
    zh = language == "zh"
    for each in scheme.adjustments:
        kind, bounds = "加减分" if zh else "adjustment", bounds_in_words(each).into(language)
        yield (kind, each.label, "", measure_in_words(each.measure).into(language), bounds, "", "", each.source)
    for name, window in scheme.window.items():
        yield ("时限" if zh else "window", name, "", window_in_words(window).into(language), "", "", "", "")
    for condition in scheme.conditions:
        kind = "条件" if zh else "condition"
        yield (kind, condition.label, "", measure_in_words(condition.measure).into(language), condition.unit, "", "", condition.source)
    if scheme.eligibility:
        asked = eligibility_in_words(scheme, scheme.eligibility).into(language)
        kind, label = ("申报", "申报条件") if zh else ("eligibility", "eligibility")
        yield (kind, label, "", "", asked, "", "", scheme.eligibility.source)
    for veto in scheme.vetoes:
        kind, effect = "一票否决" if zh else "veto", veto_in_words(scheme, veto).into(language)
        yield (kind, veto.label, "", selection_in_words(veto.when).into(language), effect, "", "", veto.source)
    for award in scheme.awards:
        said = award_in_words(scheme, award).into(language)
        yield ("奖项" if zh else "award", award.label, "", "", said, "", "", award.source)
    if scheme.grades:
        said = grades_in_words(scheme, scheme.grades).into(language)
        label = "信用等级" if zh else "grades"
        yield ("等级" if zh else "grades", label, "", "", said, "", "", scheme.grades.source)
