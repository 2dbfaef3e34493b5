"""One score of many: the mean of those who may score, without the highest and lowest, and a place left open below quorum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import refuse
from toolkit.panels.score_table import admitted, exact_sums, quotient, recusal_mask
from toolkit.ranking import Floats, Integers, Mask
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.panels.score_table import Table

RECUSAL = (
    "本项应有至少 {minimum} 位专家评分，{recused} 位回避后只剩 {eligible} 位，不计分，待补充专家",
    "at least {minimum} experts have to score; after {recused} recused, {eligible} are left: no score until experts are added",
)
UNSCORED = (
    "本项应有至少 {minimum} 位专家评分，现收到 {scorers} 份（回避 {recused} 位，未评 {missing} 位），暂不计分",
    "at least {minimum} experts have to score; {scorers} have ({recused} recused, {missing} outstanding): no score yet",
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
        said = RECUSAL if row["why"] == "recusal" else UNSCORED
        return phrase(*said, minimum=self.minimum, scorers=scorers, recused=recused, missing=missing, eligible=scorers + missing)


def panel_scores(scores: Table, recused: Table | None = None, *, trim: int = 0, minimum: int = 5) -> PanelScores:
    """The mean of the scores that count, after the `trim` highest and lowest are left out (去掉最高分和最低分).

    Sums are exact and rounded once, so that neither the order of experts nor the machine changes a bit; rounding to
    the scheme's decimals is the caller's.

    Parameters
    ----------
    scores, recused
        As for `toolkit.panels.score_table.admitted`.
    trim
        How many are left out at each end, 0 or more; of equal scores it does not matter which.
    minimum
        How many have to have scored, counted after recusal and before any is left out; more than twice `trim`.

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

    _check_quorum(trim, minimum)
    table = admitted(scores, recused)
    withdrawn = _count(recusal_mask(recused, table))
    order = np.sort(table.to_numpy(), axis=1)
    scorers = _count(~np.isnan(order))
    missing = table.shape[1] - scorers - withdrawn
    quorum = scorers >= minimum
    place = np.arange(table.shape[1])
    kept = np.where((place >= trim) & (place < (scorers - trim)[:, None]) & quorum[:, None], order, np.nan)
    why = np.where(quorum, "", np.where(scorers + missing < minimum, "recusal", "unscored"))
    columns = {
        "score": _means(kept),
        "scorers": scorers,
        "recused": withdrawn,
        "missing": missing,
        "highest": [tuple(row[n - trim : n][::-1].tolist()) if full else () for row, n, full in zip(order, scorers, quorum, strict=True)],
        "lowest": [tuple(row[:trim].tolist()) if full else () for row, full in zip(order, quorum, strict=True)],
        "deviation": _deviations(order),
        "why": why.astype(object),
    }
    return PanelScores(pd.DataFrame(columns, index=table.index), minimum, trim)


def _check_quorum(trim: int, minimum: int) -> None:
    if trim < 0 or minimum < 1 or minimum <= 2 * trim:
        rule = Phrase("最少评分人数应多于去掉的最高分与最低分之和，且至少为 1", "the minimum of scorers exceeds what is left out at both ends, and is 1 or more")
        mend = phrase("请把 minimum 改为 {n} 以上，或减小 trim", "raise `minimum` to {n} or more, or lower `trim`", n=2 * max(trim, 0) + 1)
        raise refuse(rule, mend, column="minimum", value=f"minimum = {minimum}, trim = {trim}")


def _count(marks: Mask) -> Integers:
    return np.asarray(marks.sum(axis=1), dtype=np.int64)


def _means(table: Floats) -> Floats:
    """Means of rows; the last bit of a division never carries one beyond the scores it is made of."""
    means = quotient(exact_sums(table, axis=1), (~np.isnan(table)).sum(axis=1))
    low, high = np.nan_to_num(table, nan=np.inf).min(axis=1, initial=np.inf), np.nan_to_num(table, nan=-np.inf).max(axis=1, initial=-np.inf)
    return np.where(np.isnan(means), np.nan, np.clip(means, np.minimum(low, high), np.maximum(low, high)))


def _deviations(table: Floats) -> Floats:
    squares = exact_sums((table - _means(table)[:, None]) ** 2, axis=1)
    below = np.maximum((~np.isnan(table)).sum(axis=1) - 1, 0)
    return np.sqrt(quotient(squares, below))
