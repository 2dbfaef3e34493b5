"""No false sentence about a member: every claim of its reason, and of what is said beside the list, recomputed from the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

from tests.contested import contested
from tests.few_lines import award_text, found, indicator_text, scheme_text
from tests.invented import decided, evaluation, indicator, members, scheme, totals
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import Contest, ListRun
from toolkit.evaluation.reasons import _place
from toolkit.evaluation.scores import TOTAL, rounded_points, scores_of

GIVEN = re.compile(r"授予(\w+)：(\S+) (-?[\d.]+)，(?:本类|全体)(按该项)?第 (\d+) 名")
BEHIND = re.compile(r"(\w+)名额已满.*名额线 (-?[\d.]+) 分，[差高] ([\d.]+) 分")
OPEN = re.compile(r"(\w+)待委员会决定：\S+ (-?[\d.]+)，(\d+) 家同分，(?:各类合计)?剩余名额 (\d+) 个")
PLACED = re.compile(r"(\w+)名额已满：(?:本类|全体)(入围|名额线上同分)，但各类合计名额只有 (\d+) 个")
NONE = re.compile(r"未获(\w+)：(?:各类合计|本类|全体)名额 (\d+) 个")
SLOW = settings(suppress_health_check=[HealthCheck.too_slow])


def contests_of(evaluation: Evaluation) -> Iterator[Contest]:
    """Every award in every pool, decided again from the scores."""
    who = evaluation.members
    terms = AwardRule.of(evaluation.scheme, who, evaluation.vetoes, evaluation.measured.conditions)
    yield from ListRun.of(terms, scores_of(rounded_points(evaluation.scheme, evaluation.scores.loc[who.index]))).contests


def told(evaluation: Evaluation) -> Iterator[tuple[str, str, Contest, int]]:
    """Every sentence about a member and an award: the sentence, the award, its contest and the member's place in it."""
    index = evaluation.members.index
    for contest in contests_of(evaluation):
        for own, position in enumerate(contest.positions):
            for sentence in re.split("[；。]", str(evaluation.ranking.loc[index[position], "reason"])):
                yield sentence, contest.award.label, contest, own


def in_chinese(evaluation: Evaluation) -> Evaluation:
    """The same evaluation, told in Chinese."""
    return rescored(evaluation, evaluation.scheme.with_(language="zh"))


def ahead(contest: Contest, own: int, among: np.ndarray) -> int:
    """How many of some are ahead of a member by all that places go by."""
    keys = [tuple(np.nan_to_num(key, nan=-np.inf)) for key in contest.keys.T]
    return sum(bool(there) and key > keys[own] for key, there in zip(keys, among, strict=True))


@SLOW
@given(contested())
def test_what_is_said_of_a_winner_is_so(evaluation: Evaluation) -> None:
    evaluation = in_chinese(evaluation)
    index = evaluation.members.index
    for sentence, label, contest, own in told(evaluation):
        match = GIVEN.match(sentence)
        if match is None or match[1] != label:
            continue
        member = index[contest.positions[own]]
        assert contest.given[own]
        assert float(match[3]) == contest.score(contest.keys[0, own])
        ranked = evaluation.ranking.loc[index[contest.positions], "rank"].notna().to_numpy(dtype=bool)
        rank = 1 + ahead(contest, own, ranked) if match[4] else evaluation.ranking.loc[member, "rank"]
        assert int(match[5]) == rank


@SLOW
@given(contested())
def test_what_is_said_of_who_misses_a_place_is_so(evaluation: Evaluation) -> None:
    evaluation = in_chinese(evaluation)
    for sentence, label, contest, own in told(evaluation):
        match = BEHIND.match(sentence)
        if match is not None and match[1] == label and not contest.given[own]:
            line, gap, score = contest.score(float(match[2])), float(match[3]), float(contest.keys[0, own])
            holding = contest.keys[0][(contest.given | contest.open | contest.shared) & ~contest.assured]
            assert np.isclose(line - score, gap, atol=1e-6)
            assert gap > 0
            assert (holding >= line).all()
        match = NONE.match(sentence)
        if match is not None and match[1] == label and contest.able[own]:
            assert int(match[2]) == 0
            assert not contest.given.any()


