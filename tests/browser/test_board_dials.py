"""The other dials of the board in a browser: goalposts, steps and grade lines dragged and typed, and what is left out for a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser import BROWSER
from tests.browser.board_page import PATIENCE, expected
from toolkit import rescored

if TYPE_CHECKING:
    from tests.browser.board_page import Table
    from toolkit.evaluation import Evaluation

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")


def test_a_goalpost_is_dragged_over_the_values_and_undone_at_once(table: Table, decided: Evaluation) -> None:
    table.opened("法规学习班与讲座学时")
    mark = table.page.get_by_role("slider", name="最好值")
    table.drag_left(mark, by=6, steps=15)
    best = float(mark.get_attribute("aria-valuenow") or "nan")
    assert best < 100
    scheme = decided.scheme.with_({"indicator[law_hours].value.best": best})
    assert table.painted() == expected(rescored(decided, scheme), table.painted())
    sync_api.expect(table.page.locator(".panel .was", has_text="已定 120")).to_be_visible()
    sync_api.expect(table.page.locator(".changes summary")).to_have_text("与已定办法相比，改动 1 处")
    mark.focus()
    table.page.keyboard.press("ArrowRight")
    table.settled()
    assert float(mark.get_attribute("aria-valuenow") or "nan") == best + 1
    for _ in range(2):
        table.page.get_by_role("button", name="撤销").click()
    sync_api.expect(mark).to_have_attribute("aria-valuenow", "120")
    table.back()


def test_a_figure_beyond_the_scale_is_refused_in_words(table: Table) -> None:
    table.opened("专项业务培训次数")
    cap = table.page.get_by_label("封顶").last
    cap.fill("140")
    cap.press("Enter")
    sync_api.expect(table.page.locator(".notice")).to_contain_text("“封顶”不能是“140”；请输入 0 到 100 之间的数")
    sync_api.expect(cap).to_have_value("100")
    cap.fill("８０")
    cap.press("Enter")
    sync_api.expect(table.page.locator(".panel .was", has_text="已定 100")).to_be_visible()
    table.settled()
    table.back()


def test_a_grade_line_is_dragged_on_the_totals(table: Table, decided: Evaluation) -> None:
    table.page.get_by_role("tab", name="名额与分数线").click()
    line = table.page.get_by_role("slider", name="AA 级分数线").first
    table.drag_left(line, by=2, steps=8)
    bound = float(line.get_attribute("aria-valuenow") or "nan")
    assert 70 < bound < 80
    bands = [[name, bound if name == "AA" else least] for name, least in decided.scheme.grades.bands]  # type: ignore[union-attr]
    rose = int((rescored(decided, decided.scheme.with_({"grades.bands": bands})).grading.grade != decided.grading.grade).sum())
    sync_api.expect(table.page.locator(".status")).to_contain_text(f"升 {rose} 家")
    table.back()


def test_what_is_left_out_is_a_trial_and_is_put_back(table: Table) -> None:
    before = table.painted()
    table.opened("法规学习班与讲座学时")
    table.page.get_by_role("button", name="试算：不计法规学习班与讲座学时").click()
    sync_api.expect(table.page.locator(".tried")).to_contain_text("试算：未计入法规学习班与讲座学时")
    table.settled()
    table.page.keyboard.press("Escape")
    sync_api.expect(table.page.locator(".adopt")).to_be_disabled()
    sync_api.expect(table.page.locator(".adoption")).to_contain_text("试算的名单不能采用：请先按“全部放回”")
    sync_api.expect(table.page.locator(".open.left-out")).to_have_count(1)
    assert table.painted() != before
    status = table.status().rstrip("。")
    table.page.get_by_role("button", name="方案比较").click()
    sync_api.expect(table.page.locator(".entry").first).to_contain_text("现在的试算（未计入法规学习班与讲座学时）", timeout=PATIENCE)
    assert table.page.locator(".entry .sum").first.inner_text() == status.partition("。")[0]  # the comparison says what the headline says
    table.page.keyboard.press("Escape")
    table.page.locator(".whose select").select_option("E02")
    sync_api.expect(table.page.locator(".tried")).to_contain_text("按专家 E02 一人的权重")
    table.settled()
    sync_api.expect(table.number("学习培训")).to_be_disabled()
    table.page.locator(".rows .row").first.click()
    table.page.locator(".cardbox .leave").click()
    sync_api.expect(table.page.locator(".why")).to_contain_text("试算中未计入本会员", timeout=PATIENCE)
    table.page.keyboard.press("Escape")
    table.page.locator(".adoption").get_by_role("button", name="全部放回").click()  # the words are the button
    sync_api.expect(table.page.locator(".tried")).to_be_hidden()
    table.settled()
    assert table.painted() == before


def test_a_step_is_put_in_typed_and_taken_away(table: Table, decided: Evaluation) -> None:
    table.opened("论坛与研讨会次数")
    page = table.page
    page.get_by_role("button", name="在第 3 档后加一档").click()
    sync_api.expect(page.locator(".panel .pair")).to_have_count(7, timeout=PATIENCE)
    assert [box.input_value() for box in page.locator(".panel .pair").nth(3).locator("input").all()] == ["4", "60"]
    page.get_by_role("button", name="去掉第 1 档").click()
    sync_api.expect(page.locator(".panel .pair")).to_have_count(6, timeout=PATIENCE)
    table.settled()
    scheme = decided.scheme.with_({"indicator[forums].value.steps": [[1, 30], [3, 50], [4, 60], [6, 70], [9, 85], [13, 100]]})
    assert table.painted() == expected(rescored(decided, scheme), table.painted())
    table.back()
