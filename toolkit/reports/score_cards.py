"""Score cards: what a member's total is made of, how far it is from each award line, and the records behind it all."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from toolkit.comparison.ahead import COLUMNS as AHEAD
from toolkit.evaluation.contributions import BOUNDS, GATHERED, contributions, distances, node_factors
from toolkit.evaluation.scores import TOTAL
from toolkit.ground.display import Table
from toolkit.ground.ranking import rounded
from toolkit.ground.text import Phrase, discreet, in_words_before, joined, phrase
from toolkit.indicators.evidence import COLUMNS, evidence
from toolkit.publication.english import english_of, table_in_english
from toolkit.reports import wording
from toolkit.reports.columns import (
    RIGHT,
    Lexicon,
    ListColumn,
    Row,
    SheetColumn,
    class_,
    label,
    listing,
    points,
    rows_of,
    signed,
    text,
)
from toolkit.reports.plan_tables import own_table
from toolkit.reports.scheme_wording import gathered_in_words, missing_in_words, touched_in_words
from toolkit.reports.wording import WORDS, class_name, outline
from toolkit.scheme.criteria import Group, Indicator, Total
from toolkit.scheme.shapes import state_name

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.scheme import Scheme


NOT_APPLICABLE = "not_applicable"
PART_COLUMNS = ("item", "raw", "how", "value", "weight", "points")
NAN = math.nan
Rows: TypeAlias = tuple["Row", ...]
"""Of one member, each by column."""


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
    parts
        A row for each of the groups and indicators from the top down, then ``total.gathered`` where the total cannot be taken apart, then
        adjustments, then ``total.bounds`` where the total was held, then ``total``; columns item, raw (as recorded), how
        (``not_applicable``; or how a value came about that does not come of the raw one as it stands, as in
        `Evaluation.touched`, or the policy by which a missing one does not count; else empty), value (the score at the
        node, 0 to the scale), weight (the share of the total that it has for this member, 0 to 1; NaN where it does not
        count, or stands below a mean that does not add up), points (what it adds to the total; they sum to the total to
        the last decimal; NaN where it adds none by itself).
    records
        Rows as `toolkit.indicators.evidence.evidence` gives them, of this member and what applies to it: item, table, file, sheet, row,
        amount. Empty where no records were given.
    vetoes
        Rows with veto, table, file, sheet, row: the records that struck it.
    lines
        Rows with award, class, total (the score it competes with), distance (to where that award turns; what would have
        been needed where it is negative), above, passed (whether somebody with more than that missed it), minimum (whether
        the least score asked for is nearer than the places), rival, besides, untold, as `distances` has them.
    ahead
        Rows of what changes of it by itself, as `toolkit.comparison.ahead.changes_ahead` tells it; no rows where that was not asked.
    """

    member: str
    name: str
    class_: str
    total: float
    rank: int | None
    grade: str
    reason: str
    awards: tuple[str, ...]
    parts: Rows
    records: Rows
    vetoes: Rows
    lines: Rows
    ahead: Rows


