"""The sliders: a scheme in, a scheme out; the list follows; nothing a viewer sends breaks or leaks anything."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit import controls as module
from toolkit import evaluate, open_edition, rescored
from toolkit.evaluation import Evaluation
from toolkit.interactive.weight_sliders import WeightSliders, weight_sliders


@pytest.fixture
def evaluation(small_edition: Path) -> Evaluation:
    edition = open_edition(small_edition)
    return evaluate(edition.scheme, edition.records)


@pytest.fixture
def sliders(evaluation: Evaluation) -> WeightSliders:
    return weight_sliders(evaluation)


def sums(sliders: WeightSliders) -> list[float]:
    """What the weights under each group sum to."""
    scheme = sliders.scheme
    return [
        sum(node.weight for node in scheme.children(group)) for group in (None, "learning", "conduct_group")
    ]


def test_unmoved_sliders_give_the_scheme_back(sliders: WeightSliders, evaluation: Evaluation) -> None:
    assert sliders.value == sliders.scheme == evaluation.scheme
    assert sliders.after.ranking.equals(evaluation.ranking)


def test_a_moved_slider_takes_its_siblings_along(sliders: WeightSliders) -> None:
    sliders._sliders["learning"].value = 25
    assert sliders.scheme.nodes["conduct_group"].weight == pytest.approx(75)
    assert sliders._sliders["conduct_group"].value == pytest.approx(75)
    assert sliders.after.scheme == sliders.scheme


def test_a_value_sent_back_rounded_is_no_move(sliders: WeightSliders) -> None:
    sliders._sliders["learning"].value = 100 / 3
    for slider in sliders._sliders.values():
        slider.value = round(slider.value, 1)
    assert sliders.scheme.nodes["learning"].weight == 100 / 3


def test_what_is_shown_is_the_evaluation_by_the_sliders(
    sliders: WeightSliders, evaluation: Evaluation
) -> None:
    sliders._sliders["learning"].value = 10
    again = rescored(evaluation, evaluation.scheme.with_weights({"learning": 10}))
    assert sliders.after.ranking.equals(again.ranking)
    assert "→" in sliders._changes.value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(
        st.tuples(st.sampled_from(["", "learning", "conduct_group"]), st.booleans(), st.floats(0, 100))
    )
)
def test_every_group_keeps_its_sum(evaluation: Evaluation, moves: list[tuple[str, bool, float]]) -> None:
    sliders = weight_sliders(evaluation)
    for group, first, weight in moves:
        sliders._group.value = group
        list(sliders._sliders.values())[0 if first else -1].value = weight
    assert sums(sliders) == pytest.approx([100, 100, 100])
    assert sliders._said.value == ""


def test_ratios_come_back_after_a_weight_took_everything(evaluation: Evaluation) -> None:
    weights = (40.0, 30.0, 20.0, 10.0)
    flat = [item.model_copy(update={"group": None, "weight": weight})
            for item, weight in zip(evaluation.scheme.indicators, weights, strict=True)]  # fmt: skip
    scheme = evaluation.scheme.model_copy(
        update={"groups": (), "indicators": tuple(flat), "ties": ("joint",)}
    )
    sliders = weight_sliders(rescored(evaluation, scheme))
    for weight in (100, 40):
        sliders._sliders["hours"].value = weight
    assert [node.weight for node in sliders.scheme.children()] == pytest.approx(weights)


def test_the_button_restores_the_scheme(sliders: WeightSliders, evaluation: Evaluation) -> None:
    sliders._sliders["learning"].value = 10
    sliders._reset.click()
    assert sliders.scheme == evaluation.scheme
    assert sliders._sliders["learning"].value == 60


def test_another_class_shows_its_first_ten(sliders: WeightSliders) -> None:
    sliders._class.value = "采购人"
    assert "子采购中心" in sliders._first.value
    assert "甲招标代理公司" not in sliders._first.value


def test_the_lines_for_the_scheme_are_toml_with_every_weight(sliders: WeightSliders) -> None:
    sliders._sliders["learning"].value = 33.3
    blocks = [tomllib.loads(block) for block in sliders._lines.value.split("\n\n")]
    assert {block["id"]: block["weight"] for block in blocks} == {
        node.id: node.weight for node in sliders.scheme.nodes.values()
    }


def test_chinese_labels_have_room(sliders: WeightSliders) -> None:
    described = [sliders._group, sliders._class, sliders._lines, *sliders._sliders.values()]
    assert all(widget.style.description_width == "14em" for widget in described)


def test_a_failure_is_one_sentence_and_changes_nothing(
    sliders: WeightSliders, evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        message = "secret path /home/someone"
        raise RuntimeError(message)

    monkeypatch.setattr(module, "rescored", fails)
    sliders._sliders["learning"].value = 10
    assert "恢复原权重" in sliders._said.value
    assert "secret" not in sliders._said.value
    assert sliders.scheme == evaluation.scheme
    assert sliders._sliders["learning"].value == 60


@pytest.mark.parametrize(
    "state", [{"value": 1e9}, {"value": -5.0}, {"value": float("nan")}, {"disabled": True}]
)
def test_any_state_sent_by_a_viewer_leaves_a_valid_scheme(
    sliders: WeightSliders, state: dict[str, Any]
) -> None:
    sliders._sliders["learning"].set_state(state)
    assert sums(sliders) == pytest.approx([100, 100, 100])
    assert all(0 <= node.weight <= 100 for node in sliders.scheme.nodes.values())


def test_names_reach_the_page_escaped(evaluation: Evaluation) -> None:
    name = "<img src=x onerror=alert(1)>"
    ranking = evaluation.ranking.assign(name=name)
    sliders = weight_sliders(replace(evaluation, ranking=ranking))
    assert "<img" not in sliders._first.value + sliders._near.value + sliders._changes.value
    assert "&lt;img" in sliders._first.value


def test_the_text_form_is_fixed(sliders: WeightSliders) -> None:
    assert repr(sliders) == "WeightSliders(small-2018)"
