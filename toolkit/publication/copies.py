"""One process that has imported what the page with filters begins with, and of which every reader's kernel is a copy (a fork).

A copy starts in a tenth of the time and shares with the others what none of them changes. It is a process of its own, with its own
folder and environment, as a kernel would be alone. Where a system has no fork, every kernel is a program of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from threading import Lock
from types import FrameType
from typing import Any

from toolkit.ground.resources import ONE_THREAD

PARENT = "JPY_PARENT_PID"
USED = ("IPython.core.completer", "ipykernel.debugger", "ipykernel.kernelapp", "ipykernel.zmqshell", "ipywidgets", "toolkit.publication.notice")
"""What the page's kernel imports."""
CALLED = "from toolkit.publication.copies import serve; serve()"


class Copy:
    """A kernel as `subprocess.Popen` would have it."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, once it has ended."""
        raise NotImplementedError

    def send_signal(self, number: int) -> None:
        """A signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class HeldCopy(Copy):
    """One that has ended when nobody holds the other end of `alive` any more; its exit code is not known."""

    def __init__(self, pid: int, alive: int) -> None:
        super().__init__(pid)
        self.alive = alive

    def poll(self) -> int | None:
        """0 once it has ended."""
        if self.returncode is None and to_be_read(self.alive, patience=0):
            os.close(self.alive)
            self.returncode = 0
        return self.returncode

    def wait(self) -> int:
        """The same, when it has ended."""
        if self.returncode is None:
            to_be_read(self.alive)
        return self.poll() or 0


def to_be_read(*ends: int, patience: float | None = None) -> set[int]:
    """Which of these ends of pipes and sockets there is something to be read of, or nobody at the other end of any more.

    Parameters
    ----------
    ends
        Descriptors of any number: a server may have any number of files open.
    patience
        Seconds to wait for it at most; None waits for ever.
    """
    asked = select.poll()
    for end in ends:
        asked.register(end, select.POLLIN)
    return {end for end, _ in asked.poll(None if patience is None else 1000 * patience)}


class Original:
    """The process that kernels are copies of, which runs `called`; it ends with the server."""

    def __init__(self, called: str) -> None:
        ours, theirs = socket.socketpair()
        self._orders, self._turn = ours, Lock()
        with theirs:  # Ctrl-C is for the server alone: it then ends this one
            self.process = subprocess.Popen(program(called), stdin=theirs.fileno(), env=ONE_THREAD | os.environ, start_new_session=True)  # noqa: S603 - our own words

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


STARTED: list[Original] = []
"""The process that is copied, once somebody has asked for a copy."""
ONE_AT_A_TIME = Lock()


def copied(arguments: list[str], folder: str, environment: Mapping[str, str]) -> HeldCopy:
    """A new kernel with these arguments; the process it is a copy of starts with the first one, and again should it have ended."""
    with ONE_AT_A_TIME:
        if not STARTED or STARTED[-1].process.poll() is not None:
            STARTED[:] = [Original(CALLED)]
        original = STARTED[-1]
    return original.copy(arguments, folder, environment)


def program(called: str) -> list[str]:
    """The command of a process that is copied, which runs `called`."""
    return [sys.executable, "-P", "-X", "frozen_modules=off", "-c", called]


def order(arguments: list[str], folder: str, environment: Mapping[str, str]) -> bytes:
    """One line of JSON that asks for a copy with these arguments."""
    return json.dumps({"arguments": arguments, "folder": folder, "environment": dict(environment)}).encode()


def arguments_of(kernel_cmd: list[str]) -> list[str]:
    """What a kernel is started with, behind the name of its program."""
    return kernel_cmd[kernel_cmd.index("-f") :]


async def launch(manager: Any, copy: Callable[[list[str], str, Mapping[str, str]], Copy], kernel_cmd: list[str], settings: Mapping[str, Any]) -> None:
    """Start the kernel of one of Jupyter's managers as a copy, which the manager then takes for the program it has started.

    Raises
    ------
    OSError
        When there is nothing any more that it could be a copy of.
    """
    folder, environment = str(settings.get("cwd") or os.getcwd()), settings.get("env") or os.environ  # noqa: PTH109 - as Jupyter has it
    hand_over(manager, await asyncio.to_thread(copy, arguments_of(kernel_cmd), folder, environment))


def hand_over(manager: Any, copy: Copy) -> None:
    """Let Jupyter's manager of a kernel know the copy as the program it has started."""
    manager.provisioner.process = copy
    manager.provisioner.pid = manager.provisioner.pgid = copy.pid
    manager._reconcile_connection_info(manager.provisioner.connection_info)  # noqa: SLF001 - as its own start of a program does


def begin(names: Iterable[str]) -> None:
    """Import what the copies begin with, in the process itself, whose end ends them."""
    os.environ[PARENT] = str(os.getpid())
    for name in names:
        import_module(name)


def serve() -> None:
    """Run in the process itself: make one copy after the other until nobody asks for more, and end those that are left."""
    begin(USED)
    copies, orders = set[int](), socket.socket(fileno=os.dup(0))

    def reap(*_: int | FrameType | None) -> None:
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                copies.discard(pid)

    signal.signal(signal.SIGCHLD, reap)
    gc.collect()
    gc.freeze()
    while pid := one_made(orders):
        copies.add(pid)
    for pid in {*copies}:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def one_made(orders: socket.socket) -> int:
    """Make the copy that is asked for next, as `Original.copy` asks, and tell its number; 0 when nobody asks any more."""
    size, held, *_ = socket.recv_fds(orders, 8, 1)
    if not size:
        return 0
    ordered = json.loads(orders.recv(int.from_bytes(size), socket.MSG_WAITALL))
    pid = os.fork()
    # It holds `held` until it ends; and it is a kernel from here on, which is killed before it tells which lines it ran.
    if not pid:  # pragma: no cover
        orders.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        become_kernel(ordered)
    os.close(held[0])
    orders.sendall(pid.to_bytes(8))
    return pid


def become_kernel(ordered: dict[str, Any]) -> None:
    """Be the kernel that was ordered, and nothing after it."""
    from ipykernel.kernelapp import IPKernelApp

    code = 1
    try:
        os.chdir(ordered["folder"])
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        os.environ.clear()
        os.environ.update(ordered["environment"])
        sys.argv = ["ipykernel_launcher.py", *ordered["arguments"]]
        program: Any = IPKernelApp.instance()
        program.initialize(ordered["arguments"])
        import_module("ipywidgets").register_comm_target()  # which it does when it is imported within a kernel
        program.start()
        code = 0
    finally:
        os._exit(code)
