"""How fast records are read and measured, against plain pandas, in one run.

Run ``make benchmarks``, or ``python benchmarks/records.py``. Each figure is the median of runs in processes of their own,
ours and the reference in turn; the peak is a process's resident memory. All lies in a temporary folder of at most 1 GB.
It prints:

- 20,000 attendance rows from a workbook: the seconds of processor here, every cell checked, and of pandas with
  openpyxl, nothing checked, each on one core; how many times as fast that is (at least 5);
- how long the engine of large tables, Ibis on DuckDB, takes to import. A process pays that once, and no figure below holds it;
- conduct rows in Parquet, 1e5, 1e6 and 1e7, to three indicators: the seconds and GB of memory here, checked and
  measured where they stand, and of pandas that reads the file and groups. The sums of both must agree.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from figures import Figures

ATTENDANCE, MEMBERS, SIZES, RUNS = 20_000, 608, (100_000, 1_000_000, 10_000_000), 3
TABLES = """
[table.members]
file = "members.csv"
unique = ["code"]
[table.members.column]
code = { type = "text", required = true }
name = { type = "text" }

[table.attendance]
file = "attendance.xlsx"
unique = ["id"]
[table.attendance.column]
id    = { type = "text", required = true }
code  = { type = "member", required = true }
kind  = { type = "choice", choices = ["学习班", "讲座", "研讨"] }
hours = { type = "number", unit = "学时", range = [0, 80] }
day   = { type = "date", required = true }
topic = { type = "text" }
"""
CONDUCT = """
[table.conduct]
file = "conduct.parquet"
date = "day"
unique = ["id"]
[table.conduct.column]
id       = { type = "text", required = true }
code     = { type = "member", required = true }
severity = { type = "choice", choices = ["轻微", "一般", "严重"], required = true }
points   = { type = "number", range = [-30, 0], required = true }
day      = { type = "date", required = true }
"""
SCHEME = """
schema = 1
title = "b"
edition = "b"
as_of = 2018-12-31
members = { table = "members", key = "code", name = "name" }
[window.w]
from = "day"
column = "severity"
lasts = { "轻微" = "3 months", "一般" = "1 year", "严重" = "3 years" }
"""
INDICATOR = """
[[indicator]]
id = "i{0}"
label = "i{0}"
weight = 1
measure = {{ table = "conduct", window = "w", {1} }}
value = {{ shape = "linear", worst = 0, best = 1 }}
missing = "worst"
"""
MEASURES = ('take = "sum", column = "points"', 'take = "count"', 'take = "count", where = { severity = ["严重"] }')


def codes() -> list[str]:
    """Invented member keys."""
    return [f"M{number:04d}" for number in range(MEMBERS)]


def write_attendance(folder: Path) -> None:
    """Members, and a workbook of who attended what."""
    rng = np.random.default_rng(1)
    pd.DataFrame({"code": codes(), "name": codes()}).to_csv(folder / "members.csv", index=False)
    who, what = rng.choice(codes(), ATTENDANCE), rng.choice(["学习班", "讲座", "研讨"], ATTENDANCE)
    hours, days = rng.integers(1, 17, ATTENDANCE) / 2, rng.integers(43_000, 43_400, ATTENDANCE)
    with xlsxwriter.Workbook(folder / "attendance.xlsx") as book:
        sheet, date = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["id", "code", "kind", "hours", "day", "topic"])
        for n, row in enumerate(zip(who, what, hours, days, strict=True), start=1):
            sheet.write_row(n, 0, [f"E{n:06d}", str(row[0]), str(row[1]), float(row[2])])
            sheet.write_number(n, 4, int(row[3]), date)
            sheet.write_string(n, 5, f"专题{n % 97}")


def write_conduct(folder: Path, rows: int) -> None:
    """Conduct rows in Parquet, a million at a time."""
    rng = np.random.default_rng(2)
    with pq.ParquetWriter(folder / "conduct.parquet", conduct_chunk(rng, 0, 1).schema) as writer:
        for start in range(0, rows, 1_000_000):
            writer.write_table(conduct_chunk(rng, start, min(1_000_000, rows - start)), row_group_size=100_000)


def conduct_chunk(rng: np.random.Generator, start: int, rows: int) -> pa.Table:
    """Some rows of conduct."""
    days = np.datetime64("2015-01-01") + rng.integers(0, 1460, rows)
    return pa.table({
        "id": pa.array(np.char.add("C", np.arange(start, start + rows).astype(str))),
        "code": pa.array(rng.choice(codes(), rows)),
        "severity": pa.array(rng.choice(["轻微", "一般", "严重"], rows, p=[0.7, 0.25, 0.05])),
        "points": rng.integers(-60, 0, rows) / 2,
        "day": pa.array(days.astype("datetime64[D]")),
    })  # fmt: skip


def read_ours(folder: Path) -> float:
    """Reading the attendance here, checks included: seconds of processor."""
    from toolkit.records.dictionary import load_tables
    from toolkit.records.reading import load_records
    from toolkit.scheme.criteria import MembersSpec

    (folder / "tables.toml").write_text(TABLES, encoding="utf-8")
    tables = load_tables(folder / "tables.toml")
    start = time.process_time()
    records = load_records(folder, tables, MembersSpec(table="members", key="code", name="name"))
    seconds = time.process_time() - start
    assert len(records.frames["attendance"]) == ATTENDANCE
    return seconds


def read_pandas(folder: Path) -> float:
    """Reading the same by pandas with openpyxl, nothing checked: seconds of processor."""
    import openpyxl  # noqa: F401 - pandas imports it when it reads: no part of the reading

    start = time.process_time()
    frame = pd.read_excel(folder / "attendance.xlsx", engine="openpyxl")
    seconds = time.process_time() - start
    assert len(frame) == ATTENDANCE
    return seconds


def import_engine(_: Path) -> float:
    """Importing what tables are measured with: seconds."""
    start = time.perf_counter()
    import duckdb
    import ibis

    ibis.duckdb.from_connection(duckdb.connect())
    return time.perf_counter() - start


def measure_ours(folder: Path) -> float:
    """The indicators of conduct here, from file to frame, the engine being there: seconds."""
    import_engine(folder)
    from toolkit.indicators import measure_indicators
    from toolkit.records.dictionary import load_tables
    from toolkit.records.reading import load_records
    from toolkit.scheme import load_scheme

    members = TABLES[: TABLES.index("[table.attendance]")]
    (folder / "tables.toml").write_text(members + CONDUCT, encoding="utf-8")
    indicators = "".join(INDICATOR.format(n, measure) for n, measure in enumerate(MEASURES))
    (folder / "scheme.toml").write_text(SCHEME.replace("[window.w]", 'weights = "points"\n[window.w]') + indicators, encoding="utf-8")
    scheme = load_scheme(folder / "scheme.toml")
    start = time.perf_counter()
    records = load_records(folder, load_tables(folder / "tables.toml"), scheme.members, large=50_000)
    found = measure_indicators(scheme, records)
    seconds = time.perf_counter() - start
    assert not records.problems.errors, records.problems.text("en")
    write_sums(folder, found.raw.set_axis(["sum", "count", "grave"], axis=1))
    return seconds


def measure_pandas(folder: Path) -> float:
    """The same by plain pandas, nothing checked: seconds."""
    start = time.perf_counter()
    rows = pd.read_parquet(folder / "conduct.parquet")
    day, as_of = pd.to_datetime(rows["day"]), pd.Timestamp("2018-12-31")
    spans = {"轻微": pd.DateOffset(months=3), "一般": pd.DateOffset(years=1), "严重": pd.DateOffset(years=3)}
    still = pd.concat([day[rows["severity"] == state] + span >= as_of for state, span in spans.items()]).reindex(rows.index)
    rows = rows[(day <= as_of) & still]
    groups = rows.groupby("code")
    found = pd.DataFrame({"sum": groups["points"].sum(), "count": groups.size(),
                          "grave": rows[rows["severity"] == "严重"].groupby("code").size()})  # fmt: skip
    seconds = time.perf_counter() - start
    write_sums(folder, found.reindex(codes()).fillna(0.0))
    return seconds


def write_sums(folder: Path, frame: pd.DataFrame) -> None:
    """What both must agree on."""
    before, digest = folder / "agreed", json.dumps(frame.astype("float64").sum().to_dict())
    if before.exists():
        assert before.read_text() == digest, (before.read_text(), digest)
    before.write_text(digest)


TASKS = {task.__name__: task for task in (read_ours, read_pandas, import_engine, measure_ours, measure_pandas)}


def apart(task: str, folder: Path) -> tuple[float, float]:
    """The seconds of a task in a process of its own, and its peak memory in GB."""
    done = subprocess.run([sys.executable, __file__, task, str(folder)], capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def medians(folder: Path, *tasks: str) -> list[tuple[float, float]]:
    """The seconds and peak of each task, medians of runs that alternate."""
    runs = [[apart(task, folder) for task in tasks] for _ in range(RUNS)]
    return [(statistics.median(s for s, _ in taken), statistics.median(p for _, p in taken)) for taken in zip(*runs, strict=True)]


def compare(folder: Path) -> Figures:
    """Print the figures; what is held to a bound is returned."""
    write_attendance(folder)
    figures = Figures("records")
    (ours, _), (plain, _) = medians(folder, "read_ours", "read_pandas")
    figures.at_least(f"{ATTENDANCE} attendance rows from a workbook, checked", plain / ours, 5, "x as fast as pandas with openpyxl, unchecked")
    print(f"{ATTENDANCE} attendance rows from xlsx: {ours:.2f} s of processor, checked; pandas with openpyxl {plain:.2f} s, unchecked; "
          f"{plain / ours:.1f} x as fast")  # fmt: skip
    print(f"importing Ibis and DuckDB: {medians(folder, 'import_engine')[0][0]:.1f} s, once, not in the figures below")
    for rows in SIZES:
        (folder / "agreed").unlink(missing_ok=True)
        write_conduct(folder, rows)
        (ours, peak), (plain, much) = medians(folder, "measure_ours", "measure_pandas")
        print(f"{rows:.0e} conduct rows from Parquet: {ours:.2f} s and {peak:.2f} GB checked; "
              f"pandas {plain:.2f} s and {much:.2f} GB unchecked")  # fmt: skip
    return figures


def main() -> None:
    """Run one task for a process that waits for it, or compare them all."""
    if len(sys.argv) == 3:
        seconds = TASKS[sys.argv[1]](Path(sys.argv[2]))
        print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20]))
        return
    with tempfile.TemporaryDirectory() as name:
        figures = compare(Path(name))
    figures.end()


if __name__ == "__main__":
    main()
