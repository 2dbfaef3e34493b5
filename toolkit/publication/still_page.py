"""The notice without a kernel: one HTML file for whoever finds no place, or reads without JavaScript."""

from __future__ import annotations

from toolkit.ground.text import LANGUAGE_TAGS, Language, Phrase
from toolkit.publication.extract import Extract
from toolkit.publication.notice import Safe, award_list, colophon, element, masthead, particulars
from toolkit.publication.site import LIVE

STILL = Phrase(
    "这是静态页面，内容与可筛选的页面相同，只是不能按类别或名称筛选。访问人数较多时先显示本页，请稍后刷新。",
    "This still page says the same as the page with filters, but nothing can be chosen. It is shown while many readers are "
    "here; please reload it in a minute.",
)
REOPEN, HOME = Phrase("打开可筛选的页面", "Open the page with filters"), Phrase("公示首页", "The notice")


def still_page(extract: Extract, style: str) -> str:
    """The whole notice in both languages as one HTML file: it asks for nothing else, and runs no program.

    Parameters
    ----------
    extract
        All that the page knows.
    style
        The style sheet of the page, which is written into the file.
    """
    first: Language = "en" if extract.notice["language"] == "en" else "zh"
    switches = (
        Safe(f'<input type="radio" name="language" id="{code}" class="speak"{" checked" * (code == first)}>')
        for code in ("zh", "en")
    )
    labels = (element("label", label, **{"for": code}) for label, code in (("中文", "zh"), ("English", "en")))
    head = element(
        "head",
        Safe('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", extract.notice["title"]),
        Safe(f'<link rel="icon" href="data:,"><style>{style}</style>'),
    )
    sheet = element(
        "main",
        *switches,
        element("div", *labels, css="notice-switch widget-box"),
        *(_still_notice(extract, language) for language in ("zh", "en")),
        css="notice-page widget-box still",
    )
    page = element("html", head, element("body", sheet, css="open"), lang=LANGUAGE_TAGS[first])
    return f"<!DOCTYPE html>\n{page}\n"


def _still_notice(extract: Extract, language: Language) -> Safe:
    """All of the notice in one language, and why nothing can be chosen."""
    why = element("p", f"{STILL.into(language)} ", element("a", REOPEN.into(language), href=LIVE), Safe(" "), element("a", HOME.into(language), href="./"), css="why")
    main = element("div", why, award_list(extract, extract.rows, language), css="notice-main widget-box")
    return element(
        "div",
        masthead(extract, language),
        element("div", main, particulars(extract, language), css="notice-body widget-box"),
        colophon(extract, language),
        css=f"told {language}",
        lang=LANGUAGE_TAGS[language],
    )
