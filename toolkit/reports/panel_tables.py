"""Tables of the panel: how far its experts agree, who is harsh or lenient, whose place is open, and who withdraws from whom.

Experts go by pseudonyms or codes, never by name, and no single score is shown.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.ground.text import Language, Phrase, in_words_before, joined, phrase
from toolkit.indicators.panel import Judging, PanelResult, judged_by_panel
from toolkit.panels import expert_deviations, intraclass, krippendorff_alpha
from toolkit.panels.experts import GROUNDS
from toolkit.panels.reliability import ALPHA_WORDS, ICC_WORDS, VERDICTS, how_good
from toolkit.panels.severity import MARKED, odd_experts
from toolkit.reports.columns import RIGHT, Lexicon, ListColumn, Row, label, listing, one_of, rows_of
from toolkit.reports.wording import BLANK
from toolkit.scheme import Scheme

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.ground.display import Table

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
