"""The evaluation rules (评选办法) and the grading rules (会员诚信自律管理办法) as chapters and articles, written from the scheme that is computed with.

Text and computation cannot differ: each rule's words are those that notebooks and minutes use, made from the same scheme. What no scheme
says (that taking part is voluntary and free, who decides, how objections are made) is the house's, from the law and practice in its sources.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from toolkit.ground.text import figure
from toolkit.reports import wording
from toolkit.reports.expert_tables import scored_in_words
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

UNFILLED = "；够格的不足时空缺，不降低标准"
SIGNS = {"≥": "不低于", "≤": "不高于", ">": "高于", "<": "低于"}
MEANS = {"arithmetic", "geometric", "harmonic"}
DIGITS = "零一二三四五六七八九"
Article = tuple[str, list[str]]
"""The text of an article, and its paragraphs."""


def day_in_words(day: dt.date) -> str:
    """A day as papers have it, in Arabic figures without leading zeros.

    Examples
    --------
    >>> day_in_words(dt.date(2019, 4, 8))
    '2019年4月8日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


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


def numbered(chapters: Iterable[tuple[str, list[Article]]]) -> list[dict[str, Any]]:
    """Chapters that say something, and their articles, counted through."""
    written: list[dict[str, Any]] = []
    count = 0
    for title, articles in chapters:
        if not articles:
            continue
        listed = []
        for text, paragraphs in articles:
            count += 1
            listed.append({"序": chinese_number(count), "文": text, "款": [f"（{chinese_number(place)}）{line}" for place, line in enumerate(paragraphs, 1)]})
        written.append({"序": chinese_number(len(written) + 1), "题": title, "条": listed})
    return written


def evaluation_rules(scheme: Scheme, tables: Tables, council: str) -> list[dict[str, Any]]:
    """Chapters of the rules by which awards are given."""
    lines = _by_kind(scheme, tables)
    awards = [_sentence(name, "", decided.replace(UNFILLED, "")) for name, _, decided in lines.get("奖项", [])]
    return numbered([
        ("总则", _general(scheme, "评选优秀、先进会员", council)),
        ("参评条件", _conditions(lines)),
        ("指标与计分", _scoring(scheme)),
        ("加分、扣分与一票否决", _beside(lines)),
        ("奖项与名额", [("评选设下列奖项，名额按下列规定计算，够格的不足时空缺，不降低标准：", awards), *_ties(lines, council)] if awards else []),
        ("其他规定", _others(lines, "申报")),
        ("评审与公示", _procedure(scheme, lines, council)),
        ("附则", _end(council)),
    ])  # fmt: skip


def grading_rules(scheme: Scheme, tables: Tables, council: str) -> list[dict[str, Any]]:
    """Chapters of the rules by which credit is graded; none where the scheme gives no grades."""
    lines = _by_kind(scheme, tables)
    if scheme.grades is None:
        return []
    grades = [f"{decided}。" for _, _, decided in lines.get("等级", [])]
    return numbered([
        ("总则", _general(scheme, "会员诚信自律管理和信用等级评定", council)),
        ("诚信信息", _information()),
        ("指标与计分", _scoring(scheme)),
        ("加分、扣分与直接定级", _beside(lines)),
        ("信用等级", [("信用等级按总分和下列规定评定：", grades)]),
        ("其他规定", _others(lines)),
        ("评审与公示", _procedure(scheme, lines, council)),
        ("修复、异议与附则", [
            ("会员可以在规定的期限届满后申请信用修复：已纠正行为、履行义务并公开作出承诺的，经核实后记录注明“已修复”，自修复之日起不再计入。", []),
            *_end(council),
        ]),
    ])  # fmt: skip


def indicator_table(scheme: Scheme, tables: Tables) -> list[dict[str, str]]:
    """One row for each node of the tree: its number, name, weight, what is read, how it is marked."""
    titles = window_titles(scheme, tables)
    rows = []
    for node, _, number in wording.outline(scheme):
        row = {"编号": number, "指标": node.label, "权重": figure(node.weight), "取数": "", "计分": "" if isinstance(node, Indicator) else gathered_in_words(node).zh}
        if isinstance(node, Indicator):
            measure = on_forms(node.measure, tables)
            named = measure.model_copy(update={"window": titles.get(measure.window or "", measure.window)})
            value = official(valued_in_words(node), scheme)
            row["计分"] = f"{HAD.sub(lambda found: HAVING[found[0]], value) if node.measure.take == 'any' else value}；缺失{missing_in_words(node.missing).zh}"
            if not _below_nothing(node, tables):
                row["计分"] = row["计分"].replace("，不足计 0 分", "")
            row["取数"] = official(measure_in_words(named), scheme)
            row["指标"] += f"（仅适用于{'、'.join(node.applies_to)}）" if node.applies_to else ""
        rows.append(row)
    return rows


