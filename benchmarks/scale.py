"""How far one machine carries: members, records, draws and engines, from a thousand to what its memory holds.

Run ``python benchmarks/scale.py [commands] [members] [records] [draws] [--most N] [--minutes N]``: without a word all four, at most so
many members or records a step (a million if not said: `--most 100000000` goes on to a hundred million records). Each step runs in a
process of its own, once; it may take so many minutes (15 if not said), and a step that is not done by then is told and its larger
ones are left out. It prints lines of the tables in ``docs/scale.md``:

- commands: `committee check` and `committee evaluate` on members x 30 indicators, as CSV and as Parquet;
- members: from measured raw values to awards, in memory;
- records: rows of conduct to three indicators, checked and measured where they stand: Parquet by DuckDB; PostgreSQL and
  Spark where `make engines` has put them on the machine, each with all the machine's cores;
- draws: the chances of two awards over 1,024 draws of weights, alone and by a Dask cluster of two processes on this
  machine, whose results must be the same to the last bit.

Seconds of the processor are those of the process and of what it started (a server of PostgreSQL is not among them); the
peak is the resident memory of the process.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from deciding import NAMES, decided, measured, scheme
from figures import Figures
from records import CONDUCT, INDICATOR, MEASURES, SCHEME, TABLES

DRAWS, MEMBERS_OF_RECORDS = 1_024, 10_000
PATIENCE = {"minutes": 15}
MEMBERS = (1_000, 10_000, 100_000, 1_000_000)
RECORDS = (100_000, 1_000_000, 10_000_000, 100_000_000)
MEMBER_TABLE = TABLES[: TABLES.index("[table.attendance]")]


def write_edition(folder: Path, members: int, ending: str) -> None:
    """An edition of members x 30 indicators that stand beside their names, as `.csv` or `.parquet`."""
    who, found = measured(members)
    rows = found.raw.assign(code=who.index, kind=who["class"]).reset_index(drop=True)
    path = folder / f"members.{ending}"
    rows.to_csv(path, index=False) if ending == "csv" else rows.to_parquet(path, index=False)
    columns = "".join(f'[table.members.column.{name}]\ntype = "number"\n' for name in NAMES)
    columns += "".join(f'[table.members.column.{name}]\ntype = "text"\n' for name in ("code", "kind"))
    (folder / "tables.toml").write_text(f'[table.members]\nfile = "members.{ending}"\nunique = ["code"]\n{columns}', encoding="utf-8")
    items = "".join(
        f'[[indicator]]\nid = "{item.id}"\nlabel = "{item.id}"\nweight = {item.weight}\nmeasure = {{ column = "members.{item.id}" }}\n'
        'value = { shape = "linear", worst = 0, best = 80 }\nmissing = "worst"\n'
        for item in scheme(deep=False).indicators
    )
    awards = "".join(f'[[award]]\nid = "{id_}"\nlabel = "{id_}"\nquota = {{ share = {share}, within = "class", rounding = "floor" }}\n'
                     for id_, share in (("outstanding", 0.1), ("advanced", 0.2)))  # fmt: skip
    head = ('schema = 1\ntitle = "scale"\nedition = "scale"\nas_of = 2018-12-31\nweights = "points"\nlanguage = "en"\nties = ["x0", "joint"]\n'
            '[members]\ntable = "members"\nkey = "code"\nname = "code"\nclass = "kind"\n')  # fmt: skip
    (folder / "scheme.toml").write_text(head + items + awards, encoding="utf-8")


def command(word: str, members: int, ending: str) -> dict[str, float | str]:
    """One command of the program on such an edition."""
    with tempfile.TemporaryDirectory() as name:
        edition = Path(name) / "e"
        edition.mkdir()
        write_edition(edition, members, ending)
        words = [word, str(edition), *(["--out", f"{name}/out"] if word == "evaluate" else [])]
        own = "import resource, sys; from toolkit.__main__ import main\ntry: main()\nfinally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)"
        before = children()
        done = subprocess.run([sys.executable, "-c", own, *words], capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
        if done.returncode:
            sys.exit(done.stdout.strip().splitlines()[0] if done.stdout.strip() else done.stderr[-300:])
        return {"seconds": children() - before, "megabytes": float(done.stderr.split()[-1])}


def deciding(members: int) -> dict[str, float | str]:
    """From raw values in memory to awards."""
    who, found = measured(members)
    start = time.process_time()
    decided(scheme(deep=False), who, found).awards  # noqa: B018 - made when it is looked at
    return {"seconds": time.process_time() - start, "megabytes": peak()}


def drawing(members: int, workers: int) -> dict[str, float | str]:
    """The chances of both awards, alone or by so many processes of a Dask cluster."""
    from toolkit.sensitivity import WeightDraws, award_probabilities

    who, found = measured(members)
    evaluation, spec = decided(scheme(deep=False), who, found), WeightDraws(draws=DRAWS)
    before, start = children(), time.perf_counter()
    own = time.process_time()
    if workers:
        from distributed import Client, LocalCluster

        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:  # type: ignore[no-untyped-call]
            chances = award_probabilities(evaluation, spec, executor=client.get_executor())
    else:
        chances = award_probabilities(evaluation, spec)
    wall, own = time.perf_counter() - start, time.process_time() - own
    digest = hashlib.sha256(chances.to_numpy().tobytes()).hexdigest()[:16]
    return {"seconds": own + children() - before, "wall": wall, "megabytes": peak(), "digest": digest}


def conduct(members: int, rows: int) -> Iterator[pa.Table]:
    """Rows of conduct, a million at a time."""
    rng, codes = np.random.default_rng(2), np.array([f"M{number:07d}" for number in range(members)])
    for start in range(0, rows, 1_000_000):
        count = min(1_000_000, rows - start)
        days = np.datetime64("2015-01-01") + rng.integers(0, 1460, count)
        yield pa.table({
            "id": pa.array(np.char.add("C", np.arange(start, start + count).astype(str))), "code": pa.array(rng.choice(codes, count)),
            "severity": pa.array(rng.choice(["轻微", "一般", "严重"], count, p=[0.7, 0.25, 0.05])),
            "points": rng.integers(-60, 0, count) / 2, "day": pa.array(days.astype("datetime64[D]")),
        })  # fmt: skip


def in_parquet(folder: Path, members: int, rows: int) -> str:
    """The rows as a Parquet file of the edition."""
    chunks = conduct(members, rows)
    first = next(chunks)
    with pq.ParquetWriter(folder / "conduct.parquet", first.schema) as writer:
        for chunk in (first, *chunks):
            writer.write_table(chunk, row_group_size=100_000)
    return 'file = "conduct.parquet"'


@contextmanager
def placed(engine: str, folder: Path, members: int, rows: int) -> Iterator[str]:
    """The rows in an engine, and how the data dictionary names their place."""
    if engine == "parquet":
        yield in_parquet(folder, members, rows)
    elif engine == "postgres":
        from tests.engines.servers import postgres

        with postgres() as server:
            os.environ |= {"PGUSER": "postgres", "COMMITTEE_DB_PASSWORD": server.password}
            with server.connected() as connection:
                connection.execute("CREATE TABLE conduct (id text, code text, severity text, points float8, day date)")
                with connection.cursor().copy("COPY conduct FROM STDIN (FORMAT csv)") as copy:
                    for chunk in conduct(members, rows):
                        copy.write(chunk.to_pandas().to_csv(index=False, header=False))
                connection.execute("ANALYZE conduct")
            yield f'source = "{server.source}"\nrelation = "conduct"'
    else:
        from tests.engines.servers import spark

        in_parquet(folder, members, rows)
        with spark() as session:
            session.read.parquet(str(folder / "conduct.parquet")).createOrReplaceTempView("conduct")
            yield 'source = "spark:local[2]"\nrelation = "conduct"'


def recording(engine: str, members: int, rows: int) -> dict[str, float | str]:
    """Conduct rows to three indicators: checked, and measured where they stand."""
    from toolkit.indicators import measure_indicators
    from toolkit.records.dictionary import load_tables
    from toolkit.records.reading import load_records
    from toolkit.scheme import load_scheme

    with tempfile.TemporaryDirectory() as name, placed(engine, Path(name), members, rows) as place:
        folder = Path(name)
        codes = [f"M{number:07d}" for number in range(members)]
        pd.DataFrame({"code": codes, "name": codes}).to_csv(folder / "members.csv", index=False)
        (folder / "tables.toml").write_text(MEMBER_TABLE + CONDUCT.replace('file = "conduct.parquet"', place), encoding="utf-8")
        indicators = "".join(INDICATOR.format(n, measure) for n, measure in enumerate(MEASURES))
        (folder / "scheme.toml").write_text(SCHEME.replace("[window.w]", 'weights = "points"\n[window.w]') + indicators, encoding="utf-8")
        rules = load_scheme(folder / "scheme.toml")
        before, own, start = children(), time.process_time(), time.perf_counter()
        records = load_records(folder, load_tables(folder / "tables.toml"), rules.members, large=50_000)
        found = measure_indicators(rules, records)
        wall, own = time.perf_counter() - start, time.process_time() - own
        if records.problems.errors:
            sys.exit(records.problems.text("en")[:300])
        digest = hashlib.sha256(found.raw.astype("float64").to_numpy().tobytes()).hexdigest()[:16]
        return {"seconds": own + children() - before, "wall": wall, "megabytes": peak(), "digest": digest}


def children() -> float:
    """Processor seconds of what this process started and saw end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


