"""The unified social credit code (统一社会信用代码) of GB 32100-2015: its check character, and what is wrong with one."""

from __future__ import annotations

import re

from toolkit.ground.text import Phrase, phrase
from toolkit.records.findings import Finding

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z: too like 1, 0, 5, U, 2
LENGTH = 18
WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
VALUES = {character: value for value, character in enumerate(ALPHABET)}
LOOKALIKES = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "U"}
TWINS = dict(zip("АВСЕНКМРТХУАΒΕΗΚΜΝΡΤΧΥ", "ABCEHKMPTXYABEHKMNPTXY", strict=True))  # Cyrillic and Greek
MENDED = {ord(letter): meant for letter, meant in (LOOKALIKES | TWINS).items()}
MEANT = re.compile(r"[0-9][^\W_]{14,19}|[0-9](\.[0-9]+)?E\+?1[4-9]")
LOST_DIGITS = re.compile(r"[0-9]{15}000")
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+|[0-9]+\.0")


def check_character(code: str) -> str:
    """The check character that belongs to the first 17 characters of `code`.

    The value is ``31 - (sum of C_i * 3^(i-1) mod 31)``, where 31 counts as 0.

    Raises
    ------
    KeyError
        When one of the 17 is not in the code's alphabet.

    Examples
    --------
    >>> check_character("91350100M000100Y4")
    '3'

    References
    ----------
    GB 32100-2015, annex A.
    """
    total = sum(weight * VALUES[character] for weight, character in zip(WEIGHTS, code, strict=False))
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """Whether `code` has 18 characters of the alphabet, the last of which checks the others."""
    known = len(code) == LENGTH and all(character in VALUES for character in code)
    return known and code[-1] == check_character(code)


def looks_meant(code: str) -> bool:
    """Whether somebody meant a credit code, right or wrong: too long for a count or an amount.

    Examples
    --------
    >>> looks_meant("91350100MO00100Y43"), looks_meant("9.135E+17"), looks_meant("9135")
    (True, True, False)
    """
    return bool(MEANT.fullmatch(code))


def problem(code: str) -> Finding | None:
    """The rule that `code` breaks and how to mend it; None for a right code.

    Examples
    --------
    >>> problem("91350100M000100Y43") is None
    True
    >>> problem("91350100MOOO100Y43").mend.en
    'is it the digit 0? then the code is 91350100M000100Y43'
    """
    if is_valid(code):
        return None
    if SCIENTIFIC.fullmatch(code.upper()):
        return _lost_digits()
    if len(code) != LENGTH:
        return _wrong_length(code)
    if LOST_DIGITS.fullmatch(code):
        return _lost_digits()
    foreign = next((character for character in code if character not in VALUES), None)
    return _wrong_character(code, foreign) if foreign else _wrong_check(code)


def _lost_digits() -> Finding:
    rule = Phrase("信用代码被 Excel 当作数字，已丢失位数", "Excel took the code for a number and lost digits")
    return Finding(rule, Phrase("请把该列设为文本格式，重新填写代码", "format the column as text and type the code again"))


def _wrong_length(code: str) -> Finding:
    rule = phrase("信用代码应为 18 位，这里是 {n} 位", "a credit code has 18 characters, this has {n}", n=len(code))
    if len(code) in {9, 15}:
        old = Phrase(
            "这像是旧的组织机构代码或注册号，请填写统一社会信用代码",
            "this looks like an old organisation or registration number; write the unified social credit code",
        )
        return Finding(rule, old)
    return Finding(rule, Phrase("请对照证照补全或更正", "compare it with the certificate"))


def _wrong_character(code: str, foreign: str) -> Finding:
    kind = Phrase("字母 ", "letter ") if "A" <= foreign <= "Z" else Phrase("字符 ", "character ")
    rule = Phrase(
        f"{kind.zh}{foreign} 不在信用代码的字符集内（第 {code.index(foreign) + 1} 位）",
        f"{kind.en}{foreign} is not in the code's alphabet (place {code.index(foreign) + 1})",
    )
    if foreign not in LOOKALIKES | TWINS:
        return Finding(rule, Phrase("请对照证照更正", "compare it with the certificate"))
    digit, mended = (LOOKALIKES | TWINS)[foreign], code.translate(MENDED)
    what = Phrase("数字", "digit") if digit.isdigit() else Phrase("字母", "letter")
    mend = Phrase(f"是否为{what.zh} {digit}？", f"is it the {what.en} {digit}?")
    if is_valid(mended):
        mend = Phrase(f"{mend.zh}若是，代码为 {mended}", f"{mend.en} then the code is {mended}")
    return Finding(rule, mend)


def _wrong_check(code: str) -> Finding:
    expected = check_character(code)
    rule = phrase(
        "信用代码校验不通过：末位应为 {expected}，这里是 {last}",
        "the check character fails: {expected} is expected, {last} is written",
        expected=expected,
        last=code[-1],
    )
    swapped = _valid_swaps(code)
    if len(swapped) == 1:
        return Finding(
            rule,
            phrase(
                "可能有相邻两位颠倒，是否为 {code}？请对照证照",
                "two neighbours may be swapped: is it {code}? compare it with the certificate",
                code=swapped[0],
            ),
        )
    mend = Phrase("可能有一位写错或两位颠倒，请对照证照更正", "one character may be wrong or two swapped; compare it with the certificate")
    return Finding(rule, mend)


def _valid_swaps(code: str) -> list[str]:
    swaps = {code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(LENGTH - 1)}
    return sorted(swap for swap in swaps if is_valid(swap))
