"""The scores that count: members x experts, with everything that stands in a recused cell taken out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.errors import Problem, Problems, Refused, refuse
from toolkit.ranking import Floats, Mask
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

    Table: TypeAlias = pd.DataFrame | ArrayLike

LARGEST = 1e12
NO_SCORE = Phrase("评分应为数字", "a score is a number")
MEND_SCORE = Phrase("请更正，未评分则留空", "correct it; leave it empty if nothing was scored")


def admitted(scores: Table, recused: Table | None = None) -> pd.DataFrame:
    """The scores of those who may score; whatever stands in a recused cell is not even looked at.

    Parameters
    ----------
    scores : DataFrame or float64[members, experts]
        Index member, columns expert, each once. NaN: not scored.
    recused : DataFrame or bool[members, experts], optional
        True where the expert withdraws (回避). A frame has the labels of `scores`, in any order.

    Returns
    -------
    DataFrame
        float64, the labels of `scores` (positions for an array); NaN where nothing was scored or may be.

    Raises
    ------
    Refused
        For scores that are no table, labels that stand twice, a mask that is not Boolean or of another shape or
        other labels, and for each score that is no finite number.

    Examples
    --------
    >>> admitted([[90, 80], [70, 60]], [[False, True], [False, False]]).to_numpy().tolist()
    [[90.0, nan], [70.0, 60.0]]
    """
    import pandas as pd

    frame = scores if isinstance(scores, pd.DataFrame) else pd.DataFrame(_two_dimensional(scores))
    for labels in (frame.index, frame.columns):
        _check_once([str(label) for label in labels[labels.duplicated()]])
    mask = recusal_mask(recused, frame)
    numbers = np.where(mask, np.nan, _numbers(frame))
    wrong = (np.abs(numbers) > LARGEST) | (np.isnan(numbers) & frame.notna().to_numpy(dtype=np.bool_) & ~mask)
    if wrong.any():
        raise Refused(Problems(tuple(_wrong_scores(frame, wrong))))
    return pd.DataFrame(numbers, index=frame.index, columns=frame.columns)


def recusal_mask(recused: Table | None, scores: pd.DataFrame) -> Mask:
    """The recusals in the order of a frame of scores, bool[members, experts].

    Raises
    ------
    Refused
        For cells that are not Boolean, another shape, other labels.
    """
    import pandas as pd

    if recused is None:
        return np.zeros(scores.shape, dtype=np.bool_)
    if isinstance(recused, pd.DataFrame):
        for own, other in ((scores.index, recused.index), (scores.columns, recused.columns)):
            if len(own) != len(other) or set(own) != set(other):
                raise _disagree("、".join(sorted(str(label) for label in set(own) ^ set(other))))
        recused = recused.loc[scores.index, scores.columns].to_numpy()
    mask = np.asarray(recused)
    if mask.shape != scores.shape:
        raise _disagree(str(mask.shape))
    if mask.dtype != np.bool_ and not all(isinstance(cell, bool) for cell in mask.ravel().tolist()):
        rule = Phrase("回避只能为是或否", "a recusal is true or false")
        raise refuse(rule, Phrase("请写 true 或 false", "write true or false"))
    return mask.astype(np.bool_)


def exact_sum(numbers: Iterable[float]) -> float:
    """The sum rounded once, at its end: the same bits in whatever order the numbers come."""
    return math.fsum(numbers)


def exact_sums(table: Floats, axis: int) -> Floats:
    """Exact sums along an axis of float64[members, experts]; NaN adds nothing.

    Examples
    --------
    >>> exact_sums(np.array([[0.1, 0.2, np.nan], [1.0, 2.0, 3.0]]), axis=1).tolist()
    [0.30000000000000004, 6.0]
    """
    lines = np.nan_to_num(table if axis == 1 else table.T).tolist()
    return np.array([math.fsum(line) for line in lines], dtype=np.float64)


def quotient(above: Floats | float, below: Floats | float) -> Floats:
    """One divided by the other; NaN where there is nothing to divide by."""
    divisor = np.asarray(below, dtype=np.float64)
    found: Floats = np.full(np.broadcast(above, divisor).shape, np.nan)
    np.divide(above, divisor, out=found, where=divisor != 0)
    return found


def _numbers(frame: pd.DataFrame) -> Floats:
    """The cells as numbers, NaN where they are none."""
    import pandas as pd

    if not all(pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes):
        frame = frame.apply(pd.to_numeric, errors="coerce")
    return frame.to_numpy(dtype=np.float64, na_value=np.nan)


def _two_dimensional(table: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    array = np.asarray(table)
    if array.ndim != 2:
        rule = Phrase("评分应为会员×专家的二维表", "scores are a table of members x experts")
        raise refuse(rule, Phrase("请给出两个维度", "give it two dimensions"), value=str(array.shape))
    return array


def _check_once(twice: list[str]) -> None:
    if twice:
        rule = Phrase("会员或专家在评分表中出现两次", "a member or expert stands twice in the scores")
        raise refuse(rule, Phrase("请合并或删去一处", "merge them or leave one out"), value="、".join(sorted(set(twice))))


def _disagree(value: str) -> Refused:
    mend = Phrase("请给出与评分表相同的会员和专家", "give it the members and experts of the scores")
    return refuse(Phrase("回避表与评分表不一致", "recusals and scores do not agree"), mend, value=value)


def _wrong_scores(scores: pd.DataFrame, wrong: Mask) -> Iterator[Problem]:
    for row, column in np.argwhere(wrong).tolist():
        place = phrase("（会员 {member}）", " (member {member})", member=scores.index[row])
        rule = Phrase(NO_SCORE.zh + place.zh, NO_SCORE.en + place.en)
        yield Problem("error", rule, MEND_SCORE, column=str(scores.columns[column]), value=str(scores.iloc[row, column]))
