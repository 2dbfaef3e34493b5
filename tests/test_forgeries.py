"""Forgeries: whatever was changed in a bag whose digests were all made right again is named; a bag excuses nothing of its own."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

import toolkit
from tests.sealing import described_again, named, sealed, verified, with_new_manifests, write_house
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate
from toolkit.ground.problems import Problems
from toolkit.scheme import load_scheme
from toolkit.scheme.writing import write_scheme
from toolkit.sealing import bag as bags
from toolkit.sealing import notebooks, parts, replay
from toolkit.sealing.differences import Wording, rows_of_page, rows_of_text, workbook_problems
from toolkit.sealing.open_bag import send_open, verify_open
from toolkit.sealing.verification import verify_bag

Forgery = Callable[[Path], object]
VERSION = f"toolkit=={toolkit.__version__}"
SEALED = Path(__file__).parent / "sealed"
*EARLIER, LATEST = parts.RELEASES


def put(name: str, old: str, new: str) -> Forgery:
    """One text for another, wherever it stands in a file."""

    def forge(bag: Path) -> None:
        text = (bag / name).read_text("utf-8")
        assert old in text
        (bag / name).write_text(text.replace(old, new), "utf-8")

    return forge


def without(name: str) -> Forgery:
    def forge(bag: Path) -> None:
        shutil.rmtree(bag / name) if (bag / name).is_dir() else (bag / name).unlink()
        if not any((bag / name).parent.iterdir()):
            (bag / name).parent.rmdir()  # an empty folder would tell

    return forge


def added(name: str, text: str = "x") -> Forgery:
    def forge(bag: Path) -> None:
        (bag / name).parent.mkdir(parents=True, exist_ok=True)
        (bag / name).write_text(text, "utf-8")

    return forge


def labelled(key: str, value: str | None) -> Forgery:
    """A label of `bag-info.txt` that says something else, or is not there."""

    def forge(bag: Path) -> None:
        lines = [line for line in (bag / "bag-info.txt").read_text("utf-8").splitlines() if not line.startswith(f"{key}:")]
        (bag / "bag-info.txt").write_text("\n".join([*lines, *([f"{key}: {value}"] if value else []), ""]), "utf-8")

    return forge


def both(*forgeries: Forgery) -> Forgery:
    return lambda bag: [forge(bag) for forge in forgeries]


def in_notebook(name: str, change: Callable[[dict[str, list[dict[str, object]]]], object]) -> Forgery:
    def forge(bag: Path) -> None:
        notebook = json.loads((bag / name).read_text("utf-8"))
        change(notebook)
        (bag / name).write_text(json.dumps(notebook, ensure_ascii=False), "utf-8")

    return forge


def in_workbook(name: str, change: Callable[[openpyxl.Workbook], object]) -> Forgery:
    def forge(bag: Path) -> None:
        book = openpyxl.load_workbook(bag / name)
        change(book)
        book.save(bag / name)

    return forge


def renamed(book: openpyxl.Workbook, old: str, new: str) -> None:
    for cell in (cell for sheet in book for row in sheet for cell in row if cell.value == old):
        cell.value = new


ENVIRONMENT, INFO, PAGE, NOTEBOOK = "data/environment.txt", "bag-info.txt", "data/pages/results.ipynb", "data/notebooks/1_data.ipynb"
DISPLAYED = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "获奖：己代理公司"}}

SEEN_AT_ONCE: dict[str, tuple[Forgery, str]] = {
    "the papers of the meeting are gone": (without("data/meeting"), "meeting/one_page.html"),
    "one notebook is gone": (without(NOTEBOOK), "notebooks/1_data.ipynb"),
    "all notebooks are gone": (without("data/notebooks"), "notebooks/1_data.ipynb"),
    "the public extract is gone": (without("data/public"), "public/notice.json"),
    "a notice without its title": (put("data/public/notice.json", '"title"', '"name of it"'), "public"),
    "the public page is gone": (without(PAGE), "pages/results.ipynb"),
    "a table is gone": (without("data/results/awards.csv"), "results/awards.csv"),
    "the workbook is gone": (without("data/results/evaluation.xlsx"), "results/evaluation.xlsx"),
    "the environment is gone": (without(ENVIRONMENT), "environment.txt"),
    "another list lies beside the list": (added("data/results/winners.csv"), "results/winners.csv"),
    "a page of its own": (added("data/pages/list.ipynb"), "pages/list.ipynb"),
    "a text for the reader": (added("data/获奖名单.txt"), "获奖名单.txt"),
    "another page about the bag": (put("data/README.md", "没有旁证", "有国家授时中心作证"), "README.md"),
    "another description for machines": (put("data/ro-crate-metadata.json", "small-2018", "small-2017"), "ro-crate-metadata.json"),
    "a text beside the payload": (added("README.txt"), "README.txt"),
    "a hidden file in the edition": (added("data/edition/.variant.toml"), "edition/.variant.toml"),
    "a ballot that the scheme does not publish": (added("data/edition/ballots/E01.toml"), "edition/ballots/E01.toml"),
    "an older version that never was": (both(put(ENVIRONMENT, VERSION, "toolkit==0.0.9"), put(INFO, f"toolkit {toolkit.__version__}", "toolkit 0.0.9")), "environment.txt"),
    "a version to come": (both(put(ENVIRONMENT, VERSION, "toolkit==9.9"), put(INFO, f"toolkit {toolkit.__version__}", "toolkit 9.9")), "environment.txt"),
    "no version at all": (put(ENVIRONMENT, VERSION, "tool==1"), "environment.txt"),
    "a remark among the versions": (put(ENVIRONMENT, "python==", "# checked by the supervisor\npython=="), "environment.txt"),
    "a version named twice": (put(ENVIRONMENT, "python==", "python==3.0\npython=="), "environment.txt"),
    "sealed tomorrow a year": (labelled("Bagging-Date", "2999-01-01"), INFO),
    "sealed on no day": (labelled("Bagging-Date", "2019-02-30"), INFO),
    "sealed never": (labelled("Bagging-Date", None), INFO),
    "another edition's label": (labelled("External-Identifier", "small-2017"), INFO),
    "another title": (labelled("External-Description", "国家级评选办法"), INFO),
    "another approval": (labelled("Approval", "国办〔2019〕1号"), INFO),
    "another program": (labelled("Bag-Software-Agent", "evaluation-committee-toolkit 0.1.0"), INFO),
    "not confidential any more": (labelled("Internal-Sender-Description", "可公开"), INFO),
    "a label of its own": (labelled("Contact-Name", "某某"), INFO),
    "a revision that leads elsewhere": (labelled("Internal-Sender-Identifier", "../r1"), INFO),
    "code in the public page": (in_notebook(PAGE, lambda book: book["cells"][0].update(source="import os")), "pages/results.ipynb"),
    "code in a notebook": (in_notebook(NOTEBOOK, lambda book: book["cells"][1].update(source="13")), "notebooks/1_data.ipynb"),
    "a text in a notebook": (
        in_notebook(NOTEBOOK, lambda book: book["cells"].append({"cell_type": "markdown", "id": "m", "metadata": {}, "source": "己代理公司获奖"})),
        "notebooks/1_data.ipynb",
    ),
    "a cell that hides what it shows": (in_notebook(NOTEBOOK, lambda book: book["cells"][1].update(metadata={"tags": ["hide-output"]})), "notebooks/1_data.ipynb"),
    "a notebook that is none": (added(NOTEBOOK, "[]"), "notebooks/1_data.ipynb"),
    "a notebook without an end": (added(NOTEBOOK, "[" * 100_000), "notebooks/1_data.ipynb"),
    "a list that is another's on Windows": (added("data/results/Awards.csv"), "results/Awards.csv"),
    "a scheme that is none": (added("data/edition/scheme.toml", "= 1"), "scheme.toml"),
}  # fmt: skip

SEEN_WHEN_MADE_AGAIN: dict[str, tuple[Forgery, str]] = {
    "another name in the list": (put("data/results/ranking.csv", "甲招标代理公司", "申招标代理公司"), "results/ranking.csv"),
    "another sentence in a reason": (put("data/results/ranking.csv", "总分", "得分"), "results/ranking.csv"),
    "another winner": (put("data/results/awards.csv", "甲招标代理公司", "己代理公司"), "results/awards.csv"),
    "another place on a card": (put("data/cards.jsonl", "名次 1", "名次 2"), "cards.jsonl"),
    "another score": (put("data/results/scores.csv", "100.0", "99.5"), "results/scores.csv"),
    "a number that only looks the same": (put("data/results/values.csv", "100.0", "1_00.0"), "results/values.csv"),
    "another record": (put("data/results/indicators.csv", "7.5", "8.5"), "results/indicators.csv"),
    "a problem left out": (put("data/results/problems.csv", "\n", "\nnote,,,,,,没有问题,\n"), "results/problems.csv"),
    "a table of touched values": (added("data/results/touched.csv", "member\n"), "results/touched.csv"),
    "another name in the workbook": (
        in_workbook("data/results/evaluation.xlsx", lambda book: renamed(book, "甲招标代理公司", "申招标代理公司")),
        "results/evaluation.xlsx",
    ),
    "another page for the meeting": (put("data/meeting/one_page.html", "甲招标代理公司", "己代理公司"), "meeting/one_page.html"),
    "a remark in the meeting's workbook": (
        in_workbook("data/meeting/robustness.xlsx", lambda book: setattr(book.worksheets[0]["A1"], "comment", Comment("不稳", "x"))),
        "meeting/robustness.xlsx",
    ),
    "another edition on the notice": (put("data/public/notice.json", "small-2018", "small-2017"), "public/notice.json"),
    "another name in the public list": (put("data/public/awards.csv", "甲招标代理公司", "己代理公司"), "public/awards.csv"),
    "a list displayed in a notebook": (in_notebook(NOTEBOOK, lambda book: book["cells"][0].update(outputs=[DISPLAYED])), "notebooks/1_data.ipynb"),
    "a list displayed on the page": (in_notebook(PAGE, lambda book: book["cells"][0].update(outputs=[DISPLAYED])), "pages/results.ipynb"),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN_AT_ONCE)
def test_what_is_seen_without_computing_anything(bag: Path, name: str) -> None:
    forge, where = SEEN_AT_ONCE[name]
    forge(bag)
    with_new_manifests(bag)
    assert bags.bag_problems(bag) == Problems()
    assert where in {Path(file).name if file.endswith("/scheme.toml") else file for file in named(verified(bag))}


ONLY_WORDING = "a problem left out"
"""Names no member and is no figure: where an earlier version sealed, no more than a note."""


@pytest.fixture(scope="module", params=[False, True], ids=["sealed by this version", "by an earlier one"])
def forged(request: pytest.FixtureRequest, whole: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Problems, bool]:
    """What the replay says of one bag with every forgery at once, each in a place of its own; and whether an earlier version sealed it."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param:
            patch.setitem(parts.RELEASES, toolkit.__version__, parts.Release(whole=False))
        patch.setattr(replay, "former_words", nullcontext)  # it was sealed in those of today
        return _forged(whole, tmp_path_factory), request.param


