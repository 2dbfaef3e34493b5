"""Signatures: who stands for a bag, checkable with other people's tools; whatever is changed afterwards is refused."""

from __future__ import annotations

import base64
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from tests.conftest import write_small_edition
from tests.sealing import described_again, named, sealed, verified, with_new_manifests, write_house
from tests.test_forgeries import SEEN_AT_ONCE, SEEN_WHEN_MADE_AGAIN
from toolkit.__main__ import app
from toolkit.ground.problems import Refused
from toolkit.minutes.journal import read_journal
from toolkit.scheme import load_scheme
from toolkit.sealing import signatures
from toolkit.sealing.cards import send_cards
from toolkit.sealing.signatures import (
    SIGNERS,
    Signer,
    is_locked,
    load_key,
    new_key,
    public_key,
    read_signers,
    refuse_unsignable,
    signature_files,
    signature_problems,
    signing,
    statement,
)
from toolkit.sealing.verification import sign_bag

PASSPHRASE = "三个臭皮匠 vote"
ROLES = "\n[signatures]\nroles = { chair = 1, supervisor = 1 }\n"


@pytest.fixture(scope="module")
def keys() -> dict[str, Ed25519PrivateKey]:
    return {role: Ed25519PrivateKey.from_private_bytes(bytes([place]) * 32) for place, role in enumerate(("chair", "supervisor", "stranger"))}


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, Ed25519PrivateKey]) -> Path:
    """An edition whose r1 both have signed."""
    folder = tmp_path_factory.mktemp("signed")
    edition, house = write_small_edition(folder / "small"), write_house(folder / "house")
    with (edition / "scheme.toml").open("a", encoding="utf-8") as file:
        file.write(ROLES)
    with pytest.raises(Refused, match="nobody can sign as `chair`"):
        sealed(edition, house)
    lines = [Signer(role, public_key(keys[role]), name).line for role, name in (("chair", "会长 甲"), ("supervisor", "监事 乙"))]
    (edition / SIGNERS).write_text("\n".join(("# 签名人", *lines, "")), "utf-8")
    bag = sealed(edition, house)
    assert [problem.value for problem in verified(bag).errors] == ["chair", "supervisor"]
    for role in ("chair", "supervisor"):
        sign_bag(bag, keys[role], notebooks=house, pages=house / "pages")
    return edition


@pytest.fixture
def bag(signed: Path, tmp_path: Path) -> Path:
    shutil.copytree(signed / "sealed" / "r1", tmp_path / "r1")
    for path in (tmp_path / "r1").rglob("*"):
        path.chmod(0o755)
    return tmp_path / "r1"


def stem(bag: Path, role: str) -> Path:
    [path] = (bag / "signatures").glob(f"{role}-*.sig")
    return path


def test_who_signed_is_told_and_entered(signed: Path) -> None:
    told = verified(signed / "sealed" / "r1")
    assert not told.errors
    assert ["会长 甲" in told.text("zh"), "signed as `supervisor`: 监事 乙 SHA256:" in told.text("en")] == [True, True]
    lines = [entry for entry in read_journal(signed).entries if entry.what == "signature"]
    assert [(line.by, line.details["role"], line.details["revision"]) for line in lines] == [("会长 甲", "chair", "r1"), ("监事 乙", "supervisor", "r1")]


LINES_BLOCK = re.compile(r"```sh\n(cd BAG\n.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", ["docs/keeping.md", "docs/keeping.zh-CN.md"])
def test_the_lines_of_the_page_check_it_without_this_software(bag: Path, page: str) -> None:
    for tool in ("openssl", "ssh-keygen", "sha256sum"):
        if shutil.which(tool) is None:
            pytest.skip(f"no {tool} here")
    if not subprocess.run(["openssl", "version"], capture_output=True, text=True, check=True).stdout.startswith("OpenSSL 3"):
        pytest.skip("-rawin is of OpenSSL 3")
    [block] = LINES_BLOCK.findall((Path(__file__).parents[1] / page).read_text("utf-8"))
    lines = [line for line in block.replace("cd BAG\n", "").splitlines() if line]
    assert len(lines) == 5

    def codes() -> list[int]:
        return [subprocess.run(["sh", "-c", line], cwd=bag, capture_output=True, check=False).returncode for line in lines]

    assert codes() == [0, 0, 0, 0, 0]
    with (bag / "tagmanifest-sha256.txt").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert codes()[2]
    shutil.copy(stem(bag, "supervisor").with_suffix(".txt"), stem(bag, "chair").with_suffix(".txt"))
    assert all(codes()[2:])


