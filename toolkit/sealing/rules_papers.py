"""What bags say of the rules: in their own bag the plan and all that examination finds in them, in every later one what was changed after it.

Every later bag holds the scheme as it was sealed before the records, what of it was decided otherwise since, in words, whose award or
place that moved, and what of its faults was to be seen before there were data.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.comparison import scheme_measured
from toolkit.comparison.shares import moved_between, standing
from toolkit.edition import load_plan
from toolkit.examination import class_sizes, examine, findings
from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase, former_words
from toolkit.ground.toml_reader import on_their_lines
from toolkit.ground.writing import guarded
from toolkit.records.dictionary import load_tables
from toolkit.reports.csv_files import write_examination
from toolkit.scheme import load_scheme
from toolkit.scheme.amendments import diff
from toolkit.sealing.differences import difference, folder_problems
from toolkit.sealing.frozen_edition import decided_scheme, like_sealed
from toolkit.sealing.parts import (
    EDITION,
    EXAMINATION,
    PLAN,
    RELEASES,
    RULES,
    holds_all_parts,
    sealed_by,
)
from toolkit.sensitivity.robustness import QUESTIONS
from toolkit.sensitivity.weights.draws import WeightDraws

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.scheme import Scheme

UNTRIED = Phrase("按事先封存的办法，无法用这些记录计算，看不出谁会变动", "under the rules as sealed these records cannot be evaluated: who would move cannot be seen")


def write_rules(folder: Path, scheme: Scheme, bag: Path) -> None:
    """Write scheme, data dictionary, journal and signers of the edition in `folder`, the sensitivity plan and what examination finds, into the new folder `bag`."""
    (bag / "edition").mkdir(parents=True)
    for name in (name for name in EDITION if (folder / name).is_file()):
        shutil.copyfile(folder / name, bag / "edition" / name)
    (bag / PLAN).write_text(plan_text(scheme), encoding="utf-8", newline="\n")
    write_examined(bag / "edition", bag / EXAMINATION)


def write_examined(edition: Path, folder: Path) -> None:
    """Write what examination finds in the rules in `edition`, before anything is recorded, into `folder`, in the scheme's language."""
    scheme, tables = load_plan(edition)
    found = examine(scheme, tables)
    found = replace(found, problems=on_their_lines(found.problems, edition / "scheme.toml"))
    write_examination(found, scheme.language, folder)


def examined_problems(data: Path) -> Iterator[Problem]:
    """Where what a bag of rules says was found in them is not what is found now; earlier versions sealed none."""
    if not holds_all_parts(data):
        return
    version = sealed_by(data)
    with tempfile.TemporaryDirectory() as place, former_words(version if version in RELEASES else None):
        write_examined(data / "edition", Path(place) / EXAMINATION)
        yield from folder_problems(EXAMINATION, data, Path(place))


def plan_text(scheme: Scheme) -> str:
    """What will be asked of the result, whatever it is: the questions, how many weights are drawn, how far apart, from which seed."""
    spec = WeightDraws()
    plan = {"questions": ["certainty", *QUESTIONS], "draws": spec.draws, "spread": str(spec.spread), "seed": scheme.seed}
    return json.dumps(plan, ensure_ascii=False, indent=1) + "\n"


def plan_problems(data: Path, scheme: Scheme) -> Iterator[Problem]:
    """Where the plan in a bag of rules is not the one that goes with its scheme."""
    if (data / PLAN).read_bytes() != plan_text(scheme).encode():
        yield difference(PLAN)


def write_changed_rules(rules: Path, data: Path, evaluation: Evaluation, records: Records) -> None:
    """Write into the payload `data` the scheme at `rules`, what was decided otherwise since, whom that moved, and what of the faults was known.

    The last needs the data dictionary that lies beside that scheme, which earlier versions did not keep.

    Parameters
    ----------
    evaluation, records
        Those of the frozen edition in `data`.
    """
    place = data / RULES
    place.mkdir(parents=True, exist_ok=True)
    if rules != place / "scheme.toml":
        shutil.copyfile(rules, place / "scheme.toml")
    frozen = data / "edition"
    before, after = load_scheme(rules), decided_scheme(frozen, evaluation.scheme)
    now = scheme_measured(evaluation, records, like_sealed(after, evaluation.scheme))
    then = scheme_measured(evaluation, records, like_sealed(before, evaluation.scheme))
    words = [(entry.place, entry.words.zh, entry.words.en) for entry in diff(before, after)]
    tried = now is not None and then is not None
    _write(place / "changed.csv", ["place", "zh", "en"], [*words, *([] if tried else [("", UNTRIED.zh, UNTRIED.en)])])
    moved = moved_between(standing(then), standing(now)) if now is not None and then is not None else pd.DataFrame()
    columns = ["name", "class", "award_before", "award", "rank_before", "rank", "total_before", "total"]
    rows = [[member, *row] for member, row in zip(moved.index, moved[columns].astype(object).to_numpy().tolist() if len(moved) else [], strict=True)]
    _write(place / "moved.csv", ["member", *columns], rows)
    if (rules.parent / "tables.toml").is_file():
        if rules.parent != place:
            shutil.copyfile(rules.parent / "tables.toml", place / "tables.toml")
        _write(place / "known.csv", ["state", "severity", "place", "zh", "en"], list(_known(before, after, rules.parent / "tables.toml", records)))


def _known(before: Scheme, after: Scheme, tables: Path, records: Records) -> Iterator[list[object]]:
    """Every finding in the rules: ``known`` before the data and so still, ``mended`` since; come by a ``change`` of the rules, or seen only with the ``members`` of each class."""
    then = findings(before, load_tables(tables))
    now, sized = findings(after, records.tables), findings(after, records.tables, class_sizes(after, records.members))
    keys = [{(problem.column, problem.rule.zh) for problem in found} for found in (then, now, sized)]
    every = {(problem.column, problem.rule.zh): problem for found in (then, now, sized) for problem in found}
    for key, problem in every.items():
        still = key in keys[1] or key in keys[2]
        state = ("known" if still else "mended") if key in keys[0] else "change" if key in keys[1] else "members"
        yield [state, problem.severity, problem.column, problem.rule.zh, problem.rule.en]


def _write(path: Path, columns: list[str], rows: list[tuple[str, str, str]] | list[list[object]]) -> None:
    content = io.StringIO()
    cells = ([guarded(cell) if isinstance(cell, str) else "" if pd.isna(cell) else cell for cell in row] for row in rows)  # type: ignore[call-overload]
    csv.writer(content, lineterminator="\n").writerows([columns, *cells])
    path.write_bytes(content.getvalue().encode("utf-8-sig"))
