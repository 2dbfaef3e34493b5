"""An edition read whole: warnings of the scheme are told with its errors, and classes nobody is in before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolkit.edition import check_edition, open_edition
from toolkit.ground.problems import Refused


def rewritten(edition: Path, old: str, new: str) -> None:
    path = edition / "scheme.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_what_may_not_be_meant_is_told_and_the_edition_is_read(small_edition: Path) -> None:
    rewritten(small_edition, "as_of    = 2018-12-31", "as_of    = 2018-12-31\nperiod   = [2018-01-01, 2019-12-31]")
    edition, problems = check_edition(small_edition)
    assert edition is not None
    told = [(problem.severity, problem.row) for problem in problems if problem.column == "as_of"]
    assert told == [("warning", 5)]
    assert open_edition(small_edition).scheme == edition.scheme


@pytest.mark.parametrize(("class_", "mend"), [("采购单位", "现有类别："), ("采购人 ", "请删去首尾的空格"), ("采购入", "是否应为“采购人”？")])
def test_a_class_nobody_is_in_is_told_when_the_edition_is_read(small_edition: Path, class_: str, mend: str) -> None:
    rewritten(small_edition, 'id = "hours"', f'id = "hours"\napplies_to = ["{class_}"]')
    problems = check_edition(small_edition)[1]
    (found,) = [problem for problem in problems if problem.column == "indicator[hours].applies_to"]
    assert (found.severity, found.value) == ("error", class_)
    assert mend in found.mend.zh
    with pytest.raises(Refused, match="no member is in the class"):
        open_edition(small_edition)


def test_a_member_without_a_class_is_refused_by_file_and_row(small_edition: Path) -> None:
    """pandas-dev/pandas#3729 and #38227: a blank group key is lost, or breaks the sorting of the groups."""
    members = small_edition / "records" / "会员名册.csv"
    lines = members.read_text("utf-8").splitlines()
    place = lines[0].split(",").index("类别")
    cells = lines[1].split(",")
    lines[1] = ",".join([*cells[:place], "", *cells[place + 1 :]])
    members.write_text("\n".join(lines) + "\n", "utf-8")
    (found,) = [problem for problem in check_edition(small_edition)[1].errors if "class" in problem.rule.en]
    assert (found.file, found.row, found.column) == ("records/会员名册.csv", 2, "类别")


def test_what_the_tables_do_not_hold_is_told_once_and_on_its_line(small_edition: Path) -> None:
    path = small_edition / "scheme.toml"
    text = path.read_text("utf-8").replace('{ table = "activities", ', '{ table = "activities", window = "year", ')  # of two indicators
    path.write_text(text.replace('"members.pledge"', '"members.plegde"') + '\n[window.year]\nfrom = "day"\notherwise = "1 year"\n', "utf-8")
    lines = path.read_text("utf-8").splitlines()
    told = {problem.column: lines[int(problem.row or 0) - 1] for problem in check_edition(small_edition)[1].errors}
    assert told == {"indicator[pledge].measure.column": 'measure = { column = "members.plegde" }', "window.year.from": 'from = "day"'}
    assert len(check_edition(small_edition)[1].errors) == 2
