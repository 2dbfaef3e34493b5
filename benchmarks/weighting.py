"""How fast: the shares of 200 experts on 40 criteria, gathered and compared, beside plain NumPy.

Run ``python benchmarks/weighting.py``. Ours and the reference run in turn, in one process; the ratio is that of their
medians. The reference knows the mean and Kendall's W without ties, and nothing else.
"""

from __future__ import annotations

import numpy as np
from figures import Figures, medians

from toolkit import weighting
from toolkit.weighting.group import MEANS

EXPERTS, CRITERIA, RUNS = 200, 40, 9


def plain(shares: np.ndarray) -> None:
    """The mean, and W from the ranks by two argsorts."""
    shares.mean(axis=0)
    ranks = shares.argsort(axis=1).argsort(axis=1) + 1
    _ = 12 * ranks.sum(axis=0).var() * CRITERIA / (EXPERTS**2 * (CRITERIA**3 - CRITERIA))


def alike(shares: np.ndarray) -> None:
    """The same two answers from the package: every vector checked, ties corrected, p worked out."""
    weighting.group_shares(shares)
    weighting.concordance(shares)


def everything(shares: np.ndarray, after: np.ndarray) -> None:
    """All that a group is asked: four means, agreement, distances, camps, who is far, and a second round."""
    for mean in MEANS:
        weighting.group_shares(shares, mean)
    weighting.concordance(shares)
    for kind in ("moved", "euclidean", "jensen_shannon"):
        weighting.distances(shares, kind)
    weighting.camps(shares)
    weighting.far_from_rest(shares)
    weighting.standing(shares)
    weighting.movement(shares, after)


def main() -> None:
    """Print the figures."""
    rng = np.random.default_rng(1)
    shares, after = rng.dirichlet(np.full(CRITERIA, 5.0), (2, EXPERTS))
    whole, ours, reference = medians(
        RUNS, lambda: everything(shares, after), lambda: alike(shares), lambda: plain(shares)
    )
    print(f"{EXPERTS} experts x {CRITERIA} criteria, everything: {whole * 1e3:.0f} ms")
    print(
        f"mean and W: {ours * 1e3:.2f} ms, {ours / reference:.1f} x plain NumPy without checks, ties or p ({reference * 1e3:.2f} ms)"
    )
    figures = Figures("weighting")
    figures.at_most(f"{EXPERTS} experts x {CRITERIA} criteria, everything", whole * 1e3, 1000, "ms")
    figures.end()


if __name__ == "__main__":
    main()
