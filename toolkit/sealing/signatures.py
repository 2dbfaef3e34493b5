"""Signatures: who stands for a sealed revision, checkable without this software.

What is signed is a statement of a few lines that anybody can read: in what role, which revision of which edition, and the digest of
its tag manifest, and so every byte of the bag; ``sha256sum -c`` takes it as a list of one. It is signed twice with one key (Ed25519),
into the folder `signatures` beside that manifest: raw, as ``openssl pkeyutl`` reads it, and as ``ssh-keygen -Y`` does; either counts.
Who may sign as what stands in the edition's file `allowed_signers`, in the format of OpenSSH, and is sealed with the bag.
"""

from __future__ import annotations

import base64
import os
import re
import struct
import unicodedata
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256, sha512
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.resources import file_digest
from toolkit.ground.text import TURNS, Phrase, listed, one_line, phrase
from toolkit.ground.toml_reader import TURNED
from toolkit.ground.writing import refusing, sync, write_whole
from toolkit.records.findings import normal_key
from toolkit.scheme import role_in_words
from toolkit.sealing.bag import SIGNATURES, STAMP, TAG_MANIFEST, read_bag_info

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from toolkit.scheme import Scheme

SIGNERS = "allowed_signers"
NAMESPACE = "committee-seal"
KIND = b"ssh-ed25519"
ROUNDS = 64
"""Of bcrypt, when a passphrase becomes a key: half a second for every guess."""
SHORTEST = 8
LINE_LENGTH, RAW = 70, 32
ARMOUR = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----")
ROLE = re.compile(r"[\w-]{1,40}")
STATED_ROLE = re.compile(r"^# role: ([\w-]{1,40})$", re.MULTILINE)
SIGNER = re.compile(r'(?P<roles>[\w,-]+)[ \t]+(?:namespaces="(?P<namespaces>[^"]*)"[ \t]+)?ssh-ed25519[ \t]+(?P<key>[A-Za-z0-9+/]+=*)(?:[ \t]+(?P<name>.*))?')
NO_SIGNER = Phrase("不是“职务 公钥”这样的一行", "is not a line `role key`")
SUCH_AS = Phrase("每行写职务、公钥文件中的一行、姓名", "write the role, the line of the .pub file and the name on each line")
NOBODY = ("没有人可以“{role}”的身份签名：需要 {n} 人，只登记了 {known} 人", "nobody can sign as `{role}`: {n} needed, {known} listed")
LIST_THEM = Phrase(
    "封存之前，请把公钥登记在届次文件夹的 {file} 中，一人一行，依次写职务（{role}）、公钥文件里的那一行、姓名，中间各空一格",
    "list their public keys in {file} in the edition's folder before you seal, a line each: role, what stands in the .pub file, name, such as {role} ssh-ed25519 AAAA... A. Person",
)
OTHERS = ("{roles.zh} 须由 {n} 人分别签名，只有 {there} 人（同名或同一把密钥算一人）", "{roles.en} are for {n} different persons, {there} there (one name or one key is one person)")
LIST_OTHERS = phrase(
    "请在 {file} 中为各职务登记不同的人；同名的两人请在姓名后加以区分",
    "list different persons for the roles in {file}; tell two of one name apart in their names", file=SIGNERS,
)  # fmt: skip
NAMELESS = Phrase("没有写姓名，无从看出是不是另一个人", "bears no name: whether it is another person cannot be seen")
NAME_IT = Phrase("请在公钥之后空一格写上姓名", "write the name after the key and a space")
UNLISTED = ("这把密钥没有登记为“{role}”", "this key is not listed as `{role}`")
ROLELESS = Phrase("看不出以什么职务签名", "it cannot be seen in what role it signs")
NAME_ROLE = Phrase("请写明职务", "name the role")
SAY_ROLE = (
    "请在封存之前把公钥和职务登记在届次文件夹的 {file} 中；或先封存，再写明职务另行签名",
    "list the public key with its role in {file} of the edition's folder before you seal; or seal first, and sign with the role named (committee sign)",
)
NO_ROLE = Phrase("职务只能是文字、数字、下划线和连字符", "a role has letters, digits, _ and - only")
WRONG = Phrase("口令不对", "the passphrase is wrong")
AGAIN = Phrase("请再试一次", "try again")
NO_KEY = Phrase("不是可用的密钥文件", "is no key that can be used")
MAKE_ONE = Phrase("请用 committee key 做一把", "make one with `committee key new`")
SHORT = phrase("口令至少 {n} 个字符", "a passphrase has at least {n:character|characters}", n=SHORTEST)
THERE = Phrase("文件已经存在，不会覆盖", "is there already, and is not overwritten")
ELSEWHERE = Phrase("请换一个文件名", "take another name")
WITH_IT = Phrase("密钥不能放在届次文件夹或封存包里，会随它一起被拷走", "a key is not kept in an edition's folder or a bag: it would be copied with it")
KEEP = Phrase("请放到只有本人能读的地方", "keep it where nobody else can read")
ASK = Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat")
ENDINGS = ("txt", "pem", "sig", "sshsig")
"""Of a signature's files, in the order in which they are written: what is signed, by which key, and that twice signed."""
UNFIT = Phrase("签名与封存包不符", "the signature does not fit the bag")
OTHER_ROLE = ("签的职务是“{said}”，不是“{role}”", "was signed as `{said}`, not as `{role}`")
HALF = ("签名没有写完：缺 {lacking}", "the signature was broken off: {lacking} lacking")
SIGN_AGAIN = Phrase("请本人再签一次，即可补全", "its signer signs again, which completes it")
FOREIGN = ("不在可以“{role.zh}”身份签名的密钥之列：{key}", "is no key that may sign as `{role.en}`: {key}")
LACKING = ("“{role.zh}”的签名需要 {n} 个，只有 {good} 个", "{n:signature|signatures} needed as `{role.en}`, {good} there")
ASK_WHO = Phrase("请向秘书处核实：同名的是不是两个人", "ask the secretariat whether those of one name are two persons")
SIGN_OTHERS = Phrase("请由另一人以其职务签名", "have another person sign in the role")
SIGN = Phrase("请该职务的签名人签名", "have it signed by who holds this role")
NO_LIST = Phrase("名册里一个签名人也没有", "lists nobody")
GIVE_LIST = Phrase("请换用登记了签名人的名册", "give a file that lists who may sign")
UNTRUSTED = Phrase("没有一个可信的签名", "there is no signature that you trust")
SIGNED = ("“{role.zh}”已签名：{name} {key}", "signed as `{role.en}`: {name} {key}")
COMPARE = Phrase(
    "请与另行公布的密钥指纹核对；签名所及是包内全部文件，以及工作记录到封存时的末条为止",
    "compare the key with its fingerprint as it was published elsewhere; what is signed is every file of the bag, and the minutes up to their last entry at the seal",
)


