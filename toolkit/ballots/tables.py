"""Tables of the ballots: which count, what the group's weights are, how far the experts agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from toolkit.ballots.ballot import group_label
from toolkit.ballots.decided_table import decided_table
from toolkit.ballots.folder import STATES
from toolkit.display import Table
from toolkit.errors import refuse
from toolkit.standings import LEFT, RIGHT
from toolkit.text import Language, Phrase, phrase

if TYPE_CHECKING:
    from toolkit.ballots.folder import Ballots, Listed
    from toolkit.ballots.group import GroupJudgement, GroupWeights
    from toolkit.scheme import Scheme

__all__ = ["agreement_table", "ballots_table", "decided_table", "group_weights_table", "slip_table"]

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
            figures = (f"{old:.4g}", f"{found.weights[node]:.6g}", _signed(found.weights[node] - old), *(f"{x:.1f}" for x in spread))
            rows.append((first, scheme.label(node), *figures))
        breaks.append(len(rows) - 1)
    caption = phrase(
        "专家组的权重（%，{zh}，{n} 位专家，第 {round} 轮）", "The group's weights (%, {en}, {n} experts, round {round})",
        zh=MEANS[found.rule.aggregate].zh, en=MEANS[found.rule.aggregate].en, n=_experts(found), round=found.round,
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


def _into(phrases: tuple[Phrase, ...], language: Language) -> tuple[str, ...]:
    return tuple(one.into(language) for one in phrases)


def _coherence(one: Listed, scheme: Scheme, language: Language) -> str:
    said = [
        " ".join(part for part in (group_label(scheme, group).into(language), METHODS[found.method].into(language),
                                   found.coherence.into(language).strip("—"), "⚠" if found.doubt else "") if part)
        for group, found in one.judged.items()
        if found.method != "points"
    ]  # fmt: skip
    alike = [] if len(said) == len(one.judged) else [METHODS["points"].into(language)]
    return Phrase("；", "; ").into(language).join([*said, *alike])


def _signed(change: float) -> str:
    return "0" if abs(change) < 1e-9 else f"{change:+.3g}"


def _experts(found: GroupWeights) -> int:
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
