"""The page of ``committee table`` as tests drive it, and what Python says that it should show."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.interactive.board import Board, struck
from toolkit.scheme import Scheme

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from toolkit.evaluation import Evaluation

PATIENCE = 120_000


class Table:
    """The page of ``committee table``, and all that the browser asked for and complained of."""

    def __init__(self, page: Page, address: str, edition: Path) -> None:
        self.page, self.address, self.edition = page, address, edition
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.open()

    def open(self) -> None:
        self.page.goto(self.address, wait_until="commit", timeout=PATIENCE)
        self.page.wait_for_selector(".weight-board .rows .row", timeout=PATIENCE)
        self.settled()

    def drag_left(self, mark: Locator, *, by: int, steps: int) -> None:
        """Drag a mark on a scale to the left with the mouse, so many pixels a step."""
        box = mark.locator("circle").bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + 6, box["y"] + 6)
        self.page.mouse.down()
        for step in range(steps):
            self.page.mouse.move(box["x"] + 6 - by * step, box["y"] + 6)
        self.page.mouse.up()
        self.page.wait_for_timeout(200)
        self.settled()

    def node(self, label: str) -> Locator:
        return self.page.locator(".tree .node", has=self.page.get_by_text(re.compile(rf"\d {label}$")))

    def number(self, label: str) -> Locator:
        return self.node(label).locator("input.number")

    def slider(self, label: str) -> Locator:
        return self.node(label).locator("input[type=range]")

    def type(self, label: str, text: str) -> None:
        self.number(label).fill(text)
        self.number(label).press("Enter")
        self.settled()

    def settled(self) -> None:
        """Chances are there for the newest board, so nothing is under way."""
        self.page.wait_for_function(
            "() => { const board = document.querySelector('.weight-board'); return board.dataset.busy === 'false' && board.dataset.chances && board.dataset.chances === board.dataset.board; }",
            timeout=PATIENCE,
        )

    def weights(self) -> dict[str, float]:
        """The share that stands in every box, in the scheme's order from the top down."""
        boxes = self.page.locator(".tree input.number")
        return {str(label): float(value) for label, value in boxes.evaluate_all("all => all.map(one => [one.ariaLabel, one.value])")}

    def status(self) -> str:
        return self.page.inner_text(".status")

    def scheme_of(self, decided: Scheme) -> Scheme:
        """The scheme that the boxes say."""
        labels = {node.label: id_ for id_, node in decided.nodes.items()}
        return decided.with_weights({labels[label.removesuffix("的权重")]: share for label, share in self.weights().items()})

    def opened(self, label: str) -> None:
        """The panel of an indicator in place of the weights."""
        self.page.get_by_role("tab", name="权重").click()
        self.page.locator(".open", has_text=re.compile(rf"\d {label}$")).click()
        self.page.locator(".panel h3", has_text=label).wait_for()
        self.settled()

    def back(self) -> None:
        """Everything as it was decided, weights and list in sight."""
        aside = self.page.locator(".cardbox .back, .shelfbox .back").locator("visible=true")
        if aside.count():
            aside.click()
        self.page.get_by_role("tab", name="权重").click()
        restore = self.page.get_by_role("button", name="恢复已定")
        if restore.is_enabled():
            restore.click()
        self.settled()

    def painted(self) -> dict[int, tuple[str, str, str]]:
        """Total, place and award of the members in sight, by position."""
        rows = self.page.locator(".rows .row:not([hidden])").evaluate_all(
            "all => all.map(row => [row.member, row.cells.total.textContent, row.cells.place.textContent, row.cells.award.textContent])"
        )
        return {member: tuple(cells) for member, *cells in rows}


def expected(evaluation: Evaluation, members: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """The same by Python."""
    board, awards = Board.of(evaluation), ["", *(award.label for award in evaluation.scheme.awards)]
    barred = struck(evaluation)
    return {
        one: (f"{board.total[one] / 100:.2f}", str(board.rank[one] or "—"), awards[board.award[one]] or ("不参评" if not board.rank[one] else "一票否决" if one in barred else ""))
        for one in members
    }


def alike(one: dict[int, tuple[str, str, str]], other: dict[int, tuple[str, str, str]]) -> bool:
    """Whether the members in sight on both occasions stand the same; a notice leaves room for fewer."""
    common = one.keys() & other.keys()
    return len(common) > 10 and all(one[member] == other[member] for member in common)
