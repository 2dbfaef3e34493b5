"""Commands about what leaves the house: the members' cards with their proofs, the check of one card, and the open bag."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from toolkit.commands.console import Bag, LanguageOption, copied, refusals, say, steps, worded
from toolkit.commands.documents import OWN
from toolkit.ground.problems import Problem, Problems, Refused, stop_at
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.writing import placed_in, refusing, replaced_folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from toolkit.sealing.agreement import Opinion
    from toolkit.sealing.cards import UnderLock
    from toolkit.sealing.site import Disclosed

CARDS, OPEN, LETTERS = "cards", "open", "card-letters"
FALSE = (
    Phrase("得分单与总指纹不符：内容或总指纹有改动", "the card does not lead to this root: one of the two was changed"),
    Phrase("请勿采信；请向秘书处核实", "do not rely on it; ask the secretariat"),
)
TRUE = Phrase(
    "一致：下面列出的就是封存时的得分单，是全部 {size} 份中的第 {place} 份。以此为准：文件页面上显示的文字如与下面不同，即被改动。",
    "The same: what is listed below is the card that was sealed, number {place} of {size}. That alone is confirmed: where the file itself shows anything "
    "else, it was altered.",
)
PUBLISHED = Phrase(
    "已写出 {n} 份得分单（{cards}，请分别寄给各会员，不要放到网站上）和核对页面 {page}。得分单总指纹：{root}",
    "{n:score card|score cards} are in {cards}: mail each member its own, and put none on the site. The page that checks them is {page}. "
    "Root of the score cards: {root}",
)

OPENED = Phrase(
    "开放包在 {place}，可以公布。开放包指纹：{fingerprint}。核对：committee verify {copied} --replay --fingerprint {fingerprint}",
    "The open bag is in {place} and may be made public. Its fingerprint: {fingerprint}. To check it: committee verify {copied} --replay --fingerprint {fingerprint}",
)
SHOWN = Phrase("结果页面 {page}：一个文件，放到网站上或用优盘打开。", "The page of results is {page}: one file for a site or a stick.")
RECOMPUTES = Phrase(
    "结果页面会在读者的浏览器里重新计算并说明是否一致。",
    "The page of results computes all again in the reader's browser and says whether it comes to the same.",
)
ONLY_SHOWS = Phrase("结果页面只供查看，不在读者的浏览器里重新计算，页面上写明原因。", "The page of results shows them, computes nothing again in the reader's browser, and says why.")
UNTRIED = Phrase(
    "结果页面能否在读者的浏览器里重新计算，这台机器没有试过；页面打开时会说明。",
    "Whether the page of results can compute all again in the reader's browser was not tried on this machine; the page says so where it is opened.",
)
CHECKING, PREPARING = Phrase("正在核对封存包，看能否公布", "checking the bag, and whether it may be published"), Phrase("正在写出得分单", "writing the score cards")
MAKING_AGAIN = Phrase("正在用封存的记录重做名单、开放包和得分单，逐一比较", "making list, open bag and score cards again from the sealed records, to compare them")
OPENING = Phrase("正在写出开放包", "writing the open bag")
SHOWING = Phrase("正在写出结果页面", "writing the page of results")
LOCKING = Phrase("正在给得分单加密", "locking the score cards")
BUILDING = Phrase("正在写出公示网站", "writing the site")
INFORMING = Phrase("正在写出会员查阅函", "writing the letters to members")
AGREEING = Phrase("正在核对：{name.zh}", "checking: {name.en}")
PUT_UP = Phrase(
    "公示网站在 {place}：把这个文件夹整个放到网站上，或用优盘打开其中的 {page}；没有一份得分单不经加密放在里面。核对：在其中执行 {command}",
    "The site is in {place}: put that whole folder up, or open its {page} from a stick; no score card lies open in it. To check it, within it: {command}",
)
CODED = Phrase(
    "另有 {n} 家会员的得分单加密放在网站上（凭编码在 {page} 打开），编码清单 {codes}，各会员的查阅函（Word，合订一份、各一份） {letters}：请分别函告各会员，都不要放到网站上；以后再次公布沿用清单里的编码。committee serve 加 --cards {copied} 也提供它们。",
    "{n:card lies|cards lie} on the site under lock besides, opened by code at {page}. The codes are in {codes}, letters to the members in Word, all in one and one each, in {letters}: send each member its own, and put neither on a site; publishing again keeps the codes. committee serve has these cards with --cards {copied}.",
)
NEW_CODES = Phrase(
    "提醒：{to} 里没有编码清单 {codes}，各会员的得分单编码都会是新的；这一版替代 {revises}，如已函告过编码，换上这次的网站后原来的编码和函件里的网址都打不开。要沿用原编码：--to 写上次公布的文件夹，或先把那里的 {codes} 复制到 {to}，再运行一次",
    "warning: {to} holds no list of codes, {codes}, so every card has a new code; this revision stands in place of {revises}: codes and addresses that letters told open nothing once this site is up. To keep them, name with --to the folder that was published into before, or copy its {codes} to {to} first, and run it again",
)
DEAD = Phrase(
    "提醒：这一次没有给 --cards-at，网站上不再有加密的得分单，原来函告的编码都打不开了；要保留，请加 --cards-at 再运行一次（{codes} 里的编码不变）",
    "warning: without --cards-at no card lies on the site any more, and the codes that were sent open nothing; to keep them, run it again with --cards-at (the codes in {codes} stay as they are)",
)
CLEARED = Phrase(
    "上一次写出被中途打断：原来的文件先放回原处，留下的隐藏文件夹现予删去：{place}",
    "The last run was broken off: former files are put back first, and the hidden folder that it left goes now: {place}",
)
UNDATED = Phrase(
    "提醒：没有公示起始日，公示、异议书和得分单上只有“自发布之日起”几个工作日，读者推不出哪一天截止。请加 --from 日期（发布当日，如 --from 2019-03-08）再运行一次；工作记录里写明已公示的，不用加",
    "warning: the day of publication is not known, so that notice, forms and score cards name no last day, only how many working days there are. Run it again with --from DATE, the day on which it is made public, "
    "such as --from 2019-03-08; where the minutes say it, they are enough",
)
UNOPENED = Phrase("开放包没有写出：", "The open bag was not written:")


def publish(
    bag: Bag,
    to: Annotated[Path, typer.Option("--to", file_okay=False, help="写到此文件夹 where it goes")],
    begins: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="公示起始日，工作记录没有写明时用 the day of publication, where the minutes do not say it")] = None,
    cards_at: Annotated[str, typer.Option("--cards-at", metavar="网址 ADDRESS", help="公示网站的 https 网址：另把得分单加密放在网站上，凭编码打开（用 serve 的加 --cards） the https address of the site: cards lie there too, under lock (serve has them with --cards)")] = "",
    language: LanguageOption = "zh",
) -> None:
    """由封存包写出各会员的得分单（附核对依据）、核对页面、开放包、结果页面和可直接上网的公示网站。 The members' cards with their proofs, the page that checks them, the open bag, the page of results, and the site to put up."""
    from toolkit.ground.writing import left_unfinished
    from toolkit.publication.card_codes import read_address
    from toolkit.publication.extract import unreachable
    from toolkit.reports.card_pages import CHECK, CHECK_MARK
    from toolkit.reports.results_page import RESULTS, RESULTS_MARK
    from toolkit.sealing.agreement import disagreements, opinions, told
    from toolkit.sealing.cards import (
        CODES,
        SITE,
        foreign_files,
        foreign_page,
        publishing,
        refuse_codes,
        send_cards,
    )
    from toolkit.sealing.open_bag import BAGGED, other_edition, send_open
    from toolkit.sealing.revisions import refuse_replaced
    from toolkit.sealing.site import (
        Disclosed,
        publication_day,
        refuse_otherwise,
        refuse_unready,
        site_problems,
    )

    with refusals(language):
        for left in chain(*map(left_unfinished, (to, *(path for path in to.glob("*") if path.is_dir())))):
            say(language, phrase(CLEARED.zh, CLEARED.en, place=left))
    with refusals(language), publishing(to):
        with placed_in(to) as made, _told(language) as step:
            step(CHECKING)
            refuse_replaced(bag)
            address = read_address(cards_at) if cards_at else ""
            foreign = (foreign_files(to / OPEN, BAGGED), foreign_page(to / CHECK, CHECK_MARK), foreign_page(to / RESULTS, RESULTS_MARK), site_problems(to / SITE), other_edition(to / OPEN, bag))
            stop_at(Problems(tuple(chain.from_iterable(foreign))).errors)
            first_day = publication_day(bag, begins and begins.date())
            disclosed = Disclosed(bag, begins and begins.date(), date.today())  # noqa: DTZ011 - the wall's date
            unfit = refuse_unready(disclosed)
            if address:
                refuse_codes(bag, to / CODES, unfit)
                _refuse_letters(disclosed, to / LETTERS)
                tell_new_codes(bag, to, language)
            step(PREPARING)
            root, count = send_cards(bag, made / CARDS, made / CHECK, to / CARDS, first_day)
            step(MAKING_AGAIN)
            refuse_otherwise(disclosed, cards=True)
            opens = not unfit and (bag / "data" / OPEN).is_dir()
            written = [*_write_open(disclosed, made, to, address, step)] if opens else []
        say(language, phrase(PUBLISHED.zh, PUBLISHED.en, n=count, cards=to / CARDS, page=to / CHECK, root=root))
        if not opens:
            say(language, UNOPENED)
            send_open(bag, to / OPEN)  # which refuses, and says why
        for line in written:
            say(language, line)
        for problem in unreachable(disclosed.edition.scheme):
            say(language, Phrase(problem.line("zh"), problem.line("en")))
        tell_begun(bag, first_day, language, dated=opens)
        with _told(language) as step:
            found = list(opinions(bag, to / OPEN, to / RESULTS, lambda name: step(phrase(AGREEING.zh, AGREEING.en, name=name))))
        stop_at(disagreements(found).errors)
        for line in (*told(found), _recomputed(found)):
            say(language, line)


