"""What the lab's server does with notebooks: the one that is opened is computed, in the only kernel there is.

Only what the house itself wrote is run unasked; a notebook that somebody edited opens as it stands.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import nbformat
import typer
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from jupyter_server.services.sessions.sessionmanager import SessionManager
from nbclient import NotebookClient
from tornado.ioloop import IOLoop
from traitlets import Unicode

from toolkit.ground.resources import EDITION, edition_title, house_folder
from toolkit.ground.text import LANGUAGE_TAGS, Language, Phrase, asked_language, phrase
from toolkit.sealing.notebooks import CELL_SECONDS
from toolkit.sealing.working_copies import house_copies, said

ADDRESS = (
    "笔记本在浏览器中打开：{address}\n没有打开的，请把这个地址粘贴进去。地址带有口令，只在本机有效。用完请在这里按 Ctrl-C，一切随之结束。",
    "The notebooks open in a browser: {address}\nShould none open, paste the address into one. It holds a password and is good on this machine only. When done press Ctrl-C here: all ends with it.",
)
SCRIPT = "templates/table/voila/templates/table/static"
"""Where the script lies that the pages of the lab have in common with that of the table alone: ``page.js``."""
OPENING = ("正在打开并计算，请稍候……", "Opening and computing, one moment …")
COMPUTING = ("正在计算“{name}”……", "Computing “{name}” …")
COMPUTED = ("“{name}”已算好。", "“{name}” is computed.")
FAILED = ("“{name}”有 {n} 处没有算成，页面上写明了原因。", "{n:place|places} in “{name}” could not be computed; the page says why.")
EDITED = ("“{name}”被改动过，不自动计算；请在页面上按“重新计算全部”。", "“{name}” was edited and is not computed by itself: press “Recompute all” on its page.")
CHANGED = ("“{name}”在计算时被改动过：改动原样保留，没有写入计算结果；请在页面上按“重新计算全部”。", "“{name}” was edited while it was computed: the edits stay and no results are written; press “Recompute all” on its page.")
QUIET = logging.getLogger("committee.lab")
QUIET.disabled = True
BROKEN = ("“{name}”没有算成：计算进程未能启动或意外结束；请在页面上按“重新计算全部”。", "“{name}” is not computed, its process ended: press “Recompute all” on its page.")


class OneKernel(SessionManager):
    """Sessions of one notebook at a time: who opens another ends the former's kernel."""

    def __init__(self, *more: Any, **settings: Any) -> None:
        super().__init__(*more, **settings)  # type: ignore[no-untyped-call]
        self._turn = asyncio.Lock()  # a kernel that is half started or half ended can be neither ended nor started

    async def create_session(self, path: str | None = None, *more: Any, **others: Any) -> dict[str, Any]:
        """A session for `path`; those of other notebooks end before."""
        async with self._turn:
            for session in await self.list_sessions():  # type: ignore[no-untyped-call]
                if session["path"] != path:
                    await super().delete_session(session["id"])  # type: ignore[no-untyped-call]
            return await super().create_session(path, *more, **others)

    async def delete_session(self, session_id: str) -> None:
        """End a session and its kernel."""
        async with self._turn:
            await super().delete_session(session_id)  # type: ignore[no-untyped-call]


