"""The replay: a sealed edition made again from its frozen records, part by part against what was sealed."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from toolkit.ballots.ballot import FOLDER as BALLOTS
from toolkit.ballots.ballot import bag_ballots
from toolkit.edition import Edition, open_edition
from toolkit.evaluation import Evaluation, evaluate
from toolkit.ground.drawing import as_formerly_drawn
from toolkit.ground.problems import Problem, Problems, Refused
from toolkit.ground.text import Phrase, former_words, phrase
from toolkit.minutes.adoption import unlike_minutes
from toolkit.minutes.journal import read_journal
from toolkit.publication.extract import public_extract, read_extract
from toolkit.reports import MEETING_PAGE
from toolkit.reports.csv_files import write_results
from toolkit.reports.list_tables import evidence_table, former_evidence_table
from toolkit.reports.workbook.robustness import write_meeting_papers
from toolkit.scheme import load_scheme
from toolkit.scheme.amendments import diff
from toolkit.scheme.writing import rewritten
from toolkit.sealing.bag import DISTRIBUTION, read_bag_info, read_environment, versions
from toolkit.sealing.cards import card_problems
from toolkit.sealing.differences import ASK, Wording, difference, differing_line, folder_problems
from toolkit.sealing.frozen_edition import public_digests, with_results_alone
from toolkit.sealing.kernels import one_reading
from toolkit.sealing.notebooks import Accused, run_again
from toolkit.sealing.open_bag import Facts, rules_lost_on, seal_open
from toolkit.sealing.parts import (
    CARD_STEP,
    DECIDED,
    ENVIRONMENT,
    MEETING,
    OPEN,
    RECOMPUTING,
    RELEASES,
    RULES,
    House,
    Seal,
    Step,
    bagging_day,
    by_name,
    holds_all_parts,
    holds_results,
    publishable,
    sealed_by,
)
from toolkit.sealing.rules_papers import write_changed_rules

SCHEME = "edition/scheme.toml"
UNRESOLVED = Phrase("封存的评选办法应写入取值时所比较的数值，但没有", "a sealed scheme holds what its values were compared with, and this one does not")
UNASKED = Phrase(
    "封存时办法没有 [publication.consent]：公开摘要没有征求会员同意，未重新生成",
    "the scheme had no [publication.consent] when it was sealed: the public extract asked no member, and was not made again",
)
CLAIMED = Phrase(
    "公开摘要自称征求过会员同意，但封存的办法没有 [publication.consent]",
    "the public extract claims that members were asked, and the sealed scheme has no [publication.consent]",
)
NOT_TO_SERVE = Phrase("这一版只可核对、重算，不得公开", "this revision is to be verified and replayed only, not served")
CONFIRM = Phrase(
    "封存所用软件的版本与现在的不同：请装上 environment.txt 所列版本再重算一遍，仍不同就请勿采信",
    "it was made with other versions: install those of environment.txt and replay again; if it still differs, do not rely on it",
)


def replay_problems(bag: Path, house: House, step: Step = lambda _: None) -> Problems:
    """Everything in `bag` that is not what its records and the house make now; empty when all agree.

    Made again and compared are: the scheme as it was resolved, ballots, results and their workbook, the papers of the meeting,
    the public extract, and what every notebook and page shows. Ranks, totals and all text must be the same to the letter, other
    numbers agree within 1e-9. What an earlier version says of the records and below its tables may be worded otherwise, which is
    a note, but never what names a member or is a row of figures. Other versions of packages than at the seal are told as notes; they excuse no difference, only the
    mend then says how to make sure.
    """
    step(RECOMPUTING)
    data = bag / "data"
    version = sealed_by(data)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, one_reading(), former_words(version if version in RELEASES else None):
        again = Path(folder)
        try:
            edition = open_edition(data / "edition")
            evaluation = evaluate(edition.scheme, edition.records)
            differences = list(_differences(bag, edition, evaluation, again, house=house, step=step))
        except Refused as error:
            return error.problems
    return _with_versions(differences, data)


def outgoing_problems(bag: Path, edition: Edition, evaluation: Evaluation, *, cards: bool) -> Problems:
    """What of a bag goes out of the house and is not what its records give: public list and notice, open bag, and the `cards` where they are asked for.

    Parameters
    ----------
    edition, evaluation
        Of the sealed edition, as it was read and evaluated now.
    """
    data = bag / "data"
    version = sealed_by(data)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, former_words(version if version in RELEASES else None):
        differences = [*(_cards_otherwise(bag, edition, evaluation) if cards else ()), *(_published_otherwise(bag, evaluation, Path(folder)) if publishable(edition.scheme) else ())]
    return _with_versions(differences, data)


def _with_versions(differences: list[Problem], data: Path) -> Problems:
    """The differences, and a note for each package that is another now."""
    notes = tuple(_version_notes(data / ENVIRONMENT))
    # Our own version is no reason to differ: what it would make otherwise, it would have to know.
    if any(note.column != DISTRIBUTION for note in notes):
        differences = [replace(problem, mend=CONFIRM) if problem.mend == ASK else problem for problem in differences]
    return Problems((*differences, *notes))


def _differences(
    bag: Path, edition: Edition, evaluation: Evaluation, again: Path, *, house: House, step: Step
) -> Iterator[Problem]:
    """Part by part: made again in the folder `again`, and compared."""
    data = bag / "data"
    yield from _scheme_problems(edition, evaluation)
    for name, text in bag_ballots(edition.folder, edition.scheme).items():
        _write(again / "edition" / BALLOTS / name, text)
    yield from (problem for problem in folder_problems(f"edition/{BALLOTS}", data, again) if problem.file.endswith(".toml"))
    names = _wording(evaluation)
    first = not holds_all_parts(data)
    wording = names if sealed_by(data) in RELEASES else None
    found = unlike_minutes(edition.folder, read_journal(edition.folder))
    accused = Accused(tuple(problem.rule.into(edition.scheme.language) for problem in found), names)
    write_results(evaluation, again / "results")
    yield from folder_problems("results", data, again, wording)
    write_meeting_papers(evaluation, edition.records, again / MEETING, step, together=not first)
    if first:
        _write(again / MEETING / MEETING_PAGE, as_formerly_drawn((again / MEETING / MEETING_PAGE).read_text("utf-8")))
    yield from folder_problems(MEETING, data, again)
    if (data / RULES).is_dir():
        yield from _rules_problems(data, edition, evaluation, again)
    place = {"COMMITTEE_EDITION": data / "edition"}
    yield from run_again(house.notebooks, data / "notebooks", place, by_name(step), wording, accused=accused, former=_formerly_shown(evaluation))
    step(CARD_STEP)
    yield from _cards_otherwise(bag, edition, evaluation)
    yield from _published_otherwise(bag, evaluation, again)
    if (data / "public").is_dir():
        yield from run_again(house.pages, data / "pages", {"COMMITTEE_PUBLIC": data / "public"}, by_name(step))


def _cards_otherwise(bag: Path, edition: Edition, evaluation: Evaluation) -> Iterator[Problem]:
    """The cards that are others when they are made again."""
    data = bag / "data"
    yield from card_problems(evaluation, edition.records, Seal.of(read_bag_info(bag)).revision, data, earlier=not holds_all_parts(data))


def _published_otherwise(bag: Path, evaluation: Evaluation, again: Path) -> Iterator[Problem]:
    """Where open bag, notice and public list are others when they are made again in the folder `again`."""
    data, seal = bag / "data", Seal.of(read_bag_info(bag))
    if (data / OPEN).is_dir():
        seal_open(evaluation, Facts(seal.revision, seal.day, sealed_by(data), rules_lost_on(seal.rules, data)), again)
        yield from folder_problems(OPEN, data, again)
    if (data / "public").is_dir():
        if publishable(evaluation.scheme):
            public_extract(evaluation, seal.revision, public_digests(data), bagging_day(bag), seal.published).write(again / "public")
            signed_as_sealed(data, again)
            yield from folder_problems("public", data, again)
        else:
            yield from _unasked_problems(data, evaluation, seal.revision, bagging_day(bag))


def _rules_problems(data: Path, edition: Edition, evaluation: Evaluation, again: Path) -> Iterator[Problem]:
    """Where what a bag says was changed after the rules were sealed, and whom it moved, is not so."""
    if (data / "edition" / DECIDED).is_file():
        (again / "edition").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(data / "edition" / DECIDED, again / "edition" / DECIDED)
    write_changed_rules(data / RULES / "scheme.toml", again, evaluation, edition.records)
    yield from folder_problems(RULES, data, again)


def _formerly_shown(evaluation: Evaluation) -> dict[str, str]:
    """What notebooks showed in an earlier version to the letter, by what they show now of the same evaluation."""
    now, then = evidence_table(evaluation), former_evidence_table(evaluation)
    return {repr(now): repr(then), now._repr_html_(): then._repr_html_()}


def _wording(evaluation: Evaluation) -> Wording:
    members = evaluation.members
    return Wording.about((*map(str, members.index), *map(str, members["name"])))


def _unasked_problems(data: Path, evaluation: Evaluation, revision: str, day: dt.date) -> Iterator[Problem]:
    """Of an extract that an earlier version made and that no member was asked for: its winners and its facts are held to the list."""
    extract, scheme = read_extract(data / "public"), evaluation.scheme
    awards = evaluation.awards[["award", "member"]].merge(evaluation.ranking[["name", "class"]], left_on="member", right_index=True)
    label = {award.id: award.label for award in scheme.awards}
    winners = {"name": awards["name"], "class": awards["class"], "award": awards["award"].map(label)}
    shown = [field for field in winners if field in extract.notice["fields"]]
    given = Counter(zip(*(map(str, winners[field]) for field in shown), strict=True))
    if given != Counter(tuple(row[field] for field in shown) for row in extract.rows):
        yield difference("public/awards.csv")
    facts: dict[str, object] = {"title": scheme.title, "edition": scheme.edition, "revision": revision, "approval": scheme.approval, "sealed_on": str(day)}
    facts |= {"as_of": scheme.as_of.isoformat(), "digests": public_digests(data), "toolkit_version": sealed_by(data)}
    yield from (difference("public/notice.json", column=key) for key, fact in facts.items() if extract.notice.get(key) != fact)
    if extract.asked:
        yield Problem("error", CLAIMED, ASK, file="public/notice.json", column="publication.consent")
    yield Problem("note", UNASKED, NOT_TO_SERVE, file="public")


def _scheme_problems(edition: Edition, evaluation: Evaluation) -> Iterator[Problem]:
    """Where the sealed scheme is not the one that was decided, with what its values were compared with written into it."""
    path = edition.folder / DECIDED
    if evaluation.resolved != evaluation.scheme:
        yield Problem("error", UNRESOLVED, ASK, file=SCHEME)
    if not path.is_file():
        return
    decided, text = load_scheme(path), path.read_text("utf-8-sig")
    if holds_results(edition.scheme) and not holds_results(decided):
        decided = with_results_alone(decided)
        text = rewritten(text, decided)
    resolved = evaluate(decided, edition.records).resolved
    amendments = diff(resolved, edition.scheme)
    for amendment in amendments:
        zh, en = f"不是由 {DECIDED} 得出的评选办法：{amendment.words.zh}", f"is not the scheme that {DECIDED} gives: {amendment.words.en}"
        yield Problem("error", Phrase(zh, en), ASK, file=SCHEME)
    was, now = (edition.folder / "scheme.toml").read_text("utf-8-sig"), rewritten(text, resolved)
    if not amendments and _unspaced(was) != _unspaced(now):
        row, value = differing_line(was, now)
        yield difference(SCHEME, row=row, value=value)


def _unspaced(text: str) -> str:
    """A scheme's text without what TOML leaves to the writer: spaces, and quotes around keys."""
    return re.sub(r"[\s\"']", "", text)


def signed_as_sealed(data: Path, again: Path) -> None:
    """Let a notice made now name the version that sealed it: which one it is now is told among the packages."""
    path = again / "public" / "notice.json"
    text = path.read_text(encoding="utf-8")
    current, sealed = (json.dumps(version) for version in (versions()[DISTRIBUTION], sealed_by(data)))
    _write(path, text.replace(f'"toolkit_version": {current}', f'"toolkit_version": {sealed}'))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _version_notes(path: Path) -> Iterator[Problem]:
    sealed, now = read_environment(path.read_text("utf-8", "replace")), versions()
    for name in sorted({*sealed, *now}):
        was, is_ = sealed.get(name, "—"), now.get(name, "—")
        if was != is_:
            rule = phrase("封存时为 {was}，现为 {now}", "was {was} at the seal, is {now}", was=was, now=is_)
            mend = Phrase("结果一致时无须处理", "nothing, as long as the figures agree")
            yield Problem("note", rule, mend, file=ENVIRONMENT, column=name)
