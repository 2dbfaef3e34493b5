"""The lab in a browser: notebooks that are there already, one kernel, and keys and buttons that spoil nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest

from tests.browser import BROWSER, FLAGS
from tests.test_lab import TOKEN, answered, asked, edited, kernels, lab
from toolkit.ballots import load_ballots, whole_weights
from toolkit.ground.resources import house_folder
from toolkit.scheme import load_scheme
from toolkit.sealing.working_copies import NOTEBOOKS, working_copies
from toolkit.weighting import ahp_shares

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")
PATIENCE = 120_000
TABLE, LIST, SEAL = "三、权重与名单.ipynb", "四、名单.ipynb", "七、封存.ipynb"
ROW = ".weight-board .rows .row"
EDITING = ("b", "a", "d", "d", "x", "m", "y", "r", "1", "c", "v", "z", "0", "0", "i", "i", "Enter", "Shift+Enter", "Alt+Enter", "Shift+M", "Control+Shift+-")


@dataclass
class Opened:
    """A lab in a browser: its process and port, the page in hand, what the terminal says, what was asked for elsewhere, and what was complained of."""

    process: subprocess.Popen[bytes]
    port: int
    page: Page
    log: Path
    outside: list[str]
    complaints: list[str]


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo edition, in whose last notebook an expert left a remark."""
    edition = tmp_path_factory.mktemp("lab") / "edition"
    shutil.copytree(house_folder("data/demo"), edition, ignore=shutil.ignore_patterns("sealed", "notebooks", ".lock", "*.py"))
    working_copies(edition, house_folder("notebooks"))
    edited(edition / NOTEBOOKS / SEAL)
    return edition


