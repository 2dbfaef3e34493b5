"""One process that has imported what the page with filters begins with, and of which every reader's kernel is a copy (a fork).

A copy starts in a tenth of the time and shares with the others what none of them changes. It is a process of its own, with its own
folder and environment, as a kernel would be alone. Where a system has no fork, every kernel is a program of its own.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from threading import Lock
from types import FrameType
from typing import Any

PARENT = "JPY_PARENT_PID"
USED = ("IPython.core.completer", "ipykernel.debugger", "ipykernel.kernelapp", "ipykernel.zmqshell", "ipywidgets", "toolkit.publication.notice")
"""What the page's kernel imports."""
CALLED = "from toolkit.publication.copies import serve; serve()"


STARTED: list[subprocess.Popen[bytes]] = []
"""The process that is copied, once somebody has asked for a copy."""
ONE_AT_A_TIME = Lock()


def _started() -> subprocess.Popen[bytes]:
    if not STARTED or STARTED[-1].poll() is not None:
        STARTED[:] = [subprocess.Popen(program(CALLED), stdin=subprocess.PIPE, stdout=subprocess.PIPE)]  # noqa: S603 - our own module
    return STARTED[-1]


def copied(arguments: list[str], folder: str, environment: Mapping[str, str]) -> Copy:
    """A new kernel with these arguments; the process it is a copy of starts with the first one, and again should it have ended."""
    with ONE_AT_A_TIME:
        process = _started()
        assert process.stdin
        assert process.stdout
        process.stdin.write(order(arguments, folder, environment) + b"\n")
        process.stdin.flush()
        return Copy(int(process.stdout.readline()))


class Copy:
    """A kernel as `subprocess.Popen` would have it; its exit code is not known, whether it has ended is."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """0 once it has ended."""
        if self.returncode is None:
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                self.returncode = 0
        return self.returncode

    def wait(self) -> int | None:
        """The same: asked once it has ended."""
        return self.poll()

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


def program(called: str) -> list[str]:
    """The command of a process that is copied, which runs `called`."""
    return [sys.executable, "-P", "-X", "frozen_modules=off", "-c", called]


def order(arguments: list[str], folder: str, environment: Mapping[str, str]) -> bytes:
    """One line of JSON that asks for a copy with these arguments."""
    return json.dumps({"arguments": arguments, "folder": folder, "environment": dict(environment)}).encode()


def arguments_of(kernel_cmd: list[str]) -> list[str]:
    """What a kernel is started with, behind the name of its program."""
    return kernel_cmd[kernel_cmd.index("-f") :]


def hand_over(manager: Any, copy: Copy) -> None:
    """Let Jupyter's manager of a kernel know the copy as the program it has started."""
    manager.provisioner.process = copy
    manager.provisioner.pid = manager.provisioner.pgid = copy.pid
    manager._reconcile_connection_info(manager.provisioner.connection_info)  # noqa: SLF001 - as its own start of a program does


def serve() -> None:
    """Run in the process itself: make one copy after the other until nobody asks for more, and end those that are left."""
    os.environ[PARENT] = str(os.getpid())  # whose end ends the copies
    for name in USED:
        import_module(name)
    copies: set[int] = set()

    def reap(*_: int | FrameType | None) -> None:
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                copies.discard(pid)

    signal.signal(signal.SIGCHLD, reap)
    gc.collect()
    gc.freeze()
    for line in sys.stdin.buffer:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            become_kernel(json.loads(line))
        copies.add(pid)
        print(pid, flush=True)
    for pid in {*copies}:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


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
