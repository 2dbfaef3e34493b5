"""Value shapes: how a raw value becomes a value on the scheme's scale. Each is a frozen value with its parameters.

A shape's `values` takes one-dimensional raw values and the scale, and gives values in [0, scale]; left open by
``clamp = false``, by z-scores and by points for a place. A relative shape also takes the members' classes, and
`resolved` gives it with what it found. NaN or None, a missing raw value, stays NaN: that is the missing policy's.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from toolkit.shapes.absolute import Linear, Log, Logistic, Piecewise, Points, Steps, Target
from toolkit.shapes.goalposts import MinMax, ShareOfBest, ZScore
from toolkit.shapes.places import Borda, ExponentialRank, Percentile, Placed, Rank
from toolkit.shapes.relative import Relative
from toolkit.shapes.scale import Number, Ranged
from toolkit.shapes.states import Category, is_missing, named_states, state_name

__all__ = [
    "Borda", "Category", "ExponentialRank", "Linear", "Log", "Logistic", "MinMax", "Number", "Percentile", "Piecewise",
    "Placed", "Points", "Ranged", "Rank", "Relative", "Shape", "ShareOfBest", "Steps", "Target", "ZScore",
    "is_missing", "named_states", "state_name",
]  # fmt: skip

Shape = Annotated[
    Linear | Log | Points | Steps | Piecewise | Target | Category | Logistic
    | MinMax | ZScore | Percentile | Rank | Borda | ShareOfBest | ExponentialRank,
    Field(discriminator="shape"),
]  # fmt: skip
