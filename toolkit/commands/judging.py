"""Commands about the panel: score sheets for each expert, and what its chair should see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.commands.speaking import Folder, Reader, language_of, refusals, say, working
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.display import Table
    from toolkit.edition import Edition
    from toolkit.errors import Problems
    from toolkit.panels.judged import Judging

WRITTEN = (
    "评分表 {n} 份，在 {out}。\n打印签名或在 Excel 中填写；收回后放入 {goes}，再运行 committee check {folder}",
    "{n} score sheets are in {out}.\nPrint and sign them, or fill them in; put them back as {goes}, then run committee check {folder}",
)


def sheets(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="评分表写到此文件夹 where the score sheets go")],
    round_: Annotated[str, typer.Option("--round", help="轮次，印在每页页眉 the round, in the head of each page")] = "",
    language: Reader = "zh",
) -> None:
    """为每位专家生成 Excel 评分表，应回避的格子已填“回避”。 A score sheet for each expert, recusals filled in."""
    from toolkit.panels.sheets import goes_to, write_score_sheets

    with refusals(language):
        with working(language, Phrase("正在生成评分表", "writing the score sheets")):
            written = write_score_sheets(folder, out, round_)
        say(language, phrase(*WRITTEN, n=len(written), out=out, goes=goes_to(folder), folder=folder))


def panel(folder: Folder, language: Reader = "zh") -> None:
    """供专家组组长看：组成、回避、一致程度、各专家宽严、位次待定的会员。 For the chair of the panel."""
    from toolkit.edition import check_edition
    from toolkit.panels.judging import judging

    with working(language, Phrase("正在读取评分", "reading the scores")):
        edition, problems = check_edition(folder)
        judged = judging(edition.scheme, edition.records) if edition and not _unread(problems) else None
    if edition and judged:
        _tell(edition, judged, language)
    found = judged.problems if judged and not problems.errors else problems
    if found:
        typer.echo(found.text(language_of(language)), err=bool(found.errors))
    if problems.errors:
        raise typer.Exit(1)


def _unread(problems: Problems) -> bool:
    """Whether the scheme names what the data dictionary lacks: then nothing can be said of the panel."""
    return any(problem.file == "scheme.toml" for problem in problems.errors)


def _tell(edition: Edition, judged: Judging, language: str) -> None:
    from toolkit.panels.tables import (
        open_places_table,
        panel_experts_table,
        panel_table,
        recusals_table,
        scored_in_words,
    )

    spoken, members = language_of(language), edition.records.members
    say(language, scored_in_words(edition.scheme))
    if judged.indicators:
        _show(recusals_table(judged, edition.scheme, members, spoken))
        _show(panel_table(judged, edition.scheme, spoken))
        _show(panel_experts_table(judged, edition.scheme, spoken))
        _show(open_places_table(judged, edition.scheme, members, spoken))


def _show(table: Table) -> None:
    typer.echo(repr(table) + "\n")
