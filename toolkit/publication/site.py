"""The static site of a published edition: what members and the public see, as pages that any folder, stick or web server holds.

No page asks for anything, runs more than its own script, or knows more than the public may; every page has both languages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from toolkit.ground.resources import page_of
from toolkit.ground.text import LANGUAGE_TAGS, Language, Phrase, joined, phrase
from toolkit.minutes.objections import working_days_after
from toolkit.publication.english import in_english, page_in_english
from toolkit.publication.notice import (
    COMPLAINT,
    OBJECTION,
    Safe,
    award_called,
    award_list,
    colophon,
    contact_of,
    day,
    element,
    form_links,
    masthead,
    particulars,
    result_in_words,
)
from toolkit.publication.open_rows import FEWEST

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.publication.disclosures import Activity, ConductRecord, Figures, Pledge
    from toolkit.publication.extract import Extract

FOLDER = "templates/site"
NAVIGATION, SITE_SCRIPT = "../site/navigation.css", "../site/site.js"
"""What the pages that also stand alone share with the others, seen from their own folders."""
STYLES = ("../pages/voila/templates/committee/static/committee.css", "navigation.css", "site.css")
INDEX, RECORDS, PLEDGES, CERTAINTY, FIGURES = "index.html", "records.html", "pledges.html", "certainty.html", "figures.html"
OWN_CARD = "my-card.html"
RULES = "rules.html"
TITLES: Mapping[str, Phrase] = {
    INDEX: Phrase("评选结果公示", "Public notice"),
    "results.html": Phrase("结果查询与核对", "Results, looked up and checked"),
    RULES: Phrase("办法全文", "The rules in words"),
    RECORDS: Phrase("诚信记录", "Integrity records"),
    PLEDGES: Phrase("承诺墙", "Pledge wall"),
    CERTAINTY: Phrase("名单稳不稳", "How sure the list is"),
    FIGURES: Phrase("本届数字", "The action in figures"),
    "check-card.html": Phrase("核对得分单", "Check a score card"),
    OWN_CARD: Phrase("我的得分单", "My score card"),
    OBJECTION: Phrase("异议书", "Objection form"),
    COMPLAINT: Phrase("投诉书", "Complaint form"),
}
"""The pages that there can be, in the order in which every page names them."""
LIVE = "live"
"""Where a server shows the list with filters, computed as the reader chooses."""
FILTERED = Phrase("按类别、名称筛选名单（动态页面）", "The list with filters (computed as you choose)")
LANGUAGES: tuple[Language, ...] = ("zh", "en")
OPEN_BAG = Phrase("开放包（任何人都可取得并重新计算）", "The open bag, which anyone may have and compute again")
SUMS = "SHA256SUMS"
PAUSED = "paused.html"
"""In place of a whole site that may not be shown as it stands: nothing but that is answered, with 503."""
PAUSE = Phrase("本站暂停公布，请联系秘书处。", "This site is not shown for now; please ask the secretariat.")
CHECK_SITE = f"sha256sum -c {SUMS}"
WHOLE_SITE = phrase("整站核对：在网站文件夹里执行 {command}", "To check the whole site, in its folder: {command}", command=CHECK_SITE)
SKIP = Phrase("跳到正文", "To the content")
PAGES = Phrase("本站各页", "Pages of this site")


@dataclass(frozen=True)
class Period:
    """From when on a notice stands, and for how many working days.

    Parameters
    ----------
    begins
        The day on which it was made public, which is not counted; None where nobody said.
    working_days
        As the scheme has it.
    """

    begins: dt.date | None
    working_days: int

    @property
    def ends(self) -> dt.date | None:
        """The last of them; None where it is not known when they begin, or the holidays of that year are not published."""
        try:
            return working_days_after(self.begins, self.working_days) if self.begins else None
        except (NotImplementedError, OverflowError):
            return None

    @property
    def in_words(self) -> Phrase:
        """From when to when.

        Examples
        --------
        >>> Period(dt.date(2019, 1, 31), 7).in_words.zh
        '2019年1月31日至2019年2月14日（7 个工作日，发布当日不计）。'
        """
        days, begins, ends = self.working_days, self.begins, self.ends
        if begins is None:
            return phrase("自发布之日起 {n} 个工作日。", "{n:working day|working days} from the day of publication.", n=days)
        zh, en = (day(begins.isoformat(), language) for language in LANGUAGES)
        if ends is None:
            return phrase(
                "自{zh}起 {n} 个工作日；所涉年份的放假安排尚未公布，截止日另行公告。",
                "{n:working day|working days} from {en} on; the holidays of that year are not published yet, and the last day will be announced.",
                zh=zh, en=en, n=days,
            )  # fmt: skip
        until_zh, until_en = (day(ends.isoformat(), language) for language in LANGUAGES)
        return phrase(
            "{zh}至{until_zh}（{n} 个工作日，发布当日不计）。", "From {en} to {until_en} ({n:working day|working days}, the day of publication not counted).",
            zh=zh, en=en, until_zh=until_zh, until_en=until_en, n=days,
        )  # fmt: skip


def navigation(extract: Extract, pages: Sequence[str], here: str) -> Safe:
    """Who publishes the site and whom to ask, and its pages, as every one of them names them."""
    entries = (
        element("li", element("a", *_said(TITLES[page]), href=page, **{"data-page": page, "aria-current": "page" if page == here else ""}))
        for page in TITLES
        if page in pages
    )
    skip = element("a", *_said(SKIP), href="#content", css="skip")
    pages_told = element("nav", skip, element("ul", *entries), css="pages", **{"aria-label": f"{PAGES.zh} {PAGES.en}"})
    return Safe(element("p", *_said(_publisher(extract)), css="publisher") + pages_told)


def _publisher(extract: Extract) -> Phrase:
    """The federation, as its papers call it, and whom to ask."""
    contact = phrase("受理与联系：{contact.zh}", "Contact: {contact.en}", contact=contact_of(extract))
    organisation = extract.notice.get("organisation", "").strip()
    said = joined([Phrase(organisation, organisation), contact], " · ", " · ") if organisation else contact
    return Phrase(said.zh, in_english(said.en, extract.notice.get("english", {})))


def _said(words: Phrase) -> Iterable[Safe]:
    return element("span", words.zh, css="said", lang="zh-CN"), element("span", words.en, css="said", lang="en")


def pause_page() -> str:
    """What every address says while a site may not be shown; of why, and of whom, nothing."""
    return f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{PAUSE.zh}</title></head>\n<body><p>{PAUSE.zh}</p><p lang="en">{PAUSE.en}</p></body></html>\n'


def framed(extract: Extract, here: str, pages: Sequence[str], content: Callable[[Language], Safe], members: Collection[str] = ()) -> str:
    """A page of the site around its content, which is said in both languages; `members` are whose names on it have no English, and what else stays as it is."""
    first, title = "en" if extract.notice["language"] == "en" else "zh", TITLES[here]
    return page_of(
        FOLDER, "page.html", STYLES, ("site.js",),
        lang="en" if first == "en" else "zh-CN",
        title=escape(f"{title.zh} {title.en} · {extract.notice['title']}"),
        navigation=navigation(extract, pages, here), zh=content("zh"), en=page_in_english(content("en"), extract.notice.get("english", {}), members),
    )  # fmt: skip


def plain_head(extract: Extract, here: str, language: Language) -> Safe:
    """What stands above a page that is not the notice: of which edition it is, and what it tells."""
    notice = extract.notice
    edition = phrase("{title} · 第 {revision} 版", "{title} · revision {revision}", title=notice["title"], revision=notice["revision"]).into(language)
    return element("header", element("p", edition, css="edition"), element("h1", TITLES[here].into(language)), css="masthead plain")


def notice_page(extract: Extract, period: Period, pages: Sequence[str], *, live: bool = False) -> str:
    """The notice: the awarded, from when to when, how to object, whom to ask, the fingerprints; `live` where a server has the list with filters too."""
    return framed(extract, INDEX, pages, partial(_notice, extract, period, pages, live), {row.get("name", "") for row in extract.rows})


def _notice(extract: Extract, period: Period, pages: Sequence[str], live: bool, language: Language) -> Safe:  # noqa: FBT001 - bound before
    main = element("div", award_list(extract, extract.rows, language), _links(pages, live=live, language=language), css="notice-main widget-box")
    body = element("div", main, particulars(extract, language, period.in_words, pages), css="notice-body widget-box")
    whole = element("p", WHOLE_SITE.into(language), css="remark") if len(pages) > 1 else ""
    return Safe(masthead(extract, language) + body + colophon(extract, language) + whole)


def forms_told(pages: Sequence[str]) -> Safe:
    """Where the forms of an objection and of a complaint are, in both languages, for a page that switches between them by itself."""
    tags = zip(LANGUAGES, LANGUAGE_TAGS.values(), strict=True)
    said = (element("span", *(Safe(f"{form} ") for form in form_links(pages, language)), css="said", lang=tag) for language, tag in tags)
    return element("p", *said, css="forms") if OBJECTION in pages else Safe("")


def _links(pages: Sequence[str], *, live: bool, language: Language) -> Safe:
    """What else a reader of the notice may look for."""
    others = [element("a", TITLES[page].into(language), href=page, **{"data-page": page}) for page in TITLES if page in pages and page != INDEX]
    others += [element("a", OPEN_BAG.into(language), href="open/data/README.md")] if others else []
    others += [element("a", FILTERED.into(language), href=LIVE)] if live else []
    return element("ul", *(element("li", link) for link in others), css="links")


GOOD, BAD = Phrase("良好行为", "Good conduct"), Phrase("不良行为", "Bad conduct")
DISPUTED = Phrase("申诉中", "disputed")
MEMBER, CLASS = Phrase("会员名称", "Member"), Phrase("会员类别", "Class")
CONDUCT_HEADS = (MEMBER, CLASS, Phrase("记录内容", "What is recorded"), Phrase("公示至", "Shown until"))
PLEDGE_HEADS = (MEMBER, CLASS, Phrase("承诺书版本", "Version"), Phrase("签订日期", "Signed on"))
FIND = Phrase("按名称或内容查找", "Find a name or a word")
FOUND = Phrase("列出 {n} 条，共 {of} 条", "{n} of {of} shown")
NO_RECORDS = Phrase("目前没有可以公开的记录。", "There is no record that may be shown at present.")
NO_PLEDGES = Phrase("目前没有同意公开的承诺书。", "No member has agreed to its pledge being shown.")
ON_RECORDS = Phrase(
    "只列同意公开的会员；这里查不到，不表示没有记录。记录按办法规定的期限公示，到期、修复或撤销即撤下。标有“申诉中”的正在复核，以复核结果为准。"
    "当事会员认为记录有误的，可书面提出异议。",
    "Only members that agreed to it are listed; not to be found here does not mean to have no record. A record is shown for as long as the scheme says, and is gone once it has run out, "
    "is repaired or withdrawn. One marked as disputed is being looked into. A member that finds its record wrong may object in writing.",
)
ON_PLEDGES = Phrase(
    "承诺书由会员自愿签订；只列同意公开的会员，撤回的不再列出。不在其中，不表示没有签订。",
    "Pledges are signed of one's own will. Only members that agreed to it are listed, and none that withdrew; not to be found here does not mean not to have signed.",
)


def records_page(extract: Extract, records: Sequence[ConductRecord], as_of: dt.date, pages: Sequence[str]) -> str:
    """The records of conduct, good and bad, that may be shown on a day."""
    typed = _typed(extract, (text for record in records for _, text in record.told))
    return framed(extract, RECORDS, pages, partial(_records, extract, records, as_of), {record.name for record in records} | typed)


def _typed(extract: Extract, texts: Iterable[str]) -> set[str]:
    """What stays as somebody typed it, also in the English half: all but what is a name of the scheme as a whole, as a choice is."""
    return {text for text in texts if text not in extract.notice.get("english", {})}


def _records(extract: Extract, records: Sequence[ConductRecord], as_of: dt.date, language: Language) -> Safe:
    parts = [(title, [record for record in records if record.kind == kind]) for kind, title in (("good", GOOD), ("bad", BAD))]
    counted = [
        phrase("{zh} {n} 条，涉及 {m} 家", "{en}: {n:record|records} of {m:member|members}", zh=title.zh, en=title.en, n=len(own), m=len({one.member for one in own}))
        for title, own in parts
        if own
    ]
    on = phrase("截至{zh}", "As of {en}", zh=day(as_of.isoformat(), "zh"), en=day(as_of.isoformat(), "en"))
    lead = joined([joined([on, *counted], "：", ": ") if len(counted) == 1 else joined([on, joined(counted, "；", "; ")], "：", ": "), Phrase("。", ".")], "", "")
    tables = [table for title, own in parts if own for table in (element("h2", title.into(language), css="part"), _conduct_table(own, language))]
    body = [element("p", (lead if counted else NO_RECORDS).into(language), css="lead"), element("p", ON_RECORDS.into(language), css="remark")]
    return Safe(plain_head(extract, RECORDS, language) + "".join(body) + (_looked_up(len(records), tables, language) if tables else ""))


def _conduct_table(records: Sequence[ConductRecord], language: Language) -> Safe:
    """Without the day until which they are shown, where none runs out."""
    width = len(CONDUCT_HEADS) - (not any(record.until for record in records))
    return _table(CONDUCT_HEADS[:width], (_conduct_row(record, language)[:width] for record in records), language)


def _conduct_row(record: ConductRecord, language: Language) -> list[str]:
    facts = [element("span", element("i", heading), Safe(" "), day(text, language), css="fact") for heading, text in record.told]
    mark = [element("span", DISPUTED.into(language), css="mark")] if record.disputed else []
    return [record.name, record.class_ or "—", Safe(" ".join([*mark, *facts])), day(record.until.isoformat(), language) if record.until else "—"]


def pledges_page(extract: Extract, pledges: Sequence[Pledge], pages: Sequence[str]) -> str:
    """Who signed which pledge, and when."""
    return framed(extract, PLEDGES, pages, partial(_pledges, extract, pledges), {pledge.name for pledge in pledges} | _typed(extract, (pledge.version for pledge in pledges)))


def _pledges(extract: Extract, pledges: Sequence[Pledge], language: Language) -> Safe:
    lead = phrase("{n} 家会员公开承诺诚信自律。", "{n:member has|members have} pledged integrity in public.", n=len(pledges)) if pledges else NO_PLEDGES
    rows = ([one.name, one.class_ or "—", one.version or "—", day(one.signed, language) if one.signed else "—"] for one in pledges)
    wall = _looked_up(len(pledges), [_table(PLEDGE_HEADS, rows, language)], language) if pledges else ""
    return Safe(plain_head(extract, PLEDGES, language) + element("p", lead.into(language), css="lead") + element("p", ON_PLEDGES.into(language), css="remark") + wall)


def _looked_up(count: int, tables: Sequence[Safe], language: Language) -> Safe:
    """Tables with a field above them in which their rows are looked up."""
    said = Phrase(FOUND.zh.replace("{of}", str(count)).replace("{n}", str(count)), FOUND.en.replace("{of}", str(count)).replace("{n}", str(count)))
    field = element("label", FIND.into(language), Safe('<input type="search" autocomplete="off" spellcheck="false">'))
    found = element("p", said.into(language), css="found", role="status", **{"data-some": FOUND.into(language)})
    return element("section", element("div", field, found, css="look", hidden="hidden"), *tables)


def _table(heads: Sequence[Phrase], rows: Iterable[Sequence[str]], language: Language, numbers: int = 0, css: str = "figures") -> Safe:
    """A table whose last so many columns are numbers; one without any has its cells one below the other on a telephone."""
    words, first = [head.into(language) for head in heads], len(heads) - numbers
    sides = ["number" if place >= first else "" for place in range(len(words))]
    head = element("tr", *(element("th", word, scope="col", css=side) for word, side in zip(words, sides, strict=True)))
    body = (element("tr", *(element("td", cell, css=side, **{"data-head": word}) for cell, word, side in zip(row, words, sides, strict=True))) for row in rows)
    return element("div", element("table", element("thead", head), element("tbody", *body), css=css if numbers else f"{css} stacked"), css="wide")


BY_CLASS, DONE, GRADED = Phrase("各类会员", "By class"), Phrase("各项活动", "What members did"), Phrase("信用等级", "Credit grades")
MEMBERS, APPLIED, ALL = Phrase("会员数", "Members"), Phrase("申报参评", "Applied"), Phrase("合计", "Total")
DONE_HEADS = (Phrase("项目", "What"), Phrase("参加会员数", "Members"), Phrase("总量", "In all"))
GRADE_HEADS = (Phrase("等级", "Grade"), MEMBERS)
UNNAMED = Phrase("未列名", "Not named")
ON_FIGURES = phrase(
    "本页只有合计数，没有任何一家会员的数据。各类的申报家数和获奖家数是评选结果的一部分，可供核对名额，与开放包所列相同；不分类别评定的奖项，各类只计公示列名的会员，未列名的只计总数。"
    "其余各表里涉及不足 {n} 家的数，以及可由表中其余各数相减得出的数不列，记作“—”。",
    "This page has sums alone, and no member's data. How many of each class applied, and won each award, is part of the result, by which the places can be checked, and is what the open bag tells; of an award of all classes together the winners of a class are those whom "
    "the notice names, and who is not named is counted in all. In the other tables a figure that rests on fewer than {n}, or follows from the others there, is a dash.",
    n=FEWEST,
)
ON_CERTAINTY = Phrase(
    "评选结果按已定的办法和权重得出。为检验名单是否稳定，把各项权重在专家意见的范围内反复变动，每次按同一办法重新评定：一百次里至少有九十九次仍得此奖或更高的奖，称为“稳”。"
    "其余的获奖同样有效；这里说的是结论对权重的依赖程度，不是对任何一家会员的评价。",
    "The results follow from the scheme and the weights that were decided. To see how firm the list is, the weights were moved many times within what experts differ by, and the same rule decided each time: an award "
    "kept, or bettered, in at least 99 of 100 is called certain. The others are as valid. This tells how far the result hangs on the weights, and judges no member.",
)


def figures_page(extract: Extract, figures: Figures, pages: Sequence[str]) -> str:
    """The action in figures: counts alone."""
    return framed(extract, FIGURES, pages, partial(_figures, extract, figures))


def _figures(extract: Extract, figures: Figures, language: Language) -> Safe:
    parts = [element("h2", BY_CLASS.into(language), css="part"), _classes(extract, figures, language)]
    if figures.activities:
        numbers = 2 if any(one.summed for one in figures.activities) else 1
        rows = ([one.label, f"{one.members:,}", _amount(one)][: 1 + numbers] for one in figures.activities)
        parts += [element("h2", DONE.into(language), css="part"), _table(DONE_HEADS[: 1 + numbers], rows, language, numbers=numbers)]
    if figures.grades:
        rows = ([grade, f"{count:,}"] for grade, count in figures.grades)
        parts += [element("h2", GRADED.into(language), css="part"), _table(GRADE_HEADS, rows, language, numbers=1)]
    lead = "".join(sentence.into(language) for sentence in result_in_words(extract)[:1])
    return Safe(plain_head(extract, FIGURES, language) + element("p", lead, css="lead") + element("p", ON_FIGURES.into(language), css="remark") + "".join(parts))


def _amount(one: Activity) -> str:
    """How much there was, a dash where that would tell of few; nothing where nothing is added up."""
    if one.total is None:
        return "—" if one.summed else ""
    return f"{one.total:,.4f}".rstrip("0").rstrip(".") + f" {one.unit}"


def _classes(extract: Extract, figures: Figures, language: Language) -> Safe:
    """Members, applicants and winners of each class; who is not named of awards that are not given by class, and all together."""
    awards, known = extract.notice["awards"], "class" in extract.notice["fields"]
    heads = [CLASS, MEMBERS, APPLIED, *(Phrase(award["label"], award_called(award, "en")) for award in awards)]
    apart = {award["id"]: figures.given.get(award["id"]) for award in awards}

    def won(award: str, class_: str) -> str:
        if (own := apart[award]) is not None:
            return str(own.get(class_, 0))
        return str(figures.named.get((award, class_), 0)) if known else "—"

    rows = [[name or "—", f"{members:,}", f"{applied:,}", *(won(award["id"], name) for award in awards)] for name, members, applied in figures.classes]
    unnamed = [UNNAMED.into(language), "", "", *(str(award["unnamed"]) if apart[award["id"]] is None else "" for award in awards)]
    total = [ALL.into(language), f"{sum(one[1] for one in figures.classes):,}", f"{extract.notice['applied']:,}", *(str(award["count"]) for award in awards)]
    rows += [unnamed] if any(award["unnamed"] and apart[award["id"]] is None for award in awards) else []
    several = len(rows) > 1
    return _table(heads, [*rows, total] if several else rows, language, numbers=len(heads) - 1, css="figures summed" if several else "figures")


def certainty_page(extract: Extract, awards: Sequence[tuple[str, int, int]], pages: Sequence[str]) -> str:
    """How sure the list is, in counts alone."""
    return framed(extract, CERTAINTY, pages, partial(_certainty, extract, awards))


def _certainty(extract: Extract, awards: Sequence[tuple[str, int, int]], language: Language) -> Safe:
    lines = [
        phrase("{award}共 {n} 家，其中{sure}。", "{award}: {n}, of which {en}.", award=label, n=given, sure=_certain(given, certain).zh, en=_certain(given, certain).en).into(language)
        for label, given, certain in awards
        if given
    ]
    said = [element("p", line, css="lead") for line in lines]
    return Safe(plain_head(extract, CERTAINTY, language) + "".join(said) + element("p", ON_CERTAINTY.into(language), css="remark"))


def _certain(given: int, certain: int) -> Phrase:
    if certain == given:
        return Phrase("全部是稳的", "all are certain")
    return phrase("至少 {n} 家是稳的", "at least {n} are certain", n=certain) if certain else Phrase("稳的不多", "few are certain")
