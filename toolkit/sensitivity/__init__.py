"""Would the list have been another? Each question is a function from an evaluation to a tidy frame."""

from toolkit.sensitivity.choices import (
    Aggregations,
    Choices,
    GivenValues,
    Goalposts,
    LateRecords,
    MeasurementErrors,
    MissingPolicies,
    Valuings,
)
from toolkit.sensitivity.draws import (
    GivenWeights,
    ResampledWeights,
    UniformWeights,
    WeightBounds,
    WeightDraws,
    WeightOrder,
    award_probabilities,
    central_weights,
    grade_probabilities,
    rank_probabilities,
    rank_summary,
)
from toolkit.sensitivity.scenarios import scenario_probabilities
from toolkit.sensitivity.variance import variance_shares

__all__ = [
    "Aggregations",
    "Choices",
    "GivenValues",
    "GivenWeights",
    "Goalposts",
    "LateRecords",
    "MeasurementErrors",
    "MissingPolicies",
    "ResampledWeights",
    "UniformWeights",
    "Valuings",
    "WeightBounds",
    "WeightDraws",
    "WeightOrder",
    "award_probabilities",
    "central_weights",
    "grade_probabilities",
    "rank_probabilities",
    "rank_summary",
    "scenario_probabilities",
    "variance_shares",
]
