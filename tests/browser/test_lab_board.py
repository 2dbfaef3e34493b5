"""The weight board and the ballot in JupyterLab, where single keys belong to the notebook: on a slider they reach board and ballot alone."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_page import BROWSER, FLAGS
from tests.test_lab import TOKEN, asked, lab
from toolkit.ballots import load_ballots, whole_weights
from toolkit.ground.resources import house_folder
from toolkit.scheme import load_scheme
from toolkit.weighting import ahp_shares

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")
PATIENCE = 180_000


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo edition."""
    edition = tmp_path_factory.mktemp("lab") / "edition"
    shutil.copytree(house_folder("data/demo"), edition, ignore=shutil.ignore_patterns("sealed", "notebooks", ".lock", "*.py"))
    return edition


@pytest.fixture(scope="module")
def page(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Notebook 3 of a copy of the demo edition, run."""
    runtime = tmp_path_factory.mktemp("runtime")
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


def test_a_ballot_by_keys_alone_names_a_contradiction_as_it_arises_and_mends_it(page: Page) -> None:
    page.locator(".paper [data-key=expert]").focus()
    page.keyboard.type("ｅ０８")
    page.keyboard.press("Enter")
    page.locator(".paper [data-key='group learning']").focus()
    page.keyboard.press("Enter")
    page.locator(".paper input[value=points]").focus()
    page.keyboard.press("ArrowRight")  # the next way: pairs
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    for place, keys in enumerate((["ArrowLeft"] * 2, ["ArrowRight"] * 2, ["ArrowLeft"] * 2)):
        page.locator(".paper .pair input[type=range]").nth(place).focus()
        for key in (*keys, "d", "d", "b", "x"):
            page.keyboard.press(key)
    said = "您说“法规学习班与讲座学时”重于“专项业务培训次数”、“专项业务培训次数”重于“培训与活动参加人次”，却说“培训与活动参加人次”重于“法规学习班与讲座学时”"
    sync_api.expect(page.locator(".paper .doubts li")).to_have_text(said)
    sync_api.expect(page.locator(".paper .coherence")).to_have_text("CR 1.15，应小于 0.1")
    assert page.locator(".paper .pair input[type=range]").first.get_attribute("aria-valuetext") == "“法规学习班与讲座学时”比“专项业务培训次数”稍重要（3）"
    page.locator(".paper [data-key=mend]").focus()
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".paper .coherence")).to_have_text("CR 0.06 ✓")
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells


def test_the_board_comes_back_after_a_reload_of_a_saved_notebook(page: Page) -> None:
    page.keyboard.press("Control+s")
    page.wait_for_timeout(3_000)
    page.reload(wait_until="commit")
    page.wait_for_selector(".weight-board .rows .row")
    sync_api.expect(page.locator(".tree input.number").first).to_have_value("31.5")


def test_the_ballot_comes_back_too_is_saved_and_is_read_with_the_weights_that_were_shown(page: Page, edition: Path) -> None:
    page.wait_for_selector(".paper .thirds")
    page.locator(".paper [data-key='group learning']").click()
    shown = [float(text.rstrip("%")) for text in page.locator(".paper .percent").all_text_contents()]
    while page.locator(".paper .tab.empty").count():
        page.locator(".paper [data-key=next]").click()
        page.locator(".paper input[value=rank_order]").check()
        page.locator(".paper [data-key=as_listed]").click()
        page.wait_for_selector(".paper .tab.done[aria-current=true]")
    page.locator(".paper [data-key=save]").click()
    sync_api.expect(page.locator(".paper .answer")).to_have_text("已保存 ballots/E08.toml：专家 E08，第 1 轮，计入。")
    one = next(one for one in load_ballots(edition, load_scheme(edition / "scheme.toml")).listed if one.expert == "E08")
    pairs = [[1, 1 / 4, 1 / 3], [None, 1, 3], [None, None, 1]]
    assert one.judged["learning"].shares.tolist() == ahp_shares(pairs).tolist()
    assert shown == whole_weights(ahp_shares(pairs), 1).tolist()
