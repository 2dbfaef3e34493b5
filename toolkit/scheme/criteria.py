"""Criteria: the nodes of the indicator tree, the points added beside it, conditions that give none, and who is a member.

Here too is the pattern of an expert's code for ballots, score sheets and the scheme: few letters before the figures, so
that no name in Latin letters passes for a code.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticKnownError

from toolkit.ground.ranking import Step
from toolkit.ground.text import Phrase, phrase
from toolkit.ground.toml_reader import StrictModel, Unfit
from toolkit.ground.writing import DEVICES
from toolkit.scheme.measures import Measure, Where
from toolkit.scheme.outliers import Outliers
from toolkit.scheme.shapes import Shape
from toolkit.scheme.shapes.absolute import Number, OfNumbers
from toolkit.scheme.shapes.benchmark import Benchmark
from toolkit.scheme.shapes.curves import Curved
from toolkit.scheme.shapes.placed import OfPlaces
from toolkit.scheme.shapes.relative import OfMembers
from toolkit.scheme.shapes.states import Category

AGGREGATES = ("arithmetic", "geometric", "harmonic", "minimum", "maximum", "median", "sum", "product", "quotient", "conditional")
AGGREGATE = rf"^({'|'.join(AGGREGATES)}|power\(-?\d+(\.\d+)?\))$"
OTHERWISE_CALLED = {"mean": "arithmetic", "average": "arithmetic", "avg": "arithmetic", "min": "minimum", "max": "maximum", "weighted_mean": "arithmetic"}
Weight = Annotated[float, Field(ge=0)]
Name = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]


def _present(least: float) -> float:
    """A share up to 1, or a whole number from 2 on."""
    if least > 1 and least % 1:
        raise Unfit(
            Phrase("比例至多为 1；写项数的，应为不小于 2 的整数", "a share is at most 1, and a number of children is whole and from 2 on"),
            Phrase("请写 1 或更小的数，或写 2 这样的整数", "write 1 or less, or a whole number such as 2"),
        )
    return least


Present = Annotated[float, Field(ge=0), AfterValidator(_present)]
"""How many of the applicable children must have a score: a share of them up to 1, or so many from 2 on."""
Rounding = Literal["half_up", "down"]
MissingPolicy = Literal["worst", "exclude", "class_median", "class_mean", "median", "mean", "unranked", "error"]


def _aggregate(name: str) -> str:
    """The name of an aggregate; of any other, what is meant or what there is."""
    if name in OTHERWISE_CALLED:
        raise Unfit(Phrase("不认识的取值", "unknown name"), phrase("这里写作 {word}", "it is called {word} here", word=OTHERWISE_CALLED[name]))
    if not re.match(AGGREGATE, name):
        kind: Literal["literal_error"] = "literal_error"
        raise PydanticKnownError(kind, {"expected": ", ".join(f"'{word}'" for word in (*AGGREGATES, "power(2)"))})
    return name


Aggregate = Annotated[str, AfterValidator(_aggregate), Field(json_schema_extra={"pattern": AGGREGATE})]
NotApplicable = Literal["rescale", 0]
MIDDLES = ("median", "mean", "class_median", "class_mean")
"""The policies by which the middle of what others have stands in for a missing value."""
ALONE = {get_args(Category.model_fields["shape"].annotation)[0]}
"""Shapes that look at states, which an indicator alone has."""


def _of_a_score(written: object) -> object:
    """A shape of a score; of one by states the nearest is told."""
    if isinstance(written, dict) and str(written.get("shape")) in ALONE:
        raise Unfit(
            phrase("{shape} 按状态计分，只能写在指标上：分组和总分的得分是数", "the shape `{shape}`, by states, is for indicators alone: the score of a group or of the total is a number", shape=written["shape"]),
            Phrase("如下面只有一项指标，请写在该指标上；得分分档计分的，请用 steps", "where one indicator lies below, write it there; a score is valued in bands by `steps`"),
        )  # fmt: skip
    if isinstance(written, dict) and written.get("among") == "eligible":
        raise Unfit(
            Phrase('among = "eligible" 只能写在指标上：分组和总分由各项合成，没有得分的本就不比', '`among = "eligible"` is for indicators alone: a group and the total compare all who have a score there'),
            Phrase("请写在下面的指标上；总分只比入围的，请用 [shortlist]", "write it on the indicators below; to compare totals of some alone, let a [shortlist] leave the others first"),
        )  # fmt: skip
    return _in_tuples(written)


def _in_tuples(written: object) -> object:
    """As it is read strictly: what a validator has seen of JSON is no JSON any more, and its arrays are no tuples."""
    if isinstance(written, dict):
        return {key: _in_tuples(value) for key, value in written.items()}
    return tuple(map(_in_tuples, written)) if isinstance(written, list) else written


NodeShape = Annotated[Annotated[OfNumbers | Curved | OfMembers | OfPlaces | Benchmark, Field(discriminator="shape")], BeforeValidator(_of_a_score)]


class Named(StrictModel):
    """What a scheme gives an id, and a label for readers: the id itself where none is written."""

    id: Name
    label: Annotated[Name, Field(default_factory=lambda fields: fields.get("id", ""))]


class Pattern(StrictModel):
    """The weights of a conditional group's children when just these of them are observed, that is, have a score."""

    observed: Annotated[tuple[str, ...], Field(min_length=1)]
    weights: dict[str, Weight]


