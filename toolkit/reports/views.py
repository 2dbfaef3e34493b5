"""Views: a value in, a `Table` or a still `Picture` out. Nothing is decided here.

Words are Chinese where the scheme's language is "zh", else English, with the names that the scheme has in English. Personal columns never reach a view: it sees
members' keys, names, classes and results only. The first line of each notebook is a headline: what a reader should know before
anything else, in one sentence or two, whose counts come of the evaluation and of `toolkit.sensitivity.robustness`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from toolkit.evaluation.contributions import award_lines
from toolkit.evaluation.decisions import LEFT, awaited, why_empty
from toolkit.evaluation.grades import grade_names
from toolkit.ground.display import Headline, Picture, Table
from toolkit.ground.text import Language, Phrase, discreet, joined, phrase
from toolkit.indicators.panel_problems import ADD_SCORES
from toolkit.publication.english import told_in_english
from toolkit.records.folder import ADD_FILE
from toolkit.reports import wording
from toolkit.reports.committee_tables import OpenMatter, open_matters_table
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
)
from toolkit.reports.list_tables import (
    FOR_DECIDERS,
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
from toolkit.reports.panel_tables import open_places_table, panel_experts_table, panel_table
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
from toolkit.reports.plan_tables import ahead_table
from toolkit.reports.probability_tables import (
    bottom_line,
    certainty_table,
    firmness_table,
    grades_table,
    hanging_table,
    ranks_table,
    scenarios_table,
    zone_line,
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
from toolkit.scheme.amendments import place_in_words
from toolkit.sensitivity.robustness import Firmness, standings

if TYPE_CHECKING:

    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.ground.problems import Problem, Problems
    from toolkit.records import Records
    from toolkit.scheme import Scheme

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


EMPTY = Phrase("空缺在哪里、为什么", "Which places stay empty, and why")
UNSCORED = Phrase("还没有专家交来评分，名单要等评分之后才有。", "No expert has scored yet: the list follows upon the scores.")
SCORE_BELOW = Phrase("请在下面的评分表里评分，保存后按“按新评分表重新计算名单”。", "Score on the sheet below, save it, and press 'Evaluate the list by the new sheet'.")
WAITED_FOR = Phrase("还差哪些评分", "Which scores are waited for")
WAITING = ("还有 {n} 家会员的“{zh}”没有足够的专家评分", "{en}: {n:member has|members have} too few scores yet")
TO_MEND = (
    "资料里有 {n} 处必须改正，改正之前算不出名单。请告诉秘书处。", "{n:thing has|things have} to be mended before there can be a list. Tell the secretariat.",
)  # fmt: skip
FOR_SECRETARIAT = Phrase("逐条说明，给秘书处看", "One by one, for the secretariat")
NO_AWARDS = Phrase("办法没有设奖项", "the scheme gives no awards")


def records_headline(evaluation: Evaluation, records: Records) -> Headline:
    """What was read, what of it counts, and whether something has to be mended."""
    counted = records.counted(evaluation.problems).reset_index()
    sums = {name: int(counted[name].sum()) for name in ("read", "accepted", "refused", "not_data")}
    files = len({discreet(str(file)) for file in counted["file"]})
    read = phrase(
        "读入 {files} 个文件 {read:,} 行：采用 {accepted:,} 行，退回 {refused:,} 行，其余 {not_data:,} 行是标题、合计、备注或空行",
        "{files:file|files} read; rows: {read:,}, of which accepted {accepted:,}, refused {refused:,}, headings, sums, notes and blank {not_data:,}",
        files=files, **sums,
    )  # fmt: skip
    return _said(evaluation.scheme.language, read, *_to_mend(evaluation.problems))


def _to_mend(problems: Problems) -> Iterator[Phrase]:
    errors, warnings = (sum(problem.severity == severity for problem in problems) for severity in ("error", "warning"))
    if errors:
        yield phrase("有 {n} 处错误必须改正", "{n:error has|errors have} to be mended", n=errors)
    if warnings:
        yield phrase("有 {n} 处请核对", "{n:thing is|things are} to be looked at", n=warnings)
    if not errors and not warnings:
        yield Phrase("没有需要处理的问题", "nothing has to be mended")


def scheme_headline(scheme: Scheme) -> Headline:
    """How many rules there are of each kind, and which indicator weighs most."""
    parts = [phrase("{groups} 个一级指标、{n} 项指标", "{groups:topmost node|topmost nodes}, {n:indicator|indicators}", groups=len(scheme.children()), n=len(scheme.indicators))]
    share = wording.shares(scheme)
    if scheme.indicators:
        most = max(scheme.indicators, key=lambda item: share[item.id])
        parts.append(phrase("权重最大的是{label}（占总分 {share:.1f}%）", "{label} weighs most ({share:.1f}% of the total)", label=most.label, share=share[most.id]))
    counts = {
        ("加减分 {n} 项", "{n:rule adds or takes points|rules add or take points}"): len(scheme.adjustments),
        ("一票否决 {n} 项", "{n:veto|vetoes}"): len(scheme.vetoes),
        ("奖项 {n} 个", "{n:award|awards}"): len(scheme.awards),
    }
    parts.append(joined([phrase(*words, n=n) for words, n in counts.items() if n], "、", ", "))
    if scheme.grades:
        parts.append(phrase("信用等级 {n} 级", "{n:grade|grades}", n=len(scheme.grades.bands)))
    return _said(scheme.language, *(part for part in parts if part.zh))


def list_headline(evaluation: Evaluation, chances: pd.DataFrame | None = None) -> Headline:
    """How many are given each award, how many places stay empty or open, and, with `award_probabilities`, how many hang on a hair."""
    language, empty = evaluation.scheme.language, tuple(_empty_places(evaluation))
    return replace(_said(language, *_list_in_words(evaluation, chances)), behind=EMPTY.into(language), lines=tuple(line.into(language) for line in empty))


def _empty_places(evaluation: Evaluation) -> Iterator[Phrase]:
    """Which places stay empty, and why: in the scheme's order of awards."""
    decided, waiting = evaluation.decided, evaluation.measured.open
    for contest in (contest for contest in decided.contests if contest.vacant):
        label = contest.award.label
        where = Phrase(f"{wording.class_name(contest.class_, 'zh')}，{label}", f"{wording.class_name(contest.class_, 'en')}, {label}")
        yield phrase(
            "{where.zh}：名额 {places} 个，授予 {given} 家，{left.zh} {vacant} 个。{why.zh}", "{where.en}: {places:place|places}, {given} given, {vacant} {left.en}; {why.en}",
            where=where, places=contest.places, given=int(contest.given.sum()), vacant=contest.vacant, why=why_empty(decided, contest, waiting), left=LEFT[bool(awaited(decided, contest, waiting))],
        )  # fmt: skip


