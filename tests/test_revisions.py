"""Revisions: a bag that stands in place of another says so everywhere, and there is only one."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.conftest import write_small_edition
from tests.sealing import described_again, named, sealed, verified, with_new_manifests, write_house
from tests.test_command_line import run
from toolkit import evaluate, open_edition
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.resources import file_digest
from toolkit.ground.writing import edition_lock
from toolkit.minutes.journal import appended, read_journal
from toolkit.publication.extract import read_extract
from toolkit.publication.notice import particulars
from toolkit.scheme import load_scheme
from toolkit.sealing import seals as seal
from toolkit.sealing.bag import LABELS, TAG_MANIFEST, bag_problems, read_bag_info
from toolkit.sealing.descriptions import descriptions
from toolkit.sealing.parts import Seal
from toolkit.sealing.revisions import (
    GONE,
    SEAL_LINE,
    SIGNATURE_LINE,
    exchanged,
    refuse_replaced,
    stands_alone,
    untold_seals,
)
from toolkit.sealing.states import unlike_newest_bag
from toolkit.sealing.verification import sign_bag, vouched

WHY = "异议成立：更正学时（电话 13800138000）\u202e"


@pytest.fixture(scope="module")
def revised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition with r1, and r2 in its place."""
    folder = tmp_path_factory.mktemp("revised")
    edition, house = write_small_edition(folder / "small"), write_house(folder / "house")
    before = sealed(edition, house)
    digests = {path: file_digest(path) for path in before.rglob("*") if path.is_file()}
    sealed(edition, house, "r2", revises="r1", because=WHY, by="秘书处")
    assert {path: file_digest(path) for path in before.rglob("*") if path.is_file()} == digests
    return edition


@pytest.fixture
def r2(revised: Path, tmp_path: Path) -> Path:
    shutil.copytree(revised / "sealed", tmp_path / "sealed")
    for path in tmp_path.rglob("*"):
        path.chmod(0o755)
    return tmp_path / "sealed" / "r2"


def test_bag_notice_and_journal_name_what_it_revises_and_why(revised: Path) -> None:
    bag = revised / "sealed" / "r2"
    info, journal = read_bag_info(bag), read_journal(revised)
    why = info["Revision-Reason"]
    assert why.startswith("异议成立：更正学时")
    assert ["13800138000" in why, "\u202e" in why] == [False, False]
    assert (info["Revises"], info["Revises-SHA256"]) == ("r1", file_digest(revised / "sealed" / "r1" / TAG_MANIFEST))
    assert journal.problems == Problems()
    first, second = journal.entries
    assert (first.details["revision"], second.details["revision"], second.details["revises"], second.by, second.reason) == ("r1", "r2", "r1", "秘书处", why)
    assert second.details["bag"] == file_digest(bag / TAG_MANIFEST)
    assert read_journal(bag / "data" / "edition").head == info["Journal-Head"] == second.previous
    extract = read_extract(bag / "data" / "public")
    assert (extract.notice["revises"], extract.notice["because"], extract.notice["journal"]) == ("r1", why, info["Journal-Head"])
    page = particulars(extract, "zh")
    assert "本版替代第 r1 版。修订理由：异议成立" in page
    assert info["Journal-Head"] in page
    assert verified(bag, replay=True) == Problems()


@pytest.mark.parametrize(
    ("revises", "because", "says"),
    [("r1", "又一次", "r2"), ("r9", "x", "the newest is r2"), ("r2", "", "add --because"), ("", "x", "add --revises"), ("../r1", "x", "no bag")],
)
def test_what_cannot_be_revised_is_refused(revised: Path, tmp_path: Path, revises: str, because: str, says: str) -> None:
    house = write_house(tmp_path)
    with pytest.raises(Refused, match=says):
        sealed(revised, house, "r3", revises=revises, because=because)
    assert sorted(path.name for path in (revised / "sealed").iterdir()) == [".lock", "r1", "r2"]


def test_what_was_replaced_is_not_published_again(revised: Path, tmp_path: Path) -> None:
    for taken_away in (None, "r2"):
        edition = tmp_path / f"without {taken_away}"
        shutil.copytree(revised, edition)
        if taken_away:
            shutil.move(edition / "sealed" / taken_away, tmp_path / "elsewhere")
        done = run("publish", edition / "sealed" / "r1", "--to", tmp_path / "out")
        assert (done.exit_code, "这一版已由 r2 替代" in done.output, (tmp_path / "out").exists()) == (1, True, False)


