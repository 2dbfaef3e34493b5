"""Swing weights: which criterion an expert would first lift from its worst to its best level, and the rest beside it."""

from __future__ import annotations

from numpy.typing import ArrayLike

from toolkit.errors import refuse
from toolkit.ranking import Floats
from toolkit.text import phrase
from toolkit.weighting.judgement import Names, divided, fault, judged, stop_at

TOP = 100.0


def swing_shares(swings: ArrayLike, names: Names = None) -> Floats:
    """The shares of swings: each swing divided by their sum.

    The most valued swing from worst to best is given 100; every other is judged in proportion to it.

    Parameters
    ----------
    swings : float64[criteria]
        0 to 100 each, the largest exactly 100.
    names
        The criteria's names for messages; C1, C2, ... where none are given.

    Returns
    -------
    float64[criteria]
        Shares that sum to 1.

    Raises
    ------
    Refused
        For a number lacking, negative or above 100, each by name; if none is 100.

    References
    ----------
    von Winterfeldt, D., Edwards, W. (1986). Decision Analysis and Behavioral Research. Cambridge University Press.

    Examples
    --------
    >>> swing_shares([100, 60, 40]).tolist()
    [0.5, 0.3, 0.2]
    """
    numbers, labels = judged(swings, names)
    over = phrase("超过 {top:g}", "above {top:g}", top=TOP)
    mend = phrase("最看重的一项写 {top:g}，其余写 0 至 {top:g}", "write {top:g} for the most valued, 0 to {top:g} for the rest", top=TOP)
    stop_at(fault(over, mend, name, x) for name, x in zip(labels, numbers.tolist(), strict=True) if x > TOP)
    if numbers.max() < TOP:
        largest = labels[int(numbers.argmax())]
        rule = phrase("最大的一项应为 {top:g}", "the largest must be {top:g}", top=TOP)
        raise refuse(rule, mend, column=largest, value=f"{numbers.max():.10g}")
    return divided(numbers)
