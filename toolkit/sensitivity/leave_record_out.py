"""Which single record, were it struck, changes the list: by its place in its workbook.

The records that count, each as a trial: what its member would have measured without it, or why that is not known.

What a measure would come to without each of the records it rests on.

The list decided again for one member measured otherwise, many times over: only where a line can move.

What members would score in trials: the member itself by what was found, and all where a shape finds something else.

The lines of a list as they stand: with which other scores one member leaves every one of them where it is.

Trials: one member measured otherwise, as it would be without one of its records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation import Evaluation, evaluate
from toolkit.evaluation.awards import AwardRule, tie_nodes
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.requirements import rounded_scores, within
from toolkit.evaluation.scores import TOTAL, adjusted, node_scores
from toolkit.evaluation.values import resolved, scaled
from toolkit.ground.decimals import decimal_digits
from toolkit.ground.problems import Refused, refuse
from toolkit.ground.ranking import rounded
from toolkit.ground.text import Phrase
from toolkit.indicators import adjustment_points
from toolkit.indicators.evidence import evidence
from toolkit.indicators.single_rows import RawValues
from toolkit.scheme.criteria import Adjustment
from toolkit.sensitivity.leave_one_out import RelativeShapes, awarded
from toolkit.sensitivity.tipping.lines import terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.evaluation.contests import Contest
    from toolkit.evaluation.requirements import Asked
    from toolkit.ground.ranking import Floats, Mask
    from toolkit.records import Records
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Condition, Indicator
    from toolkit.scheme.measures import Measure
    Item: TypeAlias = Indicator | Adjustment | Condition


Amount: TypeAlias = str | None
Value: TypeAlias = float | bool
COUNTING = ("count", "any", "distinct")
NOTHING, NINE_PLACES = float("nan"), Decimal("1e-9")


def answered(measure: Measure) -> bool:
    """Whether a measure's value without a record follows from the amounts of the others.

    Of the latest record, a cell read as it stands, a panel, and quotients of two sums it does not.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> answered(Measure(take="sum", table="hours", column="hours")), answered(Measure(column="members.staff"))
    (True, False)
    """
    shared = measure.take == "ratio" and measure.column is None
    return shared or measure.take in {*COUNTING, "sum", "mean", "max", "min"}


def value_of_all(measure: Measure, amounts: Sequence[Amount]) -> Value | None:
    """What a measure takes of these amounts, as `toolkit.indicators.evidence` shows them; None where they are no numbers.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> value_of_all(Measure(take="mean", table="marks", column="mark"), ["0.1", "0.2", None])
    0.15
    """
    if measure.take in COUNTING:
        return _counted(str(measure.take), amounts)
    numbers = _numbers(amounts)
    return None if numbers is None else _of_numbers(str(measure.take), len(amounts), numbers)


def values_without_each(measure: Measure, amounts: Sequence[Amount]) -> list[Value] | None:
    """The same without each of them in turn; None where they are no numbers. Equal amounts are worked out once.

    Examples
    --------
    >>> from toolkit.scheme.measures import Measure
    >>> values_without_each(Measure(take="sum", table="hours", column="hours"), ["8", "4.5", "8"])
    [12.5, 16.0, 12.5]
    """
    if measure.take in {"sum", "mean"} and _numbers(amounts) is None:
        return None
    found: dict[Amount, Value | None] = {}
    for place, amount in enumerate(amounts):
        if amount not in found:
            found[amount] = value_of_all(measure, [*amounts[:place], *amounts[place + 1 :]])
    values = [found[amount] for amount in amounts]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def _counted(take: str, amounts: Sequence[Amount]) -> Value:
    """No rows hold no kinds; rows of which none says a kind leave it unknown."""
    if take == "any":
        return len(amounts) > 0
    if take == "count":
        return float(len(amounts))
    kinds = {amount for amount in amounts if amount is not None}
    return float(len(kinds)) if kinds or not amounts else NOTHING


def _of_numbers(take: str, rows: int, numbers: list[Decimal]) -> float:
    """No rows have the sum 0; rows of which none says a number have none."""
    if not numbers:
        return 0.0 if take == "sum" and not rows else NOTHING
    if take in {"max", "min"}:
        return float(max(numbers) if take == "max" else min(numbers)) + 0.0
    total = sum(map(Fraction, numbers), Fraction(0))
    return decimal_digits(float(total if take == "sum" else total / len(numbers)))


def _numbers(amounts: Sequence[Amount]) -> list[Decimal] | None:
    """The amounts that are there, with the nine places that sums keep."""
    try:
        exact = [Decimal(amount) for amount in amounts if amount is not None]
        return [number.quantize(NINE_PLACES, ROUND_HALF_UP) for number in exact]
    except InvalidOperation:
        return None



CELLS = 1 << 17


@dataclass(frozen=True, eq=False)
class Found:
    """What indicators that look at all members would find in a trial.

    Parameters
    ----------
    columns
        Everyone's values float64[members], of those that would find something else; none where all find the same.
    stops
        Whether a value would then be missing that the scheme demands.
    """

    columns: dict[str, Floats]
    stops: bool = False


@dataclass(frozen=True, eq=False)
class TrialScores:
    """An evaluation whose members are scored in trials.

    Parameters
    ----------
    nodes
        The nodes whose scores are wanted.
    """

    evaluation: Evaluation
    nodes: Sequence[str]
    _known: dict[tuple[str, str, str], Found] = field(default_factory=dict)

    @cached_property
    def looking_at_all(self) -> dict[str, Scheme]:
        """The indicators whose values depend on what other members measured, each as the only one of a scheme."""
        scheme, found = self.evaluation.scheme, self.evaluation.resolved
        pairs = zip(scheme.indicators, found.indicators, strict=True)
        return {item.id: scheme.model_copy(update={"indicators": (item,)}) for item, other in pairs if item != other}

    def own(self, trials: Sequence[Trial]) -> tuple[Table, Floats]:
        """The rounded scores of each trial's member, float64[trials] by node, and its values float64[trials, indicators].

        Shapes keep what they found.
        """
        evaluation, who = self.evaluation, [trial.member for trial in trials]
        rows = pd.RangeIndex(len(trials))
        raw = with_values(evaluation.indicators.loc[who].set_axis(rows), trials)
        applicable = evaluation.applicable.loc[who].set_axis(rows)
        classes = evaluation.members.loc[who, "class"].to_numpy(dtype=object)
        values = scaled(evaluation.resolved, RawValues.of(raw, applicable), classes).frame.to_numpy(np.float64)
        return self._scored(values, applicable.to_numpy(np.bool_), self._adjusted(trials).set_axis(rows)), values

    def otherwise(self, trial: Trial) -> Found:
        """What the indicators that look at all members would find in a trial."""
        columns, stops = dict[str, Any](), False
        for name in self.looking_at_all.keys() & trial.values.keys():
            key = (name, trial.member, repr(trial.values[name]))
            if key not in self._known:
                self._known[key] = self._found(name, trial)
            columns |= self._known[key].columns
            stops = stops or self._known[key].stops
        return Found(columns, stops)

    def _found(self, name: str, trial: Trial) -> Found:
        evaluation, scheme = self.evaluation, self.looking_at_all[name]
        column, applicable, classes = evaluation.indicators[name].copy(), evaluation.applicable[[name]], evaluation.members["class"].to_numpy(dtype=object)
        column.loc[[trial.member]] = [trial.values[name]]
        raw = RawValues.of(column.to_frame(), applicable)
        before = next(item for item in evaluation.resolved.indicators if item.id == name)
        if resolved(scheme, raw, classes).indicators == (before,):
            return Found({})
        values = scaled(scheme, raw, classes)
        return Found({name: values.columns[name]}, bool(values.problems.errors))

    def everyone(self, trials: Sequence[Trial], found: Sequence[Found], own: Floats) -> Iterator[Table]:
        """The rounded scores of all members in each trial, float64[members] by node.

        Parameters
        ----------
        own : float64[trials, indicators]
            The values of each trial's member, by what was found before.
        """
        evaluation, members = self.evaluation, self.evaluation.members.index
        names = [item.id for item in evaluation.scheme.indicators]
        standing = evaluation.values.loc[members, names].to_numpy(np.float64)
        applicable = evaluation.applicable.loc[members, names].to_numpy(np.bool_)
        adjustments = evaluation.measured.adjustments.loc[members]
        size = max(1, CELLS // standing.size)
        for start in range(0, len(trials), size):
            some = trials[start : start + size]
            values = np.repeat(standing[None], len(some), axis=0)
            added = pd.concat([adjustments] * len(some), ignore_index=True)
            at = members.get_indexer(pd.Index([trial.member for trial in some]))
            values[np.arange(len(some)), at] = own[start : start + size]
            added.iloc[np.arange(len(some)) * len(members) + at] = self._adjusted(some)
            for place, one in enumerate(found[start : start + size]):
                for name, column in one.columns.items():
                    values[place][:, names.index(name)] = column
            table = self._scored(values.reshape(-1, len(names)), np.tile(applicable, (len(some), 1)), added)
            for place in range(len(some)):
                yield {node: score[place * len(members) : (place + 1) * len(members)] for node, score in table.items()}

    def _scored(self, values: Floats, applicable: Mask, adjustments: pd.DataFrame) -> Table:
        """The rounded scores of values float64[rows, indicators], float64[rows] by node."""
        scheme, tree = self.evaluation.scheme, self.evaluation.tree
        found = dict(zip(tree.nodes, node_scores(tree, values, applicable).T, strict=True))
        total = adjusted(found[TOTAL], [column.to_numpy(np.float64) for _, column in adjustments.items()], scheme.total)
        asked = np.array([item.missing == "unranked" for item in scheme.indicators], dtype=np.bool_)
        found |= {str(name): adjustments[name].to_numpy(np.float64) for name in adjustments}
        found[TOTAL] = np.where((np.isnan(values) & applicable & asked).any(axis=1), np.nan, total)
        return {node: rounded(found[node], scheme.decimals) for node in self.nodes}

    def _adjusted(self, trials: Sequence[Trial]) -> pd.DataFrame:
        """The points of each trial's member by every adjustment."""
        found = self.evaluation.measured.adjustments.loc[[trial.member for trial in trials]]
        columns = {}
        for item in self.evaluation.scheme.adjustments:
            columns[item.id] = found[item.id].to_numpy(np.float64, copy=True)
            held = [place for place, trial in enumerate(trials) if item.id in trial.values]
            if held:
                columns[item.id][held] = points(item, [trials[place].values[item.id] for place in held])
        return pd.DataFrame(columns, index=found.index)


