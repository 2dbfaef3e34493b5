"""The texts that papers are made of: what of a scheme stands in them, their lines, and those that a site has as pages too.

A text lies in `templates/documents/text`, a paragraph a line; a Word template and a page are both made of it, so that they cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any

from toolkit.ground.resources import house_folder
from toolkit.ground.text import Language, Phrase, one_line, phrase
from toolkit.publication.english import fields_in_english
from toolkit.publication.notice import COMPLAINT, OBJECTION, Safe, element
from toolkit.publication.site import RULES, Period, framed, plain_head
from toolkit.reports.articles import (
    day_in_words,
    evaluation_rules,
    evenly_broken,
    grading_rules,
    indicator_table,
)
from toolkit.scheme import PUBLIC_RESOURCES

if TYPE_CHECKING:
    import datetime as dt

    from toolkit.publication.extract import Extract
    from toolkit.records.dictionary import Tables
    from toolkit.scheme import Scheme

TEMPLATES = "templates/documents"
BLANK = {"zh": "　　　　　　　　", "en": "________________"}
EMPTY = "　"
DAY = Phrase("　　　　年　　月　　日", "____ ____________ 20____")
TRADE = Phrase(PUBLIC_RESOURCES, "public resource trading")
COUNCIL = Phrase("会长办公会议", "the president's meeting")
OBJECTING, COMPLAINING = Phrase("异议书", "Objection"), Phrase("投诉书", "Complaint")
AWARDING, GRADING = Phrase("评选办法", "Evaluation rules"), Phrase("会员诚信自律管理办法", "Credit grading rules")
"""What the texts are called that are pages of a site too."""
NEW_PAGE = "---"
SIGN = re.compile(r"(===|==|=|###|##|#|\^\^|\^|<|>|\*|&) (.*)", re.DOTALL)
"""What a line is, by its first signs, as `templates/documents/make.py` has them."""

Fields = dict[str, Any]


def lines_of(name: str) -> Iterator[str]:
    """The lines of a text, those of the texts that it includes in their place."""
    for line in (house_folder(TEMPLATES) / "text" / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("%include "):
            yield from lines_of(line.removeprefix("%include "))
        else:
            yield line


def sandbox(**more: Any) -> Any:
    """What texts are filled in with: it runs no code of theirs, a field that is not known is refused, and what is filled in is text."""
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    environment: Any = SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True, **more)
    environment.filters["匀排"] = evenly_broken
    return environment


def scheme_fields(scheme: Scheme, language: Language, period: Period | None, digest: str) -> Fields:
    """What of a scheme stands in papers, by the names of the fields; a blank for what it does not say.

    Parameters
    ----------
    period
        How long its notice stands; None where it has none.
    digest
        SHA-256 of the scheme; empty where it is not known.
    """
    papers, public, blank = scheme.papers, scheme.publication, BLANK[language]
    called = scheme.title.removeprefix(papers.organisation).strip() or scheme.title  # the line above it names the organisation
    said = {
        "联合会": papers.organisation or blank, "行动": papers.called or blank, "公共资源": papers.trade == PUBLIC_RESOURCES, "行业": _trade(scheme, language),
        "审议机构": council_of(scheme, language), "主管部门": papers.authority or blank,
        "联系": public.asked.into(language) if public and (public.contact or public.reached) else blank,
        **dict.fromkeys(("异议人", "异议人代码", "异议所涉"), EMPTY),
        "办法": scheme.title, "题名": called, "评选": _occasion(called) if language == "zh" else called, "届次": scheme.edition,
        "年度": _years(scheme).into(language), "批准文号": scheme.approval, "基准日": day_or_blank(scheme.as_of, language),
        "评价期": Phrase("至", " to ").into(language).join(day_or_blank(day, language) for day in scheme.period) if scheme.period else "",
        "公示工作日": f"{public.working_days}" if public else blank, "公示期": period.in_words.into(language) if period else blank,
        "方案指纹": digest[:16] or blank,
    }  # fmt: skip
    return fields_in_english(said, scheme.english, compared=True) if language == "en" else said


def council_of(scheme: Scheme, language: Language) -> str:
    """Who decides, as the scheme calls it, or as it is usual."""
    return scheme.papers.council or COUNCIL.into(language)


def _trade(scheme: Scheme, language: Language) -> str:
    """The trade of the members, as a sentence names it: 茶叶 as 茶叶行业, the tea trade."""
    trade = scheme.papers.trade.strip()
    if trade == PUBLIC_RESOURCES:
        return TRADE.into(language)
    if language == "zh":
        return BLANK["zh"] if not trade else trade if trade.endswith("业") else f"{trade}行业"
    called = scheme.english.get(trade, trade) or BLANK["en"]
    return f"the {called}" if called.endswith(("trade", "industry", "sector")) else f"the {called} trade"


def day_or_blank(day: dt.date | None, language: Language) -> str:
    """A day, or room to write one."""
    return DAY.into(language) if day is None else day_in_words(day, language)


def _years(scheme: Scheme) -> Phrase:
    """The year or years that are evaluated, as papers call an edition, whose code is the program's."""
    first, last = (day.year for day in scheme.period or (scheme.as_of, scheme.as_of))
    return phrase("{n}年度", "{n}", n=last) if first == last else phrase("{first}—{last}年度", "{first}–{last}", first=first, last=last)


