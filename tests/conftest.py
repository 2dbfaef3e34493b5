"""A small edition of twelve members in two classes, written afresh for each test that asks for it."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.sealing import OfOneProcess, sealed, write_house
from toolkit.ground.answers import KEPT, Answers, kept
from toolkit.ground.resources import house_folder
from toolkit.publication.copies import arguments_of, hand_over
from toolkit.records import reading

SCHEME = """\
schema   = 1
title    = "小型联合会年度评选办法"
edition  = "small-2018"
language = "zh"
as_of    = 2018-12-31
ties     = ["conduct_group", "joint"]
approval = "测试〔2019〕1号"
seed     = 12

[members]
table = "members"
key   = "code"
name  = "name"
class = "kind"

[[group]]
id = "learning"
label = "学习交流"
weight = 60

[[group]]
id = "conduct_group"
label = "诚信自律"
weight = 40
aggregate = "geometric"

[[indicator]]
id = "hours"
label = "学时"
unit = "学时"
group = "learning"
weight = 50
measure = { table = "activities", take = "sum", column = "hours" }
value = { shape = "linear", worst = 0, best = 40 }
missing = "worst"
source = "办法第五条"

[[indicator]]
id = "talks"
label = "讲座场次"
group = "learning"
weight = 50
measure = { table = "activities", take = "count", where = { kind = ["讲座"] } }
value = { shape = "points", per = 50, cap = 100 }
missing = "worst"
applies_to = ["代理"]

[[indicator]]
id = "pledge"
label = "签署承诺书"
group = "conduct_group"
weight = 30
measure = { column = "members.pledge" }
value = { shape = "category", points = { "已签" = 100, "未签" = 10 } }
missing = "worst"

[[indicator]]
id = "answers"
label = "调查答卷"
group = "conduct_group"
weight = 70
measure = { column = "members.answers" }
value = { shape = "linear", worst = 0, best = 10 }
missing = "exclude"

[[adjustment]]
id = "warning"
label = "警示扣分"
measure = { column = "members.warning" }
cap = -5

[[award]]
id = "outstanding"
label = "优秀会员"
quota = { share = 0.2, within = "class", rounding = "floor", least = 1 }
minimum = { total = 50 }

[[award]]
id = "advanced"
label = "先进会员"
quota = { share = 0.34, within = "class", rounding = "floor" }

[publication]
working_days = 7
fields = { public = ["name", "class", "award"], member = ["total", "rank"] }
order = "name"
contact = "秘书处"

[publication.consent]
obliged = { award = "章程第九条" }
"""

TABLES = """\
[table.members]
file   = "records/会员名册.csv"
unique = ["code"]
[table.members.column.code]
headings = ["会员代码"]
type     = "text"
required = true
[table.members.column.name]
headings = ["会员名称"]
type     = "text"
required = true
[table.members.column.kind]
headings = ["类别"]
type     = "choice"
choices  = ["代理", "采购人"]
[table.members.column.pledge]
headings = ["承诺书"]
type     = "choice"
choices  = ["已签", "未签"]
[table.members.column.answers]
headings = ["答卷数"]
type     = "number"
[table.members.column.warning]
headings = ["扣分"]
type     = "number"