def test_either_signature_counts_and_an_unfit_one_never(bag: Path) -> None:
    raw = stem(bag, "chair")
    for ending in ("sig", "sshsig", "pem", "txt"):
        path = raw.with_suffix(f".{ending}")
        before = path.read_bytes()
        path.unlink()
        assert not verified(bag).errors, ending
        path.write_bytes(before[:-30] + bytes([before[-30] ^ 1]) + before[-29:])
        assert f"signatures/{raw.stem}" in named(verified(bag)), ending
        path.write_bytes(before)
    for ending in ("sig", "sshsig"):
        raw.with_suffix(f".{ending}").unlink()
    assert [problem.value for problem in verified(bag).errors] == ["chair"]


def copied(bag: Path, role: str, other: str, *, without: tuple[str, ...] = ()) -> None:
    """The files of a signature called as if it had been given in another role."""
    for path in list((bag / "signatures").glob(f"{role}-*")):
        if path.suffix[1:] not in without:
            shutil.copy(path, path.with_name(path.name.replace(role, other)))


@pytest.mark.parametrize("left_out", [(), ("txt",), ("txt", "sig"), ("txt", "sshsig", "pem")], ids=str)
def test_a_signature_counts_in_the_role_it_was_given_in_and_no_other(
    bag: Path, whole: Path, tmp_path: Path, keys: dict[str, Ed25519PrivateKey], house: Path, left_out: tuple[str, ...]
) -> None:
    """Whoever holds two roles signs twice; of a bag that lists nobody, a signature is not told as that of another role."""
    for path in (bag / "signatures").glob("supervisor-*"):
        path.unlink()
    listed = bag / "data" / "edition" / SIGNERS
    listed.write_text(Signer("chair,supervisor", public_key(keys["chair"]), "甲").line, "utf-8")
    with_new_manifests(bag)
    forget_signatures(bag)
    sign_bag(bag, keys["chair"], "chair", notebooks=house, pages=house / "pages")
    copied(bag, "chair", "supervisor", without=left_out)
    told = verified(bag)
    assert "1 signature needed as `supervisor`, 0 there" in told.text("en")
    assert ("was signed as `chair`, not as `supervisor`" in told.text("en")) == (not left_out)
    sign_bag(bag, keys["chair"], "supervisor", notebooks=house, pages=house / "pages")
    assert "chair, supervisor are for 2 different persons, 1 there" in verified(bag).errors.text("en")
    plain = Path(shutil.copytree(whole, tmp_path / "plain"))
    sign_bag(plain, keys["stranger"], "chair", notebooks=house, pages=house / "pages")
    copied(plain, "chair", "supervisor", without=left_out)
    assert "signed as `supervisor`" not in verified(plain).text("en").replace("not as `supervisor`", "")


def test_a_signature_that_was_broken_off_is_told_and_completed(bag: Path, whole: Path, tmp_path: Path, keys: dict[str, Ed25519PrivateKey], house: Path) -> None:
    """Whatever prefix of its files is there, in the order in which they are written, and whether the key is listed or not."""
    plain = Path(shutil.copytree(whole, tmp_path / "plain"))
    for place, key, needed in ((bag, keys["chair"], ["chair"]), (plain, keys["stranger"], [])):
        sign_bag(place, key, "chair", notebooks=house, pages=house / "pages")
        assert not verified(place).errors
        raw = stem(place, "chair")
        for endings, lacking in ((("sshsig",), ".sshsig"), (("sig",), ".sig .sshsig"), (("pem",), ".pem .sig .sshsig")):
            for ending in endings:
                raw.with_suffix(f".{ending}").unlink()
            told = verified(place)
            assert f"the signature was broken off: {lacking} lacking" in told.text("en")
            assert "再签一次" in told.text("zh")
            assert [problem.value for problem in told.errors] == ([] if lacking == ".sshsig" else needed)
        sign_bag(place, key, "chair", notebooks=house, pages=house / "pages")
        assert not [problem for problem in verified(place) if problem.severity != "note"]


