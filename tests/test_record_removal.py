"""Which record changes the list: each answer is what a full evaluation without that record gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.few_lines import award_text, indicator_text, scheme_text, write_edition
from tests.test_indicators import act, read
from tests.test_removal import awarded
from toolkit import evaluate, open_edition
from toolkit.evaluation import Evaluation
from toolkit.ground.problems import Refused
from toolkit.records import Records
from toolkit.sensitivity.leave_one_out import RelativeShapes
from toolkit.sensitivity.leave_record_out import evaluated_without_records, struck_records

MEMBERS = ("code,name,kind,staff", "A,甲,x,12", "B,乙,x,3", "C,丙,y,4", "D,丁,y,5", "E,戊,x,6")
AWARDS = """
[[award]]
id = "first"
label = "一等"
quota = { number = 1, within = "class" }
[[award]]
id = "second"
label = "二等"
quota = { number = 1, within = "all" }
minimum = { total = 5 }
"""
ROWS = [
    act("A", "1", points="3", severity="轻微"), act("A", "2", points="2.5"), act("A", "3", points="", severity="严重"),
    act("B", "4", points="4"), act("B", "5", points="1.5"), act("C", "6", points="7", severity="轻微"),
    act("D", "7", points="6.5"), act("D", "8", points="0.5", severity="严重"), act("E", "9", points="5"),
]  # fmt: skip
SUM = '{ table = "conduct", take = "sum", column = "points" }'


def agrees(asked: Evaluation, records: Records, relative: RelativeShapes = "recomputed", *, again: bool = False) -> dict[str, int]:
    """How many answers of each kind there are; each but "unknown" has to be that of a full evaluation."""
    found = struck_records(asked, records, relative=relative, again=again)
    now = {(award, member) for award, own in awarded(asked).items() for member in own}
    for row in found[found["answer"] != "unknown"].itertuples():
        place = (str(row.table), str(row.file), str(row.sheet), int(str(row.row)))
        anew = evaluated_without_records(asked.scheme, records, [place])
        after = {(award, member) for award, own in awarded(anew).items() for member in own}
        assert (set(row.gained), set(row.lost)) == (after - now, now - after), row
        assert (row.answer == "changed") == (after != now)
    return {str(answer): int(n) for answer, n in found["answer"].value_counts().items()}


def asked(folder: Path, measure: str, extra: str = "", rows: list[str] = ROWS) -> tuple[Evaluation, Records]:
    scheme, records = read(folder, measure, rows, AWARDS + extra, MEMBERS)
    return evaluate(scheme, records), records


@pytest.mark.parametrize(
    "measure",
    [
        SUM,
        '{ table = "conduct", take = "count" }',
        '{ table = "conduct", take = "mean", column = "points" }',
        '{ table = "conduct", take = "max", column = "points" }',
        '{ table = "conduct", take = "distinct", column = "severity" }',
        '{ table = "conduct", take = "ratio", where = { severity = ["一般"] }, among = { status = ["有效"] } }',
    ],
)
def test_every_measure_answers_as_a_full_evaluation(tmp_path: Path, measure: str) -> None:
    found = agrees(*asked(tmp_path, measure))
    assert found["changed"] > 0
    assert found.get("unknown", 0) == 0


def test_adjustments_conditions_and_vetoes_rest_on_records_too(tmp_path: Path) -> None:
    extra = """
[[adjustment]]
id = "grave"
label = "扣分"
measure = { table = "conduct", take = "count", where = { severity = ["严重"] } }
per = -2
cap = -3
[[condition]]
id = "acts"
label = "记录数"
measure = { table = "conduct", take = "count" }
[[veto]]
id = "slight"
label = "轻微"
when = { table = "conduct", where = { severity = ["轻微"] } }
effect = { award = ["first"] }
[eligibility]
require = [{ any_of = [{ condition = "acts", least = 2 }, { node = "i", least = 90 }] }]
"""
    pair, records = asked(tmp_path, SUM, extra)
    found = agrees(pair, records)
    assert found["changed"] > 0
    items = struck_records(pair, records, ["C"])["items"].tolist()
    assert items == [("i", "acts", "slight")]


def test_a_record_struck_moves_the_first_places_of_its_rivals(tmp_path: Path) -> None:
    staff = """
