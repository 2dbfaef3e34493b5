"""A BagIt bag (RFC 8493): writing its manifests, and naming every file that is not as they say.

What an edition was computed with: Python, and every package the toolkit stands on, with its version.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from unicodedata import normalize

import bagit

from toolkit import __version__
from toolkit.ground.problems import Problem, Problems, refuse
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.writing import held_by_edition

MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURES = "signatures"
"""The folder of signatures and timestamps: they are made of the tag manifest, and so no manifest can list them."""
STAMP = ".tsr"
SIGNATURE = re.compile(SIGNATURES + r"/([\w-]{1,40}-[0-9a-f]{16}\.(txt|pem|sig|sshsig)|[\w-]{1,40}\.tsr)")
KEPT = Phrase("不能写进届次文件夹或封存包", "nothing is written into an edition's folder or a bag")
ELSEWHERE = Phrase("请另指一个文件夹", "name another folder")
SIGNATURE_SIZE, STAMP_SIZE, LABELS_SIZE, MANIFEST_SIZE = 4096, 65_536, 65_536, 16_777_216
"""Bytes that no file of a signature, no timestamp, no file of labels, and no list of all files exceeds."""
MOST_BROKEN = 100
"""Lines of a list that cannot be read, after which the rest is not read either."""
READ_WHOLE = re.compile(r"data/(.*/)?([^/]*\.toml|environment\.txt|allowed_signers|journal\.jsonl)")
"""Parts that are read before anything is known of them; none is longer than a list of all files may be."""
LABELS = ("bagit.txt", "bag-info.txt")
BAG_FILES = (*LABELS, MANIFEST)
DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
UNTOUCHED = Phrase("请从可信的备份恢复整个封存包", "restore the whole bag from a copy you trust")


def refuse_kept(folder: Path) -> None:
    """Refuse to write into a folder that is part of an edition or a bag.

    Raises
    ------
    Refused
        When it is.
    """
    if held_by_edition(folder, whole=True) is not None:
        raise refuse(KEPT, ELSEWHERE, file=folder.name)


def write_bag(folder: Path, info: Mapping[str, str]) -> None:
    """Make a bag of `folder`: what is in it becomes the payload `data/`.

    Both manifests are such that ``sha256sum -c`` reads them.
    """
    while empty := _empty_folders(folder):
        for name in empty:
            (folder / name).rmdir()
    bagit.make_bag(str(folder), dict(info), checksums=["sha256"])
    # The library still declares version 0.97; nothing else of the bag differs from RFC 8493.
    (folder / "bagit.txt").write_text(DECLARATION, encoding="utf-8", newline="\n")
    lines = (f"{file_digest(folder / name)}  {name}\n" for name in sorted(BAG_FILES))
    (folder / TAG_MANIFEST).write_text("".join(lines), encoding="utf-8", newline="\n")
    bagit.Bag(str(folder)).validate()


def bag_problems(bag: Path) -> Problems:
    """Every file of the bag that was changed, added or taken away; empty when the bag is whole.

    Parameters
    ----------
    bag
        The folder that holds `bagit.txt`.
    """
    if unread := _not_read(bag) | {name: _LONG for name, path in _present(bag).items() if READ_WHOLE.fullmatch(name) and path.is_file() and path.stat().st_size > MANIFEST_SIZE}:
        return Problems(tuple(Problem("error", rule, UNTOUCHED, file=name) for name, rule in unread.items()))
    tags, tag_faults = _read_manifest(bag, TAG_MANIFEST)
    payload, faults = _read_manifest(bag, MANIFEST)
    unlisted = [_problem(name, TAG_MANIFEST, *_UNLISTED) for name in BAG_FILES if tags and name not in tags]
    wrong = [*_differences(bag, tags, TAG_MANIFEST), *_differences(bag, payload, MANIFEST)]
    strange = _strangers(bag, {*tags, *payload, TAG_MANIFEST})
    empty = [Problem("error", _EMPTY, REMOVE, file=f"{name}/") for name in _empty_folders(bag) if name not in {".", SIGNATURES}]
    problems = Problems((*tag_faults, *faults, *unlisted, *wrong, *strange, *empty))
    return problems or _library_problems(bag)


def read_bag_info(bag: Path) -> dict[str, str]:
    """The labels of `bag-info.txt`, as title, revision and date; none where the folder is no bag, or half of one."""
    # Whatever else lies in the bag, however long: it is not read, and keeps nobody from telling what this one stands in place of.
    if {*_not_read(bag)} & {*LABELS} or not all((bag / name).is_file() for name in LABELS):
        return {}
    try:
        _, labels = (bagit._load_tag_file(str(bag / name)) for name in LABELS)  # noqa: SLF001 - the library reads them with all lists of the bag only
        return {str(key): str(value) for key, value in labels.items()}
    except (bagit.BagError, OSError, ValueError):
        return {}


_CHANGED = Phrase("内容与 {list} 所记不符", "is not as {list} says")
_MISSING = Phrase("列在 {list} 中，但不在封存包里", "is listed in {list} but is not in the bag")
_EMPTY = Phrase("是空文件夹，封存包里没有这样的文件夹", "is an empty folder: a bag has none")
REMOVE = Phrase("请删去；为何有它，请向秘书处核实", "remove it, and ask the secretariat how it came there")
_NO_FILE = Phrase("不是普通的文件，没有读取", "is no ordinary file: it was not read")
_LONG = Phrase("太长，没有读取", "is too long: it was not read")
_UNLISTED = (Phrase("未列在 {list} 中", "is not listed in {list}"),)
_BROKEN = Phrase("{list} 第 {line} 行无法读取", "line {line} of {list} cannot be read")


def _read_manifest(bag: Path, name: str) -> tuple[dict[str, str], list[Problem]]:
    try:
        text = (bag / name).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return {}, [_problem(name, name, Phrase("缺少这个文件", "the file is missing"))]
    except (OSError, UnicodeDecodeError):
        return {}, [_problem(name, name, Phrase("这个文件无法读取", "the file cannot be read"))]
    listed: dict[str, str] = {}
    broken: list[Problem] = []
    # Split at line feeds only: a name may hold any other sign that Python takes for the end of a line.
    *lines, rest = text.split("\n")
    for number, line in enumerate([*lines, *([rest] if rest else [])], start=1):
        match = LINE.fullmatch(line)
        if match is None or not _is_inside(match[2]) or match[2] in listed or number > len(lines):
            broken.append(_problem(name, name, _BROKEN, line=number))
        else:
            listed[match[2]] = match[1]
        if len(broken) == MOST_BROKEN:
            break
    return listed, broken


def _is_inside(name: str) -> bool:
    return (
        not name.startswith("/")
        and ".." not in name.split("/")
        and "\\" not in name
        and ":" not in name.split("/", 1)[0]
    )


def _differences(bag: Path, listed: Mapping[str, str], manifest: str) -> Iterator[Problem]:
    present = _present(bag)
    for name, digest in listed.items():
        path = present.get(normalize("NFC", name))
        if path is None:
            yield _problem(name, manifest, _MISSING)
        elif _digest_or_nothing(path) != digest:
            yield _problem(name, manifest, _CHANGED)


def _strangers(bag: Path, known: set[str]) -> Iterator[Problem]:
    names = {normalize("NFC", name) for name in known}
    listed = MANIFEST if (bag / MANIFEST).is_file() else TAG_MANIFEST
    return (_problem(name, listed, *_UNLISTED) for name, path in sorted(_present(bag).items()) if name not in names and not _may_sign(name, path))


def _may_sign(name: str, path: Path) -> bool:
    """Whether it could be the file of a signature: small, and no link, pipe or device."""
    size = STAMP_SIZE if name.endswith(STAMP) else SIGNATURE_SIZE
    return SIGNATURE.fullmatch(name) is not None and not path.is_symlink() and path.is_file() and path.stat().st_size <= size


def _present(bag: Path) -> dict[str, Path]:
    """Every file in the bag, hidden ones and links too, by its name in NFC with forward slashes."""
    by_name = {}
    for folder, folders, files in os.walk(bag):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in (*files, *links):
            path = Path(folder) / name
            by_name[normalize("NFC", path.relative_to(bag).as_posix())] = path
    return by_name


def _empty_folders(bag: Path) -> list[str]:
    """Folders with nothing in them, of which no manifest says anything and no signature either."""
    return sorted(Path(folder).relative_to(bag).as_posix() for folder, folders, files in os.walk(bag) if not folders and not files)


def _digest_or_nothing(path: Path) -> str:
    # A link could point at anything tomorrow: in a bag it is never the file that was sealed.
    try:
        return "" if path.is_symlink() or not path.is_file() else file_digest(path)
    except OSError:
        return ""


def _not_read(bag: Path) -> dict[str, Phrase]:
    """Lists and labels that may be read for hours, and why: links and pipes, and what is longer than any that was ever written.

    Not of our own alone: the BagIt library reads others too.
    """
    ordinary = {path: path.is_file() and not path.is_symlink() for path in sorted(bag.glob("*.txt"))}
    long = {path for path, is_file in ordinary.items() if is_file and path.stat().st_size > (MANIFEST_SIZE if path.name == MANIFEST else LABELS_SIZE)}
    return {path.name: _LONG if path in long else _NO_FILE for path, is_file in ordinary.items() if path in long or not is_file}


def _library_problems(bag: Path) -> Problems:
    """What the BagIt library still objects to: a declaration or a count of bytes that does not fit."""
    try:
        bagit.Bag(str(bag)).validate(fast=True)
    except (bagit.BagError, ValueError, OSError) as error:
        rule = phrase(
            "不是有效的 BagIt 包：{why}",
            "is not a valid BagIt bag: {why}",
            why=str(error).replace(str(bag), bag.name),
        )
        return Problems((Problem("error", rule, UNTOUCHED, file="bagit.txt"),))
    return Problems()


def _problem(file: str, manifest: str, rule: Phrase, line: int = 0) -> Problem:
    return Problem("error", phrase(rule.zh, rule.en, list=manifest, line=line), UNTOUCHED, file=file)



DISTRIBUTION = "evaluation-committee-toolkit"
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?[^;]*(?:;(.*))?")
EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


def versions() -> dict[str, str]:
    """Version by name, "python" first, then the toolkit and all that it requires, in alphabetical order."""
    return {"python": platform.python_version(), **_installed()}


def environment_text() -> str:
    """One line `name==version` for each."""
    return "".join(f"{name}=={version}\n" for name, version in versions().items())


def read_environment(text: str) -> dict[str, str]:
    r"""Version by name, from what `environment_text` gave.

    Examples
    --------
    >>> read_environment("python==3.11.7\nnumpy==2.4.6\n")
    {'python': '3.11.7', 'numpy': '2.4.6'}
    """
    return dict(line.split("==", 1) for line in text.splitlines() if "==" in line)


@cache
def _installed() -> dict[str, str]:
    """The toolkit and all that it requires, read once: hundreds of files say it."""
    by_name: dict[str, str] = {}
    _collect(DISTRIBUTION, frozenset(), by_name, set())
    by_name[DISTRIBUTION] = __version__  # of the code that runs, whatever was installed before it
    return dict(sorted(by_name.items()))


def _collect(
    name: str, extras: frozenset[str], by_name: dict[str, str], seen: set[tuple[str, frozenset[str]]]
) -> None:
    key = re.sub(r"[-_.]+", "-", name).lower()
    if (key, extras) in seen:
        return
    seen.add((key, extras))
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return
    by_name[key] = distribution.version
    for requirement in distribution.requires or ():
        match = REQUIREMENT.match(requirement)
        if match and _wanted(match[3] or "", extras):
            wanted_extras = frozenset(extra.strip() for extra in (match[2] or "").split(",") if extra.strip())
            _collect(match[1], wanted_extras, by_name, seen)


def _wanted(marker: str, extras: frozenset[str]) -> bool:
    # Other markers tell platforms apart; what they leave out is not installed and so not found.
    named = EXTRA.findall(marker)
    return not named or any(extra in extras for extra in named)
