"""What can rank, and be awarded, at all under any weights of a set: within bounds, in an order, between the experts'.

Whose award is certain, whose is possible, and who never gets one, under any weights of a set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.many import Lists
from toolkit.evaluation.quotas import places
from toolkit.evaluation.scores import TOTAL
from toolkit.sensitivity.bounds.leads import NOISE, Leads, Positions
from toolkit.sensitivity.bounds.rank_programmes import RankProgrammes
from toolkit.sensitivity.weights import WeightBounds, WeightHull, WeightOrder, WeightSet, around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Integers, Mask
    from toolkit.scheme.outcomes import Award

__all__ = [
    "WeightBounds",
    "WeightHull",
    "WeightOrder",
    "around",
    "award_bounds",
    "preferences",
    "rank_bounds",
]


def standings(leads: Leads) -> Iterator[tuple[str, str, str, bool, str]]:
    """What is known of every award, in the scheme's order."""
    index, now = leads.evaluation.members.index, Lists.of(leads.evaluation)
    point = leads.extremes.point
    then = None if point is None else now.given(point[None, :])[:, 0]
    known: dict[str, tuple[Mask, Mask]] = {}
    for place, award in enumerate(leads.evaluation.scheme.awards):
        found = _standing(leads, award, known) if then is None else (then[place], ~then[place])
        known[award.id] = found
        for name, pool in leads.pools(award.quota.within if award.quota else "class"):
            for member in pool:
                said = "certain" if found[0][member] else "never" if found[1][member] else "possible"
                yield award.id, name, str(index[member]), bool(now.standing[place, member]), said


def _standing(leads: Leads, award: Award, known: dict[str, tuple[Mask, Mask]]) -> tuple[Mask, Mask]:
    """Who certainly is given an award, and who never is; bool[members] each."""
    earlier = [known[id_] for id_ in known if id_ not in award.beside]
    sure, may = leads.met(leads.terms.bars[award.id])
    keyed = ~np.isnan(leads.extremes.span(award.by)[0]) & ~leads.terms.barred[award.id]
    sure = np.logical_and.reduce([sure, keyed, leads.part[0], *(never for _, never in earlier)])
    may = np.logical_and.reduce([may, keyed, leads.part[1], *(~certain for certain, _ in earlier)])
    certain, never = np.zeros_like(sure), ~may
    for name, pool in leads.pools(award.quota.within if award.quota else "class"):
        counts = [places(award.quota, int(part[pool].sum()), name) for part in leads.part]
        above, level = _rivals(leads, award, pool, sure, may)
        certain[pool] = sure[pool] & (True if counts[0] is None else level < min(count or 0 for count in counts))
        never[pool] |= False if counts[0] is None else above >= max(count or 0 for count in counts)
    if award.quota is not None and award.quota.in_all is not None:
        everyone = np.flatnonzero(leads.part[1])
        certain[everyone] &= _rivals(leads, award, everyone, sure, may)[1] < award.quota.in_all
    return certain, never


def _rivals(leads: Leads, award: Award, pool: Positions, sure: Mask, may: Mask) -> tuple[Integers, Integers]:
    """How many certainly stand above each of a pool, and how many may stand level or above; int64[pool] each."""
    above, level = np.zeros(len(pool), np.int64), np.zeros(len(pool), np.int64)
    for some, least, most, _ in leads.blocks(award.by, pool):
        certain, possible = leads.relations(award.by, some, pool, least, most)
        near = (most > -leads.step - NOISE) & (some[:, None] != pool[None, :])
        if award.by == TOTAL and (leads.evaluation.scheme.total.cap is not None or leads.evaluation.scheme.total.floor is not None):
            near = some[:, None] != pool[None, :]  # bounds of the total may make anyone level
        above += (certain & sure[some][:, None]).sum(axis=0)
        level += ((possible | near) & may[some][:, None]).sum(axis=0)
    return above, level



PAIRS = {
    "class": np.int16, "member": np.int32, "other": np.int32, "least": np.float64, "most": np.float64,
    "necessary": np.bool_, "possible": np.bool_, "exact": np.bool_,
}  # fmt: skip


