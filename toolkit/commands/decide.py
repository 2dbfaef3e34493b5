"""Commands about what was decided: enter a decision of the committee, rehearse one, read the minutes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from toolkit.commands.console import (
    Folder,
    LanguageOption,
    finish,
    language_of,
    refusals,
    say,
    show,
    steps,
    worded,
    working,
    wrong_use,
)
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.comparison import Comparison
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.minutes.journal import Entry, Journal
    from toolkit.minutes.mends import Mend
    from toolkit.minutes.objections import Objection, Outcome

Matter = Literal["tie", "place", "objection", "state"]
WHOLE = Phrase("记录完整。", "The minutes are whole.")
NO_AWARD = Phrase("没有写明哪一奖项；例如 tie outstanding 会员代码", "the award is not named: tie AWARD MEMBER...")
NO_STATE = Phrase("请写一个状态；例如 state reviewed", "name one state: state reviewed")
NO_PLACE = Phrase("请写会员代码、指标编号和分数；例如 place 会员代码 innovation 85", "name member, indicator and score: place MEMBER INDICATOR 85")
NO_NUMBER = Phrase("请写异议的序号；例如 objection 1 --upheld", "give the objection's number: objection 1 --upheld")
NO_OUTCOME = Phrase("请写 --upheld（成立）、--rejected（不成立）或 --if-upheld（只预演）之一", "say one of --upheld, --rejected and --if-upheld")
ENTERED = ("已记入第 {n} 条：{zh}", "Entered as no. {n}: {en}")
MOST_DIGITS = 6  # of the number of an objection
UNFIT = Phrase("异议如成立，改正后的名单还有下列问题，须另行处理：", "If it is upheld, this too has to be settled in the list as it then is:")
UNMOVED = Phrase("即使成立，没有会员的奖项、等级或名次变化。", "If it is upheld, no member's award, grade or rank changes.")


@dataclass(frozen=True)
class Said:
    """What was decided as it was typed."""

    folder: Path
    words: Sequence[str]
    by: str
    because: str
    language: str


def decide(
    folder: Folder,
    matter: Annotated[Matter, typer.Argument(metavar="事项 MATTER", help="tie 同分，place 待定位次，objection 异议，state 状态 tie, place, objection or state")],
    words: Annotated[
        list[str] | None, typer.Argument(metavar="内容 WORDS", help="同分写奖项和授予的会员代码；待定位次写会员、指标、分数；异议写序号；状态写一个词 AWARD MEMBER..., MEMBER INDICATOR SCORE, a NUMBER, or a state")
    ] = None,
    *,
    by: Annotated[str, typer.Option("--by", help="由谁决定，如哪次会议 who decided, such as which meeting")] = "",
    because: Annotated[str, typer.Option("--because", help="理由 the reason")] = "",
    class_: Annotated[str | None, typer.Option("--class", help="类别，同一奖项几类都有同分时写 the class, where several are tied")] = None,
    upheld: Annotated[bool, typer.Option("--upheld", help="异议成立 the objection is upheld")] = False,
    rejected: Annotated[bool, typer.Option("--rejected", help="异议不成立 the objection is rejected")] = False,
    if_upheld: Annotated[bool, typer.Option("--if-upheld", help="只预演：若成立谁会变动，不记入 only rehearse: who would move")] = False,
    language: LanguageOption = "zh",
) -> None:
    """记下委员会的一项决定：同分、待定位次、异议、状态；都要写明由谁、为何。 Enter a decision of the committee: who decided what, and why."""
    said = Said(folder, words or [], by, because, language)
    outcomes: list[Outcome] = [*(["upheld"] * upheld), *(["rejected"] * rejected)]  # type: ignore[list-item]
    with refusals(language):
        if matter == "objection":
            _objection(said, outcomes, if_upheld=if_upheld)
        elif matter == "tie":
            _tie(said, class_)
        elif matter == "place":
            _place(said)
        else:
            _state(said)


def journal(
    folder: Folder,
    enter_found: Annotated[bool, typer.Option("--enter-found", help="把记录之外的改动照现状记入 enter a change made without an entry")] = False,  # noqa: FBT002
    language: LanguageOption = "zh",
) -> None:
    """逐条核对并列出本届的记录：谁在何时为何决定了什么。 The minutes in order, checked link by link."""
    from toolkit.ground.writing import edition_lock
    from toolkit.minutes.adoption import enter_found as entered_as_found
    from toolkit.minutes.adoption import found_problems
    from toolkit.minutes.decisions import changed_after, garbled_lines
    from toolkit.minutes.journal import cut_problems, dated_back, read_journal
    from toolkit.minutes.wording import minutes_text
    from toolkit.sealing.revisions import untold_seals

    with refusals(language):
        if enter_found:
            with edition_lock(folder):
                entered_as_found(folder)
        minutes = read_journal(folder)
        typer.echo(minutes_text(minutes, language_of(language)))
        finish(minutes.problems + dated_back(minutes) + garbled_lines(minutes) + changed_after(minutes) + cut_problems(folder, minutes) + found_problems(folder, minutes) + untold_seals(folder), language, WHOLE)


def _tie(said: Said, class_: str | None) -> None:
    from toolkit.minutes.decisions import already_ruled, decide_tie
    from toolkit.minutes.journal import read_journal, refuse_unsaid

    if not said.words:
        raise wrong_use(NO_AWARD, said.language)
    refuse_unsaid(said.by, said.because)
    award, *members = said.words
    evaluation = _as_it_stands(said)[1] if members else None  # a ruling is lifted whatever the records are like now
    names = {str(key): str(name) for key, name in evaluation.members["name"].items()} if evaluation else {}
    ties = evaluation.left_to_committee if evaluation else ()
    before = read_journal(said.folder)
    entry = decide_tie(said.folder, ties, award, members, by=said.by, reason=said.because, class_=class_, names=names)
    _told(said, entry)
    if note := already_ruled(before, entry):
        say(said.language, note)


def _place(said: Said) -> None:
    from toolkit.edition import open_edition
    from toolkit.evaluation import panel_of
    from toolkit.minutes.decisions import decide_place, score_given
    from toolkit.minutes.journal import refuse_unsaid

    if len(said.words) not in {2, 3}:
        raise wrong_use(NO_PLACE, said.language)
    refuse_unsaid(said.by, said.because)
    member, indicator, *score = said.words
    given = score_given(score[0]) if score else None
    edition = open_edition(said.folder)
    bounds = edition.score_bounds(indicator)
    waiting = panel_of(edition.scheme, edition.records, edition.judged).open
    names = {str(key): str(name) for key, name in edition.records.members["name"].items()}
    _told(said, decide_place(said.folder, waiting, member, indicator, given, by=said.by, reason=said.because, bounds=bounds, names=names))


def _state(said: Said) -> None:
    from toolkit.minutes.decisions import FINAL, PUBLIC, decide_state, state_meant
    from toolkit.minutes.journal import read_journal
    from toolkit.minutes.objections import before_its_end, read_objections, unruled
    from toolkit.scheme import load_scheme

    if len(said.words) != 1:
        raise wrong_use(NO_STATE, said.language)
    word = state_meant(said.words[0])
    unsealed = _unsealed(said, word) if word in PUBLIC else None
    entry = decide_state(said.folder, word, by=said.by, reason=said.because, unsealed=unsealed)
    _told(said, entry)
    journal = read_journal(said.folder)
    notes = (before_its_end(journal, load_scheme(said.folder / "scheme.toml").publication, entry.time.date()), unruled(read_objections(said.folder), journal)) if word == FINAL else ()
    for note in filter(None, notes):
        say(said.language, note)


def _unsealed(said: Said, word: str) -> Callable[[Journal], Problems]:
    """What to ask before an edition is made public or decided; nothing is decided while something pressing is open."""
    from toolkit.minutes.decisions import FINAL
    from toolkit.minutes.journal import refuse_unsaid
    from toolkit.reports.committee_tables import open_matters, refuse_pressing
    from toolkit.sealing.states import unlike_newest_bag

    refuse_unsaid(said.by, said.because)
    edition, evaluation = _as_it_stands(said)
    if word == FINAL:
        refuse_pressing(open_matters(edition, evaluation))
    return partial(unlike_newest_bag, said.folder, evaluation)


def _objection(said: Said, outcomes: list[Outcome], *, if_upheld: bool) -> None:
    """Rehearse an objection, decide it, or both at once: then what was rehearsed is kept beside the ruling."""
    from toolkit.comparison.objections import mends, rehearsal_notes
    from toolkit.minutes.journal import refuse_unsaid
    from toolkit.minutes.objections import (
        concerned,
        decide_objection,
        objection_file,
        read_objections,
        the_objection,
    )
    from toolkit.reports.comparison_tables import moves_in_words

    if len(said.words) != 1 or not (said.words[0].isdecimal() and len(said.words[0]) <= MOST_DIGITS):
        raise wrong_use(NO_NUMBER, said.language)
    if len(outcomes) + (if_upheld and not outcomes) != 1:
        raise wrong_use(NO_OUTCOME, said.language)
    if outcomes:
        refuse_unsaid(said.by, said.because)
    number = int(said.words[0])
    moves: list[str] = []
    asked: list[Mend] = []
    objection = the_objection(said.folder, number)
    edition, evaluation = _as_it_stands(said)
    concerned(objection, number, edition.records)
    if if_upheld or (objection.upheld is not None and objection.upheld.steps and outcomes == ["upheld"]):
        file = objection_file(number)
        asked = mends(edition, objection, file)
        typer.echo(Problems(tuple(rehearsal_notes(edition, asked, objection))).text(language_of(said.language)))
        comparison = _rehearsed(said, edition, evaluation, objection, file)
        moves = [words.into(language_of(comparison.after.scheme.language)) for words in moves_in_words(comparison)]
    if outcomes:
        entry = decide_objection(
            said.folder, number, outcomes[0], by=said.by, reason=said.because, moves=moves, mends=asked, records=edition.records
        )
        _told(said, entry)
        if unheld := [problem for problem in read_objections(said.folder).unheld if problem.file == objection_file(number)]:
            typer.echo(Problems(tuple(unheld)).text(language_of(said.language)))


def _rehearsed(said: Said, edition: Edition, evaluation: Evaluation, objection: Objection, file: str) -> Comparison:
    """Who would move, told."""
    from toolkit.comparison.objections import rehearsed
    from toolkit.reports.views import comparison_table

    with steps() as step:
        step(worded(said.language, Phrase("正在预演", "rehearsing")))
        comparison = rehearsed(edition, evaluation, objection, file)
    if len(comparison.moved):
        show(comparison_table(comparison, language=language_of(said.language), causes=False), said.language, evaluation.scheme.english, {*evaluation.members["name"]})
    else:
        say(said.language, UNMOVED)
    unfit = Problems(tuple(problem for problem in comparison.after.problems.errors if problem not in set(comparison.before.problems)))
    if unfit:
        say(said.language, UNFIT)
        typer.echo(unfit.text(language_of(said.language)))
    return comparison


def _as_it_stands(said: Said) -> tuple[Edition, Evaluation]:
    """The evaluation even where a ruling no longer fits: that is to be decided now."""
    from toolkit.edition import open_edition
    from toolkit.evaluation import evaluate

    with working(said.language, Phrase("正在读取和计算", "reading and evaluating")):
        edition = open_edition(said.folder)
        return edition, evaluate(edition.scheme, edition.records, edition.judged)


def _told(said: Said, entry: Entry) -> None:
    from toolkit.minutes.decisions import unusual_body
    from toolkit.minutes.journal import dated_back, read_journal
    from toolkit.minutes.wording import with_what_is_left

    words = with_what_is_left(entry)
    say(said.language, phrase(*ENTERED, n=entry.number, zh=words.zh, en=words.en), _english(said.folder))
    if note := unusual_body(entry):
        say(said.language, note)
    if back := [problem for problem in dated_back(read_journal(said.folder)) if problem.row == entry.number]:
        typer.echo(Problems(tuple(back)).text(language_of(said.language)))


def _english(folder: Path) -> Mapping[str, str]:
    """What names are in English; none where the scheme cannot be read, as a decision is entered all the same."""
    from toolkit.scheme import load_scheme

    try:
        return load_scheme(folder / "scheme.toml").english
    except Refused:
        return {}
