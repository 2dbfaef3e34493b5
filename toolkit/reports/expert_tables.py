"""Tables of the experts' ballots: what they weigh, how far they agree, and what those weights would decide.

Experts go by codes, never by name. A notebook is run for editions with ballots and without, and in a sealed bag that may hold
none: the tables named `..._overview` then say so instead of failing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.ballots.ballot import group_label
from toolkit.ballots.folder import STATES, Ballots, Listed
from toolkit.ballots.group import GroupJudgement, GroupWeights, group_weights
from toolkit.comparison import decided_by_each, decided_by_group
from toolkit.ground.display import Table
from toolkit.ground.problems import Refused
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.publication.english import told_in_english
from toolkit.reports.columns import (
    RIGHT,
    Lexicon,
    ListColumn,
    Row,
    label,
    listing,
    one_of,
    text,
    written,
)
from toolkit.reports.wording import BLANK
from toolkit.scheme import Scheme, Weighting

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation

CHANGES = {"into": Phrase("进入", "in"), "out": Phrase("退出", "out"), "other": Phrase("改奖", "other award")}
GROUP = Phrase("专家组", "The group")
DECIDED = (
    ListColumn(Phrase("专家", "Expert"), "expert"),
    ListColumn(Phrase("变动", "Changes"), "changes", text, RIGHT),
    *(ListColumn(heading, change) for change, heading in CHANGES.items()),
)


def decided_table(
    decided: pd.DataFrame,
    evaluation: Evaluation,
    ballots: Ballots,
    language: Language = "zh",
    top: int = 3,
    *,
    group: pd.DataFrame | None = None,
) -> Table:
    """Who would come in, fall out or get another award: how many, and the first `top` by place.

    Parameters
    ----------
    decided, group
        What `toolkit.comparison.decided_by_each` gives, and `decided_by_group`: in the first row, where given.
    """
    rows: list[Row] = [] if group is None else [{"expert": GROUP, **_moved(evaluation, group, top)}]
    experts = [ballot.expert for ballot in ballots.of_round(ballots.deciding)]
    rows += [{"expert": expert, **_moved(evaluation, decided[decided["expert"] == expert], top)} for expert in experts]
    caption = Phrase("若按专家组的权重，或只按每位专家自己的权重", "By the group's weights, or by each expert's own alone")
    note = Phrase("与现名单比较；“改奖”指换成另一奖项。", "Against the list as it stands.")
    return listing(DECIDED, rows, Lexicon.of(evaluation, language), caption, note, lines_after=(0,) if group is not None else ())


def _moved(evaluation: Evaluation, awards: pd.DataFrame, top: int) -> dict[str, Any]:
    """How many awards change, and who is moved which way, by place."""
    ways = {change: set(awards.loc[awards["change"] == change, "member"]) for change in CHANGES}
    names = {change: [name for member, name in evaluation.ranking["name"].items() if member in way] for change, way in ways.items()}
    return {"changes": len(awards), **{change: _first(who, top) for change, who in names.items()}}


def _first(names: list[str], top: int) -> Phrase | str:
    """How many, and the names of the first."""
    if not names:
        return BLANK
    first, more = joined([Phrase(name, name) for name in names[:top]], "、"), "…" if len(names) > top else ""
    return phrase("{n} 家：{first.zh}{more}", "{n}: {first.en}{more}", n=len(names), first=first, more=more)


METHODS = {
    "points": Phrase("百分法", "points"), "ahp": Phrase("两两比较", "AHP"), "best_worst": Phrase("最优最劣", "best-worst"),
    "swing": Phrase("摆幅", "swing"), "rank_order": Phrase("排序", "rank order"), "trade_off": Phrase("权衡", "trade-off"),
}  # fmt: skip
MEANS = {
    "arithmetic": Phrase("算术平均", "arithmetic mean"), "geometric": Phrase("几何平均", "geometric mean"),
    "median": Phrase("中位数", "median"), "trimmed": Phrase("去掉最高最低后平均", "trimmed mean"),
    "aij": Phrase("先合并两两比较", "joint comparisons"),
}  # fmt: skip
PLACES = {-1: Phrase("低于多数", "below most"), 0: Phrase("居中", "amid"), 1: Phrase("高于多数", "above most")}
BALLOTS = (
    ListColumn(Phrase("专家", "Expert"), "expert"),
    ListColumn(Phrase("轮次", "Round"), "round", text, RIGHT),
    ListColumn(Phrase("日期", "Cast"), "cast"),
    ListColumn(Phrase("状态", "State"), "state", one_of(STATES)),
    ListColumn(Phrase("方法与一致性", "Method, coherence"), "coherence"),
    ListColumn(Phrase("说明", "Why"), "reason"),
)
NODE = (ListColumn(Phrase("分组", "Group"), "group"), ListColumn(Phrase("指标", "Node"), "node", label))
GROUP_WEIGHTS = (
    *NODE,
    ListColumn(Phrase("办法现行", "Scheme"), "scheme", written(".4g"), RIGHT),
    ListColumn(Phrase("专家组", "Group's"), "weight", written(".6g"), RIGHT),
    ListColumn(Phrase("差", "Change"), words=lambda row, _: _weight_change(row["weight"] - row["scheme"]), align=RIGHT),
    ListColumn(Phrase("最低", "Least"), "least", written(".1f"), RIGHT),
    ListColumn(Phrase("中位数", "Median"), "median", written(".1f"), RIGHT),
    ListColumn(Phrase("最高", "Most"), "most", written(".1f"), RIGHT),
)
LIKE_MINDED = (
    ListColumn(Phrase("分组", "Group"), "group"),
    ListColumn(Phrase("专家", "Experts"), "experts", text, RIGHT),
    ListColumn(Phrase("肯德尔 W", "Kendall's W"), "w", text, RIGHT),
    ListColumn(Phrase("p", "p"), "p", text, RIGHT),
    ListColumn(Phrase("两两相差（中位／最大）", "Apart (median/most)"), "apart", text, RIGHT),
    ListColumn(Phrase("意见相近者", "Like-minded"), "camps"),
    ListColumn(Phrase("离众人最远者", "Farthest from the rest"), "far"),
    ListColumn(Phrase("与上轮比", "Since last round"), "settled"),
)


def _in_percent(share: float, _: Lexicon) -> str:
    return f"{share * 100:.1f}"


def ballots_table(ballots: Ballots, language: Language = "zh") -> Table:
    """Every ballot by the expert's code: round, day, state and why, and how coherent it is."""
    rows = [
        {"expert": ballot.expert or ballot.file, "round": ballot.round or "", "cast": ballot.cast.isoformat() if ballot.cast else "",
         "state": ballot.state, "coherence": _coherence(ballot, ballots.scheme), "reason": ballot.reason}
        for ballot in ballots.listed
    ]  # fmt: skip
    note = phrase(
        "读入 {read} = 计入 {counted} + 不计入 {aside}；以第 {round} 轮为准，本轮计入 {now} 张。",
        "{read} read = {counted} counted + {aside} set aside; round {round} decides, with {now} counted.",
        read=len(ballots.listed), counted=len(ballots.counted), aside=len(ballots.set_aside),
        round=ballots.deciding, now=len(ballots.of_round(ballots.deciding)),
    )  # fmt: skip
    return listing(BALLOTS, rows, Lexicon(ballots.scheme, language), Phrase("专家判断票", "The experts' ballots"), note).without_blank_columns()


