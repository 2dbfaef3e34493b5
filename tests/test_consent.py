"""Nobody is named in public without its consent: what a row permits, what withdraws it, and every byte that is public."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.asked_edition import write_edition as write_asked
from tests.conftest import MEMBERS, SCHEME, TABLES, pledges_table, write_small_edition
from tests.examples import examples
from tests.processes import free_port
from tests.sealing import DAY
from toolkit.__main__ import app
from toolkit.edition import Edition, check_edition, open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.resources import house_folder
from toolkit.ground.text import former_words
from toolkit.publication import server
from toolkit.publication.extract import Extract, public_extract, read_extract, unpublishable
from toolkit.publication.notice import NoticePage
from toolkit.records.dictionary import load_tables
from toolkit.records.reading import load_records
from toolkit.records.references import reference_problems
from toolkit.reports.scheme_wording import consent_in_words
from toolkit.scheme import load_scheme, read_scheme
from toolkit.scheme.writing import write_scheme
from toolkit.sealing.seals import seal_edition
from toolkit.sealing.verification import verify_bag

COLUMNS = ("code", "status", "signed_on", "withdrawn_on", "consent_result", "consent_grade")
PLEDGES = pledges_table("consent_result", "consent_grade", states=("已签", "未签", "已撤回"))
CONSENT = """[publication.consent]
table     = "pledges"
holds     = { status = ["已签"] }
withdrawn = "withdrawn_on"
award = "consent_result"
grade = "consent_grade"
"""
GRADES = '[grades]\nbands = [["A", 60], ["B", 0]]\n\n'
OBLIGED = SCHEME[SCHEME.index("[publication.consent]") :]
ASKED = SCHEME.replace(OBLIGED, CONSENT).replace("[publication]", GRADES + "[publication]").replace('"award"], member', '"award", "grade"], member')
UNASKED = SCHEME.replace(OBLIGED, "")
YES = ("已签", "2018-05-04", "", "是", "是")
CODES = [member[0] for member in MEMBERS]
Pledge = tuple[str, ...]


def write_edition(folder: Path, pledges: Mapping[str, list[Pledge]], scheme: str = ASKED, tables: str = PLEDGES) -> Path:
    """The small edition with a table of pledges; the rows stand in the order of `pledges`."""
    write_small_edition(folder)
    (folder / "scheme.toml").write_text(scheme, "utf-8")
    (folder / "tables.toml").write_text(TABLES + tables, "utf-8")
    rows = [(code, *pledge) for code, given in pledges.items() for pledge in given]
    (folder / "records" / "承诺书.csv").write_text("\n".join(map(",".join, [COLUMNS, *rows])) + "\n", "utf-8")
    return folder


def evaluated(folder: Path) -> Evaluation:
    edition = open_edition(folder)
    return evaluate(edition.scheme, edition.records)


def extracted(evaluation: Evaluation) -> Extract:
    return public_extract(evaluation, "r1", {}, "2019-01-25")


NOTHING: list[Pledge] = []
RULES: dict[str, tuple[list[Pledge], bool]] = {
    "a member without a row permits nothing": (NOTHING, False),
    "a yes in a signed pledge permits": ([YES], True),
    "an empty cell is no": ([("已签", "2018-05-04", "", "", "")], False),
    "no is no": ([("已签", "2018-05-04", "", "否", "是")], False),
    "a pledge that was not signed permits nothing": ([("未签", "2018-05-04", "", "是", "是")], False),
    "a pledge taken back permits nothing": ([("已撤回", "2018-05-04", "", "是", "是")], False),
    "a withdrawal ends it": ([("已签", "2018-05-04", "2018-06-01", "是", "是")], False),
    "a withdrawal on the as-of day ends it": ([("已签", "2018-05-04", "2018-12-31", "是", "是")], False),
    "a withdrawal after the as-of day ends it too: the notice comes later still": ([("已签", "2018-05-04", "2019-01-05", "是", "是")], False),
    "who signs after the as-of day may be named": ([("已签", "2019-01-05", "", "是", "是")], True),
    "who signed before the period may be named": ([("已签", "2009-01-05", "", "是", "是")], True),
    "the latest row decides: no": ([YES, ("已签", "2018-07-01", "", "否", "是")], False),
    "the latest row decides: yes": ([("已签", "2018-01-01", "", "否", "是"), YES], True),
    "the latest row decides though it does not hold": ([YES, ("已撤回", "2018-07-01", "", "", "")], False),
    "signed again after a withdrawal holds again": ([("已签", "2018-01-01", "2018-02-01", "是", "是"), YES], True),
    "signed on the day of a withdrawal does not": ([("已签", "2018-01-01", "2018-05-04", "是", "是"), YES], False),
    "a withdrawal in an older row ends what was signed before it": ([("已签", "2018-01-01", "2018-08-01", "是", "是"), YES], False),
    "a withdrawal in the row itself ends it, whatever its day": ([("已签", "2018-05-04", "2018-01-01", "是", "是")], False),
    "rows of one day that agree permit": ([YES, YES], True),
    "rows of one day that disagree permit nothing": ([YES, ("已签", "2018-05-04", "", "否", "是")], False),
    "a row without a day has a word too": ([YES, ("已签", "", "", "否", "是")], False),
    "rows without a day permit when all of them do": ([("已签", "", "", "是", "是")] * 2, True),
    "a withdrawal counts where nobody knows the day of signing": ([("已签", "", "", "是", "是"), ("已撤回", "", "2018-01-01", "", "")], False),
}


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Whether the award is permitted, for each rule: twelve at a time, and again with the rows upside down."""
    found: dict[str, bool] = {}
    rules = list(RULES)
    for n in range(0, len(rules), len(CODES)):
        part = rules[n : n + len(CODES)]
        for turned in (False, True):
            pledges = {code: RULES[rule][0][:: -1 if turned else 1] for code, rule in zip(CODES, part, strict=False)}
            folder = write_edition(tmp_path_factory.mktemp("rules") / f"{n}{turned}", pledges)
            permitted = evaluated(folder).permitted["award"]
            for code, rule in zip(CODES, part, strict=False):
                found[rule] = bool(permitted[code]) == RULES[rule][1] and found.get(rule, True)
    return found


