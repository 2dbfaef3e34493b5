"""Who reads a page now: counted before their kernels start, by address, and let go when they fall silent.

Each open page has a kernel of its own, so that places are few. Nobody may hold all of them, and nobody holds one who does
not read: a page that no browser joins, a socket that answers no more, and one that says too much lose theirs.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

MOST_VIEWERS = 40


@dataclass(frozen=True)
class Patience:
    """How long a page is waited for, in seconds.

    Parameters
    ----------
    request
        For a request, its head and its body, to arrive; and for the next one on the same connection.
    start
        From the start of its kernel until a browser has joined it, whatever it does in between.
    join
        From the last sign of life of a page that is sent and not yet joined: a telephone twelve times slower than this machine, which was busy besides, was silent for 8 seconds.
    rejoin
        From a connection that broke until the same page connects again.
    idle
        From the last thing a reader chose or typed.
    ping
        Between two questions to a socket whether it is there; after three without an answer it is not.
    """

    request: float = 20
    start: float = 60
    join: float = 20
    rejoin: float = 20
    idle: float = 1800
    ping: float = 10


@dataclass
class Budget:
    """What may be spent: at once `most`, and what is spent comes back at `rate` a second.

    Examples
    --------
    >>> budget = Budget(most=2, rate=1, since=0.0)
    >>> [budget.spend(1, now) for now in (0.0, 0.0, 0.0, 1.0)]
    [True, True, False, True]
    """

    most: float
    rate: float
    since: float
    left: float = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is spent at first."""
        self.left = self.most

    def spend(self, amount: float, now: float) -> bool:
        """Whether this can still be spent; if so, it is."""
        self.left = min(self.most, self.left + self.rate * (now - self.since))
        self.since = now
        affordable = amount <= self.left
        self.left -= amount * affordable
        return affordable


class PageReader:
    """One open page: the kernel it has, the address it came from, and when it is let go.

    Parameters
    ----------
    address
        What it is counted by, as `counted_address` gives it.
    patience
        How long it is waited for.
    clock
        Gives the seconds.
    """

    def __init__(self, address: str, patience: Patience, clock: Callable[[], float]) -> None:
        self.address, self.patience, self.clock = address, patience, clock
        self.kernel = str(uuid.uuid4())
        now = clock()
        self.latest = self.due = float("inf")  # until its turn to start comes
        self.joined = False
        # Dragging, typing and holding a key give some 10 messages a second, of less than 1 KB each.
        self.messages = Budget(most=200, rate=30, since=now)
        self.bytes = Budget(most=128 * 1024, rate=24 * 1024, since=now)
        self.opened = Budget(most=10, rate=1 / 30, since=now)
        self.reads = Budget(most=4 * 300, rate=4 * 40, since=now)  # of a frame four at most, and frames that are no message besides

    def starts(self) -> None:
        """Its kernel is being started."""
        self.latest = self.due = self.clock() + self.patience.start

    def shown(self) -> None:
        """The page was sent, or its browser is at work on it: some seconds more, but not for ever."""
        if not self.joined:
            self.due = min(self.clock() + self.patience.join, self.latest)

    def heard(self) -> None:
        """Its browser has joined the kernel, or its reader has chosen something."""
        self.joined = True
        self.due = self.clock() + self.patience.idle

    def lost(self) -> None:
        """The connection broke; it may come back."""
        self.due = self.clock() + self.patience.rejoin

    def gone(self) -> None:
        """The page was closed, or is closed to this reader."""
        self.due = self.clock()

    def affords(self, size: int, *, opens: bool = False) -> bool:
        """Whether a message of `size` bytes lies within what one page may say; `opens` if it makes the kernel keep something."""
        now = self.clock()
        spent = [self.messages.spend(1, now), self.bytes.spend(size, now), not opens or self.opened.spend(1, now)]
        return all(spent)

    def affords_read(self) -> bool:
        """Whether one more part of a frame may be read, whatever it holds."""
        return self.reads.spend(1, self.clock())


class Readers:
    """All open pages.

    Parameters
    ----------
    most
        Pages open at once.
    patience
        How long each is waited for.
    clock
        Gives the seconds.
    """

    def __init__(self, most: int, patience: Patience, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.patience, self.clock = most, patience, clock
        self.present: dict[str, PageReader] = {}
        self.starts: dict[str, Budget] = {}

    @property
    def most_of_one(self) -> int:
        """Pages one address may have open: a quarter of all, and at least three."""
        return max(3, self.most // 4)

    def admit(self, address: str) -> PageReader | None:
        """A place for a page from `address`, taken at once; None if there is none, or none left for it."""
        taken = sum(reader.address == address for reader in self.present.values())
        if len(self.present) >= self.most or taken >= self.most_of_one or not self._may_start(address):
            return None
        reader = PageReader(address, self.patience, self.clock)
        self.present[reader.kernel] = reader
        return reader

    def dismiss(self, kernel: str) -> None:
        """Give back the place of a page whose kernel has ended."""
        self.present.pop(kernel, None)

    def overdue(self) -> list[PageReader]:
        """Whose time is over."""
        now = self.clock()
        return [reader for reader in self.present.values() if reader.due <= now]

    def _may_start(self, address: str) -> bool:
        """Starting a kernel costs a second of the processor, so that who opens and leaves at once is slowed down too."""
        now = self.clock()
        if len(self.starts) > 10 * self.most:  # whoever came long ago is forgotten
            self.starts = {who: budget for who, budget in self.starts.items() if now - budget.since < 60}
        known = self.starts.setdefault(address, Budget(most=40, rate=1 / 2, since=now))
        return known.spend(1, now)


def counted_address(peer: str, headers: Mapping[str, str]) -> str:
    """What a reader is counted by: its IPv4 address, or the /64 network of its IPv6 address.

    Behind a web server of this machine that is the last address the server has written into ``X-Forwarded-For``; the ones
    before it are what a visitor claims. From elsewhere the header is a claim throughout, and is not looked at.

    Examples
    --------
    >>> counted_address("203.0.113.9", {"X-Forwarded-For": "198.51.100.7"})
    '203.0.113.9'
    >>> counted_address("127.0.0.1", {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    '203.0.113.9'
    >>> counted_address("2001:db8::1", {}) == counted_address("2001:db8::2", {})
    True
    """
    address = _address(peer)
    if address is not None and address.is_loopback:
        address = _address(headers.get("X-Forwarded-For", "").rpartition(",")[2]) or address
    if isinstance(address, IPv6Address):
        return str(ip_network((address.packed, 64), strict=False))
    return str(address)


def is_loopback(peer: str) -> bool:
    """Whether this is an address of the machine itself."""
    address = _address(peer)
    return address is not None and address.is_loopback


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
