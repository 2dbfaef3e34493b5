"""The ballot on a page: each group of siblings in the way the expert likes, its weights at once, and what contradicts itself as it arises.

Nothing is judged here: `toolkit.ballots.draft` says what was given comes to, `write_ballot` writes the file. Nothing is written
before the button is pressed, nothing is written over, and nothing at all is taken in a sealed bag.
"""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.ballots import Ballot, load_ballots, voted_groups, write_ballot
from toolkit.ballots.ballot import THERE
from toolkit.ballots.draft import METHODS, NUMBERS, GroupDraft, Outcome, draft_of, outcome
from toolkit.ballots.folder import STATES
from toolkit.ballots.group import NOTHING, place_before, round_before
from toolkit.ground.problems import refuse
from toolkit.ground.resources import is_frozen
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.interactive.paper import SEALED as _SEALED
from toolkit.interactive.paper import Paper, Said, opened
from toolkit.interactive.tuning import both, cannot_be, typed_number
from toolkit.reports import expert_tables
from toolkit.scheme import Weighting

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.ballots import Ballots, Listed
    from toolkit.ground.display import Table
    from toolkit.scheme import Scheme

OTHERS = 3
"""How many others a group must have before their quartiles are told: of fewer, single weights could be told apart."""
NEXT = Phrase(
    "如是看过汇总后的修改，请选下一轮（上一轮的票保留）；如要更正，请先移走原来的文件",
    "a revision belongs to the next round, and the earlier ballot is kept; to put another in its place, move the old file away first",
)
SEALED = phrase(_SEALED.zh, _SEALED.en, zh="投票", en="vote")
VOTING = Phrase("专家投票", "Voting")
ROUND = Phrase("第 {n} 轮", "Round {n}")
NO_ROUND = Phrase("没有这一轮", "there is no such round")
CHOOSE = Phrase("请从页面上选", "choose one on the page")
COMPLETE = Phrase("请补全后再保存", "complete them, then save")
LATE = Phrase("截止日 {day} 已过：现在投的票会保存，但不计入", "The deadline, {day}, is over: a ballot cast now is kept, and does not count")
DOUBTFUL = Phrase("其中 {n} 组前后矛盾，照样计入", "{n:group contradicts itself|groups contradict themselves}, and count all the same")
SAVED = ("已保存 {file}：专家 {expert}，第 {round} 轮，{zh}。", "Saved {file}: expert {expert}, round {round}, {en}.")
LEVELS = {
    1: Phrase("同等重要", "equally important"), 2: Phrase("略重要", "a little more important"), 3: Phrase("稍重要", "somewhat more important"),
    4: Phrase("较重要", "more important"), 5: Phrase("明显重要", "clearly more important"), 6: Phrase("很重要", "much more important"),
    7: Phrase("强烈重要", "strongly more important"), 8: Phrase("非常重要", "very strongly more important"), 9: Phrase("极端重要", "extremely more important"),
}  # fmt: skip
"""Saaty's scale in words."""
WAYS = {"ahp": Phrase("两两比较", "pairs (AHP)")}
"""A way by what an expert would call it, where the tables are briefer."""
WORDS: dict[str, Phrase] = {
    "round": Phrase("轮次", "Round"),
    "groups": Phrase("各组", "Groups"),
    "whose_round": Phrase("专家 {expert}　第 {round} 轮", "Expert {expert}, round {round}"),
    "tab": Phrase("{title}：{state}", "{title}: {state}"),
    "method": Phrase("判断的办法", "Way of judging"),
    "result": Phrase("得出的权重", "The weights it gives"),
    "preview": Phrase("按现在的比例", "as the ratios stand"),
    "points_hint": Phrase("把 100 分按重要程度分给各项，合计须正好 100。", "Divide 100 points by importance, to exactly 100."),
    "swing_hint": Phrase("设想各项都处在最差：最值得变到最好的一项给 100，其余与它相比给分。", "Imagine all at their worst: 100 for the one you would raise to its best first, the others beside it."),
    "ahp_hint": Phrase("滑块移向更重要的一边，越远越重要。不必全做，但每一项都要连得起来；全做才能核对前后是否一致。",
                       "Move towards the more important one, the farther the more. Not every pair is needed, but all must be joined; all of them let contradictions show."),
    "best_worst_hint": Phrase("先选最重要和最不重要的一项，再拿它们与其余各项比较。", "Choose the most and the least important, then compare them with the others."),
    "rank_order_hint": Phrase("拖动，或按 ▲▼，把最重要的排在最上面；同样重要的勾选“与上一项并列”。", "Drag, or press ▲▼: the most important on top. Tick what is level with the one above."),
    "sum": Phrase("合计 {sum}", "Sum {sum}"),
    "sum_done": Phrase("✓ 合计 100", "OK: 100"),
    "sum_lacking": Phrase("合计 {sum}，还差 {apart}", "{sum} given, {apart} lacking"),
    "sum_over": Phrase("合计 {sum}，多出 {apart}", "{sum} given, {apart} too many"),
    "scale_points": Phrase("按比例凑满 100", "Scale to 100"),
    "scale_swing": Phrase("最大的调到 100", "Largest to 100"),
    "points_of": Phrase("{label}的分数", "Points of {label}"),
    "more": Phrase("“{a}”比“{b}”{level}（{n}）", "`{a}` is {level} than `{b}` ({n})"),
    "level": Phrase("“{a}”与“{b}”同等重要（1）", "`{a}` and `{b}` are equally important (1)"),
    "unset": Phrase("未比较", "not compared"),
    "equal": Phrase("同等", "equal"),
    "clear": Phrase("清除", "clear"),
    "clear_of": Phrase("清除{a}与{b}的比较", "Clear {a} beside {b}"),
    "equal_of": Phrase("{a}与{b}同等", "{a} and {b} are equal"),
    "pair": Phrase("{a}与{b}相比", "{a} beside {b}"),
    "think": Phrase("请再想", "think again"),
    "best": Phrase("最重要", "Most important"),
    "worst": Phrase("最不重要", "Least important"),
    "choose": Phrase("请选择", "choose"),
    "up": Phrase("{label}上移", "{label} up"),
    "down": Phrase("{label}下移", "{label} down"),
    "drag": Phrase("拖动，或按上下键", "Drag, or press the arrow keys"),
    "tied": Phrase("与上一项并列", "level with the one above"),
    "as_listed": Phrase("就按这个次序", "In this order"),
    "unordered": Phrase("还没有排序，下面是办法里的次序", "not ordered yet; this is the scheme's order"),
    "spoken_weight": Phrase("{label}：{weight}%", "{label}: {weight}%"),
    "coherent": Phrase("前后一致性 {coherence} ✓", "coherence {coherence} OK"),
    "within": Phrase("{coherence} ✓", "{coherence}: OK"),
    "incoherent": Phrase("前后一致性 {coherence}，应小于 0.1", "coherence {coherence}, it should be under 0.1"),
    "mend": Phrase("照此修改", "Change it so"),
    "mend_small": Phrase("这是改动较小的一种，不是唯一的；改不改、怎样改，由您决定", "One small change, not the only one; whether and how to change is yours to say"),
    "mend_least": Phrase("改动最小的就是这一种：更少的都试过了，不够；改不改、怎样改，由您决定", "No smaller change is enough, all of them were tried; whether and how to change is yours to say"),
    "before": Phrase("上轮：横线是专家组中间的一半，竖线是中位数，◆ 是您", "Last round: the line is the middle half of the group, the upright its median, ◆ yours"),
    "place": Phrase("上轮您 {own}，中位数 {middle}（{low}—{high}），{place}", "yours {own}, median {middle} ({low} to {high}), {place}"),
    "place_none": Phrase("上轮您未投，中位数 {middle}（{low}—{high}）", "you did not vote; median {middle} ({low} to {high})"),
    "former": Phrase("从上一轮的票改起", "Begin with my former ballot"),
    "empty": Phrase("未填", "empty"),
    "unfinished": Phrase("未完", "unfinished"),
    "done": Phrase("完成", "done"),
    "doubtful": Phrase("前后矛盾", "contradicts itself"),
    "progress": Phrase("已完成 {done}/{all} 组", "done: {done} of {all}"),
    "save": Phrase("保存判断票", "Save the ballot"),
    "next": Phrase("下一组", "Next group"),
}  # fmt: skip


