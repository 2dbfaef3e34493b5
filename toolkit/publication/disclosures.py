"""What is disclosed beside the list: records of conduct in their time, and pledges, of who permits each, as of the day of publication; and figures of all.

What was sealed is what is shown. The records of the edition as they are now can only take away: a consent withdrawn since, a record
struck out, repaired or expired is gone, and one under appeal is marked.

A figure of all members less what is open of some is a figure of the others: it is told where so many of these stand on either side of
it that nobody is told apart.

Audiences: what of which member the public, a member, and the committee may see; whatever is shown to anybody asks here. Nobody but the
committee sees anything of a named member that the member does not permit, item by item; a member sees all that is its own. What a
single expert gave is in none of it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from toolkit.ground.decimals import decimal_digits
from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase, discreet, figure, one_line, phrase
from toolkit.indicators.consent import permissions, standing_pledges
from toolkit.indicators.engine import Engine
from toolkit.publication.extract import pinyin
from toolkit.publication.open_rows import FEWEST, class_told
from toolkit.publication.persons import (
    may_be_in_role,
    may_be_person,
    may_name_person,
    of_persons,
    of_roles,
    told,
    told_of_persons,
    told_of_roles,
)
from toolkit.scheme.outcomes import PERMITTED_BY, Permission, PublicField
from toolkit.scheme.shapes import is_missing

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.ground.ranking import Floats, Mask
    from toolkit.publication.open_rows import OpenRows
    from toolkit.records import Records
    from toolkit.records.dictionary import Table
    from toolkit.scheme import Scheme
    from toolkit.scheme.criteria import Adjustment, Indicator
    from toolkit.scheme.measures import Selection


Audience = Literal["public", "member", "committee"]
RECORDS: tuple[Permission, ...] = ("good", "bad", "pledge")
"""What is told of a member whatever its award: its conduct, and that it signed."""
SEEN = (*get_args(PublicField), *RECORDS)


def seen_by(evaluation: Evaluation, audience: Audience, own: str = "") -> pd.DataFrame:
    """What an audience may see of each member.

    Of the list the public sees who has an award and permits to be named, with what it permits besides of what the scheme lets be
    public; whoever has no award is not on it. Records of conduct and pledges are seen of whoever permits these.

    Parameters
    ----------
    own
        Of the audience "member": which one.

    Returns
    -------
    frame
        Index member; bool columns name, class, award, grade, rank, total, good, bad, pledge.
    """
    members, permitted = evaluation.members.index, evaluation.permitted
    if audience == "committee":
        return pd.DataFrame(data=True, index=members, columns=list(SEEN))
    seen = pd.DataFrame(data=False, index=members, columns=list(SEEN))
    publication = evaluation.scheme.publication
    if publication is not None and publication.consent is not None:
        named = permitted["award"].astype(bool) & pd.Series(members.isin(evaluation.awards["member"]), members)
        seen = seen.assign(**{field: named & permitted[PERMITTED_BY[field]].astype(bool) for field in publication.shown} | {"award": named})
        seen = seen.assign(**{item: permitted[item].astype(bool) for item in RECORDS if publication.consent.says(item)})
    if audience == "member" and own in members:
        seen.loc[own] = True
    return seen



Kind = Literal["good", "bad"]
TOLD_UNASKED = ("choice", "date")
"""The types of columns that are shown where the scheme names none: no free text."""
DOMINATED = 0.1
"""Of the largest amount: what all but the two largest come to at least, so that the second cannot tell the largest to within so much (p %-rule)."""
PLACE = ["table", "file", "sheet", "row"]
LAW = Phrase("《个人信息保护法》第二十五条：未经本人单独同意不得公开", "art. 25 of the Personal Information Protection Law: nothing of a person is made public without its own consent")
IN_PUBLIC = (
    Phrase(
        "这一列要向社会公开，格里写有个人的电话、证件、银行卡号码，或写明了某人的姓名：公开时号码打星号，姓名只留姓（张某）",
        "the public reads this column, and a telephone, identity or card number stands in it, or the name of a person who is said to be one: numbers go out masked, of a name the surname alone",
    ),
    phrase("请把个人信息从这一格删去（{law.zh}）", "take what is personal out of this cell ({law.en})", law=LAW),
)
PERHAPS = (
    Phrase("这一列要向社会公开，格里有的字像是个人姓名，但不能断定：公开时照写", "the public reads this column, and what may be a person's name stands in it, which is not certain: it goes out as it stands"),
    phrase("是姓名的，请从这一格删去（{law.zh}）；不是的，不必改", "if it is a name, take it out of this cell ({law.en}); if it is none, leave it", law=LAW),
)


DOUBTFUL: Mapping[Callable[[str], str], Callable[[str], bool]] = {told_of_persons: may_be_person, told_of_roles: may_be_in_role}
"""By how the public reads a column of persons: whether what is left may still name one."""


@dataclass(frozen=True)
class ConductRecord:
    """One record as the public reads it.

    Parameters
    ----------
    member, name, class_
        Whose it is; the name and the class masked where a number was typed into them.
    kind
        Good or bad.
    told
        What it says, heading by heading, as text.
    until
        The last day on which it counts; None where it never runs out.
    disputed
        Whether it is under appeal.
    """

    member: str
    name: str
    class_: str
    kind: Kind
    told: tuple[tuple[str, str], ...]
    until: dt.date | None = None
    disputed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Pledge:
    """That a member signed, when (as ISO has it, "" where nobody wrote it), and which version."""

    member: str
    name: str
    class_: str
    signed: str
    version: str


@dataclass(frozen=True)
class Activity:
    """How many members took part in what an indicator counts, and how much of it there was; None where that would tell of few, or where nothing is `summed`.

    One member's part must not follow from a sum (the p %-rule); of counts as many as `FEWEST` have to be more than one, lest a sum tell that all are one.
    """

    label: str
    unit: str
    members: int
    total: float | None
    summed: bool = True


@dataclass(frozen=True)
class Figures:
    """Sums of all members.

    Parameters
    ----------
    classes
        Name, members and applicants of each class.
    named
        The winners whom the notice names with their class, by award and class.
    given
        All winners, by award and class, of awards that are given class by class.
    activities, grades
        As `activities` and `graded` give them.
    """

    classes: tuple[tuple[str, int, int], ...]
    named: Mapping[tuple[str, str], int]
    given: Mapping[str, Mapping[str, int]]
    activities: tuple[Activity, ...]
    grades: tuple[tuple[str, int], ...]


def figures(evaluation: Evaluation, rows: OpenRows) -> Figures:
    """The action in figures, as far as they tell of nobody that is not open; who applied and who won, class by class, is the result itself, as the open bag has it."""
    open_ = np.asarray(evaluation.members.index.isin(rows.members.index), np.bool_)
    seen = seen_by(evaluation, "public")
    classes = evaluation.members["class"].map(class_told)
    named = evaluation.awards[evaluation.awards["member"].isin(seen.index[seen["award"] & seen["class"]])]
    return Figures(
        tuple((str(name), int(members), int(applied)) for name, members, applied in rows.classes[["class", "members", "applied"]].itertuples(index=False)),
        Counter(zip(named["award"].astype(str), named["member"].map(classes), strict=True)),
        won_by_class(rows),
        activities(evaluation, open_),
        graded(evaluation, open_ | seen["grade"].to_numpy(np.bool_)),
    )


def won_by_class(rows: OpenRows) -> dict[str, dict[str, int]]:
    """How many won each award in each class, of awards that are given class by class; an award of all classes together is not among them."""
    given: dict[str, dict[str, int]] = {}
    for award, class_, winners in rows.lines[["award", "class", "winners"]].itertuples(index=False):
        given.setdefault(str(award), {})[str(class_)] = int(winners)
    return {award: counts for award, counts in given.items() if "" not in counts or len(rows.classes) == 1}


def tells_conduct(scheme: Scheme) -> bool:
    """Whether there can be a page of records: the scheme selects some, and somebody permits them."""
    consent = scheme.consent
    return consent is not None and (consent.says("good") or consent.says("bad")) and bool(_selections(scheme))


def tells_pledges(scheme: Scheme) -> bool:
    """Whether there can be a pledge wall."""
    return scheme.consent is not None and scheme.consent.table is not None and scheme.consent.says("pledge")


def conduct_records(scheme: Scheme, records: Records, day: dt.date) -> tuple[ConductRecord, ...]:
    """The records on which points and vetoes rest, in their windows on `day`, of whoever permits that kind; by member, the newest last.

    Parameters
    ----------
    scheme, records
        Of the edition; the scheme `tells_conduct`.
    day
        Of publication: a record that has run out, or was withdrawn or repaired by then, is not among them.
    """
    with Engine(scheme.model_copy(update={"as_of": day}), records) as engine:
        permits = permissions(engine, scheme, records)
        found = pd.concat([_listed(engine, scheme, records, *asked) for asked in _selections(scheme)], ignore_index=True)
    shown = found.drop_duplicates(PLACE) if len(found) else found
    told = (_record(row, records, permits) for row in shown.to_dict("records"))
    return tuple(sorted((record for record in told if record), key=lambda record: (pinyin(record.name), record.member, record.kind, record.told)))


def masked_cells(scheme: Scheme, records: Records) -> Iterator[Problem]:
    """A warning for each cell that the public reads, in which what is of a person was typed, or what may be: whether it goes out masked or as it is."""
    if not tells_conduct(scheme):
        return
    typed: set[tuple[Any, ...]] = set()
    with Engine(scheme, records) as engine:
        for selection, _ in _selections(scheme):
            table = records.tables.table[selection.table]
            columns = _shown(scheme, table)
            for row in engine.listed(selection, columns).to_dict("records"):
                cells = {column: cell for column in columns if isinstance(cell := row[column], str)}
                typed |= {(row["file"], row["sheet"], row["row"], records.heading(selection.table, column, row["file"], row["sheet"]), kind) for column, cell in cells.items() for kind in _personal(cell, _reader(table, column))}
    for file, sheet, number, column, kind in sorted(typed, key=str):
        yield Problem("warning", *(IN_PUBLIC if kind == "told" else PERHAPS), file=file, sheet=sheet, row=int(number) or None, column=column)


def _personal(cell: str, read: Callable[[str], str]) -> Iterator[str]:
    """Whether what is of a person is told of a cell, or may stand there for all that."""
    public = read(cell)
    if public != cell:
        yield "told"
    doubtful = DOUBTFUL.get(read)
    if read is not discreet and (may_name_person(public) or (doubtful is not None and doubtful(public))):
        yield "perhaps"


def _reader(table: Table, column: str) -> Callable[[str], str]:
    """How the public reads what was typed into a column: of choices nobody can have typed a name."""
    if table.column[column].type == "choice":
        return discreet
    headings = {column, *table.column[column].headings}
    return told_of_persons if any(map(of_persons, headings)) else told_of_roles if any(map(of_roles, headings)) else told


def _heading(table: Table, column: str) -> str:
    return (table.column[column].headings or (column,))[0]


def _selections(scheme: Scheme) -> list[tuple[Selection, Adjustment | None]]:
    vetoes: list[tuple[Selection, Adjustment | None]] = [(veto.when, None) for veto in scheme.vetoes]
    own = {scheme.members.table}
    adjusted = [(item.measure.selection, item) for item in scheme.adjustments if item.measure.take is not None]
    return [(selection, item) for selection, item in [*vetoes, *adjusted] if selection.table not in own]


def _listed(engine: Engine, scheme: Scheme, records: Records, selection: Selection, item: Adjustment | None) -> pd.DataFrame:
    """The rows of one selection, with what they tell and whether it is good."""
    table = records.tables.table[selection.table]
    columns = _shown(scheme, table)
    number = item.measure.column if item is not None and item.measure.take in {"sum", "mean", "max", "min"} and not item.measure.points else None
    rows = engine.listed(selection, [*columns, *([number] if number and number not in columns else [])])
    read = {name: (_heading(table, name), _reader(table, name)) for name in columns}
    said = [tuple((heading, text) for name, (heading, typed) in read.items() if (text := _text(row[name], typed))) for row in rows.to_dict("records")]
    kinds = [_kind(item, row.get(number) if number else None) for row in rows.to_dict("records")]
    return rows[["member", "file", "sheet", "row", "disputed", "until"]].assign(table=selection.table, told=pd.Series(said, rows.index, dtype=object), kind=kinds)


def _shown(scheme: Scheme, table: Table) -> list[str]:
    """The columns of a table that the public reads: those the scheme names, or states and days; never whose a record is, who told it, or what is personal."""
    named = scheme.publication.records if scheme.publication else ()
    beside = {entry.column for entry in (table.channel, table.verified) if entry is not None}
    told = {name: spec for name, spec in table.column.items() if not spec.personal and not spec.keyed}
    return [name for name in named if name in told] if named else [name for name, spec in told.items() if spec.type in TOLD_UNASKED and name not in beside]


def _kind(item: Adjustment | None, number: Any) -> Kind:
    """A record is bad where it strikes a member or takes points from it."""
    if item is None or (item.cap is not None and item.cap < 0) or item.per < 0:
        return "bad"
    return "bad" if number is not None and not is_missing(number) and float(number) < 0 else "good"


def _record(row: Mapping[Any, Any], records: Records, permits: pd.DataFrame) -> ConductRecord | None:
    member, kind = str(row["member"]), row["kind"]
    if member not in permits.index or not permits.at[member, kind]:
        return None
    return ConductRecord(member, *_named(records, member), kind, row["told"], _day(row["until"]), bool(row["disputed"]))


def _named(records: Records, member: str) -> tuple[str, str]:
    own = records.members.loc[member]
    return discreet(one_line(str(own["name"]))), "" if is_missing(own["class"]) else discreet(one_line(str(own["class"])))


def _text(cell: Any, typed: Callable[[str], str] = discreet) -> str:
    if is_missing(cell):
        return ""
    if (day := _day(cell)) is not None:
        return day.isoformat()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return figure(float(cell)) if isinstance(cell, int | float) else typed(one_line(str(cell)))


def _day(cell: Any) -> dt.date | None:
    if is_missing(cell) or not isinstance(cell, dt.date):
        return None
    return cell.date() if isinstance(cell, dt.datetime) else cell


def pledges(scheme: Scheme, records: Records) -> tuple[Pledge, ...]:
    """The pledges that stand, of whoever permits them to be told, by name; the scheme `tells_pledges`."""
    with Engine(scheme, records) as engine:
        standing = standing_pledges(engine, scheme, records)
    rows = (row for row in standing.to_dict("records") if row["member"] in records.members.index)
    told = (Pledge(str(row["member"]), *_named(records, row["member"]), _text(row["signed"]), _text(row["version"])) for row in rows)
    return tuple(sorted(told, key=lambda one: (pinyin(one.class_), pinyin(one.name), one.member)))


def still_shown(sealed: tuple[ConductRecord, ...], now: tuple[ConductRecord, ...]) -> Iterator[ConductRecord]:
    """Of the sealed records those that are still the same now, as disputed as they are now."""
    known = {record: record for record in now}
    yield from (known[record] for record in sealed if record in known)


def activities(evaluation: Evaluation, open_: Mask) -> tuple[Activity, ...]:
    """What members did, by the indicators that count or add up records, as far as it tells of nobody that is not open.

    What costs points, a complaint or a bad record, is nothing that members took part in, and is left out.

    Parameters
    ----------
    open_
        Whose measured values are public; bool[members].
    """
    told = (_activity(item, raw, asked, took_part, open_) for item, raw, asked, took_part in deeds(evaluation))
    return tuple(activity for activity in told if activity is not None)


def deeds(evaluation: Evaluation) -> Iterator[tuple[Indicator, Floats, Mask, Mask]]:
    """What members do, by the indicators that count or add up records, but for what costs points: raw values, who is asked, who took part."""
    for item in evaluation.scheme.indicators:
        if item.measure.take not in {"sum", "count", "any"} or item.measure.points:
            continue
        raw = pd.to_numeric(evaluation.indicators[item.id], errors="coerce").to_numpy(np.float64)
        asked = evaluation.applicable[item.id].to_numpy(np.bool_) & ~np.isnan(raw)
        took_part = asked & (raw > 0)
        values = evaluation.values[item.id].fillna(0.0).to_numpy(np.float64)
        if not (took_part.any() and (asked & ~took_part).any() and values[took_part].mean() < values[asked & ~took_part].mean()):
            yield item, raw, asked, took_part


def _activity(item: Indicator, raw: Floats, asked: Mask, took_part: Mask, open_: Mask) -> Activity | None:
    if not tells_of_nobody(took_part[asked & ~open_]):
        return None
    others = np.sort(raw[took_part & ~open_])
    hidden = len(others) == 0 or (others[:-2].sum() >= DOMINATED * others[-1] and (item.measure.take == "sum" or (others > 1).sum() >= FEWEST))
    summed = item.measure.take in {"sum", "count"} and bool(item.unit)
    total = float(decimal_digits(float(raw[took_part].sum()))) if summed and hidden else None
    return Activity(item.label, item.unit, int(took_part.sum()), total, summed)


def tells_of_nobody(answers: Mask) -> bool:
    """Whether the number of those who are so, among members of whom it is not known, tells of none of them.

    Examples
    --------
    >>> [tells_of_nobody(np.array([True] * n + [False] * 7)) for n in (0, 4, 5)]
    [False, False, True]
    """
    yes = int(answers.sum())
    return not len(answers) or FEWEST <= yes <= len(answers) - FEWEST


def graded(evaluation: Evaluation, known: Mask) -> tuple[tuple[str, int], ...]:
    """How many members have each grade, from the best down; nothing where a grade would tell of few, or one is everybody's.

    Parameters
    ----------
    known
        Whose grade is public; bool[members].
    """
    if evaluation.scheme.grades is None:
        return ()
    grades = evaluation.ranking["grade"].reindex(evaluation.members.index).astype(object)
    of_others = grades[~known].value_counts()
    if len(of_others) and (of_others.min() < FEWEST or len(of_others) == 1):
        return ()
    counts = grades.value_counts()
    order = [band[0] for band in evaluation.scheme.grades.bands]
    return tuple((grade, int(counts[grade])) for grade in sorted(counts.index, key=lambda grade: (order.index(grade) if grade in order else len(order), str(grade))))


def certain_awards(scheme: Scheme, standing: pd.DataFrame) -> tuple[tuple[str, int, int], ...]:
    """Of each award its label, how many were given, and how many of these are certain at least: where one to four are not, all but four.

    Parameters
    ----------
    standing
        As `toolkit.sensitivity.robustness.standings` gives it.
    """
    told = []
    for award in scheme.awards:
        own = standing[(standing["award"] == award.id) & standing["given"]]
        given, certain = len(own), int((own["firm"] == "certain").sum())
        told.append((award.label, given, certain if certain == given else max(0, min(certain, given - FEWEST + 1))))
    return tuple(told)
