"""The replay: a sealed edition computed again from its frozen records, figure by figure against what was sealed.

Where what was sealed and what is computed now differ: cell by cell, file by file.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from math import isclose
from pathlib import Path
from typing import TypeAlias

from python_calamine import CalamineError, CalamineWorkbook

from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase, phrase
from toolkit.publication.extract import read_extract
from toolkit.records import Records
from toolkit.reports.csv_files import TABLES, TOUCHED, WORKBOOK, write_results
from toolkit.sealing.bag import environment_text, read_bag_info, read_environment, versions
from toolkit.sealing.frozen_edition import folder_digests, public_digests

Table = Sequence[Sequence[object]]
DIFFERS = Phrase("封存的结果与重新计算的不同", "what was sealed differs from what the records give")
ASK = Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat")


def folder_problems(folder: str, data: Path, again: Path) -> Iterator[Problem]:
    """Every file below `folder` that is another one now; of a workbook every cell."""
    before, now = folder_digests(data / folder), folder_digests(again / folder)
    for name in sorted({*before, *now}):
        if before.get(name) == now.get(name):
            continue
        if name.endswith(".xlsx") and name in before and name in now:
            yield from workbook_problems(f"{folder}/{name}", data, again)
        else:
            yield difference(f"{folder}/{name}")


def workbook_problems(file: str, data: Path, again: Path, *, reworded: bool = False) -> Iterator[Problem]:
    """Every cell of the workbook `file` that is another one now."""
    try:
        sealed = CalamineWorkbook.from_path(str(data / file))
    except (OSError, ValueError, CalamineError) as error:
        yield difference(file, value=type(error).__name__)
        return
    computed = CalamineWorkbook.from_path(str(again / file))
    if sealed.sheet_names != computed.sheet_names:
        yield difference(file, value="、".join(sealed.sheet_names))
        return
    for sheet in computed.sheet_names:
        before, now = (
            book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for book in (sealed, computed)
        )
        for problem in cell_problems(file, sheet, before, now, exact=False):
            # The figures stand in the tables too; what is only text here may be worded otherwise by another version.
            yield as_wording(problem) if reworded and not _has_figure(problem) else problem


def cell_problems(file: str, sheet: str, sealed: Table, again: Table, *, exact: bool) -> Iterator[Problem]:
    """One problem for each cell that differs, told by row, column heading and whose row it is."""
    headings = again[0] if again else ()
    for number, (before, now) in enumerate(zip_longest(sealed, again, fillvalue=()), start=1):
        for column, (was, is_) in enumerate(zip_longest(before, now, fillvalue="")):
            if not _same(was, is_, exact=exact):
                heading = str(headings[column]) if column < len(headings) and not sheet else ""
                whose = str(now[0]) if now and not sheet else ""
                yield difference(
                    file, sheet, number, heading or str(column + 1), f"{whose} {was} → {is_}".strip()
                )


def _same(was: object, is_: object, *, exact: bool) -> bool:
    if was == is_:
        return True
    if exact:
        return False
    try:
        return isclose(float(str(was)), float(str(is_)), rel_tol=1e-9, abs_tol=1e-9)
    except ValueError:
        return False


def as_wording(problem: Problem) -> Problem:
    """The difference as a note: another version says the same in other words."""
    rule = Phrase("文字表述与封存时不同（程序版本不同）", "worded otherwise than at the seal, by another version")
    mend = Phrase("数字一致时无须处理", "nothing, as long as the figures agree")
    return replace(problem, severity="note", rule=rule, mend=mend)


def _has_figure(problem: Problem) -> bool:
    """Whether either side of a difference is a bare number."""
    return any(re.fullmatch(r"-?\d+(\.\d+)?", side.strip()) for side in problem.value.split("→"))


def difference(
    file: str, sheet: str = "", row: int | None = None, column: str = "", value: str = ""
) -> Problem:
    """A difference as a problem."""
    return Problem("error", DIFFERS, ASK, file=file, sheet=sheet, row=row, column=column, value=value)



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
UNASKED = Phrase(
    "封存时办法没有 [publication.consent]：公开摘要没有征求会员同意，未重新生成",
    "the scheme had no [publication.consent] when it was sealed: the public extract asked no member, and was not made again",
)
NOT_TO_SERVE = Phrase("这一版只可核对、重算，不得公开", "this revision is to be verified and replayed only, not served")
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
            found += _public_problems(bag, again, evaluation, extract)
    return Problems((*found, *_version_notes(data / "environment.txt")))


def _public_problems(bag: Path, again: Path, evaluation: Evaluation, extract: Extracting) -> Iterator[Problem]:
    """What the public extract would say otherwise now; a note where it was made by a version that asked no member."""
    data, info = bag / "data", read_bag_info(bag)
    day = dt.date.fromisoformat(info["Bagging-Date"])
    try:
        extract(evaluation, info["Internal-Sender-Identifier"], public_digests(data), day, again / "public")
    except Refused as refused:
        unasked = evaluation.scheme.publication and not evaluation.scheme.consent and not read_extract(data / "public").asked
        yield from [Problem("note", UNASKED, NOT_TO_SERVE, file="public")] if unasked else refused.problems
        return
    signed_as_sealed(data, again)
    yield from folder_problems("public", data, again)


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
