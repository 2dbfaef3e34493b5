"""Whether a panel is made up as the rules ask: enough experts, an odd number, enough from outside, nobody twice."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.errors import Problem, Problems, refuse
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

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
      "4": a panel has at least 5 experts; appoint 1 or more
      "4": the number of experts is odd; add one or let one go
      "2/4": at least 2/3 of the experts are from outside; 3 of 4 would do

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
    found = (*_unnamed(seats), *_twice(named), *_number(len(once), minimum, odd=odd), *_outside(once, outside))
    return Problems(tuple(Problem("error", rule, mend, file=file, column=column, value=value) for column, value, rule, mend in found))


Fault = tuple[str, str, Phrase, Phrase]


def _unnamed(seats: pd.DataFrame) -> Iterator[Fault]:
    empty = int((seats["expert"] == "").sum())
    if empty:
        rule = phrase("有 {n} 位专家没有代号", "{n} experts have no pseudonym", n=empty)
        yield "expert", "", rule, Phrase("请填写代号，不要填姓名", "give each one, not its name")


def _twice(named: pd.DataFrame) -> Iterator[Fault]:
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


def _number(count: int, minimum: int, *, odd: bool) -> Iterator[Fault]:
    if count < minimum:
        rule = phrase("专家组至少 {n} 人", "a panel has at least {n} experts", n=minimum)
        yield "", str(count), rule, phrase("请至少再聘 {n} 人", "appoint {n} or more", n=minimum - count)
    if odd and count % 2 == 0:
        rule = Phrase("专家人数应为单数", "the number of experts is odd")
        yield "", str(count), rule, Phrase("请增加或减少一人", "add one or let one go")


def _outside(once: pd.DataFrame, least: Fraction) -> Iterator[Fault]:
    if "outside" not in once or once.empty:
        return
    count, there = len(once), int(once["outside"].fillna(value=False).astype(bool).sum())
    if there < least * count:
        needed = -(-least.numerator * count // least.denominator)
        rule = phrase("外部专家不得少于总人数的 {share}", "at least {share} of the experts are from outside", share=least)
        mend = phrase("{count} 人中应有 {needed} 人", "{needed} of {count} would do", count=count, needed=needed)
        yield "", f"{there}/{count}", rule, mend
