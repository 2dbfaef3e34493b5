"""The list without its prose: who is given what, and everyone's rank; of all members or only some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.awards.requirements import rounded_scores
from toolkit.awards.terms import Terms
from toolkit.awards.turns import Pools, Turns
from toolkit.scoring import TOTAL

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.awards.requirements import Score
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Integers, Mask


@dataclass(frozen=True, eq=False)
class Listing:
    """A list of awards, decided.

    Parameters
    ----------
    members
        Whose list it is.
    pools
        Their classes.
    ranks : int64[members]
        Within the class, 1-2-2-4; 0 for those that are not ranked.
    given
        Who is given each award, by its id, in the scheme's order.
    """

    members: pd.Index[str]
    pools: Pools
    ranks: Integers
    given: dict[str, frozenset[str]]

    @classmethod
    def of(cls, evaluation: Evaluation) -> Listing:
        """The list as it stands."""
        score = rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])
        return cls.among(evaluation, np.ones(len(evaluation.members), np.bool_), score)

    @classmethod
    def among(cls, evaluation: Evaluation, kept: Mask, score: Score) -> Listing:
        """The list had only some of the members joined, with the scores they have: quotas and places anew.

        Parameters
        ----------
        kept : bool[members]
        score
            The rounded scores of all members.
        """
        members = evaluation.members if kept.all() else evaluation.members[kept]
        terms = Terms.of(evaluation.scheme, members, evaluation.vetoes, evaluation.measured.conditions)

        def own(node: str) -> np.ndarray:
            return score(node)[kept]

        turns = terms.turns(own)
        given = {found.award.id: frozenset(members.index[found.given]) for found in terms.allotments(own, turns)}
        able = terms.taking_part(own) & ~np.isnan(own(TOTAL))
        ranks = turns[TOTAL, "class"].ranks(able)
        return cls(members.index, terms.pools["class"], ranks, given)

    def moved(self, after: Listing) -> int:
        """How many members of another list stand otherwise among themselves than in this one, within their class."""
        ranks = self.ranks[self.members.get_indexer(after.members)]
        return int((Turns.of(after.pools, -ranks.astype(np.float64), decimals=0).ranks(ranks > 0) != after.ranks).sum())
