"""A card that a member checks alone: all cards of a revision are the leaves of one tree, and each card carries its branch.

The tree is that of RFC 6962, section 2.1: a leaf is SHA-256 of a zero byte and the card's text, a node SHA-256 of a one byte and
its two children; an odd one at the end of a level moves up as it is. Whoever knows the root, 64 characters on the notice, sees
from a card and its branch that this card is the one that was sealed, and counted once, and learns nothing of any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase

LEAF, NODE = b"\x00", b"\x01"
DIGEST = re.compile(r"[0-9a-f]{64}")
LARGEST = 2**31
"""Of a tree: more members than that no federation has, and a browser counts so far without a thought."""
TEXTS = ("title", "edition", "revision", "member", "name", "object", "salt")
"""What a card says beside its tables."""
EMBEDDED = re.compile(r'<script type="application/json" id="card">(.*?)</script>', re.DOTALL)
"""Where the page of a card holds the card itself."""
NO_CARD = (
    Phrase("不是得分单，或文件不完整", "no score card, or not a whole one"),
    Phrase("请使用秘书处发来的原文件，不要另存、改动", "take the file as the secretariat sent it, neither saved anew nor edited"),
)
NO_ROOT = (
    Phrase("不是得分单总指纹：应为 64 位的数字和小写字母", "not the root of the cards: 64 digits 0-9, a-f"),
    Phrase("请从公示页面抄录“得分单总指纹”", "copy it from the notice, where it is called root of the score cards"),
)


@dataclass(frozen=True)
class ProvedCard:
    """One member's card and its branch.

    Parameters
    ----------
    text
        The card, as it was sealed, to the byte: JSON, with the salt without which nobody guesses it.
    index, size
        Its place among the leaves, from 0, and how many there are.
    path
        The digests beside its branch, from the leaf up, in hexadecimal.
    """

    text: str
    index: int
    size: int
    path: tuple[str, ...]

    @property
    def root(self) -> str | None:
        """The root that card and branch lead to; None where the branch is too long or too short for that place.

        As RFC 9162, section 2.1.3.2, has it.
        """
        place, last, node = self.index, self.size - 1, leaf(self.text)
        for beside in map(bytes.fromhex, self.path):
            if last == 0:
                return None
            if place % 2 or place == last:
                node = _node(beside, node)
                while not place % 2 and place:
                    place, last = place // 2, last // 2
            else:
                node = _node(node, beside)
            place, last = place // 2, last // 2
        return node.hex() if last == 0 else None

    @property
    def content(self) -> dict[str, Any]:
        """What the card says."""
        content: dict[str, Any] = json.loads(self.text)
        return content

    def write(self) -> str:
        """The card and its branch as JSON, for a file or a page: no character of it is HTML."""
        written = json.dumps({"card": self.text, "index": self.index, "size": self.size, "path": list(self.path)}, ensure_ascii=False)
        return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def leaf(text: str) -> bytes:
    """The leaf of a card."""
    return sha256(LEAF + text.encode("utf-8")).digest()


def tree_root(texts: Iterable[str]) -> str:
    """The root of the cards in their order; SHA-256 of nothing where there are none, as RFC 6962 has it."""
    levels = _levels([leaf(text) for text in texts])
    return levels[-1][0].hex() if levels[-1] else sha256().hexdigest()


def proved(texts: Sequence[str]) -> list[ProvedCard]:
    """Each card with its branch, in the same order.

    Examples
    --------
    >>> cards = proved(["甲", "乙", "丙"])
    >>> [len(card.path) for card in cards], {card.root for card in cards} == {tree_root(["甲", "乙", "丙"])}
    ([2, 2, 1], True)
    """
    levels = _levels([leaf(text) for text in texts])
    return [ProvedCard(text, index, len(texts), _path(levels, index)) for index, text in enumerate(texts)]


def read_card(content: str) -> ProvedCard:
    """A card from what stands in its file: the page that a member was sent, or the JSON alone.

    Raises
    ------
    Refused
        When it holds no card, or not all of one.
    """
    embedded = EMBEDDED.search(content)
    try:
        fields = json.loads(embedded.group(1) if embedded else content)
        card = ProvedCard(fields["card"], fields["index"], fields["size"], tuple(fields["path"]))
        whole = _is_whole(card) and is_card(card.text)
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise refuse(*NO_CARD)
    return card


def is_card(text: str) -> bool:
    """Whether a text says all that a card says, in the form it says it: texts, and tables as wide as their headings."""
    try:
        content = json.loads(text)
        json.dumps(content, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return False
    if not (isinstance(content, dict) and isinstance(content.get("tables"), list)):
        return False
    return _are_texts([content.get(name) for name in TEXTS]) and all(map(_is_table, content["tables"]))


def _is_table(table: object) -> bool:
    if not (isinstance(table, dict) and all(isinstance(table.get(name), list) for name in ("headings", "rows", "right"))):
        return False
    headings, rows = table["headings"], table["rows"]
    width = len(headings) or len(rows[0] if rows and isinstance(rows[0], list) else ())
    sides = all(type(place) is int and 0 <= place < width for place in table["right"])
    return sides and _are_texts([table.get("caption"), table.get("note"), *headings]) and all(_is_row(row, width) for row in rows) and width > 0


def _is_row(row: object, width: int) -> bool:
    return isinstance(row, list) and len(row) == width and _are_texts(row)


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def read_root(words: str, otherwise: tuple[Phrase, Phrase] = NO_ROOT) -> str:
    """A root, or another SHA-256 that the notice prints, as it was typed or copied: blanks, line ends and capitals do not matter; `otherwise` is said of what is none.

    Raises
    ------
    Refused
        When it is none.
    """
    root = "".join(words.split()).lower()
    if not DIGEST.fullmatch(root):
        raise refuse(*otherwise, value=words)
    return root


def _is_whole(card: ProvedCard) -> bool:
    counted = type(card.index) is int and type(card.size) is int and 0 <= card.index < card.size <= LARGEST
    return counted and isinstance(card.text, str) and all(isinstance(one, str) and DIGEST.fullmatch(one) for one in card.path)


def _levels(leaves: list[bytes]) -> list[list[bytes]]:
    """All levels of the tree, leaves first."""
    levels = [leaves]
    while len(below := levels[-1]) > 1:
        pairs = zip(below[::2], below[1::2], strict=False)
        levels.append([_node(*pair) for pair in pairs] + below[len(below) - len(below) % 2 :])
    return levels


def _path(levels: list[list[bytes]], index: int) -> tuple[str, ...]:
    beside = ((level, (index >> height) ^ 1) for height, level in enumerate(levels[:-1]))
    return tuple(level[place].hex() for level, place in beside if place < len(level))


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()
