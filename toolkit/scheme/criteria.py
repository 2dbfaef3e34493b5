"""Criteria: the nodes of the indicator tree, the points added beside it, and what is asked of a member apart from points."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from toolkit.scheme.measures import Measure
from toolkit.scheme.outliers import Outliers
from toolkit.shapes import Number, Shape
from toolkit.toml_file import Decision

AGGREGATE = r"^(arithmetic|geometric|harmonic|minimum|sum|conditional|power\(-?\d+(\.\d+)?\))$"
Weight = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
MissingPolicy = Literal[
    "worst", "exclude", "class_median", "class_mean", "median", "mean", "unranked", "error"
]


class Named(Decision):
    """What a scheme gives an id, and a label for readers: the id itself where none is written."""

    id: Name
    label: Annotated[Name, Field(default_factory=lambda fields: fields.get("id", ""))]


class Pattern(Decision):
    """The weights of a conditional group's children when just these of them are observed, that is, have a score."""

    observed: Annotated[tuple[str, ...], Field(min_length=1)]
    weights: dict[str, Weight]


class Group(Named):
    """A node of the indicator tree whose score is made of its children's.

    A ``conditional`` group is an arithmetic mean whose weights depend on which children are observed: by the first
    of `when` that names exactly those; by the voted weights, shared among them, where none does. With `least_present`
    the group has no score for a member of whose applicable children less than that share have one.
    """

    weight: Weight
    group: str | None = None
    aggregate: Annotated[str, Field(pattern=AGGREGATE)] = "arithmetic"
    when: tuple[Pattern, ...] = ()
    least_present: Share | None = None
    source: str = ""


class Indicator(Named):
    """A leaf of the tree: what is measured, and how a raw value becomes a value on the scale.

    `missing` says what stands in for a missing value; a number is the value itself, in points of the scale. A mean or
    median is that of the values the others got; `stands_in` holds those an evaluation found, by class or for ``all``,
    so that a resolved scheme gives them again. `outliers` treats the raw values before they are valued.
    """

    weight: Weight
    measure: Measure
    value: Shape
    unit: str = ""
    group: str | None = None
    missing: MissingPolicy | Number = "error"
    stands_in: dict[str, Number] | None = None
    outliers: Outliers | None = None
    applies_to: tuple[str, ...] = ()
    source: str = ""


class Adjustment(Named):
    """Points added to the total after aggregation: `per` x measure, held between `floor` and `cap`.

    A `cap` below 0 is the most a deduction can take; beside a `floor` it is the upper bound, as written.
    """

    measure: Measure
    per: float = 1.0
    cap: float | None = None
    floor: float | None = None
    source: str = ""


class Condition(Named):
    """A fact about a member that gives no points, and that awards, grades and eligibility may ask for (申报条件)."""

    measure: Measure
    unit: str = ""
    source: str = ""


class Total(Decision):
    """How the total is made of the topmost nodes, and between which bounds it is held after the adjustments."""

    aggregate: Annotated[str, Field(pattern=AGGREGATE)] = "arithmetic"
    when: tuple[Pattern, ...] = ()
    least_present: Share | None = None
    floor: float | None = None
    cap: float | None = None
