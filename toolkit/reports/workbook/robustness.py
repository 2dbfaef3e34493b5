"""What a president's meeting is handed: one page that says which awards are certain, and `robustness.xlsx`, on which it rests."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from toolkit.ground.display import Table, display_width
from toolkit.ground.resources import house_folder
from toolkit.ground.text import LANGUAGE_TAGS, Phrase, phrase
from toolkit.ground.writing import placed_in
from toolkit.reports import (
    MEETING_PAGE,
    ROBUSTNESS,
    probability_tables,
    sensitivity_tables,
    tipping_tables,
    wording,
)
from toolkit.reports.columns import Lexicon, ListColumn, Row, SheetColumn, award, class_, rows_of
from toolkit.reports.pictures.ranks import firmness_picture
from toolkit.reports.probability_tables import (
    CERTAIN,
    CONTENDERS,
    HAIR,
    LIKELY,
    ONE_PAGE,
    PROVED,
    bottom_line,
    firmness_note,
    hanging_words,
    whole_list_line,
)
from toolkit.reports.sensitivity_tables import central_tables
from toolkit.reports.workbook.book import HEADING_ROW, SHEETS, Book
from toolkit.sensitivity.probabilities import award_probabilities, count_together
from toolkit.sensitivity.robustness import questions_of, robustness
from toolkit.sensitivity.weights.draws import WeightDraws

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.ground.text import Language
    from toolkit.records import Records
    from toolkit.sensitivity.robustness import Firmness


TABLES: Mapping[str, Callable[..., Table]] = {
    "stability": tipping_tables.stability_table,
    "smallest_weights": tipping_tables.smallest_weights_table,
    "smallest_values": tipping_tables.smallest_values_table,
    "award_bounds": tipping_tables.award_bounds_table,
    "rank_bounds": tipping_tables.rank_bounds_table,
    "ranks": probability_tables.ranks_table,
    "grades": probability_tables.grades_table,
    "central_weights": central_tables,
    "scenarios": probability_tables.scenarios_table,
    "variance": sensitivity_tables.variance_table,
    "removals": sensitivity_tables.removals_table,
    "records": sensitivity_tables.struck_records_table,
    "agreement": sensitivity_tables.methods_table,
    "chosen": sensitivity_tables.chosen_table,
    "rank_reversals": sensitivity_tables.reversals_table,
    "groups": sensitivity_tables.groups_table,
    "fairness": sensitivity_tables.fairness_table,
}
SIGNS = {"certain": "●", "likely": "◎", "hair": "○", "contenders": "△"}
WIDE = dict.fromkeys(map(ord, SIGNS.values()), "囗")  # as wide as a character, in Chinese fonts
WRAPPED, MIDDLE = {"text_wrap": True}, {"align": "center"}


def _strip(row: Row, _: Lexicon) -> str:
    """The places of an award in one class as signs, the firmest first."""
    return "".join(sign * row[step] for step, sign in SIGNS.items())


PLACES = (
    ListColumn(wording.WORDS["class"], "class", sheet=SheetColumn(19, cell=class_, look=WRAPPED)),
    ListColumn(wording.WORDS["award"], "award", sheet=SheetColumn(10, cell=award, look=MIDDLE)),
    ListColumn(Phrase("逐个名额", "Place by place"), sheet=SheetColumn(33, cell=_strip, look=WRAPPED)),
    ListColumn(wording.WORDS["places"], "places", sheet=SheetColumn(6, cell=lambda places, _: wording.BLANK if wording.absent(places) else int(places), look=MIDDLE)),
    ListColumn(wording.WORDS["awarded"], "awarded", sheet=SheetColumn(8, look=MIDDLE)),
    ListColumn(CERTAIN, "certain", sheet=SheetColumn(6, look=MIDDLE)),
    ListColumn(PROVED, "proved", sheet=SheetColumn(9, look=MIDDLE)),
    ListColumn(Phrase("谁", "Who"), "who", sheet=SheetColumn(66, look={"text_wrap": True, "font_size": 9})),
)
"""The upper table of the one page; the lower one, of who is on a hair, stands in the same columns."""
ON_PAGE = [(column, column.sheet) for column in PLACES if column.sheet]
WIDTHS = [look.width for _, look in ON_PAGE]
ON_ONE_PAGE = 45  # rows, still readable
LEGEND = phrase(
    "● {zh[0]}：换一百组权重至少九十九组仍得；◎ {zh[1]}：三组里至少有两组；○ {zh[2]}：不到三组里的两组；△ {zh[3]}：未得，但三组里有一组以上能得。"
    "{zh[4]}：权重在所设范围内任意变动都不变。",
    "● {en[0]}: kept in 99 of 100 other sets of weights; ◎ {en[1]}: in two of three; ○ {en[2]}: in fewer; △ {en[3]}: won in more than one of three. "
    "{en[4]}: under any weights within the bounds.",
    zh=[step.zh for step in (CERTAIN, LIKELY, HAIR, CONTENDERS, PROVED)], en=[step.en for step in (CERTAIN, LIKELY, HAIR, CONTENDERS, PROVED)],
)  # fmt: skip
NUMBER = re.compile(r"-?\d+(?:\.(\d+))?(%?)")
WIDEST, LEAST, ACROSS = 58, 14, 176


def write_robustness_book(
    evaluation: Evaluation, firm: Firmness, chances: pd.DataFrame, answers: Mapping[str, pd.DataFrame], folder: Path
) -> Path:
    """The workbook in `folder`: the one page, the chance of each award, then a sheet for each answer.

    Parameters
    ----------
    firm, answers
        As `toolkit.sensitivity.robustness` gives them.
    chances
        What they were asked with.
    """
    with placed_in(folder) as unfinished:
        book = Book(evaluation, unfinished / ROBUSTNESS)
        _write_page(book, firm, left_out(questions_of(evaluation), answers))
        _write_table(book, "certainty", probability_tables.certainty_table(chances, evaluation, top=len(chances)))
        for name, table in TABLES.items():
            if name in answers:
                _write_table(book, name, table(evaluation, answers[name]))
        book.save()
    return folder / ROBUSTNESS


def left_out(questions: Iterable[str], answers: Collection[str]) -> Phrase | None:
    """Which questions were not asked, and where they are answered; None where all were."""
    names = [SHEETS[name] for name in questions if name not in answers]
    if not names:
        return None
    return phrase(
        "为节省时间未算：{zh}；见笔记本五，或运行 committee sensitivity。", "Left out to save time: {en}; see notebook 5, or run committee sensitivity.",
        zh="、".join(name.zh for name in names), en=", ".join(name.en for name in names),
    )  # fmt: skip


def _write_page(book: Book, firm: Firmness, missing: Phrase | None) -> None:
    """The one page: every award and class with its places one by one, then everyone on a hair and why."""
    sentence = bottom_line(firm)
    sheet = book.sheet("firmness", sentence, top=HEADING_ROW, left=0)  # two tables: no heading holds for both
    sheet.set_row(1, 24)
    sheet.write_string(1, 0, sentence.into(book.language), book.format(border=0, bold=True, font_size=12, valign="vcenter"))
    table = probability_tables.hanging_table(book.evaluation, firm, book.language)
    book.headings(sheet, HEADING_ROW, [(column.heading, look.width) for column, look in ON_PAGE])
    lexicon = Lexicon.of(book.evaluation)
    shown = [row | {"who": hanging_words(book.evaluation, firm, row, book.language)} for row in rows_of(firm.places) if row["awarded"] or row["contenders"]]
    after = _put(book, sheet, HEADING_ROW + 1, [tuple(look.cell(column.of(row), lexicon) for column, look in ON_PAGE) for row in shown])
    after = _say(book, sheet, after, LEGEND.into(book.language))
    if table.rows:
        sheet.set_row(after + 1, 22)
        sheet.repeat_rows(after + 1)  # a page that begins within the second table begins with its headings
        for place, heading in enumerate(table.headings):
            sheet.write_string(after + 1, place, heading, book.heading)
        after = _put(book, sheet, after + 2, [tuple(_number(cell) if look == "right" else cell for cell, look in zip(row, table.alignment, strict=True)) for row in table.rows])  # a name stays text, "007" too
        after = _say(book, sheet, after, table.note)
    if missing:
        after = _say(book, sheet, after, missing.into(book.language))
    if after <= ON_ONE_PAGE:
        sheet.fit_to_pages(1, 1)


def _put(book: Book, sheet: Any, first: int, rows: list[tuple[Any, ...]]) -> int:
    """Rows of the page from row `first` on; the row after them."""
    forms = [book.format(**look.look) for _, look in ON_PAGE]
    for row, cells in enumerate(rows, start=first):
        strip = cells[2].translate(WIDE)
        book.height(sheet, row, (cells[0], WIDTHS[0]), (strip, WIDTHS[2]), (cells[-1], WIDTHS[-1] * 10 / 9))
        for column, (cell, form) in enumerate(zip(cells, forms, strict=True)):
            shown, special = cell if isinstance(cell, tuple) else (cell, None)
            book.cell(sheet, row, column, shown, book.format(align="center", num_format=special) if special else form)
    return first + len(rows)


def _say(book: Book, sheet: Any, row: int, text: str, widths: Sequence[float] = WIDTHS) -> int:
    """A note across all columns; the row after it."""
    sheet.merge_range(row, 0, row, len(widths) - 1, text, book.format(border=0, text_wrap=True, font_size=9, font_color="#404040"))
    book.height(sheet, row, (text, sum(widths)))
    return row + 1


def _write_table(book: Book, name: str, table: Table) -> None:
    """A sheet with what a table shows."""
    sheet = book.sheet(name, Phrase(table.caption, table.caption), top=HEADING_ROW + 1, left=0)
    widths = _fitted([_width(heading, [row[place] for row in table.rows]) for place, heading in enumerate(table.headings)])
    book.headings(sheet, HEADING_ROW, list(zip(table.headings, widths, strict=True)))
    left, right = book.format(text_wrap=True), book.format(text_wrap=True, align="right")
    for row, cells in enumerate(table.rows, start=HEADING_ROW + 1):
        book.height(sheet, row, *zip(cells, widths, strict=True))
        for column, cell in enumerate(cells):
            figures = column < len(table.alignment) and table.alignment[column] == "right"
            number = _number(cell) if figures else cell
            shown, special = number if isinstance(number, tuple) else (number, None)
            plain = right if figures else left
            book.cell(sheet, row, column, shown, book.format(align="right", num_format=special) if special else plain)
    if table.note:
        _say(book, sheet, HEADING_ROW + 1 + len(table.rows), table.note, widths)


def _width(heading: str, cells: Sequence[str]) -> float:
    """As wide as the widest cell; a long heading takes two lines."""
    return float(min(WIDEST, max(8, display_width(heading) // 2 + 4, *(display_width(cell) + 3 for cell in cells))))


def _fitted(widths: Sequence[float]) -> list[float]:
    """The widest columns made narrower, all to the same width, until a page printed across is still easy to read."""
    most = WIDEST
    while sum(min(width, most) for width in widths) > ACROSS and most > LEAST:
        most -= 1
    return [min(width, float(most)) for width in widths]


def _number(cell: str) -> tuple[float, str] | str:
    """A cell that is a number with the format that shows it as it was; else the cell."""
    number = NUMBER.fullmatch(cell)
    if number is None:
        return cell
    shown = "0" if not number[1] else "0." + "0" * len(number[1])
    return (float(cell[:-1]) / 100, f"{shown}%") if number[2] else (float(cell), shown)



INSIDE = Phrase("内部材料，供会长办公会讨论，不公开", "For the president's meeting; not public")


def write_meeting_papers(
    evaluation: Evaluation,
    records: Records,
    folder: Path,
    progress: Callable[[Phrase], None] | None = None,
    *,
    quick: bool = True,
    together: bool = True,
) -> None:
    """`one_page.html` and `robustness.xlsx` of an evaluation, in the new folder `folder`; the same bytes every time.

    Parameters
    ----------
    records
        Those evaluated. Places in them are told by file, sheet and row; of score sheets none, and of the members nothing
        but what the scheme itself reads, and the kinds they are of.
    progress
        Called with what is asked, before it is.
    quick
        Whether to leave out the slow questions; both papers then say which.
    together
        Whether the page says what holds of all places at once; papers of versions before 0.6.0 did not.
    """
    step = progress or (lambda _: None)
    step(_told("certainty"))
    spec = WeightDraws()
    count_together(evaluation, spec)
    chances = award_probabilities(evaluation, spec)
    firm, answers = robustness(evaluation, records, chances, spec=spec, quick=quick, progress=lambda name: step(_told(name)))
    folder.mkdir(parents=True)
    write_robustness_book(evaluation, firm, chances, answers, folder)
    missing = left_out(questions_of(evaluation), answers)
    page = meeting_page(evaluation, firm, missing, draws=spec.draws, together=together)
    (folder / MEETING_PAGE).write_text(page, encoding="utf-8", newline="\n")


def meeting_page(evaluation: Evaluation, firm: Firmness, missing: Phrase | None = None, *, draws: int, language: Language | None = None, together: bool = True) -> str:
    """The one page as HTML that needs nothing else: A4 upright on paper, no script, no address outside.

    Parameters
    ----------
    missing
        What the workbook beside it leaves out, if anything.
    draws
        How many sets of weights were drawn.
    together
        Whether it says what holds of all places at once.
    """
    scheme, to = evaluation.scheme, language or evaluation.scheme.language
    table = probability_tables.hanging_table(evaluation, firm, to)
    notes = [_drawn(evaluation, draws), *([missing] if missing else [])]
    return Template((house_folder("templates/papers") / MEETING_PAGE).read_text("utf-8")).substitute(
        language=LANGUAGE_TAGS[to],
        heading=ONE_PAGE.into(to),
        title=escape(f"{scheme.title}（{scheme.edition}）" if to == "zh" else f"{scheme.title} ({scheme.edition})"),
        inside=INSIDE.into(to),
        picture=firmness_picture(evaluation, firm, to).svg,
        whole=f"<p>{escape(whole_list_line(evaluation, firm.whole).into(to))}</p>\n" if together and evaluation.scheme.awards else "",
        meaning=escape(firmness_note().into(to)),
        table=table._repr_html_() if table.rows else "",
        notes="".join(f"<p>{escape(note.into(to))}</p>" for note in notes),
    )


def _told(name: str) -> Phrase:
    return SHEETS.get(name, SHEETS["firmness"])


def _drawn(evaluation: Evaluation, draws: int) -> Phrase:
    """What another has to know to draw the same."""
    digest = evaluation.digests.get("scheme.toml", "")[:16]
    return phrase(
        "抽样 {n} 次，种子 {seed}；评选办法指纹 {digest}。", "{n:draw|draws}, seed {seed}; scheme {digest}.",
        n=draws, seed=evaluation.scheme.seed, digest=digest or "—",
    )  # fmt: skip
