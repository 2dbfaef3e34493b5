"""Tables of what the list rests on: other methods, kinds of members, and what happens when something is taken away.

Tables of which choice matters: whose opinion would have given an award, and what the list depends on most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from toolkit.evaluation.scores import TOTAL
from toolkit.ground.display import Table
from toolkit.ground.text import Phrase, discreet, figure, phrase
from toolkit.reports import wording
from toolkit.reports.diagnostic_tables import percent
from toolkit.reports.list_tables import CENTER, LEFT, RIGHT, Row, rows_of
from toolkit.reports.wording import class_name, headings
from toolkit.sensitivity.methods import LIST

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.ground.text import Language
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
AGREEMENT = (
    Phrase("会员类别", "Class"), Phrase("方法", "Method"), Phrase("会员数", "Members"), Phrase("肯德尔 τ-b", "Kendall's tau-b"),
    Phrase("斯皮尔曼", "Spearman"), Phrase("加权（重前列）", "Weighted to the top"),
)  # fmt: skip
CHOSEN = (
    Phrase("奖项", "Award"), Phrase("会员类别", "Class"), Phrase("会员", "Member"), Phrase("在名单上", "On the list"),
    Phrase("入选的方法数", "Methods choosing it"), Phrase("未选它的方法", "Methods that do not"),
)  # fmt: skip
FEW = 4
CHOICES = {"award", "class", "member", LIST, "chosen", "all"}
REVERSALS = (
    Phrase("方法", "Method"), Phrase("去掉末位或劣势会员", "Members dropped"), Phrase("其余次序随之颠倒", "Others turned round"),
    Phrase("颠倒的对数", "Pairs turned"), Phrase("首名易主", "First place changed"),
)  # fmt: skip
FAIRNESS = (
    Phrase("栏目", "Column"), Phrase("结果", "Outcome"), Phrase("会员数", "Members"), Phrase("组数", "Groups"),
    Phrase("p 值（霍尔姆）", "p (Holm)"), Phrase("差异大小", "Effect"), Phrase("最高的组", "Highest"), Phrase("最低的组", "Lowest"),
    Phrase("克利夫 δ", "Cliff's delta"), Phrase("请留意", "Take note"),
)  # fmt: skip
GROUPS = (
    Phrase("栏目", "Column"), Phrase("组", "Group"), Phrase("会员数", "Members"), Phrase("获奖", "Awarded"),
    Phrase("获奖比例", "Share"), Phrase("平均总分", "Mean total"), Phrase("总分中位数", "Median total"),
)  # fmt: skip
REMOVALS = (
    Phrase("去掉", "Without"), Phrase("", ""), Phrase("奖项", "Award"), Phrase("新入选", "Gains it"), Phrase("落选", "Loses it"),
    Phrase("名次变动的会员数", "Members standing otherwise"),
)  # fmt: skip
RECORDS = (
    Phrase("文件", "File"), Phrase("工作表", "Sheet"), Phrase("行", "Row"), Phrase("会员", "Member"), Phrase("用于", "Counts for"),
    Phrase("删去后新入选", "Without it gains"), Phrase("删去后落选", "Without it loses"),
)  # fmt: skip


def methods_table(evaluation: Evaluation, found: pd.DataFrame) -> Table:
    """How far each other method puts the members of each class in the order of the list, of `agreement_of_methods`."""
    language = evaluation.scheme.language
    note = Phrase(
        "1 为次序完全相同，-1 为完全相反。各方法用相同的计分值与权重，不计加分扣分。",
        "1: the same order; -1: the reverse. All methods have the same values and weights, without bonuses and deductions.",
    )
    return Table(
        _into(language, AGREEMENT),
        tuple(
            (
                class_name(row["class"], language), _method(row["other"], language), str(row["n"]),
                *(_number(row[name], 2) for name in ("kendall", "spearman", "weighted")),
            )
            for row in rows_of(found[found["one"] == LIST])
        ),
        Phrase("其他方法的次序与名单是否一致", "Do other methods agree with the list?").into(language),
        (LEFT, LEFT, *[RIGHT] * 4),
        note=note.into(language),
    ).without_blank_columns()  # fmt: skip


def chosen_table(evaluation: Evaluation, found: pd.DataFrame, *, disputed: bool = True) -> Table:
    """Whom the list and the other methods of `chosen_by_methods` choose for each award; with `disputed` only those on whom they differ."""
    language, which = evaluation.scheme.language, [str(name) for name in found.columns if name not in CHOICES]
    listed, sure = int(found[LIST].sum()), int(found["all"].sum())
    note = phrase(
        "名单所列 {listed} 个奖项名额中，{sure} 个由全部 {n} 种方法选出。",
        "Of the {listed:award|awards} on the list {sure} would be given by all {n:method|methods}.",
        listed=listed, sure=sure, n=len(which),
    )  # fmt: skip
    return Table(
        _into(language, CHOSEN),
        tuple(_chosen(evaluation, row, which) for row in rows_of(found[~found["all"]] if disputed else found)),
        Phrase("换一种方法，谁会入选", "Who would be chosen by other methods").into(language),
        (LEFT, LEFT, LEFT, LEFT, RIGHT),
        note=note.into(language),
    ).without_blank_columns()


def reversals_table(evaluation: Evaluation, found: pd.DataFrame) -> Table:
    """Of each method of `rank_reversals`: how often others change their order when a member nobody would miss is dropped."""
    language = evaluation.scheme.language
    counted = found.groupby("method", sort=False)
    note = Phrase(
        "去掉排在末位的，或各项都不如他人的会员，其余会员的先后本不该变。名单所用的加权平均不会出现这种情况。",
        "When the last, or one outdone in everything, is dropped, the order of the others should stay. Under weighted means it does.",
    )
    return Table(
        _into(language, REVERSALS),
        tuple(
            (_method(str(name), language), *(str(int(count)) for count in (len(own), (own["turned"] > 0).sum(), own["turned"].sum(), own["first"].sum())))
            for name, own in counted
        ),
        Phrase("去掉不相干的会员，次序会不会颠倒", "Is the order turned round by members who should not matter?").into(language),
        (LEFT, *[RIGHT] * 4),
        note=note.into(language),
    )


def groups_table(evaluation: Evaluation, found: pd.DataFrame) -> Table:
    """The results of `group_results`, group by group."""
    language, decimals = evaluation.scheme.language, evaluation.scheme.decimals
    note = Phrase("会员少于 5 家的组（带 *）比例不可靠。", "Of groups of fewer than 5 (marked *) no share is reliable.")
    return Table(
        _into(language, GROUPS),
        tuple(
            (
                row["heading"], f"{row['group']}{' *' if row['small'] else ''}", str(row["n"]), str(row["awarded"]),
                percent(row["share"]), wording.points(row["mean"], decimals), wording.points(row["median"], decimals),
            )
            for row in rows_of(found)
        ),
        Phrase("各类会员的结果", "Results by kind of member").into(language),
        (LEFT, LEFT, *[RIGHT] * 5),
        note=note.into(language) if len(found) and found["small"].any() else "",
    )  # fmt: skip


def fairness_table(evaluation: Evaluation, found: pd.DataFrame, most: float = 0.05) -> Table:
    """The differences of `fairness` whose p, raised by Holm's method, is at most `most`."""
    language = evaluation.scheme.language
    shown = found[found["holm"] <= most]
    note = phrase(
        "共检验 {n} 项，列出霍尔姆校正后 p 值不超过 {most:g} 的。差异大小 0 至 1（获奖用克莱姆 V，其余用 ε²）。有差异不等于办法不公，只说明应查看何处。",
        "{n:test|tests}; listed are those with p at most {most:g} after Holm's correction. Effects run from 0 to 1 (Cramer's V for "
        "awards, epsilon squared for the others). A difference is no proof of favour: it says where to look.",
        n=int(found["p"].notna().sum()), most=most,
    )  # fmt: skip
    return Table(
        _into(language, FAIRNESS),
        tuple(
            (
                row["heading"], row["label"], str(row["n"]), str(row["groups"]), _chance(row["holm"]), _number(row["effect"], 2),
                row["high"], row["low"], _number(row["delta"], 2), row["note"],
            )
            for row in rows_of(shown)
        ),
        Phrase("哪些会员的结果有明显差异", "Where kinds of members differ").into(language),
        (LEFT, LEFT, RIGHT, RIGHT, RIGHT, RIGHT, LEFT, LEFT, RIGHT),
        note=note.into(language),
    ).without_blank_columns()  # fmt: skip


