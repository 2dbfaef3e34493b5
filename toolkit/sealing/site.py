"""The static site of a sealed edition, written beside its open bag: pages and a copy of the bag, with sums to check them all."""

from __future__ import annotations

import contextlib
import datetime as dt
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.edition import open_edition
from toolkit.evaluation import evaluate
from toolkit.ground.problems import Problem, Problems, Refused, Severity, refuse, stop_at
from toolkit.ground.resources import file_digest
from toolkit.ground.text import Language, Phrase, listed, phrase
from toolkit.ground.writing import replaced_folder
from toolkit.indicators.consent import permissions
from toolkit.indicators.engine import Engine
from toolkit.minutes.decisions import STATE, meant, publicised_on
from toolkit.minutes.objections import read_objections
from toolkit.publication.card_codes import NAME
from toolkit.publication.disclosures import (
    certain_awards,
    conduct_records,
    figures,
    pledges,
    still_shown,
    tells_conduct,
    tells_pledges,
)
from toolkit.publication.extract import public_extract, read_extract, unfit_to_publish
from toolkit.publication.notice import FORMS
from toolkit.publication.opening import items_told, open_rows
from toolkit.publication.site import (
    CERTAINTY,
    FIGURES,
    INDEX,
    OWN_CARD,
    PLEDGES,
    RECORDS,
    RULES,
    SUMS,
    TITLES,
    Period,
    certainty_page,
    figures_page,
    forms_told,
    navigation,
    notice_page,
    pledges_page,
    records_page,
)
from toolkit.records.dictionary import load_tables
from toolkit.records.reading import load_records
from toolkit.records.references import reference_problems
from toolkit.reports.card_pages import CHECK, LOCKED_FOLDER, check_page, own_card_page
from toolkit.reports.papers import form_page, rules_page
from toolkit.reports.results_page import RESULTS, results_page
from toolkit.scheme import load_scheme
from toolkit.sealing.bag import read_bag_info
from toolkit.sealing.cards import cards_of, foreign_files
from toolkit.sealing.open_bag import (
    BAGGED,
    edition_around,
    newest_minutes,
    publication_problems,
    read_open,
    send_open,
)
from toolkit.sealing.parts import OPEN, SEAL_LATER, Seal, sealed_early
from toolkit.sealing.revisions import newest_bag, sealed_problems
from toolkit.sensitivity.probabilities import award_probabilities
from toolkit.sensitivity.robustness import standings
from toolkit.sensitivity.weights.draws import WeightDraws

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from toolkit.edition import Edition
    from toolkit.evaluation import Evaluation
    from toolkit.publication.card_codes import LockedCards
    from toolkit.publication.extract import Extract
    from toolkit.publication.open_rows import OpenRows
    from toolkit.records import Records
    from toolkit.scheme import Scheme
    from toolkit.sealing.cards import UnderLock

FILES = frozenset({*TITLES, SUMS, *(f"{OPEN}/{name}" for name in BAGGED)})
"""All that a site can hold."""
SHOWN = 3
STATELESS = Phrase("工作记录没有记入本届的状态（评审、公示、决定），公示期和异议期限从哪天起算，记录里查不到", "no state of the edition is entered: when the notice began, and until when objections may be raised, is nowhere in the minutes")
ENTER_STATE = Phrase(
    "请先告知本人，公示后记入：committee decide 届次 state reviewed，再 state publicised（《深圳经济特区社会信用条例》第三十九条）",
    "tell those whom it concerns first, and enter it: committee decide DIR state reviewed, then state publicised (Shenzhen Credit Regulations, art. 39)",
)
EARLY = Phrase("公示不会早于统计截止日 {day}", "no notice stands before the as-of day, {day}")
REAL_DAY = Phrase("请写公示起始的那一天", "write the day on which the notice goes up")
OTHER_DAY = Phrase("工作记录里公示始于 {day}，与 --from 所写的不同", "by the minutes the notice has stood since {day}: --from says another day")
ONE_DAY = Phrase("请删去 --from，或先把公示记入工作记录", "leave --from out, or enter the notice into the minutes first")
AS_SEALED = Phrase(
    "要按封存的办法查对此后的撤回：请先恢复这一列或这张表；下一届请另建文件夹",
    "what was taken back since is looked for by the sealed scheme: put this column or table back; the next edition has a folder of its own",
)
NOT_LOOKED = Phrase(
    "提醒：没有查对封存之后的撤回，因为封存包不在它那一届的文件夹里；请先确认没有会员撤回同意",
    "warning: nobody looked for what was taken back since the seal, as the bag does not lie in its edition's folder: make sure that no member withdrew",
)
TAKEN_BACK = (
    "封存之后有 {n} 家会员撤回了同意，公示名单或开放包里仍有它：{members}",
    "{n:member has|members have} taken back since the seal what the notice or the open bag still tells: {members}",
)
ANEW = Phrase(
    "请另封一版并公布新的一版（《个人信息保护法》第十五条：个人有权撤回同意；《行政处罚法》第四十八条：撤销的三日内撤回信息）",
    "seal another revision and publish that (Personal Information Protection Law, art. 15: consent may be taken back; Administrative Penalty Law, art. 48: what is revoked is withdrawn within 3 days)",
)

