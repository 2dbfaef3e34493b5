"""How every command speaks: in the reader's language, with progress, and never with a traceback."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

from toolkit.ground.problems import SEVERITIES, Problems, Refused, inaccessible, system_error
from toolkit.ground.text import Language, Phrase, phrase

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="届次文件夹 EDITION", help="一届的文件夹 the edition folder")]
Bag = Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="封存包 BAG", help="封存好的一个版次 the sealed bag")]
Out = Annotated[Path, typer.Option("--out", file_okay=False, help="结果文件夹 where the results go")]
LanguageOption = Annotated[
    Language, typer.Option("--language", "-l", help="zh 中文，en 英文；默认随办法的语言 zh or en; the scheme's own where it is left out", show_default=False)
]
NAME = "committee"
NOT_FOUND = (
    "说明和提示里的 committee，在这个终端里请写作 {program}；先运行一次 {activate}，以后就可以照写。",
    "Where committee stands in these lines, type {program} in this terminal; or run {activate} once, and type them as they are.",
)
GRAVEST = 5  # of the warnings, told where all of them stand elsewhere
BROKEN_OFF = Phrase("已中断，没有留下写了一半的结果。", "Broken off: no half-written result is left.")
INTERNAL = Phrase(
    "程序内部出错（{kind}），没有做完；已经写出的请不要使用。请联系维护人员，并附上所用命令（设 {debug}=1 可看到出错的位置）。",
    "Internal error ({kind}): this was not done to its end; use nothing that it may have written. Tell the maintainers, with the command (set {debug}=1 to see where).",
)


def language_of(language: str) -> Language:
    """The language asked for; Chinese unless English is."""
    return "en" if language == "en" else "zh"


def worded(language: str, words: Phrase) -> str:
    """A phrase in the language asked for."""
    return words.into(language_of(language))


def say(language: str, words: Phrase) -> None:
    """Print a phrase."""
    typer.echo(worded(language, words))


def tell_program(language: str) -> None:
    """Say what to type in place of `committee` where a shell does not find it: it lies in an environment that is not active."""
    program = Path(sys.argv[0])
    if program.stem == NAME and shutil.which(NAME) is None:
        activate = f"source {program.with_name('activate')}" if os.name != "nt" else str(program.with_name("activate"))
        say(language, phrase(*NOT_FOUND, program=program, activate=activate))


def console() -> Any:
    """Where progress is shown: beside the results, not among them."""
    from rich.console import Console

    return Console(stderr=True)


def progress_bar() -> Progress:
    """A bar that grows, on a terminal only."""
    from rich.progress import Progress

    screen = console()
    return Progress(console=screen, transient=True, disable=not screen.is_terminal)


@contextmanager
def working(language: str, words: Phrase) -> Iterator[None]:
    """Show what is under way."""
    with console().status(worded(language, words)):
        yield


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """A line that says which step is under way; where no terminal is, one for each."""
    screen = console()
    if not screen.is_terminal:
        yield lambda name: typer.echo(f"… {name}", err=True)
        return
    with screen.status("…") as status:
        yield status.update


@contextmanager
def refusals(language: str) -> Iterator[None]:
    """Print what was refused, and end with 1; no traceback."""
    try:
        yield
    except BrokenPipeError:  # whoever reads along has seen enough
        raise
    except Exception as error:
        if not isinstance(error, Refused) and system_error(error) is None:
            raise
        refused = error if isinstance(error, Refused) else inaccessible(error)
        typer.echo(refused.problems.text(language_of(language)), err=True)
        raise typer.Exit(1) from None


def wrong_use(words: Phrase, language: str) -> typer.BadParameter:
    """What is to be raised where options do not go together."""
    return Misused(words.into(language_of(language)))


class Misused(typer.BadParameter):
    """A sentence of our own about how a command was used, in the reader's language already."""

    def format_message(self) -> str:
        """The sentence as it is."""
        return self.message


def broken_off(language: Language) -> None:
    """Say in one line that the user stopped."""
    typer.echo(BROKEN_OFF.into(language), err=True)


def internal(error: Exception, language: Language, debug: str) -> None:
    """Say that something of our own went wrong: what cannot be read or written by its reason, all else by its kind."""
    if system_error(error) is not None:
        typer.echo(inaccessible(error).problems.text(language), err=True)
        return
    typer.echo(INTERNAL.into(language).format(kind=type(error).__name__, debug=debug), err=True)


def tell_gravest(problems: Problems, language: str, everything: Phrase) -> None:
    """Say how many warnings and notes there are, and the gravest; `everything` says where all of them stand."""
    spoken = language_of(language)
    counts = [(severity, sum(problem.severity == severity for problem in problems)) for severity in SEVERITIES]
    counted = [f"{SEVERITIES[severity].zh} {n} 条" if spoken == "zh" else f"{n} {SEVERITIES[severity].en}{'s' * (n != 1)}" for severity, n in counts if n]
    if not counted:
        return
    few = Problems(tuple(problem for problem in problems.gravest if problem.severity != "note")[:GRAVEST])
    say(language, phrase("{zh}（{all.zh}）{stop}", "{en} ({all.en}){colon}", zh="，".join(counted), en=", ".join(counted), all=everything,
                         stop="，最要紧的：" if few else "。", colon=", the gravest:" if few else "."))  # fmt: skip
    for problem in few:
        typer.echo(f"  {problem.file and problem.file + ('：' if spoken == 'zh' else ': ')}{problem.line(spoken)}")


def finish(problems: Problems, language: str, well: Phrase) -> None:
    """Print the problems; end with 1 where any is an error, else say that all is well."""
    if problems:
        typer.echo(problems.text(language_of(language)), err=bool(problems.errors))
    if problems.errors:
        raise typer.Exit(1)
    say(language, well)
