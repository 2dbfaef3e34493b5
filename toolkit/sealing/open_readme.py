"""What is told of an open bag: its own README with the arithmetic in words for whoever has no program, and what `check` and `publish` say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.ground.problems import Problem, Problems
from toolkit.ground.text import (
    LANGUAGE_TAGS,
    Language,
    Phrase,
    as_phrase,
    discreet,
    figure,
    in_words_before,
    joined,
    listed,
    phrase,
)
from toolkit.publication.english import fields_in_english
from toolkit.publication.extract import Extract, public_extract, unpublishable
from toolkit.publication.open_rows import FEWEST
from toolkit.publication.opening import NARROW, items_told, made_finer, open_rows
from toolkit.reports.rule_tables import rule_lines
from toolkit.reports.scheme_wording import gathered_in_words, missing_in_words, valued_in_words
from toolkit.reports.wording import last_listed
from toolkit.scheme.criteria import Indicator
from toolkit.scheme.outcomes import PERMISSIONS, Permission
from toolkit.sealing.bag import DISTRIBUTION
from toolkit.sealing.descriptions import literally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.evaluation import Evaluation
    from toolkit.publication.open_rows import OpenRows
    from toolkit.scheme import Scheme
    from toolkit.sealing.open_bag import Facts

README = "README.md"
ONE_OR_TWO = 2
FINER = (
    "提醒：公示名单列出名次，{n} 家未列入会员的总分因此可以推得比 {narrow} 更窄；请考虑不在公示中列出名次（[publication] fields）",
    "warning: the notice lists places, from which {n:total|totals} of members not in the bag can be told more narrowly than {narrow}; consider leaving places off it ([publication] fields)",
)
FEW = (
    "提醒：{classes.zh}未列入而有名次的只有一两家，对照会员名册即可知道是哪几家，进而知道其有没有获奖",
    "warning: only one or two ranked members of {classes.en} are not in it: a list of members tells who they are, and so whether they won",
)
UNAPPLIED = (
    "提醒：列入的会员里有 {n} 家没有申报，它们同意公开的各项已足以算出总分，结果页面和开放包列出其总分，注明“未申报”；请在征求同意时说明",
    "warning: {n:member|members} in it did not apply: what they agreed to have published gives their total, which the page of results and the bag tell, marked as “did not apply”; say so when consent is asked for",
)
CARDS_TELL = (
    "提醒：得分单写明获奖最低分和线下的最高分；有 {n} 条获奖线的获奖者里有未列入的会员，其总分可能就是所写的分数，本类 {cards} 份得分单的收件人都会看到",
    "warning: score cards tell the lowest awarded score and the best below it; {n:award line has|award lines have} winners who are not in the bag, whose total that may be: {cards:card tells|cards tell} it",
)
TRACED = (
    "提醒：各类各奖的获奖家数是公开的；对照会员名册，没有同意公开名称的获奖会员里有 {sure} 家可以推知是哪一家，另有 {half} 家可以猜中一半以上；可以少分类别，或征得其同意",
    "warning: how many won each award in each class is public; with a list of members, {sure} of the winners who did not agree to be named can be told, and {half} more guessed at evens or better; have fewer classes, or ask them",
)
UNASKED = (
    "结果页面和开放包公开 {n} 家会员的{items.zh}及各项指标的数值，而办法没有就此征求会员同意",
    "the page of results and the open bag tell {items.en} and the values of {n:member|members}, and the scheme asks nobody to agree to that",
)
NOBODY = (
    "没有一家会员能列入开放包：列入须同意公开{items.zh}，而办法没有就此征求同意",
    "no member can ever stand in the open bag: to be in it is to agree to {items.en}, and the scheme asks nobody for that",
)
ASK_ALL = (
    "请在承诺书（或申报表）上加上这几项（tables.toml 里各加一列），在 [publication.consent] 写 {keys.zh}；章程或规定要求公开的，写进 obliged",
    "ask on the pledge (or the application), a column each in tables.toml, and write {keys.en} in [publication.consent]; what a charter or a rule demands goes into obliged",
)
ASK = (
    "请在承诺书（或申报表）上加上这几项，在 [publication.consent] 写 {keys.zh}，征求以后再公开",
    "ask on the pledge (or the application), write {keys.en} in [publication.consent], and publish once they have answered",
)
LOST = (
    "\n\n打开记录之前封存过办法，但那个封存包已经没有了（{day}记入工作记录）：此后办法又改了什么，无从对照。",
    "\n\nRules were sealed before the records, and that bag is there no more (entered into the minutes on {day}): what was decided otherwise since cannot be held against it.",
)
TOLD = Phrase("总分、名次、奖项和公开名单中的最低获奖分", "total, place and award of every member in it, and the score of each lowest listed winner,")
FORMERLY_TOLD = Phrase("总分、名次、分数线和奖项", "total, place, line and award of every member in it")
"""What can be computed again of an open bag; up to version 0.7.0 the lowest listed winner went by the name of the award line."""
LINE = Phrase("", ", `line` being the score of the lowest listed winner where {few} or more are listed, which may lie above the award line of all winners")
LEAST = Phrase("最低获奖得分", "")
MISSING = Phrase(
    '缺失的也按下表；以中位数、平均数替代的，用办法中写定的数（`stands_in`），它是得分；写了 `missing_of = "raw"` 的是实测值，再按下表取值',
    'a missing one too (medians and means as the scheme holds them, `stands_in`: these are points; raw values, to be scored like any other, where `missing_of` is "raw")',
)
FORMERLY_MISSING = Phrase("缺失的也按下表；以中位数、平均数替代的，用办法中写定的数（`stands_in`）", "a missing one too (medians and means as the scheme holds them, `stands_in`)")
RANKED = Phrase(
    "总分高者在前；同分依次比较 `ties` 所列各项（得分同样四舍五入），仍相同则并列（1、2、2、4）。未列入者的总分都取区间的上限（空白为高于所有人）时得到 `rank_to`，都取下限（空白为低于所有人）时得到 `rank_from`；"
    "与列入会员同分时，`ties` 所比较的得分，取上限时未列入者都算最高，取下限时都算最低，但其中代表不列名的获奖者的仍算最高；所比较的条件都算没有记录。代表不列名的获奖者的，按奖项的次序，`lines.csv` 每一行取 `unnamed` 家，"
    "至多为 `places`（空白为不限）减去列入的获奖者（`winners` − `unnamed`）：区间上限高的在先，上限相同的下限高的在先，已代表不能兼得的在先奖项的不再取",
    ", the higher total first, then by `ties` (their scores rounded likewise), 1-2-2-4. The totals of those not open being the upper ends of their intervals (empty: above everyone) this gives `rank_to`, the lower ends (empty: below everyone) `rank_from`. "
    "Where one of them is level with an open one, it has the best of each score that `ties` compares at the upper end, and the worst at the lower end, but the best there too if it stands for a winner; of conditions it has no record. Those that stand for winners are, in the scheme's order of awards and for each line of `lines.csv`, "
    "as many as `unnamed`, but no more than `places` (empty: no limit) less the open winners, which are `winners` - `unnamed`: those whose interval ends highest, and of these those whose interval begins highest, none for two awards that exclude each other",
)
FORMERLY_RANKED = Phrase(
    "总分高者在前；同分依次比较 `ties` 所列各项，仍相同则并列（1、2、2、4）。未列入者以区间的下限、上限各排一次，得到 `rank_from` 和 `rank_to`",
    ", then by `ties`, 1-2-2-4; those not open are put in once at the\nlower and once at the upper end of their intervals, which gives `rank_from` and `rank_to`",
)
AWARDED = Phrase(
    "按总分（或该奖的 `by`）的次序，列入的会员取 `winners` − `unnamed` 家（`lines.csv`）。不是 `places` − `unnamed`：末位同分并列的都获奖，家数可以多于名额，其中也可以有不列名的。不列名的 `unnamed` 家都排在未获奖的列入会员之前；其余未列入者不占名额。委员会裁定过的同分见 `rulings.csv`",
    "in the order of their totals, or of the award's `by`. Of the open ones as many win as `winners` - `unnamed` of `lines.csv`; not `places` - `unnamed`, as level ones that share the last place all win, beyond the places, and some of these may not be open. "
    "Those `unnamed` stand before every open one that lost; `rulings.csv` says who of level ones was given what was left",
)
FORMERLY_AWARDED = Phrase(
    "依名次取名额（`lines.csv`）。不列名的获奖者占去的名额已写在 `unnamed`，他们都排在未获奖的列入会员之前；其余未列入者不占名额",
    "as many as `lines.csv` has places;\n`unnamed` of these are taken by members not open, who stand before every open one that lost",
)
COLUMNS = Phrase("下面的表和栏按 `scheme.toml` 里的代号书写。\n\n", "Tables and columns of the records go by their ids in `scheme.toml`.\n\n")
ENTRIES = "What is Chinese in the tables has its English in `scheme.toml`, as far as there is one: `[english]`. "
LINES_TOLD = phrase(LINE.zh, LINE.en, few=FEWEST)
NONE = Phrase("", "")
WORDS = {"told": TOLD, "least": LEAST, "line": LINES_TOLD, "missing": MISSING, "ranked": RANKED, "awarded": AWARDED, "columns": COLUMNS}
FORMERLY = {"told": FORMERLY_TOLD, "least": LEAST, "line": NONE, "missing": FORMERLY_MISSING, "ranked": FORMERLY_RANKED, "awarded": FORMERLY_AWARDED, "columns": NONE}
"""What the page says by the version that writes it: since 1.0.0, and before."""
CHECK = """```sh
sha256sum --strict --quiet -c tagmanifest-sha256.txt
sha256sum --strict --quiet -c manifest-sha256.txt
sha256sum manifest-sha256.txt
committee verify . --replay
```
"""
CHINESE = """# {title}：开放包

