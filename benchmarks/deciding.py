"""How fast a list is decided: from raw values to awards, at a thousand, a hundred thousand and a million members.

Run ``python benchmarks/deciding.py [members ...]``. Members have 30 indicators, in a flat tree of one arithmetic mean
and in a deep one of four levels with mixed means. Timed is all from measured raw values to values, scores, rounded
totals, ranks within seven classes with level totals settled by one indicator, and two awards under quotas and minima.
What is only made when somebody looks is told by itself: values and scores as frames, the tables of awards, and the prose
of the reasons. Times are those of the processor, medians of runs in turn, in one process.

The references take the same raw values to the same awards by the same steps: plain NumPy (a refusal where a value is
missing, half-up rounding, one sort by class, total and indicator), and pandas as one writes it by hand. NumPy is given
the classes as numbers; ours is timed both from named classes, as pandas is, and where one goalpost has moved, with the classes
known as NumPy has them and every value worked out again. That all three give the same awards is checked in the same run. Of pymcdm and scikit-criteria it is the weighted sum alone, without
values, rounding, ranks within classes or awards; both are looked for in the Python that PEERS names (a scratch
environment with `requirements-peers.txt`) and left out where it names none.

At up to a hundred thousand members one weight is then moved and the list decided again, against a full run from
records that are read already. Peak memory is that of one run in a process of its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from figures import Figures, medians, once, peers

from toolkit.evaluation import Evaluation, evaluate, rescored, scored
from toolkit.evaluation.decisions import decide_awards
from toolkit.ground.problems import Problems
from toolkit.indicators import Indicators
from toolkit.records import Records
from toolkit.records.dictionary import load_tables
from toolkit.records.reading import load_records
from toolkit.scheme import Scheme

INDICATORS, DECIMALS, CLASSES = 30, 2, list("ABCDEFG")
NAMES = [f"x{i}" for i in range(INDICATORS)]
MEANS = ["arithmetic", "geometric", "minimum", "harmonic", "arithmetic", "power(2)"]
MISSING = "a value is missing"
QUOTAS = {"outstanding": (0.10, 70.0), "advanced": (0.20, 60.0)}


def scheme(*, deep: bool) -> Scheme:
    """The rules: 2 branches of 3 groups of 2 groups below the total, or all indicators below it."""
    groups = []
    if deep:
        groups += [group(f"a{i}", 40 + 20 * i, None, "arithmetic") for i in range(2)]
        groups += [group(f"b{i}", 20 + i, f"a{i % 2}", MEANS[i]) for i in range(6)]
        groups += [group(f"c{i}", 10 + i, f"b{i % 6}", "arithmetic") for i in range(12)]
    return Scheme.model_validate_json(
        json.dumps({
            "schema": 1, "title": "benchmark", "edition": "benchmark", "as_of": "2018-12-31", "weights": "points",
            "decimals": DECIMALS, "ties": ["x0", "joint"], "group": groups,
            "members": {"table": "members", "key": "code", "name": "code", "class": "kind"},
            "indicator": [
                {"id": name, "weight": 10 + i % 7, "group": f"c{i % 12}" if deep else None,
                 "measure": {"column": f"members.{name}"}, "value": {"shape": "linear", "worst": 0, "best": 80}}
                for i, name in enumerate(NAMES)
            ],
            "award": [
                {"id": id_, "quota": {"share": share}, "minimum": {"total": least}}
                for id_, (share, least) in QUOTAS.items()
            ],
        })
    )  # fmt: skip


def group(id_: str, weight: float, parent: str | None, aggregate: str) -> dict[str, object]:
    """One group as written."""
    return {"id": id_, "weight": weight, "group": parent, "aggregate": aggregate}


def measured(members: int) -> tuple[pd.DataFrame, Indicators]:
    """Invented members in seven unequal classes, and what was measured of them."""
    rng = np.random.default_rng(1)
    index = pd.Index([f"{i:07d}" for i in range(members)], name="member", dtype="str")
    kind = rng.choice(CLASSES, members, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.07, 0.03])
    who = pd.DataFrame({"name": index, "class": pd.Series(kind, index=index, dtype="str"), "applied": True}, index=index)
    raw = pd.DataFrame({name: rng.beta(3, 1.5, members).round(4) * 80 for name in NAMES}, index=index)
    applicable = pd.DataFrame({name: np.ones(members, np.bool_) for name in NAMES}, index=index)
    vetoes = pd.DataFrame(columns=["member", "veto", "table", "file", "sheet", "row"])
    told = pd.Series(data=True, index=index)
    return who, Indicators(raw, applicable, pd.DataFrame(index=index), vetoes, told, Problems())


def values_of(raw: list[np.ndarray]) -> list[np.ndarray]:
    """Values of every indicator in plain NumPy; none may be missing."""
    values = []
    for column in raw:
        value = column / 80
        np.clip(value, 0, 1, out=value)
        value *= 100
        if np.isnan(value).any():
            raise ValueError(MISSING)
        values.append(value)
    return values


def flat_total(values: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """The weighted mean of all indicators."""
    total = np.zeros(len(values[0]))
    for value, weight in zip(values, weights / weights.sum(), strict=True):
        total += value * weight
    return total


def deep_total(values: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """The tree of four levels, written out."""

    def mean(children: list[np.ndarray], shares: list[float], kind: str = "arithmetic") -> np.ndarray:
        own = np.array(shares) / sum(shares)
        if kind == "minimum":
            return np.asarray(np.minimum.reduce(children))
        bend = {"geometric": np.log, "harmonic": np.reciprocal, "power(2)": np.square}.get(kind, np.positive)
        back = {"geometric": np.exp, "harmonic": np.reciprocal, "power(2)": np.sqrt}.get(kind, np.positive)
        with np.errstate(divide="ignore"):
            return np.asarray(back(sum(share * bend(child) for share, child in zip(own, children, strict=True))))

    c = [mean(values[i::12], list(weights[i::12])) for i in range(12)]
    b = [mean(c[i::6], [10 + j for j in range(i, 12, 6)], MEANS[i]) for i in range(6)]
    a = [mean(b[i::2], [20 + j for j in range(i, 6, 2)]) for i in range(2)]
    return mean(a, [40, 60])


def half_up(numbers: np.ndarray) -> np.ndarray:
    """Rounded half up; what lies within a billionth of a boundary counts as on it."""
    return np.asarray(np.floor(numbers * 10**DECIMALS + 0.5 + 1e-7) / 10**DECIMALS)


def plain_numpy(raw: list[np.ndarray], classes: np.ndarray, weights: np.ndarray, *, deep: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Ranks and awards in plain NumPy: values, weighted means, half-up rounding, one sort, ranks in classes, awards."""
    values = values_of(raw)
    total, first = half_up((deep_total if deep else flat_total)(values, weights)), half_up(values[0])
    order = np.lexsort((-first, -total, classes))
    kinds, totals, firsts = classes[order], total[order], first[order]
    new = np.ones(len(order), bool)
    new[1:] = (kinds[1:] != kinds[:-1]) | (totals[1:] != totals[:-1]) | (firsts[1:] != firsts[:-1])
    starts = np.searchsorted(kinds, np.arange(len(CLASSES) + 1))
    begins = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    rank, award = np.empty(len(order), int), np.zeros(len(order), np.int8)
    rank[order] = begins - starts[kinds] + 1
    for start, end in pairwise(starts.tolist()):
        for number, (share, least) in enumerate(QUOTAS.values(), start=1):
            free = np.arange(start, end)[(award[order[start:end]] == 0) & (totals[start:end] >= least)]
            places = int(share * (end - start) + 1e-9)
            if places and len(free):
                award[order[free[begins[free] <= begins[free[min(places, len(free)) - 1]]]]] = number
    return rank, award


