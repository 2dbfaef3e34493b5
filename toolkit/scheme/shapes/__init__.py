"""Value shapes: how a raw value becomes a value on the scheme's scale. Each is a frozen value with its parameters.

A shape's `values` takes one-dimensional raw values and the scale, and gives values in [0, scale]; left open by
``clamp = false``, by z-scores and by points for a place. A relative shape also takes the members' classes, and
`resolved` gives it with what it found. NaN or None, a missing raw value, stays NaN: that is the missing policy's.
"""

from __future__ import annotations

from typing import Annotated, Final, get_args

from pydantic import Field

from toolkit.scheme.shapes.absolute import Linear, OfNumbers, Piecewise, Points, Steps, Target, ValueShape
from toolkit.scheme.shapes.benchmark import Benchmark
from toolkit.scheme.shapes.curves import Curved, Log, Logistic, Power
from toolkit.scheme.shapes.placed import Borda, ExponentialRank, OfPlaces, Percentile, Placed, Rank
from toolkit.scheme.shapes.relative import MinMax, OfMembers, Relative, ShareOfBest, ZScore
from toolkit.scheme.shapes.states import Category, is_missing, named_states, state_name

__all__ = [
    "SHAPES", "Benchmark", "Borda", "Category", "ExponentialRank", "Linear", "Log", "Logistic", "MinMax", "OfMembers", "Percentile", "Piecewise",
    "Placed", "Points", "Power", "Rank", "Relative", "Shape", "ShareOfBest", "Steps", "Target", "ValueShape", "ZScore",
    "is_missing", "named_states", "state_name",
]  # fmt: skip

Shape = Annotated[OfNumbers | Curved | Category | OfMembers | OfPlaces | Benchmark, Field(discriminator="shape")]
SHAPES: Final[dict[str, type[ValueShape]]] = {
    get_args(kind.model_fields["shape"].annotation)[0]: kind for kind in get_args(get_args(Shape)[0])
}
"""Every shape by the name a scheme gives it: what stands in the union is known everywhere."""
