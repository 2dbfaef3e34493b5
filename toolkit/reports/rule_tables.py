"""All rules of a scheme as a committee reads them, each with where it was decided: what is measured, and what is decided beside the tree.

With the data dictionary, tables and columns are called what they are called on the forms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from toolkit.ground.display import Table
from toolkit.ground.text import Phrase, as_phrase, figure, joined, phrase
from toolkit.reports import wording
from toolkit.reports.columns import Lexicon, ListColumn, listing
from toolkit.reports.outcome_wording import ties_in_words
from toolkit.reports.scheme_wording import RuleLine, measure_in_words, missing_in_words, rules_in_words
from toolkit.reports.wording import WORDS
from toolkit.scheme.criteria import Indicator
from toolkit.scheme.measures import Measure, Selection, Window

if TYPE_CHECKING:
    from toolkit.records.dictionary import Tables
    from toolkit.scheme import Scheme
    from toolkit.scheme.outcomes import Quota, Veto

Part = TypeVar("Part", Measure, Selection)

MEASURES = (
    ListColumn(WORDS["number"], "number"),
    ListColumn(WORDS["node"], "label"),
    ListColumn(Phrase("怎样取数", "Measured as"), "measured"),
    ListColumn(Phrase("单位", "Unit"), "unit"),
    ListColumn(WORDS["missing"], "missing"),
    ListColumn(WORDS["source"], "source"),
)
RULES = (
    ListColumn(Phrase("种类", "Kind"), "kind"),
    ListColumn(Phrase("名称", "Name"), "name"),
    ListColumn(Phrase("看哪些记录", "Which records"), "read"),
    ListColumn(Phrase("怎样处理", "What is decided"), "decided"),
    ListColumn(WORDS["source"], "source"),
)
GENERAL = Phrase("总则", "general")
ROUNDINGS = {
    "floor": Phrase("算出的名额舍去零头", "a fraction of a place is dropped"),
    "ceil": Phrase("算出的名额有零头即进一", "a fraction of a place is a place"),
    "half_up": Phrase("算出的名额四舍五入", "places are rounded half up"),
}


def measures_table(scheme: Scheme, tables: Tables | None = None) -> Table:
    """For each indicator what is read in the records, and what a missing value counts as."""
    titles = window_titles(scheme, tables)
    rows = [
        {"number": number, "label": node.label, "measured": measure_in_words(on_forms(node.measure, tables, titles)), "unit": node.unit,
         "missing": missing_in_words(node), "source": node.source}
        for node, _, number in wording.outline(scheme)
        if isinstance(node, Indicator)
    ]  # fmt: skip
    caption = Phrase("每项指标怎样从记录取数，缺失怎样处理", "How each indicator is measured, and what a missing value counts as")
    return listing(MEASURES, rows, Lexicon(scheme, scheme.language), caption).without_blank_columns()


def rules_table(scheme: Scheme, tables: Tables | None = None) -> Table:
    """Every rule beside the tree: the total, who takes part, points added and taken, windows, vetoes, awards, places, ties, grades, consent."""
    rows = [dict(zip(("kind", "name", "read", "decided", "source"), line, strict=True)) for line in rule_lines(scheme, tables)]
    caption = Phrase("指标以外的全部规则", "Every rule beside the indicators")
    kinds = [row["kind"] for row in rows]
    breaks = tuple(place for place, (one, other) in enumerate(pairwise(kinds)) if one != other)
    return listing(RULES, rows, Lexicon(scheme, scheme.language), caption, lines_after=breaks)


def on_forms(part: Part, tables: Tables | None, windows: Mapping[str, str] | None = None) -> Part:
    """A measure or selection with its tables and columns called as on the forms, and its window by what it goes by."""
    if tables is None:
        return part
    table = part.place[0] if isinstance(part, Measure) else part.table
    names: dict[str, object] = {"table": tables.label(table)} if part.table else {}
    for field in ("where", "among"):
        names[field] = {str(heading_on_form(tables, table, column)): states for column, states in getattr(part, field, {}).items()}
    for field in ("column", "over", "times", "weight", "crossed_with"):
        names[field] = _cell(tables, table, getattr(part, field, None))
    names["window"] = (windows or {}).get(part.window or "", part.window)
    names["once_per"] = tuple(str(heading_on_form(tables, table, column)) for column in part.once_per)
    return part.model_copy(update={field: name for field, name in names.items() if field in type(part).model_fields})


def windows_on_forms(scheme: Scheme, tables: Tables | None) -> dict[str, Window]:
    """The windows with their columns called as on the forms of a table that they are used for."""
    if tables is None:
        return dict(scheme.window)
    measures = [part.measure for items in (scheme.indicators, scheme.adjustments, scheme.conditions) for part in items]
    used = {part.window: part.table for part in (*(measure.selection for measure in measures), *(veto.when for veto in scheme.vetoes)) if part.window}
    return {name: _window(window, tables, used.get(name, "")) for name, window in scheme.window.items()}


def window_titles(scheme: Scheme, tables: Tables | None) -> dict[str, str]:
    """What a reader calls each window, which has an id alone: by what its length goes, or from when on; by its id where two would be called the same."""
    titles = {}
    for id_, window in windows_on_forms(scheme, tables).items() if tables is not None else ():
        said = phrase("按{name}", "by {name}", name=window.column) if window.column else phrase("自{name}起", "from {name} on", name=window.from_)
        titles[id_] = said.into(scheme.language)
    return {id_: title for id_, title in titles.items() if list(titles.values()).count(title) == 1}


def _window(window: Window, tables: Tables, table: str) -> Window:
    columns = {name: heading_on_form(tables, table, held) for name, held in vars(window).items() if name in COLUMNS and held}
    asked = {name: {str(heading_on_form(tables, table, column)): states for column, states in getattr(window, name).items()} for name in ("skip", "appeal")}
    return window.model_copy(update=columns | asked)


COLUMNS = {"from_", "column", "until", "at_least_until", "repaired", "withdrawn"}


def _cell(tables: Tables, table: str, column: str | None) -> str | None:
    """A column of the table, or "table.column" of another."""
    other, dot, far = (column or "").partition(".")
    return f"{tables.label(other)}.{heading_on_form(tables, other, far)}" if dot else heading_on_form(tables, table, column)


def heading_on_form(tables: Tables, table: str, column: str | None) -> str | None:
    """What a column is called on its form; its own name where the form has no other."""
    return tables.heading(table, column) if column else column


def rule_lines(scheme: Scheme, tables: Tables | None = None) -> Iterator[RuleLine]:
    """Kind, name, what is read, what is decided and source of every rule beside the tree."""
    yield from _general(scheme)
    more = _said_beside(scheme)
    for kind, name, read, decided, source in rules_in_words(_named(scheme, tables)):
        if kind.en == "window":
            yield kind, name, "", read, source
        else:
            said = map(as_phrase, (decided, *more.get((kind.en, str(name)), ())))
            parts = [part for part in said if part.zh]
            yield kind, name, read, joined(parts, "；", "; "), source
    if scheme.awards and scheme.ties[-1:] == ("joint",):
        yield Phrase("同分", "ties"), Phrase("同分处理", "ties"), "", ties_in_words(scheme), ""


def _named(scheme: Scheme, tables: Tables | None) -> Scheme:
    """The scheme with tables and columns called as on the forms, for reading only."""
    titles = window_titles(scheme, tables)
    changed: dict[str, object] = {"window": {titles.get(id_, id_): window for id_, window in windows_on_forms(scheme, tables).items()}}
    for field, items in (("adjustments", scheme.adjustments), ("conditions", scheme.conditions)):
        changed[field] = tuple(item.model_copy(update={"measure": on_forms(item.measure, tables, titles)}) for item in items)
    changed["vetoes"] = tuple(_veto(veto, tables, titles) for veto in scheme.vetoes)
    consent = scheme.consent
    if tables is not None and scheme.publication and consent and consent.table:
        asked = {str(heading_on_form(tables, consent.table, column)): states for column, states in consent.holds.items()}
        words = {name: heading_on_form(tables, consent.table, column) for name, column in (*consent.columns.items(), ("withdrawn", consent.withdrawn)) if column}
        on_form = consent.model_copy(update={**words, "holds": asked, "table": tables.label(consent.table)})
        changed["publication"] = scheme.publication.model_copy(update={"consent": on_form})
    return scheme.model_copy(update=changed)


def _veto(veto: Veto, tables: Tables | None, titles: Mapping[str, str]) -> Veto:
    columns = {} if tables is None else {key: heading_on_form(tables, veto.when.table, getattr(veto, key)) for key in ("distinct", "sum")}
    return veto.model_copy(update={"when": on_forms(veto.when, tables, titles), **columns})


def _said_beside(scheme: Scheme) -> dict[tuple[str, str], list[Phrase]]:
    """What is decided of a rule beside its own line, by its kind and name."""
    beside = {("award", award.label): list(_places(award.quota)) for award in scheme.awards if award.quota}
    beside |= {("adjustment", item.label): [phrase("每一单位 {n} 分", "{n} for each", n=figure(item.per))] for item in scheme.adjustments if item.per != 1}
    if scheme.grades and scheme.grades.default:
        beside["grades", str(Phrase("信用等级", "grades"))] = [phrase("没有任何记录的定为 {grade} 级", "{grade} for who has no records", grade=scheme.grades.default)]
    return beside


def _general(scheme: Scheme) -> Iterator[RuleLine]:
    """Days, the total, who is ranked among whom."""
    days = [phrase("评价基准日 {day}", "as of {day}", day=scheme.as_of)]
    if scheme.period:
        days.append(phrase("评价期 {first} 至 {last}", "for the period from {first} to {last}", first=scheme.period[0], last=scheme.period[1]))
    yield GENERAL, Phrase("评价时间", "days"), "", joined(days, "；", "; "), ""
    yield GENERAL, Phrase("总分", "total"), "", joined(_total(scheme), "；", "; "), ""
    yield GENERAL, Phrase("参加排名", "ranked"), "", joined(_ranked(scheme), "；", "; "), ""


def _total(scheme: Scheme) -> Iterator[Phrase]:
    how = wording.aggregate_in_words(scheme.total)
    yield phrase("满分 {scale}，一级指标{how.zh}，再加减分", "on a scale of {scale}, {how.en} of the topmost nodes, then points added and taken", scale=figure(scheme.scale), how=how)
    if scheme.total.floor is not None:
        yield phrase("最低 {n}", "at least {n}", n=figure(scheme.total.floor))
    if scheme.total.cap is not None:
        yield phrase("最高 {n}", "at most {n}", n=figure(scheme.total.cap))
    if scheme.total.better == "lower":
        yield wording.LOWER_FIRST
    yield phrase("四舍五入到 {n} 位小数之后再排名", "rounded half up to {n:decimal|decimals} before ranking", n=scheme.decimals)


def _ranked(scheme: Scheme) -> Iterator[Phrase]:
    yield Phrase("按会员类别分别排名", "ranked within classes") if scheme.members.class_ else Phrase("全部会员一起排名", "all ranked together")
    yield Phrase("申报的会员才参加", "only members that applied") if scheme.members.applied else Phrase("不需要申报", "nobody has to apply")
    if scheme.members.left:
        yield Phrase("基准日前退会的不参加", "not who left before the as-of date")


def _places(quota: Quota) -> Iterator[Phrase]:
    """How places are rounded and bounded below: what the award's own line does not say."""
    if quota.share is not None:
        yield ROUNDINGS[quota.rounding]
    if quota.least:
        yield phrase("每类至少 {n} 个", "at least {n} of each class", n=quota.least)
    yield Phrase("够格的不足时空缺，不降低标准", "places nobody is good enough for stay empty")
