"""What all value shapes share: numbers, the range they give, and how a share of the way becomes a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from toolkit.toml_file import Decision

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Better = Literal["higher", "lower"]


class Graded(Decision):
    """What every shape has: the value that stands for a missing one under ``missing = "worst"``."""

    @property
    def lowest(self) -> float:
        """The lowest value the shape can give."""
        return 0.0


class Ranged(Graded):
    """A shape that gives values from one end of a range to the other: of the whole scale, or `to` = [low, high]."""

    to: tuple[Number, Number] | None = None

    @property
    def lowest(self) -> float:
        """The lower end of the range."""
        return self.to[0] if self.to else 0.0

    def ends(self, scale: float) -> tuple[float, float]:
        """The lower and the upper end of the range."""
        return self.to or (0.0, scale)

    def spread(self, share: Floats, scale: float, *, clamp: bool = True) -> Floats:
        """A share of the way, 0 for the worst and 1 for the best, as a value; exactly the upper end for 1."""
        low, high = self.ends(scale)
        values: Floats = (high - low) * share
        values += low
        if low + (high - low) != high:
            values[share == 1.0] = high
        return values.clip(low, high, out=values) if clamp else values
