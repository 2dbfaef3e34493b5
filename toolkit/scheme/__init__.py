"""The scheme: what the committee decided, as one frozen value read from `scheme.toml`."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from toolkit.ground.problems import Problem, Problems, did_you_mean, stop_at
from toolkit.ground.text import REACHED, Language, Phrase, phrase, whom_to_ask
from toolkit.ground.toml_reader import StrictModel, Unfit, modelled, read_model
from toolkit.ground.toml_syntax import Raw
from toolkit.scheme.checks import scheme_faults
from toolkit.scheme.checks.tree import weights_fault
from toolkit.scheme.criteria import (
    Adjustment,
    Condition,
    Group,
    Indicator,
    MembersSpec,
    Name,
    Named,
    Sum,
    Total,
)
from toolkit.scheme.measures import Measure, Where, Window
from toolkit.scheme.outcomes import (
    PERMITTED_BY,
    Award,
    Consent,
    Eligibility,
    Grades,
    Previous,
    PublicField,
    Shortlist,
    TieRule,
    Veto,
)
from toolkit.scheme.writing import path_steps, plain_values, put

PART = r"^\d+/[1-9]\d*$"


def _part(written: str) -> str:
    if not re.match(PART, written):
        raise Unfit(Phrase("应为分数", "must be a fraction"), Phrase("请写成 2/3 这样的分数", "write a fraction such as 2/3"))
    return written


class Panel(StrictModel):
    """How experts' score sheets become one score.

    At least `minimum` have to have scored a member, after recusal; the `trim` highest and lowest scores are left out, where `trim_from`
    or more have scored it if that is written (满 5 人去掉最高最低); fewer are averaged as they are.
    The sheets are rows of `table`, one for each expert and member, whose column `expert` holds a pseudonym. The table
    `experts` says who sits (id, employer, outside), `interests` who declared an interest in whom (expert, member,
    ground): whoever did, or works for a member, does not score it, and with `rivals` none of that member's class.
    `harshness` says how harsh and lenient scorers are levelled, where they scored enough members that others scored too.
    An `odd` number sits, of whom at least the share `outside` are from outside. `publish` says whether a sealed bag
    holds the experts' scores by pseudonym, or none but the panel's own; `holds`, whether the tables hold experts'
    sheets or the panel's own results, as in such a bag: then nothing is said of experts.
    """

    minimum: Annotated[int, Field(ge=1)] = 5
    trim: Annotated[int, Field(ge=0)] = 0
    trim_from: Annotated[int | None, Field(ge=1)] = None
    harshness: Literal["none", "zscore", "mixed_model"] = "none"
    table: Name | None = None
    expert: Name = "expert"
    experts: Name | None = None
    interests: Name | None = None
    rivals: bool = False
    odd: bool = True
    outside: Annotated[str, AfterValidator(_part), Field(json_schema_extra={"pattern": PART})] = "2/3"
    publish: Literal["none", "pseudonyms"] = "none"
    holds: Literal["sheets", "results"] = "sheets"


class Weighting(StrictModel):
    """How experts' ballots become the weights of the scheme.

    `aggregate` says how one weight comes of many; ``aij`` joins AHP comparisons before they become weights. `experts`
    says by their code who counts other than once, `groups` which groups of siblings are voted on (``total`` is the
    topmost; all where none is named), `round` which round decides (the last where it says nothing), `publish`
    whether a sealed bag holds the ballots by code, or none.
    """

    aggregate: Literal["arithmetic", "geometric", "median", "trimmed", "aij"] = "arithmetic"
    trim: Annotated[int, Field(ge=1)] = 1
    experts: dict[str, Annotated[float, Field(gt=0)]] = {}
    groups: tuple[str, ...] = ()
    deadline: dt.date | None = None
    minimum: Annotated[int, Field(ge=1)] = 1
    round: Annotated[int, Field(ge=1)] | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 1
    publish: Literal["none", "pseudonyms"] = "none"


class Publication(StrictModel):
    """What may be shown to whom, for how many working days, in which order, which office is asked and how it is reached, and who has to agree.

    Without `consent` nothing is published. `records` names the columns of records of conduct that the public reads of whoever permits it (of each
    table those it has; states and days where none is named), `certainty` says whether the public is told how sure the list is, in counts.
    """

    working_days: Annotated[int, Field(ge=0)] = 7
    fields: dict[Literal["public", "member"], tuple[PublicField, ...]] = {"public": ("name", "class", "award")}
    order: Literal["name", "class", "rank"] = "name"
    contact: str = ""
    address: str = ""
    telephone: str = ""
    email: str = ""
    hours: str = ""
    records: tuple[Name, ...] = ()
    certainty: bool = False
    consent: Consent | None = None

    @property
    def reached(self) -> dict[str, str]:
        """How the office that takes objections is reached, by the keys that say it."""
        return {key: value for key in REACHED if (value := getattr(self, key).strip())}

    @property
    def asked(self) -> Phrase:
        """Which office takes objections, and how it is reached, in words."""
        return whom_to_ask(self.contact, self.reached)

    @property
    def shown(self) -> tuple[PublicField, ...]:
        """The public fields that somebody can permit, or has to bear; none without `consent`."""
        consent, public = self.consent, self.fields.get("public", ())
        return tuple(field for field in public if consent.says(PERMITTED_BY[field])) if consent else ()


class Signatures(StrictModel):
    """Who must sign a sealed revision before it is published: how many, by role; their keys are listed in `allowed_signers`."""

    roles: Annotated[dict[Annotated[str, Field(pattern=r"^[\w-]{1,40}$")], Annotated[int, Field(ge=1)]], Field(min_length=1)]


ROLES = {
    "chair": Phrase("会长", "chair"), "president": Phrase("会长", "president"), "supervisor": Phrase("监事", "supervisor"), "auditor": Phrase("审计人", "auditor"),
    "secretary": Phrase("秘书长", "secretary"), "secretariat": Phrase("秘书处", "secretariat"), "notary": Phrase("公证人", "notary"), "observer": Phrase("观察员", "observer"),
    "expert": Phrase("专家", "expert"), "convenor": Phrase("专家组组长", "convenor"), "director": Phrase("主任委员", "director"),
}  # fmt: skip
"""The roles of those who sign, by which keys are listed in Latin letters, as minutes and papers call them; another one stands as it is."""


def role_in_words(role: str) -> Phrase:
    """A role of those who sign, as `ROLES` calls it.

    Examples
    --------
    >>> role_in_words("supervisor").zh, role_in_words("主任").zh
    ('监事', '主任')
    """
    return ROLES.get(role, Phrase(role, role))


PUBLIC_RESOURCES = "公共资源交易"
"""The trade whose laws the house's papers list."""


