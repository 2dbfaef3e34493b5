"""Would the list have been another? Each question is a function from an evaluation to a tidy frame."""

from toolkit.sensitivity.draws import award_probabilities
from toolkit.sensitivity.weights import GivenWeights, WeightDraws

__all__ = ["GivenWeights", "WeightDraws", "award_probabilities"]
