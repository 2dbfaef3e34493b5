"""What is to be said of one indicator's values: gaps, states without points, columns that tell nobody apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from toolkit.evaluation.scores import TOTAL, Tree
from toolkit.ground.problems import Problem, Severity
from toolkit.ground.text import Language, Phrase, figure, in_words_before, joined, phrase
from toolkit.scheme.criteria import MIDDLES, Group, Indicator, Total
from toolkit.scheme.outliers import Winsorise
from toolkit.scheme.shapes import (
    Benchmark,
    Category,
    Piecewise,
    Placed,
    Points,
    Relative,
    ShareOfBest,
    named_states,
)
from toolkit.scheme.shapes.relative import EVERYONE, Best, Ends, MinMax, class_places

HUGE = 1e6
"""How many times the scale a total is no score of any scheme that was meant."""
BEYOND = 1e100
"""Where scores end: what is worked out of larger ones can be no number any more."""
SET_BY_ONE = (MinMax, ShareOfBest, Benchmark)
"""Shapes by which one member alone may give many others another value."""
NOT_ELIGIBLE = Phrase("不符合申报条件", "are not eligible")
STRUCK = Phrase("被一票否决", "are struck by a veto")
NOT_SHORTLISTED = Phrase("未进入复审", "are not on the shortlist")
SHOWN = 3
"""How many members a sentence names."""

if TYPE_CHECKING:
    from toolkit.evaluation.aggregation import Branch
    from toolkit.ground.ranking import Floats, Mask
    from toolkit.indicators.single_rows import RawColumn
    from toolkit.scheme import Scheme


@dataclass(frozen=True, eq=False)
class Valued:
    """One indicator, valued, before anything stands in for a gap; arrays have shape (members,).

    Parameters
    ----------
    item
        The indicator, resolved as far as its outliers go.
    given : float64[members] or object[members]
        Raw values; NaN where missing or not applicable.
    used
        The raw values after outlier treatment; NaN all through where states are valued.
    values
        On the scale; NaN where `missing` or not applicable.
    treated
        Whose raw value the outlier treatment changed; None without a treatment.
    missing
        To whom it applies and who has no value.
    straight
        Whether each value comes of one number alone, untreated: then nothing is to be said of it where none is missing.
    imputed
        For whom a raw value stands in among the `used` ones; None where none does.
    """

    item: Indicator
    given: RawColumn
    used: Floats
    values: Floats
    treated: Mask | None
    missing: Mask
    straight: bool = False
    imputed: Mask | None = None


def value_problems(valued: Valued, members: pd.Index[Any], scale: float, classes: Any) -> Iterator[Problem]:
    """Every problem of one indicator's values; `members` are those they are of."""
    shape = valued.item.value
    if isinstance(shape, Category):
        yield from _unnamed_states(valued)
    elif isinstance(shape, Relative):
        yield from _relative(valued, shape, scale, classes)
    if valued.item.missing == "error" and valued.missing.any():
        yield from _gaps(valued, members)
    yield from _nobody_else(valued, scale, classes)
    if not in_words_before("0.6.0"):
        for key, which, told in cut_off(valued.item, valued.used, scale):
            whom = phrase("有 {n} 家会员", "{n:member|members}", n=int(which.sum()))
            yield cut_problem(valued.item, key, told, whom)
    if valued.item.outliers is not None:
        yield from _treated(valued)


def valued_node(branch: Branch, node: str, raw: Floats, values: Floats, language: Language) -> Valued:
    """A group or the total that compares members, float64[members] each, as an indicator would be."""
    item = Group(id=node, label=branch.label.into(language), weight=1.0).model_copy(update={"value": branch.shape})
    return Valued(cast("Indicator", item), raw, raw, values, None, np.zeros(len(raw), np.bool_))


def node_problems(columns: Iterable[Valued], scale: float, classes: Any) -> Iterator[Problem]:
    """Every problem of the nodes that compare members, as of an indicator's values."""
    for valued in columns:
        yield from _relative(valued, cast("Relative", valued.item.value), scale, classes)


