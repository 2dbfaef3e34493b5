"""Rules sealed before the records: later bags say what was changed since, and whom that moved."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.conftest import with_applications, write_small_edition
from tests.sealing import DAY, described_again, named, sealed, verified, with_new_manifests, write_house
from toolkit import __version__
from toolkit.__main__ import app
from toolkit.comparison.records import evaluated_at
from toolkit.edition import open_edition
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.text import in_words_before
from toolkit.minutes.journal import read_journal
from toolkit.scheme import load_scheme
from toolkit.sealing.bag import read_bag_info
from toolkit.sealing.open_bag import facts_of, open_problems, send_open, verify_open
from toolkit.sealing.replay import _rules_problems
from toolkit.sealing.revisions import enter_seals, newest_bag
from toolkit.sealing.rules import enter_rules_lost, sealed_rules
from toolkit.sealing.rules_papers import _known, examined_problems
from toolkit.sealing.seals import seal_rules

WEIGHTS = (("weight = 60", "weight = 30"), ("weight = 40\naggregate", "weight = 70\naggregate"))


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules sealed without any record; weights changed; r1."""
    folder = tmp_path_factory.mktemp("rules")
    edition, house = write_small_edition(folder / "small"), write_house(folder / "house")
    (edition / "records").rename(folder / "records")
    assert verified(seal_rules(edition, by="秘书处", sealed_on=DAY.replace(year=2018))) == Problems()
    (folder / "records").rename(edition / "records")
    scheme = edition / "scheme.toml"
    for old, new in WEIGHTS:
        scheme.write_text(scheme.read_text("utf-8").replace(old, new), "utf-8")
    sealed(edition, house)
    return edition


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


@pytest.fixture
def r1(edition: Path, tmp_path: Path) -> Path:
    shutil.copytree(edition / "sealed", tmp_path / "sealed")
    for path in tmp_path.rglob("*"):
        path.chmod(0o755)
    return tmp_path / "sealed" / "r1"


def test_the_rules_are_a_bag_of_their_own(edition: Path) -> None:
    bag = edition / "sealed" / "rules"
    held = {path.relative_to(bag / "data").as_posix() for path in (bag / "data").rglob("*") if path.is_file()}
    found = {f"examination/{name}.csv" for name in ("findings", "certificates", "counterexamples", "one_expert")}
    assert held == {"edition/scheme.toml", "edition/tables.toml", "sensitivity.json", "environment.txt", "README.md", "ro-crate-metadata.json", *found}
    assert "打开记录之前封存" in (bag / "data" / "README.md").read_text("utf-8")
    assert "对办法本身的审查也在内（`examination/`）" in (bag / "data" / "README.md").read_text("utf-8")
    assert verified(bag, replay=True) == Problems()
    assert newest_bag(edition / "sealed") == edition / "sealed" / "r1"
    assert [line.details["revision"] for line in read_journal(edition).entries if line.what == "seal"] == ["rules", "r1"]


