"""Grids: the darker a cell, the more. Agreement of methods and of experts, whom each method chooses, grades, and weights that would have won."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from toolkit.ballots.ballot import group_label
from toolkit.ground.display import Picture, shortened
from toolkit.ground.drawing import FILLS, REST, Fill, Sheet
from toolkit.ground.text import Language, Phrase, figure, joined, phrase
from toolkit.reports import wording
from toolkit.reports.columns import percent
from toolkit.reports.expert_tables import CIRCLED, agreement_table, camps_table, joined_or_why
from toolkit.reports.pictures.diagnostics import FALLING, RISING
from toolkit.reports.pictures.layout import (
    LEFT,
    RIGHT,
    ROW,
    SMALL,
    TOP,
    member_rows,
    named,
    stated,
    tabled,
    titled,
)
from toolkit.reports.probability_tables import GRADES, grade_name, grades_of, grades_table, unsure_grades
from toolkit.reports.sensitivity_tables import (
    CHOICES,
    SHORT,
    central_table,
    chosen_table,
    contenders,
    methods_table,
    top_weights,
)
from toolkit.reports.wording import class_name
from toolkit.scheme.checks import TOTAL
from toolkit.sensitivity.methods import LIST

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.ballots import Ballots, GroupJudgement, GroupWeights
    from toolkit.evaluation import Evaluation

GridCell: TypeAlias = tuple[Fill, str, bool]
"""Its fill, what is written in it, whether bold."""
PALE = Fill("#ffffff", "", "#c9c9c9")
SHADES = (0.05, 0.25, 0.5, 0.75)
NEAR = (0.5, 0.7, 0.8, 0.9)
APART = (0.02, 0.05, 0.1, 0.2)
"""From which part of itself on a weight that is other than voted is shaded darker."""
AGREES = Phrase("颜色越深，与名单的次序越一致", "the darker, the nearer to the order of the list")
CHOSEN = Phrase("实心为入选；第一列是名单", "filled: chosen; the first column is the list")
NO_GRADES = Phrase("办法没有评定信用等级", "the scheme grades nobody")
AWARDED, NO_AWARDS = Phrase("获奖", "Awards"), Phrase("办法没有设奖项", "the scheme gives no awards")
HELD = Phrase("粗体为现等级；颜色越深，可能性越大", "bold: the present grade; the darker, the likelier")
MOVED = (0.05, 0.1, 0.2, 0.3)
"""From which part of the weight on, that would have to be moved, a cell is darker."""
FAR = Phrase("每位专家离众人多远（需挪动的权重，百分点）", "How far each expert is from the others (weight to be moved, percent points)")
FAR_KEY = Phrase("颜色越深离得越远，粗体为明显偏离；①②为意见相近的一派", "the darker, the farther, bold: markedly far; ①② are camps of the like-minded")
CAMPS = Phrase("专家两两相差（需挪动的权重，百分点）", "Any two experts apart (weight to be moved, percent points)")
APART_KEY = Phrase("颜色越深相差越大；意见相近的排在一起，横线隔开各派", "the darker, the farther apart; the like-minded stand together, lines part the camps")
NOT_VOTED = Phrase("这一组没有表决", "this group is not voted on")
VOTED = Phrase("表头为表决的权重（占总分百分比）；蓝：高于表决，斜线：低于表决", "heads: voted, in percent of the total; blue: above, hatched: below")


def methods_picture(evaluation: Evaluation, agreement: pd.DataFrame, language: Language | None = None) -> Picture:
    """Kendall's tau-b between the list and every other method, class by class; the darker, the nearer to the list."""
    to, with_list = language or evaluation.scheme.language, agreement[agreement["one"] == LIST]
    title = Phrase("其他方法的次序与名单有多一致（肯德尔 τ-b，1 为相同）", "How near other methods come to the list (Kendall's tau-b, 1: the same)").into(to)
    others = list(dict.fromkeys(with_list["other"]))
    taus = with_list.pivot_table(index="class", columns="other", values="kendall", sort=False, dropna=False).reindex(columns=others)
    sheet = titled(title, len(taus))
    sheet.words(LEFT, 42, AGREES.into(to), size=SMALL)
    _heads(sheet, [_short(name, to) for name in others])
    for row, (class_, cells) in enumerate(zip(taus.index, taus.to_numpy(np.float64).tolist(), strict=True)):
        y = TOP + ROW * row
        named(sheet, 8, y + 15, class_name(str(class_), to))
        _cells(sheet, y, [(RISING[int(np.searchsorted(NEAR, np.nan_to_num(tau), side="right"))], wording.points(tau, 2), False) for tau in cells])
    return tabled(sheet.picture(title), to, methods_table(evaluation, agreement, to))


