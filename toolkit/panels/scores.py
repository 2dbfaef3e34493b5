"""The scores that count: members x experts, without what stands in a recused cell, and one score of many.

That is the mean of those who may score, without the highest and lowest; a place stays open below quorum.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.ground.decimals import decimal_digits_of
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.ranking import Floats, Integers, Mask
from toolkit.ground.statistics import exact_sums
from toolkit.ground.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

Table: TypeAlias = "pd.DataFrame | ArrayLike"
LARGEST = 1e12
NO_SCORE = Phrase("评分应为数字", "a score is a number")
MEND_SCORE = Phrase("请更正，未评分则留空", "correct it; leave it empty if nothing was scored")


def admitted(scores: Table, recused: Table | None = None) -> pd.DataFrame:
    """The scores of those who may score, each what its digits say; whatever stands in a recused cell is not even looked at.

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
    return pd.DataFrame(decimal_digits_of(numbers), index=frame.index, columns=frame.columns)


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
        for labels, other in ((scores.index, recused.index), (scores.columns, recused.columns)):
            if len(labels) != len(other) or set(labels) != set(other):
                raise _disagree("、".join(sorted(str(label) for label in set(labels) ^ set(other))))
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


def quotients(above: Floats | float, below: Floats | float) -> Floats:
    """One divided by the other; NaN where there is nothing to divide by."""
    divisor = np.asarray(below, dtype=np.float64)
    quotients: Floats = np.full(np.broadcast(above, divisor).shape, np.nan)
    np.divide(above, divisor, out=quotients, where=divisor != 0)
    return quotients


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


RECUSAL = (
    "本项应有至少 {minimum} 位专家评分，{recused} 位回避后只剩 {eligible} 位，不计分，待补充专家",
    "at least {minimum:expert has|experts have} to score; after {recused} recused, {eligible:is|are} left: no score until experts are added",
)
UNSCORED = (
    "本项应有至少 {minimum} 位专家评分，现收到 {scorers} 份（回避 {recused} 位，未评 {missing} 位），暂不计分",
    "at least {minimum:expert has|experts have} to score; {scorers:has|have} ({recused} recused, {missing} outstanding): no score yet",
)


@dataclass(frozen=True, eq=False)
class PanelScores:
    """What a panel gave each member.

    Parameters
    ----------
    members : DataFrame
        Index member, all of them, in the order given. Columns: score (NaN below quorum; not rounded), scorers,
        recused, missing (may score and have not), highest and lowest (tuples of the scores left out, the outermost
        first; empty below quorum), deviation (sample standard deviation of all scores that count, before any is
        left out; NaN of fewer than two), why ("" where there is a score, "recusal" where too few may score,
        "unscored" where too few have).
    minimum, trim
        The quorum, and how many are left out at each end.
    """

    members: pd.DataFrame
    minimum: int
    trim: int

    @property
    def open(self) -> dict[object, Phrase]:
        """Every member without a score, and why: its place is open, and it is never dropped."""
        rows = self.members.loc[self.members["why"] != ""]
        return {row["member"]: self._why(row) for row in rows.rename_axis("member").reset_index().to_dict("records")}

    def _why(self, row: dict[object, object]) -> Phrase:
        scorers, recused, missing = (int(str(row[name])) for name in ("scorers", "recused", "missing"))
        reason = RECUSAL if row["why"] == "recusal" else UNSCORED
        return phrase(*reason, minimum=self.minimum, scorers=scorers, recused=recused, missing=missing, eligible=scorers + missing)


