"""What a visitor can do without a browser: ask for pages, join a kernel, and say to it whatever it likes."""

from __future__ import annotations

import json
import re
import socket as tcp
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import websocket

PROTOCOL = "v1.kernel.websocket.jupyter.org"
LIVE = "live"
"""Where the page with filters is, behind which a kernel stands."""
FULL = 503
"""The status where all places are taken."""


def answer(
    address: str, path: str, method: str = "GET", client: str = ""
) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers; `client` is whom a web server in front would name."""
    headers = {"X-Forwarded-For": client} if client else {}
    request = urllib.request.Request(
        address + path, method=method, data=b"{}" if method != "GET" else None, headers=headers
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as reply:
            return reply.status, reply.read().decode(), dict(reply.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), dict(error.headers)


def opened(address: str, query: str = "", client: str = "") -> str:
    """Open the page; the kernel it was given. A place is free a moment after the kernel of who had it is gone, and is waited for."""
    end = time.monotonic() + 20
    while (status := (reply := answer(address, LIVE + query, client=client))[0]) == FULL and time.monotonic() < end:
        time.sleep(0.2)
    body = reply[1]
    found = re.search(r'"kernelId": "([0-9a-f-]{36})"', body)
    assert status == 200
    assert found
    return found[1]


@contextmanager
def connect(
    address: str, kernel: str, protocol: str = PROTOCOL, origin: str = ""
) -> Iterator[websocket.WebSocket]:
    url = address.replace("http", "ws") + f"api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
    transport = tcp.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=10)
    with transport:  # a refused handshake leaves its socket open
        header = {"Sec-WebSocket-Protocol": protocol} if protocol else {}
        origin = origin or address.rstrip("/")
        yield websocket.create_connection(url, socket=transport, header=header, origin=origin, timeout=10)


def frame(kind: str, content: object, *buffers: bytes, version: str = "1.0.0") -> bytes:
    """A message of the v1 protocol on the shell channel; `version` is that of what a comm speaks."""
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "s", "username": "", "version": "5.3"}
    header["date"] = "2026-01-01T00:00:00Z"
    return framed(b"shell", *(json.dumps(part).encode() for part in (header, {}, {"version": version}, content)), *buffers)


def framed(*parts: bytes) -> bytes:
    """Parts as one frame, after their number and their places."""
    places = [8 * (len(parts) + 2)]
    for part in parts:
        places.append(places[-1] + len(part))
    return b"".join(number.to_bytes(8, "little") for number in (len(places), *places)) + b"".join(parts)


def hung_up(socket: websocket.WebSocket, within: float = 20) -> bool:
    """Whether the server closes the connection, while its pings are answered."""
    end = time.monotonic() + within
    try:
        while time.monotonic() < end:
            opcode, message = socket.recv_data(control_frame=True)
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return True
            if opcode == websocket.ABNF.OPCODE_PING:
                socket.pong(message)
    except (TimeoutError, websocket.WebSocketTimeoutException):
        return False
    except (websocket.WebSocketException, OSError):
        return True
    return False


def header_of(message: bytes) -> dict[str, object]:
    start, end = (int.from_bytes(message[8 * i : 8 * i + 8], "little") for i in (2, 3))
    return dict(json.loads(message[start:end]))


def received(socket: websocket.WebSocket) -> bytes:
    """The next message; a server's pings alone do not make a visitor wait for ever."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        opcode, message = socket.recv_data(control_frame=True)
        if opcode == websocket.ABNF.OPCODE_PING:
            socket.pong(message)
        else:
            assert opcode == websocket.ABNF.OPCODE_BINARY
            return bytes(message)
    raise TimeoutError


def replies(socket: websocket.WebSocket, until: str) -> list[str]:
    """The kinds of message that come, up to the awaited one."""
    kinds: list[str] = []
    while until not in kinds:
        kinds.append(str(header_of(received(socket))["msg_type"]))
    return kinds
