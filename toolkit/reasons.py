"""Reasons: for every member, in words it can read, what it was given or which bar it missed, and by how much."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.contests import Contest, bars, exempt, tie_nodes
from toolkit.ranking import Floats, Mask, competition_ranks, rounded
from toolkit.scoring import TOTAL
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme import Scheme

NOT_APPLIED = Phrase("未申报，不参加评选", "did not apply, and takes no part")
NOT_RANKED = Phrase("没有总分，不参加排名", "has no total, and is not ranked")


@dataclass(frozen=True, eq=False)
class Case:
    """Everything the sentences of one edition are made from.

    Parameters
    ----------
    members, vetoes
        As for `decide_awards`.
    points : DataFrame
        Rounded scores, member x node, with "total".
    rank : Series
        The members' ranks.
    contests
        Every award in every pool, decided, in the scheme's order.
    """

    scheme: Scheme
    members: pd.DataFrame
    points: pd.DataFrame
    vetoes: pd.DataFrame
    rank: pd.Series[int]
    contests: Sequence[Contest]

    @cached_property
    def keys(self) -> Floats:
        """Rounded total and tie nodes, float64[keys, members]."""
        return self.points[[TOTAL, *tie_nodes(self.scheme)]].to_numpy().T

    @cached_property
    def columns(self) -> dict[str, list[float]]:
        """Rounded scores by node, in the order of the members: plain lists, which are quick to look into."""
        return {str(node): self.points[node].tolist() for node in self.points}

    @cached_property
    def applied(self) -> list[bool]:
        """Whether each member applied."""
        return list(self.members["applied"])

    @cached_property
    def ranks(self) -> list[int]:
        """Each member's rank."""
        return self.rank.tolist()

    @cached_property
    def entries(self) -> list[list[tuple[Contest, int]]]:
        """For each member the contests of its pools, and its place in their arrays."""
        found: list[list[tuple[Contest, int]]] = [[] for _ in range(len(self.members))]
        for contest in self.contests:
            for own, position in enumerate(contest.positions):
                found[position].append((contest, own))
        return found

    @cached_property
    def exempt(self) -> dict[str, Mask]:
        """For every node an award asks for, the members to whom it does not apply."""
        nodes = {node for contest in self.contests for node, _ in bars(contest.award)}
        return {node: exempt(self.scheme, node, self.members["class"]) for node in nodes}

    @cached_property
    def strikes(self) -> dict[str, list[tuple[str, str]]]:
        """For each member struck by a veto the vetoes' ids and the places of the records, in both languages."""
        found: dict[str, list[tuple[str, str]]] = {}
        for row in self.vetoes.to_dict("records"):
            found.setdefault(str(row["member"]), []).append(
                (str(row["veto"]), _place(row, zh=self.scheme.language == "zh"))
            )
        return found


def reasons(case: Case) -> pd.Series[str]:
    """The reason for every member's place, in the scheme's language; index member."""
    stop = "；" if case.scheme.language == "zh" else "; "
    lines = [
        stop.join(sentence.into(case.scheme.language) for sentence in _sentences(case, position))
        for position in range(len(case.members))
    ]
    return pd.Series(lines, index=case.members.index, dtype="str", name="reason")


def _sentences(case: Case, position: int) -> Iterator[Phrase]:
    if not case.applied[position]:
        yield NOT_APPLIED
        return
    strikes = case.strikes.get(str(case.members.index[position]), [])
    yield from _vetoes(case, strikes)
    if any(veto.effect.award == "none" for veto in case.scheme.vetoes if veto.id in dict(strikes)):
        return
    if np.isnan(case.keys[0, position]):
        yield NOT_RANKED
        return
    for contest, own in case.entries[position]:
        yield _outcome(case, contest, own)
        if contest.given[own]:
            return


def _vetoes(case: Case, strikes: list[tuple[str, str]]) -> Iterator[Phrase]:
    for veto in case.scheme.vetoes:
        places = "；".join(place for id_, place in strikes if id_ == veto.id)
        if places and veto.effect.award is not None:
            yield phrase(
                "一票否决：{label}（{places}）", "veto: {label} ({places})", label=veto.label, places=places
            )
        elif places:
            yield phrase(
                "直接定为{grade}级：{label}（{places}）",
                "graded {grade} directly: {label} ({places})",
                grade=veto.effect.grade,
                label=veto.label,
                places=places,
            )


def _outcome(case: Case, contest: Contest, own: int) -> Phrase:
    if contest.given[own]:
        return _given(case, contest, own)
    if contest.open[own]:
        return _open(case, contest, own)
    return _outrun(case, contest, own) if contest.able[own] else _missed(case, contest, own)


def _given(case: Case, contest: Contest, own: int) -> Phrase:
    position = contest.positions[own]
    told = phrase(
        "授予{award}：总分 {total}，{scope}第 {rank} 名",
        "{award}: total {total}, rank {rank} in {scope_en}",
        award=contest.award.label,
        total=_amount(case, case.keys[0, position]),
        rank=case.ranks[position],
        scope=_scope(case).zh,
        scope_en=_scope(case).en,
    )
    return _joined(told, _places(case, contest), _settled(case, contest, own))