def _below_nothing(node: Indicator, tables: Tables) -> bool:
    """Whether a value can lie below the first step; a number of records cannot lie below none, nor a column below its range."""
    if not isinstance(node.value, Steps) or node.value.steps[0][0] > 0:
        return True
    table = tables.table.get(node.measure.place[0])
    column = table.column.get(node.measure.place[1] or "") if table else None
    return node.measure.take not in {"count", "distinct"} and not (column and column.range and column.range[0] >= 0)


HAD, HAVING = re.compile(r"(?<![\u4e00-\u9fff])[是否](?= )"), {"是": "有", "否": "无"}
"""Of whether there is a record, one asks not "is it so" but "is there one"."""


def _by_kind(scheme: Scheme, tables: Tables) -> dict[str, list[tuple[str, str, str]]]:
    """Name, what is read and what is decided of every rule beside the tree, by its kind."""
    lines: dict[str, list[tuple[str, str, str]]] = {}
    for kind, name, read, decided, _ in rule_lines(scheme, tables):
        lines.setdefault(kind.zh, []).append((str(getattr(name, "zh", name)), official(read, scheme), official(decided, scheme)))
    return lines


TAKEN = "合计|加权平均|平均|最大|最小|最近一次|不同取值个数|专家评分"
IN_WORDS = (
    (r" = ", "为"), (r"为True\b", "为“是”"), (r"为False\b", "为“否”"), (r"每一单位 -([\d.]+) 分", r"每一单位扣 \1 分"), (r"以 -([\d.]+) 分为限", r"最多扣 \1 分"), (r"以 ([\d.]+) 分为限", r"最多加 \1 分"),
    (r"名次的指数变换（参数 ([\d.]+)）", r"按名次折算：设有数据的会员 N 家，某会员居第 n 名，R =（N＋1－n）÷ N，得分占满分的百分之［－\1×ln（1－R×（1－e^（－100÷\1）））］"),
)  # fmt: skip
"""Signs and shorthand of rule lines, and what an official text has for them."""


def official(words: Any, scheme: Scheme) -> str:
    """The words of a rule as an official text has them: signs as words, and a window by what it is, not by its key.

    Examples
    --------
    >>> from toolkit.scheme import Scheme
    >>> official("总分 ≥ 85，行为性质 = 良好", Scheme.model_construct(window={}))
    '总分不低于 85 分，行为性质为良好'
    """
    text = str(getattr(words, "zh", words))
    for name in scheme.window:
        text = text.replace(f"时限 {name}", "在规定期限内")
    text = re.sub(rf" ({TAKEN}) ([^ ，；（]+(?:（[^）]*）)?)", r"的\2\1", re.sub(r" (条数|有无)", r"的\1", text))
    text = re.sub(r"(?<=[\u4e00-\u9fff，；。）：]) (?=[\u4e00-\u9fff（])", "", text)
    text = re.sub(r" ?(≥|≤|>|<) ?(-?[\d.]+)", lambda found: f"{SIGNS[found[1]]} {found[2]} 分", text)
    for written, meant in IN_WORDS:
        text = re.sub(written, meant, text)
    return text


def _general(scheme: Scheme, what: str, council: str) -> list[Article]:
    period = f"，评价期为{day_in_words(scheme.period[0])}至{day_in_words(scheme.period[1])}" if scheme.period else ""
    return [
        (f"为规范{what}工作，做到公开、公平、公正，结果可以核对，制定本办法。", []),
        ("会员参加评选评定出于自愿，不收取任何费用，不以捐助、参加收费活动为条件，不申报不影响会员权利。", []),
        (f"专家委员会依照本办法评审，秘书处负责受理、核对和公示，{council}审议决定。专家与会员有利害关系的，回避对该会员的评分。", []),
        (f"评价基准日为{day_in_words(scheme.as_of)}{period}。评价只使用基准日前形成、来源可查的记录。", []),
    ]


def _conditions(lines: dict[str, list[tuple[str, str, str]]]) -> list[Article]:
    asked = [f"{decided}。" for name, _, decided in lines.get("总则", []) if name == "参加排名"]
    asked += [f"{name}：{decided}。" for name, _, decided in lines.get("申报", [])]
    return [("参加评选的会员须符合下列条件：", asked)] if asked else []


