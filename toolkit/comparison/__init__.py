"""Comparison: who stands otherwise in a second evaluation, and which of the changes between the two moved them.

Causes: what was decided or recorded otherwise between two evaluations, each as one change that can be made or undone.
Beside them what the group's weights and each expert's own would have decided: who would come in, who would fall out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from toolkit.ballots.group import GroupWeights, scheme_with_group_weights
from toolkit.evaluation import Evaluation, evaluate, rescored
from toolkit.ground.problems import Refused
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import modelled
from toolkit.records.references import reference_problems
from toolkit.scheme import Scheme
from toolkit.scheme.amendments import Amendment, diff
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.writing import path_steps, plain_values, put

if TYPE_CHECKING:

    from toolkit.ballots.folder import Ballots, Listed
    from toolkit.ground.ranking import Placing, Ruling
    from toolkit.ground.toml_syntax import Raw
    from toolkit.records import Records


RECORDS = Phrase("记录的变化", "the records")
NODES = ("group", "indicator")
WEIGHT = re.compile(r"(?:group|indicator)\[([^\]]+)\]\.weight")
KINDS: dict[str, Literal["added", "removed", "moved", "changed"]] = {
    "added": "removed", "removed": "added", "moved": "moved", "changed": "changed",
}  # fmt: skip


@dataclass(frozen=True)
class Cause:
    """One change, as a committee would vote on it.

    Parameters
    ----------
    words
        The change as a minute says it; the weights of one group of siblings are one change.
    amendments
        What it does to the scheme; empty for the change of the records, or of what the committee ruled.
    of_rulings
        Whether it is what the minutes rule of ties and open places that changed.
    """

    words: Phrase
    amendments: tuple[Amendment, ...] = ()
    of_rulings: bool = False

    @property
    def of_records(self) -> bool:
        """Whether it is the records that changed."""
        return not (self.amendments or self.of_rulings)


def rulings_changed(before: Evaluation | Records, after: Evaluation | Records) -> Phrase | None:
    """The entries of the minutes that rule otherwise on ties and open places in the one than in the other; None where none does."""
    sides: list[set[Ruling | Placing]] = [{*side.rulings, *side.placings} for side in (before, after)]
    lines = sorted({ruling.line for ruling in sides[0] ^ sides[1]})
    if not lines:
        return None
    told = ("、".join(map(str, lines)), ", ".join(map(str, lines)))
    return phrase("委员会的裁定（工作记录第 {zh} 条）", "the committee's rulings (entries of the minutes: {en})", zh=told[0], en=told[1])


def scheme_causes(before: Scheme, after: Scheme) -> tuple[Cause, ...]:
    """The changes between two schemes, in their order.

    The weights of siblings go together, and with them the nodes that were added or removed among them where weights
    are percentages: neither can be voted without the other.
    """
    clusters: list[tuple[set[str], list[Amendment]]] = []
    for amendment in diff(before, after):
        keys = _together(amendment, before, after)
        joined = [cluster for cluster in clusters if cluster[0] & keys]
        if not joined:
            clusters.append((keys, [amendment]))
            continue
        for keys_of, amendments in joined[1:]:
            keys |= keys_of
            joined[0][1].extend(amendments)
        joined[0][0].update(keys)
        joined[0][1].append(amendment)
        clusters = [cluster for cluster in clusters if not any(cluster is other for other in joined[1:])]
    return tuple(Cause(_joined([entry.words for entry in amendments]), tuple(amendments)) for _, amendments in clusters)


def made(scheme: Scheme, cause: Cause, order: Scheme) -> Scheme:
    """`scheme` with one change made; new items stand where `order` has them.

    Raises
    ------
    Refused
        When such a scheme would be impossible or contradictory.
    """
    raw, like = plain_values(scheme), plain_values(order)
    for amendment in cause.amendments:
        if amendment.kind == "moved":
            raw[amendment.place] = _in_order(raw[amendment.place], amendment.after)
        else:
            put(raw, amendment.place, amendment.after)
    for key in {key for key in map(_list_of, cause.amendments) if key and raw.get(key)}:
        raw[key] = _inserted(raw[key], [item["id"] for item in like.get(key, [])], _new(cause, key))
    return modelled(raw, Scheme, scheme_faults, "scheme.toml")[0]


def undone(scheme: Scheme, cause: Cause, order: Scheme) -> Scheme:
    """`scheme` without one change that was made to it; see `made`."""
    turned = [replace(amendment, kind=KINDS[amendment.kind], before=amendment.after, after=amendment.before) for amendment in cause.amendments]
    return made(scheme, replace(cause, amendments=tuple(turned)), order)


def _together(amendment: Amendment, before: Scheme, after: Scheme) -> set[str]:
    """The groups whose weights an amendment is about; its own place for any other, which stands alone."""
    if match := WEIGHT.fullmatch(amendment.place):
        return {f"weights of {scheme.nodes[match[1]].group}" for scheme in (before, after)}
    step = path_steps(amendment.place)[-1]
    item = amendment.after or amendment.before
    if not isinstance(step, tuple) or step[0] not in NODES or "percent" not in {before.weights, after.weights}:
        return {amendment.place}
    siblings = {f"weights of {step[1]}"} if step[0] == "group" else set()
    return {f"weights of {item.get('group')}", *siblings}


def _joined(words: Sequence[Phrase]) -> Phrase:
    """Several amendments as one change; the weights of siblings under one word."""
    bare = [Phrase(_bare(part.zh, "权重：", place), _bare(part.en, "weight: ", place)) for place, part in enumerate(words)]
    return Phrase("，".join(part.zh for part in bare), ", ".join(part.en for part in bare))


def _bare(words: str, prefix: str, place: int) -> str:
    return words.removeprefix(prefix) if place else words


def _list_of(amendment: Amendment) -> str:
    """The list an amendment adds an item to, empty for any other."""
    step = path_steps(amendment.place)[-1]
    return step[0] if amendment.kind == "added" and isinstance(step, tuple) else ""


def _new(cause: Cause, key: str) -> list[str]:
    added = (path_steps(amendment.place)[-1] for amendment in cause.amendments if amendment.kind == "added")
    return [step[1] for step in added if isinstance(step, tuple) and step[0] == key]


def _in_order(items: list[Raw], ids: Sequence[str]) -> list[Raw]:
    """The items named by `ids` in that order, in the places they hold together; the others where they are."""
    turn = iter(sorted((item for item in items if item["id"] in ids), key=lambda item: ids.index(item["id"])))
    return [next(turn) if item["id"] in ids else item for item in items]


def _inserted(items: list[Raw], like: Sequence[str], new: Iterable[str]) -> list[Raw]:
    """New items moved behind the nearest one that stands before them in `like`."""
    listed = list(items)
    for id_ in new:
        item: Any = next(entry for entry in listed if entry["id"] == id_)
        listed.remove(item)
        earlier = set(like[: like.index(id_)]) if id_ in like else {entry["id"] for entry in listed}
        place = max((count for count, entry in enumerate(listed, start=1) if entry["id"] in earlier), default=0)
        listed.insert(place, item)
    return listed


WHAT = ("awards", "grade", "rank")
SCHEME = "scheme.toml"


@dataclass(frozen=True, eq=False)
class Trial:
    """What becomes of the list when one change is made alone, and when it alone is not made.

    Parameters
    ----------
    cause
        The change.
    alone, without
        The evaluation with this change only, and with all the others; None where there is no such thing, because the
        scheme would be refused, or records are needed that were not given.
    """

    cause: Cause
    alone: Evaluation | None
    without: Evaluation | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two evaluations side by side.

    Parameters
    ----------
    before, after
        The two.
    trials
        Each change between them, made alone and left out alone; the scheme's in its order, then the records.
    moved : DataFrame
        Index member, of those whose awards, grade or rank differ: first by awards, then by grade, then by rank, each in
        the order of the list after. Columns name, class, what (the first of ``awards``, ``grade``, ``rank`` that
        differs), awards_before, awards (tuples of ids), grade_before, grade, rank_before, rank (Int64), total_before,
        total; what a member had that is in one evaluation only is empty in the other.
    alone : DataFrame of bool
        Member moved x place in `trials`: with this change only the member comes to stand as it does after, in `what`.
    needed : DataFrame of bool
        The same: without this change it would have stayed, in `what`, as it was.
    """

    before: Evaluation
    after: Evaluation
    trials: tuple[Trial, ...]
    moved: pd.DataFrame
    alone: pd.DataFrame
    needed: pd.DataFrame


