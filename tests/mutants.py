"""Mutation testing of what must not be wrong in silence: the award rule, the seal and the programs that recompute it, and the consent.

Run ``python -m tests.mutants [awards|seal|programs|consent] [--every N]``. One comparison, operation, number or truth after the other is
turned round in a function (every N-th of them). The tests that run its lines are asked, the quickest first, until one fails; what a
test has from a cache it does not run. What no test notices is printed: each is looked at, and either a test is missing or the two ways
come to the same, and then `SAME` says why. Nothing is written: each mutant lives in a copy of this process that has
imported and gathered everything, in which the function's code is replaced.
"""

from __future__ import annotations

import ast
import copy
import functools
import os
import pickle
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol

PATIENCE = 10
"""How many times the processor time of the tests that run its lines, after which a mutant that goes on counts as noticed."""
ROOMS: dict[str, tuple[dict[str, tuple[str, ...]], tuple[str, ...]]] = {
    "awards": (
        {"toolkit.evaluation.awards": ()},
        ("test_quotas", "test_awards", "test_requirements", "test_contests", "test_outcomes", "test_stages", "test_rule", "test_grades"),
    ),
    "seal": (
        {"toolkit.sealing.bag": ()},
        ("test_bag",),
    ),
    "programs": (
        {"toolkit.sealing.agreement": ()},
        ("test_open_bag", "test_place_formulas"),
    ),
    "consent": (
        {"toolkit.publication.disclosures": ("seen_by",), "toolkit.indicators.consent": ()},
        ("test_disclosures", "test_consent"),
    ),
}
"""Modules, with the functions of each (all where none is named), and the files of tests that guard them."""
SAME = {
    "Offer.of: 1  ->  2": "the lowest standing that a score has is 2",
    "RuleInSteps.first_places: 0  ->  1": "the same: nobody with a score stands at 1",
    "RuleInSteps._turned: 0  ->  1": "the same: nobody with a score stands at 1",
    "RuleInSteps._among_first: 1  ->  2": "the same: who takes part stands at 2 or higher",
    "RuleInSteps._among_first: 0  ->  1": "below every bar as 0 is",
    "RuleInSteps._by_rule: 1  ->  2": "all that have a fact stand one higher: their order is the same",
    "RuleInSteps.first: 1  ->  2": "nobody with a score stands at 1",
    "RuleInSteps.ranks: 0  ->  1": "the highest score stands higher than 1 in any case",
    "RuleInSteps._ranked: 0  ->  1": "nobody with a score stands at 1",
    "RuleInSteps._offered: len(np.atleast_2d(met)) == 1  ->  len(np.atleast_2d(met)) != 1": "what is the same in every run is only looked at in each",
    "RuleInSteps._offered: 1  ->  2": "the same",
    "RuleInSteps._offered: 0  ->  1 (2)": "nobody with a score stands at 1",
    "RuleInSteps._held_together: True  ->  False": "an assurance to numpy that no run stands twice",
    "_taken: 1  ->  2": "one rank more, at which nobody stands",
    "_taken: 0  ->  1": "where somebody stands open there is a place",
    "_taken: 0  ->  1 (2)": "all that stand open in a class stand at one rank, and they are two or more",
    "places_of: 1  ->  2": "the places of one run, counted as those of many are",
    "permissions: consent.table and consent.columns  ->  consent.table or consent.columns": "columns without a table are refused by the checks of the scheme, and a table without columns permits nothing",
    "standing_pledges: False  ->  True": "a row of nobody is refused as it is read, and `pledges` leaves it out again",
    "by_workbook: False  ->  True": "the sheet begins in its first row and column",
    "_run: True  ->  False (2)": "text that has an encoding is read as text in any case",
    "_is_inside: 1  ->  2": "what stands before the first slash is not changed by another cut behind it",
    "_library_problems: True  ->  False": "every digest was compared before: the library would only read all files once more",
}
"""What comes to the same turned round, and why."""
TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One function of a module with one thing turned round."""

    module: str
    file: str
    function: str
    lines: range
    was: str
    now: str
    nth: int
    tree: ast.Module

    def __str__(self) -> str:
        return f"line {self.lines.start}, {self.said}"

    @property
    def said(self) -> str:
        """What is turned round, wherever in its function it stands; of the same in several places which it is."""
        return f"{self.function}: {self.was}  ->  {self.now}" + (f" ({self.nth})" if self.nth > 1 else "")

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
    file = str(import_module(module).__file__)
    text = Path(file).read_text("utf-8")
    for number, (name, function) in enumerate(functions(ast.parse(text).body)):
        if names and name not in names:
            continue
        places = [(lines_of(statement), node) for first in function.body for statement, node in within(first, first)]
        times = Counter[tuple[str, str]]()
        for place, (lines, node) in enumerate(places):
            for way in range(len(list(turned(node)))):
                tree = ast.parse(text)
                own = [function for _, function in functions(tree.body)][number]
                _, old = [pair for first in own.body for pair in within(first, first)][place]
                new = list(turned(old))[way]
                was, now = ast.unparse(old), ast.unparse(new)
                own.body = [Put(old, new).visit(statement) for statement in own.body]
                times[was, now] += 1
                yield Mutant(module, file, name, lines, was, now, times[was, now], tree)


def within(node: ast.AST, statement: ast.stmt) -> Iterator[tuple[ast.stmt, ast.AST]]:
    """Every part of a statement, with the innermost statement that it stands in."""
    statement = node if isinstance(node, ast.stmt) else statement
    yield statement, node
    for part in ast.iter_child_nodes(node):
        if not (isinstance(part, ast.keyword) and part.arg == "strict"):  # of zip: an assurance, of which nothing is made
            yield from within(part, statement)


def lines_of(statement: ast.stmt) -> range:
    """Of a statement by itself, without those that it holds."""
    body: list[ast.stmt] = getattr(statement, "body", [])
    end = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return range(statement.lineno, max(end, statement.lineno) + 1)


@dataclass
class Known:
    """What a run of all tests with nothing turned round has shown.

    Parameters
    ----------
    runs
        By file and line, the tests that run it; those that use what a fixture of many tests made run what it ran.
    seconds
        Of the processor, by test.
    failed
        The tests that fail without anything turned round.
    """

    runs: dict[tuple[str, int], set[str]]
    seconds: dict[str, float]
    failed: list[str]

    def near(self, mutant: Mutant, items: Sequence[pytest.Item]) -> list[pytest.Item]:
        """The tests that run its lines, the quickest first."""
        running = set[str]().union(*(self.runs.get((mutant.file, line), ()) for line in mutant.lines))
        return sorted((item for item in items if item.nodeid in running), key=lambda item: self.seconds[item.nodeid])


class Room:
    """A plugin that, in place of running the tests once, runs them once for each mutant."""

    def __init__(self, name: str, every: int) -> None:
        self.name, self.every, self.failed = name, every, list[str]()
        self.watch: coverage.Coverage | None = None
        self.test = ""

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        modules, _ = ROOMS[self.name]
        made = [one for module, names in modules.items() for one in mutants(module, names)][:: self.every]
        known = self.known(session.items, {one.file for one in made})
        if known.failed:
            pytest.exit(f"{self.name}: fails before anything is turned round: {', '.join(known.failed)}")
        alive = 0
        same = [one for one in made if one.said in SAME]
        for place, one in enumerate(asked := [one for one in made if one.said not in SAME], 1):
            print(f"  {place} of {len(asked)}", end="\r", file=sys.stderr, flush=True)
            near = known.near(one, session.items)
            if not self.noticed(one, near, PATIENCE * int(sum(known.seconds[item.nodeid] for item in near) + 1)):
                alive += 1
                print(f"  not noticed: {one}", flush=True)
        print(f"{self.name}: {len(made)} turned round, {len(asked) - alive} noticed, {len(same)} come to the same, {alive} not noticed", flush=True)
        return True

    def known(self, items: Sequence[pytest.Item], files: set[str]) -> Known:
        """All tests run once, in a copy of this process."""

        def run() -> Known:
            self.watch = coverage.Coverage(data_file=None, include=sorted(files), config_file=False)
            self.watch.start()
            seconds = {}
            for item, following in zip(items, [*items[1:], None], strict=True):
                began = time.process_time()
                self.test = item.nodeid
                self.watch.switch_context(self.test)
                runtestprotocol(item, nextitem=following, log=True)
                seconds[item.nodeid] = time.process_time() - began
            self.watch.stop()
            users: dict[str, set[str]] = defaultdict(set)
            for item in items:
                for fixture in getattr(item, "fixturenames", ()):
                    users[fixture].add(item.nodeid)
            data, runs = self.watch.get_data(), dict[tuple[str, int], set[str]]()
            for file in data.measured_files():
                for line, contexts in data.contexts_by_lineno(file).items():
                    runs[file, line] = set[str]().union(*(users.get(context, {context}) for context in contexts))
            return Known(runs, seconds, self.failed)

        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder, "known")
            if in_a_copy(lambda: found.write_bytes(pickle.dumps(run())) and 0):
                pytest.exit(f"{self.name}: the tests could not be run")
            known: Known = pickle.loads(found.read_bytes())
        return known

    def noticed(self, mutant: Mutant, items: Sequence[pytest.Item], patience: int) -> bool:
        """Whether a test fails, in a copy of this process."""

        def run() -> bool:
            resource.setrlimit(resource.RLIMIT_CPU, (patience, patience))
            mutant.take_place()
            for item, following in zip(items, [*items[1:], None], strict=True):
                runtestprotocol(item, nextitem=following, log=True)
                if self.failed:
                    return True
            return False

        return in_a_copy(run) != 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """What is made for many tests is not the first one's alone."""
        many = self.watch is not None and fixturedef.scope != "function"
        if self.watch is not None and many:
            self.watch.switch_context(fixturedef.argname)
        try:
            return (yield)
        finally:
            if self.watch is not None and many:
                self.watch.switch_context(self.test)


def in_a_copy(run: Callable[[], int]) -> int:
    """What the copy of this process ends with; 0 where all went well."""
    child = os.fork()
    if not child:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        ended = 1
        try:
            ended = int(run())
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(ended)
    return os.waitpid(child, 0)[1]


def main() -> None:
    words = sys.argv[1:]
    every = int(words.pop(words.index("--every") + 1)) if "--every" in words else 1
    for room in [word for word in words if word != "--every"] or list(ROOMS):
        _, files = ROOMS[room]
        # An example that fails is not looked at further.
        asked = ("-n", "0", "-q", "-s", "--no-header", "-o", "addopts=", "-p", "no:cacheprovider", "--hypothesis-profile=mutants", "--hypothesis-seed=1", "-m", "not slow")
        pytest.main([*asked, *(f"tests/{name}.py" for name in files)], plugins=[Room(room, every)])


if __name__ == "__main__":
    main()
