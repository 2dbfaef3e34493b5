"""Tables of what a committee should see before it weighs anything; see `toolkit.diagnostics` for the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from toolkit.diagnostics import (
    correlations,
    cronbach_alpha,
    effective_weights,
    principal_components,
    redundancies,
    spread,
    weights_for_influence,
)
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.display import Table
from toolkit.ground.text import Phrase, figure, joined, phrase
from toolkit.reports import wording
from toolkit.reports.columns import (
    RIGHT,
    Lexicon,
    ListColumn,
    Row,
    label,
    listing,
    percents,
    rows_of,
    text,
    written,
)
from toolkit.reports.wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from toolkit.diagnostics.distribution import Of
    from toolkit.evaluation import Evaluation


def _remarks(row: Row, lexicon: Lexicon) -> str:
    """The states counted, and what is odd about an indicator's distribution, in a few words."""
    language = lexicon.language
    alike = phrase("在{classes}内各会员相同", "the same for all in {classes}", classes=row["constant_in"])
    remarks = [
        _states(row["states"], lexicon),
        row["note"],
        Phrase("有极端值", "outliers").into(language) if row["outliers"] and row["distinct"] > 2 else "",
        alike.into(language) if row["constant_in"] and not row["constant"] else "",
    ]
    return wording.PARTED.into(language).join(filter(None, remarks))


def _states(counted: str, lexicon: Lexicon) -> str:
    """States with their numbers, yes and no in words."""
    pairs = [part.rsplit(" ", 1) for part in counted.split("、")] if counted else []
    words = {"true": wording.YES, "false": wording.NO}
    return lexicon.joined(f"{words[state].into(lexicon.language) if state in words else state} {n}" for state, n in pairs)


def _group(group: Any, lexicon: Lexicon) -> str:
    return WORDS["total"].into(lexicon.language) if group == TOTAL else label(group, lexicon)


