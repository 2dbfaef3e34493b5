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
from toolkit.reports.headlines import certainty_headline
from toolkit.reports.probability_tables import whole_list_line
from toolkit.reports.workbook.robustness import meeting_page
from toolkit.sensitivity.probabilities import award_probabilities
from toolkit.sensitivity.robustness import firmness
from toolkit.sensitivity.weights.draws import WeightDraws
from toolkit.sensitivity.whole_list import told_apart, whole_list

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


def test_it_is_said_in_one_line(asked: Evaluation) -> None:
    whole = whole_list(asked, WeightDraws(draws=1000))
    line = whole_list_line(asked, whole)
    zone = int(whole.zones["zone"].iloc[0])
    assert f"这 {zone} 家与线上无法区分" in line.zh
    assert f"{zone} not told apart from it" in line.en
    still = whole_list(asked, WeightDraws(draws=200, spread=0.001))
    assert still.members.empty
    assert "没有与线上无法区分的" in whole_list_line(asked, still).zh


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
