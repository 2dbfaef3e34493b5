"""A new edition: a whole one from the first day, and nothing that was there is lost."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from tests.entry_forms import JIA, SCHEME, TABLES, YI, fill
from toolkit.__main__ import app
from toolkit.edition import check_edition, load_plan
from toolkit.forms.entry_sheet import HEADING_ROW
from toolkit.forms.new_edition import new_edition, renewed_forms
from toolkit.forms.questions import KINDS
from toolkit.ground.problems import Refused
from toolkit.ground.resources import house_folder
from toolkit.publication.english import lacking_early
from toolkit.records.references import reference_problems


def test_the_template_is_a_whole_edition_without_a_fault(tmp_path: Path) -> None:
    assert [p.line("zh") for p in reference_problems(SCHEME, TABLES)] == []
    written = new_edition(tmp_path / "ed")
    assert {name for form in written for name in form.tables} == set(TABLES.table)
    assert sorted(path.name for path in (tmp_path / "ed").iterdir()) == [
        "ballots", "forms", "records", "scheme.schema.json", "scheme.toml", "tables.schema.json", "tables.toml",
    ]  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "ed" / "forms").iterdir()) == sorted(form.name for form in written)
    for form in written:
        assert Path(form.goes_to).match("records/*.xlsx")
        assert (Path("records") / form.name).match(form.goes_to)


def test_the_self_report_and_the_consent_are_asked_item_by_item() -> None:
    wanted = {"act", "act_date", "finding_date", "body", "document", "severity", "status", "repair", "repaired_on", "channel"}
    assert wanted <= set(TABLES.table["self_reports"].column)
    assert TABLES.table["self_reports"].label == "会员诚信信息自报表"
    consents = [c for key, c in TABLES.table["pledges"].column.items() if key.startswith("consent_")]
    assert len(consents) == 8
    assert {column.type for column in consents} == {"boolean"}


def test_untouched_forms_are_no_records_and_only_the_members_are_missed(tmp_path: Path) -> None:
    new_edition(tmp_path / "ed")
    for form in (tmp_path / "ed" / "forms").iterdir():
        form.rename(tmp_path / "ed" / "records" / form.name)
    edition, problems = check_edition(tmp_path / "ed")
    assert edition is not None
    assert [(p.severity, p.rule.en) for p in problems] == [("error", "there is not one member: nobody to evaluate")]
    assert {name: len(frame) for name, frame in edition.records.frames.items()} == dict.fromkeys(TABLES.table, 0)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refused, match="not empty"):
        new_edition(tmp_path)
    with pytest.raises(Refused, match="not empty"):
        new_edition(tmp_path / "note.txt")
    with pytest.raises(Refused, match="part of the path is a file"):
        new_edition(tmp_path / "note.txt" / "below")
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize("name", ["federatio", "../federation", "", "."])
def test_an_unknown_template_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no template"):
        new_edition(tmp_path / "ed", name)
    assert not (tmp_path / "ed").exists()


def test_forms_follow_the_dictionary_and_a_filled_one_is_not_written_over(tmp_path: Path) -> None:
    new_edition(tmp_path)
    tables = (tmp_path / "tables.toml").read_text("utf-8")
    (tmp_path / "tables.toml").write_text(tables.replace('headings = ["事由"]', 'headings = ["何事"]'), encoding="utf-8")
    renewed_forms(tmp_path)
    path = tmp_path / "forms" / "会员诚信信息自报表.xlsx"
    assert "*何事" in [cell.value for cell in openpyxl.load_workbook(path)["自报"][HEADING_ROW + 1]]
    fill(path, "自报", TABLES.table["self_reports"], [{"credit_code": JIA, "phone": "13800138000"}])
    before = path.read_bytes()
    with pytest.raises(Refused, match="1 row is filled in") as refused:
        renewed_forms(tmp_path)
    assert "13800138000" not in refused.value.problems.text()
    assert path.read_bytes() == before


def test_as_a_secretariat_would(tmp_path: Path) -> None:
    folder, run = tmp_path / "ed", CliRunner()
    begun = run.invoke(app, ["new", str(folder)])
    assert (begun.exit_code, begun.stderr) == (0, "")
    assert "会员诚信信息自报表.xlsx" in begun.stdout
    for form in (folder / "forms").iterdir():
        (folder / "records" / form.name).write_bytes(form.read_bytes())
    people = [{"credit_code": code, "name": name, "category": "招标代理机构"} for code, name in ((JIA, "甲公司"), (YI, "乙公司"))]
    fill(folder / "records" / "会员名册.xlsx", "名册", TABLES.table["members"], people)
    applied = [{"credit_code": code, "applied_on": dt.date(2019, 1, 3), "valid": "是"} for code in (JIA, YI)]
    fill(folder / "records" / "自愿申报表.xlsx", "申报", TABLES.table["applications"], applied)
    came = {"event_id": "2018-03", "kind": "学习班", "date": dt.date(2018, 3, 5), "hours": 24, "credit_code": JIA}
    fill(folder / "records" / "活动签到表.xlsx", "签到", TABLES.table["activities"], [came])
    assert run.invoke(app, ["check", str(folder)]).exit_code == 0
    assert run.invoke(app, ["evaluate", str(folder), "--out", str(tmp_path / "out")]).exit_code == 0
    ranking = pd.read_csv(tmp_path / "out" / "ranking.csv")
    assert ranking["name"].tolist() == ["甲公司", "乙公司"]
    again = run.invoke(app, ["new", str(folder)])
    assert (again.exit_code, "不是空的" in again.stderr) == (1, True)
    (folder / "forms" / "旧表.xlsx").touch()
    renewed = run.invoke(app, ["forms", str(folder), "--language", "en"])
    assert (renewed.exit_code, "旧表.xlsx belongs to no table" in renewed.stdout) == (0, True)


LINES = ("年度评选办法", "award-2025", "2025-01-01 至 2025-12-31", "甲类、乙类", "100", "0", "优秀、先进", "10、20", "85 75", "是")
"""An answer to each of the questions that have to be answered."""
REACHED = ("秘书处 张三 13800138000", "90, 80", "秘书处会员部", "x@y", "某市某路 1 号", "office＠example.org", "13800138000", "020-12345678", "office", "javascript:alert(1)@x", "office＠example.org", "office@example.org", "值班 13900139000", "暂无")
"""Where to object, with nine slips: what is no name, a person's own number wherever it may stand, an e-mail address for everything else, and twice what is none; of hours there are none."""