def tell_begun(bag: Path, first_day: date | None, language: str, *, dated: bool = True) -> None:
    """Say where the minutes tell of no state, which objections are not ruled on, and, of pages that give the period of a notice (`dated`), where nobody says since when it stands."""
    from toolkit.sealing.site import no_state, under_review

    for problem in no_state(bag):
        say(language, Phrase(problem.line("zh"), problem.line("en")))
    if dated and (note := under_review(bag)):
        say(language, note)
    if dated and first_day is None:
        say(language, UNDATED)


def tell_new_codes(bag: Path, to: Path, language: str) -> None:
    """Say before anything is written that all codes will be new, where the revision stands in place of another whose codes may have been sent, and no list of them is at hand."""
    from toolkit.sealing.bag import read_bag_info
    from toolkit.sealing.cards import CODES
    from toolkit.sealing.parts import Seal

    revises = Seal.of(read_bag_info(bag)).revises
    if revises and not (to / CODES).is_file():
        say(language, phrase(NEW_CODES.zh, NEW_CODES.en, to=to, codes=CODES, revises=revises))


@contextmanager
def _told(language: str) -> Iterator[Callable[[Phrase], None]]:
    """As `steps`, in the reader's language."""
    with steps() as step:
        yield lambda words: step(worded(language, words))


