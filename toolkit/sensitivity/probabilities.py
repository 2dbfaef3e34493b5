"""How sure each award, rank and grade is, had the weights been voted a little otherwise: chances over many draws of weights."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Protocol, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from toolkit.evaluation.bands import BandRule, band_names
from toolkit.evaluation.grades import from_bands
from toolkit.ground.answers import KEPT, asked_once
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase, phrase
from toolkit.sensitivity.monte_carlo import (
    ChunkCounter,
    Counts,
    Sampling,
    Tally,
    by_class,
    largest_error,
    standard_error,
    tally,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.many import DrawnLists
    from toolkit.evaluation.steps import Lookup
    from toolkit.ground.ranking import Floats, Integers, Mask
    from toolkit.sensitivity.weights.draws import WeightSpec

CELLS = 1 << 24
BANDED = 1 << 22
SHARES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
NONE = Phrase("方案没有信用等级", "the scheme grades nobody")
ADD = Phrase("请在方案中写明 [grades]，或改问授奖", "write [grades] into the scheme, or ask for awards")
LARGE = Phrase("{n} 个会员的全部名次分布过大", "all ranks of {n:member|members} are too many to count")
FEWER = Phrase("请用 down_to 只数前若干名，或用 rank_summary", "count the first ones with down_to, or ask for rank_summary")

NO_CHANCES = Phrase("应为“会员×名次”的概率表，不小于 0", "a table of chances is wanted, members x ranks, at least 0")
AS_CHANCES = Phrase("请每位会员一行，从第一名起一列一名", "give each member a row, and each rank from the first a column")
NO_METAWEIGHTS = Phrase("名次权重应与名次一样多，且不递增", "metaweights are as many as ranks and do not rise")
AS_METAWEIGHTS = Phrase("请用 centroid、linear、inverse，或自己的数列", "use centroid, linear, inverse or numbers of your own")
NO_SCORES = Phrase("应为“抽样×会员”的得分表，至少一次抽样", "a table of scores is wanted, draws x members, one draw at least")
AS_SCORES = Phrase("请每次抽样一行", "give each draw a row")


@asked_once
def award_probabilities(evaluation: Evaluation, spec: WeightSpec, **sampling: Unpack[Sampling]) -> pd.DataFrame:
    """The share of draws in which each member is given each award, under the scheme's actual rule.

    Every draw is another set of weights; classes, quotas, vetoes, minima, requirements, ties and adjustments
    are as in the evaluation, and totals are rounded before they are ranked. A member left in an open tie counts
    as not given the award.

    Parameters
    ----------
    evaluation
        The evaluation that is asked about.
    spec
        Which weights: `WeightDraws()`, `UniformWeights()`, `ResampledWeights(frame)` or `GivenWeights(frame)`.
    sampling
        progress, chunk, executor, precision: see `toolkit.sensitivity.monte_carlo.Sampling`.

    Returns
    -------
    DataFrame
        Index member, in the order of `evaluation.members`. One column per award id and "none": probabilities
        that sum to 1, unless a member can have one award beside another. Then one column "<award>_error" per award:
        the Monte Carlo standard error sqrt(p (1 - p) / draws); where it is 0 the chance is still uncertain by about
        3 / draws. Its `attrs` say draws, failed (draws in which nobody could be ranked, counted as "none"), seed,
        precision, met and largest_error: plain values, which every writer of frames can keep.

    Raises
    ------
    Refused
        When the weights do not fit the scheme.
    """
    return probabilities(evaluation, spec, AwardCounts(), **sampling)


@asked_once
def grade_probabilities(evaluation: Evaluation, spec: WeightSpec, **sampling: Unpack[Sampling]) -> pd.DataFrame:
    """The share of draws in which each member has each grade, under the scheme's actual rule.

    Bands and requirements are met or not in every draw; bounds on rising, vetoes and the grade of newcomers then act as
    in the evaluation.

    Parameters
    ----------
    evaluation, spec, sampling
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
    counts = GradeCounts.of(by_class(evaluation))
    if counts is None:
        raise refuse(NONE, ADD, file="scheme.toml", column="grades")
    return probabilities(evaluation, spec, counts, **sampling)


