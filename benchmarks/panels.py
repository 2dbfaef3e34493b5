"""How fast a panel's statistics are, as a ratio to plain NumPy means, in one run.

Run ``python benchmarks/panels.py``. Fifty experts score two thousand members with a tenth of the cells withdrawn or empty.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from figures import Figures, medians

from toolkit import panels

MEMBERS, EXPERTS, RUNS = 2000, 50, 5


def main() -> None:
    """Print the figures."""
    rng = np.random.default_rng(1)
    shape = (MEMBERS, EXPERTS)
    scores = np.clip(rng.normal(78, 6, (MEMBERS, 1)) + rng.normal(0, 3, (1, EXPERTS)) + rng.normal(0, 4, shape), 0, 100).round(1)
    recused, whole = rng.random(shape) < 0.05, scores.copy()
    scores[rng.random(shape) < 0.05] = np.nan
    tasks: dict[str, Callable[[], object]] = {
        "trimmed means": lambda: panels.panel_scores(scores, recused, trim=2, minimum=5),
        "deviations": lambda: panels.expert_deviations(scores, recused),
        "levelled, zscore": lambda: panels.levelled(scores, recused),
        "levelled, mixed model": lambda: panels.levelled(scores, recused, method="mixed_model"),
        "intraclass correlations": lambda: panels.intraclass(whole),
        "alpha, 1000 draws": lambda: panels.krippendorff_alpha(scores, recused),
    }
    for metric in panels.METRICS:
        tasks[f"alpha {metric}, no draws"] = partial(panels.krippendorff_alpha, scores, recused, metric=metric, draws=0)
    (plain,) = medians(RUNS, lambda: (np.nanmean(scores, axis=1), np.nanmean(scores, axis=0), np.nanstd(scores, axis=0)))
    print(f"plain NumPy means of {MEMBERS} x {EXPERTS}: {plain * 1e3:.1f} ms")
    together = 0.0
    for name, task in tasks.items():
        (taken,) = medians(RUNS, task)
        together += taken
        print(f"{name}: {taken * 1e3:.0f} ms, {taken / plain:.0f} x")
    figures = Figures("panels")
    figures.at_most(f"every statistic of {EXPERTS} experts x {MEMBERS} members together", together, 1, "s")
    figures.end()


if __name__ == "__main__":
    main()
