"""Reasons: for every member, in words it can read, what it was given or which bar it missed, and by how much.

The case of an edition: everything that the reasons for its awards are made from.

Demands in words: what a scheme asks for, and what a member has that falls short of it.

Why every member has its grade, in words it can read.

What a reader should know of the awards: odd quotas, bars nobody can reach, places that stayed empty.

Awards: who is given which, by quota, bar, requirement and veto, with the reason for every member.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.awards import AwardRule, tie_nodes
from toolkit.evaluation.contests import Allotment, Contest, ListRun
from toolkit.evaluation.grades import Graded, graded, outside
from toolkit.evaluation.quotas import quota_problems
from toolkit.evaluation.requirements import (
    Score,
    aligned,
    asked,
    bars,
    rounded_points,
    rounded_scores,
    scores_of,
)
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.deferred import Deferred
from toolkit.ground.problems import Problem
from toolkit.ground.ranking import Floats, Integers, Mask, Tie, competition_ranks, rounded, sharing
from toolkit.ground.text import Phrase, phrase
from toolkit.scheme import Scheme
from toolkit.scheme.outcomes import Requirement
from toolkit.scheme.shapes import is_missing, state_name

if TYPE_CHECKING:
    from toolkit.scheme.outcomes import Award, Effect, Grades


@dataclass(frozen=True, eq=False)
class Case:
    """Everything the sentences are made from; what takes long is worked out when it is first asked for.

    Parameters
    ----------
    terms
        The scheme, its members and what no score changes.
    score
        The same rounded, by node, each when it is first asked for.
    vetoes, conditions
        As for `decide_awards`.
    placed : int64[n]
        The members' ranks; 0 for those that are not ranked.
    allotments
        Every award, decided, in the scheme's order.
    scores : DataFrame
        Member x node, with "total", before rounding; index that of the members.
    """

    terms: AwardRule
    score: Score
    vetoes: pd.DataFrame
    conditions: pd.DataFrame | None
    placed: Integers
    allotments: Sequence[Allotment]
    scores: Deferred[pd.DataFrame] = Deferred()  # noqa: RUF009 - it has no default, and is given to each

    @property
    def scheme(self) -> Scheme:
        """What the committee decided."""
        return self.terms.scheme

    @property
    def members(self) -> pd.DataFrame:
        """The members, in their order."""
        return self.terms.members

    @cached_property
    def contests(self) -> list[Contest]:
        """The same in every pool."""
        return [contest for own in self.allotments for contest in own.contests]

    @cached_property
    def points(self) -> pd.DataFrame:
        """Rounded scores, member x node, with "total"."""
        return rounded_points(self.scheme, self.scores)

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """Rounded scores by node and raw values by condition, in the order of the members: plain lists, quick to look into."""
        found = {str(node): self.points[node].tolist() for node in self.points}
        known = pd.DataFrame() if self.conditions is None else self.conditions.reindex(self.members.index)
        return found | {f"condition {name}": known[name].tolist() for name in known}

    @cached_property
    def taking_part(self) -> Mask:
        """Who applied and is eligible; bool[n]."""
        return self.terms.taking_part(self.score)

    @cached_property
    def ranks(self) -> list[int]:
        """Each member's rank, 0 for those that are not ranked."""
        ranks: list[int] = self.placed.tolist()
        return ranks

    @cached_property
    def entries(self) -> list[list[tuple[Contest, int]]]:
        """For each member the contests of its pools, and its place in their arrays."""
        found: list[list[tuple[Contest, int]]] = [[] for _ in range(len(self.members))]
        for contest in self.contests:
            for own, position in enumerate(contest.positions):
                found[position].append((contest, own))
        return found

    @cached_property
    def unmet(self) -> dict[str, list[tuple[Requirement, Mask]]]:
        """What each award asks for, and who does not meet it; under "" what everyone must meet to take part."""
        required = self.scheme.eligibility.require if self.scheme.eligibility else ()
        sets = {"": required} | {award.id: bars(award) for award in self.scheme.awards}
        return {asker: [(item, self._unmet(item)) for item in items] for asker, items in sets.items()}

    @cached_property
    def strikes(self) -> dict[str, list[tuple[str, str]]]:
        """For each member struck by a veto the vetoes' ids and the places of the records, in both languages."""
        found: dict[str, list[tuple[str, str]]] = {}
        for row in self.vetoes.to_dict("records"):
            found.setdefault(str(row["member"]), []).append(
                (str(row["veto"]), _place(row, zh=self.scheme.language == "zh"))
            )
        return found

    def rank_by(self, contest: Contest, own: int) -> int:
        """The rank of a member of a pool among all of it that are ranked, by what the places go by."""
        ranked = (self.placed > 0)[contest.positions]
        return int(competition_ranks(np.where(ranked, contest.keys[0], np.nan), *contest.keys[1:])[own])

    def missed(self, asker: str, position: int) -> list[tuple[Requirement, object]]:
        """What a member does not meet of an award's requirements, and what it has instead."""
        return [
            (item, self.columns[str(item.node) if item.condition is None else f"condition {item.condition}"][position])
            for item, unmet in self.unmet[asker]
            if unmet[position]
        ]

    def good_enough(self, contest: Contest) -> Mask:
        """Who of a pool takes part, is scored and meets every bar, whatever else bars it; bool[n]."""
        met = self.terms.bars[contest.award.id].met(self.score) & self.taking_part & ~np.isnan(self.score(TOTAL))
        return np.asarray(met[contest.positions] & ~np.isnan(contest.keys[0]), dtype=np.bool_)

    def _unmet(self, item: Requirement) -> Mask:
        only = asked([item], self.scheme, self.members["class"], self.conditions)
        return ~only.met(self.score)


