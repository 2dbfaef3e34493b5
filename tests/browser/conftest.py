"""One page of ``committee table`` for all tests of a file: it takes twelve seconds of the processor to open, and Playwright must be done before the next file begins."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.browser.board_page import Table
from tests.sealed_page import HOSTILE
from toolkit import evaluate, open_edition
from toolkit.ground.resources import house_folder

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

RENAMED = dict(zip(("深圳桦汀公共资源交易中心", "广州珣策产权交易中心"), HOSTILE, strict=True))
"""Two members at the head of the list, and what they are called instead."""


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
def decided(edition: Path) -> Evaluation:
    """By the scheme as it lies in the edition before anybody moves anything."""
    read = open_edition(edition)
    return evaluate(read.scheme, read.records)


@pytest.fixture(scope="module")
def table(edition: Path, decided: Evaluation) -> Iterator[Table]:
    """The page on the decided scheme, for one file of tests, after which nothing was asked elsewhere and nobody complained."""
    from playwright.sync_api import sync_playwright

    from tests.browser import BROWSER, FLAGS

    command = [sys.executable, "-m", "toolkit", "table", str(edition), "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        with process.stdout as said:
            address = next(found[0] for line in said if (found := re.search(r"http://\S+", line)))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
            table = Table(browser.new_context(viewport={"width": 1366, "height": 768}).new_page(), address, edition)
            yield table
            host = re.match(r"http://[^/]+", table.address)
            assert host
            assert [url for url in table.requests if not url.startswith((host[0], "data:", "blob:", host[0].replace("http", "ws")))] == []
            assert table.complaints == []
            assert "Traceback" not in table.page.content()
            browser.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
