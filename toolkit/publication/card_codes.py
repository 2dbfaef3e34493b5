"""A card under lock: what lies on a site for everyone to copy is opened by the code that one member was sent, and by nothing else.

A code has 27 signs drawn at random of 31, more than 133 bits, and one that tells a slip of the pen: nobody guesses it, however often
he tries on his own computer, where nobody counts. It stands after the # of an address, which no browser sends to a server. From code
and salt (PBKDF2, RFC 8018) come the key (AES-256-GCM, NIST SP 800-38D) and the name of the file. All files have one size.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import secrets
import unicodedata
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase
from toolkit.publication.card_proofs import ProvedCard

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, O, 1, I and L, which are taken for one another; a prime number of them, so that one sign can check all others."""
LENGTH, GROUP = 28, 4
ROUNDS = 100_000
BLOCK, NONCE, COUNT = 1024, 12, 4
"""Bytes: what sizes are a multiple of, and what stands before the content, outside and inside."""
NAME = re.compile(r"[0-9a-f]{32}\.bin")
NO_CODE = (
    Phrase("不是得分单编码：应为 28 位，数字 2 至 9 和除 I、L、O 以外的字母", "not the code of a score card: 28 signs, digits 2 to 9 and letters but I, L and O"),
    Phrase("请恢复秘书处保存的编码", "put the code back as the secretariat has it"),
)
SLIP = Phrase("得分单编码有一位不对：校验位不符", "a sign of the code is wrong: its check sign does not fit")
NO_HTTPS = (
    Phrase("加密的得分单只能放在 https 网站上：浏览器在别处不允许解密", "cards under lock need a site with https: elsewhere no browser lets a page open them"),
    Phrase(
        "请写公示网站所在文件夹的 https 网址，不带空格、# 和 ?，末尾不写页面的文件名；没有 https 的，只寄送得分单",
        "give the https address of the folder that the site lies in, without blanks, # and ?, nor the name of a page at its end; where there is no https, cards are mailed alone",
    ),
)
PAGE = re.compile(r"\.(html?|php|aspx?|jsp)/*$", re.IGNORECASE)


def new_code() -> str:
    """A code that nobody has, in groups.

    Examples
    --------
    >>> len(new_code()), new_code() == new_code()
    (34, False)
    """
    drawn = "".join(secrets.choice(SIGNS) for _ in range(LENGTH - 1))
    return _grouped(drawn + check_sign(drawn))


def read_code(text: str) -> str:
    """A code as somebody typed it, in groups: capitals, blanks, hyphens and the width of signs do not matter.

    Raises
    ------
    Refused
        When it has other signs, more or fewer of them, or one of them is wrong.
    """
    signs = re.sub(r"[\s\u2010-\u2015-]", "", unicodedata.normalize("NFKC", text)).upper()
    if len(signs) != LENGTH or not set(signs) <= set(SIGNS):
        raise refuse(*NO_CODE)
    if check_sign(signs[:-1]) != signs[-1]:
        raise refuse(SLIP, NO_CODE[1])
    return _grouped(signs)


def holds_code(text: str) -> bool:
    """Whether somebody could read a code, or much of one, in the text: then it stands in no message.

    Examples
    --------
    >>> holds_code("001;" + new_code()), holds_code("9.1E+17")
    (True, False)
    """
    return re.search(rf"(?:[{SIGNS}]{{{GROUP}}}[\s-]?){{3}}", text.upper()) is not None


def check_sign(signs: str) -> str:
    """The last sign of a code: places times signs, over a prime, so that no one wrong sign and no two exchanged ones go unseen."""
    return SIGNS[sum(place * SIGNS.index(sign) for place, sign in enumerate(signs, 1)) % len(SIGNS)]


def read_address(text: str) -> str:
    """The address of a site, with a stroke at its end.

    Raises
    ------
    Refused
        Where it is not https, or more or less than the place of a folder: then no card can be opened there.

    Examples
    --------
    >>> read_address("https://www.example.org/gongshi")
    'https://www.example.org/gongshi/'
    """
    address = text.strip()
    if not _is_folder(address):
        raise refuse(*NO_HTTPS, column="--cards-at", value=text)
    return address.rstrip("/") + "/"


def _is_folder(address: str) -> bool:
    """Whether what is written behind an address names a page within it; a # or ? with nothing behind it spoils it as well."""
    if not address.isprintable() or re.search(r"[\s#?@\\]", address):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and not PAGE.search(parts.path)
    except ValueError:  # no port has that number, or no host that name
        return False


@dataclass(frozen=True)
class LockedCards:
    """The cards of a site.

    Parameters
    ----------
    files
        What lies there, by the name of each file; all of one size, in the order of their names.
    salt
        By which codes lead to these files and to no others; told to everyone.
    address
        Of the site that letters tell members to open their cards at.
    """

    files: Mapping[str, bytes]
    salt: bytes
    address: str


def locked(cards: Mapping[str, ProvedCard], salt: bytes, address: str) -> LockedCards:
    """Each card by its code, under lock; bound to the root that it leads to.

    Parameters
    ----------
    cards
        By the code of each, as `read_code` gives it.
    salt
        16 random bytes.
    address
        Of the site, as `read_address` gives it.
    """
    packed = {code: zlib.compress(card.write().encode(), 9) for code, card in cards.items()}
    size = BLOCK * math.ceil((COUNT + max(map(len, packed.values()), default=0)) / BLOCK)
    with ThreadPoolExecutor() as several:
        keys = dict(zip(packed, several.map(partial(_keys, salt=salt), packed), strict=True))
    files = {f"{keys[code][0]}.bin": _sealed(keys[code][1], content, size, cards[code].root or "") for code, content in packed.items()}
    return LockedCards(dict(sorted(files.items())), salt, address)


def file_name(code: str, salt: bytes) -> str:
    """What the file is called that a code leads to."""
    return f"{_keys(code, salt)[0]}.bin"


def _keys(code: str, salt: bytes) -> tuple[str, bytes]:
    """The name of a file and its key: neither tells anything of the other."""
    slow = hashlib.pbkdf2_hmac("sha256", code.replace("-", "").encode(), salt, ROUNDS)
    return hmac.new(slow, b"name", hashlib.sha256).hexdigest()[:32], hmac.new(slow, b"key", hashlib.sha256).digest()


def _sealed(key: bytes, content: bytes, size: int, root: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce, padded = secrets.token_bytes(NONCE), (len(content).to_bytes(COUNT, "big") + content).ljust(size, b"\0")
    return nonce + AESGCM(key).encrypt(nonce, padded, root.encode())


def _grouped(signs: str) -> str:
    return "-".join(signs[place : place + GROUP] for place in range(0, len(signs), GROUP))