def test_what_examination_found_is_looked_for_in_the_words_of_who_sealed_it(edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, told = shutil.copytree(edition / "sealed" / "rules" / "data", tmp_path / "data"), list[bool]()

    def written(_: object, found: Path) -> None:
        told.append(in_words_before("1.0.0"))
        shutil.copytree(data / "examination", found)

    monkeypatch.setattr("toolkit.sealing.rules_papers.write_examined", written)
    assert not [*examined_problems(data)]
    names = data / "environment.txt"
    names.chmod(0o644)
    names.write_text(names.read_text("utf-8").replace(__version__, "0.7.0"), "utf-8")
    assert not [*examined_problems(data)]
    assert told == [False, True]


def test_a_later_bag_says_what_was_changed_and_whom_that_moved(edition: Path, tmp_path: Path) -> None:
    data = edition / "sealed" / "r1" / "data" / "rules"
    assert [row["zh"] for row in rows(data / "changed.csv")] == ["权重：学习交流 60 → 30", "权重：诚信自律 40 → 70"]
    before = evaluated_at(write_small_edition(tmp_path / "small"))[1].ranking
    after = evaluated_at(edition)[1].ranking
    told = {row["member"]: (row["award_before"], row["award"], row["rank_before"], row["rank"]) for row in rows(data / "moved.csv")}
    other = {m: (before["award"][m], after["award"][m], str(before["rank"][m]), str(after["rank"][m])) for m in after.index if before["total"][m] != after["total"][m]}
    assert told == other
    assert any(was != is_ for was, is_, _, _ in told.values())
    assert verified(edition / "sealed" / "r1", replay=True) == Problems()


def test_what_was_found_in_the_rules_is_found_again(r1: Path) -> None:
    bag = r1.parent / "rules"
    path = bag / "data" / "examination" / "certificates.csv"
    path.write_text(path.read_text("utf-8-sig").replace("proved", "open"), "utf-8-sig")
    with_new_manifests(bag)
    assert verified(bag) == Problems()
    assert named(verified(bag, replay=True)) == {"examination/certificates.csv"}
    path.unlink()
    described_again(bag)
    with_new_manifests(bag)
    assert named(verified(bag)) == {"examination/certificates.csv"}


def test_a_later_bag_says_what_was_to_be_seen_before_the_data(small_edition: Path, tmp_path: Path) -> None:
    tables = small_edition / "tables.toml"
    faulty = tmp_path / "faulty.toml"
    faulty.write_text((small_edition / "scheme.toml").read_text("utf-8") + "\n[total]\nfloor = -1000\n", "utf-8")
    without, with_, records = load_scheme(small_edition / "scheme.toml"), load_scheme(faulty), open_edition(small_edition).records
    for before, after, state in ((with_, with_, "known"), (without, with_, "change"), (with_, without, "mended")):
        rows = [(said, place) for said, _, place, *_ in _known(before, after, tables, records) if said != "members"]
        assert (state, "total.floor") in rows


@pytest.mark.parametrize("name", ["rules/changed.csv", "rules/moved.csv", "rules/scheme.toml", "rules/known.csv", "rules/tables.toml"])
def test_what_it_says_of_the_rules_is_made_again(r1: Path, name: str) -> None:
    path = r1 / "data" / name
    path.write_text(path.read_text("utf-8").replace("60", "55"), "utf-8")
    if name in {"rules/moved.csv", "rules/known.csv"}:
        path.write_text("member\n", "utf-8")
    if name == "rules/tables.toml":
        path.write_text(path.read_text("utf-8") + "\n# otherwise\n", "utf-8")
    with_new_manifests(r1)
    assert any(file.startswith("rules/") for file in named(verified(r1, replay=True)))


def test_parts_of_the_rules_cannot_be_left_out(r1: Path) -> None:
    (r1 / "data" / "rules" / "moved.csv").unlink()
    described_again(r1)
    with_new_manifests(r1)
    assert named(verified(r1)) == {"rules/moved.csv"}


def test_a_plan_of_other_questions_and_a_result_among_the_rules_are_refused(r1: Path) -> None:
    bag = r1.parent / "rules"
    plan = bag / "data" / "sensitivity.json"
    text = plan.read_text("utf-8")
    plan.write_text(text.replace("10000", "10"), "utf-8")
    with_new_manifests(bag)
    assert named(verified(bag)) == {"sensitivity.json"}
    plan.write_text(text, "utf-8")
    (bag / "data" / "results").mkdir()
    (bag / "data" / "results" / "ranking.csv").write_text("x", "utf-8")
    described_again(bag)
    with_new_manifests(bag)
    assert named(verified(bag)) == {"results/ranking.csv"}


def test_rules_are_sealed_once_and_before_any_result(edition: Path, small_edition: Path, whole: Path) -> None:
    with pytest.raises(Refused, match="does not change"):
        seal_rules(edition)
    shutil.copytree(whole, small_edition / "sealed" / "r1")
    with pytest.raises(Refused, match="result is sealed already"):
        seal_rules(small_edition)


@pytest.mark.parametrize("name", ["rules", "Rules", "con", "LPT1.x", "r1."])
def test_no_result_is_called_what_is_kept_for_the_rules_or_a_system(small_edition: Path, house: Path, name: str) -> None:
    with pytest.raises(Refused):
        sealed(small_edition, house, name)
    assert not (small_edition / "sealed").exists()


def test_a_result_in_place_of_the_rules_is_none(small_edition: Path, house: Path, whole: Path) -> None:
    shutil.copytree(whole, small_edition / "sealed" / "rules")
    with pytest.raises(Refused):
        sealed(small_edition, house)


@pytest.fixture
def next_(edition: Path, tmp_path: Path) -> Path:
    """The edition with rules and r1, to seal another revision of it."""
    return Path(shutil.copytree(edition, tmp_path / "next"))


def test_rules_that_are_gone_or_exchanged_stop_a_seal(next_: Path, house: Path) -> None:
    rules = next_ / "sealed" / "rules"
    rules.rename(next_ / "elsewhere")
    with pytest.raises(Refused, match="its bag is gone"):
        sealed(next_, house, "r2", revises="r1", because="x")
    other = next_.parent / "other"
    shutil.copytree(next_, other, ignore=shutil.ignore_patterns("sealed", "journal.jsonl"))
    shutil.copytree(seal_rules(other), rules)
    with pytest.raises(Refused, match="not the bag of rules that the journal tells of"):
        sealed(next_, house, "r2", revises="r1", because="x")
    shutil.rmtree(rules)
    (next_ / "elsewhere").rename(rules)
    with pytest.raises(Refused, match="does not change"):
        sealed(next_, house, "R1")
    assert verified(sealed(next_, house, "r2", revises="r1", because="x")) == Problems()


def test_a_bag_says_of_the_rules_what_its_journal_says(r1: Path) -> None:
    info = r1 / "bag-info.txt"
    info.write_text("".join(line for line in info.read_text("utf-8").splitlines(keepends=True) if not line.startswith("Rules-")), "utf-8")
    shutil.rmtree(r1 / "data" / "rules")
    described_again(r1)
    with_new_manifests(r1)
    assert [(problem.file, problem.column) for problem in verified(r1).errors] == [("bag-info.txt", "Rules-SHA256")]


def test_rules_after_a_result_that_was_moved_away_are_late(small_edition: Path, house: Path) -> None:
    sealed(small_edition, house).rename(small_edition / "moved")
    with pytest.raises(Refused, match="result is sealed already"):
        seal_rules(small_edition)


def test_rules_that_are_lost_are_said_to_be_so_in_every_later_bag(edition: Path, tmp_path: Path) -> None:
    """Gone without a word no result is sealed; once that is entered, with who and why, bag, minutes and `verify` say it, and it cannot be taken out of the bag."""
    folder = shutil.copytree(edition, tmp_path / "edition")
    with_applications(folder)
    house = write_house(tmp_path / "house")
    lose = ["seal", str(folder), "--rules-lost", "--because", "硬盘*损坏*", "--by", "秘书处"]
    whole = CliRunner().invoke(app, lose)
    assert (whole.exit_code, "完好无损" in whole.output) == (1, True), whole.output
    for path in (folder / "sealed").rglob("*"):
        path.chmod(0o755)
    (folder / "sealed" / "rules" / "data" / "edition" / "tables.toml").unlink()
    with pytest.raises(Refused, match="restore the whole bag"):
        sealed(folder, house, "r2", revises="r1", because="x")
    shutil.rmtree(folder / "sealed" / "rules")
    with pytest.raises(Refused, match="--rules-lost"):
        sealed(folder, house, "r2", revises="r1", because="x")
    for lacking in (lose[:3], lose[:-2]):
        assert CliRunner().invoke(app, lacking).exit_code == 1
    assert CliRunner().invoke(app, [*lose, "--as", "r2"]).exit_code == 2
    done = CliRunner().invoke(app, lose)
    assert (done.exit_code, "已记入" in done.output) == (0, True), done.output
    twice = CliRunner().invoke(app, lose)
    assert (twice.exit_code, "已经记入过" in twice.output) == (1, True), twice.output
    bag = sealed(folder, house, "r2", revises="r1", because="x")
    assert not (bag / "data" / "rules").exists()
    readme = (bag / "data" / "README.md").read_text("utf-8")
    assert "（秘书处，" in readme
    assert r"理由：硬盘\*损坏\*" in readme
    found = verified(bag, replay=True)
    assert [(problem.severity, problem.column) for problem in found] == [("warning", "Rules-SHA256")]
    assert "硬盘*损坏*" in found.text("zh")
    assert "打开记录之前封存的办法" in CliRunner().invoke(app, ["journal", str(folder)]).output
    send_open(bag, tmp_path / "open")
    told = (tmp_path / "open" / "data" / "README.md").read_text("utf-8")
    assert "打开记录之前封存过办法，但那个封存包已经没有了（20" in told
    assert "that bag is there no more (entered into the minutes on 20" in told
    assert not [said for said in ("秘书处，", "硬盘") if said in told], "who and why stay with the committee"
    assert not verify_open(tmp_path / "open", replay=True).errors
    untold = replace(facts_of(read_bag_info(tmp_path / "open")), rules_lost="")
    assert [problem.file for problem in open_problems(tmp_path / "open" / "data", untold).errors] == ["README.md"]
    assert not verified(folder / "sealed" / "r1").errors
    for path in bag.rglob("*"):
        path.chmod(0o755)
    shutil.copytree(edition / "sealed" / "r1" / "data" / "rules", bag / "data" / "rules")
    described_again(bag)
    with_new_manifests(bag)
    assert "rules/changed.csv" in named(verified(bag))


def test_commands_say_that_rules_are_no_result(edition: Path) -> None:
    rules = str(edition / "sealed" / "rules")
    again = CliRunner().invoke(app, ["verify", rules, "--replay"])
    assert (again.exit_code, "没有可重算的结果" in again.output) == (0, True), again.output
    beside = CliRunner().invoke(app, ["diff", rules, str(edition / "sealed" / "r1")])
    assert (beside.exit_code, "没有结果可比" in beside.output) == (1, True), beside.output
    once = CliRunner().invoke(app, ["seal", str(edition), "--rules"])
    assert (once.exit_code, "办法只封存一次" in once.output, "r2" in once.output) == (1, True, False), once.output
    assert "计算" not in (edition / "sealed" / "rules" / "data" / "README.md").read_text("utf-8")


def test_changed_rules_are_told_by_the_scheme_that_was_decided(r1: Path, tmp_path: Path) -> None:
    data = r1 / "data"
    shutil.copyfile(data / "edition" / "scheme.toml", data / "edition" / "scheme.decided.toml")
    opened, evaluation, _ = evaluated_at(data / "edition")
    assert not [*_rules_problems(data, opened, evaluation, tmp_path / "again")]


def test_what_is_not_so_of_rules_is_refused(edition: Path, small_edition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="those of another edition"):
        sealed_rules(edition, load_scheme(edition / "scheme.toml").model_copy(update={"edition": "other"}))
    with pytest.raises(Refused, match="tells of no rules"):
        enter_rules_lost(small_edition, by="秘书处", because="不在了")
    (small_edition / "journal.jsonl").write_text("{}\n", "utf-8")
    with pytest.raises(Refused, match="journal"):
        enter_seals(small_edition)
    monkeypatch.setattr("toolkit.sealing.rules_papers.holds_all_parts", lambda _: False)
    assert not [*examined_problems(tmp_path)]  # of an earlier version, which did not examine them


def test_on_the_command_line(small_edition: Path) -> None:
    done = CliRunner().invoke(app, ["seal", str(small_edition), "--rules"])
    assert (done.exit_code, (small_edition / "sealed" / "rules" / "bagit.txt").is_file()) == (0, True), done.output
    for wrong in (["--rules", "--as", "r1"], [], ["--rules", "--revises", "r1"]):
        assert CliRunner().invoke(app, ["seal", str(small_edition), *wrong]).exit_code == 2