@dataclass(frozen=True)
class Signer:
    """Who may sign as what: a public key, as OpenSSH writes it in bytes, and the name that was given to it."""

    role: str
    key: bytes
    name: str = ""

    @property
    def fingerprint(self) -> str:
        """As ``ssh-keygen -l`` prints it."""
        return fingerprint(self.key)

    @property
    def called(self) -> str:
        """Its name as it is compared with others: width, composition, case, spaces and what cannot be seen make no other, as with ids."""
        return unicodedata.normalize("NFKC", normal_key(self.name)).casefold()

    @property
    def stem(self) -> str:
        """What the files of its signature are called, without their endings."""
        return f"{self.role}-{sha256(self.key).hexdigest()[:16]}"

    @property
    def line(self) -> str:
        """The line of `allowed_signers` that lists it."""
        return f'{self.role} namespaces="{NAMESPACE}" {KIND.decode()} {base64.b64encode(self.key).decode()} {self.name}'.rstrip()


def fingerprint(key: bytes) -> str:
    """The fingerprint of a public key."""
    return "SHA256:" + base64.b64encode(sha256(key).digest()).decode().rstrip("=")


def new_key(path: Path, passphrase: str) -> bytes:
    """Write a new private key to `path`, its public one beside it as ``.pub`` (for OpenSSH) and ``.pem`` (for OpenSSL).

    Returns
    -------
    bytes
        The public key.

    Raises
    ------
    Refused
        When one of the files exists, the folder is one that is copied or sealed, or the passphrase is short.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

    files = [path, path.with_name(f"{path.name}.pub"), path.with_name(f"{path.name}.pem")]
    for file in files:
        if file.exists():
            raise refuse(THERE, ELSEWHERE, file=file.name)
    if any((folder / name).is_file() for folder in path.absolute().parents for name in ("scheme.toml", "bagit.txt")):
        raise refuse(WITH_IT, KEEP, file=path.name)
    if len(passphrase) < SHORTEST:
        raise refuse(SHORT, AGAIN)
    key = Ed25519PrivateKey.generate()
    encryption = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(ROUNDS).build(passphrase.encode())
    public = public_key(key)
    _write_secret(path, key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, encryption))
    write_whole(files[1], f"{KIND.decode()} {base64.b64encode(public).decode()}\n")
    write_whole(files[2], _pem(public))
    return public


def _write_secret(path: Path, content: bytes) -> None:
    with refusing(path):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:  # noqa: PTH123 - a handle that nobody else may read
            file.write(content)
        sync(path)


def is_locked(path: Path) -> bool:
    """Whether a passphrase is needed to use the private key in `path`.

    Raises
    ------
    Refused
        When it is none.
    """
    try:
        load_key(path, None)
    except TypeError:
        return True
    return False


def load_key(path: Path, passphrase: str | None) -> Ed25519PrivateKey:
    """The private key in `path`.

    Raises
    ------
    Refused
        When the passphrase is wrong, or it is no Ed25519 key.
    TypeError
        When a passphrase is needed, and none given.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    with refusing(path):
        content = path.read_bytes()
    if b"OPENSSH PRIVATE KEY" not in content:
        raise refuse(NO_KEY, MAKE_ONE, file=path.name)
    try:
        key = load_ssh_private_key(content, passphrase.encode() if passphrase is not None else None)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise refuse(WRONG if passphrase is not None else NO_KEY, AGAIN if passphrase is not None else MAKE_ONE, file=path.name) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise refuse(NO_KEY, MAKE_ONE, file=path.name)
    return key


