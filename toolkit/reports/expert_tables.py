"""What the chair of a panel should see: how far it agrees, who scores high or low, and whose place is open.

Experts go by pseudonyms, and no single score is shown.

Tables of the ballots: which count, what the group's weights are, how far the experts agree.

The table of what the group's weights would decide, and each expert's own: how many awards, and whose first.

The committee's ballots as a notebook shows them: by code, never by name, and a sentence where there is nothing to show.

A notebook is run for editions with ballots and without, and in a sealed bag that may hold none: each of these tables
says so instead of failing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from toolkit.ballots.ballot import group_label
from toolkit.ballots.folder import STATES
from toolkit.ballots.group import GroupWeights, group_weights
from toolkit.comparison.ballots import decided_by_each, decided_by_group
from toolkit.ground.display import Table
from toolkit.ground.problems import Refused, refuse
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.indicators.panel import judged_by_panel
from toolkit.panels import expert_deviations, intraclass, krippendorff_alpha
from toolkit.reports.list_tables import LEFT, RIGHT, Row, rows_of
from toolkit.scheme import Weighting

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.ballots.folder import Ballots, Listed
    from toolkit.ballots.group import GroupJudgement
    from toolkit.evaluation import Evaluation
    from toolkit.indicators.panel import Judged, Judging
    from toolkit.scheme import Scheme


SHOWN = ("ICC(1,1)", "ICC(2,1)", "ICC(3,k)")
STANCES = {
    "harsh": Phrase("偏严", "harsh"), "lenient": Phrase("偏宽", "lenient"),
    "unremarkable": Phrase("无异常", "unremarkable"), "unknown": Phrase("评分太少，无法判断", "too few to tell"),
}  # fmt: skip
LEVELLED = {
    "levelled": Phrase("已校正", "levelled"), "constant": Phrase("已校正（所评全相同）", "moved (all alike)"),
    "too_few": Phrase("评分太少，未校正", "too few, as written"), "as_given": Phrase("", ""),
}  # fmt: skip
AGREEMENT = (
    Phrase("指标", "Indicator"), Phrase("有分会员", "Scored"), Phrase("待定会员", "Open"),
    Phrase("ICC(1)", "ICC(1)"), Phrase("ICC(2,1)", "ICC(2,1)"), Phrase("ICC(3,k)", "ICC(3,k)"),
    Phrase("克里彭多夫 α", "Krippendorff's alpha"), Phrase("ICC 的依据", "What the ICC rest on"),
)  # fmt: skip
EXPERTS = (
    Phrase("指标", "Indicator"), Phrase("专家", "Expert"), Phrase("评了", "Scored"), Phrase("回避", "Recused"),
    Phrase("与其他专家相差", "Beside the others"), Phrase("95% 区间", "95% interval"), Phrase("判断", "Stance"), Phrase("宽严校正", "Levelling"),
)  # fmt: skip
OPEN = (Phrase("会员", "Member"), Phrase("名称", "Name"), Phrase("指标", "Indicator"), Phrase("原因", "Why"))


def panel_table(judged: Judging, scheme: Scheme, language: Language | None = None) -> Table:
    """For each indicator that the panel scores how far its experts agree, each figure with its 95 % interval."""
    spoken = language or scheme.language
    rows = [
        (
            scheme.label(id_), str(int((each.results.members["why"] == "").sum())),
            str(sum(id_ in waiting for waiting in judged.open.values())), *_agreement(each, scheme.seed, spoken),
        )
        for id_, each in judged.indicators.items()
    ]  # fmt: skip
    note = Phrase(
        "ICC(1)：会员各由不同专家评；ICC(2,1)：换一位同类专家还会怎样评；ICC(3,k)：本组专家平均分的一致性（k 为专家人数）。"
        "ICC 只用全体专家都评过的会员；α 用到所有评分。按专家原评分计算，未作宽严校正。",
        "ICC(1): each member by experts of its own; ICC(2,1): one expert like these; ICC(3,k): the mean of these k. The ICC rest on "
        "members scored by all; alpha uses every score. All are of the scores as given, before any levelling.",
    )
    caption = Phrase("专家评分的一致程度", "How far the panel agrees")
    return Table(_into(AGREEMENT, spoken), tuple(rows), caption.into(spoken), (LEFT, *[RIGHT] * 6, LEFT), note=note.into(spoken))


def panel_experts_table(judged: Judging, scheme: Scheme, language: Language | None = None) -> Table:
    """For each indicator and expert how far it lies above or below the others on the members they share."""
    spoken = language or scheme.language
    rows: list[tuple[str, ...]] = []
    ends: list[int] = []
    for id_, each in judged.indicators.items():
        rows += _experts(scheme.label(id_), each, spoken)
        ends.append(len(rows) - 1)
    note = Phrase("偏严或偏宽的评分照常计入，不会因此剔除；是否校正由评选办法规定（harshness）。",
                  "Harsh and lenient scores count as any other: nobody is dropped. Whether they are levelled is for the scheme to say.")  # fmt: skip
    caption = Phrase("各专家的宽严", "Harsh and lenient experts")
    align = (LEFT, LEFT, *[RIGHT] * 4, LEFT, LEFT)
    return Table(_into(EXPERTS, spoken), tuple(rows), caption.into(spoken), align, tuple(ends[:-1]), note.into(spoken))


def open_places_table(judged: Judging, scheme: Scheme, members: pd.DataFrame, language: Language | None = None) -> Table:
    """The members whose place is open, and why."""
    spoken = language or scheme.language
    rows = tuple(
        (member, str(members.loc[member, "name"]), scheme.label(id_), why.into(spoken))
        for member, waiting in sorted(judged.open.items())
        for id_, why in waiting.items()
    )
    note = Phrase("没有位次待定的会员。", "No place is open.") if not rows else Phrase("", "")
    return Table(_into(OPEN, spoken), rows, Phrase("位次待定的会员", "Open places").into(spoken), note=note.into(spoken))


def recusals_table(judged: Judging, scheme: Scheme, members: pd.DataFrame, language: Language | None = None) -> Table:
    """Who withdraws from whom, and on which ground; not what was declared in particular."""
    from toolkit.panels.experts import GROUNDS

    spoken = language or scheme.language
    found = judged.recusals.grounds.drop_duplicates(["expert", "member", "ground"]).to_dict("records") if judged.recusals else []
    rows = tuple((str(row["expert"]), str(row["member"]), str(members.loc[row["member"], "name"]), GROUNDS[str(row["ground"])].into(spoken)) for row in found)
    headings = (EXPERTS[1], OPEN[0], OPEN[1], Phrase("情形", "Ground"))
    return Table(_into(headings, spoken), rows, Phrase("应当回避", "Recusals due").into(spoken))


def _agreement(each: Judged, seed: int, language: Language) -> tuple[str, ...]:
    icc = intraclass(each.scores)
    alpha = krippendorff_alpha(each.scores, seed=seed)
    figures = [_with_interval(*icc.table.loc[form, ["value", "low", "high"]].to_numpy(float).tolist()) for form in SHOWN]
    return (*figures, _with_interval(alpha.value, alpha.low, alpha.high), icc.said.into(language))


def _experts(label: str, each: Judged, language: Language) -> list[tuple[str, ...]]:
    found = expert_deviations(each.scores).join(each.levelled.experts[["shift", "stretch", "how"]])
    return [
        (
            label, str(expert), str(int(row["scored"])), str(int(each.recused[expert].sum())), _signed(float(row["deviation"])),
            _interval(float(row["low"]), float(row["high"]), signed=True),
            STANCES[str(row["stance"])].into(language), _levelled(row, language),
        )
        for expert, row in zip(found.index, rows_of(found), strict=True)
    ]  # fmt: skip


def _levelled(row: Row, language: Language) -> str:
    """What was done to an expert's scores: what was added to their mean, and how their spread was stretched."""
    if not row["scored"]:
        return ""
    shift, stretch = -float(row["shift"]), float(row["stretch"])
    figures = [_signed(shift) if shift else "", f"×{stretch:.2f}" if stretch != 1 else ""]
    return " ".join(filter(None, (LEVELLED[str(row["how"])].into(language), *figures)))


