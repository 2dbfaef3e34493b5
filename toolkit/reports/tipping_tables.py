"""Tables of how little would have changed the list, and of what other weights could do at all, with a sentence for each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from toolkit.evaluation.many import siblings_of
from toolkit.ground.display import Table
from toolkit.ground.text import Language, Phrase, figure, joined, phrase
from toolkit.reports import wording
from toolkit.reports.columns import (
    RIGHT,
    InWords,
    Lexicon,
    ListColumn,
    Row,
    award,
    class_,
    label,
    listing,
    member,
    one_of,
    place,
    text,
    yes_no,
)
from toolkit.reports.wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from toolkit.evaluation import Evaluation

STANDINGS = {
    "certain": Phrase("必获", "certain"),
    "possible": Phrase("可能", "possible"),
    "never": Phrase("不可能", "never"),
}
HOW = {
    "point": Phrase("确定", "exact"),
    "programmes": Phrase("整数规划求得", "by integer programmes"),
    "pairs": Phrase("逐对推得", "from the pairs"),
    "bounds": Phrase("仅为界限", "a bound only"),
}


def _weight(value: Any, _: Lexicon) -> str:
    return weight_figure(value)


CLASS = ListColumn(WORDS["class"], "class", class_)
AWARD = ListColumn(WORDS["award"], "award", award)
MEMBER = ListColumn(WORDS["member"], "member", member)
NORMS = {"largest": Phrase("单项最大", "largest single"), "sum": Phrase("合计", "sum of all")}


def _sentence(words: Callable[[Evaluation, Row], Phrase], evaluation: Evaluation) -> InWords:
    """A whole row of an evaluation's answer in words."""
    return lambda row, lexicon: words(evaluation, row).into(lexicon.language)


def stability_table(evaluation: Evaluation, intervals: pd.DataFrame, language: Language | None = None) -> Table:
    """How far each weight can move by itself before the list is another one.

    Parameters
    ----------
    intervals
        From `toolkit.sensitivity.tipping.stability_intervals`.
    """
    columns = (
        ListColumn(WORDS["node"], "node", label),
        ListColumn(WORDS["weight"], "weight", _weight, RIGHT),
        ListColumn(Phrase("最低", "Lowest"), "lowest", _weight, RIGHT),
        ListColumn(Phrase("最高", "Highest"), "highest", _weight, RIGHT),
        ListColumn(WORDS["needed"], "", _sentence(stability_in_words, evaluation)),
    )
    note = Phrase(
        "同级其余权重按原比例分担；按实际规则（类别、名额、底线、否决、并列、四舍五入）核定。标“约”的按网格搜索所得。",
        "Siblings share the rest as they did; by the actual rule: classes, places, bars, vetoes, ties, rounding. "
        "Where it says about, the ends were sought on a grid.",
    )
    caption = Phrase("各项权重单独变动多少，名单不变", "How far each weight can move alone, the list unchanged")
    return listing(columns, intervals, Lexicon.of(evaluation, language), caption, note)


def stability_in_words(evaluation: Evaluation, row: Row) -> Phrase:
    """What happens just beyond both ends, as 再少 2.31 分权重，甲公司不再获奖."""
    if row["exact"] is None:
        return Phrase("满分随权重变动，未计算", "not computed: the full mark moves with the weight")
    ends = [
        _beyond(evaluation, row, row["weight"] - row["lowest"], "below", Phrase("再少", "less")),
        _beyond(evaluation, row, row["highest"] - row["weight"], "above", Phrase("再多", "more")),
    ]
    changes = [end for end in ends if end is not None]
    return joined(changes, "；", "; ") if changes else Phrase("无论增减，名单不变", "the list stays whatever it is")


def _beyond(evaluation: Evaluation, row: Row, distance: float, side: str, way: Phrase) -> Phrase | None:
    gained, lost = row[f"gain_{side}"], row[f"lose_{side}"]
    if not (gained or lost):
        return None
    about = Phrase("", "") if row["exact"] else Phrase("约", "about ")
    return phrase(
        "{way.zh}{about.zh} {n} 分权重，{who.zh}", "{about.en}{n} {way.en}: {who.en}",
        way=way, about=about, n=weight_figure(distance), who=_moves(evaluation, gained, lost),
    )  # fmt: skip


