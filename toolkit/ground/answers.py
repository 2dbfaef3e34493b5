"""Answers kept while one seal, one replay or one page lasts: what it shows in many places is read and computed once.

Nothing is kept unless somebody asks for it with `kept`, and nothing longer than that lasts; no file holds it. What is asked about (an
edition's scheme and records, an evaluation) is known again by being the very same object, everything else by what it says to the last bit.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from toolkit.ground.resources import folder_digests

MADE = frozenset({"notebooks", "sealed"})
"""Folders of an edition with what was made of it, which nobody reads it from."""
P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Answers:
    """What was asked, what came of it, and what may be asked about."""

    given: dict[object, Any] = field(default_factory=dict)
    subjects: list[object] = field(default_factory=list)

    def read(self, folder: Path, read: Callable[[Path], T], parts: Callable[[T], Iterable[object]], way: str = "") -> T:
        """What was read of a folder in some way, while its files are still the same, or what is read of it now; its parts may be asked about."""
        asked = ("read", way, str(folder.resolve()), *sorted(folder_digests(folder, MADE).items()))
        if asked not in self.given:
            self.given[asked] = found = read(folder)
            self.subjects += parts(found)
        return cast("T", self.given[asked])

    def once(self, asked: object, find: Callable[[], T]) -> T:
        """What was found when the very same was asked before, or is found now."""
        if asked not in self.given:
            self.given[asked] = find()
        return cast("T", self.given[asked])

    def answer(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As it was given before, or now: a frame is the asker's own. What is asked about something else is not kept."""
        if not self.keeps(*args, **kwargs):
            return function(*args, **kwargs)
        asked = self._asked(function, *args, **kwargs)
        if asked not in self.given:
            self.given[asked] = found = function(*args, **kwargs)
            self.subjects += [found] if _is_itself_alone(found) else []
        return _own(cast("T", self.given[asked]))

    def keeps(self, *args: object, **kwargs: object) -> bool:
        """Whether what is asked so is kept: it is asked about what was read here, and about nothing unknown."""
        return bool(args) and self._knows(args[0]) and all(self._knows(part) for part in (*args, *kwargs.values()) if _is_itself_alone(part))

    def tell(self, found: T, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> None:
        """Keep what somebody found who was asked otherwise: it is what the function would give."""
        self.given.setdefault(self._asked(function, *args, **kwargs), found)

    def _asked(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> object:
        return (function.__module__, function.__qualname__, *map(self._told, args), *((name, self._told(kwargs[name])) for name in sorted(kwargs)))

    def _knows(self, part: object) -> bool:
        return any(part is subject for subject in self.subjects)

    def _told(self, part: object) -> object:
        if self._knows(part):
            return next(place for place, subject in enumerate(self.subjects) if subject is part)
        return pickle.dumps(sorted(part) if isinstance(part, AbstractSet) else part)


KEPT: ContextVar[Answers | None] = ContextVar("KEPT", default=None)


@contextmanager
def kept() -> Iterator[Answers]:
    """Let answers be kept until the end of the block."""
    before = KEPT.set(answers := Answers())
    try:
        yield answers
    finally:
        KEPT.reset(before)


def asked_once(function: Callable[P, T]) -> Callable[P, T]:
    """A pure function that is not computed twice for the same while answers are kept; the first argument is what it is asked about."""

    @wraps(function)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T:
        answers = KEPT.get()
        return function(*args, **kwargs) if answers is None else answers.answer(function, *args, **kwargs)

    return answer


def _is_itself_alone(part: object) -> bool:
    """Whether it equals nothing but itself: an edition, records, an evaluation."""
    return is_dataclass(part) and type(part).__eq__ is object.__eq__


def _own(found: T) -> T:
    import pandas as pd

    return cast("T", found.copy(deep=False)) if isinstance(found, pd.DataFrame) else found
