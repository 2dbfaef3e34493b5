"""Tables of the experts: how far a panel agrees, what the ballots weigh, and what those weights would decide.

Experts go by pseudonyms or codes, never by name, and no single score is shown. A notebook is run for editions with ballots and
without, and in a sealed bag that may hold none: the tables named `..._overview` then say so instead of failing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.ballots.ballot import group_label
from toolkit.ballots.folder import STATES, Ballots, Listed
from toolkit.ballots.group import GroupJudgement, GroupWeights, group_weights
from toolkit.comparison import decided_by_each, decided_by_group
from toolkit.ground.display import Table
from toolkit.ground.problems import Refused
from toolkit.ground.text import Language, Phrase, in_words_before, joined, phrase
from toolkit.indicators.panel import Judging, PanelResult, judged_by_panel
from toolkit.panels import expert_deviations, intraclass, krippendorff_alpha
from toolkit.panels.experts import GROUNDS
from toolkit.panels.reliability import ALPHA_WORDS, ICC_WORDS, VERDICTS, how_good
from toolkit.panels.severity import MARKED, odd_experts
from toolkit.publication.english import told_in_english
from toolkit.reports.columns import (
    RIGHT,
    Lexicon,
    ListColumn,
    Row,
    label,
    listing,
    one_of,
    rows_of,
    text,
    written,
)
from toolkit.reports.wording import BLANK
from toolkit.scheme import Scheme, Weighting

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation

STANCES = {
    "harsh": Phrase("偏严", "harsh"), "lenient": Phrase("偏宽", "lenient"),
    "harsh_beside": Phrase("因他人偏宽而显得偏严", "seems harsh beside the lenient"), "lenient_beside": Phrase("因他人偏严而显得偏宽", "seems lenient beside the harsh"),
    "unremarkable": Phrase("无异常", "unremarkable"), "unknown": Phrase("评分太少，无法判断", "too few to tell"),
}  # fmt: skip
LEVELLED = {
    "levelled": Phrase("已校正", "levelled"), "constant": Phrase("已校正（所评全相同）", "moved (all alike)"),
    "too_few": Phrase("评分太少，未校正", "too few, as written"), "as_given": Phrase("", ""),
}  # fmt: skip


def _count(number: Any, _: Lexicon) -> str:
    return str(int(number))


def _signed(number: float, _: Lexicon | None = None) -> str:
    return BLANK if math.isnan(number) else f"{number:+.2f}".replace("+0.00", "0.00").replace("-0.00", "0.00")


def _plain(number: float) -> str:
    """Two decimals, and no sign before nothing."""
    return f"{round(number, 2) + 0.0:.2f}"


def _interval(low: float, high: float, *, signed: bool = False) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"[{_signed(low)}, {_signed(high)}]" if signed else f"[{_plain(low)}, {_plain(high)}]"


def _with_interval(estimate: tuple[float, float, float], _: Lexicon) -> str:
    value, *ends = estimate
    return BLANK if math.isnan(value) else f"{_plain(value)} {_interval(*ends)}".strip()


def _icc_in_words(estimate: tuple[float, float, float], lexicon: Lexicon) -> str:
    """An intraclass correlation with its interval, and which word each end of that has."""
    _, *ends = estimate
    words = [] if np.isnan(ends).any() or in_words_before("1.0.0") else dict.fromkeys(how_good(ICC_WORDS, end).into(lexicon.language) for end in ends)
    return " ".join(filter(None, (_with_interval(estimate, lexicon), Phrase("至", "–").into(lexicon.language).join(words))))


def _alpha_in_words(estimate: tuple[float, float, float], lexicon: Lexicon) -> str:
    """Krippendorff's alpha with its interval, and whether conclusions may be drawn."""
    plain = math.isnan(estimate[0]) or in_words_before("1.0.0")
    return _with_interval(estimate, lexicon) if plain else f"{_with_interval(estimate, lexicon)} {how_good(ALPHA_WORDS, estimate[0]).into(lexicon.language)}"


