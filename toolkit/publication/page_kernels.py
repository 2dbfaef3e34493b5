"""The kernels of the readers of a page: none starts without a place, each starts as a copy, and what it says goes out at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
from contextvars import ContextVar
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.kernelmanager import (
    AsyncMappingKernelManager,
    ServerKernelManager,
)

from toolkit.publication.copies import copied, launch
from toolkit.publication.readers import PageReader, Readers

ADMITTED: ContextVar[str] = ContextVar("ADMITTED")
"""The kernel of the place that the request at hand was given."""


class CopiedKernel(ServerKernelManager):
    """What starts the kernel of a page: as a copy, where there is a fork."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
        if not hasattr(os, "fork"):
            await super()._async_launch_kernel(kernel_cmd, **settings)
            return
        await launch(self, copied, kernel_cmd, settings)


class Kernels(AsyncMappingKernelManager):
    """The kernels of all pages: none starts without a place, and a place is given back when its kernel has ended."""

    readers: Readers

    async def start_kernel(self, **kwargs: Any) -> str:  # type: ignore[override]
        """Start the kernel whose place was taken before."""
        start = super().start_kernel(**{**kwargs, "kernel_id": ADMITTED.get()})
        return await asyncio.shield(start)  # given up halfway, it would leave a process that nobody knows

    async def _async_shutdown_kernel(self, kernel_id: str, now: bool = True, restart: bool = False) -> None:  # type: ignore[override]  # noqa: ARG002, FBT001, FBT002 - jupyter's signature
        # A page's kernel has nothing to put away, so that it need not be asked.
        await super()._async_shutdown_kernel(kernel_id, now=True, restart=restart)  # type: ignore[no-untyped-call]

    shutdown_kernel = _async_shutdown_kernel  # type: ignore[assignment]

    def remove_kernel(self, kernel_id: str) -> Any:
        """A kernel that has ended gives back its place."""
        self.readers.dismiss(kernel_id)
        return super().remove_kernel(kernel_id)

    async def end(self, reader: PageReader) -> None:
        """End a page's kernel, however far it has come."""
        reader.due = float("inf")  # asked for once
        with contextlib.suppress(Exception):
            if reader.kernel in self or reader.kernel in self._pending_kernels:
                await self.shutdown_kernel(reader.kernel)
        self.readers.dismiss(reader.kernel)


class PromptConnection(ZMQChannelsWebsocketConnection):
    """The connection of a page with its kernel, on which each message goes out as it comes.

    Else a small one waits till the page's machine has acknowledged the one before, which takes it up to 40 ms.
    """

    def connect(self) -> Any:
        """Join the kernel."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()
