from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.test_one_value import hours
from tests.test_stability import two
from toolkit.ground.text import Language
from toolkit.reports.tipping_tables import (
    _voted,
    award_bounds_table,
    rank_bounds_table,
    smallest_values_table,
    smallest_weights_table,
    stability_in_words,
    stability_table,
    value_in_words,
    weight_figure,
)
from toolkit.sensitivity.bounds import WeightBounds, award_bounds, rank_bounds
from toolkit.sensitivity.tipping import smallest_values, smallest_weights, stability_intervals


def test_a_sentence_says_how_much_less_weight_costs_whom_the_award() -> None:
    # m0 has 50 + 40 a and is rounded down to the 72.2 of m1, 75 - 5 a, below a = 0.55625
    said = stability_in_words(two(), stability_intervals(two()).iloc[0].to_dict())
    assert said.zh == "再少 4.38 分权重，m0不再获奖（或成并列待定）"
    assert said.en == "4.38 less: m0 would lose its award, or be left in an open tie"


def test_who_goes_from_one_award_to_another_is_said_once() -> None:
    row = stability_intervals(two()).iloc[0].to_dict() | {"gain_below": ("m0", "m1"), "lose_below": ("m0",)}
    assert stability_in_words(two(), row).zh == "再少 4.38 分权重，m1获奖，m0改得另一奖项"


@pytest.mark.parametrize(("language", "words"), [("zh", ("再少", "∞", "单项最大", "即可获奖", "必获", "最好")), ("en", ("less", "∞", "largest", "win it", "certain", "Best"))])
def test_every_table_speaks_the_language_asked_for(language: Language, words: tuple[str, ...]) -> None:
    asked, wide = two(), WeightBounds({"a": 58})
    shown = [
        stability_table(asked, stability_intervals(asked), language),
        smallest_weights_table(asked, smallest_weights(asked), language),
        smallest_values_table(hours(), smallest_values(hours()), language=language),
        rank_bounds_table(asked, rank_bounds(asked, wide), language=language),
        award_bounds_table(asked, award_bounds(asked, wide), language),
    ]
    together = "\n".join(map(repr, shown))
    assert all(word in together for word in words if word != "∞")
    assert ("再" in together) == (language == "zh")


def test_a_weight_without_end_is_a_sign_and_points_are_the_schemes_own() -> None:
    assert [weight_figure(weight) for weight in (math.inf, math.nan, 0.0, 0.04567, 2)] == ["∞", "—", "0.00", "0.0457", "2.00"]
    asked = two()
    points = replace(asked, scheme=asked.scheme.model_copy(update={"weights": "points"}))
    assert [_voted(points, place) for place in range(2)] == pytest.approx(list(asked.tree.weights[:2]))


def test_a_witness_names_the_weights_that_changed() -> None:
    table = smallest_weights_table(two(), smallest_weights(two(), near=1))
    assert table.rows[0][-1] == "a 60.00 → 55.62，b 40.00 → 44.38"
    assert table.rows[0][2] == "m0／m1"


def test_a_change_too_small_to_write_is_called_a_little() -> None:
    row = smallest_values(hours()).dropna(subset=["needed"]).iloc[0].to_dict()
    gains = {"change": 1e-9, "holds": False, "exact": True}
    assert value_in_words(hours(), row | gains).zh == "只要再多一点即可获奖"
    assert value_in_words(hours(), row | gains | {"change": -1e-9, "holds": True}).en == "a little less would lose it"
