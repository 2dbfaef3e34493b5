"""What is carried away: the locks agree, and the wheel alone runs the demo from an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

HOUSE = Path(__file__).parents[1]
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
    wheel = built(HOUSE, folder)
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
    alone = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"PYTHONUTF8": "1"}

    def run(program: str, *words: str) -> str:
        done = subprocess.run([programs / program, *words], cwd=empty, env=alone, capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert run(Path(sys.executable).name, "-c", "import toolkit; print(toolkit.__file__)").startswith(str(tmp_path))
    run("committee", "demo", "--no-serve", "-l", "en")
    bag = empty / "out" / "demo" / "sealed" / "r1"
    assert "recomputes" in run("committee", "verify", str(bag), "--replay", "-l", "en")
    assert (bag / "data" / "public" / "awards.csv").is_file()
    run("committee", "new", "fresh")
    assert list((empty / "fresh" / "forms").glob("*.xlsx"))
