"""The evaluation rules (评选办法) and the grading rules (会员诚信自律管理办法) as chapters and articles, written from the scheme that is computed with.

Text and computation cannot differ: each rule's words are those that notebooks and minutes use, made from the same scheme. What no scheme
says (that taking part is voluntary and free, who decides, how objections are made) is the house's, from the law and practice in its sources.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from toolkit.ground.text import Language, Phrase, as_phrase, figure, joined, phrase
from toolkit.publication.notice import MONTHS
from toolkit.reports import wording
from toolkit.reports.panel_tables import scored_in_words
from toolkit.reports.rule_tables import on_forms, rule_lines, window_titles
from toolkit.reports.scheme_wording import (
    gathered_in_words,
    measure_in_words,
    missing_in_words,
    valued_in_words,
)
from toolkit.scheme.criteria import Indicator
from toolkit.scheme.shapes.absolute import Steps

if TYPE_CHECKING:
    from toolkit.records.dictionary import Tables
    from toolkit.scheme import Scheme

UNFILLED = Phrase("；够格的不足时空缺，不降低标准", "; places nobody is good enough for stay empty")
SIGNS = {"≥": Phrase("不低于", "at least"), "≤": Phrase("不高于", "at most"), ">": Phrase("高于", "above"), "<": Phrase("低于", "below")}
MEANS = {"arithmetic", "geometric", "harmonic"}
DIGITS = "零一二三四五六七八九"
NOTHING = Phrase("", "")
Article = tuple[Phrase, list[Phrase]]
"""The text of an article, and its paragraphs."""
Line = tuple[Phrase, Phrase, Phrase]
"""Of a rule: its name, what is read in the records, what is decided."""


def day_in_words(day: dt.date, language: Language = "zh") -> str:
    """A day as papers have it, in Arabic figures without leading zeros.

    Examples
    --------
    >>> day_in_words(dt.date(2019, 4, 8)), day_in_words(dt.date(2019, 4, 8), "en")
    ('2019年4月8日', '8 April 2019')
    """
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day.year}年{day.month}月{day.day}日"


def chinese_number(number: int) -> str:
    """A whole number below a hundred as articles count.

    Examples
    --------
    >>> [chinese_number(number) for number in (1, 10, 12, 20, 35)]
    ['一', '十', '十二', '二十', '三十五']
    """
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    return f"{DIGITS[tens] if tens > 1 else ''}十{DIGITS[ones] if ones else ''}"


TITLE_WIDTH = 19.5
"""Characters of a title in 2 号 that a line of 156 mm holds."""
NOT_FIRST, NOT_LAST = "的、，。；：）》”’〉", "（《“‘〈第和与及"
"""What no line of a title begins or ends with."""
CLOSED = re.compile(
    r"[A-Za-z0-9—–-]+|年度|会员|单位|评选|评定|评价|结果|优秀|先进|公示|[初复终]审|表彰|申报|工作|通知|决定|办法|管理|诚信|自律|信用|等级|行业|协会|联合会|公司|企业|行动|成果|报告|.",
    re.DOTALL,
)
"""A number, a word in Latin letters or one that titles are made of, none of which is broken; else one character."""


def evenly_broken(title: str) -> str:
    r"""A title over as few lines as hold it, about as long as each other, none broken within a number or before 的 or a stop, nor within a name where it can be had.

    Examples
    --------
    >>> evenly_broken("关于表彰2025年度获奖会员的决定")
    '关于表彰2025年度获奖会员的决定'
    >>> evenly_broken("关于表彰2025年度优秀会员、先进会员、特别贡献奖的决定")
    '关于表彰2025年度优秀会员、\n先进会员、特别贡献奖的决定'
    >>> evenly_broken("关于2017—2018年度优秀会员和先进会员评选结果的公示")
    '关于2017—2018年度优秀会员\n和先进会员评选结果的公示'
    >>> evenly_broken("关于开展2024年度示范家政会员评选申报工作的通知")
    '关于开展2024年度示范家政会员\n评选申报工作的通知'
    """
    parts = CLOSED.findall(str(title))
    ends = list(accumulate(sum(1.0 if ord(sign) > LATIN else 0.5 for sign in part) for part in parts))
    lines = math.ceil(ends[-1] / TITLE_WIDTH) if ends else 1
    able = [place for place in range(1, len(parts)) if parts[place] not in NOT_FIRST and parts[place - 1] not in NOT_LAST]
    breaks: set[int] = set()
    for line in range(1, lines):
        begun = max((ends[place - 1] for place in breaks), default=0.0)
        held = [place for place in able if begun < ends[place - 1] <= begun + TITLE_WIDTH and ends[-1] - ends[place - 1] <= TITLE_WIDTH * (lines - line)] or able
        breaks |= {min(held, key=lambda place: abs(ends[place - 1] - ends[-1] * line / lines) + _torn(parts[place - 1], parts[place]))} if held else set()
    return "".join(f"\n{part}" if place in breaks else part for place, part in enumerate(parts))


def _torn(before: str, after: str) -> float:
    """By how many characters a line may be the longer rather than break here: a name ends with a word that it is of, and one that is not known is of single characters."""
    if before in "、，》”":
        return -4.0
    return 4.0 if len(before) == 1 and (len(after) == 1 or after in NAMED_BY) and f"{before}{after}".isalpha() else 0.0


NAMED_BY = {"会员", "单位", "行业", "协会", "联合会", "公司", "企业"}
"""Words by which names of awards and bodies end."""


LATIN = 0x2000
"""What comes before is half as wide as a Chinese character."""


def counted(number: int, language: Language) -> str:
    """A number as the articles of that language count: 十二, 12."""
    return str(number) if language == "en" else chinese_number(number)


def numbered(chapters: Iterable[tuple[Phrase, list[Article]]], language: Language) -> list[dict[str, Any]]:
    """Chapters that say something, and their articles, counted through."""
    written: list[dict[str, Any]] = []
    count = 0
    for title, articles in chapters:
        if not articles:
            continue
        listed = []
        for text, paragraphs in articles:
            count += 1
            lines = [phrase("（{n}）{line.zh}", "({place}) {line.en}", n=chinese_number(place), place=place, line=line).into(language) for place, line in enumerate(paragraphs, 1)]
            listed.append({"序": counted(count, language), "文": text.into(language), "款": lines})
        written.append({"序": counted(len(written) + 1, language), "题": title.into(language), "条": listed})
    return written


def evaluation_rules(scheme: Scheme, tables: Tables, council: str, language: Language = "zh") -> list[dict[str, Any]]:
    """Chapters of the rules by which awards are given."""
    lines = _by_kind(scheme, tables)
    awards = [_sentence(name, NOTHING, decided) for name, decided in award_rules(scheme, tables)]
    places = Phrase("评选设下列奖项，名额按下列规定计算，够格的不足时空缺，不降低标准：", "The following awards are given. Places are counted as set out below; where too few members qualify, places stay empty and no standard is lowered:")
    return numbered([
        (GENERAL, _general(scheme, _selecting(scheme), council)),
        (Phrase("参评条件", "Eligibility"), _conditions(lines)),
        (Phrase("指标与计分", "Indicators and scoring"), [*_scoring(scheme), *_verified(scheme, tables)]),
        (Phrase("加分、扣分与一票否决", "Points added, points taken and vetoes"), _beside(lines)),
        (Phrase("奖项与名额", "Awards and places"), [(places, awards), *_ties(lines, council)] if awards else []),
        (OTHERS, _others(lines, "申报")),
        (REVIEW, _procedure(scheme, lines, council)),
        (LAST, _end(council)),
    ], language)  # fmt: skip


def grading_rules(scheme: Scheme, tables: Tables, council: str, language: Language = "zh") -> list[dict[str, Any]]:
    """Chapters of the rules by which credit is graded; none where the scheme gives no grades, and nothing of records of conduct or their repair where the edition keeps none."""
    lines = _by_kind(scheme, tables)
    if scheme.grades is None:
        return []
    grades, kept = [_full(decided) for _, _, decided in lines.get("等级", [])], bool(scheme.window) or any(table.verified or table.channel for table in tables.table.values())
    return numbered([
        (GENERAL, _general(scheme, Phrase("会员诚信自律管理和信用等级评定", "members' integrity, self-discipline and credit grades"), council)),
        (Phrase("诚信信息", "Integrity information"), _information() if kept else []),
        (Phrase("指标与计分", "Indicators and scoring"), [*_scoring(scheme), *_verified(scheme, tables)]),
        (Phrase("加分、扣分与直接定级", "Points added, points taken and grades given directly"), _beside(lines)),
        (Phrase("信用等级", "Credit grades"), [(Phrase("信用等级按总分和下列规定评定：", "Credit grades go by the total and by the following provisions:"), grades)]),
        (OTHERS, _others(lines)),
        (REVIEW, _procedure(scheme, lines, council)),
        (Phrase("修复、异议与附则", "Credit repair and supplementary provisions") if kept else LAST, [*([(_repair(scheme), [])] if kept else []), *_end(council)]),
    ], language)  # fmt: skip


GENERAL, OTHERS, REVIEW, LAST = Phrase("总则", "General provisions"), Phrase("其他规定", "Other provisions"), Phrase("评审与公示", "Review and public notice"), Phrase("附则", "Supplementary provisions")


def award_rules(scheme: Scheme, tables: Tables) -> Iterator[tuple[Phrase, Phrase]]:
    """Each award's name, and how its places are counted and what is required, but for what becomes of places that stay empty."""
    for name, _, decided in _by_kind(scheme, tables).get("奖项", []):
        yield name, Phrase(decided.zh.replace(UNFILLED.zh, ""), decided.en.replace(UNFILLED.en, ""))


