"""What might usually have been otherwise in an edition: what a committee decides, and what its records leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.sensitivity.choices import Choices, Goalposts, LateRecords, MeasurementErrors, MissingPolicies
from toolkit.sensitivity.drawn_weights.voted import WeightDraws

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.sensitivity.choices import Spec
    from toolkit.sensitivity.drawn_weights.voted import WeightSpec

MOVED = 0.1
"""By which part of the distance between worst and best either goalpost may lie elsewhere."""
ERRING = LATE = 0.05
"""How far a raw value is typically off, as a part of itself; and how many members lack a record that came in late."""


def usual_decisions(evaluation: Evaluation, weights: WeightSpec | None = None) -> Choices:
    """What the committee might have decided otherwise under the same rule: weights, goalposts, what fills gaps.

    Weights vary as `weights` says (None for `WeightDraws`), goalposts by a tenth of their distance, and gaps that the scheme fills
    are filled by the worst, the middle of the class, or not counted, all at once. What the scheme does not have is left out.
    """
    return Choices(weights or WeightDraws(), *_able(evaluation, Goalposts(MOVED)), *_gaps(evaluation))


def usual_doubts(evaluation: Evaluation, weights: WeightSpec | None = None) -> Choices:
    """All of `usual_decisions`, and the records: each raw value a twentieth off, a twentieth of the members with one more."""
    recorded = _able(evaluation, MeasurementErrors(ERRING), LateRecords(LATE))
    return Choices(*usual_decisions(evaluation, weights).parts, *recorded)


def _able(evaluation: Evaluation, *specs: Goalposts | MeasurementErrors | LateRecords) -> list[Spec]:
    """Those that concern anything."""
    return [spec for spec in specs if spec.concerns(evaluation)]


def _gaps(evaluation: Evaluation) -> list[Spec]:
    """Other policies for the gaps that the scheme fills; one that it leaves open is open for a reason."""
    among = ("worst", "class_median" if evaluation.scheme.members.class_ else "median", "exclude")
    filled = {item.id for item in evaluation.scheme.indicators if item.missing not in {"exclude", "unranked", "error"}}
    names = tuple(name for name in MissingPolicies(among).concerns(evaluation) if name in filled)
    return [MissingPolicies(among, names)] if names else []
