"""The score sheets of an edition's experts: who sits and who withdraws from whom, what was scored, what came of it, and what the chair should know.

Single experts' scores stay in here: what leaves are the panel's scores, and problems by place and pseudonym that say no score and no name.
Where a table holds the panel's own scores instead of experts' sheets, as in a sealed bag that names no expert, they are read back.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.ground.problems import Problem, Problems, Refused, did_you_mean
from toolkit.ground.text import Phrase, in_words_before, phrase
from toolkit.indicators.single_rows import Taken
from toolkit.panels import (
    Levelling,
    PanelScores,
    Recusals,
    composition_problems,
    due_recusals,
    entries_despite_recusal,
    expert_deviations,
    levelled,
    panel_scores,
)
from toolkit.panels.severity import LEAST, MARKED, odd_experts
from toolkit.records.members import DIVIDERS
from toolkit.records.references import RESULT_COUNTS, member_column, result_column
from toolkit.scheme.criteria import GIVE_CODE, Indicator, is_pseudonym

OPEN_PLACE = "该会员位次待定"

if TYPE_CHECKING:

    from toolkit.ground.ranking import Placing
    from toolkit.records import Records
    from toolkit.scheme import Panel, Scheme


@dataclass(frozen=True, eq=False, repr=False)
class PanelResult:
    """One indicator as the panel scored it; both frames are member x expert, each in their order.

    Parameters
    ----------
    scores, recused
        float64, NaN where nothing was scored, and bool. What stands in a recused cell is not in `scores`.
    levelled
        What was done to harsh and lenient experts; with ``harshness = "none"`` nothing, and nothing to an expert with too
        few scores to tell (`toolkit.panels.severity.LEAST`).
    results
        One score for each member, or why there is none.
    """

    scores: pd.DataFrame
    recused: pd.DataFrame
    levelled: Levelling
    results: PanelScores


@dataclass(frozen=True, eq=False, repr=False)
class Judging:
    """The panel of an edition, as its records tell.

    Parameters
    ----------
    experts
        Pseudonyms, in order.
    recusals
        Who withdraws from whom, as declared and by employer; None where that cannot be said.
    indicators
        By the id of each indicator that the panel scores.
    open
        For each member without a score where it should have one: the ids of the indicators, and why.
    problems
        What is wrong with the panel and its sheets. Of an entry despite recusal the place, never the score.
    composition
        Those of them that are about how the panel is made up.
    """

    experts: tuple[str, ...] = ()
    recusals: Recusals | None = None
    indicators: Mapping[str, PanelResult] = field(default_factory=dict)
    open: Mapping[str, Mapping[str, Phrase]] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)
    composition: Problems = field(default_factory=Problems)

    def taken(self, item: str, members: pd.Index[str]) -> Taken:
        """The panel's score of an indicator for each member, and how many scored it."""
        if item not in self.indicators:
            return Taken(pd.Series(np.nan, index=members), np.zeros(len(members), np.int64))
        table = self.indicators[item].results.members
        return Taken(table["score"].reindex(members), table["scorers"].reindex(members).to_numpy(np.int64))


def judged_by_panel(scheme: Scheme) -> tuple[Indicator, ...]:
    """The indicators that the panel scores."""
    return tuple(item for item in scheme.indicators if item.measure.take == "panel")


def panel_tables(scheme: Scheme) -> frozenset[str]:
    """The tables of the panel, which are for its chair alone: score sheets, experts, interests."""
    panel = scheme.panel
    named = (panel.table, panel.experts, panel.interests) if panel else ()
    return frozenset({str(item.measure.table) for item in judged_by_panel(scheme)} | {*filter(None, named)}) - {scheme.members.table}


def concerned(item: Indicator, records: Records) -> pd.Series[bool]:
    """Whom the panel has to score: who applied, and is of a class to which the indicator applies."""
    members = records.members
    applies = members["class"].isin(item.applies_to) if item.applies_to else pd.Series(data=True, index=members.index)
    return applies & members["applied"].astype(bool)


