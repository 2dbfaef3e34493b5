"""What is wrong with an input, and where: one `Problem` for each fault, all of them at once."""

from __future__ import annotations

import difflib
import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from toolkit.ground.text import TURNS, Language, Phrase, discreet, phrase

if TYPE_CHECKING:
    import pandas as pd

Severity = Literal["error", "warning", "note"]

MANY, SHOWN = 25, 3  # from so many of one kind on they are one line, with so many of their places
FIGURES = re.compile(r"[0-9]+")
ERRNO = re.compile(r"\[Errno ([0-9]{1,4})\]")
COLUMNS = ("severity", "file", "sheet", "row", "column", "value", "rule", "mend")
SEVERITIES: dict[Severity, Phrase] = {
    "error": Phrase("错误", "error"),
    "warning": Phrase("提醒", "warning"),
    "note": Phrase("说明", "note"),
}
COUNTED: dict[Severity, Phrase] = {
    "error": Phrase("个问题", "problem"),
    "warning": Phrase("条提醒", "warning"),
    "note": Phrase("条说明", "note"),
}


RANKS: dict[Severity, int] = {severity: rank for rank, severity in enumerate(SEVERITIES)}
# What a problem touches, by the first word of its place in the scheme: who is given what, before what is counted how.
DECIDES = ("veto", "eligibility", "shortlist", "award", "ties", "total", "grades", "adjustment", "condition", "indicator", "group", "panel", "weighting")


@dataclass(frozen=True)
class Problem:
    """One fault in an input: its place, the value found, the rule it breaks and how to mend it.

    Parameters
    ----------
    severity
        "error" stops the evaluation, "warning" and "note" are reported and do not.
    rule, mend
        What is required, and what the reader should do.
    file, sheet, column, value
        Where it stands; empty where it does not apply. `value` is never that of a personal column.
    row
        The row as Excel counts it (the first row is 1), or the line of a text file. A row of a database has none:
        `sheet` says its key instead, as ``acts[act_id=17]``.
    """

    severity: Severity
    rule: Phrase
    mend: Phrase
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    def __post_init__(self) -> None:
        """Whatever was typed where, no problem says a telephone or identity number or an e-mail address in full.

        File and sheet stay what they are called, to be found again, and are masked where they are shown.
        """
        for name in ("column", "value"):
            object.__setattr__(self, name, discreet(getattr(self, name)))
        for name in ("rule", "mend"):
            text = getattr(self, name)
            masked = Phrase(discreet(text.zh), discreet(text.en))
            if masked != text:
                object.__setattr__(self, name, masked)

    def line(self, language: Language) -> str:
        """The problem as one line, without its file."""
        zh = language == "zh"
        places = [
            _sheet(self.file, discreet(self.sheet), zh=zh),
            (f"第 {self.row} 行" if zh else f"row {self.row}") if self.row else "",
            " ".join(part for part in (self.column, f'"{self.value}"' if self.value else "") if part),
        ]
        place = ("，" if zh else ", ").join(part for part in places if part)
        advice = f"{self.rule.into(language)}{'；' if zh else '; '}{self.mend.into(language)}"
        return (f"{place}{'：' if zh else ': '}{advice}" if place else advice).translate(TURNS)


@dataclass(frozen=True)
class Problems:
    """All problems of one reading, in the order of their files.

    Examples
    --------
    >>> rule, mend = Phrase("不是数字", "not a number"), Phrase("请填写 8", "write 8")
    >>> eight = Problem("error", rule, mend, file="a.xlsx", row=17, column="学时", value="八")
    >>> print(Problems((eight,)).text("en"))
    a.xlsx: 1 problem
      row 17, 学时 "八": not a number; write 8
    """

    items: tuple[Problem, ...] = ()

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __add__(self, other: Iterable[Problem]) -> Problems:
        return Problems((*self.items, *other))

    @property
    def errors(self) -> Problems:
        """Only those that stop the evaluation."""
        return Problems(tuple(problem for problem in self if problem.severity == "error"))

    @property
    def gravest(self) -> Problems:
        """The gravest first: errors, warnings, notes, and within these what decides more; else in the order found."""
        return Problems(tuple(sorted(self, key=_gravity)))

    def text(self, language: Language = "zh") -> str:
        """The problems as a list to print or to mail, grouped by file: the file with the gravest first, and in it the errors first.

        Many of one kind are one line; `frame` has each.
        """
        lines: list[str] = []
        worst: dict[str, int] = {}
        for problem in self.gravest:
            worst.setdefault(problem.file, RANKS[problem.severity])
        ordered = sorted(self, key=lambda problem: (worst[problem.file], problem.file, RANKS[problem.severity]))
        for file, group in groupby(ordered, lambda problem: problem.file):
            of_file = list(group)
            lines.append(_heading(file, of_file, language))
            lines += [f"  {line}" for line in _lines(of_file, language)]
        return "\n".join(lines)

    def frame(self, language: Language = "zh") -> pd.DataFrame:
        """The problems as a frame, one row each, with the columns of `problems.csv`."""
        import pandas as pd

        rows = [
            (p.severity, discreet(p.file), discreet(p.sheet), p.row or None, p.column, p.value, p.rule.into(language), p.mend.into(language))
            for p in self
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"row": "Int64"})


