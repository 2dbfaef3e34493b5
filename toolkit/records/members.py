"""Who the members are: their keys, names and classes, whether they applied, and whether names and codes fit each other everywhere.

And which member each record counts for: a branch's for its head office, a former code's for the present one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.ground.problems import Problem, nearest
from toolkit.ground.text import Phrase, discreet, in_words_before, phrase
from toolkit.records.credit_code import is_valid
from toolkit.records.dictionary import PLACE, Column, Table, Tables
from toolkit.records.findings import normal_key, strangeness
from toolkit.scheme.measures import Range

if TYPE_CHECKING:
    from toolkit.scheme.criteria import MembersSpec


NAMED = 10  # rows that a sentence names
FAR = 3  # signs: whoever mistypes a code does not mistype so many
COMPARED = 200_000  # keys at most that the wrong ones of a sheet are compared with, to guess what is meant


@dataclass(frozen=True)
class Register:
    """The keys of all members, to be found again however they are written, and whose each name is.

    Parameters
    ----------
    written
        By the normal form of a key how the members table writes it.
    named
        By a name as it is compared the key of the only member that bears it.
    """

    written: Mapping[str, str]
    named: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: Iterable[str], names: Iterable[tuple[str, str]] = ()) -> Register:
        """The register of `keys`, and of `names` with their keys."""
        owners: dict[str, set[str]] = {}
        for name, key in names:
            owners.setdefault(normal_key(name), set()).add(key)
        return cls({normal_key(key): key for key in keys}, {name: min(keys_of_name) for name, keys_of_name in owners.items() if len(keys_of_name) == 1})

    def nearest(self, key: str) -> str | None:
        """The only key at most two signs away from a normal one, or that lost the zeros in front.

        There is none for a right credit code: whose that is, is no member.

        Examples
        --------
        >>> Register.of(["m001", "m002", "m111"]).nearest("M1111"), Register.of(["m001", "m002"]).nearest("M003")
        ('m111', None)
        >>> Register.of(["0001", "0002", "0011"]).nearest("1"), Register.of(["91350100M000100Y44"]).nearest("91350100M000100Y43")
        ('0001', None)
        """
        if is_valid(key):
            return None
        padded = [written for normal, written in self.written.items() if key.isdecimal() and normal.lstrip("0") == key.lstrip("0")]
        if len(padded) == 1:
            return padded[0]
        for most in range(1, FAR):
            near = [written for normal, written in self.written.items() if within_edits(normal, key, most)]
            if near:
                return near[0] if len(near) == 1 else None
        return None


def within_edits(one: str, other: str, most: int) -> bool:
    """Whether at most so many signs are wrong, missing, too many, or swapped with their neighbour.

    Examples
    --------
    >>> within_edits("91350100", "9135010O", 1), within_edits("91350100", "19350100", 1), within_edits("91350100", "91530010", 1)
    (True, True, False)
    """
    if abs(len(one) - len(other)) > most:
        return False
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    one, other = one[same:], other[same:]
    if not (one and other and most):
        return len(one) + len(other) <= most
    swapped = one[:2] == other[1::-1] and len(other) > 1
    return (
        within_edits(one[1:], other[1:], most - 1) or within_edits(one[1:], other, most - 1) or within_edits(one, other[1:], most - 1)
        or (swapped and within_edits(one[2:], other[2:], most - 1))
    )  # fmt: skip


SAYS_SO = frozenset({"boolean", "date", "member", "credit_code"})  # columns that can tell an application
NOBODY = pd.DataFrame(
    {"name": pd.Series(dtype="str"), "class": pd.Series(dtype="str"), "applied": pd.Series(dtype=bool)},
    index=pd.Index([], dtype="str", name="member"),
)

Frames = Mapping[str, pd.DataFrame]


def members_frame(frames: Frames, tables: Tables, spec: MembersSpec, counts_to: Collection[str] = ()) -> pd.DataFrame:
    """The members: index member key, sorted; columns name, class (empty without classes), applied.

    A member without a name goes by its key; a personal number typed into a name is masked, for names are published. Those in `counts_to`, branches and former codes, are none.
    """
    rows = frames.get(spec.table)
    if rows is None or not {spec.key, spec.name} <= set(rows):
        return NOBODY
    kept = _kept(rows, spec)
    kept = kept[~kept[spec.key].isin(list(counts_to))]
    members = kept.set_index(pd.Index(kept[spec.key], dtype="str", name="member"))
    name = members[spec.name].astype("str").fillna(members[spec.key]).map(discreet).astype("str")
    named = spec.class_ is not None and spec.class_ in members
    class_ = members[spec.class_].astype("str") if named else pd.Series("", index=members.index, dtype="str")
    frame = pd.DataFrame({"name": name, "class": class_, "applied": _applied(members, frames, tables, spec)})
    return frame.sort_index()


def membership_problems(frames: Frames, tables: Tables, spec: MembersSpec, counts_to: Collection[str] = ()) -> Iterator[Problem]:
    """Members without a class or without an answer, and columns that cannot say what they are asked."""
    for name in (spec.key, spec.name, spec.class_):
        held = _column(tables, spec.table, name)
        if held and held.personal:
            rule = phrase("“{name}”是个人信息列，不能作会员信息", "`{name}` is personal: no members by it", name=name)
            yield _in_scheme(rule, Phrase("请指定另一列", "name another column"), name)
    table, column = _place_of_application(spec)
    held = _column(tables, table, column)
    if held and (held.type not in SAYS_SO or held.personal):
        rule = phrase("“{name}”说不清是否申报", "`{name}` cannot say who applied", name=spec.applied)
        mend = Phrase("请指定是否（boolean）、日期（date）或会员（member）类型的列", "name a column of type boolean, date or member")
        yield _in_scheme(rule, mend, str(spec.applied))
    yield from _gaps(frames, tables, spec, counts_to)


def _gaps(frames: Frames, tables: Tables, spec: MembersSpec, counts_to: Collection[str]) -> Iterator[Problem]:
    rows = frames.get(spec.table)
    if rows is None:
        return
    rows = _kept(rows, spec)
    rows = rows[~rows[spec.key].isin(list(counts_to))] if spec.key in rows else rows
    columns = tables.table[spec.table].column
    if spec.class_ and spec.class_ in rows:
        rule = Phrase("会员没有类别，无法与同类比较", "a member without a class cannot be compared")
        empty = Problem("error", rule, Phrase("请填写类别", "fill in its class"))
        yield from _empty_cells(rows, spec.class_, columns[spec.class_], empty)
    if spec.applied and spec.applied in rows and columns[spec.applied].type == "boolean":
        rule = Phrase("没有写明是否申报，按未申报处理", "it is not said whether it applied: taken as not")
        empty = Problem("warning", rule, Phrase("请填写 是 或 否", "write 是 or 否"))
        yield from _empty_cells(rows, spec.applied, columns[spec.applied], empty)


def _empty_cells(rows: pd.DataFrame, name: str, column: Column, problem: Problem) -> Iterator[Problem]:
    places = rows.loc[rows[name].isna(), [*PLACE]]
    for file, sheet, row in places.itertuples(index=False, name=None):
        yield replace(problem, file=file, sheet=sheet, row=int(row), column=column.heading(name))


def late_applications(frames: Frames, tables: Tables, spec: MembersSpec, as_of: dt.date) -> Iterator[Problem]:
    """A warning for each file with applications dated after the as-of date: they take part as all others do."""
    table, column = _place_of_application(spec)
    held, rows = _column(tables, table, column), frames.get(table)
    date = column if held and held.type == "date" else tables.table[table].date if held and table != spec.table else None
    if rows is None or date not in rows:
        return
    rows = rows if table != spec.table else _kept(rows, spec)
    rows = rows[_says_so(rows, str(column)) & (rows[str(date)].dt.date > as_of)]
    for _, late in rows.groupby(["_file", "_sheet"], sort=True):
        first, lines = late.iloc[0], [str(line) for line in late["_row"].tolist()[:NAMED] if line]
        where = phrase("：第 {zh}{more} 行", ": {row} {en}{more}", row="rows" if len(late) > 1 else "row", zh="、".join(lines), en=", ".join(lines), more=" …" if len(late) > NAMED else "") if lines else Phrase("", "")
        rule = phrase("申报日期晚于评价基准日 {day}，仍按已申报参加评选（该文件共 {n} 条{where.zh}）", "applied after the as-of date {day}, and takes part all the same ({n} in this file{where.en})",
                      day=as_of, n=len(late), where=where)  # fmt: skip
        mend = Phrase("请核对日期；逾期不予受理的，请从申报登记中删去，或在“是否有效”一类的列里写否", "check the date; if it came too late to count, take it out of the applications, or answer no where they are declared valid")
        heading = next(iter(tables.table[table].column[str(date)].headings), str(date))
        yield Problem("warning", rule, mend, file=first["_file"], sheet=first["_sheet"], row=int(first["_row"]) or None, column=heading, value=str(first[str(date)].date()))


def _kept(rows: pd.DataFrame, spec: MembersSpec) -> pd.DataFrame:
    skipped = pd.Series(data=False, index=rows.index)
    for column, states in spec.skip.items():
        if column in rows:
            holds = rows[column].map(states.holds) if isinstance(states, Range) else rows[column].isin(list(states))
            skipped |= holds.fillna(value=False).astype(bool)
    return rows[~skipped]


def _applied(members: pd.DataFrame, frames: Frames, tables: Tables, spec: MembersSpec) -> pd.Series[bool]:
    table, column = _place_of_application(spec)
    if column is None:
        return pd.Series(data=True, index=members.index)
    if table == spec.table:
        return _says_so(members, column)
    rows = frames.get(table)
    if rows is None or column not in rows:
        return pd.Series(data=False, index=members.index)
    who = tables.table[table].member
    applied = set(rows.loc[_says_so(rows, column), who]) if who in rows else set()
    return pd.Series(members.index.isin(applied), index=members.index)


def _says_so(rows: pd.DataFrame, column: str) -> pd.Series[bool]:
    if column not in rows:
        return pd.Series(data=False, index=rows.index)
    answers = rows[column]
    return answers.fillna(value=False).astype(bool) if answers.dtype == "boolean" else answers.notna()


def _place_of_application(spec: MembersSpec) -> tuple[str, str | None]:
    table, _, column = (spec.applied or "").rpartition(".")
    return table or spec.table, column or None


def _column(tables: Tables, table: str, column: str | None) -> Column | None:
    return tables.table[table].column.get(column) if table in tables.table and column else None


def _in_scheme(rule: Phrase, mend: Phrase, value: str | None) -> Problem:
    return Problem("error", rule, mend, file="scheme.toml", column="members", value=value or "")


DIVIDERS = re.compile(r"[、；;\n]")


@dataclass(frozen=True)
class NameRegister:
    """Names as they are compared: all of each member, and whose each present name is.

    A branch and a former code go with the member that `counts_to` gives for them.
    """

    by_member: Mapping[str, AbstractSet[str]]
    owners: Mapping[str, str]
    counts_to: Mapping[str, str]


def known_names(rows: pd.DataFrame, spec: MembersSpec, counts_to: Mapping[str, str]) -> NameRegister:
    """The names in the members table, former ones included."""
    names: dict[str, set[str]] = {}
    owners: dict[str, str] = {}
    former = rows[spec.former_names] if spec.former_names in rows else pd.Series(None, index=rows.index, dtype="object")
    for key, name, before in zip(rows[spec.key], rows[spec.name], former, strict=True):
        member = counts_to.get(key, key)
        former_names = [] if pd.isna(before) else DIVIDERS.split(str(before))
        present = [] if pd.isna(name) else [normal_key(str(name))]
        names.setdefault(member, set()).update(present, map(normal_key, former_names))
        owners |= dict.fromkeys(present, member)
    return NameRegister(names, owners, counts_to)


def shared_name_problems(rows: pd.DataFrame, spec: MembersSpec, counts_to: Mapping[str, str]) -> Iterator[Problem]:
    """A warning for each member that bears the name of an earlier one, and is neither its branch nor its former code."""
    first: dict[str, tuple[str, str, int]] = {}
    columns = [spec.key, spec.name, *PLACE]
    for key, name, file, sheet, row in rows.dropna(subset=[spec.name])[columns].itertuples(index=False, name=None):
        member = counts_to.get(key, key)
        earlier, where, line = first.setdefault(normal_key(name), (member, f"{file} {sheet}".strip(), int(row)))
        if earlier != member:
            rule = phrase(
                "与另一代码 {earlier} 同名（{where} 第 {line} 行）", "another code, {earlier}, bears this name too ({where}, row {line})",
                earlier=earlier, where=where, line=line,
            )  # fmt: skip
            mend = Phrase(
                "若为同一单位，请用 former_code 或 head_office 说明；若不是，无需处理",
                "if it is one body, say so by `former_code` or `head_office`; if not, nothing to do",
            )
            yield Problem("warning", rule, mend, file=file, sheet=sheet, row=int(row), column=spec.name, value=name)


def strange_name_problems(rows: pd.DataFrame, spec: MembersSpec) -> Iterator[Problem]:
    """A warning for each name that is not as names are; versions before 0.7.0 sealed none."""
    if in_words_before("0.7.0"):
        return
    for name, file, sheet, row in rows.dropna(subset=[spec.name])[[spec.name, *PLACE]].itertuples(index=False, name=None):
        if found := strangeness(str(name)):  # a column of numbers or days may give the names
            yield Problem("warning", *found, file=file, sheet=sheet, row=int(row), column=spec.name, value=discreet(str(name)))


def name_problems(frame: pd.DataFrame, member: str, column: str, names: NameRegister) -> Iterator[Problem]:
    """Rows of a table whose name is not that of their code: an error where it is another member's."""
    rows = frame.dropna(subset=[member, column])
    counts = rows.groupby([member, column], sort=False).size()
    first = rows.drop_duplicates([member, column])[[member, column, *PLACE]]
    for code, name, file, sheet, row in first.itertuples(index=False, name=None):
        owner, normal = names.counts_to.get(code, code), normal_key(name)
        if normal in names.by_member.get(owner, {normal}):
            continue
        other = names.owners.get(normal)
        rule = phrase("代码 {code} 在会员表中不是这个名称（{n} 行）", "in the members table {code} has another name ({n:row|rows})",
                      code=code, n=int(counts[code, name]))  # fmt: skip
        mend = Phrase("请核对代码；若为曾用名，请写入会员表的曾用名列（former_names）",
                      "check the code; a former name belongs into the column `former_names`")  # fmt: skip
        if other:
            rule = phrase("代码是 {code}，名称却是 {other} 的", "the code is {code}, but the name is that of {other}", code=code, other=other)
            mend = Phrase("请核对这一行说的是哪个会员", "find out which member the row is about")
        yield Problem(
            "error" if other else "warning", rule, mend, file=file, sheet=sheet, row=int(row), column=column, value=name,
        )  # fmt: skip



