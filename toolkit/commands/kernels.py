"""Kernels of pages: each a copy (a fork) of one process that has imported, read and computed what every page of an edition begins with.

The server starts that process while it starts itself, so that a page that is opened waits for neither. Where a system has no fork, or the
process is gone, a kernel is a program of its own, as Jupyter starts it.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock
from typing import Any

from jupyter_server.services.kernels.kernelmanager import ServerKernelManager

from toolkit.ground.resources import EDITION, ONE_THREAD
from toolkit.publication.copies import Copy, arguments_of, hand_over, order, program


class HeldCopy(Copy):
    """One that has ended when nobody holds the other end of `alive` any more."""

    def __init__(self, pid: int, alive: int) -> None:
        super().__init__(pid)
        self.alive = alive

    def poll(self) -> int | None:
        """0 once it has ended."""
        if self.returncode is None and select.select([self.alive], [], [], 0)[0]:
            os.close(self.alive)
            self.returncode = 0
        return self.returncode

    def wait(self) -> int:
        """The same, when it has ended."""
        if self.returncode is None:
            select.select([self.alive], [], [])
        return self.poll() or 0


class Original:
    """The process that kernels are copies of; it ends with the server."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._orders, self._turn = ours, Lock()
        command = program("from toolkit.sealing.kernels import serve_pages; serve_pages()")
        with theirs:  # Ctrl-C is for the server alone: it then ends this one
            self.process = subprocess.Popen(command, stdin=theirs.fileno(), env=ONE_THREAD | os.environ, start_new_session=True)  # noqa: S603 - our own words

    def copy(self, arguments: list[str], folder: str, environment: Mapping[str, str]) -> HeldCopy:
        """A new kernel with these arguments, once all that it begins with is there.

        Raises
        ------
        OSError
            When the process is gone.
        """
        asked = order(arguments, folder, environment)
        alive, held = os.pipe()
        with self._turn:
            try:
                socket.send_fds(self._orders, [len(asked).to_bytes(8)], [held])
                self._orders.sendall(asked)
                pid = int.from_bytes(self._orders.recv(8, socket.MSG_WAITALL))
            except OSError:
                pid = 0
            finally:
                os.close(held)
        if not pid:
            os.close(alive)
            raise BrokenPipeError
        return HeldCopy(pid, alive)

    def end(self) -> None:
        """Let it end, and its copies with it."""
        self._orders.close()
        self.process.wait()


ORIGINALS: list[Original] = []
"""The process, where this one is a server of an edition's pages."""


def begin() -> None:
    """Start the process, where there can be one and an edition to be read."""
    if hasattr(os, "fork") and EDITION in os.environ:
        ORIGINALS.append(Original())


class PageKernel(ServerKernelManager):
    """Starts the kernel of a page as a copy, where there is what it can be a copy of."""

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
        for original in ORIGINALS:
            with suppress(OSError):
                folder, environment = str(settings.get("cwd") or os.getcwd()), settings.get("env") or os.environ  # noqa: PTH109 - as Jupyter has it
                hand_over(self, await asyncio.to_thread(original.copy, arguments_of(kernel_cmd), folder, environment))
                return
        await super()._async_launch_kernel(kernel_cmd, **settings)
