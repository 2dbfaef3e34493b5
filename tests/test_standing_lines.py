"""Lines as they stand: what is said to leave the list as it is does so by the rule itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from tests.contested import contested
from tests.invented import evaluation, indicator, members, scheme
from tests.straight import straight
from tests.test_stability import two
from toolkit.evaluation import Evaluation
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.requirements import rounded_scores
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.ranking import rounded
from toolkit.sensitivity.leave_record_out import StandingLines
from toolkit.sensitivity.tipping.lines import terms_of


def lines_of(asked: Evaluation) -> StandingLines:
    terms = terms_of(asked)
    score = rounded_scores(asked.scheme, asked.scores.loc[asked.members.index])
    return StandingLines(terms, {node: score(node) for node in terms.nodes})


def given_by(lines: StandingLines, points: dict[str, np.ndarray]) -> set[tuple[str, int]]:
    return {(own.award.id, int(at)) for own in ListRun.of(lines.terms, points.__getitem__).contests for at in own.positions[own.given]}


@settings(phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(straight() | contested(), st.data())
def test_what_leaves_the_lines_untouched_leaves_the_list(asked: Evaluation, data: st.DataObject) -> None:
    lines, rng = lines_of(asked), np.random.default_rng(data.draw(st.integers(0, 99)))
    who = rng.integers(0, len(asked.members), 30)
    decimals = lines.terms.scheme.decimals
    near = np.array([np.nan, -10.0, -1.0, 0.0, 1.0, 10.0, 200.0]) * 10.0**-decimals  # level with someone, a step away, far away, none at all
    scores = {
        node: rounded(rng.choice(points, 30) + rng.choice(near, 30, p=[0.1, *[0.15] * 6]), decimals) for node, points in lines.points.items()
    }
    untouched, now = lines.untouched(who, scores), given_by(lines, lines.points)
    event(f"untouched {untouched.mean():.0%}")
    for at in np.flatnonzero(untouched):
        points = {node: own.copy() for node, own in lines.points.items()}
        for node, own in points.items():
            own[who[at]] = scores[node][at]
        assert given_by(lines, points) == now


@pytest.mark.parametrize(("member", "total", "stays"), [(0, 72.1, True), (0, 72.0, False), (1, 73.9, True), (1, 74.0, False), (2, np.nan, False)])
def test_the_holder_stays_ahead_and_the_next_behind(member: int, total: float, *, stays: bool) -> None:
    lines = lines_of(two())  # m0 holds the one award with 74, m1 has 72, m2 has 10
    assert lines.untouched(np.array([member]), {TOTAL: np.array([total])}).tolist() == [stays]


@pytest.mark.parametrize(("settled", "held"), [("joint", {("first", 0), ("first", 1)}), ("committee", set())])
def test_who_stands_level_at_the_line_cannot_move_unseen(settled: str, held: set[tuple[str, int]]) -> None:
    lines = lines_of(level(ties=[settled]))
    assert given_by(lines, lines.points) == held
    moved = {TOTAL: np.array([81.0, 79.0, 79.9, 80.0])}
    assert lines.untouched(np.array([0, 0, 2, 2]), moved).tolist() == [False, False, True, False]


def test_who_no_longer_takes_part_takes_its_place_along() -> None:
    halves = {"award": [{"id": "first", "label": "first", "quota": {"share": 0.5}}], "eligibility": {"require": [{"node": TOTAL, "least": 20}]}}
    lines = lines_of(level(**halves))  # of four two are given it, of three one
    assert lines.untouched(np.array([3, 3]), {TOTAL: np.array([21.0, 19.0])}).tolist() == [True, False]


def level(**more: object) -> Evaluation:
    """Four members with 80, 80, 40 and 30 points."""
    asked = {"award": [{"id": "first", "label": "first", "quota": {"number": 1}}], **more}
    values = pd.DataFrame({"a": [80.0, 80.0, 40.0, 30.0]}, index=members(4).index)
    return evaluation(scheme(indicator=[indicator("a", 1)], decimals=1, **asked), members(4), values)
