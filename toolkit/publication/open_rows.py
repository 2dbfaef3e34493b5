"""The open rows: what a public that knows nothing else recomputes, by the rule itself.

A member's row is open when it permits every item that the row tells. Of all others who are ranked there is one bound row each: an
interval that holds its total, without name, code or award.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from toolkit.evaluation import Evaluation, scored
from toolkit.evaluation.awards import AwardRule
from toolkit.evaluation.contests import Contest
from toolkit.evaluation.decisions import Decided
from toolkit.evaluation.requirements import Demands
from toolkit.evaluation.scores import TOTAL, rounded_scores
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.ranking import Floats, Mask, Ruling
from toolkit.ground.text import Phrase, discreet
from toolkit.indicators import Indicators, adjustment_points
from toolkit.indicators.engine import VETOES
from toolkit.scheme import Scheme
from toolkit.scheme.outcomes import Award

FEWEST = 5
"""Open rows that a class has to have; the lowest winning total is told where so many open ones won."""
STAND_IN = "\0"
"""What the index of a row that stands in for somebody begins with; no code does."""
CLASSES = ("class", "members", "applied", "taking_part", "ranked", "open", "left_out")
LINES = ("award", "class", "places", "winners", "unnamed", "line")
WITHHELD = ("class", "from", "to")
ASK = Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat")
NO_BOUNDS = Phrase("总分的区间不可能如此：下限高于上限，或所在类别不列入", "no such interval: its lower end is above its upper one, or its class is not in")
NO_COUNTS = Phrase("会员、申报、参评、有名次的家数应依次不增；列入的类别至少 5 家", "members, applied, taking part and ranked never rise in turn; a class that is in has 5 open rows")
UNSETTLED = Phrase("奖项随未列入会员的总分而变，不能确定", "its awards hang on totals that are not told")
NO_RULING = Phrase("没有这样的同分可裁定，或裁定给出的名额多于所余", "there was no such tie to rule on, or more was given than was left")
NO_VETO = Phrase("办法里没有这一条一票否决", "the scheme has no such veto")
TOO_MANY_WON = Phrase("获奖家数多于名额，而没有并列", "more won than there were places, and none were level")
NO_LINE = Phrase("没有这样的奖项和类别，或同一条获奖线列了两次", "no such award and class, or a line told twice")
LINE_GONE = Phrase("缺少这个奖项在这一类的获奖线", "the line of this award in this class is not there")
NO_WINNER = Phrase("未列入的会员中没有这么多家可能获奖：所给的区间都低于落选的列入会员", "not so many of those not in it can have won: their intervals lie below an open member that lost")
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

    @cached_property
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
        lowest = contest.score(float(contest.keys[0][named].min())) if named.sum() >= FEWEST else np.nan
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
        yield from self._strange_rules
        yield from self._strange_lines
        yield from self._impossible_winners

    @property
    def _strange_rules(self) -> Iterator[Problem]:
        """Rulings on ties that never were, and vetoes that the scheme does not have."""
        real = self.lowest.rulings if self.rulings else ()
        for ruling in self.rulings:
            if ruling not in real or len(ruling.given) > ruling.tie.places:
                yield Problem("error", NO_RULING, ASK, file="rulings.csv", column=ruling.tie.award, value=" ".join(ruling.tie.members))
        known = {veto.id for veto in self.scheme.vetoes}
        for member, ids in self.members["vetoes"].items():
            for veto in sorted({*str(ids).split()} - known):
                yield Problem("error", NO_VETO, ASK, file="members.csv", column="vetoes", value=f"{member} {veto}")

    @property
    def _strange_lines(self) -> Iterator[Problem]:
        """Lines of awards and classes that are not there, or told twice; and those that are not told."""
        classes = {*map(str, self.classes["class"])}
        known = {(award.id, name) for award in self.scheme.awards for name in ([""] if within_all(award) else classes)}
        told = [(str(line["award"]), str(line["class"])) for line in self.lines.to_dict("records")]
        for row, line in enumerate(told, 2):
            if line not in known or line in told[: row - 2]:
                yield Problem("error", NO_LINE, ASK, file="lines.csv", row=row, value=" ".join(line))
        decided = {(contest.award.id, str(contest.class_)) for contest in self.lowest.contests}
        for line in sorted(decided & known - {*told}):
            yield Problem("error", LINE_GONE, ASK, file="lines.csv", value=" ".join(line))

    @property
    def _impossible_winners(self) -> Iterator[Problem]:
        """Lines with more winners than places allow, and with more unnamed ones than there are members who can be them."""
        contests = {(contest.award.id, contest.class_): contest for contest in self.lowest.contests}
        demands: list[tuple[str, str, int, float]] = []
        alone = any(award.beside for award in self.scheme.awards)
        for row, line in enumerate(self.lines.to_dict("records"), 2):
            if (contest := contests.get((line["award"], line["class"]))) is None:
                continue
            named, unnamed = contest.given & (contest.positions < len(self.members)), int(line["unnamed"])
            if contest.places is not None and 0 < named.sum() + unnamed - contest.places >= self._level(contest, named) + unnamed:
                yield Problem("error", TOO_MANY_WON, ASK, file="lines.csv", row=row, value=f"{line['award']} {line['class']}")
            demand = (str(line["award"]), str(line["class"]), unnamed, self._least_winning(contest))
            demands = [demand] if alone else [*demands, demand]
            if unnamed and self._lacking(demands, demand):
                yield Problem("error", NO_WINNER, ASK, file="lines.csv", row=row, value=f"{line['award']} {line['class']}")

    def _level(self, contest: Contest, named: Mask) -> int:
        """How many open winners are level at the line: all of those may win beyond the places. Less than any where level ones do not all win."""
        if self.scheme.ties[-1:] != ("joint",):
            return -len(self.withheld) - int(self.classes["ranked"].sum())
        return int((contest.keys[0][named] == contest.keys[0][named].min()).sum()) if named.any() else 0

    def _least_winning(self, contest: Contest) -> float:
        """What the total of a winner has to reach: that of the best open one that lost; nothing where places hang on more than that order."""
        quota, losing = contest.award.quota, contest.able & ~contest.given & (contest.positions < len(self.members))
        if contest.award.by != TOTAL or not losing.any() or quota is None or quota.limited or quota.in_all is not None:
            return -np.inf
        return float(contest.keys[0][losing].max()) - 0.5 * 10.0**-self.scheme.decimals

    def _lacking(self, demands: list[tuple[str, str, int, float]], last: tuple[str, str, int, float]) -> bool:
        """Whether fewer can have won than are wanted by the awards of a class that exclude each other."""
        class_, hidden = last[1], self.classes[self.classes["left_out"]]
        hidden = hidden if not class_ else hidden[hidden["class"] == class_]
        ends = self.withheld["to"][(self.withheld["class"] == class_) | (not class_)].fillna(np.inf)
        own = [(count, least) for _, name, count, least in demands if name == class_]
        return any(sum(count for count, other in own if other >= least) > (ends >= least).sum() + hidden["ranked"].sum() for _, least in own)

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


def class_told(class_: Any) -> str:
    """A class as it is told; "" for none."""
    return "" if pd.isna(class_) else discreet(str(class_))
