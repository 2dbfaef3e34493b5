"""What a visitor with bad intentions meets: everything but the page is closed, and nothing can be executed."""

from __future__ import annotations

import contextlib
import http.client
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest
import websocket

from tests.attack.visitor import (
    LIVE,
    PROTOCOL,
    answer,
    connect,
    frame,
    header_of,
    hung_up,
    opened,
    received,
    replies,
)
from tests.processes import free_port, left_of
from tests.sealed_page import SECRET, passes, served_page, write_bag
from toolkit.ground.problems import refuse
from toolkit.ground.resources import house_folder
from toolkit.ground.text import Phrase
from toolkit.publication.answers import HEADERS
from toolkit.publication.frames import TO_VIEWER
from toolkit.publication.server import NGINX, Settings, renew, served
from toolkit.publication.site import PAUSE

VIEWERS = 3
NOBODY = "5f7a6c1e-0d5b-4a53-9d0c-3f1a52c7e9b4"  # an id that no kernel has
NEAR_MISSES = (
    "",
    "v0.kernel.websocket.jupyter.org",
    f"{PROTOCOL}x",
    f"x{PROTOCOL}",
    f"x{PROTOCOL}x",
    PROTOCOL[1:],
    PROTOCOL[:-1],
    PROTOCOL.upper(),
    PROTOCOL.replace("v1", "V1"),
    PROTOCOL.replace(".", ". ", 1),
    PROTOCOL.replace(".", ",", 1),
    f"{PROTOCOL}.evil",
    f"{PROTOCOL};v=1",
    f"{PROTOCOL} v0",
    f'"{PROTOCOL}"',
    f"v0, {PROTOCOL}x",
    f"{PROTOCOL}x,{PROTOCOL.title()}",
    "org.jupyter.websocket.kernel.v1",
)
CLOSED = (
    "voila/files/results.ipynb",
    "voila/files/../public/awards.csv",
    "voila/files/%2e%2e/public/notice.json",
    "files/pages/results.ipynb",
    "tree",
    "voila/tree/",
    "lab",
    "login",
    "api",
    "api/contents",
    "api/contents/results.ipynb",
    "api/kernels",
    "api/kernelspecs",
    "api/sessions",
    "api/terminals",
    "voila/api/contents/",
    "voila/api/themes/",
    "voila/render/results.ipynb",
    "results.ipynb",
    "results.ipynb/",
    "public/awards.csv",
    "public/notice.json",
    "awards.csv",
    "log.txt",
    "site/index.html",
    "SHA256SUMS",
    "still.html",
    "//etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "voila/static/..%2f..%2fapp.py",
    "voila/static/../../app.py",
    "voila/templates/lab/static/index.css",
    "voila/templates/committee/index.html.j2",
    "voila/templates/committee/static/..%2findex.html.j2",
    "voila/templates/..%2fcommittee/static/committee.css",
    "voila/labextensions/anywidget/package.json",
    "voila/labextensions/@voila-dashboards/widgets-manager8/package.json",
    f"voila/query/{NOBODY}",
    f"voila/execution/{NOBODY}",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_page(tmp_path_factory.mktemp("bag"), VIEWERS) as address:
        yield address


@pytest.fixture
def kernel(address: str) -> Iterator[str]:
    """The kernel of a page just opened; given back afterwards, as a browser does when its tab is closed."""
    kernel = opened(address)
    yield kernel
    assert answer(address, f"voila/api/shutdown/{kernel}", "POST")[0] in {204, 404}


def test_a_stroke_too_many_leads_to_the_page_that_is_meant(address: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=15)
    with contextlib.closing(connection):
        for page in (LIVE, "still"):
            connection.request("GET", f"/{page}/?x=//evil.example")
            with connection.getresponse() as told:
                assert (told.status, told.headers["Location"], told.read(), {*HEADERS} - {*told.headers}) == (301, f"../{page}", b"", set())
    assert answer(address, "still/")[1] == answer(address, "still")[1]


@pytest.mark.parametrize("path", CLOSED)
def test_nothing_but_the_page_is_there(address: str, path: str) -> None:
    status, body, headers = answer(address, path)
    assert status in {403, 404}
    assert body == f"{status}\n"
    assert headers.items() >= HEADERS.items()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["", "api/kernels", "api/contents/x.ipynb", f"api/kernels/{NOBODY}"])