def _coherence(ballot: Listed, scheme: Scheme) -> Phrase:
    """The method of each group that was not simply given points, how coherent its judgements are, and whether that is in doubt."""
    parts = [
        (group_label(scheme, group), METHODS[judged.method], judged.coherence, "⚠" if judged.doubt else "")
        for group, judged in ballot.judged.items()
        if judged.method != "points"
    ]
    said = [
        Phrase(*(" ".join(filter(None, (where.into(to), method.into(to), coherence.into(to).strip(BLANK), doubt))) for to in ("zh", "en")))
        for where, method, coherence, doubt in parts
    ]
    return joined([*said, *([] if len(said) == len(ballot.judged) else [METHODS["points"]])], "；", "; ")


def _by_node(weights: GroupWeights) -> Iterator[tuple[Row, GroupJudgement, int]]:
    """Every judged node: its row, of which the first of each group names the group, the judgement, and its place there."""
    for group, judged in weights.groups.items():
        for place, node in enumerate(judged.nodes):
            yield {"group": group_label(weights.scheme, group) if place == 0 else "", "in": group, "node": node}, judged, place


def _scheme_share(weights: GroupWeights, judged: GroupJudgement, place: int) -> float:
    """What the scheme gives a node of what it gives all its siblings, in percent."""
    voted = [weights.scheme.nodes[node].weight for node in judged.nodes]
    return voted[place] / sum(voted) * 100


