"""All places at once: the statement holds in as many draws as it says, and a single place may be surer than all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.invented import evaluation, indicator, members, scheme
from toolkit.evaluation import Evaluation
from toolkit.evaluation.many import Lists
from toolkit.ground.problems import Refused
from toolkit.reports.probability_tables import whole_list_line
from toolkit.reports.views import certainty_headline
from toolkit.reports.workbook.robustness import meeting_page
from toolkit.sensitivity.choices import usual_doubts
from toolkit.sensitivity.probabilities import award_probabilities
from toolkit.sensitivity.robustness import firmness
from toolkit.sensitivity.scenarios import scenario_lists
from toolkit.sensitivity.weights.draws import WeightDraws
from toolkit.sensitivity.whole_list import told_apart, told_at_once, told_of, whole_list

AWARDS = [{"id": "top", "label": "优秀", "quota": {"number": 8}}, {"id": "next", "label": "先进", "quota": {"number": 10}}]


@pytest.fixture(scope="module")
def asked() -> Evaluation:
    """Forty members close together under three weights, two awards."""
    rules = scheme(indicator=[indicator(name, 1) for name in "abc"], award=AWARDS, ties=["a", "joint"])
    values = pd.DataFrame(np.random.default_rng(4).uniform(30, 95, (40, 3)).round(1), columns=list("abc"), index=members(40).index)
    return evaluation(rules, members(40), values)


def holding(asked: Evaluation, spec: WeightDraws) -> np.ndarray:
    """Who has the first award, and who one of the two, in every draw."""
    given = np.concatenate([Lists.of(asked).given(shares) for shares in spec.blocks(asked.tree, 0)], axis=1)
    return np.array([given[0], given[0] | given[1]])


def test_the_statement_holds_in_as_many_new_draws_as_it_says_and_no_wider_one_would(asked: Evaluation) -> None:
    whole = whole_list(asked, WeightDraws(draws=4000))
    now = np.array([asked.decided.allotments[0].given, asked.decided.allotments[0].given | asked.decided.allotments[1].given])
    zone = np.array([np.isin(asked.members.index, whole.members.loc[whole.members["award"] == award, "member"]) for award in ("top", "next")])
    other = holding(asked, WeightDraws(draws=4000, seed=99)) != now[:, None]
    held = 1 - (other & ~zone[:, None]).any(axis=(0, 2)).mean()
    assert held == pytest.approx(whole.coverage, abs=0.02)
    assert 0.935 < held < 1
    often = np.where(zone, other.mean(axis=1), 2)
    wider = zone & (often > often.min())  # with the surest of the zone among what is said
    assert 1 - (other & ~wider[:, None]).any(axis=(0, 2)).mean() < 0.96
    assert whole.zones["zone"].tolist() == zone.sum(axis=1).tolist()
    assert (whole.zones["sure"] + whole.zones["held"]).tolist() == now.sum(axis=1).tolist()


def test_each_alone_is_surer_than_all_together() -> None:
    turned = np.zeros((1, 1000, 20), np.bool_)
    for member in range(20):  # each is another in 1 of 100 draws, never two in the same
        turned[0, 10 * member : 10 * member + 10, member] = True
    assert (1 - turned.mean(axis=1) >= 0.99).all()
    assert not told_apart(turned, 0.95).any()
    assert told_apart(turned, 0.8).all()
    together = np.repeat(turned[:, :, :1], 20, axis=2)  # all in the same draws: said of all as of one
    assert told_apart(together, 0.95).all()


def test_order_statistics_of_a_normal_sample_give_the_simultaneous_bound() -> None:
    """Sidak (1967): of k independent ones each may differ with 1 - 0.95^(1/k)."""
    draws, count = np.random.default_rng(1), 12
    chances = np.concatenate([np.full(6, 0.001), np.geomspace(0.002, 0.2, count - 6)])
    turned = (draws.random((40_000, count)) < chances)[None]
    sure = told_apart(turned, 0.95)[0]
    fitting = [place for place in range(count) if 1 - np.prod(1 - chances[: place + 1]) <= 0.05]
    assert np.flatnonzero(sure).tolist() == fitting


def test_of_very_many_that_seldom_turn_it_holds_as_often_as_it_says() -> None:
    """Three thousand that turn independently, ever more seldom from the line on: most never did in the half that was looked at."""
    draws, count = np.random.default_rng(3), 3000
    away = np.arange(count, dtype=np.float64)[::-1]
    chances = 0.05 * np.exp(-away / 400)
    holding, before = [], []
    for _ in range(6):
        turned, other = ((draws.random((1, runs, count)) < chances) for runs in (400, 600))
        sure, tried = told_at_once(turned, away[None], 0.9)
        held, first = (1 - (other & said[:, None]).any(axis=(0, 2)).mean() for said in (sure, told_apart(turned[:, ::2], 0.9)))
        holding.append(held)
        before.append(first)
        assert tried.shape[1] == 100
        assert sure[0, :300].mean() > 0.9  # the farthest are told apart all the same
    assert max(before) < 0.6
    assert np.mean(holding) > 0.88  # 0.9 asked for, 0.9 or more expected, six trials of 600


def test_what_the_other_half_bears_out_is_not_narrowed_and_of_too_few_nothing_is_said() -> None:
    turned = np.zeros((1, 400, 10), np.bool_)
    turned[0, ::20, 0] = True  # seen in one half alone
    sure, tried = told_at_once(turned, np.zeros((1, 10)), 0.95)
    assert np.array_equal(sure, told_apart(turned[:, ::2], 0.95))
    assert tried.shape[1] == 200
    unseen = np.zeros((1, 12, 10), np.bool_)
    unseen[0, 1, 4] = True  # never in the half looked at: six lists cannot bear out what is to hold in 95 of 100
    sure, tried = told_at_once(unseen, np.zeros((1, 10)), 0.95)
    assert not sure.any()
    assert tried.shape[1] == 3


def test_it_is_said_in_one_line(asked: Evaluation) -> None:
    whole = whole_list(asked, WeightDraws(draws=1000))
    line = whole_list_line(asked, whole)
    zone = int(whole.zones["zone"].iloc[0])
    assert f"这 {zone} 家与线上无法区分" in line.zh
    assert f"{zone} not told apart from it" in line.en
    still = whole_list(asked, WeightDraws(draws=200, spread=0.001))
    assert still.members.empty
    assert "没有与线上无法区分的" in whole_list_line(asked, still).zh
    assert whole_list_line(asked, replace(still, zones=still.zones[:0])).zh == "没有奖项。"


def test_the_first_line_of_the_notebook_and_the_one_page_say_it(asked: Evaluation) -> None:
    firm = firmness(asked, award_probabilities(asked, WeightDraws(draws=1000)), spec=WeightDraws(draws=1000))
    count = firm.whole.members["member"].nunique()
    assert repr(certainty_headline(firm)).endswith(f"以上逐家而论；若要全部名单同时成立（95% 的把握），则线上线下共有 {count} 家不能断定在哪一边：一次断定的越多，每一家越难断定。")
    assert repr(certainty_headline(firm, "en")).endswith(f"for all places to hold at once (at 95%), {count} members over and under the lines cannot be told to be on one side: the more is claimed at once, the less of each.")
    line = whole_list_line(asked, firm.whole).zh
    assert line in meeting_page(asked, firm, draws=1000)
    assert line not in meeting_page(asked, firm, draws=1000, together=False)  # as versions before wrote it
    still = replace(firm, whole=whole_list(asked, WeightDraws(draws=200, spread=0.001)))
    assert repr(certainty_headline(still)).endswith("没有与线上无法区分的。")


def test_a_level_is_a_share(asked: Evaluation) -> None:
    with pytest.raises(Refused):
        whole_list(asked, WeightDraws(draws=10), 95)


PISA = """
Australia 491.36 1.94; Austria 498.94 2.97; Belgium 508.07 2.26; Canada 512.02 2.36; Czechia 499.47 2.46; Denmark 509.40 1.74; Estonia 523.41 1.74;
Finland 507.30 1.97; France 495.41 2.32; Germany 500.04 2.65; Iceland 495.19 1.95; Ireland 499.63 2.20; Japan 526.97 2.47; Korea 525.93 3.12;
Latvia 496.13 1.96; Netherlands 519.23 2.63; Norway 500.96 2.22; Poland 515.65 2.60; Slovenia 508.90 1.36; Sweden 502.39 2.65;
Switzerland 515.31 2.91; UK 501.77 2.56
"""
"""OECD (2019), PISA 2018 Results, mathematics: mean score and its standard error of all whose mean is above 495, or near it."""
COULD_BE_AMONG_FIVE = {
    0.95: {"Belgium", "Canada", "Denmark", "Estonia", "Finland", "Japan", "Korea", "Netherlands", "Poland", "Slovenia", "Sweden", "Switzerland"},
    0.90: {"Belgium", "Canada", "Denmark", "Estonia", "Finland", "Japan", "Korea", "Netherlands", "Poland", "Slovenia", "Switzerland"},
}
"""The confidence sets for the five best that the authors of Mogstad et al. (2024) publish of these figures ("Inference for Ranks", csranks)."""


@pytest.mark.parametrize("level", COULD_BE_AMONG_FIVE)
def test_mogstad_2024_of_the_five_best_at_pisa_nobody_else_is_in_the_zone(level: float) -> None:
    """Theirs speaks of ranks that are unknown, and is wider; ours of lists as they might have come out. Who is beyond theirs is told apart."""
    names, scores, errors = zip(*((name, float(score), float(error)) for name, score, error in (each.split() for each in PISA.split(";"))), strict=True)
    drawn = np.random.default_rng(2018).normal(scores, errors, (40_000, len(names)))
    now, five = np.argsort(np.argsort(-np.array(scores))) < 5, np.argsort(np.argsort(-drawn, axis=1), axis=1) < 5
    sure = told_apart((five != now)[None], level)[0]
    within = {name for name, certain, among in zip(names, sure, now, strict=True) if among or not certain}
    assert within <= COULD_BE_AMONG_FIVE[level]
    assert within == {"Canada", "Estonia", "Japan", "Korea", "Netherlands", "Poland", "Switzerland"}


def test_where_all_is_in_doubt_at_once_the_zone_is_that_of_the_scenarios(asked: Evaluation) -> None:
    doubts = usual_doubts(asked)
    chances, given = scenario_lists(asked, doubts, draws=200)
    whole = told_of(asked, given)
    assert given.shape == (2, 200, 40)
    assert given[0].mean(axis=0) == pytest.approx(chances[(chances["kind"] == "award") & (chances["outcome"] == "top")]["probability"].to_numpy())
    now = asked.decided.allotments[0].given
    kept = whole.members[whole.members["award"] == "top"].set_index("member")["kept"]
    assert kept.to_dict() == pytest.approx({member: (given[0][:, place] == now[place]).mean() for place, member in enumerate(asked.members.index) if member in kept})
    assert set(whole_list(asked, WeightDraws(draws=200)).members["member"]) < set(whole.members["member"])  # more is in doubt, more is in the zone
    assert "权重、标准、数据同时存疑" in whole_list_line(asked, whole, doubted=True).zh
    assert whole.draws == 50  # of the hundred that find it out, half narrowed it
    assert "in 50 other scenarios" in whole_list_line(asked, whole, doubted=True).en
