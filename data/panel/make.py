"""Makes the records of the panel's example: ``python data/panel/make.py [--to FOLDER]``. Everything is invented; the same bytes on every run.

Its scheme and data dictionary are those of ``templates/editions/expert_panel``. The figures are chosen so that each total can be found by hand:
an expert's score is the member's own number and a little more or less, and without the highest and the lowest the rest add up to nothing.
D3 and D4 have the same scores from other hands, and are level in every way.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import xlsxwriter

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "demo"))
from invent.codes import code_check, organisation_check  # noqa: E402

MADE = dt.datetime(2020, 1, 6)  # noqa: DTZ001 - a workbook's clock has no zone
EXPERTS = ("E01", "E02", "E03", "E04", "E05", "E06", "E07")
ADDED = (0, 2, -2, 1, -1)
"""What the first five experts add, each in its turn from member to member; E06 is lenient by 5 and E07 harsh by 5, and both fall away."""
MEMBERS: dict[str, tuple[str, str, int, int, int | None, int | None, str | None]] = {
    # name, class, hours, forums, service, innovation, last year's grade
    "D1": ("广州某甲招标代理有限公司", "招标代理机构", 40, 3, 92, 88, "AA"),
    "D2": ("深圳某乙招标代理有限公司", "招标代理机构", 36, 3, 86, 90, "AA"),
    "D3": ("珠海某丙招标代理有限公司", "招标代理机构", 32, 2, 86, 84, "A"),
    "D4": ("佛山某丁招标代理有限公司", "招标代理机构", 32, 2, 86, 84, "A"),
    "D5": ("东莞某戊招标代理有限公司", "招标代理机构", 24, 2, 80, 78, "AA"),
    "D6": ("中山某己招标代理有限公司", "招标代理机构", 8, 1, 70, 72, None),
    "D7": ("惠州某庚招标代理有限公司", "招标代理机构", 16, 1, None, None, "A"),
    "Z1": ("广州某辛造价咨询有限公司", "造价咨询企业", 40, 3, 88, 90, "B"),
    "Z2": ("汕头某壬造价咨询有限公司", "造价咨询企业", 28, 3, 86, 84, "A"),
    "Z3": ("湛江某癸造价咨询有限公司", "造价咨询企业", 20, 2, 80, 76, "A"),
    "Z4": ("江门某子造价咨询有限公司", "造价咨询企业", 12, 1, 72, 70, "A"),
    "Z5": ("肇庆某丑造价咨询有限公司", "造价咨询企业", 16, 2, 76, 74, None),
}
WITHDRAWN = {("E02", "D5"): "employer", ("E05", "Z2"): "interest"}
NO_CONSENT = {"D2"}
NOT_APPLIED = {"D7"}
FORUMS = [("2019-L1", "论坛", dt.date(2019, 3, 21)), ("2019-L2", "研讨会", dt.date(2019, 6, 20)), ("2019-L3", "论坛", dt.date(2019, 10, 24))]
COURSES = [(f"2019-P{place}", "培训", dt.date(2019, month, 16)) for place, month in enumerate((4, 5, 7, 9, 11), 1)]


def code(place: int) -> str:
    """A credit code that passes both checks and is nobody's."""
    body = f"91440101YX90{place:04d}"
    inner = body + organisation_check(body[8:])
    return inner + code_check(inner)


CODES = {key: code(place) for place, key in enumerate(MEMBERS, 1)}


def score(expert: str, member: str, base: int | None) -> Any:
    """What an expert gives a member; 回避 where it withdraws."""
    if (expert, member) in WITHDRAWN:
        return "回避"
    if base is None:
        return None
    place, turn = EXPERTS.index(expert), list(MEMBERS).index(member) + 1
    return base + {5: 5, 6: -5}.get(place, ADDED[(place + turn) % len(ADDED)])


def activities() -> Iterable[dict[str, Any]]:
    """Every course of eight hours that a member took part in, and every forum."""
    for key, (_, _, hours, forums, *_) in MEMBERS.items():
        left = hours
        for event, kind, day in COURSES:
            if left:
                yield {"event_id": event, "kind": kind, "date": day, "hours": min(8, left), "credit_code": CODES[key]}
                left -= min(8, left)
        yield from ({"event_id": event, "kind": kind, "date": day, "hours": 0, "credit_code": CODES[key]} for event, kind, day in FORUMS[:forums])


def records() -> dict[str, tuple[str, list[dict[str, Any]]]]:
    """Every file by its name: which table it is of, and its rows."""
    entered = [key for key in MEMBERS if key not in NOT_APPLIED]
    files: dict[str, tuple[str, list[dict[str, Any]]]] = {
        "会员名册.xlsx": ("members", [{"credit_code": CODES[key], "name": name, "category": class_} for key, (name, class_, *_) in MEMBERS.items()]),
        "自愿申报表.xlsx": ("applications", [
            {"credit_code": CODES[key], "applied_on": dt.date(2019, 11, 20), "valid": "是", "consent_result": "否" if key in NO_CONSENT else "是"} for key in entered
        ]),
        "活动签到表.xlsx": ("activities", list(activities())),
        "专家名单.xlsx": ("experts", [{"id": expert, "employer": CODES["D5"] if expert == "E02" else "无", "outside": "否" if expert in {"E02", "E05"} else "是"} for expert in EXPERTS]),
        "利害关系申报表.xlsx": ("interests", [{"expert": "E05", "member": CODES["Z2"], "ground": "近三年曾在该单位任职"}]),
        "上一届结果.xlsx": ("previous", [
            {"credit_code": CODES[key], "total": {"AA": 85.0, "A": 75.0, "B": 60.0}[grade], "grade": grade} for key, (*_, grade) in MEMBERS.items() if grade
        ]),
    }  # fmt: skip
    for expert in EXPERTS:
        files[f"专家评分表{expert}.xlsx"] = ("scores", [
            {"expert": expert, "credit_code": CODES[key], "name": MEMBERS[key][0], "service": score(expert, key, MEMBERS[key][4]), "innovation": score(expert, key, MEMBERS[key][5])}
            for key in entered
        ])  # fmt: skip
    return files


def write_records(folder: Path) -> None:
    """Every workbook of `records/`, under the headings of the data dictionary."""
    tables = tomllib.loads((HERE.parents[1] / "templates/editions/expert_panel/tables.toml").read_text("utf-8"))["table"]
    folder.mkdir(parents=True, exist_ok=True)
    for name, (table, rows) in records().items():
        columns = {key: column["headings"][0] for key, column in tables[table]["column"].items()}
        with xlsxwriter.Workbook(folder / name, {"default_date_format": "yyyy-mm-dd"}) as book:
            book.set_properties({"created": MADE})
            sheet = book.add_worksheet(tables[table]["sheet"])
            sheet.set_column(0, len(columns), 20)
            sheet.write_row(0, 0, list(columns.values()), book.add_format({"bold": True}))
            for line, row in enumerate(rows, 1):
                sheet.write_row(line, 0, [row.get(key) for key in columns])


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--to", type=Path, default=HERE / "records")
    write_records(asked.parse_args().to)
