"""What is carried away: the locks agree, and the wheel alone runs the demo from an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

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


def installed(folder: Path) -> Path:
    """The programs of an environment that has the wheel, and sees the packages of this one but not the checkout."""
    pytest.importorskip("hatchling", reason="the packages of the group dev are not installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder / "wheel", HOUSE], check=True)
    (wheel,) = (folder / "wheel").glob("*.whl")
    venv.create(folder / "env", with_pip=False, symlinks=os.name != "nt")
    scheme = {"base": str(folder / "env"), "platbase": str(folder / "env")}
    packages, programs = (Path(sysconfig.get_path(name, "venv", scheme)) for name in ("purelib", "scripts"))
    # a .pth found by way of another is not followed: the editable checkout stays out of sight
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = programs / Path(sys.executable).name
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
