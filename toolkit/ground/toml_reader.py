"""A TOML file read strictly into a frozen model: every fault at once, with its line, how to mend it and the nearest right name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails

from toolkit.ground.problems import Problem, Problems, Refused, Severity, did_you_mean, inaccessible, refuse
from toolkit.ground.resources import is_frozen
from toolkit.ground.text import Phrase, key_words, phrase
from toolkit.ground.toml_syntax import (
    Halt,
    KeyPath,
    Raw,
    Readable,
    as_meant,
    at,
    beyond,
    bounded,
    exceeds,
    half_width,
    key_lines,
    mended_at,
    parser_words,
    place_words,
    readable,
    slips,
    turned,
    with_quoted_keys,
)

NUMBER_TYPES = ("float_type", "int_type")
DIGITS = re.compile(r"0[xob][0-9A-Fa-f_]{1000,}|[0-9_]{1001,}")
ENDLESS = Phrase("有一个数字长达上千位", "A number of thousands of digits"), Phrase("请核对位数", "check its digits")
NO_NUMBER = Phrase("数字太大", "the number is too large"), Phrase("请核对位数", "check its digits")

TURNED = (
    Phrase("含有改变书写方向的控制符：看不见，却会把其后的文字倒过来显示", "holds a mark that turns the direction of writing: it cannot be seen, and what follows it is shown backwards"),
    Phrase("请把这一处文字整个删去，重新输入", "delete the whole of this text, and type it anew"),
)


@dataclass(frozen=True)
class Fault:
    """A fault at a key of the file, such as weights that do not sum to 100; `extra` where the key is one too many."""

    path: KeyPath
    rule: Phrase
    mend: Phrase
    value: str = ""
    severity: Severity = "error"
    extra: bool = False


@cache
def schema_of(model: type[BaseModel]) -> Raw:
    """The JSON Schema of a model, made once: that takes longer than all else that a fault wants."""
    return model.model_json_schema()


def model_faults(details: Sequence[ErrorDetails], raw: Raw, schema: Raw) -> list[Fault]:
    """The errors of a model as faults, one for each place; `schema` is the model's JSON Schema, for the names it knows.

    Where a place takes things of several kinds, that of another kind is said only if what stands there is of none.
    """
    faults: dict[KeyPath, Fault] = {}
    other_kinds: set[KeyPath] = set()
    within = {detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))}
    telling = [detail for detail in details if not (detail["type"] == "too_short" and detail["loc"] in within)]  # bad items do not count
    for detail in sorted(telling, key=lambda detail: detail["type"].endswith("_type")):
        fault = _model_fault(detail, raw, schema)
        if faults.setdefault(fault.path, fault) is fault and detail["type"].endswith("_type"):
            other_kinds.add(fault.path)
    taken = {path[:end] for path in faults for end in range(len(path))}  # of a kind it takes, and wrong further in
    return [fault for path, fault in faults.items() if not (path in other_kinds and path in taken)]


def _model_fault(detail: ErrorDetails, raw: Raw, schema: Raw) -> Fault:
    kind: str = detail["type"]
    path = _path_in(raw, detail["loc"], lacking=kind == "missing")
    if kind == "extra_forbidden":
        return _unknown_key(path, _known_keys(schema, detail["loc"][:-1]))
    if kind == "dataclass_exact_type":
        name = detail["ctx"]["class_name"]
        return Fault(_path_in(raw, detail["loc"][:-1]), phrase("应是 {name} 一类的设定", "must be a {name} or its like", name=name),
                     phrase("请写 {name}(...)", "write {name}(...)", name=name))  # fmt: skip
    if kind == "missing":
        return Fault(path, _lacking(path[-1]), _with_words(Phrase("请补上这一项", "add it"), schema, detail["loc"]))
    if kind.startswith(("literal", "union_tag")):
        context = detail.get("ctx", {})
        known = str(context.get("expected", context.get("expected_tags", "")))
        if kind == "union_tag_not_found":
            return Fault(path, Phrase("没有写明种类", "its kind is not named"), Phrase("请补上种类", "name its kind"))
        tag = str(context.get("discriminator", "")).strip("'")
        return _unknown_name((*path, tag) if kind == "union_tag_invalid" else path, known, detail["input"], raw)
    rule, mend = _misfit(detail)
    if kind in {"dict_type", "model_type"} and (keys := _known_keys(schema, detail["loc"])):
        mend = phrase("请用花括号写成 {{ {keys} }}", "write {{ {keys} }}", keys=", ".join(f"{key} = …" for key in keys))
    return Fault(path, rule, _with_words(mend, schema, detail["loc"]))


def _with_words(mend: Phrase, schema: Raw, loc: KeyPath) -> Phrase:
    """How to mend what stands at a key, and what that key says."""
    key = str(loc[-1])
    words = key_words(str(_model_at(schema, loc[:-1]).get("title")), key)
    return Phrase(f"{mend.zh}（{key}：{words.zh}）", f"{mend.en} ({key}: {words.en})") if words else mend


def _misfit(detail: ErrorDetails) -> tuple[Phrase, Phrase]:
    """The rule that a value of a wrong kind or size breaks, and how to mend it."""
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "value_error" and isinstance(unfit := context["error"], Unfit):
        return unfit.rule, unfit.mend
    if kind == "string_type" and isinstance(given, tuple):
        return TYPE_FAULTS["one_type"]
    unforeseen = Phrase("填写不合要求", f"not allowed: {detail['msg']}"), Phrase("请对照办法的写法说明改正", "correct it")
    rule, mend = TYPE_FAULTS.get(kind, unforeseen)
    if kind in NUMBER_TYPES and isinstance(given, str):
        return rule, _as_number(given, whole=kind == "int_type") or mend
    bound = next((v for k, v in context.items() if k in {"gt", "ge", "lt", "le"}), None)
    if bound == 1 and kind.startswith("less_than") and 2 <= given <= 100:
        mend = phrase("比例写小数；如指 {given:g}%，请写 {share:g}", "a share is a fraction: write {share:g} for {given:g} %", given=given, share=given / 100)
    return _filled(rule, bound), _filled(mend, bound)


class Unfit(ValueError):  # noqa: N818 - named for the value, as a committee would say it
    """What a check of a single field says of a value: the rule it breaks and how to mend it."""

    def __init__(self, rule: Phrase, mend: Phrase) -> None:
        super().__init__(f"{rule.en}; {mend.en}")
        self.rule, self.mend = rule, mend


def _lacking(key: str | int) -> Phrase:
    if isinstance(key, int):
        return phrase("缺少第 {n} 项", "item {n} is missing", n=key + 1)
    return phrase("缺少“{key}”", "`{key}` is missing", key=key)


def _as_number(given: str, *, whole: bool) -> Phrase | None:
    """How a text that was meant as a number is written; None for any other."""
    plain = half_width(given).strip()
    number = plain.removesuffix("%").rstrip()
    if re.fullmatch(r"[+-]?\d+,\d{1,2}", number):
        number = number.replace(",", ".")
    if not re.fullmatch(r"[+-]?\d+" if whole else r"[+-]?\d+(\.\d+)?", number):
        return None
    if plain.endswith("%"):
        return phrase("请写数字，不加引号和百分号：权重写 {n}，比例写 {share:g}", "write a number without quotes and per cent: a weight as {n}, a share as {share:g}",
                      n=number, share=float(number) / 100)  # fmt: skip
    width = "" if given.isascii() else "用半角"
    return phrase("请{width}写 {n}，不加引号", "write {n} without quotes", n=number, width=width)


def _unknown_key(path: KeyPath, known: Sequence[str]) -> Fault:
    mend = phrase("这里写不了这一项；可以写的有：{zh}", "this cannot be said here; what can: {en}", zh="、".join(known), en=", ".join(known))
    if not known:
        mend = Phrase("这里写不了这一项", "this cannot be said here")
    return Fault(path, phrase("不认识的项“{key}”", "unknown key `{key}`", key=path[-1]), did_you_mean(str(path[-1]), known) or mend, extra=True)


def _unknown_name(path: KeyPath, expected: str, given: object, raw: Raw) -> Fault:
    names = [quoted or number for quoted, number in re.findall(r"'([^']+)'|\b(\d+)\b", expected)]
    word = at(raw, path) if isinstance(given, dict) else given
    guess, known = did_you_mean(str(word), names), Phrase("、".join(names), ", ".join(names))
    mend = phrase("请从中选一：{known.zh}", "choose one of: {known.en}", known=known)
    if guess:
        mend = phrase("{guess.zh}可用：{known.zh}", "{guess.en} Known: {known.en}", guess=guess, known=known)
    return Fault(path, Phrase("不认识的取值", "unknown name"), mend)


def _filled(message: Phrase, bound: object) -> Phrase:
    words = f"{bound:.15g}" if isinstance(bound, float) else str(bound)
    return Phrase(*(text.replace("{bound}", words) for text in (message.zh, message.en)))


def _number(zh: str, en: str, mend_zh: str, mend_en: str) -> tuple[Phrase, Phrase]:
    return Phrase(zh, en), Phrase(mend_zh, mend_en)


TYPE_FAULTS: dict[str, tuple[Phrase, Phrase]] = {
    "float_type": (Phrase("应为数字", "must be a number"), Phrase("请写数字，不加引号", "write a number without quotes")),
    "int_type": (Phrase("应为整数", "must be a whole number"), Phrase("请写整数，不加引号", "write a whole number without quotes")),
    "int_from_float": (Phrase("应为整数", "must be a whole number"), Phrase("请写整数", "write a whole number")),
    "string_type": (Phrase("应为文字", "must be text"), Phrase("请加上引号", "put it in quotes")),
    "one_type": (Phrase("只能写一个，不能写列表", "takes one, and not a list"), Phrase("请只写一个，不加方括号", "write one, without brackets")),
    "bool_type": (Phrase("应为 true 或 false", "must be true or false"), Phrase("请写 true 或 false", "write true or false")),
    "date_type": (Phrase("应为日期", "must be a date"), Phrase("请写成 2018-12-31，不加引号", "write 2018-12-31 without quotes")),
    "tuple_type": (Phrase("应为列表", "must be a list"), Phrase("请用方括号括起来", "put it in square brackets")),
    "dict_type": (Phrase("应为一组键值", "must be a table"), Phrase("请用花括号写成 { 键 = 值 }", "write { key = value }")),
    "model_type": (Phrase("应为一组键值", "must be a table"), Phrase("请用花括号写成 { 键 = 值 }", "write { key = value }")),
    "finite_number": _number("不能是 NaN 或无穷大", "must not be NaN or infinite", "请写一个确定的数", "write a plain number"),
    "greater_than": _number("必须大于 {bound}", "must be greater than {bound}", "请写大于 {bound} 的数", "write a number greater than {bound}"),
    "greater_than_equal": _number("不能小于 {bound}", "must be at least {bound}", "请写 {bound} 或更大的数", "write {bound} or more"),
    "less_than": _number("必须小于 {bound}", "must be less than {bound}", "请写小于 {bound} 的数", "write a number less than {bound}"),
    "less_than_equal": _number("不能大于 {bound}", "must be at most {bound}", "请写 {bound} 或更小的数", "write {bound} or less"),
    "too_short": (Phrase("列表太短", "the list is too short"), Phrase("请补足", "add what is missing")),
    "too_long": (Phrase("列表太长", "the list is too long"), Phrase("请删去多余的", "remove what is too much")),
    "string_pattern_mismatch": (Phrase("写法不合要求", "is not written as it has to be"), Phrase("请对照说明改正", "see how it is written, and mend it")),
    "string_too_short": (Phrase("不能为空", "must not be empty"), Phrase("请填写", "fill it in")),
}


def _path_in(raw: Raw, loc: KeyPath, *, lacking: bool = False) -> KeyPath:
    """A place in the model as a place in the file: names of union members are no keys of it; what is `lacking` would be one."""
    path: list[str | int] = []
    value: Any = raw
    for place, part in enumerate(loc):
        last = place == len(loc) - 1
        inside = isinstance(value, dict) and part in value
        within = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if inside or within:
            value = value[part]
        elif not (last and lacking):
            continue
        path.append(part)
    return tuple(path)


def _known_keys(schema: Raw, loc: KeyPath) -> list[str]:
    """The keys that the model allows at a place, from its JSON Schema."""
    return list(_model_at(schema, loc).get("properties", {}))


def _model_at(schema: Raw, loc: KeyPath) -> Raw:
    """The part of a JSON Schema that says what may stand at a place."""
    node = schema
    for part in loc:
        node = _inside(_deref(node, schema), part, schema)
    return _deref(node, schema)


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


class StrictModel(BaseModel):
    """What a committee wrote down: strict, frozen, and without keys nobody knows."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class StrictArguments(StrictModel):
    """What is asked in Python, by name: what does not fit is refused in both languages, as in a file."""

    @model_validator(mode="wrap")
    @classmethod
    def _refused(cls, given: Any, validated: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return validated(tuples(given))
        except ValidationError as error:
            raw = given if isinstance(given, dict) else {}
            faults = model_faults(error.errors(), raw, schema_of(cls))
        raise Refused(Problems(tuple(_problem(fault, raw, {}, "", within=cls.__name__) for fault in faults)))


M = TypeVar("M", bound=StrictModel)


def no_faults(raw: Raw) -> Iterable[Fault]:  # noqa: ARG001 - the shape of every check
    """The check of a file whose fields say all there is to say."""
    return ()


def read_model(
    path: Path, model: type[M], faults: Callable[[Raw], Iterable[Fault]] = no_faults, name: str | None = None
) -> tuple[M, Problems]:
    """The file at `path` as a value of `model`, and the warnings about it in the order of its lines.

    Parameters
    ----------
    path
        A TOML file in UTF-8.
    model
        The frozen model it must fit.
    faults
        Looks at the whole file as plain values and yields what no single field can see. It must bear
        values of a wrong type: those are reported by the model.
    name
        How problems call the file; its own name if left out.

    Raises
    ------
    Refused
        With every fault of the file, in the order of its lines.
    """
    name = name or path.name
    faults = faults if is_frozen(path.parent) else _and_turns(faults)  # what was sealed is read as it stands
    written = _text(path, name)
    whole = readable(with_quoted_keys(written))
    if not whole.halts:
        return modelled(whole.raw, model, faults, name, key_lines(whole.text))
    halts, whole = whole.halts, readable(with_quoted_keys(as_meant(written)))
    lines = key_lines(whole.text)
    written_down = {path for path in lines if not isinstance(at(whole.raw, path), dict)}  # a table may have lost a part
    of_fields = [fault for fault in _faults_of(whole.raw, model)[1] if fault.path in written_down or not _doubtful(fault, whole, lines)]
    among = [fault for fault in faults(bounded(whole.raw)) if not _doubtful(fault, whole, lines)]
    among_problems = (_problem(fault, whole.raw, lines, name) for fault in (*of_fields, *among))
    syntax = tuple(_syntax_problems(halts, written, name))
    slipped = {problem.row for problem in syntax}  # a line is told once
    problems = (*syntax, *(problem for problem in among_problems if problem.row not in slipped))
    raise Refused(Problems(tuple(sorted(problems, key=lambda problem: problem.row or 0))))


def _and_turns(faults: Callable[[Raw], Iterable[Fault]]) -> Callable[[Raw], Iterable[Fault]]:
    return lambda raw: (*(Fault(place, *TURNED) for place in turned(raw)), *faults(raw))


def _doubtful(fault: Fault, text: Readable, lines: Mapping[KeyPath, int]) -> bool:
    """Whether a fault may come of what could not be read: it lies in a block with a slip, or misses a whole one."""
    known_lines = [lines[fault.path[:n]] for n in range(1, len(fault.path) + 1) if fault.path[:n] in lines]
    return not known_lines or not text.doubtful.isdisjoint(known_lines)


def salvaged(path: Path, model: type[M], unsound: Callable[[Raw], Iterable[Fault]] = no_faults, lacking: Raw | None = None) -> tuple[M | None, bool]:
    """What of a faulty file can be held against other files, and whether nothing but unknown keys had to be left out.

    Parameters
    ----------
    unsound
        Finds what must not be used although it fits the model: it is left out too.
    lacking
        What stands in for topmost keys that are missing or wrong and that other files do not hang on.
    """
    try:
        raw = readable(with_quoted_keys(as_meant(_text(path, path.name)))).raw
    except Refused:
        return None, False
    whole = True
    for _ in range(10):
        value, faults = _faults_of(raw, model)
        faults = [*faults, *(fault for fault in unsound(raw) if fault.severity == "error")]
        if value is not None and not faults:
            return value, whole
        whole = whole and all(fault.extra for fault in faults)
        for fault in sorted(faults, key=lambda fault: tuple(map(str, fault.path)), reverse=True):
            _leave_out(raw, fault)
        raw = {**(lacking or {}), **raw}
    return None, False


def _leave_out(raw: Raw, fault: Fault) -> None:
    """Take a faulty item out: an unknown key alone, else what holds it at the second level."""
    gone = at(raw, fault.path) is None
    path = fault.path if fault.extra else fault.path[: max(len(fault.path) - 1, 0)][:2] if gone else fault.path[:2]
    holder = at(raw, path[:-1]) if path else None
    if isinstance(holder, dict):
        holder.pop(path[-1], None)
    elif isinstance(holder, list) and isinstance(path[-1], int) and path[-1] < len(holder):
        holder.pop(path[-1])


def modelled(
    raw: Raw,
    model: type[M],
    faults: Callable[[Raw], Iterable[Fault]],
    name: str,
    lines: Mapping[KeyPath, int] = MappingProxyType({}),
    *,
    known: Raw | None = None,
) -> tuple[M, Problems]:
    """Plain values as a value of `model`, with the warnings; `lines` tells on which line of the file `name` each key stands.

    `known` are the same values, where some are frozen models already: these are taken as they are.

    Raises
    ------
    Refused
        With every fault and warning, in the order of the lines.
    """
    value, field_faults = _faults_of(raw, model, known)
    seen = {fault.path for fault in field_faults}
    sound = raw if value is not None else bounded(raw)  # nothing is too large in what became a value
    field_faults = [*field_faults, *(fault for fault in faults(sound) if fault.path not in seen)]
    problems = Problems(tuple(sorted((_problem(fault, raw, lines, name) for fault in field_faults), key=lambda problem: problem.row or 0)))
    if value is None or problems.errors:
        raise Refused(problems)
    return value, problems


def _faults_of(raw: Raw, model: type[M], known: Raw | None = None) -> tuple[M | None, list[Fault]]:
    """Plain values as a value of `model`, or every fault of a single field; `known` as in `modelled`."""
    given = raw if known is None else known
    too_large = [Fault(path, *NO_NUMBER) for path in beyond(raw)] if exceeds(given) else []
    try:
        value = model.model_validate(tuples(bounded(raw) if too_large else given))
    except ValidationError as error:
        seen = {fault.path for fault in too_large}
        field_faults = model_faults(error.errors(), raw, schema_of(model))
        return None, [*too_large, *(fault for fault in field_faults if fault.path not in seen)]
    return (None if too_large else value), too_large


def on_their_lines(problems: Iterable[Problem], path: Path) -> Problems:
    """Problems, those about keys of the file `path` with the line of the key: what other files have to be read for is found without it."""
    whole = readable(with_quoted_keys(as_meant(_text(path, path.name))))
    lines = {place_words(key, whole.raw): line for key, line in key_lines(whole.text).items()}
    return Problems(tuple(
        replace(problem, row=_line(problem.column, lines)) if problem.file == path.name and problem.row is None else problem
        for problem in problems
    ))  # fmt: skip


def _line(place: str, lines: Mapping[str, int]) -> int | None:
    while place and place not in lines:
        place = place.rpartition(".")[0]
    return lines.get(place)


def _text(path: Path, name: str) -> str:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        rule = Phrase("文件不存在", "the file does not exist")
        mend = Phrase("请放入该文件，或用 committee demo 看一个完整的例子", "add it; `committee demo` shows a whole example")
        raise refuse(rule, mend, file=name) from None
    except OSError as error:
        raise inaccessible(error, name) from None
    except UnicodeDecodeError:
        rule = Phrase("读不出文字：不是 UTF-8 编码的文本文件", "not readable as a UTF-8 text file")
        raise refuse(rule, Phrase("请用 UTF-8 编码另存", "save it as UTF-8"), file=name) from None
    # Before anything is looked for in it: what looks for slips goes back and forth in such a line.
    if endless := [Problem("error", *ENDLESS, file=name, row=text.count("\n", 0, found.start()) + 1, value=f"{found[0][:20]}…") for found in DIGITS.finditer(text)]:
        raise Refused(Problems(tuple(endless)))
    return text


def _syntax_problems(halts: Sequence[Halt], text: str, name: str) -> Iterator[Problem]:
    """Every slip of the pen; what stopped the reader too, in each block without a slip before."""
    pen_slips = slips(text)
    for before, halt in zip((Halt("", 0), *halts), halts, strict=False):
        if not any((before.line or 0) < slip.line <= (halt.line or 0) for slip in pen_slips):
            yield _halted(halt, text, name)
    for slip in pen_slips:
        yield Problem("error", slip.rule, slip.mend, file=name, row=slip.line, value=slip.value)


def _halted(halt: Halt, text: str, name: str) -> Problem:
    """Why the reader could not go on; of a bracket without its other half, on the line where it began."""
    line, mend = mended_at(halt, text)
    return Problem("error", parser_words(halt.said), mend, file=name, row=line)


def tuples(value: Any) -> Any:
    """Plain TOML values with every list as a tuple, as frozen models hold them."""
    if isinstance(value, dict):
        return {key: tuples(item) for key, item in value.items()}
    return tuple(tuples(item) for item in value) if isinstance(value, list) else value


def texts(value: Any) -> Iterator[str]:
    """Every text in plain TOML values, the keys of tables included.

    Examples
    --------
    >>> list(texts({"where": {"kind": ("讲座", "学习班")}, "weight": 5}))
    ['where', 'kind', '讲座', '学习班', 'weight']
    """
    if isinstance(value, str):
        yield value
    for key, item in value.items() if isinstance(value, Mapping) else enumerate(value if isinstance(value, list | tuple) else ()):
        yield from (key,) if isinstance(key, str) else ()
        yield from texts(item)


def _problem(fault: Fault, raw: Raw, lines: Mapping[KeyPath, int], name: str, within: str = "") -> Problem:
    value = at(raw, fault.path)
    plain = isinstance(value, str | int | float | bool)
    line = next((lines[fault.path[:n]] for n in range(len(fault.path), 0, -1) if fault.path[:n] in lines), None)
    return Problem(
        fault.severity, fault.rule, fault.mend, file=name, row=line,
        column=".".join(filter(None, [within, place_words(fault.path, raw)])),
        value=fault.value or ("" if not plain else str(value).lower() if isinstance(value, bool) else str(value)[:60]),
    )  # fmt: skip