def compare(
    before: Evaluation,
    after: Evaluation,
    records_before: Records | None = None,
    records_after: Records | None = None,
    progress: Callable[[Cause], None] | None = None,
) -> Comparison:
    """Who moved between two evaluations, and which changes moved them.

    Parameters
    ----------
    records_before, records_after
        What each was made of. Where they differ, the records are one of the changes; without them a change that
        measures other things cannot be tried.
    progress
        Called before each change is tried.

    Examples
    --------
    >>> found = compare(evaluation, rescored(evaluation, scheme.with_weights({"learning": 35})))  # doctest: +SKIP
    >>> found.trials[0].cause.words.zh                                                            # doctest: +SKIP
    '权重：学习培训 30 → 35，交流贡献 25 → 23.2143'
    """
    causes = scheme_causes(before.scheme, after.scheme)
    if not _same_records(before, after, records_before, records_after):
        causes += (Cause(RECORDS),)
    if (ruled := rulings_changed(before, after)) is not None:
        causes += (Cause(ruled, of_rulings=True),)
    trials = []
    for cause in causes:
        if progress:
            progress(cause)
        trials.append(_tried(cause, (before, records_before), (after, records_after), only=len(causes) == 1))
    moved = _moved(before, after)
    alone = {place: _stand(moved, trial.alone, "") for place, trial in enumerate(trials)}
    needed = {place: _stand(moved, trial.without, "_before") for place, trial in enumerate(trials)}
    flags = (pd.DataFrame(columns, index=moved.index, dtype=bool) for columns in (alone, needed))
    return Comparison(before, after, tuple(trials), moved, *flags)


