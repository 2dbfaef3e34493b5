"""What the papers say of an edition: the fields of the templates, by the names that stand in them. Nothing is read or written here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.documents.articles import (
    HAVING,
    chinese_number,
    day_in_words,
    evaluation_rules,
    grading_rules,
    indicator_table,
    official,
)
from toolkit.documents.report import idle_members, report_fields
from toolkit.evaluation.contributions import award_lines
from toolkit.minutes.journal import Journal
from toolkit.minutes.objections import Objections, working_days_after
from toolkit.minutes.wording import OUTCOMES, said
from toolkit.publication.extract import Extract, pinyin
from toolkit.publication.notice import FINGERPRINTS, RANKED, UNRANKED
from toolkit.reports import wording
from toolkit.reports.outcome_wording import award_in_words
from toolkit.reports.plan_tables import waited
from toolkit.reports.probability_tables import bottom_line
from toolkit.reports.score_cards import ScoreCard, card_tables, outcome, score_cards
from toolkit.scheme.criteria import Indicator

if TYPE_CHECKING:
    from toolkit.evaluation import Evaluation
    from toolkit.indicators.phases import Standing
    from toolkit.records import Records
    from toolkit.records.dictionary import Tables
    from toolkit.scheme import Scheme
    from toolkit.sensitivity.robustness import Firmness

BLANK = "　　　　　　　　"
DAY = "　　　　年　　月　　日"
DRAFT = "草　稿"
UNPUBLISHED = "放假安排尚未公布，止日待定"

Fields = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Owing:
    """A member that has not handed in what phases ask for: its key, name and class, and what."""

    member: str
    name: str
    class_: str
    what: tuple[Standing, ...]


@dataclass(frozen=True, eq=False)
class Case:
    """All that papers are made of.

    Parameters
    ----------
    scheme, tables
        What was decided, and the data dictionary: enough for papers that come before any record.
    known
        The edition, evaluated, and what it was made of; None where there are no records yet.
    journal, objections
        Its minutes, and what was objected.
    extract
        What the public may read of it; None where it was not sealed, or may not be published.
    firmness
        How firm the list is; None where it was not looked at.
    start
        The first day of the notice; None where it is not known yet.
    day
        The day the papers bear; None for a blank.
    digest
        SHA-256 of the scheme.
    owing
        Who has not handed in what the phases of the action ask for.
    sealed
        Whether it is sealed, so that the page about its robustness lies beside it.
    """

    scheme: Scheme
    tables: Tables
    known: tuple[Evaluation, Records] | None = None
    journal: Journal = field(default_factory=Journal)
    objections: Objections = field(default_factory=Objections)
    extract: Extract | None = None
    firmness: Firmness | None = None
    start: dt.date | None = None
    day: dt.date | None = None
    digest: str = ""
    owing: tuple[Owing, ...] = ()
    sealed: bool = False

    @classmethod
    def of(cls, evaluation: Evaluation, records: Records, **more: Any) -> Case:
        """Of an edition that was evaluated."""
        return cls(evaluation.scheme, records.tables, (evaluation, records), **more)

    @property
    def evaluation(self) -> Evaluation:
        """The evaluation, where there is one."""
        assert self.known is not None
        return self.known[0]

    @property
    def records(self) -> Records:
        """What it was made of, where there is something."""
        assert self.known is not None
        return self.known[1]

    @property
    def council(self) -> str:
        """Who decides, or a blank."""
        return self.scheme.papers.council or "会长办公会议"


def day_or_blank(day: dt.date | None) -> str:
    """A day, or room to write one."""
    return DAY if day is None else day_in_words(day)


def common_fields(case: Case, *, draft: bool) -> Fields:
    """The fields that every paper has."""
    scheme, papers = case.scheme, case.scheme.papers
    return {
        "联合会": papers.organisation or BLANK, "行动": papers.action.removesuffix("行动").strip('“”"') or BLANK, "审议机构": case.council, "主管部门": papers.authority or BLANK,
        "联系": scheme.publication.contact if scheme.publication and scheme.publication.contact else BLANK,
        "办法": scheme.title, "评选": _occasion(scheme.title), "届次": scheme.edition, "批准文号": scheme.approval, "基准日": day_in_words(scheme.as_of),
        "评价期": " 至 ".join(map(day_in_words, scheme.period)).replace(" 至 ", "至") if scheme.period else "",
        "日期": day_or_blank(case.day), "草稿标记": DRAFT if draft else "",
        "会员数": len(case.evaluation.members) if case.known else BLANK, "申报数": int(case.evaluation.members["applied"].sum()) if case.known else BLANK,
        "类别一览": "、".join(_classes(case)) or "各类会员",
        "公示工作日": f"{scheme.publication.working_days}" if scheme.publication else BLANK,
        "方案指纹": case.digest[:16] or BLANK,
    }  # fmt: skip


def _occasion(title: str) -> str:
    """What rules are the rules of: their title without what they are, as in 年度优秀会员评选 of 年度优秀会员评选办法（试行）.

    Examples
    --------
    >>> _occasion("年度优秀会员评选办法（专家评分）"), _occasion("会员信用等级评定实施细则"), _occasion("先进会员")
    ('年度优秀会员评选', '会员信用等级评定', '先进会员评选')
    """
    bare = re.sub(r"(实施|管理)?(办法|细则|规则|规定|方案)$", "", re.sub(r"(（[^（）]*）)+$", "", title.strip())) or title
    return bare if bare.endswith(("评选", "评定", "评价", "评比", "评审", "评估", "表彰")) else f"{bare}评选"


def _classes(case: Case) -> Iterable[str]:
    """The kinds of members: those there are, or those that the register allows."""
    if case.known:
        return sorted({str(name) for name in case.evaluation.members["class"].dropna()}, key=pinyin)
    register = case.tables.table.get(case.scheme.members.table)
    column = register.column.get(case.scheme.members.class_ or "") if register else None
    return column.choices if column else ()


def award_fields(case: Case, *, public: bool) -> Fields:
    """Awards with who is given them: to the public those who may be named, else all of them."""
    scheme, extract = case.scheme, case.extract
    rows = list(extract.rows) if public and extract else [] if public or not case.known else _all_rows(case.evaluation)
    counts = case.evaluation.awards["award"].value_counts().to_dict() if case.known else {}
    awards = []
    for place, award in enumerate(scheme.awards, 1):
        mine = [row for row in rows if row["award"] == award.label]
        given = int(counts.get(award.id, 0))
        awards.append({"序": chinese_number(place), "名称": award.label, "家数": given, "规定": official(award_in_words(scheme, award), scheme),
                       "分类": list(_by_class(mine)), "未列": given - len(mine) if public else 0})  # fmt: skip
    ranked = bool(extract and extract.notice["order"] == "rank")
    return {"奖项": awards, "排列说明": (RANKED if ranked else UNRANKED).zh, "评出": _selected(awards), "表彰对象": _praised(awards)}


def _all_rows(evaluation: Evaluation) -> list[dict[str, str]]:
    labels = {award.id: award.label for award in evaluation.scheme.awards}
    members = evaluation.members
    rows = [{"name": str(members.at[member, "name"]), "class": wording.class_name(members.at[member, "class"], "zh"), "award": labels[award]}
            for award, member in zip(evaluation.awards["award"], evaluation.awards["member"], strict=True)]  # fmt: skip
    return sorted(rows, key=lambda row: (pinyin(row["class"]), pinyin(row["name"])))


def _by_class(rows: Iterable[Mapping[str, str]]) -> Iterator[Fields]:
    names: dict[str, list[str]] = {}
    for row in rows:
        names.setdefault(row.get("class", ""), []).append(row.get("name", ""))
    for class_, listed in names.items():
        yield {"类别": class_ or "全部会员", "名单": listed}


def _selected(awards: list[Fields]) -> str:
    given = "、".join(f"{award['名称']} {award['家数']} 家" for award in awards if award["家数"])
    return f"评出{given}" if given else "没有评出获奖会员"


def _praised(awards: list[Fields]) -> str:
    return "、".join(f"{award['家数']} 家{award['名称']}" for award in awards if award["家数"]) or "　　家会员"


def notice_fields(case: Case, round_: str) -> Fields:
    """One round of the notice: its days, and the fingerprints by which it can be computed again."""
    digests = case.extract.notice["digests"] if case.extract else {}
    return {**award_fields(case, public=True), "轮次": round_, "公示期": _notice_days(case),
            "指纹": [{"名称": name.zh, "值": digests[key]} for key, name in FINGERPRINTS.items() if digests.get(key)]}  # fmt: skip


def _notice_days(case: Case) -> str:
    count = case.scheme.publication.working_days if case.scheme.publication else 0
    if case.start is None:
        return f"{DAY}至{DAY}（{count} 个工作日）。"
    try:
        last = day_in_words(working_days_after(case.start, count))
    except NotImplementedError:
        last = UNPUBLISHED
    return f"{day_in_words(case.start)}至{last}（{count} 个工作日，首日不计）。"


def certificate_fields(case: Case) -> Fields:
    """One certificate for each award given, numbered in the order of the list."""
    rows = sorted(_all_rows(case.evaluation), key=lambda row: [award.label for award in case.scheme.awards].index(row["award"]))
    return {"证书": with_last([{"名称": row["name"], "奖项": row["award"], "编号": f"{case.scheme.edition}-{place:03d}"} for place, row in enumerate(rows, 1)])}


def with_last(items: list[Fields]) -> list[Fields]:
    """Things of which each but the last begins a new page after it."""
    return [item | {"末": place == len(items) - 1} for place, item in enumerate(items)]


def slip_fields(case: Case) -> Iterator[tuple[str, Fields]]:
    """The score slip of every member, under its code, in the order of the list."""
    for card in score_cards(case.evaluation):
        yield card.member, _slip(case, card)


def _slip(case: Case, card: ScoreCard) -> Fields:
    tables = card_tables(case.evaluation, card)
    asked = {number for node, _, number in wording.outline(case.scheme) if isinstance(node, Indicator) and node.measure.take == "any"}
    rows = [{"项目": f"{number} {item}".strip(), "原始值": HAVING.get(raw, raw) if number in asked else raw, "分值": value, "权重": share, "得分": points} for number, item, raw, _, value, share, points in tables.parts.rows]
    distances = [f"{award}：{needed}。" for award, _, _, _, needed in tables.lines.rows]
    result = [f"结果：{outcome(case.scheme, card).zh}。", *([f"说明：{card.reason.rstrip('。')}。"] if card.reason else [])]
    return {"名称": card.name, "类别": card.class_, "结论": result, "构成": rows, "距离": distances}


def objection_fields(case: Case) -> Fields:
    """Receipts and replies, one for each objection; who objects is written in by hand."""
    listed = []
    for number, one in sorted(case.objections.listed.items()):
        decided = one.decision
        listed.append({"编号": number, "会员": _called(case, one.member), "收到": day_in_words(one.received), "期限": day_in_words(one.answer_by) if one.answer_by else "", "事项": one.about,
                       "决定": f"异议{OUTCOMES[decided.outcome].zh}" if decided else "", "理由": decided.because if decided else "",
                       "由谁": decided.by if decided else "", "决定日期": day_in_words(decided.on) if decided else ""})  # fmt: skip
    return {"异议": with_last(listed)}


def _called(case: Case, member: str) -> str:
    """A member by its name, whether it is known by that or by its key."""
    names = case.evaluation.members["name"]
    return str(names[member]) if member in names.index else member


def reply_fields(case: Case) -> Fields:
    """Replies alone: to the objections that are ruled on."""
    return {"异议": with_last([one for one in objection_fields(case)["异议"] if one["决定"]])}


def minutes_fields(case: Case) -> Fields:
    """The minutes of the evaluation out of the journal."""
    decided = [entry for entry in case.journal.entries if entry.by]
    entries = [{"序": place, "句": f"{day_in_words(entry.time.date())}，{entry.by}：{said(entry).zh.rstrip('。')}。" + (f"理由：{entry.reason.rstrip('。')}。" if entry.reason.strip() else "")}
               for place, entry in enumerate(decided, 1)]  # fmt: skip
    kept = [f"{day_in_words(entry.time.date())}，{said(entry).zh.rstrip('。')}。" for entry in case.journal.entries if not entry.by]
    vacant = [f"{case.scheme.label(line.award)}（{line.class_ or '全部会员'}）空缺 {line.vacant} 个。" for line in award_lines(case.evaluation) if line.vacant]
    vacant += [f"{case.scheme.label(tie.award)}（{tie.class_ or '全部会员'}）有 {len(tie.members)} 家完全同分，剩余名额 {tie.places} 个，待决定。" for tie in case.evaluation.ties]
    firm = bottom_line(case.firmness).zh if case.firmness else "结论见所附的一页稳健性报告。" if case.sealed else "尚未封存；封存后见所附的一页稳健性报告。"
    return {**award_fields(case, public=False), "记录": entries, "程序记录": kept, "空缺": vacant, "把握": firm, "记录末号": len(entries), "记录指纹": case.journal.head[:16] or "—"}


def rules_fields(case: Case) -> Fields:
    """Chapters of the evaluation rules, and the table of indicators."""
    return {"章节": evaluation_rules(case.scheme, case.tables, case.council), "指标表": indicator_table(case.scheme, case.tables)}


def grading_fields(case: Case) -> Fields:
    """Chapters of the grading rules, and the table of indicators."""
    return {"章节": grading_rules(case.scheme, case.tables, case.council), "指标表": indicator_table(case.scheme, case.tables)}


def reminder_fields(owing: Iterable[Owing]) -> Fields:
    """A letter to each member that has not handed in what phases ask for, with the day and how long it is overdue."""
    letters = list(owing)
    return {
        "统计日": day_in_words(letters[0].what[0].day),
        "催办": with_last([{"名称": one.name, "事项": [{"事项": due.demand.label, "截止": day_in_words(due.by), "情况": waited(due).zh} for due in one.what]} for one in letters]),
    }


def idle_fields(case: Case) -> Fields:
    """Who took part in nothing yet, by class."""
    idle = idle_members(case.evaluation)
    rows = [{"name": str(name), "class": wording.class_name(class_, "zh")} for name, class_ in zip(idle["name"], idle["class"], strict=True)]
    return {"未参与数": len(rows), "未参与名单": list(_by_class(sorted(rows, key=lambda row: (pinyin(row["class"]), pinyin(row["name"])))))}


def action_fields(case: Case) -> Fields:
    """The report of the action."""
    return report_fields(case.evaluation, case.records)
