"""The command about papers in Word."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from toolkit.commands.console import (
    Folder,
    LanguageOption,
    language_of,
    progress_bar,
    refusals,
    say,
    show,
    worded,
    working,
)
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.text import Language, Phrase, joined, listed, phrase
from toolkit.ground.writing import refusing, write_csv, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from toolkit.documents.catalogue import Paper
    from toolkit.documents.fields import Case
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.indicators.phases import Standing, Task
    from toolkit.minutes.journal import Journal
    from toolkit.records import Records
    from toolkit.records.dictionary import Tables
    from toolkit.scheme import Scheme

OWN = "documents"
LONG_WORD = 7
"""Letters of an English word by which papers are told apart."""
JOIN = Phrase("、", ", ")
NO_SOURCE = Phrase("这里既不是届次文件夹，也不是封存包", "this is neither an edition's folder nor a sealed bag")
NAME_IT = Phrase("请指明含 scheme.toml 的文件夹，或一个封存包", "name the folder that holds scheme.toml, or a bag below sealed")
NO_PAPER = Phrase("没有这种公文", "there is no such paper")
NO_DAY = Phrase("不是日期", "is no day")
AS_DAY = Phrase("请写成 2019-03-08", "write it as 2019-03-08")
WRITTEN = Phrase("已写出 {n} 份公文：{to}", "{n:paper is|papers are} in {to}")
FROM_BAG = Phrase("本届已封存为 {revision}：不带“草稿”的由封存包写成，请把届次文件夹换成 {bag}", "the edition is sealed as {revision}: papers that are no drafts are written from the bag, {bag} in place of the edition's folder")
DRAFTS = Phrase("其中 {n} 种带“草稿”标记（未封存、未到相应状态、异议没有裁定或没有批准文号）：{names}", "marked as drafts (not sealed, not in that state yet, an objection not ruled on, or without an approval): {names}")
BLANKS = Phrase("下列各项没有填，公文中留空：{names}（scheme.toml 的 [papers]、[publication]）", "left blank: {names} ([papers] and [publication] in scheme.toml)")
UNDATED = Phrase("下列各轮公示的日期留空：{names}（每轮各给一个 --from）", "the days of these rounds of notice are left blank: {names} (give a --from for each)")
LACKING = Phrase("没有写：{papers.zh}", "not written: {papers.en}")
NOTHING = Phrase("一份公文也没有写出。", "No paper was written.")
LATER = Phrase("这一种没有写，条件具备后请再写", "it was not written; write it again when that is so")
UNWRITTEN = Phrase("记录还读不成，下列公文没有写：{names}。原因如下：", "not written, as the records cannot be read yet: {names}. The reasons:")
UNMENDED = Phrase("有异议已裁定成立而记录还没有改，下列公文没有写：{names}。要改的如下：", "not written, as records that an upheld objection asks to be mended are not yet: {names}. They are:")
COPIED = Phrase("已把 {n} 个模板放到 {to}，可用 Word 修改；以后优先用它们。", "{n:template is|templates are} in {to}, to be edited in Word; from now on they come first.")
NO_PHASES = Phrase("办法里没有行动的阶段", "the scheme has no phases of an action")
WRITE_PHASES = Phrase(
    "请在 scheme.toml 写 [[phase]]：label、from、to、work，以及 [[phase.asks]]（联合会模板的办法里有例子：用它另建一届来看）",
    "write [[phase]] with label, from, to, work and [[phase.asks]] in scheme.toml, as the template `federation` does: committee new OTHER-DIR --template federation",
)
COUNTS = Phrase("签到、投稿、调查、承诺书、汇报等有一项即算参与，会费不算", "one record of attendance, a text, a survey, a pledge or a report will do; dues do not count")
IDLE = Phrase("全员参与：截至 {day}，{all} 家会员中还有 {n} 家没有任何一项参与记录（{counts.zh}）；名单见公文“未参与会员名单”。", "{n} of {all:member|members} took part in nothing by {day} ({counts.en}); `committee documents` lists them.")
ALL_BUSY = Phrase("全员参与：截至 {day}，{all} 家会员都至少有一项参与记录（{counts.zh}）。", "All of {all:member|members} took part in something by {day} ({counts.en}).")
UNBEGUN = Phrase("全员参与：评价期自 {day} 起，还没有开始。", "The period of evaluation begins on {day}: who took part in nothing is not counted yet.")
UNCOUNTED = Phrase("记录还读不成，没有统计家数，也没有催办。原因如下：", "The records cannot be read yet, so nothing is counted and nobody reminded. The reasons:")
UNEVALUATED = Phrase("现在还不能计算，没有统计全员参与的情况；原因见 committee check。", "It cannot be evaluated yet, so who took part in nothing is not counted; `committee check` says why.")
LATE = Phrase("秘书处有 {n} 项工作逾期未完成：{zh}。做完的请在工作计划表里填上完成日期和凭据。", "{n:item|items} of the secretariat's own work overdue: {en}. Enter the day and the evidence once done.")
EARLY = Phrase(
    "“{zh}”：有 {n} 家会员的记录早于 {day}，不计，列为未交。要计入的，请在这一项 [[phase.asks]] 里写 from = 起算日（如 from = 2018-01-01）。",
    "{en}: records of {n:member|members} lie before {day} and do not count: they are told as outstanding. To count them write from = a day (such as from = 2018-01-01) in its [[phase.asks]].",
)
NOBODY = Phrase("没有需要催办的会员。", "There is nobody to remind.")
OWED = "未交名单.csv"
REMINDED = Phrase("已写出 {n} 家会员的催办函（合订一份、各一份）和 {list}：{to}", "Reminders to {n:member|members}, all in one and one each, and {list} are in {to}")
STANDING = Phrase("已有同名模板，没有覆盖：{names}", "these were there already and stay: {names}")


def documents(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="届次或封存包 SOURCE", help="届次文件夹，或封存包 the edition's folder, or a sealed bag")],
    to: Annotated[Path | None, typer.Option("--to", file_okay=False, help="写到此文件夹 where they go")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="只写这一种，可多次给出 this one alone, may be repeated")] = None,
    *,
    start: Annotated[list[str] | None, typer.Option("--from", help="公示起始日，如 2019-03-08；有几轮的依次各给一个 the first day of the notice; one for each round, in turn")] = None,
    date: Annotated[str, typer.Option("--date", help="落款日期 the day papers bear")] = "",
    edit: Annotated[bool, typer.Option("--edit", help="把模板复制到本届的 documents 文件夹，供 Word 修改 copy the templates, to be edited in Word")] = False,
    language: LanguageOption = "zh",
) -> None:
    """公约、承诺书、通知、公示、决定、证书、得分单、纪要、办法和成果报告，写成 Word；--language en 写英文的。 All papers of the action, in Word, in Chinese or English."""
    from toolkit.documents.catalogue import DOCUMENTS, LETTERS

    with refusals(language):
        papers = _asked(only or [], DOCUMENTS, language)
        if edit:
            _copy_templates(source, papers if only else (*papers, *LETTERS), language)
        if to is None and not edit:
            raise refuse(Phrase("没有说写到哪里", "it is not said where they go"), Phrase("请加 --to 文件夹", "add --to FOLDER"))
        if to is not None:
            _write(source, to, papers, _Days(tuple(filter(None, map(_day, start or ()))), _day(date)), language, named=bool(only))


class _Days(NamedTuple):
    """The first day of each round of the notice, as far as they are known, and the day that papers bear."""

    starts: tuple[dt.date, ...]
    day: dt.date | None


def plan(
    folder: Folder,
    day: Annotated[str, typer.Option("--on", help="看哪一天的情况，默认今天 the day it is looked at; today where left out")] = "",
    to: Annotated[Path | None, typer.Option("--to", file_okay=False, help="催办函（Word）和未交名单写到此文件夹 where reminders in Word and the list go")] = None,
    *,
    who: Annotated[bool, typer.Option("--who", help="列出还没有交的会员 list who has not answered")] = False,
    language: LanguageOption = "zh",
) -> None:
    """行动日历：各阶段的要求、到期和逾期、谁还没有交；催办函。 The action's calendar: what is due, what is late, who has not answered; reminders."""
    from toolkit.comparison.records import examined_at
    from toolkit.indicators.phases import outstanding, standings, tasks
    from toolkit.reports.plan_tables import (
        calendar_table,
        dues_table,
        outstanding_rows,
        outstanding_table,
        work_table,
    )

    with refusals(language):
        on = _day(day) or dt.date.today()  # noqa: DTZ011 - the date on the wall of the secretariat
        with working(language, Phrase("正在读取和计算", "reading and evaluating")):
            edition, evaluation, problems = examined_at(folder)
            if edition is None:
                raise Refused(problems)
            if not edition.scheme.phases:
                raise refuse(NO_PHASES, WRITE_PHASES, file="scheme.toml")
            if edition.records.problems.errors:
                _tell_uncounted(edition.scheme, on, language)
                raise Refused(problems)
            records = edition.records.as_of(on)
            standing = standings(edition.scheme, records, on)
        owed, spoken, names = outstanding(standing), language_of(language), {*records.members["name"]}
        tell = partial(show, language=language, english=edition.scheme.english, names=names, apart=True)
        tell(calendar_table(edition.scheme, on, spoken))
        if work := tasks(edition.scheme, edition.records, on):
            tell(work_table(edition.scheme, work, spoken))
            _tell_late(edition.scheme, work, language)
        tell(dues_table(edition.scheme, standing, spoken))
        _tell_early(edition.scheme, standing, language)
        if who and owed:
            tell(outstanding_table(edition.scheme, outstanding_rows(owed, records.members), spoken))
        _tell_idle(_until(evaluation, edition.records, on), on, language)
        if to is not None:
            _write_reminders(edition, owed, to, on, language)


