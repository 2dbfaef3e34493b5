"""Tables of how little would have changed the list, and of what other weights could do at all, with a sentence for each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from toolkit.evaluation.many import siblings_of
from toolkit.ground.display import Table
from toolkit.ground.text import Language, Phrase, figure, phrase
from toolkit.reports import wording
from toolkit.reports.list_tables import LEFT, RIGHT, Row, rows_of
from toolkit.reports.wording import class_name, headings

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation

LESS, MORE = Phrase("可减少", "Down to"), Phrase("可增加", "Up to")
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


def stability_table(evaluation: Evaluation, found: pd.DataFrame, language: Language | None = None) -> Table:
    """How far each weight can move by itself before the list is another one.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.tipping.stability_intervals`.
    """
    to = language or evaluation.scheme.language
    rows = [
        (evaluation.scheme.label(row["node"]), weight_figure(row["weight"]), weight_figure(row["lowest"]), weight_figure(row["highest"]),
         stability_in_words(evaluation, row).into(to))
        for row in rows_of(found)
    ]  # fmt: skip
    return Table(
        (*headings(to, "node", "weight"), Phrase("最低", "Lowest").into(to), Phrase("最高", "Highest").into(to), *headings(to, "needed")),
        tuple(rows),
        Phrase("各项权重单独变动多少，名单不变", "How far each weight can move alone, the list unchanged").into(to),
        (LEFT, RIGHT, RIGHT, RIGHT, LEFT),
        note=Phrase(
            "同级其余权重按原比例分担；按实际规则（类别、名额、底线、否决、并列、四舍五入）核定。标“约”的按网格搜索所得。",
            "Siblings share the rest as they did; by the actual rule: classes, places, bars, vetoes, ties, rounding. "
            "Where it says about, the ends were sought on a grid.",
        ).into(to),
    )


def stability_in_words(evaluation: Evaluation, row: Row) -> Phrase:
    """What happens just beyond both ends, as 再少 2.31 分权重，甲公司不再获奖."""
    if row["exact"] is None:
        return Phrase("满分随权重变动，未计算", "not computed: the full mark moves with the weight")
    said = [
        _beyond(evaluation, row, row["weight"] - row["lowest"], "below", Phrase("再少", "less")),
        _beyond(evaluation, row, row["highest"] - row["weight"], "above", Phrase("再多", "more")),
    ]
    found = [each for each in said if each is not None]
    if not found:
        return Phrase("无论增减，名单不变", "the list stays whatever it is")
    return Phrase("；".join(each.zh for each in found), "; ".join(each.en for each in found))


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
    said = [
        (Phrase("{who}获奖", "{who} would be awarded"), tuple(member for member in gained if member not in other)),
        (Phrase("{who}不再获奖（或成并列待定）", "{who} would lose its award, or be left in an open tie"), tuple(m for m in lost if m not in other)),
        (Phrase("{who}改得另一奖项", "{who} would have another award"), other),
    ]
    parts = [
        phrase(words.zh.replace("{who}", "{zh}"), words.en.replace("{who}", "{en}"),
               zh="、".join(str(names[m]) for m in who), en=", ".join(str(names[m]) for m in who))
        for words, who in said if who
    ]  # fmt: skip
    return Phrase("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def smallest_weights_table(evaluation: Evaluation, found: pd.DataFrame, language: Language | None = None) -> Table:
    """The smallest changes of several weights at once that make two members level, and where the list changes on the way.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.tipping.all_weights`.
    """
    to = language or evaluation.scheme.language
    return Table(
        (*headings(to, "class", "award"), Phrase("获奖／未获奖", "Awarded / missed it").into(to), Phrase("计量", "Measured by").into(to),
         Phrase("平分所需", "To a tie").into(to), Phrase("名单变动", "To another list").into(to), *headings(to, "weight")),
        tuple(_witness(evaluation, row, to) for row in rows_of(found)),
        Phrase("几项权重同时变动，最少多少会改变名单", "How little several weights must change at once").into(to),
        (LEFT, LEFT, LEFT, LEFT, RIGHT, RIGHT, LEFT),
        note=Phrase(
            "以同级占比的百分点计：单项最大变动，或各项变动之和。“平分所需”比的是未经四舍五入的得分；名单按实际规则核定。",
            "In percentage points of share: the largest single change, or the sum of all. The tie is of unrounded scores; the list is by the actual rule.",
        ).into(to),
    )  # fmt: skip


def _witness(evaluation: Evaluation, row: Row, to: Language) -> tuple[str, ...]:
    names, norms = evaluation.members["name"], {"largest": Phrase("单项最大", "largest single"), "sum": Phrase("合计", "sum of all")}
    return (
        class_name(row["class"], to),
        wording.award_label(evaluation.scheme, row["award"]),
        f"{names[row['winner']]}{'／' if to == 'zh' else ' / '}{names[row['other']]}",
        norms[row["norm"]].into(to),
        weight_figure(row["tie"]),
        weight_figure(row["change"]),
        _changed(evaluation, row["weights"]).into(to),
    )


def _changed(evaluation: Evaluation, weights: dict[str, float] | None) -> Phrase:
    """The weights of a witness that are other than the voted ones."""
    if weights is None:
        return Phrase(wording.BLANK, wording.BLANK)
    scheme, tree = evaluation.scheme, evaluation.tree
    voted = {node: _voted(evaluation, place) for place, node in enumerate(tree.nodes[:-1])}
    moved = [(scheme.label(node), voted[node], weight) for node, weight in weights.items() if abs(weight - voted[node]) > 5e-5]
    said = [f"{label} {weight_figure(before)} → {weight_figure(after)}" for label, before, after in moved]
    return Phrase("，".join(said), ", ".join(said))


def _voted(evaluation: Evaluation, place: int) -> float:
    """The voted weight, as a witness is written: siblings sum to 100 under percent."""
    tree = evaluation.tree
    if evaluation.scheme.weights == "percent":
        return 100.0 * float(tree.shares[place])
    return float(tree.shares[place]) * float(sum(tree.weights[child] for child in siblings_of(tree, place)))


def smallest_values_table(evaluation: Evaluation, found: pd.DataFrame, top: int = 5, language: Language | None = None) -> Table:
    """What each member near a line would have needed, or could have spared: the `top` changes nearest, for each.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.tipping.one_value`.
    """
    to = language or evaluation.scheme.language
    reached = found[found["needed"].notna()]
    size = reached["change"].abs() / reached["raw"].abs().clip(lower=1.0)
    shown = reached.assign(size=size).sort_values("size", kind="stable").groupby(["award", "class", "member"], sort=False).head(top)
    shown = shown.sort_values(["award", "class", "holds", "member", "size"], kind="stable")
    return Table(
        headings(to, "class", "award", "member", "node", "raw", "needed"),
        tuple(
            (class_name(row["class"], to), wording.award_label(evaluation.scheme, row["award"]), str(evaluation.members["name"][row["member"]]),
             evaluation.scheme.label(row["indicator"]), figure(row["raw"]), value_in_words(evaluation, row).into(to))
            for row in rows_of(shown)
        ),
        Phrase("只差多少：单项原始数据变动多少，就会获奖或落选", "How much one value alone would have to change").into(to),
        (LEFT, LEFT, LEFT, LEFT, RIGHT, LEFT),
        note=Phrase("其他会员的数据和已定的基准不变。", "Other members' values, and goalposts once found, stay as they are.").into(to),
    )  # fmt: skip


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


def rank_bounds_table(evaluation: Evaluation, found: pd.DataFrame, top: int = 20, language: Language | None = None) -> Table:
    """The best and the worst rank of the first `top` of each class.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.bounds.rank_bounds`.
    """
    to = language or evaluation.scheme.language
    shown = found.rename_axis("member").reset_index().sort_values(["class", "rank", "member"], kind="stable").groupby("class", sort=False).head(top)
    return Table(
        (*headings(to, "class", "member", "rank"), Phrase("最好", "Best").into(to), Phrase("最差", "Worst").into(to), Phrase("依据", "How known").into(to)),
        tuple(
            (class_name(row["class"], to), str(evaluation.members["name"][row["member"]]), wording.place(row["rank"]),
             str(row["best"]), str(row["worst"]), HOW[row["how"]].into(to))
            for row in rows_of(shown)
        ),
        Phrase("权重在给定范围内任意变动时的名次", "Ranks under any weights of the set").into(to),
        (LEFT, LEFT, RIGHT, RIGHT, RIGHT, LEFT),
        note=Phrase(
            "名次不会超出此范围；逐对推得的范围可能比实际略宽。", "No rank lies outside; a range from the pairs can be wider than the true one."
        ).into(to),
    )  # fmt: skip


def award_bounds_table(evaluation: Evaluation, found: pd.DataFrame, language: Language | None = None) -> Table:
    """Whose award is certain and whose only possible under any weights of a set; the impossible are counted below.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.bounds.award_bounds`.
    """
    to = language or evaluation.scheme.language
    shown, counts = found[found["standing"] != "never"], found["standing"].value_counts()
    return Table(
        (*headings(to, "class", "award", "member"), Phrase("现获奖", "Holds it").into(to), Phrase("任意权重下", "Under any weights").into(to)),
        tuple(
            (class_name(row["class"], to), wording.award_label(evaluation.scheme, row["award"]), str(evaluation.members["name"][row["member"]]),
             (wording.YES if row["holds"] else wording.NO).into(to), STANDINGS[row["standing"]].into(to))
            for row in rows_of(shown)
        ),
        Phrase("权重在给定范围内任意变动时的获奖情况", "Awards under any weights of the set").into(to),
        note=phrase(
            "必获 {certain}，可能 {possible}，不可能 {never}（未列出）。“必获”“不可能”均已证明；“可能”仅指两者都未能证明。",
            "Certain {certain}, possible {possible}, never {never} (not shown). Certain and never are proved; possible says only that neither is.",
            **{name: int(counts.get(name, 0)) for name in STANDINGS},
        ).into(to),
    )  # fmt: skip


def weight_figure(number: Any) -> str:
    """A weight or a change with two decimals, more where it is small; a dash where there is none."""
    if wording.absent(number):
        return wording.BLANK
    if math.isinf(number):
        return "∞"
    return f"{number:.2f}" if number == 0 or abs(number) >= 0.1 else f"{number:.3g}"