def _with_interval(value: float, low: float, high: float) -> str:
    return "—" if math.isnan(value) else f"{value:.2f} {_interval(low, high)}".strip()


def _interval(low: float, high: float, *, signed: bool = False) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"[{_signed(low)}, {_signed(high)}]" if signed else f"[{low:.2f}, {high:.2f}]"


def _signed(number: float) -> str:
    return "—" if math.isnan(number) else f"{number:+.2f}".replace("+0.00", "0.00").replace("-0.00", "0.00")


def _into(headings: tuple[Phrase, ...], language: Language) -> tuple[str, ...]:
    return tuple(heading.into(language) for heading in headings)


def scored_in_words(scheme: Scheme) -> Phrase:
    """How the panel's scores are made, in one sentence."""
    panel = scheme.panel
    if panel is None or not judged_by_panel(scheme):
        return Phrase("本届没有由专家评分的指标。", "No indicator is scored by experts.")
    trimmed = phrase("去掉 {n} 个最高分和 {n} 个最低分后取平均", "the mean without the {n} highest and lowest", n=panel.trim)
    plain = Phrase("取平均", "the mean")
    how = trimmed if panel.trim else plain
    return phrase("每项至少 {n} 位专家评分，{zh}。", "At least {n:expert scores|experts score} each; {en}.", n=panel.minimum, zh=how.zh, en=how.en)



