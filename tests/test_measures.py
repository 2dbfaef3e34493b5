"""Takes: each against a second way of counting in plain fractions, whatever the order of rows; quotients of cells; their faults."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from toolkit.ground.decimals import decimal_digits
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.toml_reader import tuples
from toolkit.indicators import Indicators, measure_indicators
from toolkit.indicators.single_rows import from_parts
from toolkit.records import Records
from toolkit.records.dictionary import Tables
from toolkit.scheme import Scheme
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.measures import Measure

MEMBERS = ("A", "B", "C")
NUMBERS = ("score", "weight", "over")
Row = dict[str, Any]
TABLES = Tables.model_validate(tuples({"table": {
    "members": {"file": "m.csv", "column": {"code": {"type": "text"}, "name": {"type": "text"}, "staff": {"type": "number"}}},
    "acts": {"file": "a.csv", "column": {
        "code": {"type": "member"}, "act": {"type": "text"}, "state": {"type": "text"},
        **{name: {"type": "number", "headings": [f"所填{name}"]} for name in NUMBERS},
    }},
    "profile": {"file": "p.csv", "column": {
        "code": {"type": "member"}, "firms": {"type": "number"}, "ready": {"type": "boolean"}, "grade": {"type": "text"},
        "total": {"type": "number"},
    }},
}}))  # fmt: skip
TYPES = {"number": "float64", "boolean": "boolean"}


def frame(name: str, rows: Sequence[Row]) -> pd.DataFrame:
    spec = TABLES.table[name].column
    columns = {key: pd.Series([row.get(key) for row in rows], dtype=TYPES.get(held.type, "str")) for key, held in spec.items()}
    places = {"_file": pd.Series([f"{name}.csv"] * len(rows), dtype="str"), "_sheet": pd.Series([""] * len(rows), dtype="str"),
              "_row": np.array([row.get("_row", n + 2) for n, row in enumerate(rows)], dtype=np.int64)}  # fmt: skip
    return pd.DataFrame({**columns, **places})


def records(acts: Sequence[Row] = (), profile: Sequence[Row] = (), staff: dict[str, float] | None = None, apart: Sequence[bool] = ()) -> Records:
    """Records in memory: three members, their acts, a profile of one row each."""
    people = [{"code": code, "name": code, "staff": (staff or {}).get(code)} for code in MEMBERS]
    index = pd.Index(MEMBERS, name="member", dtype="str")
    said = {"profile": pd.DataFrame({"firms": list(apart)})} if apart else {}
    frames = {"members": frame("members", people), "acts": frame("acts", acts), "profile": frame("profile", profile)}
    members = pd.DataFrame({"name": MEMBERS, "class": "", "applied": True}, index=index)
    return Records(TABLES, frames, said, Problems(), pd.DataFrame(), {}, members)


def scheme(*measures: dict[str, Any], **more: Any) -> Scheme:
    items = [{"id": f"i{n}", "weight": 1, "measure": said, "value": {"shape": "linear", "worst": 0, "best": 9}, "missing": "worst"}
             for n, said in enumerate(measures)]  # fmt: skip
    return Scheme.model_validate(tuples({
        "schema": 1, "title": "t", "edition": "e", "as_of": dt.date(2018, 12, 31), "weights": "points", "indicator": items,
        "members": {"table": "members", "key": "code", "name": "name"}, **more,
    }))  # fmt: skip


def measured(held: Records, *measures: dict[str, Any], **more: Any) -> Indicators:
    return measure_indicators(scheme(*measures, **more), held)


def raw(held: Records, **said: Any) -> list[float]:
    return measured(held, said).raw["i0"].tolist()


def warnings(found: Indicators) -> list[Problem]:
    return [problem for problem in found.problems if problem.severity == "warning"]


# ---- every take, counted a second time -------------------------------------------------------------------------------


def fractions(rows: Sequence[Row], *names: str) -> list[list[Fraction]]:
    """The numbers of the rows that have all of `names`, as they are written."""
    whole = [row for row in rows if all(row[name] is not None for name in names)]
    return [[Fraction(repr(row[name])) for row in whole] for name in names]


def total(numbers: Sequence[Fraction], rows: Sequence[Row]) -> float:
    return float(sum(numbers)) if numbers or not rows else np.nan


def divided(above: Fraction | int, below: Fraction | int) -> float:
    return float(Fraction(above) / below) if below else np.nan


def expected(take: str, rows: Sequence[Row], among: Sequence[Row]) -> float:
    (scores,) = fractions(rows, "score")
    values, weights = fractions(rows, "score", "weight")
    above, below = fractions(rows, "score", "over")
    counted = {
        "sum": lambda: total(scores, rows),
        "distinct": lambda: float(len(set(scores))) if scores or not rows else np.nan,
        "mean": lambda: divided(sum(scores), len(scores)),
        "max": lambda: float(max(scores)) if scores else np.nan,
        "min": lambda: float(min(scores)) if scores else np.nan,
        "weighted_mean": lambda: divided(sum(v * w for v, w in zip(values, weights, strict=True)), sum(weights)),
        "ratio": lambda: divided(sum(above), sum(below)),
        "share": lambda: divided(len(rows), len(among)),
    }
    return counted[take]()


TAKES: dict[str, dict[str, Any]] = {
    "sum": {"column": "score"}, "distinct": {"column": "score"}, "mean": {"column": "score"}, "max": {"column": "score"},
    "min": {"column": "score"}, "weighted_mean": {"column": "score", "weight": "weight"},
    "ratio": {"column": "score", "over": "over"}, "share": {},
}  # fmt: skip
AWKWARD = st.sampled_from([None, 0.1, 0.2, 0.3, 0.0, -0.0, 1.1, 2.5, -7.0, 123456789.01, 999999999999999.0 - 1, 1e-9])
HEAVY = st.sampled_from([None, 0.0, 0.1, 3.0, 0.333333333, 999999999998.5, 17.000000001])
ROWS = st.lists(st.fixed_dictionaries({
    "code": st.sampled_from(MEMBERS), "act": st.sampled_from([None, "a", "b"]), "state": st.sampled_from([None, "s", "t", "u"]),
    "score": AWKWARD, "weight": HEAVY, "over": AWKWARD,
}), max_size=14)  # fmt: skip
STATES: dict[str, Any] = {"where": {"state": ["s"]}, "among": {"state": ["s", "t"]}}


def asked(take: str, states: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    kept = states if take == "share" else {key: value for key, value in states.items() if key == "where"}
    return {"table": "acts", "take": "ratio" if take == "share" else take, **TAKES[take], **kept, **more}


@settings(max_examples=examples(15))
@given(rows=ROWS, data=st.data())
def test_every_take_is_what_its_digits_say_and_no_order_of_rows_changes_a_bit(rows: list[Row], data: st.DataObject) -> None:
    rows = [{**row, "_row": n + 2} for n, row in enumerate(rows)]
    states = data.draw(st.sampled_from([{"where": {"state": ["s", "t", "u"]}}, STATES]))
    measures = [asked(take, states, {}) for take in TAKES]
    straight = measured(records(rows), *measures)
    shuffled = measured(records(data.draw(st.permutations(rows))), *measures)
    pd.testing.assert_frame_equal(straight.raw, shuffled.raw, check_exact=True)
    assert set(straight.problems) == set(shuffled.problems)
    for n, take in enumerate(TAKES):
        for member in MEMBERS:
            states_among = states.get("among", {"state": [None, "s", "t", "u"]})["state"]
            among = [row for row in rows if row["code"] == member and row["state"] in states_among]
            counted = [row for row in rows if row["code"] == member and row["state"] in states["where"]["state"]]
            found, right = straight.raw.loc[member, f"i{n}"], expected(take, counted, among)
            assert repr(float(found)) == repr(decimal_digits(right + 0.0)), (take, member)


@settings(max_examples=examples(8))
@given(rows=ROWS, data=st.data())
def test_acts_told_twice_are_taken_once_in_every_take(rows: list[Row], data: st.DataObject) -> None:
    rows = [{**row, "_row": n + 2} for n, row in enumerate(rows)]
    measures = [asked(take, STATES, {"once_per": ["act"]}) for take in TAKES]
    straight = measured(records(rows), *measures)
    twice = [*rows, *({**row, "_row": row["_row"] + 100} for row in rows if row["act"])]
    again = measured(records(data.draw(st.permutations(twice))), *measures)
    pd.testing.assert_frame_equal(straight.raw, again.raw, check_exact=True)


PICKS: list[dict[str, Any]] = [
    {"best": 2}, {"discard": 1}, {"best": 2, "better": "lower"}, {"discard": 2, "better": "lower"}, {"once_per": ["act"], "keep": "highest"},
    {"once_per": ["act"], "keep": "lowest", "best": 1},
]  # fmt: skip


def picked(rows: Sequence[Row], pick: dict[str, Any]) -> list[Fraction]:
    """The numbers that count of one member's rows, one after the other."""
    numbers = [(row["act"] if "keep" in pick and row["act"] else ("alone", n), Fraction(repr(row["score"]))) for n, row in enumerate(rows) if row["score"] is not None]
    if "keep" in pick:
        choose = max if pick["keep"] == "highest" else min
        numbers = [(act, choose(number for other, number in numbers if other == act)) for act in dict.fromkeys(act for act, _ in numbers)]
    ordered = sorted((number for _, number in numbers), reverse=pick.get("better") != "lower")
    return ordered[: pick["best"]] if "best" in pick else ordered[: max(1, len(ordered) - pick.get("discard", 0))]


