"""What changed since last time: found by comparing two folders or bags, never by a memory kept between them."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.conftest import with_applications
from tests.visits import CLEAN, VISITS, write_visits
from toolkit.__main__ import app
from toolkit.comparison.records import FILE, changed_records, examined_at, row_changes, write_changes

COLUMNS = ["table", "key", "column", "before", "after", "kind", "member"]


@pytest.fixture
def old(small_edition: Path) -> Path:
    with (small_edition / "tables.toml").open("a", encoding="utf-8") as tables:
        tables.write(VISITS)
    write_visits(small_edition / "records" / "考察1.xlsx", CLEAN)
    return small_edition


@pytest.fixture
def new(old: Path, tmp_path: Path) -> Path:
    shutil.copytree(old, tmp_path / "new")
    return tmp_path / "new"


def changes_of(old: Path, new: Path) -> pd.DataFrame:
    before, after = (examined_at(folder)[0] for folder in (old, new))
    assert before is not None
    assert after is not None
    return changed_records(before.records, after.records)


def lines(old: Path, new: Path) -> list[tuple[str, ...]]:
    changes = changes_of(old, new)
    assert list(changes) == COLUMNS
    return [tuple(line) for line in changes.itertuples(index=False, name=None)]


def edit(path: Path, *swaps: tuple[str, str]) -> None:
    text = path.read_text("utf-8-sig")
    for before, after in swaps:
        assert before in text
        text = text.replace(before, after)
    path.write_text(text, "utf-8-sig")


def test_nothing_changes_between_equal_folders(old: Path, new: Path) -> None:
    assert lines(old, new) == []


def test_each_changed_cell_is_named_by_the_key_of_its_row(old: Path, new: Path) -> None:
    visits = [("001", "K1", 3.5, *CLEAN[0][3:]), *CLEAN[1:3], ("004", "K4", None, None, None, "国内")]
    write_visits(new / "records" / "考察1.xlsx", visits[::-1])
    assert lines(old, new) == [
        ("visits", "001；K1", "days", "3", "3.5", "changed", "001"),
        ("visits", "004；K4", "days", "6", "", "changed", "004"),
        ("visits", "004；K4", "mode", "", "国内", "changed", "004"),
    ]


def test_rows_added_and_removed_are_told_with_their_content(old: Path, new: Path) -> None:
    write_visits(new / "records" / "考察1.xlsx", [*CLEAN[1:], ("005", "K5", 1, None, None, "国外")])
    assert lines(old, new) == [
        ("visits", "001；K1", "", "days=3；on=2018-03-05；mode=国内", "", "removed", "001"),
        ("visits", "005；K5", "", "", "days=1；mode=国外", "added", "005"),
    ]


def test_a_row_in_another_file_has_moved(old: Path, new: Path) -> None:
    write_visits(new / "records" / "考察1.xlsx", CLEAN[1:])
    write_visits(new / "records" / "考察2.xlsx", CLEAN[:1])
    assert lines(old, new) == [
        ("visits", "001；K1", "_file", "records/考察1.xlsx", "records/考察2.xlsx", "moved", "001")
    ]


def test_without_a_key_rows_count_by_content_as_often_as_they_stand_there(old: Path, new: Path) -> None:
    for folder in (old, new):
        edit(folder / "tables.toml", ('unique = ["code", "no"]\n', ""))
    twice = [CLEAN[0], CLEAN[0], CLEAN[1]]
    write_visits(old / "records" / "考察1.xlsx", twice)
    write_visits(new / "records" / "考察1.xlsx", [CLEAN[1], ("002", "K2", 9, None, None, None)])
    write_visits(new / "records" / "考察2.xlsx", CLEAN[:1])
    assert lines(old, new) == [
        ("visits", "", "", "", "code=002；no=K2；days=9", "added", "002"),
        ("visits", "", "_file", "records/考察1.xlsx", "records/考察2.xlsx", "moved", "001"),
        ("visits", "", "", "code=001；no=K1；days=3；on=2018-03-05；mode=国内", "", "removed", "001"),
    ]


def test_not_applicable_is_not_missing(old: Path, new: Path) -> None:
    edit(new / "records" / "会员名册.csv", ("102,丑采购中心,采购人,已签,,0", "102,丑采购中心,采购人,已签,不适用,0"))
    assert lines(old, new) == [("members", "102", "answers", "", "不适用", "changed", "")]


def test_personal_columns_are_never_compared(old: Path, new: Path) -> None:
    write_visits(new / "records" / "考察1.xlsx", [(*row[:4], 13999999999, row[5]) for row in CLEAN])
    assert lines(old, new) == []


def test_a_column_or_table_that_came_or_went_is_one_thing(old: Path, new: Path) -> None:
    edit(new / "tables.toml", ('[table.visits.column.mode]\nheadings = ["方式"]\ntype     = "choice"\n', ""),
         ('choices  = ["国内", "国外"]\n', ""))  # fmt: skip
    assert lines(old, new) == [("visits", "", "mode", "", "", "removed", "")]
    edit(new / "tables.toml", ("[table.visits]", "[table.trips]"), ("[table.visits.column", "[table.trips.column"))
    assert Counter(line[0] + " " + line[5] for line in lines(old, new)) == {"trips added": 4, "visits removed": 4}


rows = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("12"), st.sampled_from(["f", "g"])), max_size=8)


@given(rows, rows, st.sampled_from([("k", "v"), ()]))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_what_was_removed_moved_and_added_accounts_for_every_row(
    before: list[tuple[str, str, str]], after: list[tuple[str, str, str]], unique: tuple[str, ...]
) -> None:
    olds, news = (pd.DataFrame(each, columns=["k", "v", FILE], dtype=object) for each in (before, after))
    found = list(row_changes("t", olds, news, unique, "k"))
    kinds = Counter(each.kind for each in found)
    assert len(before) - kinds["removed"] + kinds["added"] == len(after)
    assert not found or Counter(before) != Counter(after)
    assert found or Counter(before) == Counter(after)


def test_a_sealed_bag_stands_for_the_edition_in_it(whole: Path, small_edition: Path) -> None:
    with_applications(small_edition)  # as the sealed one
    edit(small_edition / "records" / "会员名册.csv", ("001,甲招标代理公司", "001,=甲代理公司"))
    assert lines(whole, small_edition) == [("members", "001", "name", "甲招标代理公司", "=甲代理公司", "changed", "")]


def test_the_csv_opens_in_excel_and_holds_no_formula(old: Path, new: Path, tmp_path: Path) -> None:
    edit(new / "records" / "会员名册.csv", ("乙招标代理公司", "=1+1"))
    path = write_changes(changes_of(old, new), tmp_path / "out")
    assert path.read_bytes().decode("utf-8-sig").splitlines() == [
        ",".join(COLUMNS),
        "members,002,name,乙招标代理公司,'=1+1,changed,",
    ]


def test_the_command_shows_names_and_what_was_not_compared(old: Path, new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visits = [("001", "K1", 3.5, *CLEAN[0][3:]), ("002", "K2", "四", *CLEAN[1][3:]), *CLEAN[2:]]
    write_visits(new / "records" / "考察1.xlsx", visits)
    done = CliRunner().invoke(app, ["changes", str(old), str(new), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1, done.output  # the new one cannot be evaluated, and that is said
    assert f"{new} 不能计算" in done.output
    assert "有 1 行被退回，未作比较" in done.output
    line = next(line for line in done.output.splitlines() if line.startswith("更改"))
    assert line.split() == ["更改", "visits", "甲招标代理公司", "001；K1", "天数", "3", "3.5"]
    assert (tmp_path / "out" / "changes.csv").is_file()
    monkeypatch.setattr("toolkit.comparison.records.uncompared", lambda *_: ("visits",))
    for command in ("changes", "diff"):
        done = CliRunner().invoke(app, [command, str(old), str(old)])
        assert (done.exit_code, "记录没有变化" in done.output, "visits 表在数据库或大文件中，未作比较" in done.output) == (0, True, True)


def test_an_edition_that_cannot_be_read_is_refused_in_words(old: Path, new: Path) -> None:
    (new / "tables.toml").write_text("[", "utf-8")
    done = CliRunner().invoke(app, ["changes", str(old), str(new)])
    assert done.exit_code == 1
    assert "tables.toml" in done.output
