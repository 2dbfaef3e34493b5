"""A card and its branch: the tree of RFC 6962, no card accepted but the one that was sealed, and the page that says the same."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser import chromium
from tests.conftest import write_small_edition
from tests.sealing import with_new_manifests
from tests.test_command_line import run
from toolkit import evaluate, open_edition
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase
from toolkit.publication.card_proofs import TEXTS, ProvedCard, leaf, proved, read_card, read_root, tree_root
from toolkit.publication.extract import read_extract
from toolkit.publication.site import Period
from toolkit.reports.card_pages import card_texts, check_page, write_card_pages
from toolkit.sealing.cards import card_problems, card_root, refuse_codes, sealed_cards

if TYPE_CHECKING:
    from playwright.sync_api import Page

KNOWN_LEAVES = ["", "\x00", "\x10", " !", "01", "@ABC", "PQRSTUVW", "`abcdefghijklmno"]
KNOWN_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Of the test data of Certificate Transparency, which RFC 6962 is about."""
NAME, HOSTILE = "甲招标代理公司", "</script><script>alert(1)</script>&amp;"


def card_text(member: str, name: str, *tables: object) -> str:
    """A card without tables, or with these."""
    return json.dumps({**dict.fromkeys(TEXTS, ""), "member": member, "name": name, "tables": tables}, ensure_ascii=False)


def by_definition(leaves: list[bytes]) -> bytes:
    """The root as RFC 6962, section 2.1, defines it."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + by_definition(leaves[:left]) + by_definition(leaves[left:])).digest()


@pytest.mark.parametrize(("count", "root"), KNOWN_ROOTS.items())
def test_roots_are_those_of_the_known_trees(count: int, root: str) -> None:
    assert tree_root(KNOWN_LEAVES[:count]) == root


@given(st.lists(st.text(), min_size=1, max_size=40))
def test_every_branch_leads_to_the_root_and_from_no_other_place(texts: list[str]) -> None:
    texts = [card_text(str(number), text) for number, text in enumerate(texts)]
    root = tree_root(texts)
    assert root == by_definition([leaf(text) for text in texts]).hex()
    for card in proved(texts):
        assert read_card(card.write()) == card
        assert card.root == root
        elsewhere = [replace(card, index=index) for index in range(card.size) if index != card.index]
        longer = replace(card, path=(*card.path, root))
        changed = replace(card, text=card.text + " ")
        assert root not in {forged.root for forged in (*elsewhere, longer, changed)}


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of the cards of a small edition, one member with a hostile name, and their root."""
    folder = tmp_path_factory.mktemp("cards")
    path = write_small_edition(folder / "edition") / "records" / "会员名册.csv"
    path.write_text(path.read_text("utf-8").replace(NAME, HOSTILE), "utf-8")
    edition = open_edition(folder / "edition")
    evaluation = evaluate(edition.scheme, edition.records)
    salts = {member: f"{number:032x}" for number, member in enumerate(evaluation.members.index)}
    texts = card_texts(evaluation, edition.records, "r1", salts)
    root = write_card_pages(texts, evaluation.scheme, Period(None, 7), folder / "cards")
    assert root == tree_root(texts.values())
    return folder / "cards", root


def test_each_member_has_a_page_whose_card_checks_alone(cards: tuple[Path, str]) -> None:
    folder, root = cards
    pages = [path.read_text("utf-8") for path in sorted(folder.iterdir())]
    found = [read_card(page) for page in pages]
    assert {card.root for card in found} == {root}
    assert sorted(card.index for card in found) == list(range(len(found)))
    assert all(page.count("<script") == 1 for page in pages)
    assert [card.content["name"] for card in found if "alert" in card.text] == [HOSTILE]


TABLE = {"caption": "", "headings": [], "rows": [["a"]], "right": [], "note": ""}
ODD_TABLES = [5, {}, {**TABLE, "rows": []}, {**TABLE, "rows": [["a"], ["b", "c"]]}, {**TABLE, "rows": [[1]]}, {**TABLE, "right": [7]}, {**TABLE, "note": None}]
NO_CARDS = [
    *("", "[]", "{}", "得分单", "[" * 9_000),
    '{"card": 1, "index": 0, "size": 1, "path": []}',
    '{"card": "[1]", "index": 0, "size": 1, "path": []}',
    '{"card": "{}", "index": 1, "size": 1, "path": []}',
    '{"card": "{}", "index": true, "size": 2, "path": []}',
    '{"card": "{}", "index": 0, "size": 1, "path": ["zz"]}',
    '{"card": "{}", "index": 0, "size": 9999999999, "path": []}',
    '{"card": "{\\"name\\": \\"\\\\ud800\\"}", "index": 0, "size": 1, "path": []}',
    '{"card": "\\ud800", "index": 0, "size": 1, "path": []}',
    '{"card": "{}", "index": 0, "size": 1, "path": []}',
    *(ProvedCard(card_text("1", "甲", table), 0, 1, ()).write() for table in ODD_TABLES),
]


