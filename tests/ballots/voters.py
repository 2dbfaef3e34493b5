"""A small scheme and its invented experts, for the tests of ballots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.invented import group, indicator, scheme
from toolkit.ballots import Ballots, load_ballots
from toolkit.scheme import Scheme

NAME = "欧阳密谭"  # planted: it must never be seen again


def small_scheme(**weighting: Any) -> Scheme:
    """Below the total `learning` and `conduct`; below `learning` three indicators, below `conduct` one."""
    return scheme(
        weights="percent",
        group=[group("learning", 60), group("conduct", 40)],
        indicator=[
            indicator("hours", 50, "learning"), indicator("talks", 30, "learning"), indicator("essays", 20, "learning"),
            indicator("pledge", 100, "conduct"),
        ],
        weighting=weighting or None,
    )  # fmt: skip


def slip(expert: str, learning: float = 60, cast: str = "2018-12-03", more: str = "", own: str = "") -> str:
    """A whole ballot by points: so many to `learning`; `own` replaces the judgement below it."""
    below = own or 'method = "points"\npoints = { hours = 50, talks = 30, essays = 20 }'
    return f"""\
expert = "{expert}"
name = "{NAME}"
cast = {cast}
{more}
[weights.total]
method = "points"
points = {{ learning = {learning:g}, conduct = {100 - learning:g} }}

[weights.learning]
{below}
"""


def edition(folder: Path, slips: dict[str, str]) -> Path:
    (folder / "ballots").mkdir(parents=True, exist_ok=True)
    for name, text in slips.items():
        (folder / "ballots" / name).write_text(text, "utf-8")
    return folder


def cast(folder: Path, slips: dict[str, str], **weighting: Any) -> Ballots:
    """The ballots of an edition with these files."""
    return load_ballots(edition(folder, slips), small_scheme(**weighting))