def points(item: Adjustment, values: Sequence[float | bool]) -> Floats:
    """The points an adjustment gives for raw values."""
    return adjustment_points(item, pd.Series(values, dtype="object")).to_numpy(np.float64)


def with_values(frame: pd.DataFrame, trials: Sequence[Trial]) -> pd.DataFrame:
    """A frame with one row for each trial, with the values of the trials put in."""
    columns = {}
    for name in frame:
        column = frame[name].copy()
        held = [place for place, trial in enumerate(trials) if name in trial.values]
        if held:
            column.iloc[held] = [trials[place].values[str(name)] for place in held]
        columns[name] = column
    return pd.DataFrame(columns, index=frame.index)



Table: TypeAlias = "dict[str, Floats]"
"""Rounded scores by node."""


@dataclass(frozen=True, eq=False)
class StandingLines:
    """The contests of a list as it stands.

    A member with other scores changes nothing as long as it takes part as before and, award by award, who has it stays
    ahead of all who have not, and who has not stays under the bar or behind the last who has.

    Parameters
    ----------
    points
        The rounded scores of all members, float64[members], by the nodes that awards look at.
    """

    terms: AwardRule
    points: Table

    @cached_property
    def contests(self) -> list[Contest]:
        """Every award in every pool."""
        return ListRun.of(self.terms, self.points.__getitem__).contests

    def untouched(self, who: NDArray[np.intp], scores: Table) -> Mask:
        """Whether the list surely stays as it is when one member has other rounded scores, bool[n], each alone.

        Parameters
        ----------
        who : intp[n]
            The position of the member.
        scores : float64[n] by node
            What it would have instead.
        """
        terms, own = self.terms, {node: points[who] for node, points in self.points.items()}
        part, before = (terms.applied[who] & _met(terms.eligibility, who, table) for table in (scores, own))
        ranked = ~np.isnan(scores[TOTAL])
        found = (part == before) & (ranked == ~np.isnan(own[TOTAL]))
        held: dict[str, Mask] = {}
        for award in terms.scheme.awards:
            if award.quota is not None and award.quota.in_all is not None:
                return np.zeros(len(who), np.bool_)
            taken = [mask for earlier, mask in held.items() if earlier not in award.beside]
            able = part & ranked & ~np.logical_or.reduce([terms.barred[award.id][who], *taken])
            keys = [scores[node] for node in (award.by, *tie_nodes(terms.scheme))]
            contests = [contest for contest in self.contests if contest.award.id == award.id]
            held[award.id], stays = self._kept(contests, who, able & _met(terms.bars[award.id], who, scores), keys)
            found &= stays
        return np.asarray(found, dtype=np.bool_)

    def _kept(self, contests: Sequence[Contest], who: NDArray[np.intp], able: Mask, keys: Sequence[Floats]) -> tuple[Mask, Mask]:
        """Who of some holds an award as it stands, and whether its line stays where it is with their other keys."""
        size = len(self.terms.applied)
        pool, given, open_ = np.zeros(size, np.intp), np.zeros(size, np.bool_), np.zeros(size, np.bool_)
        for place, contest in enumerate(contests):
            pool[contest.positions] = place
            given[contest.positions], open_[contest.positions] = contest.given, contest.open
        last, next_ = (np.array(lines)[pool[who]].T for lines in zip(*(_either_side(contest) for contest in contests), strict=True))
        full = np.array([_full(contest) for contest in contests])[pool[who]]
        crowded = np.array([contest.places is not None and int(contest.given.sum()) > contest.places for contest in contests])[pool[who]]
        nobody = np.array([contest.places == 0 for contest in contests])[pool[who]]
        keeps = able & ~crowded & _ahead(keys, next_)
        stays_out = ~able | nobody | (full & _ahead(last, keys))
        return given[who], np.asarray(~open_[who] & np.where(given[who], keeps, stays_out), dtype=np.bool_)


