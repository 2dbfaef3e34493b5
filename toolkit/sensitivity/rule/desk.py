"""Room to work in: large arrays that every chunk of draws writes anew."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.ranking import Floats


class Desk:
    """Arrays kept from chunk to chunk: asking the system for fresh memory costs more than the arithmetic.

    An array is valid until the same name is asked for again. Every thread has arrays of its own, and none go along
    to another process.
    """

    def __init__(self) -> None:
        self._own = threading.local()

    def __reduce__(self) -> tuple[type[Desk], tuple[()]]:
        return Desk, ()

    def floats(self, name: str, shape: tuple[int, ...]) -> Floats:
        """An array of float64, with whatever it last held."""
        return self._array(name, shape, np.float64)

    def integers(
        self, name: str, shape: tuple[int, ...], dtype: type[np.integer[Any]]
    ) -> NDArray[np.integer[Any]]:
        """An array of whole numbers, with whatever it last held."""
        return self._array(name, shape, dtype)

    def part(self, name: str, shape: tuple[int, int], dtype: type[np.generic]) -> NDArray[Any]:
        """An array that shares its room with all others of its name, so that small ones stay where the processor is quick."""
        size = shape[0] * shape[1]
        held: NDArray[Any] | None = self._own.__dict__.get(name)
        if held is None or held.size < size:
            held = self._array(name, (size,), dtype)
        return held[:size].reshape(shape)

    def _array(self, name: str, shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
        arrays = self._own.__dict__
        held: NDArray[Any] | None = arrays.get(name)
        if held is None or held.shape != shape or held.dtype != dtype:
            held = arrays[name] = np.empty(shape, dtype)
        return held
