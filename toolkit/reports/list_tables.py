"""The lists of an edition: who stands where and why, who is awarded and who is near the line, what was read and by which scheme."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.evaluation.contributions import AwardLine, award_lines, distances
from toolkit.evaluation.decisions import NOT_JOINT, SETTLE
from toolkit.evaluation.quotas import TOO_FEW, stopped
from toolkit.ground.display import Table
from toolkit.ground.problems import SEVERITIES, Problems
from toolkit.ground.text import Language, Phrase, as_phrase, discreet, figure, in_words_before, phrase
from toolkit.reports import wording
from toolkit.reports.columns import (
    CENTER,
    LEFT,
    RIGHT,
    Lexicon,
    ListColumn,
    Row,
    SheetColumn,
    as_it_is,
    award,
    breaks,
    class_,
    listing,
    place,
    points,
    rows_of,
    signed,
    text,
)
from toolkit.reports.scheme_wording import gathered_in_words, missing_in_words, valued_in_words
from toolkit.reports.wording import WORDS, class_name
from toolkit.scheme.amendments import place_in_words
from toolkit.scheme.criteria import Group, Indicator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.scheme import Scheme

TIED = Phrase("并列", "tied")
FIRST = 5  # members of the list that are told beside its digest
MIDDLE, PLAIN = {"align": "center"}, {"text_wrap": False}
TOP, WRAPPED = {"text_wrap": False, "valign": "top"}, {"text_wrap": True, "valign": "top"}


def _tie_mark(tied: Any, _: Lexicon) -> str:
    return "=" if tied else ""


def _tie_word(tied: Any, lexicon: Lexicon) -> str:
    return TIED.into(lexicon.language) if tied else ""


def _label_if_any(award: Any, lexicon: Lexicon) -> str:
    return lexicon.scheme.label(award) if award else ""


RANKING = (
    ListColumn(WORDS["rank"], "rank", place, RIGHT, SheetColumn(6, cell=as_it_is, look=MIDDLE)),
    ListColumn(WORDS["member"], "name", text, LEFT, SheetColumn(30, Phrase("会员名称", "Member"), text, {"text_wrap": True}, tall=1)),
    ListColumn(WORDS["class"], "class", class_, LEFT, SheetColumn(12, None, text, MIDDLE)),
    ListColumn(WORDS["total"], "total", points, RIGHT, SheetColumn(9, None, as_it_is, {"bold": True}, "scheme")),
    ListColumn(WORDS["tied"], "tied", _tie_mark, CENTER, SheetColumn(6, None, _tie_word, MIDDLE)),
    ListColumn(WORDS["award"], "award", award, LEFT, SheetColumn(11, Phrase("评选结果", "Award"), _label_if_any, {"align": "center", "bold": True})),
    ListColumn(WORDS["grade"], "grade", text, LEFT, SheetColumn(9, Phrase("信用等级", "Grade"), text, MIDDLE)),
    ListColumn(WORDS["reason"], "reason", text, LEFT, SheetColumn(50, None, text, {"text_wrap": True, "font_size": 9}, tall=10 / 9)),
    ListColumn(Phrase("会员代码", "Key"), "member", None, LEFT, SheetColumn(21, None, text, PLAIN)),
)
"""The list itself: `ranking_table`, `ranking.csv` and the first sheet of the workbook."""
PROBLEMS = (
    ListColumn(WORDS["severity"], "severity", text, LEFT, SheetColumn(8, None, as_it_is, TOP)),
    ListColumn(WORDS["file"], "file", text, LEFT, SheetColumn(22, None, as_it_is, TOP)),
    ListColumn(WORDS["sheet"], "sheet", text, LEFT, SheetColumn(10, None, as_it_is, TOP)),
    ListColumn(WORDS["row"], "row", text, RIGHT, SheetColumn(7, None, as_it_is, TOP)),
    ListColumn(WORDS["column"], "column", text, LEFT, SheetColumn(14, Phrase("列", "Column"), as_it_is, TOP)),
    ListColumn(WORDS["value"], "value", text, LEFT, SheetColumn(14, Phrase("值", "Value"), as_it_is, WRAPPED, tall=1)),
    ListColumn(WORDS["rule"], "rule", text, LEFT, SheetColumn(34, Phrase("问题", "Rule"), as_it_is, WRAPPED, tall=1)),
    ListColumn(WORDS["mend"], "mend", text, LEFT, SheetColumn(34, Phrase("如何处理", "Mend"), as_it_is, WRAPPED, tall=1)),
)
"""What is wrong with the inputs: `problems_table`, `problems.csv` and a sheet of the workbook."""
APPLIED = ListColumn(WORDS["applied"], "applied", text, RIGHT)
AWARD_LINES = (
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["members"], "members", text, RIGHT),
    APPLIED,
    ListColumn(WORDS["award"], "award", award),
    ListColumn(WORDS["places"], "places", place, RIGHT),
    ListColumn(WORDS["awarded"], "awarded", text, RIGHT),
    ListColumn(WORDS["line"], "total", points, RIGHT),
)
NEAR_LINE = (
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["which"], "line", award),
    ListColumn(WORDS["member"], "name"),
    ListColumn(WORDS["rank"], "rank", place, RIGHT),
    ListColumn(WORDS["total"], "total", points, RIGHT),
    ListColumn(WORDS["distance"], "distance", signed, RIGHT),
    ListColumn(WORDS["award"], "award", award),
)
TIES = (
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["award"], "award", award),
    ListColumn(WORDS["places"], "places", text, RIGHT),
    ListColumn(WORDS["level"], "members", lambda members, lexicon: lexicon.members(members)),
)
WINNERS = (
    ListColumn(WORDS["award"], "award", award),
    ListColumn(WORDS["class"], "class", class_),
    ListColumn(WORDS["rank"], "rank", place, RIGHT),
    ListColumn(WORDS["member"], "name"),
    ListColumn(WORDS["total"], "total", points, RIGHT),
    ListColumn(WORDS["tied"], "tied", _tie_mark, CENTER),
    ListColumn(WORDS["grade"], "grade"),
)
COUNTS = ("read", "accepted", "refused", "not_data")
RECORDS = (
    ListColumn(WORDS["file"], "file"),
    ListColumn(WORDS["sheet"], "sheet"),
    *(ListColumn(WORDS[name], name, text, RIGHT) for name in COUNTS),
)
SCHEME = (
    ListColumn(WORDS["number"], "number"),
    ListColumn(WORDS["node"], "label"),
    ListColumn(WORDS["weight"], "weight", text, RIGHT),
    ListColumn(WORDS["share"], "share", text, RIGHT),
    *(ListColumn(WORDS[name], name) for name in ("aggregate", "missing", "applies", "source")),
)
EVIDENCE = (ListColumn(WORDS["evidence"], "what"), ListColumn(WORDS["fingerprint"], "fingerprint"))


def ranking_table(evaluation: Evaluation, class_: str | None = None, top: int = 10) -> Table:
    """The first `top` of one class, or of every class when none is named."""
    ranking = evaluation.ranking
    chosen = ranking if class_ is None else ranking[ranking["class"] == class_]
    shown = chosen[chosen["rank"].notna()].groupby("class", sort=False, dropna=False).head(top)
    columns = [column for column in RANKING if column.key != "class" or not class_]
    what = class_ or Phrase("各类会员", "Each class").into(evaluation.scheme.language)
    caption = phrase("{what}：前 {top} 名", "{what}: the first {top}", top=top, what=what)
    return listing(columns, shown, Lexicon.of(evaluation), caption, parted_by="class").without_blank_columns()


def winners_table(evaluation: Evaluation) -> Table:
    """Everybody who is given an award: by award in the scheme's order, then by class and rank."""
    given, order = evaluation.awards[["award", "member"]], list(evaluation.ranking.index)
    standing = evaluation.ranking[["name", "class", "rank", "total", "tied", "grade"]]
    placed = given.assign(turn=given["member"].map(order.index), of=given["award"].map([award.id for award in evaluation.scheme.awards].index))
    shown = placed.sort_values(["of", "turn"], kind="stable").join(standing, on="member")
    note = phrase("共 {n} 家次获奖。", "{n:award is|awards are} given.", n=len(shown))
    parts = [f"{award} {class_}" for award, class_ in zip(shown["award"], shown["class"], strict=True)]
    table = listing(WINNERS, shown, Lexicon.of(evaluation), Phrase("全部获奖会员", "Everybody who is given an award"), note, lines_after=breaks(parts))
    return table.without_blank_columns()


