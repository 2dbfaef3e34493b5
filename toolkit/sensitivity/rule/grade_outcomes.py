"""Grades of many runs: what becomes of each band is worked out once, and a run only finds each member's band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.awards.requirements import Asked, Score, asked
from toolkit.grades import band_names, from_bands
from toolkit.scoring import TOTAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Integers
    from toolkit.scheme.outcomes import Grades


@dataclass(frozen=True, eq=False)
class GradeOutcomes:
    """The grades of one evaluation's members under any scores.

    Parameters
    ----------
    names
        The grades somebody can have, "" for none among them.
    bands
        Lower bound of the total and what else is asked, from the best down.
    final : intp[bands + 1, members]
        The place among `names` of the grade each member ends with if its score gives it each band, the last without
        a total: the default, what vetoes and the previous grade make of it.
    """

    names: tuple[str, ...]
    bands: tuple[tuple[float, Asked], ...]
    final: NDArray[np.intp]

    @classmethod
    def of(cls, evaluation: Evaluation) -> GradeOutcomes | None:
        """The grades of an evaluation; None where its scheme grades nobody."""
        scheme, rules = evaluation.scheme, evaluation.scheme.grades
        if rules is None:
            return None
        classes, conditions = evaluation.members["class"], evaluation.measured.conditions
        required = [asked(rules.require.get(name, ()), scheme, classes, conditions) for name in band_names(rules)]
        ends = _ends(evaluation, rules)
        codes, names = pd.factorize(ends.ravel())
        bounds = [bound for _, bound in rules.bands]
        return cls(tuple(map(str, names)), tuple(zip(bounds, required, strict=True)), codes.reshape(ends.shape))

    def grades(self, score: Score) -> Integers:
        """The grade of each member under these rounded scores, int64[members]: its place among `names`."""
        total = score(TOTAL)
        band = np.full(len(total), len(self.bands) - 1, np.intp)
        for place in range(len(self.bands) - 1, -1, -1):
            bound, required = self.bands[place]
            band[(total >= bound) & required.met(score)] = place
        band[np.isnan(total)] = len(self.bands)
        return np.asarray(self.final[band, np.arange(len(total))], dtype=np.int64)


def _ends(evaluation: Evaluation, rules: Grades) -> Any:
    """The grade of each member by the band its score gives it, object[bands + 1, members], by the rule itself."""
    scheme, members, known = evaluation.scheme, evaluation.members, evaluation.measured
    reached = (np.full(len(members), name, dtype=object) for name in [*band_names(rules), rules.default or ""])
    steps = (
        from_bands(scheme, rules, members, band, evaluation.vetoes, recorded=known.recorded, previous=known.previous)
        for band in reached
    )
    return np.array([found.grade for found in steps])
