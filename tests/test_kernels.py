"""Notebooks that are copies of one process: each alone, each as it would be by itself, and none that outlives who asked for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.sealing import write_notebook
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate
from toolkit.ground.answers import Answers, kept
from toolkit.ground.problems import Refused
from toolkit.sealing.kernels import one_reading
from toolkit.sealing.notebooks import _executed
from toolkit.sensitivity.bounds import rank_bounds
from toolkit.sensitivity.weights import around

HOUSE = Path(__file__).parents[1] / "notebooks"
SOILS = "import os, toolkit\ntoolkit.left = left = os.environ['LEFT'] = 'left'\nos.chdir('/')\ndel toolkit.HOMES['evaluate']"
LOOKS = "import os, toolkit\n[hasattr(toolkit, 'left'), 'left' in globals(), 'LEFT' in os.environ, os.getcwd() == '/', 'evaluate' not in toolkit.HOMES]"
PROCESS = "import os\n(os.getpid(), os.getppid())"


def shown(path: Path, **places: Path) -> list[Any]:
    """What the cells of a notebook show."""
    cells = [cell.outputs for cell in _executed(path, places).cells if cell.cell_type == "code"]
    return [{kind: said for kind, said in output.get("data", {}).items() if "widget" not in kind} for outputs in cells for output in outputs]


def test_a_notebook_sees_nothing_of_another_and_runs_alone_as_well(tmp_path: Path) -> None:
    for name, cell in {"1.ipynb": SOILS, "2.ipynb": LOOKS, "3.ipynb": PROCESS}.items():
        write_notebook(tmp_path / name, cell)
    alone = shown(tmp_path / "2.ipynb")
    with one_reading():
        processes = [shown(tmp_path / name) for name in ("3.ipynb", "1.ipynb", "2.ipynb", "3.ipynb")]
    first, soiled, after, last = processes
    assert soiled == []
    assert after == alone == [{"text/plain": "[False, False, False, False, False]"}]
    (one, parent), (other, same_parent) = (json.loads(f"[{found[0]['text/plain'][1:-1]}]") for found in (first, last))
    assert one != other
    assert parent == same_parent != os.getpid()


def test_a_house_notebook_shows_the_same_to_the_letter(small_edition: Path) -> None:
    path = HOUSE / "4_ranking.ipynb"
    alone = shown(path, COMMITTEE_EDITION=small_edition)
    with one_reading() as answers:
        edition = open_edition(small_edition)
        evaluate(edition.scheme, edition.records)
        together = shown(path, COMMITTEE_EDITION=small_edition)
        assert len(answers.given) == 2
    assert len(alone) > 5
    assert together == alone


def test_a_kernel_that_dies_is_told_and_the_next_one_runs(tmp_path: Path) -> None:
    write_notebook(tmp_path / "1.ipynb", "import os; os._exit(3)")
    write_notebook(tmp_path / "2.ipynb", "1 + 1")
    with one_reading():
        with pytest.raises(Refused, match="kernel died"):
            shown(tmp_path / "1.ipynb")
        assert shown(tmp_path / "2.ipynb") == [{"text/plain": "2"}]


def test_nothing_outlives_who_asked_for_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    write_notebook(tmp_path / "1.ipynb", f"import os, time\nopen({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}} ')\ntime.sleep(600)")
    script = f"from pathlib import Path\nfrom toolkit.sealing import kernels, notebooks\nwith kernels.one_reading(): notebooks._executed(Path({str(tmp_path / '1.ipynb')!r}), {{}})"
    asker = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    until(lambda: pids.is_file() and pids.read_text().endswith(" "))
    asker.send_signal(signal.SIGKILL)
    asker.wait()
    until(lambda: not any(runs(pid) for pid in pids.read_text().split()))


def until(done: Any) -> None:
    for _ in range(600):
        if done():
            return
        time.sleep(0.1)
    pytest.fail("it never came")


def runs(pid: str) -> bool:
    stat = Path("/proc", pid, "stat")
    return stat.is_file() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_an_answer_is_kept_for_the_very_same_question_alone(small_edition: Path) -> None:
    plain = open_edition(small_edition)
    within = around(plain.scheme, 0.05)
    expected = rank_bounds(evaluate(plain.scheme, plain.records), within)
    with kept() as answers:
        edition = open_edition(small_edition)
        assert open_edition(small_edition) is edition is not plain
        evaluation = evaluate(edition.scheme, edition.records)
        assert evaluate(edition.scheme, edition.records) is evaluation
        assert evaluate(plain.scheme, plain.records) is not evaluation
        found = rank_bounds(evaluation, within)
        found["best"] = -1  # the asker's own
        pd.testing.assert_frame_equal(rank_bounds(evaluation, around(edition.scheme, 0.05)), expected)
        given = len(answers.given)
        rank_bounds(evaluation, around(edition.scheme, 0.1))
        assert len(answers.given) == given + 1
        (small_edition / "scheme.toml").write_text((small_edition / "scheme.toml").read_text("utf-8").replace("seed     = 12", "seed     = 13"), "utf-8")
        assert open_edition(small_edition).scheme.seed == 13
    assert open_edition(small_edition) is not edition


def test_what_is_asked_about_something_unknown_is_not_kept() -> None:
    answers = Answers()
    assert [answers.answer(len, pd.DataFrame({"a": [1]})) for _ in range(2)] == [1, 1]
    assert not answers.given
