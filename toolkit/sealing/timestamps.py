"""Timestamps (RFC 3161): by when a bag was as it is, told by an authority that has no part in it.

A token lies among the signatures as ``*.tsr``, as the authority sent it: its digest is that of the tag manifest. It is read here no
further than it has to be to be believed: what is stamped, when, and a signature (CMS, RFC 5652) of a certificate that leads to one
which the reader trusts. What such a token may hold besides, in whatever order, is left alone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ground.problems import Problem, refuse
from toolkit.ground.text import Phrase, one_line, phrase
from toolkit.ground.writing import refusing
from toolkit.sealing.bag import SIGNATURES, STAMP, TAG_MANIFEST, read_bag_info

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm
    from cryptography.x509 import Certificate

SEQUENCE, SET, OCTETS, OID, NUMBER, MOMENT, FIRST = 0x30, 0x31, 0x04, 0x06, 0x02, 0x18, 0xA0
SIGNED_DATA, STAMPED = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNED_BY = {"1.2.840.113549.1.9.16.2.12": "SHA1", "1.2.840.113549.1.9.16.2.47": "SHA256"}
"""The attributes that name the signer's certificate, and by which digest where they do not say (RFC 5816)."""
DIGESTS = {"1.3.14.3.2.26": "SHA1", "2.16.840.1.101.3.4.2.1": "SHA256", "2.16.840.1.101.3.4.2.2": "SHA384", "2.16.840.1.101.3.4.2.3": "SHA512"}
SIGNATURE_DIGESTS = {
    "1.2.840.113549.1.1.11": "SHA256", "1.2.840.113549.1.1.12": "SHA384", "1.2.840.113549.1.1.13": "SHA512",
    "1.2.840.10045.4.3.2": "SHA256", "1.2.840.10045.4.3.3": "SHA384", "1.2.840.10045.4.3.4": "SHA512",
}  # fmt: skip
"""By the kind of signature; others go by the digest that the signer names beside it."""
STRONG = frozenset({"SHA256", "SHA384", "SHA512"})
GRANTED = {0, 1}
TIME = re.compile(rb"(\d{14})(\.\d+)?Z")
UNSTAMPED = Phrase("没有时间戳：日期只凭签署人所言。", "It has no timestamp: its date is what its signers say.")
NONE_THERE = Phrase("没有时间戳可核对", "there is no timestamp to check")
GET_ONE = Phrase("请向时间戳机构取得一个，存入 signatures/", "have it stamped, and keep the token in signatures/")
UNREADABLE = Phrase("无法读取这个时间戳", "the timestamp cannot be read")
ANOTHER_WAY = Phrase("请换用别的工具核对，或向秘书处核实", "check it with another tool, or ask the secretariat")
ASK = Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat")
OF_ANOTHER = Phrase("时间戳盖的不是这个封存包", "is a timestamp of something else than this bag")
WEAK = Phrase("时间戳所用的摘要算法已不可靠", "the digest that was stamped is of a kind that can be forged")
ALTERED = Phrase("时间戳被改过：签名不符", "the timestamp was altered: its signature does not fit")
UNTRUSTED = Phrase("时间戳不是由所给证书的机构签发的", "was not issued by the authority whose certificate was given")
EARLY = ("时间戳（{time} UTC）早于封存日期", "was stamped ({time} UTC) before the day the bag says it was sealed on")
UNCHECKED = ("时间戳：{time} UTC；由谁签发尚未核对", "stamped {time} UTC; by whom is not checked")
GIVE_IT = Phrase("请给出时间戳机构的证书再核对", "give the certificate of the authority, and check again")
GOOD = ("时间戳：{time} UTC 之前已是现在的样子，由 {name} 签发", "was as it is now by {time} UTC, stamped by {name}")
NOTHING = Phrase("无须处理", "nothing")
NO_CERTIFICATE = Phrase("不是证书文件", "is no file of certificates")
AS_PEM = Phrase("请给出时间戳机构的证书文件", "give the certificate of the authority (PEM)")


class NoTokenError(ValueError):
    """Bytes that are no token as it is read here."""


@dataclass(frozen=True)
class Node:
    """A value of DER (X.690): its tag, what it holds, and all its bytes."""

    tag: int
    content: bytes
    raw: bytes

    @property
    def parts(self) -> list[Node]:
        """The values that it holds, in turn."""
        return list(_nodes(self.content))

    @property
    def oid(self) -> str:
        """An object identifier in dots."""
        numbers: list[int] = []
        value = 0
        for byte in self.content:
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                numbers, value = [*numbers, value], 0
        first = min(numbers[0] // 40, 2) if numbers else 0
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]])) if numbers else ""

    def part(self, place: int, tag: int) -> Node:
        """The value at a place, which has to bear this tag."""
        parts = self.parts
        if place >= len(parts) or parts[place].tag != tag:
            raise NoTokenError
        return parts[place]