def test_what_lies_beside_a_bag_does_not_make_it_public_again(revised: Path, tmp_path: Path) -> None:
    """Two bags alone, as on the machine that serves them; and two that stand side by side in the minutes, as until 0.7.0."""
    for bag in ("r1", "r2"):
        (tmp_path / bag).mkdir()
        for name in LABELS:
            shutil.copy(revised / "sealed" / bag / name, tmp_path / bag)
    r1, r2 = tmp_path / "r1", tmp_path / "r2"
    (r2 / "备忘.txt").write_text("x" * 100_000, "utf-8")
    with pytest.raises(Refused, match="r2 stands in its place"):
        refuse_replaced(r1)
    (r2 / "bag-info.txt").chmod(0o644)
    (r2 / "bag-info.txt").write_text("x" * 100_000, "utf-8")
    with pytest.raises(Refused, match="labels of the bag r2 beside it cannot be read"):
        refuse_replaced(r1)
    (r2 / "bag-info.txt").unlink()
    (r2 / "bagit.txt").unlink()
    refuse_replaced(r1)
    (edition := tmp_path / "unlinked").mkdir()
    for name in ("rules", "r1", "r2", "r3"):
        appended(edition, SEAL_LINE, "", "", {"revision": name, "bag": "", "revises": "r2" if name == "r3" else ""})
    refuse_replaced(edition / "sealed" / "r3")
    assert [[problem.value for problem in stands_alone(edition, name)] for name in ("rules", "r1", "r2", "r3")] == [[], [], ["r2"], []]
    for name, others in (("r1", "sealed after it: r2, r3"), ("r2", "r3 stands in its place")):
        with pytest.raises(Refused, match=others):
            refuse_replaced(edition / "sealed" / name)


@pytest.fixture
def forged(revised: Path, tmp_path: Path) -> Path:
    """The edition whose r2 was exchanged after its seal: a winner gone from the public list, all digests made right again."""
    edition = Path(shutil.copytree(revised, tmp_path / "forged"))
    for path in edition.rglob("*"):
        path.chmod(0o755)
    listed = edition / "sealed" / "r2" / "data" / "public" / "awards.csv"
    listed.write_text("".join(listed.read_text("utf-8-sig").splitlines(keepends=True)[:-1]), "utf-8-sig")
    with_new_manifests(edition / "sealed" / "r2")
    return edition


NOT_AS_SEALED = "不是工作记录第 2 条所记的那一版封存包"


def test_a_bag_exchanged_after_its_seal_is_refused_by_whatever_asks_for_it(forged: Path, house: Path) -> None:
    bag, key = forged / "sealed" / "r2", Ed25519PrivateKey.generate()
    assert bag_problems(bag) == Problems()
    assert NOT_AS_SEALED in verified(bag, notebooks=house, pages=house / "pages").text("zh")
    for words in (
        ("verify", bag), ("publish", bag, "--to", forged.parent / "out"), ("serve", bag), ("serve", forged), ("check", forged), ("journal", forged),
        ("decide", forged, "state", "publicised", "--by", "秘书处", "--because", "依办法"),
    ):  # fmt: skip
        if words[0] == "decide":
            assert run("decide", forged, "state", "reviewed", "--by", "专家委员会", "--because", "依办法").exit_code == 0
        done = run(*words)
        assert (done.exit_code, NOT_AS_SEALED in done.output) == (1, True), (words, done.output)
    for act in (lambda: sign_bag(bag, key, "chair", notebooks=house, pages=house / "pages"), lambda: sealed(forged, house, "r3", revises="r2", because="x")):
        with pytest.raises(Refused, match=r"not the bag of which no\. 2"):
            act()
    assert [entry.what for entry in read_journal(forged).entries] == ["seal", "seal", "state"]
    assert sorted(path.name for path in (forged / "sealed").iterdir()) == [".lock", "r1", "r2"]


def test_a_bag_is_known_by_what_it_calls_itself_and_by_its_place(forged: Path, revised: Path, tmp_path: Path) -> None:
    (forged / "sealed" / "r2").rename(forged / "sealed" / "r5")
    assert [problem.value for problem in exchanged(forged / "sealed" / "r5")] == ["r5"]
    (forged / "sealed" / "r1").rename(forged / "sealed" / "r2")  # true, and of another revision
    assert len(exchanged(forged / "sealed" / "r2")) == 1
    alone = Path(shutil.copytree(forged / "sealed" / "r5", tmp_path / "r2"))
    assert not exchanged(alone)
    assert [words.en.split()[1] for words in (*vouched(alone), *vouched(revised / "sealed" / "r2"))] == ["bears", "is"]
    assert vouched(revised / "sealed" / "r2")[0].zh == "就是工作记录第 2 条所记的那一版。"