def given_results(scheme: Scheme, panel: Panel, records: Records, item: Indicator) -> PanelResult:
    """An indicator as the panel scored it, read back: of experts nothing is known but how many scored and withdrew."""
    name, column = item.measure.place
    frame = records.frames[name]
    member = str(member_column(records.tables.table[name], name, scheme))
    rows = frame.drop_duplicates(member).set_index(member).reindex(records.members.index)
    counts = {count: rows[result_column(str(column), count)].fillna(0).astype(np.int64) for count in RESULT_COUNTS}
    score = rows[str(column)].astype(np.float64)
    few = np.where(counts["scorers"] + counts["missing"] < panel.minimum, "recusal", "unscored")
    why = pd.Series(np.where(score.notna(), "", few), index=rows.index, dtype=object)
    nobody = pd.DataFrame(index=rows.index, dtype=np.float64)
    results = PanelScores(pd.DataFrame({"score": score, **counts, "why": why}), panel.minimum, panel.trim)
    return PanelResult(nobody, nobody.astype(bool), levelled(nobody), results)


def result_rows(judged: PanelResult, column: str) -> pd.DataFrame:
    """The columns that `given_results` reads: index member, the score and the three counts."""
    members = judged.results.members
    counts = {result_column(column, count): members[count] for count in RESULT_COUNTS}
    return pd.DataFrame({column: members["score"], **counts})


HOW = {"zscore": Phrase("标准分（z 分）", "z-scores"), "mixed_model": Phrase("混合模型", "a mixed model")}


def stands_elsewhere(panel: Panel, items: Iterable[Indicator], records: Records) -> Iterator[Problem]:
    """An error for each table of the panel that is too large to be read here: score sheets never are."""
    names = {*(str(item.measure.table) for item in items), *filter(None, [panel.experts, panel.interests])}
    for name in sorted(names & set(records.standing)):
        rule = phrase("“{name}”太大，不像评分表", "`{name}` is too large for score sheets", name=name)
        yield Problem("error", rule, Phrase("请核对数据来源", "check where it is read from"), file="tables.toml", column=f"table.{name}")


def named_experts(experts: Iterable[str], table: str, records: Records) -> Iterator[Problem]:
    """An error where experts do not go by pseudonyms; whatever stands there instead is not repeated."""
    named = sum(not is_pseudonym(expert) for expert in experts)
    if named:
        rule = phrase("专家只写代号，不写姓名（{n} 处不是代号）", "experts go by pseudonyms, never by name ({n} are none)", n=named)
        yield Problem("error", rule, GIVE_CODE, file=records.tables.table[table].file or "")


def unknown_employers(panel: Panel, notes: Iterable[Problem], records: Records) -> Iterator[Problem]:
    """Notes that an employer is no member: by the place alone, since an employer may tell who the expert is."""
    for note in notes:
        yield replace(note, column=records.tables.heading(str(panel.experts), "employer"), value="")


def row_problems(rows: pd.DataFrame, experts: Sequence[str], records: Records, table: str, column: str) -> Iterator[Problem]:
    """Rows of nobody on the panel, and second rows of one expert for one member; `column` says whose row it is."""
    heading = records.tables.heading(table, column)
    for row in rows[~rows["expert"].isin(experts)].to_dict("records"):
        like = did_you_mean(str(row["expert"]), experts)
        rule = Phrase("专家组里没有这个专家代号", "there is no such expert on the panel")
        mend = like or Phrase("请填专家代号，不要填姓名", "write the pseudonym, not a name")
        yield _at(row, "error", (rule, mend), heading, "" if like is None else str(row["expert"]))
    again = rows[rows["expert"].isin(experts) & rows.duplicated(["expert", "member"])]
    for row in again.to_dict("records"):
        rule = phrase("专家 {expert} 对这个会员评了两次", "expert {expert} scored this member twice", expert=row["expert"])
        yield _at(row, "error", (rule, Phrase("请只保留一行", "keep one row")), heading, _who(row["member"], records))