def _repair(scheme: Scheme) -> Phrase:
    """How a record is repaired, as far as the windows go by it."""
    windows = scheme.window.values()
    when = Phrase("在规定的期限届满后", "Once the prescribed time has passed, a member") if any(window.repairable_after for window in windows) else Phrase("", "A member")
    then = NOTHING
    if any(window.repaired for window in windows):
        then = Phrase("，自修复之日起不再计入，此前基准日的评价照计", " and counts no longer from the day of repair; evaluations as of an earlier day count it still")
    elif any("修复" in str(state) for window in windows for states in window.skip.values() if isinstance(states, tuple) for state in states):
        then = Phrase("，不再计入", " and counts no longer")
    return phrase(
        "会员可以{when.zh}申请信用修复：已纠正行为、履行义务并公开作出承诺的，经核实后记录注明“已修复”{then.zh}。",
        "{when.en} may apply for credit repair: where it has corrected its conduct, met its obligations and given a public commitment, the record is marked as repaired after verification{then.en}.",
        when=when, then=then,
    )  # fmt: skip


def _verified(scheme: Scheme, tables: Tables) -> list[Article]:
    """Of which tables verified records alone count, and for what all of them."""
    used = [(item.label, item.measure.selection) for items in (scheme.indicators, scheme.adjustments, scheme.conditions) for item in items]
    used += [(veto.label, veto.when) for veto in scheme.vetoes]
    lines = []
    for id_, table in tables.table.items():
        mine = [(label, part.unverified) for label, part in used if part.table == id_]
        if table.verified is None or all(unverified == "counts" for _, unverified in mine):
            continue
        other = joined([Phrase(label, label) for label, unverified in mine if unverified == "counts"], "、")
        lines.append(phrase(
            "{table}只计“{column}”为{zh}的记录，其余留存备查，不作为计分、否决和定级的依据{but.zh}。", "Of {table} only records count whose {column} is {en}; the others are kept for reference, and no score, veto or grade rests on them{but.en}.",
            table=table.label or id_, column=table.heading(table.verified.column), zh="、".join(f"“{state}”" for state in table.verified.counts), en=" or ".join(table.verified.counts),
            but=phrase("（“{zh}”除外，未核实的也计入）", " (but for {en}, where unverified ones count too)", zh=other.zh, en=other.en) if other.zh else NOTHING,
        ))  # fmt: skip
    return [(line, []) for line in lines]



