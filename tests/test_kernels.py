"""Notebooks that are copies of one process: each alone, each as it would be by itself, and none that outlives who asked for it."""

from __future__ import annotations

import asyncio
import fcntl
import gc
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pandas as pd
import pytest
from jupyter_server.services.kernels.connection.channels import (
    ZMQChannelsWebsocketConnection,
)
from traitlets.utils.importstring import import_item

from tests.conftest import write_small_edition
from tests.sealing import write_notebook
from toolkit.commands import kernels as kernels_of_pages
from toolkit.commands.kernels import PageKernel, begin
from toolkit.commands.table import _write_page
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate
from toolkit.ground.answers import Answers, kept
from toolkit.ground.problems import Refused
from toolkit.ground.resources import house_folder
from toolkit.publication import copies
from toolkit.publication.copies import HeldCopy
from toolkit.publication.read_only import configuration
from toolkit.sealing import kernels
from toolkit.sealing.kernels import Copies, ToldCopy, one_reading
from toolkit.sealing.notebooks import _executed, run_again
from toolkit.sensitivity.bounds import rank_bounds
from toolkit.sensitivity.probabilities import (
    award_probabilities,
    count_together,
    rank_summary,
)
from toolkit.sensitivity.weights import around
from toolkit.sensitivity.weights.draws import WeightDraws

RANKING = Path(__file__).parents[1] / "notebooks" / "4_ranking.ipynb"
SOILS = "import os, toolkit\ntoolkit.left = left = os.environ['LEFT'] = 'left'\nos.chdir('/')\ndel toolkit.HOMES['evaluate']"
LOOKS = "import os, toolkit\n[hasattr(toolkit, 'left'), 'left' in globals(), 'LEFT' in os.environ, os.getcwd() == '/', 'evaluate' not in toolkit.HOMES]"
PROCESS = "import os\n(os.getpid(), os.getppid())"


def shown(path: Path, **places: Path) -> list[Any]:
    """What the cells of a notebook show."""
    cells = [cell.outputs for cell in _executed(path, places).cells if cell.cell_type == "code"]
    return [{kind: said for kind, said in output.get("data", {}).items() if "widget" not in kind} for outputs in cells for output in outputs]


def a_high(low: int) -> int:
    """The same end of a pipe, by a number as a process with many files open gives it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
    high = fcntl.fcntl(low, fcntl.F_DUPFD, 1100)
    os.close(low)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return high


def test_a_copy_of_a_process_with_many_files_open_is_seen_to_end() -> None:
    low, held = os.pipe()
    copy = HeldCopy(os.getpid(), a_high(low))
    assert copy.poll() is None
    os.close(held)
    assert (copy.wait(), copy.poll()) == (0, 0)
    low, held = os.pipe()
    with open(a_high(low), "rb", buffering=0) as told:
        told_copy = ToldCopy(told, os.getpid())
        assert told_copy.poll() is None
        os.write(held, b"3\n")
        os.close(held)
        assert (told_copy.wait(), told_copy.poll()) == (3, 3)


def test_what_pages_begin_with_is_read_apart_and_a_database_is_not_kept(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMITTEE_EDITION", str(small_edition))
    assert isinstance(kernels._read_apart(), Answers)
    monkeypatch.setattr("toolkit.edition.open_edition", Mock(return_value=SimpleNamespace(tables=SimpleNamespace(table={"t": SimpleNamespace(source="db")}))))
    with pytest.raises(LookupError):
        kernels._ask_what_pages_ask()
    assert kernels._read_apart() is None


def test_copies_that_are_left_end_with_the_process_they_are_copies_of(monkeypatch: pytest.MonkeyPatch) -> None:
    killed, made = list[int](), iter([41, 42, 0])
    for name in ("begin", "gc", "socket", "signal.signal"):
        monkeypatch.setattr(f"toolkit.publication.copies.{name}", Mock())
    monkeypatch.setattr("toolkit.publication.copies.one_made", lambda _: next(made))
    monkeypatch.setattr("toolkit.publication.copies.os.dup", Mock())
    monkeypatch.setattr("toolkit.publication.copies.os.killpg", lambda pid, number: killed.append(pid))
    copies.serve()
    assert killed == [41, 42]


@pytest.mark.parametrize(("ended", "number"), [("kill", signal.SIGKILL), ("terminate", signal.SIGTERM)])
def test_a_copy_is_ended_once(ended: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    low, held = os.pipe()
    with subprocess.Popen(["sleep", "30"], pass_fds=[held]) as process:
        os.close(held)
        copy = HeldCopy(process.pid, low)
        getattr(copy, ended)()
        assert (process.wait(), copy.wait()) == (-number, 0)
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("its number may be another process's by now"))
    getattr(copy, ended)()


@pytest.mark.parametrize(
    ("ends", "words"),
    [("raise ImportError('no such part')", "exit code 1; its last line: ImportError: no such part"), ("print('x' * 9000, 'harmless', file=sys.stderr); os._exit(2)", "exit code 2; its last line: x{4000,4096} harmless"), ("os._exit(3)", "exit code 3"), ("os.kill(os.getpid(), 9)", "signal 9"), ("sys.stdin.buffer.read(40)", "exit code 0")],
)
def test_a_process_of_notebooks_that_ends_says_why_and_accuses_no_notebook(ends: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kernels, "program", lambda _: [sys.executable, "-S", "-c", f"import os, sys; {ends}"])
    write_notebook(tmp_path / "1.ipynb", "1 + 1")
    with one_reading():
        for _ in range(2):  # whoever asks later is told the same
            with pytest.raises(kernels.Ended, match=words):
                list(run_again(tmp_path, tmp_path, {}))


TALKS = """import sys
read = sys.stdin.buffer.read
read(int.from_bytes(read(8)))
while size := read(8):
    read(int.from_bytes(size))
    print("x" * 9000, file=sys.stderr, flush=True)
    print(7, 0, sep="\\n", flush=True)
