"""Dials: every parameter of every shape can be turned, and what is turned or left out is the list that the rule itself makes of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.invented import group, indicator, scheme
from tests.panels.judged import SEVEN, SHEETS_OF_SEVEN, write_judged_edition
from tests.test_shapes import READ
from toolkit import evaluate, open_edition, rescored
from toolkit.ballots.folder import load_ballots
from toolkit.comparison import decided_by_each
from toolkit.edition import Edition
from toolkit.evaluation import Evaluation
from toolkit.ground.problems import Refused
from toolkit.ground.resources import house_folder
from toolkit.interactive import what_if
from toolkit.interactive.board import Board
from toolkit.interactive.board_details import bin_edges, panel
from toolkit.interactive.dials import Dial, all_dials, node_dials, pairs_changed, turned_to
from toolkit.interactive.tuning import Tuning, decided_anew, turned
from toolkit.interactive.weight_board import WeightBoard
from toolkit.interactive.what_if import (
    ALL,
    NO_RECORDS,
    WhatIf,
    evaluated_by,
    evaluation_under,
    experts_of,
    own_ballots,
    scheme_under,
)
from toolkit.scheme import Weighting, load_scheme
from toolkit.scheme.writing import plain_values
from toolkit.sensitivity.leave_one_out import without_nodes


@pytest.fixture(scope="module")
def edition() -> Edition:
    return open_edition(house_folder("data/demo"))


@pytest.fixture(scope="module")
def demo(edition: Edition) -> Evaluation:
    return evaluate(edition.scheme, edition.records)


def dial_of(demo: Evaluation, id_: str) -> Dial:
    return next(dial for dial in all_dials(demo.scheme) if dial.id == id_)


def test_a_dial_turned_to_what_it_shows_changes_nothing(demo: Evaluation) -> None:
    dials = list(all_dials(demo.scheme))
    assert len({dial.id for dial in dials}) == len(dials) > 100
    for dial in dials:
        shown: Any = dial.said["value"]
        path, value = turned_to(demo.scheme, dial, shown)
        turned_ = demo.scheme.with_({path: value})
        assert rescored(demo, turned_).scores.equals(demo.scores), dial.id
        assert Tuning.of(demo.scheme).scheme.awards == turned_.awards or "minimum" in dial.id


@pytest.mark.parametrize("written", [written for written, _, _ in READ], ids=[str(written["shape"]) for written, _, _ in READ])
def test_every_parameter_of_every_shape_has_a_dial(demo: Evaluation, written: dict[str, Any]) -> None:
    scheme = demo.scheme.with_({"indicator[law_hours].value": written})
    dials = {dial.id.removeprefix("indicator[law_hours].value.").partition("#")[0] for dial in node_dials(scheme, "law_hours")}
    assert set(written) - {"shape", "found"} <= dials
    for dial in node_dials(scheme, "law_hours"):
        assert dial.label.zh
        path, value = turned_to(scheme, dial, dial.said["value"])
        assert scheme.with_({path: value}).nodes["law_hours"]


NO_DIAL = {
    r"schema": "the version of the format",
    r"scale": "every figure of the scheme is in points of this scale",
    r"seed": "which weights are drawn, no part of the rule",
    r"publication/working_days": "how long the notice hangs out: it moves nobody",
    r"phase\[\w+\]/.*": "what members are asked for, and when: no score hangs on it",
    r".*\]/weight": "weights have sliders of their own",
}
"""The numbers that a scheme decides and no dial turns, and why."""


def numbers_of(said: Any, at: str = "") -> Iterator[str]:
    """The place of every number in plain values, steps divided by strokes."""
    if isinstance(said, dict):
        for key, item in said.items():
            yield from numbers_of(item, f"{at}/{key}" if at else key)
    elif isinstance(said, list):
        for place, item in enumerate(said):
            named = isinstance(item, dict) and "id" in item
            yield from numbers_of(item, f"{at}[{item['id']}]" if named else f"{at}/{place}")
    elif isinstance(said, int | float) and not isinstance(said, bool):
        yield at


def test_every_number_that_the_scheme_decides_has_a_dial(demo: Evaluation) -> None:
    rule = {"total.floor": 0, "total.cap": 110, "total.least_present": 0.5, "group[publishing].least_present": 0.4, "award[outstanding].quota.in_all": 60, "award[advanced].reserve": 2,
            "adjustment[good_conduct].per": 1.5, "adjustment[good_conduct].floor": -2, "indicator[words].outliers": {"treat": "winsorise", "tails": [0.05, 0.1]},
            "indicator[visits].outliers": {"treat": "winsorise", "most": 3}, "veto[grave].effect": {"award": "none", "lower_by": 2},
            "eligibility": {"require": [{"any_of": [{"node": "law_hours", "least": 10}, {"node": "training", "least": 5}, {"all_of": [{"node": "words", "above": 0}]}], "at_least": 2}]},
            "indicator[law_hours].measure.best": 5, "indicator[articles].decimals": 1, "group[exchange].cap": 90, "indicator[articles].missing": 30}  # fmt: skip
    scheme = demo.scheme.with_(rule)
    places = set(numbers_of(plain_values(scheme)))
    assert len(places) > 100
    turned_here = {re.sub(r"[.#]", "/", dial.id) for dial in all_dials(scheme)} | {dial.id.replace("#points", "").replace(".", "/") for dial in all_dials(scheme)}
    without = {place for place in places if place not in turned_here}
    unexplained = {place for place in without if not any(re.fullmatch(pattern, place) for pattern in NO_DIAL)}
    assert unexplained == set()
    assert all(any(re.fullmatch(pattern, place) for place in without) for pattern in NO_DIAL)  # nothing is excused for nothing


def test_rarer_numbers_have_dials_too() -> None:
    """Weights of a group for who has not all in it, what strikes from above, and points by two columns."""
    pattern = {"observed": ["a", "b"], "weights": {"a": 30, "b": 70}}
    points = {"table": "t", "take": "sum", "column": "level", "points": {"一等": {"国家级": 8}}}
    rules = scheme(
        group=[group("g", when=[pattern])], indicator=[indicator("a", 30, group="g"), indicator("b", 30, group="g"), indicator("c", 40, group="g", measure=points)],
        veto=[{"id": "v", "when": {"table": "t"}, "sum": "扣分", "at_most": -12, "effect": {"lower_by": 1}}],
    )  # fmt: skip
    shown = {dial.id: (dial.label.zh, dial.value) for dial in all_dials(rules)}
    assert shown["group[g].when#0#weights#a"] == ("只有a、b有得分时，a的权重", 30)
    assert shown["indicator[c].measure.points#一等#国家级"] == ("一条“一等 国家级”的记录计", 8)
    assert shown["veto[v].at_most"][1] == -12


def test_points_beside_the_total_and_limits_of_places_are_the_rules_own(edition: Edition, demo: Evaluation) -> None:
    tuning = Tuning.of(demo.scheme)
    for id_, asked in (("adjustment[good_conduct].cap", "4"), ("adjustment[bad_conduct].cap", "-12"), ("adjustment[complaints].per", 2.0), ("award[outstanding].quota.in_all", "30")):
        tuning = turned(tuning, *turned_to(tuning.scheme, dial_of(demo, id_), asked))
    after, anew = rescored(demo, tuning.scheme), evaluate(tuning.scheme, edition.records)
    assert after.scores.equals(anew.scores)
    assert after.awards.equals(anew.awards)
    assert after.grading.grade.equals(anew.grading.grade)
    assert int((after.awards["award"] == "outstanding").sum()) == 30
    freed = turned(tuning, *turned_to(tuning.scheme, dial_of(demo, "award[outstanding].quota.in_all"), ""))
    assert freed.scheme.awards == demo.scheme.awards
    unbound = turned(freed, *turned_to(freed.scheme, dial_of(demo, "adjustment[good_conduct].cap"), "不限"))
    assert unbound.scheme.adjustments[0].cap is None


def test_what_is_measured_otherwise_is_asked_of_the_records_again(edition: Edition, demo: Evaluation) -> None:
    board: Any = WeightBoard(demo, edition)
    answers = list[dict[str, Any]]()
    board.sure = False
    board.send = lambda said, buffers=(): answers.append(said)
    board._heard(board, {"ask": 1, "do": "turn", "dial": "veto[grave].at_least", "typed": "2"})
    assert board.board.buffers == Board.of(evaluate(board.scheme, edition.records)).buffers
    assert len(answers[-1]["rose"]) > 0
    board._heard(board, {"ask": 2, "do": "undo"})
    assert board.board.buffers == board.decided.buffers


def test_a_treatment_of_outliers_is_chosen_and_refused_where_it_cannot_be(demo: Evaluation) -> None:
    path, value = turned_to(demo.scheme, dial_of(demo, "indicator[law_hours].outliers"), "winsorise")
    scheme = demo.scheme.with_({path: value})
    assert rescored(demo, scheme).touched["how"].eq("winsorised").any() or len(rescored(demo, scheme).touched) >= len(demo.touched)
    most = next(dial for dial in all_dials(scheme) if dial.id == "indicator[law_hours].outliers.most")
    assert scheme.with_(dict([turned_to(scheme, most, "3")])).nodes["law_hours"].outliers.most == 3  # type: ignore[union-attr]
    back = next(dial for dial in all_dials(scheme) if dial.id == "indicator[law_hours].outliers")
    assert scheme.with_(dict([turned_to(scheme, back, "")])) == demo.scheme
    with pytest.raises(Refused) as refused:
        demo.scheme.with_(dict([turned_to(demo.scheme, dial_of(demo, "indicator[law_hours].outliers"), "log")]))
    assert "变换改变了单位" in refused.value.problems.text("zh")


def test_steps_are_put_in_and_taken_away_and_refused_where_none_would_be_left(demo: Evaluation) -> None:
    table = "indicator[dues].value.steps"  # 0, 1 and 2 in time: 0, 60 and 100 points
    assert pairs_changed(demo.scheme, table, 0, more=True) == (table, [[0, 0], [0.5, 30], [1, 60], [2, 100]])
    assert pairs_changed(demo.scheme, table, 2, more=True) == (table, [[0, 0], [1, 60], [2, 100], [3, 100]])
    assert pairs_changed(demo.scheme, "indicator[forums].value.steps", 2, more=True)[1][3] == [4, 60]  # type: ignore[index]
    tuning = turned(Tuning.of(demo.scheme), *pairs_changed(demo.scheme, table, 1, more=False))
    assert rescored(demo, tuning.scheme).values["dues"].isin([0, 100]).all()
    tuning = turned(tuning, *pairs_changed(tuning.scheme, table, 1, more=False))
    for wrong, place, words in ((table, 0, "再去掉就不成计分表了；请先加一档"), (table, 7, "没有这样的选项"), ("indicator[law_hours].value.steps", 0, "没有"), ("award", 0, "没有")):
        with pytest.raises(Refused) as refused:
            pairs_changed(tuning.scheme, wrong, place, more=False)
        assert words in refused.value.problems.text("zh")


@pytest.mark.parametrize(
    ("id_", "asked", "words"),
    [
        ("indicator[training].value.cap", "140", "“封顶”不能是“140”；请输入 0 到 100 之间的数"),
        ("indicator[forums].value.steps#2#1", "140", "“计多少分”不能是“140”；请输入 0 到 100 之间的数"),
        ("indicator[law_hours].value.best", "一百", "“最好值”不能是“一百”；请输入数字"),
        ("indicator[law_hours].value.best", 0.0, "最差值与最好值相同，无法换算；请写两个不同的数"),
        ("indicator[forums].value.steps#2#0", 9.0, "各档下限必须逐档升高"),
        ("grades.bands#0#1", 70.0, "等级 AA 的下限 80 不低于 AAA 的下限 70"),
        ("grades.bands#0#1", "101", "“AAA 级分数线”不能是“101”"),
        ("award[outstanding].quota.share", 140.0, "名额比例 %”不能是“140”；请输入 0 到 100 之间的数"),
        ("indicator[law_hours].missing", "nobody", "这里没有这样的选项；请从列出的各项中选"),
        ("decimals", float("nan"), "“总分的小数位数”不能是“nan”"),
    ],
)
def test_bad_figures_are_refused_in_words(demo: Evaluation, id_: str, asked: float | str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        turned(Tuning.of(demo.scheme), *turned_to(demo.scheme, dial_of(demo, id_), asked))
    assert words in "\n".join(problem.line("zh") for problem in refused.value.problems)


def test_a_missing_value_can_have_so_many_points(demo: Evaluation) -> None:
    path, value = turned_to(demo.scheme, dial_of(demo, "indicator[regulator_score].missing"), "points")
    scheme = demo.scheme.with_({path: value})
    dials = {dial.id: dial for dial in node_dials(scheme, "regulator_score")}
    path, value = turned_to(scheme, dials["indicator[regulator_score].missing#points"], "40")
    assert scheme.with_({path: value}).with_({}).indicators[-1].missing == 40


def test_only_what_is_valued_otherwise_is_valued_anew(edition: Edition, demo: Evaluation) -> None:
    scheme = demo.scheme.with_({"indicator[law_hours].value.best": 90, "indicator[council_duty].missing": "worst"})
    kept, anew = rescored(demo, scheme), evaluate(scheme, edition.records)
    assert kept.scores.equals(anew.scores)
    assert kept.touched.equals(anew.touched)
    assert tuple(kept.problems) == tuple(anew.problems)
    same = [key for key, column in kept.scaled_values.columns.items() if column is demo.scaled_values.columns[key]]
    assert set(demo.scheme.nodes) - set(same) - {group.id for group in demo.scheme.groups} == {"law_hours", "council_duty"}


def test_the_distribution_counts_every_ranked_member(demo: Evaluation) -> None:
    ranked = Board.of(demo).rank > 0
    ids = demo.members.index[ranked]
    raw = demo.indicators.loc[ids].where(demo.applicable.loc[ids])
    for node in ("law_hours", "forums", "persons", "regulator_score"):
        said = panel(demo, node, ranked)
        assert said is not None
        assert sum(said["counts"]) == int(raw[node].notna().sum())
        assert said["n"] - said["missing"] == sum(said["counts"])
        assert said["edges"][0] <= float(raw[node].min())
    states, worth = panel(demo, "council_duty", ranked), panel(demo, "law_hours", ranked)
    assert states is not None
    assert worth is not None
    assert {state["path"]: state["n"] for state in states["states"]} == raw["council_duty"].value_counts().to_dict()
    assert np.interp(60, worth["x"], worth["y"]) == pytest.approx(50)


def test_bars_hold_all_marks_and_are_not_stretched_by_the_rarest() -> None:
    known = np.array([*range(200), 10_000.0])
    edges = bin_edges(known, np.array([-5.0, 300.0]))
    assert (edges[0], edges[-1]) == (-5.0, 300.0)
    assert len(bin_edges(np.array([]), np.array([]))) > 1
    assert np.diff(bin_edges(np.array([0.0, 3.0]), np.array([2.0]))).tolist() == [1.0] * 4


def random_question(board: WeightBoard, rng: np.random.Generator) -> dict[str, Any]:
    """A weight moved, a dial turned, a grade line or something left out and put back."""
    dials = [dial for dial in all_dials(board.tuning.scheme) if dial.mark or dial.choices or dial.id == "decimals"]
    dial = dials[rng.integers(len(dials))]
    near: dict[str, Any] = {} if isinstance(dial.value, str) else {"value": dial.value + float(rng.integers(-3, 4))}
    turn: dict[str, Any] = {"do": "turn", "dial": dial.id, **(near or {"choice": str(rng.choice(list(dial.choices)))})}
    move = {"do": "move", "node": str(rng.choice(["learning", "exchange", "forums", "words"])), "share": float(rng.integers(0, 100))}
    leave = {"do": "leave", "kind": "node", "item": str(rng.choice(list(board.scheme.nodes)))}
    members_or_vetoes: list[dict[str, Any]] = [{"do": "leave", "kind": "member", "item": int(rng.integers(len(board.before.members)))}, {"do": "leave", "kind": "veto", "item": "grave"}]
    gone = members_or_vetoes[rng.integers(2)]
    own: dict[str, Any] = {"do": "own", "expert": str(rng.choice(["", "E01", "E02"]))}
    questions: list[dict[str, Any]] = [turn, turn, turn, move, leave, gone, own, {"do": "undo"}, {"do": "redo"}]
    return questions[rng.integers(9)]


def test_the_board_equals_python_after_random_moves_dials_and_leave_outs(edition: Edition, demo: Evaluation) -> None:
    board: Any = WeightBoard(demo, edition)
    rng, answers = np.random.default_rng(20), list[dict[str, Any]]()
    board.sure = False
    board.send = lambda said, buffers=(): answers.append(said)
    for number in range(40):
        board._heard(board, {"ask": number, "view": "v", "shown": "forums", **random_question(board, rng)})
        assert answers[-1].get("refused", {}).get("zh", "").find("退回") < 0, answers[-1]
        if number % 10 == 9:
            anew = rescored(evaluation_under(board.tuning.what_if, demo, edition), scheme_under(board.tuning.what_if, board.scheme, own_ballots(edition)))
            assert Board.of(anew).buffers == board.board.buffers
    assert sum("refused" not in said for said in answers) > 25
    assert board.tuning.past


def test_without_a_node_is_what_sensitivity_says(demo: Evaluation) -> None:
    rows = without_nodes(demo)
    for node in ("law_hours", "exchange", "pledge"):
        after = rescored(demo, scheme_under(WhatIf(nodes=frozenset({node})), demo.scheme, {}))
        for award in demo.scheme.awards:
            then, now = (set(one.awards.loc[one.awards["award"] == award.id, "member"]) for one in (demo, after))
            (row,) = rows[(rows["removed"] == node) & (rows["award"] == award.id)].to_dict("records")
            assert (set(row["gained"]), set(row["lost"])) == (now - then, then - now)


def test_a_member_left_out_did_not_apply(edition: Edition, demo: Evaluation) -> None:
    winner = str(demo.awards["member"].iloc[0])
    after = evaluation_under(WhatIf(members=frozenset({winner})), demo, edition)
    assert winner not in set(after.awards["member"])
    members = demo.members.assign(applied=demo.members["applied"] & (demo.members.index != winner))
    anew = evaluate(demo.scheme, replace(edition.records, members=members))
    assert after.awards.equals(anew.awards)
    assert Board.of(after).buffers == Board.of(anew).buffers
    with pytest.raises(Refused):
        evaluation_under(WhatIf(members=frozenset({"nobody"})), demo, edition)


def test_nobodys_own_list_is_offered_to_who_is_about_to_vote(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    def until(day: dt.date) -> Edition:
        return replace(edition, scheme=edition.scheme.model_copy(update={"weighting": Weighting(deadline=day)}))

    today = dt.date.today()  # noqa: DTZ011 - as ballots are dated
    assert len(own_ballots(edition)) == 6
    assert not own_ballots(until(today))
    listed = load_ballots(edition.folder, edition.scheme)
    for many in (2, 3):
        few = replace(listed, listed=listed.counted[:many])
        monkeypatch.setattr(what_if, "load_ballots", lambda *_, few=few: few)
        assert len(own_ballots(edition)) == (many if many == 3 else 0)


def test_each_experts_own_list_is_that_of_the_comparison(edition: Edition, demo: Evaluation) -> None:
    ballots, listed = own_ballots(edition), load_ballots(edition.folder, edition.scheme)
    two = list(ballots)[:2]
    rows = decided_by_each(demo, replace(listed, listed=tuple(one for one in listed.listed if one.expert in two)))
    for code in two:
        after = rescored(demo, scheme_under(WhatIf(ballot=code), demo.scheme, ballots))
        held = after.ranking["award"].reindex(demo.ranking.index)
        own = rows[rows["expert"] == code]
        assert set(own["member"]) == set(held.index[held != demo.ranking["award"]])
        assert dict(zip(own["member"], own["after"], strict=True)) == held[own["member"]].to_dict()
    with pytest.raises(Refused):
        scheme_under(WhatIf(ballot="E99"), demo.scheme, ballots)


def test_an_expert_of_the_panel_left_out_is_one_that_scored_nothing(tmp_path: Path) -> None:
    opened = open_edition(write_judged_edition(tmp_path / "all", SHEETS_OF_SEVEN, members=SEVEN))
    fewer = {code: sheet for code, sheet in SHEETS_OF_SEVEN.items() if code != "E03"}
    without = open_edition(write_judged_edition(tmp_path / "fewer", fewer, members=SEVEN))
    assert "E03" in experts_of(opened)
    evaluation = evaluate(opened.scheme, opened.records)
    with pytest.raises(Refused, match="no such item"):
        evaluation_under(WhatIf(experts=frozenset({"E99"})), evaluation, opened)
    after = evaluation_under(WhatIf(experts=frozenset({"E03"})), evaluation, opened)
    assert after.indicators.equals(evaluate(without.scheme, without.records).indicators)


def test_not_everything_can_be_left_out(demo: Evaluation) -> None:
    """What is left out has no weight again where its last sibling is left out too: the group is then as one that is left out.

    Without records nothing else can be measured; points stay as they are where a sibling is left out.
    """
    within = {node.id for node in demo.scheme.children("exchange")}
    emptied, left_out = (rescored(demo, scheme_under(WhatIf(nodes=frozenset(nodes)), demo.scheme, {})) for nodes in (within, {"exchange"}))
    assert emptied.scores["total"].equals(left_out.scores["total"])
    top = [node.id for node in demo.scheme.children()]
    assert WhatIf(nodes=frozenset(top)).uncounted(demo.scheme) == frozenset(demo.scheme.nodes)
    with pytest.raises(Refused, match=ALL[0].en):
        scheme_under(WhatIf(nodes=frozenset(top)), demo.scheme, {})
    with pytest.raises(Refused, match=ALL[0].en):
        evaluation_under(WhatIf(members=frozenset(demo.members.index)), demo, None)
    with pytest.raises(Refused, match=NO_RECORDS[0].en):
        evaluated_by(demo, demo.scheme.with_(as_of=dt.date(2018, 6, 30)), None)
    points = scheme(weights="points", indicator=[indicator("a", 30), indicator("b", 50), indicator("c", 20)])
    assert [node.weight for node in scheme_under(WhatIf(nodes=frozenset({"c"})), points, {}).children()] == [30, 50, 0]


def test_what_is_only_tried_is_told_and_never_adopted(small_edition: Path) -> None:
    opened, answers = open_edition(small_edition), list[dict[str, Any]]()
    board: Any = WeightBoard(evaluate(opened.scheme, opened.records), opened)
    board.sure = False
    board.send = lambda said, buffers=(): answers.append(said)
    before = board.board.buffers
    board._heard(board, {"ask": 1, "do": "leave", "kind": "node", "item": "hours"})
    assert answers[-1]["what_if"]["zh"].startswith("试算：未计入")
    assert (answers[-1]["left"]["node"], answers[-1]["changed"]) == (["hours"], False)
    board._heard(board, {"ask": 2, "do": "move", "node": "learning", "share": 40})
    board._heard(board, {"ask": 3, "do": "adopt", "by": "委员会", "reason": "试试"})
    assert "试算的名单不能采用；请先按“全部放回”" in answers[-1]["refused"]["zh"]
    board._heard(board, {"ask": 4, "do": "undo"})
    assert answers[-1]["left"]["node"] == ["hours"]
    board._heard(board, {"ask": 5, "do": "undo"})
    assert (answers[-1]["what_if"], board.board.buffers) == (None, before)
    board._heard(board, {"ask": 6, "do": "redo"})
    assert answers[-1]["left"]["node"] == ["hours"]
    board._heard(board, {"ask": 7, "do": "restore"})
    assert (answers[-1]["what_if"], answers[-1]["undo"], board.board.buffers) == (None, True, before)


def test_a_turned_dial_is_adopted_and_the_comments_stay(small_edition: Path) -> None:
    path = small_edition / "scheme.toml"
    path.write_text("# 我们的办法\n" + path.read_text("utf-8"), "utf-8")
    opened, answers = open_edition(small_edition), list[dict[str, Any]]()
    board: Any = WeightBoard(evaluate(opened.scheme, opened.records), opened)
    board.sure = False
    board.send = lambda said, buffers=(): answers.append(said)
    dial = next(dial for dial in all_dials(board.scheme) if dial.mark == "raw")
    board._heard(board, {"ask": 1, "do": "turn", "dial": dial.id, "typed": f"{float(dial.value) + 1:g}"})
    board._heard(board, {"ask": 2, "do": "adopt", "by": "委员会", "reason": "放宽"})
    assert answers[-1].get("adopted"), answers[-1]
    assert path.read_text("utf-8").startswith("# 我们的办法\n")
    assert load_scheme(path) == board.scheme != opened.scheme


def test_what_was_turned_outlives_anothers_adoption(demo: Evaluation) -> None:
    mine = turned(Tuning.of(demo.scheme), "indicator[law_hours].value.best", 90)
    other = demo.scheme.with_weights({"learning": 40})
    kept = decided_anew(mine, other)
    assert kept.decided == other
    assert kept.scheme == other.with_({"indicator[law_hours].value.best": 90})
