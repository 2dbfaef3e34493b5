"""The house keeps its floors: imports run downwards, and importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import toolkit

PACKAGE = Path(toolkit.__file__).parent
FLOORS = {
    "ground": "text deferred discretion errors ranking moments toml_places toml_slips toml_faults toml_file house display drawing",
    "choosing": """
        shapes.scale shapes.absolute shapes.states shapes.relative shapes.goalposts shapes.places shapes
        scheme.outliers scheme.ranges scheme.measures scheme.identity scheme.criteria scheme.outcomes
        scheme.pseudonyms scheme.faults.plain scheme.faults.tree scheme.faults.patterns scheme.faults.shapes
        scheme.faults.measures scheme.faults.ranges scheme.faults.requirements scheme.faults.grades
        scheme.faults.outcomes scheme.faults.weighting scheme.faults.panel scheme.faults scheme.paths scheme
        scheme.words scheme.amendments scheme.writing_back panels.score_table panels.composition panels.recusal
        panels.trimmed panels.harshness panels.mixed_model panels.levelling panels.reliability
        panels.krippendorff panels.plain panels weighting.judgement weighting.points weighting.swing
        weighting.rank_order weighting.ratios weighting.trade_off weighting.comparison_matrix weighting.ahp
        weighting.contradictions weighting.mending weighting.hierarchy weighting.best_worst_input
        weighting.best_worst_models weighting.best_worst weighting.objective weighting.group weighting.agreement
        weighting.distance weighting.like_minded weighting.delphi weighting""",
    "measuring": """
        reading.findings reading.credit_code reading.units reading.amounts reading.dates reading.words
        reading.unit_rows reading.headings reading.delimited reading.compound_file reading.file_faults
        reading.marks reading.xlsx_marks reading.xls_marks reading.ods_marks reading.workbook_marks
        reading.row_classes reading.remarks reading.sheets provenance sources.address tables reading.cells
        reading.heading_faults reading.cut_rows reading.merged_cells reading.sheet_notes reading.intake
        reading.duplicates reading.membership reading.collection sources.catalogue sources.sqlite
        sources.postgres sources.spark sources.connection sources.relation sources.checks sources.survey
        reading.lineage reading.names reading.attribution records raw_values references measuring.validity measuring.takes
        measuring.selection measuring.testimony measuring.single_rows measuring.quotients measuring.engine
        measuring.previous measuring.shortfalls panels.faults panels.judged panels.seats panels.given
        panels.judging edition indicators ballots.judgements ballots.shares ballots.ballot ballots.folder
        ballots.rounding ballots.group ballots.writing ballots ballots.checking""",
    "deciding": """
        stand_ins value_faults values aggregation scoring awards.requirements awards.turns awards.quotas
        awards.contests awards.ceilings awards.reserves awards.terms awards.demands awards.case awards.reasons awards awards.notes grades
        grade_reasons""",
    "the run": "alike ranked_list evaluation",
    "asking": """
        sensitivity.rule.standing sensitivity.drawn_weights.weight_tables sensitivity.drawn_weights.voted
        sensitivity.drawn_weights.bounds sensitivity.drawn_weights.walks sensitivity.drawn_weights.uniform sensitivity.drawn_weights.resampled
        sensitivity.rule.desk sensitivity.rule.drawn_scores sensitivity.rule.patterned_scores
        sensitivity.rule.offers sensitivity.rule.queues sensitivity.rule.allotment
        sensitivity.rule.drawn_standings sensitivity.rule.allocation sensitivity.rule.drawn_ranks
        sensitivity.chances.tasks sensitivity.chances.passes sensitivity.chances.awards sensitivity.chances.ranks
        sensitivity.chances.grades sensitivity.chances.favourable sensitivity.rule.lists
        sensitivity.choices.scenario sensitivity.choices.faults sensitivity.choices.raw
        sensitivity.choices.given_values sensitivity.choices.rules sensitivity.choices.means
        sensitivity.choices.valuings sensitivity.choices.weights sensitivity.choices sensitivity.rule.grade_outcomes
        sensitivity.official_runs sensitivity.counted_outcomes sensitivity.scenarios
        sensitivity.chances.confidence sensitivity.chances.central_weights sensitivity.draws
        sensitivity.sobol_estimators sensitivity.variance sensitivity sensitivity.tipping.score_lines
        sensitivity.tipping.rivals sensitivity.tipping.meetings sensitivity.tipping.crossings
        sensitivity.tipping.searches sensitivity.tipping.changes
        sensitivity.tipping.contested_lines sensitivity.tipping.stability sensitivity.tipping.nearest_shares
        sensitivity.tipping.weight_effects sensitivity.tipping.movable_weights
        sensitivity.tipping.smallest_weights sensitivity.tipping.nearest_lists sensitivity.tipping.revalued
        sensitivity.tipping.value_search sensitivity.tipping.smallest_values sensitivity.tipping sensitivity.bounds.shared_leads
        sensitivity.bounds.extremes sensitivity.bounds.leads sensitivity.bounds.award_standings
        sensitivity.bounds.rank_programmes sensitivity.bounds diagnostics.observations
        diagnostics.movements diagnostics.strata diagnostics.spread diagnostics.agreement
        diagnostics.reliability diagnostics.components diagnostics.influence diagnostics.offer diagnostics
        ballots.decided compare.causes compare evidence sensitivity.methods.scores sensitivity.methods.duels
        sensitivity.methods sensitivity.methods.lists sensitivity.group_tests sensitivity.fairness
        sensitivity.removal.listings sensitivity.removal sensitivity.removal.struck_values
        sensitivity.removal.trials sensitivity.removal.standing_lines
        sensitivity.removal.trial_scores sensitivity.removal.record_trials sensitivity.removal.gathered_trials
        sensitivity.removal.record_removal sensitivity.tipping.nearest_weights
        sensitivity.tipping.nearest_values sensitivity.firmness sensitivity.usual_choices sensitivity.robustness""",
    "keeping": """
        wording wording.measures wording.shapes wording.outcomes score_cards.lines score_cards.contributions
        score_cards movement workbook.quick_sheet workbook.book workbook.score_formulas workbook.score_sheet workbook.scheme_sheet
        workbook.movement_sheet workbook.touched_sheet workbook results extract returns.marked_cells
        returns.drop_downs returns.workbook_copy returns.marked_copy returns.sheet returns.names returns
        returns.row_changes returns.changes sealing.environment sealing.lock sealing.bag sealing.panel_results
        sealing.panel_copies sealing.frozen sealing.execution sealing.differences sealing.replay seal""",
    "showing": """
        forms.columns forms.checks forms.sheet forms.notes forms.names forms panels.sheet_page panels.sheets
        editor_schemas new_edition standings score_cards.tables workbook.card_book compare.tables compare.views
        sensitivity.tipping.tables pictures diagnostics.tables sensitivity.robustness_tables
        sensitivity.firmness_tables sensitivity.draws_tables sensitivity.choices_tables workbook.robustness_book
        diagnostics.pictures sensitivity.pictures.rows sensitivity.pictures.one_page sensitivity.pictures.ranks
        sensitivity.pictures.weights sensitivity.pictures.removals sensitivity.pictures.choices
        sensitivity.pictures.grids sensitivity.pictures.kinds sensitivity.pictures.doubts sensitivity.pictures meeting_papers
        ballots.form_sheets ballots.form ballots.returned ballots.decided_table ballots.tables ballots.overview
        panels.tables views controls ballot_controls serving.notice serving.notice_page serving.page_process
        serving.read_only pages""",
    "doors": """
        reading sources measuring sensitivity.drawn_weights sensitivity.rule sensitivity.chances sealing serving
        commands commands.speaking commands.recording commands.evaluating commands.voting commands.judging
        commands.sealing __init__ __main__""",
}
ORDER = [module for floor in FLOORS.values() for module in floor.split()]
HEAVY = ("anywidget", "duckdb", "ibis", "ipywidgets", "matplotlib", "nbclient", "openpyxl", "pandas", "scipy", "voila", "xlsxwriter")


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


MODULES = {name_of(path): path for path in PACKAGE.rglob("*.py")}


def imports_of(path: Path) -> set[str]:
    """Modules of the package that a file imports: at the top, late, or only for their types."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "toolkit":
            inner = {f"{node.module}.{alias.name}".removeprefix("toolkit.") for alias in node.names}
            found |= (inner & set(MODULES)) or {node.module.removeprefix("toolkit.")}
        elif isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("toolkit.") for alias in node.names if alias.name.startswith("toolkit.")}
    return found - {"toolkit"}


def test_every_module_has_its_place() -> None:
    assert sorted(ORDER) == sorted(MODULES)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_run_downwards(module: str) -> None:
    below = ORDER[: ORDER.index(module)]
    assert imports_of(MODULES[module]) - set(below) == set()


@pytest.mark.parametrize("module", ["toolkit", "toolkit.scheme", "toolkit.publication.extract"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    script = f"import {module}, sys; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(HEAVY) & set(done.stdout.split()) == set()


def test_the_public_names_are_these_and_each_is_there() -> None:
    assert sorted(toolkit.__all__) == sorted([*toolkit.HOMES, *toolkit.MODULES])
    for name in toolkit.__all__:
        assert getattr(toolkit, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'evalute'"):
        toolkit.evalute  # noqa: B018
