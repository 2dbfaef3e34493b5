"""Who is a member: the columns that tell one from another, and what became of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from toolkit.scheme.ranges import Where
from toolkit.toml_file import Decision

Name = Annotated[str, Field(min_length=1)]


class MembersSpec(Decision):
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