class Refused(Exception):  # noqa: N818 - named for what happened to the input, as a committee would say it
    """An input was refused; `problems` holds every reason found."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(problems.text("en"))
        self.problems = problems

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of a traceback: every error, in both languages; what does not stop it is counted."""
        errors = self.problems.errors or self.problems
        rest = len(self.problems) - len(errors)
        zh, en = (errors.text("zh"), errors.text("en"))
        return [zh, *[f"（另有 {rest} 条提醒和说明）"] * bool(rest), "", en, *[f"(warnings and notes besides: {rest})"] * bool(rest)]


def refuse(rule: Phrase, mend: Phrase, *, file: str = "", column: str = "", value: str = "") -> Refused:
    """The refusal of a single fault, to be raised."""
    return Refused(Problems((Problem("error", rule, mend, file=file, column=column, value=value),)))


def stop_at(problems: Iterable[Problem]) -> None:
    """Refuse for every problem there is; go on when there is none."""
    found = tuple(problems)
    if found:
        raise Refused(Problems(found))


CAUSES: dict[int, Phrase] = {
    errno.ENOSPC: Phrase("磁盘已满", "the disk is full"),
    errno.EDQUOT: Phrase("磁盘配额已用完", "the disk quota is used up"),
    errno.EROFS: Phrase("所在的盘只能读不能写", "the disk is read-only"),
    errno.EACCES: Phrase("没有权限，或正被别的程序打开", "no permission, or another program has it open"),
    errno.EPERM: Phrase("没有权限", "no permission"),
    errno.EBUSY: Phrase("正被别的程序使用", "another program uses it"),
    errno.ENOENT: Phrase("文件或文件夹不存在", "the file or folder does not exist"),
    errno.EEXIST: Phrase("同名的文件已存在", "something of that name exists already"),
    errno.ENOTEMPTY: Phrase("文件夹不是空的", "the folder is not empty"),
    errno.EISDIR: Phrase("这是文件夹，不是文件", "it is a folder, and no file"),
    errno.ENOTDIR: Phrase("路径中有一段是文件，不是文件夹", "part of the path is a file, and no folder"),
    errno.ENAMETOOLONG: Phrase("名称太长", "the name is too long"),
    errno.EFBIG: Phrase("文件太大", "the file is too large"),
    errno.EMFILE: Phrase("同时打开的文件太多", "too many files are open"),
    errno.EIO: Phrase("磁盘读写出错", "the disk fails"),
}
MAKE_ROOM = Phrase("请清理磁盘后再运行", "make room on the disk, and run it again")
MENDS = {
    errno.ENOSPC: MAKE_ROOM,
    errno.EDQUOT: MAKE_ROOM,
    errno.EFBIG: Phrase("请换一个能存放大文件的盘，或请管理员放宽文件大小的限制", "write to a disk that holds large files, or have the limit on their size raised"),
    errno.EMFILE: Phrase("请关闭别的程序后再运行", "close other programs, and run it again"),
}
SEE_RIGHTS = Phrase("请关闭正在打开它的程序，并检查路径和文件夹权限", "close the program that has it open, check the path and the folder's rights")


def system_error(error: BaseException) -> OSError | None:
    """The system's own error: this one, or that for which a library raised another."""
    return next((_first(raised) if isinstance(raised, shutil.Error) else raised for raised in (error, *error.args) if isinstance(raised, OSError)), None)


def _first(error: shutil.Error) -> OSError:
    """What stopped a folder from being copied: of its files `shutil` keeps the reasons only as text."""
    told = error.args[0] if error.args and isinstance(error.args[0], list) else []
    numbers = (ERRNO.match(str(reasons[-1])) for reasons in told)
    return next((OSError(int(number[1]), os.strerror(int(number[1]))) for number in numbers if number), error)


def inaccessible(error: BaseException, file: str = "") -> Refused:
    """The refusal of what cannot be read or written: which file, why in words, and what to do.

    Parameters
    ----------
    error
        An OSError, or what a library raised because of one.
    file
        What to call it; else the name that the error gives.
    """
    cause = system_error(error) or OSError()
    name = file or next((str(named) for named in (cause.filename2, cause.filename) if named), "")
    why = CAUSES.get(cause.errno or 0, Phrase("系统不允许", cause.strerror or "the system refuses"))
    rule = Phrase(f"读写不成：{why.zh}", f"cannot be read or written: {why.en}")
    return refuse(rule, MENDS.get(cause.errno or 0, SEE_RIGHTS), file=name)


