"""The answers as still pictures: each a value in, one SVG out, for the screen, paper and black-and-white printers."""

from toolkit.sensitivity.pictures.choices import variance_picture
from toolkit.sensitivity.pictures.doubts import scenarios_picture
from toolkit.sensitivity.pictures.grids import (
    central_picture,
    chosen_picture,
    grades_picture,
    methods_picture,
)
from toolkit.sensitivity.pictures.kinds import kinds_picture
from toolkit.sensitivity.pictures.one_page import firmness_picture
from toolkit.sensitivity.pictures.ranks import bounds_picture, ranks_picture
from toolkit.sensitivity.pictures.removals import removals_picture
from toolkit.sensitivity.pictures.weights import stability_picture

__all__ = [
    "bounds_picture", "central_picture", "chosen_picture", "firmness_picture", "grades_picture", "kinds_picture",
    "methods_picture", "ranks_picture", "removals_picture", "scenarios_picture", "stability_picture", "variance_picture",
]  # fmt: skip