def pandas_by_hand(raw: pd.DataFrame, classes: pd.Series, weights: np.ndarray) -> pd.DataFrame:
    """The flat scheme as an analyst would write it."""
    values = (raw / 80).clip(0, 1) * 100
    if values.isna().any(axis=None):
        raise ValueError(MISSING)
    total = (values * (weights / weights.sum())).sum(axis=1)
    frame = pd.DataFrame({"class": classes, "total": half_up(total.to_numpy()), "first": half_up(values["x0"].to_numpy())})
    frame = frame.sort_values(["class", "total", "first"], ascending=[True, False, False], kind="stable")
    level = frame.groupby(["class", "total", "first"], sort=False).ngroup()
    frame["rank"] = (frame.groupby("class").cumcount() + 1).groupby(level).transform("min")
    frame["award"] = 0
    size = frame.groupby("class")["total"].transform("size")
    for number, (share, least) in enumerate(QUOTAS.values(), start=1):
        free = frame[(frame["award"] == 0) & (frame["total"] >= least)]
        order = (free.groupby("class").cumcount() + 1).groupby(level.loc[free.index]).transform("min")
        places = (size.loc[free.index] * share + 1e-9) // 1
        frame.loc[free.index[order <= places], "award"] = number
    return frame.loc[raw.index]