@pytest.mark.parametrize("rule", RULES)
def test_what_a_row_permits(rule: str, ruled: dict[str, bool]) -> None:
    assert ruled[rule]


def test_a_table_without_dates_permits_where_all_rows_do(tmp_path: Path) -> None:
    pledges = {"001": [YES, YES], "002": [YES, ("已签", "2019-01-01", "", "否", "是")]}
    permitted = evaluated(write_edition(tmp_path / "e", pledges, tables=PLEDGES.replace('date = "signed_on"\n', ""))).permitted
    assert permitted["award"].loc[["001", "002", "003"]].tolist() == [True, False, False]


def test_a_choice_that_says_agreed_permits(tmp_path: Path) -> None:
    tables = PLEDGES.replace('consent_result]\ntype = "boolean"', 'consent_result]\ntype = "choice"\nchoices = ["同意", "不同意", "再议"]')
    said = {"001": "同意", "002": "不同意", "003": "再议", "004": ""}
    pledges = {code: [("已签", "2018-05-04", "", word, "是")] for code, word in said.items()}
    permitted = evaluated(write_edition(tmp_path / "e", pledges, tables=tables)).permitted["award"]
    assert permitted.loc[list(said)].tolist() == [True, False, False, False]


def test_rows_that_nobody_verified_permit_nothing(tmp_path: Path) -> None:
    verified = 'verified = { column = "status", counts = ["已签"] }\n'
    tables = PLEDGES.replace('date = "signed_on"\n', f'date = "signed_on"\n{verified}')
    scheme = ASKED.replace('holds     = { status = ["已签"] }\n', "")
    permitted = evaluated(write_edition(tmp_path / "e", {"001": [YES], "002": [("未签", *YES[1:])], "003": [("", *YES[1:])]}, scheme, tables)).permitted
    assert permitted["award"].loc[["001", "002", "003"]].tolist() == [True, False, False]


def test_consent_is_read_where_the_records_stand(tmp_path: Path) -> None:
    folder = write_edition(tmp_path / "e", {}, tables=PLEDGES.replace("承诺书.csv", "承诺书.parquet"))
    rows = [("001", *YES), ("002", *YES), ("002", "已签", "2018-07-01", "", "否", "是")]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    days = {column: pd.to_datetime(frame[column].replace("", None)) for column in ("signed_on", "withdrawn_on")}
    frame.assign(**days, consent_result=frame["consent_result"] == "是", consent_grade=True).to_parquet(folder / "records/承诺书.parquet")
    scheme, tables = load_scheme(folder / "scheme.toml"), load_tables(folder / "tables.toml")
    records = load_records(folder, tables, scheme.members, large=1)
    assert list(records.standing) == ["pledges"]
    assert evaluate(scheme, records).permitted["award"].loc[["001", "002", "003"]].tolist() == [True, False, False]


