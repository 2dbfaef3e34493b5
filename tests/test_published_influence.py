"""What a committee sees before it weighs, on published figures: R's attitude survey, UNDP, WIMD and ASEM."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.altered import altered
from tests.invented import evaluation, group, indicator, members, scheme
from tests.test_diagnostics import asked
from toolkit import evaluate, open_edition
from toolkit.diagnostics import (
    cronbach_alpha,
    effective_weights,
    principal_components,
    redundancies,
    spread,
    weights_for_influence,
)
from toolkit.evaluation import Evaluation

PUBLISHED = Path(__file__).parent / "published"
DATA = Path(__file__).parents[2] / "shared" / "data"
ASEM, HDR, WIMD = DATA / "asem", DATA / "hdr2324", DATA / "wimd2019"

# Survey of clerical employees: rating, complaints, privileges, learning, raises, critical, advance (per cent favourable).
# Chatterjee, S. and Price, B. (1977), Regression Analysis by Example; the data set `attitude` of R.
ATTITUDE = """
43 51 30 39 61 92 45|63 64 51 54 63 73 47|71 70 68 69 76 86 48|61 63 45 47 54 84 35|81 78 56 66 71 83 47
43 55 49 44 54 49 34|58 67 42 56 66 68 35|71 75 50 55 70 66 41|72 82 72 67 71 83 31|67 61 45 47 62 80 41
64 53 53 58 58 67 34|67 60 47 39 59 74 41|69 62 57 42 55 63 25|68 83 83 45 59 77 35|77 77 54 72 79 77 46
81 90 50 72 60 54 36|74 85 64 69 79 79 63|65 60 65 75 55 80 60|65 70 46 57 75 85 46|50 58 68 54 64 78 52
50 40 33 34 43 64 33|64 61 52 62 66 80 41|53 66 52 50 63 80 37|40 37 42 58 50 57 49|63 54 42 48 66 75 33
66 77 66 63 88 76 72|78 75 58 74 80 78 49|48 57 44 45 51 83 38|85 85 71 71 77 74 55|82 82 39 59 64 78 39
"""


def attitude() -> Evaluation:
    """The survey, each question an indicator."""
    rows = [[float(cell) for cell in row.split()] for row in ATTITUDE.strip().replace("\n", "|").split("|")]
    names = ["rating", "complaints", "privileges", "learning", "raises", "critical", "advance"]
    return asked(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def test_cronbachs_alpha_of_the_attitude_survey_as_the_r_package_psych_prints_it() -> None:
    found = cronbach_alpha(attitude()).loc["total"]
    assert found["alpha"].unique().round(2).tolist() == [0.84]
    assert found["without"].round(2).tolist() == [0.81, 0.80, 0.83, 0.80, 0.80, 0.86, 0.84]
    assert found["n"].unique().tolist() == [30]


def test_the_components_of_the_attitude_survey_are_those_of_the_singular_values() -> None:
    one = attitude()
    found = principal_components(one).loc["total"]
    data = one.values.to_numpy(float)
    standard = (data - data.mean(axis=0)) / data.std(axis=0)
    _, singular, axes = np.linalg.svd(standard, full_matrices=False)
    roots = found.groupby("component")["eigenvalue"].first()
    assert roots.to_numpy() == pytest.approx(singular**2 / len(data))
    assert roots.sum() == pytest.approx(7)
    assert found["cumulative"].iloc[-1] == pytest.approx(1)
    first = found["loading"].xs(1)
    assert first.abs().to_numpy() == pytest.approx(np.abs(axes[0]) * singular[0] / np.sqrt(len(data)))
    score = standard @ axes[0]
    assert first.abs().to_numpy() == pytest.approx([abs(np.corrcoef(column, score)[0, 1]) for column in standard.T])
    assert first.max() == first.abs().max()


@pytest.mark.skipif(not HDR.exists(), reason="the published HDR data are not beside this checkout")
def test_undp_hdr_2022_life_expectancy_decides_less_than_its_third() -> None:
    one = published("hdr2022")
    found = effective_weights(one)
    assert found["effective"].sum() == pytest.approx(1, abs=1e-9)
    assert found.loc["health", "effective"] < 0.25 < 1 / 3 < found.loc["income", "effective"]
    assert weights_for_influence(one)["effective"].tolist() == pytest.approx(
        [1, *[1 / 3] * 2, *[1 / 6] * 2, 1 / 3], abs=1e-5
    )


@pytest.mark.skipif(not WIMD.exists(), reason="the published WIMD data are not beside this checkout")
def test_wimd_2019_income_employment_and_health_move_as_one() -> None:
    one = published("wimd2019")
    assert set(redundancies(one).index) == {
        ("income", "employment"),
        ("income", "health"),
        ("employment", "health"),
    }
    assert effective_weights(one)["effective"].idxmin() == "environment"


def published(name: str) -> Evaluation:
    edition = open_edition(PUBLISHED / name)
    return evaluate(edition.scheme, edition.records)


@pytest.mark.skipif(not ASEM.exists(), reason="the ASEM data are not beside this checkout")
def test_asem_49_indicators_of_four_levels_with_gaps() -> None:
    one = asem()
    found = effective_weights(one)
    assert found["effective"].sum() == pytest.approx(1, abs=1e-9)
    assert found.index[-1] == "gaps"
    table = spread(one)
    assert table["missing"].sum() == 63
    assert table["n"].sum() == 49 * 51 - 63
    raw = one.indicators
    assert table["outliers"].sum() == int(((raw.skew().abs() > 2) & (raw.kurt() > 3.5)).sum()) > 5
    assert cronbach_alpha(one).index.get_level_values("group").nunique() == 11


def asem() -> Evaluation:
    """The ASEM data, each indicator from its worst to its best, under the tree that comes with them."""
    about = pd.read_csv(ASEM / "iMeta.csv").set_index("iCode")
    leaves, groups = about[about["Type"] == "Indicator"], about[about["Type"] == "Aggregate"].drop("Index")
    raw = pd.read_csv(ASEM / "iData.csv").set_index("uCode")[list(leaves.index)].sort_index()
    turned = raw * leaves["Direction"].astype(float)
    values = 100 * (turned - turned.min()) / (turned.max() - turned.min())
    parent = about["Parent"].replace("Index", None).astype(object).where(lambda column: column.notna(), None)
    rules = scheme(
        group=[group(id_, 1, parent[id_]) for id_ in groups.index],
        indicator=[indicator(id_, 1, parent[id_], missing="exclude") for id_ in leaves.index],
    )
    who = members(len(raw)).set_axis(raw.index.rename("member"))
    found = evaluation(rules, who, values)
    every = pd.DataFrame(data=True, index=raw.index, columns=raw.columns)
    return altered(found, measured=replace(found.measured, raw=raw, applicable=every))
