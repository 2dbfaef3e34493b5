"""The board: the arrays it paints equal the list of the same scheme, whatever was moved; its words name who leaves first."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import count
from unittest.mock import Mock

import numpy as np
import pytest

from toolkit import award_probabilities, evaluate, open_edition, rescored
from toolkit.edition import Edition
from toolkit.evaluation import Evaluation
from toolkit.evaluation.contributions import distances
from toolkit.evaluation.grades import GradeOutcomes, grade_names
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.resources import PACKAGE, house_folder
from toolkit.interactive.board import DRAWS, NONE, STEP, Board, Chances, Changes, struck, until_words
from toolkit.interactive.board_details import _first_typed, card, turning_record, until_of
from toolkit.interactive.tuning import Tuning, moved, turned, typed
from toolkit.interactive.weight_board import weight_board
from toolkit.interactive.what_if import WhatIf, evaluation_under
from toolkit.sensitivity import WeightDraws
from toolkit.sensitivity.tipping.one_weight import nearest_weights


@pytest.fixture(scope="module")
def edition() -> Edition:
    return open_edition(house_folder("data/demo"))


@pytest.fixture(scope="module")
def demo(edition: Edition) -> Evaluation:
    return evaluate(edition.scheme, edition.records)


def randomly_moved(demo: Evaluation, rng: np.random.Generator) -> Evaluation:
    """The demo edition after one to four random moves, now and then with a quota or a minimum moved too."""
    tuning = Tuning.of(demo.scheme)
    for _ in range(rng.integers(1, 5)):
        node = str(rng.choice([key for key, item in demo.scheme.nodes.items() if len(demo.scheme.children(item.group)) > 1]))
        tuning = moved(tuning, node, float(rng.choice([0, 100, rng.uniform(0, 100)])))
    if rng.random() < 0.3:
        tuning = turned(tuning, "award[advanced].quota.share", float(rng.choice([0.01, 0.1, 0.5])))
        tuning = turned(tuning, "award[advanced].minimum.total", float(rng.choice([0, 60, 90])))
    return rescored(demo, tuning.scheme)


@pytest.mark.parametrize("moves", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_the_board_equals_the_list_after_many_random_moves(demo: Evaluation, moves: int) -> None:
    rng = np.random.default_rng(13)
    for turn in range(moves):
        after = randomly_moved(demo, rng)
        board, members = Board.of(after), after.members.index
        total = after.scores["total"].loc[members].to_numpy(float)
        assert np.array_equal(board.total / 100, np.where(np.isnan(total), NONE / 100, total))
        held = after.awards.drop_duplicates("member").set_index("member")["award"].reindex(members).fillna("")
        ids = ["", *(award.id for award in after.scheme.awards)]
        assert [ids[max(0, number)] for number in board.award.tolist()] == held.tolist()
        if turn % 20 == 0:  # what is written in prose takes its time
            ranking = after.ranking.loc[members]
            assert np.array_equal(board.rank, ranking["rank"].fillna(0).to_numpy(int))
            assert held.tolist() == ranking["award"].tolist()


def test_a_record_turns_a_member_into_the_one_award_it_then_gets(demo: Evaluation, edition: Edition) -> None:
    position = demo.members["name"].tolist().index("广东筱筠建筑工程有限公司")
    (told,) = turning_record(demo, position, edition)  # over the line of the best: the lower award is not what it would get
    assert (told["state"], told["award"], told["many"]) == ("record_win", "优秀会员", 1)


def test_a_card_lists_every_record_of_whatever_kind(demo: Evaluation, edition: Edition) -> None:
    position = demo.members["name"].tolist().index("深圳澄屿公共资源交易中心")
    told = card(demo, position, edition)
    assert len(told["records"]) > 60
    assert {"法规学习班与讲座学时", "会刊与网站采用稿件篇数", "同意公开的信息项数"} <= {row["label"] for row in told["records"]}
    assert told["records_more"] == 0


def test_margins_are_the_distances_of_the_cards(demo: Evaluation) -> None:
    rng = np.random.default_rng(31)
    for after in (demo, *(randomly_moved(demo, rng) for _ in range(3))):
        board, lines = Board.of(after), distances(after)
        for position, member in enumerate(after.members.index):
            own = lines[lines["member"] == member]
            number = int(board.award[position])
            own = own[own["award"] == after.scheme.awards[number - 1].id] if number > 0 else own[~own["above"]]
            margin = own["distance"].max() if len(own) else np.nan
            assert board.margin[position] == (round(margin * 100) if np.isfinite(margin) else NONE)


def test_a_card_says_why_an_indicator_adds_nothing(demo: Evaluation) -> None:
    values = demo.scores.loc[demo.members.index, list(demo.applicable)].isna().to_numpy() & demo.applicable.to_numpy(dtype=bool)
    ranked = demo.ranking["total"].reindex(demo.members.index).notna().to_numpy()
    position = int(np.flatnonzero(values.any(axis=1) & ranked)[0])
    indicators = list(demo.applicable)
    missed = [demo.scheme.label(indicators[place]) for place in np.flatnonzero(values[position]).tolist()]
    told = {part["label"]: part for part in card(demo, position, None)["parts"] if part["raw"].startswith("缺失：")}
    assert sorted(told) == sorted(missed)
    assert {(part["points"], part["shown"]) for part in told.values()} == {(0.0, "–")}


def test_whom_a_veto_bars_from_every_award_is_told(demo: Evaluation) -> None:
    told = [demo.members.index[place] for place in struck(demo)]
    none = {veto.id for veto in demo.scheme.vetoes if veto.effect.award == "none"}
    assert sorted(told) == sorted(set(demo.vetoes.loc[demo.vetoes["veto"].isin(none), "member"])) != []
    assert struck(rescored(demo, demo.scheme.model_copy(update={"awards": ()}))) == []


def test_twelve_bytes_a_member(demo: Evaluation) -> None:
    assert sum(map(len, Board.of(demo).buffers)) == 12 * len(demo.members)


def test_the_grades_are_those_of_the_list(demo: Evaluation) -> None:
    rng, outcomes = np.random.default_rng(5), GradeOutcomes.of(demo)
    assert outcomes is not None
    assert "" not in outcomes.names, "all are graded whatever their scores"
    for _ in range(5):
        after = randomly_moved(demo, rng)
        names = ["", *grade_names(after.scheme)]
        assert [names[number] for number in Board.of(after, outcomes).grade.tolist()] == after.grading.grade.tolist()


def test_where_only_grades_are_given_they_are_the_result(demo: Evaluation) -> None:
    graded = rescored(demo, demo.scheme.model_copy(update={"awards": ()}))
    after = rescored(graded, graded.scheme.with_weights({"learning": 60}))
    changes = Changes.between(Board.of(graded), Board.of(after))
    then, now = graded.grading.grade, after.grading.grade
    assert len(changes.rose) + len(changes.fell) == int((then != now).sum()) > 0
    order = grade_names(graded.scheme)
    assert all(order.index(now.iloc[place]) > order.index(then.iloc[place]) for place in changes.fell)
    assert changes.words.zh == f"等级降 {len(changes.fell)} 家、升 {len(changes.rose)} 家"


def test_an_open_tie_is_shown_as_open(demo: Evaluation) -> None:
    level = demo.scheme.model_copy(update={"decimals": 0, "ties": ("committee",)})
    after = rescored(demo, level)
    board, open_ = Board.of(after), {member for tie in after.ties for member in tie.members}
    assert open_
    shown = set(after.members.index[board.award < 0])
    assert shown == {member for member in open_ if member not in set(after.awards["member"])}


def test_chances_are_those_of_award_probabilities(demo: Evaluation) -> None:
    rng, chances = np.random.default_rng(7), Chances()
    for _ in range(6):
        after = randomly_moved(demo, rng)
        counts = chances.counted(after, lambda: False)
        assert counts is not None
        frame = award_probabilities(after, WeightDraws(draws=DRAWS))
        assert np.array_equal(counts.T / DRAWS, frame[[award.id for award in after.scheme.awards]].to_numpy())


def test_chances_follow_who_is_left_out_and_which_veto_is_off(demo: Evaluation) -> None:
    chances, winner = Chances(), str(demo.awards["member"].iloc[0])
    for tried in (WhatIf(), WhatIf(members=frozenset({winner})), WhatIf(vetoes=frozenset({"grave"}))):
        after = evaluation_under(tried, demo, None)
        counts = chances.counted(after, lambda: False)
        assert counts is not None
        frame = award_probabilities(after, WeightDraws(draws=DRAWS))
        assert np.array_equal(counts.T / DRAWS, frame[[award.id for award in after.scheme.awards]].to_numpy())


def test_a_veto_that_is_off_strikes_nobody(demo: Evaluation) -> None:
    after = evaluation_under(WhatIf(vetoes=frozenset({"grave"})), demo, None)
    struck = set(demo.vetoes["member"])
    assert struck
    without = rescored(replace(demo, measured=replace(demo.measured, vetoes=demo.vetoes[:0])), demo.scheme)
    assert after.awards.equals(without.awards)
    assert after.grading.grade.equals(without.grading.grade)
    assert not after.grading.grade.equals(demo.grading.grade)
    with pytest.raises(Refused):
        evaluation_under(WhatIf(vetoes=frozenset({"none"})), demo, None)


def test_chances_nobody_waits_for_are_dropped(demo: Evaluation) -> None:
    looks = count()
    whole = Chances().counted(demo, lambda: next(looks) < 0)
    many = next(looks)
    assert many >= 2 + 2 * DRAWS // STEP  # before members are put in order and lists made, and before each of two standings of a chunk
    chances = Chances()
    for last in range(many - 2):  # lists that were made once are kept
        left = iter(range(last))
        assert chances.counted(demo, lambda left=left: next(left, None) is None) is None
    assert whole is not None
    assert np.array_equal(chances.counted(demo, lambda: False), whole)


def test_the_words_name_who_leaves_first(demo: Evaluation) -> None:
    before = Board.of(demo)
    same = Changes.between(before, before)
    assert not same
    assert same.words.zh == "名单与已定办法相同"
    after = Board.of(rescored(demo, demo.scheme.with_weights({"learning": 60})))
    changes = Changes.between(before, after)
    then, now = before.award > 0, after.award > 0
    assert set(changes.out) == set(np.flatnonzero(then & ~now))
    assert set(changes.into) == set(np.flatnonzero(now & ~then))
    assert [int(before.award[position]) for position in changes.out] == sorted(int(before.award[position]) for position in changes.out)
    assert changes.words.zh.startswith(f"退出 {len(changes.out)} 家，进入 {len(changes.into)} 家")


@pytest.mark.parametrize(
    ("lowest", "highest", "words"),
    [(None, None, "无论学习培训权重多少"), (28.9, 31.4, "升到 31.4 或降到 28.9"), (28.9, None, "直到学习培训降到 28.9")],
)
def test_until_where_a_list_stays(lowest: float | None, highest: float | None, words: str) -> None:
    assert words in (told := until_words("学习培训", lowest, highest).zh)
    assert told.startswith(("只动这一项，", "无论"))


def test_beside_a_lock_the_nearest_weight_and_until_where_the_list_stays_are_as_they_are_typed(demo: Evaluation) -> None:
    board = weight_board(demo)
    tuning = typed(moved(board.tuning, "learning", 36.5), "duty", 25)
    board.take(turned(moved(tuning, "law_hours", 31.5), "award[outstanding].quota.share", 0.08))
    trial, member = board.table.trial, demo.members.index[demo.members["name"] == "广州市茗砺网络科技有限公司"][0]
    assert trial.typed
    assert trial.locked == {"duty"}
    (found,) = nearest_weights(board.after, [("advanced", str(member))], held=trial.locked).to_dict("records")
    way = math.copysign(0.05, found["to"] - found["weight"])  # more than the siblings are rounded by
    after = trial.typed(str(found["node"]), round(found["to"] + way, 2))
    assert (member in set(board.after.awards["member"]), member in set(after.awards["member"])) == (False, True)
    until = until_of(board.after, "pledging", trial)
    assert until_of(replace(board.after, scheme=board.scheme.model_copy(update={"weights": "points"})), "pledging", trial) is None
    assert _first_typed(30.0, 31.0, 1.0, Mock(side_effect=Refused(Problems()))) is None  # locks leave no room for it
    with pytest.raises(IndexError):
        card(board.after, len(board.after.members), None)
    assert until
    up, down = (float(re.findall(word + r" ([\d.]+)", until.zh)[0]) for word in ("升到", "降到"))
    assert up > board.scheme.nodes["pledging"].weight > down
    for end, back in ((up, -0.01), (down, 0.01)):
        lists = [sorted(trial.typed("pledging", round(weight, 2)).awards["member"]) for weight in (end, end + back)]
        assert [one == sorted(board.after.awards["member"]) for one in lists] == [False, True], (end, until.zh)


def test_no_field_of_a_page_has_the_name_of_a_method() -> None:
    """Such a field hides the method, and a widget swallows the error: the page only stays as it was."""
    sources = "\n".join(path.read_text("utf-8") for path in sorted((PACKAGE / "interactive" / "page").glob("*.js")))
    above: dict[str, str] = {}
    methods: dict[str, set[str]] = {}
    fields: dict[str, set[str]] = {}
    for name, parent, body in re.findall(r"^class (\w+)(?: extends (\w+))? \{$(.*?)^\}", sources, re.MULTILINE | re.DOTALL):
        above[name] = parent
        methods[name] = set(re.findall(r"^  (?:async )?(\w+)\([^=]*\) \{", body, re.MULTILINE))
        fields[name] = set(re.findall(r"\bthis\.(\w+) = ", body))
    assert above["BallotPaper"] == "Paper"
    for name in above:
        line = [name]
        while above.get(line[-1]):
            line.append(above[line[-1]])
        of_all = [set().union(*(found.get(each, set()) for each in line)) for found in (methods, fields)]
        assert of_all[0] & of_all[1] == set(), name
