"""What is looked at beside the list, as plain values: what stands behind a dial, one member's card, until where the list stays.

Words of a card are in the scheme's language, the others in both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.comparison.ahead import changes_ahead, other_days
from toolkit.evaluation import rescored
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import Refused
from toolkit.ground.text import Phrase, phrase
from toolkit.interactive.board import until_words
from toolkit.interactive.board_words import NOT_RECORDED, RECORDED, WORDS, Said
from toolkit.interactive.dials import line_dials, node_dials, total_dials
from toolkit.interactive.tuning import DECIMALS, LANGUAGES, share_at
from toolkit.publication.english import fields_in_english
from toolkit.reports import wording
from toolkit.reports.columns import Lexicon
from toolkit.reports.plan_tables import UNKNOWN, own_table
from toolkit.reports.score_cards import score_cards, treated
from toolkit.scheme.amendments import value_words
from toolkit.scheme.criteria import Indicator
from toolkit.scheme.shapes import Category, Relative, is_missing, named_states, state_name
from toolkit.sensitivity.robustness import turning_records
from toolkit.sensitivity.tipping import stability_intervals
from toolkit.sensitivity.tipping.lines import or_better
from toolkit.sensitivity.tipping.one_value import nearest_values
from toolkit.sensitivity.tipping.one_weight import nearest_weights, outwards

if TYPE_CHECKING:
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Floats, Mask
    from toolkit.ground.text import Language
    from toolkit.indicators.days import OtherDays
    from toolkit.reports.score_cards import ScoreCard
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Group

MOST_RECORDS = 500
"""Of one member, with its card; how many more there are is told."""
MOST_TRIED, STEP = 20, 10.0**-DECIMALS
"""Weights that are typed for a trial, the next by a step of the last decimal, before nothing is told."""
TINY = 1e-9
MOST_LIKELY = 75.0
"""Percent of its group, up to which a committee might set one weight; more is told as out of the question."""
BINS, MOST_WHOLE, CURVE = 32, 40, 96
"""Bars of a histogram; how many whole numbers get a bar of their own; points of a curve."""
LINES, WHOLE = ":lines", ":total"
BESIDE_NODES = {LINES: line_dials, WHOLE: total_dials}
"""What is looked at beside the nodes: places and lines, and how the total is made."""


@dataclass(frozen=True)
class Trial:
    """What a card is told within: nodes and members that are left out, what the board shows when a weight is typed (None where it sets none), which are locked."""

    uncounted: frozenset[str] = frozenset()
    typed: Callable[[str, float], Evaluation] | None = None
    locked: frozenset[str] = frozenset()
    out: frozenset[str] = frozenset()


def until_of(evaluation: Evaluation, node: str, trial: Trial = Trial()) -> Phrase | None:
    """Until where one weight can go on before the list of awards is another one; of all weights the nearest where none is named.

    None where weights are points, or nothing can be moved.

    Parameters
    ----------
    trial
        Of the weights of what is left out nothing is told; of the others, where they turn the list as they are typed.
    """
    scheme, locked = evaluation.scheme, trial.locked if trial.typed else frozenset[str]()
    if scheme.weights != "percent" or not scheme.awards:
        return None
    intervals = stability_intervals(evaluation, locked).set_index("node").drop(_fixed(scheme, trial.uncounted))
    most = {one: 100.0 - math.fsum(other.weight for other in scheme.children(item.group) if other.id in locked and other.id != one) for one, item in scheme.nodes.items()}
    turns_up = intervals["highest"] < intervals.index.map(most) - TINY
    if nearest := node not in intervals.index:
        room = (intervals["weight"] - intervals["lowest"]).clip(upper=intervals["highest"] - intervals["weight"])
        free = (intervals["highest"] > intervals["lowest"]) & ((intervals["lowest"] > 0) | turns_up)
        if not free.any():
            return None
        node = str(room[free].idxmin())
    lowest, highest = (float(intervals[end].loc[node]) for end in ("lowest", "highest"))
    ends = _end(evaluation, node, lowest, -1.0, trial) if lowest > 0 else None, _end(evaluation, node, highest, 1.0, trial) if turns_up[node] else None
    return until_words(scheme.label(node), *ends, nearest=nearest)


def _end(evaluation: Evaluation, node: str, end: float, way: float, trial: Trial) -> float:
    """The first weight, as it can be typed, at which the list is another one: never the one that stands, whatever it is rounded to."""
    weight, shown = evaluation.scheme.nodes[node].weight, outwards(end, way, DECIMALS)
    first = shown if (shown - weight) * way > STEP / 2 else outwards(weight + way * STEP, way, DECIMALS)
    show = trial.typed
    return first if show is None else _first_typed(weight, first, way, lambda typed: not _same_awards(evaluation, show(node, typed))) or first


def _same_awards(one: Evaluation, other: Evaluation) -> bool:
    """Whether the same members are given each award, or stand open at its line."""
    pairs = zip(one.decided.allotments, other.decided.allotments, strict=True)
    return all(np.array_equal(a.given, b.given) and np.array_equal(a.open, b.open) for a, b in pairs)


def _first_typed(stands: float, first: float, way: float, turned: Callable[[float], bool]) -> float | None:
    """The first weight from one step before `first` on that turns the board as it is typed, its siblings rounded too; None where none of a few does."""
    steps = (round(first + step * way * STEP, DECIMALS) for step in range(-1, MOST_TRIED))
    try:
        return next((weight for weight in takewhile(lambda weight: 0.0 <= weight <= 100.0, steps) if (weight - stands) * way > STEP / 2 and turned(weight)), None)
    except Refused:  # the locks leave no room for it
        return None


def _fixed(scheme: Scheme, uncounted: Collection[str]) -> list[str]:
    """Nodes of whose weights nothing is told in a trial: what is left out, and its siblings, whose shares are then not those that were set."""
    groups = {item.group for node, item in scheme.nodes.items() if node in uncounted}
    return [node for node, item in scheme.nodes.items() if item.group in groups]


def card(evaluation: Evaluation, position: int, edition: Edition | None, trial: Trial = Trial()) -> Said:
    """One member's card as plain values: what its total is made of, its lines, what single weight would turn it, its records.

    Parameters
    ----------
    trial
        Of what is left out neither records nor weights are told; a weight is told when it does what is said of it as it is typed.
    """
    members = evaluation.members
    if not 0 <= position < len(members):
        raise IndexError(position)
    member = str(members.index[position])
    (score_card,) = score_cards(evaluation, edition.records if edition else None, [member])
    open_ = {allotment.award.id for allotment in evaluation.decided.allotments if allotment.open[position]}
    scheme, records = evaluation.scheme, [row for row in score_card.records if row["item"] not in trial.uncounted]
    told = {
        "name": score_card.name, "class": wording.class_name(score_card.class_, scheme.language),
        "reason": WORDS["member_out"].into(scheme.language) if member in trial.out else score_card.reason,
        "total": None if math.isnan(score_card.total) else wording.points(score_card.total, scheme.decimals),
        "parts": [part for row in score_card.parts if (part := _part(scheme, row) or _left_out(evaluation, score_card, row, trial)) is not None],
        "lines": [_line(scheme, score_card.total, row, open_) for row in score_card.lines],
        "single": _single(evaluation, score_card, trial),
        "records": [_record(scheme, edition, row) for row in records[:MOST_RECORDS]], "records_more": max(0, len(records) - MOST_RECORDS),
    }  # fmt: skip
    return _named(scheme, told, score_card.name)


def _named(scheme: Scheme, told: Said, member: str) -> Said:
    """What is told of a member, for a reader of English with the names that the scheme has in English."""
    return fields_in_english(told, scheme.english, {member}) if scheme.language == "en" and scheme.english else told


def _part(scheme: Scheme, row: Mapping[Any, Any]) -> Said | None:
    """A part that adds points by itself."""
    node, item = scheme.nodes.get(str(row["item"])), str(row["item"])
    if item == "total" or math.isnan(row["points"]):
        return None
    raw = "" if node is None or row["raw"] is None else _raw(node, row["raw"], scheme.language)
    if isinstance(node, Indicator) and raw == NOT_RECORDED.into(scheme.language):
        worth = wording.points(float(row["value"]), scheme.decimals)
        raw = phrase("没有这类记录，按办法计 {worth} 分", "no record: counts as {worth}", worth=worth).into(scheme.language)
    elif node is not None and not isinstance(node, Indicator):
        raw = value_words(node.aggregate, "aggregate").into(scheme.language)
    label = {"total.gathered": "∑", "total.bounds": "±"}.get(item) or scheme.label(item)
    return {"label": label, "raw": raw, "points": float(row["points"]), "shown": wording.signed(float(row["points"]), scheme.decimals)}


def _left_out(evaluation: Evaluation, score_card: ScoreCard, row: dict[Any, Any], trial: Trial) -> Said | None:
    """An indicator that adds nothing to a total for want of a value, with what is done about it."""
    scheme, item = evaluation.scheme, str(row["item"])
    missed = isinstance(scheme.nodes.get(item), Indicator) and math.isnan(row["value"]) and item not in trial.uncounted
    why = treated(row, Lexicon.of(evaluation)) if missed and not math.isnan(score_card.total) else ""
    return {"label": scheme.label(item), "raw": phrase("缺失：{why}", "missing: {why}", why=why).into(scheme.language), "points": 0.0, "shown": "–"} if why else None


def _raw(node: Indicator | Group, raw: object, language: Language) -> str:
    """What was recorded; of records that are there or not it says so, as a yes beside a label that denies would be read as its contrary."""
    state = state_name(raw)
    if state in {"true", "false"} and isinstance(node, Indicator) and node.measure.take == "any":
        return (RECORDED if state == "true" else NOT_RECORDED).into(language)
    return wording.raw_value(raw, getattr(node, "unit", ""), language)


def _line(scheme: Scheme, total: float, row: Mapping[Any, Any], open_: Collection[str]) -> Said:
    """From one award's line how far, or that it is level there and open; and from the least total that it asks for, where that is missed too: two gaps of one award, told together."""
    distance = float(row["distance"])
    gap = "" if not math.isfinite(distance) else wording.points(abs(distance), scheme.decimals)
    won, missed = ("above_bar", "below_bar") if row["minimum"] else ("above_line", "below_line")
    if row["rival"]:
        won, missed = "above_edge", "below_edge"
    state = f"untold_{row['untold']}" if row["untold"] else (won if gap else "unrivalled") if row["above"] else "at_line" if row["award"] in open_ else missed if distance <= 0 else "over_line"
    asked = next(award for award in scheme.awards if award.id == row["award"])
    bar = None if row["minimum"] and asked.by == TOTAL else asked.minimum.get(TOTAL)
    lacking = {"bar": wording.points(bar, scheme.decimals), "lacking": wording.points(bar - total, scheme.decimals)} if bar is not None and total < bar else {}
    besides = {"besides": True} if row["besides"] and not lacking and state.startswith("below") else {}
    return {"award": scheme.label(str(row["award"])), "state": state, "gap": gap, **lacking, **besides}


