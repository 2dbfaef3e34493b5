"""The notebooks: thin, executed, with their evidence, and nothing of a machine or a person in them."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pytest

from toolkit import evaluate, open_edition, views
from toolkit.ground.resources import house_folder

NOTEBOOKS = sorted(house_folder("notebooks").glob("*.ipynb"))
NAMES = ["1_data", "2_scheme", "3_tuning", "4_ranking", "5_sensitivity", "6_decisions", "7_seal"]
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.While,
    ast.Lambda,
    ast.With,
    ast.Try,
)
PERSONAL = re.compile(
    r"(?<![0-9A-Z.])1[3-9]\d{9}(?![0-9A-Z])|[\w.]+@[\w.]+\.\w+|(?<![0-9A-Z])\d{17}[\dX](?![0-9A-Z])"
)
MACHINE = re.compile(
    r"(?<![\w.<])/(?:home|root|tmp|usr|Users|var|opt|mnt)/|[A-Z]:\\\\|site-packages|Traceback"
)

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(path, 4)  # type: ignore[no-untyped-call]
    return notebook


def cells(path: Path, kind: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in read(path).cells if cell.cell_type == kind]


def test_all_seven_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == NAMES


@each
def test_one_title_then_the_bottom_line_and_for_whom(path: Path) -> None:
    texts = [cell.source for cell in cells(path, "markdown")]
    titles = [line for text in texts for line in text.split("\n") if line.startswith("# ")]
    assert len(titles) == 1
    assert texts[0].startswith(titles[0])
    assert re.search(r"给.*看", texts[0].split("\n\n")[1])
    assert cells(path, "markdown")[0].metadata["english"].startswith(f"# {path.stem[0]}. ")


@each
def test_the_first_line_is_computed_and_stands_before_everything_else(path: Path) -> None:
    kinds, first = [cell.cell_type for cell in read(path).cells], cells(path, "code")[0]
    assert kinds[:2] == ["markdown", "code"]
    (output,) = first.outputs
    assert re.search(r"\d", output.data["text/plain"])
    assert output.data["text/plain"].endswith("。")
    assert output.data["text/html"].startswith("<p ")


@each
def test_prose_is_in_one_language_with_the_other_one_switch_away(path: Path) -> None:
    """Headings of one are headings of the other, and every code cell is folded behind one line of the reader's language."""
    for cell in cells(path, "markdown"):
        english = cell.metadata["english"]
        assert re.search(r"[一-鿿]", cell.source)
        assert not re.search(r"[一-鿿]", english)
        assert not re.search(r"\*[A-Z][^*]{20,}\*", cell.source)
        assert [line.count("#") for line in english.split("\n") if line.startswith("#")] == [line.count("#") for line in cell.source.split("\n") if line.startswith("#")]
    for cell in cells(path, "code"):
        assert re.match(r"# .*[一-鿿]", cell.source)
        assert re.match(r"# [A-Z][^\n一-鿿]+$", cell.metadata["english"])
        assert cell.metadata["jupyter"]["source_hidden"]


@each
def test_imports_stand_in_the_first_code_cell_and_others_are_short_expressions(path: Path) -> None:
    first, *others = (cell.source for cell in cells(path, "code"))
    assert "open_edition()" in first
    for source in others:
        body = ast.parse(source).body
        assert len(source.split("\n")) <= 5
        assert isinstance(body[-1], ast.Expr)
        assert all(isinstance(step, ast.Assign) for step in body[:-1])
    assert isinstance(ast.parse(first).body[-1], ast.Expr)
    for source in (first, *others):
        tree = list(ast.walk(ast.parse(source)))
        assert not [node for node in tree if isinstance(node, FORBIDDEN)]
        assert not [node for node in tree if isinstance(node, ast.Name) and node.id in {"print", "display"}]
    assert not [source for source in others if "import " in source]


@each
def test_outputs_are_kept_in_order_and_without_errors(path: Path) -> None:
    codes = cells(path, "code")
    assert [cell.execution_count for cell in codes] == list(range(1, len(codes) + 1))
    for cell in codes:
        assert [output.output_type for output in cell.outputs] == ["execute_result"]


@each
def test_the_evidence_comes_last(path: Path) -> None:
    last = read(path).cells[-1]
    assert last.source.endswith("\nviews.evidence(evaluation)")
    shown = last.outputs[0].data["text/plain"]
    assert re.search(r"全部名单 +[0-9a-f]{16}", shown)
    assert not {"learning", "outstanding", "12440301YX367709XG"} & {*re.findall(r"\w+", shown)}, "a reader is shown no keys"
    assert re.search(r"权重 +学习培训 30（.+榜首 +深圳桦汀公共资源交易中心 96.29 分，第 1 名，优秀会员，AAA；", shown, re.DOTALL)


def test_all_seven_rest_on_the_same_evidence() -> None:
    assert len({cells(path, "code")[-1].outputs[0].data["text/plain"] for path in NOTEBOOKS}) == 1


@each
def test_nothing_of_a_machine_or_a_person_is_in_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not MACHINE.findall(text)
    assert str(Path(views.__file__).parents[1]) not in text
    assert not PERSONAL.findall(text)
    assert set(read(path).metadata) <= {"kernelspec", "language_info"}


def test_a_changed_number_in_a_file_changes_the_evidence_and_the_list(
    small_edition: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(small_edition, changed)
    workbook = changed / "records" / "签到2018.xlsx"
    book = openpyxl.load_workbook(workbook)
    hours = book["签到"].cell(row=3, column=3)
    hours.value = float(hours.value) - 0.1
    book.save(workbook)
    before, after = evidence_of(small_edition), evidence_of(changed)
    assert before[-1] != after[-1]
    assert evidence_of(small_edition) == before


def evidence_of(folder: Path) -> tuple[tuple[str, ...], ...]:
    edition = open_edition(folder)
    return views.evidence(evaluate(edition.scheme, edition.records)).rows


def test_a_scheme_without_awards_or_grades_is_told_so_and_stops_no_notebook(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scheme = small_edition / "scheme.toml"
    scheme.write_text(re.sub(r"\n\[\[award\]\](.|\n)*?(?=\n\[publication\])", "\n", scheme.read_text("utf-8")), "utf-8")
    monkeypatch.setenv("COMMITTEE_EDITION", str(small_edition))
    notebook = json.loads((house_folder("notebooks") / "5_sensitivity.ipynb").read_text("utf-8"))
    sources = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    first, *asked = sources[0], *(one for one in sources if any(name in one for name in ("grades_picture", "central_picture", "chosen_picture")))
    assert len(asked) == 3
    said: dict[str, Any] = {}
    exec(first, said)
    for source in asked:
        *lines, last = source.splitlines()
        exec("\n".join(lines), said)
        assert repr(eval(last, said)) in {"[权重变动之下各等级的把握: 办法没有评定信用等级]", "[获奖: 办法没有设奖项]"}
