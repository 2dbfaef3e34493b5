"""Modules that need an extra are not looked into for examples where it is not installed; workers end quietly."""

from __future__ import annotations

import ast
import atexit
import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from threading import RLock
from typing import Any

import pytest
from hypothesis import Phase, settings

from toolkit.ground.resources import ONE_THREAD

# How many examples a property is tried on; a busy machine is no fault of the code.
settings.register_profile("daily", deadline=None, max_examples=25)
settings.register_profile("campaign", deadline=None, max_examples=150)
settings.register_profile("mutants", deadline=None, max_examples=25, database=None, phases=[Phase.explicit, Phase.generate])  # that one fails is enough
settings.load_profile("daily")

DRIVERS = {"psycopg": "postgres", "pyspark": "spark"}
collect_ignore = [f"toolkit/records/databases/{module}.py" for driver, module in DRIVERS.items() if find_spec(driver) is None]


os.environ.update(ONE_THREAD | os.environ)
# Every program that a test starts would otherwise compile the whole package anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: whoever waits for a browser, a server or a kernel leaves its own to another."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """File by file; but the house's notebooks go to one worker, since all of them begin with the demo evaluated."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Notebooks(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "notebooks" if nodeid.startswith("notebooks/") else super()._split_scope(nodeid)

    return Notebooks(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """What libraries tell of their own clearing up when a worker ends would otherwise follow pytest's closing line."""
    if hasattr(config, "workerinput"):
        atexit.register(os.dup2, os.open(os.devnull, os.O_WRONLY), 2)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Six thousand tests are all kept: nobody looks for garbage among them, neither while they are gathered nor afterwards, and seldom in what tests make."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The files whose tests took longest, all tests of a file together: seconds of the clock, which run on while others have the processor."""
    seconds = Counter[str]()
    for report in (report for reports in terminalreporter.stats.values() for report in reports):
        if isinstance(report, pytest.TestReport):
            seconds[report.nodeid.partition("::")[0]] += report.duration
    longest = ", ".join(f"{file} {taken:.0f} s" for file, taken in seconds.most_common(8) if taken > 1)
    if len(seconds) > 1 and longest:
        terminalreporter.write_line(f"longest files: {longest}")


def pytest_unconfigure() -> None:
    """What was kept goes as the process ends, or libraries tell of leaks."""
    gc.unfreeze()


if sys.version_info < (3, 11, 8):
    PARSE, ONE = ast.parse, RLock()

    def parse(*source: Any, **settings: Any) -> Any:
        """`ast.parse` without a collection of garbage meanwhile.

        One that runs Python (Hypothesis measures them) may parse, or let another thread parse, and both count their depth in one place:
        SystemError, "AST constructor recursion depth mismatch", gh-106905.
        """
        with ONE:
            collects = gc.isenabled()
            gc.disable()
            try:
                return PARSE(*source, **settings)
            finally:
                if collects:
                    gc.enable()

    ast.parse = parse
