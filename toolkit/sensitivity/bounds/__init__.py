"""What can rank, and be awarded, at all under any weights of a set: within bounds, in an order, between the experts'."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.evaluation.many import Lists
from toolkit.evaluation.quotas import places
from toolkit.evaluation.scores import TOTAL, TURNED, order_of
from toolkit.ground.answers import asked_once
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase
from toolkit.sensitivity.bounds.leads import LOOKED_AT, NOISE, Extremes, Leads, Positions
from toolkit.sensitivity.tipping.lines import is_linear, or_better
from toolkit.sensitivity.weights import WeightBounds, WeightHull, WeightOrder, WeightSet, around

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Floats, Integers, Mask
    from toolkit.scheme.outcomes import Award

__all__ = ["WeightBounds", "WeightHull", "WeightOrder", "around", "award_bounds", "necessary_and_possible", "rank_bounds"]


LEAST_SLACK = 1e-8  # of values whose largest is 1: less is none
NO_VALUES = Phrase("应为“会员×指标”的表，不得有缺", "a table of members x indicators is wanted, with no gaps")
AS_VALUES = Phrase("请每位会员一行，缺值先按办法补", "give each member a row, and fill gaps in as the scheme says first")
NO_MEMBER = Phrase("没有这样的会员序号", "there is no member at such a place")
AS_MEMBER = Phrase("请写成对的序号，从 0 起", "write pairs of places, from 0")
CONTRADICTED = Phrase("这些判断互相矛盾：没有一组权重同时符合", "the statements contradict one another: no weights agree with all of them")
LESS_STATED = Phrase("请撤回其中一项", "take one of them back")


@asked_once
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
        bounded because values are left out, means are not arithmetic or the bound on work was reached, ``bounds``.

    Raises
    ------
    Refused
        When the set does not fit the scheme.

    References
    ----------
    Greco, S., Mousseau, V., Slowinski, R. (2008). Ordinal regression revisited: multiple criteria ranking using a set of
    additive value functions. European Journal of Operational Research 191(2), 416-436: who is necessarily, and who
    possibly, ahead of whom.
    """
    leads = Leads.of(evaluation, weights)
    rows = _ranks_at_point(leads) if leads.extremes.point is not None else _ranks(leads, weights if programmes else None)
    frame = pd.DataFrame(list(rows), columns=["position", "class", "best", "worst", "how"]).sort_values("position")
    frame.index = pd.Index(evaluation.members.index[frame["position"].to_numpy(dtype=np.intp)], name="member")
    return frame.assign(rank=evaluation.ranking["rank"].reindex(frame.index))[["class", "rank", "best", "worst", "how"]]


def award_bounds(evaluation: Evaluation, weights: WeightSet) -> pd.DataFrame:
    """Who is given each award under all, under some, or under no weights of a set.

    Returns
    -------
    DataFrame
        A row for each award and member that takes part: award, class (that competes), member; holds, as it stands;
        standing: ``certain`` and ``never`` are proved, by the quota, the bars and the pairs; ``possible`` says only that neither is.
        Of awards within a budget, or of so many alike, only what the bars prove is.
        Where the set holds one vector, its list: no ``possible`` at all.

    Raises
    ------
    Refused
        When the set does not fit the scheme.
    """
    return proved_awards(evaluation, weights)[0]


@asked_once
def proved_awards(evaluation: Evaluation, weights: WeightSet, work: int = LOOKED_AT) -> tuple[pd.DataFrame, int]:
    """`award_bounds`, and of how many members no pair was looked at, because the bound on `work` was reached.

    These, the farthest from their line, are proved only by what each can have at least and at most.
    """
    leads = Leads.of(evaluation, weights, work)
    rows = list(_standings(leads))
    return pd.DataFrame(rows, columns=["award", "class", "member", "holds", "standing"]), leads.work.passed_over