def _same_records(before: Evaluation, after: Evaluation, first: Records | None, second: Records | None) -> bool:
    if before.measured is after.measured or (first is second and first is not None):
        return True
    files = [{file: digest for file, digest in side.digests.items() if file != SCHEME} for side in (before, after)]
    elsewhere = any(records is not None and records.standing for records in (first, second))
    return bool(files[0]) and files[0] == files[1] and not elsewhere


def _tried(
    cause: Cause, before: tuple[Evaluation, Records | None], after: tuple[Evaluation, Records | None], *, only: bool
) -> Trial:
    if only:
        return Trial(cause, after[0], before[0])
    if cause.of_rulings:
        return Trial(cause, _ruled(*before, after[0]), _ruled(*after, before[0]))
    if cause.of_records:
        return Trial(cause, _under(before[0], after[1], before[0]), _under(after[0], before[1], after[0]))
    return Trial(
        cause,
        _decided(*before, lambda: made(before[0].scheme, cause, after[0].scheme)),
        _decided(*after, lambda: undone(after[0].scheme, cause, before[0].scheme)),
    )


def _ruled(evaluation: Evaluation, records: Records | None, by: Evaluation) -> Evaluation | None:
    """An evaluation under the rulings of another; None where that cannot be had."""
    if records is None and evaluation.placings == by.placings:
        return replace(evaluation, rulings=by.rulings)
    return _under(evaluation, records, by)


def _under(evaluation: Evaluation, records: Records | None, by: Evaluation) -> Evaluation | None:
    """Records under the scheme of an evaluation and the rulings of another; None where they are not there or cannot be evaluated."""
    if records is None:
        return None
    return _evaluated(evaluation.scheme, replace(records, rulings=by.rulings, placings=by.placings))


def scheme_measured(evaluation: Evaluation, records: Records | None, scheme: Scheme) -> Evaluation | None:
    """The same records under another scheme; None where that cannot be had of them."""
    return _decided(evaluation, records, lambda: scheme)


def _decided(evaluation: Evaluation, records: Records | None, scheme: Callable[[], Scheme]) -> Evaluation | None:
    """The same records under another scheme; measured anew only where it measures other things."""
    try:
        other = scheme()
        return rescored(evaluation, other)
    except Refused:
        return None
    except ValueError:
        return _evaluated(other, records)


def _evaluated(scheme: Scheme, records: Records | None) -> Evaluation | None:
    if records is None or reference_problems(scheme, records.tables):
        return None
    try:
        return evaluate(scheme, records)
    except Refused:
        return None


