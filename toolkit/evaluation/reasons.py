"""Reasons: for every member, in words it can read, what it was given or which bar it missed, and by how much."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from toolkit.evaluation.limits import payable
from toolkit.evaluation.quotas import STOPPED, stopped
from toolkit.evaluation.requirements import amount, asked, bars, gap, not_asked, shortfall
from toolkit.evaluation.scores import TOTAL
from toolkit.evaluation.tiebreaks import tie_keys, tie_rules, tie_title
from toolkit.ground.ranking import Mask, Ruling, competition_ranks, rounded
from toolkit.ground.text import Phrase, figure, in_words_before, joined, phrase
from toolkit.scheme.outcomes import FIRST_PLACES, Award, Effect, Per, Quota, Requirement

if TYPE_CHECKING:

    from toolkit.evaluation.contests import Contest
    from toolkit.evaluation.decisions import Decided
    from toolkit.scheme import Scheme

Known = TypeVar("Known")
NOBODY = Phrase("", "")
NOT_APPLIED = Phrase("未申报，不参加评选", "did not apply, and takes no part")
NOT_RANKED = Phrase("没有总分，不参加排名", "has no total, and is not ranked")
TOTAL_NAME = Phrase("总分", "total")
AGREED, PUBLIC = Phrase("同意公开信用等级", "agreed to its grade being published"), Phrase("信用等级公开", "its grade is published")
NOT_AGREED = Phrase("没有同意公开信用等级，等级不公布", "did not agree to its grade being published, which it is not")


@dataclass(frozen=True, eq=False)
class Reasons:
    """The sentences about the members of a list."""

    decided: Decided

    @property
    def scheme(self) -> Scheme:
        """What the committee decided."""
        return self.decided.scheme

    def lines(self) -> list[str]:
        """The reason for every member's place, in the scheme's language and the order of the members."""
        language = self.scheme.language
        stop = "；" if language == "zh" else "; "
        return [stop.join(sentence.into(language) for sentence in self._of(position)) for position in range(len(self.decided.members))]

    def _of(self, position: int) -> Iterator[Phrase]:
        """The sentences about one member."""
        if not self.decided.rule.applied[position]:
            yield (stopped(self.decided.members)[position] and self.decided.members[STOPPED].iloc[position]) or NOT_APPLIED
            return
        strikes = self._strikes.get(str(self.decided.members.index[position]), [])
        yield from self._vetoes(strikes)
        unmet = self.missed("", position)
        if unmet:
            missed = joined(shortfall(self.scheme, NOBODY, item, value) for item, value in unmet)
            yield joined([Phrase("不符合申报条件", "not eligible"), missed], "：", ": ")
        if unmet or any(veto.effect.award == "none" for veto in self.scheme.vetoes if veto.id in dict(strikes)):
            return
        if np.isnan(self.decided.score(TOTAL)[position]):
            yield NOT_RANKED
            return
        yield from self._outcomes(position)

    def _outcomes(self, position: int) -> Iterator[Phrase]:
        """What came of every award that no earlier one excludes; of one that a veto bars it from, the veto has told."""
        awards: list[str] = []
        for contest, place in self._entries[position]:
            if not self.decided.rule.barred[contest.award.id][position] and set(awards) <= set(contest.award.beside):
                yield AwardReason(self, contest, place).words()
                awards += [contest.award.id] * bool(contest.given[place])

    def _vetoes(self, strikes: list[tuple[str, str]]) -> Iterator[Phrase]:
        stop = "；" if self.scheme.language == "zh" or in_words_before("1.0.0") else "; "
        for veto in self.scheme.vetoes:
            places = stop.join(place for id_, place in strikes if id_ == veto.id)
            if places:
                effect = _effect(self.scheme, veto.effect)
                yield phrase("{effect.zh}：{label}（{places}）", "{effect.en}: {label} ({places})", effect=effect, label=veto.label, places=places)

    def missed(self, award: str, position: int) -> list[tuple[Requirement, object]]:
        """What a member does not meet of an award's requirements (of eligibility under ""), and what it has instead."""
        return [(item, values[position]) for item, unmet, values in self._requirements[award] if unmet[position]]

    @cached_property
    def _requirements(self) -> dict[str, list[tuple[Requirement, Mask, list[Any]]]]:
        """What each award asks for, who does not meet it, and what everyone has; under "" what it takes to take part."""
        required = self.scheme.eligibility.require if self.scheme.eligibility else ()
        sets = {"": required} | {award.id: bars(award) for award in self.scheme.awards}
        return {award: [(item, *self._compared(item)) for item in items] for award, items in sets.items()}

    def _compared(self, item: Requirement) -> tuple[Mask, list[Any]]:
        decided, values = self.decided, list[Any]()
        if item.parts:
            values = self._parts(item)
        elif item.first is not None:
            values = decided.places_at(item).tolist()
        elif item.condition is None:
            values = decided.score(str(item.node)).tolist()
        elif decided.conditions is not None:
            values = decided.conditions[item.condition].reindex(decided.members.index).tolist()
        return ~asked([item], self.scheme, decided.members["class"], decided.conditions).met(decided.asked), values

    def _parts(self, item: Requirement) -> list[Any]:
        """Of each member the parts of a requirement that are asked of it, whether it meets them, and what it has there."""
        classes, found = self.decided.members["class"], []
        for part in item.parts:
            (unmet, values), spared = self._compared(part), not_asked(part, self.scheme, classes)
            found.append([None if free else (part, not short, value) for free, short, value in zip(spared, unmet, values, strict=True)])
        return [tuple(one for one in own if one is not None) for own in zip(*found, strict=True)]

    @cached_property
    def _strikes(self) -> dict[str, list[tuple[str, str]]]:
        """For each member struck by a veto the vetoes' ids and the places of the records."""
        strikes: dict[str, list[tuple[str, str]]] = {}
        for row in self.decided.vetoes.to_dict("records"):
            strikes.setdefault(str(row["member"]), []).append((str(row["veto"]), _place(row, zh=self.scheme.language == "zh")))
        return strikes

    @cached_property
    def rulings(self) -> dict[tuple[str, str], Ruling]:
        """By award and member the ruling that settled a tie it was in."""
        return {(ruling.tie.award, member): ruling for ruling in self.decided.rulings for member in ruling.tie.members}

    @cached_property
    def _entries(self) -> list[list[tuple[Contest, int]]]:
        """For each member the contests of its pools, and its place in their arrays."""
        entries: list[list[tuple[Contest, int]]] = [[] for _ in range(len(self.decided.members))]
        for contest in self.decided.contests:
            for place, position in enumerate(contest.positions):
                entries[position].append((contest, place))
        return entries