def _unnamed_states(valued: Valued) -> Iterator[Problem]:
    _, states = named_states(valued.given[valued.missing])
    for state in sorted(set(states)):
        rule = phrase(
            "“{label}”没有写明“{state}”得几分", "`{label}` gives no points for `{state}`", label=valued.item.label, state=state
        )
        mend = Phrase("请在 points 里补上，或写 other", "add it to `points`, or give `other`")
        yield _said("error", valued.item, "value.points", rule, mend, value=state)


def _gaps(valued: Valued, members: pd.Index[Any]) -> Iterator[Problem]:
    for member in members[valued.missing & pd.isna(valued.given)]:
        rule = phrase("会员 {member} 缺少“{label}”", "member {member} lacks `{label}`", member=member, label=valued.item.label)
        mend = Phrase("请补齐数据，或在办法里写明缺失怎样处理（missing）", "fill it in, or say in the scheme what `missing` means")
        yield _said("error", valued.item, "missing", rule, mend, value=str(member))


def without_others(valued: Valued, classes: Any) -> Iterator[tuple[str, Mask]]:
    """The class, or ``all``, in which nobody has a value of which the middle could stand in, and who of it lacks one, bool[members]."""
    item, known = valued.item, ~np.isnan(valued.values)
    if item.missing not in MIDDLES or not valued.missing.any():
        return
    by_class = str(item.missing).startswith("class_")
    for name, places in class_places(classes) if by_class else [(EVERYONE, slice(None))]:
        there = np.zeros(len(known), np.bool_)
        there[places] = valued.missing[places]
        found = known[places].any() if item.stands_in is None else name in item.stands_in
        if there.any() and not found:
            yield name, there


def _nobody_else(valued: Valued, scale: float, classes: Any) -> Iterator[Problem]:
    item = valued.item
    for name, lacking in without_others(valued, classes):
        worst = item.value.worst(valued.used, scale, classes)[lacking][0] if isinstance(item.value, Relative) else item.value.lowest
        rule = phrase("“{label}”没有数据的按{zh}的{middle.zh}计，而其中没有一家有数据：{n} 家都按最低分 {worst} 计", "`{label}` gives who has no value {middle.en} {en}, and nobody there has one: {n:member gets|members get} the worst, {worst}",
                      label=item.label, zh=_whom(name).zh, en=_whom(name).en, middle=Phrase("平均数", "the mean") if str(item.missing).endswith("mean") else Phrase("中位数", "the median"), n=int(lacking.sum()), worst=figure(worst))  # fmt: skip
        mend = Phrase('请核对数据；不应按最低分计的，请补齐，或改写 missing（如写明分值，或 "exclude" 不计）', 'check the data; if the worst is not meant, fill it in or say otherwise in `missing`, points or "exclude"')
        yield _said("warning", item, "missing", rule, mend, value=name if name != EVERYONE else "")


def cut_off(item: Indicator, raw: Floats, scale: float) -> Iterator[tuple[str, Mask, Phrase]]:
    """Where a shape holds raw values float64[n] at an end that the scheme does not write: the key that would write it, whom, and how it is told.

    Points that come to more than the scale without a `cap`; raw values outside the points of a piecewise shape whose end is neither nothing
    nor all. A shape that is flat there says so itself.
    """
    shape = item.value
    if isinstance(shape, Points) and shape.cap is None:
        come_to = shape.base + shape.per * raw
        if (over := come_to > scale * (1 + 1e-12)).any():
            yield "cap", over, phrase("的数值按量算得的分超过满分（最多 {most} 分），都只计满分 {scale} 分", "would have more than the scale (up to {most}), and the scale of {scale} is all that counts", most=figure(float(come_to[over].max())), scale=figure(scale))  # fmt: skip
    elif isinstance(shape, Piecewise):
        ends = ("below", raw < shape.points[0][0], shape.points[:2]), ("beyond", raw > shape.points[-1][0], shape.points[:-3:-1])
        for key, outside, ((knot, value), (_, next_value)) in ends:
            if getattr(shape, key) is None and outside.any() and value not in {0.0, scale, next_value}:
                far = raw[outside].min() if key == "below" else raw[outside].max()
                yield key, outside, phrase("的数值在折线的端点 {knot} 之外（最远 {far}），都按该点的 {value} 分计", "past the end of the line at {knot} (as far as {far}): the {value} of that point counts", knot=figure(knot), far=figure(float(far)), value=figure(value))  # fmt: skip