class Papers(StrictModel):
    """What papers in Word are headed and signed with; what is left out stays a blank to be filled by hand.

    `rounds` are the names of the notices, one paper each, as 两审三公示 asks for. `trade` is the trade of all members, whose laws and rules papers name.
    """

    organisation: str = ""
    trade: str = PUBLIC_RESOURCES
    action: str = ""
    council: str = ""
    authority: str = ""
    rounds: Annotated[tuple[Name, ...], Field(min_length=1)] = ("公示",)

    @property
    def called(self) -> str:
        """The name of the action alone, as papers quote it."""
        return self.action.removesuffix("行动").strip('“”"')


ROUNDS = {"公示": "Public notice", "初审公示": "Notice of the preliminary review", "复审公示": "Notice of the second review", "终审公示": "Notice of the final review"}
"""What rounds of notice are called in English, where they are called as usual."""


class Demand(StrictModel):
    """What a phase asks of each member, or with `together` of all of them taken as one: at least `least` of what `measure` takes, by the day `by`.

    Dated records count that happened within the phase (from the day `from` on, where it is said), and until `by` where that is later; what comes after is late. `only` says which members are asked, by
    columns of the members table; without `by` the last day of the phase holds. What is `voluntary` (where left out, what has 自愿 in its label) is offered, not asked for: it is never overdue, and nobody is missing.
    """

    label: Name
    measure: Measure
    least: Annotated[float, Field(gt=0)] = 1.0
    from_: Annotated[dt.date | None, Field(alias="from")] = None
    by: dt.date | None = None
    only: Where = {}
    together: bool = False
    voluntary: bool | None = None

    @property
    def offered(self) -> bool:
        """Whether it is voluntary: as `voluntary` says, else where its label has the word 自愿 in it."""
        return "自愿" in self.label if self.voluntary is None else self.voluntary


