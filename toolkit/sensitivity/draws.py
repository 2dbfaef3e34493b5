"""How sure the list is: the chances of every award, rank and grade under weights drawn in any way, by the actual rule."""

from toolkit.sensitivity.chances.awards import award_probabilities
from toolkit.sensitivity.chances.central_weights import central_weights
from toolkit.sensitivity.chances.grades import grade_probabilities
from toolkit.sensitivity.chances.ranks import rank_probabilities, rank_summary
from toolkit.sensitivity.drawn_weights.bounds import WeightBounds, WeightOrder
from toolkit.sensitivity.drawn_weights.resampled import ResampledWeights
from toolkit.sensitivity.drawn_weights.uniform import UniformWeights
from toolkit.sensitivity.drawn_weights.voted import GivenWeights, WeightDraws

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