def test_a_line_of_a_signature_of_another_bag_is_told(forged: Path) -> None:
    with edition_lock(forged):
        appended(forged, SIGNATURE_LINE, "主席", "", {"revision": "r2", "bag": file_digest(forged / "sealed" / "r2" / TAG_MANIFEST), "role": "chair", "key": "k"})
        appended(forged, SIGNATURE_LINE, "主席", "", {"revision": "r1", "bag": file_digest(forged / "sealed" / "r1" / TAG_MANIFEST), "role": "chair", "key": "k"})
    assert [(problem.row, problem.severity) for problem in untold_seals(forged)] == [(None, "error"), (3, "warning")]


def test_a_reason_is_text_in_what_a_bag_says_of_itself(revised: Path) -> None:
    bag = revised / "sealed" / "r2"
    seal_of, data = replace(Seal.of(read_bag_info(bag)), because="a <script>x</script>\n# ![](http://y) [here](z) {title}"), bag / "data"
    text = descriptions(data, load_scheme(data / "edition" / "scheme.toml"), seal_of, "0.4.0")["README.md"]
    assert r"a \<script\>x\</script\> # \!\[\](http://y) \[here\](z) {title}" in text


def test_a_bag_of_another_edition_or_a_damaged_one_is_not_revised(small_edition: Path, house: Path, bag: Path) -> None:
    place = small_edition / "sealed" / "r1"
    shutil.copytree(bag, place)
    scheme = small_edition / "scheme.toml"
    text = scheme.read_text("utf-8")
    scheme.write_text(text.replace("small-2018", "small-2019"), "utf-8")
    with pytest.raises(Refused, match="another edition"):
        sealed(small_edition, house, "r2", revises="r1", because="x")
    scheme.write_text(text, "utf-8")
    (place / "data" / "results" / "ranking.csv").write_text("x", "utf-8")
    with pytest.raises(Refused, match="is not as") as refused:
        sealed(small_edition, house, "r2", revises="r1", because="x")
    assert "r1/data/results/ranking.csv" in named(refused.value.problems)


def test_a_revision_that_the_journal_knows_is_not_sealed_anew_when_its_bag_is_gone(r2: Path, revised: Path, house: Path) -> None:
    edition = Path(shutil.copytree(revised, r2.parent.parent / "small"))
    for path in edition.rglob("*"):
        path.chmod(0o755)
    shutil.rmtree(edition / "sealed" / "r2")
    with pytest.raises(Refused, match="bag is gone"):
        sealed(edition, house, "r2", revises="r1", because="x")
    with pytest.raises(Refused, match="there is r2"):
        sealed(edition, house, "r2b", revises="r1", because="x")


def test_a_revision_that_was_moved_away_is_told(r2: Path, revised: Path) -> None:
    edition = Path(shutil.copytree(revised, r2.parent.parent / "small"))
    assert "封存包不在了" not in run("journal", edition).output
    (edition / "sealed" / "r1").rename(edition / "elsewhere")
    for command in ("journal", "check"):
        assert '"r1"：工作记录写明这一版已经封存，但封存包不在了' in run(command, edition).output
    (edition / "journal.jsonl").unlink()
    assert [problem.value for problem in untold_seals(edition) if problem.rule is GONE] == ["r1"]  # by the bag that stands in its place


