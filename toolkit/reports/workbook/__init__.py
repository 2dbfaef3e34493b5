"""`evaluation.xlsx`: the evaluation as a workbook to lay before the president's meeting and to check by hand.

Beside the list it has the sheets 升降 (every member against the previous edition), 替代与处理的数值 (every value that does not come of
the raw one as it stands) and 评选办法 (what the committee decided, to read beside the scores).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.comparison.previous import DIRECTIONS, has_previous, movement
from toolkit.ground.problems import COLUMNS as PROBLEM_COLUMNS
from toolkit.ground.problems import SEVERITIES
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.reports.scheme_wording import (
    award_in_words,
    bounds_in_words,
    consent_in_words,
    eligibility_in_words,
    grades_in_words,
    measure_in_words,
    missing_in_words,
    selection_in_words,
    ties_in_words,
    touched_in_words,
    valued_in_words,
    veto_in_words,
    window_in_words,
)
from toolkit.reports.wording import JOIN, NOT_APPLICABLE, aggregate_in_words, outline
from toolkit.reports.workbook.book import HEADING_ROW, Book
from toolkit.reports.workbook.scores import write_score_sheet
from toolkit.scheme.criteria import Group

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator


NOTE = Phrase("与上届结果对照；名次为各自榜单上的名次", "against the previous edition; ranks are those of each list")
COLUMNS = {
    "member": (Phrase("会员代码", "Key"), 21),
    "name": (Phrase("会员名称", "Member"), 30),
    "total_before": (Phrase("上届总分", "Total before"), 10),
    "total": (Phrase("总分", "Total"), 9),
    "rank_before": (Phrase("上届名次", "Rank before"), 10),
    "rank": (Phrase("名次", "Rank"), 7),
    "award_before": (Phrase("上届奖项", "Award before"), 12),
    "award": (Phrase("评选结果", "Award"), 12),
    "grade_before": (Phrase("上届等级", "Grade before"), 10),
    "grade": (Phrase("信用等级", "Grade"), 10),
    "direction": (Phrase("升降", "Movement"), 12),
}


def write_movement_sheet(book: Book) -> None:
    """A row for each member, columns that nobody fills left out; no sheet without a previous edition."""
    evaluation = book.evaluation
    if not has_previous(evaluation):
        return
    frame = movement(evaluation)
    frame = frame.assign(
        name=evaluation.ranking.loc[frame["member"], "name"].to_numpy(),
        award=[evaluation.scheme.label(award) if award else "" for award in frame["award"]],
        direction=[DIRECTIONS[to].into(book.language) if to else "" for to in frame["direction"]],
    )
    names = [name for name in COLUMNS if frame[name].notna().any() and (frame[name].astype("object") != "").any()]
    sheet = book.sheet("movement", NOTE, top=HEADING_ROW + 1, left=2)
    book.headings(sheet, HEADING_ROW, [COLUMNS[name] for name in names])
    number = book.number(evaluation.scheme.decimals)
    forms = [number if name.startswith("total") else book.format() for name in names]
    rows = ([_blank_or_plain(cell) for cell in row] for row in frame[names].astype("object").itertuples(index=False))
    book.rows(sheet, HEADING_ROW + 1, rows, forms)
    sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + len(frame), len(names) - 1)


def _blank_or_plain(value: Any) -> Any:
    """A cell as Python's own value; empty where there is none."""
    if pd.isna(value):
        return ""
    return value.item() if hasattr(value, "item") else value



TOUCHED_COLUMNS = (
    (Phrase("会员代码", "Key"), 21),
    (Phrase("会员名称", "Member"), 30),
    (Phrase("指标", "Indicator"), 26),
    (Phrase("如何替代或处理", "What was done"), 26),
    (Phrase("原始数据", "Raw"), 12),
    (Phrase("处理后", "Used"), 12),
    (Phrase("分值", "Value"), 10),
)


