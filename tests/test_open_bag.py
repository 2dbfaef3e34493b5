"""The open bag: what stands in it and what not, that it is computed again alone, and that nothing of the others can be had from it."""

from __future__ import annotations

import base64
import dataclasses
import errno
import io
import json
import lzma
import os
import re
import shutil
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import openpyxl
import pandas as pd
import pytest

from tests.conftest import SCHEME, TABLES, with_applications, write_small_edition
from tests.invented import indicator, scheme
from tests.sealing import sealed, verified, with_new_manifests, write_house
from tests.test_command_line import run
from toolkit.commands.publication import ONLY_SHOWS, RECOMPUTES, UNTRIED, _recomputed
from toolkit.commands.seal import OPEN_RECOMPUTED
from toolkit.ground.problems import Refused
from toolkit.ground.text import Phrase
from toolkit.ground.writing import LOCK, UNFINISHED
from toolkit.minutes.decisions import decide_state
from toolkit.publication.extract import read_extract
from toolkit.publication.open_rows import OpenRows
from toolkit.reports.card_pages import CHECK_MARK
from toolkit.reports.wording import last_listed
from toolkit.sealing import agreement
from toolkit.sealing.agreement import (
    CANNOT,
    FORMULAS,
    NO_BROWSER,
    NO_OFFICE,
    NOBODY,
    NOTHING,
    PACKAGE,
    SCRIPT,
    by_page,
    by_workbook,
    disagreements,
    opinions,
    told,
)
from toolkit.sealing.bag import read_bag_info
from toolkit.sealing.cards import publishing
from toolkit.sealing.open_bag import (
    Facts,
    _is_spelt,
    _value,
    facts_of,
    fingerprint_of,
    open_problems,
    read_open,
    told_scheme,
    write_open,
)
from toolkit.sealing.open_readme import readme

OFFICE, BROWSER = agreement._program(agreement.OFFICE), agreement._program(agreement.BROWSERS)
if OFFICE and not (Path(OFFICE).resolve().parent / "libsclo.so").exists():  # a LibreOffice without Calc
    OFFICE = None