class ComputedNotebooks(AsyncLargeFileManager):
    """Notebooks that are computed, signed and kept when they are opened, unless their kernel runs already."""

    first = Unicode(help="The notebook to compute at once, while the browser starts.").tag(config=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._own = {said(notebook) for language in ("zh", "en") for _, notebook in house_copies(house_folder("notebooks"), language)}
        self._turn = asyncio.Lock()
        self._saving = asyncio.Lock()
        self._asked, self._path = "", ""
        self._task: asyncio.Task[None] | None = None
        self._server.static_custom_path = [str(house_folder("templates/lab/custom"))]
        self._server.log.addFilter(lambda record: record.levelno < logging.CRITICAL)  # addresses and endings, which are told in words of our own
        IOLoop.current().add_callback(self._begin)

    @property
    def _server(self) -> Any:
        return self.parent

    async def get(self, path: str, content: bool = True, *more: Any, **others: Any) -> Any:  # noqa: FBT001, FBT002 - as Jupyter has it
        """What lies at `path`; a notebook when it is computed."""
        if content and path.endswith(".ipynb") and self.exists(path):  # type: ignore[no-untyped-call]
            await self._opened(path.strip("/"))
        return await super().get(path, content, *more, **others)  # type: ignore[no-untyped-call]

    async def save(self, model: dict[str, Any], path: str = "") -> Any:
        """Keep what a page sends, one file at a time."""
        async with self._saving:
            return await super().save(model, path)  # type: ignore[no-untyped-call]

    def _dress(self) -> None:
        """Put the edition's name and the reader's language on the page that Jupyter makes, and words that stand until it is there."""
        pages = self._server.web_app.settings["lab_jinja2_env"]
        pages.loader = jinja2.ChoiceLoader([jinja2.FileSystemLoader(house_folder("templates/lab/page")), jinja2.PrefixLoader({"jupyterlab": pages.loader})])
        pages.globals |= {"edition": edition_title(Path(os.environ[EDITION])), "language": LANGUAGE_TAGS[_language()], "opening": phrase(*OPENING).into(_language())}
        pages.globals["script"] = (house_folder(SCRIPT) / "page.js").read_text("utf-8")

    async def _begin(self) -> None:
        self._dress()
        address = f"{self._server.connection_url}doc/tree/{quote(self.first)}?token={quote(self._server.identity_provider.token)}"
        say(phrase(*ADDRESS, address=address))
        with suppress(Exception):  # the page asks again
            await self._opened(self.first)

    async def _opened(self, path: str) -> None:
        """Wait until the notebook, or another that was asked for after it, is computed; what was under way is given up."""
        self._asked = path
        async with self._turn:
            if path == self._asked and not (path == self._path and self._under_way):
                await self._give_up()
                if not await self._has_kernel(path):
                    self._path, self._task = path, asyncio.create_task(self._compute(path))
        while task := self._under_way:
            await asyncio.wait([task])

    @property
    def _under_way(self) -> asyncio.Task[None] | None:
        return self._task if self._task is not None and not self._task.done() else None

    async def _give_up(self) -> None:
        """End what is under way, with its kernel."""
        if task := self._under_way:
            task.cancel()
            await asyncio.wait([task])

    async def _has_kernel(self, path: str) -> bool:
        return any(session["path"] == path for session in await self._server.session_manager.list_sessions())

    async def _compute(self, path: str) -> None:
        """Run a notebook of the house in a kernel of its own, which stays, and keep and sign what it shows."""
        name = Path(path).stem
        notebook = self._house_own(Path(self.root_dir) / path)
        if notebook is None:
            say(phrase(*EDITED, name=name))
            return
        say(phrase(*COMPUTING, name=name))
        try:
            await self._run_in_session(notebook, path)
        except Exception:  # noqa: BLE001 - whatever kept a kernel from answering: the page opens, and a press tries again
            say(phrase(*BROKEN, name=name))
            return
        if not await self._kept(notebook, path):
            say(phrase(*CHANGED, name=name))
            return
        failed = sum(output.output_type == "error" for cell in notebook.cells for output in cell.get("outputs", ()))
        say(phrase(*FAILED, name=name, n=failed) if failed else phrase(*COMPUTED, name=name))

    async def _run_in_session(self, notebook: Any, path: str) -> None:
        """Run a notebook in a session of its own, which stays, unless it is given up."""
        sessions = self._server.session_manager
        starting = asyncio.ensure_future(sessions.create_session(path, Path(path).name, "notebook", "python3"))
        try:
            session = await asyncio.shield(starting)
            await _run_cells(notebook, self._server.kernel_manager.get_kernel(session["kernel"]["id"]))
        except asyncio.CancelledError:
            with suppress(Exception):
                await sessions.delete_session((await starting)["id"])
            raise

    async def _kept(self, notebook: Any, path: str) -> bool:
        """Sign and keep a computed notebook, unless somebody wrote into its file meanwhile."""
        async with self._saving:
            if self._house_own(Path(self.root_dir) / path) is None:
                return False
            self.notary.sign(notebook)  # type: ignore[no-untyped-call]
            await super().save({"type": "notebook", "format": "json", "content": notebook}, path)  # type: ignore[no-untyped-call]
            return True

    def _house_own(self, file: Path) -> Any:
        """The notebook in a file, where every word of it is the house's."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            if said(json.loads(file.read_text("utf-8"))) in self._own:
                return nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
        return None


async def _run_cells(notebook: Any, kernel: Any) -> None:
    """Run every cell in a kernel that is somebody else's to end; a cell that fails says so and the next one is run."""
    runner: Any = NotebookClient(notebook, km=kernel, timeout=CELL_SECONDS, allow_errors=True, record_timing=False, store_widget_state=False)
    runner.log = QUIET  # a page that is left early ends its kernel: nothing to complain of in the words of Jupyter
    runner.reset_execution_trackers()
    runner.kc = kernel.client()
    runner.kc.start_channels(hb=False)  # whether it lives is asked of its manager; a heartbeat begun as its kernel is ended fails in a thread of its own
    try:
        await runner.kc.wait_for_ready(timeout=CELL_SECONDS)
        for place, cell in enumerate(notebook.cells):
            await runner.async_execute_cell(cell, place)
    finally:
        runner.kc.stop_channels()


def _language() -> Language:
    return asked_language() or "zh"


def say(words: Phrase) -> None:
    """Tell who started the lab, on the terminal."""
    typer.echo(words.into(_language()))
