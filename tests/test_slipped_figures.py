"""Figures that went wrong in other programs, each named by its public report: here they are right, and stay so."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

import toolkit
from tests.examples import examples
from tests.few_lines import (
    award_text,
    found,
    given,
    indicator_text,
    refused,
    run,
    scheme_text,
    totals,
    write_edition,
)
from toolkit import Refused
from toolkit.panels import intraclass, krippendorff_alpha
from toolkit.records.values import read_percent
from toolkit.sensitivity.methods.kernels import vikor
from toolkit.weighting.ahp import ahp_judgement, ahp_shares
from toolkit.weighting.group import concordance

NAN = float("nan")
ACTS = """
[table.acts]
file = "records/acts.csv"
[table.acts.column.code]
headings = ["code"]
type = "member"
[table.acts.column.hours]
headings = ["hours"]
type = "number"
range = [0, 80]
"""
CONDITION = '\n[[condition]]\nid = "c"\nlabel = "c"\nmeasure = {{ column = "members.{column}" }}\n'


def test_a_percent_text_reaches_the_step_its_digits_name() -> None:
    """PHPOffice/PHPExcel#632, PHPOffice/PhpSpreadsheet#220: 67.8% is 0.678."""
    scheme = scheme_text(indicator_text("rate", 1, '{ shape = "steps", steps = [[0, 0], [0.678, 100]] }'))
    rows = [("K", "67.8%"), ("K", "67.9%"), ("K", "67.7%")]
    assert totals(found(scheme, ["rate"], rows, types={"rate": "percent"})) == [100.0, 100.0, 0.0]


def test_every_percent_of_one_decimal_is_the_number_its_digits_say() -> None:
    """PHPOffice/PHPExcel#632."""
    assert [n for n in range(1, 1000) if read_percent(f"{n / 10:.1f}%") != float(Decimal(n) / 1000)] == []


def test_a_condition_and_a_range_see_the_digits_of_a_percent() -> None:
    """PHPOffice/PHPExcel#632: 68.3% is not below 0.683, and 67.8% lies within [0.678, 1]."""
    award = award_text('number = 5, within = "class"', 'require = [{ condition = "c", below = 0.683 }]\n')
    scheme = scheme_text(indicator_text("a"), CONDITION.format(column="rate"), award)
    assert given(found(scheme, ["a", "rate"], [("K", 50, "68.3%")], types={"rate": "percent"})) == 0


def test_a_percent_on_the_bound_of_its_range_is_read(tmp_path: Path) -> None:
    """PHPOffice/PHPExcel#632."""
    scheme = scheme_text(indicator_text("rate", 1, '{ shape = "linear", worst = 0, best = 1 }'))
    folder = write_edition(tmp_path / "e", scheme, ["rate"], [("K", "67.8%")], types={"rate": "percent"})
    described = (folder / "tables.toml").read_text(encoding="utf-8")
    (folder / "tables.toml").write_text(described.replace('type = "percent"', 'type = "percent"\nrange = [0.678, 1]'), encoding="utf-8")
    assert totals(run(folder)) == [67.8]


def test_a_cell_over_a_cell_is_the_quotient_of_their_digits() -> None:
    """VoteKit#311, pandas#8365: 0.7/0.1 is 7, meets the step at 7 and ranks level with 7/1."""
    measure = '{ column = "members.a", over = "members.b" }'
    scheme = scheme_text(
        indicator_text("r", 50, '{ shape = "steps", steps = [[0, 0], [7, 100]] }', measure=measure),
        indicator_text("q", 50, '{ shape = "rank", to = [0, 100] }', measure=measure),
    )
    rows = [("K", 0.7, 0.1), ("K", 7, 1), ("K", 2.1, 0.3), ("K", 1, 1)]
    assert totals(found(scheme, ["a", "b"], rows)) == [100.0, 100.0, 100.0, 0.0]