def cut_problem(item: Indicator, key: str, told: Phrase, whom: Phrase) -> Problem:
    """The note of it."""
    rule = phrase("“{label}”{whom.zh}{told.zh}", "`{label}`: {whom.en} {told.en}", label=item.label, whom=whom, told=told)
    mend = phrase("如确应如此，请写明 {key}；否则请核对计分", "write `{key}` if that is meant; else check the shape", key=key)
    return _said("note", item, f"value.{key}", rule, mend)


def _relative(valued: Valued, shape: Relative, scale: float, classes: Any) -> Iterator[Problem]:
    for name, members in shape.divisions(classes, len(valued.used)):
        given = ~np.isnan(valued.used[members])
        raw, values = valued.used[members][given], valued.values[members][given]
        if not len(raw):
            continue
        if np.isnan(values).all() and isinstance(shape, Benchmark) and (shape.found is None or name in shape.found):
            yield _no_benchmark(valued.item, raw)
        elif np.isnan(values).all():
            yield _nothing_found(valued.item, name)
        elif isinstance(shape, ShareOfBest) and raw.min() < 0:
            yield _negative(valued.item, raw)
        elif raw.min() == raw.max():
            yield _constant(valued.item, name, raw, values)
        elif isinstance(shape, ShareOfBest) and shape.better == "lower" and raw.min() == 0:
            yield _best_is_nothing(valued.item)
        if isinstance(shape, Placed) and values.max() > scale:
            yield _off_the_scale(valued.item, float(values.max()), scale)


def _no_benchmark(item: Indicator | Group, raw: Floats) -> Problem:
    rule = phrase("“{label}”的基准不大于 0，高于、低于它百分之几无从算起", "the benchmark of `{label}` is not above 0: there is no per cent above or below it", label=item.label)
    mend = Phrase("请核对这一栏的数值，都应大于 0", "check the numbers of this column: all of them should be above 0")
    if isinstance(item, Group):
        mend = Phrase("请核对下面各项指标的得分，合成后应大于 0", "check the scores below it: what they come to should be above 0")
    return _said("error", item, "value", rule, mend, value=f"{raw.min():g}")


def _nothing_found(item: Indicator | Group, name: str) -> Problem:
    rule = phrase(
        "“{label}”的 found 里没有{zh}的标准", "`found` of `{label}` holds nothing {en}",
        label=item.label, zh=_whom(name).zh, en=_whom(name).en,
    )  # fmt: skip
    mend = Phrase("请补上；或删去 found，按会员重新确定", "add it; or remove `found`, to have it found anew")
    return _said("error", item, "value.found", rule, mend, value=name)


def _negative(item: Indicator | Group, raw: Floats) -> Problem:
    rule = phrase(
        "“{label}”有 {n} 个负数，无法与最好值相比", "`{label}` has {n:negative value|negative values}: no share of the best",
        label=item.label, n=int((raw < 0).sum()),
    )  # fmt: skip
    return _said("error", item, "value", rule, Phrase("请改用 min_max", "use `min_max`"), value=f"{raw.min():g}")


def _constant(item: Indicator | Group, name: str, raw: Floats, values: Floats) -> Problem:
    rule = phrase(
        "“{label}”区分不出高低：{zh}有数据的 {n} 家会员数值都是 {raw:g}，一律计 {value:g} 分",
        "`{label}` tells nobody apart: {en}, all {n} with a value have {raw:g} and get {value:g}",
        label=item.label, zh="全部" if name == EVERYONE else _whom(name).zh, en=_whom(name).en, n=len(raw), raw=raw[0], value=values[0],
    )  # fmt: skip
    mend = Phrase("请核对数据；或改用固定标准，或不用这一指标", "check the data; or use fixed goalposts, or leave the indicator out")
    return _said("warning", item, "value", rule, mend, value=f"{raw[0]:g}")


def _best_is_nothing(item: Indicator | Group) -> Problem:
    rule = phrase(
        "“{label}”的最好值是 0：为 0 的得满分，其余得最低分", "the best of `{label}` is 0: who has 0 has all, the others nothing",
        label=item.label,
    )  # fmt: skip
    mend = Phrase("如不合本意，请改用 min_max 或 linear", "if that is not meant, use `min_max` or `linear`")
    return _said("warning", item, "value", rule, mend, value="0")