def test_signatures_of_others_and_in_another_role_are_foreign(bag: Path, keys: dict[str, Ed25519PrivateKey], house: Path) -> None:
    with pytest.raises(Refused, match="not listed as `chair`"):
        sign_bag(bag, keys["stranger"], "chair", notebooks=house, pages=house / "pages")
    with pytest.raises(Refused, match="not listed as `supervisor`"):
        sign_bag(bag, keys["chair"], "supervisor", notebooks=house, pages=house / "pages")
    raw, other = stem(bag, "supervisor"), Signer("supervisor", public_key(keys["chair"])).stem
    for ending in ("txt", "pem", "sig", "sshsig"):
        shutil.copy(stem(bag, "chair").with_suffix(f".{ending}"), raw.with_name(f"{other}.{ending}"))
        raw.with_suffix(f".{ending}").unlink()
    told = verified(bag).text("en")
    assert "is no key that may sign as `supervisor`: SHA256:" in told
    assert "1 signature needed as `supervisor`, 0 there" in told


def test_a_file_among_the_signatures_that_is_none_is_foreign(bag: Path) -> None:
    (bag / "signatures" / "获奖名单.txt").write_text("x", "utf-8")
    assert named(verified(bag)) == {"signatures/获奖名单.txt"}


def _folder_with_a_file(path: Path) -> None:
    path.mkdir()
    (path / "x").touch()


NO_SIGNATURES: dict[str, Callable[[Path], object]] = {
    "a key of no length": lambda path: path.write_bytes(b"garbage"),
    "a folder": lambda path: path.mkdir(),
    "a folder with a file": _folder_with_a_file,
    "a link": lambda path: path.symlink_to("../bagit.txt"),
    "a dead link": lambda path: path.symlink_to("nowhere"),
    "a pipe": os.mkfifo,
    "a large file": lambda path: path.write_bytes(b"x" * 5000),
}


@pytest.mark.parametrize("kind", NO_SIGNATURES)
def test_what_is_called_like_a_signature_and_is_none_is_told(whole: Path, signed: Path, bag: Path, tmp_path: Path, kind: str) -> None:
    plain = Path(shutil.copytree(whole, tmp_path / "plain"))
    for place, signers in ((bag, (None, signed / SIGNERS)), (plain, (None,))):
        (place / "signatures").mkdir(exist_ok=True)
        NO_SIGNATURES[kind](place / "signatures" / f"chair-{sha256(b'').hexdigest()[:16]}.sshsig")
        for trusted in signers:
            told = named(verified(place, signers=trusted))
            assert any("-e3b0c44298fc1c14" in name for name in told), told


def test_a_list_of_nobody_trusts_nobody(bag: Path, tmp_path: Path, keys: dict[str, Ed25519PrivateKey], house: Path) -> None:
    nobody = tmp_path / "nobody"
    nobody.write_text("# nobody\n", "utf-8")
    shutil.rmtree(bag / "signatures")
    (bag / "data" / "edition" / SIGNERS).write_text("", "utf-8")
    with_new_manifests(bag)
    for role in ("chair", "supervisor"):
        sign_bag(bag, keys["stranger"], role, notebooks=house, pages=house / "pages")
    told = verified(bag, signers=nobody).text("en")
    for words in ("lists nobody; give a file", "is no key that may sign as `chair`", "1 signature needed as `supervisor`, 0 there", "no signature that you trust"):
        assert words in told
    # No such bag is ever sealed: what it demands nobody could give.
    assert "nobody can sign as `chair`: 1 needed, 0 listed" in verified(bag).text("en")
    assert "signed as" not in verified(bag).text("en")


def test_who_signs_takes_nothing_away_beside_the_bag(bag: Path, keys: dict[str, Ed25519PrivateKey], house: Path) -> None:
    for name in (".r2-unfinished-a1b2", ".x-unfinished-y"):
        (bag.parent / name).mkdir()
        (bag.parent / name / "work").write_text("of minutes", "utf-8")
    before = sorted(bag.parent.rglob("*"))
    sign_bag(bag, keys["chair"], notebooks=house, pages=house / "pages")
    assert sorted(bag.parent.rglob("*")) == before