@pytest.mark.parametrize("large", [1, 100])
def test_a_branch_does_not_agree_for_its_head_office(tmp_path: Path, large: int) -> None:
    no, earlier = ("已签", "2018-03-01", "", "否", "否"), ("已签", "2018-02-01", "", "是", "是")
    told = {"001": [no], "001B": [YES], "002B": [YES], "003": [YES], "003B": [no], "004": [earlier], "004B": [no], "005A": [YES]}
    folder = write_edition(tmp_path / "e", {}, ASKED.replace('class = "kind"', 'class = "kind"\nhead_office = "head"\nformer_code = "former"'),
                           PLEDGES.replace("承诺书.csv", "承诺书.parquet"))  # fmt: skip
    frame = pd.DataFrame([(code, *row) for code, rows in told.items() for row in rows], columns=list(COLUMNS))
    days = {column: pd.to_datetime(frame[column].replace("", None)) for column in ("signed_on", "withdrawn_on")}
    yes = {column: frame[column] == "是" for column in ("consent_result", "consent_grade")}
    (folder / "records/承诺书.csv").unlink()
    frame.assign(**days, **yes).to_parquet(folder / "records/承诺书.parquet")
    more = '[table.members.column.head]\ntype = "member"\n[table.members.column.former]\ntype = "member"\n\n[table.activities]\n'
    tables = folder / "tables.toml"
    tables.write_text(tables.read_text("utf-8").replace("[table.activities]\n", more, 1), "utf-8")
    register = folder / "records/会员名册.csv"
    first, *rest = register.read_text("utf-8-sig").splitlines()
    former = [f"{line},,{'005A' if line.startswith('005') else ''}" for line in rest]
    branches = [f"{code}B,{code}分公司,代理,已签,3,0,{code}," for code in ("001", "002", "003", "004")]
    register.write_text("\n".join([f"{first},head,former", *former, *branches]) + "\n", "utf-8")
    scheme = load_scheme(folder / "scheme.toml")
    records = load_records(folder, load_tables(tables), scheme.members, large=large)
    assert list(records.standing) == ["pledges"][: large == 1]
    evaluation = evaluate(scheme, records)
    assert evaluation.permitted["award"].loc[CODES[:6]].tolist() == [False, False, True, True, True, False]
    told_of = [problem for problem in evaluation.problems if "branch does not agree" in problem.rule.en]
    assert [problem.row for problem in told_of] == ([] if large == 1 else [3, 4, 6, 8])


def test_who_agreed_to_the_award_and_not_to_the_grade_is_named_without_it(tmp_path: Path) -> None:
    pledges = {code: [("已签", "2018-05-04", "", "是", "否" if code == "001" else "是")] for code in CODES}
    extract = extracted(evaluated(write_edition(tmp_path / "e", pledges)))
    grades = {row["name"]: row["grade"] for row in extract.rows}
    assert grades.pop("甲招标代理公司") == ""
    assert set(grades.values()) <= {"A", "B"}
    page = NoticePage(extract)
    assert page.list.value.count('<td class="grade">—</td>') == 1
    assert "会员未同意公开这一项" in page.list.value


def test_what_no_column_permits_is_shown_of_nobody(tmp_path: Path) -> None:
    scheme = ASKED.replace('grade = "consent_grade"\n', "")
    evaluation = evaluated(write_edition(tmp_path / "e", {code: [YES] for code in CODES}, scheme))
    assert extracted(evaluation).notice["fields"] == ["name", "class", "award"]
    assert evaluation.permitted.columns[evaluation.permitted.any()].tolist() == ["award"]


