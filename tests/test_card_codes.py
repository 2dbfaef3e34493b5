"""Cards under lock: nobody guesses a code, nothing on the site or asked of it tells one, and each opens one card, where there is https."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import http.server
import io
import math
import os
import re
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.browser import BROWSER, FLAGS, PATIENCE
from tests.conftest import MEMBERS, SCHEME, TABLES, pledges_table, with_applications, write_small_edition
from tests.processes import free_port
from tests.sealed_page import passes
from tests.sealing import sealed, write_house
from tests.test_command_line import run
from toolkit.ground.problems import Refused, refuse
from toolkit.ground.text import Phrase
from toolkit.ground.writing import LOCK, UNFINISHED
from toolkit.publication.card_codes import (
    LENGTH,
    SIGNS,
    check_sign,
    file_name,
    locked,
    new_code,
    read_code,
)
from toolkit.publication.card_proofs import proved
from toolkit.publication.server import Settings, renew, served
from toolkit.reports.card_pages import lock_of
from toolkit.sealing import agreement
from toolkit.sealing.bag import read_bag_info
from toolkit.sealing.cards import CODES, cards_as_sent, kept_codes
from toolkit.sealing.parts import SEAL_LABELS
from toolkit.sealing.site import fresh_site

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route
    from typer.testing import Result

AT = "https://www.example.org/gongshi/"
CONSENT = '[publication.consent]\ntable = "pledges"\nholds = { status = ["已签"] }\nwithdrawn = "withdrawn_on"\naward = "result"\n'
SHOUTS = ("<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "'><svg onload=alert(3)>", "</textarea><iframe src=//evil.test>", "</title><base href=//evil.test/>", "javascript:alert(4)")
"""What names and words would be, if they could: text wherever they stand."""
WORDS = ("小型联合会年度评选办法", "优秀会员", "先进会员", "学时", "诚信自律", "签署承诺书", "警示扣分", "秘书处", "章程第九条", "办法第五条", "采购人", "测试〔2019〕1号")
UNSIGNED, WITHDRAWN, REFUSING, HOSTILE = "105", "102", "103", "004"
KNOWN = {"signed_on": "2018-05-04", "status": "已签", "withdrawn_on": "", "result": "是"}


def write_pledges(folder: Path, withdrawn: str) -> None:
    """What every member signed; one has taken it back."""
    odd = {UNSIGNED: {"status": "未签"}, withdrawn: {"withdrawn_on": "2018-12-20"}, REFUSING: {"result": "否"}}
    rows = [KNOWN | {"code": code} | odd.get(code, {}) for code, *_ in MEMBERS]
    with (folder / "records" / "承诺书.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def shouting(text: str) -> str:
    """The text with something hostile in every word that a page may show."""
    for place, word in enumerate(WORDS):
        text = text.replace(word, f"{word}{SHOUTS[place % len(SHOUTS)]}")
    return text


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition that asks its members, of which a revision is sealed."""
    place = tmp_path_factory.mktemp("codes")
    folder = write_small_edition(place / "small")
    (folder / "scheme.toml").write_text(shouting(SCHEME[: SCHEME.index("[publication.consent]")] + CONSENT), "utf-8")
    (folder / "tables.toml").write_text(TABLES.replace('"采购人"', f'"{shouting("采购人")}"') + pledges_table("result"), "utf-8")
    book = folder / "records" / "会员名册.csv"
    book.write_text(book.read_text("utf-8-sig").replace(",采购人", "," + shouting("采购人")).replace("甲招标", f"甲{SHOUTS[1]}招标"), "utf-8-sig")
    write_pledges(folder, WITHDRAWN)
    sealed(with_applications(folder), write_house(place / "house"))
    return folder


def published(bag: Path, to: Path, *options: str) -> Result:
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(agreement, "_program", lambda _: None)
        return run("publish", bag, "--to", to, *options)


def fetched(address: str, path: str) -> tuple[int, bytes, Mapping[str, str]]:
    """What a server answers."""
    try:
        with urllib.request.urlopen(address + path) as got:
            return got.status, got.read(), got.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def codes_in(folder: Path) -> dict[str, list[str]]:
    """The rows of the list of codes, by member."""
    rows = list(csv.reader((folder / CODES).read_text("utf-8-sig").splitlines()))
    return {row[0]: row for row in rows[1:]}