CONSENT = """
[publication.consent]
table = "members"
award = "agrees"
good = "agrees"
bad = "agrees"
"""
VETO = """
[[veto]]
id = "grave"
label = "严重失信一票否决"
when = { table = "acts", where = { kind = ["严重"] } }
effect = { award = "none" }

"""
MORE = """
[table.members.column.agrees]
headings = ["同意公开"]
type     = "boolean"
[table.members.column.contact]
headings = ["联系人"]
type     = "text"
personal = true

[table.acts]
file = "records/行为.csv"
[table.acts.column.code]
headings = ["会员代码"]
type     = "member"
required = true
[table.acts.column.kind]
headings = ["程度"]
type     = "choice"
choices  = ["严重", "轻微"]
[table.acts.column.whose]
headings = ["投诉人"]
type     = "text"
personal = true
"""
REFUSERS = {"002": "乙招标代理公司", "005": "戊代理公司", "102": "丑采购中心"}
SECRETS = ("13912345678", "440101199003074515", "王联系人", "李投诉人", "专家赵钱孙", "E77", "理由是绝密的")


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve members, two classes, of which one keeps four open rows; a secret in every place that is not meant to be told."""
    folder = write_small_edition(tmp_path_factory.mktemp("open") / "small")
    scheme = SCHEME.replace("[[award]]", f"# 王联系人 13912345678\n{VETO}[[award]]", 1).split("\n[publication.consent]")[0] + CONSENT
    scheme = scheme.replace('source = "办法第五条"', 'source = "办法第五条（问 13912345678）"').replace('points = { "已签" = 100, "未签" = 10 }', "points = { 已签 = 100, 未签 = 10 }")
    (folder / "scheme.toml").write_text(scheme, "utf-8")
    (folder / "tables.toml").write_text(TABLES + MORE, "utf-8")
    book = folder / "records" / "会员名册.csv"
    heading, *lines = book.read_text("utf-8-sig").splitlines()
    rows = [f"{line},{'否' if line.split(',')[0] in REFUSERS else '是'},王联系人 13912345678 440101199003074515" for line in lines]
    book.write_text("\n".join([f"{heading},同意公开,联系人", *rows]) + "\n", "utf-8-sig")
    (folder / "records" / "行为.csv").write_text("会员代码,程度,投诉人\n001,严重,李投诉人 13912345678\n002,轻微,李投诉人\n", "utf-8-sig")
    (folder / "ballots").mkdir()
    (folder / "ballots" / "E77.toml").write_text('expert = "E77"\ncast = 2019-01-07\n# 专家赵钱孙\n[weights.total]\nmethod = "points"\npoints = { learning = 60, conduct_group = 40 }\n', "utf-8")
    with_applications(folder)
    decide_state(folder, "reviewed", by="专家委员会", reason="理由是绝密的 13912345678")
    decide_state(folder, "publicised", by="秘书处", reason="理由是绝密的")
    return folder


@pytest.fixture(scope="module")
def sent(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `publish` writes of it."""
    place = tmp_path_factory.mktemp("sent")
    bag = sealed(edition, write_house(place / "house"))
    done = run("publish", bag, "--to", place / "out")
    assert done.exit_code == 0, done.output
    assert "列入 5 家（共 12 家）" in done.output, done.output
    assert ("三种算法一致：软件包、工作簿公式、网页程序" if OFFICE and BROWSER else "算法一致：软件包") in done.output
    assert (RECOMPUTES.zh in done.output, ONLY_SHOWS.zh in done.output) == (BROWSER is not None, False)
    assert any(why.zh in done.output for why in (NO_OFFICE, NOTHING)) == (OFFICE is None), done.output
    return place / "out"


@pytest.fixture
def forged(sent: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sent / "open", tmp_path / "open"))


