"""The names that an edition gives, in English: what `[english]` of its scheme says for them, and which of those that pages show it does not say."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, wraps
from html import escape, unescape
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from toolkit.ground.display import Headline, Picture, Table, drawn_as
from toolkit.ground.problems import Problem, Problems
from toolkit.ground.text import REACHED, Language, Phrase, in_words_before, listed, phrase
from toolkit.scheme import PUBLIC_RESOURCES, ROUNDS, Scheme

if TYPE_CHECKING:
    from toolkit.publication.extract import Extract
    from toolkit.records.dictionary import Tables

T = TypeVar("T")
P = ParamSpec("P")
WITHIN = "0-9A-Za-z\u4e00-\u9fff"
"""What a longer word or number goes on with."""
CHINESE = "[\u4e00-\u9fff]"
SHEET = "sheet "
"""What stands before the name of a sheet, which is looked for by that name alone."""
LACKING = (
    '英文页面上有 {n} 个名称仍是中文：{names.zh}。要英文的，在 scheme.toml 的 [english] 里写，如 "{first}" = "..."，另封一版再公布',
    '{n:name|names} on the English pages without an English one: {names.en}; write them in [english] of scheme.toml, such as "{first}" = "...", seal anew, and publish that',
)
ENGLISH_HALF = re.compile(r'<div class="told" lang="en">.*?(?=<div class="told"|</main>)', re.DOTALL)
BRACKETS = re.compile(rf"(?<=[!-~])（((?:(?!{CHINESE})[^（）])*)）")
"""A pair of Chinese brackets with nothing Chinese in it, behind English."""
RUN = re.compile(rf"(?:\x01[^\x02]*\x02|{CHINESE}|[、，；：“”（）《》0-9]|[/／·—–・-]+(?=[\x01\u4e00-\u9fff])|[ \u3000]+(?=[\x01\u4e00-\u9fff0-9]))+")
"""Names, marked, and Chinese, with the signs, numbers and blanks between them."""
APART = r"\s,，、；;：:“”（）()<>"
PATHS = rf"https?://[^{APART}]*|(?<![{WITHIN}/])[A-Za-z_][\w.-]*/(?:(?! [(（])[^\n,，；;：:“”\"])*?\.[a-z]{{2,5}}(?![a-z])|(?<![^{APART}])(?:records/[^{APART}]*|[^{APART}]*/[^{APART}]*\.[a-z])"
"""Addresses and files, whose names stay: in a folder in Latin letters, blanks and all, or in any."""
EARLY = (
    "[english] 里还缺 {n} 个名称：{names.zh}；英文页面上会是中文",
    "[english] lacks {n:name|names}: {names.en}; English pages say in Chinese what it lacks",
)
BEFORE_SEALING = Phrase("要英文的请在封存前写上；不要的不必改", "write what is to be in English before you seal; the rest may stay")


def in_english(text: str, english: Mapping[str, str]) -> str:
    """A text with each name that has an English one said in English; none within a longer word or number.

    Examples
    --------
    >>> in_english("学习: weight 30, 学习培训: weight 70", {"学习": "Study", "学习培训": "Training"})
    'Study: weight 30, Training: weight 70'
    >>> in_english("AA级 100分 A级", {"A级": "grade A", "分": "points"})
    'AA级 100分 grade A'
    >>> in_english("名册 (records/名册.xlsx, sheet 名册, row 3)", {"名册": "register"})
    'register (records/名册.xlsx, sheet 名册, row 3)'
    >>> in_english("金奖/银奖, A级", {"金奖": "Gold", "银奖": "Silver"}), in_english("Type A", {"Type A": "Class A"})
    ('Gold/Silver, A级', 'Class A')
    """
    names = tuple(name for name in english if name.isascii()) if text.isascii() else tuple(english)
    return _any_of(names).sub(lambda name: english.get(name[0], name[0]), text) if names else text


@cache
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = "|".join(map(re.escape, sorted(filter(None, names), key=len, reverse=True)))
    return re.compile(rf"{PATHS}|(?<![{WITHIN}])(?<!{SHEET})(?:{longest_first})(?![{WITHIN}]|\.[a-z])")


def page_in_english(page: str, english: Mapping[str, str], names: Collection[str] = ()) -> str:
    """The HTML of a page with its texts, and the heads of its cells, said `in_english`; `names` of members, and what somebody typed, stay as they are.

    Examples
    --------
    >>> page_in_english('<td data-head="奖项">金奖</td><td>金奖</td>', {"金奖": "Gold & more"}, ())
    '<td data-head="奖项">Gold &amp; more</td><td>Gold &amp; more</td>'
    """
    if not english:
        return page

    def said(found: re.Match[str]) -> str:
        text = unescape(found[0])
        return found[0] if text.strip() in names else escape(in_english(text, english))

    return re.sub(r'(?<=>)[^<>]+(?=<)|(?<=data-head=")[^"]*', said, page)


def told_in(language: Language, page: str, extract: Extract) -> str:
    """A part of a notice as HTML, or one of its names alone, with the names of its scheme in English where that is its language."""
    english = extract.notice.get("english", {}) if language == "en" else {}
    return page_in_english(page, english, {row.get("name", "") for row in extract.rows}) if "<" in page else english.get(page, page)


class Renamed(str):
    """A text in English that a template may ask for as the scheme writes it too: it is equal to both, and holds what either holds.

    Examples
    --------
    >>> award = Renamed("Gold prize", "金奖")
    >>> award, award == "金奖", "金奖" in [award], "Gold" in award, award != "银奖"
    ('Gold prize', True, True, True, True)
    """

    __slots__ = ("_written",)
    _written: str

    def __new__(cls, said: str, written: str = "") -> Self:
        """`said` in English, `written` in the scheme."""
        made = super().__new__(cls, said)
        made._written = written
        return made

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) or self._written == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __contains__(self, part: object) -> bool:
        return isinstance(part, str) and (super().__contains__(part) or part in self._written)


def fields_in_english(value: T, english: Mapping[str, str], names: Collection[str] = (), *, compared: bool = False) -> T:
    """What is filled into a paper, each text in it said `in_english`, with it the commas between and the brackets around what is English; `names` of members stay as they are.

    Where a template may ask what they are (`compared`), texts are `Renamed`.

    Examples
    --------
    >>> fields_in_english({"文": ["签到表（类别 is 讲座、论坛）"]}, {"签到表": "sheets", "类别": "kind", "讲座": "lecture", "论坛": "forum"})
    {'文': ['sheets (kind is lecture, forum)']}
    >>> fields_in_english("Work: 讲座、论坛和考察; 讲座 2", {"讲座": "lecture", "论坛": "forum"})
    'Work: 讲座、论坛和考察; lecture 2'
    >>> fields_in_english(["讲座: 2.", "讲座"], {"讲座": "lecture"})
    ['Lecture: 2.', 'lecture']
    >>> fields_in_english(["ABC（中国）有限公司", "诚信评价办法V2（试行）", "2026（第3届）"], {})
    ['ABC（中国）有限公司', '诚信评价办法V2（试行）', '2026（第3届）']
    """
    said: Any = value
    if isinstance(value, str) and value not in names:
        said = _whole(value, english)
        said = re.sub("(?<=[!-~])、(?=[!-~])", ", ", said)
        while said != (said := BRACKETS.sub(r" (\1)", said)):
            pass
        if said.endswith(".") and re.match(CHINESE, value):
            said = said[0].upper() + said[1:]
        if compared:
            said = value if said == value else Renamed(said, value)
    elif isinstance(value, dict):
        said = {key: fields_in_english(item, english, names, compared=compared) for key, item in value.items()}
    elif isinstance(value, list):
        said = [fields_in_english(item, english, names, compared=compared) for item in value]
    return said  # type: ignore[no-any-return]


def table_in_english(table: Table, english: Mapping[str, str], names: Collection[str] = ()) -> Table:
    """A table in English with the names of the edition in English, as far as it says them; `names` of members stay as they are.

    Examples
    --------
    >>> table_in_english(Table(("Class", "Member"), (("投标人", "投标人"),)), {"投标人": "Bidders"}, ())
    Class    Member
    -------  -------
    Bidders  Bidders
    """
    rows = tuple(tuple(fields_in_english([*row], english, names)) for row in table.rows)
    caption = table.caption if any(name in table.caption for name in names) else fields_in_english(table.caption, english)
    return replace(table, headings=tuple(fields_in_english([*table.headings], english)), rows=rows, caption=caption, note=fields_in_english(table.note, english))


def problems_told(problems: Problems, scheme: Scheme, language: str) -> Problems:
    """Problems as a reader reads them: for one of English, warnings and notes of the edition as a whole with its names in English; what is told of a row of the records, or as an error, names what stands there, to be found and mended."""
    if language != "en" or not scheme.english:
        return problems
    return Problems(tuple(one if one.severity == "error" or one.sheet or (one.row and one.file != "scheme.toml") else _in_words(one, scheme.english) for one in problems))


def _in_words(problem: Problem, english: Mapping[str, str]) -> Problem:
    rule, mend, value = fields_in_english([problem.rule.en, problem.mend.en, problem.value], english)
    return replace(problem, rule=Phrase(problem.rule.zh, rule), mend=Phrase(problem.mend.zh, mend), value=value)


def english_of(scheme: Scheme) -> Mapping[str, str]:
    """What names are in English, for a reader of English; nothing for others, and for what versions before 1.0.0 sealed."""
    return {} if scheme.language == "zh" or in_words_before("1.0.0") else scheme.english


def told_in_english(view: Callable[P, T]) -> Callable[P, T]:
    """A view of a scheme or of what has one, told with the names that the scheme has in English where the reader's language is English; pictures are drawn with them."""
    asked = inspect.signature(view)

    @wraps(view)
    def told(*given: P.args, **more: P.kwargs) -> T:
        held = asked.bind(*given, **more).arguments
        about = next((value for value in held.values() if isinstance(_scheme_of(value), Scheme)), None)
        english = english_of(_scheme_of(about)) if about is not None and held.get("language") != "zh" else {}
        if not english:
            return view(*given, **more)
        members = getattr(about, "members", getattr(getattr(about, "records", None), "members", None))
        names = frozenset() if members is None or isinstance(about, Scheme) else frozenset(members["name"])
        with drawn_as(lambda text: fields_in_english(text, english, names)):
            return _shown_in_english(view(*given, **more), english, names)  # type: ignore[no-any-return]

    return told