@settings(max_examples=examples(8))
@given(rows=ROWS, data=st.data())
def test_rows_are_picked_by_their_number(rows: list[Row], data: st.DataObject) -> None:
    rows = [{**row, "_row": n + 2} for n, row in enumerate(rows)]
    found = measured(records(data.draw(st.permutations(rows))), *({"table": "acts", "take": "sum", "column": "score", **pick} for pick in PICKS))
    for n, pick in enumerate(PICKS):
        for member in MEMBERS:
            own = [row for row in rows if row["code"] == member]
            assert repr(float(found.raw.loc[member, f"i{n}"])) == repr(decimal_digits(total(picked(own, pick), own) + 0.0)), (pick, member)


def test_a_row_has_the_points_of_its_states_and_a_state_without_points_is_an_error() -> None:
    acts = [{"code": "A", "state": "国家级", "act": "一等"}, {"code": "A", "state": "省级", "act": "二等"}, {"code": "B", "state": "省级", "act": "三等"}, {"code": "C"}]
    said = {"table": "acts", "take": "sum", "column": "state", "crossed_with": "act", "points": {"国家级": {"一等": 8}, "省级": {"二等": 3.5}}}
    found = measured(records(acts), said)
    assert found.raw["i0"].tolist()[0] == 11.5
    assert [(problem.row, problem.value) for problem in found.problems.errors] == [(4, "省级 · 三等")]
    assert [problem.row for problem in warnings(found)] == [5, 5]  # both cells of C's row are empty


