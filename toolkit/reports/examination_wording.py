"""What an examination of the rules found beside its problems, in lines to print: whether doing better can cost, and what one expert can move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.ground.text import Language, Phrase, figure, joined, listed, phrase
from toolkit.reports import wording

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.examination import Examination
    from toolkit.examination.one_expert import Say
    from toolkit.examination.other_votes import OtherVotes
    from toolkit.scheme import Scheme

VERDICTS = {"refuted": Phrase("会", "It can"), "open": Phrase("未能断定", "Not settled"), "proved": Phrase("已证明不会", "Proved that it cannot")}
"""Whether doing better can cost a member its award or grade."""


def certificates_in_words(examination: Examination, language: Language) -> str:
    """For each indicator whether doing better can cost a member its award or grade, those that can first, as lines to print."""
    label, lines = examination.scheme.label, [CERTIFIED.into(language)]
    for verdict in ("refuted", "open"):
        lines += [f"  [{VERDICTS[verdict].into(language)}] {label(one.indicator)}{COLON.into(language)}{one.why.into(language)}"
                  for one in examination.certificates if one.verdict == verdict]  # fmt: skip
    reasons: dict[str, list[str]] = {}
    for one in examination.certificates:
        if one.verdict == "proved":
            reasons.setdefault(one.why.into(language), []).append(label(one.indicator))
    lines += [f"  [{VERDICTS['proved'].into(language)}] {wording.JOIN.into(language).join(names)}{COLON.into(language)}{why}" for why, names in reasons.items()]
    return "\n".join([*lines, f"  {SCOPE.into(language)}"])


CERTIFIED = Phrase("越做越好，会不会反而丢掉奖项或等级：", "Whether doing better can cost an award or a grade:")
SCOPE = Phrase(
    "所查的是：只改一个会员一项指标的数据，其他会员、加分扣分和一票否决都不变，该会员也已有记录（第一条记录的影响另行提示）；奖项按办法所列次序，列在前面的为高；并列待定不算丢掉。",
    "What is looked at: one member's data on one indicator change, all else stays, and something is recorded of it already (what a first record does is told apart); of two awards the one the scheme names first is the better; a line left open costs nobody.",
)
COLON = Phrase("：", ": ")
WAYS = {
    "mean": Phrase("全部平均", "mean of all"),
    "trimmed": Phrase("去掉最高、最低各 {n} 个再平均", "mean without the {n} highest and lowest"),
    "median": Phrase("取中位数", "median"),
    "levelled": Phrase("先作宽严校正", "levelled first"),
    "arithmetic": Phrase("算术平均", "arithmetic mean"),
    "geometric": Phrase("几何平均", "geometric mean"),
    "aij": Phrase("先合并两两比较", "comparisons joined first (AIJ)"),
}
OWN = Phrase("【办法所定】", "[the scheme's] ")
MOVES = Phrase("一位专家最多能左右多少（投票之前，只看办法；按参加人数最少时算，人越多越小）：", "What one expert can move at most (before any vote, by the rules alone; with the fewest experts there may be, and less with more):")
BOTH = Phrase(
    "怎样选：去高低分、取中位数，管住一个人单独出格；全部平均，管住意见对半时的一个人。最坏情形比全部平均更小的办法是没有的。",
    "How to choose: leaving extremes out, or a median, holds one who stands alone; a mean of all holds one between two halves. No way does better than the mean in the worst case.",
)


def one_expert_in_words(examination: Examination, language: Language) -> str:
    """What one expert can move at most by a sheet or a ballot, as lines to print; empty where there is neither."""
    said: dict[tuple[object, ...], list[Say]] = {}
    for say in examination.says:
        said.setdefault((bool(say.of), say.experts, say.span, say.way, say.trim, say.in_force), []).append(say)
    lines, before = [], None
    for (sheet, experts, span, *_), says in said.items():
        if before != (before := (sheet, experts, span)):
            lines.append(_of_what(sheet=bool(sheet), experts=says[0].experts, span=says[0].span))
        lines += _moves_in_words(says, examination.scheme)
    return "\n".join([MOVES.into(language), *(line.into(language) for line in lines), f"  {BOTH.into(language)}"]) if lines else ""


def _of_what(*, sheet: bool, experts: int, span: float) -> Phrase:
    if sheet:
        return phrase("  评分表，{n} 位专家，每项可差 {span} 分，一位专家能移动一家会员一项得分：", "  A score sheet, {n:expert|experts}, marks {span} apart at most; one moves the mark of a member:", n=experts, span=figure(span))
    return phrase("  判断票，{n} 张，一张票能移动一项权重（共 100）：", "  A ballot, {n:ballot|ballots}; one moves a weight (of 100):", n=experts)


def _moves_in_words(says: list[Say], scheme: Scheme) -> Iterator[Phrase]:
    """How far by one way, and what that comes to in the total."""
    say = says[0]
    way = phrase(WAYS[say.way].zh, WAYS[say.way].en, n=say.trim) if say.way == "trimmed" else WAYS[say.way]
    yield phrase("    {own.zh}{way.zh}：{how.zh}", "    {own.en}{way.en}: {how.en}", own=OWN if say.in_force else Phrase("", ""), way=way, how=_how_far(say))
    known = [one for one in says if one.in_force and one.total == one.total]
    if known:
        each = joined([phrase("“{label}” {n}", "`{label}` {n}", label=scheme.label(one.of), n=figure(round(one.total, 2))) for one in known], "、", ", ")
        yield phrase("      由此使总分最多变动（分）：{each.zh}", "      so the total moves at most, in points: {each.en}", each=each)


def _how_far(say: Say) -> Phrase:
    if np.isnan(say.split):
        return Phrase("一份评分表还会移动别的会员的得分，事先没有这样的界；收到评分表后可用 --votes 试算", "a sheet moves other members' marks too, and nothing bounds that beforehand; with sheets there, --votes tries it")
    most, alike = figure(round(say.split, 2)), figure(round(say.alike, 2))
    if say.way == "geometric":
        return phrase("{n}：任何一张票给 0，这项权重就是 0，无论别人怎样投", "{n}: a 0 in one ballot makes the weight 0, whatever all others say", n=most)
    if say.way == "aij":
        return phrase("{n}（只改这一项的各次比较，1/9 至 9）", "{n} (the comparisons of that one alone, from 1/9 to 9)", n=most)
    if say.alike == say.split:
        return phrase("无论别人怎样，{n}", "{n}, whatever the others say", n=most)
    if say.of:
        return phrase("别人一致时 {alike}；别人每相差 10 分，{ten}；最多 {most}，且越不出别人所评的范围", "{alike} where the others are alike; {ten} for every 10 points between them; {most} at most, and never beyond what they gave",
                      alike=alike, ten=figure(round(10 * say.per_point, 2)), most=most)  # fmt: skip
    return phrase("别人一致时 {alike}；别人分成两派时可由这一票定夺，界限只有 {most}", "{alike} where the others are alike; where they are divided it may decide, with no bound but {most}", alike=alike, most=most)


VOTED = Phrase("票已收上来之后，一位专家改票会怎样（专家只列代号；只供委员会内部看，不得公开）：", "With the votes there, what if an expert had voted otherwise (experts by code; for the committee alone, never to be published):")
NO_VOTES = Phrase("没有可以试算的评分表或判断票（评分表须写明分值范围 range；分两阶段评审的尚不试算），也可能没有奖项。", "There are no sheets or ballots to try (a sheet's column needs its `range`; two stages are not tried yet), or no awards.")
UNTRIED = Phrase("  评分表没有试算：没有收到，或没有写明分值范围 range，或分两阶段评审（尚不试算）", "  Score sheets were not tried: none are there, or their column has no `range`, or there are two stages (not tried yet)")
KINDS = {"sheet": Phrase("评分表", "Score sheets"), "ballot": Phrase("判断票", "Ballots")}


def other_votes_in_words(found: Sequence[OtherVotes], evaluation: Evaluation, language: Language) -> str:
    """What other votes would have decided, as lines to print: the fewest experts that change an award, and each expert alone."""
    if not found:
        return NO_VOTES.into(language)
    untried = any(item.measure.take == "panel" for item in evaluation.scheme.indicators) and all(votes.kind != "sheet" for votes in found)
    lines = [VOTED, *([UNTRIED] if untried else [])]
    for votes in found:
        lines += [phrase("  {kind.zh}（{n} 位专家）", "  {kind.en} ({n:expert|experts})", kind=KINDS[votes.kind], n=len(votes.experts)), _fewest(votes, evaluation)]
        lines += [_alone(votes, row, evaluation.scheme) for row in votes.each.itertuples()]
    return "\n".join(line.into(language) for line in lines)


def _fewest(votes: OtherVotes, evaluation: Evaluation) -> Phrase:
    """The smallest set that changes an award, or that none was found, and how sure that is."""
    if not votes.fewest and votes.proved == len(votes.experts):
        return Phrase("    即使全部专家改票，名单也不变（已证明）", "    Even if all of them had voted otherwise the list would be the same: proved")
    sure = phrase("已证明 {n} 位以内都改变不了", "it is proved that {n} or fewer change none", n=votes.proved) if votes.proved else Phrase("更少的没有排除", "fewer are not ruled out")
    if not votes.fewest:
        return phrase("    试了 {runs} 份名单，没有发现能改变奖项的改票；{sure.zh}，人数更多的没有试全", "    In {runs:list|lists} no other votes were found that change an award; {sure.en}, and not all of more were tried", runs=votes.runs, sure=sure)
    how = Phrase("确为最少", "and no fewer do") if votes.exact else sure
    return phrase("    {n} 位专家（{who.zh}）改票就能改变奖项，{how.zh}。变动最小的一例：{moves.zh}", "    {n:expert is|experts are} enough ({who.en}) to change an award, {how.en}. The least change found: {moves.en}",
                  n=len(votes.fewest), who=listed(votes.fewest), how=how, moves=_moves(votes, evaluation))  # fmt: skip


def _moves(votes: OtherVotes, evaluation: Evaluation) -> Phrase:
    names, label = evaluation.members["name"], evaluation.scheme.label
    parts = [phrase("{who}得“{award}”", "`{award}` goes to {who}", who=names[member], award=label(award)) for award, member in votes.gained]
    parts += [phrase("{who}失“{award}”", "`{award}` is lost by {who}", who=names[member], award=label(award)) for award, member in votes.lost]
    return joined(parts[:6], "，", ", ") if len(parts) <= 6 else phrase("{some.zh} 等 {n} 处", "{some.en} and so on, {n} in all", some=joined(parts[:6], "，", ", "), n=len(parts))


def _alone(votes: OtherVotes, row: Any, scheme: Scheme) -> Phrase:
    """What one expert could have moved alone."""
    moved, of = figure(round(float(row.moved), 2)), scheme.label(row.of) if row.of else "—"
    if votes.kind == "ballot":
        return phrase("    {who}：权重最多移动 {moved}（“{of}”），最多使 {n} 家的奖项变动", "    {who}: moves a weight by {moved} at most (`{of}`), and changes the awards of {n:member|members} at most",
                      who=row.expert, moved=moved, of=of, n=int(row.awards))  # fmt: skip
    return phrase("    {who}：一家的得分最多移动 {moved}（“{of}”），名次最多 {places} 位，最多使 {n} 家的奖项变动", "    {who}: moves a mark by {moved} at most (`{of}`), a member by {places:place|places}, and changes the awards of {n:member|members}",
                  who=row.expert, moved=moved, of=of, places=int(row.places), n=int(row.awards))  # fmt: skip
