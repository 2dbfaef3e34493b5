"""Refusals: what a reader is told of them, wherever they meet one."""

from __future__ import annotations

import errno
import shutil

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from toolkit.ground.problems import MAKE_ROOM, Problem, Problems, inaccessible
from toolkit.ground.text import Phrase

CELL = """
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase
raise refuse(Phrase("应大于 0", "it is above 0"), Phrase("请改正", "mend it"), column="spread", value="-1")
"""


def test_a_notebook_shows_every_reason_in_both_languages_and_no_traceback() -> None:
    with capture_output() as shown:
        done = InteractiveShell().run_cell(CELL)  # type: ignore[no-untyped-call]
    assert str(done.error_in_exec) == '1 problem\n  spread "-1": it is above 0; mend it'
    chinese = '1 个问题\n  spread "-1"：应大于 0；请改正'
    assert shown.stdout.strip() == f"{chinese}\n\n{done.error_in_exec}"


def faults(number: int) -> list[Problem]:
    """As many equal faults, each in its row."""
    rule, mend = Phrase("不是数字", "not a number"), Phrase("请填写 8", "write 8")
    return [Problem("error", rule, mend, file="a.xlsx", sheet="签到", row=row, column="学时", value=f"八{row}") for row in range(2, number + 2)]


def test_ten_thousand_equal_faults_are_one_line_with_the_first_places_and_all_are_in_the_table() -> None:
    other = Problem("warning", Phrase("缺列", "a column is missing"), Phrase("请补上", "add it"), file="a.xlsx", sheet="签到")
    problems = Problems((*faults(10_000), other))
    assert problems.text("zh").splitlines() == [
        "a.xlsx：10001 个问题",
        '  [错误] 工作表 签到，学时：10000 处，如第 2 行 "八2"、第 3 行 "八3"、第 4 行 "八4"：不是数字；请填写 8',
        "  [提醒] 工作表 签到：缺列；请补上",
    ]
    assert 'sheet 签到, 学时: 10000 places, such as row 2 "八2", row 3 "八3", row 4 "八4": not a number; write 8' in problems.text("en")
    assert len(problems.frame()) == len(problems) == 10_001


def test_faults_that_differ_in_a_number_only_are_one_kind_and_a_few_are_told_one_by_one() -> None:
    again = [Problem("error", Phrase(f"与第 {row} 行相同", f"the same as row {row}"), Phrase("请删去", "delete one"), row=row + 1) for row in range(2, 102)]
    assert len(Problems(tuple(again)).text("en").splitlines()) == 2
    assert len(Problems(tuple(faults(20))).text("en").splitlines()) == 21


def test_a_folder_that_could_not_be_copied_says_why() -> None:
    """`shutil.copytree` keeps what the system said of each file only as text."""
    full = shutil.Error([("a", "b", str(OSError(errno.ENOSPC, "No space left on device", "b")))])
    (told,) = inaccessible(full, "open").problems
    assert (told.rule.en, told.mend) == ("cannot be read or written: the disk is full", MAKE_ROOM)
    (other,) = inaccessible(shutil.Error("no list"), "open").problems
    assert other.file == "open"
