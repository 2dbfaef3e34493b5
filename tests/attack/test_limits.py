"""What one visitor can use up: memory, kernels, connections and the patience of everybody else."""

from __future__ import annotations

import contextlib
import os
import re
import socket as tcp
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest
import websocket
from tornado.httpserver import HTTPServer

from tests.attack.visitor import (
    LIVE,
    PROTOCOL,
    answer,
    connect,
    frame,
    framed,
    header_of,
    hung_up,
    opened,
    received,
    replies,
)
from tests.processes import left_of, page_process
from tests.sealed_page import HOSTILE, MEMBERS, SECRET, served_page
from toolkit.publication import read_only
from toolkit.publication.answers import HEADERS
from toolkit.publication.frames import CONTROL
from toolkit.publication.read_only import PageSocket

MEGABYTE = 1024 * 1024
FULL = 5


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_page(tmp_path_factory.mktemp("bag"), FULL, join=2, rejoin=1, request=1) as address:
        yield address


@pytest.fixture
def kernel(address: str) -> Iterator[str]:
    kernel = opened(address)
    yield kernel
    answer(address, f"voila/api/shutdown/{kernel}", "POST")


def kernels(address: str) -> int:
    """How many run: copies of one process, where that can be."""
    below = page_process(address).children()
    return sum(len(one.children()) for one in below) if hasattr(os, "fork") else len(below)


def memory(address: str) -> float:
    """Megabytes the server and its kernels hold."""
    whole = page_process(address)
    return sum(map(resident, [whole, *whole.children(recursive=True)])) / MEGABYTE


