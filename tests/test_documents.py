"""Papers in Word: what they say is what was computed, nothing in the data changes them, and no template runs code."""

from __future__ import annotations

import datetime as dt
import io
import math
import os
import re
import runpy
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from docxtpl import DocxTemplate
from typer.testing import CliRunner, Result

from tests import conftest
from tests.conftest import HOURS, MEMBERS, write_small_edition
from tests.test_edition_cases import CASES
from tests.test_edition_cases import written as written_case
from tests.test_templates import CASES as TEMPLATE_CASES
from tests.test_templates import come_to
from toolkit.__main__ import app
from toolkit.commands.documents import _case, _Days, _objected
from toolkit.comparison.records import evaluated_at
from toolkit.documents.catalogue import (
    CERTIFICATES,
    DOCUMENTS,
    LETTER,
    LETTERS,
    ONE_EACH,
    SLIPS,
    Paper,
    _sandbox,
    filled,
    is_draft,
    template,
    written,
)
from toolkit.documents.fields import Case, Owing, _places_left, common_fields, pledge_fields
from toolkit.documents.registers import proposals_fields
from toolkit.documents.report import report_fields
from toolkit.edition import load_plan, open_edition
from toolkit.evaluation import rescored
from toolkit.ground.problems import Refused
from toolkit.ground.resources import house_folder
from toolkit.ground.text import former_words
from toolkit.minutes.decisions import decide_state
from toolkit.minutes.journal import Entry, Journal
from toolkit.minutes.objections import Decision, Objection, Objections
from toolkit.minutes.wording import minutes_text
from toolkit.publication.extract import public_extract
from toolkit.publication.recomputation import scheme_data
from toolkit.records.dictionary import Column
from toolkit.reports.articles import (
    UNFILLED,
    chinese_number,
    evaluation_rules,
    grading_rules,
    indicator_table,
    official,
)
from toolkit.reports.list_tables import evidence_table
from toolkit.reports.rule_tables import rule_lines
from toolkit.reports.score_cards import member_card, outcome, score_cards
from toolkit.scheme import Panel
from toolkit.scheme.shapes.placed import ExponentialRank
from toolkit.scheme.writing import write_scheme
from toolkit.sealing import parts

PAPERS = """
[papers]
organisation = "示例联合会"
action = "诚信自律 创优争先"
council = "会长办公会议"
authority = "省发展和改革委员会"
rounds = ["初审公示", "复审公示"]
"""
HOSTILE = "{{7*7}}{% raw %}<w:br/>&甲公司"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def text_of(content: bytes) -> str:
    """All text of a Word file, header and tables included, as a reader sees it."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = [file.read(name).decode("utf-8") for name in file.namelist() if re.fullmatch(r"word/(document|header\d*)\.xml", name)]
    Document(io.BytesIO(content))  # Word's own reader opens it
    text = "".join(re.sub(r"<[^>]+>", "", re.sub(r"</w:(p|tc)>", "\n", part)) for part in parts)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_small_edition(tmp_path_factory.mktemp("papers") / "small")
    path = folder / "scheme.toml"
    path.write_text(path.read_text("utf-8") + PAPERS, "utf-8")
    register = next((folder / "records").glob("会员名册*"))
    first = register.read_text("utf-8-sig").splitlines()[1].split(",")[1]
    register.write_text(register.read_text("utf-8-sig").replace(first, HOSTILE, 1), "utf-8-sig")
    return folder


@pytest.fixture(scope="module")
def case(folder: Path) -> Case:
    edition, evaluation, _ = evaluated_at(folder)
    return Case.of(evaluation, edition.records, extract=public_extract(evaluation, "r1", {"ranking": "ab" * 32}, "2019-03-01"), starts=(dt.date(2019, 1, 31),), day=dt.date(2019, 1, 30))


def paper(name: str) -> Paper:
    return next(one for one in DOCUMENTS if one.name == name)


def said(name: str, case: Case, *, draft: bool = False) -> str:
    return "\n".join(text_of(content) for _, content in written(paper(name), case, draft=draft, single=False))


@pytest.mark.parametrize("one", DOCUMENTS, ids=lambda one: one.name)
def test_every_paper_is_written_whole(one: Paper, case: Case) -> None:
    if one.lacks(case):
        return
    for name, content in written(one, case, draft=True, single=False):
        text = text_of(content).replace(HOSTILE, "甲公司")
        assert name.endswith(".docx")
        assert not re.search(r"\{\{|\{%|\}\}|%\}|nan|None|≥|by_|\bTrue\b", text), text
        assert ("草　稿" in text) is True
        assert "示例联合会" in text or one.name == "得分单"


def test_papers_call_an_edition_by_its_years(case: Case) -> None:
    """Its code is the program's word."""
    for period, told in (((dt.date(2025, 1, 1), dt.date(2025, 12, 31)), "2025年度"), ((dt.date(2017, 10, 1), dt.date(2018, 12, 31)), "2017—2018年度")):
        one = replace(case, scheme=case.scheme.model_copy(update={"edition": "award-1", "period": period}))
        assert f"现就{told}评选申报的有关事项" in said("申报通知", one)
        assert "award-1" not in said("异议书", one) + said("专家聘书", one) + said("申报通知", one)


def test_templates_are_what_their_texts_say() -> None:
    made = runpy.run_path(str(house_folder("templates/documents") / "make.py"))
    names = [path.stem for path in (house_folder("templates/documents") / "text").glob("[!_]*.txt")]
    papers = {called: template(one, language) for one in (*DOCUMENTS, *LETTERS) for language, called in (("zh", one.title.zh), ("en", one.title.en))}
    assert sorted(names) == sorted(papers)
    for name, place in papers.items():
        kept = Document(str(place))
        assert kept.element.body.xml == made["template"](name).element.body.xml, f"{name}: python templates/documents/make.py"


@pytest.mark.parametrize("one", [*DOCUMENTS, *LETTERS], ids=lambda one: one.name)
def test_both_languages_ask_for_the_same(one: Paper) -> None:
    """No paper says in one language what it leaves out in the other."""
    asked = [DocxTemplate(template(one, language)).get_undeclared_template_variables(_sandbox()) for language in ("zh", "en")]
    assert asked[0] ^ asked[1] <= {"联合会", "行动", "评选", "年度", "受表彰的", "题名", "公共资源"}, one.name  # titles differ in what they name, and Chinese says 行业 or 事业 behind the one trade
    assert not re.findall(r"[\u4e00-\u9fff]", re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text_of(template(one, "en").read_bytes())))


def test_papers_name_the_trade_and_list_the_laws_of_none_but_their_own(case: Case) -> None:
    """What speaks of tendering and procurement stands where the trade is public resource trading alone; how a trade is called is written in one place."""
    own = re.compile("公共资源|招标投标|投标|标底|交易(?!各方|机会)|public resource|procurement|tender|bid(?!den)|transaction")
    spoken = ("会员诚信自律公约", "倡议书", "诚信自律承诺书（通用）", "征稿启事", "表彰决定")
    for trade, told, english, names in (("茶叶", "茶叶行业", "the tea trade", spoken), ("建筑业", "建筑业", "the building industry", spoken[1:2]), ("公共资源交易", "公共资源交易", "public resource trading", spoken[:1])):
        scheme = case.scheme.with_(papers={**case.scheme.papers.model_dump(), "trade": trade}, english={"茶叶": "tea", "建筑业": "building industry"})
        of = replace(case, scheme=scheme)
        assert paper("会员诚信自律公约").heed(of) is None  # it is written
        for name in names:
            zh, en = said(name, of), said(name, replace(of, language="en"))
            assert (told in zh, english in en) == (True, True), (trade, name)
            assert bool(own.search(zh.replace("公共资源交易联合会", ""))) == (trade == "公共资源交易"), (trade, name, own.findall(zh))