def awards_table(evaluation: Evaluation, language: Language | None = None) -> Table:
    """For each class and award: members, applied, places, awarded and the lowest total awarded.

    Below it, whatever the numbers do not say by themselves: empty places, more given than there are, places left open.
    """
    lexicon, lines = Lexicon.of(evaluation, language), award_lines(evaluation)
    rows = [
        {"class": line.class_, "members": line.members, "applied": line.applied + _held_back(evaluation, line.class_), "shortlisted": line.applied, "award": line.award, "places": line.places,
         "awarded": line.awarded, "total": line.total}
        for line in lines
    ]  # fmt: skip
    notes = [note for note in _beneath(evaluation, lines) if note]
    note = Phrase("".join(note.zh for note in notes), " ".join(note.en for note in notes))
    columns = list(AWARD_LINES)
    if evaluation.scheme.shortlist is not None:
        columns.insert(columns.index(APPLIED) + 1, ListColumn(Phrase("入围", "Shortlisted"), "shortlisted", text, RIGHT))
    columns = [replace(column, heading=HIGHEST) if column.key == "total" and evaluation.scheme.total.better == "lower" else column for column in columns]
    return listing(columns, rows, lexicon, Phrase("各类名额与获奖线", "Places and award lines by class"), note, parted_by="class")


