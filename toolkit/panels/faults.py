"""What is wrong with score sheets, and what the chair should know of them: by place and pseudonym, never a score or a name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from toolkit.errors import Problem, nearest
from toolkit.panels import entries_despite_recusal
from toolkit.panels.levelling import LEAST
from toolkit.scheme.pseudonyms import GIVE_CODE, is_pseudonym
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

    from toolkit.panels import Levelling
    from toolkit.records import Records
    from toolkit.scheme import Panel
    from toolkit.scheme.criteria import Indicator

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
        yield replace(note, column=_heading(records, str(panel.experts), "employer"), value="")


def row_problems(rows: pd.DataFrame, experts: Sequence[str], records: Records, table: str, column: str) -> Iterator[Problem]:
    """Rows of nobody on the panel, and second rows of one expert for one member; `column` says whose row it is."""
    heading = _heading(records, table, column)
    for row in rows[~rows["expert"].isin(experts)].to_dict("records"):
        guess = nearest(str(row["expert"]), experts)
        rule = Phrase("专家组里没有这个专家代号", "there is no such expert on the panel")
        mend = phrase("是否为 {guess}？", "is it {guess}?", guess=guess) if guess else Phrase("请填专家代号，不要填姓名", "write the pseudonym, not a name")
        yield _at(row, "error", (rule, mend), heading, "" if guess is None else str(row["expert"]))
    again = rows[rows["expert"].isin(experts) & rows.duplicated(["expert", "member"])]
    for row in again.to_dict("records"):
        rule = phrase("专家 {expert} 对这个会员评了两次", "expert {expert} scored this member twice", expert=row["expert"])
        yield _at(row, "error", (rule, Phrase("请只保留一行", "keep one row")), heading, _who(row["member"], records))


def refused_entries(rows: pd.DataFrame, item: Indicator, due: pd.DataFrame, records: Records) -> Iterator[Problem]:
    """An error for each score that stands where its expert withdraws."""
    heading = _heading(records, str(item.measure.table), str(item.measure.column))
    for expert, own in rows.drop(columns="withdrawn").assign(column=heading).groupby("expert"):
        rule = phrase("专家 {expert} 对该会员应当回避，所评不予接受", "expert {expert} withdraws from this member: the entry is refused", expert=expert)
        for problem in entries_despite_recusal(own, due):
            yield replace(problem, rule=rule, value=_who(problem.value, records))


def own_withdrawals(rows: pd.DataFrame, item: Indicator, due: pd.DataFrame, records: Records) -> Iterator[Problem]:
    """A note for each 回避 that rests on nothing declared."""
    heading = _heading(records, str(item.measure.table), str(item.measure.column))
    for row in rows[rows["withdrawn"]].to_dict("records"):
        if not due.loc[row["member"], row["expert"]]:
            rule = phrase("专家 {expert} 自行回避，尚无申报", "expert {expert} withdraws, and has declared nothing", expert=row["expert"])
            mend = Phrase("请补申报利害关系", "have the interest declared")
            yield _at(row, "note", (rule, mend), heading, _who(row["member"], records))


def unscored_members(item: Indicator, scores: pd.DataFrame, recused: pd.DataFrame, concerned: pd.Series[bool], records: Records) -> Iterator[Problem]:
    """A warning for each expert who has not scored everybody whom it may and should: how many are lacking."""
    table = str(item.measure.table)
    lacking = (scores.isna() & ~recused)[concerned].sum()
    for expert, count in lacking[lacking > 0].items():
        rule = phrase("“{label}”：专家 {expert} 还有 {n} 个会员未评", "`{label}`: expert {expert} has not scored {n} members",
                      label=item.label, expert=expert, n=count)  # fmt: skip
        mend = Phrase("请补评；不评的填“回避”", "have them scored, or 回避 written")
        yield Problem("warning", rule, mend, file=records.tables.table[table].file or "", column=_heading(records, table, str(item.measure.column)))


def levelling_problems(panel: Panel, item: Indicator, level: Levelling) -> Iterator[Problem]:
    """What was levelled, and whose scores were left as written although the scheme asks for levelling."""
    if panel.harshness == "none":
        return
    who, place = level.experts[level.experts["scored"] > 0], f"indicator[{item.id}]"
    few = who.loc[who["how"] == "too_few", "compared"]
    if len(few):
        rule = phrase("“{label}”：评过的会员中另有专家也评过的不到 {least} 个，评分太少，未作宽严校正：{zh}",
                      "`{label}`: too few to level, under {least} members scored by another expert too: {en}", label=item.label, least=LEAST,
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
        told = HOW[panel.harshness]
        rule = phrase("“{label}”：{n} 位专家的评分已用{zh}作宽严校正", "`{label}`: the scores of {n} experts are levelled by {en}",
                      label=item.label, n=changed, zh=told.zh, en=told.en)  # fmt: skip
        mend = Phrase("校正前后见 committee panel", "see `committee panel` for before and after")
        yield Problem("note", rule, mend, file="scheme.toml", column="panel.harshness", value=str(panel.harshness))


def deviation_notes(item: Indicator, deviations: pd.DataFrame) -> Iterator[Problem]:
    """A note that someone deviates: who and by how much is for the chair."""
    marked = int(deviations["stance"].isin(["harsh", "lenient"]).sum())
    if marked:
        rule = phrase("“{label}”有 {n} 位专家明显偏严或偏宽，所评照常计入", "`{label}`: {n} experts are markedly harsh or lenient, and count as any other",
                      label=item.label, n=marked)  # fmt: skip
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
            rule = phrase("“{label}”：{zh}；该会员位次待定", "`{label}`: {en}; its place is open", label=named[id_].label, zh=why.zh, en=why.en)
            mend = Phrase("请补充专家或补齐评分后重新计算", "add experts or scores, and evaluate again")
            yield Problem("warning", rule, mend, file=table.file or "", column=f"indicator[{id_}]", value=_who(member, records))


def _who(member: object, records: Records) -> str:
    """A member by its name and key."""
    key = str(member)
    name = str(records.members.loc[key, "name"]) if key in records.members.index else key
    return key if name == key else f"{name}（{key}）"


def _at(row: Mapping[Hashable, Any], severity: Any, said: tuple[Phrase, Phrase], column: str, value: str) -> Problem:
    return Problem(severity, *said, file=str(row["file"]), sheet=str(row["sheet"]), row=int(row["row"]) or None, column=column, value=value)


def _heading(records: Records, table: str, column: str) -> str:
    headings = records.tables.table[table].column[column].headings
    return headings[0] if headings else column
