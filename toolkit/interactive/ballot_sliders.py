"""Sliders for a ballot: an expert divides 100 points in each group of siblings, and the ballot becomes a file.

Nothing is judged here: points are checked and scaled by `toolkit.weighting`, the file is written by `write_ballot`.
Nothing is written before the button is pressed, and nothing at all in a sealed bag.
"""

from __future__ import annotations

import datetime as dt
from functools import wraps
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from toolkit.ballots import Ballot, load_ballots, voted_groups, whole_weights, write_ballot
from toolkit.ballots.ballot import THERE, DividedPoints, group_label
from toolkit.ballots.folder import STATES
from toolkit.ballots.group import NOTHING
from toolkit.forms.ballots import unsound
from toolkit.ground.display import Table
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.text import Phrase, phrase
from toolkit.scheme.criteria import GIVE_CODE, NO_CODE, is_pseudonym
from toolkit.sealing.frozen_edition import is_frozen
from toolkit.weighting.direct import divided, numbers_given

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.ballots import Ballots, Listed
    from toolkit.ballots.ballot import Judgement
    from toolkit.ground.text import Language
    from toolkit.scheme import Scheme

LABEL = {"description_width": "14em"}
WIDE = {"width": "46em"}
WHOLE = 100
WRAPPED = "white-space:pre-wrap;line-height:1.5"
FOOT, GAP = {"width": "14em"}, {"margin": "0 0 1em 0"}
GREEN, RED = "#2e7d32", "#c62828"
SUMS = {
    0: (Phrase("√ 合计 100", "OK: 100"), GREEN),
    1: (Phrase("合计 {sum}，还差 {apart}", "{sum} given, {apart} lacking"), None),
    -1: (Phrase("合计 {sum}，多出 {apart}", "{sum} given, {apart} too many"), RED),
}
SCALING = Phrase(
    "按现有比例放大或缩小到 100，取整分；余数大的先进一，余数相同的排在前面的先进",
    "The points scaled to 100 in whole points; the largest remainders are rounded up, of equal ones the first",
)
NEXT = Phrase(
    "如是看过汇总后的修改，请选下一轮（上一轮的票保留）；如要更正，请先移走原来的文件",
    "a revision belongs to the next round, and the earlier ballot is kept; to put another in its place, move the old file away first",
)
SEALED = Phrase(
    "这里是封存的副本，只读，不能投票。请打开届次文件夹里的笔记本投票。",
    "This is a sealed copy: it is read only. To vote, open the notebook on the edition itself.",
)
FAILED = Phrase("没有保存；可能是文件夹无法写入，请联系秘书处。", "Not saved, perhaps because the folder cannot be written to: tell the secretariat.")


