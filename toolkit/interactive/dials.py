"""Dials: all that can be turned in a scheme beside weights, each with its place, its words and its range; and what stands behind one.

A dial is found in the scheme itself: every parameter of every value shape, missing policy, aggregate, place and line has
one, so that a shape that is added has its dials too. Nothing here evaluates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.interactive.board_details import NOT_RECORDED, RECORDED, Said
from toolkit.interactive.tuning import cannot_be, typed_number
from toolkit.scheme.amendments import key_words, value_words
from toolkit.scheme.criteria import AGGREGATE, Indicator, MissingPolicy
from toolkit.scheme.shapes import Category, Relative, ValueShape, is_missing, named_states, state_name
from toolkit.scheme.shapes.states import STATES

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Floats, Mask
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Award

RAW_KEYS = ("worst", "best", "middle")
"""Parameters of shapes that are raw values, beside the first of every pair of `steps` and `points`."""
PAIRS, FULL = ("steps", "points"), ("to", "cap")
AGGREGATES = tuple(word for word in AGGREGATE.strip("^$()").split("|") if word.isalpha() and word != "conditional")
POINTS = "points"
FIXED = Phrase("按固定分计", "so many points")
FIRST, SECOND = Phrase("下限", "from"), Phrase("上限", "to")
IN_POINTS = {
    "cap": Phrase("封顶", "cap"), "below": Phrase("不足第一档计", "below the first step"), "base": Phrase("起始分", "base"), "other": Phrase("其他状态", "other states"),
}  # fmt: skip
"""Parameters of shapes that are points of the scale."""
LOWEST, FULL_MARKS = Phrase("最低可得", "least marks"), Phrase("满分", "full marks")
OTHER_MISSING = Phrase("缺失时计多少分", "points when missing")
NO_SUCH = Phrase("这里没有这样的选项", "there is no such choice"), Phrase("请从列出的各项中选", "choose one of those listed")
BINS, MOST_WHOLE, CURVE = 32, 40, 96
"""Bars of a histogram; how many whole numbers get a bar of their own; points of a curve."""


@dataclass(frozen=True)
class Dial:
    """One thing that can be turned.

    Parameters
    ----------
    id
        The place of the whole in the scheme, as `Scheme.with_` takes it; behind a ``#`` the keys within it.
    label
        What it is called.
    value
        As it is shown: a number, or one of `choices`.
    low, high, step
        Of its slider; None where the raw values say how far it goes.
    factor
        What is shown is so many times what is written.
    whole, bounded
        Whether it takes whole numbers only; whether what is typed has to lie from `low` to `high`.
    mark
        Where it can be dragged: on the ``raw`` values, or on the ``totals``.
    choices
        What else it can be, with its words.
    """

    id: str
    label: Phrase
    value: float | str
    low: float | None = None
    high: float | None = None
    step: float = 0.5
    factor: int = 1
    whole: bool = False
    bounded: bool = False
    mark: str = ""
    choices: Mapping[str, Phrase] = field(default_factory=dict)

    @property
    def said(self) -> Said:
        """Plain values for the page."""
        label = {"zh": self.label.zh, "en": self.label.en}
        choices = [{"value": key, "zh": words.zh, "en": words.en} for key, words in self.choices.items()]
        value = self.value if isinstance(self.value, str) else round(self.value, 6)
        return {"path": self.id, "label": label, "value": value, "low": self.low, "high": self.high, "step": self.step, "mark": self.mark, "choices": choices}

    def meant(self, asked: float | str) -> object:
        """What is written for what was asked for: a number that a slider gave or that was typed, or a choice.

        Raises
        ------
        Refused
            For what is no number, beyond the bounds, or no choice.
        """
        if self.choices:
            if asked not in self.choices:
                raise refuse(*NO_SUCH, value=str(asked)[:40])
            return {"true": True, "false": False, POINTS: 0.0}.get(str(asked), asked)
        high = self.high if self.bounded and self.high is not None else math.inf
        number = typed_number(asked, self.label, high) if isinstance(asked, str) else asked
        if not math.isfinite(number) or (self.bounded and not 0.0 <= number <= high):
            raise cannot_be(self.label, asked if isinstance(asked, str) else f"{number:.10g}", high)
        return round(number) if self.whole else round(number / self.factor, 6)


def turned_to(scheme: Scheme, dial: Dial, asked: float | str) -> tuple[str, object]:
    """Which place of the scheme is changed by turning a dial, and what stands there then.

    Raises
    ------
    Refused
        As `Dial.meant`.
    """
    meant = dial.meant(asked)
    path, _, within = dial.id.partition("#")
    if within == POINTS and path.endswith(".missing"):
        return path, meant
    return (path, _with(_standing(scheme, path), within.split("#"), meant)) if within else (path, meant)


def all_dials(scheme: Scheme) -> Iterator[Dial]:
    """Every dial of a scheme."""
    yield from rule_dials(scheme)
    for node in scheme.nodes:
        yield from node_dials(scheme, node)


def rule_dials(scheme: Scheme) -> Iterator[Dial]:
    """What of the outcome can be turned: places and least totals, grade lines, how the total is made and rounded."""
    for award in scheme.awards:
        yield from _award_dials(scheme, award)
    if scheme.grades is not None:
        for place, (name, bound) in enumerate(scheme.grades.bands):
            label = phrase("{name} 级分数线", "{name}: from", name=name)
            yield Dial(f"grades.bands#{place}#1", label, bound, 0.0, scheme.scale, bounded=True, mark="totals")
    label = Phrase("总分的小数位数", "decimals of the total")
    yield Dial("decimals", label, scheme.decimals, 0, 6, 1, whole=True, bounded=True)
    yield _aggregate("total.aggregate", Phrase("总分怎样合成", "how the total is made"), scheme.total.aggregate)


def _award_dials(scheme: Scheme, award: Award) -> Iterator[Dial]:
    at, quota = f"award[{award.id}]", award.quota
    if quota is not None:
        yield from _quota_dials(f"{at}.quota.share", award.label, Phrase("名额比例 %", "places, %"), quota.share, partial(Dial, low=0.0, high=100.0, factor=100, bounded=True))
        yield from _quota_dials(f"{at}.quota.number", award.label, Phrase("名额", "places"), quota.number, partial(Dial, low=0, high=200, step=1, whole=True))
    label = Phrase(f"{award.label}最低总分", f"{award.label}: least total")
    yield Dial(f"{at}.minimum.total", label, award.minimum.get(TOTAL, 0.0), 0.0, scheme.scale, bounded=True, mark="totals")


def _quota_dials(path: str, award: str, words: Phrase, given: Any, dial: Any) -> Iterator[Dial]:
    """One dial for all classes, or one for each that has places of its own."""
    for name, value in given.items() if isinstance(given, dict) else [("", given)]:
        if value is not None:
            number = float(Fraction(value)) if isinstance(value, str) else value
            of = f"（{name}）" if name else ""
            made = dial(f"{path}#{name}" if name else path, Phrase(f"{award}{words.zh}{of}", f"{award}: {words.en}{of}"), number)
            yield replace(made, value=round(made.factor * number, 6))


def _aggregate(path: str, label: Phrase, now: str) -> Dial:
    words = dict.fromkeys((*AGGREGATES, now))
    return Dial(path, label, now, choices={word: value_words(word, "aggregate") for word in words})


def node_dials(scheme: Scheme, node: str) -> Iterator[Dial]:
    """What of a node can be turned, its weight apart: of an indicator every parameter of its shape, and what stands in for a missing value."""
    item = scheme.nodes[node]
    if not isinstance(item, Indicator):
        yield _aggregate(f"group[{node}].aggregate", key_words("aggregate"), item.aggregate)
        return
    yield from _shape_dials(scheme, f"indicator[{node}].value", item)
    given = isinstance(item.missing, float | int)
    policies = {policy: value_words(policy, "missing") for policy in get_args(MissingPolicy)} | {POINTS: FIXED}
    yield Dial(f"indicator[{node}].missing", key_words("missing"), POINTS if given else str(item.missing), choices=policies)
    if given:
        yield Dial(f"indicator[{node}].missing#{POINTS}", OTHER_MISSING, float(item.missing), 0.0, scheme.scale, bounded=True)


def _shape_dials(scheme: Scheme, at: str, item: Indicator) -> Iterator[Dial]:
    shape = item.value
    points = partial(_points, scheme.scale)
    for key, known in type(shape).model_fields.items():
        value, path = getattr(shape, key), f"{at}.{key}"
        if key in {"shape", "found"} or (key == "within" and not scheme.members.class_):
            continue
        if value is None and key in FULL and get_args(known.annotation):
            value = scheme.scale if key == "cap" else (0.0, scheme.scale)
        if key == "to" and value is not None:
            yield from (points(f"{path}#{place}", label, value[place]) for place, label in enumerate((LOWEST, FULL_MARKS)))
        elif key in PAIRS and isinstance(value, tuple):
            yield from _pair_dials(path, shape, value, points)
        elif isinstance(value, Mapping):
            yield from (points(f"{path}#{state}", _state_words(item, state), marks) for state, marks in value.items())
        elif isinstance(value, tuple):
            sides = zip((FIRST, SECOND), value, strict=True)
            yield from (Dial(f"{path}#{place}", joined([key_words(key), side], " "), one, mark="raw") for place, (side, one) in enumerate(sides))
        elif isinstance(value, bool | str):
            yield _choice(path, key, value, known.annotation)
        elif value is not None:
            yield points(path, IN_POINTS[key], value) if key in IN_POINTS else _number(path, key, value)


def _points(scale: float, place: str, label: Phrase, value: float) -> Dial:
    """Points of the scale; where more are written already, up to these."""
    return Dial(place, label, value, 0.0, max(scale, value), 1.0, bounded=value >= 0)


def _state_words(item: Indicator, state: str) -> Phrase:
    """What a state is called; of records that are there or not, that they are."""
    if item.measure.take == "any":
        return {"true": RECORDED, "false": NOT_RECORDED}.get(state, Phrase(state, state))
    return STATES.get(state, Phrase(state, state))


def _number(path: str, key: str, value: float) -> Dial:
    """A raw value, or a parameter that goes as far again as it stands."""
    if key in RAW_KEYS:
        return Dial(path, key_words(key), value, mark="raw")
    reach = 2.0 * abs(value) or 1.0
    return Dial(path, key_words(key), value, -reach if value < 0 else 0.0, 0.0 if value < 0 else reach, float(f"{reach / 100:.1g}"))


def _pair_dials(path: str, shape: ValueShape, pairs: Any, points: Any) -> Iterator[Dial]:
    words = Phrase("第 {n} 档：满", "step {n}: from") if getattr(shape, "shape", "") == "steps" else Phrase("第 {n} 点：原始值", "point {n}: raw value")
    for place, (raw, value) in enumerate(pairs):
        label = Phrase(words.zh.format(n=place + 1), words.en.format(n=place + 1))
        yield Dial(f"{path}#{place}#0", label, raw, mark="raw")
        yield points(f"{path}#{place}#1", Phrase("计多少分", "points"), value)


def _choice(path: str, key: str, value: object, annotation: Any) -> Dial:
    words = ("true", "false") if isinstance(value, bool) else tuple(map(str, get_args(annotation)))
    named = {word: value_words({"true": True, "false": False}.get(word, word), key) for word in words}
    return Dial(path, key_words(key), str(value).lower() if isinstance(value, bool) else str(value), choices=named)


def _standing(scheme: Scheme, path: str) -> Any:
    """The list or table that stands at a place, as plain values; what holds where none is written."""
    if path == "grades.bands" and scheme.grades is not None:
        return [list(band) for band in scheme.grades.bands]
    owner, _, rest = path.partition("].")
    key, _, id_ = owner.partition("[")
    items: Any = scheme.awards if key == "award" else scheme.indicators
    value = next(item for item in items if item.id == id_)
    for step in rest.split("."):
        value = getattr(value, step)
    if value is None:
        return [0.0, scheme.scale]
    return dict(value) if isinstance(value, Mapping) else [list(one) if isinstance(one, tuple) else one for one in value]


def _with(whole: Any, keys: list[str], value: object) -> Any:
    """A list or table with another value at the place that `keys` lead to."""
    key, *rest = keys
    place: Any = key if isinstance(whole, dict) else int(key)
    whole[place] = _with(whole[place], rest, value) if rest else value
    return whole


def panel(evaluation: Evaluation, node: str, ranked: Mask) -> Said:
    """What the page shows of one node: its dials, and of an indicator the raw values of who is ranked and what each is worth.

    Parameters
    ----------
    ranked : bool[members]
        Whose raw values are shown, in the order of `evaluation.members`.
    """
    scheme, item = evaluation.scheme, evaluation.scheme.nodes[node]
    said: Said = {"node": node, "dials": [dial.said for dial in node_dials(scheme, node)], "indicator": isinstance(item, Indicator)}
    if not isinstance(item, Indicator):
        return said
    words = item.value.words()
    said |= {"words": {"zh": words.zh, "en": words.en}, "unit": item.unit, "scale": scheme.scale}
    raw = evaluation.measured.raw_values
    rows = raw.members.get_indexer(evaluation.members.index[ranked])
    given = raw.columns[node][rows][raw.counted[node][rows]]
    return said | (_states(item.value, given) if isinstance(item.value, Category) else _distribution(evaluation, item, _floats(given), rows))


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
    marks = np.array([float(dial.value) for dial in node_dials(evaluation.scheme, item.id) if dial.mark == "raw"])
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
    ends = np.concatenate([known[known <= np.quantile(known, 0.995, method="higher")] if len(known) else known, marks])
    low, high = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
    if len(known) and (known == np.floor(known)).all() and high - low <= MOST_WHOLE:
        return np.arange(math.floor(low), math.ceil(high) + 2, dtype=np.float64) - 0.5
    return np.linspace(low, high if high > low else low + 1.0, BINS + 1)


def _curve(evaluation: Evaluation, item: Indicator, edges: Floats, rows: Any) -> tuple[list[float], list[float]]:
    """What raw values are worth: all along the picture, or of a relative shape those that members have."""
    if isinstance(item.value, Relative):
        raw, value = _floats(evaluation.measured.raw_values.columns[item.id][rows]), evaluation.scaled_values.columns[item.id][rows]
        seen = ~np.isnan(raw) & ~np.isnan(value) & (raw >= edges[0]) & (raw <= edges[-1])
        pairs = np.unique(np.round(np.stack([raw[seen], value[seen]], axis=1), 4), axis=0)
        pairs = pairs[:: max(1, len(pairs) // (2 * CURVE))]
        return pairs[:, 0].tolist(), pairs[:, 1].tolist()
    knots = np.array(item.value.knots, dtype=np.float64)
    at = np.unique(np.concatenate([np.linspace(edges[0], edges[-1], CURVE), knots, np.nextafter(knots, -math.inf)]))
    at = at[(at >= edges[0]) & (at <= edges[-1])]
    return [round(float(one), 6) for one in at], [round(float(one), 4) for one in item.value.values(at, evaluation.scheme.scale)]