class BallotPaper(Paper):
    """A ballot being filled in.

    Attributes
    ----------
    ballot
        As it stands.
    """

    title = Phrase("权重判断票", "Ballot")
    words = WORDS

    def __init__(self, folder: Path, scheme: Scheme, language: Language | None = None) -> None:
        self.groups = voted_groups(scheme)
        self._drafts: dict[tuple[str, int], dict[str, GroupDraft]] = {}
        self._outcomes: dict[str, tuple[GroupDraft, Outcome]] = {}
        super().__init__(folder, scheme, language)

    @property
    def drafts(self) -> dict[str, GroupDraft]:
        """What the expert gave so far, by group."""
        return self._drafts.setdefault((self.expert, self.round), {group: GroupDraft() for group in self.groups})

    def outcome(self, group: str) -> Outcome:
        """What a group comes to as it stands."""
        draft, known = self.drafts[group], self._outcomes.get(group)
        if known is None or known[0] is not draft:
            nodes, rule = self.groups[group], self.scheme.weighting or Weighting()
            known = self._outcomes[group] = draft, outcome(draft, nodes, [self.scheme.label(node) for node in nodes], rule.decimals)
        return known[1]

    @property
    def ballot(self) -> Ballot:
        """The ballot as it stands, cast today.

        Raises
        ------
        Refused
            Where a group is not finished; all of them are named.
        """
        left = [group_title(self.scheme, group) for group in self.groups if self.outcome(group).state in {"empty", "unfinished"}]
        if left:
            which = joined(left, "、", ", ")
            raise refuse(phrase("还差 {n} 组：{which.zh}", "groups still to be judged ({n}): {which.en}", n=len(left), which=which), COMPLETE)
        given = {group: draft.judgement(self.groups[group]) for group, draft in self.drafts.items()}
        today = dt.date.today()  # noqa: DTZ011 - the date on the wall of the room they vote in
        return Ballot(expert=self.expert, round=self.round, cast=today, weights={group: judgement for group, judgement in given.items() if judgement})

    def _start(self) -> Said:
        return {
            "groups": [
                {"id": group, "title": both(group_title(self.scheme, group)),
                 "nodes": [{"id": node, "label": self.scheme.label(node)} for node in nodes]}
                for group, nodes in self.groups.items()
            ],
            "methods": [{"id": method, "title": both(WAYS.get(method, expert_tables.METHODS[method]))} for method in METHODS],
            "decimals": (self.scheme.weighting or Weighting()).decimals,
            "levels": {to: [LEVELS[step].into(to) for step in sorted(LEVELS)] for to in ("zh", "en")},
            "places": {to: {str(place): said.into(to) for place, said in expert_tables.PLACES.items()} for to in ("zh", "en")},
        }  # fmt: skip

    def _state(self, asked: Said) -> Said:
        found = load_ballots(self.folder, self.scheme) if not self.expert or asked.get("do") in {"open", "enter"} else None
        if not self.expert or found is None:
            rounds = self._rounds(found) if found else []
            state: Said = {"expert": self.expert, "round": found.deciding if found else self.round, "rounds": rounds}
        else:
            state = {"expert": self.expert, "round": self.round, "rounds": [], "before": self._before(found), "former": self._former(found) is not None}
        return state | ({"groups": {group: self._told(group) for group in self.groups}} if self.expert else {})

    def _told(self, group: str) -> Said:
        """One group as the page draws it."""
        draft, found = self.drafts[group], self.outcome(group)
        return {
            "method": draft.method, "points": dict(draft.points), "swings": dict(draft.swings), "best": draft.best, "worst": draft.worst,
            "pairs": [[*pair, _step(ratio)] for pair, ratio in draft.pairs.items()], "order": [list(level) for level in draft.order],
            "to_others": dict(draft.to_others), "to_worst": dict(draft.to_worst),
            "state": found.state, "said": both(found.said), "weights": list(found.weights), "coherence": both(found.coherence),
            "contradictions": [both(said) for said in found.contradictions], "mend": both(found.mend), "changes": [list(pair) for pair in found.changes], "least": found.least,
        }  # fmt: skip

    def _rounds(self, found: Ballots) -> list[Said]:
        rule = self.scheme.weighting
        rounds = (rule.round,) if rule and rule.round else range(1, found.deciding + 2)
        return [{"number": number, "title": both(phrase(ROUND.zh, ROUND.en, n=number))} for number in rounds]

    def _before(self, found: Ballots) -> dict[str, Said]:
        """Own former shares and the group's quartiles by node, where there are others enough."""
        earlier = round_before(found, self.round)
        places = place_before(earlier, self.expert, others=OTHERS) if earlier else {}
        return {
            node: {"own": None if math.isnan(place.own) else place.own, "quartiles": list(place.quartiles), "outside": place.outside}
            for node, place in places.items()
        }

    def _former(self, found: Ballots) -> Ballot | None:
        """The expert's own ballot of the round before."""
        return next((one.ballot for one in found.of_round(self.round - 1) if one.expert == self.expert), None)

    def _entered(self, expert: str, asked: Said) -> Said:
        found = load_ballots(self.folder, self.scheme)
        number = next((one["number"] for one in self._rounds(found) if one["number"] == asked.get("round")), None)
        if number is None:
            raise refuse(NO_ROUND, CHOOSE)
        _refuse_second(found, expert, number)
        self.expert, self.round = expert, number
        due = self.scheme.weighting.deadline if self.scheme.weighting else None
        late = due is not None and dt.date.today() > due  # noqa: DTZ011 - as the ballot will be dated
        return {"notice": both(phrase(LATE.zh, LATE.en, day=due))} if late else {}

    def _moved(self, asked: Said) -> Said:
        if asked.get("do") == "save":
            return self._save()
        if asked.get("do") == "former":
            return self._take_former()
        group = str(asked.get("group"))
        if group not in self.groups:
            raise refuse(Phrase("没有这一组", "there is no such group"), CHOOSE)
        self.drafts[group] = self._redrawn(self.drafts[group], self.groups[group], asked)
        return {}

    def _redrawn(self, draft: GroupDraft, nodes: tuple[str, ...], asked: Said) -> GroupDraft:
        """The draft of a group after a move of the page."""
        do, said = str(asked.get("do")), {key: str(asked.get(key)) for key in ("method", "first", "second", "best", "worst", "node")}
        if do in NUMBERS:
            return draft.with_number(do, said["node"], self._number(asked, do), nodes)
        moves: dict[str, Callable[[], GroupDraft]] = {
            "method": lambda: draft.by(said["method"]),
            "pair": lambda: draft.with_pair(said["first"], said["second"], _ratio(asked.get("step")), nodes),
            "ends": lambda: draft.with_ends(said["best"], said["worst"], nodes),
            "order": lambda: draft.with_order([[str(node) for node in level] for level in asked.get("order") or []], nodes),
            "scale": lambda: draft.scaled(nodes),
            "mend": lambda: draft.mended(nodes),
        }
        if do not in moves:
            raise refuse(Phrase("页面的请求看不懂", "the page asks for what is not known"), CHOOSE)
        return moves[do]()

    def _number(self, asked: Said, row: str) -> float:
        """A number as a slider gives it, or as it was typed.

        Raises
        ------
        Refused
            For what was typed and is no number of the row; it names the node.
        """
        if (typed := asked.get("typed")) is None:
            return _plain(asked.get("value"))
        node = self.scheme.nodes.get(str(asked.get("node")))
        label, (_, low, high) = Phrase(*[node.label if node else ""] * 2), NUMBERS[row]
        number = typed_number(str(typed), label, high)
        if not low <= number <= high:
            raise cannot_be(label, str(typed), high)
        return number

    def _take_former(self) -> Said:
        """Begin with what the expert judged in the round before."""
        former = self._former(load_ballots(self.folder, self.scheme))
        for group, judgement in former.weights.items() if former else ():
            if group in self.groups:
                self.drafts[group] = draft_of(judgement, self.groups[group])
        return {}

    def _save(self) -> Said:
        """Write the ballot, say what became of it, and lay the paper aside for the next expert."""
        ballot = self.ballot
        doubtful = sum(self.outcome(group).state == "doubtful" for group in self.groups)
        _refuse_second(load_ballots(self.folder, self.scheme), ballot.expert, ballot.round)
        path = write_ballot(self.folder, ballot)
        found = load_ballots(self.folder, self.scheme)
        one = next(one for one in found.listed if Path(one.file).name == path.name)
        self._drafts.pop((self.expert, self.round), None)
        self.expert = ""
        return {"notice": both(_kept(one, doubtful)), "saved": True}


