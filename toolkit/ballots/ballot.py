"""One ballot: what one expert, known by a code, judged about the weights, read strictly from a file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from toolkit.ballots.judgements import Judgement, named_nodes
from toolkit.errors import Problem, Problems, Refused, nearest, refuse
from toolkit.scheme.criteria import Name
from toolkit.scheme.faults.plain import unknown
from toolkit.scheme.faults.weighting import TOTAL
from toolkit.scheme.pseudonyms import GIVE_CODE, NO_CODE, PSEUDONYM, is_pseudonym
from toolkit.text import Phrase, phrase
from toolkit.toml_faults import Fault
from toolkit.toml_file import Decision, read_model

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.toml_places import KeyPath, Raw

FOLDER = "ballots"
ROUND = r"(?:[-_]r?[1-9][0-9]?)?"
STEM = re.compile(rf"(?:{PSEUDONYM.pattern}){ROUND}")
TELLING = ("weights", "round", "cast", "withdrawn")  # whose values a message may repeat
TWICE = Phrase("同一比较写了两次", "this comparison is there twice")


class Ballot(Decision):
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
    found = _all_groups(scheme)
    return {group: nodes for group, nodes in found.items() if len(nodes) > 1 and (not named or group in named)}


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
            guess = nearest(node, nodes)
            yield Fault(place, rule, phrase("是否应为“{g}”？", "is `{g}` meant?", g=guess) if guess else mend, node)
        else:
            yield replace(unknown(place, Phrase("指标或分组", "node"), node, list(nodes)), value=node)


def _twice(group: str, judgement: Raw) -> Iterator[Fault]:
    pairs = judgement.get("comparisons")
    seen: set[frozenset[Any]] = set()
    for place, pair in enumerate(pairs if isinstance(pairs, list | tuple) else ()):
        sides = frozenset(map(str, pair[:2])) if isinstance(pair, list | tuple) else frozenset()
        if sides and sides in seen:
            said = " : ".join(map(str, pair[:2]))
            yield Fault(("weights", group, "comparisons", place), TWICE, Phrase("请删去一个", "remove one of them"), said)
        seen.add(sides)
    listed = [node for path, node in named_nodes(judgement) if path[0] == "order"]
    for node in sorted({node for node in listed if listed.count(node) > 1}):
        rule = phrase("“{node}”排了两次", "`{node}` is listed twice", node=node)
        yield Fault(("weights", group, "order"), rule, Phrase("请删去一个", "remove one of them"), node)


def _discreet(problem: Problem) -> Problem:
    """The problem without the value, unless it stands where no name can."""
    return problem if problem.column.split(".")[0] in TELLING else replace(problem, value="")
