"""Two states of an edition made comparable: what a bag holds and what a folder holds, each as the committee decided it.

A bag computes with a scheme into which goalposts were written, and perhaps with the panel's own scores in place of its sheets. Neither
is a change that anybody made: a bag is taken with the scheme as it was decided, and a folder beside it as it would be sealed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from toolkit.comparison.records import evaluated_at
from toolkit.comparison.shares import STANDING
from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.problems import Problem, Problems, refuse, stop_at
from toolkit.ground.text import Phrase, phrase
from toolkit.minutes.decisions import changes_since, what_changed
from toolkit.minutes.journal import JOURNAL, Journal, digest
from toolkit.publication.extract import unguarded
from toolkit.records import Records
from toolkit.sealing.bag import read_bag_info
from toolkit.sealing.frozen_edition import (
    decided_scheme,
    freeze_edition,
    leaves_experts_out,
    like_sealed,
)
from toolkit.sealing.parts import RULES, Seal
from toolkit.sealing.revisions import newest_bag, sealed_problems

NOTHING_SEALED = (
    Phrase("本届还没有封存过：公示的名单以封存的为准，没有封存的，日后无从核对", "nothing is sealed yet: what is made public is what was sealed, and nobody could compare a notice of anything else later"),
    Phrase("请先封存，再转状态：committee seal 届次 --as r1", "seal it first, then enter the state: committee seal DIR --as r1"),
)
CHANGED = ("封存 {bag} 之后又有改动，公布的会是封存的那一版", "changed after the seal of {bag}, which is what would be published")
OTHER_LIST = ("现在的名单与 {bag} 所封存的不同：{members}", "the list is another by now than {bag} holds: {members}")
SEAL_ANEW = (
    "请另封一版，再转状态：committee seal 届次 --as 新版次 --revises {bag} --because 理由",
    "seal another revision, then enter the state: committee seal DIR --as NEW --revises {bag} --because WHY",
)
LIST = ["rank", "award", "grade"]
"""What of the list has to be the same where two are one."""
SHOWN = 3
NO_RESULT = Phrase("这里只封存了办法，没有结果可比", "holds the rules alone, and no result to compare")
NAME_RESULT = Phrase("此后的改动和因此变动的会员，结果封存包里都有", "what was changed since, and whom that moved, stands in every bag that holds a result")


@dataclass(frozen=True, eq=False)
class State:
    """A bag or a folder, evaluated.

    Parameters
    ----------
    evaluation
        And the records it was made of, under the scheme as it was decided.
    stated
        How members stood as the bag itself says, as `toolkit.comparison.shares.standing` has it; None for a folder.
    """

    evaluation: Evaluation
    records: Records
    stated: pd.DataFrame | None = None


@contextmanager
def states_of(old: Path, new: Path) -> Iterator[tuple[State, State]]:
    """The two, for as long as the block runs.

    Raises
    ------
    Refused
        When one of them cannot be read or evaluated.
    """
    with ExitStack() as kept:
        beside = any(_is_bag(place) for place in (old, new))
        yield _state(old, kept, as_sealed=beside), _state(new, kept, as_sealed=beside)


def unlike_newest_bag(folder: Path, evaluation: Evaluation, journal: Journal) -> Problems:
    """An error where nothing is sealed, or the edition in `folder`, evaluated as it stands, is not what its newest bag holds: that is what is published.

    Rules, records and rulings are compared by the minutes, whose last line at the seal the bag names; beside them the lists are.

    Raises
    ------
    Refused
        When the bag is not whole, or not the one that was sealed.
    """
    bag = newest_bag(folder / "sealed")
    if bag is None:
        return Problems((Problem("error", *NOTHING_SEALED, file="sealed"),))
    stop_at(sealed_problems(bag).errors)
    mend, head = phrase(*SEAL_ANEW, bag=bag.name), Seal.of(read_bag_info(bag)).journal
    at_the_seal = next((entry.number for entry in journal.entries if digest(entry.line) == head), 0)
    for entry in changes_since(journal, at_the_seal)[:1]:
        return Problems((Problem("error", phrase(*CHANGED, bag=bag.name), mend, file=JOURNAL, row=entry.number, value=what_changed(entry)),))
    others = _placed_otherwise(_listed(bag / "data" / "results" / "ranking.csv"), evaluation.ranking)
    if not others:
        return Problems()
    members = "、".join(others[:SHOWN]) + ("……" if len(others) > SHOWN else "")
    return Problems((Problem("error", phrase(*OTHER_LIST, bag=bag.name, members=members), mend, file=bag.name),))


def _placed_otherwise(stated: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    """Members whose rank, award or grade is another, or that stand on one of the lists alone."""
    before, after = (frame[LIST].astype("object").where(frame[LIST].notna(), "").astype("str") for frame in (stated, now))
    rows = [dict(zip(map(str, frame.index), frame.itertuples(index=False, name=None), strict=True)) for frame in (before, after)]
    return [member for member in dict.fromkeys((*rows[0], *rows[1])) if rows[0].get(member) != rows[1].get(member)]


def _is_bag(place: Path) -> bool:
    return (place / "bagit.txt").is_file()


def _state(place: Path, kept: ExitStack, *, as_sealed: bool) -> State:
    if _is_bag(place):
        if Seal.of(read_bag_info(place)).revision == RULES:
            raise refuse(NO_RESULT, NAME_RESULT, file=place.name)
        evaluation, records = _as_decided(place / "data" / "edition")
        return State(evaluation, records, _stated(place / "data" / "results" / "ranking.csv"))
    edition, evaluation, _ = evaluated_at(place)
    if as_sealed and leaves_experts_out(edition.scheme):
        frozen = Path(kept.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))) / "edition"
        freeze_edition(edition, frozen)
        return State(*_as_decided(frozen))
    return State(evaluation, edition.records)


def _as_decided(frozen: Path) -> tuple[Evaluation, Records]:
    """The evaluation of a frozen edition under the scheme as it was decided, and the records."""
    edition = open_edition(frozen)
    decided = like_sealed(decided_scheme(frozen, edition.scheme), edition.scheme)
    return evaluate(decided, edition.records, edition.judged if decided == edition.scheme else None), edition.records


def _listed(path: Path) -> pd.DataFrame:
    """A bag's list as it is written, without the marks that keep a cell from being a formula."""
    listed = pd.read_csv(path, encoding="utf-8-sig", dtype="str", keep_default_na=False, index_col="member")
    listed.index = pd.Index([unguarded(str(member)) for member in listed.index], dtype="str", name="member")
    return listed.assign(**{name: [unguarded(cell) for cell in listed[name]] for name in ("name", "class", "award", "grade")})


def _stated(path: Path) -> pd.DataFrame:
    """How members stood, as a bag's list says."""
    listed = _listed(path)[list(STANDING)]
    return listed.assign(total=pd.to_numeric(listed["total"]), rank=pd.to_numeric(listed["rank"]).astype("Int64"))