届次 {edition}，第 {revision} 版，{day} 封存。这里是可以公开的部分：任何人都能由它重新算出列入会员的{told}，不需要原始记录，也不含个人信息。{lost}

## 里面有什么

| 文件 | 内容 |
|---|---|
| `scheme.toml` | 评选办法（TOML 1.0），取值时所比较的数值已写入 |
| `members.csv` | 列入的会员：代码、名称、类别、是否申报、有无记录、被一票否决的条款 |
| `indicators.csv` | 各项指标的实测值；空格为缺失，“不适用”为不适用 |
| `adjustments.csv` | 加分、扣分的记录数，封顶之前 |
| `conditions.csv`、`previous.csv` | 申报条件、上届结果；办法没有用到就没有这个文件 |
| `scores.csv`、`ranking.csv`、`awards.csv` | 由上面各表算出的得分、名次和等级、奖项；`rank_from` 至 `rank_to` 是名次的范围 |
| `withheld.csv` | 有名次但不列入的会员，一行一家：类别，总分所在的区间（空白为不设界） |
| `rulings.csv` | 委员会对同分的裁定；没有裁定就没有这个文件 |
| `classes.csv`、`lines.csv` | 各类家数；各奖项名额、获奖家数、其中不列名的家数，列入的获奖者不少于 {few} 家时的{least} |

