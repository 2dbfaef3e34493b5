"""Unified social credit codes: the standard's own examples, real codes, and what a damaged one is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.records.credit_code import ALPHABET, check_character, is_valid, looks_meant, problem
from toolkit.records.findings import normal_key

CODES = st.text(ALPHABET, min_size=17, max_size=17).map(lambda first: first + check_character(first))


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91512081MA62K0260E"])
def test_published_codes_pass(code: str) -> None:
    assert is_valid(code)
    assert problem(code) is None


@pytest.mark.parametrize(
    "code", ["91350100M000100Y4Z", "91350211M0000XUF46", "", "91350100M000100Y4", "9" * 19]
)
def test_published_failures_and_wrong_lengths_fail(code: str) -> None:
    assert not is_valid(code)
    assert problem(code) is not None


@given(CODES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_caught(code: str, place: int, other: str) -> None:
    assert is_valid(code[:place] + other + code[place + 1 :]) == (other == code[place])


@given(CODES, st.integers(0, 16))
def test_every_swap_of_neighbours_is_caught_and_undone(code: str, place: int) -> None:
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_valid(swapped) == (code[place] == code[place + 1])


def test_a_swap_is_named() -> None:
    found = problem("91350100M00010Y043")
    assert found is not None
    assert "91350100M000100Y43" in found.mend.zh
    assert "3" in found.rule.en


@pytest.mark.parametrize(
    ("code", "rule", "mend"),
    [
        ("91440101MA59XXXX0O", "letter O is not in the code's alphabet (place 18)", "is it the digit 0?"),
        ("9135O100M000100Y43", "letter O is not", "then the code is 91350100M000100Y43"),
        ("91350100M000100Y4Z", "letter Z is not", "digit 2"),
        ("9.13501E+17", "took the code for a number", "format the column as text"),
        ("9.135010000000005E+16", "took the code for a number", "format the column as text"),
        ("913501000001000000", "took the code for a number", "format the column as text"),
        ("91350100М000100Y43", "character М is not", "then the code is 91350100M000100Y43"),
        ("91350100M000100Y4", "this has 17", "certificate"),
        ("440101000012345", "this has 15", "old"),
        ("91350211M0000XUF46", "the check character fails", "certificate"),
        ("91350100-000100Y43", "character - is not", "certificate"),
    ],
)
def test_a_damaged_code_is_told_what_to_do(code: str, rule: str, mend: str) -> None:
    found = problem(code)
    assert found is not None
    assert rule in found.rule.en
    assert mend in found.mend.en


def test_keys_are_compared_half_width_upper_case_without_spaces() -> None:
    assert normal_key(" ９1350100 m000100y43\u3000") == "91350100M000100Y43"


def test_a_foreign_character_has_no_check() -> None:
    with pytest.raises(KeyError):
        check_character("9135010OM000100Y4")


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91350100MO00100Y43", "9.135E+17", "91350100M000100Y4"])
def test_a_damaged_code_is_still_meant_as_one(code: str) -> None:
    assert looks_meant(code)


@pytest.mark.parametrize("text", ["", "9135", "12", "1.5E+03", "合计数额以上均为线下培训学时之和", "98.5"])
def test_counts_and_words_are_not_meant_as_codes(text: str) -> None:
    assert not looks_meant(text)
