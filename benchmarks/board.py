"""How fast the weight board is in a real browser, from a moved slider to the frame that shows the answer.

Run ``python benchmarks/board.py`` with Chromium installed (``make browser``). 608 members (the demo edition) and 5,000
invented ones; a board with chances and one without, and what a committee would write for itself (``plain_board.py``: pandas,
ipywidgets and an HTML table in Voilà, with and without a loop of 1,000 draws), by turns, so that what else the machine does weighs on
all alike:

- a move of a slider, to the frame with the new list, and to the frame with the new chances: medians of 30 moves, 90 % within;
- a drag of 30 steps: how long after its last step the last list and the last chances are painted;
- from opening the address to a board that can be moved, the kernel's start and the evaluation included: the median of three;
- a goalpost of one indicator moved, to the frame with the new list;
- what the kernel does for a move, in processor time, and bytes a member.

Each figure is told with the bound that is wanted of it, as PASS or MISSED.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from evaluate_and_draws import write_edition
from figures import Figures
from playwright.sync_api import sync_playwright

from toolkit import evaluate, open_edition
from toolkit.commands.lab import server
from toolkit.commands.table import free_port
from toolkit.ground.resources import ONE_THREAD, house_folder
from toolkit.interactive.dials import all_dials
from toolkit.interactive.tuning import moved
from toolkit.interactive.weight_board import weight_board

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOVES, ROUNDS, OPENINGS = 10, 3, 3
"""Moves in a row on one board, and how often each board has its turn; how often a page is opened."""
PLAINLY = (3.0, 20.0)
"""How many times as fast as plain pandas and ipywidgets a list and chances shall be at least: the aim."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WITHOUT = "from toolkit.interactive.weight_board import WeightBoard\nWeightBoard.sure = False\n"
SERVE = """
import sys
from toolkit.__main__ import main
from toolkit.commands import table
table.SOURCES = (sys.argv[1] + table.SOURCES[0],)
sys.argv = ["committee", "table", sys.argv[2], "--no-open"]
main()
"""
BOUNDS = {608: (60.0, 100.0), 5_000: (120.0, 250.0)}
"""Milliseconds from a move to the list, and to the chances."""
DRAGGED = (200.0, 300.0)
USABLE, KERNEL, BYTES = 6_000.0, 5.0, 13.0
TURNED = 10.0
"""Processor milliseconds of the kernel for a goalpost, which is half the checks of the scheme."""
MEASURE = """
async ([shares, sure]) => {
  const board = document.querySelector(".weight-board"), slider = board.querySelector(".tree input[type=range]");
  const frame = () => new Promise(done => requestAnimationFrame(() => { const port = new MessageChannel(); port.port1.onmessage = done; port.port2.postMessage(0); }));
  const later = name => new Promise(done => { const watch = new MutationObserver(() => { watch.disconnect(); done(); }); watch.observe(board, { attributes: true, attributeFilter: [name] }); });
  const told = [];
  for (const share of shares) {
    const painted = later("data-board"), chances = sure ? later("data-chances") : null, start = performance.now();
    slider.dispatchEvent(new PointerEvent("pointerdown"));
    slider.value = String(share);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await painted; await frame();
    const list = performance.now() - start;
    if (chances) { await chances; await frame(); }
    told.push([list, performance.now() - start]);
    await new Promise(done => setTimeout(done, 60));
  }
  return told;
}
"""
TURN = """
async (moves) => {
  const board = document.querySelector(".weight-board"), told = [];
  const frame = () => new Promise(done => requestAnimationFrame(() => { const port = new MessageChannel(); port.port1.onmessage = done; port.port2.postMessage(0); }));
  const later = name => new Promise(done => { const watch = new MutationObserver(() => { watch.disconnect(); done(); }); watch.observe(board, { attributes: true, attributeFilter: [name] }); });
  for (const open of board.querySelectorAll(".tree .open")) {
    const there = later("data-board");
    open.click();
    await there; await frame();
    if (board.querySelector(".panel .mark")) break;
    board.querySelector(".panel .back").click();
  }
  const marks = board.querySelectorAll(".panel .mark");
  for (let move = 0; move < moves; move += 1) {
    const painted = later("data-board"), start = performance.now();
    marks[marks.length - 1].dispatchEvent(new KeyboardEvent("keydown", { key: move % 2 ? "ArrowRight" : "ArrowLeft", bubbles: true }));
    await painted; await frame();
    told.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 60));
  }
  board.querySelector(".panel .back").click();
  return told;
}
"""
PLAIN = """
async (moves) => {
  const handle = document.querySelector(".noUi-handle"), told = [];
  const frame = () => new Promise(done => requestAnimationFrame(() => { const port = new MessageChannel(); port.port1.onmessage = done; port.port2.postMessage(0); }));
  for (let move = 0; move < moves; move += 1) {
    const table = document.querySelector(".widget-html-content table");
    const there = new Promise(done => { const watch = new MutationObserver(() => { if (!table.isConnected && document.querySelector(".widget-html-content table")) { watch.disconnect(); done(); } }); watch.observe(document.body, { childList: true, subtree: true }); });
    const start = performance.now();
    handle.dispatchEvent(new KeyboardEvent("keydown", { key: move % 2 ? "ArrowLeft" : "ArrowRight", bubbles: true }));
    await there; await frame();
    told.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 60));
  }
  return told;
}
"""
DRAG = """
async (sure) => {
  const board = document.querySelector(".weight-board"), slider = board.querySelector(".tree input[type=range]");
  const seen = { board: 0, chances: 0 };
  const watch = new MutationObserver(all => { for (const one of all) { const name = one.attributeName.slice(5); requestAnimationFrame(() => { seen[name] = performance.now(); }); } });
  watch.observe(board, { attributes: true, attributeFilter: ["data-board", "data-chances"] });
  slider.dispatchEvent(new PointerEvent("pointerdown"));
  for (let step = 0; step < 30; step += 1) {
    slider.value = String(30 + step / 2);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(done => setTimeout(done, 16));
  }
  const end = performance.now();
  await new Promise(done => { const look = () => (board.dataset.busy === "false" && (!sure || board.dataset.chances === board.dataset.board) ? done() : setTimeout(look, 5)); look(); });
  await new Promise(done => setTimeout(done, 50));
  watch.disconnect();
  return [Math.max(0, seen.board - end), Math.max(0, seen.chances - end)];
}
"""


