"""The open rows: what a public that knows nothing else recomputes, and what it can infer of those who are not in it.

A member's row is open when it permits every item that the row tells. Of all others who are ranked there is one bound row each: an
interval that holds its total, without name, code or award.

**Intervals.** What is published of a member that is not open is published as an interval, and nothing else published is finer: the
places of the open ones are worked out from the intervals again, as the best and the worst that these leave. An interval runs between
open totals beside it. It is too narrow when it is narrower than `NARROW` of the span of its class's open totals (the p %-rule of
statistical disclosure control: a value is at risk when others can bound it to within p per cent; L. H. Cox, "Linear sensitivity measures
in statistical disclosure control", Journal of Statistical Planning and Inference 5, 1981, 153-164). It is then widened over open totals
beside it, whose owners' places are told as ranges instead. It never reaches below what won an award: the public sees who among the open
ones has lost it, and its least total.

A class with fewer than `FEWEST` open rows is left out whole, and so is one whose open rows would not come out the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from toolkit.evaluation import Evaluation, scored
from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import Contest
from toolkit.evaluation.decisions import Decided
from toolkit.evaluation.requirements import Demands, bars
from toolkit.evaluation.scores import TOTAL, rounded_scores
from toolkit.ground.decimals import decimal_digits_of
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.ranking import Floats, Mask, Ruling
from toolkit.ground.text import Phrase, discreet
from toolkit.indicators import Indicators, adjustment_points
from toolkit.indicators.engine import VETOES
from toolkit.scheme import Scheme
from toolkit.scheme.criteria import Indicator
from toolkit.scheme.outcomes import Award, Permission
from toolkit.scheme.shapes import Relative
from toolkit.scheme.shapes.relative import EVERYONE, Placed

FEWEST = 5
"""Open rows that a class has to have; the lowest winning total is told where so many open ones won."""
NARROW = 0.05
"""Of the span of a class's open totals: an interval narrower than that is too narrow."""
STAND_IN = "\0"
"""What the index of a row that stands in for somebody begins with; no code does."""
CLASSES = ("class", "members", "applied", "taking_part", "ranked", "open", "left_out")
LINES = ("award", "class", "places", "winners", "unnamed", "line")
WITHHELD = ("class", "from", "to")
ASK = Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat")
NO_BOUNDS = Phrase("总分的区间不可能如此：下限高于上限，或所在类别不列入", "no such interval: its lower end is above its upper one, or its class is not in")
NO_COUNTS = Phrase("会员、申报、参评、有名次的家数应依次不增；列入的类别至少 5 家", "members, applied, taking part and ranked never rise in turn; a class that is in has 5 open rows")
UNSETTLED = Phrase("奖项随未列入会员的总分而变，不能确定", "its awards hang on totals that are not told")
RANKING = ("name", "class", "total", "rank_from", "rank_to", "award", "grade")


