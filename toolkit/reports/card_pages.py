"""得分单 that a member checks alone: each as a page of its own with its branch to the root, and the page that checks them.

What a card says is fixed as a text when the edition is sealed; the root of all texts stands in the bag and on the notice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ground.display import Table
from toolkit.ground.resources import as_json, filled, house_folder, page_of, words_as_json
from toolkit.ground.text import LANGUAGE_TAGS, Language, Phrase, phrase
from toolkit.ground.writing import placed_in
from toolkit.publication.card_codes import COUNT, LENGTH, NONCE, ROUNDS, SIGNS, LockedCards
from toolkit.publication.card_proofs import ProvedCard, proved
from toolkit.publication.notice import Safe, element
from toolkit.publication.site import NAVIGATION, OWN_CARD, SITE_SCRIPT, TITLES, Period
from toolkit.records.credit_code import is_valid
from toolkit.reports.papers import EMPTY, OBJECTING, lines_of, paper_in_html, scheme_fields
from toolkit.reports.score_cards import ScoreCard, card_tables, score_cards
from toolkit.reports.workbook.score_cards import CARD, card_head, card_names, how_to_object

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.records import Records
    from toolkit.scheme import Scheme

FOLDER = "templates/cards"
CHECK, CHECK_MARK = "check-card.html", '<textarea id="pasted" class="code"'
"""What the page that checks them is called, and what every such page holds."""
PROOF = Phrase(
    "本单是第 {revision} 版全部 {size} 份得分单中的第 {place} 份。核对：打开公示网站的“核对得分单”页面，选择本文件。"
    "得分单总指纹（公示页面所列应与此相同）：",
    "This is card {place} of the {size} of revision {revision}. To check it, open the page “Check a score card” of the notice and choose this file. "
    "The root of the score cards, which must be the one on the notice:",
)
FORM_NOTE = Phrase(
    "本页由秘书处随得分单附上，已填的几项取自得分单。需要提出异议的，打印本页填写，签字盖章后送达；不提异议的不必理会。",
    "This page comes with the score card; what is filled in is taken from it. Whoever objects prints it, fills it in, signs and seals it and hands it in; nobody else need do anything.",
)
WORDS: Mapping[str, Phrase] = {
    "title": Phrase("核对得分单", "Check a score card"),
    "how": Phrase(
        "在本页选择秘书处发来的得分单文件（或粘贴其内容），即可核对它是否就是封存时的那一份。核对只在您的电脑上进行，不联网，不上传，也看不到别家的任何数据。",
        "Choose the score card that the secretariat sent you, or paste what is in it: this page tells whether it is the very one that was "
        "sealed. It does so on your own computer, sends nothing anywhere, and knows nobody else's data.",
    ),
    "rootLabel": Phrase("得分单总指纹", "Root of the score cards"),
    "rootNote": Phrase("64 位，应与公示页面和盖章公示上所列的完全相同。", "64 characters; it must be the one on the notice, on the page and on paper."),
    "fileLabel": Phrase("得分单文件", "The file of the score card"),
    "pastedLabel": Phrase("或粘贴文件内容", "Or paste what is in it"),
    "noRoot": Phrase("总指纹应为 64 位的数字和小写字母，请从公示页面抄录。", "The root has 64 digits 0-9, a-f: copy it from the notice."),
    "noCard": Phrase("这不是得分单，或文件不完整。请使用秘书处发来的原文件。", "This is no score card, or not a whole one: take the file as it was sent."),
    "false": Phrase(
        "不一致：这份得分单不是封存的那一份，内容或总指纹有改动。请勿采信，请向秘书处核实。",
        "Not the same: this card, or the root, is not what was sealed. Do not rely on it; ask the secretariat.",
    ),
    "true": Phrase(
        "一致：下面列出的就是封存时的得分单。以下面所列为准：文件页面上显示的文字如与下面不同，即被改动。",
        "The same: what is listed below is the card that was sealed. That alone is confirmed: where the file itself shows anything else, it was altered.",
    ),
    "place": Phrase("全部 {of} 份得分单中的第 {n} 份。以下内容取自已核对的得分单。", "Card {n} of {of}. What follows is read from the card that was checked."),
    "footer": Phrase(
        "由 SHA-256 逐层合成，任何人都能另写程序核对。这一核对证明本单已封存、只计一次；别家的得分不在其中，也无从得知。",
        "RFC 6962 tree, SHA-256. The check proves that this card was sealed and is counted once; nothing of any other member is in it.",
    ),
}  # fmt: skip

OWN_WORDS: Mapping[str, Phrase] = {
    **WORDS,
    "title": TITLES[OWN_CARD],
    "how": Phrase(
        "输入秘书处函告的编码，打开本会员的得分单，同时核对它是否就是封存时的那一份。编码只在您的电脑上用来解密，不会发给网站；没有编码，谁也打不开。请勿把编码转给他人。",
        "Type the code that the secretariat sent you: your score card opens, and this page tells whether it is the very one that was sealed. The code is used on your own computer alone and is never sent to the site; without it nobody "
        "opens a card. Pass it on to nobody.",
    ),
    "codeLabel": Phrase("编码（28 位；字母不分大小写，横线可以不输）", "Code (28 signs; capitals and hyphens do not matter)"),
    "open": Phrase("打开", "Open"),
    "rootNote": Phrase("打开的得分单按此核对；应与公示页面和盖章公示上所列的完全相同。", "By this the card is checked; it must be the one on the notice, on the page and on paper."),
    "true": Phrase("一致：下面就是封存时的得分单。", "The same: what follows is the card that was sealed."),
    "opening": Phrase("正在打开……", "Opening ..."),
    "insecure": Phrase(
        "这里打不开：浏览器只允许在 https 网址下解密。请用秘书处函告的 https 网址；或使用秘书处寄来的得分单文件，在“核对得分单”页面核对。",
        "No card opens here: browsers allow it at an https address alone. Take the one that the secretariat sent; or take the file of the card that was mailed to you, and check it on the page “Check a score card”.",
    ),
    "old": Phrase(
        "这个浏览器的版本较旧，不能解密。请换用新版浏览器；或使用秘书处寄来的得分单文件，在“核对得分单”页面核对。",
        "This browser is too old to open a card. Take a newer one; or take the file of the card that was mailed to you, and check it on the page “Check a score card”.",
    ),
    "noCode": Phrase("编码应为 28 位：数字 2 至 9，和除 I、L、O 以外的字母。请按函件逐位核对。", "A code has 28 signs: digits 2 to 9, and letters but I, L and O. Compare it with the letter."),
    "slip": Phrase("编码有一位抄错或两位颠倒，请按函件逐位核对。", "A sign of the code is wrong, or two are exchanged: compare it with the letter."),
    "noSuch": Phrase(
        "网站上没有这个编码的得分单：可能是编码抄错，或该会员已撤回同意。请刷新本页再试，或向秘书处查询。",
        "There is no card of this code on the site: it is another one, or its member has withdrawn its consent. Reload this page and try again, or ask the secretariat.",
    ),
    "offline": Phrase("没有取到得分单，请检查网络后再试。", "The card could not be fetched: look at your connection and try again."),
    "damaged": Phrase("网站上的这份得分单被改动或已损坏，打不开。请向秘书处查询。", "This card was changed on the site, or is damaged, and does not open: ask the secretariat."),
}
OPENING = (
    '<form id="opening"><label for="code" data-say="codeLabel"></label><div><input id="code" class="code" spellcheck="false" autocomplete="off" autocapitalize="characters" maxlength="80">'
    '<button data-say="open"></button></div></form>'
)
LOCKED_FOLDER = "locked"
"""Where a site holds the cards under lock."""


def card_texts(evaluation: Evaluation, records: Records, revision: str, salts: Mapping[str, str], ahead: pd.DataFrame | None = None) -> dict[str, str]:
    """What each member's card says, as the text that is sealed, by the member's code and in the order of codes.

    Parameters
    ----------
    revision
        Which revision it belongs to, as "r1".
    salts
        What is put into each member's card, by its code, so that nobody can guess a card: 32 random hexadecimal digits.
    ahead
        What changes by itself, of all members; without it no card tells of later days.
    """
    texts = {}
    for card in score_cards(evaluation, records, ahead=ahead):
        tables = card_tables(evaluation, card, records).tables
        content = {
            "title": evaluation.scheme.title,
            "edition": evaluation.scheme.edition,
            "revision": revision,
            "member": card.member,
            "name": card.name,
            "tables": [_head_table(evaluation, card), *map(_plain, tables)],
            "object": how_to_object(evaluation.scheme).into(evaluation.scheme.language),
            "salt": salts[card.member],
        }
        texts[card.member] = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return dict(sorted(texts.items()))


def page_names(texts: Mapping[str, str]) -> dict[str, str]:
    """What the page of each member's card is called, by its code."""
    return card_names({member: str(json.loads(text)["name"]) for member, text in texts.items()}, ".html")


