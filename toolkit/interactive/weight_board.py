"""The weight board: every weight beside the list it leads to, how sure it is, and why, in a notebook or a page.

The page asks one question at a time and is answered with arrays; what takes longer (chances, a member's card) follows from
a thread, and is dropped when a newer move has come. Text of the records reaches the page as data, and is only ever shown as
text. A failure is a sentence, never a traceback.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import traitlets

from toolkit.edition import edition_folder, open_edition
from toolkit.evaluation import evaluate, rescored
from toolkit.evaluation.grades import GradeOutcomes, grade_names
from toolkit.ground.problems import Problems, Refused, refuse
from toolkit.ground.resources import file_state, is_frozen
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.indicators.panel import judged_by_panel
from toolkit.interactive.background import Background, Errands, begun
from toolkit.interactive.board import DRAWS, NONE, Board, Changes, grades_after, shown_decimals, struck
from toolkit.interactive.board_details import Behind, Trial, panel, spoken, turning
from toolkit.interactive.board_words import (
    ADOPTED,
    AS_BEFORE,
    FAILED,
    GONE_BACK,
    LAID_ASIDE,
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
    WORDS,
    Said,
    board_in_words,
    moved_on,
    words,
)
from toolkit.interactive.desk import PAGE, Painted
from toolkit.interactive.dials import all_dials, dial_named, pairs_changed, turned_to
from toolkit.interactive.shelf import (
    KeptSteps,
    Stand,
    class_numbers,
    fitting,
    origin,
    origins,
    refusal,
    resumed,
    shelf,
    starting_point,
)
from toolkit.interactive.tuning import (
    Step,
    Tuning,
    adopted,
    both,
    decided_anew,
    moved,
    ranges,
    redone,
    restored,
    shares,
    taken_up,
    toggled,
    tried,
    turned,
    typed,
    typed_number,
    undone,
)
from toolkit.interactive.what_if import (
    NOTHING,
    Known,
    WhatIf,
    evaluated_by,
    evaluation_under,
    experts_of,
    own_ballots,
    scheme_under,
)
from toolkit.minutes.adoption import ChangedMeanwhile, adopt_scheme, changed_meanwhile, scheme_digest
from toolkit.minutes.journal import entry_in_words
from toolkit.minutes.variants import lay_aside, read_variants, save_variant
from toolkit.reports import wording
from toolkit.reports.views import unready_headline
from toolkit.scheme import load_scheme
from toolkit.sensitivity.tipping.lines import or_better

if TYPE_CHECKING:
    from toolkit.ballots.folder import Listed
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.ground.display import Headline
    from toolkit.scheme import Scheme

SCRIPTS, STYLES = ("parts.js", "board.js", "weights.js", "dials.js", "list.js", "card.js", "variants.js", "render.js"), ("board.css", "dials.css", "variants.css")
"""The files of the page in their order: each kind is joined to the one text that a widget has."""
BESIDE = frozenset({"back", "variant", "save", "aside", "shelf", "turns"})
"""Questions beyond what is tuned by hand."""


class WeightBoard(Painted):
    """The board of one evaluation.

    Attributes
    ----------
    before, after
        The evaluations by the decided scheme and by the scheme as it stands.
    sure
        Whether chances and what else takes longer follow a move.
    tuning
        What was moved, and the way back.
    shares
        The share of every node among its siblings, in percent; what is kept with the page.
    key
        The edition, under whose name a browser keeps what was tried.
    lost
        What the page says where no kernel answers it.
    """

    _esm = "\n".join((PAGE / name).read_text("utf-8") for name in SCRIPTS)
    _css = "\n".join((PAGE / name).read_text("utf-8") for name in STYLES)
    sure = True
    shares = traitlets.Dict().tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)
    lost = traitlets.Unicode(f"{WORDS['dead'].zh} {WORDS['dead'].en}").tag(sync=True)

    def __init__(self, evaluation: Evaluation, edition: Edition | None = None, language: Language | None = None) -> None:
        self.before = self.after = evaluation
        self.edition, self.language = edition, language or evaluation.scheme.language
        self.tuning = Tuning.of(evaluation.scheme)
        self._reading = begun(lambda: own_ballots(edition))
        self._grades = GradeOutcomes.of(evaluation)
        self.decided = self.board = Board.of(evaluation, self._grades)
        super().__init__(shares=shares(evaluation.scheme), key=evaluation.scheme.edition)
        self._opened = edition.records.digests.get("scheme.toml", "") if edition else ""
        self._steps, self._stand = KeptSteps(), Stand()
        self._elsewhere: tuple[object, dict[str, str] | None] = (None, None)
        self._background, self._errands, self._behind = Background(self), Errands(), Behind()
        self.on_msg(self._heard)

    @property
    def _ballots(self) -> dict[str, Listed]:
        return self._reading.result()

    @property
    def scheme(self) -> Scheme:
        """The scheme as it stands."""
        return self.tuning.scheme

    value = scheme

    def __repr__(self) -> str:
        return board_in_words(self.decided, self.board, self.before, self.after).into(self.language)

    def take(self, tuning: Tuning) -> None:
        """Everything follows the tuning, or, where it cannot be evaluated, nothing does.

        Raises
        ------
        Refused
            When the scheme cannot be evaluated.
        """
        if tuning.scheme is not self.tuning.scheme or tuning.what_if != self.tuning.what_if:
            after = self._evaluated(tuning)
            grades = grades_after(self._grades, self.after, after)
            self.after, self.board, self._grades = after, Board.of(after, grades), grades
            self._stand.another()
        self.tuning = tuning

    def _evaluated(self, tuning: Tuning) -> Evaluation:
        """The evaluation of what a tuning says; where no other member, score or veto counts, from the one at hand."""
        scheme, tried_ = scheme_under(tuning.what_if, tuning.scheme, self._ballots), tuning.what_if
        if tried_.absent == self.tuning.what_if.absent:
            try:
                return rescored(self.after, scheme)
            except ValueError:  # the records are asked again
                pass
        return rescored(evaluation_under(tried_, evaluated_by(self.before, scheme, self.edition), self.edition), scheme)

    def _trial(self) -> Trial:
        """What is left out, and what a weight would do that is typed as all stands."""
        tuning = self.tuning
        by_hand = tuning.scheme.weights == "percent" and not tuning.what_if.ballot
        return Trial(tuning.what_if.uncounted(tuning.scheme), (lambda node, share: self._evaluated(typed(tuning, node, share))) if by_hand else None, tuning.locked, tuning.what_if.members)

    def _heard(self, _: Any, asked: Said, __: Any = None) -> None:
        """Answer a question of the page: with the board, or with why it cannot be."""
        if not isinstance(asked, dict) or not isinstance(asked.get("ask"), int):
            return
        with self._background.giving_way():
            answer: Said = {"answer": asked["ask"], "view": str(asked.get("view", ""))}
            try:
                answer |= self._beside(asked) if asked.get("do") in BESIDE else self._answer(asked)
            except Refused as refused:
                answer |= {"refused": refusal(refused), "reopen": isinstance(refused, ChangedMeanwhile)}
                self._stand.refused(asked, refused.problems)
            except Exception:  # noqa: BLE001 - whatever it is, the reader gets a sentence
                answer["refused"] = both(FAILED)
                self._stand.refused(asked, Problems())
            if "kind" in answer:
                self.send(answer)
                return
            number = self._background.begun()
            self.send({"kind": "board", **self._state(asked.get("shown")), "number": number, **answer}, buffers=self.board.buffers)
            if self.sure:
                self._background.ask_board(number, self.after, str(asked.get("node", "")), self._trial())

    def _answer(self, asked: Said) -> Said:
        """What is done for a question, and what is to be told beside the board."""
        do, node, gesture = (str(asked.get(key, "")) for key in ("do", "node", "gesture"))
        match do:
            case "open":
                self._steps = KeptSteps()
                return {"start": self._start(), **self._resumed(asked.get("kept"))}
            case "move":
                share = self._share(asked, node)
                self.take(typed(self.tuning, node, share) if asked.get("typed") is not None else moved(self.tuning, node, share, gesture=gesture))
            case "turn" | "pair":
                self._turn(asked, gesture)
            case "leave" | "own" | "put_back":
                self.take(tried(self.tuning, self._tried(do, asked)))
            case "lock":
                self.take(toggled(self.tuning, node))
            case "undo" | "redo" | "restore":
                self.take({"undo": undone, "redo": redone, "restore": restored}[do](self.tuning))
            case "adopt":
                self._stand.seen(asked)
                return self._adopt(str(asked.get("by", "")), str(asked.get("reason", "")))
            case "reopen" | "reread":
                return self._reopen() if do == "reopen" else self._reread()
            case "member":
                self._background.ask_member(int(_number(asked.get("member"))), spoken(self.after, asked.get("language")), self._trial())
                return {"kind": "member"}
        return {}

    def _beside(self, asked: Said) -> Said:
        """Go to a scheme of elsewhere, put the one that stands beside the others, or look at them, or at what turns a member."""
        if asked["do"] == "turns":
            self._errands.ask("turns", self._turns(int(_number(asked.get("member"))), spoken(self.after, asked.get("language"))))
            return {"kind": "turns begun"}
        folder, name = self._folder(), str(asked.get("name", ""))
        match asked["do"]:
            case "back" | "variant" as where:
                scheme, of = origin(folder, self.tuning.decided, name) if where == "back" else (read_variants(folder).named(name).scheme, None)
                self._go(scheme)
                return {"notice": both(phrase(*GONE_BACK, zh=of.zh, en=of.en) if of else phrase(*OPENED, name=name))}
            case "save":
                kept = save_variant(folder, name, self.scheme, by=str(asked.get("by", "")), reason=str(asked.get("reason", "")))
                return {"saved": True, "notice": both(joined([phrase(*SAVED, name=kept.name), *self._not_kept()], "；", "; "))}
            case "aside":
                return {"saved": True, "notice": both(phrase(*LAID_ASIDE, name=name, place=lay_aside(folder, name).name))}
            case "shelf":
                chosen = asked.get("chosen")
                self._errands.ask("shelf", self._shelf([str(one) for one in chosen] if isinstance(chosen, list) else None))
                return {"kind": "shelf begun"}
        return {}

    def _not_kept(self) -> list[Phrase]:
        """What stands now and is no part of a scheme, so that no variant keeps it."""
        tried_ = self.tuning.what_if.told(self.before)
        return [phrase(*TRIAL_NOT_KEPT, zh=tried_.zh, en=tried_.en)] if self.tuning.what_if else []

    def _go(self, scheme: Scheme) -> None:
        """Take up a scheme of elsewhere, as a move that can be undone."""
        self.take(taken_up(self.tuning, fitting(self.before, scheme)))

    def _shelf(self, chosen: list[str] | None) -> Callable[[Callable[[], bool]], None]:
        """The variants and how they compare, to be told when it is worked out."""
        before, tuning, board, edition = self.before, self.tuning, self.board, self.edition

        def work(_: Callable[[], bool]) -> None:
            try:
                self.send({"kind": "shelf", **shelf(before, tuning, board, edition, chosen)} if edition else {"kind": "shelf"})
            except Exception as error:  # noqa: BLE001 - whatever it is, the reader gets a sentence
                self.send({"kind": "shelf", "wrong": refusal(error) if isinstance(error, Refused) else both(FAILED)})

        return work

    def _turns(self, member: int, evaluation: Evaluation) -> Callable[[Callable[[], bool]], None]:
        """Which single value, which single record, and which of the next days turns a member: told one after the other."""
        edition, left_out = self.edition, bool(self.tuning.what_if)

        def work(dropped: Callable[[], bool]) -> None:
            try:
                for told in turning(evaluation, member, edition, left_out=left_out):
                    if dropped():
                        return
                    self.send({"kind": "turns", "member": member, **told})
            except Exception:  # noqa: BLE001 - whatever it is, the reader gets a sentence
                self.send({"kind": "turns", "member": member, "wrong": both(FAILED)})

        return work

    def kept(self) -> Said:
        """The steps so far, for the page to keep: those it has not heard of yet, and which there are."""
        return {"kind": "kept", **self._steps.told(self.tuning)}

    def _adopt(self, by: str, reason: str) -> Said:
        """Make the scheme as it stands the edition's own; never what is only tried."""
        if self.tuning.what_if:
            raise refuse(ONLY_TRIED, PUT_BACK)
        done = adopt_scheme(self._folder(), self._opened, self.scheme, by=by, reason=reason)
        self._decide(adopted(self.tuning), self.after, done.digest)
        entry = entry_in_words(done.entry)
        return {"start": self._start(), "adopted": True, "notice": both(phrase(*ADOPTED, zh=entry.zh, en=entry.en))}

    def _reopen(self) -> Said:
        """Take up the scheme as the edition has it now, and keep what was moved."""
        folder = self._folder()
        former, digest, scheme = self.tuning.decided, scheme_digest(folder), load_scheme(folder / "scheme.toml")
        self._decide(decided_anew(self.tuning, scheme), evaluated_by(self.before, scheme, self.edition), digest)
        return {"start": self._start(), "notice": next((both(told) for told in moved_on(former, self.tuning)), None)}

    def _reread(self) -> Said:
        """Take up records and scheme as the edition has them now, and keep what was moved as far as it fits."""
        former, was, members, edition = self.tuning.decided, self.decided, self.before.members.index, open_edition(self._folder())
        before = evaluate(edition.scheme, edition.records)
        tuning = self.tuning if edition.scheme == self.tuning.decided else decided_anew(self.tuning, edition.scheme)
        self.edition, self._reading = edition, begun(lambda: own_ballots(edition))
        said = []
        try:
            self._decide(tuning, before, edition.records.digests.get("scheme.toml", ""))
        except Refused:  # what is left out may be there no more
            said = [NOT_RESUMED]
        changes = Changes.between(was, self.decided) if members.equals(before.members.index) else None
        told = [changes.words if changes else AS_BEFORE] if changes is not None else []
        return {"start": self._start(), "notice": both(joined([REREAD, *told, *moved_on(former, self.tuning), *said], "；", "; "))}

    def _decide(self, tuning: Tuning, before: Evaluation, digest: str) -> None:
        """From here on the board is held against another decided scheme."""
        self.before = self.after = before
        self._grades = GradeOutcomes.of(before)
        self.decided = self.board = Board.of(before, self._grades)
        self.tuning, self._opened, self._steps = Tuning.of(before.scheme), digest, KeptSteps()
        self._stand.another()
        self.take(tuning)

    def _folder(self) -> Path:
        """The edition's folder, which can be written into."""
        if self.edition is None or is_frozen(self.edition.folder):
            raise refuse(SEALED, OPEN_EDITION)
        return self.edition.folder

    def _resumed(self, kept: object) -> Said:
        """Take up the steps that the page kept from before, where nothing was moved yet."""
        if self.tuning.past or self.tuning.future or not isinstance(kept, dict) or not kept:
            return {}
        try:
            self.take(resumed(self.tuning.decided, kept, self._known()))
        except (Refused, ValueError, TypeError, AttributeError):
            return {"notice": both(NOT_RESUMED)}
        said = [RESUMED if kept.get("decided") == starting_point(self.tuning.decided) else RESUMED_ELSEWHERE] if self.tuning.step != Step(self.tuning.decided) else []
        if dict(kept["now"]).get("what_if", NOTHING.kept) != self.tuning.what_if.kept:
            said.append(NOT_LEFT_OUT)
        return {"notice": both(joined(said, "。", ". "))} if said else {}

    def _known(self) -> Known:
        """What there is to leave out."""
        vetoes = [veto.id for veto in self.before.scheme.vetoes]
        return Known(self.before.scheme.nodes, self.before.members.index, experts_of(self.edition), vetoes, self._ballots)

    def _changed_elsewhere(self) -> dict[str, str] | None:
        """Who changed the scheme's file since it was opened, in words; None where nobody did."""
        if self.edition is None or is_frozen(self.edition.folder):
            return None
        folder = self.edition.folder
        try:
            if self._elsewhere[0] != (state := (self._opened, file_state(folder / "scheme.toml"))):  # read again only where it was written again
                changed = scheme_digest(folder) != self._opened
                self._elsewhere = state, refusal(Refused(Problems((changed_meanwhile(folder),)))) if changed else None
        except Refused as refused:
            return refusal(refused)
        return self._elsewhere[1]

    def _share(self, asked: Said, node: str) -> float:
        """The share asked for, as a slider gives it or as it was typed."""
        if (text := asked.get("typed")) is None or node not in self.scheme.nodes:
            return _number(asked.get("share"))
        label = self.scheme.label(node)
        return typed_number(str(text), Phrase(label, label), 100)

    def _turn(self, asked: Said, gesture: str) -> None:
        """Turn a dial to where its slider, its mark or its box says, or put a step in or out; a refusal names no place of the file."""
        try:
            self.take(turned(self.tuning, *self._change(asked), gesture=gesture))
        except Refused as refused:
            raise Refused(Problems(tuple(replace(problem, file="", sheet="", row=None, column="", value="") for problem in refused.problems))) from None

    def _change(self, asked: Said) -> tuple[str, object]:
        """The place of the scheme that is changed, and what stands there then."""
        if asked["do"] == "pair":
            return pairs_changed(self.scheme, str(asked.get("table")), int(_number(asked.get("place"))), more=asked.get("more") is True)
        dial = dial_named(self.scheme, str(asked.get("dial")))
        said = next((str(asked[key]) for key in ("choice", "typed") if asked.get(key) is not None), None)
        return turned_to(self.scheme, dial, _number(asked.get("value")) if said is None else said)

    def _tried(self, do: str, asked: Said) -> WhatIf:
        """What is tried then: something more left out or put back, an expert's own weights, or nothing any more."""
        if do == "put_back":
            return NOTHING
        if do == "own":
            return replace(self.tuning.what_if, ballot=str(asked.get("expert", "")))
        kind, item = str(asked.get("kind")), asked.get("item")
        return self.tuning.what_if.turned(kind, str(self.before.members.index[int(_number(item))] if kind == "member" else item))

    def _start(self) -> Said:
        """What stays the same from move to move."""
        scheme, members = self.before.scheme, self.before.members
        adoptable = self.edition is not None and not is_frozen(self.edition.folder)
        names, codes = class_numbers(self.before)
        ids = [award.id for award in scheme.awards]
        return {
            "words": words(), "language": self.language, "title": scheme.title, "draws": DRAWS, "none": NONE, "scale": scheme.scale,
            "members": members["name"].astype("str").tolist(), "codes": members.index.astype("str").tolist(),
            "classes": names, "class_of": codes.tolist() if names else [], "awards": [award.label for award in scheme.awards], "grades": grade_names(scheme),
            "better": [[ids.index(one) for one in or_better(scheme, award)] for award in ids],
            "nodes": [{"id": node.id, "label": node.label, "number": number, "depth": number.count(".")} for node, _, number in wording.outline(scheme)],
            "decided": {"shares": _rounded(shares(self.tuning.decided)), "award": self.decided.award.tolist(), "rank": self.decided.rank.tolist(), "grade": self.decided.grade.tolist(), "dials": {dial.id: dial.said["value"] for dial in all_dials(self.tuning.decided)}},
            "ballots": sorted(self._ballots), "experts": list(experts_of(self.edition)), "judged": [item.id for item in judged_by_panel(scheme)],
            "adoptable": adoptable, "origins": origins(self.edition) if adoptable else [],
        }  # fmt: skip

    def _state(self, shown: object) -> Said:
        """What a move may change, the arrays apart; of the node that is looked at its dials and what is behind them."""
        tuning, out, changes = self.tuning, self.tuning.what_if, Changes.between(self.decided, self.board)
        places = self.before.members.index.get_indexer(pd.Index(sorted(out.members))).tolist()
        return {
            "panel": panel(self.after, shown, self.board.rank > 0, self._behind),
            "what_if": both(out.words(self.before)) if out else None, "own": out.ballot,
            "left": {"node": sorted(out.nodes), "member": places, "expert": sorted(out.experts), "veto": sorted(out.vetoes)},
            "own_shares": _rounded(shares(self.after.scheme)) if out.ballot else None, "decimals": shown_decimals(self.after.scheme),
            "stand": self._stand.number, "shares": _rounded(shares(tuning.scheme)),
            "ranges": ranges(tuning), "locked": sorted(tuning.locked),
            "undo": bool(tuning.past), "redo": bool(tuning.future), "changed": tuning.scheme != tuning.decided,
            "out": changes.out, "into": changes.into, "other": changes.other, "rose": changes.rose, "fell": changes.fell, "status": both(changes.words),
            "struck": struck(self.after), "elsewhere": self._changed_elsewhere(),
        }  # fmt: skip