def _place(row: Mapping[Hashable, object], *, zh: bool) -> str:
    sheet = f"工作表 {row['sheet']}" if zh else f"sheet {row['sheet']}"
    line = f"第 {row['row']} 行" if zh else f"row {row['row']}"
    if not row["row"]:  # of a database, named by its key
        return f"{row['file']} {row['sheet']}"
    return ("，" if zh else ", ").join([str(row["file"]), *([sheet] if row["sheet"] else []), line])



NOTHING = Phrase("", "")
YES, NO = Phrase("是", "yes"), Phrase("否", "no")
SCORES = {
    "least": Phrase("不低于", "at least"), "above": Phrase("高于", "more than"),
    "most": Phrase("不超过", "at most"), "below": Phrase("低于", "less than"),
}  # fmt: skip
NUMBERS = SCORES | {"least": Phrase("不少于", "at least"), "above": Phrase("超过", "more than"), "below": Phrase("少于", "less than")}


def shortfall(scheme: Scheme, asker: Phrase, item: Requirement, found: object) -> Phrase:
    """What a member has at the node or condition of a requirement, what `asker` asks for, and the gap.

    Parameters
    ----------
    asker
        The award or grade that asks; empty where the sentence has said so.
    found
        The rounded score, or the condition's raw value; NaN or None where there is none.
    """
    name, asks = subject(scheme, item), f"{asker.en} asks for" if asker.en else "asked for:"
    if _plain(item) and item.least is not None and asker.zh:
        return _below_least(scheme, asker, item.least, found, name)
    wanted = demand(scheme, item)
    if is_missing(found):
        has = Phrase(f"{name.zh}未计分", f"{name.en} not scored")
        if item.condition is not None:
            has = Phrase(f"{name.zh}无记录，视为不符合", f"{name.en} not recorded, which meets nothing")
        by = NOTHING
    else:
        shown, by = _shown(scheme, item, found), _gap_in_words(scheme, item, found)
        has = Phrase(f"{name.zh} {shown.zh}", f"{name.en} {shown.en}")
    return Phrase(f"{has.zh}，{asker.zh}要求{wanted.zh}{by.zh}", f"{has.en}, {asks} {wanted.en}{by.en}")


def subject(scheme: Scheme, item: Requirement) -> Phrase:
    """What a requirement is about: the total, a node or a condition, by its label."""
    if item.node == TOTAL:
        return Phrase("总分", "total")
    label = scheme.label(str(item.node or item.condition))
    return Phrase(label, label)


def demand(scheme: Scheme, item: Requirement) -> Phrase:
    """What a requirement asks for, as it follows 要求: 不少于 3 个, 高于 60 分且不超过 90 分, 为 AA 或 A."""
    unit, words = _unit(scheme, item), SCORES if item.condition is None else NUMBERS
    bounds = [(words[key], getattr(item, key)) for key in words if getattr(item, key) is not None]
    parts = [
        Phrase(f"{word.zh} {number(scheme, item, bound)}{unit.zh}", f"{word.en} {number(scheme, item, bound)}{unit.en}")
        for word, bound in bounds
    ]
    if item.among:
        named = [_state(state) for state in item.among]
        parts.append(Phrase("为 " + " 或 ".join(state.zh for state in named), " or ".join(state.en for state in named)))
    return Phrase("且".join(part.zh for part in parts), " and ".join(part.en for part in parts))


def number(scheme: Scheme, item: Requirement, value: float) -> str:
    """A number as it is compared: a score with its decimals, a condition's number as it is."""
    if item.condition is None:
        return amount(scheme, value)
    return f"{value:.9f}".rstrip("0").rstrip(".")


def amount(scheme: Scheme, score: float) -> str:
    """A score with the scheme's decimals; in full where those would misstate it."""
    text = f"{score:.{scheme.decimals}f}"
    return text if float(text) == score else repr(float(score))


def gap(scheme: Scheme, high: float, low: float) -> str:
    """How much one score lies above another."""
    return amount(scheme, float(rounded(high - low, max(scheme.decimals, 6))))


def _plain(item: Requirement) -> bool:
    """Whether all that is asked for is a least score."""
    return item == Requirement(node=item.node, least=item.least, classes=item.classes)


def _below_least(scheme: Scheme, asker: Phrase, least: float, found: object, name: Phrase) -> Phrase:
    filled = {"zh": name.zh, "en": name.en, "award": asker.zh, "award_en": asker.en, "least": amount(scheme, least)}
    if not _is_number(found) or is_missing(found):
        return phrase("{zh}未计分，{award}要求不低于 {least} 分", "{en} not scored, {award_en} asks for {least}", **filled)
    return phrase(
        "{zh} {score}，{award}要求不低于 {least} 分，还差 {gap} 分",
        "{en} {score}, {gap} short of the {least} that {award_en} asks for",
        score=amount(scheme, found),
        gap=gap(scheme, least, found),
        **filled,
    )