def test_a_kill_between_bag_and_journal_leaves_nothing_false(small_edition: Path, house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(seal, "enter_seal", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sealed(small_edition, house)
    assert verified(small_edition / "sealed" / "r1") == Problems()
    assert read_journal(small_edition).entries == ()
    sealed(small_edition, house, "r2", revises="r1", because="x")
    lines = read_journal(small_edition).entries
    assert [(line.details["revision"], line.details.get("found", "")) for line in lines] == [("r1", "yes"), ("r2", "")]


def test_a_journal_that_cannot_be_written_leaves_the_bag_and_says_so(small_edition: Path, house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise Refused(Problems())

    monkeypatch.setattr("toolkit.sealing.revisions.appended", full)
    with pytest.raises(Refused, match="next seal enters it"):
        sealed(small_edition, house)
    assert verified(small_edition / "sealed" / "r1") == Problems()


def test_a_broken_chain_stops_a_seal_before_it_begins(revised: Path, house: Path, tmp_path: Path) -> None:
    edition = Path(shutil.copytree(revised, tmp_path / "broken", ignore=shutil.ignore_patterns("sealed")))
    path = edition / "journal.jsonl"
    path.write_text(path.read_text("utf-8").replace("秘书处", "会长"), "utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write("{}\n")
    with pytest.raises(Refused, match="no entry"):
        sealed(edition, house, "r5")
    assert [each.name for each in (edition / "sealed").iterdir()] == [".lock"]


def relabelled(bag: Path, key: str, value: str | None) -> None:
    lines = [line for line in (bag / "bag-info.txt").read_text("utf-8").splitlines() if not line.startswith(f"{key}:")]
    (bag / "bag-info.txt").write_text("\n".join([*lines, *([f"{key}: {value}"] if value else []), ""]), "utf-8")
    described_again(bag)
    with_new_manifests(bag)


@pytest.mark.parametrize(
    ("key", "value"),
    [("Revises", "r0"), ("Revises", None), ("Revises", "../r1"), ("Revises-SHA256", "0" * 64), ("Revision-Reason", None), ("Journal-Head", "0" * 64), ("Journal-Head", None), ("Revises", "r2")],
)
def test_what_a_bag_says_of_its_past_is_held_against_what_is_there(r2: Path, key: str, value: str | None) -> None:
    relabelled(r2, key, value)
    if (key, value) == ("Revises", "r0"):  # no such bag beside it: the notice knows better
        assert "public/notice.json" in named(verified(r2, replay=True))
    else:
        assert named(verified(r2)) == {"bag-info.txt"}


def test_the_chain_in_a_bag_and_its_end_are_checked(r2: Path) -> None:
    path = r2 / "data" / "edition" / "journal.jsonl"
    line = path.read_text("utf-8")
    for text, where in ((line.replace("r1", "r7"), "bag-info.txt"), ("", "bag-info.txt"), (line + "{}\n", "edition/journal.jsonl"), (line + "{", "edition/journal.jsonl")):
        path.write_text(text, "utf-8")
        with_new_manifests(r2)
        assert where in named(verified(r2)), text
    path.write_text(line, "utf-8")
    with_new_manifests(r2)
    assert verified(r2) == Problems()


def test_the_notice_of_a_first_revision_says_nothing_of_revisions(whole: Path) -> None:
    notice = json.loads((whole / "data" / "public" / "notice.json").read_text("utf-8"))
    assert not {"revises", "because", "journal"} & set(notice)


def test_what_is_made_public_is_what_was_reviewed_and_what_the_newest_bag_holds(revised: Path, tmp_path: Path) -> None:
    edition = Path(shutil.copytree(revised, tmp_path / "small"))

    def said(state: str, by: str) -> str:
        done = run("decide", edition, "state", state, "--by", by, "--because", "依办法")
        assert done.exit_code == (0 if "已记入" in done.output else 1)
        return done.output

    assert "已记入" in said("reviewed", "专家委员会")
    journal, ranking = read_journal(edition), evaluate(open_edition(edition).scheme, open_edition(edition).records).ranking
    moved = ranking.assign(rank=ranking["rank"].where(ranking.index != "003", 99))  # as of records in a database, of which the minutes have no digest
    for now, others in ((ranking, ""), (moved, "的名单与 r2 所封存的不同：003"), (ranking.drop(index="004"), "不同：004")):
        assert others in (told := unlike_newest_bag(edition, SimpleNamespace(ranking=now), journal).text("zh"))
        assert bool(others) == ("--revises r2" in told)
    register = edition / "records" / "会员名册.csv"
    register.write_text(register.read_text("utf-8-sig").replace("已签", "未签", 1), "utf-8-sig")
    refused = said("publicised", "秘书处")
    assert all(words in refused for words in ("转为“已评审”之后又有改动", "state 拟定", "封存 r2 之后又有改动", "--revises r2", "“members”的记录")), refused
    assert "已记入" in said("draft", "秘书处")
    assert "已记入" in said("reviewed", "专家委员会")
    refused = said("publicised", "秘书处")
    assert ("封存 r2 之后又有改动" in refused, "转为“已评审”之后" in refused) == (True, False)
