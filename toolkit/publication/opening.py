"""What may be opened of a sealed evaluation, and what can be inferred from it of those who are not in it.

**Intervals.** What is published of a member that is not open is published as an interval, and nothing else published is finer: the
places of the open ones are worked out from the intervals again, as the best and the worst that these leave. An interval is one of the
cells into which the open totals of its class divide all totals: as many open totals together as it takes for a cell to be `NARROW` of their
span (the p %-rule of statistical disclosure control: a value is at risk when others can bound it to within p per cent; L. H. Cox,
"Linear sensitivity measures in statistical disclosure control", Journal of Statistical Planning and Inference 5, 1981, 153-164). The cells
hang on open totals and lines alone, so that from an interval nobody can work back to less of it. Owners of open totals within a cell have
their places told as ranges. An interval never reaches below what won an award: the public sees who among the open ones has lost it, and
its least total.

A class with fewer than `FEWEST` open rows is left out whole; so is one whose open rows would not come out the same, one with an interval
that is too narrow all the same, and as many as it takes so that no figure found of all rests on fewer than `FEWEST` who are not open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation import Evaluation
from toolkit.evaluation.quotas import stopped
from toolkit.evaluation.requirements import bars
from toolkit.evaluation.scores import TOTAL
from toolkit.evaluation.values import imputed
from toolkit.ground.decimals import decimal_digits_of
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.text import discreet
from toolkit.indicators import Indicators
from toolkit.publication.open_rows import (
    CLASSES,
    FEWEST,
    LINES,
    OpenRows,
    chosen_winners,
    class_told,
    within_all,
)
from toolkit.scheme import Scheme
from toolkit.scheme.criteria import Indicator
from toolkit.scheme.outcomes import Permission
from toolkit.scheme.shapes import Placed, Relative
from toolkit.scheme.shapes.relative import EVERYONE

NARROW = 0.05
"""Of the span of a class's open totals: an interval narrower than that is too narrow."""


def items_told(scheme: Scheme) -> tuple[Permission, ...]:
    """What a member has to permit before its row is open: all that the scheme asks for, and what the row tells in any case."""
    consent, told = scheme.consent, {"award"}
    if scheme.grades is not None:
        told.add("grade")
    if scheme.adjustments or scheme.vetoes:
        told |= {"good", "bad"}
    return tuple(item for item in get_args(Permission) if item in told or (consent and consent.says(item) and item != "pledge"))


def permitting(evaluation: Evaluation) -> Mask:
    """Who permits that its row is open; bool[members]. A code that looks like a telephone or identity number is never open."""
    permits = evaluation.permitted.loc[evaluation.members.index, list(items_told(evaluation.scheme))].to_numpy(np.bool_).all(axis=1)
    return np.asarray(permits & ~stopped(evaluation.members) & np.array([discreet(str(member)) == member for member in evaluation.members.index], np.bool_))


def open_rows(evaluation: Evaluation) -> OpenRows:
    """What may be opened of a sealed evaluation.

    Parameters
    ----------
    evaluation
        With nothing left open at its lines, under the resolved scheme.
    """
    willing, kept = permitting(evaluation), evaluation.award_rule.classes
    lower = evaluation.scheme.total.better == "lower" or evaluation.award_rule.firsts  # what an interval tells is worked out for bars, the higher first
    left_out = {class_told(name) for name, positions in kept if willing[positions].sum() < FEWEST or (lower and not willing[positions].all())}
    if evaluation.tree.compares and not willing.all():  # what a node compares by is told, and hangs on the scores of who is not open
        left_out = {class_told(name) for name, _ in kept}
    while True:
        left_out |= _telling_of_few(evaluation, willing, left_out)
        rows = _opened(evaluation, willing & ~evaluation.members["class"].map(class_told).isin(left_out).to_numpy(np.bool_), left_out)
        if not (failing := {*_not_the_same(evaluation, rows), *_too_narrow(rows)}):
            return rows
        left_out |= failing


def _telling_of_few(evaluation: Evaluation, willing: Mask, left_out: set[str]) -> set[str]:
    """The classes to leave out so that no mean, deviation, median or end the scheme tells rests on few who are not open.

    Such a figure less the open rows would be theirs: of fewer than `FEWEST` together it tells too much. The smallest classes go first.
    """
    classes, gone = evaluation.members["class"].map(class_told).to_numpy(object), set(left_out)
    for item in evaluation.resolved.indicators:
        valued = evaluation.indicators[item.id].notna().to_numpy(np.bool_) & evaluation.applicable[item.id].to_numpy(np.bool_)
        for pool in _rested_on(item):
            inside = valued & ((classes == discreet(pool)) | (pool == EVERYONE))
            while 0 < (inside & ~(open_ := willing & ~np.isin(classes, list(gone)))).sum() < FEWEST and (inside & open_).any():
                gone.add(min(set(classes[inside & open_]), key=lambda name: (int((classes == name).sum()), name)))
    return gone


