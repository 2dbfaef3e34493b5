"""The rule before the data: what can be said of a scheme before anything is recorded.

`examine` tells awards nobody can win, bands nobody can reach, classes without places, caps, vetoes and bars that never act, and indicators
that cannot matter, each proved by arithmetic; whether doing better on an indicator can ever cost a member its award or grade; and what one
expert can move at most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.examination.dead_rules import cut_shapes, dead_awards, dead_bands, idle_indicators, idle_rules
from toolkit.examination.monotone import TRIES, WORK, Certificate, certificates
from toolkit.examination.one_expert import Say, lone_voices, one_expert
from toolkit.examination.rules import Rules
from toolkit.examination.small_editions import Ground
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase, phrase
from toolkit.scheme.shapes import Category

if TYPE_CHECKING:
    from toolkit.records.dictionary import Tables
    from toolkit.scheme import Scheme


@dataclass(frozen=True, eq=False)
class Examination:
    """What was found of a scheme.

    Parameters
    ----------
    problems
        What can never act, gravest first; a warning where nobody can be given something, a note where something is idle.
    certificates
        For each indicator whether doing better can cost an award or a grade.
    says
        What one expert can move at most by a sheet or a ballot, before anybody has voted.
    sizes
        Members by class that were counted on; None where none were recorded.
    """

    scheme: Scheme
    problems: Problems
    certificates: tuple[Certificate, ...]
    says: tuple[Say, ...] = ()
    sizes: Mapping[str, int] | None = None

    @property
    def examples(self) -> pd.DataFrame:
        """Every raw value of the examples: columns example (the indicator), member, indicator, before, after."""
        frames = [one.example.frame() for one in self.certificates if one.example is not None]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["example", "member", "indicator", "before", "after"])


def examine(
    scheme: Scheme,
    tables: Tables | None = None,
    sizes: Mapping[str, int] | None = None,
    *,
    tries: int = TRIES,
    work: int = WORK,
    progress: Callable[[str], None] | None = None,
) -> Examination:
    """What can be said of a scheme before anything is recorded.

    Parameters
    ----------
    tables
        The data dictionary, whose ranges and choices bound what can be recorded.
    sizes
        Members by class, all under "" where there are no classes. Quotas are held against them.
    tries, work, progress
        As for `certificates`.
    """
    rules = Rules(scheme, tables, sizes or None)
    certified = tuple(certificates(rules, tries=tries, work=work, progress=progress))
    return Examination(scheme, findings(scheme, tables, sizes), certified, one_expert(rules), sizes or None)


def findings(scheme: Scheme, tables: Tables | None = None, sizes: Mapping[str, int] | None = None) -> Problems:
    """What can never act and who decides alone, gravest first, as `examine` finds it; nothing is tried for it."""
    rules = Rules(scheme, tables, sizes or None)
    return Problems((*dead_awards(rules), *dead_bands(rules), *newcomers(scheme), *idle_rules(rules), *cut_shapes(rules), *idle_indicators(rules), *lone_voices(scheme))).gravest


def class_sizes(scheme: Scheme, members: pd.DataFrame) -> dict[str, int]:
    """Members by class, as `examine` takes them; all under "" where there are no classes."""
    if scheme.members.class_ is None:
        return {"": len(members)} if len(members) else {}
    return {str(name): int(count) for name, count in members["class"].value_counts(sort=False).sort_index().items()}


def newcomers(scheme: Scheme) -> tuple[Problem, ...]:
    """Where the first record of all costs a member the default grade."""
    grades = scheme.grades
    names = [name for name, _ in grades.bands] if grades else []
    if grades is None or grades.default not in names:
        return ()
    counted = {item.id: item.measure.take in {"sum", "count", "distinct"} for item in scheme.indicators}
    states = {item.id: isinstance(item.value, Category) for item in scheme.indicators}
    raw = {key: np.array([np.nan if states[key] or not zero else 0.0], dtype=object if states[key] else np.float64) for key, zero in counted.items()}
    bare = Ground(scheme, "", 1)
    try:
        scored = bare.standings(bare.score(raw))[0]
    except Refused:
        return ()
    if np.isnan(scored.total) or scored.grade not in names or names.index(scored.grade) <= names.index(grades.default):
        return ()
    rule = phrase("没有任何记录的会员定为 {default}；一有记录就按分数，几乎没有得分的（{total:g} 分）是 {grade}：第一条记录可能使等级下降",
                  "a member of whom nothing is recorded is graded {default}; once anything is, it goes by its score, and with hardly any ({total:g}) that is {grade}: a first record can cost a grade",
                  default=grades.default, total=scored.total, grade=scored.grade)  # fmt: skip
    return (Problem("note", rule, Phrase("如不合本意，请调低 default，或写明新会员以多久为限", "if that is not meant, give a lower `default`"), file="scheme.toml", column="grades.default"),)
