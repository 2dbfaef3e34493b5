"""How much each indicator really decides, beside how much it was voted to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.diagnostics.observations import ABSENT, CONSTANT, FEWEST, few
from toolkit.diagnostics.strata import Strata, straight
from toolkit.ranking import Floats
from toolkit.scoring import Tree
from toolkit.text import Phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

GAPS = "gaps"
GAPS_LABEL = Phrase("不适用或缺失（权重转移）", "not applicable or missing")
LEVEL = Phrase("总分没有高低之分", "the totals do not differ")
AGAINST = Phrase("抵消总分：此项高者总分反而低", "works against the total: who is high here is low in all")


def effective_weights(evaluation: Evaluation, *, class_: str | None = None) -> pd.DataFrame:
    """Of the differences between the totals, the share that each indicator accounts for; beside its voted share.

    The total (before rounding and bounds) is the usual member's plus what each indicator and adjustment moves it by
    (`movements`): w (v - mean) where all means are arithmetic. An effective weight is cov(moved, total) / var(total).
    They sum to 1 for every tree. A constant has 0. One below 0 works against the total. In a scheme with classes
    members compete within their class, so variances and covariances are of deviations from the class's mean, added up
    over the classes.

    Parameters
    ----------
    class_
        Only the members of this class.

    Returns
    -------
    DataFrame
        Over the members who applied and have a total. Index part: the indicators in the order of the scheme, the adjustments, and "gaps"
        where it matters that not the same indicators count for all. Columns:

        - label; kind: "indicator", "adjustment" or "gaps"
        - nominal: the product of the voted shares down the path, 0..1; NaN for what is not weighed
        - counted: that share as it falls to these members on average: as voted where all indicators count, less for
          one that does not count for some, its weight having gone to its siblings
        - effective: as above, summing to 1; ratio: effective / counted, so 2 decides twice what was voted
        - correlation: of value and total, -1..1
        - alone: the correlation ratio S = V(E(total given the value)) / V(total), 0..1: the variance that would go if the
          indicator could be fixed, what it shares with others included. E is a cubic fitted by least squares in each
          class; mere noise gives about 3 / n
        - n: those members for whom it counts; note: why figures are lacking, or that it works against the total

    References
    ----------
    Paruolo, P., Saisana, M., Saltelli, A. (2013), Ratings and rankings: voodoo or science?, Journal of the Royal
    Statistical Society A 176, 609-634: the correlation ratio as the importance of an indicator.
    """
    tree, strata = Tree.of(evaluation.scheme), Strata.of(evaluation, class_)
    moved, usual = strata.moved(tree)
    total = usual + sum([*moved.T, *strata.extras.T], start=np.zeros(len(usual)))
    about = strata.centred(total)
    scheme = evaluation.scheme
    shares = zip(nominal_shares(tree), strata.counted(tree), strict=True)
    indicators = [
        (i.id, i.label, "indicator", *own) for i, own in zip(scheme.indicators, shares, strict=True)
    ]
    adjustments = [(a.id, a.label, "adjustment", np.nan, np.nan) for a in scheme.adjustments]
    gaps = (GAPS, GAPS_LABEL.into(scheme.language), GAPS, np.nan, np.nan)
    named = pd.DataFrame(
        [*indicators, *adjustments, gaps], columns=["part", "label", "kind", "nominal", "counted"]
    )
    values = [*strata.values.T, *strata.extras.T, usual]
    moves = [*moved.T, *strata.extras.T, usual]
    rows = [_row(strata, about, own, moves_) for own, moves_ in zip(values, moves, strict=True)]
    frame = pd.concat([named, pd.DataFrame(rows)], axis=1).set_index("part")
    frame.loc[GAPS, ["correlation", "alone"]] = np.nan
    frame.insert(5, "ratio", frame["effective"] / frame["counted"].where(frame["counted"] > 0))
    frame["note"] = [
        _note(frame, part, len(usual), bool(about.any())).into(scheme.language) for part in frame.index
    ]
    varied = bool(strata.centred(usual).any())
    return frame if varied else frame.drop(index=GAPS)


def nominal_shares(tree: Tree) -> Floats:
    """The share of the total of each indicator, as voted: the product of the shares down its path, float64[indicators]."""
    shares = tree.shares
    for branch in reversed(tree.branches):
        shares[list(branch.children)] *= shares[branch.node]
    return shares[tree.leaves]


def _row(strata: Strata, total: Floats, values: Floats, moved: Floats) -> dict[str, Any]:
    own, variance = strata.centred(values), float((total * total).sum())
    n = int((~np.isnan(values)).sum())
    enough = len(total) >= FEWEST and variance > 0
    varies = enough and n >= FEWEST and bool(np.nansum(np.abs(own)))
    return {
        "effective": float((strata.centred(moved) * total).sum()) / variance if enough else np.nan,
        "correlation": straight(own, total) if varies else np.nan,
        "alone": _alone(strata, values, total) if varies else np.nan,
        "n": n,
    }


def _alone(strata: Strata, values: Floats, total: Floats) -> float:
    """The share of the variance of the total, among those who have the indicator, that a cubic of it explains."""
    explained = whole = 0.0
    for part in strata.parts:
        both = part & ~np.isnan(values)
        y = total[both] - total[both].sum() / max(int(both.sum()), 1)
        whole += float((y * y).sum())
        explained += sum(float((y * bend).sum()) ** 2 for bend in _bends(values[both]))
    return explained / whole if whole else float("nan")


def _bends(x: Floats) -> list[Floats]:
    """An orthonormal basis of what is linear, square and cubic in x: at most 3, fewer for few distinct numbers."""
    found: list[Floats] = []
    kinds = len(np.unique(x))
    if kinds < 2:
        return found
    z = (x - x.sum() / len(x)) / (x.max() - x.min())
    for degree in range(1, min(3, kinds - 1) + 1):
        bend = z**degree
        for _ in range(2):  # a second pass takes away what rounding left of the first
            bend = bend - bend.sum() / len(bend)
            for earlier in found:
                bend = bend - earlier * (earlier * bend).sum()
        size = float(np.sqrt((bend * bend).sum()))
        if size > 1e-9:
            found.append(bend / size)
    return found


def _note(frame: pd.DataFrame, part: str, members: int, differing: bool) -> Phrase:  # noqa: FBT001 - a fact
    row = dict(frame.loc[part])
    if members < FEWEST:
        return few(members)
    if not differing:
        return LEVEL
    if row["n"] == 0:
        return ABSENT
    if row["kind"] != GAPS and np.isnan(row["correlation"]):
        return CONSTANT if row["n"] >= FEWEST else few(int(row["n"]))
    return AGAINST if row["effective"] < -1e-9 else Phrase("", "")