MOST_PAIRS = 5  # of groups, told below the table of components
NOTE = ListColumn(Phrase("请留意", "Take note"), "note")
SPREAD = (
    ListColumn(Phrase("指标", "Indicator"), "label"),
    ListColumn(Phrase("单位", "Unit"), "unit"),
    ListColumn(Phrase("适用", "Applies to"), "applicable", text, RIGHT),
    ListColumn(Phrase("缺失", "Missing"), "missing_share", percents(0), RIGHT),
    ListColumn(Phrase("不同取值", "Distinct"), "distinct", text, RIGHT),
    ListColumn(Phrase("最小", "Least"), "min", written(".2f"), RIGHT),
    ListColumn(Phrase("中位数", "Median"), "median", written(".2f"), RIGHT),
    ListColumn(Phrase("最大", "Greatest"), "max", written(".2f"), RIGHT),
    ListColumn(Phrase("平均", "Mean"), "mean", written(".2f"), RIGHT),
    ListColumn(Phrase("标准差", "Std. dev."), "sd", written(".2f"), RIGHT),
    ListColumn(Phrase("偏度", "Skewness"), "skewness", written(".2f"), RIGHT),
    ListColumn(Phrase("触底", "At worst"), "at_worst", percents(0), RIGHT),
    ListColumn(Phrase("封顶", "At best"), "at_best", percents(0), RIGHT),
    ListColumn(NOTE.heading, words=_remarks),
)
PAIRS = (
    ListColumn(Phrase("指标一", "One"), "first", label),
    ListColumn(Phrase("指标二", "The other"), "second", label),
    ListColumn(Phrase("相关系数", "Correlation"), "r", written(".2f"), RIGHT),
    ListColumn(Phrase("会员数", "Members"), "n", text, RIGHT),
    ListColumn(Phrase("建议", "What to do"), "advice"),
)
INFLUENCE = (
    ListColumn(Phrase("指标", "Indicator"), "label"),
    ListColumn(Phrase("表决权重", "Voted"), "nominal", percents(), RIGHT),
    ListColumn(Phrase("折算权重", "As it falls"), "counted", percents(), RIGHT),
    ListColumn(Phrase("实际影响", "Effective"), "effective", percents(), RIGHT),
    ListColumn(Phrase("倍数", "Times"), "ratio", written(".2f"), RIGHT),
    ListColumn(Phrase("与总分相关", "Correlation with total"), "correlation", written(".2f"), RIGHT),
    ListColumn(Phrase("单独可解释", "Alone explains"), "alone", percents(), RIGHT),
    NOTE,
)
ALPHA = (
    ListColumn(Phrase("所在组", "Group"), "group", _group),
    ListColumn(Phrase("α", "Alpha"), "alpha", written(".2f"), RIGHT),
    ListColumn(Phrase("组成部分", "Part"), "label"),
    ListColumn(Phrase("去掉后的 α", "Alpha without"), "without", written(".2f"), RIGHT),
    ListColumn(Phrase("与其余部分相关", "Correlation with the rest"), "rest", written(".2f"), RIGHT),
    ListColumn(Phrase("会员数", "Members"), "n", text, RIGHT),
    NOTE,
)
COMPONENTS = (
    ListColumn(Phrase("所在组", "Group"), "group", _group),
    ListColumn(Phrase("主成分", "Component"), "component", lambda place, _: str(place) if place else wording.BLANK, RIGHT),
    ListColumn(Phrase("特征值", "Eigenvalue"), "eigenvalue", written(".2f"), RIGHT),
    ListColumn(Phrase("解释方差", "Of the variance"), "share", percents(0), RIGHT),
    ListColumn(Phrase("累计", "Together"), "cumulative", percents(0), RIGHT),
    ListColumn(Phrase("载荷", "Loadings"), "loadings"),
    ListColumn(Phrase("会员数", "Members"), "n", text, RIGHT),
    NOTE,
)
SUGGESTED = (
    ListColumn(Phrase("序号", "No."), "number"),
    ListColumn(Phrase("指标", "Indicator"), "label"),
    ListColumn(Phrase("现权重", "Weight"), "now", lambda weight, _: figure(weight), RIGHT),
    ListColumn(Phrase("试算权重", "On offer"), "weight", written(".2f"), RIGHT),
    ListColumn(Phrase("现占总分", "Share now"), "voted", percents(), RIGHT),
    ListColumn(Phrase("试算占总分", "Share on offer"), "offered", percents(), RIGHT),
    ListColumn(Phrase("想要的影响", "Influence wanted"), "wanted", percents(), RIGHT),
    ListColumn(Phrase("试算的影响", "Influence on offer"), "effective", percents(), RIGHT),
    NOTE,
)


def spread_table(evaluation: Evaluation, of: Of = "raw") -> Table:
    """For each indicator what was recorded ("raw") or what it counts ("values"), and what is odd about it."""
    captions = {
        "raw": Phrase("各指标的记录情况", "What was recorded of each indicator"),
        "values": Phrase("各指标的计分值", "The values of each indicator"),
    }
    note = Phrase(
        "触底、封顶：有记录的会员中取得最低、最高计分的占比。右端提示按 JRC 规则：偏度绝对值大于 2 且峰度大于 3.5 为极端值。",
        "At worst, at best: the share of those recorded at either end of the scale. Outliers by the JRC's rule: "
        "skewness beyond 2 and kurtosis above 3.5.",
    )
    return listing(SPREAD, spread(evaluation, of=of), Lexicon.of(evaluation), captions[of], note).without_blank_columns()


def redundancies_table(evaluation: Evaluation, at_least: float = 0.9) -> Table:
    """The pairs of indicators that say the same, or cancel out within their group, and what to do."""
    pairs = redundancies(evaluation, at_least).reset_index()
    note = None if len(pairs) else Phrase("没有需要讨论的成对指标。", "No pair needs to be talked about.")
    return listing(PAIRS, pairs, Lexicon.of(evaluation), Phrase("重复或相互抵消的指标", "Indicators counted twice, or cancelling out"), note)


