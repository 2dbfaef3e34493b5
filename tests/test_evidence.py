"""Evidence: exactly the records that a measure takes, each by its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from tests.test_indicators import act, read
from toolkit import open_edition
from toolkit.ground.answers import kept
from toolkit.indicators import measure_indicators
from toolkit.indicators.evidence import COLUMNS, evidence

A, B = "A", "B"


def rested(folder: Path, measure: str, *rows: str, members: list[str] | None = None) -> list[tuple[str, int, str | None]]:
    """Member, row and amount of what stands behind the only indicator."""
    found = evidence(*read(folder, measure, rows), members)
    assert set(found["item"]) <= {"i"}
    amounts = found["amount"].astype(object).where(found["amount"].notna(), None)
    return list(zip(found["member"], found["row"].tolist(), amounts, strict=True))


def test_only_what_the_window_lets_count(tmp_path: Path) -> None:
    found = rested(
        tmp_path, '{ table = "conduct", take = "sum", column = "points", window = "by_severity" }',
        act(found="2018-06-01"), act(act_id="2", found="2016-06-01"), act(act_id="3", status="已撤销"), act(act_id="4", status="申诉中"),
    )  # fmt: skip
    assert found == [(A, 2, "-2"), (A, 5, "-2")]


def test_beside_the_window_the_period_asks_when_it_happened(tmp_path: Path) -> None:
    measure = '{ table = "conduct", take = "sum", column = "points", window = "by_severity", in_period = true }'
    scheme, records = read(
        tmp_path, measure, [act(), act(act_id="2", day="2017-05-01"), act(act_id="3", found="2016-06-01"), act(act_id="4", day="")])
    scheme = scheme.with_(period=[dt.date(2018, 1, 1), dt.date(2018, 12, 31)])
    assert evidence(scheme, records)["row"].tolist() == [2]
    found = measure_indicators(scheme, records)
    assert found.raw["i"].tolist() == [-2, 0, 0]
    assert [(p.row, p.column) for p in found.problems if "没有日期" in p.rule.zh] == [(5, "act_date")]


def test_an_act_told_twice_stands_there_once(tmp_path: Path) -> None:
    twice = (act(channel="自报"), act(channel="查询"), act(member=B))
    found = rested(tmp_path, '{ table = "conduct", take = "sum", column = "points", once_per = ["act_id"] }', *twice)
    assert [(member, amount) for member, _, amount in found] == [(A, "-2"), (B, "-2")]
    assert len(rested(tmp_path, '{ table = "conduct", take = "sum", column = "points" }', *twice)) == 3


def test_the_latest_is_one_record(tmp_path: Path) -> None:
    rows = (act(day="2018-01-01", points="-1"), act(day="2018-05-01", points="-7.5"), act(day="2019-05-01", points="-9"))
    assert rested(tmp_path, '{ table = "conduct", take = "latest", column = "points" }', *rows) == [(A, 3, "-7.5")]


def test_a_bare_column_rests_on_the_row_of_each_member_even_where_it_is_empty(tmp_path: Path) -> None:
    assert rested(tmp_path, '{ column = "members.staff" }') == [(A, 2, "12"), (B, 3, None), ("C", 4, None)]
    assert rested(tmp_path, '{ column = "members.staff" }', members=[B]) == [(B, 3, None)]


def test_while_answers_are_kept_everybody_s_is_asked_once_and_each_gets_its_own(small_edition: Path) -> None:
    alone = open_edition(small_edition)
    one, *_ = alone.records.members.index
    with kept() as answers:
        edition = open_edition(small_edition)
        asked = [evidence(edition.scheme, edition.records, members) for members in ([one], None, [one])]
        assert len([key for key in answers.given if isinstance(key, tuple) and key[1] == "_evidence"]) == 1
    for found, members in zip(asked, ([one], None, [one]), strict=True):
        pd.testing.assert_frame_equal(found, evidence(alone.scheme, alone.records, members))
    assert 0 < len(asked[0]) < len(asked[1])


def test_records_that_are_only_counted_have_no_amount(tmp_path: Path) -> None:
    assert rested(tmp_path, '{ table = "conduct", take = "count", where = { severity = ["严重"] } }', act(), act(severity="严重")) == [(A, 3, None)]


def test_a_share_rests_on_all_that_it_is_counted_among(tmp_path: Path) -> None:
    measure = '{ table = "conduct", take = "ratio", where = { severity = ["严重"] }, among = { status = ["有效"] } }'
    rows = (act(), act(act_id="2", severity="严重"), act(act_id="3", severity="严重", status="已撤销"))
    assert rested(tmp_path, measure, *rows) == [(A, 2, "0"), (A, 3, "1")]


def test_a_quotient_of_sums_shows_both_numbers_of_a_row(tmp_path: Path) -> None:
    measure = '{ table = "conduct", take = "weighted_mean", column = "points", weight = "points" }'
    assert rested(tmp_path, measure, act(points="3"), act(points="")) == [(A, 2, "3 × 3"), (A, 3, None)]


def test_a_cell_divided_by_another_rests_on_both(tmp_path: Path) -> None:
    assert [place[1:] for place in rested(tmp_path, '{ column = "members.staff", over = "members.staff" }', members=[A])] == [(2, "12"), (2, "12")]


@pytest.mark.parametrize("take", ["sum", "max", "min"])
def test_what_is_shown_makes_up_what_was_measured(tmp_path: Path, take: str) -> None:
    rows = [act(points=str(points), act_id=str(points)) for points in (-4, -1.25, 2, 9)] + [act(member=B, points="6.5")]
    scheme, records = read(tmp_path, f'{{ table = "conduct", take = "{take}", column = "points" }}', rows)
    amounts = evidence(scheme, records).astype({"amount": "float64"}).groupby("member")["amount"].agg(take)
    measured = measure_indicators(scheme, records).raw["i"]
    assert amounts.to_dict() == {member: measured[member] for member in (A, B)}


def test_every_item_of_an_edition_has_its_records_by_item_and_place(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    found = evidence(edition.scheme, edition.records)
    assert list(found.columns) == list(COLUMNS)
    assert list(dict.fromkeys(found["item"])) == ["hours", "talks", "pledge", "answers", "warning"]
    assert (found["item"] == "hours").sum() == 12  # eleven of the list, and 001 twice
    own = evidence(edition.scheme, edition.records, ["001"])
    pd.testing.assert_frame_equal(own, found[found["member"] == "001"].reset_index(drop=True))
    assert set(own["file"]) == {"records/会员名册.csv", "records/签到2018.xlsx"}
    assert evidence(edition.scheme, edition.records, []).empty
