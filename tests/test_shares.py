"""Shares: by cause, of everyone who moved; they sum to the move, and each is what that change does."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.conftest import write_small_edition
from tests.panels.judged import write_judged_edition
from tests.sealing import sealed, write_house
from toolkit.__main__ import app
from toolkit.comparison.records import evaluated_at
from toolkit.comparison.shares import Shares, in_figures, shapley, shared, shown_shares, standing
from toolkit.edition import open_edition
from toolkit.evaluation import Evaluation
from toolkit.records import Records
from toolkit.reports.csv_files import write_results
from toolkit.sealing.frozen_edition import freeze_edition
from toolkit.sealing.states import states_of

State = tuple[Evaluation, Records]
ROLL, SCHEME = "records/会员名册.csv", "scheme.toml"


def state(folder: Path, *changes: tuple[str, str, str]) -> State:
    """The small edition with texts of its files changed."""
    write_small_edition(folder)
    for name, old, new in changes:
        path = folder / name
        text = path.read_text("utf-8-sig")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    edition, evaluation, _ = evaluated_at(folder)
    return evaluation, edition.records


UPHELD = (ROLL, "庚代理公司,代理,未签,1,-9", "庚代理公司,代理,已签,10,0")
JOINS = (ROLL, "101,子采购中心", "008,辛代理公司,代理,已签,10,0\n101,子采购中心")
WEIGHTS = ((SCHEME, "weight = 60", "weight = 45"), (SCHEME, "weight = 40\naggregate", "weight = 55\naggregate"))
LEAVES = (ROLL, "105,辰采购中心,采购人,已签,4,-1\n", "")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> State:
    return state(tmp_path_factory.mktemp("before") / "small")


def assert_sums(found: Shares, decimals: int = 2) -> None:
    for what, shares, places in (("total", found.total, decimals), ("rank", found.rank, 1)):
        figures = shown_shares(shares, places)
        for member in found.moved.index:
            was, is_ = found.moved[f"{what}_before"][member], found.moved[what][member]
            if pd.isna(was) or pd.isna(is_):
                assert set(shares.loc[member]) == {None}
                continue
            move = Fraction(f"{is_:.2f}") - Fraction(f"{was:.2f}")
            assert sum(shares.loc[member], Fraction()) == move
            assert Fraction(sum(figures.loc[member], Decimal())) == move


def test_everything_at_once_sums_for_everyone(before: State, tmp_path: Path) -> None:
    found = shared(before, state(tmp_path / "after", UPHELD, JOINS, LEAVES, *WEIGHTS))
    assert_sums(found)
    assert list(found.total.columns) == ["own", "others", "members", "scheme"]
    assert {"008", "105", "007"} <= set(found.moved.index)
    assert not found.total.drop(index=["008", "105"]).map(lambda share: share is None).any(axis=None)
    # Nobody's total is moved by others' records here: every value is a member's own.
    assert not any(share for share in found.total["others"] if share)
    assert not any(share for share in found.total["members"] if share)
    assert any(share for share in found.rank["members"] if share)


def test_one_upheld_record_is_named_with_whom_it_moved(before: State, tmp_path: Path) -> None:
    found = shared(before, state(tmp_path / "after", UPHELD))
    assert_sums(found)
    assert list(found.total.columns) == ["own", "others"]
    own, others = found.rank.loc["007"]
    assert (own, others) == (found.moved["rank"]["007"] - found.moved["rank_before"]["007"], 0)
    passed = [member for member in found.moved.index if member != "007"]
    assert passed
    assert all(found.rank.loc[member, "others"] == 1 for member in passed)
    assert set(found.carriers["record"]) == {"007"}
    assert set(found.carriers["member"]) == set(found.moved.index)


def test_two_causes_that_work_together_are_shared_as_by_hand(before: State, tmp_path: Path) -> None:
    """Both orders, averaged."""
    both = state(tmp_path / "both", UPHELD, *WEIGHTS)
    records, scheme = state(tmp_path / "records", UPHELD), state(tmp_path / "scheme", *WEIGHTS)
    found = shared(before, both)
    none, one, other, all_ = (Fraction(f"{side[0].scores['total']['007']:.2f}") for side in (before, records, scheme, both))
    assert found.total.loc["007", "own"] == ((one - none) + (all_ - other)) / 2
    assert found.total.loc["007", "scheme"] == ((other - none) + (all_ - one)) / 2


def test_what_cannot_be_evaluated_between_the_two_is_shared_together(tmp_path: Path) -> None:
    """A benchmark is a mean above 0, and with what one has after and the other had before it is not."""
    rule = (SCHEME, 'value = { shape = "linear", worst = 0, best = 10 }', 'value = { shape = "benchmark", per_above = 0.001, per_below = 0.001 }')
    old, new = (state(tmp_path / name, rule, (ROLL, cell, cell.replace(was, "-50"))) for name, cell, was in (("old", "已签,9,0", "9"), ("new", "已签,7.5,-2", "7.5")))
    found = shared(old, new)
    assert_sums(found)
    assert "together" in found.total.columns
    assert not set(found.carriers["record"]) & {"001"}
    assert shapley("ab", lambda there: None if len(there) == 1 else Fraction()) is None


def test_what_was_stated_otherwise_at_the_time_is_the_programs_doing(before: State) -> None:
    said = standing(before[0])
    said["total"] = said["total"].where(said.index != "002", said["total"] + 0.25)
    found = shared(before, before, (said, standing(before[0])))
    assert found.moved.index.tolist() == ["002"]
    assert found.total.loc["002"].to_dict() == {"method": Fraction(-1, 4)}


def test_a_scheme_that_the_old_records_cannot_feed_is_shared_together_with_them(before: State, tmp_path: Path) -> None:
    added = "\n[table.activities.column.fee]\nheadings = ['会费']\ntype = 'number'\n"
    other = write_small_edition(tmp_path / "after")
    tables, scheme = other / "tables.toml", other / SCHEME
    tables.write_text(tables.read_text("utf-8").replace("[table.activities.column.hours]", f"{added}[table.activities.column.hours]"), "utf-8")
    scheme.write_text(scheme.read_text("utf-8").replace('take = "sum", column = "hours"', 'take = "sum", column = "fee"'), "utf-8")
    edition, evaluation, _ = evaluated_at(other)
    found = shared(before, (evaluation, edition.records))
    assert_sums(found)
    assert list(found.total.columns) == ["together"]


@given(st.lists(st.fractions(-50, 50, max_denominator=720), max_size=6), st.integers(0, 3))
def test_rounded_shares_sum_to_the_rounded_sum(shares: list[Fraction], decimals: int) -> None:
    figures, unit = in_figures(shares, decimals), Fraction(1, 10**decimals)
    assert abs(Fraction(sum(figures, Decimal())) - sum(shares, Fraction())) <= unit / 2
    assert all(abs(Fraction(figure) - share) < unit for figure, share in zip(figures, shares, strict=True))


@given(st.dictionaries(st.frozensets(st.sampled_from("abc")), st.integers(-9, 9)))
def test_shares_sum_and_who_adds_nothing_has_nothing(worths: dict[frozenset[str], int]) -> None:
    def worth(there: frozenset[str]) -> Fraction:
        return Fraction(worths.get(there - {"d"}, 0))

    found = shapley("abcd", worth)
    assert found is not None
    assert found["d"] == 0
    assert sum(found.values()) == worth(frozenset("abc")) - worth(frozenset())


@pytest.fixture(scope="module")
def revised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """r1 with relative values and the panel's sheets left out, and r2 of it with an upheld record."""
    folder = tmp_path_factory.mktemp("revised")
    edition, house = write_small_edition(folder / "small"), write_house(folder / "house")
    scheme = edition / SCHEME
    scheme.write_text(scheme.read_text("utf-8").replace('{ shape = "linear", worst = 0, best = 40 }', '{ shape = "min_max" }'), "utf-8")
    sealed(edition, house)
    shutil.copytree(edition, folder / "as_it_was")
    path = edition / ROLL
    path.write_text(path.read_text("utf-8-sig").replace(*UPHELD[1:]), "utf-8")
    sealed(edition, house, "r2", revises="r1", because="异议成立")
    return edition