@dataclass(frozen=True, eq=False)
class OpenRows:
    """All that the public is given to compute with.

    Parameters
    ----------
    scheme
        Resolved, so that no value hangs on who else there is.
    members
        Index member; columns name, class, applied, recorded (whether anything is recorded of it), vetoes (ids that strike it, blanks between).
    raw, applicable, conditions, previous
        Of the same members, as in `toolkit.indicators.Indicators`.
    amounts
        Of the same members, float64: what each adjustment measured, before it is points and held between bounds; NaN where nothing is recorded.
    withheld
        Columns class, from, to (float64, NaN where nothing bounds it): each ranked member that is not open, from the top of its class.
    classes
        Columns class, members, applied, taking_part (applied and eligible), ranked, open (rows), left_out.
    lines
        Columns award, class ("" for all together), places (Int64, <NA> without limit), winners, unnamed (those not open), line (the
        lowest score among open winners, NaN where fewer than five won).
    rulings
        What the committee ruled of ties in which all are open; neither why nor when.
    """

    scheme: Scheme
    members: pd.DataFrame
    raw: pd.DataFrame
    applicable: pd.DataFrame
    amounts: pd.DataFrame
    conditions: pd.DataFrame
    previous: pd.DataFrame
    withheld: pd.DataFrame
    classes: pd.DataFrame
    lines: pd.DataFrame
    rulings: tuple[Ruling, ...] = ()

    @cached_property
    def evaluation(self) -> Evaluation:
        """The open rows as the rule scores them, without anybody else.

        Raises
        ------
        Refused
            When a value is missing where the scheme allows none.
        """
        points = {item.id: adjustment_points(item, self.amounts[item.id]) for item in self.scheme.adjustments}
        struck = [(member, veto) for member, ids in self.members["vetoes"].items() for veto in str(ids).split()]
        vetoes = pd.DataFrame(struck, columns=["member", "veto"]).reindex(columns=list(VETOES)).astype(object)
        adjustments = pd.DataFrame(points, index=self.members.index)
        measured = Indicators(
            self.raw, self.applicable, adjustments, vetoes, self.members["recorded"].astype(bool), Problems(), self.conditions, self.previous, behind=self.amounts
        )
        return scored(Evaluation(self.scheme, self.members[["name", "class", "applied"]], measured))

    @cached_property
    def lowest(self) -> Decided:
        """The awards when every withheld total is as low as it can be."""
        return self._decided(high=False)

    @cached_property
    def highest(self) -> Decided:
        """The same when every one is as high as it can be."""
        return self._decided(high=True)

    @property
    def ranking(self) -> pd.DataFrame:
        """Index member, by class and place; columns name, class, total, rank_from, rank_to (Int64, the best and the worst place), award, grade."""
        names, total, count = self.members[["name", "class"]], self.evaluation.scores[TOTAL], len(self.members)
        ranks = {name: pd.Series(run.ranks[:count], names.index, dtype="Int64") for name, run in (("rank_from", self.lowest), ("rank_to", self.highest))}
        ranks = {name: rank.mask(rank == 0) for name, rank in ranks.items()}
        frame = names.assign(total=total, **ranks, award=self.lowest.award[:count], grade=self.evaluation.grading.grade)[list(RANKING)]
        place = frame["rank_from"].astype("float64").fillna(np.inf)
        return frame.loc[frame.assign(place=place).sort_index().sort_values(["class", "place"], kind="stable").index]

    @property
    def awards(self) -> pd.DataFrame:
        """Every award of every open row: award, class, member."""
        given = self.lowest.awards[["award", "class", "member"]]
        return given[given["member"].isin(self.members.index)].sort_values(["award", "class", "member"]).reset_index(drop=True)

    @property
    def settled(self) -> Mask:
        """Whether each open row has the same awards whatever the withheld totals are; bool[members]."""
        count, (low, high) = len(self.members), (self.lowest, self.highest)
        same = [one.given[:count] == other.given[:count] for one, other in zip(low.allotments, high.allotments, strict=True)]
        return np.asarray(np.logical_and.reduce([np.ones(count, np.bool_), *same]), np.bool_)

    @property
    def recounted(self) -> OpenRows:
        """The same with classes and lines counted again, as far as the rows say; the rest as given."""
        members, ranked = self.members["class"], self.ranking["rank_from"].notna()
        held, open_ranked = self.withheld["class"].value_counts(), self.ranking["class"][ranked].value_counts()
        classes = self.classes.copy()
        classes["open"] = [int((members == name).sum()) for name in classes["class"]]
        told = [int(open_ranked.get(name, 0)) + int(held.get(name, 0)) for name in classes["class"]]
        classes["ranked"] = np.where(classes["left_out"], classes["ranked"], told)
        contests = {(contest.award.id, contest.class_): contest for contest in self.lowest.contests}
        lines = [self._counted_again(line, contests.get((line["award"], line["class"]))) for line in self.lines.to_dict("records")]
        return replace(self, classes=classes, lines=pd.DataFrame(lines, columns=list(LINES)).astype({"places": "Int64", "line": "float64"}))

    def _counted_again(self, line: dict[Hashable, Any], contest: Contest | None) -> dict[Hashable, Any]:
        if contest is None:
            return line
        named = contest.given & (contest.positions < len(self.members))
        lowest = float(contest.keys[0][named].min()) if named.sum() >= FEWEST else np.nan
        return {**line, "places": contest.places, "winners": int(named.sum()) + int(line["unnamed"]), "line": lowest}

    @property
    def contradictions(self) -> Iterator[Problem]:
        """What cannot be so, whatever is not told."""
        classes = self.classes.set_index("class")
        for row, (_, line) in enumerate(self.withheld.iterrows(), 2):
            if line["from"] > line["to"] or bool(classes["left_out"].get(line["class"], default=True)):
                yield Problem("error", NO_BOUNDS, ASK, file="withheld.csv", row=row, value=str(line["class"]))
        for row, (name, line) in enumerate(classes.iterrows(), 2):
            counts = [int(line[column]) for column in ("members", "applied", "taking_part", "ranked")]
            if counts != sorted(counts, reverse=True) or (not line["left_out"] and line["open"] < FEWEST):
                yield Problem("error", NO_COUNTS, ASK, file="classes.csv", row=row, value=str(name))
        for member in self.members.index[~self.settled]:
            yield Problem("error", UNSETTLED, ASK, file="awards.csv", value=str(member))

    @cached_property
    def _stand_ins(self) -> pd.DataFrame:
        """Who stands in for those that are not open: each ranked one, and who else counts where a quota takes its share.

        Columns class, from, to, and seen: whether its class is in. One that is not ranked has neither bound and is not seen to compete.
        """
        part = self.evaluation.award_rule.taking_part(rounded_scores(self.scheme, self.evaluation.scores))
        open_part = self.members["class"][part].value_counts()
        held = self.withheld.assign(ranked=True)
        counts = self.classes.set_index("class")
        rows = [held]
        for name, taking in counts["taking_part"].items():
            left_out = bool(counts.at[name, "left_out"])
            others = int(taking) - int(open_part.get(name, 0)) - int((held["class"] == name).sum())
            rows.append(pd.DataFrame({"class": [name] * max(0, others), "from": np.inf, "to": np.inf, "ranked": left_out}))
        if not any(map(len, [self.members, *rows])):  # the rule decides of somebody
            rows.append(pd.DataFrame({"class": [""], "from": np.inf, "to": np.inf, "ranked": False}))
        return pd.concat(rows, ignore_index=True)

    def _decided(self, *, high: bool) -> Decided:
        """THE rule on the open rows and on those who stand in."""
        evaluation, others = self.evaluation, self._stand_ins
        index = pd.Index([f"{STAND_IN}{number:09}" for number in range(len(others))], dtype="object")
        stand_in = np.r_[np.zeros(len(self.members), np.bool_), np.ones(len(others), np.bool_)]
        strangers = pd.DataFrame({"name": "", "class": others["class"].to_numpy(object), "applied": True}, index=index)
        members = pd.concat([evaluation.members, strangers])
        conditions = self.conditions.reindex(members.index) if len(self.scheme.conditions) else None
        rule = AwardRule.of(self.scheme, members, evaluation.vetoes, conditions, self.rulings)
        able = {award: self._among(others, mask) for award, mask in chosen_winners(self.scheme, self.lines, others[others["ranked"]]).items()}
        barred = {award: mask | np.r_[np.zeros(len(self.members), np.bool_), ~able[award]] for award, mask in rule.barred.items()}
        rule = replace(
            rule, eligibility=_sparing(rule.eligibility, stand_in), bars={award: _sparing(asked, stand_in) for award, asked in rule.bars.items()}, barred=barred,
        )  # fmt: skip
        winning = np.logical_or.reduce([np.full(len(others), high), *able.values()])
        return Decided(rule, rounded_scores(self.scheme, self._scores(rule, others, winning, high=high)), evaluation.vetoes, conditions)

    @staticmethod
    def _among(others: pd.DataFrame, chosen: Mask) -> Mask:
        """A mask of the ranked ones as one of all."""
        mask = np.zeros(len(others), np.bool_)
        mask[np.flatnonzero(others["ranked"])] = chosen
        return mask

    def _scores(self, rule: AwardRule, others: pd.DataFrame, winning: Mask, *, high: bool) -> dict[str, Floats]:
        """Of the open rows as computed; of the others the total at one end, and what wins or loses whatever is compared besides."""
        scores, ends = self.evaluation.scores, others[["from", "to"]].to_numpy(np.float64)
        known = np.r_[scores[list(rule.nodes)].to_numpy(np.float64).ravel(), ends[np.isfinite(ends)], self.scheme.scale, 0.0]
        top, bottom = np.nanmax(known) + 1.0, np.nanmin(known) - 1.0
        total = np.where(np.isinf(ends[:, 0]), top, np.nan_to_num(ends[:, 1], nan=top) if high else np.nan_to_num(ends[:, 0], nan=bottom))
        total[~others["ranked"].to_numpy(np.bool_)] = np.nan
        beside, wanted = np.where(winning, top, bottom), {award.by for award in self.scheme.awards}
        ends_at = {node: total if node == TOTAL else np.full(len(others), top) if node in wanted else beside for node in rule.nodes}
        return {node: np.r_[scores[node].to_numpy(np.float64), end] for node, end in ends_at.items()}