def score_cards(
    evaluation: Evaluation, records: Records | None = None, members: Collection[str] | None = None, ahead: pd.DataFrame | None = None
) -> Iterator[ScoreCard]:
    """The cards of some members, or of all, in the order of the list.

    Parameters
    ----------
    records
        What the evaluation was made of; without them no card says what its parts rest on.
    ahead
        What changes by itself, of all members; without it no card tells of later days.

    Raises
    ------
    KeyError
        For a member that is not in the evaluation.
    """
    unknown = sorted(set(members or ()) - set(evaluation.members.index))
    if unknown:
        raise KeyError(*unknown)
    chosen = set(evaluation.members.index if members is None else members)
    points, weights = contributions(evaluation), effective_shares(evaluation)
    behind = pd.DataFrame(columns=list(COLUMNS)) if records is None else evidence(evaluation.scheme, records, members and sorted(chosen))
    frames = (_applying(evaluation, behind), evaluation.vetoes, distances(evaluation)[: 0 if listing_alone(evaluation.scheme) else None], evaluation.touched)
    records_of, vetoes_of, lines_of, touched_of = map(_by_member, frames)
    ahead_of = _by_member(pd.DataFrame(columns=list(AHEAD)) if ahead is None else ahead, named=True)
    awards_of = evaluation.awards.groupby("member")["award"].agg(tuple).to_dict()
    parts_of = _Parts(evaluation, points, weights)
    for row in rows_of(evaluation.ranking[evaluation.ranking.index.isin(chosen)].rename_axis("member").reset_index()):
        member = row["member"]
        yield ScoreCard(
            member=str(member),
            name=str(row["name"]),
            class_="" if pd.isna(row["class"]) else str(row["class"]),
            total=float(row["total"]),
            rank=None if pd.isna(row["rank"]) else int(row["rank"]),
            grade=str(row["grade"]),
            reason=str(row["reason"]),
            awards=awards_of.get(member, ()),
            parts=parts_of(member, touched_of(member)),
            records=records_of(member),
            vetoes=vetoes_of(member),
            lines=lines_of(member),
            ahead=ahead_of(member),
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


class _Parts:
    """What the totals are made of, looked up once for all members."""

    def __init__(self, evaluation: Evaluation, points: pd.DataFrame, weights: pd.DataFrame) -> None:
        self.scheme, self.nodes = evaluation.scheme, [node for node, _, _ in outline(evaluation.scheme)]
        frames = (evaluation.scores, evaluation.indicators, evaluation.applicable, points, weights)
        self.scores, self.raw, self.applicable, self.points, self.weights = map(_row_of, frames)
        self.totals = dict(zip(evaluation.scores.index, rounded(evaluation.scores[TOTAL], evaluation.scheme.decimals).tolist(), strict=True))

    def __call__(self, member: Any, touched: Rows) -> Rows:
        """The parts of one member, of whose values some were touched."""
        scores, raw, applicable, points, weights = (of(member) for of in (self.scores, self.raw, self.applicable, self.points, self.weights))
        done = {row["indicator"]: row["how"] for row in touched}
        rows: list[tuple[Any, ...]] = []
        for node in self.nodes:
            how = _untouched(node, raw, applies=applicable[node.id]) if isinstance(node, Indicator) else ""
            rows.append((node.id, raw.get(node.id), done.get(node.id) or how, scores[node.id], weights.get(node.id, NAN), points.get(node.id, NAN)))
        rows += [(GATHERED, None, "", points[GATHERED], NAN, points[GATHERED])] if GATHERED in points else []
        rows += [(item.id, None, "", scores[item.id], NAN, points[item.id]) for item in self.scheme.adjustments]
        rows += [] if pd.isna(points[BOUNDS]) else [(BOUNDS, None, "", NAN, NAN, points[BOUNDS])]
        total = self.totals[member]
        return tuple(dict(zip(PART_COLUMNS, row, strict=True)) for row in (*rows, (TOTAL, None, "", total, 1.0, total)))


def _untouched(item: Indicator, raw: Mapping[Any, Any], *, applies: bool) -> str:
    """Why an indicator has no value that was not given one: it does not apply, or the policy for missing ones."""
    if not applies:
        return NOT_APPLICABLE
    return str(item.missing) if pd.isna(raw[item.id]) else ""


def _by_member(frame: pd.DataFrame, *, named: bool = False) -> Callable[[Any], Rows]:
    """The rows of one member, without the column that names it unless it is to be `named`."""
    places = frame.groupby("member").indices
    columns = {name: frame[name].tolist() for name in frame if named or name != "member"}
    return lambda member: tuple({name: cells[place] for name, cells in columns.items()} for place in places.get(member, ()))


def _row_of(frame: pd.DataFrame) -> Callable[[Any], Row]:
    """The row of one member, by column."""
    places, columns, cells = {member: place for place, member in enumerate(frame.index)}, list(frame.columns), frame.to_numpy()
    return lambda member: dict(zip(columns, cells[places[member]].tolist(), strict=True))


ADDS_UP = Phrase(
    "“分值”为该项得到的分；“得分”为该项计入总分的分，各行相加等于总分（末位尾差分给尾数最大的几项）。",
    "A score is what an item got; its points are what it adds to the total, and sum to it (what rounding leaves goes to the largest rests).",
)
BY_CASE = Phrase("不计，同级权重按情形另定", "left out, the weights beside it as for this case")
ABOVE = Phrase("获得，比未获者{best.zh}分 {line} {over.zh} {gap} 分", "awarded, {gap} {over.en} {line}, the best that missed it")
BELOW = Phrase(
    "获得，比线下未获者的{best.zh}分 {line} {over.zh} {gap} 分（另有分数在线上、因其他条件未获的）",
    "awarded, {gap} {over.en} {line}, the best below the line; others with more missed it for other reasons",
)
"""How it was said up to version 0.9 where others with more than the line missed it."""
WANTING = Phrase(
    "获得，比因名额未获者的{best.zh}分 {line} {over.zh} {gap} 分（另有分数更{more.zh}、因其他条件未获的）",
    "awarded, {gap} {over.en} {line}, the best that missed it for want of a place; others with {more.en} missed it for other reasons",
)
LEVEL = Phrase("获得，与未获者{best.zh}分 {line} 同分，先后见理由", "awarded, level with {line}, the best that missed it; the reason says why")
JUST = Phrase("获得，恰为要求的{least.zh}分 {line}", "awarded, with just {line}, the {least.en} that is asked for")
NOTHING, BESIDES = Phrase("", ""), Phrase("；另有条件不符，见理由", "; something else is missing too, as the reason says")
UNRIVALLED = Phrase("获得，其后没有因名额落选的会员", "awarded; nobody missed it for want of a place")
ASKED = Phrase("获得，比要求的{least.zh}分 {line} {over.zh} {gap} 分", "awarded, {gap} {over.en} {line}, the {least.en} that is asked for")
HELD_FROM = Phrase("获得，比保住该奖的界限 {line} {over.zh} {gap} 分", "awarded, {gap} {over.en} {line}, where it would be lost")
AT_EDGE = Phrase("获得，恰在保住该奖的界限 {line}，再{less.zh}即失去", "awarded, with just {line}: any {less.en} and it would be lost")
"""Where another holds it too, beyond whom there is no place: of level ones all have one, or places are bounded in all classes together."""
UNTOLD = {
    "never": Phrase("只凭分数不能获得，原因见理由", "no score alone would do; the reason says why"),
    "other": Phrase("有名额，未获不在分数，原因见理由", "there is room: it is not missed for the score, and the reason says for what"),
    "open": Phrase("前一奖项的同分未决，裁定后再算", "a tie for an earlier award is open; to be told once it is settled"),
    "several": Phrase("还看其他会员是否在前列，没有一个分数可说", "it hangs on who else is among the first: no one score tells it"),
}
"""What is said where no score is told."""
HIGHEST_FIRST = Phrase("最高", "highest"), Phrase("最低", "lowest"), Phrase("高", "above")
LOWEST_FIRST = Phrase("最低", "lowest"), Phrase("最高", "highest"), Phrase("低", "below")
"""How the best that missed an award, the last that has it, and a lead are called, by which total is first."""
FORMERLY = (
    (r"获得，比线下未获者的最高分 (\S+) 高 (\S+) 分（另有分数在线上、因其他条件未获的）", r"获得，比未获者最高分 \1 高 \2 分"),
    (r"awarded, (\S+) above (\S+), the best below the line; others with more missed it for other reasons", r"awarded, \1 above \2, the best that missed it"),
)
"""What a card says otherwise than up to version 0.5.0, and how it was said then."""
BETWEEN = "; "  # a blank to break the line at, in every language: no row number is torn apart
FOLDER = "records/"  # of every edition; what stands in it is called by its name
FOUND = {"true": Phrase("有记录", "on record"), "false": Phrase("没有记录", "no record")}
"""What `any` found, under a label that may say the contrary: "no" of 无不良行为记录 would be one who has some."""
NAMED = {
    TOTAL: WORDS["total"],
    GATHERED: Phrase("以上各项合成", "all of the above, gathered"),
    BOUNDS: Phrase("总分上下限", "bounds of the total"),
}


def _item(item: str, lexicon: Lexicon) -> str:
    return NAMED[item].into(lexicon.language) if item in NAMED else lexicon.label(item)


def _raw(row: Row, lexicon: Lexicon) -> str:
    """What was recorded of an indicator; nothing for all else."""
    node = lexicon.nodes.get(row["item"])
    if not isinstance(node, Indicator):
        return ""
    if row["how"] == NOT_APPLICABLE:
        return wording.NOT_APPLICABLE.into(lexicon.language)
    if node.measure.take == "any" and not in_words_before("0.6.0") and (said := FOUND.get(state_name(row["raw"]))):
        return said.into(lexicon.language)
    return wording.raw_value(row["raw"], node.unit, lexicon.language)


def treated(row: Row, lexicon: Lexicon) -> str:
    """How a value came about that is not simply that of what was recorded; of a group how it is gathered."""
    scheme, how = lexicon.scheme, row["how"]
    node = lexicon.nodes.get(row["item"])
    if isinstance(node, Group):
        plain = node.aggregate == "arithmetic" and node.value is None and node.cap is None and node.decimals is None
        return "" if plain else gathered_in_words(node).into(lexicon.language)
    if node is None or how in {"", NOT_APPLICABLE}:
        return ""
    if how == "exclude" and _above(scheme, node).aggregate == "conditional":
        return BY_CASE.into(lexicon.language)
    return (missing_in_words(node) if how == str(node.missing) else touched_in_words(scheme, node.id, how)).into(lexicon.language)


def _above(scheme: Scheme, node: Indicator) -> Group | Total:
    above = scheme.nodes.get(str(node.group))
    return above if isinstance(above, Group) else scheme.total


def _score(row: Row, lexicon: Lexicon) -> str:
    """The score of a node; adjustments, bounds and the total are points, and have none on the scale."""
    return points(row["value"], lexicon) if row["item"] in lexicon.nodes else ""


def _share(row: Row, lexicon: Lexicon) -> str:
    return f"{row['weight']:.2%}" if row["item"] in lexicon.nodes and not math.isnan(row["weight"]) else ""


def _points(row: Row, lexicon: Lexicon) -> str:
    """What a line adds to the total, with its sign where it is no node's."""
    if math.isnan(row["points"]) and row["item"] != TOTAL:
        return ""
    plain = row["item"] in lexicon.nodes or row["item"] == TOTAL
    return (points if plain else signed)(row["points"], lexicon)


def _distance(distance: float, lexicon: Lexicon) -> str:
    return wording.BLANK if not math.isfinite(distance) else signed(distance, lexicon)


# On the sheet of a card a width is a number of the narrow columns that all its tables share, 24 in all.
PARTS = (
    ListColumn(WORDS["number"], "number", sheet=SheetColumn(2)),
    ListColumn(WORDS["node"], "item", _item, sheet=SheetColumn(7)),
    ListColumn(WORDS["raw"], words=_raw, sheet=SheetColumn(4)),
    ListColumn(WORDS["treated"], words=treated, sheet=SheetColumn(4)),
    ListColumn(WORDS["scored"], "", _score, RIGHT, SheetColumn(2)),
    ListColumn(WORDS["share"], "", _share, RIGHT, SheetColumn(2)),
    ListColumn(WORDS["points"], "", _points, RIGHT, SheetColumn(3)),
)
LINES = (
    ListColumn(WORDS["which"], "award", label, sheet=SheetColumn(4)),
    ListColumn(WORDS["class"], "class", class_, sheet=SheetColumn(4)),
    ListColumn(WORDS["score"], "total", points, RIGHT, SheetColumn(3)),
    ListColumn(WORDS["distance"], "distance", _distance, RIGHT, SheetColumn(3)),
    ListColumn(WORDS["needed"], words=lambda row, lexicon: _needed(row, lexicon).into(lexicon.language), sheet=SheetColumn(10)),
)
VETOES = (
    ListColumn(WORDS["veto"], "veto", label, sheet=SheetColumn(7)),
    ListColumn(WORDS["table"], "table", sheet=SheetColumn(4)),
    ListColumn(WORDS["file"], "file", sheet=SheetColumn(7)),
    ListColumn(WORDS["sheet"], "sheet", sheet=SheetColumn(4)),
    ListColumn(WORDS["row"], "row", text, RIGHT, SheetColumn(2)),
)
RECORDS = (
    ListColumn(WORDS["item"], "item", label, sheet=SheetColumn(4)),
    ListColumn(WORDS["table"], "table", sheet=SheetColumn(4)),
    ListColumn(WORDS["file"], "file", sheet=SheetColumn(5)),
    ListColumn(WORDS["sheet"], "sheet", sheet=SheetColumn(2)),
    ListColumn(WORDS["rows"], "rows", sheet=SheetColumn(9)),
)
CAPTIONS = {
    "parts": Phrase("得分构成", "What the total is made of"),
    "lines": Phrase("与获奖线的距离", "From the award lines"),
    "vetoes": Phrase("一票否决所依据的记录", "The records of a veto"),
    "records": Phrase("得分所依据的记录", "The records it rests on"),
}


def as_formerly(text: str) -> str:
    """What a card says, as an earlier version said it."""
    for now, then in FORMERLY:
        text = re.sub(now, then, text)
    return text


@dataclass(frozen=True)
class Card:
    """The tables of one member's card, to be shown one under another; those that say nothing are left out.

    Parameters
    ----------
    parts
        One row for each node, adjustment and bound, then the total.
    lines
        One row for each award line that concerns the member.
    vetoes
        One row a record, with its place in the files.
    ahead
        One row for each of the next days on which something of it changes by itself.
    records
        One row for each item and sheet, with the rows of its records and what was taken of each.
    """

    parts: Table
    lines: Table
    vetoes: Table
    ahead: Table
    records: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        """Those with something to say."""
        return tuple(table for table in (self.parts, self.lines, self.vetoes, self.ahead, self.records) if table.rows)

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.tables))

    def _repr_html_(self) -> str:
        return "".join(table._repr_html_() for table in self.tables)


