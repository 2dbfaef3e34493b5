"""Notebooks run from first cell to last in a kernel of their own, with nothing of the machine left in them."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from toolkit.ground.problems import Refused, refuse
from toolkit.ground.text import phrase

CELL_SECONDS = 600


def run_notebooks(
    source: Path, target: Path, places: Mapping[str, Path], progress: Callable[[str], None] | None = None
) -> None:
    """Every notebook of folder `source`, executed and written into folder `target`.

    Parameters
    ----------
    source
        Its ``*.ipynb`` are run in the order of their names; those already run are run again.
    places
        Environment variables that tell a notebook where to read, by name. No notebook may show such a path.

    Raises
    ------
    Refused
        When a cell fails, or an executed notebook holds a path of this machine.
    """
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.glob("*.ipynb")):
        if progress:
            progress(path.name)
        executed = _executed(path, places)
        _refuse_paths(path.name, executed, [*places.values(), Path.home(), Path(tempfile.gettempdir())])
        nbformat.write(executed, target / path.name)  # type: ignore[no-untyped-call]


def _executed(path: Path, places: Mapping[str, Path]) -> Any:
    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    # Times would make every run another notebook.
    try:
        with _clean_room(places) as (folder, environment):
            client = NotebookClient(
                notebook, timeout=CELL_SECONDS, kernel_name="python3", record_timing=False, config=_sockets(folder)
            )
            client.execute(env=environment, cwd=folder)
    except CellExecutionError as error:
        raise _failed(path.name, notebook, f"{error.ename}: {error.evalue}") from error
    except CellTimeoutError as error:
        raise _failed(path.name, notebook, f"> {CELL_SECONDS} s") from error
    except DeadKernelError as error:
        raise _failed(path.name, notebook, "kernel died") from error
    notebook.metadata.pop("widgets", None)
    return notebook


def _sockets(folder: str) -> Config:
    """Sockets in `folder` where the system has such: nobody else can listen in, and no two kernels clash."""
    if sys.platform == "win32":
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": str(Path(folder) / "kernel")}})


@contextmanager
def _clean_room(places: Mapping[str, Path]) -> Iterator[tuple[str, dict[str, str]]]:
    """An empty working folder, and an environment without the user's own start-up files and history."""
    with tempfile.TemporaryDirectory(prefix="notebook-", ignore_cleanup_errors=True) as folder:
        own = {"IPYTHONDIR": str(Path(folder) / "ipython"), "PYTHONHASHSEED": "0"}
        yield folder, {**os.environ, **own, **{name: str(place) for name, place in places.items()}}


def _failed(name: str, notebook: Any, message: str) -> Refused:
    last = (message.strip().splitlines() or [""])[-1]
    return refuse(
        phrase(
            "第 {cell} 个代码单元运行失败：{why}",
            "code cell {cell} fails: {why}",
            cell=_failing_cell(notebook),
            why=last,
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


def _refuse_paths(name: str, notebook: Any, folders: list[Path]) -> None:
    """A sealed notebook is read on other machines and by strangers: a path tells them what is not theirs to know."""
    told = json.dumps(notebook, ensure_ascii=False)
    spelt = {str(folder) for folder in folders} | {str(folder.resolve()) for folder in folders}
    shown = sorted(
        path for path in spelt if path not in {"/", ""} and json.dumps(path, ensure_ascii=False)[1:-1] in told
    )
    if shown:
        raise refuse(
            phrase("运行结果中出现本机路径", "its outputs hold a path of this machine"),
            phrase("请删去打印路径或警告的语句", "remove what prints a path or a warning"),
            file=name,
            value=shown[0],
        )