@pytest.mark.parametrize(("name", "kept"), [("expert_panel", False), ("federation", True)])
def test_papers_claim_no_register_that_the_edition_does_not_keep(name: str, kept: bool) -> None:  # noqa: FBT001
    """Records of conduct and their repair, texts that count, the pledge signed apart from the application, and no box that nobody enters; and a condition is what is required, not who is ranked."""
    plan = Case(*load_plan(house_folder(f"templates/editions/{name}")))
    rules = said("会员诚信自律管理办法", plan)
    assert [words in rules for words in ("诚信信息包括", "申请信用修复")] == [kept, kept]
    assert ("《诚信自律承诺书》及同意" in said("申报通知", plan)) == kept
    assert ["计入" in said("征稿启事", plan), "count under" in said("征稿启事", replace(plan, language="en"))] == [kept, kept]
    for language, where in (("zh", "在《会员自愿申报表》上逐项选择"), ("en", f"item by item in its application ({plan.scheme.english.get('会员自愿申报表', '会员自愿申报表')})")):
        pledge = said("诚信自律承诺书（通用）", replace(plan, language=language))
        assert ["□" in pledge, where in pledge] == [kept, not kept]
    if not kept:
        register = load_plan(house_folder("templates/editions/federation"))[1].table["pledges"]
        both = replace(plan, tables=plan.tables.model_copy(update={"table": {**plan.tables.table, "pledges": register}}))
        assert "《诚信自律承诺书》；同意公开的事项，在申报表上逐项选择。" in said("申报通知", both)
    assert "须符合下列条件" not in said("评选办法", plan)


@pytest.mark.parametrize(("kinds", "told"), [(("茶场", "茶行"), True), (("茶场", "拍卖企业"), False), ((), False)])
def test_where_no_trade_is_written_and_no_kind_is_of_the_usual_one_it_is_said(kinds: tuple[str, ...], told: bool, case: Case) -> None:  # noqa: FBT001
    register = case.tables.table["members"]
    class_ = str(case.scheme.members.class_)
    column = register.column[class_].model_copy(update={"choices": kinds})
    tables = case.tables.model_copy(update={"table": {"members": register.model_copy(update={"column": {class_: column}})}})
    assert (paper("会员诚信自律公约").heed(replace(case, tables=tables, known=None)) is not None) == told


ENGLISH_NAMES = re.compile(r"[\u4e00-\u9fff（）、，“”〔〕]+")


@pytest.fixture(scope="module")
def english(case: Case) -> Case:
    evaluation = rescored(case.evaluation, case.scheme.model_copy(update={"language": "en"}))
    return replace(case, scheme=evaluation.scheme, known=(evaluation, case.records), language="en")


@pytest.mark.parametrize("one", DOCUMENTS, ids=lambda one: one.name)
def test_every_paper_is_written_in_english(one: Paper, case: Case, english: Case) -> None:
    """Whatever is Chinese in an English paper is data: it stands in the scheme, the dictionary or the register."""
    if one.lacks(english):
        return
    known = f"{case.scheme!r}{case.records.tables!r}{[*case.evaluation.members['name'], *case.evaluation.members['class']]}"
    for name, content in written(one, english, draft=True, single=False):
        text = text_of(content)
        assert re.sub(r" \([^()]*\)$", "", name.removesuffix(".docx")).isascii()
        assert "DRAFT" in text
        assert not re.search(r"\{%|\bnan\b|None|≥|by_|\bTrue\b|, ,|\.\.(?!\.)|\(\)", text.replace(HOSTILE, "")), text
        strange = {word for found in ENGLISH_NAMES.findall(text.replace(HOSTILE, "")) for word in re.split("[（），、“”]", found) if word not in known}
        assert not strange, strange


def test_an_english_paper_says_in_english_what_the_edition_does_and_leaves_members_files_and_sheets(english: Case) -> None:
    named = [award.label for award in english.scheme.awards] + [item.label for item in english.scheme.indicators] + sorted(set(english.evaluation.members["class"]))
    member = str(english.evaluation.members["name"].iloc[0])
    scheme = english.scheme.model_copy(update={"english": {name: f"Name no. {place}" for place, name in enumerate((*named, member))}})
    told = {one: said(one, replace(english, scheme=scheme)) for one in ("公示", "荣誉证书", "得分单", "表彰决定", "会员诚信自律公约")}
    assert {(one, name) for one, text in told.items() for name in named if re.search(rf"(?<![/>\u4e00-\u9fff]){name}(?![.\u4e00-\u9fff])", text.replace(f"sheet {name}", ""))} == set()
    assert member in told["得分单"]
    assert ("采购人" in named, "Purchasers and tenderees set" in told["会员诚信自律公约"]) == (True, True)  # what a template compares with is no text


def test_a_template_in_english_may_name_an_award_in_either_language(english: Case, tmp_path: Path) -> None:
    award = english.scheme.awards[0].label
    own = own_template(tmp_path, "".join("{% if 奖项[0].名称 " + f'{asked} "{name}"' + " %}" + f"{name}{asked} " + "{% endif %}" for name in (award, "Gold", "Silver") for asked in ("==", "!=")) + "{{ 奖项[0].名称 }}", "Commendation decision")
    ((_, content),) = written(paper("表彰决定"), replace(english, scheme=english.scheme.model_copy(update={"english": {award: "Gold"}})), own, draft=False)
    assert f"{award}== Gold== Silver!= Gold" in text_of(content)


def test_a_card_that_is_asked_for_in_english_is_written_so(folder: Path, tmp_path: Path) -> None:
    assert run("cards", folder, "--out", tmp_path / "out", "--member", "001", "-l", "en").exit_code == 0
    (path,) = (tmp_path / "out").iterdir()
    cells = {str(cell) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True) for cell in row}
    assert ("From the award lines" in cells, any("距" in cell for cell in cells)) == (True, False)


def test_a_notice_names_who_permits_it_and_counts_the_others(case: Case) -> None:
    assert case.extract is not None
    text = said("公示", case)
    named = {row["name"] for row in case.extract.rows}
    winners = {str(case.evaluation.members.at[member, "name"]) for member in case.evaluation.awards["member"]}
    assert named
    assert {name for name in winners if name in text} == named
    assert "2019年1月31日至2019年2月14日" in text  # across the Spring Festival, with two make-up days
    assert text.count("初审公示") == text.count("复审公示") == 1
    assert "ab" * 32 in text
    unnamed = sum(award["unnamed"] for award in case.extract.notice["awards"])
    assert sum(map(int, re.findall(r"另有 (\d+) 家未同意", text))) == 2 * unnamed  # in each round


def test_each_round_of_the_notice_has_its_own_days(case: Case, english: Case, folder: Path, tmp_path: Path) -> None:
    first, second = (text_of(content) for _, content in written(paper("公示"), replace(case, starts=(dt.date(2019, 1, 31), dt.date(2019, 3, 1))), draft=False))
    assert ("2019年1月31日至2019年2月14日" in first, "2019年3月1日至" in second, "1月31日" in second) == (True, True, False)
    assert "From 31 January 2019 to 14 February 2019 (7 working days, the first day not counted)" in said("公示", english)
    days = [word for day in ("2019-01-31", "2019-03-01", "2019-04-01") for word in ("--from", day)]
    more = run("documents", folder, "--to", tmp_path / "x", "--only", "公示", *days)
    assert (more.exit_code, "只有 2 轮" in more.output, (tmp_path / "x").exists()) == (1, True, False)
    one = run("documents", folder, "--to", tmp_path / "x", "--only", "Public notice", *days[:2], "--language", "en")
    assert {path.name for path in (tmp_path / "x").iterdir()} == {"Notice of the preliminary review.docx", "Notice of the second review.docx"}
    assert "left blank: 复审公示" in one.output