def rank_probabilities(
    evaluation: Evaluation, spec: WeightSpec, *, down_to: int | None = None, **sampling: Unpack[Sampling]
) -> pd.DataFrame:
    """The share of draws in which each member has each rank of the list.

    Ranks are those of the official list: within the class, by the rounded total, then by what the scheme settles ties
    with; whoever is still level shares a rank, 1-2-2-4. Who did not apply or is not eligible has none.

    Parameters
    ----------
    evaluation, spec, sampling
        As for `award_probabilities`.
    down_to
        The last rank that is counted by itself; None for all.

    Returns
    -------
    DataFrame
        One row for each rank that a member had in any draw, by member in the order of `evaluation.members`: member, class,
        rank (Int64; <NA> for none, or one beyond `down_to`), probability, error (Monte Carlo standard error). As a table:
        ``frame.pivot(index="member", columns="rank", values="probability").fillna(0)``. `attrs` as for
        `award_probabilities`.

    Raises
    ------
    Refused
        When the weights do not fit, or a class is so large that its table would not fit into memory.
    """
    size = int(evaluation.members["class"].value_counts().max()) if evaluation.scheme.members.class_ else len(evaluation.members)
    width = size if down_to is None else down_to
    if width < 1 or size * width > CELLS:
        raise refuse(phrase(LARGE.zh, LARGE.en, n=size), FEWER, column="down_to", value=str(down_to))
    return probabilities(evaluation, spec, RankCounts(down_to=down_to), **sampling)


@asked_once
def rank_summary(evaluation: Evaluation, spec: WeightSpec, **sampling: Unpack[Sampling]) -> pd.DataFrame:
    """Each member's ranks in the draws in a few figures.

    Parameters
    ----------
    evaluation, spec, sampling
        As for `award_probabilities`.

    Returns
    -------
    DataFrame
        Index member, in the order of `evaluation.members`; columns class, mean and mean_error (its Monte Carlo standard
        error), q05, q50, q95 (the rank that it had or bettered in 5, 50, 95 % of the draws in which it was ranked), best and
        worst seen, unranked (share of draws); NaN for who never was ranked. In a class of more than 2,048 members ranks
        are counted in bands, and every figure is the middle of one: ``attrs["band"]`` ranks wide, 1 otherwise. `attrs`
        else as for `award_probabilities`.

    Raises
    ------
    Refused
        When the weights do not fit the scheme.
    """
    return probabilities(evaluation, spec, BandedRankCounts(), **sampling)


def holistic_acceptability(acceptabilities: ArrayLike, metaweights: str | ArrayLike = "centroid") -> Floats:
    """SMAA's holistic acceptability index: one figure of all of a member's rank acceptabilities, a_i = sum_r alpha_r b_i^r.

    Parameters
    ----------
    acceptabilities : float64[members, ranks]
        The chance of each member of each rank, the first rank first, as `rank_probabilities` gives them; at least 0.
    metaweights
        What a rank is worth, 1 for the first, of m ranks: "centroid", (1/r + ... + 1/m) / (1 + ... + 1/m); "linear",
        (m - r) / (m - 1); "inverse", 1/r; or one's own, float64[ranks], that do not rise.

    Returns
    -------
    float64[members]

    Raises
    ------
    Refused
        For chances that are no table or below 0, and metaweights that are unknown, not as many as ranks, or rise.

    References
    ----------
    R. Lahdelma and P. Salminen, "SMAA-2: Stochastic Multicriteria Acceptability Analysis for Group Decision Making",
    Operations Research 49 (2001), 444-454.

    Examples
    --------
    >>> holistic_acceptability([[0.5, 0.1, 0.4], [0.5, 0.1, 0.4], [0.0, 0.8, 0.2]], "linear").round(6).tolist()
    [0.55, 0.55, 0.4]
    """
    chances = np.asarray(acceptabilities, dtype=np.float64)
    if chances.ndim != 2 or not chances.size or not (chances >= 0).all():
        raise refuse(NO_CHANCES, AS_CHANCES, column="acceptabilities", value=str(chances.shape))
    rank, ranks = np.arange(1, chances.shape[1] + 1), chances.shape[1]
    named = {"centroid": np.cumsum(1 / rank[::-1])[::-1], "linear": np.maximum(ranks - rank, ranks == 1), "inverse": 1 / rank}
    if isinstance(metaweights, str):
        if metaweights not in named:
            raise refuse(NO_METAWEIGHTS, AS_METAWEIGHTS, column="metaweights", value=metaweights)
        worth = np.asarray(named[metaweights] / named[metaweights][0], dtype=np.float64)
    else:
        worth = np.asarray(metaweights, dtype=np.float64)
        if worth.shape != (ranks,) or not (np.diff(worth) <= 0).all():
            raise refuse(NO_METAWEIGHTS, AS_METAWEIGHTS, column="metaweights", value=str(worth.tolist()))
    return np.asarray(chances @ worth)


