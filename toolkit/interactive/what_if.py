"""What-if: the list without an indicator, an expert or a member, or by one expert's own weights. Tried and told, never adopted."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from toolkit.ballots.folder import load_ballots
from toolkit.comparison import scheme_of_one
from toolkit.evaluation import evaluate, rescored, scored
from toolkit.ground.problems import refuse
from toolkit.ground.text import Phrase, joined
from toolkit.indicators.panel import panel_tables
from toolkit.sensitivity.leave_one_out import scheme_without

if TYPE_CHECKING:
    from toolkit.ballots.folder import Listed
    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme

FEWEST = 3
"""Ballots that must count before the list by any one of them is shown."""
NO_RECORDS = Phrase("没有打开这一届的记录", "the records of the edition are not open"), Phrase("请打开届次文件夹里的笔记本", "open the notebook on the edition itself")
NO_BALLOT = Phrase("没有这位专家计入的票", "no ballot of this expert counts"), Phrase("请从列出的代号中选", "choose one of the codes listed")
ALL = Phrase("不能全都不计", "not all of them can be left out"), Phrase("请先放回一项", "put one back first")
UNKNOWN = Phrase("没有这一项", "there is no such item"), Phrase("请重新打开本页", "open the page again")


@dataclass(frozen=True)
class WhatIf:
    """What is left out, by id, and whose weights hold in place of the scheme's: an expert's code, "" for the scheme's own."""

    nodes: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    experts: frozenset[str] = frozenset()
    vetoes: frozenset[str] = frozenset()
    ballot: str = ""

    def __bool__(self) -> bool:
        return self != WhatIf()

    @property
    def absent(self) -> tuple[frozenset[str], ...]:
        """What is not in the records then: the rest is a matter of weights."""
        return self.members, self.experts, self.vetoes

    def uncounted(self, scheme: Scheme) -> frozenset[str]:
        """The nodes that are left out, with all that lies in them."""
        return frozenset(node for left in self.nodes for node in _all_in(scheme, left))

    def turned(self, kind: str, item: str) -> WhatIf:
        """With a node, a member, an expert or a veto left out, or put back.

        Raises
        ------
        Refused
            For another kind.
        """
        change = frozenset({item})
        match kind:
            case "node":
                return replace(self, nodes=self.nodes ^ change)
            case "member":
                return replace(self, members=self.members ^ change)
            case "expert":
                return replace(self, experts=self.experts ^ change)
            case "veto":
                return replace(self, vetoes=self.vetoes ^ change)
        raise refuse(*UNKNOWN)

    @property
    def kept(self) -> dict[str, list[str]]:
        """What a page keeps of it, by kind: of a member a mark that nobody can read."""
        return {"node": sorted(self.nodes), "member": sorted(map(mark, self.members)), "expert": sorted(self.experts), "veto": sorted(self.vetoes), "ballot": [self.ballot]}

    @classmethod
    def of_kept(cls, kept: Mapping[str, object], known: Known) -> WhatIf:
        """What a page kept, as far as there is such an item still."""

        def held(kind: str, there: Mapping[str, str]) -> frozenset[str]:
            listed = kept.get(kind)
            return frozenset(there[one] for one in listed if one in there) if isinstance(listed, list) else frozenset()

        nodes, experts, vetoes, ballots = (dict(zip(ids, ids, strict=True)) for ids in (known.nodes, known.experts, known.vetoes, known.ballots))
        members = {mark(member): member for member in known.members} if kept.get("member") else {}
        return cls(held("node", nodes), held("member", members), held("expert", experts), held("veto", vetoes), next(iter(held("ballot", ballots)), ""))

    def words(self, evaluation: Evaluation) -> Phrase:
        """What is tried, named a trial; members by their names, experts by their codes."""
        told = self.told(evaluation)
        return Phrase(f"试算：{told.zh}", f"What if: {told.en}")

    def told(self, evaluation: Evaluation) -> Phrase:
        """What is tried, by itself."""
        nodes = [Phrase(*[f"{evaluation.scheme.label(node)}"] * 2) for node in evaluation.scheme.nodes if node in self.nodes]
        names = [Phrase(*[str(evaluation.members["name"][member])] * 2) for member in sorted(self.members)]
        experts = [Phrase(f"专家 {code} 的评分", f"the scores of expert {code}") for code in sorted(self.experts)]
        vetoes = [Phrase(*[evaluation.scheme.label(veto)] * 2) for veto in sorted(self.vetoes)]
        out = [*nodes, *names, *experts, *vetoes]
        parts = [Phrase("未计入" + joined(out, "、").zh, "without " + joined(out).en)] if out else []
        parts += [Phrase(f"按专家 {self.ballot} 一人的权重", f"by the weights of expert {self.ballot} alone")] if self.ballot else []
        return joined(parts, "；", "; ")


NOTHING = WhatIf()
"""Nothing is tried."""


@dataclass(frozen=True)
class Known:
    """What there is to leave out: ids of nodes and vetoes, keys of members, codes of experts, and of those whose own weights can be looked at."""

    nodes: Collection[str]
    members: Collection[str]
    experts: Collection[str]
    vetoes: Collection[str]
    ballots: Collection[str]


