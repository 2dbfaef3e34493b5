"""How many things the indicators measure together: the principal components of their correlations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.diagnostics.agreement import correlations
from toolkit.diagnostics.observations import CONSTANT, FEWEST, few, observations
from toolkit.ranking import Floats

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components of the correlation matrix of the values.

    Parameters
    ----------
    variances : DataFrame
        Index component, from 1, the largest first. Columns eigenvalue (they sum to the number of indicators),
        share (of that sum), cumulative, kept (Kaiser's rule: an eigenvalue above 1). With gaps the correlations come from
        different members, and the last eigenvalues may then be slightly negative.
    loadings : DataFrame
        Index indicator, a column for each component: the correlation of the two, -1..1.
    left_out : Series
        Index indicator: why it has no part in this, in the scheme's language.
    n
        The fewest members behind any one correlation.
    """

    variances: pd.DataFrame
    loadings: pd.DataFrame
    left_out: pd.Series[str]
    n: int

    @property
    def kept(self) -> int:
        """How many components have an eigenvalue above 1 (Kaiser's rule)."""
        return int(self.variances["kept"].sum())


def principal_components(evaluation: Evaluation, *, class_: str | None = None) -> Components:
    """The principal components of the indicators' values on the scale.

    Correlations are pairwise complete. A constant indicator, and one that shares fewer than 3 members with another
    one, is left out and named. The sign of a component is fixed: the sum of its loadings is positive; where it is
    0, its first loading that is not. The loadings of components with equal eigenvalues are one choice among many.

    References
    ----------
    Kaiser, H. F. (1960), The application of electronic computers to factor analysis, Educational and Psychological
    Measurement 20, 141-151. OECD and JRC (2008), Handbook on Constructing Composite Indicators, step 4.
    """
    matrix, n = _matrix(evaluation, class_)
    kept = _complete(matrix)
    values, vectors = np.linalg.eigh(matrix.loc[kept, kept].to_numpy())
    values, vectors = values[::-1], vectors[:, ::-1]
    order = pd.RangeIndex(1, len(kept) + 1, name="component")
    loadings = _signed(vectors * np.sqrt(np.clip(values, 0, None)))
    share = values / max(len(kept), 1)
    return Components(
        pd.DataFrame(
            {"eigenvalue": values, "share": share, "cumulative": share.cumsum(), "kept": values > 1 + SAME},
            index=order,
        ),
        pd.DataFrame(loadings, index=pd.Index(kept, name="indicator"), columns=order),
        _left_out(evaluation, class_, kept),
        int(n.loc[kept, kept].to_numpy(dtype=np.int64).min()) if kept else 0,
    )


def _matrix(evaluation: Evaluation, class_: str | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The correlations and the members behind each, indicator x indicator."""
    pairs = correlations(evaluation, class_=class_)
    ids = [item.id for item in evaluation.scheme.indicators]
    table = observations(evaluation, class_=class_)
    known = np.diag([1.0 if _varies(table[id_]) and table[id_].count() >= FEWEST else np.nan for id_ in ids])
    matrix = pd.DataFrame(known, index=ids, columns=ids)
    n = pd.DataFrame(np.diag([int(table[id_].count()) for id_ in ids]), index=ids, columns=ids)
    upper = np.triu_indices(len(ids), 1)
    for frame, column in ((matrix, "r"), (n, "n")):
        filled = frame.to_numpy().copy()
        filled[upper] = pairs[column].to_numpy()
        filled.T[upper] = pairs[column].to_numpy()
        frame.loc[:, :] = filled
    return matrix, n


def _complete(matrix: pd.DataFrame) -> list[str]:
    """The indicators among which every correlation is known: the one that lacks most is dropped first."""
    known = ~np.isnan(np.diag(matrix.to_numpy()))
    kept = [str(id_) for id_ in matrix.columns[known]]
    while kept:
        lacking = matrix.loc[kept, kept].isna().sum().to_numpy()
        if not lacking.any():
            break
        kept.pop(len(kept) - 1 - int(np.argmax(lacking[::-1])))
    return kept


def _signed(loadings: Floats) -> Floats:
    signs: Floats = np.array([_sign(column) for column in loadings.T])
    return np.asarray(loadings * signs + 0.0)


def _sign(column: Floats) -> float:
    """That of the sum; of the first that is not 0 where the sum is."""
    tells = [number for number in (float(column.sum()), *column.tolist()) if abs(number) > SAME]
    return float(np.sign(tells[0])) if tells else 1.0


def _varies(column: pd.Series[float]) -> bool:
    return bool(column.min() < column.max())


def _left_out(evaluation: Evaluation, class_: str | None, kept: list[str]) -> pd.Series[str]:
    table = observations(evaluation, class_=class_)
    found = {
        id_: (few(_shared(table, id_, kept)) if _varies(column) or column.count() < FEWEST else CONSTANT)
        for id_, column in table.items()
        if id_ not in kept
    }
    said = {str(id_): word.into(evaluation.scheme.language) for id_, word in found.items()}
    return pd.Series(said, name="note", dtype="str").rename_axis("indicator")


def _shared(table: pd.DataFrame, id_: object, kept: list[str]) -> int:
    """The fewest members that have both this indicator and one of those kept."""
    own = table[id_].notna()
    return min([int((own & table[other].notna()).sum()) for other in kept] or [int(own.sum())])
