"""Score cards: all that a member may ask about its result, from the records up to the list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.evidence import COLUMNS, evidence
from toolkit.ranking import rounded
from toolkit.scheme.criteria import Indicator
from toolkit.score_cards.contributions import BOUNDS, GATHERED, contributions, node_factors
from toolkit.score_cards.lines import distances
from toolkit.scoring import TOTAL
from toolkit.wording import outline

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records

NOT_APPLICABLE = "not_applicable"
PARTS = ("item", "raw", "how", "value", "weight", "points")


@dataclass(frozen=True, eq=False)
class ScoreCard:
    """One member's result and all it rests on.

    Parameters
    ----------
    member, name, class_
        Whom it is about.
    total, rank, grade, reason
        As the ranking has them; `total` NaN and `rank` None for a member that is not ranked.
    awards
        Ids of the awards it holds.
    parts : DataFrame
        Groups and indicators from the top down, then ``total.gathered`` where the total cannot be taken apart, then
        adjustments, then ``total.bounds`` where the total was held, then ``total``; columns item, raw (as recorded), how
        (``not_applicable``; or how a value came about that does not come of the raw one as it stands, as in
        `Evaluation.touched`, or the policy by which a missing one does not count; else empty), value (the score at the
        node, 0 to the scale), weight (the share of the total that it has for this member, 0 to 1; NaN where it does not
        count, or stands below a mean that does not add up), points (what it adds to the total; they sum to the total to
        the last decimal; NaN where it adds none by itself).
    records : DataFrame
        As `toolkit.evidence.evidence` gives them, of this member and what applies to it: item, table, file, sheet, row,
        amount. Empty where no records were given.
    vetoes : DataFrame
        Columns veto, table, file, sheet, row: the records that struck it.
    lines : DataFrame
        Columns award, class, total (the score it competes with), distance (to the other side of that award's line; what
        would have been needed where it is negative), above.
    """

    member: str
    name: str
    class_: str
    total: float
    rank: int | None
    grade: str
    reason: str
    awards: tuple[str, ...]
    parts: pd.DataFrame
    records: pd.DataFrame
    vetoes: pd.DataFrame
    lines: pd.DataFrame


def score_cards(
    evaluation: Evaluation, records: Records | None = None, members: Collection[str] | None = None
) -> Iterator[ScoreCard]:
    """The cards of some members, or of all, in the order of the list.

    Parameters
    ----------
    records
        What the evaluation was made of; without them no card says what its parts rest on.

    Raises
    ------
    KeyError
        For a member that is not in the evaluation.
    """
    unknown = sorted(set(members or ()) - set(evaluation.members.index))
    if unknown:
        raise KeyError(*unknown)
    asked = set(evaluation.members.index if members is None else members)
    ranked = evaluation.ranking
    points, weights = contributions(evaluation), effective_shares(evaluation)
    behind = pd.DataFrame(columns=list(COLUMNS)) if records is None else evidence(evaluation.scheme, records, members and sorted(asked))
    records_of, vetoes_of = _by_member(_applying(evaluation, behind)), _by_member(evaluation.vetoes)
    lines_of, touched_of = _by_member(distances(evaluation)), _by_member(evaluation.touched)
    held = evaluation.awards.groupby("member")["award"].agg(tuple).to_dict()
    for member in ranked.index[ranked.index.isin(asked)]:
        row = ranked.loc[member]
        yield ScoreCard(
            member=str(member),
            name=str(row["name"]),
            class_="" if pd.isna(row["class"]) else str(row["class"]),
            total=float(row["total"]),
            rank=None if pd.isna(row["rank"]) else int(row["rank"]),
            grade=str(row["grade"]),
            reason=str(row["reason"]),
            awards=held.get(member, ()),
            parts=_parts(evaluation, str(member), points.loc[member], weights.loc[member], touched_of(member)),
            records=records_of(member),
            vetoes=vetoes_of(member),
            lines=lines_of(member),
        )


def _applying(evaluation: Evaluation, behind: pd.DataFrame) -> pd.DataFrame:
    """Without the records of indicators that do not apply to the member: nothing rests on them."""
    applicable = evaluation.applicable
    member, item = applicable.index.get_indexer(pd.Index(behind["member"])), applicable.columns.get_indexer(pd.Index(behind["item"]))
    concerned = (item < 0) | applicable.to_numpy(dtype=bool)[member, item]  # adjustments and conditions are for all
    kept: pd.DataFrame = behind[concerned]
    return kept


def effective_shares(evaluation: Evaluation) -> pd.DataFrame:
    """The share of the total that each node has for each member, members x nodes, 0 to 1: what of the weights counts for it.

    NaN where the node does not count, or stands below a mean that does not add up.
    """
    scores = evaluation.scores.loc[evaluation.members.index, list(evaluation.tree.nodes)]
    return node_factors(evaluation.tree, scores)


def _parts(
    evaluation: Evaluation, member: str, points: pd.Series[float], weights: pd.Series[float], touched: pd.DataFrame
) -> pd.DataFrame:
    scheme, scores = evaluation.scheme, evaluation.scores.loc[member]
    raw, done = evaluation.indicators.loc[member].to_dict(), dict(zip(touched["indicator"], touched["how"], strict=True))
    rows: list[tuple[object, ...]] = []
    for node, _, _ in outline(scheme):
        how = _untouched(evaluation, member, node, raw) if isinstance(node, Indicator) else ""
        rows.append((node.id, raw.get(node.id), done.get(node.id) or how, scores[node.id], weights.get(node.id), points.get(node.id)))
    rows += [(GATHERED, None, "", points[GATHERED], None, points[GATHERED])] if GATHERED in points else []
    rows += [(item.id, None, "", scores[item.id], None, points[item.id]) for item in scheme.adjustments]
    rows += [] if pd.isna(points[BOUNDS]) else [(BOUNDS, None, "", None, None, points[BOUNDS])]
    total = float(rounded(scores[TOTAL], scheme.decimals))
    frame = pd.DataFrame([*rows, (TOTAL, None, "", total, 1.0, total)], columns=list(PARTS))
    return frame.astype({"value": "float64", "weight": "float64", "points": "float64"})


def _untouched(evaluation: Evaluation, member: str, item: Indicator, raw: Mapping[Any, Any]) -> str:
    """Why an indicator has no value that was not given one: it does not apply, or the policy for missing ones."""
    if not evaluation.applicable.loc[member, item.id]:
        return NOT_APPLICABLE
    return str(item.missing) if pd.isna(raw[item.id]) else ""


def _by_member(frame: pd.DataFrame) -> Callable[[Any], pd.DataFrame]:
    """The rows of one member, without the column that names it."""
    places, kept = frame.groupby("member").indices, frame.drop(columns="member")
    return lambda member: kept.iloc[places.get(member, [])].reset_index(drop=True)