def _nodes(content: bytes) -> Iterator[Node]:
    place = 0
    while place < len(content):
        if place + 2 > len(content):
            raise NoTokenError
        size, start = content[place + 1], place + 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(content[place + 2 : start])
        if content[place] & 0x1F == 0x1F or start + size > len(content):
            raise NoTokenError
        yield Node(content[place], content[start : start + size], content[place : start + size])
        place = start + size


@dataclass(frozen=True)
class Token:
    """What a timestamp says: the digest it was made of, when, and how that is signed."""

    kind: str
    imprint: bytes
    time: dt.datetime
    stamped: bytes
    certificates: tuple[bytes, ...]
    signer: Node

    @property
    def moment(self) -> str:
        """When, to the minute."""
        return f"{self.time:%Y-%m-%d %H:%M}"


def read_token(content: bytes) -> Token:
    """A token, alone or in the answer of an authority.

    Raises
    ------
    NoTokenError
        When it is none.
    """
    token = _one(content)
    if token.parts[0].tag == SEQUENCE:  # an answer: its status stands first
        if int.from_bytes(token.parts[0].part(0, NUMBER).content) not in GRANTED:
            raise NoTokenError
        token = token.part(1, SEQUENCE)
    if token.part(0, OID).oid != SIGNED_DATA:
        raise NoTokenError
    signed = token.part(1, FIRST).part(0, SEQUENCE)
    held = signed.part(2, SEQUENCE)
    [signer] = signed.parts[-1].parts  # a second one would be somebody else's
    if held.part(0, OID).oid != STAMPED or signed.parts[-1].tag != SET:
        raise NoTokenError
    stamped = held.part(1, FIRST).part(0, OCTETS).content
    info = _one(stamped)
    imprint = info.part(2, SEQUENCE)
    time = TIME.fullmatch(info.part(4, MOMENT).content)
    if time is None:
        raise NoTokenError
    certificates = (node.raw for part in signed.parts[3:-1] if part.tag == FIRST for node in part.parts)
    kind = DIGESTS.get(imprint.part(0, SEQUENCE).part(0, OID).oid, "")
    moment = dt.datetime.strptime(f"{time[1].decode()}+0000", "%Y%m%d%H%M%S%z")
    return Token(kind, imprint.part(1, OCTETS).content, moment, stamped, tuple(certificates), signer)


def _one(content: bytes) -> Node:
    nodes = list(_nodes(content))
    if len(nodes) != 1 or nodes[0].tag != SEQUENCE or not nodes[0].content:
        raise NoTokenError
    return nodes[0]


def stamps(bag: Path) -> list[Path]:
    """The timestamps of a bag."""
    return sorted((bag / SIGNATURES).glob(f"*{STAMP}"))


def stamp_problems(bag: Path, trusted: Path | None = None) -> Iterator[Problem]:
    """What is wrong with the timestamps of a bag; a note for each that is right, or whose authority nobody named.

    Parameters
    ----------
    trusted
        A file with the certificate of the authority, or of the one above it: none but its timestamps count then, and one has to be there.

    Raises
    ------
    Refused
        When that file holds no certificate.
    """
    known = _certificates(trusted) if trusted else []
    for path in stamps(bag):
        yield _judged(bag, path, known)
    if trusted and not stamps(bag):
        yield Problem("error", NONE_THERE, GET_ONE, file=SIGNATURES)


def _judged(bag: Path, path: Path, known: list[Certificate]) -> Problem:
    """What is to be said of a timestamp."""
    file = f"{SIGNATURES}/{path.name}"
    try:
        token = read_token(path.read_bytes())
        signer, fits = _signer(token, known)
    except _odd():
        return Problem("error", UNREADABLE, ANOTHER_WAY, file=file)
    fault = next(_faults(bag, token, signer if fits else None, known), None)
    if fault or signer is None:
        return Problem("error", fault or ALTERED, ASK, file=file)
    if not known:
        return Problem("note", phrase(*UNCHECKED, time=token.moment), GIVE_IT, file=file)
    return Problem("note", phrase(*GOOD, time=token.moment, name=_called(signer)), NOTHING, file=file)


def _faults(bag: Path, token: Token, signer: Certificate | None, known: list[Certificate]) -> Iterator[Phrase]:
    """Why a timestamp does not count, the plainest reason first."""
    if token.kind not in STRONG:
        yield WEAK
    elif token.imprint != _digest(token.kind, (bag / TAG_MANIFEST).read_bytes()):
        yield OF_ANOTHER
    if signer is None:
        yield ALTERED
    elif known and not (_stamps(signer) and _leads(signer, known, [*known, *_loaded(token)], token.time)):
        yield UNTRUSTED
    if f"{token.time + dt.timedelta(days=1):%Y-%m-%d}" < read_bag_info(bag).get("Bagging-Date", ""):  # it may be tomorrow already where it was sealed
        yield phrase(*EARLY, time=token.moment)


