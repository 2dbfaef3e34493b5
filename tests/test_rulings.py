"""Rulings: the committee settles a tie, and the list, its reasons, its draws and its problems follow; for that very tie and no other."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from tests.contested import contested
from tests.test_command_line import run
from toolkit import evaluate, open_edition
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.many import Lists
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Ruling, Tie
from toolkit.minutes.decisions import decide_tie, rulings_of
from toolkit.minutes.journal import JOURNAL, appended, read_journal
from toolkit.sealing import seal_edition

WHO, WHY = "专家委员会第二次会议", "学时质量更高"


def left_open(folder: Path) -> Path:
    """The small edition with its tie of two for one place left to the committee."""
    path = folder / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace('"joint"]', '"committee"]'), "utf-8")
    return folder


def evaluated(folder: Path) -> Evaluation:
    edition = open_edition(folder)
    return evaluate(edition.scheme, edition.records)


def settled(folder: Path, *members: str, by: str = WHO, reason: str = WHY) -> None:
    found = evaluated(folder)
    decide_tie(folder, found.left_to_committee, "advanced", members, by=by, reason=reason, names=found.members["name"])


def ruled(evaluation: Evaluation, *rulings: Ruling) -> Evaluation:
    return replace(evaluation, rulings=rulings)


def on(tie: Tie, line: int, *, last: bool = False) -> Ruling:
    given_ = tie.members[-tie.places :] if last else tie.members[: tie.places]
    return Ruling(tie, given_, dt.date(2019, 1, 15), WHY, line)


@given(contested())
def test_every_tie_can_be_settled_one_after_the_other(evaluation: Evaluation) -> None:
    before, rulings = evaluation, tuple[Ruling, ...]()
    while before.ties:
        tie = before.ties[0]
        rulings += (on(tie, len(rulings) + 1, last=len(rulings) % 2 == 1),)
        after = ruled(evaluation, *rulings)
        awarded = after.awards[after.awards["award"] == tie.award]["member"]
        assert set(rulings[-1].given) <= set(awarded)
        assert not set(tie.members) - set(rulings[-1].given) & set(awarded)
        assert tie not in after.ties
        assert after.decided.rulings == rulings
        assert tie in after.left_to_committee
        assert set(before.awards["member"]) | set(rulings[-1].given) <= set(after.awards["member"]) or len(evaluation.scheme.awards) > 1
        assert np.array_equal(after.decided.ranks, evaluation.decided.ranks)
        assert not [problem for problem in after.problems if problem.severity == "error"]
        assert len(after.ranking) == len(evaluation.members)
        standing = Lists.of(after).standing
        for place, allotment in enumerate(after.decided.allotments):
            assert np.array_equal(standing[place], allotment.given)
        before = after


@given(contested())
def test_a_ruling_on_another_tie_changes_nothing_and_is_told(evaluation: Evaluation) -> None:
    if not evaluation.scheme.awards or not len(evaluation.members):
        return
    member = str(evaluation.members.index[0])
    strange = on(Tie(evaluation.scheme.awards[0].id, "", tuple(sorted({member, "nobody"})), 1), 1)
    other = ruled(evaluation, strange)
    assert other.awards.equals(evaluation.awards)
    assert [problem.row for problem in other.problems if problem.severity == "error"] == [1]


def test_a_tie_is_settled_in_the_list_and_its_reasons(small_edition: Path) -> None:
    left_open(small_edition)
    assert evaluated(small_edition).ties == (Tie("advanced", "代理", ("005", "006"), 1),)
    settled(small_edition, "006")
    after = evaluated(small_edition)
    assert (after.ties, after.ranking["award"]["005"], after.ranking["award"]["006"]) == ((), "", "advanced")
    assert f"由委员会裁定授予（理由：{WHY}）" in after.ranking["reason"]["006"]
    assert "裁定授予他家" in after.ranking["reason"]["005"]
    assert WHO not in after.ranking["reason"].str.cat()
    assert after.ranking["tied"][["005", "006"]].all()
    assert rescored(after, after.scheme).awards.equals(after.awards)
    assert run("check", small_edition).exit_code == 0


def test_the_last_ruling_holds_and_one_can_be_lifted(small_edition: Path) -> None:
    left_open(small_edition)
    settled(small_edition, "006")
    settled(small_edition, "005")
    assert evaluated(small_edition).ranking["award"]["005"] == "advanced"
    settled(small_edition)
    assert len(evaluated(small_edition).ties) == 1
    with pytest.raises(Refused, match="0 rulings"):
        settled(small_edition)
    assert [entry.details["given"] for entry in read_journal(small_edition).entries] == [["006"], ["005"], []]


@pytest.mark.parametrize(("members", "words"), [
    (("007",), "is not among those level"), (("005", "006"), "1 place left, 2 named"), (("005", "005"), "named twice"),
])  # fmt: skip
def test_what_settles_no_tie_is_refused(small_edition: Path, members: tuple[str, ...], words: str) -> None:
    left_open(small_edition)
    with pytest.raises(Refused, match=words):
        settled(small_edition, *members)
    with pytest.raises(Refused, match="who decided"):
        settled(small_edition, "005", by=" ")
    assert not (small_edition / JOURNAL).exists()


def test_a_ruling_that_no_longer_fits_is_an_error_and_stops_the_seal(small_edition: Path) -> None:
    left_open(small_edition)
    settled(small_edition, "006")
    members = small_edition / "records" / "会员名册.csv"
    members.write_text(members.read_text("utf-8-sig").replace("己代理公司,代理,已签,5", "己代理公司,代理,已签,6"), "utf-8-sig")
    done = run("check", small_edition)
    assert done.exit_code == 1
    assert "裁定不再适用" in done.output
    with pytest.raises(Refused, match="no such tie"):
        seal_edition(small_edition, "r1")
    assert "已记入第 2 条：撤销第 1 条" in run("decide", small_edition, "tie", "advanced", "--by", WHO, "--because", "记录更正").output
    assert run("check", small_edition).exit_code == 0


def test_with_a_broken_chain_nothing_is_evaluated(small_edition: Path) -> None:
    left_open(small_edition)
    settled(small_edition, "006")
    path = small_edition / JOURNAL
    path.write_text(path.read_text("utf-8").replace('"given":["006"]', '"given":["005"]') + "{}\n", "utf-8")
    with pytest.raises(Refused, match="is no entry"):
        open_edition(small_edition)


def test_a_line_that_is_half_a_ruling_is_named(tmp_path: Path) -> None:
    appended(tmp_path, "ruling", WHO, WHY, {"award": "a", "class": "", "places": 2, "tied": [["1", ""], ["2", ""]], "given": ["1"]})
    appended(tmp_path, "ruling", WHO, WHY, {"award": "a"})
    rulings, problems = rulings_of(read_journal(tmp_path))
    assert rulings == ()
    assert [problem.row for problem in problems] == [1, 2]