def _recomputed(found: Sequence[Opinion]) -> Phrase:
    """Whether the page of results computes again: as its script was seen to do, of which none disagrees."""
    from toolkit.sealing.agreement import CANNOT, NOBODY, SCRIPT

    of_script = dict(found).get(SCRIPT)
    if of_script is True:
        return RECOMPUTES
    return ONLY_SHOWS if of_script in (CANNOT, NOBODY) else UNTRIED


def _write_open(disclosed: Disclosed, made: Path, to: Path, address: str, step: Callable[[Phrase], None]) -> Iterator[Phrase]:
    """Write open bag, page of results, site and, where it has an `address` for them, cards under lock into `made`; what is to be said of them once they are in `to`. Each `step` is told."""
    from toolkit.publication.english import told_without_english
    from toolkit.publication.extract import read_extract
    from toolkit.publication.site import CHECK_SITE, INDEX, OWN_CARD
    from toolkit.reports.results_page import RESULTS, results_page
    from toolkit.sealing.cards import CODES, SITE, lock_cards
    from toolkit.sealing.open_bag import edition_around, send_open
    from toolkit.sealing.open_readme import finer_by_notice, told_of, traced_by_elimination, warned_of
    from toolkit.sealing.site import NOT_LOOKED, send_site

    bag, extract = disclosed.bag, read_extract(disclosed.bag / "data" / "public")
    if edition_around(bag) is None:
        yield NOT_LOOKED
    step(OPENING)
    fingerprint, rows = send_open(bag, made / OPEN)
    yield from filter(None, (told_of(rows), *warned_of(rows), *traced_by_elimination(disclosed.evaluation, rows), finer_by_notice(rows, extract)))
    yield phrase(OPENED.zh, OPENED.en, place=to / OPEN, copied=copied(to / OPEN), fingerprint=fingerprint)
    step(SHOWING)
    write_whole(made / RESULTS, results_page(rows, extract))
    yield phrase(SHOWN.zh, SHOWN.en, page=to / RESULTS)
    if address:
        step(LOCKING)
    under_lock = lock_cards(bag, disclosed.agreeing, to / CODES, made / CODES, address) if address else None
    step(BUILDING)
    send_site(disclosed, made / OPEN, made / SITE, cards=under_lock and under_lock.cards)
    pages = (page.read_text("utf-8") for page in sorted((made / SITE).glob("*.html")))
    yield from filter(None, [told_without_english(disclosed.edition.scheme, disclosed.edition.records.tables, pages)])
    if under_lock is not None:
        step(INFORMING)
        _write_letters(disclosed, {member: (address + OWN_CARD, code) for member, code in under_lock.codes.items()}, made / LETTERS)
    yield from _told_of_codes(under_lock, to, address + OWN_CARD)
    yield phrase(PUT_UP.zh, PUT_UP.en, place=to / SITE, page=INDEX, command=CHECK_SITE)