def _sparing(demands: Demands, spared: Mask) -> Demands:
    """What is asked of all but some."""
    clauses = tuple(replace(clause, spared=clause.spared | spared) for clause in demands.clauses)
    return Demands(demands.able | spared, tuple((item, of_whom | spared) for item, of_whom in demands.nodes), clauses)


def chosen_winners(scheme: Scheme, lines: pd.DataFrame, others: pd.DataFrame) -> dict[str, Mask]:
    """Who of those not open stands for the unnamed winners of each award: the highest, as many as there are; bool[others].

    Which of them it was is not told, and changes nothing for the others: they all stand above every open one that lost.

    Parameters
    ----------
    others
        Columns class, from, to.
    """
    chosen: dict[str, Mask] = {}
    classes = others["class"].to_numpy(object)
    heights = np.nan_to_num(others[["to", "from"]].to_numpy(np.float64), nan=np.inf), np.nan_to_num(others[["to", "from"]].to_numpy(np.float64), nan=-np.inf)
    order = np.lexsort((np.arange(len(others)), -heights[1][:, 1], -heights[0][:, 0]))
    for award in scheme.awards:
        free = np.ones(len(others), np.bool_)
        for earlier, taken in chosen.items():
            free &= ~taken | (earlier in award.beside)
        mask = np.zeros(len(others), np.bool_)
        for line in lines[lines["award"] == award.id].to_dict("records"):
            pool = order[free[order] & (within_all(award) | (classes[order] == line["class"]))]
            mask[pool[: _competing(line)]] = True
        chosen[award.id] = mask
    return chosen