UNDER_REVIEW = Phrase(
    "提醒：第 {numbers.zh} 号异议还没有裁定，或裁定成立而这一版还没有照改：所涉会员在公示名单上的，公示页面在名称后标明“有异议，核查中”；裁定、改好后请公布新的一版",
    "note: not ruled on yet, or upheld and not carried out in this revision: {numbers.en}; the notice marks the members concerned, as far as it names them, as objected to; publish a new revision when that is done",
)


@dataclass(frozen=True, eq=False)
class Disclosed:
    """What a site is made of: the sealed edition, the records as they are now where they are others, and the day.

    Parameters
    ----------
    bag
        The sealed one.
    begins
        The day of publication, where the minutes do not say it.
    today
        On which records of conduct have to be in their windows; the day of publication where that is still to come.
    """

    bag: Path
    begins: dt.date | None
    today: dt.date

    @cached_property
    def edition(self) -> Edition:
        """As it was sealed."""
        return open_edition(self.bag / "data" / "edition")

    @cached_property
    def evaluation(self) -> Evaluation:
        """Of the sealed edition."""
        return evaluate(self.edition.scheme, self.edition.records, self.edition.judged)

    @cached_property
    def rows(self) -> OpenRows:
        """What stands in its open bag."""
        return read_open(self.bag / "data" / OPEN)

    @cached_property
    def extract(self) -> Extract:
        """What the notice says, and whose it is."""
        return _headed(read_extract(self.bag / "data" / "public"), self.edition.scheme)

    @cached_property
    def period(self) -> Period:
        """From when on the notice stands."""
        return Period(publication_day(self.bag, self.begins), self.extract.notice["working_days"])

    @property
    def day(self) -> dt.date:
        """As of which records are shown."""
        return max(filter(None, (self.today, self.period.begins)))

    @cached_property
    def now(self) -> Records | None:
        """The records of the edition as they are now; None where they are those that were sealed, or are not at hand."""
        folder, sealed = edition_around(self.bag), self.bag / "data" / "edition"
        if folder is None or (not self.edition.records.standing and _read_by(folder) == _read_by(sealed)):
            return None
        tables = load_tables(folder / "tables.toml")
        # A bag holds the panel's own results, the folder its sheets: of neither anything is looked for here.
        if unknown := [problem for problem in reference_problems(self.edition.scheme, tables, "tables.toml").errors if problem.column != "panel.holds"]:
            raise Refused(Problems(tuple(replace(problem, mend=AS_SEALED) for problem in unknown)))
        records = load_records(folder, tables, self.edition.scheme.members)
        stop_at(records.problems.errors)
        return records

    @property
    def taken_back(self) -> list[str]:
        """The members that the notice or the open bag tells something of that they permit no more."""
        if self.now is None or self.edition.scheme.consent is None:
            return []
        before, after = (_permitted(self.edition, records) for records in (self.edition.records, self.now))
        after = after.reindex(before.index, fill_value=False)
        lost = before & ~after
        named, open_ = self._awarded & before["award"], lost.index.isin(self.rows.members.index)
        told = (named & lost[["award", "grade", "rank", "total"]].any(axis=1)) | (open_ & lost[list(items_told(self.edition.scheme))].any(axis=1))
        return sorted(map(str, lost.index[told]))

    @property
    def agreeing(self) -> set[str]:
        """The members that permit anything to be told of them, when it was sealed and now: whose cards, under lock, may lie on a site; by their charter all where it asks nobody."""
        consent = self.edition.scheme.consent
        assert consent is not None  # nothing is published without
        asked = list(consent.columns) or list(consent.obliged)
        permitted = [_permitted(self.edition, records)[asked].any(axis=1) for records in (self.edition.records, self.now) if records is not None]
        return set.intersection(*({str(member) for member in one.index[one]} for one in permitted))

    @cached_property
    def objected(self) -> Mapping[int, str]:
        """By number the objections that are not ruled on, or upheld and not carried out in this revision, each with the name of the member it concerns; empty where that is no member's alone."""
        folder, records = edition_around(self.bag), self.edition.records
        names = {str(key): str(name) for key, name in records.members["name"].items()}
        keys = {number: records.key_of(meant(one.member, names)) for number, one in (read_objections(folder, records).pending() if folder else {}).items()}
        called = Counter(names.values())
        return {number: name if called[name := names.get(key, "")] == 1 else "" for number, key in keys.items()}

    @property
    def _awarded(self) -> pd.Series[bool]:
        """Who has an award, by the sealed list."""
        import pandas as pd

        listed = pd.read_csv(self.bag / "data" / "results" / "ranking.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False, index_col="member")
        return (listed["award"] != "").reindex(self.edition.records.members.index, fill_value=False)


def _headed(extract: Extract, scheme: Scheme) -> Extract:
    """What a notice says with whose it is."""
    return replace(extract, notice={**extract.notice, "organisation": scheme.papers.organisation})


def _read_by(folder: Path) -> dict[str, str]:
    """The digest of the data dictionary and of every file of records."""
    files = [folder / "tables.toml", *(path for path in (folder / "records").rglob("*") if path.is_file())]
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in files if path.is_file()}


