"""How every command speaks: in the reader's language, with progress, with the mend of wrong use, and never with a traceback.

Help is written in both languages side by side and shown in one: Chinese up to the last Chinese sign, then English.
"""

from __future__ import annotations

import copy
import os
import re
import shlex
import shutil
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar, cast

import typer
from typer.core import TyperCommand, TyperGroup

from toolkit.ground.display import display_width
from toolkit.ground.problems import SEVERITIES, Problems, Refused, inaccessible, system_error
from toolkit.ground.text import ASKED, Language, Phrase, asked_language, phrase
from toolkit.ground.writing import held_by_edition

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from toolkit.ground.display import Table


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
WHERE = frozenset({"--out", "--to", "--return"})
"""The options that say where something is written."""
PAUSE = 5.0  # seconds between two lines where no terminal is
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


def say(language: str, words: Phrase, english: Mapping[str, str] | None = None) -> None:
    """Print a phrase, in English with the names that the edition has in `english`."""
    said = worded(language, words)
    if english and language_of(language) == "en":
        from toolkit.publication.english import fields_in_english

        said = fields_in_english(said, english)
    typer.echo(said)


def show(table: Table, language: str, english: Mapping[str, str], names: Collection[str] = (), *, apart: bool = False) -> None:
    """Print a table, in English with the names that the edition has in `english`; `names` of members stay. A blank line parts it from what follows."""
    from toolkit.publication.english import table_in_english

    typer.echo(repr(table_in_english(table, english, names) if language_of(language) == "en" else table) + "\n" * apart)


def tell_program(language: str) -> None:
    """Say what to type in place of `committee` where a shell does not find it: it lies in an environment that is not active."""
    program = Path(sys.argv[0])
    if program.stem == NAME and shutil.which(NAME) is None:
        activate = f"source {program.with_name('activate')}" if os.name != "nt" else str(program.with_name("activate"))
        say(language, phrase(*NOT_FOUND, program=program, activate=activate))


def tell_version(asked: bool) -> None:  # noqa: FBT001
    """Say which version runs, and nothing else, where that is asked."""
    if asked:
        from toolkit.sealing.bag import DISTRIBUTION, versions

        typer.echo(f"{NAME} {versions()[DISTRIBUTION]}")
        raise typer.Exit


def console() -> Any:
    """Where progress is shown: beside the results, not among them."""
    from rich.console import Console

    return Console(stderr=True)


def progress_bar() -> Progress | ProgressLines:
    """A bar that grows; where no terminal is, a line now and then."""
    from rich.progress import Progress

    screen = console()
    return Progress(console=screen, transient=True) if screen.is_terminal else ProgressLines()


class ProgressLines:
    """What is under way and, where it is known of how much, how much of it is done, as a line on stderr every `PAUSE` seconds; nothing where it ends before."""

    def __init__(self) -> None:
        self._what, self._done = "", 0.0
        self._of: float | None = None
        self._ended = threading.Event()
        self._teller = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> Self:
        self._teller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._teller.join()

    def add_task(self, description: str, total: float | None = None) -> TaskID:
        """What begins, and how many steps it has if that is known; there is one task."""
        self._what, self._done, self._of = description, 0.0, total
        return cast("TaskID", 0)

    def update(
        self, task: TaskID, *, completed: float | None = None, advance: float = 0.0, description: str | None = None, total: float | None = None  # noqa: ARG002 - as a bar's
    ) -> None:
        """How far it has come, and what is under way now."""
        self._done = (self._done if completed is None else completed) + advance
        self._what, self._of = description or self._what, self._of if total is None else total

    def advance(self, task: TaskID) -> None:
        """One step more."""
        self.update(task, advance=1)

    def _tell(self) -> None:
        while not self._ended.wait(PAUSE):
            counted = "" if self._of is None else f" {self._done:.0f}/{self._of:.0f}"
            typer.echo(f"… {self._what}{counted}", err=True)


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


