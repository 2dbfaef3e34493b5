"""The awards of many draws at once, by the same rule as `toolkit.evaluation.decisions`.

Allotments: the places of an award given in many draws at once, pool by pool.

Offers: the awards of a scheme with all that no weight changes worked out, for many draws at once.

Queues: who is ahead of whom among those that are level so far, in many contests at once.

Ranks of many draws: a member's standings packed into one whole number, the numbers sorted, and ties mended.

Standings of one evaluation's members at any node, under many weight vectors at once.

Standings: rounded scores as whole numbers.

The list of awards under any shares of the weights, by the rule itself, beside the list as it stands.

The scheme's rule for many draws at once: scores, standings, offers, places.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from toolkit.evaluation.awards import Terms, tie_nodes
from toolkit.evaluation.many_scores import Desk, PatternedScores
from toolkit.evaluation.quotas import places
from toolkit.evaluation.requirements import Asked
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.ranking import Floats, Mask, competition_ranks, rounded, tolerance

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.scores import Tree
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Award, Requirement

__all__ = [
    "Allocation",
    "Lookup",
]


Standing: TypeAlias = NDArray[np.integer[Any]]
Positions: TypeAlias = NDArray[np.intp] | slice
Key: TypeAlias = Callable[[NDArray[np.intp], NDArray[np.intp]], Standing]


@dataclass(frozen=True, eq=False)
class Steps:
    """Rounded scores counted in steps of the last decimal, from 1 up; 0 is for a score there is not.

    Whole numbers sort and compare several times faster than floats, and mean the same.

    Parameters
    ----------
    decimals
        Of the scheme.
    lowest, highest
        Bounds of all scores.
    """

    decimals: int
    lowest: float
    highest: float

    @property
    def fine(self) -> float:
        """Steps in a point."""
        return float(10.0**self.decimals)

    @property
    def half(self) -> float:
        """Half a step, and what counts as half a step."""
        return 0.5 + tolerance(self.decimals) * self.fine

    @property
    def shift(self) -> float:
        """What is added so that the lowest score stands at 1 or more."""
        return 2.0 + math.ceil(max(0.0, -self.lowest) * self.fine)

    @property
    def top(self) -> int:
        """A standing that no score reaches."""
        return math.ceil(max(0.0, self.highest) * self.fine + self.shift) + 2

    @property
    def dtype(self) -> type[np.integer[Any]]:
        """The smallest type that holds every score: the smaller, the faster it sorts."""
        return next(kind for kind in (np.int16, np.int32, np.int64) if self.top < np.iinfo(kind).max)

    def of(self, scores: Floats) -> Standing:
        """The standing of scores."""
        steps = np.rint(rounded(scores, self.decimals) * self.fine) + self.shift
        return np.nan_to_num(steps, nan=0.0).astype(self.dtype)

    def scores(self, standing: Standing) -> Floats:
        """The rounded scores of standings; NaN for a score there is not."""
        return np.where(standing == 0, np.nan, (standing.astype(np.float64) - self.shift) / self.fine)

    def least(self, score: float) -> int:
        """The lowest standing that reaches a score; `top` where none does."""
        step = math.ceil(score * self.fine)
        step -= (step - 1) / self.fine >= score
        step += step / self.fine < score
        return min(max(1, int(step + self.shift)), self.top)

    def cut(self, lifted: Floats, below: NDArray[np.intp], out: Standing) -> Standing:
        """The standing of scores x that come as x `fine` + `half` + `shift`, which cutting off rounds half up.

        Parameters
        ----------
        lifted : float64[draws, members]
            Changed in place.
        below
            Members whose score can be negative: those round away from zero. A score there is not stays 0.
        out : int[draws, members]
            Written and given back.
        """
        if below.size:
            part = lifted[:, below]
            lifted[:, below] = np.where((part > 0) & (part < self.half + self.shift), np.ceil(part - 2 * self.half), part)
        np.copyto(out, lifted, casting="unsafe")
        return out



Bar = tuple[str, int, int | None, Mask]


@dataclass(frozen=True, eq=False)
class Offer:
    """One award, with all that no weight changes worked out.

    Parameters
    ----------
    able : bool[members]
        Takes part, not barred, and over every bar that weights leave alone; who has no total stands below all anyhow.
    least
        The lowest standing, at the node its places go by, that is offered the award.
    bars
        The other bars: node, lowest standing, the standing below which to stay (None for any), and whom it does not
        concern.
    pools
        Positions that compete with one another, and their places; None for no limit.
    """

    award: Award
    able: Mask
    least: int
    bars: tuple[Bar, ...]
    pools: tuple[tuple[Positions, int | None], ...]

    @property
    def free(self) -> bool:
        """Whether everyone with a total is offered it as long as no earlier award is held."""
        return self.award.by == TOTAL and not self.bars and bool(self.able.all())


def offers(terms: Terms, steps: Steps, fixed: dict[str, Standing]) -> tuple[Offer, ...] | None:
    """The offers of every award; None where a draw has to be decided by itself.

    Parameters
    ----------
    fixed
        Standings, int[1, members], at the nodes that no weight moves.
    """
    moving = any(item.node not in fixed for item, _ in terms.eligibility.nodes)
    bounded = any(award.quota is not None and award.quota.in_all is not None for award in terms.scheme.awards)
    if moving or bounded:
        return None
    part = terms.taking_part(lambda node: steps.scores(fixed[node][0]))
    return tuple(_offer(terms, award, part, steps, fixed) for award in terms.scheme.awards)


def _offer(terms: Terms, award: Award, part: Mask, steps: Steps, fixed: dict[str, Standing]) -> Offer:
    asked: Asked = terms.bars[award.id]
    able = part & ~terms.barred[award.id] & asked.able
    least, moving = 1, list[Bar]()
    for item, spared in asked.nodes:
        node, (low, high) = str(item.node), _between(item, steps)
        if node in fixed:
            able = able & over((node, low, high, spared), fixed[node][0])
        elif node == award.by and high is None and not spared.any():
            least = max(least, low)
        else:
            moving.append((node, low, high, spared))
    return Offer(award, able, least, tuple(moving), tuple(_pools(terms, award, part)))


def bars_of(nodes: Iterable[tuple[Requirement, Mask]], steps: Steps) -> tuple[Bar, ...]:
    """What is asked of nodes, in standings."""
    return tuple((str(item.node), *_between(item, steps), spared) for item, spared in nodes)


def over(bar: Bar, standing: Standing) -> Mask:
    """Whose standing, int[draws, members], a bar lets pass, and whom it does not concern."""
    _, low, high, spared = bar
    met: Mask = standing >= low if high is None else (standing >= low) & (standing < high)
    return met | spared if spared.any() else met


def _between(item: Requirement, steps: Steps) -> tuple[int, int | None]:
    """The lowest standing that a requirement allows, and the one from which on it allows none."""
    lows = [steps.least(bound) for bound in (item.least, _just_over(item.above)) if bound is not None]
    highs = [steps.least(bound) for bound in (item.below, _just_over(item.most)) if bound is not None]
    return max(1, *lows) if lows else 1, min(highs, default=None)


def _just_over(bound: float | None) -> float | None:
    return None if bound is None else float(np.nextafter(bound, np.inf))


def _pools(terms: Terms, award: Award, part: Mask) -> Iterator[tuple[Positions, int | None]]:
    for class_, positions in terms.pools[award.quota.within if award.quota else "class"]:
        yield span(positions), places(award.quota, int(part[positions].sum()), class_)


def span(positions: NDArray[np.intp]) -> Positions:
    """Neighbouring positions as a slice, which is cut out without copying."""
    if len(positions) and positions[-1] - positions[0] + 1 == len(positions):
        return slice(int(positions[0]), int(positions[-1]) + 1)
    return positions



def queued(contest: NDArray[np.intp], told: Sequence[Standing]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """How many of its contest are ahead of each entry, and how many level with it, itself among them.

    Parameters
    ----------
    contest : int[n]
        Which contest each is in.
    told : int[n] each
        The standings that decide in turn, the highest first.

    Returns
    -------
    int[n], int[n]

    Examples
    --------
    >>> ahead, level = queued(np.array([4, 4, 4, 7, 7]), [np.array([5, 9, 5, 1, 2])])
    >>> ahead.tolist(), level.tolist()
    ([1, 0, 1, 1, 0], [2, 1, 2, 1, 1])
    """
    order = np.lexsort((*(-score for score in reversed(told)), contest))
    new = _begun(contest[order])
    ties = new
    for score in told:
        ties = ties | _begun(score[order])
    first = np.flatnonzero(ties)
    tie = np.cumsum(ties) - 1
    ahead, level = np.empty_like(order), np.empty_like(order)
    ahead[order] = first[tie] - np.flatnonzero(new)[np.cumsum(new) - 1]
    level[order] = np.bincount(tie)[tie]
    return ahead, level


def _begun(ordered: Standing) -> Mask:
    """Where another number begins."""
    new = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new



def allot_draws(
    standing: Standing,
    least: int,
    pools: Iterable[tuple[Positions, int | None]],
    keys: Sequence[Key],
    *,
    joint: bool,
) -> Mask:
    """Who is given one award in each draw; the rule of `toolkit.evaluation.awards.allot`, pool by pool.

    Only the draws in which more members of a pool stand level at the line than there are places are looked at
    again, with the nodes that settle ties.

    Parameters
    ----------
    standing : int[draws, members]
        Rounded totals; 0 for those that are not offered the award.
    least
        The lowest standing that is offered the award, at least 1.
    pools
        The members of each pool, and its places; None for no limit.
    keys
        Called, when needed, for the nodes that settle ties in turn, with pairs of draw and member: int[pairs].
    joint
        As in `allot`.

    Returns
    -------
    bool[draws, members]
    """
    given = np.zeros(standing.shape, np.bool_)
    lowest, highest = standing.min(axis=0, initial=np.iinfo(standing.dtype).max), standing.max(axis=0, initial=0)
    crowds = []
    for pool, count in pools:
        own = _within_reach(pool, count, least, lowest, highest)
        offered = standing[:, own]
        if count is None or count >= offered.shape[1]:
            given[:, own] = offered >= least
        elif count > 0:
            best = np.sort(offered, axis=1)[:, -count - 1 :]
            line = np.maximum(best[:, 1], least)
            given[:, own] = offered >= line[:, None]
            draws = np.flatnonzero(best[:, 0] >= line)
            if draws.size:
                crowds.append(_crowd(offered[draws], best[draws], line[draws], draws, own))
    if crowds:
        _settle(given, crowds, keys, joint=joint)
    return given


def _within_reach(pool: Positions, count: int | None, least: int, lowest: Standing, highest: Standing) -> Positions:
    """The members of a pool up to the last who reaches a line in any draw: no line is below what so many always reach."""
    low, high = lowest[pool], highest[pool]
    if count and count < len(low):
        least = max(least, int(np.partition(low, -count)[-count]))
    reach = len(high) - int((high[::-1] >= least).argmax()) if (high >= least).any() else 0
    return slice(pool.start, pool.start + reach) if isinstance(pool, slice) else pool[:reach]


def _crowd(
    offered: Standing, best: Standing, line: Standing, draws: NDArray[np.intp], own: Positions
) -> tuple[NDArray[np.intp], ...]:
    """Everyone level at a line with too few places: draw, position among all members, and places left."""
    among = np.arange(own.start, own.stop) if isinstance(own, slice) else own
    row, column = np.divmod(np.flatnonzero(offered == line[:, None]), len(among))
    left = (best[:, 1:] == line[:, None]).sum(axis=1)
    return draws[row], among[column], left[row]


def _settle(given: Mask, crowds: Sequence[tuple[NDArray[np.intp], ...]], keys: Sequence[Key], *, joint: bool) -> None:
    """Write into `given` who of those level at a line has one of the places left, at least one in each crowd."""
    draw, member, left = (np.concatenate(part) for part in zip(*crowds, strict=True))
    pool = np.repeat(np.arange(len(crowds)), [len(crowd[0]) for crowd in crowds])
    ahead, level = queued(pool * len(given) + draw, [key(draw, member) for key in keys])
    given[draw, member] = ahead + (1 if joint else level) <= left



Pairs: TypeAlias = "tuple[NDArray[np.intp], Standing, Standing]"
"""The positions of a class, and in each draw its members, int[draws, class], each beside its rank; 0 for not ranked."""

NARROW, WIDEST, COARSE = 31, 62, 6


def drawn_ranks(allocation: Allocation, lookup: Lookup) -> Iterator[Pairs]:
    """The ranks 1-2-2-4 in each class under the standings of a chunk of draws: rounded totals, then what settles ties.

    Of the members of a class, `among[draw, i]` is one, counted from its first, and `ranks[draw, i]` its rank: in no order
    that anyone may rely on. Both are the caller's to write in until the next class is asked for.
    """
    part, scheme = allocation.taking_part(lookup), allocation.terms.scheme
    standings = [lookup(node) for node in (TOTAL, *tie_nodes(scheme))]
    width = allocation.steps.top.bit_length()
    for _, positions in allocation.terms.pools["class"]:
        own = span(positions)
        yield positions, *_ranked([standing[:, own] for standing in standings], part[:, own], width, allocation.drawn.desk)


def _ranked(standings: Sequence[Standing], part: Mask, width: int, desk: Desk) -> tuple[Standing, Standing]:
    """Members and their ranks, int[draws, class] each, from standings of `width` bits, the first deciding first."""
    (total, *ties), size = standings, part.shape[1]
    low, wanted = max(1, (size - 1).bit_length()), width * (len(standings) - 1)
    kind, room = _room(low + width, wanted)
    if room < 0:
        return _one_by_one(standings, part)
    packed, ranks = (desk.part(name, total.shape, kind) for name in ("packed", "ranks"))
    _pack(packed, total if part.all() else total * part, ties, width, room)
    packed <<= low
    packed |= np.arange(size, dtype=kind)
    packed.sort(axis=1)
    np.copyto(ranks, np.arange(size, 0, -1, dtype=kind))
    level, least = _level(packed, low, desk), 1 << (low + room)
    if packed[:, 0].min(initial=least) < least:
        level &= packed >= least
        ranks[packed < least] = 0
    packed &= (1 << low) - 1
    _share(ranks, packed, np.flatnonzero(level), ties if room < wanted else ())
    return packed, ranks


def _room(taken: int, wanted: int) -> tuple[type[np.integer[Any]], int]:
    """In which numbers to pack, and how many of the bits wanted for what settles ties they have room for.

    Narrow numbers sort twice as fast. If they hold some of what settles ties, few members remain level in that.
    """
    narrow = NARROW - taken >= min(COARSE, wanted)
    return np.int32 if narrow else np.int64, min((NARROW if narrow else WIDEST) - taken, wanted)


def _pack(packed: Standing, total: Standing, ties: Sequence[Standing], width: int, room: int) -> None:
    """Write the totals and, of what settles ties, the `room` bits that decide first."""
    np.copyto(packed, total)
    for tie in ties:
        bits = min(room, width)
        packed <<= bits
        packed |= tie >> (width - bits)
        room -= bits


def _level(packed: Standing, low: int, desk: Desk) -> Mask:
    """Which of the sorted numbers differ from the next of their draw in no more than the lowest bits; bool[draws, class]."""
    level, apart = desk.part("level", packed.shape, np.bool_), desk.part("apart", packed.shape, packed.dtype.type)
    np.bitwise_xor(packed.ravel()[1:], packed.ravel()[:-1], out=apart.ravel()[:-1])
    np.less(apart, 1 << low, out=level)
    level[:, -1] = False
    return level


def _share(ranks: Standing, members: Standing, level: NDArray[np.intp], ties: Sequence[Standing]) -> None:
    """Mend the ranks of those that are level: all of them have that of the best, or stand behind whom ties are settled for.

    Parameters
    ----------
    ranks, members : int[draws, class]
        From the last up, as if nobody were level.
    level : intp[n]
        Where, draw after draw, members stand that are level with the next.
    ties
        The standings that settle ties, int[draws or 1, class]; none where whoever is level is so in these too.
    """
    if not level.size:
        return
    last = np.append(level[1:] != level[:-1] + 1, True)
    run, ends = np.cumsum(last) - last, level[last] + 1
    best = ranks.ravel()[ends]
    if not ties:
        ranks.ravel()[level] = best[run]
        return
    where, run = np.concatenate((level, ends)), np.concatenate((run, np.arange(len(ends))))
    draw, member = where // ranks.shape[1], members.ravel()[where]
    ahead, _ = queued(run, [tie[draw if len(tie) > 1 else 0, member] for tie in ties])
    ranks.ravel()[where] = best[run] + ahead


def _one_by_one(standings: Sequence[Standing], part: Mask) -> tuple[Standing, Standing]:
    """The same where the standings are too long to be packed, draw by draw as the list itself is made."""
    draws, size = standings[0].shape
    keys = [np.broadcast_to(standing, (draws, size)).astype(np.float64) for standing in standings]
    keys[0] = np.where((keys[0] > 0) & part, keys[0], np.nan)
    ranks = [competition_ranks(*(key[draw] for key in keys)) for draw in range(draws)]
    return np.tile(np.arange(size), (draws, 1)), np.array(ranks, dtype=np.int64).reshape(draws, size)



Lookup: TypeAlias = Callable[[str], Standing]

FEW = 16


@dataclass(frozen=True, eq=False)
class DrawnStandings:
    """The members' values, ready to be turned into standings under chunks of draws.

    Parameters
    ----------
    scores
        The values, in steps of the last decimal.
    fixed
        Standings that no weight changes, int[1, members], by node: the indicators and adjustments.
    plus
        What is added to a group's score before it is cut, and to the total: float64[members] each.
    below
        Members whose scores can be negative.
    bounds
        The lowest and highest standing that the scheme lets a total have; None where it sets no such bound.
    ranked : bool[members]
        Who can have a place: nobody whom a missing value leaves without one, whatever the weights.
    """

    scores: PatternedScores
    steps: Steps
    fixed: dict[str, Standing]
    plus: tuple[Floats, Floats]
    below: NDArray[np.intp]
    bounds: tuple[int | None, int | None]
    ranked: Mask
    desk: Desk = field(default_factory=Desk)

    @classmethod
    def of(cls, evaluation: Evaluation) -> DrawnStandings:
        """Those of an evaluation's members in their order."""
        scheme, tree, members = evaluation.scheme, evaluation.tree, evaluation.members.index
        leaves = list(tree.nodes[tree.leaves])
        nodes = [*leaves, *(item.id for item in scheme.adjustments)]
        values, applicable = (_table(frame, members, leaves) for frame in (evaluation.values, evaluation.applicable))
        known = np.ascontiguousarray(_table(evaluation.scores, members, nodes).T)
        adjustment = _added(known[len(leaves) :])
        low, high = _bounds(evaluation, values)
        steps = _steps(scheme, np.append(low + adjustment, known), np.append(high + np.abs(adjustment), known))
        plus = np.full(len(members), steps.half + steps.shift)
        return cls(
            PatternedScores.of(tree, values * steps.fine, applicable),
            steps,
            dict(zip(nodes, steps.of(known)[:, None], strict=True)),
            (plus, plus + adjustment * steps.fine),
            np.flatnonzero(low + np.minimum(adjustment, 0) < 0),
            (_step(steps, scheme.total.floor), _step(steps, scheme.total.cap)),
            _ranked_members(scheme, values, applicable),
        )

    def under(self, shares: Floats) -> Lookup:
        """Standings under shares float64[draws, nodes], int[draws or 1, members] by node: each worked out once, when asked for."""
        found = dict(self.fixed)

        def lookup(node: str) -> Standing:
            if node not in found:
                found[node] = self._worked_out(node, shares)
            return found[node]

        return lookup

    def _worked_out(self, node: str, shares: Floats) -> Standing:
        standing: Standing = self.desk.integers(node, (len(shares), self.scores.members), self.steps.dtype)
        place = self.scores.tree.nodes.index(node)
        for draws, lifted in self.scores.node(place, shares, self.plus[node == TOTAL]):
            self.steps.cut(lifted, self.below, standing[draws])
        if node == TOTAL:
            _hold(standing, *self.bounds)
            standing[:, ~self.ranked] = 0
        return standing

    def key(self, node: str, shares: Floats, lookup: Lookup) -> Key:
        """Standings at a node for pairs of draw and member; only those are worked out where they are few."""
        place = self.scores.tree.nodes.index(node) if node not in self.fixed else -1
        alone = node != TOTAL and len(self.scores.parts) == 1 and place in self.scores.parts[0].scores.flat

        def key(draw: NDArray[np.intp], member: NDArray[np.intp]) -> Standing:
            if not alone or FEW * len(draw) >= len(shares) * self.scores.members:
                found = lookup(node)
                return np.asarray(found[draw if len(found) > 1 else 0, member])
            lifted = self.scores.pairs(place, shares, self.plus[0], draw, member)[None, :]
            below = np.flatnonzero(np.isin(member, self.below)) if self.below.size else self.below
            return self.steps.cut(lifted, below, np.empty(lifted.shape, self.steps.dtype)).ravel()

        return key