LEFT_EMPTY, SO_FAR = Phrase("空缺名额（宁缺毋滥）", "Places left empty"), Phrase("暂缺名额（部分会员评分未定）", "Places empty so far, while scores are still to come")


def _held_back(evaluation: Evaluation, class_: str) -> int:
    """How many of a class, or of all for "", applied and did not come to the second stage."""
    here = stopped(evaluation.members) if not class_ else stopped(evaluation.members) & (evaluation.members["class"] == class_).to_numpy(np.bool_)
    return int(here.sum())


def _beneath(evaluation: Evaluation, lines: Sequence[AwardLine]) -> Iterator[Phrase | None]:
    scheme, places = evaluation.scheme, Phrase("待委员会决定的名额", "Places for the committee to decide")
    for what, waits in ((LEFT_EMPTY, False), (SO_FAR, True)):
        yield _counted(scheme, what, [(line.class_, line.award, phrase("{n} 个", "{n}", n=line.vacant)) for line in lines if line.vacant and bool(line.awaited) == waits])
    counts = [(line.class_, line.award, line.places, line.awarded) for line in lines]
    bounds = [(award.id, award.quota.in_all) for award in scheme.awards if award.quota is not None]
    counts += [("", id_, bound, sum(line.awarded for line in lines if line.award == id_)) for id_, bound in bounds]
    passed = [(class_, award, f"{there}→{given}") for class_, award, there, given in counts if there is not None and given > there]
    yield _counted(scheme, Phrase("同分并列，一并授予（名额→获奖）", "More given than places, all level (places→given)"), passed)
    yield _counted(scheme, places, [(tie.class_, tie.award, str(tie.places)) for tie in evaluation.ties])


def _counted(scheme: Scheme, what: Phrase, counts: Sequence[tuple[str, str, Phrase | str]]) -> Phrase | None:
    """What there is of something, award by award; nothing where there is none."""
    if not counts:
        return None
    zh = "；".join(f"{class_name(class_, 'zh')}{wording.award_label(scheme, award)} {as_phrase(count).zh}" for class_, award, count in counts)
    en = "; ".join(f"{class_name(class_, 'en')}, {wording.award_label(scheme, award)}: {as_phrase(count).en}" for class_, award, count in counts)
    return Phrase(f"{what.zh}：{zh}。", f"{what.en}: {en}.")