[table.activities]
file = "records/签到*.xlsx"
[table.activities.column.code]
headings = ["会员代码"]
type     = "member"
required = true
[table.activities.column.kind]
headings = ["形式"]
type     = "choice"
choices  = ["学习班", "讲座"]
[table.activities.column.hours]
headings = ["学时"]
type     = "number"
range    = [0, 80]
"""

# code, name, class, pledge, answers, warning: a name like a formula, two equal members, a member without answers.
MEMBERS = (
    ("001", "甲招标代理公司", "代理", "已签", "9", "0"),
    ("002", "乙招标代理公司", "代理", "已签", "7.5", "-2"),
    ("003", "=HYPERLINK(1)公司", "代理", "已签", "3", "0"),
    ("004", "丁<b>代理</b>公司", "代理", "未签", "10", "0"),
    ("005", "戊代理公司", "代理", "已签", "5", "0"),
    ("006", "己代理公司", "代理", "已签", "5", "0"),
    ("007", "庚代理公司", "代理", "未签", "1", "-9"),
    ("101", "子采购中心", "采购人", "已签", "8", "0"),
    ("102", "丑采购中心", "采购人", "已签", "", "0"),
    ("103", "寅采购中心", "采购人", "未签", "6", "0"),
    ("104", "卯采购中心", "采购人", "已签", "2", "0"),
    ("105", "辰采购中心", "采购人", "已签", "4", "-1"),
)
HOURS = {
    "001": 39,
    "002": 40,
    "003": 12,
    "004": 33,
    "005": 20,
    "006": 20,
    "007": 5,
    "101": 36,
    "102": 28,
    "103": 9,
    "104": 17,
}


def write_small_edition(folder: Path) -> Path:
    """The small edition written into `folder`."""
    records = folder / "records"
    records.mkdir(parents=True)
    (folder / "scheme.toml").write_text(SCHEME, encoding="utf-8")
    (folder / "tables.toml").write_text(TABLES, encoding="utf-8")
    lines = [("会员代码", "会员名称", "类别", "承诺书", "答卷数", "扣分"), *MEMBERS]
    (records / "会员名册.csv").write_text("\n".join(map(",".join, lines)) + "\n", encoding="utf-8-sig")
    (records / "签到2018.xlsx").write_bytes(signed_in(tuple(HOURS.items())))
    return folder


@cache
def signed_in(taken: tuple[tuple[str, int], ...]) -> bytes:
    """The workbook of who took part in what for how many hours; it is the same for every edition that is written afresh."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"created": dt.datetime(2018, 12, 31)})  # noqa: DTZ001 - a workbook's clock has no zone
        sheet = book.add_worksheet("签到")
        sheet.write_row(0, 0, ("会员代码", "形式", "学时"))
        sheet.write_row(1, 0, ("001", "讲座", 1))
        for row, (code, hours) in enumerate(taken, start=2):
            sheet.write_row(row, 0, (code, "讲座" if hours % 2 == 0 else "学习班", hours))
    return content.getvalue()


def with_applications(folder: Path) -> Path:
    """The edition in `folder` with a column in which every member says that it applied: without one nothing is published."""
    scheme, tables, book = folder / "scheme.toml", folder / "tables.toml", folder / "records" / "会员名册.csv"
    scheme.write_text(scheme.read_text("utf-8").replace('class = "kind"', 'class = "kind"\napplied = "applied"', 1), "utf-8")
    column = '[table.members.column.applied]\nheadings = ["自愿申报"]\ntype = "boolean"\n\n[table.activities]'
    tables.write_text(tables.read_text("utf-8").replace("[table.activities]", column, 1), "utf-8")
    heading, *lines = book.read_text("utf-8-sig").splitlines()
    book.write_text("\n".join([f"{heading},自愿申报", *(f"{line},是" for line in lines)]) + "\n", "utf-8-sig")
    return folder


def pledges_table(*asked: str, states: Sequence[str] = ("已签", "未签"), texts: Sequence[str] = ()) -> str:
    """The entry of pledges in a data dictionary: who signed and took back on which day, and what else it was `asked`, yes or no."""
    choices = ", ".join(f'"{state}"' for state in states)
    kinds = {"code": 'type = "member"\nrequired = true', **dict.fromkeys(texts, 'type = "text"'), "status": f'type = "choice"\nchoices = [{choices}]'}
    kinds |= dict.fromkeys(("signed_on", "withdrawn_on"), 'type = "date"') | dict.fromkeys(asked, 'type = "boolean"')
    columns = (f"[table.pledges.column.{name}]\n{kind}\n" for name, kind in kinds.items())
    return "\n".join(("", "[table.pledges]", 'file = "records/承诺书.csv"', 'date = "signed_on"', "".join(columns)))