def _table(frame: pd.DataFrame, members: pd.Index[str], names: list[str]) -> NDArray[Any]:
    """These columns of a frame for these members, [members, names]."""
    return np.asarray(frame[names].to_numpy()[frame.index.get_indexer(members)])


def _ranked_members(scheme: Scheme, values: Floats, applicable: Mask) -> Mask:
    """Whom no missing value leaves without a place under any weights; bool[members]."""
    asked = np.array([item.missing == "unranked" for item in scheme.indicators], dtype=np.bool_)
    return np.asarray(~(np.isnan(values) & applicable & asked).any(axis=1))


def _added(adjustments: Floats) -> Floats:
    """The sum of float64[adjustments, members], added in turn."""
    total = np.zeros(adjustments.shape[1])
    for adjustment in adjustments:
        total += np.nan_to_num(adjustment)
    return total


def _bounds(evaluation: Evaluation, values: Floats) -> tuple[Floats, Floats]:
    """Bounds of every score a member can have before adjustments: no mean leaves the range of its values."""
    full = float(np.prod([max(1.0, branch.full) for branch in evaluation.tree.branches]))
    ends = [bound.reduce(values, axis=1, initial=0.0) * full for bound in (np.fmin, np.fmax)]
    return ends[0], np.maximum(-ends[0], ends[1])


