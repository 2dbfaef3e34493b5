"""What a bag must hold: a fixed list of parts, by what its scheme decides, and the labels that go with them.

Nothing here listens to the bag: which version sealed it excuses nothing, for a bag can name any version it likes.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from toolkit.ballots.ballot import FOLDER as BALLOTS
from toolkit.ballots.ballot import STEM
from toolkit.ground.problems import Problem, Problems, Refused, Severity, refuse
from toolkit.ground.resources import file_digest, house_folder
from toolkit.ground.text import Language, Phrase, as_phrase, phrase
from toolkit.minutes.decisions import rules_lost
from toolkit.minutes.journal import HEAD, JOURNAL, read_journal
from toolkit.publication.extract import AWARDS, NOTICE, unpublishable
from toolkit.records.dictionary import Tables, load_tables
from toolkit.records.folder import found_files
from toolkit.reports import MEETING_PAGE, ROBUSTNESS, TABLES, TOUCHED, WORKBOOK
from toolkit.scheme import Scheme, load_scheme
from toolkit.sealing.bag import (
    BAG_FILES,
    DISTRIBUTION,
    SIGNATURE,
    TAG_MANIFEST,
    read_bag_info,
    read_environment,
    versions,
)
from toolkit.sealing.descriptions import CONFIDENTIAL, DESCRIPTIONS, descriptions
from toolkit.sealing.notebooks import FORMER_HOUSE
from toolkit.sealing.signatures import SIGNERS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

Progress: TypeAlias = Callable[[str], None]
"""Is told each step by its name, before it begins."""
Step: TypeAlias = Callable[[Phrase], None]
"""The same, in whatever language it is told on."""
RECOMPUTING, CARD_STEP = Phrase("重新计算", "computing again"), Phrase("得分单", "score cards")
"""Steps that more than one program takes."""

MEETING, ENVIRONMENT = "meeting", "environment.txt"
EDITION, FOLDERS = ("scheme.toml", "tables.toml", JOURNAL, SIGNERS), ("records",)
"""Files and folders of an edition that its frozen copy takes over."""
DECIDED = "scheme.decided.toml"
"""The scheme as the committee wrote it, beside the one a bag computes with."""
CARDS = "cards.jsonl"
"""One card a line, in the order of the members' codes: the leaves of the tree."""
OPEN, OPEN_LABEL = "open", "Open-Bag-Format"
"""The folder of the open bag's payload, and the label by which a bag says that it is one."""
OPEN_TABLES = (
    "members.csv", "indicators.csv", "adjustments.csv", "conditions.csv", "previous.csv", "scores.csv", "ranking.csv", "awards.csv",
    "withheld.csv", "classes.csv", "lines.csv", "rulings.csv",
)  # fmt: skip
OPEN_FILES, OPTIONAL = frozenset({"scheme.toml", "README.md", *OPEN_TABLES}), frozenset({"adjustments.csv", "conditions.csv", "previous.csv", "rulings.csv"})
RULES, PLAN = "rules", "sensitivity.json"
"""The revision that holds the rules alone, and its plan of what will be asked of the result."""
RULES_PARTS = tuple(f"{RULES}/{name}" for name in ("scheme.toml", "changed.csv", "moved.csv"))
KNOWN_PARTS = (f"{RULES}/tables.toml", f"{RULES}/known.csv")
"""What a later bag holds of them; the latter two since 0.6.0."""
EXAMINATION = "examination"
EXAMINED = tuple(f"{EXAMINATION}/{name}.csv" for name in ("findings", "certificates", "counterexamples", "one_expert"))
"""What was to be seen in the rules, in their own bag, since 0.6.0."""
REVISION = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
VERSION_LINE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==[A-Za-z0-9._+!-]+")
COUNTED = "Payload-Oxum"
DIGEST = re.compile(r"[0-9a-f]{64}")
ASK = Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat")
MISSING = Phrase("封存包必须有这个文件，但没有", "a bag must hold this file, and it does not")
STRANGE = Phrase("封存包里不应有这个文件", "a bag holds no such file")
LABEL = Phrase("与包内的评选办法、程序版本不符", "is not what the scheme and the version in the bag say")
DATED = Phrase("不是可信的封存日期：应为 2019-03-01 这样的日期，不晚于今天", "is no day a bag can be sealed on: a date such as 2019-03-01, not after today")
EARLY = Phrase("封存早于评价基准日 {as_of}，当时记录还不完整", "sealed before the as-of date {as_of}, when the records were not complete")
UNKNOWN = Phrase("没有这个程序版本，或本程序不认识它", "there is no such version of the program, or this one does not know it")
SEAL_LATER = Phrase(
    "这一版不能公布，核对的人也会看到这一条；请到评价基准日以后再封一版", "it cannot be published, and whoever verifies it is told so: seal another revision on that date or later",
)
NEWER = Phrase("请用封存它的那个版本核对；并请向秘书处核实", "check it with the version that sealed it; ask the secretariat")
UNTRUE = Phrase("与包内的办法、标签、文件不符", "is not what scheme, labels and files of the bag give")
HISTORY = Phrase("所改的版次、它的指纹、理由应一并写明", "the revision that it revises, its fingerprint and the reason go together")
CUT = Phrase("与包内工作记录的末行不符：末尾可能被删去", "is not the last line of the journal in the bag: its end may have been cut off")
HEADLESS = Phrase("没有写明工作记录的末行：末尾若被删去，无从发现", "the last line of the journal is not told: an end cut off would not be noticed")
TORN = Phrase("工作记录的最后一行不完整", "the last line of the journal is torn")
OTHER_FORMER = Phrase("与旁边的 {name} 不是同一版", "is not the {name} that lies beside it")
GARBLED = Phrase("不是“名称==版本”这样的一行", "is not a line `name==version`")