def _either_side(contest: Contest) -> tuple[Floats, Floats]:
    """The keys of the last who has the award or stands open at its line, and of the next behind it; NaN where nobody can be told."""
    won, missed = contest.given | contest.open, contest.able & ~contest.given
    return _extreme(contest.keys[:, won], last=True), _extreme(contest.keys[:, missed], last=False)


def _extreme(keys: Floats, *, last: bool) -> Floats:
    """The lowest or highest of some keys float64[keys, n], the first deciding first; infinite for none."""
    if not keys.shape[1]:
        return np.full(len(keys), np.inf if last else -np.inf)
    if np.isnan(keys).any():
        return np.full(len(keys), np.nan)
    rising = np.lexsort(keys[::-1])
    return np.asarray(keys[:, rising[0 if last else -1]])


def _full(contest: Contest) -> bool:
    """Whether nobody else can be given the award but by displacing another."""
    return contest.places is not None and (bool(contest.open.any()) or int(contest.given.sum()) >= contest.places > 0)


def _ahead(one: Sequence[Floats] | Floats, other: Sequence[Floats] | Floats) -> Mask:
    """Whether keys, the first deciding first, are higher than others; not where one of those that decide is unknown."""
    ahead, level = np.zeros(len(one[0]), np.bool_), np.ones(len(one[0]), np.bool_)
    for mine, theirs in zip(one, other, strict=True):
        ahead |= level & (mine > theirs)
        level &= mine == theirs
    return ahead


