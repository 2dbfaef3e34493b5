"""The action played through, from an empty folder to the grading of the year after, by nothing but the commands a user has: `make rehearsal`."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from glob import glob
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.browser import BROWSER, FLAGS
from tests.browser.board_page import Table
from tests.rehearsal import people
from tests.rehearsal.people import CODES, EXPERTS, MEMBERS
from tests.test_documents import text_of
from toolkit.__main__ import app

pytestmark = pytest.mark.slow
ED = Path("届次")
NAME = {key: name for key, (name, *_) in MEMBERS.items()}
PASSPHRASE = "a passphrase of one's own"
ROLES = {"chair": "会长甲", "supervisor": "监事乙"}
BOOK = ED / "records" / "活动签到表-论坛.xlsx"
OBJECTIONS = {
    1: f'received = 2026-03-03\nby = "{NAME["A4"]}"\nmember = "{NAME["A6"]}"\nabout = "该单位没有参加研讨会"\n\n[upheld]\nstrike = [{{ table = "activities", where = {{ credit_code = "{CODES["A6"]}", event_id = "2025-L2" }} }}]\n',
    2: f'received = 2026-03-04\nby = "{NAME["A8"]}"\nmember = "{NAME["A8"]}"\nabout = "学时应为 24"\n\n[upheld]\ncorrect = [{{ table = "activities", where = {{ credit_code = "{CODES["A8"]}", event_id = "2025-P2" }}, column = "hours", value = 16 }}]\n',
    3: f'received = 2026-03-05\nby = "某公民"\nmember = "{NAME["P2"]}"\nabout = "评分过高"\n',
}


@pytest.fixture(scope="module", autouse=True)
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One folder for all steps, which are played in the order they stand in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("action"))
        patch.setenv("COMMITTEE_LANGUAGE", "zh")
        yield


def committee(*words: object, code: int = 0, typed: str = "") -> str:
    """What a command says, all of it; its exit code is the one expected."""
    done = CliRunner().invoke(app, [found for word in map(str, words) for found in (sorted(glob(word)) if "*" in word else [word])], input=typed)  # noqa: PTH207 - as a shell does
    assert done.exit_code == code, (words, done.output)
    assert "Traceback" not in done.output
    return done.output


def with_passphrase(*words: object) -> None:
    """A command that asks for a passphrase, in a process without a terminal."""
    done = subprocess.run([sys.executable, "-m", "toolkit", *map(str, words)], input=f"{PASSPHRASE}\n" * 2, text=True, capture_output=True, start_new_session=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def ranking(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "ranking.csv", dtype={"member": str}).set_index("name")


def given(folder: Path, award: str) -> set[str]:
    table = ranking(folder)
    return {key for key, name in NAME.items() if table.at[name, "award"] == award}


def test_an_edition_is_begun_by_ten_answers() -> None:
    said = committee("new", ED, "--ask", typed="".join(f"{line}\n" for line in people.ANSWERS))
    assert said.count("不行：") == 4  # each slip is asked for again, with the reason
    assert {path.stem for path in (ED / "forms").iterdir()} == {"会员名册", "自愿申报表", "活动签到表", "专家名单", "利害关系申报表", "专家评分表", "诚信自律承诺书", "诚信记录台账", "投诉处理登记表"}


def test_the_rules_are_examined_and_sealed_before_there_are_records() -> None:
    said = committee("examine", ED)
    assert "没有发现不起作用的规则" in said
    assert "[已证明不会]" in said
    committee("seal", ED, "--rules")
    assert "封存 rules" in committee("journal", ED)


def test_seven_experts_vote_on_weights_and_one_is_late() -> None:
    committee("ballots", ED, "--forms", "判断票", *(word for expert in EXPERTS for word in ("--expert", expert)))
    people.votes(Path("判断票"))
    committee("ballots", ED, "--read", "判断票/*.xlsx")
    said = committee("ballots", ED, "--adopt")
    assert "2026-01-20 才投出，截止日为 2026-01-10" in said
    assert "权重：参加活动 40 → 35" in said


def test_forms_come_back_and_what_is_wrong_is_mailed_back() -> None:
    people.roll(ED)
    people.applications(ED)
    people.sign_in(ED)
    said = committee("check", ED, code=1)
    assert "records/活动签到表-论坛.xls：1 条提醒" in said  # no table reads it: its ending is another
    tables = ED / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace("活动签到表*.xlsx", "活动签到表*.xls*"), "utf-8")
    said = committee("check", ED, "--return", "退回", code=1)
    for words in ("日期有歧义", "不是“是”或“否”", f"是否应为 {CODES['A8']}", "(1).xlsx 第 4 行重复", "与第 4 行重复", "不在可选值之内"):
        assert words in said, words
    assert len(list(Path("退回").iterdir())) == 6
    people.mended(Path("退回"), ED)
    (ED / "records" / "活动签到表-论坛.xls").unlink()  # its mended copy is .xlsx, as the returned one said
    said = committee("check", ED, code=1)
    assert said.count("[错误]") == 1  # what is lacking still are the experts' sheets
    assert "找不到“专家评分表”的文件" in said


def test_seven_experts_score_and_two_withdraw() -> None:
    committee("sheets", ED, "--out", "评分表")
    people.sheets(Path("评分表"), ED)
    assert '"840"：超出范围' in committee("check", ED, code=1)
    people.slip_mended(ED)
    committee("check", ED)
    said = committee("panel", ED)
    for expert, key in people.WITHDRAWN:
        assert re.search(rf"{expert} +{CODES[key]}", said)
    assert ("偏宽" in said, "偏严" in said) == (True, True)


def test_the_list_has_a_place_that_waits_for_the_committee() -> None:
    said = committee("evaluate", ED, "--out", "结果")
    assert "待委员会决定的名额：招标代理机构先进会员 1" in said
    table = ranking(Path("结果"))
    assert table.at[NAME["A1"], "total"] == 94.15  # 0.35 x 100 + 0.65 x 91
    assert table.at[NAME["A4"], "total"] == table.at[NAME["A6"], "total"] == 81.95  # 0.35 x 80 + 0.65 x 83
    assert given(Path("结果"), "outstanding") == {"A1", "A2", "P1"}
    assert given(Path("结果"), "advanced") == {"A3", "P2"}
    assert "同分" in committee("seal", ED, "--as", "r1", code=1)


def test_sensitivity_tells_of_the_open_place() -> None:
    said = committee("sensitivity", ED, "--out", "稳健性", "--quick")
    assert "共评出 5 个奖：5 个稳" in said
    assert "还有 1 个名额完全同分，待委员会决定，不在其内" in said
    page = openpyxl.load_workbook(Path("稳健性") / "robustness.xlsx").worksheets[0]
    assert any("待委员会决定" in str(cell) for row in page.iter_rows(values_only=True) for cell in row)


def test_weights_are_tuned_at_the_table_and_adopted() -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")
    if BROWSER is None:
        pytest.skip("needs Chromium: install the package chromium")
    process = subprocess.Popen([sys.executable, "-m", "toolkit", "table", ED, "--no-open"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        assert process.stdout is not None
        with process.stdout as said:
            address = next(found[0] for line in said if (found := re.search(r"http://\S+", line)))
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
            table = Table(browser.new_context(viewport={"width": 1366, "height": 768}).new_page(), address, ED)
            assert table.page.locator(".rows .row", has_text=NAME["A6"]).inner_text().count("待定") == 2
            table.type("培训学时", "50")
            assert "名单与已定办法相同" in table.status()
            table.page.get_by_role("button", name="采用这一方案").click()
            sync_api.expect(table.page.locator(".notice")).to_contain_text("没有写明由谁决定")
            table.page.get_by_label("由谁决定").last.fill("专家委员会第二次会议")
            table.page.get_by_label("理由").last.fill("培训与研讨同样重要")
            table.page.get_by_role("button", name="采用这一方案").click()
            sync_api.expect(table.page.locator(".notice")).to_contain_text("已采用并记入")
            assert table.complaints == []
            browser.close()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert "权重：培训学时 60 → 50" in committee("journal", ED)


def test_the_tie_is_decided_and_r1_is_sealed_and_signed_by_a_quorum() -> None:
    committee("decide", ED, "tie", "先进会员", NAME["A6"], "--by", "会长办公会", "--because", "三年无投诉")
    scheme = ED / "scheme.toml"
    scheme.write_text(scheme.read_text("utf-8").replace('approval = ""', 'approval = "粤某联〔2026〕3号"') + "\n[signatures]\nroles = { chair = 1, supervisor = 1 }\n", "utf-8")
    said = committee("seal", ED, "--as", "r1", code=1)
    assert "一人一行，依次写职务（chair）、公钥文件里的那一行、姓名，中间各空一格" in said
    for role in ROLES:
        with_passphrase("key", "new", f"{role}.key")
    lines = [f"{role} {Path(f'{role}.key.pub').read_text('utf-8').strip()} {name}\n" for role, name in ROLES.items()]
    (ED / "allowed_signers").write_text("".join(lines), "utf-8")
    assert "另有 1 家未同意公开名称" in committee("seal", ED, "--as", "r1", "--by", "秘书处")
    bag = ED / "sealed" / "r1"
    assert "签名需要 1 个，只有 0 个" in committee("publish", bag, "--to", "公布一", code=1)
    for role in ROLES:
        with_passphrase("sign", bag, "--key", f"{role}.key", "--role", role)
    assert "封存包完好，重算结果一致" in committee("verify", bag, "--replay")  # by a relative path, as a user types it


def test_r1_is_published_for_seven_working_days() -> None:
    committee("decide", ED, "state", "reviewed", "--by", "专家委员会", "--because", "评审完毕")
    committee("decide", ED, "state", "publicised", "--by", "秘书处", "--because", "公示七个工作日")
    said = committee("publish", ED / "sealed" / "r1", "--to", "公布一")
    notice = (Path("公布一") / "site" / "index.html").read_text("utf-8")
    assert (NAME["A1"] in notice, NAME["A2"] in notice, NAME["A6"] in notice, NAME["A4"] in notice) == (True, False, True, False)
    assert re.search(r"20\d\d年\d+月\d+日.{0,30}20\d\d年\d+月\d+日", notice)
    root = re.search(r"得分单总指纹：([0-9a-f]{64})", said)
    assert root
    card = next(path for path in (Path("公布一") / "cards").glob("*.html") if NAME["A4"] in path.name)
    assert NAME["A4"] in committee("verify-card", card, "--root", root[1])


def test_of_three_objections_one_is_upheld() -> None:
    (ED / "objections").mkdir()
    for number, text in OBJECTIONS.items():
        (ED / "objections" / f"{number}.toml").write_text(text, "utf-8")
    said = committee("decide", ED, "objection", 1, "--if-upheld")
    assert re.search(rf"{NAME['A6']}.*先进会员 → 未获奖 +81.95 → 78.45", said)
    assert re.search(rf"{NAME['A4']}.*未获奖 → 先进会员", said)
    assert "奖项变化 0 个会员" in committee("decide", ED, "objection", 2, "--if-upheld")
    assert "请写 [upheld]" in committee("decide", ED, "objection", 3, "--if-upheld", code=1)
    committee("decide", ED, "objection", 1, "--upheld", "--by", "专家委员会", "--because", "签到表笔迹核对，确未参加")
    for number in (2, 3):
        committee("decide", ED, "objection", number, "--rejected", "--by", "专家委员会", "--because", "核对无误")
    assert "这一行仍是原样；请删去这一行，再另封一版" in committee("seal", ED, "--as", "r2", "--revises", "r1", "--because", "第1号异议成立", code=1)
    book = openpyxl.load_workbook(BOOK)
    (row,) = (row[0].row for row in book["签到"].iter_rows() if {"2025-L2", CODES["A6"]} <= {cell.value for cell in row})
    book["签到"].delete_rows(row)
    book.save(BOOK)
    said = committee("check", ED, code=1)
    assert "裁定不再适用" in said
    committee("decide", ED, "tie", "advanced", "--class", "招标代理机构", "--by", "会长办公会", "--because", "异议成立后已无同分")


def test_r2_names_who_moved_and_why() -> None:
    committee("seal", ED, "--as", "r2", "--revises", "r1", "--because", "第1号异议成立：删去一条签到", "--by", "秘书处")
    bag = ED / "sealed" / "r2"
    for role in ROLES:
        with_passphrase("sign", bag, "--key", f"{role}.key", "--role", role)
    assert "封存包完好，重算结果一致" in committee("verify", bag, "--replay")
    assert given(bag / "data" / "results", "advanced") == {"A3", "A4", "P2"}
    said = committee("diff", ED / "sealed" / "r1", bag)
    assert re.search(rf"{NAME['A6']} .*先进会员 → —.*-3.50", said)
    assert f"{NAME['A4']}仍与原来一样" in said
    committee("publish", bag, "--to", "公布二")
    fingerprint = re.search(r"开放包指纹：([0-9a-f]{64})", committee("publish", bag, "--to", "公布三"))
    assert fingerprint
    shutil.copytree(Path("公布三") / "open", "别处")
    committee("verify", "别处", "--replay", "--fingerprint", fingerprint[1])


def test_the_papers_of_the_action_say_what_was_decided() -> None:
    for state, by in (("reviewed", "专家委员会"), ("publicised", "秘书处"), ("decided", "会长办公会")):  # the list was corrected, and made public again
        committee("decide", ED, "state", state, "--by", by, "--because", "公示期满，异议处理完毕")
    committee("documents", ED / "sealed" / "r2", "--to", "公文")
    papers = {path.stem: text_of(path.read_bytes()) for path in Path("公文").glob("*.docx")}
    assert {name for name, text in papers.items() if "草稿" in text} == set()
    assert "授予" + NAME["A6"] in papers["评审会议纪要"]
    assert (NAME["A4"] in papers["表彰决定"], NAME["A2"] in papers["表彰决定"]) == (True, False)
    assert (NAME["A2"] in papers["荣誉证书"], NAME["A6"] in papers["荣誉证书"]) == (True, False)
    assert papers["异议答复书"].count("异议成立。") == 1
    assert papers["异议答复书"].count("异议不成立。") == 2
    assert "评出优秀会员 3 家、先进会员 3 家" in papers["行动成果报告"]


def test_the_year_after_everyone_is_graded_with_movement() -> None:
    committee("new", "评级", "--template", "federation_credit")
    before = ranking(ED / "sealed" / "r2" / "data" / "results").dropna(subset=["grade"])
    people.grading(Path("评级"), dict(zip(before["member"], before["grade"], strict=True)))
    committee("check", "评级")
    committee("evaluate", "评级", "--out", "等级")
    after = ranking(Path("等级"))
    assert before.at[NAME["P5"], "grade"] == "B"
    assert {key: after.at[NAME[key], "grade"] for key in ("A1", "A2", "A5", "A9", "P5")} == {"A1": "D", "A2": "AAA", "A5": "AA", "A9": "AAA", "P5": "A"}
    assert "上届为 B，最多升 1 级，定为 A" in after.at[NAME["P5"], "reason"]
    assert "无上届等级，不受升级限制" in after.at[NAME["A9"], "reason"]
