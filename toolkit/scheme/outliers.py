"""Outlier treatment of raw values, before they are valued; only where the scheme says so.

What a treatment found among the members is kept in `found`, as with relative shapes: a treatment with `found` is
resolved, and a member that joins later moves nobody. A raw value beyond what was found counts as the end found.

References
----------
OECD/JRC (2008), Handbook on Constructing Composite Indicators, steps 3-5; COINr 1.1 `Treat`, `winsorise`, `log_CT`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar, Final, Literal, Self, get_args

import numpy as np
from pydantic import Field

from toolkit.ground.ranking import Floats
from toolkit.ground.statistics import HEAVY, SKEWED, has_outliers, skewness
from toolkit.ground.text import Phrase, figure, phrase
from toolkit.ground.toml_reader import Fault, StrictModel
from toolkit.ground.toml_syntax import Raw
from toolkit.scheme.shapes.absolute import Number, Positive, ValueShape
from toolkit.scheme.shapes.relative import Ends, Relative, unsigned
from toolkit.scheme.shapes.states import Category

Tail = Annotated[Number, Field(ge=0, lt=0.5)]


class Fitted(Ends):
    """The least and the greatest raw value, and the exponent that was used."""

    exponent: Number


class Treatment(StrictModel):
    """How the outliers among raw values are treated: what every treatment has.

    Attributes
    ----------
    title, touch
        What a minute calls it, and what a card says was done to a value.
    keeps_unit
        Whether raw values keep their unit, so that any shape can follow.
    """

    title: ClassVar[Phrase]
    touch: ClassVar[Phrase]
    keeps_unit: ClassVar[bool] = False

    def words(self) -> Phrase:
        """How outliers are treated, as a scheme sheet tells it."""
        raise NotImplementedError

    @classmethod
    def faults(cls, written: Raw, shape: type[ValueShape] | None) -> Iterator[Fault]:
        """What no single key can see, by its path within `written`, plain values; before values are given by `shape`, if that is known."""
        if shape is Category:
            yield Fault((), Phrase("分类指标没有离群值可言", "named states have no outliers"), Phrase("请删去 outliers", "remove it"))
        elif not cls.keeps_unit and not (shape and issubclass(shape, Relative)):
            rule = Phrase("变换改变了单位，只能接着用相对计分", "the transformation changes the unit: only a relative shape can follow")
            mend = Phrase('请改用 min_max 等相对计分，或 shape = "log"', 'use a relative shape such as min_max, or shape = "log"')
            yield Fault(("treat",), rule, mend)
        for fault in Ends.faults(written.get("found")):
            yield replace(fault, path=("found", *fault.path))


class Winsorise(Treatment):
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

    title: ClassVar[Phrase] = Phrase("缩尾", "winsorised")
    touch: ClassVar[Phrase] = Phrase("缩尾", "drawn in to the next values")
    keeps_unit: ClassVar[bool] = True

    treat: Literal["winsorise"]
    tails: tuple[Tail, Tail] | None = None
    skewness: Positive = SKEWED
    kurtosis: Number = HEAVY
    most: Annotated[int, Field(ge=1)] = 5
    found: Ends | None = None

    def words(self) -> Phrase:
        """Which share of each tail, or how many at most and when."""
        if self.tails:
            low, high = (figure(100 * share) for share in self.tails)
            return phrase("缩尾：最低 {low}%、最高 {high}%", "lowest {low}% and highest {high}% drawn in", low=low, high=high)
        return phrase(
            "缩尾：偏度达 {s} 且峰度达 {k} 时，至多 {n} 个数值",
            "at most {n:value|values} drawn in where skewness reaches {s} and kurtosis {k}",
            s=figure(self.skewness), k=figure(self.kurtosis), n=self.most,
        )  # fmt: skip

    @classmethod
    def faults(cls, written: Raw, shape: type[ValueShape] | None) -> Iterator[Fault]:
        """Two ways of finding the bounds at once."""
        for key in sorted({"skewness", "kurtosis", "most"} & set(written)) if "tails" in written else ():
            rule = phrase("写了 tails 就不能再写 {key}", "`{key}` cannot stand beside `tails`", key=key)
            yield Fault((key,), rule, Phrase("请只留一种办法", "keep one of the two"))
        yield from super().faults(written, shape)

    def resolved(self, raw: Floats) -> Self:
        """The treatment with the bounds it found in `raw`, shape (members,)."""
        given = _sorted(raw)
        if self.found is not None or not len(given):
            return self
        low, high = _tails(given, *self.tails) if self.tails else self._drawn_in(given)
        return self.model_copy(update={"found": Ends(least=unsigned(given[low]), greatest=unsigned(given[high]))})

    def applied(self, raw: Floats) -> Floats:
        """`raw` between the bounds."""
        ends = self.resolved(raw).found
        return np.clip(raw, ends.least, ends.greatest) if ends else raw

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


class LogTransform(Treatment):
    """ln(raw - least + offset x (greatest - least)), for a column skewed to the right (对数变换).

    `found` holds least and greatest. A column whose raw values are all the same stays as it is.
    """

    title: ClassVar[Phrase] = Phrase("对数", "logarithm")
    touch: ClassVar[Phrase] = Phrase("对数变换", "logarithm")

    treat: Literal["log"]
    offset: Positive = 0.01
    found: Ends | None = None

    def words(self) -> Phrase:
        """That it comes first."""
        return Phrase("先取对数", "logarithm first")

    def resolved(self, raw: Floats) -> Self:
        """The treatment with the ends it found in `raw`, shape (members,)."""
        given = _sorted(raw)
        if self.found is not None or not len(given):
            return self
        return self.model_copy(update={"found": Ends(least=unsigned(given[0]), greatest=unsigned(given[-1]))})

    def applied(self, raw: Floats) -> Floats:
        """`raw` transformed."""
        ends = self.resolved(raw).found
        if ends is None or ends.least == ends.greatest:
            return raw
        reach = self.offset * (ends.greatest - ends.least)
        return np.log(np.clip(raw, ends.least, ends.greatest) - ends.least + reach)


class BoxCox(Treatment):
    """((raw - least + 1)^lambda - 1) / lambda, the logarithm for lambda 0; fitted where the scheme gives no lambda.

    Fitted for the likeliest normal distribution, as `scipy.stats.boxcox_normmax`. `found` holds the ends and the
    exponent. A column whose raw values are all the same stays as it is.
    """

    title: ClassVar[Phrase] = Phrase("Box-Cox 变换", "Box-Cox transformation")
    touch: ClassVar[Phrase] = title

    treat: Literal["box_cox"]
    exponent: Annotated[Number | None, Field(alias="lambda")] = None
    found: Fitted | None = None

    def words(self) -> Phrase:
        """That it comes first, and with which exponent."""
        fitted = Phrase("λ 由数据拟合", "lambda fitted")
        power = fitted if self.exponent is None else phrase("λ = {n}", "lambda {n}", n=figure(self.exponent))
        return phrase("先作 Box-Cox 变换（{power.zh}）", "Box-Cox transformation first ({power.en})", power=power)

    def resolved(self, raw: Floats) -> Self:
        """The treatment with the ends and the exponent it found in `raw`, shape (members,)."""
        given = _sorted(raw)
        if self.found is not None or not len(given):
            return self
        fitted = _likeliest(given) if self.exponent is None else self.exponent
        ends = Fitted(least=unsigned(given[0]), greatest=unsigned(given[-1]), exponent=fitted)
        return self.model_copy(update={"found": ends})

    def applied(self, raw: Floats) -> Floats:
        """`raw` transformed."""
        ends = self.resolved(raw).found
        if ends is None or ends.least == ends.greatest:
            return raw
        shifted, power = np.clip(raw, ends.least, ends.greatest) - ends.least + 1.0, ends.exponent
        return np.log(shifted) if power == 0 else np.expm1(power * np.log(shifted)) / power


Outliers = Annotated[Winsorise | LogTransform | BoxCox, Field(discriminator="treat")]
TREATMENTS: Final[dict[str, type[Treatment]]] = {
    get_args(kind.model_fields["treat"].annotation)[0]: kind for kind in get_args(get_args(Outliers)[0])
}


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
