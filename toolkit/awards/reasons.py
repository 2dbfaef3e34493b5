"""Reasons: for every member, in words it can read, what it was given or which bar it missed, and by how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.awards.case import Case
from toolkit.awards.contests import Contest, tie_nodes
from toolkit.awards.demands import amount, gap, shortfall
from toolkit.ranking import competition_ranks
from toolkit.scheme.outcomes import Requirement
from toolkit.scoring import TOTAL
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme.outcomes import Award, Effect

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
        rank=case.ranks[contest.positions[own]] if by_total else int(contest.order[own]),
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
        "{award}: the committee has to decide; {name_en} {score}, {level} members level, {left} places left{all_en}",
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
    """A place of the class won, and lost again in all classes together."""
    ceiling, score = contest.ceiling, float(contest.keys[0, own])
    told = phrase(
        "{award}名额已满：{scope}入围，但各类合计名额只有 {n} 个",
        "{award}: placed in {scope_en}, but there are only {n} places in all classes together",
        award=contest.award.label,
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