def member_card(evaluation: Evaluation, member: str, records: Records | None = None) -> Card:
    """One member's score card; with the records of the edition also what each part rests on.

    Raises
    ------
    KeyError
        For a member that is not in the evaluation.
    """
    return card_tables(evaluation, next(score_cards(evaluation, records, [member])), records)


def card_tables(evaluation: Evaluation, card: ScoreCard, records: Records | None = None) -> Card:
    """The tables of a card; `records` give the tables of the edition their labels."""
    lexicon, english = Lexicon.of(evaluation), english_of(evaluation.scheme)
    vetoes, behind = [row | _place(row, records) for row in card.vetoes], _by_sheet(card, records)
    tables = (
        _parts(card, lexicon),
        listing(LINES, card.lines, lexicon, CAPTIONS["lines"]),
        listing(VETOES, vetoes, lexicon, CAPTIONS["vetoes"]),
        own_table(evaluation, card.ahead, records),
        listing(RECORDS, behind, lexicon, CAPTIONS["records"]),
    )
    kept = {card.name} | {row[key] for row in (*vetoes, *behind) for key in ("file", "sheet")}
    return Card(*(table_in_english(table, english, kept) for table in tables) if english else tables)


def outcome(scheme: Scheme, card: ScoreCard) -> Phrase:
    """Rank, awards and grade in one line; of what the scheme gives."""
    awards, alone = [scheme.label(award) for award in card.awards] or [wording.BLANK], listing_alone(scheme)
    results = [(WORDS["rank"], wording.place(card.rank))]
    results += [(WORDS["award"], wording.JOIN.into(scheme.language).join(awards))] if scheme.awards and not alone else []
    results += [(WORDS["grade"], card.grade or wording.BLANK)] if scheme.grades else []
    if alone and card.grade:
        told = Phrase("公布", "published") if card.awards else Phrase("不公布", "not published")
        return joined([*(Phrase(f"{name.zh} {result}", f"{name.en} {result}") for name, result in results[:-1]), phrase("{name.zh} {grade}（{told.zh}）", "{name.en} {grade} ({told.en})", name=WORDS["grade"], grade=card.grade, told=told)], "；", "; ")
    return joined([Phrase(f"{name.zh} {result}", f"{name.en} {result}") for name, result in results], "；", "; ")