def pairwise_winning(scores: ArrayLike) -> Floats:
    """SMAA's pairwise winning index: in what share of the draws each member is ahead of each other, c_ij = P[u_i > u_j].

    Parameters
    ----------
    scores : float64[draws, members]
        Higher is better; give ranks with a minus sign. Who is level is not ahead; who has no score (NaN) is neither ahead
        nor behind.

    Returns
    -------
    float64[members, members]
        Row over column; 0 on the diagonal. c_ij + c_ji is 1 but for draws in which the two are level or one has no score.

    Raises
    ------
    Refused
        For what is no table, or has no draw.

    References
    ----------
    P. Leskinen, J. Viitanen, A. Kangas and J. Kangas, "Alternatives to incorporate uncertainty and risk attitude in
    multicriteria evaluation of forest plans", Forest Science 52 (2006), 304-312.

    Examples
    --------
    Weights of two indicators spread evenly from 0 to 1, in ten draws; the third member is 4 whatever they are:

    >>> first = np.arange(0.05, 1, 0.1)
    >>> values = np.array([[10.0, 0.0], [0.0, 10.0], [4.0, 4.0]])
    >>> pairwise_winning(np.column_stack([first, 1 - first]) @ values.T).tolist()
    [[0.0, 0.5, 0.6], [0.5, 0.0, 0.6], [0.4, 0.4, 0.0]]
    """
    drawn = np.asarray(scores, dtype=np.float64)
    if drawn.ndim != 2 or not len(drawn):
        raise refuse(NO_SCORES, AS_SCORES, column="scores", value=str(drawn.shape))
    return np.array([(column[:, None] > drawn).mean(axis=0) for column in drawn.T]).reshape(drawn.shape[1], drawn.shape[1])


class _Counts(ChunkCounter, Protocol):
    """What is counted in chunks of draws, and the frame it comes to."""

    def frame(self, tally: Tally, members: pd.Index[str]) -> pd.DataFrame:
        """The chances of these members."""


def probabilities(evaluation: Evaluation, spec: WeightSpec, of: _Counts, **sampling: Unpack[Sampling]) -> pd.DataFrame:
    """The kernel of all questions above: what is counted over the draws as a frame, with how it came about in its `attrs`."""
    return _frame(tally(evaluation, spec, of, **sampling), of, evaluation.members.index)


def _frame(total: Tally, of: _Counts, members: pd.Index[str]) -> pd.DataFrame:
    frame = of.frame(total, members)
    frame.attrs |= total.attrs
    return frame


@dataclass(frozen=True, eq=False)
class _Together:
    """What several count in chunks of draws, side by side."""

    counters: tuple[_Counts, ...]
    events: int | None = None
    arrays: list[int] = field(default_factory=list)

    def __call__(self, lists: DrawnLists, shares: Floats, lookup: Lookup) -> Counts:
        """The counts of a chunk, one counter's after another's."""
        counts = [counter(lists, shares, lookup) for counter in self.counters]
        self.arrays[:] = map(len, counts)
        return tuple(chain.from_iterable(counts))

    def parted(self, counts: Counts) -> Iterator[Counts]:
        """Each counter's own again."""
        ends = [*accumulate(self.arrays)]
        return (counts[start:end] for start, end in zip([0, *ends], ends, strict=False))


def count_together(evaluation: Evaluation, spec: WeightSpec) -> None:
    """Let awards, grades and ranks be counted over the same draws at once, for whoever asks for them while answers are kept; each list is made once then."""
    answers = KEPT.get()
    if answers is None or not answers.keeps(evaluation):
        return
    asked = {award_probabilities: AwardCounts(), grade_probabilities: GradeCounts.of(by_class(evaluation)), rank_summary: BandedRankCounts()}
    counters = {function: counter for function, counter in asked.items() if counter is not None}
    together = _Together(tuple(counters.values()))
    total = tally(evaluation, spec, together)
    for (function, counter), counts in zip(counters.items(), together.parted(total.counts), strict=True):
        own = replace(total, counts=counts, error=largest_error(counts[: counter.events], total.draws))
        answers.tell(_frame(own, counter, evaluation.members.index), function, evaluation, spec)