def public_key(key: Ed25519PrivateKey) -> bytes:
    """The public key that belongs to a private one, as OpenSSH writes it in bytes."""
    return _string(KIND) + _string(key.public_key().public_bytes_raw())


def read_signers(path: Path) -> tuple[Signer, ...]:
    """Who may sign as what, by the file at `path`; nobody where there is none.

    Raises
    ------
    Refused
        With every line that is none.
    """
    read = [(number, list(_signers(line))) for number, line in _lines(path)]
    if nobody := [number for number, own in read if not own]:
        raise Refused(Problems(tuple(Problem("error", NO_SIGNER, SUCH_AS, file=path.name, row=number) for number in nobody)))
    return tuple(signer for _, own in read for signer in own)


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines of the file that list somebody, each with its number; none where there is no file."""
    if not path.is_file():
        return []
    with refusing(path):
        text = path.read_bytes().decode("utf-8-sig", "replace")
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [(number, line) for number, line in lines if line and not line.startswith("#")]


def _signers(line: str) -> Iterator[Signer]:
    match = SIGNER.fullmatch(line)
    if match is None or NAMESPACE not in (match["namespaces"] or NAMESPACE).split(","):
        return
    try:
        key = base64.b64decode(match["key"], validate=True)
    except ValueError:
        return
    if key[:-32] == _string(KIND) + struct.pack(">I", 32):
        yield from (Signer(role, key, (match["name"] or "").strip()) for role in match["roles"].split(",") if ROLE.fullmatch(role))


def refuse_unsignable(folder: Path, scheme: Scheme) -> None:
    """Refuse to seal what could never be signed as the scheme demands.

    Raises
    ------
    Refused
        With every line of the file that is none, holds a mark that turns the direction of writing, or names nobody where several persons are to
        sign; with every role that too few keys are listed for, or with all roles where too few persons hold them.
    """
    signers = read_signers(folder / SIGNERS)
    if problems := tuple(_unread(folder / SIGNERS, demanded(scheme))):
        raise Refused(Problems(problems))
    if problems := tuple(_without_keys(signers, scheme)) or tuple(_too_few_persons(_persons(signers), scheme, LIST_OTHERS, SIGNERS)):
        raise Refused(Problems(problems))


def _unread(path: Path, roles: Mapping[str, int]) -> Iterator[Problem]:
    """Every line that is not what it looks like, and where several have to sign, every one that tells nobody's name."""
    for number, line in _lines(path):
        if line.translate(TURNS) != line:
            yield Problem("error", *TURNED, file=SIGNERS, row=number)
        elif sum(roles.values()) > 1 and (of := [each.role for each in _signers(line) if each.role in roles and not each.called]):
            yield Problem("error", NAMELESS, NAME_IT, file=SIGNERS, row=number, value=",".join(of))