def removals_table(evaluation: Evaluation, found: pd.DataFrame) -> Table:
    """What changes the list when it is taken away, of the frames of `toolkit.sensitivity.leave_one_out`."""
    language = evaluation.scheme.language
    changing = found[found["changes"] > 0]
    note = phrase(
        "逐一去掉 {n} 项，其中 {changing} 项会改变名单。", "{n:thing|things} taken away one at a time; {changing} of them change the list.",
        n=len(found[["kind", "removed"]].drop_duplicates()), changing=len(changing[["kind", "removed"]].drop_duplicates()),
    )  # fmt: skip
    return Table(
        _into(language, REMOVALS),
        tuple(
            (
                KINDS[row["kind"]].into(language), row["label"], wording.award_label(evaluation.scheme, row["award"]),
                _some(evaluation, row["gained"]), _some(evaluation, row["lost"]), str(row["moved"]),
            )
            for row in rows_of(changing)
        ),
        Phrase("去掉哪一项会改变名单", "What changes the list when it is taken away").into(language),
        (LEFT, LEFT, LEFT, LEFT, LEFT, RIGHT),
        note=note.into(language),
    )  # fmt: skip


def struck_records_table(evaluation: Evaluation, found: pd.DataFrame, top: int = 50) -> Table:
    """The records that `struck_records` found to decide the list, by their place in the workbook."""
    language = evaluation.scheme.language
    changed, unknown = found[found["answer"] == "changed"], int((found["answer"] == "unknown").sum())
    note = phrase(
        "共 {n} 条记录，单独删去即改变名单的 {changed} 条，列出 {shown} 条；{unknown} 条须重新核算才能判断。",
        "{n:record|records}; {changed} of them change the list when struck alone, {shown} are shown; {unknown:needs|need} a full evaluation.",
        n=len(found), changed=len(changed), shown=min(top, len(changed)), unknown=unknown,
    )  # fmt: skip
    return Table(
        _into(language, RECORDS),
        tuple(
            (
                discreet(row["file"]), discreet(row["sheet"]), str(row["row"]), _members(evaluation, [row["member"]]),
                wording.JOIN.into(language).join(evaluation.scheme.label(item) for item in row["items"]),
                _pairs(evaluation, row["gained"]), _pairs(evaluation, row["lost"]),
            )
            for row in rows_of(changed.head(top))
        ),
        Phrase("哪一条记录决定名单", "The records that decide the list").into(language),
        (LEFT, LEFT, RIGHT),
        note=note.into(language),
    ).without_blank_columns()  # fmt: skip


