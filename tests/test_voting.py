"""The command `committee ballots` as a secretariat meets it: list, adopt, forms out and back, and no name anywhere."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from tests.ballots.test_decided import SLIP
from tests.ballots.test_returned import filled
from tests.ballots.voters import NAME, edition
from tests.sealing import sealed, write_house
from tests.test_command_line import run
from toolkit import ballots
from toolkit.scheme import load_scheme

NAMED = f'name = "{NAME}"\n'


def voted(folder: Path, **learning: int) -> Path:
    slips = {f"{e}.toml": NAMED + SLIP.format(expert=e, learning=x, rest=100 - x) for e, x in learning.items()}
    return edition(folder, slips)


def test_the_list_the_weights_and_the_agreement_are_told_and_nothing_is_written(small_edition: Path) -> None:
    before = (voted(small_edition, E01=50, E02=70, E03=75) / "scheme.toml").read_bytes()
    for language in ("zh", "en"):
        done = run("ballots", small_edition, "-l", language)
        assert done.exit_code == 0, done.output
        assert "E03" in done.output
        assert NAME not in done.output
    assert (small_edition / "scheme.toml").read_bytes() == before


def test_adopt_shows_the_change_and_writes_it_between_the_comments(small_edition: Path) -> None:
    done = run("ballots", voted(small_edition, E01=50, E02=70, E03=75), "--adopt")
    assert done.exit_code == 0, done.output
    assert "权重：学习交流 60 → 65" in done.output
    assert {group.id: group.weight for group in load_scheme(small_edition / "scheme.toml").groups} == {"learning": 65, "conduct_group": 35}
    assert "没有改动" in run("ballots", small_edition, "--adopt").output


def test_adopt_keeps_the_scheme_as_it_was_and_says_where(small_edition: Path) -> None:
    before = (voted(small_edition, E01=50, E02=70, E03=75) / "scheme.toml").read_bytes()
    said = run("ballots", small_edition, "--adopt").output
    (former,) = small_edition.glob("scheme.*.toml")
    assert former.read_bytes() == before
    assert f"原来的办法存为 {former.name}" in said


def test_an_adoption_that_cannot_be_written_leaves_the_scheme_whole_and_says_so(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (voted(small_edition, E01=50, E02=70, E03=75) / "scheme.toml").read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    done = run("ballots", small_edition, "--adopt")
    assert done.exit_code == 1
    assert "磁盘已满" in done.output
    assert "已写入" not in done.output
    assert [(path.name, path.read_bytes()) for path in small_edition.glob("*scheme*")] == [("scheme.toml", before)]


def test_a_scheme_that_was_changed_meanwhile_is_not_written_over(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = voted(small_edition, E01=50, E02=70, E03=75) / "scheme.toml"
    whole = ballots.scheme_with_group_weights

    def slow(*given: Any) -> Any:
        path.write_text(path.read_text("utf-8").replace("seed     = 12", "seed     = 13"), "utf-8")
        return whole(*given)

    monkeypatch.setattr(ballots, "scheme_with_group_weights", slow)
    done = run("ballots", small_edition, "--adopt")
    assert done.exit_code == 1
    assert "刚被别人改过，未写入" in done.output
    assert load_scheme(path).seed == 13
    assert load_scheme(path).groups[0].weight == 60


def test_a_faulty_ballot_stops_the_adoption(small_edition: Path) -> None:
    before = (voted(small_edition, E01=50, E02=70, E03=75) / "scheme.toml").read_bytes()
    edition(small_edition, {"E04.toml": NAMED})
    done = run("ballots", small_edition, "--adopt")
    assert done.exit_code == 1
    assert "有判断票有误，未写入办法" in done.output
    assert NAME not in done.output
    assert (small_edition / "scheme.toml").read_bytes() == before
    assert run("ballots", small_edition).exit_code == 1


def test_where_there_is_no_ballot_or_none_is_named_it_is_said(small_edition: Path) -> None:
    assert [(done.exit_code, told in done.output) for done, told in ((run("ballots", small_edition), "里还没有判断票；生成空白票"), (run("ballots", small_edition, "--read"), "--read 文件"))] == [(0, True), (1, True)]


def test_what_each_would_have_decided(small_edition: Path) -> None:
    done = run("ballots", voted(small_edition, E01=60, E02=0), "--each")
    assert done.exit_code == 0, done.output
    rows = [line.split() for line in done.output.splitlines() if line.startswith("E0")][-2:]
    assert rows[0] == ["E01", "0", "—", "—", "—"]
    assert int(rows[1][1]) > 0


def test_forms_go_out_and_come_back(small_edition: Path, tmp_path: Path) -> None:
    assert run("ballots", small_edition, "--forms", tmp_path / "out", "--expert", "E01", "--expert", "E02").exit_code == 0
    good = filled(tmp_path / "out" / "权重判断票_E01.xlsx", {"cast": "2018-12-03", "points|total|learning": 55, "points|total|conduct_group": 45,
                  "points|learning|hours": 50, "points|learning|talks": 50, "ahp|conduct_group|pledge|answers": "1/3"})  # fmt: skip
    filled(tmp_path / "out" / "权重判断票_E02.xlsx", {"cast": "2018-12-03", "points|total|learning": 55})
    for word, told in (("*.xls", "没有文件与“"), ("票.xlsx", "没有文件“"), ("", "是文件夹")):
        refused = run("ballots", small_edition, "--read", tmp_path / "out" / word)
        assert (refused.exit_code, told in refused.output) == (2, True), refused.output
    (tmp_path / "out" / "~$权重判断票_E01.xlsx").touch()  # as Excel leaves beside what is open in it
    beside = (tmp_path / "out").rename(tmp_path / "票[2026]")
    good = beside / good.name
    done = run("ballots", small_edition, "--read", beside / "权重判断票_E0?.xlsx", good, beside / "~$权重判断票_E01.xlsx")
    assert done.exit_code == 0, done.output
    listed = run("ballots", small_edition)
    assert "读入 2 = 计入 1 + 不计入 1" in listed.output
    assert "CR 0.00" in listed.output
    assert run("ballots", small_edition, "--read", good).exit_code == 1  # it is there already


def test_no_bag_holds_a_name_of_an_expert(small_edition: Path, tmp_path: Path) -> None:
    voted(small_edition, E01=50, E02=70)
    house = write_house(tmp_path / "house")
    none = sealed(small_edition, house)
    scheme = small_edition / "scheme.toml"
    scheme.write_text(scheme.read_text("utf-8") + '\n[weighting]\npublish = "pseudonyms"\n', "utf-8")
    coded = sealed(small_edition, house, "r2", revises="r1", because="x")
    assert [path.name for path in sorted((coded / "data/edition/ballots").iterdir())] == ["E01.toml", "E02.toml"]
    assert not (none / "data/edition/ballots").exists()
    for bag in (none, coded):
        held = b"".join(path.read_bytes() for path in bag.rglob("*") if path.is_file())
        assert NAME.encode() not in held
