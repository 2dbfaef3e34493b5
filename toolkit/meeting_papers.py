"""What a president's meeting is handed: one page that says which awards are certain, and the workbook it rests on."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from string import Template
from typing import TYPE_CHECKING

from toolkit.house import house_folder
from toolkit.sensitivity.draws import WeightDraws, award_probabilities
from toolkit.sensitivity.firmness_tables import ONE_PAGE, firmness_note, hanging_table
from toolkit.sensitivity.pictures import firmness_picture
from toolkit.sensitivity.robustness import questions_of, robustness
from toolkit.text import Phrase, phrase
from toolkit.workbook.book import SHEETS
from toolkit.workbook.robustness_book import left_out, write_robustness_book

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.sensitivity.firmness import Firmness
    from toolkit.text import Language

PAGE = "one_page.html"
INSIDE = Phrase("内部材料，供会长办公会讨论，不公开", "For the president's meeting; not public")


def write_meeting_papers(
    evaluation: Evaluation,
    records: Records,
    folder: Path,
    progress: Callable[[str], None] | None = None,
    *,
    quick: bool = True,
) -> None:
    """`one_page.html` and `robustness.xlsx` of an evaluation, in the new folder `folder`; the same bytes every time.

    Parameters
    ----------
    records
        Those evaluated. Places in them are told by file, sheet and row; of score sheets none, and of the members nothing
        but what the scheme itself reads, and the kinds they are of.
    progress
        Called with what is asked, in both languages, before it is.
    quick
        Whether to leave out the slow questions; both papers then say which.
    """
    step = progress or (lambda _: None)
    step(_told("certainty"))
    spec = WeightDraws()
    chances = award_probabilities(evaluation, spec)
    firm, answers = robustness(evaluation, records, chances, spec=spec, quick=quick, progress=lambda name: step(_told(name)))
    folder.mkdir(parents=True)
    write_robustness_book(evaluation, firm, chances, answers, folder)
    missing = left_out(questions_of(evaluation), answers)
    page = meeting_page(evaluation, firm, missing, draws=spec.draws)
    (folder / PAGE).write_text(page, encoding="utf-8", newline="\n")


def meeting_page(evaluation: Evaluation, firm: Firmness, missing: Phrase | None = None, *, draws: int, language: Language | None = None) -> str:
    """The one page as HTML that needs nothing else: A4 upright on paper, no script, no address outside.

    Parameters
    ----------
    missing
        What the workbook beside it leaves out, if anything.
    draws
        How many sets of weights were drawn.
    """
    scheme, to = evaluation.scheme, language or evaluation.scheme.language
    table = hanging_table(evaluation, firm, to)
    notes = [_drawn(evaluation, draws), *([missing] if missing else [])]
    return Template((house_folder("templates/papers") / PAGE).read_text("utf-8")).substitute(
        language="zh-CN" if to == "zh" else "en",
        heading=ONE_PAGE.into(to),
        title=escape(f"{scheme.title}（{scheme.edition}）" if to == "zh" else f"{scheme.title} ({scheme.edition})"),
        inside=INSIDE.into(to),
        picture=firmness_picture(evaluation, firm, to).svg,
        meaning=escape(firmness_note().into(to)),
        table=table._repr_html_() if table.rows else "",
        notes="".join(f"<p>{escape(note.into(to))}</p>" for note in notes),
    )


def _told(name: str) -> str:
    said = SHEETS.get(name, SHEETS["firmness"])
    return f"{said.zh} {said.en}"


def _drawn(evaluation: Evaluation, draws: int) -> Phrase:
    """What another has to know to draw the same."""
    digest = evaluation.digests.get("scheme.toml", "")[:16]
    return phrase(
        "抽样 {n} 次，种子 {seed}；评选办法指纹 {digest}。", "{n} draws, seed {seed}; scheme {digest}.",
        n=draws, seed=evaluation.scheme.seed, digest=digest or "—",
    )  # fmt: skip