def _permitted(edition: Edition, records: Records) -> pd.DataFrame:
    with Engine(edition.scheme, records) as engine:
        return permissions(engine, edition.scheme, records).astype(bool)


def fresh_site(bag: Path, site: Path, begins: dt.date | None, today: dt.date, *, sent: UnderLock | None = None) -> Period:
    """Write the site that a server shows of a sealed bag on a day, as `publish` would; nothing where no open bag was sealed with it. Gives how long its notice stands.

    Parameters
    ----------
    sent
        The cards under lock to be served as well: of these, those of members that agree still.

    Raises
    ------
    Refused
        Where `publish` refuses.
    """
    disclosed = Disclosed(bag, begins, today)
    stop_at(refuse_unready(disclosed))
    refuse_otherwise(disclosed, cards=False)
    cards = cards_of(sent, disclosed.agreeing) if sent is not None else None
    if (bag / "data" / OPEN).is_dir():
        with tempfile.TemporaryDirectory() as place:
            send_open(bag, Path(place, OPEN))
            send_site(disclosed, Path(place, OPEN), site, live=True, cards=cards)
    return disclosed.period


def send_site(disclosed: Disclosed, opened: Path, site: Path, *, live: bool = False, cards: LockedCards | None = None) -> None:
    """Write the site of a sealed bag to the folder `site`, in place of an earlier one.

    Parameters
    ----------
    opened
        Its open bag, as it was written.
    live
        Whether a server has the list with filters beside it.
    cards
        Those that lie there under lock, where there are any.

    Raises
    ------
    Refused
        When it cannot be written; then what stood there is as it was.
    """
    with replaced_folder(site) as made:
        shutil.copytree(opened, made / OPEN, copy_function=shutil.copyfile)
        for name, page in _pages(disclosed, live=live, cards=cards).items():
            (made / name).write_text(page, encoding="utf-8", newline="\n")
        if cards is not None:
            (made / LOCKED_FOLDER).mkdir()
            for name, content in cards.files.items():
                (made / LOCKED_FOLDER / name).write_bytes(content)
        (made / SUMS).write_text(_sums(made), encoding="utf-8", newline="\n")