@pytest.fixture(scope="module")
def sent(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `publish` writes of it, cards under lock among it."""
    place = tmp_path_factory.mktemp("sent")
    done = published(edition / "sealed" / "r1", place, "--cards-at", AT)
    assert done.exit_code == 0, done.output
    assert not [code for _, _, code, *_ in codes_in(place).values() if code in done.output]
    assert "须另函告知" not in done.output  # a first list
    return place


# ---- codes -------------------------------------------------------------------------------------------------------


def test_a_code_is_too_long_to_be_guessed_and_has_no_sign_that_is_taken_for_another() -> None:
    assert (LENGTH - 1) * math.log2(len(SIGNS)) >= 128
    assert not set(SIGNS) & set("0OI1L")
    drawn = {new_code() for _ in range(200)}
    assert len(drawn) == 200
    assert {sign for code in drawn for sign in code} == {*SIGNS, "-"}
    assert all(read_code(code) == code for code in drawn)


def test_every_slip_of_one_sign_and_every_exchange_of_two_is_told() -> None:
    code = new_code().replace("-", "")
    wrong = {code[:place] + other + code[place + 1 :] for place in range(LENGTH) for other in SIGNS}
    swapped = {code[:one] + code[two] + code[one + 1 : two] + code[one] + code[two + 1 :] for one in range(LENGTH - 1) for two in range(one + 1, LENGTH - 1)}
    for slip in (wrong | swapped) - {code}:
        with pytest.raises(Refused, match="check sign"):
            read_code(slip)


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code.replace('-', ' — ')}\n", lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in code)])
def test_a_code_is_read_however_it_is_typed(change: functools.partial[str]) -> None:
    code = new_code()
    assert read_code(change(code)) == code


@pytest.mark.parametrize("text", ["", "A", SIGNS[: LENGTH - 1], SIGNS[: LENGTH + 1], "0" * LENGTH, "得" * LENGTH, SIGNS[: LENGTH - 1] + "I", "A" * 10_000])
def test_what_is_shorter_longer_or_of_other_signs_is_no_code(text: str) -> None:
    with pytest.raises(Refused, match="not the code"):
        read_code(text)


def test_all_files_have_one_size_and_none_is_made_twice_alike() -> None:
    cards = dict(zip([new_code() for _ in range(3)], proved(['"甲"' * 5, '"乙"' * 2000, "{}"]), strict=True))
    first, again = locked(cards, b"0" * 16, AT), locked(cards, b"0" * 16, AT)
    assert list(first.files) == sorted(first.files) == list(again.files)
    assert len({len(content) for content in first.files.values()}) == 1
    assert not {*first.files.values()} & {*again.files.values()}
    assert not {*locked(cards, b"1" * 16, AT).files} & {*first.files}
    assert len(first.files) == len(cards)
    assert locked({}, b"0" * 16, AT).files == {}


# ---- what is written -----------------------------------------------------------------------------------------------


def test_the_site_has_a_file_for_each_agreeing_member_and_the_list_alone_their_codes(sent: Path) -> None:
    rows, files = codes_in(sent), list((sent / "site" / "locked").iterdir())
    assert set(rows) == {code for code, *_ in MEMBERS} - {UNSIGNED, WITHDRAWN, REFUSING}
    assert len(files) == len(rows)
    assert len({path.stat().st_size for path in files}) == 1
    assert {row[3] for row in rows.values()} == {f"{AT}my-card.html#{row[2]}" for row in rows.values()}
    assert all((sent / "cards" / row[4]).is_file() for row in rows.values())
    everything = b"".join(path.read_bytes() + path.name.encode() for path in (sent / "site").rglob("*") if path.is_file()).upper()
    for _, _, code, *_ in rows.values():
        assert code.encode() not in everything
        assert code.replace("-", "").encode() not in everything
    assert b'"SALT"' in everything


def letter(content: bytes) -> str:
    """All that a letter says."""
    return "\n".join(node.text or "" for node in Document(io.BytesIO(content)).element.iter(qn("w:t")))


def test_each_member_has_a_letter_with_its_own_code_and_no_other_and_nobody_else_reads_it(sent: Path) -> None:
    rows, folder = codes_in(sent), sent / "card-letters"
    single = {path.stem: path for path in (folder / "得分单查阅函").iterdir()}
    assert set(single) == {Path(row[4]).stem for row in rows.values()}
    together = letter((folder / "得分单查阅函.docx").read_bytes())
    for _, name, code, address, file in rows.values():
        said = letter(single[Path(file).stem].read_bytes())
        assert f"{name.removeprefix(chr(39))}：" in said  # the list guards against formulas
        assert [row[2] for row in rows.values() if row[2] in said] == [code]
        assert address in said
        assert address.partition("#")[0] in said.splitlines()
        assert together.count(code) == said.count(code) == 2
    assert re.search(r'"root": ?"([0-9a-f]{64})"', (sent / "site" / "my-card.html").read_text("utf-8"))[1] in said  # type: ignore[index]
    assert "{" not in together
    if os.name != "nt":
        assert {path.stat().st_mode & 0o777 for path in folder.rglob("*.docx")} == {0o600}
        assert {path.stat().st_mode & 0o777 for path in (folder, folder / "得分单查阅函")} == {0o700}


@pytest.mark.parametrize(("place", "told"), [("card-letters/别的.docx", "别的.docx"), ("documents/得分单查阅函.docx", "编码和密码")])
def test_what_stands_in_the_way_of_letters_is_told_before_anything_is_written(edition: Path, tmp_path: Path, place: str, told: str) -> None:
    own, to = Path(shutil.copytree(edition, tmp_path / "own")), tmp_path / "out"
    target = (own if place.startswith("documents") else to) / place
    target.parent.mkdir(parents=True)
    wrong = Document()
    wrong.add_paragraph("{{ 编码和密码 }}")
    wrong.save(str(target))
    done = published(own / "sealed" / "r1", to, "--cards-at", AT)
    assert done.exit_code == 1
    assert told in done.output
    assert [path for path in to.rglob("*") if path.is_file() and path != target and path.name != ".lock"] == []


def test_publishing_again_keeps_the_codes_and_takes_away_the_card_of_who_withdrew(edition: Path, sent: Path, tmp_path: Path) -> None:
    copy, to = Path(shutil.copytree(edition, tmp_path / "copy")), Path(shutil.copytree(sent, tmp_path / "out"))
    write_pledges(copy, "007")  # not awarded, nothing of it is open
    before = codes_in(to)
    (former := to / f"{UNFINISHED}75cl8maw" / "old").mkdir(parents=True)
    for name in (CODES, "site"):  # where a `publish` of an earlier version was killed
        (to / name).rename(former / name)
    (former.parent / "new").mkdir()
    (former.parent / LOCK).touch()
    os.utime(former.parent / LOCK, (0, 0))
    done = published(copy / "sealed" / "r1", to, "--cards-at", AT)
    assert done.exit_code == 0, done.output
    assert not former.parent.exists()
    after = codes_in(to)
    assert set(before) - set(after) == {"007"}
    assert {path.stem for path in (to / "card-letters" / "得分单查阅函").iterdir()} == {Path(row[4]).stem for row in after.values()}
    assert "原来寄出的编码打不开了：007。" in done.output
    assert "编码是新的" not in done.output
    if os.name != "nt":
        assert (to / CODES).stat().st_mode & 0o777 == 0o600
    assert {member: row[2] for member, row in after.items()} == {member: row[2] for member, row in before.items() if member in after}
    names = [{path.name for path in (place / "site" / "locked").iterdir()} for place in (sent, to)]
    assert len(names[1]) == len(after)
    assert not names[0] & names[1]
    write_pledges(copy, WITHDRAWN)  # it has signed anew
    done = published(copy / "sealed" / "r1", to, "--cards-at", AT)
    assert done.exit_code == 0, done.output
    assert "须另函告知：007。" in done.output
    assert codes_in(to)["007"][2] not in {before["007"][2], *done.output.split()}
    done = published(copy / "sealed" / "r1", to)
    assert done.exit_code == 0, done.output
    assert "编码都打不开了" in done.output
    assert not (to / "site" / "locked").exists()
    assert not (to / "site" / "my-card.html").exists()


def test_where_a_correction_goes_to_a_new_folder_new_codes_are_warned_of_before_a_card_is_written(edition: Path, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise refuse(Phrase("到此为止", "so far"), Phrase("", ""))

    bag = edition / "sealed" / "r1"
    info = read_bag_info(bag)
    monkeypatch.setattr("toolkit.sealing.bag.read_bag_info", lambda _: {**info, SEAL_LABELS["revises"]: "r0"})
    monkeypatch.setattr("toolkit.sealing.cards.send_cards", stopped)
    (tmp_path / "kept").mkdir()
    shutil.copy(sent / CODES, tmp_path / "kept" / CODES)
    outputs = [published(bag, tmp_path / name, "--cards-at", AT).output for name in ("new", "kept")]
    assert [("这一版替代 r0" in output, "到此为止" in output) for output in outputs] == [(True, True), (False, True)]


@pytest.mark.parametrize("address", ["http://www.example.org/", "www.example.org", "https://", "https://a.example/#x", "https://u:p@a.example/", "https://a.example/?q", "file:///x", "https://a.example/#", "https://a.example/?", "https://a.example/gongshi/index.html", "https://a.example/a b", "https://a.example:99999/"])
def test_an_address_without_https_is_refused_and_nothing_is_written(edition: Path, tmp_path: Path, address: str) -> None:
    done = published(edition / "sealed" / "r1", tmp_path / "out", "--cards-at", address)
    assert done.exit_code == 1
    assert "https" in done.output
    assert not (tmp_path / "out").exists()


def test_a_list_of_codes_that_was_spoilt_is_refused_row_by_row(edition: Path, sent: Path, tmp_path: Path) -> None:
    to = Path(shutil.copytree(sent, tmp_path / "out"))
    lines = (to / CODES).read_text("utf-8-sig").splitlines()
    good = lines[1].split(",")[2]
    wrong = good[:-1] + next(sign for sign in SIGNS if sign != good[-1])
    lines[2] = lines[2].replace(lines[2].split(",")[2], good)
    lines[3] = lines[3].replace(lines[3].split(",")[2], wrong)
    lines[4] = "9.1E+17," + lines[4].partition(",")[2]
    (to / CODES).write_text("\n".join(lines), "utf-8-sig")
    before = {path: path.read_bytes() for path in to.rglob("*") if path.is_file()}
    done = published(edition / "sealed" / "r1", to, "--cards-at", AT)
    assert done.exit_code == 1
    for told in ("第 3 行", "第 4 行", "第 5 行", "9.1E+17"):
        assert told in done.output
    assert good not in done.output
    assert wrong not in done.output
    assert {path: path.read_bytes() for path in to.rglob("*") if path.is_file() and path.name != ".lock"} == before


@pytest.mark.parametrize("saved", ["tabs", "semicolons", "code first", "no heads", "nothing", "UTF-16"])
def test_a_list_of_codes_saved_in_another_form_is_refused_and_no_code_is_told(sent: Path, tmp_path: Path, saved: str) -> None:
    text = (sent / CODES).read_text("utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    with_codes_first = "\n".join(",".join((row[2], *row[:2])) for row in rows)
    forms = {"tabs": text.replace(",", "\t"), "semicolons": text.replace(",", ";"), "code first": with_codes_first, "no heads": text.partition("\n")[2], "nothing": "", "UTF-16": text}
    (tmp_path / CODES).write_text(forms[saved], "utf-16" if saved == "UTF-16" else "utf-8-sig")
    with pytest.raises(Refused) as refused:
        kept_codes(tmp_path / CODES, [row[0] for row in rows[1:]])
    assert "表头" in (told := refused.value.problems.text())
    assert not [row for row in rows[1:] if row[2][:9] in told or row[1] in told]


def test_a_code_in_the_place_of_a_member_is_not_told_and_a_chinese_spreadsheet_may_save_the_list(sent: Path, tmp_path: Path) -> None:
    rows = list(csv.reader((sent / CODES).read_text("utf-8-sig").splitlines()))
    members, codes = [row[0] for row in rows[1:]], tmp_path / CODES
    rows[1][1] = "戊\u2028代理"
    with codes.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    assert kept_codes(codes, members) == {row[0]: row[2] for row in rows[1:]}
    rows[1][0], rows[1][2] = rows[1][2], rows[1][0]
    rows[2][0] = f"{rows[2][2]}".replace("-", "").lower()
    with codes.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(Refused) as refused:
        kept_codes(codes, members)
    told = refused.value.problems.text()
    assert [place for place in ("第 2 行", "第 3 行", "第 4 行") if place in told] == ["第 2 行", "第 3 行"]
    assert rows[1][0] not in told
    assert rows[2][0] not in told


# ---- served --------------------------------------------------------------------------------------------------------


def test_served_cards_are_those_that_were_sent_and_go_with_consent(edition: Path, sent: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(edition, tmp_path / "copy"))
    bag, today = copy / "sealed" / "r1", dt.date(2026, 11, 30)
    under_lock = cards_as_sent(sent, bag, "/gongshi/")
    settings = Settings(path="/gongshi/", site=partial(fresh_site, begins=None, today=today, sent=under_lock))
    names = sorted(path.name for path in (sent / "site" / "locked").iterdir())
    with served([bag], free_port(), settings=settings, verify=passes) as (page,):
        for name in names:
            _, body, headers = fetched(page.address, f"locked/{name}")
            assert body == (sent / "site" / "locked" / name).read_bytes()
            assert headers["Content-Type"] == "application/octet-stream"
        for name in ("locked/", "locked/" + "0" * 32 + ".bin", CODES, "card-letters/", "../" + CODES):
            assert fetched(page.address, name)[0] == 404
        status, body, headers = fetched(page.address, "my-card.html")
        assert status == 200
        assert "connect-src 'self'" in headers["Content-Security-Policy"]
        assert lock_of('<script type="application/json" id="lock">{</script>') == {}
        assert lock_of(body.decode()) == lock_of((sent / "site" / "my-card.html").read_text("utf-8"))
        assert 'href="my-card.html"' in fetched(page.address, "")[1].decode()
        write_pledges(copy, "007")  # not awarded, nothing of it is open: its card alone goes
        renew([page], settings, "zh", print)
        gone, end = file_name(codes_in(sent)["007"][2], under_lock.cards.salt), time.monotonic() + 60
        while fetched(page.address, f"locked/{gone}")[0] == 200 and time.monotonic() < end:
            time.sleep(0.05)
        assert [name for name in names if fetched(page.address, f"locked/{name}")[0] == 404] == [gone]


@pytest.mark.parametrize(("spoil", "told"), [("path", "--path /gongshi/"), ("root", "总指纹不同"), ("list", "不是同一次公布"), ("codes", "没有加密的得分单"), ("http", "不是同一次公布")])
def test_cards_that_letters_do_not_lead_to_are_not_served(edition: Path, sent: Path, tmp_path: Path, spoil: str, told: str) -> None:
    to = Path(shutil.copytree(sent, tmp_path / "out"))
    page, codes = to / "site" / "my-card.html", to / CODES
    if spoil == "root":
        root = lock_of(page.read_text("utf-8"))["root"]
        page.write_text(page.read_text("utf-8").replace(root, root[::-1]), "utf-8")
    if spoil == "http":
        page.write_text(page.read_text("utf-8").replace(f'"{AT}"', f'"{AT}"'.replace("https", "http")), "utf-8")
    if spoil == "list":
        codes.write_text("\n".join(codes.read_text("utf-8-sig").splitlines()[:-1]), "utf-8-sig")
    if spoil == "codes":
        codes.unlink()
    with pytest.raises(Refused) as refused:
        cards_as_sent(to, edition / "sealed" / "r1", "/" if spoil == "path" else "/gongshi/")
    assert told in refused.value.problems.text("zh")


# ---- in a browser --------------------------------------------------------------------------------------------------


class Visit:
    """The page of one's own card, all that was asked of its server, and what the console said."""

    def __init__(self, page: Page, port: int, asked: list[str]) -> None:
        self.page, self.port, self.asked = page, port, asked
        self.noise: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.noise.append(str(error)))
        page.on("dialog", lambda dialog: self.noise.append(dialog.message))
        page.on("request", lambda request: self.noise.extend([request.url] * (f":{port}/" not in request.url)))

    def open(self, fragment: str = "", host: str = "localhost") -> None:
        self.page.goto("about:blank")
        self.page.goto(f"http://{host}:{self.port}/my-card.html{fragment}")

    def tell(self, code: str) -> None:
        self.page.fill("#code", code)
        self.page.press("#code", "Enter")

    def said(self, words: str) -> None:
        self.page.locator("#verdict", has_text=words).wait_for()


