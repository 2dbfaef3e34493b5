"""The public notice as a reader sees it: an `Extract` in; HTML, or a page of widgets that choose among its rows, out.

Every word that comes from outside becomes HTML in one place, `element`, which escapes it. Nothing is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.ground.display import one_line
from toolkit.ground.text import Language, Phrase, in_words_before, phrase, whom_to_ask
from toolkit.publication.english import told_in
from toolkit.publication.extract import Extract, NoticeRow, read_extract

if TYPE_CHECKING:
    import ipywidgets as widgets

HEADINGS = {
    "name": Phrase("会员名称", "Member"),
    "class": Phrase("会员类别", "Class"),
    "award": Phrase("奖项", "Award"),
    "grade": Phrase("信用等级", "Grade"),
    "rank": Phrase("名次", "Rank"),
    "total": Phrase("总分", "Total"),
}
FINGERPRINTS = {
    "scheme": Phrase("评选办法", "Scheme"),
    "records": Phrase("原始记录", "Records"),
    "ranking": Phrase("评选结果", "Result"),
    "cards": Phrase("得分单总指纹", "Root of the score cards"),
    "open": Phrase("开放包指纹", "Fingerprint of the open bag"),
    "journal": Phrase("工作记录末行", "Last line of the journal"),
}
UNRANKED = Phrase(
    "名单按名称排列（常用字按拼音，其余的字按部首笔画排在后面），排名不分先后。",
    "Listed by name (common characters in pinyin, rarer ones after them by radical and strokes); the order carries no rank.",
)
RANKED = Phrase("同一类别内按名次排列。", "Within a class the list is in order of rank.")
RANKED_BEFORE_OTHERS = Phrase(
    "同一类别内按名次排列，未同意公开名次的会员按名称列在其后。",
    "Within a class the list is in order of rank; who did not agree to the rank being published follows by name.",
)
OBJECT = Phrase(
    "对名单有异议的单位或个人，请在公示期内以书面形式、使用真实名称向受理方提出，写明事实和依据。"
    "单位提出的加盖公章，个人提出的签署本人姓名，并留下联系方式。",
    "Whoever objects to the list may do so within this period, in writing and under the real name (实名), "
    "stating facts and grounds: an organisation under its seal, a person signed, with a way to be reached.",
)
RECOMPUTE = Phrase(
    "以下指纹（SHA-256）在封存时算出。向秘书处索取封存包（BAG），执行下面的命令即可重新计算并逐项核对：",
    "These fingerprints (SHA-256) were taken when the edition was sealed. Ask the secretariat for the sealed bag "
    "(BAG); this command recomputes everything and compares:",
)
OBJECTION, COMPLAINT = "objection.html", "complaint.html"
FORMS = {OBJECTION: Phrase("异议书（打印填写）", "Form of an objection, to be printed"), COMPLAINT: Phrase("投诉书（打印填写）", "Form of a complaint, to be printed")}
"""What a site has beside its notice for whoever objects or complains."""
QUESTIONED = Phrase("有异议，核查中", "objected to, being looked into")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
COMMAND = "committee verify BAG --replay"


class Safe(str):
    """HTML whose text has been escaped."""

    __slots__ = ()


def element(tag: str, *content: str, css: str = "", **attributes: str) -> Safe:
    """One HTML element; content that is not `Safe` is text, and is escaped.

    Examples
    --------
    >>> element("b", "<img src=x>", css="name")
    '<b class="name">&lt;img src=x&gt;</b>'
    """
    inside = "".join(part if isinstance(part, Safe) else escape(one_line(part)) for part in content)
    written = "".join(
        f' {key}="{escape(value)}"' for key, value in {"class": css, **attributes}.items() if value
    )
    return Safe(f"<{tag}{written}>{inside}</{tag}>")


def matching(extract: Extract, class_: str = "", words: str = "") -> tuple[NoticeRow, ...]:
    """The rows of one class ("" = all) whose names hold every one of the words, whatever their letter case."""
    wanted = words.casefold().split()
    return tuple(
        row
        for row in extract.rows
        if class_ in {"", row.get("class")} and all(word in row.get("name", "").casefold() for word in wanted)
    )


def masthead(extract: Extract, language: Language) -> Safe:
    """Title and facts of the edition, then the bottom line: how many are awarded, in how many classes."""
    return element(
        "header",
        element("p", *(element("span", fact) for fact in _facts(extract, language)), css="facts"),
        element("h1", extract.notice["title"]),
        _kind(language),
        element("div", *(_tally(*tally) for tally in _tallies(extract, language)), css="tallies"),
        element(
            "p",
            *(element("span", sentence.into(language)) for sentence in result_in_words(extract)),
            element("b", _order(extract).into(language)),
            css="bottom-line",
            lang=language,
        ),
        css="masthead",
    )


def _order(extract: Extract) -> Phrase:
    if extract.notice["order"] != "rank":
        return UNRANKED
    return RANKED_BEFORE_OTHERS if any(row.get("rank") == "" for row in extract.rows) else RANKED


def result_in_words(extract: Extract) -> tuple[Phrase, ...]:
    """The result in one sentence; where some are not named, a second one says who is on the list."""
    notice = extract.notice
    given = [award for award in notice["awards"] if award["count"]]
    zh = "、".join(f"{award['label']} {award['count']} 家" for award in given) or "无获奖会员"
    en = "; ".join(f"{award_called(award, 'en')}: {award['count']}" for award in given)
    selected_en = "Of {applied:member|members} that applied, the following were selected{across} – {en}." if given else "Of {applied:member|members} that applied, none was selected."
    if in_words_before("0.7.0"):
        en = " and ".join(f"{award['count']} {award_called(award, 'en')}" for award in given) or "none"
        selected_en = "Of {applied:member|members} that applied, {en} were selected{across}."
    unnamed = notice.get("unnamed", 0)
    among = _among(len(notice["classes"]))
    selected = phrase(
        "申报参评的 {applied} 家会员中，评出{zh}{among}。",
        selected_en,
        applied=notice["applied"],
        zh=zh,
        en=en,
        among="" if unnamed else among.zh,
        across="" if unnamed else among.en,
    )
    return (selected, _listed(notice["named"], unnamed, among)) if unnamed else (selected,)


def _among(classes: int) -> Phrase:
    """In how many classes the listed members are; nothing where classes are not shown."""
    across = phrase("，分布于 {n} 个会员类别", ", in {n} {classes}", n=classes, classes="class" if classes == 1 else "classes")
    return across if classes else Phrase("", "")


def _listed(named: int, unnamed: int, among: Phrase) -> Phrase:
    """Who of the winners is on the list, and how many are not, and that theirs is the award all the same."""
    others = phrase(
        "另有 {n} 家未同意公开名称，奖项照授，名单不列。",
        "{n} more {have} {their} award and did not agree to be named.",
        n=unnamed,
        have="has" if unnamed == 1 else "have",
        their="its" if unnamed == 1 else "their",
    )
    if not named:
        return phrase("{n} 家均未同意公开名称，奖项照授，名单不列。", "None of the {n} agreed to be named; the award is theirs all the same.", n=unnamed)
    return phrase(
        "名单列出同意公开的 {n} 家{among}；{zh}",
        "The list names the {n} that agreed to it{across}. {en}",
        n=named, among=among.zh, across=among.en, zh=others.zh, en=others.en,
    )  # fmt: skip


def award_list(extract: Extract, rows: Sequence[NoticeRow], language: Language) -> Safe:
    """The awarded members as one table for each award, a class named once for all its members."""
    if not rows:
        return element("p", _nobody(extract).into(language), css="none")
    whole = len(rows) == len(extract.rows)
    parts = [(label, list(part)) for label, part in groupby(rows, lambda row: row.get("award", ""))]
    tables = [_award_table(extract, label, part, language, whole=whole) for label, part in parts]
    unlisted = [_unlisted(award, language) for award in extract.notice["awards"] if whole and award["count"] == award.get("unnamed") != 0]
    blanks = [_blanks(language)] if any(not cell for row in rows for cell in row.values()) else []
    return element("div", *tables, *unlisted, *blanks, css="lists")


def _unlisted(award: dict[str, Any], language: Language) -> Safe:
    """An award whose winners all stay unnamed."""
    line = phrase("{zh} {n} 家均未同意公开名称，不列名单。", "{en}: {n}, none of whom agreed to be named.",
                  zh=award["label"], en=award_called(award, "en"), n=award["count"])  # fmt: skip
    return element("p", line.into(language), css="unlisted")


def _nobody(extract: Extract) -> Phrase:
    """No row matches; that a member is not on the list does not say that it has no award."""
    none = Phrase("名单中没有符合条件的会员。", "No member on the list matches.")
    if not extract.notice.get("unnamed"):
        return none
    more = phrase(
        "另有 {n} 家获奖会员未同意公开名称，不在名单上；查不到名称，不表示没有获奖。",
        "{n} of the awarded members did not agree to be named; not to be found here does not mean to have no award.",
        n=extract.notice["unnamed"],
    )
    return Phrase(none.zh + more.zh, f"{none.en} {more.en}")


def _blanks(language: Language) -> Safe:
    line = Phrase("“—”：会员未同意公开这一项，或没有这一项。", "“—”: the member did not agree to this being published, or there is none.")
    return element("p", line.into(language), css="blanks")


def count_line(extract: Extract, shown: int, language: Language) -> Safe:
    """How many of the list are shown."""
    of = len(extract.rows)
    if shown == of and extract.notice.get("unnamed"):
        line = phrase("列出 {of} 家，另有 {n} 家不列名称", "{of:member|members} named, {n} not", of=of, n=extract.notice["unnamed"])
        return element("span", line.into(language), css="count")
    if shown == of:
        return element("span", phrase("共 {of} 家", "{of:member|members}", of=of).into(language), css="count")
    line = phrase("显示 {shown} 家，共 {of} 家", "{shown} of {of:member|members}", shown=shown, of=of)
    return element("span", line.into(language), css="count part")


def particulars(extract: Extract, language: Language, period: Phrase | None = None, pages: Sequence[str] = ()) -> Safe:
    """How long the notice stands (in the words of `period`, where its days are known), how to object and on which forms among `pages`, whom to ask, and how to recompute the result."""
    notice = extract.notice
    if period is None and "period" in notice:  # a server has counted its days
        period = Phrase(**notice["period"])
        pages = tuple(FORMS) if notice.get("forms") is True else ()
    days = period or phrase(
        "自发布之日起 {days} 个工作日。",
        "{days} working days from the day of publication.",
        days=notice["working_days"],
    )
    return element(
        "div",
        *_revision(notice, language),
        _card(Phrase("公示期", "Period").into(language), element("p", days.into(language), css="days")),
        _card(Phrase("异议", "Objections").into(language), element("p", OBJECT.into(language)), *(element("p", form) for form in form_links(pages, language))),
        _card(Phrase("受理与联系", "Contact").into(language), element("p", contact_of(extract).into(language))),
        *_grounds(extract, language),
        _card(
            Phrase("结果可核对", "Recompute it").into(language), _fingerprints(extract, language), css="wide"
        ),
        css="particulars",
    )


def contact_of(extract: Extract) -> Phrase:
    """Which office takes objections, and how it is reached."""
    return whom_to_ask(extract.notice["contact"], extract.notice.get("reached", {}))


def form_links(pages: Sequence[str], language: Language) -> list[Safe]:
    """Where the forms are, as far as a site has them."""
    return [element("a", words.into(language), href=page, **{"data-page": page}) for page, words in FORMS.items() if page in pages]


def _revision(notice: dict[str, Any], language: Language) -> list[Safe]:
    """In place of which revision this one stands, and why; nothing for a first one."""
    if not notice.get("revises"):
        return []
    line = phrase("本版替代第 {former} 版。修订理由：{why}", "It stands in place of revision {former}, because: {why}", former=notice["revises"], why=notice["because"])
    return [_card(Phrase("修订说明", "Why it was revised").into(language), element("p", line.into(language)), css="wide")]


def _grounds(extract: Extract, language: Language) -> list[Safe]:
    """On what members are named: their consent, or the article that obliges them; nothing where it was not asked for."""
    if not extract.asked:
        return []
    article = extract.notice["obliged"].get("award")
    sentence = Phrase("名单只列同意公开的会员。", "Only members that agreed to it are named.")
    if article:
        sentence = phrase("会员名称依据{article}公布。", "Members are named under {article}.", article=article)
    return [_card(Phrase("公开依据", "Grounds of publication").into(language), element("p", sentence.into(language)))]


def colophon(extract: Extract, language: Language) -> Safe:
    """When it was sealed, with which version; and that the page only shows."""
    notice = extract.notice
    line = phrase(
        "封存于 {sealed_zh} · 第 {revision} 版 · 工具版本 {version} · 本页只读，不收集访问者填写的内容。",
        "Sealed on {sealed_en} · revision {revision} · toolkit {version} · This page is read-only and keeps nothing "
        "a visitor enters.",
        sealed_zh=day(notice["sealed_on"], "zh"),
        sealed_en=day(notice["sealed_on"], "en"),
        revision=notice["revision"],
        version=notice["toolkit_version"],
    )
    return element("footer", line.into(language), css="colophon")


def day(iso: str, language: Language) -> str:
    """A date as it is read.

    Examples
    --------
    >>> day("2018-12-31", "zh"), day("2018-12-31", "en")
    ('2018年12月31日', '31 December 2018')
    """
    try:
        date = dt.date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    written = (f"{date.year}年{date.month}月{date.day}日", f"{date.day} {MONTHS[date.month - 1]} {date.year}")
    return Phrase(*written).into(language)


def _kind(language: Language) -> Safe:
    """What this is; under the Chinese a line of English, for who has not yet found the switch."""
    english = "Public notice of the results"
    if language == "en":
        return element("p", english, css="kind", lang="en")
    return element("p", "评选结果公示", Safe("<br>"), element("span", english, lang="en"), css="kind")


def _facts(extract: Extract, language: Language) -> list[str]:
    notice = extract.notice
    as_of = day(notice["as_of"], language)
    facts = (
        Phrase(notice["approval"], notice["approval"]),
        Phrase(f"届次 {notice['edition']}", f"Edition {notice['edition']}"),
        Phrase(f"第 {notice['revision']} 版", f"Revision {notice['revision']}"),
        Phrase(f"评价基准日 {as_of}", f"As of {as_of}"),
    )
    return [fact.into(language) for fact in facts if fact.zh]


def _tallies(extract: Extract, language: Language) -> list[tuple[str, str, str]]:
    """Number, unit and what it counts, for each figure of the bottom line."""
    home = Phrase("家", "").into(language)
    tallies = [(str(award["count"]), home, award_called(award, language)) for award in extract.notice["awards"]]
    classes = extract.notice["classes"]
    if classes:
        tallies.append(
            (str(len(classes)), Phrase("类", "").into(language), Phrase("会员类别", "classes").into(language))
        )
    return tallies


def _tally(number: str, unit: str, label: str) -> Safe:
    figure = element("span", element("b", number), *([element("i", unit)] if unit else []), css="figure")
    return element("div", figure, element("span", label, css="label"), css="tally")


def award_called(award: dict[str, str], language: Language) -> str:
    """What an award is called; in English as the scheme says, else by its code as well, as its label is Chinese."""
    return award["label"] if language == "zh" else award.get("english") or f"{award['label']} ({award['id'].replace('_', ' ')})"


def _award_table(extract: Extract, label: str, rows: list[NoticeRow], language: Language, *, whole: bool) -> Safe:
    columns = [
        field for field in ("class", "name", "grade", "rank", "total") if field in extract.notice["fields"]
    ]
    known = {award["label"]: award_called(award, language) for award in extract.notice["awards"]}
    unnamed = sum(award.get("unnamed", 0) for award in extract.notice["awards"] if label in {"", award["label"]}) if whole else 0
    counted = phrase("{n} 家", "{n}", n=len(rows)).into(language)
    if unnamed:
        counted = phrase("列出 {n} 家，另有 {m} 家不列名称", "{n} named, {m} not", n=len(rows), m=unnamed).into(language)
    title = (
        known.get(label, label) or Phrase("获奖会员", "Awarded members").into(language),
        element("i", counted),
    )
    head = element("tr", *(element("th", HEADINGS[name].into(language), css=name, scope="col") for name in columns))
    written = _class_names if set(columns) <= {"class", "name"} else _class_rows
    bodies = (written(_marked(part, extract, language), columns) for _, part in groupby(rows, lambda row: row.get("class", "")))
    return element("table", element("caption", *title), element("thead", head), *bodies)


def _marked(rows: Iterable[NoticeRow], extract: Extract, language: Language) -> list[NoticeRow]:
    """Rows, with a mark behind the name of each member that an objection concerns which is not ruled on."""
    named, mark = extract.notice.get("questioned", ()), element("span", QUESTIONED.into(language), css="mark")
    return [{**row, "name": Safe(f"{element('span', row['name'])} {mark}")} if row.get("name") in named else row for row in rows]


def _class_names(rows: list[NoticeRow], columns: list[str]) -> Safe:
    """The members of one class where nothing but their names is public: beside its name, side by side."""
    names = element("ul", *(element("li", row["name"], css="name") for row in rows if "name" in row))
    return element("tbody", element("tr", *_class_heading(rows, columns, 1), element("td", names)))


def _class_rows(rows: list[NoticeRow], columns: list[str]) -> Safe:
    """The members of one class, a row each; its name stands once, beside them all."""
    others = [name for name in columns if name != "class"]
    lines = [[element("td", row[name] or "—", css=name) for name in others] for row in rows]
    lines[0][:0] = _class_heading(rows, columns, len(rows))
    return element("tbody", *(element("tr", *cells) for cells in lines))


def _class_heading(rows: list[NoticeRow], columns: list[str], height: int) -> list[Safe]:
    if "class" not in columns:
        return []
    return [element("th", rows[0]["class"], css="class", scope="rowgroup", rowspan=str(height))]


def _card(title: str, *content: Safe, css: str = "") -> Safe:
    return element("section", element("h2", title), *content, css=f"card {css}".strip())


def _fingerprints(extract: Extract, language: Language) -> Safe:
    known = {name: label.into(language) for name, label in FINGERPRINTS.items()}
    digests = [
        element("div", element("dt", known.get(name, name)), element("dd", digest))
        for name, digest in {**extract.notice["digests"], **{key: extract.notice[key] for key in ("journal",) if key in extract.notice}}.items()
    ]
    return element(
        "div",
        element("p", RECOMPUTE.into(language)),
        element("p", element("code", COMMAND), css="command"),
        element("dl", *digests),
    )


LONGEST_WORDS = 60
"""A search is cut at this many characters, for a visitor may send any text of any length."""

FAULT = Phrase("页面暂时无法显示，请刷新后重试。", "The page cannot be shown just now; please reload it.")


def notice_page(public: Path) -> widgets.VBox:
    """The page of the extract in the folder `public`."""
    return NoticePage(read_extract(public)).layout


class NoticePage:
    """The widgets of one page and how they answer a reader.

    Parameters
    ----------
    extract
        All that the page, and the kernel behind it, knows.
    """

    def __init__(self, extract: Extract) -> None:
        import ipywidgets as widgets

        self.extract = extract
        language = "en" if extract.notice["language"] == "en" else "zh"
        self.language = widgets.ToggleButtons(
            options=[("中文", "zh"), ("English", "en")], value=language, style={"button_width": "auto"}
        )
        self.class_ = widgets.Dropdown(options=[("全部类别", "")], value="")
        self.words = widgets.Text(continuous_update=True)
        self.masthead, self.count, self.list, self.particulars, self.colophon = (
            widgets.HTML() for _ in range(5)
        )
        self.layout = self._laid_out()
        self.language.observe(_quietly(self._translate, self.list), "value")
        for control in (self.class_, self.words):
            control.observe(_quietly(self._select, self.list), "value")
        _quietly(self._translate, self.list)()

    @property
    def spoken(self) -> Language:
        """The language chosen."""
        return "en" if self.language.value == "en" else "zh"

    def _translate(self) -> None:
        everywhere = Phrase("全部类别", "All classes").into(self.spoken)
        chosen = self.class_.value
        self.class_.options = [(everywhere, ""), *((told_in(self.spoken, name, self.extract), name) for name in self.extract.notice["classes"])]
        self.class_.value = chosen  # new options choose their first
        self.class_.tooltip = HEADINGS["class"].into(self.spoken)
        self.words.tooltip = HEADINGS["name"].into(self.spoken)
        self.words.placeholder = Phrase("输入名称中的几个字", "Part of a member's name").into(self.spoken)
        self.masthead.value = told_in(self.spoken, masthead(self.extract, self.spoken), self.extract)
        self.particulars.value = told_in(self.spoken, particulars(self.extract, self.spoken), self.extract)
        self.colophon.value = colophon(self.extract, self.spoken)
        self._select()

    def _select(self) -> None:
        rows = matching(self.extract, self.class_.value or "", self.words.value[:LONGEST_WORDS])
        self.count.value = count_line(self.extract, len(rows), self.spoken)
        self.list.value = told_in(self.spoken, award_list(self.extract, rows, self.spoken), self.extract)

    def _laid_out(self) -> widgets.VBox:
        import ipywidgets as widgets

        controls = [self.class_] if self.extract.notice["classes"] else []
        filters = _box(widgets.HBox, "notice-filters", *controls, self.words, self.count)
        main = _box(widgets.VBox, "notice-main", filters, self.list)
        body = _box(widgets.HBox, "notice-body", main, self.particulars)
        switch = _box(widgets.HBox, "notice-switch", self.language)
        return _box(widgets.VBox, "notice-page", switch, self.masthead, body, self.colophon)


def _box(kind: type[widgets.Box], css: str, *children: widgets.Widget) -> Any:
    box = kind(list(children))
    box.add_class(css)
    return box


def _quietly(answer: Callable[[], None], place: widgets.HTML) -> Callable[..., None]:
    """`answer` as a callback whose failure is told in plain words: a traceback would show a visitor paths and code."""

    def callback(*_: object) -> None:
        try:
            answer()
        except Exception:  # noqa: BLE001 - whatever it is, a visitor must not read it
            place.value = element("p", f"{FAULT.zh} {FAULT.en}", css="none")

    return callback
