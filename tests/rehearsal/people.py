"""Who plays in the rehearsal, and what each hands in: invented members and experts, forms filled in as people fill them in."""

from __future__ import annotations

import datetime as dt
import runpy
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from tests.nasty.old_workbooks import xls
from toolkit.forms.ballots import VALUE
from toolkit.ground.resources import house_folder

code = runpy.run_path(str(house_folder("data/panel") / "make.py"))["code"]
ANSWERS = (
    "广东某联合会“诚信自律 创优争先”评选办法",
    "award 2025!", "award-2025",  # a code of an edition has no blank
    "2025", "2025年1月1日至2025年12月31日",  # a period is two days
    "招标代理机构、采购人",
    "一百", "100",
    "5",
    "优秀会员、先进会员",
    "60、60", "25、35",  # more than there are
    "85、70",
    "是",
)  # fmt: skip
"""What a clerk types at `new --ask`, slips and all."""
EXPERTS = tuple(f"E0{place}" for place in range(1, 8))
ADDED = (0, 2, -2, 1, -1, 5, -5)
"""What each expert gives above the member's own number; without the highest and the lowest it comes to nothing."""
MEMBERS: dict[str, tuple[str, str, int, int, int, int]] = {
    # name, class, hours, forums, service, innovation
    "A1": ("广州某甲招标代理有限公司", "招标代理机构", 40, 3, 92, 90),
    "A2": ("深圳某乙招标代理有限公司", "招标代理机构", 38, 3, 90, 88),
    "A3": ("珠海某丙招标代理有限公司", "招标代理机构", 36, 2, 88, 86),
    "A4": ("佛山某丁招标代理有限公司", "招标代理机构", 32, 2, 84, 82),
    "A5": ("东莞某戊招标代理有限公司", "招标代理机构", 28, 2, 80, 78),
    "A6": ("中山某己招标代理有限公司", "招标代理机构", 32, 2, 84, 82),
    "A7": ("惠州某庚招标代理有限公司", "招标代理机构", 20, 1, 78, 76),
    "A8": ("江门某辛招标代理有限公司", "招标代理机构", 16, 1, 76, 74),
    "A9": ("湛江某壬招标代理有限公司", "招标代理机构", 8, 1, 70, 72),
    "P1": ("广州某子采购中心", "采购人", 40, 3, 90, 92),
    "P2": ("汕头某丑采购中心", "采购人", 36, 2, 86, 84),
    "P3": ("韶关某寅采购中心", "采购人", 24, 2, 84, 82),
    "P4": ("梅州某卯采购中心", "采购人", 16, 1, 80, 76),
    "P5": ("清远某辰采购中心", "采购人", 12, 1, 74, 70),
}
CODES = {key: code(place) for place, key in enumerate(MEMBERS, 1)}
NOT_APPLIED = {"A9"}
NO_CONSENT = {"A2"}
EMPLOYER, INTEREST = ("E03", "A5"), ("E06", "P2")
WITHDRAWN = {EMPLOYER, INTEREST}
COURSES = [(f"2025-P{place}", dt.date(2025, month, 16)) for place, month in enumerate((3, 5, 7, 9, 11), 1)]
FORUMS = [("2025-L1", "论坛", dt.date(2025, 4, 17)), ("2025-L2", "研讨会", dt.date(2025, 6, 19)), ("2025-L3", "论坛", dt.date(2025, 10, 23))]
STYLES = ("{0:%Y-%m-%d}", "{0.year}年{0.month}月{0.day}日", "{0.year}.{0.month}.{0.day}", "{0.year}/{0.month}/{0.day}", "{0:%Y%m%d}", "２０２５－{0:%m}－{0:%d}")
"""How people write a day, besides a date of Excel."""


def filled(form: Path, sheet: str, rows: Iterable[Mapping[str, Any]], to: Path) -> Path:
    """A form with rows typed below its headings, by what these say, saved as `to`."""
    book = openpyxl.load_workbook(form)
    page = book[sheet]
    (heading,) = (row for row in page.iter_rows() if row[0].value and str(row[0].value).startswith("*"))
    places = {str(cell.value).replace("\n", "").lstrip("*").split("（")[0]: cell.column for cell in heading if cell.value}
    for number, row in enumerate(rows, heading[0].row + 1):
        for said, value in row.items():
            page.cell(number, places[said]).value = value
    to.parent.mkdir(parents=True, exist_ok=True)
    book.save(to)
    return to


def day_as(place: int, day: dt.date) -> object:
    """The day as this or that clerk writes it."""
    style = place % (len(STYLES) + 1)
    return day if style == len(STYLES) else STYLES[style].format(day)


