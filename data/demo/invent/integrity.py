"""Pledges, good and bad conduct, complaints, and who applied for an award."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invent.doings import likely

CONSENTS = ("consent_basic", "consent_good", "consent_bad", "consent_result")
GOOD = (("市级表彰", 0.5), ("行业表彰", 0.5), ("省级表彰", 1.5), ("公益与应急贡献", 1.0), ("国家级表彰", 3.0))
BAD = {"轻微": ("资料报送不实", "逾期未整改", "开标迟到"), "一般": ("未按约定履约", "泄露应保密信息", "违规收取费用"),
       "严重": ("围标串标", "弄虚作假骗取中标", "行贿")}  # fmt: skip
POINTS = {"轻微": (1, 2), "一般": (4, 6), "严重": (15, 20)}
LASTS = {"轻微": 3, "一般": 12, "严重": 36}  # months, as in the scheme


def invent_pledges(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Each member's pledge of integrity in the form of its kind, and what it allows to be shown."""
    present = members[members["joined_on"] < "2018-10-01"]
    size, chance = len(present), rng.random(len(present))
    signed = likely(2.0 + 0.9 * present["diligence"])
    status = np.select([chance < signed, chance > 0.985], ["已签", "已撤回"], "未签")
    days = pd.Timestamp("2018-01-08") + pd.to_timedelta(rng.gamma(2, 35, size).clip(0, 320).round(), unit="D")
    pledges = pd.DataFrame(
        {"number": present.index, "form": present["category"].to_numpy() + "版", "status": status}
    )
    pledges["signed_on"] = pd.Series(days).where(pledges["status"] != "未签")
    agreed = rng.random((size, 4)) < likely(
        0.8 + 0.9 * present["diligence"].to_numpy()[:, None] + [2, 0.8, -0.9, 0.2]
    )
    for place, column in enumerate(CONSENTS):
        pledges[column] = pd.Series(np.where(agreed[:, place], "是", "否")).where(pledges["status"] == "已签")
    pledges["disclosed_items"] = pd.Series(agreed.sum(axis=1).astype(float)).where(
        pledges["status"] == "已签"
    )
    graded = rng.random(size) < likely(0.6 + 0.9 * present["diligence"].to_numpy())
    pledges["consent_grade"] = pd.Series(np.where(graded, "是", "否")).where(pledges["status"] == "已签")
    later = pledges["signed_on"] + pd.to_timedelta(rng.integers(5, 120, size), unit="D")
    last = pd.Timestamp("2018-12-28")
    pledges["withdrawn_on"] = later.where(later < last, last).where(pledges["status"] == "已撤回")
    return pledges


def invent_conduct(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Good and bad acts as told to the federation; one in ten is told by a second channel under the same act_id."""
    acts = pd.concat([_good(members, rng), _bad(members, rng)], ignore_index=True)
    acts = acts.sort_values(["finding_date", "number"], kind="stable").reset_index(drop=True)
    acts.insert(0, "act_id", [f"CX{number:04d}" for number in range(1, len(acts) + 1)])
    second = acts[rng.random(len(acts)) < 0.1].copy()
    second["channel"] = np.where(second["channel"] == "自报", "兄弟协会", "自报")
    return pd.concat([acts, second], ignore_index=True).sort_values(["act_id", "channel"], ignore_index=True)


def _good(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    number = np.repeat(members.index, np.minimum(rng.poisson(np.exp(0.7 * members["activity"] - 0.9)), 6))
    size = len(number)
    which = rng.choice(len(GOOD), size=size, p=[0.35, 0.3, 0.17, 0.15, 0.03])
    found = pd.Timestamp("2017-10-08") + pd.to_timedelta(rng.integers(0, 440, size), unit="D")
    acts = pd.DataFrame({"number": number, "kind": "良好", "act": [GOOD[index][0] for index in which]})
    acts["channel"] = rng.choice(["自报", "主管部门", "兄弟协会"], size=size, p=[0.7, 0.2, 0.1])
    acts = acts.assign(severity="不适用", points=[GOOD[index][1] for index in which], finding_date=found)
    acts["status"] = rng.choice(["有效", "已撤销"], size=size, p=[0.98, 0.02])
    return acts.assign(act_date=acts["finding_date"], repaired_on=None)


def _bad(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    number = np.repeat(members.index, rng.poisson(np.exp(-0.35 * members["diligence"] - 1.6)))
    size = len(number)
    severity = rng.choice(["轻微", "一般", "严重"], size=size, p=[0.5, 0.4, 0.1])
    months = np.array([LASTS[each] for each in severity])
    age = np.round(rng.random(size) * months * 30.4 * 1.6).clip(
        2, 1150
    )  # some have run out by the end of 2018
    found = pd.Series(pd.Timestamp("2018-12-31") - pd.to_timedelta(age, unit="D"))
    acts = pd.DataFrame(
        {"number": number, "kind": "不良", "act": [str(rng.choice(BAD[each])) for each in severity]}
    )
    acts["channel"] = rng.choice(
        ["主管部门", "投诉", "兄弟协会", "自报"], size=size, p=[0.55, 0.2, 0.15, 0.1]
    )
    acts["severity"] = severity
    acts["channel"] = acts["channel"].mask(
        (acts["severity"] == "严重") & (acts["channel"] == "自报"), "主管部门"
    )
    acts["points"] = [-float(rng.integers(POINTS[each][0], POINTS[each][1] + 1)) for each in severity]
    acts["finding_date"] = found
    acts["act_date"] = found - pd.to_timedelta(rng.integers(20, 200, size), unit="D")
    acts["status"] = rng.choice(["有效", "已修复", "已撤销", "申诉中"], size=size, p=[0.76, 0.12, 0.05, 0.07])
    mended = found + pd.to_timedelta((age * 0.6).round(), unit="D")
    acts["repaired_on"] = mended.where(acts["status"] == "已修复")
    return acts


def invent_complaints(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Complaints and what came of them; only an upheld one carries points."""
    number = np.repeat(members.index, rng.poisson(np.exp(-0.3 * members["diligence"] - 1.8)))
    size = len(number)
    received = pd.Timestamp("2017-10-10") + pd.to_timedelta(rng.integers(0, 430, size), unit="D")
    complaints = pd.DataFrame({"number": number, "received_on": received})
    complaints["outcome"] = rng.choice(
        ["经查属实", "不属实", "待核实", "撤回"], size=size, p=[0.3, 0.42, 0.14, 0.14]
    )
    complaints = complaints.sort_values(["received_on", "number"], kind="stable").reset_index(drop=True)
    complaints["points"] = np.where(complaints["outcome"] == "经查属实", -3.0, np.nan)
    closed = complaints["received_on"] + pd.to_timedelta(rng.integers(5, 14, size), unit="D")
    complaints["closed_on"] = closed.where(complaints["outcome"] != "待核实")
    complaints.insert(0, "complaint_id", [f"TS{order:03d}" for order in range(1, size + 1)])
    return complaints


def invent_applications(members: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Who applied, freely, and whether the form was in order; the active apply more often."""
    wish = rng.random(len(members)) < likely(2.2 + 0.9 * members["activity"])
    number = members.index[wish]
    days = pd.Timestamp("2018-12-03") + pd.to_timedelta(rng.integers(0, 26, len(number)), unit="D")
    valid = np.where(rng.random(len(number)) < 0.98, "是", "否")
    return pd.DataFrame({"number": number, "applied_on": days, "valid": valid})
