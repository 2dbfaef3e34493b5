"""Kernels of pages: each a copy (a fork) of one process that has imported, read and computed what every page of an edition begins with.

The server starts that process while it starts itself, so that a page that is opened waits for neither. Where a system has no fork, or the
process is gone, a kernel is a program of its own, as Jupyter starts it.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import Any

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from toolkit.ground.resources import EDITION
from toolkit.publication.copies import Original, launch

CALLED = "from toolkit.sealing.kernels import serve_pages; serve_pages()"
ORIGINALS: list[Original] = []
"""The process, where this one is a server of an edition's pages."""


def begin() -> None:
    """Start the process, where there can be one and an edition to be read."""
    if hasattr(os, "fork") and EDITION in os.environ:
        ORIGINALS.append(Original(CALLED))


def refuse_strange_paths() -> None:
    """Let the page of `committee table` not know a path that is none of its templates, which it would else call a fault of its own (500)."""
    from tornado.web import HTTPError
    from voila.static_file_handler import TemplateStaticFileHandler

    parsed = TemplateStaticFileHandler.parse_url_path

    def known(handler: Any, path: str) -> Any:
        parts = re.split(r"[/\\]", path)
        if parts[1:2] != ["static"] or len(parts) < 3 or ".." in parts:  # TEMPLATE/static/FILE
            raise HTTPError(404)
        return parsed(handler, path)

    TemplateStaticFileHandler.parse_url_path = known


class PageKernel(ServerKernelManager):
    """Starts the kernel of a page as a copy, where there is what it can be a copy of."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
        for original in ORIGINALS:
            with suppress(OSError):
                await launch(self, original.copy, kernel_cmd, settings)
                return
        await super()._async_launch_kernel(kernel_cmd, **settings)
