"""Commands about experts: score sheets, what the panel's chair should see, and the ballots, out and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.commands.console import (
    Folder,
    LanguageOption,
    copied,
    language_of,
    named_files,
    refusals,
    say,
    show,
    working,
)
from toolkit.ground.problems import Problems, Refused, refuse
from toolkit.ground.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.ballots import Ballots, GroupWeights
    from toolkit.edition import Edition
    from toolkit.indicators.panel import Judging
    from toolkit.scheme import Scheme


WRITTEN = (
    "评分表 {n} 份，在 {out}。\n打印签名或在 Excel 中填写；收回后放入 {goes}，再运行 committee check {copied}",
    "{n} score sheets are in {out}.\nPrint and sign them, or fill them in; put them back as {goes}, then run committee check {copied}",
)


def sheets(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="评分表写到此文件夹 where the score sheets go")],
    round_: Annotated[str, typer.Option("--round", help="轮次，印在每页页眉 the round, in the head of each page")] = "",
    language: LanguageOption = "zh",
) -> None:
    """为每位专家生成 Excel 评分表，应回避的格子已填“回避”。 A score sheet for each expert, recusals filled in."""
    from toolkit.forms.score_sheets import goes_to, write_score_sheets

    with refusals(language):
        with working(language, Phrase("正在生成评分表", "writing the score sheets")):
            written = write_score_sheets(folder, out, round_)
        say(language, phrase(*WRITTEN, n=len(written), out=out, goes=goes_to(folder), copied=copied(folder)))


def panel(folder: Folder, language: LanguageOption = "zh") -> None:
    """供专家组组长看：组成、回避、一致程度、各专家宽严、位次待定的会员。 For the chair of the panel."""
    from toolkit.edition import check_edition
    from toolkit.evaluation import panel_of
    from toolkit.indicators.panel_problems import SEE_PANEL

    with working(language, Phrase("正在读取评分", "reading the scores")):
        edition, problems = check_edition(folder)
        judged = panel_of(edition.scheme, edition.records, edition.judged) if edition and (edition.judged or not problems.errors) else None
    if edition and judged:
        _tell(edition, judged, language)
    problems_found = Problems(tuple(one for one in (judged.problems if judged and not problems.errors else problems) if one.mend not in SEE_PANEL))  # it is told above
    if problems_found:
        typer.echo(problems_found.text(language_of(language)), err=bool(problems_found.errors))
    if problems.errors:
        raise typer.Exit(1)


def _tell(edition: Edition, judged: Judging, language: str) -> None:
    from toolkit.reports.panel_tables import (
        open_places_table,
        panel_experts_table,
        panel_table,
        recusals_table,
        scored_in_words,
    )

    spoken, members = language_of(language), edition.records.members
    say(language, scored_in_words(edition.scheme), edition.scheme.english)
    if judged.indicators:
        for table in (
            recusals_table(judged, edition.scheme, members, spoken), panel_table(judged, edition.scheme, spoken),
            panel_experts_table(judged, edition.scheme, spoken), open_places_table(judged, edition.scheme, members, spoken),
        ):  # fmt: skip
            show(table, language, edition.scheme.english, {*members["name"]}, apart=True)


NONE = Phrase("ballots/ 里还没有判断票；生成空白票请用 committee ballots 届次文件夹 --forms 存放处。", "There is no ballot yet; --forms OUT writes blank ones.")
SAME = Phrase("专家组的权重与办法相同，没有改动。", "The group's weights are the scheme's: nothing to change.")
ADOPTED = (
    "已写入 scheme.toml，记入第 {n} 条；原来的办法存为 {former}。",
    "Written to scheme.toml, entered as no. {n}; the scheme as it was is kept as {former}.",
)
VOTED = Phrase("采用专家组投票得出的权重", "the weights that the group voted")
MEANWHILE = Phrase("scheme.toml 刚被别人改过，未写入", "scheme.toml was changed meanwhile: nothing is written")
AGAIN = Phrase("请核对后重新运行", "look at it and run the command again")
FAULTY = Phrase("有判断票有误，未写入办法", "some ballots are faulty: the scheme is not changed")
MEND = Phrase("请先改正，或移走有误的文件", "mend them, or move the faulty files away")


def ballots(
    folder: Folder,
    files: Annotated[list[Path] | None, typer.Argument(metavar="票 FILE", help="填好的票，可用 * 代表任意字 ballots filled in, with --read; * stands for any signs")] = None,
    *,
    forms: Annotated[Path | None, typer.Option("--forms", file_okay=False, help="把空白票写到此文件夹 write Excel ballots here")] = None,
    expert: Annotated[list[str] | None, typer.Option("--expert", help="专家代号 an expert's code, with --forms")] = None,
    read: Annotated[bool, typer.Option("--read", help="读回填好的票 read filled-in ballots back")] = False,
    adopt: Annotated[bool, typer.Option("--adopt", help="把专家组的权重写入办法 write the group's weights into the scheme")] = False,
    each: Annotated[bool, typer.Option("--each", help="各专家自己的权重会如何决定 what each expert's own weights decide")] = False,
    language: LanguageOption = "zh",
) -> None:
    """专家判断票：清单、一致性、专家组权重；生成和读回 Excel 票。 The experts' ballots and the group's weights."""
    from toolkit.scheme import load_scheme

    filled = named_files(files or [], language)
    with refusals(language):
        scheme = load_scheme(folder / "scheme.toml")
        if forms is not None:
            _write_forms(folder, scheme, forms, expert or [], language)
        elif read or filled:
            _read_back(folder, scheme, filled, language)
        else:
            _listed(folder, scheme, language, adopt=adopt, each=each)


def _listed(folder: Path, scheme: Scheme, language: str, *, adopt: bool, each: bool) -> None:
    from toolkit.ballots import group_weights, load_ballots
    from toolkit.reports.expert_tables import agreement_table, ballots_table, group_weights_table

    voted = load_ballots(folder, scheme)
    if not voted.listed:
        say(language, NONE)
        return
    show(ballots_table(voted, language_of(language)), language, scheme.english, apart=True)
    if voted.problems:
        typer.echo(voted.problems.text(language_of(language)), err=bool(voted.problems.errors))
    group = group_weights(voted)
    for table in (group_weights_table(group, language_of(language)), agreement_table(group, language_of(language))):
        show(table, language, scheme.english, apart=True)
    if each:
        _decided(folder, voted, language)
    if adopt:
        _adopt(folder, scheme, voted, group, language)
    if voted.problems.errors:
        raise typer.Exit(1)


def _adopt(folder: Path, scheme: Scheme, voted: Ballots, group: GroupWeights, language: str) -> None:
    """Say what would change, as a minute says it; write it only where no ballot is faulty."""
    from toolkit.ballots import scheme_with_group_weights
    from toolkit.minutes.adoption import adopt_scheme, scheme_digest
    from toolkit.scheme import load_scheme
    from toolkit.scheme.amendments import diff

    after = scheme_with_group_weights(scheme, group)
    changed = diff(scheme, after)
    for amendment in changed:
        say(language, amendment.words, scheme.english)
    if not changed:
        say(language, SAME)
        return
    if voted.problems.errors:
        raise refuse(FAULTY, MEND, file="scheme.toml")
    opened = scheme_digest(folder)
    if load_scheme(folder / "scheme.toml") != scheme:
        raise refuse(MEANWHILE, AGAIN, file="scheme.toml")
    by = phrase("专家组（{n} 票）", "the expert group ({n:ballot|ballots})", n=len(next(iter(group.groups.values())).experts))
    done = adopt_scheme(folder, opened, after, by=by.into(scheme.language), reason=VOTED.into(scheme.language), of="ballots")
    say(language, phrase(*ADOPTED, former=done.entry.details["former"], n=done.entry.number))


def _decided(folder: Path, voted: Ballots, language: str) -> None:
    from toolkit.ballots import group_weights
    from toolkit.comparison import decided_by_each, decided_by_group
    from toolkit.edition import open_edition
    from toolkit.evaluation import evaluate
    from toolkit.reports.expert_tables import decided_table

    with working(language, Phrase("正在计算", "evaluating")):
        edition = open_edition(folder)
        evaluation = evaluate(edition.scheme, edition.records)
        group, by_expert = decided_by_group(evaluation, group_weights(voted)), decided_by_each(evaluation, voted)
    show(decided_table(by_expert, evaluation, voted, language_of(language), group=group), language, evaluation.scheme.english, {*evaluation.members["name"]}, apart=True)


def _write_forms(folder: Path, scheme: Scheme, out: Path, experts: list[str], language: str) -> None:
    from toolkit.forms.ballots import write_ballot_forms

    for path in write_ballot_forms(folder, scheme, out, experts):
        say(language, phrase("已生成 {path}", "Written: {path}", path=path))


def _read_back(folder: Path, scheme: Scheme, files: list[Path], language: str) -> None:
    """Every file is tried; those that can be read become ballots, the others' problems are told together."""
    from toolkit.ballots import write_ballot
    from toolkit.forms.ballots import returned_ballot

    if not files:
        rule = Phrase("没有指明填好的票", "no filled-in ballot is named")
        raise refuse(rule, Phrase("请写：committee ballots 届次文件夹 --read 文件…", "write: committee ballots DIR --read FILE..."))
    problems = Problems()
    for place, path in enumerate(files, 1):
        try:
            ballot, problems_found = returned_ballot(path, scheme, folder, place)
            written = write_ballot(folder, ballot)
        except Refused as refused:
            problems += refused.problems
            continue
        problems += problems_found
        say(language, phrase("专家 {expert} 第 {round} 轮：{name}", "Expert {expert}, round {round}: {name}",
                             expert=ballot.expert, round=ballot.round, name=f"ballots/{written.name}"))  # fmt: skip
    if problems:
        typer.echo(problems.text(language_of(language)), err=bool(problems.errors))
    if problems.errors:
        raise typer.Exit(1)
