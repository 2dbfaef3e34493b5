"""What can be wrong with a scheme beyond single fields: sums, names that lead nowhere, bands that overlap.

Each check takes the file as plain values and yields faults. It passes over what has the wrong type, because
the model reports that, so that one bad field never hides another fault. Here are those of ``[panel]``, ``[weighting]`` and
``[publication]``, and of grades: their bands, the places of bands, what they ask for, how far they rise; beside it those of measures and
shapes, of awards, and of the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Any

from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import KeyPath, Raw, at, is_number
from toolkit.scheme.checks.measures import demands, is_day, measures_faults, ranges_faults, shapes_faults
from toolkit.scheme.checks.outcomes import (
    CONDITION,
    outcomes_faults,
    quota_faults,
    requirement_faults,
    scores_asked,
)
from toolkit.scheme.checks.tree import ids, items, patterns_faults, tree_faults, unknown
from toolkit.scheme.criteria import GIVE_CODE, NO_CODE, is_pseudonym
from toolkit.scheme.outcomes import PERMISSIONS, PERMITTED_BY, Permission

GRADE = Phrase("等级", "grade")
# What grades may ask for, the column it needs, and what to say without that.
GROUNDS: tuple[tuple[KeyPath, KeyPath, Phrase, Phrase], ...] = (
    (("grades", "rise_at_most"), ("previous", "grade"),
     Phrase("限制升级，但没有写明上届等级在哪里", "rising is bounded, but nothing says where the previous grades stand"),
     Phrase("请在 [previous] 中写 grade", "write `grade` in [previous]")),
    (("grades", "rise_require"), ("previous", "grade"),
     Phrase("写了升级须满足的条件，但没有写明上届等级在哪里", "it says what rising requires, but nothing says where the previous grades stand"),
     Phrase("请在 [previous] 中写 grade", "write `grade` in [previous]")),
    (("grades", "eligible_only"), ("eligibility", "require"),
     Phrase("只评符合申报条件的会员，但办法没有申报条件", "only eligible members are graded, but nothing says who is"),
     Phrase("请写 [eligibility]，或删去这一项", "write [eligibility], or remove it")),
    (("grades", "applied_only"), ("members", "applied"),
     Phrase("只评申报的会员，但没有写明谁申报了", "only applicants are graded, but nothing says who applied"),
     Phrase("请在 [members] 中写 applied，或删去这一项", "name [members] applied, or remove it")),
)  # fmt: skip


def grades_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of the grades."""
    pairs = _pairs(raw)
    if pairs is None:
        return ()
    names = [str(band[0]) for band in at(raw, ("grades", "bands")) if isinstance(band, list) and band]
    return chain(_order(raw, pairs), _repeats(names), _reach(raw, pairs), _names(raw, names), _band_quotas(raw, names), _rise(raw), _groundless(raw))


def _pairs(raw: Raw) -> list[Any] | None:
    bands = at(raw, ("grades", "bands"))
    if not isinstance(bands, list):
        return None
    return [band for band in bands if isinstance(band, list) and len(band) == 2 and is_number(band[1])]


def _order(raw: Raw, pairs: list[Any]) -> Iterator[Fault]:
    placed = at(raw, ("grades", "quota"))
    if at(raw, ("total", "better")) == "lower":  # refused beside grades, with their bounds turned round
        return
    for above, below in pairwise(pairs):
        level = below[1] == above[1] and isinstance(placed, dict) and above[0] in placed
        if below[1] >= above[1] and not level:
            rule = phrase(
                "等级 {below} 的下限 {low:g} 不低于 {above} 的下限 {high:g}，两档重叠",
                "the lower bound {low:g} of {below} is not below the {high:g} of {above}: the bands overlap",
                below=below[0], low=below[1], above=above[0], high=above[1],
            )  # fmt: skip
            mend = Phrase("请从高到低排列各档下限", "order the bands from the highest bound down")
            yield Fault(("grades", "bands"), rule, mend)


def _repeats(names: list[str]) -> Iterator[Fault]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        rule = phrase("等级“{name}”写了两次", "the grade `{name}` is written twice", name=name)
        yield Fault(("grades", "bands"), rule, Phrase("请换一个名称", "give one another name"))