CLEAR = Phrase("请更正，或留空", "correct it, or leave it empty")


def _notes(counts: Mapping[str, int], rows: pd.DataFrame, spec: MembersSpec, counts_to: Mapping[str, str]) -> Iterator[Problem]:
    """A note for each branch and former code under which something is recorded; `counts` counts the rows."""
    names = dict(zip(rows[spec.key], rows[spec.name].fillna(rows[spec.key]), strict=True)) if spec.name in rows else {}
    for code, count in sorted(counts.items()):
        owner = counts_to[code]
        rule = phrase(
            "该代码下的 {n} 条记录计入“{name}”（{owner}）", "{n:record under this code counts|records under this code count} for {name} ({owner})",
            n=count, name=names.get(owner, owner), owner=owner,
        )  # fmt: skip
        yield Problem("note", rule, Phrase("无需处理", "nothing to do"), value=code)


def _said(rows: pd.DataFrame, spec: MembersSpec, column: str | None) -> dict[str, str]:
    """What `column` says of each member that says anything."""
    if column is None or column not in rows:
        return {}
    named = rows[[spec.key, column]].dropna()
    return {str(key): str(value) for key, value in named.itertuples(index=False, name=None)}


def _end(code: str, steps: Mapping[str, str]) -> str:
    """The last of the codes that lead on from `code`; itself in a circle, which is reported."""
    last, seen = code, {code}
    while last in steps:
        last = steps[last]
        if last in seen:
            return code
        seen.add(last)
    return last


