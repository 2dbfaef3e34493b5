"""What the members did: training and visits, articles, questions asked, surveys, dues and council duty."""

from __future__ import annotations

import numpy as np
import pandas as pd

FIRST_DAY, LAST_DAY = pd.Timestamp("2017-10-01"), pd.Timestamp("2018-12-31")
PER_MONTH = {"学习班": 2.2, "讲座": 2.4, "专项培训": 1.9, "论坛": 0.6, "研讨会": 1.5, "考察": 0.7}
HALF_HOURS = {
    "学习班": (8, 16),
    "讲座": (4, 7),
    "专项培训": (6, 14),
    "论坛": (6, 12),
    "研讨会": (4, 8),
    "考察": (12, 32),
}
APPEAL = {"学习班": 0.1, "讲座": 0.3, "专项培训": -0.1, "论坛": 0.0, "研讨会": -0.5, "考察": -1.1}
SUBJECTS = {
    "学习班": ("招标投标法实施条例", "政府采购法规", "公共资源交易基础理论", "合同履约与争议处理"),
    "讲座": ("诚信自律公约解读", "电子招投标新规", "国有产权交易", "信用信息管理"),
    "专项培训": ("工程量清单计价", "评标实务", "采购需求编制", "网络安全等级保护", "拍卖实务"),
    "论坛": ("公共资源交易改革", "交易全流程电子化", "信用建设"),
    "研讨会": ("典型案例", "异议与投诉处理", "评标专家管理", "保证金制度"),
    "考察": ("外省交易中心", "省内先进单位", "电子交易平台"),
}
SURVEYS = (
    ("2017-11-06", "会员基本情况"), ("2018-01-15", "年度交易数据"), ("2018-03-12", "保证金收取情况"),
    ("2018-04-23", "从业人员情况"), ("2018-06-11", "电子化水平"), ("2018-08-06", "诚信自律需求"),
    ("2018-10-15", "培训需求"), ("2018-11-26", "营商环境评价"),
)  # fmt: skip
TITLES = (
    "浅谈{topic}",
    "{topic}的实践与思考",
    "{topic}经验总结",
    "{topic}若干问题探讨",
    "做好{topic}的几点体会",
)
TOPICS = (
    "电子招标",
    "评标质量",
    "采购需求管理",
    "诚信自律",
    "异议处理",
    "造价控制",
    "信息公开",
    "档案管理",
    "网上竞价",
)
QUESTIONS = (
    "评标委员会组成",
    "投标保证金退还",
    "异议答复期限",
    "公示内容",
    "电子签章",
    "信用修复",
    "代理服务费",
    "中标无效情形",
)


def likely(trait: object) -> np.ndarray:
    """The logistic function: a trait as a probability."""
    return np.asarray(1 / (1 + np.exp(-np.asarray(trait, dtype=float))))