# ---- sentences -------------------------------------------------------------------------------------------------------


def test_three_marks_of_a_tenth_have_the_mean_of_a_tenth() -> None:
    assert raw(records([{"code": "A", "score": 0.1}] * 3), table="acts", take="mean", column="score")[0] == 0.1


def test_a_member_without_rows_has_nothing_to_sum_and_no_mean() -> None:
    nothing = [raw(records(), **asked(take, STATES, {}))[0] for take in TAKES]
    assert [repr(value) for value in nothing] == ["0.0", "0.0", *["nan"] * 6]


def test_the_share_of_surveys_answered() -> None:
    acts = [{"code": "A", "state": "已答"}, {"code": "A", "state": "未答"}, {"code": "A", "state": "作废"}, {"code": "B", "state": "未答"}]
    said = {"table": "acts", "take": "ratio", "where": {"state": ["已答"]}}
    assert raw(records(acts), **said)[:2] == [decimal_digits(1 / 3), 0.0]
    assert measured(records(acts), said).recorded.tolist() == [True, True, False]  # one that answered nothing was asked
    found = raw(records(acts), **said, among={"state": ["已答", "未答"]})
    assert (found[:2], np.isnan(found[2])) == ([0.5, 0.0], True)


def test_rows_outside_among_are_not_counted_above_either() -> None:
    acts = [{"code": "A", "state": "已答", "act": "sent"}, {"code": "A", "state": "已答", "act": "test"}, {"code": "A", "act": "sent"}]
    said = {"table": "acts", "take": "ratio", "where": {"state": ["已答"]}, "among": {"act": ["sent"]}}
    assert raw(records(acts), **said)[0] == 0.5


@pytest.mark.parametrize(("take", "columns"), [
    ("mean", ["所填score"]), ("max", ["所填score"]), ("distinct", ["所填score"]), ("weighted_mean", ["所填score", "所填weight"]),
    ("ratio", ["所填score", "所填over"]),
])  # fmt: skip
def test_each_cell_that_is_lacking_is_said(take: str, columns: list[str]) -> None:
    whole = {"code": "A", "score": 2.0, "weight": 1.0, "over": 4.0}
    found = measured(records([whole, {**whole, "score": None}, {**whole, "weight": None, "over": None}]), asked(take, {}, {}))
    assert [(p.row, p.column) for p in warnings(found)] == [(n + 3, column) for n, column in enumerate(columns)]
    assert found.raw.loc["A", "i0"] == {"ratio": 0.5, "distinct": 1.0}.get(take, 2.0)


