"""The score cards of a revision: sealed as texts, so that their root stands on the notice, and sent out with their branches."""

from __future__ import annotations

import csv
import json
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from toolkit.comparison.ahead import changes_ahead
from toolkit.evaluation import Evaluation
from toolkit.ground.problems import Problem, Problems, Refused, refuse, stop_at
from toolkit.ground.text import Language, Phrase, joined, phrase
from toolkit.ground.writing import (
    LOCK,
    UNFINISHED,
    clear_unfinished,
    guarded,
    left_unfinished,
    only_one,
    placed_in,
    refusing,
    write_csv,
    write_whole,
)
from toolkit.publication.card_codes import (
    NAME,
    LockedCards,
    file_name,
    holds_code,
    locked,
    new_code,
    read_address,
    read_code,
)
from toolkit.publication.card_proofs import is_card, proved, tree_root
from toolkit.publication.extract import read_extract
from toolkit.publication.site import OWN_CARD, Period
from toolkit.reports.card_pages import (
    LOCKED_FOLDER,
    card_texts,
    check_page,
    lock_of,
    page_names,
    write_card_pages,
)
from toolkit.reports.score_cards import as_formerly
from toolkit.scheme import load_scheme
from toolkit.sealing.bag import refuse_kept
from toolkit.sealing.differences import ASK, difference
from toolkit.sealing.parts import CARDS
from toolkit.sealing.signatures import signature_problems

if TYPE_CHECKING:
    import datetime as dt

    from toolkit.records import Records

NO_CARDS = (
    Phrase("封存这一版时还没有封存得分单", "when this revision was sealed, no score cards were sealed with it"),
    Phrase("请用现在的版本另封一版", "seal a new revision with this version"),
)
NO_LINE = Phrase("不是一份得分单", "is not a score card")
TWICE = Phrase("同一会员的得分单出现两次", "is a second card of the same member")
OTHER_ROOT = Phrase("得分单总指纹与公示所列的不同", "the root of the cards is not the one on the notice")
OTHERS = (
    "文件夹里还有别的文件：{names}",
    "the folder holds other files: {names}",
)
PUBLISHING = Phrase("另一次公布正在写这个文件夹", "another `publish` is writing into this folder")
UNDER_WAY = Phrase("另一次公布正在写这个文件夹，或者有一次被打断了", "another `publish` is writing into this folder, or one was broken off")
LEFT = Phrase("被中途打断的命令留下的隐藏文件夹", "a hidden folder, left by a command that was broken off")
CLEAR_IT = Phrase("再运行一次 committee publish，写到同一个文件夹，就会放回缺少的文件并清除它；其他命令留下的，先看其中有无要留的文件，再删去", "run committee publish into the same folder again, which puts back what is missing and takes it away; of another command, look in it for files to keep, then delete it")
END_IT = Phrase(
    "请等它结束后再试；没有在写的，{name} 里如有原来的文件，请先放回原处，再删去 {name}",
    "wait for it to end; if none is, put back what former files lie in {name}, and delete it",
)
EMPTY_IT = Phrase("请另指一个空文件夹，以免把别的版次的得分单一起寄出", "name an empty folder, lest cards of another revision be mailed with these")
NOT_OURS = Phrase("这里已有同名文件，不是本软件写出的页面", "another file is called so here already, which is no page of this program")
MOVE_IT = Phrase("什么也没有写出。请把它移走，或另指一个文件夹", "nothing was written: move it away, or name another folder")
NONE_SENT = Phrase("这个文件夹里没有加密的得分单和编码清单", "this folder holds no cards under lock with the list of their codes")
SEND_THEM = Phrase("请指明 committee publish --cards-at 写到的文件夹（--to）", "name the folder that committee publish --cards-at wrote into (--to)")
NOT_WHOLE = Phrase("加密的得分单、“我的得分单”页面和编码清单不是同一次公布写出的，或已损坏", "cards under lock, their page and the list of codes are not of one publication, or damaged")
OF_ANOTHER = Phrase("这些得分单不是 {bag} 的：总指纹不同", "these are not the cards of {bag}: their root is another")
SEND_AGAIN = Phrase("请用要提供的这一版再运行 committee publish --cards-at（沿用已有的编码）", "run committee publish --cards-at again on the revision that is served; codes stay as they are")
OTHER_PLACE = Phrase("函件告诉会员的网址是 {address}，路径与这里的不同，那些网址打不开", "letters tell members the address {address}, whose path is another: those addresses would lead nowhere")
SAME_PATH = Phrase("请加 --path {path}；网址变了的，请用新网址再公布一次", "give --path {path}; where the address has changed, publish again with the new one")
SHOWN = 3
SITE = "site"
"""The folder of the site, beside the list of codes."""
CODES = "card-codes.csv"
"""The codes of cards under lock, beside the cards that are mailed: one row a member, for letters."""
CODE_HEADS = tuple(Phrase(*words) for words in (("会员代码", "Member"), ("会员名称", "Name"), ("得分单编码", "Code of the card"), ("打开网址", "Address"), ("得分单文件", "File of the card")))
OTHER_FORM = Phrase(
    "不是原来的编码清单：第一行表头、各列的次序或分隔符（应为逗号）变了",
    "is not the list as it was written: its heads, the order of its columns or what stands between them (commas) changed",
)
NOT_A_MEMBER = Phrase("不是这一版里会员的代码", "is not the code of a member of this revision")
TWICE_SENT = Phrase("与上面一行的得分单编码相同", "is the code of a row above")
CODES_NEW = ("编码是新的，须另函告知：{members.zh}。", "New codes, to be told by a new letter: {members.en}.")
CODES_GONE = ("不再有得分单在网站上，原来寄出的编码打不开了：{members.zh}。", "No card on the site any more, the code that was sent opens nothing: {members.en}.")
KEEP_CODES = Phrase(
    "这份清单里是已经寄出的编码：请恢复它原来的内容，或删去这一行；要全部换新编码的，删去整个文件",
    "this list holds the codes that were sent: put it back as it was, or take this row out; delete the whole file for new codes to all",
)