def group_title(scheme: Scheme, group: str) -> Phrase:
    """What is weighed in a group of siblings, as an expert reads it."""
    if group not in scheme.nodes:
        return Phrase("各大类之间", "The main groups")
    label = scheme.label(group)
    return phrase("{label}各项", "Within {label}", label=label)


def _kept(one: Listed, doubtful: int) -> Phrase:
    """What became of a ballot that was saved."""
    why = Phrase(f"（{one.reason.zh}）", f" ({one.reason.en})") if one.reason.zh else one.reason
    state = STATES[one.state]
    said = phrase(*SAVED, file=one.file, expert=one.expert, round=one.round, zh=state.zh + why.zh, en=state.en + why.en)
    doubt = phrase(DOUBTFUL.zh, DOUBTFUL.en, n=doubtful)
    return Phrase(f"{said.zh}{doubt.zh}。", f"{said.en} {doubt.en}.") if doubtful else said


def _refuse_second(found: Ballots, expert: str, number: int) -> None:
    """Refuse a ballot beside another of this expert and round, under whatever file name: neither would count."""
    for one in found.listed:
        if (one.expert.upper(), one.round) == (expert, number) and one.state != "withdrawn":
            raise refuse(THERE, NEXT, file=one.file)


def _step(ratio: float) -> int:
    """A judgement as a step of the slider, -8 to 8: above 0 the first is the more important.

    Examples
    --------
    >>> _step(3), _step(1), _step(1 / 9)
    (2, 0, -8)
    """
    return round(ratio) - 1 if ratio >= 1 else 1 - round(1 / ratio)


def _ratio(step: object) -> float | None:
    """The judgement of a step; None for what is taken back."""
    number = _plain(step) if step is not None else None
    if number is None or math.isnan(number):
        return None
    return 1 + number if number >= 0 else 1 / (1 - number)


def _plain(value: object) -> float:
    """A number as a slider gives it; NaN for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def ballot_paper(folder: Path | None = None, scheme: Scheme | None = None, language: Language | None = None) -> BallotPaper | Table:
    """One expert's ballot of the edition in `folder`, or else at hand; in a sealed bag, or with nothing to vote on, a sentence.

    Examples
    --------
    >>> from toolkit.ground.resources import house_folder
    >>> ballot_paper(house_folder("data/demo"))
    权重判断票（demo-2018）
    """

    def paper(place: Path, found: Scheme, to: Language) -> BallotPaper | Phrase:
        closed = SEALED if is_frozen(place) else None if voted_groups(found) else NOTHING
        return closed or BallotPaper(place, found, to)

    return opened(VOTING, paper, folder, scheme, language)
