"""Timestamps: an authority made here with openssl stamps a bag; what was altered, of another bag or by another authority is refused."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519
from typer.testing import CliRunner

from tests.sealing import named, verified
from toolkit.__main__ import app
from toolkit.ground.problems import Refused
from toolkit.ground.resources import file_digest
from toolkit.sealing import timestamps
from toolkit.sealing.bag import TAG_MANIFEST
from toolkit.sealing.timestamps import NoTokenError, read_token, stamp_problems

if shutil.which("openssl") is None:
    pytest.skip("no openssl here", allow_module_level=True)

SETTINGS = """[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[ca]
basicConstraints = critical, CA:TRUE
[tsa]
extendedKeyUsage = critical, timeStamping
basicConstraints = CA:FALSE
[stamp]
serial = {folder}/serial
default_policy = 1.2.3.4.1
digests = sha1, sha256, sha384
signer_digest = {digest}
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/root.pem
ess_cert_id_alg = {ess}
"""


def run(*words: str | Path, cwd: Path) -> None:
    subprocess.run([str(word) for word in words], cwd=cwd, check=True, capture_output=True)


def authority(folder: Path, *, name: str = "授时中心", digest: str = "sha256", ess: str = "sha256", keys: str = "P-256") -> Path:
    """A root, and an authority below it that stamps."""
    folder.mkdir()
    (folder / "serial").write_text("01\n", "utf-8")
    (folder / "conf").write_text(SETTINGS.format(name=name, digest=digest, ess=ess, folder=folder), "utf-8")
    kind = ("-newkey", keys) if keys.startswith("rsa") else ("-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{keys}")
    common = ("openssl", "req", "-x509", "-utf8", "-config", "conf", *kind, "-nodes", "-days", "40")
    run(*common, "-extensions", "ca", "-keyout", "root.key", "-out", "root.pem", cwd=folder)
    run(*common, "-extensions", "tsa", "-keyout", "tsa.key", "-out", "tsa.pem", "-CA", "root.pem", "-CAkey", "root.key", cwd=folder)
    return folder


def stamped(authority: Path, file: Path, token: Path, *, digest: str = "sha256", cert: bool = True, chain: bool = False) -> Path:
    """What the authority answers to a request about a file."""
    run("openssl", "ts", "-query", "-data", file, f"-{digest}", *(["-cert"] if cert else []), "-out", "request.tsq", cwd=authority)
    run("openssl", "ts", "-reply", "-config", "conf", "-section", "stamp", "-queryfile", "request.tsq", *(["-chain", "root.pem"] if chain else []), "-out", "answer.tsr", cwd=authority)
    token.parent.mkdir(exist_ok=True)
    return Path(shutil.copy(authority / "answer.tsr", token))


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority(tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture
def bag(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "r1")
    return tmp_path / "r1"


def told(bag: Path, trusted: Path | None = None) -> list[tuple[str, str]]:
    return [(problem.severity, problem.rule.en) for problem in stamp_problems(bag, trusted)]


def test_a_stamp_is_told_with_its_time_and_its_authority(bag: Path, tsa: Path) -> None:
    stamped(tsa, bag / TAG_MANIFEST, bag / "signatures" / "授时.tsr")
    now = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:}"
    for trusted in (tsa / "root.pem", tsa / "tsa.pem"):
        problems = verified(bag, authority=trusted)
        assert [problem.severity for problem in problems] == ["note"]
        assert re.search(f"时间戳：{now}\\d\\d UTC 之前已是现在的样子，由 授时中心 签发", problems.text("zh"))
    assert "由谁签发尚未核对；请给出" in verified(bag).text("zh")
    answer = (bag / "signatures" / "授时.tsr").read_bytes()
    with pytest.raises(NoTokenError):  # what was asked for was not granted, whatever stands behind that
        read_token(answer.replace(bytes.fromhex("3003020100"), bytes.fromhex("3003020102"), 1))
    # The bag is the same bag, and others' tools say so too.
    run("openssl", "ts", "-verify", "-data", bag / TAG_MANIFEST, "-in", bag / "signatures" / "授时.tsr", "-CAfile", tsa / "root.pem", cwd=bag)


@pytest.mark.parametrize("page", ["docs/keeping.md", "docs/keeping.zh-CN.md"])
def test_the_lines_of_the_page_get_and_check_one(bag: Path, tsa: Path, page: str) -> None:
    text = (Path(__file__).parents[1] / page).read_text("utf-8")
    [block] = re.findall(r"```sh\n(openssl ts .*?)```", text, re.DOTALL)
    query, send, check = block.splitlines()
    in_powershell = send.replace("curl", "curl.exe", 1).replace("'", '"').replace("@../stamp.tsq", '"@../stamp.tsq"').replace(" > ", " -o ")
    assert f"```powershell\n{in_powershell}\n```" in text
    assert send.startswith("curl -H 'Content-Type: application/timestamp-query' --data-binary @../stamp.tsq https://TSA > ")
    (bag / "signatures").mkdir(exist_ok=True)
    run("sh", "-c", query, cwd=bag)
    run("openssl", "ts", "-reply", "-config", "conf", "-section", "stamp", "-queryfile", bag.parent / "stamp.tsq", "-out", bag / "signatures" / "stamp.tsr", cwd=tsa)
    run("sh", "-c", check.replace("TSA.pem", str(tsa / "root.pem")), cwd=bag)
    assert told(bag, tsa / "root.pem")[0][0] == "note"


@pytest.mark.parametrize(
    ("made", "asked"),
    [
        ({"keys": "P-384", "digest": "sha384", "ess": "sha384"}, {"digest": "sha384"}),
        ({"ess": "sha1", "keys": "rsa:2048"}, {"cert": False}),
        ({}, {"chain": True}),
    ],
    ids=["elliptic", "certificate kept elsewhere", "chain"],
)
def test_other_kinds_of_stamps(bag: Path, tmp_path: Path, made: dict[str, str], asked: dict[str, object]) -> None:
    other = authority(tmp_path / "other", **made)
    stamped(other, bag / TAG_MANIFEST, bag / "signatures" / "x.tsr", **asked)
    assert [severity for severity, _ in told(bag, other / ("tsa.pem" if asked == {"cert": False} else "root.pem"))] == ["note"]


@pytest.mark.parametrize(("kind", "signs"), [(ed25519.Ed25519PrivateKey, True), (ed448.Ed448PrivateKey, None)])
def test_a_certificate_of_another_kind_of_key(kind: Any, signs: bool | None) -> None:  # noqa: FBT001
    key, name, day = kind.generate(), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")]), dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1).not_valid_before(day).not_valid_after(day)
    certificate = built.sign(key, None)
    assert not timestamps._stamps(certificate)
    assert [timestamps._leads(certificate, [certificate], [], day + dt.timedelta(days=later)) for later in (0, 1)] == [True, False]
    with nullcontext() if signs else pytest.raises(NoTokenError):
        assert [timestamps._is_signed(certificate, key.sign(b"x"), said, "sha256") for said in (b"x", b"y")] == [True, False]


def test_what_is_no_stamp_of_this_bag_by_this_authority_is_refused(bag: Path, tsa: Path, tmp_path: Path) -> None:
    root, token = tsa / "root.pem", bag / "signatures" / "x.tsr"
    assert told(bag, root) == [("error", "there is no timestamp to check")]
    assert not told(bag)
    stamped(tsa, bag / "bagit.txt", token)
    for trusted in (None, root):
        assert told(bag, trusted) == [("error", "is a timestamp of something else than this bag")]
    stamped(tsa, bag / TAG_MANIFEST, token, digest="sha1")
    assert told(bag, root) == [("error", "the digest that was stamped is of a kind that can be forged")]
    for name in ("他人", "授时中心"):  # the same name makes it no other's
        other = authority(tmp_path / name, name=name)
        stamped(other, bag / TAG_MANIFEST, token)
        assert [severity for severity, _ in told(bag)] == ["note"]
        assert told(bag, root) == [("error", "was not issued by the authority whose certificate was given")]
    with pytest.raises(Refused, match="no file of certificates"):
        told(bag, bag / "bagit.txt")


def test_no_altered_byte_of_a_stamp_passes(bag: Path, tsa: Path) -> None:
    """Bytes that no signature covers may be others: the status, certificates beside the signer's, and how lengths are written."""
    token = stamped(tsa, bag / TAG_MANIFEST, bag / "signatures" / "x.tsr")
    content, before = token.read_bytes(), read_token(token.read_bytes())
    for place in range(0, len(content), 7):
        token.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
        [(severity, _)] = told(bag, tsa / "root.pem")
        if severity != "error":
            now = read_token(token.read_bytes())
            assert (now.imprint, now.time, now.stamped) == (before.imprint, before.time, before.stamped), place
    for end in (0, 1, 40, len(content) - 1):
        token.write_bytes(content[:end])
        assert told(bag, tsa / "root.pem") == [("error", "the timestamp cannot be read")]


def test_a_stamp_before_the_day_of_the_seal_shows_that_the_day_is_wrong(bag: Path, tsa: Path) -> None:
    info = bag / "bag-info.txt"
    info.write_text(info.read_text("utf-8").replace("Bagging-Date: 2019-03-01", f"Bagging-Date: {dt.datetime.now(dt.UTC).date() + dt.timedelta(days=9)}"), "utf-8")
    listed = bag / TAG_MANIFEST
    listed.write_text(re.sub(r"(?m)^\S+(?=  bag-info.txt)", file_digest(info), listed.read_text("utf-8")), "utf-8")
    stamped(tsa, listed, bag / "signatures" / "x.tsr")
    [(severity, rule)] = told(bag, tsa / "root.pem")
    assert (severity, "before the day the bag says" in rule) == ("error", True)


def test_a_large_file_is_no_stamp(bag: Path) -> None:
    (bag / "signatures").mkdir(exist_ok=True)
    (bag / "signatures" / "x.tsr").write_bytes(b"0" * 70_000)
    assert named(verified(bag)) == {"signatures/x.tsr"}


def test_the_command_says_that_there_is_none(bag: Path, tsa: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: Callable[..., object] = lambda *_: __import__("toolkit.ground.problems", fromlist=["x"]).Problems()  # noqa: E731
    monkeypatch.setattr("toolkit.sealing.verification.whole_problems", nothing)
    without = CliRunner().invoke(app, ["verify", str(bag)])
    assert (without.exit_code, "没有时间戳：日期只凭签署人所言。" in without.output) == (0, True)
    stamped(tsa, bag / TAG_MANIFEST, bag / "signatures" / "x.tsr")
    told = CliRunner().invoke(app, ["verify", str(bag), "--tsa", str(tsa / "root.pem")])
    assert (told.exit_code, "由 授时中心 签发" in told.output, "没有时间戳" in told.output) == (0, True, False)