def _competing(line: Mapping[Hashable, Any]) -> int:
    """How many stand in for the unnamed winners of a line; where level ones won beyond the places, no more than the open ones leave."""
    unnamed = int(line["unnamed"])
    return unnamed if pd.isna(line["places"]) else max(0, min(unnamed, int(line["places"]) - int(line["winners"]) + unnamed))


def within_all(award: Award) -> bool:
    """Whether all classes compete for an award together."""
    return award.quota is not None and award.quota.within == "all"


def items_told(scheme: Scheme) -> tuple[Permission, ...]:
    """What a member has to permit before its row is open: all that the scheme asks for, and what the row tells in any case."""
    consent, told = scheme.consent, {"award"}
    if scheme.grades is not None:
        told.add("grade")
    if scheme.adjustments or scheme.vetoes:
        told |= {"good", "bad"}
    return tuple(item for item in get_args(Permission) if item in told or (consent and consent.says(item)))


def permitting(evaluation: Evaluation) -> Mask:
    """Who permits that its row is open; bool[members]. A code that looks like a telephone or identity number is never open."""
    permits = evaluation.permitted.loc[evaluation.members.index, list(items_told(evaluation.scheme))].to_numpy(np.bool_).all(axis=1)
    return np.asarray(permits & np.array([discreet(str(member)) == member for member in evaluation.members.index], np.bool_))


def open_rows(evaluation: Evaluation) -> OpenRows:
    """What may be opened of a sealed evaluation.

    Parameters
    ----------
    evaluation
        With nothing left open at its lines, under the resolved scheme.
    """
    willing, kept = permitting(evaluation), evaluation.award_rule.classes
    left_out = {_named(name) for name, positions in kept if willing[positions].sum() < FEWEST}
    while True:
        left_out |= _telling_of_few(evaluation, willing, left_out)
        rows = _opened(evaluation, willing & ~evaluation.members["class"].map(_named).isin(left_out).to_numpy(np.bool_), left_out)
        if not (failing := {*_not_the_same(evaluation, rows)}):
            return rows
        left_out |= failing


