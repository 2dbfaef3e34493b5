"""The records that count, each as a trial: what its member would have measured without it, or why that is not known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from toolkit.evidence import evidence
from toolkit.scheme.criteria import Adjustment
from toolkit.sensitivity.removal.struck_values import (
    Amount,
    Value,
    answered,
    value_of_all,
    values_without_each,
)
from toolkit.sensitivity.removal.trial_scores import points
from toolkit.sensitivity.removal.trials import Place, Trial
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.scheme.criteria import Condition, Indicator

    Item: TypeAlias = Indicator | Adjustment | Condition

Row: TypeAlias = tuple[Any, ...]
PLACE = ["table", "file", "sheet", "row"]

OTHER_MEASURE = Phrase("所用统计方式须重新核算全部记录", "a measure that has to read the records again rests on it")
NOT_ITS_SUM = Phrase("由各条记录算不出已用的数值", "what was measured does not come of the records alone")
COUNTED_KINDS = Phrase("一票否决按不同种类计数", "a veto that counts kinds strikes by it")
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
            if veto.distinct:
                trial.unknown = COUNTED_KINDS
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
