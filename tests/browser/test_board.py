"""The weight board as an expert's browser shows it: typed, dragged, locked, searched, asked why; hostile names are text.

Then by the keyboard alone, by a screen reader, by an input method, and in English.
"""

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
    assert table.page.locator(".grid .scroll").get_attribute("tabindex") == "-1"  # the list alone is a stop, not the box that scrolls in it
    sync_api.expect(table.page.locator(".status")).to_contain_text("名单与已定办法相同", timeout=PATIENCE)
    sync_api.expect(table.page.locator(".status")).to_contain_text("获奖名单不变", timeout=PATIENCE)
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
    assert table.page.locator(".moves .line").first.locator(".chip:visible").count() > 2, "as many as there is room for"
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
    table.page.locator(".moves .chip").first.wait_for(timeout=PATIENCE)
    assert table.slider("学习培训").bounding_box() == box, "it stays under the hand when the first names come"
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
    sync_api.expect(table.page.locator(".count")).to_contain_text("显示 ")
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
    records = table.page.locator(".cardbox details")
    assert records.count() > 3
    records.nth(1).locator("summary").click()
    assert records.nth(1).locator("li").count() == int(re.findall(r"\d+", records.nth(1).locator("summary").inner_text())[-1])
    table.page.keyboard.press("Escape")
    assert table.page.is_visible(".listbox")


def test_a_chance_says_what_it_is_the_chance_of(table: Table) -> None:
    page = table.page
    page.locator(".scroll").evaluate("box => { box.scrollTop = 0; }")
    told = page.locator(".rows .row:not([hidden])").evaluate_all("all => all.map(row => [row.cells.award.textContent, row.percent.textContent, row.cells.chance.ariaLabel])")
    for award, percent, words in told:
        first, *each = words.split("；")
        assert first == (f"{award}或更高：{percent}" if award in {"优秀会员", "先进会员"} else f"任一奖项：{percent}")
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
        "() => { const root = document.querySelector('.weight-board'), later = window.later = window.setTimeout; window.faded = []; "
        "window.setTimeout = (work, delay, ...more) => delay === 200 ? (work(...more), 0) : later(work, delay, ...more); "  # as if they took long
        "new MutationObserver(() => window.faded.push(root.classList.contains('stale'))).observe(root, { attributes: true, attributeFilter: ['class'] }); }"
    )
    table.type("学习培训", "36")
    faded = table.page.evaluate("window.faded")
    assert faded[-2:] == [True, False]
    table.page.evaluate("() => { window.setTimeout = window.later; }")
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
    sync_api.expect(page.locator(".count")).to_have_text("共 608 家")
    session.send("Input.insertText", {"text": "交易中心"})
    sync_api.expect(page.locator(".count")).to_contain_text("显示 ")
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
    given = table.page.locator(".row.has .award")
    assert {cell.inner_text() for cell in given.all()} <= {"Outstanding member", "Advanced member"}
    assert given.evaluate_all("cells => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length") == 0, "the name of an award is cut"
    ballot = table.page.locator(".paper").first
    ballot.locator("[data-key=expert]").fill("E08")
    ballot.locator("[data-key=expert]").press("Enter")
    sync_api.expect(ballot.locator(".weight .label").first).to_have_text("Study and training")
    assert not re.search("[\u4e00-\u9fff]", ballot.locator(".thirds").inner_text())
    ballot.locator("[data-key=leave]").click()
    table.page.get_by_role("button", name="中文").first.click()
