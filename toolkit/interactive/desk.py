"""A desk: what a notebook asks and answers beside its tables. A member is looked up, a decision recorded, an edition sealed.

The page paints blocks of plain values, as text only; what is done stands in the rooms below. A failure is a sentence, never
a traceback, and a sealed copy writes nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from toolkit.ground.problems import Refused
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.publication.english import fields_in_english
from toolkit.reports import wording
from toolkit.reports.score_cards import Card, member_card

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.display import Table
    from toolkit.records import Records

Block = dict[str, Any]

PAGE = Path(__file__).parent / "page"
LOST = Phrase("计算程序没有应答：请按“重新计算全部”，或重新打开本页。", "The kernel does not answer: run all cells again, or open the page again.")
FAILED = Phrase("这一步没有完成，什么也没有改动。请重新打开本页再试。", "This could not be done, and nothing was changed. Open the page again.")
SEARCH = Phrase("查会员", "Find a member")
HINT = Phrase("输入名称或代码中的几个字", "a few letters of its name or key")
NOBODY = Phrase("没有这样的会员，请换几个字。", "No such member: try other letters.")
MOST = 12
"""Members named at once."""


class Painted(anywidget.AnyWidget):
    """What a page paints; where nothing is painted its `repr` says it."""

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if isinstance(bundle, tuple):
            bundle[0]["text/plain"] = repr(self)
        return bundle


def in_both(told: Any, english: Mapping[str, str]) -> Any:
    """What a page is told, with the names of the scheme in English in the English half of each sentence."""
    if isinstance(told, dict):
        if told.keys() == {"zh", "en"} and isinstance(told["en"], str):
            return {**told, "en": fields_in_english(told["en"], english)}
        return {key: in_both(value, english) for key, value in told.items()}
    return [in_both(value, english) for value in told] if isinstance(told, list) else told


class Desk(Painted):
    """Blocks on a page, and what is answered to a press.

    Attributes
    ----------
    blocks
        What the page shows from top to bottom: each a dict with its kind and id.
    lost
        What the page says where no kernel answers it.
    """

    _esm = "\n".join((PAGE / name).read_text("utf-8") for name in ("parts.js", "desk.js"))
    _css = (PAGE / "desk.css").read_text("utf-8")
    blocks: Any = traitlets.List().tag(sync=True)
    lost = traitlets.Unicode().tag(sync=True)

    def __init__(self, language: Language) -> None:
        self.language = language
        super().__init__(lost=self.say(LOST))
        self.on_msg(self._heard)

    def say(self, words: Phrase) -> str:
        """The words in the reader's language."""
        return words.into(self.language)

    def answer(self, asked: Mapping[str, Any]) -> None:
        """What follows from a press: other blocks."""
        raise NotImplementedError

    def in_words(self) -> str:
        """What the desk shows where nothing is painted."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.in_words()

    def _heard(self, _: Any, asked: Mapping[str, Any], __: Any = None) -> None:
        try:
            self.answer(asked)
        except Refused as refused:
            self.told("fault", refused.problems.text(self.language))
        except Exception:  # noqa: BLE001 - no traceback reaches a reader
            self.told("fault", self.say(FAILED))
        self.send({"heard": True})  # the page waits for it

    def told(self, tone: str, text: str) -> None:
        """One sentence above the rest: "done", or a "fault"."""
        self.blocks = [text_block("told", text, tone), *(block for block in self.blocks if block["id"] != "told")]


def table_block(name: str, table: Table) -> Block:
    """A table as the page paints it."""
    return {
        "kind": "table", "id": name, "caption": table.caption, "headings": list(table.headings), "rows": [list(row) for row in table.rows],
        "align": list(table.alignment), "lines": list(table.lines_after), "note": table.note,
    }  # fmt: skip


def text_block(name: str, text: str, tone: str = "") -> Block:
    """A sentence: "done", a "fault", or one that stays "still"."""
    return {"kind": "text", "id": name, "text": text, "tone": tone}


class MemberSearch(Desk):
    """Any member by a few letters of its name or key, and its score card."""

    def __init__(self, evaluation: Evaluation, records: Records | None = None) -> None:
        self.evaluation, self.records = evaluation, records
        self.members = [str(key) for key in evaluation.members.index]
        self.chosen = str(evaluation.ranking.index[0]) if len(evaluation.ranking) else ""
        self.text = ""
        super().__init__(evaluation.scheme.language)
        self.blocks = [{"kind": "search", "id": "search", "label": self.say(SEARCH), "hint": self.say(HINT)}, self._choices(), *self._card_blocks()]

    def in_words(self) -> str:
        """The card of the member that is chosen."""
        return repr(self.card) if self.chosen else self.say(NOBODY)

    @property
    def card(self) -> Card:
        """The card of the member that is chosen."""
        return member_card(self.evaluation, self.chosen, self.records)

    def answer(self, asked: Mapping[str, Any]) -> None:
        """Members that are meant, or the card of one."""
        if asked.get("do") == "search":
            self.text = str(asked.get("text", ""))[:80]
            card = [block for block in self.blocks if block["kind"] == "table"]
        else:
            self.chosen = self.members[int(asked["place"])]
            card = self._card_blocks()
        self.blocks = [next(block for block in self.blocks if block["id"] == "search"), self._choices(), *card]

    def _card_blocks(self) -> list[Block]:
        return [table_block(f"card {place}", table) for place, table in enumerate(self.card.tables)] if self.chosen else []

    def _choices(self) -> Block:
        found, members = members_meant(self.evaluation, self.text), self.evaluation.members
        rest = len(found) - MOST
        text = Phrase("", "")
        if self.text.strip():
            text = phrase("还有 {n} 家，请再输入几个字。", "{n} more: type some more letters.", n=rest) if rest > 0 else Phrase("", "") if found else NOBODY
        return {
            "kind": "choices", "id": "choices", "text": self.say(text),
            "found": [
                {"place": self.members.index(key), "name": str(members.loc[key, "name"]), "chosen": key == self.chosen,
                 "beside": wording.class_name(members.loc[key, "class"], self.language) if self.evaluation.scheme.members.class_ else key}
                for key in found[:MOST]
            ],
        }  # fmt: skip


def members_meant(evaluation: Evaluation, text: str) -> list[str]:
    """The members whose name or key holds every word of a text, in the order of the list; nobody for an empty one.

    Capitals and full width make no difference.
    """
    words = _folded(text).split()
    if not words:
        return []
    names = evaluation.ranking["name"]
    return [str(key) for key, name in names.items() if all(word in _folded(f"{name} {key}") for word in words)]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def member_search(evaluation: Evaluation, records: Records | None = None) -> MemberSearch:
    """A field to look up any member; with the records of the edition its card tells them."""
    return MemberSearch(evaluation, records)