def _met(asked: Asked, who: NDArray[np.intp], scores: Table) -> Mask:
    """Whether members meet requirements with scores of their own, bool[n]."""
    found = asked.able[who]
    for item, spared in asked.nodes:
        found = found & (within(item, scores[str(item.node)]) | spared[who])
    return found



Given: TypeAlias = frozenset[tuple[str, str]]
"""Who is given what: (award, member)."""


@dataclass(frozen=True, eq=False)
class Trials:
    """One evaluation, ready for trials.

    Parameters
    ----------
    lines
        The contests as they stand.
    scores
        What members would score.
    given
        The list as it stands.
    """

    evaluation: Evaluation
    lines: StandingLines
    scores: TrialScores
    given: Given

    @classmethod
    def of(cls, evaluation: Evaluation) -> Trials:
        """An evaluation as it stands."""
        terms = terms_of(evaluation)
        nodes, score = terms.nodes, rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])
        lines = StandingLines(terms, {node: score(node) for node in nodes})
        return cls(evaluation, lines, TrialScores(evaluation, nodes), listed(awarded(evaluation)))

    def lists(self, trials: Sequence[Trial], *, relative: RelativeShapes) -> list[Given | None]:
        """The list of each trial; None where the scheme demands a value that is then missing.

        A trial of which something is unknown has the list as it stands. Those that tell the same are decided once.
        """
        alike: dict[tuple[object, ...], list[int]] = {}
        for place, trial in enumerate(trials):
            if not trial.unknown and not self._stops(trial):
                alike.setdefault(trial.told, []).append(place)
        found: list[Given | None] = [self.given if trial.unknown or not self._stops(trial) else None for trial in trials]
        asked = [trials[places[0]] for places in alike.values()]
        for places, given in zip(alike.values(), self._decided(asked, relative), strict=True):
            for place in places:
                found[place] = given
        return found

    def _stops(self, trial: Trial) -> bool:
        """Whether a value is missing that the scheme demands."""
        missing = [name for name in trial.values if name in self._demanded and pd.isna(trial.values[name])]
        return any(self.evaluation.applicable.loc[trial.member, name] for name in missing)

    @cached_property
    def _demanded(self) -> set[str]:
        return {item.id for item in self.evaluation.scheme.indicators if item.missing == "error"}

    def _decided(self, trials: Sequence[Trial], relative: RelativeShapes) -> list[Given | None]:
        """The list of each of some different trials, decided anew only where a line can move."""
        if not trials:
            return []
        table, values = self.scores.own(trials)
        who = self.evaluation.members.index.get_indexer(pd.Index([trial.member for trial in trials]))
        anew = [self.scores.otherwise(trial) if relative == "recomputed" else Found({}) for trial in trials]
        untouched = self.lines.untouched(who, table)
        alone = [at for at, trial in enumerate(trials) if not anew[at].columns and not (untouched[at] and self._only_scores(trial))]
        whole = [at for at, own in enumerate(anew) if own.columns and not own.stops]
        others = ({node: _put(points, who[at], table[node][at]) for node, points in self.lines.points.items()} for at in alone)
        everyone = self.scores.everyone([trials[at] for at in whole], [anew[at] for at in whole], values[whole])
        found: list[Given | None] = [None if own.stops else self.given for own in anew]
        for at, scores in zip([*alone, *whole], chain(others, everyone), strict=True):
            found[at] = self._listed(ListRun.of(self._terms(trials[at]), scores.__getitem__).contests)
        return found

    def _only_scores(self, trial: Trial) -> bool:
        """Whether nothing but scores is otherwise in a trial: no condition, no veto."""
        return not trial.spared and not self._conditional.intersection(trial.values)

    @cached_property
    def _conditional(self) -> set[str]:
        return set(map(str, self.evaluation.measured.conditions))

    def _terms(self, trial: Trial) -> AwardRule:
        """The terms of the awards in a trial, with its conditions and vetoes."""
        if self._only_scores(trial):
            return self.lines.terms
        evaluation = self.evaluation
        vetoes, conditions = evaluation.vetoes, evaluation.measured.conditions.copy()
        struck = (vetoes["member"] == trial.member) & vetoes["veto"].isin(trial.spared)
        if len(conditions.columns):
            conditions.loc[[trial.member]] = with_values(conditions.loc[[trial.member]], [trial])
        return AwardRule.of(evaluation.scheme, evaluation.members, vetoes[~struck], conditions)

    def _listed(self, contests: Sequence[Contest]) -> Given:
        return frozenset((own.award.id, self._names[at]) for own in contests for at in own.positions[own.given].tolist())

    @cached_property
    def _names(self) -> list[str]:
        return self.evaluation.members.index.tolist()


