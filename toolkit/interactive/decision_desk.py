"""What the committee decides and the secretariat seals, from a notebook: a form for each open matter, and a button that seals.

The forms only ask; ties, objections and states are decided in `toolkit.minutes`, editions are sealed in `toolkit.sealing`. In a
sealed copy there are no forms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from toolkit.comparison.objections import mends, rehearsed
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate
from toolkit.evaluation.decisions import left_over
from toolkit.ground.display import Headline, Table
from toolkit.ground.problems import Refused
from toolkit.ground.resources import is_frozen
from toolkit.ground.text import Phrase, discreet, phrase
from toolkit.interactive.desk import Block, Desk, table_block, text_block
from toolkit.minutes.adoption import edition_language
from toolkit.minutes.decisions import (
    FINAL,
    STATES,
    decide_place,
    decide_state,
    decide_tie,
    score_given,
    state_of,
)
from toolkit.minutes.journal import Entry, read_journal
from toolkit.minutes.objections import (
    Objection,
    before_its_end,
    decide_objection,
    objection_file,
    read_objections,
    unruled,
)
from toolkit.minutes.wording import with_what_is_left
from toolkit.publication.english import english_of, fields_in_english
from toolkit.reports.committee_tables import (
    Kind,
    OpenMatter,
    open_matters,
    refuse_pressing,
)
from toolkit.reports.comparison_tables import moves_in_words
from toolkit.reports.views import decisions_headline, open_matters_table
from toolkit.sealing.revisions import newest_bag
from toolkit.sealing.seals import seal_edition
from toolkit.sealing.states import unlike_newest_bag

if TYPE_CHECKING:
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Tie

BY, BECAUSE = Phrase("由谁决定", "Decided by"), Phrase("理由", "Because")
WHO = Phrase("如：专家委员会 3 月 1 日会议", "such as: the expert committee on 1 March")
RECORD, YES, NO = Phrase("记录裁定", "Record the decision"), Phrase("确定", "Yes"), Phrase("再想想", "Not yet")
SURE = Phrase("决定会连同姓名和理由写入 journal.jsonl，不能删去。确定吗？", "It is written into journal.jsonl with name and reason, and cannot be taken out. Is it right?")
STILL = Phrase("这里是封存的副本，只读；要作决定或封存，请打开届次文件夹里的笔记本。", "This is a sealed copy: it is read only. Decide and seal in the notebooks of the edition's own folder.")
AGAIN = Phrase("其他各格请按“重新计算全部”更新。", "Run all cells again to bring the others up to date.")
MEANWHILE = Phrase("打开本页之后，这一届已有改动，这项决定没有记下。下面是现在的情形，请再看一次。",
                   "The edition was changed after this page was opened: the decision was not recorded. Look again: this is how it stands now.")  # fmt: skip
BELOW = Phrase("请填写“六、裁定”中的表", "Fill in the form in 6. Decisions")
SCORED = Phrase("补足评分，或填写“六、裁定”中的表", "Have it scored, or fill in the form in 6. Decisions")
BY_FORM: dict[Kind, Phrase] = {"tie": BELOW, "objection": BELOW, "panel": SCORED}
OUTCOMES = {"upheld": Phrase("成立", "upheld"), "rejected": Phrase("不成立", "rejected")}
STATE_TITLE, STATE_FIELD = Phrase("本届的状态", "The state of the edition"), Phrase("转为", "It is now")
REVISION, SEAL = Phrase("版次", "Revision"), Phrase("封存", "Seal")
SEAL_BY, SEAL_WHY = Phrase("由谁封存", "Sealed by"), Phrase("修订理由（会公示）", "Why it was revised (published)")
SEALING = Phrase("正在封存，请勿关闭本页：{step}", "Sealing, please leave this page open: {step}")
Told = TypeVar("Told")
FORM_STATE, FORM_SEAL = "state", "seal"
SCORE = Phrase("评分", "Score")


class DecisionDesk(Desk):
    """Everything left to the committee, gravest first, and a form for each decision that can be recorded here.

    Attributes
    ----------
    edition, evaluation
        As they stand after the last decision.
    """

    def __init__(self, edition: Edition, evaluation: Evaluation) -> None:
        self.edition, self.evaluation = edition, evaluation
        super().__init__(evaluation.scheme.language)
        self.blocks = self._page()

    @property
    def matters(self) -> tuple[OpenMatter, ...]:
        """What is open; in a sealed copy as of the edition's own day, so that it is the same whenever it is looked at."""
        return open_matters(self.edition, self.evaluation, self._day)

    @property
    def headline(self) -> Headline:
        """The first line of the page."""
        return decisions_headline(self.matters, self.language)

    @property
    def table(self) -> Table:
        """The matters, gravest first."""
        return open_matters_table(self.edition, self.evaluation, self.language, today=self._day, settled_by=None if is_frozen(self.edition.folder) else self._settled_by)

    def _settled_by(self, matter: OpenMatter) -> Phrase:
        """Its form where there is one; an objection that is decided, or a row of the records that it is about, has none."""
        formless = matter.kind == "objection" and matter.subject not in {str(number) for number in read_objections(self.edition.folder).open()}
        return matter.settle if formless else BY_FORM.get(matter.kind, matter.settle)

    @property
    def _day(self) -> Any:
        return self.edition.scheme.as_of if is_frozen(self.edition.folder) else None

    def in_words(self) -> str:
        """The matters as a table of text."""
        return repr(self.table)

    def answer(self, asked: Mapping[str, Any]) -> None:
        """One decision recorded, on what the edition is now; and it is read and evaluated anew.

        Where what the form was about is another thing by now, that is shown and nothing is recorded.
        """
        if is_frozen(self.edition.folder):
            self.told("fault", self.say(STILL))
            return
        form = str(asked["form"])
        shown = self._block(form)
        self._read_anew()
        page = self._page()
        if [block for block in self.blocks if block["id"] not in {"told", "headline"}] != page:
            self.blocks = [*self._heading(), *page]
        if shown is None or self._block(form) != shown:
            self.told("fault", self.say(MEANWHILE))
            return
        kind, _, about = form.partition(" ")
        held = asked["values"]
        by, reason = str(held.get("by", "")), str(held.get("reason", ""))
        entry = self._entered(kind, about, held, by, reason)
        self._read_anew()
        decided = entry.details.get("state") == FINAL
        journal = read_journal(self.edition.folder)
        notes = (before_its_end(journal, self.edition.scheme.publication, entry.time.date()), unruled(read_objections(self.edition.folder), journal)) if decided else ()
        told = [self._named(self.say(with_what_is_left(entry))), *map(self.say, filter(None, (*notes, AGAIN)))]
        self.blocks = [text_block("told", " ".join(told), "done"), *self._heading(), *self._page()]

    def _block(self, name: str) -> Block | None:
        return next((block for block in self.blocks if block["id"] == name), None)

    def _heading(self) -> list[Block]:
        return [{"kind": "headline", "id": "headline", "text": self.headline.text}]

    def _read_anew(self) -> None:
        """The edition as its files are now, in the reader's language."""
        edition = open_edition(self.edition.folder)
        self.edition = replace(edition, scheme=edition.scheme.model_copy(update={"language": self.language}))
        self.evaluation = evaluate(self.edition.scheme, self.edition.records, self.edition.judged)

    def _entered(self, kind: str, about: str, held: Mapping[str, Any], by: str, reason: str) -> Entry:
        folder = self.edition.folder
        if kind == FORM_STATE:
            if held["state"] == FINAL:
                refuse_pressing(self.matters)
            return decide_state(folder, str(held["state"]), by=by, reason=reason, unsealed=partial(unlike_newest_bag, folder, self.evaluation))
        if kind == "objection":
            objection, file = read_objections(folder).listed[int(about)], objection_file(int(about))
            rehearse = held["outcome"] == "upheld" and objection.upheld is not None and bool(objection.upheld.steps)
            moves = self._moves(objection, file) if rehearse else []
            asked = mends(self.edition, objection, file) if rehearse else []
            return decide_objection(folder, int(about), held["outcome"], by=by, reason=reason, moves=moves, mends=asked, records=self.edition.records)
        names = {str(key): str(name) for key, name in self.evaluation.members["name"].items()}
        if kind == "place":
            member, indicator = self._open_places[int(about)]
            waiting, bounds = self.evaluation.measured.open, self.edition.score_bounds(indicator)
            return decide_place(folder, waiting, member, indicator, score_given(str(held.get("score", ""))), by=by, reason=reason, bounds=bounds, names=names)
        tie = self.evaluation.left_to_committee[int(about)]
        members = [tie.members[int(place)] for place in held.get("members", [])]
        return decide_tie(folder, (tie,), tie.award, members or [""], by=by, reason=reason, class_=tie.class_, names=names)

    def _moves(self, objection: Objection, file: str) -> list[str]:
        """Who would move, in the language of the minutes, whichever the reader has."""
        language = edition_language(self.edition.folder)
        scheme = self.evaluation.scheme.model_copy(update={"language": language})
        comparison = rehearsed(replace(self.edition, scheme=scheme), replace(self.evaluation, scheme=scheme), objection, file)
        return [words.into(language) for words in moves_in_words(comparison)]

    def _page(self) -> list[Block]:
        """What is asked, with the names that the scheme has in English for a reader of English."""
        return self._named([*self._asked()])

    def _named(self, told: Told) -> Told:
        english = english_of(self.evaluation.scheme)
        return fields_in_english(told, english, {*self.evaluation.members["name"]}) if english else told

    def _asked(self) -> Iterator[Block]:
        yield table_block("matters", self.table)
        if is_frozen(self.edition.folder):
            yield text_block("still", self.say(STILL), "still")
            return
        for place, tie in enumerate(self.evaluation.left_to_committee):
            yield self._form(f"tie {place}", self._tie_title(tie), self._tie_fields(tie))
        for number, objection in read_objections(self.edition.folder).open().items():
            title = phrase("第 {n} 号异议：{about}", "Objection {n}: {about}", n=number, about=discreet(objection.about))
            yield self._form(f"objection {number}", title, [self._choice("outcome", Phrase("裁定", "Decision"), OUTCOMES)])
        for place, (member, indicator) in enumerate(self._open_places):
            name, label = str(self.evaluation.members["name"][member]), self.evaluation.scheme.label(indicator)
            title = phrase("待定的位次：{name}，{label}", "An open place: {name}, {label}", name=name, label=label)
            yield self._form(f"place {place}", title, [{"kind": "text", "name": "score", "label": self.say(SCORE), "hint": ""}])
        now = state_of(read_journal(self.edition.folder))
        follow = {word: state.title for word, state in STATES.items() if now in state.after}
        title = phrase("{title.zh}：现为“{now.zh}”", "{title.en}: {now.en}", title=STATE_TITLE, now=STATES[now].title)
        yield self._form(FORM_STATE, title, [self._choice("state", STATE_FIELD, follow)])

    @property
    def _open_places(self) -> list[tuple[str, str]]:
        """Member and indicator of every place that the panel left open."""
        return [(str(member), indicator) for member, waiting in self.evaluation.measured.open.items() for indicator in waiting]

    def _form(self, name: str, title: Phrase, fields: list[Block]) -> Block:
        asked = [*fields, {"kind": "text", "name": "by", "label": self.say(BY), "hint": self.say(WHO)}, {"kind": "long", "name": "reason", "label": self.say(BECAUSE), "hint": ""}]
        return {
            "kind": "form", "id": name, "title": self.say(title), "text": "", "fields": asked, "button": self.say(RECORD),
            "confirm": self.say(SURE), "yes": self.say(YES), "no": self.say(NO),
        }  # fmt: skip

    def _choice(self, name: str, label: Phrase, options: Mapping[str, Phrase]) -> Block:
        return {"kind": "choice", "name": name, "label": self.say(label), "options": [[word, self.say(title)] for word, title in options.items()]}

    def _tie_title(self, tie: Tie) -> Phrase:
        label, settled = self.evaluation.scheme.label(tie.award), tie not in self.evaluation.ties
        what = Phrase("已裁定，可改裁", "settled; it can be settled anew") if settled else Phrase("待裁定", "to be settled")
        return phrase(
            "同分（{what.zh}）：{label}{zh}，{left.zh}", "A tie, {what.en}: {label}{en}, {left.en}",
            what=what, label=label, left=left_over(tie), zh=f"（{tie.class_}）" if tie.class_ else "", en=f" ({tie.class_})" if tie.class_ else "",
        )  # fmt: skip

    def _tie_fields(self, tie: Tie) -> list[Block]:
        names = self.evaluation.members["name"]
        options = [[str(place), str(names[member])] for place, member in enumerate(tie.members)]
        return [{"kind": "checks", "name": "members", "label": self.say(phrase("授予（{at_most.zh} {n} 家）", "Given to ({at_most.en}{n})", n=tie.places, at_most=Phrase("至多选", "at most ") if tie.by_budget else Phrase("选", ""))), "options": options}]