def seal_cards(evaluation: Evaluation, records: Records, revision: str, data: Path) -> None:
    """Write every member's card into the payload `data`, each with a salt of its own."""
    salts = {str(member): secrets.token_hex(16) for member in evaluation.members.index}
    texts = card_texts(evaluation, records, revision, salts, changes_ahead(evaluation, records))
    (data / CARDS).write_text("".join(f"{text}\n" for text in texts.values()), encoding="utf-8", newline="\n")


def sealed_cards(data: Path) -> dict[str, str]:
    """The cards of a payload, as texts, by the members' codes.

    Raises
    ------
    Refused
        Where it holds none, or lines that are none.
    """
    path = data / CARDS
    if not path.is_file():
        raise refuse(*NO_CARDS, file=CARDS)
    with refusing(path):
        lines = path.read_bytes().decode("utf-8", "replace").split("\n")[:-1]
    members = [str(json.loads(line)["member"]) if is_card(line) else None for line in lines]
    faults = [(row, NO_LINE) for row, member in enumerate(members, 1) if member is None]
    faults += [(row, TWICE) for row, member in enumerate(members, 1) if member is not None and member in members[: row - 1]]
    if faults:
        raise Refused(Problems(tuple(Problem("error", rule, ASK, file=CARDS, row=row) for row, rule in sorted(faults, key=lambda fault: fault[0]))))
    return dict(zip(map(str, members), lines, strict=True))


def card_root(data: Path) -> dict[str, str]:
    """The root of the cards of a payload, as a fingerprint; nothing where it has no cards."""
    return {"cards": tree_root(sealed_cards(data).values())} if (data / CARDS).is_file() else {}


def card_problems(evaluation: Evaluation, records: Records, revision: str, data: Path, *, earlier: bool = False) -> Iterator[Problem]:
    """The cards of the payload `data` that are others when they are made again with the salts they have; an `earlier` version said some things in other words."""
    if not (data / CARDS).is_file():
        return
    sealed = sealed_cards(data)
    codes = sorted(map(str, evaluation.members.index))
    if list(sealed) != codes:
        yield difference(CARDS, value="、".join(sorted({*sealed} ^ {*codes})[:3]))
        return
    salts = {member: str(json.loads(text).get("salt")) for member, text in sealed.items()}
    ahead = None if earlier else changes_ahead(evaluation, records)  # no earlier version told of later days
    again = card_texts(evaluation, records, revision, salts, ahead)
    yield from (difference(CARDS, row=row) for row, member in enumerate(codes, 1) if sealed[member] not in {again[member], as_formerly(again[member]) if earlier else ""})


