"""ASEM: a tree of four levels with gaps, denominators and directions, against the same arithmetic done by hand in pandas."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation, evaluate, rescored
from toolkit.scheme import Scheme

DATA = Path(__file__).parents[2] / "shared" / "data" / "asem"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the published ASEM data are not beside this checkout")
SHAPES: dict[str, dict[str, Any]] = {
    "min_max": {"to": [1, 100]},
    "z_score": {},
    "percentile": {},
}


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    edition = open_edition(Path(__file__).parent / "published" / "asem")
    return evaluate(edition.scheme, edition.records)


def by_hand(shape: str, mean: str) -> pd.Series[float]:
    """The index of every country, from the two published files alone."""
    meta, data = pd.read_csv(DATA / "iMeta.csv"), pd.read_csv(DATA / "iData.csv").set_index("uCode")
    nodes = {}
    for row in meta[meta["Type"] == "Indicator"].itertuples():
        raw = data[row.iCode] if pd.isna(row.Denominator) else data[row.iCode] / data[row.Denominator]
        raw = raw.map(lambda number: float(f"{number:.15g}"))  # 3.3999999999999999 and 3.4000000000000004 of TolMin are both 3.4
        nodes[row.iCode] = valued(raw * row.Direction, shape)
    for level in (2, 3, 4):
        for row in meta[meta["Level"] == level].itertuples():
            below = meta[meta["Parent"] == row.iCode]
            frame, weights = pd.DataFrame({name: nodes[name] for name in below["iCode"]}), below.set_index("iCode")["Weight"]
            nodes[row.iCode] = gathered(frame, weights, mean)
    return nodes["Index"]


def valued(raw: pd.Series[float], shape: str) -> pd.Series[float]:
    if shape == "min_max":
        return 1 + 99 * (raw - raw.min()) / (raw.max() - raw.min())
    if shape == "z_score":
        return (raw - raw.mean()) / raw.std()
    return 100 * (raw.rank(method="min") - 1) / (raw.count() - 1)


def gathered(frame: pd.DataFrame, weights: pd.Series[float], mean: str) -> pd.Series[float]:
    shares = frame.notna().mul(weights)
    shares = shares.div(shares.sum(axis=1), axis=0)
    if mean == "arithmetic":
        return (frame * shares).sum(axis=1)
    if mean == "geometric":
        logged: pd.Series[float] = (np.log(frame) * shares).sum(axis=1)
        return logged.map(math.exp)
    turned: pd.Series[float] = (shares / frame).sum(axis=1)
    return 1 / turned


def under(scheme: Scheme, shape: str, mean: str) -> Scheme:
    values = {}
    for item in scheme.indicators:
        better = {"better": getattr(item.value, "better", "higher")}
        values[f"indicator[{item.id}].value"] = {"shape": shape, **SHAPES[shape], **better}
    means = {f"group[{group.id}].aggregate": mean for group in scheme.groups}
    return scheme.with_({**values, **means, "total.aggregate": mean})


@pytest.mark.parametrize(
    ("shape", "mean"),
    [("min_max", "arithmetic"), ("min_max", "geometric"), ("min_max", "harmonic"), ("z_score", "arithmetic"), ("percentile", "arithmetic")],
)
def test_asem_by_each_shape_and_mean_to_nine_decimals(evaluation: Evaluation, shape: str, mean: str) -> None:
    found = rescored(evaluation, under(evaluation.scheme, shape, mean)).ranking["total"]
    expected = by_hand(shape, mean)
    assert len(found) == 51
    assert np.abs(found - expected[found.index]).max() < 1e-9
    assert (found.rank(ascending=False) == expected[found.index].rank(ascending=False)).all()


def test_asem_has_its_63_gaps_and_two_denominators_missing_and_none_is_a_zero(evaluation: Evaluation) -> None:
    assert int(evaluation.indicators.isna().to_numpy().sum()) == 63 + 2
    assert int(evaluation.values.isna().to_numpy().sum()) == 63 + 2


def test_asem_resolved_is_the_same_to_the_bit(evaluation: Evaluation) -> None:
    again = rescored(evaluation, evaluation.resolved)
    pd.testing.assert_frame_equal(again.scores, evaluation.scores, check_exact=True)
