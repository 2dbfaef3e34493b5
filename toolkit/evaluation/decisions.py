"""The list: who is given which award, and what a reader should know of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import Allotment, Contest, ListRun
from toolkit.evaluation.limits import Opening, payable
from toolkit.evaluation.quotas import quota_problems
from toolkit.evaluation.reasons import Reasons
from toolkit.evaluation.requirements import bars, exempt, number, subject
from toolkit.evaluation.scores import TOTAL, Score, aligned, rounded_scores
from toolkit.evaluation.tiebreaks import tie_rules
from toolkit.ground.problems import Problem, did_you_mean
from toolkit.ground.ranking import Floats, Integers, Mask, Ruling, Tie, competition_ranks, sharing
from toolkit.ground.text import Phrase, figure, in_words_before, joined, phrase
from toolkit.scheme import Scheme
from toolkit.scheme.outcomes import Requirement
from toolkit.scheme.shapes import is_missing, state_name

LISTED = ["award", "class", "order", "member"]
FEW = Phrase("符合条件的会员不足，宁缺毋滥", "too few members are good enough, and the bar is not lowered")
TO_COME = ("{n} 家的评分尚未确定，名额暂空，评分确定后再定", "{n:member's score is|members' scores are} still to come, until when places are open")
LEFT = {False: Phrase("空缺", "empty"), True: Phrase("待定", "open")}
"""How places are left, by whether scores are still to come."""
NOT_HANDED_ON = Phrase("名额只在前列之内，不递补", "the places are those of the first, and are not handed on")
NOBODY_ELSE = Phrase("没有其他可授予的会员，宁缺毋滥", "nobody else can be given it, and the bar is not lowered")
NOT_JOINT = Phrase(
    "如不合本意，请在 ties 中加写同分时再比的节点，或以 committee 代替 joint，由委员会决定",
    "if that is not meant, name in `ties` what else is compared, or let `committee` decide in place of `joint`",
)
SETTLE = Phrase(
    '未决定前不能封存：请用 committee decide 记下委员会的裁定，或在 ties 中加写同分时再比的节点，或以 joint 并列；准许暂不决定的，请写 open_ties = "may_stay"',
    'it cannot be sealed until that is decided: enter what the committee ruled with `committee decide`, or name in `ties` what else is compared, or `joint`; '
    'or write open_ties = "may_stay" if it may stay open',
)
RULE_ANEW = (
    "请委员会重新裁定，或用 committee decide 届次 tie {award}{class_} --by … --because …（不写会员）撤销这条裁定",
    "let the committee rule anew, or lift the ruling: committee decide DIR tie {award}{class_} --by ... --because ..., naming no member",
)
MAY_STAY = Phrase("办法准许暂不决定，可以封存，名额仍待定", "the scheme lets it stay open: it can be sealed, and the places are still to be given")


@dataclass(frozen=True, eq=False)
class Decided:
    """The list: every series has the members as its index, in their order. Series and frames are made when first asked for.

    Parameters
    ----------
    rule
        The scheme, its members and what no score changes.
    score
        The rounded scores by node.
    vetoes, conditions
        As for `decide_awards`.
    """

    rule: AwardRule
    score: Score
    vetoes: pd.DataFrame
    conditions: pd.DataFrame | None

    @property
    def scheme(self) -> Scheme:
        """What the committee decided."""
        return self.rule.scheme

    @property
    def members(self) -> pd.DataFrame:
        """The members, in their order."""
        return self.rule.members

    @cached_property
    def _run(self) -> ListRun:
        return ListRun.of(self.rule, self.score)

    @property
    def ranks(self) -> Integers:
        """The rank of each member in its class, 1-2-2-4; 0 for those that are not ranked; int64[members]."""
        return self._run.ranks

    @property
    def first_places(self) -> Floats:
        """On how many indicators each member is first in its class; float64[members]."""
        return self._run.first_places

    def asked(self, node: str) -> Floats:
        """The rounded scores by which requirements are met; see `ListRun.asked`."""
        return self._run.asked(node)

    def places_at(self, item: Requirement) -> Integers:
        """The place of each member at the node of which the first are asked for; int64[members], 0 for none."""
        return self._run.places_at(item)

    def tie_key(self, key: str) -> Floats:
        """What settles ties, the higher ahead; float64[members], NaN for none."""
        return self._run.key(key)

    @property
    def allotments(self) -> Sequence[Allotment]:
        """Every award, decided, in the scheme's order."""
        return self._run.allotments

    @cached_property
    def contests(self) -> tuple[Contest, ...]:
        """Every award in every pool, decided: by award, then class."""
        return tuple(self._run.contests)

    @cached_property
    def taking_part(self) -> Mask:
        """Who applied and is eligible; bool[members]."""
        return self.rule.taking_part(self.score)

    @cached_property
    def award(self) -> pd.Series[str]:
        """The award of each member by id, the first in the scheme's order where it has several, empty for none."""
        award = np.full(len(self.members), "", dtype=object)
        for allotment in reversed(self.allotments):
            award[allotment.given] = allotment.award.id
        return pd.Series(award, index=self.members.index, dtype="str", name="award")

    @cached_property
    def rank(self) -> pd.Series[int]:
        """The rank, Int64, within the class (over all when the scheme names none), 1-2-2-4; <NA> for those that are not ranked."""
        return pd.Series(self.ranks, index=self.members.index, dtype="Int64", name="rank").mask(self.ranks == 0)

    @cached_property
    def tied(self) -> pd.Series[bool]:
        """Whether each member shares its rank, after the scheme's ties are compared."""
        tied = np.zeros(len(self.members), np.bool_)
        for _, positions in self.rule.pools["class"]:
            tied[positions] = sharing(self.ranks[positions])
        return pd.Series(tied, index=self.members.index, name="tied")

    @cached_property
    def awards(self) -> pd.DataFrame:
        """Every award given: award, class (that competed; "" for all), order (1-2-2-4 among its winners), member.

        In the scheme's order of awards, class by class.
        """
        return self._listed([competition_ranks(np.where(contest.given, contest.keys[0], np.nan), *contest.keys[1:]) for contest in self.contests])

    @cached_property
    def reserves(self) -> pd.DataFrame:
        """The reserves (候补) of every award, with the same columns; order is their turn."""
        return self._listed([contest.reserve for contest in self.contests])

    @cached_property
    def reason(self) -> pd.Series[str]:
        """In the scheme's language: what each member was given or which bar it missed, and by how much."""
        return pd.Series(Reasons(self).lines(), index=self.members.index, dtype="str", name="reason")

    @cached_property
    def rulings(self) -> tuple[Ruling, ...]:
        """Those of the committee's rulings that settle a tie of this list: without them it would stand open."""
        return tuple(ruling for ruling in self.rule.rulings if ruling.tie in self._without(ruling).ties)

    def _without(self, ruling: Ruling) -> Decided:
        """The list as it were without a ruling."""
        others = tuple(other for other in self.rule.rulings if other is not ruling)
        return replace(self, rule=replace(self.rule, rulings=others))

    @cached_property
    def ties(self) -> tuple[Tie, ...]:
        """Ties at the line of an award that the committee has to settle."""
        return tuple(_ties(self.allotments, self.members.index))

    def good_enough(self, contest: Contest) -> Mask:
        """Who of a pool takes part, is scored and meets every bar, whatever else bars it; bool[pool]."""
        met = self.rule.bars[contest.award.id].met(self.asked) & self.taking_part & ~np.isnan(self.score(TOTAL))
        return np.asarray(met[contest.positions] & ~np.isnan(contest.keys[0]), dtype=np.bool_)

    def _listed(self, orders: Sequence[Integers]) -> pd.DataFrame:
        """One row for each member with an order, by contest, order and member."""
        contests, index = self.contests, self.members.index
        chosen = [_in_turn(contest, index, order) for contest, order in zip(contests, orders, strict=True)]
        rows = [len(places) for places in chosen]
        positions = [contest.positions[places] for contest, places in zip(contests, chosen, strict=True)]
        columns = {
            "award": np.repeat(np.array([contest.award.id for contest in contests], dtype=object), rows),
            "class": np.repeat(np.array([contest.class_ for contest in contests], dtype=object), rows),
            "order": np.concatenate([np.empty(0, np.int64), *(order[places] for order, places in zip(orders, chosen, strict=True))]),
            "member": index.to_numpy(dtype=object)[np.concatenate([np.empty(0, np.intp), *positions])],
        }
        kinds = {"award": "str", "class": "str", "order": "int64", "member": "str"}
        return pd.DataFrame({name: pd.Series(column, dtype=kinds[name]) for name, column in columns.items()})[LISTED]


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
    rule = AwardRule.of(scheme, members, vetoes, conditions)
    return Decided(rule, rounded_scores(scheme, aligned(scores, members.index)), vetoes, conditions)


