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

import anywidget
import pandas as pd
import traitlets

from toolkit.edition import open_edition
from toolkit.evaluation import evaluate, rescored
from toolkit.evaluation.grades import GradeOutcomes
from toolkit.ground.problems import Problems, Refused, refuse
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.indicators.panel import judged_by_panel
from toolkit.interactive.background import Background, Errands
from toolkit.interactive.board import DRAWS, NONE, Board, Changes, grade_names, shown_decimals
from toolkit.interactive.board_details import Said, turning_record, turning_value
from toolkit.interactive.board_words import WORDS, words
from toolkit.interactive.dials import all_dials, panel, rule_dials, turned_to
from toolkit.interactive.shelf import (
    LANGUAGES,
    KeptSteps,
    both,
    fitting,
    origin,
    origins,
    refusal,
    resumed,
    shelf,
)
from toolkit.interactive.tuning import (
    Tuning,
    adopted,
    decided_anew,
    moved,
    ranges,
    redone,
    restored,
    shares,
    taken_up,
    toggled,
    turned,
    typed,
    typed_number,
    undone,
)
from toolkit.interactive.what_if import WhatIf, evaluation_under, experts_of, own_ballots, scheme_under
from toolkit.minutes.adoption import ChangedMeanwhile, adopt_scheme, changed_meanwhile, scheme_digest
from toolkit.minutes.journal import entry_in_words
from toolkit.minutes.variants import lay_aside, read_variants, save_variant
from toolkit.reports import wording
from toolkit.scheme import load_scheme
from toolkit.sealing.frozen_edition import is_frozen

if TYPE_CHECKING:
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme

PAGE = Path(__file__).parent / "page"
SCRIPTS, STYLES = ("parts.js", "board.js", "weights.js", "dials.js", "list.js", "card.js", "variants.js", "render.js"), ("board.css", "dials.css", "variants.css")
"""The files of the page in their order: each kind is joined to the one text that a widget has."""
BESIDE = frozenset({"back", "variant", "save", "aside", "shelf", "turns"})
"""Questions beyond what is tuned by hand."""
FAILED = Phrase("这一步算不出结果，已退回原处", "This could not be computed; nothing was changed")
ADOPTED = ("已采用并记入 journal.jsonl：{zh}", "Adopted, and entered into journal.jsonl: {en}")
SEALED = Phrase("这里是封存的副本，只读，不能采用", "this is a sealed copy: it is read only")
OPEN_EDITION = Phrase("请打开届次文件夹里的笔记本", "open the notebook on the edition itself")
OTHER_MEASURES = Phrase("新办法量的不是同样的东西", "the new scheme measures other things")
ONLY_TRIED = Phrase("试算的名单不能采用", "what is only tried cannot be adopted")
PUT_BACK = Phrase("请先按“全部放回”", "put everything back first")
OPEN_AGAIN = Phrase("请重新打开本页", "open the page again")
RESUMED = Phrase(
    "已恢复上次离开时的调整（尚未采用），可以继续撤销和重做；要看已定的名单，请按“恢复已定”",
    "All is as you left it, not adopted, and can be undone further; 'As decided' leads back to the decided list",
)
RESUMED_ELSEWHERE = Phrase(
    "您离开后办法改动过；已在新办法上恢复您的调整（尚未采用）", "The scheme was changed since you left; what you moved is moved again upon the new one, not adopted"
)
NOT_RESUMED = Phrase("上次离开时的调整不适合现在的办法，没有恢复", "What you had moved when you left does not fit the scheme any more, and is not there")
SAVED = ("已存为方案“{name}”（variants/{name}.toml）；办法没有改动", "Kept as variant `{name}` (variants/{name}.toml); the scheme itself is as it was")
LAID_ASIDE = ("方案“{name}”已移到 variants/aside/{place}，没有删除", "Variant `{name}` is moved to variants/aside/{place}, and not deleted")
OPENED = ("现在是方案“{name}”（尚未采用）；“撤销”回到刚才", "This is variant `{name}`, not adopted; 'Undo' leads back")