print("the end", file=sys.stderr)
"""


def test_of_what_notebooks_say_no_more_is_kept_than_one_of_them_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kernels, "program", lambda _: [sys.executable, "-S", "-c", TALKS])
    copies = Copies(Answers())
    for _ in range(4):
        assert copies.copy([], str(tmp_path), {}).wait() == 0
    assert copies.said is not None
    assert os.fstat(copies.said.fileno()).st_size == kernels.TAIL + 9001
    assert copies.process is not None
    copies.process.communicate()
    assert copies._last_words().en == "exit code 0; its last line: the end"
    copies.said.close()


def test_an_answer_is_kept_for_the_very_same_question_alone(small_edition: Path) -> None:
    plain = open_edition(small_edition)
    within = around(plain.scheme, 0.05)
    plain_evaluation = evaluate(plain.scheme, plain.records)
    expected = rank_bounds(plain_evaluation, within)
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
        count_together(evaluation, spec := WeightDraws(draws=600))
        given = len(answers.given)
        for ask in (award_probabilities, rank_summary):
            found = ask(evaluation, spec)
            pd.testing.assert_frame_equal(found, ask(plain_evaluation, spec))
            assert found.attrs == ask(plain_evaluation, spec).attrs
        assert len(answers.given) == given, "all were counted at once"
        (small_edition / "scheme.toml").write_text((small_edition / "scheme.toml").read_text("utf-8").replace("seed     = 12", "seed     = 13"), "utf-8")
        assert open_edition(small_edition).scheme.seed == 13
    assert open_edition(small_edition) is not edition


def test_what_is_asked_about_something_unknown_is_not_kept() -> None:
    answers = Answers()
    assert [answers.answer(len, pd.DataFrame({"a": [1]})) for _ in range(2)] == [1, 1]
    assert not answers.given


@dataclass
class Reading:
    """A seal under way: what it knows, of which edition, and what two notebooks show without it."""

    answers: Answers
    edition: Path
    looks: Path
    looked: list[Any]
    ranked: list[Any]


@pytest.fixture(scope="module", autouse=True)
def _each_its_own() -> Iterator[None]:
    """A process for one reading, as outside of tests."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("toolkit.sealing.kernels.Copies", Copies)
        yield


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """One process for all, as it is for one seal: it takes long to start."""
    folder = tmp_path_factory.mktemp("reading")
    write_notebook(folder / "looks.ipynb", LOOKS)
    place = write_small_edition(folder / "small")
    alone = shown(folder / "looks.ipynb"), shown(RANKING, COMMITTEE_EDITION=place)
    with one_reading() as answers:
        edition = open_edition(place)
        evaluate(edition.scheme, edition.records)
        yield Reading(answers, place, folder / "looks.ipynb", *alone)


def test_a_notebook_sees_nothing_of_another_and_runs_alone_as_well(reading: Reading, tmp_path: Path) -> None:
    for name, cell in {"soils.ipynb": SOILS, "process.ipynb": PROCESS}.items():
        write_notebook(tmp_path / name, cell)
    first, soiled, after, last = (shown(path) for path in (tmp_path / "process.ipynb", tmp_path / "soils.ipynb", reading.looks, tmp_path / "process.ipynb"))
    assert soiled == []
    assert after == reading.looked == [{"text/plain": "[False, False, False, False, False]"}]
    (one, parent), (other, same_parent) = (json.loads(f"[{found[0]['text/plain'][1:-1]}]") for found in (first, last))
    assert one != other
    assert parent == same_parent != os.getpid()