def _open(case: Case, contest: Contest, own: int) -> Phrase:
    return phrase(
        "{award}待委员会决定：总分 {total}，{level} 家同分，剩余名额 {left} 个",
        "{award}: the committee has to decide; total {total}, {level} members level, {left} places left",
        award=contest.award.label,
        total=_amount(case, case.keys[0, contest.positions[own]]),
        level=int(contest.open.sum()),
        left=(contest.places or 0) - int(contest.given.sum()),
    )


def _missed(case: Case, contest: Contest, own: int) -> Phrase:
    """The bars of an award a member does not reach."""
    position = contest.positions[own]
    missed = [
        _short(case, contest, node, least, case.columns[node][position])
        for node, least in bars(contest.award)
        if not (case.columns[node][position] >= least or case.exempt[node][position])
    ]
    return Phrase("，".join(item.zh for item in missed), ", ".join(item.en for item in missed))


def _short(case: Case, contest: Contest, node: str, least: float, score: float) -> Phrase:
    named = Phrase("总分", "total") if node == TOTAL else Phrase(*[case.scheme.label(node)] * 2)
    filled = {
        "award": contest.award.label,
        "node": named.zh,
        "node_en": named.en,
        "least": _amount(case, least),
    }
    if np.isnan(score):
        return phrase(
            "{node}未计分，{award}要求 {least} 分", "{node_en} not scored, {award} asks for {least}", **filled
        )
    return phrase(
        "{node} {score}，距{award}最低 {least} 分差 {gap} 分",
        "{node_en} {score}, {gap} short of the {least} that {award} asks for",
        score=_amount(case, score),
        gap=_gap(case, least, score),
        **filled,
    )


def _outrun(case: Case, contest: Contest, own: int) -> Phrase:
    """Over every bar, but the places went to others."""
    total, line = case.keys[0, contest.positions[own]], _line(case, contest)
    full = _joined(
        phrase("{a}名额已满", "{a}: places are taken", a=contest.award.label),
        _places(case, contest),
        sep="：",
    )
    if line is None:
        return _joined(
            phrase("未获{a}", "{a}: no place", a=contest.award.label), _places(case, contest), sep="："
        )
    if total == line:
        return _joined(full, _settled(case, contest, own))
    short = phrase(
        "名额线 {line} 分，差 {gap} 分",
        "the line is {line}, {gap} short",
        line=_amount(case, line),
        gap=_gap(case, line, total),
    )
    return _joined(full, short)


def _places(case: Case, contest: Contest) -> Phrase | None:
    if contest.places is None:
        return None
    scope = _scope(case, contest)
    zh = f"{scope.zh}名额 {contest.places} 个"
    return Phrase(zh, f"{contest.places} {'place' if contest.places == 1 else 'places'} in {scope.en}")


def _line(case: Case, contest: Contest) -> float | None:
    """The lowest total that was given the award, or stands open at its line."""
    won = case.keys[0, contest.positions[contest.given | contest.open]]
    return float(won.min()) if won.size else None


def _settled(case: Case, contest: Contest, own: int) -> Phrase | None:
    """By which node a tie in total at the line was settled, when it was."""
    won = contest.given | contest.open
    own_key = case.keys[:, contest.positions[own]]
    rivals = contest.positions[contest.able & (won != won[own])]
    rivals = rivals[case.keys[0, rivals] == own_key[0]]
    if not rivals.size:
        return None
    ranks = competition_ranks(*case.keys[:, rivals])
    nearest = case.keys[:, rivals[ranks.argmin() if won[own] else ranks.argmax()]]
    decisive = int(np.flatnonzero(~np.isclose(nearest, own_key, rtol=0, atol=0, equal_nan=True))[0])
    label = case.scheme.label(tie_nodes(case.scheme)[decisive - 1])
    if won[own]:
        return phrase("同分按{node}得分列先", "level on total, ahead by {node}", node=label)
    return phrase("同分按{node}得分列后", "level on total, behind by {node}", node=label)


def _scope(case: Case, contest: Contest | None = None) -> Phrase:
    over_all = contest is not None and contest.award.quota is not None and contest.award.quota.within == "all"
    if over_all or case.scheme.members.class_ is None:
        return Phrase("全体", "all")
    return Phrase("本类", "its class")


def _joined(first: Phrase, *others: Phrase | None, sep: str = "，") -> Phrase:
    parts = [first, *(other for other in others if other is not None)]
    return Phrase(sep.join(part.zh for part in parts), ", ".join(part.en for part in parts))


def _amount(case: Case, score: float) -> str:
    """A score with the scheme's decimals; in full where those would misstate it."""
    text = f"{score:.{case.scheme.decimals}f}"
    return text if float(text) == score else repr(float(score))


def _gap(case: Case, high: float, low: float) -> str:
    return _amount(case, float(rounded(high - low, max(case.scheme.decimals, 6))))


def _place(row: Mapping[Hashable, object], *, zh: bool) -> str:
    sheet = f"工作表 {row['sheet']}" if zh else f"sheet {row['sheet']}"
    line = f"第 {row['row']} 行" if zh else f"row {row['row']}"
    if not row["row"]:  # of a database, named by its key
        return f"{row['file']} {row['sheet']}"
    return ("，" if zh else ", ").join([str(row["file"]), *([sheet] if row["sheet"] else []), line])