def _pages(disclosed: Disclosed, *, live: bool, cards: LockedCards | None) -> dict[str, str]:
    """Every page by the name of its file."""
    extract = disclosed.extract
    language: Language = "en" if extract.notice["language"] == "en" else "zh"
    title, root, scheme = extract.notice["title"], extract.notice["digests"].get("cards", ""), disclosed.rows.scheme
    english = extract.notice.get("english", {}).get(title, "")
    makers: dict[str, Callable[[tuple[str, ...]], str]] = {
        INDEX: lambda names: notice_page(_questioned(extract, disclosed.objected), disclosed.period, names, live=live),
        RESULTS: lambda names: results_page(disclosed.rows, extract, navigation(extract, names, RESULTS), forms_told(names)),
        **_disclosing(disclosed),
        CHECK: lambda names: check_page(title, root, language, navigation(extract, names, CHECK), forms_told(names), english=english),
        RULES: lambda names: rules_page(extract, names, scheme, disclosed.edition.tables, disclosed.period),
        **{form: partial(_form, disclosed, form) for form in FORMS},
    }
    if cards is not None:
        makers[OWN_CARD] = lambda names: own_card_page(title, root, cards, language, navigation(extract, names, OWN_CARD), forms=forms_told(names), english=english)
    return {name: make(tuple(makers)) for name, make in makers.items()}


def _questioned(extract: Extract, objected: Mapping[int, str]) -> Extract:
    """A notice that marks, of the members on it, those that an objection concerns which is not ruled on."""
    return replace(extract, notice={**extract.notice, "questioned": sorted({row.get("name", "") for row in extract.rows} & {*filter(None, objected.values())})})


def _form(disclosed: Disclosed, form: str, names: tuple[str, ...]) -> str:
    return form_page(disclosed.extract, form, names, disclosed.rows.scheme, disclosed.period)


def _disclosing(disclosed: Disclosed) -> Mapping[str, Callable[[tuple[str, ...]], str]]:
    """The pages that tell of members beside the list, as far as the scheme lets them be."""
    scheme, extract = disclosed.edition.scheme, disclosed.extract
    makers = _of_registers(scheme, disclosed.edition.records, disclosed.now, extract, disclosed.day)
    if scheme.publication is not None and scheme.publication.certainty and scheme.awards:
        chances = award_probabilities(disclosed.evaluation, WeightDraws())
        certain = certain_awards(scheme, standings(disclosed.evaluation, chances))
        makers[CERTAINTY] = lambda names: certainty_page(extract, certain, names)
    counted = figures(disclosed.evaluation, disclosed.rows)
    makers[FIGURES] = lambda names: figures_page(extract, counted, names)
    return makers


def _of_registers(scheme: Scheme, records: Records, now: Records | None, extract: Extract, day: dt.date) -> dict[str, Callable[[tuple[str, ...]], str]]:
    """The pages of single records and pledges, as far as the scheme lets them be: of those that were sealed what stands still by the records as they are `now`."""
    makers: dict[str, Callable[[tuple[str, ...]], str]] = {}
    if tells_conduct(scheme):
        conduct = conduct_records(scheme, records, day)
        kept = conduct if now is None else tuple(still_shown(conduct, conduct_records(scheme, now, day)))
        makers[RECORDS] = lambda names: records_page(extract, kept, day, names)
    if tells_pledges(scheme):
        signed = pledges(scheme, records)
        wall = signed if now is None else tuple(one for one in signed if one in set(pledges(scheme, now)))
        makers[PLEDGES] = lambda names: pledges_page(extract, wall, names)
    return makers


def pages_before(evaluation: Evaluation, records: Records, today: dt.date) -> Iterator[str]:
    """The pages that the site of an edition would have if it was sealed as it stands, but for what is computed on them; for `check`, of a scheme that may be published."""
    scheme = evaluation.scheme
    extract = _headed(public_extract(evaluation, "", {}, scheme.as_of), scheme)
    period = Period(None, extract.notice["working_days"])
    yield notice_page(extract, period, ())
    yield rules_page(extract, (), scheme, records.tables, period)
    yield from (form_page(extract, form, (), scheme, period) for form in FORMS)
    yield from (page(()) for page in _of_registers(scheme, records, None, extract, today).values())
    yield figures_page(extract, figures(evaluation, open_rows(evaluation)), ())


def _sums(site: Path) -> str:
    """One line a file, as `sha256sum -c` reads them."""
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    return "".join(f"{file_digest(site / name)}  {name}\n" for name in names)


