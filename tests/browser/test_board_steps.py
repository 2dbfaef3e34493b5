"""What outlives a page: variants, steps after a reload, a scheme changed elsewhere, adoption."""

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
    page.keyboard.press("Escape")
    page.locator(".shelfbox .back").click()
    assert voted.nodes["learning"].weight != 36


def test_a_reload_loses_nothing_two_tabs_do_not_tread_on_each_other_and_one_without_a_kernel_says_so(table: Table, decided: Evaluation) -> None:
    page = table.page
    table.back()
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
        other.wait_for_function("document.querySelector('.weight-board').dataset.kept", timeout=PATIENCE)
        kernel = other.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
        other.request.post(table.address.replace("/?", f"/voila/api/shutdown/{kernel}?"))
        sync_api.expect(other.locator(".dead")).to_be_hidden()
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
    table.type("学习培训", "36")


def test_a_hand_edit_of_the_scheme_is_told_and_can_be_loaded(table: Table) -> None:
    path = table.edition / "scheme.toml"
    path.write_text(path.read_text("utf-8") + "\n# 手工添加\n", "utf-8")
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


def test_adoption_needs_a_name_and_a_reason_and_writes_them_down(table: Table) -> None:
    adopt = table.page.get_by_role("button", name="采用这一方案")
    adopt.click()
    sync_api.expect(table.page.locator(".notice")).to_contain_text("没有写明理由", timeout=PATIENCE)
    table.page.get_by_label("由谁决定").last.fill("专家委员会第二次会议")
    table.page.get_by_label("理由").last.fill("学习培训应更重")
    adopt.click()
    sync_api.expect(table.page.locator(".notice")).to_contain_text("已采用并记入", timeout=PATIENCE)
    assert load_scheme(table.edition / "scheme.toml").nodes["learning"].weight == 36
    (entry,) = read_journal(table.edition).entries
    assert (entry.by, entry.reason) == ("专家委员会第二次会议", "学习培训应更重")
    sync_api.expect(table.page.locator(".status")).to_contain_text("名单与已定办法相同")