def _list_in_words(evaluation: Evaluation, chances: pd.DataFrame | None = None) -> list[Phrase]:
    scheme, lines = evaluation.scheme, award_lines(evaluation)
    if not scheme.awards:
        return [NO_AWARDS]
    given = [(award.label, int((evaluation.awards["award"] == award.id).sum())) for award in scheme.awards]
    parts = [Phrase("评出 " + "、".join(f"{n} 家{label}" for label, n in given), "Awarded: " + ", ".join(f"{label} {n}" for label, n in given))]
    hair = 0
    if chances is not None:
        firm = standings(evaluation, chances)
        hair = int((firm["given"] & (firm["firm"] == "hair")).sum())
    if hair:
        parts.append(phrase("{n} 家系于一线", "{n} on a hair", n=hair))
    if vacant := sum(line.vacant for line in lines if not line.awaited):
        parts.append(phrase("空缺 {n} 个", "{n:place stays|places stay} empty", n=vacant))
    if waiting := sum(line.vacant for line in lines if line.awaited):
        parts.append(phrase("{n} 个名额待评分定后再看", "{n:place is|places are} open until scores are known", n=waiting))
    if evaluation.ties:
        parts.append(phrase("{n} 处并列待委员会裁定", "{n:tie is|ties are} for the committee to settle", n=len(evaluation.ties)))
    return parts