def test_what_a_workbook_shows_as_435_meets_435(tmp_path: Path) -> None:
    """frictionlessdata/tabulator-py#281, WinMerge#2494: =4.35*100 is stored as 434.99999999999994."""
    import xlsxwriter

    award = award_text('number = 5, within = "class"', 'require = [{ condition = "c", least = 435 }]\n')
    steps = indicator_text("a", 100, '{ shape = "steps", steps = [[0, 0], [435, 100]] }')
    folder = write_edition(tmp_path / "e", scheme_text(steps, CONDITION.format(column="a"), award), ["a"], [])
    (folder / "records" / "m.csv").unlink()
    described = (folder / "tables.toml").read_text(encoding="utf-8")
    (folder / "tables.toml").write_text(described.replace("records/m.csv", "records/m.xlsx"), encoding="utf-8")
    with xlsxwriter.Workbook(folder / "records" / "m.xlsx", {"in_memory": True}) as book:
        sheet = book.add_worksheet("s")
        sheet.write_row(0, 0, ["code", "name", "kind", "a"])
        sheet.write_row(1, 0, ["M1", "A", "K"])
        sheet.write_formula(1, 3, "=4.35*100", None, 434.99999999999994)
        sheet.write_row(2, 0, ["M2", "B", "K", 435])
    evaluation = run(folder)
    assert (totals(evaluation), given(evaluation)) == ([100.0, 100.0], 2)


@pytest.mark.parametrize("take", ["max", "min", "mean", "sum"])
def test_all_that_is_taken_of_one_number_is_that_number(take: str) -> None:
    """pandas#62036, SheetJS#2403: =2.3-0.3 is stored as 1.9999999999999998, and is 2."""
    measure = f'{{ table = "acts", take = "{take}", column = "hours" }}'
    scheme = scheme_text(indicator_text("n", 1, '{ shape = "steps", steps = [[0, 0], [2, 100]] }', measure=measure))
    acts = {"acts.csv": "code,hours\nM001,1.9999999999999998\n"}
    assert totals(found(scheme, [], [("K",)], tables=ACTS, files=acts)) == [100.0]


def test_what_is_counted_sees_the_same_number() -> None:
    """pandas#62036, SheetJS#2403: where = { least = 2 } holds of 2.3-0.3."""
    measure = '{ table = "acts", take = "count", where = { hours = { least = 2 } } }'
    scheme = scheme_text(indicator_text("n", 1, '{ shape = "points", per = 50 }', measure=measure))
    acts = {"acts.csv": "code,hours\nM001,1.9999999999999998\n"}
    assert totals(found(scheme, [], [("K",)], tables=ACTS, files=acts)) == [50.0]


def test_a_member_without_a_class_is_refused_by_its_row() -> None:
    """pandas#3729, pandas#38227, talmolab/sleap#278: a blank group key is lost, or breaks."""
    scheme = scheme_text(indicator_text("a"), award_text('number = 1, within = "class"'))
    said = refused(scheme, ["a"], [("K", 90), ("", 80), ("K", 70)])
    assert "records/m.csv" in said
    assert "row 3" in said
    assert "class" in said


@pytest.mark.parametrize(
    ("quota", "rows"),
    [
        ('number = 2, within = "class", in_all = 3', [("A", 90), ("A", 80), ("B", 90), ("B", 80)]),
        ('number = 2, within = "class", most = 2', [("A", 90), ("A", 80), ("A", 80)]),
        ('number = 3, within = "class"', [("A", 90)] * 10),
    ],
)
def test_more_places_than_the_scheme_names_are_told(quota: str, rows: list[tuple[str, float]]) -> None:
    """martinlackner/apportionment#6, quatrope/scikit-criteria#8: who is level is given the award, and the scheme's number is passed."""
    assert len(found(scheme_text(indicator_text("a"), award_text(quota)), ["a"], rows).problems) > 0


@pytest.mark.parametrize("share", ['"1/3"', "0.3333333333333333"])
def test_a_third_of_three_is_one_place(share: str) -> None:
    """BrightSpots/rcv#994, BrightSpots/rcv#557."""
    scheme = scheme_text(indicator_text("a"), award_text(f'share = {share}, within = "class"'))
    assert given(found(scheme, ["a"], [("K", 90), ("K", 80), ("K", 70)])) == 1


