"""Of all a visitor could say to a kernel, what the page's own widgets say is passed on, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attack.visitor import frame, framed
from toolkit.publication.frames import CONTROL, needed, read_message, well_formed

PAGE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("kernel_info_request", {}),
    ("comm_info_request", {"target_name": "jupyter.widget"}),
    ("comm_open", {"comm_id": "c", "target_name": CONTROL, "data": {}}),
    ("comm_msg", {"comm_id": "c", "data": {"method": "request_states"}}),
    ("comm_msg", {"comm_id": "c", "data": {"method": "request_state"}}),
    ("comm_close", {"comm_id": "c", "data": {}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "update", "state": {"value": "广州"}, "buffer_paths": []}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "update", "state": {"index": 2}, "buffer_paths": []}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "custom", "content": {"event": "submit"}}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "custom", "content": {"event": "click"}}}),
)
OTHERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("execute_request", {"code": "1"}),
    ("shutdown_request", {"restart": False}),
    ("input_reply", {"value": "x"}),
    ("comm_open", {"comm_id": "c", "target_name": "jupyter.widget", "data": {}}),
    ("comm_open", {"comm_id": "c", "target_name": CONTROL, "data": {"state": {}}}),
    ("comm_open", {"comm_id": "c", "target_name": [CONTROL], "data": {}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "update", "state": {"options": []}}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "update", "state": {"value": 1}}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "update", "state": {"index": "1"}}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "update", "state": []}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "echo_update", "state": {}}}),
    ("comm_msg", {"comm_id": "w", "data": {"method": "custom", "content": {"event": "drop"}}}),
    ("comm_msg", {"comm_id": "w", "data": None}),
    ("comm_msg", {}),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["method", "state", "content", "event", "value"]), inner),
    max_leaves=8,
)


def passed(message: bytes) -> bool:
    read = read_message(message)
    return read is not None and needed(read)


@pytest.mark.parametrize(("kind", "content"), PAGE)
def test_what_the_page_says_is_passed_on(kind: str, content: dict[str, Any]) -> None:
    assert passed(frame(kind, content))
    assert not passed(frame(kind, content, b"buffer"))
    assert not passed(frame(kind, content).replace(b"shell", b"stdin"))


@pytest.mark.parametrize(("kind", "content"), OTHERS)
def test_what_it_never_says_is_not(kind: str, content: dict[str, Any]) -> None:
    assert not passed(frame(kind, content))


@given(json_values, st.sampled_from(["comm_open", "comm_msg", "comm_close", "x"]))
def test_whatever_is_said_is_read_or_dropped(data: object, kind: str) -> None:
    assert passed(frame(kind, {"data": data})) in {True, False}
    header = json.dumps({"msg_type": kind}).encode()
    assert passed(framed(b"shell", header, b"{}", b"{}", json.dumps(data).encode())) in {True, False}


def test_too_few_parts_and_endless_brackets_are_no_message() -> None:
    header = b'{"msg_type":"comm_info_request"}'
    assert not well_formed(framed(b"shell", header))
    assert not well_formed(framed(b"shell", header, b"{}", b"{}", b"{}", *[b""] * 99))
    assert read_message(framed(b"shell", header, b"{}", b"{}", b"[" * 100_000)) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_it_count_for_ever(message: bytes) -> None:
    assert well_formed(message) in {True, False}
    assert read_message(message) is None or well_formed(message)