def _moves(evaluation: Evaluation, gained: tuple[str, ...], lost: tuple[str, ...]) -> Phrase:
    """Who wins and who loses an award, and who goes from one to another."""
    names, other = evaluation.members["name"], tuple(member for member in gained if member in lost)
    groups = [
        (Phrase("{who}获奖", "{who} would be awarded"), tuple(member for member in gained if member not in other)),
        (Phrase("{who}不再获奖（或成并列待定）", "{who} would lose its award, or be left in an open tie"), tuple(m for m in lost if m not in other)),
        (Phrase("{who}改得另一奖项", "{who} would have another award"), other),
    ]
    parts = [
        phrase(words.zh.replace("{who}", "{zh}"), words.en.replace("{who}", "{en}"),
               zh="、".join(str(names[m]) for m in who), en=", ".join(str(names[m]) for m in who))
        for words, who in groups if who
    ]  # fmt: skip
    return joined(parts)


def smallest_weights_table(evaluation: Evaluation, changes: pd.DataFrame, language: Language | None = None) -> Table:
    """The smallest changes of several weights at once that make two members level, and where the list changes on the way.

    Parameters
    ----------
    changes
        From `toolkit.sensitivity.tipping.all_weights`.
    """
    columns = (
        CLASS,
        AWARD,
        ListColumn(Phrase("获奖／未获奖", "Awarded / missed it"), "", _pair),
        ListColumn(Phrase("计量", "Measured by"), "norm", one_of(NORMS)),
        ListColumn(Phrase("平分所需", "To a tie"), "tie", _weight, RIGHT),
        ListColumn(Phrase("名单变动", "To another list"), "change", _weight, RIGHT),
        ListColumn(WORDS["weight"], "", _sentence(lambda evaluation, row: _changed(evaluation, row["weights"]), evaluation)),
    )
    note = Phrase(
        "以同级占比的百分点计：单项最大变动，或各项变动之和。“平分所需”比的是未经四舍五入的得分；名单按实际规则核定。",
        "In percentage points of share: the largest single change, or the sum of all. The tie is of unrounded scores; the list is by the actual rule.",
    )
    caption = Phrase("几项权重同时变动，最少多少会改变名单", "How little several weights must change at once")
    return listing(columns, changes, Lexicon.of(evaluation, language), caption, note)


def _pair(row: Row, lexicon: Lexicon) -> str:
    return f"{lexicon.names[row['winner']]}{'／' if lexicon.language == 'zh' else ' / '}{lexicon.names[row['other']]}"


def _changed(evaluation: Evaluation, weights: dict[str, float] | None) -> Phrase:
    """The weights of a witness that are other than the voted ones."""
    if weights is None:
        return Phrase(wording.BLANK, wording.BLANK)
    scheme, tree = evaluation.scheme, evaluation.tree
    voted = {node: _voted(evaluation, place) for place, node in enumerate(tree.nodes[:-1])}
    moved = [(scheme.label(node), voted[node], weight) for node, weight in weights.items() if abs(weight - voted[node]) > 5e-5]
    texts = [f"{name} {weight_figure(before)} → {weight_figure(after)}" for name, before, after in moved]
    return Phrase("，".join(texts), ", ".join(texts))


def _voted(evaluation: Evaluation, place: int) -> float:
    """The voted weight, as a witness is written: siblings sum to 100 under percent."""
    tree = evaluation.tree
    if evaluation.scheme.weights == "percent":
        return 100.0 * float(tree.shares[place])
    return float(tree.shares[place]) * float(sum(tree.weights[child] for child in siblings_of(tree, place)))


def smallest_values_table(evaluation: Evaluation, changes: pd.DataFrame, top: int = 5, language: Language | None = None) -> Table:
    """What each member near a line would have needed, or could have spared: the `top` changes nearest, for each.

    Parameters
    ----------
    changes
        From `toolkit.sensitivity.tipping.one_value`.
    """
    reached = changes[changes["needed"].notna()]
    size = reached["change"].abs() / reached["raw"].abs().clip(lower=1.0)
    shown = reached.assign(size=size).sort_values("size", kind="stable").groupby(["award", "class", "member"], sort=False).head(top)
    columns = (
        CLASS,
        AWARD,
        MEMBER,
        ListColumn(WORDS["node"], "indicator", label),
        ListColumn(WORDS["raw"], "raw", lambda value, _: figure(value), RIGHT),
        ListColumn(WORDS["needed"], "", _sentence(value_in_words, evaluation)),
    )
    return listing(
        columns,
        shown.sort_values(["award", "class", "holds", "member", "size"], kind="stable"),
        Lexicon.of(evaluation, language),
        Phrase("只差多少：单项原始数据变动多少，就会获奖或落选", "How much one value alone would have to change"),
        Phrase("其他会员的数据和已定的基准不变。", "Other members' values, and goalposts once found, stay as they are."),
    )