def indicator_table(scheme: Scheme, tables: Tables, language: Language = "zh") -> list[dict[str, str]]:
    """One row for each node of the tree: its number, name, weight, what is read, how it is marked."""
    titles = window_titles(scheme, tables)
    rows = []
    for node, _, number in wording.outline(scheme):
        row = {"编号": number, "指标": node.label, "权重": figure(node.weight), "取数": "", "计分": "" if isinstance(node, Indicator) else gathered_in_words(node).into(language)}
        if isinstance(node, Indicator):
            measure = on_forms(node.measure, tables)
            named = measure.model_copy(update={"window": titles.get(measure.window or "", measure.window)})
            row["计分"] = _marked(node, scheme, tables).into(language)
            row["取数"] = _taken(measure_in_words(named), scheme).into(language)
            only = phrase("（仅适用于{zh}）", " (only for {en})", zh="、".join(node.applies_to), en=", ".join(node.applies_to))
            row["指标"] += only.into(language) if node.applies_to else ""
        rows.append(row)
    return rows


def _marked(node: Indicator, scheme: Scheme, tables: Tables) -> Phrase:
    """How an indicator is marked, and what a missing value counts as."""
    value = _in_units(official(valued_in_words(node), scheme), node)
    zh = HAD.sub(lambda found: HAVING[found[0]], value.zh) if node.measure.take == "any" else value.zh
    said = phrase("{zh}；缺失{missing.zh}", "{en}; where missing: {missing.en}", zh=zh, en=value.en, missing=missing_in_words(node))
    return said if _below_nothing(node, tables) else Phrase(said.zh.replace("，不足计 0 分", ""), said.en.replace(", below: 0;", ";"))