def test_nothing_can_be_written(address: str, path: str, method: str) -> None:
    assert answer(address, path, method)[0] in {403, 404, 405}


@pytest.mark.parametrize(
    "query", ["?template=nope", "?theme=%3Cscript%3Ealert(1)%3C/script%3E", "?kernel_name=bash"]
)
def test_a_query_changes_nothing(address: str, query: str) -> None:
    start = time.monotonic()
    status, body, _ = answer(address, LIVE + query)
    assert status == 200
    assert time.monotonic() - start < 15
    assert "alert(1)" not in body
    assert "committee.css" in body
    answer(address, "voila/api/shutdown/" + re.findall(r'"kernelId": "([^"]+)"', body)[0], "POST")


def test_the_page_holds_no_source_no_inline_script_and_nothing_of_the_records(address: str) -> None:
    _, body, headers = answer(address, LIVE)
    assert "notice_page" not in body
    assert SECRET not in body
    assert "&lt;b&gt;2018&lt;/b&gt;" in body
    inline = [script for script in re.findall(r"<script([^>]*)>", body) if "src=" not in script]
    assert all('type="application/' in script for script in inline)
    assert "unsafe-inline" not in headers["Content-Security-Policy"].split("style-src")[0]
    assert "Set-Cookie" not in headers
    answer(address, "voila/api/shutdown/" + re.findall(r'"kernelId": "([^"]+)"', body)[0], "POST")


def test_messages_that_execute_are_dropped(address: str, kernel: str, tmp_path: Path) -> None:
    proof = tmp_path / "owned"
    code = f"open({str(proof)!r}, 'w').close()"
    messages: tuple[tuple[str, dict[str, object]], ...] = (
        ("execute_request", {"code": code, "silent": False}),
        ("inspect_request", {"code": "open", "cursor_pos": 2}),
        ("complete_request", {"code": "op", "cursor_pos": 2}),
        ("history_request", {"output": True, "raw": True, "hist_access_type": "tail", "n": 9}),
        ("shutdown_request", {"restart": False}),
        ("comm_info_request", {}),
    )
    with connect(address, kernel) as socket:
        for kind, content in messages:
            socket.send_binary(frame(kind, content))
        assert set(replies(socket, "comm_info_reply")) <= TO_VIEWER
    assert not proof.exists()


def test_a_widget_given_nonsense_tells_a_viewer_no_code(address: str, kernel: str) -> None:
    state = {"value": {"a": [1]}, "index": 10**9, "_options_labels": 5, "children": ["IPY_MODEL_x"]}
    data = {"method": "update", "state": state, "buffer_paths": [["value"]]}
    with connect(address, kernel) as socket:
        socket.send_binary(frame("comm_info_request", {}))
        message = received(socket)
        while header_of(message)["msg_type"] != "comm_info_reply":
            message = received(socket)
        comms = re.findall(rb'"([0-9a-f]{32})": \{"target_name"', message)
        assert comms
        for comm in comms:
            socket.send_binary(frame("comm_msg", {"comm_id": comm.decode(), "data": data}, b"\xff" * 8))
        socket.send_binary(frame("comm_info_request", {}))
        assert set(replies(socket, "comm_info_reply")) <= TO_VIEWER


def test_another_protocol_is_refused(address: str, kernel: str) -> None:
    let_in = []
    for protocols in NEAR_MISSES:
        with contextlib.suppress(websocket.WebSocketBadStatusException), connect(address, kernel, protocols):
            let_in.append(protocols)
    assert let_in == []


def test_among_several_protocols_the_one_that_is_checked_is_chosen(address: str, kernel: str) -> None:
    for protocols in (f"v0,{PROTOCOL}", f"{PROTOCOL} ,  v0", f"\t{PROTOCOL}\t", f"x{PROTOCOL}, {PROTOCOL}"):
        with connect(address, kernel, protocols) as socket:
            assert socket.headers["sec-websocket-protocol"] == PROTOCOL
            socket.send_binary(frame("comm_info_request", {}))
            assert "comm_info_reply" in replies(socket, "comm_info_reply")