class Phase(Named):
    """A phase of the action: its first and last day, what the secretariat does in it (`work`), and what it asks of members. No score hangs on it."""

    from_: Annotated[dt.date, Field(alias="from")]
    to: dt.date
    work: tuple[Name, ...] = ()
    asks: tuple[Demand, ...] = ()
    source: str = ""


class Workplan(StrictModel):
    """The register in which the secretariat enters the `work` of the phases, item by item: by when it is `due` (else with its phase), on which day it was `done`, by which `evidence`.

    An item is known by its words, as the phase has them. No score hangs on it.
    """

    table: Name
    item: Name
    done: Name
    due: Name | None = None
    evidence: Name | None = None

    @property
    def columns(self) -> dict[str, str]:
        """The columns named, by their keys."""
        return {key: column for key, column in self if key != "table" and column}


class Appointment(Named):
    """A register of those who are appointed (聘任), of which letters of appointment are written: to which `body`, to which `post` in it, with which `duty`, `from` which day `to` which, by which `number`.

    Rows whose `body` is empty, and all where no column of bodies is named, are appointed as the label says. `where` says which rows hold an
    appointment at all; whose term is over gets no letter. Names are personal and written in by hand. No score hangs on it.
    """

    table: Name
    where: Where = {}
    body: Name | None = None
    post: Name | None = None
    duty: Name | None = None
    number: Name | None = None
    from_: Annotated[Name | None, Field(alias="from")] = None
    to: Name | None = None

    @property
    def columns(self) -> dict[str, str]:
        """The columns named, by their keys."""
        return {key: column for key in ("body", "post", "duty", "number", "from_", "to") if (column := getattr(self, key))}


