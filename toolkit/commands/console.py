"""How every command speaks: in the reader's language, with progress, and never with a traceback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from toolkit.ground.problems import Problems, Refused
from toolkit.ground.text import Language, Phrase

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="届次文件夹 the edition folder")]
Bag = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="封存包 the sealed bag")]
Out = Annotated[Path, typer.Option("--out", file_okay=False, help="结果文件夹 where the results go")]
Reader = Annotated[str, typer.Option("--language", "-l", help="zh 或 en", envvar="COMMITTEE_LANGUAGE")]


def language_of(language: str) -> Language:
    """The language asked for; Chinese unless English is."""
    return "en" if language == "en" else "zh"


def worded(language: str, said: Phrase) -> str:
    """A phrase in the language asked for."""
    return said.into(language_of(language))


def say(language: str, said: Phrase) -> None:
    """Print a phrase."""
    typer.echo(worded(language, said))


def console() -> Any:
    """Where progress is shown: beside the results, not among them."""
    from rich.console import Console

    return Console(stderr=True)


@contextmanager
def working(language: str, said: Phrase) -> Iterator[None]:
    """Show what is under way."""
    with console().status(worded(language, said)):
        yield


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """A line that says which step is under way."""
    with console().status("…") as status:
        yield status.update


@contextmanager
def refusals(language: str) -> Iterator[None]:
    """Print what was refused, and end with 1; no traceback."""
    try:
        yield
    except Refused as refused:
        typer.echo(refused.problems.text(language_of(language)), err=True)
        raise typer.Exit(1) from None


def finish(problems: Problems, language: str, well: Phrase) -> None:
    """Print the problems; end with 1 where any is an error, else say that all is well."""
    if problems:
        typer.echo(problems.text(language_of(language)), err=bool(problems.errors))
    if problems.errors:
        raise typer.Exit(1)
    say(language, well)