def influence_table(evaluation: Evaluation, class_: str | None = None) -> Table:
    """The voted weight of each indicator beside how much it really decides."""
    weights, indicators = effective_weights(evaluation, class_=class_), len(evaluation.scheme.indicators)
    note = Phrase(
        "折算权重：不适用或缺失时权重转给同级，按会员平均。实际影响：总分差异中由该指标造成的部分，合计 100%。"
        "倍数 = 实际影响 ÷ 折算权重。单独可解释：只知道该指标便能说明的总分差异，各指标之间有重叠，不能相加。",
        "As it falls: the voted weight, averaged over members, after the weight of what does not count has gone to its "
        "siblings. Effective: the share of the differences between totals that comes of it; these sum to 100%. "
        "Times: effective over as it falls. Alone explains: what one would know of the totals from it alone; these overlap.",
    )
    return listing(
        INFLUENCE, weights, Lexicon.of(evaluation), Phrase("表决权重与实际影响", "Voted weights and real influence"), note,
        lines_after=(indicators - 1,) if len(weights) > indicators else (),
    ).without_blank_columns()  # fmt: skip


def alpha_table(evaluation: Evaluation) -> Table:
    """Whether each group measures one thing: Cronbach's alpha, and what it would be without each part."""
    note = Phrase(
        "α 高：各部分说的是同一回事；α 低或为负：各部分各说各的，甚至相互抵消。是否合意，由委员会判断。",
        "A high alpha: the parts say the same. A low or negative one: they differ, or cancel out. "
        "Whether that is meant is for the committee to say.",
    )
    caption = Phrase("各组内部是否一致（克隆巴赫 α）", "Do the parts of a group agree (Cronbach's alpha)?")
    alphas = cronbach_alpha(evaluation).reset_index()
    return listing(ALPHA, alphas, Lexicon.of(evaluation), caption, note, parted_by="group").without_blank_columns()


def components_table(evaluation: Evaluation) -> Table:
    """How many things each group measures: the principal components of its parts, and how its score goes with that of other groups."""
    found = principal_components(evaluation).reset_index()
    rows = [_component(evaluation, part) for _, part in found.groupby(["group", "component"], sort=False)]
    pairs = rows_of(correlations(evaluation, "groups").dropna(subset=["r"]).reset_index())
    label_of = evaluation.scheme.label
    between = [f"{label_of(pair['first'])} – {label_of(pair['second'])} {pair['r']:.2f}" for pair in sorted(pairs, key=lambda pair: -abs(pair["r"]))[:MOST_PAIRS]]
    note = Phrase(
        "特征值大于 1 的有几个，这一组大体上就在衡量几件事。载荷：各部分与该主成分的相关系数。",
        "As many things are measured, roughly, as there are eigenvalues above 1. Loadings: how each part correlates with the component.",
    )
    listed = phrase("分组得分之间的相关系数（最强的在前）：{zh}。", "Correlations between the scores of groups, the strongest first: {en}.", zh="；".join(between), en="; ".join(between))
    caption = Phrase("各组衡量的是几件事（主成分）", "How many things does a group measure (principal components)?")
    return listing(COMPONENTS, rows, Lexicon.of(evaluation), caption, joined([note, listed], "", " ") if between else note, parted_by="group").without_blank_columns()


def _component(evaluation: Evaluation, parts: pd.DataFrame) -> Row:
    """One component of a group, its parts told in one cell, the strongest first."""
    first = dict(rows_of(parts)[0])
    strongest = sorted(rows_of(parts.dropna(subset=["loading"])), key=lambda row: -abs(row["loading"]))
    told = [f"{row['label']} {row['loading']:.2f}" for row in strongest]
    return first | {"loadings": ("；" if evaluation.scheme.language == "zh" else "; ").join(told)}


def weights_offer_table(evaluation: Evaluation, wanted: Mapping[str, float] | None = None) -> Table:
    """Weights under which each indicator would decide as much as is wanted; as much as was voted for None."""
    suggested = {str(row["node"]): row for row in rows_of(weights_for_influence(evaluation, wanted).reset_index())}
    rows = [
        suggested[node.id] | {"number": number, "label": node.label, "now": node.weight} for node, _, number in wording.outline(evaluation.scheme)
    ]
    note = Phrase(
        "仅供参考，不改动任何文件。试算权重与方案同一口径，同级合计不变。",
        "An offer: nothing is changed. The weights are in the scheme's own terms; siblings sum to what they did.",
    )
    caption = Phrase("要让影响合乎本意，权重该是多少", "The weights that would give the influence wanted")
    return listing(SUGGESTED, rows, Lexicon.of(evaluation), caption, note).without_blank_columns()