def _scheme_of(value: Any) -> Any:
    return value if isinstance(value, Scheme) else getattr(value, "scheme", None)


def _shown_in_english(shown: Any, english: Mapping[str, str], names: Collection[str]) -> Any:
    """What a view shows, a picture with what is behind it, a headline with what is below it."""
    if isinstance(shown, Table):
        return table_in_english(shown, english, names)
    if isinstance(shown, Picture):
        return replace(shown, tables=tuple(table_in_english(table, english, names) for table in shown.tables))
    if isinstance(shown, Headline):
        text, behind, *lines = fields_in_english([shown.text, shown.behind, *shown.lines], english, names)
        return Headline(text, behind, tuple(lines))
    return shown


def _whole(text: str, english: Mapping[str, str]) -> str:
    """A text `in_english`, but for a run of Chinese of which a part would stay Chinese: half a sentence in English is worse than none."""

    def said(run: re.Match[str]) -> str:
        parts = re.split("[\x01\x02]", run[0])  # every second one is a name
        return "".join(parts if re.search(CHINESE, "".join(parts[::2])) else (english[part] if place % 2 else part for place, part in enumerate(parts)))

    return RUN.sub(said, in_english(text, {name: f"\x01{name}\x02" for name in english}))


def names_without_english(scheme: Scheme, tables: Tables, pages: Iterable[str]) -> list[str]:
    """The Chinese names of a scheme and its records for which `[english]` says nothing and which stand in the English half of `pages`; each once, in the order in which they are decided."""
    names = tuple(name for name in dict.fromkeys(_names(scheme, tables)) if re.search(CHINESE, name) and name not in scheme.english)
    texts = "\n".join(unescape(text) for page in pages for half in ENGLISH_HALF.findall(page) for text in re.findall(r">([^<>]+)<", half))
    found = set(_any_of(names).findall(texts)) if names else set()
    return [name for name in names if name in found]