def test_a_journal_that_is_broken_is_told_with_the_word_that_the_bag_is_signed(signed: Path, tmp_path: Path, keys: dict[str, Ed25519PrivateKey], house: Path) -> None:
    edition = Path(shutil.copytree(signed, tmp_path / "edition"))
    journal = edition / "journal.jsonl"
    journal.write_text(journal.read_text("utf-8").replace("会长", "副会长"), "utf-8")
    with pytest.raises(Refused) as refused:
        sign_bag(edition / "sealed" / "r1", keys["chair"], notebooks=house, pages=house / "pages")
    told = [(problem.severity, problem.rule.en, problem.value) for problem in refused.value.problems]
    assert told[-1] == ("warning", "is signed, but that was not entered into the journal", "r1")
    assert "chain is broken" in told[0][1]
    shutil.copy(signed / "journal.jsonl", journal)
    count = len(read_journal(edition).entries)
    sign_bag(edition / "sealed" / "r1", keys["chair"], notebooks=house, pages=house / "pages")
    assert len(read_journal(edition).entries) == count + 1


@pytest.mark.parametrize("name", sorted(SEEN_AT_ONCE))
def test_every_forgery_that_makes_the_digests_right_is_refused(bag: Path, name: str) -> None:
    SEEN_AT_ONCE[name][0](bag)
    with_new_manifests(bag)
    forget_signatures(bag)
    assert verified(bag).errors


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SEEN_WHEN_MADE_AGAIN))
def test_every_forgery_that_only_a_replay_would_see_is_refused_at_once(bag: Path, signed: Path, name: str) -> None:
    SEEN_WHEN_MADE_AGAIN[name][0](bag)
    described_again(bag)
    with_new_manifests(bag)
    forget_signatures(bag)
    for signers in (None, signed / SIGNERS):
        assert {"the signature does not fit the bag"} <= {problem.rule.en for problem in verified(bag, signers=signers).errors}


def lowered(bag: Path) -> None:
    scheme = bag / "data" / "edition" / "scheme.toml"
    scheme.write_text(scheme.read_text("utf-8").replace("chair = 1, supervisor = 1", "chair = 1"), "utf-8")


def exchanged(bag: Path) -> None:
    """Keys of one's own in the bag, and signed with them."""
    shutil.rmtree(bag / "signatures")
    own = Ed25519PrivateKey.from_private_bytes(b"f" * 32)
    (bag / "data" / "edition" / SIGNERS).write_text("\n".join(Signer(role, public_key(own)).line for role in ("chair", "supervisor")), "utf-8")
    with_new_manifests(bag)
    (bag / "signatures").mkdir()
    for role in ("chair", "supervisor"):
        for name, content in signature_files(own, Signer(role, public_key(own)), statement(bag, role)).items():
            (bag / "signatures" / name).write_bytes(content)


def restated(bag: Path) -> None:
    """Statements that name the bag as it was forged, beside signatures of what it was."""
    for role in ("chair", "supervisor"):
        stem(bag, role).with_suffix(".txt").write_bytes(statement(bag, role))


def renamed(bag: Path) -> None:
    """The list of winners of another edition under signatures that were given for this one."""
    for path in (bag / "bag-info.txt", bag / "data" / "edition" / "scheme.toml"):
        path.write_text(path.read_text("utf-8").replace("small-2018", "small-2019"), "utf-8")


def dated(bag: Path) -> None:
    path = bag / "bag-info.txt"
    path.write_text(path.read_text("utf-8").replace("2019-03-01", "2019-01-01"), "utf-8")


def shortened(bag: Path) -> None:
    """Minutes without their end, and a label that says so."""
    path = bag / "data" / "edition" / "journal.jsonl"
    if path.is_file():
        path.write_text("", "utf-8")
    labels = bag / "bag-info.txt"
    labels.write_text("".join(line for line in labels.read_text("utf-8").splitlines(keepends=True) if not line.startswith("Journal-Head")), "utf-8")
    path.unlink(missing_ok=True)


def without(bag: Path, role: str) -> None:
    for path in (bag / "signatures").glob(f"{role}-*"):
        path.unlink()


def doubled(bag: Path) -> None:
    without(bag, "supervisor")
    copied(bag, "chair", "supervisor")


OF_SIGNATURES: dict[str, Callable[[Path], object]] = {
    "nobody signed": lambda bag: shutil.rmtree(bag / "signatures"),
    "one of two signed": lambda bag: without(bag, "chair"),
    "fewer need to sign": lowered,
    "keys of one's own": exchanged,
    "another edition": renamed,
    "another day": dated,
    "no minutes": shortened,
    "one signature for two roles": doubled,
}


