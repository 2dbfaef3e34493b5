"""The streams of an OLE2 compound file, in which old workbooks and encrypted ones are kept."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAST_REGULAR = 0xFFFFFFFA  # sector numbers from here on are marks
ENTRY = 128  # bytes of a directory entry
STREAM, ROOT = 2, 5


@dataclass(frozen=True)
class CompoundFile:
    """A compound file: its content, the size of a sector and which sector follows which."""

    content: bytes
    sector: int
    follows: tuple[int, ...]

    @staticmethod
    def of(content: bytes) -> CompoundFile:
        """The compound file whose bytes are `content`.

        Raises
        ------
        ValueError
            When it is none, or is damaged.
        """
        if not content.startswith(SIGNATURE) or len(content) < 512:
            message = "not a compound file"
            raise ValueError(message)
        size = 1 << min(struct.unpack_from("<H", content, 30)[0], 16)
        tables = list(struct.unpack_from("<109I", content, 76))
        beyond, count = struct.unpack_from("<2I", content, 68)
        for _ in range(min(count, len(content) // size)):
            more = struct.unpack(f"<{size // 4}I", _sector(content, size, beyond))
            tables, beyond = [*tables, *more[:-1]], more[-1]
        used = [number for number in tables if number < LAST_REGULAR]
        raw = b"".join(_sector(content, size, number) for number in used[: len(content) // size + 1])
        return CompoundFile(content, size, struct.unpack(f"<{len(raw) // 4}I", raw))

    def streams(self) -> dict[str, bytes]:
        """The content of every stream by its name.

        Raises
        ------
        ValueError
            When a chain of sectors leads nowhere.
        """
        first, _, cutoff, first_small = struct.unpack_from("<4I", self.content, 48)
        entries = list(_entries(self._chain(first)))
        short = struct.unpack_from("<H", self.content, 32)[0]
        root = next((start for _, kind, start, _ in entries if kind == ROOT), LAST_REGULAR)
        small = self._chain(root) if root < LAST_REGULAR else b""
        raw = self._chain(first_small) if first_small < LAST_REGULAR else b""
        small_follows = struct.unpack(f"<{len(raw) // 4}I", raw)
        found: dict[str, bytes] = {}
        for name, kind, start, length in entries:
            if kind == STREAM and length < cutoff:
                numbers = _numbers(start, small_follows)
                found[name] = b"".join(small[n << short : (n + 1) << short] for n in numbers)[:length]
            elif kind == STREAM:
                found[name] = self._chain(start)[:length]
        return found

    def _chain(self, start: int) -> bytes:
        return b"".join(_sector(self.content, self.sector, n) for n in _numbers(start, self.follows))


def _sector(content: bytes, size: int, number: int) -> bytes:
    found = content[(number + 1) * size : (number + 2) * size]
    return found.ljust(size, b"\0")


def _numbers(start: int, follows: tuple[int, ...]) -> Iterator[int]:
    steps = 0
    while start < LAST_REGULAR:
        if start >= len(follows) or steps > len(follows):
            message = "a chain of sectors leads nowhere"
            raise ValueError(message)
        yield start
        start, steps = follows[start], steps + 1


def _entries(directory: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Name, kind, first sector and length of each entry."""
    for at in range(0, len(directory), ENTRY):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        name = directory[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", errors="replace")
        start, size = struct.unpack_from("<2I", directory, at + 116)
        yield name, kind, start, size
