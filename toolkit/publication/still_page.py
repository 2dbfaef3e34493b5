"""The notice without a kernel: one HTML file for whoever finds no place or reads without JavaScript, and what everyone reads until a kernel is there."""

from __future__ import annotations

from html import escape

from toolkit.ground.resources import filled, house_folder
from toolkit.ground.text import LANGUAGE_TAGS, Language, Phrase
from toolkit.publication.english import told_in
from toolkit.publication.extract import Extract
from toolkit.publication.notice import Safe, award_list, colophon, element, masthead, particulars
from toolkit.publication.site import LIVE

TEMPLATE = "templates/pages/voila/templates/committee"
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
    head = element(
        "head",
        Safe('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", extract.notice["title"]),
        Safe(f'<link rel="icon" href="data:,"><style>{style}</style>'),
    )
    page = element("html", head, element("body", _sheet(extract, still=True), css="open"), lang=LANGUAGE_TAGS[_first(extract)])
    return f"<!DOCTYPE html>\n{page}\n"


def opening_page(extract: Extract, path: str, policy: str) -> str:
    """How the page with filters begins: its head, and the whole notice, which is read until a kernel has taken its place.

    Parameters
    ----------
    path
        Under which the addresses of a server lie, with a stroke at both ends.
    policy
        What the page may load and run.
    """
    begins = (house_folder(TEMPLATE) / "opening.html").read_text(encoding="utf-8")
    told = {"lang": LANGUAGE_TAGS[_first(extract)], "policy": escape(policy), "title": escape(extract.notice["title"])}
    return filled(begins, **told, path=path, sheet=_sheet(extract, still=False))


def _first(extract: Extract) -> Language:
    return "en" if extract.notice["language"] == "en" else "zh"


def _sheet(extract: Extract, *, still: bool) -> Safe:
    """The notice in both languages, one of which is seen; where it stays `still`, with why."""
    switches = (
        Safe(f'<input type="radio" name="language" id="{code}" class="speak"{" checked" * (code == _first(extract))}>')
        for code in ("zh", "en")
    )
    labels = (element("label", label, **{"for": code}) for label, code in (("中文", "zh"), ("English", "en")))
    return element(
        "main",
        *switches,
        element("div", *labels, css="notice-switch widget-box"),
        *(_still_notice(extract, language, still=still) for language in ("zh", "en")),
        css="notice-page widget-box still",
    )


def _still_notice(extract: Extract, language: Language, *, still: bool) -> Safe:
    """All of the notice in one language, and why nothing can be chosen where that stays so."""
    why = element("p", f"{STILL.into(language)} ", element("a", REOPEN.into(language), href=LIVE), Safe(" "), element("a", HOME.into(language), href="./"), css="why")
    main = element("div", *[why] * still, award_list(extract, extract.rows, language), css="notice-main widget-box")
    return element(
        "div",
        Safe(told_in(language, masthead(extract, language), extract)),
        Safe(told_in(language, element("div", main, particulars(extract, language), css="notice-body widget-box"), extract)),
        colophon(extract, language),
        css=f"told {language}",
        lang=LANGUAGE_TAGS[language],
    )
