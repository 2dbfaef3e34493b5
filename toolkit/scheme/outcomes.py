"""Outcomes: what a member can come to beside its points: eligibility, vetoes, awards, grades; and its consent to their being published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from toolkit.ground.decimals import decimal_digits
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import StrictModel, Unfit
from toolkit.scheme.criteria import Name, Named
from toolkit.scheme.measures import Selection, Span, State, Where

PlaceCount = Annotated[int, Field(ge=0)]
FIRST_PLACES, FIRST_PLACES_TITLE = "first_places", Phrase("第一的项数", "number of first places")
"""A word among `ties`: of members level so far, ahead is who is first in its class on more indicators."""
FRACTION = re.compile(r"([0-9]+)/([1-9][0-9]*)")


def _fraction(written: str) -> str:
    """A share as a fraction of whole numbers, such as 1/3, which no decimal says."""
    match = FRACTION.fullmatch(written)
    if match is None:
        known = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([%％]?)\s*", written)
        meant = f"{float(known[1]) / (100 if known[2] else 1):.15g}" if known else ""
        mend = phrase("请写 {meant}，不加引号", "write {meant} without quotes", meant=meant)
        raise Unfit(
            Phrase("应为数字，或写成分数", "must be a number or a fraction"),
            mend if meant else Phrase('请写 0.3 这样的小数，或写 "1/3" 这样的分数', 'write a number such as 0.3, or a fraction such as "1/3"'),
        )
    if not 0 < Fraction(written) <= 1:
        raise Unfit(Phrase("比例应大于 0，不超过 1", "a share is more than 0 and at most 1"), Phrase('请写 "1/3" 这样的分数', 'write a fraction such as "1/3"'))
    return written


QuotaShare = Annotated[float, Field(gt=0, le=1)] | Annotated[str, AfterValidator(_fraction)]


def _bound(written: object) -> object:
    """A bound; of a fraction such as "2/3" the number that its 15 digits say, as of every number that is read or derived."""
    match = FRACTION.fullmatch(written) if isinstance(written, str) else None
    if match is None and isinstance(written, str) and "/" in written:
        raise Unfit(Phrase("不是分数", "no fraction"), Phrase('请写成 "2/3" 这样的分数：两个整数，没有负号和空格，分母不为 0；其他的数请写小数，不加引号', 'write a fraction such as "2/3": two whole numbers without sign or blanks, not divided by 0; any other number as decimals, without quotes'))
    return written if match is None else decimal_digits(int(match[1]) / int(match[2]))


Bound = Annotated[
    float, BeforeValidator(_bound), WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{FRACTION.pattern}$"}]}),
]
"""A number, or a fraction of whole numbers (三分之二以上同意), which no decimal says."""


class TieRule(StrictModel):
    """What settles ties with its direction: the score at a `node`, or a `condition`: a number, a date, or a state by its `order`, the best first.

    Ahead is who has more, or the later date; with `better` "lower" who has less, or the earlier date. Who has none stands last.
    """

    node: Name | None = None
    condition: Name | None = None
    better: Literal["higher", "lower"] = "higher"
    order: tuple[State, ...] = ()


def _one_group(written: object) -> object:
    """One limit of those alike; of two the nearest is told."""
    if isinstance(written, list | tuple):
        raise Unfit(Phrase("每个奖只能按一个条件限额", "an award limits those alike in one condition"),
                    Phrase("请只留一个。最接近的办法：先用 [shortlist] 按其中一个条件限额（quota.per），本奖再按另一个；或把两个条件合成一栏填入会员表", "keep one; the nearest: a [shortlist] with `quota.per` of the one, and the award with that of the other; or a column that says both"))  # fmt: skip
    return written


class First(StrictModel):
    """Among how many a member has to be at a node (前 30 %、前 10 名): a share of those who take part, or a number, in its class or of all.

    Those level at the last of these are all among them.
    """

    share: QuotaShare | None = None
    number: Annotated[int | None, Field(ge=1)] = None
    within: Literal["class", "all"] = "class"
    rounding: Literal["floor", "ceil", "half_up"] = "floor"


class Requirement(StrictModel):
    """What is asked beside the total: of the score at a node, of a condition, or of several requirements together.

    Exactly one of `node`, `condition`, `any_of`, `all_of` and `none_of` is named. Of `any_of` at least so many have to be met
    as `at_least` says, one where it says nothing; a route that is not asked of a member's class is none for it. Numbers are asked for by `least` (that much or more, 含), `above`
    (more), `most` (that much or less) and `below` (less), numbers or fractions such as "2/3"; states by `among`. All that is written has to hold. Scores
    are compared rounded, a condition as it was recorded. A missing one meets nothing; of a node that does not apply to
    a member's class nothing is asked. With `classes` it is asked only of members of these classes. An award may ask in place of a bound
    that a member is among the `first` at a node.
    """

    node: Name | None = None
    condition: Name | None = None
    least: Bound | None = None
    above: Bound | None = None
    most: Bound | None = None
    below: Bound | None = None
    first: First | None = None
    among: tuple[State, ...] = ()
    classes: tuple[Name, ...] = ()
    any_of: tuple[Requirement, ...] = ()
    at_least: Annotated[int, Field(ge=1)] = 1
    all_of: tuple[Requirement, ...] = ()
    none_of: tuple[Requirement, ...] = ()

    @property
    def parts(self) -> tuple[Requirement, ...]:
        """The requirements it is made of; none where it is asked of a node or a condition."""
        return (*self.any_of, *self.all_of, *self.none_of)


class Eligibility(StrictModel):
    """What a member must meet to take part at all (申报条件).

    Who does not is not ranked, has no award, and does not count where a quota takes its share. It is graded all the same.
    """

    require: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    source: str = ""


class Effect(StrictModel):
    """What a veto does: bars every award or some, gives a grade directly, or takes grades away.

    Where several strike, each bars what it bars; `lower_by` of all of them adds up, never below the last band; then the
    lowest of the grades given directly holds, unless the member's own is lower still.
    """

    award: Literal["none"] | tuple[Name, ...] | None = None
    grade: str | None = None
    lower_by: Annotated[int, Field(ge=1)] | None = None


class Veto(Named):
    """A condition apart from the score (一票否决): records enough of them, whatever the total.

    It strikes a member of whom `at_least` records are selected, or at least so many different states of `distinct`:
    two provinces that grade a firm D, say.

    With `sum` it strikes a member whose selected records add up in that column to `at_least` or more; where deductions
    are recorded below 0, to `at_most` or less. A record without a number there adds nothing and is not listed.
    """

    when: Selection
    effect: Effect
    at_least: Annotated[float, Field(gt=0)] = 1
    distinct: str | None = None
    sum: str | None = None
    at_most: Annotated[float | None, Field(lt=0)] = None
    source: str = ""


class Per(StrictModel):
    """How many of the places go to members alike in a condition (每省至多两家、每市至少一家): by its states.

    At most `most` of each, the best of them; and the best `least` of each before anyone else, as far as the places go: in each class,
    or, where the quota counts `within` all, whatever their class. Where nothing is recorded of a condition, those members are alike too.
    """

    condition: Name
    most: Annotated[int | None, Field(ge=1)] = None
    least: Annotated[int | None, Field(ge=1)] = None


class Quota(StrictModel):
    """The number of places: a share of those who take part, or a number, in each class or in all.

    A share is a decimal, or a fraction such as "1/3". Either may be given class by class; a class that the table does not name has none. `least` and `most` bound the
    number in each. `in_all` bounds the places of all classes together: once the classes have been served, the winners
    with the lowest scores are left out, and level ones there are a tie like any other. `per` bounds those alike in a condition.

    A `budget` stands in place of a number: members are funded in their order, each with its `cost`, a condition, as long as that
    fits; each class has such a budget, or, `within` all, all together one. The first that does not fit ends it (`overrun` "stop"), or
    is passed over for the next that does ("skip"). Level ones that do not fit together are left to the committee. Who has no cost, or one below 0, is not funded.

    Where a place is not `handed_on` (前 4%，不递补) the places are those of all that are ranked: who is not among the first has
    none, though one of these misses a bar or is barred. Of level ones at the end those that may be given it come first.
    """

    share: QuotaShare | dict[str, QuotaShare] | None = None
    number: PlaceCount | dict[str, PlaceCount] | None = None
    within: Literal["class", "all"] = "class"
    rounding: Literal["floor", "ceil", "half_up"] = "floor"
    least: PlaceCount = 0
    most: PlaceCount | None = None
    in_all: PlaceCount | None = None
    per: Annotated[Per | None, BeforeValidator(_one_group)] = None
    budget: Annotated[float | None, Field(ge=0)] = None
    cost: Name | None = None
    overrun: Literal["stop", "skip"] = "stop"
    handed_on: bool = True

    @property
    def limited(self) -> bool:
        """Whether more than a number bounds the places: who has one hangs on who else has."""
        return self.per is not None or self.budget is not None or not self.handed_on


class Award(Named):
    """An award in its turn: places, the least scores, and what is required beside them.

    Places go by the score at `by`, then by the scheme's `ties`. Whoever has an earlier award is not offered this one,
    but for awards named in `beside`. `reserve` members after the last place are listed as reserves (候补), in their
    order; level ones share their turn, and who has another award already is passed over.
    """

    quota: Quota | None = None
    minimum: dict[str, float] = {}
    require: tuple[Requirement, ...] = ()
    by: Name = "total"
    beside: tuple[Name, ...] = ()
    reserve: PlaceCount = 0
    source: str = ""


SHORTLIST, SHORTLIST_TITLE = "shortlist", Phrase("复审入围", "shortlist")
"""The shortlist, where it stands as an award: the one that the first stage gives."""


class Shortlist(StrictModel):
    """The first of two stages (初审), which decides who comes to the second (复审).

    The members that take part are ranked by the score at the node `by`, an indicator or a group with all below it; those with a place of the
    `quota` who meet `minimum` and `require`, which ask for nodes of the first stage and for conditions, come further, and are the
    applicants of the second stage: a panel scores them alone, and of them alone a quota takes its share. Whoever did not come
    further has no total, rank, award or grade. The total is made as ever: with `by` of weight 0 it is the second stage's alone.

    Once the first stage is over, the condition `decided` says of each member whether it is on the shortlist as it was decided; then that
    holds, whatever is mended in the records later, and what would be otherwise is told.
    """

    by: Name
    quota: Quota | None = None
    minimum: dict[str, float] = {}
    require: tuple[Requirement, ...] = ()
    decided: Name | None = None
    source: str = ""


class Apart(StrictModel):
    """A grade beside the order of the others (M 级): who meets all that is required of facts has it instead of one of these."""

    grade: Name
    instead_of: Annotated[tuple[Name, ...], Field(min_length=1)]
    require: Annotated[tuple[Requirement, ...], Field(min_length=1)]


class Grades(StrictModel):
    """Credit grades: bands of the total from the best down, each lower bound reached (含), or passed where `above` names the band (不含).

    A band may have so many places besides, in `quota`: the first 10 % are A, say. Those are given as an award's are, of those who take
    part, by the total and then by the scheme's `ties`; of those level in every way at the line all have the better grade, or, with
    `level = "worse"`, none. With `cumulative` the places of a band count those of the better bands too (前 40 % 评 B 级以上).
    Who is given a grade directly takes no place, and one that a veto lowers or that may not rise keeps the place it took.

    `valid_for` says how long a grade holds from the as-of date; `rise_at_most` by how many bands it may rise above
    the previous edition's, as a number or by the condition that says how many each member's may, and `rise_require` what of facts a
    member has to meet to rise at all. With `applied_only` who did not apply has no grade, whatever struck it; with `eligible_only`
    neither has who is not eligible. Grades `apart` stand in for a band once all that counts in bands is done, and give
    way to any grade that a veto gives directly; the first that fits is given.
    """

    bands: Annotated[tuple[tuple[str, float], ...], Field(min_length=1)]
    require: dict[str, tuple[Requirement, ...]] = {}
    above: tuple[str, ...] = ()
    quota: dict[str, Quota] = {}
    cumulative: bool = False
    level: Literal["better", "worse"] = "better"
    default: str | None = None
    valid_for: Span | None = None
    rise_at_most: Annotated[int, Field(ge=0)] | Name | None = None
    rise_require: tuple[Requirement, ...] = ()
    apart: tuple[Apart, ...] = ()
    applied_only: bool = False
    eligible_only: bool = False
    source: str = ""

    def asks(self, band: str) -> tuple[Requirement, ...]:
        """All that a band asks of a member: its bound, and what it requires besides."""
        bound = dict(self.bands)[band]
        own = Requirement(node="total", above=bound) if band in self.above else Requirement(node="total", least=bound)
        return (own, *self.require.get(band, ()))


class Previous(StrictModel):
    """Where the previous edition's results stand: a table of the data dictionary, one row for each member."""

    table: Name
    total: str | None = None
    rank: str | None = None
    award: str | None = None
    grade: str | None = None

    @property
    def columns(self) -> dict[str, str]:
        """The column in which each of total, rank, award and grade stands, as far as the table has it."""
        named = {"total": self.total, "rank": self.rank, "award": self.award, "grade": self.grade}
        return {key: column for key, column in named.items() if column}