def _reach(raw: Raw, pairs: list[Any]) -> Iterator[Fault]:
    """A bound above the scale is reached by nobody, unless points are added to the total."""
    scale = raw.get("scale", 100)
    if not is_number(scale) or raw.get("adjustment"):
        return
    for name, bound in pairs:
        if bound > scale:
            rule = phrase(
                "等级 {name} 的下限 {bound:g} 高于满分 {scale:g}", "the lower bound {bound:g} of {name} is above the scale of {scale:g}",
                name=name, bound=bound, scale=scale,
            )  # fmt: skip
            yield Fault(("grades", "bands"), rule, Phrase("没有会员能达到，请改正下限", "nobody can reach it: mend the bound"))


def _names(raw: Raw, names: list[str]) -> Iterator[Fault]:
    default, required = at(raw, ("grades", "default")), at(raw, ("grades", "require"))
    if isinstance(default, str) and default not in names:
        yield unknown(("grades", "default"), GRADE, default, names)
    for grade in required if isinstance(required, dict) else ():
        if grade not in names:
            yield unknown(("grades", "require", grade), GRADE, grade, names)
        yield from requirement_faults(raw, ("grades", "require", grade))
    yield from _facts(raw, ("grades", "rise_require"))
    apart = at(raw, ("grades", "apart"))
    for place, item in enumerate(apart if isinstance(apart, list) else ()):
        if isinstance(item, dict):
            yield from _apart(raw, ("grades", "apart", place), item, names)


def _apart(raw: Raw, path: KeyPath, item: Raw, names: list[str]) -> Iterator[Fault]:
    yield from _facts(raw, (*path, "require"))
    if item.get("grade") in names:
        rule = phrase("“{grade}”已在等级之中", "`{grade}` is one of the bands", grade=item["grade"])
        yield Fault((*path, "grade"), rule, Phrase("请另起一个名称，或改用 require", "give it another name, or use `require`"))
    listed = item.get("instead_of")
    for place, name in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(name, str) and name not in names:
            yield unknown((*path, "instead_of", place), GRADE, name, names)


def _band_quotas(raw: Raw, names: list[str]) -> Iterator[Fault]:
    """What can be wrong with the places of bands."""
    quotas, listed = at(raw, ("grades", "quota")), at(raw, ("grades", "above"))
    for place, name in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(name, str) and name not in names:
            yield unknown(("grades", "above", place), GRADE, name, names)
    for name, quota in (quotas.items() if isinstance(quotas, dict) else ()):
        path: KeyPath = ("grades", "quota", name)
        if name not in names:
            yield unknown(path, GRADE, name, names)
        elif name == names[-1]:
            rule = phrase("“{grade}”是最低一级，够不上别级的都归入，不能限名额", "`{grade}` is the last band, in which everyone else ends: it cannot have so many places", grade=name)
            yield Fault(path, rule, Phrase("请删去，或再加一个更低的等级", "remove it, or add a band below"))
        if isinstance(quota, dict):
            yield from quota_faults(raw, path, quota)
            yield from (Fault((*path, key), *NOT_OF_BANDS) for key in sorted(set(quota) - OF_BANDS))
    if at(raw, ("grades", "cumulative")) is True and isinstance(quotas, dict):
        yield from _falling_places(quotas, names)
    for key in (key for key in ("cumulative", "level") if at(raw, ("grades", key)) is not None and not quotas):
        rule = phrase("{key} 只用于限名额的等级，没有写 quota", "`{key}` is about places of bands, and there is no `quota`", key=key)
        yield Fault(("grades", key), rule, Phrase("请写 quota，或删去这一项", "write `quota`, or remove it"))


def _falling_places(quotas: Raw, names: list[str]) -> Iterator[Fault]:
    """Cumulative places below those of a better band, or counted among others: they hold those of the better band too."""
    counted = [(name, quotas[name]) for name in names if isinstance(quotas.get(name), dict)]
    for (better, more), (name, quota) in pairwise(counted):
        path: KeyPath = ("grades", "quota", name)
        for key in ("number", "share"):
            if is_number(most := more.get(key)) and is_number(own := quota.get(key)) and own < most:
                rule = phrase("{grade} 级以上 {own} 少于 {better} 级的 {most}", "{own} for {grade} and better is less than the {most} of {better}", grade=name, better=better, own=own, most=most)
                yield Fault((*path, key), rule, Phrase("cumulative 时名额连同更高等级，请逐级不减", "with `cumulative` places count those of better bands: they cannot fall"))
        if more.get("within", "class") != quota.get("within", "class"):
            rule = phrase("{grade} 级与 {better} 级的 within 不同", "`within` of {grade} is another than that of {better}", grade=name, better=better)
            yield Fault((*path, "within"), rule, Phrase("cumulative 时各级须在同一范围内计数", "with `cumulative` all bands are counted among the same members"))


