"""How an expert's judgement becomes weights, and several experts' weights the group's.

The names stand on a grid: ``{method}_shares`` takes arrays and gives the shares alone, float64[criteria] that sum to 1;
``{method}_judgement`` takes the same and gives a frozen value with the shares and all that tells their coherence.

============  =============================  =======================  =====================================
judgement     shares                         with their coherence     coherence is
============  =============================  =======================  =====================================
points        `points_shares`                                         a sum of exactly 100, or a refusal
AHP           `ahp_shares`                   `ahp_judgement`          CR, geometric index; `ahp_triads`,
                                                                      `ahp_circles`, `ahp_mend`
hierarchy     `hierarchy_shares`             `hierarchy_judgement`    CR of each matrix and of the whole
best-worst    `best_worst_shares`            `best_worst_judgement`   xi, CR, input-based ratio, ranges
swing         `swing_shares`                                          a largest of exactly 100, or a refusal
rank order    `rank_order_shares`                                     an order always agrees with itself
trade-off     `trade_off_shares`             `trade_off_judgement`    the largest factor a ratio is off by
the values    `entropy_shares`,              `objective_weights`      which indicators are constant
              `critic_shares`,
              `deviation_shares`,
              `component_shares`
============  =============================  =======================  =====================================

=====================  ======================================================================================
a group of experts     answer
=====================  ======================================================================================
`group_shares`         its shares: arithmetic or geometric mean, median, trimmed mean
`group_matrix`         one comparison matrix of many (AIJ), for `ahp_judgement`
`concordance`          Kendall's W with its p (`kendall_w`: W alone): do they order the criteria alike?
`distances`, `camps`   how much weight lies between any two; who thinks alike
`far_from_rest`        who is far from the others, and on what
`standing`             quartiles and each expert's place among them, for the next round (Delphi)
`movement`             who moved between two rounds, and whether the group drew together
=====================  ======================================================================================

Everything takes plain arrays and optional names for its messages; nothing reads a file. What cannot be taken is
refused (`toolkit.errors.Refused`) with every fault at once: the criterion or expert, the value, the rule, the mend.

Examples
--------
>>> from toolkit.weighting import concordance, group_shares, points_shares, swing_shares
>>> own = [points_shares([40, 35, 25]), swing_shares([100, 60, 40]), points_shares([30, 30, 40])]
>>> group_shares(own, "median").round(3).tolist(), round(concordance(own).w, 3)
([0.421, 0.316, 0.263], 0.212)
"""

from toolkit.weighting.agreement import Concordance, concordance, kendall_w
from toolkit.weighting.ahp import ALONSO_LAMATA, SAATY, Comparison, ahp_judgement, ahp_shares
from toolkit.weighting.best_worst import BestWorstResult, best_worst_judgement, best_worst_shares
from toolkit.weighting.contradictions import Circle, Triad, ahp_circles, ahp_triads
from toolkit.weighting.delphi import Movement, Standing, movement, standing
from toolkit.weighting.distance import distances
from toolkit.weighting.group import group_matrix, group_shares
from toolkit.weighting.hierarchy import Hierarchy, hierarchy_judgement, hierarchy_shares
from toolkit.weighting.like_minded import Camps, Distance, camps, far_from_rest
from toolkit.weighting.mending import Change, Mend, ahp_mend
from toolkit.weighting.objective import (
    ObjectiveWeights,
    component_shares,
    critic_shares,
    deviation_shares,
    entropy_shares,
    objective_weights,
)
from toolkit.weighting.points import points_shares
from toolkit.weighting.rank_order import rank_order_shares
from toolkit.weighting.swing import swing_shares
from toolkit.weighting.trade_off import TradeOffs, trade_off_judgement, trade_off_shares

__all__ = [
    "ALONSO_LAMATA",
    "SAATY",
    "BestWorstResult",
    "Camps",
    "Change",
    "Circle",
    "Comparison",
    "Concordance",
    "Distance",
    "Hierarchy",
    "Mend",
    "Movement",
    "ObjectiveWeights",
    "Standing",
    "TradeOffs",
    "Triad",
    "ahp_circles",
    "ahp_judgement",
    "ahp_mend",
    "ahp_shares",
    "ahp_triads",
    "best_worst_judgement",
    "best_worst_shares",
    "camps",
    "component_shares",
    "concordance",
    "critic_shares",
    "deviation_shares",
    "distances",
    "entropy_shares",
    "far_from_rest",
    "group_matrix",
    "group_shares",
    "hierarchy_judgement",
    "hierarchy_shares",
    "kendall_w",
    "movement",
    "objective_weights",
    "points_shares",
    "rank_order_shares",
    "standing",
    "swing_shares",
    "trade_off_judgement",
    "trade_off_shares",
]
