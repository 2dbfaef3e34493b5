"""The demo edition's own files: made again alike, valid, and with the cases its README tells of."""

from __future__ import annotations

import io
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from toolkit.publication.english import lacking_early
from toolkit.records.dictionary import load_tables
from toolkit.scheme import load_scheme

DEMO = Path(__file__).parents[1] / "data" / "demo"
RECORDS = DEMO / "records"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE_HEADINGS = {"统一社会信用代码", "信用代码", "被投诉单位信用代码"}
MARKS = {"", "/", "—", "暂缺"}


def cells(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every cell of a workbook by sheet."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def rows_of(path: Path) -> pd.DataFrame:
    """The data rows of the first sheet as text, under the headings of the row (or two) that names the code."""
    grid: list[Any]
    if path.suffix == ".csv":
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "gb18030")
        grid = list(
            pd.read_csv(io.StringIO(text), header=None, dtype=str, keep_default_na=False).itertuples(
                index=False
            )
        )
    else:
        grid = next(iter(cells(path).values()))
    lines = [["" if cell is None else str(cell).strip() for cell in row] for row in grid]
    top = next(place for place, row in enumerate(lines) if CODE_HEADINGS & set(row))
    depth = 2 if not lines[top + 1][0] else 1
    below = lines[top + depth - 1]
    names = [low or high for high, low in zip(lines[top], below, strict=True)]
    frame = pd.DataFrame(lines[top + depth :], columns=names)
    code = next(name for name in names if name in CODE_HEADINGS)
    return frame[frame[code] != ""].rename(columns={code: "信用代码"}).reset_index(drop=True)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The rows of every file, by its name."""
    return {path.name: rows_of(path) for path in sorted(RECORDS.iterdir())}


@pytest.fixture(scope="module")
def code(tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    """Credit codes by the member's name."""
    register = tables["会员名册.xlsx"]
    return dict(zip(register["单位名称"], register["信用代码"], strict=True))


def of(rows: pd.DataFrame, key: str) -> pd.DataFrame:
    return rows[rows["信用代码"] == key]


def test_everything_that_a_page_or_paper_names_has_an_english_name(tables: dict[str, pd.DataFrame]) -> None:
    scheme, dictionary = load_scheme(DEMO / "scheme.toml"), load_tables(DEMO / "tables.toml")
    assert not [*lacking_early(scheme)]
    told = {*tables["承诺书_最终版2.xlsx"]["承诺书版本"], *tables["诚信记录.xlsx"]["事由"]}
    told |= {name for table in dictionary.table.values() for name in (table.label, *(one for column in table.column.values() for one in column.choices))}
    assert told - scheme.english.keys() == set()


def test_made_again_alike(tmp_path: Path) -> None:
    subprocess.run([sys.executable, DEMO / "make.py", "--to", tmp_path], check=True)
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(path.name for path in RECORDS.iterdir())
    for name in made:
        same = (tmp_path / name).read_bytes() == (RECORDS / name).read_bytes()
        if not same and name.endswith(
            ".xlsx"
        ):  # another release of the writer may pack the same cells otherwise
            same = cells(tmp_path / name) == cells(RECORDS / name)
        assert same, name


def test_small_enough_to_carry() -> None:
    assert sum(path.stat().st_size for path in RECORDS.iterdir()) < 3_000_000


def test_credit_codes_pass_both_checks(code: dict[str, str]) -> None:
    for key in code.values():
        total = sum(ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(key[:17]))
        assert ALPHABET[-total % 31] == key[17], key
        inner = sum(w * LETTERS.index(c) for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), key[8:16], strict=True))
        assert "0123456789X0"[11 - inner % 11] == key[16], key
        assert key[:2] in {"91", "12", "51"}


def test_seven_unequal_kinds(tables: dict[str, pd.DataFrame]) -> None:
    kinds = Counter(tables["会员名册.xlsx"]["会员类别"])
    assert sum(kinds.values()) == 608
    for readme, told in (("README.md", "federation of 608 members"), ("README.zh-CN.md", "608 家会员")):
        assert told in (DEMO.parents[1] / readme).read_text("utf-8")
    assert kinds["投标人"] == 231
    assert kinds["拍卖企业"] == 4
    assert len(kinds) == 7


