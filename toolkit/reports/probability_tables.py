"""Tables of what was drawn: awards, ranks and grades under other weights, and when more than weights may vary.

With them the one page for a president's meeting: which awards are certain, which hang on a hair, and on what.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from toolkit.evaluation.contributions import distances
from toolkit.evaluation.stages import open_shortlist
from toolkit.ground.display import Table
from toolkit.ground.text import Language, Phrase, discreet, figure, joined, phrase
from toolkit.reports import wording
from toolkit.reports.columns import (
    CENTER,
    RIGHT,
    Lexicon,
    ListColumn,
    Row,
    award,
    class_,
    listing,
    percents,
    place,
    points,
    rows_of,
    text,
    written,
)
from toolkit.reports.wording import BLANK, WORDS
from toolkit.sensitivity.tipping.lines import or_better

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.sensitivity.robustness import Firmness
    from toolkit.sensitivity.whole_list import WholeList


CERTAINTY = (
    ListColumn(WORDS["member"], "name"),
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["rank"], "rank", place, RIGHT),
    ListColumn(WORDS["award"], "award", award),
)
RANKS = (
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["member"], "name"),
    ListColumn(WORDS["rank"], "rank", place, RIGHT),
    ListColumn(Phrase("最好", "Best seen"), "best", written(".0f"), RIGHT),
    ListColumn(Phrase("5%", "5%"), "q05", written(".0f"), RIGHT),
    ListColumn(Phrase("居中", "Middle"), "q50", written(".0f"), RIGHT),
    ListColumn(Phrase("95%", "95%"), "q95", written(".0f"), RIGHT),
    ListColumn(Phrase("最差", "Worst seen"), "worst", written(".0f"), RIGHT),
    ListColumn(Phrase("平均", "Mean"), "mean", written(".1f"), RIGHT),
)
GRADED = (
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["member"], "name"),
    ListColumn(WORDS["total"], "total", points, RIGHT),
    ListColumn(WORDS["grade"], "grade", text, CENTER),
)
AWARDS = Phrase("权重变动之下各奖项的把握", "How sure each award is under other weights")
DOUBTS = Phrase("权重、标准、数据同时变动之下各奖项的把握", "How sure each award is when weights, goalposts and records vary at once")
GRADES = Phrase("权重变动之下各等级的把握", "How sure each grade is under other weights")


def at_lines(evaluation: Evaluation, each: int = 2) -> list[str]:
    """The `each` members next to every award line on either side, in the order of the list."""
    gaps = distances(evaluation)
    nearest = gaps.assign(gap=gaps["distance"].abs()).sort_values("gap", kind="stable")
    return in_list_order(evaluation, nearest.groupby(["class", "award", "above"], sort=False).head(each)["member"])


def in_list_order(evaluation: Evaluation, members: Iterable[str] | None) -> list[str]:
    """Some members as the list has them, each once; those at the lines where none are named."""
    if members is None:
        return at_lines(evaluation)
    some = set(members)
    return [str(member) for member in evaluation.ranking.index if member in some]


def certainty_table(probabilities: pd.DataFrame, evaluation: Evaluation, top: int = 20) -> Table:
    """The members whose award is least certain under other weights, the least certain first."""
    labels = {award.id: Phrase(award.label, award.label) for award in evaluation.scheme.awards} | {"none": WORDS["none"]}
    unsure = least_certain(probabilities[list(labels)])
    errors = [column for column in probabilities if str(column).endswith("_error")]
    note = phrase(
        "{n} 个会员的结果会随权重而变，以上为最不确定的 {shown} 个；抽样误差不超过 {error:.1%}。",
        "{n:member's results|members' results} depend on the weights, the {shown} least certain are shown; error up to {error:.1%}.",
        n=len(unsure), shown=min(top, len(unsure)), error=float(probabilities[errors].to_numpy().max(initial=0.0)),
    )  # fmt: skip
    columns = (*CERTAINTY, *(ListColumn(label, f"chance of {outcome}", written(".1%"), RIGHT) for outcome, label in labels.items()))
    chances = probabilities[list(labels)].add_prefix("chance of ")
    return listing(columns, evaluation.ranking.loc[unsure[:top]].join(chances), Lexicon.of(evaluation), AWARDS, note)


def least_certain(chances: pd.DataFrame) -> list[str]:
    """The members whose likeliest outcome is not certain, the least certain first; a column for each outcome."""
    surest = chances.max(axis=1)
    return [str(member) for member in surest[surest < 1].sort_values(kind="stable").index]


def ranks_table(
    evaluation: Evaluation, ranks: pd.DataFrame, members: Iterable[str] | None = None, language: Language | None = None
) -> Table:
    """Ranks in the draws: of these members, or of those at the lines.

    Parameters
    ----------
    ranks
        From `toolkit.sensitivity.rank_summary`.
    """
    shown = in_list_order(evaluation, members)
    note = phrase(
        "抽样 {n} 次：十次里有九次，名次在 5% 与 95% 两栏之间；平均名次的抽样误差不超过 {error:.2f}。",
        "{n:draw|draws}: in nine of ten the rank lies between 5% and 95%; the mean's sampling error is at most {error:.2f}.",
        n=ranks.attrs["draws"], error=float(ranks.loc[shown, "mean_error"].max() if shown else 0.0),
    )  # fmt: skip
    drawn = ranks[[column.key for column in RANKS if column.key not in evaluation.ranking]]
    caption = Phrase("权重变动之下的名次", "Ranks under other weights")
    return listing(RANKS, evaluation.ranking.loc[shown].join(drawn), Lexicon.of(evaluation, language), caption, note, parted_by="class")


def grades_table(evaluation: Evaluation, chances: pd.DataFrame, top: int = 20, language: Language | None = None) -> Table:
    """The members whose grade is least certain, the least certain first.

    Parameters
    ----------
    chances
        From `toolkit.sensitivity.grade_probabilities`.
    """
    names, unsure, lexicon = grades_of(chances), unsure_grades(chances), Lexicon.of(evaluation, language)
    note = phrase(
        "{n} 个会员的等级会随权重而变，列出 {shown} 个；抽样误差不超过 {error:.1%}。",
        "{n:member's grade depends|members' grades depend} on the weights, {shown} are shown; error up to {error:.1%}.",
        n=len(unsure), shown=len(unsure[:top]), error=float(chances.filter(regex="_error$").to_numpy().max(initial=0.0)),
    )  # fmt: skip
    columns = (*GRADED, *(ListColumn(grade_name(name), f"chance of {name}", percents(), RIGHT) for name in names))
    shown = evaluation.ranking.loc[unsure[:top]].join(chances[names].add_prefix("chance of "))
    return listing(columns, shown, lexicon, GRADES, note)


def grades_of(chances: pd.DataFrame) -> list[str]:
    """The grades of `grade_probabilities`, the best first, that anybody can have."""
    return [str(name) for name in chances.columns if not name.endswith("_error") and (chances[name] > 0).any()]


def unsure_grades(chances: pd.DataFrame) -> list[str]:
    """The members that can have more than one grade, the least certain first."""
    return least_certain(chances[grades_of(chances)])


def grade_name(grade: str) -> Phrase:
    """A grade as it is written, and a word for none."""
    return Phrase("无等级", "none") if grade == "none" else Phrase(grade, grade)


def award_chances(evaluation: Evaluation, chances: pd.DataFrame) -> pd.DataFrame:
    """The awards of `scenario_probabilities` as `award_probabilities` has them: a column for each award, then its error."""
    awards = chances[chances["kind"] == "award"]
    names = [*(award.id for award in evaluation.scheme.awards), "none"]
    wide = (awards.pivot_table(index="member", columns="outcome", values=value) for value in ("probability", "error"))
    chance, error = (frame.reindex(index=evaluation.members.index, columns=names) for frame in wide)
    return chance.join(error.add_suffix("_error"))


def scenarios_table(evaluation: Evaluation, chances: pd.DataFrame, top: int = 20) -> Table:
    """The members whose award is least certain when more than weights may vary.

    Parameters
    ----------
    chances
        From `toolkit.sensitivity.scenario_probabilities`.
    """
    to, by_award = evaluation.scheme.language, award_chances(evaluation, chances)
    table = certainty_table(by_award, evaluation, top=top)
    note = phrase(
        "{n} 个会员的结果会随之而变，列出最不确定的 {shown} 个；抽样 {draws} 次，其中 {failed} 次无法算出结果；抽样误差不超过 {error:.1%}。",
        "{n:member's results|members' results} depend on them, the {shown} least certain are shown; {draws:draw|draws}, of which {failed} could not be computed; error up to {error:.1%}.",
        n=len(least_certain(by_award.iloc[:, : len(by_award.columns) // 2])), shown=len(table.rows),
        draws=chances.attrs["draws"], failed=chances.attrs["failed"], error=chances.attrs["largest_error"],
    )  # fmt: skip
    return replace(table, caption=DOUBTS.into(to), note=note.into(to))


CERTAIN, LIKELY, HAIR = Phrase("稳", "Certain"), Phrase("较稳", "Likely"), Phrase("系于一线", "On a hair")
CONTENDERS = Phrase("只差一线", "Just missed")
UNASKED = Phrase("未核算（超出核算量上限）", "not looked for (beyond the bound on work)")
NOTHING = Phrase("没有哪一项权重、数据或记录单独就能改变", "no single weight, value or record would change it")
PROVED = Phrase("其中已证明", "Proved")
ONE_PAGE = Phrase("名单稳不稳：一页结论", "How firm the list is, on one page")
FIRMNESS = (
    ListColumn(WORDS["award"], "award", award),
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["places"], "places", lambda places, _: BLANK if wording.absent(places) else str(int(places)), RIGHT),
    *(
        ListColumn(heading, key, lambda count, _: str(count) if count else BLANK, RIGHT)
        for key, heading in {
            "awarded": WORDS["awarded"], "certain": CERTAIN, "proved": PROVED, "likely": LIKELY, "hair": HAIR, "contenders": CONTENDERS,
        }.items()
    ),
)  # fmt: skip
HANGING = (
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["award"], "award", award),
    ListColumn(WORDS["member"], "name"),
    ListColumn(WORDS["rank"], "rank", place, RIGHT),
    ListColumn(WORDS["total"], "total", points, RIGHT),
    ListColumn(Phrase("现在", "Now"), "now", text, CENTER),
    ListColumn(Phrase("能得的把握", "Chance of it"), "chance", written(".0%"), RIGHT),
    ListColumn(Phrase("系于什么", "What it hangs on"), "on"),
)


def bottom_line(firm: Firmness) -> Phrase:
    """The list in one sentence, to be read out."""
    sums = {name: int(firm.places[name].sum()) for name in ("awarded", "certain", "likely", "hair", "contenders")}
    if not sums["awarded"] and not firm.open:
        return Phrase("没有会员获奖。", "Nobody is given an award.")
    parts = [phrase("共评出 {awarded} 个奖：{certain} 个稳", "{awarded} given: certain {certain}", **sums)]
    if sums["likely"]:
        parts.append(phrase("，{likely} 个较稳", ", likely {likely}", **sums))
    parts.append(phrase("，{hair} 个系于一线", ", on a hair {hair}", **sums) if sums["hair"] else Phrase("，没有系于一线的", ", none on a hair"))
    if sums["contenders"]:
        parts.append(phrase("；另有 {contenders} 家只差一线而没有得到", "; missed by a hair {contenders}", **sums))
    if firm.open:
        parts.append(phrase("；还有 {n} 个名额完全同分，待委员会决定，不在其内", "; not among them {n:place|places} for the committee to give, as members are level in every way", n=firm.open))
    return joined([*parts, Phrase("。", ".")], "", "")


def whole_list_line(evaluation: Evaluation, whole: WholeList, *, doubted: bool = False) -> Phrase:
    """What can be said of all places at once, in one sentence for the one page: who is told apart from the lines, and how many are not.

    Under other weights alone, or where goalposts and records are doubted too.
    """
    parts = [
        phrase("“{award}”{better.zh} {sure} 家确在线上，" + ("这 {zone} 家与线上无法区分（现有 {held} 家在线上）" if zone else "没有与线上无法区分的"),
               "`{award}`{better.en}: {sure} certainly over the line, " + ("{zone} not told apart from it ({held} of them over it as it stands)" if zone else "none too near to tell"),
               award=evaluation.scheme.label(award), sure=sure, zone=zone, held=held,
               better=Phrase("或更高的奖", " or better") if len(or_better(evaluation.scheme, award)) > 1 else Phrase("", ""))
        for award, sure, zone, held in whole.zones.itertuples(index=False)
    ]  # fmt: skip
    if not parts:
        return Phrase("没有奖项。", "There is no award.")
    said = joined(parts, "；", "; ")
    if doubted:
        return phrase("权重、标准、数据同时存疑时，把全部名单放在一起看（{level:.0%} 的把握，另抽 {draws} 种情形核对为 {coverage:.1%}）：{said.zh}。",
                      "All places together where weights, goalposts and records are in doubt at once (at {level:.0%}; in {draws:other scenario|other scenarios} {coverage:.1%}): {said.en}.",
                      level=whole.level, draws=whole.draws, coverage=whole.coverage, said=said)  # fmt: skip
    return phrase("把全部名单放在一起看（{level:.0%} 的把握，权重另抽 {draws} 组核对为 {coverage:.1%}）：{said.zh}。",
                  "All places together (at {level:.0%}; in {draws:other draw|other draws} of the weights {coverage:.1%}): {said.en}.",
                  level=whole.level, draws=whole.draws, coverage=whole.coverage, said=said)  # fmt: skip


def zone_line(whole: WholeList) -> Phrase:
    """How many members cannot be told apart from a line, of all awards together; empty where there is no award."""
    if whole.zones.empty:
        return Phrase("", "")
    if not whole.zone:
        return phrase("全部名单同时成立也有 {level:.0%} 的把握，没有与线上无法区分的。", "All places hold at once (at {level:.0%}): nobody is too near a line to tell.", level=whole.level)
    return phrase("以上逐家而论；若要全部名单同时成立（{level:.0%} 的把握），则线上线下共有 {n} 家不能断定在哪一边：一次断定的越多，每一家越难断定。",
                  "This is of each by itself; for all places to hold at once (at {level:.0%}), {n:member|members} over and under the lines cannot be told to be on one side: the more is claimed at once, the less of each.",
                  level=whole.level, n=whole.zone)  # fmt: skip


def firmness_table(evaluation: Evaluation, firm: Firmness, language: Language | None = None) -> Table:
    """How many places of each award are certain, likely, and on a hair, class by class; above it the list in one sentence."""
    shown = firm.places[(firm.places["awarded"] > 0) | (firm.places["contenders"] > 0)]
    return listing(FIRMNESS, shown, Lexicon.of(evaluation, language), bottom_line(firm), firmness_note(), parted_by="award")


def firmness_note() -> Phrase:
    """What certain, likely and on a hair mean."""
    return Phrase(
        "稳：换一百组权重，至少九十九组仍得此奖或更高的奖；较稳：三组里至少有两组；其余为系于一线。只差一线：未得此奖，但三组里有一组以上能得。"
        "已证明：权重在所设范围内任意变动都不变，由计算证明，不靠抽样。",
        "Certain: the award or a better one is kept in 99 of 100 other sets of weights; likely: in two of three; else on a hair. Just "
        "missed: won in more than one of three. Proved: kept under any weights within the bounds, by proof and not by draws.",
    )


HAS, HAS_NOT = Phrase("已得", "has it"), Phrase("未得", "not")


def open_line(evaluation: Evaluation) -> Phrase | None:
    """That the shortlist is open, so that all that is said of the awards is said of the list as it stands; None where it is not."""
    told = open_shortlist(evaluation.problems)
    if not told:
        return None
    rules = joined([problem.rule for problem in told], "；", "; ")
    return phrase("入围名单未定：{rules.zh}；以上各数只就现有的入围名单而言。", "The shortlist is open: {rules.en}; all this is of the list as it stands.", rules=rules)


def hanging_table(evaluation: Evaluation, firm: Firmness, language: Language | None = None) -> Table:
    """Who is on a hair, one by one, and the nearest things that would turn each."""
    note = Phrase(
        "权重变动时，同级其余权重按原比例分担；数据变动时，其他会员不变；各项都按实际规则（类别、名额、底线、否决、并列、四舍五入）核过。",
        "When a weight moves its siblings share the rest as they did; when a value moves the other members stay. Each was tried by the actual rule.",
    )
    standing = evaluation.ranking.loc[firm.hanging["member"], ["name", "rank", "total"]]
    on = [UNASKED if (row["award"], row["member"]) in firm.unasked else hanging_in_words(evaluation, row) for row in rows_of(firm.hanging)]
    rows = [
        row | now | {"now": HAS if row["holds"] else HAS_NOT, "on": words}
        for row, now, words in zip(rows_of(firm.hanging), rows_of(standing), on, strict=True)
    ]
    caption = phrase("系于一线的会员，共 {n} 家", "Members on a hair: {n}", n=len(rows))
    notes = [note, *(line for line in (unasked_line(firm), open_line(evaluation)) if line is not None)]
    return listing(HANGING, rows, Lexicon.of(evaluation, language), caption, joined(notes, "", " "), parted_by="class")


def unasked_line(firm: Firmness) -> Phrase | None:
    """Of how many the bounds on work left a question open: what they hang on, or what is proved of them; None where of nobody."""
    hair = phrase(
        "系于一线的共 {of} 项，核算量有上限：只对能得的把握最接近一半的 {asked} 项核算了系于什么，其余 {left} 项未核算；逐一去掉会员、记录也只对已核算的做。",
        "There is a bound on work: of {of} on a hair what they hang on was looked for in the {asked} nearest to even odds, and not in the other {left}; members and records were taken away one by one of the former alone.",
        of=len(firm.hanging), asked=len(firm.hanging) - len(firm.unasked), left=len(firm.unasked),
    )  # fmt: skip
    proved = phrase(
        "任意权重下的奖项也有核算量的上限：离线最远的 {n} 项没有逐对比较，只按各自可能的最低分和最高分判断，能证明的可能不止这些。",
        "There is a bound on work for awards under any weights too: of the {n} farthest from their lines no pairs were compared, only the least and the most each can have; more may hold than is proved.",
        n=firm.passed_over,
    )  # fmt: skip
    lines = [hair] * bool(firm.unasked) + [proved] * bool(firm.passed_over)
    return joined(lines, "", " ") if lines else None


def hanging_in_words(evaluation: Evaluation, row: Row) -> Phrase:
    """The nearest weight, raw value and record that turn one member's award, in one sentence."""
    parts = [part for part in (_weight(evaluation, row), _value(evaluation, row), _record(evaluation, row)) if part is not None]
    if not parts:
        return NOTHING
    award = wording.award_label(evaluation.scheme, row["award"])
    end = phrase("，即失去{award}", ", and {award} is lost", award=award) if row["holds"] else phrase("，即可得{award}", ", and {award} is won", award=award)
    return joined([joined(parts, "；或", "; or "), end], "", "")