def _in_turn(contest: Contest, index: pd.Index[str], order: Integers) -> NDArray[np.intp]:
    """Those of a contest that have an order, by it and then by their keys."""
    places = np.flatnonzero(order)
    places = places[index.take(contest.positions[places]).argsort()]
    return places[np.argsort(order[places], kind="stable")]


def _ties(allotments: Sequence[Allotment], index: pd.Index[str]) -> Iterator[Tie]:
    for allotment in allotments:
        if allotment.open.any():
            for contest in allotment.contests:
                for place, (level, left) in enumerate(contest.ties):
                    allows = partial(_allowed, contest.openings[place], index) if contest.openings else None
                    yield Tie(allotment.award.id, contest.class_, _keys(index, contest, level), left, allows, contest.budget is not None)
        if allotment.ceiling is not None and allotment.ceiling.left:
            shared = [key for contest in allotment.contests for key in _keys(index, contest, contest.shared)]
            yield Tie(allotment.award.id, "", tuple(sorted(shared)), allotment.ceiling.left)


def _allowed(opening: Opening, index: pd.Index[str], members: Collection[str]) -> bool:
    """Whether members, by their keys, can be chosen together."""
    return opening.allows(np.flatnonzero(index.isin(list(members))))


def _keys(index: pd.Index[str], contest: Contest, mask: Mask) -> tuple[str, ...]:
    return tuple(sorted(index[contest.positions[mask]]))


