"""Members who compete with one another, and how numbers vary among them: deviations from their class's mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.diagnostics.movements import counted_shares, movements
from toolkit.diagnostics.observations import members_of
from toolkit.ranking import Floats, Mask
from toolkit.scoring import TOTAL, Tree

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

NOISE = 1e-10


@dataclass(frozen=True, eq=False)
class Strata:
    """The members who compete, class by class: those that applied and have a total.

    Parameters
    ----------
    values : float64[members, indicators]
        On the scale; NaN where an indicator does not count.
    applicable : bool[members, indicators]
        Whether an indicator applies.
    extras : float64[members, adjustments]
        Points beside the tree.
    parts
        For each class a mask of its members.
    """

    values: Floats
    applicable: Mask
    extras: Floats
    parts: tuple[Mask, ...]

    @classmethod
    def of(cls, evaluation: Evaluation, class_: str | None) -> Strata:
        """The competing members of one class, or of every class by itself."""
        who = members_of(evaluation, class_)
        competing = evaluation.members["applied"].astype(bool) & evaluation.scores[TOTAL].notna()
        who, ids = who[competing[who].to_numpy()], [item.id for item in evaluation.scheme.indicators]
        scheme, classes = evaluation.scheme, evaluation.members["class"].astype("str")[who].to_numpy()
        extras = evaluation.measured.adjustments.loc[who, [item.id for item in scheme.adjustments]].fillna(
            0.0
        )
        return cls(
            evaluation.values.loc[who, ids].to_numpy(dtype=np.float64),
            evaluation.applicable.loc[who, ids].to_numpy(dtype=np.bool_),
            extras.to_numpy(dtype=np.float64),
            tuple(np.asarray(classes == name, dtype=np.bool_) for name in sorted(set(classes))),
        )

    def moved(self, tree: Tree) -> tuple[Floats, Floats]:
        """`movements` in each class about its own usual member."""
        moved, usual = np.zeros_like(self.values), np.zeros(len(self.values))
        for part in self.parts:
            moved[part], usual[part] = movements(tree, self.values[part], self.applicable[part])
        return moved, usual

    def counted(self, tree: Tree) -> Floats:
        """The share of the total that each indicator has for these members on average, float64[indicators].

        As voted where all count; less for an indicator that does not count for some, more for its siblings.
        """
        return np.array(
            [
                column.sum() / max(len(column), 1)
                for column in counted_shares(tree, self.values, self.applicable).T.copy()
            ]
        )

    def centred(self, column: Floats) -> Floats:
        """A column's deviations from the mean of each class, over those who have a number; NaN stays.

        Noise of the arithmetic is no deviation: what varies by less than 1e-10 of its size in a class gives 0.
        """
        away = np.full(len(column), np.nan)
        for part in self.parts:
            own = part & ~np.isnan(column)
            if own.any():
                x = column[own]
                still = x.max() - x.min() <= NOISE * max(float(np.abs(x).max()), 1.0)
                away[own] = 0.0 if still else x - x.sum() / len(x)
        return away


def straight(x: Floats, y: Floats) -> float:
    """The correlation of two columns of deviations, over those who have both; NaN where one does not vary."""
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    size = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float(np.clip((x * y).sum() / size, -1, 1)) if size else float("nan")
