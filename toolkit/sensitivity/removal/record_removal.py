"""Which single record, were it struck, changes the list: by its place in its workbook."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.errors import Refused, refuse
from toolkit.evaluation import Evaluation, evaluate
from toolkit.sensitivity.removal import RelativeShapes, awarded
from toolkit.sensitivity.removal.gathered_trials import ONE_PLACE, PLACE, gathered_trials
from toolkit.sensitivity.removal.record_trials import Given, Trials, listed
from toolkit.sensitivity.removal.trials import Place, Trial
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.records import Records
    from toolkit.scheme import Scheme

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
