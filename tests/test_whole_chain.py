"""The whole of keeping, one step after the other: a draft, a tie decided, a seal signed by two, an objection upheld, its revision, and a card checked elsewhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.conftest import with_applications, write_small_edition
from tests.sealing import sealed, verified, write_house
from tests.test_command_line import run
from tests.test_objections import HOURS, objected
from tests.test_rulings import WHO, left_open
from toolkit.ground.problems import Refused
from toolkit.minutes.journal import read_journal
from toolkit.publication.extract import read_extract
from toolkit.sealing.signatures import SIGNERS, Signer, public_key
from toolkit.sealing.verification import sign_bag

ROLES = {"chair": "会长 甲", "supervisor": "监事 乙"}


def done(*words: object) -> str:
    """What a command says that has to succeed."""
    ended = run(*words)
    assert ended.exit_code == 0, ended.output
    return ended.output


def by_program(*words: object, cwd: Path) -> str:
    """The same in a process of its own, which knows nothing but what it is given."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COMMITTEE")}
    ended = subprocess.run([sys.executable, "-m", "toolkit", *map(str, words)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_from_a_draft_to_a_card_verified_elsewhere(tmp_path: Path) -> None:
    edition, house = left_open(with_applications(write_small_edition(tmp_path / "small"))), write_house(tmp_path / "house")
    keys = {role: Ed25519PrivateKey.generate() for role in ROLES}
    with (edition / "scheme.toml").open("a", encoding="utf-8") as file:
        file.write("\n[signatures]\nroles = { chair = 1, supervisor = 1 }\n")
    (edition / SIGNERS).write_text("".join(f"{Signer(role, public_key(key), ROLES[role]).line}\n" for role, key in keys.items()), "utf-8")

    def signed(bag: Path) -> Path:
        assert [problem.value for problem in verified(bag).errors] == list(ROLES)
        for role, key in keys.items():
            sign_bag(bag, key, role, notebooks=house, pages=house / "pages")
        return bag

    # A draft: places are open between two who are level, and nothing is sealed before the committee has said whose they are.
    with pytest.raises(Refused, match="level"):
        sealed(edition, house)
    done("decide", edition, "tie", "advanced", "戊代理公司", "--by", WHO, "--because", "学时质量更高")
    done("decide", edition, "state", "reviewed", "--by", WHO, "--because", "评审完毕")
    r1 = signed(sealed(edition, house, by="秘书处"))
    done("decide", edition, "state", "publicised", "--by", "秘书处", "--because", "公示七个工作日")
    assert not verified(r1, replay=True, signers=edition / SIGNERS).errors

    # An objection is upheld: nothing is sealed anew before the records are mended as was ruled, and the ruling that no longer fits is lifted.
    objected(edition, 1, HOURS)
    assert "己代理公司" in done("decide", edition, "objection", "1", "--upheld", "--by", WHO, "--because", "签到表有误")
    with pytest.raises(Refused, match="upheld"):
        sealed(edition, house, "r2", revises="r1", because="异议成立：更正学时")
    book = openpyxl.load_workbook(edition / "records" / "签到2018.xlsx")
    book["签到"].cell(7, 3).value = 10
    book.save(edition / "records" / "签到2018.xlsx")
    with pytest.raises(Refused, match="no such tie in the list"):
        sealed(edition, house, "r2", revises="r1", because="异议成立：更正学时")
    done("decide", edition, "tie", "advanced", "--by", WHO, "--because", "已无同分")
    r2 = signed(sealed(edition, house, "r2", revises="r1", because="异议成立：更正学时", by="秘书处"))
    assert not verified(r2, replay=True, signers=edition / SIGNERS).errors
    assert [entry.what for entry in read_journal(edition).entries] == [
        "ruling", "state", "seal", "signature", "signature", "state", "objection", "on_disk", "ruling", "seal", "signature", "signature",
    ]  # fmt: skip
    assert "记录完整" in run("journal", edition).output

    # Who moved, and because of what.
    told = done("diff", r1, r2)
    assert re.search(r"戊代理公司.*先进会员 → ", told)
    assert re.search(r"己代理公司.*→ 先进会员", told)

    # The open bag and the cards go out; each is checked where nothing else of the edition is to be had.
    root = re.search(r"[0-9a-f]{64}", done("publish", r2, "--to", tmp_path / "out"))
    assert root is not None
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    card = next(path for path in (tmp_path / "out" / "cards").iterdir() if "己代理公司" in path.name)
    shutil.move(card, elsewhere / "card.html")
    shutil.move(tmp_path / "out" / "open", elsewhere / "open")
    shutil.move(r2, elsewhere / "r2")
    for gone in (edition, tmp_path / "out"):
        shutil.rmtree(gone)
    assert "己代理公司" in by_program("verify-card", "card.html", "--root", root[0], cwd=elsewhere)
    fingerprint = read_extract(elsewhere / "r2" / "data" / "public").notice["digests"]["open"]
    by_program("verify", "open", "--replay", "--fingerprint", fingerprint, cwd=elsewhere)
    assert not verified(elsewhere / "r2", replay=True).errors
