"""One process that has imported, read and computed what all notebooks of a bag begin with, and of which each of them gets a copy (a fork).

A notebook runs in a process of its own, with its own folder and environment, as it would alone: nothing that it names or changes is
seen by another. What the copies have in common comes through a pipe from the seal or replay under way, never from a file. Where a
system has no fork, every notebook is run by a program of its own.

The kernels of pages (`toolkit.commands.kernels`) are copies of such a process too, which reads the edition by itself: several at once,
and each with what the edition's files say when it is opened.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import IO, TYPE_CHECKING, Any

from toolkit.ground.answers import KEPT, MADE, Answers, kept
from toolkit.ground.problems import Refused, refuse
from toolkit.ground.resources import ONE_THREAD, folder_digests
from toolkit.ground.text import ASKED, Phrase, discreet, phrase
from toolkit.publication.copies import (
    Copy,
    become_kernel,
    begin,
    launch,
    one_made,
    order,
    program,
    to_be_read,
)

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

HASHES = {"PYTHONHASHSEED": "0"}
"""Sets are in the same order in every run."""
USED = (
    "ipykernel.debugger", "ipykernel.kernelapp", "ipykernel.zmqshell", "ipywidgets",
    "scipy.optimize", "scipy.stats",
    "toolkit.edition", "toolkit.interactive.ballot_paper", "toolkit.interactive.decision_desk", "toolkit.interactive.desk", "toolkit.interactive.score_paper",
    "toolkit.interactive.weight_board", "toolkit.publication.notice", "toolkit.reports.expert_tables", "toolkit.reports.views", "toolkit.sealing.seals", "toolkit.sealing.verification",
)  # fmt: skip
"""What the house's notebooks import."""
FIRST = tuple(name for name in USED if name.startswith(("ipy", "toolkit.edition", "toolkit.interactive")))
"""What the table needs of it, which is the page that is opened first."""
RARELY = (70_000, 20, 20)
"""New objects after which circles are looked for among them, and how many such looks before one among older ones."""
QUIET = 5.0
"""Seconds without an order after which there is time for the rest."""
ENDED = ("运行笔记本的进程已经结束：{why.zh}", "the process that runs notebooks has ended: {why.en}")
KILLED = ("被系统终止（信号 {n}），多半是内存不足", "killed by the system (signal {n}), most likely for want of memory")
LEFT = ("退出码 {n}", "exit code {n}")
LAST = ("{how.zh}；最后一行是：{line}", "{how.en}; its last line: {line}")
TAIL = 4096
"""Bytes at the end of what the process said, in which its last line is looked for: kernels say there whatever they like."""
TRY_AGAIN = Phrase(
    "请关闭别的程序、腾出内存和磁盘后重试；如仍这样，请重新安装本程序，并把这一条告诉维护的人",
    "close other programs, make room in memory and on the disk, and try again; should it be so again, install this program anew, and tell this to whoever maintains it",
)


class Ended(Refused):
    """The process that runs notebooks is gone: nothing is wrong with any of them."""


class Copies:
    """The process, once the first notebook asks for it."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.process: subprocess.Popen[bytes] | None = None
        self.said: IO[bytes] | None = None

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            environment = ONE_THREAD | {name: value for name, value in os.environ.items() if name != ASKED} | HASHES
            command = program("from toolkit.sealing.kernels import serve; serve()")
            # Ctrl-C is for the seal alone: it then ends this one.
            self.said = tempfile.TemporaryFile()  # noqa: SIM115 - closed where the process ends
            self.process = subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.said, env=environment, start_new_session=True)  # noqa: S603
            _written(self.process, pickle.dumps(self.answers))
        else:
            self._keep_the_end()
        return self.process

    def copy(self, arguments: list[str], folder: str, environment: Mapping[str, str]) -> ToldCopy:
        """A new kernel with these arguments.

        Raises
        ------
        Ended
            When the process is gone: its last words, and what to do.
        """
        with suppress(BrokenPipeError):
            process = self._started()
            _written(process, order(arguments, folder, environment))
            assert process.stdout
            if told := process.stdout.readline():
                return ToldCopy(process.stdout, int(told))
        raise Ended(refuse(phrase(*ENDED, why=self._last_words()), TRY_AGAIN).problems)

    def _keep_the_end(self) -> None:
        """Of what notebooks said before, of which none runs now, the end alone: it takes no more of the disk than one of them says."""
        if self.said is None or (size := os.fstat(number := self.said.fileno()).st_size) <= TAIL:
            return
        end = os.pread(number, TAIL, size - TAIL)
        os.ftruncate(number, 0)
        os.lseek(number, 0, os.SEEK_SET)  # the process writes where this is: both have the same place in the file
        os.write(number, end)

    def _last_words(self) -> Phrase:
        """How the process ended, and what it said last, which need not be why."""
        assert self.process
        assert self.said
        code = self.process.wait()
        self.said.seek(max(0, self.said.seek(0, os.SEEK_END) - TAIL))
        lines = self.said.read().decode(errors="replace").split("\n")
        how = phrase(*(KILLED if code < 0 else LEFT), n=abs(code))
        return next((phrase(*LAST, how=how, line=discreet(line.strip())) for line in reversed(lines) if line.strip() and code >= 0), how)

    def end(self) -> None:
        """End the process, and what runs in it."""
        if self.process is not None:
            self.process.communicate()
        if self.said is not None:
            self.said.close()


class ToldCopy(Copy):
    """One whose exit code is told by the process that made it."""

    def __init__(self, told: Any, pid: int) -> None:
        super().__init__(pid)
        self.told = told

    def poll(self) -> int | None:
        """The exit code, once it has ended."""
        if self.returncode is None and to_be_read(self.told.fileno(), patience=0):
            self.returncode = int(self.told.readline() or -signal.SIGKILL)
        return self.returncode

    def wait(self) -> int:
        """The exit code, when it has ended."""
        if self.returncode is None:
            to_be_read(self.told.fileno())
        return self.poll() or 0


COPIES: ContextVar[Copies | None] = ContextVar("COPIES", default=None)


@contextmanager
def _rarely_collected() -> Iterator[None]:
    """Until the end of the block circles of objects are looked for a hundred times more rarely, and not among what is there already: it took a tenth of a seal."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()  # what somebody else froze stays so
    gc.freeze()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not frozen:
            gc.unfreeze()


