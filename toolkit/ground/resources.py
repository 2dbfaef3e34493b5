"""Where things lie: what of the house is not code, and the folder of an edition."""

from __future__ import annotations

import hashlib
from pathlib import Path

from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase, phrase

PACKAGE = Path(__file__).resolve().parents[1]
EDITION = "COMMITTEE_EDITION"
"""The variable of the environment that says where the edition of a notebook lies."""
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


def is_checkout() -> bool:
    """Whether the package runs from its source folder and is perhaps not installed."""
    return (PACKAGE.parent / "pyproject.toml").is_file()


def file_digest(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
