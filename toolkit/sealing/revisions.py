"""The revisions of an edition: the bags in its folder `sealed`, which stands in place of which, and what the journal says of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.ground.problems import Problem, Problems, Refused, refuse, stop_at
from toolkit.ground.resources import file_digest, refuse_no_edition
from toolkit.ground.text import Phrase, discreet, listed, one_line, phrase
from toolkit.ground.writing import DEVICES, edition_lock
from toolkit.minutes.adoption import FILES, edition_language, enter_found, laid_out
from toolkit.minutes.decisions import rules_lost
from toolkit.minutes.journal import JOURNAL, appended, read_journal
from toolkit.sealing.bag import TAG_MANIFEST, bag_problems, read_bag_info
from toolkit.sealing.parts import REVISION, RULES, Seal

if TYPE_CHECKING:
    from toolkit.scheme import Scheme
    from toolkit.sealing.signatures import Signer

SEAL_LINE = "seal"
"""What a line of the journal says it is that tells of a seal; its details are revision, bag (SHA-256 of the tag manifest), revises, found."""
SIGNATURE_LINE = "signature"
"""The same of a signature; its details are revision, bag, role, key (the fingerprint)."""
FOUND = Phrase("封存时没有记入工作记录，现据封存包补记", "was not entered when it was sealed; entered as found")
UNENTERED = Phrase("已封存，但没有记入工作记录", "is sealed, but was not entered into the journal")
NEXT_TIME = Phrase("无须重新封存：下一次封存会补记", "there is no need to seal again: the next seal enters it")
SIGNED = Phrase("已签名，但没有记入工作记录", "is signed, but that was not entered into the journal")
ONCE_MORE = Phrase("签名有效；记录修好后再签一次，即可记入", "the signature counts; sign again once the journal is mended, and it is entered")
BOTH = Phrase("改的是哪一版、为什么改，应一并写明", "which revision it revises, and why, go together")
ALONE = ("没有写明替代哪一版：{newest} 从此不再公布", "does not say which revision it stands in place of: {newest} is not published any more")
SAY_WHICH = ("下次更正请写明：committee seal 届次 --as 新版次 --revises {revision} --because 理由", "say so at the next correction: committee seal DIR --as NEXT --revises {revision} --because WHY")
SAY_WHY = Phrase("请加 --because 修订理由", "add --because WHY")
SAY_REVISED = Phrase("请加 --revises 所替代的版次", "add --revises REVISION")
NO_BAG = Phrase("没有这一版封存包", "there is no bag of this revision")
OTHER_EDITION = Phrase("不是本届的封存包", "is a bag of another edition")
ITS_OWN = Phrase("请指明本届已封存的版次", "name a sealed revision of this edition")
REPLACED = "这一版已由 {others.zh} 替代", "{others.en} stands in its place"
LATER = "这一版之后已封存 {others.zh}", "sealed after it: {others.en}"
UNKNOWN = ("旁边的封存包 {others.zh} 的说明读不出，看不出它是否替代这一版", "the labels of the bag {others.en} beside it cannot be read: whether that stands in its place is not known")
MEND_OTHER = Phrase("请从备份恢复那一版，或核实后把它移走", "restore that one from a backup, or, having looked into it, move it away")
PUBLISH_NEWEST = "请公布最新的一版；已公布的旧版请撤下", "publish the newest, and take down what was published of this one"
GONE = Phrase("工作记录写明这一版已经封存，但封存包不在了", "the journal says that this revision was sealed, and its bag is gone")
FROM_BACKUP = Phrase(
    "请从备份恢复它；恢复不了的，请照实记入：committee seal 文件夹 --rules-lost --because 理由 --by 谁",
    "restore it from a backup; where there is none, say so: committee seal DIR --rules-lost --because WHY --by WHO",
)
EXCHANGED = ("不是工作记录第 {n} 条所记的那一版封存包：封存之后被换过或改过", "is not the bag of which no. {n} of the minutes tells: it was exchanged or altered after its seal")
FROM_COPY = Phrase(
    "请勿公布或签名；把它移开留证，从备份或副本取回当时封存的那一版，放回原处",
    "do not publish or sign it: move it away and keep it as evidence, and put the bag that was sealed back into the folder sealed, from a backup or a copy",
)
SIGNED_ANOTHER = ("所签的不是第 {n} 条所记的那一版封存包", "is a signature of another bag than the one in no. {n} of the minutes")
SIGN_TRUE = Phrase("这个签名不算数；请查明缘由，就当时封存的那一版重新签名", "it does not count for that one: find out how it came about, and sign the bag that was sealed")
SUCH_AS = Phrase("例如 r1", "such as r1")
KEPT_NAME = Phrase("这个名字另有专用", "this name is kept for something else")
ONCE = Phrase("办法只封存一次", "rules are sealed once")
FOR_REVIEW = Phrase("请从备份把这一版放回原处：异议、复核和比较各版都要用它", "put it back into the folder sealed, from a backup: objections, reviews and `diff` need it")
RESTORE = Phrase("请从备份恢复它，或另起一个修订号", "restore it from a backup, or take another name")


def refuse_revision(folder: Path, revision: str) -> None:
    """Refuse a name that is none or not the same on every system, and one that an edition sealed already.

    Raises
    ------
    Refused
    """
    refuse_no_edition(folder)
    if not REVISION.fullmatch(revision) or revision.endswith("."):
        rule = Phrase(
            "修订号只能用字母、数字、点、下划线和连字符", "a revision has letters, digits, dots, _ and - only"
        )
        raise refuse(rule, SUCH_AS, value=revision)
    if revision.casefold() == RULES or revision.split(".", maxsplit=1)[0].casefold() in DEVICES:
        raise refuse(KEPT_NAME, SUCH_AS, value=revision)
    refuse_sealed(folder, revision)


def refuse_sealed(folder: Path, revision: str) -> None:
    """Refuse what an edition sealed already, also under a name that is the same folder on other systems.

    Raises
    ------
    Refused
    """
    refuse_no_edition(folder)
    lying, told = {path.name for path in (folder / "sealed").glob("*")}, {line["revision"] for line in seal_lines(folder)}
    taken = {name.casefold() for name in lying | told}
    there = next((name for name in sorted(lying) if name.casefold() == revision.casefold()), "")
    if there:
        rule, free = Phrase("这一修订已经封存，不能更改", "this revision is sealed and does not change"), next(name for n in count(2) if (name := f"r{n}") not in taken)
        raise refuse(rule, ONCE if there == RULES else phrase("请另起一个修订号，如 {free}", "take another name, such as {free}", free=free), value=there)
    if revision.casefold() in taken:
        raise refuse(GONE, FROM_BACKUP if revision == RULES else RESTORE, value=revision)


def revised(folder: Path, scheme: Scheme, revises: str, because: str) -> tuple[str, str, str]:
    """Which revision another is to stand in place of, the SHA-256 of its tag manifest, and why; all empty where none is named.

    Raises
    ------
    Refused
        When reason or revision is missing, the bag is not there, is of another edition, or is not the newest: then another
        stands in its place already.
    """
    because = discreet(one_line(because))
    if not revises and not because:
        return "", "", ""
    if not (revises and because):
        raise refuse(BOTH, SAY_WHY if revises else SAY_REVISED)
    sealed = folder / "sealed"
    newest = newest_bag(sealed)
    bag = sealed / revises
    if newest is None or revises not in {each.name for each in bags(sealed)}:
        raise refuse(NO_BAG, phrase("最新的一版是 {newest}", "the newest is {newest}", newest=newest.name) if newest else ITS_OWN, value=revises)
    if read_bag_info(bag).get("External-Identifier") != scheme.edition:
        raise refuse(OTHER_EDITION, ITS_OWN, value=revises)
    later = [line["revision"] for line in seal_lines(folder) if line["revises"] == revises]
    if newest.name != revises or later:
        name = next(iter(later), newest.name)
        rule = phrase("{bag} 不是最新的一版：已有 {newest}", "{bag} is not the newest revision: there is {newest}", bag=revises, newest=name)
        raise refuse(rule, phrase("请改为替代 {newest}", "revise {newest}", newest=name), value=revises)
    return revises, file_digest(bag / TAG_MANIFEST), because


def bags(sealed: Path) -> list[Path]:
    """The revisions that lie in a folder, by name; that of the rules alone is none."""
    found = [path for path in sealed.glob("*") if (path / "bagit.txt").is_file() and path.name != RULES and not path.name.startswith(".")]
    return sorted(found, key=lambda path: (len(path.name), path.name))


def newest_bag(sealed: Path) -> Path | None:
    """The newest of the revisions that lie in a folder: none stands in its place; None where there is no bag."""
    found = bags(sealed)
    replaced = {read_bag_info(bag).get("Revises") for bag in found}
    return next((bag for bag in reversed(found) if bag.name not in replaced), None)


def refuse_replaced(bag: Path) -> None:
    """Refuse a bag in whose place another stands, as a bag beside it or the journal of the edition it lies in tells: what was corrected or taken back is not published again.

    Nor one after which the journal tells of another seal (until 0.7.0 that could leave out which it stands in place of), or beside
    which a bag lies of which it cannot be told.

    Raises
    ------
    Refused
    """
    bag = bag.resolve()
    beside = {other.name: read_bag_info(other) for other in bags(bag.parent) if other.name != bag.name}
    lines = [line for line in seal_lines(bag.parent.parent) if line["revision"] != RULES]
    told = [line["revision"] for line in lines]
    others = [name for name, info in beside.items() if info.get("Revises") == bag.name]
    others += [line["revision"] for line in lines if line["revises"] == bag.name]
    later = told[told.index(bag.name) + 1 :] if bag.name in told else []
    unread = [name for name, info in beside.items() if not info]
    for words, mend, names in ((REPLACED, Phrase(*PUBLISH_NEWEST), others), (LATER, Phrase(*PUBLISH_NEWEST), later), (UNKNOWN, MEND_OTHER, unread)):
        if names:
            raise refuse(phrase(*words, others=listed(dict.fromkeys(names))), mend, file=bag.name)


def stands_alone(folder: Path, revision: str) -> Iterator[Problem]:
    """A revision that was sealed after others and does not say in whose place it stands: `refuse_replaced` goes by their order in the minutes."""
    lines = [line for line in seal_lines(folder) if line["revision"] != RULES]
    told = [line["revision"] for line in lines]
    if revision in told[1:] and not lines[told.index(revision)]["revises"]:
        newest = told[told.index(revision) - 1]
        yield Problem("warning", phrase(*ALONE, newest=newest), phrase(*SAY_WHICH, revision=revision), value=revision)


def sealed_problems(bag: Path) -> Problems:
    """Every file of a bag that is not as its lists say, and where it lies among its edition's revisions, whether it is the one that was sealed."""
    return bag_problems(bag) or exchanged(bag)


