"""The board: what a table of all members shows of one evaluation, as arrays, and what a moved scheme changes in words.

Nothing here writes prose for members one by one, so that a board is there within milliseconds of a move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toolkit.evaluation.bands import band_names
from toolkit.evaluation.grades import GradeOutcomes, grade_names
from toolkit.evaluation.many import DrawnLists
from toolkit.evaluation.scores import TOTAL, Tree
from toolkit.ground.text import Phrase, phrase
from toolkit.sensitivity.monte_carlo import by_class
from toolkit.sensitivity.probabilities import count_draws
from toolkit.sensitivity.weights.draws import WeightDraws

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.contests import Contest
    from toolkit.evaluation.decisions import Decided
    from toolkit.evaluation.steps import Lookup, Standing
    from toolkit.ground.ranking import Floats, Mask
    from toolkit.scheme import Scheme

NONE = int(np.iinfo(np.int32).min)
"""Stands for a total, rank or margin that there is not."""
MOST_DECIMALS = 6
"""Of the totals shown: more do not fit into 32 bits."""
DRAWS, STEP = 512, 128
"""Draws behind a chance, and how many of them are made between two looks at whether somebody still asks."""


@dataclass(frozen=True, eq=False)
class Board:
    """What is shown of each member, in the order of `evaluation.members`.

    Parameters
    ----------
    total, margin : int32[members]
        In steps of the last decimal shown; `NONE` where there is none. The margin is that of `distances`: of the award a
        member holds, to where it would lose it; of the others, to the nearest score with which they would win one.
    rank : int32[members]
        Within the class, 1-2-2-4; 0 for those that are not ranked.
    award : int8[members]
        k for the scheme's k-th award, the first of several; -k where it is open at its line; 0 for none.
    grade : int8[members]
        k for the k-th of `grade_names`, the best first; 0 for none.
    """

    total: NDArray[np.int32]
    rank: NDArray[np.int32]
    margin: NDArray[np.int32]
    award: NDArray[np.int8]
    grade: NDArray[np.int8]

    @classmethod
    def of(cls, evaluation: Evaluation, outcomes: GradeOutcomes | None = None) -> Board:
        """The board of an evaluation; `outcomes` are its grades under any weights, where they are known already."""
        scheme, run = evaluation.scheme, evaluation.decided
        award = np.zeros(len(evaluation.members), np.int8)
        for place, allotment in reversed(list(enumerate(run.allotments, 1))):
            award[allotment.open & (award == 0)] = -place
            award[allotment.given] = place
        fine = 10.0 ** shown_decimals(scheme)
        total = _whole(run.score(TOTAL) * fine)
        return cls(total, run.ranks.astype(np.int32), _whole(_margins(run, award) * fine), award, _grades(evaluation, outcomes))

    @property
    def buffers(self) -> list[bytes]:
        """The arrays as bytes, little-endian: 12 a member; ranks take two bytes each, or four where there are too many members."""
        rank = self.rank.astype("<u2" if len(self.rank) < 2**16 else "<i4")
        return [array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for array in (self.total, rank, self.margin, self.award, self.grade)]


def struck(evaluation: Evaluation) -> list[int]:
    """The members, by position, whom vetoes bar from every award."""
    return np.flatnonzero(evaluation.award_rule.struck).tolist()


def shown_decimals(scheme: Scheme) -> int:
    """How many decimals of a total the board shows."""
    return min(scheme.decimals, MOST_DECIMALS)


def _grades(evaluation: Evaluation, outcomes: GradeOutcomes | None) -> NDArray[np.int8]:
    outcomes = outcomes or GradeOutcomes.of(evaluation)
    if outcomes is None:
        return np.zeros(len(evaluation.members), np.int8)
    place = {name: number for number, name in enumerate(grade_names(evaluation.scheme), 1)}
    return np.array([place.get(name, 0) for name in outcomes.names], np.int8)[outcomes.grades(evaluation.decided.score)]


def grades_after(outcomes: GradeOutcomes | None, before: Evaluation, after: Evaluation) -> GradeOutcomes | None:
    """The grades of an evaluation under any weights, from those of one before where only bounds and requirements are others."""
    if outcomes is None or before.measured.vetoes is not after.measured.vetoes or before.members is not after.members or _graded_by(before.scheme) != _graded_by(after.scheme):
        return GradeOutcomes.of(after)
    return outcomes if before.scheme.grades == after.scheme.grades else outcomes.under(after)


def _graded_by(scheme: Scheme) -> tuple[object, ...]:
    rules = scheme.grades
    return rules and (band_names(rules), rules.default, rules.rise_at_most, rules.rise_require, rules.apart, rules.applied_only, rules.eligible_only, rules.quota and scheme.ties, scheme.eligibility), scheme.vetoes, scheme.previous


def _whole(steps: Floats) -> NDArray[np.int32]:
    return np.where(np.isfinite(steps), np.rint(steps), NONE).astype(np.int32)


def _margins(run: Decided, award: NDArray[np.int8]) -> Floats:
    """How far each member's score is from the other side of the line that concerns it most, in points; NaN for none."""
    margin = np.full(len(award), np.nan)
    order, ranked = [allotment.award.id for allotment in run.allotments], run.ranks > 0
    free: dict[str, Mask] = {}
    for contest in run.contests:
        place, positions = 1 + order.index(contest.award.id), contest.positions
        if contest.award.id not in free:  # the same for each pool of an award
            earlier = [other.given for other in run.allotments[: place - 1] if other.award.id not in contest.award.beside]
            free[contest.award.id] = ranked & ~np.logical_or.reduce(earlier) if earlier else ranked
        distance = _distances(contest, free[contest.award.id][positions] & ~np.isnan(contest.keys[0]))
        award_here = award[positions]
        holds, waits = (award_here == place) & contest.given, (award_here <= 0) & ~contest.given
        margin[positions[holds]] = distance[holds]
        margin[positions[waits]] = np.fmax(margin[positions[waits]], distance[waits])
    return margin