def told_without_english(scheme: Scheme, tables: Tables, pages: Iterable[str]) -> Phrase | None:
    """What `publish` says of them; None where nothing is lacking."""
    if not (names := names_without_english(scheme, tables, pages)):
        return None
    return phrase(LACKING[0], LACKING[1], n=len(names), names=listed(names), first=names[0])


def lacking_early(scheme: Scheme, of_pages: Iterable[str] = ()) -> Iterator[Problem]:
    """A note for `check` on names of the scheme for which an `[english]` that was begun says nothing, with those `of_pages` that `publish` would name; afterwards it is a change of sealed rules."""
    if not scheme.english or scheme.publication is None:
        return
    if names := [name for name in dict.fromkeys((*_own_names(scheme), *of_pages)) if re.search(CHINESE, name) and name not in scheme.english]:
        yield Problem("note", phrase(*EARLY, n=len(names), names=listed(names)), BEFORE_SEALING, file="scheme.toml", column="english")


def _own_names(scheme: Scheme) -> Iterable[str]:
    papers = scheme.papers
    yield from (scheme.title, papers.organisation, papers.council, papers.authority, papers.called, *((papers.trade,) if papers.trade != PUBLIC_RESOURCES else ()), *(name for name in papers.rounds if name not in ROUNDS))
    if (told := scheme.publication) is not None:
        yield from (told.contact, *(told.reached[key] for key in REACHED if key in told.reached))
        yield from told.consent.obliged.values() if told.consent else ()
    parts = (*scheme.groups, *scheme.indicators, *scheme.adjustments, *scheme.sums, *scheme.conditions, *scheme.vetoes, *scheme.awards)
    for part in parts:
        yield part.label
        yield getattr(part, "unit", "") or ""
    yield from (name for name, _ in scheme.grades.bands) if scheme.grades else ()
    yield from (register.label for register in scheme.appointments)
    for phase in scheme.phases:
        yield from (phase.label, *phase.work, *(demand.label for demand in phase.asks))


def _names(scheme: Scheme, tables: Tables) -> Iterable[str]:
    yield from _own_names(scheme)
    for table in tables.table.values():
        yield table.label
        for column in table.column.values():
            if not column.personal:
                yield from (*column.headings[:1], *column.choices)
