"""Files are written whole or not at all; text that looks like a formula goes in as text, whoever writes it."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import os
import signal
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from toolkit.commands import app
from toolkit.comparison.records import changed_records, edition_at, write_changes
from toolkit.edition import Edition, open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.problems import Refused
from toolkit.ground.writing import FORMULA, placed_in
from toolkit.publication.extract import public_extract
from toolkit.reports.csv_files import write_certainty, write_results, write_robustness
from toolkit.reports.workbook.score_cards import write_cards
from toolkit.sensitivity.probabilities import award_probabilities
from toolkit.sensitivity.weights.draws import WeightDraws

NAMES = ("＝3+3", "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "－1+1公司", "＠甲", "＋甲", "'=1+1", '=HYPERLINK("x")', "-甲公司")


@pytest.fixture
def formulas(small_edition: Path) -> Edition:
    """The small edition, every member named like a formula."""
    members = small_edition / "records" / "会员名册.csv"
    rows = list(csv.reader(members.read_text("utf-8-sig").splitlines()))
    for row, name in zip(rows[1:], NAMES, strict=True):
        row[1] = name
    with members.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return open_edition(small_edition)


def write_everything(edition: Edition, evaluation: Evaluation, out: Path) -> None:
    spec = WeightDraws(draws=10)
    write_results(evaluation, out)
    write_certainty(evaluation, award_probabilities(evaluation, spec), spec, out)
    write_robustness({"names": evaluation.ranking[["name", "award"]]}, out)
    write_cards(evaluation, edition.records, out)
    public_extract(evaluation, "r1", {}, dt.date(2019, 3, 1)).write(out / "public")


def test_no_writer_lets_a_name_become_a_formula(formulas: Edition, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_everything(formulas, evaluate(formulas.scheme, formulas.records), out)
    other = tmp_path / "other"
    for name in ("scheme.toml", "tables.toml"):
        (other / "records").mkdir(parents=True, exist_ok=True)
        (other / name).write_bytes((formulas.folder / name).read_bytes())
    (other / "records" / "签到2018.xlsx").write_bytes((formulas.folder / "records" / "签到2018.xlsx").read_bytes())
    text = (formulas.folder / "records" / "会员名册.csv").read_text("utf-8-sig")
    (other / "records" / "会员名册.csv").write_text(text.replace("＝3+3", "＝2+2").replace("@SUM(A1)", "@SUM(A2)"), "utf-8-sig")
    write_changes(changed_records(edition_at(formulas.folder).records, edition_at(other).records), out)
    written = sorted(out.rglob("*.csv"))
    assert {path.name for path in written} >= {"awards.csv", "ranking.csv", "changes.csv", "certainty.csv", "names.csv"}
    seen = 0
    for path in written:
        for row in csv.reader(path.read_text("utf-8-sig").splitlines()):
            for cell in row:
                seen += cell.startswith("'")
                assert not FORMULA.match(cell) or cell.startswith("'") or is_number(cell), (path.name, cell)
    assert seen > len(NAMES)
    for path in out.rglob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            typed = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
            assert not set(typed) & set(NAMES), path.name


def write_into(folder: Path, *names: str, broken_off: bool = False) -> None:
    with placed_in(folder) as unfinished:
        for name in names:
            (unfinished / name).write_text("new", "utf-8")
        if broken_off:
            raise KeyboardInterrupt


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_the_public_list_guards_full_width_signs_as_the_results_do(formulas: Edition, tmp_path: Path) -> None:
    public_extract(evaluate(formulas.scheme, formulas.records), "r1", {}, dt.date(2019, 3, 1)).write(tmp_path / "public")
    assert ",'＝3+3," in "," + (tmp_path / "public" / "awards.csv").read_text("utf-8-sig").replace("\n", "\n,")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_disk_that_refuses_is_told_in_words_and_leaves_nothing(number: int, small_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise OSError(number, os.strerror(number), str(tmp_path / "out" / "ranking.csv"))

    monkeypatch.setattr("toolkit.reports.csv_files.write_csv", refuses)
    monkeypatch.setattr("toolkit.reports.csv_files._write_csv", refuses)
    for language, told in (("zh", "读写不成："), ("en", "cannot be read or written: ")):
        done = CliRunner().invoke(app, ["evaluate", str(small_edition), "--out", str(tmp_path / "out"), "-l", language])
        assert done.exit_code == 1
        assert told in done.output
        assert os.strerror(number) not in done.output.replace("no permission", "")
        assert not (tmp_path / "out").exists()


def test_what_stood_there_stands_when_one_file_cannot_be_put_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("old", "utf-8")
    replace = Path.replace

    def open_elsewhere(self: Path, target: Path) -> Path:
        if self.name == "b.csv" and self.parent.name == "new":
            raise PermissionError(errno.EACCES, "open", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", open_elsewhere)
    with pytest.raises(Refused, match="no permission"):
        write_into(tmp_path, "a.csv", "b.csv", "c.csv")
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {"a.csv": "old", "b.csv": "old"}


def test_whoever_breaks_off_while_files_are_put_in_place_waits_for_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def breaks_off(self: Path, target: Path) -> Path:
        if self.name == "a.csv":
            os.kill(os.getpid(), signal.SIGINT)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        write_into(tmp_path / "out", "a.csv", "b.csv")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.csv", "b.csv"]


def test_whoever_breaks_off_before_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_into(tmp_path / "deep" / "out", "a.csv", broken_off=True)
    assert not list(tmp_path.iterdir())