@dataclass(frozen=True, eq=False)
class AwardReason:
    """What came of one award for one member: `place` is the member's in the arrays of the contest."""

    reasons: Reasons
    contest: Contest
    place: int

    def words(self) -> Phrase:
        """In a sentence."""
        contest, place = self.contest, self.place
        if contest.given[place]:
            return self._given()
        if contest.open[place] or contest.shared[place]:
            return self._open()
        if contest.beyond[place]:
            return self._beyond()
        if contest.able[place]:
            return self._limited() or self._outrun()
        return self._unmet()

    @property
    def _score(self) -> float:
        return float(self.contest.keys[0, self.place])

    def _shown(self, key: float) -> str:
        """The score that what places go by stands for, as it is told."""
        return amount(self.reasons.scheme, self.contest.score(key))

    @property
    def _by(self) -> Phrase:
        """What the places go by."""
        return _label(self.reasons.scheme, self.contest.award)

    def _scope(self, *, of_rank: bool = False) -> Phrase:
        """Who competes for the places; of a rank by total, who is ranked together."""
        quota, scheme = self.contest.award.quota, self.reasons.scheme
        together = not of_rank and quota is not None and quota.within == "all"
        return Phrase("全体", "all") if together or scheme.members.class_ is None else Phrase("本类", "its class")

    def _own_class(self) -> Phrase:
        """Said of a limit that each class has of its own."""
        return Phrase("本类", " in its class") if self._scope().zh == "本类" else NOBODY

    def _given(self) -> Phrase:
        contest, by_total = self.contest, self.contest.award.by == TOTAL
        if self.reasons.scheme.lists_grades and not in_words_before("1.0.0"):
            return phrase("总分 {score}，{scope.zh}第 {rank} 名，{open.zh}", "total {score}, rank {rank} in {scope.en}; {open.en}",
                          score=self._shown(self._score), rank=self._rank(), scope=self._scope(of_rank=True), open=AGREED if contest.award.require else PUBLIC)  # fmt: skip
        sentence = phrase(
            "授予{award}：{by.zh} {score}，{scope.zh}{way.zh}第 {rank} 名",
            "{award}: {by.en} {score}, rank {rank} {way.en}in {scope.en}",
            award=contest.award.label, by=self._by, way=NOBODY if by_total else Phrase("按该项", "by it "),
            score=self._shown(self._score), rank=self._rank(), scope=self._scope(of_rank=by_total),
        )  # fmt: skip
        return _sentence(sentence, self._places(), self._settled(), self._together())

    def _rank(self) -> int:
        """The rank by what the places go by, among all of the pool that are ranked."""
        contest, ranks = self.contest, self.reasons.decided.ranks
        if contest.award.by == TOTAL:
            return int(ranks[contest.positions[self.place]])
        ranked = (ranks > 0)[contest.positions]
        return int(competition_ranks(np.where(ranked, contest.keys[0], np.nan), *contest.keys[1:])[self.place])

    def _together(self) -> Phrase | None:
        """With how many others it stands level in every way at the end of the places, where all of them are given the award."""
        contest, order = self.contest, self.contest.order
        level = int((contest.given & (order == order[self.place])).sum())
        ahead = int((contest.given & (order < order[self.place])).sum())
        if contest.places is None or ahead + level <= contest.places:
            return None
        return phrase("{n} 家并列，一并授予", "{n} level, and all awarded", n=level)

    def _open(self) -> Phrase:
        contest, ceiling = self.contest, self.contest.ceiling
        within = bool(contest.open[self.place]) or ceiling is None
        own = next(((int(level.sum()), left) for level, left in contest.ties if level[self.place]), (0, 0))
        if contest.budget is not None:
            return phrase(
                "{award}待委员会决定：{by.zh} {score}，{level} 家同分，经费余额最多够 {left} 家",
                "{award}: the committee has to decide; {by.en} {score}, {level:member|members} level, and the budget has enough left for {left} at most",
                award=contest.award.label, by=self._by, score=self._shown(self._score), level=own[0], left=own[1],
            )  # fmt: skip
        return phrase(
            "{award}待委员会决定：{by.zh} {score}，{level} 家同分，{all.zh}剩余名额 {left} 个",
            "{award}: the committee has to decide; {by.en} {score}, {level:member|members} level, {left:place|places} left{all.en}",
            award=contest.award.label, by=self._by, score=self._shown(self._score),
            level=own[0] if within else _known(ceiling).level, left=own[1] if within else _known(ceiling).left,
            all=NOBODY if within else Phrase("各类合计", " in all classes together"),
        )  # fmt: skip

    def _beyond(self) -> Phrase:
        """A place of the class won, or to be settled there, and lost again in all classes together."""
        contest, ceiling = self.contest, _known(self.contest.ceiling)
        upto = int((contest.able & (contest.order <= contest.order[self.place])).sum())
        placed = self.reasons.decided.rule.joint or contest.places is None or upto <= contest.places
        sentence = phrase(
            "{award}名额已满：{scope.zh}{how.zh}，但各类合计名额只有 {n} 个",
            "{award}: {how.en} in {scope.en}, but all classes together have only {n:place|places}",
            award=contest.award.label, how=Phrase("入围", "placed") if placed else Phrase("名额线上同分", "level at the line"),
            scope=self._scope(), n=ceiling.places,
        )  # fmt: skip
        behind = self._settled() if ceiling.line is None or ceiling.line == self._score else self._behind(ceiling.line)
        return _sentence(sentence, behind, self._reserve())

    def _unmet(self) -> Phrase:
        """What keeps a member from an award: no score to go by, or bars it does not reach."""
        scheme, award = self.reasons.scheme, self.contest.award
        unmet = self.reasons.missed(award.id, self.contest.positions[self.place])
        if unmet and scheme.lists_grades and not in_words_before("1.0.0"):
            return NOT_AGREED
        if not unmet:
            return phrase("{by.zh}未计分，不参加{award}评选", "{by.en} not scored: takes no part in {award}", by=self._by, award=award.label)
        return _sentence(joined(shortfall(scheme, Phrase(award.label, award.label), item, value) for item, value in unmet), self._full_above())

    def _full_above(self) -> Phrase | None:
        """Of one that misses a bar: that this alone would not do, as places are taken by higher scores, and how far it is to those."""
        contest, turns = self.contest, self.contest.turns
        if in_words_before("1.0.0"):
            return None
        if contest.places == 0:
            return phrase("且{places.zh}", "and {places.en}", places=_known(self._places()))
        at = float(turns.at[self.place])
        if np.isnan(at) or turns.by_bar[self.place] or at <= self._score or contest.budget is not None:
            return None
        return phrase("且名额已满（{behind.zh}）", "and places are taken ({behind.en})", behind=self._behind(at))

    def _outrun(self) -> Phrase:
        """Over every bar, but the places went to others: of its class, or further up still of all classes together."""
        line, label, ceiling, places = self.contest.line, self.contest.award.label, self.contest.ceiling, self._places()
        if ceiling is not None and ceiling.line is None:
            return phrase("未获{a}：各类合计名额 {n} 个", "{a}: no place, {n:place|places} in all classes together", a=label, n=ceiling.places)
        why = [] if places is None else [places]
        if line is None:
            return joined([phrase("未获{a}", "{a}: no place", a=label), *why], "：", ", ")
        full = joined([phrase("{a}名额已满", "{a}: places are taken", a=label), *why], "：", ", ")
        if ceiling and ceiling.line is not None and ceiling.line > line:
            line = ceiling.line
            full = _sentence(full, phrase("各类合计 {n} 个", "{n} in all classes together", n=ceiling.places))
        return _sentence(full, self._short_of(line), self._reserve())

    def _short_of(self, line: float) -> Phrase | None:
        """How far it is to whom it has to leave behind, the line as a rule; by what it was settled where it is level with that; nothing where no score is told."""
        at = line if in_words_before("1.0.0") else float(self.contest.turns.at[self.place])
        return None if np.isnan(at) else self._settled() if self._score == at else self._behind(at)

    def _behind(self, line: float) -> Phrase:
        scheme, by = self.reasons.scheme, self._by
        beyond = Phrase("高", "over") if self.contest.turned else Phrase("差", "short")
        return phrase(
            "{by.zh}名额线 {line} 分，{beyond.zh} {gap} 分", "the line {by.en}is {line}, {gap} {beyond.en}",
            by=NOBODY if self.contest.award.by == TOTAL else Phrase(by.zh, f"by {by.en} "),
            line=self._shown(line), gap=gap(scheme, line, self._score), beyond=beyond,
        )  # fmt: skip

    def _reserve(self) -> Phrase | None:
        turn = int(self.contest.reserve[self.place])
        if not turn:
            return None
        level = Phrase("并列", "joint ") if (self.contest.reserve == turn).sum() > 1 else NOBODY
        return phrase("{level.zh}候补第 {n} 名", "{level.en}reserve no. {n}", n=turn, level=level)

    def _limited(self) -> Phrase | None:
        """What left it without a place though others behind it may have one: too many alike, or too little money."""
        contest, quota = self.contest, self.contest.award.quota
        if contest.kept is None or quota is None:
            return None
        if not quota.handed_on:
            return None if contest.kept[self.place] else self._not_foremost()
        if quota.per is None:
            return self._unfunded(quota)
        if not contest.kept[self.place] and quota.per.most is not None and self._alike_placed() >= quota.per.most:
            return phrase(
                "未获{award}：{own.zh}同为{label}“{state}”的已满 {n} 家，其中有退出的才依次递补", "{award}: no place, the {n} with {label} `{state}`{own.en} are full; only where one of those drops out does the next of them come in",
                award=contest.award.label, label=self.reasons.scheme.label(quota.per.condition), state=_known(contest.facts)[self.place], n=quota.per.most, own=self._own_class(),
            )  # fmt: skip
        return self._beside_assured(quota.per)

    def _alike_placed(self) -> int:
        """How many of those alike with it hold a place, or stand level at a line for one."""
        contest, facts = self.contest, _known(self.contest.facts)
        return int(((contest.given | contest.open) & (facts == facts[self.place])).sum())

    def _not_foremost(self) -> Phrase:
        """Behind the places, which nobody takes over from those before it."""
        contest, behind = self.contest, None
        line = contest.line if in_words_before("1.0.0") else float(contest.turns.at[self.place])
        if line is not None and line > self._score:
            behind = self._behind(line)
        first = phrase(
            "未获{award}：不在{scope.zh}前 {n} 名，名额不递补", "{award}: not among the first {n} in {scope.en}, and no place is handed on",
            award=contest.award.label, scope=self._scope(), n=contest.places,
        )  # fmt: skip
        return _sentence(first, behind)

    def _beside_assured(self, per: Per) -> Phrase | None:
        """What those alike stand at, where that is nearer than the line of all, since some of each come first."""
        contest, scheme = self.contest, self.reasons.scheme
        facts = _known(contest.facts)
        own = contest.given & (facts == facts[self.place])
        if per.least is None or not own.any() or (low := float(contest.keys[0][own].min())) <= self._score:
            return None
        if (contest.given & ~contest.assured).any() and contest.line is not None and contest.line <= low:
            return None
        return phrase(
            "未获{award}：名额先保证每个“{label}”至少 {n} 家，{state}入选的 {line} 分，{beyond.zh} {gap} 分",
            "{award}: no place, at least {n} with each {label} come first; that of {state} has {line}, {gap} {beyond.en}",
            award=contest.award.label, label=scheme.label(per.condition), n=per.least, state=facts[self.place], line=self._shown(low),
            gap=gap(scheme, low, self._score), beyond=Phrase("高", "over") if contest.turned else Phrase("差", "short"),
        )  # fmt: skip

    def _unfunded(self, quota: Quota) -> Phrase:
        """Why the budget does not reach a member."""
        contest, name, place = self.contest, str(quota.cost), self.place
        assert contest.facts is not None
        assert contest.kept is not None
        cost, award = contest.facts[place], contest.award.label
        if not payable(cost):
            label = self.reasons.scheme.label(name)
            if isinstance(cost, int | float) and cost < 0:
                return phrase("未获{award}：{label}为 {cost}，不能小于 0，无法资助", "{award}: {label} is {cost} and cannot be below 0, it cannot be funded", award=award, label=label, cost=self._money(cost))
            return phrase("未获{award}：{label}未记录，无法资助", "{award}: {label} is not recorded, it cannot be funded", award=award, label=label)
        if contest.kept[place]:
            ahead = contest.given & (contest.order <= contest.order[place])
            left = (quota.budget or 0.0) - float(sum(contest.facts[ahead]))
            return phrase(
                "未获{award}：需要 {cost}，{own.zh}经费总额 {budget} 只余 {left}", "{award}: it costs {cost}, and of the {budget}{own.en} only {left} is left",
                award=award, cost=self._money(cost), budget=self._money(quota.budget or 0.0), left=self._money(left), own=self._own_class(),
            )  # fmt: skip
        if contest.open.any() and quota.overrun != "stop":  # else it ends there, whatever is settled
            return phrase("{award}：排在前面的同分会员决定后，再看经费余额", "{award}: first the committee settles who of those level before it is funded", award=award)
        return phrase("未获{award}：经费轮到前面的会员已不够，其后不再资助", "{award}: the budget ended at a member before it", award=award)

    def _money(self, amount_: float) -> str:
        """An amount in the unit of what members cost."""
        quota = self.contest.award.quota
        unit = next((item.unit for item in self.reasons.scheme.conditions if quota is not None and item.id == quota.cost), "")
        return f"{figure(float(rounded(amount_, 6)))} {unit}".strip()

    def _places(self) -> Phrase | None:
        contest, quota = self.contest, self.contest.award.quota
        if quota is not None and quota.budget is not None and contest.facts is not None and payable(contest.facts[self.place]):
            return phrase(
                "需要 {cost}，{own.zh}经费总额 {budget}", "it costs {cost}, of {budget}{own.en}",
                cost=self._money(contest.facts[self.place]), budget=self._money(quota.budget), own=self._own_class(),
            )  # fmt: skip
        if self.contest.places is None:
            return None
        if quota is not None and quota.per is not None and contest.assured[self.place] and (self._score < _known(contest.line) or contest.assured.sum() == contest.given.sum()):
            assert contest.facts is not None
            return phrase(
                "{scope.zh}名额 {n} 个，每个“{label}”至少 {least} 家，{state}以此入选", "{n:place|places} in {scope.en}, at least {least} with each {label}: as one with {state}",
                scope=self._scope(), n=contest.places, label=self.reasons.scheme.label(quota.per.condition), least=quota.per.least, state=contest.facts[self.place],
            )  # fmt: skip
        return phrase("{scope.zh}名额 {n} 个", "{n:place|places} in {scope.en}", scope=self._scope(), n=self.contest.places)

    def _settled(self) -> Phrase | None:
        """By which node a tie at the line was settled, by first places, or by the committee, when it was."""
        contest, key = self.contest, self.contest.keys[:, self.place]
        member = str(self.reasons.decided.members.index[contest.positions[self.place]])
        ruling = self.reasons.rulings.get((contest.award.id, member))
        if ruling is not None:
            return phrase(
                "{n} 家完全同分，{day} 由{body.zh}裁定{way.zh}（理由：{reason}）",
                "{n} level in every way, {way.en} by {body.en} on {day} (because: {reason})", n=len(ruling.tie.members), day=ruling.day, body=_body(ruling),
                reason=ruling.reason, way=Phrase("授予", "given") if contest.given[self.place] else Phrase("授予他家", "given to others"),
            )  # fmt: skip
        won = contest.given | contest.open
        others = ~contest.given if contest.given[self.place] else won != won[self.place]  # who stands open has no place yet either
        rivals = np.flatnonzero(contest.able & others & (contest.keys[0] == key[0]))
        if not rivals.size:
            return None
        ranks = competition_ranks(*contest.keys[:, rivals])
        nearest = contest.keys[:, rivals[ranks.argmin() if won[self.place] else ranks.argmax()]]
        decisive = np.flatnonzero(~np.isclose(nearest, key, rtol=0, atol=0, equal_nan=True))
        if not decisive.size:  # level in every way: settled by the places of all classes together
            return None
        scheme = self.reasons.scheme
        node = tie_keys(scheme)[int(decisive[0]) - 1]
        title = tie_title(scheme, node)
        key_name = title if node in {TOTAL, FIRST_PLACES, *tie_rules(scheme)} else Phrase(f"{title.zh}得分", title.en)
        return phrase(
            "同分时按{key.zh}排在{way.zh}", "level on {by.en}, {way.en} by {key.en}", key=key_name,
            by=self._by, way=Phrase("前", "ahead") if won[self.place] else Phrase("后", "behind"),
        )  # fmt: skip


