"""What all benchmarks share: figures held to their bounds, times of the processor, and other packages in a Python of their own.

A bound that is missed makes a script end with exit code 1; an aim that is missed is told and no more.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NoReturn

REPORT = "BENCHMARK_FIGURES"
"""The file to which figures are added for `summary.py`, by the name of the variable that holds it."""


@dataclass(frozen=True)
class Figure:
    """One figure: what it is of, what was seen, what it is held to ("at most 1.3"), and PASS, MISSED or "aim missed"."""

    script: str
    what: str
    seen: str
    held_to: str
    verdict: str

    @property
    def line(self) -> str:
        """As it is printed."""
        return f"  {self.verdict:<10}  {self.what}: {self.seen} ({self.held_to})"


@dataclass
class Figures:
    """The figures of one script, told at its end."""

    script: str
    rows: list[Figure] = field(default_factory=list)

    def at_most(self, what: str, seen: float, bound: float, unit: str, *, aim: bool = False) -> None:
        """Hold a figure to an upper bound, or an aim."""
        self._held(what, seen, f"at most {bound:g}", unit, kept=seen <= bound, aim=aim)

    def at_least(self, what: str, seen: float, bound: float, unit: str, *, aim: bool = False) -> None:
        """Hold a figure to a lower bound, or an aim."""
        self._held(what, seen, f"at least {bound:g}", unit, kept=seen >= bound, aim=aim)

    def end(self) -> NoReturn:
        """Print every figure against its bound, and end the script: with 1 where a bound is missed."""
        print(f"{self.script}, against its bounds:")
        print("\n".join(row.line for row in self.rows), flush=True)
        if os.environ.get(REPORT):
            with Path(os.environ[REPORT]).open("a", encoding="utf-8") as report:
                report.writelines(json.dumps(asdict(row)) + "\n" for row in self.rows)
        sys.exit(any(row.verdict == "MISSED" for row in self.rows))

    def _held(self, what: str, seen: float, held_to: str, unit: str, *, kept: bool, aim: bool) -> None:
        verdict = "PASS" if kept else "aim missed" if aim else "MISSED"
        self.rows.append(Figure(self.script, what, f"{seen:.3g} {unit}", f"{held_to}{', the aim' if aim else ''}", verdict))


def medians(runs: int, *tasks: Callable[[], object]) -> list[float]:
    """Seconds of the processor each task takes, the median of runs that alternate, after one of each that is not counted."""
    taken = [[once(task) for task in tasks] for _ in range(runs + 1)][1:]
    return [statistics.median(seconds) for seconds in zip(*taken, strict=True)]


def once(task: Callable[[], object]) -> float:
    """Seconds of the processor a task takes."""
    start = time.process_time()
    task()
    return time.process_time() - start


def peers(program: str, *arguments: object) -> list[tuple[str, float]]:
    """Name with version and seconds of each package that a program times, in the Python that PEERS names; what is not there is told."""
    python = os.environ.get("PEERS")
    if not python:
        print("  pymcdm, scikit-criteria: left out; PEERS names no Python that has them")
        return []
    done = subprocess.run([python, "-c", program, *map(str, arguments)], capture_output=True, text=True, check=True)  # noqa: S603 - one's own Python
    lines = [line.split() for line in done.stdout.splitlines()]
    for name, *_ in (line for line in lines if line[1] == "missing"):
        print(f"  {name}: not installed")
    return [(f"{name} {version}", float(seconds)) for name, version, seconds in (line for line in lines if line[1] != "missing")]
