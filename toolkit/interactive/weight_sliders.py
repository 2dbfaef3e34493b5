"""Controls: a Scheme in, a Scheme out. Sliders move weights; what the list becomes is shown at once.

No number is computed here: weights are shared out by the scheme, totals by `rescored`, tables by `views`. Text of
the records reaches the page only through a table, which escapes it. A callback never shows a traceback.
"""

from __future__ import annotations

from functools import wraps
from math import isclose, isfinite
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets

from toolkit.evaluation import rescored
from toolkit.ground.problems import Refused
from toolkit.ground.text import Phrase
from toolkit.reports import views, wording
from toolkit.scheme import Scheme

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.evaluation import Evaluation
    from toolkit.ground.text import Language

LABEL = {"description_width": "14em"}
STEP = 0.1
WIDE = {"width": "46em"}
FAILED = Phrase(
    "这一步算不出结果，请调整权重或按“恢复原权重”。",
    "This could not be computed; move a weight, or restore the weights.",
)


class WeightSliders(widgets.VBox):  # type: ignore[misc]
    """Sliders for the weights of one group's children at a time, and the list they lead to.

    Attributes
    ----------
    scheme
        The scheme as the sliders stand: read it to go on with it. Siblings of a moved weight keep their ratios,
        so that each group keeps its sum.
    after
        The evaluation by that scheme.
    """

    scheme = traitlets.Instance(Scheme)

    def __init__(self, evaluation: Evaluation) -> None:
        self.before, self.after = evaluation, evaluation
        self.scheme = evaluation.scheme
        self._sliders: dict[str, widgets.FloatSlider] = {}
        self._quiet = False
        self._group = widgets.Dropdown(
            options=_groups(self.scheme),
            description=self._say("调整哪一组", "Which group"),
            style=LABEL,
            layout=WIDE,
        )
        self._class = widgets.Dropdown(
            options=_classes(evaluation),
            description=self._say("看哪一类", "Which class"),
            style=LABEL,
            layout=WIDE,
        )
        self._reset = widgets.Button(description=self._say("恢复原权重", "Restore the weights"), icon="undo")
        self._box, self._said = widgets.VBox(), widgets.Label()
        self._changes, self._near, self._first = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._lines = widgets.Textarea(
            description=self._say("写进 scheme.toml", "For scheme.toml"),
            disabled=True,
            rows=6,
            style=LABEL,
            layout=WIDE,
        )
        super().__init__(self._parts())
        self._group.observe(self._guarded(self._open_group), "value")
        self._class.observe(self._guarded(self._show), "value")
        self._reset.on_click(self._guarded(self._restore))
        self._open_group()
        self._show()

    def __repr__(self) -> str:
        return f"WeightSliders({self.before.scheme.edition})"

    @property
    def value(self) -> Scheme:
        """The scheme as the sliders stand."""
        return self.scheme

    def _parts(self) -> list[widgets.Widget]:
        top = [self._group, self._box, widgets.HBox([self._reset, self._said]), self._class]
        return [*top, self._changes, self._near, self._first, self._lines]

    def _open_group(self, _: Any = None) -> None:
        nodes = self.scheme.children(self._group.value or None)
        self._sliders = {node.id: self._slider(node.id, node.label, node.weight) for node in nodes}
        self._box.children = tuple(self._sliders.values())

    def _slider(self, node: str, label: str, weight: float) -> widgets.FloatSlider:
        slider = widgets.FloatSlider(
            weight,
            min=0,
            max=100,
            step=STEP,
            readout_format=".1f",
            description=label,
            style=LABEL,
            layout=WIDE,
        )
        slider.observe(self._guarded(lambda change: self._move(node, change["new"])), "value")
        return slider

    def _move(self, node: str, weight: float) -> None:
        """Take a weight that was moved; a slider in the page also sends back what it was set to, rounded to a step."""
        if self._quiet or isclose(weight, self.scheme.nodes[node].weight, rel_tol=0, abs_tol=0.51 * STEP):
            return
        self._follow(self.scheme)  # what is refused leaves every slider where it stood
        if isfinite(weight):
            self._take(self._with_ratios(node).with_weights({node: weight}))

    def _with_ratios(self, moved: str) -> Scheme:
        """The scheme; where all siblings of what is moved stand at 0, with the ratios they had at first."""
        if any(self.scheme.nodes[node].weight for node in self._sliders if node != moved):
            return self.scheme
        return self.scheme.with_weights(
            {node: self.before.scheme.nodes[node].weight for node in self._sliders}
        )

    def _restore(self, _: Any = None) -> None:
        self._take(self.before.scheme)

    def _take(self, scheme: Scheme) -> None:
        """Everything follows the scheme, or, where it cannot be computed, nothing does."""
        try:
            after = rescored(self.before, scheme)
        finally:
            self._follow(self.scheme)
        self.after, self.scheme = after, scheme
        self._follow(scheme)
        self._show()

    def _follow(self, scheme: Scheme) -> None:
        self._quiet = True
        for node, slider in self._sliders.items():
            slider.value = scheme.nodes[node].weight
        self._quiet = False

    def _show(self, _: Any = None) -> None:
        self._changes.value = views.changes_table(self.before, self.after, top=12)._repr_html_()
        self._near.value = views.near_line_table(self.after, within=0.3)._repr_html_()
        self._first.value = views.ranking_table(self.after, self._class.value or None, top=10)._repr_html_()
        self._lines.value = wording.weight_lines(self.scheme)

    def _say(self, zh: str, en: str) -> str:
        return Phrase(zh, en).into(self.scheme.language)

    def _guarded(self, step: Callable[..., None]) -> Callable[..., None]:
        return guarded(step, lambda said: setattr(self._said, "value", said), self.scheme.language, FAILED)


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


def weight_sliders(evaluation: Evaluation) -> WeightSliders:
    """Sliders to move the weights of an evaluation, and what the list becomes.

    Read `.scheme` for the scheme as the sliders stand; `.after` for its evaluation.
    """
    return WeightSliders(evaluation)


def _groups(scheme: Scheme) -> list[tuple[str, str]]:
    """What can be opened: the total, and every group with children, by its label and id."""
    top = (Phrase("一级指标", "top level").into(scheme.language), "")
    numbered = {node.id: number for node, _, number in wording.outline(scheme)}
    return [top, *((f"{numbered[group.id]} {group.label}", group.id) for group in scheme.groups)]


def _classes(evaluation: Evaluation) -> list[tuple[str, str]]:
    names = dict.fromkeys(evaluation.ranking["class"].dropna().astype(str))
    return [(wording.class_name(name, evaluation.scheme.language), name) for name in names]
