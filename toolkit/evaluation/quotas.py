"""Quotas: who competes with whom, how many places an award has in a class, and what is odd about them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.requirements import firsts, with_subject
from toolkit.ground.decimals import decimal_digits
from toolkit.ground.problems import Problem, Severity, did_you_mean
from toolkit.ground.ranking import Mask
from toolkit.ground.text import Phrase, in_words_before, phrase
from toolkit.scheme.outcomes import SHORTLIST, Award, Quota

if TYPE_CHECKING:

    from toolkit.scheme import Scheme

Names: TypeAlias = NDArray[np.object_]
PoolPositions: TypeAlias = NDArray[np.intp] | slice

FIRST_TOO_FEW = Phrase('如应有一名，请写 rounding = "ceil"，或写 number', 'if there is to be one, write rounding = "ceil", or a `number`')
TOO_FEW = Phrase("如应有名额，请写 least = 1，或改变取整办法（rounding）", "if there is to be one, write least = 1, or another `rounding`")
ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "floor": math.floor,
    "ceil": math.ceil,
    "half_up": lambda number: math.floor(number + Fraction(1, 2)),
}


@dataclass(frozen=True, eq=False)
class Pools:
    """Those that compete with one another: each class by itself, or all members together.

    Parameters
    ----------
    names
        The classes, sorted; one "" when all compete together.
    codes : intp[n]
        The place of each member's class among the names.
    """

    names: tuple[str, ...]
    codes: NDArray[np.intp]

    @classmethod
    def together(cls, members: int) -> Pools:
        """All members in one pool."""
        return cls(("",), np.zeros(members, np.intp))

    @classmethod
    def by_class(cls, classes: Names) -> Pools:
        """The classes of members; who has none is in the class "".

        Examples
        --------
        >>> pools = Pools.by_class(np.array(["b", "a", None, "b"], dtype=object))
        >>> pools.names, [members.tolist() for _, members in pools]
        (('', 'a', 'b'), [[2], [1], [0, 3]])
        """
        codes, classes_seen = pd.factorize(classes)
        written = ["" if name is None else str(name) for name in [*classes_seen, *([None] if (codes < 0).any() else [])]]
        names = sorted(set(written))
        place = np.array([names.index(name) for name in written], np.intp)
        return cls(tuple(names), place[codes])

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """The positions of all members, pool after pool, rising in each."""
        if self.sorted:
            return np.arange(len(self.codes))
        small = self.codes.astype(np.int16) if len(self.names) < np.iinfo(np.int16).max else self.codes
        return np.argsort(small, kind="stable")  # sorted by radix where small

    @cached_property
    def sorted(self) -> bool:
        """Whether the members stand pool after pool already."""
        return bool((self.codes[1:] >= self.codes[:-1]).all())

    @cached_property
    def columns(self) -> list[slice]:
        """Where each pool stands in that order."""
        return [slice(start, end) for start, end in pairwise([0, *np.cumsum(self.sizes).tolist()])]

    @cached_property
    def starts(self) -> NDArray[np.intp]:
        """Of each place in that order, where its pool begins; intp[n]."""
        return np.repeat([own.start for own in self.columns], self.sizes)

    @cached_property
    def members(self) -> list[NDArray[np.intp]]:
        """The positions of each pool's members, rising."""
        return [self.order[span_of_pool] for span_of_pool in self.columns]

    @cached_property
    def sizes(self) -> list[int]:
        """How many members each pool has."""
        sizes: list[int] = np.bincount(self.codes, minlength=len(self.names)).tolist()
        return sizes

    @cached_property
    def spans(self) -> list[PoolPositions]:
        """The same, those who are neighbours as a slice."""
        return [span(positions) for positions in self.members]

    def __iter__(self) -> Iterator[tuple[str, NDArray[np.intp]]]:
        return iter(zip(self.names, self.members, strict=True))

    def counted(self, chosen: Mask) -> list[int]:
        """How many of the chosen are in each pool."""
        if chosen.all():
            return self.sizes
        counts: list[int] = np.bincount(self.codes[chosen], minlength=len(self.names)).tolist()
        return counts