@pytest.mark.parametrize("name", OF_SIGNATURES)
def test_every_forgery_of_who_signed_what_is_refused_by_who_knows_the_signers(bag: Path, signed: Path, name: str) -> None:
    OF_SIGNATURES[name](bag)
    if name in {"fewer need to sign", "another edition", "another day", "no minutes"}:
        described_again(bag)
        with_new_manifests(bag)
        forget_signatures(bag)
        restated(bag)
    errors = {problem.file for problem in verified(bag, signers=signed / SIGNERS).errors}
    assert any(file.startswith("signatures") for file in errors), errors


def forget_signatures(bag: Path) -> None:
    """`with_new_manifests` lists every file; signatures are in no manifest."""
    path = bag / "tagmanifest-sha256.txt"
    path.write_text("".join(line for line in path.read_text("utf-8").splitlines(keepends=True) if "  signatures/" not in line), "utf-8")


def test_what_only_a_replay_would_see_is_refused_at_once_and_new_signatures_do_not_help(
    bag: Path, signed: Path, keys: dict[str, Ed25519PrivateKey], house: Path
) -> None:
    path = bag / "data" / "results" / "ranking.csv"
    path.write_text(path.read_text("utf-8").replace("甲招标代理公司", "申招标代理公司"), "utf-8")
    with_new_manifests(bag)
    forget_signatures(bag)
    assert {problem.rule.en for problem in verified(bag).errors} >= {"the signature does not fit the bag"}
    shutil.rmtree(bag / "signatures")
    assert [problem.value for problem in verified(bag).errors] == ["chair", "supervisor"]
    # Whoever lists keys of its own in the bag, and signs with them, is seen by who knows the true ones.
    strangers = {"chair": keys["stranger"], "supervisor": Ed25519PrivateKey.from_private_bytes(b"g" * 32)}
    listed = bag / "data" / "edition" / SIGNERS
    listed.write_text("\n".join(Signer(role, public_key(key)).line for role, key in strangers.items()), "utf-8")
    with_new_manifests(bag)
    for role, key in strangers.items():
        sign_bag(bag, key, role, notebooks=house, pages=house / "pages")
    assert not verified(bag).errors
    told = verified(bag, signers=signed / SIGNERS)
    assert "is no key that may sign as `chair`" in told.text("en")
    assert not verified(signed / "sealed" / "r1", signers=signed / SIGNERS).errors


def test_without_a_word_in_the_scheme_a_signature_is_told_by_its_key(whole: Path, tmp_path: Path, keys: dict[str, Ed25519PrivateKey], house: Path, signed: Path) -> None:
    bag = Path(shutil.copytree(whole, tmp_path / "plain"))
    with pytest.raises(Refused, match="in what role"):
        sign_bag(bag, keys["stranger"], notebooks=house, pages=house / "pages")
    sign_bag(bag, keys["stranger"], "主任", notebooks=house, pages=house / "pages")
    told = verified(bag)
    assert ([problem.severity for problem in told], "“主任”已签名" in told.text("zh")) == (["note"], True)
    assert named(verified(bag, signers=signed / SIGNERS)) == {"signatures", f"signatures/{stem(bag, '主任').stem}"}


