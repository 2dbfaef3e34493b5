"""The phases of the action: what is asked, in time, late, missing and not yet due; by hand, member by member."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.test_documents import run, text_of
from toolkit.commands.documents import _case, _Days
from toolkit.comparison.records import evaluated_at
from toolkit.documents.catalogue import DOCUMENTS
from toolkit.documents.report import report_fields
from toolkit.edition import Edition, check_edition, load_plan
from toolkit.ground.problems import Problems
from toolkit.indicators.phases import Standing, outstanding, progress, standings, tasks, to_remind
from toolkit.publication.recomputation import scheme_data
from toolkit.reports.plan_tables import task_state
from toolkit.scheme import read_scheme
from toolkit.scheme.amendments import diff
from toolkit.scheme.measures import Measure
from toolkit.scheme.writing import write_scheme

SCHEME = """
schema = 1
title = "办法"
edition = "e"
as_of = 2018-12-31
members = { table = "members", key = "code", name = "name", class = "kind" }

[[indicator]]
id = "hours"
weight = 100
measure = { table = "courses", take = "sum", column = "hours" }
value = { shape = "linear", worst = 0, best = 10 }
missing = "worst"

[papers]
organisation = "示例联合会"
action = "诚信自律"

[[phase]]
id = "first"
label = "动员"
from = 2018-01-01
to = 2018-03-31
work = ["发布方案", "宣传"]

[[phase.asks]]
label = "承诺书"
measure = { table = "pledges", take = "any", where = { status = ["已签"] } }
by = 2018-02-28

[[phase.asks]]
label = "行动计划"
measure = { table = "plans", take = "count" }
only = { council = ["理事"] }

[[phase]]
id = "second"
label = "实施"
from = 2018-03-01
to = 2018-12-31

[[phase.asks]]
label = "学时"
measure = { table = "courses", take = "sum", column = "hours" }
least = 4

[[phase.asks]]
label = "办班"
measure = { table = "courses", take = "distinct", column = "event" }
least = 2
together = true

