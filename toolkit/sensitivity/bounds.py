"""What can rank, and be awarded, at all under any weights of a set: within bounds, in an order, between the experts'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.awards.contests import tie_nodes
from toolkit.awards.quotas import places
from toolkit.awards.requirements import Asked
from toolkit.ranking import rounded
from toolkit.scoring import TOTAL, adjusted, node_scores
from toolkit.sensitivity.contested_lines import terms_of
from toolkit.sensitivity.extremes import Extremes
from toolkit.sensitivity.lists import Lists
from toolkit.sensitivity.rank_programmes import RankProgrammes
from toolkit.sensitivity.weight_bounds import WeightBounds, WeightHull, WeightOrder, WeightSet, around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.awards.terms import Terms
    from toolkit.evaluation import Evaluation
    from toolkit.ranking import Floats, Integers, Mask
    from toolkit.scheme.outcomes import Award

__all__ = ["WeightBounds", "WeightHull", "WeightOrder", "around", "award_bounds", "preferences", "rank_bounds"]

CELLS = 1 << 21
NOISE = 1e-9


def preferences(evaluation: Evaluation, weights: WeightSet, class_: str | None = None) -> pd.DataFrame:
    """For each two ranked members of a class, by how much one is ahead of the other at least and at most.

    Returns
    -------
    DataFrame
        A row for each ordered pair of members of `class_` (None: of all classes, each within itself): class, member,
        other; least and most, the points by which the member's exact total is ahead; necessary, possible: whether its
        rounded total is higher under every, under some weights of the set; exact, whether least and most are reached.
    """
    asked = _Asked.of(evaluation, weights)
    parts = [asked.pairs(pool, name) for name, pool in asked.pools("class") if class_ is None or name == class_]
    columns = ["class", "member", "other", "least", "most", "necessary", "possible", "exact"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def rank_bounds(evaluation: Evaluation, weights: WeightSet, *, programmes: bool = False) -> pd.DataFrame:
    """The best and the worst rank of each member in its class under any weights of a set.

    From the pairs alone: whoever is ahead under all weights always ranks above, whoever can be ahead may. No weights need
    show all of these at once, so the true range can be narrower; with `programmes` mixed-integer programmes find
    it, up to one step of rounding. Totals are compared as the list compares them: less than a step apart they may be level,
    and the nodes that settle ties may then decide.

    Returns
    -------
    DataFrame
        Index member, those ranked, in the order of `evaluation.members`: class; rank as it stands; best, worst;
        how, ``point`` (the set holds one vector: its ranks), ``programmes``, ``pairs`` or, where some lead is itself only
        bounded because values are left out or means are not arithmetic, ``bounds``.

    Raises
    ------
    Refused
        When the set does not fit the scheme.
    """
    asked = _Asked.of(evaluation, weights)
    rows = asked.at_point() if asked.extremes.point is not None else asked.ranks(weights if programmes else None)
    index = evaluation.members.index
    frame = pd.DataFrame(list(rows), columns=["position", "class", "best", "worst", "how"]).sort_values("position")
    frame.index = pd.Index(index[frame["position"].to_numpy(dtype=np.intp)], name="member")
    now = evaluation.ranking["rank"].reindex(frame.index)
    return frame.assign(rank=now)[["class", "rank", "best", "worst", "how"]]


def award_bounds(evaluation: Evaluation, weights: WeightSet) -> pd.DataFrame:
    """Who is given each award under all, under some, or under no weights of a set.

    Returns
    -------
    DataFrame
        A row for each award and member that takes part: award, class (that competes), member; holds, as it stands;
        standing: ``certain`` and ``never`` are proved, by the quota, the bars and the pairs; ``possible`` says only that neither is.
        Where the set holds one vector, its list: no ``possible`` at all.

    Raises
    ------
    Refused
        When the set does not fit the scheme.
    """
    asked = _Asked.of(evaluation, weights)
    return pd.DataFrame(list(asked.awards()), columns=["award", "class", "member", "holds", "standing"])


@dataclass(frozen=True, eq=False)
class _Asked:
    evaluation: Evaluation
    extremes: Extremes
    terms: Terms

    @classmethod
    def of(cls, evaluation: Evaluation, weights: WeightSet) -> _Asked:
        return cls(evaluation, Extremes.of(evaluation, weights), terms_of(evaluation))

    @property
    def step(self) -> float:
        """One step of the last decimal."""
        return float(10.0**-self.evaluation.scheme.decimals)

    @cached_property
    def settled(self) -> bool:
        """Whether nodes settle ties."""
        return bool(tie_nodes(self.evaluation.scheme))

    @cached_property
    def part(self) -> tuple[Mask, Mask]:
        """Who takes part for certain, and who may; those with a total."""
        able = self.terms.applied & ~np.isnan(self.extremes.columns[TOTAL])
        sure, may = self.met(self.terms.eligibility)
        return able & sure, able & may

    def pools(self, within: str) -> Iterator[tuple[str, NDArray[np.intp]]]:
        """Those who may take part, pool by pool."""
        may = self.part[1]
        for name, positions in self.terms.pools[within]:
            if may[positions].any():
                yield name, positions[may[positions]]

    def met(self, asked: Asked) -> tuple[Mask, Mask]:
        """Who meets requirements for certain, and who may."""
        sure, may = asked.able.copy(), asked.able.copy()
        for item, spared in asked.nodes:
            low, high = self.rounded_span(str(item.node))
            bounds = [(item.least, 0.0), (item.above, NOISE)]
            tops = [(item.most, 0.0), (item.below, NOISE)]
            above = [bound + more for bound, more in bounds if bound is not None]
            under = [bound - less for bound, less in tops if bound is not None]
            sure &= np.logical_and.reduce([*(low >= bound for bound in above), *(high <= bound for bound in under)]) | spared
            may &= np.logical_and.reduce([*(high >= bound for bound in above), *(low <= bound for bound in under)]) | spared
        return sure, may

    def rounded_span(self, node: str) -> tuple[Floats, Floats]:
        """The least and most each member's rounded score can be at a node."""
        low, high = self.extremes.span(node)
        if node == TOTAL:
            bounds = self.evaluation.scheme.total
            low, high = (np.clip(end, -np.inf if bounds.floor is None else bounds.floor, np.inf if bounds.cap is None else bounds.cap) for end in (low, high))
        decimals = self.evaluation.scheme.decimals
        return rounded(low - NOISE, decimals), rounded(high + NOISE, decimals)

    def leads(self, node: str, pool: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], Floats, Floats, Mask]]:
        """Block by block: some of a pool, the least and most by which each is ahead of each of the pool, whether reached."""
        size = max(1, CELLS // max(1, len(pool) * (1 + max(len(branch.children) for branch in self.evaluation.tree.branches))))
        for start in range(0, len(pool), size):
            some = pool[start : start + size]
            most, exact = self.extremes.most(node, some, pool)
            least, too = self.extremes.most(node, pool, some)
            yield some, -least.T, most, exact & too.T

    def relations(self, node: str, some: NDArray[np.intp], pool: NDArray[np.intp], least: Floats, most: Floats) -> tuple[Mask, Mask]:
        """Whether each of some certainly stands above each of a pool, and whether it may: bool[some, pool]."""
        other = some[:, None] != pool[None, :]
        sure, may = least >= self.step + NOISE, most > (-self.step - NOISE if self.settled else NOISE)
        bounds = self.evaluation.scheme.total
        if node == TOTAL and (bounds.cap is not None or bounds.floor is not None):
            low, high = self.extremes.span(TOTAL)
            cap, floor = np.inf if bounds.cap is None else bounds.cap, -np.inf if bounds.floor is None else bounds.floor
            sure = sure & (high[pool] <= cap - self.step)[None, :] & (low[some] >= floor + self.step)[:, None]
            if self.settled:
                may = may | (high[some] >= cap - self.step)[:, None] | (low[pool] <= floor + self.step)[None, :]
        return sure & other, may & other

    def pairs(self, pool: NDArray[np.intp], name: str) -> pd.DataFrame:
        """All pairs of one pool."""
        index, parts = self.evaluation.members.index, []
        for some, least, most, exact in self.leads(TOTAL, pool):
            row, column = np.nonzero(some[:, None] != pool[None, :])
            known = {
                "class": name, "member": index[some[row]], "other": index[pool[column]], "least": least[row, column],
                "most": most[row, column], "necessary": least[row, column] >= self.step + NOISE,
                "possible": most[row, column] > NOISE, "exact": exact[row, column],
            }  # fmt: skip
            parts.append(pd.DataFrame(known))
        return pd.concat(parts, ignore_index=True)

    def at_point(self) -> Iterator[tuple[int, str, int, int, str]]:
        """The ranks under the only weights there are."""
        ranks = self.terms.turns(self.score)[TOTAL, "class"].ranks(self.terms.taking_part(self.score))
        for name, positions in self.terms.pools["class"]:
            yield from ((int(m), name, int(ranks[m]), int(ranks[m]), "point") for m in positions if ranks[m])

    @cached_property
    def points(self) -> dict[str, Floats]:
        """The rounded scores under the only weights there are."""
        evaluation, tree = self.evaluation, self.evaluation.tree
        assert self.extremes.point is not None
        leaves, members = list(tree.nodes[tree.leaves]), evaluation.members.index
        values = np.column_stack([self.extremes.columns[leaf] for leaf in leaves])
        applicable = evaluation.applicable.loc[members, leaves].to_numpy(np.bool_)
        found = dict(zip(tree.nodes, node_scores(tree.with_weights(self.extremes.point), values, applicable).T, strict=True))
        added = pd.DataFrame({item.id: self.extremes.columns[item.id] for item in evaluation.scheme.adjustments}, index=members)
        total = adjusted(pd.Series(found[TOTAL], index=members), added, evaluation.scheme.total)
        found |= {**{str(name): added[name].to_numpy() for name in added}, TOTAL: total.to_numpy()}
        found[TOTAL] = np.where(np.isnan(self.extremes.columns[TOTAL]), np.nan, found[TOTAL])
        return {name: rounded(score, evaluation.scheme.decimals) for name, score in found.items()}

    def score(self, node: str) -> Floats:
        """The rounded scores at a node under the only weights there are."""
        return self.points[node]

    def ranks(self, weights: WeightSet | None) -> Iterator[tuple[int, str, int, int, str]]:
        """Best and worst rank of everyone who may take part, by mixed-integer programmes where weights are given."""
        certain = self.part[0]
        programmes = None if weights is None else RankProgrammes.of(self.extremes, weights, self.step, settled=self.settled)
        for name, pool in self.pools("class"):
            sure, may, whole = self.related(TOTAL, pool)
            sure &= certain[pool][:, None]
            best, worst = 1 + sure.sum(axis=0), 1 + may.sum(axis=0)
            for place, member in enumerate(pool):
                ends, how = (int(best[place]), int(worst[place])), "pairs" if whole[:, place].all() else "bounds"
                if programmes is not None and programmes.fits(pool):
                    open_ = pool[may[:, place] & ~sure[:, place]]
                    fewest, most = programmes.above(int(member), open_[certain[open_]], open_)
                    ends, how = (ends[0] + fewest, 1 + int(sure[:, place].sum()) + most), "programmes"
                yield int(member), name, *ends, how

    def related(self, node: str, pool: NDArray[np.intp]) -> tuple[Mask, Mask, Mask]:
        """Who of a pool certainly stands above whom, who may, and where leads are reached: bool[pool, pool]."""
        parts = [(*self.relations(node, some, pool, least, most), exact) for some, least, most, exact in self.leads(node, pool)]
        sure, may, exact = (np.concatenate(part) for part in zip(*parts, strict=True))
        return sure, may, exact

    def awards(self) -> Iterator[tuple[str, str, str, bool, str]]:
        """What is known of every award, in the scheme's order."""
        index, now = self.evaluation.members.index, Lists.of(self.evaluation)
        point = self.extremes.point
        then = None if point is None else now.given(point[None, :])[:, 0]
        known: dict[str, tuple[Mask, Mask]] = {}
        for place, award in enumerate(self.evaluation.scheme.awards):
            found = self.standing(award, known) if then is None else (then[place], ~then[place])
            known[award.id] = found
            for name, pool in self.pools(award.quota.within if award.quota else "class"):
                for member in pool:
                    said = "certain" if found[0][member] else "never" if found[1][member] else "possible"
                    yield award.id, name, str(index[member]), bool(now.standing[place, member]), said

    def standing(self, award: Award, known: dict[str, tuple[Mask, Mask]]) -> tuple[Mask, Mask]:
        """Who certainly is given an award, and who never is; bool[members] each."""
        earlier = [known[id_] for id_ in known if id_ not in award.beside]
        sure, may = self.met(self.terms.bars[award.id])
        keyed = ~np.isnan(self.extremes.span(award.by)[0]) & ~self.terms.barred[award.id]
        sure = np.logical_and.reduce([sure, keyed, self.part[0], *(never for _, never in earlier)])
        may = np.logical_and.reduce([may, keyed, self.part[1], *(~certain for certain, _ in earlier)])
        certain, never = np.zeros_like(sure), ~may
        for name, pool in self.pools(award.quota.within if award.quota else "class"):
            counts = [places(award.quota, int(part[pool].sum()), name) for part in self.part]
            above, level = self.rivals(award, pool, sure, may)
            certain[pool] = sure[pool] & (True if counts[0] is None else level < min(count or 0 for count in counts))
            never[pool] |= False if counts[0] is None else above >= max(count or 0 for count in counts)
        if award.quota is not None and award.quota.in_all is not None:
            everyone = np.flatnonzero(self.part[1])
            certain[everyone] &= self.rivals(award, everyone, sure, may)[1] < award.quota.in_all
        return certain, never

    def rivals(self, award: Award, pool: NDArray[np.intp], sure: Mask, may: Mask) -> tuple[Integers, Integers]:
        """How many certainly stand above each of a pool, and how many may stand level or above; int64[pool] each."""
        above, level = np.zeros(len(pool), np.int64), np.zeros(len(pool), np.int64)
        for some, least, most, _ in self.leads(award.by, pool):
            certain, possible = self.relations(award.by, some, pool, least, most)
            near = (most > -self.step - NOISE) & (some[:, None] != pool[None, :])
            if award.by == TOTAL and (self.evaluation.scheme.total.cap is not None or self.evaluation.scheme.total.floor is not None):
                near = some[:, None] != pool[None, :]  # bounds of the total may make anyone level
            above += (certain & sure[some][:, None]).sum(axis=0)
            level += ((possible | near) & may[some][:, None]).sum(axis=0)
        return above, level