def test_a_folder_against_its_bag_is_no_change(revised: Path) -> None:
    done = CliRunner().invoke(app, ["diff", str(revised / "sealed" / "r1"), str(revised.parent / "as_it_was")])
    assert done.exit_code == 0, done.output
    assert done.output.split() == ["评选办法没有变化。", "记录没有变化。", "没有会员的奖项、等级或名次因此变化。"]


def test_two_revisions_on_the_command_line(revised: Path, tmp_path: Path) -> None:
    bags = [str(revised / "sealed" / name) for name in ("r1", "r2")]
    done = CliRunner().invoke(app, ["diff", *bags, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "评选办法没有变化。" in done.output
    assert "若没有庚代理公司的记录改动（members 承诺书 未签 → 已签" in done.output
    rows = list(csv.DictReader((tmp_path / "diff.csv").read_text("utf-8-sig").splitlines()))
    assert rows
    for row in rows:
        assert sum(Decimal(row[key]) for key in row if key.startswith("total_") and key != "total_before") == Decimal(row["total"]) - Decimal(row["total_before"])
    english = CliRunner().invoke(app, ["diff", *bags, "-l", "en"])
    assert "Who moved, and how much of it by which cause" in english.output


def test_the_panels_results_against_its_sheets_are_no_change(tmp_path: Path) -> None:
    edition = write_judged_edition(tmp_path / "judged")
    freeze_edition(open_edition(edition), tmp_path / "bag" / "data" / "edition")
    (tmp_path / "bag" / "bagit.txt").touch()
    write_results(evaluated_at(edition)[1], tmp_path / "bag" / "data" / "results")
    with states_of(tmp_path / "bag", edition) as (old, new):
        found = shared((old.evaluation, old.records), (new.evaluation, new.records), (old.stated, standing(new.evaluation)))
    assert found.moved.empty
    for pair in ((tmp_path / "bag", edition), (edition, tmp_path / "bag")):
        done = CliRunner().invoke(app, ["diff", *map(str, pair)])
        assert done.exit_code == 0, done.output
        assert [line for line in done.output.splitlines() if line] == ["评选办法没有变化。", "记录没有变化。", "没有会员的奖项、等级或名次因此变化。"]