@pytest.mark.parametrize(("steps", "told"), [
    (("seal r1", "state publicised", "seal r2"), "r1"), (("seal r1", "seal r2"), ""), (("seal r1", "seal r2", "state publicised"), ""),
    (("seal r0", "state publicised", "seal r1", "seal r2", "state publicised"), "r0"), (("seal r1", "state publicised", "state reviewed"), "r1"),
])  # fmt: skip
def test_a_notice_says_which_one_it_takes_the_place_of_and_why(case: Case, steps: tuple[str, ...], told: str) -> None:
    """That of the revision that was public when this one was sealed; none where none was."""
    assert case.extract is not None
    named = {"seal": "revision", "state": "state"}
    journal = Journal(tuple(Entry(place, "", dt.datetime(2019, 1, 20 + place, 9, tzinfo=dt.UTC), what, "秘书处", "", {named[what]: which}) for place, (what, which) in enumerate(map(str.split, steps), 1)))
    revised = replace(case, journal=journal, extract=replace(case.extract, notice={**case.extract.notice, "revision": "r2", "revises": "r1", "because": "第1号异议成立。"}))
    text = said("公示", revised)
    assert (f"起公示的第 {told} 版，原公示同时作废。更正的理由：第1号异议成立。\n" in text, "公示（更正）" in text) == (bool(told), bool(told))
    assert ("(corrected)" in said("公示", replace(revised, language="en"))) == bool(told)
    assert "更正" not in said("公示", replace(case, journal=journal))  # revises none


def test_a_title_that_names_the_organisation_does_not_name_it_twice(case: Case) -> None:
    """In the lines below the organisation's own; a sentence quotes the title whole. Of what is not sealed no paper says that it is."""
    own = replace(case, scheme=case.scheme.with_({"title": "示例联合会诚信自律评优办法"}), extract=None)
    for name, head, quoted in (("评选办法", "示例联合会\n诚信自律评优办法\n", ""), ("公示", "示例联合会\n关于诚信自律评优", "根据《示例联合会诚信自律评优办法》")):
        text = re.sub(r"\s*\n\s*", "\n", said(name, own))
        assert (head in text, quoted in text) == (True, True), text[:200]
    assert ("尚未封存" in text, "已经封存" in text) == (True, False)
    report = said("行动成果报告", own)
    assert ("所列数字由记录计算得出" in report, "由封存的记录" in said("行动成果报告", replace(own, sealed=True))) == (True, True)


def test_a_year_whose_holidays_are_not_published_has_no_last_day(case: Case) -> None:
    text = said("公示", replace(case, starts=(dt.date(2031, 12, 30),)))
    assert "放假安排尚未公布" in text


def test_certificates_and_slips_are_of_everyone(case: Case) -> None:
    certificates, slips = said("荣誉证书", case), said("得分单", case)
    for member in case.evaluation.awards["member"]:
        assert str(case.evaluation.members.at[member, "name"]) + "：" in certificates
    assert certificates.count("证书编号：") == len(case.evaluation.awards)
    numbered = said("荣誉证书", replace(case, scheme=case.scheme.model_copy(update={"approval": "某联〔2026〕3号", "edition": "award-1"})))
    assert ("证书编号：某联〔2026〕3号-001" in numbered, "award-1" in numbered) == (True, False)  # the edition's code is the program's word
    for member, row in case.evaluation.ranking.iterrows():
        assert str(row["name"]) in slips, member
        if row["total"] == row["total"]:
            assert f"{row['total']:.2f}" in slips
    ones = [name for name, _ in written(paper("荣誉证书"), case, draft=False)]
    assert sorted(ones) == sorted(["荣誉证书.docx", *(f"荣誉证书/{member}.docx" for member in case.evaluation.awards["member"].unique())])
    singles = [name for name, _ in written(paper("得分单"), case, draft=False)]
    classes = case.evaluation.members["class"].unique()
    assert len(singles) == len(case.evaluation.members) + len(classes) == len(set(singles))
    assert {f"得分单（{class_}）.docx" for class_ in classes} <= set(singles)


