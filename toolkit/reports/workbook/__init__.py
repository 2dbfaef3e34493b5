"""`evaluation.xlsx`: the evaluation as a workbook to lay before the president's meeting and to check by hand.

Beside the list it has the sheets 升降 (every member against the previous edition), 替代与处理的数值 (every value that does not come of
the raw one as it stands) and 评选办法 (what the committee decided, to read beside the scores).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.comparison.previous import DIRECTIONS, has_previous, movement
from toolkit.ground.problems import SEVERITIES
from toolkit.ground.resources import uncollected
from toolkit.ground.text import Phrase, discreet, phrase
from toolkit.reports.columns import ListColumn, SheetColumn, as_it_is, led_by, text
from toolkit.reports.list_tables import PROBLEMS, RANKING
from toolkit.reports.plan_tables import NOTHING, SHEET, UNKNOWN
from toolkit.reports.scheme_wording import (
    gathered_in_words,
    measure_in_words,
    missing_in_words,
    rules_in_words,
    touched_in_words,
    valued_in_words,
)
from toolkit.reports.wording import JOIN, NOT_APPLICABLE, outline
from toolkit.reports.workbook.book import HEADING_ROW, Book
from toolkit.reports.workbook.places import write_place_sheet
from toolkit.reports.workbook.scores import write_score_sheet
from toolkit.scheme.criteria import Group

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme


KEY, NAME = Phrase("会员代码", "Key"), Phrase("会员名称", "Member")
MEMBER_COLUMNS = (ListColumn(KEY, "member", sheet=SheetColumn(21)), ListColumn(NAME, "name", sheet=SheetColumn(30)))
MOVEMENT_NOTE = Phrase("与上届结果对照；名次为各自榜单上的名次", "against the previous edition; ranks are those of each list")
MOVEMENT = (
    *MEMBER_COLUMNS,
    ListColumn(Phrase("上届总分", "Total before"), "total_before", sheet=SheetColumn(10, figures="scheme")),
    ListColumn(Phrase("总分", "Total"), "total", sheet=SheetColumn(9, figures="scheme")),
    ListColumn(Phrase("上届名次", "Rank before"), "rank_before", sheet=SheetColumn(10)),
    ListColumn(Phrase("名次", "Rank"), "rank", sheet=SheetColumn(7)),
    ListColumn(Phrase("上届奖项", "Award before"), "award_before", sheet=SheetColumn(12)),
    ListColumn(Phrase("评选结果", "Award"), "award", sheet=SheetColumn(12)),
    ListColumn(Phrase("上届等级", "Grade before"), "grade_before", sheet=SheetColumn(10)),
    ListColumn(Phrase("信用等级", "Grade"), "grade", sheet=SheetColumn(10)),
    ListColumn(Phrase("升降", "Movement"), "direction", sheet=SheetColumn(12)),
)
TOUCHED = (
    *MEMBER_COLUMNS,
    ListColumn(Phrase("指标", "Indicator"), "label", sheet=SheetColumn(26)),
    ListColumn(Phrase("如何替代或处理", "What was done"), "done", sheet=SheetColumn(26, look={"text_wrap": True})),
    ListColumn(Phrase("原始数据", "Raw"), "raw", sheet=SheetColumn(12, figures="any")),
    ListColumn(Phrase("处理后", "Used"), "used", sheet=SheetColumn(12, figures="any")),
    ListColumn(Phrase("分值", "Value"), "value", sheet=SheetColumn(10, figures="scheme")),
)
TOP, WRAPPED = {"valign": "top"}, {"text_wrap": True, "valign": "top"}
SCHEME = (
    ListColumn(Phrase("编号", "No."), sheet=SheetColumn(8, cell=text, look=TOP, tall=1)),
    ListColumn(Phrase("名称", "Name"), sheet=SheetColumn(26, cell=text, look=WRAPPED, tall=1)),
    ListColumn(Phrase("权重", "Weight"), sheet=SheetColumn(9, look=TOP, figures="any", tall=1)),
    ListColumn(Phrase("取数", "Measured as"), sheet=SheetColumn(31, cell=text, look=WRAPPED, tall=1)),
    ListColumn(Phrase("计分", "Scored as"), sheet=SheetColumn(33, cell=text, look=WRAPPED, tall=1)),
    ListColumn(Phrase("缺失时", "When missing"), sheet=SheetColumn(14, cell=text, look=WRAPPED, tall=1)),
    ListColumn(Phrase("适用于", "Applies to"), sheet=SheetColumn(14, cell=text, look=WRAPPED, tall=1)),
    ListColumn(Phrase("依据", "Source"), sheet=SheetColumn(18, cell=text, look=WRAPPED, tall=1)),
)
SCHEME_NOTE = Phrase("权重为在上一级中所占；编号对应指标体系的层级", "a weight is that within the level above")
# The shades stay apart on a black-and-white printer.
SHADES = ("#D9D9D9", "#EFEFEF")
SchemeLine = tuple[Phrase | str, Phrase | str, float | str, Phrase | str, Phrase | str, Phrase | str, Phrase | str, str]


def write_workbook(evaluation: Evaluation, path: Path, ahead: pd.DataFrame | None = None) -> None:
    """The evaluation as a workbook at `path`; the same evaluation always gives the same bytes."""
    with uncollected():
        book = Book(evaluation, path)
        _write_ranking(book)
        write_place_sheet(book, write_score_sheet(book))
        _write_members(book, "values", evaluation.values, Phrase("各指标折算后的分值", "indicators as values on the scale"))
        _write_members(book, "indicators", evaluation.indicators, Phrase("折算前的原始数据", "indicators as measured"))
        _write_touched(book)
        _write_scheme(book)
        _write_movement(book)
        _write_ahead(book, ahead)
        _write_problems(book)
        book.save()


def _values(frame: pd.DataFrame, columns: Sequence[ListColumn]) -> list[list[Any]]:
    return [frame[column.key].tolist() for column in columns]


def _write_ranking(book: Book) -> None:
    ranking, awards = book.evaluation.ranking.reset_index(), book.evaluation.scheme.awards
    empty = [name for name in ("class", "award", "grade") if not ranking[name].fillna("").astype(str).any()]
    columns = [column for column in led_by(RANKING, "class", "rank", "name") if column.key not in empty]
    shades = {award.id: SHADES[min(order, 1)] for order, award in enumerate(awards)}
    sheet = book.list_sheet(
        "ranking", _ranking_note(book), columns, _values(ranking, columns),
        left=[column.key for column in columns].index("name") + 1, shades=[shades.get(award, "") for award in ranking["award"]],
    )  # fmt: skip
    # The key stays off the paper, which leaves the names and reasons a size that can be read.
    sheet.print_area(0, 0, HEADING_ROW + len(ranking), len(columns) - 2)


def _ranking_note(book: Book) -> Phrase:
    evaluation = book.evaluation
    awards = evaluation.awards["award"]
    counts = [(award.label, int((awards == award.id).sum())) for award in evaluation.scheme.awards]
    members = phrase(
        "评价基准日 {as_of}；会员 {members} 家，参加排名 {ranked} 家",
        "as of {as_of}; {members:member|members}, {ranked} ranked",
        as_of=evaluation.scheme.as_of,
        members=len(evaluation.ranking),
        ranked=int(evaluation.ranking["rank"].notna().sum()),
    )
    awarded = Phrase(
        "".join(f"；{label} {count} 家" for label, count in counts),
        "".join(f"; {label} {count}" for label, count in counts),
    )
    until = evaluation.grades_valid_until
    grades = phrase("；信用等级有效期至 {day}", "; grades hold until {day}", day=until) if until else Phrase("", "")
    return Phrase(members.zh + awarded.zh + grades.zh, members.en + awarded.en + grades.en)


def _write_members(book: Book, name: str, frame: pd.DataFrame, note: Phrase) -> None:
    """A row for each member in the order of the list, a column for each indicator."""
    evaluation = book.evaluation
    ordered = frame.reindex(evaluation.ranking.index)
    applicable = evaluation.applicable.reindex(index=ordered.index, columns=ordered.columns, fill_value=True)
    shown = ordered.astype(object).where(applicable.astype(bool), NOT_APPLICABLE.into(book.language))
    look = SheetColumn(12.0, cell=as_it_is, figures="scheme" if name == "values" else "any")
    headings = [_with_unit(book, column, name) for column in frame.columns]
    columns = [*MEMBER_COLUMNS, *(ListColumn(Phrase(heading, heading), sheet=look) for heading in headings)]
    values = [shown.index.map(str).tolist(), evaluation.ranking["name"].map(str).tolist(), *(shown.iloc[:, place].tolist() for place in range(shown.shape[1]))]
    book.list_sheet(name, note, columns, values)


def _with_unit(book: Book, indicator: str, sheet: str) -> str:
    label = book.evaluation.scheme.label(indicator)
    unit = next((item.unit for item in book.evaluation.scheme.indicators if item.id == indicator), "")
    return f"{label}（{unit}）" if unit and sheet == "indicators" else label


def _write_touched(book: Book) -> None:
    """A row for each value that does not come of the raw one as it stands, indicator by indicator; no sheet where there is none."""
    evaluation = book.evaluation
    touched, scheme = evaluation.touched, evaluation.scheme
    if touched.empty:
        return
    note = phrase("共 {n} 个数值；原始数据空缺的为缺失", "{n:value|values}; without a raw value where it is missing", n=len(touched))
    shown = touched.assign(
        name=evaluation.members["name"].reindex(touched["member"]).to_numpy(),
        label=[scheme.label(item) for item in touched["indicator"]],
        done=[touched_in_words(scheme, *place).into(book.language) for place in zip(touched["indicator"], touched["how"], strict=True)],
    )
    book.list_sheet("touched", note, TOUCHED, _values(shown, TOUCHED))


def _write_movement(book: Book) -> None:
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
    filled = [column for column in MOVEMENT if frame[column.key].notna().any() and (frame[column.key].astype("object") != "").any()]
    book.list_sheet("movement", MOVEMENT_NOTE, filled, _values(frame, filled))


def _write_ahead(book: Book, ahead: pd.DataFrame | None) -> None:
    """A row for each change that comes by itself, where they were asked for."""
    if ahead is not None:
        shown = ahead.assign(**{name: ahead[name].map(discreet) for name in ("file", "sheet")}, row=ahead["row"].where(ahead["row"] > 0).astype("Int64"))
        book.list_sheet("changes_ahead", UNKNOWN if len(ahead) else NOTHING, SHEET, _values(shown, SHEET))


def _write_problems(book: Book) -> None:
    problems = book.evaluation.problems
    frame = problems.frame(book.language).assign(severity=[SEVERITIES[problem.severity].into(book.language) for problem in problems])
    note = phrase("共 {n} 条", "{n} in all", n=len(problems))
    book.list_sheet("problems", note, PROBLEMS, _values(frame, PROBLEMS), left=0, filtered=False)


def _write_scheme(book: Book) -> None:
    """The tree with weights, measures and shapes in words, then adjustments, vetoes, awards and grades."""
    lines = [*_tree(book.evaluation.scheme), *_beyond_tree(book.evaluation.scheme)]
    book.list_sheet("scheme", SCHEME_NOTE, SCHEME, list(zip(*lines, strict=True)), filtered=False)


def _tree(scheme: Scheme) -> Iterator[SchemeLine]:
    for node, _, number in outline(scheme):
        name = "　" * number.count(".") + node.label
        if isinstance(node, Group):
            yield number, name, node.weight, "", gathered_in_words(node), "", "", node.source
        else:
            applies = Phrase(JOIN.zh.join(node.applies_to), JOIN.en.join(node.applies_to))
            yield number, name, node.weight, measure_in_words(node.measure), valued_in_words(node), missing_in_words(node), applies, node.source


def _beyond_tree(scheme: Scheme) -> Iterator[SchemeLine]:
    """What the scheme decides beside its tree: kind, name, what is read, what comes of it, and where it was decided."""
    for kind, name, measured, scored, source in rules_in_words(scheme):
        yield kind, name, "", measured, scored, "", "", source
