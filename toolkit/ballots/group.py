"""From the ballots of one round to the group's weights, how far the experts agree, and what `committee check` says of the folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from toolkit import weighting
from toolkit.ballots.ballot import FOLDER, group_label, voted_groups
from toolkit.ballots.folder import Ballots, Judged, Listed, load_ballots, whole_weights
from toolkit.ground.problems import Problem, Problems, Refused, refuse, stop_at
from toolkit.ground.ranking import Floats
from toolkit.ground.text import Phrase, phrase
from toolkit.records.dictionary import Tables
from toolkit.records.folder import found_files
from toolkit.scheme import Scheme, Weighting
from toolkit.weighting import Camps, Concordance, Distance, Movement, Standing

NOTHING = Phrase("没有一组有两项或更多，无从分配权重", "no group voted on has two nodes or more")


@dataclass(frozen=True, eq=False)
class GroupJudgement:
    """What the experts of one round judged of one group of siblings.

    Parameters
    ----------
    nodes, experts
        Ids of the siblings in the order of the scheme; codes in alphabetical order.
    own : float64[experts, nodes]
        Each expert's shares.
    judged
        The same with their coherence, in the order of `experts`.
    shares : float64[nodes]
        The group's, summing to 1.
    concordance
        Kendall's W and its p; None for a single expert.
    apart : float64[experts, experts]
        The part of the weight that would have to be moved between any two.
    camps, far, standing
        Who thinks alike, who is far from the rest and on what, quartiles and each one's place among them.
    moved
        Between the round before and this one, for the experts of both (`both`); None without such a round or with fewer
        than two of them.
    """

    nodes: tuple[str, ...]
    experts: tuple[str, ...]
    own: Floats
    judged: tuple[Judged, ...]
    shares: Floats
    concordance: Concordance | None
    apart: Floats
    camps: Camps
    far: Distance
    standing: Standing
    both: tuple[str, ...] = ()
    moved: Movement | None = None


@dataclass(frozen=True, eq=False)
class GroupWeights:
    """The group's weights of one round, by group of siblings.

    Parameters
    ----------
    round, rule
        Which round decided, and by what rule.
    groups
        By the group's id, ``total`` for the topmost.
    weights
        By node id: percent with the rule's decimals, siblings summing to exactly 100.
    """

    scheme: Scheme
    round: int
    rule: Weighting
    groups: Mapping[str, GroupJudgement]
    weights: Mapping[str, float]

    def __repr__(self) -> str:
        experts = len(next(iter(self.groups.values())).experts)
        return f"GroupWeights(round {self.round}, {experts} experts, {self.rule.aggregate})"


def group_weights(ballots: Ballots, scheme: Scheme | None = None, *, round: int | None = None) -> GroupWeights:  # noqa: A002
    """The group's weights of the deciding round, or of the one asked for.

    Only ballots of that round count; an expert who did not answer in it has no say in it.

    Raises
    ------
    Refused
        When fewer ballots count than the scheme wants, their methods cannot be joined as it says, or no group is voted on.
    """
    scheme = scheme or ballots.scheme
    rule = scheme.weighting or Weighting()
    number = round or ballots.deciding
    counted = ballots.of_round(number)
    if len(counted) < rule.minimum:
        lacking = phrase("第 {round} 轮没有一张可计入的判断票", "no ballot of round {round} counts", round=number)
        if counted:
            lacking = phrase("第 {round} 轮只有 {n} 张计入，办法要求至少 {least} 张", "of round {round} only {n:ballot counts|ballots count}, the scheme wants {least}",
                             round=number, n=len(counted), least=rule.minimum)  # fmt: skip
        raise refuse(lacking, Phrase("请催收或补正判断票（见清单）", "gather or mend ballots, see the list"), file=FOLDER)
    before = {one.expert: one for one in ballots.of_round(number - 1)}
    voted = voted_groups(scheme)
    if not voted:
        mend = Phrase("请在 groups 里写上要表决的分组", "name other groups in `groups`")
        raise refuse(NOTHING, mend, file="scheme.toml", column="weighting.groups")
    _refuse_unlike(counted, rule, scheme)
    groups = {group: _judgement(group, nodes, counted, before, rule) for group, nodes in voted.items()}
    weights = {
        node: weight
        for group_judgement in groups.values()
        for node, weight in zip(group_judgement.nodes, whole_weights(group_judgement.shares, rule.decimals).tolist(), strict=True)
    }
    return GroupWeights(scheme, number, rule, groups, weights)


@dataclass(frozen=True)
class PlaceBefore:
    """One expert's place in the group on one node, in the round before.

    Parameters
    ----------
    own
        Its own share in percent; NaN where it did not answer.
    quartiles
        The group's lower quartile, median and upper quartile, in percent.
    outside
        -1 below the lower quartile, 1 above the upper one, else 0.
    """

    own: float
    quartiles: tuple[float, float, float]
    outside: int


def round_before(ballots: Ballots, number: int) -> GroupWeights | None:
    """The group's weights of the round before `number`; None where there is none, or too few ballots of it count."""
    try:
        return group_weights(ballots, round=number - 1) if number > 1 else None
    except Refused:
        return None


