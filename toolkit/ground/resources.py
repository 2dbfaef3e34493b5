"""Where things lie: what of the house is not code, how a page is made of its templates, and the folder of an edition."""

from __future__ import annotations

import gc
import hashlib
import json
import tomllib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase, one_line, phrase

PACKAGE = Path(__file__).resolve().parents[1]
EDITION = "COMMITTEE_EDITION"
"""The variable of the environment that says where the edition of a notebook lies."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""What processes are started with, unless somebody says otherwise: the products of a draw are small, and threads that wait for one another only burn time."""
NO_EDITION = Phrase("这里不是届次文件夹：没有 scheme.toml", "not an edition folder: there is no scheme.toml")
NAME_IT = Phrase("请指明届次文件夹", "name the folder of the edition")


def house_folder(name: str) -> Path:
    """The folder `name` of the house: "notebooks", "templates" or "data/demo".

    An installed package carries the folders inside itself; in a checkout they stand beside the package.

    Parameters
    ----------
    name
        Path below the house, with forward slashes.

    Raises
    ------
    Refused
        If the folder is in neither place, so that the installation is incomplete.

    Examples
    --------
    >>> house_folder("notebooks").name
    'notebooks'
    """
    for folder in (PACKAGE / "house" / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise refuse(
        phrase("安装不完整，缺少 {name}", "the installation is incomplete, {name} is missing", name=name),
        phrase("请重新安装", "install it again"),
        file=name,
    )


def refuse_no_edition(folder: Path) -> None:
    """Refuse a folder that holds no scheme."""
    if not (folder / "scheme.toml").is_file():
        raise refuse(NO_EDITION, NAME_IT, file=folder.name)


def is_frozen(folder: Path) -> bool:
    """Whether the edition in `folder` is the copy in a bag, wherever that was moved, or in one that is being sealed."""
    bag = folder.resolve().parent.parent
    return (bag / "bagit.txt").is_file() or bag.parent.name == "sealed"


def edition_title(folder: Path) -> str:
    """What the edition in `folder` calls itself, in one line: the folder's own name where its scheme cannot say."""
    with suppress(OSError, ValueError):
        if (title := one_line(str(tomllib.loads((folder / "scheme.toml").read_text("utf-8-sig")).get("title", "")))):
            return title
    return folder.name


def is_checkout() -> bool:
    """Whether the package runs from its source folder and is perhaps not installed."""
    return (PACKAGE.parent / "pyproject.toml").is_file()


def file_digest(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for garbage meanwhile: where millions of values are made and none thrown away it takes a tenth of the time."""
    searched = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searched:
            gc.enable()


def file_state(path: Path) -> tuple[int, ...]:
    """When, where and how long a file was written last, by which it is cheap to see that nobody wrote it again; empty where it is not there."""
    try:
        told = path.stat()
    except OSError:
        return ()
    return told.st_mtime_ns, told.st_size, told.st_ino


def folder_digests(folder: Path, but: frozenset[str] = frozenset()) -> dict[str, str]:
    """SHA-256 of every file in `folder`, by its path there; what lies just below it under a name of `but` is left out."""
    places = (path for top in (folder.iterdir() if folder.is_dir() else ()) if top.name not in but for path in (top, *top.rglob("*")))
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in places if path.is_file()}


def filled(template: str, **parts: str) -> str:
    """A template with each `@name@` replaced, once, from the first on: what is put in is not looked at again.

    Examples
    --------
    >>> filled("<b>@name@</b> @fee@", name="@fee@", fee="0")
    '<b>@fee@</b> 0'
    """
    pieces = template.split("@")
    return "".join(parts[piece] if place % 2 else piece for place, piece in enumerate(pieces))


def page_of(folder: str, page: str, styles: tuple[str, ...], scripts: tuple[str, ...], **parts: str) -> str:
    """A page that is one file: the template `page` with its styles and scripts, which alone its content security policy lets run.

    Parameters
    ----------
    folder
        Where the templates stand in the house; styles and scripts by their paths from there.
    parts
        What else is put in, as HTML.
    """
    read = {name: (house_folder(folder) / name).read_text(encoding="utf-8") for name in (page, *styles, *scripts)}
    style, script = ("".join(read[name] for name in names) for names in (styles, scripts))
    return filled(read[page], style=style, script=script, style_digest=_policy_digest(style), script_digest=_policy_digest(script), **parts)


def _policy_digest(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode()


def as_json(content: Any) -> str:
    """JSON that can stand in a page: no character of it is HTML, and what is no number is refused."""
    written = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def words_as_json(words: Mapping[str, Phrase]) -> str:
    """What a page says, by its key in both languages."""
    return as_json({key: {"zh": said.zh, "en": said.en} for key, said in words.items()})
