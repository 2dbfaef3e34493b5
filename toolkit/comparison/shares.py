"""Shares: by how much each cause moved a member's total and place between two evaluations, so that the parts sum to the move.

A cause is one that can be there or not: the scheme, the member's own records, those of others, the panel's scores, who is a
member, rulings on ties. Every set of them is an evaluation of its own; a cause's share is what it adds on the average over all
orders in which they could have come (Shapley 1953). It is counted in fractions: nothing is lost in rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import factorial, floor
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.comparison import scheme_measured
from toolkit.evaluation import Evaluation, scored
from toolkit.ground.problems import Problems, Refused
from toolkit.ground.text import Phrase
from toolkit.indicators import Indicators
from toolkit.indicators.panel import judged_by_panel

if TYPE_CHECKING:
    from toolkit.records import Records

CAUSES: dict[str, Phrase] = {
    "own": Phrase("本会员的记录", "Its own records"),
    "others": Phrase("其他会员的记录", "Others' records"),
    "panel": Phrase("专家评分", "The panel"),
    "members": Phrase("会员进出", "Members joining or leaving"),
    "scheme": Phrase("评选办法", "The scheme"),
    "rulings": Phrase("对同分的裁定", "Rulings on ties"),
    "together": Phrase("几项合计", "Several together"),
    "method": Phrase("程序版本", "The program's version"),
}
"""Why a member moved. Several together: where the one cannot be had without the other."""
RECORDS = ("own", "others")
PLACES_SHOWN = 1
"""Decimals of a share of a place."""
STANDING = ("name", "class", "award", "total", "rank")
MOST_CARRIERS = 50
"""Changed members whose records are left out one by one, to see whom they moved."""

Coalition = frozenset[str]
Worth = Callable[[Coalition], "Fraction | None"]


@dataclass(frozen=True, eq=False)
class Shares:
    """Who moved, and how much of it by which cause.

    Parameters
    ----------
    moved : DataFrame
        Index member, who stands otherwise: first by award, then by rank, then by total alone, each in the order of the list
        after. Columns name, class, award_before, award (id or empty), total_before, total, rank_before, rank (Int64); empty where it is
        no member.
    total, rank : DataFrame
        Member x those of `CAUSES` that there are: Fraction, summing over a row to the change; None for a member that has a total, or a
        place, on one side only. A rise to a better place is negative.
    carriers : DataFrame
        Columns record (the member whose records changed), member (that would stand as before if they had not), in the order of `moved`.
    """

    moved: pd.DataFrame
    total: pd.DataFrame
    rank: pd.DataFrame
    carriers: pd.DataFrame


def standing(evaluation: Evaluation) -> pd.DataFrame:
    """Name, class, award, total and rank (Int64) of each member, in the order of the list."""
    return evaluation.ranking[list(STANDING)].copy()


def shared(
    before: tuple[Evaluation, Records],
    after: tuple[Evaluation, Records],
    stated: tuple[pd.DataFrame, pd.DataFrame] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Shares:
    """Who moved between two evaluations, and how much of it by which cause.

    Parameters
    ----------
    before, after
        Each with the records it was made of.
    stated
        How members stood as it was said at the time, as `standing` has it; what differs from the two evaluations is the program's doing.
    progress
        Called with the number of members shared out so far, and of all.
    """
    computed = standing(before[0]), standing(after[0])
    old, new = stated or computed
    moved = moved_between(old, new)
    game = _Game.of(before, after)
    shares: list[tuple[Mapping[str, Fraction] | None, Mapping[str, Fraction] | None]] = []
    for count, member in enumerate(map(str, moved.index)):
        if progress:
            progress(count, len(moved))
        shares.append(tuple(_shares(game, member, what, (old, new), computed) for what in ("total", "rank")))  # type: ignore[arg-type]
    present = [cause for cause in CAUSES if any(share and share.get(cause) for pair in shares for share in pair)]
    total, rank = (_frame([pair[place] for pair in shares], moved.index, present) for place in (0, 1))
    return Shares(moved, total, rank, _carriers(game, moved))


def in_figures(shares: Iterable[Fraction], decimals: int) -> list[Decimal]:
    """Shares rounded so that the figures sum to the rounded sum: those cut most are rounded up first.

    Examples
    --------
    >>> [str(part) for part in in_figures([Fraction(1, 3)] * 3, 2)]
    ['0.34', '0.33', '0.33']
    """
    unit = 10**decimals
    parts = [share * unit for share in shares]
    cut = [floor(part) for part in parts]
    left = floor(sum(parts, Fraction()) + Fraction(1, 2)) - sum(cut)
    order = sorted(range(len(parts)), key=lambda place: (cut[place] - parts[place], place))
    for place in order[:left]:
        cut[place] += 1
    return [Decimal(part).scaleb(-decimals) for part in cut]


def shown_shares(shares: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Shares as figures, Decimal, each row summing to its rounded sum; None where there is none."""
    rows = [[None] * len(row) if None in row else in_figures(row, decimals) for row in shares.to_numpy().tolist()]
    return pd.DataFrame(rows, index=shares.index, columns=shares.columns, dtype=object)