TASKS: dict[str, Callable[..., dict[str, float | str]]] = {task.__name__: task for task in (command, deciding, drawing, recording)}


def apart(task: str, *words: object) -> dict[str, float | str] | str:
    """What a step in a process of its own says, or why there is nothing."""
    try:
        done = subprocess.run([sys.executable, __file__, "--step", task, *map(str, words)],  # noqa: S603 - ourselves
                              capture_output=True, text=True, check=False, timeout=PATIENCE["minutes"] * 60)  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"not done within {PATIENCE['minutes']} minutes"
    if done.returncode:
        return done.stderr.strip().splitlines()[-1] if done.returncode > 0 and done.stderr.strip() else f"ended by {done.returncode}"
    said: dict[str, float | str] = json.loads(done.stdout.splitlines()[-1])
    return said


def curve(title: str, sizes: tuple[int, ...], step: Callable[[int], dict[str, float | str] | str]) -> dict[int, dict[str, float | str]]:
    """Print a line for each size until one cannot be done."""
    seen: dict[int, dict[str, float | str]] = {}
    for size in sizes:
        said = step(size)
        if isinstance(said, str):
            print(f"| {title} | {size:,} | {said} |", flush=True)
            break
        wall = f"{said['wall']:.1f} s" if "wall" in said else ""
        print(f"| {title} | {size:,} | {said['seconds']:.1f} s | {wall} | {said['megabytes']:,.0f} MB |", flush=True)
        seen[size] = said
    return seen