def test_every_row_is_about_a_member_and_every_key_is_its_own(
    tables: dict[str, pd.DataFrame], code: dict[str, str]
) -> None:
    dictionary = tomllib.loads((DEMO / "tables.toml").read_text("utf-8"))["table"]
    for name, table in dictionary.items():
        files = sorted(DEMO.glob(table["file"]))
        assert files, name
        found: Counter[tuple[str, ...]] = Counter()
        for path in files:
            rows = tables[path.name]
            assert set(rows["信用代码"]) <= set(code.values()), path.name
            found += Counter(
                zip(*(_column(rows, key, table["column"][key]) for key in table["unique"]), strict=True)
            )
        assert max(found.values()) == 1, name


def _column(rows: pd.DataFrame, column: str, said: dict[str, Any]) -> list[str]:
    """A key column as text; years are written in several clear ways."""
    if said["type"] in {"member", "credit_code"}:
        return list(rows["信用代码"])
    name = next(heading for heading in (column, *said["headings"]) if heading in rows)
    return [str(int(cell.removesuffix("年"))) if said["type"] == "number" else cell for cell in rows[name]]


def test_about_twenty_thousand_attendances(tables: dict[str, pd.DataFrame]) -> None:
    assert 18_000 < sum(len(rows) for name, rows in tables.items() if name.startswith("培训签到")) < 22_000


@pytest.mark.parametrize(
    ("name", "status", "found"),
    [
        ("广东筱筠建筑工程有限公司", "有效", "2016"),
        ("广州市缦栎招标采购有限公司", "申诉中", "2018"),
        ("中山市梧峤招标采购有限公司", "已修复", "2017"),
        ("湛江砚翎职业技术学院", "有效", "2015"),
        ("广东楠衡供水集团有限公司", "有效", "2015"),
    ],
)
def test_one_grave_record(
    tables: dict[str, pd.DataFrame], code: dict[str, str], name: str, status: str, found: str
) -> None:
    own = of(tables["诚信记录.xlsx"], code[name])
    grave = own[own["严重程度"] == "严重"]
    assert list(grave["记录状态"]) == [status]
    assert grave["认定日期"].iloc[0].startswith(found)


def test_one_act_told_by_two_channels(tables: dict[str, pd.DataFrame], code: dict[str, str]) -> None:
    own = of(tables["诚信记录.xlsx"], code["广州市禾砺城市建设投资有限公司"])
    twice = own[own["行为性质"] == "不良"]
    assert sorted(twice["信息渠道"]) == ["主管部门", "投诉"]
    assert len(set(twice["行为编号"])) == 1


def test_twins_have_the_same_records(tables: dict[str, pd.DataFrame], code: dict[str, str]) -> None:
    one, other = (code[name] for name in ("广东沐洄招标代理有限公司", "广州缦谦工程咨询有限公司"))
    for name, rows in tables.items():
        assert len(of(rows, one)) == len(of(rows, other)), name
        for column in {"活动编号", "调查编号", "题目", "签订状态", "缴纳情况", "履职评价", "咨询事项"} & set(
            rows
        ):
            assert sorted(of(rows, one)[column]) == sorted(of(rows, other)[column]), name


def test_who_did_not_sign_or_apply(tables: dict[str, pd.DataFrame], code: dict[str, str]) -> None:
    unsigned = of(tables["承诺书_最终版2.xlsx"], code["广东穗鹭建筑工程有限公司"])
    assert list(unsigned["签订状态"]) == ["未签"]
    assert unsigned["签订日期"].iloc[0] in MARKS
    assert of(tables["申报表.xlsx"], code["广东澄筠信息安全技术有限公司"]).empty
    silent = code["汕尾骊珩市政园林有限公司"]
    assert [name for name, rows in tables.items() if not of(rows, silent).empty] == ["会员名册.xlsx"]


def test_the_mess_is_there(tables: dict[str, pd.DataFrame]) -> None:
    assert tables["会员名册.xlsx"]["入会日期"].str.contains("年").any()
    hours = tables["培训签到2018年第一季度.xlsx"]["学时(学时)"]
    assert hours.str.endswith("学时").any()
    assert hours.str.contains("[０-９]", regex=True).any()
    assert tables["会费.xlsx"]["会费金额(元)"].str.contains(",").any()
    assert {"/", "—", "暂缺"} <= set(tables["会费.xlsx"]["实缴日期"])
    with pytest.raises(UnicodeDecodeError):
        (RECORDS / "咨询登记.csv").read_text("utf-8")
    assert openpyxl.load_workbook(RECORDS / "会员名册.xlsx")["下拉选项"].sheet_state == "hidden"