[english]
"动员" = "Launch"
"""
WORKPLAN = """
[workplan]
table = "workplan"
item = "item"
due = "due"
done = "done"
evidence = "evidence"
"""
TABLE = """
[table.{name}]
file = "records/{name}.csv"
{date}
"""
COLUMN = """
[table.{table}.column.{name}]
type = "{type}"
{more}
"""
TABLES: dict[str, dict[str, str]] = {
    "members": {"code": "text", "name": "text", "kind": "text", "council": "choice"},
    "pledges": {"code": "member", "status": "choice", "signed": "date"},
    "plans": {"code": "member", "filed": "date"},
    "courses": {"code": "member", "event": "text", "hours": "number", "held": "date"},
    "workplan": {"item": "text", "due": "date", "done": "date", "evidence": "text"},
}
UNDATED = {"workplan"}
RECORDS = {
    "workplan": ["发布方案,,2018-01-10,文〔2018〕1号", "宣传,2018-02-01,2018-02-03,会刊", "建网站,2018-03-01,,"],
    "members": ["a,甲公司,企业,理事", "b,乙公司,企业,会员", "c,丙公司,企业,理事", "d,=丁公司,企业,会员"],
    "pledges": ["a,已签,2018-02-28", "b,已签,2018-03-01", "c,未签,2018-02-01", "d,已签,2017-12-31"],
    "plans": ["a,2018-03-31", "b,2018-02-02"],
    "courses": ["a,1,2,2018-03-01", "a,2,2,2018-06-01", "b,2,3.9,2018-06-01", "c,1,4,2018-02-28", "d,3,5,2018-12-31"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    (folder / "records").mkdir()
    (folder / "scheme.toml").write_text(SCHEME, "utf-8")
    written = []
    for name, columns in TABLES.items():
        date = next((f'date = "{column}"' for column, type_ in columns.items() if type_ == "date" and name not in UNDATED), "")
        written.append(TABLE.format(name=name, date=date))
        choices = {"council": 'choices = ["理事", "会员"]', "status": 'choices = ["已签", "未签"]'}
        written += [COLUMN.format(table=name, name=column, type=type_, more=choices.get(column, "")) for column, type_ in columns.items()]
        (folder / "records" / f"{name}.csv").write_text("\n".join([",".join(columns), *RECORDS[name]]) + "\n", "utf-8")
    (folder / "tables.toml").write_text("".join(written), "utf-8")
    return folder


@cache
def read(folder: Path) -> Edition:
    edition, problems = check_edition(folder)
    assert edition is not None
    assert not problems.errors, problems.text("zh")
    return edition


@cache
def on(folder: Path, *day: int) -> dict[str, Standing]:
    edition = read(folder)
    return {one.demand.label: one for one in standings(edition.scheme, edition.records, dt.date(*day))}


@pytest.mark.parametrize(("day", "label", "in_time", "late", "missing", "state"), [
    ((2018, 2, 28), "承诺书", "a", "", "bcd", (False, False)),  # the last day is in time, and nobody is overdue on it
    ((2018, 3, 1), "承诺书", "a", "b", "cd", (False, True)),  # d signed before the phase began
    ((2018, 3, 30), "行动计划", "", "", "ac", (False, False)),  # b is no council member and not asked
    ((2018, 4, 1), "行动计划", "a", "", "c", (False, True)),
    ((2017, 12, 31), "承诺书", "", "", "", (False, False)),  # not begun: nobody owes anything
    ((2018, 12, 31), "学时", "ad", "", "bc", (False, False)),  # c's hours lie before the phase
    ((2019, 2, 1), "学时", "ad", "", "bc", (False, True)),
])  # fmt: skip
def test_who_has_handed_in_what(folder: Path, day: tuple[int, int, int], label: str, in_time: str, late: str, missing: str, state: tuple[bool, bool]) -> None:
    one = on(folder, *day)[label]
    members = one.members.index
    assert ("".join(members[one.in_time]), "".join(members[one.late]), "".join(one.outstanding)) == (in_time, late, missing)
    assert (one.done, one.overdue) == state


@pytest.mark.parametrize(("day", "held", "done"), [((2018, 5, 31), 1, False), ((2018, 6, 1), 2, True), ((2018, 12, 31), 3, True)])
def test_what_all_have_together(folder: Path, day: tuple[int, int, int], held: int, done: bool) -> None:  # noqa: FBT001
    one = on(folder, *day)["办班"]
    assert one.together == (held, held)  # event 1 was held in February too, before the phase
    assert (one.done, len(one.outstanding)) == (done, 0)


@pytest.mark.parametrize(("take", "column", "together"), [("count", None, 4), ("sum", "hours", 12.9)])
def test_records_and_hours_of_all_are_counted_within_the_phase(folder: Path, take: Any, column: str | None, together: float) -> None:
    edition = read(folder)
    (phase,) = [phase for phase in edition.scheme.phases if phase.id == "second"]
    (demand,) = [demand for demand in phase.asks if demand.together]
    asked = phase.model_copy(update={"asks": (demand.model_copy(update={"measure": Measure(table="courses", take=take, column=column)}),)})
    (one,) = standings(edition.scheme.model_copy(update={"phases": (asked,)}), edition.records, dt.date(2018, 12, 31))
    assert one.together == (together, together)


@pytest.fixture(scope="module")
def planned(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("planned")
    for name in ("records", "tables.toml"):
        (place / name).symlink_to(folder / name)
    (place / "scheme.toml").write_text(SCHEME.replace('label = "实施"', 'label = "实施"\nwork = ["办班"]') + WORKPLAN, "utf-8")
    return place


@pytest.mark.parametrize(("day", "told"), [
    ((2018, 2, 2), [("发布方案", "已完成"), ("宣传", "逾期 1 天"), ("办班", "未开始"), ("建网站", "还有 27 天")]),  # what was done on a later day is not done yet
    ((2018, 3, 2), [("发布方案", "已完成"), ("宣传", "已完成，迟 2 天"), ("办班", "还有 304 天"), ("建网站", "逾期 1 天")]),
])  # fmt: skip
def test_work_is_ticked_off_by_its_register(planned: Path, day: tuple[int, int, int], told: list[tuple[str, str]]) -> None:
    edition = read(planned)
    work = tasks(edition.scheme, edition.records, dt.date(*day))
    assert [(task.item, task_state(task).zh) for task in work] == told
    assert [task.phase is None for task in work] == [False, False, False, True]
    assert {task.by for task in work if task.item in {"发布方案", "办班"}} == {dt.date(2018, 3, 31), dt.date(2018, 12, 31)}  # the last day of the phase


def test_the_command_tells_what_the_secretariat_is_late_with(planned: Path, folder: Path) -> None:
    told = run("plan", planned, "--on", "2018-03-02").output
    assert "秘书处有 1 项工作逾期未完成：建网站" in told
    assert "文〔2018〕1号" in told
    assert "（各阶段没有这一项）" in told
    assert "秘书处的工作" not in run("plan", folder, "--on", "2018-03-02").output


def test_the_report_tells_of_each_phase_what_is_achieved_and_what_is_not(planned: Path) -> None:
    edition, evaluation, _ = evaluated_at(planned)
    fields = report_fields(evaluation, edition.records, day=dt.date(2018, 4, 1))
    assert [(one["名称"], one["起止"]) for one in fields["阶段"]] == [("动员", "2018年1月1日至2018年3月31日，已结束"), ("实施", "2018年3月1日至2018年12月31日，进行中")]
    assert [(one["要求"], one["应交"], one["按时"], one["补交"], one["未交"]) for one in fields["要求"]][:2] == [("承诺书", "4", "1", "1", "2"), ("行动计划", "2", "1", "0", "1")]
    assert [(one["应交"], one["按时"], one["率"]) for one in fields["要求"] if one["要求"] == "办班"] == [("≥2 次", "1 次", "50.0%")]
    assert [(one["事项"], one["情况"]) for one in fields["工作"]][:2] == [("发布方案", "已完成"), ("宣传", "已完成，迟 2 天")]
    assert "列入各阶段的秘书处工作 3 项，完成 2 项。" in fields["完成"]
    told = "".join(fields["不足"])
    assert "“行动计划”：应交 2 家，未交 1 家（50.0%）。" in told
    assert "“建网站”没有完成（截止 2018-03-01）。" in told
    assert "办班" not in told  # not due yet
    early, whole = (report_fields(replace(evaluation, scheme=edition.scheme.model_copy(update={"phases": phases})), edition.records, day=day) for phases, day in (
        (edition.scheme.phases, dt.date(2017, 12, 31)),
        ((edition.scheme.phases[0].model_copy(update={"asks": (edition.scheme.phases[0].asks[1].model_copy(update={"only": {"code": ("a",)}}),)}),), dt.date(2018, 4, 1)),
    ))  # fmt: skip
    assert (early["要求"][0]["应交"], early["要求"][0]["按时"], early["要求"][0]["未交"]) == ("4", "—", "—")
    assert "“行动计划”：应交 1 家，全部交齐。" in whole["完成"]
    held = edition.scheme.phases[1].asks[1].model_copy(update={"least": 0.5, "measure": Measure(take="distinct", table="courses", column="code")})
    over = edition.scheme.model_copy(update={"phases": (edition.scheme.phases[1].model_copy(update={"asks": (held,)}),)})
    assert [(one["应交"], one["按时"], one["率"]) for one in report_fields(replace(evaluation, scheme=over), edition.records, day=dt.date(2018, 12, 31))["要求"]] == [("≥0.5 家", "3 家", "100.0%")]
    short = edition.scheme.phases[1].model_copy(update={"asks": tuple(one.model_copy(update={"by": dt.date(2018, 4, 1)}) for one in edition.scheme.phases[1].asks)})
    due = report_fields(replace(evaluation, scheme=edition.scheme.model_copy(update={"phases": (short,)})), edition.records, day=dt.date(2018, 4, 1))
    assert "“办班”：合计 1，没有达到要求（2）。" in due["不足"]
    assert "按年度，2017 年 1 条、2018 年 3 条" in "".join(fields["任务"][2]["句"])
    assert [(row["名称"], row["家数"]) for row in fields["登记"] if row["名称"] in {"pledges", "workplan"}] == [("pledges", "3"), ("workplan", "—")]  # who has not signed is none of them


def test_the_report_tells_of_phases_as_of_the_day_it_is_written(planned: Path, tmp_path: Path) -> None:
    """Not as of the as-of date, on which the phase that ends with the report has never begun; the day that papers bear comes first."""
    for day, told in (((), "2018年12月31日，已结束"), (("--date", "2018-12-31"), "2018年12月31日，进行中")):
        done = run("documents", planned, "--to", tmp_path, "--only", "行动成果报告", *day)
        assert done.exit_code == 0, done.output
        text = text_of((tmp_path / "行动成果报告.docx").read_bytes())
        assert told in text
    assert ("当天截止" in text, "今天" in text) == (True, False)  # whoever reads it does so on another day


@pytest.mark.parametrize(("old", "new", "told"), [('table = "workplan"', 'table = "workplans"', "workplans"), ('due = "due"', 'due = "evidence"', "date"), ('item = "item"', 'item = "items"', "items")])
def test_a_register_that_is_none_is_told(planned: Path, tmp_path: Path, old: str, new: str, told: str) -> None:
    for name in ("records", "tables.toml"):
        (tmp_path / name).symlink_to(planned / name)
    (tmp_path / "scheme.toml").write_text((planned / "scheme.toml").read_text("utf-8").replace(old, new, 1), "utf-8")
    (problem,) = check_edition(tmp_path)[1].errors
    assert told in f"{problem.rule.en}{problem.mend.en}{problem.value}", problem
    assert problem.row is not None


APPOINTED = """
[[appointment]]
id = "bodies"
label = "委员会委员"
table = "appointed"
where = { state = ["在任"] }
body = "body"
post = "post"
duty = "duty"
number = "number"
from = "from"
to = "to"
"""
APPOINTMENTS = ["n1,专业委员会,主任,核实信息。,在任,2018-01-01,2030-12-31", "n2,专业委员会,委员,,在任,2018-01-01,", "n/2,,,,在任,,", "n4,工作组,组员,,卸任,2018-01-01,", "n5,工作组,组员,,在任,2018-01-01,2018-02-28", "N1,,,,在任,,", ",,,,在任,,"]


@pytest.fixture(scope="module")
def appointing(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of those appointed, before there is any other record."""
    place = tmp_path_factory.mktemp("appointing")
    types = {"number": "text", "body": "text", "post": "text", "duty": "text", "state": "choice", "from": "date", "to": "date"}
    columns = "".join(COLUMN.format(table="appointed", name=name, type=type_, more='choices = ["在任", "卸任"]' if type_ == "choice" else 'not_before = "from"' if name == "to" else "") for name, type_ in types.items())
    (place / "scheme.toml").write_text(SCHEME + APPOINTED, "utf-8")
    (place / "tables.toml").write_text((folder / "tables.toml").read_text("utf-8") + TABLE.format(name="appointed", date="") + columns, "utf-8")
    (place / "records").mkdir()
    (place / "records" / "members.csv").write_text((folder / "records" / "members.csv").read_text("utf-8"), "utf-8")
    (place / "records" / "appointed.csv").write_text("\n".join([",".join(types), *APPOINTMENTS]) + "\n", "utf-8")
    return place


