"""Outlier treatment of raw values, before they are valued; only where the scheme says so.

What a treatment found among the members is kept in `found`, as with relative shapes: a treatment with `found` is
resolved, and a member that joins later moves nobody. A raw value beyond what was found counts as the end found.

References
----------
OECD/JRC (2008), Handbook on Constructing Composite Indicators, steps 3-5; COINr 1.1 `Treat`, `winsorise`, `log_CT`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from pydantic import Field

from toolkit.ground.statistics import HEAVY, SKEWED, has_outliers, skewness
from toolkit.ground.toml_reader import Decision
from toolkit.scheme.shapes.absolute import Number, Positive
from toolkit.scheme.shapes.relative import Ends, plain

if TYPE_CHECKING:
    from toolkit.scheme.shapes.absolute import Floats

Tail = Annotated[Number, Field(ge=0, lt=0.5)]


class Fitted(Ends):
    """The least and the greatest raw value, and the exponent that was used."""

    exponent: Number


class Winsorise(Decision):
    """Draw the outermost raw values in to the next ones (缩尾): a share of each tail, or as few as it takes.

    With `tails` = [low, high], of n members the low x n lowest count as the next above them and the high x n highest as the
    next below them, numbers of members rounded down. Without, while the size of the skewness is `skewness` or more and
    the kurtosis `kurtosis` or more (as Excel's SKEW and KURT have them), the outermost raw value on the side of the skew is
    drawn in to the next one; no more than `most` members are touched. `found` holds the bounds.

    Examples
    --------
    >>> raw = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 30, 100])
    >>> Winsorise(treat="winsorise").applied(raw).max()
    np.float64(30.0)
    """

    treat: Literal["winsorise"]
    tails: tuple[Tail, Tail] | None = None
    skewness: Positive = SKEWED
    kurtosis: Number = HEAVY
    most: Annotated[int, Field(ge=1)] = 5
    found: Ends | None = None

    def resolved(self, raw: Floats) -> Self:
        """The treatment with the bounds it found in `raw`, shape (members,)."""
        given = _sorted(raw)
        if self.found is not None or not len(given):
            return self
        low, high = _tails(given, *self.tails) if self.tails else self._drawn_in(given)
        return self.model_copy(update={"found": Ends(least=plain(given[low]), greatest=plain(given[high]))})

    def applied(self, raw: Floats) -> Floats:
        """`raw` between the bounds."""
        found = self.resolved(raw).found
        return np.clip(raw, found.least, found.greatest) if found else raw

    def stays_skewed(self, used: Floats) -> bool:
        """Whether the values used are still beyond both thresholds, though they should be within one."""
        given = _sorted(used)
        return self.tails is None and self._beyond(given)

    def _drawn_in(self, given: Floats) -> tuple[int, int]:
        """Places of the bounds among the sorted raw values."""
        low, high, used = 0, len(given) - 1, given
        while self._beyond(used):
            if skewness(used) >= 0:
                next_high = int(np.searchsorted(given, given[high])) - 1
                ends = (low, next_high)
            else:
                ends = (int(np.searchsorted(given, given[low], side="right")), high)
            if ends[0] + len(given) - 1 - ends[1] > self.most or ends[0] >= ends[1]:
                break
            low, high = ends
            used = np.clip(given, given[low], given[high])
        return low, high

    def _beyond(self, used: Floats) -> bool:
        return has_outliers(used, self.skewness, self.kurtosis)


class LogTransform(Decision):
    """ln(raw - least + offset x (greatest - least)), for a column skewed to the right (对数变换).

    `found` holds least and greatest. A column whose raw values are all the same stays as it is.
    """

    treat: Literal["log"]
    offset: Positive = 0.01
    found: Ends | None = None

    def resolved(self, raw: Floats) -> Self:
        """The treatment with the ends it found in `raw`, shape (members,)."""
        given = _sorted(raw)
        if self.found is not None or not len(given):
            return self
        return self.model_copy(update={"found": Ends(least=plain(given[0]), greatest=plain(given[-1]))})

    def applied(self, raw: Floats) -> Floats:
        """`raw` transformed."""
        found = self.resolved(raw).found
        if found is None or found.least == found.greatest:
            return raw
        reach = self.offset * (found.greatest - found.least)
        return np.log(np.clip(raw, found.least, found.greatest) - found.least + reach)


class BoxCox(Decision):
    """((raw - least + 1)^lambda - 1) / lambda, the logarithm for lambda 0; fitted where the scheme gives no lambda.

    Fitted for the likeliest normal distribution, as `scipy.stats.boxcox_normmax`. `found` holds the ends and the
    exponent. A column whose raw values are all the same stays as it is.
    """

    treat: Literal["box_cox"]
    exponent: Annotated[Number | None, Field(alias="lambda")] = None
    found: Fitted | None = None

    def resolved(self, raw: Floats) -> Self:
        """The treatment with the ends and the exponent it found in `raw`, shape (members,)."""
        given = _sorted(raw)
        if self.found is not None or not len(given):
            return self
        fitted = _likeliest(given) if self.exponent is None else self.exponent
        found = Fitted(least=plain(given[0]), greatest=plain(given[-1]), exponent=fitted)
        return self.model_copy(update={"found": found})

    def applied(self, raw: Floats) -> Floats:
        """`raw` transformed."""
        found = self.resolved(raw).found
        if found is None or found.least == found.greatest:
            return raw
        shifted, power = np.clip(raw, found.least, found.greatest) - found.least + 1.0, found.exponent
        return np.log(shifted) if power == 0 else np.expm1(power * np.log(shifted)) / power


Outliers = Annotated[Winsorise | LogTransform | BoxCox, Field(discriminator="treat")]


def _sorted(raw: Floats) -> Floats:
    """The raw values given, in order: who comes first in the records changes no sum."""
    return np.sort(raw[~np.isnan(raw)])


def _tails(given: Floats, low: float, high: float) -> tuple[int, int]:
    """Places of the bounds; a product that ought to be whole is not rounded below itself."""
    cut, count = [math.floor(share * len(given) + 1e-9) for share in (low, high)], len(given)
    return cut[0], count - 1 - cut[1]


def _likeliest(given: Floats) -> float:
    """The exponent under which the shifted values are likeliest a normal distribution's; 1 where all are one."""
    from scipy.stats import boxcox_normmax

    if given[0] == given[-1]:
        return 1.0
    return float(boxcox_normmax(given - given[0] + 1.0, method="mle"))