def named_files(words: Iterable[Path], language: str) -> list[Path]:
    """The files that words of a command line name, each once; a word with * or ? names every file it fits, as not every shell sees to it.

    A bracket stands for itself, as in the name of a folder. What an office program keeps beside an open file is left out beside others, whoever named it.

    Raises
    ------
    Misused
        Where a word names no file.
    """
    found: list[Path] = []
    named = [*words]
    for word in named:
        if word.is_file():
            found += [word] if len(named) == 1 or not word.name.startswith(OPEN_IN_OFFICE) else []
            continue
        fitting = [path for path in map(Path, sorted(glob(BRACKET.sub("[[]", str(word))) or glob(str(word)))) if path.is_file() and not path.name.startswith(OPEN_IN_OFFICE)]  # noqa: PTH207 - of whole paths
        if not fitting:
            missing = A_FOLDER if word.is_dir() else NO_FIT if PATTERN.search(str(word)) else NO_FILE
            raise wrong_use(phrase(*missing, word=word), language)
        found += fitting
    return [*dict.fromkeys(found)]


def copied(word: object) -> str:
    """A word of a line that is printed to be copied, as a shell takes it whole.

    Examples
    --------
    >>> copied("公示2026/open")
    '公示2026/open'
    """
    text = str(word)
    return text if PLAIN.fullmatch(text) else f'"{text}"' if sys.platform == "win32" else shlex.quote(text)


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



INTERRUPTED = 130  # as shells count what Ctrl-C ended
OPTION = re.compile(r"(?:--language|-l)(?:=(?P<given>.*))?|-l(?P<stuck>[^-=].*)")
WRITTEN = re.compile(rb"""^\s*language\s*=\s*["'](zh|en)["']""", re.MULTILINE)
SCHEMES = ("scheme.toml", "data/edition/scheme.toml")  # of a folder, of a bag
CHINESE = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’…"
HALVES = re.compile(rf"(?P<zh>.*[{CHINESE}]) (?P<en>[^{CHINESE}]+)", re.DOTALL)

HELP: tuple[tuple[str, str], ...] = (
    (r"^Usage: ", "用法："),
    (r"\[OPTIONS\]", "[选项]"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]…"),
    (r"^Options:$", "选项："),
    (r"^Arguments:$", "参数："),
    (r"^Commands:$", "命令："),
    (r"Show this message and exit\.", "显示这份说明"),
    (r"\[required\]", "[必填]"),
    (r"\bdefault: ", "默认："),
)
KINDS: tuple[tuple[str, str], ...] = (
    (r"<(?:list\[)?(?:dir|directory)\]?>", "<文件夹>"),
    (r"<(?:list\[)?(?:file|path|Path)\]?>", "<文件>"),
    (r"<%Y-%m-%d>", "<年-月-日>"),
    (r"<(?:list\[)?str\]?>", "<文字>"),
    (r"<(?:int|float)(?: range)?>", "<数字>"),
)
MISUSE: tuple[tuple[str, str], ...] = (
    (r"Missing argument '(.+?)'\.?(?s:.*)", r"缺少参数 \1；请补上"),
    (r"Missing option '(.+?)'\.?(?s:.*)", r"缺少选项 \1；请补上"),
    (r"Missing command\.", "没有写命令；请选一个命令"),
    (r"No such command '(.*)'\. Did you mean (.+)\?", r"没有命令 \1；是否应为 \2？"),
    (r"No such command '(.*)'\.", r"没有命令 \1；请从 committee --help 所列的命令中选"),
    (r"No such option: (\S+)(?: \(Possible options: (.+)\)| Did you mean (.+)\?)", r"没有选项 \1；是否应为 \2\3？"),
    (r"No such option: (\S+)", r"没有选项 \1；请删去或改正"),
    (r"Option '(.+)' requires .*", r"选项 \1 后面要写一个值"),
    (r"Option '(.+)' does not take a value\.", r"选项 \1 后面不写值"),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", r"多写了 \1；请删去，含空格的名称要加引号"),
    (r"Invalid value for (.+?): (?:\w+) '(.+)' does not exist\.", r"\1：没有“\2”；请核对路径"),
    (r"Invalid value for (.+?): (?:Directory|dir) '(.+)' is a file\.", r"\1：“\2”是文件；请写文件夹"),
    (r"Invalid value for (.+?): (?:File|file) '(.+)' is a (?:directory|dir)\.", r"\1：“\2”是文件夹；请写文件"),
    (r"Invalid value for (.+?): \w+ '(.+)' is not (?:readable|writable)\.", r"\1：没有“\2”的读写权限；请检查权限"),
    (r"Invalid value for (.+?): (?:Value error, )?'(.*)' is not one of (.+?)\.?", r"\1：不能写“\2”；请从中选一：\3"),
    (r"Invalid value for (.+?): Input should be (?:greater than or equal to|>=) (\S+)", r"\1：不能小于 \2"),
    (r"Invalid value for (.+?): Input should be (?:less than or equal to|<=) (\S+)", r"\1：不能大于 \2"),
    (r"Invalid value for (.+?): Input should be ('.+)", r"\1：请从中选一：\2"),
    (r"Invalid value for (.+?): .*(?:not in the range) (.+?)\.", r"\1：超出范围；应为 \2"),
    (r"Invalid value for (.+?): .*(?:integer|valid int).*", r"\1：应为整数；请写整数"),
    (r"Invalid value for (.+?): .*(?:number|float).*", r"\1：应为数字；请写数字"),
    (r"Invalid value for (.+?): (.+)", r"\1：不合要求（\2）"),
)
HINT = Phrase("详见 {command} --help", "See {command} --help")
WRONG = Phrase("用法不对：", "Wrong use: ")