def test_letters_of_appointment_come_from_the_register_of_any_body(appointing: Path, tmp_path: Path) -> None:
    """A file a body, one each; none for whose term is over, or who is not in office; and before any other record is there."""
    done = run("documents", appointing, "--to", tmp_path, "--only", "聘书", "--date", "2018-03-01")
    assert done.exit_code == 0, done.output
    assert {path.name for path in tmp_path.iterdir()} == {"聘书", "聘书（专业委员会）.docx", "聘书（委员会委员）.docx"}
    assert {path.stem for path in (tmp_path / "聘书").iterdir()} == {"N1", "n2", "n_2", "N1_2", "005"}  # spellings of one text are one
    text = text_of((tmp_path / "聘书（专业委员会）.docx").read_bytes())
    assert "兹聘请您担任示例联合会专业委员会主任，任期自2018年1月1日至2030年12月31日。" in text
    assert ("职责：核实信息。" in text, "核实信息。。" in text, text.count("职责：")) == (True, False, 1)
    assert "示例联合会专业委员会委员，任期自2018年1月1日起。" in text
    assert "聘书编号：n2" in text
    assert "担任示例联合会委员会委员，任期自　　　　年　　月　　日至" in text_of((tmp_path / "聘书" / "n_2.docx").read_bytes())
    english = run("documents", appointing, "--to", tmp_path / "en", "--only", "Appointments", "--language", "en", "--date", "2018-02-28")
    assert english.exit_code == 0, english.output
    blank = run("documents", appointing, "--to", tmp_path / "blank", "--only", "专家聘书", "--date", "2018-03-01")
    assert (blank.exit_code, "一份空白的“专家聘书”" in blank.output) == (0, True), blank.output
    assert "hereby appoints you as 工作组组员, from 1 January 2018 to 28 February 2018." in text_of((tmp_path / "en" / "Appointments" / "n5.docx").read_bytes())
    case, letter = _case(appointing, _Days((), dt.date(2018, 3, 1)), "zh", planned=True)[0], next(one for one in DOCUMENTS if one.name == "专家聘书")
    assert None not in {letter.uncalled(case), letter.heed(case)}  # there are letters of those in the register: a blank one is not called for


