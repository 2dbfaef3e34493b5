"""The scheme: what the committee decided, as one frozen value read from `scheme.toml`."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from toolkit.identity import MembersSpec
from toolkit.measures import Measure, Selection, Window
from toolkit.scheme_faults import AGGREGATE, scheme_faults
from toolkit.shapes import Shape
from toolkit.text import Language
from toolkit.toml_file import Decision, read_model

Weight = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(min_length=1)]
MissingPolicy = Literal["worst", "exclude", "class_median", "unranked", "error"]
PublicField = Literal["name", "class", "award", "grade", "rank", "total"]


class Named(Decision):
    """What a scheme gives an id, and a label for readers: the id itself where none is written."""

    id: Name
    label: Annotated[Name, Field(default_factory=lambda fields: fields.get("id", ""))]


class Group(Named):
    """A node of the indicator tree whose score is made of its children's."""

    weight: Weight
    group: str | None = None
    aggregate: Annotated[str, Field(pattern=AGGREGATE)] = "arithmetic"
    source: str = ""


class Indicator(Named):
    """A leaf of the tree: what is measured, and how a raw value becomes a value on the scale."""

    weight: Weight
    measure: Measure
    value: Shape
    unit: str = ""
    group: str | None = None
    missing: MissingPolicy = "error"
    applies_to: tuple[str, ...] = ()
    source: str = ""


class Adjustment(Named):
    """Points added to the total after aggregation: `per` x measure, held at `cap` (negative for deductions)."""

    measure: Measure
    per: float = 1.0
    cap: float | None = None
    source: str = ""


class Effect(Decision):
    """What a veto does: no award, a grade given directly, or both."""

    award: Literal["none"] | None = None
    grade: str | None = None


class Veto(Named):
    """A condition apart from the score: any selected record, whatever the total (一票否决)."""

    when: Selection
    effect: Effect
    source: str = ""


class Quota(Decision):
    """The number of places: a share of those who applied, or a number, in each class or in all."""

    share: Annotated[float, Field(gt=0, le=1)] | None = None
    number: Annotated[int, Field(ge=0)] | None = None
    within: Literal["class", "all"] = "class"
    rounding: Literal["floor", "ceil", "half_up"] = "floor"
    least: Annotated[int, Field(ge=0)] = 0


class Requirement(Decision):
    """A score that a node must reach beside the total."""

    node: Name
    least: float


class Award(Named):
    """An award in its turn: places, the least scores, and what is required beside them."""

    quota: Quota | None = None
    minimum: dict[str, float] = {}
    require: tuple[Requirement, ...] = ()
    source: str = ""


class Grades(Decision):
    """Credit grades: bands of the total from the best down, each lower bound reached (含)."""

    bands: Annotated[tuple[tuple[str, float], ...], Field(min_length=1)]
    require: dict[str, tuple[Requirement, ...]] = {}
    default: str | None = None
    source: str = ""


class Panel(Decision):
    """How experts' score sheets become one score."""

    minimum: Annotated[int, Field(ge=1)] = 5
    trim: Annotated[int, Field(ge=0)] = 0
    harshness: Literal["none", "zscore", "mixed_model"] = "none"


class Publication(Decision):
    """What may be shown to whom, for how many working days, in which order, and whom to ask."""

    working_days: Annotated[int, Field(ge=0)] = 7
    fields: dict[Literal["public", "member"], tuple[PublicField, ...]] = {"public": ("name", "class", "award")}
    order: Literal["name", "class", "rank"] = "name"
    contact: str = ""


class Scheme(Decision):
    """Everything the committee decided about one edition; see `load_scheme`."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    title: Name
    edition: Name
    as_of: dt.date
    members: MembersSpec
    language: Language = "zh"
    period: tuple[dt.date, dt.date] | None = None
    scale: Annotated[float, Field(gt=0)] = 100.0
    decimals: Annotated[int, Field(ge=0, le=12)] = 2
    weights: Literal["percent", "points"] = "percent"
    ties: tuple[str, ...] = ("committee",)
    approval: str = ""
    seed: Annotated[int, Field(ge=0)] = 0
    groups: Annotated[tuple[Group, ...], Field(alias="group")] = ()
    indicators: Annotated[tuple[Indicator, ...], Field(alias="indicator")] = ()
    adjustments: Annotated[tuple[Adjustment, ...], Field(alias="adjustment")] = ()
    window: dict[str, Window] = {}
    vetoes: Annotated[tuple[Veto, ...], Field(alias="veto")] = ()
    awards: Annotated[tuple[Award, ...], Field(alias="award")] = ()
    grades: Grades | None = None
    panel: Panel | None = None
    publication: Publication | None = None

    @property
    def nodes(self) -> dict[str, Group | Indicator]:
        """Every node of the tree by its id, groups first."""
        nodes: tuple[Group | Indicator, ...] = (*self.groups, *self.indicators)
        return {node.id: node for node in nodes}

    def children(self, group: str | None = None) -> tuple[Group | Indicator, ...]:
        """The nodes just below `group`; below the total for None."""
        return tuple(node for node in self.nodes.values() if node.group == group)

    def label(self, node: str) -> str:
        """What a reader calls a node, an adjustment or an award; the id where nothing bears it."""
        named: tuple[Group | Indicator | Adjustment | Award | Veto, ...]
        named = (*self.groups, *self.indicators, *self.adjustments, *self.awards, *self.vetoes)
        return next((item.label for item in named if item.id == node), node)

    def with_weights(self, weights: Mapping[str, float]) -> Scheme:
        """The scheme with other weights; siblings that are not named share the rest as they did.

        Parameters
        ----------
        weights
            New weight by node id, in the scheme's own terms. With ``weights = "points"`` only the named change.

        Raises
        ------
        KeyError
            For an id that is no node.
        ValueError
            For a weight that is negative or exceeds what its siblings sum to.
        """
        unknown = sorted(set(weights) - set(self.nodes))
        if unknown:
            raise KeyError(*unknown)
        new: dict[str, float] = {}
        for parent in {self.nodes[node].group for node in weights}:
            new |= _shared_out(self.children(parent), weights, keep_sum=self.weights == "percent")
        return self.model_copy(
            update={
                "groups": tuple(node.model_copy(update={"weight": new.get(node.id, node.weight)}) for node in self.groups),
                "indicators": tuple(
                    node.model_copy(update={"weight": new.get(node.id, node.weight)}) for node in self.indicators
                ),
            }
        )


def load_scheme(path: Path) -> Scheme:
    """The scheme written in `path`.

    Raises
    ------
    Refused
        With every fault, each at its line, when anything in the file is unknown, impossible or contradictory.
    """
    return read_model(path, Scheme, scheme_faults)


def _shared_out(
    siblings: tuple[Group | Indicator, ...], weights: Mapping[str, float], *, keep_sum: bool
) -> dict[str, float]:
    named = {node.id: float(weights[node.id]) for node in siblings if node.id in weights}
    if not all(math.isfinite(weight) and weight >= 0 for weight in named.values()):
        message = "a weight must be a number, and not negative"
        raise ValueError(message)
    if not keep_sum:
        rest = {}
    else:
        others = [node for node in siblings if node.id not in named]
        left, before = 100.0 - sum(named.values()), sum(node.weight for node in others)
        if (not others and abs(left) > 1e-9) or left < -1e-9:
            message = f"weights of siblings must sum to 100, not {sum(named.values()):g}"
            raise ValueError(message)
        parts = {node.id: node.weight / before if before else 1 / len(others) for node in others}
        rest = {node: max(left, 0.0) * part for node, part in parts.items()}
    return {**named, **rest}
