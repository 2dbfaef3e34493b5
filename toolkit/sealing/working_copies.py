"""An edition's own copies of the house's notebooks, in which the experts work; the house's are never written to.

A copy remembers what it was made from, so that one that nobody edited follows the house, and an edited one is left alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.writing import edition_lock, write_whole
from toolkit.sealing.frozen_edition import is_frozen

NOTEBOOKS = "notebooks"
MADE_FROM = "committee"
NO_EDITION = Phrase("这里不是届次文件夹：没有 scheme.toml", "not an edition folder: there is no scheme.toml")
NAME_IT = Phrase("请指明届次文件夹", "name the folder of the edition")
FROZEN = Phrase("这是封存包里的届次，不能在其中工作", "this edition lies in a sealed bag, where nobody works")
ITS_OWN = Phrase("请打开它所属的届次文件夹", "open the edition's own folder")
NOWHERE = Phrase("笔记本保存在届次文件夹里，而它不能写入", "notebooks are kept in the edition's folder, and that cannot be written")
ELSEWHERE = Phrase("请把整个届次文件夹复制到可以写入的位置，再打开那一份", "copy the whole folder to where you may write, and open that copy")


@dataclass(frozen=True)
class WorkingCopies:
    """What became of the copies, by file name: made anew, renewed after the house, or kept with an expert's edits."""

    folder: Path
    made: tuple[str, ...]
    renewed: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def words(self) -> tuple[Phrase, ...]:
        """A line for each thing that a reader should know."""
        lines = {
            ("已为本届建立笔记本：{names}", "Notebooks made for this edition: {names}"): self.made,
            ("没有改动过的笔记本已换成新版：{names}", "Notebooks that nobody had edited are now the new version: {names}"): self.renewed,
            (
                "程序带来了新版，但您改动过的笔记本原样保留：{names}。要用新版，请先把它改名，再重新打开。",
                "There is a new version, but the notebooks you edited are kept as they are: {names}. To get the new one, rename yours and open again.",
            ): self.kept,
        }
        return tuple(phrase(*words, names="、".join(names)) for words, names in lines.items() if names)


def working_copies(folder: Path, house: Path) -> WorkingCopies:
    """The edition's own notebooks, made from those in the folder `house` where they are absent: what was written, and no outputs.

    Raises
    ------
    Refused
        When `folder` is no edition, lies in a sealed bag, or cannot be written.
    """
    refuse_no_edition(folder)
    if is_frozen(folder):
        raise refuse(FROZEN, ITS_OWN, file=folder.name)
    copies = folder / NOTEBOOKS
    states: dict[str, list[str]] = {"made": [], "renewed": [], "kept": [], "same": []}
    try:
        with edition_lock(folder):
            for path in sorted(house.glob("*.ipynb")):
                state = _state(copies / path.name, path)
                states[state].append(path.name)
                if state in {"made", "renewed"}:
                    write_whole(copies / path.name, _copy(path))
    except Refused as refused:
        if isinstance(refused.__cause__, OSError):
            raise Refused(Problems((*refused.problems, Problem("error", NOWHERE, ELSEWHERE, file=folder.name)))) from refused
        raise
    made, renewed, kept, _ = map(tuple, states.values())
    return WorkingCopies(copies, made, renewed, kept)


def refuse_no_edition(folder: Path) -> None:
    """Refuse a folder that holds no scheme."""
    if not (folder / "scheme.toml").is_file():
        raise refuse(NO_EDITION, NAME_IT, file=folder.name)


def _state(copy: Path, house: Path) -> str:
    if not copy.exists():
        return "made"
    try:
        notebook = _read(copy)
        made_from, now = notebook["metadata"].get(MADE_FROM, {}).get("house"), _said(_read(house))
        untouched = _said(notebook) == made_from
    except (ValueError, KeyError, TypeError, AttributeError):
        return "kept"  # whatever an expert put there
    if now == made_from or now == _said(notebook):
        return "same"
    return "renewed" if untouched else "kept"


def _copy(house: Path) -> str:
    notebook = _read(house)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    notebook["metadata"][MADE_FROM] = {"house": _said(notebook)}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _said(notebook: Any) -> str:
    """The digest of text and code alone: what running and saving a notebook does not touch."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