def _off_the_scale(item: Indicator | Group, most: float, scale: float) -> Problem:
    rule = phrase("“{label}”的名次分最高 {most:g}，超过满分 {scale:g}", "points for places of `{label}` reach {most:g}, beyond the scale of {scale:g}",
                  label=item.label, most=most, scale=scale)  # fmt: skip
    mend = phrase("请写 to = [0, {scale:g}]，或增大 scale", "write to = [0, {scale:g}], or widen `scale`", scale=scale)
    return _said("warning", item, "value", rule, mend, value=f"{most:g}")


def outsider_problems(valued: Valued, members: pd.Index[Any], outsiders: Mapping[Phrase, Mask], scale: float, classes: Any) -> Iterator[Problem]:
    """A relative shape by which others have other values because of who can be given no award, `outsiders` by why.

    A warning where one member alone does so, as by the lowest bid; a note where it is the mean of all, or the places, that they count for.
    """
    shape, outside = valued.item.value, np.logical_or.reduce(list(outsiders.values()))
    if outside.any() and isinstance(shape, Relative) and shape.found is None and (which := outside & ~np.isnan(valued.used)).any():
        without = shape.resolved(np.where(which, np.nan, valued.used), scale, classes)
        apart = ~outside & ~_alike(shape.values(valued.used, scale, classes), without.values(valued.used, scale, classes))
        if apart.any():
            moving = _moving(valued, which, classes)
            yield _outsiders(valued, without, members, moving, [why for why, mask in outsiders.items() if (mask & moving).any()], int(apart.sum()))


def _alike(values: Floats, others: Floats) -> Mask:
    return np.isclose(values, others, rtol=0, atol=0, equal_nan=True)


def _moving(valued: Valued, outside: Mask, classes: Any) -> Mask:
    """Those of `outside` that lie beyond all others where goalposts are ends, or the best; else all of them."""
    shape, moving = valued.item.value, np.array(outside)
    assert isinstance(shape, Relative)
    if not isinstance(shape, MinMax | ShareOfBest):
        return moving
    for _, places in shape.divisions(classes, len(outside)):
        raw, out = valued.used[places], outside[places]
        rest = raw[~out & ~np.isnan(raw)]
        if len(rest):
            below, above = raw < rest.min(), raw > rest.max()
            ends = below | above if isinstance(shape, MinMax) else above if shape.better == "higher" else below
            moving[places] &= ends
    return moving


def _outsiders(valued: Valued, without: Relative, members: pd.Index[Any], moving: Mask, why: Sequence[Phrase], count: int) -> Problem:  # noqa: PLR0917
    item, few = valued.item, np.flatnonzero(moving)[:SHOWN]
    named = "、".join(f"{members[place]}（{figure(valued.used[place])}）" for place in few), ", ".join(f"{members[place]} ({figure(valued.used[place])})" for place in few)
    more = int(moving.sum()) > SHOWN
    rule = phrase(
        "“{label}”按会员之间相比计分，{why.zh}的会员也在其中：{zh}{more.zh}；因此另有 {n} 家会员的得分与没有它们时不同",
        "`{label}` compares members, and some are among them that {why.en}: {en}{more.en}; {n:other member has|other members have} another value because of them",
        label=item.label, why=joined(why, "、", " or "), zh=named[0], en=named[1], n=count, more=Phrase("等", " and others") if more else Phrase("", ""),
    )  # fmt: skip
    line = _as_found(without)
    fixed = [phrase("或在 value 里写定比较标准 {line}，以后数值有变须重写", "or fix what they are compared by in `value`: {line}, to be written anew when a value changes", line=line)] if line else []
    if isinstance(item, Group) and item.id != TOTAL:  # a score that is made of many cells, of all who are on the list
        empty = Phrase("如不应计入，请把这几家在这里各项指标的数据留空", "if they are not meant to count, leave what they have in the indicators below empty")
    elif isinstance(item, Group):
        empty = Phrase("如不应计入，请先以 [shortlist] 筛选，只让符合条件的进入", "if they are not meant to count, let a [shortlist] leave the others first")
    else:
        empty = phrase("如不应计入（如只比有效报价），请把这几家的这一格留空{missing.zh}", "if they are not meant to count, as where valid bids alone do, leave these cells of theirs empty{missing.en}",
                       missing=Phrase('（missing 改为 "worst"）', ' (with missing = "worst")') if item.missing == "error" else Phrase("", ""))  # fmt: skip
    severity: Severity = "warning" if isinstance(without, SET_BY_ONE) else "note"
    return _said(severity, item, "value", rule, joined([empty, *fixed], "；", "; "), value=str(members[few[0]]))


