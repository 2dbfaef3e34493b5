"""The members: unequal classes, invented names, and two hidden traits that everything else follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from invent.codes import credit_codes

FIRST = "澄岚珣禾沐昱琅砚竑翊芮骁霁栩沣朔桦梧楠铄璟缦峥峪菁穗邕瑭滢浔漪筱茗馥骊黛"
SECOND = "泽衡屿峤翎序谦朗汀澈弈鹭棠楷陌煦晗暄栎桐桢洄渟溯珩琛璞瑄畴砺穹筠策纾绎翰"
SURNAMES = "陈李黄张梁林刘吴罗杨何郑谢邓许曾蔡彭潘廖"
GIVEN = [
    "晓岚",
    "志衡",
    "文澈",
    "雅筠",
    "家谦",
    "思汀",
    "伟序",
    "嘉朗",
    "静姝",
    "俊楷",
    "婉晴",
    "子珩",
    "敏",
    "颖",
    "浩然",
    "丽纾",
]

CITIES = {
    "广州": ("440101", 0.30), "深圳": ("440301", 0.16), "佛山": ("440601", 0.10), "东莞": ("441900", 0.08),
    "珠海": ("440401", 0.06), "中山": ("442000", 0.05), "惠州": ("441301", 0.05), "江门": ("440701", 0.04),
    "汕头": ("440501", 0.03), "湛江": ("440801", 0.03), "肇庆": ("441201", 0.02), "茂名": ("440901", 0.02),
    "韶关": ("440201", 0.01), "梅州": ("441401", 0.01), "清远": ("441801", 0.01), "揭阳": ("445201", 0.01),
    "阳江": ("441701", 0.005), "河源": ("441601", 0.005), "汕尾": ("441501", 0.005), "云浮": ("445301", 0.005),
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of member: how many there are, how active they are on average, and how they are called."""

    count: int
    activity: float
    names: tuple[str, ...]
    offices: tuple[str, ...] = ("91",)


KINDS = {
    "投标人": Kind(231, -0.30, (
        "{city}市{word}建设工程有限公司", "广东{word}建筑工程有限公司", "{city}{word}市政园林有限公司",
        "{word}（广东）机电设备有限公司", "{city}市{word}物业管理有限公司", "广东{word}环境科技有限公司",
        "{city}{word}医疗器械有限公司", "{word}交通工程（{city}）有限公司", "广东{word}水利水电工程有限公司")),
    "招标代理机构": Kind(151, 0.25, (
        "广东{word}招标代理有限公司", "{city}市{word}招标采购有限公司", "广东{word}项目管理有限公司",
        "{word}招标（{city}）有限公司", "{city}{word}工程咨询有限公司")),
    "采购人": Kind(90, 0.10, (
        "{city}{word}职业技术学院", "{city}{word}医院", "{city}市{word}城市建设投资有限公司",
        "广东{word}供水集团有限公司", "{city}{word}公益服务促进会"), ("12", "12", "91", "91", "51")),
    "造价咨询企业": Kind(68, 0.10, (
        "广东{word}工程造价咨询有限公司", "{city}市{word}造价咨询事务所有限公司", "{word}（{city}）工程造价咨询有限公司")),
    "软件与网络安全企业": Kind(42, -0.05, (
        "{city}{word}软件有限公司", "广东{word}信息安全技术有限公司", "{city}市{word}网络科技有限公司")),
    "交易中心": Kind(22, 0.60, ("{city}{word}公共资源交易中心", "{city}{word}产权交易中心"), ("12", "12")),
    "拍卖企业": Kind(4, 0.60, ("广东{word}拍卖有限公司", "{city}{word}拍卖行有限公司")),
}  # fmt: skip
RATED = ("投标人", "招标代理机构", "造价咨询企业")  # the kinds an authority gives a credit score


def invent_members(rng: np.random.Generator) -> pd.DataFrame:
    """The register, indexed by membership number, with the hidden traits `activity` and `diligence`.

    Both are about standard normal; `activity` has a long right tail: a few members are seen everywhere.
    """
    kinds = np.repeat(list(KINDS), [kind.count for kind in KINDS.values()])
    rng.shuffle(kinds)
    size = len(kinds)
    cities = rng.choice(list(CITIES), size=size, p=[share for _, share in CITIES.values()])
    names, offices = _names(kinds, cities, rng)
    prefixes = [office + CITIES[city][0] for office, city in zip(offices, cities, strict=True)]
    activity = rng.normal(0, 0.7, size) + rng.exponential(0.5, size) - 0.5
    activity += [KINDS[kind].activity for kind in kinds]
    joined = np.datetime64("2017-06-20") + rng.integers(0, 100, size).astype("timedelta64[D]")
    late = np.arange(size) >= size - 14  # the last fourteen came after the action had begun
    joined[late] = np.datetime64("2018-02-01") + np.sort(rng.integers(0, 300, late.sum())).astype(
        "timedelta64[D]"
    )
    joined[~late] = np.sort(joined[~late])
    members = pd.DataFrame(
        {
            "credit_code": credit_codes(prefixes, rng),
            "name": names,
            "category": kinds,
            "city": cities,
            "size": rng.choice(["大型", "中型", "小型", "微型"], size=size, p=[0.12, 0.33, 0.43, 0.12]),
            "joined_on": joined.astype("datetime64[us]"),
            "contact": [str(rng.choice(list(SURNAMES))) + str(rng.choice(GIVEN)) for _ in range(size)],
            "phone": [f"129{number:08d}" for number in rng.integers(0, 10**8, size)],
            "activity": np.where(late, np.minimum(activity, -0.4), activity),
        },
        index=pd.Index([f"GD{number:04d}" for number in range(1, size + 1)], name="number"),
    )
    members["diligence"] = 0.6 * members["activity"] + rng.normal(0, 0.8, size)
    members["regulator_score"] = _regulator_scores(members, rng)
    return members.assign(council=_council(members, rng))


def _names(kinds: np.ndarray, cities: np.ndarray, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    words = [first + second for first in FIRST for second in SECOND]
    picked = rng.choice(len(words), size=len(kinds), replace=False)
    names, offices = [], []
    for word, kind, city in zip(picked, kinds, cities, strict=True):
        form = int(rng.integers(len(KINDS[kind].names)))
        names.append(KINDS[kind].names[form].format(city=city, word=words[word]))
        offices.append(KINDS[kind].offices[form % len(KINDS[kind].offices)])
    return names, offices


def _regulator_scores(members: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """The authority's own score of the rated kinds; for one in eight it is not known."""
    scores = (84 + 3 * members["diligence"] + rng.normal(0, 5, len(members))).clip(60, 99.5).round(1)
    known = rng.random(len(members)) > 0.12
    return scores.where(members["category"].isin(RATED) & known)


def _council(members: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """One president's unit, six vice presidents' and some eighty on the council; the active are chosen more."""
    wish = members["activity"] + rng.normal(0, 0.8, len(members))
    place = wish.where(members["joined_on"] < "2018-01-01", -9).rank(ascending=False)
    duties = np.select(
        [place == 1, place <= 7, place <= 30, place <= 88],
        ["会长单位", "副会长单位", "常务理事", "理事"],
        "会员",
    )
    return pd.Series(duties, index=members.index)
