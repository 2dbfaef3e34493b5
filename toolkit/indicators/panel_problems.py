"""What is said of an expert panel: who sits and who withdraws, what is lacking on its sheets, what was levelled, and which places are open.

By place and pseudonym: no score of a single expert, and no name.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.ground.problems import Problem, did_you_mean, nearest
from toolkit.ground.text import Phrase, in_words_before, listed, phrase
from toolkit.panels import Levelling, entries_despite_recusal
from toolkit.panels.severity import LEAST, MARKED
from toolkit.records.credit_code import looks_meant
from toolkit.records.findings import normal_key
from toolkit.scheme.criteria import GIVE_CODE, Indicator, is_pseudonym

if TYPE_CHECKING:
    from toolkit.ground.ranking import Placing
    from toolkit.records import Records
    from toolkit.scheme import Panel

OPEN_PLACE = "该会员位次待定"
HAVE_SCORED = Phrase("请补评；不评的填“回避”", "have them scored, or 回避 written")
ASK_FOR_SCORES = Phrase("请催收评分表，放入 records/；不评的会员填“回避”", "ask for their score sheets, and put them into records/; 回避 is written for members not scored")
NEARLY_A_MEMBER = Phrase("与某个会员的代码或名称相近而不相同，没有按会员回避", "it is nearly the code or the name of a member, and not quite: the expert does not withdraw for it")
AS_LISTED = Phrase("是会员的，请照会员名册写代码或全称；不是的，不必改", "if a member is meant, write its code or full name as the list of members has it; else leave it")
LEAVE_EMPTY = Phrase("没有评的请留空，不要填 0；确是这样评的，不必改", "leave empty what is not scored, never 0; leave it if it was scored so")
SEE_PANEL = (Phrase("校正前后见 committee panel", "see `committee panel` for before and after"), Phrase("请专家组组长看 committee panel", "the chair should see `committee panel`"))
"""Where what is only hinted at is told to the chair."""
ADD_SCORES = Phrase(
    "请补充专家或补齐评分后重新计算，或由委员会定分：committee decide 届次 place 会员 指标 分数",
    "add experts or scores, and evaluate again; or the committee gives a score: committee decide DIR place MEMBER INDICATOR SCORE",
)
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
    """A warning for each employer that is no member, where one may be meant: by the place alone, since an employer may tell who the expert is."""
    known = [*map(str, records.members.index), *map(str, records.members["name"])]
    for note in notes:
        if in_words_before("1.0.0"):
            yield replace(note, column=records.tables.heading(str(panel.experts), "employer"), value="")
        elif looks_meant(normal_key(note.value)) or nearest(note.value, known):
            yield replace(note, severity="warning", rule=NEARLY_A_MEMBER, mend=AS_LISTED, column=records.heading(str(panel.experts), "employer", note.file, note.sheet), value="")


def as_headed(problems: Iterable[Problem], panel: Panel, records: Records) -> Iterator[Problem]:
    """What is said of declared interests and employers, under the headings of their sheets."""
    columns = {str(panel.interests): {"expert": "expert", "member": "member"}, str(panel.experts): {"expert": "id", "member": "employer"}}
    for problem in problems:
        table = next((name for name in columns if name in records.frames and problem.file in {*records.frames[name]["_file"]}), None)
        column = columns[table].get(problem.column) if table else None
        yield problem if table is None or column is None else replace(problem, column=records.heading(table, column, problem.file, problem.sheet))


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


def zeros_beside_gaps(entries: Mapping[str, pd.DataFrame], items: Sequence[Indicator], due: pd.DataFrame, records: Records) -> Iterator[Problem]:
    """A warning for each 0 of an expert who has left another indicator of the same member without a mark: it may stand for none; `entries` by indicator."""
    gaps: dict[tuple[str, str], str] = {}
    for item in () if in_words_before("1.0.0") else items:
        rows = entries[item.id]
        empty = rows[rows["score"].isna() & ~rows["withdrawn"] & rows["member"].isin(due.index)]
        gaps |= {(str(expert), str(member)): item.label for expert, member in empty[["expert", "member"]].itertuples(index=False) if not due.loc[member, expert]}
    for item in items if gaps else ():
        heading = str(item.measure.column)
        for row in entries[item.id][entries[item.id]["score"] == 0].to_dict("records"):
            if (other := gaps.get((str(row["expert"]), str(row["member"])))) is not None and not due.loc[row["member"], row["expert"]]:
                rule = phrase("专家 {expert} 没有评该会员的“{other}”，这一格却填了 0，像是未评而填的；照常计入",
                              "expert {expert} has not scored `{other}` of this member, and the 0 here looks like none; it counts", expert=row["expert"], other=other)  # fmt: skip
                column = records.heading(str(item.measure.table), heading, str(row["file"]), str(row["sheet"]))
                yield _at(row, "warning", (rule, LEAVE_EMPTY), column, _who(row["member"], records))


def unheard_experts(experts: Sequence[str], items: Iterable[Indicator], records: Records) -> Iterator[Problem]:
    """A warning that names the experts whose scores are all still to come, each table once."""
    for table in dict.fromkeys(str(item.measure.table) for item in items if experts):
        rule = phrase("还没有收到 {n} 位专家的评分：{who.zh}", "no score yet of {n:expert|experts}: {who.en}", n=len(experts), who=listed(experts))
        yield Problem("warning", rule, ASK_FOR_SCORES, file=records.tables.table[table].file or "")


def unscored_members(item: Indicator, scores: pd.DataFrame, recused: pd.DataFrame, concerned: pd.Series[bool], records: Records) -> Iterator[Problem]:
    """A warning for each expert who has not scored everybody whom it may and should: how many are lacking."""
    table = str(item.measure.table)
    lacking = (scores.isna() & ~recused)[concerned].sum()
    for expert, count in lacking[lacking > 0].items():
        rule = phrase("“{label}”：专家 {expert} 还有 {n} 个会员未评", "`{label}`: expert {expert} has not scored {n:member|members}",
                      label=item.label, expert=expert, n=count)  # fmt: skip
        yield Problem("warning", rule, HAVE_SCORED, file=records.tables.table[table].file or "", column=records.tables.heading(table, str(item.measure.column)))


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
        yield Problem("note", rule, SEE_PANEL[0], file="scheme.toml", column="panel.harshness", value=str(panel.harshness))


def deviation_notes(item: Indicator, deviations: pd.DataFrame, odd: Collection[str]) -> Iterator[Problem]:
    """A note that someone deviates: who and by how much is for the chair."""
    if odd:
        others = int(deviations["stance"].isin(MARKED).sum() - len(odd))
        beside = phrase("（其余有 {n} 位因此显得偏宽或偏严）", " (and for that others seem so: {n})", n=others) if others > 0 else Phrase("", "")
        rule = phrase("“{label}”有 {n} 位专家明显偏严或偏宽{zh}，所评照常计入", "`{label}`: {n:expert is|experts are} markedly harsh or lenient{en}, and counted as any other",
                      label=item.label, n=len(odd), zh=beside.zh, en=beside.en)  # fmt: skip
        yield Problem("note", rule, SEE_PANEL[1], file="scheme.toml", column=f"indicator[{item.id}]")


def awaited_places(item: Indicator, places: int, heard: int, minimum: int, records: Records) -> Problem:
    """A warning that so many places of an indicator are open as too few experts have been heard; without a member."""
    rule = phrase("“{label}”：评分还没有收齐（至少 {minimum} 位专家，现有 {heard} 位），{n} 个会员位次待定",
                  "`{label}`: scores are still to come (at least {minimum:expert has|experts have} to score, {heard:has|have}); {n:place is|places are} open", label=item.label, minimum=minimum, heard=heard, n=places)  # fmt: skip
    return Problem("warning", rule, ADD_SCORES, file=records.tables.table[str(item.measure.table)].file or "", column=f"indicator[{item.id}]")


def open_place_problems(
    places: Mapping[str, Mapping[str, Phrase]], records: Records, items: Iterable[Indicator]
) -> Iterator[Problem]:
    """A warning for each member and indicator without a panel score."""
    named = {item.id: item for item in items}
    for member in sorted(places):
        for id_, why in places[member].items():
            table = records.tables.table[str(named[id_].measure.table)]
            rule = phrase("“{label}”：{zh}；" + OPEN_PLACE, "`{label}`: {en}; its place is open", label=named[id_].label, zh=why.zh, en=why.en)
            yield Problem("warning", rule, ADD_SCORES, file=table.file or "", column=f"indicator[{id_}]", value=_who(member, records))


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
