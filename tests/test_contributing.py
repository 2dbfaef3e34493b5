"""What CONTRIBUTING.md draws and names is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.test_architecture import FLOORS

HOUSE = Path(__file__).parents[1]
TEXT = (HOUSE / "CONTRIBUTING.md").read_text("utf-8")
RECIPES = re.findall(r"^### (.+?)\n(.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL)
PATH = re.compile(r"`((?:toolkit|tests|notebooks|templates|benchmarks|data)/[^`\s]*)`")


def test_every_recipe_names_its_files_and_each_is_there() -> None:
    assert {title for title, _ in RECIPES} == {"A value shape", "A tie rule", "A method", "A paper in Word", "An output column", "An input format"}
    for title, recipe in RECIPES:
        files = PATH.findall(recipe)
        assert files, title
        assert [file for file in files if not (HOUSE / file).exists()] == [], title


def test_every_file_named_elsewhere_is_there() -> None:
    assert [file for file in PATH.findall(TEXT) if not (HOUSE / file).exists()] == []


def test_the_drawn_floors_are_those_of_the_house() -> None:
    drawn = {int(number): set(re.findall(r"\w+", line)) for number, line in re.findall(r"^ {1,2}(\d+)  (.*)$", TEXT, re.MULTILINE)}
    assert len(drawn) == len(FLOORS)
    assert [room for floor, rooms in enumerate(FLOORS, 1) for room in rooms.split() if room not in drawn[floor]] == []


def test_the_targets_it_tells_are_there() -> None:
    targets = set(re.findall(r"^make ([\w-]+)", TEXT, re.MULTILINE))
    assert targets <= set(re.findall(r"^([\w-]+):", (HOUSE / "Makefile").read_text("utf-8"), re.MULTILINE))