def _gap_in_words(scheme: Scheme, item: Requirement, found: object) -> Phrase:
    """By how much a number misses its bound; nothing for a state, or where it stands on a bound it has to pass."""
    if not _is_number(found):
        return NOTHING
    low = max((bound for bound in (item.least, item.above) if bound is not None), default=None)
    high = min((bound for bound in (item.most, item.below) if bound is not None), default=None)
    if low is not None and found < low:
        by = number(scheme, item, float(rounded(low - found, 9)))
        return Phrase(f"（差 {by}）", f" ({by} short)")
    if high is not None and found > high:
        by = number(scheme, item, float(rounded(found - high, 9)))
        return Phrase(f"（超出 {by}）", f" ({by} over)")
    return NOTHING


def _shown(scheme: Scheme, item: Requirement, found: object) -> Phrase:
    if not _is_number(found):
        return _state(found)
    unit = NOTHING if item.condition is None else _unit(scheme, item)
    return Phrase(f"{number(scheme, item, found)}{unit.zh}", f"{number(scheme, item, found)}{unit.en}")


def _state(state: object) -> Phrase:
    name = state_name(state)
    return {"true": YES, "false": NO}.get(name, Phrase(name, name))


def _unit(scheme: Scheme, item: Requirement) -> Phrase:
    """What follows a number: 分 after a score, the condition's own unit."""
    if item.condition is None:
        return Phrase(" 分", "")
    unit = next((each.unit for each in scheme.conditions if each.id == item.condition), "")
    return Phrase(f" {unit}", f" {unit}") if unit else NOTHING


def _is_number(found: object) -> TypeGuard[float]:
    return isinstance(found, int | float | np.number) and not isinstance(found, bool | np.bool_)



NOT_APPLIED = Phrase("未申报，不参加评选", "did not apply, and takes no part")
NOT_RANKED = Phrase("没有总分，不参加排名", "has no total, and is not ranked")
NOBODY = Phrase("", "")


def reasons(case: Case) -> pd.Series[str]:
    """The reason for every member's place, in the scheme's language; index member."""
    stop = "；" if case.scheme.language == "zh" else "; "
    lines = [
        stop.join(sentence.into(case.scheme.language) for sentence in _sentences(case, position))
        for position in range(len(case.members))
    ]
    return pd.Series(lines, index=case.members.index, dtype="str", name="reason")


def _sentences(case: Case, position: int) -> Iterator[Phrase]:
    if not case.terms.applied[position]:
        yield NOT_APPLIED
        return
    strikes = case.strikes.get(str(case.members.index[position]), [])
    yield from _vetoes(case, strikes)
    ineligible = case.missed("", position)
    if ineligible:
        yield _ineligible(case, ineligible)
    if ineligible or any(veto.effect.award == "none" for veto in case.scheme.vetoes if veto.id in dict(strikes)):
        return
    if np.isnan(case.columns[TOTAL][position]):
        yield NOT_RANKED
        return
    yield from _outcomes(case, position)


def _outcomes(case: Case, position: int) -> Iterator[Phrase]:
    """What came of every award that no earlier one excludes; of one that a veto bars it from, the veto has told."""
    held: list[str] = []
    for contest, own in case.entries[position]:
        if case.terms.barred[contest.award.id][position]:
            continue
        if set(held) <= set(contest.award.beside):
            yield _outcome(case, contest, own)
            held += [contest.award.id] * bool(contest.given[own])


def _vetoes(case: Case, strikes: list[tuple[str, str]]) -> Iterator[Phrase]:
    for veto in case.scheme.vetoes:
        places = "；".join(place for id_, place in strikes if id_ == veto.id)
        if places:
            effect = _effect(case, veto.effect)
            yield phrase("{zh}：{label}（{places}）", "{en}: {label} ({places})", zh=effect.zh, en=effect.en, label=veto.label, places=places)


def _effect(case: Case, effect: Effect) -> Phrase:
    if effect.award == "none":
        return Phrase("一票否决", "veto")
    if effect.award is not None:
        labels = [case.scheme.label(award) for award in effect.award]
        return phrase("一票否决，不得参评{zh}", "veto, barred from {en}", zh="、".join(labels), en=", ".join(labels))
    if effect.grade is not None:
        return phrase("直接定为{grade}级", "graded {grade} directly", grade=effect.grade)
    return phrase("信用等级降 {n} 级", "credit grade lowered by {n}", n=effect.lower_by)


def _ineligible(case: Case, missed: list[tuple[Requirement, object]]) -> Phrase:
    told = [shortfall(case.scheme, NOBODY, item, found) for item, found in missed]
    return _joined(
        Phrase("不符合申报条件", "not eligible"), _joined(*told), sep=Phrase("：", ": ")
    )


def _outcome(case: Case, contest: Contest, own: int) -> Phrase:
    if contest.given[own]:
        return _given(case, contest, own)
    if contest.open[own] or contest.shared[own]:
        return _open(case, contest, own)
    if contest.beyond[own]:
        return _beyond(case, contest, own)
    return _outrun(case, contest, own) if contest.able[own] else _missed(case, contest, own)


def _given(case: Case, contest: Contest, own: int) -> Phrase:
    by_total = contest.award.by == TOTAL
    told = phrase(
        "授予{award}：{name} {score}，{scope}{by}第 {rank} 名",
        "{award}: {name_en} {score}, rank {rank} {by_en}in {scope_en}",
        award=contest.award.label,
        name=_by(case, contest.award).zh,
        name_en=_by(case, contest.award).en,
        by="" if by_total else "按该项",
        by_en="" if by_total else "by it ",
        score=amount(case.scheme, contest.keys[0, own]),
        rank=case.ranks[contest.positions[own]] if by_total else case.rank_by(contest, own),
        scope=_scope(case, None if by_total else contest).zh,
        scope_en=_scope(case, None if by_total else contest).en,
    )
    return _joined(told, _places(case, contest), _settled(case, contest, own), _together(contest, own))