def award_problems(decided: Decided, waiting: Collection[str] = ()) -> Iterator[Problem]:
    """Everything a reader should know of how the awards were given, where scores of the members `waiting` are still to come."""
    scheme, classes = decided.scheme, decided.rule.classes
    yield from quota_problems(scheme, dict(zip(classes.names, classes.counted(decided.taking_part), strict=True)))
    yield from _out_of_reach(scheme)
    yield from tie_problems(scheme, decided.members, decided.ties)
    yield from _unordered_states(decided)
    yield from _unasked(decided)
    yield from _unfit_rulings(decided)
    for allotment in decided.allotments:
        yield from _passed(allotment)
        yield from _limit_problems(decided, allotment)
        yield from (_vacancy(decided, contest, waiting) for contest in allotment.contests if contest.vacant)


def _unasked(decided: Decided) -> Iterator[Problem]:
    """Least scores at a node that does not apply to all who take part: of the others they are not asked."""
    scheme = decided.scheme
    for award in scheme.awards:
        for node, least in award.minimum.items():
            spared = exempt(scheme, node, decided.members["class"]) & decided.taking_part
            if spared.any():
                rule = phrase(
                    "“{award}”要求“{node}”不低于 {least}，这一项不适用于参评的 {n} 家会员，对它们不作要求（首家：会员 {member}）",
                    "`{award}` asks for {least} at `{node}`, which does not apply to {n:member that takes|members that take} part: nothing is asked of them there (the first: member {member})",
                    award=award.label, node=scheme.label(node), least=figure(least), n=int(spared.sum()), member=decided.members.index[int(spared.argmax())],
                )  # fmt: skip
                mend = Phrase("如这类会员不应获奖，请在 require 里用条件写明", "if they are to have no such award, say so by a condition in `require`")
                yield Problem("note", rule, mend, file="scheme.toml", column=f"award[{award.id}].minimum.{node}")


def _unordered_states(decided: Decided) -> Iterator[Problem]:
    """States that were recorded of who takes part and that the order which settles ties does not name: they stand behind all others, level."""
    scheme = decided.scheme
    for key, rule in tie_rules(scheme).items():
        if not rule.order or decided.conditions is None:
            continue
        recorded = decided.conditions[str(rule.condition)].reindex(decided.members.index)[decided.taking_part]
        states = [state_name(value) for value in recorded if not is_missing(value)]
        for state in sorted(set(states) - {state_name(one) for one in rule.order}):
            told = phrase(
                "同分比较“{label}”，order 里没有“{state}”：{n} 家，都排在最后，彼此仍同分", "ties go by `{label}`, whose order lacks `{state}`: {n:member stands|members stand} last, and level with one another",
                label=scheme.label(str(rule.condition)), state=state, n=states.count(state),
            )  # fmt: skip
            mend = did_you_mean(state, map(state_name, rule.order)) or Phrase("请补进 order，或更正记录", "add it to `order`, or mend the record")
            yield Problem("warning", told, mend, file="scheme.toml", column=key, value=state)


