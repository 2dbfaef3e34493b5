"""Dials: all that can be turned in a scheme beside weights, each with its place, its words and its range.

A dial is found in the scheme itself: every parameter of every value shape, missing policy, aggregate, place and line has
one, so that a shape that is added has its dials too. Nothing here evaluates.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.interactive.board_words import NOT_RECORDED, RECORDED, Said
from toolkit.interactive.tuning import both, cannot_be, typed_number
from toolkit.scheme.amendments import key_words, value_words
from toolkit.scheme.criteria import AGGREGATES as NAMES
from toolkit.scheme.criteria import MIDDLES, Indicator, MissingPolicy
from toolkit.scheme.outliers import TREATMENTS
from toolkit.scheme.shapes import Category, ValueShape
from toolkit.scheme.shapes.states import STATES
from toolkit.scheme.writing import path_steps, plain_values

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Adjustment, Group, Stepped, Total
    from toolkit.scheme.measures import Measure
    from toolkit.scheme.outcomes import Award, Grades, Requirement, Veto
    from toolkit.scheme.outliers import Treatment

NOWHERE = Phrase("", "")
RAW_KEYS = ("worst", "best", "middle")
"""Parameters of shapes that are raw values, beside the first of every pair of `steps` and `points`."""
PAIRS, FULL = ("steps", "points"), ("to", "cap")
AGGREGATES = tuple(word for word in NAMES if word not in {"conditional", "quotient"})
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
FEWEST = {"steps": 1, "points": 2}
LAST = Phrase("再去掉就不成计分表了", "the table would be none without it"), Phrase("请先加一档，再去掉这一档", "put another one in first")
NO_LIMIT = ("", "-", "—", "无", "不设", "不限", "none")
"""What is typed where there shall be no limit."""
QUOTA = {"least": Phrase("每类至少", "at least, in each class"), "most": Phrase("每类至多", "at most, in each class"), "in_all": Phrase("各类合计至多", "at most, all classes together")}
DEMANDS = {"least": Phrase("不低于", "at least"), "above": Phrase("高于", "above"), "most": Phrase("不高于", "at most"), "below": Phrase("低于", "below")}
MOST_ADDED, LEAST_ADDED = Phrase("最多加", "adds at most"), Phrase("最少加（负数为最多扣）", "adds at least (below 0: takes off at most)")
MOST_OFF = Phrase("最多扣（负数）", "takes off at most (below 0)")
PANEL = {"minimum": Phrase("至少几位专家评分", "least number of experts"), "trim": Phrase("去掉最高最低各几个", "so many highest and lowest left out"),
         "trim_from": Phrase("满几位才去掉", "left out from so many scores on")}  # fmt: skip
TAILS = Phrase("最低端", "lowest"), Phrase("最高端", "highest")


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
    section
        Under which heading it stands.
    optional
        Whether there can be no number at all, as with a limit; its value is None then.
    slow
        Whether the records are asked again when it is turned.
    """

    id: str
    label: Phrase
    value: float | str | None
    low: float | None = None
    high: float | None = None
    step: float = 0.5
    factor: int = 1
    whole: bool = False
    bounded: bool = False
    mark: str = ""
    choices: Mapping[str, Phrase] = field(default_factory=dict)
    section: Phrase = NOWHERE
    optional: bool = False
    slow: bool = False

    @property
    def said(self) -> Said:
        """Plain values for the page."""
        choices = [{"value": key, "zh": words.zh, "en": words.en} for key, words in self.choices.items()]
        value = round(self.value, 6) if isinstance(self.value, float | int) else self.value
        return {
            "path": self.id, "label": both(self.label), "value": value, "low": self.low, "high": self.high, "step": self.step, "mark": self.mark, "choices": choices,
            "section": both(self.section), "optional": self.optional, "slow": self.slow,
        }  # fmt: skip

    def meant(self, asked: float | str | None) -> object:
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
        if asked is None or (self.optional and isinstance(asked, str) and asked.strip() in NO_LIMIT):
            return None
        high = self.high if self.bounded and self.high is not None else math.inf
        number = typed_number(asked, self.label, high, whole=self.whole) if isinstance(asked, str) else asked
        if not math.isfinite(number) or (self.bounded and not 0.0 <= number <= high):
            raise cannot_be(self.label, asked if isinstance(asked, str) else f"{number:.10g}", high, whole=self.whole)
        return round(number) if self.whole else round(number / self.factor, 6)


def turned_to(scheme: Scheme, dial: Dial, asked: float | str | None) -> tuple[str, object]:
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
    if path.endswith(".outliers") and not within:
        return path, {"treat": meant} if meant else None
    return (path, _with(_standing(scheme, path), within.split("#"), meant)) if within else (path, meant)