@pytest.mark.parametrize(("old", "new", "told"), [('table = "appointed"', 'table = "appointees"', "appointees"), ('from = "from"', 'from = "duty"', "date"), ('state = ["在任"]', 'state = ["在职"]', "在任"), ('id = "bodies"', 'id = "first"', "")])
def test_a_register_of_the_appointed_that_is_none_is_told(appointing: Path, tmp_path: Path, old: str, new: str, told: str) -> None:
    for name in ("records", "tables.toml"):
        (tmp_path / name).symlink_to(appointing / name)
    (tmp_path / "scheme.toml").write_text(SCHEME + APPOINTED.replace(old, new, 1), "utf-8")
    found = [problem for problem in check_edition(tmp_path)[1].errors if problem.file == "scheme.toml"]
    assert [told in f"{problem.rule.en}{problem.mend.en}" for problem in found] == ([True] if told else [])
    refused = run("documents", tmp_path, "--to", tmp_path.with_name(f"{tmp_path.name}_x"), "--only", "聘书", "--date", "2018-03-01")
    assert (refused.exit_code, "读不成" in refused.output) == ((1, True) if told else (0, False)), refused.output


def test_a_term_that_ends_before_it_begins_is_told(appointing: Path, tmp_path: Path) -> None:
    for name in ("scheme.toml", "tables.toml"):
        (tmp_path / name).symlink_to(appointing / name)
    (tmp_path / "records").mkdir()
    for name in ("members", "appointed"):
        (tmp_path / "records" / f"{name}.csv").write_text((appointing / "records" / f"{name}.csv").read_text("utf-8").replace("2030-12-31", "2017-12-31"), "utf-8")
    told = [(problem.row, problem.column, problem.value) for problem in check_edition(tmp_path)[1] if problem.severity == "warning" and problem.file == "records/appointed.csv"]
    assert told == [(2, "to", "2017-12-31")]


