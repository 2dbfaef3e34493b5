"""A bag that holds no expert's scores computes the same, to the bit, and tells nothing of any expert."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from tests.panels.judged import SCHEME, SEVEN, SHEETS, SHEETS_OF_SEVEN, TABLES, Sheet, write_judged_edition
from tests.test_command_line import run
from tests.test_panel_copies import NAMES, PUBLISHED, everything
from toolkit.documents.fields import Case, minutes_fields
from toolkit.edition import check_edition, open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.problems import Refused
from toolkit.indicators.panel import judging
from toolkit.minutes.adoption import found_problems, unlike_minutes
from toolkit.minutes.decisions import decide_state
from toolkit.minutes.journal import read_journal
from toolkit.reports.committee_tables import open_matters
from toolkit.reports.csv_files import write_results
from toolkit.scheme import load_scheme
from toolkit.sealing.frozen_edition import freeze_edition
from toolkit.sealing.seals import seal_edition
from toolkit.sealing.site import Disclosed

OF_EXPERTS = (*NAMES, "E01", "E04", "71.3", "75.6", "60.5", "63.3", "90.1", "91.7", "50.2")
WITHOUT_ONE = {expert: rows for expert, rows in SHEETS.items() if expert != "E03"}  # leaves a place open
HEADS = "会员代码,创新,创新评分人数,创新回避人数,创新尚未评分人数,服务,服务评分人数,服务回避人数,服务尚未评分人数"
OPEN_OF_SEVEN = SHEETS_OF_SEVEN | {"E03": dict.fromkeys(SEVEN, ("", ""))}


def frozen(folder: Path, target: Path) -> tuple[Evaluation, Evaluation]:
    """The evaluations of an edition and of its copy."""
    freeze_edition(open_edition(folder), target)
    one, two = (open_edition(each) for each in (folder, target))
    return evaluate(one.scheme, one.records), evaluate(two.scheme, two.records)


@pytest.mark.parametrize("sheets", [SHEETS_OF_SEVEN, OPEN_OF_SEVEN], ids=["whole", "open place"])
@pytest.mark.parametrize("harshness", ["none", "zscore", "mixed_model"])
def test_the_copy_computes_the_same_and_knows_no_expert(tmp_path: Path, sheets: dict[str, Sheet], harshness: str) -> None:
    scheme = SCHEME + f'harshness = "{harshness}"\n'
    first, second = frozen(write_judged_edition(tmp_path / "e", sheets, scheme=scheme, members=SEVEN), tmp_path / "copy")
    assert first.scores.equals(second.scores)
    assert first.measured.raw.equals(second.measured.raw)
    assert first.ranking.equals(second.ranking)
    copy = everything(tmp_path / "copy").replace((tmp_path / "copy/scheme.decided.toml").read_text("utf-8"), "")
    assert not [said for said in OF_EXPERTS if said in copy]
    (table,) = (tmp_path / "copy/ballots").iterdir()
    assert table.name == "panel_scores.csv"
    assert table.read_text("utf-8-sig").splitlines()[0] == HEADS


def test_why_a_place_is_open_is_still_told(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", WITHOUT_ONE)
    freeze_edition(open_edition(folder), tmp_path / "copy")
    before, after = (judging(each.scheme, each.records) for each in (open_edition(folder), open_edition(tmp_path / "copy")))
    assert before.open
    assert {member: {item: why.zh for item, why in items.items()} for member, items in before.open.items()} == {
        member: {item: why.zh for item, why in items.items()} for member, items in after.open.items()
    }


def test_minutes_of_a_copy_tell_how_many_scored_and_how_often_they_withdrew(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", SHEETS)
    freeze_edition(open_edition(folder), tmp_path / "copy")
    living, copy = (minutes_fields(Case.of(evaluate(each.scheme, each.records), each.records))["回避"] for each in (open_edition(folder), open_edition(tmp_path / "copy")))
    told = re.compile(r"（(\d+) 家）")
    assert [line.split("，")[0] for line in living] == [line.split("，")[0] for line in copy]
    assert [sum(map(int, told.findall(line))) for line in living] == [int(re.findall(r"共 (\d+) 人次", line)[0]) for line in copy] != [0, 0]
    assert not [said for said in OF_EXPERTS if said in "".join(copy)]


def test_the_scheme_as_decided_stays_beside_the_one_that_is_computed_with(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e")
    freeze_edition(open_edition(folder), tmp_path / "copy")
    assert (tmp_path / "copy/scheme.decided.toml").read_bytes() == (folder / "scheme.toml").read_bytes()
    panel = load_scheme(tmp_path / "copy/scheme.toml").panel
    assert panel
    assert (panel.holds, panel.experts, panel.interests, panel.minimum, panel.trim) == ("results", None, None, 3, 1)


def test_withdrawals_since_the_seal_are_looked_for_though_the_folder_has_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, bag = write_judged_edition(tmp_path / "e"), tmp_path / "bag"
    freeze_edition(open_edition(folder), bag / "data" / "edition")
    monkeypatch.setattr("toolkit.sealing.site.edition_around", lambda _: folder)
    now = Disclosed(bag, None, dt.date(2019, 3, 1)).now
    assert now is not None
    assert list(now.members.index) == list(open_edition(folder).records.members.index)


def test_results_in_a_bag_beside_the_sheets_they_came_of_are_no_change(tmp_path: Path) -> None:
    folder, bag = write_judged_edition(tmp_path / "e", SHEETS_OF_SEVEN, members=SEVEN), tmp_path / "r1"
    _, copy = frozen(folder, bag / "data" / "edition")
    write_results(copy, bag / "data" / "results")
    (bag / "bagit.txt").touch()
    (bag / "bag-info.txt").touch()
    same = run("diff", bag, folder)
    assert (same.exit_code, "记录没有变化" in same.output, "没有会员的奖项、等级或名次因此变化" in same.output) == (0, True, True), same.output
    other = {expert: {member: tuple("95" if "." in told else told for told in map(str, scores)) for member, scores in rows.items()} for expert, rows in SHEETS_OF_SEVEN.items()}
    changed = run("diff", bag, write_judged_edition(tmp_path / "other", other, members=SEVEN))
    assert (changed.exit_code, "记录没有变化" in changed.output) == (0, False), changed.output
    assert not [said for said in OF_EXPERTS if said in changed.output]


def test_a_sealed_copy_is_not_accused_of_what_was_written_anew(tmp_path: Path) -> None:
    folder, copy = write_judged_edition(tmp_path / "e"), tmp_path / "bag" / "data" / "edition"
    decide_state(folder, "reviewed", by="专家委员会", reason="复核完毕")
    freeze_edition(open_edition(folder), copy)
    edition, minutes = open_edition(copy), read_journal(copy)
    assert len(unlike_minutes(copy, minutes)) == 2
    (tmp_path / "bag" / "bagit.txt").touch()
    assert not found_problems(copy, minutes)
    assert not [matter for matter in open_matters(edition, evaluate(edition.scheme, edition.records)) if matter.kind == "scheme"]


def test_a_copy_of_the_copy_is_as_good(tmp_path: Path) -> None:
    """In English; what two columns would be called keeps its id."""
    tables = TABLES.replace('headings = ["服务"]', 'headings = ["创新: Scorers", "服务"]')
    first, _ = frozen(write_judged_edition(tmp_path / "e", scheme='language = "en"\n' + SCHEME, tables=tables), tmp_path / "copy")
    _, third = frozen(tmp_path / "copy", tmp_path / "again")
    scorers = "创新: Scorers: scorers,创新: Scorers: recused,创新: Scorers: yet to score"
    for copy in ("copy", "again"):
        heads, *_ = (tmp_path / copy / "ballots/panel_scores.csv").read_text("utf-8-sig").splitlines()
        assert heads == f"会员代码,创新,innovation_scorers,创新: recused,创新: yet to score,service,{scorers}"
    assert first.ranking.equals(third.ranking)


def test_the_commands_that_look_at_experts_say_what_they_can(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", WITHOUT_ONE)
    freeze_edition(open_edition(folder), tmp_path / "copy")
    told = run("panel", tmp_path / "copy")
    assert told.exit_code == 0, told.output
    assert "位次待定" in told.output
    assert run("check", tmp_path / "copy").exit_code == 0
    assert run("sheets", tmp_path / "copy", "--out", tmp_path / "out").exit_code == 1
    changed = run("changes", tmp_path / "copy", folder)
    assert changed.exit_code == 0, changed.output


def test_an_edition_that_cannot_be_evaluated_is_not_sealed(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e", SHEETS | {"E04": {"M1": (881, 63)}})
    with pytest.raises(Refused, match="881"):
        seal_edition(folder, "r1")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("trim = 1", 'trim = 1\npublish = "names"', "publish"),
        ("trim = 1", 'trim = 1\npublish = "nothing"', "publish"),
        ("trim = 1", 'trim = 1\npublished = "none"', "is `publish` meant?"),
        ("trim = 1", 'trim = 1\nholds = "results"', "`experts` does not apply"),
        ("trim = 1", 'trim = 1\nholds = "result"', "holds"),
    ],
)
def test_what_the_scheme_may_not_say(tmp_path: Path, old: str, new: str, said: str) -> None:
    wrong = check_edition(write_judged_edition(tmp_path, scheme=SCHEME.replace(old, new)))[1].errors
    assert said in wrong.text("en")


def test_results_need_their_counts(tmp_path: Path) -> None:
    folder = write_judged_edition(tmp_path / "e")
    freeze_edition(open_edition(folder), tmp_path / "copy")
    path = tmp_path / "copy/tables.toml"
    path.write_text(path.read_text("utf-8").replace("innovation_missing", "innovation_mising"), "utf-8")
    assert "innovation_missing" in check_edition(tmp_path / "copy")[1].text("en")


def test_by_pseudonym_only_where_the_scheme_says_so(tmp_path: Path) -> None:
    freeze_edition(open_edition(write_judged_edition(tmp_path / "e", scheme=SCHEME + PUBLISHED)), tmp_path / "copy")
    assert "E04" in everything(tmp_path / "copy")