class Stepped(Named):
    """Something whose points are a step of their own: rounded to `decimals` before anything is added to them.

    ``half_up`` is 四舍五入; ``down`` drops what is beyond. Without `decimals` nothing is rounded before the total is.
    """

    decimals: Annotated[int | None, Field(ge=0, le=12)] = None
    rounding: Rounding = "half_up"

    @property
    def step(self) -> Step | None:
        """How its points are rounded; None where they are not."""
        return None if self.decimals is None else Step(self.decimals, self.rounding == "down")


class Node(Stepped):
    """A node of the tree below the total.

    `decimals` rounds what `decimals_of` says: the ``points`` it gives to what stands above it, its score times its share of
    the weights there (of 100 in percent, a node of weight 30 gives at most 30), or its own ``score``, on the scale, before it is
    weighed. Points can be rounded where they are added up: under arithmetic, sum and conditional.
    """

    decimals_of: Literal["points", "score"] = "points"

    def step_of(self, what: Literal["points", "score"]) -> Step | None:
        """How its points are rounded, or its score; None where they are not."""
        return self.step if self.decimals_of == what else None


class Group(Node):
    """A node of the indicator tree whose score is made of its children's.

    A ``conditional`` group is an arithmetic mean whose weights depend on which children are observed: by the first
    of `when` that names exactly those; by the voted weights, shared among them, where none does. With `least_present`
    the group has no score for a member of whose applicable children less than that share have one; or fewer than so many, from 2 on.

    ``maximum``, ``median`` and ``product`` (scale x the product of score / scale) are of the children that have a score and
    any weight; a ``quotient`` is scale x the first child / the second, in the order of the scheme, and of an indicator above 0.
    Where a child of a ``sum`` does not count for a member, `not_applicable` says what that means: the others' points
    are raised in proportion (``rescale``, as where nothing is said), or it adds 0. What the children come to together is
    held at `cap` at most, and becomes what `value`, a shape, makes of it: of a relative one by all members who have a score here.
    """

    weight: Weight
    group: str | None = None
    aggregate: Aggregate = "arithmetic"
    when: tuple[Pattern, ...] = ()
    least_present: Present | None = None
    cap: Weight | None = None
    not_applicable: NotApplicable | None = None
    value: NodeShape | None = None
    source: str = ""


class Indicator(Node):
    """A leaf of the tree: what is measured, and how a raw value becomes a value on the scale.

    `missing` says what stands in for a missing value; a number is the value itself, in points of the scale. A mean or
    median is that of the values the others got; `stands_in` holds those an evaluation found, by class or for ``all``,
    so that a resolved scheme gives them again. Where `missing_of` is ``raw``, the number, median or mean is one of raw values, and stands
    in before anything else is done: it is treated with the others, and counts among them where a shape looks at all
    (the order of the OECD's handbook: impute, treat, normalise). `outliers` treats the raw values before they are valued.
    """

    weight: Weight
    measure: Measure
    value: Shape
    unit: str = ""
    group: str | None = None
    missing: MissingPolicy | Number = "error"
    missing_of: Literal["value", "raw"] = "value"
    stands_in: dict[str, Number] | None = None
    outliers: Outliers | None = None
    applies_to: tuple[str, ...] = ()
    source: str = ""

    @property
    def imputes(self) -> bool:
        """Whether a raw value stands in for a missing one, before outliers are treated."""
        return self.missing_of == "raw"


