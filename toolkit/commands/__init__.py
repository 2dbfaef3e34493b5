"""The commands of ``committee``, by what they are about, and the command line they make up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from toolkit.commands import decide, documents, edition, evaluation, experts, lab, publication, seal, table
from toolkit.commands.console import Command, Committee, LanguageOption, tell_version

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
COMMANDS: tuple[Callable[..., None], ...] = (
    *(edition.new, edition.forms, edition.check, evaluation.examine, edition.changes, edition.diff),
    *(evaluation.evaluate, evaluation.cards, evaluation.sensitivity, experts.ballots),
    *(experts.sheets, experts.panel, table.table, decide.decide, decide.journal),
    *(seal.seal, seal.key, seal.sign, seal.verify, documents.plan, documents.documents, publication.publish, publication.verify_card, seal.serve, seal.demo),
)

app = typer.Typer(
    cls=Committee,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def committee(
    language: LanguageOption = "zh",
    version: Annotated[bool, typer.Option("--version", callback=tell_version, is_eager=True, help="显示版本 say which version this is")] = False,  # noqa: FBT002
) -> None:
    """评审委员会工具：检查数据、计算排名、分析稳健性、封存与公示。 The evaluation committee's tool: check, evaluate, seal, publish."""


for command in COMMANDS:
    app.command(cls=Command)(command)
app.command(cls=Command, context_settings=PASSED_ON)(lab.lab)