def test_an_order_by_rank_puts_who_does_not_permit_it_last(tmp_path: Path) -> None:
    scheme = ASKED.replace('grade = "consent_grade"', 'rank = "consent_grade"').replace('order = "name"', 'order = "rank"')
    scheme = scheme.replace('"award", "grade"], member', '"award", "rank"], member')
    folder = write_edition(tmp_path / "e", {code: [YES if code != "001" else ("已签", "2018-05-04", "", "是", "否")] for code in CODES}, scheme)
    extract = extracted(evaluated(folder))
    of_class = [row for row in extract.rows if row["class"] == "代理" and row["award"] == extract.rows[0]["award"]]
    ranks = {award: [row["rank"] for row in extract.rows if row["award"] == award and row["class"] == "代理"] for award in ("优秀会员", "先进会员")}
    assert of_class
    assert any("" in listed for listed in ranks.values())
    for listed in ranks.values():
        assert listed == sorted(listed, key=lambda rank: int(rank or 99))
    assert "未同意公开名次的会员按名称列在其后" in NoticePage(extract).masthead.value


def test_an_order_by_rank_that_nobody_can_permit_is_by_name(tmp_path: Path) -> None:
    scheme = ASKED.replace('order = "name"', 'order = "rank"')
    assert extracted(evaluated(write_edition(tmp_path / "e", {code: [YES] for code in CODES}, scheme))).notice["order"] == "name"


def test_what_the_charter_obliges_members_to_is_published_with_its_article(tmp_path: Path) -> None:
    extract = extracted(evaluated(write_edition(tmp_path / "e", {}, scheme=SCHEME)))
    assert extract.rows
    assert (extract.notice["unnamed"], extract.notice["obliged"]) == (0, {"award": "章程第九条"})
    assert "会员名称依据章程第九条公布" in NoticePage(extract).particulars.value


@cache
def consented() -> Edition:
    with TemporaryDirectory() as folder:
        return open_edition(write_edition(Path(folder) / "e", {code: [YES] for code in CODES}))


def agreeing(yes: Mapping[str, bool]) -> Evaluation:
    """The edition in which just the members agree of whom it is said."""
    edition = consented()
    pledges = edition.records.frames["pledges"]
    answers = pledges["code"].map(yes).astype("boolean")
    frames = {**edition.records.frames, "pledges": pledges.assign(consent_result=answers, consent_grade=answers)}
    return evaluate(edition.scheme, replace(edition.records, frames=frames))


def shown(page: NoticePage) -> Iterator[str]:
    """All that a reader can bring the page to show, and its drop-down."""
    for language, class_, words in itertools.product(("zh", "en"), [option for _, option in page.class_.options], ("", "公司", "没有")):
        page.language.value, page.class_.value, page.words.value = language, class_, words
        yield from (page.masthead.value, page.count.value, page.list.value, page.particulars.value, page.colophon.value)
        yield str(page.class_.options)


@given(st.fixed_dictionaries({code: st.booleans() for code in CODES}))
@settings(max_examples=examples(12))
def test_no_byte_of_the_extract_or_the_page_names_who_did_not_agree(yes: dict[str, bool]) -> None:
    evaluation = agreeing(yes)
    extract = extracted(evaluation)
    with TemporaryDirectory() as folder:
        extract.write(Path(folder))
        written = [path.read_text("utf-8") for path in Path(folder).iterdir()]
        assert read_extract(Path(folder)) == extract
    public = "".join([*written, *shown(NoticePage(extract))])
    names = evaluation.members["name"]
    silent = [names[code] for code in CODES if not yes[code]]
    assert [name for name in silent if name in public or html.escape(name) in public] == []
    winners = set(evaluation.awards["member"])
    assert {row["name"] for row in extract.rows} == {names[code] for code in winners if yes[code]}
    assert extract.notice["unnamed"] == sum(not yes[code] for code in winners)
    assert sum(award["count"] for award in extract.notice["awards"]) == len(evaluation.awards)
    assert sum(award["count"] - award["unnamed"] for award in extract.notice["awards"]) == len(extract.rows)


@given(st.fixed_dictionaries({code: st.booleans() for code in CODES}))
@settings(max_examples=examples(5))
def test_consent_costs_and_gives_nobody_anything(yes: dict[str, bool]) -> None:
    everybody, some = agreeing(dict.fromkeys(CODES, True)), agreeing(yes)
    pd.testing.assert_frame_equal(some.ranking, everybody.ranking, check_exact=True)
    pd.testing.assert_frame_equal(some.awards, everybody.awards, check_exact=True)


def test_a_class_of_which_nobody_agreed_is_not_told_apart() -> None:
    extract = extracted(agreeing({code: code.startswith("0") for code in CODES}))
    assert extract.notice["classes"] == ["代理"]
    assert not any("采购人" in said for said in shown(NoticePage(extract)))