列入 {open} 家，共 {members} 家。没有列入的 {withheld} 家：未同意公开（须同意本表所示的各项），或所在类别列入的不足 {few} 家、或离开未列入者就不能如数重算。其中有名次的 {bounds} 家只给总分的区间，不给名称、代码、得分和奖项。
区间的端点只按列入会员的总分和名额线划定，与未列入者的总分无关，因此不能由区间反推；宽度不小于本类列入会员总分全距的 {narrow}，区间之内的列入会员名次只给范围。办法中写入的平均数、标准差、最值、中位数由全部会员得出；其中未列入的不足 {few} 家时，所在类别整类不列入，以免由这些数反推。

## 怎样核对

在本文件的上一级文件夹中执行：

{check}
第三行得到的就是开放包的指纹，应与公示页面所列的一致。第四行由程序重新计算并逐格比较；程序由秘书处提供（{distribution} {version}）。

## 没有程序，怎样算

1. **指标得分**：按下表由实测值得 0 至 {scale} 分。{missing}。不计的、不适用的，权重由同级分担。
2. **分组得分和总分**：按下表的办法和权重（占同级之和的比例）自下而上合计。
3. **加分和扣分**：`adjustments.csv` 的数 × `per`，以 `cap`、`floor` 为限，加到总分上；总分四舍五入到 {decimals} 位小数，再排名。
4. **名次**：在本类申报且合格的会员中，{ranked}。
5. **奖项**：按办法中的次序，逐项：有名次、未被一票否决、达到最低分和各项条件、未得不能兼得的在先奖项者，{awarded}。
6. **等级**：总分达到的最高一档（下限含本数），并须符合该档的条件；没有记录的用 `default`；一票否决所定的等级为准。

