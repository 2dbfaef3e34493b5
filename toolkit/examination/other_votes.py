"""What other votes would have decided, once there are votes: what each expert could have moved alone, and how few could have changed an award.

The fewest experts whose other votes change the outcome are what the theory of voting calls the margin of victory. Extreme votes are tried
through the rule itself. On sheets that are neither levelled nor compared, under a rule that rises with every mark, no vote does more
for a member than the highest mark for it and the lowest for all others: where all of these were tried, so many are proved not to be enough.
Who asks is the committee: experts go by their code, and what one of them gave is not told.

References
----------
Xia, L. (2012). Computing the margin of victory for various voting rules. Proceedings of the 13th ACM Conference on Electronic Commerce, 982-999.
Faliszewski, P., Hemaspaandra, E., Hemaspaandra, L. A. (2009). How hard is bribery in elections? Journal of Artificial Intelligence Research 35, 485-532.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations, product
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import pandas as pd

from toolkit.ballots import Ballots, group_weights, scheme_with_group_weights, voted_groups, whole_weights
from toolkit.ballots.folder import Judged
from toolkit.ballots.group import joined_shares
from toolkit.evaluation import Evaluation, rescored
from toolkit.evaluation.contests import ListRun
from toolkit.evaluation.many import Lists
from toolkit.evaluation.scores import TOTAL, Score, list_scores, rounded_scores
from toolkit.evaluation.values import scaled
from toolkit.examination.monotone import obstacles
from toolkit.examination.rules import Rules
from toolkit.ground.problems import Refused
from toolkit.indicators.panel import Judging, PanelResult, judged_by_panel
from toolkit.panels import levelled, panel_scores
from toolkit.scheme import Weighting
from toolkit.scheme.criteria import MIDDLES
from toolkit.scheme.outcomes import FIRST_PLACES

if TYPE_CHECKING:
    from toolkit.ground.ranking import Floats, Integers, Mask
    from toolkit.records.dictionary import Tables

Kind = Literal["sheet", "ballot"]
WORK = 4_000_000
"""Members decided on in all runs of one kind together: counted, so that every machine finds the same."""
AT_LEAST, CELLS = 12, 1 << 20
"""Runs for each set of experts at the least; values of members in the runs that are decided at once."""
COLUMNS = ["expert", "of", "moved", "places", "awards"]


@dataclass(frozen=True, eq=False)
class OtherVotes:
    """What other votes of one kind would have decided.

    Parameters
    ----------
    kind, experts
        Sheets of the panel or ballots on weights; the codes of those whose votes count.
    each : DataFrame
        A row for each expert alone: expert; of, the indicator or node that it moves farthest, and moved, how far (points of the sheet for a member
        that is ranked, of 100 for a weight); places, the most that a member rises or falls (of ballots <NA>); awards, of how many members at once.
    fewest
        The smallest set of experts found whose other votes change an award; empty where none was found.
    proved
        So many experts, or fewer, are proved to change none; 0 where nothing is proved.
    gained, lost
        Pairs of award and member of one such change, the least.
    runs, whole
        How many lists were decided, and whether no extreme vote of so few was left out.
    """

    kind: Kind
    experts: tuple[str, ...]
    each: pd.DataFrame
    fewest: tuple[str, ...]
    proved: int
    gained: tuple[tuple[str, str], ...]
    lost: tuple[tuple[str, str], ...]
    runs: int
    whole: bool

    @property
    def exact(self) -> bool:
        """Whether no smaller set does it, for certain."""
        return bool(self.fewest) and len(self.fewest) == self.proved + 1


@dataclass(frozen=True, eq=False)
class Tried:
    """Lists under other votes of some experts: who is given each award, bool[awards, runs, members]; the ranks int64[runs, members] where they are asked for; and whether all extreme votes are among them."""

    given: Mask
    ranks: Integers | None
    whole: bool


class Votes(Protocol):
    """Votes of one kind as they were cast, and lists under others.

    `sure` says that no vote does more than the extreme ones; `moved` is the farthest that an expert alone moves one figure, and which.
    """

    @property
    def kind(self) -> Kind: ...  # noqa: D102
    @property
    def experts(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def base(self) -> Evaluation: ...  # noqa: D102
    @property
    def sure(self) -> bool: ...  # noqa: D102
    def tried(self, who: Sequence[int], most: int) -> Tried: ...  # noqa: D102
    def moved(self, expert: int) -> tuple[str, float]: ...  # noqa: D102


def other_votes(
    evaluation: Evaluation, tables: Tables, judged: Judging | None = None, ballots: Ballots | None = None, *, work: int = WORK
) -> tuple[OtherVotes, ...]:
    """What other sheets and other ballots would have decided, each kind alone, of those that are there.

    Parameters
    ----------
    judged
        The panel as it scored; nothing is said where its sheets are not there or their column has no range.
    ballots
        All ballots; what they decide is held against the list under the group's weights, adopted or not.
    work
        Members decided on at most, for each kind.
    """
    kinds: list[Votes] = []
    if judged is not None and judged.experts and judged.indicators and all(bounds for bounds in _ranges(evaluation, tables).values()):
        kinds.append(Sheets(evaluation, judged, tables))
    if ballots is not None:
        try:
            weights = group_weights(ballots, evaluation.scheme)
        except Refused:
            weights = None
        if weights is not None:
            base = rescored(evaluation, scheme_with_group_weights(evaluation.scheme, weights))
            kinds.append(Cast(base, ballots, tuple(next(iter(weights.groups.values())).experts)))
    return tuple(_found(votes, work) for votes in kinds) if evaluation.scheme.awards else ()


def _found(votes: Votes, work: int) -> OtherVotes:
    """The search: one expert after the other, then two, three, ... until an award changes or the work is done."""
    base, alone = Changes(votes.base), list[tuple[object, ...]]()
    left, runs, proved, whole = max(work // max(len(votes.base.members), 1), AT_LEAST * len(votes.experts)), 0, 0, True
    for many in range(1, len(votes.experts) + 1):
        sets = list(combinations(range(len(votes.experts)), many))
        for place, who in enumerate(sets):
            if many > 1 and left - runs < AT_LEAST:
                whole = False
                break
            tried = votes.tried(who, max(AT_LEAST, (left - runs) // (len(sets) - place)))
            runs, whole = runs + tried.given.shape[1], whole and tried.whole
            changed = base.look(who, tried)
            if many == 1:
                alone.append((votes.experts[who[0]], *votes.moved(who[0]), base.places(tried), changed))
        if base.least is not None or (not whole and left - runs < AT_LEAST):
            break
        proved = many if votes.sure and whole else proved
    frame = pd.DataFrame(alone, columns=COLUMNS).astype({"places": "Int64"})
    who, gained, lost = base.least or ((), (), ())
    return OtherVotes(votes.kind, votes.experts, frame, tuple(votes.experts[one] for one in who), proved, gained, lost, runs, whole)


class Changes:
    """The least change found so far, against the list as it stands."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.run = ListRun.of(evaluation.award_rule, _score_now(evaluation))
        self.least: tuple[tuple[int, ...], tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] | None = None
        self.size = 0

    def look(self, who: tuple[int, ...], tried: Tried) -> int:
        """Of how many members at once an award changes at most; the least change is kept, of the first and fewest experts."""
        changed = tried.given != self.run.given
        count = changed.any(axis=0).sum(axis=1)
        some = np.flatnonzero(count)
        if len(some) and (self.least is None or (len(who) == len(self.least[0]) and count[some].min() < self.size)):
            run = some[np.argmin(count[some])]
            self.size = int(count[run])
            self.least = who, self._pairs(changed[:, run] & tried.given[:, run]), self._pairs(changed[:, run] & ~tried.given[:, run])
        return int(count.max(initial=0))

    def places(self, tried: Tried) -> object:
        """The most places that a ranked member rises or falls."""
        if tried.ranks is None:
            return pd.NA
        now = self.run.ranks
        both = (now > 0) & (tried.ranks > 0)
        return int(np.where(both, np.abs(tried.ranks - now), 0).max(initial=0))

    def _pairs(self, which: Mask) -> tuple[tuple[str, str], ...]:
        awards, names = self.evaluation.scheme.awards, self.evaluation.members.index
        return tuple((awards[award].id, str(names[member])) for award, member in np.argwhere(which))