def shapley(causes: Sequence[str], worth: Worth) -> dict[str, Fraction] | None:
    """What each cause adds on the average over all orders; None where some set of causes has no worth.

    Examples
    --------
    >>> {cause: str(share) for cause, share in shapley("ab", lambda there: Fraction(len(there) == 2)).items()}
    {'a': '1/2', 'b': '1/2'}
    """
    sets = [frozenset(chosen) for size in range(len(causes) + 1) for chosen in combinations(causes, size)]
    known = {chosen: value for chosen in sets if (value := worth(chosen)) is not None}
    if len(known) < len(sets):
        return None
    n = len(causes)
    weight = [Fraction(factorial(size) * factorial(n - size - 1), factorial(n)) for size in range(n)]
    return {
        cause: sum((weight[len(there)] * (known[there | {cause}] - known[there]) for there in sets if cause not in there), Fraction()) for cause in causes
    }


@dataclass(frozen=True, eq=False)
class _Game:
    """Evaluations of before and after mixed: with these causes as after, and the others as before.

    Parameters
    ----------
    sides
        By scheme (0 before, 1 after), then records: the evaluation of each by each; None where scheme and records cannot be parted.
    causes
        What differs at all, beside the records.
    changed
        Whose records differ.
    known
        Evaluations made so far.
    """

    sides: tuple[tuple[Evaluation, Evaluation], tuple[Evaluation, Evaluation]] | None
    causes: frozenset[str]
    changed: frozenset[str]
    known: dict[object, Evaluation | None]

    @classmethod
    def of(cls, before: tuple[Evaluation, Records], after: tuple[Evaluation, Records]) -> _Game:
        crossed = scheme_measured(*before, after[0].scheme), scheme_measured(*after, before[0].scheme)
        if crossed[0] is None or crossed[1] is None:
            return cls(None, frozenset(), frozenset(), {})
        sides = ((before[0], crossed[1]), (crossed[0], after[0]))
        changed = frozenset(member for pair in sides for member in _changed(*pair))
        differs = {
            "scheme": before[0].scheme != after[0].scheme,
            "panel": any(_panel_differs(*pair) for pair in sides),
            "members": any(set(one.members.index) != set(other.members.index) for one, other in sides),
            "rulings": before[0].rulings != after[0].rulings,
        }
        return cls(sides, frozenset(cause for cause, so in differs.items() if so), changed, {})

    def causes_of(self, member: str) -> list[str]:
        """What can have moved a member."""
        own = [*(["own"] if member in self.changed else []), *(["others"] if self.changed - {member} else [])]
        return [cause for cause in CAUSES if cause in own or cause in self.causes]

    def worth(self, member: str, what: str) -> Worth:
        """A member's total or rank with these causes there."""

        def found(there: Coalition) -> Fraction | None:
            evaluation = self.mixed(there, member)
            return None if evaluation is None else _figure(evaluation, member, what)

        return found

    def mixed(self, there: Coalition, member: str) -> Evaluation | None:
        """The evaluation with these causes as after; None where its values are refused."""
        others = self.changed - {member} if "others" in there else frozenset()
        own = self.changed & {member} if "own" in there else frozenset()
        return self.with_records(there, others | own)

    def with_records(self, there: Coalition, newer: frozenset[str]) -> Evaluation | None:
        """The same, with the records of `newer` as after and those of all others as before."""
        key = (there - set(RECORDS), newer)
        if key not in self.known and self.sides is not None:
            try:
                self.known[key] = scored(_mixed(self.sides["scheme" in there], there, newer))
            except Refused:
                self.known[key] = None
        return self.known.get(key)


