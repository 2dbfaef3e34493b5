"""What can be wrong with ranges: without bounds, of numbers and days at once, or such as nothing lies in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from toolkit.scheme.faults.plain import BOUNDS, clash, is_number, items
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import KeyPath, Raw

MEND = Phrase("请改正其中一个界限", "mend one of the two")
ITEMS = (("indicator", "measure"), ("adjustment", "measure"), ("condition", "measure"), ("veto", "when"))


def ranges_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of a range that a column is asked to lie in."""
    for path, asked in _places(raw):
        for column, range_ in asked.items():
            if isinstance(range_, dict):
                yield from _range((*path, column), range_)


def _places(raw: Raw) -> Iterator[tuple[KeyPath, Raw]]:
    """Every table that says what columns are asked to hold."""
    found: list[tuple[KeyPath, object]] = []
    for name, key in ITEMS:
        for place, item in items(raw, name):
            if isinstance(item.get(key), dict):
                found += [((name, place, key, part), item[key].get(part)) for part in ("where", "among")]
    windows = raw.get("window")
    for name, window in windows.items() if isinstance(windows, dict) else ():
        if isinstance(window, dict):
            found += [(("window", name, part), window.get(part)) for part in ("skip", "appeal")]
    members = raw.get("members")
    if isinstance(members, dict):
        found.append((("members", "skip"), members.get("skip")))
    yield from ((path, asked) for path, asked in found if isinstance(asked, dict))


def _range(path: KeyPath, range_: Raw) -> Iterator[Fault]:
    written = {key: range_[key] for key in BOUNDS if key in range_}
    if not written and not range_:
        rule = Phrase("没有写明范围", "the range has no bounds")
        yield Fault(path, rule, Phrase("请写 least、above、most 或 below", "write `least`, `above`, `most` or `below`"))
    numbers, days = (all(kind(bound) for bound in written.values()) for kind in (is_number, _is_day))
    if not numbers and not days:
        if all(is_number(bound) or _is_day(bound) for bound in written.values()):
            yield Fault(path, Phrase("一头是数字，一头是日期", "one bound is a number, the other a day"), MEND)
    elif empty := clash(written):
        low, high = empty
        rule = phrase("{low} = {a} 与 {high} = {b} 之间没有任何值", "nothing lies between `{low}` = {a} and `{high}` = {b}",
                      low=low, a=range_[low], high=high, b=range_[high])  # fmt: skip
        yield Fault((*path, high), rule, MEND)


def _is_day(bound: object) -> bool:
    return isinstance(bound, dt.date) and not isinstance(bound, dt.datetime)