def place_before(earlier: GroupWeights, expert: str, *, others: int = 0) -> dict[str, PlaceBefore]:
    """By node where an expert stood in a round: nobody else's own share.

    Parameters
    ----------
    others
        How many beside the expert a group must have for its quartiles to be told.
    """
    places: dict[str, PlaceBefore] = {}
    for group in earlier.groups.values():
        at = group.experts.index(expert) if expert in group.experts else None
        if len(group.experts) - (at is not None) < others:
            continue
        shares = np.full(len(group.nodes), np.nan) if at is None else group.own[at]
        outside = np.zeros(len(group.nodes), np.int64) if at is None else group.standing.outside[at]
        for node, share, quartiles, side in zip(group.nodes, shares * 100, group.standing.quartiles.T * 100, outside, strict=True):
            low, middle, high = quartiles.tolist()
            places[node] = PlaceBefore(float(share), (low, middle, high), int(side))
    return places


def scheme_with_group_weights(scheme: Scheme, voted: GroupWeights) -> Scheme:
    """The scheme with the group's weights; the groups that were not voted on keep theirs.

    Raises
    ------
    Refused
        When the scheme would be contradictory.
    """
    return scheme.with_weights(voted.weights)


def _judgement(
    group: str, nodes: tuple[str, ...], counted: Sequence[Listed], before: Mapping[str, Listed], rule: Weighting
) -> GroupJudgement:
    experts = tuple(one.expert for one in counted)
    judged = tuple(one.judged[group] for one in counted)
    shares = np.array([judgement.shares for judgement in judged])
    both = [place for place, expert in enumerate(experts) if expert in before]
    earlier = np.array([before[experts[place]].judged[group].shares for place in both])
    return GroupJudgement(
        nodes,
        experts,
        shares,
        judged,
        joined_shares(judged, experts, rule),
        weighting.concordance(shares, experts) if len(experts) > 1 else None,
        weighting.distances(shares, experts=experts),
        weighting.camps(shares, experts),
        weighting.far_from_rest(shares, experts),
        weighting.standing(shares, experts),
        tuple(experts[place] for place in both),
        weighting.movement(earlier, shares[both]) if len(both) > 1 else None,
    )


def joined_shares(judged: Sequence[Judged], experts: tuple[str, ...], rule: Weighting) -> Floats:
    """The group's shares of one group of siblings, float64[nodes], of what each expert judged.

    Raises
    ------
    Refused
        Where nothing comes of them, such as weights that are all 0.
    """
    count = [rule.experts.get(expert, 1.0) for expert in experts]
    if rule.aggregate == "aij":
        matrices = [judgement.matrix for judgement in judged if judgement.matrix is not None]
        return weighting.ahp_shares(weighting.group_matrix(matrices, weights=count, experts=experts))
    shares = np.array([judgement.shares for judgement in judged])
    return weighting.group_shares(shares, rule.aggregate, weights=count, trim=rule.trim, experts=experts)