def _mixed(pair: tuple[Evaluation, Evaluation], there: Coalition, newer: frozenset[str]) -> Evaluation:
    roll = pair["members" in there]
    both = pair[0].members.index.intersection(pair[1].members.index)
    only = "members" in there
    records = pd.Series([(member in newer) if member in both else only for member in roll.members.index], index=roll.members.index, dtype=bool)
    panel = pd.Series([("panel" in there) if member in both else only for member in roll.members.index], index=roll.members.index, dtype=bool)
    measured = _mixed_measures((pair[0].measured, pair[1].measured), records, panel, [item.id for item in judged_by_panel(roll.scheme)])
    members = _rows(pair[0].members, pair[1].members, records)
    return Evaluation(roll.scheme, members, measured, {}, pair["rulings" in there].rulings)


def _mixed_measures(pair: tuple[Indicators, Indicators], records: pd.Series[bool], panel: pd.Series[bool], judged: list[str]) -> Indicators:
    frames = {name: _rows(getattr(pair[0], name), getattr(pair[1], name), records) for name in ("raw", "applicable", "adjustments", "behind", "conditions", "previous", "permitted")}
    for name in ("raw", "applicable"):
        for item in judged:
            frames[name][item] = _rows(getattr(pair[0], name)[[item]], getattr(pair[1], name)[[item]], panel)[item]
    heard = _rows(pair[0].recorded.to_frame(), pair[1].recorded.to_frame(), records).iloc[:, 0].astype(bool)
    struck = [side.vetoes[side.vetoes["member"].isin(records.index[records == newer])] for side, newer in zip(pair, (False, True), strict=True)]
    waiting = {member: found for member, newer in zip(panel.index, panel, strict=True) if (found := pair[bool(newer)].open.get(str(member)))}
    return Indicators(
        **frames, recorded=heard, vetoes=pd.concat(struck, ignore_index=True), problems=Problems(), open={str(member): found for member, found in waiting.items()}
    )


def _rows(old: pd.DataFrame, new: pd.DataFrame, newer: pd.Series[bool]) -> pd.DataFrame:
    """Each row out of one of two frames."""
    if newer.all() or not newer.any():
        return (new if newer.any() else old).reindex(newer.index).copy()
    return pd.concat([old.loc[newer.index[~newer]], new.loc[newer.index[newer]]]).loc[newer.index]


def _changed(one: Evaluation, other: Evaluation) -> Iterator[str]:
    """The members of both whose records give something else."""
    both = one.members.index.intersection(other.members.index)
    judged = [item.id for item in judged_by_panel(one.scheme)]
    told = [[_told(side, str(member), judged) for member in both] for side in (one, other)]
    yield from (str(member) for member, was, is_ in zip(both, *told, strict=True) if was != is_)


def _told(evaluation: Evaluation, member: str, judged: list[str]) -> tuple[object, ...]:
    """All that the records say of a member, but for the panel's scores, as something to compare."""
    measured = evaluation.measured
    frames = (measured.raw.drop(columns=judged), measured.applicable.drop(columns=judged), measured.adjustments, measured.conditions, measured.previous)
    cells = [_comparable(cell) for frame in (evaluation.members, *frames) for cell in list(frame.loc[member])]
    vetoes = sorted(map(str, measured.vetoes.loc[measured.vetoes["member"] == member, "veto"]))
    return (*cells, bool(measured.recorded[member]), tuple(vetoes))