def test_applications_after_the_period_are_none_that_lie_outside_it(planned: Path) -> None:
    edition, evaluation, _ = evaluated_at(planned)
    within = evaluation.scheme.model_copy(update={"period": (dt.date(2018, 2, 1), dt.date(2018, 12, 31))})
    members = within.members.model_copy(update={"applied": "pledges.status"})
    told = ["".join(report_fields(replace(evaluation, scheme=scheme), edition.records)["总体"]) for scheme in (within, within.model_copy(update={"members": members}))]
    assert ["评价期以外的 1 条" in text for text in told] == [True, False], told


def test_phases_overlap_and_end(folder: Path) -> None:
    scheme, _ = load_plan(folder)
    assert [[progress(phase, dt.date(*day)) for phase in scheme.phases] for day in ((2017, 12, 31), (2018, 3, 15), (2018, 4, 1), (2019, 1, 1))] == [
        ["to_come", "to_come"], ["under_way", "under_way"], ["over", "under_way"], ["over", "over"],
    ]  # fmt: skip


def test_what_came_before_the_phase_counts_where_the_scheme_says_from_which_day(folder: Path, tmp_path: Path) -> None:
    for name in ("records", "tables.toml"):
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "scheme.toml").write_text(SCHEME.replace("by = 2018-02-28", "from = 2017-01-01\nby = 2018-02-28", 1), "utf-8")
    before, after = on(folder, 2018, 3, 1)["承诺书"], on(tmp_path, 2018, 3, 1)["承诺书"]
    assert ("".join(before.early), "".join(before.outstanding)) == ("d", "cd")
    assert ("".join(after.members.index[after.in_time]), "".join(after.outstanding), "".join(after.early)) == ("ad", "c", "")


