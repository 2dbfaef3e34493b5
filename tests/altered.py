"""An evaluation with some of what was worked out put in another's place: a list as no records would give it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from toolkit.evaluation import Evaluation


def altered(evaluation: Evaluation, **parts: Any) -> Evaluation:
    """The same evaluation, with other fields, and other tables in place of those it would work out."""
    given = {field.name for field in fields(evaluation)} & set(parts)
    other = replace(evaluation, **{name: parts[name] for name in given})
    tables = {"values", "scores", "ranking", "problems"} if given else set(evaluation.__dict__)
    other.__dict__.update({name: part for name, part in evaluation.__dict__.items() if name in tables} | parts)
    return other
