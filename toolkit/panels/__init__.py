"""Panels of experts: from score sheets to one score for each member, and how far the panel can be relied on.

All of it is arrays and frames in, frozen values out; scores are members x experts, NaN where nothing was scored, and
recusals (回避) a Boolean mask apart. A recused cell is never looked at.

===============  =============================================================================================
`composition`    is the panel made up as the rules ask: `composition_problems`
`recusal`        who withdraws from whom, and entries that stand despite it: `due_recusals`, `entries_despite_recusal`
`score_table`    the scores that count: `admitted`
`trimmed`        one score for each member, or an open place and why: `panel_scores`
`harshness`      who scores high or low beside the others, shown and never dropped: `expert_deviations`
`mixed_model`    leniency told apart from the members scored, by REML: `expert_effects`
`levelling`      scores freed from it, where the scheme says so and enough exist: `levelled`
`reliability`    six intraclass correlations: `intraclass`
`krippendorff`   agreement beyond chance, gaps or not, on any scale: `krippendorff_alpha`
===============  =============================================================================================

Kendall's W, for experts who rank, is with the weights of a group.

The same as arrays alone (`plain`), each of ``(scores, recused=None)``, float64[members, experts] and bool of that shape:

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
"""

from toolkit.panels.composition import composition_problems
from toolkit.panels.harshness import expert_deviations
from toolkit.panels.krippendorff import METRICS, Alpha, krippendorff_alpha
from toolkit.panels.levelling import Levelling, levelled
from toolkit.panels.mixed_model import ExpertEffects, expert_effects
from toolkit.panels.plain import (
    alpha_value,
    intraclass_values,
    leniencies,
    levelled_scores,
    mean_deviations,
    panel_means,
)
from toolkit.panels.recusal import Recusals, due_recusals, entries_despite_recusal
from toolkit.panels.reliability import Intraclass, intraclass
from toolkit.panels.score_table import admitted
from toolkit.panels.trimmed import PanelScores, panel_scores

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
