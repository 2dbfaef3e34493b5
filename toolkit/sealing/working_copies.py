"""An edition's own copies of the house's notebooks, in which the experts work; the house's are never written to.

A copy is in one language, named by its title, and none of its cells can be edited or taken away by mistake. It remembers what
it was made from, so that one that nobody edited follows the house, and an edited one is left alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.resources import is_frozen, refuse_no_edition
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.ground.writing import edition_lock, fit, write_whole

NOTEBOOKS = "notebooks"
MADE_FROM = "committee"
ENGLISH = "english"
"""Where a cell of the house's notebooks keeps its English: the whole text, or of a code cell the remark on its first line."""
FIXED = {"deletable": False, "editable": False}
FORMER = frozenset(f"{stem}.ipynb" for stem in ("1_data", "2_scheme", "3_tuning", "4_ranking", "5_sensitivity", "6_decisions", "6_seal", "7_seal"))
"""How copies were named when they were not yet named by their titles; by any other name a notebook is an expert's own."""
TITLE = re.compile(r"# *([^：:\n]+)")
FROZEN = Phrase("这是封存包里的届次，不能在其中工作", "this edition lies in a sealed bag, where nobody works")
ITS_OWN = Phrase("请打开它所属的届次文件夹", "open the edition's own folder")
NOWHERE = Phrase("笔记本保存在届次文件夹里，而它不能写入", "notebooks are kept in the edition's folder, and that cannot be written")
ELSEWHERE = Phrase("请把整个届次文件夹复制到可以写入的位置，再打开那一份", "copy the whole folder to where you may write, and open that copy")


@dataclass(frozen=True)
class WorkingCopies:
    """What became of the copies, by file name.

    Made anew, renewed after the house, kept with an expert's edits; gone, since the house names it otherwise now and nobody
    had edited it, or left, since somebody had. All that the house has in this language are `names`, in its order.
    """

    folder: Path
    names: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[Phrase, ...]:
        """A line for each thing that a reader should know."""
        lines: dict[tuple[str, str], tuple[str, ...]] = {
            ("已为本届建立笔记本：{names.zh}", "Notebooks made for this edition: {names.en}"): self.made,
            ("没有改动过的笔记本已换成新版：{names.zh}", "Notebooks that nobody had edited are now the new version: {names.en}"): self.renewed,
            ("没有改动过的旧笔记本已由新版代替：{names.zh}", "Former notebooks that nobody had edited gave way to the new ones: {names.en}"): self.gone,
            (
                "程序带来了新版，但您改动过的笔记本原样保留：{names.zh}。要用新版，请先把它改名，再重新打开。",
                "There is a new version, but the notebooks you edited are kept as they are: {names.en}. To get the new one, rename yours and open again.",
            ): self.kept,
            (
                "您改动过的旧笔记本原样保留，旁边已有新版：{names.zh}。不再需要时可以删去。",
                "Former notebooks that you edited are kept as they are, beside the new ones: {names.en}. Delete them when you need them no more.",
            ): self.left,
        }
        return tuple(phrase(*words, names=joined((Phrase(name, name) for name in names), "、")) for words, names in lines.items() if names)


def working_copies(folder: Path, house: Path, language: Language = "zh") -> WorkingCopies:
    """The edition's own notebooks, made from those in the folder `house` where they are absent: what was written, and no outputs.

    Parameters
    ----------
    language
        In which a copy is written and named; copies in the other one stay beside it.

    Raises
    ------
    Refused
        When `folder` is no edition, lies in a sealed bag, or cannot be written.
    """
    refuse_no_edition(folder)
    if is_frozen(folder):
        raise refuse(FROZEN, ITS_OWN, file=folder.name)
    copies = folder / NOTEBOOKS
    wanted, states = dict(house_copies(house, language)), dict[str, list[str]]()
    try:
        with edition_lock(folder):
            for name, notebook in wanted.items():
                state = _state(copies / name, notebook)
                states.setdefault(state, []).append(name)
                if state in {"made", "renewed"}:
                    write_whole(copies / name, written(notebook))
            for path in sorted(copies.glob("*.ipynb")):
                if path.name in FORMER - wanted.keys():
                    states.setdefault(_given_up(path), []).append(path.name)
    except Refused as refused:
        if isinstance(refused.__cause__, OSError):
            raise Refused(Problems((*refused.problems, Problem("error", NOWHERE, ELSEWHERE, file=folder.name)))) from refused
        raise
    states.pop("same", None)
    return WorkingCopies(copies, tuple(wanted), **{state: tuple(names) for state, names in states.items()})


def house_copies(house: Path, language: Language) -> Iterator[tuple[str, Any]]:
    """Name and content of each notebook of the house as an edition gets it, in one language, in the order of the house."""
    notebooks = {path.stem: _read(path) for path in sorted(house.glob("*.ipynb"))}
    for notebook in notebooks.values():
        notebook["cells"] = [_cell(cell, language) for cell in notebook["cells"]]
    names = {stem: _title(notebook["cells"]) or stem for stem, notebook in notebooks.items()}
    for stem, notebook in notebooks.items():
        notebook["cells"].insert(0, _way(names[stem], names.values()))
        notebook["metadata"][MADE_FROM] = {"house": said(notebook)}
        yield f"{names[stem]}.ipynb", notebook


def _cell(cell: Any, language: Language) -> Any:
    """A cell in one language, without outputs, that cannot be edited; of code no more is seen than its remark."""
    metadata = {key: held for key, held in cell["metadata"].items() if key != ENGLISH} | FIXED
    source = "".join(cell["source"])
    english = cell["metadata"].get(ENGLISH) if language == "en" else None
    if cell["cell_type"] != "code":
        return {**cell, "metadata": metadata, "source": english or source}
    if english:
        source = "\n".join([english, *source.split("\n")[source.startswith("#"):]])
    return {**cell, "metadata": metadata | {"jupyter": {"source_hidden": True}}, "source": source, "outputs": [], "execution_count": None}


def _way(here: str, names: Iterable[str]) -> Any:
    """The line at the top of a copy that leads to the others; each opens as a page of its own in the lab."""
    ways = (f"**{name}**" if name == here else f'<a href="/doc/tree/{quote(name)}.ipynb" target="_self">{escape(name)}</a>' for name in names)
    return {"cell_type": "markdown", "id": "ways", "metadata": {**FIXED}, "source": " · ".join(ways)}


def _title(cells: Iterable[Any]) -> str:
    """The title of a notebook up to its colon, as the name of a file; nothing where it has none."""
    found = next((match for cell in cells if cell["cell_type"] == "markdown" and (match := TITLE.match(cell["source"]))), None)
    return fit(found[1], 80) if found else ""


def _state(copy: Path, house: Any) -> str:
    if not copy.exists():
        return "made"
    try:
        notebook = _read(copy)
        made_from, now = notebook["metadata"].get(MADE_FROM, {}).get("house"), said(house)
        untouched = said(notebook) == made_from
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "kept"  # whatever an expert put there
    if now in {made_from, said(notebook)}:
        return "same"
    return "renewed" if untouched else "kept"


def _given_up(path: Path) -> str:
    """What becomes of a copy under a former name: it goes where nobody edited it."""
    try:
        notebook = _read(path)
        untouched = said(notebook) == notebook["metadata"][MADE_FROM]["house"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "left"
    if untouched:
        path.unlink()
    return "gone" if untouched else "left"


def written(notebook: Any) -> str:
    """The text of a notebook's file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def said(notebook: Any) -> str:
    """The digest of text and code alone: what running and saving a notebook does not touch."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))
