"""Places in a scheme by name, and schemes decided otherwise there."""

from __future__ import annotations

import pytest

from toolkit.ground.problems import Refused
from toolkit.ground.resources import house_folder
from toolkit.scheme import Scheme, load_scheme


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return load_scheme(house_folder("data/demo") / "scheme.toml")


def test_nothing_changed_is_the_same_scheme(scheme: Scheme) -> None:
    assert scheme.with_() == scheme


def test_a_number_at_a_place(scheme: Scheme) -> None:
    changed = scheme.with_({"indicator[law_hours].value.best": 100, "award[outstanding].quota.share": 0.12}, decimals=3)
    assert changed.indicators[0].value.model_dump()["best"] == 100
    assert (changed.decimals, changed.awards[0].quota and changed.awards[0].quota.share) == (3, 0.12)
    assert changed.with_({"indicator[law_hours].value.best": 120, "award[outstanding].quota.share": 0.1}, decimals=2) == scheme


def test_items_come_and_go(scheme: Scheme) -> None:
    more = scheme.with_({"award[progress]": {"label": "进步奖", "quota": {"number": 3}}})
    assert [award.id for award in more.awards][-1] == "progress"
    assert more.with_({"award[progress]": None}) == scheme


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"indicator[law_hour].weight": 1}, "`law_hours` meant"),
        ({"indicator[law_hours].wieght": 1}, "`weight` meant"),
        ({"indicator[law_hours].weight": 90}, "must sum to 100, not"),
        ({"award[nobody]": None}, "no award[nobody]"),
        ({"a..b": 1}, "no place"),
        ({"decimals.": 1}, "no place"),
        ({"decimals": 2.5}, "whole number"),
    ],
)
def test_what_cannot_be_decided_is_refused_by_name(scheme: Scheme, changes: dict[str, object], said: str) -> None:
    with pytest.raises(Refused) as refused:
        scheme.with_(changes)
    assert said in str(refused.value)
