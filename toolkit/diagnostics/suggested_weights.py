"""Weights under which each indicator would decide as much as it is meant to: an offer, not a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.diagnostics.distribution import CONSTANT, FEWEST, few
from toolkit.diagnostics.influence import Strata, nominal_shares
from toolkit.evaluation.scores import TOTAL, Tree, shares_of
from toolkit.ground.problems import Problem, did_you_mean, stop_at
from toolkit.ground.ranking import Floats, Integers, Mask
from toolkit.ground.text import Phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

PATIENCE, SWEEPS, STILL, MISS, LEAST = 4, 1000, 1e-6, 0.001, 1e-9
NOTHING = Phrase("", "")
MISSED = Phrase("调整权重达不到所要的影响", "no weights give it the influence wanted")


def weights_for_influence(
    evaluation: Evaluation, wanted: Mapping[str, float] | None = None, *, class_: str | None = None
) -> pd.DataFrame:
    """The weights under which the effective weights among the indicators would be those wanted.

    Of the movements x = w d of the total (d for one point of weight) the weights solve w (C w) = wanted (w' C w), C the
    covariances of d: a problem with exactly one positive solution unless some weighing makes all totals equal,
    the minimum of w' C w / 2 - sum of wanted log w, found by descent along one weight after another. Where d depends
    on the weights (other means than the arithmetic, gaps) it is solved anew until nothing moves. Adjustments are
    not weighed and left out, and so is what comes of gaps.

    Parameters
    ----------
    wanted
        How much each indicator should decide, by id; only ratios matter; 0 leaves one out. None: as much as was
        voted, as it falls to these members on average (``counted`` of `effective_weights`).
    class_
        Only the members of this class.

    Returns
    -------
    DataFrame
        Index node: groups, then indicators, in the order of the scheme. Columns label; voted, wanted, offered: shares
        of the total, a group's being the sum of its indicators'; effective: what the offer gives, summing to 1
        over the indicators; weight: the offer in the scheme's own terms, for `Scheme.with_weights`; note. An indicator
        that is the same for all cannot be given influence: its offer and weight are NaN, and it says so.

    Raises
    ------
    Refused
        When `wanted` names no indicator or lacks one, or holds a number that is negative or no number.

    References
    ----------
    Maillard, S., Roncalli, T., Teiletche, J. (2010), The properties of equally weighted risk contribution portfolios,
    Journal of Portfolio Management 36(4), 60-70: the same equation, of money. Paruolo, Saisana, Saltelli (2013), section 4.
    """
    tree, strata = evaluation.held_tree, Strata.of(evaluation, class_)
    ids = list(tree.nodes[tree.leaves])
    voted = strata.counted(tree) if len(strata.values) else nominal_shares(tree)
    voted = voted if voted.any() else nominal_shares(tree)
    given = dict(zip(ids, voted, strict=True)) if wanted is None else dict(wanted)
    stop_at(_faults(given, ids))
    aims = np.array([float(given[id_]) for id_ in ids])
    aims /= aims.sum()
    movable = np.array([bool(np.nansum(np.abs(strata.centred(column)))) for column in strata.values.T]) & (
        len(strata.values) >= FEWEST
    )
    sought = np.where(movable, aims, 0.0)
    offered = _solved(tree, strata, sought / sought.sum()) if sought.any() else np.full(len(ids), np.nan)
    reached = (_accounted(_centred_movements(tree, strata, offered)) if sought.any() else np.full(len(ids), np.nan))
    frame = pd.DataFrame({"voted": nominal_shares(tree), "wanted": aims, "effective": reached}, index=ids)
    frame.insert(2, "offered", np.where(movable, offered, np.nan))
    whole = _gathered(tree, frame)
    whole.insert(0, "label", [evaluation.scheme.label(node) for node in whole.index])
    whole["weight"] = _in_own_terms(tree, whole["offered"].to_numpy())
    note_of = dict(zip(ids, _notes(reached, sought, movable, len(strata.values)), strict=True))
    notes = [note_of.get(node, NOTHING).into(evaluation.scheme.language) for node in whole.index]
    return whole.assign(note=notes).rename_axis("node")


def budgeted(covariance: Floats, aims: Floats) -> Floats:
    """Weights w > 0, summing to 1, with w (C w) in the ratios of `aims`; all aims above 0.

    Examples
    --------
    >>> budgeted(np.diag([1.0, 4.0]), np.array([0.5, 0.5])).round(4)
    array([0.6667, 0.3333])
    """
    size = np.sqrt(np.diag(covariance))
    alike, x = covariance / np.outer(size, size), np.sqrt(aims)
    for _ in range(SWEEPS):
        before = x.copy()
        for place in range(len(x)):
            others = float((alike[place] * x).sum() - x[place])
            x[place] = (-others + np.sqrt(others**2 + 4 * aims[place])) / 2
        if np.abs(x - before).max() <= 1e-10 * np.abs(x).max():
            break
    weights = x / size
    return np.asarray(weights / weights.sum())


def _solved(tree: Tree, strata: Strata, aims: Floats) -> Floats:
    """The weights that come nearest to the aims: whole steps while they help, half steps once one did not."""
    sought, weights, best, least, step, since = np.flatnonzero(aims), aims, aims, np.inf, 1.0, 0
    while since <= PATIENCE:
        moved = _centred_movements(tree, strata, weights)
        miss = float(np.abs(_accounted(moved) - aims).max())
        step, since = (step, 0) if miss < 0.9 * least else (0.5, since + 1)
        if miss < least:
            best, least = weights, miss
        if not least > STILL:
            break
        weights = _next(weights, sought, moved, aims, step)
    return best


def _next(weights: Floats, sought: Integers, moved: Floats, aims: Floats, step: float) -> Floats:
    """Part of the way, by ratios, to the weights that would do if nothing else changed with them.

    What moves nothing under these weights, as one that never is the lowest under a minimum, keeps its weight.
    """
    live = sought[[bool(moved[:, place].any()) for place in sought]]
    if not len(live):
        return weights
    changed, together = weights.copy(), weights[live].sum()
    part = budgeted(_covariance(moved[:, live] / weights[live]), aims[live]) ** step * weights[live] ** (1 - step)
    changed[live] = np.maximum(part / part.sum() * together, LEAST)
    return np.asarray(changed / changed.sum())


def _accounted(moved: Floats) -> Floats:
    """The share of the variance of what is moved together that each column accounts for."""
    total = np.zeros(len(moved))
    for column in moved.T:
        total += column
    variance = float((total * total).sum())
    return np.array([float((column * total).sum()) / variance if variance else np.nan for column in moved.T])


def _centred_movements(tree: Tree, strata: Strata, weights: Floats) -> Floats:
    moved, _ = strata.moved(tree.with_weights(shares_of(tree, weights[np.newaxis])[0]))
    return np.column_stack([strata.centred(column) for column in moved.T])


def _covariance(columns: Floats) -> Floats:
    """Sums of products, pair by pair: the same bits on any machine."""
    lines = [np.ascontiguousarray(column) for column in columns.T]
    sums = np.empty((len(lines), len(lines)))
    for place, one in enumerate(lines):
        for other in range(place + 1):
            sums[place, other] = sums[other, place] = float((one * lines[other]).sum())
    return sums


def _notes(reached: Floats, sought: Floats, movable: Mask, members: int) -> list[Phrase]:
    """What is to be said of each indicator: that it cannot move anything, or was not given what was wanted."""
    idle = CONSTANT if members >= FEWEST else few(members)
    missed = np.abs(reached - sought / (sought.sum() or 1.0)) > MISS + 0.1 * sought
    return [idle if not can else MISSED if bad else NOTHING for can, bad in zip(movable, missed, strict=True)]


def _gathered(tree: Tree, leaves: pd.DataFrame) -> pd.DataFrame:
    """The groups too, each with the sum of what stands under it; NaN where nothing does that has a number."""
    table = np.full((len(tree.nodes), leaves.shape[1]), np.nan)
    table[tree.leaves] = leaves.to_numpy()
    for branch in tree.branches:
        below = table[list(branch.children)]
        table[branch.node] = np.where(np.isnan(below).all(axis=0), np.nan, np.nansum(below, axis=0))
    return pd.DataFrame(table, index=list(tree.nodes), columns=leaves.columns).drop(index=TOTAL)


def _in_own_terms(tree: Tree, shares: Floats) -> Floats:
    """Each node's weight so that siblings sum to what they sum to in the scheme: percent, or points."""
    weights = np.full(len(shares), np.nan)
    for branch in tree.branches:
        siblings = list(branch.children)
        together, voted = np.nansum(shares[siblings]), tree.weights[siblings].sum()
        weights[siblings] = shares[siblings] / together * voted if together > 0 else np.nan
    return weights


def _faults(wanted: Mapping[str, float], ids: list[str]) -> Iterator[Problem]:
    for name in sorted(set(wanted) - set(ids)):
        yield Problem("error", Phrase("没有这个指标", "there is no such indicator"), did_you_mean(name, ids) or Phrase("请删去", "leave it out"), column=name)
    for name in (id_ for id_ in ids if id_ not in wanted):
        mend = Phrase("请补上；不要影响则写 0", "add it; 0 if it is to decide nothing")
        yield Problem("error", Phrase("缺少该指标应有的影响", "the influence wanted of it is lacking"), mend, column=name)
    known = {name: wanted[name] for name in ids if name in wanted}
    for name, aim in known.items():
        if not (np.isfinite(aim) and aim >= 0):
            rule = Phrase("应为非负数", "not a number of 0 or more")
            yield Problem("error", rule, Phrase("如 0.25 或 25", "such as 0.25 or 25"), column=name, value=str(aim))
    if known and not any(known.values()):
        yield Problem("error", Phrase("不能全为 0", "not all can be 0"), Phrase("至少一项大于 0", "make one of them larger"))
