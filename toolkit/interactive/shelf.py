"""What lies beside a tuning: the steps that a page keeps of it, the variants of the edition, where one can go back to, and how they compare."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from toolkit.ballots.folder import load_ballots
from toolkit.ballots.group import fewer_than_before, group_weights, scheme_with_group_weights
from toolkit.evaluation.grades import grade_names
from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.interactive.board import Board, Changes
from toolkit.interactive.board_words import ELSEWHERE, FOLLOWED, LOOK_AGAIN, NOT_SEEN, WORDS
from toolkit.interactive.tuning import LANGUAGES, MOST_STEPS, Step, Tuning, both, changes_told, shares
from toolkit.interactive.what_if import NOTHING, WhatIf, evaluated_by
from toolkit.minutes.adoption import former_file
from toolkit.minutes.variants import read_variants
from toolkit.scheme import load_scheme
from toolkit.scheme.amendments import diff
from toolkit.scheme.writing import plain_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.interactive.what_if import Known
    from toolkit.scheme import Scheme

Said = dict[str, Any]
Origin = Literal["voted", "sealed", "former"]
NEAR = 3
"""Members on either side of a line that a comparison shows."""
MOST_OF_A_CLASS, MOST_COLUMNS = 30, 6
OTHER_TREE = Phrase("这个方案的指标、奖项或等级与现在的办法不同，这里不能并列", "this scheme has other indicators, awards or grades: it cannot stand beside this one here")
BY_CHANGES = Phrase("请用 committee changes 比较", "compare it with committee changes")
NOWHERE = Phrase("回不去：没有这一处", "there is nothing to go back to")
VOTED = ("第 {round} 轮 {n} 张判断票合成的权重", "the weights of the ballots of round {round}, so many: {n}")
FEWER = ("上一轮有 {before} 张，没有投这一轮的专家不算在内", "of the round before there were {before}, and who did not vote again has no say")
FORMER = Phrase("最近一次采用之前的办法", "the scheme as it was before the last adoption")
LOOK = Phrase("请核对 ballots、sealed 和 journal.jsonl", "look at ballots, sealed and journal.jsonl")


# ---- the steps that a page keeps ----


def patch_of(decided: Scheme, scheme: Scheme) -> Said:
    """What a scheme decides otherwise than the decided one, as plain values: the weights of whole groups, the rest by its place.

    What differs in more than single decisions is told whole.
    """
    weights = {key: node.weight for key, node in scheme.nodes.items()}
    if weights.keys() != decided.nodes.keys():
        return {"whole": plain_values(scheme)}
    groups = {node.group for key, node in decided.nodes.items() if node.weight != weights[key]}
    groupwise = {key: weights[key] for key, node in decided.nodes.items() if node.group in groups}
    if decided.with_weights(groupwise) == scheme:
        return {"weights": groupwise}
    amendments = [one for one in diff(decided, scheme) if not (one.kind == "changed" and one.place.endswith("].weight"))]
    if any(one.kind == "moved" for one in amendments):
        return {"whole": plain_values(scheme)}
    return {"weights": groupwise, "rest": {one.place: one.after for one in amendments}}


def patched(decided: Scheme, patch: object) -> Scheme:
    """The scheme that a patch makes of the decided one, as strict as a file.

    Raises
    ------
    Refused
        When it is none.
    """
    if not isinstance(patch, dict):
        raise refuse(OTHER_TREE, BY_CHANGES)
    base = decided if not patch.get("rest") else decided.with_({str(place): value for place, value in dict(patch["rest"]).items()})
    if patch.get("whole"):
        base = decided.with_({str(key): value for key, value in dict(patch["whole"]).items()})
    weights = {str(node): float(weight) for node, weight in dict(patch.get("weights") or {}).items()}
    return base.with_weights(weights) if weights else base


class KeptSteps:
    """The steps of a tuning as a page keeps them: each once, by a number, so that a move tells its own and no other."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, WhatIf], tuple[int, Step]] = {}
        self._told: set[int] = set()
        self._last = 0

    def told(self, tuning: Tuning) -> Said:
        """The numbers of the tuning's steps, and the patches of those that were not told before."""
        steps = {_identity(step): step for step in (*tuning.past, tuning.step, *tuning.future)}
        known = {key: held for key, held in self._numbers.items() if key in steps}
        for key, step in steps.items():
            if key not in known:
                self._last += 1
                known[key] = (self._last, step)
        self._numbers = known
        new = {number: _patch(tuning.decided, step) for number, step in known.values() if number not in self._told}
        self._told |= new.keys()
        past, (now,), future = ([known[_identity(step)][0] for step in side] for side in (tuning.past, [tuning.step], tuning.future))
        return {"decided": starting_point(tuning.decided), "past": past, "now": now, "future": future, "locked": sorted(tuning.locked), "patches": new}