def write_card_pages(texts: Mapping[str, str], scheme: Scheme, period: Period, folder: Path) -> str:
    """A page for each member, in `folder`, with its branch and the form of an objection; and the root they all lead to.

    Parameters
    ----------
    period
        From when to when the notice stands, as far as that is known.

    Raises
    ------
    Refused
        When one cannot be written.
    """
    cards = dict(zip(texts, proved(list(texts.values())), strict=True))
    names = page_names(texts)
    template, style = _part("card.html"), _part("card.css")
    with placed_in(folder) as unfinished:
        for member, card in cards.items():
            page = unfinished / names[member]
            page.touch(0o600)  # for its member alone
            page.write_text(_page(template, style, card, scheme, period), encoding="utf-8", newline="\n")
    return next(iter(cards.values())).root or "" if cards else ""


def lock_of(page: str) -> Mapping[str, Any]:
    """What `own_card_page` wrote into a page for its script; nothing where it is another page."""
    found = re.search(r'<script type="application/json" id="lock">(.*?)</script>', page, re.DOTALL)
    try:
        lock = json.loads(found[1]) if found else {}
    except ValueError:
        return {}
    wanted = {"salt": r"[0-9a-f]{32}", "root": r"[0-9a-f]{64}", "address": r"https://\S+/"}
    return lock if isinstance(lock, dict) and all(re.fullmatch(kind, str(lock.get(key))) for key, kind in wanted.items()) else {}


