"""Made-up unified social credit codes that pass both checks of GB 32100-2015."""

from __future__ import annotations

import numpy as np

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
INNER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
BLOCK = "YX"  # no organisation code we know of begins so; none of the codes is meant to be anybody's


def organisation_check(body: str) -> str:
    """The check character of an eight-character organisation code (GB 11714).

    Examples
    --------
    >>> organisation_check("MA62K026")
    '0'
    """
    total = sum(weight * LETTERS.index(letter) for weight, letter in zip(INNER_WEIGHTS, body, strict=True))
    return "0123456789X0"[11 - total % 11]


def code_check(body: str) -> str:
    """The check character of the first seventeen characters of a credit code.

    Examples
    --------
    >>> code_check("91512081MA62K0260")
    'E'
    """
    total = sum(ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return ALPHABET[-total % 31]


def credit_codes(prefixes: list[str], rng: np.random.Generator) -> list[str]:
    """One code for each eight-character prefix (office, kind and area), no two alike."""
    numbers = rng.choice(10**6, size=len(prefixes), replace=False)
    codes = []
    for prefix, number in zip(prefixes, numbers, strict=True):
        body = f"{BLOCK}{number:06d}"
        inner = prefix + body + organisation_check(body)
        codes.append(inner + code_check(inner))
    return codes
