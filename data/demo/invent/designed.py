"""The cases put there on purpose, so that the demo shows what a committee has to decide."""

from __future__ import annotations

import numpy as np
import pandas as pd

Records = dict[str, pd.DataFrame]

FAVOURITE = "GD0368"  # the best total among the bidders, vetoed by one grave record
APPEALED = "GD0568"  # a grave record under appeal: it counts, and is marked
REPAIRED = "GD0590"  # a grave record, repaired: it no longer counts
RUN_OUT, LAST_DAY = "GD0149", "GD0300"  # grave records whose three years ended on 30 and on 31 December 2018
UNSIGNED = "GD0240"  # a total above 85, and no pledge
NOT_APPLIED = "GD0361"  # a high total, and no application
SILENT = "GD0608"  # a newcomer without a single record
TWINS = ("GD0473", "GD0593")  # the same records to the letter: joint at the line of the tender agents
SETTLED = ("GD0350", "GD0285")  # equal totals at the line of the cost consultants; conduct decides
FOURTH_PART = "GD0484"  # reaches 75, but a fifth of four auction houses is no place
MISSES = {"GD0419": 84.99, "GD0319": 84.99, "GD0496": 74.99, "GD0474": 74.99}
REACHED = {"GD0012": 85.00, "GD0160": 75.00}
HONOURED = "GD0418"  # nine points of good conduct, of which eight count
BURDENED = "GD0467"  # more than thirty points of bad conduct, of which thirty count
WORDS = {  # accepted words that bring totals to the lines above; a word is worth far less than a hundredth
    "GD0419": 8254, "GD0319": 3523, "GD0496": 6029, "GD0474": 620, "GD0012": 3769, "GD0160": 3117,
    FOURTH_PART: 1020, SETTLED[0]: 6360,
}  # fmt: skip

# who, severity, status, channel, found on, points
PLANTED = (
    (APPEALED, "严重", "申诉中", "主管部门", "2018-03-16", -16.0),
    (REPAIRED, "严重", "已修复", "主管部门", "2017-06-20", -15.0),
    (RUN_OUT, "严重", "有效", "主管部门", "2015-12-30", -15.0),
    (LAST_DAY, "严重", "有效", "主管部门", "2015-12-31", -15.0),
    ("GD0398", "一般", "有效", "主管部门", "2017-12-31", -5.0),
    ("GD0518", "一般", "有效", "主管部门", "2017-12-30", -5.0),
    ("GD0270", "轻微", "有效", "兄弟协会", "2018-10-01", -2.0),
    ("GD0447", "轻微", "有效", "兄弟协会", "2018-09-30", -2.0),
    *((BURDENED, "一般", "有效", "主管部门", f"2018-0{month}-20", -6.0) for month in range(4, 9)),
    *((HONOURED, "不适用", "有效", "主管部门", f"2018-0{month}-12", 3.0) for month in (3, 6, 9)),
)
# told by the authority and by a complainant, to be counted once
TWICE = ("GD0498", "一般", "有效", "主管部门", "2018-05-11", -4.0)


def design(records: Records) -> Records:
    """The records with the cases of this module put in."""
    records = _twins(records)
    records["conduct"] = _planted(records["conduct"])
    records["articles"] = _worded(records["articles"])
    records["pledges"] = _unsigned(records["pledges"])
    applied = records["applications"]
    records["applications"] = applied[applied["number"] != NOT_APPLIED]
    silenced = {
        table: rows[rows["number"] != SILENT] for table, rows in records.items() if table != "members"
    }
    return {"members": records["members"], **silenced}


def _unsigned(pledges: pd.DataFrame) -> pd.DataFrame:
    """The one who did not sign left everything else on the form empty too."""
    blank = pledges["number"] == UNSIGNED
    emptied = pledges.mask(blank)
    return emptied.assign(
        number=pledges["number"], form=pledges["form"], status=pledges["status"].mask(blank, "未签")
    )


def _twins(records: Records) -> Records:
    """The second twin gets the first one's rows in every table; its own go."""
    model, copy = TWINS
    twinned = {}
    for table, rows in records.items():
        if table == "members":
            alike = ["regulator_score", "council", "joined_on", "size"]
            blank = pd.Series(rows.index == copy, index=rows.index)
            twinned[table] = rows.assign(
                **{name: rows[name].mask(blank, rows[name][model]) for name in alike}
            )
            continue
        copied = rows[rows["number"] == model].assign(number=copy)
        for column in {"article_id", "question_id", "act_id", "complaint_id"} & set(rows):
            copied[column] = _renumbered(copied[column], rows[column])
        twinned[table] = pd.concat([rows[rows["number"] != copy], copied], ignore_index=True)
    return twinned


def _renumbered(copied: pd.Series, taken: pd.Series) -> pd.Series:
    """New running numbers after the last one taken; equal ones stay equal."""
    last = taken.max()
    letters, width = last[:2], len(last) - 2
    new = {
        old: f"{letters}{int(last[2:]) + step:0{width}d}" for step, old in enumerate(copied.unique(), start=1)
    }
    return copied.map(new)


def _planted(conduct: pd.DataFrame) -> pd.DataFrame:
    rows = [*PLANTED, TWICE, (*TWICE[:3], "投诉", *TWICE[4:])]
    columns = ["number", "severity", "status", "channel", "finding_date", "points"]
    planted = pd.DataFrame(rows, columns=columns)
    planted["kind"] = np.where(planted["points"] > 0, "良好", "不良")
    found = pd.to_datetime(planted["finding_date"])
    planted["finding_date"], planted["act_date"] = found, found - pd.Timedelta(days=45)
    planted["act"] = planted["severity"].map(
        {"轻微": "资料报送不实", "一般": "未按约定履约", "严重": "弄虚作假骗取中标", "不适用": "国家级表彰"}
    )
    planted["repaired_on"] = (found + pd.Timedelta(days=400)).where(planted["status"] == "已修复")
    told = planted["number"] + planted["finding_date"].astype(str)
    planted["act_id"] = _renumbered(told, conduct["act_id"])
    return pd.concat([conduct, planted], ignore_index=True)


def _worded(articles: pd.DataFrame) -> pd.DataFrame:
    """Sets the words each member of `WORDS` had accepted in all, by the length of its longest article."""
    words = articles["words"]
    for number, total in WORDS.items():
        own = articles[(articles["number"] == number) & (articles["result"] == "采用")]
        longest = own.sort_values("words")["article_id"].iloc[-1]
        words = words.mask(articles["article_id"] == longest, words + (total - own["words"].sum()))
    return articles.assign(words=words)
