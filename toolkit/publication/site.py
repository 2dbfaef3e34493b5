"""The static site of a published edition: what members and the public see, as pages that any folder, stick or web server holds.

No page asks for anything, runs more than its own script, or knows more than the public may; every page has both languages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from toolkit.ground.resources import page_of
from toolkit.ground.text import Language, Phrase, phrase
from toolkit.minutes.objections import working_days_after
from toolkit.publication.notice import Safe, award_list, colophon, day, element, masthead, particulars

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.publication.extract import Extract

FOLDER = "templates/site"
NAVIGATION, SITE_SCRIPT = "../site/navigation.css", "../site/site.js"
"""What the pages that also stand alone share with the others, seen from their own folders."""
STYLES = ("../pages/voila/templates/committee/static/committee.css", "navigation.css", "site.css")
INDEX = "index.html"
TITLES: Mapping[str, Phrase] = {
    INDEX: Phrase("评选结果公示", "Public notice"),
    "results.html": Phrase("结果查询与核对", "Results, looked up and checked"),
    "records.html": Phrase("诚信记录", "Integrity records"),
    "pledges.html": Phrase("承诺墙", "Pledge wall"),
    "certainty.html": Phrase("名单稳不稳", "How sure the list is"),
    "figures.html": Phrase("本届数字", "The action in figures"),
    "check-card.html": Phrase("核对得分单", "Check a score card"),
}
"""The pages that there can be, in the order in which every page names them."""
LANGUAGES: tuple[Language, ...] = ("zh", "en")
OPEN_BAG = Phrase("开放包（任何人都可取得并重新计算）", "The open bag, which anyone may have and compute again")
SUMS = "SHA256SUMS"
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


def navigation(pages: Sequence[str], here: str) -> Safe:
    """The pages of the site, as every one of them names them."""
    entries = (
        element("li", element("a", *_said(TITLES[page]), href=page, **{"data-page": page, "aria-current": "page" if page == here else ""}))
        for page in TITLES
        if page in pages
    )
    skip = element("a", *_said(SKIP), href="#content", css="skip")
    return element("nav", skip, element("ul", *entries), css="pages", **{"aria-label": f"{PAGES.zh} {PAGES.en}"})


def _said(words: Phrase) -> Iterable[Safe]:
    return element("span", words.zh, css="said", lang="zh-CN"), element("span", words.en, css="said", lang="en")


def framed(extract: Extract, here: str, pages: Sequence[str], content: Callable[[Language], Safe]) -> str:
    """A page of the site around its content, which is said in both languages."""
    first, title = "en" if extract.notice["language"] == "en" else "zh", TITLES[here]
    return page_of(
        FOLDER, "page.html", STYLES, ("site.js",),
        lang="en" if first == "en" else "zh-CN",
        title=escape(f"{title.zh} {title.en} · {extract.notice['title']}"),
        navigation=navigation(pages, here), **{language: content(language) for language in LANGUAGES},
    )  # fmt: skip


def plain_head(extract: Extract, here: str, language: Language) -> Safe:
    """What stands above a page that is not the notice: of which edition it is, and what it tells."""
    notice = extract.notice
    edition = phrase("{title} · 第 {revision} 版", "{title} · revision {revision}", title=notice["title"], revision=notice["revision"]).into(language)
    return element("header", element("p", edition, css="edition"), element("h1", TITLES[here].into(language)), css="masthead plain")


def notice_page(extract: Extract, period: Period, pages: Sequence[str]) -> str:
    """The notice: the awarded, from when to when, how to object, whom to ask, the fingerprints."""
    return framed(extract, INDEX, pages, partial(_notice, extract, period, pages))


def _notice(extract: Extract, period: Period, pages: Sequence[str], language: Language) -> Safe:
    main = element("div", award_list(extract, extract.rows, language), _links(pages, language), css="notice-main widget-box")
    body = element("div", main, particulars(extract, language, period.in_words), css="notice-body widget-box")
    whole = element("p", WHOLE_SITE.into(language), css="remark")
    return Safe(masthead(extract, language) + body + colophon(extract, language) + whole)


def _links(pages: Sequence[str], language: Language) -> Safe:
    """What else a reader of the notice may look for."""
    others = [element("a", TITLES[page].into(language), href=page, **{"data-page": page}) for page in TITLES if page in pages and page != INDEX]
    others.append(element("a", OPEN_BAG.into(language), href="open/data/README.md"))
    return element("ul", *(element("li", link) for link in others), css="links")