def _in_units(value: Phrase, node: Indicator) -> Phrase:
    """How an indicator is valued, with its unit where the words of its shape say a unit or a bare number.

    Examples
    --------
    >>> _in_units(Phrase("每一单位 34 分，最多加 100 分", "34 for each, at most 100"), Indicator.model_construct(unit="篇")).zh
    '每篇 34 分，最多加 100 分'
    """
    if not node.unit:
        return value
    zh = re.sub(r"每一单位(?=扣? )", f"每{node.unit}", value.zh)
    return Phrase(re.sub(r"(线性：-?[\d.]+) 计零分，(-?[\d.]+) 计满分", rf"\1 {node.unit}计零分，\2 {node.unit}计满分", zh), value.en)


def _below_nothing(node: Indicator, tables: Tables) -> bool:
    """Whether a value can lie below the first step; a number of records cannot lie below none, nor a column below its range."""
    if not isinstance(node.value, Steps) or node.value.steps[0][0] > 0:
        return True
    table = tables.table.get(node.measure.place[0])
    column = table.column.get(node.measure.place[1] or "") if table else None
    return node.measure.take not in {"count", "distinct"} and not (column and column.range and column.range[0] >= 0)


HAD, HAVING = re.compile(r"(?<![\u4e00-\u9fff])[是否](?= )"), {"是": "有", "否": "无"}
"""Of whether there is a record, one asks not "is it so" but "is there one"."""


def _by_kind(scheme: Scheme, tables: Tables) -> dict[str, list[Line]]:
    """Name, what is read and what is decided of every rule beside the tree, by its kind."""
    lines: dict[str, list[Line]] = {}
    for kind, name, read, decided, _ in rule_lines(scheme, tables):
        lines.setdefault(kind.zh, []).append((as_phrase(name), _taken(read, scheme), official(decided, scheme)))
    return lines