@SLOW
@given(contested())
def test_what_is_said_of_who_loses_a_place_in_all_classes_together_is_so(evaluation: Evaluation) -> None:
    evaluation = in_chinese(evaluation)
    for sentence, label, contest, own in told(evaluation):
        match = PLACED.match(sentence)
        if match is None or match[1] != label or not contest.beyond[own]:
            continue
        assert contest.award.quota is not None
        assert int(match[3]) == contest.award.quota.in_all
        before, places = ahead(contest, own, contest.able), contest.places or 0
        level = sum(key == tuple(contest.keys[:, own]) for key in map(tuple, contest.keys[:, contest.able].T))
        joint = evaluation.scheme.ties[-1:] == ("joint",)
        assert before < places
        assert (match[2] == "入围") == (joint or before + level <= places)


@SLOW
@given(contested())
def test_what_is_said_of_an_open_place_is_so(evaluation: Evaluation) -> None:
    evaluation = in_chinese(evaluation)
    index = evaluation.members.index
    for sentence, label, contest, own in told(evaluation):
        match = OPEN.match(sentence)
        if match is None or match[1] != label or not (contest.open[own] or contest.shared[own]):
            continue
        member = str(index[contest.positions[own]])
        ties = [tie for tie in evaluation.ties if tie.award == contest.award.id and member in tie.members]
        assert [(len(tie.members), tie.places) for tie in ties] == [(int(match[3]), int(match[4]))]


@SLOW
@given(contested())
def test_what_is_said_of_empty_places_is_so(evaluation: Evaluation) -> None:
    evaluation = in_chinese(evaluation)
    score = scores_of(rounded_points(evaluation.scheme, evaluation.scores.loc[evaluation.members.index]))
    who = evaluation.members
    terms = AwardRule.of(evaluation.scheme, who, evaluation.vetoes, evaluation.measured.conditions)
    able = terms.taking_part(score) & ~np.isnan(score(TOTAL))
    contests = {(contest.award.id, contest.class_): contest for contest in contests_of(evaluation)}
    for problem in evaluation.problems:
        match = re.fullmatch(r"“(\w+)”名额 (\d+) 个，授予 (\d+) 家，空缺 (\d+) 个", problem.rule.zh)
        if match is None:
            continue
        contest = contests[match[1], problem.value]
        good = (able & terms.bars[match[1]].met(evaluation.decided.asked))[contest.positions] & ~np.isnan(contest.keys[0])
        assert (int(match[2]), int(match[3])) == (contest.places, contest.given.sum())
        assert int(match[2]) >= int(match[3]) + int(match[4])
        assert ("符合条件的会员不足" in problem.mend.zh) == (good.sum() < (contest.places or 0))
        lost = re.search(r"(\d+) 家入围后", problem.mend.zh)
        assert (int(lost[1]) if lost else 0) == contest.beyond.sum()


@SLOW
@given(contested())
def test_whatever_is_passed_or_open_is_told(evaluation: Evaluation) -> None:
    evaluation = in_chinese(evaluation)
    said = [problem.rule.zh for problem in evaluation.problems]
    passed = sum(contest.places is not None and contest.given.sum() > contest.places for contest in contests_of(evaluation))
    for award in evaluation.scheme.awards:
        if award.quota is not None and award.quota.in_all is not None:
            passed += int((evaluation.awards["award"] == award.id).sum() > award.quota.in_all)
    assert sum("一并授予" in rule for rule in said) == passed
    assert sum("待委员会决定" in rule for rule in said) == len(evaluation.ties)