def _single(evaluation: Evaluation, score_card: ScoreCard, trial: Trial) -> list[Said] | None:
    """For each award the smallest change of one weight, as a share, that wins it, or loses it, the nearest first; None where there is none but of such that are not told."""
    scheme, fixed = evaluation.scheme, _fixed(evaluation.scheme, trial.uncounted)
    pairs = [(award.id, score_card.member) for award in scheme.awards]
    found = nearest_weights(evaluation, pairs, fixed, trial.locked if trial.typed else ()).to_dict("records")
    shares = [row | {end: share_at(scheme, str(row["node"]), weight) for end, weight in _weights_told(row)} for row in found]
    rows = sorted((row | {"to": to} for row in shares if (to := _as_typed(evaluation, row, trial)) is not None), key=lambda row: abs(row["to"] - row["weight"]))
    told = [
        {
            "state": f"{'far' if row['to'] > MOST_LIKELY >= row['weight'] else 'single'}_{_outcome(evaluation, row)}", "label": scheme.label(str(row["node"])), "award": scheme.label(str(row["award"])),
            "was": f"{round(row['weight'], DECIMALS):g}", "to": f"{row['to']:.6g}",
        }
        for row in rows
    ]  # fmt: skip
    return _each_once(told) if told or not (found or fixed) else None


