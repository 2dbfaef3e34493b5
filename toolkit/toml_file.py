"""A TOML file read strictly into a frozen model: every fault at once, with its line and the nearest right name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, ValidationError, model_validator

from toolkit.errors import Problem, Problems, Refused, refuse
from toolkit.text import Phrase
from toolkit.toml_faults import Fault, model_faults
from toolkit.toml_places import KeyPath, Raw, at, key_lines, place_words, with_quoted_keys
from toolkit.toml_slips import parser_words, slips


class Decision(BaseModel):
    """What a committee wrote down: strict, frozen, and without keys nobody knows."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Question(Decision):
    """What is asked in Python, by name: what does not fit is refused in both languages, as in a file."""

    @model_validator(mode="wrap")
    @classmethod
    def _refused(cls, given: Any, validated: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return validated(tuples(given))
        except ValidationError as error:
            raw = given if isinstance(given, dict) else {}
            faults = model_faults(error.errors(), raw, cls.model_json_schema())
        raise Refused(Problems(tuple(_problem(fault, raw, {}, "", within=cls.__name__) for fault in faults)))


M = TypeVar("M", bound=Decision)


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
    written = _text(path, name)
    text = with_quoted_keys(written)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(Problems(tuple(_syntax_problems(str(error), written, name)))) from None
    return modelled(raw, model, faults, name, key_lines(text))


def modelled(
    raw: Raw,
    model: type[M],
    faults: Callable[[Raw], Iterable[Fault]],
    name: str,
    lines: Mapping[KeyPath, int] = MappingProxyType({}),
) -> tuple[M, Problems]:
    """Plain values as a value of `model`, with the warnings; `lines` tells on which line of the file `name` each key stands.

    Raises
    ------
    Refused
        With every fault and warning, in the order of the lines.
    """
    found: Sequence[Fault] = []
    value: M | None = None
    try:
        value = model.model_validate(tuples(raw))
    except ValidationError as error:
        found = model_faults(error.errors(), raw, model.model_json_schema(by_alias=True))
    seen = {fault.path for fault in found}
    found = [*found, *(fault for fault in faults(raw) if fault.path not in seen)]
    problems = Problems(tuple(sorted((_problem(fault, raw, lines, name) for fault in found), key=lambda problem: problem.row or 0)))
    if value is None or problems.errors:
        raise Refused(problems)
    return value, problems


def on_their_lines(problems: Iterable[Problem], path: Path) -> Problems:
    """Problems, those about keys of the file `path` with the line of the key: what other files have to be read for is found without it."""
    text = with_quoted_keys(_text(path, path.name))
    raw = tomllib.loads(text)
    lines = {place_words(key, raw): line for key, line in key_lines(text).items()}
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
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        rule = Phrase("文件不存在", "the file does not exist")
        mend = Phrase("请放入该文件，或用 committee demo 看一个完整的例子", "add it; `committee demo` shows a whole example")
        raise refuse(rule, mend, file=name) from None
    except (OSError, UnicodeDecodeError):
        rule = Phrase("读不出文字：不是 UTF-8 编码的文本文件", "not readable as a UTF-8 text file")
        raise refuse(rule, Phrase("请用 UTF-8 编码另存", "save it as UTF-8"), file=name) from None


def _syntax_problems(message: str, text: str, name: str) -> Iterator[Problem]:
    """Every slip of the pen; what stopped the reader too, where it stands before them all."""
    line = re.search(r"at line (\d+)", message)
    row, found = int(line[1]) if line else None, slips(text)
    if not found or (row and row < found[0].line):
        mend = Phrase("请改正这一行或上一行（引号、括号是否成对，键是否重复）", "mend this line or the one above (quotes, brackets, repeated keys)")
        yield Problem("error", parser_words(re.sub(r"\s*\(at .*\)$", "", message)), mend, file=name, row=row)
    for slip in found:
        yield Problem("error", slip.rule, slip.mend, file=name, row=slip.line, value=slip.value)


def tuples(value: Any) -> Any:
    """Plain TOML values with every list as a tuple, as frozen models hold them."""
    if isinstance(value, dict):
        return {key: tuples(item) for key, item in value.items()}
    return tuple(tuples(item) for item in value) if isinstance(value, list) else value


def _problem(fault: Fault, raw: Raw, lines: Mapping[KeyPath, int], name: str, within: str = "") -> Problem:
    value = at(raw, fault.path)
    plain = isinstance(value, str | int | float | bool)
    line = next((lines[fault.path[:n]] for n in range(len(fault.path), 0, -1) if fault.path[:n] in lines), None)
    return Problem(
        fault.severity,
        fault.rule,
        fault.mend,
        file=name,
        row=line,
        column=".".join(filter(None, [within, place_words(fault.path, raw)])),
        value=fault.value or (str(value)[:60] if plain else ""),
    )