def _levelling(row: Row, lexicon: Lexicon) -> str:
    """What was done to an expert's scores: what was added to their mean, and how their spread was stretched."""
    if not row["scored"]:
        return ""
    shift, stretch = -float(row["shift"]), float(row["stretch"])
    figures = [_signed(shift) if shift else "", f"×{stretch:.2f}" if stretch != 1 else ""]
    return " ".join(filter(None, (LEVELLED[str(row["how"])].into(lexicon.language), *figures)))


AGREEMENT = (
    ListColumn(Phrase("指标", "Indicator"), "indicator", label),
    ListColumn(Phrase("有分会员", "Scored"), "scored", _count, RIGHT),
    ListColumn(Phrase("待定会员", "Open"), "open", _count, RIGHT),
    ListColumn(Phrase("ICC(1)", "ICC(1)"), "ICC(1,1)", _icc_in_words, RIGHT),
    ListColumn(Phrase("ICC(2,1)", "ICC(2,1)"), "ICC(2,1)", _icc_in_words, RIGHT),
    ListColumn(Phrase("ICC(3,k)", "ICC(3,k)"), "ICC(3,k)", _icc_in_words, RIGHT),
    ListColumn(Phrase("克里彭多夫 α", "Krippendorff's alpha"), "alpha", _alpha_in_words, RIGHT),
    ListColumn(Phrase("ICC 的依据", "What the ICC rest on"), "basis"),
)
EXPERTS = (
    ListColumn(Phrase("指标", "Indicator"), "indicator", label),
    ListColumn(Phrase("专家", "Expert"), "expert"),
    ListColumn(Phrase("评了", "Scored"), "scored", _count, RIGHT),
    ListColumn(Phrase("回避", "Recused"), "recused", _count, RIGHT),
    ListColumn(Phrase("与其他专家相差", "Beside the others"), "deviation", _signed, RIGHT),
    ListColumn(Phrase("95% 区间", "95% interval"), words=lambda row, _: _interval(row["low"], row["high"], signed=True), align=RIGHT),
    ListColumn(Phrase("判断", "Stance"), "stance", one_of(STANCES)),
    ListColumn(Phrase("宽严校正", "Levelling"), words=_levelling),
)
MEMBER = (ListColumn(Phrase("会员", "Member"), "member"), ListColumn(Phrase("名称", "Name"), "name"))
OPEN_PLACES = (*MEMBER, ListColumn(Phrase("指标", "Indicator"), "indicator", label), ListColumn(Phrase("原因", "Why"), "why"))
RECUSALS = (ListColumn(Phrase("专家", "Expert"), "expert"), *MEMBER, ListColumn(Phrase("情形", "Ground"), "ground", one_of(GROUNDS)))


def panel_table(judged: Judging, scheme: Scheme, language: Language | None = None) -> Table:
    """For each indicator that the panel scores how far its experts agree, each figure with its 95 % interval."""
    rows = [
        {"indicator": id_, "scored": (panel.results.members["why"] == "").sum(), "open": sum(id_ in waiting for waiting in judged.open.values()),
         **_agreement(panel, scheme.seed, {member for member, waiting in judged.open.items() if id_ in waiting})}
        for id_, panel in judged.indicators.items()
    ]  # fmt: skip
    note = Phrase(
        "ICC(1)：会员各由不同专家评；ICC(2,1)：换一位同类专家还会怎样评；ICC(3,k)：本组专家平均分的一致性（k 为专家人数）。"
        "ICC 只用全体专家都评过的会员；α 用到所有评分。按专家原评分计算，未作宽严校正。",
        "ICC(1): each member by experts of its own; ICC(2,1): one expert like these; ICC(3,k): the mean of these k. The ICC rest on "
        "members scored by all; alpha uses every score. All are of the scores as given, before any levelling.",
    )
    if not in_words_before("1.0.0"):
        note = joined((note, VERDICTS), "", " ")
    return listing(AGREEMENT, rows, Lexicon(scheme, language or scheme.language), Phrase("专家评分的一致程度", "How far the panel agrees"), note)


