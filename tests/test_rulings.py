"""Rulings: the committee settles a tie, and the list, its reasons, its draws and its problems follow; for that very tie and no other."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from tests.contested import contested
from tests.few_lines import award_text, found, indicator_text, scheme_text, write_edition
from tests.panels.judged import SHEETS, write_judged_edition
from tests.test_command_line import run
from toolkit import check_edition, evaluate, open_edition
from toolkit.comparison import compare
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.many import Lists
from toolkit.ground.problems import Refused
from toolkit.ground.ranking import Ruling, Tie
from toolkit.minutes.decisions import decide_tie, garbled_lines, rulings_of
from toolkit.minutes.journal import JOURNAL, Journal, appended, read_journal
from toolkit.minutes.wording import minutes_text
from toolkit.sealing.frozen_edition import freeze_edition
from toolkit.sealing.seals import seal_edition

WHO, WHY = "专家委员会第二次会议", "学时质量更高"


def left_open(folder: Path) -> Path:
    """The small edition with its tie of two for one place left to the committee."""
    path = folder / "scheme.toml"
    path.write_text(path.read_text("utf-8").replace('"joint"]', '"committee"]'), "utf-8")
    return folder


def test_a_ruling_of_nobody_who_may_rule_is_entered_as_it_was_said_and_remarked_upon(small_edition: Path) -> None:
    """Nobody proves who types: the minutes say so, and what a signature covers."""
    left_open(small_edition)
    for by, remarked in (("秘书处小李", True), (WHO, False), ("会长办公会", False)):
        done = run("decide", small_edition, "tie", "advanced", "戊代理公司", "--by", by, "--because", WHY)
        assert (done.exit_code, "依例由专家委员会" in done.output) == (0, remarked), done.output
    told = run("journal", small_edition).output
    assert "程序不核实身份" in told
    assert "其后的记录不在签名之内" in told


def evaluated(folder: Path) -> Evaluation:
    edition = open_edition(folder)
    return evaluate(edition.scheme, edition.records)


def settled(folder: Path, *members: str, by: str = WHO, reason: str = WHY) -> None:
    found = evaluated(folder)
    decide_tie(folder, found.left_to_committee, "advanced", members, by=by, reason=reason, names=found.members["name"])


def ruled(evaluation: Evaluation, *rulings: Ruling) -> Evaluation:
    return replace(evaluation, rulings=rulings)


def on(tie: Tie, line: int, *, last: bool = False) -> Ruling:
    ways = combinations(tie.members[::-1] if last else tie.members, tie.places)
    given_ = tuple(sorted(next(way for way in ways if tie.allows is None or tie.allows(way))))
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


@pytest.mark.parametrize(("quota", "classes", "of"), [("number = 1, in_all = 1", "AB", ""), ("number = 2, handed_on = false", "AAA", "A"), ("number = 2, in_all = 3", "AABB", "")])
def test_level_ones_of_all_classes_or_where_places_are_not_handed_on_are_given_them_by_a_ruling(quota: str, classes: str, of: str) -> None:
    before = found(scheme_text(indicator_text("x"), award_text(quota), ties='"committee"'), ["x"], [(class_, 90) for class_ in classes])
    (tie,) = before.ties
    assert (tie.class_, len(tie.members)) == (of, len(classes))
    for last in (False, True):
        after = ruled(before, ruling := on(tie, 1, last=last))
        assert not after.ties
        assert tuple(sorted(after.awards["member"])) == ruling.given
        assert np.array_equal(Lists.of(after).standing[0], after.decided.allotments[0].given)
        assert [problem for problem in after.problems if problem.severity == "error"] == []


def test_of_level_ones_alike_the_committee_takes_as_many_as_there_may_be() -> None:
    rules = scheme_text(indicator_text("x"), '\n[[condition]]\nid = "prov"\nlabel = "prov"\nmeasure = { column = "members.prov" }\n',
                        award_text('number = 2, within = "all", per = { condition = "prov", most = 1 }'), ties='"committee"')  # fmt: skip
    before, clear = (found(rules, ["x", "prov"], [("A", 95, "京"), ("A", second, "京"), ("A", 90, "粤")], types={"prov": "text"}) for second in (95, 94))
    (tie,) = before.ties
    assert (tie.members, tie.places) == (("M001", "M002"), 1)
    after = ruled(before, on(tie, 1, last=True))
    assert set(after.awards["member"]) == {"M002", "M003"}
    assert clear.decided.contests[0].passed_over.tolist() == [False, True, False]  # above the line of 90, and too many alike


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
    assert f"由{WHO}裁定授予（理由：{WHY}）" in after.ranking["reason"]["006"]
    assert "裁定授予他家" in after.ranking["reason"]["005"]
    english = rescored(after, after.scheme.with_(language="en"))
    assert f"given by {WHO} on" in english.ranking["reason"]["006"]
    for somebody, told in (("会长办公会议", "由会长办公会议裁定"), ("李某某", "由委员会裁定"), ("李某某委员会会议", "由委员会裁定"), ("presidents' meeting", "由presidents' meeting裁定")):
        entry = replace(read_journal(small_edition).entries[-1], by=somebody)
        reasons = ruled(after, *rulings_of(Journal((entry,)))).ranking["reason"]
        assert (told in reasons["006"], "李" in reasons["006"]) == (True, False), reasons["006"]
    assert after.ranking["tied"][["005", "006"]].all()
    assert rescored(after, after.scheme).awards.equals(after.awards)
    assert run("check", small_edition).exit_code == 0


def test_what_was_ruled_is_answered_in_the_scheme_s_english(small_edition: Path) -> None:
    """Also where the ruling is lifted; what the minutes keep stays as it is called."""
    left_open(small_edition)
    path = small_edition / "scheme.toml"
    path.write_text(path.read_text("utf-8") + '\n[english]\n"先进会员" = "Advanced member"\n"代理" = "Agents"\n', "utf-8")
    for members in (("006",), ()):
        done = run("decide", small_edition, "tie", "advanced", *members, "--by", WHO, "--because", WHY, "--language", "en")
        assert (done.exit_code, "`Advanced member` (Agents)" in done.output) == (0, True), done.output
    assert "先进会员" in (small_edition / "journal.jsonl").read_text("utf-8")


def test_the_last_ruling_holds_and_one_can_be_lifted(small_edition: Path) -> None:
    left_open(small_edition)
    settled(small_edition, "006")
    settled(small_edition, "005")
    assert evaluated(small_edition).ranking["award"]["005"] == "advanced"
    settled(small_edition)
    assert len(evaluated(small_edition).ties) == 1
    with pytest.raises(Refused, match="no ruling to lift"):
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


def test_a_tie_at_the_shortlist_is_not_ruled_on(small_edition: Path) -> None:
    found = evaluated(small_edition)
    for word in ("shortlist", "复审入围"):
        with pytest.raises(Refused, match=r"not ruled on by .decide.; record the list"):
            decide_tie(small_edition, found.ties, word, ("005",), by=WHO, reason=WHY, names=found.members["name"])


def test_award_and_members_are_known_by_their_names_too(small_edition: Path) -> None:
    left_open(small_edition)
    ending = ("--by", WHO, "--because", WHY)
    assert "先进会员（advanced）代理" in run("decide", small_edition, "tie", "先进", "己代理公司", *ending).output
    refused = run("decide", small_edition, "tie", "先进会员", "己代理", *ending).output
    assert "是否应为“006 己代理公司”" in refused
    strange = run("decide", small_edition, "tie", "先进会员", "007", *ending).output
    assert "005 戊代理公司" in strange
    assert run("decide", small_edition, "tie", "先进会员", "己代理公司", *ending).exit_code == 0
    (entry,) = read_journal(small_edition).entries
    assert (entry.details["award"], entry.details["label"], entry.details["given"]) == ("advanced", "先进会员", ["006"])
    assert "与第 1 条的裁定相同" in run("decide", small_edition, "tie", "先进会员", "006", *ending).output
    assert "相同" not in run("decide", small_edition, "tie", "先进会员", "005", *ending).output
    assert run("decide", small_edition, "tie", "先进会员", *ending).exit_code == 0


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
    assert "已记入第 3 条：撤销工作记录第 1 条" in run("decide", small_edition, "tie", "advanced", "--by", WHO, "--because", "记录更正").output
    assert run("check", small_edition).exit_code == 0


def test_a_ruling_is_lifted_whatever_the_records_are_like(small_edition: Path) -> None:
    settled(left_open(small_edition), "006")
    members = small_edition / "records" / "会员名册.csv"
    members.write_text("".join(line for line in members.read_text("utf-8-sig").splitlines(keepends=True) if not line.startswith("006")), "utf-8-sig")
    assert run("check", small_edition).exit_code == 1
    done = run("decide", small_edition, "tie", "先进会员", "--by", WHO, "--because", "会员退会")
    assert (done.exit_code, "撤销工作记录第 1 条" in done.output) == (0, True)


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
    rulings, problems = rulings_of(read_journal(tmp_path)), garbled_lines(read_journal(tmp_path))
    assert rulings == ()
    assert [problem.row for problem in problems] == [1, 2]


def unscored(folder: Path) -> Path:
    """An edition whose panel could not score one member: too few may."""
    few = {expert: {member: scores for member, scores in rows.items() if member != "M1" or expert == "E02"} for expert, rows in SHEETS.items()}
    return write_judged_edition(folder, few)


def placed(folder: Path, *words: str) -> str:
    return run("decide", folder, "place", *words, "--by", WHO, "--because", WHY).output


def test_where_the_panel_could_not_score_the_committee_gives_a_score(tmp_path: Path) -> None:
    folder = unscored(tmp_path)
    before = evaluated(folder)
    assert set(before.measured.open["M1"]) == {"innovation", "service"}
    assert "定 86.5 分" in placed(folder, "M1", "innovation", "８６．５")
    assert "M1" in evaluated(folder).measured.open
    placed(folder, "M1", "service", "90")
    after = evaluated(folder)
    assert after.measured.open == {}
    assert after.ranking["total"]["M1"] == pytest.approx(0.6 * 86.5 + 0.4 * 90)
    assert f"“创新”由委员会定为 86.5 分（{dt.date.today()}，理由：{WHY}）" in after.ranking["reason"]["M1"]  # noqa: DTZ011 - the wall's date
    assert not [problem for problem in after.problems if "待定" in problem.rule.zh]
    assert after.scores.drop(index="M1").equals(before.scores.drop(index="M1"))
    assert run("check", folder).exit_code == 0
    assert "撤销为甲招标代理公司" in placed(folder, "M1", "service")
    assert set(evaluated(folder).measured.open["M1"]) == {"service"}


@pytest.mark.parametrize(("words", "said"), [
    (("M2", "innovation", "80"), "并未待定"), (("M1", "innovation", "101"), "超出范围"), (("M1", "innovation", "nan"), "不是至多四位小数的评分"),
    (("M1", "innovation"), "没有可撤销"), (("M1", "innovation", "八十"), "不是至多四位"), (("M1", "innovation", "86.12345"), "不是至多四位"), (("M1", "innovation", "1_0"), "不是至多四位"),
])  # fmt: skip
def test_no_other_score_is_the_committees_to_give(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    assert said in placed(unscored(tmp_path), *words)
    assert not (tmp_path / JOURNAL).exists()


def test_a_score_given_where_the_panel_scored_after_all_is_an_error(tmp_path: Path) -> None:
    folder = unscored(tmp_path)
    placed(folder, "M1", "innovation", "86.5")
    write_judged_edition(folder)
    done = run("check", folder)
    assert done.exit_code == 1
    assert "没有待定的位次，不再适用" in done.output
    placed(folder, "M1", "innovation")
    assert run("check", folder).exit_code == 0


def test_a_frozen_copy_rules_and_scores_alike_without_the_panel(tmp_path: Path) -> None:
    folder = unscored(tmp_path / "edition")
    for indicator in ("innovation", "service"):
        placed(folder, "M1", indicator, "86.5")
    freeze_edition(open_edition(folder), tmp_path / "copy")
    assert evaluated(tmp_path / "copy").ranking.equals(evaluated(folder).ranking)
    assert not check_edition(tmp_path / "copy")[1].errors


def test_another_ruling_is_told_as_what_moved_them(small_edition: Path, tmp_path: Path) -> None:
    old = left_open(small_edition)
    settled(old, "005")
    new = shutil.copytree(old, tmp_path / "new")
    settled(new, "006")
    for command in ("changes", "diff"):
        done = run(command, old, new)
        assert done.exit_code == 0, done.output
        assert "记录没有变化。" in done.output
        assert "委员会的裁定（工作记录第 1、2 条）有变化" in done.output
    found = compare(evaluated(old), evaluated(new), open_edition(old).records, open_edition(new).records)
    assert [(trial.cause.of_rulings, trial.cause.of_records) for trial in found.trials] == [(True, False)]
    (new / "records" / "会员名册.csv").write_text((old / "records" / "会员名册.csv").read_text("utf-8-sig").replace(",9,0", ",8,0"), "utf-8-sig")
    found = compare(evaluated(old), evaluated(new), open_edition(old).records, open_edition(new).records)
    assert [trial.cause.of_rulings for trial in found.trials] == [False, True]
    of_records, of_rulings = found.trials
    assert of_records.alone is not None
    assert of_rulings.alone is not None
    assert (of_records.alone.rulings, of_rulings.alone.rulings) == (found.before.rulings, found.after.rulings)
    assert set(found.needed.index[found.needed[1]]) == {"005", "006"}


FUNDED = scheme_text(
    indicator_text("x"), '\n[[condition]]\nid = "cost"\nlabel = "cost"\nmeasure = { column = "members.cost" }\n',
    award_text('budget = 4, cost = "cost", overrun = "skip"'), ties='"committee"',
)  # fmt: skip


def funded(folder: Path, *rows: tuple[float, float], scheme: str = FUNDED) -> Path:
    """Members M001, M002 ... of one class with x and cost."""
    return write_edition(folder / "e", scheme.replace('language = "en"', 'language = "zh"'), ["x", "cost"], [("甲类", *row) for row in rows])


@pytest.mark.parametrize(("chosen", "taken"), [(("M001",), True), (("M002", "M003"), True), (("M002",), False), (("M001", "M002"), False)])
def test_of_level_ones_whom_a_budget_cannot_pay_all_any_set_may_be_funded_beside_which_no_other_could_be(tmp_path: Path, chosen: tuple[str, ...], *, taken: bool) -> None:
    """4 to be spent, level at 90: the first costs 3, the next two 2 each. The fourth, behind them, costs 1: it is funded beside the first alone."""
    folder = funded(tmp_path, (90, 3), (90, 2), (90, 2), (80, 1), (70, -1))
    found = evaluated(folder)
    (tie,) = found.left_to_committee
    assert any("经费余额最多够 2 家，3 家完全同分" in problem.rule.zh for problem in found.problems)
    assert "经费余额最多够 2 家" in found.ranking.loc["M001", "reason"]
    assert "cost为 -1，不能小于 0" in found.ranking.loc["M005", "reason"]
    if not taken:
        with pytest.raises(Refused, match="none of the others besides"):
            decide_tie(folder, (tie,), "top", chosen, by=WHO, reason=WHY, names=found.members["name"])
        return
    decide_tie(folder, (tie,), "top", chosen, by=WHO, reason=WHY, names=found.members["name"])
    after = evaluated(folder)
    assert not after.ties
    assert not [problem for problem in after.problems if problem.file == JOURNAL]
    assert set(after.awards["member"]) == {*chosen, *(("M004",) if chosen == ("M001",) else ())}
    assert not garbled_lines(read_journal(folder))
    assert "（甲类）经费余额最多够 2 家" in minutes_text(read_journal(folder), "zh")
    assert "本类经费总额 4" in str(after.ranking.loc[chosen[0], "reason"])
    if chosen != ("M001",):
        assert "需要 1，本类经费总额 4 只余 0" in str(after.ranking.loc["M004", "reason"])


def test_a_budget_that_stops_at_those_level_is_told_to_end_there(tmp_path: Path) -> None:
    scheme = FUNDED.replace('"skip"', '"stop"')
    found = evaluated(funded(tmp_path, (90, 3), (90, 3), (80, 1), scheme=scheme))
    assert str(found.ranking.loc["M003", "reason"]).startswith("未获top：经费轮到前面的会员已不够，其后不再资助")


def test_a_state_that_the_order_of_ties_lacks_is_told(tmp_path: Path) -> None:
    scheme = FUNDED.replace('budget = 4, cost = "cost", overrun = "skip"', "number = 1").replace('ties = ["committee"]', 'ties = [{ condition = "cost", order = ["1", "2"] }, "joint"]')
    found = evaluated(funded(tmp_path, (90, 1), (90, 3), (80, 3), scheme=scheme))
    told = [(problem.severity, problem.column, problem.value, problem.rule.zh) for problem in found.problems if problem.column.startswith("ties")]
    assert told == [("warning", "ties[0]", "3", "同分比较“cost”，order 里没有“3”：2 家，都排在最后，彼此仍同分")]