def _all_in(scheme: Scheme, node: str) -> Iterator[str]:
    """A node and those in it."""
    yield node
    for child in scheme.children(node):
        yield from _all_in(scheme, child.id)


def mark(member: str) -> str:
    """What stands for a member where its key shall not be read."""
    return hashlib.sha256(member.encode()).hexdigest()[:16]


def evaluation_under(what_if: WhatIf, decided: Evaluation, edition: Edition | None) -> Evaluation:
    """The evaluation by the decided scheme, as if members had not applied, experts had handed in no scores, and vetoes struck nobody.

    Raises
    ------
    Refused
        For what there is not; where the records that are left hold errors; where nobody is left.
    """
    if not what_if.members and not what_if.experts and not what_if.vetoes:
        return decided
    left = _without_experts(what_if, decided, edition) if what_if.experts else decided
    if what_if.members - set(left.members.index) or what_if.vetoes - {veto.id for veto in decided.scheme.vetoes}:
        raise refuse(*UNKNOWN)
    if what_if.vetoes:
        struck = left.vetoes[~left.vetoes["veto"].isin(what_if.vetoes)].reset_index(drop=True)
        left = replace(left, measured=replace(left.measured, vetoes=struck))
    members = left.members.assign(applied=left.members["applied"].astype(bool) & ~left.members.index.isin(what_if.members))
    if not members["applied"].any():
        raise refuse(*ALL)
    return scored(replace(left, members=members))


def evaluated_by(evaluation: Evaluation, scheme: Scheme, edition: Edition | None) -> Evaluation:
    """The same records under another scheme, which may measure other things: then the edition's records are asked again.

    Raises
    ------
    Refused
        Where there are no records to ask, or they hold errors under this scheme.
    """
    try:
        return rescored(evaluation, scheme)
    except ValueError:
        if edition is None:
            raise refuse(*NO_RECORDS) from None
        return evaluate(scheme, edition.records)


def _without_experts(what_if: WhatIf, decided: Evaluation, edition: Edition | None) -> Evaluation:
    panel = decided.scheme.panel
    if edition is None or panel is None:
        raise refuse(*NO_RECORDS)
    if what_if.experts - set(experts_of(edition)):
        raise refuse(*UNKNOWN)
    frames = dict(edition.records.frames)
    for name in panel_tables(decided.scheme) & frames.keys():
        frame = frames[name]
        if panel.expert in frame.columns:
            frames[name] = frame[~frame[panel.expert].astype("str").isin(what_if.experts)]
    return evaluate(decided.scheme, replace(edition.records, frames=frames))


def experts_of(edition: Edition | None) -> tuple[str, ...]:
    """The codes of the panel's experts; none where the edition has no panel, or holds its results alone."""
    panel = edition.scheme.panel if edition else None
    if edition is None or panel is None or panel.holds != "sheets" or edition.judged is None:
        return ()
    return edition.judged.experts


def scheme_under(what_if: WhatIf, scheme: Scheme, ballots: dict[str, Listed]) -> Scheme:
    """The scheme by one expert's weights, without the nodes that are left out: their siblings share their weights as they stand.

    Raises
    ------
    Refused
        For an unknown node or ballot; where no topmost node is left.
    """
    if what_if.ballot:
        if what_if.ballot not in ballots:
            raise refuse(*NO_BALLOT)
        scheme = scheme_of_one(scheme, ballots[what_if.ballot])
    if what_if.nodes - scheme.nodes.keys():
        raise refuse(*UNKNOWN)
    for node in sorted(what_if.nodes):
        scheme = _shared_among_siblings(scheme_without(scheme, node), node)
    if all(node.weight == 0 for node in scheme.children()):
        raise refuse(*ALL)
    return scheme


def _shared_among_siblings(scheme: Scheme, node: str) -> Scheme:
    """Percents sum to 100 again, where a sibling is left that weighs something."""
    weighs = any(sibling.weight for sibling in scheme.children(scheme.nodes[node].group))
    return scheme.with_weights({node: 0.0}) if weighs and scheme.weights == "percent" else scheme


def own_ballots(edition: Edition | None) -> dict[str, Listed]:
    """The ballots of the deciding round that count, by code; none where there is no edition, and none that would sway whoever still votes.

    Nobody's are told before the deadline is over, and none of fewer than `FEWEST` that count.
    """
    if edition is None or voting_open(edition.scheme):
        return {}
    ballots = load_ballots(edition.folder, edition.scheme)
    counted = {one.expert: one for one in ballots.of_round(ballots.deciding)}
    return counted if len(counted) >= FEWEST else {}


def voting_open(scheme: Scheme) -> bool:
    """Whether a ballot cast today comes before the deadline, or on it; no where there is none."""
    deadline = scheme.weighting.deadline if scheme.weighting else None
    return deadline is not None and dt.date.today() <= deadline  # noqa: DTZ011 - as ballots are dated
