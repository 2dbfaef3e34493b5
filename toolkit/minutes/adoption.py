"""What becomes of the scheme's file: adopted with a name and a reason, or changed by hand and entered as it was found.

The scheme is remembered by its digest in ``journal/``, whenever the minutes name it, so that a later change can be told in words. Of
the data dictionary and the records the minutes name digests alone, one for each table: that they were changed is told, not how.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.resources import file_digest, is_frozen
from toolkit.ground.text import Language, Phrase, discreet, joined, listed, one_line, phrase
from toolkit.ground.writing import edition_lock, kept_former, refusing, write_whole
from toolkit.minutes.journal import (
    JOURNAL,
    Entry,
    Journal,
    appended,
    canonical,
    cut_problems,
    entry_in_words,
    read_journal,
    refuse_unsaid,
)
from toolkit.minutes.mends import TALLIES, as_ruled
from toolkit.records.dictionary import Table, load_tables
from toolkit.records.folder import found_files
from toolkit.scheme import Scheme, load_scheme
from toolkit.scheme.amendments import Amendment, diff
from toolkit.scheme.writing import rewritten

ADOPTION, FOUND, SCHEME, MEMORY, UNDER_WAY = "adoption", "found", "scheme.toml", "journal", "adopting.json"
ON_DISK, FILES, TABLES, DIGITS = "on_disk", "files", "tables.toml", 32
RULED = "rulings"
DICTIONARY = Phrase("数据字典", "the data dictionary")
TABLE_CHANGED = ("“{label}”的记录", "the records of `{label}`")
SAME = Phrase("与已定办法相同", "it is the scheme as decided")
CHANGE = Phrase("没有可采用的改动", "there is nothing to adopt")
OUTSIDE = Phrase("scheme.toml 已在别处改动，未写入", "scheme.toml was changed elsewhere: nothing is written")
KEPT = Phrase("您的调整还在；请以新办法为准再看一次", "your weights are still here: look at them against the new scheme")
AS_FOUND = Phrase("未经记录的改动，照现状记入", "changed without an entry: entered as found")
AS_RULED = Phrase("裁定要求的改动，照现状记入", "changed as was ruled: entered as found")
BROKEN_OFF = Phrase("{reason}（采用时被打断，没有记入；照现状补记）", "{reason} (its adoption was broken off before it was entered: entered as found)")
UNKNOWN = Phrase("改了什么无从比较：原来的办法没有留存", "what changed cannot be told: the scheme as it was is not kept")
WORDING = Phrase("只改了注释或排版，办法不变", "comments or spacing only: the scheme says the same")
ENTER = Phrase(
    "下一次记入（decide、封存等）时照现状记入；也可现在就记：committee journal 届次 --enter-found",
    "it is entered as found with the next entry (decide, seal and others), or now: committee journal DIR --enter-found",
)

ENTERED = Phrase("这次封存已照现状记入工作记录，为第 {numbers.zh} 条", "this seal entered it into the minutes as found, as no. {numbers.en}")


@dataclass(frozen=True)
class Adoption:
    """What was adopted: the entry in the journal, the digest of the scheme's file now, and what changed, in words."""

    entry: Entry
    digest: str
    amendments: tuple[Amendment, ...]


@dataclass(frozen=True)
class Found:
    """A change of the scheme's file that the minutes do not tell: its digest before and now, and each amendment in words.

    Whose it was, and why, is known of an adoption that was broken off between file and line.
    """

    before: str
    after: str
    changes: tuple[Phrase, ...]
    by: str = ""
    reason: str = ""


class ChangedMeanwhile(Refused):
    """The scheme's file is not what was opened."""


def scheme_digest(folder: Path) -> str:
    """SHA-256 of the scheme's file of the edition in `folder`."""
    with refusing(folder / SCHEME):
        return sha256((folder / SCHEME).read_bytes()).hexdigest()


def former_file(folder: Path) -> Path | None:
    """The copy of the scheme as it was before the last adoption in the edition in `folder`; None where none lies there."""
    entries = [entry for entry in read_journal(folder).entries if entry.what == ADOPTION]
    name = str(entries[-1].details.get("former", "")) if entries else ""
    path = folder / name
    return path if name and Path(name).name == name and path.is_file() else None


def as_filed(scheme: Scheme, filed: Scheme) -> Scheme:
    """The scheme with the language of the edition's file: in which one a page was read is nobody's decision."""
    own = filed.language if "language" in filed.model_fields_set else None
    written = scheme.language if "language" in scheme.model_fields_set else None
    return scheme if written == own else scheme.with_({"language": own})


