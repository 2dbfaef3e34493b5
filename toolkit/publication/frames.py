"""What a reader's browser may say to the kernel behind its page: the few messages its widgets need, and no other.

A frame is one message of Jupyter's v1 websocket protocol: a count, that many places, then the parts between them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

PROTOCOL = "v1.kernel.websocket.jupyter.org"
LARGEST_FRAME = 16 * 1024
"""Bytes; a reader sends a language, a class or a few characters, all of them in less than 1 KB."""

MOST_PARTS = 12
CONTROL = "jupyter.widget.control"
"""The one comm a browser opens: over it, it asks once for the state of all widgets."""

TO_VIEWER = {"comm_open", "comm_close", "comm_msg", "comm_info_reply", "kernel_info_reply", "status"}
STATE: dict[str, type] = {"index": int, "value": str}
"""What a reader changes: the choice of a list or a switch, the words of a search."""

EVENTS = {"click", "submit"}


@dataclass(frozen=True)
class Message:
    """A frame that was read.

    Parameters
    ----------
    kind
        Jupyter's type of message, as "comm_msg".
    content
        Its content.
    channel
        The channel it is for.
    buffers
        How many binary parts follow the content.
    """

    kind: str
    content: dict[str, Any]
    channel: str
    buffers: int


def offered(header: str) -> list[str]:
    """The protocols a browser offers, in its order; they are compared whole, and upper and lower case are two things.

    Examples
    --------
    >>> offered(" v1.kernel.websocket.jupyter.org , v2 ")
    ['v1.kernel.websocket.jupyter.org', 'v2']
    """
    return [item.strip() for item in header.split(",")]


def well_formed(frame: bytes) -> bool:
    """Whether a frame counts its parts truly; one that lies makes a server count for ever."""
    return bool(_parts(frame))


def read_message(frame: bytes) -> Message | None:
    """What a frame says; None for one that is no message."""
    parts = _parts(frame)
    if not parts:
        return None
    try:
        channel, (header, *others) = parts[0].decode(), [json.loads(part) for part in parts[1:5]]
    except (ValueError, RecursionError):
        return None
    kind = header.get("msg_type") if isinstance(header, dict) else None
    if not isinstance(kind, str) or not all(isinstance(part, dict) for part in others):
        return None
    return Message(kind, others[-1], channel, len(parts) - 5)


def needed(message: Message) -> bool:
    """Whether the page's own widgets send such a message."""
    if message.channel != "shell" or message.buffers:
        return False
    match message.kind:
        case "kernel_info_request" | "comm_info_request" | "comm_close":
            return True
        case "comm_open":
            return message.content.get("target_name") == CONTROL and not message.content.get("data")
        case "comm_msg":
            return _spoken(message.content.get("data"))
    return False


def _parts(frame: bytes) -> list[bytes]:
    """Channel, header, parent header, metadata, content, then buffers; none if the frame is not well formed."""
    count = int.from_bytes(frame[:8], "little")
    if not 6 <= count <= MOST_PARTS or len(frame) < 8 * (count + 1):
        return []
    places = [int.from_bytes(frame[8 * i : 8 * (i + 1)], "little") for i in range(1, count + 1)]
    if places != sorted(places) or places[0] != 8 * (count + 1) or places[-1] > len(frame):
        return []
    return [frame[start:end] for start, end in pairwise(places)]


def _spoken(data: object) -> bool:
    """Whether a widget, or the one that asks for them all, would say this."""
    match data:
        case {"method": "request_states" | "request_state"}:
            return True
        case {"method": "custom", "content": {"event": str(event)}}:
            return event in EVENTS
        case {"method": "update", "state": dict(state)}:
            return all(isinstance(value, STATE.get(name, ())) for name, value in state.items())
    return False