def hanging_names(evaluation: Evaluation, firm: Firmness, row: Row) -> list[tuple[Phrase, list[str]]]:
    """Who of one award and class, a row of `firm.places`, is on a hair, and who just missed; by name."""
    hanging = firm.hanging[(firm.hanging["award"] == row["award"]) & (firm.hanging["class"] == row["class"])]
    names = [[str(evaluation.members["name"][member]) for member in hanging.loc[hanging["holds"] == holds, "member"]] for holds in (True, False)]
    return [(standing, who) for standing, who in zip((HAIR, CONTENDERS), names, strict=True) if who]


def hanging_words(evaluation: Evaluation, firm: Firmness, row: Row, to: Language) -> str:
    """The same in one line: 系于一线：甲；只差一线：乙、丙."""
    colon, stop = ("：", "；") if to == "zh" else (": ", "; ")
    return stop.join(f"{standing.into(to)}{colon}{wording.JOIN.into(to).join(who)}" for standing, who in hanging_names(evaluation, firm, row))


def _weight(evaluation: Evaluation, row: Row) -> Phrase | None:
    if wording.absent(row["node"]):
        return None
    up = row["to"] > row["weight"]
    return phrase(
        "权重“{label}”由 {before} {way.zh} {after}{others.zh}", "weight `{label}` {way.en} from {before} to {after}{others.en}",
        label=evaluation.scheme.label(row["node"]), before=figure(row["weight"]), after=_figure(row["to"]),
        way=Phrase("升到", "up") if up else Phrase("降到", "down"), others=_others(evaluation, row),
    )  # fmt: skip