def invent_events(rng: np.random.Generator) -> pd.DataFrame:
    """The calendar of events, in order of date: event_id, event, kind, date, hours, place."""
    months = pd.period_range(FIRST_DAY, LAST_DAY, freq="M")
    rows = []
    for kind, often in PER_MONTH.items():
        for day in sorted(rng.choice(len(months) * 27, size=round(often * len(months)), replace=False)):
            date = months[day // 27].start_time + pd.Timedelta(days=int(day % 27))
            hours = rng.integers(HALF_HOURS[kind][0], HALF_HOURS[kind][1] + 1) / 2
            subject, place = (
                str(rng.choice(SUBJECTS[kind])),
                str(rng.choice(["广州", "深圳", "佛山", "珠海", "网络直播"])),
            )
            rows.append((f"{subject}{kind}", kind, date, hours, place))
    events = pd.DataFrame(rows, columns=["event", "kind", "date", "hours", "place"]).sort_values(
        "date", kind="stable"
    )
    events.insert(0, "event_id", [f"HD{number:03d}" for number in range(1, len(events) + 1)])
    return events.reset_index(drop=True)


def invent_attendance(members: pd.DataFrame, events: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row for each member at each event it signed in to, with the number of persons it sent."""
    liking = events["kind"].map(APPEAL).to_numpy() + rng.normal(0, 0.35, len(events))
    chance = likely(-1.3 + 1.05 * members["activity"].to_numpy()[:, None] + liking)
    there = rng.random(chance.shape) < chance
    there &= members["joined_on"].to_numpy()[:, None] <= events["date"].to_numpy()
    who, what = np.nonzero(there.T)[::-1]
    rows = events.iloc[what].assign(number=members.index[who]).reset_index(drop=True)
    rate = members["size"].map({"大型": 2.0, "中型": 1.0, "小型": 0.5, "微型": 0.2}).to_numpy()[who]
    return rows.assign(persons=1 + rng.poisson(rate))


def invent_articles(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Articles for the journal and the site, and entries to the two essay contests."""
    activity = members["activity"].to_numpy()
    written = np.minimum(rng.poisson(np.exp(0.8 * activity + 0.2)), 14)
    entered = np.repeat(members.index, rng.binomial(2, likely(activity - 0.7)))
    articles = pd.DataFrame({"number": [*np.repeat(members.index, written), *entered]})
    size, essay = len(articles), np.arange(len(articles)) >= written.sum()
    journal = rng.random(size) < 0.35
    articles["kind"] = np.select([essay, journal], ["征文比赛", "会刊投稿"], "网站投稿")
    articles["title"] = [str(rng.choice(TITLES)).format(topic=rng.choice(TOPICS)) for _ in range(size)]
    articles["date"] = _days(size, rng)
    chance = rng.random(size)
    articles["result"] = np.select(
        [essay & (chance < 0.45), essay | (chance > 0.68)], ["获奖", "未采用"], "采用"
    )
    levels = rng.choice(["一等奖", "二等奖", "三等奖", "优秀奖"], size=size, p=[0.1, 0.2, 0.3, 0.4])
    articles["level"] = np.where(articles["result"] == "获奖", levels, "不适用")
    articles["words"] = rng.lognormal(np.where(journal | essay, 8.1, 7.2), 0.45).clip(300, 12000).round()
    return _numbered(articles, "article_id", "TG")


def invent_questions(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The register of questions the members put to the federation."""
    asked = np.minimum(rng.poisson(np.exp(0.7 * members["activity"].to_numpy() + 0.2)), 12)
    questions = pd.DataFrame({"number": np.repeat(members.index, asked)})
    questions["date"] = _days(len(questions), rng)
    questions["subject"] = rng.choice(QUESTIONS, size=len(questions))
    questions["answered"] = np.where(rng.random(len(questions)) < 0.97, "是", "否")
    return _numbered(questions, "question_id", "ZX")


def invent_surveys(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Every survey sent to every member of that day, and whether the answer came in time."""
    parts = []
    for order, (sent, subject) in enumerate(SURVEYS, start=1):
        asked = members[members["joined_on"] <= sent]
        chance, mood = rng.random(len(asked)), likely(0.75 + 1.1 * asked["diligence"])
        status = np.select([chance < mood, chance < mood + 0.12], ["按时", "逾期"], "未答复")
        waited = np.where(status == "按时", rng.integers(1, 15, len(asked)), rng.integers(16, 35, len(asked)))
        part = pd.DataFrame(
            {"number": asked.index, "survey_id": f"DC{order:02d}", "survey": f"{subject}调查"}
        )
        answered = pd.Timestamp(sent) + pd.to_timedelta(waited, unit="D")
        part = part.assign(sent_on=pd.Timestamp(sent), status=status, answered_on=answered)
        part["answered_on"] = part["answered_on"].where(part["status"] != "未答复")
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def invent_dues(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Dues of 2017 and 2018: when they fell due, when they were paid."""
    parts = []
    for year, due in ((2017, "2017-11-30"), (2018, "2018-06-30")):
        asked = members[members["joined_on"] <= due]
        chance, mood = rng.random(len(asked)), likely(1.6 + 0.9 * asked["diligence"])
        status = np.select([chance < mood, chance < mood + 0.1], ["按时", "逾期"], "未缴")
        early = np.where(status == "按时", -rng.integers(0, 45, len(asked)), rng.integers(1, 30, len(asked)))
        paid = pd.Series(pd.Timestamp(due) + pd.to_timedelta(early, unit="D")).where(
            pd.Series(status != "未缴")
        )
        amount = asked["council"].map({"会员": 1000.0, "理事": 3000.0, "常务理事": 5000.0}).fillna(10000.0)
        columns = {"year": year, "due_on": pd.Timestamp(due), "amount": amount.to_numpy(), "status": status}
        parts.append(pd.DataFrame({"number": asked.index, **columns, "paid_on": paid.to_numpy()}))
    return pd.concat(parts, ignore_index=True)


def invent_duty(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """How the council members did their duty, rated at the end of each year."""
    council = members[members["council"] != "会员"]
    parts = []
    for year, rated, meetings in ((2017, "2017-12-22", 2), (2018, "2018-12-21", 5)):
        will = council["diligence"] + rng.normal(0, 0.6, len(council))
        rating = np.select([will > 0.9, will > -0.2, will > -1.2], ["优秀", "称职", "基本称职"], "不称职")
        attended = rng.binomial(meetings, likely(1.2 + will))
        columns = {"year": year, "meetings": meetings, "attended": attended, "rating": rating}
        parts.append(pd.DataFrame({"number": council.index, **columns, "rated_on": pd.Timestamp(rated)}))
    return pd.concat(parts, ignore_index=True)


def _days(size: int, rng: np.random.Generator) -> pd.Series:
    offsets = rng.integers(0, (LAST_DAY - FIRST_DAY).days - 3, size)
    return pd.Series(FIRST_DAY + pd.to_timedelta(offsets, unit="D"))


def _numbered(frame: pd.DataFrame, column: str, letters: str) -> pd.DataFrame:
    """The rows in order of date, each with its own running number."""
    ordered = frame.sort_values(["date", "number"], kind="stable").reset_index(drop=True)
    ordered.insert(0, column, [f"{letters}{number:04d}" for number in range(1, len(ordered) + 1)])
    return ordered