class Scheme(StrictModel):
    """Everything the committee decided about one edition; see `load_scheme`.

    `ties` says what is compared in turn between members level on what places go by: nodes, and ``first_places``, the number
    of indicators, whatever their weight, on which nobody ranked of the same class (of all, where `members` name no class)
    has a higher rounded value; more is better, those who share the highest are all first, and a value that does not count
    is not; and, with its direction, a `TieRule`: a node whose lower score is ahead, a number, a date or a state. Last may stand ``joint``, or ``committee``, which holds where neither does. `open_ties` says whether an edition may be sealed while places are open among members level in every way, as `ties`
    leaves them to the committee: ``refused``, or ``may_stay``. `english` says what the names of the scheme and its records are in English, for English pages and papers.
    """

    schema_: Annotated[Literal[1], Field(alias="schema")]
    title: Name
    edition: Name
    as_of: dt.date
    members: MembersSpec
    language: Language = "zh"
    period: tuple[dt.date, dt.date] | None = None
    scale: Annotated[float, Field(gt=0)] = 100.0
    decimals: Annotated[int, Field(ge=0, le=12)] = 2
    weights: Literal["percent", "points"] = "percent"
    ties: tuple[str | TieRule, ...] = ("committee",)
    open_ties: Literal["refused", "may_stay"] = "refused"
    approval: str = ""
    seed: Annotated[int, Field(ge=0)] = 0
    groups: Annotated[tuple[Group, ...], Field(alias="group")] = ()
    indicators: Annotated[tuple[Indicator, ...], Field(alias="indicator")] = ()
    total: Total = Total()
    adjustments: Annotated[tuple[Adjustment, ...], Field(alias="adjustment")] = ()
    sums: Annotated[tuple[Sum, ...], Field(alias="sum")] = ()
    conditions: Annotated[tuple[Condition, ...], Field(alias="condition")] = ()
    eligibility: Eligibility | None = None
    shortlist: Shortlist | None = None
    window: dict[str, Window] = {}
    vetoes: Annotated[tuple[Veto, ...], Field(alias="veto")] = ()
    awards: Annotated[tuple[Award, ...], Field(alias="award")] = ()
    grades: Grades | None = None
    previous: Previous | None = None
    panel: Panel | None = None
    publication: Publication | None = None
    weighting: Weighting | None = None
    signatures: Signatures | None = None
    papers: Papers = Papers()
    phases: Annotated[tuple[Phase, ...], Field(alias="phase")] = ()
    workplan: Workplan | None = None
    appointments: Annotated[tuple[Appointment, ...], Field(alias="appointment")] = ()
    english: dict[Name, Name] = {}

    @property
    def nodes(self) -> dict[str, Group | Indicator]:
        """Every node of the tree by its id, groups first."""
        nodes: tuple[Group | Indicator, ...] = (*self.groups, *self.indicators)
        return {node.id: node for node in nodes}

    @property
    def consent(self) -> Consent | None:
        """Without whose word nothing is published; None where the scheme does not say."""
        return self.publication.consent if self.publication else None

    @property
    def lists_grades(self) -> bool:
        """Whether its awards give nothing, and only say whose grade is published: without places or a least score, they ask at most for leave to publish."""
        leave = {*self.consent.columns.values()} if self.consent else set()
        asking = {item.id for item in self.conditions if isinstance(item.measure.where, dict) and leave & {*item.measure.where}}
        return bool(self.grades and self.awards and leave) and all(
            award.quota is None and not award.minimum and {item.condition for item in award.require} <= asking for award in self.awards
        )

    def children(self, group: str | None = None) -> tuple[Group | Indicator, ...]:
        """The nodes just below `group`; below the total for None."""
        return tuple(node for node in self.nodes.values() if node.group == group)

    def label(self, node: str) -> str:
        """What a reader calls a node, an adjustment, a condition, an award or a veto; the id where nothing bears it."""
        named: tuple[Group | Indicator | Adjustment | Sum | Condition | Award | Veto, ...]
        named = (*self.groups, *self.indicators, *self.adjustments, *self.sums, *self.conditions, *self.awards, *self.vetoes)
        return next((item.label for item in named if item.id == node), node)

    def called(self, name: str) -> str:
        """What a reader calls what has this name in the scheme: the English name of `[english]`, where English is read and it says one."""
        return self.english.get(name, name) if self.language == "en" else name

    def with_(self, changes: Mapping[str, object] | None = None, /, **fields: object) -> Scheme:
        """The scheme with some things decided otherwise; as strict as a file.

        Parameters
        ----------
        changes
            What is to stand where, by place: ``{"indicator[pledge].value.points.true": 80}``. None removes; an item
            with a new id is added.
        fields
            The same for keys of the topmost level: ``with_(decimals=3)``.

        Raises
        ------
        Refused
            When a place is unknown, or the scheme would be impossible or contradictory.
        """
        raw, wanted = plain_values(self), {**(changes or {}), **fields}
        for path, value in wanted.items():
            put(raw, path, value)
        return modelled(raw, Scheme, scheme_faults, "scheme.toml", known=self._kept(raw, {path_steps(path)[0] for path in wanted}))[0]

    def _kept(self, raw: Raw, touched: Collection[str | tuple[str, str]]) -> Raw:
        """`raw` with the scheme's own parts wherever nothing was `touched`, by the first steps of what was: they stay the same objects."""
        fields = {known.alias or name: name for name, known in type(self).model_fields.items()}
        lists = {step[0] for step in touched if isinstance(step, tuple)}

        def part(key: str, value: Any) -> Any:
            if key in touched or key not in fields:
                return value
            own = getattr(self, fields[key])
            known = {item.id: item for item in own} if key in lists else {}
            return [item if (key, item["id"]) in touched else known[item["id"]] for item in value] if key in lists else own

        return {key: part(key, value) for key, value in raw.items()}

    def with_weights(self, weights: Mapping[str, float]) -> Scheme:
        """The scheme with other weights; siblings that are not named share the rest as they did.

        Parameters
        ----------
        weights
            New weight by node id, in the scheme's own terms. With ``weights = "points"`` only the named change.

        Raises
        ------
        Refused
            For ids that are no node, each with the nearest that is one; for weights that are no number or negative; for
            siblings that would not sum to 100, or all have 0. All at once.
        """
        problems = [_no_node(name, self.nodes) for name in sorted(set(weights) - set(self.nodes))]
        problems += [_unfit(self.label(node), weight) for node, weight in weights.items() if not (math.isfinite(weight) and weight >= 0)]
        stop_at(problems)
        new: dict[str, float] = {}
        for parent in dict.fromkeys(self.nodes[node].group for node in weights):
            shared = _shared_out(self.children(parent), weights, keep_sum=self.weights == "percent")
            problems += _unbalanced(self, parent, shared)
            new |= shared
        stop_at(problems)
        return self.model_copy(
            update={
                "groups": tuple(node.model_copy(update={"weight": new.get(node.id, node.weight)}) for node in self.groups),
                "indicators": tuple(
                    node.model_copy(update={"weight": new.get(node.id, node.weight)}) for node in self.indicators
                ),
            }
        )