@dataclass(frozen=True)
class Release:
    """What the bags of an earlier version are like.

    Parameters
    ----------
    whole
        Whether they hold every part that one of today holds, and say of each what is said today.
    opens
        Whether its open bags are such as this version checks.
    """

    whole: bool = True
    opens: bool = True


RELEASES: dict[str, Release] = {
    "0.2.0": Release(whole=False, opens=False),
    "0.3.0": Release(whole=False, opens=False),
    "0.4.0": Release(whole=False, opens=False),
    "0.5.0": Release(whole=False),
    "0.6.0": Release(),
    "0.7.0": Release(),
}
"""Earlier versions whose bags this one checks, in their order: what they found and computed is the same, what they said of it may be worded otherwise."""


@dataclass(frozen=True)
class House:
    """The folders of notebooks that a bag holds run: for the committee, with COMMITTEE_EDITION set; for the public, with COMMITTEE_PUBLIC set."""

    notebooks: Path
    pages: Path

    @classmethod
    def of(cls, notebooks: Path | None, pages: Path | None) -> House:
        """The house's own, where nothing else is given."""
        notebooks = notebooks or house_folder("notebooks")
        return cls(notebooks, pages or notebooks / "pages")


def stepping(progress: Progress | None, language: Language | None) -> Step:
    """What tells `progress` of a step: in `language`, or in both, side by side, where none is named.

    Examples
    --------
    >>> stepping(print, "en")(CARD_STEP)
    score cards
    >>> stepping(print, None)(CARD_STEP)
    得分单 score cards
    >>> by_name(stepping(print, None))("7_seal.ipynb")
    7_seal.ipynb
    """

    def told(words: Phrase) -> None:
        if progress is not None:
            progress(words.into(language) if language else " ".join(dict.fromkeys((words.zh, words.en))))

    return told


def by_name(step: Step) -> Progress:
    """The same for steps that are called by a file's name, which is one in all languages."""
    return lambda name: step(as_phrase(name))


def publishable(scheme: Scheme) -> bool:
    """Whether the scheme was approved and says what may be published, and who was asked."""
    return not unpublishable(scheme)


def was_publishable(scheme: Scheme) -> bool:
    """Whether an earlier version published under this scheme, before members were asked."""
    return bool(scheme.approval.strip() and scheme.publication) and scheme.consent is None


