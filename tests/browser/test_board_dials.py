"""The other dials of the board in a browser: goalposts, steps and grade lines dragged and typed, and what is left out for a trial.

Then what outlives a page: variants, steps after a reload, a scheme changed elsewhere, adoption.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser import BROWSER
from tests.browser.board_page import PATIENCE, alike, expected
from toolkit import evaluate, open_edition, rescored
from toolkit.interactive.what_if import WhatIf, evaluation_under
from toolkit.minutes.journal import read_journal
from toolkit.scheme import load_scheme

if TYPE_CHECKING:
    from tests.browser.board_page import Table
    from toolkit.evaluation import Evaluation

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")


@pytest.fixture(autouse=True)
def as_decided(table: Table) -> None:
    """Each test begins with everything as decided."""
    table.back()


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


def test_a_grade_line_is_dragged_on_the_totals(table: Table, decided: Evaluation) -> None:
    table.page.get_by_role("tab", name="名额与分数线").click()
    line = table.page.get_by_role("slider", name="AA 级分数线").first
    table.drag_left(line, by=2, steps=8)
    bound = float(line.get_attribute("aria-valuenow") or "nan")
    assert 70 < bound < 80
    bands = [[name, bound if name == "AA" else least] for name, least in decided.scheme.grades.bands]  # type: ignore[union-attr]
    rose = int((rescored(decided, decided.scheme.with_({"grades.bands": bands})).grading.grade != decided.grading.grade).sum())
    sync_api.expect(table.page.locator(".status")).to_contain_text(f"升 {rose} 家")


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


def test_a_variant_is_kept_by_name_drawn_beside_the_others_and_opened_again(table: Table) -> None:
    page = table.page
    table.type("守法诚信", "25")
    page.get_by_role("button", name="方案比较").click()
    page.get_by_label("方案名称").fill("a/b")
    page.get_by_label("方案名称").press("Enter")
    sync_api.expect(page.locator(".notice")).to_contain_text("“a/b”：名称里不能有“/”", timeout=PATIENCE)
    page.get_by_label("方案名称").fill("守法加重 &amp; ='1'")
    page.get_by_label("谁存的").fill("李主任")
    page.get_by_role("button", name="存为方案").click()
    sync_api.expect(page.locator(".entry small", has_text="李主任")).to_be_visible(timeout=PATIENCE)
    table.settled()
    table.type("学习培训", "36")
    page.get_by_role("button", name="方案比较").click()
    sync_api.expect(page.locator(".bump .heading")).to_have_count(3, timeout=PATIENCE)
    scheme = load_scheme(next((table.edition / "variants").glob("*.toml")))
    evaluation = evaluate(scheme, open_edition(table.edition).records)
    places = page.locator(".bump .place").evaluate_all("all => all.map(one => [one.querySelector('title').textContent, one.querySelector('text').textContent])")
    third = dict(places[len(places) * 2 // 3 :])
    names = {f"{name} {evaluation.scheme.label(award) if award else '未获奖'}": rank for name, award, rank in evaluation.ranking[["name", "award", "rank"]].itertuples(index=False)}
    assert third
    assert all(said == ("—" if names[title] != names[title] else str(names[title])) for title, said in third.items())
    page.locator(".chartbox summary").click()
    assert page.locator(".chartbox tbody tr").count() == len(third)
    page.get_by_role("button", name="打开方案").click()
    sync_api.expect(table.number("守法诚信")).to_have_value("25", timeout=PATIENCE)
    page.get_by_role("button", name="撤销").click()
    sync_api.expect(table.number("学习培训")).to_have_value("36", timeout=PATIENCE)
    page.get_by_role("button", name="移开方案").click()
    sync_api.expect(page.locator(".notice")).to_contain_text("没有删除", timeout=PATIENCE)
    page.get_by_role("button", name="表决权重").click()
    table.settled()
    voted = table.scheme_of(scheme).with_({})
    assert voted.nodes["learning"].weight != 36


def test_a_reload_loses_nothing_two_tabs_do_not_tread_on_each_other_and_one_without_a_kernel_says_so(table: Table, decided: Evaluation) -> None:
    page = table.page
    for share in ("36", "40"):
        table.type("学习培训", share)
    page.get_by_role("tab", name="总分、加减分与否决").click()
    page.get_by_role("button", name="严重失信一票否决").click()
    sync_api.expect(page.locator(".tried")).to_contain_text("未计入严重失信一票否决", timeout=PATIENCE)
    page.get_by_label("良好行为加分：最多加").last.fill("4")
    page.get_by_label("良好行为加分：最多加").last.press("Enter")
    sync_api.expect(page.locator(".panel .was", has_text="已定 8")).to_be_visible(timeout=PATIENCE)
    table.settled()
    page.wait_for_function("() => { const board = document.querySelector('.weight-board'); return board.dataset.kept === board.dataset.board; }", timeout=PATIENCE)
    moved = table.painted()
    evaluation = evaluation_under(WhatIf(vetoes=frozenset({"grave"})), decided, open_edition(table.edition))
    assert moved == expected(rescored(evaluation, table.scheme_of(decided.scheme).with_({"adjustment[good_conduct].cap": 4})), moved)
    assert not re.search(r"[0-9A-Z]{18}", "".join(page.evaluate("[...Object.values(sessionStorage), ...Object.values(localStorage)]")))
    other = page.context.new_page()
    try:
        other.goto(table.address, wait_until="commit", timeout=PATIENCE)
        other.wait_for_selector(".weight-board .rows .row", timeout=PATIENCE)
        box = other.locator(".tree .node", has=other.get_by_text(re.compile(r"\d 交流贡献$"))).locator("input.number")
        box.fill("20")
        box.press("Enter")
        other.wait_for_function("() => { const board = document.querySelector('.weight-board'); return board.dataset.busy === 'false' && board.dataset.kept === board.dataset.board; }", timeout=PATIENCE)
        sync_api.expect(other.locator(".dead")).to_be_hidden(timeout=PATIENCE)
        kernel = other.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
        other.request.post(table.address.replace("/?", f"/voila/api/shutdown/{kernel}?"))
        box.fill("21")
        box.press("Enter")
        sync_api.expect(other.locator(".dead")).to_be_visible(timeout=PATIENCE)
    finally:
        other.close()
    table.open()
    assert table.weights()["学习培训的权重"] == 40
    sync_api.expect(page.locator(".notice")).to_contain_text("已恢复上次离开时的调整")
    sync_api.expect(page.locator(".tried")).to_contain_text("未计入严重失信一票否决")
    assert alike(table.painted(), moved)
    undo = page.get_by_role("button", name="撤销")
    undo.click()
    undo.click()
    sync_api.expect(page.locator(".tried")).to_be_hidden(timeout=PATIENCE)
    for share in ("36", "30"):
        undo.click()
        sync_api.expect(table.number("学习培训")).to_have_value(share, timeout=PATIENCE)
    for share in ("36", "40"):
        page.get_by_role("button", name="重做").click()
        sync_api.expect(table.number("学习培训")).to_have_value(share, timeout=PATIENCE)


def test_a_hand_edit_of_the_scheme_is_told_and_can_be_loaded(table: Table) -> None:
    table.type("学习培训", "36")
    path = table.edition / "scheme.toml"
    table.page.evaluate("window.dispatchEvent(new Event('focus'))")
    table.settled()
    sync_api.expect(table.page.locator(".elsewhere")).to_be_hidden()
    path.write_text(path.read_text("utf-8") + "\n# 手工添加\n", "utf-8")
    table.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the window is looked at again, and nothing is pressed
    sync_api.expect(table.page.locator(".elsewhere")).to_contain_text("已在别处改动", timeout=PATIENCE)
    table.type("交流贡献", "26")
    table.page.get_by_role("button", name="撤销").click()
    sync_api.expect(table.page.locator(".elsewhere")).to_contain_text("已在别处改动", timeout=PATIENCE)
    for field in ("由谁决定", "理由"):
        table.page.get_by_label(field).fill("甲")
    table.page.get_by_role("button", name="采用这一方案").click()
    sync_api.expect(table.page.locator(".notice")).to_contain_text("已在别处改动", timeout=PATIENCE)
    sync_api.expect(table.page.locator(".elsewhere")).to_be_hidden()
    table.page.get_by_role("button", name="以新办法为准").click()
    sync_api.expect(table.page.locator(".notice")).to_be_hidden(timeout=PATIENCE)
    sync_api.expect(table.page.locator(".elsewhere")).to_be_hidden(timeout=PATIENCE)
    table.settled()
    assert table.weights()["学习培训的权重"] == 36


def test_adoption_needs_a_name_and_a_reason_writes_them_down_and_is_undone_likewise(table: Table) -> None:
    table.type("学习培训", "36")
    for field in ("由谁决定", "理由"):
        table.page.get_by_label(field).last.fill("")
    adopt = table.page.get_by_role("button", name="采用这一方案")
    adopt.click()
    sync_api.expect(table.page.locator(".notice")).to_contain_text("没有写明理由", timeout=PATIENCE)
    table.page.get_by_label("由谁决定").last.fill("专家委员会第二次会议")
    table.page.get_by_label("理由").last.fill("学习培训应更重")
    adopt.click()
    sync_api.expect(table.page.locator(".notice")).to_contain_text("已采用并记入", timeout=PATIENCE)
    assert load_scheme(table.edition / "scheme.toml").nodes["learning"].weight == 36
    entry = read_journal(table.edition).entries[-1]
    assert (entry.by, entry.reason) == ("专家委员会第二次会议", "学习培训应更重")
    sync_api.expect(table.page.locator(".status")).to_contain_text("名单与已定办法相同")
    table.page.get_by_role("button", name="上次采用前").click()
    sync_api.expect(table.number("学习培训")).to_have_value("30", timeout=PATIENCE)
    table.page.get_by_label("理由").last.fill("收回")
    adopt.click()
    sync_api.expect(table.page.locator(".notice")).to_contain_text("收回", timeout=PATIENCE)
    assert load_scheme(table.edition / "scheme.toml").nodes["learning"].weight == 30
