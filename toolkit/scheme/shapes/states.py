"""The shape of named states, and what a raw state is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, figure, joined
from toolkit.scheme.shapes.absolute import FAR, Number, ValueShape

STATES = {"true": Phrase("是", "yes"), "false": Phrase("否", "no")}


class Category(ValueShape):
    """A value for each named state; `other` for a state that is not named, which else is a problem.

    Examples
    --------
    >>> Category(shape="category", points={"已签": 100, "未签": 10}).values(["未签", None, "已签"], 100)
    array([ 10.,  nan, 100.])
    """

    title: ClassVar[Phrase] = Phrase("按状态", "by state")
    parameters: ClassVar[Mapping[str, Phrase]] = {"other": Phrase("其他状态得分", "other states")}
    ceilings: ClassVar[tuple[str, ...]] = ("points",)
    lists_values: ClassVar[bool] = True

    shape: Literal["category"]
    points: Annotated[dict[str, Number], Field(min_length=1)]
    other: Number | None = None

    def words(self) -> Phrase:
        """The value of each state, and of all others."""
        named = [(STATES.get(state, Phrase(state, state)), value) for state, value in self.points.items()]
        others = [] if self.other is None else [(Phrase("其他", "others"), self.other)]
        return joined(Phrase(f"{state.zh} {figure(value)} 分", f"{state.en} {figure(value)}") for state, value in (*named, *others))

    def highest(self, scale: float, least: float = -FAR, most: float = FAR) -> float:  # noqa: ARG002 - states are no numbers
        """The highest of the points, `other` included."""
        return max([*self.points.values(), *([] if self.other is None else [self.other])])

    def values(self, raw: Iterable[object], scale: float) -> Floats:  # noqa: ARG002 - every shape takes the scale
        """Values of `raw`, any one-dimensional collection of text, numbers or booleans; unknown states give NaN."""
        unnamed = np.nan if self.other is None else self.other
        codes, names = named_states(raw)
        points = np.array([*(self.points.get(name, unnamed) for name in names), np.nan])
        return points[codes]

    @property
    def lowest(self) -> float:
        """The lowest of the points, `other` included."""
        return min([*self.points.values(), *([] if self.other is None else [self.other])])


def is_missing(state: object) -> bool:
    """Whether a raw state is missing: None, NaN or pandas' NA."""
    return state is None or type(state).__name__ == "NAType" or state != state  # noqa: PLR0124 - NaN is not itself


def state_name(state: object) -> str:
    """A raw state as a scheme writes it: true and false for booleans, 3 for 3.0.

    Examples
    --------
    >>> state_name(True), state_name(3.0), state_name("已签")
    ('true', '3', '已签')
    """
    if isinstance(state, bool | np.bool_):
        return "true" if state else "false"
    if isinstance(state, float | np.floating) and float(state).is_integer():
        return str(int(state))
    return str(state)


def named_states(raw: Iterable[object]) -> tuple[NDArray[np.intp], list[str]]:
    """For each raw state the place of its name in the list of names, -1 for a missing one; whole columns at once."""
    import pandas as pd

    states = pd.Series(raw, dtype=None if hasattr(raw, "dtype") else object)
    if not pd.api.types.infer_dtype(states, skipna=True).startswith("mixed"):
        codes, distinct = pd.factorize(states)
        return codes, [state_name(state) for state in distinct]
    return _mixed(states)


def _mixed(states: Any) -> tuple[NDArray[np.intp], list[str]]:
    """As `named_states`, where truth and numbers may stand in one column: 1 equals True, but is another state."""
    import pandas as pd

    truth = states.map(type).isin([bool, np.bool_]).to_numpy()
    codes, others = pd.factorize(states.mask(truth))
    names = [*(state_name(state) for state in others), "true", "false"]
    truth_codes = np.where(states.eq(other=True).to_numpy(dtype=bool, na_value=False), len(others), len(others) + 1)
    return np.where(truth, truth_codes, codes), names
