"""Evaluate the members of a federation: from records to awards, grades, and how sure they are.

The map, from the ground up; a room imports only from floors below it:

=====  =======================================================  ==================================================================
floor  rooms                                                    what for
=====  =======================================================  ==================================================================
1      `ground`                                                 problems, two languages, strict TOML, ranks, statistics
2      `scheme`, `weighting`, `panels`                          what the committee decided; judgements to shares; scores to one
3      `records`                                                what was recorded, read strictly: a workbook in, a frame out
4      `indicators`, `ballots`                                  members x indicators; the experts' votes
5      `edition`, `evaluation`, `minutes`                       one pure function, ``evaluate(scheme, records)``; who decided what
6      `sensitivity`, `diagnostics`, `comparison`               the same run under other choices
6      `examination`                                            what the rules do before there are data
6      `publication`, `forms`                                   what the public sees; paper out and in
7      `reports`                                                tables, pictures, score cards, the workbook
8      `sealing`                                                files that must not change
9      `commands`, `interactive`                                ``committee``, the command line; the table of weights
=====  =======================================================  ==================================================================

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
    from toolkit.edition import Edition, check_edition, open_edition
    from toolkit.evaluation import Evaluation, evaluate, rescored
    from toolkit.ground.problems import Problem, Problems, Refused
    from toolkit.interactive import weight_sliders as controls
    from toolkit.records import Records
    from toolkit.records.dictionary import Tables, load_tables
    from toolkit.records.reading import load_records
    from toolkit.reports import views
    from toolkit.scheme import Scheme, load_scheme
    from toolkit.sealing.seals import seal_edition
    from toolkit.sealing.verification import verify_bag
    from toolkit.sensitivity.bounds import award_bounds, rank_bounds
    from toolkit.sensitivity.central_weights import central_weights
    from toolkit.sensitivity.choices import Choices, usual_decisions, usual_doubts
    from toolkit.sensitivity.fairness import fairness, group_results, kinds_of_members
    from toolkit.sensitivity.leave_one_out import without_nodes
    from toolkit.sensitivity.leave_record_out import struck_records
    from toolkit.sensitivity.methods import agreement_of_methods, chosen_by_methods
    from toolkit.sensitivity.probabilities import (
        award_probabilities,
        grade_probabilities,
        rank_probabilities,
        rank_summary,
    )
    from toolkit.sensitivity.robustness import firmness
    from toolkit.sensitivity.scenarios import scenario_probabilities
    from toolkit.sensitivity.sobol import variance_shares
    from toolkit.sensitivity.tipping.all_weights import smallest_weights
    from toolkit.sensitivity.tipping.one_value import smallest_values
    from toolkit.sensitivity.tipping.one_weight import stability_intervals
    from toolkit.sensitivity.weights import WeightBounds, WeightHull, around
    from toolkit.sensitivity.weights.draws import GivenWeights, WeightDraws

__version__ = "1.0.0"

HOMES = {
    "Choices": "sensitivity.choices",
    "Edition": "edition",
    "Evaluation": "evaluation",
    "GivenWeights": "sensitivity",
    "Problem": "ground.problems",
    "Problems": "ground.problems",
    "Records": "records",
    "Refused": "ground.problems",
    "Scheme": "scheme",
    "Tables": "records.dictionary",
    "WeightBounds": "sensitivity.bounds",
    "WeightDraws": "sensitivity",
    "WeightHull": "sensitivity.bounds",
    "agreement_of_methods": "sensitivity.methods",
    "around": "sensitivity.bounds",
    "award_bounds": "sensitivity.bounds",
    "award_probabilities": "sensitivity",
    "central_weights": "sensitivity",
    "check_edition": "edition",
    "chosen_by_methods": "sensitivity.methods",
    "evaluate": "evaluation",
    "fairness": "sensitivity.fairness",
    "firmness": "sensitivity.robustness",
    "grade_probabilities": "sensitivity",
    "group_results": "sensitivity.fairness",
    "kinds_of_members": "sensitivity.fairness",
    "load_records": "records.reading",
    "load_scheme": "scheme",
    "load_tables": "records.dictionary",
    "open_edition": "edition",
    "rank_bounds": "sensitivity.bounds",
    "rank_probabilities": "sensitivity",
    "rank_summary": "sensitivity",
    "rescored": "evaluation",
    "scenario_probabilities": "sensitivity.scenarios",
    "seal_edition": "sealing.seals",
    "smallest_values": "sensitivity.tipping",
    "smallest_weights": "sensitivity.tipping",
    "stability_intervals": "sensitivity.tipping",
    "struck_records": "sensitivity.leave_record_out",
    "usual_decisions": "sensitivity.choices",
    "usual_doubts": "sensitivity.choices",
    "variance_shares": "sensitivity.sobol",
    "verify_bag": "sealing.verification",
    "without_nodes": "sensitivity.leave_one_out",
}
MODULES = {"controls": "interactive.weight_sliders", "views": "reports.views"}

__all__ = [
    "Choices",
    "Edition",
    "Evaluation",
    "GivenWeights",
    "Problem",
    "Problems",
    "Records",
    "Refused",
    "Scheme",
    "Tables",
    "WeightBounds",
    "WeightDraws",
    "WeightHull",
    "agreement_of_methods",
    "around",
    "award_bounds",
    "award_probabilities",
    "central_weights",
    "check_edition",
    "chosen_by_methods",
    "controls",
    "evaluate",
    "fairness",
    "firmness",
    "grade_probabilities",
    "group_results",
    "kinds_of_members",
    "load_records",
    "load_scheme",
    "load_tables",
    "open_edition",
    "rank_bounds",
    "rank_probabilities",
    "rank_summary",
    "rescored",
    "scenario_probabilities",
    "seal_edition",
    "smallest_values",
    "smallest_weights",
    "stability_intervals",
    "struck_records",
    "usual_decisions",
    "usual_doubts",
    "variance_shares",
    "verify_bag",
    "views",
    "without_nodes",
]


def __getattr__(name: str) -> object:
    if name in MODULES:
        return import_module(f"toolkit.{MODULES[name]}")
    if name in HOMES:
        return getattr(import_module(f"toolkit.{HOMES[name]}"), name)
    message = f"module 'toolkit' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
