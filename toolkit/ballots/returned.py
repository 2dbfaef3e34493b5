"""An Excel ballot read back: the cells filled in, as a ballot that stands up to every check."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from toolkit.ballots.ballot import Ballot, group_label, voted_groups
from toolkit.ballots.form import scheme_digest
from toolkit.ballots.form_sheets import FORM, VALUE
from toolkit.ballots.judgements import Ahp, Points, number_of
from toolkit.ballots.shares import judged, unjudged
from toolkit.errors import Problem, Problems, Refused, nearest, refuse
from toolkit.scheme.pseudonyms import GIVE_CODE, NO_CODE, PSEUDONYM, is_pseudonym
from toolkit.text import Phrase, phrase

if TYPE_CHECKING:
    from toolkit.ballots.judgements import Judgement
    from toolkit.scheme import Scheme

OWN_NAME = re.compile(rf"{FORM.zh}(_(?:{PSEUDONYM.pattern}))?(_第[0-9]+轮)?\.xlsx")
DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?")
WIDE = {ord("０") + digit: str(digit) for digit in range(10)} | {ord("．"): "."}
NO_FORM = (Phrase("不是权重判断票", "is no ballot form"), Phrase("请用 committee ballots DIR --forms 生成的票", "use the forms that --forms writes"))
BOTH = (
    Phrase("“{zh}”一组两种方法都填了", "below {en} both sheets are filled in"),
    Phrase("请只留一种：百分法或两两比较", "leave one of the two: points or pairs"),
)


class Cell(NamedTuple):
    """A cell that was filled in, and where."""

    sheet: str
    row: int
    value: Any


def returned_ballot(path: Path, scheme: Scheme, folder: Path, place: int = 1) -> tuple[Ballot, Problems]:
    """The ballot in a form that came back, and what is to be said of it all the same.

    Parameters
    ----------
    folder
        The edition's, whose scheme the form should have been made for.
    place
        Which of the files this is: messages call it by that where its name could be a person's.

    Raises
    ------
    Refused
        With every cell that cannot be taken; no message repeats what was written for the expert's code.
    """
    shown = path.name if OWN_NAME.fullmatch(path.name) else f"[{place}].xlsx"
    cells = _cells(path, shown)
    problems: list[Problem] = []
    expert, cast = _expert(cells, shown, problems), _cast(cells, shown, problems)
    weights = dict(_judgements(cells, scheme, shown, problems))
    if not weights and not problems:
        problems.append(Problem("error", Phrase("一格也没有填", "nothing is filled in"), Phrase("请填写后再交回", "fill it in first"), file=shown))
    if not problems:
        problems += unsound(weights, scheme, shown)
    if Problems(tuple(problems)).errors:
        raise Refused(Problems(tuple(problems)))
    ballot = Ballot(expert=expert, round=_round(cells), cast=cast, weights=weights)
    return ballot, Problems(tuple(_other_scheme(cells, folder, shown)))


def _cells(path: Path, shown: str) -> dict[str, Cell]:
    """Every cell with a key beside it that holds something."""
    import python_calamine as calamine

    found: dict[str, Cell] = {}
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                for row, line in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1):
                    if len(line) > VALUE and isinstance(line[0], str) and line[0] and str(line[VALUE]).strip():
                        found.setdefault(line[0], Cell(name, row, line[VALUE]))
    except Exception:  # noqa: BLE001 - whatever the reader says of it, it is no form of ours
        raise refuse(*NO_FORM, file=shown) from None
    if "scheme" not in found:
        raise refuse(*NO_FORM, file=shown)
    return found


def _expert(cells: Mapping[str, Cell], shown: str, problems: list[Problem]) -> str:
    cell = cells.get("expert")
    expert = str(cell.value).strip().upper() if cell else ""
    if not is_pseudonym(expert):
        rule = NO_CODE if cell else Phrase("缺专家代号", "the expert's code is lacking")
        problems.append(_at(cell, rule, GIVE_CODE, shown))
    return expert


def _cast(cells: Mapping[str, Cell], shown: str, problems: list[Problem]) -> dt.date:
    cell = cells.get("cast")
    value = cell.value if cell else ""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    match = DATE.fullmatch(str(value).translate(WIDE).strip())
    try:
        return dt.date(*map(int, match.groups())) if match else _serial(value)
    except (ValueError, OverflowError):
        mend = Phrase("请写成 2018-12-03", "write it like 2018-12-03")
        problems.append(_at(cell, Phrase("填写日期缺失或不是日期", "the date is lacking or no date"), mend, shown))
        return dt.date.min


def _serial(value: Any) -> dt.date:
    """A day that Excel left as a number, as in a cell formatted as text."""
    number = float(value)
    if not 20_000 <= number <= 80_000:
        raise ValueError
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(number))


def _round(cells: Mapping[str, Cell]) -> int:
    cell = cells.get("round")
    try:
        return max(1, int(float(cell.value))) if cell else 1
    except (TypeError, ValueError):
        return 1


def _judgements(cells: Mapping[str, Cell], scheme: Scheme, shown: str, problems: list[Problem]) -> Iterator[tuple[str, Judgement]]:
    """A judgement for each group in which something was filled in."""
    groups = voted_groups(scheme)
    points: dict[str, dict[str, float]] = {}
    pairs: dict[str, list[tuple[str, str, float]]] = {}
    for key, cell in cells.items():
        kind, *which = key.split("|")
        if kind not in {"points", "ahp"} or len(which) < 2:
            continue
        group, *nodes = which
        strange = [node for node in nodes if node not in groups.get(group, ())]
        if strange:
            guess = nearest(strange[0], groups.get(group, ()))
            rule = phrase("办法里没有“{node}”这一项（票按另一版办法生成）", "the scheme has no `{node}`: the form is of another scheme", node=strange[0])
            mend = phrase("现有相近的：{g}；请用新票重填", "it has `{g}`; use a new form", g=guess) if guess else Phrase("请用新票重填", "use a new form")
            problems.append(_at(cell, rule, mend, shown))
            continue
        number = _number(cell, shown, problems)
        if number is not None and kind == "points":
            points.setdefault(group, {})[nodes[0]] = number
        elif number is not None:
            pairs.setdefault(group, []).append((nodes[0], nodes[1], number))
    for group in groups:
        if group in points and group in pairs:
            label = group_label(scheme, group)
            problems.append(Problem("error", phrase(BOTH[0].zh, BOTH[0].en, zh=label.zh, en=label.en), BOTH[1], file=shown))
        elif group in points:
            yield group, Points(method="points", points=points[group])
        elif group in pairs:
            yield group, Ahp(method="ahp", comparisons=tuple(pairs[group]))


def _number(cell: Cell, shown: str, problems: list[Problem]) -> float | None:
    value = number_of(cell.value.translate(WIDE).strip()) if isinstance(cell.value, str) else cell.value
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if 0 <= number <= 100:
        return number
    mend = Phrase("请写数字，如 30；两两比较写 3 或 1/3", "write a number such as 30; for pairs 3 or 1/3")
    problems.append(_at(cell, Phrase("不是 0 至 100 的数", "not a number from 0 to 100"), mend, shown, value=str(cell.value)[:20]))
    return None


def unsound(weights: Mapping[str, Judgement], scheme: Scheme, shown: str) -> Iterator[Problem]:
    """What the methods themselves refuse, such as points that sum to 95; gaps are left to the list of ballots."""
    for group, judgement in weights.items():
        nodes = voted_groups(scheme)[group]
        if unjudged(judgement, nodes):
            continue
        try:
            judged(judgement, nodes, [scheme.label(node) for node in nodes])
        except Refused as refused:
            label = group_label(scheme, group).zh if scheme.language == "zh" else group_label(scheme, group).en
            for problem in refused.problems:
                column = " ".join(part for part in (label, problem.column) if part)
                yield Problem("error", problem.rule, problem.mend, file=shown, column=column, value=problem.value)


def _other_scheme(cells: Mapping[str, Cell], folder: Path, shown: str) -> Iterator[Problem]:
    printed, now = str(cells["scheme"].value), scheme_digest(folder)
    if printed != now:
        rule = phrase("票上的办法指纹是 {old}，现行办法是 {now}", "the form is of scheme {old}, the scheme is now {now}", old=printed[:20], now=now)
        yield Problem("warning", rule, Phrase("请确认办法的改动不影响所填内容", "see that what changed does not touch what was judged"), file=shown)


def _at(cell: Cell | None, rule: Phrase, mend: Phrase, shown: str, value: str = "") -> Problem:
    return Problem("error", rule, mend, file=shown, sheet=cell.sheet if cell else "", row=cell.row if cell else None, value=value)