OTHER_MEANINGS = (
    {"mean", "median", "mode"}, {"min", "max"}, {"least", "most"}, {"minimum", "maximum"}, {"higher", "lower"}, {"best", "worst"}, {"floor", "cap", "ceil"},
    {"above", "below"}, {"at_least", "at_most"}, {"class_mean", "class_median"}, {"first", "last"}, {"number", "member"}, {"sum", "num"},
    {"best", "lowest", "highest"},
)  # fmt: skip
TURNED = ("-", "!", "not ", "not_", "no_", "non_")


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name most like `word`, or None when none is close.

    A guess mends a slip and never turns what was meant: no ``mean`` for ``median``, no ``price`` for ``-price``.

    Examples
    --------
    >>> nearest("agregate", ["aggregate", "label"])
    'aggregate'
    >>> nearest("median", ["mean", "sum"]), nearest("-price", ["price"]), nearest("best", ["first", "lowest"])
    (None, None, None)
    """
    guesses = difflib.get_close_matches(word, list(known), n=3, cutoff=0.6)
    return next((guess for guess in guesses if not _other_meaning(word, guess)), None)


def did_you_mean(word: str, known: Iterable[str]) -> Phrase | None:
    """The mend of an unknown name: whether the known one most like it is meant; None when none is close.

    Examples
    --------
    >>> did_you_mean("agregate", ["aggregate", "label"]).en, did_you_mean("best", ["first"])
    ('is `aggregate` meant?', None)
    """
    guess = nearest(word, known)
    return phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess) if guess else None


def _other_meaning(word: str, guess: str) -> bool:
    """Whether two words that are alike mean different things."""
    turned = [any(name.startswith(sign) for sign in TURNED) for name in (word, guess)]
    return turned[0] != turned[1] or any({word, guess} <= meanings and word != guess for meanings in OTHER_MEANINGS)


def _gravity(problem: Problem) -> tuple[int, int]:
    """How grave a problem is: by its severity, then by how much hangs on what it touches; rows of records come last."""
    place = problem.column.partition("[")[0].partition(".")[0]
    ruled = problem.row is None or problem.file == "scheme.toml"
    return RANKS[problem.severity], DECIDES.index(place) if ruled and place in DECIDES else len(DECIDES)


def _lines(problems: list[Problem], language: Language) -> Iterator[str]:
    """A line for each problem, where the first of its kind stands; one for all of a kind that stands in many places."""
    kinds: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(_kind(problem), []).append(problem)
    merged: set[tuple[str, ...]] = set()
    mixed = len({problem.severity for problem in problems}) > 1
    for problem in problems:
        kind, mark = _kind(problem), _mark(problem, language, mixed=mixed)
        if len(kinds[kind]) < MANY:
            yield f"{mark}{problem.line(language)}"
        elif kind not in merged:
            merged.add(kind)
            yield f"{mark}{_together(kinds[kind], language)}"


def _kind(problem: Problem) -> tuple[str, ...]:
    """What makes two problems one: all but their rows and values; a number in the rule may differ."""
    return problem.severity, problem.sheet.partition("[")[0], problem.column, FIGURES.sub("0", problem.rule.en)


def _together(same: list[Problem], language: Language) -> str:
    """Many problems of one kind: how many, the first places, and what the first says."""
    first, zh = same[0], language == "zh"
    head = ("，" if zh else ", ").join(part for part in (_sheet(first.file, discreet(first.sheet.partition("[")[0]), zh=zh), first.column) if part)
    places = ("、" if zh else ", ").join(place for problem in same[:SHOWN] if (place := _where(problem, zh=zh)))
    counted = f"{len(same)} 处" if zh else f"{len(same)} places"
    such = (f"，如{places}" if zh else f", such as {places}") if places else ""
    head, sign = f"{head}{'：' if zh else ': '}" if head else "", "：" if zh else ": "
    return f"{head}{counted}{such}{sign}{first.rule.into(language)}{'；' if zh else '; '}{first.mend.into(language)}"


def _where(problem: Problem, *, zh: bool) -> str:
    """A row, or the key of a database's, and its value."""
    key = problem.sheet.partition("[")[2].removesuffix("]")
    row = (f"第 {problem.row} 行" if zh else f"row {problem.row}") if problem.row else discreet(key)
    return " ".join(part for part in (row, f'"{problem.value}"' if problem.value else "") if part)


def _heading(file: str, problems: list[Problem], language: Language) -> str:
    file = discreet(file)
    worst = min((problem.severity for problem in problems), key=list(SEVERITIES).index)
    if language == "zh":
        counted = f"{len(problems)} {COUNTED[worst].zh}"
        return f"{file}：{counted}" if file else counted
    counted = f"{len(problems)} {COUNTED[worst].en}{'' if len(problems) == 1 else 's'}"
    return f"{file}: {counted}" if file else counted


def _sheet(file: str, sheet: str, *, zh: bool) -> str:
    """A sheet, or the relation of a source: no path within an edition holds a colon."""
    if not sheet or ":" in file:
        return sheet
    return f"工作表 {sheet}" if zh else f"sheet {sheet}"


def _mark(problem: Problem, language: Language, *, mixed: bool) -> str:
    """How grave a problem is; errors by themselves need no word for it."""
    if problem.severity == "error" and not mixed:
        return ""
    return f"[{SEVERITIES[problem.severity].into(language)}] "
