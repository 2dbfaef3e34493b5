"""What can be wrong with requirements: about nothing, about nothing known, or such as nobody can meet."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.scheme.faults.plain import BOUNDS, NODE_LISTS, clash, ids, is_number, unknown
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_places import KeyPath, Raw, at

NODE, CONDITION, AWARD = Phrase("节点", "node"), Phrase("条件", "condition"), Phrase("奖项", "award")


def nodes(raw: Raw) -> list[str]:
    """Everything that has a score: the tree, the adjustments, the total."""
    return [*ids(raw, *NODE_LISTS, "adjustment"), "total"]


def requirement_faults(raw: Raw, path: KeyPath) -> Iterator[Fault]:
    """Every fault of the requirements listed at `path`."""
    listed = at(raw, path)
    for place, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            yield from _subject(raw, (*path, place), item)
            yield from _bounds((*path, place), item)
            if item.get("classes") and at(raw, ("members", "class")) is None:
                rule = Phrase("办法没有会员类别，不能只向某类会员要求", "the scheme has no classes of members to ask it of")
                yield Fault((*path, place, "classes"), rule, Phrase("请在 [members] 中写 class，或删去这一项", "name [members] class, or remove it"))


def _subject(raw: Raw, path: KeyPath, item: Raw) -> Iterator[Fault]:
    if ("node" in item) == ("condition" in item):
        rule = Phrase("要写 node（节点）或 condition（条件）之一", "a requirement names a node or a condition")
        yield Fault(path, rule, Phrase("请只写其中一项", "write just one of them"))
        return
    key, kind, known = ("node", NODE, nodes(raw)) if "node" in item else ("condition", CONDITION, ids(raw, "condition"))
    given = item[key]
    if isinstance(given, str) and given not in known:
        yield unknown((*path, key), kind, given, known, raw)


def _bounds(path: KeyPath, item: Raw) -> Iterator[Fault]:
    written = [key for key in BOUNDS if key in item]
    if not written and not item.get("among"):
        rule = Phrase("没有写明要求什么", "it asks for nothing")
        mend = Phrase("请写 least、above、most、below 或 among", "write `least`, `above`, `most`, `below` or `among`")
        yield Fault(path, rule, mend)
    if "among" in item and "node" in item:
        rule = Phrase("得分不能用 among", "a score is not asked for by `among`")
        yield Fault((*path, "among"), rule, Phrase("请改用 least 等；among 用于条件", "use `least` or the like; `among` is for conditions"))
    if all(is_number(item[key]) for key in written) and (empty := clash(item)):
        low, high = empty
        rule = phrase(
            "{low} = {a:g} 与 {high} = {b:g} 矛盾，无人能同时达到",
            "`{low}` = {a:g} and `{high}` = {b:g} cannot both be met",
            low=low, a=item[low], high=high, b=item[high],
        )  # fmt: skip
        yield Fault((*path, high), rule, Phrase("请改正其中一个数", "mend one of the two"))