def _as_found(shape: Relative) -> str:
    """The goalposts of all as they are written in a scheme; empty where they are those of classes, or no ends, best or benchmark."""
    entry = (shape.found or {}).get(EVERYONE)
    if not isinstance(entry, Ends | Best):
        return ""
    numbers = ", ".join(f"{key} = {float(value)!r}".removesuffix(".0") for key, value in entry.model_dump().items())
    return f"found = {{ {EVERYONE} = {{ {numbers} }} }}"


def _treated(valued: Valued) -> Iterator[Problem]:
    item, treatment = valued.item, valued.item.outliers
    count = 0 if valued.treated is None else np.count_nonzero(valued.treated)
    if count:
        rule = phrase("“{label}”有 {n} 个数值作了离群值处理", "{n:value|values} of `{label}` treated as outliers", label=item.label, n=count)
        mend = Phrase("逐项列在“替代与处理的数值”中，请委员会过目", "each is listed with the values touched, for the committee to see")
        yield _said("note", item, "outliers", rule, mend, value=str(count))
    if isinstance(treatment, Winsorise) and treatment.stays_skewed(valued.used):
        rule = phrase("“{label}”缩尾后偏度和峰度仍超限", "`{label}` stays skewed beyond both limits", label=item.label)
        mend = Phrase("请考虑增大 most，或改用 log", "think of a greater `most`, or of `log`")
        yield _said("warning", item, "outliers", rule, mend)


def sum_problems(scheme: Scheme, tree: Tree, scores: Mapping[str, Floats]) -> Iterator[Problem]:
    """Every sum whose points are raised in proportion where something does not count, although the scheme does not say so."""
    rules: dict[str, Group | Total] = {**{group.id: group for group in scheme.groups}, TOTAL: scheme.total}
    for branch in tree.branches:
        node = tree.nodes[branch.node]
        if rules[node].aggregate != "sum" or rules[node].not_applicable is not None:
            continue
        lacking = np.isnan([scores[tree.nodes[child]] for child in branch.children])
        raised = lacking.any(axis=0) & ~np.isnan(scores[node])
        if raised.any():
            weights = tree.weights[list(branch.children)]
            left = float(weights[~lacking[:, int(raised.argmax())]].sum())
            yield _raised(branch.label, node, int(raised.sum()), left, float(weights.sum()))


def quotient_problems(scheme: Scheme, tree: Tree, scores: Mapping[str, Floats], members: pd.Index[Any]) -> Iterator[Problem]:
    """Every quotient that cannot be taken for members who have both scores, since the second is not above 0."""
    for branch in tree.branches:
        if branch.other != "quotient" or len(branch.children) < 2:
            continue
        above, below = (scores[tree.nodes[child]] for child in branch.children[:2])
        without = ~np.isnan(above) & (below <= 0)
        if without.any():
            by, node = scheme.label(tree.nodes[branch.children[1]]), tree.nodes[branch.node]
            rule = phrase("“{label.zh}”是两项之比，有 {n} 家会员的“{by}”不大于 0，比值算不出，没有得分（首家：会员 {member}）",
                          "`{label.en}` is a quotient, and `{by}` of {n:member|members} is not above 0: they have no score there (the first: member {member})",
                          label=branch.label, n=int(without.sum()), by=by, member=members[int(without.argmax())])  # fmt: skip
            mend = phrase("请核对“{by}”；确为 0 的，没有得分即不参加排名", "check `{by}`; who has 0 indeed has no score and is not ranked by it", by=by)
            yield Problem("warning", rule, mend, file="scheme.toml", column="total.aggregate" if node == TOTAL else f"group[{node}].aggregate")


