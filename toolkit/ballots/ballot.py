"""One ballot: what one expert, known by a code, judged about each group of siblings, in one of six ways.

Read strictly from a file; written by a notebook or from an Excel form, never over another one; and as a sealed bag holds it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from toolkit.ground.problems import Problem, Problems, Refused, did_you_mean, refuse
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import Fault, StrictModel, read_model
from toolkit.ground.toml_syntax import KeyPath, Raw, toml_key, toml_text
from toolkit.ground.writing import edition_lock, write_whole
from toolkit.scheme import Scheme
from toolkit.scheme.checks import TOTAL
from toolkit.scheme.checks.tree import unknown
from toolkit.scheme.criteria import GIVE_CODE, NO_CODE, PSEUDONYM, Name, is_pseudonym
from toolkit.scheme.writing import plain_values

FRACTION = re.compile(r"\s*(\d+)\s*[/／]\s*([1-9]\d*)\s*")


def number_of(value: Any) -> Any:
    """A fraction typed as text as a number; anything else as it is.

    Examples
    --------
    >>> number_of("1/4"), number_of(3), number_of("3倍")
    (0.25, 3, '3倍')
    """
    match = FRACTION.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) / int(match[2]) if match else value


NotNegative: TypeAlias = Annotated[float, Field(ge=0)]
Ratio: TypeAlias = Annotated[float, BeforeValidator(number_of), Field(gt=0)]
Pair: TypeAlias = tuple[Name, Name, Ratio]


class DividedPoints(StrictModel):
    """100 points divided among the nodes."""

    method: Literal["points"]
    points: dict[str, NotNegative]


class Ahp(StrictModel):
    """How many times as important the first of each pair is as the second, 1/9 to 9."""

    method: Literal["ahp"]
    comparisons: tuple[Pair, ...]


class BestWorst(StrictModel):
    """The best beside all others, and all others beside the worst, 1 to 9; best and worst beside themselves are 1."""

    method: Literal["best_worst"]
    best: Name
    worst: Name
    best_to_others: dict[str, NotNegative]
    others_to_worst: dict[str, NotNegative]


class Swing(StrictModel):
    """100 for the swing from worst to best that is valued most, the others beside it."""

    method: Literal["swing"]
    swings: dict[str, NotNegative]


class RankOrder(StrictModel):
    """The nodes in order of importance, the first most; those level in a list of their own."""

    method: Literal["rank_order"]
    order: tuple[Name | tuple[Name, ...], ...]
    kind: Literal["centroid", "sum", "reciprocal"] = "centroid"


class TradeOff(StrictModel):
    """The weight of the first of each pair over that of the second."""

    method: Literal["trade_off"]
    pairs: tuple[Pair, ...]


Judgement: TypeAlias = Annotated[DividedPoints | Ahp | BestWorst | Swing | RankOrder | TradeOff, Field(discriminator="method")]


def named_nodes(raw: Raw) -> Iterator[tuple[KeyPath, str]]:
    """Every node that a judgement names, as plain values say it, with its place; what has the wrong type is passed over.

    Examples
    --------
    >>> list(named_nodes({"method": "rank_order", "order": ["hours", ["pledge", "conduct"]]}))
    [(('order', 0), 'hours'), (('order', 1, 0), 'pledge'), (('order', 1, 1), 'conduct')]
    """
    for key in ("points", "swings", "best_to_others", "others_to_worst"):
        yield from (((key, node), node) for node in _dict(raw.get(key)))
    for key in ("comparisons", "pairs"):
        for place, pair in enumerate(_list(raw.get(key))):
            yield from (((key, place, side), node) for side, node in enumerate(_list(pair)[:2]) if isinstance(node, str))
    for key in ("best", "worst"):
        if isinstance(raw.get(key), str):
            yield (key,), raw[key]
    for place, item in enumerate(_list(raw.get("order"))):
        inner = [(("order", place), item)] if isinstance(item, str) else _level(place, item)
        yield from inner


def _level(place: int, item: Any) -> list[tuple[KeyPath, str]]:
    return [(("order", place, side), node) for side, node in enumerate(_list(item)) if isinstance(node, str)]


def _dict(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


FOLDER = "ballots"
ROUND = r"(?:[-_]r?[1-9][0-9]?)?"
STEM = re.compile(rf"(?:{PSEUDONYM.pattern}){ROUND}")
TELLING = ("weights", "round", "cast", "withdrawn")  # whose values a message may repeat
TWICE = Phrase("同一比较写了两次", "this comparison is there twice")


class Ballot(StrictModel):
    """One expert's ballot of one round.

    Parameters
    ----------
    expert
        The expert's code, such as E01.
    name
        For the committee's own file: it stands in no message, no repr, no output and no bag.
    round, cast, withdrawn
        Of the asking (德尔菲法) from 1 on; the day; whether the expert took it back.
    weights
        A judgement for each group of siblings by the group's id; ``total`` for the topmost.
    """

    expert: Name
    name: Annotated[str, Field(repr=False)] = ""
    round: Annotated[int, Field(ge=1)] = 1
    cast: dt.date
    withdrawn: bool = False
    weights: dict[str, Judgement] = {}


def voted_groups(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    """The groups of siblings that are voted on, with their children in order: those named, else all; two or more each."""
    named = scheme.weighting.groups if scheme.weighting else ()
    groups = _all_groups(scheme)
    return {group: nodes for group, nodes in groups.items() if len(nodes) > 1 and (not named or group in named)}


def _all_groups(scheme: Scheme) -> dict[str, tuple[str, ...]]:
    names = (TOTAL, *(group.id for group in scheme.groups))
    return {name: tuple(node.id for node in scheme.children(None if name == TOTAL else name)) for name in names}


def group_label(scheme: Scheme, group: str) -> Phrase:
    """What a reader calls a group of siblings."""
    return Phrase("总分", "the total") if group == TOTAL else Phrase(*[scheme.label(group)] * 2)


def read_ballot(path: Path, scheme: Scheme, shown: str | None = None) -> Ballot:
    """The ballot in a file.

    Parameters
    ----------
    shown
        What messages call the file; its own name where left out.

    Raises
    ------
    Refused
        With every fault that is no gap; no message repeats what stands where a name could.
    """
    shown = shown or f"{FOLDER}/{path.name}"
    try:
        ballot, _ = read_model(path, Ballot, ballot_faults(scheme), shown)
    except Refused as refused:
        raise Refused(Problems(tuple(map(_discreet, refused.problems)))) from None
    if STEM.fullmatch(path.stem) and not re.fullmatch(re.escape(ballot.expert) + ROUND, path.stem):
        rule = phrase("文件名与专家代号 {expert} 不一致", "the file's name is not that of expert {expert}", expert=ballot.expert)
        raise refuse(rule, Phrase("请核对是谁的票，改正其一", "see whose ballot it is, and mend one of them"), file=shown, column="expert")
    return ballot


def ballot_faults(scheme: Scheme) -> Callable[[Raw], Iterable[Fault]]:
    """The check of a ballot as plain values: groups and nodes that do not exist, and what is said twice.

    What is judged of a group that is not voted on is checked too, and passed over later.
    """
    groups = _all_groups(scheme)

    def faults(raw: Raw) -> Iterator[Fault]:
        expert = raw.get("expert")
        if isinstance(expert, str) and not is_pseudonym(expert):
            yield Fault(("expert",), NO_CODE, GIVE_CODE)
        weights = raw.get("weights")
        for group, judgement in weights.items() if isinstance(weights, dict) else ():
            if group not in groups:
                yield unknown(("weights", group), Phrase("分组", "group"), group, list(groups))
            elif isinstance(judgement, dict):
                yield from _node_faults(scheme, group, groups[group], judgement)
                yield from _twice(group, judgement)

    return faults


def _node_faults(scheme: Scheme, group: str, nodes: tuple[str, ...], judgement: Raw) -> Iterator[Fault]:
    for path, node in named_nodes(judgement):
        if node in nodes:
            continue
        place: KeyPath = ("weights", group, *path)
        if node in scheme.nodes:
            where = group_label(scheme, group)
            rule = phrase("“{node}”不在“{zh}”之下", "`{node}` is not below {en}", node=node, zh=where.zh, en=where.en)
            mend = phrase("此处应为：{nodes}", "here belong: {nodes}", nodes=", ".join(nodes))
            yield Fault(place, rule, did_you_mean(node, nodes) or mend, node)
        else:
            yield replace(unknown(place, Phrase("指标或分组", "node"), node, list(nodes)), value=node)


def _twice(group: str, judgement: Raw) -> Iterator[Fault]:
    pairs = judgement.get("comparisons")
    seen: set[frozenset[Any]] = set()
    for place, pair in enumerate(pairs if isinstance(pairs, list | tuple) else ()):
        sides = frozenset(map(str, pair[:2])) if isinstance(pair, list | tuple) else frozenset()
        if sides and sides in seen:
            pair_text = " : ".join(map(str, pair[:2]))
            yield Fault(("weights", group, "comparisons", place), TWICE, Phrase("请删去一个", "remove one of them"), pair_text)
        seen.add(sides)
    listed = [node for path, node in named_nodes(judgement) if path[0] == "order"]
    for node in sorted({node for node in listed if listed.count(node) > 1}):
        rule = phrase("“{node}”排了两次", "`{node}` is listed twice", node=node)
        yield Fault(("weights", group, "order"), rule, Phrase("请删去一个", "remove one of them"), node)


def _discreet(problem: Problem) -> Problem:
    """The problem without the value, unless it stands where no name can."""
    return problem if problem.column.split(".")[0] in TELLING else replace(problem, value="")


THERE = Phrase("这位专家这一轮的判断票已经有了", "this expert's ballot of this round is there already")
MOVE = Phrase("如要更正，请先移走原来的文件", "to put another in its place, move the old file away first")


def ballot_name(ballot: Ballot) -> str:
    """The name of a ballot's file: E01.toml, in a later round E01-2.toml."""
    return f"{ballot.expert}{f'-{ballot.round}' if ballot.round > 1 else ''}.toml"


