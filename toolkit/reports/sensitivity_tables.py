"""Tables of what the list rests on: other methods, kinds of members, and what happens when something is taken away.

And of which choice matters: whose opinion would have given an award, and what the list depends on most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.display import Table
from toolkit.ground.text import Language, Phrase, discreet, figure, phrase
from toolkit.reports import wording
from toolkit.reports.columns import (
    CENTER,
    LEFT,
    RIGHT,
    Lexicon,
    ListColumn,
    Row,
    award,
    class_,
    listing,
    member,
    one_of,
    percents,
    points,
    rows_of,
    text,
    written,
    yes_no,
)
from toolkit.reports.wording import WORDS
from toolkit.sensitivity.methods import LIST

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.scheme import Scheme


NAMES = {
    LIST: Phrase("名单", "the list"),
    "arithmetic": Phrase("加权算术平均", "arithmetic mean"),
    "geometric": Phrase("加权几何平均", "geometric mean"),
    "topsis": Phrase("逼近理想解（TOPSIS）", "TOPSIS"),
    "vikor": Phrase("折衷排序（VIKOR）", "VIKOR"),
    "promethee": Phrase("偏好顺序（PROMETHEE II）", "PROMETHEE II"),
    "waspas": Phrase("加权和积（WASPAS）", "WASPAS"),
    "borda": Phrase("博尔达计数", "Borda"),
    "copeland": Phrase("科普兰两两比较", "Copeland"),
    "spotis": Phrase("稳定偏好（SPOTIS）", "SPOTIS"),
}
SHORT = NAMES | {
    "arithmetic": Phrase("算术平均", "arithmetic"), "geometric": Phrase("几何平均", "geometric"), "topsis": Phrase("TOPSIS", "TOPSIS"),
    "vikor": Phrase("VIKOR", "VIKOR"), "promethee": Phrase("PROMETHEE", "PROMETHEE"), "waspas": Phrase("WASPAS", "WASPAS"),
    "borda": Phrase("博尔达", "Borda"), "copeland": Phrase("科普兰", "Copeland"), "spotis": Phrase("SPOTIS", "SPOTIS"),
}  # fmt: skip
"""Names that fit above a narrow column."""
KINDS = {
    "indicator": Phrase("指标", "indicator"), "group": Phrase("指标组", "group"),
    "class": Phrase("会员类别", "class"), "member": Phrase("会员", "member"),
}  # fmt: skip
FEW = 4
CHOICES = {"award", "class", "member", LIST, "chosen", "all"}


def _method(name: Any, lexicon: Lexicon) -> str:
    return NAMES[name].into(lexicon.language) if name in NAMES else str(name)


def _some(members: tuple[str, ...], lexicon: Lexicon) -> str:
    """The first few by name, and how many there are; a list of twenty names nobody reads."""
    if len(members) <= FEW:
        return lexicon.members(members)
    more = phrase("{who}等 {n} 家", "{who} and others, {n} in all", who=lexicon.members(members[: FEW - 1]), n=len(members))
    return more.into(lexicon.language)


def _pairs(pairs: Iterable[tuple[str, str]], lexicon: Lexicon) -> str:
    """Members with the award that each gains or loses."""
    return lexicon.joined(f"{member(key, lexicon)}（{award(of, lexicon)}）" for of, key in pairs)


def _confidence(chance: float, lexicon: Lexicon) -> str:
    """A yes or no where values are as measured, else a chance."""
    return percents()(chance, lexicon) if 0 < chance < 1 else yes_no(chance, lexicon)


AGREEMENT = (
    ListColumn(Phrase("会员类别", "Class"), "class", class_),
    ListColumn(Phrase("方法", "Method"), "other", _method),
    ListColumn(Phrase("会员数", "Members"), "n", text, RIGHT),
    ListColumn(Phrase("肯德尔 τ-b", "Kendall's tau-b"), "kendall", written(".2f"), RIGHT),
    ListColumn(Phrase("斯皮尔曼", "Spearman"), "spearman", written(".2f"), RIGHT),
    ListColumn(Phrase("加权（重前列）", "Weighted to the top"), "weighted", written(".2f"), RIGHT),
)
CHOSEN = (
    ListColumn(Phrase("奖项", "Award"), "award", award),
    ListColumn(Phrase("会员类别", "Class"), "class", lambda name, lexicon: class_(name, lexicon) if name else ""),
    ListColumn(Phrase("会员", "Member"), "member", member),
    ListColumn(Phrase("在名单上", "On the list"), LIST, yes_no),
    ListColumn(Phrase("入选的方法数", "Methods choosing it"), "choosing", text, RIGHT),
    ListColumn(Phrase("未选它的方法", "Methods that do not"), "against", lambda names, lexicon: lexicon.joined(_method(name, lexicon) for name in names)),
)
REVERSALS = (
    ListColumn(Phrase("方法", "Method"), "method", _method),
    ListColumn(Phrase("去掉末位或劣势会员", "Members dropped"), "dropped", text, RIGHT),
    ListColumn(Phrase("其余次序随之颠倒", "Others turned round"), "turning", text, RIGHT),
    ListColumn(Phrase("颠倒的对数", "Pairs turned"), "turned", text, RIGHT),
    ListColumn(Phrase("首名易主", "First place changed"), "first", text, RIGHT),
)
FAIRNESS = (
    ListColumn(Phrase("栏目", "Column"), "heading"),
    ListColumn(Phrase("结果", "Outcome"), "label"),
    ListColumn(Phrase("会员数", "Members"), "n", text, RIGHT),
    ListColumn(Phrase("组数", "Groups"), "groups", text, RIGHT),
    ListColumn(Phrase("p 值（霍尔姆）", "p (Holm)"), "holm", lambda p, lexicon: "< 0.001" if p < 0.001 else written(".3f")(p, lexicon), RIGHT),
    ListColumn(Phrase("差异大小", "Effect"), "effect", written(".2f"), RIGHT),
    ListColumn(Phrase("最高的组", "Highest"), "high"),
    ListColumn(Phrase("最低的组", "Lowest"), "low"),
    ListColumn(Phrase("克利夫 δ", "Cliff's delta"), "delta", written(".2f"), RIGHT),
    ListColumn(Phrase("请留意", "Take note"), "note"),
)
GROUPS = (
    ListColumn(Phrase("栏目", "Column"), "heading"),
    ListColumn(Phrase("组", "Group"), words=lambda row, _: f"{row['group']}{' *' if row['small'] else ''}"),
    ListColumn(Phrase("会员数", "Members"), "n", text, RIGHT),
    ListColumn(Phrase("获奖", "Awarded"), "awarded", text, RIGHT),
    ListColumn(Phrase("获奖比例", "Share"), "share", percents(), RIGHT),
    ListColumn(Phrase("平均总分", "Mean total"), "mean", points, RIGHT),
    ListColumn(Phrase("总分中位数", "Median total"), "median", points, RIGHT),
)
REMOVALS = (
    ListColumn(Phrase("去掉", "Without"), "kind", one_of(KINDS)),
    ListColumn(Phrase("", ""), "label"),
    ListColumn(Phrase("奖项", "Award"), "award", award),
    ListColumn(Phrase("新入选", "Gains it"), "gained", _some),
    ListColumn(Phrase("落选", "Loses it"), "lost", _some),
    ListColumn(Phrase("名次变动的会员数", "Members standing otherwise"), "moved", text, RIGHT),
)
STRUCK_RECORDS = (
    ListColumn(Phrase("文件", "File"), "file", lambda file, _: discreet(file)),
    ListColumn(Phrase("工作表", "Sheet"), "sheet", lambda sheet, _: discreet(sheet)),
    ListColumn(Phrase("行", "Row"), "row", text, RIGHT),
    ListColumn(Phrase("会员", "Member"), "member", member),
    ListColumn(Phrase("用于", "Counts for"), "items", lambda items, lexicon: lexicon.joined(map(lexicon.scheme.label, items))),
    ListColumn(Phrase("删去后新入选", "Without it gains"), "gained", _pairs),
    ListColumn(Phrase("删去后落选", "Without it loses"), "lost", _pairs),
)
CENTRAL = (
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["member"], "name"),
    ListColumn(Phrase("可能性", "Chance"), "probability", percents(), RIGHT),
    ListColumn(Phrase("照此权重", "Under these"), "confidence", _confidence, CENTER),
)
VARIANCE = (
    ListColumn(Phrase("哪项选择", "Choice"), "factor", lambda factor, lexicon: choice_in_words(lexicon.scheme, factor).into(lexicon.language)),
    ListColumn(Phrase("单独造成", "Alone"), "first", percents(0), RIGHT),
    ListColumn(Phrase("误差", "Error"), "first_error", percents(0), RIGHT),
    ListColumn(Phrase("连同其他", "With others"), "total", percents(0), RIGHT),
    ListColumn(Phrase("误差", "Error"), "total_error", percents(0), RIGHT),
)


def methods_table(evaluation: Evaluation, agreement: pd.DataFrame, language: Language | None = None) -> Table:
    """How far each other method puts the members of each class in the order of the list, of `agreement_of_methods`."""
    note = Phrase(
        "1 为次序完全相同，-1 为完全相反。各方法用相同的计分值与权重，不计加分扣分。",
        "1: the same order; -1: the reverse. All methods have the same values and weights, without bonuses and deductions.",
    )
    caption = Phrase("其他方法的次序与名单是否一致", "Do other methods agree with the list?")
    return listing(AGREEMENT, agreement[agreement["one"] == LIST], Lexicon.of(evaluation, language), caption, note).without_blank_columns()


def chosen_table(evaluation: Evaluation, chosen: pd.DataFrame, *, disputed: bool = True, language: Language | None = None) -> Table:
    """Whom the list and the other methods of `chosen_by_methods` choose for each award; with `disputed` only those on whom they differ."""
    methods = [str(name) for name in chosen.columns if name not in CHOICES]
    rows = [
        row | {"choosing": f"{row['chosen']}/{len(methods)}", "against": [name for name in methods if not row[name]]}
        for row in rows_of(chosen[~chosen["all"]] if disputed else chosen)
    ]
    note = phrase(
        "名单所列 {listed} 个奖项名额中，{sure} 个由全部 {n} 种方法选出。",
        "Of the {listed:award|awards} on the list {sure} would be given by all {n:method|methods}.",
        listed=int(chosen[LIST].sum()), sure=int(chosen["all"].sum()), n=len(methods),
    )  # fmt: skip
    caption = Phrase("换一种方法，谁会入选", "Who would be chosen by other methods")
    return listing(CHOSEN, rows, Lexicon.of(evaluation, language), caption, note).without_blank_columns()


def reversals_table(evaluation: Evaluation, reversals: pd.DataFrame) -> Table:
    """Of each method of `rank_reversals`: how often others change their order when a member nobody would miss is dropped."""
    note = Phrase(
        "去掉排在末位的，或各项都不如他人的会员，其余会员的先后本不该变。名单所用的加权平均不会出现这种情况。",
        "When the last, or one outdone in everything, is dropped, the order of the others should stay. Under weighted means it does.",
    )
    by_method = reversals.assign(turning=reversals["turned"] > 0).groupby("method", sort=False)
    counts = by_method.agg(dropped=("turned", "size"), turning=("turning", "sum"), turned=("turned", "sum"), first=("first", "sum"))
    caption = Phrase("去掉不相干的会员，次序会不会颠倒", "Is the order turned round by members who should not matter?")
    return listing(REVERSALS, counts.reset_index(), Lexicon.of(evaluation), caption, note)


def groups_table(evaluation: Evaluation, groups: pd.DataFrame, language: Language | None = None) -> Table:
    """The results of `group_results`, group by group."""
    small = Phrase("会员少于 5 家的组（带 *）比例不可靠。", "Of groups of fewer than 5 (marked *) no share is reliable.")
    note = small if len(groups) and groups["small"].any() else None
    return listing(GROUPS, groups, Lexicon.of(evaluation, language), Phrase("各类会员的结果", "Results by kind of member"), note)


def fairness_table(evaluation: Evaluation, tests: pd.DataFrame, most: float = 0.05, language: Language | None = None) -> Table:
    """The differences of `fairness` whose p, raised by Holm's method, is at most `most`."""
    note = phrase(
        "共检验 {n} 项，列出霍尔姆校正后 p 值不超过 {most:g} 的。差异大小 0 至 1（获奖用克莱姆 V，其余用 ε²）。有差异不等于办法不公，只说明应查看何处。",
        "{n:test|tests}; listed are those with p at most {most:g} after Holm's correction. Effects run from 0 to 1 (Cramer's V for "
        "awards, epsilon squared for the others). A difference is no proof of favour: it says where to look.",
        n=int(tests["p"].notna().sum()), most=most,
    )  # fmt: skip
    caption = Phrase("哪些会员的结果有明显差异", "Where kinds of members differ")
    return listing(FAIRNESS, tests[tests["holm"] <= most], Lexicon.of(evaluation, language), caption, note).without_blank_columns()