[[indicator]]
id = "staff"
label = "人数"
weight = 100
measure = { column = "members.staff" }
value = { shape = "linear", worst = 0, best = 10 }
"""
    rows = [act("A", "1", points="9"), act("B", "2", points="8"), act("E", "3", points="7")]
    scheme, records = read(tmp_path, SUM, rows, AWARDS + staff, ("code,name,kind,staff", "A,甲,x,6", "B,乙,x,8", "E,戊,x,8"))
    pair = evaluate(scheme.with_({"indicator[i].weight": 0, "ties": ["first_places", "committee"]}), records)
    agrees(pair, records)
    first = struck_records(pair, records).set_index("member").loc["A"]  # nobody's total moves
    assert first["gained"] == (("first", "B"), ("second", "E"))  # with A's 9 points gone B is first on one more than E
    assert not first["own"]


def test_a_veto_for_several_records_needs_them_all(tmp_path: Path) -> None:
    extra = '[[veto]]\nid = "twice"\nlabel = "两次"\nwhen = { table = "conduct", where = { severity = ["一般"] } }\nat_least = 2\neffect = { award = "none" }\n'
    rows = [*ROWS, act("B", "10", points="9")]
    pair, records = asked(tmp_path, SUM, extra, rows)
    agrees(pair, records)
    found = struck_records(pair, records, ["B"]).set_index("row")["answer"]  # of three that strike two are left
    assert found.tolist() == ["same", "same", "same"]
    few, kept = asked(tmp_path, SUM, extra, [*ROWS[:3], act("B", "4", points="9"), *ROWS[4:]])
    agrees(few, kept)
    assert struck_records(few, kept, ["B"]).set_index("row").loc[6, "gained"] == (("first", "B"),)


def test_the_record_is_named_by_its_place(tmp_path: Path) -> None:
    found = struck_records(*asked(tmp_path, SUM)).set_index("row")
    assert found.loc[7, ["table", "file", "member", "items"]].tolist() == ["conduct", "conduct.csv", "C", ("i",)]
    assert ("first", "D") in found.loc[7, "gained"]  # 丙 falls from 7 to 0, so 丁 with 7 is no longer level with it
    assert found.loc[7, "own"] == any(member == "C" for _, member in (*found.loc[7, "gained"], *found.loc[7, "lost"]))


@pytest.mark.parametrize("measure", ['{ table = "conduct", take = "latest", column = "points" }',
                                     '{ table = "conduct", take = "weighted_mean", column = "points", weight = "points" }',
                                     '{ table = "conduct", take = "sum", column = "points", mean_on = [2018-12-30, 2018-12-31] }'])  # fmt: skip
def test_what_cannot_be_said_is_said(tmp_path: Path, measure: str) -> None:
    rows = [act(member, str(place), points="3") for place, member in enumerate("ABCDE")]
    assert "changed" in agrees(*asked(tmp_path, measure, rows=[*rows, act("A", "9", points="8")]), again=True)
    found = struck_records(*asked(tmp_path, measure, rows=rows))
    assert set(found["answer"]) == {"unknown"}
    assert found["why"].str.len().min() > 0


EACH = [act(member, str(place), points="3") for place, member in enumerate("ABCDE")]


@pytest.mark.parametrize(("measure", "rows", "change", "unknown"), [
    ('{ table = "conduct", take = "max", column = "points" }', [*EACH, act("A", "9", points="8")], {"missing": "error"}, [3, 4, 5, 6]),
    ('{ table = "conduct", take = "latest", column = "points" }', [*EACH, act("A", "9", points="8")], {"missing": "error"}, [3, 4, 5, 6]),
    (SUM, [act("A", "1", points="9"), act("B", "2", points="-8")], {"value": {"shape": "benchmark", "per_above": 0.01, "per_below": 0.01}}, [2]),
])  # fmt: skip
def test_what_the_list_would_stop_without_is_told(tmp_path: Path, measure: str, rows: list[str], change: dict[str, object], unknown: list[int]) -> None:
    scheme, records = read(tmp_path, measure, rows, AWARDS, MEMBERS)
    found = struck_records(evaluate(scheme.with_({f"indicator[i].{key}": value for key, value in change.items()}), records), records, again="latest" in measure)
    told = found[found["answer"] == "unknown"]
    assert told["row"].tolist() == unknown
    assert set(told["why"]) == {"删去后缺少必需的数值，评选将中止"}


def test_of_so_many_alike_a_struck_record_makes_one_another(tmp_path: Path) -> None:
    grave = '[[condition]]\nid = "grave"\nlabel = "严重"\nmeasure = { table = "conduct", take = "any", where = { severity = ["严重"] } }\n'
    scheme, records = read(tmp_path, SUM, ROWS, AWARDS + grave, MEMBERS)
    alike = scheme.with_({"award[second].quota": {"number": 2, "within": "all", "per": {"condition": "grave", "most": 1}}})
    assert agrees(evaluate(alike, records), records)["changed"] > 0


def test_an_act_told_twice_is_struck_with_all_its_tellings(tmp_path: Path) -> None:
    once = '{ table = "conduct", take = "sum", column = "points", once_per = ["act_id"] }'
    pair, records = asked(tmp_path, once, rows=[*ROWS, act("A", "1", points="3", severity="轻微", channel="查询")])
    found = struck_records(pair, records)
    assert len(found) == len(ROWS)
    row = next(found[(found["member"] == "A") & (found["row"].isin([2, 11]))].itertuples())
    both = [("conduct", "conduct.csv", "", number) for number in (2, 11)]
    again = awarded(evaluated_without_records(pair.scheme, records, both))
    now = awarded(pair)
    assert {award for award, _ in (*row.gained, *row.lost)} == {award for award in now if now[award] != again[award]}


@pytest.mark.parametrize(
    "anew",
    [
        {"value": {"shape": "min_max"}}, {"value": {"shape": "percentile", "within": "class"}},
        {"value": {"shape": "min_max"}, "outliers": {"treat": "winsorise"}},
    ],
)  # fmt: skip
def test_shapes_that_look_at_all_members_look_again(tmp_path: Path, anew: dict[str, object]) -> None:
    second = '[[indicator]]\nid = "n"\nlabel = "次数"\nweight = 0\nmeasure = { table = "conduct", take = "count" }\nvalue = { shape = "points", per = 20 }\n'
    second += '[[adjustment]]\nid = "grave"\nlabel = "扣分"\nmeasure = { table = "conduct", take = "count", where = { severity = ["严重"] } }\nper = -2\n'
    scheme, records = read(tmp_path, SUM, ROWS, AWARDS + second, MEMBERS)
    other = evaluate(scheme.with_({"indicator[i].weight": 60, "indicator[n].weight": 40, **{f"indicator[i].{key}": value for key, value in anew.items()}}), records)
    assert agrees(other, records).keys() == {"same", "changed"}


@pytest.mark.parametrize("relative", ["recomputed", "held"])
def test_and_so_do_those_of_nodes(tmp_path: Path, relative: RelativeShapes) -> None:
    second = '[[indicator]]\nid = "n"\nlabel = "次数"\nweight = 0\nmeasure = { table = "conduct", take = "count" }\nvalue = { shape = "points", per = 20 }\n'
    top = '[total]\nvalue = { shape = "share_of_best", within = "class" }\n[[group]]\nid = "g"\nlabel = "g"\nweight = 60\nvalue = { shape = "min_max" }\n'
    scheme, records = read(tmp_path, SUM, ROWS, top + AWARDS + second, MEMBERS)
    nodes = evaluate(scheme.with_({"indicator[i].group": "g", "indicator[i].weight": 100, "indicator[n].weight": 40}), records)
    assert nodes.tree.compares
    assert "changed" in agrees(nodes if relative == "recomputed" else evaluate(nodes.resolved, records), records, relative)


def test_or_hold_what_they_found(tmp_path: Path) -> None:
    scheme, records = read(tmp_path, SUM, ROWS, AWARDS, MEMBERS)
    one = evaluate(scheme.with_({"indicator[i].value": {"shape": "min_max"}}), records)
    held = evaluate(one.resolved, records)
    columns = ["gained", "lost"]
    assert struck_records(one, records, relative="held")[columns].equals(struck_records(held, records)[columns])


def test_the_small_edition(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    whole = evaluate(edition.scheme, edition.records)
    found = agrees(whole, edition.records)
    assert sum(found.values()) == 12
    assert found["changed"] > 0


def test_a_record_that_is_not_there_is_refused(tmp_path: Path) -> None:
    pair, records = asked(tmp_path, SUM)
    with pytest.raises(Refused, match="there is no such record"):
        evaluated_without_records(pair.scheme, records, [("conduct", "conduct.csv", "", 99)])


def test_records_that_stand_at_one_place_cannot_be_told_apart(tmp_path: Path) -> None:
    pair, records = asked(tmp_path, SUM)
    frame = records.frames["conduct"].assign(_row=0)  # as rows of a database without a key
    together = replace(records, frames={**records.frames, "conduct": frame})
    found = struck_records(pair, together).set_index("member")["answer"]
    assert found.to_dict() == {"A": "unknown", "B": "unknown", "C": "changed", "D": "unknown", "E": "same"}


def test_a_veto_that_adds_up_is_not_taken_for_one_that_counts(tmp_path: Path) -> None:
    """Three records of 6 points are more than 12, and so are two of them."""
    table = (
        '\n[table.acts]\nfile = "records/acts.csv"\n[table.acts.column.code]\nheadings = ["code"]\ntype = "member"\n'
        '[table.acts.column.points]\nheadings = ["points"]\ntype = "number"\n'
    )
    veto = '\n[[veto]]\nid = "v"\nlabel = "v"\nwhen = { table = "acts" }\nsum = "points"\nat_least = 12\neffect = { award = "none" }\n'
    scheme = scheme_text(indicator_text("a"), veto, award_text("number = 1"))
    acts = {"acts.csv": "code,points\nM001,6\nM001,6\nM001,6\n"}
    edition = open_edition(write_edition(tmp_path / "e", scheme, ["a"], [("K", 90), ("K", 80)], tables=table, files=acts))
    evaluation = evaluate(edition.scheme, edition.records)
    assert set(struck_records(evaluation, edition.records)["answer"]) == {"unknown"}
    assert set(struck_records(evaluation, edition.records, again=True)["answer"]) == {"same"}