def roll(edition: Path) -> None:
    """The secretariat's own tables, right at once: members and experts; and three registers with nothing in them."""
    for name in ("诚信自律承诺书", "诚信记录台账", "投诉处理登记表"):
        (edition / "records" / f"{name}.xlsx").write_bytes((edition / "forms" / f"{name}.xlsx").read_bytes())
    people = [{"统一社会信用代码": CODES[key], "单位名称": name, "会员类别": kind} for key, (name, kind, *_) in MEMBERS.items()]
    filled(edition / "forms" / "会员名册.xlsx", "名册", people, edition / "records" / "会员名册.xlsx")
    experts = [{"专家代号": expert, "所在单位": CODES[EMPLOYER[1]] if expert == EMPLOYER[0] else "某大学", "是否会员单位以外的专家": "否" if expert == EMPLOYER[0] else "是"} for expert in EXPERTS]
    filled(edition / "forms" / "专家名单.xlsx", "专家", experts, edition / "records" / "专家名单.xlsx")
    interest = {"专家代号": INTEREST[0], "会员信用代码": CODES[INTEREST[1]], "情形": "近三年有经济往来"}
    filled(edition / "forms" / "利害关系申报表.xlsx", "利害关系", [interest], edition / "records" / "利害关系申报表.xlsx")


def application(key: str, day: object, *, valid: object = "是", consent: object = None, code: str = "") -> dict[str, object]:
    return {"统一社会信用代码": code or CODES[key], "申报日期": day, "申报是否有效": valid, "同意公开奖项": consent or ("否" if key in NO_CONSENT else "是")}


def applications(edition: Path) -> None:
    """One file a member, as they come in: days in every style; one after the deadline, three wrong, one twice."""
    form, into = edition / "forms" / "自愿申报表.xlsx", edition / "records"
    for place, key in enumerate(sorted(MEMBERS.keys() - NOT_APPLIED)):
        row = application(key, day_as(place, dt.date(2025, 12, 1 + place)))
        wrong = {
            "A6": application(key, "5/12/25"),  # the fifth of December, or the twelfth of May?
            "A7": application(key, dt.date(2025, 12, 8), consent="可以"),
            "A8": application(key, dt.date(2025, 12, 9), code=CODES[key][:-1] + ("1" if CODES[key][-1] != "1" else "2")),
        }
        filled(form, "申报", [wrong.get(key, row)], into / f"自愿申报表-{MEMBERS[key][0]}.xlsx")
    filled(form, "申报", [application("P4", dt.date(2025, 12, 20), consent="否")], into / f"自愿申报表-{MEMBERS['P4'][0]}(1).xlsx")


def attendance() -> list[tuple[str, str, dt.date, int, str]]:
    """Event, kind, day, hours and code of everyone who came."""
    courses = [(event, "培训", day, min(8, hours - 8 * place), CODES[key]) for key, (_, _, hours, *_) in MEMBERS.items() for place, (event, day) in enumerate(COURSES) if hours > 8 * place]
    forums = [(*forum, 0, CODES[key]) for key, (*_, times, _, _) in MEMBERS.items() for forum in FORUMS[:times]]
    return courses + forums


def sign_in(edition: Path) -> None:
    """Who came: courses by one clerk in the form, forums by another in an old .xls, with one member that was nowhere and one line twice."""
    lines = attendance()
    rows = [dict(zip(("活动编号", "活动类别", "活动日期", "学时", "统一社会信用代码"), (event, kind, day_as(place, day), hours, member), strict=True)) for place, (event, kind, day, hours, member) in enumerate(lines) if kind == "培训"]
    filled(edition / "forms" / "活动签到表.xlsx", "签到", [*rows, rows[0]], edition / "records" / "活动签到表-培训.xlsx")
    old: list[Sequence[object]] = [("活动编号", "活动类别", "活动日期", "学时", "统一社会信用代码")]
    old += [(event, kind, f"{day.year}年{day.month}月{day.day}日", hours, member) for event, kind, day, hours, member in lines if kind != "培训"]
    (edition / "records" / "活动签到表-论坛.xls").write_bytes(xls([*old, ("2025-L1", "沙龙", "2025年4月17日", 0, CODES["A1"])]))


def mended(back: Path, edition: Path) -> list[str]:
    """Each returned copy mended where it is marked, and put in the place of the one it was made of; A8's comes after the deadline. The names of the files."""
    right = {"中山某己": dt.date(2025, 12, 5), "惠州某庚": "否", "江门某辛": CODES["A8"]}
    for copy in sorted(back.iterdir()):
        book = openpyxl.load_workbook(copy)
        page = book["签到" if "签到" in copy.name else "申报"]
        marked = next(cell for row in page.iter_rows() for cell in row if cell.comment)
        if (key := next((key for key in right if key in copy.name), None)) is not None:
            page.cell(marked.row, marked.column).value = right[key]
        else:
            page.delete_rows(marked.row)  # a line that stands there twice
        if key == "江门某辛":
            page.cell(marked.row, 2).value = "2026年1月15日"
        book.save(edition / "records" / copy.name.replace("_退回", ""))
    return sorted(path.name for path in back.iterdir())