def panel_scores(scores: Table, recused: Table | None = None, *, trim: int = 0, minimum: int = 5, trim_from: int | None = None) -> PanelScores:
    """The mean of the scores that count, after the `trim` highest and lowest are left out (去掉最高分和最低分).

    Sums are exact and a mean is what its digits say, so that neither the order of experts nor the machine changes a bit;
    rounding to the scheme's decimals is the caller's.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.scores.admitted`.
    trim
        How many are left out at each end, 0 or more; of equal scores it does not matter which.
    minimum
        How many have to have scored, counted after recusal and before any is left out; more than twice `trim`.
    trim_from
        From how many scores on some are left out, more than twice `trim`; of fewer, which `minimum` may then allow, none is.

    Raises
    ------
    Refused
        When `minimum` is below 1 or leaves nothing after trimming, and for what `admitted` refuses.

    Examples
    --------
    The second expert is employed by the second member. Its 100 does not count, and four are too few.

    >>> given = [[88, 90, 60, 92, 95], [70, 100, 72, 74, 71]]
    >>> withdrawn = [[False] * 5, [False, True, False, False, False]]
    >>> result = panel_scores(given, withdrawn, trim=1, minimum=5)
    >>> result.members["score"].tolist(), result.members["lowest"].tolist()
    ([90.0, nan], [(60.0,), ()])
    >>> result.open[1].into("en")
    'at least 5 experts have to score; after 1 recused, 4 are left: no score until experts are added'

    References
    ----------
    Quorum and replacement of those who withdraw: 招标投标法 art. 37.
    """
    import pandas as pd

    _check_quorum(trim, minimum if trim_from is None else max(minimum, trim_from), minimum)
    table = admitted(scores, recused)
    withdrawn = _count(recusal_mask(recused, table))
    order = np.sort(table.to_numpy(), axis=1)
    scorers = _count(~np.isnan(order))
    missing = table.shape[1] - scorers - withdrawn
    quorum = scorers >= minimum
    place, cut = np.arange(table.shape[1]), np.where(scorers >= (trim_from or 0), trim, 0)
    kept = np.where((place >= cut[:, None]) & (place < (scorers - cut)[:, None]) & quorum[:, None], order, np.nan)
    why = np.where(quorum, "", np.where(scorers + missing < minimum, "recusal", "unscored"))
    columns = {
        "score": decimal_digits_of(_means(kept)),
        "scorers": scorers,
        "recused": withdrawn,
        "missing": missing,
        "highest": [tuple(row[n - out : n][::-1].tolist()) if full else () for row, n, out, full in zip(order, scorers, cut, quorum, strict=True)],
        "lowest": [tuple(row[:out].tolist()) if full else () for row, out, full in zip(order, cut, quorum, strict=True)],
        "deviation": _deviations(order),
        "why": why.astype(object),
    }
    return PanelScores(pd.DataFrame(columns, index=table.index), minimum, trim)


def _check_quorum(trim: int, least: int, minimum: int) -> None:
    if trim < 0 or minimum < 1 or least <= 2 * trim:
        rule = Phrase("最少评分人数应多于去掉的最高分与最低分之和，且至少为 1", "the minimum of scorers exceeds what is left out at both ends, and is 1 or more")
        mend = phrase("请把 minimum 改为 {n} 以上，或减小 trim", "raise `minimum` to {n} or more, or lower `trim`", n=2 * max(trim, 0) + 1)
        raise refuse(rule, mend, column="minimum", value=f"minimum = {minimum}, trim = {trim}")


def _count(marks: Mask) -> Integers:
    return np.asarray(marks.sum(axis=1), dtype=np.int64)


def _means(table: Floats) -> Floats:
    """Means of rows; the last bit of a division never carries one beyond the scores it is made of."""
    means = quotients(exact_sums(table), (~np.isnan(table)).sum(axis=1))
    low, high = np.nan_to_num(table, nan=np.inf).min(axis=1, initial=np.inf), np.nan_to_num(table, nan=-np.inf).max(axis=1, initial=-np.inf)
    return np.where(np.isnan(means), np.nan, np.clip(means, np.minimum(low, high), np.maximum(low, high)))


def _deviations(table: Floats) -> Floats:
    squares = exact_sums((table - _means(table)[:, None]) ** 2)
    below = np.maximum((~np.isnan(table)).sum(axis=1) - 1, 0)
    return np.sqrt(quotients(squares, below))