def test_a_rank_by_a_node_counts_everyone_who_is_ranked() -> None:
    rules = scheme(
        award=[{"id": "x", "label": "奖", "quota": {"number": 1}, "minimum": {TOTAL: 60}, "by": "a"}],
        ties=["committee"],
    )
    found = decided(rules, totals(50, 70, a=[90, 80]), members(2))
    assert found.reason.iloc[1].startswith("授予奖：a 80.00，本类按该项第 2 名")


def test_who_was_level_at_the_line_of_its_class_is_not_said_to_have_been_placed() -> None:
    award = {"id": "x", "label": "奖", "quota": {"number": 1, "in_all": 1}}
    rules = scheme(award=[award], ties=["committee"], members={"table": "members", "key": "key", "name": "name", "class": "class"})
    found = decided(rules, totals(90, 80, 80), members(3, ["A", "B", "B"]))
    assert found.reason.iloc[1] == "奖名额已满：本类名额线上同分，但各类合计名额只有 1 个，名额线 90.00 分，差 10.00 分"


def test_those_alike_are_said_to_be_full_only_where_so_many_of_them_are_placed() -> None:
    def told(per: str, places: int, rows: list[list[str | float | None]]) -> list[str]:
        quota = award_text(f'number = {places}, within = "all", per = {{ condition = "prov", {per} }}')
        rules = scheme_text(indicator_text("p"), '\n[[condition]]\nid = "prov"\nmeasure = { column = "members.prov" }\n', quota)
        ranking = found(rules.replace('language = "en"', 'language = "zh"'), ["prov", "p"], rows, types={"prov": "text"}).ranking
        return [str(reason) for reason in ranking["reason"]]

    line = [["x", "京", 99], ["x", "京", 98], ["x", "粤", 97], ["x", "粤", 96], ["x", "粤", 95]]
    assert told("most = 2", 2, line)[4] == "top名额已满：全体名额 2 个，名额线 98.00 分，差 3.00 分"  # not one of 粤 is placed
    rows = [["x", "粤", 99], ["x", "粤", 98], ["x", "粤", 97], ["x", "京", 90], ["x", "沪", 50]]
    assert told("most = 2, least = 1", 3, rows)[2] == "未获top：名额先保证每个“prov”至少 1 家，粤入选的 99.00 分，差 2.00 分"
    assert told("most = 2, least = 1", 4, rows)[2] == "未获top：同为prov“粤”的已满 2 家，其中有退出的才依次递补"
    assert told("least = 1", 4, rows)[2] == "top名额已满：全体名额 4 个，名额线 98.00 分，差 1.00 分"  # behind one of its own that came by its score
    assert [_place({"row": 0, "file": "acts.duckdb", "sheet": "acts[id=3]"}, zh=zh) for zh in (True, False)] == ["acts.duckdb acts[id=3]"] * 2


@pytest.mark.parametrize(("language", "words"), [("zh", "同分时按第一的项数排在前"), ("en", "level on total, ahead by number of first places")])
def test_who_is_first_on_more_indicators_is_ahead_and_the_reason_says_so(language: str, words: str) -> None:
    rules = scheme(
        indicator=[indicator("a"), indicator("b", 2), indicator("c", 0)], ties=["first_places", "committee"], language=language,
        award=[{"id": "x", "label": "奖", "quota": {"number": 1}}],
    )  # fmt: skip
    values = pd.DataFrame({"a": [80.0, 60.0, 0.0], "b": [50.0, 60.0, 60.0], "c": [70.0, 70.0, 10.0]}, index=members(3).index)
    level = evaluation(rules, members(3), values)  # m0 is first on a and c, m1 on b and c; both have 60
    assert level.ranking["rank"].tolist() == [1, 1, 3]
    moved = evaluation(rules, members(3), values.assign(c=[70.0, 69.99, 10.0]))
    assert moved.ranking["rank"].tolist() == [1, 2, 3]
    assert words in moved.ranking["reason"].iloc[0]
