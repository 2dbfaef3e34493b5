"""Notebooks run from first cell to last in a kernel of their own, with nothing of the machine left in them.

Which code is the house's own, told by what was written into a notebook: no other is ever run.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ground.display import as_wide_as_the_page, drawing_of, quoted
from toolkit.ground.drawing import as_formerly_drawn
from toolkit.ground.problems import Problem, Refused, refuse
from toolkit.ground.text import ASKED, Phrase, phrase
from toolkit.sealing.differences import (
    ASK,
    Wording,
    differing_line,
    rows_of_page,
    rows_of_text,
    worded,
)
from toolkit.sealing.kernels import HASHES, Ended, manager_class

if TYPE_CHECKING:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    from traitlets.config import Config

CELL_SECONDS = 600
REFUSED_SAYS = 3  # parts: Chinese, a blank line, English
VIEW = "application/vnd.jupyter.widget-view+json"
SVG, PAGE = "image/svg+xml", "text/html"
READ = {"text/plain": rows_of_text, "text/html": rows_of_page}
EARLIER: dict[str, tuple[str, ...]] = {
    "1_data.ipynb": (
        "81c06cfd0bda22637a844f50a2d625e51ff7a8b6c53776d15804b1644623555d",
        "902f42781f3374cfd85c6aec17e46db96835fc27c42ea6f1cc104fa94b97b5c6",
    ),
    "2_scheme.ipynb": ("5fb4aa70da03ffb188dc0f3f74c13ced1a5710c931c73d95c76697cb6ecb96f2",),
    "3_tuning.ipynb": (
        "7dfb4ed1af7194c04b0f3ef097e4bb7e69e86ab18b5a4d7c1d27bf92776bf231",
        "1d558e6cdc2cde32674bdf43c1c3e9e786dc6d3dea284e2f0dfe2f675b9fe1ee",
        "dd3f309a610399158d6eea816bb94dead494ca4fdd52e9ff9e4b8790363144ba",
        "570132224cf3112d813ffa72083b106960772b6c6b1a2b542211454c8f9c5add",
        "d8433caa44fa713eb9547fff69c7c22d7abab48d805439d392559c4b8158b7d1",
        "3df3e5ce719a3053320da2b1933b859f91a3ecad251474d89e620ef93550910a",
        "aef26098c80d956dc113a48edd6cc9e9a7466ada1a6d6874ef15fbdcb8b4022e",
    ),
    "4_ranking.ipynb": ("39c6dc8ad11a70cb94bb14ef433f4f5f898ab6347a57749079e950c61f380f79",),
    "5_sensitivity.ipynb": (
        "2fa26a6640fb087194981b9a18f9978c8d1711a8e93fa6e3b813c6b2268d6224",
        "fd014e4deee85bf97e4cc7699419c47901173b8eb23a43d04461e2040afe0e9a",
        "aac578d5c98649b64121c61beb092049c168ee4c13f9f5710a37f536c4767a95",
        "5c06d1a052b0c4c04d2eabecdef3f5efd8b502019455fb2dfca68b80e5c3cd09",
    ),
    "6_decisions.ipynb": ("d31712d1dbddadae59d3f6d864b8e2cfdddbf2dcfa9ae69a70e80491874debe0",),
    "6_seal.ipynb": ("4363f4d5bf36be8bc3d386836c392c1e417e5e9a5f52f37259f5f7ffcbe1163b",),
    "7_seal.ipynb": (
        "ea4af4db83a8d28639097975cf06b885446786c98b4ba2f510a835eb16422e34",
        "9fb27924e13916a0f0ecfc9ef3e28da835b298cfdf5ec22a10a9af112985c8d6",
        "0b7927ae5b7f3a6be040c25f71cafb92884c6de985bc3813643516944c39423e",
    ),
    "results.ipynb": ("ac6ce875b4f8f7389edabc46cfb3e55e951ca8e45ccc85fb71f02644db95825b",),
}
"""What the house's notebooks said in earlier versions, as `written_digest` tells it; sealed ones that say so are its own too."""
FORMER_HOUSE = frozenset({"1_data.ipynb", "2_scheme.ipynb", "3_tuning.ipynb", "4_ranking.ipynb", "5_sensitivity.ipynb", "6_seal.ipynb"})
"""The notebooks that a bag held up to version 0.4.0."""
OUTPUTS: dict[str, dict[str, Any]] = {
    "stream": {"name": str, "text": (str, list)},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": (int, type(None))},
    "error": {"ename": str, "evalue": str, "traceback": list},
}
"""What an output of each kind has to hold, as nbformat has it, which is too heavy to be loaded for this."""
UNREADABLE = Phrase("这个笔记本无法读取", "the notebook cannot be read")
FOREIGN = Phrase("不是本程序自带的笔记本：文字或代码被改过，未予运行", "is not the house's notebook: its text or code was changed, and it is not run")
SHOWN_OTHERWISE = ("第 {cell} 个代码单元显示的内容与重新运行的不同", "what code cell {cell} shows differs from what it gives when run again")