{columns}{rules}
"""
ENGLISH = """# {title}: open bag

Edition {edition}, revision {revision}, sealed on {day}. This is the part that anyone may have: {told} can be computed again from it, without records and without personal data.{lost}

`scheme.toml` is what was decided, with what values are compared with; `members.csv`, `indicators.csv`, `adjustments.csv` (before caps), `conditions.csv` and `previous.csv` are what was measured of those in it, {open} of {members} in all;
`scores.csv`, `ranking.csv` and `awards.csv` follow from these. Of the rest ({withheld}), who did not permit it or whose class has fewer than {few} such rows or does not come out the same alone, {bounds} ranked ones
stand in `withheld.csv` as an interval of their total alone, no narrower than {narrow} of the span of their class's open totals. Where an interval begins and ends hangs on open totals and lines alone, so that nothing narrower can be worked back from it; places of open ones within it are told as ranges. Means, deviations, ends and medians in the scheme are those of all members: where fewer than {few} of these are not in, a class is left out whole, lest what was measured of them follow. `classes.csv` and `lines.csv` count the rest{line}; `rulings.csv` is how the committee settled ties.

{checked}; the third prints the fingerprint, which has to be the one on the notice. The program is {distribution} {version}; ask the secretariat for it.

Without a program: a raw value gives 0 to {scale} points as the table below says, {missing}; groups and the total are gathered as it says, weights as shares of siblings;
what `adjustments.csv` has x `per`, within `cap` and `floor`, are added; the total is rounded half up to the decimals of the scheme ({decimals}). Members of a class that applied and are eligible are ranked by it{ranked}. Awards go in the scheme's order to those ranked, not struck, over every bar and without an award that excludes it, {awarded}. A grade is the best band the total reaches whose requirements are met; `default` for who has no records; then the vetoes' grades hold.