HIGHEST = Phrase("获奖最高分", "Award line")
FORMERLY_NEAR = Phrase(
    "深色横线即获奖线。线上会员：比未获该奖者的最高分多几分；线下会员：比获奖最低分少几分。",
    "The dark line is the award line: how far above the best who missed, or below the last who made it.",
)
FORMERLY_NEAR_LOWER = Phrase(
    "总分低者在前，深色横线即获奖线。获奖会员：比未获该奖者的最低分低几分；未获奖会员：比获奖最高分高几分，写作负数。",
    "The lower total is ahead, and the dark line is the award line: how far ahead of the best who missed, or, below 0, behind the last who made it.",
)
NEAR = Phrase(
    "深色横线即获奖线。线上会员：离失去该奖还有几分；线下会员：离获奖还差几分。",
    "The dark line is the award line: how far from losing the award, or how far short of it.",
)
NEAR_LOWER = Phrase(
    "总分低者在前，深色横线即获奖线。获奖会员：离失去该奖还有几分；未获奖会员：离获奖还高出几分，写作负数。",
    "The lower total is ahead, and the dark line is the award line: how far from losing the award; or, below 0, too many for it.",
)


def near_line_table(evaluation: Evaluation, within: float = 0.5) -> Table:
    """The members whose total lies within so many points of an award line that concerns them."""
    near = distances(evaluation)
    near = near[near["distance"].abs() <= within]
    lines = list(zip(near["class"], near["award"], near["above"], strict=True))
    rows = near.rename(columns={"award": "line"}).join(evaluation.ranking[["name", "rank", "award"]], on="member")
    higher, lower = (FORMERLY_NEAR, FORMERLY_NEAR_LOWER) if in_words_before("1.0.0") else (NEAR, NEAR_LOWER)
    return listing(
        NEAR_LINE, rows, Lexicon.of(evaluation),
        phrase("距获奖线 {n} 分以内的会员", "Members within {n} points of a line", n=figure(within)),
        lower if evaluation.scheme.total.better == "lower" else higher,
        lines_after=tuple(n for n, (one, other) in enumerate(pairwise(lines)) if one != other and one[2]),
    )  # fmt: skip


def ties_table(evaluation: Evaluation) -> Table:
    """The ties that the scheme leaves open: who is level at which line, and how many places are left."""
    rows = [{"class": tie.class_, "award": tie.award, "places": tie.places, "members": tie.members} for tie in evaluation.ties]
    note = phrase("共 {n} 处并列由委员会裁定。", "{n:tie|ties} for the committee to settle.", n=len(rows))
    return listing(TIES, rows, Lexicon.of(evaluation), Phrase("待委员会裁定的并列", "Ties for the committee to settle"), note)


def records_table(records: Records, language: Language = "zh") -> Table:
    """For each file and sheet how many rows were read, and that each was accepted, refused or not data."""
    counted = records.counts.reset_index()
    rows = [row | {name: discreet(str(row[name])) for name in ("file", "sheet")} for row in rows_of(counted)]
    sums = {"file": Phrase("合计", "All"), "sheet": "", **{name: int(counted[name].sum()) for name in COUNTS}}
    return listing(
        RECORDS, [*rows, sums], Lexicon.without_scheme(language), Phrase("读入的记录", "The records read"),
        Phrase("读入 = 采用 + 退回 + 非数据（标题、合计、备注和空行）。", "Read = accepted + refused + not data (headings, sums, notes, blank rows)."),
        lines_after=(len(rows) - 1,),
    )  # fmt: skip