class BallotSliders(widgets.VBox):  # type: ignore[misc]
    """A ballot by points: the expert's code, a slider for each node, the running sum of each group, and a button.

    Every slider begins at 0, so that no weight is given that nobody thought of. Points are whole; a group that does
    not sum to 100 is refused, unless the expert has it scaled.

    Attributes
    ----------
    ballot
        As the sliders stand.
    """

    def __init__(self, folder: Path, scheme: Scheme) -> None:
        self.folder, self.scheme = folder, scheme
        self._expert = widgets.Combobox(
            description=self._say("专家代号", "Expert's code"), placeholder="E01", ensure_option=False, style=LABEL
        )
        self._round = widgets.Dropdown(description=self._say("轮次", "Round"), style=LABEL)
        self._said, self._done = widgets.HTML(), widgets.HTML()
        self._sums: dict[str, widgets.Label] = {}
        self._scalers: dict[str, widgets.Button] = {}
        self._sliders = {group: self._group_sliders(group, nodes) for group, nodes in voted_groups(scheme).items()}
        self._save = widgets.Button(description=self._say("保存", "Save"), icon="check", button_style="primary")
        self._save.on_click(self._guarded(self._keep))
        groups = [self._group_box(group, number) for number, group in enumerate(self._sliders, 1)]
        super().__init__([self._expert, self._round, *groups, self._save, self._said, self._done])
        self._offer()

    def __repr__(self) -> str:
        return f"BallotSliders({self.scheme.edition})"

    @property
    def ballot(self) -> Ballot:
        """The ballot as the sliders stand, cast today.

        Raises
        ------
        Refused
            For a name instead of a code, and every group whose points do not sum to 100; no name is repeated.
        """
        expert = self._expert.value.strip().upper()
        weights: dict[str, Judgement] = {group: DividedPoints(method="points", points=self._points(group)) for group in self._sliders}
        nameless = () if is_pseudonym(expert) else (Problem("error", NO_CODE, GIVE_CODE, column=self._expert.description),)
        problems = Problems((*nameless, *unsound(weights, self.scheme, "")))
        if problems:
            raise Refused(problems)
        today = dt.date.today()  # noqa: DTZ011 - the date on the wall of the room they vote in
        return Ballot(expert=expert, round=self._round.value, cast=today, weights=weights)

    def _points(self, group: str) -> dict[str, float]:
        return {node: float(slider.value) for node, slider in self._sliders[group].items()}

    def _group_sliders(self, group: str, nodes: tuple[str, ...]) -> dict[str, widgets.IntSlider]:
        self._sums[group] = widgets.Label(layout=FOOT)
        sliders = {node: widgets.IntSlider(0, 0, WHOLE, description=self.scheme.label(node), style=LABEL, layout=WIDE) for node in nodes}
        for slider in sliders.values():
            slider.observe(self._guarded(lambda _: self._show_sum(group)), "value")
        return sliders

    def _group_box(self, group: str, number: int) -> widgets.VBox:
        label = group_label(self.scheme, group)
        title = self._say(f"{number}. “{label.zh}”之下", f"{number}. Below {label.en}")
        scaler = widgets.Button(description=self._say("按比例凑满 100", "Scale to 100"), tooltip=SCALING.into(self.scheme.language))
        scaler.on_click(self._guarded(lambda _: self._scale(group)))
        self._scalers[group] = scaler
        self._show_sum(group)
        foot = widgets.HBox([self._sums[group], scaler])
        heading = widgets.Label(title, style={"font_weight": "bold"})
        return widgets.VBox([heading, *self._sliders[group].values(), foot], layout=GAP)

    def _show_sum(self, group: str) -> None:
        given = sum(slider.value for slider in self._sliders[group].values())
        apart = WHOLE - given
        said, colour = SUMS[(apart > 0) - (apart < 0)]
        self._sums[group].style.text_color = colour
        self._sums[group].value = phrase(said.zh, said.en, sum=given, apart=abs(apart)).into(self.scheme.language)

    def _scale(self, group: str) -> None:
        points = self._points(group)
        numbers, _ = numbers_given(list(points.values()), [self.scheme.label(node) for node in points])
        for slider, whole in zip(self._sliders[group].values(), whole_weights(divided(numbers), 0).tolist(), strict=True):
            slider.value = int(whole)

    def _keep(self, _: Any = None) -> None:
        """Write the ballot, say what became of it, and clear the sheet for the next expert."""
        self._done.value = ""
        ballot = self.ballot
        _refuse_second(load_ballots(self.folder, self.scheme), ballot)
        path = write_ballot(self.folder, ballot)
        found = load_ballots(self.folder, self.scheme)
        one = next(one for one in found.listed if Path(one.file).name == path.name)
        self._done.value = _wrapped(self._kept(one))
        self._offer()

    def _kept(self, one: Listed) -> str:
        why = Phrase(*(f"（{one.reason.zh}）", f" ({one.reason.en})")) if one.reason.zh else one.reason
        state = STATES[one.state]
        said = phrase(
            "已保存 {file}：专家 {expert}，第 {round} 轮，{zh}。", "Saved {file}: expert {expert}, round {round}, {en}.",
            file=one.file, expert=one.expert, round=one.round, zh=state.zh + why.zh, en=state.en + why.en,
        )  # fmt: skip
        return said.into(self.scheme.language)

    def _offer(self) -> None:
        """An empty sheet: the codes known so far, and the rounds that can be voted in."""
        found, rule = load_ballots(self.folder, self.scheme), self.scheme.weighting
        voted = {one.expert for one in found.listed if one.expert}
        self._expert.options = tuple(sorted({*voted, *(rule.experts if rule else ())}))
        rounds = (rule.round,) if rule and rule.round else tuple(range(1, found.deciding + 2))
        self._round.options = [(phrase("第 {n} 轮", "Round {n}", n=n).into(self.scheme.language), n) for n in rounds]
        self._round.value = found.deciding
        self._expert.value = ""
        for sliders in self._sliders.values():
            for slider in sliders.values():
                slider.value = 0

    def _say(self, zh: str, en: str) -> str:
        return Phrase(zh, en).into(self.scheme.language)

    def _guarded(self, step: Callable[..., None]) -> Callable[..., None]:
        return guarded(step, lambda said: setattr(self._said, "value", _wrapped(said)), self.scheme.language, FAILED)


def guarded(step: Callable[..., None], tell: Callable[[str], None], language: Language, failed: Phrase) -> Callable[..., None]:
    """A callback whose failure is told in words, and success by none; a traceback would show a viewer source and paths."""

    @wraps(step)
    def safe(*given: Any) -> None:
        try:
            step(*given)
        except Refused as refused:
            tell(refused.problems.text(language))
        except Exception:  # noqa: BLE001 - whatever it is, the reader gets a sentence
            tell(failed.into(language))
        else:
            tell("")

    return safe


def ballot_sliders(folder: Path, scheme: Scheme) -> BallotSliders | Table:
    """Sliders for one expert's ballot of the edition in `folder`; in a sealed bag, or with nothing to vote on, a sentence.

    Examples
    --------
    >>> from toolkit.ground.resources import house_folder
    >>> from toolkit.scheme import load_scheme
    >>> demo = house_folder("data/demo")
    >>> ballot_sliders(demo, load_scheme(demo / "scheme.toml"))
    BallotSliders(demo-2018)
    """
    closed = SEALED if is_frozen(folder) else None if voted_groups(scheme) else NOTHING
    if closed is None:
        return BallotSliders(folder, scheme)
    return Table((Phrase("专家投票", "Voting").into(scheme.language),), ((closed.into(scheme.language),),))


def _refuse_second(found: Ballots, ballot: Ballot) -> None:
    """Refuse a ballot beside another of this expert and round, under whatever file name: neither would count."""
    for one in found.listed:
        if (one.expert.upper(), one.round) == (ballot.expert, ballot.round) and one.state != "withdrawn":
            raise refuse(THERE, NEXT, file=one.file)


def _wrapped(said: str) -> str:
    """Text of several lines as HTML, escaped."""
    return f'<div style="{WRAPPED}">{escape(said)}</div>' if said else ""
