"""One sealed page behind Voilà, with every door closed that the page does not need.

Run as ``python -m toolkit.publication.read_only SETTINGS`` (as JSON) by `toolkit.publication.server.serve`, in a process of its own. Of Voilà's
routes only those in `SealedPage.init_handlers` exist; whatever else is asked for is not found. It stops when its standard
input ends, on every system, so that it never outlives whoever started it.

What one visitor can use up is bounded everywhere: connections, headers and bodies by `Door`, kernels by `Readers`, what is
said to a kernel by `PageSocket`. The site asks for none of this; who finds no place at the page with filters is shown the whole list without a kernel.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.iostream import IOStream
from tornado.routing import AnyMatches, Rule
from tornado.web import RequestHandler
from traitlets import Integer
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import (
    VoilaKernelWebsocketHandler,
    read_header_from_binary_message,
)

from toolkit.publication.answers import HEADERS, Closed, Held, Paused, SiteFile, Stroke, held
from toolkit.publication.frames import (
    LARGEST_FRAME,
    PROTOCOL,
    TO_VIEWER,
    needed,
    offered,
    read_message,
    well_formed,
)
from toolkit.publication.page_kernels import ADMITTED, CopiedKernel, Kernels, PromptConnection
from toolkit.publication.readers import PageReader, Patience, Readers, counted_address, is_loopback
from toolkit.publication.site import LIVE, PAUSED

TEMPLATE = "committee"
DOOR = {"max_header_size": 16 * 1024, "max_body_size": 4 * 1024}
"""Bytes. Nothing a page sends has a body but its farewell, of less than 1 KB; headers hold other pages' cookies."""

MOST_CONNECTIONS, MOST_OF_ONE, MOST_FILES = 4000, 100, 8192
"""Connections at once, in all and from one address (a browser has six); files that may be open for them, kernels included."""

MOST_UNREAD, MOST_UNSENT = 8 * 1024 * 1024, 64 * 1024 * 1024
"""Bytes of messages that wait for a browser which does not take them; bytes of anything that wait for a connection."""

LARGEST_LOG = 1024 * 1024
"""Bytes; what visitors can fill is emptied."""

AT_ONCE = max(2, os.cpu_count() or 2)
"""Pages that start at once; each takes a second of one processor, and who comes first is not to wait for who comes last."""

SWEEP = 500
"""Milliseconds between two looks at who is overdue."""

STILL, OPENING, SITE = "still.html", "opening.html", "site"
"""The list as it is read without a kernel, how the page with one begins, and the site, beside the page's folder."""

KERNEL = r"(?P<kernel_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
FILE = r"[\w.-]+"
WIDGETS = ("@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager")


class Anyone(IdentityProvider):
    """Every reader is the same anonymous one: nobody is asked, and no cookie is set."""

    def get_user(self, handler: Any) -> User:  # noqa: ARG002 - jupyter_server's signature
        """The one reader there is."""
        return User("reader")


class NothingHere(Closed, RequestHandler):
    """The answer to whatever is not on the list of routes."""

    def prepare(self) -> None:
        """Not found, whatever the method."""
        self.send_error(404)


