"""What members come to, by sentences a committee can read: `tests/cases/outcomes.toml`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.invented import MEASURE, NO_VETOES, members, scheme, totals
from toolkit.evaluation.decisions import decide_awards
from toolkit.evaluation.grades import decide_grades
from toolkit.scheme import Scheme

RULES = tomllib.loads((Path(__file__).parent / "cases" / "outcomes.toml").read_text("utf-8"))["rule"]
CASES = [(rule, case) for rule in RULES for case in rule["case"]]


def written(rule: dict[str, Any]) -> Scheme:
    parts = json.loads(json.dumps({key: rule[key] for key in rule.keys() - {"title", "source", "case"}}))
    for condition in parts.get("condition", ()):
        condition["measure"] = MEASURE
    for veto in parts.get("veto", ()):
        veto["when"] = {"table": "t"}
    return scheme(**parts)


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[case["says"] for _, case in CASES])
def test_the_rules_say_what_the_sentences_say(rule: dict[str, Any], case: dict[str, Any]) -> None:
    rules, n = written(rule), len(case["total"])
    who, table = members(n, case.get("class"), case.get("applied")), totals(*case["total"])
    given = {key: pd.Series(values, index=who.index, dtype=object).replace("", np.nan) for key, values in case.get("given", {}).items()}
    conditions = pd.DataFrame(given, index=who.index)
    previous = pd.DataFrame({"grade": case["before"]}, index=who.index).replace("", np.nan) if "before" in case else None
    vetoes = pd.DataFrame(
        [(f"m{place}", veto, "t", "t.csv", "", 2) for place, veto in case.get("struck", ())], columns=list(NO_VETOES.columns)
    )
    decided = decide_awards(rules, who, table, vetoes, conditions=conditions)
    grades = decide_grades(rules, who, table, vetoes, conditions=conditions, previous=previous).grade
    why = decide_grades(rules, who, table, vetoes, conditions=conditions, previous=previous).reason
    assert {"grade", "award"} & set(case)
    if "grade" in case:
        assert grades.tolist() == case["grade"]
    if "award" in case:
        assert decided.award.tolist() == case["award"]
    said = [*decided.reason, *why]
    assert any(case.get("reason", "") in sentence for sentence in said), said
