"""The face of the package: its names stand on a grid, and are the ones its map shows, called as it says."""

from __future__ import annotations

import inspect
import re

import pytest

from toolkit import panels, weighting

PLACES = {weighting: r"``(\w+)\((.*?)\)``", panels: r"``(\w+)\(\.\.\.(.*?)\)``"}
CALLS = [(package, name, said) for package, call in PLACES.items() for name, said in re.findall(call, package.__doc__ or "")]


def test_every_name_is_there_and_every_function_is_on_the_map() -> None:
    functions = {name for name in weighting.__all__ if name.islower()}
    assert all(hasattr(weighting, name) for name in weighting.__all__)
    assert functions <= set(re.findall(r"`(\w+)[`(]", weighting.__doc__ or ""))


def test_every_judgement_has_its_shares() -> None:
    names = set(weighting.__all__)
    assert {name.replace("_judgement", "_shares") for name in names if name.endswith("_judgement")} <= names


@pytest.mark.parametrize(("package", "name", "said"), CALLS, ids=[name for _, name, _ in CALLS])
def test_plain_functions_are_called_as_the_map_says(package: object, name: str, said: str) -> None:
    signature = inspect.signature(getattr(package, name)).parameters
    named = re.findall(r"(?:^|, )(\w+)(?:=([^,]+?)(?: \||$|,))?", said)
    assert [each for each, _ in named if each not in signature] == []
    for each, default in named:
        if default and default != "SAATY":
            assert repr(signature[each].default).replace("'", '"') == default
    assert len(CALLS) > 20