def listed(awards: dict[str, frozenset[str]]) -> Given:
    """A list as pairs of award and member."""
    return frozenset((award, member) for award, own in awards.items() for member in own)


def _put(numbers: Floats, at: int, number: float) -> Floats:
    found = numbers.copy()
    found[at] = number
    return found



Place: TypeAlias = tuple[str, str, str, int]
"""Table, file, sheet and row of a record."""


@dataclass
class Trial:
    """One record struck: what its member would have measured instead.

    Parameters
    ----------
    place, member
        Where the record stands, and whom it tells of.
    items
        What rests on it.
    values
        By item the raw value without it.
    spared
        The vetoes that would no longer strike.
    unknown
        Why nothing can be said; None where something can.
    """

    place: Place
    member: str
    items: tuple[str, ...] = ()
    values: dict[str, float | bool] = field(default_factory=dict)
    spared: tuple[str, ...] = ()
    unknown: Phrase | None = None

    @property
    def told(self) -> tuple[object, ...]:
        """All that its list depends on: records that tell the same come to the same."""
        return self.member, tuple(sorted((name, repr(value)) for name, value in self.values.items())), self.spared



Row: TypeAlias = tuple[Any, ...]
PLACE = ["table", "file", "sheet", "row"]

OTHER_MEASURE = Phrase("所用统计方式须重新核算全部记录", "a measure that has to read the records again rests on it")
NOT_ITS_SUM = Phrase("由各条记录算不出已用的数值", "what was measured does not come of the records alone")
COUNTED_KINDS = Phrase("一票否决按不同种类计数", "a veto that counts kinds strikes by it")
ADDED_UP = Phrase("一票否决按合计数", "a veto that adds up strikes by it")
ONE_PLACE = Phrase("几条记录的位置相同，无法逐条区分", "several records stand at one place and cannot be told apart")


