"""Direct points: an expert divides 100 points among the criteria."""

from __future__ import annotations

from numpy.typing import ArrayLike

from toolkit.errors import refuse
from toolkit.ranking import Floats
from toolkit.text import phrase
from toolkit.weighting.judgement import Names, divided, judged, settled_sum

NEAR = 1e-9


def points_shares(points: ArrayLike, names: Names = None, *, whole: float = 100.0) -> Floats:
    """The shares of points that were divided among the criteria: points / 100.

    Parameters
    ----------
    points : float64[criteria]
        At least 0 each; together exactly `whole`, to 1e-9.
    names
        The criteria's names for messages; C1, C2, ... where none are given.
    whole
        How many points there are to divide.

    Returns
    -------
    float64[criteria]
        Shares that sum to 1, in the order of `points`.

    Raises
    ------
    Refused
        For a number lacking, infinite or negative, each by name; for a sum other than `whole`, with the sum
        and how many points to add or take away.

    Examples
    --------
    An expert gives training 40 points, pledges 35 and the conduct record 25.

    >>> points_shares([40, 35, 25]).tolist()
    [0.4, 0.35, 0.25]
    >>> points_shares([40, 35, 20], ["training", "pledge", "conduct"])
    Traceback (most recent call last):
    toolkit.errors.Refused: 1 problem
      the points must sum to 100, not 95 (training 40 + pledge 35 + conduct 20); give out 5 more
    """
    numbers, labels = judged(points, names)
    over = float(settled_sum(numbers)) - whole
    if abs(over) > NEAR:
        listed = " + ".join(f"{name} {number:.10g}" for name, number in zip(labels, numbers, strict=True))
        raise refuse(
            phrase(
                "各项分数之和应为 {whole:.10g}，现为 {total:.10g}（{listed}）",
                "the points must sum to {whole:.10g}, not {total:.10g} ({listed})",
                whole=whole,
                total=whole + over,
                listed=listed,
            ),
            phrase("请再减去 {n:.10g} 分", "take {n:.10g} away", n=over)
            if over > 0
            else phrase("请再分出 {n:.10g} 分", "give out {n:.10g} more", n=-over),
        )
    return divided(numbers)