def count_draws(happened: Mask) -> Integers:
    """In how many draws, bool[up to 512, members], something happened to each member."""
    return np.asarray(happened.view(np.uint8).sum(axis=0, dtype=np.uint16))


def _chances(tally: Tally, names: list[str], counts: Integers, without: Integers) -> pd.DataFrame:
    """Counts, int64[names, members], as chances with their errors, and of those `without` any."""
    chance = counts.T / tally.draws
    shown = pd.DataFrame(chance, tally.index, names).assign(none=without / tally.draws)
    error = pd.DataFrame(standard_error(chance, tally.draws), tally.index, names).add_suffix("_error")
    return pd.concat([shown, error], axis=1).rename_axis("member")


@dataclass(frozen=True)
class AwardCounts:
    """In how many draws each member is given each award, int[awards, members], and any at all, int[members]."""

    events: int = 1

    def __call__(self, lists: DrawnLists, shares: Floats, lookup: Lookup) -> Counts:
        """The counts of a chunk."""
        members = lists.scores.members
        counts = np.zeros((len(lists.rule.award_rule.scheme.awards), members), np.int64)
        some = np.zeros((len(shares), members), dtype=np.bool_)
        for place, given in enumerate(lists.awards(shares, lookup)):
            counts[place] = count_draws(given)
            some |= given
        return counts, count_draws(some)

    def frame(self, tally: Tally, members: pd.Index[str]) -> pd.DataFrame:
        """A row for each member."""
        names = [award.id for award in tally.evaluation.scheme.awards]
        return _chances(tally, names, tally.counts[0], tally.draws - tally.counts[1]).loc[members]


@dataclass(frozen=True, eq=False)
class GradeCounts:
    """In how many draws each member is in each band, int[bands + 2, members]: from the best down, then without a total, then not eligible."""

    bands: BandRule
    events: int = 1

    @classmethod
    def of(cls, evaluation: Evaluation) -> GradeCounts | None:
        """The bands of a scheme for its members in their order; None where it grades nobody."""
        known = evaluation.measured
        bands = BandRule.of(evaluation.scheme, evaluation.members, evaluation.vetoes, known.conditions, known.recorded)
        return None if bands is None else cls(bands)

    def __call__(self, lists: DrawnLists, shares: Floats, lookup: Lookup) -> Counts:  # noqa: ARG002 - all is in their standings
        """The counts of a chunk."""
        band = self.bands.in_steps(lists.rule, lookup)
        return (np.array([count_draws(band == place) for place in range(self.bands.ineligible + 1)], dtype=np.int64),)

    def frame(self, tally: Tally, members: pd.Index[str]) -> pd.DataFrame:
        """A row for each member; of a band it has the grade in which the scheme's rule ends."""
        scheme, measured, rules = tally.evaluation.scheme, tally.evaluation.measured, self.bands.grades
        direct, default = [veto.effect.grade for veto in scheme.vetoes if veto.effect.grade], rules.default or ""
        grades = list(dict.fromkeys(["", *band_names(rules), *(one.grade for one in rules.apart), *direct, *([default] if default else [])]))
        counts = np.zeros((len(grades), len(tally.index)), np.int64)
        for band, times in enumerate(tally.counts[0]):
            steps = from_bands(scheme, self.bands, np.full(len(tally.index), band), measured.vetoes, recorded=measured.recorded, previous=measured.previous)
            for grade in set(steps.grade):
                counts[grades.index(grade)] += np.where(steps.grade == grade, times, 0)
        return _chances(tally, grades[1:], counts[1:], counts[0]).loc[members]


