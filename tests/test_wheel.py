"""What is carried away: the locks agree, and the wheel alone runs the demo from an empty folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from tests.conftest import with_applications, write_small_edition
from tests.test_objections import HOURS, objected
from tests.test_rulings import WHO, left_open

HOUSE = Path(__file__).parents[1]
ALONE = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"PYTHONUTF8": "1"}
ROLES = ("chair", "supervisor")
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)


def pins(lock: str) -> list[tuple[str, str]]:
    """Packages and versions; some stand in two versions, for older and newer Pythons."""
    return PIN.findall((HOUSE / lock).read_text("utf-8"))


def test_the_locks_agree() -> None:
    engines, all_else = pins("requirements-engines.lock"), pins("requirements.lock")
    assert {"psycopg", "psycopg-binary", "pyspark"} <= {name for name, _ in engines}
    shared = {name for name, _ in all_else}
    assert [pin for pin in engines if pin[0] in shared and pin not in all_else] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-engines.lock"])
def test_a_lock_holds_digests_and_no_address(lock: str) -> None:
    text = (HOUSE / lock).read_text("utf-8")
    assert "://" not in text
    assert "index-url" not in text
    assert len(re.findall(r"^[\w.-]+==.*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pins(lock))


def test_the_release_names_itself_once() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    cited = dict(re.findall(r"^([\w-]+): (.*)$", (HOUSE / "CITATION.cff").read_text("utf-8"), re.MULTILINE))
    assert (cited["version"], cited["license"], cited["cff-version"]) == (project["version"], project["license"], "1.2.0")
    (author,) = (author["name"] for author in project["authors"])
    assert f"  - name: {author}\n" in (HOUSE / "CITATION.cff").read_text("utf-8")
    assert (HOUSE / "LICENSE").read_text("utf-8").startswith(f"MIT License\n\nCopyright (c) 2026 {author}\n")


def built(source: Path, folder: Path) -> Path:
    """The wheel that the source package makes, which is the checkout's own, byte for byte."""
    pytest.importorskip("hatchling", reason="the packages of the group dev are not installed")
    build = [sys.executable, "-m", "hatchling", "build", "-d"]
    subprocess.run([*build, folder / "dist"], cwd=source, check=True, capture_output=True)
    (package,), (wheel,) = (folder / "dist").glob("*.tar.gz"), (folder / "dist").glob("*.whl")
    with tarfile.open(package) as archive:
        archive.extractall(folder / "source", filter="data")
    (unpacked,) = (folder / "source").iterdir()
    subprocess.run([*build, folder / "again", "-t", "wheel"], cwd=unpacked, check=True, capture_output=True)
    (again,) = (folder / "again").iterdir()
    with ZipFile(wheel) as ours, ZipFile(again) as theirs:
        assert {name: ours.read(name) for name in ours.namelist()} == {name: theirs.read(name) for name in theirs.namelist()}
        assert any(name.endswith("licenses/LICENSE") for name in ours.namelist())
    return again


def installed(folder: Path) -> Path:
    """The programs of an environment that has the wheel, and sees the packages of this one but not the checkout."""
    return environment_of(built(HOUSE, folder), folder)


def environment_of(wheel: Path, folder: Path) -> Path:
    """The same with a wheel that is there."""
    venv.create(folder / "env", with_pip=False, symlinks=os.name != "nt")
    scheme = {"base": str(folder / "env"), "platbase": str(folder / "env")}
    packages, programs = (Path(sysconfig.get_path(name, "venv", scheme)) for name in ("purelib", "scripts"))
    # a .pth found by way of another is not followed: the editable checkout stays out of sight
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = programs / Path(sys.executable).name
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "--python", python, "install", "-q", "--no-deps", "--no-index", "--force-reinstall", wheel], check=True)
    return programs


