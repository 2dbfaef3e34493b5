"""The static site: whole, checkable, within what each member permits, and the same to every reader."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import html
import io
import json
import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from docx import Document

from tests.asked_edition import (
    CONDUCT,
    HOSTILE,
    MANAGERS,
    ORGANISATION,
    REFUSED,
    SECRETS,
    pledged,
    quoted,
    write_edition,
    write_rows,
)
from tests.attack.visitor import answer
from tests.browser import PATIENCE, Reader, chromium
from tests.conftest import MEMBERS
from tests.processes import free_port, page_process
from tests.sealed_page import passes, sample_extract
from tests.sealing import sealed, write_house
from tests.test_command_line import run
from toolkit.commands.publication import (
    BUILDING,
    CHECKING,
    MAKING_AGAIN,
    OPENING,
    PREPARING,
    SHOWING,
    UNTRIED,
)
from toolkit.documents.catalogue import DOCUMENTS, written
from toolkit.documents.fields import Case
from toolkit.edition import load_plan, open_edition
from toolkit.evaluation import evaluate
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.resources import house_folder
from toolkit.ground.text import LANGUAGE_TAGS, Language, Phrase
from toolkit.minutes.decisions import decide_state
from toolkit.minutes.objections import decide_objection
from toolkit.publication.card_proofs import ProvedCard
from toolkit.publication.disclosures import Activity, Figures
from toolkit.publication.english import ENGLISH_HALF, lacking_early, names_without_english
from toolkit.publication.extract import read_extract
from toolkit.publication.notice import QUESTIONED
from toolkit.publication.server import Settings, served
from toolkit.publication.site import INDEX, OWN_CARD, TITLES, Period, _certain, figures_page
from toolkit.reports.card_pages import _form
from toolkit.reports.committee_tables import open_matters
from toolkit.reports.papers import rules_page
from toolkit.sealing import agreement
from toolkit.sealing.open_bag import publication_problems, send_open
from toolkit.sealing.signatures import Signer, public_key
from toolkit.sealing.site import (
    Disclosed,
    _pages,
    fresh_site,
    no_state,
    pages_before,
    refuse_unready,
    under_review,
)

if TYPE_CHECKING:
    from typer.testing import Result

BEGINS = dt.date(2019, 1, 31)


class Then(dt.date):
    """The wall's date on the day of publication."""

    @classmethod
    def today(cls) -> Then:
        return cls(BEGINS.year, BEGINS.month, BEGINS.day)


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
        changed.setattr("toolkit.commands.publication.date", Then)
        done = run("publish", edition / "sealed" / "r1", "--to", place, "--from", BEGINS.isoformat())
    assert done.exit_code == 0, done.output
    assert "公示网站在" in done.output
    assert "英文页面上有 1 个名称仍是中文：调查答卷。" in done.output
    assert UNTRIED.zh in done.stdout
    assert "没有公示起始日" not in done.stdout
    under_way = [*(step.zh for step in (CHECKING, PREPARING, MAKING_AGAIN, OPENING, SHOWING, BUILDING)), *(f"正在核对：{name}" for name in ("软件包", "工作簿公式", "网页程序"))]
    assert done.stderr.splitlines() == [f"… {step}" for step in under_way]
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
    assert {path.name for path in pages(site)} == set(TITLES) - {OWN_CARD}
    assert "open/data/members.csv" in names
    assert not [page for page in pages(site) if '"salt' in page.read_text("utf-8")]


def test_every_page_leads_to_every_other_loads_nothing_and_lets_only_its_own_script_run(sent: Path) -> None:
    site = sent / "site"
    own = {page.name for page in pages(site)}
    for page in pages(site):
        found, text = Links(), page.read_text("utf-8")
        found.feed(text)
        assert own <= set(found.links), page.name
        assert 'id="content"' in text, "where the first link of the page leads"
        assert all((site / link).is_file() for link in found.links if not link.startswith("#")), page.name
        assert set(found.loads) <= {"data:,"}, page.name
        assert f"{ORGANISATION} · 受理与联系：秘书处；地址：某市某路 1 号；电话：020-12345678<" in text, page.name  # who publishes, whom to ask, and how
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


