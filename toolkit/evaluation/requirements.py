"""Requirements: who meets what a scheme asks for beside the places, of the score at a node or of a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from toolkit.ground.decimals import decimal_digits
from toolkit.ground.ranking import Floats, Mask, rounded
from toolkit.scheme.outcomes import Requirement
from toolkit.scheme.shapes import is_missing, state_name

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Award

Score: TypeAlias = Callable[[str], Floats]
"""The rounded scores of all members at a node, float64[n]; NaN where there is none."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Some requirements, with all that no score changes worked out.

    Parameters
    ----------
    able : bool[n]
        The members that meet everything asked of conditions.
    nodes
        What is asked of nodes, and the members of whom it is not: of another class, or the node does not apply.
    """

    able: Mask
    nodes: tuple[tuple[Requirement, Mask], ...]

    def met(self, score: Score) -> Mask:
        """The members that meet all of them under these scores; bool[n]."""
        found = self.able.copy()
        for item, spared in self.nodes:
            found &= within(item, score(str(item.node))) | spared
        return found


def asked(
    requirements: Iterable[Requirement], scheme: Scheme, classes: pd.Series[str], conditions: pd.DataFrame | None
) -> Asked:
    """What `requirements` ask of members in these classes, of whom these conditions are known.

    Parameters
    ----------
    classes, conditions
        Index member, in the same order; one column of raw values for each condition. None where nothing is asked of any.
    """
    able, nodes = np.ones(len(classes), np.bool_), []
    for item in requirements:
        spared = unasked(item, classes)
        if item.condition is None:
            nodes.append((item, spared | exempt(scheme, str(item.node), classes)))
        elif conditions is not None:
            able &= spared | holding(item, conditions.loc[classes.index, item.condition])
    return Asked(able, tuple(nodes))


def unasked(item: Requirement, classes: pd.Series[str]) -> Mask:
    """The members of whose class a requirement is not asked; bool[n].

    Examples
    --------
    >>> unasked(Requirement(node="total", least=60, classes=("甲",)), pd.Series(["甲", "乙"])).tolist()
    [False, True]
    """
    if not item.classes:
        return np.zeros(len(classes), np.bool_)
    return ~classes.isin(item.classes).to_numpy(np.bool_)


def within(item: Requirement, numbers: Floats) -> Mask:
    """Which numbers lie within every bound of a requirement; NaN within none.

    Examples
    --------
    >>> within(Requirement(node="total", least=60, below=90), np.array([59.99, 60, 90, np.nan])).tolist()
    [False, True, False, False]
    """
    found = ~np.isnan(numbers)
    for bound, over in ((item.least, np.greater_equal), (item.above, np.greater), (item.most, np.less_equal), (item.below, np.less)):
        if bound is not None:
            found &= over(numbers, decimal_digits(bound))
    return np.asarray(found, dtype=np.bool_)


def holding(item: Requirement, values: pd.Series[Any]) -> Mask:
    """Which raw values of a condition meet a requirement, unrounded; a missing one meets nothing.

    A state is compared as a scheme writes it: ``true`` is the state of a yes, ``3`` that of 3.0.
    """
    found = np.array([not is_missing(value) for value in values], dtype=np.bool_)
    if bounded(item):
        found &= within(item, _numbers(values))
    if item.among:
        named = {state_name(state) for state in item.among}
        found &= np.array([state_name(value) in named for value in values], dtype=np.bool_)
    return found


def bounded(item: Requirement) -> bool:
    """Whether a requirement asks for a number."""
    return any(bound is not None for bound in (item.least, item.above, item.most, item.below))


def bars(award: Award) -> tuple[Requirement, ...]:
    """Everything an award asks for, its least scores first."""
    return (*(Requirement(node=node, least=least) for node, least in award.minimum.items()), *award.require)


def exempt(scheme: Scheme, node: str, classes: pd.Series[str]) -> Mask:
    """The members to whose class a node does not apply, so that nothing of it can be required; bool[n]."""
    indicator = next((item for item in scheme.indicators if item.id == node), None)
    if indicator is not None and indicator.applies_to:
        return ~classes.isin(indicator.applies_to).to_numpy(np.bool_)
    children = scheme.children(node) if indicator is None and node in scheme.nodes else ()
    below = [exempt(scheme, child.id, classes) for child in children]
    return np.logical_and.reduce(below) if below else np.zeros(len(classes), np.bool_)


def rounded_points(scheme: Scheme, scores: pd.DataFrame) -> pd.DataFrame:
    """The scores as everything compares them: rounded half up to the scheme's decimals."""
    table = rounded(scores.to_numpy(dtype=np.float64), scheme.decimals)
    return pd.DataFrame(table, index=scores.index, columns=scores.columns)


def rounded_scores(scheme: Scheme, scores: pd.DataFrame | Mapping[str, Floats]) -> Score:
    """The same, to be asked for by node: each is rounded when it is first asked for, which most never are."""
    known: dict[str, Floats] = {}

    def score(node: str) -> Floats:
        if node not in known:
            known[node] = rounded(np.asarray(scores[node], dtype=np.float64), scheme.decimals)
        return known[node]

    return score


def aligned(frame: pd.DataFrame, index: pd.Index[str]) -> pd.DataFrame:
    """A frame in the order of these members; itself where it stands so already."""
    return frame if frame.index.equals(index) else frame.loc[index]


def scores_of(points: pd.DataFrame) -> Score:
    """The columns of a frame of rounded scores, to be asked for by node."""

    def score(node: str) -> Floats:
        return points[node].to_numpy(dtype=np.float64)

    return score


def _numbers(values: pd.Series[Any]) -> Floats:
    """The raw values that are numbers; NaN for all others, a yes or no among them."""
    if pd.api.types.is_float_dtype(values):
        return values.to_numpy(np.float64)
    return np.array([value if _is_number(value) else np.nan for value in values], dtype=np.float64)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)
