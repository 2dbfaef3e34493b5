"""Processes that tests start: at which port, which of them answers, and which are left, on a machine as busy as it may be."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from itertools import count
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped,unused-ignore]

PORTS = count(20_000 + os.getpid() % 100 * 120)
"""Each test process begins elsewhere, and below 32768, from where on systems give ports to whoever asks for any."""


def free_port() -> int:
    """A port of this machine that nobody listens on, and that this process is given once."""
    for port in PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError


def page_process(address: str) -> psutil.Process:
    """The process started by this one that serves the page at this address."""
    settings = f'"port": {urlsplit(address).port}'
    (found,) = [child for child in psutil.Process().children() if settings in _command(child)]
    return found


def left_of(processes: Iterable[psutil.Process], within: float = 30) -> Collection[psutil.Process]:
    """Those that still run after so many seconds; one that has ended and that nobody has asked how is not left."""
    left, end = set(processes), time.monotonic() + within
    while (left := {one for one in left if _runs(one)}) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def _command(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess):  # or one that has just ended
        return " ".join(process.cmdline())
    return ""


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