def test_weights_that_add_up_to_nothing_and_divisors_of_0_are_said() -> None:
    acts = [{"code": "A", "score": 2.0, "weight": 0.0, "over": 1.0}, {"code": "A", "score": 2.0, "weight": 0.0, "over": -1.0}]
    for take, column in (("weighted_mean", "所填weight"), ("ratio", "所填over")):
        found = measured(records(acts), asked(take, {}, {}))
        assert np.isnan(found.raw.loc["A", "i0"])
        assert [(p.column, "member A" in p.rule.en) for p in warnings(found)] == [(column, True)]


@pytest.mark.parametrize("wrong", [{"weight": -1.0}, {"weight": 1e12}, {"score": 1e15}])
def test_what_cannot_be_weighed_is_an_error_by_place(wrong: Row) -> None:
    rows = [{"code": "A", "score": 2.0, "weight": 1.0}, {"code": "B", "score": 2.0, "weight": 1.0, **wrong}]
    found = measured(records(rows), asked("weighted_mean", {}, {}))
    assert [(p.file, p.row) for p in found.problems.errors] == [("acts.csv", 3)]


def test_the_products_of_the_longest_numbers_keep_every_place() -> None:
    rows = [{"code": "A", "score": 999999999999998.9, "weight": 999999999998.123}, {"code": "A", "score": -0.000000001, "weight": 0.000000001}] * 40
    values, weights = fractions(rows, "score", "weight")
    exact = float(sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights))
    assert raw(records(rows), **asked("weighted_mean", {}, {}))[0] == decimal_digits(exact)


def test_a_count_that_an_engine_leaves_unknown_is_none() -> None:
    found = {"rows": pd.Series([np.nan, 1.0]), "held": pd.Series([0, 0]), "total": pd.Series([None, None], dtype="object")}
    taken = from_parts(Measure(take="sum", table="t", column="x"), found, np.array([0, 1, -1]), pd.Index(MEMBERS))
    assert taken.rows.tolist() == [0, 1, 0]
    assert taken.value.isna().all()
    assert taken.gaps


# ---- cells as they stand ---------------------------------------------------------------------------------------------

OVER = {"column": "members.staff", "over": "profile.firms"}


def test_one_cell_over_another_and_its_divisor_named_where_there_is_none() -> None:
    profile = [{"code": "B", "firms": 0.0}, {"code": "A", "firms": 3.0}]
    found = measured(records((), profile, {"A": 1.0, "B": 5.0, "C": 5.0}), OVER)
    assert [repr(value) for value in found.raw["i0"]] == [repr(decimal_digits(1 / 3)), "nan", "nan"]
    assert [(p.file, p.row, "member B" in p.rule.en) for p in warnings(found)] == [("profile.csv", 2, True), ("", None, False)]


def test_a_divisor_that_does_not_apply_is_no_divisor_lacking() -> None:
    found = measured(records((), [{"code": "A"}, {"code": "B", "firms": 2.0}], {"A": 1.0, "B": 1.0}, apart=[True, False]), OVER)
    assert (found.applicable["i0"].tolist(), warnings(found)) == ([False, True, True], [])


def test_a_table_with_two_rows_for_a_member_is_no_place_for_a_cell() -> None:
    found = measured(records((), [{"code": "A", "firms": 3.0}] * 2, {"A": 1.0}), OVER)
    assert [(p.column, p.value) for p in found.problems.errors] == [("profile.firms", "A")]


