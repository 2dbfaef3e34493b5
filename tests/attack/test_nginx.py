"""The site behind a real nginx, as `serve --nginx` writes its configuration: under a path, unprivileged, before two processes."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
import websocket

from tests.attack.visitor import LIVE, PROTOCOL, answer, connect, frame, opened, replies
from tests.processes import free_port
from tests.sealed_page import passes, write_bag
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase
from toolkit.publication.answers import HEADERS
from toolkit.publication.extract import read_extract
from toolkit.publication.server import Served, Settings, renew, served, write_nginx
from toolkit.publication.site import PAUSE, Period, notice_page

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None or os.name == "nt", reason="needs nginx: install the package nginx-light")
PATH = "/gong.shi/2018/"
LOCKED = "0123456789abcdef" * 2 + ".bin"


@dataclass(frozen=True)
class Front:
    """nginx at an address, and the pages behind it."""

    address: str
    pages: list[Served]
    settings: Settings


def a_site(bag: Path, place: Path) -> Period:
    """The notice, and a page and a file that nobody asks for while the pages are up."""
    extract = read_extract(bag / "data" / "public")
    period = Period(None, 7)
    (place / "index.html").write_text(notice_page(extract, period, ("index.html",), live=True), "utf-8")
    (place / "records.html").write_text("<!DOCTYPE html><p>诚信记录", "utf-8")
    (place / "open" / "data").mkdir(parents=True)
    (place / "open" / "data" / "members.csv").write_text("会员\n", "utf-8")
    (place / "locked").mkdir()
    (place / "locked" / LOCKED).write_bytes(b"\x00 card")
    return period


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    bag, ports = write_bag(tmp_path_factory.mktemp("bag")), [free_port(), free_port()]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = Settings(most_viewers=3, path=PATH, site=a_site, kept=folder / "site")
        pages = [stack.enter_context(served([bag], port, settings=settings, verify=passes))[0] for port in ports]
        command = write_nginx(folder, port := free_port(), ports, PATH)
        written = folder / "nginx.conf"
        written.write_text(written.read_text("utf-8").replace("proxy_cache_valid 200 1m", "proxy_cache_valid 200 1s"), "utf-8")
        apart = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        if apart:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, "nobody")
        process = stack.enter_context(subprocess.Popen([str(NGINX), *command[1:]], stderr=subprocess.PIPE, **apart))  # type: ignore[call-overload,unused-ignore]
        try:
            until_open(port, process)
            yield Front(f"http://127.0.0.1:{port}{PATH}", pages, settings)
        finally:
            process.terminate()


def until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    process.kill()
    raise AssertionError(process.stderr and process.stderr.read().decode())


def raw(front: Front, request: bytes) -> bytes:
    """All that is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", urlsplit(front.address).port or 0), timeout=10) as connection:
        connection.sendall(request)
        answered = b""
        with contextlib.suppress(OSError):  # a refused body is cut off
            while more := connection.recv(65536):
                answered += more
        return answered


def test_the_site_stands_under_the_path_with_every_header_and_is_kept(front: Front) -> None:
    _, body, headers = answer(front.address, "")
    assert "广州市粤达采购中心" in body
    assert headers["Server"] == "nginx"
    assert {name for name in HEADERS if name not in headers} == set()
    assert answer(front.address, "index.html")[1] == body
    assert answer(front.address, "?template=nope")[1] == body
    bare = raw(front, f"GET {PATH[:-1]} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
    assert b"308" in bare.splitlines()[0]
    assert f"Location: {PATH}\r\n".encode() in bare, "no address of a visitor's making"
    for page in (LIVE, "still"):
        stroke = raw(front, f"GET {PATH}{page}/?x=//evil.example HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
        assert (b"301" in stroke.splitlines()[0], f"Location: ../{page}\r\n".encode() in stroke) == (True, True), stroke


@pytest.mark.parametrize("path", ["../", "..", "api/kernels", "api/contents", "x.html/", "voila/render/results.ipynb", "voila/static/..%2f..%2fapp.py", "open/data/../../index.html/", "log.txt", "nginx.conf", "tmp/cache"])
def test_what_is_not_named_is_not_found(front: Front, path: str) -> None:
    assert answer(front.address, path)[0] in {400, 404}


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "", 403), ("DELETE", LIVE, 403), ("PUT", "index.html", 403), ("GET", "voila/api/shutdown/5f7a6c1e-0d5b-4a53-9d0c-3f1a52c7e9b4", 403)])
def test_nothing_is_written(front: Front, method: str, path: str, status: int) -> None:
    assert answer(front.address, path, method)[0] == status


