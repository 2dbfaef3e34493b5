"""Amendments: what one scheme decides otherwise than another, in the words of a minute; and what a committee calls each key and value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from toolkit.ground.text import Phrase, in_words_before, joined, phrase
from toolkit.scheme.outcomes import FIRST_PLACES, FIRST_PLACES_TITLE
from toolkit.scheme.outliers import TREATMENTS
from toolkit.scheme.shapes import SHAPES
from toolkit.scheme.writing import identified, plain_values

if TYPE_CHECKING:
    from toolkit.ground.toml_syntax import Raw
    from toolkit.scheme import Scheme


KEYS: dict[str, Phrase] = {
    "above": Phrase("须高于", "above"),
    "all_of": Phrase("须全部满足", "all of"),
    "any_of": Phrase("满足其一", "any of"),
    "none_of": Phrase("不得有", "none of"),
    "publication.address": Phrase("受理地址", "address"),
    "adjustment": Phrase("加减分项", "adjustment"),
    "aggregate": Phrase("合成方法", "aggregate"),
    "among": Phrase("须为", "among"),
    "apart": Phrase("等级之外另定的", "grades apart"),
    "instead_of": Phrase("代替哪些等级", "instead of"),
    "appeal": Phrase("申诉中的状态", "states under appeal"),
    "applied": Phrase("申报栏", "applied"),
    "applied_only": Phrase("只评申报会员", "applicants only"),
    "cumulative": Phrase("名额连同更高等级", "places count better bands"),
    "eligible_only": Phrase("只评符合申报条件的会员", "eligible members only"),
    "level": Phrase("名额线上同分的", "level at the last place"),
    "applies_to": Phrase("适用类别", "applies to"),
    "approval": Phrase("批准文号", "approval"),
    "as_of": Phrase("评价基准日", "as-of date"),
    "at_least": Phrase("满多少", "at least"),
    "at_least_until": Phrase("最早失效日栏", "at least until"),
    "at_most": Phrase("低至多少", "at most"),
    "award": Phrase("奖项", "award"),
    "bands": Phrase("等级划分", "bands"),
    "bad": Phrase("同意公开不良行为的栏", "consent to bad conduct"),
    "below": Phrase("须低于", "below"),
    "beside": Phrase("可兼得的奖项", "beside"),
    "best": Phrase("最好值", "best"),
    "measure.best": Phrase("只计最好的几条", "best rows"),
    "measure.points": Phrase("各取值的分数", "points of states"),
    "better": Phrase("方向", "better"),
    "by": Phrase("按何得分排序", "places go by"),
    "cap": Phrase("封顶", "cap"),
    "class": Phrase("类别栏", "class"),
    "classes": Phrase("只要求哪些类别", "of which classes"),
    "column": Phrase("栏目", "column"),
    "certainty": Phrase("公众页写明名单稳不稳", "public told how sure"),
    "condition": Phrase("申报条件", "condition"),
    "consent": Phrase("公开须经同意", "consent"),
    "contact": Phrase("联系", "contact"),
    "decimals": Phrase("小数位数", "decimals"),
    "decimals_of": Phrase("何数取小数位数", "decimals of"),
    "default": Phrase("无记录会员的等级", "grade of newcomers"),
    "crossed_with": Phrase("与哪一栏一并计分", "crossed with"),
    "budget": Phrase("经费总额", "budget"),
    "cost": Phrase("所需经费", "cost"),
    "deadline": Phrase("截止日", "deadline"),
    "discard": Phrase("去掉最差几条", "discarded"),
    "distinct": Phrase("按何去重", "distinct"),
    "edition": Phrase("届次", "edition"),
    "effect": Phrase("后果", "effect"),
    "publication.email": Phrase("受理邮箱", "e-mail"),
    "english": Phrase("英文名称", "English names"),
    "eligibility": Phrase("申报资格", "eligibility"),
    "end_day": Phrase("到期日当天", "end day"),
    "expert": Phrase("专家代号栏", "expert"),
    "exponent": Phrase("指数", "exponent"),
    "experts": Phrase("专家票数", "what experts count"),
    "fields": Phrase("公开内容", "fields"),
    "floor": Phrase("保底", "floor"),
    "former_code": Phrase("原代码栏", "former code"),
    "former_names": Phrase("曾用名栏", "former names"),
    "first": Phrase("须在前多少以内", "among the first"),
    "found": Phrase("已定的上下限", "goalposts found"),
    "from": Phrase("起算日栏", "from"),
    "good": Phrase("同意公开良好行为的栏", "consent to good conduct"),
    "grade": Phrase("等级", "grade"),
    "grades": Phrase("信用等级", "grades"),
    "greatest": Phrase("最大值", "greatest"),
    "group": Phrase("分组", "group"),
    "groups": Phrase("表决的分组", "groups voted on"),
    "harshness": Phrase("宽严校正", "harshness"),
    "handed_on": Phrase("名额递补", "places handed on"),
    "head_office": Phrase("总部栏", "head office"),
    "publication.hours": Phrase("接待时间", "office hours"),
    "id": Phrase("编号", "id"),
    "in_all": Phrase("各类合计名额", "places in all"),
    "in_period": Phrase("须发生在评价期内", "happened in the period"),
    "indicator": Phrase("指标", "indicator"),
    "interests": Phrase("利害关系申报表", "interests"),
    "keep": Phrase("同一事项取哪一条", "row kept"),
    "key": Phrase("主键栏", "key"),
    "kurtosis": Phrase("峰度上限", "kurtosis"),
    "label": Phrase("名称", "label"),
    "lambda": Phrase("λ 参数", "lambda"),
    "language": Phrase("语言", "language"),
    "lasts": Phrase("有效期", "lasts"),
    "repairable_after": Phrase("满多久可申请修复", "repair may be asked for after"),
    "least": Phrase("最低", "least"),
    "missing_of": Phrase("缺失按何补", "stands in for"),
    "least_present": Phrase("至少有数据的比例", "least share present"),
    "left": Phrase("退会日栏", "left"),
    "lower_by": Phrase("降几级", "lower by"),
    "lowest": Phrase("最小值", "lowest"),
    "measure": Phrase("取数", "measure"),
    "members": Phrase("会员名册", "members"),
    "minimum": Phrase("最低分", "minimum"),
    "missing": Phrase("缺失时", "when missing"),
    "most": Phrase("最高", "most"),
    "name": Phrase("名称栏", "name"),
    "node": Phrase("节点", "node"),
    "not_applicable": Phrase("不适用的项", "where it does not apply"),
    "number": Phrase("名额个数", "places"),
    "obliged": Phrase("章程规定必须公开的", "obliged by the charter"),
    "observed": Phrase("有得分的", "observed"),
    "odd": Phrase("专家人数为单数", "odd number"),
    "offset": Phrase("平移量", "offset"),
    "once_per": Phrase("同一事项只计一次", "once per"),
    "open_ties": Phrase("未决的同分", "open ties"),
    "order": Phrase("公示顺序", "order"),
    "otherwise": Phrase("其他情形有效期", "otherwise"),
    "outliers": Phrase("异常值处理", "outliers"),
    "outside": Phrase("外部专家至少占", "outside"),
    "over": Phrase("分母", "over"),
    "publication.telephone": Phrase("受理电话", "telephone"),
    "times": Phrase("乘以", "times"),
    "mean_on": Phrase("按哪些日期平均", "mean over the days"),
    "overrun": Phrase("经费不够下一家时", "when the budget is short"),
    "papers": Phrase("公文", "papers"),
    "organisation": Phrase("单位全称", "organisation"),
    "trade": Phrase("行业", "trade"),
    "action": Phrase("行动名称", "action"),
    "council": Phrase("审议机构", "council"),
    "authority": Phrase("业务主管部门", "authority"),
    "phase": Phrase("阶段", "phase"),
    "phase.from": Phrase("起日", "from"),
    "phase.to": Phrase("止日", "to"),
    "appointment": Phrase("聘任登记", "appointments"),
    "appointment.from": Phrase("任期起日栏", "from"),
    "appointment.to": Phrase("任期止日栏", "to"),
    "appointment.number": Phrase("聘书编号栏", "number"),
    "body": Phrase("机构栏", "body"),
    "post": Phrase("职务栏", "post"),
    "duty": Phrase("职责栏", "duty"),
    "versions": Phrase("各类会员应签的版本", "versions by class"),
    "workplan": Phrase("秘书处工作计划", "work of the secretariat"),
    "item": Phrase("事项", "item"),
    "done": Phrase("完成日期", "done"),
    "due": Phrase("截止日期", "due"),
    "evidence": Phrase("凭据", "evidence"),
    "asks": Phrase("要求", "what it asks"),
    "work": Phrase("工作内容", "work"),
    "only": Phrase("只要求", "asked alone"),
    "together": Phrase("全体合计", "taken together"),
    "voluntary": Phrase("自愿", "voluntary"),
    "rounds": Phrase("公示轮次", "rounds of notice"),
    "panel": Phrase("专家评分", "panel"),
    "per": Phrase("每单位分值", "points for each"),
    "quota.per": Phrase("同组限额", "of those alike"),
    "period": Phrase("评价期", "period"),
    "pledge": Phrase("同意公开承诺书的栏", "consent to the pledge"),
    "points": Phrase("得分", "points"),
    "previous": Phrase("上一届结果", "previous edition"),
    "publication": Phrase("公示", "publication"),
    "publish": Phrase("封存包中的判断票、评分表", "ballots and score sheets in the bag"),
    "holds": Phrase("评分表中是各位专家的评分还是专家组的结果", "sheets or results in the panel's tables"),
    "quota": Phrase("名额", "quota"),
    "rank": Phrase("名次", "rank"),
    "records": Phrase("公众可见的诚信记录栏", "columns of records shown"),
    "repaired": Phrase("修复日栏", "repaired"),
    "require": Phrase("另须达到", "required"),
    "reserve": Phrase("候补个数", "reserves"),
    "rise_require": Phrase("升级须满足", "rising requires"),
    "rise_at_most": Phrase("最多升几级", "rises at most"),
    "rivals": Phrase("同类会员也回避", "rivals"),
    "roles": Phrase("须签名的职务和人数", "who has to sign"),
    "round": Phrase("以第几轮为准", "deciding round"),
    "rounding": Phrase("取整方式", "rounding"),
    "scale": Phrase("满分", "scale"),
    "schema": Phrase("格式版本", "schema"),
    "seed": Phrase("随机种子", "seed"),
    "shape": Phrase("计分方法", "shape"),
    "share": Phrase("名额比例", "share"),
    "signatures": Phrase("签名", "signatures"),
    "skewness": Phrase("偏度上限", "skewness"),
    "skip": Phrase("不计的状态", "skipped"),
    "source": Phrase("依据", "source"),
    "stands_in": Phrase("缺失时已定的替代值", "what stands in"),
    "sum": Phrase("按何合计", "sum of"),
    "table": Phrase("数据表", "table"),
    "tails": Phrase("两端比例", "tails"),
    "take": Phrase("取法", "take"),
    "shortlist": Phrase("初审入围", "shortlist"),
    "decided": Phrase("入围名单以何为准", "who is on it as decided"),
    "ties": Phrase("同分处理", "ties"),
    "title": Phrase("办法名称", "title"),
    "to": Phrase("换算到", "to"),
    "total": Phrase("总分", "total"),
    "treat": Phrase("处理方法", "treatment"),
    "trim": Phrase("去掉最高最低各几个", "trimmed"),
    "under_appeal": Phrase("申诉期间", "under appeal"),
    "unit": Phrase("单位", "unit"),
    "until": Phrase("失效日栏", "until"),
    "unverified": Phrase("未核实的记录", "unverified"),
    "valid_for": Phrase("等级有效期", "valid for"),
    "value": Phrase("计分", "value"),
    "version": Phrase("承诺书版本栏", "version of the pledge"),
    "veto": Phrase("一票否决", "veto"),
    "weight": Phrase("权重", "weight"),
    "weighting": Phrase("专家赋权", "weights by ballot"),
    "weights": Phrase("权重写法", "weights"),
    "when": Phrase("情形", "when"),
    "where": Phrase("只计", "where"),
    "window": Phrase("时限", "window"),
    "withdrawn": Phrase("撤销日栏", "withdrawn"),
    "within": Phrase("范围", "within"),
    "working_days": Phrase("公示工作日", "working days"),
    "worst": Phrase("最差值", "worst"),
    **{key: words for kind in SHAPES.values() for key, words in kind.parameters.items()},
}
OWN_WORDS: dict[str, Phrase] = {
    "any_of.at_least": Phrase("至少满足几项", "at least so many of them"), "asks.by": Phrase("截止日", "due by"),
    "asks.from": Phrase("从哪天起的算数", "counted from"), "asks.least": Phrase("至少", "at least"),
    "asks.measure": Phrase("数什么", "what is counted"), "consent.award": Phrase("同意公开获奖的栏", "consent to the award"),
    "consent.grade": Phrase("同意公开等级的栏", "consent to the grade"), "consent.holds": Phrase("有效的同意须为", "what a valid consent holds"),
    "consent.rank": Phrase("同意公开名次的栏", "consent to the rank"), "consent.total": Phrase("同意公开总分的栏", "consent to the total"),
    "consent.withdrawn": Phrase("撤回日栏", "withdrawn on"), "effect.award": Phrase("不得获的奖项", "awards not to be had"),
    "effect.grade": Phrase("定为等级", "grade given"), "first.number": Phrase("前几名", "the first so many"),
    "first.share": Phrase("前百分之几", "the first share"), "grades.above": Phrase("分数线不含本数的等级", "grades above their line"),
    "group.group": Phrase("上级", "belongs to"), "indicator.group": Phrase("上级", "belongs to"),
    "measure.among": Phrase("在哪些记录之中", "among which records"), "measure.weight": Phrase("权数栏", "weights by"),
    "panel.experts": Phrase("专家名册", "register of experts"), "panel.trim_from": Phrase("满几位专家才去掉", "trimmed from so many experts on"),
    "quota.least": Phrase("每类至少", "at least in each class"), "quota.most": Phrase("每类至多", "at most in each class"),
    "shortlist.by": Phrase("初审按何得分", "the first stage goes by"), "sum.of": Phrase("合计哪些项", "sum of which"),
    "ties.order": Phrase("取值的先后", "order of the states"), "value.among": Phrase("与哪些会员相比", "compared among"),
    "value.ties": Phrase("数值相同的名次", "ranks of equal values"),
}  # fmt: skip
"""Of keys that say something of their own within one part; not in what was sealed before 1.0.0."""


def key_words(key: str, within: str = "") -> Phrase:
    """What a committee calls a key, maybe otherwise `within` another; the key itself where it has no name of its own.

    Examples
    --------
    >>> key_words("weight").zh, key_words("轻微").en, key_words("hours", "publication").zh, key_words("hours", "where").zh
    ('权重', '轻微', '接待时间', 'hours')
    """
    own = None if in_words_before("1.0.0") else OWN_WORDS.get(f"{within}.{key}")
    return own or KEYS.get(f"{within}.{key}") or KEYS.get(key, Phrase(key, key))


def place_in_words(place: str, labels: Mapping[str, str]) -> Phrase:
    """A place in the scheme as a committee says it: items by their labels, keys by their names; as it is where it holds neither.

    Examples
    --------
    >>> place_in_words("award[best].quota", {"best": "优秀会员"}).zh, place_in_words("name", {}).zh
    ('优秀会员 · 名额', 'name')
    """
    parts = [(key, id_.strip("[]")) for key, id_ in PLACED.findall(place)]
    if not any(id_ in labels for _, id_ in parts):
        return Phrase(place, place)
    return joined((Phrase(*[labels[id_]] * 2) if id_ in labels else key_words(key, within) for (key, id_), (within, _) in zip(parts, [("", ""), *parts], strict=False)), " · ", " · ")


PLACED = re.compile(r"([^.\[]+)(\[[^\]]+\])?\.?")
FIELDS = {"name": Phrase("名称", "name"), "class": Phrase("类别", "class"), "award": Phrase("奖项", "award"), "grade": Phrase("等级", "grade"),
          "rank": Phrase("名次", "rank"), "total": Phrase("总分", "total")}  # fmt: skip
# Values that mean this under these keys only: elsewhere the same word may be the name of a column.
WORDS_OF: dict[str, dict[str, Phrase]] = {
    "keep": {"first": Phrase("列在前面的", "the first"), "highest": Phrase("分数最高的", "the highest"), "lowest": Phrase("分数最低的", "the lowest")},
    "of": {"mean": Phrase("平均数", "mean"), "median": Phrase("中位数", "median")},
    "within": {"all": Phrase("全部会员", "all members"), "class": Phrase("本类会员", "the class")},
    "among": {"all": Phrase("全部会员", "all members"), "eligible": Phrase("参评的会员", "those that take part")},
    "ties": {"best": Phrase("取最高名次", "the best rank"), "average": Phrase("取平均名次", "the mean rank")},
    "missing": {"class_mean": Phrase("按本类平均分计", "class mean"), "mean": Phrase("按全部会员平均分计", "mean"), "median": Phrase("按全部会员中位数计", "median")},
    "take": {
        "sum": Phrase("合计", "sum"), "count": Phrase("条数", "count"), "distinct": Phrase("不同取值个数", "distinct"), "any": Phrase("有无", "any"),
        "latest": Phrase("最近一次", "latest"), "mean": Phrase("平均", "mean"), "weighted_mean": Phrase("加权平均", "weighted mean"),
        "max": Phrase("最大", "max"), "min": Phrase("最小", "min"), "ratio": Phrase("比值", "ratio"), "panel": Phrase("专家评分", "panel"),
    },
    "under_appeal": {"count": Phrase("照计", "count"), "count_and_mark": Phrase("照计并注明", "count and mark"), "skip": Phrase("暂不计", "skip")},
    "unverified": {"left_out": Phrase("不计", "left out"), "counts": Phrase("计入", "counts")},
    "end_day": {"counts": Phrase("到期当日仍计", "counts"), "excluded": Phrase("到期当日不计", "excluded")},
    "harshness": {"none": Phrase("不校正", "none"), "zscore": Phrase("标准分", "z-scores"), "mixed_model": Phrase("混合模型", "mixed model")},
    "holds": {"sheets": Phrase("专家评分表", "sheets"), "results": Phrase("专家组的结果", "results")},
    "publish": {"none": Phrase("不保留", "none")},
    "award": {"none": Phrase("一律不得获奖", "none")},
    "order": {"name": Phrase("按名称", "by name"), "class": Phrase("按类别", "by class"), "rank": Phrase("按名次", "by rank")},
    "rounding": {"floor": Phrase("舍去小数", "rounded down"), "ceil": Phrase("有小数就进一", "rounded up"), "half_up": Phrase("四舍五入", "rounded half up"), "down": Phrase("舍去尾数", "cut")},
    "level": {"better": Phrase("同分的都给", "all level ones"), "worse": Phrase("同分的都不给", "none of the level ones")},
    "overrun": {"stop": Phrase("到此为止", "stop"), "skip": Phrase("跳过，看下一家", "skip to the next")},
    "missing_of": {"value": Phrase("得分", "its value"), "raw": Phrase("原始值", "the raw value")},
    "decimals_of": {"points": Phrase("所得分数", "its points"), "score": Phrase("本项得分", "its own score")},
    "language": {"zh": Phrase("中文", "Chinese"), "en": Phrase("英文", "English")},
    "weights": {"percent": Phrase("百分比，同级合计 100", "percent"), "points": Phrase("相对值", "points")},
    "public": FIELDS,
    "member": FIELDS,
}  # fmt: skip


def value_words(value: object, key: str = "") -> Phrase:
    """What a committee calls a value of a key; the value itself where it has no name of its own.

    Examples
    --------
    >>> value_words("class_median").zh, value_words("floor", "rounding").zh
    ('按本类中位数计', '舍去小数')
    """
    return WORDS_OF.get(key, {}).get(str(value)) or WORDS.get(value, Phrase(str(value), str(value)))


EMPTY: tuple[Any, ...] = (None, "", [], {})
WORDS: dict[object, Phrase] = {
    True: Phrase("是", "yes"),
    False: Phrase("否", "no"),
    None: Phrase("无", "none"),
    "": Phrase("无", "none"),
    "arithmetic": Phrase("加权算术平均", "arithmetic"),
    "geometric": Phrase("加权几何平均", "geometric"),
    "harmonic": Phrase("加权调和平均", "harmonic"),
    "minimum": Phrase("取最低", "minimum"),
    "maximum": Phrase("取最高", "maximum"),
    "product": Phrase("按占满分的比例相乘", "product"),
    "quotient": Phrase("第一项与第二项之比", "quotient"),
    "rescale": Phrase("其余各项按比例放大", "the others raised in proportion"),
    "conditional": Phrase("按情形加权", "conditional"),
    "worst": Phrase("按最低值计", "worst"),
    "exclude": Phrase("不计，权重分给同级", "exclude"),
    "class_median": Phrase("按本类中位数计", "class median"),
    "unranked": Phrase("不排名", "unranked"),
    "error": Phrase("视为错误", "error"),
    FIRST_PLACES: FIRST_PLACES_TITLE,
    "joint": Phrase("并列", "joint"),
    "committee": Phrase("由委员会决定", "left to the committee"),
    "refused": Phrase("未决定前不得封存", "not to be sealed"),
    "may_stay": Phrase("可以暂不决定", "may stay open"),
    **{name: treatment.title for name, treatment in TREATMENTS.items()},
    **{name: shape.title for name, shape in SHAPES.items()},
    "higher": Phrase("越大越好", "higher"),
    "lower": Phrase("越小越好", "lower"),
    "median": Phrase("中位数", "median"),
    "trimmed": Phrase("去掉最高最低后平均", "trimmed mean"),
    "aij": Phrase("先合并两两比较", "joint comparisons"),
    "sum": Phrase("合计", "sum"),
    "pseudonyms": Phrase("只留编号", "by code"),
}
Side: TypeAlias = tuple[Any, Any]  # as written, and with what holds by default
NODE_KEYS = ("ties", "node", "by", "group", "observed")


@dataclass(frozen=True)
class Amendment:
    """One thing decided otherwise.

    Parameters
    ----------
    place
        Where it stands in the scheme, as `Scheme.with_` takes it: ``indicator[pledge].weight``.
    kind
        Whether an item or a key was added, removed, put elsewhere in its list, or changed.
    before, after
        Plain values; None where there is none.
    words
        The change as a minute says it.
    """

    place: str
    kind: Literal["added", "removed", "moved", "changed"]
    before: Any
    after: Any
    words: Phrase


def diff(before: Scheme, after: Scheme) -> tuple[Amendment, ...]:
    """What `after` decides otherwise than `before`, in the order of the schemes; empty when they say the same.

    Examples
    --------
    >>> diff(scheme, scheme.with_weights({"learning": 35}))[0].words.zh  # doctest: +SKIP
    '权重：学习培训 30 → 35'
    """
    old, new = ((plain_values(scheme), plain_values(scheme, written=False)) for scheme in (before, after))
    labels = {item["id"]: item.get("label", item["id"]) for written, _ in (old, new) for item in _items(written)}
    return tuple(_between(old, new, (), (), labels))


def _items(raw: Raw) -> Iterator[Raw]:
    for listed in raw.values():
        if identified(listed):
            yield from listed


def _between(old: Side, new: Side, path: tuple[str, ...], names: tuple[Phrase, ...], labels: Raw) -> Iterator[Amendment]:
    """What was written on either side; where only one wrote it, beside what holds by default on the other."""
    for key in dict.fromkeys([*old[0], *new[0]]):
        first, second = (_held(side, key) for side in (old, new))
        if first[1] == second[1]:
            continue
        if identified(first[0]) or identified(second[0]):
            yield from _lists(key, first, second, labels)
        elif _alike(first[0], second[0]):
            yield from _between(first, second, (*path, key), (*names, key_words(key, _bare(path))), labels)
        else:
            yield _changed((*path, key), (*names, key_words(key, _bare(path))), first[0], second[0], labels)


def _bare(path: tuple[str, ...]) -> str:
    """The key that the next one stands within, without which of its list: `phase` of `phase[organise]`; empty at the top."""
    return "" if not path else path[-1] if in_words_before("1.0.0") else path[-1].partition("[")[0]


def _held(side: Side, key: str) -> Side:
    written, whole = side
    default = whole.get(key)
    return written.get(key, default), default


def _alike(first: Any, second: Any) -> bool:
    """Whether two tables differ key by key, rather than as a whole: another shape is another decision."""
    return isinstance(first, dict) and isinstance(second, dict) and first.get("shape") == second.get("shape")


def _lists(key: str, old: Side, new: Side, labels: Raw) -> Iterator[Amendment]:
    first, second = ({item["id"]: (item, whole) for item, whole in zip(*side, strict=True)} for side in (old, new))
    for id_ in dict.fromkeys([*first, *second]):
        place, named = f"{key}[{id_}]", Phrase(*[str(labels[id_])] * 2)
        if id_ not in second:
            words = _sentence("删去{what}：{label}", "{what} removed: {label}", key, named)
            yield Amendment(place, "removed", first[id_][0], None, words)
        elif id_ not in first:
            words = _sentence("新增{what}：{label}", "{what} added: {label}", key, named)
            yield Amendment(place, "added", None, second[id_][0], words)
        else:
            yield from _between(first[id_], second[id_], (place,), (named,), labels)
    both = [[id_ for id_ in ids if id_ in first and id_ in second] for ids in (first, second)]
    if both[0] != both[1]:
        zh = phrase("{what}的先后改为：{order}", "{en}: now in the order {order}", what=key_words(key).zh, en=key_words(key).en,
                    order="、".join(str(labels[id_]) for id_ in second))  # fmt: skip
        yield Amendment(key, "moved", both[0], both[1], zh)


def _sentence(zh: str, en: str, key: str, named: Phrase) -> Phrase:
    return Phrase(zh.format(what=key_words(key).zh, label=named.zh), en.format(what=key_words(key).en, label=named.en))


def _changed(path: tuple[str, ...], names: tuple[Phrase, ...], first: Any, second: Any, labels: Raw) -> Amendment:
    """The last of the names is what was changed, those before it where: 权重：学习交流 40 → 35."""
    *where, what = names
    places = joined(where, " · ", " · ")
    named = labels if path[-1] in NODE_KEYS else {}
    digits = 15 if _rounded_alike(first, second) else 6
    old, new = _worded(first, named, digits, path[-1]), _worded(second, named, digits, path[-1])
    zh = "：".join(part for part in (what.zh, f"{places.zh} {old.zh} → {new.zh}".strip()) if part)
    en = ": ".join(part for part in (what.en, f"{places.en} {old.en} → {new.en}".strip()) if part)
    kind: Literal["added", "removed", "changed"] = "added" if first is None else "removed" if second is None else "changed"
    return Amendment(".".join(path), kind, first, second, Phrase(zh, en))


def _rounded_alike(first: Any, second: Any) -> bool:
    numbers = isinstance(first, float | int) and isinstance(second, float | int)
    return numbers and f"{first:.6g}" == f"{second:.6g}"


def _worded(value: Any, labels: Raw, digits: int = 6, of: str = "") -> Phrase:
    if isinstance(value, dict):
        parts = [(key_words(str(key), of), _worded(item, labels, digits, str(key))) for key, item in value.items() if item not in EMPTY]
        return joined(Phrase(f"{key.zh} {words.zh}", f"{key.en} {words.en}") for key, words in parts)
    if isinstance(value, list):
        return joined((_worded(item, labels, digits, of) for item in value), "、") if value else WORDS[None]
    if of == "share" and isinstance(value, float | int):  # as the committee says it, and the board's box
        return Phrase(*[f"{100 * value:.{digits}g}%"] * 2)
    if isinstance(value, float):
        return Phrase(*[f"{value:.{digits}g}"] * 2)
    if isinstance(value, int) and not isinstance(value, bool):  # 1 is not "yes"
        return Phrase(*[str(value)] * 2)
    named = WORDS_OF.get(of, {}).get(str(value)) or WORDS.get(value)
    return named or Phrase(*[str(labels.get(value, value))] * 2)