def _chosen(evaluation: Evaluation, row: Row, which: list[str]) -> tuple[str, ...]:
    language = evaluation.scheme.language
    against = wording.JOIN.into(language).join(_method(name, language) for name in which if not row[name])
    return (
        wording.award_label(evaluation.scheme, row["award"]), class_name(row["class"], language) if row["class"] else "",
        _members(evaluation, [row["member"]]), (wording.YES if row[LIST] else wording.NO).into(language),
        f"{row['chosen']}/{len(which)}", against,
    )  # fmt: skip


def _members(evaluation: Evaluation, members: Iterable[str]) -> str:
    names = evaluation.members["name"]
    return wording.JOIN.into(evaluation.scheme.language).join(str(names[member]) for member in members)


def _some(evaluation: Evaluation, members: tuple[str, ...]) -> str:
    """The first few by name, and how many there are; a list of twenty names nobody reads."""
    if len(members) <= FEW:
        return _members(evaluation, members)
    more = phrase("{who}等 {n} 家", "{who} and others, {n} in all", who=_members(evaluation, members[: FEW - 1]), n=len(members))
    return more.into(evaluation.scheme.language)


def _pairs(evaluation: Evaluation, pairs: Iterable[tuple[str, str]]) -> str:
    said = (f"{_members(evaluation, [member])}（{wording.award_label(evaluation.scheme, award)}）" for award, member in pairs)
    return wording.JOIN.into(evaluation.scheme.language).join(said)