def test_no_intraclass_correlation_outside_its_range_is_a_figure() -> None:
    """raphaelvallat/pingouin#485, raphaelvallat/pingouin#231."""
    values = intraclass([[1, 3], [3, 1], [2, 2]]).table["value"].dropna()
    assert values.between(-1, 1).all()


def test_a_constant_column_is_the_middle_and_warned_of() -> None:
    """quatrope/scikit-criteria#8, MUSE_OS#317."""
    scheme = scheme_text(indicator_text("a", 1, '{ shape = "min_max" }'), indicator_text("b", 1, '{ shape = "min_max" }'))
    evaluation = found(scheme, ["a", "b"], [("K", 5, 1), ("K", 5, 2), ("K", 5, 3)])
    assert totals(evaluation) == [25.0, 50.0, 75.0]
    assert [problem.column for problem in evaluation.problems] == ["indicator[a].value"]


def test_vikor_of_level_members_and_of_a_share_of_nothing() -> None:
    """energyinpython/pyrepo-mcda#1, ADRIA.jl#629: R* = R-."""
    assert np.isfinite(vikor(np.array([[10.0, 50], [50.0, 10]]), np.array([0.5, 0.5]))).all()
    assert vikor(np.array([[10.0, 5], [50.0, 5]]), np.array([1.0, 0.0])).tolist() == [0.0, 1.0]


def test_five_criteria_of_saaty() -> None:
    """gluc/ahp#4."""
    matrix = [
        [1, 1 / 5, 3, 1 / 2, 5], [5, 1, 7, 1, 7], [1 / 3, 1 / 7, 1, 1 / 4, 3], [2, 1, 4, 1, 7], [1 / 5, 1 / 7, 1 / 3, 1 / 7, 1],
    ]  # fmt: skip
    assert ahp_shares(matrix).round(3).tolist() == [0.152, 0.433, 0.072, 0.305, 0.038]


def test_the_index_of_consistency_divides_by_one_less() -> None:
    """airicyu/ahp#4, pyDecision#6; twelve criteria have a random index too."""
    judged = ahp_judgement([[1, 2, 1], [None, 1, 2], [None, None, 1]])
    assert judged.index == pytest.approx((judged.eigenvalue - 3) / 2)
    assert ahp_judgement(np.ones((12, 12))).ratio == 0.0


def test_alpha_where_there_is_nothing_to_disagree_about() -> None:
    """fast-krippendorff#9, #11, #26, dkpro-statistics#35."""
    one = [[3, 3, 3, 3, 3], [3, 3, 3, 3, NAN], [3, 3, NAN, 3, 3], [3, 3, NAN, 3, 3], [3, 3, 3, 1, 3]]
    same, apart, alone = (krippendorff_alpha(scores, metric="nominal", draws=0).value for scores in ([[1, 1], [1, 1]], one, [[1], [2]]))
    assert np.isnan([same, alone]).all()
    assert apart == pytest.approx(0.0, abs=1e-9)


def test_a_missing_score_leaves_its_member_out_and_that_is_said() -> None:
    """raphaelvallat/pingouin#231, raphaelvallat/pingouin#206."""
    correlations = intraclass([[1, 2, 3], [2, NAN, 2], [5, 5, 4], [3, 3, 4]])
    assert (correlations.members, correlations.left_out) == (3, 1)


def test_concordance_with_ties() -> None:
    """easystats/effectsize#448, #449, ugolbck/kendall-w#2: RoundingTimes of Hollander and Wolfe."""
    times = [
        5.40, 5.50, 5.55, 5.85, 5.70, 5.75, 5.20, 5.60, 5.50, 5.55, 5.50, 5.40, 5.90, 5.85, 5.70, 5.45, 5.55, 5.60, 5.40, 5.40, 5.35, 5.45,
        5.50, 5.35, 5.25, 5.15, 5.00, 5.85, 5.80, 5.70, 5.25, 5.20, 5.10, 5.65, 5.55, 5.45, 5.60, 5.35, 5.45, 5.05, 5.00, 4.95, 5.50, 5.50,
        5.40, 5.45, 5.55, 5.50, 5.55, 5.55, 5.35, 5.45, 5.50, 5.55, 5.50, 5.45, 5.25, 5.65, 5.60, 5.40, 5.70, 5.65, 5.55, 6.30, 6.30, 6.25,
    ]  # fmt: skip
    agreed = concordance(np.array(times).reshape(22, 3))
    assert (round(agreed.w, 4), round(agreed.chi_square, 3)) == (0.2532, 11.143)


