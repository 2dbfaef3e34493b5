"""How fast: evaluating 1,000 members x 30 indicators, and 10,000 draws of their weights.

Run ``make benchmarks``, or ``python benchmarks/evaluate_and_draws.py``. Ours and the reference run in turn, in one
process; times are those of the processor, the ratio is that of their medians. It prints four lines, then the figures against their bounds:

- one evaluation in ms, and as a multiple of the time pandas takes to read the same members from CSV;
- 10,000 draws in ms, and as a multiple of plain NumPy that knows no rule at all: the same number of Dirichlet vectors,
  one matrix product per chunk, and an argsort of every draw (at most 1.5). Ours allots two awards in seven classes
  under quotas, minimum, requirement and ties;
- the distribution of ranks over 10,000 draws in ms, and as a multiple of plain NumPy: the same vectors and products, an
  argsort of every class in every draw, and a count of members and places (at most 1.1). Ours rounds and settles ties;
- 1,000 draws in ms.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from figures import Figures, medians

from toolkit import WeightDraws, award_probabilities, evaluate, open_edition
from toolkit.sensitivity import rank_probabilities

MEMBERS, INDICATORS, GROUPS, DRAWS, RUNS = 1_000, 30, 5, 10_000, 9

HEAD = """\
schema = 1
title = "benchmark"
edition = "benchmark"
as_of = 2018-12-31
weights = "points"
ties = ["g0", "joint"]
seed = 1
members = { table = "members", key = "code", name = "code", class = "kind" }
"""
GROUP = """
[[group]]
id = "g{0}"
label = "g{0}"
weight = {1}
"""
INDICATOR = """
[[indicator]]
id = "x{0}"
label = "x{0}"
group = "g{1}"
weight = {2}
measure = {{ column = "members.x{0}" }}
value = {{ shape = "linear", worst = 0, best = 100 }}
"""
AWARDS = """
[[award]]
id = "outstanding"
label = "outstanding"
quota = { share = 0.10, least = 1 }
minimum = { total = 70 }

[[award]]
id = "advanced"
label = "advanced"
quota = { share = 0.20 }
minimum = { total = 60 }
require = [{ node = "g1", least = 50 }]
"""
COLUMN = '[table.members.column.{0}]\nheadings = ["{0}"]\ntype = "{1}"\n'


def write_edition(folder: Path, members: int = MEMBERS, indicators: int = INDICATORS) -> Path:
    """An edition of invented members in seven unequal classes."""
    rng = np.random.default_rng(1)
    names = [f"x{i}" for i in range(indicators)]
    frame = pd.DataFrame(rng.beta(3, 1.5, (members, indicators)).round(4) * 100, columns=names)
    frame.insert(0, "kind", rng.choice(list("ABCDEFG"), members, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.07, 0.03]))
    frame.insert(0, "code", [f"{i:05d}" for i in range(members)])
    frame.to_csv(folder / "members.csv", index=False)
    groups = [GROUP.format(i, 20 + i) for i in range(GROUPS)]
    items = [INDICATOR.format(i, i % GROUPS, 10 + i % 7) for i in range(indicators)]
    (folder / "scheme.toml").write_text("".join([HEAD, *groups, *items, AWARDS]), encoding="utf-8")
    columns = [COLUMN.format(name, "text" if name in {"code", "kind"} else "number") for name in frame]
    table = '[table.members]\nfile = "members.csv"\nunique = ["code"]\n'
    (folder / "tables.toml").write_text("".join([table, *columns]), encoding="utf-8")
    return folder


def reference(values: np.ndarray) -> None:
    """Plain NumPy: draw, multiply, sort."""
    weights = np.random.default_rng(1).dirichlet(np.full(INDICATORS, 25.0), DRAWS)
    for start in range(0, DRAWS, 256):
        np.argsort(weights[start : start + 256] @ values.T, axis=1)


def counted(values: np.ndarray, classes: list[np.ndarray]) -> None:
    """Plain NumPy: draw, multiply, sort each class, and count how often each member has each place."""
    weights = np.random.default_rng(1).dirichlet(np.full(INDICATORS, 25.0), DRAWS)
    counts = [np.zeros(len(own) ** 2, np.int64) for own in classes]
    for start in range(0, DRAWS, 256):
        scores = weights[start : start + 256] @ -values.T
        for own, table in zip(classes, counts, strict=True):
            order = np.argsort(scores[:, own], axis=1)
            np.add(table, np.bincount((order * len(own) + np.arange(len(own))).ravel(), minlength=len(table)), out=table)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        edition = open_edition(write_edition(Path(folder)))
        evaluation = evaluate(edition.scheme, edition.records)
        values = evaluation.values.to_numpy()
        whole, read = medians(
            RUNS,
            lambda: evaluate(edition.scheme, edition.records),
            lambda: pd.read_csv(Path(folder) / "members.csv"),
        )
    ours, plain = medians(
        RUNS, lambda: award_probabilities(evaluation, WeightDraws(draws=DRAWS)), lambda: reference(values)
    )
    kinds = evaluation.members["class"].to_numpy()
    classes = [np.flatnonzero(kinds == kind) for kind in np.unique(kinds)]
    ranks, counts = medians(
        RUNS, lambda: rank_probabilities(evaluation, WeightDraws(draws=DRAWS)), lambda: counted(values, classes)
    )
    (few,) = medians(RUNS, lambda: award_probabilities(evaluation, WeightDraws(draws=1_000)))
    print(
        f"evaluate {MEMBERS} x {INDICATORS}: {whole * 1e3:.0f} ms, {whole / read:.1f} x reading its file with pandas"
    )
    print(
        f"{DRAWS} draws: {ours * 1e3:.0f} ms, {ours / plain:.2f} x plain NumPy ({plain * 1e3:.0f} ms)"
    )
    print(
        f"ranks of {DRAWS} draws: {ranks * 1e3:.0f} ms, {ranks / counts:.2f} x plain NumPy ({counts * 1e3:.0f} ms)"
    )
    print(f"1000 draws: {few * 1e3:.0f} ms")
    figures = Figures("evaluate_and_draws")
    figures.at_most(f"{DRAWS} draws", ours / plain, 1.5, "x plain NumPy that sorts every draw")
    figures.at_most(f"ranks of {DRAWS} draws", ranks / counts, 1.1, "x plain NumPy that sorts every class and counts")
    figures.end()


if __name__ == "__main__":
    main()