@pytest.mark.parametrize(("roles", "listed", "persons"), [
    ({"chair": 1, "supervisor": 1}, [("chair", 0, "甲"), ("supervisor", 1, "甲")], 1),
    ({"chair": 1, "supervisor": 1}, [("chair", 0, "会长 甲"), ("supervisor", 1, "会长甲")], 1),
    ({"chair": 1, "supervisor": 1}, [("chair", 0, "甲"), ("supervisor", 0, "乙")], 1),
    ({"chair": 1, "supervisor": 1}, [("chair", 0, "甲"), ("supervisor", 1, "乙")], 0),
    *(({"chair": 1, "supervisor": 1}, [("chair", 0, one), ("supervisor", 1, other)], 1) for one, other in (
        ("President A", "Ｐresident　Ａ"), ("张三", "张\u200b三"), ("Ren\u00e9", "Rene\u0301"), ("张三", "张三\ufe0f"), ("STRASSE", "straße"),
    )),
    ({"chair": 1, "supervisor": 1}, [("chair", 0, "甲"), ("chair", 1, "乙"), ("supervisor", 0, "甲")], 0),
    *(({"chair": 1, "supervisor": 1}, [*named, ("supervisor", 1, "乙")], 1) for named in permutations([("chair", 0, "甲"), ("chair", 0, "乙")])),
    ({"expert": 2}, [("expert", 0, "甲"), ("expert", 1, "甲")], 1),
    ({"expert": 2, "chair": 1}, [("expert", 0, "甲"), ("expert", 1, "乙"), ("chair", 1, "乙")], 2),
    ({"expert": 1}, [("expert", 0, "甲"), ("chair", 0, "甲")], 0),
])  # fmt: skip
def test_a_quorum_is_of_different_persons(tmp_path: Path, keys: dict[str, Ed25519PrivateKey], roles: dict[str, int], listed: list[tuple[str, int, str]], persons: int) -> None:
    """How many persons are there where they are too few; whoever has two roles signs for one of them."""
    own = [public_key(key) for key in keys.values()]
    (tmp_path / SIGNERS).write_text("\n".join(Signer(role, own[key], name).line for role, key, name in listed), "utf-8")
    scheme: Any = SimpleNamespace(signatures=SimpleNamespace(roles=roles))
    if not persons:
        refuse_unsignable(tmp_path, scheme)
        return
    with pytest.raises(Refused, match=f"for {sum(roles.values())} different persons, {persons} there"):
        refuse_unsignable(tmp_path, scheme)


@pytest.mark.parametrize(("names", "roles", "rows"), [
    (("", ""), {"chair": 1, "supervisor": 1}, [1, 2]), (("甲", "\u200b"), {"chair": 1, "supervisor": 1}, [2]), (("甲", "张三\u202c"), {"chair": 1}, [2]),
    (("", "乙"), {"chair": 1}, []), (("甲", ""), {"chair": 1}, []),
])  # fmt: skip
def test_a_line_that_names_nobody_or_turns_the_writing_is_told_by_its_number(
    tmp_path: Path, keys: dict[str, Ed25519PrivateKey], names: tuple[str, str], roles: dict[str, int], rows: list[int]
) -> None:
    listed = [(role, public_key(key), name) for role, key, name in zip(("chair", "supervisor"), keys.values(), names, strict=False)]
    (tmp_path / SIGNERS).write_text("".join(f"{Signer(*one).line}\n" for one in listed), "utf-8")
    scheme: Any = SimpleNamespace(signatures=SimpleNamespace(roles=roles))
    if not rows:
        refuse_unsignable(tmp_path, scheme)
        return
    with pytest.raises(Refused) as refused:
        refuse_unsignable(tmp_path, scheme)
    assert [(problem.file, problem.row) for problem in refused.value.problems] == [(SIGNERS, row) for row in rows]