@dataclass(frozen=True)
class RankCounts:
    """In how many draws each member has each rank of its class.

    Parameters
    ----------
    down_to
        The last rank counted by itself; None for all.
    """

    down_to: int | None = None
    events: None = None

    def __call__(self, lists: DrawnLists, shares: Floats, lookup: Lookup) -> Counts:  # noqa: ARG002 - all is in their standings
        """Of each class in turn the table int[members x (1 + columns)]: first who has no rank, then the ranks."""
        pools = lists.rule.award_rule.pools["class"]
        widths, steps = ([of(size) for size in pools.sizes] for of in (self.width, self.step))
        cells, ranks = lists.rule.ranks(lookup)
        if max(steps, default=1) > 1:
            step = np.repeat(steps, pools.sizes)
            ranks = (ranks + (step - 1)) // step
        if self.down_to is not None:
            ranks[ranks > self.down_to] = 0
        cells *= np.repeat(np.array(widths, cells.dtype), pools.sizes)
        cells += ranks
        return tuple(
            np.bincount(cells[:, columns].ravel(), minlength=size * width)
            for columns, size, width in zip(pools.columns, pools.sizes, widths, strict=True)
        )

    def width(self, size: int) -> int:
        """Columns of the table of a class: none, or one beyond the last, and every rank or band."""
        return 1 - (-min(size, self.down_to or size) // self.step(size))

    def step(self, size: int) -> int:  # noqa: ARG002 - in a large class several
        """How many ranks of a class are counted together."""
        return 1

    def tables(self, tally: Tally) -> Iterator[tuple[str, NDArray[np.intp], Integers]]:
        """Each class, the positions of its members, and their table, int64[members, 1 + columns]."""
        for (class_, positions), table in zip(tally.lists.rule.award_rule.pools["class"], tally.counts, strict=True):
            yield class_, positions, table.reshape(len(positions), -1)

    def frame(self, tally: Tally, members: pd.Index[str]) -> pd.DataFrame:
        """The ranks that members had, by member; none comes last."""
        parts, classes, place = [], list[str](), members.get_indexer(tally.index)
        for class_, positions, table in self.tables(tally):
            ranked_first = np.roll(table, -1, axis=1)
            row, column = np.nonzero(ranked_first)
            parts.append((place[positions[row]], np.full(len(row), len(classes)), (column + 1) % table.shape[1], ranked_first[row, column]))
            classes.append(class_)
        columns = [np.concatenate(part) for part in zip(*parts, strict=True)]
        order = np.argsort(columns[0].astype(np.int16 if len(members) < 1 << 15 else np.intp), kind="stable")  # sorted by radix where small
        member, class_of, rank, times = (column[order] for column in columns)
        chance = times / tally.draws
        named = {"member": members.take(member), "class": pd.Index(classes).take(class_of), "rank": pd.arrays.IntegerArray(rank, rank == 0)}
        return pd.DataFrame(named | {"probability": chance, "error": standard_error(chance, tally.draws)})


@dataclass(frozen=True)
class BandedRankCounts(RankCounts):
    """The same, ranks of very large classes counted in bands, for a few figures of each member."""

    def step(self, size: int) -> int:
        """How many ranks of a class are counted together."""
        return max(1, -(-(size * size) // BANDED))

    def frame(self, tally: Tally, members: pd.Index[str]) -> pd.DataFrame:
        """A row for each member; `attrs` say how wide the widest band is."""
        tables = list(self.tables(tally))
        frame = pd.concat([self._figures(tally, class_, positions, table) for class_, positions, table in tables])
        frame = frame.loc[members].rename_axis("member")
        frame.attrs["band"] = max(self.step(len(positions)) for _, positions, _ in tables)
        return frame

    def _figures(self, tally: Tally, class_: str, positions: NDArray[np.intp], table: Integers) -> pd.DataFrame:
        """The figures of one class."""
        step, counts = self.step(len(positions)), table[:, 1:]
        place = np.arange(counts.shape[1]) * step + (1 + step) / 2
        times = np.where(counts.any(axis=1), counts.sum(axis=1), np.nan)
        mean = counts @ place / times
        spread = np.sqrt(np.maximum(0.0, counts @ place**2 / times - mean**2))
        below, never = counts.cumsum(axis=1), np.isnan(times)
        marks = {name: np.maximum(1, np.ceil(share * times - 1e-9)) for name, share in SHARES.items()}
        marks |= {"best": np.minimum(1, times), "worst": times}
        quantiles = {
            name: np.where(never, np.nan, place[(below < np.nan_to_num(mark)[:, None]).sum(axis=1)]) for name, mark in marks.items()
        }
        columns = {"class": class_, "mean": mean, "mean_error": spread / np.sqrt(times), **quantiles}
        return pd.DataFrame(columns | {"unranked": table[:, 0] / tally.draws}, index=tally.index[positions])