def removals_table(evaluation: Evaluation, removals: pd.DataFrame, language: Language | None = None) -> Table:
    """What changes the list when it is taken away, of the frames of `toolkit.sensitivity.leave_one_out`."""
    changing = removals[removals["changes"] > 0]
    things, deciding = (len(frame[["kind", "removed"]].drop_duplicates()) for frame in (removals, changing))
    note = phrase(
        "逐一去掉 {n} 项，其中 {changing} 项会改变名单。", "{n:thing|things} taken away one at a time; {changing} of them change the list.",
        n=things, changing=deciding,
    )  # fmt: skip
    return listing(REMOVALS, changing, Lexicon.of(evaluation, language), Phrase("去掉哪一项会改变名单", "What changes the list when it is taken away"), note)


def struck_records_table(evaluation: Evaluation, struck: pd.DataFrame, top: int = 50) -> Table:
    """The records that `struck_records` found to decide the list, by their place in the workbook."""
    changed, unknown = struck[struck["answer"] == "changed"], int((struck["answer"] == "unknown").sum())
    note = phrase(
        "共 {n} 条记录，单独删去即改变名单的 {changed} 条，列出 {shown} 条；{unknown} 条须重新核算才能判断。",
        "{n:record|records}; {changed} of them change the list when struck alone, {shown} are shown; {unknown:needs|need} a full evaluation.",
        n=len(struck), changed=len(changed), shown=min(top, len(changed)), unknown=unknown,
    )  # fmt: skip
    caption = Phrase("哪一条记录决定名单", "The records that decide the list")
    return listing(STRUCK_RECORDS, changed.head(top), Lexicon.of(evaluation), caption, note).without_blank_columns()