def test_a_key_is_made_used_and_kept_from_others(tmp_path: Path, small_edition: Path) -> None:
    path = tmp_path / "chair"
    public = new_key(path, PASSPHRASE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"bcrypt" in __import__("base64").b64decode("".join(path.read_text("ascii").split()[4:-4]))[:60]
    assert (tmp_path / "chair.pub").read_text("ascii").strip() == f"ssh-ed25519 {base64.b64encode(public).decode()}"
    assert is_locked(path)
    assert public_key(load_key(path, PASSPHRASE)) == public
    if shutil.which("ssh-keygen"):
        same = subprocess.run(["ssh-keygen", "-y", "-P", PASSPHRASE, "-f", str(path)], capture_output=True, text=True, check=True)
        assert same.stdout.split()[:2] == (tmp_path / "chair.pub").read_text("ascii").split()
    for wrong, says in ((path, "there already"), (small_edition / "chair", "copied with it"), (small_edition / "records" / "k", "copied with it")):
        with pytest.raises(Refused, match=says):
            new_key(wrong, PASSPHRASE)
    with pytest.raises(Refused, match="at least 8"):
        new_key(tmp_path / "short", "1234567")
    with pytest.raises(Refused, match="passphrase is wrong"):
        load_key(path, "another one")
    with pytest.raises(Refused, match="no key"):
        load_key(path.with_name("chair.pub"), None)
    path.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    with pytest.raises(Refused, match="no key"):
        load_key(path, None)


def test_commands_ask_for_the_passphrase_and_never_show_it(bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keys: dict[str, Ed25519PrivateKey]) -> None:
    monkeypatch.setattr("toolkit.sealing.verification.whole_problems", lambda *_: __import__("toolkit.ground.problems", fromlist=["x"]).Problems())
    made = CliRunner().invoke(app, ["key", "new", str(tmp_path / "k")], input=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert made.exit_code == 0, made.output
    assert re.search(r'职务 namespaces="committee-seal" ssh-ed25519 AAAA\S+ 姓名', made.output)
    assert all(f"k{ending}（" in made.output for ending in ("", ".pub", ".pem"))
    unlisted = CliRunner().invoke(app, ["sign", str(bag), "--key", str(tmp_path / "k"), "--role", "chair"], input=f"{PASSPHRASE}\n")
    assert (unlisted.exit_code, "没有登记为“chair”" in unlisted.output) == (1, True)
    open_key = tmp_path / "open"
    open_key.write_bytes(keys["chair"].private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    again = CliRunner().invoke(app, ["sign", str(bag), "--key", str(open_key)])
    assert (again.exit_code, "已签名：会长 会长 甲 SHA256:" in again.output) == (0, True)
    assert "allowed_signers" not in again.output
    (bag / "data" / "edition" / "allowed_signers").unlink()
    strange = CliRunner().invoke(app, ["sign", str(bag), "--key", str(open_key), "--role", "chair"])
    assert 'chair namespaces="committee-seal" ssh-ed25519 AAAA' in strange.output
    assert PASSPHRASE not in made.output + unlisted.output
    assert made.output.startswith("新密钥的口令: \n再输入一次: \n私钥：")
    differ = CliRunner().invoke(app, ["key", "new", str(tmp_path / "l")], input=f"{PASSPHRASE}\nother one\n")
    assert differ.exit_code != 0
    assert "两次输入不一致" in differ.output
    silent = CliRunner().invoke(app, ["key", "new", str(tmp_path / "l")], input="")
    assert (silent.exit_code, "没有读到口令" in silent.output, "没有读到口令" in differ.output) == (1, True, True)
    assert not (tmp_path / "l").exists()


@pytest.mark.parametrize("line", ["chair", "chair ssh-rsa AAAA", "chair ssh-ed25519 AAAA x", "chair ssh-ed25519 AAAAC", 'chair namespaces="git" ssh-ed25519 AAAA', "chair cert-authority ssh-ed25519 AAAA"])
def test_a_line_that_lists_nobody_is_told_by_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / SIGNERS
    path.write_text(f"# x\n\n{line}\n", "utf-8")
    with pytest.raises(Refused) as refused:
        read_signers(path)
    assert [problem.row for problem in refused.value.problems] == [3]


@pytest.mark.parametrize("roles", ["{}", "{ chair = 0 }", '{ "a b" = 1 }', "{ chair = true }", '["chair"]'])
def test_roles_are_read_strictly(small_edition: Path, roles: str) -> None:
    path = small_edition / "scheme.toml"
    text = path.read_text("utf-8")
    path.write_text(f"{text}\n[signatures]\nroles = {roles}\n", "utf-8")
    with pytest.raises(Refused):
        load_scheme(path)


def test_who_is_no_role_signs_nothing_and_a_list_that_cannot_be_read_trusts_nobody(keys: dict[str, Ed25519PrivateKey], bag: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="a role has letters"):
        signing(keys["chair"], (), "a b")
    (tmp_path / "trusted").write_text("nobody\n", "utf-8")
    assert [(problem.file, problem.row) for problem in signature_problems(bag, load_scheme(bag / "data/edition/scheme.toml"), tmp_path / "trusted")] == [("trusted", 1)]


def test_cards_are_not_sent_of_a_bag_that_nobody_signed(bag: Path, tmp_path: Path) -> None:
    shutil.rmtree(bag / "signatures")
    with pytest.raises(Refused, match="chair"):
        send_cards(bag, tmp_path / "cards", tmp_path / "check.html", tmp_path / "cards")
    assert not (tmp_path / "cards").exists()


def test_a_public_key_that_is_none_is_none() -> None:
    assert signatures._read_pem(b"-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----\n") == b""


def test_a_signature_that_is_no_ascii_is_none() -> None:
    assert signatures._read_ssh_signature("A B C é D E F".encode()) == (b"", b"")