def _comparable(cell: object) -> object:
    return None if cell is None or cell != cell else cell  # noqa: PLR0124 - NaN is not itself


def _panel_differs(one: Evaluation, other: Evaluation) -> bool:
    both = one.members.index.intersection(other.members.index)
    judged = [item.id for item in judged_by_panel(one.scheme)]
    return not one.measured.raw.loc[both, judged].equals(other.measured.raw.loc[both, judged])


def _figure(evaluation: Evaluation, member: str, what: str) -> Fraction | None:
    if what == "total":
        return _fraction(evaluation.scores["total"].get(member), evaluation.scheme.decimals)
    return _fraction(evaluation.decided.rank.get(member), 0)


def _fraction(figure: object, decimals: int) -> Fraction | None:
    """A figure as it is printed; None where there is none."""
    return None if figure is None or pd.isna(figure) else Fraction(f"{figure:.{decimals}f}")  # type: ignore[call-overload]


def _shares(
    game: _Game, member: str, what: str, stated: tuple[pd.DataFrame, pd.DataFrame], computed: tuple[pd.DataFrame, pd.DataFrame]
) -> dict[str, Fraction] | None:
    """How much of a member's move each cause is; None where it has no figure on one of the sides."""
    was, is_, before, after = (_fraction(side[what].get(member), 12 if what == "total" else 0) for side in (*stated, *computed))
    if was is None or is_ is None or before is None or after is None:
        return None
    found = shapley(game.causes_of(member), game.worth(member, what)) if game.sides is not None else None
    found = {"together": after - before} if found is None else found
    return {**found, "method": (before - was) + (is_ - after)}


def _frame(shares: list[Mapping[str, Fraction] | None], index: pd.Index[str], causes: list[str]) -> pd.DataFrame:
    rows = [[None if share is None else share.get(cause, Fraction()) for cause in causes] for share in shares]
    return pd.DataFrame(rows, index=index, columns=causes, dtype=object)


def moved_between(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Who stands otherwise; see `Shares.moved`."""
    both = new.join(old.add_suffix("_before"), how="outer").reindex([*new.index, *old.index.difference(new.index)])
    for name in ("name", "class"):
        both[name] = both[name].fillna(both[f"{name}_before"])
    for name in ("award", "award_before"):
        both[name] = both[name].fillna("")
    differs = [~(both[what].eq(both[f"{what}_before"]) | (both[what].isna() & both[f"{what}_before"].isna())).fillna(False) for what in ("award", "rank", "total")]
    turn = pd.concat(differs, axis=1).astype(bool).to_numpy()
    order = [place for what in range(3) for place in range(len(both)) if turn[place, what] and not turn[place, :what].any()]
    columns = ["name", "class", "award_before", "award", "total_before", "total", "rank_before", "rank"]
    return both.iloc[order][columns].rename_axis("member")


def _carriers(game: _Game, moved: pd.DataFrame) -> pd.DataFrame:
    """Whose changed records moved whom: without them the other would stand as it did before."""
    pairs: list[tuple[str, str]] = []
    everything = game.causes
    for carrier in sorted(game.changed) if len(game.changed) <= MOST_CARRIERS else ():
        without = game.with_records(everything, game.changed - {carrier})
        if without is None:
            continue
        there = standing(without).reindex(moved.index)
        same = [_stands_as_before(there.loc[member], moved.loc[member]) for member in moved.index]
        pairs += [(carrier, str(member)) for member, so in zip(moved.index, same, strict=True) if so]
    return pd.DataFrame(pairs, columns=["record", "member"], dtype=object)


def _stands_as_before(there: pd.Series[Any], moved: pd.Series[Any]) -> bool:
    """Whether a member has the award and the rank it had before; who only has another total is moved by nobody else."""
    what = "award" if moved["award"] != moved["award_before"] else "rank"
    was, is_, now = moved[f"{what}_before"], there[what], moved[what]
    return bool(not pd.isna(was) and not pd.isna(is_) and was == is_ and (pd.isna(now) or was != now))
