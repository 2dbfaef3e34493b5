"""The awards of many draws at once, by the same rule as `toolkit.awards`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.awards.contests import tie_nodes
from toolkit.awards.terms import Terms
from toolkit.ranking import Floats, Mask
from toolkit.scoring import TOTAL
from toolkit.sensitivity.rule.allotment import allot_draws
from toolkit.sensitivity.rule.drawn_standings import DrawnStandings, Lookup
from toolkit.sensitivity.rule.offers import Bar, Offer, bars_of, offers, over
from toolkit.sensitivity.rule.patterned_scores import PatternedScores
from toolkit.sensitivity.rule.standing import Standing, Steps

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

__all__ = ["Allocation", "Lookup"]


@dataclass(frozen=True, eq=False)
class Allocation:
    """The rule of one evaluation, ready to be applied to chunks of draws.

    Parameters
    ----------
    drawn
        The members' standings under any weights.
    eligible
        What must be met at nodes to take part.
    terms
        All of the rule that no score changes.
    offers
        The awards, ready to be given in many draws at once; None where a draw has to be decided by itself, because who
        is eligible depends on weights, or places are bounded over all classes together.
    """

    drawn: DrawnStandings
    eligible: tuple[Bar, ...]
    terms: Terms
    offers: tuple[Offer, ...] | None

    @classmethod
    def of(cls, evaluation: Evaluation) -> Allocation:
        """The rule of an evaluation's scheme, for its members in their order."""
        drawn = DrawnStandings.of(evaluation)
        terms = Terms.of(evaluation.scheme, evaluation.members, evaluation.vetoes, evaluation.measured.conditions)
        return cls(drawn, bars_of(terms.eligibility.nodes, drawn.steps), terms, offers(terms, drawn.steps, drawn.fixed))

    @property
    def scores(self) -> PatternedScores:
        """The members' values."""
        return self.drawn.scores

    @property
    def steps(self) -> Steps:
        """How standings count scores."""
        return self.drawn.steps

    def standings(self, shares: Floats) -> Lookup:
        """Standings of a chunk by node, int[draws or 1, members]."""
        return self.drawn.under(shares)

    def awards(self, shares: Floats, lookup: Lookup | None = None) -> Iterator[Mask]:
        """Who is given each award in turn, bool[draws, members], under shares float64[draws, nodes].

        `lookup` are their `standings`, if known.
        """
        lookup = lookup or self.standings(shares)
        if self.offers is None:
            yield from self._one_by_one(len(shares), lookup)
            return
        scheme, held = self.terms.scheme, dict[str, Mask]()
        keys = [self.drawn.key(node, shares, lookup) for node in tie_nodes(scheme)]
        for offer in self.offers:
            standing = self._standing(offer, held, (len(shares), self.scores.members), lookup)
            given = allot_draws(standing, offer.least, offer.pools, keys, joint=scheme.ties[-1:] == ("joint",))
            held[offer.award.id] = given
            yield given

    def _one_by_one(self, draws: int, lookup: Lookup) -> Iterator[Mask]:
        """The same by `Terms.contests`, which makes the list itself, draw by draw."""
        order = {award.id: place for place, award in enumerate(self.terms.scheme.awards)}
        found = np.zeros((len(order), draws, self.scores.members), np.bool_)
        for draw in range(draws):
            for contest in self.terms.contests(self._scores_in(draw, lookup)):
                found[order[contest.award.id], draw, contest.positions[contest.given]] = True
        yield from found

    def _scores_in(self, draw: int, lookup: Lookup) -> Callable[[str], Floats]:
        """The rounded scores of one draw by node, made of their standings."""

        def score(node: str) -> Floats:
            found = lookup(node)
            return self.steps.scores(found[draw if len(found) > 1 else 0])

        return score

    def _standing(self, offer: Offer, held: dict[str, Mask], shape: tuple[int, int], lookup: Lookup) -> Standing:
        """The standings at what its places go by of those that are offered an award, 0 for all others."""
        taken = [given for earlier, given in held.items() if earlier not in offer.award.beside]
        if offer.free and not taken:
            return lookup(TOTAL)
        offered = self.drawn.desk.part("offered", shape, np.bool_)
        np.copyto(offered, offer.able)
        for given in taken:
            np.greater(offered, given, out=offered)
        if offer.award.by != TOTAL:
            offered &= lookup(TOTAL) > 0
        for bar in offer.bars:
            offered &= over(bar, lookup(bar[0]))
        standing: Standing = self.drawn.desk.integers("standings offered", shape, self.steps.dtype)
        np.multiply(lookup(offer.award.by), offered, out=standing)
        return standing

    def taking_part(self, lookup: Lookup) -> Mask:
        """Who is ranked if it has a total: bool[draws, members], or [1, members] where no weight has a say in it."""
        met: Mask = (self.terms.applied & self.terms.eligibility.able)[None, :]
        for bar in self.eligible:
            met = met & over(bar, lookup(bar[0]))
        return met

    def failed(self, lookup: Lookup) -> int:
        """In how many draws nobody at all can be ranked."""
        part, standing = self.taking_part(lookup), lookup(TOTAL)
        if not part.any():
            return len(standing)
        one = int(part.any(axis=0).argmax())
        left = np.flatnonzero(~(part[:, one] & (standing[:, one] > 0)))
        some = (part[left if len(part) > 1 else slice(None)] & (standing[left] > 0)).any(axis=1)
        return int(len(left) - some.sum())