def _together(contest: Contest, own: int) -> Phrase | None:
    """With how many others it stands level in every way at the end of the places, where all of them are given the award."""
    level = contest.given & (contest.order == contest.order[own])
    ahead = int((contest.given & (contest.order < contest.order[own])).sum())
    if contest.places is None or ahead + int(level.sum()) <= contest.places:
        return None
    return phrase("{n} 家并列，一并授予", "{n} level, and all awarded", n=int(level.sum()))


def _open(case: Case, contest: Contest, own: int) -> Phrase:
    within, ceiling = bool(contest.open[own]), contest.ceiling
    level = int(contest.open.sum()) if within or ceiling is None else ceiling.level
    return phrase(
        "{award}待委员会决定：{name} {score}，{level} 家同分，{all}剩余名额 {left} 个",
        "{award}: the committee has to decide; {name_en} {score}, {level:member|members} level, {left:place|places} left{all_en}",
        award=contest.award.label,
        name=_by(case, contest.award).zh,
        name_en=_by(case, contest.award).en,
        score=amount(case.scheme, contest.keys[0, own]),
        level=level,
        left=contest.left if within or ceiling is None else ceiling.left,
        all="" if within else "各类合计",
        all_en="" if within else " in all classes together",
    )


def _beyond(case: Case, contest: Contest, own: int) -> Phrase:
    """A place of the class won, or to be settled there, and lost again in all classes together."""
    ceiling, score = contest.ceiling, float(contest.keys[0, own])
    upto = int((contest.able & (contest.order <= contest.order[own])).sum())
    placed = case.scheme.ties[-1:] == ("joint",) or contest.places is None or upto <= contest.places
    told = phrase(
        "{award}名额已满：{scope}{zh}，但各类合计名额只有 {n} 个",
        "{award}: {en} in {scope_en}, but all classes together have only {n:place|places}",
        award=contest.award.label,
        zh="入围" if placed else "名额线上同分",
        en="placed" if placed else "level at the line",
        scope=_scope(case, contest).zh,
        scope_en=_scope(case, contest).en,
        n=ceiling.places if ceiling else 0,
    )
    line = ceiling.line if ceiling else None
    behind = None if line is None or line == score else _behind(case, contest, line, score)
    return _joined(told, behind, _reserve(contest, own))


def _missed(case: Case, contest: Contest, own: int) -> Phrase:
    """What keeps a member from an award: no score to go by, or bars it does not reach."""
    award, position = contest.award, contest.positions[own]
    asker = Phrase(award.label, award.label)
    told = [shortfall(case.scheme, asker, item, found) for item, found in case.missed(award.id, position)]
    if not told:
        name = _by(case, award)
        return phrase("{name}未计分，不参加{award}评选", "{en} not scored: takes no part in {award}", name=name.zh, en=name.en, award=award.label)
    return _joined(*told)


def _outrun(case: Case, contest: Contest, own: int) -> Phrase:
    """Over every bar, but the places went to others: of its class, or further up still of all classes together."""
    score, line, label = float(contest.keys[0, own]), contest.line, contest.award.label
    places, colon, ceiling = _places(case, contest), Phrase("：", ", "), contest.ceiling
    if ceiling is not None and ceiling.line is None:
        return phrase("未获{a}：各类合计名额 {n} 个", "{a}: no place, {n:place|places} in all classes together", a=label, n=ceiling.places)
    if line is None:
        return _joined(phrase("未获{a}", "{a}: no place", a=label), places, sep=colon)
    full = _joined(phrase("{a}名额已满", "{a}: places are taken", a=label), places, sep=colon)
    if ceiling and ceiling.line is not None and ceiling.line > line:
        line = ceiling.line
        full = _joined(full, phrase("各类合计 {n} 个", "{n} in all classes together", n=ceiling.places))
    if score == line:
        return _joined(full, _settled(case, contest, own), _reserve(contest, own))
    return _joined(full, _behind(case, contest, line, score), _reserve(contest, own))


def _behind(case: Case, contest: Contest, line: float, score: float) -> Phrase:
    by = Phrase("", "") if contest.award.by == TOTAL else _by(case, contest.award)
    return phrase(
        "{by}名额线 {line} 分，差 {gap} 分",
        "the line {by_en}is {line}, {gap} short",
        by=by.zh,
        by_en=f"by {by.en} " if by.en else "",
        line=amount(case.scheme, line),
        gap=gap(case.scheme, line, score),
    )


def _reserve(contest: Contest, own: int) -> Phrase | None:
    turn = int(contest.reserve[own])
    if not turn:
        return None
    level = "并列" if (contest.reserve == turn).sum() > 1 else ""
    return phrase("{zh}候补第 {n} 名", "{en}reserve no. {n}", n=turn, zh=level, en="joint " if level else "")


def _places(case: Case, contest: Contest) -> Phrase | None:
    if contest.places is None:
        return None
    scope = _scope(case, contest)
    zh = f"{scope.zh}名额 {contest.places} 个"
    return Phrase(zh, f"{contest.places} {'place' if contest.places == 1 else 'places'} in {scope.en}")


