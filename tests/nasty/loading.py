"""Nasty files loaded as any other: through the records of an edition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests.nasty.nasty import JIA, TABLES, YI
from toolkit.records import Records
from toolkit.records.dictionary import load_tables
from toolkit.records.reading import load_records
from toolkit.scheme.criteria import MembersSpec

MEMBERS = f"信用代码,单位名称\n{JIA},甲\n{YI},乙\n"
SPEC = MembersSpec.model_validate({"table": "members", "key": "credit_code", "name": "name"})
COLUMNS = ("credit_code", "event", "hours", "day", "fee", "share")
TYPES = {"hours": "float64", "day": "datetime64[us]", "fee": "float64", "share": "float64"}


def load(folder: Path, name: str, content: bytes, sheet: str = "") -> Records:
    """The records of an edition in `folder` whose activities stand in the file `name`."""
    (folder / "records").mkdir(exist_ok=True)
    (folder / "tables.toml").write_text(TABLES % (f'sheet = "{sheet}"' if sheet else ""), encoding="utf-8")
    (folder / "records" / "会员.csv").write_text(MEMBERS, encoding="utf-8")
    (folder / "records" / name).write_bytes(content)
    return load_records(folder, load_tables(folder / "tables.toml"), SPEC)


def read_rows(of: Records | Sequence[Sequence[object]]) -> pd.DataFrame:
    """The accepted rows without their places."""
    if isinstance(of, Records):
        return of.frames["activities"][list(COLUMNS)]
    frame = pd.DataFrame([list(row) for row in of], columns=list(COLUMNS), index=pd.RangeIndex(len(of)))
    return frame.astype({name: TYPES.get(name, "str") for name in COLUMNS})