class SealDesk(Desk):
    """A button that seals the edition, with a confirmation and what is being done meanwhile."""

    def __init__(self, edition: Edition, evaluation: Evaluation) -> None:
        self.edition, self.evaluation = edition, evaluation
        self.thread: Thread | None = None
        super().__init__(evaluation.scheme.language)
        self.blocks = [text_block("still", self.say(STILL), "still")] if is_frozen(edition.folder) else [self._form()]

    def in_words(self) -> str:
        """What the button would do."""
        return self.say(phrase("封存 {edition}", "Seal {edition}", edition=self.edition.scheme.edition))

    def answer(self, asked: Mapping[str, Any]) -> None:
        """The edition sealed in a thread, so that the page can say how far it is."""
        if is_frozen(self.edition.folder) or (self.thread is not None and self.thread.is_alive()):
            return
        held = {name: str(value).strip() for name, value in asked["values"].items()}
        self.blocks = [text_block("told", self.say(phrase(SEALING.zh, SEALING.en, step="…")), "done"), {**self._form(), "busy": True}]
        self.thread = Thread(target=self._seal, args=(held,), daemon=True)
        self.thread.start()

    def _seal(self, held: Mapping[str, str]) -> None:
        try:
            former = newest_bag(self.edition.folder / "sealed")
            revises = former.name if former else ""
            bag = seal_edition(
                self.edition.folder, held["revision"], revises=revises, because=held.get("because", ""), by=held["by"],
                progress=lambda step: self.told("done", self.say(phrase(SEALING.zh, SEALING.en, step=step))), language=self.language,
            )  # fmt: skip
            tone, words = "done", phrase(
                "已封存为 sealed/{bag}，并记入 journal.jsonl。任何人都可以核对：在届次文件夹“{place}”里运行 committee verify sealed/{bag} --replay",
                "Sealed as sealed/{bag}, and entered into journal.jsonl. Anyone can check it: in the folder of the edition, {place}, run committee verify sealed/{bag} --replay",
                bag=bag.name, place=self.edition.folder.resolve().name,
            )  # fmt: skip
        except Refused as refused:
            tone, words = "fault", Phrase(refused.problems.text("zh"), refused.problems.text("en"))
        except Exception:  # noqa: BLE001 - no traceback reaches a reader
            tone, words = "fault", Phrase("没有封存成功，什么也没有留下。请重新打开本页再试。", "It was not sealed, and nothing was left behind. Open the page again.")
        self.blocks = [text_block("told", self.say(words), tone), self._form()]

    def _form(self) -> Block:
        former = newest_bag(self.edition.folder / "sealed")
        name = f"r{len([path for path in (self.edition.folder / 'sealed').glob('r*') if path.is_dir()]) + 1}"
        fields: list[Block] = [
            {"kind": "text", "name": "revision", "label": self.say(REVISION), "hint": name, "value": name},
            {"kind": "text", "name": "by", "label": self.say(SEAL_BY), "hint": self.say(WHO)},
        ]
        fields += [{"kind": "long", "name": "because", "label": self.say(SEAL_WHY), "hint": ""}] if former else []
        text = phrase("替代 {bag}，原来的一版不动。", "It stands in place of {bag}, which stays as it is.", bag=former.name) if former else Phrase("", "")
        sure = Phrase("封存要重新运行全部笔记本，约需几分钟；封存之后一个字节也改不了。确定封存吗？", "All notebooks are run again, which takes some minutes; what is sealed never changes. Seal it?")
        return {
            "kind": "form", "id": FORM_SEAL, "title": self.say(SEAL), "text": self.say(text), "fields": fields, "button": self.say(SEAL),
            "confirm": self.say(sure), "yes": self.say(YES), "no": self.say(NO),
        }  # fmt: skip


def decision_desk(edition: Edition, evaluation: Evaluation) -> DecisionDesk:
    """What is left to the committee in an edition, with a form for each decision."""
    return DecisionDesk(edition, evaluation)


def seal_desk(edition: Edition, evaluation: Evaluation) -> SealDesk:
    """A button that seals an edition."""
    return SealDesk(edition, evaluation)
