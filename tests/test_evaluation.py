"""The run: pure, the same bits every time, and true to arithmetic done by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest

from toolkit import Evaluation, Refused, evaluate, open_edition, rescored
from toolkit.scheme.criteria import Total


@pytest.fixture
def small(small_edition: Path) -> Evaluation:
    edition = open_edition(small_edition)
    return evaluate(edition.scheme, edition.records)


def test_a_total_done_by_hand(small: Evaluation) -> None:
    # 001: 40 hours in all -> 100; one talk and 3 even numbers of hours -> see the sheet; pledge 100, answers 90, nothing deducted.
    learning = (100 + small.values.loc["001", "talks"]) / 2
    conduct = 100**0.3 * 90**0.7
    assert small.indicators.loc["001", "hours"] == 40
    assert small.scores.loc["001", "total"] == round(0.6 * learning + 0.4 * conduct, 2)


def test_a_deduction_is_held_at_its_cap(small: Evaluation) -> None:
    assert small.scores.loc["007", "warning"] == -5


def test_an_indicator_that_does_not_apply_gives_its_weight_to_its_siblings(small: Evaluation) -> None:
    assert np.isnan(small.values.loc["101", "talks"])
    assert small.scores.loc["101", "learning"] == small.values.loc["101", "hours"]


def test_equal_members_tie_and_the_next_rank_is_left_out(small: Evaluation) -> None:
    pair = small.ranking.loc[["005", "006"]]
    assert pair["tied"].all()
    assert pair["rank"].nunique() == 1
    assert pair["rank"].iloc[0] + 1 not in set(small.ranking.loc[small.ranking["class"] == "代理", "rank"])


def test_the_run_is_pure_and_gives_the_same_bits(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    before = {name: frame.copy() for name, frame in edition.records.frames.items()}
    first, second = (evaluate(edition.scheme, edition.records) for _ in range(2))
    for name in ("indicators", "values", "scores", "ranking"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name), check_exact=True)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, edition.records.frames[name])


def test_rescored_is_evaluate_under_the_other_scheme(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    other = edition.scheme.with_weights({"learning": 20, "pledge": 80})
    again = rescored(evaluate(edition.scheme, edition.records), other)
    whole = evaluate(other, edition.records)
    pd.testing.assert_frame_equal(again.ranking, whole.ranking, check_exact=True)
    assert again.problems == whole.problems
    assert not again.scores["total"].equals(evaluate(edition.scheme, edition.records).scores["total"])


def test_values_are_worked_out_again_only_where_the_shapes_are_others(small: Evaluation) -> None:
    weights = rescored(small, small.scheme.with_weights({"learning": 20}))
    assert weights.values is small.values
    other = [item.model_copy(update={"value": item.value.model_copy(update={"best": 80.0})}) if item.id == "hours" else item
             for item in small.scheme.indicators]  # fmt: skip
    shapes = rescored(weights, small.scheme.model_copy(update={"indicators": tuple(other)}))
    assert not shapes.values["hours"].equals(small.values["hours"])
    raw = small.measured.raw.assign(hours=0.0)
    again = rescored(replace(small, measured=replace(small.measured, raw=raw)), small.scheme)
    assert (again.values["hours"] < small.values["hours"]).any()


def test_the_total_is_gathered_and_bounded_as_the_scheme_says_and_rounded_once(small: Evaluation) -> None:
    top = [node.id for node in small.scheme.children()]
    bounded = rescored(small, small.scheme.model_copy(update={"total": Total(aggregate="minimum", floor=60.004, cap=70)}))
    adjustment = small.measured.adjustments.sum(axis=1)
    expected = (bounded.scores[top].min(axis=1) + adjustment).clip(60.004, 70).round(2)
    assert bounded.scores["total"].dropna().tolist() == expected[bounded.scores["total"].notna()].tolist()
    assert {60.0, 70.0} <= set(bounded.scores["total"])


def test_reasons_are_written_when_they_are_first_looked_at(small: Evaluation) -> None:
    with patch("toolkit.evaluation.reasons.Reasons.lines", side_effect=RuntimeError("looked at")):
        again = rescored(small, small.scheme)
        with pytest.raises(RuntimeError, match="looked at"):
            again.ranking  # noqa: B018 - asking is what is tested
    pd.testing.assert_frame_equal(again.ranking, small.ranking, check_exact=True)
    assert again.ranking is again.ranking


def test_a_scheme_that_measures_other_things_needs_the_records(small: Evaluation) -> None:
    fewer = small.scheme.model_copy(update={"adjustments": ()})
    with pytest.raises(ValueError, match="measures other things"):
        rescored(small, fewer)


def test_records_with_errors_are_not_evaluated(small_edition: Path) -> None:
    from toolkit.ground.problems import Problem, Problems
    from toolkit.ground.text import Phrase

    edition = open_edition(small_edition)
    wrong = Problem("error", Phrase("错", "wrong"), Phrase("改", "mend"), file="x.csv")
    with pytest.raises(Refused, match=r"x\.csv"):
        evaluate(edition.scheme, replace(edition.records, problems=Problems((wrong,))))


def test_a_repr_shows_no_member(small: Evaluation) -> None:
    assert repr(small) == "Evaluation(small-2018: 12 members, 4 indicators)"
