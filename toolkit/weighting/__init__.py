"""How an expert's judgement becomes weights, and several experts' weights the group's.

The names stand on a grid: ``{method}_shares`` takes arrays and gives the shares alone, float64[criteria] that sum to 1;
``{method}_judgement`` takes the same and gives a frozen value with the shares and all that tells their coherence.

Arrays in, arrays out, `names` of criteria or experts always last and optional; an expert is a row:

- ``points_shares(points)``: shares of points that sum to exactly 100;
- ``ahp_shares(matrix, by="eigenvector" | "geometric" | "completion")``, ``ahp_ratio(matrix, random_index=SAATY)``: shares and CR of a
  reciprocal matrix, NaN where not compared; ``ahp_completed(matrix)``: without gaps, its lambda_max the least;
- ``hierarchy_shares(matrices, children)``: shares of the leaves below a tree of such matrices, by name;
- ``best_worst_shares(best, worst, best_to_others, others_to_worst)`` of the linear model, ``best_worst_ranges(...)``
  float64[criteria, 2], the interval of optimal shares of the nonlinear one; `best` and `worst` are places from 0;
- ``swing_shares(swings)``: the largest swing is 100;
- ``rank_order_shares(places, kind="centroid" | "sum" | "reciprocal")``: of places 1, 2, ..., equal where tied;
- ``trade_off_shares(pairs, ratios, count)``: of ratios between pairs of places from 0;
- ``entropy_shares(values)``, ``critic_shares(values)``, ``merec_shares(values)``, ``deviation_shares(values)``,
  ``component_shares(values)``: objective shares of values float64[members, indicators];
- ``group_shares(shares, by="arithmetic" | "geometric" | "median" | "trimmed", weights=None, trim=1)``: the group's;
- ``group_matrix(matrices, weights=None)``: one comparison matrix of many (AIJ); for AIP, ``group_shares(..., "geometric")``;
- ``kendall_w(shares)``: W, with ties; any rows that order the criteria will do, ranks too;
  ``rank_sums(shares)``: the sums R beside it, of ranks, with ``largest_first=True`` of shares;
- ``distances(shares, kind="moved" | "euclidean" | "jensen_shannon")``: float64[experts, experts].

The same with all that tells how coherent it is:

============  =======================  ======================================
judgement     with its coherence       coherence is
============  =======================  ======================================
points                                 a sum of exactly 100, or a refusal
AHP           `ahp_judgement`          CR, geometric index; `ahp_triads`,
                                       `ahp_circles`, `ahp_mend`
hierarchy     `hierarchy_judgement`    CR of each matrix and of the whole
best-worst    `best_worst_judgement`   xi, CR, input-based ratio, ranges;
                                       `best_worst_mend`
swing                                  a largest of exactly 100, or a refusal
rank order                             an order always agrees with itself
trade-off     `trade_off_judgement`    the largest factor a ratio is off by
the values    `objective_weights`      which indicators are constant
============  =======================  ======================================

=====================  ======================================================================================
a group of experts     answer
=====================  ======================================================================================
`concordance`          Kendall's W with its chi-square and p: do they order the criteria alike?
`camps`                who thinks alike
`far_from_rest`        who is far from the others, and on what
`standing`             quartiles and each expert's place among them, for the next round (Delphi)
`movement`             who moved between two rounds, and whether the group drew together
=====================  ======================================================================================

Everything takes plain arrays and optional names for its messages; nothing reads a file. What cannot be taken is
refused (`toolkit.ground.problems.Refused`) with every fault at once: the criterion or expert, the value, the rule, the mend.

Examples
--------
>>> from toolkit.weighting.group import concordance, group_shares
>>> from toolkit.weighting.direct import points_shares, swing_shares
>>> own = [points_shares([40, 35, 25]), swing_shares([100, 60, 40]), points_shares([30, 30, 40])]
>>> group_shares(own, "median").round(3).tolist(), round(concordance(own).w, 3)
([0.421, 0.316, 0.263], 0.212)
"""

from toolkit.weighting.ahp import (
    ALONSO_LAMATA,
    SAATY,
    Comparison,
    Hierarchy,
    ahp_completed,
    ahp_judgement,
    ahp_ratio,
    ahp_shares,
    hierarchy_judgement,
    hierarchy_shares,
)
from toolkit.weighting.ahp_consistency import Change, Circle, Mend, Triad, ahp_circles, ahp_mend, ahp_triads
from toolkit.weighting.best_worst import (
    BestWorstResult,
    best_worst_judgement,
    best_worst_mend,
    best_worst_ranges,
    best_worst_shares,
)
from toolkit.weighting.delphi import (
    Camps,
    Distance,
    Movement,
    Standing,
    camps,
    far_from_rest,
    movement,
    standing,
)
from toolkit.weighting.direct import points_shares, rank_order_shares, swing_shares
from toolkit.weighting.group import (
    Concordance,
    concordance,
    distances,
    group_matrix,
    group_shares,
    kendall_w,
    rank_sums,
)
from toolkit.weighting.objective import (
    ObjectiveWeights,
    component_shares,
    critic_shares,
    deviation_shares,
    entropy_shares,
    merec_shares,
    objective_weights,
)
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
    "ahp_completed",
    "ahp_judgement",
    "ahp_mend",
    "ahp_ratio",
    "ahp_shares",
    "ahp_triads",
    "best_worst_judgement",
    "best_worst_mend",
    "best_worst_ranges",
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
    "merec_shares",
    "movement",
    "objective_weights",
    "points_shares",
    "rank_order_shares",
    "rank_sums",
    "standing",
    "swing_shares",
    "trade_off_judgement",
    "trade_off_shares",
]
