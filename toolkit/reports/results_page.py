"""The static page of results: one file for any folder or stick, whose script computes the open rows again and says whether it comes to the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from toolkit.ground.resources import as_json, page_of, words_as_json
from toolkit.ground.text import Phrase
from toolkit.publication.recomputation import page_data
from toolkit.publication.site import LANGUAGES, NAVIGATION, SITE_SCRIPT, TITLES
from toolkit.reports.wording import last_listed

if TYPE_CHECKING:
    from toolkit.publication.extract import Extract
    from toolkit.publication.open_rows import OpenRows
    from toolkit.scheme import Scheme

FOLDER = "templates/results"
RESULTS, RESULTS_MARK = "results.html", '<section id="verdict" class="verdict"'
"""What the page is called, and what every such page holds."""
SCRIPTS = ("scores.js", "recompute.js")
"""The second program for the same rule: scores, then ranks, awards and grades."""
WORDS: Mapping[str, Phrase] = {
    "open": Phrase("公开 {n} 家得分，全部会员 {of} 家", "open scores: {n}, of {of} in all"),
    "good": Phrase(
        "本页已在您的浏览器里重新计算：{n} 家的总分、名次、奖项和 {lines} 个公开名单中的最低获奖分全部一致。",
        "This page has been computed again in your browser: all totals, ranks and awards (members: {n}) and every score of a lowest listed winner ({lines}) are the same.",
    ),
    "goodNoLine": Phrase(
        "本页已在您的浏览器里重新计算：{n} 家的总分、名次、奖项和各奖项的名额全部一致（公开名单中的最低获奖分均不列出）。",
        "This page has been computed again in your browser: all totals, ranks and awards (members: {n}) and all places of awards are the same. No lowest listed winner is told.",
    ),
    "noneOpen": Phrase(
        "没有公开得分的会员，本页没有可以重新计算的总分和名次；名额和获奖家数见下表。", "No member's scores are open, so that there are no totals or ranks to compute again; places and how many were awarded stand below."
    ),
    "bad": Phrase(
        "不一致：本页在您的浏览器里重新计算，有 {n} 处与公布的结果不同。请勿采信，请向秘书处核实。",
        "Not the same: computed again in your browser, published results come out otherwise, in so many places: {n}. Do not rely on them; ask the secretariat.",
    ),
    "differs": Phrase("{who}：{what}重新计算为 {here}，公布的是 {there}", "{who}, {what}: computed again {here}; published {there}"),
    "more": Phrase("另有 {n} 处", "and {n} more"),
    "unsettled": Phrase("未公开的总分不同，奖项就不同", "an award hangs on totals that are not open"),
    "refused": Phrase(
        "本页没有重新计算：评选办法用到 {what}，这个页面算不了。请按开放包里的说明核对。",
        "This page has not computed anything again: the scheme uses {what}, which it cannot. Check the open bag as it says itself.",
    ),
    "withheld": Phrase(
        "另有 {n} 家参加排名而没有同意公开得分，不列名称；它们的总分按所公布的区间计入，受其影响的名次写成范围（如 3–5）。",
        "Ranked members that did not agree to their scores being open: {n}. They are not named; their totals count as the intervals that are published, and a "
        "place that hangs on them is given as a range (such as 3–5).",
    ),
    "leftOut": Phrase("下列类别整类不列得分，因为同意公开的不足五家，或离开未列入的会员就不能如数重算：{classes}。", "These classes are left out whole, as too few members agreed or they cannot be computed again without the others: {classes}."),
    "noClass": Phrase("未分类", "no class"),
    "lines": Phrase("名额与公开名单中的最低获奖分", "Places and the lowest listed winners"),
    "linesNote": Phrase(
        "公开名单中的最低获奖分，是公开得分的获奖会员里最低的分数，不足五家时不列。获奖线是全部获奖会员里最低的分数，可能还要低，由会员自己的得分单写明。",
        "The lowest listed winner is the lowest score among awarded members whose scores are open; it is not told where they are fewer than five. The award line is the lowest of all winners and may lie below it: members find it on their own score cards.",
    ),
    "applied": Phrase("参评", "Took part"), "places": Phrase("名额", "Places"), "given": Phrase("获奖", "Awarded"),
    "unnamed": Phrase("其中未公开得分", "of which not open"), "line": Phrase("公开名单中的最低获奖分", "Lowest listed winner"), "openWinners": Phrase("公开得分的获奖会员数", "the number of open winners"),
    "noLimit": Phrase("不限", "no limit"), "together": Phrase("全部类别", "all classes"),
    "trial": Phrase("换一组权重会怎样", "What other weights would give"),
    "trialNote": Phrase("移动顶层权重，名单随之重算，只在您的电脑上进行。各项按所占比例折算。", "Move the topmost weights and see the list they give, computed on your own computer. Weights count by their shares."),
    "banner": Phrase("试算，不是已决定的名单", "A trial, not the list that was decided"),
    "back": Phrase("回到已决定的权重", "Back to the weights that were decided"),
    "trialClosed": Phrase(
        "这里不提供改权重试算：有参加排名的会员没有同意公开得分，缺了它们，换权重后的名次和奖项算不出来。",
        "Other weights cannot be tried here: some ranked members did not agree to their scores being open, and without them nobody can say what other weights would give.",
    ),
    "trialRefused": Phrase("这里不提供改权重试算：本页算不了这个评选办法。", "Other weights cannot be tried here: this page cannot compute this scheme."),
    "list": Phrase("公开得分的会员", "Members whose scores are open"),
    "find": Phrase("按名称或代码查找", "Find a name or code"), "class": Phrase("类别", "Class"), "every": Phrase("全部", "all"),
    "winners": Phrase("只看获奖会员", "awarded only"),
    "shown": Phrase("列出 {n} 家，共 {of} 家。点名称可看各项得分。", "{n} of {of} shown. Choose a name to see its scores."),
    "onlyNamed": Phrase(
        "公开得分的会员里没有；在下面同意公布获奖的会员里找到了。", "None of those whose scores are open; found below, among awarded members that agreed to be named."
    ),
    "nobody": Phrase(
        "没有找到。没有同意公开得分的会员不在这里；会员自己的得分见秘书处寄送的得分单。",
        "Nothing found. Members that did not agree are not here; each has its own score card from the secretariat.",
    ),
    "rank": Phrase("名次", "Rank"), "name": Phrase("会员名称", "Member"), "total": Phrase("总分", "Total"), "award": Phrase("奖项", "Award"),
    "grade": Phrase("信用等级", "Grade"), "before": Phrase("已决定的", "As decided"), "was": Phrase("第 {rank} 名，{award}", "rank {rank}, {award}"),
    "indicator": Phrase("指标", "Indicator"), "raw": Phrase("原始值", "Measured"), "value": Phrase("得分", "Score"),
    "inapplicable": Phrase("不适用", "not applicable"), "missing": Phrase("无记录", "no record"),
    "true": Phrase("是", "yes"), "false": Phrase("否", "no"),
    "struck": Phrase("未获奖：{what}", "no award: {what}"),
    "notApplied": Phrase("未申报", "did not apply"), "notEligible": Phrase("不符合申报条件", "not eligible"),
    "vetoed": Phrase("触发一票否决：{what}", "Struck by a veto: {what}"),
    "named": Phrase("同意公布获奖、未同意公开得分的会员", "Awarded members that agreed to be named, and not to their scores being open"),
    "namedNote": Phrase("公示名单列有这些会员，得分不在本页。", "They are on the notice; their scores are not on this page."),
    "how": Phrase(
        "本页是一个文件，不联网，不上传。页内程序由原始值起重新计算各项得分、总分、名次、名额和奖项，与软件包分开编写，不读公布的结果；数据与开放包相同。",
        "This page is one file: it asks nothing of any network and sends nothing. Its script starts from what was measured and works out scores, totals, ranks, places "
        "and awards without looking at the published results; it was written apart from the package. The data are those of the open bag.",
    ),
    "print": Phrase(
        "开放包指纹：{print}。它应与盖章公示和公示页面“结果可核对”一栏所列的完全相同；本页不能为自己作证，请取公布的开放包核对：committee verify 开放包 --replay --fingerprint 上面的指纹",
        "Fingerprint of the open bag: {print}. It has to be the one on the notice, on paper and on its page under “Recompute it”. This page cannot vouch for itself: check the "
        "open bag that was published: committee verify BAG --replay --fingerprint with the fingerprint above.",
    ),
    "others": Phrase(
        "页内程序说一致，只说明公布的数字彼此相符；原始值是否属实，由各会员凭得分单核对。",
        "That the script agrees shows that the published figures fit together; whether what was measured is true, each member checks on its own score card.",
    ),
}  # fmt: skip


def results_page(rows: OpenRows, extract: Extract, navigation: str = "", forms: str = "") -> str:
    """The whole page, in both languages.

    Parameters
    ----------
    rows
        What is open to everybody.
    extract
        What the notice says, of members too that are named and not open.
    navigation
        Of the site that it stands in, as HTML; nothing where it stands alone.
    forms
        Where the forms of an objection and of a complaint are, as HTML; nothing where it stands alone.
    """
    notice = extract.notice
    data = {key: notice[key] for key in ("title", "edition", "revision")} | {"english": notice.get("english", {})} | {"named": _only_named(rows, extract), "print": notice.get("digests", {}).get("open", "")} | page_data(rows)
    return page_of(
        FOLDER, "results.html", ("results.css", NAVIGATION), (*SCRIPTS, "results.js", SITE_SCRIPT), navigation=navigation, forms=forms,
        language="en" if notice["language"] == "en" else "zh", heading=" ".join(TITLES[RESULTS].into(spoken) for spoken in LANGUAGES), title=escape(notice["title"]), data=as_json(data), words=words_as_json(page_words(rows.scheme)),
    )  # fmt: skip


def page_words(scheme: Scheme) -> Mapping[str, Phrase]:
    """What the page says; where the lower total is ahead, the last listed winner has the highest."""
    return {**WORDS} | {key: last_listed(said, scheme) for key, said in WORDS.items() if "最低" in said.zh}


def _only_named(rows: OpenRows, extract: Extract) -> list[dict[str, Any]]:
    """The rows of the notice that no open row tells."""
    labels = {award.id: award.label for award in rows.scheme.awards}
    told = Counter((rows.members.at[member, "name"], labels[award]) for award, member in rows.awards[["award", "member"]].itertuples(index=False))
    left = []
    for row in extract.rows:
        told[row.get("name", ""), row.get("award", "")] -= 1
        if told[row.get("name", ""), row.get("award", "")] < 0:
            left.append({key: row.get(key, "") for key in ("name", "class", "award")})
    return left
