"""Comparison: each member that moved is told by which change, and every change that is named does what is said."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.invented import evaluation, evaluations, group, indicator, members, scheme
from toolkit import Evaluation, evaluate, open_edition, rescored, views
from toolkit.comparison import Comparison, compare, made, scheme_causes, scheme_measured, undone
from toolkit.ground.ranking import Ruling
from toolkit.ground.text import Language
from toolkit.reports.comparison_tables import _share
from toolkit.scheme import Scheme
from toolkit.scheme.writing import plain_values

AWARDS = [{"id": "best", "label": "先进", "quota": {"number": 1, "within": "all"}}]


def rules(**parts: Any) -> Scheme:
    return scheme(**{"indicator": [indicator("a", 60), indicator("b", 40)], "award": AWARDS, "weights": "percent", **parts})


def asked(**parts: Any) -> Evaluation:
    """甲 is good at a, 乙 at b; one place."""
    who = members(2).assign(name=["甲会员", "乙会员"])
    written, values = rules(**parts), {"a": [90.0, 60.0], "b": [60.0, 90.0], "c": [50.0, 50.0]}
    found = evaluation(written, who, pd.DataFrame({item.id: values[item.id] for item in written.indicators}, index=who.index))
    return rescored(found, found.scheme)


def shown(found: Comparison, language: Language = "zh") -> dict[str, tuple[str, str]]:
    """What the table says became of each member, and why."""
    return {row[0]: (row[2], row[-1]) for row in views.comparison_table(found, language=language).rows}


def test_the_weights_of_siblings_are_one_change_and_it_is_said_who_moved_by_it() -> None:
    before = asked()
    found = compare(before, rescored(before, before.scheme.with_weights({"a": 30})))
    (trial,) = found.trials
    assert trial.cause.words.zh == "权重：a 60 → 30，b 40 → 70"
    assert found.moved["what"].to_dict() == {"m0": "awards", "m1": "awards"}
    assert shown(found)["甲会员"] == ("先进 → 未获奖", "仅改动1一项即会如此；没有它就不会变动")
    assert shown(found, "en")["乙会员"] == ("no award → 先进", "change 1 alone does it; without it nothing would have moved it")


def test_who_has_but_another_grade_is_told_so_and_what_nothing_moved_has_a_dash() -> None:
    before = asked(grades={"bands": (("A", 70.0), ("B", 60.0))})
    found = compare(before, rescored(before, before.scheme.with_(grades={"bands": (("A", 75.0), ("B", 60.0))})))
    assert shown(found, "en")["乙会员"][0] == "grade A → B"
    none = compare(before, rescored(before, before.scheme.model_copy(update={"grades": None})))
    assert shown(none)["乙会员"][0].startswith("信用等级 A → ")
    assert [_share(*pair) for pair in ((None, None), (1.5, None), (None, 2.0), (0.0, -1.5))] == ["—", "+1.5 | —", "— | +2", "0 | -1.5"]


def test_of_several_changes_only_that_which_moved_a_member_is_named() -> None:
    before = asked()
    after = before.scheme.with_weights({"a": 30}).with_(title="another", ties=["joint"])
    found = compare(before, rescored(before, after))
    assert len(found.trials) == 3
    flagged = [trial.cause.words.zh for trial, own in zip(found.trials, found.alone.loc["m0"], strict=True) if own]
    assert flagged == ["权重：a 60 → 30，b 40 → 70"]
    assert found.needed.loc["m0"].tolist() == found.alone.loc["m0"].tolist()


def test_two_changes_that_only_together_move_a_member() -> None:
    before = asked(award=[{**AWARDS[0], "minimum": {"total": 70}}])
    # The bar alone (70 -> 76) keeps 甲 with its 78; the weights alone (60 -> 50) leave it 75 and level, still above 70.
    after = before.scheme.with_weights({"a": 52}).with_({"award[best].minimum": {"total": 76}})
    found = compare(before, rescored(before, after))
    assert found.moved.loc["m0", "what"] == "awards"
    assert not found.alone.loc["m0"].any()
    assert found.needed.loc["m0"].all()
    assert shown(found)["甲会员"][1].startswith("没有改动")


def test_a_node_added_with_its_siblings_weights_is_one_change() -> None:
    after = rules(indicator=[indicator("a", 50), indicator("c", 20), indicator("b", 30)])
    (cause,) = scheme_causes(rules(), after)
    assert plain_values(made(rules(), cause, after))["indicator"] == plain_values(after)["indicator"]
    assert plain_values(undone(after, cause, rules()))["indicator"] == plain_values(rules())["indicator"]


def test_an_order_is_a_change_that_is_made_and_undone() -> None:
    awards = [{"id": name, "label": name, "quota": {"number": 1, "within": "all"}} for name in ("first", "second", "third")]
    before, after = rules(award=awards), rules(award=[awards[2], awards[1], awards[0]])
    (cause,) = scheme_causes(before, after)
    assert made(before, cause, after) == after
    assert undone(after, cause, before) == before


def test_a_node_that_goes_to_another_group_joins_the_weights_of_both() -> None:
    groups = [group("one", 50), group("other", 50)]
    nodes = {"a": ("one", 50), "b": ("one", 50), "d": ("other", 60), "c": ("other", 40)}
    before = rules(group=groups, indicator=[indicator(name, weight, parent) for name, (parent, weight) in nodes.items()], award=[])
    nodes |= {"a": ("one", 30), "b": ("one", 40), "d": ("other", 100), "c": ("one", 30)}  # c is looked at when both have changed
    after = rules(group=groups, indicator=[indicator(name, weight, parent) for name, (parent, weight) in nodes.items()], award=[])
    assert sorted([amendment.place for amendment in cause.amendments] for cause in scheme_causes(before, after)) == [
        ["indicator[a].weight", "indicator[b].weight", "indicator[d].weight", "indicator[c].weight"], ["indicator[c].group"],
    ]  # fmt: skip


def test_scores_are_worked_out_again_where_the_groups_are_others() -> None:
    apart = rules(award=[])
    one = asked(group=[group("g", 100)], indicator=[indicator("a", 60, "g"), indicator("b", 40, "g")], award=[])
    assert rescored(one, apart).scores["total"].equals(asked(award=[]).scores["total"])


def test_rulings_alone_are_tried_without_records() -> None:
    level = {"weights": "points", "indicator": [indicator("a")], "award": AWARDS, "ties": ["committee"]}
    before = rescored(found := evaluation(scheme(**level), members(2), pd.DataFrame({"a": [80.0, 80.0]}, index=members(2).index)), found.scheme)
    (tie,) = before.ties
    after = rescored(replace(before, rulings=(Ruling(tie, ("m1",), dt.date(2019, 1, 1), "", 1),)), before.scheme.with_(title="another"))
    (trial,) = [trial for trial in compare(before, after).trials if trial.cause.of_rulings]
    assert trial.alone is not None
    assert trial.alone.awards["member"].tolist() == ["m1"]
    assert compare(before, after).moved.index.tolist() == ["m1"]


def test_a_change_that_cannot_be_made_alone_is_said_so() -> None:
    """A tie is settled by a node that only another change brings: neither goes without the other."""
    before = asked(indicator=[indicator("a", 60), indicator("b", 40)], weights="points")
    more = [indicator("a", 60), indicator("b", 40), indicator("c", 0)]
    after = asked(indicator=more, weights="points", ties=["c", "joint"])
    found = compare(before, after)
    added, tie = found.trials[:2]
    assert [trial.cause.amendments[0].place for trial in (added, tie)] == ["indicator[c]", "ties"]
    assert tie.alone is None
    assert added.without is None
    note = views.comparison_table(found).note
    assert "不能单独作出或单独撤回" in note
    assert tie.cause.words.zh in note


@given(evaluations(), st.data())
def test_all_changes_made_one_after_another_are_the_other_scheme(found: Evaluation, data: st.DataObject) -> None:
    one = found.scheme
    items = [item.id for item in one.indicators]
    changes: dict[str, object] = {f"indicator[{id_}].weight": data.draw(st.integers(1, 50)) for id_ in items[:2]}
    changes["decimals"] = data.draw(st.integers(0, 3))
    other = one.with_(changes)
    causes = scheme_causes(one, other)
    scheme_now = one
    for cause in causes:
        scheme_now = made(scheme_now, cause, other)
    assert plain_values(scheme_now) == plain_values(other)
    for cause in reversed(causes):
        scheme_now = undone(scheme_now, cause, one)
    assert plain_values(scheme_now, written=False) == plain_values(one, written=False)


@settings(max_examples=examples(6))
@given(evaluations(), st.data())
def test_what_is_said_of_a_change_is_so(found: Evaluation, data: st.DataObject) -> None:
    before = rescored(found, found.scheme.with_({f"indicator[{item.id}].missing": "worst" for item in found.scheme.indicators}))
    weights = {f"indicator[{item.id}].weight": data.draw(st.integers(1, 50)) for item in found.scheme.indicators}
    after = rescored(before, before.scheme.with_({**weights, "decimals": data.draw(st.integers(0, 2))}))
    compared = compare(before, after)
    stays = set(before.members.index) - set(compared.moved.index)
    for column in ("award", "grade", "rank"):
        assert before.ranking.loc[sorted(stays), column].equals(after.ranking.loc[sorted(stays), column])
    for place, trial in enumerate(compared.trials):
        assert trial.alone is not None
        for member, what in compared.moved["what"].items():
            if what == "rank":
                assert bool(compared.alone[place].to_dict()[member]) == (_rank(trial.alone, member) == _rank(after, member))
    assert compare(before, before).moved.empty


def _rank(found: Evaluation, member: object) -> int:
    rank = found.ranking["rank"].to_dict()[member]
    return 0 if pd.isna(rank) else int(rank)


def test_records_are_a_change_of_their_own(small_edition: Path) -> None:
    old = open_edition(small_edition)
    before = evaluate(old.scheme, old.records)
    file = small_edition / "records" / "会员名册.csv"
    file.write_text(file.read_text("utf-8-sig").replace("已签,8,", "未签,8,"), "utf-8-sig")
    new = open_edition(small_edition)
    after = evaluate(new.scheme.with_weights({"learning": 50}), new.records)
    found = compare(before, after, old.records, new.records)
    assert [trial.cause.of_records for trial in found.trials] == [False, True]
    assert found.moved.loc["101", "what"] == "awards"
    assert found.alone.loc["101"].tolist() == [False, True]
    assert shown(found)[str(after.ranking.loc["101", "name"])][1] == "仅改动2一项即会如此；没有它就不会变动"
    without = compare(before, after)
    assert without.trials[1].alone is None
    assert not without.alone[1].any()


def test_a_member_that_joined_was_no_member_before(small_edition: Path) -> None:
    old = open_edition(small_edition)
    before = evaluate(old.scheme, old.records)
    file = small_edition / "records" / "会员名册.csv"
    file.write_text(file.read_text("utf-8-sig") + "106,新采购中心,采购人,已签,10,0\n", "utf-8-sig")
    new = open_edition(small_edition)
    found = compare(before, evaluate(new.scheme, new.records), old.records, new.records)
    assert np.isnan(found.moved.loc["106", "total_before"])
    assert "不在名册" in shown(found)[str(found.moved.loc["106", "name"])][0]


def test_a_measure_that_changed_is_tried_on_the_records(small_edition: Path) -> None:
    edition = open_edition(small_edition)
    before = evaluate(edition.scheme, edition.records)
    scheme_after = edition.scheme.with_({"indicator[hours].measure": {"table": "activities", "take": "max", "column": "hours"}})
    after = evaluate(scheme_after.with_weights({"learning": 50}), edition.records)
    found = compare(before, after, edition.records, edition.records)
    assert all(trial.alone is not None and trial.without is not None for trial in found.trials)
    assert [trial.alone is None for trial in compare(before, after).trials].count(True) == 1
    assert scheme_measured(before, edition.records, scheme_after.with_({"indicator[answers].missing": "error"})) is None  # one has none


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_lists_who_moved_and_why(language: Any) -> None:
    before = asked()
    table = views.comparison_table(compare(before, rescored(before, before.scheme.with_weights({"a": 30}))), language=language)
    (first, _) = table.rows
    said = {"zh": ("乙会员", "全部会员", "未获奖 → 先进", "72.00 → 81.00"), "en": ("乙会员", "all members", "no award → 先进", "72.00 → 81.00")}
    assert first[:4] == said[language]
    assert views.comparison_table(compare(before, before)).rows == ()