def group_weights_table(weights: GroupWeights, language: Language = "zh") -> Table:
    """The group's weights beside the scheme's, with the experts' least, middle and greatest."""
    rows = []
    for row, judged, place in _by_node(weights):
        own = judged.own[:, place] * 100
        figures = {"scheme": _scheme_share(weights, judged, place), "weight": weights.weights[row["node"]]}
        rows.append(row | figures | {"least": own.min(), "median": float(np.median(own)), "most": own.max()})
    caption = phrase(
        "专家组的权重（%，{rule.zh}，{n} 位专家，第 {round} 轮）", "The group's weights (%, {rule.en}, {n:expert|experts}, round {round})",
        rule=MEANS[weights.rule.aggregate], n=max(len(judged.experts) for judged in weights.groups.values()), round=weights.round,
    )  # fmt: skip
    note = Phrase("各组合计均为 100；按最大余数法取整。", "Each group sums to 100, rounded by largest remainders.")
    return listing(GROUP_WEIGHTS, rows, Lexicon(weights.scheme, language), caption, note, parted_by="in")


def agreement_table(weights: GroupWeights, language: Language = "zh") -> Table:
    """For each group of siblings: Kendall's W with its p, the weight between any two experts, camps, who is far and on what."""
    rows = [
        {"group": group_label(weights.scheme, group), "experts": len(judged.experts), **_concordance(judged), "apart": _apart(judged),
         "camps": _camps(judged), "far": joined(_far(judged, weights.scheme), "；", "; "), "settled": _settled(judged)}
        for group, judged in weights.groups.items()
    ]  # fmt: skip
    note = Phrase(
        "W 为 1 时各专家对轻重次序完全一致，为 0 时毫无一致；p 小于 0.05 说明这种一致不像偶然。两两相差 = 需挪动的权重（百分点）。⚠ 为明显偏离，括号内是相差最大的一项（百分点）。",
        "W is 1 where all put the nodes in the same order, 0 where there is no agreement; p under 0.05: hardly by chance. "
        "Apart: the weight to be moved, in percent points. ⚠ is markedly far; in brackets the node it differs most on.",
    )
    caption = Phrase("专家意见的一致程度", "How far the experts agree")
    return listing(LIKE_MINDED, rows, Lexicon(weights.scheme, language), caption, note).without_blank_columns()


def _weight_change(change: float) -> str:
    return "0" if abs(change) < 1e-9 else f"{change:+.3g}"


def _concordance(judged: GroupJudgement) -> dict[str, str]:
    w = judged.concordance
    if w is None or np.isnan(w.w):
        return {"w": BLANK, "p": BLANK}
    return {"w": f"{w.w:.2f}", "p": "<0.001" if w.p < 0.001 else f"{w.p:.3f}"}


def _apart(judged: GroupJudgement) -> str:
    pairs = judged.apart[np.triu_indices(len(judged.experts), 1)] * 100
    return f"{np.median(pairs):.1f} / {pairs.max():.1f}" if pairs.size else ""


def _camps(judged: GroupJudgement) -> str:
    if judged.camps.count < 2:
        return ""
    camps = range(1, judged.camps.count + 1)
    return " | ".join(" ".join(e for e, of in zip(judged.experts, judged.camps.camp, strict=True) if of == camp) for camp in camps)


def _far(judged: GroupJudgement, scheme: Scheme) -> Iterator[Phrase]:
    """Who is markedly far, else who is farthest, where that is one or two; and on what."""
    far, moved = judged.far.far, judged.far.moved
    farthest = moved > moved.max() - 1e-9 if moved.max() > 1e-9 else far
    shown = far if far.any() or farthest.sum() > 2 else farthest
    for place in np.flatnonzero(shown).tolist():
        node = int(judged.far.criterion[place])
        off = float(judged.far.deviation[place, node]) * 100
        yield phrase("{expert}（{label} {off:+.1f}）{mark}", "{expert} ({label} {off:+.1f}){mark}", expert=judged.experts[place],
                     label=scheme.label(judged.nodes[node]), off=off, mark=" ⚠" if far[place] else "")  # fmt: skip


def _settled(judged: GroupJudgement) -> Phrase:
    """How many came nearer to the others since the round before."""
    if judged.moved is None:
        return Phrase("", "")
    nearer, w = int((judged.moved.nearer > 1e-9).sum()), judged.moved.w
    return phrase("{n} 位中 {k} 位靠拢，W {a:.2f} → {b:.2f}", "{k} of {n} came nearer, W {a:.2f} → {b:.2f}", n=len(judged.both), k=nearer, a=w[0], b=w[1])


NONE = Phrase("这里没有判断票（封存包是否保留，由办法的 weighting.publish 决定）。", "There is no ballot here; whether a sealed bag keeps them, `weighting.publish` says.")


