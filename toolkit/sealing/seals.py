"""The seal: an edition with its results, notebooks and public extract as one bag that nobody changes any more.

What a seal is made of: frozen copies, notebooks run in a clean room, a bag.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from toolkit.comparison.records import evaluated_at
from toolkit.edition import Edition, load_plan, open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.evaluation.decisions import tie_problems
from toolkit.evaluation.stages import open_shortlist
from toolkit.ground.problems import Problems, Refused, refuse
from toolkit.ground.resources import folder_digests
from toolkit.ground.text import Language, Phrase
from toolkit.ground.toml_syntax import with_quoted_keys
from toolkit.ground.writing import LOCK, only_one, refusing, sync, write_whole
from toolkit.minutes.decisions import rules_lost
from toolkit.minutes.journal import read_journal
from toolkit.minutes.objections import refuse_unmended
from toolkit.publication.extract import public_extract
from toolkit.records import Records
from toolkit.reports.csv_files import write_results
from toolkit.reports.workbook.robustness import write_meeting_papers
from toolkit.scheme import Scheme, load_scheme
from toolkit.scheme.writing import write_scheme
from toolkit.sealing.bag import (
    DISTRIBUTION,
    environment_text,
    versions,
    write_bag,
)
from toolkit.sealing.cards import seal_cards
from toolkit.sealing.descriptions import descriptions
from toolkit.sealing.frozen_edition import (
    freeze_edition,
    frozen_scheme,
    public_digests,
)
from toolkit.sealing.kernels import one_reading
from toolkit.sealing.notebooks import run_notebooks
from toolkit.sealing.open_bag import Facts, rules_lost_on, seal_open
from toolkit.sealing.parts import (
    CARD_STEP,
    DECIDED,
    ENVIRONMENT,
    MEETING,
    RULES,
    House,
    Progress,
    Seal,
    Step,
    by_name,
    is_resolved,
    labels,
    publishable,
    sealed_by,
    stepping,
)
from toolkit.sealing.revisions import (
    enter_seal,
    enter_seals,
    refuse_revision,
    refuse_sealed,
    revised,
)
from toolkit.sealing.rules import refuse_late, sealed_rules
from toolkit.sealing.rules_papers import write_changed_rules, write_rules
from toolkit.sealing.signatures import (
    refuse_unsignable,
)
from toolkit.sealing.states import LIST
from toolkit.sealing.verification import whole_problems

SEALING = Phrase("另一次封存正在进行", "another seal is under way")
PACKING = Phrase("装包", "packing the bag")


def seal_edition(
    folder: Path,
    revision: str,
    *,
    notebooks: Path | None = None,
    pages: Path | None = None,
    revises: str = "",
    because: str = "",
    by: str = "",
    evaluated: tuple[Edition, Evaluation] | None = None,
    sealed_on: dt.date | None = None,
    progress: Progress | None = None,
    language: Language | None = None,
) -> Path:
    """The bag `sealed/<revision>` of the edition in `folder`, built from a copy and moved into place when whole.

    What is sealed are the results of the copy, read and evaluated anew; they must give the list that the edition itself gave. A seal
    that is broken off at any moment leaves no bag; what it leaves is cleared away by the next one. Public extract and pages are
    sealed where the scheme was approved and says what may be published. The journal is told once the bag is there; where that was
    broken off, the next seal does it.

    Parameters
    ----------
    notebooks, pages
        Folders, as in `toolkit.sealing.parts.House`; the house's own where nothing is given. Never an expert's copies.
    revises, because
        The newest revision, which it is to stand in place of, and why: bag, public notice and journal say so. Telephone and
        identity numbers in the reason are masked.
    by
        Who seals, for the journal.
    evaluated
        The edition in `folder` as it was read, and its evaluation; read and evaluated here where they are not given.
    language
        In which `progress` is told of a step; both, side by side, where none is named.

    Raises
    ------
    Refused
        When the revision exists or is badly named, what it revises is not the newest or not whole, the journal's chain is broken,
        another seal is under way, the edition cannot be sealed as it stands, or a notebook fails.
    """
    sealed = folder / "sealed"
    refuse_revision(folder, revision)
    with refusing(sealed):
        sealed.mkdir(exist_ok=True)
    day = sealed_on or dt.date.today()  # noqa: DTZ011 - the date on the wall of the secretariat
    house, step = House.of(notebooks, pages), stepping(progress, language)
    with only_one(sealed / LOCK, SEALING), refusing(sealed), _workshop(sealed, revision) as workshop, one_reading():
        bag = workshop / "bag"
        edition, decided = evaluated or evaluated_at(folder)[:2]
        _refuse_open_ties(decided)
        refuse_unmended(folder, edition.records)
        refuse_unsignable(folder, edition.scheme)
        former = revised(folder, edition.scheme, revises, because)
        _refuse_damaged(sealed / revises if revises else None, house)
        enter_seals(folder)
        rules = sealed_rules(folder, edition.scheme)
        freeze_edition(edition, bag / "edition")
        _write_resolved(decided, bag / "edition")
        seal = Seal(revision, day.isoformat(), *former, read_journal(bag / "edition").head, rules)
        with _unchanged(bag / "edition"):
            records, evaluation = _evaluated_again(bag / "edition", decided)
            _fill(bag, records, evaluation, house.notebooks, step)
            step(CARD_STEP)
            seal_cards(evaluation, records, revision, bag)
            if rules and rules_lost(read_journal(bag / "edition")) is None:
                write_changed_rules(sealed / RULES / "data" / "edition" / "scheme.toml", bag, evaluation, records)
            if publishable(evaluation.scheme):
                seal_open(evaluation, Facts(revision, day.isoformat(), sealed_by(bag), rules_lost_on(rules, bag)), bag)
                public_extract(evaluation, revision, public_digests(bag), day, seal.published).write(bag / "public")
                run_notebooks(house.pages, bag / "pages", {"COMMITTEE_PUBLIC": bag / "public"}, by_name(step), _paths_in(records))
        step(PACKING)
        _bagged(bag, evaluation.scheme, seal)
        # The one step that makes the bag exist.
        bag.rename(sealed / revision)
        sync(sealed)
        enter_seal(folder, sealed / revision, by)
    return sealed / revision


def seal_rules(folder: Path, *, by: str = "", sealed_on: dt.date | None = None) -> Path:
    """The bag `sealed/rules` of the edition in `folder`: scheme, data dictionary, sensitivity plan, before any record is opened.

    What examination finds in them is sealed with them. Every bag sealed later says what of it was decided otherwise, whom that moved,
    and which faults were to be seen before there were data.

    Raises
    ------
    Refused
        When rules or a result are sealed already, the scheme or the data dictionary is faulty, or another seal is under way.
    """
    sealed = folder / "sealed"
    refuse_sealed(folder, RULES)
    scheme, _ = load_plan(folder)
    with refusing(sealed):
        sealed.mkdir(exist_ok=True)
    day = sealed_on or dt.date.today()  # noqa: DTZ011 - the date on the wall of the secretariat
    with only_one(sealed / LOCK, SEALING), refusing(sealed), _workshop(sealed, RULES) as workshop:
        refuse_late(folder)
        enter_seals(folder)
        bag = workshop / "bag"
        write_rules(folder, scheme, bag)
        (bag / ENVIRONMENT).write_text(environment_text(), encoding="utf-8", newline="\n")
        _bagged(bag, load_scheme(bag / "edition" / "scheme.toml"), Seal(RULES, day.isoformat(), journal=read_journal(bag / "edition").head))
        bag.rename(sealed / RULES)
        sync(sealed)
        enter_seal(folder, sealed / RULES, by)
    return sealed / RULES


def _bagged(bag: Path, scheme: Scheme, seal: Seal) -> None:
    """Make a bag of the folder, with what it says of itself, down to the disk."""
    version = versions()[DISTRIBUTION]
    for name, text in descriptions(bag, scheme, seal, version).items():
        (bag / name).write_text(text, encoding="utf-8", newline="\n")
    write_bag(bag, labels(scheme, seal, version))
    _settle(bag)


def _refuse_damaged(former: Path | None, house: House) -> None:
    """Refuse to revise a bag that is not whole."""
    problems = whole_problems(former, house) if former else Problems()
    if problems.errors:
        raise Refused(Problems(tuple(replace(problem, file=f"{former and former.name}/{problem.file}") for problem in problems.errors)))


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


@contextmanager
def _unchanged(edition: Path) -> Iterator[None]:
    """Refuse what is made of the frozen edition when its files are others afterwards."""
    frozen = folder_digests(edition)
    yield
    if folder_digests(edition) != frozen:
        rule = Phrase("笔记本改动了届次文件", "a notebook changed the edition's files")
        raise refuse(rule, Phrase("笔记本只能读取", "notebooks may only read"))


def _fill(bag: Path, records: Records, evaluation: Evaluation, notebooks: Path, step: Step) -> None:
    """What the committee keeps beside the frozen edition: results, papers of the meeting, packages, and its notebooks as they were run."""
    write_results(evaluation, bag / "results")
    write_meeting_papers(evaluation, records, bag / MEETING, step)
    (bag / ENVIRONMENT).write_text(environment_text(), encoding="utf-8", newline="\n")
    run_notebooks(notebooks, bag / "notebooks", {"COMMITTEE_EDITION": bag / "edition"}, by_name(step), _paths_in(records))


def _refuse_open_ties(evaluation: Evaluation) -> None:
    """Nothing is sealed while places are open between level members, unless the scheme says that they may stay so."""
    told = open_shortlist(evaluation.problems)
    if evaluation.scheme.open_ties == "refused":
        told += tie_problems(evaluation.scheme, evaluation.members, evaluation.ties)
    if told:
        raise Refused(Problems(tuple(replace(problem, severity="error") for problem in told)))


def _write_resolved(decided: Evaluation, edition: Path) -> None:
    """Write into the scheme of the copy what the values were compared with, so that it never changes because a member joins later.

    The scheme as it was decided stays beside it. What is sealed is TOML 1.0, with quotes round every key in another script.
    """
    resolved = frozen_scheme(decided.resolved)
    if is_resolved(resolved):
        if not (edition / DECIDED).exists():  # there already where the panel's experts were left out
            shutil.copyfile(edition / "scheme.toml", edition / DECIDED)
        write_scheme(resolved, edition / "scheme.toml")
    text = (edition / "scheme.toml").read_text("utf-8-sig")
    write_whole(edition / "scheme.toml", with_quoted_keys(text))


def _evaluated_again(edition: Path, decided: Evaluation) -> tuple[Records, Evaluation]:
    """The records of the copy and its evaluation, which must give the list that was decided."""
    copy = open_edition(edition)
    evaluation = evaluate(copy.scheme, copy.records)
    if not evaluation.ranking[LIST].equals(decided.ranking[LIST]):
        rule = Phrase("副本算出的名单与本届的不同", "the copy gives another list than the edition")
        raise refuse(rule, Phrase("数据库中的记录可能刚改动过，请重新封存", "records in a database may just have changed: seal again"))
    return copy.records, evaluation


def _paths_in(records: Records) -> set[str]:
    """Every text of the records that could be taken for a path: of whatever a member is called, nobody asks why."""
    columns = (frame[name].dropna().unique() for frame in records.frames.values() for name in frame)
    return {text for column in columns for text in column if isinstance(text, str) and os.sep in text}


def _settle(bag: Path) -> None:
    """Bring every file to the disk and take away the right to write it."""
    for path in sorted(bag.rglob("*")):
        if path.is_file():
            sync(path)
            path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    for path in (*(path for path in bag.rglob("*") if path.is_dir()), bag):
        sync(path)