def necessary_and_possible(values: ArrayLike, over: Sequence[tuple[int, int]], *, monotone: bool = False) -> tuple[Mask, Mask]:
    """Who is at least level with whom under all, and under some, weights that agree with statements "a over b".

    Compatible are the weights w >= 0, sum w = 1, under which every stated a is truly above its b. `monotone` asks of all
    additive value functions that never fall instead, each indicator's own shape free (UTA-GMS). By linear programmes with
    the largest slack e of all that has to be strict: i is necessarily at least level with j where no compatible weights put
    j above i, possibly where some do not put i below. Two programmes a pair: made for tens of members, not thousands.

    Parameters
    ----------
    values : float64[members, indicators]
        On their common scale, higher always better, none lacking.
    over
        The statements: pairs of places of members from 0, the first above the second. None: all weights.

    Returns
    -------
    necessary, possible : bool[members, members]
        Row at least level with column. Necessary is transitive, and possible in one direction of every pair at least.

    Raises
    ------
    Refused
        For values that are no table or lacking, for places that are no members', and where the statements
        contradict one another: no weights agree with all of them.

    References
    ----------
    Greco, S., Mousseau, V., Slowinski, R. (2008). Ordinal regression revisited: multiple criteria ranking using a set of
    additive value functions. European Journal of Operational Research 191(2), 416-436.

    Examples
    --------
    Who finds the first above the second gives the first indicator more than half: so the first is above the third too,
    while the second and third stay open.

    >>> necessary, possible = necessary_and_possible([[100, 0], [0, 100], [40, 50]], [(0, 1)])
    >>> necessary.tolist()
    [[True, True, True], [False, True, False], [False, False, True]]
    >>> possible.tolist()
    [[True, True, True], [False, True, True], [False, True, True]]
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        raise refuse(NO_VALUES, AS_VALUES, column="values", value=str(table.shape))
    strange = [pair for pair in over if not all(0 <= place < len(table) for place in pair)]
    if strange:
        raise refuse(NO_MEMBER, AS_MEMBER, column="over", value=str(strange))
    effects = _steps_up(table) if monotone else table / (float(np.abs(table).max()) or 1.0)
    stated = np.array([effects[one] - effects[other] for one, other in over]).reshape(-1, effects.shape[1])
    if _slack(stated, stated[:0]) <= LEAST_SLACK:
        raise refuse(CONTRADICTED, LESS_STATED, column="over", value=str(list(over)))
    necessary, possible = (np.ones((len(table), len(table)), np.bool_) for _ in range(2))
    for one, other in permutations(range(len(table)), 2):
        lead = (effects[one] - effects[other])[None, :]
        necessary[one, other] = bool((table[one] >= table[other]).all()) or _slack(np.vstack([stated, -lead]), stated[:0]) <= LEAST_SLACK
        possible[one, other] = necessary[one, other] or _slack(stated, lead) > LEAST_SLACK
    return necessary, possible


def _steps_up(table: Floats) -> Floats:
    """What of each rise from one level of an indicator to the next each member has, 0 or 1: float64[members, rises]."""
    rises = [(column[:, None] >= np.unique(column)[None, 1:]).astype(np.float64) for column in table.T]
    return np.hstack(rises) if np.ptp(table, axis=0).any() else np.zeros((len(table), 1))


def _slack(strict: Floats, weak: Floats) -> float:
    """The most, up to 1, that all of `strict` @ w can be at least, where `weak` @ w are not below 0; -1 where none fits."""
    from scipy.optimize import linprog

    size = strict.shape[1]
    rows = np.hstack([-np.vstack([strict, weak]), np.concatenate([np.ones(len(strict)), np.zeros(len(weak))])[:, None]])
    whole, cost = np.append(np.ones(size), 0.0)[None, :], np.append(np.zeros(size), -1.0)
    limits = [*((0.0, None) for _ in range(size)), (-1.0, 1.0)]
    found = linprog(cost, A_ub=rows, b_ub=np.zeros(len(rows)), A_eq=whole, b_eq=[1.0], bounds=limits, method="highs")
    return float(found.x[-1]) if found.success and found.x is not None else -1.0


def _ranks_at_point(leads: Leads) -> Iterator[tuple[int, str, int, int, str]]:
    """The ranks under the only weights there are: the rule itself, on one run."""
    lists, point = Lists.of(leads.evaluation).drawn, leads.extremes.point
    assert point is not None
    ranks = lists.rule.ranks_by_member(lists.standings(point[None, :]))[0]
    for name, positions in leads.terms.pools["class"]:
        yield from ((int(member), name, int(ranks[member]), int(ranks[member]), "point") for member in positions if ranks[member])


def _ranks(leads: Leads, weights: WeightSet | None) -> Iterator[tuple[int, str, int, int, str]]:
    """Best and worst rank of everyone who may take part, by mixed-integer programmes where weights are given."""
    certain, by = leads.part[0], order_of(leads.evaluation.scheme, TOTAL)
    programmes = None if weights is None else RankProgrammes.of(leads.extremes, weights, leads.step, settled=leads.settled)
    for name, pool in leads.pools("class"):
        by_pairs = np.isin(pool, leads.paid(by, pool, _best_first(leads.evaluation, pool)))
        sure, may = leads.related(by, pool, by_pairs)
        sure &= certain[pool][:, None]
        best, worst, reached = 1 + sure.sum(axis=0), 1 + may.sum(axis=0), by_pairs & leads.extremes.most(TOTAL, pool, pool)[1].all()
        for place, member in enumerate(pool):
            ends, how = (int(best[place]), int(worst[place])), "pairs" if reached[place] else "bounds"
            if programmes is not None and programmes.complete[pool].all():
                unsure = pool[may[:, place] & ~sure[:, place]]
                fewest = programmes.above(int(member), unsure[certain[unsure]], most=False)
                most = programmes.above(int(member), unsure, most=True)
                ends, how = (ends[0] + fewest, 1 + int(sure[:, place].sum()) + most), "programmes"
            yield int(member), name, *ends, how


def _best_first(evaluation: Evaluation, pool: Positions) -> Positions:
    """A pool in the order of the list, those without a rank last."""
    ranks = evaluation.decided.ranks[pool]
    return pool[np.argsort(np.where(ranks > 0, ranks, len(pool) + 1), kind="stable")]


def _standings(leads: Leads) -> Iterator[tuple[str, str, str, bool, str]]:
    """What is known of every award, in the scheme's order."""
    index, lists, point = leads.evaluation.members.index, Lists.of(leads.evaluation), leads.extremes.point
    at_point = None if point is None else lists.given(point[None, :])[:, 0]
    known: dict[str, tuple[Mask, Mask]] = {}
    for place, award in enumerate(leads.evaluation.scheme.awards):
        certain, never = _proved(leads, award, known) if at_point is None else (at_point[place], ~at_point[place])
        known[award.id] = certain, never
        for name, pool in leads.pools(award.quota.within if award.quota else "class"):
            for member in pool:
                standing = "certain" if certain[member] else "never" if never[member] else "possible"
                yield award.id, name, str(index[member]), bool(lists.standing[place, member]), standing