def grades_in_words(evaluation: Evaluation) -> Phrase:
    """How many have which grade, the best first, and how many have none."""
    held = evaluation.grading.grade
    given = [(name, int((held == name).sum())) for name in grade_names(evaluation.scheme)]
    none = int((held == "").sum())
    parts = [Phrase("、".join(f"{name} {n} 家" for name, n in given), ", ".join(f"{name} {n}" for name, n in given))]
    parts += [phrase("不评定 {n} 家", "not graded {n}", n=none)] if none else []
    said = joined(parts, "；", "; ")
    return Phrase(f"信用等级：{said.zh}。", f"Grades: {said.en}.")


def decisions_headline(matters: Sequence[OpenMatter], language: Language = "zh") -> Headline:
    """How many matters the committee has still to decide, and how many it should look at."""
    pressing = sum(matter.pressing for matter in matters)
    parts = [phrase("还有 {n} 件事必须决定", "{n:matter is|matters are} still to be decided", n=pressing) if pressing else Phrase("没有必须决定的事", "Nothing has to be decided")]
    if rest := len(matters) - pressing:
        parts.append(phrase("另有 {n} 件请留意", "{n:more is|more are} to be looked at", n=rest))
    return _said(language, *parts)


def certainty_headline(firm: Firmness, language: Language = "zh") -> Headline:
    """How firm the list is, place by place, and how many cannot be told apart from a line where all places are looked at together."""
    return Headline(joined((bottom_line(firm), zone_line(firm.whole)), "", " ").into(language))


def unready_headline(problems: Problems, scheme: Scheme | None, language: Language = "zh") -> Headline:
    """Why there is no list yet, for who edits no file: that nobody has scored, or what stops the evaluation; one click below, place by place.

    Parameters
    ----------
    scheme
        By whose labels its items are called; None where it is the scheme that cannot be read.
    """
    labels = {node.id: node.label for node in scheme.nodes.values()} if scheme else {}
    unscored = [problem for problem in problems if problem.mend == ADD_SCORES]
    sheets = {problem.file for problem in unscored}
    errors = [problem for problem in problems.errors if not (problem.mend == ADD_FILE and problem.file in sheets)]
    waiting = Counter(place_in_words(problem.column, labels) for problem in unscored if problem.value)
    lines = [problem.rule for problem in unscored if not problem.value]
    lines += [phrase(*WAITING, n=n, zh=label.zh, en=label.en) for label, n in waiting.items()] + [_error_in_words(problem, labels) for problem in errors]
    if errors:
        text = phrase(*TO_MEND, n=len(errors))
        return Headline(text.into(language), FOR_SECRETARIAT.into(language), tuple(line.into(language) for line in lines))
    below = SCORE_BELOW if scheme and scheme.panel and scheme.panel.experts else Phrase("", "")
    return Headline(joined((UNSCORED, below), "", " ").into(language), WAITED_FOR.into(language), tuple(line.into(language) for line in lines))


def _error_in_words(problem: Problem, labels: Mapping[str, str]) -> Phrase:
    """A problem with its file, what stands in the scheme by its labels."""
    place, mend = place_in_words(problem.column, labels), FOR_DECIDERS.get(problem.mend, problem.mend)
    zh, en = (replace(problem, column=place.into(to), mend=mend).line(to) for to in ("zh", "en"))
    return Phrase(f"{discreet(problem.file)}：{zh}", f"{discreet(problem.file)}: {en}") if problem.file else Phrase(zh, en)


def _said(language: Language, *parts: Phrase) -> Headline:
    return Headline(joined([joined(parts, "；", "; "), Phrase("。", ".")], "", "").into(language))


for _view in __all__:
    if _view not in {"Headline", "Picture", "Table"}:
        globals()[_view] = told_in_english(globals()[_view])