def _without_keys(signers: tuple[Signer, ...], scheme: Scheme, mend: Phrase | None = None) -> Iterator[Problem]:
    """Every role that too few keys are listed for; the mend says how to list one, unless it is given."""
    for role, needed in demanded(scheme).items():
        known = len({signer.key for signer in signers if signer.role == role})
        if known < needed:
            how = mend or phrase(LIST_THEM.zh, LIST_THEM.en, file=SIGNERS, role=role)
            yield Problem("error", phrase(*NOBODY, role=role, n=needed, known=known), how, file=SIGNERS, value=role)


def _persons(signers: Sequence[Signer]) -> list[tuple[str, Hashable]]:
    """Each role with who has it, by number: one person are all that a key or a name links, in whatever order they are listed."""
    whose = list(range(len(signers)))
    for (place, one), (before, other) in combinations(enumerate(signers), 2):
        if one.key == other.key or (one.called and one.called == other.called):
            whose = [whose[place] if person == whose[before] else person for person in whose]
    return [(signer.role, person) for signer, person in zip(signers, whose, strict=True)]


def _too_few_persons(given: Collection[tuple[str, Hashable]], scheme: Scheme, mend: Phrase, file: str) -> Iterator[Problem]:
    """Where those who have the roles that the scheme names are fewer persons than have to sign: whoever has two of them signs for one."""
    needed = sum(demanded(scheme).values())
    if (there := _different(given, demanded(scheme))) < needed:
        roles = listed(demanded(scheme))
        yield Problem("error", phrase(*OTHERS, roles=roles, n=needed, there=there), mend, file=file)


def _different(given: Collection[tuple[str, Hashable]], roles: Mapping[str, int]) -> int:
    """How many of the signatures that roles need different persons can give (a largest matching)."""
    slots = [role for role, needed in roles.items() for _ in range(needed)]
    signs: dict[Hashable, int] = {}

    def found(slot: int, asked: set[Hashable]) -> bool:
        for role, person in given:
            if role == slots[slot] and person not in asked:
                asked.add(person)
                if person not in signs or found(signs[person], asked):
                    signs[person] = slot
                    return True
        return False

    return sum(found(slot, set()) for slot in range(len(slots)))


def demanded(scheme: Scheme) -> dict[str, int]:
    """How many have to sign, by role."""
    return dict(scheme.signatures.roles) if scheme.signatures else {}


def signing(key: Ed25519PrivateKey, signers: Iterable[Signer], role: str, name: str = "") -> Signer:
    """As whom a key signs; the role may be left out where the key is listed with one alone.

    Raises
    ------
    Refused
        When the key is not listed as this, or nothing says as what it signs.
    """
    public, listed = public_key(key), tuple(signers)
    roles = [signer.role for signer in listed if signer.key == public]
    role = role or (roles[0] if len(roles) == 1 else "")
    if not role:
        raise refuse(ROLELESS, phrase(*SAY_ROLE, file=SIGNERS), value=fingerprint(public))
    if not ROLE.fullmatch(role):
        raise refuse(NO_ROLE, NAME_ROLE, value=role)
    if listed and role not in roles:
        raise refuse(phrase(*UNLISTED, role=role), phrase(LIST_THEM.zh, LIST_THEM.en, file=SIGNERS, role=role), file=SIGNERS, value=fingerprint(public))
    return next((signer for signer in listed if (signer.key, signer.role) == (public, role)), Signer(role, public, name))


