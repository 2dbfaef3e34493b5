"""A number is what its decimal digits say: the 15 that Excel shows, and never the noise of binary fractions behind them.

The rule holds for what is read (a cell ``=4.35*100`` is stored as 434.99999999999994, and is 435) and for what is
derived from it (0.7 / 0.1 is 7).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from toolkit.ground.ranking import Floats

DIGITS = 15  # every decimal of so many digits is told apart from its neighbours by a float64, and Excel keeps no more
TINY, HUGE = 1e-7, 1e20  # between them the power of ten that makes a number of 15 digits whole is a float64 itself


def decimal_digits(number: float) -> float:
    """The float64 nearest to the number's first 15 significant digits; NaN and infinities stay as they are.

    A sum, product or quotient of two decimals is off by at most one part in 2**52, and so comes back as what they say.

    Examples
    --------
    >>> decimal_digits(4.35 * 100), decimal_digits(67.8 / 100), decimal_digits(1.9999999999999998), decimal_digits(1 / 3)
    (435.0, 0.678, 2.0, 0.333333333333333)

    References
    ----------
    Microsoft, "Excel specifications and limits": number precision of 15 digits.
    """
    return float(f"{number:.{DIGITS}g}")


def decimal_digits_of(numbers: ArrayLike) -> Floats:
    """`decimal_digits` of every number of an array, in its shape.

    Examples
    --------
    >>> decimal_digits_of([[0.7 / 0.1, 2.3 - 0.3], [float("nan"), 5]]).tolist()
    [[7.0, 2.0], [nan, 5.0]]
    """
    digits = np.array(numbers, dtype=np.float64)
    broken = np.nonzero((digits != np.rint(digits)) | (np.abs(digits) >= 10.0**DIGITS))
    digits[broken] = [float(f"{number:.{DIGITS}g}") for number in digits[broken].tolist()]
    return digits


def decimal_digits_in(numbers: Any) -> Any:
    """`decimal_digits` of a column of floats where it stands, as an Ibis expression; beyond 1e-7 and 1e20 it is as stored."""
    import ibis

    size = numbers.abs()
    sized = ibis.ifelse((size >= TINY) & (size < HUGE), size, ibis.null("float64"))
    scale = (ibis.literal(10.0) ** (float(DIGITS) - sized.log10().ceil())).cast("float64")
    return ibis.coalesce((numbers * scale).round().cast("float64") / scale, numbers)