class WeightBoard(anywidget.AnyWidget):
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
        self.tuning, self.what_if = Tuning.of(evaluation.scheme), WhatIf()
        self._ballots = own_ballots(edition)
        self._grades = GradeOutcomes.of(evaluation)
        self.decided = self.board = Board.of(evaluation, self._grades)
        super().__init__(shares=shares(evaluation.scheme), key=evaluation.scheme.edition)
        self._opened = edition.records.digests.get("scheme.toml", "") if edition else ""
        self._steps = KeptSteps()
        self._elsewhere: tuple[str, dict[str, str] | None] = ("", None)
        self._background, self._errands = Background(self), Errands()
        self.on_msg(self._heard)

    @property
    def scheme(self) -> Scheme:
        """The scheme as it stands."""
        return self.tuning.scheme

    @property
    def value(self) -> Scheme:
        """The scheme as it stands."""
        return self.tuning.scheme

    def __repr__(self) -> str:
        return board_in_words(self.decided, self.board, self.before, self.after).into(self.language)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if isinstance(bundle, tuple):
            bundle[0]["text/plain"] = repr(self)
        return bundle

    def take(self, tuning: Tuning) -> None:
        """Everything follows the tuning, or, where it cannot be evaluated, nothing does.

        Raises
        ------
        Refused
            When the scheme cannot be evaluated.
        """
        self._show(tuning, self.what_if)

    def _show(self, tuning: Tuning, what_if: WhatIf) -> None:
        """The board of a tuning with what is tried beside it; where it cannot be evaluated, all stays."""
        if tuning.scheme is not self.tuning.scheme or what_if != self.what_if:
            absent = (what_if.members, what_if.experts) != (self.what_if.members, self.what_if.experts)
            base = evaluation_under(what_if, self.before, self.edition) if absent else self.after
            grades = GradeOutcomes.of(base) if absent else self._grades
            after = rescored(base, scheme_under(what_if, tuning.scheme, self._ballots))
            if grades is not None and after.scheme.grades != base.scheme.grades:
                grades = grades.under(after)
            self.after, self.board, self._grades = after, Board.of(after, grades), grades
        self.tuning, self.what_if = tuning, what_if

    def _heard(self, _: Any, asked: Said, __: Any = None) -> None:
        """Answer a question of the page: with the board, or with why it cannot be."""
        if not isinstance(asked, dict) or not isinstance(asked.get("ask"), int):
            return
        answer: Said = {"answer": asked["ask"], "view": str(asked.get("view", ""))}
        try:
            answer |= self._beside(asked) if asked.get("do") in BESIDE else self._answer(asked)
        except Refused as refused:
            answer["refused"] = refusal(refused)
            answer["reopen"] = isinstance(refused, ChangedMeanwhile)
        except Exception:  # noqa: BLE001 - whatever it is, the reader gets a sentence
            answer["refused"] = both(FAILED)
        if "kind" in answer:
            self.send(answer)
            return
        number = self._background.begun()
        self.send({"kind": "board", **self._state(asked.get("shown")), "number": number, **answer}, buffers=self.board.buffers)
        if self.sure:
            self._background.ask_board(number, self.after, str(asked.get("node", "")))

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
            case "turn":
                self._turn(asked, gesture)
            case "leave" | "own" | "put_back":
                self._show(self.tuning, self._tried(do, asked))
            case "lock":
                self.take(toggled(self.tuning, node))
            case "undo" | "redo" | "restore":
                self.take({"undo": undone, "redo": redone, "restore": restored}[do](self.tuning))
            case "adopt":
                return self._adopt(str(asked.get("by", "")), str(asked.get("reason", "")))
            case "reopen":
                return self._reopen()
            case "member":
                self._background.ask_member(int(_number(asked.get("member"))), _spoken(self.after, asked.get("language")))
                return {"kind": "member"}
        return {}

    def _beside(self, asked: Said) -> Said:
        """Go to a scheme of elsewhere, put the one that stands beside the others, or look at them, or at what turns a member."""
        if asked["do"] == "turns":
            self._errands.ask("turns", self._turns(int(_number(asked.get("member"))), _spoken(self.after, asked.get("language"))))
            return {"kind": "turns begun"}
        folder, name = self._folder(), str(asked.get("name", ""))
        match asked["do"]:
            case "back":
                self._go(origin(folder, self.tuning.decided, name))
            case "variant":
                self._go(read_variants(folder).named(name).scheme)
                return {"notice": both(phrase(*OPENED, name=name))}
            case "save":
                kept = save_variant(folder, name, self.scheme, by=str(asked.get("by", "")), reason=str(asked.get("reason", "")))
                return {"saved": True, "notice": both(phrase(*SAVED, name=kept.name))}
            case "aside":
                return {"saved": True, "notice": both(phrase(*LAID_ASIDE, name=name, place=lay_aside(folder, name).name))}
            case "shelf":
                chosen = asked.get("chosen")
                self._errands.ask("shelf", self._shelf([str(one) for one in chosen] if isinstance(chosen, list) else None))
                return {"kind": "shelf begun"}
        return {}

    def _go(self, scheme: Scheme) -> None:
        """Take up a scheme of elsewhere, as a move that can be undone."""
        tuning = taken_up(self.tuning, fitting(self.before, scheme))
        try:
            self.take(tuning)
        except ValueError:
            raise refuse(OTHER_MEASURES, OPEN_AGAIN) from None

    def _shelf(self, chosen: list[str] | None) -> Callable[[Callable[[], bool]], None]:
        """The variants and how they compare, to be told when it is worked out."""
        before, tuning, edition = self.before, self.tuning, self.edition

        def work(_: Callable[[], bool]) -> None:
            try:
                self.send({"kind": "shelf", **shelf(before, tuning, edition, chosen)} if edition else {"kind": "shelf"})
            except Exception as error:  # noqa: BLE001 - whatever it is, the reader gets a sentence
                self.send({"kind": "shelf", "wrong": refusal(error) if isinstance(error, Refused) else both(FAILED)})

        return work

    def _turns(self, member: int, evaluation: Evaluation) -> Callable[[Callable[[], bool]], None]:
        """Which single value, and which single record, turns a member: told one after the other."""
        edition = self.edition

        def work(dropped: Callable[[], bool]) -> None:
            try:
                self.send({"kind": "turns", "member": member, "values": turning_value(evaluation, member)})
                if not dropped():
                    records = turning_record(evaluation, member, edition) if edition is not None else []
                    self.send({"kind": "turns", "member": member, "records": records})
            except Exception:  # noqa: BLE001 - whatever it is, the reader gets a sentence
                self.send({"kind": "turns", "member": member, "wrong": both(FAILED)})

        return work

    def kept(self) -> Said:
        """The steps so far, for the page to keep: those it has not heard of yet, and which there are."""
        return {"kind": "kept", "decided": _key(self.tuning.decided), **self._steps.told(self.tuning)}

    def _adopt(self, by: str, reason: str) -> Said:
        """Make the scheme as it stands the edition's own; never what is only tried."""
        if self.what_if:
            raise refuse(ONLY_TRIED, PUT_BACK)
        folder = self._folder()
        done = adopt_scheme(folder, self._opened, self.scheme, by=by, reason=reason)
        self._decide(adopted(self.tuning), self.after, done.digest)
        entry = entry_in_words(done.entry)
        return {"start": self._start(), "adopted": True, "notice": both(phrase(*ADOPTED, zh=entry.zh, en=entry.en))}

    def _reopen(self) -> Said:
        """Take up the scheme as the edition has it now, and keep what was moved."""
        folder = self._folder()
        digest, scheme = scheme_digest(folder), load_scheme(folder / "scheme.toml")
        tuning = decided_anew(self.tuning, scheme)
        try:
            before = rescored(self.before, scheme)
        except ValueError:
            raise refuse(OTHER_MEASURES, OPEN_AGAIN, file="scheme.toml") from None
        self._decide(tuning, before, digest)
        return {"start": self._start()}

    def _decide(self, tuning: Tuning, before: Evaluation, digest: str) -> None:
        """From here on the board is held against another decided scheme."""
        self.before = self.after = before
        self.what_if = WhatIf()
        self._grades = GradeOutcomes.of(before)
        self.decided = self.board = Board.of(before, self._grades)
        self.tuning, self._opened, self._steps = Tuning.of(before.scheme), digest, KeptSteps()
        self._show(tuning, WhatIf())

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
            self.take(resumed(self.tuning.decided, kept))
        except (Refused, ValueError, TypeError, AttributeError):
            return {"notice": both(NOT_RESUMED)}
        if self.scheme == self.tuning.decided:
            return {}
        return {"notice": both(RESUMED if kept.get("decided") == _key(self.tuning.decided) else RESUMED_ELSEWHERE)}

    def _changed_elsewhere(self) -> dict[str, str] | None:
        """Who changed the scheme's file since it was opened, in words; None where nobody did."""
        if self.edition is None or is_frozen(self.edition.folder):
            return None
        try:
            now = scheme_digest(self.edition.folder)
        except Refused as refused:
            return refusal(refused)
        if now == self._opened:
            return None
        if self._elsewhere[0] != now:
            self._elsewhere = (now, refusal(Refused(Problems((changed_meanwhile(self.edition.folder),)))))
        return self._elsewhere[1]

    def _share(self, asked: Said, node: str) -> float:
        """The share asked for, as a slider gives it or as it was typed."""
        if (text := asked.get("typed")) is None or node not in self.scheme.nodes:
            return _number(asked.get("share"))
        label = self.scheme.label(node)
        return typed_number(str(text), Phrase(label, label), 100)

    def _turn(self, asked: Said, gesture: str) -> None:
        """Turn a dial to where its slider, its mark or its box says; a refusal names no place of the file."""
        dial = next(dial for dial in all_dials(self.tuning.scheme) if dial.id == asked.get("dial"))
        said = next((str(asked[key]) for key in ("choice", "typed") if asked.get(key) is not None), None)
        try:
            self.take(turned(self.tuning, *turned_to(self.tuning.scheme, dial, _number(asked.get("value")) if said is None else said), gesture=gesture))
        except Refused as refused:
            raise Refused(Problems(tuple(replace(problem, file="", sheet="", row=None, column="", value="") for problem in refused.problems))) from None

    def _tried(self, do: str, asked: Said) -> WhatIf:
        """What is tried then: something more left out or put back, an expert's own weights, or nothing any more."""
        if do == "put_back":
            return WhatIf()
        if do == "own":
            return replace(self.what_if, ballot=str(asked.get("expert", "")))
        kind, item = str(asked.get("kind")), asked.get("item")
        return self.what_if.turned(kind, str(self.before.members.index[int(_number(item))] if kind == "member" else item))

    def _start(self) -> Said:
        """What stays the same from move to move."""
        scheme, members = self.before.scheme, self.before.members
        adoptable = self.edition is not None and not is_frozen(self.edition.folder)
        classes = members["class"].astype("str").fillna("") if scheme.members.class_ else None
        names, codes = ([], []) if classes is None else _numbered(classes)
        return {
            "words": words(), "language": self.language, "title": scheme.title, "draws": DRAWS, "none": NONE, "scale": scheme.scale,
            "members": members["name"].astype("str").tolist(), "codes": members.index.astype("str").tolist(),
            "classes": names, "class_of": codes, "awards": [award.label for award in scheme.awards], "grades": grade_names(scheme),
            "nodes": [{"id": node.id, "label": node.label, "number": number, "depth": number.count(".")} for node, _, number in wording.outline(scheme)],
            "decided": {"shares": _rounded(shares(self.tuning.decided)), "award": self.decided.award.tolist(), "rank": self.decided.rank.tolist(), "grade": self.decided.grade.tolist(), "dials": {dial.id: dial.said["value"] for dial in all_dials(self.tuning.decided)}},
            "ballots": sorted(self._ballots), "experts": list(experts_of(self.edition)), "judged": [item.id for item in judged_by_panel(scheme)],
            "adoptable": adoptable, "origins": origins(self.edition) if adoptable else [],
        }  # fmt: skip

    def _state(self, shown: object) -> Said:
        """What a move may change, the arrays apart; of the node that is looked at its dials and what is behind them."""
        tuning, tried, changes = self.tuning, self.what_if, Changes.between(self.decided, self.board)
        places = self.before.members.index.get_indexer(pd.Index(sorted(tried.members))).tolist()
        return {
            "panel": panel(self.after, str(shown), self.board.rank > 0) if shown in tuning.scheme.nodes else None,
            "what_if": both(tried.words(self.before)) if tried else None, "own": tried.ballot,
            "left": {"node": sorted(tried.nodes), "member": places, "expert": sorted(tried.experts)},
            "own_shares": _rounded(shares(self.after.scheme)) if tried.ballot else None, "decimals": shown_decimals(self.after.scheme),
            "shares": _rounded(shares(tuning.scheme)),
            "ranges": ranges(tuning), "locked": sorted(tuning.locked), "dials": [dial.said for dial in rule_dials(tuning.scheme)],
            "undo": bool(tuning.past), "redo": bool(tuning.future), "changed": tuning.scheme != tuning.decided,
            "out": changes.out, "into": changes.into, "other": changes.other, "rose": changes.rose, "fell": changes.fell, "status": both(changes.words),
            "elsewhere": self._changed_elsewhere(),
        }  # fmt: skip