def _no_awards(evaluation: Evaluation, language: Language | None) -> Picture:
    to = language or evaluation.scheme.language
    return stated(AWARDED.into(to), NO_AWARDS.into(to))


def chosen_picture(evaluation: Evaluation, chosen: pd.DataFrame, award: str, language: Language | None = None) -> Picture:
    """For one award whom the list and the other methods choose, where they do not agree; filled: chosen. A sentence where there is no award."""
    if not award:
        return _no_awards(evaluation, language)
    to, of_award = language or evaluation.scheme.language, chosen[chosen["award"] == award].set_index("member")
    which = [LIST, *(str(name) for name in of_award.columns if name not in CHOICES)]
    title = phrase(
        "换一种方法，谁得{award}：{sure} 家各方法都选，其余见下", "{award}: {sure} chosen by every method, the others below",
        award=wording.award_label(evaluation.scheme, award), sure=int(of_award["all"].sum()),
    ).into(to)  # fmt: skip
    sheet, rows = member_rows(partial(titled, title), evaluation, of_award.index[~of_award["all"]], to)
    sheet.words(LEFT, 42, CHOSEN.into(to), size=SMALL)
    _heads(sheet, [_short(name, to) for name in which])
    for member, y in rows:
        _cells(sheet, y, [(FILLS[0] if of_award.loc[member, name] else PALE, "", False) for name in which])
    return tabled(sheet.picture(title), to, chosen_table(evaluation, chosen, language=to))


def grades_picture(evaluation: Evaluation, grades: pd.DataFrame | None, top: int = 24, language: Language | None = None) -> Picture:
    """For the members whose grade is least certain the chance of each grade, the present one bold; the darker, the likelier.

    A sentence where the scheme has no grades, and `grades` is None.
    """
    to = language or evaluation.scheme.language
    if grades is None:
        return stated(GRADES.into(to), NO_GRADES.into(to))
    names = grades_of(grades)
    sheet, rows = member_rows(partial(titled, GRADES.into(to)), evaluation, unsure_grades(grades)[:top], to)
    sheet.words(LEFT, 42, HELD.into(to), size=SMALL)
    _heads(sheet, [grade_name(name).into(to) for name in names])
    for member, y in rows:
        grade, chances = str(evaluation.ranking.loc[member, "grade"]), grades.loc[member, names].to_numpy(np.float64).tolist()
        _cells(sheet, y, [
            (RISING[int(np.searchsorted(SHADES, chance))], _likely(chance), grade == name)
            for name, chance in zip(names, chances, strict=True)
        ])  # fmt: skip
    return tabled(sheet.picture(GRADES.into(to)), to, grades_table(evaluation, grades, top, to))


def central_picture(evaluation: Evaluation, central_weights: pd.DataFrame | str, award: str, top: int = 12, language: Language | None = None) -> Picture:
    """Mean weights under which the likeliest of those who missed an award would have it; blue: above the voted, hatched: below.

    Parameters
    ----------
    central_weights
        From `central_weights`, of this award; an empty text where the scheme has no awards.
    """
    if isinstance(central_weights, str):
        return _no_awards(evaluation, language)
    to, scheme = language or evaluation.scheme.language, evaluation.scheme
    title = phrase("怎样的权重会让他们得到{award}", "Weights that would give them {award}", award=wording.award_label(scheme, award)).into(to)
    missed = contenders(evaluation, central_weights, award)[:top]
    central, share = top_weights(scheme, central_weights.loc[missed]), wording.shares(scheme)
    voted = [share[node] for node in central.columns]
    sheet, rows = member_rows(partial(titled, title), evaluation, missed, to)
    sheet.words(LEFT, 42, VOTED.into(to), size=SMALL)
    heads = [f"{shortened(scheme.label(node), 13)} {figure(share[node])}" for node in central.columns]
    _heads(sheet, [Phrase("可能性", "Chance").into(to), *heads])
    for member, y in rows:
        weights = central.loc[member].to_numpy(np.float64).tolist()
        _cells(sheet, y, [(PALE, percent(float(central_weights["probability"][member])), False), *(_weight(*pair) for pair in zip(weights, voted, strict=True))])
    return tabled(sheet.picture(title), to, central_table(evaluation, central_weights, award, top, to))


