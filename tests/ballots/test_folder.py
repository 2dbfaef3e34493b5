"""Every ballot is listed once; those that do not count say why; no message says a name."""

from __future__ import annotations

from pathlib import Path

from tests.ballots.voters import NAME, cast, slip
from toolkit.ballots.folder import Ballots


def states(found: Ballots) -> dict[str, str]:
    return {one.file.removeprefix("ballots/"): one.state for one in found.listed}


def everything(found: Ballots) -> str:
    reasons = " ".join(one.reason.zh + one.reason.en + one.file for one in found.listed)
    return found.problems.text() + found.problems.text("en") + repr(found) + repr(found.listed) + reasons


MANY = {
    "E01.toml": slip("E01"),
    "E02.toml": slip("E02", cast="2018-12-11"),
    "E03.toml": slip("E03"),
    "E03-1.toml": slip("E03", learning=55),
    "E04.toml": slip("E04", own='method = "points"\npoints = { hours = 60, talks = 40 }'),
    "E05.toml": slip("E05", more="withdrawn = true"),
    "E06.toml": slip("E06", own='method = "points"\npoints = { hours = 60, talks = 30, essays = 5 }'),
    "E07.toml": slip("E07", own='method = "ahp"\ncomparisons = [["hours", "talks", 3], ["talks", "essays", 4], ["hours", "essays", "1/2"]]'),
    "E08.toml": slip("E08").replace("name =", "nmae ="),
    "E09.toml": slip("E10"),
    f"{NAME}.toml": slip("E11"),
    "E12.toml": slip(NAME),
    "E13.toml": slip("E13", cast="2018-12-10"),
    "E01-2.toml": slip("E01", more="round = 2"),
}


def test_each_is_counted_or_set_aside_with_its_reason(tmp_path: Path) -> None:
    found = cast(tmp_path, MANY, deadline="2018-12-10")
    assert states(found) == {
        "E01.toml": "counted", "E02.toml": "late", "E03.toml": "double", "E03-1.toml": "double", "E04.toml": "incomplete",
        "E05.toml": "withdrawn", "E06.toml": "faulty", "E07.toml": "counted", "E08.toml": "faulty", "E09.toml": "faulty",
        "[14]": "faulty", "E12.toml": "faulty", "E13.toml": "counted", "E01-2.toml": "counted",
    }  # fmt: skip
    assert len(found.counted) + len(found.set_aside) == len(found.listed) == len(MANY)
    assert all(one.reason.zh and one.reason.en for one in found.set_aside)
    assert [one.expert for one in found.of_round(1)] == ["E01", "E07", "E13"]
    assert found.deciding == 2


def test_no_name_is_in_any_message(tmp_path: Path) -> None:
    said = everything(cast(tmp_path, MANY, deadline="2018-12-10"))
    assert NAME not in said
    assert "ballots/E06.toml" in said


def test_all_faults_are_told_at_once_with_line_and_mend(tmp_path: Path) -> None:
    wrong = slip("E01", own='method = "rank_order"\norder = ["pledge", ["hours", "hours"], "tolks"]') + '[weights.lerning]\nmethod = "swing"\nswings = {}\n'
    twice = slip("E02", own='method = "ahp"\ncomparisons = [["hours", "talks", 3], ["talks", "essays", 4], ["talks", "hours", 2]]')
    said = cast(tmp_path, {"E01.toml": wrong, "E02.toml": twice}).problems.text("en")
    for words in (
        'row 11, weights.learning.order[1] "pledge": `pledge` is not below learning; here belong: hours, talks, essays',
        "`hours` is listed twice",
        "there is no node `tolks`; is `talks` meant?",
        "there is no group `lerning`; is `learning` meant?",
        'weights.learning.comparisons[3] "talks : hours": this comparison is there twice; remove one of them',
    ):
        assert words in said


def test_a_contradiction_counts_and_is_a_warning_with_the_mend(tmp_path: Path) -> None:
    found = cast(tmp_path, {"E07.toml": MANY["E07.toml"]})
    (problem,) = found.problems
    assert (problem.severity, problem.row, problem.column) == ("warning", 9, "weights.learning")
    assert "若为 1/3，CR 由 1.06 降到 0.09" in problem.mend.zh
    assert states(found) == {"E07.toml": "counted"}


def test_only_the_groups_the_scheme_names_are_voted_on(tmp_path: Path) -> None:
    only = 'expert = "E01"\ncast = 2018-12-03\n[weights.total]\nmethod = "points"\npoints = { learning = 70, conduct = 30 }\n'
    assert states(cast(tmp_path, {"E01.toml": only})) == {"E01.toml": "incomplete"}
    assert states(cast(tmp_path, {"E01.toml": only}, groups=["total"])) == {"E01.toml": "counted"}


def test_a_folder_without_ballots_is_empty(tmp_path: Path) -> None:
    assert cast(tmp_path, {}).listed == ()