def preferences(evaluation: Evaluation, weights: WeightSet, class_: str | None = None) -> pd.DataFrame:
    """For each two ranked members of a class, by how much one is ahead of the other at least and at most.

    Returns
    -------
    DataFrame
        A row for each ordered pair of members of `class_` (None: of all classes, each within itself): class, member,
        other, all three categories; least and most, the points by which the member's exact total is ahead; necessary, possible: whether its
        rounded total is higher under every, under some weights of the set; exact, whether least and most are reached.
    """
    leads = Leads.of(evaluation, weights)
    pools = [(name, pool) for name, pool in leads.pools("class") if class_ is None or name == class_]
    table: dict[str, NDArray[Any]] = {name: np.empty(sum(len(pool) * (len(pool) - 1) for _, pool in pools), kind) for name, kind in PAIRS.items()}
    start = 0
    for number, (_, pool) in enumerate(pools):
        for block in _pairs(leads, pool, number):
            end = start + len(block["least"])
            for name, own in block.items():
                table[name][start:end] = own
            start = end
    members = pd.Index(evaluation.members.index, dtype="object")
    kinds = {"class": pd.Index([name for name, _ in pools], dtype="object"), "member": members, "other": members}
    named = {name: pd.Categorical.from_codes(table.pop(name), categories) for name, categories in kinds.items()}
    return pd.DataFrame({**named, **table}, copy=False)


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
    leads = Leads.of(evaluation, weights)
    rows = _at_point(leads) if leads.extremes.point is not None else _ranks(leads, weights if programmes else None)
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
    leads = Leads.of(evaluation, weights)
    return pd.DataFrame(list(standings(leads)), columns=["award", "class", "member", "holds", "standing"])


def _pairs(leads: Leads, pool: Positions, class_: int) -> Iterator[dict[str, NDArray[Any]]]:
    """All ordered pairs of one pool, block by block; classes and members by number."""
    for some, least, most, exact in leads.blocks(TOTAL, pool):
        others = some[:, None] != pool[None, :]
        at = np.broadcast_to(some[:, None], others.shape)[others], np.broadcast_to(pool, others.shape)[others]
        low, high = least[others], most[others]
        yield {
            "class": np.full(len(low), class_), "member": at[0], "other": at[1], "least": low, "most": high,
            "necessary": low >= leads.step + NOISE, "possible": high > NOISE, "exact": exact[others],
        }  # fmt: skip


def _at_point(leads: Leads) -> Iterator[tuple[int, str, int, int, str]]:
    """The ranks under the only weights there are."""
    score = leads.extremes.scores_at_point.__getitem__
    ranks = ListRun.of(leads.terms, score).ranks
    for name, positions in leads.terms.pools["class"]:
        yield from ((int(m), name, int(ranks[m]), int(ranks[m]), "point") for m in positions if ranks[m])


def _ranks(leads: Leads, weights: WeightSet | None) -> Iterator[tuple[int, str, int, int, str]]:
    """Best and worst rank of everyone who may take part, by mixed-integer programmes where weights are given."""
    certain = leads.part[0]
    programmes = None if weights is None else RankProgrammes.of(leads.extremes, weights, leads.step, settled=leads.settled)
    for name, pool in leads.pools("class"):
        sure, may, whole = leads.related(TOTAL, pool)
        sure &= certain[pool][:, None]
        best, worst = 1 + sure.sum(axis=0), 1 + may.sum(axis=0)
        for place, member in enumerate(pool):
            ends, how = (int(best[place]), int(worst[place])), "pairs" if whole[:, place].all() else "bounds"
            if programmes is not None and programmes.fits(pool):
                open_ = pool[may[:, place] & ~sure[:, place]]
                fewest, most = programmes.above(int(member), open_[certain[open_]], open_)
                ends, how = (ends[0] + fewest, 1 + int(sure[:, place].sum()) + most), "programmes"
            yield int(member), name, *ends, how
