"""Three programs for one rule: whether the package, the workbook's formulas and the page's script come to the same.

The workbook is computed by LibreOffice and the page by Chromium, where the machine has them; where not, that is said.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from toolkit.ground.problems import Problem, Problems
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.publication.extract import Extract
from toolkit.reports import WORKBOOK
from toolkit.reports.results_page import RESULTS, results_page
from toolkit.reports.workbook.book import HEADING_ROW, SHEETS
from toolkit.reports.workbook.places import SAME, YES
from toolkit.sealing.bag import read_bag_info
from toolkit.sealing.differences import ASK
from toolkit.sealing.open_bag import facts_of, read_open, verify_open

Opinion: TypeAlias = tuple[Phrase, bool | Phrase]
"""A program, and whether it comes to the same; why it was not run, where it was not."""
PATIENCE = 300
"""Seconds after which a program is given up."""
OFFICE, BROWSERS = ("soffice", "libreoffice"), ("chromium", "chromium-browser", "google-chrome")
FUNCTIONS = frozenset({
    "IF", "AND", "SUM", "SUMPRODUCT", "COUNT", "COUNTIF", "COUNTIFS", "ROUND", "ROUNDUP", "ROUNDDOWN", "INT", "MAX", "MIN", "N", "ISNUMBER", "IFERROR", "MINIFS", "MAXIFS",
    "SQRT", "SIGN", "LN", "EXP",
})  # fmt: skip
"""Those that the house writes; a workbook with others is not opened."""
PACKAGE, FORMULAS, SCRIPT = Phrase("软件包", "the package"), Phrase("工作簿公式", "the workbook's formulas"), Phrase("网页程序", "the page's script")
AGREE = Phrase("三种算法一致：{names.zh}", "Three programs agree: {names.en}")
SOME = Phrase("算法一致：{names.zh}", "Programs agree: {names.en}")
UNRUN = Phrase("未运行：{name.zh}（{why.zh}）", "Not run: {name.en} ({why.en})")
OTHERWISE = Phrase("算法不一致：{name.zh}得出的结果与公布的不同", "{name.en} comes to other results than those published")
NO_OFFICE, NO_BROWSER = Phrase("本机没有可用的电子表格程序", "no LibreOffice on this machine"), Phrase("本机没有可用的浏览器", "no Chromium on this machine")
NO_SHEET, FOREIGN = Phrase("封存的工作簿没有复算的公式", "the sealed workbook has no such formulas"), Phrase("工作簿里有别的公式", "the workbook holds other formulas")
NOTHING = Phrase("电子表格程序没有写出结果：缺少电子表格组件，或没有完成", "LibreOffice wrote nothing: it has no Calc, or did not finish")
FAILED, CANNOT = Phrase("程序没有完成", "the program did not finish"), Phrase("网页程序算不了这个评选办法", "the script cannot compute this scheme")
NOBODY = Phrase("开放包没有列入会员，没有可算的", "the open bag has no member in it, and nothing to compute")


def opinions(bag: Path, opened: Path, page: Path, step: Callable[[Phrase], None] = lambda _: None) -> Iterator[Opinion]:
    """What each program says of the results.

    Parameters
    ----------
    bag, opened
        A sealed bag, and the open bag of it.
    page
        The page of results of the same.
    step
        Told which program is about to be asked.
    """
    step(PACKAGE)
    yield PACKAGE, not verify_open(opened, replay=True).errors
    step(FORMULAS)
    yield FORMULAS, by_workbook(bag / "data" / "results" / WORKBOOK)
    step(SCRIPT)
    yield SCRIPT, by_page(page)


def open_opinions(opened: Path) -> Iterator[Opinion]:
    """What the two programs that can read an open bag say of it, once the package has computed it again and found it so."""
    rows, info = read_open(opened / "data"), read_bag_info(opened)
    notice = {"title": rows.scheme.title, "edition": rows.scheme.edition, "revision": facts_of(info).revision, "language": rows.scheme.language}
    yield PACKAGE, True
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, RESULTS)
        page.write_text(results_page(rows, Extract(notice, ())), encoding="utf-8", newline="\n")
        yield SCRIPT, by_page(page)


def told(found: Sequence[Opinion]) -> Iterator[Phrase]:
    """What came of them in words, of programs that agree or were not run."""
    agreeing = [name for name, same in found if same is True]
    names = joined(agreeing, "、", ", ")
    whole = AGREE if len(agreeing) == len(found) > len((PACKAGE, SCRIPT)) else SOME
    yield phrase(whole.zh, whole.en, names=names)
    for name, why in found:
        if isinstance(why, Phrase):
            yield phrase(UNRUN.zh, UNRUN.en, name=name, why=why)


def disagreements(found: Sequence[Opinion]) -> Problems:
    """An error for each program that comes to something else."""
    return Problems(tuple(Problem("error", phrase(OTHERWISE.zh, OTHERWISE.en, name=name), ASK) for name, same in found if same is False))


def by_workbook(workbook: Path) -> bool | Phrase:
    """Whether every line of the sheet of places and awards is as decided once a spreadsheet has computed all formulas anew."""
    program = _program(OFFICE)
    if program is None:
        return NO_OFFICE
    import openpyxl
    from python_calamine import CalamineWorkbook

    book = openpyxl.load_workbook(workbook)
    name = next((said for said in (SHEETS["places"].zh, SHEETS["places"].en) if said in book.sheetnames), None)
    if name is None or not any(cell.data_type == "f" for row in book[name].iter_rows() for cell in row):
        return NO_SHEET
    formulas = (str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f")
    if any(set(re.findall(r"([A-Z][A-Z0-9.]*)\(", re.sub(r'"[^"]*"', "", formula))) - FUNCTIONS for formula in formulas):
        return FOREIGN
    with tempfile.TemporaryDirectory() as folder:
        book.save(Path(folder) / "bare.xlsx")  # without any number that was computed before
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        done = _run([program, profile, "--headless", "--convert-to", "ods", "--outdir", folder, str(Path(folder) / "bare.xlsx")])
        if done is None:
            return FAILED
        if not (Path(folder) / "bare.ods").is_file():  # a LibreOffice without Calc ends well and writes nothing
            return NOTHING
        rows = CalamineWorkbook.from_path(str(Path(folder) / "bare.ods")).get_sheet_by_name(name).to_python(skip_empty_area=False)
    heading, *lines = rows[HEADING_ROW:]
    column = next(place for place, said in enumerate(heading) if said in {SAME.zh, SAME.en})
    return bool(lines) and all(line[column] in {YES.zh, YES.en} for line in lines)


def by_page(page: Path) -> bool | Phrase:
    """Whether the page says, in a browser without a window, that it comes to the same."""
    program = _program(BROWSERS)
    if program is None:
        return NO_BROWSER
    with tempfile.TemporaryDirectory() as folder:
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        quiet = ["--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        dumped = _run([program, *sandbox, *quiet, f"--user-data-dir={folder}", "--dump-dom", page.resolve().as_uri()])
    said = re.search(r'<section id="verdict" class="verdict (good|bad|plain)"', dumped or "")
    if said is None:
        return FAILED
    if said[1] == "plain":
        return CANNOT if _has_members(page) else NOBODY
    return said[1] == "good"


def _has_members(page: Path) -> bool:
    """Whether there is any member in the data of a page of results."""
    data = re.search(r'id="data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    return bool(data and json.loads(data[1])["members"])


def _program(names: Sequence[str]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)


def _run(command: Sequence[str]) -> str | None:
    """What a program wrote; None where it failed or took too long."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", timeout=PATIENCE, check=False)  # noqa: S603 - the house names them
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