@dataclass
class _Gathered:
    """The records that count as trials, by place and member, while they are gathered."""

    found: dict[tuple[Place, str], Trial] = field(default_factory=dict)

    def trial(self, row: tuple[Any, ...], member: str) -> Trial:
        place = (str(row[0]), str(row[1]), str(row[2]), int(row[3]))
        return self.found.setdefault((place, member), Trial(place, member))

    @property
    def trials(self) -> list[Trial]:
        return [self.found[key] for key in sorted(self.found)]


def gathered_trials(evaluation: Evaluation, records: Records, members: Collection[str] | None) -> list[Trial]:
    """Every record that counts, and each of a veto, as a trial without it.

    Parameters
    ----------
    members
        Only of these; of all when left out.
    """
    gathered, told = _Gathered(), _told(evaluation, records, members)
    everything: tuple[Item, ...] = (*evaluation.scheme.indicators, *evaluation.scheme.adjustments, *evaluation.scheme.conditions)
    for item in everything:
        known = _measured(evaluation, item.id)
        followed = answered(item.measure) and not _days(records, item)
        for member, own in told.get(item.id, {}).items():
            trials = [gathered.trial(row, member) for row, _ in own]
            _measured_without(item, trials, [amount for _, amount in own], known[member] if followed else OTHER_MEASURE)
    _spared(evaluation, gathered, members)
    return gathered.trials


