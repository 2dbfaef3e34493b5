"""What a strict model says of a TOML file, as faults a committee can mend."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from toolkit.errors import Severity, nearest
from toolkit.text import Phrase, phrase
from toolkit.toml_places import KeyPath, Raw, at


@dataclass(frozen=True)
class Fault:
    """A fault at a key of the file, such as weights that do not sum to 100."""

    path: KeyPath
    rule: Phrase
    mend: Phrase
    value: str = ""
    severity: Severity = "error"


def model_fault(detail: ErrorDetails, raw: Raw, schema: Raw) -> Fault:
    """One error of a model as a fault; `schema` is the model's JSON Schema, for the names it knows."""
    path = _path_in(raw, detail["loc"])
    kind: str = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, _known_keys(schema, detail["loc"][:-1]))
    if kind == "missing":
        rule = phrase("缺少“{key}”", "`{key}` is missing", key=path[-1])
        return Fault(path, rule, Phrase("请补上这一项", "add it"))
    if kind.startswith(("literal", "union_tag")):
        context = detail.get("ctx", {})
        known = str(context.get("expected", context.get("expected_tags", "")))
        if kind == "union_tag_not_found":
            return Fault(path, Phrase("没有写明种类", "its kind is not named"), Phrase("请补上种类", "name its kind"))
        tag = str(context.get("discriminator", "")).strip("'")
        return _unknown_name((*path, tag) if kind == "union_tag_invalid" else path, known, detail["input"], raw)
    said = detail["msg"].removeprefix("Value error, ")
    unforeseen = phrase("填写不合要求：{said}", "not allowed: {said}", said=said), Phrase("请按说明改正", "correct it")
    rule, mend = TYPE_FAULTS.get(kind, unforeseen)
    bound = next((v for k, v in detail.get("ctx", {}).items() if k in {"gt", "ge", "lt", "le"}), "")
    return Fault(path, _filled(rule, bound), mend)


def _unknown_key(path: KeyPath, known: Iterable[str]) -> Fault:
    guess = nearest(str(path[-1]), known)
    mend = Phrase("请删去这一项", "remove it")
    if guess:
        mend = phrase("是否应为“{guess}”？", "is `{guess}` meant?", guess=guess)
    return Fault(path, phrase("不认识的项“{key}”", "unknown key `{key}`", key=path[-1]), mend)


def _unknown_name(path: KeyPath, expected: str, given: object, raw: Raw) -> Fault:
    names = re.findall(r"'([^']+)'", expected)
    word = at(raw, path) if isinstance(given, dict) else given
    guess = nearest(str(word), names)
    listed = "、".join(names), ", ".join(names)
    mend = phrase("请从中选一：{zh}", "choose one of: {en}", zh=listed[0], en=listed[1])
    if guess:
        mend = phrase("是否应为“{guess}”？可用：{zh}", "is `{guess}` meant? Known: {en}", guess=guess, zh=listed[0], en=listed[1])
    return Fault(path, Phrase("不认识的取值", "unknown name"), mend)


def _filled(rule: Phrase, bound: object) -> Phrase:
    return Phrase(*(said.replace("{bound}", str(bound)) for said in (rule.zh, rule.en)))


def _number(zh: str, en: str) -> tuple[Phrase, Phrase]:
    return Phrase(zh, en), Phrase("请改为允许的数", "write an allowed number")


TYPE_FAULTS: dict[str, tuple[Phrase, Phrase]] = {
    "float_type": (Phrase("应为数字", "must be a number"), Phrase("请写数字，不加引号", "write a number without quotes")),
    "int_type": (Phrase("应为整数", "must be a whole number"), Phrase("请写整数，不加引号", "write a whole number without quotes")),
    "int_from_float": (Phrase("应为整数", "must be a whole number"), Phrase("请写整数", "write a whole number")),
    "string_type": (Phrase("应为文字", "must be text"), Phrase("请加上引号", "put it in quotes")),
    "bool_type": (Phrase("应为 true 或 false", "must be true or false"), Phrase("请写 true 或 false", "write true or false")),
    "date_type": (Phrase("应为日期", "must be a date"), Phrase("请写成 2018-12-31，不加引号", "write 2018-12-31 without quotes")),
    "tuple_type": (Phrase("应为列表", "must be a list"), Phrase("请用方括号括起来", "put it in square brackets")),
    "dict_type": (Phrase("应为一组键值", "must be a table"), Phrase("请用花括号写成 { 键 = 值 }", "write { key = value }")),
    "model_type": (Phrase("应为一组键值", "must be a table"), Phrase("请用花括号写成 { 键 = 值 }", "write { key = value }")),
    "finite_number": _number("不能是 NaN 或无穷大", "must not be NaN or infinite"),
    "greater_than": _number("必须大于 {bound}", "must be greater than {bound}"),
    "greater_than_equal": _number("不能小于 {bound}", "must be at least {bound}"),
    "less_than": _number("必须小于 {bound}", "must be less than {bound}"),
    "less_than_equal": _number("不能大于 {bound}", "must be at most {bound}"),
    "too_short": (Phrase("列表太短", "the list is too short"), Phrase("请补足", "add what is missing")),
    "too_long": (Phrase("列表太长", "the list is too long"), Phrase("请删去多余的", "remove what is too much")),
    "string_too_short": (Phrase("不能为空", "must not be empty"), Phrase("请填写", "fill it in")),
}


def _path_in(raw: Raw, loc: KeyPath) -> KeyPath:
    """A place in the model as a place in the file: names of union members are no keys of it."""
    path: list[str | int] = []
    here: Any = raw
    for place, part in enumerate(loc):
        last = place == len(loc) - 1
        inside = isinstance(here, dict) and part in here
        within = isinstance(here, list) and isinstance(part, int) and part < len(here)
        if inside or within:
            here = here[part]
        elif not last or not isinstance(here, dict | list):
            continue
        path.append(part)
    return tuple(path)


def _known_keys(schema: Raw, loc: KeyPath) -> list[str]:
    """The keys that the model allows at a place, from its JSON Schema."""
    here = schema
    for part in loc:
        here = _inside(_deref(here, schema), part, schema)
    return list(_deref(here, schema).get("properties", {}))


def _deref(node: Raw, schema: Raw) -> Raw:
    for choice in node.get("anyOf", []):
        if choice.get("type") != "null":
            return _deref(choice, schema)
    if "$ref" in node:
        return _deref(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema)
    return node


def _inside(node: Raw, part: str | int, schema: Raw) -> Raw:
    if "discriminator" in node:
        return _deref({"$ref": node["discriminator"]["mapping"][part]}, schema)
    if "oneOf" in node:  # a table, or something plainer: the part names which
        return next((choice for choice in node["oneOf"] if "$ref" in choice), {})
    if isinstance(part, int):
        return dict(node.get("items", {}))
    inner = node.get("properties", {}).get(part, node.get("additionalProperties", {}))
    return dict(inner) if isinstance(inner, dict) else {}
