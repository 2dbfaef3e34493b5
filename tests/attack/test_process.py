"""The process behind a page: it runs no program out of a bag, says at once where it is, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest

from tests.attack.visitor import LIVE, answer, opened
from tests.processes import free_port, left_of, page_process
from tests.sealed_page import passes, write_bag
from toolkit.ground.problems import Refused
from toolkit.publication import server

SERVE = """
import sys
from pathlib import Path
from tests.sealed_page import passes
from toolkit.publication.server import serve
serve([Path(sys.argv[1])], port=int(sys.argv[2]), language="en", verify=passes)
"""
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise on Windows")


@contextmanager
def serving(bag: Path, said: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A page served from a command line whose output goes to the file `said`."""
    port = free_port()
    command = [sys.executable, "-c", SERVE, str(bag), str(port)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with said.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        yield process, f"http://127.0.0.1:{port}/"
    finally:
        process.kill()
        process.wait()


def within(seconds: float, told: Path, words: str) -> bool:
    end = time.monotonic() + seconds
    while words not in told.read_text("utf-8") and time.monotonic() < end:
        time.sleep(0.1)
    return words in told.read_text("utf-8")


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a bag whose notebook would write a file, and the file."""
    folder = tmp_path_factory.mktemp("forged")
    bag, proof = write_bag(folder / "bag"), folder / "owned"
    page = bag / "data/pages/results.ipynb"
    notebook = json.loads(page.read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = f"open({str(proof)!r}, 'w').close()" if cell["cell_type"] == "code" else ""
    page.write_text(json.dumps(notebook), "utf-8")
    with server.served([bag], port := free_port(), verify=passes):
        yield f"http://127.0.0.1:{port}/", proof


def test_the_notebook_of_a_bag_is_never_run(forged: tuple[str, Path]) -> None:
    address, proof = forged
    status, body, _ = answer(address, LIVE)
    assert not proof.exists()
    assert (status, "vnd.voila.cell-output" in body) == (200, True)


def test_a_page_knows_where_it_is_and_nothing_of_the_bag(forged: tuple[str, Path]) -> None:
    address, proof = forged
    assert str(proof.parent) not in page_process(address).cmdline()[-1]


def test_a_bag_without_a_page_of_its_own_is_served_all_the_same(tmp_path: Path) -> None:
    bag = write_bag(tmp_path)
    (bag / "data/pages/results.ipynb").unlink()
    with server.served([bag], port := free_port(), verify=passes):
        assert answer(f"http://127.0.0.1:{port}/", "still")[0] == 200


@pytest.mark.parametrize("notice", ['["unnamed"]', '{"unnamed": 0}', '{"unnamed": 0, "title": 5, "awards": [1]}', "no JSON"])
def test_an_extract_that_cannot_be_shown_is_refused_in_words(tmp_path: Path, notice: str) -> None:
    bag = write_bag(tmp_path)
    (bag / "data/public/notice.json").write_text(notice, "utf-8")
    with pytest.raises(Refused, match=r"cannot be shown|damaged"), server.served([bag], free_port(), verify=passes):
        pass


@posix
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_the_address_is_in_a_file_at_once_and_a_signal_ends_everything(tmp_path: Path, sign: signal.Signals) -> None:
    """One page is open, and four are being opened."""
    said = tmp_path / "said.txt"
    with serving(write_bag(tmp_path / "bag"), said) as (process, address), ExitStack() as visitors:
        assert within(40, said, address)
        opened(address)
        for _ in range(4):
            visitor = visitors.enter_context(socket.create_connection(("127.0.0.1", urlsplit(address).port or 0)))
            visitor.sendall(b"GET /live HTTP/1.1\r\nHost: page\r\n\r\n")
        time.sleep(0.7)
        started = psutil.Process(process.pid).children(recursive=True)
        folder = Path(started[0].cwd()).parent
        assert len(started) >= 2
        process.send_signal(sign)
        assert process.wait(timeout=60) == 0
    assert not left_of(started)
    assert not folder.exists()
    assert "Traceback" not in said.read_text("utf-8")


@posix
def test_a_page_that_stops_by_itself_is_told(tmp_path: Path) -> None:
    said = tmp_path / "said.txt"
    with serving(write_bag(tmp_path / "bag"), said) as (process, address):
        assert within(40, said, address)
        opened(address)
        below = psutil.Process(process.pid).children(recursive=True)
        for page in psutil.Process(process.pid).children():
            os.kill(page.pid, signal.SIGKILL)
        assert process.wait(timeout=60) == 1
    assert not left_of(below)
    assert "stopped by itself" in said.read_text("utf-8")


@pytest.mark.parametrize(("code", "told"), [("input()", "may be busy"), ("", "installation is complete")])
def test_a_page_that_is_slow_and_one_that_ended_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, told: str) -> None:
    monkeypatch.setattr(server, "PATIENCE", 0.1 if code else 60.0)
    (page := server.Served(tmp_path, "", f"http://127.0.0.1:{free_port()}/", subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE), tmp_path)).log.touch()
    with page.process, pytest.raises(Refused, match=told):
        server.await_page(page)


def test_the_page_is_served_on_the_other_loopback_too(tmp_path: Path) -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server.served([write_bag(tmp_path)], port := free_port(), "::1", verify=passes) as (page,):
        assert page.address == f"http://[::1]:{port}/"
        assert answer(page.address, "still")[0] == 200
        assert opened(page.address)


def test_it_starts_without_a_grammar_that_nothing_here_asks_for() -> None:
    """`rfc3987_syntax` builds it with lark, for more than a second, in whatever process has notebooks or Voilà."""
    code = "import sys, toolkit.publication.read_only; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
