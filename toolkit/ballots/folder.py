"""All ballots of an edition: each file read, and each that does not count set aside with the reason.

Of each judgement the shares: the kernels of `toolkit.weighting` fed by node ids, how coherent it was, and weights that sum to 100.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from toolkit import weighting
from toolkit.ballots.ballot import (
    FOLDER,
    STEM,
    Ahp,
    Ballot,
    BestWorst,
    DividedPoints,
    Judgement,
    RankOrder,
    Swing,
    TradeOff,
    group_label,
    named_nodes,
    read_ballot,
    voted_groups,
)
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.ground.toml_syntax import KeyPath, key_lines, with_quoted_keys
from toolkit.scheme import Scheme
from toolkit.weighting import BestWorstResult, Change, Mend
from toolkit.weighting.ahp import scale_text

LIMIT = 0.1
SURE = Phrase("—", "—")
AHP_RATIO, INPUT_RATIO = Phrase("CR ", "CR"), Phrase("输入一致性比率", "the input-based ratio")
"""What a mend brings down."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One expert's judgement of one group of siblings.

    Parameters
    ----------
    method
        How it was judged: points, ahp, best_worst, swing, rank_order or trade_off.
    shares : float64[nodes]
        Sum to 1, in the order of the scheme.
    coherence
        How far the judgements agree with one another, as a reader is told; a dash where there is nothing to check.
    ratio
        CR of AHP and of best-worst, the largest factor of trade-offs; None otherwise.
    doubt, mend
        What contradicts itself and what to think over, in plain words; None where nothing does.
    matrix : float64[nodes, nodes]
        The comparisons of AHP, to be joined with the others'; None otherwise.
    changes
        What the mend changes, one comparison each.
    least
        Whether nothing less than that is enough.
    checked
        Of best-worst, where a limit is published, the input-based ratio and that limit: by these it is judged, and not by CR.
    """

    method: str
    shares: Floats
    coherence: Phrase = SURE
    ratio: float | None = None
    doubt: Phrase | None = None
    mend: Phrase | None = None
    matrix: Floats | None = None
    changes: tuple[Change, ...] = ()
    least: bool = False
    checked: tuple[float, float] | None = None


def judged(judgement: Judgement, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    """The shares of a judgement that names every node of a group.

    Parameters
    ----------
    nodes, labels
        Ids of the siblings in the order of the scheme, and what messages call them.

    Raises
    ------
    Refused
        For numbers the method cannot take; see `toolkit.weighting`.

    Examples
    --------
    >>> from toolkit.ballots.ballot import Ahp
    >>> circle = Ahp(method="ahp", comparisons=(("a", "b", 3), ("b", "c", 4), ("a", "c", 0.5)))
    >>> found = judged(circle, ["a", "b", "c"], ["hours", "pledge", "conduct"])
    >>> found.coherence.en, found.mend.en
    ('CR 1.06', 'think again about `hours` beside `pledge`: 3 now; with 1/3 CR falls from 1.06 to 0.09')
    """
    if isinstance(judgement, Ahp):
        return _ahp(judgement, nodes, labels)
    if isinstance(judgement, BestWorst):
        return _best_worst(judgement, nodes, labels)
    if isinstance(judgement, TradeOff):
        return _trade_off(judgement, nodes, labels)
    if isinstance(judgement, DividedPoints):
        return Judged(judgement.method, weighting.points_shares(_row(judgement.points, nodes), labels))
    if isinstance(judgement, Swing):
        return Judged(judgement.method, weighting.swing_shares(_row(judgement.swings, nodes), labels))
    return _rank_order(judgement, nodes, labels)


def unjudged(judgement: Judgement, nodes: Sequence[str]) -> tuple[str, ...]:
    """The siblings of which a judgement says nothing: what is listed in one row of best-worst but not in the other too."""
    if isinstance(judgement, BestWorst):
        rows = {*judgement.best_to_others, judgement.best}, {*judgement.others_to_worst, judgement.worst}
        return tuple(node for node in nodes if not all(node in row for row in rows))
    named = {node for _, node in named_nodes(judgement.model_dump())}
    return tuple(node for node in nodes if node not in named)


def _row(given: Mapping[str, float], nodes: Sequence[str], itself: str | None = None) -> Floats:
    """The numbers in the order of the nodes; what stands beside itself is 1."""
    return np.array([given.get(node, 1.0 if node == itself else np.nan) for node in nodes])


def _ahp(judgement: Ahp, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    matrix = np.full((len(nodes), len(nodes)), np.nan)
    for first, second, ratio in judgement.comparisons:
        matrix[nodes.index(first), nodes.index(second)] = ratio
    comparison = weighting.ahp_judgement(matrix, labels)
    coherence = Phrase(*[f"CR {shown_ratio(comparison.ratio)}"] * 2)
    if comparison.consistent:
        return Judged("ahp", comparison.shares, coherence, comparison.ratio, matrix=matrix)
    doubt = phrase(
        "两两比较前后矛盾，一致性比率 CR 为 {cr}，应小于 {limit}",
        "the comparisons contradict one another: CR is {cr}, it should be under {limit}",
        cr=shown_ratio(comparison.ratio), limit=LIMIT,
    )  # fmt: skip
    mend = weighting.ahp_mend(matrix, labels)
    return Judged("ahp", comparison.shares, coherence, comparison.ratio, doubt, _mend_words(mend, AHP_RATIO), matrix, mend.changes, mend.least)


def shown_ratio(ratio: float) -> str:
    """A consistency ratio in two decimals; in more where they would not tell on which side of the limit it lies.

    Examples
    --------
    >>> shown_ratio(0.063), shown_ratio(0.098), shown_ratio(0.1004)
    ('0.06', '0.098', '0.1004')
    """
    return next((said for n in (2, 3, 4) if float(said := f"{ratio:.{n}f}") != LIMIT), f"{ratio:.4f}")


def told_apart(ratio: float, limit: float) -> tuple[str, str]:
    """Two ratios in as many decimals as tell them apart, two at least: each as `shown_ratio` shows it where that is enough.

    Examples
    --------
    >>> told_apart(0.3333, 0.3251), told_apart(0.5, 0.1004)
    (('0.333', '0.325'), ('0.50', '0.1004'))
    """
    said = shown_ratio(ratio), shown_ratio(limit)
    return said if said[0] != said[1] else next(((a, b) for n in (3, 4, 5, 6) if (a := f"{ratio:.{n}f}") != (b := f"{limit:.{n}f}")), said)


def _mend_words(mend: Mend, measure: Phrase) -> Phrase:
    """The smallest mend in plain words: every change, and the ratio that all of them together lead to."""
    changes = [
        phrase(
            "请再想一想“{a}”与“{b}”之比：现为 {now}；若为 {then}", "think again about `{a}` beside `{b}`: {now} now; with {then}",
            a=change.criteria[0], b=change.criteria[1], now=scale_text(change.now), then=scale_text(change.then),
        ) for change in mend.changes
    ]  # fmt: skip
    before, after = told_apart(mend.before, mend.after)
    several = len(changes) > 1
    sentences = [phrase(
        "{changes.zh}{all_zh}，{m.zh}由 {before} 降到 {after}", "{changes.en}{all_en} {m.en} falls from {before} to {after}", changes=joined(changes, "；", "; "),
        all_zh="，都改之后" if several else "", all_en=", and all of them changed," if several else "", m=measure, before=before, after=after,
    )] if changes else []  # fmt: skip
    if not mend.enough:
        sentences.append(Phrase("仍不够，请重新比较一遍", "which is not enough: compare them all anew"))
    return joined(sentences, "；", "; ")


def _best_worst(judgement: BestWorst, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    rows = _row(judgement.best_to_others, nodes, judgement.best), _row(judgement.others_to_worst, nodes, judgement.worst)
    result = weighting.best_worst_judgement(nodes.index(judgement.best), nodes.index(judgement.worst), *rows, labels)
    coherence = Phrase(*[f"CR {result.ratio:.2f}"] * 2)
    checked = None if result.threshold is None else (result.input_ratio, result.threshold)
    if result.threshold is None or result.input_ratio <= result.threshold + 1e-9:
        return Judged("best_worst", result.shares, coherence, result.ratio, checked=checked)
    mend = weighting.best_worst_mend(nodes.index(judgement.best), nodes.index(judgement.worst), *rows, labels)
    return Judged("best_worst", result.shares, coherence, result.ratio, _best_worst_doubt(result), _mend_words(mend, INPUT_RATIO), changes=mend.changes, least=mend.least, checked=checked)


def _best_worst_doubt(result: BestWorstResult) -> Phrase:
    worst = result.contradictions[0]
    ratio, limit = told_apart(result.input_ratio, result.threshold or 0.0)
    return phrase(
        "最优最劣判断前后矛盾，输入一致性比率 {r} 超过 {limit}：“{name}”的两次判断相乘应接近 {span:g}，现为 {product:g}",
        "the judgements contradict one another, the input-based ratio {r} is above {limit}: the two of `{name}` should multiply to about {span:g}, and come to {product:g}",
        r=ratio, limit=limit, name=worst.criterion, span=worst.span, product=worst.product,
    )  # fmt: skip


def _trade_off(judgement: TradeOff, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    pairs = [(nodes.index(first), nodes.index(second)) for first, second, _ in judgement.pairs]
    ratios = [ratio for _, _, ratio in judgement.pairs]
    result = weighting.trade_off_judgement(pairs, ratios, len(nodes), labels)
    if result.checks <= 0:
        return Judged("trade_off", result.shares, ratio=result.coherence)
    coherence = phrase("最多差 {f:.2f} 倍", "off by a factor of {f:.2f} at most", f=result.coherence)
    return Judged("trade_off", result.shares, coherence, result.coherence)


def _rank_order(judgement: RankOrder, nodes: Sequence[str], labels: Sequence[str]) -> Judged:
    levels = [(item,) if isinstance(item, str) else item for item in judgement.order]
    starts = np.cumsum([1, *map(len, levels)])[:-1].tolist()
    places = {node: float(start) for start, level in zip(starts, levels, strict=True) for node in level}
    return Judged("rank_order", weighting.rank_order_shares(_row(places, nodes), labels, kind=judgement.kind))


def whole_weights(shares: Floats, decimals: int) -> Floats:
    """Shares as percent with so many decimals, summing to 100: the largest remainders are rounded up.

    Of equal remainders the earlier node's goes first; remainders equal to 9 decimals are equal.

    Parameters
    ----------
    shares : float64[nodes]
        Sum to 1.

    Returns
    -------
    float64[nodes]
        Each the float nearest to its decimal number.

    References
    ----------
    Balinski, M. L., Young, H. P. (1982). Fair Representation. Yale University Press (Hamilton's method).

    Examples
    --------
    >>> whole_weights(np.array([1, 1, 1]) / 3, 1).tolist()
    [33.4, 33.3, 33.3]
    """
    unit = 10**decimals
    exact = (np.asarray(shares, dtype=np.float64) * 100 * unit).round(9)
    units = np.floor(exact)
    left = 100 * unit - int(units.sum())
    first = np.argsort(-(exact - units).round(9), kind="stable")[: max(left, 0)]
    units[first] += 1
    return np.asarray(units / unit)



BallotState = Literal["counted", "late", "double", "incomplete", "withdrawn", "faulty"]
STATES: dict[BallotState, Phrase] = {
    "counted": Phrase("计入", "counted"),
    "late": Phrase("逾期", "late"),
    "double": Phrase("重复", "double"),
    "incomplete": Phrase("不全", "incomplete"),
    "withdrawn": Phrase("撤回", "withdrawn"),
    "faulty": Phrase("有误", "faulty"),
}
NOTHING = Phrase("", "")
FILE_CODE = Phrase("文件名应为专家代号，不写姓名", "a file is named for the expert's code, never for the person")
RENAME = Phrase("请改名为 E01.toml 这样（第二轮为 E01-2.toml）", "rename it like E01.toml (E01-2.toml in the second round)")
ASK = Phrase("请问明该专家以哪张为准，删去其余", "ask the expert which one stands, and remove the others")
COMPLETE = Phrase("请该专家补全", "have the expert complete it")
SET_ASIDE = Phrase("不计入", "it is not counted")


@dataclass(frozen=True, eq=False)
class Listed:
    """One file of the folder and what became of it.

    Parameters
    ----------
    file
        As messages call it: its name, or its place among the files where the name could be a person's.
    expert, round, cast
        Of the ballot; empty, 0 and None where the file cannot be read.
    state, reason
        Whether it is counted, and why not.
    judged
        What each group's judgement comes to, by group id; also of ballots set aside, where it could be worked out.
    """

    file: str
    expert: str = ""
    round: int = 0
    cast: dt.date | None = None
    state: BallotState = "counted"
    reason: Phrase = NOTHING
    ballot: Ballot | None = field(default=None, repr=False)
    judged: Mapping[str, Judged] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, eq=False)
class Ballots:
    """The ballots of an edition: read = counted + set aside.

    Parameters
    ----------
    listed
        Every file, by expert and round.
    problems
        What is to be mended: errors of faulty files, warnings of those set aside or contradicting themselves.
    """

    scheme: Scheme
    listed: tuple[Listed, ...]
    problems: Problems

    @property
    def counted(self) -> tuple[Listed, ...]:
        """The ballots that count, of every round."""
        return tuple(one for one in self.listed if one.state == "counted")

    @property
    def set_aside(self) -> tuple[Listed, ...]:
        """The ballots that do not, each with its reason."""
        return tuple(one for one in self.listed if one.state != "counted")

    @property
    def deciding(self) -> int:
        """The round that decides: the scheme's, else the last with a ballot that counts; 1 where there is none."""
        wanted = self.scheme.weighting.round if self.scheme.weighting else None
        return wanted or max((one.round for one in self.counted), default=1)

    def of_round(self, number: int) -> tuple[Listed, ...]:
        """The ballots of one round that count, by expert."""
        return tuple(one for one in self.counted if one.round == number)

    def __repr__(self) -> str:
        return f"Ballots({len(self.listed)} read, {len(self.counted)} counted, {len(self.set_aside)} set aside)"


def load_ballots(folder: Path | str, scheme: Scheme) -> Ballots:
    """Every ballot ``ballots/*.toml`` of the edition in `folder`, all problems at once.

    A ballot is set aside when it cannot be read, was withdrawn, is one of two or more of the same expert and round
    (all of them, until the expert says which), was cast after the deadline (the day itself still counts), or leaves out
    a group that is voted on or one of its nodes.
    """
    paths = sorted(Path(folder, FOLDER).glob("*.toml"), key=lambda path: path.name)
    read = [_read(path, place, scheme) for place, path in enumerate(paths, 1)]
    listed = _doubles_apart([one for one, _ in read])
    doubled = {old.file: new for (old, _), new in zip(read, listed, strict=True)}
    problems = [problem for _, file_problems in read for problem in file_problems]
    problems += [_why(one) for one in doubled.values() if one.state == "double"]
    return Ballots(scheme, tuple(sorted(listed, key=lambda one: (one.expert, one.round, one.file))), Problems(tuple(problems)))


def _read(path: Path, place: int, scheme: Scheme) -> tuple[Listed, list[Problem]]:
    """A file and its problems; what the others say is not yet known."""
    if not STEM.fullmatch(path.stem):
        shown = f"{FOLDER}/[{place}]"
        return Listed(shown, state="faulty", reason=FILE_CODE), [Problem("error", FILE_CODE, RENAME, file=shown)]
    shown = f"{FOLDER}/{path.name}"
    try:
        ballot = read_ballot(path, scheme, shown)
    except Refused as refused:
        return Listed(shown, state="faulty", reason=_first(refused.problems)), list(refused.problems)
    lines = key_lines(with_quoted_keys(path.read_text("utf-8-sig")))
    one = Listed(shown, ballot.expert, ballot.round, ballot.cast, ballot=ballot)
    if ballot.withdrawn:
        took_back = Phrase("专家已撤回", "the expert took it back")
        return _aside(one, "withdrawn", took_back), []
    return _weighed(one, ballot, scheme, lines)


def _weighed(one: Listed, ballot: Ballot, scheme: Scheme, lines: Mapping[KeyPath, int]) -> tuple[Listed, list[Problem]]:
    judgements: dict[str, Judged] = {}
    problems, gaps = [], list(_gaps(ballot, scheme))
    for group, nodes in voted_groups(scheme).items():
        if group not in ballot.weights or unjudged(ballot.weights[group], nodes):
            continue
        row = lines.get(("weights", group))
        try:
            judgements[group] = judged(ballot.weights[group], nodes, [scheme.label(node) for node in nodes])
        except Refused as refused:
            problems += [_placed(problem, one.file, group, row) for problem in refused.problems]
            continue
        problems += _doubts(judgements[group], one.file, group, row)
    one = replace(one, judged=judgements)
    wrong = Problems(tuple(problems)).errors
    if wrong:
        return _aside(one, "faulty", _first(wrong)), problems
    deadline = scheme.weighting.deadline if scheme.weighting else None
    if deadline and ballot.cast > deadline:
        one = _aside(one, "late", phrase("{day} 才投出，截止日为 {line}", "cast on {day}, the deadline was {line}", day=ballot.cast, line=deadline))
        return one, [*problems, _why(one)]
    if gaps:
        one = _aside(one, "incomplete", joined(gaps, "；", "; "))
        return one, [*problems, _why(one)]
    return one, problems


def _gaps(ballot: Ballot, scheme: Scheme) -> Iterator[Phrase]:
    for group, nodes in voted_groups(scheme).items():
        label = group_label(scheme, group)
        if group not in ballot.weights:
            yield phrase("缺“{zh}”一组（[weights.{id}]）", "{en} is not judged ([weights.{id}])", zh=label.zh, en=label.en, id=group)
            continue
        left = unjudged(ballot.weights[group], nodes)
        if left:
            names = [scheme.label(node) for node in left]
            yield phrase("“{zh}”中缺：{a}", "below {en} lacking: {b}", zh=label.zh, en=label.en, a="、".join(names), b=", ".join(names))


def _doubts(judgement: Judged, file: str, group: str, row: int | None) -> list[Problem]:
    if judgement.doubt is None or judgement.mend is None:
        return []
    return [Problem("warning", judgement.doubt, judgement.mend, file=file, row=row, column=f"weights.{group}")]


def _placed(problem: Problem, file: str, group: str, row: int | None) -> Problem:
    column = " ".join(part for part in (f"weights.{group}", problem.column) if part)
    return replace(problem, file=file, row=row, column=column)


def _doubles_apart(listed: list[Listed]) -> list[Listed]:
    cast = Counter((one.expert, one.round) for one in listed if one.state not in {"withdrawn", "faulty"})
    reason = Phrase("同一专家同一轮不止一张", "not the only one of this expert in this round")
    return [
        _aside(one, "double", reason) if cast[one.expert, one.round] > 1 and one.state not in {"withdrawn", "faulty"} else one
        for one in listed
    ]


def _aside(one: Listed, state: BallotState, reason: Phrase) -> Listed:
    return replace(one, state=state, reason=reason)


def _why(one: Listed) -> Problem:
    mends = {"double": ASK, "incomplete": COMPLETE}
    return Problem("warning", one.reason, mends.get(one.state, SET_ASIDE), file=one.file)


def _first(problems: Problems) -> Phrase:
    listed = list(problems)
    more = Phrase(f"等 {len(listed)} 处", f" and {len(listed) - 1} more") if len(listed) > 1 else Phrase("", "")
    return Phrase(listed[0].rule.zh + more.zh, listed[0].rule.en + more.en)