def test_totals_are_rounded_half_up_and_then_ranked() -> None:
    """apluslms/a-plus#1026, omegaup#693, cpython#99471."""
    evaluation = found(scheme_text(indicator_text("a")), ["a"], [("K", 84.995), ("K", 2.675), ("K", 1.005), ("K", 84.99499999)])
    assert totals(evaluation) == [85.0, 2.68, 1.01, 84.99]


@pytest.mark.parametrize("decimals", [2, 6, 9, 12])
def test_equal_sums_tie_in_whatever_order_they_are_added(decimals: int) -> None:
    """mggg/VoteKit#311, UEWBot/dipvis#182."""
    scheme = scheme_text(*map(indicator_text, "abc"), decimals=decimals)
    evaluation = found(scheme, "abc", [("K", 33.1, 44.2, 55.3), ("K", 55.3, 44.2, 33.1), ("K", 44.2, 33.1, 55.3)])
    assert evaluation.ranking["rank"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("share", "members", "rounding", "places"),
    [(0.29, 100, "floor", 29), (0.07, 100, "floor", 7), (0.15, 20, "floor", 3), (0.1, 25, "half_up", 3), (0.3, 10, "ceil", 3)],
)
def test_a_share_of_a_class_is_reckoned_in_decimals(share: float, members: int, rounding: str, places: int) -> None:
    """BrightSpots/rcv#557."""
    award = award_text(f'share = {share}, within = "class", rounding = "{rounding}"')
    assert given(found(scheme_text(indicator_text("a"), award), ["a"], [("K", members - i) for i in range(members)])) == places


def test_a_tie_at_the_bound_of_all_classes_stays_open() -> None:
    """kiesraad/abacus#1152, martinlackner/apportionment#6."""
    scheme = scheme_text(indicator_text("a"), award_text('number = 2, within = "class", in_all = 3'), ties='"committee"')
    evaluation = found(scheme, ["a"], [("A", 90), ("A", 80), ("B", 90), ("B", 80)])
    assert given(evaluation) == 2
    assert [(tie.members, tie.places) for tie in evaluation.ties] == [(("M002", "M004"), 1)]


def test_weights_that_are_all_nothing_are_refused_and_who_has_nothing_is_not_ranked() -> None:
    """instructure/canvas-lms#1499."""
    group = '[[group]]\nid = "g"\nlabel = "g"\nweight = 1\n'
    assert "0" in refused(scheme_text(group, indicator_text("a", 0, more='group = "g"\n')), ["a"], [("K", 1)])
    evaluation = found(scheme_text(indicator_text("a", missing="exclude")), ["a"], [("K", 90), ("K", None)])
    assert int(evaluation.ranking["rank"].isna().sum()) == 1


def test_classes_called_none_and_the_like_are_classes() -> None:
    """After pandas.read_csv, which reads NA as missing."""
    scheme = scheme_text(indicator_text("a"), award_text('number = 1, within = "class"'))
    assert given(found(scheme, ["a"], [("NA", 9), ("null", 8), ("None", 7), ("nan", 6), ("N/A", 5)])) == 5


def test_what_has_no_meaning_below_nothing_is_refused_by_name() -> None:
    """pyDecision#23, bluefoxr/COINr#50."""
    assert "negative" in refused(scheme_text(indicator_text("a", 1, '{ shape = "share_of_best" }')), ["a"], [("K", -9), ("K", -1)])
    group = '[[group]]\nid = "g"\nlabel = "g"\nweight = 1\naggregate = "geometric"\n'
    scheme = scheme_text(group, indicator_text("a", 1, '{ shape = "z_score" }', more='group = "g"\n'))
    assert refused(scheme, ["a"], [("K", 9), ("K", 1)])


