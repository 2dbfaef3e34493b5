"""What the committee has still to see to, gravest first: a sentence for each matter, and what settles it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from toolkit.evaluation.decisions import left_over
from toolkit.evaluation.stages import open_shortlist
from toolkit.ground.problems import Problem, stop_at
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.indicators.checks import UNDER_APPEAL
from toolkit.minutes.adoption import found_problems
from toolkit.minutes.decisions import STATES, state_of
from toolkit.minutes.journal import JOURNAL, read_journal
from toolkit.minutes.objections import due_problems, read_objections
from toolkit.reports.columns import Lexicon, ListColumn, listing, text
from toolkit.scheme.outcomes import SHORTLIST

if TYPE_CHECKING:
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.ground.display import Table

Kind = Literal["ruling", "tie", "objection", "scheme", "panel", "appeal"]
KINDS: dict[Kind, Phrase] = {
    "ruling": Phrase("裁定", "ruling"),
    "tie": Phrase("同分", "tie"),
    "objection": Phrase("异议", "objection"),
    "scheme": Phrase("办法", "scheme"),
    "panel": Phrase("待定位次", "open place"),
    "appeal": Phrase("申诉", "appeal"),
}
GRAVITY = {True: Phrase("必须决定", "must be decided"), False: Phrase("请留意", "to be looked at")}
MATTERS = (
    ListColumn(Phrase("轻重", "Gravity"), "pressing", lambda value, lexicon: GRAVITY[value].into(lexicon.language)),
    ListColumn(Phrase("事项", "Matter"), "kind", lambda value, lexicon: KINDS[value].into(lexicon.language)),
    ListColumn(Phrase("内容", "What it is"), "what", text),
    ListColumn(Phrase("如何办理", "What settles it"), "settle", text),
)
ALL_DECIDED = Phrase("没有待决定的事项。", "Nothing is left to decide.")


@dataclass(frozen=True)
class OpenMatter:
    """One matter the committee has to see to.

    Parameters
    ----------
    kind, subject
        What it is, and of what: an award's id, the number of an objection, the key of a member.
    pressing
        Whether nothing can be decided, or sealed, while it is open.
    what, settle
        It in a sentence, and what settles it.
    """

    kind: Kind
    subject: str
    pressing: bool
    what: Phrase
    settle: Phrase


def open_matters(edition: Edition, evaluation: Evaluation, today: dt.date | None = None) -> tuple[OpenMatter, ...]:
    """Everything left to the committee in an edition: pressing matters first, and among these in the order of `KINDS`.

    Rulings that no longer fit, open ties, objections undecided and overdue, changes of the scheme made without an entry, places
    that the panel left open, and records that count although under appeal.
    """
    day = today or dt.date.today()  # noqa: DTZ011 - the date on the wall of the secretariat
    found = [*_of_list(evaluation), *_of_objections(edition, day), *_of_scheme(edition), *_of_panel(evaluation), *_of_appeals(evaluation)]
    return tuple(sorted(found, key=lambda matter: (not matter.pressing, list(KINDS).index(matter.kind))))


def refuse_pressing(matters: Iterable[OpenMatter]) -> None:
    """Refuse that an edition is decided while something pressing is open.

    Raises
    ------
    Refused
        With each of these matters.
    """
    stop_at(Problem("error", matter.what, matter.settle, column=matter.subject) for matter in matters if matter.pressing)


def open_matters_table(
    edition: Edition, evaluation: Evaluation, language: Language | None = None, *, today: dt.date | None = None, settled_by: Callable[[OpenMatter], Phrase] | None = None
) -> Table:
    """The open matters as a table; the note says how many, and in which state the edition is.

    Parameters
    ----------
    settled_by
        What settles a matter, where the reader has something other at hand than the command line.
    """
    matters = open_matters(edition, evaluation, today)
    pressing = sum(matter.pressing for matter in matters)
    state = STATES[state_of(read_journal(edition.folder))].title
    counted = ALL_DECIDED
    if matters:
        counted = phrase("共 {n} 件，其中 {m} 件必须决定。", "{n:matter|matters}, {m} to be decided.", n=len(matters), m=pressing)
    note = joined([counted, phrase("本届现为：{zh}。", "The edition is: {en}.", zh=state.zh, en=state.en)], "", " ")
    rows = [vars(matter) | {"settle": settled_by(matter) if settled_by else matter.settle} for matter in matters]
    return listing(MATTERS, rows, Lexicon.of(evaluation, language), Phrase("待决定的事项", "What is left to decide"), note)


def _of_list(evaluation: Evaluation) -> Iterator[OpenMatter]:
    """Rulings that settle no tie of the list, and ties that no ruling settles."""
    for problem in evaluation.problems:
        if problem.file == JOURNAL and problem.severity == "error":
            yield _matter("ruling", problem.column, problem, pressing=True)
    for problem in open_shortlist(evaluation.problems):
        yield _matter("scheme", SHORTLIST, problem, pressing=True)
    scheme, names = evaluation.scheme, evaluation.members["name"]
    for tie in evaluation.ties:
        level = [str(names[member]) for member in tie.members]
        what = phrase(
            "{award}{zh}：{n} 家完全同分，{left.zh}：{level_zh}", "{award}{en}: {n} level in every way, {left.en}: {level_en}",
            award=scheme.label(tie.award), zh=f"（{tie.class_}）" if tie.class_ else "", en=f" ({tie.class_})" if tie.class_ else "",
            n=len(level), left=left_over(tie), level_zh="、".join(level), level_en=", ".join(level),
        )  # fmt: skip
        settle = phrase("committee decide 届次 tie {award} 会员…", "committee decide DIR tie {award} MEMBER...", award=tie.award)
        yield OpenMatter("tie", tie.award, scheme.open_ties == "refused", what, settle)


def _of_objections(edition: Edition, day: dt.date) -> Iterator[OpenMatter]:
    objections = read_objections(edition.folder, edition.records)
    for problem in (*due_problems(objections, day), *objections.problems, *objections.unheld):
        if problem.severity == "error":  # a row that an upheld objection is about stands as it was, or is not there yet
            yield _matter("objection", f"{problem.file} {problem.row or ''}".strip(), problem, pressing=True)
            continue
        number = problem.file.rpartition("/")[2].removesuffix(".toml")
        named = phrase("第 {n} 号：{zh}", "no. {n}: {en}", n=number, zh=problem.rule.zh, en=problem.rule.en)
        pressing = problem.severity == "warning" and problem not in objections.unheld
        yield OpenMatter("objection", number, pressing, named, problem.mend)


def _of_scheme(edition: Edition) -> Iterator[OpenMatter]:
    for problem in found_problems(edition.folder, read_journal(edition.folder)):
        yield _matter("scheme", "scheme", problem, pressing=False)


def _of_panel(evaluation: Evaluation) -> Iterator[OpenMatter]:
    """Places that the panel left open, a matter for each member."""
    scheme, names = evaluation.scheme, evaluation.members["name"]
    for member, waiting in evaluation.measured.open.items():
        why = joined([phrase("“{label}”{zh}", "`{label}`: {en}", label=scheme.label(id_), zh=words.zh, en=words.en) for id_, words in waiting.items()], "；", "; ")
        what = phrase("{name}：{zh}", "{name}: {en}", name=names.get(member, member), zh=why.zh, en=why.en)
        settle = phrase("补足评分，或 committee decide 届次 place {member} 指标 分数", "have it scored, or committee decide DIR place {member} INDICATOR SCORE", member=member)
        yield OpenMatter("panel", str(member), False, what, settle)


def _of_appeals(evaluation: Evaluation) -> Iterator[OpenMatter]:
    for problem in evaluation.problems:
        if problem.rule == UNDER_APPEAL:
            yield _matter("appeal", f"{problem.file} {problem.row or ''}".strip(), problem, pressing=False)


def _matter(kind: Kind, subject: str, problem: Problem, *, pressing: bool) -> OpenMatter:
    """A matter as the problem tells it, with its place."""
    place = Phrase(*(f"{problem.file}，第 {problem.row} 行：", f"{problem.file}, row {problem.row}: ")) if problem.row and kind in {"appeal", "objection"} else Phrase("", "")
    return OpenMatter(kind, subject, pressing, joined([place, problem.rule], "", ""), problem.mend)