def _former_problems(
    rows: pd.DataFrame, spec: MembersSpec, former: Mapping[str, str], codes: Mapping[str, str]
) -> Iterator[Problem]:
    for member, old in former.items():
        if old == member:
            rule = Phrase("原代码与现代码相同", "the former code is the present one")
        elif codes[old] != member:
            rule = phrase("这个原代码同时属于 {other}", "this former code is also that of {other}", other=codes[old])
        elif _circle(old, codes):
            rule = Phrase("原代码互相指向，绕成了圈", "former codes lead in a circle")
        else:
            continue
        yield replace(_at(rows, spec, member), rule=rule, mend=CLEAR, column=str(spec.former_code), value=old)


def _head_problems(
    rows: pd.DataFrame, spec: MembersSpec, heads: Mapping[str, str], codes: Mapping[str, str], keys: set[str]
) -> Iterator[Problem]:
    for branch, office in heads.items():
        head, mend = _end(office, codes), CLEAR
        if head == branch:
            rule = Phrase("总机构写成了分支机构自己", "a branch cannot be its own head office")
        elif head in heads and _circle(branch, heads):
            rule = Phrase("分支机构互为总机构，绕成了圈", "head offices lead in a circle")
        elif head in heads:
            rule = Phrase("总机构本身又是分支机构", "the head office is a branch itself")
            mend = phrase("请直接填写最上级：{top}", "name the topmost: {top}", top=heads[head])
        elif head not in keys:
            rule = Phrase("会员表中没有这个总机构", "the members table has no such head office")
            guess = nearest(head, sorted(keys))
            mend = phrase("是否应为 {guess}？", "is it {guess}?", guess=guess) if guess else CLEAR
        else:
            continue
        yield replace(_at(rows, spec, branch), rule=rule, mend=mend, column=str(spec.head_office), value=office)