def _tell_late(scheme: Scheme, work: Iterable[Task], language: str) -> None:
    """Which of the secretariat's own work is overdue."""
    from toolkit.publication.english import fields_in_english

    late = [task.item for task in work if task.overdue]
    if late:
        say(language, phrase(LATE.zh, LATE.en, n=len(late), zh="；".join(late), en="; ".join(fields_in_english(late, scheme.english))))
        typer.echo("")


def _tell_early(scheme: Scheme, standing: Iterable[Standing], language: str) -> None:
    """Of which members something lies before the day from which on it counts, so that they are reminded of it."""
    from toolkit.indicators.phases import first_day
    from toolkit.publication.english import fields_in_english

    for one in standing:
        if len(one.early):
            label, day = one.demand.label, first_day(one.phase, one.demand)
            (english,) = fields_in_english([label], scheme.english)
            say(language, phrase(EARLY.zh, EARLY.en, n=len(one.early), zh=label, en=english, day=day))


def _tell_uncounted(scheme: Scheme, on: dt.date, language: str) -> None:
    """The calendar and what is asked, where no records can be counted yet."""
    from toolkit.reports.plan_tables import calendar_table, uncounted_table

    spoken = language_of(language)
    for table in (calendar_table(scheme, on, spoken), uncounted_table(scheme, on, spoken)):
        show(table, language, scheme.english, apart=True)
    say(language, UNCOUNTED)