def _certificates(path: Path) -> list[Certificate]:
    from cryptography import x509

    with refusing(path):
        content = path.read_bytes()
    with suppress(*_odd()):
        return x509.load_pem_x509_certificates(content)
    with suppress(*_odd()):
        return [x509.load_der_x509_certificate(content)]
    raise refuse(NO_CERTIFICATE, AS_PEM, file=path.name)


def _odd() -> tuple[type[Exception], ...]:
    """What a certificate fails by that cannot be used."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    return (ValueError, TypeError, IndexError, InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.ExtensionNotFound, x509.UnsupportedGeneralNameType)


def _loaded(token: Token) -> list[Certificate]:
    from cryptography import x509

    return [x509.load_der_x509_certificate(raw) for raw in token.certificates]


def _signer(token: Token, known: list[Certificate]) -> tuple[Certificate | None, bool]:
    """The certificate that the token says it was signed with, and whether it was."""
    signed, digest = token.signer.part(3, FIRST), DIGESTS.get(token.signer.part(2, SEQUENCE).part(0, OID).oid, "")
    attributes = {attribute.part(0, OID).oid: attribute.part(1, SET) for attribute in signed.parts}
    named = [(attributes[oid], kind) for oid, kind in SIGNED_BY.items() if oid in attributes]
    kind = SIGNATURE_DIGESTS.get(token.signer.part(4, SEQUENCE).part(0, OID).oid, digest)
    if not named or {CONTENT_TYPE, MESSAGE_DIGEST} - set(attributes) or not {digest, kind} <= STRONG:
        raise NoTokenError
    own = next((each for each in (*_loaded(token), *known) if all(_is_named(each, *name) for name in named)), None)
    fits = (
        attributes[CONTENT_TYPE].part(0, OID).oid == STAMPED
        and attributes[MESSAGE_DIGEST].part(0, OCTETS).content == _digest(digest, token.stamped)
        and own is not None
        and _is_signed(own, token.signer.part(5, OCTETS).content, bytes([SET]) + signed.raw[1:], kind)
    )
    return own, fits


def _is_named(certificate: Certificate, named: Node, kind: str) -> bool:
    """Whether an attribute (ESSCertID) names this certificate."""
    from cryptography.hazmat.primitives.serialization import Encoding

    first = named.part(0, SEQUENCE).part(0, SEQUENCE).part(0, SEQUENCE)
    says = first.parts[0].tag == SEQUENCE
    kind = DIGESTS.get(first.parts[0].part(0, OID).oid, "") if says else kind
    return bool(kind) and first.part(int(says), OCTETS).content == _digest(kind, certificate.public_bytes(Encoding.DER))


def _is_signed(certificate: Certificate, signature: bytes, message: bytes, kind: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        check: Callable[[], object] = lambda: key.verify(signature, message, padding.PKCS1v15(), _algorithm(kind))  # noqa: E731
    elif isinstance(key, ec.EllipticCurvePublicKey):
        check = lambda: key.verify(signature, message, ec.ECDSA(_algorithm(kind)))  # noqa: E731
    elif isinstance(key, ed25519.Ed25519PublicKey):
        check = lambda: key.verify(signature, message)  # noqa: E731
    else:
        raise NoTokenError
    try:
        check()
    except InvalidSignature:
        return False
    return True


def _stamps(certificate: Certificate) -> bool:
    """Whether it is a certificate for timestamps, and for nothing else."""
    from cryptography import x509

    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except _odd():
        return False
    return usage.critical and list(usage.value) == [x509.oid.ExtendedKeyUsageOID.TIME_STAMPING]


def _leads(signer: Certificate, known: list[Certificate], pool: list[Certificate], time: dt.datetime) -> bool:
    """Whether a certificate is one of the known, or was issued by one over any number of others, each valid at that time."""
    left, reached = [signer], [signer]
    while left:
        certificate = left.pop()
        if not certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
            continue
        if certificate in known:
            return True
        issuers = [issuer for issuer in pool if issuer not in reached and _issued(certificate, issuer)]
        left, reached = [*left, *issuers], [*reached, *issuers]
    return False


def _issued(certificate: Certificate, issuer: Certificate) -> bool:
    from cryptography import x509
    try:
        certificate.verify_directly_issued_by(issuer)
        return bool(issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except _odd():
        return False


def _called(certificate: Certificate) -> str:
    from cryptography import x509

    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return one_line(str(names[0].value)) if names else one_line(certificate.subject.rfc4514_string())


def _algorithm(kind: str) -> HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    made: Any = getattr(hashes, kind)
    return made()  # type: ignore[no-any-return]


def _digest(kind: str, content: bytes) -> bytes:
    import hashlib

    return hashlib.new(kind, content).digest()