def _forged(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Problems:
    bag = tmp_path_factory.mktemp("forged") / "r1"
    shutil.copytree(whole, bag)
    for path in bag.rglob("*"):
        path.chmod(0o755)
    for forge, _ in SEEN_WHEN_MADE_AGAIN.values():
        forge(bag)
    described_again(bag)
    with_new_manifests(bag)
    assert verified(bag) == Problems()
    return verified(bag, replay=True)


@pytest.mark.parametrize("name", SEEN_WHEN_MADE_AGAIN)
def test_what_is_seen_when_everything_is_made_again(forged: tuple[Problems, bool], name: str) -> None:
    found, earlier = forged
    lenient = name == ONLY_WORDING and earlier
    assert SEEN_WHEN_MADE_AGAIN[name][1] in ({problem.file for problem in found} if lenient else named(found))


def test_each_difference_is_told_by_its_place(forged: tuple[Problems, bool]) -> None:
    errors = forged[0].errors
    told = {(problem.file, problem.row, problem.column) for problem in errors}
    assert {("results/ranking.csv", 2, "name"), ("results/ranking.csv", 2, "reason"), ("results/awards.csv", 2, "name")} <= told
    shown = [problem for problem in errors if problem.file == "notebooks/1_data.ipynb"]
    assert "code cell 1" in shown[0].rule.en
    assert "己代理公司" in shown[0].value


TABLE = (("甲公司", "优秀会员", "1", "90.00"), ("乙公司", "", "2", "80.00"), ("采购人", "60", "5", "88.12"), ("空缺 3 个",))


@pytest.mark.parametrize(
    ("now", "excused"),
    [
        (TABLE, True),
        ((*TABLE[:3], ("空缺名额 3 个，宁缺毋滥",)), True),
        (TABLE[:3], True),
        ((TABLE[1], TABLE[0], *TABLE[2:]), True),  # the same rows; their ranks stand in them
        ((("乙公司", "优秀会员", "1", "90.00"), ("甲公司", "", "2", "80.00"), *TABLE[2:]), False),
        ((*TABLE, ("另奖励 乙 公 司",)), False),
        ((*TABLE[:2], ("采购人", "60", "6", "88.12"), TABLE[3]), False),
        (TABLE[1:], False),
    ],
    ids=["the same", "a sentence", "no sentence", "another order", "names swapped", "a name hidden by gaps", "a figure", "a member gone"],
)
def test_what_an_earlier_version_may_have_worded_otherwise(now: Sequence[Sequence[str]], *, excused: bool) -> None:
    wording = Wording.about(["甲公司", "乙公司"])
    assert wording.excuses(TABLE, now) is wording.excuses(now, TABLE) is excused
    pages = ["".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows) for rows in (TABLE, now)]
    texts = ["\n".join("  ".join(row) for row in rows) for rows in (TABLE, now)]
    assert wording.excuses(*map(rows_of_page, pages)) is excused
    assert wording.excuses(*map(rows_of_text, texts)) is excused


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: sheet.row_dimensions.__getitem__(2).__setattr__("hidden", True),
        lambda sheet: sheet["A1"].__setattr__("number_format", '"己代理公司"'),
        lambda sheet: sheet.__setattr__("sheet_state", "hidden"),
        lambda sheet: sheet["A1"].__setattr__("hyperlink", "https://example.org"),
    ],
    ids=["a row hidden", "a format that shows another text", "a sheet hidden", "a link"],
)
def test_a_workbook_of_the_same_values_that_looks_otherwise_is_found(bag: Path, tmp_path: Path, change: Callable[[object], None]) -> None:
    book = openpyxl.load_workbook(bag / "data/results/evaluation.xlsx")
    honest, other, packed = (tmp_path / f"{name}.xlsx" for name in ("honest", "other", "packed"))
    book.save(honest)
    change(book.worksheets[1])
    book.save(other)
    found = list(workbook_problems("a.xlsx", other, honest))
    assert found
    assert {problem.sheet for problem in found} <= {"", book.worksheets[1].title}
    with zipfile.ZipFile(honest) as before, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as after:
        for name in before.namelist():
            after.writestr(name, before.read(name))
    assert list(workbook_problems("a.xlsx", packed, honest)) == []  # only packed otherwise


