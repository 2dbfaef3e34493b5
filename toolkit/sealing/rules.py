"""The rules before the records: the bag of scheme, sensitivity plan and all that examination finds in them, as the journal tells of it and as it lies there.

A committee that seals its rules before it opens any record can show that no rule was made for a result.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.writing import edition_lock
from toolkit.minutes.adoption import entered
from toolkit.minutes.decisions import RULES_LOST, rules_lost
from toolkit.minutes.journal import JOURNAL, Entry, entry_in_words, read_journal, refuse_unsaid
from toolkit.sealing.bag import TAG_MANIFEST, bag_problems, read_bag_info
from toolkit.sealing.differences import ASK
from toolkit.sealing.parts import (
    KNOWN_PARTS,
    RULES,
    RULES_PARTS,
    House,
    Seal,
    part_problems,
)
from toolkit.sealing.revisions import (
    FROM_BACKUP,
    GONE,
    bags,
    exchanged,
    seal_lines,
    sealed_problems,
)

if TYPE_CHECKING:
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
ANOTHER = Phrase("与旁边事先封存的不是同一份", "is not that in the bag of rules that lies beside it")


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
    if exchanged(bag) or Seal.of(info).revision != RULES:
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
        if _is_whole(folder / "sealed" / RULES):
            raise refuse(STILL_THERE, NOT_LOST, value=RULES)
        return entered(folder, RULES_LOST, by, because, {"revision": RULES, "bag": told})


def _is_whole(bag: Path) -> bool:
    return (bag / TAG_MANIFEST).is_file() and not sealed_problems(bag).errors


def refuse_late(folder: Path) -> None:
    """Refuse to seal rules when the edition in `folder` sealed a result, whether that still lies there or not.

    Raises
    ------
    Refused
    """
    results = [*(bag.name for bag in bags(folder / "sealed")), *(line["revision"] for line in seal_lines(folder) if line["revision"] != RULES)]
    if results:
        raise refuse(TOO_LATE, NOTHING, value=results[-1])


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
