"""Views: a value in, a `Table` or a still `Picture` out. Nothing is decided here.

Words are Chinese where the scheme's language is "zh", else English. Personal columns never reach a view: it sees
members' keys, names, classes and results only.

The answers as still pictures: each a value in, one SVG out, for the screen, paper and black-and-white printers.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from toolkit.ground.display import Picture, Table
from toolkit.ground.problems import SEVERITIES
from toolkit.ground.text import Language, Phrase, discreet, figure, phrase
from toolkit.reports import wording
from toolkit.reports.diagnostic_tables import (
    alpha_table,
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
    slip_table,
)
from toolkit.reports.list_tables import (
    LEFT,
    RIGHT,
    awards_table,
    certainty_table,
    changes_table,
    comparison_table,
    near_line_table,
    ranking_table,
    record_changes_table,
    rows_of,
    ties_table,
)
from toolkit.reports.pictures import certainty_picture, totals_picture, weights_picture
from toolkit.reports.pictures.bars import kinds_picture, removals_picture, scenarios_picture, variance_picture
from toolkit.reports.pictures.diagnostics import correlations_picture, influence_picture, spread_picture
from toolkit.reports.pictures.grids import central_picture, chosen_picture, grades_picture, methods_picture
from toolkit.reports.pictures.ranks import bounds_picture, firmness_picture, ranks_picture
from toolkit.reports.pictures.weights import stability_picture
from toolkit.reports.probability_tables import (
    firmness_table,
    grades_table,
    hanging_table,
    ranks_table,
    scenarios_table,
)
from toolkit.reports.scheme_wording import missing_in_words, touched_in_words, valued_in_words
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
from toolkit.reports.wording import headings
from toolkit.scheme.criteria import Group

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.problems import Problems
    from toolkit.records import Records
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Indicator

__all__ = [
    "Picture",
    "Table",
    "agreement_table",
    "alpha_table",
    "award_bounds_table",
    "awards_table",
    "ballots_table",
    "bounds_picture",
    "central_picture",
    "central_table",
    "certainty_picture",
    "certainty_table",
    "changes_table",
    "chosen_picture",
    "chosen_table",
    "comparison_table",
    "correlations_picture",
    "decided_table",
    "evidence",
    "fairness_table",
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
    "member_card",
    "methods_picture",
    "methods_table",
    "near_line_table",
    "open_places_table",
    "panel_experts_table",
    "panel_table",
    "problems_table",
    "rank_bounds_table",
    "ranking_table",
    "ranks_picture",
    "ranks_table",
    "record_changes_table",
    "records_table",
    "redundancies_table",
    "removals_picture",
    "removals_table",
    "reversals_table",
    "scenarios_picture",
    "scenarios_table",
    "scheme_table",
    "slip_table",
    "smallest_values_table",
    "smallest_weights_table",
    "spread_picture",
    "spread_table",
    "stability_picture",
    "stability_table",
    "struck_records_table",
    "ties_table",
    "totals_picture",
    "touched_table",
    "variance_picture",
    "variance_table",
    "weights_offer_table",
    "weights_picture",
]


def records_table(records: Records, language: Language = "zh") -> Table:
    """For each file and sheet how many rows were read, and that each was accepted, refused or not data."""
    names = ("read", "accepted", "refused", "not_data")
    counted = records.counts.reset_index()[["file", "sheet", *names]]
    rows = [tuple(discreet(str(cell)) for cell in row) for row in counted.itertuples(index=False)]
    sums = [str(int(counted[name].sum())) for name in names]
    return Table(
        headings(language, "file", "sheet", *names),
        (*rows, (Phrase("合计", "All").into(language), "", *sums)),
        Phrase("读入的记录", "The records read").into(language),
        (LEFT, LEFT, *[RIGHT] * len(names)),
        lines_after=(len(rows) - 1,),
        note=Phrase(
            "读入 = 采用 + 退回 + 非数据（标题、合计、备注和空行）。",
            "Read = accepted + refused + not data (headings, sums, notes, blank rows).",
        ).into(language),
    )


def problems_table(problems: Problems, language: Language = "zh", top: int = 20) -> Table:
    """The gravest `top` problems: where, what was found, the rule and what to do; the note says how many there are."""
    names = ("severity", "file", "sheet", "row", "column", "value", "rule", "mend")
    rows = tuple(
        (SEVERITIES[p.severity].into(language), discreet(p.file), discreet(p.sheet), "" if p.row is None else str(p.row),
         p.column, p.value, p.rule.into(language), p.mend.into(language))
        for p in sorted(problems, key=lambda problem: list(SEVERITIES).index(problem.severity))[:top]
    )  # fmt: skip
    counted = phrase(
        "共 {n} 条，其中错误 {errors} 条；以上列出 {shown} 条。",
        "{n} in all, {errors} of them errors; {shown} are listed.",
        n=len(problems), errors=len(problems.errors), shown=len(rows),
    )  # fmt: skip
    caption = Phrase("需要处理的问题", "Problems to be seen to").into(language)
    right = (LEFT, LEFT, LEFT, RIGHT)
    return Table(headings(language, *names), rows, caption, right, note=counted.into(language))


def touched_table(evaluation: Evaluation, top: int = 50) -> Table:
    """The first `top` values that do not come of the raw one as it stands: what stood in, or how it was treated."""
    scheme, touched = evaluation.scheme, evaluation.touched
    language = scheme.language
    rows = tuple(
        (
            str(evaluation.members["name"].get(row["member"], row["member"])),
            scheme.label(row["indicator"]),
            touched_in_words(scheme, row["indicator"], row["how"]).into(language),
            *(wording.BLANK if wording.absent(row[name]) else figure(row[name]) for name in ("raw", "used")),
            wording.points(row["value"], scheme.decimals),
        )
        for row in rows_of(touched.head(top))
    )
    note = phrase("共 {n} 个，以上列出 {shown} 个。", "{n} in all, {shown} are listed.", n=len(touched), shown=len(rows))
    caption = Phrase("替代与处理的数值", "Values that were put in or treated")
    return Table(
        headings(language, "member", "node", "treated", "raw", "used", "scored"),
        rows, caption.into(language), (LEFT, LEFT, LEFT, RIGHT, RIGHT, RIGHT), note=note.into(language),
    )  # fmt: skip


def scheme_table(scheme: Scheme) -> Table:
    """The scheme as a tree: weights, shares of the total, how each indicator is valued, where it was decided."""
    language = scheme.language
    share = wording.shares(scheme)
    rows = [
        (number, node.label, figure(node.weight), f"{share[node.id]:.2f}%", *_valued(node, language))
        for node, _, number in wording.outline(scheme)
    ]
    extras = [("±", each) for each in scheme.adjustments] + [("✕", each) for each in scheme.vetoes]
    others = [(sign, each.label, "", "", "", "", "", each.source) for sign, each in extras]
    caption = phrase(
        "{title}（{edition}，评价基准日 {day}）",
        "{title} ({edition}, as of {day})",
        title=scheme.title,
        edition=scheme.edition,
        day=scheme.as_of.isoformat(),
    )
    note = Phrase("± 加减分项；✕ 一票否决项。", "± bonus or deduction; ✕ veto.").into(language)
    names = ("number", "node", "weight", "share", "aggregate", "missing", "applies", "source")
    table = Table(
        headings(language, *names),
        (*rows, *others),
        caption.into(language),
        (LEFT, LEFT, RIGHT, RIGHT),
        lines_after=(len(rows) - 1,) if others else (),
        note=note if others else "",
    )
    return table.without_blank_columns()


def evidence(evaluation: Evaluation) -> Table:
    """What this evaluation rests on and came to, to be compared: any drift of a number that is shown changes it.

    Digests of the inputs, the weights, how many members, the top of the list, and the first 16 hexadecimal digits
    of the SHA-256 of the whole list, with totals rounded to the scheme's decimals: noise of 1e-12 changes nothing.
    """
    language = evaluation.scheme.language
    inputs = [(file, digest[:16]) for file, digest in sorted(evaluation.digests.items())]
    weights = "; ".join(
        f"{node.id} {figure(node.weight)}" for node, _, _ in wording.outline(evaluation.scheme)
    )
    listed = _listed(evaluation)
    rows = (
        *inputs,
        (Phrase("权重", "weights").into(language), weights),
        (Phrase("会员数", "members").into(language), str(len(listed))),
        (Phrase("榜首", "top of the list").into(language), "; ".join(listed[:5])),
        (Phrase("全部名单", "the whole list").into(language), _digest("\n".join(listed))),
    )
    caption = Phrase("存证：输入与结果的指纹", "Evidence: fingerprints of inputs and results")
    return Table(headings(language, "evidence", "fingerprint"), rows, caption.into(language))


def _listed(evaluation: Evaluation) -> list[str]:
    decimals = evaluation.scheme.decimals
    columns = ["total", "rank", "tied", "award", "grade"]
    return [
        f"{member} {wording.points(row['total'], decimals)} {wording.place(row['rank'])} "
        f"{'=' if row['tied'] else ''} {row['award']} {row['grade']}".strip()
        for member, row in zip(evaluation.ranking.index, rows_of(evaluation.ranking[columns]), strict=True)
    ]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _valued(node: Group | Indicator, language: Language) -> tuple[str, str, str, str]:
    """How a node is valued, what a missing value counts as, to whom it applies and where it was decided."""
    if isinstance(node, Group):
        return wording.aggregate_in_words(node.aggregate).into(language), "", "", node.source
    return (
        valued_in_words(node).into(language),
        missing_in_words(node.missing).into(language),
        wording.JOIN.into(language).join(node.applies_to),
        node.source,
    )
