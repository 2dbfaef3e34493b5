"""Panels of experts: from score sheets to one score for each member, and how far the panel can be relied on.

All of it is arrays and frames in, frozen values out; scores are members x experts, NaN where nothing was scored, and
recusals (回避) a Boolean mask apart. A recused cell is never looked at.

=============  =============================================================================================
`experts`      is the panel made up as the rules ask: `composition_problems`; who withdraws from whom, and
               entries that stand despite it: `due_recusals`, `entries_despite_recusal`
`scores`       the scores that count: `admitted`; one for each member, or an open place and why: `panel_scores`
`severity`     who scores high or low beside the others: `expert_deviations`, by REML `expert_effects`; scores
               freed from it, where the scheme says so and enough exist: `levelled`
`reliability`  six intraclass correlations: `intraclass`; agreement beyond chance: `krippendorff_alpha`
=============  =============================================================================================

Kendall's W, for experts who rank, is with the weights of a group.

The same as arrays alone, each of ``(scores, recused=None)``, float64[members, experts] and bool of that shape:

- ``panel_means(..., trim=0, minimum=1)``: float64[members], NaN below the quorum;
- ``levelled_scores(..., method="zscore" | "mixed_model" | "none", least=2)``: float64[members, experts];
- ``mean_deviations(...)``, ``leniencies(...)``: float64[experts], beside the others, and by the mixed model;
- ``intraclass_values(...)``: float64[6], ICC(1,1), (2,1), (3,1), (1,k), (2,k), (3,k);
- ``alpha_value(..., metric="interval" | "nominal" | "ordinal" | "ratio")``: Krippendorff's alpha.

Examples
--------
Five experts, three members; the third expert is employed by the last member.

>>> import numpy as np
>>> scores = np.array([[90, 92, 88, 70, 91], [80, 83, 79, 60, 99], [70, 71, 100, 52, 70]])
>>> recused = np.zeros((3, 5), dtype=bool)
>>> recused[2, 2] = True
>>> result = panel_scores(scores, recused, trim=1, minimum=4)
>>> result.members[["score", "scorers", "recused"]].round(2).values.tolist()
[[89.67, 5.0, 0.0], [80.67, 5.0, 0.0], [70.0, 4.0, 1.0]]
>>> expert_deviations(scores, recused)["stance"].tolist()
['unremarkable', 'unremarkable', 'unremarkable', 'harsh', 'unremarkable']

The panel's figures as arrays alone: the same as the friendly functions give, without frames, reasons or messages.

Scores are members x experts, NaN where nothing was scored; `recused` is a Boolean mask of the same shape.
"""

from __future__ import annotations

import numpy as np

from toolkit.ground.ranking import Floats
from toolkit.panels.experts import Recusals, composition_problems, due_recusals, entries_despite_recusal
from toolkit.panels.reliability import METRICS, Alpha, Intraclass, Metric, intraclass, krippendorff_alpha
from toolkit.panels.scores import PanelScores, Table, admitted, panel_scores
from toolkit.panels.severity import (
    ExpertEffects,
    Levelling,
    LevellingMethod,
    expert_deviations,
    expert_effects,
    levelled,
)

__all__ = [
    "METRICS",
    "Alpha",
    "ExpertEffects",
    "Intraclass",
    "Levelling",
    "PanelScores",
    "Recusals",
    "admitted",
    "alpha_value",
    "composition_problems",
    "due_recusals",
    "entries_despite_recusal",
    "expert_deviations",
    "expert_effects",
    "intraclass",
    "intraclass_values",
    "krippendorff_alpha",
    "leniencies",
    "levelled",
    "levelled_scores",
    "mean_deviations",
    "panel_means",
    "panel_scores",
]


def panel_means(scores: Table, recused: Table | None = None, *, trim: int = 0, minimum: int = 1) -> Floats:
    """The trimmed mean of each member, float64[members]; NaN below the quorum; see `panel_scores`.

    Examples
    --------
    >>> panel_means([[88, 90, 60, 92, 95], [70, 99, 72, 74, 71]], trim=1).tolist()
    [90.0, 72.3333333333333]
    """
    return _floats(panel_scores(scores, recused, trim=trim, minimum=max(minimum, 2 * trim + 1)).members["score"])


def levelled_scores(scores: Table, recused: Table | None = None, *, method: LevellingMethod = "zscore", least: int = 2) -> Floats:
    """Scores freed from harshness, float64[members, experts]; see `levelled`.

    Examples
    --------
    >>> levelled_scores([[60, 82], [70, 90], [80, 98]]).round(2).tolist()
    [[70.94, 70.94], [80.0, 80.0], [89.06, 89.06]]
    """
    return _floats(levelled(scores, recused, method=method, least=least).scores)


def mean_deviations(scores: Table, recused: Table | None = None) -> Floats:
    """How far each expert lies above the others on the members they share, float64[experts]; see `expert_deviations`.

    Examples
    --------
    >>> mean_deviations([[80, 82, 70], [90, 91, 80], [60, 63, 50], [75, 76, 66]]).round(2).tolist()
    [4.0, 6.62, -10.62]
    """
    return _floats(expert_deviations(scores, recused)["deviation"])


def leniencies(scores: Table, recused: Table | None = None) -> Floats:
    """Each expert's leniency by the mixed model, float64[experts]; see `expert_effects`.

    Examples
    --------
    >>> leniencies([[80, 84], [70, 74], [60, 64]]).round(2).tolist()
    [-2.0, 2.0]
    """
    return _floats(expert_effects(scores, recused).effects["effect"])


def intraclass_values(scores: Table, recused: Table | None = None) -> Floats:
    """ICC(1,1), ICC(2,1), ICC(3,1), ICC(1,k), ICC(2,k) and ICC(3,k), float64[6]; see `intraclass`.

    Examples
    --------
    >>> judges = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> intraclass_values(judges).round(2).tolist()
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    return _floats(intraclass(scores, recused).table["value"])


def alpha_value(scores: Table, recused: Table | None = None, *, metric: Metric = "interval") -> float:
    """Krippendorff's alpha alone, without its interval; see `krippendorff_alpha`.

    Examples
    --------
    >>> round(alpha_value([[1, 1], [2, 2], [3, 3], [3, 3], [2, 2], [1, 2]], metric="ordinal"), 3)
    0.884
    """
    return krippendorff_alpha(scores, recused, metric=metric, draws=0).value


def _floats(scores: object) -> Floats:
    return np.asarray(scores, dtype=np.float64)