def _circle(code: str, steps: Mapping[str, str]) -> bool:
    following, seen = steps.get(code), {code}
    while following is not None and following not in seen:
        seen.add(following)
        following = steps.get(following)
    return following is not None


def _at(rows: pd.DataFrame, spec: MembersSpec, member: str) -> Problem:
    file, sheet, row = rows.loc[rows[spec.key] == member, [*PLACE]].iloc[0]
    return Problem("error", CLEAR, CLEAR, file=file, sheet=sheet, row=int(row))


@dataclass(frozen=True)
class Attribution:
    """The tables, with the members their rows count for.

    Parameters
    ----------
    frames
        All tables; the members table is as it was.
    counts_to
        For each branch and former code the member its records count for.
    problems
        Codes that lead nowhere, names and codes that do not fit each other, and what was attributed.
    branches
        The codes that are a branch's.
    of_branches
        For each table with such rows, which of them were told under a branch's code.
    """

    frames: Mapping[str, pd.DataFrame]
    counts_to: Mapping[str, str]
    problems: tuple[Problem, ...]
    branches: frozenset[str] = frozenset()
    of_branches: Mapping[str, pd.Series[bool]] = field(default_factory=dict)


def attribute(frames: Mapping[str, pd.DataFrame], tables: Tables, spec: MembersSpec) -> Attribution:
    """Every row attributed to the member it counts for, by what the members table says of branches and former codes."""
    rows = frames.get(spec.table)
    if rows is None or not {spec.key, spec.name} <= set(rows):
        return Attribution(frames, {}, ())
    heads, former = _said(rows, spec, spec.head_office), _said(rows, spec, spec.former_code)
    codes = {old: new for new, old in former.items() if old != new}
    offices = {branch: head for branch, head in heads.items() if head != branch}
    steps = {**offices, **codes}
    counts_to = {code: end for code in steps if (end := _end(code, steps)) != code}
    branches = frozenset(code for code in steps if _end(code, codes) in offices or code in offices)
    moved: Counter[str] = Counter()
    attributed = dict(frames)
    of_branches: dict[str, pd.Series[bool]] = {}
    for name, frame in frames.items():
        column = None if name == spec.table else tables.table[name].member
        if column is not None and column in frame:
            members = frame[column]
            moved.update(members[members.isin(list(counts_to))])
            if (by_branch := members.isin(list(branches))).any():
                of_branches[name] = by_branch
            if counts_to:
                attributed[name] = frame.assign(**{column: members.map(counts_to).fillna(members).astype("str")})
    problems = [
        *_former_problems(rows, spec, former, codes),
        *_head_problems(rows, spec, heads, codes, set(rows[spec.key].dropna())),
        *shared_name_problems(rows, spec, counts_to),
        *strange_name_problems(rows, spec),
    ]
    problems = [_headed(problem, tables.table[spec.table]) for problem in problems]
    problems += [*_named_otherwise(frames, tables, spec, counts_to), *_notes(moved, rows, spec, counts_to)]
    return Attribution(attributed, counts_to, tuple(problems), branches, of_branches)


def departures(frames: Mapping[str, pd.DataFrame], spec: MembersSpec) -> dict[str, dt.date]:
    """The day each member left that did."""
    rows = frames.get(spec.table)
    if rows is None or spec.left not in rows or rows[spec.left].dtype.kind != "M":
        return {}
    days = rows[[spec.key, spec.left]].dropna()
    return {str(key): day.date() for key, day in days.itertuples(index=False, name=None)}


def _named_otherwise(
    frames: Mapping[str, pd.DataFrame], tables: Tables, spec: MembersSpec, counts_to: Mapping[str, str]
) -> Iterator[Problem]:
    names = known_names(frames[spec.table], spec, counts_to)
    for name, table in tables.table.items():
        member, frame = table.member, frames[name]
        if name != spec.table and table.names in frame and member in frame:
            for problem in name_problems(frame, str(member), str(table.names), names):
                yield _headed(problem, table)


def _headed(problem: Problem, table: Table) -> Problem:
    """The problem with the heading of its column instead of its id."""
    return replace(problem, column=table.heading(problem.column))
