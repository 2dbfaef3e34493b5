"""The replay: a sealed edition computed again from its frozen records, figure by figure against what was sealed."""

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

from python_calamine import CalamineError, CalamineWorkbook

from toolkit.edition import open_edition
from toolkit.errors import Problem, Problems, Refused
from toolkit.evaluation import Evaluation, evaluate
from toolkit.results import TABLES, TOUCHED, WORKBOOK, write_results
from toolkit.sealing.bag import read_bag_info
from toolkit.sealing.environment import read_environment, versions
from toolkit.sealing.frozen import folder_digests, public_digests
from toolkit.text import Phrase, phrase

Table = Sequence[Sequence[object]]
OURSELVES = "evaluation-committee-toolkit"
SENTENCES = frozenset({"reason", "rule", "mend"})
DIFFERS = Phrase("封存的结果与重新计算的不同", "what was sealed differs from what the records give")
ASK = Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat")


def replay_problems(
    bag: Path,
    extract: Callable[[Evaluation, str, Mapping[str, str], dt.date, Path], None] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Problems:
    """Every figure in the results of `bag` that its records do not give; empty when all agree.

    Ranks and totals must be the same to the letter; other numbers agree within 1e-9. Packages of another
    version than at the seal, and sentences worded otherwise by another version, are told as notes.
    """
    if progress:
        progress("evaluate")
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
            *_workbook_problems(data, again, reworded=reworded),
        ]
        if extract is not None and (data / "public").is_dir():
            info = read_bag_info(bag)
            day = dt.date.fromisoformat(info["Bagging-Date"])
            extract(
                evaluation, info["Internal-Sender-Identifier"], public_digests(data), day, again / "public"
            )
            found += _file_problems(data / "public", again / "public")
    return Problems((*found, *_version_notes(data / "environment.txt")))


def _table_problems(sealed: Path, again: Path, *, reworded: bool) -> Iterator[Problem]:
    touched = [TOUCHED] if any((folder / TOUCHED).exists() for folder in (sealed, again)) else []
    for name in (*TABLES, *touched):
        if reworded and not (sealed / name).exists():  # an earlier version wrote fewer tables
            continue
        exact = name in {"ranking.csv", "awards.csv", "problems.csv"}
        before, now = _read_csv(sealed / name), _read_csv(again / name)
        for problem in _cell_problems(f"results/{name}", "", before, now, exact=exact):
            yield _as_wording(problem) if reworded and problem.column in SENTENCES else problem


def _workbook_problems(data: Path, again: Path, *, reworded: bool) -> Iterator[Problem]:
    file = f"results/{WORKBOOK}"
    try:
        sealed = CalamineWorkbook.from_path(str(data / file))
    except (OSError, ValueError, CalamineError) as error:
        yield _difference(file, value=type(error).__name__)
        return
    computed = CalamineWorkbook.from_path(str(again / file))
    if sealed.sheet_names != computed.sheet_names:
        yield _difference(file, value="、".join(sealed.sheet_names))
        return
    for sheet in computed.sheet_names:
        before, now = (
            book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for book in (sealed, computed)
        )
        for problem in _cell_problems(file, sheet, before, now, exact=False):
            # The figures stand in the tables too; what is only text here may be worded otherwise by another version.
            yield _as_wording(problem) if reworded and not _has_figure(problem) else problem


def _cell_problems(file: str, sheet: str, sealed: Table, again: Table, *, exact: bool) -> Iterator[Problem]:
    """One problem for each cell that differs, told by row, column heading and whose row it is."""
    headings = again[0] if again else ()
    for number, (before, now) in enumerate(zip_longest(sealed, again, fillvalue=()), start=1):
        for column, (was, is_) in enumerate(zip_longest(before, now, fillvalue="")):
            if not _same(was, is_, exact=exact):
                heading = str(headings[column]) if column < len(headings) and not sheet else ""
                whose = str(now[0]) if now and not sheet else ""
                yield _difference(
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


def _read_csv(path: Path) -> Table:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    except (OSError, ValueError, csv.Error):
        return ()


def _file_problems(sealed: Path, again: Path) -> list[Problem]:
    before, now = folder_digests(sealed), folder_digests(again)
    return [
        _difference(f"public/{name}") for name in sorted({*before, *now}) if before.get(name) != now.get(name)
    ]


def _as_wording(problem: Problem) -> Problem:
    rule = Phrase("文字表述与封存时不同（程序版本不同）", "worded otherwise than at the seal, by another version")
    mend = Phrase("数字一致时无须处理", "nothing, as long as the figures agree")
    return replace(problem, severity="note", rule=rule, mend=mend)


def _has_figure(problem: Problem) -> bool:
    """Whether either side of a difference is a bare number."""
    return any(re.fullmatch(r"-?\d+(\.\d+)?", side.strip()) for side in problem.value.split("→"))


def _other_version(path: Path) -> bool:
    sealed = read_environment(path.read_text(encoding="utf-8") if path.is_file() else "")
    return sealed.get(OURSELVES) != versions().get(OURSELVES)


def _version_notes(path: Path) -> Iterator[Problem]:
    sealed, now = read_environment(path.read_text(encoding="utf-8") if path.is_file() else ""), versions()
    for name in sorted({*sealed, *now}):
        was, is_ = sealed.get(name, "—"), now.get(name, "—")
        if was != is_:
            rule = phrase("封存时为 {was}，现为 {now}", "was {was} at the seal, is {now}", was=was, now=is_)
            mend = Phrase("结果一致时无须处理", "nothing, as long as the figures agree")
            yield Problem("note", rule, mend, file="environment.txt", column=name)


def _difference(
    file: str, sheet: str = "", row: int | None = None, column: str = "", value: str = ""
) -> Problem:
    return Problem("error", DIFFERS, ASK, file=file, sheet=sheet, row=row, column=column, value=value)