@pytest.fixture(scope="module")
def visit(sent: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
    if BROWSER is None:
        pytest.skip("needs Chromium: install the package chromium")
    site, asked = Path(shutil.copytree(sent / "site", tmp_path_factory.mktemp("up") / "site")), list[str]()

    class Server(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            asked.append(f"{self.requestline} {self.headers}")

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=[*FLAGS, "--host-resolver-rules=MAP site.test 127.0.0.1"])
            yield Visit(browser.new_page(viewport={"width": 1366, "height": 768}), server.server_port, asked)
            browser.close()
        server.shutdown()


def test_a_code_in_the_address_opens_its_own_card_and_no_server_is_told_it(visit: Visit, sent: Path) -> None:
    rows = codes_in(sent)
    for member in ("001", HOSTILE):
        _, name, code, address, _ = rows[member]
        visit.open("#" + address.partition("#")[2])
        visit.said("一致")
        assert visit.page.locator("#card h1").inner_text() == name
        assert member in visit.page.locator("#card").inner_text()
        assert code not in visit.page.url
        assert not [one for one in visit.asked if code[:9] in one or code.replace("-", "")[:8] in one]
    assert [one for one in visit.asked if "/locked/" in one]
    assert visit.noise == []


def test_who_passes_over_the_pages_by_the_keyboard_is_told_of_no_code(visit: Visit) -> None:
    visit.open()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.page.locator("#content:focus").wait_for()
    assert visit.page.input_value("#code") == ""
    assert visit.page.inner_text("#verdict") == ""


def test_a_typed_code_opens_one_card_after_another_and_a_wrong_one_none(visit: Visit, sent: Path) -> None:
    rows, page = codes_in(sent), visit.page
    visit.open()
    visit.tell(rows["002"][2].lower().replace("-", " "))
    page.locator("#card h1", has_text=rows["002"][1]).wait_for()
    asked = len(visit.asked)
    signs = rows["001"][2].replace("-", "")
    slip = signs[:5] + next(sign for sign in SIGNS if sign != signs[5]) + signs[6:]
    for code, words in ((slip, "抄错"), (signs[:-1], "28 位"), ("0" + signs[1:], "28 位"), ("", "28 位")):
        visit.tell(code)
        visit.said(words)
        assert page.locator("#card").inner_text() == ""
    assert len(visit.asked) == asked  # for none of these anything was asked
    other = signs[:-2] + next(sign for sign in SIGNS if sign != signs[-2])
    visit.tell(other + check_sign(other))
    visit.said("没有这个编码")
    visit.tell(rows["101"][2])
    page.locator("#card h1", has_text=rows["101"][1]).wait_for()
    page.get_by_role("button", name="English").click()
    visit.said("The same")
    assert visit.noise == []


def answering(body: bytes) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=200, body=body)