def _telling_of_few(evaluation: Evaluation, willing: Mask, left_out: set[str]) -> set[str]:
    """The classes to leave out so that no mean, deviation, median or end the scheme tells rests on few who are not open.

    Such a figure less the open rows would be theirs: of fewer than `FEWEST` together it tells too much. The smallest classes go first.
    """
    classes, gone = evaluation.members["class"].map(_named).to_numpy(object), set(left_out)
    for item in evaluation.resolved.indicators:
        valued = evaluation.measured.raw[item.id].notna().to_numpy(np.bool_) & evaluation.applicable[item.id].to_numpy(np.bool_)
        for pool in _rested_on(item):
            inside = valued & ((classes == discreet(pool)) | (pool == EVERYONE))
            while 0 < (inside & ~(open_ := willing & ~np.isin(classes, list(gone)))).sum() < FEWEST and (inside & open_).any():
                gone.add(min(set(classes[inside & open_]), key=lambda name: (int((classes == name).sum()), name)))
    return gone


def _rested_on(item: Indicator) -> set[str]:
    """The classes, or ``all``, of whose raw values an indicator tells a figure that is not somebody's own place."""
    found = item.value.found if isinstance(item.value, Relative) and not isinstance(item.value, Placed) else None
    treated = {EVERYONE} if item.outliers is not None and item.outliers.found is not None else set()
    return {*(found or ()), *(item.stands_in or ()), *treated}


def _not_the_same(evaluation: Evaluation, rows: OpenRows) -> Iterator[str]:
    """The classes in which not all open rows come out as they did."""
    ranking, truth = rows.ranking, evaluation.ranking.loc[rows.ranking.index]
    rank = truth["rank"].fillna(0)
    same = (rank >= ranking["rank_from"].fillna(0)) & (rank <= ranking["rank_to"].fillna(0)) & ((rank == 0) == ranking["rank_from"].isna())
    for name in ("total", "award", "grade"):
        same &= (truth[name] == ranking[name]) | (truth[name].isna() & ranking[name].isna())
    settled = pd.Series(rows.settled, rows.members.index)
    all_awards = evaluation.awards.groupby("member")["award"].agg(set), rows.awards.groupby("member")["award"].agg(set)
    for member in ranking.index[~same | ~settled.loc[ranking.index]]:
        yield _named(ranking.at[member, "class"])
    for member in ranking.index:
        if all_awards[0].get(member) != all_awards[1].get(member):
            yield _named(ranking.at[member, "class"])


def _opened(evaluation: Evaluation, open_: Mask, left_out: set[str]) -> OpenRows:
    """The rows of these members, and what is told of the others."""
    known, members = evaluation.measured, evaluation.members
    own = members.index[open_]
    struck = known.vetoes.groupby("member")["veto"].agg(lambda ids: " ".join(dict.fromkeys(map(str, ids)))) if len(known.vetoes) else pd.Series(dtype=object)
    table = members.loc[own].assign(
        name=[discreet(str(name)) for name in members.loc[own, "name"]],
        **{"class": [_named(name) for name in members.loc[own, "class"]]},
        recorded=known.recorded.loc[own].astype(bool), vetoes=struck.reindex(own).fillna("").astype(str),
    )[["name", "class", "applied", "recorded", "vetoes"]]  # fmt: skip
    lines = _lines(evaluation, open_)
    return OpenRows(
        _told(evaluation, open_, left_out), table, known.raw.loc[own], known.applicable.loc[own], _amounts(known, evaluation.scheme).loc[own], known.conditions.reindex(own), known.previous.reindex(own),
        _withheld(evaluation, open_, left_out, lines), _classes(evaluation, open_, left_out), lines,
        tuple(replace(ruling, reason="", line=0, day=evaluation.scheme.as_of) for ruling in evaluation.decided.rulings if set(ruling.tie.members) <= set(own)),
    )  # fmt: skip