def publication_day(bag: Path, asked: dt.date | None = None) -> dt.date | None:
    """The day since which an edition has been public, by the newest minutes at hand, else as it was `asked`; None where nobody says.

    Raises
    ------
    Refused
        When both are said, and differ; or the one asked lies before the as-of day.
    """
    day = next(reversed(publicised_on(newest_minutes(bag))), None)
    if day and asked and day != asked:
        raise refuse(phrase(OTHER_DAY.zh, OTHER_DAY.en, day=day), ONE_DAY, column="--from", value=str(asked))
    if asked and asked < (as_of := load_scheme(bag / "data" / "edition" / "scheme.toml").as_of):
        raise refuse(phrase(EARLY.zh, EARLY.en, day=as_of), REAL_DAY, column="--from", value=str(asked))
    return day or asked


def refuse_unready(disclosed: Disclosed) -> Problems:
    """Refuse to publish before it may be, and what a member has taken back since the seal; of a bag whose scheme lets nothing be published, why: its members have their own cards.

    Raises
    ------
    Refused
        With the article that demands it, or as the bag is not whole, is not the one that was sealed, or was sealed before the as-of date.
    """
    stop_at(sealed_problems(disclosed.bag).errors)
    scheme = load_scheme(disclosed.bag / "data" / "edition" / "scheme.toml")
    stop_at(Problems(tuple(sealed_early(Seal.of(read_bag_info(disclosed.bag)), scheme, "error", SEAL_LATER))))
    if unfit := unfit_to_publish(scheme):
        return unfit
    stop_at(publication_problems(disclosed.bag).errors)
    if not (disclosed.bag / "data" / OPEN).is_dir():
        return Problems()
    if members := disclosed.taken_back:
        raise Refused(Problems((_taken_back(disclosed.bag, members, "error"),)))
    return Problems()


def refuse_otherwise(disclosed: Disclosed, *, cards: bool) -> None:
    """Refuse what would go out and is not what the sealed records give: public list and notice, open bag, `cards` where they go too.

    A bag can be altered with all its lists of digests; where no minutes lie beside it, nothing but this tells.

    Raises
    ------
    Refused
    """
    from toolkit.sealing.replay import outgoing_problems

    stop_at(outgoing_problems(disclosed.bag, disclosed.edition, disclosed.evaluation, cards=cards).errors)


def _taken_back(bag: Path, members: list[str], severity: Severity) -> Problem:
    rule = phrase(*TAKEN_BACK, n=len(members), members="、".join(members[:SHOWN]) + ("……" if len(members) > SHOWN else ""))
    return Problem(severity, rule, ANEW, file=bag.name)


def no_state(bag: Path) -> Problems:
    """A warning where the newest minutes tell of no state at all: whether and since when the notice stands is then nowhere written."""
    if any(entry.what == STATE for entry in newest_minutes(bag).entries):
        return Problems()
    return Problems((Problem("warning", STATELESS, ENTER_STATE, file="journal.jsonl"),))


def under_review(bag: Path) -> Phrase | None:
    """What is to be said where objections are not ruled on, or not carried out in this revision, by the folder the bag lies in; None where there is none."""
    if (folder := edition_around(bag)) is None:
        return None
    objections = read_objections(folder)
    if any(one.decision and one.decision.outcome == "upheld" for one in objections.listed.values()):
        objections = read_objections(folder, open_edition(bag / "data" / "edition").records)
    numbers = sorted(objections.pending())
    return phrase(UNDER_REVIEW.zh, UNDER_REVIEW.en, numbers=listed([*map(str, numbers)])) if numbers else None


def withdrawals_since_the_seal(folder: Path, today: dt.date) -> Iterator[Problem]:
    """What `publish` will refuse of the newest revision in an edition's folder since a member took something back, for `check`; nothing where that cannot be looked up."""
    bag = newest_bag(folder / "sealed")
    if bag is None or not (bag / "data" / OPEN).is_dir():
        return
    with contextlib.suppress(Refused, OSError, LookupError, ValueError):  # of a bag that is not whole `verify` tells
        if members := Disclosed(bag, None, today).taken_back:
            yield _taken_back(bag, members, "warning")


def site_problems(site: Path) -> Iterator[Problem]:
    """What stands in the way of a site that is going to be written: files in its folder that are none of its own."""
    under_lock = {f"{LOCKED_FOLDER}/{path.name}" for path in (site / LOCKED_FOLDER).glob("*") if NAME.fullmatch(path.name)}
    yield from foreign_files(site, FILES | under_lock)