CHANGES = {"into": Phrase("进入", "in"), "out": Phrase("退出", "out"), "other": Phrase("改奖", "other award")}
GROUP = Phrase("专家组", "The group")
CAPTION = Phrase("若按专家组的权重，或只按每位专家自己的权重", "By the group's weights, or by each expert's own alone")


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
        What `toolkit.comparison.ballots.decided_by_each` gives, and `decided_by_group`: in the first row, where given.
    """
    own = {} if group is None else {GROUP.into(language): group}
    own |= {one.expert: decided[decided["expert"] == one.expert] for one in ballots.of_round(ballots.deciding)}
    rows = tuple((who, *_moved(evaluation, awards, top, language)) for who, awards in own.items())
    headings = (Phrase("专家", "Expert"), Phrase("变动", "Changes"), *CHANGES.values())
    spoken = tuple(heading.into(language) for heading in headings)
    note = Phrase("与现名单比较；“改奖”指换成另一奖项。", "Against the list as it stands.").into(language)
    return Table(spoken, rows, CAPTION.into(language), (LEFT, RIGHT), (0,) if group is not None else (), note)


def _moved(evaluation: Evaluation, own: pd.DataFrame, top: int, language: Language) -> tuple[str, ...]:
    """How many awards change, and who is moved which way, by place."""
    order = evaluation.ranking.index
    ways = (set(own.loc[own["change"] == change, "member"]) for change in CHANGES)
    return (str(len(own)), *(_first(evaluation, [member for member in order if member in way], top, language) for way in ways))


def _first(evaluation: Evaluation, members: list[str], top: int, language: Language) -> str:
    """How many, and the names of the first."""
    if not members:
        return "—"
    named = Phrase("、", ", ").into(language).join(evaluation.ranking["name"][members[:top]])
    more = "…" if len(members) > top else ""
    return phrase("{n} 家：{named}{more}", "{n}: {named}{more}", n=len(members), named=named, more=more).into(language)



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


def ballots_table(ballots: Ballots, language: Language = "zh") -> Table:
    """Every ballot by the expert's code: round, day, state and why, and how coherent it is."""
    scheme = ballots.scheme
    headings = (
        Phrase("专家", "Expert"), Phrase("轮次", "Round"), Phrase("日期", "Cast"), Phrase("状态", "State"),
        Phrase("方法与一致性", "Method, coherence"), Phrase("说明", "Why"),
    )  # fmt: skip
    rows = tuple(
        (
            one.expert or one.file,
            str(one.round or ""),
            one.cast.isoformat() if one.cast else "",
            STATES[one.state].into(language),
            _coherence(one, scheme, language),
            one.reason.into(language),
        )
        for one in ballots.listed
    )
    note = phrase(
        "读入 {read} = 计入 {counted} + 不计入 {aside}；以第 {round} 轮为准，本轮计入 {now} 张。",
        "{read} read = {counted} counted + {aside} set aside; round {round} decides, with {now} counted.",
        read=len(ballots.listed), counted=len(ballots.counted), aside=len(ballots.set_aside),
        round=ballots.deciding, now=len(ballots.of_round(ballots.deciding)),
    )  # fmt: skip
    caption = Phrase("专家判断票", "The experts' ballots").into(language)
    return Table(_into(headings, language), rows, caption, (LEFT, RIGHT), note=note.into(language)).without_blank_columns()


