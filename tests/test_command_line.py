"""The command line as its users meet it: exit codes, words and never a traceback."""

from __future__ import annotations

import inspect
import io
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pandas as pd
import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from toolkit.__main__ import app, main
from toolkit.commands import console
from toolkit.commands.console import copied, steps
from toolkit.commands.seal import _clear, _typed
from toolkit.ground.text import Phrase
from toolkit.ground.writing import LOCK, UNFINISHED, held_by_edition
from toolkit.minutes.decisions import decide_state
from toolkit.minutes.journal import read_journal

CONTRACT_RANKING = ["member", "name", "class", "total", "rank", "tied", "award", "grade", "reason"]


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("words", [("evaluate", "--out"), ("documents", "--to"), ("check", "--return")], ids=" ".join)
@pytest.mark.parametrize("place", ["records", "Ballots/x", "sealed", "."])
def test_no_results_go_among_what_an_edition_is_made_of(words: tuple[str, str], place: str, small_edition: Path) -> None:
    before = sorted(small_edition.rglob("*"))
    done = run("--language", "en", words[0], small_edition, words[1], small_edition / place)
    assert (done.exit_code, "holds the edition's own files" in done.output) == (2, True)
    assert sorted(small_edition.rglob("*")) == before
    assert held_by_edition(small_edition / "results" / "records") is None
    (small_edition / "results" / "r1" / "data").mkdir(parents=True)
    (small_edition / "results" / "r1" / "bagit.txt").touch()
    assert "is a bag" in run("--language", "en", words[0], small_edition, words[1], small_edition / "results" / "r1" / "data").output


def test_a_revision_with_a_bad_name_is_refused_before_anything_is_read(small_edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.commands.seal.evaluated", lambda *_: pytest.fail("read"))
    done = run("seal", small_edition, "--as", "第二版")
    assert (done.exit_code, "例如 r1" in done.output) == (1, True)


def test_a_passphrase_that_never_comes_is_asked_for_and_nothing_is_said_to_be_broken_off(tmp_path: Path) -> None:
    done = run("key", "new", tmp_path / "k")
    assert (done.exit_code, "没有读到口令" in done.output) == (1, True)
    assert not (tmp_path / "k").exists()


def test_in_a_terminal_a_passphrase_is_typed_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Mock(isatty=lambda: True))
    monkeypatch.setattr("getpass.getpass", lambda asked: f"<{asked}>")
    assert _typed("口令") == "<口令: >"


@pytest.mark.skipif(os.name == "nt", reason="SIGTERM")
def test_a_command_that_is_told_to_end_clears_up_and_says_so() -> None:
    ended = "import os, signal, toolkit.__main__, toolkit.commands\ntoolkit.commands.app = lambda: os.kill(os.getpid(), signal.SIGTERM)\ntoolkit.__main__.main()"
    done = subprocess.run([sys.executable, "-c", ended], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "已中断，没有留下写了一半的结果。\n")


def test_check_says_how_many_rows_were_read_and_that_all_is_well(small_edition: Path) -> None:
    """And what a killed `publish` left in the folder."""
    (left := small_edition / "out" / "cards" / f"{UNFINISHED}75cl8maw").mkdir(parents=True)
    (left / LOCK).touch()
    os.utime(left / LOCK, (0, 0))
    done = run("check", small_edition)
    assert done.exit_code == 0, done.output
    assert "会员名册.csv" in done.output
    assert "没有发现错误" in done.output
    assert "out/cards/.unfinished-75cl8maw：1 条提醒\n  [提醒] 被中途打断的命令留下的隐藏文件夹；再运行一次 committee publish" in done.output