{columns}{rules}
"""


def readme(rows: OpenRows, facts: Facts) -> str:
    """The page in two languages, that of the scheme first; it follows from the rows and these facts alone."""
    scheme, members = rows.scheme, int(rows.classes["members"].sum())
    former = in_words_before("1.0.0")
    english = {} if former else scheme.english
    words = dict(FORMERLY if former else {key: last_listed(said, scheme) for key, said in WORDS.items()})
    words["lost"] = Phrase(*(said.format(day=literally(facts.rules_lost)) for said in LOST)) if facts.rules_lost else Phrase("", "")
    turned = scheme.language == "en" and not former
    words["checked"] = Phrase("", f"In the folder above this one:\n\n{CHECK}\nThese lines check it" if turned else "The lines above check it")
    words["columns"] = Phrase(words["columns"].zh, f"{ENTRIES * bool(english)}{words['columns'].en}")
    words["title"] = Phrase(scheme.title, english.get(scheme.title, scheme.title))
    told: dict[str, Any] = {
        "edition": literally(discreet(scheme.edition)), "revision": literally(facts.revision), "day": literally(facts.day), "version": literally(facts.version),
        "distribution": DISTRIBUTION, "check": CHECK, "few": FEWEST, "narrow": f"{NARROW:.0%}", "scale": figure(scheme.scale), "decimals": scheme.decimals,
        "open": len(rows.members), "members": members, "withheld": members - len(rows.members), "bounds": len(rows.withheld),
    }  # fmt: skip
    words["title"] = Phrase(*(literally(discreet(words["title"].into(language))) for language in LANGUAGE_TAGS))
    rules = [*_rules(scheme, english)]
    texts: dict[Language, str] = {"zh": CHINESE, "en": ENGLISH}
    halves = {
        language: text.format(**told, **{key: said.into(language) for key, said in words.items()}, rules="\n".join(line.into(language) for line in rules))
        for language, text in texts.items()
    }  # fmt: skip
    return "\n---\n\n".join(reversed(halves.values()) if turned else halves.values())


def _rules(scheme: Scheme, english: Mapping[str, str]) -> Iterator[Phrase]:
    """How each node is valued or gathered, line by line; then every rule beside the tree, in English with the names that the scheme has in English."""
    yield Phrase("| 分组、指标 | 属于 | 权重 | 怎样得分 | 缺失 |\n|---|---|---|---|---|", "| node | below | weight | how it is scored | missing |\n|---|---|---|---|---|")
    for node in scheme.nodes.values():
        how = valued_in_words(node) if isinstance(node, Indicator) else gathered_in_words(node)
        missing = missing_in_words(node) if isinstance(node, Indicator) else Phrase("", "")
        yield _row(english, Phrase(*[f"{node.label} ({node.id})"] * 2), Phrase(*[node.group or ""] * 2), Phrase(*[figure(node.weight)] * 2), how, missing)
    yield Phrase("\n| 其他规则 | 名称 | 规定 |\n|---|---|---|", "\n| other rules | name | decided |\n|---|---|---|")
    for kind, name, read, decided, _ in rule_lines(scheme):
        yield _row(english, kind, as_phrase(name), joined([part for part in (as_phrase(read), as_phrase(decided)) if part.zh], "：", ": "))


def _row(english: Mapping[str, str], *cells: Phrase) -> Phrase:
    said = [cell.zh for cell in cells], fields_in_english([cell.en for cell in cells], english) if english else [cell.en for cell in cells]
    return Phrase(*(f"| {' | '.join(literally(discreet(cell)) for cell in each)} |" for each in said))


def finer_by_notice(rows: OpenRows, extract: Extract) -> Phrase | None:
    """What the places on the public list add to what is known of those not in the bag; None where that is nothing."""
    codes = {(str(row["name"]), str(row["class"])): str(member) for member, row in rows.members.iterrows()}
    listed = [(codes.get((row.get("name", ""), row.get("class", ""))), row.get("rank", "")) for row in extract.rows]
    finer = made_finer(rows, {member: int(rank) for member, rank in listed if member and rank.isdecimal()})
    return phrase(*FINER, n=finer, narrow=f"{NARROW:.0%}") if finer else None


def told_before(evaluation: Evaluation) -> tuple[Phrase | None, Problems]:
    """What the open bag will hold and leave out, for `check`, and what of it nobody was asked to permit; None where nothing may be published as the scheme stands."""
    scheme = evaluation.scheme
    if unpublishable(scheme) or scheme.consent is None:
        return None, Problems()
    rows, told = open_rows(evaluation), items_told(scheme)
    items = joined([PERMISSIONS[item] for item in told], "、")
    parts = [told_of(rows), *warned_of(rows), *traced_by_elimination(evaluation, rows), phrase("列入须同意公开：{items.zh}", "to be in it is to agree to: {items.en}", items=items)]
    if finer := finer_by_notice(rows, public_extract(evaluation, "", {}, scheme.as_of)):
        parts.append(finer)
    return joined(parts, "。", ". "), Problems(tuple(_unasked(scheme, rows)))


def _unasked(scheme: Scheme, rows: OpenRows) -> Iterator[Problem]:
    """A warning where ranks, totals and values of members become public that nobody was asked to permit."""
    never = [item for item in items_told(scheme) if scheme.consent and not scheme.consent.says(item)]
    if never:
        told = phrase(*NOBODY, items=joined([PERMISSIONS[item] for item in never], "、", " and "))
        yield Problem("warning", told, phrase(*ASK_ALL, keys=listed(never)), file="scheme.toml", column="publication.consent")
    beside: tuple[Permission, ...] = ("rank", "total")
    unasked = [item for item in beside if scheme.consent and not scheme.consent.says(item)]
    if unasked and (count := len(rows.members)):
        told = phrase(*UNASKED, n=count, items=joined([PERMISSIONS[item] for item in unasked], "、", " and "))
        yield Problem("warning", told, phrase(*ASK, keys=listed(unasked)), file="scheme.toml", column="publication.consent")


def warned_of(rows: OpenRows) -> Iterator[Phrase]:
    """What the secretariat has to know of those not in the bag: classes where they are one or two, and lines on the members' own cards that may be their totals."""
    if few := [name for name, held in rows.withheld["class"].value_counts().items() if held <= ONE_OR_TWO]:
        yield phrase(*FEW, classes=joined([Phrase(*[str(name) or "—"] * 2) for name in few], "、", ", "))
    if idle := int((~rows.members["applied"].astype(bool)).sum()):
        yield phrase(*UNAPPLIED, n=idle)
    applied, telling = rows.classes.set_index("class")["applied"], rows.lines[rows.lines["unnamed"] > 0]
    if len(telling):
        told = set(applied.index) if "" in set(telling["class"]) else set(telling["class"])
        yield phrase(*CARDS_TELL, n=len(telling), cards=int(applied[applied.index.isin(told)].sum()))