def _settled(case: Case, contest: Contest, own: int) -> Phrase | None:
    """By which node a tie at the line was settled, when it was."""
    won = contest.given | contest.open
    own_key = contest.keys[:, own]
    rivals = np.flatnonzero(contest.able & (won != won[own]) & (contest.keys[0] == own_key[0]))
    if not rivals.size:
        return None
    ranks = competition_ranks(*contest.keys[:, rivals])
    nearest = contest.keys[:, rivals[ranks.argmin() if won[own] else ranks.argmax()]]
    decisive = np.flatnonzero(~np.isclose(nearest, own_key, rtol=0, atol=0, equal_nan=True))
    if not decisive.size:  # level in every way: settled by the places of all classes together
        return None
    node = tie_nodes(case.scheme)[int(decisive[0]) - 1]
    label = case.scheme.label(node)
    filled = {
        "node": "总分" if node == TOTAL else f"{label}得分",
        "node_en": label,
        "by": _by(case, contest.award).en,
    }
    if won[own]:
        return phrase("同分时按{node}排在前", "level on {by}, ahead by {node_en}", **filled)
    return phrase("同分时按{node}排在后", "level on {by}, behind by {node_en}", **filled)


def _by(case: Case, award: Award) -> Phrase:
    """What the places of an award go by."""
    return Phrase("总分", "total") if award.by == TOTAL else Phrase(*[case.scheme.label(award.by)] * 2)


def _scope(case: Case, contest: Contest | None = None) -> Phrase:
    over_all = contest is not None and contest.award.quota is not None and contest.award.quota.within == "all"
    if over_all or case.scheme.members.class_ is None:
        return Phrase("全体", "all")
    return Phrase("本类", "its class")


def _joined(first: Phrase, *others: Phrase | None, sep: Phrase = Phrase("，", ", ")) -> Phrase:  # noqa: B008 - frozen
    parts = [first, *(other for other in others if other is not None)]
    return Phrase(sep.zh.join(part.zh for part in parts), sep.en.join(part.en for part in parts))



Unmet = dict[str, list[tuple[Requirement, Mask, list[Any]]]]


def grade_reasons(
    scheme: Scheme,
    members: pd.DataFrame,
    scores: pd.DataFrame,
    vetoes: pd.DataFrame,
    *,
    recorded: pd.Series[bool] | None = None,
    conditions: pd.DataFrame | None = None,
    previous: pd.DataFrame | None = None,
) -> pd.Series[str]:
    """Why every member has its grade, in the scheme's language; empty when the scheme grades nobody.

    Parameters
    ----------
    members, scores, vetoes, recorded, conditions, previous
        As for `decide_grades`.
    """
    if scheme.grades is None:
        return pd.Series("", index=members.index, dtype="str")
    steps = graded(scheme, members, scores, vetoes, recorded=recorded, conditions=conditions, previous=previous)
    points = rounded_points(scheme, scores.loc[members.index])
    new = ~recorded.loc[members.index].to_numpy(np.bool_) if recorded is not None and scheme.grades.default else np.zeros(len(members), np.bool_)
    why = _Why(
        scheme, scheme.grades, steps, points[TOTAL].tolist(), new, outside(scheme.grades, members), _unmet(scheme, scheme.grades, members, points, conditions),
        _lowering(scheme, vetoes), _directly(scheme, vetoes),
    )  # fmt: skip
    said = [why.sentence(str(member), place) for place, member in enumerate(members.index)]
    return pd.Series([reason.into(scheme.language) for reason in said], index=members.index, dtype="str")


@dataclass(frozen=True, eq=False)
class _Why:
    scheme: Scheme
    rules: Grades
    steps: Graded
    totals: list[float]
    new: Mask
    outside: Mask
    unmet: Unmet
    lowering: dict[str, int]
    direct: set[tuple[str, str]]

    def sentence(self, member: str, place: int) -> Phrase:
        """Why one member has its grade, from the last step that decided it backwards."""
        steps = self.steps
        grade = steps.grade[place]
        if self.outside[place]:
            return Phrase("未申报，不评定信用等级", "did not apply: not graded")
        if (member, grade) in self.direct:
            return phrase("信用等级直接定为 {grade}", "credit grade {grade}, given directly", grade=grade)
        parts = [self._by_score(place), self._bound(place), self._lowered(member, place)]
        told = [part for part in parts if part is not None]
        return Phrase("，".join(part.zh for part in told), ", ".join(part.en for part in told))

    def _by_score(self, place: int) -> Phrase:
        """The band reached, and the better band missed although the total would have been enough."""
        grade, total = self.steps.by_score[place], self.totals[place]
        if self.new[place]:
            return phrase("尚无任何记录，信用等级定为 {grade}", "nothing recorded yet: credit grade {grade}", grade=grade)
        if np.isnan(total):
            return phrase("无总分，信用等级定为 {grade}", "no total: credit grade {grade}", grade=grade or "—")
        bound = dict(self.rules.bands)[grade]
        missed = [name for name, least in self.rules.bands if total >= least > bound]
        short = [(item, found[place]) for name in missed[-1:] for item, unmet, found in self.unmet[name] if unmet[place]]
        if not short:
            return phrase("信用等级 {grade}（{bound:g} 分起）", "credit grade {grade} (from {bound:g})", grade=grade, bound=bound)
        lack = _lack(self.scheme, *short[0])
        return phrase(
            "总分够 {better} 级，但{zh}，信用等级 {grade}",
            "the total would do for {better}, but {en}: credit grade {grade}",
            better=missed[-1], zh=lack.zh, en=lack.en, grade=grade,
        )  # fmt: skip

    def _bound(self, place: int) -> Phrase | None:
        """What the previous grade did to it."""
        before, most = self.steps.previous[place], self.rules.rise_at_most
        if most is None:
            return None
        if not before:
            return Phrase("无上届等级，不受升级限制", "without a previous grade, so free to rise")
        if self.steps.held[place] == self.steps.by_score[place]:
            return None
        return phrase(
            "上届为 {before}，最多升 {most} 级，定为 {grade}",
            "rising at most {most} from {before}: {grade}",
            before=before, most=most, grade=self.steps.held[place],
        )  # fmt: skip

    def _lowered(self, member: str, place: int) -> Phrase | None:
        held, lowered = self.steps.held[place], self.steps.lowered[place]
        if member not in self.lowering or not held:
            return None
        names = [name for name, _ in self.rules.bands]
        if names.index(lowered) - names.index(held) < self.lowering[member]:
            return phrase(
                "因一票否决事项应降 {by} 级，至最低的 {grade} 为止",
                "to be lowered by {by} for vetoes, and no further than the last: {grade}",
                by=self.lowering[member], grade=lowered,
            )  # fmt: skip
        return phrase(
            "因一票否决事项降 {by} 级，定为 {grade}",
            "lowered by {by} for vetoes: {grade}",
            by=self.lowering[member], grade=lowered,
        )  # fmt: skip