TAKEN = "合计|加权平均|平均|最大|最小|最近一次|不同取值个数|专家评分"
IN_WORDS = (
    (r" = ", "为"), (r"为True\b", "为“是”"), (r"为False\b", "为“否”"), (r"每一单位 -([\d.]+) 分", r"每一单位扣 \1 分"), (r"以 -([\d.]+) 分为限", r"最多扣 \1 分"), (r"以 ([\d.]+) 分为限", r"最多加 \1 分"),
    (r"名次的指数变换（参数 ([\d.]+)）", r"按名次折算：设有数据的会员 N 家，某会员居第 n 名，R =（N＋1－n）÷ N，得分占满分的百分之［－\1×ln（1－R×（1－e^（－100÷\1）））］"),
)  # fmt: skip
"""Signs and shorthand of rule lines, and what an official text has for them."""
IN_ENGLISH = (
    (r" = True\b", " is yes"), (r" = False\b", " is no"), (r" = ", " is "), (r"(?<=\d) ?，(?=\S)|，", ", "), (r"\bat most -([\d.]+)", r"at most \1 taken"), (r"(?<!\S)-([\d.]+) for each", r"\1 taken for each"),
    (r"\bof each class( that take part)? ([\d.]+%)", r"\2 of the members of each class\1"), (r"\bof (each class|all)( that take part)? ([\d./]+%?)", r"\3 of \1\2"), (r"\bone (\S+) counts once", r"each \1 counts once"), (r"\bwindow (?=by |from )", "while it counts, "),
    (r"\bwindow 按([^，；（）,;()]+)", r"while it counts, by \1"), (r"\bwindow 自([^，；（）,;()]+)起", r"while it counts, from \1 on"),
)  # fmt: skip
MEASURED = (
    (r"^(.+?) (sum of|weighted mean of|mean of|largest|smallest|latest|number of different|panel score of) ([^ ,;（]+(?:（[^）]*）)?)", r"\2 \3 in \1"),
    (r"^(.+?) count\b", r"number of records in \1"), (r"^(.+?) any\b", r"whether there is a record in \1"),
)  # fmt: skip
"""The same of what is taken of records, which begins with the table."""


def official(words: Phrase | str, scheme: Scheme) -> Phrase:
    """The words of a rule as an official text has them: signs as words, and a window by what it is, not by its key.

    Examples
    --------
    >>> from toolkit.scheme import Scheme
    >>> official("总分 ≥ 85，行为性质 = 良好", Scheme.model_construct(window={}))
    Phrase(zh='总分不低于 85 分，行为性质为良好', en='总分 at least 85, 行为性质 is 良好')
    """
    said = _full_marks(as_phrase(words), scheme)
    return Phrase(_official_chinese(said.zh, scheme), _official_english(said.en, scheme))


def _full_marks(said: Phrase, scheme: Scheme) -> Phrase:
    """Full marks asked for in what is done or not, of which no one reads a number of points."""
    for item in scheme.indicators if "indicators" in scheme.model_fields_set else ():
        if item.measure.take == "any":
            bar = re.compile(rf"(?<!\w){re.escape(item.label)} ≥ {re.escape(figure(scheme.scale))}(?![\d.])")
            label = item.label.replace("\\", r"\\")
            said = Phrase(bar.sub(f"{label}一项得满分", said.zh), bar.sub(f"full marks for {label}", said.en))
    return said


def _official_chinese(text: str, scheme: Scheme) -> str:
    for name in scheme.window:
        text = text.replace(f"时限 {name}", "在规定期限内")
    text = re.sub(rf" ({TAKEN}) ([^ ，；（]+(?:（[^）]*）)?)", r"的\2\1", re.sub(r" (条数|有无)", r"的\1", text))
    text = re.sub(r"(?<=[\u4e00-\u9fff，；。）：]) (?=[\u4e00-\u9fff（])", "", text)
    text = re.sub(r" ?(≥|≤|>|<) ?(-?[\d.]+)", lambda found: f"{SIGNS[found[1]].zh} {found[2]} 分", text)
    for written, meant in IN_WORDS:
        text = re.sub(written, meant, text)
    return text


