"""The command line, ``committee``: every door into an edition. See ``committee --help``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import typer

from toolkit.commands import edition, evaluation, experts, seal

DEBUG = "COMMITTEE_DEBUG"
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(
    help="评审委员会工具：检查数据、计算排名、分析稳健性、封存与公示。 The evaluation committee's tool.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
COMMANDS: tuple[Callable[..., None], ...] = (
    *(edition.new, edition.forms, edition.check, edition.changes),
    *(evaluation.evaluate, evaluation.cards, evaluation.sensitivity),
    *(experts.ballots, experts.sheets, experts.panel),
    *(seal.seal, seal.verify, seal.serve, seal.demo),
)
for command in COMMANDS:
    app.command()(command)
app.command(context_settings=PASSED_ON)(evaluation.lab)


def main() -> None:
    """Run the command line; whatever happens, a reader sees words and never a traceback."""
    try:
        app()
    except Exception as error:
        if DEBUG in os.environ:
            raise
        kind = type(error).__name__
        typer.echo(f"程序内部出错（{kind}），没有写出任何结果；请联系维护人员，并附上所用命令。", err=True)
        typer.echo(f"Internal error ({kind}); set {DEBUG}=1 to see where.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