def central_table(evaluation: Evaluation, weights: pd.DataFrame, award: str, top: int = 15, language: Language | None = None) -> Table:
    """Whose opinion it would express to give an award to those who missed it: the mean of the weights under which they have it.

    Parameters
    ----------
    weights
        From `toolkit.sensitivity.central_weights`, of this award.
    """
    scheme, voted = evaluation.scheme, wording.shares(evaluation.scheme)
    shown = contenders(evaluation, weights, award)[:top]
    central = top_weights(scheme, weights.loc[shown])
    note = Phrase(
        "括号内为表决的权重。各列是能得此奖的那些抽样的平均权重；“照此权重”：按这一平均权重，是否真能得奖。",
        "Voted weights in brackets. The columns give the mean of the weights in the draws in which the award is won; under these: whether that mean wins it.",
    )
    nodes = [
        ListColumn(phrase("{label}（{voted}）", "{label} ({voted})", label=scheme.label(node), voted=figure(voted[node])), f"weight of {node}", written(".1f"), RIGHT)
        for node in central.columns
    ]
    chances = weights.loc[shown, ["probability", "confidence"]]
    rows = evaluation.ranking.loc[shown, ["class", "name"]].join([chances, central.add_prefix("weight of ")])
    caption = phrase("怎样的权重会让他们得到{award}", "Weights that would give them {award}", award=wording.award_label(scheme, award))
    return listing((*CENTRAL, *nodes), rows, Lexicon.of(evaluation, language), caption, note)