FOR_DECIDERS = {
    NOT_JOINT: Phrase("如不合本意，请委员会规定同分时再比哪一项，或改为由委员会决定（ties）", "if that is not meant, rule by what level members are told apart next, or leave it to the committee (`ties`)"),
    SETTLE: Phrase("未决定前不能封存：请在“裁定”笔记本中记下委员会的决定，或规定同分时再比哪一项（ties）", "not to be sealed before: enter what the committee decided in the notebook on decisions, or rule by what they are told apart next (`ties`)"),
    TOO_FEW: Phrase("如应有名额，请规定每类至少几个（least），或改变取整办法（rounding）", "if there is to be one, rule how many each class has at least (`least`), or another way of rounding (`rounding`)"),
}
"""What to do about the scheme, for who decides and edits no file."""


def problems_table(problems: Problems, language: Language = "zh", top: int = 20, scheme: Scheme | None = None) -> Table:
    """The gravest `top` problems: where, what was found, the rule and what to do; the note says how many there are.

    With the `scheme` what stands in it is called by its labels, and what to do is said to who decides, not to who types.
    """
    labels = {item.id: item.label for item in (*scheme.nodes.values(), *scheme.adjustments, *scheme.vetoes, *scheme.awards)} if scheme else {}
    gravest = sorted(problems, key=lambda problem: list(SEVERITIES).index(problem.severity))[:top]
    rows = [
        {"severity": SEVERITIES[problem.severity], "file": discreet(problem.file), "sheet": discreet(problem.sheet),
         "row": "" if problem.row is None else problem.row, "column": place_in_words(problem.column, labels), "value": problem.value,
         "rule": problem.rule, "mend": FOR_DECIDERS.get(problem.mend, problem.mend) if scheme else problem.mend}
        for problem in gravest
    ]  # fmt: skip
    note = phrase(
        "共 {n} 条，其中错误 {errors} 条；以上列出 {shown} 条。", "{n} in all, {errors} of them errors; {shown} are listed.",
        n=len(problems), errors=len(problems.errors), shown=len(rows),
    )  # fmt: skip
    return listing(PROBLEMS, rows, Lexicon.without_scheme(language), Phrase("需要处理的问题", "Problems to be seen to"), note)


def scheme_table(scheme: Scheme) -> Table:
    """The scheme as a tree: weights, shares of the total, how each indicator is valued, where it was decided."""
    share, lexicon = wording.shares(scheme), Lexicon(scheme, scheme.language)
    rows = [
        {"number": number, "label": node.label, "weight": figure(node.weight), "share": f"{share[node.id]:.2f}%",
         "source": node.source, **_valued(node, lexicon)}
        for node, _, number in wording.outline(scheme)
    ]  # fmt: skip
    extras = [("±", adjustment) for adjustment in scheme.adjustments] + [("✕", veto) for veto in scheme.vetoes]
    others = [dict.fromkeys((column.key for column in SCHEME), "") | {"number": sign, "label": rule.label, "source": rule.source} for sign, rule in extras]
    caption = phrase(
        "{title}（{edition}，评价基准日 {day}）", "{title} ({edition}, as of {day})",
        title=scheme.title, edition=scheme.edition, day=scheme.as_of.isoformat(),
    )  # fmt: skip
    note = Phrase("± 加减分项；✕ 一票否决项。", "± bonus or deduction; ✕ veto.") if others else None
    table = listing(SCHEME, [*rows, *others], lexicon, caption, note, lines_after=(len(rows) - 1,) if others else ())
    return table.without_blank_columns()


def weights_table(scheme: Scheme) -> Table:
    """Every node of the tree with its weight among its siblings and its share of the total."""
    share = wording.shares(scheme)
    rows = [{"number": number, "label": node.label, "weight": figure(node.weight), "share": f"{share[node.id]:.2f}%"} for node, _, number in wording.outline(scheme)]
    caption = Phrase("各级权重与占总分的百分比", "Weights, and shares of the total in percent")
    return listing(SCHEME[:4], rows, Lexicon(scheme, scheme.language), caption)


def _valued(node: Group | Indicator, lexicon: Lexicon) -> dict[str, Phrase | str]:
    """How a node is valued, what a missing value counts as and to whom it applies."""
    if isinstance(node, Group):
        return {"aggregate": gathered_in_words(node), "missing": "", "applies": ""}
    return {"aggregate": valued_in_words(node), "missing": missing_in_words(node), "applies": lexicon.joined(node.applies_to)}