@pytest.mark.parametrize(
    "forge",
    [labelled("Internal-Sender-Identifier", "r9"), labelled("Bagging-Date", "2019-02-01")],
    ids=["another revision", "another day"],
)
def test_labels_and_notice_say_the_same(bag: Path, forge: Forgery) -> None:
    forge(bag)
    described_again(bag)
    with_new_manifests(bag)
    assert named(verified(bag, replay=True)) - {"cards.jsonl"} == {"public/notice.json", "open/README.md"}  # a card names its revision


def test_a_seal_before_the_as_of_date_is_a_warning(bag: Path) -> None:
    labelled("Bagging-Date", "2018-12-30")(bag)
    described_again(bag)
    with_new_manifests(bag)
    assert [(problem.severity, problem.column) for problem in verified(bag)] == [("warning", "Bagging-Date")]


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag whose scheme holds what its values were compared with."""
    from tests.conftest import write_small_edition
    from tests.sealing import write_house

    folder = tmp_path_factory.mktemp("resolved")
    edition = write_small_edition(folder / "small")
    scheme = load_scheme(edition / "scheme.toml")
    write_scheme(scheme.with_({"indicator[hours].value": {"shape": "min_max"}}), edition / "scheme.toml")
    return sealed(edition, write_house(folder / "house"))


@pytest.mark.parametrize(
    ("forge", "replayed", "where"),
    [
        (without("data/edition/scheme.decided.toml"), False, "edition/scheme.decided.toml"),
        (put("data/edition/scheme.decided.toml", "学习交流", "学习与交流"), True, "edition/scheme.toml"),
        (put("data/edition/scheme.decided.toml", "weight = 60", "weight = 60 # 会长同意"), True, "edition/scheme.toml"),
        (put("data/edition/scheme.toml", "greatest = 40", "greatest = 39"), True, "edition/scheme.toml"),
        (lambda bag: shutil.copy(bag / "data/edition/scheme.decided.toml", bag / "data/edition/scheme.toml"), True, "edition/scheme.toml"),
    ],
    ids=["none as decided", "another label decided", "a remark put in", "goalposts moved", "not resolved at all"],
)
def test_the_scheme_is_the_one_that_was_decided(resolved: Path, tmp_path: Path, forge: Forgery, *, replayed: bool, where: str) -> None:
    bag = Path(shutil.copytree(resolved, tmp_path / "r1"))
    for path in bag.rglob("*"):
        path.chmod(0o755)
    forge(bag)
    with_new_manifests(bag)
    assert where in named(verified(bag, replay=replayed))


def test_no_code_of_a_bag_is_run_that_is_not_the_houses(bag: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    for name in (NOTEBOOK, PAGE):
        in_notebook(name, lambda book: book["cells"][0].update(source=f"open({str(ran)!r}, 'w').close()"))(bag)
    with_new_manifests(bag)
    assert {"notebooks/1_data.ipynb", "pages/results.ipynb"} <= named(verified(bag, replay=True))
    with pytest.MonkeyPatch.context() as blind:
        blind.setattr("toolkit.sealing.verification.source_problems", lambda *_: ())
        verified(bag, replay=True)
    assert not ran.exists()


@pytest.mark.parametrize("outputs", [[{"output_type": "display_data"}], [{"output_type": "picture"}], ["text"], {}, None, [{"output_type": "stream", "name": "stdout", "text": 5}]])
def test_outputs_that_no_reader_takes_are_named_and_nothing_is_run(outputs: Any, bag: Path, tmp_path: Path) -> None:
    house = write_house(tmp_path)
    in_notebook(NOTEBOOK, lambda book: book["cells"][0].update(outputs=outputs))(bag)
    (problem,) = notebooks.source_problems(house, bag / "data/notebooks")
    assert (problem.file, problem.rule) == ("notebooks/1_data.ipynb", notebooks.UNREADABLE)
    assert not list(notebooks.run_again(house, bag / "data/notebooks", {}, lambda name: pytest.fail(name) if name == "1_data.ipynb" else None))


def test_a_bag_of_an_earlier_version_is_whole_with_notes_and_excuses_nothing(bag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = bags.versions() | {bags.DISTRIBUTION: "1000.0"}
    monkeypatch.setitem(parts.RELEASES, toolkit.__version__, parts.Release(whole=False))
    for module in (parts, replay):
        monkeypatch.setattr(module, "versions", lambda: later)
    monkeypatch.setattr(replay, "former_words", nullcontext)  # it was sealed in those of today
    assert [(problem.severity, problem.column) for problem in verified(bag, replay=True)] == [("note", bags.DISTRIBUTION)]
    put("data/results/ranking.csv", "总分", "得分")(bag)
    with_new_manifests(bag)
    assert "results/ranking.csv" in named(verified(bag, replay=True))


@pytest.mark.parametrize(
    ("release", "replay"),
    [*((release, False) for release in EARLIER), (LATEST, True), *(pytest.param(release, True, marks=pytest.mark.slow) for release in EARLIER)],
)
def test_a_bag_sealed_by_an_earlier_release_is_whole_and_passes_with_notes_at_most(release: str, tmp_path: Path, *, replay: bool) -> None:
    """Sealed by that release from the small edition of these tests, with grades besides; since 0.7.0 with a shortlist, consent item by item, English names and doubtful records; the house's own notebooks, all of them."""
    with tarfile.open(SEALED / f"{release}.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    found = verify_bag(tmp_path / "r1", replay=replay)
    assert not found.errors
    if release == LATEST:  # not a word shown is another one
        assert {problem.file for problem in found} <= {"environment.txt"}


def test_an_open_bag_published_by_the_release_before_is_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.sealing.open_bag.publication_problems", lambda _: Problems())  # that release did not ask who applied
    with tarfile.open(SEALED / f"{LATEST}.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    fingerprint, _ = send_open(tmp_path / "r1", tmp_path / "open")
    assert not verify_open(tmp_path / "open", replay=True, fingerprint=fingerprint).errors


def test_a_version_is_that_of_the_code_whatever_was_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    monkeypatch.setattr("importlib.metadata.Distribution.version", property(lambda _: "1000.0"))
    bags._installed.cache_clear()
    assert bags.versions()[bags.DISTRIBUTION] == toolkit.__version__ == project["version"]
    bags._installed.cache_clear()


def test_an_extract_that_asked_no_member_is_held_to_the_list(tmp_path: Path) -> None:
    with tarfile.open(SEALED / "0.2.0.tar.xz") as packed:
        packed.extractall(tmp_path, filter="data")
    data = tmp_path / "r1" / "data"
    edition = open_edition(data / "edition")
    evaluation = evaluate(edition.scheme, edition.records)

    def told() -> set[str]:
        found = replay._unasked_problems(data, evaluation, "r1", dt.date(2019, 3, 1))
        return {problem.file for problem in found if problem.severity == "error"}

    assert told() == set()
    for name, old, new in (("awards.csv", "甲招标代理公司", "己代理公司"), ("notice.json", '"revision": "r1"', '"revision": "r2"')):
        (data / "public" / name).chmod(0o644)
        put(f"public/{name}", old, new)(data)
        assert f"public/{name}" in told()
