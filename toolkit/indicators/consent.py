"""Consent: what each member permits to be published about it, as its own rows say, or its charter."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd

from toolkit.ground.problems import Problem
from toolkit.ground.text import Phrase, in_words_before, phrase
from toolkit.indicators.selection import MEMBER, Source, any_state, fetched
from toolkit.records.dictionary import PLACE
from toolkit.records.references import agreeing
from toolkit.scheme.outcomes import Consent, Permission

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from toolkit.indicators.engine import Engine
    from toolkit.records import Records
    from toolkit.scheme import Scheme

DAY, ENDS, HOLDS = "_day", "_ends", "_holds"
LATEST, LAST_END = "_latest", "_last_end"
BRANCH = (
    Phrase("分支机构不能代总机构同意公开：这一行不作为依据", "a branch does not agree for its head office: this row permits nothing and forbids nothing"),
    Phrase("总机构同意公开的，请以总机构的代码登记", "if the head office agrees, enter it under its own code"),
)
VERSION = Phrase("登记错了的请改正；会员签错了的，请寄去本类的承诺书重签", "correct the entry; if the member signed the wrong one, send it the one for its class to sign")
SIGNED_LATER = (
    Phrase("签订日期晚于截止日期：截止日期以前没有签，本届不计分", "signed after the as-of date: within this edition it is not signed, and scores nothing"),
    Phrase("日期写错了请改正；确是那时才签的，不必处理", "correct the date if it is wrong; leave it if it was signed then"),
)
YET_WITHDRAWN = (
    Phrase("写有撤回日期，状态仍是已签：不予公开，计分的却照签订计", "withdrawn, and yet entered as signed: nothing is published, but what scores it takes it for signed"),
    Phrase("确已撤回的请改状态；没有撤回的请清空撤回日期", "if it is withdrawn, change the state; else clear the day of withdrawal"),
)
YET_UNSIGNED = (
    Phrase("填了签订日期，状态却不是已签：按没有签处理，同意公开的各项不生效", "dated, and yet not entered as signed: taken as not signed, and what it permits does not hold"),
    Phrase("已经签的请改状态；没有签的请清空签订日期；已撤回的请填撤回日期", "if it is signed, change the state; if not, clear the date; if withdrawn, enter the day of withdrawal"),
)


def permissions(engine: Engine, scheme: Scheme, records: Records) -> pd.DataFrame:
    """What may be published of each member, by the rule that `Consent` tells; a branch does not permit it for its head office.

    Returns
    -------
    frame
        Index member; bool columns award, grade, rank, total, good, bad. All False where the scheme has no consent.
    """
    frame = pd.DataFrame(data=False, index=engine.members, columns=list(get_args(Permission)))
    consent = scheme.consent
    if consent is None:
        return frame
    if consent.table and consent.columns:
        given = _given(engine.spoken(consent.table), consent, records).reindex(frame.index, fill_value=False)
        frame[list(given.columns)] = given.astype(bool)
    return frame.assign(**dict.fromkeys(consent.obliged, True))


def standing_pledges(engine: Engine, scheme: Scheme, records: Records) -> pd.DataFrame:
    """The pledges that stand, of members that permit them to be told: columns member, signed (the day, or none), version (text, "" where none is told)."""
    consent = scheme.consent
    if consent is None or consent.table is None or not consent.says("pledge"):
        return pd.DataFrame(columns=[MEMBER, "signed", "version"])
    source = engine.spoken(consent.table)
    rows = _deciding(_dated(source, consent), source.member)
    rows = rows.filter(_still_open(rows))
    version = {"version": rows[consent.version].cast("string")} if consent.version else {}
    frame = fetched(rows.select(**{MEMBER: rows[source.member]}, signed=rows[DAY], **version))
    permits = permissions(engine, scheme, records)["pledge"]
    frame = frame[frame[MEMBER].map(permits).fillna(value=False).astype(bool)]
    first = frame.reindex(columns=[MEMBER, "signed", "version"]).sort_values([MEMBER, "signed", "version"]).drop_duplicates(MEMBER)
    return first.assign(version=first["version"].fillna("")).reset_index(drop=True)


def consent_problems(engine: Engine, scheme: Scheme, records: Records) -> Iterator[Problem]:
    """A warning for each row that may be meant otherwise than it is taken: of a branch, withdrawn before it was signed, or of two minds."""
    consent = scheme.consent
    if consent is None or consent.table is None:
        return
    for file, sheet, row in engine.of_branches(consent.table).itertuples(index=False):
        yield Problem("warning", *BRANCH, file=file, sheet=sheet, row=row or None)
    if consent.withdrawn is None:
        return
    source = engine.source(consent.table)
    rows = _dated(source, consent)
    rule = Phrase("撤回日期早于签订日期：按已撤回处理，不予公开", "withdrawn before it was signed: taken as withdrawn, nothing is published")
    mend = Phrase("撤回后又重新签订的，请清空撤回日期；写错的请改正", "if it was signed again, clear the day of withdrawal; else correct it")
    told = [((rule, mend), rows[ENDS] < rows[DAY], consent.withdrawn), *_signed_otherwise(rows, scheme, consent, source.date)]
    for (rule, mend), test, column in told:
        for file, sheet, row in fetched(rows.filter(test).order_by(PLACE).select(*PLACE)).itertuples(index=False):
            heading = column if in_words_before("1.0.0") else records.heading(consent.table, column, file, sheet)
            yield Problem("warning", rule, mend, file=file, sheet=sheet, row=row or None, column=heading)


def _signed_otherwise(rows: ir.Table, scheme: Scheme, consent: Consent, date: str | None) -> Iterator[tuple[tuple[Phrase, Phrase], Any, str]]:
    """What is told of a row whose state and days say different things, or that was signed when the edition was over; which rows, and their column."""
    applied = (scheme.members.applied or "").rpartition(".")[0]
    if consent.holds and consent.withdrawn and consent.table != applied:  # a register of pledges, which are signed
        signed = any_state(rows, consent.holds)
        yield SIGNED_LATER, signed & (rows[DAY] > scheme.as_of), date or ""
        if not any(consent.withdrawn in window.dates.values() for window in scheme.window.values()):  # else its points end with it
            yield YET_WITHDRAWN, signed & (rows[ENDS] <= scheme.as_of) & ~(rows[ENDS] < rows[DAY]).fill_null(False), consent.withdrawn
        yield YET_UNSIGNED, ~signed & rows[DAY].notnull() & rows[ENDS].isnull(), next(iter(consent.holds))


def version_problems(engine: Engine, scheme: Scheme, records: Records) -> Iterator[Problem]:
    """A warning for each consent that stands and is of another version than the one for its member's class; what it permits stands too."""
    consent = scheme.consent
    if consent is None or consent.table is None or consent.version is None or not consent.versions:
        return
    classes = records.members["class"].to_dict()
    first = records.tables.heading(consent.table, consent.version)
    source = engine.spoken(consent.table)
    rows = _deciding(_dated(source, consent), source.member)
    rows = rows.filter(_still_open(rows)).order_by(PLACE).select(*PLACE, **{MEMBER: rows[source.member]}, version=rows[consent.version].cast("string"))
    for row in fetched(rows).to_dict("records"):
        class_ = classes.get(row[MEMBER])
        version, meant = row["version"], consent.versions.get(str(class_))
        if meant is None or pd.isna(version) or version == meant:
            continue
        rule = phrase("不是这一类会员的版本：该会员是{class_}，应签“{meant}”", "not the version for its class: the member is of class {class_} and signs `{meant}`", class_=class_, meant=meant)
        heading = first if in_words_before("1.0.0") else records.heading(consent.table, consent.version, row["_file"], row["_sheet"])
        yield Problem("warning", rule, VERSION, file=row["_file"], sheet=row["_sheet"], row=int(row["_row"]) or None, column=heading, value=str(version))