def _official_english(text: str, scheme: Scheme) -> str:
    for name in scheme.window:
        text = text.replace(f"window {name}", "within the prescribed time")
    text = re.sub(r"(≥|≤|>|<) ?(-?[\d.]+)", lambda found: f"{SIGNS[found[1]].en} {found[2]}", text)
    for written, meant in IN_ENGLISH:
        text = re.sub(written, meant, text)
    return text


def _taken(words: Phrase | str, scheme: Scheme) -> Phrase:
    """The words of a measure as an official text has them."""
    said = official(words, scheme)
    text = said.en
    for written, meant in MEASURED:
        text = re.sub(written, meant, text)
    return Phrase(said.zh, text)


def _selecting(scheme: Scheme) -> Phrase:
    """What is selected, by the names of the awards, as long as a sentence has room for them."""
    labels = [award.label for award in scheme.awards]
    named = 0 < len("".join(labels)) <= NAMED
    return phrase("评选{zh}", "the selection of {en}", zh="、".join(labels), en=", ".join(labels)) if named else Phrase("评选", "the selection")


NAMED = 24
"""Characters of awards' names that a sentence has room for."""


def _general(scheme: Scheme, what: Phrase, council: str) -> list[Article]:
    days = NOTHING
    if scheme.period:
        first, last = (Phrase(day_in_words(day), day_in_words(day, "en")) for day in scheme.period)
        days = phrase("，评价期为{first.zh}至{last.zh}", " and the period of evaluation runs from {first.en} to {last.en}", first=first, last=last)
    return [(text, []) for text in (
        phrase("为规范{what.zh}工作，做到公开、公平、公正，结果可以核对，制定本办法。",
               "These rules govern {what.en}, so that it is open, fair and impartial, and its results can be verified by anyone.", what=what),
        Phrase("会员参加评选评定出于自愿，不收取任何费用，不以捐助、参加收费活动为条件，不申报不影响会员权利。",
               "Members take part of their own free will. No fee is charged, and no donation and no paid activity is a condition; whoever does not apply keeps all rights of membership."),
        *_dues(scheme),
        phrase("专家委员会依照本办法评审，秘书处负责受理、核对和公示，{council}审议决定。专家与会员有利害关系的，回避对该会员的评分。",
               "The expert committee reviews under these rules; the secretariat receives, verifies and publishes; the decision rests with {council}. An expert with an interest in a member does not score that member.", council=council),
        phrase("评价基准日为{day}{days.zh}。评价只使用基准日前形成、来源可查的记录。",
               "The as-of date is {en}{days.en}. Only records that existed by the as-of date, and whose source can be traced, are used.", day=day_in_words(scheme.as_of), en=day_in_words(scheme.as_of, "en"), days=days),
    )]  # fmt: skip


def _conditions(lines: dict[str, list[Line]]) -> list[Article]:
    """Who is ranked, and what is required of it besides, where something is."""
    ranked: list[Article] = [(_full(decided), []) for name, _, decided in lines.get("总则", []) if name.zh == "参加排名"]
    required = [_sentence(name, NOTHING, decided) for name, _, decided in lines.get("申报", [])]
    return ranked + ([(Phrase("参加评选的会员须符合下列条件：", "Members that take part must meet the following conditions:"), required)] if required else [])


def _dues(scheme: Scheme) -> Iterator[Phrase]:
    """Where dues count: that they are those of the charter, and no price of an award."""
    labels = [item.label for item in scheme.indicators if item.measure.place[0] == "dues" and item.measure.take == "count"]
    if labels:
        yield phrase("“{zh}”按登记的次数计，不论数额；会费依照章程缴纳，不是参加评选评定的费用。",
                     "{en}: payments are counted, whatever their amount. Dues are paid under the charter and are no fee for taking part.", zh="”“".join(labels), en=", ".join(labels))  # fmt: skip