def shown_tables(content: Mapping[str, Any]) -> list[Table]:
    """The tables of a card's content, as they are printed."""
    return [
        Table(tuple(table["headings"]) or ("",) * len(table["rows"][0]), tuple(map(tuple, table["rows"])), table["caption"], note=table["note"])
        for table in content["tables"]
    ]


def check_page(title: str, root: str, language: Language = "zh", navigation: str = "", forms: str = "", *, english: str = "") -> str:
    """The page that checks any card of a revision by its root: one file, no request, nothing but cards that are handed to it.

    Parameters
    ----------
    title
        Of the edition; empty for a page that serves every edition.
    root
        As the notice prints it; empty where the reader fills it in.
    navigation
        Of the site that it stands in, as HTML; nothing where it stands alone.
    forms
        Where the form of an objection is, as HTML; nothing where it stands alone.
    english
        The title in English, where the edition says it.
    """
    return page_of(
        FOLDER, "check.html", ("card.css", NAVIGATION), ("check.js", SITE_SCRIPT),
        language=language, heading=_both(WORDS["title"]), edition=_titled(title, english), root=escape(root), words=words_as_json(WORDS), navigation=navigation, forms=forms,
        connect="", opening="", handed="", lock="",
    )  # fmt: skip


def own_card_page(title: str, root: str, cards: LockedCards, language: Language, navigation: str, *, forms: str, english: str = "") -> str:
    """The page that opens a card of its site by a code, and checks it as `check_page` does; it asks its own site for that file alone.

    Parameters
    ----------
    cards
        That lie there.
    english
        As `check_page` has it.
    """
    lock = {"folder": LOCKED_FOLDER, "salt": cards.salt.hex(), "address": cards.address, "rounds": ROUNDS, "root": root, "signs": SIGNS, "length": LENGTH, "nonce": NONCE, "count": COUNT}
    return page_of(
        FOLDER, "check.html", ("card.css", NAVIGATION), ("check.js", "code.js", SITE_SCRIPT),
        language=language, heading=_both(OWN_WORDS["title"]), edition=_titled(title, english), root=escape(root), words=words_as_json(OWN_WORDS), navigation=navigation, forms=forms,
        connect="connect-src 'self'; ", opening=OPENING, handed=" hidden", lock=f'<script type="application/json" id="lock">{as_json(lock)}</script>\n',
    )  # fmt: skip


