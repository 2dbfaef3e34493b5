"""Value shapes: how a raw value becomes a value on the scheme's scale. Each is a frozen value with its parameters.

A shape's `values` takes one-dimensional raw values and the scale, and gives values in [0, scale]; left open by
``clamp = false``, by z-scores and by points for a place. A relative shape also takes the members' classes, and
`resolved` gives it with what it found. NaN or None, a missing raw value, stays NaN: that is the missing policy's.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from toolkit.scheme.shapes.absolute import (
    Category,
    Linear,
    Log,
    Logistic,
    Number,
    Piecewise,
    Points,
    Ranged,
    Steps,
    Target,
    is_missing,
    named_states,
    state_name,
)
from toolkit.scheme.shapes.relative import (
    Borda,
    ExponentialRank,
    MinMax,
    Percentile,
    Placed,
    Rank,
    Relative,
    ShareOfBest,
    ZScore,
)

__all__ = [
    "Borda", "Category", "ExponentialRank", "Linear", "Log", "Logistic", "MinMax", "Number", "Percentile", "Piecewise",
    "Placed", "Points", "Ranged", "Rank", "Relative", "RelativeShape", "Shape", "ShareOfBest", "Steps", "Target", "ZScore",
    "is_missing", "named_states", "state_name",
]  # fmt: skip

RelativeShape = MinMax | ZScore | Percentile | Rank | Borda | ShareOfBest | ExponentialRank
Shape = Annotated[
    Linear | Log | Points | Steps | Piecewise | Target | Category | Logistic | RelativeShape, Field(discriminator="shape")
]
