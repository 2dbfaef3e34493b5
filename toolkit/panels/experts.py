"""Who may score: recusal (回避) and its grounds, and whether a panel is made up as the rules ask (number, odd, from outside)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.ground.problems import Problem, Problems, Refused, Severity, did_you_mean, refuse
from toolkit.ground.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd


RECUSED = "回避"
RECUSALS = (RECUSED, "recused")
CHECK_IT = Phrase("请核对", "please check")
GROUNDS = {
    "declared": Phrase("已申报利害关系", "declared interest"),
    "employer": Phrase("所在单位", "employer"),
    "rival": Phrase("所在单位的同类会员", "in the class of its employer"),
}
COLUMNS = ("expert", "member", "ground", "said")
SeatRow = Mapping[Hashable, Any]


@dataclass(frozen=True, eq=False)
class Recusals:
    """Who withdraws from whom.

    Parameters
    ----------
    mask : DataFrame
        bool, member x expert, in the order given: True where the expert withdraws.
    grounds : DataFrame
        A row for each ground: expert, member, ground (a key of `GROUNDS`), said (as declared, or ""). An expert can
        have several for one member. It is for the panel's file, not for the public.
    problems : Problems
        Notes only: employers that are not among the members.
    """

    mask: pd.DataFrame
    grounds: pd.DataFrame
    problems: Problems


def due_recusals(
    members: pd.Series[Any],
    experts: Sequence[str],
    declared: pd.DataFrame | None = None,
    employers: pd.DataFrame | None = None,
    *,
    rivals: bool = False,
) -> Recusals:
    """The recusals that follow from declared interests and employers.

    Parameters
    ----------
    members : Series
        Class by member, index member; NaN for a member without a class.
    experts
        The pseudonyms of the panel.
    declared : DataFrame, optional
        Columns expert, member, ground (as the expert put it; may be lacking).
    employers : DataFrame, optional
        Columns expert, member (whom it works for, once for each employer; empty for none).
        Both may have columns file, sheet, row, which the messages then name.
    rivals
        Whether an expert withdraws from all members in the class of its employer too, as some charters say.

    Raises
    ------
    Refused
        For an expert that is not on the panel, and a declared interest in a member that is not among those scored.

    Examples
    --------
    >>> import pandas as pd
    >>> members = pd.Series({"甲": "代理", "乙": "代理", "丙": "拍卖"})
    >>> works = pd.DataFrame({"expert": ["E1"], "member": ["甲"]})
    >>> due_recusals(members, ["E1", "E2"], employers=works, rivals=True).mask["E1"].tolist()
    [True, True, False]

    References
    ----------
    招标投标法 art. 37; 政府采购法 art. 12; 浙江省招标投标条例 art. 31.
    """
    import pandas as pd

    interests, works = _rows(declared), _rows(employers)
    problems = Problems((
        *_unknown(interests, [str(m) for m in members.index], experts, "error"),
        *_unknown(works, [str(m) for m in members.index], experts, "note"),
    ))  # fmt: skip
    if problems.errors:
        raise Refused(problems)
    recusals = {(row["expert"], row["member"], "declared", row["ground"]) for row in interests}
    for row in works:
        if row["member"] in members.index:
            recusals.add((row["expert"], row["member"], "employer", ""))
            recusals |= {(row["expert"], rival, "rival", "") for rival in _rivals(row["member"], members) if rivals}
    grounds = pd.DataFrame(sorted(recusals), columns=list(COLUMNS), dtype=object)
    mask = np.zeros((len(members), len(experts)), dtype=np.bool_)
    mask[members.index.get_indexer(pd.Index(grounds["member"])), pd.Index(experts).get_indexer(pd.Index(grounds["expert"]))] = True
    return Recusals(pd.DataFrame(mask, index=members.index, columns=list(experts)), grounds, problems)


def entries_despite_recusal(entries: pd.DataFrame, recused: pd.DataFrame) -> Problems:
    """An error for each entry in a cell where recusal is due: the cell has to say 回避.

    Parameters
    ----------
    entries : DataFrame
        Columns expert, member, score (as it stands in the cell); optionally file, sheet, row and column, where it
        stands. Empty cells and the word 回避 are as they should be. The score is not repeated in the message: nobody
        is to be swayed by it.
    recused : DataFrame
        bool, member x expert. Entries of other members or experts are not looked at.

    Examples
    --------
    >>> import pandas as pd
    >>> mask = pd.DataFrame({"E1": [True]}, index=["甲"])
    >>> cells = pd.DataFrame({"expert": ["E1"], "member": ["甲"], "score": [95], "sheet": ["评分"], "row": [7]})
    >>> print(entries_despite_recusal(cells, mask).text("en"))
    1 problem
      sheet 评分, row 7, E1 "甲": this expert withdraws from this member; take the score out and write 回避
    """
    due = {(member, expert) for expert in recused for member in recused.index[recused[expert].to_numpy(dtype=bool)]}
    rule = Phrase("该专家对该会员应当回避", "this expert withdraws from this member")
    mend = Phrase("请删去分数，填“回避”", "take the score out and write 回避")
    return Problems(
        tuple(
            _at(row, "error", (rule, mend), str(row.get("column") or row["expert"]), str(row["member"]))
            for row in entries.to_dict("records")
            if (row["member"], row["expert"]) in due and _said(row["score"]) not in {"", *RECUSALS}
        )
    )


def _rows(frame: pd.DataFrame | None) -> list[dict[Hashable, Any]]:
    rows = [] if frame is None else frame.to_dict("records")
    for row in rows:
        row.update({name: _said(row.get(name)) for name in ("expert", "member", "ground")})
    return [row for row in rows if row["expert"] or row["member"]]


def _rivals(employer: str, members: pd.Series[Any]) -> Iterable[str]:
    """The other members in its class; none where it has no class."""
    return [str(member) for member in members.index[(members == members[employer]).to_numpy()] if member != employer]


def _unknown(rows: list[dict[Hashable, Any]], members: list[str], experts: Sequence[str], absent: Severity) -> Iterator[Problem]:
    for row in rows:
        if row["expert"] not in experts:
            rule = Phrase("专家组里没有这位专家", "there is no such expert on the panel")
            yield _at(row, "error", (rule, did_you_mean(row["expert"], experts) or CHECK_IT), "expert", row["expert"])
        if row["member"] not in members and (row["member"] or absent == "error"):
            rule = Phrase("不在被评会员之中", "not among the members scored")
            yield _at(row, absent, (rule, did_you_mean(row["member"], members) or CHECK_IT), "member", row["member"])


def _at(row: SeatRow, severity: Severity, words: tuple[Phrase, Phrase], column: str, value: str) -> Problem:
    file, sheet, line = (_said(row.get(name)) for name in ("file", "sheet", "row"))
    return Problem(severity, *words, file=file, sheet=sheet, row=int(float(line)) if line else None, column=column, value=value)


def _said(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell).strip()  # noqa: PLR0124 - NaN is not itself


TWO_THIRDS = Fraction(2, 3)


def composition_problems(
    experts: pd.DataFrame, *, minimum: int = 5, odd: bool = True, outside: Fraction = TWO_THIRDS, file: str = ""
) -> Problems:
    """What is wrong with a panel, all at once; empty where it may sit.

    Parameters
    ----------
    experts : DataFrame
        One row for each seat. Columns: expert (the pseudonym by which messages call it, never a name); optionally
        outside (Boolean: from outside the federation's own bodies), and person (whatever tells one person from
        another: it is compared and never said).
    minimum, odd
        How many at least, and whether the number has to be odd. Whoever sits twice counts once.
    outside
        The least share of outside experts; asked for only where there is a column outside.
    file
        Where the panel is written down, for the messages.

    Raises
    ------
    Refused
        When there is no column expert.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"expert": ["E1", "E2", "E3", "E4"], "outside": [True, True, False, False]})
    >>> print(composition_problems(panel).text("en"))
    3 problems
      the panel has 4 experts, and needs at least 5; appoint 1 or more
      the panel has 4 experts, and the number is to be odd; appoint up to an odd number
      at least 2/3 of the experts are from outside, and 2 of 4 are; 3 of 4 would do

    References
    ----------
    Modelled on 招标投标法 art. 37: an odd number, at least five, experts at least two thirds.
    """
    if "expert" not in experts:
        rule = Phrase("专家表缺少 expert 列", "the experts have no column `expert`")
        raise refuse(rule, Phrase("请补上专家代号", "add their pseudonyms"), file=file, column="expert")
    seats = experts.assign(expert=experts["expert"].fillna("").astype(str).str.strip())
    if "person" in seats:
        seats = seats.assign(person=seats["person"].astype(object).where(seats["person"].astype(str).str.strip() != "", None))
    named = seats[seats["expert"] != ""]
    once = named.drop_duplicates("expert")
    if "person" in once:
        once = once[~once["person"].duplicated() | once["person"].isna()]
    problems = (*_unnamed(seats), *_twice(named), *_number(len(once), minimum, odd=odd), *_outside(once, outside))
    return Problems(tuple(Problem("error", rule, mend, file=file, column=column, value=value) for column, value, rule, mend in problems))


SeatFault = tuple[str, str, Phrase, Phrase]


def _unnamed(seats: pd.DataFrame) -> Iterator[SeatFault]:
    empty = int((seats["expert"] == "").sum())
    if empty:
        rule = phrase("有 {n} 位专家没有代号", "{n:expert has|experts have} no pseudonym", n=empty)
        yield "expert", "", rule, Phrase("请填写代号，不要填姓名", "give each one, not its name")


def _twice(named: pd.DataFrame) -> Iterator[SeatFault]:
    for expert in sorted(set(named["expert"][named["expert"].duplicated()])):
        rule = Phrase("同一专家列入两次", "the same expert is on the panel twice")
        yield "expert", expert, rule, Phrase("请删去一处", "leave one out")
    if "person" not in named:
        return
    known = named[named["person"].notna()].drop_duplicates("expert")
    same = known[known["person"].duplicated(keep=False)].groupby("person")["expert"].agg(lambda ids: "、".join(sorted(ids)))
    for experts in sorted(same):
        rule = Phrase("这些代号是同一个人", "these pseudonyms are one person")
        yield "expert", experts, rule, Phrase("请只保留一个", "keep one of them")


def _number(count: int, minimum: int, *, odd: bool) -> Iterator[SeatFault]:
    if count < minimum:
        rule = phrase("专家组现有 {count} 人，至少应有 {n} 人", "the panel has {count:expert|experts}, and needs at least {n}", count=count, n=minimum)
        yield "", "", rule, phrase("请至少再聘 {n} 人", "appoint {n} or more", n=minimum - count)
    if odd and count and count % 2 == 0:
        rule = phrase("专家组现有 {count} 人，人数应为单数", "the panel has {count:expert|experts}, and the number is to be odd", count=count)
        yield "", "", rule, Phrase("请增加或减少一人", "add one or let one go") if count >= minimum else Phrase("请增聘至单数", "appoint up to an odd number")


def _outside(once: pd.DataFrame, least: Fraction) -> Iterator[SeatFault]:
    if "outside" not in once or once.empty:
        return
    count, there = len(once), int(once["outside"].fillna(value=False).astype(bool).sum())
    if there < least * count:
        needed = -(-least.numerator * count // least.denominator)
        rule = phrase("专家组 {count} 人中外部专家有 {there} 人，不得少于总人数的 {share}", "at least {share} of the experts are from outside, and {there} of {count} are",
                      count=count, there=there, share=least)  # fmt: skip
        mend = phrase("{count} 人中应有 {needed} 人", "{needed} of {count} would do", count=count, needed=needed)
        yield "", "", rule, mend