def holds_results(scheme: Scheme) -> bool:
    """Whether the edition holds no more of its panel than the panel's own scores."""
    return scheme.panel is not None and scheme.panel.holds == "results"


def is_resolved(scheme: Scheme) -> bool:
    """Whether a scheme holds what its values were compared with, or a panel's own scores: it was not decided so."""
    resolved = (getattr(part, "found", None) for item in (*scheme.indicators, *scheme.groups, scheme.total) for part in (getattr(item, "value", None), getattr(item, "outliers", None)))
    return holds_results(scheme) or any(value is not None for value in resolved) or any(item.stands_in for item in scheme.indicators)


@dataclass(frozen=True)
class Seal:
    """What a bag says of its own seal.

    Parameters
    ----------
    revision, day
        Its name, and when it was sealed, as ISO says it.
    revises, former, because
        The revision in whose place it stands, the SHA-256 of that one's tag manifest, and why; all empty for a first one.
    journal
        The head of the journal in the bag: the SHA-256 of its last line; empty where there is none.
    rules
        The SHA-256 of the tag manifest of the bag in which the rules were sealed before; empty where they were not.
    """

    revision: str
    day: str
    revises: str = ""
    former: str = ""
    because: str = ""
    journal: str = ""
    rules: str = ""

    @classmethod
    def of(cls, info: Mapping[str, str]) -> Seal:
        """As the labels of a bag have it."""
        return cls(**{name: info.get(label, "") for name, label in SEAL_LABELS.items()})

    @property
    def labels(self) -> dict[str, str]:
        """By the names that `bag-info.txt` has for them; what is empty is left out."""
        return {label: value for name, label in SEAL_LABELS.items() if (value := getattr(self, name))}

    @property
    def published(self) -> dict[str, str]:
        """What the public notice says of it, beside revision and day."""
        return {name: value for name in ("revises", "because", "journal") if (value := getattr(self, name))}


SEAL_LABELS = {
    "revision": "Internal-Sender-Identifier", "day": "Bagging-Date",
    "revises": "Revises", "former": "Revises-SHA256", "because": "Revision-Reason", "journal": HEAD,
    "rules": "Rules-SHA256",
}  # fmt: skip


def labels(scheme: Scheme, seal: Seal, version: str) -> dict[str, str]:
    """What `bag-info.txt` says."""
    return {
        "External-Description": scheme.title,
        "External-Identifier": scheme.edition,
        "Internal-Sender-Description": CONFIDENTIAL,
        "Bag-Software-Agent": f"{DISTRIBUTION} {version}",
        "Approval": scheme.approval or "—",
        **seal.labels,
    }


def part_problems(bag: Path, house: House) -> Problems:
    """Every part that a bag of this scheme must have and this one lacks, every file too many, every label that is not so."""
    data = bag / "data"
    try:
        scheme, tables = load_scheme(data / "edition" / "scheme.toml"), load_tables(data / "edition" / "tables.toml")
    except Refused as refused:
        return refused.problems
    present = {path.relative_to(data).as_posix() for path in data.rglob("*") if not path.is_dir()}
    required, others = _required(scheme, house, present), {f"results/{TOUCHED}", f"edition/{DECIDED}", CARDS}
    if was_publishable(scheme):
        others |= _public(house)
    if publishable(scheme):
        others |= {f"{OPEN}/{name}" for name in OPEN_FILES}
        if holds_all_parts(data) or (data / OPEN).exists():
            required |= {f"{OPEN}/{name}" for name in OPEN_FILES - OPTIONAL}
    others |= set(_of_edition(data / "edition", scheme, tables, present))
    seal, whole = Seal.of(read_bag_info(bag)), holds_all_parts(data)
    if seal.rules and rules_lost(read_journal(data / "edition")) is None:
        required |= {*RULES_PARTS, *(KNOWN_PARTS if whole else ())}
    if seal.revision == RULES:
        required = {"edition/scheme.toml", "edition/tables.toml", ENVIRONMENT, PLAN, *(EXAMINED if whole else ())}
        others = {f"edition/{name}" for name in EDITION}
    allowed = required | others | set(DESCRIPTIONS)
    tags = {path.relative_to(bag).as_posix() for path in bag.rglob("*") if not path.is_dir()} - {f"data/{name}" for name in present}
    return Problems(
        (
            *(_part(name, MISSING) for name in sorted(required - present)),
            *(_part(name, STRANGE) for name in sorted(present - allowed)),
            *(_part(name, STRANGE) for name in sorted(tags - {*BAG_FILES, TAG_MANIFEST}) if not SIGNATURE.fullmatch(name)),
            *_version_problems(data / ENVIRONMENT),
            *_label_problems(bag, scheme),
            *_journal_problems(bag),
            *_former_problems(bag),
            *_description_problems(bag, scheme),
        )
    )


