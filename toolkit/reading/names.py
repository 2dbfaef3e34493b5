"""Whether the name that stands beside a code is that of the member: one code, one name; one name, one code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from toolkit.errors import Problem
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.scheme.identity import MembersSpec

DIVIDERS = re.compile(r"[、；;\n]")
PLACE = ["_file", "_sheet", "_row"]


def normal_name(name: str) -> str:
    """A name as it is compared: without blanks, brackets and letters in one width and case.

    Examples
    --------
    >>> normal_name("甲咨询（广东） 有限公司") == normal_name("甲咨询(广东)有限公司")
    True
    """
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


@dataclass(frozen=True)
class Names:
    """Names as they are compared: all of each member, and whose each present name is.

    A branch and a former code go with the member that `counts_to` gives for them.
    """

    by_member: Mapping[str, AbstractSet[str]]
    owners: Mapping[str, str]
    counts_to: Mapping[str, str]


def known_names(rows: pd.DataFrame, spec: MembersSpec, counts_to: Mapping[str, str]) -> Names:
    """The names in the members table, former ones included."""
    names: dict[str, set[str]] = {}
    owners: dict[str, str] = {}
    former = rows[spec.former_names] if spec.former_names in rows else pd.Series(None, index=rows.index, dtype="object")
    for key, name, before in zip(rows[spec.key], rows[spec.name], former, strict=True):
        member = counts_to.get(key, key)
        said = [] if pd.isna(before) else DIVIDERS.split(str(before))
        present = [] if pd.isna(name) else [normal_name(str(name))]
        names.setdefault(member, set()).update(present, map(normal_name, said))
        owners |= dict.fromkeys(present, member)
    return Names(names, owners, counts_to)


def shared_name_problems(
    rows: pd.DataFrame, spec: MembersSpec, counts_to: Mapping[str, str]
) -> Iterator[Problem]:
    """A warning for each member that bears the name of an earlier one, and is neither its branch nor its former code."""
    first: dict[str, tuple[str, str, int]] = {}
    columns = [spec.key, spec.name, *PLACE]
    for key, name, file, sheet, row in rows.dropna(subset=[spec.name])[columns].itertuples(index=False, name=None):
        member = counts_to.get(key, key)
        earlier, where, line = first.setdefault(normal_name(name), (member, f"{file} {sheet}".strip(), int(row)))
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


def name_problems(frame: pd.DataFrame, member: str, column: str, names: Names) -> Iterator[Problem]:
    """Rows of a table whose name is not that of their code: an error where it is another member's."""
    rows = frame.dropna(subset=[member, column])
    counts = rows.groupby([member, column], sort=False).size()
    first = rows.drop_duplicates([member, column])[[member, column, *PLACE]]
    for code, name, file, sheet, row in first.itertuples(index=False, name=None):
        owner, said = names.counts_to.get(code, code), normal_name(name)
        if said in names.by_member.get(owner, {said}):
            continue
        other = names.owners.get(said)
        rule = phrase("代码 {code} 在会员表中不是这个名称（{n} 行）", "in the members table {code} has another name ({n} rows)",
                      code=code, n=int(counts[code, name]))  # fmt: skip
        mend = Phrase("请核对代码；若为曾用名，请写入会员表的曾用名列（former_names）",
                      "check the code; a former name belongs into the column `former_names`")  # fmt: skip
        if other:
            rule = phrase("代码是 {code}，名称却是 {other} 的", "the code is {code}, but the name is that of {other}", code=code, other=other)
            mend = Phrase("请核对这一行说的是哪个会员", "find out which member the row is about")
        yield Problem(
            "error" if other else "warning", rule, mend, file=file, sheet=sheet, row=int(row), column=column, value=name,
        )  # fmt: skip