def _method(name: str, language: Language) -> str:
    return NAMES[name].into(language) if name in NAMES else name


def _number(number: float, decimals: int) -> str:
    return wording.BLANK if wording.absent(number) else f"{number:.{decimals}f}"


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else _number(p, 3)


def _into(language: Language, names: tuple[Phrase, ...]) -> tuple[str, ...]:
    return tuple(name.into(language) for name in names)



CHOICES_IN_WORDS = {
    "weights": Phrase("权重：{label}", "weights: {label}"), "error": Phrase("测量误差：{label}", "error: {label}"),
    "given": Phrase("另给的数值", "given values"),
    "late": Phrase("迟报记录：{label}", "late records: {label}"), "missing": Phrase("缺失数据如何处理", "what fills gaps"),
    "goalposts": Phrase("满分与零分的标准", "goalposts"), "aggregation": Phrase("合成方法", "means"), "valuing": Phrase("计分方法", "shapes"),
}  # fmt: skip
WEIGHTS, FIRST_LEVEL = Phrase("权重", "weights"), Phrase("一级指标", "first level")
VARIANCE = (Phrase("哪项选择", "Choice"), Phrase("单独造成", "Alone"), Phrase("误差", "Error"), Phrase("连同其他", "With others"), Phrase("误差", "Error"))
CENTRAL = (Phrase("可能性", "Chance"), Phrase("照此权重", "Under these"))


def central_table(evaluation: Evaluation, found: pd.DataFrame, award: str, top: int = 15, language: Language | None = None) -> Table:
    """Whose opinion it would express to give an award to those who missed it: the mean of the weights under which they have it.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.central_weights`, of this award.
    """
    to, scheme = language or evaluation.scheme.language, evaluation.scheme
    shown = contenders(evaluation, found, award)[:top]
    voted, central = wording.shares(scheme), top_weights(scheme, found.loc[shown])
    note = Phrase(
        "括号内为表决的权重。各列是能得此奖的那些抽样的平均权重；“照此权重”：按这一平均权重，是否真能得奖。",
        "Voted weights in brackets. The columns give the mean of the weights in the draws in which the award is won; under these: whether that mean wins it.",
    )
    names = [phrase("{label}（{voted}）", "{label} ({voted})", label=scheme.label(node), voted=figure(voted[node])).into(to) for node in central.columns]
    return Table(
        (*headings(to, "class", "member"), *(name.into(to) for name in CENTRAL), *names),
        tuple(
            (class_name(own["class"], to), own["name"], percent(row["probability"]),
             _surely(row["confidence"]).into(to), *(f"{weight:.1f}" for weight in weights.values()))
            for weights, own, row in zip(rows_of(central), rows_of(evaluation.ranking.loc[shown]), rows_of(found.loc[shown]), strict=True)
        ),
        phrase("怎样的权重会让他们得到{award}", "Weights that would give them {award}", award=wording.award_label(scheme, award)).into(to),
        (LEFT, LEFT, RIGHT, CENTER, *[RIGHT] * len(names)), note=note.into(to),
    )  # fmt: skip


