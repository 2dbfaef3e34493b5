"""The panel's score sheet on a page: the members and indicators that one expert may score, 回避 filled in and locked.

What it enters is checked as it is typed, and saved into the workbook that the panel's reader reads; by code, and nobody else's.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from toolkit.forms.score_sheets import OwnSheet, own_sheet
from toolkit.ground.resources import is_frozen
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.indicators.panel import judged_by_panel
from toolkit.interactive.paper import SEALED as _SEALED
from toolkit.interactive.paper import Paper, Said, opened
from toolkit.interactive.tuning import both, typed_number
from toolkit.panels.experts import RECUSED
from toolkit.reports.panel_tables import scored_in_words

if TYPE_CHECKING:
    from pathlib import Path

    from toolkit.ground.display import Table
    from toolkit.scheme import Scheme

TITLE = Phrase("专家评分表", "Score sheet")
SEALED = phrase(_SEALED.zh, _SEALED.en, zh="评分", en="score")
SAVED = ("已保存 {file}：专家 {expert}，{told.zh}。名单还没有按它重新计算。", "Saved {file}: expert {expert}, {told.en}. The list does not follow it yet.")
BESIDES = ("；打开以后在别处保存的 {n} 处已取入", "; taken in of what was saved elsewhere since it was opened: {n}")
APART = ("有 {n} 处两边不同，这里仍是您填的：{cells.zh}", "Where the two differ, yours stands here ({n}): {cells.en}")
SHUT = ("有 {n} 处现在不用评，您填的没有带入：{cells.zh}", "Left out of yours, because not to be scored any more ({n}): {cells.en}")
MEANWHILE = ("评分表打开以后在别处改过，还没有保存。别处保存的已取入，您填的都在；{told.zh}。请核对后再保存。",
             "The sheet was changed elsewhere since it was opened, and nothing is saved yet. What was saved there is taken in, and what you entered is kept. {told.en}. Check it, and save again.")  # fmt: skip
FEW = 5
"""Told at once of the cells in which two windows differ."""
SCORED, WITHDRAWN = ("已评 {done}/{all}", "{done} of {all} scored"), ("另填回避 {n} 处", "withdrawn from besides: {n}")
"""How far a sheet is: of what is to be scored, and apart from it what its expert withdrew from."""
RECOMPUTING = Phrase("本页的名单按新的评分表重新计算，见评分表上方。", "The list above this sheet is evaluated anew by it.")
RUN_AGAIN = Phrase("请按本页上方的“重新计算全部”，名单即按新的评分表。", "Press 'Recompute all' on top of this page: the list then follows the new score sheet.")
WORDS: dict[str, Phrase] = {
    "hint": Phrase("在白格内评分；“回避”和“—”不填。未评的留空，不要填 0；另有利害关系的填“回避”。",
                   "Score in the white cells; 回避 and — stay as they are. Leave empty what you have not scored; write 回避 where you have another interest."),
    "member": Phrase("会员", "Member"),
    "class": Phrase("类别", "Class"),
    "all": Phrase("全部类别", "All classes"),
    "search": Phrase("查找会员", "Find a member"),
    "lacking": Phrase("只看未评的", "Only what is lacking"),
    "range": Phrase("{low}—{high} 分", "{low} to {high}"),
    "cell": Phrase("{member}，{column}", "{member}, {column}"),
    "unsaved": Phrase("有 {n} 处没有保存", "not saved: {n}"),
    "not_taken": Phrase("有 {n} 处填的不是分数或超出范围，没有收，格内标红", "not taken, marked red: {n}"),
    "save": Phrase("保存评分表", "Save the sheet"),
    "recompute": Phrase("按新评分表重新计算名单", "Evaluate the list by the new sheet"),
    "none": Phrase("没有符合条件的会员", "No member fits"),
}  # fmt: skip


class ScorePaper(Paper):
    """A score sheet being filled in."""

    title = TITLE
    words = WORDS

    def __init__(self, folder: Path, scheme: Scheme, language: Language | None = None) -> None:
        self._sheets: dict[str, OwnSheet] = {}
        self._kept: dict[str, OwnSheet] = {}
        super().__init__(folder, scheme, language)

    @property
    def own(self) -> OwnSheet:
        """The sheet that lies open."""
        return self._sheets[self.expert]

    def _start(self) -> Said:
        return {"columns": [{"id": str(item.measure.column), "label": item.label} for item in judged_by_panel(self.scheme)], "recused": RECUSED, "told": {"recomputing": both(RECOMPUTING), "run_again": both(RUN_AGAIN)}}

    def _state(self, asked: Said) -> Said:
        if not self.expert:
            return {"expert": ""}
        own = self.own
        state: Said = {"expert": self.expert, "progress": both(progress(own)), "unsaved": [list(cell) for cell in unlike(own, self._kept[self.expert])]}
        if asked.get("do") in {"open", "enter"} or not asked:
            state |= self._whole()
        else:
            cell = str(asked.get("member")), str(asked.get("column"))
            state["cell"] = [*cell, own.sheet.given.get(cell)]
        return state

    def _whole(self) -> Said:
        """All that the page draws of a sheet."""
        return {"members": self._members(), "given": [[*cell, entry] for cell, entry in self.own.sheet.given.items()], "ranges": self._ranges()}

    def _members(self) -> list[Said]:
        """Who is on the sheet, and which of its cells are shut, with the word that stands there."""
        sheet, scored = self.own.sheet, self.own.scored
        shut = {(member, column): word for member, class_ in sheet.members["class"].items() for column, item in scored.items() if (word := sheet.shut(item, str(member), str(class_)))}
        return [
            {"id": str(member), "name": str(row["name"]), "class": str(row["class"]), "shut": {column: shut[member, column] for column in scored if (member, column) in shut}}
            for member, row in sheet.members.iterrows()
        ]

    def _ranges(self) -> dict[str, list[float]]:
        return {column: list(bounds) for column in self.own.scored if (bounds := self.own.table.column[column].range)}

    def _entered(self, expert: str, _: Said) -> Said:
        if expert not in self._sheets:
            self._sheets[expert] = self._kept[expert] = own_sheet(self.folder, expert)
        self.expert = expert
        return {}

    def _moved(self, asked: Said) -> Said:
        if asked.get("do") == "save":
            return self._save()
        entry = self._entry(str(asked.get("typed", "")), str(asked.get("column")))
        self._sheets[self.expert] = self.own.with_entry(str(asked.get("member")), str(asked.get("column")), entry)
        return {}

    def _save(self) -> Said:
        """Write the sheet with what was saved elsewhere since it was opened; where that says something else in a cell, nothing is written and it is told."""
        meanwhile = self.own.on_disk != self.own.opened
        besides, told = self._taken_in() if meanwhile else (0, [])
        whole = self._whole() if meanwhile else {}
        if told:
            return {"refused": both(phrase(*MEANWHILE, told=joined(told, "；", ". "))), **whole}
        self._sheets[self.expert] = self._kept[self.expert] = own = self.own.saved()
        done = joined([progress(own), phrase(*BESIDES, n=besides)], "", "") if besides else progress(own)
        return {"notice": both(phrase(*SAVED, file=own.path.relative_to(self.folder).as_posix(), expert=self.expert, told=done)), "saved": True, **whole}

    def _taken_in(self) -> tuple[int, list[Phrase]]:
        """Lay what is not saved here over what was saved elsewhere: how many cells come of there, and what has to be looked at first."""
        mine, kept, there = self.own, self._kept[self.expert], own_sheet(self.folder, self.expert)
        entered, given = unlike(mine, kept), there.sheet.given
        open_cells = set(there.open_cells())
        apart = [cell for cell in entered if cell in open_cells and given.get(cell) not in {kept.sheet.given.get(cell), mine.sheet.given.get(cell)}]
        laid = there
        for cell in entered:
            if cell in open_cells:
                laid = laid.with_entry(*cell, mine.sheet.given.get(cell))
        named = ((APART, apart), (SHUT, [cell for cell in entered if cell not in open_cells]))
        told = [phrase(*said, n=len(cells), cells=self._named(mine, cells)) for said, cells in named if cells]
        self._sheets[self.expert], self._kept[self.expert] = laid, there
        return len({*unlike(there, kept)} - {*entered}), told

    def _named(self, own: OwnSheet, cells: list[tuple[str, str]]) -> Phrase:
        """By member and indicator, the first few of them."""
        names, scored = own.sheet.members["name"], own.scored
        few = [Phrase(f"{names[member]}“{(label := scored[column].label)}”", f"{names[member]} ({label})") for member, column in cells[:FEW]]
        return joined(few + [Phrase("…", "…")] * (len(cells) > FEW), "、", ", ")

    def _entry(self, typed: str, column: str) -> float | str | None:
        """A score as a person types it; the word 回避; None for an emptied cell."""
        plain = unicodedata.normalize("NFKC", typed).strip()
        if (word := "".join(plain.split())) in {"", RECUSED}:
            return word or None
        item, bounds = self.own.scored.get(column), self.own.table.column[column].range if column in self.own.table.column else None
        label = item.label if item else ""
        return typed_number(plain, Phrase(label, label), bounds[1] if bounds else self.scheme.scale)


def unlike(one: OwnSheet, other: OwnSheet) -> list[tuple[str, str]]:
    """The cells in which two sheets do not say the same, member by member."""
    given, others = one.sheet.given, other.sheet.given
    return sorted(cell for cell in {*given, *others} if given.get(cell) != others.get(cell))


def progress(own: OwnSheet) -> Phrase:
    """How far a sheet is; what its expert withdrew from is neither scored nor to be scored."""
    given = own.sheet.given.values()
    withdrawn = sum(entry == RECUSED for entry in given)
    scored = phrase(*SCORED, done=len(given) - withdrawn, all=sum(1 for _ in own.open_cells()) - withdrawn)
    return joined([scored, phrase(*WITHDRAWN, n=withdrawn)], "，", ", ") if withdrawn else scored


def score_paper(folder: Path | None = None, scheme: Scheme | None = None, language: Language | None = None) -> ScorePaper | Table:
    """One expert's score sheet of the edition in `folder`, or else at hand; in a sealed bag, or where no expert scores, a sentence.

    Examples
    --------
    >>> from toolkit.ground.resources import house_folder
    >>> score_paper(house_folder("data/demo")).rows
    (('本届没有由专家评分的指标。',),)
    """

    def paper(place: Path, found: Scheme, to: Language) -> ScorePaper | Phrase:
        scored = bool(judged_by_panel(found)) and found.panel is not None and found.panel.experts is not None
        closed = SEALED if is_frozen(place) else None if scored else scored_in_words(found)
        return closed or ScorePaper(place, found, to)

    return opened(TITLE, paper, folder, scheme, language)