def central_tables(evaluation: Evaluation, weights: pd.DataFrame) -> Table:
    """The same for every award, one below the other; the award is named in a column of its own.

    Parameters
    ----------
    weights
        The frames of several awards, with a column `award` and one `member`.
    """
    to, awards = evaluation.scheme.language, evaluation.scheme.awards
    tables = [central_table(evaluation, weights[weights["award"] == award.id].set_index("member"), award.id) for award in awards]
    return replace(
        tables[0],
        headings=(WORDS["award"].into(to), *tables[0].headings),
        rows=tuple((award.label, *row) for award, table in zip(awards, tables, strict=True) for row in table.rows),
        caption=Phrase("怎样的权重会让他们获奖", "Weights that would give them an award").into(to),
        alignment=(LEFT, *tables[0].alignment),
    )


def contenders(evaluation: Evaluation, weights: pd.DataFrame, award: str) -> list[str]:
    """Who does not hold an award, and no award before it, but would in some draws; the likeliest first."""
    ids = [award.id for award in evaluation.scheme.awards]
    holders = set(evaluation.awards.loc[evaluation.awards["award"].isin(ids[: ids.index(award) + 1]), "member"])
    likely = weights.loc[weights["probability"] > 0, "probability"].sort_values(ascending=False, kind="stable")
    return [str(member) for member in likely.index if member not in holders]


