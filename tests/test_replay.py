"""Replays: a figure that the records do not give is found, whatever the digests say."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import xlsxwriter
from nbclient.exceptions import CellTimeoutError

import toolkit
from tests.sealing import (
    named,
    papers_made_by,
    quick_papers,
    sealed,
    verified,
    with_new_manifests,
    write_notebook,
)
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase, former_words
from toolkit.sealing.differences import ADVICE_SHEETS, ASK, Wording, folder_problems, workbook_problems
from toolkit.sealing.notebooks import (
    UNREADABLE,
    Accused,
    _executed,
    run_again,
    run_notebooks,
    source_problems,
)
from toolkit.sealing.parts import House
from toolkit.sealing.replay import replay_problems, signed_as_sealed

WHY = Phrase("不行", "no")


@pytest.mark.parametrize("name", ["ranking.csv", "scores.csv", "values.csv", "indicators.csv"])
def test_replay_finds_a_changed_number_under_new_digests(bag: Path, name: str) -> None:
    path = bag / "data" / "results" / name
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[3] = lines[3].replace("1", "7", 3)
    path.write_text("".join(lines), "utf-8")
    with_new_manifests(bag)
    assert verified(bag) == Problems()
    problems = verified(bag, replay=True).errors
    assert named(problems) - {"public/notice.json"} == {f"results/{name}"}  # on the notice stands the list's digest
    assert {problem.row for problem in problems if problem.file == f"results/{name}"} == {4}


def test_replay_tells_member_and_column(bag: Path) -> None:
    path = bag / "data" / "results" / "ranking.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:3], "99.99", *cells[4:]])
    path.write_text("".join(lines), "utf-8")
    with_new_manifests(bag)
    problem = next(each for each in verified(bag, replay=True).errors if each.file == "results/ranking.csv")
    assert (problem.column, problem.value) == ("total", f"{cells[0]} 99.99 → {cells[3]}")


def test_replay_finds_changed_records_and_a_changed_extract(bag: Path) -> None:
    records = bag / "data" / "edition" / "records" / "会员名册.csv"
    records.write_text(records.read_text("utf-8").replace(",10,", ",4,"), "utf-8")
    with_new_manifests(bag)
    found = named(verified(bag, replay=True))
    assert {"results/ranking.csv", "results/evaluation.xlsx", "public/notice.json"} <= found


def test_other_versions_are_only_a_note(bag: Path) -> None:
    path = bag / "data" / "environment.txt"
    path.write_text("python==3.0\n" + "".join(path.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")
    with_new_manifests(bag)
    problems = verified(bag, replay=True)
    assert ([problem.column for problem in problems], problems.errors) == (["python"], Problems())


def test_a_notice_made_now_names_the_version_that_sealed_it(tmp_path: Path) -> None:
    (tmp_path / "environment.txt").write_text("evaluation-committee-toolkit==0.0.9\n", "utf-8")
    notice = tmp_path / "again" / "public" / "notice.json"
    notice.parent.mkdir(parents=True)
    notice.write_text(json.dumps({"title": toolkit.__version__, "toolkit_version": toolkit.__version__}), "utf-8")
    signed_as_sealed(tmp_path, tmp_path / "again")
    assert json.loads(notice.read_text("utf-8")) == {"title": toolkit.__version__, "toolkit_version": "0.0.9"}


def test_a_bag_of_an_earlier_version_is_told_in_its_words(small_edition: Path, house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme, members = small_edition / "scheme.toml", small_edition / "records" / "会员名册.csv"
    rules = scheme.read_text("utf-8").replace('10 } }\nmissing = "worst"', '10 } }\nmissing = "class_mean"').replace('missing = "exclude"', 'missing = "unranked"')
    scheme.write_text(rules + '\n[grades]\nbands = [["A", 80], ["B", 0]]\n', "utf-8")
    members.write_text(re.sub("采购人,.签", "采购人,", members.read_text("utf-8-sig")), "utf-8-sig")
    with former_words("0.5.0"):
        bag = sealed(small_edition, house)
    results = bag / "data" / "results"
    assert "pledge,class_mean" in (results / "touched.csv").read_text("utf-8-sig")
    assert "无总分，信用等级定为 —" in (results / "ranking.csv").read_text("utf-8-sig")
    for module in ("parts", "replay"):
        monkeypatch.setattr(f"toolkit.sealing.{module}.sealed_by", lambda _: "0.5.0")
    assert not {name for name in named(verified(bag, replay=True).errors) if name.startswith(("results/", "notebooks/"))}


def test_a_notebook_that_accused_the_copy_may_say_no_more_of_it(tmp_path: Path) -> None:
    house, own = tmp_path / "house", tmp_path / "notebooks"
    write_notebook(house / "6_decisions.ipynb", "'没有必须决定的事。'", "'甲公司'")
    with papers_made_by(quick_papers):
        run_notebooks(house, own, {})
        path = own / "6_decisions.ipynb"
        text = path.read_text("utf-8")
        path.write_text(text.replace('"\'没有必须决定的事。\'"', '"\'另有 1 件请留意：办法改动过\'"', 1), "utf-8")
        about = Wording.about(["甲公司", "乙公司"])

        def found(*said: str) -> list[str]:
            return [problem.severity for problem in run_again(house, own, {}, accused=Accused(said, about))]

        assert found("办法改动过") == ["note"]
        assert found("办法改动过", "数据字典") == found() == ["error"]
        path.write_text(path.read_text("utf-8").replace('"\'甲公司\'"', '"\'乙公司\'"', 1), "utf-8")
        assert found("办法改动过") == ["note", "error"]


def test_a_notebook_that_no_reader_takes_or_that_cannot_be_run_again_is_told(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(shutil.copytree(house, tmp_path / "notebooks")) / "1_data.ipynb"
    monkeypatch.setattr("toolkit.sealing.notebooks._executed", Mock(side_effect=Refused(Problems((Problem("error", WHY, WHY),)))))
    (problem,) = run_again(house, tmp_path / "notebooks", {})
    assert (problem.file, problem.rule, problem.mend) == ("notebooks/1_data.ipynb", WHY, ASK)
    path.write_text(path.read_text("utf-8").replace('"nbformat": 4', '"nbformat": 9'), "utf-8")
    (problem,) = run_again(house, tmp_path / "notebooks", {})
    assert (problem.file, problem.rule) == ("notebooks/1_data.ipynb", UNREADABLE)


def test_a_bag_whose_edition_is_refused_is_told_why(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.sealing.replay.open_edition", Mock(side_effect=Refused(Problems((Problem("error", WHY, WHY),)))))
    assert [problem.rule for problem in replay_problems(whole, House.of(None, None))] == [WHY]


@pytest.mark.parametrize(("name", "was", "now", "told"), [
    ("a.csv", b"a,b\n1,2\n", b"a,b\n1,\xff\n", 4),
    ("a.xlsx", b"PK", b"PK\x03", 1),
    ("a.md", b"a\n", b"a", 1),
])
def test_files_that_cannot_be_read_or_differ_in_no_line_differ(name: str, was: bytes, now: bytes, told: int, tmp_path: Path) -> None:
    for place, content in (("was", was), ("now", now)):
        (tmp_path / place / "public").mkdir(parents=True)
        (tmp_path / place / "public" / name).write_bytes(content)
    assert [problem.file for problem in folder_problems("public", tmp_path / "was", tmp_path / "now")] == [f"public/{name}"] * told


def test_advice_in_other_words_is_a_note_in_a_bag_of_an_earlier_version(tmp_path: Path) -> None:
    for name, said in (("was", "空缺 3 个"), ("now", "空缺名额 3 个，宁缺毋滥")):
        with xlsxwriter.Workbook(tmp_path / f"{name}.xlsx") as book:
            book.add_worksheet(min(ADVICE_SHEETS)).write(0, 0, said)
    paths = tmp_path / "was.xlsx", tmp_path / "now.xlsx"
    assert [[problem.severity for problem in workbook_problems("a.xlsx", *paths, wording)] for wording in (Wording.about(["甲公司"]), None)] == [["note"], ["error"]]


@pytest.mark.parametrize(("ends", "kind", "told"), [(CellTimeoutError("x"), Refused, "> .* s"), (None, KeyboardInterrupt, None), (RuntimeError(), KeyboardInterrupt, None)])
def test_a_notebook_that_takes_too_long_is_told_and_one_that_is_broken_off_is_broken_off(house: Path, ends: Exception | None, kind: type[BaseException], told: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def execute(client: Any, **_: Any) -> None:
        if kind is KeyboardInterrupt:
            client._async_cleanup_kernel_future = object()  # as it keeps a signal that it had
        if ends is not None:
            raise ends

    monkeypatch.setattr("nbclient.NotebookClient.execute", execute)
    with pytest.raises(kind, match=told):
        _executed(house / "1_data.ipynb", {})


def test_a_workbook_with_other_sheets_differs(tmp_path: Path) -> None:
    for name in ("一", "二"):
        with xlsxwriter.Workbook(tmp_path / f"{name}.xlsx") as book:
            book.add_worksheet(name)
    assert [problem.value for problem in workbook_problems("a.xlsx", tmp_path / "一.xlsx", tmp_path / "二.xlsx")] == ["一"]


def test_a_notebook_without_an_end_is_one_that_cannot_be_read(house: Path, tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "1_data.ipynb").write_text("[" * 100_000, "utf-8")
    (problem,) = source_problems(house, tmp_path / "notebooks")
    assert (problem.file, problem.rule) == ("notebooks/1_data.ipynb", UNREADABLE)