class Page(Closed, TornadoVoilaHandler):  # type: ignore[misc]
    """The page itself; what stands after a question mark in the address is thrown away."""

    async def prepare(self) -> None:
        """Forget the query before anything reads it."""
        self.request.query = ""
        self.request.uri = self.request.path
        for arguments in (self.request.arguments, self.request.query_arguments):
            arguments.clear()
        await super().prepare()

    left = False

    def on_connection_close(self) -> None:
        """Who has left before the page was whole needs no kernel."""
        self.left = True
        super().on_connection_close()

    async def get(self) -> None:
        """The list at once, and the page with a kernel of its own as soon as that is there, while there is a place for it; else the list alone."""
        readers: Readers = self.settings["readers"]
        reader = readers.admit(counted_address(self.request.remote_ip or "", self.request.headers))
        if reader is None:
            self.still()
            return
        ADMITTED.set(reader.kernel)
        self.begin()
        try:
            async with self.settings["starting"]:
                if self.left:
                    readers.dismiss(reader.kernel)
                    return
                reader.starts()
                await asyncio.wait_for(super().get(), reader.patience.start)
        except Exception:  # whatever kept the kernel from starting, the list is there
            self.log.exception("The page did not start")
            await self.kernel_manager.end(reader)
            self.finish()
        else:
            reader.shown()

    def begin(self) -> None:
        """Send the head of the page, with the list to be read meanwhile."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(self.settings["opening"])
        self.flush()

    def still(self) -> None:
        """The list as it is read without a kernel."""
        self.set_status(503)
        self.set_header("Retry-After", "60")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(self.settings["still"])


class Still(Closed, RequestHandler):
    """The list without a kernel, for a browser that runs no programs."""

    def get(self) -> None:
        """The same page that a reader sees for whom there is no place."""
        self.set_header("Cache-Control", "no-cache")
        self.finish(self.settings["still"])


class PageSocket(Closed, VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """Messages between a page and its kernel: only well-formed ones, only those that widgets need, and not too many."""

    reader: PageReader | None = None
    unread = 0
    hung_up = False

    async def get(self, kernel_id: str) -> None:
        """Open the channel, in the one protocol whose frames are checked, to a kernel that somebody has a page of."""
        if PROTOCOL not in offered(self.request.headers.get("Sec-WebSocket-Protocol", "")):
            self.send_error(400)
            return
        reader = self.settings["readers"].present.get(kernel_id)
        if reader is None:
            self.send_error(404)
            return
        reader.shown()
        self.reader = reader
        await super().get(kernel_id)

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """The one protocol there is."""
        return PROTOCOL if PROTOCOL in subprotocols else None

    async def open(self, kernel_id: str) -> None:
        """Join the kernel; a page has one channel, and a newer one takes its place."""
        if self.selected_subprotocol != PROTOCOL or self.reader is None:
            self.hang_up(1002, "another protocol")
            return
        channels: dict[str, PageSocket] = self.settings["channels"]
        before = channels.get(kernel_id)
        channels[kernel_id] = self
        if before is not None:
            before.reader = None
            before.hang_up(1001, "opened again")
        self.reader.heard()
        self.count_reads()
        await super().open(kernel_id)

    def count_reads(self) -> None:
        """Hang up on a flood of frames that make up no message, of which nothing is told here: of each its head, its mask and its content are read."""
        stream = self.ws_connection.stream
        read = stream.read_bytes

        def counted(size: int, partial: bool = False) -> Any:  # noqa: FBT001, FBT002 - tornado's signature
            if self.reader is not None and not self.reader.affords_read():
                self.hang_up(1008, "too many frames")
            return read(size, partial)

        stream.read_bytes = counted

    def on_message(self, message: str | bytes) -> None:
        """Pass on what widgets need; drop other messages, and hang up on what is no message or too much."""
        if self.hung_up or self.reader is None:
            return
        if not isinstance(message, bytes) or not well_formed(message):
            self.hang_up(1003, "not a message of this page")
            return
        read = read_message(message)
        kind = read.kind if read is not None and needed(read) else ""
        if not self.reader.affords(len(message), opens=kind == "comm_open"):
            self.hang_up(1008, "too many messages")
        elif kind:
            self.reader.heard()
            super().on_message(message)

    def on_ping(self, data: bytes) -> None:
        """A browser asks nothing of this kind; it is answered as long as it can be afforded."""
        if self.reader is not None and not self.reader.affords(len(data)):
            self.hang_up(1008, "too many messages")

    def hang_up(self, code: int, word: str) -> None:
        """Close with a word, and hear and say nothing more; the page has lost its place."""
        if self.hung_up:
            return
        self.hung_up = True
        self.close(code, word)
        if self.reader is not None:
            self.reader.gone()

    def on_close(self) -> None:
        """A page that was closed gives back its kernel; one that was cut off may come back for a while."""
        super().on_close()
        if self.reader is None:
            return
        self.settings["channels"].pop(self.reader.kernel, None)
        if self.hung_up or self.close_code in {1000, 1001}:
            self.reader.gone()
        else:
            self.reader.lost()

    def write_message(self, message: Any, binary: bool = False) -> Any:  # noqa: FBT001, FBT002 - tornado's signature
        """Pass on what widgets need to a browser that takes it."""
        header = read_header_from_binary_message(message) if isinstance(message, bytes) else None
        # A callback's error would show a viewer paths and code, printed text whatever a kernel prints.
        if self.hung_up or not header or header.get("msg_type") not in TO_VIEWER:
            return None
        if self.unread and self.unread + len(message) > MOST_UNREAD:
            self.hang_up(1008, "not read")
            return None
        return self._counted(super().write_message(message, binary), len(message))

    def _counted(self, sent: Any, size: int) -> Any:
        self.unread += size

        def taken(_: object) -> None:
            self.unread -= size

        sent.add_done_callback(taken)
        return sent


class Kernel(Closed, KernelHandler):
    """Whether a page's kernel is there; a page asks this while it opens, and when it has reason to doubt."""

    SUPPORTED_METHODS = ("GET",)

    async def get(self, kernel_id: str) -> None:
        """A browser that asks is at work on the page."""
        reader = self.settings["readers"].present.get(kernel_id)
        if reader is not None:
            reader.shown()
        await ensure_async(super().get(kernel_id))