def _effect(scheme: Scheme, effect: Effect) -> Phrase:
    if effect.award == "none":
        return Phrase("一票否决", "veto")
    if effect.award is not None:
        labels = [scheme.label(award) for award in effect.award]
        return phrase("一票否决，不得参评{zh}", "veto, barred from {en}", zh="、".join(labels), en=", ".join(labels))
    if effect.grade is not None:
        return phrase("直接定为{grade}级", "graded {grade} directly", grade=effect.grade)
    return phrase("信用等级降 {n} 级", "credit grade lowered by {n}", n=effect.lower_by)


def _label(scheme: Scheme, award: Award) -> Phrase:
    return TOTAL_NAME if award.by == TOTAL else Phrase(scheme.label(award.by), scheme.label(award.by))


def _place(row: Mapping[Hashable, object], *, zh: bool) -> str:
    if not row["row"]:  # of a database, named by its key
        return f"{row['file']} {row['sheet']}"
    sheet = f"工作表 {row['sheet']}" if zh else f"sheet {row['sheet']}"
    line = f"第 {row['row']} 行" if zh else f"row {row['row']}"
    return ("，" if zh else ", ").join([str(row["file"]), *([sheet] if row["sheet"] else []), line])


def _body(ruling: Ruling) -> Phrase:
    """Who settled a tie, as far as the minutes name a body."""
    if not ruling.body or in_words_before("1.0.0"):
        return Phrase("委员会", "the committee")
    return Phrase(ruling.body, f"the {ruling.body.removeprefix('the ')}" if ruling.body.isascii() else ruling.body)


def _known(thing: Known | None) -> Known:
    assert thing is not None  # a place is lost to a bound only where there is one
    return thing


def _sentence(first: Phrase, *others: Phrase | None) -> Phrase:
    return joined([first, *(part for part in others if part is not None)])