def test_evaluate_writes_the_files_of_the_contract(small_edition: Path, tmp_path: Path) -> None:
    done = run("evaluate", small_edition, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["awards.csv", "evaluation.xlsx", "indicators.csv", "problems.csv", "ranking.csv", "scores.csv", "values.csv"]
    ranking = (tmp_path / "out" / "ranking.csv").read_bytes()
    assert ranking.startswith(b"\xef\xbb\xbf")
    assert ranking.decode("utf-8-sig").splitlines()[0].split(",") == CONTRACT_RANKING


def test_sensitivity_writes_a_probability_for_every_member_and_award(small_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.reports.probability_tables.open_line", lambda _: Phrase("入围名单未定。", "It is open."))
    done = run("sensitivity", small_edition, "--out", tmp_path, "--draws", "200")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "certainty.csv", encoding="utf-8-sig", dtype={"member": str}).set_index("member")
    assert len(table) == 12
    assert table[["outstanding", "advanced", "none"]].sum(axis=1).round(9).eq(1).all()
    assert {"robustness.xlsx", "firmness.csv", "on_a_hair.csv", "stability.csv", "records.csv"} <= {path.name for path in tmp_path.iterdir()}
    assert "共评出" in done.output
    assert "入围名单未定。" in done.output


def test_cards_are_written_for_each_member_or_those_asked_for(small_edition: Path, tmp_path: Path) -> None:
    done = run("cards", small_edition, "--out", tmp_path / "all")
    assert done.exit_code == 0, done.output
    assert len(list((tmp_path / "all").glob("*.xlsx"))) == 12
    assert "12 份得分单" in done.output
    some = run("cards", small_edition, "--out", tmp_path / "some", "--member", "001", "--member", "102", "--text")
    assert sorted(path.name for path in (tmp_path / "some").iterdir()) == ["得分单_丑采购中心_102.xlsx", "得分单_甲招标代理公司_001.xlsx"]
    assert "丑采购中心（采购人）" in some.output


def test_cards_are_printed_without_a_folder_and_asked_for_somewhere(small_edition: Path) -> None:
    spoken = run("cards", small_edition, "--text", "--member", "102", "-l", "en").output
    assert "From the award lines" in spoken
    assert "距" not in spoken
    printed = run("cards", small_edition, "--text", "--member", "102")
    assert printed.exit_code == 0, printed.output
    assert "丑采购中心（采购人）" in printed.output
    nowhere = run("cards", small_edition, "-l", "en")
    assert nowhere.exit_code == 2
    assert "--out" in nowhere.output


def test_changes_say_who_moved_and_by_which_change(small_edition: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(small_edition, newer)
    members = newer / "records" / "会员名册.csv"
    members.write_text(members.read_text("utf-8-sig").replace("已签,8,", "未签,8,"), "utf-8-sig")
    done, out = run("changes", small_edition, newer, "--out", tmp_path / "out"), tmp_path / "out"
    assert done.exit_code == 0, done.output
    assert "谁的结果变了" in done.output
    assert "仅改动1一项即会如此" in done.output
    assert "改动1：记录的变化。" in done.output
    assert f"{out}：记录 changes.csv，办法 amendments.csv，会员 movers.csv" in done.output
    moved = (out / "movers.csv").read_text("utf-8-sig").splitlines()
    assert len(moved) == 1 + sum("改动1" in line for line in done.output.splitlines() if "→" in line)
    assert "“记录的变化”" in moved[1]
    assert "没有会员的奖项、等级或名次因此变化" in run("changes", small_edition, small_edition).output
    members.write_text(members.read_text("utf-8-sig").replace("未签,8,", "未签,八,"), "utf-8-sig")
    plan = newer / "scheme.toml"
    plan.write_text(plan.read_text("utf-8").replace("weight = 60", "weight = 70").replace("weight = 40", "weight = 30", 1), "utf-8")
    broken = run("changes", small_edition, newer, "--out", out)
    assert broken.exit_code == 1
    assert not (out / "movers.csv").exists()
    assert [line.split(",")[-3:-1] for line in (out / "amendments.csv").read_text("utf-8-sig").splitlines()[1:]] == [["60.0", "70.0"], ["40.0", "30.0"]]
    assert f"{newer} 不能计算，有 1 处错误" in broken.output
    assert "不是数字" in broken.output
    assert "未比较结果" in broken.output
    (newer / "scheme.toml").write_text("title = ", "utf-8")
    unread = run("changes", newer, small_edition)
    assert unread.exit_code == 1
    assert f"{newer} 不能读取" in unread.output
    assert "scheme.toml" in unread.output


def test_a_code_that_no_member_has_is_refused_with_the_nearest(small_edition: Path, tmp_path: Path) -> None:
    done = run("cards", small_edition, "--out", tmp_path / "out", "--member", "0O1", "--member", "zzzzz")
    assert done.exit_code == 1
    assert "是否应为“001”" in done.output
    assert "zzzzz" in done.output
    assert not (tmp_path / "out").exists()


def test_every_problem_of_a_bad_folder_is_named_and_nothing_is_written(small_edition: Path, tmp_path: Path) -> None:
    (small_edition / "records" / "签到2018.xlsx").write_bytes(b"PK\x03\x04 damaged")
    members = small_edition / "records" / "会员名册.csv"
    members.write_text(members.read_text("utf-8-sig").replace("答卷数", "问卷数").replace("已签,9,", "签了,九,"), "utf-8-sig")
    out = tmp_path / "out"
    done = run("evaluate", small_edition, "--out", out)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    for said in ("签到2018.xlsx", "签了", "会员名册.csv"):
        assert said in done.output
    assert not out.exists()


def test_a_folder_that_does_not_exist_and_an_unknown_option_are_wrong_use(small_edition: Path, tmp_path: Path) -> None:
    assert run("check", tmp_path / "nowhere").exit_code == 2
    assert run("check", small_edition, "--quietly").exit_code == 2
    assert run("sensitivity", small_edition, "--out", tmp_path, "--spread", "-1").exit_code == 2


def test_problems_come_in_english_on_request(small_edition: Path) -> None:
    (small_edition / "tables.toml").unlink()
    done = run("check", small_edition, "-l", "en")
    assert done.exit_code == 1
    assert "tables.toml: 1 problem" in done.output


def test_an_error_of_our_own_reaches_the_user_in_words(small_edition: Path) -> None:
    script = "import toolkit.comparison.records as r\nr.examined_at = lambda folder: 1 / 0\nfrom toolkit.__main__ import main\nmain()"
    command = [sys.executable, "-c", script, "check", str(small_edition)]
    quiet = {key: value for key, value in os.environ.items() if key != "COMMITTEE_DEBUG"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=quiet | {"PYTHONUTF8": "1"}, check=False)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_where_nothing_was_read_no_empty_table_is_shown(tmp_path: Path) -> None:
    assert run("new", tmp_path / "e").exit_code == 0
    done = run("check", tmp_path / "e")
    assert done.exit_code == 1
    assert "找不到“会员名册”的文件" in done.output
    assert "读入的记录" not in done.output


@pytest.mark.parametrize("word", ["new", "forms", "changes", "check", "evaluate", "cards", "sensitivity", "seal", "verify", "serve", "demo", "lab"])
def test_every_command_explains_itself(word: str) -> None:
    for language, usage in (("zh", "用法："), ("en", "Usage: ")):
        done = run(word, "--help", "--language", language)
        assert done.exit_code == 0
        assert done.output.startswith(usage)


def test_it_says_which_version_it_is() -> None:
    done = run("--version")
    assert (done.exit_code, done.output) == (0, f"committee {version('evaluation-committee-toolkit')}\n")


def test_an_edition_without_approval_is_sealed_without_a_page_and_what_the_seal_entered_is_told_as_entered(
    small_edition: Path, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide_state(small_edition, "reviewed", by="专家委员会", reason="评审")
    scheme = small_edition / "scheme.toml"
    scheme.write_text(scheme.read_text("utf-8").replace('approval = "测试〔2019〕1号"\n', ""), "utf-8")
    monkeypatch.setattr("toolkit.sealing.parts.house_folder", lambda _: house)
    done = run("seal", small_edition, "--as", "r1")
    assert done.exit_code == 0, done.output
    assert "批准文号" in done.output
    assert [entry.what for entry in read_journal(small_edition).entries] == ["state", "found", "seal"]
    assert ("已照现状记入工作记录，为第 2 条" in done.output, "下一次记入" in done.output, done.output.count("在记录之外改动过")) == (True, False, 1)
    assert not (small_edition / "sealed" / "r1" / "data" / "public").exists()
    verified = run("verify", small_edition / "sealed" / "r1", "--replay", "--language", "en")
    assert verified.exit_code == 0
    steps = [line for line in verified.output.splitlines() if line.startswith("…")]
    assert (steps[:3], steps[-1]) == (["… comparing the files with their digests", "… computing again", "… Chances"], "… score cards")
    assert not re.search("[\u4e00-\u9fff]", "".join(steps))
    served = run("serve", small_edition)
    assert served.exit_code == 1
    assert "Traceback" not in served.output


def test_serving_an_older_revision_is_told(tmp_path: Path) -> None:
    for revision in ("r9", "r10"):
        bag = tmp_path / "sealed" / revision
        bag.mkdir(parents=True)
        (bag / "bagit.txt").touch()
    for asked, told in ((tmp_path / "sealed" / "r9", True), (tmp_path / "sealed" / "r10", False), (tmp_path, False)):
        done = run("serve", asked)
        assert done.exit_code == 1
        assert ("不是最新的一版" in done.output) is told


@pytest.mark.parametrize(("words", "code", "told"), [
    (("r1", "r2", "--cards", "."), 2, "--cards 一次只用于一版"), (("r1", "--processes", "2"), 2, "--processes 与 --nginx 同用"), (("r1", "r2", "--nginx", "n"), 2, "--nginx 一次只用于一版"),
    (("none",), 1, "请先运行 committee seal"), (("r1", "--path", "a b"), 1, "网址中的路径"), (("r1", "--nginx", "n", "--processes", "2", "--port", "8000"), 0, "nginx -p"),
])  # fmt: skip
def test_what_is_served_how_is_told_or_refused(words: tuple[str, ...], code: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("toolkit.publication.server.serve", lambda bags, *, port, **_: print(f"{len(bags)} from {port}"))
    for name in ("r1", "r2", "none"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ("other.txt" if name == "none" else "bagit.txt")).touch()
    done = run("serve", *words)
    assert (done.exit_code, told in done.output) == (code, True), done.output
    assert (code, "2 from 8001" in done.output, (tmp_path / "n" / "nginx.conf").is_file()) in {(code, False, False), (0, True, True)}


def test_verifying_an_edition_folder_names_its_newest_bag(small_edition: Path) -> None:
    assert "请先运行 committee seal" in run("verify", small_edition).output
    bag = small_edition / "sealed" / "r2"
    bag.mkdir(parents=True)
    (bag / "bagit.txt").touch()
    done = run("verify", small_edition)
    assert done.exit_code == 1
    assert "这是届次文件夹，不是封存包" in done.output
    assert len(done.output.splitlines()) <= 3


def test_without_a_terminal_each_step_is_a_line_beside_the_results(capsys: pytest.CaptureFixture[str]) -> None:
    with steps() as step:
        step("BagIt")
    assert tuple(capsys.readouterr()) == ("", "… BagIt\n")


def test_in_a_terminal_the_step_that_is_under_way_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Console(file=io.StringIO(), force_terminal=True, width=80)
    monkeypatch.setattr(console, "console", lambda: screen)
    with steps() as step:
        step("BagIt")
    assert "BagIt" in screen.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("fault", "ends"), [(BrokenPipeError(), BrokenPipeError), (PermissionError(13, "no", "x"), typer.Exit), (KeyError(), KeyError)])
def test_what_cannot_be_written_is_refused_and_what_nobody_reads_any_more_is_not(fault: Exception, ends: type[Exception], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ends), console.refusals("en"):
        raise fault
    assert ("x: 1 problem" in capsys.readouterr().err) is (ends is typer.Exit)


@pytest.mark.parametrize(("fault", "debug", "code", "told"), [(OSError(28, "full", "x"), False, 1, "x："), (KeyError("k"), False, 1, "KeyError"), (KeyError("k"), True, None, "")])
def test_an_error_that_nobody_caught_is_told_in_words_or_raised_for_who_looks_for_it(
    fault: Exception, debug: bool, code: int | None, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]  # noqa: FBT001
) -> None:
    monkeypatch.setattr("toolkit.commands.app", Mock(side_effect=fault))
    monkeypatch.setattr("signal.signal", Mock())
    monkeypatch.setattr(os, "environ", os.environ | ({"COMMITTEE_DEBUG": "1"} if debug else {}))
    monkeypatch.setattr(sys, "argv", ["committee"])
    with pytest.raises(KeyError if debug else SystemExit) as ended:
        main()
    assert (getattr(ended.value, "code", None), told in capsys.readouterr().err) == (code, True)


def test_without_a_terminal_a_bar_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with console.progress_bar() as bar:
        bar.update(bar.add_task("weights", total=9), completed=3)
    assert tuple(capsys.readouterr()) == ("", "")  # ended before anybody would ask
    for total, told in ((9, "… values 3/9\n"), (None, "… values\n")):
        bar, ended = console.ProgressLines(), iter([False, True])
        bar.update(bar.add_task("weights", total=total), completed=3, description="values")
        monkeypatch.setattr(bar._ended, "wait", lambda pause, ended=ended: pause == console.PAUSE and next(ended))
        with bar:
            pass
        assert tuple(capsys.readouterr()) == ("", told)


def test_the_demo_takes_every_step_to_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long, sealing and what hangs on it, is tried elsewhere; here it is asked with words that it has."""
    from toolkit.commands import seal

    asked = list[str]()
    for name in ("sensitivity", "seal", "verify", "serve"):
        whole = getattr(seal, name)

        def step(*words: Any, whole: Any = whole, **named: Any) -> None:
            inspect.signature(whole).bind(*words, **named)
            asked.append(whole.__name__)

        monkeypatch.setattr(seal, name, step)
    done = run("demo", "--into", tmp_path / "demo")
    assert done.exit_code == 0, done.output
    assert asked == ["sensitivity", "seal", "verify", "serve"]
    assert (tmp_path / "demo" / "results" / "awards.csv").exists()


@pytest.mark.parametrize("known", [True, False])
def test_who_has_no_committee_on_the_path_is_told_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, known: bool) -> None:
    monkeypatch.setattr("sys.argv", [".venv/bin/committee", "new"])
    monkeypatch.setattr("shutil.which", lambda name: name if known else None)
    said = run("new", tmp_path / "ed", "--template", "hdi").output
    assert ("请写作 .venv/bin/committee；先运行一次 source .venv/bin/activate" in said) is not known


@pytest.mark.skipif(os.name == "nt", reason="the shell of POSIX")
@pytest.mark.parametrize("word", ["公示 1'\"😀", "$(touch x)", "~公示", "票[2026]*", "", "公示2026/r1", "结果（终稿）&"])
def test_a_word_to_be_copied_is_taken_whole_by_a_shell(word: str) -> None:
    told = subprocess.run(["sh", "-c", f"printf %s {copied(word)}"], capture_output=True, check=True)
    assert told.stdout.decode() == word
    assert (copied(word) == word) == (word == "公示2026/r1")


def test_where_no_edition_is_named_a_table_opens_the_demo_and_a_copy_that_is_there_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("table", "lab"):
        monkeypatch.setattr(f"toolkit.commands.{name}.run_until_ended", lambda *_: 0)
    monkeypatch.setattr("toolkit.commands.table.Thread", Mock())
    monkeypatch.setattr("toolkit.commands.lab._refuse_root", Mock())
    done = run("table", "-l", "en")
    assert (done.exit_code, "this is the demo, out/demo" in done.output) == (0, True), done.output
    (tmp_path / "out" / "demo" / "mine").touch()
    done = run("lab")
    assert (done.exit_code, "打开演示届次：out/demo" in done.output, (tmp_path / "out" / "demo" / "mine").exists()) == (0, True, True), done.output
    again = run("demo", "--into", tmp_path)
    assert (again.exit_code, "--into" in again.output) == (1, True)
    (tmp_path / "out" / "demo" / "mine").chmod(0o444)
    _clear(tmp_path / "out" / "demo")
    assert not (tmp_path / "out" / "demo").exists()