def huge_problems(scheme: Scheme, totals: Floats, members: pd.Index[Any], nodes: Mapping[str, Floats] | None = None, points: Mapping[str, Floats] | None = None) -> Iterator[Problem]:
    """Totals so far above the scale that no decimal of theirs is known, of a quotient by next to nothing, say; those too large to be reckoned with are errors, as such scores of nodes and points are."""
    for node, column in {**(nodes or {}), **(points or {}), TOTAL: totals}.items():
        beyond = np.abs(column) > BEYOND
        if beyond.any():
            first = int(beyond.argmax())
            rule = phrase("“{label}”有 {n} 家会员的分数大到无法计算（首家：会员 {member}，{score:.3g}）", "`{label}` of {n:member is|members is} too large to be reckoned with (the first: member {member}, {score:.3g})",
                          label=scheme.label(node), n=int(beyond.sum()), member=members[first], score=float(column[first]))  # fmt: skip
            mend = Phrase("请核对其中的数（per、floor、cap 等）和记录里的数，多半多写了位数", "check the numbers written there (`per`, `floor`, `cap` and the like) and those recorded: most often a digit too many")
            yield Problem("error", rule, mend, file="scheme.toml", column=node, value=f"{float(column[first]):.3g}")
    huge = np.abs(np.nan_to_num(totals)) > HUGE * scheme.scale
    if huge.any():
        first = int(huge.argmax())
        rule = phrase(
            "{n} 家会员的总分超出满分 {scale:g} 一百万倍以上（首家：会员 {member}，{total:.3g}）",
            "the total of {n:member is|members is} more than a million times the scale of {scale:g} (the first: member {member}, {total:.3g})",
            n=int(huge.sum()), scale=scheme.scale, member=members[first], total=float(totals[first]),
        )  # fmt: skip
        mend = Phrase("多因除数近于 0，或加分无封顶；请核对，或写 [total] cap", "divided by next to nothing, or points without a cap: check it, or write [total] `cap`")
        yield Problem("warning", rule, mend, file="scheme.toml", column="total")


def not_known(trial: Phrase, day: dt.date, decided: dt.date) -> Problem:
    """What a list by the records of one day cannot know of another."""
    later = Phrase("只凭现有记录：此后才会有的记录、修复和撤销无从知晓", "by the records there are: what is recorded, repaired or withdrawn from now on cannot be known")
    earlier = Phrase("只凭现有记录：各条记录的状态是现在的，不是当时的", "by the records there are: their states are those of now, not of then")
    rule = joined([trial, later if day > decided else earlier], "；", "; ")
    return Problem("note", rule, Phrase("仅供参考，不能封存", "for information; it cannot be sealed"), file="scheme.toml", column="as_of", value=str(day))


def _raised(label: Phrase, node: str, members: int, left: float, full: float) -> Problem:
    """That points of a sum were raised, of how many members, and by how much for the first of them."""
    rule = phrase("“{label.zh}”各项相加，有 {n} 家会员的某些项不计，其余各项的分按比例放大，如满分 {left} 放大到 {full}",
                  "`{label.en}` is a sum, and of {n:member|members} some of it does not count: the other points are raised in proportion, as {left} in all to {full}",
                  label=label, n=members, left=figure(left), full=figure(full))  # fmt: skip
    mend = Phrase('请写明：not_applicable = "rescale"（放大）或 not_applicable = 0（计 0 分）', 'say which is meant: not_applicable = "rescale", or not_applicable = 0')
    column = "total.not_applicable" if node == TOTAL else f"group[{node}].not_applicable"
    return Problem("warning", rule, mend, file="scheme.toml", column=column)


def _whom(name: str) -> Phrase:
    return Phrase("全部会员", "among all members") if name == EVERYONE else phrase("“{c}”类", "in the class `{c}`", c=name)


def _said(severity: Severity, item: Indicator | Group, key: str, rule: Phrase, mend: Phrase, *, value: str = "") -> Problem:
    place = f"indicator[{item.id}]" if isinstance(item, Indicator) else TOTAL if item.id == TOTAL else f"group[{item.id}]"
    return Problem(severity, rule, mend, file="scheme.toml", column=f"{place}.{key}", value=value)
