"""All nasty files; each function writes one, and its name says what is nasty about it."""

from __future__ import annotations

import inspect
from types import ModuleType

from tests.nasty import cell_files, heading_files, kinds, layouts, texts
from tests.nasty.nasty import Maker


def _makers(module: ModuleType) -> list[Maker]:
    """The functions of a module that write a file, in their order."""
    own = (value for value in vars(module).values() if inspect.isfunction(value))
    return [maker for maker in own if maker.__module__ == module.__name__ and maker.__name__[0] != "_"]


FILES: list[Maker] = [maker for module in (texts, kinds, layouts, heading_files, cell_files) for maker in _makers(module)]