def far_picture(ballots: Ballots, language: Language | None = None) -> Picture:
    """For each group of siblings how far every expert, by code, is from the others; ①②… are camps. A sentence without ballots to join."""
    weights, to = joined_or_why(ballots), language or ballots.scheme.language
    if isinstance(weights, tuple):
        return stated(FAR.into(to), joined(weights, "；", "; ").into(to))
    experts = _experts(weights)
    sheet = titled(FAR.into(to), len(weights.groups))
    sheet.words(LEFT, 42, FAR_KEY.into(to), size=SMALL)
    _heads(sheet, experts)
    for row, (group, judged) in enumerate(weights.groups.items()):
        named(sheet, 8, TOP + ROW * row + 15, group_label(weights.scheme, group).into(to))
        _cells(sheet, TOP + ROW * row, [_from_rest(judged, judged.experts.index(expert)) for expert in experts])
    return tabled(sheet.picture(FAR.into(to)), to, agreement_table(weights, to))


def apart_picture(ballots: Ballots, group: str = TOTAL, language: Language | None = None) -> Picture:
    """What would have to be moved between any two experts' weights in one group, camp by camp. A sentence without ballots to join.

    The camps' mean weights stand one click behind it.
    """
    weights, to = joined_or_why(ballots), language or ballots.scheme.language
    if isinstance(weights, tuple) or group not in weights.groups:
        return stated(CAMPS.into(to), joined(weights if isinstance(weights, tuple) else (NOT_VOTED,), "；", "; ").into(to))
    judged, where = weights.groups[group], group_label(weights.scheme, group)
    order = sorted(range(len(judged.experts)), key=lambda place: (judged.camps.camp[place], judged.experts[place]))
    title = phrase("{name.zh}：“{where.zh}”之下", "{name.en}: below {where.en}", name=CAMPS, where=where).into(to)
    sheet = titled(title, len(order))
    sheet.words(LEFT, 42, APART_KEY.into(to), size=SMALL)
    _heads(sheet, [_with_camp(judged, place) for place in order])
    for row, place in enumerate(order):
        y = TOP + ROW * row
        if row and judged.camps.camp[order[row - 1]] != judged.camps.camp[place]:
            sheet.line((LEFT, RIGHT), (y, y))
        sheet.words(8, y + 15, _with_camp(judged, place))
        _cells(sheet, y, [(REST, "", False) if other == place else _share(judged.apart[place, other]) for other in order])
    return tabled(sheet.picture(title), to, camps_table(weights, group, to))


def _experts(weights: GroupWeights) -> list[str]:
    return sorted({expert for judged in weights.groups.values() for expert in judged.experts})


def _from_rest(judged: GroupJudgement, place: int) -> GridCell:
    """One expert's distance from the others in a group; bold where it is markedly far."""
    fill, text, _ = _share(float(judged.far.moved[place]))
    mark = CIRCLED[judged.camps.camp[place] - 1] if judged.camps.count > 1 else ""
    return fill, f"{text} {mark}".strip(), bool(judged.far.far[place])


def _share(moved: float) -> GridCell:
    return RISING[int(np.searchsorted(MOVED, moved, side="right"))], f"{moved * 100:.1f}", False


def _with_camp(judged: GroupJudgement, place: int) -> str:
    return f"{judged.experts[place]} {CIRCLED[judged.camps.camp[place] - 1] if judged.camps.count > 1 else ''}".strip()


def _likely(chance: float) -> str:
    return "< 1%" if 0 < chance < 0.005 else percent(chance, 0) if chance else ""


def _weight(mean: float, voted: float) -> GridCell:
    """A weight that would win, by how far it is from the voted one."""
    apart = mean / voted - 1 if voted else 0.0
    return (RISING if apart > 0 else FALLING)[int(np.searchsorted(APART, abs(apart)))], f"{mean:.1f}", False


def _heads(sheet: Sheet, names: Sequence[str]) -> None:
    wide = (RIGHT - LEFT) / max(len(names), 1)
    for place, name in enumerate(names):
        sheet.words(LEFT + wide * (place + 0.5), TOP - 6, name, align="center", size=10)


def _cells(sheet: Sheet, y: float, cells: Sequence[GridCell]) -> None:
    wide = (RIGHT - LEFT) / len(cells)
    for place, (fill, text, bold) in enumerate(cells):
        sheet.box(LEFT + wide * place + 1, y + 1, wide - 2, ROW - 2, fill)
        sheet.words(LEFT + wide * (place + 0.5), y + 15, text, align="center", size=SMALL, bold=bold)


def _short(name: str, to: Language) -> str:
    return SHORT[name].into(to) if name in SHORT else shortened(name, 9)
