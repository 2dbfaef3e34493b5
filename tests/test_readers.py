"""Places are counted before kernels start, nobody holds more than a share, and who does not read is let go."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.publication.readers import Budget, PageReader, Patience, Readers, counted_address

addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.integers(1, 60), st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=200))
def test_however_readers_come_and_go_no_more_are_in_than_there_are_places(most: int, events: list[tuple[int, bool]]) -> None:
    readers = Readers(most, Patience(), Clock())
    for who, comes in events:
        if comes:
            readers.admit(str(who))
        elif readers.present:
            readers.dismiss(next(iter(readers.present)))
        held = [reader.address for reader in readers.present.values()]
        assert len(held) <= most
        assert all(held.count(address) <= readers.most_of_one for address in held)


@given(st.integers(4, 500))
def test_one_address_never_holds_all_places(most: int) -> None:
    readers = Readers(most, Patience(), Clock())
    assert sum(readers.admit("one") is not None for _ in range(most)) < most
    assert readers.admit("another") is not None


def test_who_opens_and_leaves_again_and_again_is_slowed_down() -> None:
    clock = Clock()
    readers = Readers(40, Patience(), clock)
    started = 0
    for _ in range(3000):
        reader = readers.admit("one")
        if reader is not None:
            started += 1
            readers.dismiss(reader.kernel)
        clock.now += 0.1
    assert started <= 40 + 300 / 2
    for number in range(400):  # of whoever came long ago nothing is kept
        readers.starts[str(number)] = Budget(most=1, rate=1, since=0.0)
    readers.admit("third")
    assert {*readers.starts} == {"one", "third"}
    assert readers.admit("another") is not None


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 50)), max_size=60))
def test_no_more_is_spent_than_there_was_and_came_back(spending: list[tuple[float, float]]) -> None:
    budget, now, spent = Budget(most=100, rate=3, since=0.0), 0.0, 0.0
    for pause, amount in spending:
        now += pause
        spent += amount * budget.spend(amount, now)
        assert spent <= 100 + 3 * now + 1e-6


def test_a_page_is_let_go_when_its_time_is_over() -> None:
    clock = Clock()
    readers = Readers(4, Patience(start=60, join=10, rejoin=20, idle=900), clock)
    reader = readers.admit("one")
    assert isinstance(reader, PageReader)

    def stays_until(end: float) -> bool:
        clock.now = end - 0.1
        before = readers.overdue()
        clock.now = end
        return before == [] and readers.overdue() == [reader]

    reader.starts()
    assert stays_until(60)
    clock.now = 5
    reader.shown()
    assert stays_until(15)
    clock.now = 55
    reader.shown()
    assert stays_until(60)  # however often its browser asks
    reader.heard()
    assert stays_until(960)
    reader.shown()  # a question is no sign of a reader
    assert readers.overdue() == [reader]
    reader.lost()
    assert stays_until(980)
    reader.gone()
    assert readers.overdue() == [reader]


@given(addresses.filter(lambda address: not ipaddress.ip_address(address).is_loopback), addresses)
def test_what_a_visitor_from_elsewhere_claims_changes_nothing(peer: str, claim: str) -> None:
    assert counted_address(peer, {"X-Forwarded-For": claim}) == counted_address(peer, {})


@given(st.sampled_from(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]), st.lists(addresses, max_size=3), addresses)
def test_behind_a_web_server_the_last_address_counts(peer: str, claims: list[str], real: str) -> None:
    forwarded = ", ".join([*claims, real])
    assert counted_address(peer, {"X-Forwarded-For": forwarded}) == counted_address(real, {})


@pytest.mark.parametrize("nonsense", ["", "unknown", "1.2.3.4.5", "203.0.113.9, ", "\0", "x" * 9000, "[::1]:80"])
def test_nonsense_in_the_header_counts_as_the_machine_itself(nonsense: str) -> None:
    assert counted_address("127.0.0.1", {"X-Forwarded-For": nonsense}) == "127.0.0.1"
