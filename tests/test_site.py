"""The static site: whole, checkable, within what each member permits, and the same to every reader."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_page import BROWSER, FLAGS
from tests.conftest import MEMBERS, SCHEME, TABLES, write_small_edition
from tests.sealing import sealed, write_house
from tests.test_command_line import run
from toolkit.minutes.decisions import decide_state
from toolkit.publication.site import TITLES, Period
from toolkit.sealing import agreement

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLEDGES = """
[table.pledges]
file = "records/承诺书.csv"
date = "signed_on"
[table.pledges.column.code]
type = "member"
required = true
[table.pledges.column.form]
type = "text"
[table.pledges.column.status]
type = "choice"
choices = ["已签", "未签"]
[table.pledges.column.signed_on]
type = "date"
[table.pledges.column.withdrawn_on]
type = "date"
[table.pledges.column.result]
type = "boolean"
[table.pledges.column.good]
type = "boolean"
[table.pledges.column.bad]
type = "boolean"
"""
CONSENT = """[publication.consent]
table = "pledges"
holds = { status = ["已签"] }
withdrawn = "withdrawn_on"
award = "result"
good = "good"
bad = "bad"
"""
HOSTILE = "丁<img src=x onerror=document.title=1>\"'&公司"
BEGINS = dt.date(2019, 1, 31)


def write_edition(folder: Path) -> Path:
    """The small edition, whose members were asked; one of them has a name that tries to be more than text."""
    write_small_edition(folder)
    scheme = SCHEME[: SCHEME.index("[publication.consent]")] + CONSENT
    (folder / "scheme.toml").write_text(scheme, "utf-8")
    (folder / "tables.toml").write_text(TABLES + PLEDGES, "utf-8")
    book = folder / "records" / "会员名册.csv"
    book.write_text(book.read_text("utf-8-sig").replace("丁<b>代理</b>公司", '"' + HOSTILE.replace('"', '""') + '"'), "utf-8-sig")
    rows = [f"{code},第{1 + (code < '004')}版,已签,2018-05-04,,{'否' if code == '002' else '是'},是,是" for code, *_ in MEMBERS]
    (folder / "records" / "承诺书.csv").write_text("\n".join(["code,form,status,signed_on,withdrawn_on,result,good,bad", *rows]) + "\n", "utf-8-sig")
    return folder


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition of which a revision is sealed."""
    place = tmp_path_factory.mktemp("site")
    folder = write_edition(place / "small")
    sealed(folder, write_house(place / "house"))
    return folder