def test_draws_are_the_same_in_threads_and_in_any_chunk() -> None:
    """RocketPy#1053, nmclark2/SCION#6."""
    evaluation = _two([("K", 90, 50), ("K", 60, 75), ("K", 10, 95)])
    draws = toolkit.WeightDraws(draws=1000, seed=5)
    first = toolkit.award_probabilities(evaluation, draws)
    with ThreadPoolExecutor(2) as pool:
        assert toolkit.award_probabilities(evaluation, draws, executor=pool).equals(first)
    assert all(toolkit.award_probabilities(evaluation, draws, chunk=chunk).equals(first) for chunk in (7, 512))


def test_shares_of_an_outcome_that_never_changes_are_undefined() -> None:
    """SALib#678, #619, #344, #295."""
    evaluation = _two([("K", 90, 95), ("K", 10, 20), ("K", 5, 4)])
    shares = toolkit.variance_shares(evaluation, toolkit.usual_decisions(evaluation), rows=16, seed=1)
    assert shares.loc[shares["target"] == "list", "first"].isna().all()
    assert shares.loc[shares["target"] == "total", "first"].notna().all()


def test_a_misspelt_weight_never_reads_as_robust() -> None:
    """bluefoxr/COINr#60."""
    with pytest.raises(Refused):
        _two([("K", 90, 95), ("K", 10, 20)]).scheme.with_weights({"aa": 50})


@pytest.mark.parametrize(
    ("rows", "expected"), [([5, 5, 5], [50.0, 50.0, 50.0]), ([5, 1000], [0.0, 100.0]), ([None, 4], [0.0, 50.0])]
)
def test_outliers_of_a_constant_of_two_and_of_one_are_drawn_in_without_a_crash(rows: list[float | None], expected: list[float]) -> None:
    """bluefoxr/COINr#45, #53."""
    scheme = scheme_text(indicator_text("a", 1, '{ shape = "min_max" }', more='outliers = { treat = "winsorise" }\n'))
    assert totals(found(scheme, ["a"], [("K", cell) for cell in rows])) == expected


def test_every_question_answers_of_one_member() -> None:
    evaluation, draws = _two([("K", 90, 50)]), toolkit.WeightDraws(draws=50)
    assert len(toolkit.award_probabilities(evaluation, draws)) == len(toolkit.rank_summary(evaluation, draws)) == 1
    assert len(toolkit.stability_intervals(evaluation)) == len(toolkit.without_nodes(evaluation)) == 2


def test_comparisons_with_gaps_and_in_two_parts() -> None:
    """ahpsurvey's missing pairs (Harker), pyAHP#2."""
    assert ahp_shares([[1, 2, None], [None, 1, 2], [None, None, 1]]).round(4).tolist() == [0.5714, 0.2857, 0.1429]
    with pytest.raises(Refused):
        ahp_shares([[1, 2, None, None], [None, 1, None, None], [None, None, 1, 3], [None, None, None, 1]])


def _two(rows: list[tuple[str, float, float]]) -> toolkit.Evaluation:
    """An evaluation by two indicators, 60 and 40, with one place in the class."""
    scheme = scheme_text(indicator_text("a", 60), indicator_text("b", 40), award_text('number = 1, within = "class"'))
    return found(scheme, ["a", "b"], rows)


WAYS = {
    "cell": '{ column = "members.n" }',
    "percent": '{ column = "members.p" }',
    "cells": '{ column = "members.a", over = "members.b" }',
    "over_table": '{ column = "members.a", over = "volume.b" }',
    **{take: f'{{ table = "acts", take = "{take}", column = "n" }}' for take in ("max", "min", "mean")},
    "latest": '{ table = "dated", take = "latest", column = "n" }',
    "weighted_mean": '{ table = "acts", take = "weighted_mean", column = "n", weight = "b" }',
    "ratio": '{ table = "acts", take = "ratio", column = "a", over = "b" }',
    "sum": '{ table = "parts", take = "sum", column = "n" }',
}
NUMBER = '[table.{table}.column.{name}]\nheadings = ["{name}"]\ntype = "{kind}"\n'