def listing_alone(scheme: Scheme) -> bool:
    """Whether a card tells of no awards, as these only say whose grade is published; up to 0.7.0 they were told as any other."""
    return scheme.lists_grades and not in_words_before("1.0.0")


def _parts(card: ScoreCard, lexicon: Lexicon) -> Table:
    numbers = {node.id: number for node, _, number in outline(lexicon.scheme)} | {TOTAL: ""}
    rows = [row | {"number": numbers.get(row["item"], "±")} for row in card.parts]
    caption = phrase("{name}（{class_}）", "{name} ({class_})", name=card.name, class_=english_of(lexicon.scheme).get(card.class_) or class_name(card.class_, lexicon.language))
    reason = card.reason.rstrip("。. ")
    why = phrase("；理由 {reason}。", "; reason: {reason}. ", reason=reason) if reason else Phrase("。", ". ")
    note = joined([outcome(lexicon.scheme, card), why, ADDS_UP], "", "")
    return listing(PARTS, rows, lexicon, caption, note, lines_after=(len(rows) - 2,))


def _needed(row: Row, lexicon: Lexicon) -> Phrase:
    """What it would have taken, or by how much it was enough."""
    if row["untold"]:
        return UNTOLD[row["untold"]]
    lower = lexicon.scheme is not None and lexicon.scheme.total.better == "lower"
    gap, line = (points(number, lexicon) for number in (abs(row["distance"]), row["total"] + row["distance"] * (1 if lower else -1)))
    best, worst, over = LOWEST_FIRST if lower else HIGHEST_FIRST
    least, beyond = (Phrase("最高", "most"), Phrase("低", "less")) if lower else (Phrase("最低", "least"), Phrase("高", "more"))
    if row["above"] and math.isinf(row["distance"]):
        others = row["passed"] and not in_words_before("1.0.0")
        return UNRIVALLED if others else Phrase("获得，其后没有落选的会员", "awarded; nobody below missed it")
    if row["above"] and row["distance"] == 0:
        said = JUST if row["minimum"] else AT_EDGE if row["rival"] else LEVEL
        return phrase(said.zh, said.en, line=line, best=best, least=least, less=Phrase("高", "more") if lower else Phrase("低", "less"))
    if row["above"]:
        passed = BELOW if in_words_before("1.0.0") else WANTING
        said = ASKED if row["minimum"] else HELD_FROM if row["rival"] else passed if row["passed"] else ABOVE
        return phrase(said.zh, said.en, line=line, gap=gap, best=best, over=over, least=least, more=beyond)
    what = phrase("获奖{worst.zh}分", "the {worst.en} awarded", worst=worst)
    if row["minimum"]:
        what = phrase("要求的{least.zh}分", "the {least.en} that is asked for", least=least)
    elif row["rival"]:
        what = Phrase("须超过的分", "what has to be passed")
    if row["distance"] < 0:
        more = Phrase("高出", "too many") if lower else Phrase("还差", "more were needed")
        besides = BESIDES if row["besides"] and not in_words_before("1.0.0") else NOTHING
        return phrase("{what.zh} {line}，{more.zh} {gap} 分{besides.zh}", "{what.en} is {line}: {gap} {more.en}{besides.en}", what=what, line=line, gap=gap, more=more, besides=besides)
    return phrase("已达{what.zh} {line}，未获的原因见理由", "reaches {line}, {what.en}; the reason says why not", what=what, line=line)


def _by_sheet(card: ScoreCard, records: Records | None) -> list[Row]:
    """One row for each item and sheet, its records told by their rows: a busy member's card stays a page or two."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for row in card.records:
        place = _place(row, records)
        number, amount = place.pop("row"), "" if wording.absent(row["amount"]) else str(row["amount"])
        rows.setdefault((row["item"], *place.values()), []).append(f"{number} ({amount})" if number and amount else number or amount)
    names = ("item", "table", "file", "sheet")
    return [dict(zip(names, place, strict=True)) | {"rows": BETWEEN.join(filter(None, numbers))} for place, numbers in rows.items()]


def _place(row: Row, records: Records | None) -> dict[str, str]:
    """Where a record stands: the table's label, the file, the sheet, the row; a database has no rows."""
    return {
        "table": records.tables.label(row["table"]) if records else row["table"],
        "file": discreet(str(row["file"]).removeprefix(FOLDER)),
        "sheet": discreet(row["sheet"]),
        "row": str(row["row"]) if row["row"] else "",
    }