def _rested_on(item: Indicator) -> set[str]:
    """The classes, or ``all``, of whose raw values an indicator tells a figure that is not somebody's own place."""
    found = item.value.found if isinstance(item.value, Relative) and not isinstance(item.value, Placed) else None
    treated = {EVERYONE} if item.outliers is not None and item.outliers.found is not None else set()
    return {*(found or ()), *(item.stands_in or ()), *treated}


def _not_the_same(evaluation: Evaluation, rows: OpenRows) -> Iterator[str]:
    """The classes in which not all open rows come out as they did."""
    ranking, truth = rows.ranking, evaluation.ranking.loc[rows.ranking.index]
    rank = truth["rank"].fillna(0)
    same = (rank >= ranking["rank_from"].fillna(0)) & (rank <= ranking["rank_to"].fillna(0)) & ((rank == 0) == ranking["rank_from"].isna())
    for name in ("total", "award", "grade"):
        same &= (truth[name] == ranking[name]) | (truth[name].isna() & ranking[name].isna())
    settled = pd.Series(rows.settled, rows.members.index)
    all_awards = evaluation.awards.groupby("member")["award"].agg(set), rows.awards.groupby("member")["award"].agg(set)
    for member in ranking.index[~same | ~settled.loc[ranking.index]]:
        yield class_told(ranking.at[member, "class"])
    for member in ranking.index:
        if all_awards[0].get(member) != all_awards[1].get(member):
            yield class_told(ranking.at[member, "class"])


def _opened(evaluation: Evaluation, open_: Mask, left_out: set[str]) -> OpenRows:
    """The rows of these members, and what is told of the others."""
    known, members = evaluation.measured, evaluation.members
    own = members.index[open_]
    struck = known.vetoes.groupby("member")["veto"].agg(lambda ids: " ".join(dict.fromkeys(map(str, ids)))) if len(known.vetoes) else pd.Series(dtype=object)
    table = members.loc[own].assign(
        name=[discreet(str(name)) for name in members.loc[own, "name"]],
        **{"class": [class_told(name) for name in members.loc[own, "class"]]},
        recorded=known.recorded.loc[own].astype(bool), vetoes=struck.reindex(own).fillna("").astype(str),
    )[["name", "class", "applied", "recorded", "vetoes"]]  # fmt: skip
    lines = _lines(evaluation, open_)
    return OpenRows(
        _told(evaluation, open_, left_out), table, evaluation.indicators.loc[own], evaluation.applicable.loc[own], _amounts(known, evaluation.scheme).loc[own], known.conditions.reindex(own), known.previous.reindex(own),
        _withheld(evaluation, open_, left_out, lines), _classes(evaluation, open_, left_out), lines,
        tuple(replace(ruling, reason="", line=0, day=evaluation.scheme.as_of) for ruling in evaluation.decided.rulings if set(ruling.tie.members) <= set(own)),
    )  # fmt: skip


def _told(evaluation: Evaluation, open_: Mask, left_out: set[str]) -> Scheme:
    """The resolved scheme without what it found of those that are not open, as far as no open value hangs on it.

    Of places the rungs are kept that an open member stands on, of classes those that are in. Ends, means and medians of all members stay.
    """
    scheme = evaluation.resolved if evaluation.scheme.shortlist is None else evaluation.resolved.with_(shortlist=None)
    index, classes = evaluation.members.index[open_], evaluation.members["class"][open_].map(class_told).to_numpy(object)
    raw = evaluation.indicators.loc[index].where(evaluation.applicable.loc[index].astype(bool))
    return scheme.model_copy(update={"indicators": tuple(_without_others(item, raw[item.id], classes, left_out) for item in scheme.indicators)})


