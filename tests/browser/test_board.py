"""The weight board as an expert's browser shows it: typed, dragged, locked, searched, asked why; hostile names are text."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from tests.browser import BROWSER
from tests.browser.board_page import PATIENCE, expected
from tests.sealed_page import HOSTILE
from toolkit import rescored
from toolkit.scheme import load_scheme

if TYPE_CHECKING:
    from tests.browser.board_page import Table
    from toolkit.evaluation import Evaluation

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")


def test_the_board_opens_on_the_decided_list(table: Table) -> None:
    sync_api.expect(table.page.locator(".status")).to_contain_text("名单与已定办法相同", timeout=PATIENCE)
    sync_api.expect(table.page.locator(".status")).to_contain_text("这份名单不变", timeout=PATIENCE)
    assert table.page.locator(".grid").get_attribute("aria-rowcount") == "609"
    assert table.page.evaluate("document.documentElement.scrollWidth") <= 1366
    box = table.page.locator(".weight-board").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 768


def test_hostile_names_are_text(table: Table) -> None:
    names = table.page.locator(".rows .row:not([hidden]) .name span").all_inner_texts()
    assert set(HOSTILE) <= set(names)
    assert table.page.locator(".weight-board img, .weight-board script").count() == 0
    table.page.locator(".rows .name", has_text=HOSTILE[0]).click()
    table.page.wait_for_selector(".waterfall .part", timeout=PATIENCE)
    assert HOSTILE[0] in table.page.inner_text(".cardbox h3")
    table.page.keyboard.press("Escape")
    assert table.page.title() == f"权重与名单 · {load_scheme(table.edition / 'scheme.toml').title}"


def test_a_typed_weight_moves_its_siblings_and_names_who_leaves_first(table: Table) -> None:
    table.type("学习培训", "36")
    assert table.weights()["交流贡献的权重"] == 22.86
    groups = table.page.locator(".moves .group b").all_inner_texts()
    assert groups[0].startswith("▼ 退出")
    assert "退出 3 家，进入 7 家，改奖 4 家" in table.status()
    assert table.slider("学习培训").get_attribute("aria-valuetext") == "学习培训占同级的 36%，已定 30%"


def test_of_many_who_leave_the_first_are_named_and_the_others_on_a_press(table: Table) -> None:
    table.back()  # it frees the locks of what was typed before
    table.type("守法诚信", "95")
    group = table.page.locator(".group.into")
    many = int(re.sub(r"\D", "", group.locator("b").inner_text()))
    assert many > 24
    assert group.locator(".chip").count() == 24
    group.locator(".more").click()
    assert group.locator(".chip").count() == many
    table.page.get_by_role("button", name="恢复已定").click()
    table.settled()
    table.type("学习培训", "36")


def test_what_cannot_be_is_refused_in_words(table: Table) -> None:
    before = table.weights()
    for text, words in (("140", "请输入 0 到 100 之间的数"), ("一百", "“学习培训”不能是“一百”")):
        table.type("学习培训", text)
        sync_api.expect(table.page.locator(".notice")).to_contain_text(words)
        assert table.weights() == before


def test_an_emptied_box_shows_again_what_stands_and_full_width_is_read(table: Table) -> None:
    before = table.weights()
    table.type("学习培训", "")
    assert table.weights() == before
    sync_api.expect(table.page.locator(".notice")).to_contain_text(f"清空的格子不作改动，仍是 {before['学习培训的权重']:g}", timeout=PATIENCE)
    table.type("学习培训", "３６．５％")
    assert table.weights()["学习培训的权重"] == 36.5


def test_adoption_is_in_sight_and_every_group_of_names_is_one_line(table: Table) -> None:
    for height in (768, 650):
        table.page.set_viewport_size({"width": 1366, "height": height})
        box = table.page.locator(".adopt").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height
        assert table.page.evaluate("document.querySelector('.weight-board').getBoundingClientRect().bottom + scrollY") <= height
    for chips in table.page.locator(".moves .chips").all():
        assert len({round(chip.bounding_box()["y"]) for chip in chips.locator(".chip:visible").all()}) == 1  # type: ignore[index]
    table.page.set_viewport_size({"width": 1366, "height": 768})


def test_a_drag_is_followed_and_is_one_step(table: Table) -> None:
    table.back()
    box = table.slider("学习培训").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    table.page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    table.page.mouse.down()
    for step in range(30):
        table.page.mouse.move(box["x"] + (0.3 + step / 100) * box["width"], middle)
    table.page.mouse.up()
    table.page.wait_for_timeout(300)
    table.settled()
    assert table.weights()["学习培训的权重"] > 50
    table.page.get_by_role("button", name="撤销").click()
    sync_api.expect(table.number("学习培训")).to_have_value("30")


def test_a_locked_weight_stays(table: Table) -> None:
    table.page.get_by_role("button", name="锁定交流贡献").click()
    table.type("学习培训", "40")
    assert table.weights()["交流贡献的权重"] == 25
    table.type("学习培训", "80")
    sync_api.expect(table.page.locator(".notice")).to_contain_text("请输入 0 到 75 之间的数")
    table.type("会员义务", "12")
    table.type("守法诚信", "9")
    stands = table.weights()
    assert [stands[f"{label}的权重"] for label in ("学习培训", "交流贡献", "会员义务")] == [40, 25, 12]  # what was typed stays
    sync_api.expect(table.page.get_by_role("button", name="解除锁定会员义务")).to_have_count(1)
    table.page.get_by_role("button", name="恢复已定").click()
    sync_api.expect(table.page.get_by_role("button", name="解除锁定交流贡献")).to_have_count(0)


def test_an_answer_that_comes_while_one_types_takes_nothing_away(table: Table) -> None:
    box = table.number("学习培训")
    box.fill("41")
    table.page.get_by_role("button", name="锁定交流贡献").evaluate("button => button.click()")  # which leaves the focus in the box
    sync_api.expect(table.page.get_by_role("button", name="解除锁定交流贡献")).to_have_count(1)
    table.settled()
    assert box.input_value() == "41"
    box.press("Enter")
    table.settled()
    assert [table.weights()[f"{label}的权重"] for label in ("学习培训", "交流贡献")] == [41, 25]
    table.page.get_by_role("button", name="恢复已定").click()
    sync_api.expect(box).to_have_value("30")


@pytest.mark.parametrize("moves", [4, pytest.param(200, marks=pytest.mark.slow)])
def test_the_list_equals_python_after_many_moves(table: Table, decided: Evaluation, moves: int) -> None:
    labels, drawn = ["学习培训", "交流贡献", "会员义务", "守法诚信", "会议与考察", "法规学习班与讲座学时"], random.Random(13)
    for turn in range(moves):
        if turn % 5 == 0:  # what was typed is locked, and leaves ever less room
            table.back()
        table.type(drawn.choice(labels), str(drawn.randint(1, 20)))
        assert table.painted() == expected(rescored(decided, table.scheme_of(decided.scheme)), table.painted())
    table.back()


def test_find_choose_and_sort(table: Table) -> None:
    table.page.get_by_label("查找会员").fill("交易中心")
    sync_api.expect(table.page.locator(".count")).not_to_contain_text("显示 608 家")
    table.page.get_by_label("查找会员").fill("谁也不叫这个")
    sync_api.expect(table.page.locator(".count")).to_have_text("没有符合条件的会员")
    table.page.get_by_label("查找会员").fill("")
    table.page.get_by_role("button", name="总分").click()
    totals = [float(text) for text in table.page.locator(".rows .row:not([hidden]) .total").all_inner_texts()]
    assert totals == sorted(totals, reverse=True)
    table.page.get_by_role("button", name="名次").click()
    table.page.locator(".grid").focus()
    for _ in range(3):
        table.page.keyboard.press("PageDown")
    assert int(table.page.locator(".rows .row").first.get_attribute("aria-rowindex") or 0) > 20


def test_a_member_says_why(table: Table) -> None:
    table.page.locator(".grid").focus()
    table.page.keyboard.press("Home")
    table.page.keyboard.press("Enter")
    table.page.wait_for_selector(".waterfall .part", timeout=PATIENCE)
    text = table.page.inner_text(".cardbox")
    for said in ("与获奖线的距离", "若只动一项权重", "总分的构成", "所依据的记录"):
        assert said in text
    table.page.keyboard.press("Escape")
    assert table.page.is_visible(".listbox")


def test_a_chance_says_what_it_is_the_chance_of(table: Table) -> None:
    page = table.page
    page.locator(".scroll").evaluate("box => { box.scrollTop = 0; }")
    told = page.locator(".rows .row:not([hidden])").evaluate_all("all => all.map(row => [row.cells.award.textContent, row.percent.textContent, row.cells.chance.ariaLabel])")
    for award, percent, words in told:
        first, *each = words.split("；")
        assert first == (f"{award}或更高：{percent}" if award else f"任一奖项：{percent}")
        assert [one.split("：")[0] for one in each] == ["优秀会员", "先进会员"]
    assert {award for award, _, _ in told} >= {"优秀会员", "先进会员", ""}
    assert any(award == "优秀会员" and each_ == f"优秀会员或更高：{percent}；优秀会员：{percent}；先进会员：{rest}%" and int(rest) > 0
               for award, percent, each_ in told for rest in re.findall(r"先进会员：(\d+)%", each_))  # fmt: skip
    sync_api.expect(page.locator(".legend")).to_contain_text("所示奖项或更高")
    page.locator(".rows .row").first.click()
    sync_api.expect(page.locator(".cardbox")).to_contain_text("各奖项的把握", timeout=PATIENCE)
    sync_api.expect(page.locator(".cardbox")).to_contain_text(told[0][2].split("；")[0])
    page.keyboard.press("Escape")


def test_chances_of_the_board_before_fade_till_those_of_this_one_are_there(table: Table) -> None:
    table.page.evaluate(
        "() => { const root = document.querySelector('.weight-board'); window.faded = []; "
        "new MutationObserver(() => window.faded.push(root.classList.contains('stale'))).observe(root, { attributes: true, attributeFilter: ['class'] }); }"
    )
    table.type("学习培训", "36")
    faded = table.page.evaluate("window.faded")
    assert (faded[0], faded[-1]) == (True, False)
    table.back()


def test_the_last_of_five_says_why_it_cannot_be_moved(table: Table) -> None:
    for label in ("交流贡献", "会员义务", "诚信承诺与公开", "守法诚信"):
        table.page.get_by_role("button", name=f"锁定{label}", exact=True).click()
    sync_api.expect(table.slider("学习培训")).to_have_attribute("title", re.compile("同级其余各项都已锁定"), timeout=PATIENCE)
    sync_api.expect(table.node("学习培训").locator(".was")).to_have_text("余项已锁")
    table.page.get_by_role("button", name="恢复已定").click()
    sync_api.expect(table.slider("学习培训")).to_be_enabled(timeout=PATIENCE)
    table.settled()


def test_without_the_password_there_is_nothing(table: Table) -> None:
    page = table.page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    page.goto(table.address.split("?")[0], timeout=PATIENCE)
    assert "login" in page.url
    assert page.locator(".weight-board").count() == 0