def adopt_scheme(folder: Path, opened: str, scheme: Scheme, *, by: str, reason: str, of: str = "") -> Adoption:
    """Write a scheme into the edition in `folder` in place of the one that was opened, and enter it into the journal.

    The scheme as it was is kept beside it. Either all of it is done, or nothing.

    Parameters
    ----------
    opened
        The digest of the scheme's file when it was opened: where it is another now, somebody else's change is not overwritten.
    by, reason
        Who decided, and why; telephone and identity numbers in them are masked.
    of
        What it comes of, such as "ballots"; empty for a scheme that was tried.

    Raises
    ------
    ChangedMeanwhile
        When the file is not what was opened; it says who changed it, where the journal does.
    Refused
        When name or reason is empty, nothing changes, the edition is decided, another writer holds it, or it cannot be written.
    """
    from toolkit.minutes.decisions import refuse_decided

    refuse_unsaid(by, reason)
    path = folder / SCHEME
    with edition_lock(folder):
        if scheme_digest(folder) != opened:
            raise ChangedMeanwhile(Problems((changed_meanwhile(folder),)))
        decided = load_scheme(path)
        scheme = as_filed(scheme, decided)
        amendments = diff(decided, scheme)
        if not amendments:
            raise refuse(SAME, CHANGE, file=SCHEME)
        refuse_decided(read_journal(folder))
        enter_found(folder)
        before = path.read_bytes()
        former, after = kept_former(path), _made_to_say(folder, before, scheme)
        now = sha256(after).hexdigest()
        _remember(folder, before)
        _announce(folder, opened, now, by, reason)
        write_whole(path, after)
        try:
            details = {
                "before": opened, "after": now, "former": former.name if former else "",
                "changes": [amendment.words.into(scheme.language) for amendment in amendments], FILES: laid_out(folder),
                **({"of": of} if of else {}),
            }  # fmt: skip
            load_scheme(path)
            _remember(folder, after)
            entry = appended(folder, ADOPTION, by.strip(), reason.strip(), details)
        except BaseException:
            write_whole(path, before)
            raise
        finally:
            (folder / MEMORY / UNDER_WAY).unlink(missing_ok=True)
    return Adoption(entry, now, amendments)


def _made_to_say(folder: Path, before: bytes, scheme: Scheme) -> bytes:
    """The scheme's file with what `scheme` says: byte for byte as it once was, where it said so and nothing but adoptions touched it since."""
    text, since = before.decode("utf-8-sig"), list[Path]()
    adoptions = [entry.details for entry in read_journal(folder).entries if entry.what == ADOPTION]
    for details in reversed(adoptions):
        former, after = (_memory(folder, str(details.get(side, ""))) for side in ("before", "after"))
        since.insert(0, after)
        with suppress(Refused):
            if not diff(load_scheme(former), scheme) and _adopted_since(former, since) == text:
                return former.read_bytes()
    return rewritten(text, scheme).encode()


def _adopted_since(former: Path, since: Iterable[Path]) -> str:
    """What became of a scheme's file if nothing but these adoptions touched it."""
    text = former.read_bytes().decode("utf-8-sig")
    for one in since:
        text = rewritten(text, load_scheme(one))
    return text


def changed_meanwhile(folder: Path) -> Problem:
    """Who changed the scheme meanwhile, as the journal tells it."""
    now = scheme_digest(folder)
    theirs = [entry for entry in read_journal(folder).entries if entry.what == ADOPTION and entry.details.get("after") == now]
    if not theirs:
        return Problem("error", OUTSIDE, KEPT, file=SCHEME)
    who = entry_in_words(theirs[-1])
    rule = phrase("已有另一方案被采用（{zh}），未写入", "another scheme was adopted ({en}): nothing is written", zh=who.zh, en=who.en)
    return Problem("error", rule, KEPT, file=SCHEME)


def entered(folder: Path, what: str, by: str, reason: str, details: Mapping[str, Any]) -> Entry:
    """Enter what was decided; before it, as found, what was changed on disk without an entry. The edition's lock has to be held.

    The line holds the digest of the scheme it was decided under.

    Raises
    ------
    Refused
        When name or reason is empty, the chain is broken, or the line cannot be written whole.
    """
    refuse_unsaid(by, reason)
    enter_found(folder)
    content = (folder / SCHEME).read_bytes()
    _remember(folder, content)
    return appended(folder, what, by.strip(), reason.strip(), {**details, "scheme": sha256(content).hexdigest(), FILES: laid_out(folder)})