def test_what_each_member_gets_is_a_file_that_every_system_takes_for_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not outside its folder, no device of Windows, and apart where codes or classes differ by a sign that no file has in its name."""
    codes = dict(zip((row[0] for row in MEMBERS[1:]), ("CON", "c_d", "c:d", "../../b", "e/f", "aux.1"), strict=False))
    classes = {"代理": "甲/乙", "采购人": "甲:乙"}
    monkeypatch.setattr(conftest, "MEMBERS", tuple((codes.get(code, code), name, classes[kind], *rest) for code, name, kind, *rest in MEMBERS))
    monkeypatch.setattr(conftest, "HOURS", {codes.get(code, code): hours for code, hours in HOURS.items()})
    for kind, name in classes.items():
        monkeypatch.setattr(conftest, "SCHEME", conftest.SCHEME.replace(f'"{kind}"', f'"{name}"'))
        monkeypatch.setattr(conftest, "TABLES", conftest.TABLES.replace(f'"{kind}"', f'"{name}"'))
    edition, evaluation, _ = evaluated_at(write_small_edition(tmp_path / "odd"))
    case = Case.of(evaluation, edition.records, day=dt.date(2019, 1, 30))
    own = {code: code for code in ("001", "101", "102", "103", "104", "105")} | {"CON": "_CON", "c_d": "c_d", "c:d": "c_d_2", "../../b": "_.._b", "e/f": "e_f", "aux.1": "_aux.1"}
    slips, certificates = ONE_EACH[SLIPS](case), ONE_EACH[CERTIFICATES](case)
    assert sorted(name for name, _ in slips[1]) == sorted(own.values())
    assert {name for name, _ in slips[0]} == {"（甲_乙）", "（甲_乙_2）"}
    assert {name for name, _ in certificates[1]} == {own[member] for member in evaluation.awards["member"]}
    monkeypatch.setattr("toolkit.documents.catalogue.reminder_fields", lambda *_: {})
    owing = tuple(Owing(code, "甲公司", "", ()) for code in own)
    assert {name for name, _ in ONE_EACH[LETTER](replace(case, owing=owing))[1]} >= {"_CON", "_.._b", "c_d", "_aux.1"}


def test_who_signed_is_called_by_a_role_in_the_language_of_the_minutes(case: Case) -> None:
    when = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    entries = tuple(Entry(place, "", when, "signature", "", "", {"role": role, "revision": "r1", "key": "SHA256:x"}) for place, role in enumerate(("chair", "见证人"), 1))
    text = said("评审会议纪要", replace(case, journal=Journal(entries)))
    assert ["以“会长”身份签署 r1" in text, "以“见证人”身份签署 r1" in text, "chair" in text] == [True, True, False]


def test_a_signature_is_no_decision_of_the_meeting(case: Case) -> None:
    when = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    signed = Entry(1, "", when, "signature", "会长甲", "", {"role": "chair", "revision": "r1", "key": "SHA256:x"})
    decisions, _, entered = said("评审会议纪要", replace(case, journal=Journal((signed,)))).partition("不属会议决定的")
    assert ("本届工作记录中没有决定事项" in decisions, "会长甲" in decisions) == (True, False)
    assert "2026年1月10日，会长甲：以“会长”身份签署 r1" in entered


@pytest.mark.parametrize(("choices", "pledged"), [(("采购人", "拍卖企业"), ("采购人", "拍卖企业")), (("企业", "机构"), ("通用",)), (("采购人", "企业"), ("采购人", "通用"))])
def test_pledges_are_of_the_kinds_of_members_there_are(case: Case, choices: tuple[str, ...], pledged: tuple[str, ...]) -> None:
    """Of a kind without a pledge of its own, the one for any kind; whoever names another one gets it; and the convention has rules for those kinds alone."""
    members = case.tables.table[case.scheme.members.table]
    register = members.column["kind"].model_copy(update={"type": "choice", "choices": choices})
    tables = case.tables.model_copy(update={"table": {**case.tables.table, case.scheme.members.table: members.model_copy(update={"column": {**members.column, "kind": register}})}})
    plain = replace(case, known=None, tables=tables)
    pledges = [one for one in DOCUMENTS if one.name.startswith("诚信自律承诺书")]
    assert [one.name for one in pledges if one.uncalled(plain) is None] == [f"诚信自律承诺书（{kind}）" for kind in pledged]
    assert all(one.lacks(plain) is None for one in pledges)
    rules = said("会员诚信自律公约", plain).partition("第三章")[2].partition("第四章")[0]
    assert [kind in rules for kind in ("采购人、招标人合理", "拍卖企业公开", "投标人、供应商", "企业、机构依照本行业", "企业依照本行业")] == [
        "采购人" in choices, "拍卖企业" in choices, False, choices == ("企业", "机构"), choices == ("采购人", "企业")]  # fmt: skip


def test_a_pledge_asks_for_what_the_scheme_publishes_in_the_words_of_the_form(case: Case) -> None:
    """Item by item, no more and no less; what members have to bear is said, and not asked."""
    scheme, tables = load_plan(house_folder("templates/editions/federation"))
    planned = Case(scheme, tables)
    consent = scheme.consent
    assert consent is not None
    asked = pledge_fields(planned)["公开事项"]
    columns = tables.table["pledges"].column
    assert sorted(item.partition("（")[0] for item in asked) == sorted(column.headings[0].removeprefix("同意公开") for id_, column in columns.items() if id_.startswith("consent_"))
    assert {"基本信息（单位名称、信用代码、会员类别、理事职务）", "名次", "总分和各项指标的数值（任何人可用各项数值重新计算）", "承诺书（已签订承诺书、签订日期和版本）"} <= {*asked}
    text = said("诚信自律承诺书（采购人）", planned)
    assert [item in text for item in asked] == [True] * len(asked)
    borne = scheme.with_({"publication": {"consent": {"obliged": {"award": "章程第九条"}}}})
    text = said("诚信自律承诺书（采购人）", Case(borne, tables))
    assert ["不再逐项征求的：获奖名单（章程第九条）。" in text, "□" in text] == [True, False]
    assert "信息公开的许可" not in said("诚信自律承诺书（采购人）", replace(case, known=None, scheme=scheme.with_({"publication": None})))


def test_what_stands_in_the_data_is_text(case: Case) -> None:
    assert HOSTILE in said("得分单", case)
    assert "49" not in re.findall(r"49甲公司|>49<", said("得分单", case))


def test_the_rules_say_what_is_computed(case: Case, tmp_path: Path) -> None:
    before = said("评选办法", case)
    for node in case.scheme.children():
        assert f"{node.label}，权重 {node.weight:g}。" in before
    assert all(f"{award.label}：" in before for award in case.scheme.awards)
    raised = case.scheme.model_copy(update={"decimals": 3})
    write_scheme(raised, tmp_path / "scheme.toml")
    chapters = evaluation_rules(raised, case.records.tables, "理事会")
    text = repr(chapters)
    assert "3 位小数" in text
    assert "2 位小数" in before
    counted = [article["序"] for chapter in chapters for article in chapter["条"]]
    assert counted == [chinese_number(place) for place in range(1, len(counted) + 1)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_article_stands_on_the_page_of_its_first_paragraph(language: Any, case: Case) -> None:
    (_, content), = written(paper("评选办法"), replace(case, language=language), draft=False)
    lines = Document(io.BytesIO(content)).paragraphs
    listed = [place for place, line in enumerate(lines) if line.text.startswith(("（一）", "(1) "))]
    assert listed
    assert all(lines[place - 1].paragraph_format.keep_with_next for place in listed)


def test_every_case_has_rules_that_read_as_rules(tmp_path: Path) -> None:
    for name, own in CASES.items():
        scheme, tables = load_plan(written_case(own, tmp_path / name))
        for chapters in (evaluation_rules(scheme, tables, "理事会"), grading_rules(scheme, tables, "理事会")):
            articles = [(article["文"], *article["款"]) for chapter in chapters for article in chapter["条"]]
            assert not [line for lines in articles for line in lines if re.search(r"：。|^仍|含本数|[≥≤]|\b(True|None)\b", line)], name
        if scheme.shortlist is not None:
            assert "初审按下列规定" in repr(evaluation_rules(scheme, tables, "理事会"))


def test_the_rules_of_the_house_say_which_records_count_and_until_when() -> None:
    """What is repaired after the as-of date counts by the scheme as by the text; what nobody verified is said to count for nothing."""
    scheme, tables = load_plan(house_folder("templates/editions") / "federation")
    grading, rules = (repr(write(scheme, tables, "理事会")) for write in (grading_rules, evaluation_rules))
    for text in (grading, rules):
        assert "诚信记录台账只计“核实情况”为“已核实”的记录" in text
    window = scheme.window["by_severity"]
    assert (window.repaired, "自修复之日起不再计入，此前基准日的评价照计" in grading) == ("repaired_on", True)
    assert "注明“申诉中”" in grading
    assert "届满后申请" not in grading
    assert "修复”，不再计入。" in repr(grading_rules(scheme.model_copy(update={"window": {"by_severity": window.model_copy(update={"repaired": None})}}), tables, "理事会"))
    assert "签订诚信自律承诺书一项得满分" in rules
    assert "“按时缴纳会费”按登记的次数计，不论数额" in rules
    english = repr(evaluation_rules(scheme, tables, "the council", "en")) + repr(grading_rules(scheme, tables, "the council", "en"))
    assert "full marks for 签订诚信自律承诺书" in english
    assert "A member may apply for credit repair" in english
    marks = {row["指标"]: row["计分"] for row in indicator_table(scheme, tables)}
    assert marks["会刊、网站采用稿件"].startswith("每篇 34 分")
    assert "0 学时计零分，40 学时计满分" in marks["法规学习学时"]


@pytest.mark.parametrize("name", ["公示", "行动成果报告", "Public notice"])
def test_who_signs_stands_on_the_page_of_the_text_before(name: str) -> None:
    lines = [line for line in Document(str(house_folder("templates/documents") / f"{name}.docx")).paragraphs if not line.text.startswith("{%p")]
    foot = next(place for place, line in enumerate(lines) if line.text == "{{ 联合会 }}" and line.alignment == WD_ALIGN_PARAGRAPH.RIGHT)
    assert lines[foot - 1].paragraph_format.keep_with_next


def test_the_call_says_of_places_what_makes_them_right() -> None:
    scheme, tables = load_plan(house_folder("templates/editions") / "federation")
    text = said("申报通知", Case(scheme, tables))
    assert text.count("算出的名额舍去零头；每类至少 1 个") == len(scheme.awards)
    assert "空缺，不降低" not in text


def test_every_rule_that_is_computed_with_stands_in_an_article(tmp_path: Path) -> None:
    """Whatever is decided beside the tree, in every case and every template, is told by the rules for awards or for grades."""
    folders = [written_case(own, tmp_path / name) for name, own in CASES.items()] + sorted(path for path in house_folder("templates/editions").iterdir() if path.is_dir())
    lines = 0
    for folder in folders:
        scheme, tables = load_plan(folder)
        told = repr([*evaluation_rules(scheme, tables, "理事会"), *grading_rules(scheme, tables, "理事会")])
        for kind, name, read, decided, _ in rule_lines(scheme, tables):
            if kind.zh == "同分" or (kind.zh, str(getattr(name, "zh", name))) in {("总则", "评价时间"), ("总则", "总分")}:
                continue  # in words of their own: days, the total, who is level
            for part in (str(getattr(read, "zh", read)), *str(getattr(decided, "zh", decided)).replace(UNFILLED.zh, "").split("；")):
                lines += 1
                assert official(part, scheme).zh in told, (folder.name, kind.zh, name, part)
        assert all(part in told for part in ([f"最低为 {scheme.total.floor:g}"] if scheme.total.floor is not None else [])), folder.name
        assert ("专家评分，每项至少" in told) == any(item.measure.take == "panel" for item in scheme.indicators), folder.name
    assert lines > 200


def test_rules_hold_no_word_of_the_code(tmp_path: Path) -> None:
    for folder in sorted(path for path in house_folder("templates/editions").iterdir() if path.is_dir()):
        scheme, tables = load_plan(folder)
        text = repr([*evaluation_rules(scheme, tables, "理事会"), *grading_rules(scheme, tables, "理事会"), *indicator_table(scheme, tables)])
        assert re.findall(r"True|False|，；|：。|(?<![A-Za-z'])[a-z_]{3,}(?![A-Za-z'])", text) == [], folder.name


def test_ranks_stretched_can_be_found_from_the_text_alone() -> None:
    scheme, tables = load_plan(house_folder("data/demo"))
    (said,) = [row["计分"] for row in indicator_table(scheme, tables) if row["编号"] == "1.3"]
    formula = re.search(r"－(\d+)×ln（1－R×（1－e\^（－100÷(\d+)）））", said)
    assert formula
    rate, n, count = float(formula[1]), 3, 40
    share = (count + 1 - n) / count
    by_hand = -rate * math.log(1 - share * (1 - math.exp(-100 / float(formula[2]))))
    shape = next(item.value for item in scheme.indicators if item.id == "persons")
    assert isinstance(shape, ExponentialRank)
    assert float(shape.valued(np.array([3.0]), count, 100)[0]) == pytest.approx(by_hand)


def test_minutes_part_what_was_decided_from_what_the_program_entered(case: Case) -> None:
    at = dt.datetime(2019, 3, 1, 9, tzinfo=dt.UTC)
    entries = (Entry(1, "", at, "seal", "", "", {"revision": "r1", "digest": "ab" * 32}), Entry(2, "ab", at, "state", "会长办公会", "核对无误", {"state": "reviewed"}))
    text = said("评审会议纪要", replace(case, journal=Journal(entries)))
    decisions, program = text.split("不属会议决定的")
    assert "会长办公会" in decisions
    assert "r1" in program.split("三、评审结果")[0]
    assert "r1" not in decisions.split("二、决定事项")[1]
    assert "理由：—" not in text
    assert "（工作记录第 2 条）" in decisions
    assert "尚未封存" not in text


def test_minutes_say_what_was_decided_and_the_journal_what_is_to_be_done(case: Case) -> None:
    mend = {"table": "t", "file": "records/a.csv", "sheet": "", "row": 6, "column": "学时", "value": "8", "digest": "d", "alike": 1}
    entry = Entry(1, "", dt.datetime(2019, 3, 1, 9, tzinfo=dt.UTC), "objection", "会长办公会", "签到表漏登", {"objection": 1, "outcome": "upheld", "moves": ["甲 3 → 2"], "mends": [mend]})
    text, listed = said("评审会议纪要", replace(case, journal=Journal((entry,)))), minutes_text(Journal((entry,)), "zh")
    assert "第 1 号异议裁定成立。照此重算，变动的会员：甲 3 → 2。理由：签到表漏登。" in text
    assert [words in part for part in (text, listed) for words in ("records/a.csv", "committee seal")] == [False, False, True, True]


def test_minutes_quote_as_papers_do(english: Case) -> None:
    at = dt.datetime(2019, 3, 1, 9, tzinfo=dt.UTC)
    found = Entry(1, "", at, "adoption", "the council", "as `E01` voted", {"of": "ballots", "changes": ["`a` 1 → 2"]})
    text = said("评审会议纪要", replace(english, journal=Journal((found,))))
    assert ("`" in text, "as “E01” voted" in text) == (False, True)


def test_a_long_name_leaves_room_for_the_slip(case: Case) -> None:
    """Of more than 32 characters it is set as text, and the slip stays on its page."""
    names = {size: "某" * size for size in (32, 33)}
    sizes = {}
    for size, name in names.items():
        evaluation = replace(case.evaluation, members=case.evaluation.members.assign(name=name))
        (_, content), *_ = written(paper("得分单"), replace(case, known=(evaluation, case.records)), draft=False, single=False)
        sizes[size] = next(round(line.runs[0].font.size / Pt(1)) for line in Document(io.BytesIO(content)).paragraphs if line.text == name)
    assert sizes == {32: 26, 33: 16}


def test_an_english_year_is_not_told_twice(case: Case) -> None:
    for title, told in (("2017—2018年度优秀会员评选办法", False), ("优秀会员评选办法", True)):
        scheme = case.scheme.model_copy(update={"title": title, "period": (dt.date(2017, 10, 1), dt.date(2018, 12, 31))})
        assert ("(2017–2018)" in said("异议书", replace(case, scheme=scheme, language="en"))) is told


def test_minutes_name_the_entry_that_their_digest_is_of_and_what_was_changed_once(case: Case) -> None:
    at = dt.datetime(2019, 3, 1, 9, tzinfo=dt.UTC)
    changes = ["权重：参加活动 40 → 58", "权重：专家评分 60 → 42"]
    entries = (Entry(1, "", at, "adoption", "会长办公会", "", {"of": "ballots", "changes": changes}), Entry(2, "ab", at, "on_disk", "", "", {"changes": ["数据字典"]}))
    journal = Journal(entries)
    text = said("评审会议纪要", replace(case, journal=journal))
    assert f"工作记录（末行指纹 {journal.head[:16]}，至第 2 条）" in text
    assert "采用专家组权重：参加活动 40 → 58，专家评分 60 → 42。" in text
    assert "（工作记录第 1 条）" not in text
    assert f"全部名单的指纹：{evidence_table(case.evaluation).rows[-1][-1]}（" in text  # that of the notebook
    assert "发现下列材料已在记录之外改动：数据字典。" in text


def test_the_report_counts_what_was_recorded(case: Case) -> None:
    text = said("行动成果报告", case)
    if case.scheme.grades:
        assert f"评定信用等级的会员 {(case.evaluation.ranking['grade'] != '').sum()} 家：" in text
    busy, members = report_fields(case.evaluation, case.records)["类别表"][-1]["参与"], len(case.evaluation.members)
    assert f"{busy / members:.1%}" in text.split("四、各类会员参与情况")[1].split("五、")[0]
    assert f"现有会员 {len(case.evaluation.members)} 家" in text
    for name, frame in case.records.frames.items():
        table = case.records.tables.table[name]
        if table.member and len(frame):
            assert f"{len(frame):,}" in text, name


def test_the_report_counts_grades_and_the_places_that_stayed_empty(case: Case) -> None:
    graded = rescored(case.evaluation, case.scheme.with_({"grades": {"bands": [["A", 70], ["B", 0]]}, "award[outstanding].minimum": {"total": 99}}))
    told = report_fields(graded, case.records)
    counts = graded.ranking["grade"].value_counts()
    assert {row["等级"]: row["家数"] for row in told["等级表"]} == counts.to_dict()
    assert told["评优"][-1] == f"评定信用等级的会员 {counts.sum()} 家：A 级 {counts['A']} 家、B 级 {counts['B']} 家。"
    assert "名额空缺 2 个，够格的会员不足，未降低标准。" in told["不足"]
    assert [line.zh for line in _places_left(replace(case, known=(graded, case.records)))] == ["优秀会员（代理）空缺 1 个。", "优秀会员（采购人）空缺 1 个。"]


def test_proposals_are_digested_by_subject_and_name_no_member(case: Case) -> None:
    register = load_plan(house_folder("templates/editions") / "federation")[1].table["proposals"]
    member = str(case.evaluation.members.index[0])
    name = str(case.evaluation.members.at[member, "name"])
    rows = [("明确异议与投诉的衔接。", "招标投标", "已报政府部门", "某函〔2018〕3号"), (f"{name}建议：降低平台服务费，联系 13800138000", "交易平台", "尚未处理", f"致{member}的函"), ("统一保函", "招标投标", None, None)]
    frame = pd.DataFrame([{"credit_code": member, "matter": matter, "field": field, "outcome": outcome, "document": document, "received_on": pd.Timestamp("2018-05-04")} for matter, field, outcome, document in rows])
    tables = case.tables.model_copy(update={"table": {**case.tables.table, "proposals": register}})
    told = replace(case, tables=tables, known=(case.evaluation, replace(case.records, tables=tables, frames={**case.records.frames, "proposals": frame})))
    assert paper("会员意见建议汇总").lacks(case) is not None
    assert paper("会员意见建议汇总").lacks(told) is None
    text = said("会员意见建议汇总", told)
    assert "收集到会员意见建议 3 件，涉及会员 1 家。" in text
    assert text.index("一、招标投标（2 件）") < text.index("二、交易平台（1 件）")
    assert ("已报政府部门（某函〔2018〕3号）" in text, "2018-05-04" in text, "13800138000" in text, name in text, f"致{member}" in text) == (True, True, False, False, False)
    assert ("某会员建议：降低平台服务费" in text, "尚未处理（致某会员的函）" in text) == (True, True)
    heed = paper("会员意见建议汇总").heed(told)
    assert heed is not None
    assert "1 条" in heed.zh
    assert [row["事项"] for row in proposals_fields(told)["建议"][0]["条"]] == ["明确异议与投诉的衔接", "统一保函"]


def test_a_note_below_a_table_shares_its_page_with_the_last_rows(case: Case) -> None:
    """In Word, whichever rows these are in the end; the others part where the page does."""
    ((_, content),) = written(paper("行动成果报告"), case, draft=False)
    document = Document(io.BytesIO(content))
    table = next(one for one in document.tables if one.cell(0, 0).text == "工作登记")
    kept = [all(bool(line.paragraph_format.keep_with_next) for cell in row.cells for line in cell.paragraphs) for row in table.rows]
    assert (kept[-2:], any(kept[1:-2])) == ([True, True], False)


def test_the_report_tells_how_long_it_took(case: Case) -> None:
    """Of days that follow the day of a record, by the data dictionary; one that comes before it is told by `check`, and counts for nothing here."""
    table = case.records.tables.table["activities"]
    columns = {"day": Column(type="date"), "closed": Column(type="date", headings=("办结日期",), not_before="day")}
    tables = case.records.tables.model_copy(update={"table": {**case.records.tables.table, "activities": table.model_copy(update={"date": "day", "column": {**table.column, **columns}})}})
    frame, day = case.records.frames["activities"], pd.Timestamp("2018-03-05")
    closed = [*(day + pd.Timedelta(days=gone) for gone in (0, 9, -4)), *[pd.NaT] * (len(frame) - 3)]
    records = replace(case.records, tables=tables, frames={**case.records.frames, "activities": frame.assign(day=day, closed=closed)})
    assert "已填“办结日期”的 2 条" in (told := "".join(report_fields(case.evaluation, records)["任务"][0]["句"]))
    assert "平均 4.5 天、最长 9 天" in told


def test_a_register_that_need_not_name_a_member_and_names_none_is_of_no_member(case: Case) -> None:
    table = case.records.tables.table["activities"]
    free = table.column[str(table.member)].model_copy(update={"required": False})
    tables = case.records.tables.model_copy(update={"table": {**case.records.tables.table, "activities": table.model_copy(update={"column": {**table.column, str(table.member): free}})}})
    frame = case.records.frames["activities"]
    for members, told in ((None, "—"), (frame[table.member].iloc[0], "1")):
        records = replace(case.records, tables=tables, frames={**case.records.frames, "activities": frame.assign(**{str(table.member): members})})
        assert next(row["家数"] for row in report_fields(case.evaluation, records)["登记"] if row["名称"] in {table.label, "activities"}) == told


def test_a_register_without_a_record_is_not_passed_over(case: Case) -> None:
    told = report_fields(case.evaluation, replace(case.records, frames={**case.records.frames, "activities": case.records.frames["activities"].iloc[:0]}))
    assert told["空表"] == [f"尚无记录的登记表：{case.records.tables.table['activities'].label or 'activities'}。"]
    assert report_fields(case.evaluation, case.records)["空表"] == []


def test_forums_are_told_with_exchange_and_a_task_without_a_register_is_no_shortcoming(case: Case) -> None:
    table = case.records.tables.table["activities"]
    kind = table.column["kind"].model_copy(update={"choices": ("学习班", "论坛")})
    tables = case.records.tables.model_copy(update={"table": {**case.records.tables.table, "activities": table.model_copy(update={"column": {**table.column, "kind": kind}})}})
    frame = case.records.frames["activities"].assign(kind=lambda rows: rows["kind"].astype(str).replace("讲座", "论坛").astype("string"))
    records = replace(case.records, tables=tables, frames={**case.records.frames, "activities": frame})
    fields = report_fields(case.evaluation, records)
    forums = int((frame["kind"] == "论坛").sum())
    learning, exchange = ("".join(task["句"]) for task in fields["任务"][:2])
    assert (f"论坛 {forums} 条" in exchange, "论坛" in learning) == (True, False)
    assert f"登记 {len(frame) - forums} 条" in learning
    assert sum(int(row["条数"]) for row in fields["登记"] if row["名称"] == (table.label or "activities")) == len(frame)
    assert not [line for line in fields["不足"] if "没有登记可查" in line]
    none = replace(case.records, tables=tables, frames={name: frame.iloc[:0] for name, frame in records.frames.items()})
    assert [line for line in report_fields(case.evaluation, none)["不足"] if "没有登记可查" in line]


def test_what_experts_handed_in_is_no_members_work(case: Case) -> None:
    panel = replace(case.evaluation, scheme=case.scheme.model_copy(update={"panel": Panel(interests="activities")}))
    names = [[row["名称"] for row in report_fields(one, case.records)["登记"]] for one in (case.evaluation, panel)]
    label = case.records.tables.table["activities"].label or "activities"
    assert (label in names[0], label in names[1]) == (True, False)


def test_an_open_edition_claims_no_robustness_and_an_occasion_is_no_title(case: Case) -> None:
    assert "尚未封存" in said("评审会议纪要", case)
    assert "结论见所附" in said("评审会议纪要", replace(case, sealed=True))
    titled = replace(case, scheme=case.scheme.model_copy(update={"title": "年度优秀会员评选办法（试行）"}))
    assert "在年度优秀会员评选中" in said("荣誉证书", titled)
    assert "关于开展年度优秀会员评选申报工作的通知" in said("申报通知", titled)


def test_the_same_fields_give_the_same_bytes(case: Case) -> None:
    one, other = (next(iter(written(paper("公示"), case, draft=True)))[1] for _ in range(2))
    assert one == other


def own_template(folder: Path, text: str, name: str = "倡议书") -> Path:
    document = Document()
    document.add_paragraph(text)
    document.save(str(folder / f"{name}.docx"))
    return folder


def test_ones_own_template_comes_first(case: Case, tmp_path: Path) -> None:
    ((_, content),) = written(paper("倡议书"), case, own_template(tmp_path, "致{{ 联合会 }}的朋友们"), draft=False)
    assert "致示例联合会的朋友们" in text_of(content)


@pytest.mark.parametrize(("text", "told"), [
    ("{{ 联合会名 }}", "联合会名"),
    ("{{ cycler.__init__.__globals__.os.popen('id').read() }}", "不允许"),
    ("{% for x in 奖项", "标记写错"),
    ("{{ 1/0 }}", "标记写错"),
])  # fmt: skip
def test_a_template_that_is_wrong_is_refused_in_words(text: str, told: str, case: Case, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        list(written(paper("倡议书"), case, own_template(tmp_path, text), draft=False))
    (problem,) = refused.value.problems
    assert problem.file == "倡议书.docx"
    assert told in problem.rule.zh


def test_no_word_file_is_refused_in_words(tmp_path: Path, case: Case) -> None:
    (tmp_path / "倡议书.docx").write_bytes(b"PK no archive")
    with pytest.raises(Refused, match=r"倡议书\.docx"):
        filled(tmp_path / "倡议书.docx", common_fields(case, draft=False))


@pytest.mark.parametrize(("name", "state", "sealed", "draft"), [
    ("公示", "draft", True, True), ("公示", "reviewed", False, True), ("公示", "reviewed", True, False), ("表彰决定", "publicised", True, True), ("表彰决定", "decided", True, False),
    ("荣誉证书", "reviewed", True, True), ("倡议书", "draft", False, False), ("评选办法", "draft", False, False),
])  # fmt: skip
def test_a_paper_is_a_draft_until_the_state_allows_it(name: str, state: str, sealed: bool, draft: bool, case: Case) -> None:  # noqa: FBT001
    assert is_draft(paper(name), case, state, sealed=sealed) is draft


def test_what_carries_out_the_decision_is_a_draft_while_an_objection_received_before_it_is_open(case: Case) -> None:
    decided = Entry(1, "", dt.datetime(2019, 3, 8, 9, tzinfo=dt.UTC), "state", "会长办公会议", "照议程", {"state": "decided"})
    rejected = Decision(outcome="rejected", on=dt.date(2019, 3, 7), by="专家委员会", because="查无此事", entry=1)
    for received, ruling, draft in ((dt.date(2019, 3, 8), None, True), (dt.date(2019, 3, 9), None, False), (dt.date(2019, 3, 1), rejected, False)):
        objections = Objections({4: Objection(received=received, by="某甲", member="001", about="学时有误", decision=ruling)})
        of = replace(case, journal=Journal((decided,)), objections=objections)
        assert [is_draft(paper(name), of, "decided", sealed=True) for name in ("表彰决定", "荣誉证书", "公示")] == [draft, draft, False]
        told = _objected(of, [paper("表彰决定")])
        assert (told is not None and "第 4 号异议还没有裁定" in told.zh, _objected(of, [paper("公示")])) == (draft, None)


def test_what_papers_are_headed_with_has_no_say_in_what_a_page_computes(case: Case) -> None:
    assert case.scheme.papers.organisation
    assert "papers" not in scheme_data(case.scheme)


def test_the_notice_stands_since_the_day_of_the_minutes_and_another_day_is_told(folder: Path, tmp_path: Path) -> None:
    """As `publish` has it; of two rounds the minutes tell the first, and no more once the edition is made public anew."""
    public = Path(shutil.copytree(folder, tmp_path / "public"))
    days = [_case(public, _Days((), None), "zh", planned=True)[0].starts]
    for _ in range(2):
        for word, by in (("reviewed", "专家委员会"), ("publicised", "秘书处")):
            entry = decide_state(public, word, by=by, reason="照议程")
        days += [_case(public, _Days((), None), "zh", planned=planned)[0].starts for planned in (True, False)]
    scheme = public / "scheme.toml"
    scheme.write_text(scheme.read_text("utf-8").replace('rounds = ["初审公示", "复审公示"]', ""), "utf-8")
    today = entry.time.date()
    assert [*days, _case(public, _Days((), None), "zh", planned=True)[0].starts] == [(), (today,), (today,), (), (), (today,)]
    done = run("documents", public, "--to", tmp_path / "x", "--only", "异议书", "--from", "2019-03-08")
    assert (done.exit_code, f"公示始于 {today}" in done.output) == (0, True), done.output


def test_letters_of_experts_that_a_bag_leaves_out_are_looked_for_in_the_folder(case: Case) -> None:
    panels = (None, Panel(minimum=3, trim=0, holds="results"))
    reasons = [paper("聘书").lacks(replace(case, scheme=case.scheme.model_copy(update={"panel": panel}))) for panel in panels]
    assert [reason and reason.zh for reason in reasons] == ["办法里没有写聘任登记表 [[appointment]]", "封存包里没有专家名册，聘书请由届次文件夹写"]


def test_rules_without_an_approval_are_a_draft(case: Case) -> None:
    approved = case.scheme.model_copy(update={"approval": ""})
    assert is_draft(paper("评选办法"), replace(case, scheme=approved), "decided", sealed=True)


@pytest.mark.parametrize(("words", "told"), [((), "请加 --to 文件夹"), (("--to", "x"), "这里既不是届次文件夹，也不是封存包")])
def test_where_papers_go_and_what_they_are_of_is_asked_for(words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("documents", tmp_path, *words)
    assert (done.exit_code, told in done.output) == (1, True), done.output


def test_the_command(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.documents.fields.sealed_as", lambda _: "r1")
    wrong = run("documents", folder, "--to", tmp_path / "x", "--only", "公事")
    assert (wrong.exit_code, "是否应为“公示”？" in wrong.output, (tmp_path / "x").exists()) == (1, True, False)
    near, far = (run("documents", folder, "--to", tmp_path / "x", "--only", name, "--language", "en").output for name in ("Letters of appointment", "nothing"))
    assert "is `Letter of appointment` or `Appointments` meant?" in near
    assert "Appointments, Letter of appointment, " in far
    assert not re.search("[（、]", near + far)
    assert "2019-03-08" in run("documents", folder, "--to", tmp_path / "x", "--from", "3月8日").output
    into = run("documents", folder, "--to", folder / "papers")
    assert into.exit_code == 1
    done = run("documents", folder, "--to", tmp_path / "x", "--only", "公示", "--only", "诚信自律承诺书")
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "x").iterdir()} == {"初审公示.docx", "复审公示.docx", *(f"{one.name}.docx" for one in DOCUMENTS if "承诺书（" in one.name)}
    assert "公示" in done.output.split("草稿")[1]
    assert "sealed/r1" in done.output  # whose papers are none
    assert run("documents", folder, "--to", tmp_path / "slips", "--only", "得分单").exit_code == 0
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "slips").rglob("*.docx")} == {0o600} or os.name == "nt"
    first = run("documents", folder, "--edit", "--only", "倡议书")
    mine = folder / "documents" / "倡议书.docx"
    assert (first.exit_code, mine.is_file()) == (0, True)
    own_template(folder / "documents", "我们自己的倡议")
    again = run("documents", folder, "--edit", "--only", "倡议书", "--to", tmp_path / "y")
    assert "没有覆盖" in again.output
    assert "我们自己的倡议" in text_of((tmp_path / "y" / "倡议书.docx").read_bytes())


def test_papers_that_are_not_written_are_named_with_the_reason(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = run("documents", folder, "--to", tmp_path / "x", "--only", "异议答复书", "--only", "异议受理回执")
    assert (asked.exit_code, (tmp_path / "x").exists()) == (1, False)
    assert "一份公文也没有写出" in asked.output
    assert "没有收到异议" in asked.output
    monkeypatch.setattr("toolkit.documents.catalogue.DOCUMENTS", tuple(map(paper, ("倡议书", "异议受理回执", "异议答复书"))))
    whole = run("documents", folder, "--to", tmp_path / "y")
    assert (whole.exit_code, [path.name for path in (tmp_path / "y").iterdir()]) == (0, ["倡议书.docx"])
    assert "没有写：异议受理回执、异议答复书（没有收到异议）" in whole.output
    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    (broken / "records" / "签到2018.xlsx").write_bytes(b"PK")
    part = run("documents", broken, "--to", tmp_path / "z")
    assert (part.exit_code, [path.name for path in (tmp_path / "z").iterdir()]) == (1, ["倡议书.docx"])
    assert "异议受理回执、异议答复书" in part.output
    assert "签到2018.xlsx" in part.output


def test_an_unapproved_result_has_no_notice_and_says_what_it_lacks(case: Case) -> None:
    bare = replace(case, extract=None, known=(replace(case.evaluation, scheme=case.scheme), case.records), scheme=case.scheme.model_copy(update={"approval": ""}))
    for name in ("公示", "表彰决定"):
        why = paper(name).lacks(bare)
        assert why is not None
        assert "approval" in why.zh


def test_a_reply_is_written_once_it_is_ruled(case: Case) -> None:
    key, name = next(iter(case.evaluation.members["name"].items()))
    open_ = Objection(received=dt.date(2019, 1, 20), by="某人", member=str(key), about="学时有误")
    ruled = open_.model_copy(update={"decision": Decision(outcome="rejected", on=dt.date(2019, 1, 25), by="会长办公会", because="经查无误", entry=3)})
    both, reply = replace(case, objections=Objections({1: ruled, 2: open_})), paper("异议答复书")
    assert reply.lacks(replace(case, objections=Objections({2: open_})))
    assert reply.lacks(both) is None
    withheld = reply.withheld(both)
    assert withheld is not None
    assert "第 2 号" in withheld.zh
    text = said("异议答复书", both)
    assert ("第 1 号" in text, "第 2 号" in text, str(name) in text, "某人" in text) == (True, False, True, False)
    assert "异议不成立。本件异议不改变记录，也不改变公示的结果。" in text


@pytest.mark.parametrize(
    ("more", "zh", "en"),
    [
        ({}, "异议成立。【裁定时没有写明记录怎样改，请秘书处核对后在此写明", "[The ruling does not say what becomes of the records."),
        ({"mends": []}, "异议成立。按裁定记录不须更改，公示的结果不因本件异议改变。", "By the ruling no record is to be changed"),
        ({"mends": [{}, {}]}, "异议成立。记录已照裁定更正 2 处；照此重新计算，没有会员的奖项、等级或名次变动。", "corrected as was ruled, in 2 places. Computed anew, no member"),
        ({"mends": [{}], "moves": ["甲 3 → 2"]}, "异议成立。记录已照裁定更正 1 处；照此重新计算，奖项、等级或名次变动的会员 1 家，以更正后公布的结果为准。", "in 1 place. Computed anew, 1 member has another"),
    ],
)
def test_a_reply_says_what_became_of_records_and_results(case: Case, more: dict[str, Any], zh: str, en: str) -> None:
    """Also that nothing did, and that the ruling does not say it."""
    at = dt.datetime(2019, 1, 25, 9, tzinfo=dt.UTC)
    decision = Decision(outcome="upheld", on=at.date(), by="会长办公会", because="签到表漏登", entry=1)
    one = Objection(received=dt.date(2019, 1, 20), by="某人", member=str(case.evaluation.members.index[0]), about="学时有误", decision=decision)
    journal = Journal((Entry(1, "", at, "objection", "会长办公会", "签到表漏登", {"objection": 1, "outcome": "upheld"} | more),))
    told = replace(case, objections=Objections({1: one}), journal=journal)
    assert zh in said("异议答复书", told)
    assert en in said("异议答复书", replace(told, language="en"))


@pytest.mark.parametrize(("whose", "listed", "zh"), [("own", True, "其中有异议所涉会员，更正后公布的奖项为“{award}”。"), ("own", False, "其中有异议所涉会员。"), ("other", True, "异议所涉会员的奖项、等级和名次不变。")])
def test_a_reply_tells_what_follows_for_the_member_concerned_as_far_as_it_is_public(case: Case, whose: str, listed: bool, zh: str) -> None:  # noqa: FBT001
    assert case.extract is not None
    row = next(row for row in case.extract.rows if row.get("award"))
    (member,) = case.evaluation.members.index[case.evaluation.members["name"] == row["name"]]
    at = dt.datetime(2019, 1, 25, 9, tzinfo=dt.UTC)
    decision = Decision(outcome="upheld", on=at.date(), by="会长办公会", because="签到表漏登", entry=1)
    one = Objection(received=dt.date(2019, 1, 20), by="某人", member=str(member), about="学时有误", decision=decision)
    move = f"{row['name'] if whose == 'own' else '某某公司'}：未获奖 → {row['award']}"
    journal = Journal((Entry(1, "", at, "objection", "会长办公会", "签到表漏登", {"objection": 1, "outcome": "upheld", "mends": [{}], "moves": [move]}),))
    extract = case.extract if listed else replace(case.extract, rows=())
    told = replace(case, objections=Objections({1: one}), journal=journal, extract=extract)
    assert zh.format(award=row["award"]) in said("异议答复书", told)
    notice = paper("结果变动告知书")
    assert (notice.lacks(told) is None) == (whose == "own")
    if whose == "own":
        assert [name for name, _ in written(notice, told, draft=False)] == ["结果变动告知书.docx", f"结果变动告知书/{member}.docx"]
        assert f"{row['name']}：\n" in (text := said("结果变动告知书", told))
        assert re.search(f"第 1 号\\s+未获奖 → {row['award']}\n", text)
        assert re.search(f"更正后贵单位的结果：.*奖项 {row['award']}", text)
    assert notice.lacks(replace(told, objections=Objections({1: one}, unmended=frozenset({1})))) is not None


def test_of_a_bag_the_notice_bears_its_fingerprints(bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its papers, with records or without, tell how things stood on the day it was sealed."""
    done = run("documents", bag, "--to", tmp_path / "x", "--only", "公示", "--only", "异议书")
    assert done.exit_code == 0, done.output
    notice: Any = (bag / "data" / "public" / "notice.json").read_text("utf-8")
    (digest,) = re.findall(r'"ranking": "(\w{64})"', notice)
    assert digest in text_of((tmp_path / "x" / "公示.docx").read_bytes())
    monkeypatch.setattr(parts, "bagging_day", lambda _: dt.date(2019, 2, 3))
    assert [_case(bag, _Days((), None), "zh", planned=planned)[0].written for planned in (False, True)] == [dt.date(2019, 2, 3)] * 2