def refused_entries(rows: pd.DataFrame, item: Indicator, due: pd.DataFrame, records: Records) -> Iterator[Problem]:
    """An error for each score that stands where its expert withdraws."""
    heading = records.tables.heading(str(item.measure.table), str(item.measure.column))
    for expert, entries in rows.drop(columns="withdrawn").assign(column=heading).groupby("expert"):
        rule = phrase("专家 {expert} 对该会员应当回避，所评不予接受", "expert {expert} withdraws from this member: the entry is refused", expert=expert)
        for problem in entries_despite_recusal(entries, due):
            yield replace(problem, rule=rule, value=_who(problem.value, records))


def own_withdrawals(rows: pd.DataFrame, item: Indicator, due: pd.DataFrame, records: Records) -> Iterator[Problem]:
    """A note for each 回避 that rests on nothing declared."""
    heading = records.tables.heading(str(item.measure.table), str(item.measure.column))
    for row in rows[rows["withdrawn"]].to_dict("records"):
        if not due.loc[row["member"], row["expert"]]:
            rule = phrase("专家 {expert} 自行回避，尚无申报", "expert {expert} withdraws, and has declared nothing", expert=row["expert"])
            mend = Phrase("请补申报利害关系", "have the interest declared")
            yield _at(row, "note", (rule, mend), heading, _who(row["member"], records))


def scored_beside_withdrawal(entries: Mapping[str, pd.DataFrame], items: Sequence[Indicator], due: pd.DataFrame, records: Records) -> Iterator[Problem]:
    """A warning for each score of an expert who withdraws from the same member under another indicator, with nothing declared; `entries` by indicator."""
    withdrew: dict[tuple[str, str], list[str]] = {}
    for item in items:
        for expert, member in entries[item.id].loc[entries[item.id]["withdrawn"], ["expert", "member"]].itertuples(index=False):
            withdrew.setdefault((expert, member), []).append(item.label)
    for item in () if in_words_before("1.0.0") else items:
        heading = records.tables.heading(str(item.measure.table), str(item.measure.column))
        for row in entries[item.id].dropna(subset="score").to_dict("records"):
            labels = withdrew.get((row["expert"], row["member"]))
            if labels and not due.loc[row["member"], row["expert"]]:
                rule = phrase("专家 {expert} 对该会员的{zh}填了回避，这一格却评了分，照常计入", "expert {expert} withdraws from this member under {en}, and scores it here: the score counts",
                              expert=row["expert"], zh="".join(f"“{label}”" for label in labels), en=", ".join(f"`{label}`" for label in labels))  # fmt: skip
                mend = Phrase("因利害关系回避的，请删去这一格的分数，也填“回避”；只是那一项不评的，不必改", "if it withdraws for an interest, take the score out and write 回避 here too; leave it if only the other is not scored")
                yield _at(row, "warning", (rule, mend), heading, _who(row["member"], records))


def unscored_members(item: Indicator, scores: pd.DataFrame, recused: pd.DataFrame, concerned: pd.Series[bool], records: Records) -> Iterator[Problem]:
    """A warning for each expert who has not scored everybody whom it may and should: how many are lacking."""
    table = str(item.measure.table)
    lacking = (scores.isna() & ~recused)[concerned].sum()
    for expert, count in lacking[lacking > 0].items():
        rule = phrase("“{label}”：专家 {expert} 还有 {n} 个会员未评", "`{label}`: expert {expert} has not scored {n:member|members}",
                      label=item.label, expert=expert, n=count)  # fmt: skip
        mend = Phrase("请补评；不评的填“回避”", "have them scored, or 回避 written")
        yield Problem("warning", rule, mend, file=records.tables.table[table].file or "", column=records.tables.heading(table, str(item.measure.column)))


