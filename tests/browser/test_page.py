"""The public page as a reader's browser shows it: Chromium opens it, filters, switches language, prints."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser import BROWSER, FLAGS, PATIENCE
from tests.processes import page_process
from tests.sealed_page import HOSTILE, served_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")


class Visit:
    """One page opened by a reader, and all that the browser asked for and complained of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"{address}live")
        page.wait_for_selector("body.open .lists li", timeout=PATIENCE)

    def names(self) -> list[str]:
        return [str(name) for name in self.page.locator(".lists li.name").all_text_contents()]

    def shows(self, count: int) -> None:
        sync_api.expect(self.page.locator(".lists li.name")).to_have_count(count)


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    with served_page(tmp_path_factory.mktemp("bag")) as address, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        yield Visit(browser.new_page(viewport={"width": 1366, "height": 768}), address)
        browser.close()


def test_the_bottom_line_comes_first(visit: Visit) -> None:
    text = visit.page.inner_text("body")
    line = "申报参评的 20 家会员中，评出优秀会员 3 家、先进会员 6 家。"
    listed = "名单列出同意公开的 6 家，分布于 2 个会员类别；另有 3 家未同意公开名称，奖项照授，名单不列。"
    assert text.index(line) < text.index(listed) < text.index("排名不分先后") < text.index("广州市粤达采购中心")
    assert "列出 2 家，另有 1 家不列名称" in visit.page.inner_text(".lists caption >> nth=0")
    assert visit.page.locator(".masthead h1").inner_text() == "评选办法 <b>2018</b>"
    for said in ("自发布之日起 7 个工作日", "真实名称", "秘书处", "committee verify BAG --replay", "a" * 64):
        assert said in text
    assert "正在打开" not in text


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a system that can stop a process")
def test_the_list_is_read_until_its_kernel_is_there_and_what_was_chosen_stays(visit: Visit) -> None:
    (copied,) = page_process(visit.address).children()
    page = visit.page.context.browser.new_page(viewport={"width": 1366, "height": 768})  # type: ignore[union-attr]
    copied.suspend()
    try:
        page.goto(f"{visit.address}live", wait_until="commit")
        page.locator("#progress .waiting", has_text="名单可以先读").wait_for()
        assert set(HOSTILE) <= set(page.locator(".told.zh li.name").all_text_contents())
        page.get_by_text("English", exact=True).click()
        assert "Of 20 members" in page.inner_text("#opening")
        assert page.locator("body.open").count() == 0
    finally:
        copied.resume()
    page.wait_for_selector("body.open .lists li", timeout=PATIENCE)
    page.wait_for_selector("text=the order carries no rank")
    assert page.locator("#opening").count() == 0
    page.close()


def test_without_a_program_the_list_is_there_too(visit: Visit) -> None:
    page = visit.page.context.browser.new_context(java_script_enabled=False).new_page()  # type: ignore[union-attr]
    page.goto(f"{visit.address}live")
    assert "需要启用 JavaScript" in page.inner_text("#progress")
    assert "正在打开" not in page.inner_text("body")
    assert set(HOSTILE) <= set(page.locator(".told.zh li.name").all_text_contents())
    page.context.close()


def test_the_bottom_line_and_the_first_names_need_no_scrolling(visit: Visit) -> None:
    box = visit.page.locator(".lists li.name").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 768


def test_hostile_names_are_text(visit: Visit) -> None:
    assert set(HOSTILE) <= set(visit.names())
    assert visit.page.locator(".lists img, .lists script").count() == 0
    assert visit.page.title() == "评选办法 <b>2018</b>"


def test_chinese_is_drawn_by_a_chinese_font(visit: Visit) -> None:
    # Two characters that a font lacks are drawn as the same box.
    drawn = visit.page.evaluate(
        """() => ["优", "秀"].map(sign => {
            const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
            pen.font = "40px " + getComputedStyle(document.body).fontFamily;
            pen.fillText(sign, 5, 50);
            return canvas.toDataURL();
        })"""
    )
    assert drawn[0] != drawn[1]


def test_the_still_page_needs_no_program_and_has_both_languages(visit: Visit) -> None:
    page = visit.page.context.browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()  # type: ignore[union-attr]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{visit.address}still")
    for language, said, unsaid in (("English", "Of 20 members", "申报参评的"), ("中文", "申报参评的", "Of 20 members")):
        page.get_by_text(language, exact=True).click()
        assert said in page.inner_text("body")
        assert unsaid not in page.inner_text("body")
    assert set(HOSTILE) <= set(page.locator(".zh li.name").all_text_contents())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert asked == [f"{visit.address}still"]


def test_a_page_whose_kernel_has_ended_says_so(visit: Visit) -> None:
    page = visit.page.context.browser.new_page()  # type: ignore[union-attr]
    page.goto(f"{visit.address}live")
    page.wait_for_selector("body.open .lists li", timeout=PATIENCE)
    sync_api.expect(page.locator("#ended")).to_be_hidden()
    kernel = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    page.request.post(f"{visit.address}voila/api/shutdown/{kernel}")
    page.fill(".notice-filters input", "广州")
    sync_api.expect(page.locator("#ended")).to_be_visible()
    assert "请刷新" in page.inner_text("#ended")
    page.close()


def test_class_and_name_choose(visit: Visit) -> None:
    visit.page.fill(".notice-filters input", "广州")
    visit.shows(2)
    assert visit.names() == ["广州市粤达采购中心", "广州市恒达采购中心"]
    sync_api.expect(visit.page.locator(".count")).to_have_text("显示 2 家，共 6 家")
    visit.page.select_option(".notice-filters select", label="招标代理机构")
    visit.shows(0)
    sync_api.expect(visit.page.locator(".none")).to_have_text(
        "名单中没有符合条件的会员。另有 3 家获奖会员未同意公开名称，不在名单上；查不到名称，不表示没有获奖。"
    )
    visit.page.fill(".notice-filters input", "")
    visit.shows(3)
    visit.page.select_option(".notice-filters select", index=0)
    visit.shows(6)


def test_the_page_speaks_english_too(visit: Visit) -> None:
    visit.page.click("text=English")
    visit.page.wait_for_selector("text=the order carries no rank")
    sync_api.expect(visit.page.locator(".count")).to_have_text("6 members named, 3 not")
    visit.page.click("text=中文")
    visit.page.wait_for_selector("text=排名不分先后")


def test_a_narrow_screen_needs_no_sideways_scrolling(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    visit.page.set_viewport_size({"width": 1366, "height": 768})


def test_print_leaves_out_what_only_a_screen_can_use(visit: Visit) -> None:
    visit.page.emulate_media(media="print")
    assert not visit.page.is_visible(".notice-filters select")
    assert not visit.page.is_visible(".notice-switch")
    assert visit.page.is_visible(".card dd")
    visit.page.emulate_media(media="screen")


def test_no_request_left_the_machine_and_nobody_complained(visit: Visit) -> None:
    host = visit.address.removeprefix("http://")
    elsewhere = [url for url in visit.requests if url.split("://")[-1].startswith(host) is False]
    assert [url for url in elsewhere if not url.startswith("data:")] == []
    assert visit.complaints == []
    assert "Traceback" not in visit.page.content()
    assert visit.page.context.cookies() == []