def _proved(leads: Leads, award: Award, known: dict[str, tuple[Mask, Mask]]) -> tuple[Mask, Mask]:
    """Who certainly is given an award, and who never is; bool[members] each."""
    better = [known[id_] for id_ in or_better(leads.evaluation.scheme, award.id)[:-1]]
    sure, may = leads.met(leads.terms.bars[award.id])
    scored = ~np.isnan(leads.extremes.span(leads.terms.order(award))[0]) & ~leads.terms.barred[award.id]
    sure = np.logical_and.reduce([sure, scored, leads.part[0], *(never for _, never in better)])
    may = np.logical_and.reduce([may, scored, leads.part[1], *(~certain for certain, _ in better)])
    if award.quota is not None and award.quota.limited:  # who has a place hangs on who else has: nothing is proved but by the bars
        return np.zeros_like(sure), ~may
    certain, never = np.zeros_like(sure), ~may
    within = award.quota.within if award.quota else "class"
    for name, pool in leads.pools(within):
        counts = [places(award.quota, count, name) for count in leads.counted(within)[name]]
        if None not in counts:
            ends = min(count or 0 for count in counts), max(count or 0 for count in counts)
            certain[pool], out = _placed(leads, award, pool, (sure, may), ends)
            never[pool] |= out
        else:
            certain[pool] = sure[pool]
    if award.quota is not None and award.quota.in_all is not None:
        everyone = np.flatnonzero(leads.part[1])
        certain[everyone] &= _placed(leads, award, everyone, (certain, may), (award.quota.in_all, None))[0]
    return certain, never