def send_cards(bag: Path, folder: Path, page: Path, former: Path, begins: dt.date | None = None) -> tuple[str, int]:
    """Write the card of every member of a bag into `folder`, and the page that checks them; the root they lead to, and how many.

    Parameters
    ----------
    former
        The folder in whose place they are going to stand.
    begins
        The day of publication, where it is known.

    Raises
    ------
    Refused
        When the bag, which is whole, is not signed as its scheme demands or holds no cards, its notice tells of other cards, `former` holds
        other files, or something cannot be written.
    """
    data = bag / "data"
    texts, scheme = sealed_cards(data), load_scheme(data / "edition" / "scheme.toml")
    stop_at(Problems(tuple(signature_problems(bag, scheme))).errors)
    if (data / "public").is_dir() and read_extract(data / "public").notice["digests"].get("cards") != card_root(data)["cards"]:
        raise refuse(OTHER_ROOT, ASK, file=CARDS)
    stop_at(Problems(tuple(foreign_files(former, set(page_names(texts).values()), EMPTY_IT))).errors)
    root = write_card_pages(texts, scheme, Period(begins, scheme.publication.working_days if scheme.publication else 0), folder)
    with refusing(page):
        write_whole(page, check_page(scheme.title, root, scheme.language, english=scheme.english.get(scheme.title, "")))
    return root, len(texts)


def refuse_codes(bag: Path, codes: Path, unfit: Problems) -> None:
    """Refuse to put cards on a site of a bag of which nothing may be published, or beside a list of `codes` that cannot be kept.

    Raises
    ------
    Refused
        With the article that demands it, or every row of the list that is wrong.
    """
    stop_at(unfit)
    kept_codes(codes, sealed_cards(bag / "data"))


class UnderLock(NamedTuple):
    """The cards of a site under lock, the code of each by its member, and whose codes are new since the list before or gone; nothing of a first list."""

    cards: LockedCards
    codes: Mapping[str, str]
    told: tuple[Phrase, ...]


def lock_cards(bag: Path, members: Collection[str], former: Path, codes: Path, address: str) -> UnderLock:
    """The cards of these members under lock, for a site at `address`; the list of their codes is written to `codes`, and whoever has one in the `former` list keeps it.

    Raises
    ------
    Refused
        When the former list holds something else, or the new one cannot be written.
    """
    texts = sealed_cards(bag / "data")
    kept = kept_codes(former, texts)
    own = {member: kept.get(member) or new_code() for member in texts if member in members}
    _write_codes(codes, own, texts, address, load_scheme(bag / "data" / "edition" / "scheme.toml").language)
    cards = dict(zip(texts, proved(list(texts.values())), strict=True))
    return UnderLock(locked({code: cards[member] for member, code in own.items()}, secrets.token_bytes(16), address), own, tuple(_changes(kept, own)))


def cards_as_sent(sent: Path, bag: Path, path: str) -> UnderLock:
    """The cards under lock as `publish` wrote them into the folder `sent`, with their codes.

    Parameters
    ----------
    bag
        Whose cards they have to be.
    path
        Under which they are going to be served.

    Raises
    ------
    Refused
        Where there are none, they are those of another revision, letters tell of another place, or list and files do not belong together.
    """
    page, codes = sent / SITE / OWN_CARD, sent / CODES
    if not page.is_file() or not codes.is_file():
        raise refuse(NONE_SENT, SEND_THEM, file=sent.name)
    kept = kept_codes(codes, sealed_cards(bag / "data"))
    with refusing(page):
        lock = lock_of(page.read_text("utf-8", "replace"))
        files = {file.name: file.read_bytes() for file in sorted((page.parent / LOCKED_FOLDER).glob("*.bin")) if NAME.fullmatch(file.name)}
    if not lock or len(files) != len(kept) or len({*map(len, files.values())}) > 1:
        raise refuse(NOT_WHOLE, SEND_AGAIN, file=sent.name)
    if lock["root"] != card_root(bag / "data")["cards"]:
        raise refuse(phrase(OF_ANOTHER.zh, OF_ANOTHER.en, bag=bag.name), SEND_AGAIN, file=sent.name)
    address, salt = read_address(str(lock["address"])), bytes.fromhex(str(lock["salt"]))
    if (told := unquote(urlsplit(address).path)) != path:
        raise refuse(phrase(OTHER_PLACE.zh, OTHER_PLACE.en, address=address), phrase(SAME_PATH.zh, SAME_PATH.en, path=told), column="--path", value=path)
    return UnderLock(LockedCards(files, salt, address), kept, ())


def cards_of(sent: UnderLock, agreeing: Collection[str]) -> LockedCards:
    """Those of members that agree still."""
    gone = {file_name(code, sent.cards.salt) for member, code in sent.codes.items() if member not in agreeing}
    return replace(sent.cards, files={name: content for name, content in sent.cards.files.items() if name not in gone})


def _changes(kept: Mapping[str, str], own: Mapping[str, str]) -> Iterator[Phrase]:
    """Who is to be written to anew, by the codes before and now."""
    for words, members in ((CODES_NEW, own.keys() - kept.keys()), (CODES_GONE, kept.keys() - own.keys())):
        if kept and members:
            yield phrase(*words, members=joined((Phrase(member, member) for member in sorted(members)), "、"))


