"""Mutation testing of what must not be wrong in silence: the award rule, the seal, and the consent.

Run ``python -m tests.mutants [awards|seal|consent] [--every N]``. One comparison, operation, number or truth after the other is
turned round in a function (every N-th of them), and the tests nearest to it are run, the quickest first, until one fails. What no test
notices is printed: each is looked at, and either a test is missing or the two ways come to the same. Nothing is written:
each mutant lives in a copy of this process that has imported everything, in which the function's code is replaced.
"""

from __future__ import annotations

import ast
import copy
import functools
import os
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

SECONDS = 120
"""Of the processor, after which a mutant that goes on counts as noticed."""
ROOMS: dict[str, tuple[dict[str, tuple[str, ...]], tuple[str, ...]]] = {
    "awards": (
        {"toolkit.evaluation.awards": ()},
        ("test_quotas", "test_awards", "test_requirements", "test_contests", "test_outcomes", "test_stages", "test_rule"),
    ),
    "seal": (
        {"toolkit.sealing.bag": (), "toolkit.sealing.agreement": ()},
        ("test_bag", "test_seal", "test_signatures", "test_replay"),
    ),
    "consent": (
        {"toolkit.publication.disclosures": ("seen_by",), "toolkit.indicators.consent": ()},
        ("test_disclosures", "test_consent"),
    ),
}
"""Modules, with the functions of each (all where none is named), and the files of tests that guard them."""
TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One function of a module with one thing turned round."""

    module: str
    function: str
    line: int
    was: str
    now: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}: {self.was}  ->  {self.now}"

    def take_place(self) -> None:
        """Put its code in the place of the function's own."""
        found: Any = import_module(self.module)
        code = compile(ast.fix_missing_locations(self.tree), self.module, "exec", dont_inherit=True)
        for name in self.function.split("."):
            found = vars(found)[name]
            code = next(part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name)
        plain(found).__code__ = code


def plain(found: Any) -> FunctionType:
    """The function behind what its decorators made of it."""
    while not isinstance(found, FunctionType) or hasattr(found, "__wrapped__"):
        if isinstance(found, property):
            found = found.fget
        elif isinstance(found, functools.cached_property):
            found = found.func
        else:
            found = found.__func__ if isinstance(found, staticmethod | classmethod) else found.__wrapped__
    return found


def functions(body: list[ast.stmt], within: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield within + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from functions(node.body, f"{within}{node.name}.")


def turned(node: ast.AST) -> Iterator[ast.AST]:
    """The node otherwise, in each way there is."""
    if isinstance(node, ast.Compare):
        for place, sign in enumerate(node.ops):
            other = copy.deepcopy(node)
            other.ops[place] = TURNED[type(sign)]()  # type: ignore[call-overload]
            yield other
    elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in TURNED:
        joined = copy.deepcopy(node)
        joined.op = TURNED[type(node.op)]()  # type: ignore[assignment]
        yield joined
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)


class Put(ast.NodeTransformer):
    """The node at one place replaced."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return ast.copy_location(self.new, node) if node is self.old else self.generic_visit(node)


def mutants(module: str, names: tuple[str, ...]) -> Iterator[Mutant]:
    """Every one of a module's functions, or of those named."""
    text = Path(str(import_module(module).__file__)).read_text("utf-8")
    for number, (name, function) in enumerate(functions(ast.parse(text).body)):
        if names and name not in names:
            continue
        places = [node for statement in function.body for node in ast.walk(statement)]
        for place, node in enumerate(places):
            for way in range(len(list(turned(node)))):
                tree = ast.parse(text)
                own = [function for _, function in functions(tree.body)][number]
                old = [node for statement in own.body for node in ast.walk(statement)][place]
                new = list(turned(old))[way]
                was, now = ast.unparse(old), ast.unparse(new)
                own.body = [Put(old, new).visit(statement) for statement in own.body]
                yield Mutant(module, name, getattr(old, "lineno", 0), was, now, tree)


def noticed(mutant: Mutant | None, files: tuple[str, ...]) -> bool:
    """Whether a test fails, in a copy of this process."""
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        if mutant is not None:
            mutant.take_place()
        os._exit(tried(files))
    return os.waitpid(child, 0)[1] != 0


def tried(files: tuple[str, ...]) -> int:
    return asked_of(files, "-x", "-q", "-m", "not slow", "--no-header", "--hypothesis-seed=1")


def asked_of(files: tuple[str, ...], *words: str) -> int:
    """What pytest ends with, as far as it is asked for in this process; an example that fails is not looked at further."""
    common = ("-n", "0", "-o", "addopts=", "-p", "no:cacheprovider", "--hypothesis-profile=mutants")
    return int(pytest.main([*common, *words, *(f"tests/{name}.py" for name in files)]))


def main() -> None:
    words = sys.argv[1:]
    every = int(words.pop(words.index("--every") + 1)) if "--every" in words else 1
    for room in [word for word in words if word != "--every"] or list(ROOMS):
        modules, files = ROOMS[room]
        asked_of(files, "--collect-only", "-qq")  # everything is imported once
        if noticed(None, files):
            sys.exit(f"{room}: a test fails before anything is turned round")
        made = [one for module, names in modules.items() for one in mutants(module, names)][::every]
        alive = []
        for place, one in enumerate(made, 1):
            print(f"  {place} of {len(made)}", end="\r", file=sys.stderr, flush=True)
            if not noticed(one, files):
                alive.append(one)
                print(f"  not noticed: {one}", flush=True)
        print(f"{room}: {len(made)} turned round, {len(made) - len(alive)} noticed, {len(alive)} not", flush=True)


if __name__ == "__main__":
    main()