def _told(evaluation: Evaluation, open_: Mask, left_out: set[str]) -> Scheme:
    """The resolved scheme without what it found of those that are not open, as far as no open value hangs on it.

    Of places the rungs are kept that an open member stands on, of classes those that are in. Ends, means and medians of all members stay.
    """
    scheme = evaluation.resolved
    index, classes = evaluation.members.index[open_], evaluation.members["class"][open_].map(_named).to_numpy(object)
    raw = evaluation.measured.raw.loc[index].where(evaluation.applicable.loc[index].astype(bool))
    return scheme.model_copy(update={"indicators": tuple(_without_others(item, raw[item.id], classes, left_out) for item in scheme.indicators)})


def _without_others(item: Indicator, raw: pd.Series[Any], classes: NDArray[np.object_], left_out: set[str]) -> Indicator:
    changes: dict[str, object] = {}
    if item.stands_in is not None:
        changes["stands_in"] = {name: middle for name, middle in item.stands_in.items() if discreet(name) not in left_out}
    if isinstance(item.value, Relative) and item.value.found is not None:
        found = {name: entry for name, entry in item.value.found.items() if discreet(name) not in left_out}
        if isinstance(item.value, Placed):
            numbers = np.asarray(raw.astype("float64"), np.float64)
            used = decimal_digits_of(numbers if item.outliers is None else item.outliers.applied(numbers))
            found = {name: _trodden(rungs, used[(classes == discreet(name)) | (item.value.within == EVERYONE)]) for name, rungs in found.items()}
        changes["value"] = item.value.model_copy(update={"found": {name: entry for name, entry in found.items() if entry != ()}})
    return item.model_copy(update=changes)


def _trodden(rungs: Any, used: Floats) -> Any:
    """The rungs on which somebody stands."""
    known = set(used.tolist())
    return tuple(rung for rung in rungs if float(decimal_digits_of(np.array([rung[0]], np.float64))[0]) in known)


def made_finer(rows: OpenRows, exact: Mapping[str, int]) -> int:
    """How many withheld totals become too narrowly known where the public also knows the exact places of some open members.

    From a place it follows how many of those not open stand before its owner, and so on which side of its total each of them lies.

    Parameters
    ----------
    exact
        The place of open members in their class, by code, as a notice lists them.
    """
    ranking, finer = rows.ranking, 0
    for name, held in rows.withheld.groupby("class", sort=False):
        ranked = ranking[(ranking["class"] == name) & ranking["rank_from"].notna()]
        ends = held[["from", "to"]].to_numpy(np.float64)
        low, high = np.nan_to_num(ends[:, 0], nan=-np.inf), np.nan_to_num(ends[:, 1], nan=np.inf)
        for member, total in ranked["total"].items():
            if str(member) in exact:
                ahead = exact[str(member)] - 1 - int((ranked["total"] > total).sum())
                low[:ahead], high[ahead:] = np.maximum(low[:ahead], total), np.minimum(high[ahead:], total)
        finer += int((high - low < NARROW * float(np.ptp(ranked["total"].to_numpy(np.float64)))).sum())
    return finer


def _amounts(known: Indicators, scheme: Scheme) -> pd.DataFrame:
    return pd.DataFrame({item.id: known.behind[item.id].astype("float64") for item in scheme.adjustments}, index=known.raw.index)


def _classes(evaluation: Evaluation, open_: Mask, left_out: set[str]) -> pd.DataFrame:
    decided, applied = evaluation.decided, evaluation.award_rule.applied
    rows = [
        (_named(name), len(own), int(applied[own].sum()), int(decided.taking_part[own].sum()), int((decided.ranks[own] > 0).sum()), int(open_[own].sum()), _named(name) in left_out)
        for name, own in evaluation.award_rule.classes
    ]
    return pd.DataFrame(rows, columns=list(CLASSES))


def _lines(evaluation: Evaluation, open_: Mask) -> pd.DataFrame:
    rows = []
    for contest in evaluation.decided.contests:
        named = contest.given & open_[contest.positions]
        line = float(contest.keys[0][named].min()) if named.sum() >= FEWEST else np.nan
        rows.append((contest.award.id, _named(contest.class_), contest.places, int(contest.given.sum()), int((contest.given & ~named).sum()), line))
    frame = pd.DataFrame(rows, columns=list(LINES))
    return frame.astype({"places": "Int64", "line": "float64"})


