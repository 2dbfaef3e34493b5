"""Does the scheme favour a kind of member? Results by class, size, region or duty, tested, with the size of the difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.answers import asked_once
from toolkit.ground.problems import did_you_mean, refuse
from toolkit.ground.statistics import (
    NOTHING,
    Difference,
    cliffs_delta,
    difference_of_shares,
    holm,
    kruskal_wallis,
)
from toolkit.ground.text import Phrase, phrase
from toolkit.records.references import member_column

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Floats
    from toolkit.records import Records

Within: TypeAlias = Literal["all", "class"]
AWARD = "award"
KINDS = ("choice", "boolean")
FEWEST = 5
PARTS = 3
EXPECTED = 5
RESULTS = ["column", "heading", "group", "n", "small", "awarded", "share", "mean", "median"]
TESTS = [
    "column", "heading", "outcome", "label", "test", "n", "groups", "statistic", "p", "holm", "effect", "high", "low", "delta", "note",
]  # fmt: skip

ONE_GROUP = Phrase("可比较的组不足两个", "fewer than two groups to compare")
LEVEL = Phrase("各组没有差别可检验", "nothing differs")
ROUGH = Phrase("期望频数小于 5，p 值仅供参考", "fewer than 5 expected in a cell: the p is rough")


@asked_once
def group_results(evaluation: Evaluation, records: Records, columns: Sequence[str], *, parts: int = PARTS) -> pd.DataFrame:
    """Who was given awards, and which totals, by each column of the members table, group by group.

    Parameters
    ----------
    records
        Those evaluated.
    columns
        As for `fairness`.

    Returns
    -------
    DataFrame
        Of the members with a rank. One row for each column and group, groups in the order of `member_groups`: column,
        heading (as the dictionary of data has it first), group, n, small (fewer than 5), awarded (members with any award), share (awarded / n), mean and median of the
        total.
    """
    rows = []
    for column in columns:
        groups = member_groups(evaluation, records, column, parts=parts)
        given, totals = _given(evaluation), evaluation.scores.loc[groups.index, TOTAL]
        for name in groups.cat.categories:
            members = (groups == name).to_numpy(np.bool_)
            if members.any():
                points, won = totals[members].to_numpy(np.float64), int(given[members].sum())
                mean = math.fsum(points.tolist()) / len(points)
                rows.append((column, _heading(evaluation, records, column), name, len(points), len(points) < FEWEST, won, won / len(points), mean, float(np.median(points))))
    return pd.DataFrame(rows, columns=RESULTS)


@asked_once
def fairness(
    evaluation: Evaluation, records: Records, columns: Sequence[str], *, within: Within = "all", parts: int = PARTS
) -> pd.DataFrame:
    """Whether awards, totals and the values of each indicator differ between groups of members, and by how much.

    A difference is no proof of favour: large members may do more. It says where to look. Groups of fewer than 5 are
    left out of the tests, and named.

    Parameters
    ----------
    records
        Those evaluated.
    columns
        Columns of the members table, or "table.column" of another one, none of them personal. Numbers are parted into
        groups of about equal size.
    within
        "class" takes from totals and values the median of the member's class first, so that groups are not told
        apart by the classes they are made of; of awards the tests stay over all.
    parts
        Into how many groups numbers are parted.

    Returns
    -------
    DataFrame
        One row for each column and outcome: column, heading; outcome, "award", "total" or an indicator's id; label; test
        (Fisher's exact or chi-square for awards, Kruskal-Wallis for the others); n, groups: members and groups
        compared; statistic; p; holm, p raised for all tests of this frame together; effect, 0..1: Cramer's V for awards,
        epsilon squared for the others; high and low, the groups with the highest and lowest share or mean rank; delta,
        Cliff's delta between these two, -1..1; note, what to mind, in the scheme's language.

    Raises
    ------
    Refused
        When a column is not there, or personal.
    """
    rows = [
        (column, _heading(evaluation, records, column), outcome, label, *_tested(groups, numbers, outcome, evaluation))
        for column in columns
        for groups in [member_groups(evaluation, records, column, parts=parts)]
        for outcome, label, numbers in _outcomes(evaluation, groups.index, within)
    ]
    frame = pd.DataFrame(rows, columns=[name for name in TESTS if name != "holm"])
    return frame.assign(holm=holm(frame["p"].to_numpy(np.float64)))[TESTS]


def kinds_of_members(evaluation: Evaluation, records: Records) -> list[str]:
    """The columns of the members table that part members into kinds: choices and yes or no, none of them personal."""
    columns = records.tables.table[evaluation.scheme.members.table].column
    return [name for name, column in columns.items() if column.type in KINDS and not column.personal]


def _heading(evaluation: Evaluation, records: Records, column: str) -> str:
    """What people call a column: its first heading."""
    table, _, name = column.rpartition(".")
    headings = records.tables.table[table or evaluation.scheme.members.table].column[name].headings
    return headings[0] if headings else column


def member_groups(evaluation: Evaluation, records: Records, column: str, *, parts: int = PARTS) -> pd.Series[Any]:
    """The group of each ranked member by a column: index member, a categorical; missing where nothing is recorded.

    States stand in alphabetical order, yes and no as they are called in the scheme's language; a member with several
    rows in another table has all their states, joined. Numbers of more than `parts` kinds are parted at their
    quantiles, a bound belonging to the lower group; of a day only the year counts.

    Raises
    ------
    Refused
        When the column is not there, or personal.
    """
    table, _, name = column.rpartition(".")
    table = table or evaluation.scheme.members.table
    frame = _frame(records, table, name, column)
    who = evaluation.members.index[evaluation.ranking.loc[evaluation.members.index, "rank"].notna()]
    key = str(member_column(records.tables.table[table], table, evaluation.scheme))
    cells = frame.loc[frame[name].notna() & frame[key].isin(who), [key, name]]
    if pd.api.types.is_datetime64_any_dtype(cells[name]):
        cells = cells.assign(**{name: cells[name].dt.year.astype("float64")})
    if pd.api.types.is_float_dtype(cells[name]) and cells[name].nunique() > parts:
        return _parted(cells.groupby(key)[name].first().reindex(who), parts)
    words = cells.assign(word=[_word(cell, evaluation.scheme.language) for cell in cells[name]]).groupby(key)["word"]
    states = words.agg(lambda states: "、".join(sorted(set(states)))) if len(cells) else pd.Series(dtype="str")
    return states.reindex(who).astype(pd.CategoricalDtype(sorted(states.unique()))).rename(column)


def _frame(records: Records, table: str, name: str, column: str) -> pd.DataFrame:
    frame = records.frames.get(table)
    if frame is None or name not in frame or name.startswith("_") or table in records.standing:
        open_ = [] if frame is None else [str(heading) for heading in frame if not str(heading).startswith("_")]
        mend = did_you_mean(name, open_) or Phrase("请写名册中的非个人信息栏，或“表.栏”", "name a column of the members table that is not personal, or table.column")
        raise refuse(Phrase("没有这一栏，或属个人信息", "there is no such column, or it is personal"), mend, column=column)
    return frame


def _parted(numbers: pd.Series[Any], parts: int) -> pd.Series[Any]:
    known = np.sort(numbers.dropna().to_numpy(np.float64))
    edges = sorted({float(known[math.ceil(len(known) * part / parts) - 1]) for part in range(1, parts)} - {float(known[-1])})
    names = [f"≤ {edges[0]:g}", *(f"{low:g}–{high:g}" for low, high in pairwise(edges)), f"> {edges[-1]:g}"]
    codes = np.where(numbers.isna(), -1, np.searchsorted(edges, numbers.to_numpy(np.float64), "left"))
    words = pd.Series([names[code] if code >= 0 else None for code in codes.tolist()], index=numbers.index, name=numbers.name)
    return words.astype(pd.CategoricalDtype(names, ordered=True))


def _word(cell: object, language: str) -> str:
    if isinstance(cell, bool | np.bool_):
        return ("是" if cell else "否") if language == "zh" else ("yes" if cell else "no")
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def _given(evaluation: Evaluation) -> pd.Series[Any]:
    ranked = evaluation.ranking.loc[evaluation.members.index, "rank"].notna()
    who = evaluation.members.index[ranked]
    return pd.Series(who.isin(evaluation.awards["member"]), index=who)


def _outcomes(evaluation: Evaluation, who: pd.Index[str], within: Within) -> list[tuple[str, str, Floats]]:
    scheme, points = evaluation.scheme, evaluation.scores.loc[who]
    labels = {TOTAL: "总分" if scheme.language == "zh" else "total", **{item.id: item.label for item in scheme.indicators}}
    numbers = {TOTAL: points[TOTAL], **{item.id: evaluation.values.loc[who, item.id] for item in scheme.indicators}}
    if within == "class":
        classes = evaluation.members.loc[who, "class"]
        numbers = {name: series - series.groupby(classes).transform("median") for name, series in numbers.items()}
    award = (AWARD, "获奖" if scheme.language == "zh" else "awarded", _given(evaluation).loc[who].to_numpy(np.float64))
    return [award, *((name, labels[name], series.to_numpy(np.float64)) for name, series in numbers.items())]


def _tested(groups: pd.Series[Any], numbers: Floats, outcome: str, evaluation: Evaluation) -> tuple[object, ...]:
    """What stands in a row of `fairness` from "test" on, but "holm"."""
    known = ~np.isnan(numbers)
    parts = {str(name): np.sort(numbers[known & (groups == name).to_numpy(np.bool_)]) for name in groups.cat.categories}
    kept = {name: part for name, part in parts.items() if len(part) >= FEWEST}
    small = [f"{name} ({len(part)})" for name, part in parts.items() if 0 < len(part) < FEWEST]
    difference = _difference(list(kept.values()), outcome)
    high, low = _ends(kept) if difference is not NOTHING else ("", "")
    delta = cliffs_delta(kept[high], kept[low]) if high else float("nan")
    note = _note(difference, len(kept), small).into(evaluation.scheme.language)
    n = sum(len(part) for part in kept.values())
    return (difference.test, n, len(kept), difference.statistic, difference.p, difference.effect, high, low, delta, note)


def _difference(groups: list[Floats], outcome: str) -> Difference:
    if outcome == AWARD:
        return difference_of_shares([int(group.sum()) for group in groups], [len(group) for group in groups])
    return kruskal_wallis(groups)


def _ends(groups: dict[str, Floats]) -> tuple[str, str]:
    """The groups with the highest and the lowest mean rank; of equal ones the first."""
    from scipy.stats import rankdata

    ranks = np.split(rankdata(np.concatenate(list(groups.values()))), np.cumsum([len(part) for part in groups.values()])[:-1])
    means = [float(part.sum()) / len(part) for part in ranks]
    names = list(groups)
    return names[int(np.argmax(means))], names[int(np.argmin(means))]


def _note(difference: Difference, groups: int, small: list[str]) -> Phrase:
    notes = []
    if difference is NOTHING:
        notes.append(ONE_GROUP if groups < 2 else LEVEL)
    elif difference.test == "chi-square" and difference.least_expected < EXPECTED:
        notes.append(ROUGH)
    if small:
        left = phrase("少于 5 家未计入：{zh}", "fewer than 5, left out: {en}", zh="、".join(small), en=", ".join(small))
        notes.append(left)
    return Phrase("；".join(one.zh for one in notes), "; ".join(one.en for one in notes))
