"""How sure each credit grade is, had the weights been voted a little otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from toolkit.awards.requirements import Asked, asked
from toolkit.errors import refuse
from toolkit.grades import band_names, from_bands
from toolkit.scoring import TOTAL
from toolkit.sensitivity.chances.awards import chances, times
from toolkit.sensitivity.chances.passes import Counts, How, by_class, tallied
from toolkit.sensitivity.rule.offers import bars_of, over
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Integers
    from toolkit.scheme.outcomes import Grades
    from toolkit.sensitivity.drawn_weights.voted import WeightSpec
    from toolkit.sensitivity.rule.allocation import Allocation, Lookup

NONE = Phrase("方案没有信用等级", "the scheme grades nobody")
ADD = Phrase("请在方案中写明 [grades]，或改问授奖", "write [grades] into the scheme, or ask for awards")


def grade_probabilities(evaluation: Evaluation, spec: WeightSpec, **how: Unpack[How]) -> pd.DataFrame:
    """The share of draws in which each member has each grade, under the scheme's actual rule.

    Bands and requirements are met or not in every draw; bounds on rising, vetoes and the grade of newcomers then act as
    in the evaluation.

    Parameters
    ----------
    evaluation, spec, how
        As for `award_probabilities`.

    Returns
    -------
    DataFrame
        Index member, in the order of `evaluation.members`. One column per grade, from the best band down, then those
        that vetoes or the default give; "none" for no grade; together 1. Then one column "<grade>_error" each: the Monte
        Carlo standard error. `attrs` as for `award_probabilities`.

    Raises
    ------
    Refused
        When the scheme has no grades, or the weights do not fit.
    """
    rules = evaluation.scheme.grades
    if rules is None:
        raise refuse(NONE, ADD, file="scheme.toml", column="grades")
    sorted_ = by_class(evaluation)
    found = tallied(sorted_, spec, Banded.of(sorted_, rules), **how)
    grades, counts = _given(sorted_, rules, found.counts[0])
    return found.said_of(chances(found, grades[1:], counts[1:], counts[0]).loc[evaluation.members.index])


@dataclass(frozen=True, eq=False)
class Banded:
    """In how many draws each member is in each band, int[1 + bands, members]: first without a total, then the best band.

    Parameters
    ----------
    bands
        From the best down: the least total that reaches it, and what is asked beside. Who reaches none has the last.
    """

    bands: tuple[tuple[float, Asked], ...]
    events: int = 1

    @classmethod
    def of(cls, evaluation: Evaluation, rules: Grades) -> Banded:
        """The bands of a scheme for its members in their order."""
        known = (evaluation.scheme, evaluation.members["class"], evaluation.measured.conditions)
        return cls(tuple((bound, asked(rules.require.get(name, ()), *known)) for name, bound in rules.bands))

    def __call__(self, allocation: Allocation, shares: Floats, lookup: Lookup) -> Counts:  # noqa: ARG002 - all is in their standings
        """The counts of a chunk."""
        total, steps = lookup(TOTAL), allocation.steps
        ranked = total > 0
        free, counts = ranked.copy(), [times(~ranked)]
        for bound, required in self.bands:
            here = free & (total >= steps.least(bound)) & required.able
            for bar in bars_of(required.nodes, steps):
                here &= over(bar, lookup(bar[0]))
            counts.append(times(here))
            free &= ~here
        counts[-1] = counts[-1] + times(free)
        return (np.array(counts, dtype=np.int64),)


def _given(evaluation: Evaluation, rules: Grades, counts: Integers) -> tuple[list[str], Integers]:
    """The grades, "" first, and how often each member has each: of a band, the grade in which the scheme's rule ends."""
    measured, members = evaluation.measured, evaluation.members
    direct = [veto.effect.grade for veto in evaluation.scheme.vetoes if veto.effect.grade]
    grades = list(dict.fromkeys(["", *band_names(rules), *direct, *([rules.default] if rules.default else [])]))
    found, place = np.zeros((len(grades), len(members)), np.int64), {name: at for at, name in enumerate(grades)}
    for band, times_ in zip([rules.default or "", *band_names(rules)], counts, strict=True):
        start = np.full(len(members), band, dtype=object)
        ended = from_bands(
            evaluation.scheme, rules, members, start, measured.vetoes, recorded=measured.recorded, previous=measured.previous
        ).grade
        for grade in set(ended):
            found[place[grade]] += np.where(ended == grade, times_, 0)
    return grades, found
