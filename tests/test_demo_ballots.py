"""The demo's ballots: made again byte for byte, and each case put there on purpose is told."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

from toolkit.ballots import group_weights, load_ballots
from toolkit.ground.resources import house_folder
from toolkit.scheme import load_scheme

DEMO = house_folder("data/demo")


def test_made_again_alike(tmp_path: Path) -> None:
    script = "from pathlib import Path; import sys; from invent.ballots import write_ballots; from make import _stream; write_ballots(Path(sys.argv[1]), _stream(14))"
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True, cwd=DEMO)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in (DEMO / "ballots").iterdir()}


def test_each_case_is_told() -> None:
    scheme = load_scheme(DEMO / "scheme.toml").with_(weighting={"deadline": dt.date(2019, 1, 15)})
    found = load_ballots(DEMO, scheme)
    assert {one.expert: one.state for one in found.set_aside} == {"E06": "withdrawn", "E07": "late"}
    assert [(p.file, p.column) for p in found.problems if "CR" in p.rule.en] == [("ballots/E04.toml", "weights.learning")]
    total = group_weights(found).groups["total"]
    assert total.experts[int(total.far.moved.argmax())] == "E05"