def group_weights_table(found: GroupWeights, language: Language = "zh") -> Table:
    """The group's weights beside the scheme's, with the experts' least, middle and greatest."""
    scheme = found.scheme
    headings = (
        Phrase("分组", "Group"), Phrase("指标", "Node"), Phrase("办法现行", "Scheme"), Phrase("专家组", "Group's"),
        Phrase("差", "Change"), Phrase("最低", "Least"), Phrase("中位数", "Median"), Phrase("最高", "Most"),
    )  # fmt: skip
    rows, breaks = [], []
    for group, judged in found.groups.items():
        now = {node.id: node.weight for node in scheme.nodes.values()}
        whole = sum(now[node] for node in judged.nodes)
        for place, node in enumerate(judged.nodes):
            own, old = judged.own[:, place] * 100, now[node] / whole * 100
            spread = (own.min(), float(np.median(own)), own.max())
            first = group_label(scheme, group).into(language) if place == 0 else ""
            figures = (f"{old:.4g}", f"{found.weights[node]:.6g}", _weight_change(found.weights[node] - old), *(f"{x:.1f}" for x in spread))
            rows.append((first, scheme.label(node), *figures))
        breaks.append(len(rows) - 1)
    caption = phrase(
        "专家组的权重（%，{zh}，{n} 位专家，第 {round} 轮）", "The group's weights (%, {en}, {n:expert|experts}, round {round})",
        zh=MEANS[found.rule.aggregate].zh, en=MEANS[found.rule.aggregate].en, n=_most_experts(found), round=found.round,
    )  # fmt: skip
    note = Phrase("各组合计均为 100；按最大余数法取整。", "Each group sums to 100, rounded by largest remainders.")
    return Table(
        _into(headings, language), tuple(rows), caption.into(language), (LEFT, LEFT, *[RIGHT] * 6),
        lines_after=tuple(breaks[:-1]), note=note.into(language),
    )  # fmt: skip


def agreement_table(found: GroupWeights, language: Language = "zh") -> Table:
    """For each group of siblings: Kendall's W with its p, the weight between any two experts, camps, who is far and on what."""
    headings = (
        Phrase("分组", "Group"), Phrase("专家", "Experts"), Phrase("肯德尔 W", "Kendall's W"), Phrase("p", "p"),
        Phrase("两两相差（中位／最大）", "Apart (median/most)"), Phrase("意见相近者", "Like-minded"),
        Phrase("离众人最远者", "Farthest from the rest"), Phrase("与上轮比", "Since last round"),
    )  # fmt: skip
    rows = tuple(
        (
            group_label(found.scheme, group).into(language),
            str(len(judged.experts)),
            *_w(judged),
            _apart(judged),
            _camps(judged),
            _far(judged, found.scheme, language),
            _settled(judged, language),
        )
        for group, judged in found.groups.items()
    )
    note = Phrase(
        "W 为 1 时各专家对轻重次序完全一致，为 0 时毫无一致；p 小于 0.05 说明这种一致不像偶然。两两相差 = 需挪动的权重（百分点）。⚠ 为明显偏离，括号内是相差最大的一项（百分点）。",
        "W is 1 where all put the nodes in the same order, 0 where there is no agreement; p under 0.05: hardly by chance. "
        "Apart: the weight to be moved, in percent points. ⚠ is markedly far; in brackets the node it differs most on.",
    )
    caption = Phrase("专家意见的一致程度", "How far the experts agree").into(language)
    table = Table(_into(headings, language), rows, caption, (LEFT, RIGHT, RIGHT, RIGHT, RIGHT), note=note.into(language))
    return table.without_blank_columns()


