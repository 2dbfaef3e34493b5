"""Tasks done here or by any executor: what they give comes in their order, and few are under way at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future
from typing import TypeVar

T = TypeVar("T")

IN_FLIGHT = 16


def in_turn(tasks: Iterable[Callable[[], T]], executor: Executor | None) -> Generator[T, None, None]:
    """What the tasks give, in their order; a bounded number of them is under way at once."""
    if executor is None:
        yield from (task() for task in tasks)
        return
    waiting = deque[Future[T]]()
    try:
        for task in tasks:
            waiting.append(executor.submit(task))
            if len(waiting) == IN_FLIGHT:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