def test_an_award_of_which_nobody_agreed_is_counted() -> None:
    evaluation = agreeing(dict.fromkeys(CODES, True))
    advanced = set(evaluation.awards.loc[evaluation.awards["award"] == "advanced", "member"])
    extract = extracted(agreeing({code: code in advanced for code in CODES}))
    page = NoticePage(extract)
    count = extract.notice["awards"][0]["count"]
    assert count > 0
    assert f"优秀会员 {count} 家均未同意公开名称，不列名单。" in page.list.value
    page.language.value = "en"
    assert f"{count}, none of whom agreed to be named." in page.list.value


def test_a_list_of_nobody_says_how_many_won_and_that_silence_means_nothing() -> None:
    page = NoticePage(extracted(agreeing(dict.fromkeys(CODES, False))))
    winners = page.extract.notice["unnamed"]
    assert f"{winners} 家均未同意公开名称，奖项照授，名单不列。" in page.masthead.value
    assert "查不到名称，不表示没有获奖" in page.list.value


def test_the_notice_says_in_both_languages_how_many_are_not_named() -> None:
    winner = agreeing(dict.fromkeys(CODES, True)).awards["member"].iloc[0]
    page = NoticePage(extracted(agreeing({code: code != winner for code in CODES})))
    named = page.extract.notice["named"]
    assert f"名单列出同意公开的 {named} 家，分布于 2 个会员类别；另有 1 家未同意公开名称，奖项照授，名单不列。" in page.masthead.value
    assert f"列出 {named} 家，另有 1 家不列名称" in page.count.value
    page.language.value = "en"
    assert f"The list names the {named} that agreed to it, in 2 classes. 1 more has its award and did not agree to be named." in page.masthead.value


def test_an_edition_without_consent_is_checked_evaluated_and_sealed_and_told_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, run = write_edition(tmp_path / "e", {}, scheme=UNASKED), CliRunner()
    checked = run.invoke(app, ["check", str(folder)])
    assert checked.exit_code == 0, checked.output
    assert "没有写明会员是否同意公开：可以计算和封存，不能公布" in checked.stdout
    assert "请写 [publication.consent]" in checked.stdout
    assert run.invoke(app, ["evaluate", str(folder), "--out", str(tmp_path / "out")]).exit_code == 0
    assert unpublishable(load_scheme(folder / "scheme.toml")).text("zh").count("\n") == 1
    bag = seal_edition(folder, "r1", notebooks=tmp_path / "none", pages=tmp_path / "none", sealed_on=DAY)
    assert not (bag / "data/public").exists()
    with pytest.raises(Refused) as refused:
        server.serve([bag], free_port(), verify=partial(verify_bag, notebooks=tmp_path / "none", pages=tmp_path / "none"))
    assert "会员同意的规定（[publication.consent]）" in refused.value.problems.text("zh")


TWISTED = {
    "both asked and obliged": ('grade = "consent_grade"', 'grade = "consent_grade"\nobliged = { grade = "章程第九条" }', "error", "既要会员同意，又写明是会员义务"),
    "no column for the award": ('award = "consent_result"\n', "", "error", "名单上一个会员也不能列"),
    "no table": ('table     = "pledges"\n', "", "error", "是哪张表的列，没有写明"),
    "an item nobody knows": ('grade = "consent_grade"', 'obliged = { grad = "章程第九条" }', "error", "不认识的"),
    "a key nobody knows": ("withdrawn =", "withdrawal =", "error", "不认识的项“withdrawal”"),
    "an article that is not written": ('grade = "consent_grade"', 'obliged = { grade = "" }', "error", "不能为空"),
    "a public grade nobody can permit": ('grade = "consent_grade"\n', "", "warning", "没有写明凭哪一列公布信用等级"),
    "an order by rank nobody can permit": ('order = "name"', 'order = "rank"', "warning", "没有写明凭哪一列公布名次"),
    "a public total nobody can permit": ('"award", "grade"], member', '"award", "grade", "total"], member', "warning", "没有写明凭哪一列公布总分"),
}


@pytest.mark.parametrize("case", TWISTED)
def test_a_twisted_consent_is_named_at_its_line(case: str, tmp_path: Path) -> None:
    old, new, severity, said = TWISTED[case]
    assert old in ASKED
    path = tmp_path / "scheme.toml"
    path.write_text(ASKED.replace(old, new), "utf-8")
    try:
        problems = read_scheme(path)[1]
    except Refused as refused:
        problems = refused.problems
    (problem,) = [problem for problem in problems if said in problem.rule.zh]
    assert problem.severity == severity
    assert problem.row
    assert problem.column.startswith("publication")
    assert problem.mend.zh
    assert problem.mend.en


