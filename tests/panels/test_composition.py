from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Refused
from toolkit.panels import composition_problems


def panel(count: int, outside: int) -> pd.DataFrame:
    return pd.DataFrame({"expert": [f"E{n}" for n in range(count)], "outside": [n < outside for n in range(count)]})


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 9))
def test_each_rule_is_named_when_broken_and_only_then(count: int, outside: int, minimum: int) -> None:
    outside = min(outside, count)
    said = composition_problems(panel(count, outside), minimum=minimum).text("en")
    assert ("has at least" in said) == (count < minimum)
    assert ("is odd" in said) == (count % 2 == 0)
    assert ("from outside" in said) == (3 * outside < 2 * count)


@given(st.integers(1, 30), st.integers(0, 30))
def test_what_would_do_does(count: int, outside: int) -> None:
    problems = composition_problems(panel(count, min(outside, count)), minimum=1, odd=False)
    for problem in problems:
        needed = int(problem.mend.en.split()[0])
        assert not composition_problems(panel(count, needed), minimum=1, odd=False)
        assert composition_problems(panel(count, needed - 1), minimum=1, odd=False)


def test_a_panel_after_the_tendering_law_may_sit() -> None:
    """招标投标法 art. 37: odd, five or more, two thirds experts; a scheme may ask for another share, or for none."""
    assert not composition_problems(panel(5, 4))
    assert composition_problems(panel(5, 3))
    assert not composition_problems(panel(5, 3), outside=Fraction(1, 2))
    assert not composition_problems(panel(5, 0).drop(columns="outside"))


def test_a_person_sits_once_and_its_name_is_not_said() -> None:
    seats = panel(6, 6).assign(person=["张三", "李四", "王五", "", "张三", " "])
    seats = pd.concat([seats, pd.DataFrame({"expert": ["E1"], "outside": [True], "person": ["李四"]})])
    said = composition_problems(seats, file="ballots/panel.csv")
    assert said.text("zh").splitlines() == [
        "ballots/panel.csv：2 个问题",
        '  expert "E1"：同一专家列入两次；请删去一处',
        '  expert "E0、E4"：这些代号是同一个人；请只保留一个',
    ]
    assert "张三" not in said.text("en") + str(list(said))


def test_the_same_person_twice_does_not_make_up_the_number() -> None:
    said = composition_problems(panel(5, 5).assign(person=["a", "b", "c", "d", "a"])).text("en")
    assert '"4": a panel has at least 5 experts; appoint 1 or more' in said
    assert '"4": the number of experts is odd' in said


def test_a_seat_without_a_pseudonym_is_told() -> None:
    seats = panel(5, 5)
    seats.loc[2, "expert"] = " "
    assert "1 expert has no pseudonym" in composition_problems(seats).text("en")


def test_unknown_is_not_outside() -> None:
    seats = panel(3, 3).astype({"outside": object})
    seats.loc[[0, 1], "outside"] = None
    assert '"1/3"' in composition_problems(seats, minimum=3).text("en")


def test_a_table_without_experts_is_refused() -> None:
    with pytest.raises(Refused, match="no column `expert`"):
        composition_problems(pd.DataFrame({"name": ["张三"]}))
