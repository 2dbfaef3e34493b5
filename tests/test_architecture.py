"""The house keeps its floors: imports run downwards, and importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

import toolkit

PACKAGE = Path(toolkit.__file__).parent
FLOORS = ()


def imports_of(path: Path) -> set[str]:
    """Modules of the package that a file imports, for typing only or late, wherever it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "toolkit":
            found |= {node.module} if node.module != "toolkit" else {f"toolkit.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("toolkit.")}
    return {module.removeprefix("toolkit.") for module in found}
