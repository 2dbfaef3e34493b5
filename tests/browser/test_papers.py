"""The score sheet below the table of weights: typed, refused, saved, read back, and the list that follows it; a name is text, and nothing is asked of another machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.browser import BROWSER, FLAGS
from tests.panels.judged import SEVEN, SHEETS_OF_SEVEN, write_judged_edition
from tests.sealed_page import HOSTILE
from tests.test_score_paper import Judge
from toolkit.forms.score_sheets import own_sheet

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")]


@contextmanager
def shown(folder: Path) -> Iterator[Page]:
    """The page of ``committee table`` of an edition, which asks nobody else and complains of nothing."""
    command = [sys.executable, "-m", "toolkit", "table", str(folder), "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    complaints: list[str] = []
    try:
        assert process.stdout is not None
        with process.stdout as said:
            address = next(found[0] for line in said if (found := re.search(r"http://\S+", line)))
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.set_default_timeout(120_000)
            page.on("dialog", lambda dialog: complaints.append(dialog.message))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda request: complaints.append(request.url) if not re.match(r"(http://127\.0\.0\.1|data:|blob:)", request.url) else None)
            page.goto(address, wait_until="commit")
            yield page
            browser.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert complaints == []


def test_a_score_sheet_is_filled_in_by_keys_alone(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", {}, members=SEVEN | {"M8": (HOSTILE[0].replace(",", "，"), "采购人")})
    with shown(folder) as page:
        words = page.locator(".words")
        sync_api.expect(words.locator("p")).to_have_text("还没有专家交来评分，名单要等评分之后才有。请在下面的评分表里评分，保存后按“按新评分表重新计算名单”。")
        sync_api.expect(words.locator("li").first).to_be_hidden()
        words.locator("summary").click()
        assert words.locator("li").all_inner_texts() == [f"“{label}”：评分还没有收齐（至少 3 位专家，现有 0 位），8 个会员位次待定" for label in ("创新", "服务")]
        sheet = page.locator(".paper").last
        sheet.locator("[data-key=expert]").fill("e01")
        sheet.locator("[data-key=expert]").press("Enter")
        sheet.locator("input.score").first.focus()
        for typed in ("88", "９１．５", "回避", "120"):
            page.keyboard.type(typed)
            page.keyboard.press("Enter")
        refused = "有 1 处填的不是分数或超出范围，没有收，格内标红"
        why = f"{refused}\n戊采购中心，创新：“创新”超出范围；请填 0—100"
        sync_api.expect(sheet.locator(".answer")).to_have_text(why)
        page.keyboard.type("77")  # who looks at the keys goes on
        page.keyboard.press("Enter")
        sync_api.expect(sheet.locator("footer .progress")).to_have_text(f"已评 3/13，另填回避 1 处　有 4 处没有保存　{refused}")
        sync_api.expect(sheet.locator("input[aria-invalid=true]")).to_have_value("120")
        sync_api.expect(sheet.locator(".answer")).to_have_text(why)
        assert sheet.locator("td.shut").all_text_contents() == ["回避", "回避"]
        page.emulate_media(media="print")
        assert not any(paper.is_visible() for paper in page.locator(".paper").all()), "one expert's scores go round with no list"
        page.emulate_media(media="screen")
        sheet.locator("[data-key=save]").click()
        sync_api.expect(sheet.locator(".answer")).to_have_text(f"已保存 ballots/评分表E01.xlsx：专家 E01，已评 3/13，另填回避 1 处。名单还没有按它重新计算。\n{why}")
        assert own_sheet(folder, "E01").sheet.given == {("M2", "innovation"): 88, ("M3", "innovation"): 91.5, ("M4", "innovation"): "回避", ("M6", "innovation"): 77}
        sheet.locator("input[aria-invalid=true]").fill("66")
        page.keyboard.press("Enter")
        sync_api.expect(sheet.locator(".answer")).to_be_hidden()
        sync_api.expect(sheet.locator("footer .progress")).to_have_text("已评 4/13，另填回避 1 处　有 1 处没有保存")
        sheet.locator("[data-key=save]").click()
        sync_api.expect(sheet.locator("footer .progress")).to_have_text("已评 4/13，另填回避 1 处")
        sheet.locator("[data-key=recompute]").click()  # there is no list yet that could follow: the page opens anew, with one
        sync_api.expect(page.locator(".weight-board .rows .row")).to_have_count(8, timeout=120_000)


def test_the_list_follows_a_saved_sheet_at_a_press(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", {}, members=SEVEN)
    for expert, rows in SHEETS_OF_SEVEN.items():
        judge = Judge(folder, expert)
        for member, pair in rows.items():
            for column, score in zip(("innovation", "service"), pair, strict=True):
                if score not in {"回避", ""}:
                    judge.score(member, column, score)
        judge.ask("save")
    with shown(folder) as page:
        row = page.locator(".rows .row", has_text="乙招标代理公司")
        before = row.locator(".total").inner_text()
        sheet = page.locator(".paper").last
        sheet.locator("[data-key=expert]").fill("E01")
        sheet.locator("[data-key=expert]").press("Enter")
        sheet.locator("input.score").first.fill("12")
        page.keyboard.press("Enter")
        sheet.locator("[data-key=save]").click()
        sheet.locator("[data-key=recompute]").click()
        sync_api.expect(page.locator(".weight-board .notice > span")).to_have_text("已按现在的记录和评分表重新计算；按已定办法，谁获什么奖没有变", timeout=120_000)
        sync_api.expect(sheet.locator("[data-key=recompute]")).to_be_hidden()
        assert float(row.locator(".total").inner_text()) < float(before)