def _occasion(title: str) -> str:
    """What rules are the rules of: their title without what they are, as in 年度优秀会员评选 of 年度优秀会员评选办法（试行）.

    Examples
    --------
    >>> _occasion("年度优秀会员评选办法（专家评分）"), _occasion("会员信用等级评定实施细则"), _occasion("先进会员")
    ('年度优秀会员评选', '会员信用等级评定', '先进会员评选')
    """
    bare = re.sub(r"(实施|管理)?(办法|细则|规则|规定|方案)$", "", re.sub(r"(（[^（）]*）)+$", "", title.strip())) or title
    return bare if bare.endswith(("评选", "评定", "评价", "评比", "评审", "评估", "表彰")) else f"{bare}评选"


def rules_fields(scheme: Scheme, tables: Tables, language: Language) -> Fields:
    """Chapters of the evaluation rules, and the table of indicators."""
    said = {"章节": evaluation_rules(scheme, tables, council_of(scheme, language), language), "指标表": indicator_table(scheme, tables, language)}
    return fields_in_english(said, scheme.english) if language == "en" else said


def grading_fields(scheme: Scheme, tables: Tables, language: Language) -> Fields:
    """Chapters of the grading rules, and the table of indicators."""
    said = {"章节": grading_rules(scheme, tables, council_of(scheme, language), language), "指标表": indicator_table(scheme, tables, language)}
    return fields_in_english(said, scheme.english) if language == "en" else said


# ---- as pages ----------------------------------------------------------------------------------------------------

PRINT_IT = Phrase(
    "本表供打印填写，共一页：填好后签字或盖章，送交表内所列的受理单位。也可照此格式另行书写。",
    "To be printed on one sheet of A4, filled in by hand, signed or sealed, and handed in where the form says; a letter in this form does as well.",
)
PRINT = Phrase("打印", "Print")
ON_RULES = Phrase(
    "条文由评选方案生成，与计算所用的规则一致；方案的指纹列在公示页面“结果可核对”一栏。",
    "These articles are written from the scheme that was computed with; its fingerprint stands on the notice under “Recompute it”.",
)
TAGS = {"=": ("", "title"), "#": ("h3", ""), "##": ("h4", ""), "###": ("h4", ""), "<": ("p", "flush"), ">": ("p", "signed"), "^": ("p", "middle"), "^^": ("p", "fine"), "*": ("p", "fine")}
"""The element that a line becomes by its sign, and its class; a title is headed as high as its page wants."""
SCOPE = ' scope="row"'
FIELD = re.compile(r"(\{[{%].*?[%}]\})", re.DOTALL)


def form_page(extract: Extract, here: str, pages: Sequence[str], scheme: Scheme, period: Period) -> str:
    """The form of an objection or a complaint, to be printed and filled in by hand."""
    title = {OBJECTION: OBJECTING, COMPLAINT: COMPLAINING}[here]
    return framed(extract, here, pages, lambda language: _form(title, scheme, period, language))


def _form(title: Phrase, scheme: Scheme, period: Period, language: Language) -> Safe:
    button = element("button", PRINT.into(language), type="button", hidden="hidden", **{"data-print": "all"})
    hint = element("p", PRINT_IT.into(language), Safe(" "), button, css="remark unprinted")
    paper = paper_in_html(list(lines_of(title.into(language))), scheme_fields(scheme, language, period, ""), "h1")
    return Safe(hint + element("article", paper, css="paper form"))


def rules_page(extract: Extract, pages: Sequence[str], scheme: Scheme, tables: Tables, period: Period) -> str:
    """The rules in words, as they were computed with: by which awards are given, and by which credit is graded."""
    return framed(extract, RULES, pages, lambda language: Safe(plain_head(extract, RULES, language) + _rules(extract, scheme, tables, period, language)))


