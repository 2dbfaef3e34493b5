"""How often what is said of all places at once is so: said at 95 %, measured on fresh draws of weights.

Run ``python benchmarks/whole_list.py``. Invented lists of several sizes, spreads and numbers of awards; for each the statement is found as
`toolkit.sensitivity.whole_list` finds it, and held against draws from another seed, of which it knows nothing. Beside it stands what
member-by-member statements of the same 95 % come to when all are to hold together. Then the same of 5,000 members, under other weights and
where all is in doubt at once (a thousand scenarios find and try the statement), beside what half of the draws say before the other half narrows it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from figures import Figures, once

from toolkit.evaluation import Evaluation, scored
from toolkit.evaluation.many import Lists
from toolkit.ground.problems import Problems
from toolkit.indicators import Indicators
from toolkit.scheme import Scheme
from toolkit.sensitivity.choices import usual_doubts
from toolkit.sensitivity.robustness import RUNS
from toolkit.sensitivity.scenarios import scenario_lists
from toolkit.sensitivity.weights.draws import WeightDraws
from toolkit.sensitivity.whole_list import DRAWS, LEVEL, WholeList, told_apart, told_of, whole_list

LISTS, FRESH = 24, 20_000
LARGE, MANY, FRESH_OF_MANY = 3, 5000, 2000


def invented(seed: int, many: int = 0) -> Evaluation:
    """A list of 30 to 300 members, or of so many, under 3 to 12 indicators, with one award or two."""
    draws = np.random.default_rng(seed)
    members, count, awards = int(draws.integers(30, 301)), int(draws.integers(3, 13)), int(draws.integers(1, 3))
    members = many or members
    names = [f"x{place}" for place in range(count)]
    value, measure = {"shape": "linear", "worst": 0, "best": 100}, {"column": "members.x"}
    scheme = Scheme.model_validate({
        "schema": 1, "title": "invented", "edition": "test", "as_of": pd.Timestamp("2018-12-31").date(), "weights": "points", "ties": ("joint",),
        "members": {"table": "members", "key": "key", "name": "name"},
        "indicator": tuple({"id": name, "label": name, "weight": float(draws.integers(1, 10)), "measure": measure, "value": value} for name in names),
        "award": tuple({"id": f"a{place}", "label": f"奖{place}", "quota": {"number": max(1, members // 8)}} for place in range(awards)),
    })  # fmt: skip
    index = pd.Index([f"m{place:03}" for place in range(members)], dtype="str", name="member")
    raw = pd.DataFrame(np.clip(draws.normal(draws.normal(60, 12, (members, 1)), 10, (members, count)), 0, 100).round(1), index=index, columns=names)
    who = pd.DataFrame({"name": index, "class": "", "applied": True}, index=index)
    bare = pd.DataFrame(index=index)
    vetoes = pd.DataFrame(columns=["member", "veto", "table", "file", "sheet", "row"])
    measured = Indicators(raw, pd.DataFrame(data=True, index=index, columns=names), bare, vetoes, pd.Series(data=True, index=index), Problems(), bare, bare)
    return scored(Evaluation(scheme, who, measured))


def differs(evaluation: Evaluation, spread: float) -> Any:
    """Whether each holds another award, or better, than on the list, bool[awards, draws, members], in fresh draws."""
    return turned(evaluation, drawn(evaluation, WeightDraws(draws=FRESH, spread=spread, seed=987)))


def drawn(evaluation: Evaluation, spec: WeightDraws) -> Any:
    """Who is given each award, bool[awards, draws, members]."""
    lists = Lists.of(evaluation)
    return np.concatenate([lists.given(shares) for shares in spec.blocks(evaluation.tree, 0)], axis=1)


def turned(evaluation: Evaluation, given: Any) -> Any:
    """Whether each holds another award, or better, than on the list, bool[awards, draws, members]."""
    return np.logical_or.accumulate(given) != np.logical_or.accumulate(Lists.of(evaluation).standing)[:, None]


def held(evaluation: Evaluation, whole: WholeList, other: np.ndarray) -> float:
    """The share of the fresh draws in which all that is said holds."""
    said = np.array([~np.isin(evaluation.members.index, whole.members.loc[whole.members["award"] == award.id, "member"]) for award in evaluation.scheme.awards])
    return 1.0 - float((other & said[:, None]).any(axis=(0, 2)).mean())


def of_many(figures: Figures) -> None:
    """The same of many members, of whom most turn too seldom to be seen."""
    rows: list[tuple[str, float, float, float, float]] = []
    for seed in range(LARGE):
        evaluation = invented(seed, MANY)
        doubts = usual_doubts(evaluation, WeightDraws())
        pairs = {
            "weights": (drawn(evaluation, WeightDraws(draws=DRAWS)), drawn(evaluation, WeightDraws(draws=2 * DRAWS, seed=987))),
            "all doubts": (scenario_lists(evaluation, doubts, draws=RUNS)[1], scenario_lists(evaluation, doubts, draws=FRESH_OF_MANY, seed=987)[1]),
        }
        for name, (given, fresh) in pairs.items():
            whole, other = told_of(evaluation, given), turned(evaluation, fresh)
            before = told_apart(turned(evaluation, given)[:, ::2], LEVEL)
            first = 1.0 - float((other & before[:, None]).any(axis=(0, 2)).mean())
            rows.append((name, first, held(evaluation, whole, other), int((~before).sum()), len(whole.members)))
    table = pd.DataFrame(rows, columns=["drawn", "half", "narrowed", "zone of half", "zone"])
    print(f"{MANY:,} members, {LARGE} lists, each held against fresh draws ({2 * DRAWS:,} of weights, {FRESH_OF_MANY:,} scenarios):\n{table.to_string(index=False)}")
    for source, covered in table.groupby("drawn")["narrowed"]:
        figures.at_least(f"{MANY:,} members, {source}: on average", 100 * float(covered.mean()), 100 * LEVEL - 0.5, "%")
        figures.at_least(f"{MANY:,} members, {source}: the worst list", 100 * float(covered.min()), 100 * LEVEL - 3, "%")


def main() -> None:
    """Print the figures."""
    figures, covered, singly, seconds = Figures("whole_list"), [], [], 0.0
    for seed in range(LISTS):
        evaluation, spread = invented(seed), (0.05, 0.2, 0.4)[seed % 3]
        found: list[WholeList] = []
        seconds += once(lambda: found.append(whole_list(evaluation, WeightDraws(spread=spread))))  # noqa: B023 - called at once
        other = differs(evaluation, spread)
        covered.append(held(evaluation, found[0], other))
        alone = other.mean(axis=1) <= 1 - LEVEL
        singly.append(1.0 - float((other & alone[:, None]).any(axis=(0, 2)).mean()))
    print(f"{LISTS} lists, each held against {FRESH:,} fresh draws: all that is said holds in {np.mean(covered):.1%} of them on average, {min(covered):.1%} to {max(covered):.1%}")
    print(f"member by member at {LEVEL:.0%} each, all together hold in {np.mean(singly):.1%} on average, {min(singly):.1%} at the least")
    figures.at_least("all places at once, on average", 100 * float(np.mean(covered)), 100 * LEVEL - 0.5, "%")
    figures.at_least("all places at once, the worst list", 100 * min(covered), 100 * LEVEL - 2, "%")
    figures.at_most("no wider than need be: on average", 100 * float(np.mean(covered)), 100 * LEVEL + 2, "%", aim=True)
    figures.at_most("a statement", 1000 * seconds / LISTS, 500, "ms")
    of_many(figures)
    figures.end()


if __name__ == "__main__":
    main()