def exchanged(bag: Path) -> Problems:
    """An error where a bag is not the one that was sealed, as the minutes of the edition tell in whose folder `sealed` it lies.

    Lists of digests are made anew in a moment; the digest of the second of them stands in the minutes since the seal.
    """
    digest = file_digest(bag / TAG_MANIFEST) if (bag / TAG_MANIFEST).is_file() else ""
    lines = (line for line in told_seals(bag) if line["bag"] != digest)
    return Problems(tuple(Problem("error", phrase(*EXCHANGED, n=line["number"]), FROM_COPY, file=TAG_MANIFEST, value=bag.resolve().name) for line in lines))


def told_seals(bag: Path) -> list[dict[str, str]]:
    """The lines by which the minutes of the edition that a bag lies in tell of its seal; none where it lies elsewhere, or no line tells.

    It is known by its folder's name and by what it calls itself, of which nothing but the same line tells where all is well.
    """
    bag = bag.resolve()
    told = _told_first(bag.parent.parent) if bag.parent.name == "sealed" else {}
    return [told[name] for name in dict.fromkeys((bag.name, Seal.of(read_bag_info(bag)).revision)) if name in told]


def _told_first(folder: Path) -> dict[str, dict[str, str]]:
    """The first line of the minutes that tells of the seal of each revision: it is sealed once."""
    return {line["revision"]: line for line in reversed(list(seal_lines(folder)))}