OF_BANDS = frozenset({"share", "number", "within", "rounding", "least", "most"})
NOT_OF_BANDS = (
    Phrase("等级的名额没有这一项", "places of bands have no such key"),
    Phrase("请删去；等级的名额可写 share、number、within、rounding、least、most", "remove it: places of bands have `share`, `number`, `within`, `rounding`, `least` and `most`"),
)


def _rise(raw: Raw) -> Iterator[Fault]:
    """By how many bands a member may rise is said by a number or by a condition."""
    named = at(raw, ("grades", "rise_at_most"))
    if isinstance(named, str) and named not in ids(raw, "condition"):
        yield unknown(("grades", "rise_at_most"), CONDITION, named, ids(raw, "condition"), raw)


def _facts(raw: Raw, path: KeyPath) -> Iterator[Fault]:
    """Every fault of requirements that may ask of conditions only, and of no score."""
    yield from requirement_faults(raw, path)
    for place in scores_asked(at(raw, path), path):
        rule = Phrase("这里只能要求条件，不能要求得分", "only conditions can be asked for here, and no score")
        yield Fault(place, rule, Phrase("请用 condition；最接近的办法是把同一取数另写成 [[condition]]", "ask for a condition: the nearest is to measure the same as a [[condition]]"))


def _groundless(raw: Raw) -> Iterator[Fault]:
    """What is asked for without a column that says it."""
    for path, column, rule, mend in GROUNDS:
        asked_for = at(raw, path)
        if asked_for is not None and asked_for is not False and at(raw, column) is None:
            yield Fault(path, rule, mend)



OF_EXPERTS = ("expert", "experts", "interests", "rivals", "harshness", "publish")
NOT_SELECTED = ("where", "window", "in_period", "once_per", "unverified")


def panel_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of ``[panel]`` and of what the panel is to score."""
    panel = raw.get("panel")
    if isinstance(panel, dict):
        yield from _quorum(panel)
        yield from _results_alone(panel)
    for path, measure in _scored(raw):
        if panel is None:
            rule = Phrase("由专家评分，但办法没有 [panel]", "experts score it, but the scheme has no [panel]")
            yield Fault((*path, "take"), rule, Phrase("请写 [panel]：minimum、trim", "write [panel] with `minimum` and `trim`"))
        if path[0] != "indicator":
            rule = Phrase("专家评分只用于指标", "a panel scores indicators only")
            yield Fault((*path, "take"), rule, Phrase("请改为指标", "make it an indicator"))
        yield from _place(path, measure, panel if isinstance(panel, dict) else {})


def _quorum(panel: Raw) -> Iterator[Fault]:
    minimum, trim, start = panel.get("minimum", 5), panel.get("trim", 0), panel.get("trim_from")
    if start is not None and trim == 0:
        rule = Phrase("没有写去掉几个，不必写满几位才去掉", "it says from how many scores some are left out, and not how many")
        yield Fault(("panel", "trim_from"), rule, Phrase("请写 trim，去掉最高分、最低分各几个", "write `trim`, how many of the highest and of the lowest"))
    elif is_number(start) and is_number(trim) and start <= 2 * trim:
        rule = phrase("满 {n} 位就去掉最高、最低各 {trim} 个，没有剩下的", "of {n:score|scores}, nothing is left without the {trim} highest and lowest", n=start, trim=trim)
        yield Fault(("panel", "trim_from"), rule, phrase("请把 trim_from 写成 {n} 以上，或减小 trim", "write a `trim_from` of {n} or more, or a smaller `trim`", n=2 * trim + 1))
    elif start is None and is_number(minimum) and is_number(trim) and minimum <= 2 * trim:
        rule = phrase("至少 {n} 位专家评分，去掉 {trim} 个最高分和 {trim} 个最低分后没有剩下的", "of {n:score|scores}, nothing is left without the {trim} highest and lowest",
                      n=minimum, trim=trim)  # fmt: skip
        mend = phrase("请把 minimum 写成 {n} 以上，或减小 trim；人少时不去掉的，写 trim_from = {n}", "write a `minimum` of {n} or more, or a smaller `trim`; where few scores are all kept, trim_from = {n}", n=2 * trim + 1)
        yield Fault(("panel", "minimum" if "minimum" in panel else "trim"), rule, mend)
    outside = panel.get("outside")
    above, _, below = outside.partition("/") if isinstance(outside, str) else ("", "", "")
    if above.isdigit() and below.isdigit() and int(above) > int(below):
        rule = Phrase("外部专家的比例大于 1", "more than all of the experts are to be from outside")
        yield Fault(("panel", "outside"), rule, Phrase("请写成 2/3 这样的比例", "write a share such as 2/3"))
    if panel.get("rivals") is True and panel.get("experts") is None:
        rule = Phrase("要回避所在单位的同类会员，却没有专家表", "rivals of an expert's employer are left out, but no table says who employs it")
        yield Fault(("panel", "rivals"), rule, Phrase("请写 experts", "name the table `experts`"))


def _results_alone(panel: Raw) -> Iterator[Fault]:
    """Where only the panel's results are there, nothing can be said of its experts."""
    if panel.get("holds") != "results":
        return
    for key in (key for key in OF_EXPERTS if key in panel):
        rule = phrase("只有专家组的结果，没有各位专家的评分，“{key}”无从适用", "there are the panel's results and no experts' scores: `{key}` does not apply", key=key)
        yield Fault(("panel", key), rule, phrase('请删去 {key}，或写 holds = "sheets"', 'remove {key}, or write holds = "sheets"', key=key))