def slip_table(found: GroupWeights, expert: str, language: Language = "zh") -> Table:
    """What one expert is handed before the next round: own weights beside the group's quartiles, nobody else's, no name.

    Raises
    ------
    Refused
        When the expert has no ballot that counts in this round.
    """
    headings = (
        Phrase("分组", "Group"), Phrase("指标", "Node"), Phrase("您的权重", "Yours"), Phrase("下四分位", "Lower quartile"),
        Phrase("中位数", "Median"), Phrase("上四分位", "Upper quartile"), Phrase("您的位置", "Your place"),
    )  # fmt: skip
    rows = []
    for group, judged in found.groups.items():
        if expert not in judged.experts:
            rule = phrase("第 {round} 轮没有专家 {expert} 的票", "there is no ballot of {expert} in round {round}", round=found.round, expert=expert)
            raise refuse(rule, phrase("现有：{all}", "there are: {all}", all=", ".join(judged.experts)), value=expert)
        here = judged.experts.index(expert)
        for place, node in enumerate(judged.nodes):
            figures = (judged.own[here, place], *judged.standing.quartiles[:, place])
            where = PLACES[int(judged.standing.outside[here, place])].into(language)
            first = group_label(found.scheme, group).into(language) if place == 0 else ""
            rows.append((first, found.scheme.label(node), *(f"{x * 100:.1f}" for x in figures), where))
    caption = phrase("专家 {expert}：您在专家组中的位置（第 {round} 轮，%）", "Expert {expert}: your place in the group (round {round}, %)",
                     expert=expert, round=found.round)  # fmt: skip
    note = Phrase("低于或高于多数的，请在下一轮调整或说明理由。", "Where you are below or above most, revise or say why in the next round.")
    return Table(_into(headings, language), tuple(rows), caption.into(language), (LEFT, LEFT, *[RIGHT] * 4), note=note.into(language))


def _coherence(one: Listed, scheme: Scheme, language: Language) -> str:
    said = [
        " ".join(part for part in (group_label(scheme, group).into(language), METHODS[found.method].into(language),
                                   found.coherence.into(language).strip("—"), "⚠" if found.doubt else "") if part)
        for group, found in one.judged.items()
        if found.method != "points"
    ]  # fmt: skip
    alike = [] if len(said) == len(one.judged) else [METHODS["points"].into(language)]
    return Phrase("；", "; ").into(language).join([*said, *alike])


def _weight_change(change: float) -> str:
    return "0" if abs(change) < 1e-9 else f"{change:+.3g}"


def _most_experts(found: GroupWeights) -> int:
    return max(len(judged.experts) for judged in found.groups.values())


def _w(judged: GroupJudgement) -> tuple[str, str]:
    w = judged.concordance
    if w is None or np.isnan(w.w):
        return "—", "—"
    return f"{w.w:.2f}", "<0.001" if w.p < 0.001 else f"{w.p:.3f}"


def _apart(judged: GroupJudgement) -> str:
    pairs = judged.apart[np.triu_indices(len(judged.experts), 1)] * 100
    return f"{np.median(pairs):.1f} / {pairs.max():.1f}" if pairs.size else ""


def _camps(judged: GroupJudgement) -> str:
    if judged.camps.count < 2:
        return ""
    members = [[e for e, camp in zip(judged.experts, judged.camps.camp, strict=True) if camp == one] for one in range(1, judged.camps.count + 1)]
    return " | ".join(" ".join(own) for own in members)


def _far(judged: GroupJudgement, scheme: Scheme, language: Language) -> str:
    return Phrase("；", "; ").into(language).join(_far_words(judged, scheme, language))


def _far_words(judged: GroupJudgement, scheme: Scheme, language: Language) -> Iterator[str]:
    """Who is markedly far, else who is farthest, where that is one or two; and on what."""
    far, moved = judged.far.far, judged.far.moved
    farthest = moved > moved.max() - 1e-9 if moved.max() > 1e-9 else far
    shown = far if far.any() or farthest.sum() > 2 else farthest
    for place in np.flatnonzero(shown).tolist():
        node = int(judged.far.criterion[place])
        off = float(judged.far.deviation[place, node]) * 100
        yield phrase("{expert}（{label} {off:+.1f}）{mark}", "{expert} ({label} {off:+.1f}){mark}", expert=judged.experts[place],
                     label=scheme.label(judged.nodes[node]), off=off, mark=" ⚠" if far[place] else "").into(language)  # fmt: skip


