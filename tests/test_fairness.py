"""Fairness: who is given awards by kind of member, and which indicator makes the difference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from tests.conftest import MEMBERS, write_small_edition
from toolkit import evaluate, open_edition
from toolkit.evaluation import Evaluation
from toolkit.ground.problems import Refused
from toolkit.ground.statistics import difference_of_shares
from toolkit.ground.text import Phrase
from toolkit.records import Records
from toolkit.sensitivity.fairness import ROUGH, _note, fairness, group_results, member_groups


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, Records]:
    edition = open_edition(write_small_edition(tmp_path_factory.mktemp("fairness") / "small"))
    return evaluate(edition.scheme, edition.records), edition.records


def test_groups_and_their_awards(asked: tuple[Evaluation, Records]) -> None:
    found = group_results(*asked, ["kind"]).set_index("group")
    assert found["n"].to_dict() == {"代理": 7, "采购人": 5}
    held = asked[0].ranking.groupby("class")["award"].agg(lambda own: int((own != "").sum())).to_dict()
    assert found["awarded"].to_dict() == held
    assert (found["share"] == found["awarded"] / found["n"]).all()
    totals = asked[0].ranking.groupby("class")["total"]
    assert found["mean"].to_dict() == pytest.approx(totals.mean().to_dict())
    assert found["median"].to_dict() == totals.median().to_dict()


def test_every_outcome_is_tested_and_holm_knows_them_all(asked: tuple[Evaluation, Records]) -> None:
    found = fairness(*asked, ["kind"]).set_index("outcome")
    assert found.index.tolist() == ["award", "total", "hours", "talks", "pledge", "answers"]
    hours = [asked[0].values.loc[[m[0] for m in MEMBERS if m[2] == kind], "hours"] for kind in ("代理", "采购人")]
    assert found.loc["hours", "p"] == pytest.approx(stats.kruskal(*hours).pvalue)
    assert found.loc["award", "test"] == "fisher"
    assert (found["holm"].dropna() >= found["p"].dropna()).all()


def test_groups_too_small_are_named_and_left_out(asked: tuple[Evaluation, Records]) -> None:
    found = fairness(*asked, ["kind"]).set_index("outcome")
    assert found.loc["talks", "note"] == "可比较的组不足两个"  # it applies to one class only
    assert str(found.loc["answers", "note"]).endswith("少于 5 家未计入：采购人 (4)")  # one of five has no answers
    assert found.loc["answers", ["n", "groups"]].tolist() == [7, 1]
    pledged = group_results(*asked, ["pledge"]).set_index("group")["small"]
    assert pledged.to_dict() == {"已签": False, "未签": True}


def test_numbers_are_parted_into_groups_of_about_one_size(asked: tuple[Evaluation, Records]) -> None:
    found = member_groups(*asked, "answers")
    assert found.cat.categories.tolist() == ["≤ 4", "4–7.5", "> 7.5"]
    assert found.value_counts(sort=False).tolist() == [4, 4, 3]
    assert found.isna().sum() == 1


def test_within_classes_a_difference_between_classes_is_gone(asked: tuple[Evaluation, Records]) -> None:
    found = fairness(*asked, ["kind"], within="class").set_index("outcome")
    assert found.loc["hours", "p"] > fairness(*asked, ["kind"]).set_index("outcome").loc["hours", "p"]


def test_the_states_of_another_table_are_joined(asked: tuple[Evaluation, Records]) -> None:
    found = member_groups(*asked, "activities.kind")
    assert found["001"] == "学习班、讲座"
    assert pd.isna(found["105"])


def test_days_are_years_and_yes_and_no_are_words(asked: tuple[Evaluation, Records]) -> None:
    evaluation, records = asked
    frame = records.frames["members"]
    more = frame.assign(joined=pd.to_datetime([f"20{10 + n % 3}-05-01" for n in range(len(frame))]), listed=[n % 2 == 0 for n in range(len(frame))])
    records = replace(records, frames={**records.frames, "members": more})
    assert [list(member_groups(evaluation, records, column).cat.categories) for column in ("joined", "listed")] == [["2010", "2011", "2012"], ["否", "是"]]


def test_shares_of_few_among_several_groups_are_told_to_be_rough() -> None:
    few, many = (difference_of_shares(given, [size] * 3) for given, size in (([1, 0, 2], 5), ([10, 20, 30], 50)))
    assert (_note(few, 3, []), _note(many, 3, [])) == (ROUGH, Phrase("", ""))


@pytest.mark.parametrize("column", ["knd", "nowhere.kind", "_file", "activities.none"])
def test_a_column_that_is_not_there_is_refused(asked: tuple[Evaluation, Records], column: str) -> None:
    with pytest.raises(Refused, match="there is no such column"):
        fairness(*asked, [column])


def test_the_order_of_rows_changes_nothing(asked: tuple[Evaluation, Records], tmp_path: Path) -> None:
    folder = write_small_edition(tmp_path / "other")
    file = folder / "records" / "会员名册.csv"
    heading, *rows = file.read_text("utf-8-sig").splitlines()
    file.write_text("\n".join([heading, *reversed(rows)]) + "\n", encoding="utf-8-sig")
    edition = open_edition(folder)
    other = (evaluate(edition.scheme, edition.records), edition.records)
    columns = ["kind", "pledge", "answers"]
    pd.testing.assert_frame_equal(fairness(*other, columns), fairness(*asked, columns))
    pd.testing.assert_frame_equal(group_results(*other, columns), group_results(*asked, columns))
