"""How sure the list is: the chances of every award, rank and grade under weights drawn in any way, by the actual rule."""

from toolkit.sensitivity.award_chances import award_probabilities
from toolkit.sensitivity.central_weights import central_weights
from toolkit.sensitivity.grade_chances import grade_probabilities
from toolkit.sensitivity.rank_chances import rank_probabilities, rank_summary
from toolkit.sensitivity.resampled_weights import ResampledWeights
from toolkit.sensitivity.uniform_weights import UniformWeights
from toolkit.sensitivity.weight_bounds import WeightBounds, WeightOrder
from toolkit.sensitivity.weights import GivenWeights, WeightDraws

__all__ = [
    "GivenWeights",
    "ResampledWeights",
    "UniformWeights",
    "WeightBounds",
    "WeightDraws",
    "WeightOrder",
    "award_probabilities",
    "central_weights",
    "grade_probabilities",
    "rank_probabilities",
    "rank_summary",
]