def _settled(judged: GroupJudgement, language: Language) -> str:
    if judged.moved is None:
        return ""
    nearer = int((judged.moved.nearer > 1e-9).sum())
    w = judged.moved.w
    return phrase("{n} 位中 {k} 位靠拢，W {a:.2f} → {b:.2f}", "{k} of {n} came nearer, W {a:.2f} → {b:.2f}",
                  n=len(judged.both), k=nearer, a=w[0], b=w[1]).into(language)  # fmt: skip



NONE = Phrase("这里没有判断票（封存包是否保留，由办法的 weighting.publish 决定）。", "There is no ballot here; whether a sealed bag keeps them, `weighting.publish` says.")
BALLOTS = Phrase("专家判断票", "The experts' ballots")


def decided_overview(evaluation: Evaluation, ballots: Ballots, language: Language = "zh", top: int = 2) -> Table:
    """What the group's weights would decide, and each expert's own: how many awards change, and the first `top` members."""

    def table(found: GroupWeights) -> Table:
        group = decided_by_group(evaluation, found)
        return decided_table(decided_by_each(evaluation, ballots), evaluation, ballots, language, top, group=group)

    return _table(table, ballots, language)


def agreement_overview(ballots: Ballots, language: Language = "zh") -> Table:
    """For each group of siblings how far the experts agree: see `toolkit.reports.expert_tables.agreement_table`."""
    return _table(lambda found: agreement_table(found, language), ballots, language)


def means_overview(ballots: Ballots, language: Language = "zh") -> Table:
    """The group's weights by every rule that can join these ballots, beside the scheme's; the scheme's rule is marked."""
    return _table(lambda found: _means(found, ballots, language), ballots, language)


def _table(table: Callable[[GroupWeights], Table], ballots: Ballots, language: Language) -> Table:
    """The table, or why there is none."""
    if not ballots.listed:
        return Table((BALLOTS.into(language),), ((NONE.into(language),),))
    try:
        return table(group_weights(ballots))
    except Refused as refused:
        return Table((BALLOTS.into(language),), tuple((problem.line(language).strip(),) for problem in refused.problems))


def _means(found: GroupWeights, ballots: Ballots, language: Language) -> Table:
    scheme = found.scheme
    joined = {rule: weights for rule in MEANS if (weights := _joined(ballots, scheme, rule))}
    headings = [Phrase("分组", "Group"), Phrase("指标", "Node"), Phrase("办法现行", "Scheme")]
    marks = [f"{MEANS[rule].into(language)}{' *' if rule == found.rule.aggregate else ''}" for rule in joined]
    rows, breaks = [], []
    for group, judged in found.groups.items():
        now = {node: scheme.nodes[node].weight for node in judged.nodes}
        for place, node in enumerate(judged.nodes):
            first = group_label(scheme, group).into(language) if place == 0 else ""
            figures = (now[node] / sum(now.values()) * 100, *(weights[node] for weights in joined.values()))
            rows.append((first, scheme.label(node), *(f"{figure:.{found.rule.decimals}f}" for figure in figures)))
        breaks.append(len(rows) - 1)
    caption = Phrase("专家组的权重，按不同的汇总办法（%）", "The group's weights by different rules (%)").into(language)
    note = Phrase("* 为办法所定；各组合计均为 100。", "* is the scheme's rule. Each group sums to 100.")
    return Table(
        (*(heading.into(language) for heading in headings), *marks), tuple(rows), caption,
        (LEFT, LEFT, *[RIGHT] * (1 + len(marks))), tuple(breaks[:-1]), note.into(language),
    )  # fmt: skip


def _joined(ballots: Ballots, scheme: Scheme, rule: str) -> dict[str, float]:
    """The weights by one rule; empty where it cannot join these ballots."""
    decided = (scheme.weighting or Weighting()).model_copy(update={"aggregate": rule})
    try:
        return dict(group_weights(ballots, scheme.model_copy(update={"weighting": decided})).weights)
    except Refused:
        return {}