def _number(given: object) -> float:
    """A number as the page sent it; NaN for anything else, which is refused in words."""
    return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else math.nan


def _rounded(of: Mapping[str, float]) -> dict[str, float]:
    """Shares as they are shown: no more decimals than a committee reads."""
    return {node: round(share, 4) for node, share in of.items()}


def weight_board(evaluation: Evaluation, edition: Edition | None = None, language: Language | None = None) -> WeightBoard:
    """The board of an evaluation: move a weight, and see the list, how sure it is, and why.

    Parameters
    ----------
    edition
        What it was evaluated from: then a card tells the records behind it, and what was found can be adopted.
    language
        Of the page at first; that of the scheme for None.
    """
    return WeightBoard(evaluation, edition, language)


def edition_board(language: Language | None = None) -> WeightBoard | Headline:
    """The board of the edition at hand, as `open_edition` finds it; where it cannot be evaluated, why, in words for who edits no file."""
    try:
        edition = open_edition()
        return WeightBoard(evaluate(edition.scheme, edition.records), edition, language)
    except Refused as refused:
        return unready_headline(refused.problems, _readable_scheme(), language or "zh")


def _readable_scheme() -> Scheme | None:
    """The scheme of the edition at hand; None where it is the scheme that cannot be read."""
    try:
        return load_scheme(edition_folder() / "scheme.toml")
    except Refused:
        return None
