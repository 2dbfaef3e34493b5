"""A ballot is written as it was read, never over another; a bag holds it by code or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ballots.test_folder import MANY
from tests.ballots.voters import NAME, edition, slip, small_scheme
from toolkit.ballots import read_ballot, write_ballot
from toolkit.ballots.ballot import bag_ballots
from toolkit.ground.problems import Refused

COMMENT = f"# {NAME} 亲笔\n"


def test_what_is_written_reads_the_same(tmp_path: Path) -> None:
    scheme = small_scheme()
    for name in ("E01.toml", "E07.toml", "E01-2.toml"):
        folder = edition(tmp_path / name, {name: MANY[name]})
        ballot = read_ballot(folder / "ballots" / name, scheme)
        written = write_ballot(tmp_path / "to" / name, ballot)
        assert written.name == name
        assert read_ballot(written, scheme) == ballot


def test_it_is_never_written_over_another_nor_under_a_name(tmp_path: Path) -> None:
    folder = edition(tmp_path, {"E01.toml": slip("E01")})
    ballot = read_ballot(folder / "ballots" / "E01.toml", small_scheme())
    with pytest.raises(Refused, match="there already"):
        write_ballot(folder, ballot)
    with pytest.raises(Refused, match="never by name") as refused:
        write_ballot(folder, ballot.model_copy(update={"expert": NAME}))
    assert NAME not in str(refused.value)


def test_a_bag_holds_nothing_unless_the_scheme_says_so(tmp_path: Path) -> None:
    folder = edition(tmp_path, {"E01.toml": slip("E01")})
    assert bag_ballots(folder, small_scheme()) == {}
    assert bag_ballots(folder, small_scheme(publish="none")) == {}


def test_a_bag_holds_codes_and_no_name_comment_or_unreadable_file(tmp_path: Path) -> None:
    slips = {name: COMMENT + text for name, text in MANY.items()}
    found = bag_ballots(edition(tmp_path, slips), small_scheme(publish="pseudonyms"))
    assert sorted(found) == ["E01-2.toml", "E01.toml", "E02.toml", "E03-12.toml", "E03.toml", "E04.toml", "E05.toml",
                             "E06.toml", "E07.toml", "E13.toml"]  # fmt: skip
    assert NAME not in "".join(found.values()) + "".join(found)


def test_the_name_is_not_in_the_repr(tmp_path: Path) -> None:
    folder = edition(tmp_path, {"E01.toml": slip("E01")})
    ballot = read_ballot(folder / "ballots" / "E01.toml", small_scheme())
    assert ballot.name == NAME
    assert NAME not in f"{ballot!r}{ballot!s}"