PEER = """
import sys, time, statistics, warnings
from importlib.metadata import version
warnings.simplefilter("ignore")
import numpy as np
rng = np.random.default_rng(1)
values, weights = rng.beta(3, 1.5, (int(sys.argv[1]), 30)) * 100, np.array([10 + i % 7 for i in range(30)], float)
weights /= weights.sum()
def timed(task):
    taken = []
    for _ in range(3):
        start = time.process_time(); task(); taken.append(time.process_time() - start)
    return statistics.median(taken)
try:
    from pymcdm.methods import WSM
    from pymcdm.normalizations import max_normalization
    method = WSM(max_normalization)
    print("pymcdm", version("pymcdm"), timed(lambda: method(values, weights, np.ones(30))))
except ImportError:
    print("pymcdm missing")
try:
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel
    matrix = skcriteria.mkdm(values, [max] * 30, weights=weights)
    print("scikit-criteria", version("scikit-criteria"), timed(lambda: WeightedSumModel().evaluate(matrix)))
except ImportError:
    print("scikit-criteria missing")
"""


def told(figures: Figures, members: int) -> None:
    """Print the figures for so many members, and hold them to their aims."""
    who, found = measured(members)
    flat, deep = scheme(deep=False), scheme(deep=True)
    classes = who["class"].astype("category").cat.codes.to_numpy().astype(int)
    columns = [found.raw[name].to_numpy() for name in NAMES]
    weights = np.array([item.weight for item in flat.indicators])
    agree(flat, deep, who, found, classes)
    ours, tall, same, high, mean, product, frames = medians(
        21 if members <= 10_000 else 5,
        lambda: decided(flat, who, found),
        lambda: decided(deep, who, found),
        partial_run(rescored, decided(one_goalpost_moved(flat), who, found), flat),
        partial_run(rescored, decided(one_goalpost_moved(deep), who, found), deep),
        lambda: plain_numpy(columns, classes, weights),
        lambda: plain_numpy(columns, classes, weights, deep=True),
        lambda: pandas_by_hand(found.raw, who["class"], weights),
    )
    print(f"{members} members x {INDICATORS}; all give the same awards")
    print(f"  flat tree: {ours * 1e3:.1f} ms, {ours / mean:.2f} x plain NumPy ({mean * 1e3:.1f} ms)")
    print(f"  deep tree: {tall * 1e3:.1f} ms, {tall / product:.2f} x plain NumPy ({product * 1e3:.1f} ms)")
    print(f"  with classes known, one goalpost moved: flat {same * 1e3:.1f} ms, {same / mean:.2f} x; deep {high * 1e3:.1f} ms, {high / product:.2f} x")
    print(f"  pandas by hand, flat: {frames * 1e3:.1f} ms, {frames / ours:.2f} x ours")
    for name, seconds in peers(PEER, members):
        print(f"  {name}, its weighted sum alone: {seconds * 1e3:.1f} ms, {seconds / ours:.2f} x ours")
    for tree, took, reference in (("flat", ours, mean), ("deep", tall, product)):
        figures.at_most(f"{members} members, {tree} tree, from raw values to awards", took / reference, 2, "x plain NumPy", aim=True)
    first = decided(flat, who, found)
    print(f"  then values and scores as frames: {once(lambda: (first.values, first.scores)) * 1e3:.1f} ms")
    print(f"  then the tables of awards: {once(lambda: (first.awards, first.reserves)) * 1e3:.1f} ms")
    if members <= 100_000:
        print(f"  the list with its reasons in words: {once(lambda: first.ranking) * 1e3:.0f} ms")
        again(figures, members, found, who)