def value_in_words(evaluation: Evaluation, row: Row) -> Phrase:
    """How much more, or less, of one thing wins or loses the award."""
    unit = next(item.unit for item in evaluation.scheme.indicators if item.id == row["indicator"])
    way = Phrase("再多", "more") if row["change"] > 0 else Phrase("再少", "less")
    what = Phrase("即落选", "would lose it") if row["holds"] else Phrase("即可获奖", "would win it")
    about = Phrase("", "") if row["exact"] else Phrase("约", "about ")
    n = figure(abs(row["change"]))
    if n == "0":  # less than can be written
        return phrase("只要{way.zh}一点{what.zh}", "a little {way.en} {what.en}", way=way, what=what)
    return phrase(
        "{way.zh}{about.zh} {n}{gap}{unit}{what.zh}", "{about.en}{n}{gap}{unit} {way.en} {what.en}",
        way=way, what=what, about=about, unit=unit, gap=" " if unit else "", n=n,
    )  # fmt: skip


def rank_bounds_table(evaluation: Evaluation, bounds: pd.DataFrame, top: int = 20, language: Language | None = None) -> Table:
    """The best and the worst rank of the first `top` of each class.

    Parameters
    ----------
    bounds
        From `toolkit.sensitivity.bounds.rank_bounds`.
    """
    shown = bounds.rename_axis("member").reset_index().sort_values(["class", "rank", "member"], kind="stable").groupby("class", sort=False).head(top)
    columns = (
        CLASS,
        MEMBER,
        ListColumn(WORDS["rank"], "rank", place, RIGHT),
        ListColumn(Phrase("最好", "Best"), "best", text, RIGHT),
        ListColumn(Phrase("最差", "Worst"), "worst", text, RIGHT),
        ListColumn(Phrase("依据", "How known"), "how", one_of(HOW)),
    )
    note = Phrase("名次不会超出此范围；逐对推得的范围可能比实际略宽。", "No rank lies outside; a range from the pairs can be wider than the true one.")
    return listing(columns, shown, Lexicon.of(evaluation, language), Phrase("权重在给定范围内任意变动时的名次", "Ranks under any weights of the set"), note)


def award_bounds_table(evaluation: Evaluation, bounds: pd.DataFrame, language: Language | None = None) -> Table:
    """Whose award is certain and whose only possible under any weights of a set; the impossible are counted below.

    Parameters
    ----------
    bounds
        From `toolkit.sensitivity.bounds.award_bounds`.
    """
    counts = bounds["standing"].value_counts()
    columns = (
        CLASS,
        AWARD,
        MEMBER,
        ListColumn(Phrase("现获奖", "Holds it"), "holds", yes_no),
        ListColumn(Phrase("任意权重下", "Under any weights"), "standing", one_of(STANDINGS)),
    )
    note = phrase(
        "必获 {certain}，可能 {possible}，不可能 {never}（未列出）。“必获”“不可能”均已证明；“可能”仅指两者都未能证明。",
        "Certain {certain}, possible {possible}, never {never} (not shown). Certain and never are proved; possible says only that neither is.",
        **{name: int(counts.get(name, 0)) for name in STANDINGS},
    )
    caption = Phrase("权重在给定范围内任意变动时的获奖情况", "Awards under any weights of the set")
    return listing(columns, bounds[bounds["standing"] != "never"], Lexicon.of(evaluation, language), caption, note)


def weight_figure(number: Any) -> str:
    """A weight or a change with two decimals, more where it is small; a dash where there is none."""
    if wording.absent(number):
        return wording.BLANK
    if math.isinf(number):
        return "∞"
    return f"{number:.2f}" if number == 0 or abs(number) >= 0.1 else f"{number:.3g}"