@dataclass(frozen=True)
class Ceiling:
    """What the bound on the places of all classes together left over.

    Parameters
    ----------
    places
        Places in all classes together.
    line
        The lowest score that keeps its place or stands open at the line; None where there is no place.
    left, level
        How many places are left for how many members level at that line; both 0 when the line is clear.
    """

    places: int
    line: float | None
    left: int
    level: int


def span(positions: NDArray[np.intp]) -> PoolPositions:
    """Neighbouring positions as a slice, which is cut out without copying."""
    if len(positions) and positions[-1] - positions[0] + 1 == len(positions):
        return slice(int(positions[0]), int(positions[-1]) + 1)
    return positions


def places(quota: Quota | None, applicants: int, class_: str = "") -> int | None:
    """How many places a quota gives the applicants of a class; None when everyone over the bar is given the award.

    A class that a table does not name has none. `least` and `most` bound the number that share or number give.

    Examples
    --------
    >>> from toolkit.scheme.outcomes import Quota
    >>> places(Quota(share=0.29), 100), places(Quota(share=0.1, least=1), 4), places(Quota(share="1/3"), 3), places(None, 9)
    (29, 1, 1, None)
    >>> places(Quota(number={"监理": 10}), 30, "监理"), places(Quota(number={"监理": 10}, least=1), 30, "施工")
    (10, 0)
    """
    if quota is None or (quota.share is None and quota.number is None):
        return None
    if (table := class_table(quota)) is not None and class_ not in table:
        return 0
    count = max(_bare(quota, applicants, class_), quota.least)
    return count if quota.most is None else min(count, quota.most)


def class_table(quota: Quota) -> Mapping[str, float | str] | None:
    """The quota class by class, where it is written so."""
    written: tuple[object, ...] = (quota.share, quota.number)
    return next((table for table in written if isinstance(table, dict)), None)


def quota_problems(scheme: Scheme, applicants: Mapping[str, int]) -> Iterator[Problem]:
    """What is odd about the quotas: classes without a place, classes nobody is in, more places than applicants.

    Parameters
    ----------
    applicants
        How many take part, by class; every class that a member is in.
    """
    for award in scheme.awards:
        yield from _no_first(scheme, award, applicants)
        if award.quota is None:
            continue
        if class_table(award.quota) is not None:
            yield from _class_problems(award, award.quota, applicants)
        yield from _wide(scheme, award, award.quota, applicants)
        yield from _none(scheme, award, award.quota, applicants)
        yield from _below_least(scheme, award, award.quota, applicants)


def _bare(quota: Quota, applicants: int, class_: str) -> int:
    number = quota.number[class_] if isinstance(quota.number, dict) else quota.number
    share = quota.share[class_] if isinstance(quota.share, dict) else quota.share
    if share is None:
        return number or 0
    return ROUNDINGS[quota.rounding](_part(share, applicants))


@lru_cache(1024)
def _part(share: float | str, applicants: int) -> Fraction:
    """A share of so many, as the scheme writes it: 0.29 of 100 are 29, "1/3" of 3 is 1, and so is 0.3333333333333333 of 3."""
    if isinstance(share, str):
        return Fraction(share) * applicants
    return Fraction(repr(decimal_digits(float(Fraction(repr(share)) * applicants))))


def _class_problems(award: Award, quota: Quota, applicants: Mapping[str, int]) -> Iterator[Problem]:
    named = list(class_table(quota) or ())
    for class_ in (name for name in applicants if name not in named):
        rule = phrase("“{award}”的名额表没有写这一类别，名额按 0 计", "the quota of `{award}` does not name this class: it has 0 places", award=award.label)
        mend = Phrase("如应有名额，请在名额表中补上；确无名额，写 0 即可", "add it to the table, or write 0 if it is to have none")
        yield _problem("warning", award, class_, rule, mend)
    for class_ in (name for name in named if name not in applicants):
        rule = phrase("“{award}”的名额表写了没有会员的类别", "the quota of `{award}` names a class nobody is in", award=award.label)
        mend = did_you_mean(class_, applicants) or Phrase("请核对类别名称，或删去这一项", "check the name of the class, or remove it")
        yield _problem("warning", award, class_, rule, mend)


def _competing(scheme: Scheme, quota: Quota, applicants: Mapping[str, int]) -> Mapping[str, int]:
    """How many compete for the same places, by class; all under "" where classes do not compete apart."""
    together = quota.within == "all" or scheme.members.class_ is None
    return {"": sum(applicants.values())} if together else applicants