def found_change(folder: Path, journal: Journal) -> Found | None:
    """What was changed in the scheme's file since the minutes last named it; None where nothing was, or nothing is known of it."""
    if not (folder / SCHEME).is_file():
        return None
    now, announced = scheme_digest(folder), _announced(folder)
    before = _recorded(journal) or announced.get("before", "")
    if not before or before == now:
        return None
    whose = announced if (announced.get("before"), announced.get("after")) == (before, now) else {}
    return Found(before, now, _told(folder, before), whose.get("by", ""), whose.get("reason", ""))


def found_problems(folder: Path, journal: Journal) -> Problems:
    """A warning where the scheme was changed without an entry; of records a note, which is a warning once the list is public.

    Of the copy in a bag nothing is noticed: its scheme, data dictionary and score sheets are written anew, and a seal enters what it finds first.
    """
    return Problems() if is_frozen(folder) else unlike_minutes(folder, journal)


def unlike_minutes(folder: Path, journal: Journal) -> Problems:
    """Where the files of the edition in `folder`, be it a copy in a bag, are not what the minutes last named."""
    found, changed = found_change(folder, journal), changed_on_disk(folder, journal)
    problems = []
    if found is not None:
        changes = joined(found.changes, "；", "; ")
        rule = phrase("办法在记录之外改动过：{zh}", "the scheme was changed without an entry: {en}", zh=changes.zh, en=changes.en)
        problems.append(Problem("warning", rule, ENTER, file=SCHEME))
    if changed:
        words = joined([*changed.values()], "、")
        rule = phrase("上次记入之后，在磁盘上有改动：{zh}", "changed on disk since the last entry: {en}", zh=words.zh, en=words.en)
        problems.append(Problem("warning" if _is_public(journal) else "note", rule, ENTER, file=JOURNAL))
    return Problems(tuple(problems))


def told_as_entered(problems: Problems, folder: Path, since: int) -> tuple[Problems, Problems]:
    """What was found changed without an entry, with the numbers of the entries made of it after no. `since`; and all other problems."""
    entries = [entry for entry in read_journal(folder).entries if entry.number > since]
    numbers = {SCHEME: [entry.number for entry in entries if entry.what == FOUND], JOURNAL: [entry.number for entry in entries if entry.what == ON_DISK]}
    found = tuple(problem for problem in problems if problem.mend == ENTER and numbers.get(problem.file))
    said = (replace(problem, mend=phrase(ENTERED.zh, ENTERED.en, numbers=listed(map(str, numbers[problem.file])))) for problem in found)
    return Problems(tuple(said)), Problems(tuple(problem for problem in problems if problem not in found))


def _is_public(journal: Journal) -> bool:
    from toolkit.minutes.decisions import PUBLIC, state_of

    return state_of(journal) in PUBLIC


def laid_out(folder: Path) -> dict[str, str]:
    """What lies in the edition in `folder` beside its scheme: a digest of the data dictionary and of each table's files, by the table's id."""
    path = folder / TABLES
    with refusing(path):
        if not path.is_file():
            return {}
        laid = {TABLES: sha256(path.read_bytes()).hexdigest()[:DIGITS]}
        for name, table in _tables(folder).items():
            if table.file:
                lines = [f"{file_digest(folder / file)}  {file}\n" for file in found_files(folder, table)[0]]
                laid[name] = sha256("".join(lines).encode()).hexdigest()[:DIGITS]
    return laid


def _tables(folder: Path) -> Mapping[str, Table]:
    try:
        return load_tables(folder / TABLES).table
    except Refused:
        return {}


def changed_on_disk(folder: Path, journal: Journal) -> dict[str, Phrase]:
    """Which of the data dictionary and the tables' files are others than when the minutes last named them, by id; no name of a file, which may be anybody's."""
    before = _laid_before(journal)
    if not before:
        return {}
    now, tables = laid_out(folder), _tables(folder)
    if TABLES in now and not tables:
        return {TABLES: DICTIONARY} if now[TABLES] != before.get(TABLES) else {}
    others = [name for name in dict.fromkeys((*now, *before)) if before.get(name) != now.get(name)]
    labels = {name: discreet(one_line(table.label or name)) for name, table in tables.items()}
    return {name: DICTIONARY if name == TABLES else phrase(*TABLE_CHANGED, label=labels.get(name, name)) for name in others}