def _steps(scheme: Scheme, lows: Floats, highs: Floats) -> Steps:
    """Steps that hold every score: totals between these, indicators and adjustments, and the bounds of the total."""
    lows, highs = (np.append(scores, np.nan if end is None else end) for scores, end in ((lows, scheme.total.cap), (highs, scheme.total.floor)))
    return Steps(scheme.decimals, float(np.nanmin(lows)), float(np.nanmax(highs)))


def _step(steps: Steps, bound: float | None) -> int | None:
    return None if bound is None else max(1, int(np.rint(rounded(bound, steps.decimals) * steps.fine) + steps.shift))


def _hold(standing: Standing, low: int | None, high: int | None) -> None:
    """Hold the standings of totals within the scheme's bounds; 0, which is none, stays."""
    if low is not None:
        np.maximum(standing, low, out=standing, where=standing > 0)
    if high is not None:
        np.minimum(standing, high, out=standing, where=standing > 0)



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



CELLS = 1 << 20


@dataclass(frozen=True, eq=False)
class Lists:
    """The lists of one evaluation under other weights.

    Parameters
    ----------
    evaluation
        Whose list is asked about.
    allocation
        Its rule: classes, quotas, bars, vetoes, ties, rounding and adjustments as they are.
    """

    evaluation: Evaluation
    allocation: Allocation

    @classmethod
    def of(cls, evaluation: Evaluation) -> Lists:
        """The lists of an evaluation."""
        return cls(evaluation, Allocation.of(evaluation))

    @cached_property
    def shares(self) -> Floats:
        """The voted shares, float64[nodes]."""
        return self.evaluation.tree.shares

    @cached_property
    def standing(self) -> Mask:
        """Who is given each award as it stands, bool[awards, members]."""
        return self.given(self.shares[None, :])[:, 0]

    def given(self, shares: Floats) -> Mask:
        """Who is given each award, bool[awards, vectors, members], under shares float64[vectors, nodes]."""
        size = max(1, CELLS // max(1, len(self.evaluation.members)))
        blocks = [self._given(shares[start : start + size]) for start in range(0, len(shares), size)]
        return np.concatenate(blocks, axis=1)

    def same(self, shares: Floats) -> Mask:
        """Whether the list is as it stands, bool[vectors]."""
        if not self.evaluation.scheme.awards or not len(shares):
            return np.ones(len(shares), np.bool_)
        size = max(1, CELLS // max(1, len(self.evaluation.members)))
        blocks = [self._given(shares[start : start + size]) for start in range(0, len(shares), size)]
        return np.concatenate([(block == self.standing[:, None]).all(axis=(0, 2)) for block in blocks])

    def moved(self, shares: Floats) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who has an award under one vector of shares that it has not as it stands, and the other way round."""
        return self.moves(shares[None, :])[0]

    def moves(self, shares: Floats) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """The same under each of the vectors of shares float64[vectors, nodes]."""
        if not self.evaluation.scheme.awards or not len(shares):
            return [((), ())] * len(shares)
        then, now = self.given(shares), self.standing[:, None]
        gained, lost = (self._named(np.logical_or.reduce(new)) for new in (then & ~now, now & ~then))
        return list(zip(gained, lost, strict=True))

    def _named(self, which: Mask) -> list[tuple[str, ...]]:
        names = self.evaluation.members.index.to_numpy(dtype=object)
        return [tuple(sorted(names[own])) if own.any() else () for own in which]

    def _given(self, shares: Floats) -> Mask:
        awards = self.evaluation.scheme.awards
        found = np.zeros((len(awards), len(shares), len(self.evaluation.members)), np.bool_)
        for place, given in enumerate(self.allocation.awards(shares)):
            found[place] = given
        return found


def shifted(tree: Tree, shares: Floats, node: int, share: Floats) -> Floats:
    """Shares float64[vectors, nodes] in which one node has each of `share`, and its siblings divide the rest as they did."""
    found = np.tile(shares, (len(share), 1))
    siblings = [child for child in siblings_of(tree, node) if child != node]
    rest = shares[siblings].sum()
    parts = shares[siblings] / rest if rest > 0 else np.full(len(siblings), 1 / max(1, len(siblings)))
    found[:, siblings] = (1.0 - share)[:, None] * parts
    found[:, node] = share
    return found


def siblings_of(tree: Tree, node: int) -> tuple[int, ...]:
    """A node and its siblings."""
    return next(branch.children for branch in tree.branches if node in branch.children)


def weights_of(scheme: Scheme, tree: Tree, shares: Floats) -> dict[str, float]:
    """Shares of every node as weights in the scheme's own terms: siblings sum to 100, or to what they sum to now."""
    found: dict[str, float] = {}
    for branch in tree.branches:
        siblings = list(branch.children)
        whole = 100.0 if scheme.weights == "percent" else float(tree.weights[siblings].sum())
        total = float(shares[siblings].sum())
        kept = shares[siblings] / total if total > 0 else tree.shares[siblings]
        found |= {tree.nodes[child]: whole * float(part) for child, part in zip(siblings, kept, strict=True)}
    return found