class Leave(Closed, VoilaShutdownKernelHandler):  # type: ignore[misc]
    """A page that is left gives back its kernel; its id is the secret that only this page was told."""

    def check_xsrf_cookie(self) -> None:
        """No cookie is set, so none is asked for; the origin of the request is checked all the same."""


class TemplateFile(Closed, TemplateStaticFileHandler):  # type: ignore[misc]
    """Style and script of the template."""


class ProgramFile(Closed, MultiStaticFileHandler):  # type: ignore[misc]
    """The browser's half of Voilà."""


class WidgetFile(Closed, FileFindHandler):
    """The browser's half of ipywidgets."""


class Door(HTTPServer):
    """Lets in as many connections as can be served, and holds each to `DOOR`."""

    def initialize(self, *arguments: Any, **settings: Any) -> None:
        """Nobody is in yet."""
        super().initialize(*arguments, **settings)
        self.inside: Counter[str] = Counter()

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """A web server of this machine comes for many readers, anybody else for itself."""
        peer = str(address[0])
        if self.inside.total() >= MOST_CONNECTIONS or (self.inside[peer] >= MOST_OF_ONE and not is_loopback(peer)):
            stream.close()
            return
        self.inside[peer] += 1
        stream.max_write_buffer_size = MOST_UNSENT
        super().handle_stream(stream, address)

    def on_close(self, server_conn: Any) -> None:
        """One has left."""
        self.inside -= Counter([str(server_conn.context.address[0])])
        super().on_close(server_conn)