def _lack(scheme: Scheme, item: Requirement, found: Any) -> Phrase:
    """What keeps a member from a band: briefly, where a score is below the least asked for."""
    name = subject(scheme, item)
    if item.condition is None and item == Requirement(node=item.node, least=item.least, classes=item.classes):
        return phrase("{zh}低于 {least:g}", "{en} is below {least:g}", zh=name.zh, en=name.en, least=item.least)
    return shortfall(scheme, NOBODY, item, found)


def _unmet(
    scheme: Scheme, rules: Grades, members: pd.DataFrame, points: pd.DataFrame, conditions: pd.DataFrame | None
) -> Unmet:
    known = pd.DataFrame() if conditions is None else conditions.reindex(members.index)
    score = scores_of(points)
    found: Unmet = {name: [] for name, _ in rules.bands}
    for name in found:
        for item in rules.require.get(name, ()):
            missed = ~asked([item], scheme, members["class"], conditions).met(score)
            values = points[str(item.node)] if item.condition is None else known[item.condition]
            found[name].append((item, missed, values.tolist()))
    return found


def _lowering(scheme: Scheme, vetoes: pd.DataFrame) -> dict[str, int]:
    """By how many bands each struck member falls."""
    by = {veto.id: veto.effect.lower_by for veto in scheme.vetoes if veto.effect.lower_by}
    found: dict[str, int] = {}
    for member, veto in {(str(row.member), str(row.veto)) for row in vetoes.itertuples(index=False)}:
        if veto in by:
            found[member] = found.get(member, 0) + int(by[veto] or 0)
    return found


def _directly(scheme: Scheme, vetoes: pd.DataFrame) -> set[tuple[str, str]]:
    """The members struck by vetoes that give grades, each with such a grade."""
    by = {veto.id: veto.effect.grade for veto in scheme.vetoes if veto.effect.grade}
    struck = {(str(row.member), by.get(str(row.veto))) for row in vetoes.itertuples(index=False)}
    return {(member, grade) for member, grade in struck if grade is not None}



FEW = Phrase("符合条件的会员不足，宁缺毋滥", "too few members are good enough, and the bar is not lowered")
NOBODY_ELSE = Phrase("没有其他可授予的会员，宁缺毋滥", "nobody else can be given it, and the bar is not lowered")
NOT_JOINT = Phrase(
    "如不合本意，请在 ties 中加写同分时再比的节点，或以 committee 代替 joint，由委员会决定",
    "if that is not meant, name in `ties` what else is compared, or let `committee` decide in place of `joint`",
)
SETTLE = Phrase(
    '未决定前不能封存：请在 ties 中加写同分时再比的节点，或以 joint 并列；准许暂不决定的，请写 open_ties = "may_stay"',
    'it cannot be sealed until that is decided: name in `ties` what else is compared, or `joint`; or write open_ties = "may_stay" if it may stay open',
)
MAY_STAY = Phrase("办法准许暂不决定，可以封存，名额仍待定", "the scheme lets it stay open: it can be sealed, and the places are still to be given")


def award_problems(decided: Decided) -> Iterator[Problem]:
    """Everything a reader should know of how the awards were given."""
    scheme, case = decided.case.scheme, decided.case
    classes = case.terms.classes
    yield from quota_problems(scheme, dict(zip(classes.names, classes.counted(case.taking_part), strict=True)))
    yield from _out_of_reach(scheme)
    yield from tie_problems(scheme, case.members, decided.ties)
    for allotment in case.allotments:
        yield from _passed(allotment)
        for contest in allotment.contests:
            if contest.vacant:
                yield _vacancy(case, contest)


def tie_problems(scheme: Scheme, members: pd.DataFrame, ties: Sequence[Tie]) -> Iterator[Problem]:
    """Every tie that the scheme leaves to the committee: whom, and for how many places.

    A warning, for while it stands an edition cannot be sealed; a note where the scheme says that it may stay open.
    """
    for tie in ties:
        rule = phrase(
            "“{award}”剩余名额 {places} 个，{n} 家完全同分，待委员会决定：{zh}",
            "`{award}`: {places:place|places} left for {n:member|members} level in every way, for the committee to decide: {en}",
            award=scheme.label(tie.award), places=tie.places, n=len(tie.members),
            zh="、".join(_named(members, tie)), en=", ".join(_named(members, tie)),
        )  # fmt: skip
        staying = scheme.open_ties == "may_stay"
        yield Problem("note" if staying else "warning", rule, MAY_STAY if staying else SETTLE, file="scheme.toml", column="ties", value=tie.class_)


