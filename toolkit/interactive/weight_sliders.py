"""The former name of the weight board, for notebooks that were written before it: `toolkit.controls`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.interactive.weight_board import WeightBoard

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation


class WeightSliders(WeightBoard):
    """The weight board by its former name, and as briefly told as the sliders were, so that sealed notebooks replay."""

    def __repr__(self) -> str:
        return f"WeightSliders({self.before.scheme.edition})"


def weight_sliders(evaluation: Evaluation) -> WeightSliders:
    """The weight board of an evaluation. `.scheme` is the scheme as the sliders stand, `.after` its evaluation."""
    return WeightSliders(evaluation)
