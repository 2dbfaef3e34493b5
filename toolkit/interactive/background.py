"""What takes longer than a move, in threads beside it: chances and cards of the newest board, and errands that no move waits for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from typing import TYPE_CHECKING, TypeVar

from toolkit.interactive.board import Chances
from toolkit.interactive.board_details import Trial, card, until_of
from toolkit.interactive.tuning import both, changes_told, shares

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.interactive.weight_board import WeightBoard

T = TypeVar("T")
SWITCH = 0.0001
"""Seconds after which work beside the board gives way to who has an answer to hear or to send: Python's own 5 ms would be waited for at each of their steps."""

LEAVES = 0.01
"""Seconds that a board is given to leave before what takes longer begins."""


def begun(work: Callable[[], T]) -> Future[T]:
    """What `work` gives, begun in a thread: whoever asks for it before it is done waits."""
    thread = ThreadPoolExecutor(1)
    found = thread.submit(work)
    thread.shutdown(wait=False)
    return found


class Background:
    """What takes longer than a move, worked out in a thread: only ever for the newest board and the member asked for last."""

    def __init__(self, board: WeightBoard) -> None:
        self._board, self._changed = board, Condition()
        self._number, self._answering = 0, False
        self._wanted: tuple[int, Evaluation, str, Trial] | None = None
        self._member: tuple[int, Evaluation, Trial] | None = None
        self._chances = Chances()
        self._thread: Thread | None = None

    @contextmanager
    def giving_way(self) -> Iterator[None]:
        """While a question is answered, chances that are under way wait: they need the interpreter too, and are mostly dropped by the answer."""
        with self._changed:
            self._answering = True
        try:
            yield
        finally:
            with self._changed:
                self._answering = False
                self._changed.notify_all()

    def _dropped(self, number: int) -> bool:
        """Whether a newer board than this was asked for; told when no question is being answered."""
        with self._changed:
            self._changed.wait_for(lambda: not self._answering)
            return self._number != number

    def begun(self) -> int:
        """The number of a new board: what is under way for earlier ones is dropped."""
        with self._changed:
            self._number += 1
            self._wanted = None
            return self._number

    def ask_board(self, number: int, evaluation: Evaluation, node: str, trial: Trial) -> None:
        """Chances of this board, and until where the node moved last can go on; of nodes that are left out nothing is told."""
        with self._changed:
            self._wanted = (number, evaluation, node, trial)
            self._awake()

    def ask_member(self, position: int, evaluation: Evaluation, trial: Trial) -> None:
        """The card of one member within a trial."""
        with self._changed:
            self._member = (position, evaluation, trial)
            self._awake()

    def _awake(self) -> None:
        if self._thread is None:
            sys.setswitchinterval(min(SWITCH, sys.getswitchinterval()))
            self._thread = Thread(target=self._run, name="board", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._wanted is None and self._member is None:
                    self._changed.wait()
                member, self._member = self._member, None
                wanted = self._wanted if member is None else None
                if wanted is not None:
                    self._wanted = None
            with suppress(Exception):  # a chance that cannot be told is not told
                self._worked(member, wanted)

    def _worked(self, member: tuple[int, Evaluation, Trial] | None, wanted: tuple[int, Evaluation, str, Trial] | None) -> None:
        if member is not None:
            position, evaluation, trial = member
            self._board.send({"kind": "card", "member": position, **card(evaluation, position, self._board.edition, trial)})
        elif wanted is not None:
            self._follow(*wanted)

    def _follow(self, number: int, evaluation: Evaluation, node: str, trial: Trial) -> None:
        """The steps to keep, chances, and until where the list stays, each dropped when a newer board was asked for."""
        with self._changed:
            if self._changed.wait_for(lambda: self._number != number, timeout=LEAVES):
                return
        self._board.send(self._board.kept())
        counts = self._chances.counted(evaluation, lambda: self._dropped(number))
        if counts is None:
            return
        self._board.send({"kind": "chances", "number": number}, buffers=[counts.astype("<u2").tobytes()])
        self._board.shares = shares(self._board.tuning.scheme)
        with self._changed:  # nobody moves for a moment: then there is time
            self._changed.wait_for(lambda: self._number != number or self._member is not None, timeout=0.25)
        tuning = self._board.tuning
        if self._number == number:
            self._board.send({"kind": "changes", "number": number, "changes": [both(one.words) for one in changes_told(tuning.decided, tuning.scheme)]})
        if self._number == number and (until := until_of(evaluation, node, trial)) is not None:
            self._board.send({"kind": "until", "number": number, "until": both(until)})


class Errands:
    """What takes long and does not concern a move, done in a thread of its own: of each kind only the newest."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: dict[str, tuple[int, Callable[[Callable[[], bool]], None]]] = {}
        self._newest: dict[str, int] = {}
        self._thread: Thread | None = None

    def ask(self, kind: str, work: Callable[[Callable[[], bool]], None]) -> None:
        """Have `work` done; it is told how to see whether a newer one of its kind was asked for."""
        with self._changed:
            self._newest[kind] = number = self._newest.get(kind, 0) + 1
            self._waiting[kind] = (number, work)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="errands", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
                kind, (number, work) = self._waiting.popitem()
            with suppress(Exception):  # what cannot be told is not told
                work(lambda kind=kind, number=number: self._newest[kind] != number)  # type: ignore[misc]
