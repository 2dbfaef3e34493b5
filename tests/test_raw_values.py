"""Raw values column by column, as they are put on the scale."""

from __future__ import annotations

import numpy as np
import pandas as pd

from toolkit.indicators.single_rows import RawValues

RAW = pd.DataFrame(
    {"hours": [40.0, np.nan, 10.0], "state": pd.Series(["已签", "未签", np.nan], dtype="object"), "told": pd.Series(["甲", "乙", None], dtype="str")}
)


def test_what_does_not_apply_is_missing_and_everything_else_as_it_was_measured() -> None:
    applicable = pd.DataFrame({"hours": [True, True, False], "state": [False, True, True], "told": [True, True, True]})
    found = RawValues.of(RAW, applicable)
    assert found.columns["hours"].tolist()[0] == 40
    assert np.isnan(found.columns["hours"][1:]).all()
    assert pd.isna(found.columns["state"]).tolist() == [True, False, True]
    assert found.columns["told"].tolist()[:2] == ["甲", "乙"]
    assert {name: mask.tolist() for name, mask in found.counted.items()} == applicable.to_dict("list")
    assert found.members.equals(RAW.index)


def test_columns_are_found_by_name_in_whatever_order_the_frames_have_them() -> None:
    applicable = (RAW.notna() | True).assign(told=[True, False, True])
    turned = RawValues.of(RAW[["told", "hours", "state"]], applicable[["state", "told", "hours"]])
    assert turned.columns["hours"][0] == 40
    assert pd.isna(turned.columns["told"]).tolist() == [False, True, True]
    assert pd.isna(turned.columns["state"]).tolist() == [False, False, True]
