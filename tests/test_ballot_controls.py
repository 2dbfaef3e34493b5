"""The sliders of a ballot: nothing is written before the button, and what is written stands up to every check."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ballots.voters import NAME, edition, slip, small_scheme
from tests.invented import indicator, scheme
from toolkit.ballots import group_weights, load_ballots
from toolkit.ground.display import Table
from toolkit.ground.problems import Refused
from toolkit.interactive import ballot_sliders as module
from toolkit.interactive.ballot_sliders import BallotSliders, ballot_sliders

POINTS = {"total": {"learning": 70, "conduct": 30}, "learning": {"hours": 50, "talks": 30, "essays": 20}}


def sheet(folder: Path, **weighting: Any) -> BallotSliders:
    found = ballot_sliders(folder, small_scheme(**weighting))
    assert isinstance(found, BallotSliders)
    return found


def filled(sliders: BallotSliders, expert: str = "E09", points: dict[str, dict[str, int]] = POINTS) -> BallotSliders:
    """What an expert does: writes the code and moves every slider."""
    sliders._expert.value = expert
    for group, given_points in points.items():
        for node, value in given_points.items():
            sliders._sliders[group][node].value = value
    return sliders


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_ballot_is_written_and_read_back_as_it_was_given(tmp_path: Path) -> None:
    sliders = filled(sheet(tmp_path))
    before = dt.date.today()  # noqa: DTZ011
    assert files(tmp_path) == {}
    sliders._save.click()
    assert list(files(tmp_path)) == ["ballots/E09.toml"]
    found = load_ballots(tmp_path, small_scheme())
    (one,) = found.counted
    assert not found.problems
    assert (one.expert, one.round) == ("E09", 1)
    assert one.cast is not None
    assert before <= one.cast <= dt.date.today()  # noqa: DTZ011
    assert one.judged["total"].shares.tolist() == pytest.approx([0.7, 0.3])
    assert one.judged["learning"].shares.tolist() == pytest.approx([0.5, 0.3, 0.2])
    assert "已保存 ballots/E09.toml：专家 E09，第 1 轮，计入" in sliders._done.value


def test_after_it_the_sheet_is_empty_for_the_next_expert(tmp_path: Path) -> None:
    sliders = filled(sheet(tmp_path))
    sliders._save.click()
    assert sliders._expert.value == ""
    assert {slider.value for group in sliders._sliders.values() for slider in group.values()} == {0}
    assert sliders._expert.options == ("E09",)
    assert not sliders._said.value
    sliders._save.click()
    assert (bool(sliders._said.value), sliders._done.value) == (True, "")  # nobody takes the one for the other


def test_the_running_sum_is_shown(tmp_path: Path) -> None:
    sliders = sheet(tmp_path)
    shown = [sliders._sums["learning"].value]
    for node, value in {"hours": 50, "talks": 30, "essays": 20}.items():
        sliders._sliders["learning"][node].value = value
        shown.append(sliders._sums["learning"].value)
    sliders._sliders["learning"]["hours"].value = 62
    shown.append(sliders._sums["learning"].value)
    assert shown == ["合计 0，还差 100", "合计 50，还差 50", "合计 80，还差 20", "√ 合计 100", "合计 112，多出 12"]


@given(st.lists(st.integers(0, 100), min_size=3, max_size=3).filter(any))
def test_scaled_points_sum_to_100_and_are_off_by_less_than_one(points: list[int]) -> None:
    sliders = filled(sheet(Path("nowhere")), points={"learning": dict(zip(("hours", "talks", "essays"), points, strict=True))})
    sliders._scale("learning")
    scaled = [slider.value for slider in sliders._sliders["learning"].values()]
    assert sum(scaled) == 100
    assert all(abs(new - 100 * old / sum(points)) < 1 for new, old in zip(scaled, points, strict=True))
    if sum(points) == 100:
        assert scaled == points


def test_a_group_of_nothing_but_0_is_not_scaled(tmp_path: Path) -> None:
    sliders = sheet(tmp_path)
    sliders._scalers["total"].click()
    assert "分不出权重" in sliders._said.value
    sliders._sliders["total"]["learning"].value = 3
    assert not sliders._said.value
    sliders._scalers["total"].click()
    assert [slider.value for slider in sliders._sliders["total"].values()] == [100, 0]


@pytest.mark.parametrize("expert", ["../x", "..\\x", "", NAME, "/etc/E01", "E01/../E02", "E01.toml", "<img src=x>"])
def test_no_name_and_no_path_passes_for_a_code(tmp_path: Path, expert: str) -> None:
    folder = tmp_path / "edition"
    folder.mkdir()
    sliders = filled(sheet(folder), expert)
    sliders._save.click()
    assert "专家只写代号，不写姓名" in sliders._said.value
    assert not expert or expert not in sliders._said.value
    assert files(tmp_path) == {}


def test_every_sum_off_100_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    sliders = filled(sheet(tmp_path), "../x", {"total": {"learning": 70, "conduct": 25}, "learning": {"hours": 90, "talks": 30}})
    sliders._save.click()
    for said in ("代号", "现为 95", "再分出 5 分", "现为 120", "再减去 20 分"):
        assert said in sliders._said.value
    assert files(tmp_path) == {}
    with pytest.raises(Refused, match="3 problems"):
        sliders.ballot  # noqa: B018


@pytest.mark.parametrize("name", ["E09.toml", "E09-1.toml"])
def test_another_ballot_is_never_written_over_nor_made_a_double(tmp_path: Path, name: str) -> None:
    folder = edition(tmp_path, {name: slip("E09")})
    before = files(folder)
    sliders = filled(sheet(folder), "e09 ")
    sliders._save.click()
    assert "判断票已经有了" in sliders._said.value
    assert "请选下一轮" in sliders._said.value
    assert NAME not in sliders._said.value
    assert files(folder) == before
    assert sliders._sliders["total"]["learning"].value == 70  # nothing typed is lost


def test_a_file_that_cannot_be_read_is_not_written_over_either(tmp_path: Path) -> None:
    folder = edition(tmp_path, {"E09.toml": "expert = "})
    before = files(folder)
    sliders = filled(sheet(folder))
    sliders._save.click()
    assert "判断票已经有了" in sliders._said.value
    assert files(folder) == before


def test_a_revision_is_a_ballot_of_the_next_round_and_the_earlier_one_stays(tmp_path: Path) -> None:
    folder = edition(tmp_path, {"E09.toml": slip("E09")})
    sliders = sheet(folder)
    assert [number for _, number in sliders._round.options] == [1, 2]
    sliders._round.value = 2
    filled(sliders)._save.click()
    assert sorted(files(folder)) == ["ballots/E09-2.toml", "ballots/E09.toml"]
    assert files(folder)["ballots/E09.toml"] == slip("E09")
    found = load_ballots(folder, small_scheme())
    assert group_weights(found).weights["learning"] == 70
    assert group_weights(found, round=1).weights["learning"] == 60
    assert sliders._round.value == 2


def test_where_the_scheme_says_which_round_decides_no_other_is_offered(tmp_path: Path) -> None:
    folder = edition(tmp_path, {"E09.toml": slip("E09")})
    sliders = sheet(folder, round=2, experts={"E10": 2.0})
    assert [number for _, number in sliders._round.options] == [2]
    assert sliders._expert.options == ("E09", "E10")


def test_a_late_ballot_is_kept_and_said_to_be_late(tmp_path: Path) -> None:
    sliders = filled(sheet(tmp_path, deadline="2018-12-01"))
    sliders._save.click()
    assert "逾期" in sliders._done.value
    assert list(files(tmp_path)) == ["ballots/E09.toml"]


@pytest.mark.parametrize("inside", ["sealed/r1/data/edition", "sealed/.r1-unfinished-x/bag/edition", "moved/data/edition"])
def test_a_sealed_copy_says_that_it_takes_no_votes(tmp_path: Path, inside: str) -> None:
    folder = edition(tmp_path / inside, {})
    if inside.startswith("moved"):
        assert isinstance(ballot_sliders(folder, small_scheme()), BallotSliders)
        (tmp_path / "moved" / "bagit.txt").touch()
    found = ballot_sliders(folder, small_scheme())
    assert isinstance(found, Table)
    assert "封存" in repr(found)


def test_with_nothing_to_vote_on_that_is_said(tmp_path: Path) -> None:
    found = ballot_sliders(tmp_path, scheme(weights="percent", indicator=[indicator("hours", 100)]))
    assert isinstance(found, Table)
    assert "无从分配权重" in repr(found)


def test_a_failure_is_one_sentence_and_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        message = f"{tmp_path} is read only"
        raise PermissionError(message)

    monkeypatch.setattr(module, "write_ballot", fails)
    sliders = filled(sheet(tmp_path))
    sliders._save.click()
    assert "没有保存" in sliders._said.value
    assert str(tmp_path) not in sliders._said.value
    assert sliders._done.value == ""


@pytest.mark.parametrize("state", [{"value": 10**9}, {"value": -5}, {"value": "60"}, {"max": 500}])
def test_any_state_sent_by_a_viewer_writes_a_valid_ballot_or_none(tmp_path: Path, state: dict[str, Any]) -> None:
    sliders = filled(sheet(tmp_path))
    try:
        sliders._sliders["total"]["learning"].set_state(state)
    except Exception:  # noqa: BLE001 - the kernel refuses it before the sliders see it
        assert sliders._sliders["total"]["learning"].value == 70
    sliders._save.click()
    found = load_ballots(tmp_path, small_scheme())
    assert not found.problems
    assert len(found.counted) == len(files(tmp_path))


def test_all_of_it_is_in_the_language_of_the_scheme(tmp_path: Path) -> None:
    sliders = ballot_sliders(tmp_path, small_scheme().with_(language="en"))
    assert isinstance(sliders, BallotSliders)
    assert sliders._sums["total"].value == "0 given, 100 lacking"
    sliders._save.click()
    assert "an expert goes by a code, never by name" in sliders._said.value
    filled(sliders)._save.click()
    assert "Saved ballots/E09.toml: expert E09, round 1, counted." in sliders._done.value


def test_the_text_form_is_fixed(tmp_path: Path) -> None:
    assert repr(sheet(tmp_path)) == "BallotSliders(test)"
