"""Comparison: who stands otherwise in a second evaluation, and which of the changes between the two moved them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.compare.causes import RECORDS, Cause, made, scheme_causes, undone
from toolkit.errors import Refused
from toolkit.evaluation import Evaluation, evaluate, rescored
from toolkit.references import reference_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from toolkit.records import Records
    from toolkit.scheme import Scheme

WHAT = ("awards", "grade", "rank")
SCHEME = "scheme.toml"


@dataclass(frozen=True, eq=False)
class Trial:
    """What becomes of the list when one change is made alone, and when it alone is not made.

    Parameters
    ----------
    cause
        The change.
    alone, without
        The evaluation with this change only, and with all the others; None where there is no such thing, because the
        scheme would be refused, or records are needed that were not given.
    """

    cause: Cause
    alone: Evaluation | None
    without: Evaluation | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two evaluations side by side.

    Parameters
    ----------
    before, after
        The two.
    trials
        Each change between them, made alone and left out alone; the scheme's in its order, then the records.
    moved : DataFrame
        Index member, of those whose awards, grade or rank differ: first by awards, then by grade, then by rank, each in
        the order of the list after. Columns name, class, what (the first of ``awards``, ``grade``, ``rank`` that
        differs), awards_before, awards (tuples of ids), grade_before, grade, rank_before, rank (Int64), total_before,
        total; what a member had that is in one evaluation only is empty in the other.
    alone : DataFrame of bool
        Member moved x place in `trials`: with this change only the member comes to stand as it does after, in `what`.
    needed : DataFrame of bool
        The same: without this change it would have stayed, in `what`, as it was.
    """

    before: Evaluation
    after: Evaluation
    trials: tuple[Trial, ...]
    moved: pd.DataFrame
    alone: pd.DataFrame
    needed: pd.DataFrame


def compare(
    before: Evaluation,
    after: Evaluation,
    records_before: Records | None = None,
    records_after: Records | None = None,
    progress: Callable[[Cause], None] | None = None,
) -> Comparison:
    """Who moved between two evaluations, and which changes moved them.

    Parameters
    ----------
    records_before, records_after
        What each was made of. Where they differ, the records are one of the changes; without them a change that
        measures other things cannot be tried.
    progress
        Called before each change is tried.

    Examples
    --------
    >>> found = compare(evaluation, rescored(evaluation, scheme.with_weights({"learning": 35})))  # doctest: +SKIP
    >>> found.trials[0].cause.words.zh                                                            # doctest: +SKIP
    '权重：学习培训 30 → 35，交流贡献 25 → 23.2143'
    """
    causes = scheme_causes(before.scheme, after.scheme)
    if not _same_records(before, after, records_before, records_after):
        causes += (Cause(RECORDS),)
    trials = []
    for cause in causes:
        if progress:
            progress(cause)
        trials.append(_tried(cause, (before, records_before), (after, records_after), only=len(causes) == 1))
    moved = _moved(before, after)
    alone = {place: _stand(moved, trial.alone, "") for place, trial in enumerate(trials)}
    needed = {place: _stand(moved, trial.without, "_before") for place, trial in enumerate(trials)}
    flags = (pd.DataFrame(columns, index=moved.index, dtype=bool) for columns in (alone, needed))
    return Comparison(before, after, tuple(trials), moved, *flags)


def _same_records(before: Evaluation, after: Evaluation, first: Records | None, second: Records | None) -> bool:
    if before.measured is after.measured or (first is second and first is not None):
        return True
    files = [{file: digest for file, digest in side.digests.items() if file != SCHEME} for side in (before, after)]
    elsewhere = any(records is not None and records.standing for records in (first, second))
    return bool(files[0]) and files[0] == files[1] and not elsewhere


def _tried(
    cause: Cause, before: tuple[Evaluation, Records | None], after: tuple[Evaluation, Records | None], *, only: bool
) -> Trial:
    if only:
        return Trial(cause, after[0], before[0])
    if cause.of_records:
        return Trial(cause, _evaluated(before[0].scheme, after[1]), _evaluated(after[0].scheme, before[1]))
    return Trial(
        cause,
        _decided(*before, lambda: made(before[0].scheme, cause, after[0].scheme)),
        _decided(*after, lambda: undone(after[0].scheme, cause, before[0].scheme)),
    )


def _decided(evaluation: Evaluation, records: Records | None, scheme: Callable[[], Scheme]) -> Evaluation | None:
    """The same records under another scheme; measured anew only where it measures other things."""
    try:
        other = scheme()
        return rescored(evaluation, other)
    except Refused:
        return None
    except ValueError:
        return _evaluated(other, records)


def _evaluated(scheme: Scheme, records: Records | None) -> Evaluation | None:
    if records is None or reference_problems(scheme, records.tables):
        return None
    try:
        return evaluate(scheme, records)
    except Refused:
        return None


def _moved(before: Evaluation, after: Evaluation) -> pd.DataFrame:
    old, new = _standings(before), _standings(after)
    both = new.join(old.add_suffix("_before"), how="outer").reindex([*new.index, *old.index.difference(new.index)])
    both["name"], both["class"] = (both[name].fillna(both[f"{name}_before"]) for name in ("name", "class"))
    for side in ("", "_before"):
        both[f"awards{side}"] = [held if isinstance(held, tuple) else () for held in both[f"awards{side}"]]
        both[f"grade{side}"] = both[f"grade{side}"].fillna("")
    differs = {what: [not _alike(*pair) for pair in zip(both[what], both[f"{what}_before"], strict=True)] for what in WHAT}
    both["what"] = [next((what for what in WHAT if differs[what][place]), "") for place in range(len(both))]
    columns = ["name", "class", "what", *(f"{name}{side}" for name in (*WHAT, "total") for side in ("_before", ""))]
    order = both["what"].map({what: place for place, what in enumerate(WHAT)})
    return both.loc[order.dropna().sort_values(kind="stable").index, columns].rename_axis("member")


def _standings(evaluation: Evaluation) -> pd.DataFrame:
    """Name, class, awards, grade, rank and total of each member, in the order of the list."""
    ranking = evaluation.ranking
    held: Mapping[object, tuple[str, ...]] = evaluation.awards.groupby("member")["award"].agg(tuple).to_dict()
    standings = ranking[["name", "class", "grade", "rank", "total"]].copy()
    standings["awards"] = pd.Series([held.get(member, ()) for member in ranking.index], index=ranking.index, dtype=object)
    return standings


def _stand(moved: pd.DataFrame, trial: Evaluation | None, side: str) -> list[bool]:
    """Whether each member that moved stands in a trial as it does after, or before."""
    if trial is None:
        return [False] * len(moved)
    there = _standings(trial).reindex(moved.index)
    there["grade"] = there["grade"].fillna("")
    same = {what: [_alike(*pair) for pair in zip(there[what], moved[f"{what}{side}"], strict=True)] for what in WHAT}
    return [same[str(what)][place] for place, what in enumerate(moved["what"])]


def _alike(one: object, other: object) -> bool:
    """Whether two standings are the same; nothing is like nothing."""
    if isinstance(one, tuple) or isinstance(other, tuple):
        return one == other
    if pd.isna(one) or pd.isna(other):  # type: ignore[call-overload]
        return bool(pd.isna(one) and pd.isna(other))  # type: ignore[call-overload]
    return one == other
