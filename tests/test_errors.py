"""Refusals: what a reader is told of them, wherever they meet one."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

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
