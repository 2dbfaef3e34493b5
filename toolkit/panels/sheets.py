"""Score sheets to be filled in: one workbook for each expert, members down, indicators across, 回避 where it is due.

They are printed and signed, typed into, and put where the data dictionary says: then they are records like others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import Problem, Problems, Refused, refuse
from toolkit.panels.judged import judged_by_panel
from toolkit.panels.judging import judging
from toolkit.panels.seats import recusals_due
from toolkit.panels.sheet_page import ScoreSheet, sheet_bytes
from toolkit.records import load_records
from toolkit.references import reference_problems
from toolkit.scheme import load_scheme
from toolkit.sealing.bag import file_digest
from toolkit.tables import Table, load_tables
from toolkit.text import Phrase

if TYPE_CHECKING:
    import pandas as pd

    from toolkit.scheme import Scheme


def write_score_sheets(folder: Path, out: Path, round_: str = "") -> tuple[Path, ...]:
    """A sheet for each expert on the panel of the edition in `folder`, written into `out`.

    Parameters
    ----------
    round_
        What the head of each page says, such as 复审第一轮.

    Raises
    ------
    Refused
        When no panel is named, when members, experts or interests hold errors, when the panel is not made up as the
        scheme says, and when other sheets of these names lie in `out`; then none is written.
    """
    scheme, tables = load_scheme(folder / "scheme.toml"), load_tables(folder / "tables.toml")
    wrong = reference_problems(scheme, tables)
    if wrong:
        raise Refused(wrong)
    name, table = _sheets_table(scheme, tables.table)
    sheets = _sheets(folder, scheme, tables.table, round_)
    content = {out / file_name(table, sheet.expert): sheet_bytes(sheet, scheme, name, table) for sheet in sheets}
    taken = [path for path, new in content.items() if path.exists() and path.read_bytes() != new]
    if taken:
        rule, mend = Phrase("这里已有同名的另一份评分表，不能覆盖", "another sheet of this name is there"), Phrase("请移走或另指文件夹", "move it away, or name another folder")
        raise Refused(Problems(tuple(Problem("error", rule, mend, file=path.name) for path in taken)))
    out.mkdir(parents=True, exist_ok=True)
    for path, new in content.items():
        path.write_bytes(new)
    return tuple(content)


def file_name(table: Table, expert: str) -> str:
    """What an expert's sheet is called, so that the data dictionary finds it.

    Raises
    ------
    Refused
        When the dictionary names one file for all of them.

    Examples
    --------
    >>> from toolkit.tables import Column
    >>> file_name(Table(file="ballots/评分表*.xlsx", column={"expert": Column(type="text")}), "E07")
    '评分表E07.xlsx'
    """
    name = Path(table.file or "").name
    if "*" not in name or not name.endswith(".xlsx"):
        rule = Phrase("评分表每位专家一个文件，file 要含 * 并以 .xlsx 结尾", "there is a sheet for each expert: `file` needs a * and ends in .xlsx")
        mend = Phrase('例如 file = "ballots/评分表*.xlsx"', 'such as file = "ballots/评分表*.xlsx"')
        raise refuse(rule, mend, file="tables.toml", value=table.file or "")
    return name.replace("*", expert, 1).replace("*", "")


def goes_to(folder: Path) -> str:
    """Where the sheets of an edition are put when they came back."""
    tables = load_tables(folder / "tables.toml")
    return _sheets_table(load_scheme(folder / "scheme.toml"), tables.table)[1].file or ""


def _sheets_table(scheme: Scheme, tables: Mapping[str, Table]) -> tuple[str, Table]:
    items = judged_by_panel(scheme)
    if scheme.panel is None or scheme.panel.experts is None or not items:
        rule = Phrase("办法没有由专家评分的指标，或没有写专家表", "no indicator is scored by experts, or no table says who they are")
        mend = Phrase('请写 take = "panel" 和 [panel] experts', 'write take = "panel", and `experts` in [panel]')
        raise refuse(rule, mend, file="scheme.toml", column="panel")
    named = {str(item.measure.table) for item in items}
    if len(named) > 1:
        rule = Phrase("各指标的评分分在几张表里", "indicators are scored in several tables")
        raise refuse(rule, Phrase("请放在一张表里", "put them into one"), file="scheme.toml", column="panel.table", value="、".join(sorted(named)))
    return (name := named.pop()), tables[name]


def _sheets(folder: Path, scheme: Scheme, tables: Mapping[str, Table], round_: str) -> Iterator[ScoreSheet]:
    """The sheets of everybody on the panel. What was scored before is not read."""
    import pandas as pd

    from toolkit.tables import Tables

    scored = {str(item.measure.table) for item in judged_by_panel(scheme)}
    known = Tables.model_validate({"table": {name: table for name, table in tables.items() if name not in scored}})
    records = load_records(folder, known, scheme.members).as_of(scheme.as_of)
    blank = {name: pd.DataFrame({column: pd.Series(dtype=object) for column in (*tables[name].column, "_file", "_sheet", "_row")}) for name in scored}
    whole = replace(records, tables=records.tables.model_copy(update={"table": dict(tables)}), frames={**records.frames, **blank},
                    not_applicable={**records.not_applicable, **{name: pd.DataFrame() for name in scored}})  # fmt: skip
    judged = judging(scheme, whole)
    wrong = records.problems.errors + judged.problems.errors
    if wrong:
        raise Refused(wrong)
    recused = recusals_due(scheme, whole, judged.experts).mask
    members = _to_score(scheme, records.members)
    digest = file_digest(folder / "scheme.toml")[:12]
    for expert in judged.experts:
        yield ScoreSheet(expert, members, frozenset(recused.index[recused[expert]].astype(str)), round_, digest)


def _to_score(scheme: Scheme, members: pd.DataFrame) -> pd.DataFrame:
    """Who applied, and is of a class that some indicator of the panel applies to; class by class."""
    items = judged_by_panel(scheme)
    every = any(not item.applies_to for item in items)
    classes = {name for item in items for name in item.applies_to}
    kept = members[members["applied"].astype(bool) & (every | members["class"].isin(list(classes)))]
    return kept.rename_axis("member").sort_values(["class", "member"])
