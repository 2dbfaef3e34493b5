"""Variants: schemes that were tried and are kept by a name, whole, in ``variants/`` of the edition; none of them decides anything.

A variant is a scheme's file as anybody may write one, with four lines of comment on top: its name, who, why and when.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from toolkit.ground.problems import Problem, Problems, Refused, did_you_mean, refuse
from toolkit.ground.text import Phrase, discreet, one_line, phrase
from toolkit.ground.writing import DEVICES, edition_lock, refusing, sync, write_whole
from toolkit.minutes.adoption import SCHEME, as_filed
from toolkit.scheme import Scheme, load_scheme, read_scheme
from toolkit.scheme.writing import rewritten

FOLDER, ASIDE = "variants", "aside"
LONGEST = 40
"""Characters of a name: a file system takes 255 bytes, and a heading far less."""
HEADING = {"name": "试算方案 variant", "by": "谁存的 by", "reason": "为何 because", "time": "何时 at"}
LINE = re.compile(rf"#\s*(?:{'|'.join(map(re.escape, HEADING.values()))})\s*[:：]\s*(.*)")
FORBIDDEN = frozenset('<>:"/\\|?*')
NAMELESS = Phrase("方案没有名称", "the variant has no name")
NAME_IT = Phrase("请起一个名称，如“学习加重”", "give it a name, such as `more learning`")
OTHER_NAME = Phrase("请另起一个名称", "choose another name")
LACKING = Phrase("办法本身不受影响；请照说明改正，或移走这个文件", "the scheme itself is not touched: mend it as said, or move the file away")


@dataclass(frozen=True)
class Variant:
    """A scheme that was tried: its name, the scheme, and who kept it, why and when, as its file says; empty where it does not."""

    name: str
    scheme: Scheme
    by: str = ""
    reason: str = ""
    time: str = ""


@dataclass(frozen=True)
class Variants:
    """The variants of an edition by name, and what is wrong with those that cannot be read: warnings, as nothing hangs on them."""

    items: tuple[Variant, ...] = ()
    problems: Problems = field(default_factory=Problems)

    def __iter__(self) -> Iterator[Variant]:
        return iter(self.items)

    def named(self, name: str) -> Variant:
        """The variant of that name.

        Raises
        ------
        Refused
            When there is none; it says which one may be meant.
        """
        found = next((variant for variant in self if variant.name == name), None)
        if found is None:
            mend = did_you_mean(name, [variant.name for variant in self]) or OTHER_NAME
            raise refuse(Phrase("没有这个方案", "there is no such variant"), mend, file=FOLDER, value=name[:LONGEST])
        return found


def variant_name(typed: str) -> str:
    """A name as it is kept: one that every file system takes for a file's, on Windows too.

    Raises
    ------
    Refused
        When it is none; it says what is wrong with it.

    Examples
    --------
    >>> variant_name(" 学习　加重 ")
    '学习 加重'
    """
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    wrong = next((letter for letter in name if letter in FORBIDDEN or unicodedata.category(letter)[0] == "C"), None)
    if not name:
        raise refuse(NAMELESS, NAME_IT)
    if len(name) > LONGEST:
        raise _unfit(name, phrase("名称太长，最多 {n} 个字", "the name is longer than {n:character|characters}", n=LONGEST))
    if wrong is not None:
        sign = wrong if wrong.isprintable() else f"U+{ord(wrong):04X}"
        raise _unfit(name, phrase("名称里不能有“{sign}”", "a name cannot hold `{sign}`", sign=sign))
    if name[0] == "." or name[-1] == ".":
        raise _unfit(name, Phrase("名称的首尾不能是句点", "a name cannot begin or end with a full stop"))
    if name.partition(".")[0].strip().casefold() in DEVICES or name.casefold() == ASIDE:
        raise _unfit(name, Phrase("这个名称系统另有用处", "the system uses this name for something else"))
    if discreet(name) != name:
        raise refuse(Phrase("名称里像有电话、证件号码或邮箱", "the name seems to hold a telephone or identity number or an address"), OTHER_NAME)
    return name


def _unfit(name: str, rule: Phrase) -> Refused:
    shown = "".join(letter for letter in name[:LONGEST] if letter.isprintable())
    return refuse(Phrase(f"“{shown}”：{rule.zh}", f"`{shown}`: {rule.en}"), OTHER_NAME)


def read_variants(folder: Path) -> Variants:
    """The variants of the edition in `folder`; none where it has no such folder."""
    read = [_read(path) for path in sorted((folder / FOLDER).glob("*.toml"), key=lambda path: path.name) if path.is_file() and path.name[0] != "."]
    return Variants(tuple(one for one, _ in read if one), Problems(tuple(problem for _, problems in read for problem in problems)))


def _read(path: Path) -> tuple[Variant | None, Problems]:
    """A variant of a file, or what is wrong with it; a file by a name that nothing could be kept under is none."""
    try:
        if variant_name(path.stem) != path.stem:
            raise _unfit(path.stem, Phrase("名称里的空格或写法不能照样保存", "a name cannot be kept with these spaces or letters"))
        scheme, _ = read_scheme(path)
        said = {key: _said(path.read_text("utf-8-sig"), title) for key, title in HEADING.items()}
    except Refused as refused:
        return None, Problems(tuple(_warned(problem, path) for problem in refused.problems))
    return Variant(path.stem, scheme, said["by"], said["reason"], said["time"]), Problems()


def _warned(problem: Problem, path: Path) -> Problem:
    mend = Phrase(f"{problem.mend.zh}；{LACKING.zh}", f"{problem.mend.en}; {LACKING.en}")
    return replace(problem, severity="warning", file=f"{FOLDER}/{_readable(path.name)}", mend=mend)


def _readable(name: str) -> str:
    """A file's name as it can be told: nobody's number, no sign that turns or breaks a line, and not the whole of a long one."""
    return discreet("".join(letter if letter.isprintable() else "�" for letter in name))[:LONGEST]


def _said(text: str, title: str) -> str:
    """What a line of the heading says, as nobody's number."""
    lines = (line for line in text.splitlines()[: len(HEADING)] if title in line)
    found = next(filter(None, map(LINE.fullmatch, lines)), None)
    return discreet(found[1].strip()) if found else ""