def all_dials(scheme: Scheme) -> Iterator[Dial]:
    """Every dial of a scheme."""
    yield from line_dials(scheme)
    yield from total_dials(scheme)
    for node in scheme.nodes:
        yield from node_dials(scheme, node)


def dial_named(scheme: Scheme, id_: str) -> Dial:
    """The dial of that id, looked for where it would stand.

    Raises
    ------
    Refused
        When there is none.
    """
    node = re.match(r"(?:indicator|group)\[([^\]]+)\]\.", id_)
    near = node_dials(scheme, node[1]) if node and node[1] in scheme.nodes else chain(line_dials(scheme), total_dials(scheme))
    found = next((dial for dial in near if dial.id == id_), None)
    if found is None:
        raise refuse(*NO_SUCH)
    return found


def line_dials(scheme: Scheme) -> Iterator[Dial]:
    """Who holds what: places, least scores, what else is asked, and grade lines."""
    for award in scheme.awards:
        yield from (replace(dial, section=Phrase(award.label, award.label)) for dial in _award_dials(scheme, award))
    if scheme.grades is not None:
        yield from (replace(dial, section=key_words("grades")) for dial in _grade_dials(scheme, scheme.grades))


def total_dials(scheme: Scheme) -> Iterator[Dial]:
    """How the total is made and rounded, what is added to it and taken off, who may take part, and what a veto asks for."""
    for item in scheme.adjustments:
        yield from (replace(dial, section=Phrase(item.label, item.label)) for dial in _adjustment_dials(item))
    yield from (replace(dial, section=key_words("total")) for dial in _sum_dials(scheme))
    for veto in scheme.vetoes:
        yield from (replace(dial, section=Phrase(veto.label, veto.label), slow=True) for dial in _veto_dials(veto))
    if scheme.eligibility is not None:
        yield from (replace(dial, section=key_words("eligibility")) for dial in _demand_dials(scheme, "eligibility.require", scheme.eligibility.require))
    if scheme.panel is not None and scheme.panel.holds == "sheets":
        for key, least in (("minimum", 1), ("trim", 0), *([("trim_from", 1)] if scheme.panel.trim_from else [])):
            label, value = PANEL[key], getattr(scheme.panel, key)
            yield Dial(f"panel.{key}", label, value, least, None, 1, whole=True, section=key_words("panel"), slow=True)


def _award_dials(scheme: Scheme, award: Award) -> Iterator[Dial]:
    at, quota = f"award[{award.id}]", award.quota
    if quota is not None:
        yield from _quota_dials(f"{at}.quota.share", award.label, Phrase("名额比例 %", "places, %"), quota.share, partial(Dial, low=0.0, high=100.0, factor=100, bounded=True))
        yield from _quota_dials(f"{at}.quota.number", award.label, Phrase("名额", "places"), quota.number, partial(Dial, low=0, high=200, step=1, whole=True))
        for key, words in QUOTA.items():
            label, value = Phrase(f"{award.label}{words.zh}", f"{award.label}: {words.en}"), getattr(quota, key)
            yield Dial(f"{at}.quota.{key}", label, value, whole=True, optional=key != "least", step=1)
    for node in dict.fromkeys([TOTAL, *award.minimum]):
        of = key_words(TOTAL) if node == TOTAL else Phrase(*[scheme.label(node)] * 2)
        label = Phrase(f"{award.label}最低{of.zh}", f"{award.label}: least {of.en}")
        yield Dial(f"{at}.minimum.{node}", label, award.minimum.get(node, 0.0), 0.0, scheme.scale, bounded=True, mark="totals" if node == TOTAL else "")
    yield from _demand_dials(scheme, f"{at}.require", award.require)
    yield Dial(f"{at}.reserve", Phrase(f"{award.label}候补个数", f"{award.label}: reserves"), award.reserve, whole=True, step=1)


def _grade_dials(scheme: Scheme, grades: Grades) -> Iterator[Dial]:
    for place, (name, bound) in enumerate(grades.bands):
        label = phrase("{name} 级分数线", "{name}: from", name=name)
        yield Dial(f"grades.bands#{place}#1", label, bound, 0.0, scheme.scale, bounded=True, mark="totals")
    for name, required in grades.require.items():
        yield from _demand_dials(scheme, "grades.require", required, f"#{name}", f"{name} ")
    if not isinstance(grades.rise_at_most, str):
        yield Dial("grades.rise_at_most", key_words("rise_at_most"), grades.rise_at_most, whole=True, step=1, optional=True)