def _given(source: Source, consent: Consent, records: Records) -> pd.DataFrame:
    """For each member with rows what the deciding ones permit, all of them."""
    spec = records.tables.table[str(consent.table)]
    rows = _deciding(_dated(source, consent), source.member)
    open_ = _still_open(rows)
    permits: dict[str, Any] = {}
    for item, name in consent.columns.items():
        yes = rows[name].isin(agreeing(spec.column[name])) if spec.column[name].type == "choice" else rows[name]
        permits[item] = (open_ & yes.fill_null(False)).all()
    return fetched(rows.group_by(**{MEMBER: rows[source.member]}).agg(**permits)).set_index(MEMBER)


def _dated(source: Source, consent: Consent) -> ir.Table:
    """The rows with the day each was signed and withdrawn, null where it says none, and whether it holds at all."""
    import ibis

    rows = source.table
    never: Any = ibis.null("date")
    tests: list[Any] = [any_state(rows, consent.holds)] if consent.holds else []
    if source.verified:
        tests.append(rows[source.verified.column].isin(source.verified.counts).fill_null(False))
    holds: Any = reduce(and_, tests, ibis.literal(value=True))
    day = rows[source.date].date() if source.date else never
    ends = rows[consent.withdrawn].date() if consent.withdrawn else never
    return rows.mutate(**{DAY: day, ENDS: ends, HOLDS: holds})


def _deciding(rows: ir.Table, member: str) -> ir.Table:
    """Of each member the rows of its latest day, and those without a day, for which nobody knows."""
    grouped: Any = {"group_by": member}
    rows = rows.mutate(**{LATEST: rows[DAY].max().over(**grouped), LAST_END: rows[ENDS].max().over(**grouped)})
    return rows.filter(rows[DAY].isnull() | (rows[DAY] == rows[LATEST]))


def _still_open(rows: ir.Table) -> Any:
    """Whether a deciding row holds, and no withdrawal came on its day or later: on the day itself it is withdrawn."""
    later = rows[LAST_END].isnull() | (rows[LAST_END] < rows[LATEST]).fill_null(False)
    return rows[HOLDS] & rows[ENDS].isnull() & later
