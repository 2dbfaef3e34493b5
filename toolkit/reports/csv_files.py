"""An evaluation as files a person can open: CSV files and one workbook, and the ranking read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.ground.problems import Problems, refuse
from toolkit.ground.text import Language, discreet, phrase
from toolkit.ground.writing import guarded, placed_in, write_csv
from toolkit.reports.wording import NOT_APPLICABLE
from toolkit.reports.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.evaluation import Evaluation
    from toolkit.sensitivity.weights.draws import WeightDraws

WORKBOOK = "evaluation.xlsx"
TABLES = ("indicators.csv", "values.csv", "scores.csv", "ranking.csv", "awards.csv", "problems.csv")
TOUCHED = "touched.csv"
CERTAINTY = "certainty.csv"
PLACES = ("file", "sheet")  # are called by whoever filled them in
AWARDS = ("award", "class", "order", "member", "name", "standing")
RANKING = ("name", "class", "total", "rank", "tied", "award", "grade", "reason")


def write_results(evaluation: Evaluation, folder: Path) -> None:
    """The six CSV files and `evaluation.xlsx` of an evaluation, in `folder`; `touched.csv` where a value was touched.

    A run that is broken off leaves no half-written file: see `placed_in`.

    Raises
    ------
    Refused
        When the folder or one of the files in it cannot be written.
    """
    with placed_in(folder) as unfinished:
        _write_all(evaluation, unfinished)
    if evaluation.touched.empty:  # what an earlier run left there is true no more
        (folder / TOUCHED).unlink(missing_ok=True)


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
    drawn = _cells(chances.loc[evaluation.ranking.index])
    table = pd.concat([listed, drawn], axis=1).assign(draws=str(spec.draws), spread=str(spec.spread), seed=str(seed))
    with placed_in(folder) as unfinished:
        _write_csv(table, unfinished / CERTAINTY)
    return folder / CERTAINTY


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
            _write_csv(_cells(flat), unfinished / f"{name}.csv", index=answer.index.name is not None)
    return [folder / f"{name}.csv" for name in answers]


def read_ranking(folder: Path) -> pd.DataFrame:
    """The ranking that `write_results` wrote into `folder`.

    Returns
    -------
    DataFrame
        Index `member` in the order of the list; columns name, class, total (float, NaN where unranked), rank (Int64),
        tied (bool), award, grade, reason.

    Raises
    ------
    Refused
        When the file is not there or is not such a ranking.
    """
    path = folder / "ranking.csv"
    try:
        cells = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col="member")
    except (OSError, ValueError) as error:
        rule = phrase("无法读取排名", "the ranking cannot be read")
        raise refuse(
            rule, phrase("请先运行 committee evaluate", "run committee evaluate first"), file=path.name
        ) from error
    ranking = cells.apply(lambda column: column.str.replace(r"^'", "", regex=True))
    ranking.index = ranking.index.str.replace(r"^'", "", regex=True)
    read: pd.DataFrame = ranking.assign(
        total=ranking["total"].map(lambda cell: float(cell) if cell else np.nan).astype("float64"),
        rank=pd.to_numeric(ranking["rank"]).astype("Int64"),
        tied=ranking["tied"] == "True",
    )[list(RANKING)]
    return read


def indicator_cells(evaluation: Evaluation) -> pd.DataFrame:
    """Raw indicators as text, member by indicator: "" where missing, 不适用 where not applicable."""
    return _applicable_cells(evaluation, evaluation.indicators)


def value_cells(evaluation: Evaluation) -> pd.DataFrame:
    """Values (0 to scale) as text, member by indicator: "" where not counted, 不适用 where not applicable."""
    return _applicable_cells(evaluation, evaluation.values)


def score_cells(evaluation: Evaluation) -> pd.DataFrame:
    """Scores as text, member by node, then adjustments, then `total` with the decimals of the scheme."""
    cells = _cells(evaluation.scores)
    return cells.assign(total=_displayed(evaluation.scores["total"], evaluation.scheme.decimals))


def ranking_cells(evaluation: Evaluation) -> pd.DataFrame:
    """The ranking as text, members in the order of the list."""
    ranking = evaluation.ranking[list(RANKING)]
    return _cells(ranking).assign(total=_displayed(ranking["total"], evaluation.scheme.decimals))


def awards_cells(evaluation: Evaluation) -> pd.DataFrame:
    """Every award and every reserve (候补) as text: award, class, order, member, name, standing.

    Unlike the ranking, which has room for one award, it names all that a member has. `standing` is "awarded" or
    "reserve"; the order is that among the winners of the class, or the turn among its reserves.
    """
    stood = [evaluation.awards.assign(standing="awarded"), evaluation.reserves.assign(standing="reserve")]
    listed = pd.concat(stood, ignore_index=True)
    names = evaluation.members["name"].reindex(listed["member"]).to_numpy(dtype=object)
    return _cells(listed.assign(name=names)[list(AWARDS)])


def touched_cells(evaluation: Evaluation) -> pd.DataFrame:
    """Every value that does not come of the raw one as it stands, as text: member, indicator, how, raw, used, value."""
    return _cells(evaluation.touched)


def problem_cells(problems: Problems, language: Language) -> pd.DataFrame:
    """Problems as text, with the columns of `problems.csv`."""
    return _cells(problems.frame(language))


def _write_all(evaluation: Evaluation, folder: Path) -> None:
    problems = problem_cells(evaluation.problems, evaluation.scheme.language)
    _write_csv(indicator_cells(evaluation), folder / "indicators.csv")
    _write_csv(value_cells(evaluation), folder / "values.csv")
    _write_csv(score_cells(evaluation), folder / "scores.csv")
    _write_csv(ranking_cells(evaluation), folder / "ranking.csv")
    _write_csv(awards_cells(evaluation), folder / "awards.csv", index=False)
    _write_csv(problems, folder / "problems.csv", index=False)
    if len(evaluation.touched):
        _write_csv(touched_cells(evaluation), folder / TOUCHED, index=False)
    write_workbook(evaluation, folder / WORKBOOK)


def _write_csv(cells: pd.DataFrame, path: Path, *, index: bool = True) -> None:
    write_csv(cells, path, index=index, index_label="member" if index else None)


def _applicable_cells(evaluation: Evaluation, frame: pd.DataFrame) -> pd.DataFrame:
    applicable = evaluation.applicable.reindex(index=frame.index, columns=frame.columns, fill_value=True)
    return _cells(frame).where(applicable.astype(bool), NOT_APPLICABLE.into(evaluation.scheme.language))


def _cells(frame: pd.DataFrame) -> pd.DataFrame:
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


def _flat(value: Any) -> Any:
    """Several things as one text."""
    if isinstance(value, dict):
        return "; ".join(f"{key}={number:.10g}" for key, number in value.items())
    if isinstance(value, tuple):
        return "; ".join(":".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value)
    return value


def _displayed(totals: pd.Series[float], decimals: int) -> list[str]:
    return ["" if pd.isna(total) else f"{total + 0.0:.{decimals}f}" for total in totals]