def _outcome(evaluation: Evaluation, row: Mapping[Any, Any]) -> str:
    """What a row of the nearest changes comes to: the award is won, lost, or, by who holds a better one, not even that is kept."""
    member = list(evaluation.members.index).index(row["member"])
    own = any(bool(allotment.given[member]) for allotment in evaluation.decided.allotments if allotment.award.id == row["award"])
    return "win" if not row["holds"] else "lose" if own else "even"


def _each_once(told: list[Said]) -> list[Said]:
    """Without the loss of an award by the very change after which not even a lesser one is kept."""
    even = {(row["label"], row["to"]) for row in told if row["state"].endswith("_even")}
    return [row for row in told if not (row["state"].endswith("_lose") and (row["label"], row["to"]) in even)]


def _as_typed(evaluation: Evaluation, row: Mapping[Any, Any], trial: Trial) -> float | None:
    """The share that a row of `nearest_weights` comes to as the board sets it, its siblings rounded too; None where it turns nothing there."""
    if trial.typed is None:
        return round(float(row["to"]), DECIMALS) if evaluation.scheme.weights == "points" else float(row["to"])
    show, node, award = trial.typed, str(row["node"]), str(row["award"])
    way, member = 1.0 if row["to"] > row["weight"] else -1.0, list(evaluation.members.index).index(row["member"])

    def turned(share: float) -> bool:
        return bool(_holds(show(node, share), award, member) != row["holds"])

    first = _first_typed(float(row["weight"]), outwards(float(row["to"]), way, DECIMALS), way, turned)
    return first if first is None or evaluation.scheme.weights == "percent" else _narrowed(first, float(row["near"]), way, turned)


