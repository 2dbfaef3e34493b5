"""Pictures of what a committee should see before it weighs anything: on the screen, on paper, in black and white."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.diagnostics import correlations, effective_weights, spread
from toolkit.ground.display import Picture
from toolkit.ground.drawing import FAINT, FILLS, INK, PART, REST, Fill, Sheet, text_width
from toolkit.ground.text import Language, Phrase, figure, phrase
from toolkit.reports import wording
from toolkit.reports.columns import Row, percent, rows_of
from toolkit.reports.diagnostic_tables import influence_table, redundancies_table, spread_table
from toolkit.reports.pictures.layout import LEFT, LONGEST, WIDTH, Axis, headed, key, named, tabled
from toolkit.scheme.criteria import Indicator

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.statistics import CorrelationMethod
    from toolkit.scheme import Scheme

TOP = 74.0
ROW, CELL = 22.0, 24.0
CROWDED, TELLING = 0.4, 1.5  # shares and ratios that are printed bold
STEPS = (0.2, 0.4, 0.6, 0.8)
TO_TABLE = 0.6  # from which correlation on a pair stands in the table behind the picture
RISING = tuple(Fill(colour) for colour in ("#ffffff", "#e8eff8", "#cbdcee", "#a9c5e2", "#85add5"))
FALLING = (
    Fill("#ffffff"), Fill("#fff8ee", "////", "#f0dcc0"), Fill("#fdeed8", "////", "#e3c596"),
    Fill("#fbe2bd", "////", "#d2a765"), Fill("#f8d5a0", "////", "#bb8838"),
)  # fmt: skip
INFLUENCE_KEY = (
    (REST, Phrase("表决的权重（不适用者转给同级后）", "as voted (as it falls to the members)")),
    (FILLS[0], Phrase("实际影响：总分差异由它造成的部分", "real: share of the differences in total")),
)
ENDS = (Phrase("触底", "At worst"), Phrase("封顶", "At best"), Phrase("缺失", "Missing"))


def spread_picture(evaluation: Evaluation) -> Picture:
    """Each indicator's values: half of the members in the box, all within the line; how many stand at either end."""
    language, rows = evaluation.scheme.language, _in_order(evaluation.scheme, spread(evaluation, of="values"))
    low, high = min([0.0, *_known(rows, "min")]), max([evaluation.scheme.scale, *_known(rows, "max")])
    axis, bottom = Axis(low, high, LEFT, 600.0), TOP + ROW * len(rows)
    title = Phrase("各指标计分值的分布", "How the values of each indicator are spread").into(language)
    sheet = headed(title, bottom + 26)
    _spread_key(sheet, language)
    for mark in np.linspace(low, high, 6).tolist():
        sheet.box(axis(mark), TOP, 0.1, bottom - TOP, Fill(FAINT, "", FAINT))
        sheet.words(axis(mark), bottom + 16, figure(mark), align="center", size=11)
    for place, heading in enumerate(ENDS):
        sheet.words(_column(place), TOP - 8, heading.into(language), align="right", size=11)
    for place, row in enumerate(rows):
        _spread_row(sheet, row, axis, TOP + ROW * place)
    alt = phrase("{title}，共 {n} 项", "{title}: {n}", title=title, n=len(rows)).into(language)
    return tabled(sheet.picture(alt), language, spread_table(evaluation, of="values"))


def correlations_picture(evaluation: Evaluation, method: CorrelationMethod = "pearson") -> Picture:
    """The correlation of every two indicators: the darker the stronger, hatched where negative, framed within a group."""
    scheme, language = evaluation.scheme, evaluation.scheme.language
    order, pairs = _leaves(scheme), correlations(evaluation, method=method)
    known = {frozenset(pair): float(r) for pair, r in zip(pairs.index, pairs["r"], strict=True)}
    wide = max(CELL, min(40.0, (WIDTH - LEFT - 8) / max(len(order), 1)))
    title = Phrase("指标之间的相关系数", "How the indicators correlate").into(language)
    sheet = headed(title, TOP + ROW * len(order) + 10, max(WIDTH, LEFT + wide * len(order) + 8))
    _correlation_key(sheet, language)
    for place, item in enumerate(order):
        y = TOP + ROW * place
        sheet.words(8, y + 15, f"{place + 1}")
        named(sheet, 30, y + 15, item.label, room=LONGEST - 4)
        sheet.words(LEFT + wide * (place + 0.5), y + 15, f"{place + 1}", align="center", bold=True, size=11)
        for column, other in enumerate(order[:place]):
            _cell(sheet, known[frozenset((item.id, other.id))], LEFT + wide * column, y, wide)
    for start, end in _runs([item.group for item in order]):
        _steps(sheet, start, end, wide)
    strong = int((pairs["r"].abs() >= 0.9).sum())
    alt = phrase("{title}，{n} 对达到 0.9", "{title}; {n:pair reaches|pairs reach} 0.9", title=title, n=strong)
    return tabled(sheet.picture(alt.into(language)), language, redundancies_table(evaluation, TO_TABLE))


