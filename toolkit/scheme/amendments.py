"""Amendments: what one scheme decides otherwise than another, in the words of a minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from toolkit.scheme.paths import plain
from toolkit.scheme.words import key_words
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.toml_places import Raw

EMPTY: tuple[Any, ...] = (None, "", [], {})
WORDS: dict[object, Phrase] = {
    True: Phrase("是", "yes"),
    False: Phrase("否", "no"),
    None: Phrase("无", "none"),
    "": Phrase("无", "none"),
    "arithmetic": Phrase("加权算术平均", "arithmetic"),
    "geometric": Phrase("加权几何平均", "geometric"),
    "harmonic": Phrase("加权调和平均", "harmonic"),
    "minimum": Phrase("取最低", "minimum"),
    "conditional": Phrase("按情形加权", "conditional"),
    "worst": Phrase("按最低值计", "worst"),
    "exclude": Phrase("不计，权重分给同级", "exclude"),
    "class_median": Phrase("按本类中位数计", "class median"),
    "unranked": Phrase("不排名", "unranked"),
    "error": Phrase("视为错误", "error"),
    "joint": Phrase("并列", "joint"),
    "committee": Phrase("由委员会决定", "left to the committee"),
    "linear": Phrase("线性", "linear"),
    "log": Phrase("对数", "logarithm"),
    "points": Phrase("按量计分", "points for each"),
    "steps": Phrase("分档", "steps"),
    "piecewise": Phrase("折线", "piecewise"),
    "target": Phrase("适度", "target"),
    "category": Phrase("按状态", "by state"),
    "logistic": Phrase("S 形曲线", "logistic"),
    "min_max": Phrase("极差法", "min-max"),
    "z_score": Phrase("标准化", "z-score"),
    "percentile": Phrase("百分位", "percentile"),
    "rank": Phrase("名次", "rank"),
    "borda": Phrase("波达计数", "Borda"),
    "share_of_best": Phrase("与最好者之比", "share of the best"),
    "exponential_rank": Phrase("名次的指数变换", "exponential of the rank"),
    "higher": Phrase("越大越好", "higher"),
    "lower": Phrase("越小越好", "lower"),
    "median": Phrase("中位数", "median"),
    "trimmed": Phrase("去掉最高最低后平均", "trimmed mean"),
    "aij": Phrase("先合并两两比较", "joint comparisons"),
    "pseudonyms": Phrase("只留编号", "by code"),
}
Side: TypeAlias = tuple[Any, Any]  # as written, and with what holds by default
NODE_KEYS = ("ties", "node", "by", "group", "observed")


@dataclass(frozen=True)
class Amendment:
    """One thing decided otherwise.

    Parameters
    ----------
    place
        Where it stands in the scheme, as `Scheme.with_` takes it: ``indicator[pledge].weight``.
    kind
        Whether an item or a key was added, removed, put elsewhere in its list, or changed.
    before, after
        Plain values; None where there is none.
    words
        The change as a minute says it.
    """

    place: str
    kind: Literal["added", "removed", "moved", "changed"]
    before: Any
    after: Any
    words: Phrase


def diff(before: Scheme, after: Scheme) -> tuple[Amendment, ...]:
    """What `after` decides otherwise than `before`, in the order of the schemes; empty when they say the same.

    Examples
    --------
    >>> diff(scheme, scheme.with_weights({"learning": 35}))[0].words.zh  # doctest: +SKIP
    '权重：学习培训 30 → 35'
    """
    old, new = ((plain(scheme), plain(scheme, written=False)) for scheme in (before, after))
    labels = {item["id"]: item.get("label", item["id"]) for written, _ in (old, new) for item in _items(written)}
    return tuple(_between(old, new, (), (), labels))


def _items(raw: Raw) -> Iterator[Raw]:
    for listed in raw.values():
        if _identified(listed):
            yield from listed


def _identified(listed: Any) -> bool:
    return isinstance(listed, list) and bool(listed) and all(isinstance(item, dict) and "id" in item for item in listed)


def _between(old: Side, new: Side, path: tuple[str, ...], said: tuple[Phrase, ...], labels: Raw) -> Iterator[Amendment]:
    """What was written on either side; where only one wrote it, beside what holds by default on the other."""
    for key in dict.fromkeys([*old[0], *new[0]]):
        first, second = (_held(side, key) for side in (old, new))
        if first[1] == second[1]:
            continue
        if _identified(first[0]) or _identified(second[0]):
            yield from _lists(key, first, second, labels)
        elif _alike(first[0], second[0]):
            yield from _between(first, second, (*path, key), (*said, key_words(key)), labels)
        else:
            yield _changed((*path, key), (*said, key_words(key)), first[0], second[0], labels)


def _held(side: Side, key: str) -> Side:
    written, whole = side
    default = whole.get(key)
    return written.get(key, default), default


def _alike(first: Any, second: Any) -> bool:
    """Whether two tables differ key by key, rather than as a whole: another shape is another decision."""
    return isinstance(first, dict) and isinstance(second, dict) and first.get("shape") == second.get("shape")


def _lists(key: str, old: Side, new: Side, labels: Raw) -> Iterator[Amendment]:
    first, second = ({item["id"]: (item, whole) for item, whole in zip(*side, strict=True)} for side in (old, new))
    for id_ in dict.fromkeys([*first, *second]):
        place, named = f"{key}[{id_}]", Phrase(*[str(labels[id_])] * 2)
        if id_ not in second:
            words = _sentence("删去{what}：{label}", "{what} removed: {label}", key, named)
            yield Amendment(place, "removed", first[id_][0], None, words)
        elif id_ not in first:
            words = _sentence("新增{what}：{label}", "{what} added: {label}", key, named)
            yield Amendment(place, "added", None, second[id_][0], words)
        else:
            yield from _between(first[id_], second[id_], (place,), (named,), labels)
    both = [[id_ for id_ in ids if id_ in first and id_ in second] for ids in (first, second)]
    if both[0] != both[1]:
        zh = phrase("{what}的先后改为：{order}", "{en}: now in the order {order}", what=key_words(key).zh, en=key_words(key).en,
                    order="、".join(str(labels[id_]) for id_ in second))  # fmt: skip
        yield Amendment(key, "moved", both[0], both[1], zh)


def _sentence(zh: str, en: str, key: str, named: Phrase) -> Phrase:
    return Phrase(zh.format(what=key_words(key).zh, label=named.zh), en.format(what=key_words(key).en, label=named.en))


def _changed(path: tuple[str, ...], said: tuple[Phrase, ...], first: Any, second: Any, labels: Raw) -> Amendment:
    """The last of what is said is what was changed, the first where: 权重：学习交流 40 → 35."""
    *where, what = said
    places = Phrase(" · ".join(item.zh for item in where), " · ".join(item.en for item in where))
    named = labels if path[-1] in NODE_KEYS else {}
    digits = 15 if _rounded_alike(first, second) else 6
    old, new = _worded(first, named, digits), _worded(second, named, digits)
    zh = "：".join(part for part in (what.zh, f"{places.zh} {old.zh} → {new.zh}".strip()) if part)
    en = ": ".join(part for part in (what.en, f"{places.en} {old.en} → {new.en}".strip()) if part)
    kind: Literal["added", "removed", "changed"] = "added" if first is None else "removed" if second is None else "changed"
    return Amendment(".".join(path), kind, first, second, Phrase(zh, en))


def _rounded_alike(first: Any, second: Any) -> bool:
    numbers = isinstance(first, float | int) and isinstance(second, float | int)
    return numbers and f"{first:.6g}" == f"{second:.6g}"


def _worded(value: Any, labels: Raw, digits: int = 6) -> Phrase:
    if isinstance(value, dict):
        parts = [(key_words(str(key)), _worded(item, labels, digits)) for key, item in value.items() if item not in EMPTY]
        return Phrase("，".join(f"{k.zh} {v.zh}" for k, v in parts), ", ".join(f"{k.en} {v.en}" for k, v in parts))
    if isinstance(value, list):
        items = [_worded(item, labels, digits) for item in value]
        return Phrase("、".join(item.zh for item in items) or "无", ", ".join(item.en for item in items) or "none")
    if isinstance(value, float):
        return Phrase(*[f"{value:.{digits}g}"] * 2)
    known = None if isinstance(value, int) and not isinstance(value, bool) else WORDS.get(value)  # 1 is not "yes"
    return known or Phrase(*[str(labels.get(value, value))] * 2)
