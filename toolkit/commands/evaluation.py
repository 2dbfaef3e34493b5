"""Commands about the evaluation: compute it, ask how sure it is, open the notebooks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.commands.console import (
    Folder,
    LanguageOption,
    Out,
    language_of,
    progress_bar,
    refusals,
    say,
    show,
    tell_gravest,
    worded,
    working,
    wrong_use,
)
from toolkit.ground.problems import Problem, Problems, did_you_mean, stop_at
from toolkit.ground.text import Phrase, as_phrase, phrase

if TYPE_CHECKING:
    from collections.abc import Collection

    from pandas import DataFrame

    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.examination.other_votes import OtherVotes
    from toolkit.sensitivity.robustness import Firmness
    from toolkit.sensitivity.weights.draws import WeightDraws

YEARS = 2  # that a card looks ahead
HANGS = Phrase("名单系于什么", "what the list hangs on")
TRYING = Phrase("正在试小例子", "trying small examples")
COUNTED_ON = Phrase("名额按会员名册上各类的家数核对。", "Places are held against the members of each class on the list.")
NOT_COUNTED = Phrase("还没有会员名册：名额未按各类家数核对。", "There is no list of members yet: places are not held against the size of a class.")
ALL_ACT = Phrase("没有发现不起作用的规则。", "No rule was found that can never act.")
NOWHERE = Phrase("没有写明得分单写到哪里；请写 --out 文件夹，或写 --text 打印", "it is not said where the cards go: name a folder with --out, or print them with --text")
NO_DAY = "没有“{written}”这一天；请写成 2027-06-30", "there is no day `{written}`: write it as 2027-06-30"
FURTHEST = dt.date(2999, 12, 31)
TOO_FAR = "“{written}”太远，只算到 {furthest}；请核对年份", "`{written}` is too far: nothing is worked out beyond {furthest}; check the year"
NO_CODE = Phrase("请照会员名册填写代码", "write the code as the list of members has it")


def evaluate(
    folder: Folder,
    out: Out,
    *,
    as_of: Annotated[str | None, typer.Option("--as-of", help="按另一天试算，如 2027-06-30 a trial as of another day, as 2027-06-30")] = None,
    ahead: Annotated[int | None, typer.Option("--ahead", min=1, max=10, help="今后几年内会自行发生的变化 also what changes by itself within so many years")] = None,
    language: LanguageOption = "zh",
) -> None:
    """计算指标、得分、排名、奖项和等级，写出表格。 Write indicators, values, scores, ranking, problems, a workbook."""
    from toolkit.indicators.selection import REPAIRABLE
    from toolkit.publication.english import problems_told
    from toolkit.reports.csv_files import write_results
    from toolkit.reports.views import awards_table, grades_in_words

    day = None if as_of is None else _day(as_of, language)
    with refusals(language):
        edition, evaluation, problems = evaluated(folder, language, day)
        if evaluation.trial is not None:  # never beside the list that was decided
            out /= f"as-of-{evaluation.scheme.as_of}"
            say(language, next(problem.rule for problem in evaluation.problems))
        coming = None if ahead is None else _ahead(edition, evaluation, ahead, language)
        with working(language, Phrase("正在写出结果", "writing the results")):
            write_results(evaluation, out, coming)
        show(awards_table(evaluation, language_of(language)), language, evaluation.scheme.english)
        if evaluation.scheme.grades is not None:
            say(language, grades_in_words(evaluation), evaluation.scheme.english)
        say(language, phrase("结果已写入 {out}", "Results are in {out}", out=out))
        if coming is not None:
            coming = coming[coming["cause"] != REPAIRABLE]  # of what may be repaired nothing changes by itself
            say(language, phrase("今后 {n} 年有 {days} 天会自行发生变化，涉及 {members} 家会员：见 changes_ahead.csv", "Within {n:year|years} the list changes by itself on {days:day|days}, of "
                                 "{members:member|members}: see changes_ahead.csv", n=ahead, days=coming["day"].nunique(), members=coming["member"].nunique()))  # fmt: skip
        tell_gravest(problems_told(problems, evaluation.scheme, language), language, Phrase("全部见 problems.csv", "all of them are in problems.csv"))


def examine(
    folder: Folder,
    out: Annotated[Path | None, typer.Option("--out", file_okay=False, help="各表写到此文件夹 where findings and examples go as tables")] = None,
    *,
    votes: Annotated[bool, typer.Option("--votes", help="票已收上来：一位专家改票会怎样，只供委员会 with the votes there: what if an expert had voted otherwise")] = False,
    language: LanguageOption = "zh",
) -> None:
    """办法先于数据：谁也得不了的奖、用不上的规则，越做越好会不会吃亏。 What the rules do before any data: dead rules, and whether doing better can cost."""
    from toolkit.edition import load_plan, read_edition
    from toolkit.examination import class_sizes
    from toolkit.examination import examine as examined
    from toolkit.ground.toml_reader import on_their_lines
    from toolkit.reports.csv_files import write_examination, write_other_votes
    from toolkit.reports.examination_wording import (
        certificates_in_words,
        one_expert_in_words,
        other_votes_in_words,
    )

    with refusals(language):
        scheme, tables = load_plan(folder)
        with working(language, Phrase("正在读取会员名册", "reading the list of members")):
            edition = read_edition(folder).edition
        english = scheme.english if language_of(language) == "en" else {}
        with progress_bar() as bar:
            task = bar.add_task(worded(language, TRYING), total=len(scheme.indicators))
            sizes = class_sizes(scheme, edition.records.members) if edition is not None else None
            found = examined(scheme, tables, sizes, progress=lambda label: bar.update(task, advance=1, description=english.get(label, label)))
        found = replace(found, problems=on_their_lines(found.problems, folder / "scheme.toml"))
        say(language, COUNTED_ON if found.sizes else NOT_COUNTED)
        typer.echo(found.problems.text(language_of(language)) if found.problems else worded(language, ALL_ACT))
        for says in filter(None, (certificates_in_words(found, language_of(language)), one_expert_in_words(found, language_of(language)))):
            say(language, as_phrase(says), scheme.english)
        if out is not None:
            write_examination(found, language_of(language), out)
        if votes:
            evaluation, others = _other_votes(folder, language)
            say(language, as_phrase(other_votes_in_words(others, evaluation, language_of(language))), scheme.english)
            if out is not None:
                write_other_votes(others, out)
        if out is not None:
            say(language, phrase("结果已写入 {out}", "Results are in {out}", out=out))


def _other_votes(folder: Path, language: str) -> tuple[Evaluation, tuple[OtherVotes, ...]]:
    from toolkit.ballots import load_ballots
    from toolkit.evaluation import panel_of
    from toolkit.examination.other_votes import other_votes

    edition, evaluation, _ = evaluated(folder, language)
    with working(language, Phrase("正在试算改票", "trying other votes")):
        return evaluation, other_votes(evaluation, edition.tables, panel_of(edition.scheme, edition.records, edition.judged), load_ballots(folder, edition.scheme))


def sensitivity(
    folder: Folder,
    out: Out,
    draws: Annotated[int, typer.Option(min=1, help="抽样次数 number of weight draws")] = 10_000,
    spread: Annotated[float, typer.Option(min=0.001, max=0.999, help="权重的典型相对变动 typical relative change of a weight")] = 0.2,
    *,
    quick: Annotated[bool, typer.Option("--quick", help="略去费时的几项：何种权重会得奖、一切同时变动、取决于哪项选择 leave out the slow questions")] = False,
    language: LanguageOption = "zh",
) -> None:
    """名单稳不稳：哪些奖稳，哪些系于一线，系于什么。 How firm the list is, who is on a hair and on what."""
    from toolkit.reports.probability_tables import bottom_line, open_line, unasked_line

    with refusals(language):
        edition, evaluation, _ = evaluated(folder, language)
        spec, chances = _write_certainty(evaluation, out, draws, spread, language)
        firm = _write_robustness(edition, evaluation, chances, out, spec=spec, quick=quick, language=language)
        say(language, bottom_line(firm), evaluation.scheme.english)
        for beyond in (unasked_line(firm), open_line(evaluation)):
            if beyond is not None:
                say(language, beyond, evaluation.scheme.english)
        for said in _whole_list(evaluation, firm, out):
            say(language, said, evaluation.scheme.english)
        say(language, phrase("稳健性各表和 robustness.xlsx 已写入 {out}", "The robustness tables and robustness.xlsx are in {out}", out=out))


def cards(
    folder: Folder,
    out: Annotated[Path | None, typer.Option("--out", file_okay=False, help="得分单写到此文件夹 where the score cards go")] = None,
    member: Annotated[list[str] | None, typer.Option(help="会员代码，可多次给出 a member's code, may be repeated")] = None,
    text: Annotated[bool, typer.Option("--text", help="打印出来，可以不写文件 print them, with or without files")] = False,  # noqa: FBT002
    language: LanguageOption = "zh",
) -> None:
    """每个会员一份得分单：得分构成、距获奖线、所依据的记录。 A score card for each member, to print and to mail."""
    from toolkit.evaluation import rescored

    if out is None and not text:
        raise wrong_use(NOWHERE, language)
    with refusals(language):
        edition, evaluation, _ = evaluated(folder, language)
        _known_members(evaluation, member or [])
        if (spoken := language_of(language)) != evaluation.scheme.language:
            evaluation = rescored(evaluation, evaluation.scheme.with_({"language": spoken}))
        coming = _ahead(edition, evaluation, YEARS, language)
        if text:
            _print_cards(edition, evaluation, member, coming)
        if out is not None:
            written = _write_cards(edition, evaluation, out, member, ahead=coming, language=language)
            say(language, phrase("已写出 {n} 份得分单：{out}", "{n} score cards are in {out}", n=len(written), out=out))


def evaluated(folder: Path, language: str, day: dt.date | None = None) -> tuple[Edition, Evaluation, Problems]:
    """As `evaluated_at`, or `trial_at` of a day, while the reader is told what is under way."""
    from toolkit.comparison.records import evaluated_at, trial_at

    with working(language, Phrase("正在读取和计算", "reading and evaluating")):
        return evaluated_at(folder) if day is None else trial_at(folder, day)


def _ahead(edition: Edition, evaluation: Evaluation, years: int, language: str) -> DataFrame:
    from toolkit.comparison.ahead import changes_ahead, same_day

    with progress_bar() as bar:
        task = bar.add_task(worded(language, Phrase("正在逐日核算今后的变化", "working out what changes by itself")), total=None)
        until = same_day(evaluation.scheme.as_of, years)
        return changes_ahead(evaluation, edition.records, until, progress=lambda done, of: bar.update(task, completed=done, total=of))


def _day(written: str, language: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(written)
    except ValueError:
        raise wrong_use(phrase(*NO_DAY, written=written), language) from None
    if day > FURTHEST:
        raise wrong_use(phrase(*TOO_FAR, written=written, furthest=FURTHEST), language)
    return day


def _known_members(evaluation: Evaluation, codes: Collection[str]) -> None:
    """Refuse codes that no member has, each with the nearest that one has."""
    known = [str(member) for member in evaluation.members.index]
    none = Phrase("没有这个会员代码", "no member has this code")
    stop_at(Problem("error", none, did_you_mean(code, known) or NO_CODE, value=code) for code in dict.fromkeys(codes) if code not in evaluation.members.index)


def _write_cards(
    edition: Edition, evaluation: Evaluation, out: Path, members: Collection[str] | None, *, ahead: DataFrame, language: str
) -> list[Path]:
    from toolkit.reports.workbook.score_cards import write_cards

    with progress_bar() as bar:
        count = len(set(members)) if members else len(evaluation.members)
        task = bar.add_task(worded(language, Phrase("正在写得分单", "writing score cards")), total=count)
        return write_cards(evaluation, edition.records, out, members or None, progress=lambda _: bar.advance(task), ahead=ahead)


def _print_cards(edition: Edition, evaluation: Evaluation, members: Collection[str] | None, ahead: DataFrame) -> None:
    from toolkit.reports.score_cards import card_tables, score_cards

    for card in score_cards(evaluation, edition.records, members or None, ahead):
        typer.echo(f"{card_tables(evaluation, card, edition.records)!r}\n")


def _write_certainty(evaluation: Evaluation, out: Path, draws: int, spread: float, language: str) -> tuple[WeightDraws, DataFrame]:
    from toolkit.reports.csv_files import write_certainty
    from toolkit.sensitivity.probabilities import award_probabilities
    from toolkit.sensitivity.weights.draws import WeightDraws

    with progress_bar() as bar:
        task = bar.add_task(worded(language, Phrase("正在抽样", "drawing weights")), total=draws)
        spec = WeightDraws(draws=draws, spread=spread)
        chances = award_probabilities(evaluation, spec, progress=lambda done: bar.update(task, completed=done))
    write_certainty(evaluation, chances, spec, out)
    return spec, chances


def _whole_list(evaluation: Evaluation, firm: Firmness, out: Path) -> list[Phrase]:
    """What can be said of all places at once; who stands in a zone is written to `whole_list.csv`, under all doubts to `whole_list_doubts.csv`."""
    from toolkit.reports.csv_files import write_robustness
    from toolkit.reports.probability_tables import whole_list_line

    write_robustness({"whole_list": firm.whole.members} | ({"whole_list_doubts": firm.doubted.members} if firm.doubted else {}), out)
    return [whole_list_line(evaluation, firm.whole)] + ([whole_list_line(evaluation, firm.doubted, doubted=True)] if firm.doubted else [])


def _write_robustness(
    edition: Edition, evaluation: Evaluation, chances: DataFrame, out: Path, *, spec: WeightDraws, quick: bool, language: str
) -> Firmness:
    from toolkit.reports.csv_files import write_robustness
    from toolkit.reports.workbook.book import SHEETS
    from toolkit.reports.workbook.robustness import write_robustness_book
    from toolkit.sensitivity.robustness import questions_of, robustness

    with progress_bar() as bar:
        task = bar.add_task(worded(language, HANGS), total=len(questions_of(evaluation, quick=quick)))
        told = set[str]()  # in the order in which they are asked

        def tell(name: str) -> None:
            bar.update(task, completed=len(told), description=worded(language, SHEETS.get(name, HANGS)))
            told.add(name)

        firm, answers = robustness(evaluation, edition.records, chances, spec=spec, quick=quick, progress=tell)
    write_robustness(answers | firm.left_out, out)
    write_robustness_book(evaluation, firm, chances, answers, out)
    return firm
