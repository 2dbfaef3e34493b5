"""Tables of what a committee should see before it weighs anything; see `toolkit.diagnostics` for the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.diagnostics import (
    cronbach_alpha,
    effective_weights,
    redundancies,
    spread,
    weights_for_influence,
)
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.display import Table
from toolkit.ground.ranking import rounded
from toolkit.ground.text import Phrase, figure, phrase
from toolkit.reports import wording
from toolkit.reports.list_tables import LEFT, RIGHT, Row, rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.diagnostics.distribution import Of
    from toolkit.evaluation import Evaluation
    from toolkit.ground.text import Language
    from toolkit.scheme import Scheme

SPREAD = (
    Phrase("指标", "Indicator"), Phrase("单位", "Unit"), Phrase("适用", "Applies to"), Phrase("缺失", "Missing"),
    Phrase("不同取值", "Distinct"), Phrase("最小", "Least"), Phrase("中位数", "Median"), Phrase("最大", "Greatest"),
    Phrase("平均", "Mean"), Phrase("标准差", "Std. dev."), Phrase("偏度", "Skewness"), Phrase("触底", "At worst"),
    Phrase("封顶", "At best"), Phrase("请留意", "Take note"),
)  # fmt: skip
PAIRS = (
    Phrase("指标一", "One"), Phrase("指标二", "The other"), Phrase("相关系数", "Correlation"),
    Phrase("会员数", "Members"), Phrase("建议", "What to do"),
)  # fmt: skip
INFLUENCE = (
    Phrase("指标", "Indicator"), Phrase("表决权重", "Voted"), Phrase("折算权重", "As it falls"),
    Phrase("实际影响", "Effective"), Phrase("倍数", "Times"), Phrase("与总分相关", "Correlation with total"),
    Phrase("单独可解释", "Alone explains"), Phrase("请留意", "Take note"),
)  # fmt: skip
ALPHA = (
    Phrase("所在组", "Group"), Phrase("α", "Alpha"), Phrase("组成部分", "Part"), Phrase("去掉后的 α", "Alpha without"),
    Phrase("与其余部分相关", "Correlation with the rest"), Phrase("会员数", "Members"), Phrase("请留意", "Take note"),
)  # fmt: skip
OFFER = (
    Phrase("序号", "No."), Phrase("指标", "Indicator"), Phrase("现权重", "Weight"), Phrase("试算权重", "On offer"),
    Phrase("现占总分", "Share now"), Phrase("试算占总分", "Share on offer"), Phrase("想要的影响", "Influence wanted"),
    Phrase("试算的影响", "Influence on offer"), Phrase("请留意", "Take note"),
)  # fmt: skip
NO_PAIRS = Phrase("没有需要讨论的成对指标。", "No pair needs to be talked about.")


def spread_table(evaluation: Evaluation, of: Of = "raw") -> Table:
    """For each indicator what was recorded ("raw") or what it counts ("values"), and what is odd about it."""
    language = evaluation.scheme.language
    titles = {
        "raw": Phrase("各指标的记录情况", "What was recorded of each indicator"),
        "values": Phrase("各指标的计分值", "The values of each indicator"),
    }
    note = Phrase(
        "触底、封顶：有记录的会员中取得最低、最高计分的占比。右端提示按 JRC 规则：偏度绝对值大于 2 且峰度大于 3.5 为极端值。",
        "At worst, at best: the share of those recorded at either end of the scale. Outliers by the JRC's rule: "
        "skewness beyond 2 and kurtosis above 3.5.",
    )
    return Table(
        _into(language, SPREAD),
        tuple(_spread_row(row, language) for row in rows_of(spread(evaluation, of=of))),
        titles[of].into(language),
        (LEFT, LEFT, *[RIGHT] * 11),
        note=note.into(language),
    ).without_blank_columns()


def redundancies_table(evaluation: Evaluation, at_least: float = 0.9) -> Table:
    """The pairs of indicators that say the same, or cancel out within their group, and what to do."""
    scheme = evaluation.scheme
    found = redundancies(evaluation, at_least).reset_index()
    rows = tuple(
        (scheme.label(r["first"]), scheme.label(r["second"]), _number(r["r"], 2), str(r["n"]), r["advice"])
        for r in rows_of(found)
    )
    return Table(
        _into(scheme.language, PAIRS),
        rows,
        Phrase("重复或相互抵消的指标", "Indicators counted twice, or cancelling out").into(scheme.language),
        (LEFT, LEFT, RIGHT, RIGHT),
        note="" if rows else NO_PAIRS.into(scheme.language),
    )


def influence_table(evaluation: Evaluation, class_: str | None = None) -> Table:
    """The voted weight of each indicator beside how much it really decides."""
    language = evaluation.scheme.language
    frame = effective_weights(evaluation, class_=class_)
    note = Phrase(
        "折算权重：不适用或缺失时权重转给同级，按会员平均。实际影响：总分差异中由该指标造成的部分，合计 100%。"
        "倍数 = 实际影响 ÷ 折算权重。单独可解释：只知道该指标便能说明的总分差异，各指标之间有重叠，不能相加。",
        "As it falls: the voted weight, averaged over members, after the weight of what does not count has gone to its "
        "siblings. Effective: the share of the differences between totals that comes of it; these sum to 100%. "
        "Times: effective over as it falls. Alone explains: what one would know of the totals from it alone; these overlap.",
    )
    return Table(
        _into(language, INFLUENCE),
        tuple(
            (
                row["label"], *(percent(row[name]) for name in ("nominal", "counted", "effective")),
                _number(row["ratio"], 2), _number(row["correlation"], 2), percent(row["alone"]), row["note"],
            )
            for row in rows_of(frame)
        ),
        Phrase("表决权重与实际影响", "Voted weights and real influence").into(language),
        (LEFT, *[RIGHT] * 6),
        lines_after=(len(evaluation.scheme.indicators) - 1,) if len(frame) > len(evaluation.scheme.indicators) else (),
        note=note.into(language),
    ).without_blank_columns()  # fmt: skip


def alpha_table(evaluation: Evaluation) -> Table:
    """Whether each group measures one thing: Cronbach's alpha, and what it would be without each part."""
    scheme = evaluation.scheme
    found = cronbach_alpha(evaluation).reset_index()
    rows = tuple(
        (
            _group_label(scheme, row["group"]), _number(row["alpha"], 2), row["label"], _number(row["without"], 2),
            _number(row["rest"], 2), str(row["n"]), row["note"],
        )
        for row in rows_of(found)
    )  # fmt: skip
    ends = found.index[found["group"] != found["group"].shift(-1)]
    note = Phrase(
        "α 高：各部分说的是同一回事；α 低或为负：各部分各说各的，甚至相互抵消。是否合意，由委员会判断。",
        "A high alpha: the parts say the same. A low or negative one: they differ, or cancel out. "
        "Whether that is meant is for the committee to say.",
    )
    return Table(
        _into(scheme.language, ALPHA),
        rows,
        Phrase("各组内部是否一致（克隆巴赫 α）", "Do the parts of a group agree (Cronbach's alpha)?").into(
            scheme.language
        ),
        (LEFT, RIGHT, LEFT, RIGHT, RIGHT, RIGHT),
        lines_after=tuple(int(place) for place in ends[:-1]),
        note=note.into(scheme.language),
    ).without_blank_columns()