def untold_seals(folder: Path) -> Problems:
    """A warning for each bag that no line of the minutes tells of (an earlier version sealed it, or the line was taken out), and for each revision that is gone.

    A revision is known by the line of its seal, and by the bag that stands in its place. An error for each bag that is not the one that
    the minutes tell of, and a warning for each line of a signature of such a one.
    """
    sealed, told = folder / "sealed", _told_first(folder)
    there = bags(sealed)
    named = [*told, *(str(read_bag_info(bag).get("Revises", "")) for bag in there)]
    gone = sorted({*named} - {"", RULES, *(bag.name for bag in there)})
    untold = [Problem("warning", UNENTERED, NEXT_TIME, file=JOURNAL, value=bag.name) for bag in there if bag.name not in told]
    rules = [] if rules_lost(read_journal(folder)) else [sealed / RULES]
    others = [problem for bag in (*rules, *there) for problem in exchanged(bag)]
    signed = [
        Problem("warning", phrase(*SIGNED_ANOTHER, n=told[line["revision"]]["number"]), SIGN_TRUE, file=JOURNAL, row=int(line["number"]), value=line["revision"])
        for line in seal_lines(folder, SIGNATURE_LINE) if line["revision"] in told and line["bag"] != told[line["revision"]]["bag"]
    ]  # fmt: skip
    return Problems((*others, *untold, *(Problem("warning", GONE, FOR_REVIEW, file=JOURNAL, value=name) for name in gone), *signed))