WRONG = {
    "a table that is not there": ('table     = "pledges"', 'table     = "pledge"', "tables.toml has no table `pledge`", "is `pledges` meant?"),
    "a column that is not there": ('award = "consent_result"', 'award = "consent_results"', "no column `pledges.consent_results`", "is `pledges.consent_result` meant?"),
    "a column that is no yes or no": ('award = "consent_result"', 'award = "signed_on"', "`signed_on` is date, and should be boolean / choice", ""),
    "choices without a yes": ('award = "consent_result"', 'award = "status"', "no choice of `status` says yes", ""),
    "a withdrawal that is no day": ('withdrawn = "withdrawn_on"', 'withdrawn = "status"', "`status` is choice, and should be date", ""),
    "a state that is not there": ('holds     = { status = ["已签"] }', 'holds     = { status = ["已签署"] }', "no choice `已签署`", ""),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_table_and_the_columns_of_consent_are_there(case: str, tmp_path: Path) -> None:
    old, new, rule, mend = WRONG[case]
    folder = write_edition(tmp_path / "e", {}, scheme=ASKED.replace(old, new))
    found = reference_problems(load_scheme(folder / "scheme.toml"), load_tables(folder / "tables.toml"))
    (problem,) = found
    assert rule in problem.rule.en
    assert mend in problem.mend.en
    assert problem.column.startswith("publication.consent")


def test_a_withdrawal_before_the_signing_is_told_with_its_row(tmp_path: Path) -> None:
    pledges = {"001": [YES], "002": [("已签", "2018-05-04", "2018-01-01", "是", "是")]}
    headed = PLEDGES.replace("[table.pledges.column.withdrawn_on]", '[table.pledges.column.withdrawn_on]\nheadings = ["撤回日期", "撤销日期"]')
    folder = write_edition(tmp_path / "e", pledges, tables=headed)
    sheet = folder / "records" / "承诺书.csv"
    sheet.write_text(sheet.read_text("utf-8").replace("withdrawn_on", "撤销日期"), "utf-8")
    for sealed_by, column in ((None, "撤销日期"), ("0.7.0", "withdrawn_on")):  # as the sheet heads it
        with former_words(sealed_by):
            _, problems = check_edition(folder)
        (problem,) = (problem for problem in problems if problem.file == "records/承诺书.csv")
        assert (problem.severity, problem.row, problem.column) == ("warning", 3, column)


@pytest.mark.parametrize(("row", "told"), [
    (("已签", "2019-01-20", "", "是", "是"), ("signed_on", "signed after the as-of date")), (("已签", "2018-05-04", "2018-12-01", "是", "是"), ("withdrawn_on", "withdrawn, and yet entered as signed")),
    (("未签", "2018-05-04", "", "是", "是"), ("status", "dated, and yet not entered as signed")), (("已撤回", "2018-05-04", "2018-12-01", "是", "是"), None), (("未签", "", "", "", ""), None), (("已签", "2018-12-31", "2019-01-20", "是", "是"), None),
    (("已签", "2018-05-04", "2018-05-04", "是", "是"), ("withdrawn_on", "withdrawn, and yet entered as signed")), (("已签", "2018-05-04", "2018-12-31", "是", "是"), ("withdrawn_on", "withdrawn, and yet entered as signed")),
    (("已签", "", "2018-12-01", "是", "是"), ("withdrawn_on", "withdrawn, and yet entered as signed")),
])  # fmt: skip
def test_a_pledge_of_two_minds_is_told_with_its_row(row: Pledge, told: tuple[str, str] | None, tmp_path: Path) -> None:
    """A state and days that say different things, and what is signed when the edition is over."""
    problems = [problem for problem in check_edition(write_edition(tmp_path / "e", {"001": [YES], "002": [row]}))[1] if problem.file == "records/承诺书.csv"]
    assert [(problem.severity, problem.row, problem.column, problem.rule.en.partition(":")[0]) for problem in problems] == ([("warning", 3, *(told[0], told[1].partition(":")[0]))] if told else [])


def test_a_pledge_whose_points_end_with_its_withdrawal_is_of_one_mind(tmp_path: Path) -> None:
    scheme = ASKED.replace("[publication]", '[window.pledged]\nfrom = "signed_on"\nwithdrawn = "withdrawn_on"\n\n[publication]')
    problems = check_edition(write_edition(tmp_path / "e", {"001": [("已签", "2018-05-04", "2018-12-01", "是", "是")]}, scheme))[1]
    assert [problem for problem in problems if problem.file == "records/承诺书.csv"] == []


def test_a_pledge_of_another_kind_of_member_is_told_with_its_row(tmp_path: Path) -> None:
    """Of those that signed, by the class of each; a class that `versions` does not name signs any."""
    folder = write_asked(tmp_path / "e")
    path = folder / "scheme.toml"
    classes = {code: class_ for code, _, class_, *_ in MEMBERS}
    meant = {classes["101"]: "第101号版本"}
    path.write_text(path.read_text("utf-8").replace('version = "form"', f'version = "form"\nversions = {{ "{classes["101"]}" = "第101号版本" }}'), "utf-8")
    told = [(problem.severity, problem.row, problem.value) for problem in check_edition(folder)[1] if "不是这一类会员的版本" in problem.rule.zh]
    rows = {code: place for place, (code, *_) in enumerate(MEMBERS, 2)}
    wrong = [code for code in rows if classes[code] in meant and code not in {"101", "102", "105"}]  # who did not sign, or took it back, signed no other
    assert told == [("warning", rows[code], f"第{code}号版本") for code in wrong]
    assert len({*classes.values()}) > len(meant)
    with (folder / "records" / "承诺书.csv").open("a", encoding="utf-8", newline="") as pledges:  # the one for its class, signed as it was told
        pledges.write(f"{wrong[0]},第101号版本,已签,2018-11-30,,是,是,是,是\n")
    assert [problem.row for problem in check_edition(folder)[1] if "不是这一类会员的版本" in problem.rule.zh] == [rows[code] for code in wrong[1:]]


def test_the_scheme_says_it_in_both_languages_and_is_written_back(tmp_path: Path) -> None:
    path = tmp_path / "scheme.toml"
    path.write_text(ASKED.replace('grade = "consent_grade"', 'obliged = { grade = "章程第九条" }'), "utf-8")
    scheme = load_scheme(path)
    assert scheme.consent is not None
    said = consent_in_words(scheme.consent)
    for word in ("pledges（status = 已签）", "获奖名单看 consent_result", "withdrawn_on 填了日期即已撤回", "信用等级依据章程第九条公布", "照样获奖"):
        assert word in said.zh
    for word in ("the award by consent_result", "the grade: published under 章程第九条", "has the award all the same"):
        assert word in said.en
    write_scheme(scheme.with_({"publication.consent.grade": "consent_grade", "publication.consent.obliged": None}), path)
    assert load_scheme(path).consent == scheme.consent.model_copy(update={"grade": "consent_grade", "obliged": {}})


def test_the_demo_names_who_agreed_and_counts_the_others() -> None:
    edition = open_edition(house_folder("data/demo"))
    evaluation = evaluate(edition.scheme, edition.records)
    extract = extracted(evaluation)
    rows = edition.records.frames["pledges"].set_index("credit_code")
    agreed = rows.index[(rows["status"] == "已签") & rows["consent_result"].fillna(value=False).astype(bool)]
    winners = evaluation.awards["member"]
    assert {row["name"] for row in extract.rows} == set(evaluation.members.loc[winners[winners.isin(agreed)], "name"])
    assert (extract.notice["named"], extract.notice["unnamed"]) == (95, 20)


@pytest.mark.parametrize("folder", sorted(house_folder("templates/editions").glob("*/")), ids=lambda folder: folder.name)
def test_every_template_that_publishes_says_how_members_agree(folder: Path) -> None:
    scheme, problems = read_scheme(folder / "scheme.toml")
    assert problems == Problems()
    assert scheme.publication is None or scheme.consent is not None
    assert reference_problems(scheme, load_tables(folder / "tables.toml")) == Problems()
    if folder.name.startswith("federation"):
        assert scheme.consent is not None
        assert (scheme.consent.table, scheme.consent.withdrawn, scheme.consent.grade) == ("pledges", "withdrawn_on", "consent_grade")
        note = load_tables(folder / "tables.toml").table["pledges"].column["consent_grade"].note
        assert "自愿" in note