@contextmanager
def one_reading() -> Iterator[Answers]:
    """Until the end of the block, or of one round it, what is read and computed of an edition is known to every notebook that is run, and is not computed twice."""
    if (begun := KEPT.get()) is not None and COPIES.get() is not None:
        yield begun
        return
    with kept() as answers, _rarely_collected():
        copies = Copies(answers)
        before = COPIES.set(copies if hasattr(os, "fork") else None)
        try:
            yield answers
        finally:
            COPIES.reset(before)
            copies.end()


def manager_class() -> type[AsyncKernelManager]:
    """What starts kernels: as copies while there is what they can be copies of."""
    from jupyter_client.manager import AsyncKernelManager

    if (copies := COPIES.get()) is None:
        return AsyncKernelManager
    copied = copies.copy

    class Manager(AsyncKernelManager):
        async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
            await launch(self, copied, kernel_cmd, settings)

    return Manager


def _written(process: subprocess.Popen[bytes], content: bytes) -> None:
    assert process.stdin
    rest = memoryview(len(content).to_bytes(8) + content)
    while rest:
        rest = rest[process.stdin.write(rest) :]


def serve() -> None:
    """Run in the process itself: take over what is known, then make one copy after the other until nobody asks for more."""
    gc.set_threshold(*RARELY)
    begin(USED)
    read = sys.stdin.buffer
    KEPT.set(pickle.loads(read.read(int.from_bytes(read.read(8)))))  # noqa: S301 - from the process that started this one
    gc.freeze()
    while size := read.read(8):
        _serve_one(json.loads(read.read(int.from_bytes(size))))


def serve_pages() -> None:
    """Run in the process that kernels of an edition's pages are copies of: make one after the other, as many as are asked for, until the server is gone.

    After each it is looked whether the edition's files are still what is known of them; a copy that finds others reads them itself.
    """
    from toolkit.edition import edition_folder

    begin(FIRST)
    orders, folder, known = socket.socket(fileno=os.dup(0)), edition_folder(), dict[str, str]()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a copy ended
    while True:
        with suppress(OSError):
            if (stands := folder_digests(folder, MADE)) != known:
                known = stands
                KEPT.set(_read_apart() or Answers())
        if not to_be_read(orders.fileno(), patience=QUIET):
            begin(USED)
        gc.collect()
        gc.freeze()
        if not one_made(orders):
            return


def _read_apart() -> Answers | None:
    """What a page begins with, read in a process of its own, so that this one has no thread; None of what cannot be kept."""
    found, told = os.pipe()
    if not os.fork():  # pragma: no cover - it ends as it has told the answers, and not which lines it ran
        with suppress(BaseException), os.fdopen(told, "wb") as file, kept() as answers:
            _ask_what_pages_ask()
            file.write(pickle.dumps(answers))
        os._exit(0)
    os.close(told)
    with os.fdopen(found, "rb") as file:
        content = file.read()
    return pickle.loads(content) if content else None  # noqa: S301 - from this process


def _ask_what_pages_ask() -> None:
    """Read and evaluate the edition at hand; a database can be another at any time.

    Raises
    ------
    LookupError
        For an edition with a table that stands in no file of its folder.
    """
    from toolkit.edition import open_edition
    from toolkit.evaluation import evaluate

    edition = open_edition()
    if any(table.source is not None for table in edition.tables.table.values()):
        raise LookupError
    evaluate(edition.scheme, edition.records)


def _serve_one(ordered: dict[str, Any]) -> None:
    alive, end = os.pipe()
    pid = os.fork()
    if not pid:  # pragma: no cover - a kernel, which is killed before it tells which lines it ran
        become_kernel(ordered)
    os.close(end)
    print(pid, flush=True)
    # Nobody asks for more while a notebook runs: what can be read is the end of whoever asked.
    if sys.stdin.fileno() in to_be_read(sys.stdin.fileno(), alive):
        os.killpg(pid, signal.SIGKILL)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    os.close(alive)
