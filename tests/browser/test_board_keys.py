"""The board by the keyboard alone, by a screen reader, by an input method, and in English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser import BROWSER
from tests.browser.board_page import PATIENCE
from toolkit.scheme import load_scheme

if TYPE_CHECKING:
    from tests.browser.board_page import Table

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")


def test_keys_belong_to_the_slider_and_undo_leads_back(table: Table) -> None:
    table.back()
    table.slider("学习培训").focus()
    for key in ("ArrowRight", "ArrowRight", "d", "d", "b", "x"):
        table.page.keyboard.press(key)
    table.page.wait_for_timeout(300)
    table.settled()
    assert table.weights()["学习培训的权重"] == 31
    heard = table.page.evaluate("() => new Promise(done => { let n = 0; document.body.addEventListener('keydown', () => { n += 1; }); window.heardKeys = () => n; done(0); })")
    assert heard == 0
    table.page.keyboard.press("d")
    assert table.page.evaluate("window.heardKeys()") == 0
    table.page.get_by_role("button", name="撤销").click()
    sync_api.expect(table.number("学习培训")).to_have_value("30")
    table.page.get_by_role("button", name="重做").click()
    sync_api.expect(table.number("学习培训")).to_have_value("31")


def accessible(table: Table) -> list[tuple[str, str]]:
    """Role and name of all that a screen reader is told of."""
    session = table.page.context.new_cdp_session(table.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [(node["role"]["value"], node.get("name", {}).get("value", "").strip()) for node in nodes if not node.get("ignored") and "role" in node]


def test_back_and_forth_by_their_keys_are_the_boards_and_a_box_shows_what_stands(table: Table) -> None:
    page, box = table.page, table.number("学习培训")
    table.back()
    table.type("学习培训", "36")
    for key, share in (("Control+z", "30"), ("Control+y", "36"), ("Control+z", "30"), ("Control+Shift+Z", "36")):
        page.keyboard.press(key)
        sync_api.expect(box).to_have_value(share, timeout=PATIENCE)
        table.settled()
        sync_api.expect(table.slider("学习培训")).to_have_value(share)
    page.keyboard.type("5")
    page.keyboard.press("Control+z")  # what is being typed is taken back first
    sync_api.expect(box).to_have_value("36")
    page.evaluate("document.execCommand('undo')")  # as the browser's own menu does
    assert box.input_value() == "36"
    page.keyboard.press("Tab")
    table.settled()
    assert table.weights()["学习培训的权重"] == 36
    table.back()


CONTROLS = {"button", "textbox", "searchbox", "slider", "combobox", "tab", "checkbox", "radio", "grid", "tabpanel", "tablist", "region"}


def test_every_control_has_a_name_in_the_language_of_the_page(table: Table) -> None:
    page = table.page
    decided = load_scheme(table.edition / "scheme.toml")
    own = [item.label for item in (*decided.nodes.values(), *decided.awards, *decided.adjustments, *decided.vetoes)]
    for language, tabs in (("zh", ("名额与分数线", "总分、加减分与否决", "权重")), ("en", ("Places and lines", "Total and vetoes", "Weights"))):
        for tab in tabs:
            page.get_by_role("tab", name=tab).click()
            sync_api.expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
            table.settled()
            told = accessible(table)
            assert [role for role, name in told if role in CONTROLS and not name] == []
            board = [name for role, name in told if role in {"slider", "tab", "tabpanel", "tablist"}]
            for label in sorted(own, key=len, reverse=True):
                board = [name.replace(label, "") for name in board]
            wrong = r"[A-Za-z]{4,}" if language == "zh" else r"[\u4e00-\u9fff]"
            assert [name for name in board if re.search(wrong, name)] == []
        page.get_by_role("button", name="English" if language == "zh" else "中文").first.click()
    status = page.locator(".weight-board [role=status]")
    assert status.count() == 1  # a status is a polite live region; nothing else on the board is one
    assert page.locator(".weight-board [aria-live]").count() == 0
    assert page.locator(".weight-board output").count() == 0


def focused(table: Table) -> str:
    """What the focus is on, as a reader is told it."""
    return str(table.page.evaluate("() => { const at = document.activeElement; return at.getAttribute('aria-label') || at.textContent.slice(0, 40); }"))


def tabbed_to(table: Table, name: str, most: int = 60) -> list[str]:
    """The Tab key pressed until the focus is on what is called so: what lay on the way."""
    passed: list[str] = []
    while (at := focused(table)) != name:
        assert len(passed) < most, passed
        passed.append(at)
        table.page.keyboard.press("Tab")
    return passed


def test_the_keyboard_alone_tunes_looks_at_a_member_and_goes_back(table: Table) -> None:
    page, keys = table.page, table.page.keyboard
    table.slider("学习培训").focus()  # the Tab key's one stop in the tree is where the focus was last
    page.get_by_role("button", name="English").first.focus()
    assert len(tabbed_to(table, "名单")) < 45
    page.get_by_role("button", name="English").first.focus()
    tabbed_to(table, "学习培训的权重")
    for key in ("ArrowRight", "ArrowRight"):
        keys.press(key)
    sync_api.expect(table.number("学习培训")).to_have_value("31", timeout=PATIENCE)
    keys.press("ArrowDown")
    assert focused(table) == "法规学习班与讲座学时的权重"
    keys.press("Tab")
    keys.press("ArrowUp")  # to the number above, which what is typed takes the place of
    keys.type("36")
    keys.press("Enter")
    table.settled()
    assert table.weights()["学习培训的权重"] == 36
    sync_api.expect(table.slider("学习培训")).to_have_attribute("aria-valuetext", "学习培训占同级的 36%，已定 30%")
    tabbed_to(table, "名单")
    for key in ("Home", "ArrowDown", "Enter"):
        keys.press(key)
    page.wait_for_selector(".waterfall .part", timeout=PATIENCE)
    keys.press("Escape")
    assert focused(table) == "名单"
    assert page.locator(".weight-board [role=status]").count() == 1
    page.get_by_role("button", name="English").first.focus()
    tabbed_to(table, "恢复已定")
    keys.press("Enter")
    table.settled()
    assert table.weights()["学习培训的权重"] == 30


def test_what_is_being_composed_is_not_searched_for_and_not_typed(table: Table) -> None:
    page, session = table.page, table.page.context.new_cdp_session(table.page)
    page.get_by_label("查找会员").focus()
    session.send("Input.imeSetComposition", {"text": "jiao yi", "selectionStart": 7, "selectionEnd": 7})
    sync_api.expect(page.locator(".count")).to_contain_text("显示 608 家")
    session.send("Input.insertText", {"text": "交易中心"})
    sync_api.expect(page.locator(".count")).not_to_contain_text("显示 608 家")
    page.get_by_label("查找会员").fill("")
    table.number("学习培训").focus()
    page.keyboard.press("Control+a")
    session.send("Input.imeSetComposition", {"text": "san", "selectionStart": 3, "selectionEnd": 3})
    session.send("Input.insertText", {"text": "三十五"})
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".notice")).to_contain_text("“学习培训”不能是“三十五”", timeout=PATIENCE)


def test_the_page_speaks_english_too(table: Table) -> None:
    sync_api.expect(table.page.get_by_role("button", name="English")).to_have_count(1)  # for board and papers
    table.page.get_by_role("button", name="English").first.click()
    sync_api.expect(table.page.locator(".paper b").first).to_have_text("Ballot")
    sync_api.expect(table.page.locator(".status")).to_contain_text("The list is as decided")
    table.page.locator(".rows .row").nth(4).click()
    sync_api.expect(table.page.locator(".why")).to_contain_text("total", timeout=PATIENCE)
    assert not re.search("[：，；。]", table.page.locator(".why").inner_text())
    table.page.get_by_role("button", name="中文").first.click()