def _below_least(scheme: Scheme, award: Award, quota: Quota, applicants: Mapping[str, int]) -> Iterator[Problem]:
    """Where all classes together have fewer places than each of them is to have at least, as far as it has members for them; of one class alone the scheme itself is at fault."""
    promised = [min(count, quota.least, places(quota, count, class_) or 0) for class_, count in _competing(scheme, quota, applicants).items()]
    if quota.in_all is not None and quota.least <= quota.in_all < sum(promised) and not in_words_before("1.0.0"):
        rule = phrase(
            "“{award}”{classes} 个类别每类至少 {least} 个名额，各类合计却最多 {n} 个", "`{award}`: at least {least:place|places} in each of {classes:class|classes}, and {n} at most in all",
            award=award.label, classes=sum(map(bool, promised)), least=quota.least, n=quota.in_all,
        )  # fmt: skip
        yield _problem("warning", award, "", rule, Phrase("请改正其中一个数", "mend one of the two"))


def _none(scheme: Scheme, award: Award, quota: Quota, applicants: Mapping[str, int]) -> Iterator[Problem]:
    """Where members take part and the share of so few comes to no place."""
    if quota.share is None or quota.most == 0:
        return
    named = class_table(quota)
    for class_, count in _competing(scheme, quota, applicants).items():
        if count and (named is None or class_ in named) and not places(quota, count, class_):
            rule = phrase(
                "“{award}”参评 {count} 家，名额 0 个：按比例不足一个",
                "`{award}`: {count:member takes|members take} part, 0 places: their share is less than one",
                award=award.label, count=count,
            )  # fmt: skip
            yield _problem("note", award, class_, rule, TOO_FEW)


def _no_first(scheme: Scheme, award: Award, applicants: Mapping[str, int]) -> Iterator[Problem]:
    """Where a place among the first is asked for by a share that comes to none of so few."""
    for item in firsts(award.require).values():
        assert item.first is not None
        asked = Quota(share=item.first.share, within=item.first.within, rounding=item.first.rounding)
        for class_, count in _competing(scheme, asked, applicants).items():
            if item.first.share is not None and count and not places(asked, count, class_):
                rule = phrase(
                    "“{award}”要求{wanted.zh}：参评 {count} 家，按比例不足 1 名，没有一家在前列",
                    "`{award}` asks for {wanted.en}: {count:member takes|members take} part, the share is less than one, and nobody is among the first",
                    award=award.label, wanted=with_subject(scheme, item), count=count,
                )  # fmt: skip
                yield Problem("note", rule, FIRST_TOO_FEW, file="scheme.toml", column=f"award[{award.id}].require", value=class_)


def _wide(scheme: Scheme, award: Award, quota: Quota, applicants: Mapping[str, int]) -> Iterator[Problem]:
    for class_, count in _competing(scheme, quota, applicants).items():
        number = places(quota, count, class_) or 0
        if number > count > 0:  # where nobody takes part, it is said that nothing is given
            rule = phrase(
                "“{award}”名额 {places} 个，参评会员只有 {count} 家",
                "`{award}` has {places:place|places}, and only {count:member takes|members take} part",
                award=award.label, places=number, count=count,
            )  # fmt: skip
            mend = Phrase("达到条件的都会入围；多出的名额空缺", "everyone over the bar is on it; the other places stay empty") if award.id == SHORTLIST else Phrase("达到条件的都会获奖；多出的名额空缺", "everyone over the bar is given it; the other places stay empty")
            yield _problem("note", award, class_, rule, mend)


def _problem(severity: Severity, award: Award, class_: str, rule: Phrase, mend: Phrase) -> Problem:
    return Problem(severity, rule, mend, file="scheme.toml", column=f"award[{award.id}].quota", value=class_)


STOPPED = "stopped"
"""The column of the members of a second stage that says why each did not come to it; "" for who did, or did not apply at all."""


def stopped(members: pd.DataFrame) -> Mask:
    """Who did not come to the second stage, bool[members]; nobody where there is one stage alone."""
    if STOPPED not in members:
        return np.zeros(len(members), np.bool_)
    return np.array([why != "" for why in members[STOPPED]], np.bool_)
