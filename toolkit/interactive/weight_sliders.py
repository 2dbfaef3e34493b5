"""The former name of the weight board, for notebooks that were written before it: `toolkit.controls`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolkit.interactive.weight_board import WeightBoard

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation

VIEW = "application/vnd.jupyter.widget-view+json"


class WeightSliders(WeightBoard):
    """The weight board by its former name, and told to a notebook as the sliders were, so that sealed ones replay."""

    def __repr__(self) -> str:
        return f"WeightSliders({self.before.scheme.edition})"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        data = super()._repr_mimebundle_(**options)[0]
        return {**data, VIEW: {**data[VIEW], "version_minor": 0}}


def weight_sliders(evaluation: Evaluation) -> WeightSliders:
    """The weight board of an evaluation. `.scheme` is the scheme as the sliders stand, `.after` its evaluation."""
    return WeightSliders(evaluation)
