"""Evaluate the members of a federation: from records to awards, grades, and how sure they are.

The map, from the ground up; a module imports only from floors below it:

========  ==============================================================================================
ground    `errors`, `text`, `ranking`, `toml_file`: problems, languages, ranks, strict reading
choosing  `scheme`, `shapes`, `weighting`, `panels`: what the committee decided, as frozen values
measuring `tables`, `records`, `edition`, `indicators`: what was recorded, read strictly and measured
deciding  `values`, `scoring`, `awards`, `grades`: frames in, frames out
the run   `evaluation`: one pure function, ``evaluate(scheme, records)``
asking    `sensitivity`, `diagnostics`, `compare`: the same run under other choices
keeping   `results`, `seal`: files that must not change
showing   `views`, `controls`, `pages`: pixels and paper
doors     ``committee``, the command line
========  ==============================================================================================

The names below are loaded when first used, so that importing the package loads no engine, plotting or widgets.

Examples
--------
>>> from toolkit import evaluate, open_edition
>>> edition = open_edition()                                    # doctest: +SKIP
>>> evaluate(edition.scheme, edition.records).ranking.head(10)  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolkit import controls, views
    from toolkit.edition import Edition, check_edition, open_edition
    from toolkit.errors import Problem, Problems, Refused
    from toolkit.evaluation import Evaluation, evaluate, rescored
    from toolkit.records import Records, load_records
    from toolkit.scheme import Scheme, load_scheme
    from toolkit.seal import seal_edition, verify_bag
    from toolkit.sensitivity.draws import GivenWeights, WeightDraws, award_probabilities
    from toolkit.tables import Tables, load_tables

__version__ = "0.1.0"

HOMES = {
    "Edition": "edition",
    "Evaluation": "evaluation",
    "GivenWeights": "sensitivity.draws",
    "Problem": "errors",
    "Problems": "errors",
    "Records": "records",
    "Refused": "errors",
    "Scheme": "scheme",
    "Tables": "tables",
    "WeightDraws": "sensitivity.draws",
    "award_probabilities": "sensitivity.draws",
    "check_edition": "edition",
    "evaluate": "evaluation",
    "load_records": "records",
    "load_scheme": "scheme",
    "load_tables": "tables",
    "open_edition": "edition",
    "rescored": "evaluation",
    "seal_edition": "seal",
    "verify_bag": "seal",
}
MODULES = ("controls", "views")

__all__ = [
    "Edition",
    "Evaluation",
    "GivenWeights",
    "Problem",
    "Problems",
    "Records",
    "Refused",
    "Scheme",
    "Tables",
    "WeightDraws",
    "award_probabilities",
    "check_edition",
    "controls",
    "evaluate",
    "load_records",
    "load_scheme",
    "load_tables",
    "open_edition",
    "rescored",
    "seal_edition",
    "verify_bag",
    "views",
]


def __getattr__(name: str) -> object:
    if name in MODULES:
        return import_module(f"toolkit.{name}")
    if name in HOMES:
        return getattr(import_module(f"toolkit.{HOMES[name]}"), name)
    message = f"module 'toolkit' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
