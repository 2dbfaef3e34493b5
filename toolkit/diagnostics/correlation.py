"""Which indicators say the same, which contradict one another, and whether what stands under one group measures one thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from toolkit.diagnostics.distribution import CONSTANT, FEWEST, STATES, Of, few, members_of, observations
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.ranking import Floats, Mask
from toolkit.ground.statistics import CorrelationMethod, correlation
from toolkit.ground.text import Language, Phrase, phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Group, Indicator


ROUND = 1e-9  # eigenvalues, and loadings, that are this near are one
COLUMNS = ["r", "n", "group", "note"]

MERGE = Phrase(
    "同组两项几乎同涨同落：只留一项，或合并，或合起来只给一项的权重",
    "within one group the two nearly move as one: keep one, merge them, or give both together the weight of one",
)
TWICE = Phrase(
    "分属两组却几乎同涨同落：同一件事计了两次，请确认是否有意",
    "in two groups, yet they nearly move as one: one thing is counted twice; make sure that is meant",
)
CANCEL = Phrase(
    "同组两项此高彼低，相互抵消：检查方向（逆向指标），或分到两组",
    "within one group one rises as the other falls, they cancel out: check the direction, or put them into two groups",
)
MIRROR = Phrase("分属两组而此高彼低，近乎互为反面：检查方向，或只留一项", "in two groups, and nearly each other's reverse: check the direction, or keep one")


def correlations(
    evaluation: Evaluation, of: Of | Literal["groups"] = "values", method: CorrelationMethod = "pearson", *, class_: str | None = None
) -> pd.DataFrame:
    """The correlation of every two indicators, or groups, over the members that have both.

    Parameters
    ----------
    of
        "values" on the scale, where higher is always better; "raw", as recorded; or "groups": the scores of groups, of which neither lies
        within the other.
    method
        "pearson" straight-line; "spearman" of the ranks; "kendall" (tau-b) of pairs of members.
    class_
        Only the members of this class.

    Returns
    -------
    DataFrame
        Index (first, second), each pair once, in the order of the scheme. Columns r, -1..1, NaN where one of the
        two is constant or fewer than 3 have both; n, the members that have both; group, the id of the group both
        stand in ("total" for both at the top), else empty; note, why r is lacking, in the scheme's language.
    """
    scheme = evaluation.scheme
    nodes: Sequence[Indicator | Group] = scheme.groups if of == "groups" else scheme.indicators
    table = evaluation.scores.loc[members_of(evaluation, class_), [node.id for node in nodes]].astype("float64") if of == "groups" else observations(evaluation, of, class_)
    columns = {node.id: _prepared(table[node.id].to_numpy(), method) for node in nodes}
    numeric = {name: of != "raw" or bool(table[name].notna().any()) for name in columns}
    rows = {
        (one.id, two.id): (*_agreement(columns[one.id], columns[two.id], method), _common_group(one, two))
        for one, two in combinations(nodes, 2)
        if not (one.id in _above(scheme, two) or two.id in _above(scheme, one))
    }
    index = pd.MultiIndex.from_tuples(rows, names=["first", "second"]) if rows else _no_pairs()
    frame = pd.DataFrame(rows.values(), index=index, columns=["r", "n", "note", "group"])
    spoken = [
        (note if numeric[one] and numeric[two] else STATES).into(evaluation.scheme.language) if note else ""
        for (one, two), note in zip(rows, frame["note"], strict=True)
    ]
    return frame.assign(note=spoken)[COLUMNS]


def redundancies(
    evaluation: Evaluation,
    at_least: float = 0.9,
    *,
    opposed: float = -0.3,
    method: CorrelationMethod = "pearson",
    class_: str | None = None,
) -> pd.DataFrame:
    """The pairs of indicators a committee should talk about before it weighs them.

    Parameters
    ----------
    at_least
        Pairs whose values correlate by this much or more, in whatever groups.
    opposed
        Pairs within one group that correlate by this much or less (a negative number): what one gives, the other takes.

    Returns
    -------
    DataFrame
        Index (first, second), the strongest correlation first. Columns r, n, group as in `correlations`; kind,
        "redundant" or "opposed"; advice, what to do, in the scheme's language.
    """
    pairs = correlations(evaluation, "values", method, class_=class_)
    together = pairs["group"] != ""
    alike = pairs["r"] >= at_least - 1e-12
    against = (together & (pairs["r"] <= opposed + 1e-12)) | (pairs["r"] <= -at_least + 1e-12)
    striking = pairs[alike | against].drop(columns="note")
    language = evaluation.scheme.language
    advice = [_advice(r > 0, bool(group)).into(language) for r, group in zip(striking["r"], striking["group"], strict=True)]
    striking = striking.assign(kind=np.where(striking["r"] > 0, "redundant", "opposed"), advice=advice)
    return striking.iloc[np.argsort(-striking["r"].abs().round(9).to_numpy(), kind="stable")]


def _prepared(column: Floats, method: CorrelationMethod) -> Floats:
    """Ranks once for all pairs, where they will be asked for; the ranks of part of them are those of that part."""
    if method != "spearman":
        return column
    from scipy.stats import rankdata

    return np.asarray(rankdata(column, nan_policy="omit"), dtype=np.float64)


def _agreement(x: Floats, y: Floats, method: CorrelationMethod) -> tuple[float, int, Phrase | None]:
    both = ~(np.isnan(x) | np.isnan(y))
    n = int(both.sum())
    if n < FEWEST:
        return np.nan, n, few(n)
    ready = method == "spearman" and n == len(x)
    r = correlation(x[both], y[both], "pearson" if ready else method)
    return r, n, CONSTANT if np.isnan(r) else None


def _above(scheme: Scheme, node: Indicator | Group) -> Iterator[str]:
    """The groups a node lies in."""
    above = node.group
    while above is not None:
        yield above
        above = scheme.nodes[above].group


def _common_group(one: Indicator | Group, two: Indicator | Group) -> str:
    return (one.group or "total") if one.group == two.group else ""


def _advice(alike: bool, together: bool) -> Phrase:  # noqa: FBT001 - two facts, four words
    if alike:
        return MERGE if together else TWICE
    return CANCEL if together else MIRROR


def _no_pairs() -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([[], []], names=["first", "second"])


ALONE = Phrase("可比的下级不足两项", "fewer than two parts to compare")
PAIR = Phrase("只有两项，去掉一项就无从比较", "only two: without one there is nothing to compare")
CANCELLED = Phrase("各部分相互抵消，α 低于 -1，没有意义，不列出", "the parts cancel out: alpha is below -1, which means nothing, and is not given")


def cronbach_alpha(evaluation: Evaluation, *, class_: str | None = None) -> pd.DataFrame:
    """Cronbach's alpha of every group, of its direct parts on the scale, and what it would be without each part.

    alpha = k / (k - 1) (1 - sum of the parts' variances / variance of their plain sum), with k parts that are not
    constant. 0.7 is often called acceptable; a low alpha says that a group gathers different things, which may be
    just what the committee wants, a negative one that its parts cancel out. Below -1 it means nothing, and is not given.

    Returns
    -------
    DataFrame
        Index (group, part): each group, "total" for the topmost nodes, and each of its direct parts (indicators, or
        groups with their score). Columns label (of the part); alpha (of the group, -1..1); without (alpha if
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
    for group in [*(of_scheme.id for of_scheme in scheme.groups), TOTAL]:
        parts = scheme.children(None if group == TOTAL else group)
        table = evaluation.scores.loc[who, [part.id for part in parts]].astype("float64")
        rows |= {
            (group, part.id): {"label": part.label, **row}
            for part, row in zip(parts, _group(table, scheme.language), strict=True)
        }
    return pd.DataFrame(rows.values(), index=pd.MultiIndex.from_tuples(rows, names=["group", "part"]))


def alpha(parts: Floats) -> float:
    """Cronbach's alpha of float64[members, parts] without gaps; NaN for fewer than two parts, an unvarying sum, or below -1.

    Examples
    --------
    >>> round(alpha(np.array([[1.0, 2], [2, 2], [3, 5]])), 4)
    0.8571
    """
    k, apart = parts.shape[1], sum(_variance(column) for column in parts.T)
    whole = _variance(parts.sum(axis=1))
    ratio = float(k / (k - 1) * (1 - apart / whole)) if k > 1 and whole > 1e-12 * apart else float("nan")
    return ratio if ratio >= -1 else float("nan")


def _group(table: pd.DataFrame, language: Language) -> list[dict[str, Any]]:
    """A row for each part."""
    complete, varying = _complete(table)
    if len(complete) < FEWEST:
        return [_lacking(few(len(complete)), len(complete), language) for _ in table.columns]
    if varying.sum() < 2:
        return [_lacking(ALONE if varies else CONSTANT, len(complete), language) for varies in varying]
    places = np.cumsum(varying) - 1
    return [
        _part(complete, int(place), len(table), language) if varies
        else {**_lacking(CONSTANT, len(complete), language), "alpha": alpha(complete), "parts": int(varying.sum())}
        for varies, place in zip(varying, places, strict=True)
    ]  # fmt: skip


def _part(complete: Floats, place: int, members: int, language: Language) -> dict[str, Any]:
    others, (n, parts) = np.delete(complete, place, axis=1), complete.shape
    whole, notes = alpha(complete), [PAIR] if parts == 2 else []
    if np.isnan(whole):
        notes.append(CANCELLED)
    if n < members:
        notes.append(phrase("只用了各项齐全的 {n}／{all} 个会员", "only {n} of {all:member|members} with all parts", n=n, all=members))
    return {
        "alpha": whole,
        "without": alpha(others),
        "rest": correlation(complete[:, place], others.sum(axis=1)),
        "parts": parts,
        "n": n,
        "note": ("；" if language == "zh" else "; ").join(word.into(language) for word in notes),
    }


def principal_components(evaluation: Evaluation, *, class_: str | None = None) -> pd.DataFrame:
    """The principal components of every group: of the correlations of its direct parts on the scale.

    One component that carries nearly all says that the parts tell one thing, several with an eigenvalue above 1 (Kaiser) that the group
    gathers as many different ones. Members in whom every varying part counts are looked at, as in `cronbach_alpha`.

    Returns
    -------
    DataFrame
        Index (group, component, part): each group, "total" for the topmost nodes; components from 1, the greatest first; each direct
        part that is not constant. Columns label (of the part); eigenvalue, share and cumulative (0..1, of the variance of the standardised
        parts); loading, the correlation of the part with the component (its sign such that the greatest is positive; NaN where an
        eigenvalue is shared, as its axes are any); n, the members looked at; note, why there are none, in the scheme's language (component 0 then).

    References
    ----------
    OECD and JRC (2008), Handbook on Constructing Composite Indicators, step 4: multivariate analysis.
    """
    scheme, who = evaluation.scheme, members_of(evaluation, class_)
    rows: dict[tuple[str, int, str], dict[str, Any]] = {}
    for group in [*(of_scheme.id for of_scheme in scheme.groups), TOTAL]:
        parts = scheme.children(None if group == TOTAL else group)
        table, varying = _complete(evaluation.scores.loc[who, [part.id for part in parts]].astype("float64"))
        labels = [part.label for part, varies in zip(parts, varying, strict=True) if varies]
        if len(table) < FEWEST or len(labels) < 2:
            why = few(len(table)) if len(table) < FEWEST else ALONE
            rows |= {(group, 0, part.id): {"label": part.label, "n": len(table), "note": why.into(scheme.language)} for part in parts}
            continue
        names = [part.id for part, varies in zip(parts, varying, strict=True) if varies]
        for place, (root, share, reached, loadings) in enumerate(components(table), start=1):
            for name, label, loading in zip(names, labels, loadings, strict=True):
                rows[group, place, name] = {"label": label, "eigenvalue": root, "share": share, "cumulative": reached, "loading": loading, "n": len(table), "note": ""}
    index = pd.MultiIndex.from_tuples(rows, names=["group", "component", "part"])
    return pd.DataFrame(rows.values(), index=index, columns=["label", "eigenvalue", "share", "cumulative", "loading", "n", "note"])


def components(parts: Floats) -> list[tuple[float, float, float, list[float]]]:
    """Eigenvalue, share of the variance, share reached and loadings of each principal component of float64[members, parts], the greatest first.

    Examples
    --------
    >>> [(round(root, 3), [round(loading, 3) for loading in loadings]) for root, _, _, loadings in components(np.array([[1.0, 2], [2, 2], [3, 5]]))]
    [(1.866, [0.966, 0.966]), (0.134, [0.259, -0.259])]
    """
    count = parts.shape[1]
    roots, vectors = np.linalg.eigh(np.corrcoef(parts, rowvar=False).reshape(count, count))
    roots, vectors = np.maximum(roots[::-1], 0.0), vectors[:, ::-1]
    found, reached = [], 0.0
    for place, root in enumerate(roots.tolist()):
        axis, reached = vectors[:, place], reached + root / count
        shared = (np.abs(np.delete(roots, place) - root) < ROUND * count).any()
        turned = axis if axis[np.argmax(np.abs(axis) > np.abs(axis).max() - ROUND)] > 0 else -axis
        found.append((root, root / count, min(reached, 1.0), np.where(shared, np.nan, turned * np.sqrt(root)).tolist()))
    return found


def _complete(table: pd.DataFrame) -> tuple[Floats, Mask]:
    """The members of a table in whom all that varies counts, float64[members, varying parts], and which parts vary among them."""
    varying = np.array([column.min() < column.max() for _, column in table.items()], dtype=np.bool_)
    complete = table.loc[:, varying].dropna().to_numpy()
    if len(complete) < FEWEST:
        return complete, varying
    varying[varying] = [column.min() < column.max() for column in complete.T]
    left = table.loc[:, varying]
    return left.loc[left.notna().all(axis=1)].to_numpy(), varying


def _lacking(why: Phrase, n: int, language: Language) -> dict[str, Any]:
    return {"alpha": np.nan, "without": np.nan, "rest": np.nan, "parts": 0, "n": n, "note": why.into(language)}


def _variance(x: Floats) -> float:
    away = x - x.sum() / len(x)
    return float((away * away).sum() / max(len(x) - 1, 1))
