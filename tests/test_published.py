"""Published indices, met through `committee evaluate` on the published data as it stands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from toolkit.__main__ import app

HERE = Path(__file__).parent / "published"
DATA = Path(__file__).parents[2] / "shared" / "data"
HDR = DATA / "hdr2324" / "hdr2324_2022_only.csv"
WIMD = DATA / "wimd2019" / "wimd2019_lsoa.csv"
IMD = DATA / "imd2025_england" / "imd2025_lsoa.csv.gz"


def ranking_of(edition: Path, out: Path) -> pd.DataFrame:
    done = CliRunner().invoke(app, ["evaluate", str(edition), "--out", str(out)])
    assert done.exit_code == 0, done.output
    return pd.read_csv(out / "ranking.csv", encoding="utf-8-sig", dtype={"total": str}).set_index("member")


@pytest.mark.skipif(not HDR.exists(), reason="the published HDR data are not beside this checkout")
def test_undp_hdr_2023_24_index_to_3_decimals_and_all_193_ranks(tmp_path: Path) -> None:
    found = ranking_of(HERE / "hdr2022", tmp_path)
    published = pd.read_csv(HDR).set_index("iso3")
    ranked = published[published["hdi_rank_2022"].notna()]
    assert len(ranked) == 193
    assert (found.loc[ranked.index, "total"] == ranked["hdi_2022"].map("{:.3f}".format)).all()
    assert (found.loc[ranked.index, "rank"] == ranked["hdi_rank_2022"]).all()


@pytest.mark.skipif(not WIMD.exists(), reason="the published WIMD data are not beside this checkout")
def test_wimd_2019_technical_report_annex_a_index_to_1e_8_and_all_1909_ranks(tmp_path: Path) -> None:
    found = ranking_of(HERE / "wimd2019", tmp_path)
    published = pd.read_csv(WIMD).set_index("lsoa11_code")
    assert len(published) == 1909
    off = np.abs(found.loc[published.index, "total"].astype(float) - published["IMD_score"])
    assert off.max() < 1e-8
    assert (found.loc[published.index, "rank"] == published["IMD_rank"]).all()


@pytest.mark.slow
@pytest.mark.skipif(not IMD.exists(), reason="the published IMD data are not beside this checkout")
def test_imd_2025_of_33755_areas_index_to_3_decimals_and_all_ranks_but_two(tmp_path: Path) -> None:
    found = ranking_of(HERE / "imd2025", tmp_path)
    published = pd.read_csv(IMD).set_index("lsoa21_code")
    assert len(published) == 33_755
    off = np.abs(found.loc[published.index, "total"].astype(float) - published["IMD_score"])
    assert (off > 0.0005 + 1e-9).sum() <= 2
    assert off.max() < 0.001
    moved = np.abs(found.loc[published.index, "rank"] - published["IMD_rank"])
    assert moved.max() <= 1
    assert (moved > 0).sum() <= 2
