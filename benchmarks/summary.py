"""All benchmarks one after another, and at the end one table of every figure against its bound.

Run ``make benchmarks``, or ``python benchmarks/summary.py [name ...]``; ``-name`` leaves one out. They compute in one thread of BLAS, as
``committee`` does, where the environment does not say otherwise. It ends with exit code 1 where a bound is missed, or a script fails.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from figures import REPORT, Figure

from toolkit.ground.resources import ONE_THREAD

SCRIPTS = ("evaluate_and_draws", "deciding", "sensitivity", "whole_list", "weighting", "panels", "records", "keeping", "site", "board")


def machine() -> str:
    """The day, the system, its cores and their load, and what the figures rest on, by which two tables are compared."""
    loaded = f", load {os.getloadavg()[0]:.0f}" if hasattr(os, "getloadavg") else ""
    stands_on = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "duckdb"))
    return f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores{loaded}, Python {platform.python_version()}, {stands_on}"


def main() -> None:
    """Run the scripts, then print the table."""
    asked, folder = sys.argv[1:], Path(__file__).parent
    names = [name for name in asked if not name.startswith("-")] or [name for name in SCRIPTS if f"-{name}" not in asked]
    if unknown := [word for word in asked if not (folder / f"{word.removeprefix('-')}.py").is_file()]:
        sys.exit(f"no such benchmark: {' '.join(unknown)}; there are {' '.join(SCRIPTS)}, and scale")
    codes, seconds = dict[str, int](), dict[str, float]()
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "figures"
        report.touch()
        environment = {**ONE_THREAD, **os.environ, REPORT: str(report)}
        for name in names:
            began = time.monotonic()
            codes[name] = subprocess.run([sys.executable, str(folder / f"{name}.py")], env=environment, check=False).returncode  # noqa: S603
            seconds[name] = time.monotonic() - began
        figures = [Figure(**json.loads(line)) for line in report.read_text(encoding="utf-8").splitlines()]
    print(f"\nAll figures against their bounds ({machine()}):")
    for name in names:
        print(f"{name} ({seconds[name]:.0f} s)")
        rows = [figure.line for figure in figures if figure.script == name]
        print("\n".join(rows or ["  FAILED: it ended before its figures were told"]))
    if not os.environ.get("PEERS"):
        print("Peers were not compared: PEERS names no Python with benchmarks/requirements-peers.txt")
    missed = sum(figure.verdict == "MISSED" for figure in figures)
    print("PASS: every bound is kept" if not any(codes.values()) else f"MISSED: {missed} of {len(figures)} bounds and aims; exit codes {codes}")
    sys.exit(any(codes.values()))


if __name__ == "__main__":
    main()
