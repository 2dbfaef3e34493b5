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
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase
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


def _stated(path: Path) -> pd.DataFrame:
    """How members stood, as a bag's list says."""
    listed = pd.read_csv(path, encoding="utf-8-sig", dtype="str", keep_default_na=False, index_col="member")[list(STANDING)]
    listed.index = pd.Index([unguarded(str(member)) for member in listed.index], dtype="str", name="member")
    for name in ("name", "class", "award"):
        listed[name] = [unguarded(cell) for cell in listed[name]]
    return listed.assign(total=pd.to_numeric(listed["total"]), rank=pd.to_numeric(listed["rank"]).astype("Int64"))