def _until(evaluation: Evaluation | None, records: Records, on: dt.date) -> Evaluation | None:
    """The evaluation with what is recorded until that day; as it is where its as-of date is earlier, None where it cannot be made."""
    from toolkit.evaluation import evaluate_as_of

    scheme = evaluation.scheme if evaluation else None
    if evaluation is None or scheme is None or on >= scheme.as_of or (scheme.period and on < scheme.period[0]):
        return evaluation
    try:
        return evaluate_as_of(scheme, records, on)
    except Refused:
        return None


def _tell_idle(evaluation: Evaluation | None, on: dt.date, language: str) -> None:
    """How many members took part in nothing by that day, or by the as-of date where that is earlier."""
    from toolkit.documents.report import idle_members

    if evaluation is None:
        say(language, UNEVALUATED)
    elif evaluation.scheme.period and on < (first := evaluation.scheme.period[0]):
        say(language, phrase(UNBEGUN.zh, UNBEGUN.en, day=first))
    else:
        idle, members = len(idle_members(evaluation)), len(evaluation.members)
        said = IDLE if idle else ALL_BUSY
        say(language, phrase(said.zh, said.en, n=idle, all=members, day=evaluation.scheme.as_of, counts=COUNTS))


def _write_reminders(edition: Edition, owed: Mapping[str, list[Standing]], to: Path, on: dt.date, language: str) -> None:
    from toolkit.documents.catalogue import REMINDER, written
    from toolkit.documents.fields import Case, Owing
    from toolkit.indicators.phases import to_remind
    from toolkit.reports.plan_tables import outstanding_cells, outstanding_rows
    from toolkit.sealing.bag import refuse_kept

    refuse_kept(to)
    if not to_remind(owed):
        say(language, NOBODY)
        return
    members = edition.records.members
    owing = tuple(Owing(member, str(members.at[member, "name"]), str(members.at[member, "class"] or ""), tuple(what)) for member, what in to_remind(owed).items())
    case = Case(edition.scheme, edition.tables, day=on, owing=owing, language=language_of(language))
    own = edition.folder / OWN
    with progress_bar() as bar:
        task = bar.add_task(worded(language, Phrase("正在写催办函", "writing reminders")), total=len(owing) + 1)
        for name, content in written(REMINDER, case, own if own.is_dir() else None, draft=False):
            _put(to / name, content)
            bar.advance(task)
    cells = outstanding_cells(outstanding_rows(owed, members), edition.scheme, language_of(language))
    with refusing(to / OWED):
        write_csv(cells, to / OWED, index=False)
    say(language, phrase(REMINDED.zh, REMINDED.en, n=len(owing), to=to, list=OWED))