def test_a_house_notebook_shows_the_same_to_the_letter(reading: Reading) -> None:
    together = shown(RANKING, COMMITTEE_EDITION=reading.edition)
    assert len(reading.answers.given) == 4  # the files of two tables, the edition, its evaluation
    assert len(reading.ranked) > 5
    assert together == reading.ranked


def test_a_kernel_that_dies_is_told_and_the_next_one_runs(reading: Reading, tmp_path: Path) -> None:
    write_notebook(tmp_path / "1.ipynb", "import os; os._exit(3)")
    write_notebook(tmp_path / "2.ipynb", "1 + 1")
    with pytest.raises(Refused, match="kernel died"):
        shown(tmp_path / "1.ipynb")
    assert shown(tmp_path / "2.ipynb") == [{"text/plain": "2"}]


async def _told(kernel: PageKernel, expression: str) -> str:
    """What a kernel answers."""
    client = kernel.client()
    client.start_channels()
    await client.wait_for_ready(timeout=120)
    reply = await client.execute("", user_expressions={"told": expression}, reply=True, timeout=120)
    client.stop_channels()
    return str(reply["content"]["user_expressions"]["told"]["data"]["text/plain"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_kernels_of_pages_know_the_edition_as_it_stands_and_are_programs_where_the_original_is_gone(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.commands.kernels.ORIGINALS", [])
    monkeypatch.setenv("COMMITTEE_EDITION", str(small_edition))
    begin()
    original = kernels_of_pages.ORIGINALS[0]
    asked = "__import__('os').getppid(), bool(__import__('toolkit.ground.answers').ground.answers.KEPT.get().given), __import__('toolkit.edition').edition.open_edition().scheme.seed"

    async def seen() -> None:
        kernels = [PageKernel() for _ in range(3)]
        for kernel in kernels[:2]:
            await kernel.start_kernel()
        assert [await _told(kernel, asked) for kernel in kernels[:2]] == [f"({original.process.pid}, True, 12)"] * 2
        (small_edition / "scheme.toml").write_text((small_edition / "scheme.toml").read_text("utf-8").replace("seed     = 12", "seed     = 13"), "utf-8")
        assert (await _told(kernels[0], asked)).endswith(", 13)")
        await kernels[0].shutdown_kernel()
        assert not await kernels[0].is_alive()
        assert await kernels[1].is_alive()
        original.end()
        await kernels[2].start_kernel()
        assert await _told(kernels[2], "__import__('os').getppid()") == str(os.getpid())
        for kernel in kernels[1:]:
            await kernel.shutdown_kernel(now=True)

    asyncio.run(seen())


def test_no_message_to_the_table_to_a_notebook_or_to_a_reader_waits_till_the_one_before_is_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_page(tmp_path, 0, "zh", "")
    table, notebooks = (json.loads(path.read_text("utf-8")) for path in (tmp_path / "voila.json", house_folder("templates/lab") / "jupyter_server_config.json"))
    site = configuration({"folder": str(tmp_path), "host": "127.0.0.1", "port": 0, "path": "/", "most_viewers": 1})
    done = list[object]()
    for settings in (table["Voila"], notebooks["ServerApp"], site["Voila"]):
        connection = import_item(settings["kernel_websocket_connection_class"])
        monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda _: done.append("joined"))
        page = connection.__new__(connection)
        page._trait_values["websocket_handler"] = SimpleNamespace(set_nodelay=done.append)
        page.connect()
    assert done == [True, "joined"] * 3


def test_nothing_outlives_who_asked_for_it(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    write_notebook(tmp_path / "1.ipynb", f"import os, time\nopen({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{os.getppid()}} ')\ntime.sleep(600)")
    script = f"from pathlib import Path\nfrom toolkit.sealing import kernels, notebooks\nwith kernels.one_reading(): notebooks._executed(Path({str(tmp_path / '1.ipynb')!r}), {{}})"
    asker = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    until(lambda: pids.is_file() and pids.read_text().endswith(" "))
    asker.send_signal(signal.SIGKILL)
    asker.wait()
    until(lambda: not any(runs(pid) for pid in pids.read_text().split()))


@pytest.mark.parametrize("frozen", [0, 9])
def test_what_somebody_else_froze_stays_frozen(frozen: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()
    monkeypatch.setattr(gc, "get_freeze_count", lambda: frozen)
    for name in ("freeze", "unfreeze"):
        monkeypatch.setattr(gc, name, lambda name=name: asked.append(name))
    with kernels._rarely_collected():
        assert gc.get_threshold() == kernels.RARELY
    assert asked == ["freeze", "unfreeze"][: 1 if frozen else 2]


def until(done: Any) -> None:
    for _ in range(600):
        if done():
            return
        time.sleep(0.1)
    pytest.fail("it never came")


def runs(pid: str) -> bool:
    try:
        return Path("/proc", pid, "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # one that ends between the opening and the reading has ended
        return False
