"""The small edition, whose members were asked item by item; with records of conduct, and a secret wherever none is to be told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.conftest import MEMBERS, SCHEME, TABLES, pledges_table, with_applications, write_small_edition

PLEDGES = pledges_table("result", "good", "bad", "wall", texts=("form",))
MORE = """
[table.conduct]
file = "records/诚信记录.csv"
date = "found"
[table.conduct.column.code]
type = "member"
required = true
[table.conduct.column.act]
headings = ["事由"]
type = "text"
[table.conduct.column.kind]
headings = ["性质"]
type = "choice"
choices = ["良好", "不良"]
[table.conduct.column.severity]
headings = ["程度"]
type = "choice"
choices = ["轻微", "一般", "严重"]
[table.conduct.column.points]
type = "number"
[table.conduct.column.found]
headings = ["认定日期"]
type = "date"
[table.conduct.column.status]
headings = ["状态"]
type = "choice"
choices = ["有效", "已撤销", "申诉中"]
[table.conduct.column.teller]
headings = ["举报人"]
type = "text"
personal = true
[table.conduct.column.manager]
headings = ["项目负责人"]
type = "text"
"""
RULES = """
[[adjustment]]
id = "good_conduct"
label = "良好行为加分"
measure = { table = "conduct", take = "sum", column = "points", where = { kind = ["良好"] } }
cap = 3

[[adjustment]]
id = "bad_conduct"
label = "不良行为扣分"
measure = { table = "conduct", take = "sum", column = "points", where = { kind = ["不良"] }, window = "by_severity" }
cap = -30

[window.by_severity]
from = "found"
column = "severity"
lasts = { "轻微" = "3 months", "一般" = "1 year", "严重" = "3 years" }
skip = { status = ["已撤销"] }
appeal = { status = ["申诉中"] }

[publication]
address = "某市某路 1 号"
telephone = "020-12345678"
records = ["act", "severity", "found", "manager"]
certainty = true
"""
ENGLISH = """
[english]
"小型联合会年度评选办法" = "Rules of the Small Federation"
"测试联合会" = "Federation of Tests"
"秘书处" = "the secretariat"
"某市某路 1 号" = "1 Some Road"
"优秀会员" = "Outstanding member"
"先进会员" = "Advanced member"
"代理" = "Agents"
"采购人" = "Purchasers"
"诚信自律" = "Integrity"
"学习交流" = "Study"
"警示扣分" = "Points off for warnings"
"良好行为加分" = "Points for good conduct"
"不良行为扣分" = "Points off for bad conduct"
"扣分" = "points off"
"性质" = "kind"
"良好" = "good"
"不良" = "bad"
"状态" = "state"
"学时" = "hours"
"讲座场次" = "Lectures"
"形式" = "form"
"讲座" = "lecture"
"签署承诺书" = "Pledge signed"
"承诺书" = "pledge"
"已签" = "signed"
"未签" = "not signed"
"答卷数" = "answers"
"事由" = "act"
"程度" = "severity"
"轻微" = "minor"
"一般" = "general"
"严重" = "grave"
"认定日期" = "found on"
"项目负责人" = "manager"
"已撤销" = "struck out"
"申诉中" = "under appeal"
"""
"""Of every name that pages show, but for 调查答卷."""
CONSENT = """[publication.consent]
table = "pledges"
holds = { status = ["已签"] }
withdrawn = "withdrawn_on"
award = "result"
good = "good"
bad = "bad"
pledge = "wall"
version = "form"

[papers]
organisation = "测试联合会"
"""
ORGANISATION = "测试联合会"
HOSTILE = "丁<img src=x onerror=document.title=1>\"'&公司"
REFUSED: dict[str, str] = {"002": "bad", "101": "good", "103": "result", "104": "wall"}
"""By member the one item that it refuses; 102 has taken back everything, and 105 did not sign."""
CONDUCT = (
    ("001", "市级表彰的事", "良好", "", "2", "2018-05-01", "有效"),
    ("003", "一般的事", "不良", "一般", "-2", "2018-11-01", "有效"),
    ("004", HOSTILE, "不良", "一般", "-2", "2018-11-01", "有效"),
    ("007", "在申诉的事：法定代表人：曹雪秦（电话 13912345678）行贿，优秀会员，副会长单位", "不良", "严重", "-2", "2018-10-01", "申诉中"),
    ("006", "秘：到期的事", "不良", "轻微", "-2", "2018-10-30", "有效"),
    ("005", "秘：撤销的事", "不良", "一般", "-2", "2018-12-01", "已撤销"),
    ("002", "秘：不让说的坏事", "不良", "一般", "-2", "2018-12-01", "有效"),
    ("101", "秘：不让说的好事", "良好", "", "2", "2018-12-01", "有效"),
    ("102", "秘：撤回后的事", "良好", "", "2", "2018-12-01", "有效"),
    ("105", "秘：没签的事", "不良", "一般", "-2", "2018-12-01", "有效"),
)
MANAGERS = {"007": "胡雪芹，石雪岩（市场部）、Mary", "001": "阿丽亚", "003": "测试项目中心"}
"""Who is named in a column of persons; a name that is not known to be one goes out as it stands, and is told of."""
SECRETS = ("13912345678", "雪秦", "雪芹", "雪岩", "秘：", "举报人李某", *(name for code, name, *_ in MEMBERS if code in {"102", "105"}))


def quoted(*cells: str) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


def pledged(code: str) -> str:
    """A member's row of pledges."""
    answers = ["否" if REFUSED.get(code) == item else "是" for item in ("result", "good", "bad", "wall")]
    return quoted(code, f"第{code}号版本", "未签" if code == "105" else "已签", "2018-05-04", "2018-12-20" if code == "102" else "", *answers)


def write_edition(folder: Path) -> Path:
    """The small edition, whose members were asked item by item; with records of conduct, and a secret wherever none is to be told."""
    write_small_edition(folder)
    scheme = SCHEME[: SCHEME.index("[publication.consent]")].replace("[publication]\n", RULES.lstrip("\n"), 1) + CONSENT + ENGLISH
    (folder / "scheme.toml").write_text(scheme, "utf-8")
    (folder / "tables.toml").write_text(TABLES + PLEDGES + MORE, "utf-8")
    book = folder / "records" / "会员名册.csv"
    book.write_text(book.read_text("utf-8-sig").replace("丁<b>代理</b>公司", '"' + HOSTILE.replace('"', '""') + '"'), "utf-8-sig")
    write_rows(folder / "records" / "承诺书.csv", "code,form,status,signed_on,withdrawn_on,result,good,bad,wall", map(pledged, [code for code, *_ in MEMBERS]))
    conduct = (quoted(*row, "举报人李某 13912345678", MANAGERS.get(row[0], "")) for row in CONDUCT)
    write_rows(folder / "records" / "诚信记录.csv", "code,事由,性质,程度,points,认定日期,状态,举报人,项目负责人", conduct)
    return with_applications(folder)


def write_rows(path: Path, heading: str, rows: Iterable[str]) -> None:
    path.write_text("\n".join([heading, *rows]) + "\n", "utf-8-sig")
