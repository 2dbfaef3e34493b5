"""What other votes would have decided: against every vote there is on small panels, worked out apart from the rule."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests import invented
from tests.ballots.voters import cast, slip
from tests.panels.judged import SCHEME, write_judged_edition
from toolkit.ballots import load_ballots
from toolkit.ballots.ballot import Ballot, DividedPoints, write_ballot
from toolkit.commands import app
from toolkit.edition import Edition, open_edition
from toolkit.evaluation import evaluate
from toolkit.examination.other_votes import Cast, OtherVotes, other_votes
from toolkit.reports.examination_wording import other_votes_in_words

ONE = SCHEME[: SCHEME.index('[[indicator]]\nid = "service"')].replace("weight = 60", "weight = 100") + SCHEME[SCHEME.index("[[award]]") :]
ALL = {code: (name, "一类") for code, name in (("M1", "甲公司"), ("M2", "乙公司"), ("M3", "丙公司"))}
SEATS = ("E01,张三三,,是", "E02,李四四,,是", "E03,王五五,,是")


def panel_of(folder: Path, scores: np.ndarray, trim: int = 0, more: str = "") -> Edition:
    """Three members scored on one indicator by so many experts."""
    scheme = ONE.replace("trim = 1", f"trim = {trim}") + more
    sheets = {f"E0{expert + 1}": {f"M{member + 1}": (float(scores[member, expert]), 50) for member in range(3)} for expert in range(scores.shape[1])}
    return open_edition(write_judged_edition(folder, sheets, scheme=scheme, experts=[f"{expert},{name},,是" for expert, name in zip(sheets, "甲乙丙丁戊己庚", strict=False)], interests=(), members=ALL))


def on_sheets(edition: Edition, **more: int) -> OtherVotes:
    (found,) = other_votes(evaluate(edition.scheme, edition.records), edition.tables, edition.judged, **more)
    return found


def winner(scores: np.ndarray, trim: int) -> int:
    """Who has the highest mark to two decimals; -1 where two are level, as the place then stands open."""
    marks = np.round(np.sort(scores, axis=1)[:, trim : 3 - trim].mean(axis=1) + 1e-9, 2)
    best = np.flatnonzero(marks == marks.max())
    return int(best[0]) if len(best) == 1 else -1


def fewest_by_hand(scores: np.ndarray, trim: int) -> int:
    """How many experts change the winner, found among all votes of 0, 50 and 100."""
    for many in (1, 2, 3):
        for who in combinations(range(3), many):
            for said in product((0.0, 50.0, 100.0), repeat=3 * many):
                other = scores.copy()
                other[:, list(who)] = np.array(said).reshape(3, many)
                if winner(other, trim) != winner(scores, trim):
                    return many
    return 0


@pytest.mark.parametrize("trim", [0, 1])
@pytest.mark.parametrize(
    ("scores", "mean", "median"),
    [
        ([[90, 90, 90], [80, 80, 80], [70, 70, 70]], 1, 2),  # one 0 of three takes 30 of a mean, and nothing of a median
        ([[100, 100, 100], [0, 0, 0], [0, 0, 0]], 2, 2),
        ([[60, 100, 55], [50, 90, 50], [10, 10, 10]], 1, 1),
        ([[100, 100, 95], [5, 5, 2], [1, 0, 1]], 2, 2),
    ],
)  # fmt: skip
def test_the_fewest_are_those_of_all_votes_there_are(tmp_path: Path, trim: int, scores: list[list[float]], mean: int, median: int) -> None:
    table = np.array(scores, float)
    found = on_sheets(panel_of(tmp_path, table, trim))
    assert len(found.fewest) == fewest_by_hand(table, trim) == (median if trim else mean)
    assert found.exact
    assert found.whole
    assert found.proved == len(found.fewest) - 1


def test_one_expert_alone_is_told_without_its_scores(tmp_path: Path) -> None:
    found = on_sheets(panel_of(tmp_path, np.array([[90.0, 90, 90], [80, 80, 80], [70, 70, 70]])))
    assert found.each["expert"].tolist() == ["E01", "E02", "E03"]
    assert found.each["moved"].tolist() == pytest.approx([100 / 3] * 3)
    assert found.each["places"].tolist() == [2, 2, 2]
    assert found.each["awards"].tolist() == [2, 2, 2]
    assert (found.gained, found.lost) == ((("best", "M2"),), (("best", "M1"),))


def test_levelled_sheets_are_tried_and_nothing_is_proved(tmp_path: Path) -> None:
    folder = tmp_path / "levelled"
    edition = panel_of(folder, np.array([[100.0, 100, 100], [0, 0, 0], [0, 0, 0]]), more='harshness = "mixed_model"\n')
    found = on_sheets(edition)
    assert found.proved == 0
    assert not found.exact or len(found.fewest) == 1


def test_where_the_work_is_done_before_all_is_tried_that_is_said(tmp_path: Path) -> None:
    edition = panel_of(tmp_path, np.array([[100.0] * 7, [0.0] * 7, [0.0] * 7]))
    found = on_sheets(edition, work=1)
    assert (found.fewest, found.proved, found.whole) == ((), 1, False)  # each expert alone is looked at whatever the bound
    words = other_votes_in_words([found], evaluate(edition.scheme, edition.records), "en")
    assert f"In {found.runs} lists no other votes were found that change an award; it is proved that 1 or fewer change none, and not all of more were tried" in words
    whole = on_sheets(edition)
    assert (len(whole.fewest), whole.exact) == (4, True)
    evaluation = evaluate(edition.scheme, edition.records)
    assert "the list would be the same: proved" in other_votes_in_words([replace(found, proved=7)], evaluation, "en")
    assert "There are no sheets or ballots to try" in other_votes_in_words([], evaluation, "en")




@pytest.mark.parametrize(("aggregate", "moved"), [("arithmetic", 100 / 3), ("median", 0.0), ("geometric", 100.0)])
def test_one_ballot_moves_a_weight_as_the_way_lets_it(tmp_path: Path, aggregate: str, moved: float) -> None:
    edition = voted_edition(tmp_path, aggregate)
    evaluation = evaluate(edition.scheme, edition.records)
    found = other_votes(evaluation, edition.tables, None, load_ballots(edition.folder, edition.scheme))
    (votes,) = found
    assert votes.each["moved"].tolist() == pytest.approx([moved] * 3, abs=0.11)
    words = other_votes_in_words(found, evaluation, "zh")
    assert "评分表没有试算" in words
    assert "判断票（3 位专家）" in words
    assert len(votes.fewest) == {"arithmetic": 1, "median": 2, "geometric": 1}[aggregate]


def test_of_many_choices_some_are_tried_and_votes_that_cancel_out_are_none(tmp_path: Path) -> None:
    ballots = cast(tmp_path, {"E01.toml": slip("E01", 60), "E02.toml": slip("E02", 0)}, aggregate="geometric", minimum=2)
    rules = ballots.scheme.model_copy(update={"awards": invented.scheme(award=[{"id": "best", "label": "best", "quota": {"number": 1}}]).awards})
    values = pd.DataFrame(np.arange(12.0).reshape(3, 4), columns=[item.id for item in rules.indicators], index=invented.members(3).index)
    base = invented.evaluation(rules, invented.members(3), values)
    votes = Cast(base, ballots, ("E01", "E02"))
    assert votes.weights("total", [0], 0) is None  # all to what the other gives nothing, by a geometric mean
    tried = votes.tried([0], 5)  # of two by three choices
    assert (tried.whole, tried.given.shape) == (False, (1, 4, 3))
    assert other_votes(base, None, None, cast(tmp_path / "none", {}, minimum=2)) == ()


def voted_edition(folder: Path, aggregate: str) -> Edition:
    """M1 leads while 创新 weighs more than 3/8 of the total: the group gives it 50, and one or two of three could give it less."""
    scheme = SCHEME + f'[weighting]\naggregate = "{aggregate}"\nminimum = 3\n'
    sheets = {f"E0{expert}": {"M1": (90, 50), "M2": (40, 80), "M3": (10, 10)} for expert in (1, 2, 3)}
    write_judged_edition(folder, sheets, scheme=scheme, experts=SEATS, interests=(), members=ALL)
    edition = open_edition(folder)
    for expert in ("E01", "E02", "E03"):
        points = DividedPoints(method="points", points={"innovation": 50, "service": 50})
        write_ballot(folder, Ballot(expert=expert, cast=edition.scheme.as_of, weights={"total": points}))
    return open_edition(folder)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_command_asks_and_tells_no_score_and_no_name(tmp_path: Path, language: str) -> None:
    edition = voted_edition(tmp_path / "e", "arithmetic")
    done = CliRunner().invoke(app, ["examine", str(edition.folder), "--votes", "--out", str(tmp_path / "out"), "--language", language])
    assert done.exit_code == 0, done.output
    said = done.output[done.output.index("票已收上来" if language == "zh" else "With the votes there") :]
    assert ("确为最少" if language == "zh" else "no fewer do") in said
    assert not any(name in said for name in ("张三三", "李四四", "王五五"))
    table = (tmp_path / "out" / "other_votes.csv").read_text("utf-8-sig").splitlines()
    assert table[0] == "kind,expert,of,moved,places,awards,in_fewest"
    assert [line.split(",")[0] for line in table[1:]] == ["sheet"] * 3 + ["ballot"] * 3