def agree(flat: Scheme, deep: Scheme, who: pd.DataFrame, found: Indicators, classes: np.ndarray) -> None:
    """Check that the references give everyone the rank and the award that we do."""
    columns = [found.raw[name].to_numpy() for name in NAMES]
    weights = np.array([item.weight for item in flat.indicators])
    codes = {"": 0, **{id_: number for number, id_ in enumerate(QUOTAS, start=1)}}
    for rules in (flat, deep):
        rank, award = plain_numpy(columns, classes, weights, deep=rules is deep)
        evaluation = decided(rules, who, found)
        listed = decide_awards(rules, who, evaluation.scores, evaluation.vetoes)  # the ranking without its prose
        assert rescored(decided(one_goalpost_moved(rules), who, found), rules).scores.equals(evaluation.scores)
        assert (listed.rank.to_numpy(int) == rank).all()
        assert (listed.award.map(codes).to_numpy() == award).all()
    by_hand = pandas_by_hand(found.raw, who["class"], weights)
    rank, award = plain_numpy(columns, classes, weights)
    assert (by_hand["rank"].to_numpy() == rank).all()
    assert (by_hand["award"].to_numpy() == award).all()


def again(figures: Figures, members: int, found: Indicators, who: pd.DataFrame) -> None:
    """Print what it takes to decide again when one weight has moved, against a run from the records."""
    with tempfile.TemporaryDirectory() as folder:
        records = recorded(Path(folder), found, who, scheme(deep=False))
        for name, rules in (("flat", scheme(deep=False)), ("deep", scheme(deep=True))):
            first, moved = evaluate(rules, records), one_weight_moved(rules)
            assert rescored(first, moved).scores.equals(evaluate(moved, records).scores)
            full, part = medians(5, partial_run(evaluate, rules, records), partial_run(rescored, first, moved))
            print(f"  one weight moved, {name} tree: {part * 1e3:.1f} ms, {part / full:.3f} x a full run from records ({full * 1e3:.0f} ms)")
            figures.at_most(f"{members} members, {name} tree, one weight moved", part / full, 0.1, "x a full run from records", aim=True)


def partial_run(task: Callable[..., object], *given: object) -> Callable[[], object]:
    """A task with what it is given."""
    return lambda: task(*given)


def one_weight_moved(rules: Scheme) -> Scheme:
    """The rules with one point more for one indicator."""
    items = tuple(item.model_copy(update={"weight": item.weight + (item.id == "x3")}) for item in rules.indicators)
    return rules.model_copy(update={"indicators": items})


def one_goalpost_moved(rules: Scheme) -> Scheme:
    """The rules with the best of one indicator a little higher."""
    items = tuple(
        item.model_copy(update={"value": item.value.model_copy(update={"best": 80 + (item.id == "x3")})}) for item in rules.indicators
    )
    return rules.model_copy(update={"indicators": items})


def recorded(folder: Path, found: Indicators, who: pd.DataFrame, rules: Scheme) -> Records:
    """The members as records, read from a file."""
    found.raw.assign(code=who.index, kind=who["class"]).to_parquet(folder / "members.parquet", index=False)
    columns = [f'[table.members.column.{name}]\ntype = "number"\n' for name in NAMES]
    columns += [f'[table.members.column.{name}]\ntype = "text"\n' for name in ("code", "kind")]
    table = '[table.members]\nfile = "members.parquet"\nunique = ["code"]\n'
    (folder / "tables.toml").write_text("".join([table, *columns]), encoding="utf-8")
    return load_records(folder, load_tables(folder / "tables.toml"), rules.members)


def decided(rules: Scheme, who: pd.DataFrame, found: Indicators) -> Evaluation:
    """From raw values to awards."""
    return scored(Evaluation(rules, who, found))


def peak(members: int) -> None:
    """Print the most memory one run takes."""
    who, found = measured(members)
    tracemalloc.start()
    evaluation = decided(scheme(deep=False), who, found)
    added = tracemalloc.get_traced_memory()[1] / 2**20
    table = evaluation.measured.raw.memory_usage(index=False).sum() / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(f"  peak memory: deciding takes {added:.0f} MB beside raw values of {table:.0f} MB; the whole process {peak:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["peak"]:
        peak(int(sys.argv[2]))
    else:
        held = Figures("deciding")
        for size in map(int, sys.argv[1:] or ["1000", "100000", "1000000"]):
            told(held, size)
            subprocess.run([sys.executable, __file__, "peak", str(size)], check=True)  # noqa: S603 - this file
        held.end()
