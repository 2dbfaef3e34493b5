"""The numbers that are looked into: of whom, in a fixed order, and the words for what cannot be said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from toolkit.errors import refuse
from toolkit.shapes import is_missing
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

Of: TypeAlias = Literal["values", "raw"]
FEWEST = 3

CONSTANT = Phrase("各会员相同，区分不出高低", "the same for every member: it tells nobody apart")
STATES = Phrase("不是数字，请看计分值", "not a number: look at the values")
ABSENT = Phrase("没有数据", "no data")


def few(n: int) -> Phrase:
    """What is said where fewer than three members have data."""
    return phrase(
        "只有 {n} 个会员有数据，不足 {least} 个", "only {n} with data, fewer than {least}", n=n, least=FEWEST
    )


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