def _without_others(item: Indicator, raw: pd.Series[Any], classes: NDArray[np.object_], left_out: set[str]) -> Indicator:
    changes: dict[str, object] = {}
    if item.stands_in is not None:
        changes["stands_in"] = {name: middle for name, middle in item.stands_in.items() if discreet(name) not in left_out}
    if isinstance(item.value, Relative) and item.value.found is not None:
        found = {name: entry for name, entry in item.value.found.items() if discreet(name) not in left_out}
        if isinstance(item.value, Placed):
            numbers = imputed(item, np.asarray(raw.astype("float64"), np.float64), np.ones(len(raw), np.bool_), classes)
            used = decimal_digits_of(numbers if item.outliers is None else item.outliers.applied(numbers))
            found = {name: _trodden(rungs, used[(classes == discreet(name)) | (item.value.within == EVERYONE)]) for name, rungs in found.items()}
        changes["value"] = item.value.model_copy(update={"found": {name: entry for name, entry in found.items() if entry != ()}})
    return item.model_copy(update=changes)


def _trodden(rungs: Any, used: Floats) -> Any:
    """The rungs on which somebody stands."""
    known = set(used.tolist())
    return tuple(rung for rung in rungs if float(decimal_digits_of(np.array([rung[0]], np.float64))[0]) in known)


def made_finer(rows: OpenRows, exact: Mapping[str, int]) -> int:
    """How many withheld totals become too narrowly known where the public also knows the exact places of some open members.

    From a place it follows how many of those not open stand before its owner, and so on which side of its total each of them lies.

    Parameters
    ----------
    exact
        The place of open members in their class, by code, as a notice lists them.
    """
    ranking, finer = rows.ranking, 0
    for name, held in rows.withheld.groupby("class", sort=False):
        ranked = ranking[(ranking["class"] == name) & ranking["rank_from"].notna()]
        ends = held[["from", "to"]].to_numpy(np.float64)
        low, high = np.nan_to_num(ends[:, 0], nan=-np.inf), np.nan_to_num(ends[:, 1], nan=np.inf)
        for member, total in ranked["total"].items():
            if str(member) in exact:
                ahead = exact[str(member)] - 1 - int((ranked["total"] > total).sum())
                low[:ahead], high[ahead:] = np.maximum(low[:ahead], total), np.minimum(high[ahead:], total)
        finer += int((high - low < NARROW * float(np.ptp(ranked["total"].to_numpy(np.float64)))).sum())
    return finer


def _amounts(known: Indicators, scheme: Scheme) -> pd.DataFrame:
    return pd.DataFrame({item.id: known.behind[item.id].astype("float64") for item in scheme.adjustments}, index=known.raw.index)


def _classes(evaluation: Evaluation, open_: Mask, left_out: set[str]) -> pd.DataFrame:
    decided, applied = evaluation.decided, evaluation.award_rule.applied
    rows = [
        (class_told(name), len(own), int(applied[own].sum()), int(decided.taking_part[own].sum()), int((decided.ranks[own] > 0).sum()), int(open_[own].sum()), class_told(name) in left_out)
        for name, own in evaluation.award_rule.classes
    ]
    return pd.DataFrame(rows, columns=list(CLASSES))


def _lines(evaluation: Evaluation, open_: Mask) -> pd.DataFrame:
    rows = []
    for contest in evaluation.decided.contests:
        named = contest.given & open_[contest.positions]
        line = contest.score(float(contest.keys[0][named].min())) if named.sum() >= FEWEST else np.nan
        rows.append((contest.award.id, class_told(contest.class_), contest.places, int(contest.given.sum()), int((contest.given & ~named).sum()), line))
    frame = pd.DataFrame(rows, columns=list(LINES))
    return frame.astype({"places": "Int64", "line": "float64"})


def _withheld(evaluation: Evaluation, open_: Mask, left_out: set[str], lines: pd.DataFrame) -> pd.DataFrame:
    """An interval for the total of each ranked member that is not open, of the classes that are in."""
    decided = evaluation.decided
    ranks, total = decided.ranks, decided.score(TOTAL)
    pools = {class_told(name): own[ranks[own] > 0] for name, own in evaluation.award_rule.classes if class_told(name) not in left_out}
    hidden = {name: own[~open_[own]] for name, own in pools.items()}
    hidden = {name: own[np.argsort(ranks[own], kind="stable")] for name, own in hidden.items()}
    order = np.concatenate([np.empty(0, np.intp), *hidden.values()])
    named = [name for name, own in hidden.items() for _ in own]
    true = pd.DataFrame({"class": named, "from": total[order], "to": total[order]})
    least = _least(evaluation, open_, chosen_winners(evaluation.scheme, lines, true), named, total[order])
    lost, reachable = _lost(evaluation, open_), (-np.inf, np.inf) if evaluation.scheme.adjustments else (0.0, evaluation.scheme.scale)
    bounds = [
        _intervals(
            total[own[open_[own]]], total[hidden[name]], least[np.array(named, object) == name], evaluation.scheme.decimals,
            borders=lost.get(name, set()) | lost.get("", set()), ends=reachable,
        )
        for name, own in pools.items()
    ]
    ends = np.concatenate([np.empty((0, 2)), *bounds])
    ends[np.isinf(ends)] = np.nan
    return pd.DataFrame({"class": pd.Series(named, dtype=object), "from": ends[:, 0], "to": ends[:, 1]})