@pytest.fixture(scope="module")
def opened(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The lab of that edition, as it opens."""
    runtime = tmp_path_factory.mktemp("runtime")
    with lab(edition, runtime) as (process, port), sync_api.sync_playwright() as playwright:
        asked(port, "status")
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        found = Opened(process, port, page, runtime / "log", [], [])
        context.on("request", lambda request: None if request.url.startswith((f"http://127.0.0.1:{port}/", "data:", "blob:")) else found.outside.append(request.url))
        context.on("console", lambda message: found.complaints.append(message.text) if message.type == "error" else None)
        open_table(page, port)
        yield found
        browser.close()


def open_table(page: Page, port: int) -> None:
    """The table in a window of its own."""
    page.goto(f"http://127.0.0.1:{port}/doc/tree/{quote(TABLE)}?token={TOKEN}", wait_until="commit")
    page.wait_for_selector(ROW)


@pytest.fixture
def page(opened: Opened) -> Page:
    """The page of the lab."""
    return opened.page


def test_the_board_is_there_unasked_and_the_first_move_is_painted(page: Page) -> None:
    headline = page.locator(".weight-board .headline, .weight-board [role=status]").first.inner_text()
    for _ in range(2):  # by keys, for what is typed is locked
        page.locator(".tree input[type=range]").first.press("ArrowRight")
    sync_api.expect(page.locator(".tree input.number").first).to_have_value("31")
    sync_api.expect(page.locator(".weight-board .headline, .weight-board [role=status]").first).not_to_have_text(headline)
    assert page.locator(".jp-Dialog").count() == 0
    page.locator("button.undo").click()  # at the left edge, where the notebook has a button of its own for whole outputs
    page.locator("button.redo").click()
    sync_api.expect(page.locator("button.redo")).to_be_disabled()


def kinds(page: Page) -> list[list[str]]:
    """Every cell of the notebook: what it is, and what is written in it."""
    cell = "cell => [/jp-(Code|Markdown|Raw)Cell/.exec(cell.className)[1], cell.querySelector('.jp-MarkdownOutput, .jp-InputPlaceholder')?.textContent ?? '']"
    found: list[list[str]] = page.evaluate(f"[...document.querySelectorAll('.jp-Notebook .jp-Cell')].map({cell})")
    return found


def test_editing_keys_do_nothing_on_a_headline_and_on_what_is_shown(page: Page) -> None:
    before = kinds(page)
    assert all(text for _, text in before)
    for place in (".jp-MarkdownCell h1", ".jp-OutputArea-output"):
        page.locator(place).first.click()
        for key in EDITING:
            page.keyboard.press(key)
    page.wait_for_timeout(500)
    assert kinds(page) == before
    assert page.locator(".jp-Dialog").count() == 0


def test_there_is_one_button_and_no_menu_no_side_bar(page: Page) -> None:
    buttons = [item.inner_text().strip() for item in page.locator(".jp-NotebookPanel-toolbar .jp-Toolbar-item").all()]
    assert [name for name in buttons if name] == ["重新计算全部", "打印"]
    for place in ("#jp-menu-panel", ".jp-SideBar >> nth=0", ".jp-cell-toolbar >> nth=0", "#jp-left-stack"):
        assert not page.locator(place).is_visible()
    width = page.locator(".jp-NotebookPanel").bounding_box()
    assert width is not None
    assert width["width"] > 1350


def test_single_keys_on_a_slider_leave_the_notebook_alone(page: Page) -> None:
    cells = page.locator(".jp-Notebook .jp-Cell")
    before = cells.count()
    page.locator(".tree input[type=range]").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "d", "d", "b", "x", "a"):
        page.keyboard.press(key)
    sync_api.expect(page.locator(".tree input.number").first).to_have_value("32.5")
    assert cells.count() == before
    assert page.locator(".weight-board").count() == 1


def test_no_input_is_open_and_the_board_fits(page: Page) -> None:
    board = page.locator(".jp-CodeCell", has=page.locator(".weight-board"))
    assert not board.locator(".jp-InputArea-editor").first.is_visible()
    assert page.locator(".jp-InputPlaceholder:visible").count() == 0  # a press on it would lay the code open
    inner, outer = page.locator(".weight-board").bounding_box(), page.locator(".jp-Notebook").first.bounding_box()
    assert inner is not None
    assert outer is not None
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"]


def unfolded(page: Page, heading: str) -> None:
    """Unfold the section under a heading where it is folded."""
    button = page.locator(".jp-MarkdownCell", has=page.locator("h2", has_text=heading)).locator(".jp-collapseHeadingButton.jp-mod-collapsed")
    if button.count():
        button.click()


def test_a_ballot_by_keys_alone_names_a_contradiction_as_it_arises_and_mends_it(page: Page) -> None:
    unfolded(page, "投票")
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
    sync_api.expect(page.locator(".paper .coherence")).to_have_text("前后一致性 CR 1.15，应小于 0.1")
    assert page.locator(".paper .pair input[type=range]").first.get_attribute("aria-valuetext") == "“法规学习班与讲座学时”比“专项业务培训次数”稍重要（3）"
    page.locator(".paper [data-key=mend]").focus()
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".paper .coherence")).to_have_text("前后一致性 CR 0.06 ✓")
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells


def test_another_window_of_a_saved_notebook_has_the_same_board_and_each_is_told_what_the_other_did(opened: Opened) -> None:
    former = opened.page
    first = former.locator(".tree input.number").first
    stood = first.input_value()
    former.locator(".tree input[type=range]").first.press("ArrowRight")
    sync_api.expect(first).not_to_have_value(stood)
    moved = first.input_value()
    with former.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
        former.keyboard.press("Control+s")
    page = opened.page = former.context.new_page()
    open_table(page, opened.port)
    first = page.locator(".tree input.number").first
    sync_api.expect(first).to_have_value(moved)
    first.fill("40")
    first.press("Enter")
    sync_api.expect(former.locator(".weight-board .notice span")).to_have_text("另一窗口作了调整（未采用），这里的名单已随之更新")
    sync_api.expect(former.locator(".tree input.number").first).to_have_value("40")
    page.locator("button.undo").click()
    sync_api.expect(former.locator(".tree input.number").first).to_have_value(moved)
    for field in ("由谁决定", "理由"):
        former.get_by_label(field).first.fill("甲")
    sync_api.expect(former.locator(".outdated")).to_be_hidden()
    former.locator("button.adopt").click()
    sync_api.expect(page.locator(".weight-board .notice")).to_contain_text("另一窗口：已采用并记入 journal.jsonl")
    for window in (former, page):  # what else was computed before says so, the first line of the notebook too
        sync_api.expect(window.locator(".weight-board .outdated")).to_contain_text("仍是更新前的")
        assert "这是更新前的" in window.locator(".jp-CodeCell .jp-OutputArea").first.evaluate("area => getComputedStyle(area, '::before').content")
    bar = page.locator('[data-command="notebook:restart-run-all"]').locator("..")
    bar.evaluate("bar => { window.folded = [bar, bar.parentNode, bar.nextSibling]; bar.remove(); }")  # as where the bar is folded
    page.locator(".weight-board .outdated button").click()
    sync_api.expect(page.locator(".weight-board .notice.refused span")).to_contain_text("看不到时，先按栏末的“…”")
    page.evaluate("() => { const [bar, around, next] = window.folded; around.insertBefore(bar, next); }")
    former.close()


def test_the_ballot_is_taken_over_from_a_window_that_is_gone_saved_and_is_read_with_the_weights_that_were_shown(page: Page, edition: Path) -> None:
    unfolded(page, "投票")
    page.locator(".paper [data-key=expert]").fill("E08")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator(".paper .answer")).to_contain_text("这个代号正在另一窗口填写")
    page.locator(".paper [data-key=over]").click()
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


def test_the_page_is_named_for_its_edition_and_none_of_it_is_in_jupyters_own_english(page: Page) -> None:
    assert page.title() == f"三、权重与名单 · {load_scheme(house_folder('data/demo') / 'scheme.toml').title}"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.locator("#jp-skiplink, .jp-skiplink").first.text_content() == "跳到正文"
    folded = page.locator(".jp-showHiddenCellsButton").all_text_contents()
    assert folded
    assert all("点开查看" in words for words in folded)
    text = page.evaluate("document.body.textContent")
    assert [words for words in ("Loading widget", "Error displaying", "hidden", "Skip to", "main panel") if words in text] == []


def test_what_the_browser_prints_is_the_whole_notebook(page: Page) -> None:
    was = float(page.locator(".tree input.number").first.input_value())
    page.locator(".tree input[type=range]").first.press("ArrowRight")
    sync_api.expect(page.locator(".weight-board .was").first).to_have_text(f"已定 {was:g}")
    page.emulate_media(media="print")
    first_line = page.locator(".jp-CodeCell .jp-OutputArea").first
    page.locator(".jp-NotebookPanel").evaluate("panel => panel.classList.remove('outdated')")  # it was adopted just now
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert "的调整尚未采用，不计在内" in first_line.evaluate("area => getComputedStyle(area, '::before').content"), "of the list as decided, above the one that was moved"
    assert page.evaluate("[...document.querySelectorAll('button, input, select, [role=slider]')].filter(one => one.checkVisibility()).map(one => one.outerHTML)") == []
    assert page.locator(".listed thead th").all_inner_texts() == ["名次", "升降", "会员", "类别", "总分", "距线", "奖项", "等级", "获奖把握"]
    assert page.locator(".listed thead").evaluate("head => getComputedStyle(head).display") == "table-header-group"  # on every page anew
    assert page.locator(".listed tbody tr").count() == 608
    assert page.locator(".sheet .weights tr").nth(1).locator("td").all_inner_texts() == ["1 学习培训", f"{was:g}", f"{was + 0.5:g}", "+0.5"]
    sync_api.expect(page.locator(".sheet .rules li").first).to_contain_text("优秀会员：")
    reasons = page.locator(".jp-OutputArea-output > details li")
    assert all(reasons.evaluate_all("all => all.map(one => one.checkVisibility({contentVisibilityAuto: true}) && one.getBoundingClientRect().height > 0)")), "on paper nobody lays open why places are empty"
    page.set_viewport_size({"width": 718, "height": 1040})  # A4 within margins of 10 mm
    beyond = "all => all.filter(one => one.getBoundingClientRect().right > innerWidth).map(one => one.caption?.textContent)"
    assert page.locator(".jp-OutputArea-output > table[style]").evaluate_all(beyond) == []
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert first_line.evaluate("area => getComputedStyle(area, '::before').content") == "none"
    assert page.pdf(format="A4").count(b"/Type /Page\n") > 10  # 608 members
    page.emulate_media(media="screen")
    for width in (1300, 1366):  # Lab laid the page out without its bar, which no browser makes it do that prints unasked: with another width it does it anew
        page.set_viewport_size({"width": width, "height": 768})
        page.wait_for_function("document.querySelector('.jp-NotebookPanel-notebook').getBoundingClientRect().top > 0")


def test_what_is_not_joined_says_so_in_words_and_offers_to_open_again(page: Page) -> None:
    page.evaluate("sessionStorage.setItem('committee-opened-again', String(Date.now()))")  # it opened itself again just now
    page.evaluate("document.querySelector('.jp-OutputArea').append(Object.assign(document.createElement('div'), {className: 'lm-Panel', textContent: 'Error displaying widget: model not found'}))")
    lost = page.locator("[data-lost]")
    sync_api.expect(lost.get_by_role("button", name="重新打开本页")).to_be_visible()
    assert "没有连上计算程序" in lost.inner_text()
    lost.evaluate("each => each.remove()")
    page.evaluate("""() => {
      sessionStorage.setItem('committee-opening', String(Date.now() - 61_000));
      document.body.append(Object.assign(document.createElement('p'), {id: 'opening', textContent: '正在打开'}));
      document.querySelector('#opening').dataset.asked = 'true';
    }""")
    long = page.locator("#opening .long")
    sync_api.expect(long).to_contain_text("已等了较久：机器可能正忙")
    sync_api.expect(long.get_by_role("button", name="重新打开本页")).to_be_visible()
    page.locator("#opening").evaluate("each => each.remove()")


def test_another_notebook_opens_computed_and_ends_the_former_kernel(opened: Opened) -> None:
    page, port = opened.page, opened.port
    (former,) = asked(port, "sessions")
    way = page.get_by_role("link", name=LIST.removesuffix(".ipynb"))
    assert way.evaluate("way => { way.addEventListener('click', event => event.preventDefault(), {once: true}); way.click(); return document.querySelector('#opening').textContent }") == "正在打开“四、名单”并计算，请稍候……"
    page.locator("#opening").evaluate("each => each.remove()")
    way.click()
    page.wait_for_selector(".jp-RenderedHTMLCommon table:visible")
    (session,) = asked(port, "sessions")
    assert (former["path"], session["path"]) == (TABLE, LIST)
    assert len(kernels(opened.process)) == 1
    assert page.get_by_role("link", name=TABLE.removesuffix(".ipynb")).count() == 1


def test_a_notebook_that_somebody_edited_is_not_run_unasked(opened: Opened) -> None:
    shown = asked(opened.port, f"contents/{quote(SEAL)}")["content"]["cells"]
    assert not [cell for cell in shown if cell.get("outputs")]
    log = opened.log.read_text("utf-8")
    assert "“七、封存”被改动过" in log
    assert "“三、权重与名单”已算好" in log


def test_what_is_printed_is_the_whole_notebook_without_code(opened: Opened) -> None:
    still = answered(opened.port, f"nbconvert/html/{quote(TABLE)}").decode()
    for words in ("三、权重与名单", "名单与已定办法相同", "存证：输入与结果的指纹"):
        assert words in still
    for foreign in ("open_edition", 'src="http'):
        assert foreign not in still


def test_nothing_is_asked_of_other_machines_and_nothing_complains(opened: Opened) -> None:
    assert [unquote(address) for address in opened.outside] == []
    assert opened.complaints == []