def _titled(title: str, english: str) -> Safe:
    """A title in the language in which the page is read."""
    if not english:
        return Safe(escape(title))
    return Safe("".join(element("span", words, css="said", lang=tag) for words, tag in zip((title, english), LANGUAGE_TAGS.values(), strict=True)))


def _both(words: Phrase) -> str:
    return escape(f"{words.zh} {words.en}")


def _head_table(evaluation: Evaluation, card: ScoreCard) -> dict[str, Any]:
    language = evaluation.scheme.language
    rows = [[label.into(language), answer] for label, answer in card_head(evaluation, card)]
    return {"caption": CARD.into(language), "headings": [], "rows": rows, "right": [], "note": ""}


def _plain(table: Table) -> dict[str, Any]:
    right = [place for place, side in enumerate(table.alignment) if side == "right"]
    rows = [list(row) for row in table.rows]
    return {"caption": table.caption, "headings": list(table.headings), "rows": rows, "right": right, "note": table.note}


def _page(template: str, style: str, card: ProvedCard, scheme: Scheme, period: Period) -> str:
    content, language = card.content, scheme.language
    proof = phrase(PROOF.zh, PROOF.en, revision=content["revision"], size=card.size, place=card.index + 1).into(language)
    days = element("p", phrase("公示期：{days.zh}", "Period of notice: {days.en}", days=period.in_words).into(language)) if period.working_days else Safe("")
    return filled(
        template,
        lang=LANGUAGE_TAGS[language],
        name=escape(content["name"]),
        edition=escape(_edition(content)),
        heading=escape(content["name"]),
        style=style,
        tables="".join(_table(table) for table in content["tables"]),
        proof=element("p", content["object"]) + days + element("p", proof) + element("p", card.root or "", css="code"),
        form=_form(card, scheme, period),
        card=card.write(),
    )


def _form(card: ProvedCard, scheme: Scheme, period: Period) -> Safe:
    """The form of an objection, of the text that papers and site have it from, filled in as far as the card says."""
    content, language = card.content, scheme.language
    by_credit_code = is_valid(content["member"])
    said = {
        **scheme_fields(scheme, language, period, ""),
        "异议人": content["name"] if by_credit_code else phrase("{name}（会员代码 {member}）", "{name} (member code {member})", name=content["name"], member=content["member"]).into(language),
        "异议人代码": content["member"] if by_credit_code else EMPTY,
        "异议所涉": phrase("{of}；得分单总指纹 {root}", "{of}; root of the score cards {root}", of=_edition(content), root=card.root or "").into(language),
    }
    return Safe(element("p", FORM_NOTE.into(language), css="note") + paper_in_html(list(lines_of(OBJECTING.into(language))), said))


def _edition(content: Mapping[str, Any]) -> str:
    return f"{content['title']} · {content['edition']} · {content['revision']}"


def _table(table: dict[str, Any]) -> Safe:
    """A table of the card, as the page that checks it shows it."""
    head = (element("thead", element("tr", *(element("th", heading, scope="col", css="number" if place in table["right"] else "") for place, heading in enumerate(table["headings"])))),) * bool(table["headings"])
    rows = (
        element("tr", *(element("td", cell, css="number" if place in table["right"] else "") for place, cell in enumerate(row)))
        for row in table["rows"]
    )
    shown = element("div", element("table", *head, element("tbody", *rows)), css="wide")
    return Safe(element("h2", table["caption"]) + shown + (element("p", table["note"], css="note") if table["note"] else ""))


def _part(name: str) -> str:
    return (house_folder(FOLDER) / name).read_text(encoding="utf-8")
