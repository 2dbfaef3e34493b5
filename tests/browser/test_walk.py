"""The way of somebody who never programmed, from the first screen of the README on: tune, see who leaves and how sure the rest is, ask why, adopt, vote, and see no code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import BROWSER, FLAGS
from tests.test_lab import TOKEN, asked, lab
from toolkit.ballots import load_ballots
from toolkit.ground.resources import house_folder
from toolkit.minutes.journal import read_journal
from toolkit.minutes.variants import read_variants
from toolkit.scheme import load_scheme

if TYPE_CHECKING:
    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")]
PATIENCE = 120_000
SETTLED = "() => { const board = document.querySelector('.weight-board'); return board.dataset.busy === 'false' && board.dataset.chances && board.dataset.chances === board.dataset.board; }"
CODE = "[...document.querySelectorAll('.cm-content, .jp-InputArea-editor, .jp-InputPlaceholder')].filter(each => each.offsetParent && each.getBoundingClientRect().height).length"
WIDE = "document.scrollingElement.scrollWidth > innerWidth || [...document.querySelectorAll('.weight-board, .paper')].some(each => each.getBoundingClientRect().right > innerWidth)"
LOSER, OF = "东莞穗翰产权交易中心", "优秀会员名额比例 %"


class Walk:
    """The page as that person uses it: what is seen is looked at after each step."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def settled(self) -> None:
        """The newest board is there, and nothing of the program is seen, or lies beyond the edge."""
        self.page.wait_for_function(SETTLED)
        assert self.page.evaluate(CODE) == 0
        assert not self.page.evaluate(WIDE)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def status(self) -> str:
        return self.page.locator(".weight-board .status").inner_text()

    def dragged(self, place: int, *, by: float) -> None:
        """A weight's slider, dragged with the mouse by so much of its length."""
        slider = self.page.locator(".tree input[type=range]").nth(place)
        box, at = slider.bounding_box(), float(slider.input_value()) / 100
        assert box is not None
        for step in range(6):
            self.page.mouse.move(box["x"] + box["width"] * (at + by * step / 5), box["y"] + box["height"] / 2)
            if not step:
                self.page.mouse.down()
        self.page.mouse.up()
        self.settled()


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo edition, nothing of it opened before."""
    edition = tmp_path_factory.mktemp("walk") / "edition"
    shutil.copytree(house_folder("data/demo"), edition, ignore=shutil.ignore_patterns("sealed", "notebooks", ".lock", "*.py"))
    return edition


@pytest.fixture(scope="module")
def walk(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """What ``committee lab`` opens, on the screen of a small laptop."""
    with lab(edition, tmp_path_factory.mktemp("runtime")) as (_, port), sync_api.sync_playwright() as playwright:
        asked(port, "status")
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(PATIENCE)
        page.goto(f"http://127.0.0.1:{port}/?token={TOKEN}", wait_until="commit")
        page.wait_for_selector(".weight-board .rows .row")
        yield Walk(page)
        browser.close()


def test_three_weights_and_a_quota_are_tuned_and_it_is_seen_who_leaves_and_how_sure_the_rest_is(walk: Walk) -> None:
    page = walk.page
    walk.settled()
    assert walk.status() == "名单与已定办法相同。"
    walk.dragged(0, by=0.1)
    boxes = page.locator(".tree input.number")
    assert float(boxes.first.input_value()) > 32
    boxes.nth(1).fill("45")
    boxes.nth(1).press("Enter")
    walk.settled()
    page.locator(".tree input[type=range]").nth(2).focus()
    cells = page.locator(".jp-Notebook .jp-Cell").count()
    for key in ("ArrowRight", "ArrowRight", "d", "d", "b", "x"):
        page.keyboard.press(key)
    walk.settled()
    assert page.locator(".jp-Notebook .jp-Cell").count() == cells
    page.get_by_role("tab", name="名额与分数线").click()
    quota = page.locator("input.number").and_(page.get_by_label(OF))
    quota.fill("6")
    quota.press("Enter")
    walk.settled()
    assert walk.status().startswith("退出 ")
    assert page.locator(".moves").inner_text().startswith("▼ 退出")
    assert page.locator(".rows .row .chance em").first.inner_text().endswith("%")


def test_why_a_member_lost_is_told_and_what_is_left_out_is_put_back(walk: Walk) -> None:
    page = walk.page
    page.get_by_role("tab", name="权重", exact=True).click()
    page.locator(".weight-board input[type=search]").fill(LOSER[:4])
    page.locator(".rows .row:visible").first.click()
    card = page.locator(".cardbox")
    sync_api.expect(card).to_contain_text("未获，离名额末位的分数还差")
    sync_api.expect(card).not_to_contain_text("…")
    for words in ("若只动一项权重", "若只改一个数", "若只少一条记录", "今后会自行发生的变化", "总分的构成", "所依据的记录"):
        sync_api.expect(card).to_contain_text(words)
    walk.settled()
    walk.press("← 返回名单")
    page.locator(".weight-board input[type=search]").fill("")
    page.locator(".whose select").select_option("E02")  # an expert's own weights; leaving out a score sheet is in test_board_dials
    sync_api.expect(page.locator(".tried")).to_contain_text("按专家 E02 一人的权重")
    walk.settled()
    page.locator(".tried .all-back").click()
    walk.settled()
    told = walk.status()
    walk.press("撤销")
    walk.settled()
    walk.press("重做")
    walk.settled()
    assert walk.status().partition("。")[0] == told.partition("。")[0]


def test_a_variant_is_kept_and_drawn_and_the_scheme_adopted_with_name_and_reason(walk: Walk, edition: Path) -> None:
    page = walk.page
    walk.press("方案比较")
    for label, text in (("方案名称", "学习加重"), ("谁存的", "会议"), ("为何", "比一比")):
        page.get_by_label(label, exact=True).fill(text)
    walk.press("存为方案")
    sync_api.expect(page.locator(".notice")).to_contain_text("已存为方案“学习加重”")
    sync_api.expect(page.locator(".chartbox svg").first).to_be_visible()
    assert [one.name for one in read_variants(edition)] == ["学习加重"]
    walk.press("← 返回名单")
    page.get_by_label("由谁决定").fill("专家委员会第二次会议")
    page.get_by_label("理由", exact=True).fill("学习为本")
    walk.press("采用这一方案")
    sync_api.expect(page.locator(".notice")).to_contain_text("理由：学习为本")
    sync_api.expect(page.locator(".weight-board .outdated")).to_contain_text("仍是更新前的")
    walk.settled()
    assert read_journal(edition).entries[-1].reason == "学习为本"
    scheme = load_scheme(edition / "scheme.toml")
    assert (scheme.nodes["law_hours"].weight, scheme.awards[0].quota.share) == (45, 0.06)  # type: ignore[union-attr]


def test_a_ballot_is_cast_in_pairs_and_what_contradicts_itself_is_mended_at_a_press(walk: Walk, edition: Path) -> None:
    page = walk.page
    paper = page.locator(".paper").first
    paper.locator("[data-key=expert]").fill("E08")
    paper.get_by_role("button", name="开始").click()
    paper.locator("input[value=ahp]").check()
    pairs = paper.locator(".pair input[type=range]")
    pairs.first.press("ArrowLeft")
    for place in range(1, pairs.count()):
        pairs.nth(place).press("Enter")  # as important as each other
    sync_api.expect(paper.locator(".coherence")).to_contain_text("✓")
    paper.locator("[data-key='group learning']").click()
    paper.locator("input[value=best_worst]").check()
    paper.locator("select[data-key=best]").wait_for()
    paper.evaluate("""paper => ["best", "worst"].forEach((end, place) => {
      const box = paper.querySelector(`select[data-key=${end}]`);
      box.selectedIndex = place + 1;
      box.dispatchEvent(new Event("change", {bubbles: true}));
    })""")  # the second before the first is answered
    for place, steps in enumerate((8, 7, 7)):
        for _ in range(steps):
            pairs.nth(place).press("ArrowRight")
    sync_api.expect(paper.locator(".doubts")).to_contain_text("的两次判断相乘应接近 9，现为 64")
    sync_api.expect(paper.locator(".mending")).to_contain_text("现为 8；若为 2，输入一致性比率由 0.76 降到 0.097")
    sync_api.expect(paper.locator(".mending")).to_contain_text("改动最小的就是这一种")
    paper.locator("[data-key=mend]").click()
    sync_api.expect(paper.locator(".mending")).to_be_hidden()
    sync_api.expect(paper.locator(".coherence")).to_have_text("输入一致性比率 0.097，不应超过 0.14 ✓")
    while paper.locator(".tab.empty").count():
        paper.locator("[data-key=next]").click()
        paper.locator("input[value=rank_order]").check()
        paper.locator("[data-key=as_listed]").click()
        paper.locator(".tab.done[aria-current=true]").wait_for()
    walk.settled()
    paper.locator("[data-key=save]").click()
    sync_api.expect(paper.locator(".answer")).to_have_text("已保存 ballots/E08.toml：专家 E08，第 1 轮，计入。")
    cast = next(one for one in load_ballots(edition, load_scheme(edition / "scheme.toml")).listed if one.expert == "E08")
    assert {judged.method for judged in cast.judged.values()} == {"ahp", "best_worst", "rank_order"}