def _scored(raw: Raw) -> Iterator[tuple[KeyPath, Raw]]:
    for name in ("indicator", "adjustment", "condition"):
        for place, item in items(raw, name):
            measure = item.get("measure")
            if isinstance(measure, dict) and measure.get("take") == "panel":
                yield (name, place, "measure"), measure


def _place(path: KeyPath, measure: Raw, panel: Raw) -> Iterator[Fault]:
    table, sheets = measure.get("table"), panel.get("table")
    if isinstance(table, str) and isinstance(sheets, str) and table != sheets:
        rule = phrase("评分表是“{sheets}”，这里却是“{table}”", "the score sheets are `{sheets}`, and not `{table}`", sheets=sheets, table=table)
        yield Fault((*path, "table"), rule, phrase('请写 table = "{sheets}"', 'write table = "{sheets}"', sheets=sheets))
    for key in (key for key in NOT_SELECTED if key in measure):
        rule = phrase("“{key}”不适用于专家评分", "`{key}` does not go with `panel`", key=key)
        yield Fault((*path, key), rule, Phrase("请删去：所有评分都计入", "remove it: every score counts"))


TOTAL = "total"


def weighting_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of ``[weighting]`` that no single field can see; what stands where a code should is not repeated."""
    weighting = raw.get("weighting")
    if not isinstance(weighting, dict):
        return
    experts = weighting.get("experts")
    if isinstance(experts, dict) and not all(map(is_pseudonym, experts)):
        yield Fault(("weighting", "experts"), NO_CODE, GIVE_CODE)
    voted, known = weighting.get("groups"), [TOTAL, *ids(raw, "group")]
    for place, group in enumerate(voted if isinstance(voted, list | tuple) else ()):
        if isinstance(group, str) and group not in known:
            yield unknown(("weighting", "groups", place), Phrase("分组", "group"), group, known)


NO_CONSENT = Phrase(
    "没有写明会员是否同意公开：可以计算和封存，不能公布", "it does not say how members agree to be named: it can be computed and sealed, not published"
)
ASK_CONSENT = Phrase(
    '请写 [publication.consent]：table = 承诺书的表，holds = 何种状态有效，award = 同意公开奖项的列；章程规定必须公开的，写 obliged = { award = "章程第…条" }',
    "write [publication.consent]: `table`, `holds`, and `award` = the column that permits it; where the charter obliges members, "
    'obliged = { award = "article ..." }',
)


def publication_faults(raw: Raw) -> Iterator[Fault]:
    """Every fault of ``[publication]``; without ``[publication.consent]`` a warning, since all but publishing goes on."""
    publication = raw.get("publication")
    if not isinstance(publication, dict):
        return
    consent = publication.get("consent")
    if consent is None:
        yield Fault(("publication",), NO_CONSENT, ASK_CONSENT, severity="warning")
    if isinstance(consent, dict):
        obliged = consent.get("obliged")
        borne = obliged if isinstance(obliged, dict) else {}
        yield from _consent(consent, borne)
        yield from _unpermitted(publication, {*consent, *borne})


COUNTED = ("count", "any", "distinct", "sum")
"""What a phase can ask at least so much of."""


def phases_faults(raw: Raw) -> Iterator[Fault]:
    """Phases that end before they begin, what is due before its phase begins, what is taken and cannot be asked for, and what cannot be voluntary."""
    for place, phase in items(raw, "phase"):
        first, last = phase.get("from"), phase.get("to")
        if is_day(first) and is_day(last) and last < first:
            rule = phrase("止日早于起日（{day}）", "it ends before it begins ({day})", day=first)
            yield Fault(("phase", place, "to"), rule, Phrase("请改正其中一个日期", "mend one of the two days"), value=str(last))
    for path, demand in demands(raw):
        phase, own, by, measure = raw["phase"][path[1]], demand.get("from"), demand.get("by"), demand.get("measure")
        first, last = phase.get("from"), by if is_day(by) else phase.get("to")
        if is_day(own) and is_day(last) and last < own:
            rule = phrase("起算日晚于截止日（{day}）", "it counts from a day after it is due ({day})", day=last)
            yield Fault((*path, "from"), rule, Phrase("请改正起算日或截止日", "mend one of the two days"), value=str(own))
        if is_day(first) and is_day(by) and by < first:
            rule = phrase("截止日早于本阶段的起日（{day}）", "it is due before the phase begins ({day})", day=first)
            yield Fault((*path, "by"), rule, Phrase("请改正截止日或阶段的起日", "mend one of the two days"), value=str(by))
        if isinstance(measure, dict) and (take := measure.get("take")) is not None and take not in COUNTED:
            rule = phrase("阶段的要求只按条数、有无、不同取值个数或合计计算，不能用 {take}", "a phase asks for a number of records or a sum, not for `{take}`", take=take)
            yield Fault((*path, "measure", "take"), rule, phrase("请改为 {takes}", "write {takes}", takes=" / ".join(COUNTED)))
        if demand.get("voluntary") is True and demand.get("together") is True:
            rule = Phrase("看全体合计的要求不是哪一家会员自愿与否的事", "what all members are to reach together is no member's choice")
            yield Fault((*path, "voluntary"), rule, Phrase("请删去 voluntary 或 together", "remove `voluntary` or `together`"))


def _consent(consent: Raw, borne: Raw) -> Iterator[Fault]:
    place, items_asked = ("publication", "consent"), [item for item in PERMISSIONS if item in consent]
    for item in (item for item in items_asked if item in borne):
        rule = phrase("{zh}既要会员同意，又写明是会员义务", "members are both asked for {en} and obliged to bear it", zh=PERMISSIONS[item].zh, en=PERMISSIONS[item].en)
        yield Fault((*place, item), rule, phrase("请删去 {item}，或把它从 obliged 中删去", "remove `{item}`, or take it out of `obliged`", item=item))
    if "award" not in items_asked and "award" not in borne:
        rule = Phrase("没有写明凭哪一列公布获奖名单，名单上一个会员也不能列", "no column permits the award: not one member could be named")
        yield Fault(place, rule, Phrase('请写 award = "列名"，或写 obliged', 'write award = "column", or `obliged`'))
    reads = [key for key in (*items_asked, "holds", "withdrawn", "version") if key in consent]
    if reads and "table" not in consent:
        rule = phrase("“{key}”是哪张表的列，没有写明", "it does not say of which table `{key}` is a column", key=reads[0])
        yield Fault(place, rule, Phrase('请写 table = "表名"', 'write table = "name"'))


def _unpermitted(publication: Raw, known: set[str]) -> Iterator[Fault]:
    """What is to be public although no member can permit it."""
    fields = publication.get("fields")
    listed = fields.get("public") if isinstance(fields, dict) else None
    for place, field in enumerate(listed if isinstance(listed, list | tuple) else ()):
        item: Permission = next((item for name, item in PERMITTED_BY.items() if name == field), "award")
        if item != "award" and item not in known:
            yield Fault(("publication", "fields", "public", place), *_nobody(item), severity="warning")
    if publication.get("order") == "rank" and "rank" not in known:
        yield Fault(("publication", "order"), *_nobody("rank"), severity="warning")


def _nobody(item: Permission) -> tuple[Phrase, Phrase]:
    name = PERMISSIONS[item]
    return (
        phrase("没有写明凭哪一列公布{zh}，对谁都不公布", "no column permits {en}: it is published of nobody", zh=name.zh, en=name.en),
        phrase('请在 [publication.consent] 写 {item} = "列名" 或 obliged，或在这里删去', 'write {item} = "column" or `obliged` in [publication.consent], or remove it here',
               item=item),
    )  # fmt: skip


def scheme_faults(raw: Raw) -> Iterable[Fault]:
    """Every fault of a scheme that no single field can see."""
    checks = (tree_faults, patterns_faults, shapes_faults, measures_faults, ranges_faults, outcomes_faults, grades_faults, weighting_faults, panel_faults, publication_faults, phases_faults)
    return chain.from_iterable(check(raw) for check in checks)
