"""What the tests of seals share: a house with two notebooks, papers that are quickly made, and a forger's tools."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import IO, Any, ClassVar

import pytest
import xlsxwriter

from toolkit.evaluation import Evaluation
from toolkit.ground.answers import Answers
from toolkit.ground.problems import Problems
from toolkit.ground.resources import file_digest
from toolkit.ground.text import ASKED
from toolkit.records import Records
from toolkit.scheme import load_scheme
from toolkit.sealing.bag import MANIFEST, TAG_MANIFEST, read_bag_info
from toolkit.sealing.descriptions import descriptions
from toolkit.sealing.kernels import Copies, ToldCopy
from toolkit.sealing.notebooks import _executed as execute
from toolkit.sealing.notebooks import written_digest
from toolkit.sealing.parts import Seal, sealed_by
from toolkit.sealing.seals import seal_edition
from toolkit.sealing.verification import verify_bag

DAY = dt.date(2019, 3, 1)
ROWS = "len((Path(os.environ['COMMITTEE_EDITION']) / 'records' / '会员名册.csv').read_text('utf-8').splitlines())"
IMPORTS = "import os\nfrom pathlib import Path"
EXECUTED: dict[tuple[object, ...], Any] = {}


class OfOneProcess(Copies):
    """Kernels that are copies of one process for all seals and replays of a test run: it takes longer to start than most of them run.

    What a seal knows is not told to it: notebooks read and compute for themselves. What the process that is started next shall know is `known`.
    """

    known: ClassVar[Answers] = Answers()
    started: ClassVar[subprocess.Popen[bytes] | None] = None
    words: ClassVar[IO[bytes] | None] = None
    latest: ClassVar[ToldCopy | None] = None

    def __init__(self, _: Answers) -> None:
        super().__init__(OfOneProcess.known)

    def _started(self) -> subprocess.Popen[bytes]:
        ended, latest = OfOneProcess.started is None or OfOneProcess.started.poll() is not None, OfOneProcess.latest
        if ended or (latest is not None and latest.poll() is None):  # a notebook that was broken off: its end is not told in order
            self.end_all()
        self.process, self.said = OfOneProcess.started, OfOneProcess.words
        OfOneProcess.started = super()._started()
        OfOneProcess.words = self.said
        return OfOneProcess.started

    def copy(self, arguments: list[str], folder: str, environment: Mapping[str, str]) -> ToldCopy:
        OfOneProcess.latest = super().copy(arguments, folder, environment)
        return OfOneProcess.latest

    def end(self) -> None:
        """It serves the next seal."""

    @staticmethod
    def end_all() -> None:
        if OfOneProcess.started is not None:
            OfOneProcess.started.communicate()
        if OfOneProcess.words is not None:
            OfOneProcess.words.close()
        OfOneProcess.started = OfOneProcess.words = OfOneProcess.latest = None


def quick_papers(evaluation: Evaluation, records: Records, folder: Path, progress: Callable[[str], None], *, together: bool = True) -> None:
    """Papers for the meeting in place of the real ones, which take long: who is awarded, on a page and in a workbook."""
    assert len(records.members)
    progress("papers")
    folder.mkdir(parents=True)
    rows = evaluation.ranking[["name", "award", "total"]].fillna({"total": -1.0}).to_numpy().tolist()
    (folder / "one_page.html").write_text("\n".join(f"<p>{name} {award}</p>" for name, award, _ in rows), encoding="utf-8")
    with xlsxwriter.Workbook(folder / "robustness.xlsx", {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": dt.datetime(2018, 12, 31)})  # noqa: DTZ001 - a workbook's clock has no zone
        sheet = book.add_worksheet("一页结论")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def executed_once(path: Path, places: Mapping[str, Path]) -> Any:
    """A notebook as it is executed; what the same cells show of the same files is not asked of a kernel twice."""
    shown_of = tuple(f"{name} {file.relative_to(place)} {file_digest(file)}" for name, place in places.items() for file in files(place))
    key = (written_digest(path), os.environ.get(ASKED), shown_of)
    if key not in EXECUTED:
        EXECUTED[key] = execute(path, places)
    return deepcopy(EXECUTED[key])


@contextmanager
def papers_made_by(write: Callable[..., None]) -> Iterator[None]:
    """Seals and replays have their papers of the meeting written by `write`, and run no notebook twice on the same files."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("toolkit.sealing.seals.write_meeting_papers", write)
        changed.setattr("toolkit.sealing.replay.write_meeting_papers", write)
        changed.setattr("toolkit.sealing.notebooks._executed", executed_once)
        yield


def write_notebook(path: Path, *cells: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    code: list[dict[str, object]] = [{"cell_type": "code", "id": f"c{n}", "metadata": {}, "execution_count": None, "outputs": [], "source": cell}
            for n, cell in enumerate(cells)]  # fmt: skip
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": code}
    path.write_text(json.dumps(notebook), encoding="utf-8")


def write_house(folder: Path) -> Path:
    """Notebooks and a page, written into `folder`."""
    write_notebook(folder / "1_data.ipynb", IMPORTS, ROWS)
    page = "sorted(path.name for path in Path(os.environ['COMMITTEE_PUBLIC']).iterdir())"
    write_notebook(folder / "pages" / "results.ipynb", IMPORTS, page)
    return folder


def sealed(edition: Path, house: Path, revision: str = "r1", **others: Any) -> Path:
    with papers_made_by(quick_papers):
        return seal_edition(edition, revision, notebooks=house, pages=house / "pages", sealed_on=DAY, **others)


def verified(bag: Path, *, replay: bool = False, **others: Any) -> Problems:
    """What is wrong with a bag of this house."""
    with tempfile.TemporaryDirectory() as folder, papers_made_by(quick_papers):
        house = write_house(Path(folder))
        made = {"notebooks": house, "pages": house / "pages"}
        return verify_bag(bag, replay=replay, **(made | others))


def files(bag: Path) -> list[Path]:
    return sorted(path for path in bag.rglob("*") if path.is_file())


def named(problems: Problems) -> set[str]:
    return {problem.file for problem in problems.errors}


def described_again(bag: Path) -> None:
    """What a forger does besides: let the bag say of itself what it is now."""
    data = bag / "data"
    for name, text in descriptions(data, load_scheme(data / "edition" / "scheme.toml"), Seal.of(read_bag_info(bag)), sealed_by(data)).items():
        (data / name).write_text(text, "utf-8")


def with_new_manifests(bag: Path) -> None:
    """What a forger does: list whatever files there are now, with their digests."""
    everything = [path.relative_to(bag).as_posix() for path in files(bag)]
    payload = [name for name in everything if name.startswith("data/")]
    info = [line for line in (bag / "bag-info.txt").read_text("utf-8").splitlines() if not line.startswith("Payload-Oxum")]
    size = sum((bag / name).stat().st_size for name in payload)
    (bag / "bag-info.txt").write_text("\n".join([*info, f"Payload-Oxum: {size}.{len(payload)}\n"]), "utf-8")
    for manifest, names in ((MANIFEST, payload), (TAG_MANIFEST, sorted({*everything} - {*payload, TAG_MANIFEST}))):
        (bag / manifest).write_text("".join(f"{file_digest(bag / name)}  {name}\n" for name in names), "utf-8")