def _laid_before(journal: Journal) -> dict[str, Any]:
    """What the minutes last named of the files; nothing where they never did."""
    return next((entry.details[FILES] for entry in reversed(journal.entries) if isinstance(entry.details.get(FILES), dict)), {})


def enter_found(folder: Path) -> Entry | None:
    """Enter changes of the scheme's file, of the data dictionary and the records as they are found; None where there are none. The edition's lock has to be held.

    Raises
    ------
    Refused
        When the chain is broken, or the line cannot be written whole.
    """
    journal = read_journal(folder)
    problems = journal.problems + cut_problems(folder, journal)
    if problems.errors:
        raise Refused(problems)
    of_scheme = _enter_scheme(folder, found) if (found := found_change(folder, journal)) else None
    of_files = _enter_files(folder, journal, changed) if (changed := changed_on_disk(folder, journal)) else None
    return of_scheme or of_files


def _enter_scheme(folder: Path, found: Found) -> Entry:
    language = edition_language(folder)
    _remember(folder, (folder / SCHEME).read_bytes())
    details = {"before": found.before, "after": found.after, "changes": [change.into(language) for change in found.changes]}
    reason = BROKEN_OFF.into(language).format(reason=found.reason) if found.reason else AS_FOUND.into(language)
    return appended(folder, FOUND, found.by, reason, details)


def _enter_files(folder: Path, journal: Journal, changed: Mapping[str, Phrase]) -> Entry:
    """A line for what was changed unasked, and one for each choice of rulings whose mends are all that was changed in a table."""
    language, now = edition_language(folder), laid_out(folder)
    ruled, tally = as_ruled(folder, journal, changed)
    unasked = [name for name in changed if name not in ruled]
    parts = [((), unasked)] * bool(unasked) + [(lines, [name for name in changed if ruled.get(name) == lines]) for lines in sorted(set(ruled.values()))]
    told, entry = _laid_before(journal), None
    for lines, names in parts:
        told = {**told, **{name: now[name] for name in names if name in now}}
        told = {name: digits for name, digits in told.items() if name in now or name not in names}
        details = {"changes": [changed[name].into(language) for name in names], FILES: told, **({RULED: [*lines]} if lines else {})}
        details |= {TALLIES: held} if (held := {name: tally[name] for name in names if name in tally}) else {}
        entry = appended(folder, ON_DISK, "", (AS_RULED if lines else AS_FOUND).into(language), details)
    assert entry is not None
    return entry


def _recorded(journal: Journal) -> str:
    """The digest of the scheme as the minutes last named it; empty where they never did."""
    named = (str(entry.details.get("after") or entry.details.get("scheme") or "") for entry in reversed(journal.entries))
    return next(filter(None, named), "")


def _told(folder: Path, before: str) -> tuple[Phrase, ...]:
    """What the scheme's file says otherwise than the one with that digest, each change in words."""
    former = _memory(folder, before)
    if not former.is_file():
        return (UNKNOWN,)
    try:
        changes = tuple(amendment.words for amendment in diff(load_scheme(former), load_scheme(folder / SCHEME)))
    except Refused:
        return (UNKNOWN,)
    return changes or (WORDING,)


def _announce(folder: Path, before: str, after: str, by: str, reason: str) -> None:
    """Note down what is about to be adopted, so that it can be told whose it was if it is broken off before it is entered."""
    said = {"before": before, "after": after, "by": discreet(one_line(by)), "reason": discreet(one_line(reason))}
    write_whole(folder / MEMORY / UNDER_WAY, canonical(said))


def _announced(folder: Path) -> dict[str, str]:
    """What was about to be adopted; nothing where no adoption was broken off."""
    try:
        said = json.loads((folder / MEMORY / UNDER_WAY).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {name: text for name, text in said.items() if isinstance(text, str)} if isinstance(said, dict) else {}


def _remember(folder: Path, content: bytes) -> None:
    place = _memory(folder, sha256(content).hexdigest())
    if not place.exists():
        write_whole(place, content, SCHEME)


def _memory(folder: Path, digest: str) -> Path:
    return folder / MEMORY / f"{digest[:16]}.toml"


def edition_language(folder: Path) -> Language:
    """The language of its scheme; Chinese where that cannot be read."""
    try:
        return "en" if load_scheme(folder / SCHEME).language == "en" else "zh"
    except Refused:
        return "zh"
