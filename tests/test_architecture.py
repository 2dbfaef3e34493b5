"""The house keeps its ten floors: imports run downwards between rooms, and importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

import toolkit

PACKAGE = Path(toolkit.__file__).parent
FLOORS = (
    "ground",
    "scheme weighting panels",
    "records",
    "indicators ballots minutes",
    "edition evaluation",
    "sensitivity diagnostics comparison examination publication forms",
    "reports",
    "sealing documents",
    "commands interactive",
    "__init__ __main__",
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS, 1) for room in rooms.split()}
OLD_PLACES = {"ballot_controls", "serving"}  # shims for notebooks that were sealed: they import when asked, and nobody imports them
HEAVY = ("anywidget", "duckdb", "ibis", "ipywidgets", "matplotlib", "nbclient", "openpyxl", "pandas", "scipy", "voila", "xlsxwriter")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


MODULES = {room: list(paths) for room, paths in groupby(sorted(PACKAGE.rglob("*.py"), key=lambda path: (room_of(path), path)), room_of)}


def rooms_imported(path: Path) -> set[str]:
    """Other rooms that a file imports from: at the top, late, or only for their types."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are written in full"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "toolkit" else {node.module or ""}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    parts = [name.split(".") for name in names]
    return {part[1] for part in parts if part[0] == "toolkit" and len(part) > 1 and part[1] in MODULES} - {room_of(path)}


def test_every_room_has_its_floor() -> None:
    assert set(MODULES) == set(FLOOR) | OLD_PLACES


@pytest.mark.parametrize("room", sorted(FLOOR))
def test_imports_run_downwards(room: str) -> None:
    below = {other for other, floor in FLOOR.items() if floor < FLOOR[room]}
    up = {str(path.relative_to(PACKAGE)): wrong for path in MODULES[room] if (wrong := rooms_imported(path) - below)}
    assert up == {}


@pytest.mark.parametrize("module", ["toolkit", "toolkit.scheme", "toolkit.publication.notice"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    script = f"import {module}, sys; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(HEAVY) & set(done.stdout.split()) == set()


@pytest.mark.slow
def test_every_module_can_be_imported_first() -> None:
    names = [".".join(("toolkit", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__") for room in MODULES for path in MODULES[room]]
    extras = {"toolkit.records.databases.postgres", "toolkit.records.databases.spark", "toolkit.__main__"}
    script = (
        "import os, sys\n"
        "import ibis, ipywidgets, nbclient, openpyxl, pandas, pydantic, scipy.optimize, scipy.stats, tomlkit, typer, xlsxwriter\n"
        "for name in sys.argv[1:]:\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        try:\n"
        "            __import__(name)\n"
        "            os._exit(0)\n"
        "        except BaseException as error:\n"
        "            print(name, repr(error), flush=True)\n"
        "            os._exit(1)\n"
        "    os.waitpid(child, 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *sorted(set(names) - extras)], capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_the_public_names_are_these_and_each_is_there() -> None:
    assert sorted(toolkit.__all__) == sorted([*toolkit.HOMES, *toolkit.MODULES])
    for name in toolkit.__all__:
        assert getattr(toolkit, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        toolkit.evalute  # noqa: B018


def test_no_file_is_parsed_while_garbage_is_collected() -> None:
    def parses(phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            ast.parse("seen = 1")

    def deep(levels: int) -> ast.AST:
        return deep(levels - 1) if levels else ast.parse("names = [first, second, (third + 1) * 2]\n" * 300)

    thresholds = gc.get_threshold()
    gc.callbacks.append(parses)
    gc.set_threshold(50)
    try:
        assert len(list(ast.walk(deep(20)))) > 300
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(parses)
    assert gc.isenabled()


def test_a_file_holds_at_most_500_lines() -> None:
    assert {path.name for paths in MODULES.values() for path in paths if len(path.read_text("utf-8").splitlines()) > 500} == set()
