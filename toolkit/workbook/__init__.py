"""`evaluation.xlsx`: the evaluation as a workbook to lay before the president's meeting and to check by hand."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.errors import COLUMNS, SEVERITIES
from toolkit.text import Phrase, phrase
from toolkit.wording import NOT_APPLICABLE
from toolkit.workbook.book import HEADING_ROW, Book
from toolkit.workbook.movement_sheet import write_movement_sheet
from toolkit.workbook.scheme_sheet import write_scheme_sheet
from toolkit.workbook.score_sheet import write_score_sheet
from toolkit.workbook.touched_sheet import write_touched_sheet

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

TIED = Phrase("并列", "tied")
# The shades stay apart on a black-and-white printer.
SHADES = ("#D9D9D9", "#EFEFEF")

RANKING = {
    "class": (Phrase("会员类别", "Class"), 12),
    "rank": (Phrase("名次", "Rank"), 6),
    "name": (Phrase("会员名称", "Member"), 30),
    "total": (Phrase("总分", "Total"), 9),
    "tied": (Phrase("并列", "Tied"), 6),
    "award": (Phrase("评选结果", "Award"), 11),
    "grade": (Phrase("信用等级", "Grade"), 9),
    "reason": (Phrase("理由", "Reason"), 50),
    "member": (Phrase("会员代码", "Key"), 21),
}
PROBLEMS = {
    "severity": (Phrase("程度", "Severity"), 8),
    "file": (Phrase("文件", "File"), 22),
    "sheet": (Phrase("工作表", "Sheet"), 10),
    "row": (Phrase("行", "Row"), 7),
    "column": (Phrase("列", "Column"), 14),
    "value": (Phrase("值", "Value"), 14),
    "rule": (Phrase("问题", "Rule"), 34),
    "mend": (Phrase("如何处理", "Mend"), 34),
}


def write_workbook(evaluation: Evaluation, path: Path) -> None:
    """The evaluation as a workbook at `path`; the same evaluation always gives the same bytes."""
    with _no_search_for_garbage():
        book = Book(evaluation, path)
        _write_ranking(book)
        write_score_sheet(book)
        _write_members(
            book, "values", evaluation.values, Phrase("各指标折算后的分值", "indicators as values on the scale")
        )
        _write_members(
            book, "indicators", evaluation.indicators, Phrase("折算前的原始数据", "indicators as measured")
        )
        write_touched_sheet(book)
        write_scheme_sheet(book)
        write_movement_sheet(book)
        _write_problems(book)
        book.file.close()


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Millions of cells are made and none thrown away: to search them again and again takes a tenth of the time."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


def _write_ranking(book: Book) -> None:
    ranking = book.evaluation.ranking.reset_index()
    empty = [name for name in ("class", "award", "grade") if not ranking[name].fillna("").astype(str).any()]
    columns = [name for name in RANKING if name not in empty]
    sheet = book.sheet("ranking", _ranking_note(book), top=HEADING_ROW + 1, left=columns.index("name") + 1)
    book.headings(sheet, HEADING_ROW, [RANKING[name] for name in columns])
    shades = {award.id: SHADES[min(order, 1)] for order, award in enumerate(book.evaluation.scheme.awards)}
    forms: dict[str, list[Any]] = {}
    told = zip(*(ranking[name].tolist() for name in ("reason", "name", "award")), strict=True)
    shown = zip(*(_ranking_cells(book, name, ranking[name].tolist()) for name in columns), strict=True)
    for row, ((reason, name, award), cells) in enumerate(zip(told, shown, strict=True), start=HEADING_ROW + 1):
        book.height(sheet, row, (reason, RANKING["reason"][1] * 10 / 9), (name, RANKING["name"][1]))
        if award not in forms:
            shade = {"bg_color": shades[award]} if award in shades else {}
            forms[award] = [_ranking_format(book, column, shade) for column in columns]
        for column, (cell, form) in enumerate(zip(cells, forms[award], strict=True)):
            book.cell(sheet, row, column, cell, form)
    sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + len(ranking), len(columns) - 1)
    # The key stays off the paper, which leaves the names and reasons a size that can be read.
    sheet.print_area(0, 0, HEADING_ROW + len(ranking), len(columns) - 2)


def _ranking_cells(book: Book, name: str, values: list[Any]) -> list[Any]:
    if name == "tied":
        tied = TIED.into(book.language)
        return [tied if value else "" for value in values]
    if name == "award":
        labels = {value: book.evaluation.scheme.label(value) if value else "" for value in set(values)}
        return [labels[value] for value in values]
    if name in {"rank", "total"}:
        kind = float if name == "total" else int
        return [value if pd.isna(value) else kind(value) for value in values]
    return [str(value) for value in values]


def _ranking_format(book: Book, name: str, shade: dict[str, str]) -> Any:
    match name:
        case "total":
            return book.number(book.evaluation.scheme.decimals, bold=True, **shade)
        case "rank" | "tied" | "grade" | "class":
            return book.format(align="center", **shade)
        case "award":
            return book.format(align="center", bold=True, **shade)
        case "reason":
            return book.format(text_wrap=True, font_size=9, **shade)
        case _:
            return book.format(text_wrap=name == "name", **shade)


def _ranking_note(book: Book) -> Phrase:
    evaluation = book.evaluation
    awards = evaluation.awards["award"]
    counts = [(award.label, int((awards == award.id).sum())) for award in evaluation.scheme.awards]
    told = phrase(
        "评价基准日 {as_of}；会员 {members} 家，参加排名 {ranked} 家",
        "as of {as_of}; {members} members, {ranked} ranked",
        as_of=evaluation.scheme.as_of,
        members=len(evaluation.ranking),
        ranked=int(evaluation.ranking["rank"].notna().sum()),
    )
    listed = Phrase(
        "".join(f"；{label} {count} 家" for label, count in counts),
        "".join(f"; {label} {count}" for label, count in counts),
    )
    until = evaluation.grades_valid_until
    holds = phrase("；信用等级有效期至 {day}", "; grades hold until {day}", day=until) if until else Phrase("", "")
    return Phrase(told.zh + listed.zh + holds.zh, told.en + listed.en + holds.en)


def _write_members(book: Book, name: str, frame: pd.DataFrame, note: Phrase) -> None:
    evaluation = book.evaluation
    sheet = book.sheet(name, note, top=HEADING_ROW + 1, left=2)
    labels = [(_with_unit(book, column, name), 12.0) for column in frame.columns]
    book.headings(sheet, HEADING_ROW, [RANKING["member"], RANKING["name"], *labels])
    ordered = frame.reindex(evaluation.ranking.index)
    applicable = evaluation.applicable.reindex(index=ordered.index, columns=ordered.columns, fill_value=True)
    shown = ordered.astype(object).where(applicable.astype(bool), NOT_APPLICABLE.into(book.language))
    names = evaluation.ranking["name"].tolist()
    cells = zip(*(map(_plain, shown.iloc[:, place].tolist()) for place in range(shown.shape[1])), strict=True)
    rows = ((str(key), str(name), *own) for key, name, own in zip(shown.index, names, cells, strict=True))
    number = book.number(evaluation.scheme.decimals if name == "values" else None)
    book.rows(sheet, HEADING_ROW + 1, rows, [book.format(), book.format(), *[number] * len(labels)])
    sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + len(ordered), len(labels) + 1)


def _with_unit(book: Book, indicator: str, sheet: str) -> str:
    label = book.evaluation.scheme.label(indicator)
    unit = next((each.unit for each in book.evaluation.scheme.indicators if each.id == indicator), "")
    return f"{label}（{unit}）" if unit and sheet == "indicators" else label


def _plain(value: Any) -> Any:
    """A NumPy scalar as Python's own, a date without its midnight."""
    if type(value) in {float, str}:
        return value
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return value.item() if hasattr(value, "item") else value


def _write_problems(book: Book) -> None:
    problems = book.evaluation.problems
    note = phrase("共 {n} 条", "{n} in all", n=len(problems))
    sheet = book.sheet("problems", note, top=HEADING_ROW + 1, left=0)
    book.headings(sheet, HEADING_ROW, [PROBLEMS[name] for name in COLUMNS])
    frame = problems.frame(book.language)
    severities = [SEVERITIES[problem.severity].into(book.language) for problem in problems]
    rows = frame.assign(severity=severities).astype(object).itertuples(index=False)
    forms = [book.format(text_wrap=name in {"rule", "mend", "value"}, valign="top") for name in COLUMNS]
    book.rows(sheet, HEADING_ROW + 1, rows, forms)
    for row, texts in enumerate(
        frame[["value", "rule", "mend"]].itertuples(index=False), start=HEADING_ROW + 1
    ):
        book.height(sheet, row, *zip(texts, (14, 34, 34), strict=True))