def top_weights(scheme: Scheme, weights: pd.DataFrame) -> pd.DataFrame:
    """Central weights of the nodes directly under the total, in percent of the whole; a column each."""
    leaves: dict[str, list[str]] = {node.id: [] for node in scheme.children()}
    top = ""
    for node, parent, _ in wording.outline(scheme):
        top = node.id if parent is None else top
        if node.id in weights.columns:
            leaves[top].append(node.id)
    return weights[[]].assign(**{node: weights[under].sum(axis=1) for node, under in leaves.items()})


CHOICES_IN_WORDS = {
    "weights": Phrase("权重：{label}", "weights: {label}"), "error": Phrase("测量误差：{label}", "error: {label}"),
    "given": Phrase("另给的数值", "given values"),
    "late": Phrase("迟报记录：{label}", "late records: {label}"), "missing": Phrase("缺失数据如何处理", "what fills gaps"),
    "goalposts": Phrase("满分与零分的标准", "goalposts"), "aggregation": Phrase("合成方法", "means"), "valuing": Phrase("计分方法", "shapes"),
}  # fmt: skip
WEIGHTS, FIRST_LEVEL = Phrase("权重", "weights"), Phrase("一级指标", "first level")


def variance_table(evaluation: Evaluation, shares: pd.DataFrame, member: str = "", language: Language | None = None) -> Table:
    """Which choice decides the list, or one member's rank: the largest first.

    Parameters
    ----------
    shares
        From `toolkit.sensitivity.variance_shares`.
    """
    note = phrase(
        "“单独造成”：只这一项不定时名单变动的部分；“连同其他”：加上它与其他选择共同造成的部分，各项相加可超过 100%。设计 {rows} 行；误差为自助法标准误，比它小的差别没有意义。",
        "Alone: the part of the list's variance due to this choice only; with others: and to what it does together with them, which can add up to more "
        "than 100%. {rows:row|rows}; differences below the bootstrap standard errors mean nothing.",
        rows=shares.attrs["rows"],
    )  # fmt: skip
    return listing(VARIANCE, shares_of_target(shares, member), Lexicon.of(evaluation, language), variance_title(evaluation, member), note)


def shares_of_target(shares: pd.DataFrame, member: str = "") -> list[Row]:
    """The rows of `variance_shares` for the list, or for one member's rank, the largest first; shares below 0 are noise, and 0."""
    of_target = shares[(shares["target"] == ("rank" if member else "list")) & (shares["member"] == member)]
    known = of_target.assign(first=of_target["first"].clip(lower=0), total=of_target["total"].clip(lower=0))
    return rows_of(known.sort_values("total", ascending=False, kind="stable"))


def variance_title(evaluation: Evaluation, member: str = "") -> Phrase:
    """What is asked, of the list or of a member."""
    if not member:
        return Phrase("名单变不变，主要取决于哪项选择", "Which choice the list depends on")
    who = evaluation.members.loc[member, "name"]
    return phrase("{who}的名次主要取决于哪项选择", "Which choice the rank of {who} depends on", who=who)


def choice_in_words(scheme: Scheme, factor: str) -> Phrase:
    """A factor of `toolkit.sensitivity.choices` in words: 权重：学习培训."""
    kind, _, about = factor.partition(".")
    if kind == "weights" and not about:
        return WEIGHTS
    label = FIRST_LEVEL if about == TOTAL else Phrase(scheme.label(about), scheme.label(about))
    words, place = CHOICES_IN_WORDS[kind], f" {about}" if about.isdigit() else ""
    return Phrase(words.zh.replace("{label}", label.zh) + place, words.en.replace("{label}", label.en) + place)