@pytest.mark.parametrize("content", NO_CARDS)
def test_what_is_no_card_is_refused_in_words(content: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no score card"):
        read_card(content)
    path = tmp_path / "card.html"
    path.write_text(content, "utf-8")
    done = run("verify-card", path, "--root", "0" * 64)
    assert done.exit_code == 1
    assert "不是得分单" in done.output


@pytest.mark.parametrize("root", ["", "0" * 63, "g" * 64, "得分单"])
def test_what_is_no_root_is_refused(root: str) -> None:
    with pytest.raises(Refused, match="not the root"):
        read_root(root)


def test_the_command_says_whether_a_card_is_the_one_that_was_sealed(cards: tuple[Path, str], tmp_path: Path) -> None:
    folder, root = cards
    page = min(folder.iterdir())
    done = run("verify-card", page, "--root", f" {root[:32].upper()} {root[32:]}\n")
    assert done.exit_code == 0, done.output
    assert "一致" in done.output
    assert read_card(page.read_text("utf-8")).content["tables"][1]["rows"][-1][-1] in done.output  # what is confirmed is printed
    card = read_card(page.read_text("utf-8"))
    forged = tmp_path / page.name
    forged.write_text(replace(card, text=card.text.replace('"r1"', '"r2"')).write(), "utf-8")
    for path, wanted in ((forged, root), (page, "0" * 64)):
        done = run("verify-card", path, "--root", wanted)
        assert done.exit_code == 1
        assert "请勿采信" in done.output


def test_a_sealed_bag_sends_each_member_its_card_and_the_page_that_checks_it(whole: Path, tmp_path: Path) -> None:
    root = tree_root(sealed_cards(whole / "data").values())
    assert read_extract(whole / "data" / "public").notice["digests"]["cards"] == root
    done = run("publish", whole, "--to", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert root in done.output
    sent = [read_card(path.read_text("utf-8")) for path in (tmp_path / "out" / "cards").iterdir()]
    assert {card.root for card in sent} == {root}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out" / "cards").iterdir()} == {0o600}
    assert len({card.content["salt"] for card in sent}) == len(sent) == len(sealed_cards(whole / "data"))
    assert root in (tmp_path / "out" / "check-card.html").read_text("utf-8")


@pytest.mark.parametrize("inside", ["", "data", "new/deeper"])
def test_cards_are_not_written_into_a_bag_or_an_edition(bag: Path, small_edition: Path, inside: str) -> None:
    for place in (bag, small_edition):
        before = sorted(place.rglob("*"))
        done = run("publish", bag, "--to", place / inside)
        assert done.exit_code == (2 if place == bag or place / inside == small_edition else 1)
        assert "另指一个文件夹" in done.output
        assert sorted(place.rglob("*")) == before


def test_cards_are_sent_as_the_notice_has_them_and_not_among_others(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "cards").mkdir(parents=True)
    (tmp_path / "out" / "cards" / "得分单_旧版.html").touch()
    done = run("publish", whole, "--to", tmp_path / "out")
    assert done.exit_code == 1
    assert "得分单_旧版.html" in done.output
    for forge, told in ((lambda lines: lines[:-1], "公示所列"), (lambda lines: [*lines, lines[0]], "出现两次"), (lambda lines: [*lines, "{}"], "不是一份得分单")):
        forged = tmp_path / told
        shutil.copytree(whole, forged, copy_function=shutil.copyfile)
        cards = forged / "data" / "cards.jsonl"
        cards.write_text("".join(f"{line}\n" for line in forge(cards.read_text("utf-8").splitlines())), "utf-8")
        with_new_manifests(forged)
        done = run("publish", forged, "--to", tmp_path / "elsewhere")
        assert done.exit_code == 1
        assert told in done.output, done.output
        assert not (tmp_path / "elsewhere").exists()
    for name, was, now in (("public/awards.csv", "甲招标代理公司", "己代理公司"), ("cards.jsonl", "名次 1", "名次 2")):
        forged = Path(shutil.copytree(whole, tmp_path / name.replace("/", "_"), copy_function=shutil.copyfile))
        text = (forged / "data" / name).read_text("utf-8")
        (forged / "data" / name).write_text(text.replace(was, now), "utf-8")
        if name == "cards.jsonl":  # the notice is made to fit
            notice = forged / "data" / "public" / "notice.json"
            notice.write_text(notice.read_text("utf-8").replace(card_root(whole / "data")["cards"], card_root(forged / "data")["cards"]), "utf-8")
        with_new_manifests(forged)
        done = run("publish", forged, "--to", tmp_path / "elsewhere")
        assert (done.exit_code, name in done.output, "封存的结果与重新计算的不同" in done.output) == (1, True, True), done.output
        assert not (tmp_path / "elsewhere").exists()


def test_a_bag_without_cards_or_with_those_of_others_is_told(whole: Path, tmp_path: Path) -> None:
    edition = open_edition(whole / "data" / "edition")
    evaluation = evaluate(edition.scheme, edition.records)
    assert not [*card_problems(evaluation, edition.records, "r1", tmp_path)]  # of an earlier version, which sealed none
    with pytest.raises(Refused, match="cards"):
        sealed_cards(tmp_path)
    (tmp_path / "cards.jsonl").write_text("".join((whole / "data" / "cards.jsonl").read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")
    assert [problem.value for problem in card_problems(evaluation, edition.records, "r1", tmp_path)] == ["001"]
    with pytest.raises(Refused, match="no"):
        refuse_codes(whole, tmp_path / "codes.csv", Problems((Problem("error", Phrase("不行", "no"), Phrase("", "")),)))


def test_cards_are_sent_of_a_whole_bag_only(bag: Path, tmp_path: Path) -> None:
    with (bag / "data" / "cards.jsonl").open("a", encoding="utf-8") as file:
        file.write("{}\n")
    done = run("publish", bag, "--to", tmp_path / "out")
    assert done.exit_code == 1
    assert "cards.jsonl" in done.output
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def checking(cards: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, list[str]]]:
    """The page that checks, opened from its file; and what its console said or what it asked of others."""
    path = tmp_path_factory.mktemp("site") / "check-card.html"
    path.write_text(check_page("评选办法<b>", cards[1]), "utf-8")
    noise: list[str] = []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.on("console", lambda message: noise.append(message.text))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.goto(path.as_uri())
        page.on("request", lambda request: noise.append(request.url))
        yield page, noise


def test_the_page_says_the_same_as_the_command(cards: tuple[Path, str], checking: tuple[Page, list[str]]) -> None:
    page, noise = checking
    folder, _ = cards
    for path in sorted(folder.iterdir()):
        card = read_card(path.read_text("utf-8"))
        page.set_input_files("#file", [])
        page.set_input_files("#file", path)
        page.locator("#card h1", has_text=card.content["name"]).wait_for()
        assert page.locator("#verdict").get_attribute("class") == "good"
        last = card.content["tables"][1]["rows"][-1][-1]
        assert last in page.locator("#card").inner_text()
        for forged in (replace(card, text=card.text + " "), replace(card, index=(card.index + 1) % card.size), replace(card, path=card.path[:-1])):
            page.fill("#pasted", forged.write())
            assert page.locator("#verdict").get_attribute("class") == "bad"
            assert page.locator("#card").inner_text() == ""
    page.fill("#pasted", json.dumps({"card": "{}"}))
    page.get_by_role("button", name="English").click()
    assert page.locator("#verdict").inner_text().startswith("This is no score card")
    assert page.title() == "核对得分单 Check a score card"
    page.fill("#pasted", "")
    page.set_input_files("#file", {"name": "empty.json", "mimeType": "application/json", "buffer": b""})
    page.locator("#verdict.bad").wait_for()
    assert page.locator("#verdict").inner_text().startswith("This is no score card")
    assert noise == []


def test_the_digest_of_the_page_is_that_of_every_text(checking: tuple[Page, list[str]]) -> None:
    page, _ = checking
    texts = ["x" * length for length in (0, 1, 54, 55, 56, 62, 63, 64, 65, 119, 120, 1_000)] + ["中文：é\U0001f600" * 40]
    for text in texts:
        card = ProvedCard(card_text("001", text), 0, 1, ())
        page.fill("#root", card.root or "")
        page.fill("#pasted", card.write())
        assert page.locator("#verdict").get_attribute("class") == "good", text