def _table(name: str, *columns: str) -> str:
    described = "".join(NUMBER.format(table=name, name=column, kind="date" if column == "on" else "number") for column in columns)
    dated = 'date = "on"\n' if "on" in columns else ""
    return f'\n[table.{name}]\nfile = "records/{name}.csv"\n{dated}[table.{name}.column.code]\nheadings = ["code"]\ntype = "member"\n{described}'


@settings(max_examples=examples(20))
@drawn(
    st.decimals(min_value=1, max_value=999, places=3),
    st.decimals(min_value="0.001", max_value=9, places=3),
    st.integers(1, 4),
    st.sampled_from([0.0, math.inf]),
)
def test_any_way_to_the_same_decimal_gives_the_same_points(number: Decimal, below: Decimal, rows: int, towards: float) -> None:
    """A cell, a percent text, a quotient, a mean, a sum of parts, all with noise: one number, one step, one condition."""

    def cell(exact: Decimal) -> str:
        return repr(math.nextafter(float(exact), towards))  # as a binary file holds what was reckoned

    tenth, row = Decimal("0.1"), f"M001,{cell(number)},{cell(number * below)},{cell(below)}"
    parts = [number - (rows - 1) * tenth, *[tenth] * (rows - 1)]
    files = {
        "acts.csv": "\n".join(["code,n,a,b", *[row] * rows]) + "\n",
        "parts.csv": "\n".join(["code,n", *[f"M001,{cell(part)}" for part in parts]]) + "\n",
        "dated.csv": f"code,n,on\nM001,{cell(number)},2018-03-05\n",
        "volume.csv": f"code,b\nM001,{cell(below)}\n",
    }
    tables = _table("acts", "n", "a", "b") + _table("parts", "n") + _table("dated", "n", "on") + _table("volume", "b")
    steps = f'{{ shape = "steps", steps = [[0, 0], [{number}, 100]] }}'
    indicators = [indicator_text(way, 1, steps, measure=measure) for way, measure in WAYS.items()]
    conditions = [f'\n[[condition]]\nid = "c_{way}"\nlabel = "c"\nmeasure = {measure}\n' for way, measure in WAYS.items()]
    least = ", ".join(f'{{ condition = "c_{way}", least = {number}, most = {number} }}' for way in WAYS)
    scheme = scheme_text(*indicators, *conditions, award_text("number = 1", f"require = [{least}]\n"))
    member = ("K", cell(number), f"{number * 100}%", cell(number * below), cell(below))
    evaluation = found(scheme, ["n", "p", "a", "b"], [member], types={"p": "percent"}, tables=tables, files=files)
    assert evaluation.measured.raw.iloc[0].to_dict() == dict.fromkeys(WAYS, float(number))
    assert (totals(evaluation), given(evaluation)) == ([100.0], 1)


@pytest.mark.parametrize("third", ["0.3333333333333333", "0.333333333333333"])
def test_a_bound_written_with_more_digits_is_the_same_number(third: str) -> None:
    """A step, a range, a ladder found by an earlier version and a condition at one third are all reached by a cell over a cell."""
    measure = '{ column = "members.a", over = "members.b" }'
    award = award_text("number = 5", f'require = [{{ condition = "c", least = {third}, most = {third} }}]\n')
    shapes = [
        f'{{ shape = "steps", steps = [[0, 0], [{third}, 100]] }}',
        f'{{ shape = "target", best = [{third}, 1], worst = [{third}, 2] }}',
        f'{{ shape = "rank", to = [0, 100], found = {{ all = [[0.1, 0], [{third}, 100]] }} }}',
        f'{{ shape = "min_max", found = {{ all = {{ least = {third}, greatest = {third} }} }} }}',
    ]
    indicators = [indicator_text(f"i{n}", 1, shape, measure=measure) for n, shape in enumerate(shapes)]
    condition = f'\n[[condition]]\nid = "c"\nlabel = "c"\nmeasure = {measure}\n'
    evaluation = found(scheme_text(*indicators, condition, award), ["a", "b"], [("K", 1, 3)])
    assert evaluation.values.iloc[0].tolist() == [100.0, 100.0, 100.0, 50.0]
    assert given(evaluation) == 1