def levelling_problems(panel: Panel, item: Indicator, level: Levelling) -> Iterator[Problem]:
    """What was levelled, and whose scores were left as written although the scheme asks for levelling."""
    if panel.harshness == "none":
        return
    who, place = level.experts[level.experts["scored"] > 0], f"indicator[{item.id}]"
    few = who.loc[who["how"] == "too_few", "compared"]
    if len(few):
        rule = phrase("“{label}”：评过的会员中另有专家也评过的不到 {least} 个，评分太少，未作宽严校正：{zh}",
                      "`{label}`: too few to level, under {least:member|members} scored by another expert too: {en}", label=item.label, least=LEAST,
                      zh="、".join(f"专家 {expert}（{n} 个）" for expert, n in few.items()), en=", ".join(f"{expert} ({n})" for expert, n in few.items()))  # fmt: skip
        yield Problem("warning", rule, Phrase("请专家组组长审阅，或请其多评几个会员", "the chair should look at it, or have them score more"), file="scheme.toml", column=place)
    alone = len(level.experts) - len(who)  # who has not scored shares no member with anybody
    if panel.harshness == "mixed_model" and len(who) > 1 and level.figures["parts"] - alone > 1:
        rule = phrase("“{label}”：专家没有评过共同的会员，宽严无法互相比较", "`{label}`: experts share no member, and cannot be compared",
                      label=item.label)  # fmt: skip
        yield Problem("warning", rule, Phrase("请让各组专家共评几个会员", "let the groups score some members in common"),
                      file="scheme.toml", column=place)  # fmt: skip
    changed = int(((who["shift"] != 0) | (who["stretch"] != 1)).sum())
    if changed:
        method = HOW[panel.harshness]
        rule = phrase("“{label}”：{n} 位专家的评分已用{zh}作宽严校正", "`{label}`: the scores of {n:expert|experts} are levelled by {en}",
                      label=item.label, n=changed, zh=method.zh, en=method.en)  # fmt: skip
        mend = Phrase("校正前后见 committee panel", "see `committee panel` for before and after")
        yield Problem("note", rule, mend, file="scheme.toml", column="panel.harshness", value=str(panel.harshness))


def deviation_notes(item: Indicator, deviations: pd.DataFrame, odd: Collection[str]) -> Iterator[Problem]:
    """A note that someone deviates: who and by how much is for the chair."""
    if odd:
        others = int(deviations["stance"].isin(MARKED).sum() - len(odd))
        beside = phrase("（其余有 {n} 位因此显得偏宽或偏严）", " (and for that others seem so: {n})", n=others) if others > 0 else Phrase("", "")
        rule = phrase("“{label}”有 {n} 位专家明显偏严或偏宽{zh}，所评照常计入", "`{label}`: {n:expert is|experts are} markedly harsh or lenient{en}, and counted as any other",
                      label=item.label, n=len(odd), zh=beside.zh, en=beside.en)  # fmt: skip
        mend = Phrase("请专家组组长看 committee panel", "the chair should see `committee panel`")
        yield Problem("note", rule, mend, file="scheme.toml", column=f"indicator[{item.id}]")


def open_place_problems(
    places: Mapping[str, Mapping[str, Phrase]], records: Records, items: Iterable[Indicator]
) -> Iterator[Problem]:
    """A warning for each member and indicator without a panel score."""
    named = {item.id: item for item in items}
    for member in sorted(places):
        for id_, why in places[member].items():
            table = records.tables.table[str(named[id_].measure.table)]
            rule = phrase("“{label}”：{zh}；" + OPEN_PLACE, "`{label}`: {en}; its place is open", label=named[id_].label, zh=why.zh, en=why.en)
            mend = Phrase(
                "请补充专家或补齐评分后重新计算，或由委员会定分：committee decide 届次 place 会员 指标 分数",
                "add experts or scores, and evaluate again; or the committee gives a score: committee decide DIR place MEMBER INDICATOR SCORE",
            )
            yield Problem("warning", rule, mend, file=table.file or "", column=f"indicator[{id_}]", value=_who(member, records))