def influence_picture(evaluation: Evaluation, class_: str | None = None) -> Picture:
    """For each indicator the voted weight, light, and under it how much it really decides, dark."""
    scheme, language = evaluation.scheme, evaluation.scheme.language
    weights = effective_weights(evaluation, class_=class_)
    rows = [*_in_order(scheme, weights), *rows_of(weights[weights["kind"] != "indicator"])]
    title = Phrase("表决的权重与实际的影响", "Weights as voted, and real influence").into(language)
    title = f"{title} · {class_}" if class_ else title
    sheet = headed(title, TOP + ROW * len(rows) + 8)
    key(sheet, INFLUENCE_KEY, language, gap=14)
    numbers = [*_known(rows, "counted"), *_known(rows, "effective"), 0.01]
    axis = Axis(min(0.0, *numbers), max(numbers), LEFT, 610.0)
    sheet.line((axis(0), axis(0)), (TOP, TOP + ROW * len(rows)), colour="#8a8a8a")
    for place, heading in enumerate((Phrase("表决", "Voted"), Phrase("实际", "Real"), Phrase("倍数", "Times"))):
        sheet.words(_column(place), TOP - 8, heading.into(language), align="right", size=11)
    if len(rows) > len(scheme.indicators):
        middle = TOP + ROW * len(scheme.indicators)
        sheet.line((8, _column(2)), (middle, middle), colour="#8a8a8a")
    for place, row in enumerate(rows):
        _influence_row(sheet, row, axis, TOP + ROW * place)
    alt = phrase("{title}：{most}影响最大", "{title}: {most} decides most", title=title, most=_most(weights))
    return tabled(sheet.picture(alt.into(language)), language, influence_table(evaluation, class_))


def _leaves(scheme: Scheme) -> list[Indicator]:
    """The indicators as the tree has them: siblings together."""
    return [node for node, _, _ in wording.outline(scheme) if isinstance(node, Indicator)]


def _in_order(scheme: Scheme, frame: pd.DataFrame) -> list[Row]:
    return rows_of(frame.loc[[item.id for item in _leaves(scheme)]])


def _known(rows: list[Row], column: str) -> list[float]:
    return [float(row[column]) for row in rows if not wording.absent(row[column])]


def _column(place: int) -> float:
    return 664.0 + 62 * place


def _spread_key(sheet: Sheet, language: Language) -> None:
    x, y = LEFT, 45.0
    sheet.line((x, x + 70), (y - 4, y - 4))
    sheet.box(x + 18, y - 10, 34, 12, PART)
    sheet.line((x + 32, x + 32), (y - 10, y + 2), colour=INK)
    words = Phrase("线：最低到最高；框：中间一半会员；框内竖线：中位数", "line: lowest to highest; box: the middle half; bar: median")
    sheet.words(x + 80, y, words.into(language), size=11)


def _spread_row(sheet: Sheet, row: Row, axis: Axis, y: float) -> None:
    named(sheet, 8, y + 15, row["label"])
    if wording.absent(row["min"]) or row["constant"]:
        sheet.words(LEFT + 6, y + 15, row["note"], size=11)
    else:
        _box(sheet, row, axis, y)
    for place, name in enumerate(("at_worst", "at_best", "missing_share")):
        share = row[name]
        sheet.words(_column(place), y + 15, percent(share, 0), align="right", bold=bool(share >= CROWDED))


