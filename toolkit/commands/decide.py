"""Commands about what was decided: enter a decision of the committee, read the minutes."""

from __future__ import annotations

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
    working,
    wrong_use,
)
from toolkit.ground.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.minutes.journal import Entry

Matter = Literal["tie", "state"]
WHOLE = Phrase("记录完整。", "The minutes are whole.")
NO_AWARD = Phrase("没有写明哪一奖项；例如 tie outstanding 会员代码", "the award is not named: tie AWARD MEMBER...")
NO_STATE = Phrase("请写一个状态；例如 state reviewed", "name one state: state reviewed")
ENTERED = ("已记入第 {n} 条：{zh}", "Entered as no. {n}: {en}")


def decide(
    folder: Folder,
    matter: Annotated[Matter, typer.Argument(metavar="事项 MATTER", help="tie 同分，state 状态 tie or state")],
    words: Annotated[list[str] | None, typer.Argument(metavar="内容 WORDS", help="同分写奖项和授予的会员代码；状态写一个词 AWARD MEMBER..., or a state")] = None,
    *,
    by: Annotated[str, typer.Option("--by", help="由谁决定，如哪次会议 who decided, such as which meeting")] = "",
    because: Annotated[str, typer.Option("--because", help="理由 the reason")] = "",
    class_: Annotated[str | None, typer.Option("--class", help="类别，同一奖项几类都有同分时写 the class, where several are tied")] = None,
    language: LanguageOption = "zh",
) -> None:
    """记下委员会的一项决定：同分裁定、状态；都要写明由谁、为何。 Enter a decision of the committee: who decided what, and why."""
    from toolkit.minutes.decisions import decide_state
    from toolkit.minutes.journal import refuse_unsaid

    with refusals(language):
        refuse_unsaid(by, because)
        if matter == "tie":
            if not words:
                raise wrong_use(NO_AWARD, language)
            _told(_tie(folder, words, by, because, class_, language), language)
        else:
            if len(words or []) != 1:
                raise wrong_use(NO_STATE, language)
            _told(decide_state(folder, (words or [""])[0], by=by, reason=because), language)


def journal(
    folder: Folder,
    enter_found: Annotated[bool, typer.Option("--enter-found", help="把记录之外的改动照现状记入 enter a change made without an entry")] = False,  # noqa: FBT002
    language: LanguageOption = "zh",
) -> None:
    """逐条核对并列出本届的记录：谁在何时为何决定了什么。 The minutes in order, checked link by link."""
    from toolkit.ground.writing import edition_lock
    from toolkit.minutes.adoption import enter_found as entered_as_found
    from toolkit.minutes.adoption import found_problems
    from toolkit.minutes.decisions import rulings_of
    from toolkit.minutes.journal import read_journal
    from toolkit.minutes.wording import minutes_text

    with refusals(language):
        if enter_found:
            with edition_lock(folder):
                entered_as_found(folder)
        minutes = read_journal(folder)
        typer.echo(minutes_text(minutes, language_of(language)))
        finish(minutes.problems + rulings_of(minutes)[1] + found_problems(folder, minutes), language, WHOLE)


def _tie(folder: Path, words: list[str], by: str, because: str, class_: str | None, language: str) -> Entry:  # noqa: PLR0917 - as it was asked
    from toolkit.minutes.decisions import decide_tie

    evaluation = _as_it_stands(folder, language)
    names = {str(key): str(name) for key, name in evaluation.members["name"].items()}
    return decide_tie(folder, evaluation.left_to_committee, words[0], words[1:], by=by, reason=because, class_=class_, names=names)


def _as_it_stands(folder: Path, language: str) -> Evaluation:
    """The evaluation even where a ruling no longer fits: that is to be decided now."""
    from toolkit.edition import open_edition
    from toolkit.evaluation import evaluate

    with working(language, Phrase("正在读取和计算", "reading and evaluating")):
        edition = open_edition(folder)
        return evaluate(edition.scheme, edition.records, edition.judged)


def _told(entry: Entry, language: str) -> None:
    from toolkit.minutes.wording import said

    words = said(entry)
    say(language, phrase(*ENTERED, n=entry.number, zh=words.zh, en=words.en))