@told_in_english
def decided_overview(evaluation: Evaluation, ballots: Ballots, language: Language | None = None, top: int = 2) -> Table:
    """What the group's weights would decide, and each expert's own: how many awards change, and the first `top` members."""

    def table(weights: GroupWeights) -> Table:
        group = decided_by_group(evaluation, weights)
        return decided_table(decided_by_each(evaluation, ballots), evaluation, ballots, to, top, group=group)

    to = language or ballots.scheme.language
    return _table(table, ballots, to)


@told_in_english
def agreement_overview(ballots: Ballots, language: Language | None = None) -> Table:
    """For each group of siblings how far the experts agree: see `agreement_table`."""
    to = language or ballots.scheme.language
    return _table(lambda weights: agreement_table(weights, to), ballots, to)


@told_in_english
def means_overview(ballots: Ballots, language: Language | None = None) -> Table:
    """The group's weights by every rule that can join these ballots, beside the scheme's; the scheme's rule is marked."""
    to = language or ballots.scheme.language
    return _table(lambda weights: _means(weights, ballots, to), ballots, to)


CIRCLED = "①②③④⑤⑥⑦⑧"
"""The camps, in words and pictures."""


def joined_or_why(ballots: Ballots) -> GroupWeights | tuple[Phrase, ...]:
    """The group's weights, or every reason why there are none."""
    if not ballots.listed:
        return (NONE,)
    try:
        return group_weights(ballots)
    except Refused as refused:
        return tuple(Phrase(problem.line("zh").strip(), problem.line("en").strip()) for problem in refused.problems)


def _table(table: Callable[[GroupWeights], Table], ballots: Ballots, language: Language) -> Table:
    """The table, or why there is none."""
    weights = joined_or_why(ballots)
    if isinstance(weights, tuple):
        return Table((Phrase("专家判断票", "The experts' ballots").into(language),), tuple((why.into(language),) for why in weights))
    return table(weights)


def camps_table(weights: GroupWeights, group: str, language: Language = "zh") -> Table:
    """The mean weights of each camp of like-minded experts in one group of siblings, beside the group's."""
    judged = weights.groups[group]
    camps = [[e for e, of in zip(judged.experts, judged.camps.camp, strict=True) if of == camp] for camp in range(1, judged.camps.count + 1)]
    names = [" ".join([CIRCLED[place] if len(camps) > 1 else "", *who]).strip() for place, who in enumerate(camps)]
    columns = [ListColumn(Phrase(name, name), str(place), _in_percent, RIGHT) for place, name in enumerate(names)]
    rows = [
        {"node": node, "group": judged.shares[at], **{str(place): centre[at] for place, centre in enumerate(judged.camps.centres)}}
        for at, node in enumerate(judged.nodes)
    ]
    caption = Phrase("意见相近的各派的平均权重（%）", "Mean weights of the like-minded (%)")
    return listing((NODE[1], ListColumn(GROUP, "group", _in_percent, RIGHT), *columns), rows, Lexicon(weights.scheme, language), caption)


def _means(weights: GroupWeights, ballots: Ballots, language: Language) -> Table:
    scheme, digits = weights.scheme, weights.rule.decimals
    by_rule = {rule: joint for rule in MEANS if (joint := _weights_by(rule, ballots, scheme))}
    marks = {rule: " *" if rule == weights.rule.aggregate else "" for rule in by_rule}
    columns = [
        ListColumn(heading, key, written(f".{digits}f"), RIGHT)
        for key, heading in {
            "scheme": Phrase("办法现行", "Scheme"), **{rule: Phrase(MEANS[rule].zh + mark, MEANS[rule].en + mark) for rule, mark in marks.items()},
        }.items()
    ]  # fmt: skip
    rows = [
        row | {"scheme": _scheme_share(weights, judged, place), **{rule: joint[row["node"]] for rule, joint in by_rule.items()}}
        for row, judged, place in _by_node(weights)
    ]
    caption = Phrase("专家组的权重，按不同的汇总办法（%）", "The group's weights by different rules (%)")
    note = Phrase("* 为办法所定；各组合计均为 100。", "* is the scheme's rule. Each group sums to 100.")
    return listing((*NODE, *columns), rows, Lexicon(scheme, language), caption, note, parted_by="in")


def _weights_by(rule: str, ballots: Ballots, scheme: Scheme) -> dict[str, float]:
    """The weights by one rule; empty where it cannot join these ballots."""
    decided = (scheme.weighting or Weighting()).model_copy(update={"aggregate": rule})
    try:
        return dict(group_weights(ballots, scheme.model_copy(update={"weighting": decided})).weights)
    except Refused:
        return {}