def write_touched_sheet(book: Book) -> None:
    """A row for each such value, indicator by indicator; no sheet where there is none."""
    evaluation = book.evaluation
    touched, scheme = evaluation.touched, evaluation.scheme
    if touched.empty:
        return
    note = phrase("共 {n} 个数值；原始数据空缺的为缺失", "{n:value|values}; without a raw value where it is missing", n=len(touched))
    sheet = book.sheet("touched", note, top=HEADING_ROW + 1, left=2)
    book.headings(sheet, HEADING_ROW, TOUCHED_COLUMNS)
    names = evaluation.members["name"].reindex(touched["member"])
    shown = touched.assign(
        name=names.to_numpy(),
        label=[scheme.label(item) for item in touched["indicator"]],
        done=[touched_in_words(scheme, *place).into(book.language) for place in zip(touched["indicator"], touched["how"], strict=True)],
    )[["member", "name", "label", "done", "raw", "used", "value"]]
    number = book.number()
    forms = [*[book.format()] * 3, book.format(text_wrap=True), number, number, book.number(scheme.decimals)]
    rows = ([_blank_or_plain(cell) for cell in row] for row in shown.astype("object").itertuples(index=False))
    book.rows(sheet, HEADING_ROW + 1, rows, forms)
    sheet.autofilter(HEADING_ROW, 0, HEADING_ROW + len(shown), len(TOUCHED_COLUMNS) - 1)



SCHEME_COLUMNS = (
    (Phrase("编号", "No."), 8),
    (Phrase("名称", "Name"), 26),
    (Phrase("权重", "Weight"), 9),
    (Phrase("取数", "Measured as"), 31),
    (Phrase("计分", "Scored as"), 33),
    (Phrase("缺失时", "When missing"), 14),
    (Phrase("适用于", "Applies to"), 14),
    (Phrase("依据", "Source"), 18),
)
SCHEME_NOTE = Phrase("权重为在上一级中所占；编号对应指标体系的层级", "a weight is that within the level above")
Line = tuple[str, str, float | str, str, str, str, str, str]


def write_scheme_sheet(book: Book) -> None:
    """The tree with weights, measures and shapes in words, then adjustments, vetoes, awards and grades."""
    sheet = book.sheet("scheme", SCHEME_NOTE, top=HEADING_ROW + 1, left=2)
    book.headings(sheet, HEADING_ROW, SCHEME_COLUMNS)
    text, wrapped = book.format(valign="top"), book.format(text_wrap=True, valign="top")
    forms = [text, wrapped, book.number(valign="top"), *[wrapped] * 5]
    scheme = book.evaluation.scheme
    lines = [*_tree(scheme, book.language), *_beyond(scheme, book.language)]
    book.rows(sheet, HEADING_ROW + 1, lines, forms)
    for row, line in enumerate(lines, start=HEADING_ROW + 1):
        book.height(sheet, row, *zip(line, (width for _, width in SCHEME_COLUMNS), strict=True))


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
    if scheme.awards and scheme.ties[-1:] != ("joint",):
        kind, label = ("同分", "同分处理") if zh else ("ties", "ties")
        yield (kind, label, "", "", ties_in_words(scheme).into(language), "", "", "")
    if scheme.consent:
        kind, label = ("公示", "公开须经同意") if zh else ("publication", "consent")
        yield (kind, label, "", "", consent_in_words(scheme.consent).into(language), "", "", "")



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
        book.save()


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
        "as of {as_of}; {members:member|members}, {ranked} ranked",
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
    book.headings(sheet, HEADING_ROW, [PROBLEMS[name] for name in PROBLEM_COLUMNS])
    frame = problems.frame(book.language)
    severities = [SEVERITIES[problem.severity].into(book.language) for problem in problems]
    rows = frame.assign(severity=severities).astype(object).itertuples(index=False)
    forms = [book.format(text_wrap=name in {"rule", "mend", "value"}, valign="top") for name in PROBLEM_COLUMNS]
    book.rows(sheet, HEADING_ROW + 1, rows, forms)
    for row, texts in enumerate(
        frame[["value", "rule", "mend"]].itertuples(index=False), start=HEADING_ROW + 1
    ):
        book.height(sheet, row, *zip(texts, (14, 34, 34), strict=True))
