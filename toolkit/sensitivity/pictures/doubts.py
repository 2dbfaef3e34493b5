"""How sure each award is when more than weights may vary, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.pictures import certainty_picture
from toolkit.sensitivity.draws_tables import DOUBTS, award_chances

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.display import Picture
    from toolkit.evaluation import Evaluation


def scenarios_picture(evaluation: Evaluation, found: pd.DataFrame, top: int = 24) -> Picture:
    """For the least certain members of `scenario_probabilities` the chance of each award."""
    return certainty_picture(award_chances(evaluation, found), evaluation, top, DOUBTS)