def resident(process: psutil.Process) -> float:
    """Bytes; none of one that has just ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return float(process.memory_info().rss)
    return 0


SHORT = 15
"""Seconds within which what `address` was told to wait for is over: fewer than a server waits that is told nothing."""


def eventually(holds: Callable[[], bool], within: float = 30) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return holds()


def asked(address: str, head: str, *, then: bytes = b"") -> tuple[tcp.socket, bytes]:
    """A request written by hand, left open; and what is said to it."""
    connection = tcp.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=10)
    with contextlib.suppress(OSError):
        connection.sendall(head.encode() + b"\r\nHost: page\r\n\r\n" + then)
        return connection, connection.recv(100)
    return connection, b""


def test_a_flood_of_connections_is_cut_off_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[str] = []
    closed: list[str] = []
    monkeypatch.setattr(HTTPServer, "handle_stream", lambda _, stream, address: inside.append(address[0]))
    monkeypatch.setattr(HTTPServer, "on_close", lambda *_: None)
    monkeypatch.setattr(read_only, "MOST_CONNECTIONS", 250)
    door = read_only.Door(lambda _: None)

    def comes(peer: str) -> None:
        door.handle_stream(SimpleNamespace(close=lambda: closed.append(peer)), (peer, 1))

    for _ in range(150):
        comes("203.0.113.9")
    assert (len(inside), len(closed)) == (100, 50)
    for _ in range(120):
        comes("127.0.0.1")  # a web server, for many
    for number in range(40):
        comes(f"198.51.100.{number}")
    assert (len(inside), len(closed)) == (250, 60)
    door.on_close(SimpleNamespace(context=SimpleNamespace(address=("203.0.113.9", 1))))
    comes("203.0.113.9")
    assert (len(inside), len(closed)) == (251, 60)


def said_to(address: str, request: bytes) -> bytes:
    """All that is answered to these bytes until the server hangs up."""
    with tcp.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=20) as connection:
        connection.sendall(request)
        said = b""
        with contextlib.suppress(OSError):
            while more := connection.recv(65536):
                said += more
        return said


@pytest.mark.parametrize("smuggled", [
    b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n", b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\nHost: x\r\n\r\n",
    b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"Content-Length: -1\r\n\r\n", b"Content-Length: +2\r\n\r\nab", b"Content-Length : 2\r\n\r\nab",
])  # fmt: skip
def test_a_request_within_a_request_is_none(address: str, smuggled: bytes) -> None:
    said = said_to(address, b"POST /index.html HTTP/1.1\r\nHost: x\r\n" + smuggled)
    assert re.findall(rb"^HTTP/1.1 (\d+)", said, re.MULTILINE) == [b"400"]


@pytest.mark.parametrize("host", [b"evil.example", b"evil.example:80", b"evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: gopher", b"user@evil.example"])
def test_whatever_a_request_calls_the_server_the_answer_is_the_same(address: str, host: bytes) -> None:
    for path in (b"/", b"/index.html", b"/still", b"/nowhere"):
        said = said_to(address, b"GET " + path + b" HTTP/1.1\r\nConnection: close\r\nHost: " + host + b"\r\n\r\n")
        own = said_to(address, b"GET " + path + b" HTTP/1.1\r\nConnection: close\r\nHost: page\r\n\r\n")
        assert b"evil" not in said
        assert said.startswith(b"HTTP/1.1 400") if b"@" in host else said.partition(b"\r\n\r\n")[2] == own.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("path", ["", "api/kernels", "voila/api/shutdown/68942d5f-e870-4438-a24a-8d5ebc06e59f", "voila/static/voila.js", "nowhere"])
@pytest.mark.parametrize(
    ("said", "body"),
    [("Content-Length: 98000000", b""), ("Transfer-Encoding: chunked", b"5000\r\n" + b"x" * 0x5000)],
    ids=["announced", "chunked"],
)
def test_a_large_body_is_refused_before_it_is_read(address: str, path: str, said: str, body: bytes) -> None:
    connection, reply = asked(address, f"POST /{path} HTTP/1.1\r\n{said}", then=body)
    with connection:
        assert reply.startswith(b"HTTP/1.1 400")


def test_unfinished_bodies_take_no_memory(address: str) -> None:
    before = memory(address)
    connections = [asked(address, "POST /live HTTP/1.1\r\nContent-Length: 98000000", then=b"x" * 8 * MEGABYTE)[0] for _ in range(8)]
    grown = memory(address) - before
    for connection in connections:
        connection.close()
    assert grown < 20


@pytest.mark.parametrize(
    "head",
    ["GET / HTTP/1.1\r\nX-Long: " + "x" * 40_000, "GET /" + "x" * 40_000 + " HTTP/1.1"],
    ids=["header", "address"],
)
def test_a_large_head_is_refused(address: str, head: str) -> None:
    connection, reply = asked(address, head)
    with connection:
        assert reply[:12] in {b"", b"HTTP/1.1 400"}
    assert answer(address, "nowhere")[0] == 404


@pytest.mark.parametrize(
    "slow", [b"GET / HTTP/1.1\r\nHost", b"POST / HTTP/1.1\r\nHost: page\r\nContent-Length: 9\r\n\r\nx", b""], ids=["head", "body", "nothing"]
)
def test_who_does_not_finish_asking_is_hung_up_on(address: str, slow: bytes) -> None:
    with tcp.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=SHORT) as connection:
        connection.sendall(slow)
        assert connection.recv(100) == b""


def test_many_at_once_start_no_more_kernels_than_there_are_places(address: str) -> None:
    with ThreadPoolExecutor(12) as visitors:
        replies = list(visitors.map(lambda n: answer(address, LIVE, client=f"203.0.113.{n}"), range(12)))
    assert sorted(status for status, _, _ in replies) == [200] * FULL + [503] * 7
    assert kernels(address) <= FULL
    assert eventually(lambda: kernels(address) == 0)


def test_one_address_cannot_take_all_places_whatever_it_claims(address: str) -> None:
    claims = [f"198.51.100.{n}, 192.0.2.9" for n in range(FULL)]  # of nobody before, whose place is free a moment after its kernel

    def as_many_as_one_may_have() -> bool:
        with ThreadPoolExecutor(FULL) as visitors:
            had = [status for status, _, _ in visitors.map(lambda claim: answer(address, LIVE, client=claim), claims)].count(200)
        assert had <= 3
        assert had == 3 or eventually(lambda: kernels(address) == 0)  # a place of the test before was still held: once more
        return had == 3

    assert eventually(as_many_as_one_may_have)
    kernel = opened(address, client="203.0.113.8")
    answer(address, f"voila/api/shutdown/{kernel}", "POST")
    assert eventually(lambda: kernels(address) == 0)


def test_a_page_that_no_browser_joins_loses_its_kernel_within_seconds(address: str) -> None:
    def found_place(n: int) -> bool:
        """A place is free a moment after the kernel of who had it is gone."""
        return eventually(lambda: answer(address, LIVE, client=f"203.0.113.{n}")[0] == 200)

    with ThreadPoolExecutor(FULL) as visitors:
        assert all(visitors.map(found_place, range(FULL)))
    assert eventually(lambda: kernels(address) == 0, SHORT)
    kernel = opened(address)
    answer(address, f"voila/api/shutdown/{kernel}", "POST")


def test_a_page_that_is_still_opening_is_waited_for(address: str, kernel: str) -> None:
    for _ in range(6):  # twice as long as a page that gives no sign
        time.sleep(0.7)
        assert answer(address, f"api/kernels/{kernel}")[0] == 200


def test_a_page_that_was_cut_off_may_come_back_and_then_is_let_go(address: str, kernel: str) -> None:
    with connect(address, kernel) as socket:
        socket.send_binary(frame("kernel_info_request", {}))
        replies(socket, "kernel_info_reply")
    with connect(address, kernel) as socket:
        socket.send_binary(frame("kernel_info_request", {}))
        replies(socket, "kernel_info_reply")
    assert answer(address, f"api/kernels/{kernel}")[0] == 200
    assert eventually(lambda: answer(address, f"api/kernels/{kernel}")[0] == 404, SHORT)


def comms(socket: websocket.WebSocket) -> set[str]:
    """The widgets and other comms the kernel knows."""
    socket.send_binary(frame("comm_info_request", {}))
    message = received(socket)
    while header_of(message)["msg_type"] != "comm_info_reply":
        message = received(socket)
    return set(re.findall(r'"([0-9a-f-]{32,36})": \{"target_name"', message.decode(errors="replace")))


def widget(kind: str, **state: object) -> dict[str, object]:
    """What a browser would say to make a widget of this kind."""
    for part in ("model", "view"):
        state |= {f"_{part}_name": f"{kind}{part.title()}", f"_{part}_module": "@jupyter-widgets/controls"}
        state |= {f"_{part}_module_version": "2.0.0"}
    return {"state": state, "buffer_paths": []}


def test_a_visitor_makes_no_widgets(address: str, kernel: str) -> None:
    kinds = ("IntSlider", "Text", "HTML", "HTMLMath", "Image", "Video", "FileUpload", "Valid", "Play", "Controller")
    with connect(address, kernel) as socket:
        before = comms(socket)
        for kind in kinds:
            content = {"comm_id": uuid.uuid4().hex, "target_name": "jupyter.widget", "data": widget(kind)}
            socket.send_binary(frame("comm_open", content, version="2.1.0"))
        for target in ("matplotlib", "anywidget", "jupyter.widget.version", "", None, CONTROL.upper(), f"{CONTROL}s"):
            socket.send_binary(frame("comm_open", {"comm_id": uuid.uuid4().hex, "target_name": target, "data": {}}))
            if comms(socket) != before:
                break
        assert comms(socket) == before


def test_a_visitor_changes_nothing_but_what_the_page_lets_choose(address: str, kernel: str) -> None:
    with connect(address, kernel) as socket:
        for comm in comms(socket):
            states: tuple[dict[str, object], ...] = ({"value": "hijacked", "children": []}, {"options": []}, {"value": ["hijacked"]})
            for state in states:
                data: dict[str, object] = {"method": "update", "state": state, "buffer_paths": []}
                socket.send_binary(frame("comm_msg", {"comm_id": comm, "data": data}))
        socket.send_binary(frame("comm_open", {"comm_id": "c", "target_name": CONTROL, "data": {}}))
        socket.send_binary(frame("comm_msg", {"comm_id": "c", "data": {"method": "request_states"}}))
        message = received(socket)
        while header_of(message)["msg_type"] != "comm_msg":
            message = received(socket)
    assert "广州市粤达采购中心".encode() in message
    assert b"hijacked" not in message


@pytest.mark.parametrize("size", [10, 60_000], ids=["many", "large"])
def test_who_says_too_much_is_hung_up_on_with_a_word_and_loses_the_kernel(address: str, kernel: str, size: int) -> None:
    before = memory(address)
    content = {"comm_id": "x", "target_name": "jupyter.widget", "data": widget("HTML", value="x" * size)}
    with connect(address, kernel) as socket:
        with contextlib.suppress(OSError, websocket.WebSocketException):
            for _ in range(600):
                socket.send_binary(frame("comm_open", content, version="2.1.0"))
        with contextlib.suppress(OSError, websocket.WebSocketException):
            code, word = 0, b""
            while code == 0:
                opcode, data = socket.recv_data(control_frame=True)
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    code, word = int.from_bytes(data[:2], "big"), data[2:]
            assert code in {1008, 1009}
            assert word
    assert memory(address) - before < 30
    assert eventually(lambda: answer(address, f"api/kernels/{kernel}")[0] == 404)


@pytest.mark.parametrize("said", [b"\x89\xe4" + bytes(104), b"\x8a\x80" + bytes(4), b"\x00\x80" + bytes(4)], ids=["pings", "pongs", "empty parts of a message"])
def test_frames_that_are_no_message_are_counted_too(address: str, kernel: str, said: bytes) -> None:
    with connect(address, kernel) as socket:
        with contextlib.suppress(OSError):
            assert socket.sock
            socket.sock.sendall(b"\x02\x80" + bytes(4) + 600 * said)
        assert hung_up(socket, within=9)


def test_what_a_browser_does_not_take_is_not_kept_for_ever() -> None:
    said: list[int] = []
    channel = PageSocket.__new__(PageSocket)
    channel.hang_up = lambda code, word: said.append(code)  # type: ignore[method-assign]
    channel.ws_connection = SimpleNamespace(write_message=lambda *_, **__: Future(), is_closing=lambda: False)
    message = frame("comm_msg", {"value": "x" * MEGABYTE})
    channel.write_message(message, binary=True)
    assert channel.unread == len(message)
    while not said:
        channel.write_message(message, binary=True)
        assert channel.unread < 9 * MEGABYTE
    assert said == [1008]


def test_what_visitors_write_into_the_log_does_not_fill_the_disk(address: str) -> None:
    log = Path(page_process(address).cwd()).parent / "log.txt"
    for _ in range(300):
        with contextlib.suppress(OSError):
            answer(address, f"api/kernels/{uuid.uuid4()}?{'x' * 12_000}")
    assert eventually(lambda: log.stat().st_size <= MEGABYTE)


def test_a_message_of_many_brackets_freezes_nobody(address: str, kernel: str) -> None:
    with connect(address, kernel) as socket:
        for depth in (50, 5000):
            parts = [b"shell", b'{"msg_type":"comm_info_request"}', b"{}", b"{}", b'{"x":' + b"[" * depth + b"]" * depth + b"}"]
            socket.send_binary(framed(*parts))
        socket.send_binary(frame("comm_info_request", {}))
        assert "comm_info_reply" in replies(socket, "comm_info_reply")
    assert page_process(address).is_running()


def test_silent_sockets_are_let_go_and_their_kernels_with_them(tmp_path: Path) -> None:
    with served_page(tmp_path, ping=0.3, rejoin=0.5, idle=3) as address:
        deaf, idle = opened(address), opened(address)
        with connect(address, deaf), connect(address, idle) as socket:  # the first reads nothing, so it answers no ping
            start = time.monotonic()
            assert hung_up(socket)
            assert time.monotonic() - start > 2
            assert eventually(lambda: {answer(address, f"api/kernels/{kernel}")[0] for kernel in (deaf, idle)} == {404})


def test_a_full_page_shows_the_whole_list_without_a_kernel(address: str) -> None:
    with ThreadPoolExecutor(FULL + 1) as visitors:
        replies = visitors.map(lambda n: answer(address, LIVE, client=f"203.0.113.{n}"), range(FULL + 1))
        ((_, body, headers),) = [reply for reply in replies if reply[0] == 503]
    assert headers["Retry-After"] == "60"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers.items() >= HEADERS.items()
    names = {name for classes in MEMBERS.values() for names in classes.values() for name in names}
    assert all(name in body for name in names - set(HOSTILE))
    assert not any(name in body for name in HOSTILE)
    assert "&lt;script&gt;" in body
    for said in ("稍后刷新", "please reload", "排名不分先后", "the order carries no rank", "7 个工作日", "7 working days"):
        assert said in body
    assert "<script" not in body
    assert SECRET not in body
    asked_for = re.findall(r"(?:src|href)=[\"']([^\"']+)", body) + re.findall(r"(?:url\(|@import)[\"' ]*([^\"')]+)", body)
    assert {address.partition(":")[0] for address in asked_for} == {"data", "./", LIVE}
    assert eventually(lambda: kernels(address) == 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system whose kernels are copies")
def test_a_list_comes_at_once_however_long_its_kernel_takes_and_who_leaves_meanwhile_gets_none(address: str) -> None:
    opened(address)
    (copied,) = page_process(address).children()
    before = kernels(address)
    copied.suspend()
    try:
        for number in range(FULL - 1):
            visitor = tcp.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=20)
            visitor.sendall(f"GET /{LIVE} HTTP/1.1\r\nHost: page\r\nX-Forwarded-For: 203.0.113.{number}\r\n\r\n".encode())
            said = b""
            while b"</main>" not in said:
                more = visitor.recv(65536)
                assert more
                said += more
            assert said.startswith(b"HTTP/1.1 200")
            assert "广州市粤达采购中心".encode() in said
            assert answer(address, "index.html")[0] == 200  # nobody else waits for a kernel
            visitor.close()
    finally:
        copied.resume()
    assert eventually(lambda: kernels(address) <= before)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system whose kernels are copies")
def test_when_the_process_ends_whose_copies_kernels_are_they_end_and_another_takes_its_place(address: str) -> None:
    opened(address)
    (copied,) = page_process(address).children()
    below = copied.children()
    copied.kill()
    assert not left_of(below)
    answer(address, f"voila/api/shutdown/{opened(address)}", "POST")
    assert copied not in page_process(address).children()


def test_the_list_without_a_kernel_can_always_be_asked_for(address: str) -> None:
    status, body, headers = answer(address, "still")
    assert status == 200
    assert "广州市粤达采购中心" in body
    assert headers.items() >= HEADERS.items()


def test_a_protocol_of_almost_the_same_name_gives_no_way_to_a_bogus_length(address: str, kernel: str) -> None:
    before = memory(address)
    with contextlib.suppress(websocket.WebSocketBadStatusException), connect(address, kernel, f"{PROTOCOL}x") as socket:
        socket.send_binary(frame("comm_info_request", {}))  # read the old way, its count of 6 parts is one of 100,663,296
        time.sleep(1)
    start = time.monotonic()
    assert answer(address, "nowhere")[0] == 404
    assert time.monotonic() - start < 10
    assert memory(address) - before < 100
