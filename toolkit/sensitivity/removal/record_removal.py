"""Which single record, were it struck, changes the list: by its place in its workbook."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from toolkit.errors import Refused, refuse
from toolkit.evaluation import Evaluation, evaluate
from toolkit.evidence import evidence
from toolkit.sensitivity.removal import RelativeShapes, awarded
from toolkit.sensitivity.removal.record_trials import Given, Trial, Trials, points
from toolkit.sensitivity.removal.struck_values import Value, answered, value_of_all, values_without_each
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.records import Records
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Adjustment, Condition, Indicator

    Item: TypeAlias = Indicator | Adjustment | Condition

Place: TypeAlias = tuple[str, str, str, int]
PLACE = ["table", "file", "sheet", "row"]
COLUMNS = [*PLACE, "member", "items", "answer", "gained", "lost", "own", "why"]

OTHER_MEASURE = Phrase("所用统计方式须重新核算全部记录", "a measure that has to read the records again rests on it")
NOT_ITS_SUM = Phrase("由各条记录算不出已用的数值", "what was measured does not come of the records alone")
COUNTED_KINDS = Phrase("一票否决按不同种类计数", "a veto that counts kinds strikes by it")
ONE_PLACE = Phrase("几条记录的位置相同，无法逐条区分", "several records stand at one place and cannot be told apart")
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
    gathered = _gathered(evaluation, records, members)
    lists = Trials.of(evaluation).lists(gathered.trials, relative=relative)
    now = {(award, member) for award, own in awarded(evaluation).items() for member in own}
    language = evaluation.scheme.language
    rows = []
    for trial, told in zip(gathered.trials, lists, strict=True):
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
    return frozenset((award, member) for award, own in awarded(other).items() for member in own)


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


def _gathered(evaluation: Evaluation, records: Records, members: Collection[str] | None) -> _Gathered:
    scheme, gathered = evaluation.scheme, _Gathered()
    rested = evidence(scheme, records, members)
    rested = rested[rested["member"].isin(evaluation.members.index) & (rested["table"] != scheme.members.table)]
    everything: tuple[Item, ...] = (*scheme.indicators, *scheme.adjustments, *scheme.conditions)
    items = {item.id: item for item in everything}
    for (name, member), own in rested.groupby(["item", "member"], sort=False):
        trials = [gathered.trial(row, str(member)) for row in own[PLACE].itertuples(index=False, name=None)]
        _measured_without(evaluation, records, items[str(name)], trials, own)
    own = evaluation.vetoes if members is None else evaluation.vetoes[evaluation.vetoes["member"].isin(list(members))]
    for (name, member), struck in own.groupby(["veto", "member"], sort=False):
        veto = next(veto for veto in scheme.vetoes if veto.id == name)
        for row in struck[PLACE].itertuples(index=False, name=None):
            trial = gathered.trial(row, str(member))
            trial.items += (str(name),)
            if veto.distinct:
                trial.unknown = COUNTED_KINDS
            elif len(struck) <= veto.at_least:
                trial.spared += (str(name),)
    return gathered


def _measured_without(evaluation: Evaluation, records: Records, item: Item, trials: list[Trial], own: pd.DataFrame) -> None:
    """Note with each trial what the item comes to without its record, or why that is not known."""
    amounts = [None if pd.isna(amount) else str(amount) for amount in own["amount"]]
    values, why = None, OTHER_MEASURE
    if answered(item.measure) and not _days(records, item):
        values, why = values_without_each(item.measure, amounts), NOT_ITS_SUM
        if not _as_measured(evaluation, item, value_of_all(item.measure, amounts), trials[0].member):
            values = None
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


def _as_measured(evaluation: Evaluation, item: Item, value: Value | None, member: str) -> bool:
    """Whether the value made of the records is the one that was measured; of adjustments the points."""
    for frame in (evaluation.indicators, evaluation.measured.conditions):
        if item.id in frame:
            both = pd.Series([value, frame[item.id][member]], dtype="object")
            return value is not None and bool(both.isna().all() or both[0] == both[1])
    if value is None:
        return False
    adjustment = next(own for own in evaluation.scheme.adjustments if own.id == item.id)
    return bool(points(adjustment, [value])[0] == evaluation.measured.adjustments[item.id][member])
