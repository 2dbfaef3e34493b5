"""The command about papers in Word."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.commands.console import LanguageOption, progress_bar, refusals, say, worded, working
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.writing import refusing, write_whole

if TYPE_CHECKING:
    from toolkit.documents.catalogue import Paper
    from toolkit.documents.fields import Case

OWN = "documents"
NO_SOURCE = Phrase("这里既不是届次文件夹，也不是封存包", "this is neither an edition's folder nor a sealed bag")
NAME_IT = Phrase("请指明含 scheme.toml 的文件夹，或一个封存包", "name the folder that holds scheme.toml, or a bag below sealed")
NO_PAPER = Phrase("没有这种公文", "there is no such paper")
NO_DAY = Phrase("不是日期", "is no day")
AS_DAY = Phrase("请写成 2019-03-08", "write it as 2019-03-08")
WRITTEN = Phrase("已写出 {n} 份公文：{to}", "{n:paper is|papers are} in {to}")
DRAFTS = Phrase("其中 {n} 种带“草稿”标记（未封存、未到相应状态或没有批准文号）：{names}", "marked as drafts (not sealed, not in that state yet, or without an approval): {names}")
BLANKS = Phrase("下列各项没有填，公文中留空：{names}（scheme.toml 的 [papers]、[publication]）", "left blank: {names} ([papers] and [publication] in scheme.toml)")
UNWRITTEN = Phrase("记录还读不成，下列公文没有写：{names}。原因如下：", "not written, as the records cannot be read yet: {names}. The reasons:")
COPIED = Phrase("已把 {n} 个模板放到 {to}，可用 Word 修改；以后优先用它们。", "{n:template is|templates are} in {to}, to be edited in Word; from now on they come first.")
STANDING = Phrase("已有同名模板，没有覆盖：{names}", "these were there already and stay: {names}")


def documents(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="届次或封存包 SOURCE", help="届次文件夹，或封存包 the edition's folder, or a sealed bag")],
    to: Annotated[Path | None, typer.Option("--to", file_okay=False, help="写到此文件夹 where they go")] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="只写这一种，可多次给出 this one alone, may be repeated")] = None,
    *,
    start: Annotated[str, typer.Option("--from", help="公示起始日，如 2019-03-08 the first day of the notice")] = "",
    date: Annotated[str, typer.Option("--date", help="落款日期 the day papers bear")] = "",
    edit: Annotated[bool, typer.Option("--edit", help="把模板复制到本届的 documents 文件夹，供 Word 修改 copy the templates, to be edited in Word")] = False,
    language: LanguageOption = "zh",
) -> None:
    """公约、承诺书、通知、公示、决定、证书、得分单、纪要、办法和成果报告，写成 Word。 All papers of the action, in Word."""
    from toolkit.documents.catalogue import DOCUMENTS

    with refusals(language):
        papers = _asked(only or [], DOCUMENTS)
        if edit:
            _copy_templates(source, papers, language)
        if to is None and not edit:
            raise refuse(Phrase("没有说写到哪里", "it is not said where they go"), Phrase("请加 --to 文件夹", "add --to FOLDER"))
        if to is not None:
            _write(source, to, papers, (_day(start), _day(date)), language)


def _asked(only: list[str], papers: tuple[Paper, ...]) -> tuple[Paper, ...]:
    from toolkit.ground.problems import nearest

    names = [paper.name for paper in papers]
    wrong = [name for name in only if not any(name in {known, known.split("（")[0]} for known in names)]
    if wrong:
        raise Refused(Problems(tuple(
            Problem("error", NO_PAPER, phrase("可写：{names}", "there are: {names}", names=f"{guess}（？）" if (guess := nearest(name, names)) else "、".join(names)), value=name)
            for name in wrong
        )))  # fmt: skip
    return tuple(paper for paper in papers if not only or paper.name in only or paper.name.split("（")[0] in only)


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
    target = source / OWN
    there = [paper.name for paper in papers if (target / f"{paper.name}.docx").exists()]
    fresh = [paper.name for paper in papers if paper.name not in there]
    with refusing(target):
        target.mkdir(exist_ok=True)
        for name in fresh:
            write_whole(target / f"{name}.docx", template(name).read_bytes())
    say(language, phrase(COPIED.zh, COPIED.en, n=len(fresh), to=target))
    if there:
        say(language, phrase(STANDING.zh, STANDING.en, names="、".join(there)))


def _write(source: Path, to: Path, papers: tuple[Paper, ...], days: tuple[dt.date | None, dt.date | None], language: str) -> None:
    from toolkit.documents.catalogue import is_draft, written
    from toolkit.sealing.bag import refuse_kept

    refuse_kept(to)
    planned = tuple(paper for paper in papers if paper.planned)
    try:
        with working(language, Phrase("正在读取和计算", "reading and evaluating")):
            case, state, own, sealed = _case(source, *days, planned=planned == papers)
    except Refused as refused:
        if planned in {(), papers}:
            raise
        _write(source, to, planned, days, language)
        say(language, phrase(UNWRITTEN.zh, UNWRITTEN.en, names="、".join(paper.name for paper in papers if not paper.planned)))
        raise refused from None
    asked = [paper for paper in papers if paper.asks(case)]
    drafts, count = [], 0
    with progress_bar() as bar:
        task = bar.add_task(worded(language, Phrase("正在写公文", "writing papers")), total=len(asked))
        for paper in asked:
            draft = is_draft(paper, case, state, sealed=sealed)
            drafts += [paper.name] if draft else []
            for name, content in written(paper, case, own, draft=draft):
                with refusing(to / name):
                    (to / name).parent.mkdir(parents=True, exist_ok=True)
                    write_whole(to / name, content)
                count += 1
            bar.advance(task)
    _tell(case, to, count, drafts, language)


def _case(source: Path, start: dt.date | None, day: dt.date | None, *, planned: bool) -> tuple[Case, str, Path | None, bool]:
    """What papers are made of; the state the edition is in, where its own templates lie, and whether it is sealed."""
    from toolkit.comparison.records import evaluated_at
    from toolkit.documents.fields import Case
    from toolkit.edition import load_plan
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
    if planned:
        case = Case(*load_plan(folder), start=start, day=day, digest=digest)
        return case, "draft", folder / OWN if (folder / OWN).is_dir() else None, sealed
    edition, evaluation, _ = evaluated_at(folder)
    around = source.resolve().parent.parent
    living = around if sealed and (around / "scheme.toml").is_file() else folder
    journal, objections = read_journal(living), read_objections(living, edition.records)
    if objections.problems.errors:
        raise Refused(objections.problems)
    extract = read_extract(source / "data" / "public") if sealed and (source / "data" / "public").is_dir() else None
    if extract is None and not unpublishable(evaluation.scheme).errors:
        extract = public_extract(evaluation, "", {}, "")
    case = Case.of(evaluation, edition.records, journal=journal, objections=objections, extract=extract, start=start, day=day, digest=digest)
    return case, state_of(journal), living / OWN if (living / OWN).is_dir() else None, sealed


def _tell(case: Case, to: Path, count: int, drafts: list[str], language: str) -> None:
    say(language, phrase(WRITTEN.zh, WRITTEN.en, n=count, to=to))
    if drafts:
        say(language, phrase(DRAFTS.zh, DRAFTS.en, n=len(drafts), names="、".join(drafts)))
    papers, publication = case.scheme.papers, case.scheme.publication
    blanks = [key for key in ("organisation", "action", "council", "authority") if not getattr(papers, key)]
    blanks += [] if publication and publication.contact else ["contact"]
    if blanks:
        say(language, phrase(BLANKS.zh, BLANKS.en, names="、".join(blanks)))