def _scoring(scheme: Scheme) -> list[Article]:
    first = [phrase("{label}，权重 {weight}。", "{label}: weight {weight}.", label=node.label, weight=figure(node.weight)) for node in scheme.children()]
    judged = [item for item in scheme.indicators if item.measure.take == "panel"]
    by_experts: list[Article] = []
    if judged:
        zh, en = ("、".join(item.label for item in judged), ", ".join(item.label for item in judged))
        by_experts = [(phrase("{zh}由专家评分，{said.zh}", "{en}: scored by experts. {said.en}", zh=zh, en=en, said=scored_in_words(scheme)), [])]
    shared = Phrase("，其权重由同一上级的其余指标按比例分担", ", and its weight is shared in proportion by the others of the same group")
    return [
        (phrase("满分为 {scale} 分。一级指标及权重如下：", "Full marks are {scale}. The indicators of the first level and their weights are:", scale=figure(scheme.scale)), first),
        (_total(scheme), []),
        *by_experts,
        (phrase("各项指标的取数、计分标准和缺失的处理见附件。不适用于某类会员的指标，对该类会员不计{shared.zh}。",
                "What is read for each indicator, how it is marked and what a missing value counts as is set out in the annex. An indicator that does not apply to a class of members is not counted for it{shared.en}.",
                shared=shared if scheme.total.aggregate in MEANS else NOTHING), []),
    ]  # fmt: skip


def _total(scheme: Scheme) -> Phrase:
    """How the total comes about, between which bounds it is held, and how it is rounded."""
    sides = ((Phrase("最低为", "at least"), scheme.total.floor), (Phrase("最高为", "at most"), scheme.total.cap))
    bounds = [phrase("总分{side.zh} {n} 分。", "The total is {side.en} {n}. ", side=side, n=figure(bound)) for side, bound in sides if bound is not None]
    return phrase(
        "总分由一级指标{how.zh}{beside.zh}得出。{bounds.zh}总分四舍五入到 {n} 位小数之后再排名。",
        "The total is made of the indicators of the first level ({how.en}){beside.en}. {bounds.en}It is rounded half up to {n:decimal|decimals} before ranking.",
        how=wording.aggregate_in_words(scheme.total), bounds=joined(bounds, "", ""), n=scheme.decimals,
        beside=Phrase("，再加上加分、减去扣分", ", plus points added, less points taken") if scheme.adjustments else NOTHING,
    )  # fmt: skip


def _beside(lines: dict[str, list[Line]]) -> list[Article]:
    articles: list[Article] = []
    if added := lines.get("加减分"):
        articles.append((Phrase("有下列情形的，加分或者扣分：", "Points are added or taken as follows:"), [_sentence(*line) for line in added]))
    if vetoes := lines.get("一票否决"):
        articles.append((Phrase("有下列情形之一的，一票否决：", "Any one of the following is a veto:"), [_sentence(*line) for line in vetoes]))
    if windows := lines.get("时限"):
        said = Phrase("有期限的记录按下列规定计入，不再计入的仍留存备查：", "Records that count for a time are counted as follows; those that count no longer are kept for reference:")
        articles.append((said, [_full(decided) for _, _, decided in windows]))
    return articles


ELSEWHERE = frozenset({"总则", "加减分", "一票否决", "时限", "奖项", "同分", "等级", "公示"})
"""The kinds of rules that have articles of their own, or belong to the other rules."""
KINDS = {"合计": "Sums", "条件": "Conditions", "申报": "Eligibility", "初审": "The first stage"}
"""How articles call the kinds of rules that have none of their own."""


def _others(lines: dict[str, list[Line]], *told: str) -> list[Article]:
    """Whatever else the scheme decides, but for the kinds that were told: no rule that is computed with goes untold."""
    rest = {kind: rules for kind, rules in lines.items() if kind not in ELSEWHERE and kind not in told}
    units = {"条件"}  # of a condition nothing is decided: the line ends with its unit
    return [
        (phrase("{kind}按下列规定：", "{en}:", kind=kind, en=KINDS.get(kind, "Further rules")), [_sentence(name, read, NOTHING if kind in units else decided) for name, read, decided in rules])
        for kind, rules in rest.items()
    ]