def _weights_told(row: Mapping[Any, Any]) -> list[tuple[str, float]]:
    """A weight as it stands, what it comes to, and the last before that with the decimals in which it is told: in points these may be far apart."""
    weight, to = float(row["weight"]), float(row["to"])
    near = max(weight, to - STEP) if to > weight else min(weight, to + STEP)
    return [("weight", weight), ("to", to), ("near", near)]


def _narrowed(first: float, near: float, way: float, turned: Callable[[float], bool]) -> float:
    """The first share, as it can be typed, that turns the board, of those from `near`, where nothing turns, to `first`, where it does."""
    short, far = 0, round((first - outwards(near, -way, DECIMALS)) * way / STEP)
    start = first - way * STEP * far
    while far - short > 1:
        middle = (short + far) // 2
        short, far = (short, middle) if turned(round(start + way * STEP * middle, DECIMALS)) else (middle, far)
    return round(start + way * STEP * far, DECIMALS)


def _holds(evaluation: Evaluation, award: str, member: int) -> bool:
    """Whether a member, by position, has an award or a better one."""
    better = or_better(evaluation.scheme, award)
    return any(bool(allotment.given[member]) for allotment in evaluation.decided.allotments if allotment.award.id in better)


def turning_value(evaluation: Evaluation, position: int) -> list[Said]:
    """For each award the smallest change of one recorded value that wins it, or loses it; or after which a lesser award is not kept either."""
    scheme, member = evaluation.scheme, str(evaluation.members.index[position])
    rows = nearest_values(evaluation, [(award.id, member) for award in scheme.awards]).to_dict("records")
    told = [
        {
            "state": f"value_{_outcome(evaluation, row)}", "label": scheme.label(str(row["indicator"])), "award": scheme.label(str(row["award"])),
            **{key: _raw(scheme.nodes[str(row["indicator"])], row[name], scheme.language) for key, name in (("was", "raw"), ("to", "needed"))},
        }
        for row in rows
    ]  # fmt: skip
    return _each_once(told)


def turning_record(evaluation: Evaluation, position: int, edition: Edition) -> list[Said]:
    """For each award that a member holds, or that would be better than what it holds, a record of its own that loses or wins just that one when it alone does not count."""
    scheme, member = evaluation.scheme, str(evaluation.members.index[position])
    own = set(evaluation.awards.loc[evaluation.awards["member"] == member, "award"])
    sought = [award.id for award in scheme.awards if award.id in own or not own & set(or_better(scheme, award.id))]
    asked = pd.DataFrame([(award, member, award in own) for award in sought], columns=["award", "member", "holds"])
    holds = dict(zip(asked["award"], asked["holds"], strict=True))
    return [
        {
            "state": "record_lose" if holds[str(award)] else "record_win", "award": scheme.label(str(award)), "many": many,
            "place": _place(scheme.language, str(file), str(sheet or ""), row),
        }
        for award, _, file, sheet, row, _, many in turning_records(evaluation, edition.records, asked, alone=True)
    ]  # fmt: skip


def turning(evaluation: Evaluation, position: int, edition: Edition | None, *, left_out: bool) -> Iterator[Said]:
    """What turns a member, each when it is worked out: single values, then single records, then what happens by itself on the next days.

    Parameters
    ----------
    left_out
        Whether anything is left out for a trial: the lists of later days hold all.
    """
    scheme, member = evaluation.scheme, str(evaluation.members.index[position])
    name = str(evaluation.members["name"][member])
    yield _named(scheme, {"values": turning_value(evaluation, position)}, name)
    yield _named(scheme, {"records": turning_record(evaluation, position, edition) if edition is not None else []}, name)
    yield _named(scheme, {"ahead": [{"state": "ahead_untold"}] if left_out or edition is None else _ahead(evaluation, member, edition)}, name)


