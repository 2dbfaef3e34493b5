"""Sealing: an edition with its results, notebooks and public extract as one bag that nobody changes any more.

A lock that goes when its holder goes, however it went.

What a seal is made of: frozen copies, notebooks run in a clean room, a bag, and the run that is repeated.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import IO

from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.evaluation.decisions import tie_problems
from toolkit.ground.problems import Problems, Refused, refuse
from toolkit.ground.text import Phrase
from toolkit.records import Records
from toolkit.reports.csv_files import write_results
from toolkit.scheme.writing import write_scheme
from toolkit.sealing.bag import DISTRIBUTION, bag_problems, environment_text, write_bag
from toolkit.sealing.frozen_edition import DECIDED, folder_digests, freeze_edition, public_digests
from toolkit.sealing.notebooks import run_notebooks
from toolkit.sealing.replay import MEETING, Extracting, Progress, Surveying, replay_problems


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; it stays behind empty.

    Raises
    ------
    Refused
        When another process holds it.
    """
    with path.open("ab") as file:
        try:
            _hold(file)
        except OSError as error:
            rule = Phrase("另一次封存正在进行", "another seal is under way")
            raise refuse(
                rule, Phrase("请等它结束后再试", "wait for it to end"), file=path.parent.name
            ) from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _hold(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _hold(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)



REVISION = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
CONFIDENTIAL = "仅供委员会留存，含个人信息，不得公开；可公开的只有 data/public。For the committee's file only, not public."


@dataclass(frozen=True)
class _Order:
    """What is to be sealed, and how."""

    folder: Path
    revision: str
    notebooks: Path
    pages: Path
    extract: Extracting | None
    survey: Surveying | None
    day: dt.date
    progress: Progress


def seal_edition(
    folder: Path,
    revision: str,
    *,
    notebooks: Path,
    pages: Path,
    extract: Extracting | None,
    survey: Surveying | None = None,
    sealed_on: dt.date | None = None,
    progress: Progress | None = None,
) -> Path:
    """The bag `sealed/<revision>` of the edition in `folder`, built from a copy and moved into place when whole.

    The copy is what is read and evaluated, so the sealed records are those behind the sealed results. A seal that
    is broken off at any moment leaves no bag; what it leaves is cleared away by the next one.

    Parameters
    ----------
    notebooks, pages
        Folders of notebooks. The first are run with COMMITTEE_EDITION set to the copy, the second with
        COMMITTEE_PUBLIC set to the public extract.
    extract
        Writes the public extract: called with the evaluation, the revision, the digests of scheme, records and
        ranking, the day, and the folder. None seals without extract and pages, as for an edition not yet approved.
    survey
        Writes for the president's meeting how firm the list is: called with the evaluation and the records of the copy, the
        folder, and `progress`. Of experts it so knows what the copy holds, and no more. None seals without.

    Raises
    ------
    Refused
        When the revision exists or is badly named, another seal is under way, the edition cannot be sealed as it
        stands, or a notebook fails.
    """
    sealed = folder / "sealed"
    _refuse_revision(folder, revision)
    sealed.mkdir(exist_ok=True)
    day = sealed_on or dt.date.today()  # noqa: DTZ011 - the date on the wall of the secretariat
    order = _Order(folder, revision, notebooks, pages, extract, survey, day, progress or (lambda _: None))
    with only_one(sealed / ".lock"), _workshop(sealed, revision) as workshop:
        bag = workshop / "bag"
        evaluation = _fill(bag, order)
        order.progress("BagIt")
        write_bag(bag, _labels(evaluation, revision, day))
        _settle(bag)
        # The one step that makes the bag exist.
        bag.rename(sealed / revision)
        _sync(sealed)
    return sealed / revision


def verify_bag(
    bag: Path,
    *,
    replay: bool = False,
    extract: Extracting | None = None,
    survey: Surveying | None = None,
    progress: Progress | None = None,
) -> Problems:
    """What is wrong with a sealed bag; empty when all is well.

    Parameters
    ----------
    replay
        Whether to compute the edition again and compare every figure, once the digests are right.
    extract, survey
        As they were given to `seal_edition`: with `replay`, the public extract and the papers of the meeting are made
        again too and compared.
    """
    if progress:
        progress("sha256")
    problems = bag_problems(bag)
    return replay_problems(bag, extract, survey, progress) if replay and not problems.errors else problems


def _refuse_revision(folder: Path, revision: str) -> None:
    if not (folder / "scheme.toml").is_file():
        rule = Phrase(
            "这里不是届次文件夹：没有 scheme.toml", "not an edition folder: there is no scheme.toml"
        )
        raise refuse(rule, Phrase("请指明届次文件夹", "name the folder of the edition"), file=folder.name)
    if not REVISION.fullmatch(revision):
        rule = Phrase(
            "修订号只能用字母、数字、点、下划线和连字符", "a revision has letters, digits, dots, _ and - only"
        )
        raise refuse(rule, Phrase("例如 r1", "such as r1"), value=revision)
    if (folder / "sealed" / revision).exists():
        rule = Phrase("这一修订已经封存，不能更改", "this revision is sealed and does not change")
        raise refuse(rule, Phrase("请另起一个修订号，如 r2", "take another name, such as r2"), value=revision)


@contextmanager
def _workshop(sealed: Path, revision: str) -> Iterator[Path]:
    """A hidden folder beside the bags, gone afterwards; what an earlier seal left behind goes first."""
    for stale in sealed.glob(".*-unfinished-*"):
        shutil.rmtree(stale, ignore_errors=True)
    workshop = Path(tempfile.mkdtemp(prefix=f".{revision}-unfinished-", dir=sealed.resolve()))
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def _fill(bag: Path, order: _Order) -> Evaluation:
    """Everything the bag will hold, written into the new folder `bag`."""
    edition = bag / "edition"
    freeze_edition(order.folder, edition)
    records, evaluation = _resolved(edition)
    _refuse_open_ties(evaluation)
    frozen = folder_digests(edition)
    write_results(evaluation, bag / "results")
    if order.survey is not None:
        order.survey(evaluation, records, bag / MEETING, order.progress)
    (bag / "environment.txt").write_text(environment_text(), encoding="utf-8", newline="\n")
    run_notebooks(order.notebooks, bag / "notebooks", {"COMMITTEE_EDITION": edition}, order.progress)
    if order.extract is not None:
        order.extract(evaluation, order.revision, public_digests(bag), order.day, bag / "public")
        run_notebooks(order.pages, bag / "pages", {"COMMITTEE_PUBLIC": bag / "public"}, order.progress)
    if folder_digests(edition) != frozen:
        rule = Phrase("笔记本改动了届次文件", "a notebook changed the edition's files")
        raise refuse(rule, Phrase("笔记本只能读取", "notebooks may only read"))
    return evaluation


def _refuse_open_ties(evaluation: Evaluation) -> None:
    """Nothing is sealed while places are open between level members, unless the scheme says that they may stay so."""
    if evaluation.ties and evaluation.scheme.open_ties == "refused":
        told = tie_problems(evaluation.scheme, evaluation.members, evaluation.ties)
        raise Refused(Problems(tuple(replace(problem, severity="error") for problem in told)))


def _resolved(edition: Path) -> tuple[Records, Evaluation]:
    """The records and the evaluation of the copy, with what its values were compared with written into its scheme.

    So the sealed edition never changes because a member joins later. The scheme as it was decided stays beside it.
    """
    records, evaluation = _evaluated(edition)
    if evaluation.resolved == evaluation.scheme:
        return records, evaluation
    if not (edition / DECIDED).exists():  # there already where the panel's experts were left out
        shutil.copyfile(edition / "scheme.toml", edition / DECIDED)
    write_scheme(evaluation.resolved, edition / "scheme.toml")
    return _evaluated(edition)


def _evaluated(edition: Path) -> tuple[Records, Evaluation]:
    opened = open_edition(edition)
    return opened.records, evaluate(opened.scheme, opened.records)


def _labels(evaluation: Evaluation, revision: str, day: dt.date) -> dict[str, str]:
    scheme = evaluation.scheme
    return {
        "External-Description": scheme.title,
        "External-Identifier": scheme.edition,
        "Internal-Sender-Identifier": revision,
        "Internal-Sender-Description": CONFIDENTIAL,
        "Bagging-Date": day.isoformat(),
        "Bag-Software-Agent": f"{DISTRIBUTION} {_version()}",
        "Approval": scheme.approval or "—",
    }


def _version() -> str:
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "0"


def _settle(bag: Path) -> None:
    """Bring every file to the disk and take away the right to write it."""
    for path in sorted(bag.rglob("*")):
        if path.is_file():
            _sync(path)
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    for path in (*(path for path in bag.rglob("*") if path.is_dir()), bag):
        _sync(path)


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders; its own journal keeps the rename.
    handle = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
