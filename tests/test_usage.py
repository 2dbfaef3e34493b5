"""How the command line speaks: one language in a run, wherever its option stands, in help, in wrong use, on any console."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
import typer
from typer.testing import CliRunner, Result

from toolkit.commands import COMMANDS, app
from toolkit.commands.console import half, hoisted, misuse

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
ENGLISH = re.compile(r"\b(usage|options|arguments|commands|show this|missing|invalid|no such|requires|unexpected|required|default)\b", re.IGNORECASE)
NAMES = [command.__name__.replace("_", "-") for command in COMMANDS] + ["lab"]
MISUSES: tuple[tuple[str, ...], ...] = (
    ("check",), ("chek",), ("zzz",), ("check", "nowhere"), ("check", "pyproject.toml"), ("check", ".", "--bogus"), ("check", ".", "--warning"), ("check", ".", "b", "c"),
    ("check", "--return"), ("evaluate", "."), ("sensitivity", ".", "--out", "x", "--draws", "x"), ("sensitivity", ".", "--out", "x", "--draws", "0"),
    ("sensitivity", ".", "--out", "x", "--spread", "2"), ("check", ".", "--warnings=3"), ("cards", "."), ("serve", "--port", "0"), ("ballots", ".", "nowhere"),
    ("decide", "tests", "tie"), ("decide", "tests", "place", "E01"), ("decide", "tests", "state"), ("decide", "tests", "objection", "1"),
)  # fmt: skip


def run(*words: object, **env: str | None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env=env)


def committee(*words: object, **env: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "toolkit", *map(str, words)]
    return subprocess.run(command, capture_output=True, env={**os.environ, **env}, check=False)


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_is_in_one_language(name: str) -> None:
    asked = [word for word in (name, "--help") if word]
    chinese, english = run(*asked), run("--language", "en", *asked)
    assert (chinese.exit_code, english.exit_code) == (0, 0)
    assert not ENGLISH.search(chinese.output)
    assert not CHINESE.search(english.output)
    bare = re.sub(r"committee|root|--?[\w-]+|<zh\|en>|\b(zh|en|Excel|Word|JupyterLab|nginx|tables\.toml|federation|https|out/demo|x|no-open|open|serve|new|tie|place|objection|state)\b|" + "|".join(NAMES), "", chinese.output)
    assert not re.findall(r"[A-Za-z]{3,}", bare)


@pytest.mark.parametrize("words", MISUSES)
def test_wrong_use_ends_with_2_and_a_sentence_with_the_mend_in_one_language(words: tuple[str, ...]) -> None:
    chinese, english = run(*words), run(*words, "-l", "en")
    assert (chinese.exit_code, english.exit_code) == (2, 2)
    assert "用法不对：" in chinese.output
    assert not ENGLISH.search(chinese.output)
    assert re.search("请|是否|应为|不能|后面|例如", chinese.output)
    assert "Wrong use: " in english.output
    assert not CHINESE.search(english.output)
    assert "Traceback" not in chinese.output + english.output


@pytest.mark.parametrize("place", ["before", "after", "amid", "joined", "short", "stuck", "environment"])
def test_the_language_may_stand_anywhere(place: str, small_edition: Path) -> None:
    (small_edition / "tables.toml").unlink()
    words = {
        "before": ("--language", "en", "check", small_edition), "after": ("check", small_edition, "--language", "en"),
        "amid": ("check", "--language", "en", small_edition), "joined": ("--language=en", "check", small_edition),
        "short": ("-l", "en", "check", small_edition), "stuck": ("check", small_edition, "-len"), "environment": ("check", small_edition),
    }[place]  # fmt: skip
    done = run(*words, COMMITTEE_LANGUAGE="en" if place == "environment" else None)
    assert done.exit_code == 1
    assert "tables.toml: 1 problem" in done.output


def test_a_run_speaks_the_language_of_the_scheme_unless_another_is_asked_for(small_edition: Path) -> None:
    scheme = small_edition / "scheme.toml"
    assert "没有发现错误" in run("check", small_edition).output
    scheme.write_text(scheme.read_text("utf-8").replace('language = "zh"', 'language = "en"'), "utf-8")
    assert "no errors" in run("check", small_edition).output
    assert "没有发现错误" in run("check", small_edition, "-l", "zh").output
    assert "没有发现错误" in run("check", small_edition, COMMITTEE_LANGUAGE="zh").output
    assert "Wrong use" in run("check", small_edition, "--bogus").output
    scheme.write_text(scheme.read_text("utf-8") + "\n[", "utf-8")
    assert "not valid TOML" in run("check", small_edition).output


def test_a_language_that_is_none_is_wrong_use() -> None:
    done = run("check", ".", "--language", "fr")
    assert done.exit_code == 2
    assert "不能写“fr”" in done.output


def test_what_follows_two_strokes_is_left_alone() -> None:
    assert hoisted(["lab", "--", "-l", "en"]) == (["lab", "--", "-l", "en"], None)
    assert half("只有中文", "en") == "只有中文"


def test_a_sentence_nobody_foresaw_is_told_as_it_is() -> None:
    assert misuse("Something else.", "zh") == "用法不对：Something else."


@pytest.mark.parametrize(
    "console", [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "cp936"}, {"PYTHONIOENCODING": "cp1252"}], ids=["ascii", "cp936", "cp1252"]
)
def test_any_console_shows_something_and_the_files_are_the_same(console: dict[str, str], small_edition: Path) -> None:
    out = small_edition.parent / "结果💥"
    done = committee("evaluate", small_edition, "--out", out, **console)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (out / "ranking.csv").read_text("utf-8-sig").startswith("member,name")
    told = done.stdout.decode({"ascii": "utf-8"}.get(console.get("PYTHONIOENCODING", "ascii"), console.get("PYTHONIOENCODING", "utf-8")))
    assert "会员类别" in told or "\\u" in told


def test_a_reader_who_has_seen_enough_is_no_fault(small_edition: Path) -> None:
    command = f"'{sys.executable}' -m toolkit check '{small_edition}' | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().strip() == "读入的记录"


def test_who_asks_for_nothing_is_shown_the_help_and_who_breaks_off_at_a_question_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for words, shown in (((), "用法："), (("-l", "en"), "Usage: ")):
        done = run(*words)
        assert (done.exit_code, done.output.startswith(shown), "--help" in done.output) == (2, True, True)
    monkeypatch.setattr("toolkit.comparison.records.examined_at", Mock(side_effect=typer.Abort))
    done = run("check", ".", "-l", "en")
    assert (done.exit_code, "Broken off" in done.output) == (130, True)


def test_ctrl_c_ends_with_130_and_one_line() -> None:
    script = "import toolkit.comparison.records as r, os, signal\nr.examined_at = lambda folder: os.kill(os.getpid(), signal.SIGINT)\nfrom toolkit.__main__ import main\nmain()"
    done = subprocess.run([sys.executable, "-c", script, "check", ".", "-l", "en"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (128 + signal.SIGINT, "")
    assert done.stderr.strip().splitlines() == ["Broken off: no half-written result is left."]
