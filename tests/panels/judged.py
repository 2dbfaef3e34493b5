"""A small edition whose panel scores two indicators, written afresh for each test that asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import xlsxwriter

SCHEME = """\
schema = 1
title = "小型联合会年度评选办法"
edition = "judged-2018"
as_of = 2018-12-31
[members]
table = "members"
key = "code"
name = "name"
class = "kind"
[[indicator]]
id = "innovation"
label = "创新"
weight = 60
measure = { take = "panel", table = "panel_scores", column = "innovation" }
value = { shape = "linear", worst = 0, best = 100 }
missing = "unranked"
[[indicator]]
id = "service"
label = "服务"
weight = 40
measure = { take = "panel", table = "panel_scores", column = "service" }
value = { shape = "linear", worst = 0, best = 100 }
missing = "unranked"
[[award]]
id = "best"
label = "优秀会员"
quota = { number = 1 }
[panel]
minimum = 3
trim = 1
table = "panel_scores"
experts = "experts"
interests = "interests"
"""
TABLES = """\
[table.members]
file = "records/会员名册.csv"
[table.members.column.code]
headings = ["会员代码"]
type = "text"
[table.members.column.name]
headings = ["会员名称"]
type = "text"
[table.members.column.kind]
headings = ["类别"]
type = "text"
[table.experts]
file = "ballots/专家.csv"
[table.experts.column.id]
headings = ["专家代号"]
type = "text"
required = true
[table.experts.column.person]
headings = ["姓名"]
type = "text"
personal = true
[table.experts.column.employer]
headings = ["所在单位"]
type = "text"
[table.experts.column.outside]
headings = ["外部专家"]
type = "boolean"
[table.interests]
file = "ballots/利害关系.csv"
[table.interests.column.expert]
headings = ["专家代号"]
type = "text"
[table.interests.column.member]
headings = ["会员代码"]
type = "member"
[table.interests.column.ground]
headings = ["情形"]
type = "text"
[table.panel_scores]
file = "ballots/评分表*.xlsx"
label = "专家评分表"
unique = ["expert", "code"]
names = "name"
[table.panel_scores.column.expert]
headings = ["专家代号"]
type = "text"
required = true
[table.panel_scores.column.code]
headings = ["会员代码"]
type = "member"
required = true
[table.panel_scores.column.name]
headings = ["会员名称"]
type = "text"
[table.panel_scores.column.innovation]
headings = ["创新"]
type = "number"
unit = "分"
range = [0, 100]
not_applicable = ["回避"]
[table.panel_scores.column.service]
headings = ["服务"]
type = "number"
unit = "分"
range = [0, 100]
not_applicable = ["回避"]
"""
MEMBERS = {"M1": ("甲招标代理公司", "代理"), "M2": ("乙招标代理公司", "代理"), "M3": ("丙采购中心", "采购人"), "M4": ("丁采购中心", "采购人")}
EXPERTS = ("E01,张三三,M1,是", "E02,李四四,,是", "E03,王五五,某大学,是", "E04,赵六六,,是", "E05,钱七七,,否")
INTERESTS = ("E02,M4,配偶任职",)
Sheet = Mapping[str, tuple[object, object]]
SHEETS: dict[str, Sheet] = {
    "E01": {"M1": ("回避", "回避"), "M2": (80, 71.3), "M3": (90.1, 88), "M4": (60, 65)},
    "E02": {"M1": (88, 90), "M2": (82, 75.6), "M3": (91.7, 90), "M4": ("回避", "回避")},
    "E03": {"M1": (86, 86.1), "M2": (79, 70), "M3": (89.9, 86), "M4": (62, 66)},
    "E04": {"M1": (60.5, 63), "M2": (55, 50.2), "M3": (63.3, 60), "M4": (40, 41)},
    "E05": {"M1": (90, 91), "M2": (81, 77), "M3": (93, "")},
}  # fmt: skip
SEVEN = MEMBERS | {"M5": ("戊采购中心", "采购人"), "M6": ("己采购中心", "采购人"), "M7": ("庚采购中心", "采购人")}
SHEETS_OF_SEVEN: dict[str, Sheet] = {  # everybody has five members or more in common with another
    expert: rows | {member: (level - at, level - 2 * at) for at, member in enumerate(("M5", "M6", "M7"))}
    for (expert, rows), level in zip(SHEETS.items(), (84, 86, 83, 57, 88), strict=True)
}


def write_judged_edition(
    folder: Path,
    sheets: Mapping[str, Sheet] = SHEETS,
    *,
    scheme: str = SCHEME,
    tables: str = TABLES,
    experts: Sequence[str] = EXPERTS,
    interests: Sequence[str] = INTERESTS,
    members: Mapping[str, tuple[str, str]] = MEMBERS,
) -> Path:
    """The edition written into `folder`: four members or seven, five experts, of whom two withdraw from one member each."""
    for name in ("records", "ballots"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "scheme.toml").write_text(scheme, encoding="utf-8")
    (folder / "tables.toml").write_text(tables, encoding="utf-8")
    write(folder / "records/会员名册.csv", "会员代码,会员名称,类别", [",".join((code, *said)) for code, said in members.items()])
    write(folder / "ballots/专家.csv", "专家代号,姓名,所在单位,外部专家", experts)
    write(folder / "ballots/利害关系.csv", "专家代号,会员代码,情形", interests)
    for place, (expert, rows) in enumerate(sheets.items(), start=1):
        with xlsxwriter.Workbook(folder / f"ballots/评分表{place}.xlsx", {"in_memory": True}) as book:
            page = book.add_worksheet("评分表")
            page.write_row(0, 0, ("专家代号", "会员代码", "会员名称", "创新", "服务"))
            for row, (member, scores) in enumerate(rows.items(), start=1):
                page.write_row(row, 0, (expert, member, members[member][0], *scores))
    return folder


def write(path: Path, heading: str, lines: Sequence[str]) -> None:
    path.write_text("\n".join((heading, *lines)) + "\n", encoding="utf-8-sig")