@contextmanager
def served(edition: Path, prefix: str) -> Iterator[str]:
    """The address of the board of an edition."""
    with _address([sys.executable, "-c", SERVE, prefix, str(edition)], edition) as address:
        yield address


@contextmanager
def served_plainly(place: Path, *, chances: bool) -> Iterator[str]:
    """The address of the plain board of the file ``values.csv`` in `place`."""
    source = f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom plain_board import plain_board\nplain_board('values.csv', chances={chances})"
    cell: dict[str, Any] = {"cell_type": "code", "id": "plain", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    path = place / f"plain_{chances}.ipynb"
    path.write_text(json.dumps({"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    with _address([*server("voila.app"), path.name, "--no-browser", f"--port={free_port()}", "--token="], place) as address:
        yield address


@contextmanager
def _address(command: list[str], place: Path) -> Iterator[str]:
    """The first address that a server says."""
    process = subprocess.Popen(command, cwd=place, env=ONE_THREAD | os.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603 - our own words
    try:
        found = next(found[0] for line in process.stdout or () if (found := re.search(r"http://\S+", line)))
        Thread(target=lambda: list(process.stdout or ()), daemon=True).start()
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def opened(page: Page, address: str, shown: str = ".weight-board .rows .row") -> float:
    """Milliseconds until the board can be moved."""
    start = time.perf_counter()
    page.goto(address, wait_until="commit", timeout=180_000)
    page.wait_for_selector(shown, timeout=180_000)
    taken = 1000 * (time.perf_counter() - start)
    page.wait_for_timeout(3_000)
    return taken


def told(name: str, values: list[float]) -> float:
    """The median, printed with what 90 % were within."""
    median = statistics.median(values)
    print(f"  {name:44}{median:9.1f} ms, 90 % within {sorted(values)[round(0.9 * (len(values) - 1))]:.0f}", flush=True)
    return median


def moved_by_turns(pages: dict[bool, Page], plain: dict[bool, Page]) -> tuple[dict[bool, list[tuple[float, float]]], dict[bool, list[float]]]:
    """Times of moves on the board without chances and with them, and on the plain one, by turns."""
    times: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    plainly: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(ROUNDS):
        for sure, page in pages.items():
            page.bring_to_front()
            shares = [20 + ((7 * move + turn) % 40) + 0.5 * (move % 2) for move in range(MOVES)]
            times[sure] += [tuple(one) for one in page.evaluate(MEASURE, [shares, sure])]
        for sure, page in plain.items():
            page.bring_to_front()
            plainly[sure] += page.evaluate(PLAIN, 2 if sure else MOVES)
    return times, plainly


def dragged(page: Page) -> tuple[float, float]:
    """How long after its last step a drag's last list and last chances are painted: medians."""
    page.bring_to_front()
    found = [page.evaluate(DRAG, True) for _ in range(ROUNDS)]
    return statistics.median(one[0] for one in found), statistics.median(one[1] for one in found)


def in_kernel(edition: Path) -> tuple[float, float]:
    """Processor milliseconds that a move takes, its arrays included, and their bytes a member."""
    opened_edition = open_edition(edition)
    board = weight_board(evaluate(opened_edition.scheme, opened_edition.records), opened_edition)
    node, times = board.scheme.children()[0].id, []
    for move in range(40):
        start = time.process_time()
        board.take(moved(board.tuning, node, 20 + move / 2))
        sent = board.board.buffers
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times), sum(map(len, sent)) / len(board.before.members)


def turned_in_kernel(edition: Path) -> float:
    """Processor milliseconds that a goalpost or a step turned on its panel takes: the scheme checked, one indicator valued anew, board and panel told."""
    opened_edition = open_edition(edition)
    board: Any = weight_board(evaluate(opened_edition.scheme, opened_edition.records), opened_edition)
    board.sure, board.send = False, lambda *_, **__: None
    dial, value = next((dial, dial.value) for dial in reversed(list(all_dials(board.scheme))) if dial.mark == "raw" and isinstance(dial.value, float | int))
    node, times = dial.id.partition("[")[2].partition("]")[0], []
    for move in range(40):
        asked = {"ask": move, "do": "turn", "dial": dial.id, "value": value + 0.5 * (move % 2), "gesture": "drag", "shown": node}
        start = time.process_time()
        board._heard(board, asked)  # noqa: SLF001 - as the page asks
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def write_values(edition: Path, place: Path) -> None:
    """The values that the plain board is given, with the class of each member."""
    evaluation = evaluate((opened_edition := open_edition(edition)).scheme, opened_edition.records)
    frame = evaluation.values.copy()
    frame.insert(0, "kind", evaluation.members["class"].astype("str"))
    frame.to_csv(place / "values.csv")


def measured(members: int, edition: Path, browser: Any, figures: Figures) -> None:
    """All figures of one edition."""
    print(f"{members:,} members")
    with ExitStack() as stack:
        pages, plain = _opened_pages(members, edition, browser, figures, stack)
        times, plainly = moved_by_turns(pages, plain)
        _told_moves(members, times, plainly, figures)
        to_list = BOUNDS[members][0]
        pages[True].bring_to_front()
        figures.at_most(f"{members:,}: a goalpost moved to the list", told("a goalpost moved to the list", pages[True].evaluate(TURN, MOVES * ROUNDS)), to_list, "ms")
        for name, milliseconds, bound in zip(("the last list", "the last chances"), dragged(pages[True]), DRAGGED, strict=True):
            figures.at_most(f"{members:,}: {name} after a drag of 30 steps", told(name, [milliseconds]), bound, "ms")
    kernel, size = in_kernel(edition)
    figures.at_most(f"{members:,}: the kernel's work for a move", kernel, KERNEL, "ms")
    figures.at_most(f"{members:,}: the kernel's work for a goalpost", turned_in_kernel(edition), TURNED, "ms")
    figures.at_most(f"{members:,}: bytes a member and move", size, BYTES, "B")


def _opened_pages(members: int, edition: Path, browser: Any, figures: Figures, stack: ExitStack) -> tuple[dict[bool, Page], dict[bool, Page]]:
    """The boards without chances and with them, ours and plain ones; how long ours took to open."""
    size = {"width": 1366, "height": 768}
    place = edition.parent / f"plain-{members}"
    place.mkdir()
    write_values(edition, place)
    pages, plain = {}, {}
    for sure in (False, True):
        plain[sure] = browser.new_page(viewport=size)
        opened(plain[sure], stack.enter_context(served_plainly(place, chances=sure)), ".widget-html-content table")
    pages[False] = browser.new_page(viewport=size)
    opened(pages[False], stack.enter_context(served(edition, WITHOUT)))
    address, taken = stack.enter_context(served(edition, "")), []
    for opening in range(OPENINGS):
        if opening:
            pages[True].close()
        pages[True] = browser.new_page(viewport=size)
        taken.append(opened(pages[True], address))
    figures.at_most(f"{members:,}: opened to usable", told("opened to usable", taken), USABLE, "ms")
    return pages, plain


def _told_moves(members: int, times: dict[bool, list[tuple[float, float]]], plainly: dict[bool, list[float]], figures: Figures) -> None:
    """Moves of the board against their bounds, and against the plain board's."""
    to_list, to_chances = BOUNDS[members]
    for name, sure, place, bound in (
        ("moved to the list, no chances", False, 0, to_list), ("moved to the list, chances under way", True, 0, to_list), ("moved to the chances", True, 1, to_chances),
    ):  # fmt: skip
        figures.at_most(f"{members:,}: {name}", told(name, [pair[place] for pair in times[sure]]), bound, "ms")
    for name, sure, aim in (("list", False, PLAINLY[0]), ("chances", True, PLAINLY[1])):
        ours = statistics.median(pair[sure] for pair in times[sure])
        figures.at_least(f"{members:,}: {name}, times as fast as plainly", told(f"{name}, plainly", plainly[sure]) / ours, aim, "times", aim=True)


def main() -> None:
    """Measure both sizes."""
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    figures = Figures("board")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        demo = Path(folder) / "demo"
        shutil.copytree(house_folder("data/demo"), demo, ignore=shutil.ignore_patterns("sealed", "notebooks", ".lock", "*.py"))
        measured(608, demo, browser, figures)
        large = Path(folder) / "large"
        large.mkdir()
        measured(5_000, write_edition(large, members=5_000), browser, figures)
        browser.close()
    figures.end()


if __name__ == "__main__":
    main()