def _lost(evaluation: Evaluation, open_: Mask) -> dict[str, set[float]]:
    """The highest total of open ones that lost each award, by class; under "" of those for which all classes compete."""
    lost: dict[str, set[float]] = {}
    for contest in evaluation.decided.contests:
        losing = contest.able & ~contest.given & open_[contest.positions]
        if contest.award.by == TOTAL and losing.any():
            lost.setdefault("" if within_all(contest.award) else class_told(contest.class_), set()).add(float(contest.keys[0][losing].max()))
    return lost


def _least(evaluation: Evaluation, open_: Mask, chosen: Mapping[str, Mask], named: list[str], true: Floats) -> Floats:
    """What the total of each that stands for a winner has to reach: the award's least, and more than the best open one that lost it."""
    least, step, classes = np.full(len(true), -np.inf), 10.0**-evaluation.scheme.decimals, np.array(named, dtype=object)
    for contest in evaluation.decided.contests:
        award = contest.award
        if award.by != TOTAL:
            continue
        lost = contest.able & ~contest.given & open_[contest.positions]
        bound = max((item.least for item in bars(award) if item.node == TOTAL and item.least is not None and not item.classes), default=-np.inf)
        if lost.any():
            bound = max(bound, float(contest.keys[0][lost].max()) + step)
        mine = chosen[award.id] & (true >= bound - step / 2) & (within_all(award) | (classes == class_told(contest.class_)))
        least[mine] = np.maximum(least[mine], bound)  # one level with a loser is left as it is, which leaves its class out: no end may be its total
    return least


def _intervals(
    known: Floats, hidden: Floats, least: Floats, decimals: int, *, borders: Collection[float] = (), ends: tuple[float, float] = (-np.inf, np.inf)
) -> NDArray[np.float64]:
    """The interval of each hidden total, float64[hidden, 2], from the top: the cell it lies in.

    Where the cells lie hangs on what the public knows and on nothing that is hidden, so that nobody can work back from an interval to less of it.

    Parameters
    ----------
    known
        The open totals of the class.
    hidden, least
        The hidden ones, falling, and what each may not fall below.
    borders
        Totals at which a cell ends in any case: who stands above has won what the open one there has lost.
    ends
        Below and above which no total can lie.
    """
    step = 10.0**-decimals
    wide = _wide(known, step)
    cells = np.array(_cells(sorted({*known.tolist(), *borders}), frozenset(borders), wide - step / 2, ends))
    place = np.searchsorted(cells, hidden - step / 2)
    found = np.column_stack([np.maximum(np.r_[-np.inf, cells[:-1] + step][place], least), cells[place]])
    # What stands higher is bound no lower at either end, so that the order of the rows is that of the totals and tells nothing more.
    found[:, 1] = np.maximum.accumulate(found[::-1, 1])[::-1]
    found[:, 0] = np.minimum.accumulate(found[:, 0])
    return np.round(found, decimals)


def _wide(known: Floats, step: float) -> float:
    """How wide an interval has to be."""
    return max(NARROW * float(np.ptp(known)), step) if known.size else step


def _cells(edges: Sequence[float], borders: frozenset[float], wide: float, ends: tuple[float, float]) -> list[float]:
    """The upper ends of cells, rising, the last endless: from below as many open totals together as it takes; what is left over joins the cell before."""
    cells: list[float] = []
    start = ends[0]
    for edge in edges:
        if edge - start >= wide or edge in borders:
            if edge - start < wide and cells and cells[-1] not in borders:
                cells.pop()
            cells.append(edge)
            start = edge
    if ends[1] - start < wide and cells and cells[-1] not in borders:
        cells.pop()
    return [*cells, np.inf]


def _too_narrow(rows: OpenRows) -> Iterator[str]:
    """The classes in which an interval is too narrow all the same."""
    step, totals = 10.0**-rows.scheme.decimals, rows.evaluation.scores[TOTAL]
    for name, held in rows.withheld.groupby("class", sort=False):
        wide = _wide(totals[(rows.members["class"] == name) & totals.notna()].to_numpy(np.float64), step)
        if (held["to"] - held["from"] < wide - 1.5 * step).any():  # an end counts itself
            yield str(name)