def _scoring(scheme: Scheme) -> list[Article]:
    first = [f"{node.label}，权重 {figure(node.weight)}。" for node in scheme.children()]
    adds = wording.aggregate_in_words(scheme.total).zh
    shared = "，其权重由同一上级的其余指标按比例分担" if scheme.total.aggregate in MEANS else ""
    floor, cap = scheme.total.floor, scheme.total.cap
    bounds = "".join(f"总分{side} {figure(bound)} 分。" for side, bound in (("最低为", floor), ("最高为", cap)) if bound is not None)
    judged = [item for item in scheme.indicators if item.measure.take == "panel"]
    by_experts: list[Article] = [(f"{'、'.join(item.label for item in judged)}由专家评分，{scored_in_words(scheme).zh}", [])] if judged else []
    rounding = f"总分四舍五入到 {scheme.decimals} 位小数之后再排名。"
    return [
        (f"满分为 {figure(scheme.scale)} 分。一级指标及权重如下：", first),
        (f"总分由一级指标{adds}{'，再加上加分、减去扣分' if scheme.adjustments else ''}得出。{bounds}{rounding}", []),
        *by_experts,
        (f"各项指标的取数、计分标准和缺失的处理见附件。不适用于某类会员的指标，对该类会员不计{shared}。", []),
    ]


def _beside(lines: dict[str, list[tuple[str, str, str]]]) -> list[Article]:
    articles: list[Article] = []
    if added := lines.get("加减分"):
        articles.append(("有下列情形的，加分或者扣分：", [_sentence(*line) for line in added]))
    if vetoes := lines.get("一票否决"):
        articles.append(("有下列情形之一的，一票否决：", [_sentence(*line) for line in vetoes]))
    if windows := lines.get("时限"):
        articles.append(("有期限的记录按下列规定计入，不再计入的仍留存备查：", [f"{decided}。" for _, _, decided in windows]))
    return articles


ELSEWHERE = frozenset({"总则", "加减分", "一票否决", "时限", "奖项", "同分", "等级", "公示"})
"""The kinds of rules that have articles of their own, or belong to the other rules."""


def _others(lines: dict[str, list[tuple[str, str, str]]], *told: str) -> list[Article]:
    """Whatever else the scheme decides, but for the kinds that were told: no rule that is computed with goes untold."""
    rest = {kind: rules for kind, rules in lines.items() if kind not in ELSEWHERE and kind not in told}
    units = {"条件"}  # of a condition nothing is decided: the line ends with its unit
    return [(f"{kind}按下列规定：", [_sentence(name, read, "" if kind in units else decided) for name, read, decided in rules]) for kind, rules in rest.items()]


def _sentence(name: str, read: str, decided: str) -> str:
    said = "，".join(part for part in (read, decided) if part)
    return f"{name}：{said}。" if said else f"{name}。"


def _ties(lines: dict[str, list[tuple[str, str, str]]], council: str) -> Iterator[Article]:
    for _, _, decided in lines.get("同分", []):
        joint = "并列在名额线上的均予授奖，可以超过名额" if decided.endswith("仍相同的并列") else ""
        said = f"总分{decided.removeprefix('仍')}" if decided.startswith("仍") else decided  # nothing was compared before
        yield f"{'；'.join(part for part in (said.replace('由委员会', f'由{council}'), joint) if part)}。", []


def _procedure(scheme: Scheme, lines: dict[str, list[tuple[str, str, str]]], council: str) -> list[Article]:
    days = scheme.publication.working_days if scheme.publication else None
    public = f"{figure(days)} 个工作日" if days else "不少于规定的工作日"
    consents = [f"{decided}。" for _, _, decided in lines.get("公示", [])]
    return [
        ("评审结果封存后公示，封存的办法、记录和结果附有指纹，任何人可以核对。", []),
        (f"公示期为 {public}。对结果有异议的单位和个人，在公示期内以书面形式、使用真实名称提出，写明事实和依据。秘书处对提出异议者的信息予以保密，核查后书面答复；异议成立的，更正结果并说明理由。", []),
        *([("会员信息的公开以会员同意为限：", consents)] if consents else []),
        (f"公示无异议或者异议处理完毕后，由{council}审议决定。", []),
    ]


def _information() -> list[Article]:
    return [
        ("诚信信息包括会员的基本信息、承诺信息、良好行为记录、不良行为记录和投诉处理情况，来源包括会员自报、主管部门和司法机关公开的信息、兄弟协会提供的信息以及经查属实的投诉。", []),
        ("每条记录注明来源、认定机关、文号、认定日期、程度和期限。同一行为经不同渠道报送的，只计一次。", []),
        ("拟作出不利评价的，事先告知会员，听取陈述和申辩。申诉期间的记录注明“有异议”。", []),
    ]  # fmt: skip


def _end(council: str) -> list[Article]:
    return [(f"本办法由秘书处负责解释，自{council}通过之日起施行。", [])]