def _surely(confidence: float) -> Phrase:
    """A yes or no where values are as measured, else a chance."""
    if 0 < confidence < 1:
        return Phrase(percent(confidence), percent(confidence))
    return wording.YES if confidence else wording.NO


def central_tables(evaluation: Evaluation, found: pd.DataFrame) -> Table:
    """The same for every award, one below the other; the award is named in a column of its own.

    Parameters
    ----------
    found
        The frames of several awards, with a column `award` and one `member`.
    """
    to, scheme = evaluation.scheme.language, evaluation.scheme
    parts = [(each, central_table(evaluation, found[found["award"] == each.id].set_index("member"), each.id)) for each in scheme.awards]
    return replace(
        parts[0][1],
        headings=(*headings(to, "award"), *parts[0][1].headings),
        rows=tuple((award.label, *row) for award, table in parts for row in table.rows),
        caption=Phrase("怎样的权重会让他们获奖", "Weights that would give them an award").into(to),
        alignment=(LEFT, *parts[0][1].alignment),
    )


def contenders(evaluation: Evaluation, found: pd.DataFrame, award: str) -> list[str]:
    """Who does not hold an award, and no award before it, but would in some draws; the likeliest first."""
    ids = [each.id for each in evaluation.scheme.awards]
    holders = set(evaluation.awards.loc[evaluation.awards["award"].isin(ids[: ids.index(award) + 1]), "member"])
    likely = found.loc[found["probability"] > 0, "probability"].sort_values(ascending=False, kind="stable")
    return [str(member) for member in likely.index if member not in holders]


def top_weights(scheme: Scheme, found: pd.DataFrame) -> pd.DataFrame:
    """Central weights of the nodes directly under the total, in percent of the whole; a column each."""
    own: dict[str, list[str]] = {node.id: [] for node in scheme.children()}
    top = ""
    for node, parent, _ in wording.outline(scheme):
        top = node.id if parent is None else top
        if node.id in found.columns:
            own[top].append(node.id)
    return found[[]].assign(**{node: found[leaves].sum(axis=1) for node, leaves in own.items()})


def variance_table(evaluation: Evaluation, found: pd.DataFrame, member: str = "", language: Language | None = None) -> Table:
    """Which choice decides the list, or one member's rank: the largest first.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.variance_shares`.
    """
    to = language or evaluation.scheme.language
    note = phrase(
        "“单独造成”：只这一项不定时名单变动的部分；“连同其他”：加上它与其他选择共同造成的部分，各项相加可超过 100%。设计 {rows} 行；误差为自助法标准误，比它小的差别没有意义。",
        "Alone: the part of the list's variance due to this choice only; with others: and to what it does together with them, which can add up to more "
        "than 100%. {rows:row|rows}; differences below the bootstrap standard errors mean nothing.",
        rows=found.attrs["rows"],
    )  # fmt: skip
    names = ("first", "first_error", "total", "total_error")
    return Table(
        tuple(name.into(to) for name in VARIANCE),
        tuple((choice_in_words(evaluation.scheme, row["factor"]).into(to), *(percent(row[name], 0) for name in names)) for row in shares_of_target(found, member)),
        variance_title(evaluation, member).into(to), (LEFT, *[RIGHT] * 4), note=note.into(to),
    )  # fmt: skip


def shares_of_target(found: pd.DataFrame, member: str = "") -> list[Row]:
    """The rows of `variance_shares` for the list, or for one member's rank, the largest first; shares below 0 are noise, and 0."""
    own = found[(found["target"] == ("rank" if member else "list")) & (found["member"] == member)]
    return rows_of(own.assign(first=own["first"].clip(lower=0), total=own["total"].clip(lower=0)).sort_values("total", ascending=False, kind="stable"))


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
    said, number = CHOICES_IN_WORDS[kind], f" {about}" if about.isdigit() else ""
    return Phrase(said.zh.replace("{label}", label.zh) + number, said.en.replace("{label}", label.en) + number)
