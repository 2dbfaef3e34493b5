"""Public pages: sealed editions, served read-only.

`public_extract` makes what a page may know; `serve` shows it. Only a bag that verifies is served, and of it only the
page and the public extract are taken, into a private folder: what may not be seen is not there.
"""

from __future__ import annotations

import contextlib
import signal
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import current_thread, main_thread
from typing import NoReturn

from toolkit.errors import Problems, Refused, refuse
from toolkit.extract import Extract, public_extract, read_extract
from toolkit.serving.page_process import MOST_VIEWERS, Served, await_page, page_process
from toolkit.text import Language, Phrase

__all__ = ["Extract", "Served", "public_extract", "read_extract", "serve", "served"]


def serve(
    bags: Sequence[Path],
    port: int = 8866,
    open_browser: bool = False,  # noqa: FBT001, FBT002 - a switch of the command line
    host: str = "127.0.0.1",
    *,
    most_viewers: int = MOST_VIEWERS,
    language: Language = "zh",
    verify: Callable[[Path], Problems] | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the public pages of sealed bags until interrupted (Ctrl-C or SIGTERM).

    Parameters
    ----------
    bags
        One sealed bag for each page.
    port
        Of the first page; each further page has the next one.
    open_browser
        Whether to open the first page.
    host
        Address to listen on. The default can be reached from this computer only.
    most_viewers
        Pages open at once, for each bag; each has a kernel of about 70 MB. Who comes later is asked to come back.
    language
        Of the lines for whoever started it; the page has its own switch.
    verify
        What checks a bag; `toolkit.seal.verify_bag` if not given.
    say
        Takes the lines for whoever started it.

    Raises
    ------
    Refused
        If a bag does not verify or holds no public page, or a port is taken.
    """
    with (
        contextlib.suppress(KeyboardInterrupt),
        _terminated_as_interrupted(),
        served(bags, port, host, most_viewers=most_viewers, verify=verify) as pages,
    ):
        for page in pages:
            say(f"{page.title}\n  {page.address}")
        say(Phrase("按 Ctrl-C 停止。", "Press Ctrl-C to stop.").into(language))
        if open_browser:
            webbrowser.open(pages[0].address)
        while True:
            time.sleep(1)


@contextlib.contextmanager
def served(
    bags: Sequence[Path],
    port: int = 8866,
    host: str = "127.0.0.1",
    *,
    most_viewers: int = MOST_VIEWERS,
    verify: Callable[[Path], Problems] | None = None,
) -> Iterator[list[Served]]:
    """The public pages of sealed bags, served for as long as the block runs; see `serve`."""
    _refuse_unsealed(bags, verify)
    with contextlib.ExitStack() as stack:
        started = [
            stack.enter_context(page_process(bag, host, port + place, most_viewers))
            for place, bag in enumerate(bags)
        ]
        for process, page, log in started:
            await_page(process, page, log)
        yield [page for _, page, _ in started]


def _refuse_unsealed(bags: Sequence[Path], verify: Callable[[Path], Problems] | None) -> None:
    """Refuse, with all problems of all bags at once, what is not a sealed bag with a public page."""
    from toolkit.seal import verify_bag

    problems = Problems()
    for bag in bags:
        try:
            problems += _unsealed(bag, verify or verify_bag)
        except Refused as refused:
            problems += refused.problems
    if problems.errors:
        raise Refused(problems)


def _unsealed(bag: Path, verify: Callable[[Path], Problems]) -> Problems:
    if not (bag / "bagit.txt").is_file():
        raise refuse(
            Phrase("不是封存包，不能公开", "not a sealed bag, so it is not served"),
            Phrase("请先用 committee seal 封存", "seal the edition first, with committee seal"),
            file=str(bag),
        )
    found = verify(bag)
    if not found.errors and not (bag / "data" / "pages" / "results.ipynb").is_file():
        raise refuse(
            Phrase("封存包中没有公开页", "the bag holds no public page"),
            Phrase("请重新封存", "seal the edition again"),
            file=str(bag),
        )
    return found


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """While the block runs, SIGTERM ends it as Ctrl-C does; only the main thread may ask for this."""
    asked = (signal.SIGINT, signal.SIGTERM)

    def interrupt(*_: object) -> NoReturn:
        for sign in asked:  # asked twice, it must not stop halfway through stopping
            signal.signal(sign, signal.SIG_IGN)
        raise KeyboardInterrupt

    if current_thread() is not main_thread():
        yield
        return
    before = [signal.signal(sign, interrupt) for sign in asked]
    try:
        yield
    finally:
        for sign, handler in zip(asked, before, strict=True):
            signal.signal(sign, handler)
