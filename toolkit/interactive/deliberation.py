"""What the table is about: a scheme as decided and as it stands, the lists both lead to, and the edition that an agreed one is written into.

No page and no widget: a `Tuning` in, evaluations and boards out, and words for what was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.edition import open_edition
from toolkit.evaluation import evaluate, rescored
from toolkit.evaluation.decisions import award_problems
from toolkit.evaluation.grades import GradeOutcomes
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.resources import file_state, is_frozen
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.ground.toml_reader import modelled
from toolkit.interactive.background import begun
from toolkit.interactive.board import Board, Changes, grades_after
from toolkit.interactive.board_details import Trial
from toolkit.interactive.board_words import (
    ADOPTED,
    AS_BEFORE,
    GONE_BACK,
    NOT_LEFT_OUT,
    NOT_RESUMED,
    ONLY_TRIED,
    OPEN_EDITION,
    OPENED,
    PUT_BACK,
    REREAD,
    RESUMED,
    RESUMED_ELSEWHERE,
    SAVED,
    SEALED,
    TRIAL_NOT_KEPT,
    moved_on,
)
from toolkit.interactive.shelf import KeptSteps, Stand, fitting, origin, refusal, resumed, starting_point
from toolkit.interactive.tuning import Step, Tuning, adopted, decided_anew, taken_up, typed
from toolkit.interactive.what_if import (
    NOTHING,
    Known,
    evaluated_by,
    evaluation_under,
    experts_of,
    own_ballots,
    scheme_under,
)
from toolkit.minutes.adoption import adopt_scheme, changed_meanwhile, scheme_digest
from toolkit.minutes.journal import entry_in_words
from toolkit.minutes.variants import read_variants, save_variant
from toolkit.scheme import Scheme, load_scheme
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.writing import plain_values

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.ballots.folder import Listed
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation


class Deliberation:
    """A scheme as the committee decided it and as it stands, and what follows from both.

    Attributes
    ----------
    before, after
        The evaluations by the decided scheme and by the scheme as it stands.
    decided, board
        What is shown of them.
    tuning
        What was moved, and the way back.
    steps, stand
        What a page keeps of the way, and which list there is.
    renewed
        Whether the decided scheme or the records are others than those it began with, of which the rest of a notebook tells.
    """

    def __init__(self, evaluation: Evaluation, edition: Edition | None = None) -> None:
        self.before = self.after = evaluation
        self.edition, self.renewed = edition, False
        self.tuning = Tuning.of(evaluation.scheme)
        self.steps, self.stand = KeptSteps(), Stand()
        self._reading = begun(lambda: own_ballots(edition))
        self._grades = GradeOutcomes.of(evaluation)
        self.decided = self.board = Board.of(evaluation, self._grades)
        self._opened = edition.records.digests.get("scheme.toml", "") if edition else ""
        self._elsewhere: tuple[object, dict[str, str] | None] = (None, None)

    @property
    def ballots(self) -> dict[str, Listed]:
        """The experts' own weights that may be looked at, by code."""
        return self._reading.result()

    @property
    def adoptable(self) -> bool:
        """Whether there is an edition, and it can be written into."""
        return self.edition is not None and not is_frozen(self.edition.folder)

    @property
    def folder(self) -> Path:
        """The edition's folder.

        Raises
        ------
        Refused
            When there is none that can be written into.
        """
        if self.edition is None or is_frozen(self.edition.folder):
            raise refuse(SEALED, OPEN_EDITION)
        return self.edition.folder

    # ---- what stands ----

    def take(self, tuning: Tuning) -> None:
        """Everything follows the tuning, or, where it cannot be evaluated, nothing does.

        Raises
        ------
        Refused
            When the scheme cannot be evaluated.
        """
        if tuning.scheme is not self.tuning.scheme or tuning.what_if != self.tuning.what_if:
            after = self.evaluated(tuning)
            grades = grades_after(self._grades, self.after, after)
            self.after, self.board, self._grades = after, Board.of(after, grades), grades
            self.stand.another()
        self.tuning = tuning

    def evaluated(self, tuning: Tuning) -> Evaluation:
        """The evaluation of what a tuning says; where no other member, score or veto counts, from the one at hand."""
        scheme, tried = scheme_under(tuning.what_if, tuning.scheme, self.ballots), tuning.what_if
        if tried.absent == self.tuning.what_if.absent:
            try:
                return rescored(self.after, scheme)
            except ValueError:  # the records are asked again
                pass
        return rescored(evaluation_under(tried, evaluated_by(self.before, scheme, self.edition), self.edition), scheme)

    @property
    def trial(self) -> Trial:
        """What is left out, and what a weight would do that is typed as all stands."""
        tuning = self.tuning
        shown = None if tuning.what_if.ballot else (lambda node, share: self.evaluated(typed(tuning, node, share)))
        return Trial(tuning.what_if.uncounted(tuning.scheme), shown, tuning.locked, tuning.what_if.members)

    @property
    def known(self) -> Known:
        """What there is to leave out."""
        vetoes = [veto.id for veto in self.before.scheme.vetoes]
        return Known(self.before.scheme.nodes, self.before.members.index, experts_of(self.edition), vetoes, self.ballots)

    def doubts(self) -> list[Phrase]:
        """What in the scheme as it stands may not be meant, and was not there as it was decided: numbers of places that contradict one another, say."""
        had = {_same(problem) for problem in _doubts(self.before)}
        return [joined([problem.rule, problem.mend], "；", "; ") for problem in _doubts(self.after) if _same(problem) not in had]

    def resumed(self, kept: object) -> list[Phrase]:
        """Take up the steps that a page kept from before, where nothing was moved yet; and what is to be told of it."""
        if self.tuning.past or self.tuning.future or not isinstance(kept, dict) or not kept:
            return []
        try:
            self.take(resumed(self.tuning.decided, kept, self.known))
        except (Refused, ValueError, TypeError, AttributeError):
            return [NOT_RESUMED]
        told = [RESUMED if kept.get("decided") == starting_point(self.tuning.decided) else RESUMED_ELSEWHERE] if self.tuning.step != Step(self.tuning.decided) else []
        if dict(kept["now"]).get("what_if", NOTHING.kept) != self.tuning.what_if.kept:
            told.append(NOT_LEFT_OUT)
        return told

    # ---- other schemes of the edition ----

    def gone_back(self, to: str) -> Phrase:
        """Take up the scheme of elsewhere, as a move that can be undone: of the ballots, the newest seal, or before the last adoption."""
        scheme, of = origin(self.folder, self.tuning.decided, to)
        self._go(scheme)
        return phrase(*GONE_BACK, zh=of.zh, en=of.en)

    def opened(self, name: str) -> Phrase:
        """Take up a variant, as a move that can be undone."""
        self._go(read_variants(self.folder).named(name).scheme)
        return phrase(*OPENED, name=name)

    def _go(self, scheme: Scheme) -> None:
        self.take(taken_up(self.tuning, fitting(self.before, scheme)))

    def saved(self, name: str, by: str, reason: str) -> Phrase:
        """Put the scheme as it stands beside the others, by a name; what is only tried is no part of it, and that is told."""
        kept, tried = save_variant(self.folder, name, self.tuning.scheme, by=by, reason=reason), self.tuning.what_if
        told = [phrase(*TRIAL_NOT_KEPT, zh=words.zh, en=words.en) for words in ([tried.told(self.before)] if tried else [])]
        return joined([phrase(*SAVED, name=kept.name), *told], "；", "; ")

    # ---- what the edition decides ----

    def adopt(self, by: str, reason: str) -> Phrase:
        """Make the scheme as it stands the edition's own; never what is only tried."""
        if self.tuning.what_if:
            raise refuse(ONLY_TRIED, PUT_BACK)
        done = adopt_scheme(self.folder, self._opened, self.tuning.scheme, by=by, reason=reason)
        self._decide(adopted(self.tuning), self.after, done.digest)
        entry = entry_in_words(done.entry)
        return phrase(*ADOPTED, zh=entry.zh, en=entry.en)

    def reopen(self) -> list[Phrase]:
        """Take up the scheme as the edition has it now, and keep what was moved."""
        folder = self.folder
        former, digest, scheme = self.tuning.decided, scheme_digest(folder), load_scheme(folder / "scheme.toml")
        self._decide(decided_anew(self.tuning, scheme), evaluated_by(self.before, scheme, self.edition), digest)
        return moved_on(former, self.tuning)

    def reread(self) -> Phrase:
        """Take up records and scheme as the edition has them now, and keep what was moved as far as it fits."""
        former, was, members, edition = self.tuning.decided, self.decided, self.before.members.index, open_edition(self.folder)
        before = evaluate(edition.scheme, edition.records)
        tuning = self.tuning if edition.scheme == self.tuning.decided else decided_anew(self.tuning, edition.scheme)
        self.edition, self._reading = edition, begun(lambda: own_ballots(edition))
        lost = []
        try:
            self._decide(tuning, before, edition.records.digests.get("scheme.toml", ""))
        except Refused:  # what is left out may be there no more
            lost = [NOT_RESUMED]
        changes = Changes.between(was, self.decided) if members.equals(before.members.index) else None
        told = [changes.words if changes else AS_BEFORE] if changes is not None else []
        return joined([REREAD, *told, *moved_on(former, self.tuning), *lost], "；", "; ")

    def _decide(self, tuning: Tuning, before: Evaluation, digest: str) -> None:
        """From here on the board is held against another decided scheme."""
        self.before = self.after = before
        self._grades = GradeOutcomes.of(before)
        self.decided = self.board = Board.of(before, self._grades)
        self.tuning, self._opened, self.steps, self.renewed = Tuning.of(before.scheme), digest, KeptSteps(), True
        self.stand.another()
        self.take(tuning)

    def changed_elsewhere(self) -> dict[str, str] | None:
        """Who changed the scheme's file since it was opened, in words; None where nobody did."""
        if not self.adoptable:
            return None
        try:
            if self._elsewhere[0] != (state := (self._opened, file_state(self.folder / "scheme.toml"))):  # read again only where it was written again
                changed = scheme_digest(self.folder) != self._opened
                self._elsewhere = state, refusal(Refused(Problems((changed_meanwhile(self.folder),)))) if changed else None
        except Refused as refused:
            return refusal(refused)
        return self._elsewhere[1]


def _doubts(evaluation: Evaluation) -> list[Problem]:
    """What of a scheme may not be meant: by itself, and by how many take part."""
    by_itself = modelled(plain_values(evaluation.scheme), Scheme, scheme_faults, "scheme.toml")[1]
    places = (problem for problem in award_problems(evaluation.decided) if problem.column.endswith(".quota"))
    return [problem for problem in (*by_itself, *places) if problem.severity == "warning"]


def _same(problem: Problem) -> tuple[object, ...]:
    return problem.column, problem.rule, problem.value
