"""The panel's figures as arrays alone: the same as the friendly functions give, without frames, reasons or messages.

Scores are members x experts, NaN where nothing was scored; `recused` is a Boolean mask of the same shape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from toolkit.panels.harshness import expert_deviations
from toolkit.panels.krippendorff import krippendorff_alpha
from toolkit.panels.levelling import levelled
from toolkit.panels.mixed_model import expert_effects
from toolkit.panels.reliability import intraclass
from toolkit.panels.trimmed import panel_scores

if TYPE_CHECKING:
    from toolkit.panels.krippendorff import Metric
    from toolkit.panels.levelling import Method
    from toolkit.panels.score_table import Table
    from toolkit.ranking import Floats


def panel_means(scores: Table, recused: Table | None = None, *, trim: int = 0, minimum: int = 1) -> Floats:
    """The trimmed mean of each member, float64[members]; NaN below the quorum; see `panel_scores`.

    Examples
    --------
    >>> panel_means([[88, 90, 60, 92, 95], [70, 99, 72, 74, 71]], trim=1).tolist()
    [90.0, 72.33333333333333]
    """
    return _floats(panel_scores(scores, recused, trim=trim, minimum=max(minimum, 2 * trim + 1)).members["score"])


def levelled_scores(scores: Table, recused: Table | None = None, *, method: Method = "zscore", least: int = 2) -> Floats:
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


def _floats(held: object) -> Floats:
    return np.asarray(held, dtype=np.float64)