def _distances(contest: Contest, contenders: Mask) -> Floats:
    """The distance of each contender of a pool to where the award turns; NaN for the others, inf where nothing takes it."""
    return np.where(contenders, contest.keys[0] - contest.turns.at, np.nan)


@dataclass(frozen=True)
class Changes:
    """Members, by position, that lose every award, that win one, and that hold another, the better awards first; and whose grade rises or falls."""

    out: tuple[int, ...]
    into: tuple[int, ...]
    other: tuple[int, ...]
    rose: tuple[int, ...] = ()
    fell: tuple[int, ...] = ()

    @classmethod
    def between(cls, before: Board, after: Board) -> Changes:
        """What changed from one board to another of the same members."""
        then, now = np.maximum(before.award, 0), np.maximum(after.award, 0)
        return cls(
            _in_turn((then > 0) & (now == 0), then, before.rank),
            _in_turn((then == 0) & (now > 0), now, after.rank),
            _in_turn((then > 0) & (now > 0) & (then != now), now, after.rank),
            _in_turn(_place(after.grade) < _place(before.grade), after.grade, after.rank),
            _in_turn(_place(after.grade) > _place(before.grade), before.grade, before.rank),
        )

    def __bool__(self) -> bool:
        return bool(self.out or self.into or self.other or self.rose or self.fell)

    @property
    def words(self) -> Phrase:
        """How many, those who leave first."""
        if not self:
            return Phrase("名单与已定办法相同", "The list is as decided")
        awards = phrase(
            "退出 {out} 家，进入 {into} 家，改奖 {other} 家", "{out} out, {into} in, {other} to another award",
            out=len(self.out), into=len(self.into), other=len(self.other),
        )  # fmt: skip
        grades = phrase("等级降 {fell} 家、升 {rose} 家", "{fell} to a lower grade, {rose} to a higher", fell=len(self.fell), rose=len(self.rose))
        told = [*([awards] if self.out or self.into or self.other else []), *([grades] if self.rose or self.fell else [])]
        return Phrase("；".join(part.zh for part in told), "; ".join(part.en for part in told))


def _place(grade: NDArray[np.int8]) -> NDArray[np.int8]:
    """Grades to compare: none is the lowest."""
    return np.where(grade == 0, np.int8(127), grade)


def _in_turn(which: Mask, award: NDArray[np.int8], rank: NDArray[np.int32]) -> tuple[int, ...]:
    positions = np.flatnonzero(which)
    return tuple(positions[np.lexsort((rank[positions], award[positions]))].tolist())


