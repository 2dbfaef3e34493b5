"""Tables of what was drawn: ranks and grades under other weights, and awards when more than weights may vary.

The one page for a president's meeting: which awards are certain, which hang on a hair, and on what, as a colleague would note it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from toolkit.evaluation.contributions import distances
from toolkit.ground.display import Table
from toolkit.ground.text import Language, Phrase, discreet, figure, phrase
from toolkit.reports import wording
from toolkit.reports.diagnostic_tables import percent
from toolkit.reports.list_tables import CENTER, LEFT, RIGHT, Row, breaks, certainty_table, rows_of
from toolkit.reports.wording import class_name, headings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.sensitivity.robustness import Firmness


RANKS = (Phrase("最好", "Best seen"), Phrase("5%", "5%"), Phrase("居中", "Middle"), Phrase("95%", "95%"), Phrase("最差", "Worst seen"), Phrase("平均", "Mean"))
DOUBTS = Phrase("权重、标准、数据同时变动之下各奖项的把握", "How sure each award is when weights, goalposts and records vary at once")
GRADES = Phrase("权重变动之下各等级的把握", "How sure each grade is under other weights")


def at_lines(evaluation: Evaluation, each: int = 2) -> list[str]:
    """The `each` members next to every award line on either side, in the order of the list."""
    found = distances(evaluation)
    nearest = found.assign(gap=found["distance"].abs()).sort_values("gap", kind="stable")
    near = set(nearest.groupby(["class", "award", "above"], sort=False).head(each)["member"])
    return [str(member) for member in evaluation.ranking.index if member in near]


def in_list_order(evaluation: Evaluation, members: Iterable[str] | None) -> list[str]:
    """Some members as the list has them, each once; those at the lines where none are named."""
    if members is None:
        return at_lines(evaluation)
    asked = set(members)
    return [str(member) for member in evaluation.ranking.index if member in asked]


def ranks_table(
    evaluation: Evaluation, found: pd.DataFrame, members: Iterable[str] | None = None, language: Language | None = None
) -> Table:
    """Ranks in the draws: of these members, or of those at the lines.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.rank_summary`.
    """
    to, own = language or evaluation.scheme.language, in_list_order(evaluation, members)
    ranking, classes = evaluation.ranking.loc[own], [class_name(name, to) for name in evaluation.ranking.loc[own, "class"]]
    cells = zip(classes, ranking["name"], ranking["rank"], rows_of(found.loc[own]), strict=True)
    note = phrase(
        "抽样 {n} 次：十次里有九次，名次在 5% 与 95% 两栏之间；平均名次的抽样误差不超过 {error:.2f}。",
        "{n:draw|draws}: in nine of ten the rank lies between 5% and 95%; the mean's sampling error is at most {error:.2f}.",
        n=found.attrs["draws"], error=float(found.loc[own, "mean_error"].max() if own else 0.0),
    )  # fmt: skip
    return Table(
        (*headings(to, "class", "member", "rank"), *(name.into(to) for name in RANKS)),
        tuple((class_, str(name), wording.place(rank), *_ranks(row)) for class_, name, rank, row in cells),
        Phrase("权重变动之下的名次", "Ranks under other weights").into(to),
        (LEFT, LEFT, *[RIGHT] * 7),
        lines_after=breaks(classes),
        note=note.into(to),
    )


def grades_table(evaluation: Evaluation, found: pd.DataFrame, top: int = 20, language: Language | None = None) -> Table:
    """The members whose grade is least certain, the least certain first.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.grade_probabilities`.
    """
    to, names = language or evaluation.scheme.language, grades_of(found)
    unsure = unsure_grades(found)
    own = evaluation.ranking.loc[unsure[:top]]
    note = phrase(
        "{n} 个会员的等级会随权重而变，列出 {shown} 个；抽样误差不超过 {error:.1%}。",
        "{n:member's grade depends|members' grades depend} on the weights, {shown} are shown; error up to {error:.1%}.",
        n=len(unsure), shown=len(own), error=float(found[[f"{name}_error" for name in names]].to_numpy().max()),
    )  # fmt: skip
    return Table(
        (*headings(to, "class", "member", "total", "grade"), *(grade_name(name, to) for name in names)),
        tuple(
            (class_name(row["class"], to), row["name"], wording.points(row["total"], evaluation.scheme.decimals), row["grade"],
             *(percent(found.loc[member, name]) for name in names))
            for member, row in zip(own.index, rows_of(own), strict=True)
        ),
        GRADES.into(to), (LEFT, LEFT, RIGHT, CENTER, *[RIGHT] * len(names)), note=note.into(to),
    )  # fmt: skip


def grades_of(found: pd.DataFrame) -> list[str]:
    """The grades of `grade_probabilities`, the best first, that anybody can have."""
    return [str(name) for name in found.columns if not name.endswith("_error") and (found[name] > 0).any()]


def unsure_grades(found: pd.DataFrame) -> list[str]:
    """The members that can have more than one grade, the least certain first."""
    surest = found[grades_of(found)].max(axis=1)
    return [str(member) for member in surest[surest < 1].sort_values(kind="stable").index]


def grade_name(grade: str, to: Language) -> str:
    """A grade as it is written, and a word for none."""
    return Phrase("无等级", "none").into(to) if grade == "none" else grade


def award_chances(evaluation: Evaluation, found: pd.DataFrame) -> pd.DataFrame:
    """The awards of `scenario_probabilities` as `award_probabilities` has them: a column for each award, then its error."""
    given = found[found["kind"] == "award"]
    wide = [given.pivot_table(index="member", columns="outcome", values=name) for name in ("probability", "error")]
    names = [*(award.id for award in evaluation.scheme.awards), "none"]
    chance, error = (each.reindex(index=evaluation.members.index, columns=names) for each in wide)
    return chance.join(error.add_suffix("_error"))


def scenarios_table(evaluation: Evaluation, found: pd.DataFrame, top: int = 20) -> Table:
    """The members whose award is least certain when more than weights may vary.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.scenario_probabilities`.
    """
    to, chances = evaluation.scheme.language, award_chances(evaluation, found)
    table = certainty_table(chances, evaluation, top=top)
    note = phrase(
        "{n} 个会员的结果会随之而变，列出最不确定的 {shown} 个；抽样 {draws} 次，其中 {failed} 次无法算出结果；抽样误差不超过 {error:.1%}。",
        "{n:member's results|members' results} depend on them, the {shown} least certain are shown; {draws:draw|draws}, of which {failed} could not be computed; error up to {error:.1%}.",
        n=int((chances.iloc[:, : len(chances.columns) // 2].max(axis=1) < 1).sum()), shown=len(table.rows),
        draws=found.attrs["draws"], failed=found.attrs["failed"], error=found.attrs["largest_error"],
    )  # fmt: skip
    return replace(table, caption=DOUBTS.into(to), note=note.into(to))


def _ranks(row: Row) -> tuple[str, ...]:
    marks = (wording.BLANK if wording.absent(row[name]) else f"{row[name]:.0f}" for name in ("best", "q05", "q50", "q95", "worst"))
    return (*marks, wording.BLANK if wording.absent(row["mean"]) else f"{row['mean']:.1f}")



CERTAIN, LIKELY, HAIR = Phrase("稳", "Certain"), Phrase("较稳", "Likely"), Phrase("系于一线", "On a hair")
CONTENDERS = Phrase("只差一线", "Just missed")
NOTHING = Phrase("没有哪一项权重、数据或记录单独就能改变", "no single weight, value or record would change it")
PROVED = Phrase("其中已证明", "Proved")
ONE_PAGE = Phrase("名单稳不稳：一页结论", "How firm the list is, on one page")
PLACES = (CERTAIN, PROVED, LIKELY, HAIR, CONTENDERS)
HANGING = (Phrase("现在", "Now"), Phrase("能得的把握", "Chance of it"), Phrase("系于什么", "What it hangs on"))


def bottom_line(firm: Firmness) -> Phrase:
    """The list in one sentence, to be read out."""
    sums = {name: int(firm.places[name].sum()) for name in ("awarded", "certain", "likely", "hair", "contenders")}
    if not sums["awarded"]:
        return Phrase("没有会员获奖。", "Nobody is given an award.")
    firmly = phrase("共评出 {awarded} 个奖：{certain} 个稳", "{awarded} given: certain {certain}", **sums)
    likely = phrase("，{likely} 个较稳", ", likely {likely}", **sums) if sums["likely"] else Phrase("", "")
    hair = phrase("，{hair} 个系于一线", ", on a hair {hair}", **sums) if sums["hair"] else Phrase("，没有系于一线的", ", none on a hair")
    out = phrase("；另有 {contenders} 家只差一线而没有得到", "; missed by a hair {contenders}", **sums) if sums["contenders"] else Phrase("", "")
    parts = (firmly, likely, hair, out)
    return Phrase("".join(part.zh for part in parts) + "。", "".join(part.en for part in parts) + ".")


def firmness_table(evaluation: Evaluation, firm: Firmness, language: Language | None = None) -> Table:
    """How many places of each award are certain, likely, and on a hair, class by class; above it the list in one sentence."""
    to = language or evaluation.scheme.language
    shown = firm.places[(firm.places["awarded"] > 0) | (firm.places["contenders"] > 0)]
    return Table(
        (*headings(to, "award", "class", "places", "awarded"), *(name.into(to) for name in PLACES)),
        tuple(_places(evaluation, row, to) for row in rows_of(shown)),
        bottom_line(firm).into(to),
        (LEFT, LEFT, *[RIGHT] * 7),
        lines_after=breaks([row["award"] for row in rows_of(shown)]),
        note=firmness_note().into(to),
    )


def firmness_note() -> Phrase:
    """What certain, likely and on a hair mean."""
    return Phrase(
        "稳：换一百组权重，至少九十九组仍得此奖或更高的奖；较稳：三组里至少有两组；其余为系于一线。只差一线：未得此奖，但三组里有一组以上能得。"
        "已证明：权重在所设范围内任意变动都不变，由计算证明，不靠抽样。",
        "Certain: the award or a better one is kept in 99 of 100 other sets of weights; likely: in two of three; else on a hair. Just "
        "missed: won in more than one of three. Proved: kept under any weights within the bounds, by proof and not by draws.",
    )


def hanging_table(evaluation: Evaluation, firm: Firmness, language: Language | None = None) -> Table:
    """Who is on a hair, one by one, and the nearest things that would turn each."""
    to, scheme = language or evaluation.scheme.language, evaluation.scheme
    own = evaluation.ranking.loc[firm.hanging["member"]]
    standing = zip(rows_of(firm.hanging), own["name"], own["rank"], own["total"], strict=True)
    note = Phrase(
        "权重变动时，同级其余权重按原比例分担；数据变动时，其他会员不变；各项都按实际规则（类别、名额、底线、否决、并列、四舍五入）核过。",
        "When a weight moves its siblings share the rest as they did; when a value moves the other members stay. Each was tried by the actual rule.",
    )
    return Table(
        (*headings(to, "class", "award", "member", "rank", "total"), *(name.into(to) for name in HANGING)),
        tuple(
            (
                class_name(row["class"], to), wording.award_label(scheme, row["award"]), str(name), wording.place(rank),
                wording.points(total, scheme.decimals), _held(row).into(to), f"{row['chance']:.0%}", hanging_in_words(evaluation, row).into(to),
            )
            for row, name, rank, total in standing
        ),
        phrase("系于一线的会员，共 {n} 家", "Members on a hair: {n}", n=len(firm.hanging)).into(to),
        (LEFT, LEFT, LEFT, RIGHT, RIGHT, CENTER, RIGHT, LEFT),
        lines_after=breaks([row["class"] for row in rows_of(firm.hanging)]),
        note=note.into(to),
    )  # fmt: skip


def hanging_in_words(evaluation: Evaluation, row: Row) -> Phrase:
    """The nearest weight, raw value and record that turn one member's award, in one sentence."""
    parts = [part for part in (_weight(evaluation, row), _value(evaluation, row), _record(evaluation, row)) if part is not None]
    if not parts:
        return NOTHING
    award = wording.award_label(evaluation.scheme, row["award"])
    end = phrase("，即失去{award}", ", and {award} is lost", award=award) if row["holds"] else phrase("，即可得{award}", ", and {award} is won", award=award)
    return Phrase("；或".join(part.zh for part in parts) + end.zh, "; or ".join(part.en for part in parts) + end.en)


def hanging_names(evaluation: Evaluation, firm: Firmness, row: Row) -> list[tuple[Phrase, list[str]]]:
    """Who of one award and class, a row of `firm.places`, is on a hair, and who just missed; by name."""
    own = firm.hanging[(firm.hanging["award"] == row["award"]) & (firm.hanging["class"] == row["class"])]
    names = [[str(evaluation.members["name"][member]) for member in own.loc[own["holds"] == holds, "member"]] for holds in (True, False)]
    return [(said, who) for said, who in zip((HAIR, CONTENDERS), names, strict=True) if who]


def hanging_words(evaluation: Evaluation, firm: Firmness, row: Row, to: Language) -> str:
    """The same in one line: 系于一线：甲；只差一线：乙、丙."""
    colon, stop = ("：", "；") if to == "zh" else (": ", "; ")
    return stop.join(f"{said.into(to)}{colon}{wording.JOIN.into(to).join(who)}" for said, who in hanging_names(evaluation, firm, row))


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
    beside = [str(names[m]) for m in (row["gained"] if row["holds"] else row["lost"]) if not row["class"] or classes[m] == row["class"]]
    if not beside:
        return Phrase("", "")
    zh = "（由{who}替补）" if row["holds"] else "（{who}让出）"
    en = " ({who} taking the place)" if row["holds"] else " ({who} leaving it)"
    return phrase(zh.replace("{who}", "{zh}"), en.replace("{who}", "{en}"), zh="、".join(beside), en=", ".join(beside))


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


def _places(evaluation: Evaluation, row: Row, to: Language) -> tuple[str, ...]:
    label = wording.award_label(evaluation.scheme, row["award"])
    places = wording.BLANK if wording.absent(row["places"]) else str(int(row["places"]))
    counts = (row[name] for name in ("awarded", "certain", "proved", "likely", "hair", "contenders"))
    return (label, class_name(row["class"], to), places, *(str(count) if count else wording.BLANK for count in counts))


def _held(row: Row) -> Phrase:
    return Phrase("已得", "has it") if row["holds"] else Phrase("未得", "not")


def _figure(weight: float) -> str:
    return "∞" if math.isinf(weight) else f"{weight:.8f}".rstrip("0").rstrip(".")
