"""Which single record, were it struck, changes the list: by its place in its workbook.

Without a record its member has what the others come to, and all other members keep what they have. Each struck record is a
run of the rule of the awards, and the list is the run in which none is struck.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation import Evaluation, evaluate
from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.scores import Score, list_scores, rounded_scores
from toolkit.evaluation.stages import compared_by
from toolkit.evaluation.values import resolved, scaled
from toolkit.ground.answers import asked_once
from toolkit.ground.problems import Refused, refuse
from toolkit.ground.text import Phrase
from toolkit.indicators import adjustment_points
from toolkit.indicators.evidence import Amount, Value, answered, evidence, value_of_all, values_without_each
from toolkit.indicators.single_rows import RawValues
from toolkit.scheme.criteria import Adjustment, Condition, Indicator
from toolkit.sensitivity.leave_one_out import RelativeShapes

if TYPE_CHECKING:
    from toolkit.evaluation.requirements import Demands
    from toolkit.ground.ranking import Floats, Integers, Mask
    from toolkit.records import Records
    from toolkit.scheme import Scheme
    Item: TypeAlias = Indicator | Adjustment | Condition


Place: TypeAlias = tuple[str, str, str, int]
"""Table, file, sheet and row of a record."""
Moves: TypeAlias = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
"""Sorted pairs of award and member: who is given it that was not, and who no longer is."""

PLACE = ["table", "file", "sheet", "row"]
COLUMNS = [*PLACE, "member", "items", "answer", "gained", "lost", "own", "why"]
CELLS = 1 << 22  # values of members in the runs that are decided at once

OTHER_MEASURE = Phrase("所用统计方式须重新核算全部记录", "a measure that has to read the records again rests on it")
NOT_ITS_SUM = Phrase("由各条记录算不出已用的数值", "what was measured does not come of the records alone")
COUNTED_KINDS = Phrase("一票否决按不同种类计数", "a veto that counts kinds strikes by it")
ADDED_UP = Phrase("一票否决按合计数", "a veto that adds up strikes by it")
COMPARES_BY_IT = Phrase("谁与谁相比要看它（among）", "who is compared with whom hangs on it (`among`)")
ONE_PLACE = Phrase("几条记录的位置相同，无法逐条区分", "several records stand at one place and cannot be told apart")
WOULD_STOP = Phrase("删去后缺少必需的数值，评选将中止", "without it a value is missing that the scheme demands")


@asked_once
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
        again, and all members are scored anew for each such record. "held": they keep what they found, which is several
        times as fast.
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
    struck = records_that_count(evaluation, records, members)
    language = evaluation.scheme.language
    rows, by_it = [], compared_by(evaluation.scheme)
    for record, moves in zip(struck, _moves(evaluation, struck, relative), strict=True):
        why = record.unknown or (COMPARES_BY_IT if by_it.intersection(record.items) else None)
        if again and why not in {None, ONE_PLACE}:
            why, moves = None, _moves_read_again(evaluation, records, record, relative)  # noqa: PLW2901 - the better answer
        why = WOULD_STOP if moves is None else why
        gained, lost = ((), ()) if moves is None or why else moves
        answer = "unknown" if why else "changed" if gained or lost else "same"
        concerned = any(member == record.member for _, member in (*gained, *lost))
        rows.append((*record.place, record.member, record.items, answer, gained, lost, concerned, why.into(language) if why else ""))
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
        struck = None if frame is None else (frame["_file"] == file) & (frame["_sheet"] == sheet) & (frame["_row"] == row)
        if frame is None or struck is None or not struck.any() or table in records.standing:
            mend = Phrase("请照 struck_records 所列写明位置", "name its place as struck_records does")
            raise refuse(Phrase("没有这条记录", "there is no such record"), mend, file=file, value=f"{sheet} {row}")
        frames[table] = frame[~struck]
        if table in apart:
            apart[table] = apart[table].loc[~struck]
    return evaluate(scheme, replace(records, frames=frames, not_applicable=apart))


def _moves_read_again(evaluation: Evaluation, records: Records, record: StruckRecord, relative: RelativeShapes) -> Moves | None:
    """Who gains and loses what without a record, everything read again; None where the scheme cannot do without it."""
    scheme = evaluation.resolved if relative == "held" else evaluation.scheme
    try:
        other = evaluated_without_records(scheme, records, [record.place])
    except Refused:
        return None
    after, now = (set(zip(one.awards["award"], one.awards["member"], strict=True)) for one in (other, evaluation))
    return tuple(sorted(after - now)), tuple(sorted(now - after))



# the records that count, and what their members would have measured without them


@dataclass
class StruckRecord:
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
    values: dict[str, Value] = field(default_factory=dict)
    spared: tuple[str, ...] = ()
    unknown: Phrase | None = None

    @property
    def change(self) -> tuple[object, ...]:
        """All that its list depends on: records without which the same changes come to the same."""
        return self.member, tuple(sorted((name, repr(value)) for name, value in self.values.items())), self.spared


def records_that_count(evaluation: Evaluation, records: Records, members: Collection[str] | None = None) -> list[StruckRecord]:
    """Every record that counts, and each of a veto, by place and member; only of some members where they are named."""
    struck: dict[tuple[Place, str], StruckRecord] = {}

    def record_at(row: Sequence[Any], member: str) -> StruckRecord:
        place = (str(row[0]), str(row[1]), str(row[2]), int(row[3]))
        return struck.setdefault((place, member), StruckRecord(place, member))

    scheme, amounts = evaluation.scheme, _amounts(evaluation, records, members)
    items: tuple[Item, ...] = (*scheme.indicators, *scheme.adjustments, *scheme.conditions)
    frames = (evaluation.indicators, evaluation.measured.conditions, evaluation.measured.adjustments)
    for item in items:
        frame = next(frame for frame in frames if item.id in frame)
        measured, follows = frame[item.id].to_dict(), answered(item.measure) and not _counts_days(records, item)
        for member, rows in amounts.get(item.id, {}).items():
            followed = _values_without(item, [amount for _, amount in rows], measured[member]) if follows else OTHER_MEASURE
            _note_values(item.id, [record_at(row, member) for row, _ in rows], followed)
    vetoes = evaluation.vetoes if members is None else evaluation.vetoes[evaluation.vetoes["member"].isin(list(members))]
    for (id_, struck_member), struck_by in vetoes.groupby(["veto", "member"], sort=False):
        veto = next(veto for veto in scheme.vetoes if veto.id == id_)
        for row in struck_by[PLACE].itertuples(index=False, name=None):
            record = record_at(row, str(struck_member))
            record.items += (veto.id,)
            if veto.distinct or veto.sum:
                record.unknown = COUNTED_KINDS if veto.distinct else ADDED_UP
            elif len(struck_by) <= veto.at_least:
                record.spared += (veto.id,)
    return [struck[key] for key in sorted(struck)]


def _amounts(
    evaluation: Evaluation, records: Records, members: Collection[str] | None
) -> dict[str, dict[str, list[tuple[tuple[Any, ...], Amount]]]]:
    """The records that count, each its place and its amount, by item and member."""
    frame = evidence(evaluation.scheme, records, members)
    frame = frame[frame["member"].isin(evaluation.members.index) & (frame["table"] != evaluation.scheme.members.table)]
    amounts: dict[str, dict[str, list[tuple[tuple[Any, ...], Amount]]]] = {}
    columns = [frame[name].tolist() for name in ("item", "member", "amount", *PLACE)]
    for item, member, amount, *row in zip(*columns, strict=True):
        amounts.setdefault(item, {}).setdefault(member, []).append((tuple(row), None if pd.isna(amount) else str(amount)))
    return amounts


def _counts_days(records: Records, item: Item) -> bool:
    """Whether an item counts different days, which one cell shows with its hour and another without."""
    table, column = item.measure.place
    spec = records.tables.table[table].column.get(column or "")
    return item.measure.take == "distinct" and spec is not None and spec.type == "date"


def _values_without(item: Item, amounts: list[Amount], measured: Any) -> list[Value] | Phrase:
    """What an item comes to without each of the records it rests on, where it is made of them; otherwise why that is not known."""
    value = value_of_all(item.measure, amounts)
    if value is None:
        return NOT_ITS_SUM
    made = float(points(item, [value])[0]) if isinstance(item, Adjustment) else value
    alike = bool(pd.isna(made) and pd.isna(measured)) or bool(not pd.isna(made) and not pd.isna(measured) and made == measured)
    return (values_without_each(item.measure, amounts) if alike else None) or NOT_ITS_SUM


def _note_values(id_: str, struck: Sequence[StruckRecord], values: list[Value] | Phrase) -> None:
    """Note with each record what an item comes to without it, or why that is not known."""
    for place, record in enumerate(struck):
        twice = id_ in record.items
        record.items += () if twice else (id_,)
        if isinstance(values, Phrase):
            record.unknown = values
        elif twice:
            record.unknown = ONE_PLACE
        else:
            record.values[id_] = values[place]


def points(item: Adjustment, values: Sequence[Value]) -> Floats:
    """The points an adjustment gives for raw values, float64[n]."""
    return adjustment_points(item, pd.Series(values, dtype="object")).to_numpy(np.float64)



# the lists without them


def _moves(evaluation: Evaluation, struck: Sequence[StruckRecord], relative: RelativeShapes) -> list[Moves | None]:
    """Who gains and who loses what without each record; None where the scheme demands a value that is then missing.

    A record of which something is unknown moves nobody. Those without which the same changes are decided once.
    """
    demanded = {item.id for item in evaluation.scheme.indicators if item.missing == "error"}
    moves: list[Moves | None] = [((), ()) for _ in struck]
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, record in enumerate(struck):
        missing = [name for name, value in record.values.items() if name in demanded and pd.isna(value)]
        if record.unknown:
            continue
        if any(evaluation.applicable.loc[record.member, name] for name in missing):
            moves[place] = None
        else:
            alike.setdefault(record.change, []).append(place)
    if alike:
        runs = StruckRuns(evaluation, [struck[places[0]] for places in alike.values()])
        for places, moved in zip(alike.values(), runs.moves(relative), strict=True):
            for place in places:
                moves[place] = moved
    return moves


@dataclass(frozen=True, eq=False)
class StruckRuns:
    """The runs of an evaluation in which one record each is struck: in each one member is otherwise.

    Parameters
    ----------
    struck
        The records, one for each run.
    """

    evaluation: Evaluation
    struck: Sequence[StruckRecord]
    columns: dict[tuple[str, str, str], tuple[Floats | None, bool]] = field(default_factory=dict)
    """What `_column_anew` found already."""

    @cached_property
    def who(self) -> Integers:
        """The position of the member in each run, int64[runs]."""
        return self.evaluation.members.index.get_indexer(pd.Index([record.member for record in self.struck])).astype(np.int64)

    @cached_property
    def names(self) -> list[str]:
        """The indicators in the scheme's order."""
        return [item.id for item in self.evaluation.scheme.indicators]

    @cached_property
    def applicable(self) -> Mask:
        """To whom each indicator applies, bool[members, indicators]."""
        return np.column_stack([self.evaluation.raw_values.counted[name] for name in self.names])

    @cached_property
    def rule(self) -> AwardRule:
        """The rule as it stands."""
        return self.evaluation.award_rule

    @cached_property
    def score(self) -> Score:
        """The rounded scores as they stand, float64[members] by node."""
        return rounded_scores(self.evaluation.scheme, self.evaluation.scores.loc[self.evaluation.members.index])

    @cached_property
    def given(self) -> Mask:
        """Who is given each award as it stands, bool[awards, members]."""
        return ListRun.of(self.rule, self.score).given[:, 0]

    @cached_property
    def values(self) -> Floats:
        """The values of the member in each run, float64[runs, indicators], by what relative shapes found among all members."""
        now = self.evaluation.raw_values
        counted = {name: now.counted[name][self.who] for name in self.names}
        columns = {name: np.where(counted[name], self._put(now.columns[name], name), np.nan) for name in self.names}
        raw = RawValues(pd.RangeIndex(len(self.struck)), columns, counted)
        values = scaled(self.evaluation.resolved, raw, self.rule.named[self.who]).columns
        return np.column_stack([values[name] for name in self.names])

    @cached_property
    def points(self) -> dict[str, Floats]:
        """The points of the member in each run, float64[runs] by adjustment."""
        return {item.id: self._put(self.points_now[item.id], item.id, item) for item in self.evaluation.scheme.adjustments}

    @cached_property
    def points_now(self) -> dict[str, Floats]:
        """The points of all members as they stand, float64[members] by adjustment."""
        adjustments = self.evaluation.measured.adjustments.loc[self.evaluation.members.index]
        return {str(name): column.to_numpy(np.float64) for name, column in adjustments.items()}

    @cached_property
    def member_score(self) -> Score:
        """The rounded scores of the member in each run, float64[runs] by node."""
        evaluation = self.evaluation
        tree = evaluation.held_tree.among(self.rule.named[self.who])
        return list_scores(evaluation.scheme, tree, self.values, self.applicable[self.who], self.points)

    @cached_property
    def member_rule(self) -> AwardRule:
        """The rule for the member in each run, as if these were the members: with its conditions, and without the vetoes it is spared."""
        evaluation, rows = self.evaluation, pd.RangeIndex(len(self.struck))
        members = evaluation.members.iloc[self.who].set_axis(rows)
        conditions = evaluation.measured.conditions
        if len(conditions.columns):
            now = conditions.loc[evaluation.members.index]
            conditions = pd.DataFrame({str(name): self._put(now[name].to_numpy(), str(name)) for name in now}, index=rows)
        vetoes = evaluation.vetoes.groupby("member")["veto"].agg(set).to_dict()
        pairs = [(row, veto) for row, record in enumerate(self.struck) for veto in vetoes.get(record.member, set()) - set(record.spared)]
        return AwardRule.of(evaluation.scheme, members, pd.DataFrame(pairs, columns=["member", "veto"]), conditions)

    def _put(self, column: Any, name: str, adjustment: Adjustment | None = None) -> Any:
        """What a column says of the member in each run, with what is otherwise put in."""
        row = column[self.who]
        runs = [run for run, record in enumerate(self.struck) if name in record.values]
        if runs:
            values = [self.struck[run].values[name] for run in runs]
            row[runs] = values if adjustment is None else points(adjustment, values)
        return row

    def moves(self, relative: RelativeShapes) -> list[Moves | None]:
        """Who gains and who loses what in each run; None where the scheme demands a value that is then missing."""
        anew = [self._found_anew(record) if relative == "recomputed" else {} for record in self.struck]
        moves: list[Moves | None] = [((), ()) if columns is not None else None for columns in anew]
        everyone = relative == "recomputed" and self.evaluation.tree.compares  # a node's score of one moves the others'
        otherwise = self._otherwise() | np.array([everyone or bool(columns) for columns in anew])
        runs = np.flatnonzero(otherwise & np.array([columns is not None for columns in anew]))
        size = max(1, CELLS // self.applicable.size)
        for start in range(0, len(runs), size):
            some = runs[start : start + size]
            given = ListRun.of(self._rule_of(some), self._score_of(some, [anew[run] or {} for run in some], everyone=everyone)).given
            changed = given != self.given[:, None]
            for place in np.flatnonzero(changed.any(axis=(0, 2))):
                moves[some[place]] = self._pairs(changed[:, place] & given[:, place]), self._pairs(changed[:, place] & ~given[:, place])
        return moves

    def _pairs(self, which: Mask) -> tuple[tuple[str, str], ...]:
        """Sorted pairs of award and member where bool[awards, members] says so."""
        awards, names = self.evaluation.scheme.awards, self.evaluation.members.index
        return tuple(sorted((awards[award].id, names[member]) for award, member in np.argwhere(which)))

    def _otherwise(self) -> Mask:
        """Whether anything that the rule looks at is otherwise for the member in each run, bool[runs]."""
        otherwise = np.zeros(len(self.struck), np.bool_)
        for node in self.rule.nodes:
            now, then = self.score(node)[self.who], self.member_score(node)
            otherwise |= (now != then) & ~(np.isnan(now) & np.isnan(then))
        for now_met, then_met in zip(_masks(self.rule), _masks(self.member_rule), strict=True):
            otherwise |= now_met[self.who] != then_met
        return otherwise

    def _rule_of(self, runs: Integers) -> AwardRule:
        """The rule of some runs, with masks bool[runs, members] where they differ in one."""
        who = self.who[runs]

        def by_run(now: Mask, then: Mask) -> Mask:
            if (now[who] == then[runs]).all():
                return now
            masks = np.tile(now, (len(runs), 1))
            masks[np.arange(len(runs)), who] = then[runs]
            return masks

        def able(now: Demands, then: Demands) -> Demands:
            return now.with_facts(iter([by_run(*facts) for facts in zip(now.facts, then.facts, strict=True)]))

        rule, other = self.rule, self.member_rule
        return replace(
            rule,
            eligibility=able(rule.eligibility, other.eligibility),
            bars={award: able(bar, other.bars[award]) for award, bar in rule.bars.items()},
            barred={award: by_run(mask, other.barred[award]) for award, mask in rule.barred.items()},
            facts={name: by_run(known, other.facts[name]) for name, known in rule.facts.items()},
        )

    def _score_of(self, runs: Integers, anew: Sequence[Mapping[str, Floats]], *, everyone: bool) -> Score:
        """The rounded scores of all members in some runs, float64[runs, members] by node; `anew` are the columns that are valued anew."""
        scores = {node: np.tile(self.score(node), (len(runs), 1)) for node in self.rule.nodes}
        for node, score in scores.items():
            score[np.arange(len(runs)), self.who[runs]] = self.member_score(node)[runs]
        whole = [place for place, columns in enumerate(anew) if columns or everyone]
        if whole:
            scored = self._scored_anew(runs[whole], [anew[place] for place in whole])
            for node, score in scores.items():
                score[whole] = scored(node).reshape(len(whole), -1)
        return scores.__getitem__

    def _scored_anew(self, runs: Integers, anew: Sequence[Mapping[str, Floats]]) -> Score:
        """The rounded scores of all members, float64[runs x members] by node, where some columns are valued anew for everyone."""
        evaluation, where = self.evaluation, (np.arange(len(runs)), self.who[runs])
        values = np.tile(evaluation.values.loc[evaluation.members.index, self.names].to_numpy(np.float64), (len(runs), 1, 1))
        values[where] = self.values[runs]
        for place, columns in enumerate(anew):
            for name, column in columns.items():  # the member's among them
                values[place, :, self.names.index(name)] = column
        added = {name: np.tile(column, (len(runs), 1)) for name, column in self.points_now.items()}
        for name, column in added.items():
            column[where] = self.points[name][runs]
        rows, applicable = values.reshape(-1, len(self.names)), np.tile(self.applicable, (len(runs), 1))
        return list_scores(evaluation.scheme, evaluation.tree, rows, applicable, {name: column.ravel() for name, column in added.items()})

    @cached_property
    def looking_at_all(self) -> dict[str, tuple[Indicator, Scheme]]:
        """The indicators whose values depend on what other members measured: as they are now, and as the only one of a scheme."""
        scheme, now = self.evaluation.scheme, self.evaluation.resolved
        pairs = zip(now.indicators, scheme.indicators, strict=True)
        return {item.id: (item_now, scheme.model_copy(update={"indicators": (item,)})) for item_now, item in pairs if item_now != item}

    def _found_anew(self, record: StruckRecord) -> dict[str, Floats] | None:
        """Everyone's values, float64[members] by indicator, where those that look at all members find something else; None for a stop."""
        columns = {name: self._column_anew(name, record) for name in self.looking_at_all.keys() & record.values.keys()}
        if any(stops for _, stops in columns.values()):
            return None
        return {name: column for name, (column, _) in columns.items() if column is not None}

    def _column_anew(self, name: str, record: StruckRecord) -> tuple[Floats | None, bool]:
        """Everyone's values where an indicator finds something else without a record; and whether one is missing that is demanded."""
        key = (name, record.member, repr(record.values[name]))
        if key not in self.columns:
            (now, scheme), raw = self.looking_at_all[name], self.evaluation.raw_values
            column, at = raw.columns[name].copy(), self.evaluation.members.index.get_loc(record.member)
            column[at] = record.values[name] if raw.counted[name][at] else np.nan
            one = replace(raw, columns={name: column}, counted={name: raw.counted[name]})
            if resolved(scheme, one, self.rule.named).indicators == (now,):
                self.columns[key] = None, False
            else:
                values = scaled(scheme, one, self.rule.named)
                self.columns[key] = values.columns[name], bool(values.problems.errors)
        return self.columns[key]


def _masks(rule: AwardRule) -> Iterator[Mask]:
    """All that a rule knows of members beside their scores, bool[members] each."""
    yield from rule.eligibility.facts
    yield from (fact for bar in rule.bars.values() for fact in bar.facts)
    yield from rule.barred.values()
    yield from rule.facts.values()