def until_words(label: str, lowest: float | None, highest: float | None, *, nearest: bool = False) -> Phrase:
    """Until where a weight can be moved by itself before the list of awards becomes another one.

    Parameters
    ----------
    lowest, highest
        The first weights below and above, in percent, at which it is another one; None where no weight changes it.
    nearest
        Whether it is the weight, of all, at which the list turns soonest; else it is the one that was moved last.

    Examples
    --------
    >>> until_words("学习培训", None, 31.4).zh
    '只动这一项，获奖名单不变，直到学习培训升到 31.4'
    >>> until_words("学习培训", 28.9, None, nearest=True).zh
    '只动一项权重，获奖名单不变，直到最敏感的学习培训降到 28.9'
    """
    up, down = f"{highest or 0:.4g}", f"{lowest or 0:.4g}"
    alone = Phrase("只动一项权重", "With one weight moved alone") if nearest else Phrase("只动这一项", "With this weight moved alone")
    which = phrase("最敏感的{label}", "the most sensitive, {label},", label=label) if nearest else Phrase(label, label)
    ends = {"alone": alone, "label": which, "up": up, "down": down}
    if lowest is None and highest is None:
        return phrase("无论{label}权重多少，获奖名单不变", "The list of awards stays, whatever {label} weighs", label=label)
    if lowest is None:
        return phrase("{alone.zh}，获奖名单不变，直到{label.zh}升到 {up}", "{alone.en} the list of awards stays until {label.en} rises to {up}", **ends)
    if highest is None:
        return phrase("{alone.zh}，获奖名单不变，直到{label.zh}降到 {down}", "{alone.en} the list of awards stays until {label.en} falls to {down}", **ends)
    return phrase("{alone.zh}，获奖名单不变，直到{label.zh}升到 {up} 或降到 {down}", "{alone.en} the list of awards stays until {label.en} rises to {up} or falls to {down}", **ends)


@dataclass
class Chances:
    """Chances of awards when weights are drawn round those of a scheme; what no weight changes is kept from one to the next.

    `lists` is that of the evaluation in `of`, weights apart.
    """

    of: Evaluation | None = None
    lists: DrawnLists | None = None
    order: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))

    def counted(self, evaluation: Evaluation, dropped: Callable[[], bool]) -> NDArray[np.uint16] | None:
        """In how many of `DRAWS` draws each member is given each award, uint16[awards, members]; None when dropped meanwhile.

        The same as `award_probabilities(evaluation, WeightDraws(draws=DRAWS))` counts.

        Parameters
        ----------
        dropped
            Whether nobody asks any more; looked at before each step of the work, of which none takes longer than a few milliseconds.
        """

        def looked() -> None:
            if dropped():
                raise _Dropped

        with suppress(_Dropped):
            return self._counted(evaluation, looked)
        return None

    def _counted(self, evaluation: Evaluation, looked: Callable[[], None]) -> NDArray[np.uint16]:
        lists, scheme = self._lists(evaluation, looked), evaluation.scheme
        counts = np.zeros((len(scheme.awards), len(evaluation.members)), np.uint16)
        for drawn in _chunks(scheme):
            for place, given in enumerate(lists.awards(drawn, _looking(lists.standings(drawn), looked))):
                counts[place, self.order] += count_draws(given)
        return counts

    def _lists(self, evaluation: Evaluation, looked: Callable[[], None]) -> DrawnLists:
        if self.lists is None or self.of is None or not _same_but_for_weights(self.of, evaluation):
            looked()
            ordered = by_class(evaluation)
            looked()
            lists, order = DrawnLists.of(ordered), evaluation.members.index.get_indexer(ordered.members.index)
            self.of, self.lists, self.order = evaluation, lists, order
        return self.lists


class _Dropped(Exception):  # noqa: N818 - no error
    """What is being worked out is asked for no more."""


def _looking(standings: Lookup, looked: Callable[[], None]) -> Lookup:
    """The same standings, with a look before each."""

    def lookup(node: str) -> Standing:
        looked()
        return standings(node)

    return lookup


def _same_but_for_weights(one: Evaluation, other: Evaluation) -> bool:
    """Whether two evaluations are of the same members and records by schemes that differ in weights alone."""
    return one.members is other.members and one.measured is other.measured and alike_but_for_weights(one.scheme, other.scheme)


def _chunks(scheme: Scheme) -> Iterator[Floats]:
    """Shares of nodes, float64[STEP, nodes], `DRAWS` of them in all."""
    for recipe in WeightDraws(draws=DRAWS).recipes(Tree.of(scheme), scheme.seed):
        drawn = recipe()
        yield from (drawn[start : start + STEP] for start in range(0, len(drawn), STEP))


def alike_but_for_weights(one: Scheme, other: Scheme) -> bool:
    """Whether two schemes differ in nothing but weights, and give weight to the same nodes."""
    return _weightless(one) == _weightless(other)


def _weightless(scheme: Scheme) -> tuple[object, ...]:
    nodes = tuple((*((key, held) for key, held in vars(node).items() if key != "weight"), node.weight > 0) for node in scheme.nodes.values())
    return (nodes, *((key, held) for key, held in vars(scheme).items() if key not in {"groups", "indicators"}))