def save_variant(folder: Path, name: str, scheme: Scheme, *, by: str = "", reason: str = "") -> Variant:
    """Keep a scheme by a name in the edition in `folder`; comments of the scheme as decided stay in it.

    Raises
    ------
    Refused
        When the name is none or taken already, another writer holds the edition, or it cannot be written.
    """
    name = variant_name(name)
    time = dt.datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    said = {"name": name, "by": discreet(one_line(by)), "reason": discreet(one_line(reason)), "time": time}
    with edition_lock(folder):
        place = _free(folder / FOLDER, name)
        heading = "".join(f"# {title}：{said[key]}\n" for key, title in HEADING.items())
        write_whole(place, f"{heading}\n{_text(folder, scheme)}")
    return Variant(name, scheme, said["by"], said["reason"], time)


def _free(folder: Path, name: str) -> Path:
    """Where a variant of that name goes, if there is none: on Windows 甲A and 甲a are one file."""
    taken = {unicodedata.normalize("NFC", path.name).casefold() for path in folder.glob("*")}
    if f"{name}.toml".casefold() in taken:
        rule = phrase("已有名为“{name}”的方案，不覆盖", "there is a variant `{name}` already, and it is not overwritten", name=name)
        raise refuse(rule, OTHER_NAME, file=f"{FOLDER}/{name}.toml")
    return folder / f"{name}.toml"


def _text(folder: Path, scheme: Scheme) -> str:
    """The scheme in the words of the edition's file; afresh where that is none at the moment."""
    import tomlkit.exceptions

    try:
        with refusing(folder / SCHEME):
            before = (folder / SCHEME).read_bytes().decode("utf-8-sig")
        scheme = as_filed(scheme, load_scheme(folder / SCHEME))
        lines = before.splitlines(keepends=True)
        return rewritten("".join(line for line in lines if not LINE.fullmatch(line.strip())), scheme)
    except (tomlkit.exceptions.TOMLKitError, UnicodeDecodeError, Refused):
        return rewritten("", scheme)


def lay_aside(folder: Path, name: str) -> Path:
    """Take a variant out of the list: its file is moved into ``variants/aside/``, named by the time, and not deleted.

    Raises
    ------
    Refused
        When there is none of that name, another writer holds the edition, or it cannot be moved.
    """
    name = variant_name(name)
    with edition_lock(folder):
        path, aside = folder / FOLDER / f"{name}.toml", folder / FOLDER / ASIDE
        if not path.is_file():
            read_variants(folder).named(name)  # which refuses it, and says what may be meant
        moment = dt.datetime.now().astimezone()
        names = (f"{name}.{moment:%Y%m%d-%H%M%S}{also}.toml" for also in ("", *(f"-{n}" for n in range(2, 1000))))
        with refusing(path):
            aside.mkdir(exist_ok=True)
            place = next(place for other in names if not (place := aside / other).exists())
            path.replace(place)
            sync(aside)
    return place
