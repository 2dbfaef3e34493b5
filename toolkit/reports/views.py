"""Views: a value in, a `Table` or a still `Picture` out. Nothing is decided here.

Words are Chinese where the scheme's language is "zh", else English. Personal columns never reach a view: it sees
members' keys, names, classes and results only.
"""

from __future__ import annotations

from toolkit.ground.display import Headline, Picture, Table
from toolkit.reports.ahead_tables import ahead_table
from toolkit.reports.committee_tables import open_matters_table
from toolkit.reports.comparison_tables import (
    changes_table,
    comparison_table,
    record_changes_table,
    shares_table,
)
from toolkit.reports.diagnostic_tables import (
    alpha_table,
    components_table,
    influence_table,
    redundancies_table,
    spread_table,
    weights_offer_table,
)
from toolkit.reports.expert_tables import (
    agreement_table,
    ballots_table,
    decided_table,
    group_weights_table,
    open_places_table,
    panel_experts_table,
    panel_table,
)
from toolkit.reports.headlines import (
    certainty_headline,
    decisions_headline,
    list_headline,
    records_headline,
    scheme_headline,
)
from toolkit.reports.list_tables import (
    awards_table,
    near_line_table,
    problems_table,
    ranking_table,
    records_table,
    scheme_table,
    ties_table,
    weights_table,
    winners_table,
)
from toolkit.reports.list_tables import evidence_table as evidence
from toolkit.reports.pictures import certainty_picture, totals_picture, weights_picture
from toolkit.reports.pictures.bars import kinds_picture, removals_picture, scenarios_picture, variance_picture
from toolkit.reports.pictures.diagnostics import correlations_picture, influence_picture, spread_picture
from toolkit.reports.pictures.grids import (
    apart_picture,
    central_picture,
    chosen_picture,
    far_picture,
    grades_picture,
    methods_picture,
)
from toolkit.reports.pictures.ranks import bounds_picture, firmness_picture, ranks_picture
from toolkit.reports.pictures.weights import stability_picture
from toolkit.reports.probability_tables import (
    certainty_table,
    firmness_table,
    grades_table,
    hanging_table,
    ranks_table,
    scenarios_table,
)
from toolkit.reports.rule_tables import measures_table, rules_table
from toolkit.reports.score_cards import member_card
from toolkit.reports.sensitivity_tables import (
    central_table,
    chosen_table,
    fairness_table,
    groups_table,
    methods_table,
    removals_table,
    reversals_table,
    struck_records_table,
    variance_table,
)
from toolkit.reports.tipping_tables import (
    award_bounds_table,
    rank_bounds_table,
    smallest_values_table,
    smallest_weights_table,
    stability_table,
)

__all__ = [
    "Headline",
    "Picture",
    "Table",
    "agreement_table",
    "ahead_table",
    "alpha_table",
    "apart_picture",
    "award_bounds_table",
    "awards_table",
    "ballots_table",
    "bounds_picture",
    "central_picture",
    "central_table",
    "certainty_headline",
    "certainty_picture",
    "certainty_table",
    "changes_table",
    "chosen_picture",
    "chosen_table",
    "comparison_table",
    "components_table",
    "correlations_picture",
    "decided_table",
    "decisions_headline",
    "evidence",
    "fairness_table",
    "far_picture",
    "firmness_picture",
    "firmness_table",
    "grades_picture",
    "grades_table",
    "group_weights_table",
    "groups_table",
    "hanging_table",
    "influence_picture",
    "influence_table",
    "kinds_picture",
    "list_headline",
    "measures_table",
    "member_card",
    "methods_picture",
    "methods_table",
    "near_line_table",
    "open_matters_table",
    "open_places_table",
    "panel_experts_table",
    "panel_table",
    "problems_table",
    "rank_bounds_table",
    "ranking_table",
    "ranks_picture",
    "ranks_table",
    "record_changes_table",
    "records_headline",
    "records_table",
    "redundancies_table",
    "removals_picture",
    "removals_table",
    "reversals_table",
    "rules_table",
    "scenarios_picture",
    "scenarios_table",
    "scheme_headline",
    "scheme_table",
    "shares_table",
    "smallest_values_table",
    "smallest_weights_table",
    "spread_picture",
    "spread_table",
    "stability_picture",
    "stability_table",
    "struck_records_table",
    "ties_table",
    "totals_picture",
    "variance_picture",
    "variance_table",
    "weights_offer_table",
    "weights_picture",
    "weights_table",
    "winners_table",
]
