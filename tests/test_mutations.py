"""Whatever an edition says, it is answered in words: nothing that can be typed makes the program fail."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.conftest import write_small_edition
from tests.mutations import mutate
from tests.panels.judged import write_judged_edition
from toolkit.comparison.records import examined_at
from toolkit.reports.csv_files import write_results

SEEDS = range(int(os.environ.get("MUTATIONS_FROM", "0")), int(os.environ.get("MUTATIONS_TO", "24")))
WRITE = {"small": write_small_edition, "judged": write_judged_edition}


@pytest.mark.parametrize("kind", WRITE)
def test_an_edition_changed_at_random_is_answered_in_words(kind: str, tmp_path: Path) -> None:
    whole = WRITE[kind](tmp_path / "whole")
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        shutil.copytree(whole, folder)
        mutate(folder, random.Random(f"{kind}{seed}"))
        try:
            _, evaluation, problems = examined_at(folder)
            assert all(problem.rule.zh and problem.mend.en for problem in problems)
            assert problems.text("zh").encode("utf-8")
            assert problems.text("en").encode("utf-8")
            problems.frame("zh")
            if evaluation is not None:
                write_results(evaluation, folder / "out")
        except Exception as error:
            error.add_note(f"seed {kind} {seed}")
            raise
        shutil.rmtree(folder)