def enter_seals(folder: Path) -> None:
    """Enter into the journal what lies sealed in the edition's folder and no line tells of.

    Such a bag was sealed by an earlier version, or its program was broken off between bag and line.

    Raises
    ------
    Refused
        When the journal's chain is broken or cannot be written.
    """
    sealed = folder / "sealed"
    with edition_lock(folder):
        stop_at(read_journal(folder).problems.errors)
        enter_found(folder)
        told = {line["revision"] for line in seal_lines(folder)}
        for bag in (*([sealed / RULES] if (sealed / RULES / "bagit.txt").is_file() else []), *bags(sealed)):
            if bag.name not in told:
                _enter(folder, bag, "", FOUND.into(edition_language(folder)), found="yes")


def enter_seal(folder: Path, bag: Path, by: str) -> None:
    """Enter a bag just sealed into the journal, with the reason that the bag names.

    Raises
    ------
    Refused
        When it cannot be written: the bag is whole all the same, which is said.
    """
    with _done_all_the_same(UNENTERED, NEXT_TIME, bag.name), edition_lock(folder):
        _enter(folder, bag, by, Seal.of(read_bag_info(bag)).because)


def enter_signature(bag: Path, signer: Signer) -> None:
    """Enter a signature into the journal of the edition that a bag lies in; nothing where it lies elsewhere.

    Raises
    ------
    Refused
        When the journal cannot be written: the bag is signed all the same, which is said.
    """
    bag = bag.resolve()
    folder = bag.parent.parent
    if bag.parent.name != "sealed" or not (folder / "scheme.toml").is_file():
        return
    details = {"revision": bag.name, "bag": file_digest(bag / TAG_MANIFEST), "role": signer.role, "key": signer.fingerprint}
    with _done_all_the_same(SIGNED, ONCE_MORE, bag.name), edition_lock(folder):
        appended(folder, SIGNATURE_LINE, signer.name, "", details)


@contextmanager
def _done_all_the_same(rule: Phrase, mend: Phrase, revision: str) -> Iterator[None]:
    """Where the journal refuses, say too that what it was to tell is done."""
    try:
        yield
    except Refused as refused:
        raise Refused(Problems((*refused.problems, Problem("warning", rule, mend, file=JOURNAL, value=revision)))) from refused


def _enter(folder: Path, bag: Path, by: str, reason: str, **more: str) -> None:
    seal = Seal.of(read_bag_info(bag))
    details: dict[str, object] = {"revision": bag.name, "bag": file_digest(bag / TAG_MANIFEST), "revises": seal.revises, **(more or {FILES: laid_out(folder)})}
    appended(folder, SEAL_LINE, by, reason, details)


def seal_lines(folder: Path, what: str = SEAL_LINE) -> Iterator[dict[str, str]]:
    """What the journal of the edition in `folder` tells of seals, or signatures: number, revision, bag (SHA-256 of its tag manifest), revises; in their order."""
    for entry in read_journal(folder).entries:
        if entry.what == what:
            yield {"number": str(entry.number)} | {name: str(entry.details.get(name, "")) for name in ("revision", "bag", "revises")}