def statement(bag: Path, role: str) -> bytes:
    """What is signed: role, edition and revision as remarks, and the digest of the tag manifest as ``sha256sum`` lists it."""
    info = read_bag_info(bag)
    edition, revision = (one_line(info.get(label, "")) for label in ("External-Identifier", "Internal-Sender-Identifier"))
    lines = (f"# {NAMESPACE}", f"# role: {role}", f"# edition: {edition}", f"# revision: {revision}", f"{file_digest(bag / TAG_MANIFEST)}  {TAG_MANIFEST}", "")
    return "\n".join(lines).encode()


def signature_files(key: Ed25519PrivateKey, signer: Signer, message: bytes) -> dict[str, bytes]:
    """The files of a signature of a statement, by name, in the order in which they are to be written."""
    armoured = base64.b64encode(_ssh_signature(signer.key, key.sign(_ssh_message(message)))).decode()
    lines = (armoured[start : start + LINE_LENGTH] for start in range(0, len(armoured), LINE_LENGTH))
    contents = (message, _pem(signer.key), key.sign(message), "\n".join((ARMOUR[0], *lines, ARMOUR[1], "")).encode())
    return {f"{signer.stem}.{ending}": content for ending, content in zip(ENDINGS, contents, strict=True)}


def signature_problems(bag: Path, scheme: Scheme, trusted: Path | None = None) -> Iterator[Problem]:
    """What is wrong with the signatures of a bag, which the scheme demands and are missing; a note for each that is right.

    Parameters
    ----------
    trusted
        A file of signers that is not out of the bag: none but theirs count then, and it has to list somebody.
    """
    try:
        signers = read_signers(trusted or bag / "data" / "edition" / SIGNERS)
    except Refused as refused:
        yield from refused.problems
        return
    if trusted and not signers:
        yield Problem("error", NO_LIST, GIVE_LIST, file=trusted.name)
    if not trusted:
        yield from _without_keys(signers, scheme, ASK)  # no such bag is sealed
    good: dict[tuple[str, Hashable], Signer] = {}
    for stem in sorted({path.stem for path in (bag / SIGNATURES).glob("*") if path.suffix != STAMP}):
        said = _said(bag, stem)
        signer = next((each for each in (*signers, *_unlisted(stem, said)) if each.stem == stem), None)
        listed = signer in signers or not (signers or trusted or demanded(scheme))
        faults = tuple(_faults(bag, stem, signer, said, listed=listed))
        yield from faults
        if signer and not any(fault.severity == "error" for fault in faults) and {"sig", "sshsig"} & set(said):
            good[signer.role, signer.key] = signer
            yield Problem("note", phrase(*SIGNED, role=role_in_words(signer.role), name=signer.name, key=signer.fingerprint), COMPARE, file=f"{SIGNATURES}/{stem}")
    for role, needed in demanded(scheme).items():
        there = sum(of == role for of, _ in good)
        if there < needed:
            yield Problem("error", phrase(*LACKING, role=role_in_words(role), n=needed, good=there), SIGN, file=SIGNATURES, value=role)
    if all(sum(of == role for of, _ in good) >= needed for role, needed in demanded(scheme).items()):
        by_key = tuple(_too_few_persons(good, scheme, SIGN_OTHERS, SIGNATURES))
        by_name = _too_few_persons(_persons([*good.values()]), scheme, ASK_WHO, SIGNATURES)
        yield from by_key or (replace(problem, severity="warning") for problem in by_name)
    if trusted and not good:
        yield Problem("error", UNTRUSTED, ASK, file=SIGNATURES)


