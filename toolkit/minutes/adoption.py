"""Adoption: a scheme that was tried becomes the edition's own, with a name and a reason, and a line in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.ground.problems import Problem, Problems, Refused, refuse
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.writing import edition_lock, kept_former, refusing, write_whole
from toolkit.minutes.journal import Entry, appended, entry_in_words, read_journal
from toolkit.scheme import load_scheme
from toolkit.scheme.amendments import Amendment, diff
from toolkit.scheme.writing import rewritten

if TYPE_CHECKING:
    from toolkit.scheme import Scheme

ADOPTION, SCHEME = "adoption", "scheme.toml"
NAMELESS = Phrase("没有写明由谁决定", "it is not said who decided")
NAME_IT = Phrase("请写会议或经办人", "name the meeting or the person")
REASONLESS = Phrase("没有写明理由", "no reason is given")
GIVE_IT = Phrase("请写一句理由，日后查得到", "write a sentence, to be found again later")
SAME = Phrase("与已定办法相同", "it is the scheme as decided")
CHANGE = Phrase("没有可采用的改动", "there is nothing to adopt")
OUTSIDE = Phrase("scheme.toml 已在别处改动，未写入", "scheme.toml was changed elsewhere: nothing is written")
KEPT = Phrase("您的调整还在；请以新办法为准再看一次", "your weights are still here: look at them against the new scheme")


@dataclass(frozen=True)
class Adoption:
    """What was adopted: the entry in the journal, the digest of the scheme's file now, and what changed, in words."""

    entry: Entry
    digest: str
    amendments: tuple[Amendment, ...]


class ChangedMeanwhile(Refused):
    """The scheme's file is not what was opened."""


def scheme_digest(folder: Path) -> str:
    """SHA-256 of the scheme's file of the edition in `folder`."""
    with refusing(folder / SCHEME):
        return sha256((folder / SCHEME).read_bytes()).hexdigest()


def adopt_scheme(folder: Path, opened: str, scheme: Scheme, *, by: str, reason: str) -> Adoption:
    """Write a scheme into the edition in `folder` in place of the one that was opened, and enter it into the journal.

    The scheme as it was is kept beside it. Either all of it is done, or nothing.

    Parameters
    ----------
    opened
        The digest of the scheme's file when it was opened: where it is another now, somebody else's change is not overwritten.
    by, reason
        Who decided, and why; telephone and identity numbers in them are masked.

    Raises
    ------
    ChangedMeanwhile
        When the file is not what was opened; it says who changed it, where the journal does.
    Refused
        When name or reason is empty, nothing changes, another writer holds the edition, or it cannot be written.
    """
    _refuse_unsaid(by, reason)
    path = folder / SCHEME
    with edition_lock(folder):
        if scheme_digest(folder) != opened:
            raise ChangedMeanwhile(Problems((_changed(folder),)))
        decided = load_scheme(path)
        scheme = scheme.model_copy(update={"language": decided.language})  # in which one a page was read is nobody's decision
        amendments = diff(decided, scheme)
        if not amendments:
            raise refuse(SAME, CHANGE, file=SCHEME)
        before = path.read_bytes()
        former, after = kept_former(path), rewritten(before.decode("utf-8-sig"), scheme).encode()
        now = sha256(after).hexdigest()
        write_whole(path, after)
        try:
            details = {
                "before": opened, "after": now, "former": former.name if former else "",
                "changes": [amendment.words.into(scheme.language) for amendment in amendments],
            }  # fmt: skip
            load_scheme(path)
            entry = appended(folder, ADOPTION, by.strip(), reason.strip(), details)
        except BaseException:
            write_whole(path, before)
            raise
    return Adoption(entry, now, amendments)


def _refuse_unsaid(by: str, reason: str) -> None:
    problems = [Problem("error", rule, mend) for text, rule, mend in ((by, NAMELESS, NAME_IT), (reason, REASONLESS, GIVE_IT)) if not text.strip()]
    if problems:
        raise Refused(Problems(tuple(problems)))


def _changed(folder: Path) -> Problem:
    """Who changed the scheme meanwhile, as the journal tells it."""
    now = scheme_digest(folder)
    theirs = [entry for entry in read_journal(folder).entries if entry.what == ADOPTION and entry.details.get("after") == now]
    if not theirs:
        return Problem("error", OUTSIDE, KEPT, file=SCHEME)
    who = entry_in_words(theirs[-1])
    rule = phrase("已有另一方案被采用（{zh}），未写入", "another scheme was adopted ({en}): nothing is written", zh=who.zh, en=who.en)
    return Problem("error", rule, KEPT, file=SCHEME)