def test_each_member_owes_its_own(folder: Path) -> None:
    owed = outstanding(tuple(on(folder, 2018, 4, 1).values()))
    assert {member: [one.demand.label for one in what] for member, what in owed.items()} == {"c": ["承诺书", "行动计划", "学时"], "d": ["承诺书", "学时"], "a": ["学时"], "b": ["学时"]}


def test_the_command_lists_and_reminds(folder: Path, tmp_path: Path) -> None:
    done = run("plan", folder, "--on", "2018-04-01", "--who", "--to", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "全员参与：截至 2018-04-01，4 家会员中还有 2 家没有任何一项参与记录" in done.output
    assert "逾期 32 天" in done.output
    assert "“承诺书”：有 1 家会员的记录早于 2018-01-01，不计，列为未交" in done.output
    assert "丙公司" in done.output
    assert "发布方案；宣传" in done.output
    letters = {path.name: text_of(path.read_bytes()) for path in (tmp_path / "out").rglob("*.docx")}
    assert set(letters) == {"催办函.docx", "a.docx", "b.docx", "c.docx", "d.docx"}
    assert [item in letters["c.docx"] for item in ("丙公司：", "承诺书", "行动计划", "学时", "2018年2月28日", "逾期 32 天")] == [True] * 6
    assert "乙公司" not in letters["c.docx"]
    assert "行动计划" not in letters["d.docx"]
    assert all(f"{name}公司：" in letters["催办函.docx"] for name in "甲乙丙丁")
    listed = pd.read_csv(tmp_path / "out" / "未交名单.csv", dtype=str)
    assert listed["名称"].tolist().count("丙公司") == 3
    assert "'=丁公司" in set(listed["名称"])  # no formula


def test_what_is_voluntary_is_never_overdue_and_no_letter_is_sent_for_it_alone(folder: Path, tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    asked.mkdir()
    for name in ("records", "tables.toml"):
        (asked / name).symlink_to(folder / name)
    (asked / "scheme.toml").write_text(SCHEME.replace("by = 2018-02-28", "by = 2018-02-28\nvoluntary = true").replace('only = { council = ["理事"] }', 'only = { council = ["会员"] }'), "utf-8")
    done = run("plan", asked, "--on", "2018-04-01", "--who", "--to", tmp_path / "out")
    assert re.search(r"承诺书 +2018-02-28 +自愿 +2 +— +— +自愿，截止已过 32 天", done.output), done.output
    assert "自愿，尚可参加" in run("plan", asked, "--on", "2018-02-28", "--to", tmp_path / "before").output
    (letter,) = (tmp_path / "before").rglob("d.docx")  # c owes nothing else yet
    assert "贵单位尚可参加：承诺书。" in text_of(letter.read_bytes())
    letters = {path.stem: text_of(path.read_bytes()) for path in (tmp_path / "out").rglob("*.docx")}
    assert set(letters) == {"催办函", "a", "b", "c", "d"}  # all lack hours
    assert [("尚可参加" in letters[name], "逾期" in letters[name]) for name in "abcd"] == [(False, False), (False, False), (False, False), (False, True)]  # d has no plan either
    listed = pd.read_csv(tmp_path / "out" / "未交名单.csv", dtype=str)
    assert listed[listed["未交事项"] == "承诺书（自愿）"]["情况"].tolist() == ["自愿，截止已过 32 天"] * 2
    standing = on(asked, 2018, 4, 1)["承诺书"]
    assert (standing.overdue, standing.taken, to_remind(outstanding((standing,)))) == (False, 2, {})
    edition, evaluation, _ = evaluated_at(asked)
    fields = report_fields(evaluation, edition.records, day=dt.date(2018, 4, 1))
    assert {"要求": "承诺书（自愿）", "截止": "2018-02-28", "应交": "—", "按时": "2", "补交": "—", "未交": "—", "率": "50.0%", "图": "██▌"} in fields["要求"]
    assert "“承诺书”由会员自愿参加，已有 2 家（占 50.0%）。" in fields["完成"]
    assert "承诺书" not in "".join(fields["不足"])
    demand = standing.demand
    assert [demand.model_copy(update={"label": label, "voluntary": said}).offered for label, said in (("承诺书（自愿）", None), ("承诺书", None), ("承诺书（自愿）", False))] == [True, False, False]


@pytest.mark.parametrize(("day", "told"), [("2018-02-28", "截至 2018-02-28，4 家会员中还有 3 家"), ("2019-06-01", "截至 2018-12-31，4 家会员都至少有一项参与记录（")])
def test_who_took_part_in_nothing_is_told_of_the_day_itself(folder: Path, day: str, told: str) -> None:
    assert told in run("plan", folder, "--on", day).output  # but of nothing after the as-of date


@pytest.mark.parametrize(("old", "new", "day", "code", "told"), [
    ('title = "办法"', "title = ", "2018-04-01", 1, "scheme.toml"),
    ("as_of = 2018-12-31", "as_of = 2018-12-31\nperiod = [2018-03-01, 2018-12-31]", "2018-02-01", 0, "评价期自 2018-03-01 起，还没有开始"),
    *(('take = "sum", column = "hours" }\nvalue = { shape = "linear", worst = 0, best = 10 }\nmissing = "worst"', f'take = "mean", column = "hours"{where} }}\nvalue = {{ shape = "linear", worst = 0, best = 10 }}\nmissing = "error"', day, 0, "现在还不能计算")
      for where, day in (("", "2018-04-01"), (', where = { event = ["1"] }', "2018-12-31"))),
    ("", "", "2017-12-31", 0, "没有需要催办的会员"),
])  # fmt: skip
def test_where_nothing_can_be_counted_or_nobody_reminded_it_is_said(folder: Path, tmp_path: Path, old: str, new: str, day: str, code: int, told: str) -> None:
    for name in ("records", "tables.toml"):
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "scheme.toml").write_text(SCHEME.replace(old, new, 1), "utf-8")
    done = run("plan", tmp_path, "--on", day, "--to", tmp_path.with_name(f"{tmp_path.name}_out"))
    assert (done.exit_code, told in done.output) == (code, True), done.output


def test_the_command_in_english_and_without_phases(folder: Path, tmp_path: Path) -> None:
    told = run("plan", folder, "--on", "2018-04-01", "--language", "en")
    assert "32 days overdue" in told.output
    assert re.search(r"^Launch +2018-01-01 ", told.output, re.MULTILINE)
    assert run("plan", folder, "--on", "yesterday").exit_code == 1
    (tmp_path / "records").symlink_to(folder / "records")
    (tmp_path / "tables.toml").write_bytes((folder / "tables.toml").read_bytes())
    (tmp_path / "scheme.toml").write_text(SCHEME.split("[[phase]]", maxsplit=1)[0], "utf-8")
    without = run("plan", tmp_path)
    assert (without.exit_code, "[[phase]]" in without.output) == (1, True)


def test_the_calendar_stands_where_there_is_no_record_yet(folder: Path, tmp_path: Path) -> None:
    for name in ("scheme.toml", "tables.toml"):
        (tmp_path / name).symlink_to(folder / name)
    told = run("plan", tmp_path, "--on", "2018-04-01", "--to", tmp_path / "out")
    assert (told.exit_code, (tmp_path / "out").exists()) == (1, False)
    assert "发布方案；宣传" in told.output
    assert re.search(r"承诺书 +2018-02-28 +— +— +— +— +截止已过 32 天", told.output)
    assert re.search(r"办班 +2018-12-31 +≥ 2 +— +— +— +还有 274 天", told.output)
    assert "members.csv" in told.output


@pytest.mark.parametrize(("old", "new", "told"), [
    ("to = 2018-03-31", "to = 2017-03-31", "止日早于起日"),
    ("by = 2018-02-28", "by = 2017-02-28", "早于本阶段的起日"),
    ("by = 2018-02-28", "from = 2018-03-01\nby = 2018-02-28", "晚于截止日"),
    ('take = "count" }', 'take = "latest", column = "filed" }', "不能用 latest"),
    ('id = "second"', 'id = "first"', "重复"),
    ('take = "count" }', 'take = "count", window = "w" }', "w"),
    ('["理事"] }', '["理是"] }', "理是"),
    ('table = "plans"', 'table = "plan"', "“plan”"),
    ("least = 2\n", "least = 0\n", "0"),
    ("together = true", "voluntary = true\ntogether = true", "自愿与否"),
])  # fmt: skip
def test_what_can_be_wrong_is_told_at_its_place(folder: Path, tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SCHEME
    for name in ("records", "tables.toml"):
        (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "scheme.toml").write_text(SCHEME.replace(old, new, 1), "utf-8")
    problems: Problems = check_edition(tmp_path)[1]
    (problem,) = problems.errors
    assert told in f"{problem.rule.zh}{problem.value}", problem
    assert problem.row is not None
    line = (SCHEME.replace(old, new, 1)).splitlines()[problem.row - 1]
    assert new.strip().splitlines()[0].split("{")[0].strip(' "}]')[:8] in line


def test_no_score_hangs_on_a_phase(folder: Path, planned: Path, tmp_path: Path) -> None:
    scheme, _ = read_scheme(folder / "scheme.toml")
    assert not {"phase", "workplan"} & {*scheme_data(read_scheme(planned / "scheme.toml")[0])}
    write_scheme(scheme, tmp_path / "scheme.toml")
    assert read_scheme(tmp_path / "scheme.toml")[0] == scheme
    without = scheme.model_copy(update={"phases": scheme.phases[:1]})
    assert [amendment.words.zh for amendment in diff(scheme, without)] == ["删去阶段：实施"]
    later = scheme.model_copy(update={"phases": (scheme.phases[0].model_copy(update={"to": dt.date(2018, 4, 30)}), scheme.phases[1])})
    assert "2018-04-30" in diff(scheme, later)[0].words.zh
