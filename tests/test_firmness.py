from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings

from tests.contested import contested
from tests.examples import examples
from tests.test_nearest_weights import holding
from tests.test_stability import two
from toolkit import evaluate, open_edition
from toolkit.evaluation import Evaluation, rescored
from toolkit.ground.problems import Refused
from toolkit.reports.probability_tables import hanging_table
from toolkit.sensitivity import robustness
from toolkit.sensitivity.bounds import WeightBounds
from toolkit.sensitivity.leave_record_out import evaluated_without_records
from toolkit.sensitivity.probabilities import award_probabilities
from toolkit.sensitivity.robustness import CERTAIN, LIKELY, Firmness, firmness
from toolkit.sensitivity.tipping.lines import or_better
from toolkit.sensitivity.weights.draws import WeightDraws

QUICK = settings(max_examples=examples(6), phases=(Phase.explicit, Phase.reuse, Phase.generate))


def sure(asked: Evaluation, **chances: dict[str, float]) -> pd.DataFrame:
    """Chances as they stand, but for those given by award and member."""
    frame = pd.DataFrame({award.id: asked.members.index.isin(holding(asked, award.id)).astype(float) for award in asked.scheme.awards}, index=asked.members.index)
    for award, own in chances.items():
        frame.loc[list(own), award] = list(own.values())
    return frame


def half() -> Firmness:
    """One place, and two members as likely to have it."""
    return firmness(two(), sure(two(), first={"m0": 0.5, "m1": 0.5}))


@QUICK
@given(contested())
def test_every_award_is_counted_once_and_everyone_told_is_on_a_hair(asked: Evaluation) -> None:
    chances = award_probabilities(asked, WeightDraws(draws=64))
    found = firmness(asked, chances)
    steps = found.places[["certain", "likely", "hair"]].sum(axis=1)
    assert (steps == found.places["awarded"]).all()
    assert (found.places["proved"] <= found.places["certain"]).all()
    assert found.places["awarded"].sum() == len(asked.awards)
    assert len(found.hanging) == found.places[["hair", "contenders"]].to_numpy().sum()
    for row in found.hanging.to_dict("records"):
        chance = min(chances.loc[row["member"], or_better(asked.scheme, row["award"])].sum(), 1.0)
        assert row["chance"] == pytest.approx(chance)
        assert (chance if row["holds"] else 1 - chance) < LIKELY


@QUICK
@given(contested())
def test_when_nothing_varies_everything_is_certain(asked: Evaluation) -> None:
    chances = pd.DataFrame({award.id: asked.members.index.isin(asked.awards.loc[asked.awards["award"] == award.id, "member"]) for award in asked.scheme.awards}, index=asked.members.index)
    found = firmness(asked, chances.astype(float))
    assert (found.places["certain"] == found.places["awarded"]).all()
    assert found.hanging.empty
    assert list(found.hanging.columns) == list(firmness(two(), sure(two(), first={"m0": 0.5})).hanging.columns)


@pytest.mark.parametrize(
    ("chance", "step"), [(1.0, "certain"), (CERTAIN, "certain"), (CERTAIN - 1e-9, "likely"), (LIKELY, "likely"), (LIKELY - 1e-9, "hair"), (0.0, "hair")]
)
def test_the_bounds_of_the_steps_belong_to_the_firmer_one(chance: float, step: str) -> None:
    places = firmness(two(), sure(two(), first={"m0": chance})).places.iloc[0]
    assert {name: places[name] for name in ("certain", "likely", "hair")} == {"certain": 0, "likely": 0, "hair": 0} | {step: 1}


def test_who_would_win_in_more_than_one_of_three_has_just_missed() -> None:
    for chance, missed in ((0.33, []), (0.34, ["m1"])):
        found = firmness(two(), sure(two(), first={"m1": chance}))
        assert list(found.hanging["member"]) == missed
        assert found.places["contenders"].item() == len(missed)