def _others(evaluation: Evaluation, row: Row) -> Phrase:
    """Who of the same class takes the place, or leaves it."""
    classes, names = evaluation.members["class"], evaluation.members["name"]
    others = [str(names[m]) for m in (row["gained"] if row["holds"] else row["lost"]) if not row["class"] or classes[m] == row["class"]]
    if not others:
        return Phrase("", "")
    zh = "（由{who}替补）" if row["holds"] else "（{who}让出）"
    en = " ({who} taking the place)" if row["holds"] else " ({who} leaving it)"
    return phrase(zh.replace("{who}", "{zh}"), en.replace("{who}", "{en}"), zh="、".join(others), en=", ".join(others))


def _value(evaluation: Evaluation, row: Row) -> Phrase | None:
    if wording.absent(row["indicator"]):
        return None
    unit = next(item.unit for item in evaluation.scheme.indicators if item.id == row["indicator"])
    change = row["needed"] - row["raw"]
    n = figure(abs(change))
    much = Phrase("一点", "a little") if n == "0" else phrase(" {n}{gap}{unit}", "{n}{gap}{unit}", n=n, gap=" " if unit else "", unit=unit)
    return phrase(
        "“{label}”{way.zh}{much.zh}（记录为 {raw}）", "`{label}` {much.en} {way.en} (recorded {raw})",
        label=evaluation.scheme.label(row["indicator"]), way=Phrase("多", "more") if change > 0 else Phrase("少", "less"),
        much=much, raw=figure(row["raw"]),
    )  # fmt: skip


def _record(evaluation: Evaluation, row: Row) -> Phrase | None:
    if wording.absent(row["file"]):
        return None
    file = discreet(PurePosixPath(str(row["file"])).name)
    sheet = phrase("“{sheet}”", ", sheet {sheet}", sheet=discreet(row["sheet"])) if row["sheet"] else Phrase(" ", "")
    whose = Phrase("", "") if row["owner"] == row["member"] else phrase("{who}的", " of {who}", who=evaluation.members["name"][row["owner"]])
    more = phrase("（这样的记录共 {n} 条）", " (one of {n} such)", n=int(row["records"])) if row["records"] > 1 else Phrase("", "")
    return phrase(
        "{whose.zh}{file}{sheet.zh}第 {row} 行如不算{more.zh}", "row {row} of {file}{sheet.en}{whose.en} struck{more.en}",
        file=file, sheet=sheet, row=int(row["row"]), whose=whose, more=more,
    )  # fmt: skip


def _figure(weight: float) -> str:
    return "∞" if math.isinf(weight) else f"{weight:.8f}".rstrip("0").rstrip(".")
