"""How each indicator is distributed: what is missing, lopsided, crowded at one end, or the same for all.

Also what all diagnostics look at: the numbers of which members, in a fixed order, and the words for what cannot be said of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from toolkit.ground import statistics as moments
from toolkit.ground.problems import refuse
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.scheme.shapes import Category, is_missing, state_name

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.scheme.criteria import Indicator


Of: TypeAlias = Literal["values", "raw"]
FEWEST = 3

CONSTANT = Phrase("各会员相同，区分不出高低", "the same for every member: it tells nobody apart")
STATES = Phrase("不是数字，请看计分值", "not a number: look at the values")
ABSENT = Phrase("没有数据", "no data")


def few(n: int) -> Phrase:
    """What is said where fewer than three members have data."""
    return phrase("只有 {n} 个会员有数据，不足 {least} 个", "only {n} with data, fewer than {least}", n=n, least=FEWEST)


def members_of(evaluation: Evaluation, class_: str | None) -> pd.Index[str]:
    """The keys of the members of one class, of all for None; sorted, so that no sum depends on their order.

    Raises
    ------
    Refused
        When no member is in the class.
    """
    classes = evaluation.members["class"].sort_index()
    if class_ is None:
        return classes.index
    if not classes.eq(class_).any():
        known = "、".join(sorted({str(name) for name in classes}))
        raise refuse(
            phrase("没有会员属于类别“{name}”", "no member is in the class `{name}`", name=class_),
            phrase("现有类别：{known}", "known classes: {known}", known=known),
            column="class", value=class_,
        )  # fmt: skip
    return classes.index[classes.eq(class_)]


def observations(evaluation: Evaluation, of: Of = "values", class_: str | None = None) -> pd.DataFrame:
    """The numbers of every indicator.

    Parameters
    ----------
    of
        "values", on the scheme's scale and as they count, what stands in for a missing one included; "raw", as
        recorded, where a yes is 1, a no 0, and other states are no numbers.

    Returns
    -------
    DataFrame
        Index member, sorted; a column for each indicator in the order of the scheme; float64, NaN where there is none.
    """
    if of == "values":
        table = evaluation.values
    else:
        table = pd.DataFrame({name: numbers(column) for name, column in counted(evaluation).items()})
    ids = [item.id for item in evaluation.scheme.indicators]
    return table.loc[members_of(evaluation, class_), ids].astype("float64")


def counted(evaluation: Evaluation) -> pd.DataFrame:
    """The raw values of those to whom each indicator applies; missing for the others."""
    return evaluation.indicators.where(evaluation.applicable)


def numbers(raw: pd.Series[Any]) -> pd.Series[float]:
    """Raw values as numbers, yes as 1 and no as 0; all NaN where some are other states."""
    if pd.api.types.is_numeric_dtype(raw):
        return raw.astype("float64")
    states = [np.nan if is_missing(state) else state for state in raw]
    if not all(isinstance(state, bool | np.bool_ | int | float) for state in states):
        states = [np.nan] * len(raw)
    return pd.Series(states, index=raw.index, dtype="float64")



NOISE = 1e-9


def spread(evaluation: Evaluation, *, of: Of = "raw", by_class: bool = False) -> pd.DataFrame:
    """How the recorded numbers ("raw") or the values on the scale ("values") of each indicator are distributed.

    Parameters
    ----------
    by_class
        One row for each indicator and class, instead of one for each indicator.

    Returns
    -------
    DataFrame
        Index indicator, in the order of the scheme (then class, sorted). Columns:

        - label, unit
        - applicable, missing: members; missing_share: missing / applicable, 0..1
        - n: numbers looked at (raw: recorded ones; values: all that count, with what stands in for a missing one)
        - distinct: different numbers, or states, among them
        - min, q1, median, q3, max, mean, sd (n - 1): in the unit, or in points; cv = sd / (the mean's absolute value)
        - skewness, kurtosis (excess; both as spreadsheets give them); outliers: the JRC's rule on the two
        - at_worst, at_best: the share of the recorded whose value lies at that end of the scale, 0..1
        - constant: all the same; constant_in: the classes in which it is so although it has data, joined by 、
        - states: how many members of which state, where states are counted
        - note: in the scheme's language why figures are lacking; else empty

    References
    ----------
    OECD and JRC (2008), Handbook on Constructing Composite Indicators, steps 2 to 5.
    """
    table, raw = observations(evaluation, of), counted(evaluation)
    classes = evaluation.members["class"].astype("str")
    parts: list[tuple[str, pd.Index[str]]] = [("", members_of(evaluation, None))]
    if by_class:
        parts = [(name, members_of(evaluation, name)) for name in sorted(set(classes))]
    rows = {
        (item.id, class_): _row(evaluation, item, table[item.id][who], raw[item.id][who])
        for item in evaluation.scheme.indicators
        for class_, who in parts
    }
    frame = pd.DataFrame(rows.values(), index=pd.MultiIndex.from_tuples(rows, names=["indicator", "class"]))
    return frame if by_class else frame.droplevel("class")


def _row(evaluation: Evaluation, item: Indicator, column: pd.Series[float], raw: pd.Series[Any]) -> dict[str, Any]:
    language, who = evaluation.scheme.language, column.index
    applicable, recorded = int(evaluation.applicable.loc[who, item.id].sum()), raw.notna()
    x: Floats = np.sort(column.dropna().to_numpy(dtype=np.float64))
    countable = isinstance(item.value, Category) or not pd.api.types.is_numeric_dtype(raw)
    states = raw[recorded].map(state_name).astype("str") if countable else column.dropna().astype("str")[:0]
    distinct = len(np.unique(x)) if len(x) else states.nunique()
    missing = applicable - int(recorded.sum())
    alike = _constant_in(evaluation, column if len(x) else states)
    return {
        "label": item.label,
        "unit": item.unit,
        "applicable": applicable,
        "missing": missing,
        "missing_share": missing / applicable if applicable else np.nan,
        "n": len(x) or len(states),
        "distinct": distinct,
        **_figures(x),
        **_at_the_ends(item, evaluation, raw.index[recorded]),
        "constant": distinct == 1,
        "constant_in": "、".join(alike),
        "states": _states(states) if countable else "",
        "note": _note(x, states, language),
    }


def _figures(x: Floats) -> dict[str, Any]:
    """Everything that is said of sorted numbers; NaN for what there are too few of."""
    names = ("min", "q1", "median", "q3", "max")
    quarters = np.quantile(x, [0, 0.25, 0.5, 0.75, 1]).tolist() if len(x) else [np.nan] * 5
    mean, sd = moments.mean(x), moments.deviation(x)
    return {
        **dict(zip(names, quarters, strict=True)),
        "mean": mean,
        "sd": sd,
        "cv": sd / abs(mean) if mean else np.nan,
        "skewness": moments.skewness(x),
        "kurtosis": moments.kurtosis(x),
        "outliers": moments.has_outliers(x),
    }


def _at_the_ends(item: Indicator, evaluation: Evaluation, who: pd.Index[str]) -> dict[str, float]:
    values = evaluation.values.loc[who, item.id].dropna()
    if not len(values):
        return {"at_worst": np.nan, "at_best": np.nan}
    scale = evaluation.scheme.scale
    low, high = item.value.lowest + NOISE * scale, min(item.value.highest(scale), scale) - NOISE * scale
    return {"at_worst": float((values <= low).mean()), "at_best": float((values >= high).mean())}


def _constant_in(evaluation: Evaluation, column: pd.Series[Any]) -> list[str]:
    """The classes in which an indicator that has data is the same for all; none where there are no classes."""
    kinds = column.groupby(evaluation.members["class"].astype("str")[column.index]).nunique()
    return sorted(str(name) for name in kinds.index[kinds == 1] if name)


def _states(states: pd.Series[str]) -> str:
    """Each state with its number of members, the commonest first."""
    counts = states.value_counts().rename_axis("state").reset_index(name="n")
    counts = counts.sort_values(["n", "state"], ascending=[False, True])
    return "、".join(f"{state} {n}" for state, n in zip(counts["state"], counts["n"], strict=True))


def _note(x: Floats, states: pd.Series[str], language: Language) -> str:
    if not len(x):
        return (STATES if len(states) else ABSENT).into(language)
    if len(x) < 3:
        return few(len(x)).into(language)
    return CONSTANT.into(language) if x[0] == x[-1] else ""