class Adjustment(Stepped):
    """Points added to the total after aggregation: `per` x measure, held between `floor` and `cap`.

    A `cap` below 0 is the most a deduction can take; beside a `floor` it is the upper bound, as written.
    """

    measure: Measure
    per: float = 1.0
    cap: float | None = None
    floor: float | None = None
    source: str = ""


class Sum(Named):
    """A plain sum of indicators and adjustments beside the total (不加权合计), which awards and ties may name as a node.

    Every value on the scale, or the points of an adjustment, counts once, whatever its weight. What does not count for a member adds
    nothing; where nothing does there is no sum. The total and the ranks go by it only where the scheme names it. It may be the
    ``maximum`` or the ``minimum`` of them instead (语文、数学单科最高).
    """

    of: Annotated[tuple[Name, ...], Field(min_length=1)]
    aggregate: Literal["sum", "maximum", "minimum"] = "sum"
    source: str = ""


class Condition(Named):
    """A fact about a member that gives no points, and that awards, grades and eligibility may ask for (申报条件)."""

    measure: Measure
    unit: str = ""
    source: str = ""


class Total(StrictModel):
    """How the total is made of the topmost nodes as a group is of its children, and between which bounds it is held after the adjustments.

    Where `better` is "lower" the lowest total is first (最低评标价、名次之和): ranks, places, lines and first places all go by that.
    """

    aggregate: Aggregate = "arithmetic"
    when: tuple[Pattern, ...] = ()
    least_present: Present | None = None
    not_applicable: NotApplicable | None = None
    value: NodeShape | None = None
    floor: float | None = None
    cap: float | None = None
    better: Literal["higher", "lower"] = "higher"


class MembersSpec(StrictModel):
    """Where the members stand: their table, its key, name and class columns, and whether they applied.

    `applied` is a boolean column of the members table, or "table.column" of another: a member has applied when
    a row there says so. Left out, every member takes part. Rows in a state named in `skip` are no members (sums of regions, say).

    The other keys name columns of the members table too. `former_names` holds names a member bore before, divided by
    、 or ；. `former_code` holds the code under which it was registered before: what is recorded under that counts for
    this member, so that leaving and coming back wipes nothing. `head_office` is filled in for a branch: what is recorded
    about the branch counts for its head office, and the branch itself is not ranked. `left` holds the day a member left:
    one that left before the as-of date is not ranked, and its records stay.
    """

    table: Name
    key: Name
    name: Name
    class_: Annotated[str | None, Field(alias="class")] = None
    applied: str | None = None
    skip: Where = {}
    former_names: Name | None = None
    former_code: Name | None = None
    head_office: Name | None = None
    left: Name | None = None


PSEUDONYM = re.compile(r"(?:专家|[A-Za-z]{0,4})[-_]?[0-9]{1,4}号?|(?:专家)?[A-Za-z甲乙丙丁戊己庚辛壬癸]")
NO_CODE = Phrase("专家只写代号，不写姓名", "an expert goes by a code, never by name")
GIVE_CODE = Phrase("请写成 E01、专家3 这样的代号", "write a code such as E01")


def is_pseudonym(name: object) -> bool:
    """Whether somebody goes by a code here, and not by a name; its ballot is a file of that name, which Windows has to take.

    Examples
    --------
    >>> [is_pseudonym(said) for said in ("E01", "专家3", "3号", "专家甲", "A", "李四", "Li Si", "lisisi7", "COM1", "")]
    [True, True, True, True, True, False, False, False, False, False]
    """
    return isinstance(name, str) and PSEUDONYM.fullmatch(name) is not None and name.casefold() not in DEVICES
