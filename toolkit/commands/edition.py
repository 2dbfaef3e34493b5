"""Commands about records: begin an edition, its forms, check what came back, send it back, compare."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from toolkit.commands.console import (
    Folder,
    LanguageOption,
    copied,
    finish,
    language_of,
    progress_bar,
    refusals,
    say,
    show,
    steps,
    tell_program,
    worded,
    working,
)
from toolkit.ground.problems import Problems, Refused, refuse
from toolkit.ground.text import ASKED, Phrase, phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame

    from toolkit.ballots import Ballots
    from toolkit.comparison import Comparison
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.forms import Form
    from toolkit.records import Records
    from toolkit.scheme.amendments import Amendment

BEGUN = (
    "已新建：{folder}\n下一步：改 scheme.toml 里标【请改】的几处；把 forms/ 里的表填好放进 records/；然后运行 committee check {copied}",
    "Begun: {folder}\nNext: edit scheme.toml where it says 【请改】 (to be changed), fill in the forms and put them into records/, then run committee check {copied}",
)
SPEAKS = Phrase('scheme.toml 里是 language = "en"：各命令用英文回答，公文用英文；要中文的改为 "zh"。填报表是中文的。', 'scheme.toml says language = "en": commands answer in English, and papers are written in it; write "zh" there for Chinese. The entry forms are Chinese.')
STAYS = Phrase("各命令用 scheme.toml 的 language 回答；要英文的加 --language en。", "Commands answer in the language of scheme.toml (`language`): add --language en, or set COMMITTEE_LANGUAGE to en, for English.")
QUESTIONED = Phrase("共 {n} 个问题，其中 {later} 个（受理异议的单位、地址等）可以先空着；直接按回车用方括号里的。答完才写文件，以后都可以在 scheme.toml 里改。", "{n:question|questions}, of which {later} (the office for objections, its address and so on) may be left for later; press Enter for what stands in brackets. Nothing is written before the last, and all of it can be changed in scheme.toml.")
UNANSWERED = Phrase("回答没有写完，必答的还差 {n} 个", "{n:answer is|answers are} lacking, without those that may be left for later")
ANSWER_ALL = Phrase("请一行一个写全；空行用方括号里的", "write one a line; an empty line takes what stands in brackets")
UNCOMPARED = Phrase(
    "两者不能都计算，未比较结果；请先改正以上错误。", "Not both can be evaluated: results are not compared; mend the errors above first."
)
UNRETURNED = Phrase(
    "scheme.toml、tables.toml 改好以前不写退回件：改好后请再运行这一行。",
    "No marked copies are written before scheme.toml and tables.toml are mended: run this line again then.",
)
UNMOVED = Phrase("没有会员的奖项、等级或名次因此变化。", "No member's award, grade or rank changes by it.")
SAME = Phrase("记录没有变化。", "No record changed.")
WRITTEN = ("全部变化已写入 {out}：记录 changes.csv，办法 amendments.csv{zh}", "All changes are in {out}: of the records changes.csv, of the scheme amendments.csv{en}")
SHARED = ("全部变动已写入 {out}：会员 diff.csv，记录 changes.csv，办法 amendments.csv", "All of it is in {out}: of the members diff.csv, of the records changes.csv, of the scheme amendments.csv")
MOVED = Phrase("，会员 movers.csv", ", of the members movers.csv")
NONE_BACK = ("没有需要退回的文件。", "No file has to go back.")
NONE_CAME = ("没有可退回的文件：有 {n} 张表还没有收到。", "There is no file to send back: {n:table has|tables have} not come in yet.")


def _list(ctx: typer.Context, asked: bool) -> None:  # noqa: FBT001 - as typer calls it
    """Print each template with its title, and end."""
    if asked:
        from toolkit.forms.new_edition import templates

        titles = templates(language_of(ctx.find_root().meta[ASKED]))
        wide = max(map(len, titles))
        typer.echo("\n".join(f"{name:<{wide}}  {title}" for name, title in titles.items()))
        raise typer.Exit


def new(
    folder: Annotated[Path, typer.Argument(metavar="新文件夹 DIR", help="新的届次文件夹 the new edition folder")],
    template: Annotated[str, typer.Option(help="从哪个模板开始，有哪些见选项 --list 所列 the template to start from; see --list")] = "federation",
    listed: Annotated[  # noqa: ARG001, FBT002 - `_list` answers it, before anything else is read
        bool, typer.Option("--list", is_eager=True, callback=_list, help="列出全部模板 list the templates")
    ] = False,
    asking: Annotated[bool, typer.Option("--ask", help="逐项提问，按回答写出办法 ask questions and write the scheme they make")] = False,  # noqa: FBT002
    language: LanguageOption = "zh",
) -> None:
    """新建一届：评选方案、数据字典和 Excel 填报表。 A new edition: scheme, data dictionary, Excel entry forms."""
    from toolkit.forms.new_edition import new_edition, refuse_filled
    from toolkit.forms.questions import asked_edition

    with refusals(language):
        if asking:
            refuse_filled(folder)
            _tell_forms(folder, asked_edition(folder, _answers(language), language_of(language)), language)
        else:
            _tell_forms(folder, new_edition(folder, template), language)
        say(language, phrase(*BEGUN, folder=folder, copied=copied(folder)))
        if language == "en":
            say(language, SPEAKS if asking else STAYS)
        tell_program(language)


def _answers(language: str) -> dict[str, Any]:
    """The answers to all questions, from the keyboard or a pipe; one that cannot be taken is asked for again, with the reason."""
    from toolkit.forms.questions import QUESTIONS, UnfitAnswerError, answered, bracketed

    answers: dict[str, Any] = {}
    say(language, phrase(QUESTIONED.zh, QUESTIONED.en, n=len(QUESTIONS), later=sum(question.later for question in QUESTIONS)))
    for place, question in enumerate(QUESTIONS, 1):
        while question.key not in answers:
            asked = f"{place}/{len(QUESTIONS)} {worded(language, question.words)} [{bracketed(question, answers, language_of(language))}] "
            try:
                text = input(asked)
            except EOFError:
                typer.echo()
                if question.later:
                    answers[question.key] = answered(question, "", answers)
                    continue
                raise refuse(phrase(UNANSWERED.zh, UNANSWERED.en, n=sum(not other.later for other in QUESTIONS[place - 1 :])), ANSWER_ALL) from None
            if not sys.stdin.isatty():
                typer.echo(text)  # what was piped in is seen where it would have been typed
            try:
                answers[question.key] = answered(question, text, answers)
            except UnfitAnswerError as wrong:
                say(language, phrase("  不行：{why.zh}。请再答一次。", "  No: {why.en}. Once more:", why=wrong.why))
    return answers


def forms(folder: Folder, language: LanguageOption = "zh") -> None:
    """按 tables.toml 重新生成 Excel 填报表。 Write the Excel entry forms again after tables.toml was edited."""
    from toolkit.forms.new_edition import left_over, renewed_forms
    from toolkit.ground.writing import edition_lock

    with refusals(language):
        with edition_lock(folder):
            written = renewed_forms(folder)
        _tell_forms(folder, written, language)
        for name in left_over(folder, written):
            say(language, phrase("forms/{name} 不再属于任何表，可以删去", "forms/{name} belongs to no table any more", name=name))


def check(
    folder: Folder,
    out: Annotated[
        Path | None,
        typer.Option("--return", file_okay=False, help="退回件文件夹 where marked copies of the faulty files go"),
    ] = None,
    warnings: Annotated[bool, typer.Option("--warnings", help="提醒也退回 return warnings too")] = False,  # noqa: FBT002
    language: LanguageOption = "zh",
) -> None:
    """检查一届的全部文件，列出所有问题。 Read everything, print every problem; exit 1 if any is an error."""
    from toolkit.comparison.objections import not_to_be_ruled
    from toolkit.comparison.records import examined_at
    from toolkit.ground.toml_reader import on_their_lines
    from toolkit.minutes.objections import due_problems, read_objections
    from toolkit.minutes.variants import read_variants
    from toolkit.publication.disclosures import masked_cells
    from toolkit.publication.english import lacking_early, names_without_english, problems_told
    from toolkit.publication.extract import told_early
    from toolkit.records.dates import outside_the_period
    from toolkit.reports.expert_tables import ballots_table
    from toolkit.reports.views import records_table
    from toolkit.sealing.cards import unfinished_problems
    from toolkit.sealing.open_readme import told_before
    from toolkit.sealing.revisions import untold_seals
    from toolkit.sealing.site import pages_before, withdrawals_since_the_seal

    with working(language, Phrase("正在读取和计算", "reading and evaluating")):
        edition, evaluation, problems = examined_at(folder)
        voted = _voted(folder, edition)
        opened, unasked = told_before(evaluation) if evaluation is not None and not problems.errors else (None, Problems())
        shown: list[str] = []
        if opened is not None and edition is not None and evaluation is not None:
            problems += masked_cells(edition.scheme, edition.records)
            if edition.scheme.english:
                shown = names_without_english(edition.scheme, edition.tables, pages_before(evaluation, edition.records, dt.date.today()))  # noqa: DTZ011 - the date on the wall of the secretariat
    if edition is not None and len(edition.records.counts):
        show(records_table(replace(edition.records, counts=edition.counts), language_of(language)), language, edition.scheme.english)
    if edition is not None and out is not None:
        with refusals(language):
            problems += _return(edition, out, warnings=warnings, language=language)
    elif out is not None:
        say(language, UNRETURNED)
    if voted is not None and voted.listed:
        show(ballots_table(voted, language_of(language)), language, voted.scheme.english)
    if opened is not None:
        say(language, opened)
    with refusals(language):
        objections = read_objections(folder, edition.records if edition is not None else None)
    if edition is not None:
        problems += on_their_lines((*told_early(edition.scheme), *lacking_early(edition.scheme, shown), *unasked), folder / "scheme.toml")
        problems += (*outside_the_period(edition.scheme, edition.tables, edition.records.frames), *not_to_be_ruled(edition, objections))
    problems += (*untold_seals(folder), *unfinished_problems(folder), *withdrawals_since_the_seal(folder, dt.date.today()), *objections.problems, *objections.unheld, *due_problems(objections, dt.date.today()))  # noqa: DTZ011 - the date on the wall of the secretariat
    problems = problems_told(problems, edition.scheme, language) if edition is not None else problems
    finish(problems + (voted.problems if voted else ()) + read_variants(folder).problems, language, Phrase("检查完毕，没有发现错误。", "Checked: no errors."))


def changes(
    old: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="原来的 OLD", help="原来的届次文件夹或封存包 an edition folder or bag")],
    new: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="现在的 NEW", help="现在的届次文件夹或封存包 an edition folder or bag")],
    out: Annotated[Path | None, typer.Option("--out", file_okay=False, help="另写成表格文件 write them as changes.csv, amendments.csv and movers.csv too")] = None,
    language: LanguageOption = "zh",
) -> None:
    """评选办法和记录有哪些改动。 What changed in scheme and records between two states of an edition."""
    from toolkit.comparison.records import changed_records, examined_at, uncompared, write_changes
    from toolkit.indicators.panel import panel_tables
    from toolkit.reports.csv_files import MOVERS, write_amendments, write_movers
    from toolkit.scheme.amendments import diff

    with refusals(language):
        with working(language, Phrase("正在读取和计算", "reading and evaluating")):
            examined = examined_at(old), examined_at(new)
        states = [edition for edition, _, _ in examined if edition is not None]
        evaluations = [evaluation for _, evaluation, _ in examined if evaluation is not None]
        for place, (edition, evaluation, problems) in zip((old, new), examined, strict=True):
            if evaluation is None:
                _tell_uncomputed(place, edition, problems, language)
        if len(states) < len(examined):
            raise typer.Exit(1)
        before, after = (state.records for state in states)
        amendments, scheme = diff(*(state.scheme for state in states)), states[1].scheme
        _tell_amendments(amendments, language, scheme.english)
        changed = changed_records(before, after, frozenset().union(*(panel_tables(state.scheme) for state in states)))
        for place, records in ((old, before), (new, after)):
            if refused := int(records.counts["refused"].sum()):
                say(language, phrase("{place} 有 {n} 行被退回，未作比较。", "{n:row|rows} of {place} refused and not compared.", place=place, n=refused))
        for table in uncompared(before, after):
            say(language, phrase("{table} 表在数据库或大文件中，未作比较。", "Table {table} stands elsewhere and is not compared.", table=table))
        _tell_changes(changed, after, language)
        _tell_rulings(before, after, language)
        comparison = _tell_comparison(evaluations, [before, after], language) if len(evaluations) == len(examined) else None
        if out is not None:
            write_changes(changed, out)
            write_amendments(amendments, scheme, language_of(language), out)
            (out / MOVERS).unlink(missing_ok=True)  # what an earlier run left there is true no more
            if comparison is not None:
                write_movers(comparison, language_of(language), out)
            say(language, phrase(*WRITTEN, out=out, zh="" if comparison is None else MOVED.zh, en="" if comparison is None else MOVED.en))
        if len(evaluations) < len(examined):
            say(language, UNCOMPARED)
            raise typer.Exit(1)


def diff(
    old: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="原来的 OLD", help="原来的封存包或届次文件夹 a bag or an edition folder")],
    new: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="现在的 NEW", help="现在的封存包或届次文件夹 a bag or an edition folder")],
    out: Annotated[Path | None, typer.Option("--out", file_okay=False, help="另写成表格文件 write it as diff.csv, changes.csv and amendments.csv too")] = None,
    language: LanguageOption = "zh",
) -> None:
    """两版之间改了什么，谁因此变动，各项原因各占多少。 What changed between two revisions, and who moved because of it, by cause."""
    from toolkit.comparison.records import changed_records, uncompared, write_changes
    from toolkit.comparison.shares import shared, standing
    from toolkit.indicators.panel import panel_tables
    from toolkit.reports.csv_files import write_amendments, write_shares
    from toolkit.reports.views import shares_table
    from toolkit.scheme.amendments import diff as amendments
    from toolkit.sealing.states import states_of

    with refusals(language), states_of(old, new) as states:
        before, after = ((state.evaluation, state.records) for state in states)
        amended = amendments(before[0].scheme, after[0].scheme)
        _tell_amendments(amended, language, after[0].scheme.english)
        changed = changed_records(before[1], after[1], panel_tables(before[0].scheme) | panel_tables(after[0].scheme))
        for table in uncompared(before[1], after[1]):
            say(language, phrase("{table} 表在数据库或大文件中，未作比较。", "Table {table} stands elsewhere and is not compared.", table=table))
        _tell_changes(changed, after[1], language)
        _tell_rulings(before[1], after[1], language)
        with progress_bar() as bar:
            task = bar.add_task(worded(language, Phrase("正在分摊", "sharing out")), total=None)
            stated = tuple(standing(state.evaluation) if state.stated is None else state.stated for state in states)
            found = shared(before, after, stated, progress=lambda done, total: bar.update(task, completed=done, total=total))  # type: ignore[arg-type]
        if len(found.moved):
            show(shares_table(found, before, after, changed, language_of(language)), language, after[0].scheme.english, {*after[0].members["name"]})
        else:
            say(language, UNMOVED)
        if out is not None:
            write_changes(changed, out)
            write_amendments(amended, after[0].scheme, language_of(language), out)
            write_shares(found, after[0].scheme, out)
            say(language, phrase(*SHARED, out=out))


def _tell_changes(changed: DataFrame, after: Records, language: str) -> None:
    """Which records are others now: what was typed stands as it was typed, whatever it is called in English."""
    from toolkit.reports.views import record_changes_table

    if len(changed):
        typer.echo(repr(record_changes_table(changed, after, language_of(language))))
    else:
        say(language, SAME)


def _tell_uncomputed(place: Path, edition: Edition | None, problems: Problems, language: str) -> None:
    """Which of the two cannot be evaluated, and why."""
    zh, en = ("不能计算", "cannot be evaluated") if edition else ("不能读取", "cannot be read")
    say(language, phrase("{place} {zh}，有 {n} 处错误：", "{place} {en}, {n:error|errors}:", place=place, zh=zh, en=en, n=len(problems.errors)))
    typer.echo(problems.errors.text(language_of(language)), err=True)


def _tell_comparison(evaluations: list[Evaluation], records: list[Records], language: str) -> Comparison:
    """Who stands otherwise and by which change, which is also given back."""
    from toolkit.comparison import compare
    from toolkit.reports.views import comparison_table

    with steps() as step:
        (old, new), (before, after) = evaluations, records
        comparison = compare(old, new, before, after, progress=lambda cause: step(worded(language, cause.words)))
    if len(comparison.moved):
        show(comparison_table(comparison, language=language_of(language)), language, new.scheme.english, {*new.members["name"]})
    else:
        say(language, UNMOVED)
    return comparison


def _voted(folder: Path, edition: Edition | None) -> Ballots | None:
    """The ballots, even where the records cannot be read; None without a scheme to hold them against."""
    from toolkit.ballots.group import check_ballots
    from toolkit.scheme import load_scheme

    try:
        scheme = edition.scheme if edition else load_scheme(folder / "scheme.toml")
    except Refused:  # said with the records
        return None
    return check_ballots(folder, scheme, edition.tables if edition else None)


def _return(edition: Edition, out: Path, *, warnings: bool, language: str) -> Problems:
    """Write the marked copies, or say why not; then the problems of the records are still to be told."""
    from toolkit.forms.returns import RETURNED, WITHHELD, register_refused, returns_table, write_returns
    from toolkit.records.cells import NO_MEMBER
    from toolkit.records.folder import ADD_FILE

    with working(language, Phrase("正在写退回件", "writing the marked copies")):
        try:
            copies = write_returns(edition, out, warnings=warnings, language=language_of(language))
        except Refused as unwritten:
            return unwritten.problems
    if copies:
        typer.echo(repr(returns_table(copies, language_of(language))))
        say(language, phrase(RETURNED.zh, RETURNED.en, out=out))
    else:
        absent = sum(problem.mend == ADD_FILE for problem in edition.records.problems.errors)
        say(language, phrase(*(NONE_CAME if absent else NONE_BACK), n=absent))
    refused = register_refused(edition)
    if refused and any(problem.rule == NO_MEMBER for problem in edition.records.problems):
        say(language, phrase(WITHHELD.zh, WITHHELD.en, n=refused, rule=NO_MEMBER))
    return Problems(())


def _tell_amendments(amendments: tuple[Amendment, ...], language: str, english: Mapping[str, str]) -> None:
    """What the scheme decides otherwise, a line each."""
    for amendment in amendments:
        say(language, amendment.words, english)
    if not amendments:
        say(language, Phrase("评选办法没有变化。", "The scheme did not change."))


def _tell_rulings(before: Records, after: Records, language: str) -> None:
    """Which entries of the minutes rule otherwise: they move members though no figure changed."""
    from toolkit.comparison import rulings_changed

    if (changed := rulings_changed(before, after)) is not None:
        say(language, phrase("{zh}有变化：总分不因此改变的会员，奖项也可能因此改变。", "Changed: {en}. They may give or take an award where no total changes.", zh=changed.zh, en=changed.en))


def _tell_forms(folder: Path, written: tuple[Form, ...], language: str) -> None:
    """Each form, and where it goes once it came back."""
    from toolkit.forms import forms_table

    say(language, phrase("填报表在 {folder}", "The entry forms are in {folder}", folder=folder / "forms"))
    typer.echo(repr(forms_table(written, language_of(language))))