def _demand_dials(scheme: Scheme, path: str, required: Sequence[Requirement], within: str = "", of: str = "") -> Iterator[Dial]:
    """A dial for each number that is asked for beside the total, of requirements made of others too."""
    for place, item in enumerate(required):
        for key in ("any_of", "all_of", "none_of"):
            yield from _demand_dials(scheme, path, getattr(item, key), f"{within}#{place}#{key}", of)
        if item.any_of:
            label = Phrase(f"{of}须有：{len(item.any_of)} 项中至少几项", f"{of}asked: at least so many of {len(item.any_of)}")
            yield Dial(f"{path}{within}#{place}#at_least", label, item.at_least, whole=True, step=1)
        name = scheme.label(str(item.node or item.condition))
        for key, words in DEMANDS.items() if not item.parts else ():
            if (value := getattr(item, key)) is not None:
                yield Dial(f"{path}{within}#{place}#{key}", Phrase(f"{of}须有：{name}{words.zh}", f"{of}asked: {name} {words.en}"), value)


def _adjustment_dials(item: Adjustment) -> Iterator[Dial]:
    at = f"adjustment[{item.id}]"
    yield replace(_number(f"{at}.per", "per", item.per), label=_of(item, key_words("per")))
    taken_off = item.floor is None and item.cap is not None and item.cap < 0
    for key, words in (("cap", MOST_OFF if taken_off else MOST_ADDED), *([] if taken_off else [("floor", LEAST_ADDED)])):
        value = getattr(item, key)
        dial = Dial(f"{at}.{key}", words, None) if value is None else _number(f"{at}.{key}", key, value)
        yield replace(dial, label=_of(item, words), optional=True)
    yield from (replace(dial, label=_of(item, dial.label)) for dial in _rounding_dials(at, item))


def _of(item: Adjustment | Veto, words: Phrase) -> Phrase:
    return Phrase(f"{item.label}：{words.zh}", f"{item.label}: {words.en}")


def _sum_dials(scheme: Scheme) -> Iterator[Dial]:
    yield Dial("decimals", Phrase("总分的小数位数", "decimals of the total"), scheme.decimals, 0, 6, 1, whole=True, bounded=True)
    yield _aggregate("total.aggregate", Phrase("总分怎样合成", "how the total is made"), scheme.total.aggregate)
    for key, words in (("floor", Phrase("总分下限", "the total is at least")), ("cap", Phrase("总分上限", "the total is at most"))):
        yield Dial(f"total.{key}", words, getattr(scheme.total, key), optional=True)
    yield from _presence_dials(scheme, "total", scheme.total)


def _presence_dials(scheme: Scheme, at: str, node: Group | Total) -> Iterator[Dial]:
    """Of how many children there has to be a score, and the weights when just some have one."""
    share = None if node.least_present is None else 100 * node.least_present
    if share is None or share <= 100:  # a number of children is no share of them
        yield Dial(f"{at}.least_present", Phrase("至少多少 % 的下级有数据", "least share of children present, %"), share, factor=100, optional=True, high=100.0, bounded=True)
    for place, pattern in enumerate(node.when):
        there = "、".join(map(scheme.label, pattern.observed))
        for child, weight in pattern.weights.items():
            label = Phrase(f"只有{there}有得分时，{scheme.label(child)}的权重", f"weight of {scheme.label(child)} when only these have a score: {there}")
            yield Dial(f"{at}.when#{place}#weights#{child}", label, weight)


def _veto_dials(veto: Veto) -> Iterator[Dial]:
    at = f"veto[{veto.id}]"
    if veto.at_most is None:
        yield Dial(f"{at}.at_least", _of(veto, Phrase("满多少即否决", "strikes from")), veto.at_least)
    else:
        yield Dial(f"{at}.at_most", _of(veto, Phrase("低至多少即否决", "strikes at or below")), veto.at_most)
    if veto.effect.lower_by is not None:
        yield Dial(f"{at}.effect.lower_by", _of(veto, key_words("lower_by")), veto.effect.lower_by, whole=True, step=1)


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
        yield from _presence_dials(scheme, f"group[{node}]", item)
        if item.cap is not None:
            yield Dial(f"group[{node}].cap", key_words("cap"), item.cap, 0.0, max(scheme.scale, item.cap), bounded=True)
        yield from _rounding_dials(f"group[{node}]", item)
        return
    yield from _shape_dials(scheme, f"indicator[{node}].value", item)
    yield from _measure_dials(f"indicator[{node}].measure", item.measure)
    if not isinstance(item.value, Category):
        yield from _outlier_dials(f"indicator[{node}].outliers", item.outliers)
    given = isinstance(item.missing, float | int)
    policies = {policy: value_words(policy, "missing") for policy in get_args(MissingPolicy)} | {POINTS: FIXED}
    yield Dial(f"indicator[{node}].missing", key_words("missing"), POINTS if given else str(item.missing), choices=policies)
    if given:
        yield Dial(f"indicator[{node}].missing#{POINTS}", OTHER_MISSING, float(item.missing), low=None if item.imputes else 0.0, high=None if item.imputes else scheme.scale, bounded=not item.imputes)
    if given or item.missing in MIDDLES:
        yield _choice(f"indicator[{node}].missing_of", "missing_of", item.missing_of, type(item).model_fields["missing_of"].annotation)
    yield from _rounding_dials(f"indicator[{node}]", item)