def test_a_card_that_was_changed_or_put_in_place_of_another_does_not_open(visit: Visit, sent: Path) -> None:
    rows, page = codes_in(sent), visit.page
    with page.expect_request("**/locked/*") as mine:
        visit.open("#" + rows["003"][2])
    visit.said("一致")
    own, *others = sorted((sent / "site" / "locked").iterdir(), key=lambda path: path.name not in mine.value.url)
    content = own.read_bytes()
    for body in (others[0].read_bytes(), content[:-1] + bytes([content[-1] ^ 1]), content[:100], b""):
        page.route(mine.value.url, answering(body))
        visit.open("#" + rows["003"][2])
        visit.said("打不开")
        assert page.locator("#card").inner_text() == ""
        page.unroute(mine.value.url)


def test_without_https_the_page_says_so_and_asks_for_nothing(visit: Visit, sent: Path) -> None:
    code = codes_in(sent)["001"][2]
    visit.open("#" + code, host="site.test")
    visit.said("https")
    assert visit.page.locator("#code").is_disabled()
    assert code not in visit.page.url
    assert not [one for one in visit.asked if "site.test" in one and "/locked/" in one]
    visit.page.goto((sent / "site" / "my-card.html").as_uri() + "#" + code)
    visit.said("https")
    visit.noise[:] = [one for one in visit.noise if not one.startswith("file:")]


def test_what_names_and_words_would_be_is_text_on_every_page(visit: Visit, sent: Path) -> None:
    page = visit.page
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    for path in sorted((sent / "site").glob("*.html")):
        page.goto(f"http://localhost:{visit.port}/{path.name}")
        page.get_by_role("button", name="English").click()
        assert page.locator("img, iframe, object, svg, base").count() == 0, path.name
    for row in list(codes_in(sent).values())[:2]:
        page.goto((sent / "cards" / row[4]).as_uri())
        assert SHOUTS[0] in page.inner_text("body")
        assert page.locator("img, iframe, object, svg, base").count() == 0
    assert [one for one in visit.noise if not one.startswith("file:")] == []
    visit.noise.clear()
    assert complaints == []


def test_nothing_wraps_or_is_cut_off_on_a_telephone(visit: Visit, sent: Path) -> None:
    visit.page.set_viewport_size({"width": 390, "height": 844})
    visit.open("#" + codes_in(sent)["001"][2])
    visit.said("一致")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    visit.page.set_viewport_size({"width": 1366, "height": 768})
