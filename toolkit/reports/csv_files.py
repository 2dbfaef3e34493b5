"""An evaluation as files a person can open: CSV files and one workbook."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.comparison.shares import PLACES_SHOWN, shown_shares
from toolkit.examination.one_expert import Say
from toolkit.examination.small_editions import MOST, called
from toolkit.ground.text import Language, Phrase, discreet, phrase
from toolkit.ground.writing import guarded, placed_in, write_csv
from toolkit.publication.english import fields_in_english
from toolkit.reports import TOUCHED, WORKBOOK
from toolkit.reports.columns import led_by
from toolkit.reports.comparison_tables import why_in_words
from toolkit.reports.list_tables import PROBLEMS, RANKING
from toolkit.reports.wording import NOT_APPLICABLE
from toolkit.reports.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from toolkit.comparison import Comparison
    from toolkit.comparison.shares import Shares
    from toolkit.evaluation import Evaluation
    from toolkit.examination import Examination
    from toolkit.examination.other_votes import OtherVotes
    from toolkit.scheme import Scheme
    from toolkit.scheme.amendments import Amendment
    from toolkit.sensitivity.weights.draws import WeightDraws

AHEAD = "changes_ahead.csv"
CERTAINTY = "certainty.csv"
DIFF = "diff.csv"
AMENDMENTS, MOVERS = "amendments.csv", "movers.csv"
TRIAL = "trial"
PLACES = ("file", "sheet")  # are called by whoever filled them in
AWARDS = ("award", "class", "order", "member", "name", "standing")


def write_results(evaluation: Evaluation, folder: Path, ahead: pd.DataFrame | None = None) -> None:
    """The six CSV files and `evaluation.xlsx` of an evaluation, in `folder`; `touched.csv` where a value was touched.

    With what changes `ahead`, as `changes_ahead` gives it, `changes_ahead.csv` and a sheet of it too.

    Those of a trial have a column `trial` more, which says so. A run that is broken off leaves no half-written file: see `placed_in`.

    Raises
    ------
    Refused
        When the folder or one of the files in it cannot be written.
    """
    with placed_in(folder) as unfinished:
        _write_all(evaluation, unfinished, ahead)
    for name in [*([TOUCHED] if evaluation.touched.empty else []), *([AHEAD] if ahead is None else [])]:
        (folder / name).unlink(missing_ok=True)  # what an earlier run left there is true no more


def write_certainty(evaluation: Evaluation, chances: pd.DataFrame, spec: WeightDraws, folder: Path) -> Path:
    """`certainty.csv` in `folder`: the list, the chance of each award beside it, and how it was drawn.

    Parameters
    ----------
    chances
        As `award_probabilities` gives it for `evaluation` and `spec`.

    Raises
    ------
    Refused
        When the file cannot be written.
    """
    seed = evaluation.scheme.seed if spec.seed is None else spec.seed
    listed = ranking_cells(evaluation)[["name", "class", "total", "rank", "award"]]
    drawn = text_cells(chances.loc[evaluation.ranking.index])
    table = pd.concat([listed, drawn], axis=1).assign(draws=str(spec.draws), spread=str(spec.spread), seed=str(seed))
    with placed_in(folder) as unfinished:
        _write_csv(table, unfinished / CERTAINTY)
    return folder / CERTAINTY


def write_shares(shares: Shares, scheme: Scheme, folder: Path) -> Path:
    """`diff.csv` in `folder`: who moved, and how much of total and rank each cause is; the figures of a row sum to its move.

    Raises
    ------
    Refused
        When the file cannot be written.
    """
    parts = (shown_shares(shares.total, scheme.decimals).add_prefix("total_"), shown_shares(shares.rank, PLACES_SHOWN).add_prefix("rank_"))
    carriers = shares.carriers.groupby("member")["record"].agg(" ".join).reindex(shares.moved.index).fillna("").rename("records_of")
    table = pd.concat([text_cells(shares.moved), *(part.astype(object).where(part.notna(), "").map(str) for part in parts), carriers], axis=1)
    with placed_in(folder) as unfinished:
        _write_csv(table, unfinished / DIFF)
    return folder / DIFF


def write_amendments(amendments: Sequence[Amendment], scheme: Scheme, language: Language, folder: Path) -> Path:
    """`amendments.csv` in `folder`: what a scheme decides otherwise, where that stands in it, and it in words; tables and lists as JSON.

    Raises
    ------
    Refused
        When the file cannot be written.
    """
    rows = [(one.place, one.kind, _plain(one.before), _plain(one.after), _said(one.words, scheme, language)) for one in amendments]
    table = pd.DataFrame(rows, columns=["place", "kind", "before", "after", "words"], dtype=object).map(discreet)
    with placed_in(folder) as unfinished:
        _write_csv(text_cells(table), unfinished / AMENDMENTS, index=False)
    return folder / AMENDMENTS


def write_movers(comparison: Comparison, language: Language, folder: Path) -> Path:
    """`movers.csv` in `folder`: all whose awards, grade or rank differ between two evaluations, and by which change.

    Raises
    ------
    Refused
        When the file cannot be written.
    """
    moved, scheme = comparison.moved, comparison.after.scheme
    causes = [phrase("“{words.zh}”", "“{words.en}”", words=trial.cause.words) for trial in comparison.trials]
    why = [_cell(_said(why_in_words(comparison, str(member), causes), scheme, language)) for member in moved.index]
    sides = {"total_before": comparison.before.scheme.decimals, "total": scheme.decimals}
    totals = {name: _with_total(moved[[name]].set_axis(["total"], axis=1), decimals)["total"] for name, decimals in sides.items()}
    flat = moved.apply(lambda column: column.map(_flat) if column.dtype == object else column)
    with placed_in(folder) as unfinished:
        _write_csv(text_cells(flat).assign(**totals, cause=why), unfinished / MOVERS)
    return folder / MOVERS


def write_robustness(answers: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """A CSV file for each answer of `toolkit.sensitivity.robustness`, in `folder`, by its name.

    Several things in one cell are parted by "; ", an award from its member by ":", a node from its weight by "=".

    Raises
    ------
    Refused
        When a file cannot be written.
    """
    with placed_in(folder) as unfinished:
        for name, answer in answers.items():
            flat = answer.apply(lambda column: column.map(_flat) if column.dtype == object else column)
            flat = flat.assign(**{name: flat[name].map(discreet, na_action="ignore") for name in PLACES if name in flat})
            _write_csv(text_cells(flat), unfinished / f"{name}.csv", index=answer.index.name is not None)
    return [folder / f"{name}.csv" for name in answers]


def write_examination(examination: Examination, language: Language, folder: Path) -> None:
    """`findings.csv`, `certificates.csv`, `counterexamples.csv` and `one_expert.csv` of an examination, in `folder`.

    Raises
    ------
    Refused
        When a file cannot be written.
    """
    findings = examination.problems.frame(language)[[column.key for column in PROBLEMS]]
    said = [(one.indicator, one.verdict, one.why.into(language), one.tries) for one in examination.certificates]
    certificates = pd.DataFrame(said, columns=["indicator", "verdict", "why", "tries"])
    members = {called(place).zh: called(place).into(language) for place in range(MOST)}
    examples = examination.examples.assign(member=examination.examples["member"].map(lambda name: members.get(name, name)))
    says = pd.DataFrame([asdict(one) for one in examination.says], columns=[column.name for column in fields(Say)])
    with placed_in(folder) as unfinished:
        for name, frame in (("findings", findings), ("certificates", certificates), ("counterexamples", examples), ("one_expert", says)):
            _write_csv(text_cells(frame), unfinished / f"{name}.csv", index=False)


def write_other_votes(found: Sequence[OtherVotes], folder: Path) -> None:
    """`other_votes.csv`, beside what `write_examination` wrote: kind, and by expert's code what it could have moved alone; for the committee alone.

    Raises
    ------
    Refused
        When the file cannot be written.
    """
    frames = [votes.each.assign(kind=votes.kind, in_fewest=votes.each["expert"].isin(votes.fewest)) for votes in found]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["kind"])
    with placed_in(folder) as unfinished:
        _write_csv(text_cells(table[["kind", *table.columns.drop("kind")]]), unfinished / "other_votes.csv", index=False)


def ranking_cells(evaluation: Evaluation) -> pd.DataFrame:
    """The ranking as text, members in the order of the list."""
    columns = [column.key for column in led_by(RANKING, "name", "class", "total") if column.key != "member"]
    return _with_total(evaluation.ranking[columns], evaluation.scheme.decimals)


def awards_cells(evaluation: Evaluation) -> pd.DataFrame:
    """Every award and every reserve (候补) as text: award, class, order, member, name, standing.

    Unlike the ranking, which has room for one award, it names all that a member has. `standing` is "awarded" or
    "reserve"; the order is that among the winners of the class, or the turn among its reserves.
    """
    stood = [evaluation.awards.assign(standing="awarded"), evaluation.reserves.assign(standing="reserve")]
    listed = pd.concat(stood, ignore_index=True)
    names = evaluation.members["name"].reindex(listed["member"]).to_numpy(dtype=object)
    return text_cells(listed.assign(name=names)[list(AWARDS)])


def _write_all(evaluation: Evaluation, folder: Path, ahead: pd.DataFrame | None) -> None:
    """Members by indicator as they were measured and valued, by node with the total, then the lists."""
    problems = evaluation.problems.frame(evaluation.scheme.language)[[column.key for column in PROBLEMS]]
    decimals = evaluation.scheme.decimals
    _write_csv(_marked(evaluation, _applicable_cells(evaluation, evaluation.indicators)), folder / "indicators.csv")
    _write_csv(_marked(evaluation, _applicable_cells(evaluation, evaluation.values)), folder / "values.csv")
    _write_csv(_marked(evaluation, _with_total(evaluation.scores, decimals)), folder / "scores.csv")
    _write_csv(_marked(evaluation, ranking_cells(evaluation)), folder / "ranking.csv")
    _write_csv(_marked(evaluation, awards_cells(evaluation)), folder / "awards.csv", index=False)
    _write_csv(_marked(evaluation, text_cells(problems)), folder / "problems.csv", index=False)
    if len(evaluation.touched):
        _write_csv(_marked(evaluation, text_cells(evaluation.touched)), folder / TOUCHED, index=False)
    if ahead is not None:
        _write_csv(_marked(evaluation, _ahead_cells(evaluation, ahead)), folder / AHEAD, index=False)
    write_workbook(evaluation, folder / WORKBOOK, ahead)


def _ahead_cells(evaluation: Evaluation, ahead: pd.DataFrame) -> pd.DataFrame:
    """What changes by itself as text, totals with the scheme's decimals."""
    decimals = evaluation.scheme.decimals
    places = ahead.assign(**{name: ahead[name].map(discreet) for name in PLACES}, day=ahead["day"].map(str))
    return text_cells(places).assign(**{name: ["" if pd.isna(total) else f"{total + 0.0:.{decimals}f}" for total in ahead[name]] for name in ("total_before", "total")})