@pytest.fixture(scope="session", autouse=True)
def _written_once() -> Iterator[None]:
    """What is asked of DuckDB is a function of the expression alone: the same question is not put into SQL again and again.

    Nor are the program's commands made of their functions again for each line that is typed.
    """
    from ibis.backends.duckdb import Backend
    from typer.main import get_command

    known: dict[object, str] = {}

    def compiled(self: Any, expr: Any, /, *, params: Any = None, **others: Any) -> str:
        if params:
            return str(in_sql(self, expr, params=params, **others))
        key = (expr.op(), tuple(sorted(others.items())))
        if key not in known:
            known[key] = in_sql(self, expr, **others)
        return known[key]

    in_sql = Backend.compile
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(Backend, "compile", compiled)
        changed.setattr("typer.testing._get_command", cache(get_command))
        yield


READ = reading._read_once
COVERAGE = ("COVERAGE_PROCESS_START", "COVERAGE_FILE")


@pytest.fixture(scope="module", autouse=True)
def _read_once_a_file() -> Iterator[None]:
    """The tests of one file read what is the same to the last bit once: a sheet's content, its dictionary, and whom it may be about.

    It is what a seal and a replay do (`toolkit.records.reading`); nothing else is kept. Who tries how it is read asks for `read_afresh`.
    """
    read = Answers()

    def read_once(*asked: Any) -> Any:
        if KEPT.get() is not None:
            return READ(*asked)
        before = KEPT.set(read)
        try:
            return READ(*asked)
        finally:
            KEPT.reset(before)

    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(reading, "_read_once", read_once)
        yield


@pytest.fixture
def read_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read each time they are asked for."""
    monkeypatch.setattr(reading, "_read_once", READ)


@pytest.fixture(scope="session", autouse=True)
def _one_process() -> Iterator[None]:
    """Kernels of all seals and replays are copies of one process; and nothing waits for the disk, as no test outlives the machine.

    A served page, which knows nothing of its starter's environment, is told where `make coverage` counts the lines that it runs.
    """
    from toolkit.publication import server

    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("toolkit.sealing.kernels.Copies", OfOneProcess)
        changed.setattr("os.fsync", lambda _: None)
        changed.setattr("toolkit.publication.server.KEPT", (*server.KEPT, *COVERAGE))
        yield
    OfOneProcess.end_all()


@cache
def known_of_the_demo() -> Answers:
    """What the demo's notebooks begin with."""
    from toolkit import evaluate, open_edition

    with kept() as answers:
        demo = open_edition(house_folder("data/demo"))
        evaluate(demo.scheme, demo.records)
    return answers


def pytest_configure() -> None:
    """The house's notebooks are tested in copies of that process too, as a seal runs them: importing, reading and evaluating takes longer than most of them run."""
    import nbval.kernel
    from jupyter_client.manager import KernelManager

    class Copied(KernelManager):
        async def _async_launch_kernel(self, kernel_cmd: list[str], **settings: Any) -> None:
            OfOneProcess.known = known_of_the_demo()
            hand_over(self, OfOneProcess(Answers()).copy(arguments_of(kernel_cmd), settings["cwd"], settings["env"]))

    if hasattr(os, "fork"):
        nbval.kernel.KernelManager = Copied


def pytest_sessionfinish() -> None:
    OfOneProcess.end_all()


@pytest.fixture
def small_edition(tmp_path: Path) -> Path:
    """The folder of an edition with twelve members, two classes, two awards."""
    return write_small_edition(tmp_path / "small")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder of notebooks with its pages."""
    return write_house(tmp_path / "house")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed bag that no test changes."""
    folder = tmp_path_factory.mktemp("whole")
    return sealed(with_applications(write_small_edition(folder / "small")), write_house(folder / "house"))


@pytest.fixture
def bag(whole: Path, tmp_path: Path) -> Path:
    """A copy of it to be tampered with."""
    shutil.copytree(whole, tmp_path / "r1")
    for path in (tmp_path / "r1").rglob("*"):
        path.chmod(0o755)
    return tmp_path / "r1"