def _told_of_codes(under_lock: UnderLock | None, to: Path, page: str) -> Iterator[Phrase]:
    """Where cards under lock open, and whose codes changed; that codes sent before are dead where no card lies there any more."""
    from toolkit.sealing.cards import CODES

    if under_lock is not None:
        yield phrase(CODED.zh, CODED.en, n=len(under_lock.codes), page=page, codes=to / CODES, letters=to / LETTERS, copied=copied(to))
        yield from under_lock.told
    elif (to / CODES).is_file():
        yield phrase(DEAD.zh, DEAD.en, codes=to / CODES)


def _letters(disclosed: Disclosed, opening: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, bytes]]:
    """The letters to members whose cards open at these addresses by these codes, as files; by the edition's own template where it has one."""
    from toolkit.documents.catalogue import CARD_LETTER, written
    from toolkit.documents.fields import Case, Coded
    from toolkit.sealing.open_bag import edition_around

    begins, around, scheme = disclosed.period.begins, edition_around(disclosed.bag), disclosed.edition.scheme
    files, names = _files(disclosed.bag), disclosed.edition.records.members["name"]
    coded = tuple(Coded(files[member], str(names[member]), *at) for member, at in opening.items())
    case = Case.of(
        disclosed.evaluation, disclosed.edition.records, extract=disclosed.extract, starts=(begins,) if begins else (), day=disclosed.today,
        coded=coded, language=scheme.language,
    )  # fmt: skip
    yield from written(CARD_LETTER, case, around / OWN if around else None, draft=False)


def _files(bag: Path) -> dict[str, str]:
    """What the file of each member's card is called, by its code, without its ending."""
    from toolkit.reports.card_pages import page_names
    from toolkit.sealing.cards import sealed_cards

    return {member: Path(name).stem for member, name in page_names(sealed_cards(bag / "data")).items()}


def _refuse_letters(disclosed: Disclosed, folder: Path) -> None:
    """Refuse before anything is written what would stand in the way of letters: another's files in their folder, or a template that is wrong."""
    from toolkit.documents.catalogue import CARD_LETTER
    from toolkit.sealing.cards import foreign_files

    files, title = _files(disclosed.bag), CARD_LETTER.title.into(disclosed.edition.scheme.language)
    own = {f"{title}.docx", *(f"{title}/{name}.docx" for name in files.values())}
    stop_at(Problems(tuple(foreign_files(folder, own))).errors)
    for _ in _letters(disclosed, dict.fromkeys(list(files)[:1], ("", ""))):
        pass


def _write_letters(disclosed: Disclosed, opening: Mapping[str, tuple[str, str]], folder: Path) -> None:
    """Write the letters, which nobody but their owner can read, in place of those of an earlier publication."""
    with replaced_folder(folder) as made:
        made.chmod(0o700)
        for name, content in _letters(disclosed, opening):
            (made / name).parent.mkdir(mode=0o700, exist_ok=True)
            (made / name).touch(0o600)
            (made / name).write_bytes(content)


def verify_card(
    card: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="得分单 CARD", help="秘书处发来的得分单文件 the card as it was sent")],
    root: Annotated[str, typer.Option("--root", help="公示页面所列的得分单总指纹 the root on the notice")],
    language: LanguageOption = "zh",
) -> None:
    """用公示的总指纹核对一份得分单，不需要别家的任何数据。 One card against the published root, without anybody else's data."""
    from toolkit.publication.card_proofs import read_card, read_root
    from toolkit.reports.card_pages import shown_tables

    with refusals(language):
        with refusing(card):
            content = card.read_text(encoding="utf-8-sig", errors="replace")
        proof, wanted = read_card(content), read_root(root)
        if proof.root != wanted:
            raise Refused(Problems((Problem("error", *FALSE, file=card.name, value=wanted),)))
        say(language, phrase(TRUE.zh, TRUE.en, size=proof.size, place=proof.index + 1))
        for table in shown_tables(proof.content):
            say(language, Phrase(*[f"\n{table!r}"] * 2))