def _marked(evaluation: Evaluation, cells: pd.DataFrame) -> pd.DataFrame:
    """The cells, those of a trial with one column more that says on every line what it is."""
    return cells if evaluation.trial is None else cells.assign(**{TRIAL: evaluation.trial.into(evaluation.scheme.language)})


def _write_csv(cells: pd.DataFrame, path: Path, *, index: bool = True) -> None:
    write_csv(cells, path, index=index, index_label="member" if index else None)


def _applicable_cells(evaluation: Evaluation, frame: pd.DataFrame) -> pd.DataFrame:
    """Members by indicator: "" where nothing is known, 不适用 where the indicator does not apply."""
    applicable = evaluation.applicable.reindex(index=frame.index, columns=frame.columns, fill_value=True)
    return text_cells(frame).where(applicable.astype(bool), NOT_APPLICABLE.into(evaluation.scheme.language))


def _with_total(frame: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """The cells of a frame, its column `total` with so many decimals."""
    return text_cells(frame).assign(total=["" if pd.isna(total) else f"{total + 0.0:.{decimals}f}" for total in frame["total"]])


def text_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as the text of its cells: a float as it reads back to the same bits, "" where there is nothing, no text that is a formula."""
    index = pd.Index([_cell(str(key)) for key in frame.index], name=frame.index.name, dtype=object)
    columns = {name: [_cell(value) for value in frame[name].tolist()] for name in frame.columns}
    return pd.DataFrame(columns, index=index, columns=frame.columns, dtype=object)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return guarded(value)
    if type(value) is float:
        return repr(value + 0.0) if value == value else ""  # noqa: PLR0124 - NaN alone is not itself
    if pd.isna(value):
        return ""
    return repr(float(value) + 0.0) if isinstance(value, float | np.floating) else str(value)


def _said(words: Phrase, scheme: Scheme, language: Language) -> str:
    """Words in the reader's language, with the names that the scheme has in it."""
    return words.zh if language == "zh" else fields_in_english(words.en, scheme.english)


def _plain(value: Any) -> str:
    """A value of a scheme: a text as it is, all else as JSON; "" for none."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _flat(value: Any) -> Any:
    """Several things as one text."""
    if isinstance(value, dict):
        return "; ".join(f"{key}={number:.10g}" for key, number in value.items())
    if isinstance(value, tuple):
        return "; ".join(":".join(map(str, item)) if isinstance(item, tuple) else str(item) for item in value)
    return value