def _withheld(evaluation: Evaluation, open_: Mask, left_out: set[str], lines: pd.DataFrame) -> pd.DataFrame:
    """An interval for the total of each ranked member that is not open, of the classes that are in."""
    decided = evaluation.decided
    ranks, total = decided.ranks, decided.score(TOTAL)
    pools = {_named(name): own[ranks[own] > 0] for name, own in evaluation.award_rule.classes if _named(name) not in left_out}
    hidden = {name: own[~open_[own]] for name, own in pools.items()}
    hidden = {name: own[np.argsort(ranks[own], kind="stable")] for name, own in hidden.items()}
    order = np.concatenate([np.empty(0, np.intp), *hidden.values()])
    named = [name for name, own in hidden.items() for _ in own]
    true = pd.DataFrame({"class": named, "from": total[order], "to": total[order]})
    least = _least(evaluation, open_, chosen_winners(evaluation.scheme, lines, true), named, total[order])
    bounds = [_intervals(total[own[open_[own]]], total[hidden[name]], least[np.array(named, object) == name], evaluation.scheme.decimals) for name, own in pools.items()]
    ends = np.concatenate([np.empty((0, 2)), *bounds])
    ends[np.isinf(ends)] = np.nan
    return pd.DataFrame({"class": pd.Series(named, dtype=object), "from": ends[:, 0], "to": ends[:, 1]})


def _least(evaluation: Evaluation, open_: Mask, chosen: Mapping[str, Mask], named: list[str], true: Floats) -> Floats:
    """What the total of each that stands for a winner has to reach: the award's least, and more than the best open one that lost it."""
    least, step, classes = np.full(len(true), -np.inf), 10.0**-evaluation.scheme.decimals, np.array(named, dtype=object)
    for contest in evaluation.decided.contests:
        award = contest.award
        if award.by != TOTAL:
            continue
        lost = contest.able & ~contest.given & open_[contest.positions]
        bound = max((item.least for item in bars(award) if item.node == TOTAL and item.least is not None and not item.classes), default=-np.inf)
        if lost.any():
            bound = max(bound, float(contest.keys[0][lost].max()) + step)
        mine = chosen[award.id] & (true >= bound - step / 2) & (within_all(award) | (classes == _named(contest.class_)))
        least[mine] = np.maximum(least[mine], bound)  # one level with a loser is left as it is, which leaves its class out: no end may be its total
    return least


def _intervals(known: Floats, hidden: Floats, least: Floats, decimals: int) -> NDArray[np.float64]:
    """The interval of each hidden total, float64[hidden, 2], from the top: between the open totals around it, as wide as it has to be.

    Parameters
    ----------
    known
        The open totals of the class.
    hidden, least
        The hidden ones, falling, and what each may not fall below.
    """
    edges, step = np.unique(known), 10.0**-decimals
    wide = max(NARROW * float(np.ptp(edges)), step) if edges.size else step
    found = np.array([_interval(total, low, edges, step, wide) for total, low in zip(hidden, least, strict=True)]).reshape(-1, 2)
    # What stands higher is bound no lower at either end, so that the order of the rows is that of the totals and tells nothing more.
    found[:, 1] = np.maximum.accumulate(found[::-1, 1])[::-1]
    found[:, 0] = np.minimum.accumulate(found[:, 0])
    return np.round(found, decimals)


def _interval(total: float, least: float, edges: Floats, step: float, wide: float) -> tuple[float, float]:
    """Between the open totals around a total; further while that is too narrow, first down, then up."""
    below, above = int(np.searchsorted(edges, total - step / 2)), int(np.searchsorted(edges, total + step / 2))

    def ends() -> tuple[float, float]:
        low = edges[below - 1] + step if below > 0 else -np.inf
        return max(low, least), (edges[above] - step if above < len(edges) else np.inf)

    low, high = ends()
    while high - low < wide - step / 2:
        if below > 0 and low > least:
            below -= 1
        elif above < len(edges):
            above += 1
        else:
            break
        low, high = ends()
    return low, high


def _named(class_: Any) -> str:
    """A class as it is told; "" for none."""
    return "" if pd.isna(class_) else discreet(str(class_))