class Stand:
    """Which list there is: a number that grows as often as another takes its place, or one was asked for and refused.

    A page tells with an adoption the number of the list that it showed as the button was pressed; what came since was seen by nobody.
    """

    def __init__(self) -> None:
        self.number = 0
        self._refused: tuple[object, Problems] = (None, Problems())
        self._adopted: tuple[object, int, Phrase] | None = None

    def another(self) -> None:
        """Another list stands now."""
        self.number += 1
        self._refused = (None, Problems())

    def refused(self, asked: Said, problems: Problems) -> None:
        """A page asked for another, and was refused; of an adoption nothing is kept."""
        if asked.get("do") != "adopt":
            self.another()
            self._refused = (asked.get("view"), problems)

    def adopted(self, asked: Said, told: Phrase) -> None:
        """A page adopted the list there is: this was told of it."""
        self._adopted = asked.get("view"), self.number, told

    def seen(self, asked: Said) -> None:
        """Refuse an adoption of what the page did not show; one that tells no number means the list there is.

        With it goes what came since: what was adopted meanwhile, and by whom, and what the same page was refused.

        Raises
        ------
        Refused
            When it is another.
        """
        seen = asked.get("seen", self.number)
        if seen == self.number:
            return
        since = self._refused[1].items if asked.get("view") == self._refused[0] else ()
        raise Refused(Problems((*self._meanwhile(asked.get("view"), seen), *since, Problem("error", NOT_SEEN, LOOK_AGAIN))))

    def _meanwhile(self, view: object, seen: object) -> list[Problem]:
        """What was adopted after the list of that number; the page's own adoption by a second press stands as it was told."""
        if self._adopted is None or not isinstance(seen, int) or self._adopted[1] <= seen:
            return []
        by, _, told = self._adopted
        return [Problem("error", told if by == view else joined([ELSEWHERE, told], "", ""), FOLLOWED)]


def starting_point(decided: Scheme) -> str:
    """Upon what a page kept its steps: other decided weights are another starting point."""
    return f"{decided.edition} {' '.join(f'{share:g}' for share in shares(decided).values())}"


def _identity(step: Step) -> tuple[int, WhatIf]:
    return id(step.scheme), step.what_if


def _patch(decided: Scheme, step: Step) -> Said:
    """A step as plain values: what its scheme decides otherwise, what of it was moved by hand, and what is left out."""
    tried = {"what_if": step.what_if.kept} if step.what_if else {}
    return patch_of(decided, step.scheme) | tried | ({"by_hand": list(step.by_hand)} if step.by_hand else {})


def resumed(decided: Scheme, kept: Said, known: Known) -> Tuning:
    """The tuning that a page kept, every step of it as strict as a file.

    Parameters
    ----------
    kept
        A table of past, now and future, patches and lists of them, and of locked nodes.
    known
        What there is to leave out; of anything else that was left out nothing is taken up.

    Raises
    ------
    Refused
        When a step is no scheme.
    """
    made: dict[str, Scheme] = {}

    def step(patch: object) -> Step:
        tried = patch.get("what_if") if isinstance(patch, dict) else None
        hands = patch.get("by_hand") if isinstance(patch, dict) else None
        said = json.dumps({**patch, "what_if": None, "by_hand": None} if isinstance(patch, dict) else patch, sort_keys=True)
        if said not in made:
            made[said] = patched(decided, patch)
        by_hand = tuple(node for node in decided.nodes if node in hands) if isinstance(hands, list) else ()
        return Step(made[said], WhatIf.of_kept(tried, known) if isinstance(tried, dict) else NOTHING, by_hand)

    past, future = (tuple(map(step, list(kept.get(side) or ())[-MOST_STEPS:])) for side in ("past", "future"))
    locked = frozenset(map(str, kept.get("locked") or ())) & decided.nodes.keys()
    now = step(kept.get("now"))
    return Tuning(decided, now.scheme, locked, past, future, what_if=now.what_if, by_hand=now.by_hand)