def _said(bag: Path, stem: str) -> dict[str, bytes]:
    """The files of a signature that are there, by their endings."""
    paths = {ending: bag / SIGNATURES / f"{stem}.{ending}" for ending in ENDINGS}
    return {ending: path.read_bytes() for ending, path in paths.items() if path.is_file()}


def _faults(bag: Path, stem: str, signer: Signer | None, said: Mapping[str, bytes], *, listed: bool) -> Iterator[Problem]:
    """Why a signature does not count, if it does not; a warning where it was broken off before all its files were written."""
    file, lacking = f"{SIGNATURES}/{stem}", [ending for ending in ENDINGS if ending not in said]
    rule = _unfit(signer, said, statement(bag, signer.role)) if signer else UNFIT if not said or {"pem", "sshsig"} & set(said) else None
    if signer and not listed:
        rule = phrase(*FOREIGN, role=role_in_words(signer.role), key=signer.fingerprint)
    if rule:
        yield Problem("error", rule, ASK, file=file)
    elif lacking:
        yield Problem("warning", phrase(*HALF, lacking=" ".join(f".{ending}" for ending in lacking)), SIGN_AGAIN, file=file)


def _unfit(signer: Signer, said: Mapping[str, bytes], message: bytes) -> Phrase | None:
    """What of a signature is not as the signer makes it of that statement."""
    key, signature = _read_ssh_signature(said.get("sshsig", b""))
    fits = (
        said.get("txt", message) == message,
        said.get("pem", _pem(signer.key)) == _pem(signer.key),
        "sig" not in said or _verifies(signer.key, said["sig"], message),
        "sshsig" not in said or (key == signer.key and _verifies(signer.key, signature, _ssh_message(message))),
    )
    as_said = STATED_ROLE.search(said.get("txt", b"").decode("utf-8", "replace"))
    if as_said and as_said[1] != signer.role:
        return phrase(*OTHER_ROLE, said=as_said[1], role=signer.role)
    return None if all(fits) else UNFIT


def _unlisted(stem: str, said: Mapping[str, bytes]) -> Iterator[Signer]:
    """Whose signature it says to be where nobody is listed: by the keys that its own files hold."""
    for key in (_read_ssh_signature(said.get("sshsig", b""))[0], _read_pem(said.get("pem", b""))):
        if key:
            yield Signer(stem.rpartition("-")[0], key)


def _verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key[-32:]).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _pem(key: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return Ed25519PublicKey.from_public_bytes(key[-32:]).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _read_pem(content: bytes) -> bytes:
    """The public key that a file of OpenSSL holds; empty where it is not one that `_pem` makes."""
    try:
        raw = base64.b64decode(b"".join(content.split(b"\n")[1:-2]), validate=True)[-32:]
    except ValueError:
        return b""
    key = _string(KIND) + _string(raw)
    return key if len(raw) == RAW and _pem(key) == content else b""


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _ssh_message(message: bytes) -> bytes:
    """What OpenSSH signs in place of a message (PROTOCOL.sshsig)."""
    return b"SSHSIG" + b"".join(map(_string, (NAMESPACE.encode(), b"", b"sha512", sha512(message).digest())))


def _ssh_signature(key: bytes, signature: bytes) -> bytes:
    parts = (key, NAMESPACE.encode(), b"", b"sha512", _string(KIND) + _string(signature))
    return b"SSHSIG" + struct.pack(">I", 1) + b"".join(map(_string, parts))


def _read_ssh_signature(armoured: bytes) -> tuple[bytes, bytes]:
    """Key and signature that a file of OpenSSH holds, both empty where it is not one that `_ssh_signature` makes."""
    lines = armoured.decode("ascii", "replace").split()
    try:
        blob = base64.b64decode("".join(lines[3:-3]), validate=True)
    except ValueError:
        return b"", b""
    length = len(_string(KIND)) + 36
    key, signature = blob[14 : 14 + length], blob[-64:]
    return (key, signature) if blob == _ssh_signature(key, signature) else (b"", b"")
