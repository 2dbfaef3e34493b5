"""All ballots of an edition: each file read, and each that does not count set aside with the reason."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from toolkit.ballots.ballot import FOLDER, STEM, Ballot, group_label, read_ballot, voted_groups
from toolkit.ballots.shares import Judged, judged, unjudged
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase, joined, phrase
from toolkit.ground.toml_syntax import KeyPath, key_lines, with_quoted_keys
from toolkit.scheme import Scheme

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
