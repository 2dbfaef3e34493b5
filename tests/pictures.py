"""The pictures of the two READMEs, taken in Chromium of the demo edition: the table, a member's card, a page of the lab, the notice.

Run ``make pictures`` after a page has changed, and look at them.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser import BROWSER, FLAGS
from tests.browser.board_page import Table
from tests.processes import free_port
from tests.sealed_page import passes
from tests.test_lab import TOKEN, asked, lab
from toolkit.ground.resources import house_folder
from toolkit.publication.server import Settings, served
from toolkit.sealing.working_copies import house_copies

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from toolkit.ground.text import Language

PLACE = Path(__file__).parents[1] / "docs" / "pictures"
COLOURS = 128
"""Few colours make small files; with fewer still a colour that stands in few places is lost."""
HEAVIER = 33
"""What the first weight of the tree is moved to."""
MEMBER = "东莞穗翰"
"""A member that misses both awards by a little."""
CERTAINTY = 4
PATIENCE = 180_000


def main() -> None:
    """Take every picture in both languages."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=[*FLAGS, "--font-render-hinting=none"])
        edition = Path(folder) / "edition"
        shutil.copytree(house_folder("data/demo"), edition, ignore=shutil.ignore_patterns("sealed", "notebooks", ".lock", "*.py"))
        languages: tuple[Language, ...] = ("zh", "en")
        for language in languages:
            _of_table(browser, edition, language)
            _of_lab(browser, edition, Path(folder), language)
        _of_notice(browser, Path(folder))
        browser.close()


def taken(page: Page, name: str) -> None:
    """Keep what is on the screen now."""
    page.mouse.move(0, 0)
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(PLACE / f"{name}.png", optimize=True)
    print(f"{name}.png")


def _screen(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.set_default_timeout(PATIENCE)
    return page


def _of_table(browser: Browser, edition: Path, language: Language) -> None:
    """A weight that was moved with the list it leads to, and the card of a member that has no award."""
    with _table(edition, language) as address:
        table = Table(_screen(browser), address, edition)
        weight = table.page.locator(".tree input.number").first
        weight.fill(str(HEAVIER))
        weight.press("Enter")
        table.settled()
        weight.blur()
        table.page.locator(".headline", has_text=re.compile("名单不变|stays until")).first.wait_for()
        taken(table.page, f"table.{language}")
        table.page.locator(".weight-board input[type=search]").fill(MEMBER)
        table.page.locator(".rows .row:visible").first.click()
        table.page.wait_for_selector(".cardbox .waterfall")
        table.page.wait_for_function("() => !document.querySelector('.cardbox').textContent.includes('…')")
        taken(table.page, f"card.{language}")
        table.page.close()


@contextmanager
def _table(edition: Path, language: Language) -> Iterator[str]:
    command = [sys.executable, "-m", "toolkit", "table", str(edition), "--no-open", "--language", language]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield next(found[0] for line in process.stdout or () if (found := re.search(r"http://\S+", line)))
        finally:
            process.terminate()


def _of_lab(browser: Browser, edition: Path, folder: Path, language: Language) -> None:
    """How sure the list is: the notebook as it opens."""
    runtime = folder / language
    runtime.mkdir()
    name = [name for name, _ in house_copies(house_folder("notebooks"), language)][CERTAINTY]
    with lab(edition, runtime, "--language", language) as (_, port):
        asked(port, "status")
        page = _screen(browser)
        page.goto(f"http://127.0.0.1:{port}/doc/tree/{quote(name)}?token={TOKEN}", wait_until="commit")
        page.wait_for_selector(".jp-RenderedSVG img, .jp-OutputArea-output svg")
        page.add_style_tag(content=".jp-Notebook-ExecutionIndicator { visibility: hidden; }")  # whether it still computes
        taken(page, f"certainty.{language}")
        page.close()


def _of_notice(browser: Browser, folder: Path) -> None:
    """The public page in both languages."""
    bag = folder / "bag"
    shutil.copytree(house_folder("notebooks") / "pages" / "public", bag / "data" / "public")
    shutil.copytree(house_folder("notebooks") / "pages", bag / "data" / "pages", ignore=shutil.ignore_patterns("public"))
    (bag / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "utf-8")
    os.environ.pop("JUPYTER_TOKEN", None)
    with served([bag], free_port(), settings=Settings(most_viewers=4), verify=passes) as pages:
        page = _screen(browser)
        page.goto(f"{pages[0].address}live")
        page.wait_for_selector("body.open .lists li")
        taken(page, "notice.zh")
        page.get_by_role("button", name="English").click()
        page.get_by_text("the order carries no rank").wait_for()
        taken(page, "notice.en")
        page.close()


if __name__ == "__main__":
    main()