def _ahead(evaluation: Evaluation, member: str, edition: Edition) -> list[Said]:
    """On which days a record of the member's lapses, can be repaired or begins to count, and what follows; the next ones."""
    coming = changes_ahead(evaluation, edition.records, days=_days(edition), member=member)
    table = own_table(evaluation, coming.to_dict("records"), edition.records)
    told: list[Said] = [{"state": "ahead_day", **dict(zip(("day", "what", "then"), row, strict=True))} for row in table.rows]
    more = table.note.removeprefix(UNKNOWN.into(evaluation.scheme.language)).strip()
    return [*told, *([{"state": "ahead_more", "more": more}] if more else []), {"state": "ahead_note"}] if told else []


@lru_cache(1)
def _days(edition: Edition) -> OtherDays:
    """What is measured on the days on which something changes by itself, the same for all members and weights."""
    return other_days(edition.scheme, edition.records, judged=edition.judged)


def _record(scheme: Scheme, edition: Edition | None, row: Mapping[Any, Any]) -> Said:
    """A record: of which indicator, where it stands, and what was taken of it, with the unit of its column."""
    amount = row["amount"]
    return {
        "label": scheme.label(str(row["item"])), "place": _place(scheme.language, str(row["file"]), str(row["sheet"] or ""), row["row"]),
        "amount": "" if wording.absent(amount) else wording.raw_value(amount, _unit(scheme, edition, row), scheme.language),
    }  # fmt: skip


def _place(language: Language, file: str, sheet: str, row: Any) -> str:
    """Where a record stands, in words."""
    place = [phrase("{file}", "{file}", file=Path(file).name)] if file else []
    if sheet:
        place.append(phrase("工作表 {sheet}", "sheet {sheet}", sheet=sheet))
    if not wording.absent(row) and row:
        place.append(phrase("第 {row} 行", "row {row}", row=int(row)))
    return ("，" if language == "zh" else ", ").join(part.into(language) for part in place)


def _unit(scheme: Scheme, edition: Edition | None, row: Mapping[Any, Any]) -> str:
    """The unit of what was taken of a record: that of its column; empty where it has none."""
    node = scheme.nodes.get(str(row["item"]))
    table = edition.records.tables.table.get(str(row["table"])) if edition else None
    if not isinstance(node, Indicator) or table is None or node.measure.column is None:
        return ""
    column = table.column.get(node.measure.column)
    return getattr(column, "unit", None) or ""


class Behind:
    """The raw values behind a dial, kept from move to move as long as the same members are ranked."""

    def __init__(self) -> None:
        self._raw: object = None
        self._of: tuple[object, ...] = ()
        self._held: tuple[Any, Any] = ((), ())

    def values(self, evaluation: Evaluation, item: Indicator, ranked: Mask) -> tuple[Any, Any]:
        """The rows of the raw values of who is ranked, and of those that count the values: as they are where they are states, else as numbers."""
        raw = evaluation.raw_values
        of = (item.id, isinstance(item.value, Category), ranked.tobytes())
        if self._raw is not raw or self._of != of:
            rows = raw.members.get_indexer(evaluation.members.index[ranked])
            given = raw.columns[item.id][rows][raw.counted[item.id][rows]]
            self._raw, self._of, self._held = raw, of, (rows, given if isinstance(item.value, Category) else _floats(given))
        return self._held


def panel(evaluation: Evaluation, shown: object, ranked: Mask, behind: Behind | None = None) -> Said | None:
    """What the page shows of what is looked at: its dials, and of an indicator the raw values of who is ranked and what each is worth.

    Parameters
    ----------
    shown
        A node, `LINES` or `WHOLE`; None comes of anything else.
    ranked : bool[members]
        Whose raw values are shown, in the order of `evaluation.members`.
    behind
        What is kept from one move to the next.
    """
    scheme = evaluation.scheme
    if shown in BESIDE_NODES:
        vetoes = [{"id": veto.id, "label": veto.label} for veto in scheme.vetoes] if shown == WHOLE else []
        return {"node": shown, "dials": [dial.said for dial in BESIDE_NODES[str(shown)](scheme)], "vetoes": vetoes}
    if shown not in scheme.nodes:
        return None
    node, item = str(shown), scheme.nodes[str(shown)]
    said: Said = {"node": node, "dials": [dial.said for dial in node_dials(scheme, node)], "indicator": isinstance(item, Indicator)}
    if not isinstance(item, Indicator):
        return said
    words = item.value.words()
    said |= {"words": {"zh": words.zh, "en": words.en}, "unit": item.unit, "scale": scheme.scale}
    rows, given = (behind or Behind()).values(evaluation, item, ranked)
    return said | (_states(item.value, given) if isinstance(item.value, Category) else _distribution(evaluation, item, given, rows))


