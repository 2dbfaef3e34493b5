"""What a notebook shows of the ballots: for editions with them, without, and with too few."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ballots.test_decided import SLIP
from tests.ballots.voters import NAME, cast, slip
from tests.ballots.voters import edition as written
from toolkit.ballots import Ballots, group_weights, load_ballots
from toolkit.comparison.ballots import decided_by_each, decided_by_group
from toolkit.edition import open_edition
from toolkit.evaluation import evaluate
from toolkit.reports.expert_tables import agreement_overview, decided_overview, means_overview

AHP = 'method = "ahp"\ncomparisons = [["hours", "talks", 2], ["talks", "essays", 2], ["hours", "essays", 4]]'


def test_the_group_stands_first_then_every_expert_by_code(small_edition: Path) -> None:
    slips = {f"E0{n}.toml": f'name = "{NAME}"\n' + SLIP.format(expert=f"E0{n}", learning=x, rest=100 - x) for n, x in enumerate((50, 0), 1)}
    edition = open_edition(written(small_edition, slips))
    evaluation, ballots = evaluate(edition.scheme, edition.records), load_ballots(edition.folder, edition.scheme)
    table = decided_overview(evaluation, ballots)
    assert [row[0] for row in table.rows] == ["专家组", "E01", "E02"]
    each, group = decided_by_each(evaluation, ballots), decided_by_group(evaluation, group_weights(ballots))
    assert [int(row[1]) for row in table.rows] == [len(group), *((each["expert"] == code).sum() for code in ("E01", "E02"))]
    assert NAME not in repr(table) + table._repr_html_()


def test_every_rule_that_can_join_the_ballots_has_its_column_and_the_schemes_is_marked(tmp_path: Path) -> None:
    some = {f"E0{n}.toml": slip(f"E0{n}", x) for n, x in enumerate((50, 60, 60, 90), 1)}
    table = means_overview(cast(tmp_path, some, aggregate="median"), "en")
    assert table.headings[2:] == ("Scheme", "arithmetic mean", "geometric mean", "median *", "trimmed mean")
    assert table.rows[0][2:] == ("60.0", "65.0", "68.0", "60.0", "60.0")
    two = {name: some[name] for name in ("E01.toml", "E02.toml")}
    assert means_overview(cast(tmp_path / "two", two), "en").headings[2:] == ("Scheme", "arithmetic mean *", "geometric mean", "median")


def test_comparisons_can_be_joined_first_where_all_compared(tmp_path: Path) -> None:
    some = {f"E0{n}.toml": slip(f"E0{n}", own=AHP) for n in (1, 2, 3)}
    only = cast(tmp_path, some, groups=("learning",))
    assert "joint comparisons" in means_overview(only, "en").headings


@pytest.mark.parametrize("weighting", [{}, {"minimum": 3}])
def test_without_ballots_and_with_too_few_a_sentence_says_so(small_edition: Path, weighting: dict[str, int]) -> None:
    slips = {"E01.toml": slip("E01")} if weighting else {}
    ballots: Ballots = cast(small_edition, slips, **weighting)
    evaluation = evaluate(*(getattr(open_edition(small_edition), part) for part in ("scheme", "records")))
    tables = decided_overview(evaluation, ballots, "en"), means_overview(ballots, "en"), agreement_overview(ballots, "en")
    for table in tables:
        ((said,),) = table.rows
        assert ("only 1 ballot counts" if weighting else "There is no ballot") in said
