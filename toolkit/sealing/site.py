"""The static site of a sealed edition, written beside its open bag: pages and a copy of the bag, with sums to check them all."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.ground.problems import Problem, Problems, refuse
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.ground.writing import replaced_folder
from toolkit.minutes.decisions import STATE
from toolkit.publication.extract import read_extract
from toolkit.publication.site import INDEX, SUMS, TITLES, Period, navigation, notice_page
from toolkit.reports.card_pages import CHECK, check_page
from toolkit.reports.results_page import RESULTS, results_page
from toolkit.sealing.cards import foreign_files
from toolkit.sealing.open_bag import BAGGED, OPEN, newest_minutes

if TYPE_CHECKING:
    from toolkit.publication.extract import Extract
    from toolkit.publication.open_rows import OpenRows

SITE = "site"
FILES = frozenset({*TITLES, SUMS, *(f"{OPEN}/{name}" for name in BAGGED)})
"""All that a site can hold."""
OTHER_DAY = Phrase("工作记录里公示始于 {day}，与 --from 所写的不同", "by the minutes the notice has stood since {day}: --from says another day")
ONE_DAY = Phrase("请删去 --from，或先把公示记入工作记录", "leave --from out, or enter the notice into the minutes first")


def send_site(bag: Path, opened: Path, site: Path, rows: OpenRows, begins: dt.date | None = None) -> None:
    """Write the site of a sealed bag to the folder `site`, in place of an earlier one.

    Parameters
    ----------
    opened
        Its open bag, as it was written.
    rows
        What stands in it.
    begins
        The day of publication, where the minutes do not say it.

    Raises
    ------
    Refused
        When the minutes say another day, or it cannot be written; then what stood there is as it was.
    """
    extract = read_extract(bag / "data" / "public")
    period = Period(publication_day(bag, begins), extract.notice["working_days"])
    with replaced_folder(site) as made:
        shutil.copytree(opened, made / OPEN, copy_function=shutil.copyfile)
        for name, page in _pages(extract, rows, period).items():
            (made / name).write_text(page, encoding="utf-8", newline="\n")
        (made / SUMS).write_text(_sums(made), encoding="utf-8", newline="\n")


def _pages(extract: Extract, rows: OpenRows, period: Period) -> dict[str, str]:
    """Every page by the name of its file."""
    names = (INDEX, RESULTS, CHECK)
    language: Language = "en" if extract.notice["language"] == "en" else "zh"
    return {
        INDEX: notice_page(extract, period, names),
        RESULTS: results_page(rows, extract, navigation(names, RESULTS)),
        CHECK: check_page(extract.notice["title"], extract.notice["digests"].get("cards", ""), language, navigation(names, CHECK)),
    }


def _sums(site: Path) -> str:
    """One line a file, as `sha256sum -c` reads them."""
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    return "".join(f"{file_digest(site / name)}  {name}\n" for name in names)


def publication_day(bag: Path, asked: dt.date | None = None) -> dt.date | None:
    """The day since which an edition has been public, by the newest minutes at hand, else as it was `asked`; None where nobody says.

    Raises
    ------
    Refused
        When both are said, and differ.
    """
    entries = [entry for entry in newest_minutes(bag).entries if entry.what == STATE and entry.details.get("state") == "publicised"]
    day = entries[-1].time.date() if entries else None
    if day and asked and day != asked:
        raise refuse(phrase(OTHER_DAY.zh, OTHER_DAY.en, day=day), ONE_DAY, column="--from", value=str(asked))
    return day or asked


def site_problems(site: Path) -> Problems:
    """What stands in the way of a site that is going to be written: files in its folder that are none of its own."""
    return Problems(tuple[Problem, ...](foreign_files(site, FILES)))