def evidence_table(evaluation: Evaluation) -> Table:
    """What this evaluation rests on and came to, to be compared: any drift of a number that is shown changes it.

    Digests of the inputs, the weights, how many members, the top of the list, and the first 16 hexadecimal digits
    of the SHA-256 of the whole list, with totals rounded to the scheme's decimals: noise of 1e-12 changes nothing.
    """
    lexicon = Lexicon.of(evaluation)
    ranked = evaluation.ranking[evaluation.ranking["rank"].notna()].head(FIRST)
    top = [_placed(row, lexicon) for row in rows_of(ranked)]
    return _evidence(evaluation, _weights_in_words(lexicon, None), wording.PARTED.into(lexicon.language).join(top) or wording.BLANK)


def former_evidence_table(evaluation: Evaluation) -> Table:
    """The same as it was shown up to version 0.5.0, by the keys of scheme and register: earlier bags hold it."""
    weights = "; ".join(f"{node.id} {figure(node.weight)}" for node, _, _ in wording.outline(evaluation.scheme))
    return _evidence(evaluation, weights, "; ".join(_listed(evaluation)[:FIRST]))


def _evidence(evaluation: Evaluation, weights: str, top: str) -> Table:
    listed = _listed(evaluation)
    fingerprints: list[tuple[Phrase | str, str]] = [
        *((file, digest[:16]) for file, digest in sorted(evaluation.digests.items())),
        (Phrase("权重", "weights"), weights),
        (Phrase("会员数", "members"), str(len(listed))),
        (Phrase("榜首", "top of the list"), top),
        (Phrase("全部名单", "the whole list"), list_fingerprint(evaluation)),
    ]
    caption = Phrase("存证：输入与结果的指纹", "Evidence: fingerprints of inputs and results")
    return listing(EVIDENCE, [{"what": what, "fingerprint": fingerprint} for what, fingerprint in fingerprints], Lexicon.of(evaluation), caption)


def list_fingerprint(evaluation: Evaluation) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the whole list, by which it is known again."""
    return hashlib.sha256("\n".join(_listed(evaluation)).encode("utf-8")).hexdigest()[:16]


def _weights_in_words(lexicon: Lexicon, parent: str | None) -> str:
    """The weights below a node, each with those below it: "学习培训 30（学时 55、人次 45）；缴纳会费 25"."""
    below = {node.id: _weights_in_words(lexicon, node.id) for node in lexicon.scheme.children(parent)}
    opening, closing = Phrase("（", " (").into(lexicon.language), Phrase("）", ")").into(lexicon.language)
    weights = [
        f"{node.label} {figure(node.weight)}" + (f"{opening}{below[node.id]}{closing}" if below[node.id] else "")
        for node in lexicon.scheme.children(parent)
    ]
    return lexicon.joined(weights) if parent else wording.PARTED.into(lexicon.language).join(weights)


def _placed(row: Row, lexicon: Lexicon) -> str:
    """A member with its total, its place and what it is given: "甲公司 96.29 分，第 1 名，优秀会员"."""
    figures = {"total": points(row["total"], lexicon), "rank": place(row["rank"], lexicon)}
    said = phrase("{name} {total} 分，第 {rank} 名", "{name} {total}, place {rank}", name=str(row["name"]), **figures).into(lexicon.language)
    parts = (said, _tie_word(row["tied"], lexicon), _label_if_any(row["award"], lexicon), str(row["grade"]))
    return Phrase("，", ", ").into(lexicon.language).join(filter(None, parts))


def _listed(evaluation: Evaluation) -> list[str]:
    decimals = evaluation.scheme.decimals
    columns = ["total", "rank", "tied", "award", "grade"]
    return [
        f"{member} {wording.points(row['total'], decimals)} {wording.place(row['rank'])} "
        f"{'=' if row['tied'] else ''} {row['award']} {row['grade']}".strip()
        for member, row in zip(evaluation.ranking.index, rows_of(evaluation.ranking[columns]), strict=True)
    ]