def _spared(evaluation: Evaluation, gathered: _Gathered, members: Collection[str] | None) -> None:
    """Note with the trial of each record that meets a veto whether it would no longer strike."""
    vetoes = evaluation.vetoes if members is None else evaluation.vetoes[evaluation.vetoes["member"].isin(list(members))]
    for (name, member), struck in vetoes.groupby(["veto", "member"], sort=False):
        veto = next(veto for veto in evaluation.scheme.vetoes if veto.id == name)
        for row in struck[PLACE].itertuples(index=False, name=None):
            trial = gathered.trial(row, str(member))
            trial.items += (str(name),)
            if veto.distinct or veto.sum:
                trial.unknown = COUNTED_KINDS if veto.distinct else ADDED_UP
            elif len(struck) <= veto.at_least:
                trial.spared += (str(name),)


def _told(evaluation: Evaluation, records: Records, members: Collection[str] | None) -> dict[str, dict[str, list[tuple[Row, Amount]]]]:
    """The records that count, each its place and its amount, by item and member."""
    rested = evidence(evaluation.scheme, records, members)
    rested = rested[rested["member"].isin(evaluation.members.index) & (rested["table"] != evaluation.scheme.members.table)]
    found: dict[str, dict[str, list[tuple[Row, Amount]]]] = {}
    columns = [rested[name].tolist() for name in ("item", "member", "amount", *PLACE)]
    for item, member, amount, *row in zip(*columns, strict=True):
        found.setdefault(item, {}).setdefault(member, []).append((tuple(row), None if pd.isna(amount) else str(amount)))
    return found


def _measured(evaluation: Evaluation, item: str) -> dict[str, Any]:
    """What was measured of each member; of adjustments the points."""
    measured = evaluation.measured
    frame = next(own for own in (measured.raw, measured.conditions, measured.adjustments) if item in own)
    return dict(zip(frame.index, frame[item].tolist(), strict=True))


def _measured_without(item: Item, trials: list[Trial], amounts: list[Amount], measured: Any) -> None:
    """Note with each trial what the item comes to without its record, or why that is not known.

    `measured` is what the item comes to with all of them, or why what it comes to without one is not known.
    """
    values, why = None, OTHER_MEASURE
    if measured is not OTHER_MEASURE:
        same = _as_measured(item, value_of_all(item.measure, amounts), measured)
        values, why = values_without_each(item.measure, amounts) if same else None, NOT_ITS_SUM
    for place, trial in enumerate(trials):
        twice = item.id in trial.items
        trial.items += () if twice else (item.id,)
        if values is None or twice:
            trial.unknown = ONE_PLACE if twice and values is not None else why
        else:
            trial.values[item.id] = values[place]


def _days(records: Records, item: Item) -> bool:
    """Whether an item counts different days, which one cell shows with its hour and another without."""
    table, column = item.measure.place
    spec = records.tables.table[table].column.get(column or "")
    return item.measure.take == "distinct" and spec is not None and spec.type == "date"


def _as_measured(item: Item, value: Value | None, measured: Any) -> bool:
    """Whether the value made of the records is the one that was measured; of adjustments the points."""
    if value is None:
        return False
    made = float(points(item, [value])[0]) if isinstance(item, Adjustment) else value
    return bool(pd.isna(made) and pd.isna(measured)) or bool(not pd.isna(made) and not pd.isna(measured) and made == measured)



COLUMNS = [*PLACE, "member", "items", "answer", "gained", "lost", "own", "why"]

WOULD_STOP = Phrase("删去后缺少必需的数值，评选将中止", "without it a value is missing that the scheme demands")


