"""How the command line is used: in which language, its help, and wrong use with the mend.

Help is written in both languages side by side and shown in one: Chinese up to the last Chinese sign, then English.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from toolkit.commands.console import broken_off
from toolkit.ground.display import display_width
from toolkit.ground.text import ASKED, Language, Phrase, asked_language

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