def _placed(leads: Leads, award: Award, pool: Positions, barred: tuple[Mask, Mask], places: tuple[int, int | None]) -> tuple[Mask, Mask]:
    """Who of a pool certainly has a place, and who certainly has none; bool[pool] each.

    First by what each can have at least and at most; pair by pair only those of whom that says neither, the nearest to the line first.

    Parameters
    ----------
    barred
        Who is certainly over the bars, and who may be; bool[members].
    places
        How many there are at least and at most; None where it is not asked who has none.
    """
    sure, may = (own[pool] for own in barred)
    above, level = _rivals(leads, award, pool, pool, barred, by_pairs=False)
    certain, never = sure & (level < places[0]), may & (places[1] is not None and above >= places[1])
    asked = np.flatnonzero((sure if places[1] is None else may) & ~never & ~certain)
    nearest = asked[np.argsort(np.abs(above[asked] + level[asked] - 2 * places[0]), kind="stable")]
    asked = np.flatnonzero(np.isin(pool, leads.paid(leads.terms.order(award), pool, pool[nearest])))
    above, level = _rivals(leads, award, pool, pool[asked], barred)
    certain[asked], never[asked] = sure[asked] & (level < places[0]), may[asked] & (places[1] is not None and above >= places[1])
    return certain, never


def _rivals(
    leads: Leads, award: Award, pool: Positions, asked: Positions, barred: tuple[Mask, Mask], *, by_pairs: bool = True
) -> tuple[Integers, Integers]:
    """How many of a pool certainly stand above each asked about, and how many may stand level or above; int64[asked] each."""
    above, level, done, (sure, may) = np.zeros(len(asked), np.int64), np.zeros(len(asked), np.int64), 0, barred
    by = leads.terms.order(award)
    for some, least, most in leads.blocks(by, pool, asked, by_pairs=by_pairs):
        certain, possible = leads.relations(by, pool, some, least, most)
        other = pool[:, None] != some[None, :]  # bounds of the total may make anyone level
        near = other if leads.bounded(by) else (most > -leads.step - NOISE) & other
        own = slice(done, done := done + len(some))
        above[own], level[own] = (certain & sure[pool][:, None]).sum(axis=0), ((possible | near) & may[pool][:, None]).sum(axis=0)
    return above, level


