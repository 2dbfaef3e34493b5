"""Tables of what was drawn: ranks and grades under other weights, and awards when more than weights may vary."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from toolkit import wording
from toolkit.compare.views import certainty_table
from toolkit.diagnostics.tables import percent
from toolkit.display import Table
from toolkit.score_cards.lines import distances
from toolkit.standings import CENTER, LEFT, RIGHT, Row, breaks, rows_of
from toolkit.text import Phrase, phrase
from toolkit.wording import class_name, headings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from toolkit.evaluation import Evaluation
    from toolkit.text import Language

RANKS = (Phrase("最好", "Best seen"), Phrase("5%", "5%"), Phrase("居中", "Middle"), Phrase("95%", "95%"), Phrase("最差", "Worst seen"), Phrase("平均", "Mean"))
DOUBTS = Phrase("权重、标准、数据同时变动之下各奖项的把握", "How sure each award is when weights, goalposts and records vary at once")
GRADES = Phrase("权重变动之下各等级的把握", "How sure each grade is under other weights")


def at_lines(evaluation: Evaluation, each: int = 2) -> list[str]:
    """The `each` members next to every award line on either side, in the order of the list."""
    found = distances(evaluation)
    nearest = found.assign(gap=found["distance"].abs()).sort_values("gap", kind="stable")
    near = set(nearest.groupby(["class", "award", "above"], sort=False).head(each)["member"])
    return [str(member) for member in evaluation.ranking.index if member in near]


def in_list_order(evaluation: Evaluation, members: Iterable[str] | None) -> list[str]:
    """Some members as the list has them, each once; those at the lines where none are named."""
    if members is None:
        return at_lines(evaluation)
    asked = set(members)
    return [str(member) for member in evaluation.ranking.index if member in asked]


def ranks_table(
    evaluation: Evaluation, found: pd.DataFrame, members: Iterable[str] | None = None, language: Language | None = None
) -> Table:
    """Ranks in the draws: of these members, or of those at the lines.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.rank_summary`.
    """
    to, own = language or evaluation.scheme.language, in_list_order(evaluation, members)
    ranking, classes = evaluation.ranking.loc[own], [class_name(name, to) for name in evaluation.ranking.loc[own, "class"]]
    cells = zip(classes, ranking["name"], ranking["rank"], rows_of(found.loc[own]), strict=True)
    note = phrase(
        "抽样 {n} 次：十次里有九次，名次在 5% 与 95% 两栏之间；平均名次的抽样误差不超过 {error:.2f}。",
        "{n} draws: in nine of ten the rank lies between 5% and 95%; the mean's sampling error is at most {error:.2f}.",
        n=found.attrs["draws"], error=float(found.loc[own, "mean_error"].max() if own else 0.0),
    )  # fmt: skip
    return Table(
        (*headings(to, "class", "member", "rank"), *(name.into(to) for name in RANKS)),
        tuple((class_, str(name), wording.place(rank), *_ranks(row)) for class_, name, rank, row in cells),
        Phrase("权重变动之下的名次", "Ranks under other weights").into(to),
        (LEFT, LEFT, *[RIGHT] * 7),
        lines_after=breaks(classes),
        note=note.into(to),
    )


def grades_table(evaluation: Evaluation, found: pd.DataFrame, top: int = 20, language: Language | None = None) -> Table:
    """The members whose grade is least certain, the least certain first.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.grade_probabilities`.
    """
    to, names = language or evaluation.scheme.language, grades_of(found)
    unsure = unsure_grades(found)
    own = evaluation.ranking.loc[unsure[:top]]
    note = phrase(
        "{n} 个会员的等级会随权重而变，列出 {shown} 个；抽样误差不超过 {error:.1%}。",
        "{n} members' grades depend on the weights, {shown} are shown; error up to {error:.1%}.",
        n=len(unsure), shown=len(own), error=float(found[[f"{name}_error" for name in names]].to_numpy().max()),
    )  # fmt: skip
    return Table(
        (*headings(to, "class", "member", "total", "grade"), *(grade_name(name, to) for name in names)),
        tuple(
            (class_name(row["class"], to), row["name"], wording.points(row["total"], evaluation.scheme.decimals), row["grade"],
             *(percent(found.loc[member, name]) for name in names))
            for member, row in zip(own.index, rows_of(own), strict=True)
        ),
        GRADES.into(to), (LEFT, LEFT, RIGHT, CENTER, *[RIGHT] * len(names)), note=note.into(to),
    )  # fmt: skip


def grades_of(found: pd.DataFrame) -> list[str]:
    """The grades of `grade_probabilities`, the best first, that anybody can have."""
    return [str(name) for name in found.columns if not name.endswith("_error") and (found[name] > 0).any()]


def unsure_grades(found: pd.DataFrame) -> list[str]:
    """The members that can have more than one grade, the least certain first."""
    surest = found[grades_of(found)].max(axis=1)
    return [str(member) for member in surest[surest < 1].sort_values(kind="stable").index]


def grade_name(grade: str, to: Language) -> str:
    """A grade as it is written, and a word for none."""
    return Phrase("无等级", "none").into(to) if grade == "none" else grade


def award_chances(evaluation: Evaluation, found: pd.DataFrame) -> pd.DataFrame:
    """The awards of `scenario_probabilities` as `award_probabilities` has them: a column for each award, then its error."""
    given = found[found["kind"] == "award"]
    wide = [given.pivot_table(index="member", columns="outcome", values=name) for name in ("probability", "error")]
    names = [*(award.id for award in evaluation.scheme.awards), "none"]
    chance, error = (each.reindex(index=evaluation.members.index, columns=names) for each in wide)
    return chance.join(error.add_suffix("_error"))


def scenarios_table(evaluation: Evaluation, found: pd.DataFrame, top: int = 20) -> Table:
    """The members whose award is least certain when more than weights may vary.

    Parameters
    ----------
    found
        From `toolkit.sensitivity.scenario_probabilities`.
    """
    to, chances = evaluation.scheme.language, award_chances(evaluation, found)
    table = certainty_table(chances, evaluation, top=top)
    note = phrase(
        "{n} 个会员的结果会随之而变，列出最不确定的 {shown} 个；抽样 {draws} 次，其中 {failed} 次无法算出结果；抽样误差不超过 {error:.1%}。",
        "{n} members' results depend on them, the {shown} least certain are shown; {draws} draws, of which {failed} could not be computed; error up to {error:.1%}.",
        n=int((chances.iloc[:, : len(chances.columns) // 2].max(axis=1) < 1).sum()), shown=len(table.rows),
        draws=found.attrs["draws"], failed=found.attrs["failed"], error=found.attrs["largest_error"],
    )  # fmt: skip
    return replace(table, caption=DOUBTS.into(to), note=note.into(to))


def _ranks(row: Row) -> tuple[str, ...]:
    marks = (wording.BLANK if wording.absent(row[name]) else f"{row[name]:.0f}" for name in ("best", "q05", "q50", "q95", "worst"))
    return (*marks, wording.BLANK if wording.absent(row["mean"]) else f"{row['mean']:.1f}")
