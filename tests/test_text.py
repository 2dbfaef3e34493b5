"""No message says a telephone, identity or card number in full, however somebody typed it; everything else it says as written."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.ground.problems import Problem, Problems
from toolkit.ground.text import Phrase, discreet
from toolkit.records import credit_code

GAPS = st.sampled_from(["", "", "", " ", "-", ".", "\u00a0", "\u3000", "－", "–", "—", "−", "．", "·", "\u200b", "_", "/", " - ", "）", "("])
MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
LANDLINES = st.from_regex(r"(010|02[0-9]|0[3-9][0-9]{2})[2-8][0-9]{6,7}", fullmatch=True)
IDENTITIES = st.builds(
    lambda region, day, tail, last: region + day + tail + last,
    st.sampled_from(["110101", "440101", "510101", "650102"]),
    st.dates().filter(lambda day: 1900 <= day.year < 2099).map(lambda day: day.strftime("%Y%m%d")),
    st.from_regex(r"[0-9]{3}", fullmatch=True), st.sampled_from("0123456789Xx"),
)  # fmt: skip
OLD_IDENTITIES = IDENTITIES.map(lambda number: number[:6] + number[8:17])
CARDS = st.from_regex(r"(62|4[0-9]|5[6-8])[0-9]{14,17}", fullmatch=True)
ABROAD = st.sampled_from(["", "", "86", "+86", "0086", "+86 ", "(+86)", "86-"])
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def is_amount(written: str) -> bool:
    """Whether one point and nothing else stands among the digits: nobody can tell that from an amount."""
    return bool(re.fullmatch(r"[0-9]+[.．][0-9]+", unicodedata.normalize("NFKC", written)))


def digits(text: str) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text))


@st.composite
def typed(draw: st.DrawFn, numbers: st.SearchStrategy[str], *, contiguous: int = 0, every: int = 1) -> tuple[str, str]:
    """A number and the way somebody typed it: gaps behind every few digits, in either width."""
    number = draw(numbers)
    written = number[:contiguous]
    for place in range(contiguous, len(number)):
        written += (draw(GAPS) if place and place % every == 0 else "") + number[place]
    return number, written.translate(WIDE) if draw(st.booleans()) else written


@given(st.one_of(typed(MOBILES, every=1), typed(MOBILES, every=4)), ABROAD, st.sampled_from(["{}", "张工{}。", "电话：{}转801", "名单_{}.xlsx", "3、{}"]))
def test_a_mobile_number_is_masked_however_it_is_typed(pair: tuple[str, str], abroad: str, around: str) -> None:
    number, written = pair
    assert is_amount(written) or number not in digits(discreet(around.format(abroad + written)))


@given(typed(LANDLINES, contiguous=4), st.sampled_from(["{}", "{}-801", "{} 转 801", "电话（{}）"]))
def test_a_landline_is_masked_however_it_is_typed(pair: tuple[str, str], around: str) -> None:
    number, written = pair
    assert is_amount(written) or number[4:] not in digits(discreet(around.format(written)))


@given(st.one_of(typed(IDENTITIES, every=6), typed(OLD_IDENTITIES, every=3), typed(CARDS, every=4)))
def test_an_identity_or_card_number_is_masked_however_it_is_typed(pair: tuple[str, str]) -> None:
    number, written = pair
    assert is_amount(written) or number.rstrip("Xx") not in digits(discreet(f"号码 {written}，请更正"))


@pytest.mark.parametrize(
    "written",
    ["138.0013.8000", "(020)12345678", "02012345678", "8613800138000", "138－0013－8000", "020-12345678-801", "0086 20 12345678", "+86(0)13800138000",
     "【138】0013-8000", "138,0013,8000", "138、0013、8000", "138～0013～8000", "440101900307451", "44010119900307451X", "1 3 8 0 0 1 3 8 0 0 0", "4401 0119 9013 0745 15"],
)  # fmt: skip
def test_ways_in_which_people_typed_one(written: str) -> None:
    assert digits(written)[-8:] not in digits(discreet(written))


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=7, max_size=7))
def test_a_credit_code_is_never_masked(middle: str) -> None:
    body = "91440101" + middle + "M0"
    code = body + credit_code.check_character(body)
    assert discreet(code) == code


@pytest.mark.parametrize(
    "said",
    ["粤公资联〔2017〕5号", "2018-03-05 2018-03-07", "2018年3月5日至2018年3月17日", "2018.03.05-2018.03.17", "20180305 20181231", "2018-03-05 13:45:00",
     "1,835.0534", "13,800,138,000", "18350534", "1.6666666667", "0.333333333333333", "434.99999999999994", "2017-440100-12-03-012345",
     "20180305001", "911101081234567890", "９１３５０１００Ｍ０００１００Ｙ４３", "440101000012345", "第 13、18、138 行", "第 1、3、5、7、9、11、13、15、18 行", "13、800、138、000"],
)  # fmt: skip
def test_codes_documents_days_and_amounts_are_said_as_written(said: str) -> None:
    assert discreet(said) == said


def test_a_number_in_the_name_of_a_file_or_a_sheet_is_masked_where_it_is_shown_and_kept_where_it_is_looked_up() -> None:
    problem = Problem("error", Phrase("不是数字", "not a number"), Phrase("请更正", "correct it"), file="records/名单138.0013.8000.xlsx", sheet="13800138000", row=3)
    problems = Problems((problem,))
    shown = problems.text("zh") + problems.text("en") + problems.frame().to_csv()
    assert "138.0013" not in shown
    assert "13800138000" not in shown
    assert "名单138****8000.xlsx" in shown
    assert problem.file == "records/名单138.0013.8000.xlsx"
