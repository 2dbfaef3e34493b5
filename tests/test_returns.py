"""The way back: each faulty file as a marked copy that can be mailed, mended, and loaded again."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.visits import CLEAN, FAULTY, HEADING, frames, returned, texts, write_faulty_edition, write_visits
from toolkit.__main__ import app
from toolkit.edition import check_edition
from toolkit.forms.marking import FILLS
from toolkit.forms.returns import returned_name, returns, write_returns
from toolkit.ground.problems import Refused


@pytest.fixture
def edition(small_edition: Path) -> Path:
    return write_faulty_edition(small_edition)


def test_the_first_sheet_lists_everything_with_links_and_is_ready_to_print(edition: Path, tmp_path: Path) -> None:
    sheet = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]["退回说明"]
    said = texts(sheet)
    assert "考察 共读入 6 行：采用 1 行，退回 4 行，不是数据的 1 行" in said
    assert "必须改正 6 处" in said
    assert "寄回秘书处" in said
    links = [cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'考察'!C3", "'考察'!E3", "'考察'!D4", "'考察'!C5", "'考察'!F5", "'考察'!A7"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == (9, "landscape", 0)
    assert sheet.freeze_panes == "A9"


def test_the_mended_copy_loads_clean_and_the_same(edition: Path, tmp_path: Path) -> None:
    returned(edition, tmp_path / "out")
    path = tmp_path / "out" / "考察2018_退回.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["考察"]
    sheet["C3"], sheet["E3"], sheet["D4"], sheet["C5"], sheet["F5"] = 3, 13800138000, dt.date(2018, 3, 6), 5, "国内"
    for column in range(1, 7):  # the remark beside the row that was deleted stays
        sheet.cell(7, column).value = None
    book.save(edition / "records" / "考察2018.xlsx")
    mended, (_, problems) = frames(edition)["visits"], check_edition(edition)
    write_visits(edition / "records" / "考察2018.xlsx", CLEAN)
    pd.testing.assert_frame_equal(mended, frames(edition)["visits"])
    assert [each for each in problems if "说明" in each.rule.zh + each.file + each.sheet] == []


def test_a_text_file_comes_back_as_a_workbook_that_loads_the_same(edition: Path, tmp_path: Path) -> None:
    write_visits(edition / "records" / "考察2018.xlsx", CLEAN)
    clean = frames(edition)["members"]
    path = edition / "records" / "会员名册.csv"
    path.write_text(path.read_text("utf-8-sig").replace("已签,9,", "签了,9,"), "gb18030")
    sheet = returned(edition, tmp_path / "out")["会员名册_退回.xlsx"]["数据"]
    assert (sheet["A2"].value, sheet["A2"].number_format) == ("001", "@")
    assert sheet["B4"].data_type == "s"
    assert sheet["D2"].fill.fgColor.rgb == FILLS["error"]
    book = openpyxl.load_workbook(tmp_path / "out" / "会员名册_退回.xlsx")
    book["数据"]["D2"] = "已签"
    book.save(path.with_suffix(".xlsx"))
    tables = edition / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace("会员名册.csv", "会员名册.xlsx"), "utf-8")
    pd.testing.assert_frame_equal(frames(edition)["members"], clean)


def test_a_file_that_cannot_be_read_goes_back_as_a_list_alone(edition: Path, tmp_path: Path) -> None:
    (edition / "records" / "考察2018.xlsx").write_bytes(b"PK\x03\x04 damaged")
    book = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]
    assert book.sheetnames == ["退回说明"]
    assert "未能附上原表" in texts(book["退回说明"])
    assert "文件已损坏" in texts(book["退回说明"])


def test_nobody_is_told_of_unknown_members_while_the_register_is_faulty(edition: Path, tmp_path: Path) -> None:
    members = edition / "records" / "会员名册.csv"
    members.write_text(members.read_text("utf-8-sig").replace("\n001,", "\nOO1,"), "utf-8-sig")
    write_visits(edition / "records" / "考察2018.xlsx", CLEAN)
    assert "考察2018_退回.xlsx" in returned(edition, tmp_path / "readable")  # every row is accepted: 001 is unknown
    members.write_text(members.read_text("utf-8-sig").replace("\nOO1,", "\n,"), "utf-8-sig")
    assert list(returned(edition, tmp_path / "refused")) == ["会员名册_退回.xlsx"]
    done = CliRunner().invoke(app, ["check", str(edition), "--return", str(tmp_path / "said")])
    assert "请先改好名册" in done.output


def test_rows_about_which_nothing_is_said_yet_do_not_count_as_refused(edition: Path, tmp_path: Path) -> None:
    members = edition / "records" / "会员名册.csv"
    members.write_text(members.read_text("utf-8-sig").replace("\n001,", "\n,"), "utf-8-sig")
    unknown = ("001", "K7", 1, None, None, None)
    write_visits(edition / "records" / "考察2018.xlsx", [unknown, *CLEAN[1:], ("002", "K8", "八", None, None, None)])
    book = returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]
    assert "共读入 6 行：采用 4 行，退回 1 行" in texts(book["退回说明"])
    assert book["考察"]["G3"].value is None


def test_warnings_go_back_only_on_request(edition: Path, tmp_path: Path) -> None:
    write_visits(edition / "records" / "考察2018.xlsx", [row[:5] for row in CLEAN], HEADING[:5])
    assert returned(edition, tmp_path / "errors") == {}
    assert not (tmp_path / "errors").exists()
    sheet = returned(edition, tmp_path / "both", warnings=True)["考察2018_退回.xlsx"]["考察"]
    assert sheet["G2"].value == "问题说明\n方式：缺少表头“方式”；请补上这一列"  # the title above reaches to F
    assert sheet["G2"].comment is not None


def test_returned_copies_are_never_written_over_nor_among_the_records(edition: Path, tmp_path: Path) -> None:
    found, _ = check_edition(edition)
    assert found is not None
    write_returns(found, tmp_path / "out")
    with pytest.raises(Refused, match="stand there already"):
        write_returns(found, tmp_path / "out")
    with pytest.raises(Refused, match="read as records"):
        write_returns(found, edition / "records")
    assert sorted(path.name for path in (edition / "records").iterdir()) == ["会员名册.csv", "签到2018.xlsx", "考察2018.xlsx"]


def test_where_copies_stand_already_the_problems_are_told_all_the_same(edition: Path, tmp_path: Path) -> None:
    asked = ["check", str(edition), "--return", str(tmp_path / "out")]
    first, again = (CliRunner().invoke(app, asked) for _ in range(2))
    assert first.exit_code == again.exit_code == 1
    assert "已有退回件" in again.stderr
    assert set(first.stderr.splitlines()) <= set(again.stderr.splitlines())


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("records/a:b?.xlsx", "a_b__退回.xlsx"),
        ("records/con.csv", "_con_退回.xlsx"),
        ("records/签到.最终版. .xls", "签到.最终版_退回.xlsx"),
        (f"records/{'长' * 200}.xlsx", f"{'长' * 60}_退回.xlsx"),
    ],
)
def test_names_are_safe_on_windows(file: str, name: str) -> None:
    assert returned_name(file) == name


def test_files_of_one_name_do_not_overwrite_each_other(edition: Path, tmp_path: Path) -> None:
    (edition / "records" / "考察2018.xlsx").rename(edition / "records" / "考察甲_退回.xlsx")
    write_visits(edition / "records" / "考察甲.xlsx", [("009", *FAULTY[0][1:])])
    assert sorted(returned(edition, tmp_path / "out")) == ["考察甲2_退回.xlsx", "考察甲_退回.xlsx"]


def test_the_command_writes_the_copies_and_still_says_that_there_are_errors(edition: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["check", str(edition), "--return", str(tmp_path / "out")])
    assert done.exit_code == 1, done.output
    assert "考察2018_退回.xlsx" in done.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["考察2018_退回.xlsx"]
    write_visits(edition / "records" / "考察2018.xlsx", CLEAN)
    done = CliRunner().invoke(app, ["check", str(edition), "--return", str(tmp_path / "none")])
    assert (done.exit_code, "没有需要退回的文件" in done.output) == (0, True), done.output
    (edition / "records" / "考察2018.xlsx").unlink()
    done = CliRunner().invoke(app, ["check", str(edition), "--return", str(tmp_path / "none")])
    assert (done.exit_code, "没有可退回的文件：有 1 张表还没有收到" in done.output) == (1, True), done.output


def test_while_the_scheme_is_faulty_it_is_said_that_no_copies_are_written(edition: Path, tmp_path: Path) -> None:
    path = edition / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace("schema", "schemes", 1), "utf-8")
    done = CliRunner().invoke(app, ["check", str(edition), "--return", str(tmp_path / "out")])
    assert (done.exit_code, "改好以前不写退回件" in done.output, (tmp_path / "out").exists()) == (1, True, False), done.output


def test_what_goes_back_is_told_before_it_is_written(edition: Path) -> None:
    found, _ = check_edition(edition)
    assert found is not None
    (only,) = returns(found)
    assert (only.file, only.name, len(only.problems)) == ("records/考察2018.xlsx", "考察2018_退回.xlsx", 6)


def test_of_more_than_are_mended_by_hand_the_others_are_counted(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.forms.returns.MOST", 1)
    front = texts(returned(edition, tmp_path / "out")["考察2018_退回.xlsx"]["退回说明"])
    assert re.search(r"另有 \d+ 处未列出，见各表“问题说明”一列。", front)