# ---- where one can go ----


def origins(folder: Path) -> list[Said]:
    """Where one can go back to beside the decided scheme, each with what it is called: the ballots' weights, the newest seal, what was before."""
    bag = _newest_seal(folder)
    places: list[tuple[Origin, str]] = []
    if any((folder / "ballots").glob("*.toml")):
        places.append(("voted", ""))
    if bag is not None:
        places.append(("sealed", bag.name))
    if (former := former_file(folder)) is not None:
        places.append(("former", former.name))
    return [{"to": to, "name": name} for to, name in places]


def origin(folder: Path, decided: Scheme, to: str) -> tuple[Scheme, Phrase]:
    """The scheme one goes back to, and what it is: the decided one with the group's weights, that of the newest seal, or the one before the last adoption.

    Raises
    ------
    Refused
        When there is none, or it cannot be read.
    """
    bag, former = _newest_seal(folder), former_file(folder)
    if to == "voted":
        ballots = load_ballots(folder, decided)
        counted, before = fewer_than_before(ballots)
        of = [phrase(*VOTED, round=ballots.deciding, n=counted), *([phrase(*FEWER, before=before)] if before else [])]
        return scheme_with_group_weights(decided, group_weights(ballots)), joined(of, "；", "; ")
    if to == "sealed" and bag is not None:
        from toolkit.sealing.parts import DECIDED

        within = bag / "data" / "edition"
        return load_scheme(within / DECIDED if (within / DECIDED).is_file() else within / "scheme.toml"), WORDS["sealed_help"]
    if to == "former" and former is not None:
        return load_scheme(former), FORMER
    raise refuse(NOWHERE, LOOK)


def _newest_seal(folder: Path) -> Path | None:
    """The newest bag of an edition; none where what lies there is half of one."""
    if not (folder / "sealed").is_dir():
        return None
    from toolkit.sealing.bag import (
        read_bag_info,  # what a board of an edition without a seal need not wait for
    )
    from toolkit.sealing.revisions import newest_bag

    bag = newest_bag(folder / "sealed")
    return bag if bag is not None and read_bag_info(bag) else None


def fitting(evaluation: Evaluation, scheme: Scheme) -> Scheme:
    """A scheme of elsewhere that can stand beside the evaluated one: of the same nodes, awards and grades, in its language.

    Raises
    ------
    Refused
        When it cannot.
    """
    own = evaluation.scheme
    if _outline(own) != _outline(scheme):
        raise refuse(OTHER_TREE, BY_CHANGES)
    return scheme if scheme.language == own.language else scheme.model_copy(update={"language": own.language})


def _outline(scheme: Scheme) -> tuple[object, ...]:
    nodes = [(node.id, node.group) for node in scheme.nodes.values()]
    return nodes, [award.id for award in scheme.awards], grade_names(scheme)


# ---- how schemes compare ----


def shelf(evaluation: Evaluation, tuning: Tuning, board: Board, edition: Edition, chosen: Sequence[str] | None = None) -> Said:
    """The variants of an edition, the newest first, and how the decided scheme, what is tried and some of them compare.

    What stands now is compared as it is shown, with what is left out for a trial left out; `trial` says so. A variant is a scheme, which leaves out nothing.

    Parameters
    ----------
    evaluation
        By the decided scheme.
    board
        Of the tuning as it stands.
    chosen
        Names of the variants to compare; the newest few for None.
    """
    kept = read_variants(edition.folder)
    newest = sorted(kept, key=lambda variant: variant.time, reverse=True)
    tried = {"now": tuning.scheme} if tuning.step != Step(tuning.decided) else {}
    shown = [variant for variant in newest if chosen is None or variant.name in chosen][: MOST_COLUMNS - 1 - len(tried)]
    tried |= {f"variant {variant.name}": variant.scheme for variant in shown}
    return {
        "variants": [{"name": one.name, "by": one.by, "reason": one.reason, "time": one.time[:16], "shown": one in shown} for one in newest],
        "broken": [both(Phrase(f"{problem.file}：{problem.line('zh')}", f"{problem.file}: {problem.line('en')}")) for problem in kept.problems],
        "trial": both(tuning.what_if.told(evaluation)) if tuning.what_if else None, **compared(evaluation, tried, edition, {"now": board}),
    }  # fmt: skip