def _number(given: object) -> float:
    """A number as the page sent it; NaN for anything else, which is refused in words."""
    return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else math.nan


def _rounded(of: Mapping[str, float]) -> dict[str, float]:
    """Shares as they are shown: no more decimals than a committee reads."""
    return {node: round(share, 4) for node, share in of.items()}


def _key(scheme: Scheme) -> str:
    """Upon what a page kept its steps: other decided weights are another starting point."""
    return f"{scheme.edition} {' '.join(f'{share:g}' for share in shares(scheme).values())}"


def _numbered(classes: pd.Series[str]) -> tuple[list[str], list[int]]:
    """The names of the classes, and for each member the number of its own."""
    names = sorted(set(classes))
    place = {name: number for number, name in enumerate(names)}
    return names, [place[name] for name in classes]


def board_in_words(decided: Board, board: Board, before: Evaluation, after: Evaluation) -> Phrase:
    """The board where it cannot be painted: how many hold each award, and who leaves and enters, by name."""
    awards = [(award.label, int((board.award == place).sum())) for place, award in enumerate(after.scheme.awards, 1)]
    if not awards:
        awards = [(label, int((board.grade == place).sum())) for place, label in enumerate(grade_names(after.scheme), 1)]
    zh = "、".join(f"{label} {count} 家" for label, count in awards)
    en = ", ".join(f"{label} {count}" for label, count in awards)
    changes, name = Changes.between(decided, board), before.members["name"].astype("str").to_numpy()
    text = phrase("权重与名单（{edition}）：{zh}。{zh_changes}", "Weights and the list ({edition}): {en}. {en_changes}",
                  edition=after.scheme.edition, zh=zh, en=en, zh_changes=changes.words.zh, en_changes=changes.words.en)  # fmt: skip
    for positions, verb in ((changes.out, Phrase("退出", "Out")), (changes.into, Phrase("进入", "In")), (changes.other, Phrase("改奖", "Another award")),
                            (changes.fell, Phrase("降级", "Lower grade")), (changes.rose, Phrase("升级", "Higher grade"))):  # fmt: skip
        if positions:
            names = [str(name[position]) for position in positions]
            text = Phrase(f"{text.zh}\n{verb.zh}：{'、'.join(names)}", f"{text.en}\n{verb.en}: {', '.join(names)}")
    return text


def _spoken(evaluation: Evaluation, language: object) -> Evaluation:
    """The evaluation with its reasons in the reader's language."""
    if language not in LANGUAGES or language == evaluation.scheme.language:
        return evaluation
    return rescored(evaluation, evaluation.scheme.model_copy(update={"language": language}))


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


class Told:
    """Words in place of a board."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def edition_board(language: Language | None = None) -> WeightBoard | Told:
    """The board of the edition at hand, as `open_edition` finds it; where it cannot be evaluated, why."""
    try:
        edition = open_edition()
        return WeightBoard(evaluate(edition.scheme, edition.records), edition, language)
    except Refused as refused:
        return Told(refused.problems.text(language or "zh"))
