"""The papers of the president's meeting: in the bag, the same every time, checked again, and without anybody's secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import write_small_edition
from tests.panels.judged import SCHEME, SEVEN, SHEETS_OF_SEVEN, write_judged_edition
from tests.sealing import DAY, described_again, named, papers_made_by, with_new_manifests
from tests.test_panel_results import OF_EXPERTS
from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.problems import Problems
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase
from toolkit.reports import MEETING_PAGE, ROBUSTNESS
from toolkit.reports.probability_tables import bottom_line
from toolkit.reports.workbook import robustness
from toolkit.reports.workbook.book import SHEETS
from toolkit.reports.workbook.robustness import left_out, meeting_page, write_meeting_papers
from toolkit.sealing.seals import seal_edition
from toolkit.sealing.verification import verify_bag
from toolkit.sensitivity.probabilities import award_probabilities
from toolkit.sensitivity.robustness import SLOW, firmness
from toolkit.sensitivity.weights.draws import WeightDraws

PHONES = [f"1380013{number:04}" for number in range(12)]


FEW = WeightDraws(draws=300, spread=0.5)
"""What is asked of the papers here does not hang on how many."""


@pytest.fixture(scope="module", autouse=True)
def _few() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(robustness, "WeightDraws", lambda: FEW)
        yield


def with_phones(edition: Path) -> Path:
    """The edition with a personal column that reads like a kind of member."""
    members, tables = edition / "records/会员名册.csv", edition / "tables.toml"
    heading, *lines = members.read_text("utf-8-sig").splitlines()
    members.write_text("\n".join([f"{heading},电话", *(f"{line},{phone}" for line, phone in zip(lines, PHONES, strict=True))]), "utf-8")
    column = f'[table.members.column.phone]\nheadings = ["电话"]\ntype = "choice"\nchoices = {json.dumps(PHONES)}\npersonal = true\n'
    tables.write_text(tables.read_text("utf-8").replace("[table.activities]", f"{column}\n[table.activities]", 1), "utf-8")
    return edition


def sealed(edition: Path, revision: str = "r1") -> Path:
    """A bag without notebooks: they know nothing of the papers."""
    none = edition.parent / "none"
    return seal_edition(edition, revision, notebooks=none, pages=none, sealed_on=DAY)


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meeting")
    return sealed(with_phones(write_small_edition(folder / "small")))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, Path]:
    folder = write_small_edition(tmp_path_factory.mktemp("page") / "small")
    edition = open_edition(folder)
    return evaluate(edition.scheme, edition.records), folder


class Tags(HTMLParser):
    """Which elements a page opens, and every address in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.opened: set[str] = set()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href", "srcset", "action"}]


def told(papers: Path) -> str:
    """Everything that can be read in the papers: the strokes of a picture are no figures."""
    book = openpyxl.load_workbook(papers / ROBUSTNESS)
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None]
    page = re.sub(r' d="[^"]*"', "", (papers / MEETING_PAGE).read_text("utf-8"))
    return "\n".join([page, *cells, *(str(each) for each in vars(book.properties).values())])


def verified(bag: Path) -> Problems:
    return verify_bag(bag, replay=True, notebooks=bag.parent, pages=bag.parent)


def copied(bag: Path, folder: Path) -> Path:
    for path in sorted(bag.rglob("*")):
        if path.is_file():
            (folder / path.relative_to(bag)).parent.mkdir(parents=True, exist_ok=True)
            (folder / path.relative_to(bag)).write_bytes(path.read_bytes())
    return folder


def test_the_bag_holds_the_papers_and_they_are_computed_again(bag: Path) -> None:
    assert {path.name for path in (bag / "data/meeting").iterdir()} == {MEETING_PAGE, ROBUSTNESS}
    assert verified(bag) == Problems()


def test_sealed_again_they_are_the_same_to_the_byte(bag: Path, tmp_path: Path) -> None:
    again = sealed(with_phones(write_small_edition(tmp_path / "small")), "r2")
    for name in (MEETING_PAGE, ROBUSTNESS):
        assert file_digest(bag / "data/meeting" / name) == file_digest(again / "data/meeting" / name)


def test_a_changed_figure_is_found_under_new_digests(bag: Path, tmp_path: Path) -> None:
    forged = copied(bag, tmp_path / "r1")
    book = openpyxl.load_workbook(forged / "data/meeting" / ROBUSTNESS)
    sheet = book.worksheets[0]
    place = next(cell for row in sheet.iter_rows(min_row=4) for cell in row if isinstance(cell.value, int))
    place.value += 1
    book.save(forged / "data/meeting" / ROBUSTNESS)
    described_again(forged)
    with_new_manifests(forged)
    (problem,) = verified(forged)
    assert (problem.severity, problem.file, problem.sheet, problem.row) == ("error", f"meeting/{ROBUSTNESS}", sheet.title, place.row)