@dataclass(frozen=True)
class Accused:
    """What notebooks sealed before 0.6.0 was published say of a frozen copy whose files were written anew: that they were changed.

    Parameters
    ----------
    said
        Each sentence in the bag's language; none where the minutes fit the copy.
    wording
        By which a notebook that shows all of them may differ.
    """

    said: tuple[str, ...]
    wording: Wording

    def is_shown_in(self, notebook: Any) -> bool:
        """Whether a cell of a sealed notebook says all of it."""
        shown = [_told([_shown(output) for output in cell.outputs]) for cell in notebook.cells if cell.cell_type == "code"]
        return bool(self.said) and any(all(sentence in text for sentence in self.said) for text in shown)


def run_notebooks(
    source: Path,
    target: Path,
    places: Mapping[str, Path],
    progress: Callable[[str], None] | None = None,
    allowed: Collection[str] = (),
) -> None:
    """Every notebook of folder `source`, executed and written into folder `target`.

    Parameters
    ----------
    source
        Its ``*.ipynb`` are run in the order of their names; those already run are run again.
    places
        Environment variables that tell a notebook where to read, by name. No notebook may show such a path.
    allowed
        Texts of the records that may be shown although they look like a path of this machine.

    Raises
    ------
    Refused
        When a cell fails, or an executed notebook holds a path of this machine.
    """
    import nbformat

    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("*.ipynb")):
        if progress:
            progress(path.name)
        executed = _executed(path, places)
        _refuse_paths(path.name, executed, [*places.values(), Path.home(), Path(tempfile.gettempdir())], allowed)
        nbformat.write(executed, target / path.name)  # type: ignore[no-untyped-call]


def written_digest(path: Path) -> str:
    """SHA-256 of what was written into a notebook: text, code and settings of every cell, without what it shows.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError
        When the file is no notebook, or shows what no reader takes.
    """
    notebook = json.loads(path.read_text("utf-8"))
    for output in (output for cell in notebook["cells"] if cell["cell_type"] == "code" for output in [] + cell["outputs"]):  # only a list is added to one
        if any(not isinstance(output[key], kind) for key, kind in OUTPUTS[output["output_type"]].items()):
            raise ValueError(output["output_type"])
    cells = [{**{key: cell.get(key, {}) for key in ("cell_type", "metadata", "attachments")}, "source": "".join(cell["source"])} for cell in notebook["cells"]]
    settings = {key: value for key, value in notebook["metadata"].items() if key != "language_info"}  # a kernel fills that in
    return hashlib.sha256(json.dumps([settings, cells], sort_keys=True).encode()).hexdigest()


def source_problems(house: Path, sealed: Path) -> Iterator[Problem]:
    """Every notebook in the folder `sealed` that is not the house's own, of whatever version."""
    for notebook in known_notebooks(house):
        path = sealed / notebook.name
        if path.is_file() and (rule := _fault(notebook, path)) is not None:
            yield Problem("error", rule, ASK, file=f"{sealed.name}/{notebook.name}")


def known_notebooks(house: Path) -> list[Path]:
    """Where the notebooks of the folder `house` lie, in order; those that only earlier versions had stand beside them by name."""
    return sorted({*house.glob("*.ipynb"), *(house / name for name in FORMER_HOUSE)})


def run_again(
    house: Path,
    sealed: Path,
    places: Mapping[str, Path],
    progress: Callable[[str], None] | None = None,
    wording: Wording | None = None,
    *,
    accused: Accused | None = None,
    former: Mapping[str, str] | None = None,
) -> Iterator[Problem]:
    """Every cell of the notebooks in the folder `sealed` that shows something else when the notebook is run again.

    Only what `source_problems` finds no fault with is run. What a notebook that shows `accused` says may be worded otherwise.
    In `former` stand outputs as an earlier version showed them, by how they are shown now.
    """
    import nbformat

    for notebook in known_notebooks(house):
        path = sealed / notebook.name
        if not path.is_file() or _fault(notebook, path) is not None:
            continue
        if progress:
            progress(notebook.name)
        try:
            before: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
            nbformat.validate(before)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, nbformat.ValidationError):
            yield Problem("error", UNREADABLE, ASK, file=f"{sealed.name}/{notebook.name}")
            continue
        try:
            now = _executed(path, places)
        except Ended:  # which says nothing of the bag
            raise
        except Refused as refused:
            yield from (replace(problem, mend=ASK, file=f"{sealed.name}/{notebook.name}") for problem in refused.problems)
            continue
        excused = accused.wording if wording is None and accused and accused.is_shown_in(before) else wording
        yield from _differing_cells(f"{sealed.name}/{notebook.name}", before, now, excused, former or {})