@pytest.fixture(scope="module")
def sent(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `publish` writes of it."""
    place = tmp_path_factory.mktemp("sent")
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(agreement, "_program", lambda _: None)
        done = run("publish", edition / "sealed" / "r1", "--to", place, "--from", BEGINS.isoformat())
    assert done.exit_code == 0, done.output
    assert "公示网站在" in done.output
    return place


class Links(HTMLParser):
    """Where the links of a page lead, and whatever it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in {"src", "href", "action", "srcset", "data"}:
                self.loads.append(value or "")


def pages(site: Path) -> list[Path]:
    return sorted(site.glob("*.html"))


def test_the_site_is_whole_its_sums_check_it_and_no_card_is_in_it(sent: Path) -> None:
    site = sent / "site"
    names = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    lines = [line.split("  ") for line in (site / "SHA256SUMS").read_text("utf-8").splitlines()]
    sums = {name: digest for digest, name in lines}
    assert sums == {name: hashlib.sha256((site / name).read_bytes()).hexdigest() for name in names - {"SHA256SUMS"}}
    assert {path.name for path in pages(site)} <= set(TITLES)
    assert {"index.html", "results.html", "check-card.html", "open/data/members.csv"} <= names
    assert not [page for page in pages(site) if '"salt' in page.read_text("utf-8")]


def test_every_page_leads_to_every_other_loads_nothing_and_lets_only_its_own_script_run(sent: Path) -> None:
    site = sent / "site"
    own = {page.name for page in pages(site)}
    for page in pages(site):
        found, text = Links(), page.read_text("utf-8")
        found.feed(text)
        assert own <= set(found.links), page.name
        assert all((site / link).is_file() for link in found.links if not link.startswith("#")), page.name
        assert set(found.loads) <= {"data:,"}, page.name
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
        assert policy, page.name
        assert "default-src 'none'" in policy[1]
        assert "unsafe" not in policy[1]
        assert " style=" not in text, page.name
        assert not re.search(r"<\w+[^>]* on\w+=", text), page.name


def test_the_notice_says_from_when_to_when_how_to_object_and_the_root(sent: Path, edition: Path) -> None:
    text = (sent / "site" / "index.html").read_text("utf-8")
    for said in ("2019年1月31日至2019年2月14日", "From 31 January 2019 to 14 February 2019", "真实名称", "秘书处"):
        assert said in text
    notice = (edition / "sealed" / "r1" / "data" / "public" / "notice.json").read_text("utf-8")
    for digest in re.findall(r'"(?:cards|open)": "([0-9a-f]{64})"', notice):
        assert digest in text


@pytest.mark.parametrize(
    ("begins", "said"),
    [(None, "自发布之日起 7 个工作日"), (dt.date(2049, 1, 4), "放假安排尚未公布"), (dt.date(2024, 9, 29), "2024年9月29日至2024年10月14日")],
)
def test_a_period_whose_days_are_not_known_is_said_in_words(begins: dt.date | None, said: str) -> None:
    assert said in Period(begins, 7).in_words.zh


def test_the_minutes_say_since_when_it_is_public_and_another_day_is_refused(edition: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(edition, tmp_path / "copy"))
    decide_state(copy, "reviewed", by="专家委员会", reason="评审")
    decide_state(copy, "publicised", by="秘书处", reason="公示")
    done = run("publish", copy / "sealed" / "r1", "--to", tmp_path / "out", "--from", "2019-01-31")
    assert done.exit_code == 1
    assert "--from" in done.output
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_over_another_site(edition: Path, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "site" / "mine.html"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", "utf-8")
    assert run("publish", edition / "sealed" / "r1", "--to", tmp_path / "out").exit_code == 1
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == [mine]


# ---- in a reader's browser ---------------------------------------------------------------------------------------


class Reader:
    """A reader's browser, and whatever it asked for or complained of."""

    def __init__(self, page: Page, site: Path) -> None:
        self.page, self.site = page, site
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def open(self, name: str) -> Page:
        self.page.goto((self.site / name.partition("#")[0]).as_uri() + name.partition("#")[1] + name.partition("#")[2])
        return self.page


@pytest.fixture(scope="module")
def reader(sent: Path) -> Iterator[Reader]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
    if BROWSER is None:
        pytest.skip("needs Chromium: install the package chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        yield Reader(browser.new_page(viewport={"width": 390, "height": 844}), sent / "site")
        browser.close()


def test_every_page_fits_a_telephone_and_hostile_names_stay_text(reader: Reader) -> None:
    for path in pages(reader.site):
        page = reader.open(path.name)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path.name
        assert page.locator("main img, main script[src]").count() == 0
        assert page.title() != "1"
    assert HOSTILE in reader.open("results.html").inner_text("#list")
    assert [url for url in reader.asked if not url.startswith("file://")] == []
    assert reader.complaints == []


def test_the_language_goes_with_the_reader_by_keyboard_alone(reader: Reader) -> None:
    page = reader.open("index.html")
    assert page.locator(".told:visible").get_attribute("lang") == "zh-CN"
    page.focus("button[data-language=en]")
    page.keyboard.press("Enter")
    assert page.locator(".told:visible").get_attribute("lang") == "en"
    page.focus("nav a[href^='results.html']")
    page.keyboard.press("Enter")
    page.wait_for_selector("html[lang=en] #verdict .said")
    page.focus("nav a[href^='check-card.html']")
    page.keyboard.press("Enter")
    page.wait_for_selector("html[lang=en] h1:has-text('Check a score card')")
    assert page.locator("nav a[aria-current=page]").inner_text() == "Check a score card"