def same(figures: Figures, what: str, one: dict[int, dict[str, float | str]], other: dict[int, dict[str, float | str]]) -> None:
    """Hold two ways to the same bits at every size that both did."""
    for size in one.keys() & other.keys():
        figures.at_most(f"{what}, {size:,}: results that differ", float(one[size]["digest"] != other[size]["digest"]), 0, "")


def engines() -> list[str]:
    """Those on this machine."""
    there = [name for name, driver in (("postgres", "psycopg"), ("spark", "pyspark")) if find_spec(driver)]
    for name in {"postgres", "spark"} - set(there):
        print(f"{name}: not measured here (make engines puts it on a machine)")
    return there


def compare(parts: list[str], most: int) -> None:
    """The curves that were asked for."""
    figures, members = Figures("scale"), tuple(size for size in MEMBERS if size <= most)
    if "commands" in parts:
        for word, ending in (("check", "csv"), ("check", "parquet"), ("evaluate", "csv")):
            curve(f"{word}, {ending}", tuple(size for size in members if size <= 100_000 or word == "check"), lambda size, w=word, e=ending: apart("command", w, size, e))  # type: ignore[misc]
    if "members" in parts:
        curve("raw values to awards", members, lambda size: apart("deciding", size))
    if "records" in parts:
        sizes = tuple(size for size in RECORDS if size <= most)
        here = curve("DuckDB on Parquet", sizes, lambda size: apart("recording", "parquet", MEMBERS_OF_RECORDS, size))
        for engine in engines():
            same(figures, engine, here, curve(engine, sizes, lambda size, e=engine: apart("recording", e, MEMBERS_OF_RECORDS, size)))  # type: ignore[misc]
    if "draws" in parts:
        alone = curve(f"{DRAWS:,} draws, one process", members, lambda size: apart("drawing", size, 0))
        same(figures, "two processes of Dask", alone, curve(f"{DRAWS:,} draws, two processes of Dask", members, lambda size: apart("drawing", size, 2)))
    figures.end()


def main() -> None:
    """One step for a process that waits for it, or the curves."""
    words = sys.argv[1:]
    if words[:1] == ["--step"]:
        task, *given = words[1:]
        print(json.dumps(TASKS[task](*(int(word) if word.isdigit() else word for word in given))))
        return
    asked = {"--most": 1_000_000, "--minutes": PATIENCE["minutes"]}
    for option in asked.keys() & set(words):
        asked[option] = int(words.pop(words.index(option) + 1))
        words.remove(option)
    PATIENCE["minutes"] = asked["--minutes"]
    print(f"{os.cpu_count()} cores, {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') >> 30} GB, Python {sys.version.split()[0]}, {time.strftime('%Y-%m-%d')}")
    compare(words or ["commands", "members", "records", "draws"], asked["--most"])


if __name__ == "__main__":
    main()