def tie_problems(scheme: Scheme, members: pd.DataFrame, ties: Sequence[Tie]) -> Iterator[Problem]:
    """Every tie that the scheme leaves to the committee: whom, and for how many places.

    A warning, for while it stands an edition cannot be sealed; a note where the scheme says that it may stay open.
    """
    for tie in ties:
        rule = phrase(
            "“{award}”{left.zh}，{n} 家完全同分，待委员会决定：{zh}",
            "`{award}`: {left.en} for {n:member|members} level in every way, for the committee to decide: {en}",
            award=scheme.label(tie.award), left=left_over(tie), n=len(tie.members),
            zh="、".join(_named(members, tie)), en=", ".join(_named(members, tie)),
        )  # fmt: skip
        staying = scheme.open_ties == "may_stay"
        yield Problem("note" if staying else "warning", rule, MAY_STAY if staying else SETTLE, file="scheme.toml", column="ties", value=tie.class_)


def left_over(tie: Tie) -> Phrase:
    """What is left for those of a tie: so many places, or a budget that is enough for so many at most."""
    if tie.by_budget:
        return phrase("经费余额最多够 {n} 家", "the budget has enough left for {n} at most,", n=tie.places)
    return phrase("剩余名额 {n} 个", "{n:place|places} left", n=tie.places)


def _unfit_rulings(decided: Decided) -> Iterator[Problem]:
    """Every ruling on a tie that has not come about: other members are level, for other places, or none."""
    for ruling in decided.rule.rulings:
        if ruling not in decided.rulings:
            rule = phrase(
                "第 {line} 条裁定“{award}”{n} 家同分取 {places} 家，但名单里没有这样的同分，裁定不再适用",
                "entry {line} is a ruling on `{award}`, {n:member|members} level for {places:place|places}: there is no such tie in the list",
                line=ruling.line, award=decided.scheme.label(ruling.tie.award), n=len(ruling.tie.members), places=ruling.tie.places,
            )  # fmt: skip
            mend = phrase(*RULE_ANEW, award=ruling.tie.award, class_=f" --class {ruling.tie.class_}" if ruling.tie.class_ else "")
            yield Problem("error", rule, mend, file="journal.jsonl", row=ruling.line, column=ruling.tie.award, value=ruling.tie.class_)


def _named(members: pd.DataFrame, tie: Tie) -> list[str]:
    return [str(members.loc[key, "name"]) for key in tie.members if key in members.index]


def _passed(allotment: Allotment) -> Iterator[Problem]:
    """Where more are given an award than it has places, since all of those level at the line are."""
    award, ceiling = allotment.award, allotment.award.quota.in_all if allotment.award.quota else None
    counts = [(contest.class_, Phrase("", ""), contest.places, int(contest.given.sum())) for contest in allotment.contests]
    counts.append(("", Phrase("各类合计", " in all classes together"), ceiling, int(allotment.given.sum())))
    for class_, together, places, given in counts:
        if places is not None and given > places:
            rule = phrase(
                "“{award}”{zh}名额 {places} 个，授予 {given} 家：名额线上同分并列，一并授予",
                "`{award}`: {places:place|places}{en}, {given} given: all of those level at the line are given it",
                award=award.label, zh=together.zh, en=together.en, places=places, given=given,
            )  # fmt: skip
            yield Problem("warning", rule, NOT_JOINT, file="scheme.toml", column=f"award[{award.id}].quota", value=class_)