def kept_codes(codes: Path, members: Collection[str]) -> dict[str, str]:
    """The codes that were sent, by member; none where there is no list.

    Raises
    ------
    Refused
        Where it was saved in another form, or with every row that is not a member's, or whose code is none or another's; never with a code.
    """
    if not codes.exists():
        return {}
    with refusing(codes):
        rows = list(csv.reader(StringIO(_text(codes.read_bytes()), newline="")))  # a name may hold a separator of lines
    if not rows or rows[0][:3] not in ([head.zh for head in CODE_HEADS[:3]], [head.en for head in CODE_HEADS[:3]]):
        raise refuse(OTHER_FORM, KEEP_CODES, file=codes.name)
    kept: dict[str, str] = {}
    faults: list[Problem] = []
    for row, cells in enumerate(rows[1:], 2):
        member, _, code = (cell.removeprefix("'") for cell in (*cells, "", "", "")[:3])
        try:
            if member not in members or member in kept:
                raise refuse(NOT_A_MEMBER, KEEP_CODES, value="" if holds_code(member) else member)
            if (code := read_code(code)) in kept.values():
                raise refuse(TWICE_SENT, KEEP_CODES)
        except Refused as refused:
            faults += [replace(problem, file=codes.name, row=row, mend=KEEP_CODES) for problem in refused.problems.errors]
        else:
            kept[member] = code
    if faults:
        raise Refused(Problems(tuple(faults)))
    return kept


def _text(content: bytes) -> str:
    """A list as it was written, or as a Chinese spreadsheet saves it."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _write_codes(codes: Path, own: Mapping[str, str], texts: Mapping[str, str], address: str, language: Language) -> None:
    import pandas as pd

    names = page_names(texts)
    rows = [(member, str(json.loads(texts[member])["name"]), code, f"{address}{OWN_CARD}#{code}", names[member]) for member, code in own.items()]
    cells = pd.DataFrame([[guarded(cell) for cell in row] for row in rows], columns=[head.into(language) for head in CODE_HEADS])
    with placed_in(codes.parent) as unfinished:
        write_csv(cells, unfinished / codes.name, index=False)
        (unfinished / codes.name).chmod(0o600)  # whoever has a code has a card


@contextmanager
def publishing(to: Path) -> Iterator[None]:
    """Publish into `to` alone, where for the length of the block everything is put in place together by `placed_in`.

    A `publish` that is killed leaves there what stood there; among its last renames each file and folder is the former or the new one, and
    a folder may be in the hidden one alone: the next `publish` puts it back, and takes the hidden one away. Nothing is left of `to`, nor
    of folders made for it, where nothing was written.

    Raises
    ------
    Refused
        When another `publish` writes there, or the folder lies in a bag.
    """
    refuse_kept(to)
    made = [place for place in (to, *to.parents) if not place.exists()]
    with only_one(to / LOCK, PUBLISHING):
        for place in (to, *(path for path in to.iterdir() if path.is_dir())):
            clear_unfinished(place)
        try:
            yield
        finally:
            with suppress(OSError):  # where a file in use cannot go, or the folder holds something
                (to / LOCK).unlink()
                for place in made:
                    place.rmdir()


def unfinished_problems(folder: Path) -> Iterator[Problem]:
    """A warning for each hidden folder that a killed command left anywhere in an edition."""
    for left in left_unfinished(folder, "**/"):
        yield Problem("warning", LEFT, CLEAR_IT, file=left.relative_to(folder).as_posix())


def foreign_files(folder: Path, own: Collection[str], mend: Phrase = MOVE_IT) -> Iterator[Problem]:
    """What stands in the way of a folder that is going to be replaced: any file in it that is none of its own, by the paths within it."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()} if folder.is_dir() else {folder.name for _ in [folder] if folder.exists()}
    others = sorted(there - {*own})
    if hidden := next((name.split("/")[0] for name in others if name.startswith(UNFINISHED)), ""):
        yield Problem("error", UNDER_WAY, phrase(END_IT.zh, END_IT.en, name=hidden), file=folder.name)
    elif others:
        yield Problem("error", phrase(*OTHERS, names="、".join(others[:SHOWN])), mend, file=folder.name)


def foreign_page(page: Path, mark: str) -> Iterator[Problem]:
    """What stands in the way of a page that is going to be written: another's file of its name, which does not hold what all such pages do."""
    if page.exists() and not (page.is_file() and mark.encode() in page.read_bytes()):
        yield Problem("error", NOT_OURS, MOVE_IT, file=page.name)