def _measure_dials(at: str, measure: Measure) -> Iterator[Dial]:
    """How many of the records count, and what each state of a record is worth."""
    for key in ("best", "discard"):
        if (value := getattr(measure, key)) is not None:
            yield Dial(f"{at}.{key}", key_words(key, "measure"), value, step=1, whole=True, slow=True)
    for state, worth in measure.points.items():
        for other, points in worth.items() if isinstance(worth, Mapping) else [("", worth)]:
            words, within = f"{state} {other}".strip(), f"{state}#{other}" if other else state
            yield Dial(f"{at}.points#{within}", Phrase(f"一条“{words}”的记录计", f"a record `{words}` counts"), points, slow=True)


def _rounding_dials(at: str, item: Stepped) -> Iterator[Dial]:
    """To how many decimals its points are rounded, and how."""
    yield Dial(f"{at}.decimals", key_words("decimals"), item.decimals, step=1, whole=True, optional=True)
    for key in ("rounding", "decimals_of") if item.decimals is not None else ():
        if key in type(item).model_fields:
            yield _choice(f"{at}.{key}", key, getattr(item, key), type(item).model_fields[key].annotation)


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


def _outlier_dials(at: str, treatment: Treatment | None) -> Iterator[Dial]:
    """Which treatment, if any, and its own numbers."""
    kinds = {"": Phrase("不处理", "none")} | {name: kind.title for name, kind in TREATMENTS.items()}
    if treatment is None:
        yield Dial(at, key_words("outliers"), "", choices=kinds)
        return
    yield Dial(at, key_words("outliers"), str(getattr(treatment, "treat", "")), choices=kinds)
    tails = getattr(treatment, "tails", None)
    for key, known in type(treatment).model_fields.items():
        value, name = getattr(treatment, key), known.alias or key
        if key == "tails" and value is not None:
            yield from (Dial(f"{at}.tails#{place}", joined([key_words(key), side], " "), one) for place, (side, one) in enumerate(zip(TAILS, value, strict=True)))
        elif isinstance(value, float | int) and tails is None:
            yield Dial(f"{at}.{name}", key_words(name), value, whole=isinstance(value, int))


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
    step, whole = float(f"{reach / 100:.1g}"), isinstance(value, int)
    return Dial(path, key_words(key), value, -reach if value < 0 else 0.0, 0.0 if value < 0 else reach, max(1.0, step) if whole else step, whole=whole)


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
    value: Any = scheme
    for step in path_steps(path):
        key = step if isinstance(step, str) else step[0]
        value = getattr(value, _field(value, key)) if isinstance(value, BaseModel) else value[key]
        if isinstance(step, tuple):
            value = next(item for item in value if item.id == step[1])
    return [0.0, scheme.scale] if value is None else plain_values(value)


def _field(model: BaseModel, key: str) -> str:
    """What a key of the file is called in its model."""
    return next((name for name, known in type(model).model_fields.items() if known.alias == key), key)


def _with(whole: Any, keys: list[str], value: object) -> Any:
    """A list or table with another value at the place that `keys` lead to."""
    key, *rest = keys
    place: Any = key if isinstance(whole, dict) else int(key)
    whole[place] = _with(whole[place], rest, value) if rest else value
    return whole


def pairs_changed(scheme: Scheme, path: str, place: int, *, more: bool) -> tuple[str, object]:
    """The table of a value shape with a pair more after the one at `place`, or without it, by its place in the scheme.

    A new one lies halfway to the next; after the last as far beyond it as that is beyond the one before.

    Raises
    ------
    Refused
        For no such table or pair; what the shape itself refuses is refused when the scheme is made.
    """
    dial_named(scheme, f"{path}#{place}#0")
    pairs = _standing(scheme, path)
    if not more and len(pairs) <= FEWEST[path.rpartition(".")[2]]:
        raise refuse(*LAST)
    if more:
        pairs.insert(place + 1, _between(pairs, place))
    else:
        del pairs[place]
    return path, pairs


def _between(pairs: list[list[float]], place: int) -> list[float]:
    (raw, value), whole = pairs[place], all(float(one).is_integer() for one, _ in pairs)
    if place + 1 < len(pairs):
        after, worth = pairs[place + 1]
        middle = (raw + after) / 2
        return [math.floor(middle) if whole and math.floor(middle) > raw else middle, (value + worth) / 2]
    return [raw + (raw - pairs[place - 1][0] if place else 1), value]
