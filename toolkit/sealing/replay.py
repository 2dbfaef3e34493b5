"""The replay: a sealed edition computed again from its frozen records, figure by figure against what was sealed."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from toolkit.edition import open_edition
from toolkit.errors import Problem, Problems, Refused
from toolkit.evaluation import Evaluation, evaluate
from toolkit.records import Records
from toolkit.results import TABLES, TOUCHED, WORKBOOK, write_results
from toolkit.sealing.bag import read_bag_info
from toolkit.sealing.differences import Table, as_wording, cell_problems, folder_problems, workbook_problems
from toolkit.sealing.environment import environment_text, read_environment, versions
from toolkit.sealing.frozen import public_digests
from toolkit.text import Phrase, phrase

Extracting: TypeAlias = Callable[[Evaluation, str, Mapping[str, str], dt.date, Path], None]
Surveying: TypeAlias = Callable[[Evaluation, Records, Path, Callable[[str], None]], None]
Progress: TypeAlias = Callable[[str], None]

MEETING = "meeting"
OURSELVES = "evaluation-committee-toolkit"
DRAWN_BY = ("numpy", "pandas", "scipy")
"""Of which another version may draw otherwise, or find another of several changes that are equally small."""
SENTENCES = frozenset({"reason", "rule", "mend"})
DRAWN_OTHERWISE = Phrase("与封存时不同（抽样和求最小变动所用软件的版本不同）", "other than at the seal: drawn, and sought, by other versions")
NOT_AGAIN = Phrase("会议材料未重新计算", "the papers of the meeting were not made again")
NOTHING = Phrase("得分、名次、奖项一致时无须处理", "nothing, as long as scores, ranks and awards agree")


def replay_problems(
    bag: Path,
    extract: Extracting | None = None,
    survey: Surveying | None = None,
    progress: Progress | None = None,
) -> Problems:
    """Every figure in the results of `bag` that its records do not give; empty when all agree.

    Ranks and totals must be the same to the letter; other numbers agree within 1e-9. Packages of another
    version than at the seal, and sentences worded otherwise by another version, are told as notes; so are the papers of
    the meeting where other packages drew them, or where `survey` is not there to make them again.
    """
    step = progress or (lambda _: None)
    step("evaluate")
    data = bag / "data"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        again = Path(folder)
        try:
            edition = open_edition(data / "edition")
            evaluation = evaluate(edition.scheme, edition.records)
        except Refused as error:
            return error.problems
        write_results(evaluation, again / "results")
        reworded = _other_version(data / "environment.txt")
        found = [
            *_table_problems(data / "results", again / "results", reworded=reworded),
            *workbook_problems(f"results/{WORKBOOK}", data, again, reworded=reworded),
        ]
        if (data / MEETING).is_dir():
            found += _meeting_problems(data, again, evaluation, edition.records, survey=survey, step=step)
        if extract is not None and (data / "public").is_dir():
            info = read_bag_info(bag)
            day = dt.date.fromisoformat(info["Bagging-Date"])
            extract(
                evaluation, info["Internal-Sender-Identifier"], public_digests(data), day, again / "public"
            )
            signed_as_sealed(data, again)
            found += folder_problems("public", data, again)
    return Problems((*found, *_version_notes(data / "environment.txt")))


def _table_problems(sealed: Path, again: Path, *, reworded: bool) -> Iterator[Problem]:
    touched = [TOUCHED] if any((folder / TOUCHED).exists() for folder in (sealed, again)) else []
    for name in (*TABLES, *touched):
        if reworded and not (sealed / name).exists():  # an earlier version wrote fewer tables
            continue
        exact = name in {"ranking.csv", "awards.csv", "problems.csv"}
        before, now = _read_csv(sealed / name), _read_csv(again / name)
        for problem in cell_problems(f"results/{name}", "", before, now, exact=exact):
            yield as_wording(problem) if reworded and problem.column in SENTENCES else problem


def _read_csv(path: Path) -> Table:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    except (OSError, ValueError, csv.Error):
        return ()


def _meeting_problems(
    data: Path, again: Path, evaluation: Evaluation, records: Records, *, survey: Surveying | None, step: Progress
) -> Iterator[Problem]:
    """What the papers of the meeting would say otherwise now; a note where it was computed by other packages."""
    if survey is None:
        yield Problem("note", NOT_AGAIN, NOTHING, file=MEETING)
        return
    survey(evaluation, records, again / MEETING, step)
    other = _other_version(data / "environment.txt", *DRAWN_BY)
    for problem in folder_problems(MEETING, data, again):
        yield replace(problem, severity="note", rule=DRAWN_OTHERWISE, mend=NOTHING) if other else problem


def signed_as_sealed(data: Path, again: Path) -> None:
    """Let a notice made now name the version that sealed it: which one it is now is told among the packages."""
    sealed, now = (read_environment(text).get(OURSELVES, "") for text in (_environment(data / "environment.txt"), environment_text()))
    path = again / "public" / "notice.json"
    told = path.read_text(encoding="utf-8")
    path.write_text(told.replace(f'"toolkit_version": "{now}"', f'"toolkit_version": "{sealed}"'), encoding="utf-8", newline="\n")


def _environment(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _other_version(path: Path, *names: str) -> bool:
    sealed, now = read_environment(_environment(path)), versions()
    return any(sealed.get(name) != now.get(name) for name in (OURSELVES, *names))


def _version_notes(path: Path) -> Iterator[Problem]:
    sealed, now = read_environment(_environment(path)), versions()
    for name in sorted({*sealed, *now}):
        was, is_ = sealed.get(name, "—"), now.get(name, "—")
        if was != is_:
            rule = phrase("封存时为 {was}，现为 {now}", "was {was} at the seal, is {now}", was=was, now=is_)
            mend = Phrase("结果一致时无须处理", "nothing, as long as the figures agree")
            yield Problem("note", rule, mend, file="environment.txt", column=name)