def _sentence(name: Phrase, read: Phrase, decided: Phrase) -> Phrase:
    said = joined([part for part in (read, decided) if part.zh])
    return phrase("{name.zh}：{said.zh}。", "{name.en}: {said.en}.", name=name, said=said) if said.zh else _full(name)


def _full(said: Phrase) -> Phrase:
    """Words as a sentence."""
    return Phrase(f"{said.zh}。", f"{said.en[:1].upper()}{said.en[1:]}.")


def _ties(lines: dict[str, list[Line]], council: str) -> Iterator[Article]:
    for _, _, decided in lines.get("同分", []):
        joint = Phrase("；并列在名额线上的均予授奖，可以超过名额", "; all that share the last place are given the award, even beyond the number of places") if decided.zh.endswith("仍相同的并列") else NOTHING
        zh = f"总分{decided.zh.removeprefix('仍')}" if decided.zh.startswith("仍") else decided.zh  # nothing was compared before
        en = decided.en.replace("level ones", "members with the same total", 1) if decided.en.startswith("level") else decided.en.replace("those still level", "members with the same total", 1)
        yield _full(Phrase(f"{zh.replace('由委员会', f'由{council}')}{joint.zh}", f"{en.replace('the committee', council)}{joint.en}")), []


def _procedure(scheme: Scheme, lines: dict[str, list[Line]], council: str) -> list[Article]:
    days = scheme.publication.working_days if scheme.publication else None
    public = phrase("{n} 个工作日", "{n:working day|working days}", n=days) if days else Phrase("不少于规定的工作日", "not shorter than the prescribed number of working days")
    consents = [_full(decided) for _, _, decided in lines.get("公示", [])]
    return [
        (Phrase("评审结果封存后公示，封存的办法、记录和结果附有指纹，任何人可以核对。", "The result is sealed and then published; rules, records and results bear fingerprints by which anyone can verify them."), []),
        (phrase("公示期为 {days.zh}。对结果有异议的单位和个人，在公示期内以书面形式、使用真实名称提出，写明事实和依据。秘书处对提出异议者的信息予以保密，核查后书面答复；异议成立的，更正结果并说明理由。",
                "The notice stands for {days.en}. Whoever objects to the result does so within that time, in writing and under the real name, stating facts and grounds. "
                "The secretariat keeps confidential who objects, and replies in writing after verification; where an objection is upheld, the result is corrected and the reason given.", days=public), []),
        *([(Phrase("会员信息的公开以会员同意为限：", "Information about a member is published only as far as the member consents:"), consents)] if consents else []),
        (phrase("公示无异议或者异议处理完毕后，由{council}审议决定。", "When there is no objection, or all objections are settled, {council} decides.", council=council), []),
    ]  # fmt: skip


def _information() -> list[Article]:
    return [(text, []) for text in (
        Phrase("诚信信息包括会员的基本信息、承诺信息、良好行为记录、不良行为记录和投诉处理情况，来源包括会员自报、主管部门和司法机关公开的信息、兄弟协会提供的信息以及经查属实的投诉。",
               "Integrity information comprises a member's basic data, its pledges, records of good and of bad conduct, and complaints and how they were settled. "
               "Its sources are the members' own reports, what authorities and courts publish, what sister associations provide, and complaints that were upheld."),
        Phrase("每条记录注明来源、认定机关、文号、认定日期、程度和期限。同一行为经不同渠道报送的，只计一次。",
               "Each record names its source, the body that made the finding, the document number, the day of the finding, its severity and how long it counts. One act reported through several channels counts once."),
        Phrase("拟作出不利评价的，事先告知会员，听取陈述和申辩。申诉期间的记录注明“申诉中”。",
               "Before an adverse evaluation the member is told and heard. A record under appeal is marked as such."),
    )]  # fmt: skip


def _end(council: str) -> list[Article]:
    return [(phrase("本办法由秘书处负责解释，自{council}通过之日起施行。", "The secretariat interprets these rules. They take effect on the day on which they are adopted by {council}.", council=council), [])]