def test_certain_is_proved_only_within_the_bounds_of_the_weights() -> None:
    # m0 keeps the award as long as a weighs more than 55.6
    narrow, wide = (firmness(two(), sure(two()), within=WeightBounds({"a": low}, {"a": 70})) for low in (56, 50))
    assert [each.places["proved"].item() for each in (narrow, wide)] == [1, 0]
    assert [each.places["certain"].item() for each in (narrow, wide)] == [1, 1]
    with pytest.raises(Refused, match="aa"):
        firmness(two(), sure(two()), within=WeightBounds({"aa": 50}))


def test_a_better_award_is_no_loss() -> None:
    rules = two().scheme
    second = rules.awards[0].model_copy(update={"id": "next", "label": "next"})
    both = rescored(two(), rules.model_copy(update={"awards": (*rules.awards, second)}))
    swapping = pd.DataFrame({"first": [0.5, 0.5, 0], "next": [0.5, 0.5, 0]}, index=both.members.index)
    found = firmness(both, swapping)
    assert list(found.hanging[["award", "member"]].itertuples(index=False, name=None)) == [("first", "m0"), ("first", "m1")]
    assert found.places.set_index("award").loc["next", "certain"] == 1


def test_what_they_hang_on_is_the_nearest_weight_and_value() -> None:
    found = firmness(two(), sure(two(), first={"m0": 0.5}))
    row = found.hanging.iloc[0]
    assert row["to"] in {55.62, 44.38}
    assert row["needed"] < row["raw"]
    assert found.asked == [("first", "m0")]


def test_beyond_the_bound_on_work_the_nearest_to_even_odds_are_asked_and_the_rest_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness, "FEWEST", 1)
    chances, told = sure(two(), first={"m0": 0.6, "m1": 0.45}), list[str]()
    whole, part = firmness(two(), chances), firmness(two(), chances, work=1, progress=told.append)
    assert not whole.unasked
    assert not whole.left_out
    assert told == ["award_bounds", "on_a_hair"]
    assert (part.asked, part.unasked) == ([("first", "m1")], frozenset({("first", "m0")}))
    assert part.left_out["left_out"].to_numpy().tolist() == [["first", "m0"]]
    pd.testing.assert_frame_equal(part.hanging.drop(index=0), whole.hanging.drop(index=0))
    assert part.hanging.loc[0, ["node", "indicator", "file"]].isna().all()
    rows = str(hanging_table(two(), part, "zh").rows), str(hanging_table(two(), part, "en").rows)
    assert [row.count(word) for row, word in zip(rows, ("未核算", "not looked for"), strict=True)] == [1, 1]
    assert "最接近一半的 1 项" in hanging_table(two(), part, "zh").note
    assert "not in the other 1" in hanging_table(two(), part, "en").note
    assert "上限" not in hanging_table(two(), whole, "zh").note


@pytest.fixture
def small(small_edition: Path) -> tuple[Evaluation, Firmness, pd.DataFrame]:
    edition = open_edition(small_edition)
    asked = evaluate(edition.scheme, edition.records)
    held = asked.awards.set_index("member")["award"]
    halves = sure(asked, **{award: dict.fromkeys(held.index[held == award], 0.5) for award in held.unique()})
    found = firmness(asked, halves, edition.records)
    for row in found.hanging.dropna(subset="file").to_dict("records"):
        place = (next(name for name, frame in edition.records.frames.items() if row["file"] in set(frame["_file"])), row["file"], row["sheet"], int(row["row"]))
        after = evaluated_without_records(asked.scheme, edition.records, [place])
        assert (row["member"] in holding(after, row["award"])) != row["holds"]
    return asked, found, halves


def test_the_record_that_is_named_turns_the_award_when_it_is_struck(small: tuple[Evaluation, Firmness, pd.DataFrame]) -> None:
    _, found, _ = small
    assert found.hanging["file"].notna().any()
    assert (found.hanging["records"].dropna() > 0).all()


def test_without_awards_there_is_nothing_to_tell() -> None:
    none = rescored(two(), two().scheme.model_copy(update={"awards": ()}))
    found = firmness(none, pd.DataFrame(index=none.members.index))
    assert found.places.empty
    assert found.hanging.empty
    assert np.array_equal(found.places.columns[:2], ["award", "class"])