def _named(members: pd.DataFrame, tie: Tie) -> list[str]:
    return [str(members.loc[key, "name"]) for key in tie.members]


def _passed(allotment: Allotment) -> Iterator[Problem]:
    """Where more are given an award than it has places, since all of those level at the line are."""
    award, ceiling = allotment.award, allotment.award.quota.in_all if allotment.award.quota else None
    counts = [(contest.class_, NOTHING, contest.places, int(contest.given.sum())) for contest in allotment.contests]
    counts.append(("", Phrase("各类合计", " in all classes together"), ceiling, int(allotment.given.sum())))
    for class_, together, places, given in counts:
        if places is not None and given > places:
            rule = phrase(
                "“{award}”{zh}名额 {places} 个，授予 {given} 家：名额线上同分并列，一并授予",
                "`{award}`: {places:place|places}{en}, {given} given: all of those level at the line are given it",
                award=award.label, zh=together.zh, en=together.en, places=places, given=given,
            )  # fmt: skip
            yield Problem("warning", rule, NOT_JOINT, file="scheme.toml", column=f"award[{award.id}].quota", value=class_)


def _out_of_reach(scheme: Scheme) -> Iterator[Problem]:
    """Bars above the scale, where nothing is added to the total that could lift anyone over them."""
    for award in scheme.awards:
        for item in bars(award):
            least = max((bound for bound in (item.least, item.above) if bound is not None), default=-np.inf)
            lifted = item.node == TOTAL and scheme.adjustments
            if item.node in {TOTAL, *scheme.nodes} and not lifted and least > scheme.scale:
                name = subject(scheme, item)
                yield Problem(
                    "warning",
                    phrase(
                        "“{award}”要求{zh} {least} 分，高于满分 {scale:g} 分",
                        "`{award}` asks for {least} of `{en}`, more than the scale of {scale:g}",
                        award=award.label, zh=name.zh, en=name.en, least=number(scheme, item, least), scale=scheme.scale,
                    ),
                    Phrase("没有会员能达到；请核对这一条", "nobody can reach it: check it"),
                    file="scheme.toml", column=f"award[{award.id}]",
                )  # fmt: skip


def _vacancy(case: Case, contest: Contest) -> Problem:
    """Places that stay empty, and why: too few are good enough, or who is cannot be given it; and who lost its place beside."""
    rule = phrase(
        "“{award}”名额 {places} 个，授予 {given} 家，空缺 {vacant} 个",
        "`{award}`: {places:place|places}, {given} given, {vacant} empty",
        award=contest.award.label, places=contest.places, given=int(contest.given.sum()), vacant=contest.vacant,
    )  # fmt: skip
    return Problem("note", rule, _why_empty(case, contest), column=f"award[{contest.award.id}]", value=contest.class_)


def _why_empty(case: Case, contest: Contest) -> Phrase:
    good, lost = case.good_enough(contest), int(contest.beyond.sum())
    few, others = good.sum() < (contest.places or 0), int((good & ~contest.able).sum())
    told = [
        phrase("{n} 家入围后因各类合计名额已满而未获", "{n:member|members} lost theirs to the bound on all classes together", n=lost) if lost else None,
        phrase(
            "另有 {n} 家够格，但已获不能兼得的奖项或被一票否决",
            "{n:more is|more are} good enough, but hold an award that excludes this one or are struck by a veto", n=others,
        ) if others and not few else None,
        FEW if few else NOBODY_ELSE,
    ]  # fmt: skip
    first, *more = (each for each in told if each is not None)
    return _joined(first, *more, sep=Phrase("；", "; "))



LISTED = ["award", "class", "order", "member"]


@dataclass(frozen=True, eq=False)
class Decided:
    """The list: every series has the members as its index, in their order. Series and frames are made when first asked for.

    Parameters
    ----------
    award : Series of str
        The award's id, the first in the scheme's order where a member has several, empty for none.
    rank : Series of Int64
        Within the class (over all when the scheme names none), 1-2-2-4; <NA> for those that are not ranked.
    tied : Series of bool
        Whether the rank is shared, after the scheme's ties are compared.
    awards : DataFrame
        Every award given: award, class (that competed; "" for all), order (1-2-2-4 among its winners), member; in the
        scheme's order of awards, class by class.
    reserves : DataFrame
        The reserves (候补) of every award, with the same columns; order is their turn.
    ties
        Ties at the line of an award that the committee has to settle.
    case
        Everything the reasons are made from.
    """

    ties: tuple[Tie, ...]
    case: Case

    @cached_property
    def award(self) -> pd.Series[str]:
        """The award of each member."""
        given = np.full(len(self.case.members), "", dtype=object)
        for own in reversed(self.case.allotments):
            given[own.given] = own.award.id
        return pd.Series(given, index=self.case.members.index, dtype="str", name="award")

    @cached_property
    def rank(self) -> pd.Series[int]:
        """The rank of each member."""
        placed = self.case.placed
        return pd.Series(placed, index=self.case.members.index, dtype="Int64", name="rank").mask(placed == 0)

    @cached_property
    def tied(self) -> pd.Series[bool]:
        """Whether each member shares its rank."""
        tied, placed = np.zeros(len(self.case.members), np.bool_), self.case.placed
        for _, positions in self.case.terms.pools["class"]:
            tied[positions] = sharing(placed[positions])
        return pd.Series(tied, index=self.case.members.index, name="tied")

    @cached_property
    def awards(self) -> pd.DataFrame:
        """Every award given."""
        return _listed(self.case, [_among(contest, contest.given) for contest in self.case.contests])

    @cached_property
    def reserves(self) -> pd.DataFrame:
        """Every reserve."""
        return _listed(self.case, [contest.reserve for contest in self.case.contests])

    @cached_property
    def reason(self) -> pd.Series[str]:
        """In the scheme's language: what each member was given or which bar it missed, and by how much."""
        return reasons(self.case)

    @property
    def contests(self) -> tuple[Contest, ...]:
        """Every award in every pool, decided."""
        return tuple(self.case.contests)


