"""The weight board in JupyterLab, where single keys belong to the notebook: on a slider they reach the board alone."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_page import BROWSER, FLAGS
from tests.test_lab import TOKEN, asked, lab
from toolkit.ground.resources import house_folder

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")
PATIENCE = 180_000


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Notebook 3 of a copy of the demo edition, run."""
    edition, runtime = (tmp_path_factory.mktemp("lab") / name for name in ("edition", "runtime"))
    shutil.copytree(house_folder("data/demo"), edition, ignore=shutil.ignore_patterns("sealed", "notebooks", ".lock", "*.py"))
    runtime.mkdir()
    with lab(edition, runtime) as (_, port), sync_api.sync_playwright() as playwright:
        asked(port, "contents")
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(PATIENCE)
        page.goto(f"http://127.0.0.1:{port}/doc/tree/三、权重与名单.ipynb?token={TOKEN}", wait_until="commit")
        run_all(page, lambda: [each["kernel"]["execution_state"] for each in asked(port, "sessions")])
        yield page
        browser.close()


def run_all(page: Page, states: Callable[[], list[str]]) -> None:
    """Run all cells once the notebook's kernel answers; on a laden machine a press may come too early, and is repeated."""
    deadline = time.monotonic() + PATIENCE / 1000
    while "idle" not in states() and time.monotonic() < deadline:
        page.wait_for_timeout(500)
    for _ in range(4):
        page.locator(".jp-MarkdownCell").first.click()
        page.get_by_role("menuitem", name="运行", exact=True).click()
        page.locator(".lm-Menu-itemLabel", has_text="运行所有单元格").first.click()
        with suppress(sync_api.TimeoutError):
            page.wait_for_selector(".weight-board .rows .row", timeout=60_000)
            return
    raise AssertionError(states())


def test_single_keys_on_a_slider_leave_the_notebook_alone(page: Page) -> None:
    cells = page.locator(".jp-Notebook .jp-Cell")
    before = cells.count()
    page.locator(".tree input[type=range]").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "d", "d", "b", "x", "a"):
        page.keyboard.press(key)
    sync_api.expect(page.locator(".tree input.number").first).to_have_value("31.5")
    assert cells.count() == before
    assert page.locator(".weight-board").count() == 1


def test_no_input_is_open_and_the_board_fits(page: Page) -> None:
    board = page.locator(".jp-CodeCell", has=page.locator(".weight-board"))
    assert not board.locator(".jp-InputArea-editor").first.is_visible()
    inner, outer = page.locator(".weight-board").bounding_box(), page.locator(".jp-Notebook").first.bounding_box()
    assert inner is not None
    assert outer is not None
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]


def test_the_board_comes_back_after_a_reload_of_a_saved_notebook(page: Page) -> None:
    page.keyboard.press("Control+s")
    page.wait_for_timeout(3_000)
    page.reload(wait_until="commit")
    page.wait_for_selector(".weight-board .rows .row")
    sync_api.expect(page.locator(".tree input.number").first).to_have_value("31.5")
