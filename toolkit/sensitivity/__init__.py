"""Would the list have been another? Each question is a function from an evaluation to a tidy frame.

How sure the list is: the chances of every award, rank and grade under weights drawn in any way, by the actual rule.
"""

from toolkit.sensitivity.bounds import necessary_and_possible
from toolkit.sensitivity.central_weights import central_weights
from toolkit.sensitivity.choices import Choices
from toolkit.sensitivity.choices.rules import Aggregations, Goalposts, MissingPolicies, Valuings
from toolkit.sensitivity.choices.values import GivenValues, LateRecords, MeasurementErrors
from toolkit.sensitivity.probabilities import (
    award_probabilities,
    grade_probabilities,
    holistic_acceptability,
    pairwise_winning,
    rank_probabilities,
    rank_summary,
)
from toolkit.sensitivity.scenarios import scenario_probabilities
from toolkit.sensitivity.sobol import variance_shares
from toolkit.sensitivity.weights import WeightBounds, WeightOrder
from toolkit.sensitivity.weights.draws import GivenWeights, ResampledWeights, WeightDraws
from toolkit.sensitivity.weights.uniform import UniformWeights

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
    "holistic_acceptability",
    "necessary_and_possible",
    "pairwise_winning",
    "rank_probabilities",
    "rank_summary",
    "scenario_probabilities",
    "variance_shares",
]