def decide_awards(
    scheme: Scheme,
    members: pd.DataFrame,
    scores: pd.DataFrame,
    vetoes: pd.DataFrame,
    *,
    conditions: pd.DataFrame | None = None,
) -> Decided:
    """The awards of a scheme, in its order: whoever got one is not offered the next, but beside those it names.

    A member is offered an award when it applied, is eligible, has a total, is not barred by a veto and meets every
    minimum and requirement. Who is not eligible is not ranked and does not count where a quota takes its share.
    Places go by the rounded score at the award's `by`, then by the nodes of `scheme.ties` in turn. Those
    still level at the line all get it under "joint"; otherwise none of them does, the places left stay open,
    and a `Tie` says so. They are offered the next award meanwhile: settling the tie can then only add to the
    list, never take an award back. A place nobody is good enough for stays empty (宁缺毋滥). Where a quota bounds
    the places of all classes together, the lowest winners are left out once the classes have been served.

    Parameters
    ----------
    members : DataFrame
        Index member; columns name, class, applied (bool).
    scores : DataFrame
        Index member; one column per node, per adjustment, and "total"; rounded here. A NaN total is not ranked;
        a NaN node meets no requirement, unless the node does not apply to the member's class.
    vetoes : DataFrame
        One row per veto that strikes: member, veto, table, file, sheet, row.
    conditions : DataFrame
        Index member; one column of raw values per condition, compared unrounded; a missing one meets nothing. None
        when the scheme asks for none.
    """
    scores = aligned(scores, members.index)
    columns = {str(node): scores[node].to_numpy(np.float64) for node in scores}
    return decided_awards(AwardRule.of(scheme, members, vetoes, conditions), columns, lambda: scores, vetoes, conditions)


def decided_awards(
    terms: AwardRule,
    columns: Mapping[str, Floats],
    scores: Callable[[], pd.DataFrame],
    vetoes: pd.DataFrame,
    conditions: pd.DataFrame | None,
) -> Decided:
    """The same on terms that are known, from the scores column by column; the frame of them is only made for the reasons."""
    run = ListRun.of(terms, rounded_scores(terms.scheme, columns))
    case = Case(terms, run.score, vetoes, conditions, run.ranks, run.allotments, scores)
    return Decided(tuple(_ties(run.allotments, terms.members.index)), case)


def _among(contest: Contest, chosen: Mask) -> Integers:
    """The place of each of the chosen among themselves, 0 for the others."""
    return competition_ranks(np.where(chosen, contest.keys[0], np.nan), *contest.keys[1:])


def _listed(case: Case, orders: list[Integers]) -> pd.DataFrame:
    """One row for each member with an order, by contest, order and member."""
    contests, index = case.contests, case.members.index
    chosen = [_in_turn(contest, index, order) for contest, order in zip(contests, orders, strict=True)]
    rows = [len(own) for own in chosen]
    positions = [contest.positions[own] for contest, own in zip(contests, chosen, strict=True)]
    columns = {
        "award": np.repeat(np.array([contest.award.id for contest in contests], dtype=object), rows),
        "class": np.repeat(np.array([contest.class_ for contest in contests], dtype=object), rows),
        "order": np.concatenate([np.empty(0, np.int64), *(order[own] for order, own in zip(orders, chosen, strict=True))]),
        "member": index.to_numpy(dtype=object)[np.concatenate([np.empty(0, np.intp), *positions])],
    }
    kinds = {"award": "str", "class": "str", "order": "int64", "member": "str"}
    return pd.DataFrame({name: pd.Series(column, dtype=kinds[name]) for name, column in columns.items()})[LISTED]


def _in_turn(contest: Contest, index: pd.Index[str], order: Integers) -> NDArray[np.intp]:
    """Those of a contest that have an order, by it and then by their keys."""
    own = np.flatnonzero(order)
    own = own[index.take(contest.positions[own]).argsort()]
    return own[np.argsort(order[own], kind="stable")]


def _ties(allotments: Sequence[Allotment], index: pd.Index[str]) -> Iterator[Tie]:
    for own in allotments:
        if own.open.any():
            for contest in own.contests:
                if contest.open.any():
                    yield Tie(own.award.id, contest.class_, _keys(index, contest, contest.open), contest.left)
        if own.ceiling is not None and own.ceiling.left:
            shared = [key for contest in own.contests for key in _keys(index, contest, contest.shared)]
            yield Tie(own.award.id, "", tuple(sorted(shared)), own.ceiling.left)


def _keys(index: pd.Index[str], contest: Contest, mask: Mask) -> tuple[str, ...]:
    return tuple(sorted(index[contest.positions[mask]]))