def decisive_records(
    evaluation: Evaluation, records: Records, members: Collection[str] | None = None,
    *, relative: RelativeShapes = "recomputed", again: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """The records of which each one, were it struck, would change who is given an award; as `struck_records` tells them."""
    found = struck_records(evaluation, records, members, relative=relative, again=again)
    return found[found["answer"] == "changed"].reset_index(drop=True)


def struck_records(
    evaluation: Evaluation, records: Records, members: Collection[str] | None = None,
    *, relative: RelativeShapes = "recomputed", again: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Every record that counts, and what became of the list were it alone struck.

    What its member would have measured follows from the amounts of its other records; only that member is valued and only
    the awards are decided anew. An act that is told twice and counts once is struck with all its tellings. Rows of the
    members table are left out (see `without_each_member`), and score sheets.

    Parameters
    ----------
    members
        Only records of these; of all when left out.
    relative
        "recomputed": where the record touches a shape, stand-in or outlier bound that looks at all members, these look
        again, and each such record is an evaluation of its own. "held": they keep what they found, which is many times
        as fast.
    again
        Whether what does not follow from the other records is found by reading and evaluating all records again without
        that one row, which takes a whole evaluation for each: then only records that cannot be told apart stay unknown.

    Returns
    -------
    DataFrame
        One row for each record, by table, file, sheet and row: these; member; items, a tuple of the indicators,
        adjustments, conditions and vetoes that rest on it; answer, "same", "changed" or "unknown"; gained and lost, sorted
        tuples of (award, member) where the list changes; own, whether the record's own member is among these; why, for
        "unknown", in the scheme's language: `evaluated_without_records` answers those one by one.
    """
    trials = gathered_trials(evaluation, records, members)
    lists = Trials.of(evaluation).lists(trials, relative=relative)
    now = listed(awarded(evaluation))
    language = evaluation.scheme.language
    rows = []
    for trial, told in zip(trials, lists, strict=True):
        whole = again and trial.unknown not in {None, ONE_PLACE}
        after = _read_again(evaluation, records, trial, relative) if whole else told
        why = WOULD_STOP if after is None else None if whole else trial.unknown
        known = now if after is None or why else after
        gained, lost = tuple(sorted(known - now)), tuple(sorted(now - known))
        answer = "unknown" if why else "changed" if gained or lost else "same"
        own = any(member == trial.member for _, member in (*gained, *lost))
        rows.append((*trial.place, trial.member, trial.items, answer, gained, lost, own, why.into(language) if why else ""))
    return pd.DataFrame(rows, columns=COLUMNS)


def evaluated_without_records(scheme: Scheme, records: Records, places: Iterable[Place]) -> Evaluation:
    """The evaluation of the records without some, read again in full: exact for every measure.

    Parameters
    ----------
    places
        Table, file, sheet and row of each, as `struck_records` tells them.

    Raises
    ------
    Refused
        When there is no such record among those read from files, or the scheme cannot do without it.
    """
    frames, apart = dict(records.frames), dict(records.not_applicable)
    for table, file, sheet, row in places:
        frame = frames.get(table)
        there = None if frame is None else (frame["_file"] == file) & (frame["_sheet"] == sheet) & (frame["_row"] == row)
        if frame is None or there is None or not there.any() or table in records.standing:
            mend = Phrase("请照 struck_records 所列写明位置", "name its place as struck_records does")
            raise refuse(Phrase("没有这条记录", "there is no such record"), mend, file=file, value=f"{sheet} {row}")
        frames[table] = frame[~there]
        if table in apart:
            apart[table] = apart[table].loc[~there]
    return evaluate(scheme, replace(records, frames=frames, not_applicable=apart))


def _read_again(evaluation: Evaluation, records: Records, trial: Trial, relative: RelativeShapes) -> Given | None:
    """The list without a record, everything read again; None where the scheme cannot do without it."""
    scheme = evaluation.resolved if relative == "held" else evaluation.scheme
    try:
        other = evaluated_without_records(scheme, records, [trial.place])
    except Refused:
        return None
    return listed(awarded(other))