def weights_offer_table(evaluation: Evaluation, wanted: Mapping[str, float] | None = None) -> Table:
    """Weights under which each indicator would decide as much as is wanted; as much as was voted for None."""
    scheme = evaluation.scheme
    offered = {
        str(row["node"]): row for row in rows_of(weights_for_influence(evaluation, wanted).reset_index())
    }
    note = Phrase(
        "仅供参考，不改动任何文件。试算权重与方案同一口径，同级合计不变。",
        "An offer: nothing is changed. The weights are in the scheme's own terms; siblings sum to what they did.",
    )
    return Table(
        _into(scheme.language, OFFER),
        tuple(
            (
                number, node.label, figure(node.weight), _number(offered[node.id]["weight"], 2),
                *(percent(offered[node.id][name]) for name in ("voted", "offered", "wanted", "effective")),
                offered[node.id]["note"],
            )
            for node, _, number in wording.outline(scheme)
        ),
        Phrase("要让影响合乎本意，权重该是多少", "The weights that would give the influence wanted").into(scheme.language),
        (LEFT, LEFT, *[RIGHT] * 6),
        note=note.into(scheme.language),
    ).without_blank_columns()  # fmt: skip


def remarks(row: Row, language: Language) -> str:
    """The states counted, and what is odd about an indicator's distribution, in a few words."""
    alike = phrase("在{classes}内各会员相同", "the same for all in {classes}", classes=row["constant_in"])
    said = [
        _states(row["states"], language),
        row["note"],
        Phrase("有极端值", "outliers").into(language) if row["outliers"] and row["distinct"] > 2 else "",
        alike.into(language) if row["constant_in"] and not row["constant"] else "",
    ]
    return Phrase("；", "; ").into(language).join(word for word in said if word)


def _states(counted: str, language: Language) -> str:
    """States with their numbers, yes and no in words."""
    pairs = [part.rsplit(" ", 1) for part in counted.split("、")] if counted else []
    words = {"true": wording.YES, "false": wording.NO}
    named = [f"{words[state].into(language) if state in words else state} {n}" for state, n in pairs]
    return wording.JOIN.into(language).join(named)


def _spread_row(row: Row, language: Language) -> tuple[str, ...]:
    figures = (_number(row[name], 2) for name in ("min", "median", "max", "mean", "sd", "skewness"))
    return (
        row["label"], row["unit"], str(row["applicable"]), percent(row["missing_share"], 0), str(row["distinct"]),
        *figures, percent(row["at_worst"], 0), percent(row["at_best"], 0),
        remarks(row, language),
    )  # fmt: skip


def _group_label(scheme: Scheme, group: str) -> str:
    return wording.WORDS["total"].into(scheme.language) if group == TOTAL else scheme.label(group)


def _number(number: float, decimals: int) -> str:
    return wording.BLANK if wording.absent(number) else f"{number:.{decimals}f}"


def percent(share: float, decimals: int = 1) -> str:
    """A share in percent, rounded half up; a dash where there is none.

    Examples
    --------
    >>> percent(0.0375), percent(0.5, 0)
    ('3.8%', '50%')
    """
    return (
        wording.BLANK if wording.absent(share) else f"{float(rounded(100 * share, decimals)):.{decimals}f}%"
    )


def _into(language: Language, names: tuple[Phrase, ...]) -> tuple[str, ...]:
    return tuple(name.into(language) for name in names)