def _agreement(judged: PanelResult, seed: int, waiting: Collection[str]) -> dict[str, Any]:
    """The measures of agreement, each with the ends of its interval; whom nobody was asked to score, without a score and not `waiting`, is not left out of any."""
    asked = judged.scores.notna().any(axis=1) | judged.scores.index.isin([*waiting]) | in_words_before("1.0.0")
    icc, alpha = intraclass(judged.scores[asked]), krippendorff_alpha(judged.scores, seed=seed)
    forms = {form: icc.table.loc[form, ["value", "low", "high"]].to_numpy(float).tolist() for form in ("ICC(1,1)", "ICC(2,1)", "ICC(3,k)")}
    return {**forms, "alpha": (alpha.value, alpha.low, alpha.high), "basis": icc.said}


def panel_experts_table(judged: Judging, scheme: Scheme, language: Language | None = None) -> Table:
    """For each indicator and expert how far it lies above or below the others on the members they share."""
    rows = [row for id_, panel in judged.indicators.items() for row in _deviations(id_, panel)]
    note = Phrase("偏严或偏宽的评分照常计入，不会因此剔除；是否校正由评选办法规定（harshness）。",
                  "Harsh and lenient scores count as any other: nobody is dropped. Whether they are levelled is for the scheme to say.")  # fmt: skip
    lexicon = Lexicon(scheme, language or scheme.language)
    return listing(EXPERTS, rows, lexicon, Phrase("各专家的宽严", "Harsh and lenient experts"), note, parted_by="indicator")


def _deviations(indicator: str, judged: PanelResult) -> list[Row]:
    experts, odd = expert_deviations(judged.scores).join(judged.levelled.experts[["shift", "stretch", "how"]]), odd_experts(judged.scores)
    experts["stance"] = [f"{stance}_beside" if stance in MARKED and expert not in odd else stance for expert, stance in experts["stance"].items()]
    recused = [judged.recused[expert].sum() for expert in experts.index]
    return rows_of(experts.assign(indicator=indicator, expert=experts.index, recused=recused))


def open_places_table(judged: Judging, scheme: Scheme, members: pd.DataFrame, language: Language | None = None) -> Table:
    """The members whose place is open, and why."""
    rows = [
        {"member": member, "name": members.loc[member, "name"], "indicator": id_, "why": why}
        for member, waiting in sorted(judged.open.items())
        for id_, why in waiting.items()
    ]
    return listing(OPEN_PLACES, rows, Lexicon(scheme, language or scheme.language), Phrase("位次待定的会员", "Open places"))


def recusals_table(judged: Judging, scheme: Scheme, members: pd.DataFrame, language: Language | None = None) -> Table:
    """Who withdraws from whom, and on which ground; not what was declared in particular."""
    due = rows_of(judged.recusals.grounds.drop_duplicates(["expert", "member", "ground"])) if judged.recusals else []
    rows = [row | {"name": members.loc[row["member"], "name"]} for row in due]
    return listing(RECUSALS, rows, Lexicon(scheme, language or scheme.language), Phrase("应当回避", "Recusals due"))


def scored_in_words(scheme: Scheme) -> Phrase:
    """How the panel's scores are made, in one sentence."""
    panel = scheme.panel
    if panel is None or not judged_by_panel(scheme):
        return Phrase("本届没有由专家评分的指标。", "No indicator is scored by experts.")
    trimmed = phrase("去掉 {n} 个最高分和 {n} 个最低分后取平均", "the mean without the {n} highest and lowest", n=panel.trim)
    if panel.trim_from is not None:
        trimmed = phrase("满 {n} 位的{how.zh}，不满的直接取平均", "{how.en} where {n} or more scored, the plain mean of fewer", n=panel.trim_from, how=trimmed)
    how = trimmed if panel.trim else Phrase("取平均", "the mean")
    return phrase("每项至少 {n} 位专家评分，{how.zh}。", "At least {n:expert scores|experts score} each; {how.en}.", n=panel.minimum, how=how)


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