def traced_by_elimination(evaluation: Evaluation, rows: OpenRows) -> Iterator[Phrase]:
    """For how many winners that are not named the name follows, as all that could have won in their class did, or at least half of them; nothing where it is nobody."""
    members = evaluation.members
    won = members.index.isin(evaluation.awards["member"])
    agreed = evaluation.permitted["award"].reindex(members.index, fill_value=False).to_numpy(bool)
    could = members["applied"].to_numpy(bool) & ~(won & agreed) & ~members.index.isin(rows.members.index)
    pool = members["class"].astype(str) if (rows.lines["class"] != "").any() else members["class"].astype(str).map(lambda _: "")
    counts = pd.DataFrame({"pool": pool.to_numpy(), "hidden": won & ~agreed, "could": could}).groupby("pool").sum()
    sure = int(counts["hidden"][counts["hidden"] == counts["could"]].sum())
    half = int(counts["hidden"][2 * counts["hidden"] >= counts["could"]].sum()) - sure
    if sure or half:
        yield phrase(*TRACED, sure=sure, half=half)


def told_of(rows: OpenRows) -> Phrase:
    """What an open bag holds and what is left out, in numbers."""
    counts = rows.classes
    left_out = counts[counts["left_out"]]
    return phrase(
        "开放包：列入 {open} 家（共 {all} 家）；不列入 {withheld} 家，其中有名次的 {bounds} 家只给出总分的区间；整类不列入 {classes} 类（{members} 家），因为列入的不足 {few} 家或无法如数重算",
        "Open bag: {open} of {all:member|members} are in it; {withheld} are not, of whom {bounds} ranked ones stand as an interval of the total; {classes:class is|classes are} left out whole "
        "({members:member|members}): fewer than {few} open, or not to be computed again without the others",
        open=len(rows.members), all=int(counts["members"].sum()), withheld=int(counts["members"].sum()) - len(rows.members), bounds=len(rows.withheld),
        classes=len(left_out), members=int(left_out["members"].sum()), few=FEWEST,
    )  # fmt: skip