def test_an_edition_that_grades_alone_speaks_of_grades_and_not_of_an_award(tmp_path: Path) -> None:
    """In reasons, on cards, in notice, minutes and report, with who rose and fell; nobody needs a certificate."""
    folder = Path(shutil.copytree(house_folder("templates/editions") / "federation_credit", tmp_path / "graded"))
    path = folder / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace('approval = ""', 'approval = "联〔2026〕1号"'), "utf-8")
    known = next(one for template, one in TEMPLATE_CASES if template == "federation_credit")
    before = [{"who": "乙", "grade": "AA"}, {"who": "丙", "grade": "AAA"}]
    evaluation = come_to(folder, {**known, "records": {**known["records"], "previous": before}})
    assert evaluation.scheme.lists_grades
    told = dict(zip(evaluation.ranking["name"], evaluation.ranking["reason"], strict=True))
    assert told["乙"].startswith("总分 100.00，本类第 1 名，同意公开信用等级。")
    assert told["丙"].startswith("没有同意公开信用等级，等级不公布。信用等级 A")
    cards = {card.name: card for card in score_cards(evaluation)}
    assert [outcome(evaluation.scheme, cards[name]).zh for name in "乙丙"] == ["名次 1；等级 AAA（公布）", "名次 2；等级 A（不公布）"]
    assert not member_card(evaluation, cards["乙"].member).lines.rows
    with former_words("0.7.0"):
        assert "奖项 信用等级（公开）" in outcome(evaluation.scheme, cards["乙"]).zh
    graded = Case.of(evaluation, open_edition(folder).records, extract=public_extract(evaluation, "r1", {}, "2026-12-31"))
    notice, report, minutes = (said(name, graded) for name in ("公示", "行动成果报告", "评审会议纪要"))
    assert "评定信用等级 3 家，其中同意公开、列入名单的 1 家。" in notice
    assert ("（一）AAA 级（1 家）" in notice, "信用等级（公开）" in notice + report + minutes) == (True, False)
    assert "与上次评定相比，等级上升 1 家、不变 0 家、下降 1 家；上次没有评定的 1 家。" in report
    assert ("信用等级公开名单" in report, "获奖" in report.split("五、评优评先")[1]) == (True, False)
    assert "评定信用等级 3 家，其中同意公开、列入名单的 1 家。" in minutes
    english = replace(graded, language="en")
    assert "3 were graded; 1 agreed to be listed" in said("公示", english)
    assert "Since the last grading 1 has risen, 0 stayed and 1 fallen; 1 was not graded then." in said("行动成果报告", english)
    assert all(paper(name).uncalled(graded) for name in ("荣誉证书", "表彰决定"))
