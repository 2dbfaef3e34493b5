"""Fields that are worked out when they are first asked for: prose for a million members that nobody reads yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Generic, TypeVar, cast, overload

T = TypeVar("T")


class Deferred(Generic[T]):
    """A field of a dataclass that may be given as a function without arguments, called once at the first look.

    `default` is such a function for where the field is not given.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Letter:
    ...     text: Deferred[str] = Deferred()
    >>> def written() -> str:
    ...     print("writing ...")
    ...     return "Dear member"
    >>> letter = Letter(written)
    >>> letter.text, letter.text
    writing ...
    ('Dear member', 'Dear member')
    """

    def __init__(self, default: Callable[[], T] | None = None) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember under which name the value is kept."""
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> T: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T:
        """The value.

        Raises
        ------
        AttributeError
            When a class is asked instead of a value of it, and the field has no default.
        """
        if instance is None:
            if self.default is None:
                raise AttributeError(self.name)
            return cast("T", self.default)
        held: dict[str, Any] = instance.__dict__
        if callable(held[self.name]):
            held[self.name] = held[self.name]()
        return cast("T", held[self.name])

    def __set__(self, instance: object, value: T | Callable[[], T]) -> None:
        """Keep the value, or how to come by it."""
        instance.__dict__[self.name] = value


def replaced(instance: T, **changes: Any) -> T:
    """A dataclass with other values in some fields, as `dataclasses.replace`; what is deferred stays so.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Letter:
    ...     to: str
    ...     text: Deferred[str] = Deferred()
    >>> replaced(Letter("member", lambda: print("writing ...")), to="chair").to
    'chair'
    """
    held = {field.name: instance.__dict__[field.name] for field in fields(cast("Any", instance))}
    return type(instance)(**held | changes)