def load_scheme(path: Path) -> Scheme:
    """The scheme written in `path`; `read_scheme` tells its warnings too.

    Raises
    ------
    Refused
        With every fault, each at its line, when anything in the file is unknown, impossible or contradictory.
    """
    return read_scheme(path)[0]


def read_scheme(path: Path) -> tuple[Scheme, Problems]:
    """The scheme written in `path`, and what in it may not be meant, each at its line.

    Raises
    ------
    Refused
        As `load_scheme`.
    """
    return read_model(path, Scheme, scheme_faults)


def _no_node(name: str, known: Iterable[str]) -> Problem:
    mend = did_you_mean(name, known) or Phrase("请改正", "correct it")
    return Problem("error", Phrase("方案中没有这个指标或分组", "the scheme has no such indicator or group"), mend, column="weights", value=name)


def _unfit(label: str, weight: float) -> Problem:
    rule = phrase("“{label}”的权重应为不小于 0 的数", "the weight of `{label}` must be a number of 0 or more", label=label)
    return Problem("error", rule, Phrase("请改正", "correct it"), column="weights", value=f"{weight:g}")


def _unbalanced(scheme: Scheme, parent: str | None, shared: Mapping[str, float]) -> list[Problem]:
    """What is wrong with the weights of siblings, as it would be in a file."""
    weights = [(Phrase(*[node.label] * 2), shared.get(node.id, node.weight)) for node in scheme.children(parent)]
    label = None if parent is None else Phrase(*[scheme.label(parent)] * 2)
    wrong = weights_fault(label, weights, percent=scheme.weights == "percent")
    return [Problem("error", *wrong, column="weights")] if wrong else []


def _shared_out(siblings: tuple[Group | Indicator, ...], weights: Mapping[str, float], *, keep_sum: bool) -> dict[str, float]:
    """The weights named, and of the others what these leave, shared as they were."""
    named = {node.id: float(weights[node.id]) for node in siblings if node.id in weights}
    if not keep_sum:
        return named
    others = [node for node in siblings if node.id not in named]
    left, before = 100.0 - sum(named.values()), sum(node.weight for node in others)
    parts = {node.id: node.weight / before if before else 1 / len(others) for node in others}
    return named | {node: max(left, 0.0) * part for node, part in parts.items()}