@pytest.mark.slow
def test_the_wheel_alone_runs_the_demo(tmp_path: Path) -> None:
    programs, empty = installed(tmp_path), tmp_path / "empty"
    empty.mkdir()

    def run(program: str, *words: str) -> str:
        done = subprocess.run([programs / program, *words], cwd=empty, env=ALONE, capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run(Path(sys.executable).name, "-c", "import toolkit; print(toolkit.__file__)").startswith(str(tmp_path))
    run("committee", "demo", "--no-serve", "-l", "en")
    bag = empty / "out" / "demo" / "sealed" / "r1"
    assert "recomputes" in run("committee", "verify", str(bag), "--replay", "-l", "en")
    assert (bag / "data" / "public" / "awards.csv").is_file()
    run("committee", "new", "fresh")
    assert list((empty / "fresh" / "forms").glob("*.xlsx"))


@pytest.mark.slow
def test_two_wheels_keep_an_edition_from_its_draft_to_a_card_checked_elsewhere(tmp_path: Path) -> None:
    """What issue a member, a chair, a supervisor and a stranger take, each by the command of a wheel; the stranger has another environment."""
    wheel = built(HOUSE, tmp_path)
    here, elsewhere = (environment_of(wheel, tmp_path / name) for name in ("here", "elsewhere"))
    edition = left_open(with_applications(write_small_edition(tmp_path / "small")))
    because = ("--by", WHO, "--because", "逐项核对")

    def run(*words: object, programs: Path = here, told: str = "", code: int = 0) -> str:
        done = subprocess.run([programs / "committee", *map(str, words)], cwd=tmp_path, env=ALONE, input=told, capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    for role in ROLES:
        public = re.search(r"ssh-ed25519 \S+", run("key", "new", role, told="很长的口令 甲乙丙\n" * 2))
        with (edition / "allowed_signers").open("a", encoding="utf-8") as file:
            file.write(f'{role} namespaces="committee-seal" {public and public[0]} {role}\n')
    with (edition / "scheme.toml").open("a", encoding="utf-8") as file:
        file.write("\n[signatures]\nroles = { chair = 1, supervisor = 1 }\n")

    def sealed_and_signed(*words: object) -> Path:
        run("seal", edition, *words, "--by", "秘书处")
        bag = edition / "sealed" / str(words[1])
        run("publish", bag, "--to", tmp_path / "early", code=1)
        for role in ROLES:
            run("sign", bag, "--key", role, "--role", role, told="很长的口令 甲乙丙\n")
        run("verify", bag, "--replay", "--signers", edition / "allowed_signers")
        return bag

    assert "并列" in run("seal", edition, "--as", "r1", code=1)
    run("decide", edition, "tie", "advanced", "戊代理公司", *because)
    r1 = sealed_and_signed("--as", "r1")
    objected(edition, 1, HOURS)
    assert "己代理公司" in run("decide", edition, "objection", "1", "--if-upheld")
    run("decide", edition, "objection", "1", "--upheld", *because)
    book = openpyxl.load_workbook(edition / "records" / "签到2018.xlsx")
    book["签到"].cell(7, 3).value = 10
    book.save(edition / "records" / "签到2018.xlsx")
    run("decide", edition, "tie", "advanced", *because)
    r2 = sealed_and_signed("--as", "r2", "--revises", "r1", "--because", "异议成立：更正学时")
    assert re.search(r"己代理公司.*→ 先进会员", run("diff", r1, r2))
    published = run("publish", r2, "--to", tmp_path / "out")
    root, card = re.search(r"[0-9a-f]{64}", published), next(path for path in (tmp_path / "out" / "cards").iterdir() if "己代理公司" in path.name)
    assert root
    strange = tmp_path / "strange"
    strange.mkdir()
    shutil.copytree(tmp_path / "out" / "open", strange / "open")
    shutil.copy(card, strange / "card.html")
    shutil.rmtree(edition)
    assert "全部一致" in run("verify", strange / "open", "--replay", programs=elsewhere)
    assert "己代理公司" in run("verify-card", strange / "card.html", "--root", root[0], programs=elsewhere)
    run("verify-card", strange / "card.html", "--root", "0" * 64, programs=elsewhere, code=1)