@settings(max_examples=examples(12))
@given(
    cells=st.fixed_dictionaries(dict.fromkeys(MEMBERS, st.tuples(st.floats(-1e9, 1e9), st.none() | st.floats(-1e9, 1e9), st.booleans()))),
    data=st.data(),
)
def test_cells_read_straight_are_those_an_engine_reads(cells: dict[str, Any], data: st.DataObject) -> None:
    profile = [{"code": c, "firms": y, "ready": z, "_row": n} for n, (c, (_, y, z)) in enumerate(cells.items(), 2) if data.draw(st.booleans())]
    held = records((), data.draw(st.permutations(profile)), {c: x for c, (x, _, _) in cells.items()})
    words = [{"column": "profile.firms"}, {"column": "profile.ready"}, {"column": "members.name"}, OVER]
    straight = measured(held, *words)
    asked_whole = [{**said, "where": {"code": list(MEMBERS)}} for said in words[:3]]  # a scheme cannot say this: it makes a query
    queried = measured(held, *asked_whole)
    pd.testing.assert_frame_equal(straight.raw[["i0", "i1"]], queried.raw[["i0", "i1"]], check_exact=True)
    assert straight.raw["i2"].tolist() == queried.raw["i2"].tolist() == list(MEMBERS)
    for member, (above, below, _) in cells.items():
        there = below if any(row["code"] == member for row in profile) else None
        right = decimal_digits(above) / decimal_digits(there) + 0.0 if there else np.nan
        right = right if np.isfinite(right) else np.nan
        assert repr(float(straight.raw.loc[member, "i3"])) == repr(decimal_digits(right))


# ---- what is written wrongly -----------------------------------------------------------------------------------------


def faults(**said: Any) -> Iterator[str]:
    for fault in scheme_faults({"condition": [{"id": "c", "measure": said}]}):
        if fault.path[0] == "condition":
            yield str(fault.path[-1])


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ({"take": "mean", "table": "t"}, ["column"]),
        ({"take": "weighted_mean", "table": "t", "column": "x"}, ["weight"]),
        ({"take": "mean", "table": "t", "column": "x", "weight": "y"}, ["weight"]),
        ({"take": "sum", "table": "t", "column": "x", "over": "y"}, ["over"]),
        ({"take": "count", "table": "t", "column": "x"}, ["column"]),
        ({"take": "count", "table": "t", "among": {"s": ["a"]}}, ["among"]),
        ({"take": "ratio", "table": "t", "column": "x"}, ["over"]),
        ({"take": "ratio", "table": "t", "over": "x"}, ["column"]),
        ({"take": "ratio", "table": "t"}, ["where"]),
        ({"take": "ratio", "table": "t", "column": "x", "over": "y", "among": {"s": ["a"]}}, ["among"]),
        ({"take": "ratio", "table": "t", "where": {"s": ["a", "b"]}, "among": {"s": ["a"]}}, ["s"]),
        ({"take": "distinct"}, ["table", "column"]),
        ({"column": "t.x", "over": "y"}, ["over"]),
        ({"column": "t.x", "weight": "y"}, ["weight"]),
        ({"column": "t.x", "over": "t.y"}, []),
        ({"take": "ratio", "table": "t", "where": {"s": ["a"]}, "among": {"s": ["a", "b"]}}, []),
        ({"take": "weighted_mean", "table": "t", "column": "x", "weight": "y", "once_per": ["z"]}, []),
        ({"take": "sum", "table": "t", "column": "x", "best": 3, "discard": 1}, ["discard"]),
        ({"take": "sum", "table": "t", "column": "x", "better": "lower", "keep": "highest"}, ["keep", "better"]),
        ({"take": "count", "table": "t", "best": 3}, ["best"]),
        ({"take": "sum", "table": "t", "column": "x", "crossed_with": "y"}, ["crossed_with"]),
        ({"take": "sum", "table": "t", "column": "x", "points": {"a": {"b": 1}}}, ["a"]),
        ({"take": "max", "table": "t", "column": "x", "points": {"a": 1, "b": 2.5}}, []),
        ({"take": "men", "table": "t", "weight": "x"}, []),  # the model says which takes there are
    ],
)
def test_each_take_needs_its_keys_and_no_others(said: dict[str, Any], keys: list[str]) -> None:
    assert list(faults(**said)) == keys


def test_a_condition_shares_the_ids_of_nodes_and_adjustments() -> None:
    raw = {"indicator": [{"id": "a", "weight": 100}], "condition": [{"id": "a"}, {"id": "total"}]}
    assert [fault.path for fault in scheme_faults(raw) if fault.path[-1] == "id"] == [("condition", 0, "id"), ("condition", 1, "id")]


def test_terms_of_a_share_are_counts_of_rows() -> None:
    share = Measure(take="ratio", table="t", where={"s": ("a",)}, among={"k": ("x",)})
    assert [(term.take, term.where) for term in share.terms] == [("count", {"k": ("x",), "s": ("a",)}), ("count", {"k": ("x",)})]