def _refuse_unlike(counted: Sequence[Listed], rule: Weighting, scheme: Scheme) -> None:
    """Refuse to join comparisons with judgements of another kind: every one of them at once."""
    if rule.aggregate != "aij":
        return
    mend = Phrase('请改用 aggregate = "geometric"，或请该专家改填两两比较', 'use aggregate = "geometric", or have the expert compare pairs')
    problems: list[Problem] = []
    for ballot in counted:
        for group, judged in ballot.judged.items():
            if judged.matrix is None:
                rule_broken = phrase(
                    "“{label.zh}”由专家 {expert} 用其他方法判断，不能先合并两两比较", "expert {expert} judged {label.en} by another method: comparisons cannot be joined",
                    label=group_label(scheme, group), expert=ballot.expert,
                )  # fmt: skip
                problems.append(Problem("error", rule_broken, mend, file=ballot.file, column=f"weights.{group}.method", value=judged.method))
    stop_at(problems)


def check_ballots(folder: Path, scheme: Scheme, tables: Tables | None = None) -> Ballots:
    """The ballots of the edition in `folder`, with all that is wrong in its folder of ballots.

    Beside what `load_ballots` finds: why no weights of the group can come of them, as a warning, since the scheme's
    stand as long as nobody adopts others; and, by `tables`, how many files there nothing reads. Their names are not
    told: they may be a person's.

    Parameters
    ----------
    tables
        The data dictionary, which says which score sheets are read; None where it cannot be read, and nothing is said.
    """
    ballots = load_ballots(folder, scheme)
    more = [*(_undecided(ballots) if ballots.listed else ()), *(_unread(folder, tables) if tables else ())]
    return replace(ballots, problems=ballots.problems + Problems(tuple(more)))


def _undecided(ballots: Ballots) -> tuple[Problem, ...]:
    try:
        group_weights(ballots)
    except Refused as refused:
        return tuple(replace(problem, severity="warning") for problem in refused.problems)
    counted, before = fewer_than_before(ballots)
    if before:
        rule = phrase("第 {round} 轮只计入 {n} 张，上一轮有 {before} 张；没有投这一轮的专家不算在内", "of round {round} {n:ballot counts|ballots count}, of the round before {before}: who did not vote again has no say",
                      round=ballots.deciding, n=counted, before=before)  # fmt: skip
        mend = phrase("请催收第 {round} 轮的票；要以哪一轮为准，可在办法里写明（weighting.round）", "gather ballots of round {round}, or say in the scheme which round decides (weighting.round)",
                      round=ballots.deciding)  # fmt: skip
        return (Problem("warning", rule, mend, file=FOLDER),)
    return ()


def fewer_than_before(ballots: Ballots) -> tuple[int, int]:
    """How many ballots of the deciding round count; and of the round before, where those were more and the scheme names no round, else 0."""
    counted, before = (len(ballots.of_round(ballots.deciding - back)) for back in (0, 1))
    named = ballots.scheme.weighting is not None and ballots.scheme.weighting.round
    return counted, before if before > counted and not named else 0


def _unread(folder: Path, tables: Tables) -> tuple[Problem, ...]:
    read = {name for table in tables.table.values() if table.file for name in found_files(folder, table)[0]}
    names = (path.relative_to(folder) for path in Path(folder, FOLDER).rglob("*") if path.is_file())
    unread = [name for name in names if name.as_posix() not in read and not _passed_over(name)]
    if not unread:
        return ()
    rule = phrase("有 {n} 个文件没有读取", "{n:file here is|files here are} read by nothing", n=len(unread))
    mend = Phrase(
        "填好的 Excel 判断票用 committee ballots 届次文件夹 --read 读回；评分表照 tables.toml 的 file 命名；其余请移走",
        "read Excel ballots back with committee ballots DIR --read, name score sheets as `file` in tables.toml says, move the rest away",
    )
    return (Problem("warning", rule, mend, file=FOLDER),)


def _passed_over(name: Path) -> bool:
    """A ballot, which was read; a hidden file; or the lock that Excel leaves beside an open workbook."""
    return (name.suffix == ".toml" and len(name.parts) == 2) or name.name.startswith((".", "~$"))