def is_open_bag(bag: Path) -> bool:
    """Whether a bag says that it is an open one."""
    return OPEN_LABEL in read_bag_info(bag)


def sealed_by(data: Path) -> str:
    """The version of the toolkit that the payload `data` names; empty where it names none."""
    path = data / ENVIRONMENT
    return read_environment(path.read_text("utf-8", "replace")).get(DISTRIBUTION, "") if path.is_file() else ""


def holds_all_parts(data: Path) -> bool:
    """Whether the version that the payload `data` names sealed every part that is sealed today."""
    return RELEASES.get(sealed_by(data), Release()).whole


def _required(scheme: Scheme, house: House, present: Collection[str]) -> set[str]:
    """Parts by name below ``data/``."""
    names = {f"results/{name}" for name in (*TABLES, WORKBOOK)} | {f"{MEETING}/{name}" for name in (MEETING_PAGE, ROBUSTNESS)}
    names |= _notebooks(house, present) | {ENVIRONMENT}
    names |= {"edition/scheme.toml", "edition/tables.toml", *([f"edition/{DECIDED}"] if is_resolved(scheme) else [])}
    return names | (_public(house) if publishable(scheme) else set())


def _notebooks(house: House, present: Collection[str]) -> set[str]:
    """The house's notebooks; those that earlier versions had, where a bag holds just these: each must be what such a version wrote."""
    former = {f"notebooks/{name}" for name in FORMER_HOUSE}
    held = {name for name in present if name.startswith("notebooks/")}
    return former if held == former else {f"notebooks/{path.name}" for path in house.notebooks.glob("*.ipynb")}


def _public(house: House) -> set[str]:
    return {f"public/{name}" for name in (NOTICE, AWARDS)} | {f"pages/{path.name}" for path in house.pages.glob("*.ipynb")}


def _of_edition(edition: Path, scheme: Scheme, tables: Tables, present: Collection[str]) -> Iterator[str]:
    """What else the frozen edition may hold: records, the journal, what tables read, and ballots that are published."""
    yield from (f"edition/{name}" for name in EDITION)
    yield from (name for name in present if name.startswith(tuple(f"edition/{folder}/" for folder in FOLDERS)))
    for table in tables.table.values():
        if table.file:
            yield from (f"edition/{name}" for name in found_files(edition, table)[0])
    if scheme.weighting is not None and scheme.weighting.publish != "none":
        ballots = (Path(name) for name in present if name.startswith(f"edition/{BALLOTS}/"))
        yield from (path.as_posix() for path in ballots if path.suffix == ".toml" and STEM.fullmatch(path.stem))


def _label_problems(bag: Path, scheme: Scheme) -> Iterator[Problem]:
    info = read_bag_info(bag)
    seal = Seal.of(info)
    revision, day = seal.revision, seal.day
    expected = labels(scheme, seal, sealed_by(bag / "data"))
    for key in sorted({*expected, *info} - {COUNTED}):
        if info.get(key) != expected.get(key):
            yield _label(key, info.get(key, "—"), LABEL)
    if not REVISION.fullmatch(revision):
        yield _label("Internal-Sender-Identifier", revision, LABEL)
    sealed_on = _day(day)
    # A day ahead is no forgery: it may be tomorrow already where the bag was sealed.
    if sealed_on is None or sealed_on > dt.date.today() + dt.timedelta(days=1):  # noqa: DTZ011 - the wall's date
        yield _label("Bagging-Date", day, DATED)
    else:
        yield from sealed_early(seal, scheme, "warning", ASK)


