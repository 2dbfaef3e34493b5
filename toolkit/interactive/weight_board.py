"""The weight board: every weight beside the list it leads to, how sure it is, and why, in a notebook or a page.

The page asks one question at a time and is answered with arrays; what takes longer (chances, a member's card) follows from
a thread, and is dropped when a newer move has come. Text of the records reaches the page as data, and is only ever shown as
text. A failure is a sentence, never a traceback.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import traitlets

from toolkit.edition import edition_folder, open_edition
from toolkit.evaluation import evaluate
from toolkit.evaluation.grades import grade_names
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.text import Language, Phrase, as_phrase, joined, phrase
from toolkit.indicators.panel import judged_by_panel
from toolkit.interactive.background import Background, Errands
from toolkit.interactive.board import DRAWS, NONE, Changes, shown_decimals, struck
from toolkit.interactive.board_details import Behind, panel, spoken, turning
from toolkit.interactive.board_words import FAILED, LAID_ASIDE, WORDS, Said, board_in_words, words
from toolkit.interactive.deliberation import Deliberation
from toolkit.interactive.desk import PAGE, Painted, in_both
from toolkit.interactive.dials import all_dials, dial_named, pairs_changed, turned_to
from toolkit.interactive.shelf import KeptSteps, class_numbers, origins, refusal, shelf
from toolkit.interactive.tuning import (
    Tuning,
    both,
    moved,
    ranges,
    redone,
    restored,
    rounded_off,
    shares,
    toggled,
    tried,
    turned,
    typed,
    typed_number,
    undone,
)
from toolkit.interactive.what_if import NOTHING, WhatIf, experts_of
from toolkit.minutes.adoption import ChangedMeanwhile
from toolkit.minutes.variants import lay_aside
from toolkit.reports import wording
from toolkit.reports.rule_tables import rule_lines
from toolkit.reports.views import unready_headline
from toolkit.scheme import load_scheme
from toolkit.sensitivity.tipping.lines import or_better

if TYPE_CHECKING:
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.ground.display import Headline
    from toolkit.interactive.board import Board
    from toolkit.scheme import Scheme

SCRIPTS, STYLES = ("parts.js", "board.js", "weights.js", "dials.js", "list.js", "card.js", "variants.js", "sheet.js", "render.js"), ("board.css", "dials.css", "variants.css", "sheet.css")
"""The files of the page in their order: each kind is joined to the one text that a widget has."""
BESIDE = frozenset({"back", "variant", "save", "aside", "shelf", "turns"})
"""Questions beyond what is tuned by hand."""


class WeightBoard(Painted):
    """The board of one evaluation.

    Attributes
    ----------
    table
        What it shows: the decided scheme and the one that stands, what both lead to, and the way back; `before`, `after`,
        `decided`, `board`, `edition`, `tuning`, `scheme` are its.
    sure
        Whether chances and what else takes longer follow a move.
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
        self.table = Deliberation(evaluation, edition)
        self.language = language or evaluation.scheme.language
        super().__init__(shares=shares(evaluation.scheme), key=evaluation.scheme.edition)
        self._background, self._errands, self._behind = Background(self), Errands(), Behind()
        self.on_msg(self._heard)

    @property
    def before(self) -> Evaluation:  # noqa: D102 - that of the table
        return self.table.before

    @property
    def after(self) -> Evaluation:  # noqa: D102 - that of the table
        return self.table.after

    @property
    def decided(self) -> Board:  # noqa: D102 - that of the table
        return self.table.decided

    @property
    def board(self) -> Board:  # noqa: D102 - that of the table
        return self.table.board

    @property
    def edition(self) -> Edition | None:  # noqa: D102 - that of the table
        return self.table.edition

    @property
    def tuning(self) -> Tuning:  # noqa: D102 - that of the table
        return self.table.tuning

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
        self.table.take(tuning)

    def send(self, content: Any, buffers: Any = None) -> None:
        """Tell the page, in English with the names that the scheme has in English."""
        english = self.before.scheme.english
        super().send(in_both(content, english) if english else content, buffers)

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
                self.table.stand.refused(asked, refused.problems)
            except Exception:  # noqa: BLE001 - whatever it is, the reader gets a sentence
                answer["refused"] = both(FAILED)
                self.table.stand.refused(asked, Problems())
            if "kind" in answer:
                self.send(answer)
                return
            number = self._background.begun()
            self.send({"kind": "board", **self._state(asked.get("shown")), "number": number, **answer}, buffers=self.board.buffers)
            if self.sure:
                self._background.ask_board(number, self.after, str(asked.get("node", "")), self.table.trial)

    def _answer(self, asked: Said) -> Said:
        """What is done for a question, and what is to be told beside the board."""
        match do := str(asked.get("do", "")):
            case "move" | "turn" | "pair":
                return _noticed(self._by_hand(do, asked))
            case "open" | "adopt" | "reopen" | "reread":
                return self._begun_anew(do, asked)
            case "leave" | "own" | "put_back":
                self.take(tried(self.tuning, self._tried(do, asked)))
            case "lock":
                self.take(toggled(self.tuning, str(asked.get("node", ""))))
            case "undo" | "redo" | "restore":
                self.take({"undo": undone, "redo": redone, "restore": restored}[do](self.tuning))
            case "member":
                self._background.ask_member(int(_number(asked.get("member"))), spoken(self.after, asked.get("language")), self.table.trial)
                return {"kind": "member"}
            case "elsewhere":
                return {"kind": "elsewhere", "elsewhere": self.table.changed_elsewhere()}
        return {}

    def _by_hand(self, do: str, asked: Said) -> list[Phrase]:
        """Move a weight or turn a dial; and what is to be told of what was typed or chosen."""
        node, gesture = str(asked.get("node", "")), str(asked.get("gesture", ""))
        if do != "move":
            self._turn(asked, gesture)
            return [] if "value" in asked else self.table.doubts()
        share = self._share(asked, node)
        if asked.get("typed") is None:
            self.take(moved(self.tuning, node, share, gesture=gesture))
            return []
        self.take(typed(self.tuning, node, share))
        return rounded_off(share)

    def _begun_anew(self, do: str, asked: Said) -> Said:
        """What a page is told from the start: as it opens, and as another scheme or other records are the decided ones."""
        match do:
            case "adopt":
                self.table.stand.seen(asked)
                told = [self.table.adopt(str(asked.get("by", "")), str(asked.get("reason", "")))]
                self.table.stand.adopted(asked, told[0])
            case "reopen":
                told = self.table.reopen()
            case "reread":
                told = [self.table.reread()]
            case _:
                self.table.steps = KeptSteps()
                told = self.table.resumed(asked.get("kept"))
        return {"start": self._start(), "adopted": do == "adopt", "reread": do in {"reopen", "reread"}, **_noticed(told)}

    def _beside(self, asked: Said) -> Said:
        """Go to a scheme of elsewhere, put the one that stands beside the others, or look at them, or at what turns a member."""
        if asked["do"] == "turns":
            self._errands.ask("turns", self._turns(int(_number(asked.get("member"))), spoken(self.after, asked.get("language"))))
            return {"kind": "turns begun"}
        folder, name = self.table.folder, str(asked.get("name", ""))
        match asked["do"]:
            case "shelf":
                chosen = asked.get("chosen")
                self._errands.ask("shelf", self._shelf([str(one) for one in chosen] if isinstance(chosen, list) else None))
                return {"kind": "shelf begun"}
            case "save":
                told = self.table.saved(name, by=str(asked.get("by", "")), reason=str(asked.get("reason", "")))
            case "aside":
                told = phrase(*LAID_ASIDE, name=name, place=lay_aside(folder, name).name)
            case where:
                told = self.table.gone_back(name) if where == "back" else self.table.opened(name)
        return {"saved": asked["do"] in {"save", "aside"}, **_noticed([told])}

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
        return {"kind": "kept", **self.table.steps.told(self.tuning)}

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
        adoptable = self.table.adoptable
        names, codes = class_numbers(self.before)
        ids = [award.id for award in scheme.awards]
        return {
            "words": words(), "language": self.language, "english": dict(scheme.english), "title": scheme.title, "draws": DRAWS, "none": NONE, "scale": scheme.scale,
            "members": members["name"].astype("str").tolist(), "codes": members.index.astype("str").tolist(),
            "classes": names, "class_of": codes.tolist() if names else [], "awards": [award.label for award in scheme.awards], "grades": grade_names(scheme),
            "better": [[ids.index(one) for one in or_better(scheme, award)] for award in ids],
            "nodes": [{"id": node.id, "label": node.label, "number": number, "depth": number.count(".")} for node, _, number in wording.outline(scheme)],
            "decided": {"shares": _rounded(shares(self.tuning.decided)), "award": self.decided.award.tolist(), "rank": self.decided.rank.tolist(), "grade": self.decided.grade.tolist(), "dials": {dial.id: dial.said["value"] for dial in all_dials(self.tuning.decided)}},
            "ballots": sorted(self.table.ballots), "experts": list(experts_of(self.edition)), "judged": [item.id for item in judged_by_panel(scheme)],
            "adoptable": adoptable, "rules": _rules(scheme), "origins": origins(self.table.folder) if adoptable else [],
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
            "stand": self.table.stand.number, "shares": _rounded(shares(tuning.scheme)),
            "ranges": ranges(tuning), "locked": sorted(tuning.locked),
            "undo": bool(tuning.past), "redo": bool(tuning.future), "changed": tuning.scheme != tuning.decided,
            "out": changes.out, "into": changes.into, "other": changes.other, "rose": changes.rose, "fell": changes.fell, "status": both(changes.words),
            "rules": None if _ruled_by(tuning.scheme) == _ruled_by(self.before.scheme) else _rules(tuning.scheme), "renewed": self.table.renewed,
            "struck": struck(self.after), "elsewhere": self.table.changed_elsewhere(),
        }  # fmt: skip


def _noticed(told: Sequence[Phrase]) -> Said:
    """What is told beside the board, a line each."""
    return {"notice": both(joined(told, "\n", "\n"))} if told else {}


def _ruled_by(scheme: Scheme) -> tuple[object, ...]:
    return scheme.awards, scheme.grades, scheme.ties


def _rules(scheme: Scheme) -> list[Said]:
    """Who holds what, in words: a sentence for each award, for those who are level, and for the grades."""
    kinds = {"award", "ties", "grades"}
    return [{"label": both(as_phrase(name)), "words": both(as_phrase(told))} for kind, name, _, told, _ in rule_lines(scheme) if kind.en in kinds]


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
