"""What one expert can move at most: no vote moves more, and some vote moves as much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.panels.judged import SCHEME, write_judged_edition
from toolkit.commands import app
from toolkit.edition import load_plan
from toolkit.examination import examine
from toolkit.examination.one_expert import Way, mark_moved, weight_moved
from toolkit.panels import panel_means
from toolkit.scheme import Scheme
from toolkit.weighting import ahp_shares, group_matrix, group_shares


def moved_by_the_rule(others: np.ndarray, trim: int, says: tuple[float, ...] = (0, 25, 50, 75, 100)) -> np.ndarray:
    """How far the panel's own rule lets one expert move each row's mean, whatever it says."""
    marks = np.array([panel_means(np.column_stack([others, np.full(len(others), said)]), trim=trim) for said in says])
    return np.asarray(marks.max(axis=0) - marks.min(axis=0))


@pytest.mark.parametrize(("experts", "trim"), [(5, 0), (5, 1), (5, 2), (7, 2), (4, 1)])
def test_a_sheet_moves_a_mark_as_far_as_is_said_and_no_farther(experts: int, trim: int) -> None:
    alike, split = mark_moved(100, experts, trim)
    draws = np.random.default_rng(experts + trim)
    others = np.vstack([draws.integers(0, 5, (300, experts - 1)) * 25.0, *(np.repeat([0.0, 100.0], [low, experts - 1 - low])[None] for low in range(experts))])
    moved = moved_by_the_rule(others, trim)
    assert moved.max() == pytest.approx(split)
    assert moved_by_the_rule(np.full((3, experts - 1), [[10.0], [50.0], [90.0]]), trim).max() == pytest.approx(alike)
    if trim:
        apart = np.ptp(others, axis=1)
        assert (moved <= apart / (experts - 2 * trim) + 1e-9).all()


@pytest.mark.parametrize("way", ["arithmetic", "geometric", "median", "trimmed"])
def test_a_ballot_moves_a_weight_no_farther_than_is_said(way: Way) -> None:
    alike, split = weight_moved(way, 0.2)
    draws, ends = np.random.default_rng(3), np.eye(3)

    def moved(others: np.ndarray, by: str = way) -> float:
        weights = np.array([group_shares(np.vstack([others, own]), by)[0] for own in (*ends[:2], *draws.dirichlet(np.ones(3), 5))]) * 100
        return float(np.ptp(weights))

    some = [moved(draws.dirichlet(np.full(3, 0.7), 4)) for _ in range(60)]
    assert max(some) <= split + 1e-9
    same = [moved(np.tile(draws.dirichlet(np.ones(3)), (4, 1))) for _ in range(40)]
    assert max(same) <= alike + 1e-9
    if way == "arithmetic":
        assert min(some) == pytest.approx(20)
    if way == "geometric":
        assert moved(np.tile([0.98, 0.01, 0.01], (4, 1))) > 97
    if way == "median":
        assert moved(np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]])) == pytest.approx(split)
        assert weight_moved("median", 0.5) == (50.0, 100.0)


def test_comparisons_of_one_criterion_move_its_weight_as_far_as_is_said() -> None:
    others = np.array([[1, 0.5, 3], [2, 1, 1], [1 / 3, 1, 1]])
    best = 0.0
    for scale in np.geomspace(0.05, 20, 200):  # the others' first criterion less or more: somewhere half of the weight
        theirs = others.copy()
        theirs[0, 1:], theirs[1:, 0] = np.clip(others[0, 1:] * scale, 1 / 9, 9), np.clip(others[1:, 0] / scale, 1 / 9, 9)
        ends = []
        for own in (9.0, 1 / 9):
            mine = others.copy()
            mine[0, 1:], mine[1:, 0] = own, 1 / own
            ends.append(ahp_shares(group_matrix([theirs] * 4 + [mine]))[0])
        best = max(best, 100 * (ends[0] - ends[1]))
    assert best <= weight_moved("aij", 0.2)[0] + 1e-9
    assert best == pytest.approx(weight_moved("aij", 0.2)[0], abs=0.05)


def judged(tmp_path: Path, more: str = "", minimum: int = 5, **changes: str) -> tuple[Path, Scheme]:
    text = SCHEME.replace("minimum = 3", f"minimum = {minimum}")
    for old, new in changes.items():
        text = text.replace(old, new)
    folder = write_judged_edition(tmp_path / "judged", scheme=text + more)
    return folder, load_plan(folder)[0]


def test_the_total_moves_by_the_weight_of_the_indicator(tmp_path: Path) -> None:
    folder, plan = judged(tmp_path)
    says = examine(plan, load_plan(folder)[1], tries=0).says
    own = {say.of: (say.split, say.total) for say in says if say.in_force}
    assert own == {"innovation": pytest.approx((100 / 3, 20.0)), "service": pytest.approx((100 / 3, 40 / 3))}
    assert not any(say.of == "" for say in says)  # nobody votes on weights by this scheme


@pytest.mark.parametrize("changes", [{'shape = "linear", worst = 0, best = 100': 'shape = "steps", steps = [[50, 100]]'}, {"[[award]]": '[total]\naggregate = "geometric"\n[[award]]'}])
def test_where_a_mark_is_no_plain_part_of_the_total_nothing_is_said_of_that(tmp_path: Path, changes: dict[str, str]) -> None:
    folder, plan = judged(tmp_path, **changes)
    assert np.isnan([say.total for say in examine(plan, load_plan(folder)[1], tries=0).says]).all()


def test_of_levelled_sheets_nothing_is_claimed(tmp_path: Path) -> None:
    folder, plan = judged(tmp_path, **{"trim = 1": 'trim = 1\nharshness = "zscore"'})
    (say,) = [say for say in examine(plan, load_plan(folder)[1], tries=0).says if say.in_force and say.of == "service"]
    assert (say.way, np.isnan(say.alike), np.isnan(say.split)) == ("levelled", True, True)


def test_one_who_decides_alone_is_found(tmp_path: Path) -> None:
    _, plan = judged(tmp_path, '[weighting]\naggregate = "geometric"\n', minimum=1, **{"trim = 1\n": ""})
    found = {problem.column: problem.severity for problem in examine(plan, tries=0).problems}
    assert found.keys() >= {"panel.minimum", "weighting.minimum", "weighting.aggregate"}
    assert found["panel.minimum"] == "warning"


def test_the_command_tells_it_in_words_and_figures(tmp_path: Path) -> None:
    folder, _ = judged(tmp_path, '[weighting]\naggregate = "median"\nminimum = 5\n')
    done = CliRunner().invoke(app, ["examine", str(folder), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "【办法所定】去掉最高、最低各 1 个再平均：别人一致时 0；别人每相差 10 分，3.33；最多 33.33" in done.output
    assert "由此使总分最多变动（分）：“创新” 20、“服务” 13.33" in done.output
    assert "【办法所定】取中位数：别人一致时 0；别人分成两派时可由这一票定夺" in done.output
    table = pd.read_csv(tmp_path / "out" / "one_expert.csv")
    assert table[table["in_force"]]["way"].tolist() == ["trimmed", "trimmed", "median"]