def _rules(extract: Extract, scheme: Scheme, tables: Tables, period: Period, language: Language) -> Safe:
    makers: list[tuple[Phrase, Callable[[Scheme, Tables, Language], Fields]]] = [(AWARDING, rules_fields)] * bool(scheme.awards or scheme.grades is None)
    makers += [(GRADING, grading_fields)] * (scheme.grades is not None)
    common = scheme_fields(scheme, language, period, str(extract.notice["digests"].get("scheme", "")))
    papers, annex = [], Safe("")
    for title, fields in makers:
        text, after = _parted(list(lines_of(title.into(language))))
        said = {**common, **fields(scheme, tables, language)}
        papers.append(element("article", paper_in_html(text, said), css="paper"))
        annex = annex or element("article", paper_in_html(after, said), css="paper annex")
    return Safe(element("p", ON_RULES.into(language), css="remark unprinted") + "".join(papers) + annex)


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """What comes before the first new page, and after it."""
    place = lines.index(NEW_PAGE) if NEW_PAGE in lines else len(lines)
    return lines[:place], lines[place + 1 :]


def paper_in_html(lines: Sequence[str], fields: Mapping[str, Any], title: str = "h2") -> Safe:
    """A text filled in, as HTML: what stands in the fields is text, whatever signs it holds."""
    return Safe(_compiled(tuple(lines), title).render(dict(fields)))


@cache
def _compiled(lines: tuple[str, ...], title: str) -> Any:
    environment = sandbox(finalize=lambda value: one_line(value) if isinstance(value, str) else value)
    environment.filters["匀排"] = str  # a browser breaks titles itself
    return environment.from_string("\n".join(_set(lines, title)))


def _set(lines: Sequence[str], title: str) -> Iterator[str]:
    """Lines as HTML that is still to be filled in."""
    for in_table, part in groupby((line for line in lines if not line.startswith("! ")), key=lambda line: line.startswith(("|", "{%tr"))):
        if in_table:
            yield _table(list(part))
        else:
            yield from (_line(line, title) for line in part)


def _line(line: str, title: str) -> str:
    if line.startswith("{%p"):
        return line.replace("{%p", "{%", 1)
    found = SIGN.match(line)
    sign, text = found.groups() if found else ("", line)
    tag, css = TAGS.get(sign, ("p", ""))
    return _unfilled(tag or title, text, f' class="{css}"' if css else "")


def _unfilled(tag: str, text: str, more: str = "") -> str:
    """An element whose text is still to be filled in; what spreads a heading over its line on paper is left out."""
    spread = text if tag == "p" else re.sub(r"(?<=[^\s{}])　+(?=[^\s{}])", "", text)
    inside = "".join(part if place % 2 else escape(part) for place, part in enumerate(FIELD.split(spread)))
    return f"<{tag}{more}>{inside}</{tag}>"


def _table(rows: list[str]) -> str:
    """A table whose first row says how wide its columns are; one with a row for each of a list has a head, else each row is headed by its first cell."""
    widths = [int(width) for width in rows[0].lstrip("|=&-").split("|")]
    columns = "".join(f'<col width="{100 * width / sum(widths):.0f}%">' for width in widths)
    if not any(row.startswith("{%tr") for row in rows):
        return f"<table><colgroup>{columns}</colgroup><tbody>{''.join(map(_blank_row, rows[1:]))}</tbody></table>"
    heads = _cells(rows[1])
    head = "".join(_unfilled("th", cell, ' scope="col"') for cell in heads)
    body = "".join(row.replace("{%tr", "{%", 1) if row.startswith("{%tr") else f"<tr>{''.join(map(_listed, _cells(row), heads))}</tr>" for row in rows[2:])
    return f'<div class="wide"><table class="figures stacked"><colgroup>{columns}</colgroup><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.removeprefix("|").removeprefix("+").split("|")]


def _listed(cell: str, head: str) -> str:
    return _unfilled("td", cell, f' data-head="{escape(head)}"')


def _blank_row(row: str) -> str:
    """A row that is filled in by hand, high where its sign says so."""
    name, *cells = _cells(row)
    high = ' class="high"' if row.startswith("|+") else ""
    return f"<tr{high}>{_unfilled('th', name, SCOPE)}{''.join(_unfilled('td', cell) for cell in cells)}</tr>"