VOTES = {"E01": (40, 60, 50), "E02": (30, 50, 50), "E03": (35, 60, 40), "E04": (40, 50, 60), "E05": (30, 70, 50), "E06": (35, 60, 50), "E07": (90, 10, 90)}
"""Of 100 points: what is recorded, hours within it, service within what experts judge. E07 votes ten days late."""


def votes(folder: Path) -> None:
    """Every ballot filled in as it was handed out, in the column where points go, by the words before it."""
    for path in sorted(folder.glob("*.xlsx")):
        expert = path.stem[-3:]
        recorded, hours, service = VOTES[expert]
        given = {"total|recorded": recorded, "total|judged": 100 - recorded, "recorded|hours": hours, "recorded|forums": 100 - hours, "judged|service": service, "judged|innovation": 100 - service}
        book = openpyxl.load_workbook(path)
        for row in (row for page in book for row in page.iter_rows()):
            if row[0].value == "cast":
                row[VALUE].value = "2026年1月20日" if expert == "E07" else "2026.1.8"
            elif str(row[0].value).startswith("points|"):
                row[VALUE].value = given.pop(str(row[0].value).removeprefix("points|"))
        assert not given
        book.save(path)


def sheets(folder: Path, edition: Path) -> None:
    """Every expert's score sheet filled in; E04 slips twice: a score above the range, a cell left empty."""
    for path in sorted(folder.glob("*.xlsx")):
        expert = path.stem[-3:]
        book = openpyxl.load_workbook(path)
        page = book.active
        for place, row in enumerate(row for row in page.iter_rows() if str(row[1].value) in CODES.values()):
            key = next(key for key, code in CODES.items() if code == row[1].value)
            assert (row[3].value == "回避") == ((expert, key) in WITHDRAWN), (expert, key)
            if row[3].value != "回避":
                added = ADDED[(EXPERTS.index(expert) + place) % 5] if expert < "E06" else ADDED[EXPERTS.index(expert)]
                row[3].value, row[4].value = (number + added for number in MEMBERS[key][4:])
            if (expert, key) == ("E04", "P3"):
                row[3].value, row[4].value = 840, None
        book.save(edition / "records" / path.name)


def slip_mended(edition: Path) -> None:
    path = edition / "records" / "专家评分表E04.xlsx"
    book = openpyxl.load_workbook(path)
    (row,) = (row for row in book.active.iter_rows() if row[1].value == CODES["P3"])
    row[3].value, row[4].value = 84, 82
    book.save(path)


def grading(edition: Path, before: Mapping[str, str]) -> None:
    """What the year after is graded by: all apply and pledge; A1 has a grave record, A2 an ordinary one that was repaired, P5 was graded B and does everything right."""
    forms, records = edition / "forms", edition / "records"
    everyone = [{"统一社会信用代码": code} for code in CODES.values()]

    def hand_in(name: str, sheet: str, rows: Iterable[Mapping[str, Any]]) -> None:
        filled(forms / f"{name}.xlsx", sheet, rows, records / f"{name}.xlsx")

    hand_in("会员名册", "名册", [{"统一社会信用代码": CODES[key], "单位名称": name, "会员类别": kind} for key, (name, kind, *_) in MEMBERS.items()])
    hand_in("自愿申报表", "申报", [{**one, "申报日期": dt.date(2026, 11, 2), "申报是否有效": "是"} for one in everyone])
    hand_in("诚信自律承诺书", "承诺书", [{**one, "签订状态": "已签", "签订日期": "2025年3月3日", "同意公开不良行为": "是", "同意公开奖项": "是", "同意公开信用等级": "是"} for one in everyone])
    courses = [{"活动编号": f"2026-{place}", "活动类别": "学习班", "活动日期": dt.date(2026, 3 + place, 16), "学时": 8} for place in range(5)]
    hand_in("活动签到表", "签到", [{**course, **one} for one in everyone for course in courses])
    hand_in("会费缴纳登记表", "会费", [{**one, "年度": year, "缴纳情况": "按时"} for one in everyone for year in (2025, 2026)])
    wrong = {"行为性质": "不良", "事由": "未按规定公告", "信息渠道": "主管部门", "核实情况": "已核实", "认定机关": "某市住房和城乡建设局"}
    hand_in("诚信记录台账", "台账", [
        {**wrong, "行为编号": "2026-001", "统一社会信用代码": CODES["A1"], "严重程度": "严重", "分值": 10, "认定日期": dt.date(2026, 5, 6), "记录状态": "有效"},
        {**wrong, "行为编号": "2026-002", "统一社会信用代码": CODES["A2"], "严重程度": "一般", "分值": 4, "认定日期": dt.date(2026, 8, 3), "记录状态": "已修复", "修复日期": dt.date(2026, 10, 9)},
    ])  # fmt: skip
    hand_in("投诉处理登记表", "投诉", [])
    hand_in("上次评定结果", "等级", [{"统一社会信用代码": member, "信用等级": grade} for member, grade in before.items()])
