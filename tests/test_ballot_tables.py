"""Tables of ballots: codes and never names, every file counted, an expert's slip with nobody else on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ballots.test_folder import MANY
from tests.ballots.voters import NAME, cast, slip
from toolkit import views
from toolkit.ballots import group_weights
from toolkit.ground.problems import Refused
from toolkit.ground.text import Language

LEARNING = {"E01": 62, "E02": 60, "E03": 58, "E04": 61, "E05": 10}
SLIPS = {f"{expert}.toml": slip(expert, learning) for expert, learning in LEARNING.items()}


def test_the_list_counts_every_file_and_names_nobody(tmp_path: Path) -> None:
    table = views.ballots_table(cast(tmp_path, MANY, deadline="2018-12-10"))
    assert len(table.rows) == len(MANY)
    assert table.note == "读入 14 = 计入 4 + 不计入 10；以第 2 轮为准，本轮计入 1 张。"
    assert NAME not in repr(table) + table._repr_html_()


def test_the_groups_weights_stand_beside_the_schemes(tmp_path: Path) -> None:
    table = views.group_weights_table(group_weights(cast(tmp_path, SLIPS)), "en")
    assert table.rows[0] == ("the total", "learning", "60", "50.2", "-9.8", "10.0", "60.0", "62.0")


def test_who_is_far_is_told_with_the_node(tmp_path: Path) -> None:
    row = views.agreement_table(group_weights(cast(tmp_path, SLIPS)), "en").rows[0]
    assert "E05 (learning -50.2) ⚠" in row
    assert "E01 E02 E03 E04 | E05" in row


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_slip_shows_ones_own_place_only(tmp_path: Path, language: Language) -> None:
    table = views.slip_table(group_weights(cast(tmp_path, SLIPS)), "E05", language)
    assert table.rows[0][2:6] == ("10.0", "58.0", "60.0", "61.0")
    assert table.rows[0][6] == ("低于多数" if language == "zh" else "below most")
    assert not {"E01", "E02", "E03", "E04", NAME} & set(repr(table).split())


def test_a_slip_for_who_did_not_vote_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="there is no ballot of E09 in round 1"):
        views.slip_table(group_weights(cast(tmp_path, SLIPS)), "E09")


def test_the_farthest_is_told_where_nobody_is_markedly_far_and_nobody_where_all_are_alike(tmp_path: Path) -> None:
    some = {f"E0{n}.toml": slip(f"E0{n}", learning) for n, learning in enumerate((50, 55, 60, 70), start=1)}
    (total, below) = views.agreement_table(group_weights(cast(tmp_path, some)), "en").rows
    assert total[-1] == "E04 (learning +15.0)"
    assert below[-1] == ""


def test_two_camps_as_far_apart_name_nobody(tmp_path: Path) -> None:
    some = {f"E0{n}.toml": slip(f"E0{n}", learning) for n, learning in enumerate((40, 40, 60, 60), start=1)}
    total = views.agreement_table(group_weights(cast(tmp_path, some)), "en")
    assert not [row for row in total.rows if "(learning" in row[-1]]