def test_nobody_joins_a_kernel_by_a_guess_and_a_page_has_one_channel(address: str, kernel: str) -> None:
    for guess in (NOBODY, kernel.upper(), kernel[:-1] + ("0" if kernel[-1] != "0" else "1")):
        with pytest.raises(websocket.WebSocketBadStatusException, match="404"), connect(address, guess):
            pass
    with connect(address, kernel) as first, connect(address, kernel) as second:
        assert hung_up(first)
        second.send_binary(frame("comm_info_request", {}))
        assert "comm_info_reply" in replies(second, "comm_info_reply")


def test_another_site_is_refused(address: str, kernel: str) -> None:
    with (
        pytest.raises(websocket.WebSocketBadStatusException, match="403"),
        connect(address, kernel, origin="http://evil.example"),
    ):
        pass


@pytest.mark.parametrize(
    "lie",
    [b"\xff" * 8, (2**40).to_bytes(8, "little") + b"x" * 200, b"", b"\x06" + b"\0" * 60, b"x" * 300_000],
    ids=["endless", "long", "empty", "zeros", "large"],
)
def test_a_frame_that_lies_is_hung_up_on_and_freezes_nobody(address: str, kernel: str, lie: bytes) -> None:
    start = time.monotonic()
    with connect(address, kernel) as socket:
        with contextlib.suppress(OSError):  # hung up on while still sending
            socket.send_binary(lie)
        assert hung_up(socket)
    assert answer(address, "nowhere")[0] == 404
    assert time.monotonic() - start < 15


def test_kernels_are_capped_and_given_back(address: str) -> None:
    kernels = [opened(address) for _ in range(VIEWERS)]
    status, body, headers = answer(address, LIVE)
    assert (status, headers["Retry-After"]) == (503, "60")
    assert "稍后刷新" in body
    for kernel in kernels:
        assert answer(address, f"voila/api/shutdown/{kernel}", "POST")[0] == 204
    answer(address, f"voila/api/shutdown/{opened(address)}", "POST")


def test_nothing_is_left_when_serving_ends(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    with served_page(tmp_path) as address:
        opened(address)
        started = set(psutil.Process().children(recursive=True)) - before
        assert len(started) >= 2
    assert not left_of(started)


def test_a_web_server_in_front_shows_no_older_page_in_place_of_that_sentence() -> None:
    said = (house_folder("templates") / "site" / NGINX).read_text("utf-8")
    assert "http_503" not in re.findall(r"proxy_cache_use_stale ([^;]*);", said)[0].split()


def test_a_site_that_may_not_be_made_anew_gives_way_and_comes_back(tmp_path: Path) -> None:
    """What happens at midnight: the reason is told inside, no page, list, kernel or file stays to be read, and a site that may be shown again is."""
    lines: list[str] = []

    def refused(bag: Path, site: Path) -> NoReturn:
        (site / "index.html").write_text("half made", "utf-8")
        raise refuse(Phrase("某甲公司撤回了同意", "A has taken back"), Phrase("请另封一版", "seal another"), file=bag.name)

    def until(status: int) -> None:
        end = time.monotonic() + 60
        while answer(pages[0].address, "")[0] != status:
            assert time.monotonic() < end
            time.sleep(0.1)

    with served([write_bag(tmp_path)], free_port(), settings=Settings(), verify=passes) as pages:
        address = pages[0].address
        with connect(address, opened(address)) as socket:
            renew(pages, Settings(site=refused), "zh", lines.append)
            assert hung_up(socket)
        until(503)
        for path in ("", "index.html", "still", LIVE, "SHA256SUMS", "nothing", f"api/kernels/{NOBODY}", "voila/templates/committee/static/committee.css"):
            status, body, headers = answer(address, path)
            assert (status, headers["Cache-Control"], headers.items() >= HEADERS.items()) == (503, "no-store", True), path
            assert PAUSE.zh in body
            assert PAUSE.en in body
            assert "某甲" not in body
            assert "广州市粤达采购中心" not in body
        (line,) = lines
        assert "某甲公司撤回了同意" in line
        assert address in line
        assert pages[0].process.poll() is None
        renew(pages, Settings(), "zh", lines.append)
        until(200)
        assert "广州市粤达采购中心" in answer(address, "still")[1]
        assert len(lines) == 1
