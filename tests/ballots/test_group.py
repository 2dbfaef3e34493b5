"""The group's weights, and what is said of a folder of ballots."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.ballots.test_decided import SLIP
from tests.ballots.voters import NAME, cast, edition, slip, small_scheme
from tests.panels.judged import SHEETS, write_judged_edition
from tests.test_command_line import run
from toolkit.ballots import group_weights, scheme_with_group_weights
from toolkit.ballots.group import check_ballots, round_before
from toolkit.ground.problems import Refused
from toolkit.records.dictionary import load_tables
from toolkit.weighting import group_shares

LEARNING = {"E01": 80, "E02": 60, "E03": 55, "E04": 30}
SLIPS = {f"{expert}.toml": slip(expert, learning) for expert, learning in LEARNING.items()}
AHP = 'method = "ahp"\ncomparisons = [["hours", "talks", {a}], ["talks", "essays", {b}]]'


@pytest.mark.parametrize("rule", ["arithmetic", "geometric", "median", "trimmed"])
def test_the_group_is_that_of_the_kernel(rule: str, tmp_path: Path) -> None:
    found = group_weights(cast(tmp_path, SLIPS, aggregate=rule, experts={"E01": 3}))
    own = [[x, 100 - x] for x in LEARNING.values()]
    assert np.allclose(found.groups["total"].shares, group_shares(own, rule, weights=[3, 1, 1, 1]))


def test_siblings_sum_to_exactly_100_and_the_scheme_takes_them(tmp_path: Path) -> None:
    ballots = cast(tmp_path, SLIPS)
    found = group_weights(ballots)
    assert found.weights == {"learning": 56.3, "conduct": 43.7, "hours": 50.0, "talks": 30.0, "essays": 20.0}
    after = scheme_with_group_weights(ballots.scheme, found)
    assert {node.id: node.weight for node in after.nodes.values()} == {**found.weights, "pledge": 100.0}


def test_aij_joins_comparisons_before_they_become_weights(tmp_path: Path) -> None:
    slips = {"E01.toml": slip("E01", own=AHP.format(a=2, b=2)), "E02.toml": slip("E02", own=AHP.format(a=8, b=2))}
    found = group_weights(cast(tmp_path, slips, aggregate="aij", groups=["learning"]))
    assert np.allclose(found.groups["learning"].shares, np.array([8, 2, 1]) / 11)


def test_aij_refuses_other_methods_by_expert_and_group(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        group_weights(cast(tmp_path, {"E01.toml": slip("E01")}, aggregate="aij"))
    assert {problem.column for problem in refused.value.problems} == {"weights.total.method", "weights.learning.method"}


def test_too_few_ballots_are_refused_and_no_round_before(tmp_path: Path) -> None:
    few = cast(tmp_path, SLIPS, minimum=5)
    with pytest.raises(Refused, match="of round 1 only 4 ballots count, the scheme wants 5"):
        group_weights(few)
    assert round_before(few, 2) is None


def test_the_last_round_decides_and_the_first_is_kept(tmp_path: Path) -> None:
    again = {f"{expert}-2.toml": slip(expert, learning, more="round = 2") for expert, learning in (("E01", 65), ("E04", 50), ("E05", 55))}
    ballots = cast(tmp_path, SLIPS | again)
    second, first = group_weights(ballots), group_weights(ballots, round=1)
    assert (second.round, second.weights["learning"], first.weights["learning"]) == (2, 56.7, 56.3)
    total = second.groups["total"]
    assert total.both == ("E01", "E04")
    assert total.moved is not None
    assert np.allclose(total.moved.moved, [0.15, 0.2])
    assert group_weights(cast(tmp_path, {}, round=1)).weights == first.weights


def test_agreement_is_told_and_one_expert_agrees_with_nobody(tmp_path: Path) -> None:
    found = group_weights(cast(tmp_path, SLIPS)).groups["total"]
    assert found.concordance is not None
    assert round(found.concordance.w, 3) == 0.25  # rank sums 7 and 5, three of four alike: 12 x 2 / (16 x 6)
    assert np.allclose(found.apart[0], [0, 0.2, 0.25, 0.5])
    alone = group_weights(cast(tmp_path / "alone", {"E01.toml": slip("E01")}))
    assert alone.groups["total"].concordance is None
    assert "1 experts" in repr(alone)


def test_the_order_of_files_changes_no_bit(tmp_path: Path) -> None:
    turned = {f"X{9 - place}.toml": slip(f"X{9 - place}", learning) for place, learning in enumerate(LEARNING.values())}
    one, other = (group_weights(cast(tmp_path / name, slips)).groups["total"].shares for name, slips in (("a", SLIPS), ("b", turned)))
    assert one.tolist() == other.tolist()


def test_names_instead_of_codes_are_refused_in_the_scheme_without_repeating_them() -> None:
    with pytest.raises(Refused) as refused:
        small_scheme().with_(weighting={"experts": {"E01": 1.0, "欧阳": 2.0}, "groups": ["totl"]})
    said = refused.value.problems.text()
    assert "专家只写代号" in said
    assert "欧阳" not in said
    assert "是否应为“total”" in said


def test_a_group_of_one_is_not_voted_on(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no group voted on has two nodes"):
        group_weights(cast(tmp_path, SLIPS, groups=["conduct"]))
    assert set(group_weights(cast(tmp_path, SLIPS, groups=["conduct", "total"])).groups) == {"total"}


GOOD = SLIP.format(expert="E01", learning=60, rest=40)
FAULTY = SLIP.format(expert="E02", learning=60, rest=41)
LATE_NAMED = f'name = "{NAME}"\n' + SLIP.format(expert="E03", learning=55, rest=45)


def test_ballots_are_listed_and_their_faults_told_with_those_of_the_records(small_edition: Path) -> None:
    edition(small_edition, {"E01.toml": GOOD, "E02.toml": FAULTY, "E03.toml": LATE_NAMED, "E03-1.toml": LATE_NAMED})
    done = run("check", small_edition)
    assert done.exit_code == 1
    for word in ("专家判断票", "读入 4 = 计入 1 + 不计入 3", "ballots/E02.toml", "101", "重复", "读入的记录"):
        assert word in done.output
    assert NAME not in done.output


def test_ballots_that_are_right_stop_nothing_and_without_any_nothing_is_said(small_edition: Path) -> None:
    assert "判断票" not in run("check", small_edition).output
    edition(small_edition, {"E01.toml": GOOD})
    done = run("check", small_edition)
    assert done.exit_code == 0
    assert "读入 1 = 计入 1 + 不计入 0" in done.output


def test_ballots_are_looked_at_where_the_tables_cannot_be_read_and_not_without_a_scheme(small_edition: Path) -> None:
    edition(small_edition, {"E02.toml": FAULTY})
    (small_edition / "tables.toml").write_text("[table", "utf-8")
    assert "ballots/E02.toml" in run("check", small_edition).output
    (small_edition / "scheme.toml").write_text("schema = 2", "utf-8")
    assert "ballots/E02.toml" not in run("check", small_edition).output


def test_too_few_for_the_scheme_are_a_warning_since_its_weights_stand(tmp_path: Path) -> None:
    found = check_ballots(edition(tmp_path, {"E01.toml": slip("E01")}), small_scheme(minimum=3))
    assert [problem.severity for problem in found.problems] == ["warning"]
    assert "of round 1 only 1 ballot counts, the scheme wants 3" in found.problems.text("en")
    assert not check_ballots(edition(tmp_path / "none", {}), small_scheme(minimum=3)).problems


def test_a_round_that_few_answered_is_told_unless_the_scheme_names_it(tmp_path: Path) -> None:
    files = {f"E0{n}.toml": slip(f"E0{n}") for n in (1, 2, 3)} | {"E02-2.toml": slip("E02", more="round = 2")}
    folder = edition(tmp_path, files)
    assert "of round 2 1 ballot counts, of the round before 3" in check_ballots(folder, small_scheme()).problems.text("en")
    assert not check_ballots(folder, small_scheme(round=2)).problems


def test_files_that_nothing_reads_are_counted_and_never_named(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path)
    tables = load_tables(folder / "tables.toml")
    assert not check_ballots(folder, small_scheme(), tables).problems
    (folder / "ballots" / "旧").mkdir()
    for name in (f"权重判断票_{NAME}.xlsx", f"旧/{NAME}.toml", "~$评分表1.xlsx", ".hidden"):
        (folder / "ballots" / name).write_bytes(b"")
    said = check_ballots(folder, small_scheme(), tables).problems.text("en")
    assert "2 files here are read by nothing" in said
    assert NAME not in said
    assert not check_ballots(folder, small_scheme(), None).problems


def test_score_sheets_are_checked_with_the_records(tmp_path: Path) -> None:
    done = run("check", write_judged_edition(tmp_path, SHEETS | {"E02": SHEETS["E02"] | {"M1": (881, "九十"), "M4": (70, 71)}}))
    assert done.exit_code == 1
    for word in ("评分表2.xlsx", "第 2 行", "881", "九十", "应当回避"):
        assert word in done.output
