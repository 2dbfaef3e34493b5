"""The face of the package: its names stand on a grid, and are the ones its map shows."""

from __future__ import annotations

import re

from toolkit import weighting


def test_every_name_is_there_and_every_function_is_on_the_map() -> None:
    functions = {name for name in weighting.__all__ if name.islower()}
    assert all(hasattr(weighting, name) for name in weighting.__all__)
    assert functions <= set(re.findall(r"`(\w+)`", weighting.__doc__ or ""))


def test_every_judgement_has_its_shares() -> None:
    names = set(weighting.__all__)
    assert {name.replace("_judgement", "_shares") for name in names if name.endswith("_judgement")} <= names