@pytest.mark.parametrize("smuggled", [
    b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"Content-Length: -1\r\n\r\n", b"Content-Length: 99999\r\n\r\n",
])  # fmt: skip
def test_a_request_within_a_request_is_none(front: Front, smuggled: bytes) -> None:
    answered = raw(front, f"POST {PATH}{LIVE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode() + smuggled)
    assert re.findall(rb"HTTP/1.1 (\d+)", answered)[0] in {b"400", b"403", b"413", b"501"}
    assert len(re.findall(rb"^HTTP/1.1 ", answered, re.MULTILINE)) == 1


def test_a_kernel_answers_its_own_page_by_way_of_one_process(front: Front) -> None:
    for _ in range(3):
        kernel = opened(front.address)
        with connect(front.address, kernel) as channel:
            channel.send_binary(frame("kernel_info_request", {}))
            assert "kernel_info_reply" in replies(channel, "kernel_info_reply")
        answer(front.address, f"voila/api/shutdown/{kernel}", "POST")


@pytest.mark.parametrize("protocol", ["", PROTOCOL.upper(), f"{PROTOCOL}x", f"x, {PROTOCOL}"])
def test_another_protocol_does_not_pass(front: Front, protocol: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException, match="400"), connect(front.address, str(uuid.uuid4()), protocol):
        pass


def test_when_all_places_are_taken_or_every_page_is_down_the_list_is_read_all_the_same(front: Front) -> None:
    assert "广州市粤达采购中心" in answer(front.address, "still")[1]
    taken = [opened(front.address) for _ in range(3)]
    status, body, _ = answer(front.address, LIVE)
    assert (status, "广州市粤达采购中心" in body) == (503, True)
    refused = ["Retry-After" not in answer(front.address, LIVE)[2] for _ in range(25)]
    assert set(refused) == {False, True}, "who opens page after page is kept from it before any process is asked"
    for kernel in taken:
        answer(front.address, f"voila/api/shutdown/{kernel}", "POST")
    for page in front.pages:
        page.process.kill()
        page.process.wait()
    for path in ("", "index.html", "still", LIVE):
        status, body, headers = answer(front.address, path)
        assert "广州市粤达采购中心" in body, path
        assert path == LIVE or status == 200
        assert {name for name in HEADERS if name not in headers} == set()
    for path, type_, said in (("records.html", "text/html", "诚信记录"), ("open/data/members.csv", "text/csv", "会员")):
        status, body, headers = answer(front.address, path)
        assert (status, headers["Content-Type"], said in body) == (200, f"{type_}; charset=utf-8", True)
    status, body, headers = answer(front.address, f"locked/{LOCKED}")
    assert (status, headers["Content-Type"].partition(";")[0], "card" in body) == (200, "application/octet-stream", True)
    for path in ("pledges.html", "locked/", f"locked/{LOCKED[1:]}", f"locked/{LOCKED.upper()}", "../nginx.conf", "site/index.html", "still.html/", "log.txt"):
        assert answer(front.address, path)[0] in {400, 404}, path
    with pytest.raises(websocket.WebSocketBadStatusException), connect(front.address, str(uuid.uuid4())):
        pass


def test_a_site_that_is_not_to_be_shown_is_not_shown_when_every_page_is_down_either(front: Front) -> None:
    def refused(bag: Path, _: Path) -> NoReturn:
        raise refuse(Phrase("某甲公司撤回了同意", "A has taken back"), Phrase("请另封一版", "seal another"), file=bag.name)

    renew(front.pages, replace(front.settings, site=refused), "zh", lambda _: None)
    end = time.monotonic() + 20
    for path in ("", "index.html", "still", LIVE, "records.html", "open/data/members.csv", f"locked/{LOCKED}"):
        while PAUSE.zh not in (body := answer(front.address, path)[1]) and time.monotonic() < end:  # what nginx keeps it keeps for a second here, else a minute
            time.sleep(0.2)
        assert PAUSE.zh in body, path
        assert "广州市粤达采购中心" not in body