PATTERN, BRACKET = re.compile(r"[*?]"), re.compile(r"\[")
PLAIN = re.compile(r"[\w@%+=:,./\\-]+" if sys.platform == "win32" else r"[\w@%+=:,./-]+")
"""A word that every shell takes as it stands, in whatever script."""
OPEN_IN_OFFICE = ("~$", ".~lock.")
"""What begins the name of a file that an office program writes beside one that is open in it."""
NO_FIT = ("没有文件与“{word}”相符；请核对文件夹和文件名", "no file fits `{word}`: check folder and name")
NO_FILE = ("没有文件“{word}”；请核对路径", "there is no file `{word}`: check its path")
A_FOLDER = ("“{word}”是文件夹；请写其中的文件，如 {word}/*.xlsx", "`{word}` is a folder: name the files in it, such as {word}/*.xlsx")
C = TypeVar("C", bound=Any)


def hoisted(args: Sequence[str]) -> tuple[list[str], str | None]:
    """The words of a command line without the language, and the language asked for; it may stand anywhere.

    Examples
    --------
    >>> hoisted(["--language", "en", "check", "here"])
    (['check', 'here'], 'en')
    """
    rest: list[str] = []
    language: str | None = None
    words = iter(args)
    for word in words:
        if word == "--":
            return [*rest, word, *words], language
        if match := OPTION.fullmatch(word):
            language = match["stuck"] if match["stuck"] is not None else match["given"]
            language = next(words, "") if language is None else language
        else:
            rest.append(word)
    return rest, language


def spoken(args: Iterable[str]) -> str:
    """The language a command speaks where its option does not say: the environment's, the scheme's, Chinese."""
    return asked_language() or next(filter(None, map(_of_scheme, args)), "zh")


def language_of_run(args: Sequence[str]) -> Language:
    """The language of a whole command line."""
    rest, language = hoisted(args)
    return "en" if (language or spoken(rest)) == "en" else "zh"


def _of_scheme(word: str) -> str | None:
    """The language of the scheme in a folder; read plainly, since the file may be faulty."""
    for name in SCHEMES:
        try:
            written = WRITTEN.search((Path(word) / name).read_bytes())
        except (OSError, ValueError):
            continue
        if written:
            return written[1].decode()
    return None


def half(text: str | None, language: str) -> str | None:
    """The half of a help text that is in `language`.

    Examples
    --------
    >>> half("封存包 the sealed bag", "en")
    'the sealed bag'
    """
    match = HALVES.fullmatch(text or "")
    return match["en" if language == "en" else "zh"] if match else text