def test_a_page_put_in_place_of_another_is_found(bag: Path, tmp_path: Path) -> None:
    forged = copied(bag, tmp_path / "r1")
    page = forged / "data/meeting" / MEETING_PAGE
    page.write_text(page.read_text("utf-8").replace("系于一线", "稳"), "utf-8")
    described_again(forged)
    with_new_manifests(forged)
    assert named(verified(forged)) == {f"meeting/{MEETING_PAGE}"}


def test_other_packages_named_in_the_bag_excuse_no_other_page(bag: Path, tmp_path: Path) -> None:
    forged = copied(bag, tmp_path / "r1")
    page, environment = forged / "data/meeting" / MEETING_PAGE, forged / "data/environment.txt"
    page.write_text(page.read_text("utf-8").replace("系于一线", "稳"), "utf-8")
    environment.write_text(re.sub(r"(?m)^scipy==.*$", "scipy==1.0", environment.read_text("utf-8")), "utf-8")
    described_again(forged)
    with_new_manifests(forged)
    problems = verified(forged)
    assert named(problems) == {f"meeting/{MEETING_PAGE}"}
    assert "install those of environment.txt" in problems.text("en")


def test_nothing_personal_is_in_them_and_nothing_of_them_is_public(bag: Path) -> None:
    assert PHONES[3] in (bag / "data/edition/records/会员名册.csv").read_text("utf-8")
    assert not [phone for phone in PHONES if phone in told(bag / "data/meeting")]
    assert not {path.name for path in (bag / "data/public").rglob("*")} & {MEETING_PAGE, ROBUSTNESS}


@pytest.mark.parametrize("publish", ["none", "pseudonyms"])
def test_of_experts_they_know_what_the_scheme_lets_the_bag_hold(tmp_path: Path, publish: str) -> None:
    edition = write_judged_edition(tmp_path / "e", SHEETS_OF_SEVEN, scheme=f'{SCHEME}publish = "{publish}"\n', members=SEVEN)
    said = told(sealed(edition) / "data/meeting")
    assert re.search(r"共评出 [1-9] 个奖", said)
    assert not [secret for secret in OF_EXPERTS if secret in said]


def test_papers_that_fail_leave_no_bag(tmp_path: Path) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    edition = write_small_edition(tmp_path / "small")
    with papers_made_by(stopped), pytest.raises(KeyboardInterrupt):
        seal_edition(edition, "r1", notebooks=tmp_path, pages=tmp_path)
    assert [path.name for path in (edition / "sealed").iterdir()] == [".lock"]


def test_they_speak_the_language_of_the_scheme_and_say_what_was_left_out(small: tuple[Evaluation, Path]) -> None:
    for language, words in (("zh", ("一页结论", "为节省时间", "种子 12")), ("en", ("on one page", "Left out", "seed 12"))):
        one = small[0]
        asked = evaluate(one.scheme.with_(language=language), open_edition(small[1]).records)
        firm = firmness(asked, award_probabilities(asked, FEW))
        page = meeting_page(asked, firm, left_out(SLOW, {}), draws=300)
        assert all(said in page for said in (*words, bottom_line(firm).into("zh" if language == "zh" else "en")))
    assert left_out(["firmness"], {"firmness": None}) is None


def test_the_page_is_whole_in_itself_and_no_name_becomes_markup(small: tuple[Evaluation, Path]) -> None:
    one = small[0]
    firm = firmness(one, award_probabilities(one, FEW))
    titled = one.scheme.model_copy(update={"title": "<script>alert(1)</script> & $heading"})
    page = meeting_page(replace(one, scheme=titled), firm, draws=300)
    tags = Tags(page)
    assert not {"script", "link", "iframe", "object"} & tags.opened
    assert tags.addresses == []
    assert "&amp; $heading" in page
    assert re.search(r"@page \{ size: A4 portrait", page)


def test_each_question_is_told_before_it_is_asked(small: tuple[Evaluation, Path], tmp_path: Path) -> None:
    steps: list[Phrase] = []
    write_meeting_papers(small[0], open_edition(small[1]).records, tmp_path / "papers", steps.append)
    assert steps[:2] == [Phrase("各奖把握", "Chances"), Phrase("一页结论", "One page")]
    assert SHEETS["stability"] in steps
    assert not {SHEETS[name] for name in SLOW} & set(steps)
