"""What passes for an expert's code: one pattern, wherever experts are written down."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ballots.voters import cast, slip
from tests.panels.judged import SHEETS, write_judged_edition
from toolkit.ballots import ballot_text
from toolkit.ballots.ballot import STEM, ballot_name
from toolkit.edition import check_edition
from toolkit.scheme.criteria import PSEUDONYM, is_pseudonym

CODES = ["E01", "e-7", "EX_12", "专家3", "专家12号", "3号", "7", "专家甲", "乙", "A", "专家B"]
NAMES = ["钱七七", "Li Si", "王五1", "lisisi7", "Zhang3", "甲乙", "专家", "专家王", "E01 钱七七", "", "12345", "E01\n"]


@pytest.mark.parametrize("code", CODES)
def test_codes(code: str) -> None:
    assert is_pseudonym(code)


@pytest.mark.parametrize("name", NAMES)
def test_names_and_what_may_hold_one(name: str) -> None:
    assert not is_pseudonym(name)


@given(st.text(min_size=2, max_size=12).filter(lambda said: sum(map(str.isalpha, said)) > 5))
def test_nothing_with_many_letters_passes(said: str) -> None:
    assert not is_pseudonym(said)


@given(st.from_regex(PSEUDONYM, fullmatch=True), st.integers(1, 12))
def test_the_name_of_a_ballot_tells_of_no_person(expert: str, number: int) -> None:
    stem = expert if number == 1 else f"{expert}-{number}"
    assert STEM.fullmatch(stem)


@pytest.mark.parametrize("code", CODES)
def test_ballots_and_score_sheets_take_the_same_codes(code: str, tmp_path: Path) -> None:
    found = cast(tmp_path / "b", {f"{code}.toml": slip(code), f"{code}-2.toml": slip(code, more="round = 2")})
    assert [one.state for one in found.listed] == ["counted", "counted"], found.problems.text("en")
    for one in found.listed:
        assert one.ballot
        assert ballot_name(one.ballot) == Path(one.file).name
        assert f'expert = "{code}"' in ballot_text(one.ballot)
    sheets = {(code if expert == "E01" else expert): rows for expert, rows in SHEETS.items()}
    seats = [f"{code},张三三,M1,是", "E02,李四四,,是", "E03,王五五,,是", "E04,赵六六,,是", "E05,钱七七,,否"]
    if code != "E01":
        assert not check_edition(write_judged_edition(tmp_path / "p", sheets, experts=seats))[1].errors


@pytest.mark.parametrize("name", ["钱七七", "Zhang3"])
def test_neither_takes_a_name_nor_repeats_it(name: str, tmp_path: Path) -> None:
    found = cast(tmp_path / "b", {"E09.toml": slip(name)})
    said = found.problems.text("zh") + check_edition(write_judged_edition(tmp_path / "p", experts=[f"{name},,,是"]))[1].text("zh")
    assert said.count("代号，不写姓名") == 2
    assert name not in said