def _score_now(evaluation: Evaluation) -> Score:
    return rounded_scores(evaluation.scheme, evaluation.scores.loc[evaluation.members.index])


def _listed(evaluation: Evaluation, values: Floats) -> Score:
    """The rounded scores of lists of all members, float64[runs, members] by node, from values float64[runs, members, indicators]."""
    runs, members, _ = values.shape
    index = evaluation.members.index
    points = {str(name): np.tile(column.loc[index].to_numpy(np.float64), runs) for name, column in evaluation.measured.adjustments.items()}
    applicable = np.tile(evaluation.applicable.loc[index].to_numpy(np.bool_), (runs, 1))
    score = list_scores(evaluation.scheme, evaluation.tree, values.reshape(runs * members, -1), applicable, points)
    return lambda node: score(node).reshape(runs, members) if runs > 1 else score(node)


def _ranges(evaluation: Evaluation, tables: Tables) -> dict[str, tuple[float, float] | None]:
    """Between which scores a sheet is filled in, by indicator that the panel scores."""
    measures = {item.id: item.measure for item in judged_by_panel(evaluation.scheme)}
    return {id_: tables.table[str(measure.table)].column[str(measure.column)].range for id_, measure in measures.items()}


@dataclass(frozen=True, eq=False)
class Sheets:
    """Score sheets of a panel: an other vote is any other score where an expert scored, on every indicator at once."""

    base: Evaluation
    judged: Judging
    tables: Tables
    kind: Kind = "sheet"

    @property
    def experts(self) -> tuple[str, ...]:
        """The codes of the panel."""
        return self.judged.experts

    @cached_property
    def apart(self) -> bool:
        """Whether a member's values hang on its own marks alone."""
        items = judged_by_panel(self.base.scheme)
        panel = self.base.scheme.panel
        resolved = {item.id: item for item in self.base.resolved.indicators}
        return panel is not None and panel.harshness == "none" and all(resolved[item.id] == item and item.missing not in MIDDLES for item in items)

    @cached_property
    def sure(self) -> bool:
        """Whether the extreme votes do all that votes can: nothing keeps the rule from rising with each mark, and all awards go by one score."""
        scheme = self.base.scheme
        rules = Rules(scheme, self.tables)
        risen = not any(True for item in judged_by_panel(scheme) for _ in obstacles(rules, item))
        return self.apart and risen and scheme.total.better == "higher" and FIRST_PLACES not in scheme.ties and len({award.by for award in scheme.awards}) == 1

    @cached_property
    def near(self) -> list[int]:
        """Members that take part, those nearest to the last who has an award in their class first."""
        run = ListRun.of(self.base.award_rule, _score_now(self.base))
        total, classes = np.atleast_2d(run.score(TOTAL))[0], self.base.award_rule.named
        gaps = np.full(len(total), np.inf)
        for given in run.given[:, 0]:
            for class_ in dict.fromkeys(classes[given]):
                here = classes == class_
                gaps[here] = np.fmin(gaps[here], np.abs(total[here] - np.nanmin(total[here & given])))
        return [int(place) for place in np.argsort(gaps, kind="stable") if run.ranks[place] > 0]

    def marks(self, who: Sequence[int], lifted: Mask) -> dict[str, Floats]:
        """The panel's score of each member by indicator, where these experts give the most to some, bool[members], and the least to all others."""
        return {id_: self._marks(id_, result, who, lifted) for id_, result in self.judged.indicators.items()}

    def _marks(self, id_: str, result: PanelResult, who: Sequence[int], lifted: Mask) -> Floats:
        low, high = _ranges(self.base, self.tables)[id_] or (np.nan, np.nan)
        index, panel = self.base.members.index, self.base.scheme.panel
        scores, recused = result.scores.reindex(index), result.recused.reindex(index, fill_value=False)
        table = scores.to_numpy(np.float64, copy=True)
        for expert in who:
            said = ~np.isnan(table[:, expert])
            table[said, expert] = np.where(lifted, high, low)[said]
        changed = pd.DataFrame(table, index=index, columns=scores.columns)
        level = levelled(changed, recused, method=panel.harshness, bounds=(low, high)).scores if panel else changed
        given = panel_scores(level, recused, trim=panel.trim, minimum=panel.minimum, trim_from=panel.trim_from).members["score"] if panel else changed.iloc[:, 0]
        now = self.base.raw_values.columns[id_].astype(np.float64)  # the committee's own where the panel gave none
        return np.where(given.isna(), now, given.to_numpy(np.float64))

    def values(self, who: Sequence[int], lifted: Mask) -> Floats:
        """The values on the scale under such votes, float64[members, indicators]; what shapes found among all members stays."""
        now = self.base.raw_values
        other = replace(now, columns={**now.columns, **self.marks(who, lifted)})
        columns = scaled(self.base.resolved, other, self.base.award_rule.named).columns
        return np.column_stack([columns[item.id] for item in self.base.scheme.indicators])

    def tried(self, who: Sequence[int], most: int) -> Tried:
        """Each member in turn lifted above all others, and put below them: those near a line first."""
        count = len(self.base.members)
        ways = [(place, lifts) for place in self.near for lifts in (True, False)]
        some = ways[: max(most // (1 if self.apart else 20), 1)]
        up, down = (self.values(who, np.full(count, lifts)) for lifts in (True, False)) if self.apart else (None, None)
        given, ranks = [], []
        size = max(1, CELLS // max(up.size, 1)) if up is not None else 1
        for start in range(0, len(some), size):
            lifted = np.array([(np.arange(count) == place) == lifts for place, lifts in some[start : start + size]])
            values = np.array([self.values(who, row) for row in lifted]) if up is None or down is None else np.where(lifted[..., None], up, down)
            run = ListRun.of(self.base.award_rule, _listed(self.base, values))
            given.append(run.given)
            ranks.append(run.rank_table)
        return Tried(np.concatenate(given, axis=1), np.concatenate(ranks), len(some) == len(ways))

    def moved(self, expert: int) -> tuple[str, float]:
        """The farthest that an expert moves the mark of a ranked member."""
        count = len(self.base.members)
        up, down = (self.marks([expert], np.full(count, lifts)) for lifts in (True, False))
        ends = {id_: float(np.nan_to_num(up[id_] - down[id_])[self.near].max(initial=0.0)) for id_ in up}
        return max(ends.items(), key=lambda pair: pair[1])


@dataclass(frozen=True, eq=False)
class Cast:
    """Ballots on weights: an other vote gives all to one node of each group of siblings; where comparisons are joined, 9 over every other."""

    base: Evaluation
    ballots: Ballots
    experts: tuple[str, ...]
    kind: Kind = "ballot"
    sure: bool = False

    @cached_property
    def lists(self) -> Lists:
        """Lists under other weights."""
        return Lists.of(self.base)

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The groups of siblings that are voted on."""
        return voted_groups(self.base.scheme)

    @cached_property
    def known(self) -> dict[tuple[str, tuple[int, ...], int], Floats | None]:
        """The group's weights worked out already."""
        return {}

    def weights(self, group: str, who: Sequence[int], first: int) -> Floats | None:
        """The group's weights, in percent, where these experts give all to one node; None where nothing comes of that."""
        key = (group, tuple(who), first)
        if key not in self.known:
            rule, nodes = self.base.scheme.weighting or Weighting(), self.groups[group]
            listed = self.ballots.of_round(self.ballots.deciding)
            judged = [one.judged[group] for one in listed]
            for expert in who:
                judged[expert] = _all_to(first, len(nodes))
            try:
                self.known[key] = whole_weights(joined_shares(judged, self.experts, rule), rule.decimals)
            except Refused:
                self.known[key] = None
        return self.known[key]

    def tried(self, who: Sequence[int], most: int) -> Tried:
        """Every choice of one node in each group where there is room for all, else each alone and some at random."""
        sizes = [len(nodes) for nodes in self.groups.values()]
        whole = int(np.prod(sizes)) <= most
        choices = list(product(*map(range, sizes))) if whole else self._some(sizes, most)
        shares = [vector for choice in choices if (vector := self._shares(who, choice)) is not None]
        given = self.lists.given(np.array(shares)) if shares else self.lists.standing[:, None]
        return Tried(given, None, whole)

    def _some(self, sizes: list[int], most: int) -> list[tuple[int, ...]]:
        """Each node alone (-1 leaves a group as it was voted), then joint choices from a seed."""
        alone = [tuple(first if place == at else -1 for place in range(len(sizes))) for at, size in enumerate(sizes) for first in range(size)]
        draws = np.random.default_rng(self.base.scheme.seed)
        joint = np.column_stack([draws.integers(0, size, max(most - len(alone), 0)) for size in sizes])
        return [*alone, *map(tuple, np.unique(joint, axis=0).tolist())][:most]

    def _shares(self, who: Sequence[int], choice: Sequence[int]) -> Floats | None:
        tree = self.base.tree
        weights = tree.weights.copy()
        for (group, nodes), first in zip(self.groups.items(), choice, strict=True):
            if first < 0:
                continue
            voted = self.weights(group, who, first)
            if voted is None:
                return None
            weights[[tree.nodes.index(node) for node in nodes]] = voted
        return tree.with_weights(weights).shares

    def moved(self, expert: int) -> tuple[str, float]:
        """The farthest that an expert moves one weight of 100."""
        farthest, of = 0.0, ""
        for group, nodes in self.groups.items():
            table = np.array([row for first in range(len(nodes)) if (row := self.weights(group, [expert], first)) is not None])
            spans = np.ptp(table, axis=0) if len(table) else np.zeros(len(nodes))
            if spans.max() > farthest:
                farthest, of = float(spans.max()), nodes[int(spans.argmax())]
        return of, farthest


def _all_to(first: int, count: int) -> Judged:
    """A judgement that gives all to one node, and 9 over every other where pairs are compared."""
    matrix = np.ones((count, count))
    matrix[first], matrix[:, first] = 9.0, 1 / 9
    matrix[first, first] = 1.0
    return Judged("points", np.eye(count)[first], matrix=matrix)