def _floats(given: Any) -> Floats:
    return np.array([math.nan if is_missing(one) else float(one) for one in given], dtype=np.float64)


def _states(shape: Category, given: Any) -> Said:
    codes, names = named_states(given)
    often = {name: int((codes == code).sum()) for code, name in enumerate(names)}
    listed = [*shape.points, *(name for name in often if name not in shape.points)]
    states = [{"path": name, "n": often.get(name, 0)} for name in map(state_name, listed)]
    return {"states": states, "missing": int((codes < 0).sum()), "n": len(given)}


def _distribution(evaluation: Evaluation, item: Indicator, given: Floats, rows: Any) -> Said:
    known = given[~np.isnan(given)]
    marks = np.array([float(dial.value) for dial in node_dials(evaluation.scheme, item.id) if dial.mark == "raw" and isinstance(dial.value, float | int)])
    edges = bin_edges(known, marks)
    step = 1.0 if edges[1] - edges[0] == 1.0 else float(f"{(edges[-1] - edges[0]) / 200:.1g}")
    counts = np.histogram(np.clip(known, edges[0], edges[-1]), edges)[0]
    x, y = _curve(evaluation, item, edges, rows)
    return {
        "edges": [round(float(edge), 6) for edge in edges], "counts": counts.tolist(), "missing": len(given) - len(known), "n": len(given),
        "beyond": int((known > edges[-1]).sum()), "step": step, "x": x, "y": y, "dots": isinstance(item.value, Relative),
    }  # fmt: skip


def bin_edges(known: Floats, marks: Floats) -> Floats:
    """The edges of the bars of a histogram: a bar for each whole number where there are few, else `BINS` even ones; all marks lie within.

    The rarest of the highest values (1 in 200) do not stretch the picture.
    """
    rare = math.ceil(0.995 * (len(known) - 1))
    ends = np.concatenate([[known.min(), np.partition(known, rare)[rare]] if len(known) else known, marks])
    low, high = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
    if len(known) and (known == np.floor(known)).all() and high - low <= MOST_WHOLE:
        return np.arange(math.floor(low), math.ceil(high) + 2, dtype=np.float64) - 0.5
    return np.linspace(low, high if high > low else low + 1.0, BINS + 1)


def _curve(evaluation: Evaluation, item: Indicator, edges: Floats, rows: Any) -> tuple[list[float], list[float]]:
    """What raw values are worth: all along the picture, or of a relative shape those that members have."""
    if isinstance(item.value, Relative):
        raw, value = _floats(evaluation.raw_values.columns[item.id][rows]), evaluation.scaled_values.columns[item.id][rows]
        seen = ~np.isnan(raw) & ~np.isnan(value) & (raw >= edges[0]) & (raw <= edges[-1])
        pairs = np.unique(np.round(np.stack([raw[seen], value[seen]], axis=1), 4), axis=0)
        pairs = pairs[:: max(1, len(pairs) // (2 * CURVE))]
        return pairs[:, 0].tolist(), pairs[:, 1].tolist()
    knots = np.array(item.value.knots, dtype=np.float64)
    at = np.unique(np.concatenate([np.linspace(edges[0], edges[-1], CURVE), knots, np.nextafter(knots, -math.inf)]))
    at = at[(at >= edges[0]) & (at <= edges[-1])]
    return [round(float(one), 6) for one in at], [round(float(one), 4) for one in item.value.values(at, evaluation.scheme.scale)]


def spoken(evaluation: Evaluation, language: object) -> Evaluation:
    """The evaluation with its reasons in the reader's language."""
    if language not in LANGUAGES or language == evaluation.scheme.language:
        return evaluation
    return rescored(evaluation, evaluation.scheme.model_copy(update={"language": language}))
