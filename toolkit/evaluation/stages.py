"""Two stages (初审, 复审): the first is an evaluation of its own, whose winners alone are the applicants of the second."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from toolkit.evaluation.decisions import award_problems
from toolkit.evaluation.quotas import STOPPED, stopped
from toolkit.evaluation.requirements import asked
from toolkit.evaluation.scores import TOTAL, Score
from toolkit.evaluation.value_checks import NOT_ELIGIBLE, NOT_SHORTLISTED, SET_BY_ONE, STRUCK
from toolkit.ground.problems import Problem
from toolkit.ground.ranking import Mask
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.scheme.criteria import Group, Indicator, Node
from toolkit.scheme.outcomes import SHORTLIST, SHORTLIST_TITLE, Award, Shortlist
from toolkit.scheme.shapes import Relative

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.evaluation.awards import AwardRule
    from toolkit.indicators import Indicators
    from toolkit.scheme import Scheme

N = TypeVar("N", bound=Node)


def first_stage(scheme: Scheme, shortlist: Shortlist) -> Scheme:
    """The scheme of the first stage: what lies below the node it goes by, and the shortlist as its one award."""
    below = {shortlist.by}
    for _ in range(len(scheme.groups) + 1):
        below |= {node.id for node in scheme.nodes.values() if node.group in below}
    groups = tuple(_topmost(group) if group.id == shortlist.by else group for group in scheme.groups if group.id in below)
    indicators = tuple(_topmost(item) if item.id == shortlist.by else item for item in scheme.indicators if item.id in below)
    award = Award(id=SHORTLIST, label=SHORTLIST_TITLE.into(scheme.language), quota=shortlist.quota, minimum=shortlist.minimum, require=shortlist.require)
    elsewhere = {TOTAL, *scheme.nodes, *(item.id for item in (*scheme.adjustments, *scheme.sums))} - below
    return scheme.model_copy(update={
        "groups": groups, "indicators": indicators, "adjustments": (), "sums": (), "total": type(scheme.total)(),
        "ties": tuple(key for key in scheme.ties if (key if isinstance(key, str) else key.node) not in elsewhere), "awards": (award,), "grades": None, "previous": None,
        "panel": scheme.panel if any(item.measure.take == "panel" for item in indicators) else None, "shortlist": None,
        "vetoes": tuple(veto for veto in scheme.vetoes if veto.effect.award == "none"),
    })  # fmt: skip


def outsiders(rule: AwardRule, score: Score, node: Indicator | Group) -> dict[Phrase, Mask]:
    """Who came to be compared at a node and can be given no award, bool[members] by why.

    In the first stage all are compared that came to it. By the mean or the places of all, those struck later may well be counted.
    """
    outside = {NOT_ELIGIBLE: rule.applied & ~rule.eligibility.met(score)}
    if not isinstance(node.value, SET_BY_ONE):
        return outside
    outside[STRUCK] = rule.applied & rule.struck
    if rule.scheme.shortlist is not None and node.id not in first_stage(rule.scheme, rule.scheme.shortlist).nodes:
        outside[NOT_SHORTLISTED] = stopped(rule.members)
    return outside


def among_eligible(scheme: Scheme) -> list[str]:
    """The indicators that compare those alone who take part."""
    return [item.id for item in scheme.indicators if isinstance(item.value, Relative) and item.value.among == "eligible"]


def eligible_by(scheme: Scheme) -> tuple[object, ...]:
    """All of a scheme that has a say in whom they do not apply to, where the same things are measured."""
    names = among_eligible(scheme)
    return (scheme.eligibility, *names) if names else ()


def compared_by(scheme: Scheme) -> set[str]:
    """The conditions on which it hangs whom indicators compare."""
    left = list(scheme.eligibility.require) if scheme.eligibility and among_eligible(scheme) else []
    found = set[str]()
    while left:
        item = left.pop()
        found |= {item.condition} if item.condition is not None else set()
        left += item.parts
    return found


def only_eligible(scheme: Scheme, members: pd.DataFrame, measured: Indicators) -> Indicators:
    """The same measures, of which those that compare the eligible alone do not apply to anybody else.

    Eligible is who applied and meets all that is asked of conditions; who applied for the first stage of two stays so in the second.
    """
    names = among_eligible(scheme)
    if not names:
        return measured
    required = scheme.eligibility.require if scheme.eligibility else ()
    able = asked(required, scheme, members["class"], measured.conditions).able & (members["applied"].to_numpy(np.bool_) | stopped(members))
    outside = ~pd.Series(able, index=members.index).reindex(measured.raw.index).to_numpy(np.bool_)
    applicable = measured.applicable.assign(**{name: measured.applicable[name].to_numpy(np.bool_) & ~outside for name in names})
    return replace(measured, raw=measured.raw.assign(**{name: measured.raw[name].mask(outside) for name in names}), applicable=applicable)


def _topmost(node: N) -> N:
    return node.model_copy(update={"group": None, "weight": 100.0})


def come_further(first: Evaluation, shortlist: Shortlist) -> Mask:
    """Who comes to the second stage, bool[members]: whom the shortlist as it was decided names, or else who wins a place of it now."""
    decided = _as_decided(first, shortlist)
    return np.asarray(first.decided.allotments[0].given if decided is None else decided)


def staged(first: Evaluation, shortlist: Shortlist, members: pd.DataFrame) -> pd.DataFrame:
    """The members of the second stage: who did not come to it did not apply for it, and is told why."""
    further = come_further(first, shortlist)
    applied = members["applied"].to_numpy(np.bool_)
    why = ["" if stays or not asked else _why(first, shortlist, place) for place, (stays, asked) in enumerate(zip(further, applied, strict=True))]
    return members.assign(applied=applied & further, **{STOPPED: pd.Series(why, index=members.index, dtype=object)})


def stage_problems(first: Evaluation, shortlist: Shortlist) -> Iterator[Problem]:
    """What a reader should know of the shortlist: how many came further, and where the decided one is another than the records make now."""
    now, decided = np.asarray(first.decided.allotments[0].given), _as_decided(first, shortlist)
    for problem in award_problems(first.decided):
        if problem.column != "ties":
            yield replace(problem, column=problem.column.replace(f"award[{SHORTLIST}]", "shortlist"))
        elif decided is None:
            yield replace(problem, mend=SETTLE if problem.severity == "warning" else MAY_STAY, column=OPEN)
    count = int(come_further(first, shortlist).sum())
    came = phrase("复审入围 {n} 家，其余 {m} 家未进入复审", "{n:member|members} on the shortlist, {m} not", n=count, m=int(first.decided.rule.applied.sum()) - count)
    yield Problem("note", came, Phrase("专家评分表只列入围会员；稳健性分析中入围名单不变", "score sheets hold the shortlisted alone; what is asked of weights and values leaves the shortlist as it is"),
                  file="scheme.toml", column="shortlist")  # fmt: skip
    if shortlist.decided and decided is None:
        rule = phrase("入围名单尚未确定：“{by}”没有一家为是，暂按现有记录计算", "the shortlist is not decided yet: `{by}` is so of nobody; it is worked out from the records as they are", by=first.scheme.label(shortlist.decided))
        yield Problem("warning", rule, Phrase("初审结束后请把入围名单填入该表，以后更正记录就不再改动名单", "once the first stage is over, record the shortlist there: what is mended later leaves it as it is"),
                      file="scheme.toml", column="shortlist.decided", value=shortlist.decided)  # fmt: skip
    if decided is None:
        return
    yield from _otherwise_settled(first, decided)
    now |= decided & first.members.index.isin([member for tie in first.decided.ties for member in tie.members])  # chosen among those level at the line
    for other, zh, en in ((now & ~decided, "按现在的记录应当入围，但已定的入围名单没有它", "by the records now it would be on the shortlist, and the decided one lacks it"),
                          (decided & ~now, "已定的入围名单有它，按现在的记录却不能入围", "the decided shortlist has it, and by the records now it would not be")):  # fmt: skip
        for member in first.members.index[other]:
            name = str(first.members.at[member, "name"])
            yield Problem("warning", phrase(f"{{name}}：{zh}", f"{{name}}: {en}", name=name), Phrase("名单以已定的为准；确需更改的，请委员会另作决定并改入围名单", "the decided one holds; to change it the committee has to decide anew and mend the list"),
                          file="scheme.toml", column="shortlist.decided", value=str(member))  # fmt: skip


def _otherwise_settled(first: Evaluation, decided: Mask) -> Iterator[Problem]:
    """Ties at the line of which the decided list takes more, or fewer, than there are places for them."""
    on_it = set(first.members.index[decided])
    for tie in first.decided.ties:
        if (taken := len(on_it.intersection(tie.members))) != tie.places:
            rule = phrase("入围线上 {n} 家同分，剩余名额 {places} 个，已定的入围名单取 {taken} 家", "{n} are level at the line of the shortlist with {places:place|places} left, and the decided one takes {taken}",
                          n=len(tie.members), places=tie.places, taken=taken)  # fmt: skip
            yield Problem("warning", rule, Phrase("名单以已定的为准；请核对", "the decided one holds; check it"), file="scheme.toml", column="shortlist.decided", value=tie.class_)


OPEN = "shortlist.ties"
NOT_CHOSEN = Phrase("同分，由委员会决定未入围", "level at the line, and the committee chose others")
SETTLE = Phrase(
    '请委员会决定后把入围名单填入 shortlist 的 decided 所指的条件（没有写的，请先写 decided = "条件"）；未定之前这几家都不入围，也不能封存；准许暂不决定的，请写 open_ties = "may_stay"',
    'the committee decides, and the list is recorded where `decided` of [shortlist] looks (write decided = "CONDITION" first where it is not there); until then none of these is on it, '
    'and it cannot be sealed; write open_ties = "may_stay" if it may stay open',
)
MAY_STAY = Phrase("办法准许暂不决定，可以封存；未定之前这几家都不入围", "the scheme lets it stay open: it can be sealed, and until it is decided none of these is on it")


def open_shortlist(problems: Iterable[Problem]) -> list[Problem]:
    """Of what is to be said of an evaluation the ties at the line of the shortlist that have to be decided before it is sealed."""
    return [problem for problem in problems if problem.column == OPEN and problem.severity == "warning"]


def _as_decided(first: Evaluation, shortlist: Shortlist) -> Mask | None:
    """Whom the decided shortlist names, bool[members]; None where there is none, or nobody is on it yet."""
    if shortlist.decided is None or first.measured.conditions.empty:
        return None
    named = first.measured.conditions[shortlist.decided].reindex(first.members.index).map(lambda value: value is True or value == 1).to_numpy(np.bool_)
    return named & first.members["applied"].to_numpy(np.bool_) if named.any() else None


def _why(first: Evaluation, shortlist: Shortlist, place: int) -> Phrase:
    """Why a member did not come further, for the first stage's reasons are those of any award."""
    stop, total, rank = Phrase("未进入复审", "not on the shortlist"), first.decided.score(TOTAL)[place], int(first.decided.ranks[place])
    decided = _as_decided(first, shortlist)
    if decided is not None and first.decided.allotments[0].given[place]:
        return joined([stop, Phrase("不在已定的入围名单上", "the decided shortlist lacks it")], "：", ": ")
    if not rank:
        reason = str(first.decided.reason.iloc[place])
        return joined([stop, Phrase(reason, reason)], "：", ": ")
    contest, own = next((contest, spot) for contest in first.decided.contests for spot in np.flatnonzero(contest.positions == place))
    if not contest.able[own] or contest.places is None:
        reason = str(first.decided.reason.iloc[place])
        return joined([stop, Phrase(reason, reason)], "：", ": ")
    rank, count = int(contest.order[own]), int((contest.given if decided is None else decided[contest.positions]).sum())
    own_place = phrase("初审 {score} 分，第 {rank} 名，入围 {count} 名", "{score} in the first stage, place {rank}, of whom {count} are on it", score=f"{total:.{first.scheme.decimals}f}", rank=rank, count=count)
    level = Phrase("同分待委员会决定", "level at the line, for the committee to decide") if decided is None else NOT_CHOSEN
    if contest.open[own] or contest.shared[own]:
        return joined([stop, joined([own_place, level])], "：", ": ")
    line = contest.line if decided is None else min(contest.keys[0][decided[contest.positions]], default=None)
    if line is None or line <= contest.keys[0][own]:
        return joined([stop, own_place], "：", ": ")
    lacks = phrase("入围线 {line} 分，差 {gap} 分", "the line is {line}, {gap} more than it has", **{
        name: f"{score:.{first.scheme.decimals}f}" for name, score in (("line", line), ("gap", line - contest.keys[0][own]))
    })  # fmt: skip
    return joined([stop, joined([own_place, lacks])], "：", ": ")
