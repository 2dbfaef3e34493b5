"""How shapes, outlier treatments and missing policies read, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolkit.scheme.criteria import Indicator
from toolkit.scheme.outliers import BoxCox, Winsorise
from toolkit.shapes import (
    Borda,
    Category,
    ExponentialRank,
    Linear,
    Log,
    Logistic,
    MinMax,
    Percentile,
    Piecewise,
    Points,
    Ranged,
    Rank,
    Relative,
    ShareOfBest,
    Steps,
    Target,
    ZScore,
)
from toolkit.stand_ins import POINTS
from toolkit.text import Phrase, phrase
from toolkit.wording import MISSING_POLICIES, figure, raw_value

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.scheme.outliers import Outliers
    from toolkit.shapes import Shape

TOUCHES = {
    **MISSING_POLICIES,
    POINTS: Phrase("按规定分数计", "the points laid down"),
    "winsorise": Phrase("缩尾", "drawn in to the next values"),
    "log": Phrase("对数变换", "logarithm"),
    "box_cox": Phrase("Box-Cox 变换", "Box-Cox transformation"),
}


def touched_in_words(scheme: Scheme, indicator: str, how: str) -> Phrase:
    """What was done to a value, as `Evaluation.touched` names it: which number, or what stood in, or which treatment."""
    node = scheme.nodes[indicator]
    return missing_in_words(node.missing) if how == POINTS and isinstance(node, Indicator) else TOUCHES[how]


def valued_in_words(item: Indicator) -> Phrase:
    """How an indicator is valued: its outlier treatment first, then its shape."""
    said = shape_in_words(item.value)
    if item.outliers is None:
        return said
    treated = outliers_in_words(item.outliers)
    return Phrase(f"{treated.zh}；{said.zh}", f"{treated.en}; {said.en}")


def missing_in_words(missing: str | float) -> Phrase:
    """What is done about a missing value.

    Examples
    --------
    >>> missing_in_words(40.0).into("en"), missing_in_words("mean").into("zh")
    ('counts as 40', '按全部会员平均分计')
    """
    if isinstance(missing, str):
        return MISSING_POLICIES[missing]
    return phrase("按 {n} 分计", "counts as {n}", n=figure(missing))


def outliers_in_words(treatment: Outliers) -> Phrase:
    """How outliers are treated."""
    if isinstance(treatment, Winsorise) and treatment.tails:
        low, high = (figure(100 * share) for share in treatment.tails)
        return phrase("缩尾：最低 {low}%、最高 {high}%", "lowest {low}% and highest {high}% drawn in", low=low, high=high)
    if isinstance(treatment, Winsorise):
        limits = {"s": figure(treatment.skewness), "k": figure(treatment.kurtosis), "n": treatment.most}
        return phrase(
            "缩尾：偏度达 {s} 且峰度达 {k} 时，至多 {n} 个数值",
            "at most {n} values drawn in where skewness reaches {s} and kurtosis {k}",
            **limits,
        )
    if isinstance(treatment, BoxCox):
        power = None if treatment.exponent is None else figure(treatment.exponent)
        return phrase("先作 Box-Cox 变换（{zh}）", "Box-Cox transformation first ({en})",
                      zh=f"λ = {power}" if power else "λ 由数据拟合", en=f"lambda {power}" if power else "lambda fitted")  # fmt: skip
    return Phrase("先取对数", "logarithm first")


def shape_in_words(shape: Shape) -> Phrase:
    """How a raw value becomes points.

    Examples
    --------
    >>> shape_in_words(Linear(shape="linear", worst=0, best=40)).into("en")
    'straight from 0 (none) to 40 (full)'
    """
    match shape:
        case Relative():
            said = _qualified(shape, _relative(shape))
        case Linear() | Log():
            said = _between(shape)
        case Points():
            said = _counted(shape)
        case Steps():
            said = _stepped(shape)
        case Piecewise(points=points):
            zh = [f"{figure(raw)} 计 {figure(value)} 分" for raw, value in points]
            en = [f"{figure(raw)}: {figure(value)}" for raw, value in points]
            said = Phrase(f"分段线性：{'，'.join(zh)}，其间按直线", f"straight between {', '.join(en)}")
        case Category():
            said = _states(shape)
        case Target():
            said = _target(shape)
        case Logistic(middle=middle, better=better):
            turn = Phrase("越高越好", "more is better") if better == "higher" else Phrase("越低越好", "less is better")
            said = phrase("S 形曲线：{m} 计一半，{zh}", "S-curve, half at {m}, {en}", m=figure(middle), zh=turn.zh, en=turn.en)
    return said


def _relative(shape: Relative) -> Phrase:
    low, high = _ends(shape)
    ends = {"low": low.zh, "high": high.zh, "low_en": low.en, "high_en": high.en}
    said = phrase("按名次等距：首名{high}，末名{low}", "by rank in even steps, {high_en} for the first, {low_en} for the last", **ends)
    match shape:
        case MinMax():
            said = phrase("极差法：最好的计{high}，最差的计{low}", "the best {high_en}, the worst {low_en}, straight between", **ends)
        case ZScore(mean=mean, deviation=deviation):
            said = phrase("标准分：平均水平计 {m} 分，每好一个标准差加 {d} 分", "z-score: {m} for the mean, {d} for each deviation better",
                          m=figure(mean), d=figure(deviation))  # fmt: skip
        case ShareOfBest():
            said = phrase("按与最好值之比，最好的计{high}", "as a share of the best, which has {high_en}", **ends)
        case Percentile():
            said = phrase("按超过其余会员的比例，从{low}到{high}", "the share of the others surpassed, {low_en} to {high_en}", **ends)
        case Rank() if shape.to is None:
            said = Phrase("名次分：末名 1 分，每高一名加 1 分", "points for the rank, 1 for the last")
        case Borda() if shape.to is None:
            said = Phrase("博尔达计分：每超过一名会员得 1 分", "Borda, a point for each member surpassed")
        case ExponentialRank(rate=rate):
            said = phrase("名次的指数变换（参数 {r}）", "exponential of the rank (rate {r})", r=figure(rate))
    return said


def _qualified(shape: Relative, said: Phrase) -> Phrase:
    extras = [
        (shape.better == "lower", Phrase("越低越好", "less is better")),
        (shape.within == "class", Phrase("在本类会员中比较", "within the class")),
        (shape.found is not None, Phrase("比较标准已固定", "as found, fixed")),
    ]
    told = [extra for holds, extra in extras if holds]
    return Phrase("，".join([said.zh, *(extra.zh for extra in told)]), ", ".join([said.en, *(extra.en for extra in told)]))


def _ends(shape: Ranged) -> tuple[Phrase, Phrase]:
    if shape.to is None:
        return Phrase("零分", "none"), Phrase("满分", "full")
    low, high = (figure(end) for end in shape.to)
    return Phrase(f" {low} 分", low), Phrase(f" {high} 分", high)


def _between(shape: Linear | Log) -> Phrase:
    low, high = _ends(shape)
    kind = Phrase("线性", "straight from") if isinstance(shape, Linear) else Phrase("对数", "logarithm,")
    worst, best = figure(shape.worst), figure(shape.best)
    return Phrase(
        f"{kind.zh}：{worst} 计{low.zh}，{best} 计{high.zh}", f"{kind.en} {worst} ({low.en}) to {best} ({high.en})"
    )


def _target(shape: Target) -> Phrase:
    low, high = _ends(shape)
    (worst, far), (near, best) = ((figure(end) for end in ends) for ends in (shape.worst, shape.best))
    return Phrase(
        f"适度：{near} 至 {best} 计{high.zh}，低到 {worst} 或高到 {far} 计{low.zh}",
        f"{near} to {best} ({high.en}), falling to {worst} and {far} ({low.en})",
    )


def _counted(shape: Points) -> Phrase:
    each = phrase("每一单位 {per} 分", "{per} for each", per=figure(shape.per))
    if shape.base:
        turn = Phrase("加", "more") if shape.per >= 0 else Phrase("减", "less")
        start, per = figure(shape.base), figure(abs(shape.per))
        each = Phrase(f"{start} 分起，每一单位{turn.zh} {per} 分", f"from {start}, {per} {turn.en} for each")
    if shape.cap is None:
        return each
    return Phrase(f"{each.zh}，最多 {figure(shape.cap)} 分", f"{each.en}, at most {figure(shape.cap)}")


def _stepped(shape: Steps) -> Phrase:
    zh = [f"满 {figure(bound)} 计 {figure(value)} 分" for bound, value in shape.steps]
    en = [f"from {figure(bound)}: {figure(value)}" for bound, value in shape.steps]
    below = figure(shape.below)
    return Phrase("，".join([*zh, f"不足计 {below} 分"]), ", ".join([*en, f"below: {below}"]))


def _states(shape: Category) -> Phrase:
    truth: dict[str, object] = {"true": True, "false": False}
    shown = [(truth.get(state, state), figure(value)) for state, value in shape.points.items()]
    zh = [f"{raw_value(state, '', 'zh')} {value} 分" for state, value in shown]
    en = [f"{raw_value(state, '', 'en')} {value}" for state, value in shown]
    if shape.other is not None:
        zh, en = [*zh, f"其他 {figure(shape.other)} 分"], [*en, f"others {figure(shape.other)}"]
    return Phrase("，".join(zh), ", ".join(en))