def placed(open_: Mapping[str, Mapping[str, Phrase]], raw: pd.DataFrame, placings: Iterable[Placing]) -> tuple[dict[str, dict[str, Phrase]], pd.DataFrame]:
    """The places left open, and the raw values, once the committee has given the scores that the panel could not."""
    left = {member: dict(waiting) for member, waiting in open_.items()}
    for placing in placings:
        if placing.indicator in left.get(placing.member, {}):
            del left[placing.member][placing.indicator]
            raw = raw.assign(**{placing.indicator: raw[placing.indicator].mask(raw.index == placing.member, placing.score)})
    return {member: waiting for member, waiting in left.items() if waiting}, raw


def placing_problems(placings: Iterable[Placing], open_: Mapping[str, Mapping[str, Phrase]]) -> Iterator[Problem]:
    """An error for each score given where the panel has left no place open: it scored after all, or nobody asked it to."""
    for placing in placings:
        if placing.indicator not in open_.get(placing.member, {}):
            rule = phrase("第 {line} 条由委员会定分，但这里没有待定的位次，不再适用", "a score was given in entry {line} where no place is open", line=placing.line)
            mend = phrase("请撤销：committee decide 届次 place {member} {indicator}（不写分数）", "lift it: committee decide DIR place {member} {indicator}, no score",
                          member=placing.member, indicator=placing.indicator)  # fmt: skip
            yield Problem("error", rule, mend, file="journal.jsonl", row=placing.line, column=f"indicator[{placing.indicator}]", value=placing.member)


def of_place(problem: Problem, placing: Placing, records: Records) -> bool:
    """Whether a problem says that the place is open which a placing has filled."""
    named = problem.column == f"indicator[{placing.indicator}]" and problem.value == _who(placing.member, records)
    return named and problem.rule.zh.endswith(OPEN_PLACE)


def _who(member: object, records: Records) -> str:
    """A member by its name and key."""
    key = str(member)
    name = str(records.members.loc[key, "name"]) if key in records.members.index else key
    return key if name == key else f"{name}（{key}）"


def _at(row: Mapping[Hashable, Any], severity: Any, wording: tuple[Phrase, Phrase], column: str, value: str) -> Problem:
    return Problem(severity, *wording, file=str(row["file"]), sheet=str(row["sheet"]), row=int(row["row"]) or None, column=column, value=value)


PLACE = ("file", "sheet", "row")


def recusals_due(scheme: Scheme, records: Records, experts: Iterable[str]) -> Recusals:
    """Who withdraws from whom: by declared interests and employers, where the scheme names their tables.

    Raises
    ------
    Refused
        For an interest in nobody known, or of an expert who is not on the panel.
    """
    panel = scheme.panel
    classes = records.members["class"].astype(object)
    interests = employers = None
    if panel and panel.interests:
        interests = _interests(panel, records, experts := tuple(experts))
    if panel and panel.experts:
        employers = _employers(panel, records)
    return due_recusals(classes.where(classes != "", None), list(experts), interests, employers, rivals=bool(panel and panel.rivals))


def seats_of(panel: Panel, records: Records) -> pd.DataFrame:
    """The table of experts: expert, employer, outside where it says so, and their places; empty where there is none."""
    if panel.experts is None:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in ("expert", "employer", *PLACE)})
    return placed_rows(records, panel.experts, {"id": "expert", "employer": "employer", "outside": "outside"})


def seating_problems(panel: Panel, seats: pd.DataFrame, records: Records) -> Problems:
    """Whether the panel is made up as the scheme asks."""
    file = records.tables.table[str(panel.experts)].file or ""
    columns = [name for name in ("expert", "outside") if name in seats]
    return composition_problems(seats[columns], minimum=panel.minimum, odd=panel.odd, outside=Fraction(panel.outside), file=file)