def table(sent: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(sent / "open" / "data" / name, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def test_it_holds_who_agreed_and_of_the_others_an_interval(sent: Path) -> None:
    members, withheld = table(sent, "members.csv"), table(sent, "withheld.csv")
    assert members["member"].tolist() == ["001", "003", "004", "006", "007"]
    assert members["name"][1] == "'=HYPERLINK(1)公司"
    assert members["vetoes"].tolist() == ["grave", "", "", "", ""]
    assert withheld["class"].tolist() == ["代理"] * 2
    assert table(sent, "adjustments.csv")["warning"].tolist() == ["0.0", "0.0", "0.0", "0.0", "-9.0"], "before the cap of -5"
    classes = table(sent, "classes.csv").set_index("class")
    assert classes.loc["采购人", ["members", "open", "left_out"]].tolist() == ["5", "0", "true"]
    scheme = tomllib.loads((sent / "open" / "data" / "scheme.toml").read_text("utf-8"))
    assert scheme["indicator"][2]["value"]["points"] == {"已签": 100, "未签": 10}


def test_a_sealed_scheme_is_toml_that_any_reader_reads(edition: Path) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads((edition / "scheme.toml").read_text("utf-8"))
    tomllib.loads((edition / "sealed" / "r1" / "data" / "edition" / "scheme.toml").read_text("utf-8"))


def test_it_hangs_on_the_notice_and_is_computed_again_alone(edition: Path, sent: Path) -> None:
    bag = edition / "sealed" / "r1"
    assert read_extract(bag / "data" / "public").notice["digests"]["open"] == fingerprint_of(sent / "open")
    assert not verified(bag, replay=True).errors
    done = run("verify", sent / "open", "--replay", "--fingerprint", fingerprint_of(sent / "open"))
    assert done.exit_code == 0, done.output
    assert "均已重新计算，全部一致" in done.output
    assert ("算法一致：软件包、网页程序" if BROWSER else "未运行：网页程序") in done.output
    assert run("verify", bag, "--fingerprint", "0" * 64).exit_code == 1
    assert "不是开放包指纹：应为 64 位的数字和小写字母" in run("verify", sent / "open", "--fingerprint", "0000").output


def everything(content: bytes) -> Iterator[bytes]:
    """A file's bytes, and whatever is packed in them."""
    yield content
    for run_ in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", content):
        yield base64.b64decode(run_[: len(run_) // 4 * 4])
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from everything(packed.read(name))
    if content[:6] == b"\xfd7zXZ\x00":
        yield from everything(lzma.decompress(content))


def test_no_secret_leaves_in_any_byte(sent: Path) -> None:
    """Of refusers nothing is in what is for the public; each has its own card, which is mailed to it alone."""
    for path in (path for path in sent.rglob("*") if path.is_file()):
        secrets = SECRETS if path.parent.name == "cards" else (*SECRETS, *REFUSERS.values(), *(f"\n{code}," for code in REFUSERS))
        text = b"\n".join((*everything(path.read_bytes()), path.name.encode()))
        assert [secret for secret in secrets if secret.encode() in text] == [], path.name


def put(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(bag: Path) -> None:
        path = bag / name
        text = path.read_text("utf-8")
        assert re.search(old, text), (name, old)
        path.write_text(re.sub(old, new, text, count=1), "utf-8")

    return change


FORGERIES: dict[str, Callable[[Path], object]] = {
    "a total": put("data/scores.csv", r"(?m)^(003,.*),[\d.]+$", r"\1,99.00"),
    "a score told with more decimals": put("data/scores.csv", r"(?m)^(003,[^,]*\d\.\d)\b", r"\g<1>0"),
    "a score in digits of another script": put("data/scores.csv", r"(?m)^003,\d", "003,٣"),
    "a score with a power of ten": put("data/scores.csv", r"(?m)^(003,[^,]*),", r"\1e0,"),
    "a total with a sign": put("data/scores.csv", r"(?m)^(003,.*),([\d.]+)$", r"\1,+\2"),
    "a total with one decimal less": put("data/scores.csv", r"(?m)^(0\d\d,.*\.\d)0$", r"\1"),
    "a place in full-width digits": put("data/lines.csv", r"outstanding,代理,1,", "outstanding,代理,１,"),
    "a weight in another spelling": put("data/scheme.toml", "weight = 60", "weight = 6e1"),
    "a place": put("data/ranking.csv", r"(?m)^(003,.*),(\d+),(\d+),(\w*),$", r"\1,1,1,\4,"),
    "an award": put("data/awards.csv", "006", "007"),
    "a total that is withheld": put("data/withheld.csv", r"代理,[\d.]*,[\d.]*", "代理,0.00,1.00"),
    "a measured value": put("data/indicators.csv", r"(?m)^003,12\.0", "003,40.0"),
    "a row more": put("data/members.csv", r"(?m)^(007,.*)$", r"\1\n008,新代理公司,代理,true,true,"),
    "a veto lifted": put("data/members.csv", "grave", ""),
    "a count": put("data/classes.csv", "代理,7,7,7,7,5", "代理,9,9,9,9,5"),
    "a line": put("data/lines.csv", r"outstanding,代理,1,1", "outstanding,代理,2,2"),
    "a great amount": put("data/adjustments.csv", r"(?m)^003,.*", "003,1e99"),
    "a ruling on a tie that never was": lambda bag: (bag / "data" / "rulings.csv").write_text("\ufeffaward,class,places,member,given\noutstanding,代理,1,006,true\n", "utf-8"),
    "a veto that the scheme does not have": put("data/members.csv", r"(?m)^(003,.*),$", r"\1,nosuch"),
    "a weight": put("data/scheme.toml", "weight = 60", "weight = 61"),
    "a version": put("bag-info.txt", r"toolkit \d+\.\d+\.\d+", "toolkit 9.9.9"),
    "another form": put("bag-info.txt", r"(?m)^(Open-Bag[^:]*: ).*$", r"\g<1>9"),
    "no digest of the sealed bag": put("bag-info.txt", r"(?m)^Sealed-Bag-SHA256:.*\n", ""),
    "another title": put("bag-info.txt", "小型", "大型"),
    "a formula": put("data/members.csv", "'=HYPERLINK", "=HYPERLINK"),
    "markup in a name": put("data/members.csv", "己代理公司", "<img src=x onerror=alert(1)>"),
    "a page beside": lambda bag: (bag / "data" / "index.html").write_text("<script>alert(1)</script>", "utf-8") and None,
    "a file gone": lambda bag: (bag / "data" / "withheld.csv").unlink(),
    "nonsense": put("data/lines.csv", r"outstanding,代理,1,1", "outstanding,代理,x,1"),
}


def ended(name: str, more: bytes) -> Callable[[Path], object]:
    return lambda bag: (bag / "data" / name).write_bytes((bag / "data" / name).read_bytes() + more)


UNREADABLE = {
    "no text in ranking.csv": ended("ranking.csv", b"\xff\xfe"),
    "no text in scores.csv": ended("scores.csv", b"\xff\xfe\n"),
    "an endless cell in awards.csv": ended("awards.csv", b"x" * 200_000 + b"\n"),
    "a word in adjustments.csv": put("data/adjustments.csv", r"(?m)^003,.*", "003,abc"),
    "a number without end in adjustments.csv": put("data/adjustments.csv", r"(?m)^003,.*", f"003,{'9' * 400}"),
    "a number that overflows in adjustments.csv": put("data/adjustments.csv", r"(?m)^003,.*", "003,1e308"),
    "an overflow in indicators.csv": put("data/indicators.csv", r"(?m)^003,12\.0", "003,1e+308"),
    "a huge number in classes.csv": put("data/classes.csv", "代理,7,7", "代理,99999999999999999999,7"),
    "a great number in classes.csv": put("data/classes.csv", "代理,7,7,7", "代理,1000000000,1000000000,1000000000"),
    "less than none in classes.csv": put("data/classes.csv", "代理,7,7,7,7", "代理,7,7,7,-7"),
    "a class twice in classes.csv": put("data/classes.csv", r"(代理,.*\n)", r"\1\1"),
    "no end in lines.csv": put("data/lines.csv", r"outstanding,代理,1,1", "outstanding,代理,1,inf"),
    "a word in indicators.csv": put("data/indicators.csv", r"(?m)^003,[^,]*", "003,abc"),
    "a bound beyond all in withheld.csv": put("data/withheld.csv", r"(?m),[^,]*$(?=\n\Z)", ",1e308"),
    "a line of no award in lines.csv": put("data/lines.csv", r"(?m)^outstanding,采购人", "代理,采购人"),
    "a line gone from lines.csv": put("data/lines.csv", r"(?m)^outstanding,采购人.*\n", ""),
    "a line twice in lines.csv": put("data/lines.csv", r"(?m)^(outstanding,采购人.*\n)", r"\1\1"),
    "neither yes nor no in members.csv": put("data/members.csv", r"(?m)^(003,.*),true,", r"\1,maybe,"),
    "a cell more in members.csv": put("data/members.csv", r"(?m)^(003,.*)$", r"\1,x"),
    "a bound beyond any total in withheld.csv": put("data/withheld.csv", r"(?m),[^,]*$(?=\n\Z)", ",1e13"),
    "an interval turned round in withheld.csv": put("data/withheld.csv", r"(?m)^([^,]*),[^,]*,[^,]*$(?=\n\Z)", r"\1,9.00,1.00"),
    "more that applied than there are in classes.csv": put("data/classes.csv", "代理,7,7,7,7", "代理,7,8,7,7"),
    "half a place in lines.csv": put("data/lines.csv", r"outstanding,代理,1,1", "outstanding,代理,1.5,1"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_told_by_its_file(forged: Path, what: str) -> None:
    UNREADABLE[what](forged)
    found = open_problems(forged / "data", facts_of(read_bag_info(forged)))
    assert what.rsplit(maxsplit=1)[-1] in {problem.file for problem in found.errors}


def test_what_is_yes_or_no_is_read_so_and_a_word_is_no_number() -> None:
    assert [_value(text) for text in ("true", "false", "1.5", "x")] == [True, False, 1.5, "x"]
    assert [_is_spelt(text) for text in ("1.5", "1.50", "x")] == [True, False, False]


def test_a_bag_that_is_not_computed_again_says_so(forged: Path) -> None:
    told = run("verify", forged).output
    assert "开放包完好" in told
    assert "没有重新计算" in told


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_one_with_new_digests_is_refused(forged: Path, what: str) -> None:
    print_before = fingerprint_of(forged)
    FORGERIES[what](forged)
    with_new_manifests(forged)
    done = run("verify", forged, "--replay")
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output
    if what not in {"a version", "another form", "another title", "no digest of the sealed bag"}:
        assert run("verify", forged, "--fingerprint", print_before).exit_code == 1


def test_what_arithmetic_cannot_see_the_fingerprint_tells(forged: Path) -> None:
    """A name that is consistent everywhere is a lie that nobody recomputes."""
    before = fingerprint_of(forged)
    for name in ("members.csv", "ranking.csv"):
        put(f"data/{name}", "己代理公司", "巳代理公司")(forged)
    with_new_manifests(forged)
    assert run("verify", forged, "--replay").exit_code == 0
    done = run("verify", forged, "--replay", "--fingerprint", before)
    assert done.exit_code == 1
    assert "与公示所列的不同" in done.output


@pytest.mark.parametrize(
    ("old", "new", "article"),
    [("[publication.consent]", "", "第二十五条"), ('approval = "测试〔2019〕1号"', "", "830号")],
)
def test_it_is_refused_with_the_article_that_demands_it(tmp_path: Path, old: str, new: str, article: str) -> None:
    copy, text = write_small_edition(tmp_path / "copy"), SCHEME
    (copy / "scheme.toml").write_text(text.split("\n[publication.consent]")[0] if "consent" in old else text.replace(old, new), "utf-8")
    done = run("publish", sealed(copy, write_house(tmp_path / "house")), "--to", tmp_path / "out")
    assert done.exit_code == 1
    assert article in done.output, done.output
    assert (tmp_path / "out" / "cards").is_dir(), "the members' own cards are theirs"
    assert not (tmp_path / "out" / "open").exists()


@pytest.mark.parametrize("name", ["open/我的论文.docx", "open/data/mine.csv", "results.html", "check-card.html", "open"])
def test_nothing_is_written_over_what_is_not_its_own(edition: Path, sent: Path, tmp_path: Path, name: str) -> None:
    bag, precious = edition / "sealed" / "r1", tmp_path / "out" / name
    precious.parent.mkdir(parents=True)
    precious.write_text("precious", "utf-8")
    done = run("publish", bag, "--to", tmp_path / "out")
    assert done.exit_code == 1
    assert "什么也没有写出" in done.output, done.output
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == [precious]
    assert precious.read_text("utf-8") == "precious"


def test_another_run_that_is_writing_there_is_told_as_that(edition: Path, sent: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "cards" / ".unfinished-75cl8maw" / "new").mkdir(parents=True)
    (tmp_path / "out" / "cards" / ".unfinished-75cl8maw" / "new" / "得分单_001.html").touch()
    done = run("publish", edition / "sealed" / "r1", "--to", tmp_path / "out")
    assert done.exit_code == 1
    assert "另一次公布正在写这个文件夹" in done.output, done.output
    assert "删去 .unfinished-75cl8maw" in done.output


def test_of_two_runs_in_one_second_one_writes(edition: Path, sent: Path, tmp_path: Path) -> None:
    """The other is refused before it writes, even into an empty folder; neither leaves its lock, nor a folder of nothing."""
    bag, target = edition / "sealed" / "r1", tmp_path / "made" / "out"
    with publishing(target):
        done = run("publish", bag, "--to", target)
        assert (done.exit_code, "另一次公布正在写这个文件夹" in done.output) == (1, True), done.output
        assert sorted(path.name for path in target.iterdir() if not path.name.startswith(UNFINISHED)) == [LOCK]
    assert not (tmp_path / "made").exists()
    assert not (sent / LOCK).exists()


def test_a_disk_that_is_full_at_the_last_step_leaves_what_stood_there(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put in place together, at each rename that may be the last, is tried in test_writing."""
    (old := tmp_path / "out" / "check-card.html").parent.mkdir()
    old.write_text(CHECK_MARK, "utf-8")
    seen = set[str]()

    def full(*_: object, **__: object) -> None:
        seen.update(path.name for path in old.parent.iterdir() if not path.name.startswith("."))
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr("toolkit.sealing.site.send_site", full)
    assert run("publish", edition / "sealed" / "r1", "--to", old.parent).exit_code == 1
    assert seen == {path.name for path in old.parent.iterdir()} == {old.name}
    assert old.read_text("utf-8") == CHECK_MARK


def test_what_was_sent_is_sent_again(edition: Path, sent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a run that was killed left there is told, and goes; and by one run at a time, until its programs have agreed on what stands there."""
    (left := sent / f"{UNFINISHED}75cl8maw").mkdir()
    (left / LOCK).touch()
    os.utime(left / LOCK, (0, 0))
    seen = list[str]()

    def no_program(_: object) -> None:
        with pytest.raises(Refused, match="another `publish` is writing"), publishing(sent):
            pass
        seen.extend(path.name for path in sent.iterdir() if path.name.startswith("."))

    monkeypatch.setattr(agreement, "_program", no_program)
    done = run("publish", edition / "sealed" / "r1", "--to", sent)
    assert (done.exit_code, f"隐藏文件夹现予删去：{left}" in done.output, left.exists()) == (0, True, False), done.output
    assert set(seen) == {LOCK}


def test_another_edition_s_open_bag_is_not_written_over(edition: Path, forged: Path) -> None:
    put("bag-info.txt", r"(?m)^External-Identifier:.*", "External-Identifier: other-2019")(forged)
    before = fingerprint_of(forged)
    done = run("publish", edition / "sealed" / "r1", "--to", forged.parent)
    assert done.exit_code == 1
    assert "另一届的开放包" in done.output
    assert fingerprint_of(forged) == before
    assert not (forged.parent / "cards").exists()


def test_where_the_lower_total_is_ahead_the_last_listed_has_the_highest(sent: Path) -> None:
    """Page and last line of `verify` say so in both languages, and nothing else of them is other."""
    rows = read_open(sent / "open" / "data")
    lower = rows.scheme.model_copy(update={"total": rows.scheme.total.model_copy(update={"better": "lower"})})
    said = [readme(dataclasses.replace(rows, scheme=rules), Facts("r1", "2019-03-01", "x")) + repr(last_listed(OPEN_RECOMPUTED, rules)) for rules in (rows.scheme, lower)]
    turned = [("公开名单中的最低获奖分", "公开名单中的最高获奖分"), ("家时的最低获奖得分", "家时的最高获奖得分"), ("总分高者在前", "总分低者在前"),
              ("lowest listed winner", "highest listed winner"), ("may lie above", "may lie below"), ("the higher total first", "the lower total first")]  # fmt: skip
    for there, here in turned:
        assert [(there in text, here in text) for text in said] == [(True, False), (False, True)], there


def test_the_words_of_an_earlier_version_are_told_as_not_compared(forged: Path) -> None:
    put("bag-info.txt", r"toolkit \d+\.\d+\.\d+", "toolkit 0.4.9")(forged)
    found = open_problems(forged / "data", facts_of(read_bag_info(forged)))
    assert not found.errors
    assert {problem.file for problem in found} == {"README.md"}


def test_it_is_refused_once_the_edition_is_withdrawn(edition: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(edition, tmp_path / "copy"))
    decide_state(copy, "withdrawn", by="会长办公会", reason="重新评审")
    done = run("publish", copy / "sealed" / "r1", "--to", tmp_path / "out")
    assert done.exit_code == 1
    assert "已撤回" in done.output, done.output
    assert not (tmp_path / "out").exists()


def test_check_tells_before(edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run("check", edition)
    assert "开放包：列入 5 家（共 12 家）；不列入 7 家" in done.output, done.output
    monkeypatch.setattr("toolkit.sealing.open_readme.finer_by_notice", lambda *_: Phrase("还要窄", "narrower still"))
    assert "还要窄" in run("check", edition).output
    assert "公开 5 家会员的名次、总分及各项指标的数值，而办法没有就此征求会员同意" in done.output


def test_what_is_written_is_read_again(sent: Path, tmp_path: Path) -> None:
    rows = read_open(sent / "open" / "data")
    assert isinstance(rows, OpenRows)
    write_open(rows, Facts("r1", "2019-03-01", "x"), tmp_path / "again")
    for path in (sent / "open" / "data").iterdir():
        if path.name != "README.md":
            assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_an_interval_that_nothing_bounds_is_read(sent: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sent / "open" / "data", tmp_path / "data"))
    put("withheld.csv", r"(?m),[^,]*,[^,]*$(?=\n\Z)", ",,")(folder)
    assert read_open(folder).withheld.iloc[-1][["from", "to"]].isna().all()


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")
def test_the_page_tells_its_fingerprint_and_why_a_struck_member_has_no_award(sent: Path) -> None:
    dumped = agreement._run([str(BROWSER), "--no-sandbox", "--headless", "--dump-dom", (sent / "results.html").as_uri()]) or ""
    assert f"开放包指纹：{fingerprint_of(sent / 'open')}。" in dumped
    assert ("公开名单中的最低获奖分" in dumped, "分数线" in dumped) == (True, False)
    assert re.findall(r'<span class="why">([^<]+)</span>', dumped) == ["未获奖：严重失信一票否决"]


# Three programs for one rule: each is broken once, and is told; one that is not there is told as not run.


def test_another_result_of_any_is_told(sent: Path, edition: Path, forged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag, out = edition / "sealed" / "r1", sent
    FORGERIES["a total"](forged)
    with_new_manifests(forged)  # every digest is right: who computes it again finds it alone
    for name in ("by_workbook", "by_page"):
        monkeypatch.setattr(agreement, name, lambda _: False)
    found = list(opinions(bag, forged, out / "results.html"))
    assert [same for _, same in found] == [False, False, False]
    assert [problem.rule.zh for problem in disagreements(found)] == [f"算法不一致：{name.zh}得出的结果与公布的不同" for name in (PACKAGE, FORMULAS, SCRIPT)]


def test_what_is_not_there_is_told_as_not_run(sent: Path, edition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bag, out = edition / "sealed" / "r1", sent
    monkeypatch.setattr(agreement, "_program", lambda _: None)
    found = list(opinions(bag, out / "open", out / "results.html"))
    assert [same for _, same in found] == [True, NO_OFFICE, NO_BROWSER]
    assert [said.zh for said in told(found)] == ["算法一致：软件包", "未运行：工作簿公式（本机没有可用的电子表格程序）", "未运行：网页程序（本机没有可用的浏览器）"]
    assert not disagreements(found).errors
    assert [said.zh for said in told([(PACKAGE, True), (SCRIPT, True)])] == ["算法一致：软件包、网页程序"]  # two of two are no three
    assert agreement._run([sys.executable, "-c", "raise SystemExit(3)"]) is None


@pytest.mark.parametrize("who", [0, 1000])
def test_a_browser_gives_up_its_sandbox_for_root_alone(sent: Path, monkeypatch: pytest.MonkeyPatch, who: int) -> None:
    asked = Mock(return_value=None)
    monkeypatch.setattr(agreement, "_program", lambda _: "browser")
    monkeypatch.setattr(agreement, "_run", asked)
    monkeypatch.setattr(os, "geteuid", lambda: who, raising=False)
    assert by_page(sent / "results.html") == agreement.FAILED
    assert ("--no-sandbox" in asked.call_args.args[0]) == (who == 0)


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium: install the package chromium")
def test_a_page_with_another_total_or_a_script_with_another_rule_is_noticed(sent: Path, tmp_path: Path) -> None:
    text = (sent / "results.html").read_text("utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', text)[1])  # type: ignore[index]
    assert by_page(sent / "results.html") is True
    data["results"][0]["total"] += 0.5
    changed = {"total": json.dumps(data), "nobody": json.dumps(data | {"members": [], "results": []}), "unknown": json.dumps(data | {"scheme": data["scheme"] | {"lottery": 1}})}
    wanted: dict[str, bool | Phrase] = {"total": False, "nobody": NOBODY, "unknown": CANNOT}
    for name, written in changed.items():
        page = tmp_path / f"{name}.html"
        page.write_text(re.sub(r'(id="data">).*?(</script>)', lambda match, put=written: match[1] + put + match[2], text, count=1), "utf-8")
        assert by_page(page) == wanted[name]
    assert [_recomputed([(SCRIPT, found)]) for found in (True, *wanted.values())] == [RECOMPUTES, UNTRIED, ONLY_SHOWS, ONLY_SHOWS]


def test_a_spreadsheet_program_that_writes_nothing_is_not_told_as_none(edition: Path, sent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = edition / "sealed" / "r1" / "data" / "results" / "evaluation.xlsx"
    monkeypatch.setattr(agreement, "_program", lambda _: str(edition / "no such program"))
    assert (by_workbook(workbook), by_page(sent / "results.html")) == (agreement.FAILED, agreement.FAILED)
    monkeypatch.setattr(agreement, "_run", lambda _: "")
    assert by_workbook(workbook) is NOTHING


@pytest.mark.skipif(OFFICE is None, reason="needs LibreOffice to compute the formulas")
def test_a_workbook_with_another_formula_is_noticed(edition: Path, sent: Path, tmp_path: Path) -> None:
    workbook = edition / "sealed" / "r1" / "data" / "results" / "evaluation.xlsx"
    assert by_workbook(workbook) is True
    book = openpyxl.load_workbook(workbook)
    sheet = book["名次与奖项复算"]
    column = next(cell.column for cell in sheet[3] if cell.value == "名次")
    sheet.cell(4, column).value = str(sheet.cell(4, column).value).replace("1+SUMPRODUCT", "2+SUMPRODUCT")
    book.save(tmp_path / "other.xlsx")
    assert by_workbook(tmp_path / "other.xlsx") is False
    sheet.cell(4, column).value = '=WEBSERVICE("http://evil.test")'
    book.save(tmp_path / "foreign.xlsx")
    assert by_workbook(tmp_path / "foreign.xlsx") == agreement.FOREIGN


def test_how_the_office_is_reached_is_told_in_english_too_and_no_other_number() -> None:
    english = {"020-12345678（总机）": "020-12345678 (operator)", "张工 020-87654321": "Mr Zhang 020-87654321", "甲": "First"}
    rules = scheme(indicator=[indicator("a")], publication={"telephone": "020-12345678（总机）"}, english=english)
    assert told_scheme(rules).english == {"张工 020-****": "Mr Zhang 020-****", "甲": "First", "020-12345678（总机）": "020-12345678 (operator)"}
