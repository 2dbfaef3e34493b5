"""What a reader should know of the awards: odd quotas, bars nobody can reach, places that stayed empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from toolkit.awards.demands import number, subject
from toolkit.awards.quotas import quota_problems
from toolkit.awards.requirements import bars
from toolkit.errors import Problem
from toolkit.scoring import TOTAL
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.awards import Decided
    from toolkit.awards.contests import Contest
    from toolkit.scheme import Scheme


def award_problems(decided: Decided) -> Iterator[Problem]:
    """Everything a reader should know of how the awards were given."""
    scheme, case = decided.case.scheme, decided.case
    classes = case.terms.classes
    yield from quota_problems(scheme, dict(zip(classes.names, classes.counted(case.taking_part), strict=True)))
    yield from _out_of_reach(scheme)
    for contest in decided.contests:
        if contest.vacant and not contest.open.any():
            yield _vacancy(contest)


def _out_of_reach(scheme: Scheme) -> Iterator[Problem]:
    """Bars above the scale, where nothing is added to the total that could lift anyone over them."""
    for award in scheme.awards:
        for item in bars(award):
            least = max((bound for bound in (item.least, item.above) if bound is not None), default=-np.inf)
            lifted = item.node == TOTAL and scheme.adjustments
            if item.node in {TOTAL, *scheme.nodes} and not lifted and least > scheme.scale:
                name = subject(scheme, item)
                yield Problem(
                    "warning",
                    phrase(
                        "“{award}”要求{zh} {least} 分，高于满分 {scale:g} 分",
                        "`{award}` asks for {least} of `{en}`, more than the scale of {scale:g}",
                        award=award.label, zh=name.zh, en=name.en, least=number(scheme, item, least), scale=scheme.scale,
                    ),
                    Phrase("没有会员能达到；请核对这一条", "nobody can reach it: check it"),
                    file="scheme.toml", column=f"award[{award.id}]",
                )  # fmt: skip


def _vacancy(contest: Contest) -> Problem:
    return Problem(
        "note",
        phrase(
            "“{award}”名额 {places} 个，授予 {given} 家，空缺 {vacant} 个",
            "`{award}`: {places} places, {given} given, {vacant} empty",
            award=contest.award.label, places=contest.places, given=int(contest.given.sum()), vacant=contest.vacant,
        ),
        Phrase("符合条件的会员不足，宁缺毋滥", "too few members are good enough, and the bar is not lowered"),
        column=f"award[{contest.award.id}]", value=contest.class_,
    )  # fmt: skip
