"""Whole editions written as real rules are, with outcomes worked out by hand: `tests/cases/editions/*.toml`.

Each holds a scheme, the columns of its members table (others are described in `tables`), the records as CSV, and what is
expected of the members in the order of their codes: `raw` indicators, `scores`, and the `list`, of whose reasons it says what
they have to hold.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.few_lines import run
from toolkit import evaluate, open_edition, rescored
from toolkit.evaluation.contributions import contributions
from toolkit.evaluation.many import DrawnLists
from toolkit.sensitivity.choices import Choices
from toolkit.sensitivity.leave_record_out import struck_records
from toolkit.sensitivity.scenarios import OfficialRuns, Scenarios
from toolkit.sensitivity.weights.draws import GivenWeights

CASES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parent / "cases" / "editions").glob("*.toml"))}


def written(case: dict[str, Any], folder: Path) -> Path:
    """The edition of a case, in a folder."""
    (folder / "records").mkdir(parents=True)
    (folder / "scheme.toml").write_text(case["scheme"], encoding="utf-8")
    columns = {"code": "text", "name": "text", **case["columns"]}
    described = "".join(f'[table.members.column.{name}]\nheadings = ["{name}"]\ntype = "{kind}"\n' for name, kind in columns.items())
    tables = '[table.members]\nfile = "records/members.csv"\nunique = ["code"]\n' + described + case.get("tables", "")
    (folder / "tables.toml").write_text(tables, encoding="utf-8")
    for name, text in case["records"].items():
        (folder / "records" / f"{name}.csv").write_text(text.lstrip(), encoding="utf-8-sig")
    return folder


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_real_rule_comes_to_what_it_says(case: dict[str, Any], tmp_path: Path) -> None:
    evaluation = run(written(case, tmp_path / "e"))
    assert not evaluation.problems.errors
    frames = {"raw": evaluation.indicators, "scores": evaluation.scores, "list": evaluation.ranking}
    for column, expected, frame in [(*item, frames[part]) for part in frames for item in case.get(part, {}).items()]:
        found = frame[column].sort_index().tolist()
        if column == "reason":
            assert [part for part, said in zip(expected, found, strict=True) if part not in said] == [], found
        else:
            assert found == (pytest.approx(expected, abs=1e-12, nan_ok=True) if isinstance(expected[0], float) else expected), column


def test_a_day_without_a_number_is_told(tmp_path: Path) -> None:
    asked = run(written(CASES["mean_of_quarters"], tmp_path / "e"))
    (told,) = [problem for problem in asked.problems if problem.column.endswith("mean_on")]
    assert (told.severity, told.column) == ("warning", "indicator[size].measure.mean_on")
    assert "有 1 家会员在其中某天没有数（2024-03-31 1 家、2024-06-30 1 家；首家：会员 2）" in told.rule.zh  # who has none at all is missing


def test_a_record_on_which_it_hangs_who_is_compared_is_read_again_or_unknown(tmp_path: Path) -> None:
    """Struck, the one qualification of the cheapest bidder takes its price out of the comparison."""
    case = dict(CASES["valid_bids"])
    case["scheme"] = case["scheme"].replace('measure = { column = "members.qualified" }', 'measure = { table = "papers", take = "count" }').replace('among = ["true"]', "least = 1")
    case["tables"] = '[table.papers]\nfile = "records/papers.csv"\n[table.papers.column.code]\nheadings = ["code"]\ntype = "member"\n'
    case["records"] = {**case["records"], "papers": "code\n1\n2\n4\n5\n5\n"}
    edition = open_edition(written(case, tmp_path / "e"))
    asked = evaluate(edition.scheme, edition.records)
    assert asked.ranking["award"].sort_index().tolist() == ["winner", "", "", "", ""]
    assert set(struck_records(asked, edition.records)["answer"]) == {"unknown"}
    told = struck_records(asked, edition.records, again=True).set_index("row")
    assert told.loc[2, ["answer", "gained", "lost"]].tolist() == ["changed", (("winner", "2"),), (("winner", "1"),)]
    assert told["answer"].tolist() == ["changed", "same", "same", "same", "same"]


def test_who_is_not_ranked_sets_no_standard_in_any_run(tmp_path: Path) -> None:
    asked = run(written(CASES["best_of_the_ranked"], tmp_path / "e"))
    own, totals = asked.tree.shares[None, :], asked.scores["total"].loc[asked.members.index].to_numpy()
    drawn = DrawnLists.of(asked)
    found = drawn.steps.scores(drawn.standings(own)("total"))[0]
    assert found[~np.isnan(totals)].tolist() == totals[~np.isnan(totals)].tolist()
    scenarios = Scenarios.of(asked, Choices(GivenWeights(pd.DataFrame({"one": [1.0], "two": [1.0], "paper": [2.0]}))))
    np.testing.assert_array_equal(OfficialRuns.of(scenarios.ground).outcome(scenarios[0]).total, totals)
    np.testing.assert_array_equal(contributions(asked).sum(axis=1).round(2)[~np.isnan(totals)], totals[~np.isnan(totals)])
    frozen = rescored(asked, asked.resolved)
    np.testing.assert_array_equal(frozen.scores["total"], asked.scores["total"])
