"""The weight board as an expert's browser shows it: drag, type, keys, undo, lock, card, adoption, reload; hostile names are text."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.browser.test_page import BROWSER, FLAGS
from tests.sealed_page import HOSTILE
from toolkit import evaluate, open_edition, rescored
from toolkit.ground.resources import house_folder
from toolkit.interactive.board import Board
from toolkit.interactive.what_if import WhatIf, evaluation_under
from toolkit.minutes.journal import read_journal
from toolkit.scheme import Scheme, load_scheme

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from toolkit.evaluation import Evaluation

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")
PATIENCE = 120_000
RENAMED = dict(zip(("深圳桦汀公共资源交易中心", "广州珣策产权交易中心"), HOSTILE, strict=True))
"""Two members at the head of the list, and what they are called instead."""


class Table:
    """The page of ``committee table``, and all that the browser asked for and complained of."""

    def __init__(self, page: Page, address: str, edition: Path) -> None:
        self.page, self.address, self.edition = page, address, edition
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.open()

    def open(self) -> None:
        self.page.goto(self.address, wait_until="commit", timeout=PATIENCE)
        self.page.wait_for_selector(".weight-board .rows .row", timeout=PATIENCE)
        self.settled()

    def node(self, label: str) -> Locator:
        return self.page.locator(".tree .node", has=self.page.get_by_text(re.compile(rf"\d {label}$")))

    def number(self, label: str) -> Locator:
        return self.node(label).locator("input.number")

    def slider(self, label: str) -> Locator:
        return self.node(label).locator("input[type=range]")

    def type(self, label: str, text: str) -> None:
        self.number(label).fill(text)
        self.number(label).press("Enter")
        self.settled()

    def settled(self) -> None:
        """Chances are there for the newest board, so nothing is under way."""
        self.page.wait_for_function(
            "() => { const board = document.querySelector('.weight-board'); return board.dataset.busy === 'false' && board.dataset.chances && board.dataset.chances === board.dataset.board; }",
            timeout=PATIENCE,
        )

    def weights(self) -> dict[str, float]:
        """The share that stands in every box, in the scheme's order from the top down."""
        boxes = self.page.locator(".tree input.number")
        return {str(label): float(value) for label, value in boxes.evaluate_all("all => all.map(one => [one.ariaLabel, one.value])")}

    def status(self) -> str:
        return self.page.inner_text(".status")


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo edition, where two members bear hostile names."""
    folder = tmp_path_factory.mktemp("table") / "edition"
    shutil.copytree(house_folder("data/demo"), folder, ignore=shutil.ignore_patterns("sealed", "notebooks", ".lock", "*.py"))
    path = folder / "records" / "会员名册.xlsx"
    book = openpyxl.load_workbook(path)
    for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value in RENAMED):
        cell.value = RENAMED[cell.value]
    book.save(path)
    return folder


@pytest.fixture(scope="module")
def table(edition: Path) -> Iterator[Table]:
    command = [sys.executable, "-m", "toolkit", "table", str(edition), "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        with process.stdout as said:
            address = next(found[0] for line in said if (found := re.search(r"http://\S+", line)))
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
            yield Table(browser.new_context(viewport={"width": 1366, "height": 768}).new_page(), address, edition)
            browser.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def scheme_of(table: Table, decided: Scheme) -> Scheme:
    """The scheme that the boxes say."""
    ids = [node.id for _, node in sorted((number, node) for number, node in enumerate(decided.nodes.values()))]
    labels = {decided.nodes[id_].label: id_ for id_ in ids}
    return decided.with_weights({labels[label.removesuffix("的权重")]: share for label, share in table.weights().items()})


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
    restore = table.page.get_by_role("button", name="恢复已定")
    if restore.is_enabled():  # it frees the locks of what was typed before
        restore.click()
        table.settled()
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


def test_keys_belong_to_the_slider_and_undo_leads_back(table: Table) -> None:
    table.page.get_by_role("button", name="恢复已定").click()
    table.settled()
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


def test_a_drag_is_followed_and_is_one_step(table: Table) -> None:
    table.page.get_by_role("button", name="恢复已定").click()
    table.settled()
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


@pytest.mark.parametrize("moves", [5, pytest.param(20, marks=pytest.mark.slow)])
def test_the_list_equals_python_after_many_moves(table: Table, moves: int) -> None:
    edition = open_edition(table.edition)
    evaluation = evaluate(edition.scheme, edition.records)
    labels = ["学习培训", "交流贡献", "会员义务", "守法诚信", "会议与考察"]
    for turn in range(moves):
        table.type(labels[turn % 5], str(4 + (37 * turn) % 20))
        board = Board.of(rescored(evaluation, scheme_of(table, edition.scheme)))
        shown = table.page.locator(".rows .row:not([hidden])").evaluate_all("all => all.map(row => [row.member, row.cells.total.textContent, row.cells.place.textContent, row.cells.award.textContent])")
        awards = ["", *(award.label for award in edition.scheme.awards)]
        for member, total, place, award in shown:
            assert (float(total), place, award) == (board.total[member] / 100, str(board.rank[member] or "—"), awards[board.award[member]])
    table.page.get_by_role("button", name="恢复已定").click()
    table.settled()


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


def opened(table: Table, label: str) -> None:
    """The panel of an indicator in place of the weights."""
    table.page.get_by_role("tab", name="权重").click()
    table.page.locator(".open", has_text=re.compile(rf"\d {label}$")).click()
    sync_api.expect(table.page.locator(".panel h3")).to_contain_text(label)
    table.settled()


def back(table: Table) -> None:
    """Everything as it was decided, the weights in sight."""
    table.page.get_by_role("tab", name="权重").click()
    if table.page.get_by_role("button", name="恢复已定").is_enabled():
        table.page.get_by_role("button", name="恢复已定").click()
    table.settled()


def painted(table: Table) -> dict[int, tuple[str, str, str]]:
    """Total, place and award of the members in sight, by position."""
    rows = table.page.locator(".rows .row:not([hidden])").evaluate_all(
        "all => all.map(row => [row.member, row.cells.total.textContent, row.cells.place.textContent, row.cells.award.textContent])"
    )
    return {member: tuple(cells) for member, *cells in rows}


def expected(evaluation: Evaluation, members: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """The same by Python."""
    board, awards = Board.of(evaluation), ["", *(award.label for award in evaluation.scheme.awards)]
    return {one: (f"{board.total[one] / 100:.2f}", str(board.rank[one] or "—"), awards[board.award[one]]) for one in members}


def test_a_goalpost_is_dragged_over_the_values_and_undone_at_once(table: Table) -> None:
    edition = open_edition(table.edition)
    evaluation = evaluate(edition.scheme, edition.records)
    opened(table, "法规学习班与讲座学时")
    mark = table.page.get_by_role("slider", name="最好值")
    box = mark.locator("circle").bounding_box()
    assert box is not None
    table.page.mouse.move(box["x"] + 6, box["y"] + 6)
    table.page.mouse.down()
    for step in range(15):
        table.page.mouse.move(box["x"] + 6 - 6 * step, box["y"] + 6)
    table.page.mouse.up()
    table.page.wait_for_timeout(200)
    table.settled()
    best = float(mark.get_attribute("aria-valuenow") or "nan")
    assert best < 100
    scheme = edition.scheme.with_({"indicator[law_hours].value.best": best})
    assert painted(table) == expected(rescored(evaluation, scheme), painted(table))
    sync_api.expect(table.page.locator(".panel .was", has_text="已定 120")).to_be_visible()
    sync_api.expect(table.page.locator(".changes summary")).to_have_text("与已定办法相比，改动 1 处")
    mark.focus()
    table.page.keyboard.press("ArrowRight")
    table.settled()
    assert float(mark.get_attribute("aria-valuenow") or "nan") == best + 1
    for _ in range(2):
        table.page.get_by_role("button", name="撤销").click()
    sync_api.expect(mark).to_have_attribute("aria-valuenow", "120")
    back(table)


def test_a_figure_beyond_the_scale_is_refused_in_words(table: Table) -> None:
    opened(table, "专项业务培训次数")
    cap = table.page.get_by_label("封顶").last
    cap.fill("140")
    cap.press("Enter")
    sync_api.expect(table.page.locator(".notice")).to_contain_text("“封顶”不能是“140”；请输入 0 到 100 之间的数")
    sync_api.expect(cap).to_have_value("100")
    cap.fill("８０")
    cap.press("Enter")
    sync_api.expect(table.page.locator(".panel .was", has_text="已定 100")).to_be_visible()
    table.settled()
    back(table)


def test_a_grade_line_is_dragged_on_the_totals(table: Table) -> None:
    table.page.get_by_role("tab", name="名额与分数线").click()
    line = table.page.get_by_role("slider", name="AA 级分数线").first
    box = line.locator("circle").bounding_box()
    assert box is not None
    table.page.mouse.move(box["x"] + 6, box["y"] + 6)
    table.page.mouse.down()
    for step in range(8):
        table.page.mouse.move(box["x"] + 6 - 2 * step, box["y"] + 6)
    table.page.mouse.up()
    table.page.wait_for_timeout(200)
    table.settled()
    bound = float(line.get_attribute("aria-valuenow") or "nan")
    assert 70 < bound < 80
    edition = open_edition(table.edition)
    evaluation = evaluate(edition.scheme, edition.records)
    bands = [[name, bound if name == "AA" else least] for name, least in edition.scheme.grades.bands]  # type: ignore[union-attr]
    rose = int((rescored(evaluation, edition.scheme.with_({"grades.bands": bands})).grading.grade != evaluation.grading.grade).sum())
    sync_api.expect(table.page.locator(".status")).to_contain_text(f"升 {rose} 家")
    back(table)


def test_what_is_left_out_is_a_trial_and_is_put_back(table: Table) -> None:
    before = painted(table)
    opened(table, "法规学习班与讲座学时")
    table.page.get_by_role("button", name="试算：不计法规学习班与讲座学时").click()
    sync_api.expect(table.page.locator(".tried")).to_contain_text("试算：未计入法规学习班与讲座学时")
    table.settled()
    table.page.keyboard.press("Escape")
    sync_api.expect(table.page.locator(".adopt")).to_be_disabled()
    sync_api.expect(table.page.locator(".adoption")).to_contain_text("试算的名单不能采用：请先按“全部放回”")
    sync_api.expect(table.page.locator(".open.left-out")).to_have_count(1)
    assert painted(table) != before
    table.page.locator(".whose select").select_option("E02")
    sync_api.expect(table.page.locator(".tried")).to_contain_text("按专家 E02 一人的权重")
    table.settled()
    sync_api.expect(table.number("学习培训")).to_be_disabled()
    table.page.locator(".rows .row").first.click()
    table.page.locator(".cardbox .leave").click()
    sync_api.expect(table.page.locator(".why")).to_contain_text("未申报", timeout=PATIENCE)
    table.page.keyboard.press("Escape")
    table.page.get_by_role("button", name="全部放回").click()
    sync_api.expect(table.page.locator(".tried")).to_be_hidden()
    table.settled()
    assert painted(table) == before


def alike(one: dict[int, tuple[str, str, str]], other: dict[int, tuple[str, str, str]]) -> bool:
    """Whether the members in sight on both occasions stand the same; a notice leaves room for fewer."""
    common = one.keys() & other.keys()
    return len(common) > 10 and all(one[member] == other[member] for member in common)


def test_what_is_left_out_is_undone_and_outlives_a_reload(table: Table) -> None:
    page, before = table.page, painted(table)
    page.get_by_role("tab", name="总分、加减分与否决").click()
    page.get_by_role("button", name="严重失信一票否决").click()
    sync_api.expect(page.locator(".tried")).to_contain_text("未计入严重失信一票否决", timeout=PATIENCE)
    page.get_by_label("良好行为加分：最多加").last.fill("4")
    page.get_by_label("良好行为加分：最多加").last.press("Enter")
    sync_api.expect(page.locator(".panel .was", has_text="已定 8")).to_be_visible(timeout=PATIENCE)
    table.settled()
    page.wait_for_function("() => { const board = document.querySelector('.weight-board'); return board.dataset.kept === board.dataset.board; }", timeout=PATIENCE)
    moved = painted(table)
    edition = open_edition(table.edition)
    evaluation = evaluation_under(WhatIf(vetoes=frozenset({"grave"})), evaluate(edition.scheme, edition.records), edition)
    assert moved == expected(rescored(evaluation, edition.scheme.with_({"adjustment[good_conduct].cap": 4})), moved)
    assert not re.search(r"[0-9A-Z]{18}", "".join(page.evaluate("[...Object.values(sessionStorage), ...Object.values(localStorage)]")))
    table.open()
    sync_api.expect(page.locator(".tried")).to_contain_text("未计入严重失信一票否决")
    assert alike(painted(table), moved)
    for _ in range(2):
        page.get_by_role("button", name="撤销").click()
    sync_api.expect(page.locator(".tried")).to_be_hidden(timeout=PATIENCE)
    table.settled()
    assert alike(painted(table), before)
    back(table)


def test_a_step_is_put_in_typed_and_taken_away(table: Table) -> None:
    opened(table, "论坛与研讨会次数")
    page = table.page
    page.get_by_role("button", name="在第 3 档后加一档").click()
    sync_api.expect(page.locator(".panel .pair")).to_have_count(7, timeout=PATIENCE)
    assert [box.input_value() for box in page.locator(".panel .pair").nth(3).locator("input").all()] == ["4", "60"]
    page.get_by_role("button", name="去掉第 1 档").click()
    sync_api.expect(page.locator(".panel .pair")).to_have_count(6, timeout=PATIENCE)
    table.settled()
    edition = open_edition(table.edition)
    scheme = edition.scheme.with_({"indicator[forums].value.steps": [[1, 30], [3, 50], [4, 60], [6, 70], [9, 85], [13, 100]]})
    assert painted(table) == expected(rescored(evaluate(edition.scheme, edition.records), scheme), painted(table))
    back(table)


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


def accessible(table: Table) -> list[tuple[str, str]]:
    """Role and name of all that a screen reader is told of."""
    session = table.page.context.new_cdp_session(table.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [(node["role"]["value"], node.get("name", {}).get("value", "").strip()) for node in nodes if not node.get("ignored") and "role" in node]


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
    keys.press("ArrowUp")
    keys.press("Tab")
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


def test_the_last_of_five_says_why_it_cannot_be_moved(table: Table) -> None:
    for label in ("交流贡献", "会员义务", "诚信承诺与公开", "守法诚信"):
        table.page.get_by_role("button", name=f"锁定{label}", exact=True).click()
    sync_api.expect(table.slider("学习培训")).to_have_attribute("title", re.compile("同级其余各项都已锁定"), timeout=PATIENCE)
    sync_api.expect(table.node("学习培训").locator(".was")).to_have_text("余项已锁")
    table.page.get_by_role("button", name="恢复已定").click()
    sync_api.expect(table.slider("学习培训")).to_be_enabled(timeout=PATIENCE)
    table.settled()


def test_a_variant_is_kept_by_name_drawn_beside_the_others_and_opened_again(table: Table) -> None:
    page = table.page
    table.type("守法诚信", "25")
    page.get_by_role("button", name="方案比较").click()
    page.get_by_label("方案名称").fill("a/b")
    page.get_by_label("方案名称").press("Enter")
    sync_api.expect(page.locator(".notice")).to_contain_text("名称里不能有“/”", timeout=PATIENCE)
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
    voted = scheme_of(table, scheme).with_({})
    page.keyboard.press("Escape")
    page.locator(".shelfbox .back").click()
    assert voted.nodes["learning"].weight != 36


def test_a_reload_loses_nothing_and_two_tabs_do_not_tread_on_each_other(table: Table) -> None:
    page = table.page
    page.get_by_role("button", name="恢复已定").click()
    table.settled()
    for share in ("36", "40"):
        table.type("学习培训", share)
    other = page.context.new_page()
    try:
        other.goto(table.address, wait_until="commit", timeout=PATIENCE)
        other.wait_for_selector(".weight-board .rows .row", timeout=PATIENCE)
        box = other.locator(".tree .node", has=other.get_by_text(re.compile(r"\d 交流贡献$"))).locator("input.number")
        box.fill("55")
        box.press("Enter")
        other.wait_for_function("document.querySelector('.weight-board').dataset.kept", timeout=PATIENCE)
    finally:
        other.close()
    table.open()
    assert table.weights()["学习培训的权重"] == 40
    sync_api.expect(page.locator(".notice")).to_contain_text("已恢复上次离开时的调整")
    page.get_by_role("button", name="撤销").click()
    sync_api.expect(table.number("学习培训")).to_have_value("36", timeout=PATIENCE)
    page.get_by_role("button", name="撤销").click()
    sync_api.expect(table.number("学习培训")).to_have_value("30", timeout=PATIENCE)
    for _ in range(2):
        page.get_by_role("button", name="重做").click()
    sync_api.expect(table.number("学习培训")).to_have_value("40", timeout=PATIENCE)
    table.type("学习培训", "36")


def test_a_hand_edit_of_the_scheme_is_told_and_can_be_loaded(table: Table) -> None:
    path = table.edition / "scheme.toml"
    path.write_text(path.read_text("utf-8") + "\n# 手工添加\n", "utf-8")
    table.type("交流贡献", "26")
    table.page.get_by_role("button", name="撤销").click()
    sync_api.expect(table.page.locator(".elsewhere")).to_contain_text("已在别处改动", timeout=PATIENCE)
    table.page.locator(".elsewhere button").click()
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


def test_the_page_speaks_english_too(table: Table) -> None:
    sync_api.expect(table.page.get_by_role("button", name="English")).to_have_count(1)  # for board and papers
    table.page.get_by_role("button", name="English").first.click()
    sync_api.expect(table.page.locator(".paper b").first).to_have_text("Ballot")
    sync_api.expect(table.page.locator(".status")).to_contain_text("The list is as decided")
    table.page.locator(".rows .row").nth(4).click()
    sync_api.expect(table.page.locator(".why")).to_contain_text("total", timeout=PATIENCE)
    assert not re.search("[：，；。]", table.page.locator(".why").inner_text())
    table.page.get_by_role("button", name="中文").first.click()


def test_a_page_whose_kernel_has_ended_says_so(table: Table) -> None:
    page = table.page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    page.goto(table.address, wait_until="commit", timeout=PATIENCE)
    page.wait_for_selector(".weight-board .rows .row", timeout=PATIENCE)
    kernel = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    page.request.post(table.address.replace("/?", f"/voila/api/shutdown/{kernel}?"))
    time.sleep(1)
    page.locator(".tree input.number").first.fill("50")
    page.locator(".tree input.number").first.press("Enter")
    sync_api.expect(page.locator(".dead")).to_be_visible(timeout=20_000)
    page.close()


def test_no_request_left_the_machine_and_nobody_complained(table: Table) -> None:
    host = re.match(r"http://[^/]+", table.address)
    assert host
    assert [url for url in table.requests if not url.startswith((host[0], "data:", "blob:", host[0].replace("http", "ws")))] == []
    assert table.complaints == []
    assert "Traceback" not in table.page.content()


def test_without_the_password_there_is_nothing(table: Table) -> None:
    page = table.page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    page.goto(table.address.split("?")[0], timeout=PATIENCE)
    assert "login" in page.url
    assert page.locator(".weight-board").count() == 0