def _limit_problems(decided: Decided, allotment: Allotment) -> Iterator[Problem]:
    """What is odd where places hang on who else has one: members of whom nothing is known, and places promised that there are not."""
    award, quota = allotment.award, allotment.award.quota
    if quota is None or (quota.per is None and quota.budget is None):
        return
    name, at = quota.per.condition if quota.per else str(quota.cost), f"award[{allotment.award.id}].quota"
    label, facts = decided.scheme.label(name), decided.rule.facts[name]
    for place in np.flatnonzero(decided.taking_part & [not (fact if quota.per else payable(fact)) for fact in facts]).tolist():
        rule = phrase(
            "“{award}”要看“{label}”，这家会员没有记录" if quota.per else "“{award}”要看“{label}”，这家会员的不是 0 以上的数",
            "`{award}` looks at `{label}`, which is not recorded for this member" if quota.per else "`{award}` looks at `{label}`, which is no number from 0 up for this member",
            award=award.label, label=label,
        )  # fmt: skip
        mend = Phrase("请补齐；没有记录的会员一起算作一组", "record it; those without are counted as alike") if quota.per else Phrase("请补齐；在此之前不能资助", "record it; until then it cannot be funded")
        yield Problem("warning", rule, mend, column=at, value=str(decided.members.index[place]))
    for contest in allotment.contests if quota.per and quota.per.least else ():
        states = {str(fact) for fact, able in zip(contest.facts if contest.facts is not None else (), contest.able, strict=True) if able}
        if quota.per and contest.places is not None and len(states) * (quota.per.least or 0) > contest.places:
            rule = phrase(
                "“{award}”名额 {places} 个，不够每个“{label}”至少 {n} 家（共 {states} 个）",
                "`{award}`: {places:place|places}, too few for at least {n} with each `{label}` ({states} of them)",
                award=award.label, places=contest.places, label=label, n=quota.per.least, states=len(states),
            )  # fmt: skip
            yield Problem("warning", rule, Phrase("已在保底的会员中按名次授予；请核对名额", "given by rank among those; check the number"), file="scheme.toml", column=at, value=contest.class_)


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


def _vacancy(decided: Decided, contest: Contest, waiting: Collection[str]) -> Problem:
    """Places that stay empty, and why: too few are good enough, or who is cannot be given it; and who lost its place beside."""
    rule = phrase(
        "“{award}”名额 {places} 个，授予 {given} 家，{left.zh} {vacant} 个",
        "`{award}`: {places:place|places}, {given} given, {vacant} {left.en}",
        award=contest.award.label, places=contest.places, given=int(contest.given.sum()), vacant=contest.vacant, left=LEFT[bool(awaited(decided, contest, waiting))],
    )  # fmt: skip
    return Problem("note", rule, why_empty(decided, contest, waiting), column=f"award[{contest.award.id}]", value=contest.class_)


def why_empty(decided: Decided, contest: Contest, waiting: Collection[str] = ()) -> Phrase:
    """Why places of an award stay empty among those who compete for it; or that they are open, while members are `waiting` for scores without which they have none."""
    good, lost = decided.good_enough(contest), int(contest.beyond.sum())
    few, others = good.sum() < (contest.places or 0), int((good & ~contest.able).sum())
    parts, capped = [], int((contest.able & ~contest.kept).sum()) if contest.kept is not None else 0
    if capped and contest.award.quota is not None and contest.award.quota.per is not None:
        per = contest.award.quota.per
        parts.append(phrase(
            "{n} 家因每个“{label}”至多 {most} 家而未获", "{n:member has|members have} none as there are at most {most} with each `{label}`",
            n=capped, label=decided.scheme.label(per.condition), most=per.most,
        ))  # fmt: skip
    if lost:
        parts.append(phrase("{n} 家入围后因各类合计名额已满而未获", "{n:member|members} lost theirs to the bound on all classes together", n=lost))
    if others and not few:
        parts.append(phrase(
            "另有 {n} 家够格，但已获不能兼得的奖项或被一票否决",
            "{n:more is|more are} good enough, but hold an award that excludes this one or are struck by a veto", n=others,
        ))  # fmt: skip
    kept_back = contest.award.quota is not None and not contest.award.quota.handed_on
    if count := awaited(decided, contest, waiting):
        return joined([*parts, phrase(*TO_COME, n=count)], "；", "; ")
    return joined([*parts, FEW if few else NOT_HANDED_ON if kept_back else NOBODY_ELSE], "；", "; ")


def awaited(decided: Decided, contest: Contest, waiting: Collection[str]) -> int:
    """How many of the members `waiting` for scores could still take a place of an award for which too few are good enough; 0 where none is open for them."""
    if not contest.vacant or decided.good_enough(contest).sum() >= (contest.places or 0) or in_words_before("1.0.0"):
        return 0
    pool = decided.members.index[contest.positions]
    return int((pool.isin([*waiting]) & decided.taking_part[contest.positions] & np.isnan(contest.keys[0])).sum())