def _put(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write a paper; one that is a member's alone with the `mode` of what nobody else may read."""
    with refusing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        if mode is not None:
            path.chmod(mode)


def _asked(only: list[str], papers: tuple[Paper, ...], language: str) -> tuple[Paper, ...]:
    """The papers that are asked for by name, in either language; all where none is."""
    called = {paper: {name.casefold() for name in paper.names} for paper in papers}
    wanted = {name.casefold(): name for name in only}
    known = frozenset().union(*called.values())
    wrong = [name for folded, name in wanted.items() if folded not in known]
    if wrong:
        raise Refused(Problems(tuple(Problem("error", NO_PAPER, _meant(name, papers, language_of(language)), value=name) for name in wrong)))
    return tuple(paper for paper in papers if not only or called[paper] & {*wanted})


def _meant(name: str, papers: tuple[Paper, ...], language: Language) -> Phrase:
    """The papers that a name may stand for: most like it, with a long word of it, or as long and begun alike; all papers where none is."""
    from toolkit.ground.problems import nearest

    titles = [called for paper in papers for called in (paper.title.zh, paper.title.en)]
    words = [word.rstrip("s") for word in name.casefold().split() if len(word) >= LONG_WORD]
    like = [guess] if (guess := nearest(name, titles)) else []
    like += [title for title in titles if any(word in title.casefold() for word in words)]
    like += [title for title in titles if title[:1] == name[:1] and len(title) == len(name)][: not like]
    if like:
        return phrase("是否应为{zh}？", "is {en} meant?", zh="或".join(f"“{title}”" for title in dict.fromkeys(like)), en=" or ".join(f"`{title}`" for title in dict.fromkeys(like)))
    return phrase("可写：{names}", "there are: {names}", names=_named(papers, language))


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise refuse(NO_DAY, AS_DAY, value=text) from error


def _copy_templates(source: Path, papers: tuple[Paper, ...], language: str) -> None:
    from toolkit.documents.catalogue import template
    from toolkit.ground.resources import refuse_no_edition

    refuse_no_edition(source)
    target, spoken = source / OWN, language_of(language)
    there = [paper for paper in papers if (target / template(paper, spoken).name).exists()]
    fresh = [paper for paper in papers if paper not in there]
    with refusing(target):
        target.mkdir(exist_ok=True)
        for paper in fresh:
            house = template(paper, spoken)
            write_whole(target / house.name, house.read_bytes())
    say(language, phrase(COPIED.zh, COPIED.en, n=len(fresh), to=target))
    if there:
        say(language, phrase(STANDING.zh, STANDING.en, names=_named(there, spoken)))


def _named(papers: Iterable[Paper], language: Language) -> str:
    return JOIN.into(language).join(paper.title.into(language) for paper in papers)


def _write(source: Path, to: Path, papers: tuple[Paper, ...], days: _Days, language: str, *, named: bool = False) -> None:
    from toolkit.documents.catalogue import SLIPS, is_draft, written
    from toolkit.sealing.bag import refuse_kept

    refuse_kept(to)
    planned = tuple(paper for paper in papers if paper.planned)
    try:
        with working(language, Phrase("正在读取和计算", "reading and evaluating")):
            case, state, own, sealed = _case(source, days, language_of(language), planned=planned == papers)
    except Refused as refused:
        if planned in {(), papers}:
            raise
        _write(source, to, planned, days, language)
        say(language, phrase(UNWRITTEN.zh, UNWRITTEN.en, names=_named((paper for paper in papers if not paper.planned), language_of(language))))
        raise refused from None
    held = [paper for paper in papers if case.objections.problems.errors and not (paper.planned or paper.of_objections)]
    papers = tuple(paper for paper in papers if paper not in held)
    lacking = [(paper, why) for paper in papers if (why := paper.lacks(case) or (None if named else paper.uncalled(case)))]
    asked = [paper for paper in papers if paper not in dict(lacking)]
    drafts: list[Paper] = []
    count = 0
    with progress_bar() as bar:
        task = bar.add_task(worded(language, Phrase("正在写公文", "writing papers")), total=len(asked))
        for paper in asked:
            draft = is_draft(paper, case, state, sealed=sealed)
            drafts += [paper] if draft else []
            for name, content in written(paper, case, own, draft=draft):
                _put(to / name, content, mode=0o600 if paper.title == SLIPS else None)
                count += 1
            bar.advance(task)
    _tell(case, to, count, drafts, language)
    for heed in filter(None, (*(paper.heed(case) for paper in asked), _contradicted(case), _early(case, [paper for paper in asked if paper not in drafts]), _objected(case, asked))):
        say(language, heed)
    lacking += [(paper, why) for paper in asked if (why := paper.withheld(case))]
    if held:
        if lacking:
            say(language, _unwritten(lacking))
        say(language, phrase(UNMENDED.zh, UNMENDED.en, names=_named(held, language_of(language))))
        raise Refused(case.objections.problems)
    if named and lacking:
        raise Refused(Problems(tuple(Problem("error", why, LATER, value=paper.title.into(language_of(language))) for paper, why in lacking)))
    if lacking:
        say(language, _unwritten(lacking))


def _early(case: Case, final: Iterable[Paper]) -> Phrase | None:
    """What is to be said where papers that carry out the decision, and are no drafts, bear a day before the notice has ended; today where they bear none."""
    from toolkit.documents.catalogue import DECIDED
    from toolkit.minutes.objections import before_its_end

    on = case.day or dt.date.today()  # noqa: DTZ011 - the date on the wall of the secretariat
    return before_its_end(case.journal, case.scheme.publication, on) if any(paper.final == DECIDED for paper in final) else None


def _objected(case: Case, papers: Iterable[Paper]) -> Phrase | None:
    """What is to be said where papers that carry out the decision are written while an objection is not ruled on."""
    from toolkit.documents.catalogue import DECIDED
    from toolkit.minutes.objections import unruled

    return unruled(case.objections, case.journal) if any(paper.final == DECIDED for paper in papers) else None


def _unwritten(lacking: list[tuple[Paper, Phrase]]) -> Phrase:
    """Which papers were not written, those of one reason together."""
    by_reason: dict[Phrase, list[Paper]] = {}
    for paper, why in lacking:
        by_reason.setdefault(why, []).append(paper)
    papers = [phrase("{zh}（{why.zh}）", "{en} ({why.en})", zh=_named(named, "zh"), en=_named(named, "en"), why=why) for why, named in by_reason.items()]
    return phrase(LACKING.zh, LACKING.en, papers=joined(papers, "；", "; "))


def _case(source: Path, days: _Days, language: Language, *, planned: bool) -> tuple[Case, str, Path | None, bool]:
    """What papers are made of; the state the edition is in, where its own templates lie, and whether it is sealed."""
    from toolkit.comparison.records import evaluated_at
    from toolkit.documents.fields import Case
    from toolkit.edition import load_plan
    from toolkit.evaluation import rescored
    from toolkit.ground.resources import file_digest
    from toolkit.minutes.decisions import state_of
    from toolkit.minutes.journal import read_journal
    from toolkit.minutes.objections import read_objections
    from toolkit.publication.extract import public_extract, read_extract, unpublishable

    sealed = (source / "bagit.txt").is_file()
    folder = source / "data" / "edition" if sealed else source
    if not (folder / "scheme.toml").is_file():
        raise refuse(NO_SOURCE, NAME_IT, file=source.name)
    digest = file_digest(folder / "scheme.toml")
    around = source.resolve().parent.parent
    living = around if sealed and (around / "scheme.toml").is_file() else folder
    if planned:
        scheme, tables = load_plan(folder)
        _refuse_more_days(scheme, days)
        journal = read_journal(living)
        case = Case(scheme.model_copy(update={"language": language}), tables, journal=journal, starts=_as_entered(days, scheme, journal), day=days.day, written=_written_on(source, sealed=sealed), digest=digest,
                    registers=_appointed(folder, scheme, tables), language=language)  # fmt: skip
        return case, "draft", folder / OWN if (folder / OWN).is_dir() else None, sealed
    edition, evaluation, _ = evaluated_at(folder)
    _refuse_more_days(edition.scheme, days)
    if language != edition.scheme.language:
        evaluation = rescored(evaluation, edition.scheme.model_copy(update={"language": language}))
    journal, objections = read_journal(living), read_objections(living, edition.records)
    extract = read_extract(source / "data" / "public") if sealed and (source / "data" / "public").is_dir() else None
    if extract is None and not unpublishable(evaluation.scheme).errors:
        extract = public_extract(evaluation, "", {}, "")
    case = Case.of(evaluation, edition.records, journal=journal, objections=objections, extract=extract, starts=_as_entered(days, edition.scheme, journal), day=days.day, written=_written_on(source, sealed=sealed), digest=digest, sealed=sealed, language=language)
    return case, state_of(journal), living / OWN if (living / OWN).is_dir() else None, sealed


def _appointed(folder: Path, scheme: Scheme, tables: Tables) -> Mapping[str, pd.DataFrame] | None:
    """The registers of those appointed, read without the other records, of which there may be none yet; None where they are not named, missing or wrong."""
    from toolkit.records.reading import load_records
    from toolkit.records.references import reference_problems

    named = {scheme.members.table, *(one.table for one in scheme.appointments)}
    if not scheme.appointments or reference_problems(scheme, tables).errors:
        return None
    part = tables.model_copy(update={"table": {name: table for name, table in tables.table.items() if name in named}})
    records = load_records(folder, part, scheme.members.model_copy(update={"applied": None}))
    return None if records.problems.errors else records.frames


def _written_on(source: Path, *, sealed: bool) -> dt.date:
    """The day as of which papers tell how far the work is: today, and of what was sealed the day of that."""
    from toolkit.sealing.parts import bagging_day

    return bagging_day(source) if sealed else dt.date.today()  # noqa: DTZ011 - the date on the wall of the secretariat


def _refuse_more_days(scheme: Scheme, days: _Days) -> None:
    rounds = scheme.papers.rounds
    if len(days.starts) > len(rounds):
        mend = phrase("请给 {n} 个 --from，或在 scheme.toml 的 [papers] rounds 里写明各轮的名称", "give {n} --from, or name the rounds in [papers] rounds of scheme.toml", n=len(rounds))
        raise refuse(phrase("公示只有 {n} 轮：{names.zh}", "only so many rounds of notice are named: {names.en}", n=len(rounds), names=listed(rounds)), mend, value="、".join(map(str, days.starts)))


def _as_entered(days: _Days, scheme: Scheme, journal: Journal) -> tuple[dt.date, ...]:
    """The first day of each round as it was given; where none was, that since which the edition is public by its minutes, of several rounds the first one's, until it is made public anew."""
    from toolkit.minutes.decisions import publicised_on

    told = publicised_on(journal)
    return days.starts or (told[-1:] if len(scheme.papers.rounds) == 1 or len(told) == 1 else ())


def _contradicted(case: Case) -> Phrase | None:
    """What is to be said where the minutes have the edition made public on none of the days that papers give."""
    from toolkit.minutes.decisions import publicised_on
    from toolkit.sealing.site import OTHER_DAY

    told = publicised_on(case.journal)
    return phrase(f"提醒：{OTHER_DAY.zh}", f"note: {OTHER_DAY.en}", day=told[-1]) if told and case.starts and told[-1] not in case.starts else None


def _tell(case: Case, to: Path, count: int, drafts: list[Paper], language: str) -> None:
    from toolkit.documents.fields import sealed_as

    say(language, phrase(WRITTEN.zh, WRITTEN.en, n=count, to=to) if count else NOTHING)
    if not count:
        return
    if drafts:
        say(language, phrase(DRAFTS.zh, DRAFTS.en, n=len(drafts), names=_named(drafts, language_of(language))))
        if not case.sealed and (revision := sealed_as(case.journal)):
            say(language, phrase(FROM_BAG.zh, FROM_BAG.en, revision=revision, bag=f"sealed/{revision}"))
    papers, publication = case.scheme.papers, case.scheme.publication
    blanks = [key for key in ("organisation", "action", "council", "authority") if not getattr(papers, key)]
    blanks += [] if publication and (publication.contact or publication.reached) else ["contact"]
    rounds = [round_ for round_ in case.scheme.papers.rounds[len(case.starts):] if case.starts]
    if rounds:
        say(language, phrase(UNDATED.zh, UNDATED.en, names=JOIN.into(language_of(language)).join(rounds)))
    if blanks:
        say(language, phrase(BLANKS.zh, BLANKS.en, names=JOIN.into(language_of(language)).join(blanks)))