@dataclass(frozen=True, eq=False)
class RankProgrammes:
    """Mixed-integer programmes of how many can be above one member at the same weights.

    Parameters
    ----------
    effects : float64[members, variables]
        Each member's total at each unit vector; the variables are not negative and sum to 1: indicators' shares of the
        total, or the parts of a hull's vectors.
    limits : float64[rows, variables]
        limits @ x <= 0 for every x of the set.
    complete : bool[members]
        Whose total is linear in the variables; of others nothing can be found.
    slack_best, slack_worst
        How far ahead another may be that need not count as above, and from where on it may count as above.
    """

    effects: Floats
    limits: Floats
    complete: Mask
    slack_best: float
    slack_worst: float

    @classmethod
    def of(cls, extremes: Extremes, weights: WeightSet, step: float, *, settled: bool) -> RankProgrammes:
        """The programmes for an evaluation; nobody fits where the tree is no plain arithmetic one or its total is bounded."""
        tree, total = extremes.evaluation.tree, extremes.evaluation.scheme.total
        plain = is_linear(tree) and total.cap is None and total.floor is None
        values = np.column_stack([extremes.columns[leaf] for leaf in tree.nodes[tree.leaves]])
        complete = np.asarray(~np.isnan(values).any(axis=1) & plain)
        table, added = np.nan_to_num(values), extremes.added(TOTAL, np.arange(len(values)))
        if order_of(extremes.evaluation.scheme, TOTAL) == TURNED:
            table, added = -table, -added
        if isinstance(weights, WeightHull):
            assert extremes.hull is not None
            table, limits = table @ extremes.hull.T, np.zeros((0, len(extremes.hull)))
        else:
            limits = _limits(extremes, bounds=isinstance(weights, WeightBounds))
        return cls(table + added[:, None], limits, complete, step, -step if settled else 0.0)

    def above(self, member: int, others: Positions, *, most: bool) -> int:
        """The most, or the fewest, of some others that stand above a member at the same weights."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        if not len(others):
            return 0
        lead = self.effects[others] - self.effects[member]
        size, count = lead.shape[1], len(others)
        large = np.abs(lead).max() + abs(self.slack_worst) + self.slack_best + 1.0
        flags = large * np.eye(count)
        if most:  # lead >= slack where the flag is 1
            rows = LinearConstraint(np.hstack([lead, -flags]), self.slack_worst - 1e-9 - large, np.inf)
        else:  # lead <= slack where the flag is 0
            rows = LinearConstraint(np.hstack([lead, -flags]), -np.inf, self.slack_best + 1e-9)
        whole = LinearConstraint(np.concatenate([np.ones(size), np.zeros(count)])[None, :], 1.0, 1.0)
        constraints = [rows, whole]
        if len(self.limits):
            constraints.append(LinearConstraint(np.hstack([self.limits, np.zeros((len(self.limits), count))]), -np.inf, 1e-12))
        cost = np.concatenate([np.zeros(size), np.full(count, -1.0 if most else 1.0)])
        kinds = np.concatenate([np.zeros(size), np.ones(count)])
        solution = milp(cost, constraints=constraints, integrality=kinds, bounds=Bounds(0.0, 1.0))
        if not solution.success:  # pragma: no cover - no programme of ours is known on which the solver gives up
            return count if most else 0  # still a bound
        return round(abs(float(solution.fun)))


def _limits(extremes: Extremes, *, bounds: bool) -> Floats:
    """What bounds or orders of siblings' shares ask of the indicators' shares of the total."""
    tree = extremes.evaluation.tree
    under = np.zeros((len(tree.nodes), tree.indicators))
    under[tree.leaves] = np.eye(tree.indicators)
    for branch in tree.branches:
        under[branch.node] = under[list(branch.children)].sum(axis=0)
    rows: list[Floats] = []
    assert extremes.shares is not None
    for branch in tree.branches:
        shares = extremes.shares[branch.node]
        if isinstance(shares, tuple):
            for child, low, high in zip(branch.children, *shares, strict=True):
                rows += [low * under[branch.node] - under[child], under[child] - high * under[branch.node]]
        elif not bounds and len(shares) > 1:
            order = np.argsort(-shares.sum(axis=0), kind="stable")
            rows += [under[branch.children[low]] - under[branch.children[high]] for high, low in pairwise(order)]
        else:
            rows += [sign * (under[child] - float(share) * under[branch.node]) for child, share in zip(branch.children, shares[0], strict=True) for sign in (1, -1)]
    return np.array(rows) if rows else np.zeros((0, under.shape[1]))
