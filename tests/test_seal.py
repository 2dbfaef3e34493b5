"""Seals: whole or not at all, from a frozen copy, once for each revision."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import Mock

import pandas as pd
import pytest

from tests.sealing import IMPORTS, files, named, sealed, verified, write_notebook
from toolkit.comparison.records import evaluated_at
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate, rescored
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.writing import only_one
from toolkit.indicators import measure_indicators
from toolkit.scheme import load_scheme
from toolkit.scheme.writing import write_scheme
from toolkit.sealing import seals as seal
from toolkit.sealing.bag import read_bag_info
from toolkit.sealing.parts import OPEN_FILES
from toolkit.sealing.seals import SEALING


def test_a_seal_is_quiet(whole: Path) -> None:
    assert verified(whole) == Problems()
    assert verified(whole, replay=True) == Problems()


VERIFIED = """
import sys
from pathlib import Path
from toolkit.sealing.verification import verify_bag
bag, house = map(Path, sys.argv[1:])
assert not verify_bag(bag, notebooks=house, pages=house / "pages")
print(*sys.modules)
"""
NEEDLESS = (
    "ibis", "matplotlib", "nbclient", "nbformat", "openpyxl", "pandas", "pyarrow", "scipy", "sqlglot", "xlsxwriter", "toolkit.edition",
    *(f"toolkit.{room}" for room in ("comparison", "diagnostics", "evaluation", "examination", "indicators", "interactive", "sensitivity")),
)  # fmt: skip


def test_to_verify_loads_nothing_that_reads_records_or_evaluates(whole: Path, house: Path) -> None:
    done = subprocess.run([sys.executable, "-c", VERIFIED, str(whole), str(house)], capture_output=True, text=True, check=True)
    assert {*NEEDLESS} & {*done.stdout.split()} == set()


def test_what_is_in_it(whole: Path) -> None:
    names = {path.relative_to(whole / "data").as_posix() for path in files(whole / "data")}
    results = {
        f"results/{name}"
        for name in ("indicators.csv", "values.csv", "scores.csv", "ranking.csv", "awards.csv", "problems.csv")
    }
    edition = {
        "edition/scheme.toml",
        "edition/tables.toml",
        "edition/records/会员名册.csv",
        "edition/records/签到2018.xlsx",
    }
    others = {
        "results/evaluation.xlsx",
        "notebooks/1_data.ipynb",
        "pages/results.ipynb",
        "public/notice.json",
        "public/awards.csv",
        "meeting/one_page.html",
        "meeting/robustness.xlsx",
        "environment.txt",
        "cards.jsonl",
        "README.md",
        "ro-crate-metadata.json",
        *(f"open/{name}" for name in OPEN_FILES - {"conditions.csv", "previous.csv", "rulings.csv"}),
    }
    assert names == results | edition | others
    info = read_bag_info(whole)
    assert info["External-Identifier"] == "small-2018"
    assert info["Bagging-Date"] == "2019-03-01"
    assert "不得公开" in info["Internal-Sender-Description"]


def test_notebooks_are_run_on_the_frozen_copy(whole: Path) -> None:
    notebook = json.loads((whole / "data" / "notebooks" / "1_data.ipynb").read_text("utf-8"))
    assert notebook["cells"][1]["outputs"][0]["data"]["text/plain"] == ["13"]


def test_a_sealed_scheme_holds_what_its_values_were_compared_with(small_edition: Path, house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = Mock(side_effect=measure_indicators)
    monkeypatch.setattr("toolkit.evaluation.measure_indicators", measured)
    path = small_edition / "scheme.toml"
    decided = load_scheme(path).with_({"indicator[hours].value": {"shape": "min_max"}})
    write_scheme(decided, path)
    written = path.read_text("utf-8")
    bag = sealed(small_edition, house) / "data"
    assert measured.call_count == 2  # the edition, and its copy to prove the seal
    assert (bag / "edition" / "scheme.decided.toml").read_text("utf-8") == written
    held = load_scheme(bag / "edition" / "scheme.toml")
    assert decided.indicators[0].value.model_dump()["found"] is None
    assert held.indicators[0].value.model_dump()["found"] is not None
    edition = open_edition(bag / "edition")
    again, before = (evaluate(scheme, edition.records) for scheme in (held, decided))
    pd.testing.assert_frame_equal(again.scores, before.scores, check_exact=True)
    assert verified(bag.parent, replay=True) == Problems()


def test_its_files_are_read_only(whole: Path) -> None:
    assert not any(path.stat().st_mode & 0o222 for path in files(whole))


def test_a_revision_is_sealed_once(small_edition: Path, house: Path) -> None:
    bag = sealed(small_edition, house)
    before = {path: path.read_bytes() for path in files(bag)}
    with pytest.raises(Refused, match="does not change"):
        sealed(small_edition, house)
    assert {path: path.read_bytes() for path in files(bag)} == before
    with pytest.raises(Refused, match="such as r2"):
        sealed(small_edition, house, "R1")
    assert sealed(small_edition, house, "r2", revises="r1", because="x").name == "r2"
    with pytest.raises(Refused, match="such as r3"):
        sealed(small_edition, house, "r2", revises="r1", because="x")


@pytest.mark.parametrize("revision", ["", ".", "..", "a/b", "../r1", ".r1", "一", "r1\n"])
def test_a_revision_has_a_plain_name(small_edition: Path, house: Path, revision: str) -> None:
    with pytest.raises(Refused, match="revision"):
        sealed(small_edition, house, revision)
    assert not (small_edition / "sealed").exists()


def nothing_is_left(edition: Path) -> bool:
    return [path.name for path in (edition / "sealed").iterdir()] == [".lock"]


def test_a_failing_notebook_is_named_with_its_cell(small_edition: Path, house: Path) -> None:
    write_notebook(house / "2_weights.ipynb", "x = 1", "x / 0", "x")
    with pytest.raises(Refused) as refused:
        sealed(small_edition, house)
    assert (
        refused.value.problems.text("en")
        .splitlines()[1]
        .startswith("  code cell 2 fails: ZeroDivisionError: division")
    )
    assert named(refused.value.problems) == {"2_weights.ipynb"}
    assert nothing_is_left(small_edition)


@pytest.mark.parametrize("cell", ["os.environ['COMMITTEE_EDITION']", "str(Path.home() / 'x')", "os.getcwd()"])
def test_a_notebook_that_shows_a_path_is_refused(small_edition: Path, house: Path, cell: str) -> None:
    write_notebook(house / "2_weights.ipynb", IMPORTS, cell)
    with pytest.raises(Refused, match="path of this machine"):
        sealed(small_edition, house)
    assert nothing_is_left(small_edition)


def test_a_member_called_like_a_path_of_this_machine_stops_no_seal(small_edition: Path, house: Path) -> None:
    members, name = small_edition / "records" / "会员名册.csv", f"{tempfile.gettempdir()}/<甲>代理公司"
    other = str(Path.home() / "乙代理公司")
    members.write_text(members.read_text("utf-8-sig").replace("甲招标代理公司", name).replace("乙招标代理公司", other), "utf-8")
    cell = "(Path(os.environ['COMMITTEE_EDITION']) / 'records' / '会员名册.csv').read_text('utf-8')"
    write_notebook(house / "2_weights.ipynb", f"{IMPORTS}\nfrom html import escape", cell, f"escape({cell})")
    assert sealed(small_edition, house).is_dir()


def test_a_full_disk_stops_a_seal_in_words(small_edition: Path, house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(seal, "write_bag", full)
    with pytest.raises(Refused, match="the disk is full"):
        sealed(small_edition, house)
    assert nothing_is_left(small_edition)


def test_a_notebook_that_writes_into_the_edition_is_refused(small_edition: Path, house: Path) -> None:
    write_notebook(house / "2_weights.ipynb", IMPORTS, "Path(os.environ['COMMITTEE_EDITION'], 'a').touch()")
    with pytest.raises(Refused, match="changed the edition"):
        sealed(small_edition, house)


def test_records_outside_the_edition_are_refused(small_edition: Path, house: Path) -> None:
    tables = small_edition / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace("records/会员名册.csv", "../会员名册.csv"), "utf-8")
    shutil.copy(small_edition / "records" / "会员名册.csv", small_edition.parent)
    with pytest.raises(Refused, match="outside the edition"):
        sealed(small_edition, house)


def test_faulty_records_leave_no_bag(small_edition: Path, house: Path) -> None:
    members = small_edition / "records" / "会员名册.csv"
    members.write_text(members.read_text("utf-8").replace("7.5", "七"), "utf-8")
    with pytest.raises(Refused):
        sealed(small_edition, house)
    assert nothing_is_left(small_edition)


@pytest.mark.parametrize("step", ["write_results", "run_notebooks", "write_bag", "_settle"])
def test_a_seal_broken_off_at_any_step_leaves_no_bag(
    small_edition: Path, house: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(seal, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sealed(small_edition, house)
    assert nothing_is_left(small_edition)
    assert verified(sealed(small_edition, house)) == Problems()


KILLED = """
import sys, datetime
from pathlib import Path
from toolkit.sealing import seals
seals.write_meeting_papers = lambda *_: None
edition, house = map(Path, sys.argv[1:])
seals.seal_edition(edition, "r1", notebooks=house, pages=house / "pages", progress=lambda told: print(told, flush=True))
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_a_killed_seal_leaves_no_bag_and_the_next_clears_up(small_edition: Path, house: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(small_edition), str(house)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "1_data.ipynb"
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
    left = [path.name for path in (small_edition / "sealed").iterdir()]
    assert "r1" not in left
    assert any("unfinished" in name for name in left)
    bag = sealed(small_edition, house)
    assert sorted(path.name for path in bag.parent.iterdir()) == [".lock", "r1"]


@pytest.mark.parametrize("name", ["scheme.toml", "tables.toml", "records/会员名册.csv"])
def test_a_file_that_is_no_longer_what_was_read_is_not_sealed(small_edition: Path, house: Path, name: str) -> None:
    edition, evaluation, _ = evaluated_at(small_edition)
    with (small_edition / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(Refused, match="no longer what was read") as refused:
        sealed(small_edition, house, evaluated=(edition, evaluation))
    assert named(refused.value.problems) == {name}
    assert nothing_is_left(small_edition)


def test_a_copy_that_gives_another_list_is_not_sealed(small_edition: Path, house: Path) -> None:
    edition, evaluation, _ = evaluated_at(small_edition)
    other = rescored(evaluation, edition.scheme.with_({"award[advanced].quota.share": 0.2}))
    assert not other.ranking["award"].equals(evaluation.ranking["award"])
    with pytest.raises(Refused, match="another list"):
        sealed(small_edition, house, evaluated=(edition, other))
    assert nothing_is_left(small_edition)


def test_two_seals_at_a_time_are_refused(small_edition: Path, house: Path) -> None:
    (small_edition / "sealed").mkdir()
    with only_one(small_edition / "sealed" / ".lock", SEALING), pytest.raises(Refused, match="under way"):
        sealed(small_edition, house)


@pytest.mark.parametrize("stays", [False, True])
def test_open_ties_refuse_a_seal_unless_the_scheme_says_they_may_stay(small_edition: Path, house: Path, *, stays: bool) -> None:
    rules = small_edition / "scheme.toml"
    written = rules.read_text("utf-8").replace('ties     = ["conduct_group", "joint"]', 'ties = ["committee"]' + '\nopen_ties = "may_stay"' * stays)
    rules.write_text(written.replace('label = "优秀会员"', 'label = "优秀会员"\nby = "pledge"'), "utf-8")
    edition = open_edition(small_edition)
    ties = evaluate(edition.scheme, edition.records).ties
    assert ties
    if stays:
        assert (sealed(small_edition, house) / "data").is_dir()
        return
    with pytest.raises(Refused, match='open_ties = "may_stay"') as refused:
        sealed(small_edition, house)
    assert len(refused.value.problems) == len(ties)
    assert "待委员会决定" in refused.value.problems.text("zh")
    assert nothing_is_left(small_edition)


def test_a_notebook_that_is_refused_says_why_in_the_readers_language(small_edition: Path, house: Path) -> None:
    refusing = "from toolkit.ground.problems import refuse\nfrom toolkit.ground.text import Phrase"
    write_notebook(house / "1_data.ipynb", refusing, 'raise refuse(Phrase("方案没有信用等级", "the scheme grades nobody"), Phrase("请写明", "write it"))')
    with pytest.raises(Refused) as refused:
        sealed(small_edition, house)
    assert "第 2 个代码单元运行失败：方案没有信用等级；请写明" in refused.value.problems.text("zh")
    assert "code cell 2 fails: the scheme grades nobody; write it" in refused.value.problems.text("en")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_while_a_notebook_runs_breaks_off_and_leaves_nothing(small_edition: Path, house: Path) -> None:
    write_notebook(house / "1_data.ipynb", "import os, signal, time", f"os.kill({os.getpid()}, signal.SIGINT)\ntime.sleep(60)")
    with pytest.raises(KeyboardInterrupt):
        sealed(small_edition, house)
    assert nothing_is_left(small_edition)
