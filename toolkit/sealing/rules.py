"""The rules before the records: a bag of scheme, sensitivity plan and all that examination finds in them, and what a later bag says was changed after it.

A committee that seals its rules before it opens any record can show that no rule was made for a result. Every later bag holds that scheme,
what of it was decided otherwise since, in words, whose award or place that moved, and what of its faults was to be seen before there were data.
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
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import on_their_lines
from toolkit.ground.writing import edition_lock, guarded
from toolkit.minutes.adoption import entered
from toolkit.minutes.decisions import RULES_LOST, rules_lost
from toolkit.minutes.journal import JOURNAL, Entry, entry_in_words, read_journal, refuse_unsaid
from toolkit.records.dictionary import load_tables
from toolkit.reports.csv_files import write_examination
from toolkit.scheme import load_scheme
from toolkit.scheme.amendments import diff
from toolkit.sealing.bag import TAG_MANIFEST, bag_problems, read_bag_info
from toolkit.sealing.differences import ASK, difference, folder_problems
from toolkit.sealing.frozen_edition import FILES, decided_scheme, like_sealed
from toolkit.sealing.parts import (
    EXAMINATION,
    KNOWN,
    KNOWN_PARTS,
    PLAN,
    RULES,
    RULES_PARTS,
    House,
    Seal,
    part_problems,
    sealed_by,
)
from toolkit.sealing.revisions import FROM_BACKUP, GONE, bags, seal_lines
from toolkit.sensitivity.robustness import QUESTIONS
from toolkit.sensitivity.weights.draws import WeightDraws

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.scheme import Scheme

TOO_LATE = Phrase("已有封存的结果，办法不能再算是事先封存的", "a result is sealed already: these rules would not be sealed before it")
NOTHING = Phrase("无须再封存办法", "there is nothing to seal")
OTHER = Phrase("封存的办法不是本届的", "the rules sealed are those of another edition")
ITS_OWN = Phrase("请移走这个封存包", "move that bag away")
EXCHANGED = Phrase("不是工作记录所记的、事先封存的办法", "is not the bag of rules that the journal tells of")
UNTOLD = Phrase("与包内工作记录所记的、事先封存的办法不符", "is not what the journal in the bag tells of rules that were sealed before")
LOST = (
    "打开记录之前封存过办法，但那个封存包已经没有了（{why.zh}）：此后的改动无从对照",
    "rules were sealed before the records, and that bag is there no more ({why.en}): what was decided otherwise since cannot be held against it",
)
TAKE_NOTE = Phrase("请据此判断：不能证明办法是在有结果之前定下的", "judge by that: it is not proved that the rules were made before the result")
NONE_SEALED = Phrase("工作记录没有写明事先封存过办法", "the journal tells of no rules that were sealed before")
STILL_THERE = Phrase("事先封存的办法还在，完好无损", "the rules as sealed are there, and whole")
NOT_LOST = Phrase("无须记入；照常封存即可", "there is nothing to enter: seal as usual")
LOST_ALREADY = Phrase("已经记入过", "is entered already")
UNTRIED = Phrase("按事先封存的办法，无法用这些记录计算，看不出谁会变动", "under the rules as sealed these records cannot be evaluated: who would move cannot be seen")
ANOTHER = Phrase("与旁边事先封存的不是同一份", "is not that in the bag of rules that lies beside it")


def write_rules(folder: Path, scheme: Scheme, bag: Path) -> None:
    """Write scheme, data dictionary, journal and signers of the edition in `folder`, the sensitivity plan and what examination finds, into the new folder `bag`."""
    (bag / "edition").mkdir(parents=True)
    for name in (name for name in FILES if (folder / name).is_file()):
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
    if sealed_by(data) in KNOWN:
        return
    with tempfile.TemporaryDirectory() as place:
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


def told_rules(folder: Path) -> str:
    """SHA-256 of the tag manifest of the rules that the journal of the edition in `folder` says were sealed first; empty where none were."""
    first = next(seal_lines(folder), None)
    return first["bag"] if first and first["revision"] == RULES else ""


def sealed_rules(folder: Path, scheme: Scheme) -> str:
    """SHA-256 of the tag manifest of the rules that the edition in `folder` sealed before any result; empty where it sealed none.

    Raises
    ------
    Refused
        When that bag is, without an entry of `enter_rules_lost`, gone, not whole, not the one that the journal tells of, no bag of rules, or of another edition.
    """
    told, bag = told_rules(folder), folder / "sealed" / RULES
    if not told or rules_lost(read_journal(folder)) is not None:
        return told
    if not (bag / "bagit.txt").is_file():
        raise refuse(GONE, FROM_BACKUP, value=RULES)
    problems = bag_problems(bag) or part_problems(bag, House.of(None, None))
    if problems.errors:
        raise Refused(Problems(tuple(problems.errors)))
    info = read_bag_info(bag)
    if info.get("External-Identifier") != scheme.edition:
        raise refuse(OTHER, ITS_OWN, value=RULES)
    if file_digest(bag / TAG_MANIFEST) != told or Seal.of(info).revision != RULES:
        raise refuse(EXCHANGED, FROM_BACKUP, value=RULES)
    return told


def enter_rules_lost(folder: Path, *, by: str, because: str) -> Entry:
    """Enter into the journal of the edition in `folder` that the bag of its rules is gone or cannot be relied on: every later bag says so.

    Raises
    ------
    Refused
        When nobody or no reason is named, no rules were sealed, that bag is whole, or this was entered already.
    """
    with edition_lock(folder):
        refuse_unsaid(by, because)
        told, journal = told_rules(folder), read_journal(folder)
        if not told:
            raise refuse(NONE_SEALED, NOTHING, file=JOURNAL)
        if rules_lost(journal) is not None:
            raise refuse(LOST_ALREADY, NOT_LOST, file=JOURNAL)
        if _is_whole(folder, told):
            raise refuse(STILL_THERE, NOT_LOST, value=RULES)
        return entered(folder, RULES_LOST, by, because, {"revision": RULES, "bag": told})


def _is_whole(folder: Path, told: str) -> bool:
    bag = folder / "sealed" / RULES
    return (bag / TAG_MANIFEST).is_file() and file_digest(bag / TAG_MANIFEST) == told and not bag_problems(bag).errors


def refuse_late(folder: Path) -> None:
    """Refuse to seal rules when the edition in `folder` sealed a result, whether that still lies there or not.

    Raises
    ------
    Refused
    """
    results = [*(bag.name for bag in bags(folder / "sealed")), *(line["revision"] for line in seal_lines(folder) if line["revision"] != RULES)]
    if results:
        raise refuse(TOO_LATE, NOTHING, value=results[-1])


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


def rules_problems(bag: Path, rules: str) -> Iterator[Problem]:
    """Where the rules that a bag names, by the digest `rules`, are not those that its journal tells of, or that lie in a bag beside it."""
    if told_rules(bag / "data" / "edition") != rules:
        yield Problem("error", UNTOLD, ASK, file="bag-info.txt", column="Rules-SHA256", value=rules or "—")
    if rules and (lost := rules_lost(read_journal(bag / "data" / "edition"))) is not None:
        yield Problem("warning", phrase(*LOST, why=entry_in_words(lost)), TAKE_NOTE, file="bag-info.txt", column="Rules-SHA256")
        return
    beside = bag.resolve().parent / RULES
    if rules and (beside / TAG_MANIFEST).is_file():
        copies = [name for name in (RULES_PARTS[0], KNOWN_PARTS[0]) if (bag / "data" / name).is_file()]
        for name in copies:
            original = beside / "data" / "edition" / Path(name).name
            if file_digest(beside / TAG_MANIFEST) != rules or file_digest(original) != file_digest(bag / "data" / name):
                yield Problem("error", ANOTHER, ASK, file=name)


def _write(path: Path, columns: list[str], rows: list[tuple[str, str, str]] | list[list[object]]) -> None:
    content = io.StringIO()
    cells = ([guarded(cell) if isinstance(cell, str) else "" if pd.isna(cell) else cell for cell in row] for row in rows)  # type: ignore[call-overload]
    csv.writer(content, lineterminator="\n").writerows([columns, *cells])
    path.write_bytes(content.getvalue().encode("utf-8-sig"))
