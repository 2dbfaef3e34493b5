"""What can be wrong with a scheme beyond single fields: sums, names that lead nowhere, bands that overlap.

Each check takes the file as plain values and yields faults. It passes over what has the wrong type, because
the model reports that, so that one bad field never hides another fault. Here are those of ``[panel]``, ``[weighting]`` and
``[publication]``; beside it those of measures and shapes, of awards and grades, and of the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import Fault
from toolkit.ground.toml_syntax import KeyPath, Raw, is_number
from toolkit.scheme.checks.grades import grades_faults
from toolkit.scheme.checks.measures import demands, is_day, measures_faults, ranges_faults, shapes_faults
from toolkit.scheme.checks.outcomes import outcomes_faults
from toolkit.scheme.checks.tree import ids, items, patterns_faults, tree_faults, unknown
from toolkit.scheme.criteria import GIVE_CODE, NO_CODE, is_pseudonym
from toolkit.scheme.outcomes import PERMISSIONS, PERMITTED_BY, Permission

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
    """Phases that end before they begin, what is due before its phase begins, and what is taken and cannot be asked for."""
    for place, phase in items(raw, "phase"):
        first, last = phase.get("from"), phase.get("to")
        if is_day(first) and is_day(last) and last < first:
            rule = phrase("止日早于起日（{day}）", "it ends before it begins ({day})", day=first)
            yield Fault(("phase", place, "to"), rule, Phrase("请改正其中一个日期", "mend one of the two days"), value=str(last))
    for path, demand in demands(raw):
        first, by, measure = raw["phase"][path[1]].get("from"), demand.get("by"), demand.get("measure")
        if is_day(first) and is_day(by) and by < first:
            rule = phrase("截止日早于本阶段的起日（{day}）", "it is due before the phase begins ({day})", day=first)
            yield Fault((*path, "by"), rule, Phrase("请改正截止日或阶段的起日", "mend one of the two days"), value=str(by))
        if isinstance(measure, dict) and (take := measure.get("take")) is not None and take not in COUNTED:
            rule = phrase("阶段的要求只按条数、有无、不同取值个数或合计计算，不能用 {take}", "a phase asks for a number of records or a sum, not for `{take}`", take=take)
            yield Fault((*path, "measure", "take"), rule, phrase("请改为 {takes}", "write {takes}", takes=" / ".join(COUNTED)))


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
