"""Score sheets: 回避 where it is due, ready to print, and read back as they were filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.panels.judged import EXPERTS, SCHEME, SHEETS, TABLES, write_judged_edition
from tests.visits import texts
from toolkit.edition import check_edition, open_edition
from toolkit.evaluation import evaluate
from toolkit.forms.score_sheets import write_score_sheets
from toolkit.ground.problems import Refused
from toolkit.ground.resources import file_digest

BLANK: dict[str, Any] = {}
IN_TWO = {
    "scheme": SCHEME.replace('trim = 1\ntable = "panel_scores"', "trim = 1").replace('table = "panel_scores", column = "service"', 'table = "others", column = "service"'),
    "tables": TABLES + TABLES[TABLES.index("[table.panel_scores]") :].replace("panel_scores", "others"),
}


def rows_of(page: Any) -> dict[str, int]:
    return {page.cell(row, 2).value: row for row in range(4, page.max_row + 1) if page.cell(row, 2).value}


def written(folder: Path, out: Path, **more: Any) -> dict[str, Any]:
    paths = write_score_sheets(write_judged_edition(folder, BLANK, **more), out, "复审第一轮")
    return {path.name: openpyxl.load_workbook(path).active for path in paths}


def test_there_is_a_sheet_for_each_expert_with_recusals_filled_in_and_locked(tmp_path: Path) -> None:
    pages = written(tmp_path / "e", tmp_path / "out")
    assert sorted(pages) == [f"评分表E0{n}.xlsx" for n in range(1, 6)]
    withdrawn = {
        (page["A5"].value, member)
        for page in pages.values()
        for member, row in rows_of(page).items()
        if page.cell(row, 4).value == "回避" == page.cell(row, 5).value
    }
    assert withdrawn == {("E01", "M1"), ("E02", "M4")}
    page = pages["评分表E01.xlsx"]
    row = rows_of(page)
    assert page.protection.sheet
    assert page.cell(row["M1"], 4).protection.locked
    assert not page.cell(row["M2"], 4).protection.locked
    assert page.cell(row["M2"], 2).protection.locked


def test_each_page_says_round_scheme_and_its_digest_expert_page_and_signature(tmp_path: Path) -> None:
    page = written(tmp_path / "e", tmp_path / "out")["评分表E03.xlsx"]
    assert page.oddHeader.left.text == "小型联合会年度评选办法"
    assert page.oddHeader.center.text == "复审第一轮"
    assert page.oddHeader.right.text == f"办法摘要 {file_digest(tmp_path / 'e/scheme.toml')[:12]}"
    assert page.oddFooter.left.text.startswith("专家 E03　签名：＿")
    assert page.oddFooter.right.text == "第 &P 页　共 &N 页"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.print_title_rows == "$1:$3"
    assert page.freeze_panes == "A4"
    assert [b.id for b in page.row_breaks.brk] == [6]  # each class begins a page


def test_scores_are_held_to_the_range_and_recusal_may_be_written(tmp_path: Path) -> None:
    page = written(tmp_path / "e", tmp_path / "out")["评分表E03.xlsx"]
    checks = {str(check.sqref): check for check in page.data_validations.dataValidation}
    assert sorted(checks) == ["D5", "D6", "D8", "D9", "E5", "E6", "E8", "E9"]
    assert checks["D5"].formula1 == 'OR(AND(ISNUMBER(D5),D5>=0,D5<=100),D5="回避")'


def test_what_is_filled_in_reads_back_to_the_same_scores(tmp_path: Path) -> None:
    folder, plain = tmp_path / "e", open_edition(write_judged_edition(tmp_path / "plain"))
    written(folder, folder / "ballots")
    for expert, scores in SHEETS.items():
        path = folder / f"ballots/评分表{expert}.xlsx"
        book = openpyxl.load_workbook(path)
        row = rows_of(book.active)
        for member, pair in scores.items():
            for place, score in enumerate(pair, start=4):
                if score not in {"回避", ""}:
                    book.active.cell(row[member], place).value = score
        book.save(path)
    edition, problems = check_edition(folder)
    assert edition is not None
    assert problems.errors.text("en") == ""
    assert edition.records.counts.loc["ballots/评分表E01.xlsx"].to_numpy().tolist() == [[6, 4, 0, 2]]  # two lines name the class
    one, two = (evaluate(each.scheme, each.records) for each in (plain, edition))
    assert one.indicators.equals(two.indicators)
    assert one.scores.equals(two.scores)


def test_blank_sheets_leave_every_place_open(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    written(folder, folder / "ballots")
    edition = open_edition(folder)
    found = evaluate(edition.scheme, edition.records)
    assert found.indicators.isna().all(axis=None)
    assert found.ranking["reason"].str.contains("位次待定").all()


def test_where_an_indicator_does_not_apply_nothing_is_to_be_scored(tmp_path: Path) -> None:
    scheme = SCHEME.replace('missing = "unranked"', 'missing = "unranked"\napplies_to = ["代理"]', 1)
    page = written(tmp_path / "e", tmp_path / "out", scheme=scheme)["评分表E03.xlsx"]
    row = rows_of(page)
    assert [page.cell(row[member], 4).value for member in ("M2", "M3")] == [None, "—"]
    assert page.cell(row["M3"], 4).protection.locked


def test_a_column_beside_the_scores_is_left_to_write_in_and_unlike_ranges_are_not_told_as_one(tmp_path: Path) -> None:
    head, _, tail = TABLES.rpartition("range = [0, 100]")
    tables = f'{head}range = [0, 10]{tail}[table.panel_scores.column.note]\nheadings = ["评语"]\ntype = "text"\n'
    alike, page = (written(tmp_path / name, tmp_path / name / "out", **more)["评分表E03.xlsx"] for name, more in (("a", {}), ("b", {"tables": tables})))
    assert ["每项 0—100 分" in texts(sheet) for sheet in (alike, page)] == [True, False]
    note = next(cell.column for line in page.iter_rows() for cell in line if cell.value == "评语")
    assert not page.cell(rows_of(page)["M2"], note).protection.locked


def test_a_class_that_takes_several_pages_is_named_on_each(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", BLANK)
    rows = [f"N{n:03},第{n}家代理公司,代理" for n in range(1, 41)]
    (folder / "records/会员名册.csv").write_text("\n".join(["会员代码,会员名称,类别", *rows]) + "\n", "utf-8")
    (folder / "ballots/利害关系.csv").write_text("专家代号,会员代码,情形\n", "utf-8")
    page = openpyxl.load_workbook(write_score_sheets(folder, tmp_path / "out")[0]).active
    banners = [page.cell(row, 1).value for row in range(4, page.max_row + 1) if not page.cell(row, 2).value]
    assert banners == ["代理（40 家）", *["代理（40 家，续）"] * (len(banners) - 1)]
    assert len(banners) == len(page.row_breaks.brk) + 1 > 2


def test_sheets_are_not_written_over_and_the_same_ones_may_be_written_again(tmp_path: Path) -> None:
    folder, out = write_judged_edition(tmp_path / "e", BLANK), tmp_path / "out"
    first = [path.read_bytes() for path in write_score_sheets(folder, out)]
    assert [path.read_bytes() for path in write_score_sheets(folder, out)] == first
    book = openpyxl.load_workbook(out / "评分表E02.xlsx")
    book.active["D5"] = 88
    book.save(out / "评分表E02.xlsx")
    with pytest.raises(Refused, match="another sheet of this name is there"):
        write_score_sheets(folder, out)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"experts": EXPERTS[:4]}, "and the number is to be odd"),
        ({"tables": TABLES.replace("评分表*.xlsx", "评分表.xlsx")}, "`file` needs a \\*"),
        ({"scheme": SCHEME.replace('experts = "experts"\n', "")}, "no table says who they are"),
        (IN_TWO, "indicators are scored in several tables"),
        ({"interests": ["E07,M1,亲属"]}, "there is no such expert on the panel"),
        ({"interests": ["E02,M9,亲属"]}, "there is no such member"),
    ],
)
def test_no_sheet_goes_out_for_a_panel_that_may_not_sit(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said):
        write_score_sheets(write_judged_edition(tmp_path / "e", BLANK, **more), tmp_path / "out")
    assert not (tmp_path / "out").exists()