def test_a_day_before_the_as_of_day_is_refused(edition: Path, tmp_path: Path) -> None:
    done = run("publish", edition / "sealed" / "r1", "--to", tmp_path / "out", "--from", "2018-12-30")
    assert done.exit_code == 1
    assert "公示不会早于统计截止日" in done.output
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_over_another_site(edition: Path, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "site" / "mine.html"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", "utf-8")
    assert run("publish", edition / "sealed" / "r1", "--to", tmp_path / "out").exit_code == 1
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == [mine]


def test_a_card_has_the_form_of_an_objection_filled_in_for_its_own_member(sent: Path) -> None:
    """Line by line the form of the site, days and office with it, but for what the card says of its member."""
    root = re.search(r"[0-9a-f]{64}", (sent / "check-card.html").read_text("utf-8").partition('id="root"')[2])
    blank = lines_told((sent / "site" / "objection.html").read_text("utf-8").partition('<article class="paper form">')[2].partition("</article>")[0])
    assert root
    for code, name in (("004", HOSTILE), ("101", "子采购中心")):
        (card,) = (path for path in (sent / "cards").iterdir() if path.stem.endswith(f"_{code}"))
        text = card.read_text("utf-8")
        form = lines_told(text.partition('<section class="form">')[2].partition("</section>")[0])
        whose, about = (without_blanks(told) for told in (f"{name}（会员代码 {code}）", root[0]))
        assert [line for line in form if line not in blank and not line.startswith("本页由秘书处随得分单附上")] == [whose, next(line for line in form if line.endswith(about) and "small-2018·r1" in line)]
        assert set(blank) - set(form) == set(), card.name
        assert {"2019年1月31日至2019年2月14日（7个工作日，发布当日不计）。", "秘书处；地址：某市某路1号；电话：020-12345678"} <= set(form), card.name
        assert "受理：秘书处；地址：某市某路 1 号；电话：020-12345678。</p><p>公示期：2019年1月31日至2019年2月14日" in text  # above the form, beside the proof


def test_a_member_known_by_its_credit_code_objects_under_it(edition: Path) -> None:
    content = {"name": "甲公司", "member": "91350100M000100Y43", "title": "办法", "edition": "2018", "revision": "r1"}
    filled, other = (lines_told(str(_form(ProvedCard(json.dumps({**content, "member": member}), 0, 1, ()), load_plan(edition)[0], Period(None, 7)))) for member in (content["member"], "004"))
    assert filled[filled.index("异议人（全称或姓名）") :][:4] == ["异议人（全称或姓名）", "甲公司", "统一社会信用代码", "91350100M000100Y43"]
    assert other[other.index("异议人（全称或姓名）") :][:4] == ["异议人（全称或姓名）", "甲公司（会员代码004）", "统一社会信用代码", "联系人及电话"]


def lines_told(text: str) -> list[str]:
    """What a page says, by its paragraphs and cells."""
    lines = (without_blanks(html.unescape(re.sub(r"<[^>]+>", "", line))) for line in re.split(r"</(?:p|h\d|td|th)>", text))
    return [line for line in lines if line]


@pytest.mark.parametrize(("name", "papers", "graded"), [("rules.html", ("评选办法",), False), ("rules.html", ("评选办法", "会员诚信自律管理办法"), True), ("objection.html", ("异议书",), False), ("complaint.html", ("投诉书",), False)])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_rules_and_forms_say_word_for_word_what_the_papers_say(sent: Path, edition: Path, name: str, papers: tuple[str, ...], graded: bool, language: Language) -> None:  # noqa: FBT001
    """No line of a paper is missing on the page, and none is on it that no paper has."""
    disclosed = Disclosed(edition / "sealed" / "r1", BEGINS, BEGINS)
    digest = disclosed.extract.notice["digests"]["scheme"]
    case, text = Case.of(disclosed.evaluation, disclosed.edition.records, starts=(BEGINS,), digest=digest, language=language), (sent / "site" / name).read_text("utf-8")
    if graded:
        scheme, tables = load_plan(house_folder("templates/editions") / "federation")
        case, text = replace(case, scheme=scheme, tables=tables, known=None), rules_page(disclosed.extract, (name,), scheme, tables, disclosed.period)
    articles = re.findall(r"<article.*?</article>", text.partition(f'<div class="told" lang="{LANGUAGE_TAGS[language]}">')[2].partition('<div class="told"')[0], re.DOTALL)
    page = {without_blanks(html.unescape(re.sub(r"<[^>]+>", "", line))) for line in re.split(r"</(?:p|h\d|td|th)>", "".join(articles))}
    documents = [Document(io.BytesIO(content)) for paper in DOCUMENTS if paper.name in papers for _, content in written(paper, case, draft=False)]
    lines = {without_blanks(line) for one in documents for line in (*(line.text for line in one.paragraphs), *(cell.text for table in one.tables for row in table.rows for cell in row.cells))}
    assert (lines ^ page) - {""} == set()
    assert len("".join(lines)) > (3000 if graded else 150)
    if name != "rules.html":
        assert ("2019年2月14日" if language == "zh" and name == "objection.html" else "秘书处" if language == "zh" else "FederationofTests") in "".join(page)


def without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


CHINESE_ALL_THE_SAME = re.compile(r"测试〔2019〕1号|（?实名|第\d+号版本|在申诉的事.*|5678）行贿.*|.*的事|调查答卷")
"""A document number, a word of the law, what somebody typed, and the one name that has no English."""


def test_the_english_half_says_every_name_in_english_but_those_of_members(sent: Path) -> None:
    left: dict[str, set[str]] = {}
    names = {name for _, name, *_ in MEMBERS} | {HOSTILE, "胡某，石某（市场部）、Mary", "阿丽亚", "测试项目中心"}  # these of managers
    for page in pages(sent / "site"):
        half = "".join(ENGLISH_HALF.findall(page.read_text("utf-8")))
        texts = [html.unescape(text).strip() for text in re.findall(r">([^<>]+)<", half)] + re.findall(r'data-head="([^"]*)"', half)
        for text in texts:
            if text not in names and (chinese := [run for run in re.findall(r"[\u3000-\u9fff\uff00-\uffef0-9]*[\u4e00-\u9fff][\u3000-\u9fff0-9]*", text) if not CHINESE_ALL_THE_SAME.fullmatch(run)]):
                left.setdefault(page.name, set()).update(chinese)
    assert left == {}
    assert "Federation of Tests · Contact: the secretariat; address: 1 Some Road; telephone: 020-12345678<" in (sent / "site" / "index.html").read_text("utf-8")
    records = "".join(ENGLISH_HALF.findall((sent / "site" / "records.html").read_text("utf-8")))
    assert "行贿，优秀会员，副会长单位</span>" in records, "what somebody typed stays, though it holds the name of an award"
    assert "</i> general</span>" in records, "a choice is said in English"
    assert all(re.search(r"<title>[^<A-Za-z]+ [A-Z][\w ,]+ · ", page.read_text("utf-8")) for page in pages(sent / "site") if page.name != "check-card.html")
    for own in (sent / "check-card.html", sent / "site" / "check-card.html"):
        assert '<span class="said" lang="en">Rules of the Small Federation</span>' in own.read_text("utf-8")


# ---- who sees what -----------------------------------------------------------------------------------------------


def test_no_byte_of_the_site_tells_what_was_not_permitted(sent: Path) -> None:
    everything = {path.relative_to(sent).as_posix(): path.read_bytes().decode("utf-8", "replace") for path in (sent / "site").rglob("*") if path.is_file()}
    found = {(name, secret) for name, text in everything.items() for secret in SECRETS if secret in text or secret in html.unescape(text)}
    assert found == set()


def test_a_record_is_shown_in_its_window_to_whom_it_may_be_and_marked_while_disputed(sent: Path, edition: Path) -> None:
    matters = open_matters(opened := open_edition(edition), evaluate(opened.scheme, opened.records), BEGINS)
    assert [(matter.kind, matter.pressing, "申诉" in matter.what.zh) for matter in matters if matter.kind == "appeal"] == [("appeal", False, True)]
    text = (sent / "site" / "records.html").read_text("utf-8")
    for told in ("市级表彰的事", "一般的事", html.escape(HOSTILE), "在申诉的事：法定代表人：曹某（电话 139****5678）行贿，优秀会员，副会长单位", "2018年11月1日", "2019年11月1日", "胡某，石某（市场部）、Mary", "阿丽亚", "测试项目中心", "良好行为 1 条，涉及 1 家；不良行为 3 条，涉及 3 家"):
        assert told in text, told
    disputed = [row for row in re.findall(r"<tr>.*?</tr>", text) if "申诉中</span>" in row]
    assert len(disputed) == 1
    assert "庚代理公司" in disputed[0]


def test_a_member_that_an_open_objection_concerns_is_marked_on_the_notice_and_no_other(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the receipt of an objection promises; of a member that the notice does not name nothing is told, and a ruling ends it."""
    folder = Path(shutil.copytree(edition, tmp_path / "objected"))
    bag, opened = folder / "sealed" / "r1", open_edition(edition)
    assert under_review(bag) is None
    named = [row["name"] for row in read_extract(bag / "data" / "public").rows]
    unnamed = next(name for name in opened.records.members["name"] if name not in named)
    (folder / "objections").mkdir()
    for number, member in enumerate((named[0], unnamed, "查无此会员"), 1):
        (folder / f"objections/{number}.toml").write_text(f'received = 2019-02-01\nby = "某甲"\nmember = "{member}"\nabout = "学时有误"\n', "utf-8")

    for page in ("results_page", "check_page", "rules_page", "form_page"):  # none of which tells of objections
        monkeypatch.setattr(f"toolkit.sealing.site.{page}", lambda *_, **__: "")
    monkeypatch.setattr("toolkit.sealing.site._disclosing", lambda _: {})

    def index() -> list[str]:
        text = _pages(Disclosed(bag, BEGINS, BEGINS), live=False, cards=None)[INDEX]
        assert "某甲" not in text
        return re.findall(rf'<span>([^<]+)</span> <span class="mark">(?:{QUESTIONED.zh}|{QUESTIONED.en})</span>', text)

    assert [html.unescape(name) for name in index()] == [named[0]] * 2  # in either language
    told = under_review(bag)
    assert told is not None
    assert "第 1、2、3 号异议还没有裁定，或" in told.zh
    decide_objection(folder, 1, "rejected", by="专家委员会", reason="查无此事")
    assert index() == []


def test_what_english_lacks_is_told_before_the_seal(edition: Path) -> None:
    scheme = load_plan(edition)[0]
    assert list(lacking_early(scheme.model_copy(update={"english": {}}))) == [], "nobody who wants no English is told"
    (note,) = lacking_early(scheme)
    assert (note.severity, note.column, note.rule.en) == ("note", "english", "[english] lacks 1 name: 调查答卷; English pages say in Chinese what it lacks")
    assert not list(lacking_early(scheme.model_copy(update={"english": {**scheme.english, "调查答卷": "Questionnaire"}})))


def test_check_names_what_the_pages_of_the_site_will_lack(edition: Path) -> None:
    """Kinds of members, registers and columns too, which the scheme alone does not name."""
    opened, disclosed = open_edition(edition), Disclosed(edition / "sealed" / "r1", BEGINS, BEGINS)
    assert opened.scheme.publication
    mute = opened.scheme.model_copy(update={"english": {"办法": "Rules"}, "publication": opened.scheme.publication.model_copy(update={"certainty": False})})  # which would be drawn
    extract = replace(disclosed.extract, notice={**disclosed.extract.notice, "english": mute.english})
    disclosed.__dict__.update(extract=extract, rows=replace(disclosed.rows, scheme=mute), edition=replace(disclosed.edition, scheme=mute))
    site, before = (names_without_english(mute, opened.tables, pages) for pages in (_pages(disclosed, live=False, cards=None).values(), pages_before(evaluate(mute, opened.records), opened.records, BEGINS)))
    assert site == before
    (own,), (note,) = lacking_early(mute), lacking_early(mute, before)
    kinds = {*opened.records.members["class"]} - {""}
    assert (kinds & {*before}, int(re.findall("缺 ([0-9]+)", note.rule.zh)[0]) > int(re.findall("缺 ([0-9]+)", own.rule.zh)[0])) == (kinds, True)


def test_check_tells_of_numbers_of_persons_in_what_the_public_reads(edition: Path) -> None:
    said = run("check", edition).output
    assert [words in said for words in ("第 5 行，事由：这一列要向社会公开", "第 5 行，项目负责人：这一列要向社会公开", "第 5 行，项目负责人：这一列要向社会公开，格里有的字像是个人姓名", "第 2 行，项目负责人：这一列要向社会公开，格里有的字像是个人姓名")] == [True] * 4
    assert "13912345678" not in said
    assert said.count("这一列要向社会公开") == 4


def test_the_wall_names_who_permits_it_with_version_and_day(sent: Path) -> None:
    wall = html.unescape((sent / "site" / "pledges.html").read_text("utf-8"))
    listed = {code for code, *_ in MEMBERS if f"第{code}号版本" in wall}
    assert listed == {code for code, *_ in MEMBERS} - {"102", "104", "105"}
    assert "9 家会员公开承诺诚信自律" in wall


def test_a_dash_is_a_figure_left_out_and_nothing_else() -> None:
    shown = (Activity("培训", "学时", 9, 12.5), Activity("投稿", "篇", 8, None), Activity("会费", "", 7, None, summed=False))

    def cells(*activities: Activity) -> list[list[str]]:
        page = figures_page(sample_extract(), Figures((("采购人", 9, 8),), {}, {}, activities, ()), ["figures.html"])
        rows = page.partition("各项活动</h2>")[2].partition("</table>")[0].split("<tr>")[2:]
        return [re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in rows]

    assert cells(*shown) == [["培训", "9", "12.5 学时"], ["投稿", "8", "—"], ["会费", "7", ""]]
    assert cells(shown[2]) == [["会费", "7"]]
    graded = figures_page(sample_extract(), Figures((("采购人", 9, 8),), {}, {}, shown, (("AA", 1234), ("A", 5))), ["figures.html"])
    assert "1,234" in graded.partition("信用等级</h2>")[2]
    assert [_certain(given, certain).en for given, certain in ((3, 3), (3, 2), (3, 0))] == ["all are certain", "at least 2 are certain", "few are certain"]


def test_what_is_sure_and_the_figures_name_nobody(sent: Path) -> None:
    for name in ("certainty.html", "figures.html"):
        text = html.unescape((sent / "site" / name).read_text("utf-8"))
        assert [member for _, member, *_ in MEMBERS if member in text] == []
    assert "优秀会员" in (sent / "site" / "certainty.html").read_text("utf-8")


PHASE = """[[phase]]
id = "p"
label = "动员"
from = 2018-01-01
to = 2018-12-31
work = ["{work}"]
asks = [{{ label = "{label}", measure = {{ table = "pledges", take = "any" }} }}]

[publication]"""
FORCED_OR_PAID = (
    ('applied = "applied"', "", "第二十五条"),
    ('label = "调查答卷"', 'label = "评审费缴纳"', "830号"),
    ('label = "优秀会员"', 'label = "优秀会员（赞助单位）"', "830号"),
    ('contact = "秘书处"', 'contact = "秘书处，证书费 200 元"', "830号"),
    ('approval = "测试〔2019〕1号"', "", "830号"),
    ('label = "优秀会员"', 'label = "优秀会员（出资者优先）"', "830号"),
    ('title    = "', 'title = "评选（参评费每家 2000 元）', "830号"),
    ('organisation = "测试联合会"', 'organisation = "联合会（收取评审服务费）"', "830号"),
    ('organisation = "测试联合会"', 'organisation = "某某捐赠基金会"', ""),
    ("[publication]", PHASE.format(label="缴纳参评费", work="宣传"), "830号"),
    ("[publication]", PHASE.format(label="承诺书", work="收取赞助"), "830号"),
    ('label = "调查答卷"', 'label = "按时缴纳会费"', ""),
)


@pytest.mark.parametrize(("old", "new", "article"), FORCED_OR_PAID)
def test_force_and_fees_are_refused_with_the_article_that_forbids_them(edition: Path, tmp_path: Path, old: str, new: str, article: str) -> None:
    kept = tmp_path / "bag" / "data" / "edition"
    kept.mkdir(parents=True)
    text = (edition / "scheme.toml").read_text("utf-8")
    assert old in text
    (kept / "scheme.toml").write_text(text.replace(old, new, 1), "utf-8")
    problems = publication_problems(tmp_path / "bag")
    assert len(problems) == bool(article)
    assert article in problems.text("zh")


def test_check_and_seal_say_early_what_publish_will_refuse(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Path(shutil.copytree(edition, tmp_path / "copy", ignore=shutil.ignore_patterns("sealed", "journal.jsonl", ".lock")))
    output = run("check", copy).output
    assert "committee publish 会拒绝" not in output
    assert "异议无处可送" not in output
    (tmp_path / "key").write_bytes((key := Ed25519PrivateKey.generate()).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    (copy / "allowed_signers").write_text(Signer("chair", public_key(key), "会长 甲").line + "\n", "utf-8")
    (copy / "sealed" / "r7").mkdir(parents=True)
    (copy / "sealed" / "r7" / "bagit.txt").touch()
    monkeypatch.setattr("toolkit.sealing.seals.seal_edition", lambda *_, **__: edition / "sealed" / "r1")
    monkeypatch.setattr("toolkit.sealing.verification.sign_bag", lambda _, key: Signer("chair", public_key(key), "会长 甲"))
    said_at_seal = run("seal", copy, "--as", "r1", "--sign", tmp_path / "key").output
    for told in ("公示名单列出 ", "已签名：会长 会长 甲 SHA256:", "r7"):
        assert told in said_at_seal, said_at_seal
    shutil.rmtree(copy / "sealed")
    assert re.search(r"第 \d+ 行.*公开 \d+ 家会员的名次、总分及各项指标的数值，而办法没有就此征求会员同意", output), output  # nobody was asked for them
    text = (copy / "scheme.toml").read_text("utf-8")
    for old, new, _ in FORCED_OR_PAID[1:5]:
        text = text.replace(old, new, 1)
    text = text.replace('address = "某市某路 1 号"\ntelephone = "020-12345678"\n', 'address = "待定"\ntelephone = "无"\nemail = "—"\nhours = "工作日，值班 13800138000"\n')
    (copy / "scheme.toml").write_text(text, "utf-8")
    done = run("check", copy)
    assert done.exit_code == 0, done.output
    assert all(re.search(rf"第 \d+ 行.*{told}", done.output) for told in ("没有受理单位的地址，也没有电话或邮箱", r"138\*\*\*\*8000.*像是个人的手机"))
    said = [line for line in done.output.splitlines() if "committee publish 会拒绝" in line]
    assert len(said) == 4
    assert all(re.search(r"第 \d+ 行", line) and "830号" in line for line in said if "approval" not in line), said
    monkeypatch.setattr("toolkit.sealing.parts._day", lambda _: dt.date(2018, 1, 1))
    said_at_seal = run("seal", copy, "--as", "r1").output
    assert "封存早于评价基准日 2018-12-31" in said_at_seal
    early = run("publish", edition / "sealed" / "r1", "--to", tmp_path / "early")
    assert early.exit_code == 1
    assert "封存早于评价基准日 2018-12-31，当时记录还不完整；这一版不能公布" in early.output.replace("\n", "")
    assert not (tmp_path / "early").exists()
    assert "封存包不含公示页面，因为：" in said_at_seal
    assert said_at_seal.count("830号") == 4


def republished(copy: Path, to: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """What publishing says once the folder's records are others."""
    monkeypatch.setattr(agreement, "_program", lambda _: None)
    monkeypatch.setattr("toolkit.commands.publication.date", Then)
    return run("publish", copy / "sealed" / "r1", "--to", to)


def test_what_is_struck_out_or_taken_back_since_the_seal_is_gone_and_nothing_new_comes(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Path(shutil.copytree(edition, tmp_path / "copy"))
    now = [row if row[0] != "003" else (*row[:6], "已撤销") for row in CONDUCT if row[0] != "007"] + [("003", "新的事", "不良", "一般", "-2", "2018-12-03", "有效")]
    now[0] = (*now[0][:6], "申诉中")
    write_rows(copy / "records" / "诚信记录.csv", "code,事由,性质,程度,points,认定日期,状态,举报人,项目负责人", (quoted(*row, "", MANAGERS.get(row[0], "")) for row in now))
    monkeypatch.setitem(REFUSED, "001", "wall")
    write_rows(copy / "records" / "承诺书.csv", "code,form,status,signed_on,withdrawn_on,result,good,bad,wall", map(pledged, [code for code, *_ in MEMBERS]))
    done = republished(copy, tmp_path / "out", monkeypatch)
    assert done.exit_code == 0, done.output
    assert "没有公示起始日" in done.output
    text = (tmp_path / "out" / "site" / "records.html").read_text("utf-8")
    assert not [gone for gone in ("一般的事", "在申诉的事", "新的事") if gone in text]
    assert "市级表彰的事" in text
    assert "第001号版本" not in (tmp_path / "out" / "site" / "pledges.html").read_text("utf-8")


@pytest.mark.parametrize(("file", "old", "new", "said"), [
    ("tables.toml", "[table.pledges.column.result]", "[table.pledges.column.agreed]", "请先恢复这一列"),
    ("records/承诺书.csv", "\n", '\nx,"y\n', "承诺书.csv"),
])  # fmt: skip
def test_todays_folder_that_cannot_be_read_is_told_and_nobody_is_said_to_have_withdrawn(
    edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str, said: str
) -> None:
    copy = Path(shutil.copytree(edition, tmp_path / "copy"))
    text = (copy / file).read_text("utf-8-sig")
    (copy / file).write_text(text.replace(old, new, 1), "utf-8")
    done = republished(copy, tmp_path / "out", monkeypatch)
    assert done.exit_code == 1
    assert said in done.output
    assert "程序内部出错" not in done.output
    assert "撤回了同意" not in done.output
    assert not (tmp_path / "out").exists()


def test_a_bag_away_from_its_folder_is_published_with_a_warning(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Path(shutil.copytree(edition / "sealed" / "r1", tmp_path / "elsewhere" / "r1"))
    monkeypatch.setattr(agreement, "_program", lambda _: None)
    monkeypatch.setattr("toolkit.commands.publication.date", Then)
    said = run("publish", copy, "--to", tmp_path / "公示 2026").output
    assert "没有查对封存之后的撤回" in said
    assert os.name == "nt" or f"committee verify '{tmp_path}/公示 2026/open' --replay" in said  # a line to be copied


def test_it_is_said_where_the_minutes_tell_of_no_state(edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "state reviewed" in no_state(edition / "sealed" / "r1").text("zh")
    monkeypatch.setattr("toolkit.sealing.site.newest_minutes", lambda _: SimpleNamespace(entries=[SimpleNamespace(what="state")]))
    assert not no_state(edition / "sealed" / "r1")


def test_serve_says_once_what_publish_says_where_nobody_tells_since_when_the_notice_stands(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.sealing.site.fresh_site", lambda _, __, begins, *___, **____: Period(begins, 7))
    monkeypatch.setattr("toolkit.publication.server.serve", lambda bags, *, settings, **_: [settings.site(bag, tmp_path) for bag in bags * 2])
    for said, told in (((), (1, 1)), (("--from", "2019-03-08"), (1, 0))):
        done = run("serve", edition / "sealed" / "r1", *said)
        assert (done.exit_code, done.output.count("没有记入本届的状态"), done.output.count("没有公示起始日")) == (0, *told), done.output


def test_a_list_that_names_who_took_it_back_is_not_published(edition: Path, sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Path(shutil.copytree(edition, tmp_path / "copy"))
    monkeypatch.setitem(REFUSED, "001", "result")
    write_rows(copy / "records" / "承诺书.csv", "code,form,status,signed_on,withdrawn_on,result,good,bad,wall", map(pledged, [code for code, *_ in MEMBERS]))
    assert "撤回了同意" not in run("check", edition).output
    told = run("check", copy)
    assert (told.exit_code, "[提醒] 封存之后有 1 家会员撤回了同意" in told.output) == (0, True)
    done = republished(copy, tmp_path / "out", monkeypatch)
    assert done.exit_code == 1
    assert "撤回了同意" in done.output
    assert "第十五条" in done.output
    assert not (tmp_path / "out").exists()


def test_the_classes_have_who_applied_and_who_won_as_the_open_bag_tells_them(sent: Path) -> None:
    text, notice = ((sent / "site" / name).read_text("utf-8").partition('lang="en"><header')[0] for name in ("figures.html", "index.html"))
    *classes, total = (re.findall(r"<td[^>]*>([^<]*)</td>", row) for row in re.findall(r"<tr><td.*?</tr>", text))
    told = [line.split(",") for line in (sent / "open" / "data" / "classes.csv").read_text("utf-8-sig").splitlines()[1:]]
    assert [row[:3] for row in classes] == [row[:3] for row in told]
    assert [sum(int(row[place]) for row in classes) for place in (3, 4)] == [int(count) for count in total[3:]]
    assert notice.count('<li class="name">') < sum(int(count) for row in classes for count in row[3:]), "one of those who won is not named"


def test_a_page_that_somebody_put_into_a_sealed_open_bag_is_not_sent(edition: Path, tmp_path: Path) -> None:
    bag = Path(shutil.copytree(edition / "sealed" / "r1", tmp_path / "r1"))
    (bag / "data" / "open" / "evil.html").write_text("<script>alert(1)</script>", "utf-8")
    (bag / "data" / "open" / "more").mkdir()
    with pytest.raises(Refused) as refused:
        send_open(bag, tmp_path / "open")
    assert [problem.file for problem in refused.value.problems] == ["open/evil.html", "open/more"]
    assert not (tmp_path / "open").exists()


# ---- served -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(edition: Path) -> Iterator[str]:
    """Where `serve` shows the site of the sealed edition, under a path."""
    settings = Settings(path="/gongshi/", most_viewers=3, site=partial(fresh_site, begins=BEGINS, today=BEGINS))
    with served([edition / "sealed" / "r1"], free_port(), settings=settings, verify=passes) as (page,):
        yield page.address


def test_what_is_served_is_what_publish_writes_and_starts_no_kernel(address: str, sent: Path) -> None:
    _, sums, _ = answer(address, "SHA256SUMS")
    names = [line.partition("  ")[2] for line in sums.splitlines()]
    written = {path.relative_to(sent / "site").as_posix(): path.read_bytes() for path in (sent / "site").rglob("*") if path.is_file()}
    assert {*names, "SHA256SUMS"} == set(written)
    for name in names:
        status, body, headers = answer(address, name)
        assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")
        assert body.encode() == written[name] or name == "index.html", name
        assert f"{hashlib.sha256(body.encode()).hexdigest()}  {name}" in sums, name
        assert not [secret for secret in SECRETS if secret in html.unescape(body)], name
    assert answer(address, "")[1] == answer(address, "index.html")[1]
    assert 'href="live"' in answer(address, "")[1]
    assert 'href="objection.html"' in answer(address, "still")[1]
    assert 'href="live"' not in written["index.html"].decode()
    assert "2019年1月31日至2019年2月14日" in answer(address, "")[1]
    assert sum(len(gzip.compress(content)) for content in written.values()) < 300_000
    assert page_process(address).children() == []


def test_a_page_is_served_under_its_own_policy_compressed_and_once(address: str) -> None:
    for name in {*TITLES} - {OWN_CARD}:
        request = urllib.request.Request(address + name, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=15) as reply:
            text = gzip.decompress(reply.read()).decode()
        own = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
        assert own
        assert reply.headers["Content-Security-Policy"] == html.unescape(own[1]) + "; frame-ancestors 'none'"
        request.add_header("If-None-Match", reply.headers["ETag"])
        with pytest.raises(urllib.error.HTTPError) as same:
            urllib.request.urlopen(request, timeout=15)
        same.value.close()
        assert same.value.code == 304


@pytest.mark.parametrize("path", ["../gongshi", "/", "open/../index.html", "open/data/", "site/index.html", "cards/", "still.html", "index.html/", "%2e%2e/public/notice.json", "x.html", "INDEX.HTML", "my-card.html", "locked/", "card-codes.csv"])
def test_nothing_beside_the_site_is_there(address: str, path: str) -> None:
    assert answer(address, path)[0] == 404
    assert answer(address, "index.html", "POST")[0] in {403, 405}


def test_a_site_that_may_not_be_published_is_not_served(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Path(shutil.copytree(edition, tmp_path / "copy"))
    decide_state(copy, "reviewed", by="专家委员会", reason="评审")
    site = partial(fresh_site, begins=None, today=BEGINS)
    shutil.copytree(copy / "sealed" / "r1", tmp_path / "before")
    (tmp_path / "before" / "data" / "open").rename(tmp_path / "open")
    monkeypatch.setattr("toolkit.sealing.site.sealed_problems", lambda _: Problems())
    assert not refuse_unready(Disclosed(tmp_path / "before", None, BEGINS))  # such as the first versions sealed
    with pytest.raises(Refused, match="no open bag"):
        send_open(tmp_path / "before", tmp_path / "sent")
    monkeypatch.setattr("toolkit.sealing.site.unfit_to_publish", lambda _: Problems((Problem("error", Phrase("不行", "no"), Phrase("", "")),)))
    with pytest.raises(Refused, match="no"):
        site(tmp_path / "before", tmp_path / "x")
    monkeypatch.undo()
    with pytest.raises(Refused, match="not public yet"), served([copy / "sealed" / "r1"], free_port(), settings=Settings(site=site), verify=passes):
        pass


# ---- in a reader's browser ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with chromium() as browser:
        yield Reader(browser.new_page(viewport={"width": 390, "height": 844}))


def test_every_page_fits_a_telephone_and_hostile_names_stay_text(reader: Reader, sent: Path) -> None:
    for path in pages(sent / "site"):
        page = reader.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path.name
        assert page.locator("main img, main script[src]").count() == 0
        assert page.title() != "1"
    for name in ("records.html", "pledges.html", "results.html"):
        assert HOSTILE in reader.open(sent / "site" / name).inner_text("main"), name
    cells = reader.open(sent / "site" / "rules.html").evaluate("[...document.querySelectorAll('tbody td')].map((cell) => cell.offsetWidth).filter(Boolean)")
    assert min(cells) > 300  # one below the other
    assert [url for url in reader.asked if not url.startswith("file://")] == []
    assert reader.complaints == []


def test_the_language_goes_with_the_reader_by_keyboard_alone(reader: Reader, sent: Path) -> None:
    page = reader.open(sent / "site" / "index.html")
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


def test_a_reader_looks_up_a_name_and_is_told_how_many(reader: Reader, sent: Path) -> None:
    page = reader.open(sent / "site" / "pledges.html")
    page.fill(".told:visible input", "代理 乙")
    assert page.locator("tbody tr:visible").count() == 1
    assert page.locator(".told:visible .found").inner_text() == "列出 1 条，共 9 条"


def test_the_list_with_filters_opens_under_the_path_too(reader: Reader, address: str) -> None:
    page = reader.page.context.browser.new_page()  # type: ignore[union-attr]
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.click("main a[href=live]")
    page.wait_for_selector(".notice-filters input")
    assert "2019年1月31日至2019年2月14日" in page.inner_text(".particulars")
    page.fill(".notice-filters input", "采购中心")
    page.locator(".count", has_text="显示 1 家").wait_for()
    page.get_by_text("English", exact=True).click()
    page.locator(".class", has_text="Purchasers").wait_for()
    assert page.locator("h1").inner_text() == "Rules of the Small Federation"
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert complaints == []
    page.close()