def sealed_early(seal: Seal, scheme: Scheme, severity: Severity, mend: Phrase) -> Iterator[Problem]:
    """Whether results were sealed before the as-of date, when what they are made of was not complete."""
    day = _day(seal.day)
    if day is not None and day < scheme.as_of and seal.revision != RULES:
        yield Problem(severity, phrase(EARLY.zh, EARLY.en, as_of=scheme.as_of), mend, file="bag-info.txt", column="Bagging-Date", value=seal.day)


def _journal_problems(bag: Path) -> Iterator[Problem]:
    """Where the journal in a bag is no whole chain, or not the one whose head the bag names."""
    journal, seal = read_journal(bag / "data" / "edition"), Seal.of(read_bag_info(bag))
    file = f"edition/{JOURNAL}"
    yield from (replace(problem, file=file, mend=ASK) for problem in journal.problems.errors)
    if journal.torn:
        yield Problem("error", TORN, ASK, file=file)
    if journal.entries and not seal.journal:
        # Earlier versions did not write it down.
        yield Problem("error" if holds_all_parts(bag / "data") else "note", HEADLESS, ASK, file="bag-info.txt", column=HEAD)
    elif journal.head != seal.journal:
        yield _label(HEAD, seal.journal, CUT)


def _former_problems(bag: Path) -> Iterator[Problem]:
    """Where the revision that a bag revises is not told whole, or is not the one that lies beside it."""
    seal = Seal.of(read_bag_info(bag))
    told = (seal.revises, seal.former, seal.because)
    if not any(told):
        return
    if not all(told) or not REVISION.fullmatch(seal.revises) or not DIGEST.fullmatch(seal.former) or seal.revises == seal.revision:
        yield _label("Revises", seal.revises, HISTORY)
        return
    beside = bag.resolve().parent / seal.revises / TAG_MANIFEST
    if beside.is_file() and file_digest(beside) != seal.former:
        yield _label("Revises-SHA256", seal.former, phrase(OTHER_FORMER.zh, OTHER_FORMER.en, name=seal.revises))


def _description_problems(bag: Path, scheme: Scheme) -> Iterator[Problem]:
    """Where what a bag says of itself is not what its scheme, labels and files give; an earlier version may have said it in other words."""
    version = sealed_by(bag / "data")
    for name, text in descriptions(bag / "data", scheme, Seal.of(read_bag_info(bag)), version).items():
        path = bag / "data" / name
        if path.is_file() and path.read_bytes() != text.encode():
            yield Problem("error", UNTRUE, ASK, file=name)
        elif not path.is_file() and holds_all_parts(bag / "data"):
            yield _part(name, MISSING)


def bagging_day(bag: Path) -> dt.date:
    """The day on which a bag says that it was sealed.

    Raises
    ------
    Refused
        When it says none.
    """
    text = read_bag_info(bag).get("Bagging-Date", "")
    day = _day(text)
    if day is None:
        raise refuse(DATED, ASK, file="bag-info.txt", column="Bagging-Date", value=text)
    return day


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _version_problems(path: Path) -> Iterator[Problem]:
    """What no bag says of the versions it was sealed with: lines that are none, and a version that never was."""
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    names = [line.split("==")[0] for line in lines]
    for number, line in enumerate(lines, start=1):
        if not VERSION_LINE.fullmatch(line) or names.index(names[number - 1]) != number - 1:
            yield Problem("error", GARBLED, ASK, file=ENVIRONMENT, row=number, value=line[:80])
    named = sealed_by(path.parent)
    if lines and named not in {*RELEASES, versions()[DISTRIBUTION]}:
        yield Problem("error", UNKNOWN, NEWER, file=ENVIRONMENT, column=DISTRIBUTION, value=named or "—")


def _part(name: str, rule: Phrase) -> Problem:
    return Problem("error", rule, ASK, file=name)


def _label(key: str, value: str, rule: Phrase) -> Problem:
    return Problem("error", rule, ASK, file="bag-info.txt", column=key, value=value)
