"""Still pictures of a scheme and of its results, for the screen, for paper and for black-and-white printers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from toolkit.evaluation.contributions import AwardLine, award_lines
from toolkit.ground.display import Align, Picture, shortened
from toolkit.ground.drawing import FAINT, FILLS, PAPER, PART, REST, SIZE, Fill, Sheet, text_width
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, figure, in_words_before, phrase
from toolkit.reports import wording
from toolkit.reports.list_tables import awards_table, weights_table
from toolkit.reports.pictures.layout import ROW, headed, key, lines_by_class, named, round_width, tabled
from toolkit.reports.probability_tables import AWARDS, certainty_table, in_list_order, least_certain

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme

LEFT, RIGHT = 250.0, 690.0
TOP = 44.0


def weights_picture(scheme: Scheme) -> Picture:
    """Every node of the tree with its share of the total as a bar; groups dark, indicators light."""
    lines, share = wording.outline(scheme), wording.shares(scheme)
    groups = {group.id for group in scheme.groups}
    title = Phrase("权重：各指标占总分的百分比", "Weights: each indicator's share of the total, in percent").into(scheme.language)
    sheet = headed(title, TOP + ROW * len(lines) + 14)
    across = (RIGHT - LEFT) / max(share.values(), default=100.0)
    for row, (node, _, number) in enumerate(lines):
        y, bold = TOP + ROW * row, node.id in groups
        named(sheet, 8 + 14 * number.count("."), y + 14, f"{number} {node.label}", room=36, bold=bold)
        sheet.box(LEFT, y + 3, share[node.id] * across, ROW - 7, FILLS[0] if bold else PART)
        sheet.words(LEFT + share[node.id] * across + 6, y + 14, f"{share[node.id]:.2f}%", bold=bold)
    tops = (f"{node.label} {share[node.id]:.2f}%" for node in scheme.children())
    return tabled(sheet.picture(f"{title}: {wording.JOIN.into(scheme.language).join(tops)}"), scheme.language, weights_table(scheme))


def totals_picture(evaluation: Evaluation) -> Picture:
    """How the totals of each class are distributed, who is awarded, and where the award lines are."""
    scheme = evaluation.scheme
    ranked = evaluation.ranking[evaluation.ranking["rank"].notna()]
    classes = list(dict.fromkeys(ranked["class"].astype(str)))
    height = 62.0 + 13.0 * max(len(scheme.awards) - 2, 0)
    foot = TOP + 22 + height * len(classes)
    title = Phrase("各类会员的总分分布与获奖线", "Totals by class, and the award lines").into(scheme.language)
    sheet = headed(title, foot + 30)
    key(sheet, _fills(scheme), scheme.language, x=LEFT, y=44, size=SIZE, gap=18)
    edges = _edges(ranked["total"].to_numpy(dtype=float))
    _axis(sheet, edges, foot)
    for row, class_ in enumerate(classes):
        members = ranked[ranked["class"].astype(str) == class_]
        bottom = TOP + 22 + height * (row + 1)
        _class_words(sheet, class_, members, scheme, bottom)
        _histogram(sheet, members, scheme, edges, bottom)
        _lines(sheet, [line for line in award_lines(evaluation) if line.class_ in ("", class_)], scheme, edges, bottom)
    alt = phrase("{title}，共 {n} 个会员", "{title}, {n:member|members}", title=title, n=len(ranked))
    return tabled(sheet.picture(alt.into(scheme.language)), scheme.language, awards_table(evaluation))


def certainty_picture(probabilities: pd.DataFrame, evaluation: Evaluation, top: int = 24, heading: Phrase = AWARDS) -> Picture:
    """For the least certain members the probability of each award under other weights, or whatever `heading` says."""
    scheme = evaluation.scheme
    outcomes = [*(award.id for award in scheme.awards), "none"]
    shown = in_list_order(evaluation, least_certain(probabilities[outcomes])[:top])
    places = lines_by_class(evaluation, shown, scheme.language)
    title = heading.into(scheme.language)
    sheet = headed(title, TOP + 26 + ROW * len(places) + 12)
    key(sheet, _fills(scheme), scheme.language, x=LEFT, y=44, size=SIZE, gap=18)
    now = Phrase("现结果的把握", "As it stands").into(scheme.language)
    sheet.words(RIGHT - 30, TOP + 22, now, size=11)
    for row, (name, member) in enumerate(places):
        y = TOP + 22 + ROW * row
        if not member:
            sheet.words(8, y + 15, name, bold=True)
            continue
        named(sheet, 20, y + 15, name, room=34)
        chances = probabilities.loc[[member], outcomes].to_numpy(dtype=np.float64)[0].tolist()
        _chances(sheet, chances, y)
        kept = _kept(evaluation, member, dict(zip(outcomes, chances, strict=True)))
        whole = SIZE if in_words_before("1.0.0") else min(SIZE, SIZE * (sheet.width - RIGHT + 30 - 8) / max(text_width(kept), 1.0))
        sheet.words(RIGHT - 30, y + 15, kept, size=whole)
    alt = phrase("{title}，最不确定的 {n} 个会员", "{title}, the {n} least certain members", title=title, n=len(shown))
    return tabled(sheet.picture(alt.into(scheme.language)), scheme.language, certainty_table(probabilities, evaluation, top))


def _fills(scheme: Scheme) -> list[tuple[Fill, Phrase]]:
    """What each award is filled with, then members without."""
    labels = [Phrase(award.label, award.label) for award in scheme.awards]
    return [*((FILLS[place % len(FILLS)], label) for place, label in enumerate(labels)), (REST, wording.WORDS["none"])]


def _edges(totals: Floats) -> Floats:
    """Edges of at most 50 equal bins of a round width, over all totals."""
    low, high = (float(totals.min()), float(totals.max())) if len(totals) else (0.0, 1.0)
    width = round_width(max(high - low, 1e-6) / 48)
    return np.asarray(width * np.arange(math.floor(low / width), math.floor(high / width) + 2), dtype=np.float64)


def _across(total: float, edges: Floats) -> float:
    return float(LEFT + (RIGHT - LEFT) * (total - edges[0]) / (edges[-1] - edges[0]))


def _axis(sheet: Sheet, edges: Floats, y: float) -> None:
    step = round_width((float(edges[-1]) - float(edges[0])) / 9)
    for mark in step * np.arange(math.ceil(edges[0] / step), math.floor(edges[-1] / step) + 1):
        x = _across(mark, edges)
        sheet.line((x, x), (TOP + 26, y + 4), colour=FAINT)
        sheet.words(x, y + 18, figure(float(mark)), align="center", size=11)


def _class_words(sheet: Sheet, class_: str, members: pd.DataFrame, scheme: Scheme, y: float) -> None:
    sheet.line((8, RIGHT), (y, y), colour="#8a8a8a")
    sheet.words(8, y - 24, shortened(wording.class_name(class_, scheme.language), 34), bold=True)
    awarded = int((members["award"] != "").sum())
    counted = phrase("排名 {n} 个，获奖 {k} 个", "{n} ranked, {k} awarded", n=len(members), k=awarded)
    sheet.words(8, y - 8, counted.into(scheme.language), size=11)


def _histogram(sheet: Sheet, members: pd.DataFrame, scheme: Scheme, edges: Floats, y: float) -> None:
    """Bars stacked by award, no award lowest; the tallest bar of a class is 40 points high."""
    outcomes = [*(award.id for award in scheme.awards), ""]
    counts = [np.histogram(members.loc[members["award"] == name, "total"], edges)[0] for name in outcomes]
    tallest = max(int(np.sum(counts, axis=0).max()), 1)
    base = np.full(len(edges) - 1, y)
    for count, (fill, _) in reversed(list(zip(counts, _fills(scheme), strict=True))):
        for place in np.flatnonzero(count):
            left, right = _across(edges[place], edges), _across(edges[place + 1], edges)
            high = 40.0 * count[place] / tallest
            base[place] -= high
            sheet.box(left, base[place], right - left, high, fill)


def _lines(sheet: Sheet, lines: list[AwardLine], scheme: Scheme, edges: Floats, y: float) -> None:
    """The first award's line is labelled to its right, the others to their left, so that labels keep apart."""
    for place, line in enumerate(lines):
        if line.total is None:
            continue
        x, above = _across(line.total, edges), y - 46 - 13 * max(place - 1, 0)
        sheet.line((x, x), (y, above), dashed=True)
        label = f"{wording.award_label(scheme, line.award)} {wording.points(line.total, scheme.decimals)}"
        _label(sheet, x, above, label, "left" if place == 0 else "right")


def _label(sheet: Sheet, x: float, y: float, label: str, align: Align) -> None:
    wide = text_width(label, 11)
    sheet.box(x + 2 if align == "left" else x - 2 - wide, y - 7, wide, 11, PAPER)
    sheet.words(x + (4 if align == "left" else -4), y + 3, label, align=align, size=11)


def _chances(sheet: Sheet, chances: list[float], y: float) -> None:
    wide, x = RIGHT - 40 - LEFT, LEFT
    fills = [*FILLS[: len(chances) - 1], REST]
    for chance, fill in zip(chances, fills, strict=True):
        if chance > 0:
            sheet.box(x, y + 4, wide * chance, ROW - 7, fill)
        x += wide * chance


def _kept(evaluation: Evaluation, member: str, chances: dict[str, float]) -> str:
    """What the member holds now, and the probability that it keeps it."""
    award = str(evaluation.ranking.loc[member, "award"])
    none = wording.WORDS["none"].into(evaluation.scheme.language)
    label = wording.award_label(evaluation.scheme, award) if award else none
    return f"{label} {chances[award or 'none']:.0%}"