def _moved(before: Evaluation, after: Evaluation) -> pd.DataFrame:
    old, new = _standings(before), _standings(after)
    both = new.join(old.add_suffix("_before"), how="outer").reindex([*new.index, *old.index.difference(new.index)])
    both["name"], both["class"] = (both[name].fillna(both[f"{name}_before"]) for name in ("name", "class"))
    for side in ("", "_before"):
        both[f"awards{side}"] = [awards if isinstance(awards, tuple) else () for awards in both[f"awards{side}"]]
        both[f"grade{side}"] = both[f"grade{side}"].fillna("")
    differs = {what: [not _alike(*pair) for pair in zip(both[what], both[f"{what}_before"], strict=True)] for what in WHAT}
    both["what"] = [next((what for what in WHAT if differs[what][place]), "") for place in range(len(both))]
    columns = ["name", "class", "what", *(f"{name}{side}" for name in (*WHAT, "total") for side in ("_before", ""))]
    order = both["what"].map({what: place for place, what in enumerate(WHAT)})
    return both.loc[order.dropna().sort_values(kind="stable").index, columns].rename_axis("member")


def _standings(evaluation: Evaluation) -> pd.DataFrame:
    """Name, class, awards, grade, rank and total of each member, in the order of the list."""
    ranking = evaluation.ranking
    awards: Mapping[object, tuple[str, ...]] = evaluation.awards.groupby("member")["award"].agg(tuple).to_dict()
    standings = ranking[["name", "class", "grade", "rank", "total"]].copy()
    standings["awards"] = pd.Series([awards.get(member, ()) for member in ranking.index], index=ranking.index, dtype=object)
    return standings


def _stand(moved: pd.DataFrame, trial: Evaluation | None, side: str) -> list[bool]:
    """Whether each member that moved stands in a trial as it does after, or before."""
    if trial is None:
        return [False] * len(moved)
    there = _standings(trial).reindex(moved.index)
    there["grade"] = there["grade"].fillna("")
    same = {what: [_alike(*pair) for pair in zip(there[what], moved[f"{what}{side}"], strict=True)] for what in WHAT}
    return [same[str(what)][place] for place, what in enumerate(moved["what"])]


def _alike(one: object, other: object) -> bool:
    """Whether two standings are the same; nothing is like nothing."""
    if isinstance(one, tuple) or isinstance(other, tuple):
        return one == other
    if pd.isna(one) or pd.isna(other):  # type: ignore[call-overload]
        return bool(pd.isna(one) and pd.isna(other))  # type: ignore[call-overload]
    return one == other



COLUMNS = ["expert", "member", "change", "before", "after"]


def decided_by_each(evaluation: Evaluation, ballots: Ballots) -> pd.DataFrame:
    """Whose award would be another one under each expert's own weights alone, against the list as it stands.

    Parameters
    ----------
    ballots
        Those of the deciding round that count; groups that were not voted on keep the scheme's weights.

    Returns
    -------
    DataFrame
        One row for each expert and member whose award differs, by expert, then member: expert, member, change (into,
        out, other), before, after (ids of awards; empty for none). An expert who decides alike has no row.
    """
    rows = [
        (one.expert, *row)
        for one in ballots.of_round(ballots.deciding)
        for row in _ballots_decided(evaluation, scheme_of_one(evaluation.scheme, one))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def decided_by_group(evaluation: Evaluation, weights: GroupWeights) -> pd.DataFrame:
    """The same under the weights that the group would give: columns as of `decided_by_each`, expert empty."""
    rows = [("", *row) for row in _ballots_decided(evaluation, scheme_with_group_weights(evaluation.scheme, weights))]
    return pd.DataFrame(rows, columns=COLUMNS)


def _ballots_decided(evaluation: Evaluation, scheme: Scheme) -> Iterator[tuple[str, str, str, str]]:
    """Member, change, award before and after, of everybody whose award `scheme` changes."""
    before = evaluation.ranking["award"].sort_index()
    after = rescored(evaluation, scheme).ranking["award"].reindex(before.index)
    for member in before.index[(before != after).to_numpy()]:
        old, new = str(before[member]), str(after[member])
        yield str(member), "into" if not old else "other" if new else "out", old, new


def scheme_of_one(scheme: Scheme, one: Listed) -> Scheme:
    """The scheme with one expert's own weights, as exact as they were judged."""
    weights: dict[str, float] = {}
    for group, judged in one.judged.items():
        nodes = [node.id for node in scheme.children(None if group == "total" else group)]
        weights |= dict(zip(nodes, (judged.shares * 100).tolist(), strict=True))
    return scheme.with_weights(weights)