def compared(evaluation: Evaluation, tried: Mapping[str, Scheme], edition: Edition | None = None, known: Mapping[str, Board] | None = None) -> Said:
    """How other schemes would decide beside the evaluated one.

    Parameters
    ----------
    known
        Boards that are there already, by the key of their scheme.

    Returns
    -------
    columns
        The evaluated scheme, key "decided", then each other: key; words, what it decides otherwise; status in words; out, into, other, fell, rose,
        members by position. Of one that cannot be evaluated, key and failed: why.
    members
        By position: those whose award or grade differs, and those next to a line, some of each class.
    cut
        How many who differ are not among them.
    ranks, awards
        Of these members, by column.
    """
    decided = Board.of(evaluation)
    boards, columns = [decided], [{"key": "decided", **_told(evaluation.scheme, evaluation.scheme, decided, decided)}]
    failed: list[Said] = []
    for key, scheme in tried.items():
        try:
            board = known[key] if known and key in known else Board.of(evaluated_by(evaluation, fitting(evaluation, scheme), edition))
        except Refused as refused:
            failed.append({"key": key, "failed": refusal(refused)})
        else:
            boards.append(board)
            columns.append({"key": key, **_told(evaluation.scheme, scheme, decided, board)})
    members, cut = near_lines(boards, class_numbers(evaluation)[1])
    return {
        "columns": columns, "failed": failed, "members": members, "cut": cut,
        "ranks": [board.rank[members].tolist() for board in boards], "awards": [board.award[members].tolist() for board in boards],
        "grades": [board.grade[members].tolist() for board in boards],
    }  # fmt: skip


def _told(own: Scheme, other: Scheme, decided: Board, board: Board) -> Said:
    changes = Changes.between(decided, board)
    return {"words": [both(amendment.words) for amendment in changes_told(own, other)], "status": both(changes.words), **{name: list(who) for name, who in asdict(changes).items()}}


def class_numbers(evaluation: Evaluation) -> tuple[list[str], NDArray[np.intp]]:
    """The names of the classes, and the number of each member's; none, and 0 for all, where there are no classes."""
    if evaluation.scheme.members.class_ is None:
        return [], np.zeros(len(evaluation.members), np.intp)
    names, numbers = np.unique(evaluation.members["class"].astype("str").fillna("").to_numpy(str), return_inverse=True)
    return names.tolist(), numbers


def near_lines(boards: Sequence[Board], classes: NDArray[np.intp]) -> tuple[list[int], int]:
    """Members whose award, or grade where no award is given, differs between boards, and the nearest on either side of each line.

    No more than `MOST_OF_A_CLASS` of a class, those who differ first; and how many who differ are left out for that.
    """
    held = [np.maximum(board.award, 0) if any(one.award.any() for one in boards) else board.grade for board in boards]
    differs = np.logical_or.reduce([one != held[0] for one in held])
    near = np.logical_or.reduce([_next_to_lines(board, one, classes) for board, one in zip(boards, held, strict=True)])
    wanted = np.flatnonzero(differs | near)
    wanted = wanted[np.lexsort((boards[0].rank[wanted], ~differs[wanted], classes[wanted]))]
    first = np.searchsorted(classes[wanted], classes[wanted])
    members = wanted[np.arange(len(wanted)) - first < MOST_OF_A_CLASS]
    return members.tolist(), int(differs.sum() - differs[members].sum())


def _next_to_lines(board: Board, held: NDArray[np.int8], classes: NDArray[np.intp]) -> NDArray[np.bool_]:
    """The last few of whatever is held in each class, and the first few after them."""
    near, ranked = np.zeros(len(held), np.bool_), np.flatnonzero(board.rank > 0)
    order = ranked[np.lexsort((board.rank[ranked], classes[ranked]))]
    ends = np.flatnonzero((held[order][:-1] != held[order][1:]) & (classes[order][:-1] == classes[order][1:]))
    for step in range(1 - NEAR, NEAR + 1):
        places = np.clip(ends + step, 0, max(0, len(order) - 1))
        near[order[places[classes[order[places]] == classes[order[ends]]]]] = True
    return near


def refusal(refused: Refused) -> dict[str, str]:
    """Why something was refused, in both languages, a line each, with the file where there is one."""
    return both(Phrase(*("\n".join(_named(problem.file, colon) + problem.line(language) for problem in refused.problems) for language, colon in zip(LANGUAGES, ("：", ": "), strict=True))))


def _named(file: str, colon: str) -> str:
    return f"{file}{colon}" if file else ""
