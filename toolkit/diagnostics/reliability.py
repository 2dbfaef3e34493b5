"""Whether what stands under one group measures one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.diagnostics.agreement import correlation
from toolkit.diagnostics.observations import CONSTANT, FEWEST, few, members_of
from toolkit.ranking import Floats
from toolkit.scoring import TOTAL
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.text import Language

ALONE = Phrase("可比的下级不足两项", "fewer than two parts to compare")
PAIR = Phrase("只有两项，去掉一项就无从比较", "only two: without one there is nothing to compare")


def cronbach_alpha(evaluation: Evaluation, *, class_: str | None = None) -> pd.DataFrame:
    """Cronbach's alpha of every group, of its direct parts on the scale, and what it would be without each part.

    alpha = k / (k - 1) (1 - sum of the parts' variances / variance of their plain sum), with k parts that are not
    constant. 0.7 is often called acceptable; a low alpha says that a group gathers different things, which may be
    just what the committee wants, a negative one that its parts cancel out.

    Returns
    -------
    DataFrame
        Index (group, part): each group, "total" for the topmost nodes, and each of its direct parts (indicators, or
        groups with their score). Columns label (of the part); alpha (of the group, at most 1); without (alpha if
        the part is left out); rest (the part's correlation with the sum of the others, -1..1); parts (k); n, the
        members in whom every varying part counts, the others are left out; note, what is lacking and why, in the scheme's
        language.

    References
    ----------
    Cronbach, L. J. (1951), Coefficient alpha and the internal structure of tests, Psychometrika 16, 297-334.
    OECD and JRC (2008), Handbook on Constructing Composite Indicators, step 4.
    """
    scheme, who = evaluation.scheme, members_of(evaluation, class_)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for group in [*(each.id for each in scheme.groups), TOTAL]:
        parts = scheme.children(None if group == TOTAL else group)
        table = evaluation.scores.loc[who, [part.id for part in parts]].astype("float64")
        rows |= {
            (group, part.id): {"label": part.label, **row}
            for part, row in zip(parts, _group(table, scheme.language), strict=True)
        }
    return pd.DataFrame(rows.values(), index=pd.MultiIndex.from_tuples(rows, names=["group", "part"]))


def alpha(parts: Floats) -> float:
    """Cronbach's alpha of float64[members, parts] without gaps; NaN for fewer than two parts or an unvarying sum.

    Examples
    --------
    >>> round(alpha(np.array([[1.0, 2], [2, 2], [3, 5]])), 4)
    0.8571
    """
    k, apart = parts.shape[1], sum(_variance(column) for column in parts.T)
    whole = _variance(parts.sum(axis=1))
    return float(k / (k - 1) * (1 - apart / whole)) if k > 1 and whole > 1e-12 * apart else float("nan")


def _group(table: pd.DataFrame, language: Language) -> list[dict[str, Any]]:
    """A row for each part."""
    varying = np.array([column.min() < column.max() for _, column in table.items()], dtype=np.bool_)
    complete = table.loc[:, varying].dropna().to_numpy()
    if len(complete) < FEWEST:
        return [_lacking(few(len(complete)), len(complete), language) for _ in table.columns]
    varying[varying] = [column.min() < column.max() for column in complete.T]
    complete = table.loc[:, varying].loc[table.loc[:, varying].notna().all(axis=1)].to_numpy()
    if varying.sum() < 2:
        return [_lacking(ALONE if own else CONSTANT, len(complete), language) for own in varying]
    places = np.cumsum(varying) - 1
    return [
        _part(complete, int(place), len(table), language) if own
        else {**_lacking(CONSTANT, len(complete), language), "alpha": alpha(complete), "parts": int(varying.sum())}
        for own, place in zip(varying, places, strict=True)
    ]  # fmt: skip


def _part(complete: Floats, place: int, members: int, language: Language) -> dict[str, Any]:
    others, (n, parts) = np.delete(complete, place, axis=1), complete.shape
    said = [PAIR] if parts == 2 else []
    if n < members:
        said.append(
            phrase(
                "只用了各项齐全的 {n}／{all} 个会员",
                "only {n} of {all} members have all parts",
                n=n,
                all=members,
            )
        )
    return {
        "alpha": alpha(complete),
        "without": alpha(others),
        "rest": correlation(complete[:, place], others.sum(axis=1)),
        "parts": parts,
        "n": n,
        "note": ("；" if language == "zh" else "; ").join(word.into(language) for word in said),
    }


def _lacking(why: Phrase, n: int, language: Language) -> dict[str, Any]:
    return {
        "alpha": np.nan,
        "without": np.nan,
        "rest": np.nan,
        "parts": 0,
        "n": n,
        "note": why.into(language),
    }


def _variance(x: Floats) -> float:
    away = x - x.sum() / len(x)
    return float((away * away).sum() / max(len(x) - 1, 1))