def asked(folder: Path, *lines: str, language: str = "zh") -> Result:
    return CliRunner().invoke(app, ["new", str(folder), "--ask", "--language", language], input="".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("changed", [
    {4: "1000", 8: "850 750"}, {5: "3", 4: "120", 8: "100 90", 9: "否"}, {5: "3"}, {6: "金奖", 7: "15", 8: "0", 9: "n"}, {6: "一、二、三、四、五", 7: "1 2 3 4 5", 8: "9 8 7 6 5"},
])  # fmt: skip
def test_answers_make_an_edition_that_is_sound(changed: dict[int, str], tmp_path: Path) -> None:
    lines = [changed.get(place, line) for place, line in enumerate(LINES)]
    done = asked(tmp_path / "ed", *lines)
    assert done.exit_code == 0, done.output
    for form in (tmp_path / "ed" / "forms").iterdir():
        form.rename(tmp_path / "ed" / "records" / form.name)
    edition, problems = check_edition(tmp_path / "ed")
    assert edition is not None
    beside = [problem.rule.en for problem in problems.errors if problem.rule.en != "there is not one member: nobody to evaluate"]
    assert all("experts" in said for said in beside) if lines[5] != "0" else beside == []  # the forms came back empty
    scheme = edition.scheme
    assert (scheme.title, scheme.edition, scheme.period) == ("年度评选办法", "award-2025", (dt.date(2025, 1, 1), dt.date(2025, 12, 31)))
    assert (scheme.scale, scheme.as_of) == (float(lines[4]), dt.date(2025, 12, 31))
    assert [award.label for award in scheme.awards] == lines[6].split("、")
    assert [award.quota.share * 100 for award in scheme.awards if award.quota and award.quota.share] == pytest.approx([float(part) for part in re.split("[、 ]", lines[7])])
    assert [award.minimum.get("total", 0) for award in scheme.awards] == [float(part) for part in lines[8].split()]
    assert (scheme.grades is not None) == (lines[9] == "是")
    assert edition.tables.table["members"].column["category"].choices == ("甲类", "乙类")
    pledged = {} if lines[5] != "0" else dict.fromkeys(("甲类", "乙类"), "通用版")  # the house's own pledges are of kinds that there are not
    assert (scheme.consent.versions if scheme.consent else None) == pledged
    assert not pledged or edition.tables.table["pledges"].column["form"].choices == ("通用版",)
    assert scheme.consent is not None
    assert {scheme.consent.withdrawn, *scheme.consent.columns.values()} <= set(edition.tables.table[str(scheme.consent.table)].column)
    assert scheme.consent.withdrawn  # who agrees may take it back
    assert lines[5] == "0" or lines[9] != "是" or {"good", "bad"} <= set(scheme.consent.columns)
    graded = {"pledges", "conduct", "complaints"} <= set(edition.tables.table) and bool(scheme.window and scheme.vetoes and scheme.adjustments)
    assert graded == (lines[5] == "0" or lines[9] == "是")  # no grade without records of conduct
    assert (scheme.panel is not None and scheme.panel.experts == "experts", scheme.previous) == (lines[5] != "0", None)
    assert not [problem for problem in problems if "满分" in problem.rule.zh]  # everybody can reach full marks


def test_what_stands_below_a_list_stays_the_head_of_what_follows(tmp_path: Path) -> None:
    """A second award comes before the head of the grades, and no head is left of what is taken out."""
    assert asked(tmp_path / "ed", *LINES[:5], "5", *LINES[6:]).exit_code == 0
    text, tables = ((tmp_path / "ed" / name).read_text("utf-8") for name in ("scheme.toml", "tables.toml"))
    assert text.index('id = "advanced"') < text.index("# ---- 信用等级 ") < text.index("[grades]")
    assert "\n\n[[award]]" in text
    assert "[previous]" not in text
    assert "上一届" not in tables
    assert all(f"\n\n# ---- {head}" in tables for head in ("诚信自律承诺书", "诚信记录台账", "投诉处理"))
    assert "【请改】" not in tables


def test_a_wrong_answer_is_asked_for_again_with_the_reason(tmp_path: Path) -> None:
    wrong = ["字" * 61, LINES[0], "第一届", LINES[1], "2025-12-31 2025-01-01", "2025-02-30 2025-12-31", "今年", LINES[2], "甲、甲", "2026-01-01 2026/12/31", LINES[3], "一百", "-1", "nan", LINES[4], "2", LINES[5], "、", LINES[6],
             "10", "60 60", LINES[7], "101 1", "1 2", LINES[8], "也许", LINES[9]]  # fmt: skip
    done = asked(tmp_path / "ed", *wrong)
    assert done.exit_code == 0, done.output
    reasons = ["名称过长", "只用字母", "止日应晚于", "没有这一天", "请写起日和止日", "重复", "“2026-01-01 2026”不是名称", "不是数字", "满分应大于 0", "数字过大", "不小于 3", "1 到 5 个名称", "有 2 个奖项", "超过 100%", "0 到 100 之间", "不低于后面的", "请写 是 或 否"]
    assert [reason for reason in reasons if reason not in done.output] == []
    assert done.output.count("请再答一次") == len(wrong) - len(LINES)


def test_answers_that_end_too_soon_and_a_full_folder_write_nothing(tmp_path: Path) -> None:
    short = asked(tmp_path / "ed", *LINES[:7], language="en")
    assert (short.exit_code, (tmp_path / "ed").exists()) == (1, False)
    assert ("16 questions, of which 6" in short.output, "3 answers are lacking, without those" in short.output) == (True, True)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    assert "1/16" not in asked(tmp_path / "full", *LINES).output  # refused before anything is asked


def test_where_to_object_is_asked_for_and_may_be_left_for_later(tmp_path: Path) -> None:
    done = asked(tmp_path / "ed", *LINES, *REACHED)
    assert (done.exit_code, done.output.count("请再答一次")) == (0, 9), done.output
    told = load_plan(tmp_path / "ed")[0].publication
    assert told is not None
    assert told.asked.zh == "秘书处会员部；地址：某市某路 1 号；电话：020-12345678；电子邮箱：office@example.org"
    text = (tmp_path / "ed" / "scheme.toml").read_text("utf-8")
    assert [key for key in ("contact", "address", "telephone", "email", "hours") if re.search(rf"^{key} = .*【请改】", text, re.MULTILINE)] == ["hours"]


def test_who_is_asked_in_english_is_answered_in_english(tmp_path: Path) -> None:
    """What stands in brackets too, and the edition from then on; what Enter takes is the house's own name, with its English beside it."""
    done = asked(tmp_path / "ed", *[""] * 5, "5", *[""] * 3, "yes", language="en")
    assert done.exit_code == 0, done.output
    assert not re.findall(r"\[[^]\n]*[\u4e00-\u9fff].*", done.output.partition("The entry forms")[0])
    assert ("[no]" in done.output, "[Outstanding member, Advanced member]" in done.output, 'language = "en"' in done.output) == (True, True, True)
    scheme, tables = load_plan(tmp_path / "ed")
    assert (scheme.language, [award.label for award in scheme.awards]) == ("en", ["优秀会员", "先进会员"])
    assert list(lacking_early(scheme)) == []
    assert tables.table["pledges"].column["form"].choices == tuple(load_plan(house_folder("templates/editions/federation"))[1].table["pledges"].column["form"].choices or ())


@pytest.mark.parametrize("experts", ["0", "3"])
def test_nothing_of_another_trade_speaks_of_tendering(experts: str, tmp_path: Path) -> None:
    lines = [*LINES[:3], "茶场、茶行", LINES[4], experts, *LINES[6:], *[""] * 5, "茶叶"]
    assert asked(tmp_path / "ed", *lines).exit_code == 0
    for name in ("scheme.toml", "tables.toml"):
        text = (tmp_path / "ed" / name).read_text("utf-8")
        text = re.sub(r"#.*", "", text)
        assert re.findall("招标|投标|采购|公共资源|交易", text) == [], name
    assert load_plan(tmp_path / "ed")[0].papers.trade == "茶叶"


def test_pressing_enter_at_every_question_is_an_answer(tmp_path: Path) -> None:
    assert asked(tmp_path / "ed", *[""] * 10).exit_code == 0
    text = (tmp_path / "ed" / "scheme.toml").read_text("utf-8")
    assert "# 同类相比：拍卖企业不与交易中心比" in text  # remarks stay
    assert text.index("# ---- 一级指标") < text.index("[[group]]") < text.index("# ---- 学习培训") < text.index('id = "law_hours"') < text.index("# ---- 奖项") < text.index("# ---- 公示")
    assert [line for line in text.splitlines() if "【请改】" in line and line.startswith(("title", "edition", "as_of", "period"))] == []  # asked for, and answered
    scheme = load_plan(tmp_path / "ed")[0]
    assert (scheme.seed, scheme.papers.organisation) == (int(f"{scheme.as_of:%Y%m%d}"), "")  # a blank to fill in, nobody's name
    assert text.count("\n[[phase.asks]]") == 5
    assert len(scheme.consent.versions if scheme.consent else ()) == len(KINDS.split("、"))
    assert "信用等级：" not in text  # no head over nothing, and nobody is asked to permit a grade that is not given
    assert "consent_grade" not in text + (tmp_path / "ed" / "tables.toml").read_text("utf-8")
    assert "[panel]" not in text
    assert re.search(r"# ---- 公示 -+\n\n\[publication\]", text)
    dues = next(item for item in load_plan(tmp_path / "ed")[0].indicators if item.id == "dues")
    assert dues.value.model_dump(mode="json")["steps"] == [[0, 0], [1, 100]]  # a period of one year has no second one
