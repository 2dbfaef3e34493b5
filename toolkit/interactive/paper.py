"""A paper that one expert fills in on a page: the ballot and the score sheet, by the expert's code, and never by name.

The page asks one question at a time and is told what stands now. What lies open belongs to the page that opened it: two windows
on one kernel fill in two papers, and none is told of the other's. A code that lies open in another window, of this kernel or of
another on the same edition, is opened when that is asked for in so many words. What is not saved stays with the kernel, not in the
notebook's file: a page drawn anew shows it again, and no expert's draft is ever saved with a notebook. A failure is a sentence.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import traitlets

from toolkit.edition import edition_folder
from toolkit.ground.display import Table
from toolkit.ground.problems import Refused, refuse
from toolkit.ground.text import Language, Phrase, asked_language
from toolkit.ground.writing import holds, let_go, lock_of
from toolkit.interactive.desk import PAGE, Painted, in_both
from toolkit.interactive.tuning import LANGUAGES, both
from toolkit.scheme import load_scheme
from toolkit.scheme.criteria import GIVE_CODE, NO_CODE, is_pseudonym

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.scheme import Scheme

P = TypeVar("P", bound="Paper")
Said: TypeAlias = dict[str, Any]
SCRIPTS = ("parts.js", "paper.js", "ballot.js", "scores.js")
FAILED = Phrase("没有保存；可能是文件夹无法写入，请联系秘书处。", "Not saved, perhaps because the folder cannot be written to: tell the secretariat.")
FIRST = Phrase("请先写专家代号", "give the expert's code first")
LOST = Phrase("没有回应：计算程序正忙或已停止。若一直如此，请重新运行本页；没有保存的内容要重填。",
              "No answer: the kernel is busy or has ended. If this stays, run the page again; what was not saved is to be filled in again.")  # fmt: skip
TAKEN = Phrase("这个代号正在另一窗口填写。请先核对代号；如那是您自己的窗口，或已关掉，可按“在这里接着填”：没有保存的内容都在，那个窗口不能再填。",
               "This code is being filled in, in another window. Check the code first. If that window is your own, or is closed, press 'Go on here': what was not saved is kept, and that window fills in no more.")  # fmt: skip
APART = Phrase("这个代号正在另一窗口填写。请先核对代号；如那是您自己的窗口，请在那里保存后关掉，没有保存的内容不会带到这里；再按“在这里接着填”。",
               "This code is being filled in, in another window. Check the code first. If that window is your own, save there and close it, for what is not saved does not come along; then press 'Go on here'.")  # fmt: skip
GONE = Phrase("已在另一窗口接着填，这里不能再填；没有保存的内容都在那里。", "It is filled in in another window now, and no more here; what was not saved is there.")
WORDS: dict[str, Phrase] = {
    "expert": Phrase("专家代号", "Expert's code"),
    "expert_hint": Phrase("如 E08，不写姓名", "such as E08, never a name"),
    "begin": Phrase("开始", "Begin"),
    "over": Phrase("在这里接着填", "Go on here"),
    "leave": Phrase("换一位专家", "Another expert"),
    "leave_help": Phrase("没有保存的内容留在这里，写同一代号可以接着填", "What is not saved stays here: the same code takes it up again"),
    "whose": Phrase("专家 {expert}", "Expert {expert}"),
    "dead": LOST,
}


def opened(
    title: Phrase, paper: Callable[[Path, Scheme, Language], P | Phrase], folder: Path | None, scheme: Scheme | None, language: Language | None
) -> P | Table:
    """A paper of the edition given, or else at hand, whose records need not be readable yet; where there is none, why."""
    try:
        place = folder or edition_folder()
        found = scheme or load_scheme(place / "scheme.toml")
    except Refused as refused:
        return _stated(title, _lines(refused), language or asked_language() or "zh")
    to = language or (None if scheme else asked_language()) or found.language
    made = paper(place, found, to)
    return _stated(title, made, to) if isinstance(made, Phrase) else made


def _stated(title: Phrase, why: Phrase, language: Language) -> Table:
    return Table((title.into(language),), ((why.into(language),),))


SEALED = Phrase(
    "这里是封存的副本，只读，不能{zh}。请打开届次文件夹里的笔记本{zh}。",
    "This is a sealed copy: it is read only. To {en}, open the notebook on the edition itself.",
)


class Paper(Painted):
    """What ballot and score sheet share: who fills it in, and how the page is answered.

    Attributes
    ----------
    paper
        Which of the two the page draws.
    lost
        What it says where no kernel answers it.
    expert
        Whose paper lies open on the page that was heard last; empty before somebody gave a code there.
    round
        In which it is filled in, where there are rounds.
    """

    _esm = "\n".join((PAGE / name).read_text("utf-8") for name in SCRIPTS)
    _css = (PAGE / "paper.css").read_text("utf-8")
    title = Phrase("", "")
    words: dict[str, Phrase]
    paper = traitlets.Unicode().tag(sync=True)
    lost = traitlets.Unicode(f"{LOST.zh} {LOST.en}").tag(sync=True)

    def __init__(self, folder: Path, scheme: Scheme, language: Language | None = None) -> None:
        self.folder, self.scheme, self.language = folder, scheme, language or scheme.language
        self.expert, self.round = "", 1
        self._pages: dict[str, tuple[str, int]] = {}
        self._held: set[tuple[str, int]] = set()
        super().__init__(paper=type(self).__name__)
        self.on_msg(self._heard)

    def __repr__(self) -> str:
        return f"{self.title.into(self.language)}（{self.scheme.edition}）" if self.language == "zh" else f"{self.title.en} ({self.scheme.edition})"

    def _heard(self, _: Any, asked: Said, __: Any = None) -> None:
        """Answer a question of the page: with what stands now, or with why it cannot be done."""
        if not isinstance(asked, dict) or not isinstance(asked.get("ask"), int):
            return
        page = str(asked.get("page", ""))
        self.expert, self.round = self._pages.get(page, ("", 1))
        answer: Said = {"kind": "paper", "answer": asked["ask"], "view": str(asked.get("view", "")), "page": page}
        try:
            answer |= self._answer(asked)
            answer |= self._state(asked)
        except Refused as refused:
            answer |= {"refused": both(_lines(refused)), **self._state({})}
        except Exception:  # noqa: BLE001 - whatever it is, the reader gets a sentence
            answer |= {"refused": both(FAILED), **self._state({})}
        self._pages.pop(page, None)
        if self.expert:
            self._pages[page] = self.expert, self.round
        saved = {(self.expert, self.round)} if answer.get("saved") else set()  # nothing is at stake then, till something is typed again
        if self.expert and not saved and holds(self._lock(self.expert, self.round)):
            self._held.add((self.expert, self.round))
        for left in self._held - ({*self._pages.values()} - saved):
            self._held.remove(left)
            let_go(self._lock(*left))
        self.send(in_both(answer, self.scheme.english) if self.scheme.english else answer)

    def _answer(self, asked: Said) -> Said:
        match asked.get("do"):
            case "open":
                return {"start": {**self._start(), "words": paper_words(self.words | WORDS), "language": self.language, "english": dict(self.scheme.english), "title": both(self.title)}}
            case "enter":
                return self._let_in(code_of(asked.get("expert")), asked)
            case "leave":
                self.expert = ""
                return {}
        if not self.expert:
            raise refuse(FIRST, GIVE_CODE)
        return self._moved(asked)

    def _let_in(self, expert: str, asked: Said) -> Said:
        """Open the paper of an expert, which leaves the page where it lay open, if that was asked for in so many words."""
        number = round_ if isinstance(round_ := asked.get("round", 1), int) else 1
        others = [page for page, held in self._pages.items() if held == (expert, number) and page != str(asked.get("page", ""))]
        here = holds(self._lock(expert, number))
        if (others or not here) and asked.get("over") is not True:
            return {"refused": both(TAKEN if others else APART), "taken": True}
        if here:
            self._held.add((expert, number))
        told = self._entered(expert, asked)
        for page in others:
            del self._pages[page]
            self.expert = ""
            self.send({"kind": "paper", "answer": 0, "view": "", "page": page, "refused": both(GONE), **self._state({})})
            self.expert = expert
        return told

    def _lock(self, expert: str, number: int) -> Path:
        """The file that is held while the paper lies open here, by which other kernels know of it."""
        return lock_of(f"{self.folder.resolve()} {self.paper} {expert} {number}")

    def _start(self) -> Said:
        """What stays the same from move to move."""
        raise NotImplementedError

    def _state(self, asked: Said) -> Said:
        """What a move may change; of an open paper its expert's own alone."""
        raise NotImplementedError

    def _entered(self, expert: str, asked: Said) -> Said:
        """Open the paper of an expert."""
        raise NotImplementedError

    def _moved(self, asked: Said) -> Said:
        """Do what the page asks for, on the paper that lies open."""
        raise NotImplementedError


def code_of(typed: object) -> str:
    """The code that was typed, full-width signs and small letters as they are meant.

    Raises
    ------
    Refused
        For a name; it is not repeated.

    Examples
    --------
    >>> code_of(" ｅ０８ ")
    'E08'
    """
    expert = unicodedata.normalize("NFKC", str(typed)).strip().upper() if isinstance(typed, str) else ""
    if not is_pseudonym(expert):
        raise refuse(NO_CODE, GIVE_CODE, column=WORDS["expert"].zh)
    return expert


def paper_words(words: dict[str, Phrase]) -> dict[Language, dict[str, str]]:
    """The words of a page by language; the page itself holds none."""
    by_language: dict[Language, dict[str, str]] = {to: {key: said.into(to) for key, said in words.items()} for to in LANGUAGES}
    by_language["zh"]["language"], by_language["en"]["language"] = "English", "中文"
    return by_language


def _lines(refused: Refused) -> Phrase:
    """Every problem on a line of its own, with its file where it has one."""
    zh, en = ("\n".join(problem.line(to).strip() + (f"（{problem.file}）" if to == "zh" else f" ({problem.file})") * bool(problem.file) for problem in refused.problems) for to in LANGUAGES)
    return Phrase(zh, en)