def _interests(panel: Panel, records: Records, experts: tuple[str, ...]) -> pd.DataFrame:
    name = str(panel.interests)
    rows = placed_rows(records, name, {"expert": "expert", "member": "member", "ground": "ground"})
    if panel.experts is None:  # whoever has not handed in a sheet yet may have declared something
        rows = rows[rows["expert"].isin(experts)]
    if records.tables.table[name].column["member"].type == "member":  # a wrong key was refused: the others have left
        return rows[rows["member"].isin(records.members.index)]
    return rows.assign(member=[_counted(cell, records) for cell in rows["member"]])


def _employers(panel: Panel, records: Records) -> pd.DataFrame:
    """One row for each employer: an expert may name several, divided by 、 or ；."""
    seats = seats_of(panel, records)
    if "employer" not in seats:
        return seats.iloc[:0].assign(member="")
    split = [[part for part in DIVIDERS.split(_text(cell)) if part.strip()] for cell in seats["employer"]]
    rows = seats.assign(member=pd.Series(split, index=seats.index, dtype=object)).explode("member").dropna(subset=["member"])
    rows = rows[rows["expert"] != ""]
    return rows.assign(member=[_counted(cell, records) for cell in rows["member"]])


def _counted(cell: object, records: Records) -> str:
    """A member's key as it is compared: of a branch or a former code that of its member."""
    key = records.key_of(_text(cell))
    return str(records.counts_to.get(key, key))


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def placed_rows(records: Records, table: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Columns of a table by their part in the panel, as far as it has them, and where each row stands."""
    frame = records.frames[table]
    named = {name: frame[column] for column, name in columns.items() if column in frame}
    rows = pd.DataFrame(named | {place: frame[f"_{place}"] for place in PLACE}, index=frame.index)
    return rows.assign(expert=rows["expert"].astype(object).where(rows["expert"].notna(), ""))


def judging(scheme: Scheme, records: Records) -> Judging:
    """The panel's scores, by the scheme's [panel]: recusals enforced, extremes left out, places open below the quorum.

    Members and experts are put in order first: neither the order of files and rows nor that of sheets changes a bit.
    Members that left before the as-of date are not scored.
    """
    panel, items = scheme.panel, judged_by_panel(scheme)
    if panel is None or not items:
        return Judging()
    records = records.as_of(scheme.as_of)
    if panel.holds == "results":
        return _given(scheme, panel, records)
    seats = seats_of(panel, records)
    experts = tuple(sorted({*seats["expert"]} - {""})) if panel.experts else _who_scored(panel, items, records)
    unfit = Problems((*stands_elsewhere(panel, items, records), *named_experts(experts, str(panel.experts or items[0].measure.table), records)))
    if unfit:
        return Judging(problems=unfit)
    composition = seating_problems(panel, seats, records) if panel.experts else Problems()
    try:
        recusals = recusals_due(scheme, records, experts)
    except Refused as refused:
        return Judging(experts, problems=composition + refused.problems, composition=composition)
    return _judged(scheme, panel, records, recusals, composition)


def _given(scheme: Scheme, panel: Panel, records: Records) -> Judging:
    """The panel whose results alone are there: its members are not known, the places it left open are."""
    items = judged_by_panel(scheme)
    unfit = Problems(tuple(stands_elsewhere(panel, items, records)))
    if unfit:
        return Judging(problems=unfit)
    by_indicator = {item.id: given_results(scheme, panel, records, item) for item in items}
    places = _open_places(by_indicator, items, records)
    return Judging(indicators=by_indicator, open=places, problems=Problems(tuple(open_place_problems(places, records, items))))


def _open_places(by_indicator: Mapping[str, PanelResult], items: Iterable[Indicator], records: Records) -> dict[str, dict[str, Phrase]]:
    """For each member that should have a score and has none: of which indicators, and why."""
    places: dict[str, dict[str, Phrase]] = {}
    for item in items:
        waiting = concerned(item, records)
        for member, why in by_indicator[item.id].results.open.items():
            if waiting[str(member)]:
                places.setdefault(str(member), {})[item.id] = why
    return places


def _who_scored(panel: Panel, items: Iterable[Indicator], records: Records) -> tuple[str, ...]:
    """Without a table of experts the panel is whoever handed in a sheet."""
    names = {str(item.measure.table) for item in items}
    return tuple(sorted({str(expert) for name in names for expert in records.frames[name][panel.expert].dropna()}))


def _judged(scheme: Scheme, panel: Panel, records: Records, recusals: Recusals, composition: Problems) -> Judging:
    experts, items = tuple(map(str, recusals.mask.columns)), judged_by_panel(scheme)
    by_indicator: dict[str, PanelResult] = {}
    entered: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = [*composition, *unknown_employers(panel, recusals.problems, records)]
    first = {str(item.measure.table): item for item in reversed(items)}
    for item in items:
        rows = _entries(scheme, panel, records, item)
        if first[str(item.measure.table)] is item:
            problems += row_problems(rows, experts, records, str(item.measure.table), panel.expert)
        entered[item.id] = known = rows[rows["expert"].isin(experts) & rows["member"].isin(recusals.mask.index)].drop_duplicates(["expert", "member"])
        by_indicator[item.id], item_problems = _item(panel, records, item, known, recusals.mask)
        problems += item_problems
    problems += scored_beside_withdrawal(entered, items, recusals.mask, records)
    places = _open_places(by_indicator, items, records)
    problems += open_place_problems(places, records, items)
    return Judging(experts, recusals, by_indicator, places, Problems(tuple(problems)), composition)


def _entries(scheme: Scheme, panel: Panel, records: Records, item: Indicator) -> pd.DataFrame:
    """What was entered for an indicator: expert, member, score, withdrawn, and where; in an order of its own."""
    name, column = str(item.measure.table), str(item.measure.column)
    member = str(member_column(records.tables.table[name], name, scheme))
    rows = placed_rows(records, name, {panel.expert: "expert", member: "member", column: "score"})
    apart = records.not_applicable[name]
    withdrawn = apart[column] if column in apart else pd.Series(data=False, index=rows.index)
    rows = rows.assign(withdrawn=withdrawn)
    return rows.sort_values(["expert", "member", *PLACE], kind="stable", ignore_index=True)


def _item(
    panel: Panel, records: Records, item: Indicator, known: pd.DataFrame, due: pd.DataFrame
) -> tuple[PanelResult, list[Problem]]:
    given, withdrawn = _table(known, "score", due), _table(known, "withdrawn", due) == 1.0
    recused = due | withdrawn
    spec = records.tables.table[str(item.measure.table)].column[str(item.measure.column)]
    level = levelled(given, recused, method=panel.harshness, bounds=spec.range)
    results = panel_scores(level.scores, recused, trim=panel.trim, minimum=panel.minimum, trim_from=panel.trim_from)
    problems = [
        *refused_entries(known, item, due, records),
        *own_withdrawals(known, item, due, records),
        *unscored_members(item, given, recused, concerned(item, records), records),
        *levelling_problems(panel, item, level),
        *deviation_notes(item, expert_deviations(given, recused), odd_experts(given, recused)),
    ]
    return PanelResult(given.mask(recused), recused, level, results), problems


def _table(rows: pd.DataFrame, column: str, due: pd.DataFrame) -> pd.DataFrame:
    """One column of what was entered as member x expert, float64, NaN where nothing was."""
    cells = np.full(due.shape, np.nan)
    at = due.index.get_indexer(pd.Index(rows["member"])), due.columns.get_indexer(pd.Index(rows["expert"]))
    cells[at] = rows[column].to_numpy(dtype=np.float64)
    return pd.DataFrame(cells, index=due.index, columns=due.columns)