PublicField = Literal["name", "class", "award", "grade", "rank", "total"]
Permission = Literal["award", "grade", "rank", "total", "good", "bad", "pledge"]
PERMISSIONS: Mapping[Permission, Phrase] = {
    "award": Phrase("获奖名单", "the award"),
    "grade": Phrase("信用等级", "the grade"),
    "rank": Phrase("名次", "the rank"),
    "total": Phrase("总分", "the total"),
    "good": Phrase("良好行为", "good conduct"),
    "bad": Phrase("不良行为", "bad conduct"),
    "pledge": Phrase("承诺书", "the pledge"),
}
PERMITTED_BY: Mapping[PublicField, Permission] = {
    "name": "award", "class": "award", "award": "award", "grade": "grade", "rank": "rank", "total": "total",
}  # fmt: skip
"""What a member has to permit before a field is published of it."""


class Consent(StrictModel):
    """Without whose word nothing is published about a named member (同意), item by item.

    Each of `award` (that it is named, with its class and its award), `grade`, `rank`, `total`, `good` and `bad` (records of
    conduct) and `pledge` (that it signed, when, and the version in the column `version`) names the column of `table` that permits it; an empty cell is no. Of a member's rows the latest decides, by the
    table's `date`: it has to hold what `holds` asks, and to bear no day in `withdrawn`. Rows without a date, and several of
    one day, have to agree. A withdrawal in any row ends what was signed on that day or before. Consent is read as the
    records stand when the edition is sealed: neither period nor as-of date limits what a member allows or takes back. What a
    former code or a branch signed is its member's word, as every record is.

    `versions` says which version each class of members signs; whoever signed another one is told of by `check`, and what it permits stands.

    What members have to bear by their charter stands in `obliged`, item by item with the article; nobody is asked for it.
    """

    table: Name | None = None
    holds: Where = {}
    withdrawn: Name | None = None
    award: Name | None = None
    grade: Name | None = None
    rank: Name | None = None
    total: Name | None = None
    good: Name | None = None
    bad: Name | None = None
    pledge: Name | None = None
    version: Name | None = None
    versions: dict[Name, Name] = {}
    obliged: dict[Permission, Name] = {}

    @property
    def columns(self) -> dict[Permission, str]:
        """The column that permits each item, of those that are asked for."""
        named = {item: getattr(self, item) for item in get_args(Permission)}
        return {item: column for item, column in named.items() if column}

    def says(self, item: Permission) -> bool:
        """Whether anybody can permit the item, or has to bear it."""
        return item in self.obliged or item in self.columns