def in_chinese(text: str) -> str:
    """Help with the words that the library puts in, in Chinese; columns stay in line."""
    for pattern, words in HELP:
        text = re.sub(pattern, words, text, flags=re.MULTILINE)
    for pattern, words in KINDS:
        text = re.sub(rf"({pattern})( *)", partial(_as_wide, words), text)
    return text


def _as_wide(words: str, match: re.Match[str]) -> str:
    """A word in a column, followed by as many spaces as the column takes."""
    return words + (" " * max(2, len(match[0]) - display_width(words)) if match[2] else "")


def misuse(text: str, language: str) -> str:
    """What was used wrongly, as one sentence with its mend."""
    text = re.sub(r"^Invalid value for [^:]+:", lambda match: match[0].replace("'", ""), text.replace("Value error, ", ""))
    if language == "en":
        return f"{WRONG.en}{text}"
    known = next((match.expand(words) for pattern, words in MISUSE if (match := re.fullmatch(pattern, text))), text)
    return f"{WRONG.zh}{known}"


def _in(language: str, command: C) -> C:
    """A command with its help in one language."""
    spoken = copy.copy(command)
    spoken.help = half(command.help, language)
    spoken.params = [copy.copy(param) for param in command.params]
    for param in spoken.params:
        param.help, param.metavar = half(getattr(param, "help", None), language), half(param.metavar, language)
    spoken.commands = {name: _in(language, inner) for name, inner in getattr(command, "commands", {}).items()}
    return spoken


def _shown(command: Any, ctx: Any, format_help: Any) -> str:
    """The help of a command, in the language of its run."""
    language, formatter = ctx.meta.get(ASKED, "zh"), ctx.make_formatter()
    format_help(_in(language, command), ctx, formatter)
    text = str(formatter.getvalue()).rstrip("\n")
    return text if language == "en" else in_chinese(text)


class Command(TyperCommand):
    """One command, whose help is in the reader's language."""

    def get_help(self, ctx: Any) -> str:
        """Its help."""
        return _shown(self, ctx, TyperCommand.format_help)

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - as the group asks for it
        """Its line in the list of commands, whole."""
        return str(self.help or "").strip().partition("\n")[0]

    def invoke(self, ctx: Any) -> Any:
        """Run, unless it would write among what an edition is made of."""
        for param in self.params:
            place = ctx.params.get(param.name)
            if place is not None and not WHERE.isdisjoint(param.opts) and (why := held_by_edition(place)):
                raise wrong_use(why, str(ctx.meta.get(ASKED, "zh")))
        return super().invoke(ctx)


class Committee(TyperGroup):
    """All commands: the language is found before anything else is, and wrong use is one sentence in it."""

    def get_help(self, ctx: Any) -> str:
        """The help of all commands."""
        return _shown(self, ctx, TyperGroup.format_help)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Hand the language to the command, wherever its option stands."""
        rest, named = hoisted(args)
        ctx.meta[ASKED] = self.language = language = named if named is not None else spoken(rest)
        place = next((n for n, word in enumerate(rest, 1) if not word.startswith("-")), None)
        if place is not None:
            rest[place:place] = ["--language", language]
        return super().parse_args(ctx, rest)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; wrong use ends with 2 and a sentence."""
        try:
            code = super().main(*args, **{**extra, "standalone_mode": False})
        except typer.Abort:
            code = INTERRUPTED
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            _tell(error, getattr(self, "language", "zh"))
            code = getattr(error, "exit_code", 2)
        if code == INTERRUPTED:
            broken_off("en" if getattr(self, "language", "zh") == "en" else "zh")
        sys.exit(code if isinstance(code, int) else 0)


def _tell(error: Any, language: str) -> None:
    ctx, text = getattr(error, "ctx", None), str(error.format_message())
    for param in ctx.command.params if ctx is not None else ():
        text = text.replace(f"'{param.metavar}'", f"'{half(param.metavar, language)}'")
    if text.startswith(("Usage:", "用法：")):  # nothing was asked: the help itself
        typer.echo(text, err=True)
        return
    typer.echo(misuse(text, language), err=True)
    if ctx is not None:
        typer.echo((HINT.en if language == "en" else HINT.zh).format(command=ctx.command_path), err=True)