def _box(sheet: Sheet, row: Row, axis: Axis, y: float) -> None:
    left, start, middle, end, right = (axis(row[name]) for name in ("min", "q1", "median", "q3", "max"))
    start, end = min(start, end - 3.0, right - 3.0), max(end, left + 3.0)
    for tip, edge in ((left, start), (right, end)):
        sheet.line((tip, edge), (y + 11, y + 11))
        sheet.line((tip, tip), (y + 7, y + 15))
    sheet.box(start, y + 4, end - start, 14, PART)
    for shift in (-0.8, 0.0, 0.8):
        sheet.line((middle + shift, middle + shift), (y + 4, y + 18))


def _correlation_key(sheet: Sheet, language: Language) -> None:
    x, y = LEFT, 45.0
    for words, fills in ((Phrase("此高彼低", "opposed"), FALLING[:0:-1]), (Phrase("同涨同落", "alike"), RISING[1:])):
        for fill in fills:
            sheet.box(x, y - 11, 22, 13, fill)
            x += 22
        sheet.words(x + 6, y, words.into(language), size=11)
        x += text_width(words.into(language), 11) + 22
    bold = Phrase("粗体：达到 0.9；粗框：同组", "bold: 0.9 or more; frame: group")
    sheet.words(x, y, bold.into(language), size=11)


def _cell(sheet: Sheet, r: float, x: float, y: float, wide: float) -> None:
    if np.isnan(r):
        sheet.box(x, y, wide, ROW, REST)
        sheet.words(x + wide / 2, y + 15, wording.BLANK, align="center", size=10)
        return
    shade = int(np.searchsorted(STEPS, abs(r), side="right"))
    sheet.box(x, y, wide, ROW, (RISING if r >= 0 else FALLING)[shade])
    sheet.words(x + wide / 2, y + 15, _short(r), align="center", bold=abs(r) >= 0.9, size=10)


def _short(r: float) -> str:
    """A correlation in few signs: .82, -.14, 1, 0; 1.0 for what is only nearly 1."""
    written = f"{r:.2f}"
    if abs(r) > 1 - 1e-9:
        return f"{r:.0f}"
    return {"0.00": "0", "-0.00": "0", "1.00": "1.0", "-1.00": "-1.0"}.get(written) or written.replace("0.", ".")


def _runs(groups: list[str | None]) -> list[tuple[int, int]]:
    """From where to where one group follows itself."""
    starts = [place for place, group in enumerate(groups) if place == 0 or group != groups[place - 1]]
    return list(zip(starts, [*starts[1:], len(groups)], strict=True))


def _steps(sheet: Sheet, start: int, end: int, wide: float) -> None:
    """A stair round the cells of a group."""
    for place in range(start + 1, end):
        x, y = LEFT + wide * (place - 1), TOP + ROW * place
        for shift in (0.0, 0.8):
            sheet.line((x, x + wide), (y + shift, y + shift))
            sheet.line((x + wide + shift, x + wide + shift), (y, y + ROW))
    if end - start > 1:
        for shift in (0.0, 0.8):
            foot, side = TOP + ROW * end + shift, LEFT + wide * start + shift
            sheet.line((side, LEFT + wide * (end - 1)), (foot, foot))
            sheet.line((side, side), (TOP + ROW * (start + 1), TOP + ROW * end))


def _influence_row(sheet: Sheet, row: Row, axis: Axis, y: float) -> None:
    named(sheet, 8, y + 15, row["label"])
    for name, top, fill in (("counted", 2.0, REST), ("effective", 10.5, FILLS[0])):
        if not wording.absent(row[name]):
            left, right = sorted((axis(0), axis(row[name])))
            sheet.box(left, y + top, right - left, 8.5, fill)
    ratio = row["ratio"]
    far = not wording.absent(ratio) and not 1 / TELLING < ratio < TELLING
    shares = [percent(row[name]) for name in ("counted", "effective")]
    times = "" if wording.absent(ratio) else f"×{ratio:.1f}"
    for place, number in enumerate((*shares, times)):
        sheet.words(_column(place), y + 15, number, align="right", bold=far and place > 0)


def _most(weights: pd.DataFrame) -> str:
    known = weights[weights["effective"].notna()]
    return str(known["label"].iloc[int(np.argmax(known["effective"]))]) if len(known) else wording.BLANK