def _fault(notebook: Path, path: Path) -> Phrase | None:
    try:
        digest = written_digest(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return UNREADABLE
    own = {written_digest(notebook)} if notebook.is_file() else set()
    return None if digest in own | set(EARLIER.get(notebook.name, ())) else FOREIGN


def _differing_cells(file: str, before: Any, now: Any, wording: Wording | None, former: Mapping[str, str]) -> Iterator[Problem]:
    pairs = zip(before.cells, now.cells, strict=True)
    code = ((one, other) for one, other in pairs if one.cell_type == "code")
    for number, (was, is_) in enumerate(code, start=1):
        shown, again = ([_shown(output) for output in cell.outputs] for cell in (was, is_))
        again = [_formerly(output, now_shown, former) for output, now_shown in zip(shown, again, strict=True)] if len(shown) == len(again) else again
        if (shown, was.execution_count) != (again, is_.execution_count):
            line = differing_line(*map(_told, (shown, again)))[1]
            rule = phrase(*SHOWN_OTHERWISE, cell=number)
            if wording is not None and _is_worded(shown, again, wording):
                yield worded(file, value=line, rule=rule)
            else:
                yield Problem("error", rule, ASK, file=file, value=line)


def _is_worded(shown: list[Any], again: list[Any], wording: Wording) -> bool:
    """Whether the outputs of a cell differ only in texts and tables, and those in their wording."""
    others = [[{**output, "data": {kind: content for kind, content in output["data"].items() if kind not in READ}} for output in outputs] for outputs in (shown, again)]
    texts = ([{kind: str(output["data"].get(kind, "")) for kind in READ} for output in outputs] for outputs in (shown, again))
    pairs = zip(*texts, strict=False)
    return others[0] == others[1] and all(wording.excuses(rows(was[kind]), rows(now[kind])) for was, now in pairs for kind, rows in READ.items())


def _told(outputs: list[Any]) -> str:
    """What can be read in the outputs of a cell, words before pictures."""
    kinds = ("text/plain", "text/html", "image/svg+xml")
    first = [str(output.get("text", output["data"].get(kinds[0], ""))) for output in outputs]
    others = [str(output["data"].get(kind, "")) for kind in kinds[1:] for output in outputs]
    return "\n".join([*first, "", *others])


def _shown(output: Any) -> Any:
    """An output without a widget's number, given anew each time, and its protocol: what it shows stands beside it in words; names quoted as now."""
    data = {**output.get("data", {})}
    data |= {PAGE: quoted("".join(data[PAGE]))} if PAGE in data else {}
    return {**output, "data": data | {VIEW: {}} if VIEW in data else data}


def _formerly(was: Any, now: Any, former: Mapping[str, str]) -> Any:
    """What a cell gives now as an earlier version gave it: as `former` has it, hatches as patterns, and a picture as a drawing alone, without page and table."""
    before, data = was.get("data", {}), now.get("data", {})
    data = {kind: former[shown] if kind in READ and former.get(shown) == before.get(kind, "") else shown for kind, shown in data.items()}
    drawn = as_formerly_drawn(data.get(PAGE, ""))
    if PAGE in data and before.get(PAGE, drawn) == drawn:
        data[PAGE] = drawn
    now = {**now, "data": data} if "data" in now else now
    if SVG not in before or drawing_of(data.get(PAGE, "")) != quoted(as_wide_as_the_page(before[SVG]).strip()):
        return now
    kept = data if PAGE in before else {kind: content for kind, content in data.items() if kind != PAGE}
    return {**now, "data": {**kept, SVG: before[SVG]}}


def _executed(path: Path, places: Mapping[str, Path]) -> Any:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    # Times would make every run another notebook.
    try:
        with _clean_room(places) as (folder, environment):
            client = NotebookClient(
                notebook, timeout=CELL_SECONDS, kernel_name="python3", record_timing=False, config=_sockets(folder), kernel_manager_class=manager_class()
            )
            with _stopped_by_the_user(client):
                client.execute(env=environment, cwd=folder)
    except CellExecutionError as error:
        raise _failed(path.name, notebook, _why(notebook, error)) from error
    except CellTimeoutError as error:
        raise _failed(path.name, notebook, phrase("超过 {n} 秒", "> {n} s", n=CELL_SECONDS)) from error
    except DeadKernelError as error:
        raise _failed(path.name, notebook, Phrase("运行它的进程意外终止", "kernel died")) from error
    notebook.metadata.pop("widgets", None)
    return notebook


@contextmanager
def _stopped_by_the_user(client: NotebookClient) -> Iterator[None]:
    """Ctrl-C makes the client stop its kernel, and then fail in one way or another, or not at all: it is Ctrl-C all the same."""
    try:
        yield
    except Exception as error:
        if _was_stopped(client):
            raise KeyboardInterrupt from error
        raise
    if _was_stopped(client):
        raise KeyboardInterrupt


def _was_stopped(client: NotebookClient) -> bool:
    """Whether the client had a signal, by what it keeps of it."""
    return getattr(client, "_async_cleanup_kernel_future", None) is not None


def _sockets(folder: str) -> Config:
    """Sockets in `folder` where the system has such: nobody else can listen in, and no two kernels clash."""
    from traitlets.config import Config

    if sys.platform == "win32":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": str(Path(folder) / "kernel")}})


@contextmanager
def _clean_room(places: Mapping[str, Path]) -> Iterator[tuple[str, dict[str, str]]]:
    """An empty working folder, and an environment without the user's own start-up files and history."""
    with tempfile.TemporaryDirectory(prefix="notebook-", ignore_cleanup_errors=True) as folder:
        settings = {"IPYTHONDIR": str(Path(folder) / "ipython"), **HASHES}
        environment = {name: value for name, value in os.environ.items() if name != ASKED}  # a seal is in the scheme's language
        yield folder, {**environment, **settings, **{name: str(place.resolve()) for name, place in places.items()}}


def _why(notebook: Any, error: CellExecutionError) -> Phrase:
    """The last line of what a cell fails by: of our own refusals in either language, as `Refused` shows itself."""
    outputs = [output for cell in notebook.cells if _has_error(cell) for output in cell.outputs if output.output_type == "error"]
    lines = [*outputs[-1].traceback] if outputs and error.ename == Refused.__name__ else []
    zh, en = (lines[0], lines[2]) if len(lines) == REFUSED_SAYS else [f"{error.ename}: {error.evalue}"] * 2
    return Phrase(*((text.strip().splitlines() or [""])[-1].strip() for text in (zh, en)))


def _failed(name: str, notebook: Any, why: Phrase) -> Refused:
    return refuse(
        phrase(
            "第 {cell} 个代码单元运行失败：{why.zh}",
            "code cell {cell} fails: {why.en}",
            cell=_failing_cell(notebook),
            why=why,
        ),
        phrase(
            "请用 committee lab 打开，改好后重新封存", "open it with committee lab, mend it and seal again"
        ),
        file=name,
    )


def _failing_cell(notebook: Any) -> int:
    """The number that stands beside the failing cell: it is the last one that was begun."""
    begun = [
        cell.execution_count for cell in notebook.cells if cell.cell_type == "code" and cell.execution_count
    ]
    failed = [cell for cell in notebook.cells if _has_error(cell)]
    return int(failed[-1].execution_count or max(begun, default=0)) if failed else max(begun, default=0) + 1


def _has_error(cell: Any) -> bool:
    return cell.cell_type == "code" and any(output.output_type == "error" for output in cell.outputs)


def _refuse_paths(name: str, notebook: Any, folders: Collection[Path], allowed: Collection[str]) -> None:
    """A sealed notebook is read on other machines and by strangers: a path tells them what is not theirs to know.

    What a record says is no path of this machine, whatever it looks like.
    """
    shown_text = json.dumps(notebook, ensure_ascii=False)
    for text in sorted({*allowed, *map(escape, allowed)}, key=len, reverse=True):
        shown_text = shown_text.replace(_in_json(text), "")
    spelt = {str(folder) for folder in folders} | {str(folder.resolve()) for folder in folders}
    shown = sorted(path for path in spelt if path not in {"/", ""} and _in_json(path) in shown_text)
    if shown:
        raise refuse(
            phrase("运行结果中出现本机路径", "its outputs hold a path of this machine"),
            phrase("请删去打印路径或警告的语句", "remove what prints a path or a warning"),
            file=name,
            value=shown[0],
        )


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
