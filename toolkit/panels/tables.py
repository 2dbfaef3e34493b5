"""What the chair of a panel should see: how far it agrees, who scores high or low, and whose place is open.

Experts go by pseudonyms, and no single score is shown.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from toolkit.display import Table
from toolkit.panels import expert_deviations, intraclass, krippendorff_alpha
from toolkit.panels.judged import judged_by_panel
from toolkit.standings import LEFT, RIGHT, Row, rows_of
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.panels.judged import Judged, Judging
    from toolkit.scheme import Scheme
    from toolkit.text import Language

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
    from toolkit.panels.recusal import GROUNDS

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
    return phrase("每项至少 {n} 位专家评分，{zh}。", "At least {n} experts score each; {en}.", n=panel.minimum, zh=how.zh, en=how.en)