def ballot_text(ballot: Ballot, *, named: bool = True) -> str:
    """A ballot as TOML, the same bytes every time.

    Parameters
    ----------
    named
        Whether the expert's name goes with it: never into a bag.

    Examples
    --------
    >>> import datetime as dt
    >>> half = DividedPoints(method="points", points={"hours": 60.0, "pledge": 40.0})
    >>> print(ballot_text(Ballot(expert="E01", cast=dt.date(2018, 12, 3), weights={"total": half})))
    expert = "E01"
    cast = 2018-12-03
    <BLANKLINE>
    [weights.total]
    method = "points"
    points = { hours = 60, pledge = 40 }
    <BLANKLINE>
    """
    raw = {key: value for key, value in plain_values(ballot).items() if named or key != "name"}
    weights = raw.pop("weights", {})
    lines = [f"{key} = {toml_text(value)}" for key, value in raw.items()]
    for group, judgement in weights.items():
        lines += ["", f"[weights.{toml_key(group)}]", *(f"{key} = {toml_text(value)}" for key, value in judgement.items())]
    return "\n".join([*lines, ""])


def write_ballot(folder: Path | str, ballot: Ballot) -> Path:
    """Write a ballot into ``ballots/`` of the edition in `folder`; the path written.

    Raises
    ------
    Refused
        When this expert's ballot of this round is there already, the expert goes by a name, or it cannot be written.
    """
    if not is_pseudonym(ballot.expert):
        raise refuse(NO_CODE, GIVE_CODE, column="expert")
    path = Path(folder, FOLDER, ballot_name(ballot))
    with edition_lock(Path(folder)):  # of two who write at once one is refused
        if path.exists():
            raise refuse(THERE, MOVE, file=f"{FOLDER}/{path.name}")
        write_whole(path, ballot_text(ballot))
    return path


def bag_ballots(folder: Path, scheme: Scheme) -> Mapping[str, str]:
    """What a sealed bag holds of the ballots: text by file name, nothing unless the scheme publishes them by code.

    Each is written anew from what was read: no name, no comment and no other file of the folder goes with it. What
    cannot be read is left out.
    """
    if scheme.weighting is None or scheme.weighting.publish == "none":
        return {}
    texts: dict[str, str] = {}
    paths = (path for path in Path(folder, FOLDER).glob("*.toml") if STEM.fullmatch(path.stem))
    for path in sorted(paths, key=lambda path: path.name):
        try:
            ballot = read_ballot(path, scheme)
        except Refused:
            continue
        name, copy = ballot_name(ballot), 1
        while name in texts:  # a double goes along, so that the bag lists it too
            copy += 1
            name = f"{ballot.expert}-{ballot.round}{copy}.toml"
        texts[name] = ballot_text(ballot, named=False)
    return texts