class SealedPage(Voila):  # type: ignore[misc]
    """Voilà with a short list of routes, and a number of readers."""

    name = "voila"
    most_viewers = Integer(config=True)
    patience: Patience
    still: str
    opening: str
    site: Path
    files: dict[str, Held]
    made = 0
    pause: Rule | None = None

    def init_settings(self) -> dict[str, Any]:
        """Voilà's settings, with who reads, and compressed answers."""
        settings = super().init_settings()
        self.readers = self.kernel_manager.readers = Readers(self.most_viewers, self.patience)
        return {
            **settings,
            "headers": HEADERS,
            "readers": self.readers,
            "channels": {},
            "starting": asyncio.Semaphore(AT_ONCE),
            "still": self.still,
            "opening": self.opening,
            "compress_response": True,
            "default_handler_class": NothingHere,
            "websocket_max_message_size": LARGEST_FRAME,
            "ws_ping_interval": 1000 * self.patience.ping,
            "ws_ping_timeout": 3000 * self.patience.ping,
            "log_function": lambda _: None,
        }

    def init_handlers(self) -> list[Any]:
        """All routes there are."""
        page = {
            "notebook_path": Path(self.notebook_path).name,
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        routes: list[tuple[Any, ...]] = [
            (LIVE, Page, page),
            ("still", Still),
            (f"({LIVE}|still)/", Stroke),
            (rf"api/kernels/{KERNEL}", Kernel),
            (rf"api/kernels/{KERNEL}/channels", PageSocket),
            (rf"voila/api/shutdown/{KERNEL}", Leave),
            (rf"voila/templates/({TEMPLATE}/static/{FILE})", TemplateFile),
            (rf"voila/static/({FILE})", ProgramFile, {"paths": self.static_paths}),
            (
                rf"voila/labextensions/((?:{'|'.join(WIDGETS)})/static/{FILE})",
                WidgetFile,
                {"path": self.labextensions_path},
            ),
            (rf"((?:{FILE}/)*(?:{FILE})?)", SiteFile, {"files": self.files}),
        ]
        return [(re.escape(self.base_url) + route, *handler) for route, *handler in routes]

    def listen(self) -> None:
        """Serve until standard input ends."""
        self.ioloop = loop = IOLoop.current()

        def wait() -> None:
            sys.stdin.buffer.read()
            loop.add_callback(loop.stop)

        threading.Thread(target=wait, daemon=True).start()
        arrival = self.patience.request
        Door(self.app, **DOOR, idle_connection_timeout=arrival, body_timeout=arrival).listen(self.port, self.ip)
        PeriodicCallback(self.sweep, SWEEP).start()
        try:
            loop.start()
        finally:
            self.stop()

    def renewed(self) -> None:
        """Take the site anew where it was written again; one that is not to be shown takes the place of every page, open ones too."""
        with contextlib.suppress(OSError):  # just now it is being put in its place
            if (made := self.site.stat().st_ino) != self.made:
                paused = self.site / PAUSED
                files = {} if paused.is_file() else held(self.site)
                self.pause = None if files else Rule(AnyMatches(), Paused, {"page": paused.read_text("utf-8")})
                self.files.clear()
                self.files.update(files)
                self.made = made

    def route(self) -> None:
        """Every request to the sentence of a pause, for as long as there is one."""
        rules = self.app.default_router.rules
        rules[:] = [rule for rule in rules if rule.target is not Paused]
        rules[:0] = [self.pause] if self.pause else []

    async def sweep(self) -> None:
        """End the kernels of those whose time is over, empty a log that was filled, and look for another site."""
        self.renewed()
        self.route()
        if os.fstat(1).st_size > LARGEST_LOG:
            os.ftruncate(1, 0)
        channels: dict[str, PageSocket] = self.app.settings["channels"]
        overdue = [*self.readers.present.values()] if self.pause else self.readers.overdue()
        for reader in overdue:
            if reader.kernel in channels:
                channels[reader.kernel].hang_up(1001, "idle for long")
        await asyncio.gather(*(self.kernel_manager.end(reader) for reader in overdue))


def configuration(settings: dict[str, Any]) -> Config:
    """How the page in `settings["folder"]` is served: on which host and port, under which title, to how many."""
    folder = Path(settings["folder"])
    config = Config()
    config.Voila.ip, config.Voila.port, config.Voila.port_retries = settings["host"], settings["port"], 0
    config.SealedPage.most_viewers = settings["most_viewers"]
    config.Voila.notebook_path = str(folder / "pages" / "results.ipynb")
    config.Voila.connection_dir_root = str(folder)
    config.Voila.config_file_paths = []
    config.Voila.open_browser = False
    config.Voila.kernel_websocket_connection_class = f"{PromptConnection.__module__}.{PromptConnection.__name__}"
    config.Voila.base_url = settings["path"]
    config.Voila.identity_provider_class = Anyone
    config.Voila.log_level = "WARN"
    config.VoilaConfiguration.update(
        template=TEMPLATE,
        allow_template_override="NO",
        allow_theme_override="NO",
        file_allowlist=[],
        strip_sources=True,
        show_tracebacks=False,
        preheat_kernel=False,
        extension_allowlist=list(WIDGETS),
    )
    config.VoilaConfiguration.multi_kernel_manager_class = Kernels
    # A socket file has no port that another start could take; its path must stay short, and Windows has none.
    config.KernelManager.transport = "tcp" if sys.platform == "win32" or len(str(folder)) > 40 else "ipc"
    config.MappingKernelManager.buffer_offline_messages = False
    config.MultiKernelManager.kernel_manager_class = f"{CopiedKernel.__module__}.{CopiedKernel.__name__}"
    return config


def open_files() -> None:
    """Let as many files be open as the connections need, as far as the system allows."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows counts otherwise
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def main(arguments: list[str]) -> None:
    """Serve one page until standard input ends."""
    open_files()
    settings = json.loads(arguments[0])
    page = SealedPage(config=configuration(settings))
    page.patience = Patience(**settings["patience"])
    page.still, page.opening = ((Path(settings["folder"]) / name).read_text(encoding="utf-8") for name in (STILL, OPENING))
    page.site, page.files = Path(settings["folder"]) / SITE, {}
    page.renewed()
    page.initialize([])
    page.start()


if __name__ == "__main__":
    main(sys.argv[1:])
