"""One sealed page behind Voilà, with every door closed that the page does not need.

Run as ``python -m toolkit.publication.read_only SETTINGS`` (as JSON) by `toolkit.publication.server.serve`, in a process of its own. Of Voilà's
routes only those in `SealedPage.init_handlers` exist; whatever else is asked for is not found. It stops when its standard
input ends, on every system, so that it never outlives whoever started it.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from jupyter_server.auth.identity import IdentityProvider, User
from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.ioloop import IOLoop
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

TEMPLATE = "committee"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "committee",
}
PROTOCOL = "v1.kernel.websocket.jupyter.org"
FROM_VIEWER = ["comm_open", "comm_close", "comm_msg", "comm_info_request", "kernel_info_request"]
TO_VIEWER = {"comm_open", "comm_close", "comm_msg", "comm_info_reply", "kernel_info_reply", "status"}
LARGEST_MESSAGE = 128 * 1024
"""Bytes; a viewer sends a language, a class or a few characters."""

MOST_PARTS = 32
KERNEL = r"(?P<kernel_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
FILE = r"[\w.-]+"
WIDGETS = ("@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager")
BUSY = "当前访问人数较多，请稍后刷新。 Many readers are here just now; please reload the page in a minute.\n"


class Closed:
    """What all answers have in common: the headers, and errors that say no more than their number."""

    def set_default_headers(self: Any) -> None:
        """The same headers on every answer, errors and files too."""
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def write_error(self: Any, status_code: int, **_: object) -> None:
        """The number of the error, and nothing of its cause."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}\n")


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

    async def get(self) -> None:
        """The page with a kernel of its own, while there is room for one."""
        if len(self.kernel_manager.list_kernel_ids()) >= self.settings["most_viewers"]:
            self.set_status(503)
            self.set_header("Retry-After", "60")
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(BUSY)
            return
        await super().get()


class Channel(Closed, VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """Messages between a page and its kernel: only well-formed ones, only those that widgets need, both ways."""

    async def get(self, kernel_id: str) -> None:
        """Open the channel, in the one protocol whose frames are checked."""
        if PROTOCOL not in self.request.headers.get("Sec-WebSocket-Protocol", ""):
            self.send_error(400)
            return
        await super().get(kernel_id)

    def on_message(self, message: str | bytes) -> None:
        """Pass on a well-formed frame; hang up on any other."""
        if isinstance(message, bytes) and well_formed(message):
            super().on_message(message)
        else:
            self.close(1003)

    def write_message(self, message: Any, binary: bool = False) -> Any:  # noqa: FBT001, FBT002 - tornado's signature
        """Pass on what widgets need."""
        header = read_header_from_binary_message(message) if isinstance(message, bytes) else None
        # A callback's error would show a viewer paths and code, printed text whatever a kernel prints.
        return (
            super().write_message(message, binary) if header and header.get("msg_type") in TO_VIEWER else None
        )


class Kernel(Closed, KernelHandler):
    """Whether a page's kernel is there; a page asks this once."""

    SUPPORTED_METHODS = ("GET",)


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


class SealedPage(Voila):  # type: ignore[misc]
    """Voilà with a short list of routes."""

    name = "voila"
    most_viewers = Integer(config=True)

    def init_settings(self) -> dict[str, Any]:
        """Voilà's settings, with the narrower lists of messages, and compressed answers."""
        settings = super().init_settings()
        self.kernel_manager.allowed_message_types = FROM_VIEWER
        return {
            **settings,
            "headers": HEADERS,
            "most_viewers": self.most_viewers,
            "compress_response": True,
            "default_handler_class": NothingHere,
            "websocket_max_message_size": LARGEST_MESSAGE,
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
        return [
            (r"/", Page, page),
            (rf"/api/kernels/{KERNEL}", Kernel),
            (rf"/api/kernels/{KERNEL}/channels", Channel),
            (rf"/voila/api/shutdown/{KERNEL}", Leave),
            (rf"/voila/templates/({TEMPLATE}/static/{FILE})", TemplateFile),
            (rf"/voila/static/({FILE})", ProgramFile, {"paths": self.static_paths}),
            (
                rf"/voila/labextensions/((?:{'|'.join(WIDGETS)})/static/{FILE})",
                WidgetFile,
                {"path": self.labextensions_path},
            ),
        ]

    def listen(self) -> None:
        """Serve until standard input ends."""
        loop = IOLoop.current()

        def wait() -> None:
            sys.stdin.buffer.read()
            loop.add_callback(loop.stop)

        threading.Thread(target=wait, daemon=True).start()
        super().listen()


def well_formed(message: bytes) -> bool:
    """Whether a frame of the v1 protocol counts its parts truly; one that lies makes the server count for ever."""
    parts = int.from_bytes(message[:8], "little")
    if not 6 <= parts <= MOST_PARTS or len(message) < 8 * (parts + 1):
        return False
    places = [int.from_bytes(message[8 * i : 8 * (i + 1)], "little") for i in range(1, parts + 1)]
    return places == sorted(places) and places[0] == 8 * (parts + 1) and places[-1] <= len(message)


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
        resources={"policy": POLICY, "title": settings["title"]},
    )
    # A socket file has no port that another start could take; its path must stay short, and Windows has none.
    config.KernelManager.transport = "tcp" if sys.platform == "win32" or len(str(folder)) > 40 else "ipc"
    config.MappingKernelManager.update(cull_idle_timeout=60, cull_interval=30, cull_connected=False)
    config.MappingKernelManager.buffer_offline_messages = False
    return config


def main(arguments: list[str]) -> None:
    """Serve one page until standard input ends."""
    page = SealedPage(config=configuration(json.loads(arguments[0])))
    page.initialize([])
    page.start()


if __name__ == "__main__":
    main(sys.argv[1:])
